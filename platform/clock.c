/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stddef.h>

/* A counter of 32 kHz stands still for 30 us: no core reads it as often. */
#define READS 1000000u

static uint64_t now(const struct hal_clock *clock)
{
    (void)clock;
    return clock_now();
}

static uint32_t frequency(const struct hal_clock *clock)
{
    (void)clock;
    return clock_frequency();
}

const struct hal_clock plat_clock = { now, frequency };

const char *clock_trouble(void)
{
    uint64_t first = clock_now();
    uint32_t reads;

    if (clock_frequency() == 0)
        return "the clock's frequency is unknown: neither firmware nor the "
               "board states it";
    for (reads = 0; reads < READS; reads++) {
        if (clock_now() != first)
            return NULL;
    }
    return "the clock stands still: neither firmware nor the board has its "
           "counter enabled";
}
