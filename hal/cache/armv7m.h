/* SPDX-License-Identifier: MIT */
/*
 * The level 1 caches of a Cortex-M7, maintained by address through the System
 * Control Block. The registers take writes in privileged mode only. A
 * Cortex-M55 and an M85 have the same ones, and lines as long (CMSIS 5,
 * core_cm55.h and core_cm85.h): not tried.
 *
 *     static const struct hal_cache cache = ARMV7M_CACHE(32);
 *
 * Nothing of ours switches the data cache on: the product does, once all of it
 * has been invalidated by set and way (CMSIS: SCB_EnableDCache()). Where it
 * stays off, regions are HAL_UNCACHED.
 *
 * The line is the board's: it is the chip's (32 bytes on a Cortex-M7), and an
 * emulator may not say.
 *
 * Source: CMSIS 5, core_cm7.h for the offsets, cachel1_armv7.h for the order
 *         (DSB, operations, DSB, ISB) and the line; ARM DDI 0403E B2.2, points
 *         of coherency and unification.
 */
#ifndef HAL_CACHE_ARMV7M_H
#define HAL_CACHE_ARMV7M_H

#include "../cache.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct hal_cache_ops armv7m_cache_ops;

#define ARMV7M_CACHE(line)                                                     \
    {                                                                          \
        .ops = &armv7m_cache_ops, .largest_line = (line),                      \
        .smallest_line = (line)                                                \
    }

#ifdef __cplusplus
}
#endif

#endif
