/* SPDX-License-Identifier: MIT */
/*
 * The end of a run that went wrong: one line on the console that begins with
 * "fault: ", then exit status 70. A fault while that line is written ends
 * the run at once, with the same status.
 */
#ifndef PLATFORM_ARMV7A_FAULT_H
#define PLATFORM_ARMV7A_FAULT_H

#define FAULT_EXIT_CODE 70 /* EX_SOFTWARE of BSD's sysexits.h */

/* Kinds of exception, shared with vectors.S. */
#define FAULT_UNDEFINED      0
#define FAULT_SVC            1
#define FAULT_PREFETCH_ABORT 2
#define FAULT_DATA_ABORT     3
#define FAULT_FIQ            4

#ifndef __ASSEMBLER__

#include <stdint.h>

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

/*
 * Report that the platform was used wrongly.
 *
 *   why  what is wrong, in words
 *
 * Context: any.
 */
__attribute__((noreturn)) void fault_stop(const char *why);

#endif

#endif
