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

    excess = modulo32(length, limits->align_length);
    if (excess != 0 && length > excess) {
        length -= excess;
        cut = true;
    }

    /* What follows a cut goes on at this very address. */
    excess = modulo32(run.address + length, limits->align_internal);
    if (cut && excess != 0 && length > excess)
        length -= excess;
    return length;
}

uint64_t iodma_segment_lookahead(const struct iodma_limits *limits)
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

    status =
        iodma_view_run(view, &behind, iodma_segment_lookahead(limits), &run);
    if (status != IODMA_OK)
        return status;

    segment->address = run.address;
    segment->length = iodma_segment_cut(limits, run);
    if (segment->length == run.length)
        *cursor = behind;
    else
        iodma_view_skip(view, cursor, run, segment->length);
    return IODMA_OK;
}

struct iodma_limits iodma_segment_limits(const struct iodma_view *view)
{
    struct iodma_limits limits = *view->limits;

    if (view->mapper)
        limits.align_address = (uint32_t)smaller(limits.align_address,
                                                 view->mapper->hal->page_size);
    return limits;
}

enum iodma_status iodma_segment_check(const struct iodma_view *view,
                                      const struct iodma_cursor *cursor,
                                      bool first)
{
    struct iodma_limits limits = iodma_segment_limits(view);
    uint64_t rest = view->length - iodma_view_position(view, &cursor->walk);
    struct iodma_cursor behind = *cursor;
    struct hal_segment run;
    enum iodma_status status;

    status = iodma_view_run(view, &behind, UINT64_MAX, &run);
    if (status != IODMA_OK)
        return status;
    if (run.address + (run.length - 1) > limits.last)
        return IODMA_MESSAGE_TOO_LARGE;

    run.length = iodma_segment_cut(&limits, run);
    return iodma_limits_judge(&limits, run, first, run.length == rest);
}

/* The forms of an element: a word for address and length each. */

static uint32_t swapped32(uint32_t value)
{
    return __builtin_bswap32(value);
}

static uint64_t swapped64(uint64_t value)
{
    return __builtin_bswap64(value);
}

/* The array may lie anywhere: hence the copies. */
static inline bool put64(struct hal_segment segment, bool swap, void *element)
{
    struct iodma_segment64 words = { segment.address, segment.length };

    if (swap)
        words = (struct iodma_segment64){ swapped64(segment.address),
                                          swapped64(segment.length) };
    __builtin_memcpy(element, &words, sizeof words);
    return true;
}

static inline bool put32(struct hal_segment segment, bool swap, void *element)
{
    struct iodma_segment32 words = { (uint32_t)segment.address,
                                     (uint32_t)segment.length };

    if ((segment.address | segment.length) > UINT32_MAX)
        return false;
    if (swap)
        words = (struct iodma_segment32){ swapped32(words.address),
                                          swapped32(words.length) };
    __builtin_memcpy(element, &words, sizeof words);
    return true;
}

static void *element(void *segments, uint32_t index, size_t size)
{
    return (uint8_t *)segments + (size_t)index * size;
}

static void *element32(void *segments, uint32_t index)
{
    return element(segments, index, sizeof(struct iodma_segment32));
}

static void *element64(void *segments, uint32_t index)
{
    return element(segments, index, sizeof(struct iodma_segment64));
}

enum {
    SWAP_BIG = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    SWAP_LITTLE = !SWAP_BIG,
};

bool iodma_output_host32(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return put32(segment, false, element32(segments, index));
}

bool iodma_output_big32(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return put32(segment, SWAP_BIG, element32(segments, index));
}

bool iodma_output_little32(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return put32(segment, SWAP_LITTLE, element32(segments, index));
}

bool iodma_output_host64(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    (void)command;
    return put64(segment, false, element64(segments, index));
}

bool iodma_output_big64(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index)
{
    (void)command;
    return put64(segment, SWAP_BIG, element64(segments, index));
}

bool iodma_output_little64(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    return put64(segment, SWAP_LITTLE, element64(segments, index));
}

uint32_t iodma_output_bits(iodma_segment_function function)
{
    return function == iodma_output_host32 || function == iodma_output_big32 ||
                   function == iodma_output_little32
               ? 32
               : 0;
}

enum iodma_status iodma_segment_put(struct iodma_command *command,
                                    iodma_segment_function output,
                                    const struct hal_segment *from,
                                    uint32_t count, void *segments,
                                    uint32_t index)
{
    bool narrow = iodma_output_bits(output) == 32;
    bool wide = output == iodma_output_host64 || output == iodma_output_big64 ||
                output == iodma_output_little64;
    bool swap = output == iodma_output_big32 || output == iodma_output_big64
                    ? SWAP_BIG
                    : (output == iodma_output_little32 ||
                       output == iodma_output_little64) &&
                          SWAP_LITTLE;
    uint32_t i = 0;

    if (narrow) {
        while (i < count &&
               put32(from[i], swap, element32(segments, index + i)))
            i++;
    } else if (wide) {
        while (i < count &&
               put64(from[i], swap, element64(segments, index + i)))
            i++;
    } else {
        while (i < count && output(command, from[i], segments, index + i))
            i++;
    }
    return i == count ? IODMA_OK : IODMA_MESSAGE_TOO_LARGE;
}
