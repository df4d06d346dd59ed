/* SPDX-License-Identifier: MIT */
/*
 * What kind of M-profile core this is compiled for, and the System Control
 * Space that they all have. Also for the assembler.
 *
 * Source: ARM DDI 0419 (ARMv6-M), ARM DDI 0403E (ARMv7-M) B3.2, ARM DDI 0553B
 *         (ARMv8-M) D1.2, each under the register's name; offsets and bits as
 * in CMSIS 5, core_cm0plus.h, core_cm7.h, core_cm33.h.
 */
#ifndef PLATFORM_ARMV7M_CORE_H
#define PLATFORM_ARMV7M_CORE_H

#ifdef __cplusplus
extern "C" {
#endif

/* ARMv6-M and ARMv8-M Baseline have HardFault only, which no register
   explains, and no BASEPRI. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define ARMV7M_MAINLINE 0
#else
#define ARMV7M_MAINLINE 1
#endif

/* MSPLIM, SFSR: ARMv8-M, secure state. */
#if __ARM_ARCH >= 8
#define ARMV7M_STACK_LIMIT   1
#define ARMV7M_SECURE_FAULTS 1
#else
#define ARMV7M_STACK_LIMIT   0
#define ARMV7M_SECURE_FAULTS 0
#endif

/* Exception numbers: the low bits of IPSR. An interrupt's is its id behind
   these. */
#define EXCEPTION_NMI        2
#define EXCEPTION_HARD       3
#define EXCEPTION_MEMORY     4
#define EXCEPTION_BUS        5
#define EXCEPTION_USAGE      6
#define EXCEPTION_SECURE     7
#define EXCEPTION_SVC        11
#define EXCEPTION_DEBUG      12
#define EXCEPTION_PENDSV     14
#define EXCEPTION_SYSTICK    15
#define EXCEPTION_INTERRUPTS 16

#define SYST_CSR           0xE000E010
#define SYST_CSR_ENABLE    (1 << 0)
#define SYST_CSR_TICKINT   (1 << 1)
#define SYST_CSR_CLKSOURCE (1 << 2) /* the processor's clock */
#define SYST_RVR           0xE000E014
#define SYST_CVR           0xE000E018

/* NVIC: a bit or a byte per interrupt. ARMv6-M takes words only. */
#define NVIC_ISER(n) (0xE000E100 + 4 * ((n) / 32))
#define NVIC_ICER(n) (0xE000E180 + 4 * ((n) / 32))
#define NVIC_ISPR(n) (0xE000E200 + 4 * ((n) / 32))
#define NVIC_ICPR(n) (0xE000E280 + 4 * ((n) / 32))
#define NVIC_IPR(n)  (0xE000E400 + 4 * ((n) / 4))

#define SCB_ICSR              0xE000ED04
#define SCB_ICSR_PENDSTSET    (1 << 26)
#define SCB_VTOR              0xE000ED08
#define SCB_CCR               0xE000ED14
#define SCB_CCR_STKALIGN      (1 << 9) /* frames on multiples of 8 */
#define SCB_SHCSR             0xE000ED24
#define SCB_SHCSR_MEMFAULTENA (1 << 16)
#define SCB_SHCSR_BUSFAULTENA (1 << 17)
#define SCB_SHCSR_USGFAULTENA (1 << 18)
#define SCB_SHCSR_SECUREENA   (1 << 19) /* ARMv8-M; zero before */
#define SCB_CFSR              0xE000ED28
#define SCB_HFSR              0xE000ED2C
#define SCB_MMFAR             0xE000ED34
#define SCB_BFAR              0xE000ED38

/* ARMv8-M with the Security Extension. */
#define SAU_CTRL        0xE000EDD0
#define SAU_CTRL_ENABLE (1 << 0)
#define SAU_RNR         0xE000EDD8
#define SAU_RBAR        0xE000EDDC /* multiple of 32           */
#define SAU_RLAR        0xE000EDE0 /* last block of 32 | flags */
#define SAU_RLAR_ENABLE (1 << 0)
#define SAU_SFSR        0xE000EDE4
#define SAU_SFAR        0xE000EDE8

#ifndef __ASSEMBLER__

/*
 * Make the clock run, from 0 on. Defined by the clock that the board has
 * chosen: systick.c, or a timer of its chip.
 *
 * Context: platform_begin(), interrupts masked.
 */
void clock_begin(void);

#ifdef __cplusplus
}
#endif

#endif

#endif
