/* SPDX-License-Identifier: MIT */
/* Rows of the tests' tables: arrays that end at the first length of 0. */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include "dma/memory.h"
#include "hal/segment.h"

#include <stddef.h>
#include <stdint.h>

enum { ROW_RANGES = 6 };

/* MD[(address, length), ...] of the spec. The ranges are the row's. */
struct iodma_memory row_memory(const struct iodma_range *ranges,
                               uint32_t direction);

/* The other descriptors, as their calls in dma/memory.h make them. */
struct iodma_memory memory_of(const struct iodma_range *ranges, uint32_t count,
                              uint32_t direction);
struct iodma_memory buffer_of(hal_address address, hal_address capacity,
                              hal_address length, uint32_t direction);
struct iodma_memory part_of(const struct iodma_memory *parent,
                            hal_address offset, hal_address length,
                            uint32_t direction);
struct iodma_memory several_of(struct iodma_memory *const *members,
                               uint32_t count, uint32_t direction);

/* How many segments of a row are meant, of `most` that it may have. */
size_t row_count(const struct hal_segment *segments, size_t most);

#endif
