/* SPDX-License-Identifier: MIT */
/*
 * Memory cut into pieces and strewn about, repeatably.
 *
 * Bytes 0 .. length - 1 of a stream are cut into groups of one to three
 * pieces. The pieces of a group touch; groups lie apart and in another order
 * than in the stream. Every piece's address equals its stream offset modulo
 * SCATTER_PHASE, which is what a copy engine like the 53C8xx asks of source
 * and destination.
 */
#ifndef TESTS_IMAGES_SCATTER_H
#define TESTS_IMAGES_SCATTER_H

#include "dma/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SCATTER_PHASE = 4,
    SCATTER_GROUPS = 128, /* at most */
    SCATTER_PIECES = 3 * SCATTER_GROUPS,
    SCATTER_GUARD = 64, /* bytes at least between groups that lie apart */
};

/* A group: so many bytes from `offset` of the stream on, at `address`. */
struct scatter_group {
    uint64_t offset;
    uint64_t address;
    uint64_t length;
};

struct scatter {
    struct scatter_group groups[SCATTER_GROUPS]; /* in stream order       */
    uint32_t in_memory[SCATTER_GROUPS];          /* indices, by address   */
    uint32_t group_count;
    struct iodma_range ranges[SCATTER_PIECES]; /* the pieces, stream order */
    uint32_t range_count;
    uint64_t begin, end; /* of all that it occupies, gaps included         */
};

/*
 * Strew a stream over free memory from `base` on, with gaps of random size.
 *
 *   groups  wanted; fewer if the stream is too short
 */
void scatter_apart(struct scatter *scatter, uint64_t base, uint64_t length,
                   uint32_t groups, uint64_t *seed);

/*
 * Make a stream of contiguous bytes at `base` by reading them group by group
 * in another order. The last group stays last, if the length is no multiple
 * of SCATTER_PHASE. base is one.
 */
void scatter_shuffled(struct scatter *scatter, uint64_t base, uint64_t length,
                      uint32_t groups, uint64_t *seed);

#endif
