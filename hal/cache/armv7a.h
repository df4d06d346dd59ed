/* SPDX-License-Identifier: MIT */
/*
 * The caches of an ARMv7-A core, or of an ARMv8-A one in AArch32 (Cortex-A7,
 * A15, A53, ...), maintained by address to the point of coherency: all levels
 * that the core itself knows. An outer cache (PL310) is not among them.
 *
 * Operations by address are broadcast to the other cores where memory is
 * shareable and the core has the multiprocessing extensions; invalidating
 * branch predictors is not (make_executable() is for this core).
 *
 * Not for a Cortex-A53 before r0p3: cleaning alone may corrupt there, unless
 * firmware has made every clean invalidate as well (errata 819472, 824069,
 * 827319; CPUACTLR.ENDCCASCI).
 *
 * Source: ARM DDI 0406C, B2.2 (by address, points of coherency and
 *         unification), B4.1 (CTR, CLIDR, CCSIDR, CSSELR), B4.2; Linux,
 *         arch/arm/mm/cache-v7.S for the order; Trusted Firmware-A,
 *         lib/cpus/aarch32/cortex_a53.S for the errata.
 */
#ifndef HAL_CACHE_ARMV7A_H
#define HAL_CACHE_ARMV7A_H

#include "../cache.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Make the cache of this core, with the lines that it says it has: the
 * smallest of its data caches, and the largest stretch that an eviction may
 * write (CTR.CWG; where it does not say, its largest line).
 *
 *   cache  out; before a bus that has it is used
 *
 * Context: thread.
 */
void armv7a_cache_init(struct hal_cache *cache);

#ifdef __cplusplus
}
#endif

#endif
