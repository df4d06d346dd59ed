/* SPDX-License-Identifier: MIT */
/* The parts of the demo: disk to memory, memory to memory, memory to disk. */
#ifndef TESTS_IMAGES_DEMO_H
#define TESTS_IMAGES_DEMO_H

#include "dma/iodma.h"
#include "tests/images/bring_up.h"
#include "tests/images/scatter.h"
#include "tests/images/table.h"

#include <stdint.h>

/* No part of the demo takes longer. */
enum { DEMO_DEADLINE_MS = 240000 };

/* What a part did. */
struct demo_count {
    uint32_t most_in_flight; /* requests, or transfers, at a time */
    hal_address prefilled;   /* bytes                             */
};

/* Say that the demo has failed, at what and with what. Returns 1. */
int demo_fail(const char *what, enum iodma_status status);

/*
 * Move all of a descriptor's bytes from or to the disk, several requests in
 * flight.
 *
 *   memory  direction In: read; Out: write
 *   lba     where the bytes are on the disk
 *
 * Returns OK, or what failed; it is printed then.
 */
enum iodma_status demo_disk(struct disk *disk, struct iodma_memory *memory,
                            uint64_t lba, struct table *table,
                            struct demo_count *count);

/* Copy all of one descriptor's bytes to another, several transfers queued.
   Returns as above. */
enum iodma_status demo_copy(struct engine *engine, struct iodma_memory *source,
                            struct iodma_memory *target,
                            struct table *source_table,
                            struct table *target_table,
                            struct demo_count *count);

/* A line each of what it came to. */
void demo_print_ranges(const struct scatter *from, const struct scatter *to);
void demo_print_engine(const struct engine *engine,
                       const struct demo_count *count);

#endif
