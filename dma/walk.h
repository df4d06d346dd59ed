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
                                        byte before it, if just taken         */
    hal_address offset;              /* from the start of the descriptor      */
    hal_address end; /* of the leaf's bytes, from the same start, or of all */
    hal_address within; /* the place, from the start of ...                   */
    const struct iodma_range *range; /* ... this one of the leaf's            */
};

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
 * Leave behind what iodma_walk_look() saw, `length` bytes from `address` on,
 * and what goes on behind it, in other ranges as well.
 *
 *   most  bytes, not 0
 *
 * Returns how many, `most` at most. Context: any.
 */
hal_address iodma_walk_take(struct iodma_walk *walk, hal_address address,
                            hal_address length, hal_address most);

/* Leave the next bytes behind, unseen: there are as many. Context: any. */
void iodma_walk_skip(struct iodma_walk *walk, hal_address length);

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
 * Context: any. Touches neither the memory nor the bus.
 */
enum iodma_status iodma_walk_next(struct iodma_walk *walk, hal_address most,
                                  struct iodma_extent *extent);

#ifdef __cplusplus
}
#endif

#endif
