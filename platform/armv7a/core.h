/* SPDX-License-Identifier: MIT */
/*
 * What every core does at its beginning, for start.S and smp_entry.S: macros
 * of the assembler. Each changes r0 and r1.
 *
 * Source: ARM DDI 0406C B1.11 (VFP), B4.1 (registers).
 */
#ifndef PLATFORM_ARMV7A_CORE_H
#define PLATFORM_ARMV7A_CORE_H

#define SCTLR_M   (1 << 0)  /* MMU                                 */
#define SCTLR_A   (1 << 1)  /* alignment checking                  */
#define SCTLR_C   (1 << 2)  /* data cache                          */
#define SCTLR_Z   (1 << 11) /* branch prediction                   */
#define SCTLR_I   (1 << 12) /* instruction cache                   */
#define SCTLR_V   (1 << 13) /* vectors at 0xffff0000, VBAR ignored */
#define SCTLR_TRE (1 << 28) /* TEX remap                           */
#define SCTLR_AFE (1 << 29) /* access flag                         */
#define SCTLR_TE  (1 << 30) /* exceptions in Thumb state           */

#define ACTLR_SMP     (1 << 6)
#define CPACR_VFP     (0xf << 20) /* cp10 and cp11, full access   */
#define CPACR_REDUCED (3 << 30)   /* ASEDIS, D32DIS: less of VFP  */
#define FPEXC_EN      (1 << 30)

    .macro core_begin
    /* Known state, whatever ran before. */
    mrc     p15, 0, r0, c1, c0, 0
    ldr     r1, =(SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_V \
                  | SCTLR_TRE | SCTLR_AFE | SCTLR_TE)
    bic     r0, r0, r1
    mcr     p15, 0, r0, c1, c0, 0
    isb

    /*
     * Coherent with other masters, before any cache or TLB maintenance
     * (Cortex-A15 TRM, ARM DDI 0438, and Cortex-A7 TRM, ARM DDI 0464:
     * Auxiliary Control Register). Ignored where only the secure side may.
     */
    mrc     p15, 0, r0, c1, c0, 1
    orr     r0, r0, #ACTLR_SMP
    mcr     p15, 0, r0, c1, c0, 1

    /* From here a fault is reported. */
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0
    isb
    .endm

    .macro core_vfp_on
    mrc     p15, 0, r0, c1, c0, 2
    bic     r0, r0, #CPACR_REDUCED
    orr     r0, r0, #CPACR_VFP
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #FPEXC_EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0
    .endm

#endif
