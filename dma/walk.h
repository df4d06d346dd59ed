/* SPDX-License-Identifier: MIT */
/*
 * The walk over a memory descriptor: from any offset on, in the longest
 * physically contiguous pieces.
 */
#ifndef DMA_WALK_H
#define DMA_WALK_H

#include "dma/memory.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A physically contiguous stretch of a memory descriptor. */
struct iodma_extent {
    uint64_t offset;  /* bytes from the start of the descriptor */
    uint64_t address; /* CPU physical                           */
    uint64_t length;  /* bytes, never 0                         */
};

/* A place in a descriptor. A copy of it is a place of its own. */
struct iodma_walk {
    const struct iodma_memory *memory;
    const struct iodma_memory *leaf; /* whose ranges the place is in, or the
                                        byte before it, if just taken         */
    uint64_t offset;                 /* from the start of the descriptor      */
    uint64_t end; /* of the leaf's bytes, from the same start, or of all    */
    uint64_t within; /* the place, from the start of ...                     */
    const struct iodma_range *range; /* ... this one of the leaf's           */
    bool whole; /* the leaf and what it is in are no parts of others */
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
                                   uint64_t offset);

/*
 * Look at the next byte.
 *
 *   address  out: CPU physical
 *
 * Returns OK, or Overrun at the end of the descriptor, or where a translation
 * has nothing. Context: any.
 */
enum iodma_status iodma_walk_peek(struct iodma_walk *walk, uint64_t *address);

/* How many bytes from the place on are contiguous, of the `most` next ones? 0
   at the end of the descriptor. Context: any. */
uint64_t iodma_walk_ahead(const struct iodma_walk *walk, uint64_t most);

/*
 * How many bytes before the next one are contiguous with it?
 *
 *   walk     iodma_walk_peek() has just been called, which gave `address`
 *   most     to look for; the descriptor has as many before the place
 *
 * Costs a step a range, and a walk from the beginning if ranges are virtual or
 * in several descriptors. Context: any.
 */
uint64_t iodma_walk_behind(const struct iodma_walk *walk, uint64_t address,
                           uint64_t most);

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
enum iodma_status iodma_walk_next(struct iodma_walk *walk, uint64_t most,
                                  struct iodma_extent *extent);

/* The same, but an extent ends with its range: all of it is of the one leaf
   that walk->leaf is then. Context: any. */
enum iodma_status iodma_walk_range(struct iodma_walk *walk, uint64_t most,
                                   struct iodma_extent *extent);

/* Leave `length` bytes behind, contiguous or not; they are there. Context:
   any. */
void iodma_walk_skip(struct iodma_walk *walk, uint64_t length);

/* The array of a descriptor that is not IODMA_MULTI. Context: any. */
static inline const struct iodma_range *
iodma_memory_ranges(const struct iodma_memory *memory)
{
    return memory->kind == IODMA_BUFFER ? &memory->buffer : memory->ranges;
}

#endif
