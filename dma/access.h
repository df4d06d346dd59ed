/* SPDX-License-Identifier: MIT */
/*
 * The CPU's own access to memory by physical address: through the regions of
 * the bus, by a far window where there is no pointer. All copies and all cache
 * maintenance of commands go through here.
 *
 * Each call returns OK; NotAttached: a byte lies in no region; NotWritable: one
 * that has to be written lies in a region that is not; NoResources: no far
 * window was free. Then a first part may have been done. The reason is
 * recorded.
 *
 * Context: thread or ISR; the time is that of the bytes.
 */
#ifndef DMA_ACCESS_H
#define DMA_ACCESS_H

#include "../hal/address.h"
#include "../hal/status.h"
#include "bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the CPU does with memory: one of the first three, one of the last two,
   or one of each in this order. */
enum {
    IODMA_ACCESS_READ = 1,  /* to a buffer                             */
    IODMA_ACCESS_WRITE = 2, /* from a buffer; NULL: zeros              */
    IODMA_ACCESS_TRY = 4,   /* nothing, but it could be written        */
    IODMA_ACCESS_CLEAN = 8, /* write its lines back, if it is cached   */
    IODMA_ACCESS_DROP = 16, /* the same, and drop them                 */
};

/* Physical memory that is a pointer at the moment. */
struct iodma_opening {
    hal_address address;
    hal_address length; /* wanted; then that the pointer is good for */
    const struct hal_region *region;
    uint8_t *bytes;
};

/* The region that has all of a stretch, if addresses there are pointers: such
   memory needs no opening. NULL: there is no such one. */
static inline const struct hal_region *
iodma_access_named(const struct iodma_bus *bus, hal_address first,
                   hal_address last)
{
    const struct hal_region *region = iodma_bus_region(bus, first);

    return region && !region->window && last <= region->last ? region : NULL;
}

/* Do so with bytes from an address on. `length` in: how many; out: with how
   many it was done. `bytes` is the buffer, or NULL. */
enum iodma_status iodma_access(const struct iodma_bus *bus, hal_address address,
                               hal_address *length, uint8_t *bytes,
                               uint32_t what, struct iodma_reason *reason);

/* Copy from one physical address to another: IODMA_ACCESS_WRITE; or _TRY. */
enum iodma_status iodma_access_copy(const struct iodma_bus *bus, hal_address to,
                                    hal_address from, hal_address length,
                                    uint32_t what, struct iodma_reason *reason);

#ifdef __cplusplus
}
#endif

#endif
