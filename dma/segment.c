/* SPDX-License-Identifier: MIT */
#include "dma/segment.h"

#include "dma/map.h"
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
                                     struct iodma_cursor *cursor,
                                     struct hal_segment *segment)
{
    const struct iodma_limits *limits = view->limits;
    struct iodma_cursor behind = *cursor;
    struct hal_segment run;
    enum iodma_status status;

    status = iodma_view_run(view, &behind, lookahead(limits), &run);
    if (status != IODMA_OK)
        return status;

    segment->address = run.address;
    segment->length = iodma_segment_cut(limits, run);
    if (segment->length == run.length)
        *cursor = behind;
    else
        iodma_cursor_skip(cursor, run, segment->length);
    return IODMA_OK;
}

/* The address of a call's first segment: a mapping begins where all alignments
   are met, but a call may begin in any of its pages. */
static uint64_t first_address(const struct iodma_view *view, uint64_t address)
{
    return view->mapper ? modulo(address, view->mapper->hal->page_size)
                        : address;
}

enum iodma_status iodma_segment_check(const struct iodma_view *view,
                                      const struct iodma_cursor *cursor,
                                      bool first)
{
    const struct iodma_limits *limits = view->limits;
    uint64_t rest = view->length - iodma_view_position(view, &cursor->walk);
    struct iodma_cursor behind = *cursor;
    struct hal_segment run;
    enum iodma_status status;

    status = iodma_view_run(view, &behind, UINT64_MAX, &run);
    if (status != IODMA_OK)
        return status;
    if (run.address + (run.length - 1) > limits->last)
        return IODMA_MESSAGE_TOO_LARGE;

    run.length = iodma_segment_cut(limits, run);
    if (first)
        run.address = first_address(view, run.address);
    return iodma_limits_judge(limits, run, first, run.length == rest);
}

/* Values as they lie in memory. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static uint64_t big(uint64_t value)
{
    return value;
}

static uint64_t little(uint64_t value)
{
    return __builtin_bswap64(value);
}
#else
static uint64_t big(uint64_t value)
{
    return __builtin_bswap64(value);
}

static uint64_t little(uint64_t value)
{
    return value;
}
#endif

/* The array may lie anywhere: hence the copies. */
static bool put64(void *segments, uint32_t index, uint64_t address,
                  uint64_t length)
{
    struct iodma_segment64 element = { address, length };

    __builtin_memcpy((uint8_t *)segments + (size_t)index * sizeof element,
                     &element, sizeof element);
    return true;
}

static bool put32(void *segments, uint32_t index, uint32_t address,
                  uint32_t length)
{
    struct iodma_segment32 element = { address, length };

    __builtin_memcpy((uint8_t *)segments + (size_t)index * sizeof element,
                     &element, sizeof element);
    return true;
}

static bool fits32(struct hal_segment segment)
{
    return (segment.address | segment.length) <= UINT32_MAX;
}

bool iodma_output_host32(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return fits32(segment) && put32(segments, index, (uint32_t)segment.address,
                                    (uint32_t)segment.length);
}

bool iodma_output_big32(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return fits32(segment) &&
           put32(segments, index, (uint32_t)big(segment.address << 32),
                 (uint32_t)big(segment.length << 32));
}

bool iodma_output_little32(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return fits32(segment) &&
           put32(segments, index, (uint32_t)little(segment.address),
                 (uint32_t)little(segment.length));
}

bool iodma_output_host64(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return put64(segments, index, segment.address, segment.length);
}

bool iodma_output_big64(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return put64(segments, index, big(segment.address), big(segment.length));
}

bool iodma_output_little64(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return put64(segments, index, little(segment.address),
                 little(segment.length));
}

uint32_t iodma_output_bits(iodma_segment_function function)
{
    return function == iodma_output_host32 || function == iodma_output_big32 ||
                   function == iodma_output_little32
               ? 32
               : 0;
}
