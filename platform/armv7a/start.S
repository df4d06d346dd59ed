/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. The loader promises: one core, SVC mode, MMU and
 * data cache off, the image in memory at its addresses (and cleaned to
 * memory, if it went through a cache). Nothing is expected in a register.
 * QEMU enters an ELF image this way (hw/arm/boot.c, a kernel that is not
 * Linux), unless virtualization=on.
 *
 * Source: ARM DDI 0406C B1.3 (modes).
 */
#include "platform/armv7a/core.h"

#define MODE_FIQ 0x11
#define MODE_IRQ 0x12
#define MODE_SVC 0x13
#define MODE_ABT 0x17
#define MODE_UND 0x1b

    .syntax unified
    .arm

    .section .start, "ax", %progbits
    .global _start
    .type _start, %function
_start:
    cpsid   aif, #MODE_SVC

    core_begin

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

    core_vfp_on

    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
    mov     r3, #0
1:  cmp     r0, r1
    strdlo  r2, r3, [r0], #8
    blo     1b

    bl      mmu_on
    cpsie   af                      /* neither ever goes unnoticed */
    bl      platform_main
    .size _start, . - _start
