/* SPDX-License-Identifier: MIT */
/* The clock behind platform/clock.h: the Generic Timer. */
#ifndef PLATFORM_ARMV7A_TIMER_H
#define PLATFORM_ARMV7A_TIMER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What firmware leaves to us on some machines. */
struct timer_facts {
    uint32_t frequency; /* Hz; 0: CNTFRQ has it                              */
    uintptr_t counter;  /* virtual address of CNTCR, where the system counter is
                           enabled; 0: firmware has done so                  */
};

/* Defined by the board. */
extern const struct timer_facts timer_facts;

/*
 * Enable the system counter if the board says where, and see that the clock
 * runs and at which frequency. If not, that is a fault.
 *
 * Context: the platform, once, before main().
 */
void timer_on(void);

#ifdef __cplusplus
}
#endif

#endif
