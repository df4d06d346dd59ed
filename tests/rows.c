/* SPDX-License-Identifier: MIT */
#include "tests/rows.h"

#include "tests/check.h"

struct iodma_memory memory_of(const struct iodma_range *ranges, uint32_t count,
                              uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status(
        "ranges",
        iodma_memory_init_ranges(&memory, ranges, count, direction, NULL, 0),
        IODMA_OK);
    return memory;
}

struct iodma_memory row_memory(const struct iodma_range *ranges,
                               uint32_t direction)
{
    uint32_t count = 0;

    while (count < ROW_RANGES && ranges[count].length != 0)
        count++;
    return memory_of(ranges, count, direction);
}

struct iodma_memory buffer_of(hal_address address, hal_address capacity,
                              hal_address length, uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status(
        "buffer",
        iodma_memory_init_buffer(&memory, address, capacity, length, direction),
        IODMA_OK);
    return memory;
}

struct iodma_memory part_of(const struct iodma_memory *parent,
                            hal_address offset, hal_address length,
                            uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status(
        "part",
        iodma_memory_init_sub(&memory, parent, offset, length, direction),
        IODMA_OK);
    return memory;
}

struct iodma_memory several_of(struct iodma_memory *const *members,
                               uint32_t count, uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status("several",
                  iodma_memory_init_multi(&memory, members, count, direction),
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
