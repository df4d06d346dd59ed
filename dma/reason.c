/* SPDX-License-Identifier: MIT */
/* The record of a refusal (rule E6). */
#include "refuse.h"

#include "../hal/bits.h"
#include "map.h"
#include "walk.h"
#include "window.h"

#if IODMA_REASONS

_Static_assert(IODMA_RULE_GRANULE < 64 && IODMA_ARGUMENT_PORT < 32 &&
                   IODMA_FIELD_TRANSLATION < 32,
               "6 bits a rule, 6 bits a place");

/* How much of a cure it takes, by what a rule requires and what there is. */
enum {
    NOTHING,
    ACTUAL,
    REQUIRED,
    FIRST_BIT, /* of those required                         */
    LACK,      /* from the actual to a multiple of required */
    REST,      /* of the actual over such a multiple        */
    EXCESS,    /* of the actual over the required           */
    ALL_BITS,  /* of an address                             */
};

#define CURE(cure, amount) (IODMA_CURE_##cure | (amount) << 5)

/* What cures a rule, and how much of it does; not here: nothing. */
static const uint8_t cures[IODMA_RULE_GRANULE + 1] = {
    [IODMA_RULE_UNSPECIFIED] = CURE(SPECIFY, NOTHING),
    [IODMA_RULE_UNATTACHED] = CURE(ATTACH, NOTHING),
    [IODMA_RULE_UNWIRED] = CURE(WIRE, NOTHING),
    [IODMA_RULE_UNPREPARED] = CURE(PREPARE, NOTHING),
    [IODMA_RULE_PREPARED] = CURE(COMPLETE, ACTUAL),
    [IODMA_RULE_HELD] = CURE(RELEASE, ACTUAL),
    [IODMA_RULE_HIDDEN] = CURE(COMPLETE, ACTUAL),
    [IODMA_RULE_POINTER] = CURE(PASS, NOTHING),
    [IODMA_RULE_ROOM] = CURE(SET, REQUIRED),
    [IODMA_RULE_OPTIONS] = CURE(SET, FIRST_BIT),
    [IODMA_RULE_WINDOW] = CURE(SET, REQUIRED),
    [IODMA_RULE_MAX_TRANSFER] = CURE(SPLIT, REQUIRED),
    [IODMA_RULE_DIRECTION] = CURE(SET, REQUIRED),
    [IODMA_RULE_STRUCT_SIZE] = CURE(SET, REQUIRED),
    [IODMA_RULE_BITS] = CURE(SET, REQUIRED),
    [IODMA_RULE_MAX_SEGMENT] = CURE(SET, REQUIRED),
    [IODMA_RULE_BOUNDARY] = CURE(SET, REQUIRED),
    [IODMA_RULE_MAPPING_TYPE] = CURE(SET, REQUIRED),
    [IODMA_RULE_BYPASS] = CURE(SET, REQUIRED),
    [IODMA_RULE_ALIGN_ADDRESS] = CURE(ALIGN, LACK),
    [IODMA_RULE_ALIGN_LENGTH] = CURE(SHORTEN, REST),
    [IODMA_RULE_SEAM] = CURE(SHORTEN, REST),
    [IODMA_RULE_LINE] = CURE(ALIGN, LACK),
    [IODMA_RULE_REACH] = CURE(NEARER, EXCESS),
    [IODMA_RULE_APERTURE] = CURE(ELSEWHERE, NOTHING),
    [IODMA_RULE_WRITABLE] = CURE(ELSEWHERE, NOTHING),
    [IODMA_RULE_NO_CACHE] = CURE(CACHE, NOTHING),
    [IODMA_RULE_REGION] = CURE(REGION, ACTUAL),
    [IODMA_RULE_CACHED] = CURE(ELSEWHERE, NOTHING),
    [IODMA_RULE_UNMAPPED] = CURE(ELSEWHERE, NOTHING),
    [IODMA_RULE_CONTIGUOUS] = CURE(ELSEWHERE, NOTHING),
    [IODMA_RULE_STORAGE] = CURE(LEND, NOTHING),
    [IODMA_RULE_FAR_WINDOW] = CURE(LATER, NOTHING),
    [IODMA_RULE_IOVA] = CURE(MORE_IOVA, REQUIRED),
    [IODMA_RULE_MAPPER] = CURE(LATER, NOTHING),
    [IODMA_RULE_OUTPUT] = CURE(WIDER, ALL_BITS),
};

/* Last bytes of statuses, by number. */
#define LAST_BYTE(status, name, number) [number] = (uint8_t)IODMA_##name,
static const uint8_t endings[] = { IODMA_ENDINGS(LAST_BYTE, ) };

static void drop_cure(struct iodma_reason *reason)
{
    reason->cure = IODMA_CURE_NONE;
    reason->amount = 0;
}

/* Would what cures a rule otherwise be no help? */
static bool hopeless(const struct iodma_reason *reason)
{
    hal_address required = reason->required;
    hal_address actual = reason->actual;
    bool argument = reason->place == IODMA_PLACE_ARGUMENT;

    switch (reason->rule) {
    case IODMA_RULE_WINDOW: /* it is in bounds, and empty */
        return actual <= required;
    case IODMA_RULE_BYPASS: /* the call knows no mapping */
        return argument;
    case IODMA_RULE_ALIGN_LENGTH: /* nothing would be left */
        return argument && reason->amount == actual;
    case IODMA_RULE_IOVA: /* it would not be within reach */
        return required - 1 > actual;
    case IODMA_RULE_OUTPUT: /* it is not built in */
    case IODMA_RULE_MAX_TRANSFER:
        return required == 0;
    default:
        return reason->cure == IODMA_CURE_ALIGN && reason->amount == 0;
    }
}

static void cure(struct iodma_reason *reason, uint32_t at)
{
    hal_address required = reason->required;
    hal_address actual = reason->actual;
    uint32_t power = (uint32_t)required;
    const hal_address amounts[] = {
        [NOTHING] = 0,
        [ACTUAL] = actual,
        [REQUIRED] = required,
        [FIRST_BIT] = power & (0 - power),
        [LACK] = lack32(actual, power),
        [REST] = modulo32(actual, power),
        [EXCESS] = actual - required,
        [ALL_BITS] = HAL_ADDRESS_BITS,
    };
    uint32_t cure = cures[reason->rule];

    if (reason->rule == IODMA_RULE_PREPARED &&
        reason->place == IODMA_PLACE_ARGUMENT)
        cure = CURE(SET, REQUIRED);
    if (at == IODMA_ARGUMENT_CAPACITY) /* it ends in a part of a line */
        cure = CURE(LENGTHEN, LACK);
    reason->cure = cure & 31;
    reason->amount = amounts[cure >> 5];
    if (hopeless(reason))
        drop_cure(reason);
}

enum iodma_status iodma_record_wide(struct iodma_reason *reason, uint32_t what,
                                    hal_address actual, hal_address required)
{
    /* All but IODMA_INVALID begin alike. */
    enum iodma_status status =
        (enum iodma_status)IODMA_STATUS(0x200u + endings[what >> 6 & 15]);
    uint32_t at = what >> 10; /* place and number: IODMA_AT() */

    if (reason) {
        reason->required = required;
        reason->actual = actual;
        reason->status = (int32_t)status;
        reason->rule = what & 63;
        reason->number = at & 31;
        reason->place = (uint8_t)((at + 31) / 32);
        cure(reason, at);
    }
    return status;
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

enum iodma_status iodma_refuse_theirs(struct iodma_reason *reason,
                                      enum iodma_status status, uint32_t rule)
{
    (void)iodma_record_wide(reason, rule, (uint32_t)status, 0);
    iodma_refuse_status(reason, status);
    return status;
}

enum iodma_status iodma_refuse_cure(struct iodma_reason *reason,
                                    enum iodma_status status, uint32_t cure,
                                    hal_address amount)
{
    if (reason) {
        reason->status = (int32_t)status;
        reason->cure = (uint8_t)cure;
        reason->amount = amount;
    }
    return status;
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

/* Walk to a byte of the window. Returns how many of the window's bytes are
   before it in the range that it is in. */
static hal_address find(const struct iodma_window *window, hal_address position,
                        struct iodma_walk *walk)
{
    (void)iodma_walk_begin(walk, window->memory, window->offset + position);
    iodma_walk_settle(walk);
    return smaller(walk->within, position);
}

/* The same, and make it the place. */
static hal_address note_byte(const struct iodma_window *window,
                             hal_address position, struct iodma_walk *walk)
{
    const struct iodma_memory *memory = window->memory;
    struct iodma_reason *reason = window->reason;
    hal_address before = find(window, position, walk);

    reason->place = IODMA_PLACE_OFFSET;
    reason->number = position;
    if (memory->kind != IODMA_KIND_MULTI) {
        reason->place = IODMA_PLACE_RANGE;
        reason->number =
            (hal_address)(walk->range - iodma_memory_ranges(memory));
    }
    return before;
}

/* The place is the last byte before an end. There can be less before that if a
   range ends there, or the window, and something of it is left then. */
static void note_end(const struct iodma_window *window, hal_address end)
{
    struct iodma_walk walk;

    if (window->reason->amount > note_byte(window, end - 1, &walk) ||
        (end != window->length && find(window, end, &walk) != 0))
        drop_cure(window->reason);
}

void iodma_refuse_segment(const struct iodma_plan *plan, hal_address position,
                          hal_address end)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_mapper *mapper = window->mapper;
    struct iodma_reason *reason = window->reason;
    bool helps = plan->path != IODMA_PATH_FLAT; /* else no range ends in it */
    struct iodma_walk walk;

    if (!reason)
        return;
    switch (reason->rule) {
    case IODMA_RULE_WRITABLE:
    case IODMA_RULE_APERTURE:
        (void)note_byte(window, position, &walk);
        (void)iodma_walk_look(&walk, 1, &reason->actual);
        return;
    case IODMA_RULE_REACH:
        (void)note_byte(window, end - 1, &walk);
        helps = !mapper;
        break;
    case IODMA_RULE_ALIGN_ADDRESS:
        /* Pages that are shown go on behind those before them. */
        if (note_byte(window, position, &walk) != 0 ||
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
    struct iodma_walk walk;

    if (!reason ||
        (note_byte(window, position, &walk) == 0 && reason->amount != 0))
        return;
    reason->cure = IODMA_CURE_SHORTEN;
    reason->amount = modulo32(reason->actual + 1, (uint32_t)reason->required);
    note_end(window, position + 1);
}

enum iodma_status iodma_refuse_cache(const struct iodma_window *window)
{
    return iodma_refuse(window->reason, IODMA_UNSUPPORTED,
                        window->bus->hal->cache ? IODMA_RULE_NO_CACHE
                                                : IODMA_RULE_CACHED);
}

#endif
