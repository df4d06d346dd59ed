/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include "../hal/bits.h"
#include "refuse.h"
#include "shortcuts.h"

#include <stddef.h>

/* The alignments, which lie side by side in both structs: one loop narrows them
   all. */
enum { ADDRESS, LENGTH, INTERNAL, SEAM, ALIGNMENTS };

#define LIES_AT(name, index)                                                   \
    (offsetof(struct hal_limits, name) ==                                      \
         offsetof(struct hal_limits, align_address) +                          \
             (index) * sizeof(uint32_t) &&                                     \
     offsetof(struct iodma_limits, name) ==                                    \
         offsetof(struct iodma_limits, align_address) + (index))
_Static_assert(LIES_AT(align_length, LENGTH) &&
                   LIES_AT(align_internal, INTERNAL) &&
                   LIES_AT(align_seam, SEAM),
               "alignments are gone through by their index");

/* Take a size, if there is one and it is stricter. */
static inline void narrow_size(hal_address *size, hal_address by)
{
    if (by - 1 < *size)
        *size = by;
}

/* Take the stricter one of each alignment; 0 is none. */
static inline enum iodma_status narrow_alignments(struct iodma_limits *limits,
                                                  const struct hal_limits *by,
                                                  struct iodma_reason *reason)
{
    const uint32_t *powers = &by->align_address;
    uint8_t *logs = &limits->align_address;
    uint8_t strictest = 0;

    for (uint32_t i = 0; i < ALIGNMENTS; i++) {
        uint32_t power = powers[i];

        if (power == 0 && i == INTERNAL)
            power = powers[ADDRESS];
        if ((power & (power - 1)) != 0)
            return iodma_refuse_values(
                reason, IODMA_BAD_ARGUMENT,
                IODMA_AT(IODMA_RULE_POWER_OF_TWO, IODMA_PLACE_FIELD,
                         i == SEAM ? IODMA_FIELD_ALIGN_SEAM
                                   : IODMA_FIELD_ALIGN_ADDRESS + i),
                0, power);
        if (power >> logs[i] != 0)
            logs[i] = (uint8_t)__builtin_ctz(power);
        if (strictest < logs[i])
            strictest = logs[i];
    }
    limits->alignment = strictest;
    if (limits->align_internal < limits->align_seam)
        limits->align_internal = limits->align_seam;
    return IODMA_OK;
}

/* Can any segment be legal at all? */
static inline enum iodma_status settle(struct iodma_limits *limits,
                                       struct iodma_reason *reason)
{
    if (IODMA_SHORTCUTS)
        limits->align_cut = limits->boundary == HAL_ADDRESS_BITS
                                ? (uint8_t)larger32(limits->align_length,
                                                    limits->align_internal)
                                : HAL_ADDRESS_BITS;
    if (limits->max_segment >> limits->align_length == 0)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(MAX_SEGMENT, MAX_SEGMENT),
                                   UINT32_C(1) << limits->align_length,
                                   limits->max_segment);
    if (limits->boundary < limits->alignment)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BOUNDARY, BOUNDARY),
                                   UINT32_C(1) << limits->alignment,
                                   (hal_address)1 << limits->boundary);
    return IODMA_OK;
}

enum iodma_status iodma_limits_add(struct iodma_limits *limits,
                                   const struct hal_limits *by,
                                   struct iodma_reason *reason)
{
    uint32_t unreached = (uint32_t)HAL_ADDRESS_BITS - by->address_bits;

    if (by->address_bits > IODMA_MOST_ADDRESS_BITS)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS),
                                   IODMA_MOST_ADDRESS_BITS, by->address_bits);
    if (unreached < HAL_ADDRESS_BITS && unreached > limits->unreached)
        limits->unreached = (uint8_t)unreached;
    if (narrow_alignments(limits, by, reason) != IODMA_OK)
        return IODMA_BAD_ARGUMENT;
    if ((by->boundary & (by->boundary - 1)) != 0)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(POWER_OF_TWO, BOUNDARY), 0,
                                   by->boundary);
    if (by->boundary != 0 && lowest_bit(by->boundary) < limits->boundary)
        limits->boundary = lowest_bit(by->boundary);
    narrow_size(&limits->max_segment, by->max_segment);
    narrow_size(&limits->max_transfer, by->max_transfer);
    if (by->max_segments - 1 < limits->max_segments)
        limits->max_segments = by->max_segments;
    return settle(limits, reason);
}

/* (Field by field: a literal would be cleared before it is filled.) */
enum iodma_status iodma_limits_set(struct iodma_limits *limits,
                                   const struct hal_limits *from,
                                   struct iodma_reason *reason)
{
    limits->unreached = 0;
    limits->align_address = 0;
    limits->align_length = 0;
    limits->align_internal = 0;
    limits->align_seam = 0;
    limits->alignment = 0;
    limits->align_cut = 0;
    limits->boundary = HAL_ADDRESS_BITS;
    limits->max_segment = HAL_ADDRESS_MAX;
    limits->max_transfer = HAL_ADDRESS_MAX;
    limits->max_segments = UINT32_MAX;
    return iodma_limits_add(limits, from, reason);
}

uint8_t iodma_limits_placement(const struct iodma_limits *limits,
                               hal_address size)
{
    uint32_t placement = limits->alignment;

    if (limits->boundary < HAL_ADDRESS_BITS) {
        while (placement < limits->boundary && ((size - 1) >> placement) != 0)
            placement++;
    }
    return (uint8_t)placement;
}

hal_address iodma_limits_cut(const struct iodma_limits *limits,
                             struct hal_segment run)
{
    hal_address length = smaller(run.length, limits->max_segment);
    uint32_t excess;

    if (limits->boundary < HAL_ADDRESS_BITS) {
        hal_address boundary = (hal_address)1 << limits->boundary;

        length = smaller(length, boundary - modulo(run.address, boundary));
    }
    excess = (uint32_t)length & iodma_limits_mask32(limits->align_length);
    if (excess != 0 && length > excess)
        length -= excess;
    if (length != run.length) { /* what follows goes on at this very address */
        excess = (uint32_t)(run.address + length) &
                 iodma_limits_mask32(limits->align_internal);
        if (excess != 0 && length > excess)
            length -= excess;
    }
    return length;
}

enum iodma_status iodma_limits_judge(const struct iodma_limits *limits,
                                     const struct hal_segment *segment,
                                     uint8_t alignment, bool last,
                                     struct iodma_reason *reason)
{
    hal_address highest = iodma_limits_last(limits);
    hal_address end = segment->address + segment->length;
    uint32_t mask;

    if (end - 1 > highest)
        return iodma_refuse_values(reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_RULE_REACH, highest, end - 1);
    mask = iodma_limits_mask32(alignment);
    if (((uint32_t)segment->address & mask) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_RULE_ALIGN_ADDRESS, mask + 1,
                                   segment->address);
    mask = iodma_limits_mask32(limits->align_length);
    if (((uint32_t)segment->length & mask) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_RULE_ALIGN_LENGTH, mask + 1,
                                   segment->length);
    mask = iodma_limits_mask32(limits->align_seam);
    if (!last && ((uint32_t)end & mask) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED, IODMA_RULE_SEAM,
                                   mask + 1, end);
    return IODMA_OK;
}
