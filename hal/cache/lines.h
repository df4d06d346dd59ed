/* SPDX-License-Identifier: MIT */
/* A range of bytes as the lines that hold it: what every driver that maintains
   by address steps through. */
#ifndef HAL_CACHE_LINES_H
#define HAL_CACHE_LINES_H

#include "../bits.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Do something to each line that holds one of the bytes, from the first on.
 *
 *   line  bytes, a power of two
 *   act   given an address in the line; inlined, so a constant
 *
 * Four at a time: the loop would cost as much as what it does.
 */
static inline __attribute__((always_inline)) void
each_line(uintptr_t address, size_t length, uint32_t line,
          void (*act)(uintptr_t line_address))
{
    uintptr_t at = address & ~(uintptr_t)(line - 1);
    size_t left;

    if (length == 0)
        return;
    left = ((address + (length - 1) - at) >> __builtin_ctz(line)) + 1;
    for (; left >= 4; left -= 4, at += 4 * (uintptr_t)line) {
        act(at);
        act(at + line);
        act(at + 2 * (uintptr_t)line);
        act(at + 3 * (uintptr_t)line);
    }
    for (; left != 0; left--, at += line)
        act(at);
}

#endif
