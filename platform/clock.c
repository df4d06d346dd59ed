/* SPDX-License-Identifier: MIT */
#include "platform/clock.h"

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
