/* SPDX-License-Identifier: MIT */
/* The record of a refusal (rule E6). */
#include "dma/refuse.h"

#include "dma/walk.h"
#include "dma/window.h"
#include "hal/bits.h"

#if IODMA_REASONS

/* What cures a rule, where that is always the same. */
static uint8_t cure_of(uint32_t rule)
{
    switch (rule) {
    case IODMA_RULE_UNSPECIFIED:
        return IODMA_CURE_SPECIFY;
    case IODMA_RULE_UNATTACHED:
        return IODMA_CURE_ATTACH;
    case IODMA_RULE_UNWIRED:
        return IODMA_CURE_WIRE;
    case IODMA_RULE_UNPREPARED:
        return IODMA_CURE_PREPARE;
    case IODMA_RULE_POINTER:
        return IODMA_CURE_PASS;
    case IODMA_RULE_APERTURE:
    case IODMA_RULE_WRITABLE:
    case IODMA_RULE_CACHED:
    case IODMA_RULE_UNMAPPED:
        return IODMA_CURE_ELSEWHERE;
    case IODMA_RULE_REGION:
        return IODMA_CURE_REGION;
    case IODMA_RULE_NO_CACHE:
        return IODMA_CURE_CACHE;
    case IODMA_RULE_FAR_WINDOW:
    case IODMA_RULE_MAPPER:
        return IODMA_CURE_LATER;
    default:
        return IODMA_CURE_NONE;
    }
}

/* The same, with what depends on the values. */
static void cure(struct iodma_reason *reason)
{
    hal_address required = reason->required;
    hal_address actual = reason->actual;

    reason->amount = 0;
    reason->cure = cure_of(reason->rule);
    switch (reason->rule) {
    case IODMA_RULE_PREPARED:
        reason->cure = reason->place == IODMA_PLACE_ARGUMENT
                           ? IODMA_CURE_SET
                           : IODMA_CURE_COMPLETE;
        reason->amount =
            reason->place == IODMA_PLACE_ARGUMENT ? required : actual;
        break;
    case IODMA_RULE_HELD:
        reason->cure = IODMA_CURE_RELEASE;
        reason->amount = actual;
        break;
    case IODMA_RULE_ROOM:
    case IODMA_RULE_STRUCT_SIZE:
    case IODMA_RULE_MAX_SEGMENT:
    case IODMA_RULE_BOUNDARY:
    case IODMA_RULE_BITS:
        reason->cure = IODMA_CURE_SET;
        reason->amount = required;
        break;
    case IODMA_RULE_OPTIONS:
    case IODMA_RULE_MAPPING_TYPE:
        reason->cure = IODMA_CURE_SET;
        break;
    case IODMA_RULE_WINDOW:
        reason->cure = IODMA_CURE_SET;
        reason->amount = required;
        break;
    case IODMA_RULE_MAX_TRANSFER:
        reason->cure = IODMA_CURE_SPLIT;
        reason->amount = required;
        break;
    case IODMA_RULE_ALIGN_ADDRESS:
        reason->cure = IODMA_CURE_ALIGN;
        reason->amount = lack(actual, required);
        break;
    case IODMA_RULE_ALIGN_LENGTH:
        reason->cure = IODMA_CURE_SHORTEN;
        reason->amount = modulo(actual, required);
        break;
    case IODMA_RULE_REACH:
        reason->cure = IODMA_CURE_NEARER;
        reason->amount = actual - required;
        break;
    case IODMA_RULE_OUTPUT:
        if (required != 0) {
            reason->cure = IODMA_CURE_WIDER;
            reason->amount = 64;
        }
        break;
    default:
        break;
    }
}

enum iodma_status iodma_refuse_values(struct iodma_reason *reason,
                                      enum iodma_status status, uint32_t what,
                                      hal_address required, hal_address actual)
{
    if (reason) {
        reason->number = what >> 16;
        reason->required = required;
        reason->actual = actual;
        reason->status = (int32_t)status;
        reason->rule = (uint8_t)what;
        reason->place = (uint8_t)(what >> 8);
        cure(reason);
    }
    return status;
}

enum iodma_status iodma_refuse(struct iodma_reason *reason,
                               enum iodma_status status, uint32_t what)
{
    return iodma_refuse_values(reason, status, what, 0, 0);
}

void iodma_refuse_at(struct iodma_reason *reason, uint32_t place,
                     hal_address number)
{
    if (reason) {
        reason->place = (uint8_t)place;
        reason->number = number;
    }
}

void iodma_refuse_byte(const struct iodma_window *window, hal_address position)
{
    const struct iodma_memory *memory = window->memory;
    struct iodma_walk walk;

    if (!window->reason)
        return;
    if (memory->kind == IODMA_KIND_MULTI) {
        iodma_refuse_at(window->reason, IODMA_PLACE_OFFSET, position);
        return;
    }
    (void)iodma_walk_begin(&walk, memory, window->offset + position);
    iodma_refuse_at(window->reason, IODMA_PLACE_RANGE,
                    (hal_address)(walk.range - iodma_memory_ranges(memory)));
}

enum iodma_status iodma_refuse_cure(struct iodma_reason *reason,
                                    enum iodma_status status, uint32_t what,
                                    hal_address amount)
{
    if (reason) {
        reason->status = (int32_t)status;
        reason->cure = (uint8_t)what;
        reason->amount = amount;
    }
    return status;
}

#endif
