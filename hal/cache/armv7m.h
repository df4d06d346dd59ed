/* SPDX-License-Identifier: MIT */
/*
 * The level 1 caches of a Cortex-M7, maintained by address through the System
 * Control Block. The registers take writes in privileged mode only.
 *
 *     static const struct hal_cache cache = ARMV7M_CACHE(32);
 *
 * The line is the board's: it is the chip's (32 bytes on a Cortex-M7), and an
 * emulator may not say.
 *
 * Source: ARM DDI 0403E B3.2.2 and B2.2.7 (cache maintenance operations by
 *         address to the points of coherency and unification); ARM DDI 0489,
 *         Cortex-M7 TRM; CMSIS core_cm7.h for the offsets.
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
