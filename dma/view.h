/* SPDX-License-Identifier: MIT */
/*
 * The bus view of a window: the prepared bytes as the bus master sees them,
 * an ordered list of bus runs (spec 4.1). No list is stored; a run is made
 * when it is asked for, from a walk over the memory, the plan's loans, the
 * bus's apertures and the mapper's pages.
 */
#ifndef DMA_VIEW_H
#define DMA_VIEW_H

#include "dma/bus.h"
#include "dma/cells.h"
#include "dma/limits.h"
#include "dma/map.h"
#include "dma/memory.h"
#include "dma/walk.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The rungs of rule E3's ladder. */
enum {
    IODMA_DIRECT = 0, /* the device uses the memory itself                  */
    IODMA_EDGES = 1,  /* ends that share a cache line have cells; or, with
                         IODMA_LEAST_BOUNCE, all that cannot go as it lies  */
    IODMA_PAGES = 2,  /* pages out of reach have bounce pages, too          */
    IODMA_WHOLE = 3,  /* one contiguous buffer stands for the window        */
};

/* How segments come out of a window (dma/generate.c). */
enum {
    IODMA_PATH_RUNS = 0,   /* run by run: anything                            */
    IODMA_PATH_JOINED = 1, /* direct ranges in one aperture                   */
    IODMA_PATH_PLAIN = 2,  /* the same, and each is a segment                 */
    IODMA_PATH_FLAT = 3,   /* one stretch of bus addresses, whatever is behind
                              it: a single range, a buffer, whole pages that
                              a mapper shows one behind the other             */
};

struct iodma_view {
    const struct iodma_bus *bus;
    const struct iodma_memory *memory;
    const struct iodma_limits *limits;
    struct iodma_mapper *mapper; /* in effect; NULL: none                   */
    uint64_t offset;             /* of the window in the descriptor         */
    uint64_t length;             /* of the window, bytes                    */

    /* The plan (dma/plan.h, dma/map.h). */
    uint64_t origin;     /* bus address of: PATH_JOINED, _PLAIN: the CPU's 0;
                            _FLAT: the first byte, mapped: from iova on     */
    uint64_t buffer;     /* WHOLE: CPU physical address                     */
    uint64_t iova;       /* mapped: of the page that the first byte is in   */
    uint32_t iova_pages; /* that are this command's to unmap                */
    iodma_cells cells;   /* EDGES, PAGES                                    */
    uint8_t rung;        /* IODMA_DIRECT ...                                */
    uint8_t path;        /* IODMA_PATH_RUNS ...                             */
    uint8_t access;      /* HAL_READ | HAL_WRITE: what the master does      */
    bool coherent;       /* no maintenance is ours to do: DIRECT, and E1 asks
                            for none anywhere; or iterate-only              */
    bool maintained;     /* E1: the master does not look into caches,
                            whatever the aperture says                      */
    bool least;          /* IODMA_LEAST_BOUNCE                              */
    bool ours;           /* some lines are the window's in more than one
                            piece, or a buffer's: see dma/lines.h           */
    bool kept; /* E13: the mapping is the descriptor's, from its first byte */
};

/* A place in a view, for who wants runs. A copy is a place of its own. */
struct iodma_cursor {
    struct iodma_walk walk; /* PATH_FLAT: its offset, and no more           */
    uint64_t iova; /* mapped: in the page that this byte comes to lie in    */
};

/* A stretch of the window, contiguous for the client and in the storage that
   the device uses for it, there in one aperture; the two are the same where
   it is direct. */
struct iodma_piece {
    uint64_t client;  /* CPU physical */
    uint64_t storage; /* CPU physical */
    uint64_t length;  /* bytes        */
};

/* What a master does to memory of a direction: HAL_READ | HAL_WRITE. Context:
   any. */
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
static inline void iodma_view_begin(const struct iodma_view *view,
                                    uint64_t position, struct iodma_walk *walk)
{
    (void)iodma_walk_begin(walk, view->memory, view->offset + position);
}

/* The position that a walk is at, bytes of the window. Context: any. */
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
 * Take the rest of the run at a walk as it is on the bus, before a mapper:
 * contiguous, in one aperture, within the window.
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
enum iodma_status iodma_view_bus_run(const struct iodma_view *view,
                                     struct iodma_walk *walk, uint64_t most,
                                     struct hal_segment *run);

/*
 * Put a cursor at a position of the window, 0 to its length. With a mapper it
 * costs one step a run before it, on PATH_FLAT nothing.
 *
 * Context: any; the view is planned.
 */
static inline void iodma_view_seek(const struct iodma_view *view,
                                   uint64_t position,
                                   struct iodma_cursor *cursor)
{
    if (view->path == IODMA_PATH_FLAT)
        cursor->walk.offset = view->offset + position;
    else if (view->mapper)
        view->mapper->calls->seek(view, cursor, view->offset + position);
    else
        iodma_view_begin(view, position, &cursor->walk);
}

/*
 * Take the rest of the run at a cursor, as the master has to address it: of
 * IOVA where there is a mapper. The rest is as for iodma_view_bus_run().
 */
enum iodma_status iodma_view_run(const struct iodma_view *view,
                                 struct iodma_cursor *cursor, uint64_t most,
                                 struct hal_segment *run);

/* Leave `length` bytes of a run behind: they are its first ones, and there are
   more. Context: any. */
static inline void iodma_view_skip(const struct iodma_view *view,
                                   struct iodma_cursor *cursor,
                                   struct hal_segment run, uint64_t length)
{
    if (view->path == IODMA_PATH_FLAT) {
        cursor->walk.offset += length;
        return;
    }
    iodma_walk_skip(&cursor->walk, length);
    cursor->iova = run.address + length;
}

/* The rest of a window on PATH_FLAT, from an offset in the descriptor on.
   Context: any. */
static inline struct hal_segment iodma_view_rest(const struct iodma_view *view,
                                                 uint64_t offset)
{
    uint64_t position = offset - view->offset;
    struct hal_segment rest;

    rest.address = view->iova + view->origin + position;
    rest.length = view->length - position;
    return rest;
}

/*
 * The aperture through which the master does what the window's direction asks
 * to the byte at a CPU physical address; NULL: there is none. Context: any.
 */
static inline const struct hal_aperture *
iodma_view_aperture(const struct iodma_view *view, uint64_t address)
{
    return iodma_bus_aperture(view->bus, address, view->access);
}

/* How many of the bytes from a CPU physical address on lie in the first one's
   aperture: what holds for it holds for them. All, if it is in none: what is in
   none is one piece. Context: any. */
uint64_t iodma_view_in_aperture(const struct iodma_view *view, uint64_t address,
                                uint64_t length);

/* Does the transfer write memory (In, InOut, None) that may not be written?
   Context: any. Source: spec 3.5 step 8. */
bool iodma_view_write_protected(const struct iodma_view *view);

/* The device writes: In, InOut and None. Context: any. */
static inline bool iodma_view_inbound(const struct iodma_view *view)
{
    return view->memory->direction != IODMA_OUT;
}

/* Whose pages they are: a name that is the command's alone. Context: any. */
static inline const void *iodma_view_owner(const struct iodma_view *view)
{
    return view->limits;
}

/* What bounce storage has to be rounded to, bytes: the device sees whole pages
   of a mapper. Context: any. */
uint32_t iodma_view_granule(const struct iodma_view *view);

/* Bytes of the buffer of rung *whole*. Context: any. */
uint64_t iodma_view_buffer_size(const struct iodma_view *view);

/* Caches have to be maintained for the byte at a CPU physical address (rule
   E1). Context: any. */
bool iodma_view_maintains(const struct iodma_view *view, uint64_t address);

#endif
