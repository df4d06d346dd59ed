/* SPDX-License-Identifier: MIT */
/*
 * The clock is the virtual counter of the Generic Timer.
 *
 * Source: ARM DDI 0406C chapter B8; CNTVCT and CNTFRQ in B4.1.
 */
#include "timer.h"

#include <stddef.h>

#include "../clock.h"
#include "cp15.h"
#include "fault.h"
#include "system_counter.h"

void timer_on(void)
{
    const char *trouble;

    if (timer_facts.counter != 0)
        system_counter_on(timer_facts.counter);
    trouble = clock_trouble();
    if (trouble != NULL)
        fault_stop(trouble);
}

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
    uint32_t hertz = timer_facts.frequency;

    if (hertz == 0)
        CP15_READ(hertz, CNTFRQ);
    return hertz;
}
