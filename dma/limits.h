/* SPDX-License-Identifier: MIT */
/*
 * What a device can take, made exact.
 *
 * A specification (what the driver asks for), a bus (what its master port
 * carries) and an engine each state limits, with 0 for "none". Here they become
 * one struct in which every field is a value to compare with: validated,
 * narrowed, and used to cut and to judge a segment.
 */
#ifndef DMA_LIMITS_H
#define DMA_LIMITS_H

#include "../hal/address.h"
#include "../hal/limits.h"
#include "../hal/segment.h"
#include "../hal/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of a bus address, whatever hal_address has. */
enum { IODMA_MOST_ADDRESS_BITS = 64 };

/* Limits with every default made a value. Powers of two go by their
   logarithms. */
struct iodma_limits {
    uint8_t unreached;     /* high bits that are 0 in every bus address    */
    uint8_t align_address; /* log2, as are the next five                   */
    uint8_t align_length;
    uint8_t align_internal;   /* at least that of seams                      */
    uint8_t align_seam;       /* only a bus or an engine asks for one        */
    uint8_t alignment;        /* the strictest of the four                   */
    uint8_t align_cut;        /* what is longer than a segment, and aligned to
                                 this, goes in equal parts; HAL_ADDRESS_BITS:
                                 there is a boundary                         */
    uint8_t boundary;         /* HAL_ADDRESS_BITS: none                      */
    hal_address max_segment;  /* bytes; none: all ones                       */
    hal_address max_transfer; /* bytes; none: all ones                       */
    uint32_t max_segments;    /* none: all ones                              */
};

struct iodma_reason;

/*
 * Turn limits with zeros into limits to compare with.
 *
 * Returns OK or BadArgument: an alignment or the boundary is not a power of
 * two, more than 64 address bits, a boundary below an alignment, a maximum
 * segment below the alignment of lengths. *limits is undefined then.
 *
 * Context: any. Source: spec 2.3 steps 6 to 8, rule E2.
 */
enum iodma_status iodma_limits_set(struct iodma_limits *limits,
                                   const struct hal_limits *from,
                                   struct iodma_reason *reason);

/* Take the stricter of the two in every field. Returns the same: the two
   together may leave nothing legal. Context: any. Source: rule E2, "validated
   after narrowing". */
enum iodma_status iodma_limits_add(struct iodma_limits *limits,
                                   const struct hal_limits *by,
                                   struct iodma_reason *reason);

/* All of 2^bits: the highest address, or what an alignment masks. Context:
   any. */
static inline hal_address iodma_limits_mask(uint8_t bits)
{
    return bits < HAL_ADDRESS_BITS ? ((hal_address)1 << bits) - 1
                                   : HAL_ADDRESS_MAX;
}

/* The same for an alignment, which is of 32 bits. Context: any. */
static inline uint32_t iodma_limits_mask32(uint8_t bits)
{
    return (UINT32_C(1) << bits) - 1;
}

/* The highest bus address within reach. Context: any. */
static inline hal_address iodma_limits_last(const struct iodma_limits *limits)
{
    return HAL_ADDRESS_MAX >> limits->unreached;
}

/* log2 of how memory for `size` bytes is best aligned: it meets every
   alignment, and the boundary cuts it as seldom as its size permits. Context:
   any. */
uint8_t iodma_limits_placement(const struct iodma_limits *limits,
                               hal_address size);

/*
 * How many bytes of a run the next segment takes: at most the maximum, not
 * over a boundary, and ending so that the rest may follow (spec 4.2 steps 2
 * to 4, rule E2 after step 2). Never 0. Context: any.
 */
hal_address iodma_limits_cut(const struct iodma_limits *limits,
                             struct hal_segment run);

/*
 * Is this segment legal?
 *
 *   alignment  log2, of its address: align_address for the first of a list,
 *              else align_internal
 *   last       it is the last of its list
 *
 * Returns OK; MessageTooLarge: its last byte is out of reach; NotAligned:
 * address or length break an alignment. Reach is judged first.
 *
 * Context: any. Source: spec 4.2, "Verification of each segment"; E2.
 */
enum iodma_status iodma_limits_judge(const struct iodma_limits *limits,
                                     const struct hal_segment *segment,
                                     uint8_t alignment, bool last,
                                     struct iodma_reason *reason);

#ifdef __cplusplus
}
#endif

#endif
