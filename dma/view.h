/* SPDX-License-Identifier: MIT */
/*
 * The bus view of a window: the prepared bytes as the bus master sees them,
 * an ordered list of bus runs (spec 4.1). No list is stored; a run is made
 * when it is asked for, from a walk over the memory, the plan's loans and the
 * bus's apertures.
 */
#ifndef DMA_VIEW_H
#define DMA_VIEW_H

#include "dma/bus.h"
#include "dma/cells.h"
#include "dma/limits.h"
#include "dma/memory.h"
#include "dma/walk.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The rungs of rule E3's ladder that there are. */
enum {
    IODMA_DIRECT = 0, /* the device uses the memory itself                  */
    IODMA_PAGES = 1,  /* pages out of reach have bounce pages               */
    IODMA_WHOLE = 2,  /* one contiguous buffer stands for the window        */
};

struct iodma_view {
    const struct iodma_bus *bus;
    const struct iodma_memory *memory;
    const struct iodma_limits *limits;
    uint64_t offset; /* of the window in the descriptor        */
    uint64_t length; /* of the window, bytes                   */

    /* The plan (dma/plan.h). */
    uint64_t buffer;      /* WHOLE: CPU physical address           */
    uint64_t buffer_size; /* WHOLE: bytes                          */
    iodma_cells cells;    /* PAGES                                 */
    const void *owner;    /* of the cells                          */
    uint8_t rung;         /* IODMA_DIRECT ...                      */
    uint8_t access;       /* HAL_READ | HAL_WRITE: what the master does   */
    bool maintained;      /* E1: the master does not look into caches,
                             whatever the aperture says            */
};

/* A stretch of the window, contiguous for the client and in the storage that
   the device uses for it, there in one aperture; the two are the same where
   it is direct. */
struct iodma_piece {
    uint64_t client;  /* CPU physical */
    uint64_t storage; /* CPU physical */
    uint64_t length;  /* bytes        */
};

/* What a master does to memory of a direction. */
static inline uint8_t iodma_access_of(uint32_t direction)
{
    if (direction == IODMA_OUT)
        return HAL_READ;
    return direction == IODMA_IN ? HAL_WRITE : HAL_READ | HAL_WRITE;
}

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
 * Take the next piece, and no more than `most` of it.
 *
 *   walk  left behind the piece
 *
 * Returns OK, or Overrun at the window's end. Context: any.
 */
enum iodma_status iodma_view_piece(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_piece *piece);

/*
 * See the rest of the run at a walk: contiguous on the bus, in one aperture,
 * within the window.
 *
 *   walk  left behind the run
 *   most  bytes to look at, not 0
 *   run   out; unchanged on failure, where the walk is undefined
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

/*
 * How many bytes from a CPU physical address on, up to `most`, lie in pages
 * that the device reaches, to their last byte, in one aperture. 0: the page
 * of the address is not such a one. Context: any.
 */
uint64_t iodma_view_reached(const struct iodma_view *view, uint64_t address,
                            uint64_t most);

/* Does the transfer write memory (In, InOut, None) that may not be written?
   Context: any. Source: spec 3.5 step 8. */
bool iodma_view_write_protected(const struct iodma_view *view);

/* The device writes: In, InOut and None. */
static inline bool iodma_view_inbound(const struct iodma_view *view)
{
    return view->memory->direction != IODMA_OUT;
}

/* Caches have to be maintained for the byte at a CPU physical address (rule
   E1). Context: any. */
bool iodma_view_maintains(const struct iodma_view *view, uint64_t address);

#endif
