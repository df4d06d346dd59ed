/* SPDX-License-Identifier: MIT */
/* The interrupt controller behind platform/interrupt.h: the core's NVIC. */
#ifndef PLATFORM_ARMV7M_NVIC_H
#define PLATFORM_ARMV7M_NVIC_H

/* Interrupts that the vector table has room for. */
#define PLAT_NVIC_LINES 128

/* What every interrupt begins with: the more urgent half is left for those
   that a lock by BASEPRI lets through. */
#define PLAT_NVIC_PRIORITY 0x80

#ifndef __ASSEMBLER__

#include "fault.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Defined by the board: how many interrupts its NVIC has, at most
   PLAT_NVIC_LINES. */
extern const uint32_t nvic_lines;

/*
 * Say how urgent an interrupt is. Handlers of different priorities interrupt
 * each other; all begin with the same.
 *
 *   id        of the interrupt, disabled at the time of the call
 *   priority  0 to 255, the lower the more urgent; a core keeps its upper bits,
 *             two at least
 *
 * Context: thread.
 */
void nvic_priority(uint32_t id, uint8_t priority);

/*
 * Take one interrupt: call its handler.
 *
 *   frame  what it interrupted
 *
 * Context: the interrupt vectors only.
 */
void nvic_dispatch(const struct exception_frame *frame);

#ifdef __cplusplus
}
#endif

#endif

#endif
