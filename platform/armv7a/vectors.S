/* SPDX-License-Identifier: MIT */
/*
 * Exception vectors, ARM state, the core in little endian.
 *
 * Source: ARM DDI 0406C B1.8.1 (vectors), B1.8.3 (link values),
 *         B1.9 (exceptions).
 */
#include "fault.h"

#define MODE_IRQ 0x12

    .syntax unified
    .arm

    .section .vectors, "ax", %progbits
    .balign 32
    .global vectors
    .type vectors, %function
vectors:
    b       _start
    b       vector_undefined
    b       vector_svc
    b       vector_prefetch_abort
    b       vector_data_abort
    b       vector_undefined        /* Hyp mode only: not taken here */
    b       vector_irq
    b       vector_fiq
    .size vectors, . - vectors

/*
 * No fault returns. Each starts the fault stack afresh, whatever became of
 * the stacks before, so that a fault within a fault still gets through.
 */
    .macro fault_vector name, kind
    .type \name, %function
\name:
    ldr     sp, =fault_stack_top
    mov     r0, #\kind
    mov     r1, lr
    mrs     r2, spsr
    bl      fault_raise
    .size \name, . - \name
    .endm

    .text
    fault_vector vector_undefined, FAULT_UNDEFINED
    fault_vector vector_svc, FAULT_SVC
    fault_vector vector_prefetch_abort, FAULT_PREFETCH_ABORT
    fault_vector vector_data_abort, FAULT_DATA_ABORT
    fault_vector vector_fiq, FAULT_FIQ

/*
 * The handlers run in IRQ mode, on its stack, not nested. Saved is what the
 * procedure call standard lets a C function change (AAPCS 5.1), VFP
 * included. The stack stays a multiple of 8: 2 + 6 words, 24 doubles,
 * 2 words.
 */
    .type vector_irq, %function
vector_irq:
    sub     lr, lr, #4
    srsdb   sp!, #MODE_IRQ
    push    {r0-r3, r12, lr}
    vpush   {d0-d7}
    vpush   {d16-d31}
    vmrs    r1, fpscr
    push    {r0, r1}

    mov     r0, lr
    bl      gic_dispatch

    pop     {r0, r1}
    vmsr    fpscr, r1
    vpop    {d16-d31}
    vpop    {d0-d7}
    pop     {r0-r3, r12, lr}
    clrex                           /* A3.4: a stale reservation is dropped */
    rfeia   sp!
    .size vector_irq, . - vector_irq
