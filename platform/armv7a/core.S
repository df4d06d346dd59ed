/* SPDX-License-Identifier: MIT */
/*
 * What the macros of core.h call.
 *
 * Source: ARM DDI 0406C B2.2 (caches), B3.13 (fault status), B4.1 (registers,
 *         under the names given at each); Trusted Firmware-A, aarch32/arch.h
 *         for the registers, cache_helpers.S for the erratum; Linux,
 *         arch/arm/kernel/hyp-stub.S for what Hyp mode has to let go.
 */
#include "core.h"

#define HDCR_HPMN   0x1f /* how many event counters are not Hyp mode's */
#define CNTHCTL_PL1 3    /* PL1PCTEN, PL1PCEN: time is no secret       */

#define DFSR_STATUS       0x3f
#define DFSR_ASYNC        0x11 /* external abort, asynchronous */
#define DFSR_ASYNC_PARITY 0x19

    .syntax unified
    .arm
    .arch_extension virt

    .text

/*
 * Clean and invalidate the data caches by set and way, up to the level of
 * coherency, `r0` levels at most. Not by address:
 * nobody knows what is in them. Changes all but r4 and sp.
 */
    .global core_clean_caches
    .type core_clean_caches, %function
core_clean_caches:
    mrc     p15, 1, r1, c0, c0, 1   /* CLIDR */
    ubfx    r2, r1, #24, #3         /* its field LoC */
    cmp     r0, r2
    movhi   r0, r2
    lsl     r0, r0, #1
    mov     r2, #0                  /* level, as CSSELR wants it */
    dsb
1:  cmp     r2, r0
    bhs     4f
    add     r3, r2, r2, lsr #1      /* 3 bits a level in CLIDR */
    lsr     r3, r1, r3
    and     r3, r3, #7
    cmp     r3, #2                  /* types 2 to 4 hold data */
    blo     3f

    mcr     p15, 2, r2, c0, c0, 0   /* CSSELR */
    isb
    mrc     p15, 1, r3, c0, c0, 0   /* CCSIDR */
    and     r5, r3, #7
    add     r5, r5, #4              /* the sets' position */
    ubfx    r6, r3, #13, #15        /* the last set */
    ubfx    r7, r3, #3, #10         /* the last way */
    clz     r8, r7                  /* the ways' position */
2:  orr     r9, r2, r7, lsl r8
    mov     r10, r6
5:  orr     r11, r9, r10, lsl r5
    mcr     p15, 0, r11, c7, c14, 2 /* DCCISW */
    subs    r10, r10, #1
    bhs     5b
    subs    r7, r7, #1
    bhs     2b
3:  dsb                             /* Cortex-A7 erratum 814220: the next */
    add     r2, r2, #2              /* level's may overtake this one's */
    b       1b
4:  isb
    bx      lr
    .size core_clean_caches, . - core_clean_caches

/*
 * Go to SVC mode. A core in Hyp mode is not secure; it is left as if there were
 * no such mode: nothing is trapped, routed or translated once more, the virtual
 * counter is the physical one, and the core says who it is. Changes r0, r12.
 */
    .global core_to_svc
    .type core_to_svc, %function
core_to_svc:
    mov     r12, lr                 /* each mode has its own */
    mrs     r0, cpsr
    and     r0, r0, #MODE_MASK
    cmp     r0, #MODE_HYP
    beq     1f
    cps     #MODE_SVC
    bx      r12

1:  mov     r0, #0
    mcr     p15, 4, r0, c1, c1, 0   /* HCR     */
    mcr     p15, 4, r0, c1, c1, 2   /* HCPTR   */
    mcr     p15, 4, r0, c1, c1, 3   /* HSTR    */
    mcrr    p15, 4, r0, r0, c14     /* CNTVOFF */
    mrc     p15, 4, r0, c1, c1, 1   /* HDCR    */
    and     r0, r0, #HDCR_HPMN
    mcr     p15, 4, r0, c1, c1, 1
    mrc     p15, 4, r0, c14, c1, 0  /* CNTHCTL */
    orr     r0, r0, #CNTHCTL_PL1
    mcr     p15, 4, r0, c14, c1, 0
    mrc     p15, 0, r0, c0, c0, 0   /* MIDR    */
    mcr     p15, 4, r0, c0, c0, 0   /* VPIDR   */
    mrc     p15, 0, r0, c0, c0, 5   /* MPIDR   */
    mcr     p15, 4, r0, c0, c0, 5   /* VMPIDR  */

    mov     r0, #(CPSR_AIF | MODE_SVC)
    msr     spsr_cxsf, r0
    msr     elr_hyp, r12
    eret
    .size core_to_svc, . - core_to_svc

/*
 * Take the asynchronous aborts that are pending: of writes before our time, for
 * which nobody of ours is to blame. With the MMU on, which makes their status
 * the long one (B3.13). Returns the status of the last one, 0 if there was
 * none. Changes r1.
 */
    .global core_take_aborts
    .type core_take_aborts, %function
core_take_aborts:
    ldr     r0, =begin_vectors
    mcr     p15, 0, r0, c12, c0, 0  /* VBAR */
    isb
    mov     r0, #0
    dsb
    cpsie   a
    isb
    cpsid   a
    ldr     r1, =vectors
    mcr     p15, 0, r1, c12, c0, 0
    isb
    bx      lr
    .size core_take_aborts, . - core_take_aborts

    .balign 32
    .type begin_vectors, %function
begin_vectors:
    b       vectors
    b       vectors + 4
    b       vectors + 8
    b       vectors + 12
    b       begin_abort
    b       vectors + 20
    b       vectors + 24
    b       vectors + 28
    .size begin_vectors, . - begin_vectors

    .type begin_abort, %function
begin_abort:
    mrc     p15, 0, r0, c5, c0, 0   /* DFSR */
    and     r1, r0, #DFSR_STATUS
    cmp     r1, #DFSR_ASYNC
    cmpne   r1, #DFSR_ASYNC_PARITY
    subseq  pc, lr, #8
    b       vectors + 16
    .size begin_abort, . - begin_abort

    .global core_lacks_vfp
    .type core_lacks_vfp, %function
core_lacks_vfp:
    ldr     r0, =no_vfp
    b       fault_stop
    .size core_lacks_vfp, . - core_lacks_vfp

    .section .rodata.no_vfp, "a", %progbits
no_vfp:
    .asciz  "no floating point: the core has none, or the secure side keeps it (NSACR.cp10, cp11)"
