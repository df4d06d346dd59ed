/* SPDX-License-Identifier: MIT */
/* A monotonic clock. Every wait in iodma ends at a deadline on it. */
#ifndef HAL_CLOCK_H
#define HAL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct hal_clock {
    uint64_t (*now)(void);       /* ticks since some fixed moment */
    uint32_t (*frequency)(void); /* ticks per second, never 0     */
};

/* A deadline this many milliseconds from now, or a little later: 1 % and a
   tick a millisecond at most. (1/1024 + 1/32768 is 1.007/1000: some CPUs have
   no division.) */
static inline uint64_t hal_deadline(const struct hal_clock *clock,
                                    uint32_t milliseconds)
{
    uint32_t frequency = clock->frequency();
    uint64_t ticks_per_ms = (frequency >> 10) + (frequency >> 15) + 1;

    return clock->now() + ticks_per_ms * milliseconds;
}

static inline bool hal_expired(const struct hal_clock *clock, uint64_t deadline)
{
    return clock->now() >= deadline;
}

#endif
