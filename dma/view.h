/* SPDX-License-Identifier: MIT */
/*
 * The bus view of a window: the prepared bytes as the bus master sees them,
 * an ordered list of bus runs (spec 4.1). Nothing is stored; a run is made
 * when it is asked for, from a walk over the memory and the bus's apertures.
 */
#ifndef DMA_VIEW_H
#define DMA_VIEW_H

#include "dma/bus.h"
#include "dma/memory.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

struct iodma_view {
    const struct iodma_bus *bus;
    const struct iodma_memory *memory;
    uint64_t offset; /* of the window in the descriptor */
    uint64_t length; /* of the window, bytes            */
};

/*
 * Put a walk at a position of the window, 0 to its length.
 *
 * Context: any. The window lies in the descriptor: prepare has seen to it.
 */
void iodma_view_seek(const struct iodma_view *view, uint64_t position,
                     struct iodma_walk *walk);

/* The position that a walk is at. */
static inline uint64_t iodma_view_position(const struct iodma_view *view,
                                           const struct iodma_walk *walk)
{
    return walk->offset - view->offset;
}

/*
 * See the rest of the run at a walk: contiguous on the bus, in one aperture,
 * within the window.
 *
 *   walk  a copy of the caller's own: it is left behind the run, or further
 *   most  bytes to look at, not 0
 *   run   out; unchanged on failure
 *
 * Returns OK, Overrun at the window's end, or MessageTooLarge if the byte at
 * the walk lies in no aperture through which the master could do what the
 * direction asks.
 *
 * Context: any.
 */
enum iodma_status iodma_view_run(const struct iodma_view *view,
                                 struct iodma_walk *walk, uint64_t most,
                                 struct hal_segment *run);

/* Does the transfer write memory (In, InOut, None) that may not be written?
   Context: any. Source: spec 3.5 step 8. */
bool iodma_view_write_protected(const struct iodma_view *view);

#endif
