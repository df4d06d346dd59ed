/* SPDX-License-Identifier: MIT */
/*
 * From reset, or from a loader that jumps here in thread mode, to C. In the
 * instructions of ARMv6-M.
 *
 * Source: ARM DDI 0403E B1.4 (registers), B1.5.5 (reset).
 */
#include "core.h"

    .syntax unified
    .thumb

    .section .start, "ax", %progbits
    .global _start
    .type _start, %function
    .thumb_func
_start:
    cpsid   i

    /* From here a fault is reported. */
    ldr     r0, =SCB_VTOR
    ldr     r1, =vectors
    str     r1, [r0]

    /* Privileged, on the main stack, which has a limit where it can. */
    movs    r0, #0
    msr     control, r0
    isb
#if ARMV7M_STACK_LIMIT
    msr     msplim, r0
#endif
    ldr     r0, =stack_top
    mov     sp, r0
#if ARMV7M_STACK_LIMIT
    ldr     r0, =stack_limit
    msr     msplim, r0
#endif
#if ARMV7M_MAINLINE                 /* others have no choice */
    ldr     r0, =SCB_CCR
    ldr     r1, [r0]
    orr     r1, #SCB_CCR_STKALIGN
    str     r1, [r0]
#endif

    ldr     r0, =data_source
    ldr     r1, =data_start
    ldr     r2, =data_end
    b       2f
1:  ldmia   r0!, {r3}
    stmia   r1!, {r3}
2:  cmp     r1, r2
    blo     1b

    ldr     r1, =bss_start
    ldr     r2, =bss_end
    movs    r3, #0
    b       4f
3:  stmia   r1!, {r3}
4:  cmp     r1, r2
    blo     3b

    bl      platform_main
    .size _start, . - _start
