/* SPDX-License-Identifier: MIT */
/*
 * Who owns a cache line (rule E3).
 *
 * A cache line that the device writes past the caches has to be dropped
 * afterwards; what else is in it would be lost. Such a line is the window's
 * own if all of it lies within the window, or within the capacity of a buffer;
 * and if none of it is bounced for its neighbours' sake.
 *
 * Context of all calls: any.
 */
#ifndef DMA_LINES_H
#define DMA_LINES_H

#include "dma/view.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the largest line; 1: there is no cache. */
static inline uint32_t iodma_lines_size(const struct iodma_view *view)
{
    const struct hal_cache *cache = view->bus->hal->cache;

    return cache ? cache->largest_line : 1;
}

/* g of rule E3, bytes: the line, or the alignment of segments after the first
   if that is more. */
uint32_t iodma_lines_granularity(const struct iodma_view *view);

/* Has the line of a byte to be dropped: does the device write memory there
   that caches may hold? */
bool iodma_lines_dropped(const struct iodma_view *view, uint64_t address);

/* A line that has to be dropped, at the end of an extent and not all of it:
   has it to be bounced? address: of the extent's byte in it; view->ours is
   set. */
bool iodma_lines_foreign(const struct iodma_view *view, uint64_t address);

/* What the lines are like at the ends of a window's extents that have to be
   dropped. */
struct iodma_ends {
    bool foreign; /* some hold bytes that are not the window's             */
    bool ours;    /* some are the window's in more than one piece, or lie
                     in a buffer's capacity                                */
};

/* Look at all of them. Costs a walk over the window for each extent that does
   not begin and end with a line. */
struct iodma_ends iodma_lines_ends(const struct iodma_view *view);

#endif
