/* SPDX-License-Identifier: MIT */
/*
 * The clock is the virtual counter of the Generic Timer.
 *
 * Source: ARM DDI 0406C chapter B8; CNTVCT and CNTFRQ in B4.1.
 */
#include "platform/clock.h"

#include "platform/armv7a/cp15.h"

uint64_t clock_now(void)
{
    uint64_t ticks;

    /* Without the ISB the counter may be read ahead of time (B8.1). */
    ISB();
    CP15_READ64(ticks, CNTVCT);
    return ticks;
}

uint32_t clock_frequency(void)
{
    uint32_t hertz;

    CP15_READ(hertz, CNTFRQ);
    return hertz;
}
