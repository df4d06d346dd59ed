/* SPDX-License-Identifier: MIT */
/*
 * The walk over a memory descriptor: from any offset on, in the longest
 * physically contiguous pieces.
 */
#ifndef DMA_WALK_H
#define DMA_WALK_H

#include "../hal/status.h"
#include "memory.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A physically contiguous stretch of a memory descriptor. */
struct iodma_extent {
    hal_address offset;  /* bytes from the start of the descriptor */
    hal_address address; /* CPU physical                           */
    hal_address length;  /* bytes, never 0                         */
};

/* A place in a descriptor. A copy of it is a place of its own. */
struct iodma_walk {
    const struct iodma_memory *memory;
    const struct iodma_memory *leaf; /* whose ranges the place is in, or the
                                        byte before it, if just left          */
    hal_address offset;              /* from the start of the descriptor      */
    hal_address end; /* of the leaf's bytes, from the same start, or of all */
    hal_address within; /* the place, from the start of ...                   */
    const struct iodma_range *range; /* ... this one of the leaf's, which it is
                                        in, or behind                         */
};

/* Stand in a leaf's first range, so many bytes from its start: of who finds the
   way of a place. Context: any. */
static inline void iodma_walk_stand(struct iodma_walk *walk,
                                    const struct iodma_memory *leaf,
                                    hal_address within)
{
    walk->leaf = leaf;
    walk->within = within;
    walk->range = iodma_memory_ranges(leaf);
}

/*
 * Go to an offset. Costs O(log ranges) with the descriptor's index, else one
 * step a range before it; and one a member.
 *
 * Returns OK, or InternalError if offset is past the end; the end itself is
 * a place, where iodma_walk_next() says Overrun. *walk is unchanged then.
 *
 * Context: any. Source: spec 1.1, "MD walk".
 */
enum iodma_status iodma_walk_begin(struct iodma_walk *walk,
                                   const struct iodma_memory *memory,
                                   hal_address offset);

/*
 * Look at the next bytes, within one range.
 *
 *   most     bytes, not 0
 *   address  out: CPU physical, of the first one
 *
 * Returns how many of the next `most` bytes are contiguous, at least; 0 at the
 * end of the descriptor, or where a translation has nothing. Context: any.
 */
hal_address iodma_walk_look(struct iodma_walk *walk, hal_address most,
                            hal_address *address);

/*
 * Take the next contiguous bytes, whatever ranges they are in.
 *
 *   walk     left behind them
 *   most     bytes, not 0
 *   address  out: CPU physical, of the first one; undefined if there is none
 *
 * Returns how many, `most` at most; 0 as above. Context: any. Touches neither
 * the memory nor the bus.
 */
hal_address iodma_walk_take(struct iodma_walk *walk, hal_address most,
                            hal_address *address);

/* Leave the next bytes behind, unseen: there are as many. Context: any. */
static inline void iodma_walk_skip(struct iodma_walk *walk, hal_address length)
{
    walk->offset += length;
    walk->within += length;
}

/* Before the leaf's end: have walk->range be the range that the place is in.
   Context: any. */
static inline void iodma_walk_settle(struct iodma_walk *walk)
{
    while (walk->within >= walk->range->length)
        walk->within -= (walk->range++)->length;
}

/*
 * Take the next contiguous extent, and no more than `most` of it.
 *
 *   walk    left behind the extent
 *   most    bytes, not 0
 *   extent  out; ranges that touch come out as one extent
 *
 * Returns OK, or Overrun at the end of the descriptor; then *extent is
 * unchanged and further calls say the same.
 *
 * Context: any.
 */
static inline enum iodma_status iodma_walk_next(struct iodma_walk *walk,
                                                hal_address most,
                                                struct iodma_extent *extent)
{
    hal_address offset = walk->offset;
    hal_address address;
    hal_address length = iodma_walk_take(walk, most, &address);

    if (length == 0)
        return IODMA_OVERRUN;
    extent->offset = offset;
    extent->address = address;
    extent->length = length;
    return IODMA_OK;
}

#ifdef __cplusplus
}
#endif

#endif
