/* SPDX-License-Identifier: MIT */
/* A monotonic clock. Every wait in iodma ends at a deadline on it. */
#ifndef HAL_CLOCK_H
#define HAL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Who needs more than this embeds it and finds itself again with
   HAL_CONTAINER_OF. */
struct hal_clock {
    /* Ticks since some fixed moment; never less than before. They go on while
       handlers that call iodma run, one after the other: a tick that is counted
       in a handler is at least as urgent as they. Context: any. */
    uint64_t (*now)(const struct hal_clock *clock);
    /* Ticks per second, never 0. Context: any. */
    uint32_t (*frequency)(const struct hal_clock *clock);
};

/* A deadline this many milliseconds from now, or a little later: 1 % and two
   ticks at most. (1/1024 + 1/32768 is 1.007/1000: some CPUs have no
   division.) Context: the clock's. */
static inline uint64_t hal_deadline(const struct hal_clock *clock,
                                    uint32_t milliseconds)
{
    uint64_t ticks =
        (uint64_t)clock->frequency(clock) * milliseconds; /* * 1000 */

    return clock->now(clock) + (ticks >> 10) + (ticks >> 15) + 2;
}

/* Has the deadline passed? Who decides by what it waits for asks
   hal_wait_again() instead. Context: the clock's. */
static inline bool hal_expired(const struct hal_clock *clock, uint64_t deadline)
{
    return clock->now(clock) >= deadline;
}

/*
 * A wait for what a device shows. When the deadline has passed it is looked at
 * once more: the CPU may have been kept away since it looked last.
 *
 *     struct hal_wait wait = { .deadline = deadline };
 *
 *     while (is_busy(device)) {
 *         if (!hal_wait_again(&wait, clock))
 *             return IODMA_TIMEOUT;
 *     }
 */
struct hal_wait {
    uint64_t deadline; /* on the clock that it is asked with */
    bool late;         /* ours: the next look is the last    */
};

/* It was not there: is it to be looked for again? Context: the clock's. */
static inline bool hal_wait_again(struct hal_wait *wait,
                                  const struct hal_clock *clock)
{
    if (wait->late)
        return false;
    wait->late = hal_expired(clock, wait->deadline);
    return true;
}

#endif
