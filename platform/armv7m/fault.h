/* SPDX-License-Identifier: MIT */
/*
 * How an M-profile core ends a run that went wrong: its exceptions, and the
 * interrupts that nobody installed.
 */
#ifndef PLATFORM_ARMV7M_FAULT_H
#define PLATFORM_ARMV7M_FAULT_H

#include "../fault.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the core puts on the stack when it takes an exception (ARM DDI 0403E
   B1.5.6). */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12;
    uint32_t lr;
    uint32_t pc; /* where it was interrupted */
    uint32_t xpsr;
};

/*
 * Have each kind of fault reported as what it is, where the core tells them
 * apart.
 *
 * Context: platform_begin(), once.
 */
void faults_on(void);

/*
 * Report an exception.
 *
 *   frame      where the core left it, below the limit of the stack if there
 *              was no room for it
 *   exception  its number
 *
 * Context: the exception vectors, on the fault stack.
 */
__attribute__((noreturn)) void fault_raise(const struct exception_frame *frame,
                                           uint32_t exception);

/*
 * Report an interrupt that nobody installed.
 *
 *   id     of the interrupt
 *   frame  what it interrupted
 *
 * Context: ISR.
 */
__attribute__((noreturn)) void
fault_interrupt(uint32_t id, const struct exception_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
