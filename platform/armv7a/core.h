/* SPDX-License-Identifier: MIT */
/*
 * What every core does at its beginning, for start.S and smp_entry.S: macros
 * of the assembler, and the routines of core.S.
 *
 * Source: ARM DDI 0406C B1.3 (modes), B1.11 (VFP), B4.1 (registers, under
 *         their names), B2.2 (caches); bits as in Trusted Firmware-A,
 *         aarch32/arch.h.
 */
#ifndef PLATFORM_ARMV7A_CORE_H
#define PLATFORM_ARMV7A_CORE_H

#define MODE_MASK 0x1f
#define MODE_FIQ  0x11
#define MODE_IRQ  0x12
#define MODE_SVC  0x13
#define MODE_ABT  0x17
#define MODE_HYP  0x1a
#define MODE_UND  0x1b

#define CPSR_AIF (7 << 6) /* masked: asynchronous aborts, IRQ, FIQ */

#define SCTLR_M    (1 << 0)  /* MMU                                 */
#define SCTLR_A    (1 << 1)  /* alignment checking                  */
#define SCTLR_C    (1 << 2)  /* data cache                          */
#define SCTLR_Z    (1 << 11) /* branch prediction                   */
#define SCTLR_I    (1 << 12) /* instruction cache                   */
#define SCTLR_V    (1 << 13) /* vectors at 0xffff0000, VBAR ignored */
#define SCTLR_WXN  (1 << 19) /* what is written is not executed     */
#define SCTLR_UWXN (1 << 20) /* nor what is not privileged          */
#define SCTLR_VE   (1 << 24) /* vectors of the interrupt controller */
#define SCTLR_EE   (1 << 25) /* exceptions big endian               */
#define SCTLR_TRE  (1 << 28) /* TEX remap                           */
#define SCTLR_AFE  (1 << 29) /* access flag                         */
#define SCTLR_TE   (1 << 30) /* exceptions in Thumb state           */

#define SCTLR_UNWANTED                                                         \
    (SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_V | SCTLR_WXN |   \
     SCTLR_UWXN | SCTLR_VE | SCTLR_EE | SCTLR_TRE | SCTLR_AFE | SCTLR_TE)

#define ACTLR_SMP     (1 << 6)
#define CPACR_VFP     (0xf << 20) /* cp10 and cp11, full access   */
#define CPACR_REDUCED (3 << 30)   /* ASEDIS, D32DIS: less of VFP  */
#define FPEXC_EN      (1 << 30)

#ifdef __ASSEMBLER__

/* clang-format off */

/*
 * From whatever ran before to SVC mode, little endian, masked, MMU and caches
 * off, nothing of worth in a cache. No memory is written, and none is read
 * before it is where a core without caches finds it.
 *
 * What is cached is written back twice: first as it is, caches on perhaps, so
 * that the code and constants from here on are in memory; and again what came
 * into them until they were off. Where caches are empty nothing happens; where
 * they hold garbage after reset, who starts the core has to invalidate them.
 *
 *   levels  of cache that are ours to clean: 7 all, 1 this core's own
 *
 * Changes all but r4 and sp.
 */
    .macro core_begin levels
    cpsid   aif
    setend  le

    /*
     * Coherent with other masters, before any cache or TLB maintenance
     * (Cortex-A15 TRM, ARM DDI 0438, and Cortex-A7 TRM, ARM DDI 0464:
     * Auxiliary Control Register). Ignored where only the secure side may. A
     * Cortex-A53 has it in CPUECTLR: its firmware's business (Trusted
     * Firmware-A, aarch32/cortex_a53.h).
     */
    mrc     p15, 0, r0, c1, c0, 1
    orr     r0, r0, #ACTLR_SMP
    mcr     p15, 0, r0, c1, c0, 1

    mov     r0, #\levels
    bl      core_clean_caches

    /* In Hyp mode this is the register of the mode that we go to. */
    mrc     p15, 0, r0, c1, c0, 0
    movw    r1, #(SCTLR_UNWANTED & 0xffff)
    movt    r1, #(SCTLR_UNWANTED >> 16)
    bic     r0, r0, r1
    mcr     p15, 0, r0, c1, c0, 0
    isb

    bl      core_to_svc
    mov     r0, #\levels
    bl      core_clean_caches

    /* From here a fault is reported. */
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0
    isb
    .endm

/*
 * Let the core use VFP, all of it; where the secure side has not let us
 * (NSACR), or there is none, say so and stop: what may not be switched on reads
 * as it was. Needs a stack. Changes r0 and r1.
 */
    .macro core_vfp_on
    mrc     p15, 0, r0, c1, c0, 2
    bic     r0, r0, #CPACR_REDUCED
    orr     r0, r0, #CPACR_VFP
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mrc     p15, 0, r0, c1, c0, 2
    ldr     r1, =(CPACR_VFP | CPACR_REDUCED)
    and     r0, r0, r1
    cmp     r0, #CPACR_VFP
    bne     core_lacks_vfp

    mov     r0, #FPEXC_EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0
    .endm

/* clang-format on */

#endif

#endif
