/* SPDX-License-Identifier: MIT */
/*
 * Mutual exclusion between threads and interrupt handlers on one bus. The
 * usual lock masks interrupts. It is held for a bounded number of steps: for
 * one pass over a bit map at most (dma/bounce.h states the figure), never
 * across a copy, a cache loop or a wait.
 */
#ifndef HAL_LOCK_H
#define HAL_LOCK_H

#include <stdint.h>

struct hal_lock {
    /* Enter. Returns what restore() needs to leave; calls nest. */
    uint32_t (*save)(void);
    void (*restore)(uint32_t state);
};

#endif
