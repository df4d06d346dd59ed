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

/* How many segments of a row are meant, of `most` that it may have. */
size_t row_count(const struct hal_segment *segments, size_t most);

#endif
