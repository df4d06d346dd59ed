/* SPDX-License-Identifier: MIT */
/*
 * What a device can take, made exact.
 *
 * A specification (what the driver asks for), a bus (what its port carries)
 * and an engine each state limits, with 0 for "none". Here they become one
 * struct in which every field is a value to compare with: validated, narrowed,
 * and used to judge a segment.
 */
#ifndef DMA_LIMITS_H
#define DMA_LIMITS_H

#include "hal/limits.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The constraints of one device, as the driver writes them: IODMACommand's
 * SegmentOptions with two fields of ours behind it. 0 is "no limit" in every
 * field. Fill it with IODMA_SPEC (dma/command.h).
 */
struct iodma_segment_options {
    uint8_t struct_size;     /* sizeof this struct; 40: Apple's, without the
                                last two fields                             */
    uint8_t address_bits;    /* reaches bus addresses 0 .. 2^bits - 1       */
    uint64_t max_segment;    /* bytes in one segment                        */
    uint64_t max_transfer;   /* bytes in one preparation                    */
    uint32_t align_address;  /* of the first segment; power of two, bytes   */
    uint32_t align_length;   /* of every length; power of two, bytes        */
    uint32_t align_internal; /* of every segment after the first; 0: as
                                align_address                               */
    uint64_t boundary;       /* power of two no segment may straddle (E2)   */
    uint32_t max_segments;   /* in one list (E2)                            */
};

enum { IODMA_APPLE_OPTIONS_SIZE = 40 };

/* Limits with every default made a value; no field is 0. */
struct iodma_limits {
    uint64_t last;          /* highest bus address within reach           */
    uint64_t max_segment;   /* bytes                                      */
    uint64_t max_transfer;  /* bytes                                      */
    uint64_t boundary_mask; /* boundary - 1; all ones: none               */
    uint32_t align_address; /* power of two                               */
    uint32_t align_length;
    uint32_t align_internal;
    uint32_t align_seam; /* only a bus or an engine asks for one       */
    uint32_t alignment;  /* the strictest of the four                  */
    uint32_t max_segments;
};

/*
 * Read the driver's options: check the version, make the defaults explicit
 * (alignment 0 is 1, an internal alignment of 0 is the alignment, address
 * bits 0 are the output function's).
 *
 *   output_bits  what the output function can write: 32, or 0 for any
 *   granule      of the bus, a power of two: fewer address bits than would
 *                reach its end are refused
 *   resolved     out; unchanged on failure
 *
 * Returns OK or BadArgument: struct_size below 40, more address bits than
 * the output function writes, fewer than the granule needs.
 *
 * Context: any. Source: spec 2.1, 2.3 steps 3 to 6.
 */
enum iodma_status
iodma_limits_resolve(const struct iodma_segment_options *options,
                     uint32_t output_bits, uint32_t granule,
                     struct hal_limits *resolved);

/*
 * Turn limits with zeros into limits to compare with.
 *
 * Returns OK or BadArgument: an alignment or the boundary is not a power of
 * two, more than 64 address bits, a boundary below an alignment, a maximum
 * segment below the alignment of lengths. *limits is unchanged then.
 *
 * Context: any. Source: spec 2.3 steps 6 to 8, rule E2.
 */
enum iodma_status iodma_limits_set(struct iodma_limits *limits,
                                   const struct hal_limits *from);

/*
 * Take the stricter of the two in every field.
 *
 * Returns OK, or BadArgument if the two together leave nothing legal (as
 * above); *limits is unchanged then.
 *
 * Context: any. Source: rule E2, "validated after narrowing".
 */
enum iodma_status iodma_limits_narrow(struct iodma_limits *limits,
                                      const struct iodma_limits *by);

/* How memory for `size` bytes is best aligned: it meets every alignment, and
   the boundary cuts it as seldom as its size permits. A power of two. Context:
   any. */
uint64_t iodma_limits_placement(const struct iodma_limits *limits,
                                uint64_t size);

/* Is all that `limits` lets through legal under `under` as well, even cut into
   lists of their own at each other's seams? Every segment may then come
   first, and lengths have to carry the alignment of addresses. Context:
   any. */
bool iodma_limits_within(const struct iodma_limits *limits,
                         const struct iodma_limits *under);

/*
 * Is this segment legal?
 *
 *   first  it is the first of its list
 *   last   it is the last
 *
 * Returns OK; MessageTooLarge: its last byte is out of reach; NotAligned:
 * address or length break an alignment. Reach is judged first.
 *
 * Context: any. Source: spec 4.2, "Verification of each segment".
 */
enum iodma_status iodma_limits_judge(const struct iodma_limits *limits,
                                     struct hal_segment segment, bool first,
                                     bool last);

#endif
