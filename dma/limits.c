/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include "../hal/bits.h"
#include "refuse.h"
#include "shortcuts.h"

static uint8_t larger8(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static uint8_t smaller8(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* Take a size, if there is one and it is stricter. */
static inline void narrow_size(hal_address *size, hal_address by)
{
    if (by - 1 < *size)
        *size = by;
}

/* A field is no power of two, and had to be. */
static enum iodma_status no_power(struct iodma_reason *reason, uint32_t field,
                                  hal_address value)
{
    return iodma_refuse_values(
        reason, IODMA_BAD_ARGUMENT,
        IODMA_AT(IODMA_RULE_POWER_OF_TWO, IODMA_PLACE_FIELD, field), 0, value);
}

/* Take an alignment, if it is stricter; 0 is none. Returns false if it is no
   power of two: that is recorded. (Out of line: there are four.) */
static __attribute__((noinline)) bool
narrow_alignment(uint8_t *alignment, uint32_t by, uint32_t field,
                 struct iodma_reason *reason)
{
    if (by >> *alignment != 0)
        *alignment = (uint8_t)__builtin_ctz(by);
    if ((by & (by - 1)) == 0)
        return true;
    (void)no_power(reason, field, by);
    return false;
}

/* Note the strictest of the alignments. Can any segment be legal at all? */
static inline enum iodma_status settle(struct iodma_limits *limits,
                                       struct iodma_reason *reason)
{
    hal_address shortest = (hal_address)1 << limits->align_length;
    uint8_t cut;

    limits->align_internal =
        larger8(limits->align_internal, limits->align_seam);
    cut = larger8(limits->align_length, limits->align_internal);
    limits->alignment = larger8(limits->align_address, cut);
    if (IODMA_SHORTCUTS)
        limits->align_cut =
            limits->boundary == HAL_ADDRESS_BITS ? cut : HAL_ADDRESS_BITS;
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
    if (!narrow_alignment(&limits->align_address, by->align_address,
                          IODMA_FIELD_ALIGN_ADDRESS, reason) ||
        !narrow_alignment(&limits->align_length, by->align_length,
                          IODMA_FIELD_ALIGN_LENGTH, reason) ||
        !narrow_alignment(&limits->align_internal, internal,
                          IODMA_FIELD_ALIGN_INTERNAL, reason) ||
        !narrow_alignment(&limits->align_seam, by->align_seam,
                          IODMA_FIELD_ALIGN_SEAM, reason))
        return IODMA_BAD_ARGUMENT;
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
        .address_bits = IODMA_ANY_ADDRESS_BITS,
        .boundary = HAL_ADDRESS_BITS,
    };
    return iodma_limits_add(limits, from, reason);
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
