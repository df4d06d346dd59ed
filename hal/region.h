/* SPDX-License-Identifier: MIT */
/* Memory as the CPU sees it: stated once per board. */
#ifndef HAL_REGION_H
#define HAL_REGION_H

#include "address.h"

#include <stdbool.h>
#include <stdint.h>

/* How the CPU caches a region. */
enum {
    HAL_UNCACHED = 0,
    HAL_WRITE_THROUGH = 1,
    HAL_WRITE_BACK = 2,
};

/*
 * How the CPU names memory that has no address of its own for it (LPAE: more
 * than 4 GiB behind 32 bits). A window shows a stretch of it for a while.
 *
 * Windows nest: at least four are open at a time, a caller's and those of an
 * interrupt handler over it. The last one opened is closed first.
 */
struct hal_window {
    /*
     * Show physical memory from `address` on.
     *
     *   length  in: bytes wanted, not 0; out: bytes shown, 1 to wanted (a
     *           window ends somewhere: 2 MiB, or a page)
     *
     * Returns a pointer to the byte at `address`, good until close(); NULL if
     * no window is free, then *length is unchanged.
     * Context: thread or ISR.
     */
    void *(*open)(hal_address address, hal_address *length);
    /* Close the window that shows this pointer. Context: as open. */
    void (*close)(void *pointer);
};

/*
 * One stretch of physical memory that the CPU can name. Memory in no region
 * may still be the device's: direct DMA to it is legal, a call that would
 * have the CPU touch it is not (NotAttached).
 */
struct hal_region {
    hal_address first; /* CPU physical address of the first byte, ...     */
    hal_address last;  /* ... and of the last one                         */
    uint8_t cached;    /* HAL_UNCACHED, _WRITE_THROUGH, _WRITE_BACK. Uncached
                          memory has no lines to maintain (E1)                */
    bool writable;     /* false: ROM; DMA into it is NotWritable             */
    const struct hal_window *window; /* NULL: the physical address is the
                                        CPU's own, a pointer              */
};

#endif
