/* SPDX-License-Identifier: MIT */
/*
 * System control registers by name: CP15_WRITE(value, SCTLR). A write takes
 * effect for certain after an ISB (ARM DDI 0406C B3.15.5).
 *
 * Source: ARM DDI 0406C B4.1, under each name; B4.2 for the operations; as in
 *         Trusted Firmware-A, aarch32/arch.h, and Linux, asm/tlbflush.h.
 */
#ifndef PLATFORM_ARMV7A_CP15_H
#define PLATFORM_ARMV7A_CP15_H

/* Each an operand of mrc and mcr, %0 being the core's register. */
#define CLIDR  "p15, 1, %0, c0, c0, 1"
#define CCSIDR "p15, 1, %0, c0, c0, 0"
#define CSSELR "p15, 2, %0, c0, c0, 0"
#define SCTLR  "p15, 0, %0, c1, c0, 0"
#define TTBCR  "p15, 0, %0, c2, c0, 2"
#define DFSR   "p15, 0, %0, c5, c0, 0"
#define IFSR   "p15, 0, %0, c5, c0, 1"
#define DFAR   "p15, 0, %0, c6, c0, 0"
#define IFAR   "p15, 0, %0, c6, c0, 2"
#define MAIR0  "p15, 0, %0, c10, c2, 0"
#define MAIR1  "p15, 0, %0, c10, c2, 1"
#define CNTFRQ "p15, 0, %0, c14, c0, 0"

/* Operations: written to be done. */
#define ICIALLU "p15, 0, %0, c7, c5, 0"
#define BPIALL  "p15, 0, %0, c7, c5, 6"
#define TLBIALL "p15, 0, %0, c8, c7, 0"
#define TLBIMVA "p15, 0, %0, c8, c7, 1"

/* The same on all cores of the inner shareable domain. */
#define TLBIMVAIS "p15, 0, %0, c8, c3, 1"

/* 64 bits wide: operands of mrrc and mcrr. */
#define TTBR0_64 "p15, 0, %Q0, %R0, c2"
#define CNTVCT   "p15, 1, %Q0, %R0, c14"

#define CP15_READ(variable, name)                                              \
    __asm__ volatile("mrc " name : "=r"(variable) : : "memory")
#define CP15_WRITE(value, name)                                                \
    __asm__ volatile("mcr " name : : "r"(value) : "memory")
#define CP15_READ64(variable, name)                                            \
    __asm__ volatile("mrrc " name : "=r"(variable) : : "memory")
#define CP15_WRITE64(value, name)                                              \
    __asm__ volatile("mcrr " name : : "r"(value) : "memory")

#define ISB() __asm__ volatile("isb" : : : "memory")

#endif
