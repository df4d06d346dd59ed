/* SPDX-License-Identifier: MIT */
/*
 * SysTick as the clock: 24 bits of the processor's clock, extended to 64 by
 * its exception, which is more urgent than any interrupt of ours.
 *
 * The time is right as long as PRIMASK is never set for a whole period of 2^24
 * ticks (0.84 s at 20 MHz): of two periods that end unseen one is lost. A lock
 * by BASEPRI does not hold it up.
 *
 * Source: ARM DDI 0403E B3.3.
 */
#ifndef PLATFORM_ARMV7M_SYSTICK_H
#define PLATFORM_ARMV7M_SYSTICK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SYSTICK_PERIOD = 1 << 24 };

/* Defined by the board: the processor's clock in Hz. */
extern const uint32_t systick_hertz;

/* Count a period that has ended. Context: exception 15 only. */
void systick_isr(void);

#ifdef __cplusplus
}
#endif

#endif
