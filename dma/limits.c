/* SPDX-License-Identifier: MIT */
#include "dma/limits.h"

#include "hal/bits.h"

#include <stddef.h>

_Static_assert(offsetof(struct iodma_segment_options, boundary) ==
                   IODMA_APPLE_OPTIONS_SIZE,
               "ours begin where Apple's SegmentOptions end (spec 2.1)");

enum iodma_status
iodma_limits_resolve(const struct iodma_segment_options *options,
                     uint32_t output_bits, uint32_t granule,
                     struct hal_limits *resolved)
{
    uint32_t bits = options->address_bits;
    bool ours = options->struct_size >= sizeof *options;

    if (options->struct_size < IODMA_APPLE_OPTIONS_SIZE)
        return IODMA_BAD_ARGUMENT;
    if (bits == 0)
        bits = output_bits;
    if (output_bits != 0 && bits > output_bits)
        return IODMA_BAD_ARGUMENT;
    if (bits != 0 && bits < 64 && (UINT64_C(1) << bits) < granule)
        return IODMA_BAD_ARGUMENT;

    *resolved = (struct hal_limits){
        .address_bits = (uint8_t)bits,
        .align_address = options->align_address ? options->align_address : 1,
        .align_length = options->align_length ? options->align_length : 1,
        .align_internal = options->align_internal,
        .max_segment = options->max_segment,
        .max_transfer = options->max_transfer,
        .boundary = ours ? options->boundary : 0,
        .max_segments = ours ? options->max_segments : 0,
    };
    if (resolved->align_internal == 0)
        resolved->align_internal = resolved->align_address;
    return IODMA_OK;
}

static uint64_t or_none(uint64_t limit)
{
    return limit ? limit : UINT64_MAX;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The strictest of the alignments. */
static uint32_t strictest(const struct iodma_limits *limits)
{
    return larger(larger(limits->align_address, limits->align_seam),
                  larger(limits->align_length, limits->align_internal));
}

uint64_t iodma_limits_placement(const struct iodma_limits *limits,
                                uint64_t size)
{
    uint64_t alignment = limits->alignment;

    if (limits->boundary_mask == UINT64_MAX)
        return alignment;
    while (alignment < size && alignment <= limits->boundary_mask)
        alignment <<= 1;
    return alignment;
}

/* Can any segment be legal at all? */
static bool satisfiable(const struct iodma_limits *limits)
{
    return limits->max_segment >= limits->align_length &&
           limits->boundary_mask >= limits->alignment - 1;
}

enum iodma_status iodma_limits_set(struct iodma_limits *limits,
                                   const struct hal_limits *from)
{
    uint32_t align_address = from->align_address ? from->align_address : 1;
    struct iodma_limits exact = {
        .last = UINT64_MAX,
        .max_segment = or_none(from->max_segment),
        .max_transfer = or_none(from->max_transfer),
        .boundary_mask = from->boundary - 1,
        .align_address = align_address,
        .align_length = from->align_length ? from->align_length : 1,
        .align_internal =
            from->align_internal ? from->align_internal : align_address,
        .align_seam = from->align_seam ? from->align_seam : 1,
        .max_segments = from->max_segments ? from->max_segments : UINT32_MAX,
    };

    exact.alignment = strictest(&exact);

    if (from->address_bits > 64 || !is_power_of_two(exact.align_address) ||
        !is_power_of_two(exact.align_length) ||
        !is_power_of_two(exact.align_internal) ||
        !is_power_of_two(exact.align_seam) ||
        (from->boundary != 0 && !is_power_of_two(from->boundary)) ||
        !satisfiable(&exact))
        return IODMA_BAD_ARGUMENT;

    if (from->address_bits != 0 && from->address_bits < 64)
        exact.last = (UINT64_C(1) << from->address_bits) - 1;
    exact.align_internal = larger(exact.align_internal, exact.align_seam);
    *limits = exact;
    return IODMA_OK;
}

enum iodma_status iodma_limits_narrow(struct iodma_limits *limits,
                                      const struct iodma_limits *by)
{
    struct iodma_limits both = {
        .last = smaller(limits->last, by->last),
        .max_segment = smaller(limits->max_segment, by->max_segment),
        .max_transfer = smaller(limits->max_transfer, by->max_transfer),
        .boundary_mask = smaller(limits->boundary_mask, by->boundary_mask),
        .align_address = larger(limits->align_address, by->align_address),
        .align_length = larger(limits->align_length, by->align_length),
        .align_internal = larger(limits->align_internal, by->align_internal),
        .align_seam = larger(limits->align_seam, by->align_seam),
        .max_segments =
            (uint32_t)smaller(limits->max_segments, by->max_segments),
        .alignment = larger(limits->alignment, by->alignment),
    };

    if (!satisfiable(&both))
        return IODMA_BAD_ARGUMENT;
    *limits = both;
    return IODMA_OK;
}

bool iodma_limits_within(const struct iodma_limits *limits,
                         const struct iodma_limits *under)
{
    uint32_t address = larger(under->align_address, under->align_internal);

    return limits->last <= under->last &&
           limits->max_segment <= under->max_segment &&
           limits->boundary_mask <= under->boundary_mask &&
           limits->align_address >= address &&
           limits->align_internal >= address &&
           limits->align_seam >= under->align_seam &&
           limits->align_length >= larger(address, under->align_length);
}

enum iodma_status iodma_limits_judge(const struct iodma_limits *limits,
                                     struct hal_segment segment, bool first,
                                     bool last)
{
    uint32_t alignment = first ? limits->align_address : limits->align_internal;
    uint64_t end = segment.address + segment.length;

    if (segment.address + (segment.length - 1) > limits->last)
        return IODMA_MESSAGE_TOO_LARGE;
    if (modulo32(segment.address, alignment) != 0 ||
        modulo32(segment.length, limits->align_length) != 0 ||
        (!last && modulo32(end, limits->align_seam) != 0))
        return IODMA_NOT_ALIGNED;
    return IODMA_OK;
}
