/* SPDX-License-Identifier: MIT */
/* The time since some moment before main(). */
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include "hal/clock.h"

#include <stdint.h>

/*
 * Read the clock.
 *
 * Returns ticks; never less than an earlier call returned. The clock is read
 * no earlier than the call is reached.
 *
 * Context: any.
 */
uint64_t clock_now(void);

/*
 * Returns the ticks in one second; the same for the whole run.
 *
 * Context: any.
 */
uint32_t clock_frequency(void);

/* The two as a bus wants them. */
extern const struct hal_clock plat_clock;

#endif
