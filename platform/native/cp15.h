/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance of an ARMv7-A core, as platform/armv7a spells it. Natively
 * each call is defined by the test program: tests/model/cp15_model.c.
 *
 * An operation by address takes any address in the line; it has its effect at
 * some time until the next cp15_dsb().
 *
 * Source: ARM DDI 0406C B4.1 under each name; B4.2 for the operations.
 */
#ifndef PLATFORM_NATIVE_CP15_H
#define PLATFORM_NATIVE_CP15_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes: CTR has the smallest lines; CCSIDR is of the cache that CSSELR
   selects, once an ISB has followed the write. */
uint32_t cp15_read_ctr(void);
uint32_t cp15_read_clidr(void);
uint32_t cp15_read_ccsidr(void);
void cp15_write_csselr(uint32_t value);

/* Data, by address to the point of coherency: clean, clean and invalidate,
   invalidate. */
void cp15_dccmvac(uint32_t va);
void cp15_dccimvac(uint32_t va);
void cp15_dcimvac(uint32_t va);

/* Code, to the point of unification: clean data by address, invalidate
   instructions by address or all of them, invalidate branch predictors. */
void cp15_dccmvau(uint32_t va);
void cp15_icimvau(uint32_t va);
void cp15_iciallu(void);
void cp15_bpiall(void);

/* DSB SY and ISB. */
void cp15_dsb(void);
void cp15_isb(void);

#ifdef __cplusplus
}
#endif

#endif
