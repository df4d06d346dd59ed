/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. The loader promises: one core, SVC mode, MMU and
 * data cache off, the image in memory at its addresses (and cleaned to
 * memory, if it went through a cache). Nothing is expected in a register.
 * QEMU enters an ELF image this way (hw/arm/boot.c, a kernel that is not
 * Linux), unless virtualization=on.
 *
 * Source: ARM DDI 0406C B1.3 (modes), B1.11 (VFP), B4.1 (registers).
 */
#define MODE_FIQ 0x11
#define MODE_IRQ 0x12
#define MODE_SVC 0x13
#define MODE_ABT 0x17
#define MODE_UND 0x1b

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

    .syntax unified
    .arm

    .section .start, "ax", %progbits
    .global _start
    .type _start, %function
_start:
    cpsid   aif, #MODE_SVC

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

    mrc     p15, 0, r0, c1, c0, 2
    bic     r0, r0, #CPACR_REDUCED
    orr     r0, r0, #CPACR_VFP
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #FPEXC_EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0

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
