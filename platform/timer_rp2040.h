/* SPDX-License-Identifier: MIT */
/*
 * The timer of an RP2040 as the clock: 64 bits that count microseconds, as long
 * as the watchdog's tick generator runs.
 *
 * Source: RP2040 Datasheet 4.6; pico-sdk, hardware/regs/timer.h.
 */
#ifndef PLATFORM_TIMER_RP2040_H
#define PLATFORM_TIMER_RP2040_H

#include <stdint.h>

/* Address of its registers. Defined by the board. */
extern const uintptr_t timer_base;

#endif
