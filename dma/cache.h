/* SPDX-License-Identifier: MIT */
/*
 * What caches ask for where the master does not look into them (rule E1): who
 * owns a line (rule E3), and maintenance. Linked by iodma_bus_cache().
 *
 * A line that the device writes past the caches has to be dropped afterwards;
 * what else is in it would be lost. Such a line is an extent's own if it lies
 * in it, or in the capacity of a buffer of the descriptor.
 *
 *      line   line   line   line          the window has [a, b)
 *     |...###|######|######|##....|       ### and ## are in lines that are not
 *         ^  a             b ^            its own: they are bounced
 *
 * Context of all calls: any.
 */
#ifndef DMA_CACHE_H
#define DMA_CACHE_H

#include "../hal/address.h"
#include "../hal/status.h"
#include "window.h"

#include <stdbool.h>

struct iodma_opening;

/* Ends of a piece. */
enum { IODMA_HEAD = 1, IODMA_TAIL = 2 };

struct iodma_caching {
    /* Begin to clean the lines of memory that is open, if it is cached:
       IODMA_ACCESS_CLEAN; or to drop them as well, IODMA_ACCESS_DROP. */
    void (*touch)(const struct hal_cache *cache,
                  const struct iodma_opening *opening, uint32_t what);
    /* Which ends of a piece, which the master sees through an aperture, or
       through none, lie in a line that has to be dropped and is not its own? */
    uint32_t (*gives_up)(const struct iodma_window *window, hal_address address,
                         hal_address length,
                         const struct hal_aperture *aperture);
    /* A sweep: clean what the device uses of part of the window, or clean and
       invalidate it. IODMA_SYNC_BOUNCED, _DIRECT, _DROP and _BEGUN.
       (dma/sync.h) */
    enum iodma_status (*maintain)(const struct iodma_plan *plan, uint32_t what,
                                  hal_address from, hal_address to);
    /* Does part of the window share a line with bytes of the rest that the
       device may write? To hand that over, or to write into it, would undo what
       the device writes. Returns the position of the end that does: the part's,
       or one within it of what is contiguous; HAL_ADDRESS_MAX: none. */
    hal_address (*tears)(const struct iodma_plan *plan, hal_address from,
                         hal_address to);
};

#endif
