/* SPDX-License-Identifier: MIT */
/*
 * Words that an interrupt handler and a thread share.
 *
 * One writer per word, so a plain load and a plain store with a fence of the
 * right side are enough; Cortex-M0+, and RISC-V without A, have no more than
 * that. The builtins that load and store become calls of a library there, which
 * is why the access is spelled out: volatile, so that it is one, and is made.
 */
#ifndef HAL_ATOMIC_H
#define HAL_ATOMIC_H

#include <stdint.h>

static inline uint32_t atomic_read_acquire(const uint32_t *word)
{
    uint32_t value = *(const volatile uint32_t *)word;

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return value;
}

static inline void atomic_write_release(uint32_t *word, uint32_t value)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint32_t *)word = value;
}

#endif
