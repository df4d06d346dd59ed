/* SPDX-License-Identifier: MIT */
/* Memory as the CPU sees it: stated once per board. */
#ifndef HAL_REGION_H
#define HAL_REGION_H

#include <stdbool.h>
#include <stdint.h>

/* How the CPU caches a region. */
enum {
    HAL_UNCACHED = 0,
    HAL_WRITE_THROUGH = 1,
    HAL_WRITE_BACK = 2,
};

/*
 * One stretch of physical memory that the CPU can name by its own address.
 * Memory in no region may still be the device's: direct DMA to it is legal,
 * a call that would have the CPU touch it is not (NotAttached).
 */
struct hal_region {
    uint64_t base;  /* CPU physical address                      */
    uint64_t size;  /* bytes                                     */
    uint8_t cached; /* HAL_UNCACHED, _WRITE_THROUGH, _WRITE_BACK */
    bool writable;  /* false: ROM; DMA into it is NotWritable    */
};

#endif
