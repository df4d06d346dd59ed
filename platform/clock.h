/* SPDX-License-Identifier: MIT */
/* The time since some moment before main(). */
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include "../hal/clock.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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
 * Returns the ticks in one second; the same for the whole run. 0: unknown,
 * and clock_trouble() says so.
 *
 * Context: any.
 */
uint32_t clock_frequency(void);

/*
 * Can deadlines rely on the clock? Not if its frequency is unknown, and not if
 * it stands still: each wait would end at once, or never.
 *
 * Returns NULL, or what is wrong, in words.
 *
 * Context: the platform's start, before a driver's.
 */
const char *clock_trouble(void);

/* clock_now() and clock_frequency() as a bus wants them. */
extern const struct hal_clock plat_clock;

#ifdef __cplusplus
}
#endif

#endif
