/* SPDX-License-Identifier: MIT */
/*
 * Which bytes of a window are bounced, and which the device uses as they lie
 * (rule E3, rungs *edges* and *pages*).
 *
 * The part of a line that is not the window's own (dma/lines.h) goes to a cell,
 * with what lies before or behind it up to the granularity g = max(line,
 * alignment of segments after the first):
 *
 *      line   line   line   line          direct: [a, b)
 *     |...###|######|######|##....|       bounced: ### and ##, each at the same
 *         ^  a             b ^            place in a page of the pool
 *
 * With IODMA_LEAST_BOUNCE it is dma/least.h that decides.
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

/* The same, with the storage that has been taken for it: iodma_view_piece(). */
enum iodma_status iodma_split_piece(const struct iodma_view *view,
                                    struct iodma_walk *walk, uint64_t most,
                                    struct iodma_piece *piece);

/*
 * How many bytes from a CPU physical address on, up to `most`, lie in pages
 * that the device reaches, to their last byte, in one aperture. 0: the page
 * of the address is not such a one. Context: any.
 */
uint64_t iodma_split_reached(const struct iodma_view *view, uint64_t address,
                             uint64_t most);

#endif
