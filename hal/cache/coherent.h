/* SPDX-License-Identifier: MIT */
/*
 * The cache of a machine whose masters all look into it, or that has none:
 * there is nothing to maintain. A bus without any cache says so with NULL; this
 * one is for a product that has one board with lines and one without, and for
 * make_executable().
 */
#ifndef HAL_CACHE_COHERENT_H
#define HAL_CACHE_COHERENT_H

#include "../cache.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct hal_cache coherent_cache;

#ifdef __cplusplus
}
#endif

#endif
