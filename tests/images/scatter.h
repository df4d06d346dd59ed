/* SPDX-License-Identifier: MIT */
/*
 * Memory strewn about, repeatably: bytes 0 .. length - 1 of a stream lie in
 * groups of one to three ranges. The ranges of a group touch; groups lie
 * apart, in another order than in the stream, in one or two areas. Most
 * groups are whole pages; some are not, and begin anywhere. Every length and
 * address is a multiple of the grain's unit, as long as the stream's is: of
 * words, that is what a 53C8xx asks of source and destination, and an NVMe of
 * its PRPs.
 */
#ifndef TESTS_IMAGES_SCATTER_H
#define TESTS_IMAGES_SCATTER_H

#include "dma/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SCATTER_GROUPS = 128, /* at most */
    SCATTER_RANGES = 3 * SCATTER_GROUPS,
    SCATTER_GUARD = 64, /* bytes at least between groups               */
    SCATTER_AREAS = 2,
};

/* How fine. Powers of two, in bytes. */
struct scatter_grain {
    uint32_t unit;
    uint32_t page; /* of which most groups are multiples; more than a unit */
};

/* The most that a group takes beside its own bytes. */
#define SCATTER_OVERHEAD(page) (SCATTER_GUARD + 4 * (page))

/* Memory to strew over. CPU physical. */
struct scatter_area {
    hal_address base; /* a multiple of the grain's page */
    hal_address size; /* bytes; 0: none             */
};

struct scatter {
    struct iodma_range ranges[SCATTER_RANGES]; /* in stream order          */
    uint32_t range_count;
    uint32_t group_count;
    struct iodma_range gaps[SCATTER_GROUPS + SCATTER_AREAS]; /* between, before
                                                  and behind the groups     */
    uint32_t gap_count;
};

/*
 * Strew a stream over both areas.
 *
 *   length  bytes, not 0
 *   groups  wanted, 1 to SCATTER_GROUPS; fewer if the stream is short
 *
 * Returns false if the areas are too small.
 */
bool scatter_make(struct scatter *scatter,
                  const struct scatter_area areas[SCATTER_AREAS],
                  struct scatter_grain grain, hal_address length,
                  uint32_t groups, uint64_t *seed);

#endif
