/* SPDX-License-Identifier: MIT */
/*
 * Which bytes of a window are bounced, and which the device uses as they lie
 * (rule E3, rungs *edges* and *pages*).
 *
 * A cache line that the device writes past the caches has to be dropped
 * afterwards; what else is in it would be lost. Such a line is the window's
 * own if all of it lies within the window, or within the capacity of a buffer;
 * and if none of it is bounced for its neighbours' sake.
 * The part of a line that is not goes to a cell, with what lies before or
 * behind it up to the granularity g = max(line, alignment of segments after
 * the first):
 *
 *      line   line   line   line          direct: [a, b)
 *     |...###|######|######|##....|       bounced: ### and ##, each at the same
 *         ^  a             b ^            place in a page of the pool
 *
 * With IODMA_LEAST_BOUNCE the window is cut into units of g, counted so that
 * the first byte keeps its phase; a unit that is not one contiguous, aligned,
 * reachable and owned block is gathered in a cell.
 */
#ifndef DMA_SPLIT_H
#define DMA_SPLIT_H

#include "dma/view.h"
#include "dma/walk.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of one extent that are all direct, in one aperture, or all bounced, in
   one page of the pool. */
struct iodma_stretch {
    uint64_t address; /* CPU physical                                      */
    uint64_t length;  /* bytes                                             */
    bool bounced;
    uint64_t page;   /* bounced: by what the page is found, a multiple of
                        the granule                                        */
    uint64_t within; /* bounced: where in it the first byte is             */
};

/*
 * Take the next stretch, and no more than `most` of it.
 *
 *   view  its rung (EDGES, PAGES) and its `ours` are set
 *   walk  within the window; left behind the stretch
 *   most  bytes, not 0; the window has as many
 *
 * Returns OK, or Overrun at the descriptor's end. Context: any.
 */
enum iodma_status iodma_split_next(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_stretch *stretch);

/* What the lines are like at the ends of a window's extents that have to be
   dropped. */
struct iodma_ends {
    bool foreign; /* some hold bytes that are not the window's             */
    bool ours;    /* some are the window's in more than one piece, or lie
                     in a buffer's capacity                                */
};

/* Look at all of them. Costs a walk over the window for each extent that does
   not begin and end with a line. Context: any. */
struct iodma_ends iodma_split_ends(const struct iodma_view *view);

/*
 * How many bytes from a CPU physical address on, up to `most`, lie in pages
 * that the device reaches, to their last byte, in one aperture. 0: the page
 * of the address is not such a one. Context: any.
 */
uint64_t iodma_split_reached(const struct iodma_view *view, uint64_t address,
                             uint64_t most);

#endif
