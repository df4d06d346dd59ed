/* SPDX-License-Identifier: MIT */
/*
 * Where a further core begins: Hyp mode if the first one did, or else SVC mode,
 * MMU and caches off, r0 the context that smp.c gave (ARM DEN 0022, CPU_ON:
 * initial core state). What start.S does for the first core, but for what they
 * share.
 */
#include "core.h"

    .syntax unified
    .arm

    .text
    .global smp_entry
    .type smp_entry, %function
smp_entry:
    mov     r4, r0

    core_begin 1                    /* what lies below is shared, in use */

    ldr     sp, [r4]
    core_vfp_on
    bl      mmu_join
    bl      core_take_aborts
    cpsie   a
    ldmib   r4, {r1, r2}
    mov     r0, r2
    blx     r1
1:  wfi
    b       1b
    .size smp_entry, . - smp_entry
