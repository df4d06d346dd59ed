/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance of this core, one instruction a call. What they mean is in
 * platform/native/cp15.h, which has the same calls.
 *
 * Source: ARM DDI 0406C B4.1 under each name; B4.2 for the operations.
 */
#ifndef PLATFORM_ARMV7A_MAINTENANCE_H
#define PLATFORM_ARMV7A_MAINTENANCE_H

#include "cp15.h"

#include <stdint.h>

#define CTR      "p15, 0, %0, c0, c0, 1"
#define ICIMVAU  "p15, 0, %0, c7, c5, 1"
#define DCIMVAC  "p15, 0, %0, c7, c6, 1"
#define DCCMVAC  "p15, 0, %0, c7, c10, 1"
#define DCCMVAU  "p15, 0, %0, c7, c11, 1"
#define DCCIMVAC "p15, 0, %0, c7, c14, 1"

static inline uint32_t cp15_read_ctr(void)
{
    uint32_t value;

    CP15_READ(value, CTR);
    return value;
}

static inline uint32_t cp15_read_clidr(void)
{
    uint32_t value;

    CP15_READ(value, CLIDR);
    return value;
}

static inline uint32_t cp15_read_ccsidr(void)
{
    uint32_t value;

    CP15_READ(value, CCSIDR);
    return value;
}

static inline void cp15_write_csselr(uint32_t value)
{
    CP15_WRITE(value, CSSELR);
}

static inline void cp15_dccmvac(uint32_t va)
{
    CP15_WRITE(va, DCCMVAC);
}

static inline void cp15_dccimvac(uint32_t va)
{
    CP15_WRITE(va, DCCIMVAC);
}

static inline void cp15_dcimvac(uint32_t va)
{
    CP15_WRITE(va, DCIMVAC);
}

static inline void cp15_dccmvau(uint32_t va)
{
    CP15_WRITE(va, DCCMVAU);
}

static inline void cp15_icimvau(uint32_t va)
{
    CP15_WRITE(va, ICIMVAU);
}

static inline void cp15_iciallu(void)
{
    CP15_WRITE(0, ICIALLU);
}

static inline void cp15_bpiall(void)
{
    CP15_WRITE(0, BPIALL);
}

static inline void cp15_dsb(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

static inline void cp15_isb(void)
{
    ISB();
}

#endif
