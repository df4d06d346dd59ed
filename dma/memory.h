/* SPDX-License-Identifier: MIT */
/*
 * Memory descriptors: the caller's bytes, wherever they lie.
 *
 * A descriptor is an ordered list of ranges that together are one string of
 * bytes, offset 0 to length - 1. The walk takes it apart again, into the
 * longest physically contiguous pieces.
 */
#ifndef DMA_MEMORY_H
#define DMA_MEMORY_H

#include "hal/status.h"

#include <stdint.h>

/* Which way the bytes go, named from the memory. Out: memory to device. In:
   device to memory. None is treated like both. (IODirection) */
enum {
    IODMA_NONE = 0,
    IODMA_IN = 1,
    IODMA_OUT = 2,
    IODMA_INOUT = 3,
};

/* What the caller gives. Length 0 is legal and skipped. */
struct iodma_range {
    uint64_t address; /* CPU physical */
    uint64_t length;  /* bytes        */
};

/* IODMACommand: IOMemoryDescriptor, of the physical kind. */
struct iodma_memory {
    const struct iodma_range *ranges; /* the caller's, frozen while attached */
    uint32_t count;
    uint32_t direction; /* IODMA_NONE, _IN, _OUT or _INOUT     */
    uint64_t length;    /* bytes of all ranges together        */
};

/*
 * Describe memory by its ranges, in this order. The array is lent: it must
 * stay and not change while a command has the descriptor.
 *
 *   memory     out; unchanged on failure
 *   ranges     may be NULL if count is 0: a descriptor of length 0 is legal
 *   direction  IODMA_NONE, _IN, _OUT or _INOUT
 *
 * Returns OK, or BadArgument: a pointer is NULL, a range runs past the end
 * of 64 bits (length > 2^64 - 1 - address), the lengths together do, or the
 * direction is none of the four.
 *
 * Context: any. Source: spec 1.1 (IOMemoryDescriptor::withPhysicalRanges).
 */
enum iodma_status iodma_memory_init_ranges(struct iodma_memory *memory,
                                           const struct iodma_range *ranges,
                                           uint32_t count, uint32_t direction);

/* A physically contiguous stretch of a memory descriptor. */
struct iodma_extent {
    uint64_t offset;  /* bytes from the start of the descriptor */
    uint64_t address; /* CPU physical                           */
    uint64_t length;  /* bytes, never 0                         */
};

/* A place in a descriptor. A copy of it is a place of its own. */
struct iodma_walk {
    const struct iodma_memory *memory;
    uint64_t offset; /* bytes from the start of the descriptor */
    uint64_t within; /* the same place, from the start of ...  */
    uint32_t index;  /* ... this range                         */
};

/*
 * Go to an offset. Costs one step a range before it.
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

/* Leave `length` bytes behind, contiguous or not; they are there. Context:
   any. */
void iodma_walk_skip(struct iodma_walk *walk, uint64_t length);

struct iodma_bus;

/*
 * Read or write a descriptor's bytes by the CPU, all or nothing.
 * (IOMemoryDescriptor: readBytes, writeBytes)
 *
 *   bus     whose regions say how the CPU reaches them
 *   bytes   reading: NULL reads nothing; writing: NULL writes zeros
 *
 * Returns the number of bytes, or 0 if the range is not all within the
 * descriptor, and what was done if a region or window was missing midway.
 *
 * Context: thread or ISR. Source: spec 1.1.
 */
uint64_t iodma_memory_read(const struct iodma_memory *memory,
                           const struct iodma_bus *bus, uint64_t offset,
                           void *bytes, uint64_t length);
uint64_t iodma_memory_write(const struct iodma_memory *memory,
                            const struct iodma_bus *bus, uint64_t offset,
                            const void *bytes, uint64_t length);

#endif
