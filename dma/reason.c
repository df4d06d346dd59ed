/* SPDX-License-Identifier: MIT */
/* The record of a refusal (rule E6). */
#include "refuse.h"

#include "../hal/bits.h"
#include "../hal/count_of.h"
#include "map.h"
#include "segment.h"
#include "walk.h"
#include "window.h"

#if IODMA_REASONS

/* What cures a rule, IODMA_CURE_...; not here: nothing. */
static const uint8_t cures[] = {
    [IODMA_RULE_UNSPECIFIED] = IODMA_CURE_SPECIFY,
    [IODMA_RULE_UNATTACHED] = IODMA_CURE_ATTACH,
    [IODMA_RULE_UNWIRED] = IODMA_CURE_WIRE,
    [IODMA_RULE_UNPREPARED] = IODMA_CURE_PREPARE,
    [IODMA_RULE_PREPARED] = IODMA_CURE_COMPLETE,
    [IODMA_RULE_HELD] = IODMA_CURE_RELEASE,
    [IODMA_RULE_POINTER] = IODMA_CURE_PASS,
    [IODMA_RULE_ROOM] = IODMA_CURE_SET,
    [IODMA_RULE_OPTIONS] = IODMA_CURE_SET,
    [IODMA_RULE_WINDOW] = IODMA_CURE_SET,
    [IODMA_RULE_MAX_TRANSFER] = IODMA_CURE_SPLIT,
    [IODMA_RULE_DIRECTION] = IODMA_CURE_SET,
    [IODMA_RULE_STRUCT_SIZE] = IODMA_CURE_SET,
    [IODMA_RULE_BITS] = IODMA_CURE_SET,
    [IODMA_RULE_MAX_SEGMENT] = IODMA_CURE_SET,
    [IODMA_RULE_BOUNDARY] = IODMA_CURE_SET,
    [IODMA_RULE_MAPPING_TYPE] = IODMA_CURE_SET,
    [IODMA_RULE_BYPASS] = IODMA_CURE_SET,
    [IODMA_RULE_ALIGN_ADDRESS] = IODMA_CURE_ALIGN,
    [IODMA_RULE_ALIGN_LENGTH] = IODMA_CURE_SHORTEN,
    [IODMA_RULE_SEAM] = IODMA_CURE_SHORTEN,
    [IODMA_RULE_LINE] = IODMA_CURE_ALIGN,
    [IODMA_RULE_REACH] = IODMA_CURE_NEARER,
    [IODMA_RULE_APERTURE] = IODMA_CURE_ELSEWHERE,
    [IODMA_RULE_WRITABLE] = IODMA_CURE_ELSEWHERE,
    [IODMA_RULE_NO_CACHE] = IODMA_CURE_CACHE,
    [IODMA_RULE_REGION] = IODMA_CURE_REGION,
    [IODMA_RULE_CACHED] = IODMA_CURE_ELSEWHERE,
    [IODMA_RULE_UNMAPPED] = IODMA_CURE_ELSEWHERE,
    [IODMA_RULE_CONTIGUOUS] = IODMA_CURE_ELSEWHERE,
    [IODMA_RULE_STORAGE] = IODMA_CURE_LEND,
    [IODMA_RULE_FAR_WINDOW] = IODMA_CURE_LATER,
    [IODMA_RULE_IOVA] = IODMA_CURE_MORE_IOVA,
    [IODMA_RULE_MAPPER] = IODMA_CURE_LATER,
    [IODMA_RULE_OUTPUT] = IODMA_CURE_WIDER,
};

static void drop_cure(struct iodma_reason *reason)
{
    reason->cure = IODMA_CURE_NONE;
    reason->amount = 0;
}

/* How much of a cure it takes. Returns false: it would not help. */
static bool measure(struct iodma_reason *reason)
{
    hal_address required = reason->required;
    hal_address actual = reason->actual;
    uint32_t power = (uint32_t)required;

    reason->amount = 0;
    switch (reason->cure) {
    case IODMA_CURE_COMPLETE:
    case IODMA_CURE_RELEASE:
    case IODMA_CURE_REGION:
        reason->amount = actual;
        return true;
    case IODMA_CURE_SET:
        reason->amount = required;
        if (reason->rule == IODMA_RULE_OPTIONS) /* one of those there are */
            reason->amount = power & (0 - power);
        return reason->rule != IODMA_RULE_WINDOW || actual > required;
    case IODMA_CURE_SPLIT:
        reason->amount = required;
        break;
    case IODMA_CURE_MORE_IOVA:
        reason->amount = required;
        return required - 1 <= actual; /* it would be within reach */
    case IODMA_CURE_ALIGN:
        reason->amount = lack32(actual, power);
        break;
    case IODMA_CURE_SHORTEN:
        reason->amount = modulo32(actual, power);
        return reason->place != IODMA_PLACE_ARGUMENT ||
               reason->amount != actual; /* something is left */
    case IODMA_CURE_NEARER:
        reason->amount = actual - required;
        break;
    case IODMA_CURE_WIDER:
        if (required != 0) /* of one that is built in */
            reason->amount = HAL_ADDRESS_BITS;
        break;
    default:
        return true;
    }
    return reason->amount != 0;
}

static void cure(struct iodma_reason *reason)
{
    uint8_t rule = reason->rule;

    reason->cure = rule < HAL_COUNT_OF(cures) ? cures[rule] : IODMA_CURE_NONE;
    if (reason->place == IODMA_PLACE_ARGUMENT) {
        if (rule == IODMA_RULE_PREPARED) /* otherwise */
            reason->cure = IODMA_CURE_SET;
        if (rule == IODMA_RULE_BYPASS) /* the call knows no mapping */
            reason->cure = IODMA_CURE_NONE;
    }
    if (!measure(reason))
        drop_cure(reason);
}

/* All but IODMA_INVALID are of 0x200 and a byte from 0x80 on. */
static enum iodma_status status_of(uint32_t what)
{
    return (enum iodma_status)IODMA_STATUS((what >> 31 << 9) + (what >> 24));
}

enum iodma_status iodma_record_wide(struct iodma_reason *reason, uint32_t what,
                                    hal_address actual, hal_address required)
{
    if (reason) {
        reason->required = required;
        reason->actual = actual;
        reason->status = (int32_t)status_of(what);
        reason->rule = (uint8_t)what;
        iodma_refuse_at(reason, (uint8_t)(what >> 8), (uint8_t)(what >> 16));
        cure(reason);
    }
    return status_of(what);
}

enum iodma_status iodma_record_values(struct iodma_reason *reason,
                                      uint32_t what, hal_address actual,
                                      uint32_t required)
{
    return iodma_record_wide(reason, what, actual, required);
}

enum iodma_status iodma_record_value(struct iodma_reason *reason, uint32_t what,
                                     hal_address actual)
{
    return iodma_record_wide(reason, what, actual, 0);
}

enum iodma_status iodma_record(struct iodma_reason *reason, uint32_t what)
{
    return iodma_record_wide(reason, what, 0, 0);
}

enum iodma_status iodma_record_cure(struct iodma_reason *reason, uint32_t what,
                                    hal_address amount)
{
    if (reason) {
        reason->status = (int32_t)status_of(what);
        reason->cure = (uint8_t)what;
        reason->amount = amount;
    }
    return status_of(what);
}

void iodma_refuse_at(struct iodma_reason *reason, uint32_t place,
                     hal_address number)
{
    if (reason) {
        reason->place = (uint8_t)place;
        reason->number = number;
    }
}

/* In the memory ----------------------------------------------------------- */

/* A byte of the window. */
struct spot {
    const struct iodma_range *range; /* that it is in                         */
    hal_address before;  /* bytes of the window before it in that range       */
    hal_address address; /* CPU physical                                      */
};

static struct spot find(const struct iodma_window *window, hal_address position)
{
    struct iodma_walk walk;
    struct spot spot;

    (void)iodma_walk_begin(&walk, window->memory, window->offset + position);
    (void)iodma_walk_look(&walk, 1, &spot.address);
    spot.range = walk.range;
    spot.before = smaller(walk.within, position);
    return spot;
}

/* Make a byte the place. */
static struct spot note_byte(const struct iodma_window *window,
                             hal_address position)
{
    const struct iodma_memory *memory = window->memory;
    struct spot spot = find(window, position);

    if (memory->kind == IODMA_KIND_MULTI)
        iodma_refuse_at(window->reason, IODMA_PLACE_OFFSET, position);
    else
        iodma_refuse_at(
            window->reason, IODMA_PLACE_RANGE,
            (hal_address)(spot.range - iodma_memory_ranges(memory)));
    return spot;
}

void iodma_refuse_byte(const struct iodma_window *window, hal_address position)
{
    if (window->reason)
        (void)note_byte(window, position);
}

/* The place is the last byte before an end. There can be less before that if a
   range ends there, or the window, and something of it is left then. */
static void note_end(const struct iodma_window *window, hal_address end)
{
    if (window->reason->amount > note_byte(window, end - 1).before ||
        (end != window->length && find(window, end).before != 0))
        drop_cure(window->reason);
}

void iodma_refuse_segment(const struct iodma_plan *plan, hal_address position,
                          hal_address end)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_mapper *mapper = window->mapper;
    struct iodma_reason *reason = window->reason;
    bool helps = plan->path != IODMA_PATH_FLAT; /* else no range ends in it */

    if (!reason)
        return;
    switch (reason->rule) {
    case IODMA_RULE_APERTURE:
        reason->actual = note_byte(window, position).address;
        return;
    case IODMA_RULE_REACH:
        (void)note_byte(window, end - 1);
        helps = !mapper;
        break;
    case IODMA_RULE_ALIGN_ADDRESS:
        /* Pages that are shown go on behind those before them. */
        if (note_byte(window, position).before != 0 ||
            (mapper && reason->required > mapper->page_size))
            helps = false;
        if (position == 0)
            helps = true;
        break;
    default:
        note_end(window, end);
        break;
    }
    if (!helps)
        drop_cure(reason);
}

void iodma_refuse_line(const struct iodma_window *window, hal_address position)
{
    struct iodma_reason *reason = window->reason;

    if (!reason ||
        (note_byte(window, position).before == 0 && reason->amount != 0))
        return;
    reason->cure = IODMA_CURE_SHORTEN;
    reason->amount = modulo32(reason->actual + 1, (uint32_t)reason->required);
    note_end(window, position + 1);
}

enum iodma_status iodma_refuse_cache(const struct iodma_window *window)
{
    enum iodma_status status =
        iodma_refuse(window->reason, IODMA_UNSUPPORTED, IODMA_RULE_NO_CACHE);

    return window->bus->hal->cache ? status
                                   : iodma_refuse_cure(window->reason, status,
                                                       IODMA_CURE_ELSEWHERE, 0);
}

enum iodma_status iodma_refuse_count(const struct iodma_plan *plan,
                                     struct iodma_reason *reason,
                                     uint32_t count)
{
    uint32_t most = plan->window->limits.max_segments;
    struct hal_segment segment;
    struct iodma_place place;

    (void)iodma_refuse_values(reason, IODMA_NO_SPACE, IODMA_RULE_SEGMENT_COUNT,
                              most, count);
    if (!reason)
        return IODMA_NO_SPACE;
    iodma_segment_seek(plan, &place, 0);
    while (most-- != 0)
        (void)iodma_segment_next(plan, &place, &segment);
    return iodma_refuse_cure(reason, IODMA_NO_SPACE, IODMA_CURE_SPLIT,
                             iodma_segment_position(plan, &place));
}

#endif
