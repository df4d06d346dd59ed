/* SPDX-License-Identifier: MIT */
/*
 * How an ARMv7-A core ends a run that went wrong: its exceptions, and the
 * interrupts of its GIC.
 */
#ifndef PLATFORM_ARMV7A_FAULT_H
#define PLATFORM_ARMV7A_FAULT_H

/* Kinds of exception, shared with vectors.S. */
#define FAULT_UNDEFINED      0
#define FAULT_SVC            1
#define FAULT_PREFETCH_ABORT 2
#define FAULT_DATA_ABORT     3
#define FAULT_FIQ            4

#ifndef __ASSEMBLER__

#include "../fault.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Report an exception.
 *
 *   kind  FAULT_...
 *   link  lr as the exception left it
 *   spsr  state of the interrupted code
 *
 * Context: the exception vectors, on the fault stack.
 */
__attribute__((noreturn)) void fault_raise(uint32_t kind, uint32_t link,
                                           uint32_t spsr);

/*
 * Report an interrupt that nobody installed.
 *
 *   id  of the interrupt
 *   pc  where the core was interrupted
 *
 * Context: ISR.
 */
__attribute__((noreturn)) void fault_interrupt(uint32_t id, uint32_t pc);

#ifdef __cplusplus
}
#endif

#endif

#endif
