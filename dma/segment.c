/* SPDX-License-Identifier: MIT */
#include "dma/segment.h"

#include "hal/bits.h"

#include <stddef.h>

uint64_t iodma_segment_cut(const struct iodma_limits *limits,
                           struct hal_segment run)
{
    uint64_t length = smaller(run.length, limits->max_segment);
    uint64_t room =
        limits->boundary_mask - (run.address & limits->boundary_mask);
    uint64_t excess;
    bool cut;

    if (length - 1 > room)
        length = room + 1;
    cut = length < run.length;

    excess = modulo(length, limits->align_length);
    if (excess != 0 && length > excess) {
        length -= excess;
        cut = true;
    }

    /* What follows a cut goes on at this very address. */
    excess = modulo(run.address + length, limits->align_internal);
    if (cut && excess != 0 && length > excess)
        length -= excess;
    return length;
}

/* How far to look so that iodma_segment_cut() sees whether it must cut. */
static uint64_t lookahead(const struct iodma_limits *limits)
{
    uint64_t longest = limits->max_segment;

    if (limits->boundary_mask < longest)
        longest = limits->boundary_mask + 1;
    return longest == UINT64_MAX ? longest : longest + 1;
}

enum iodma_status iodma_segment_next(const struct iodma_view *view,
                                     struct iodma_walk *walk,
                                     struct hal_segment *segment)
{
    const struct iodma_limits *limits = view->limits;
    struct hal_segment run;
    enum iodma_status status;

    status = iodma_view_run(view, walk, lookahead(limits), &run);
    if (status != IODMA_OK)
        return status;

    segment->address = run.address;
    segment->length = iodma_segment_cut(limits, run);
    iodma_walk_skip(walk, segment->length);
    return IODMA_OK;
}

enum iodma_status iodma_segment_check(const struct iodma_view *view,
                                      const struct iodma_walk *walk, bool first)
{
    const struct iodma_limits *limits = view->limits;
    uint64_t rest = view->length - iodma_view_position(view, walk);
    struct hal_segment run;
    enum iodma_status status;

    status = iodma_view_run(view, walk, UINT64_MAX, &run);
    if (status != IODMA_OK)
        return status;
    if (run.address + (run.length - 1) > limits->last)
        return IODMA_MESSAGE_TOO_LARGE;

    run.length = iodma_segment_cut(limits, run);
    return iodma_limits_judge(limits, run, first, run.length == rest);
}

static void store_big(uint8_t *bytes, uint64_t value, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static void store_little(uint8_t *bytes, uint64_t value, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define store_host store_big
#else
#define store_host store_little
#endif

typedef void (*store_function)(uint8_t *bytes, uint64_t value, uint32_t width);

static bool output(store_function store, uint32_t width, void *segments,
                   uint32_t index, struct hal_segment segment)
{
    uint8_t *element = (uint8_t *)segments + (size_t)index * 2 * width;

    if (width == 4 && (segment.address | segment.length) > UINT32_MAX)
        return false;
    store(element, segment.address, width);
    store(element + width, segment.length, width);
    return true;
}

bool iodma_output_host32(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return output(store_host, 4, segments, index, segment);
}

bool iodma_output_big32(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return output(store_big, 4, segments, index, segment);
}

bool iodma_output_little32(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return output(store_little, 4, segments, index, segment);
}

bool iodma_output_host64(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return output(store_host, 8, segments, index, segment);
}

bool iodma_output_big64(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return output(store_big, 8, segments, index, segment);
}

bool iodma_output_little64(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return output(store_little, 8, segments, index, segment);
}

uint32_t iodma_output_bits(iodma_segment_function function)
{
    return function == iodma_output_host32 || function == iodma_output_big32 ||
                   function == iodma_output_little32
               ? 32
               : 0;
}
