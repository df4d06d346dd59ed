/* SPDX-License-Identifier: MIT */
/*
 * The contract of cache maintenance. A line written by the CPU may be dirty;
 * a line read may be stale. Ranges are rounded outward to whole lines by the
 * one who is called. A fence of the bus follows before the device is told.
 *
 * va names the bytes for inner caches, which work by virtual address; pa for
 * outer ones. Nothing is returned: there is no error to have.
 */
#ifndef HAL_CACHE_H
#define HAL_CACHE_H

#include "hal/address.h"

#include <stddef.h>
#include <stdint.h>

struct hal_cache;

struct hal_cache_ops {
    /* Write dirty lines back; they may stay valid. Context: any. */
    void (*clean)(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length);
    /* Write dirty lines back and drop them. Context: any. */
    void (*clean_invalidate)(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length);
};

struct hal_cache {
    const struct hal_cache_ops *ops;
    uint32_t largest_line;  /* bytes: ownership is counted in these */
    uint32_t smallest_line; /* bytes: maintenance steps by these    */
};

#endif
