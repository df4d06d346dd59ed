/* SPDX-License-Identifier: MIT */
/*
 * Where QEMU enters the mess, in the highest state that the machine has, and
 * the ways from there to lower ones: each goes on in C, on the same stack.
 *
 * Source: ARM DDI 0406C B1.3 (modes), B4.1 (SCR).
 */
#include "platform/armv7a/core.h"

#define MODE_MON 0x16
#define SCR_NS   1

    .syntax unified
    .arm
    .arch_extension virt

    .text
    .global mess_start
    .type mess_start, %function
mess_start:
    ldr     sp, =stack_top
    b       mess

/* From secure SVC mode to that of the other side. */
    .global go_non_secure
    .type go_non_secure, %function
go_non_secure:
    mov     r12, lr
    mov     r3, sp
    cps     #MODE_MON
    mrc     p15, 0, r0, c1, c1, 0
    orr     r0, r0, #SCR_NS
    mcr     p15, 0, r0, c1, c1, 0
    isb
    mov     r0, #(CPSR_AIF | MODE_SVC)
    msr     spsr_cxsf, r0
    adr     lr, 1f
    movs    pc, lr
1:  mov     sp, r3
    bx      r12

/* From Hyp mode to SVC mode. */
    .global leave_hyp
    .type leave_hyp, %function
leave_hyp:
    mov     r3, sp
    mov     r12, lr
    mov     r0, #(CPSR_AIF | MODE_SVC)
    msr     spsr_cxsf, r0
    adr     r0, 1f
    msr     elr_hyp, r0
    eret
1:  mov     sp, r3
    bx      r12

/* Enter the image, its bytes the other way round for loads and stores if r0 is
   not 0. */
    .global enter
    .type enter, %function
enter:
    cmp     r0, #0
    beq     1f
    setend  be
1:  mvn     r0, #0
    mov     r1, r0
    mov     r2, r0
    mov     r3, r0
    mov     r4, r0
    mov     sp, r0
    b       vectors

    .bss
    .balign 8
    .space 4096
stack_top:
