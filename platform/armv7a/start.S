/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. The loader promises little: the core is in ARM state,
 * in Hyp mode or a privileged mode other than Monitor mode, secure or not; the
 * image is at its addresses, which are the core's own if its MMU is on; no
 * device writes there. Nothing is expected in a register, and no cache or
 * interrupt controller in any state (core.h, gic.c). Cores other than the first
 * one (affinity 0) that come this way sleep for ever; what they have in their
 * caches is written back, but nobody waits for it: none of it may belong where
 * the image is.
 */
#include "core.h"

#define MPIDR_AFFINITY 0x00ffffff

    .syntax unified
    .arm

    .section .start, "ax", %progbits
    .global _start
    .type _start, %function
_start:
    mrs     r4, cpsr
    core_begin 7

    mrc     p15, 0, r0, c0, c0, 5   /* MPIDR */
    bics    r0, r0, #~MPIDR_AFFINITY
    bne     park

    cps     #MODE_FIQ
    ldr     sp, =fault_stack_top
    cps     #MODE_ABT
    ldr     sp, =fault_stack_top
    cps     #MODE_UND
    ldr     sp, =fault_stack_top
    cps     #MODE_IRQ
    ldr     sp, =irq_stack_top
    cps     #MODE_SVC
    ldr     sp, =svc_stack_top

    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
    mov     r3, #0
1:  cmp     r0, r1
    strdlo  r2, r3, [r0], #8
    blo     1b

    core_vfp_on
    bl      mmu_on
    bl      core_take_aborts
    ldr     r1, =begin
    str     r4, [r1]                /* C leaves r4 alone */
    str     r0, [r1, #4]
    bl      platform_main

park:
    wfi
    b       park
    .size _start, . - _start
