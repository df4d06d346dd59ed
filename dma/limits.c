/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include "../hal/bits.h"
#include "refuse.h"

#include <stddef.h>

_Static_assert(offsetof(struct iodma_segment_options, boundary) ==
                   IODMA_APPLE_OPTIONS_SIZE,
               "ours begin where Apple's SegmentOptions end (spec 2.1)");

/* Does the struct that the caller knows have this field? */
#define HAS(options, field)                                                    \
    ((options)->struct_size >=                                                 \
     offsetof(struct iodma_segment_options, field) + sizeof(options)->field)

/* A size as an address tells it, or `beyond` if that is too narrow for it. */
static hal_address narrowed(uint64_t size, hal_address beyond)
{
    hal_address narrow = (hal_address)size;

    return narrow == size ? narrow : beyond;
}

/* The longest segment that a word of 32 bits can tell, with these alignments
   behind it. */
static hal_address longest32(const struct hal_limits *limits)
{
    uint32_t alignment = larger32(limits->align_length, limits->align_internal);

    return UINT32_MAX - (alignment - 1);
}

enum iodma_status
iodma_limits_resolve(const struct iodma_segment_options *options,
                     uint32_t output_bits, uint32_t length_bits,
                     uint32_t granule, struct hal_limits *resolved,
                     struct iodma_reason *reason)
{
    uint32_t bits = options->address_bits ? options->address_bits : output_bits;
    hal_address longest;

    if (options->struct_size < IODMA_APPLE_OPTIONS_SIZE)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(STRUCT_SIZE, STRUCT_SIZE),
                                   IODMA_APPLE_OPTIONS_SIZE,
                                   options->struct_size);
    if (output_bits != 0 && bits > output_bits)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS),
                                   output_bits, bits);
    if (bits != 0 && bits < (uint32_t)__builtin_ctz(granule))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS),
                                   (uint32_t)__builtin_ctz(granule), bits);

    resolved->address_bits = (uint8_t)bits;
    resolved->align_address = larger32(options->align_address, 1);
    resolved->align_length = larger32(options->align_length, 1);
    resolved->align_internal = options->align_internal
                                   ? options->align_internal
                                   : resolved->align_address;
    resolved->align_seam = 0;
    resolved->max_segment = narrowed(options->max_segment, HAL_ADDRESS_MAX);
    resolved->max_transfer = narrowed(options->max_transfer, HAL_ADDRESS_MAX);
    resolved->boundary =
        HAS(options, boundary) ? narrowed(options->boundary, 0) : 0;
    resolved->max_segments =
        HAS(options, max_segments) ? options->max_segments : 0;
    longest = longest32(resolved);
    if (length_bits == 32 && resolved->max_segment - 1 >= longest)
        resolved->max_segment = longest;
    return IODMA_OK;
}

static uint8_t larger8(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static uint8_t smaller8(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* Note the strictest of the alignments. Can any segment be legal at all? */
static __attribute__((noinline)) enum iodma_status
settle(struct iodma_limits *limits, struct iodma_reason *reason)
{
    hal_address shortest = (hal_address)1 << limits->align_length;

    limits->align_internal =
        larger8(limits->align_internal, limits->align_seam);
    limits->alignment =
        larger8(larger8(limits->align_address, limits->align_length),
                limits->align_internal);
    if (limits->max_segment < shortest)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(MAX_SEGMENT, MAX_SEGMENT),
                                   shortest, limits->max_segment);
    if (limits->boundary < limits->alignment)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BOUNDARY, BOUNDARY),
                                   (hal_address)1 << limits->alignment,
                                   (hal_address)1 << limits->boundary);
    return IODMA_OK;
}

/* Take a size, if there is one and it is stricter. */
static void narrow_size(hal_address *size, hal_address by)
{
    if (by - 1 < *size)
        *size = by;
}

/* The same of an alignment. Returns false if it has no logarithm; 0 is none. */
static bool narrow_alignment(uint8_t *alignment, uint32_t by)
{
    if (by >> *alignment != 0)
        *alignment = (uint8_t)__builtin_ctz(by);
    return (by & (by - 1)) == 0;
}

/* Is a field that had to be a power of two none? */
static enum iodma_status no_power(struct iodma_reason *reason, uint32_t field,
                                  hal_address value)
{
    return iodma_refuse_values(
        reason, IODMA_BAD_ARGUMENT,
        IODMA_AT(IODMA_RULE_POWER_OF_TWO, IODMA_PLACE_FIELD, field), 0, value);
}

enum iodma_status iodma_limits_add(struct iodma_limits *limits,
                                   const struct hal_limits *by,
                                   struct iodma_reason *reason)
{
    uint32_t internal =
        by->align_internal ? by->align_internal : by->align_address;

    if (by->address_bits > IODMA_MOST_ADDRESS_BITS)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS),
                                   IODMA_MOST_ADDRESS_BITS, by->address_bits);
    if (!narrow_alignment(&limits->align_address, by->align_address))
        return no_power(reason, IODMA_FIELD_ALIGN_ADDRESS, by->align_address);
    if (!narrow_alignment(&limits->align_length, by->align_length))
        return no_power(reason, IODMA_FIELD_ALIGN_LENGTH, by->align_length);
    if (!narrow_alignment(&limits->align_internal, internal))
        return no_power(reason, IODMA_FIELD_ALIGN_INTERNAL, internal);
    if (!narrow_alignment(&limits->align_seam, by->align_seam))
        return no_power(reason, IODMA_FIELD_ALIGN_SEAM, by->align_seam);
    if ((by->boundary & (by->boundary - 1)) != 0)
        return no_power(reason, IODMA_FIELD_BOUNDARY, by->boundary);

    narrow_size(&limits->max_segment, by->max_segment);
    narrow_size(&limits->max_transfer, by->max_transfer);
    if (by->max_segments - 1 < limits->max_segments)
        limits->max_segments = by->max_segments;
    if (by->address_bits != 0)
        limits->address_bits = smaller8(limits->address_bits, by->address_bits);
    if (by->boundary != 0)
        limits->boundary = smaller8(limits->boundary, lowest_bit(by->boundary));
    return settle(limits, reason);
}

enum iodma_status iodma_limits_set(struct iodma_limits *limits,
                                   const struct hal_limits *from,
                                   struct iodma_reason *reason)
{
    *limits = (struct iodma_limits){
        .max_segment = HAL_ADDRESS_MAX,
        .max_transfer = HAL_ADDRESS_MAX,
        .max_segments = UINT32_MAX,
        .address_bits = HAL_ADDRESS_BITS,
        .boundary = HAL_ADDRESS_BITS,
    };
    return iodma_limits_add(limits, from, reason);
}

enum iodma_status iodma_limits_narrow(struct iodma_limits *limits,
                                      const struct iodma_limits *by,
                                      struct iodma_reason *reason)
{
    struct iodma_limits both = {
        .max_segment = smaller(limits->max_segment, by->max_segment),
        .max_transfer = smaller(limits->max_transfer, by->max_transfer),
        .max_segments = smaller32(limits->max_segments, by->max_segments),
        .address_bits = smaller8(limits->address_bits, by->address_bits),
        .boundary = smaller8(limits->boundary, by->boundary),
        .align_address = larger8(limits->align_address, by->align_address),
        .align_length = larger8(limits->align_length, by->align_length),
        .align_internal = larger8(limits->align_internal, by->align_internal),
        .align_seam = larger8(limits->align_seam, by->align_seam),
    };
    enum iodma_status status = settle(&both, reason);

    if (status == IODMA_OK)
        *limits = both;
    else /* whose fault is it? */
        (void)iodma_refuse_cure(reason, status, IODMA_CURE_NONE, 0);
    return status;
}

uint8_t iodma_limits_placement(const struct iodma_limits *limits,
                               hal_address size)
{
    uint8_t placement = limits->alignment;

    if (limits->boundary < HAL_ADDRESS_BITS) {
        while (placement < limits->boundary && ((size - 1) >> placement) != 0)
            placement++;
    }
    return placement;
}

bool iodma_limits_within(const struct iodma_limits *limits,
                         const struct iodma_limits *under)
{
    uint8_t address = larger8(under->align_address, under->align_internal);

    return limits->address_bits <= under->address_bits &&
           limits->max_segment <= under->max_segment &&
           limits->boundary <= under->boundary &&
           limits->align_address >= address &&
           limits->align_internal >= address &&
           limits->align_length >= larger8(address, under->align_length);
}

hal_address iodma_limits_cut(const struct iodma_limits *limits,
                             struct hal_segment run)
{
    hal_address boundary = iodma_limits_mask(limits->boundary);
    hal_address room = boundary - (run.address & boundary); /* and a byte */
    hal_address length = smaller(run.length, limits->max_segment);
    uint32_t excess;

    if (length - 1 > room)
        length = room + 1;
    excess = (uint32_t)length & iodma_limits_mask32(limits->align_length);
    if (excess != 0 && length > excess)
        length -= excess;
    if (length == run.length)
        return length;

    /* What follows a cut goes on at this very address. */
    excess = (uint32_t)(run.address + length) &
             iodma_limits_mask32(limits->align_internal);
    if (excess != 0 && length > excess)
        length -= excess;
    return length;
}

/* Is a value no multiple? Then that is recorded. */
static bool misaligned(uint8_t alignment, hal_address value, uint32_t rule,
                       struct iodma_reason *reason)
{
    uint32_t mask = iodma_limits_mask32(alignment);

    if (((uint32_t)value & mask) == 0)
        return false;
    (void)iodma_refuse_values(reason, IODMA_NOT_ALIGNED, rule, mask + 1, value);
    return true;
}

enum iodma_status iodma_limits_judge(const struct iodma_limits *limits,
                                     const struct hal_segment *segment,
                                     uint8_t alignment, bool last,
                                     struct iodma_reason *reason)
{
    hal_address highest = iodma_limits_last(limits);
    hal_address last_byte = segment->address + (segment->length - 1);

    if (last_byte > highest)
        return iodma_refuse_values(reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_RULE_REACH, highest, last_byte);
    if (misaligned(alignment, segment->address, IODMA_RULE_ALIGN_ADDRESS,
                   reason) ||
        misaligned(limits->align_length, segment->length,
                   IODMA_RULE_ALIGN_LENGTH, reason) ||
        (!last && misaligned(limits->align_seam, last_byte + 1, IODMA_RULE_SEAM,
                             reason)))
        return IODMA_NOT_ALIGNED;
    return IODMA_OK;
}
