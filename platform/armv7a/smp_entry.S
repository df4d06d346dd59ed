/* SPDX-License-Identifier: MIT */
/*
 * Where a further core begins: SVC mode, MMU and caches off, r0 the context
 * that smp.c gave (ARM DEN 0022, CPU_ON: initial core state). What start.S does
 * for the first core, but for what they share.
 *
 * Source: ARM DDI 0406C B1.3 (modes), B1.11 (VFP), B4.1 (registers).
 */
#define MODE_SVC 0x13

#define SCTLR_KNOWN   0x70003807 /* TE, AFE, TRE, V, I, Z, C, A, M: off */
#define ACTLR_SMP     (1 << 6)
#define CPACR_VFP     (0xf << 20)
#define CPACR_REDUCED (3 << 30)
#define FPEXC_EN      (1 << 30)

    .syntax unified
    .arm

    .text
    .global smp_entry
    .type smp_entry, %function
smp_entry:
    cpsid   aif, #MODE_SVC
    mov     r4, r0

    mrc     p15, 0, r0, c1, c0, 0
    ldr     r1, =SCTLR_KNOWN
    bic     r0, r0, r1
    mcr     p15, 0, r0, c1, c0, 0
    isb

    /* Coherent with the first core, before any maintenance (see start.S). */
    mrc     p15, 0, r0, c1, c0, 1
    orr     r0, r0, #ACTLR_SMP
    mcr     p15, 0, r0, c1, c0, 1

    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0
    isb

    mrc     p15, 0, r0, c1, c0, 2
    bic     r0, r0, #CPACR_REDUCED
    orr     r0, r0, #CPACR_VFP
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #FPEXC_EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0

    ldr     sp, [r4]
    bl      mmu_join
    cpsie   a
    ldmib   r4, {r1, r2}
    mov     r0, r2
    blx     r1
1:  wfi
    b       1b
    .size smp_entry, . - smp_entry
