/* SPDX-License-Identifier: MIT */
/*
 * Where a further core begins: SVC mode, MMU and caches off, r0 the context
 * that smp.c gave (ARM DEN 0022, CPU_ON: initial core state). What start.S does
 * for the first core, but for what they share.
 *
 * Source: ARM DDI 0406C B1.3 (modes).
 */
#include "platform/armv7a/core.h"

#define MODE_SVC 0x13

    .syntax unified
    .arm

    .text
    .global smp_entry
    .type smp_entry, %function
smp_entry:
    cpsid   aif, #MODE_SVC
    mov     r4, r0

    core_begin
    core_vfp_on

    ldr     sp, [r4]
    bl      mmu_join
    cpsie   a
    ldmib   r4, {r1, r2}
    mov     r0, r2
    blx     r1
1:  wfi
    b       1b
    .size smp_entry, . - smp_entry
