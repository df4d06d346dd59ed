/* SPDX-License-Identifier: MIT */
/*
 * Mutual exclusion on one bus: between its threads, its interrupt handlers
 * and, where there are several, its cores. It is held for a bounded number of
 * steps: for one pass over a bit map at most (dma/bounce.h states the figure),
 * never across a copy, a cache loop or a wait.
 *
 * What a lock may be:
 *   interrupts off   one core; the usual one
 *   a spinlock       several cores; interrupts of this core off as well, or a
 *                    handler spins for what it has interrupted
 *   a mutex          only where no interrupt handler takes this lock
 *
 * A lock never nests in itself: who holds it does not enter it again, so it
 * needs no owner and no depth. Those of different buses do not nest in each
 * other either.
 */
#ifndef HAL_LOCK_H
#define HAL_LOCK_H

#include <stdint.h>

/* Who needs more than this embeds it and finds itself again with
   HAL_CONTAINER_OF; what changes lies behind a pointer. */
struct hal_lock {
    /* Enter. Returns what restore() needs to leave. */
    uint32_t (*save)(const struct hal_lock *lock);
    void (*restore)(const struct hal_lock *lock, uint32_t state);
};

#endif
