/* SPDX-License-Identifier: MIT */
/*
 * The vector table, and what is done before C takes an exception. In the
 * instructions of ARMv6-M.
 *
 * Source: ARM DDI 0403E B1.5.2 (numbers), B1.5.3 (table), B1.5.6 (entry: the
 *         frame is where the stack pointer is).
 */
#include "core.h"
#include "nvic.h"

    .syntax unified
    .thumb

    .section .vectors, "a", %progbits
    .global vectors
    .type vectors, %object
vectors:
    .word   stack_top
    .word   _start
    .rept   EXCEPTION_SYSTICK - EXCEPTION_NMI
    .word   vector_fault
    .endr
    .word   vector_systick
    .rept   PLAT_NVIC_LINES
    .word   vector_interrupt
    .endr
    .size vectors, . - vectors

/*
 * No fault returns. Each starts the fault stack afresh, whatever became of
 * the other one, so that a fault within a fault still gets through.
 */
    .text
    .type vector_fault, %function
    .thumb_func
vector_fault:
    mov     r0, sp
    mrs     r1, ipsr
#if ARMV7M_STACK_LIMIT
    movs    r2, #0
    msr     msplim, r2
#endif
    ldr     r2, =fault_stack_top
    mov     sp, r2
    bl      fault_raise
    .size vector_fault, . - vector_fault

    .type vector_interrupt, %function
    .thumb_func
vector_interrupt:
    mov     r0, sp
    ldr     r1, =nvic_dispatch
    bx      r1
    .size vector_interrupt, . - vector_interrupt

/* A board with another clock has no use for SysTick. */
    .weak systick_isr
    .thumb_set systick_isr, vector_fault
    .type vector_systick, %function
    .thumb_func
vector_systick:
    ldr     r1, =systick_isr
    bx      r1
    .size vector_systick, . - vector_systick
