/* SPDX-License-Identifier: MIT */
#include "tests/rows.h"

#include "tests/check.h"

struct iodma_memory row_memory(const struct iodma_range *ranges,
                               uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };
    uint32_t count = 0;

    while (count < ROW_RANGES && ranges[count].length != 0)
        count++;
    expect_status(
        "the row's descriptor",
        iodma_memory_init_ranges(&memory, ranges, count, direction, NULL, 0),
        IODMA_OK);
    return memory;
}

size_t row_count(const struct hal_segment *segments, size_t most)
{
    size_t count = 0;

    while (count < most && segments[count].length != 0)
        count++;
    return count;
}
