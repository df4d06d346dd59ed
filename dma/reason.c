/* SPDX-License-Identifier: MIT */
#include "dma/reason.h"

#include "dma/judge.h"
#include "dma/map.h"
#include "dma/plan.h"
#include "dma/refuse.h"
#include "dma/segment.h"
#include "dma/sync.h"
#include "hal/bits.h"

#include <stddef.h>

/* The record -------------------------------------------------------------- */

static void say(struct iodma_reason *reason, uint32_t rule, uint64_t required,
                uint64_t actual)
{
    reason->rule = (uint8_t)rule;
    reason->required = required;
    reason->actual = actual;
}

static void at(struct iodma_reason *reason, uint32_t place, uint64_t number)
{
    reason->place = (uint8_t)place;
    reason->number = number;
}

static void cure(struct iodma_reason *reason, uint32_t what, uint64_t amount)
{
    reason->cure = (uint8_t)what;
    reason->amount = amount;
}

/* A new refusal: all but who explains is cleared. */
static void begin(struct iodma_reason *reason, uint32_t call,
                  enum iodma_status status)
{
    *reason = (struct iodma_reason){
        .status = status,
        .call = (uint8_t)call,
        .explainer = reason->explainer,
    };
}

/* The whole of one that is wrong about an argument. */
static void argue(struct iodma_reason *reason, uint32_t rule, uint32_t argument,
                  uint64_t required, uint64_t actual)
{
    say(reason, rule, required, actual);
    at(reason, IODMA_PLACE_ARGUMENT, argument);
}

static void missing(struct iodma_reason *reason, uint32_t argument)
{
    argue(reason, IODMA_RULE_POINTER, argument, 0, 0);
    cure(reason, IODMA_CURE_PASS, 0);
}

/* The whole of one that is wrong about the state. */
static void state(struct iodma_reason *reason, uint32_t rule, uint32_t what)
{
    say(reason, rule, 0, 0);
    cure(reason, what, 0);
}

/* A number of times that has to come to 0 first. */
static void busy(struct iodma_reason *reason, uint32_t rule, uint32_t what,
                 uint32_t times)
{
    say(reason, rule, 0, times);
    cure(reason, what, times);
}

/* The byte at a position of a view. Returns its range, or NULL if that is one
   of many descriptors'. */
static const struct iodma_range *at_byte(struct iodma_reason *reason,
                                         const struct iodma_view *view,
                                         uint64_t position)
{
    struct iodma_extent byte;
    struct iodma_walk walk;

    at(reason, IODMA_PLACE_OFFSET, position);
    if (view->memory->kind == IODMA_MULTI || position >= view->length)
        return NULL;
    iodma_view_begin(view, position, &walk);
    if (iodma_walk_next(&walk, 1, &byte) != IODMA_OK)
        return NULL;
    at(reason, IODMA_PLACE_RANGE,
       (uint64_t)(walk.range - iodma_memory_ranges(walk.leaf)));
    return walk.range;
}

/* Memory as it lies ------------------------------------------------------- */

/* Does the window go on at a position where it was before it? */
static bool goes_on(const struct iodma_view *view, uint64_t position)
{
    struct iodma_extent extent;
    struct iodma_walk walk;

    if (position == 0 || position >= view->length)
        return false;
    iodma_view_begin(view, position - 1, &walk);
    return iodma_walk_next(&walk, 2, &extent) == IODMA_OK && extent.length == 2;
}

/* What an address or a length lacks to a multiple. */
static uint64_t lack(uint64_t value, uint64_t alignment)
{
    return modulo(0 - value, alignment);
}

/* Memory at the wrong place. */
static void move(struct iodma_reason *reason, const struct iodma_view *view,
                 const struct iodma_range *range, uint64_t most)
{
    uint64_t room = iodma_judge_room(view, range ? range->length : 1);

    if (room != 0)
        cure(reason, IODMA_CURE_MOVE, room);
    else if (most != 0)
        cure(reason, IODMA_CURE_SPLIT, most);
}

/* A segment that begins, or a line that is split, where it should not. */
static void begin_later(struct iodma_reason *reason,
                        const struct iodma_view *view,
                        const struct iodma_finding *finding, uint64_t most)
{
    if (finding->rule == IODMA_RULE_ALIGN_INTERNAL && most != 0 &&
        goes_on(view, finding->position)) /* no range begins there */
        cure(reason, IODMA_CURE_SPLIT, most);
    else
        cure(reason, IODMA_CURE_ALIGN,
             lack(finding->actual, finding->required));
}

/* A range that ends too early, or a window that does within one. */
static void extend(struct iodma_reason *reason, const struct iodma_view *view,
                   const struct iodma_finding *finding)
{
    uint64_t more = lack(finding->actual, finding->required);
    struct iodma_extent extent;
    struct iodma_walk walk;

    cure(reason, IODMA_CURE_EXTEND, more);
    if (finding->position + 1 != view->length)
        return;
    iodma_view_begin(view, finding->position, &walk);
    if (iodma_walk_next(&walk, more + 1, &extent) == IODMA_OK &&
        extent.length == more + 1) {
        at(reason, IODMA_PLACE_ARGUMENT, IODMA_ARGUMENT_LENGTH);
        cure(reason, IODMA_CURE_SET, view->length + more);
    }
}

/* A segment that ends where it should not: because its range does, or because
   it is cut at an address that the one it begins at does not go with. */
static void end_later(struct iodma_reason *reason,
                      const struct iodma_view *view,
                      const struct iodma_finding *finding, uint64_t most)
{
    uint64_t shift = lack(finding->start, finding->required);

    if (!goes_on(view, finding->position + 1))
        extend(reason, view, finding);
    else if (shift != 0)
        cure(reason, IODMA_CURE_ALIGN, shift);
    else if (most != 0)
        cure(reason, IODMA_CURE_SPLIT, most);
}

/* A rule that memory breaks as it lies, with what would change that. `most`
   bytes would do from the first one on. */
static void lies_wrong(struct iodma_reason *reason,
                       const struct iodma_view *view,
                       const struct iodma_finding *finding, uint64_t most)
{
    const struct iodma_range *range;

    say(reason, finding->rule, finding->required, finding->actual);
    range = at_byte(reason, view, finding->position);
    switch (finding->rule) {
    case IODMA_RULE_SEGMENT_COUNT:
        at(reason, IODMA_PLACE_SEGMENT, finding->segment);
        cure(reason, IODMA_CURE_SPLIT, most);
        break;
    case IODMA_RULE_REACH:
    case IODMA_RULE_APERTURE:
    case IODMA_RULE_WRITABLE:
        move(reason, view, range, most);
        break;
    case IODMA_RULE_ALIGN_LENGTH:
    case IODMA_RULE_SEAM:
        end_later(reason, view, finding, most);
        break;
    default:
        if (finding->rule == IODMA_RULE_LINE &&
            finding->start != finding->actual)
            extend(reason, view, finding);
        else
            begin_later(reason, view, finding, most);
        break;
    }
}

/* Bytes that the CPU has to reach and cannot. */
static void out_of_hand(struct iodma_reason *reason,
                        const struct iodma_view *view,
                        const struct iodma_finding *finding)
{
    say(reason, finding->rule, finding->required, finding->actual);
    switch (finding->rule) {
    case IODMA_RULE_REGION:
        (void)at_byte(reason, view, finding->position);
        cure(reason, IODMA_CURE_REGION, finding->actual);
        break;
    case IODMA_RULE_IOVA:
        cure(reason, IODMA_CURE_MORE_IOVA, finding->required);
        break;
    case IODMA_RULE_NONE: /* it was only for a moment */
        say(reason, view->mapper ? IODMA_RULE_MAPPER : IODMA_RULE_FAR_WINDOW, 0,
            0);
        cure(reason, IODMA_CURE_LATER, 0);
        break;
    case IODMA_RULE_FAR_WINDOW:
        (void)at_byte(reason, view, finding->position);
        cure(reason, IODMA_CURE_LATER, 0);
        break;
    default:
        cure(reason, IODMA_CURE_LATER, 0);
        break;
    }
}

/* No buffer for all of the window. */
static void no_buffer(struct iodma_reason *reason,
                      const struct iodma_view *view,
                      const struct iodma_verdict *whole)
{
    const struct hal_bounce *bounce = view->bus->bounce;

    if (whole->first.rule == IODMA_RULE_NONE) {
        say(reason, IODMA_RULE_STORAGE, whole->storage,
            bounce ? hal_bounce_size(bounce) : 0);
        cure(reason, IODMA_CURE_LEND, whole->storage);
        return;
    }
    say(reason, whole->first.rule, whole->first.required, whole->first.actual);
    at(reason, IODMA_PLACE_SEGMENT, whole->first.segment);
    cure(reason, IODMA_CURE_SPLIT, whole->most);
}

/* Prepare ----------------------------------------------------------------- */

/* A window that is longer than a transfer. */
static void too_long(struct iodma_reason *reason,
                     const struct iodma_limits *limits, uint64_t length)
{
    uint64_t most = limits->max_transfer;

    argue(reason, IODMA_RULE_MAX_TRANSFER, IODMA_ARGUMENT_LENGTH, most, length);
    most -= modulo32(most, limits->align_length);
    if (most != 0) {
        cure(reason, IODMA_CURE_SPLIT, most);
        return;
    }
    at(reason, IODMA_PLACE_FIELD, IODMA_FIELD_MAX_TRANSFER);
    cure(reason, IODMA_CURE_SET, limits->align_length);
}

/* A window whose length is no multiple of what it should be. */
static void odd_length(struct iodma_reason *reason,
                       const struct iodma_command *command, uint64_t offset,
                       uint64_t length)
{
    const struct iodma_limits *limits = &command->device.limits;
    uint64_t room =
        smaller(limits->max_transfer, command->memory->length - offset);
    uint64_t more = lack(length, limits->align_length);
    uint64_t excess = modulo32(length, limits->align_length);
    struct iodma_view view;

    argue(reason, IODMA_RULE_ALIGN_LENGTH, IODMA_ARGUMENT_LENGTH,
          limits->align_length, length);
    if (room - length >= more) {
        cure(reason, IODMA_CURE_SET, length + more);
    } else if (length != excess) {
        cure(reason, IODMA_CURE_SET, length - excess);
    } else {
        iodma_command_look_at(command, offset, length, &view);
        (void)at_byte(reason, &view, length - 1);
        cure(reason, IODMA_CURE_EXTEND, more);
    }
}

/* What prepare looks at before the memory. Makes *length exact. Returns its
   answer; if that is not OK the reason is given. */
static enum iodma_status judge_call(struct iodma_reason *reason,
                                    const struct iodma_command *command,
                                    uint64_t offset, uint64_t *length)
{
    const struct iodma_memory *memory = command->memory;
    const struct iodma_view *view = &command->view;

    if (!command->device.output) {
        state(reason, IODMA_RULE_UNSPECIFIED, IODMA_CURE_SPECIFY);
        return IODMA_NOT_READY;
    }
    if (!memory) {
        state(reason, IODMA_RULE_UNATTACHED, IODMA_CURE_ATTACH);
        return IODMA_NOT_READY;
    }
    if (!iodma_memory_ready(memory)) {
        state(reason, IODMA_RULE_UNWIRED, IODMA_CURE_WIRE);
        return IODMA_NOT_READY;
    }
    if (offset > memory->length) {
        argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET, memory->length,
              offset);
        cure(reason, IODMA_CURE_SET, memory->length);
        return IODMA_BAD_ARGUMENT;
    }
    if (*length == 0)
        *length = memory->length - offset;
    if (*length > memory->length - offset) {
        argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_LENGTH,
              memory->length - offset, *length);
        cure(reason, IODMA_CURE_SET, memory->length - offset);
        return IODMA_BAD_ARGUMENT;
    }
    if (*length > command->device.limits.max_transfer) {
        too_long(reason, &command->device.limits, *length);
        return IODMA_NO_SPACE;
    }
    if (command->prepared != 0) {
        if (offset != view->offset)
            argue(reason, IODMA_RULE_PREPARED, IODMA_ARGUMENT_OFFSET,
                  view->offset, offset);
        else if (*length != view->length)
            argue(reason, IODMA_RULE_PREPARED, IODMA_ARGUMENT_LENGTH,
                  view->length, *length);
        else
            return IODMA_OK;
        cure(reason, IODMA_CURE_COMPLETE, command->prepared);
        return IODMA_NOT_READY;
    }
    if (modulo32(*length, command->device.limits.align_length) != 0) {
        odd_length(reason, command, offset, *length);
        return IODMA_NOT_ALIGNED;
    }
    return IODMA_OK;
}

/* What it looks at before it plans. */
static enum iodma_status judge_view(struct iodma_reason *reason,
                                    const struct iodma_view *view,
                                    bool iterates)
{
    struct iodma_finding finding;

    if (iodma_view_inbound(view) && view->memory->read_only) {
        say(reason, IODMA_RULE_WRITABLE, 0, 0);
        cure(reason, IODMA_CURE_WIRE, 0);
        return IODMA_NOT_WRITABLE;
    }
    if (!iodma_judge_writable(view, &finding)) {
        lies_wrong(reason, view, &finding, 0);
        return IODMA_NOT_WRITABLE;
    }
    if (!iterates && view->maintained && !view->bus->hal->cache) {
        say(reason, IODMA_RULE_NO_CACHE, 0, 0);
        cure(reason, IODMA_CURE_CACHE, 0);
        return IODMA_UNSUPPORTED;
    }
    return IODMA_OK;
}

/* No rung would do: the memory as it lies is wrong, and no storage helps. */
static void no_rung(struct iodma_reason *reason, struct iodma_view *view,
                    enum iodma_status status)
{
    struct iodma_verdict direct;
    struct iodma_verdict verdict;
    struct iodma_verdict lacking;

    if (iodma_judge_ladder(view, &direct, &verdict, &lacking) == IODMA_OK &&
        lacking.storage == 0)
        lacking = verdict; /* what would do is on loan */
    lies_wrong(reason, view, &direct.first, direct.most);
    if (status == IODMA_NO_RESOURCES && lacking.storage != 0)
        cure(reason, IODMA_CURE_LEND, lacking.storage);
    else
        cure(reason, IODMA_CURE_SPLIT,
             direct.most != 0 ? direct.most : verdict.most);
}

static void explain_prepare(const struct iodma_command *command,
                            uint64_t offset, uint64_t length,
                            enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    bool iterates = iodma_command_iterates(command);
    struct iodma_finding finding;
    struct iodma_view view;

    begin(reason, IODMA_CALL_PREPARE, status);
    if (judge_call(reason, command, offset, &length) != IODMA_OK ||
        command->prepared != 0)
        return;
    iodma_command_look_at(command, offset, length, &view);
    if (judge_view(reason, &view, iterates) != IODMA_OK)
        return;
    if (iterates) {
        iodma_judge_mapping(&view, &finding);
        out_of_hand(reason, &view, &finding);
    } else if (iodma_judge_rehearsal(&view, false, &finding)) {
        out_of_hand(reason, &view, &finding);
    } else {
        iodma_command_look_at(command, offset, length, &view);
        no_rung(reason, &view, status);
    }
}

/* Of what is prepared: what it is now. */
static void look_back(const struct iodma_view *view,
                      struct iodma_outlook *outlook)
{
    struct iodma_verdict verdict;
    struct iodma_piece piece;
    struct iodma_walk walk;

    iodma_judge_list(view, &verdict);
    *outlook = (struct iodma_outlook){
        .segments = verdict.segments,
        .rung = view->rung,
    };
    iodma_view_begin(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        if (piece.client != piece.storage)
            outlook->bounced += piece.length;
    }
}

/* How a window would go, all of whose arguments are right. */
static enum iodma_status look_ahead(struct iodma_reason *reason,
                                    struct iodma_view *view, bool iterates,
                                    struct iodma_outlook *outlook)
{
    struct iodma_verdict lacking = { .storage = 0 };
    struct iodma_verdict verdict;
    struct iodma_verdict direct;
    enum iodma_status status = judge_view(reason, view, iterates);

    if (status != IODMA_OK)
        return status;
    if (iterates) {
        iodma_judge_list(view, &verdict);
        direct = verdict;
    } else {
        status = iodma_judge_ladder(view, &direct, &verdict, &lacking);
    }
    if (direct.first.rule != IODMA_RULE_NONE)
        lies_wrong(reason, view, &direct.first, direct.most);
    if (status == IODMA_OK)
        *outlook = (struct iodma_outlook){
            .bounced = verdict.bounced,
            .storage = verdict.storage,
            .segments = verdict.segments,
            .rung = view->rung,
        };
    else if (lacking.storage != 0)
        cure(reason, IODMA_CURE_LEND, lacking.storage);
    else if (direct.most == 0)
        cure(reason, IODMA_CURE_SPLIT, verdict.most);
    else
        cure(reason, IODMA_CURE_SPLIT, direct.most);
    return status;
}

enum iodma_status iodma_command_check(const struct iodma_command *command,
                                      uint64_t offset, uint64_t length,
                                      struct iodma_outlook *outlook,
                                      struct iodma_reason *reason)
{
    struct iodma_reason unasked = { .explainer = NULL };
    struct iodma_view view;
    enum iodma_status status;

    if (!reason)
        reason = &unasked;
    begin(reason, IODMA_CALL_CHECK, IODMA_OK);
    status = judge_call(reason, command, offset, &length);
    if (status == IODMA_OK && command->prepared != 0) {
        look_back(&command->view, outlook);
    } else if (status == IODMA_OK) {
        iodma_command_look_at(command, offset, length, &view);
        status =
            look_ahead(reason, &view, iodma_command_iterates(command), outlook);
    }
    reason->status = status;
    return status;
}

/* The state --------------------------------------------------------------- */

static void explain_set_memory(const struct iodma_command *command,
                               enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    begin(reason, IODMA_CALL_SET_MEMORY, status);
    if (command->held != 0)
        busy(reason, IODMA_RULE_HELD, IODMA_CURE_RELEASE, command->held);
    else
        busy(reason, IODMA_RULE_PREPARED, IODMA_CURE_COMPLETE,
             command->prepared);
}

/* The specification ------------------------------------------------------- */

/* A field that has to have another value. */
static bool wrong(struct iodma_reason *reason, uint32_t rule, uint32_t field,
                  uint64_t required, uint64_t actual, uint64_t value)
{
    say(reason, rule, required, actual);
    at(reason, IODMA_PLACE_FIELD, field);
    cure(reason, IODMA_CURE_SET, value);
    return true;
}

/* The next power of two, or the highest there is. */
static uint64_t power_above(uint64_t value, uint64_t highest)
{
    uint64_t power = 1;

    while (power < value && power < highest)
        power <<= 1;
    return power;
}

static uint64_t power_below(uint64_t value)
{
    uint64_t power = UINT64_C(1) << 63;

    while (power > value)
        power >>= 1;
    return power;
}

static bool wrong_bits(struct iodma_reason *reason, const struct iodma_bus *bus,
                       const struct iodma_spec *spec)
{
    uint32_t most = iodma_output_bits(spec->output);
    uint32_t bits = spec->segment.address_bits;
    uint32_t least = (uint32_t)__builtin_ctzll(bus->granule);

    if (most == 0)
        most = 64;
    if (bits > most)
        return wrong(reason, IODMA_RULE_BITS, IODMA_FIELD_ADDRESS_BITS, most,
                     bits, most);
    if (bits != 0 && bits < least)
        return wrong(reason, IODMA_RULE_BITS, IODMA_FIELD_ADDRESS_BITS, least,
                     bits, least);
    return false;
}

static bool wrong_power(struct iodma_reason *reason, uint32_t field,
                        uint64_t value, uint64_t highest)
{
    return !is_power_of_two(value) &&
           wrong(reason, IODMA_RULE_POWER_OF_TWO, field, 0, value,
                 power_above(value, highest));
}

static bool wrong_powers(struct iodma_reason *reason,
                         const struct hal_limits *limits)
{
    return wrong_power(reason, IODMA_FIELD_ALIGN_ADDRESS, limits->align_address,
                       BIT32(31)) ||
           wrong_power(reason, IODMA_FIELD_ALIGN_LENGTH, limits->align_length,
                       BIT32(31)) ||
           wrong_power(reason, IODMA_FIELD_ALIGN_INTERNAL,
                       limits->align_internal, BIT32(31)) ||
           (limits->boundary != 0 &&
            wrong_power(reason, IODMA_FIELD_BOUNDARY, limits->boundary,
                        UINT64_C(1) << 63));
}

/* Which of the specification's alignments is above a boundary? */
static bool wrong_alignment(struct iodma_reason *reason,
                            const struct hal_limits *limits, uint64_t boundary)
{
    uint32_t field = IODMA_FIELD_ALIGN_INTERNAL;
    uint64_t value = limits->align_internal;

    if (limits->align_address > boundary) {
        field = IODMA_FIELD_ALIGN_ADDRESS;
        value = limits->align_address;
    } else if (limits->align_length > boundary) {
        field = IODMA_FIELD_ALIGN_LENGTH;
        value = limits->align_length;
    }
    return wrong(reason, IODMA_RULE_BOUNDARY, field, boundary, value, boundary);
}

/* Does the specification leave nothing, with what the port lets through? */
static bool wrong_together(struct iodma_reason *reason,
                           const struct hal_limits *limits,
                           const struct iodma_limits *port)
{
    uint64_t max = limits->max_segment ? limits->max_segment : UINT64_MAX;
    uint64_t length = limits->align_length;
    uint64_t alignment =
        limits->align_address | limits->align_length | limits->align_internal;
    uint64_t longest = power_below(length | port->align_length);
    uint64_t strictest = power_below(alignment | port->alignment);

    alignment = power_below(alignment); /* of powers: the highest */
    if (max < longest)
        return wrong(reason, IODMA_RULE_MAX_SEGMENT, IODMA_FIELD_MAX_SEGMENT,
                     longest, max, longest);
    if (port->max_segment < length)
        return wrong(reason, IODMA_RULE_MAX_SEGMENT, IODMA_FIELD_ALIGN_LENGTH,
                     port->max_segment, length, power_below(port->max_segment));
    if (limits->boundary - 1 < strictest - 1)
        return wrong(reason, IODMA_RULE_BOUNDARY, IODMA_FIELD_BOUNDARY,
                     strictest, limits->boundary, strictest);
    return port->boundary_mask < alignment - 1 &&
           wrong_alignment(reason, limits, port->boundary_mask + 1);
}

/* The mapping's type, or the way past a mapper. */
static bool wrong_mapping(struct iodma_reason *reason,
                          const struct iodma_bus *bus,
                          const struct iodma_spec *spec)
{
    const struct iodma_mapper *mapper =
        spec->mapper ? spec->mapper : bus->mapper;
    uint32_t type = spec->mapping & IODMA_TYPE_MASK;
    uint32_t mapped = spec->mapping - type + IODMA_MAPPED;

    if (type > IODMA_UNMAPPED)
        return wrong(reason, IODMA_RULE_MAPPING_TYPE, IODMA_FIELD_MAPPING,
                     IODMA_UNMAPPED, type, mapped);
    return ((type == IODMA_BYPASSED && mapper) ||
            (type == IODMA_UNMAPPED &&
             (iodma_mapper_unavoidable(spec->mapper) ||
              iodma_mapper_unavoidable(bus->mapper)) &&
             (spec->mapping & IODMA_ITERATE_ONLY) == 0)) &&
           wrong(reason, IODMA_RULE_BYPASS, IODMA_FIELD_MAPPING, IODMA_MAPPED,
                 type, mapped);
}

/* The first thing that is wrong with a specification. */
static bool wrong_spec(struct iodma_reason *reason, const struct iodma_bus *bus,
                       const struct iodma_spec *spec)
{
    static const struct iodma_limits no_port = {
        .max_segment = UINT64_MAX,
        .boundary_mask = UINT64_MAX,
        .align_address = 1,
        .align_length = 1,
        .align_internal = 1,
        .align_seam = 1,
    };
    struct hal_limits limits;

    if (!spec->output) {
        say(reason, IODMA_RULE_POINTER, 0, 0);
        at(reason, IODMA_PLACE_FIELD, IODMA_FIELD_OUTPUT);
        cure(reason, IODMA_CURE_PASS, 0);
        return true;
    }
    if (spec->segment.struct_size < IODMA_APPLE_OPTIONS_SIZE)
        return wrong(reason, IODMA_RULE_STRUCT_SIZE, IODMA_FIELD_STRUCT_SIZE,
                     IODMA_APPLE_OPTIONS_SIZE, spec->segment.struct_size,
                     IODMA_APPLE_OPTIONS_SIZE);
    if (wrong_bits(reason, bus, spec))
        return true;
    (void)iodma_limits_resolve(&spec->segment, 0, 1, &limits);
    return wrong_powers(reason, &limits) ||
           wrong_together(reason, &limits, &no_port) ||
           wrong_mapping(reason, bus, spec) ||
           wrong_together(reason, &limits, &bus->limits);
}

enum iodma_status iodma_spec_check(const struct iodma_bus *bus,
                                   const struct iodma_spec *spec,
                                   struct iodma_reason *reason)
{
    struct iodma_reason found = { .explainer = NULL };

    if (reason)
        found.explainer = reason->explainer;
    begin(&found, IODMA_CALL_SET_SPEC, IODMA_BAD_ARGUMENT);
    if (!bus)
        missing(&found, IODMA_ARGUMENT_BUS);
    else if (!spec)
        missing(&found, IODMA_ARGUMENT_SPEC);
    else if (!wrong_spec(&found, bus, spec))
        return IODMA_OK;
    if (reason)
        *reason = found;
    return IODMA_BAD_ARGUMENT;
}

static void explain_set_spec(const struct iodma_command *command,
                             const struct iodma_spec *spec,
                             enum iodma_status status)
{
    if (command->prepared == 0) {
        (void)iodma_spec_check(command->bus, spec, command->reason);
        return;
    }
    begin(command->reason, IODMA_CALL_SET_SPEC, status);
    busy(command->reason, IODMA_RULE_PREPARED, IODMA_CURE_COMPLETE,
         command->prepared);
}

/* Segments ---------------------------------------------------------------- */

/* What a generation looks at before the list. False: it is explained. */
static bool may_list(struct iodma_reason *reason,
                     const struct iodma_command *command,
                     const uint64_t *offset)
{
    if (!command->memory) {
        state(reason, IODMA_RULE_UNATTACHED, IODMA_CURE_ATTACH);
        return false;
    }
    if (command->prepared == 0) {
        state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
        return false;
    }
    if (!offset) {
        missing(reason, IODMA_ARGUMENT_OFFSET);
        return false;
    }
    return true;
}

/* Is there anything to list from an offset on? */
static bool is_listed(struct iodma_reason *reason,
                      const struct iodma_command *command, uint64_t offset)
{
    uint64_t length = command->view.length;

    if (offset < length)
        return true;
    argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET,
          length == 0 ? 0 : length - 1, offset);
    if (length != 0)
        cure(reason, IODMA_CURE_SET, 0);
    return false;
}

/* The first segment that an iterate-only command may not have. */
static bool illegal_segment(struct iodma_reason *reason,
                            const struct iodma_command *command,
                            uint64_t offset, uint32_t count)
{
    const struct iodma_view *view = &command->view;
    struct iodma_finding finding;
    struct iodma_cursor cursor;
    uint64_t position = offset;

    iodma_view_seek(view, offset, &cursor);
    for (uint32_t i = 0; i < count; i++) {
        if (!iodma_judge_next(view, &cursor, i, &finding))
            break;
        if (finding.rule != IODMA_RULE_NONE) {
            lies_wrong(reason, view, &finding, position);
            return true;
        }
        position = iodma_view_position(view, &cursor.walk);
    }
    return false;
}

/* A segment that the output function could not write. */
static void unwritten(struct iodma_reason *reason,
                      const struct iodma_command *command,
                      iodma_segment_function output, uint64_t offset)
{
    const struct iodma_view *view = &command->view;
    struct iodma_cursor cursor;
    struct hal_segment segment;
    uint32_t index = 0;

    say(reason, IODMA_RULE_OUTPUT, 0, 0);
    if (iodma_output_bits(output) != 32)
        return;
    iodma_view_seek(view, offset, &cursor);
    while (iodma_segment_next(view, &cursor, &segment) == IODMA_OK) {
        if ((segment.address | segment.length) > UINT32_MAX) {
            say(reason, IODMA_RULE_OUTPUT, UINT32_MAX,
                segment.address > UINT32_MAX ? segment.address
                                             : segment.length);
            break;
        }
        index++;
    }
    at(reason, IODMA_PLACE_SEGMENT, index);
    cure(reason, IODMA_CURE_WIDER, 64);
}

static void explain_gen_segments(const struct iodma_command *command,
                                 iodma_segment_function output,
                                 const uint64_t *offset, const void *segments,
                                 const uint32_t *count,
                                 enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    begin(reason, IODMA_CALL_GEN_SEGMENTS, status);
    if (!may_list(reason, command, offset))
        return;
    if (!segments) {
        missing(reason, IODMA_ARGUMENT_SEGMENTS);
    } else if (!count) {
        missing(reason, IODMA_ARGUMENT_COUNT);
    } else if (!output) {
        missing(reason, IODMA_ARGUMENT_OUTPUT);
    } else if (*count == 0) {
        argue(reason, IODMA_RULE_CAPACITY, IODMA_ARGUMENT_COUNT, 1, 0);
        cure(reason, IODMA_CURE_SET, 1);
    } else if (is_listed(reason, command, *offset) &&
               !(iodma_command_iterates(command) &&
                 illegal_segment(reason, command, *offset, *count))) {
        unwritten(reason, command, output, *offset);
    }
}

static void explain_emit(const struct iodma_command *command,
                         const uint64_t *offset,
                         const struct hal_emitter *emitter,
                         enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    begin(reason, IODMA_CALL_EMIT, status);
    if (!may_list(reason, command, offset))
        return;
    if (!emitter)
        missing(reason, IODMA_ARGUMENT_EMITTER);
    else if (is_listed(reason, command, *offset) &&
             !(iodma_command_iterates(command) &&
               illegal_segment(reason, command, *offset, UINT32_MAX)))
        say(reason, IODMA_RULE_EMITTER, 0, (uint32_t)status);
}

/* Bytes ------------------------------------------------------------------- */

/* Where the device sees a byte of the window. */
static uint64_t storage_of(const struct iodma_view *view, uint64_t position)
{
    struct iodma_piece piece = { .storage = 0 };
    struct iodma_walk walk;

    iodma_view_begin(view, position, &walk);
    (void)iodma_view_piece(view, &walk, 1, &piece);
    return piece.storage;
}

/* A part that shares a line with the rest of the window: where should it begin
   or, if that does not matter, end? The line's bytes may be anywhere: all of
   the window shares none. */
static void cuts_line(struct iodma_reason *reason,
                      const struct iodma_view *view, uint64_t offset,
                      uint64_t length)
{
    uint32_t line = view->bus->hal->cache->largest_line;
    uint64_t rest = view->length - offset;
    uint64_t address = storage_of(view, offset);
    uint64_t before = smaller(offset, modulo32(address, line));

    if (iodma_sync_splits_line(view, offset, rest)) {
        argue(reason, IODMA_RULE_LINE, IODMA_ARGUMENT_OFFSET, line, address);
        cure(reason, IODMA_CURE_SET,
             before == 0 || iodma_sync_splits_line(view, offset - before,
                                                   rest + before)
                 ? 0
                 : offset - before);
        return;
    }
    address = storage_of(view, offset + length - 1) + 1;
    before = smaller(rest, length + modulo32(0 - address, line));
    argue(reason, IODMA_RULE_LINE, IODMA_ARGUMENT_LENGTH, line, address);
    cure(reason, IODMA_CURE_SET,
         iodma_sync_splits_line(view, offset, before) ? rest : before);
}

/* The CPU would have had to write where it must not. */
static bool writes_rom(struct iodma_reason *reason,
                       const struct iodma_view *view, enum iodma_status status)
{
    struct iodma_finding finding;

    if (status != IODMA_NOT_WRITABLE || !iodma_judge_rom(view, &finding))
        return false;
    lies_wrong(reason, view, &finding, 0);
    return true;
}

static void explain_move_bytes(const struct iodma_command *command,
                               uint64_t offset, uint64_t length,
                               const void *bytes, enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    struct iodma_finding finding;

    begin(reason, IODMA_CALL_MOVE_BYTES, status);
    if (!bytes) {
        missing(reason, IODMA_ARGUMENT_BYTES);
    } else if (command->prepared == 0) {
        state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if (status == IODMA_NOT_ALIGNED) {
        cuts_line(reason, &command->view, offset,
                  smaller(length, command->view.length - offset));
    } else if (writes_rom(reason, &command->view, status)) {
        return;
    } else if (is_listed(reason, command, offset)) {
        iodma_judge_access(&command->view, offset,
                           smaller(length, command->view.length - offset), true,
                           &finding);
        out_of_hand(reason, &command->view, &finding);
    }
}

static void explain_synchronize(const struct iodma_command *command,
                                uint32_t options, enum iodma_status status)
{
    const uint32_t force = IODMA_FORCE_DOUBLE_BUFFER;
    struct iodma_reason *reason = command->reason;
    struct iodma_view view = command->view;
    struct iodma_finding finding;
    struct iodma_verdict whole;

    begin(reason, IODMA_CALL_SYNCHRONIZE, status);
    if ((options & ~force) >= IODMA_INOUT) {
        argue(reason, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS,
              force | IODMA_IN | IODMA_OUT, options);
        cure(reason, IODMA_CURE_SET, options & force);
    } else if (command->prepared == 0) {
        state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if ((options & force) != 0 && iodma_command_iterates(command)) {
        argue(reason, IODMA_RULE_ITERATE_ONLY, IODMA_ARGUMENT_OPTIONS, 0,
              options);
        cure(reason, IODMA_CURE_SET, options & ~force);
    } else if (writes_rom(reason, &view, status)) {
        return;
    } else if ((options & force) == 0 || view.rung == IODMA_WHOLE) {
        iodma_judge_access(&view, 0, view.length, false, &finding);
        out_of_hand(reason, &view, &finding);
    } else if (command->held != 0) {
        busy(reason, IODMA_RULE_HELD, IODMA_CURE_RELEASE, command->held);
    } else {
        iodma_judge_access(&view, 0, view.length, false, &finding);
        if (finding.rule == IODMA_RULE_NONE) {
            iodma_command_look_at(command, view.offset, view.length, &view);
            if (!iodma_judge_rehearsal(&view, true, &finding)) {
                iodma_judge_whole(&view, &whole);
                no_buffer(reason, &view, &whole);
                return;
            }
        }
        out_of_hand(reason, &view, &finding);
    }
}

static void explain_synchronize_range(const struct iodma_command *command,
                                      uint64_t offset, uint64_t length,
                                      uint32_t options,
                                      enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    const struct iodma_view *view = &command->view;
    struct iodma_finding finding;

    begin(reason, IODMA_CALL_SYNCHRONIZE_RANGE, status);
    if (options != IODMA_IN && options != IODMA_OUT) {
        argue(reason, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS,
              IODMA_IN | IODMA_OUT, options);
        cure(reason, IODMA_CURE_SET, IODMA_IN);
    } else if (command->prepared == 0) {
        state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if (offset > view->length) {
        argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET, view->length,
              offset);
        cure(reason, IODMA_CURE_SET, 0);
    } else if (length > view->length - offset) {
        argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_LENGTH,
              view->length - offset, length);
        cure(reason, IODMA_CURE_SET, view->length - offset);
    } else if (status == IODMA_NOT_ALIGNED) {
        cuts_line(reason, view, offset, length);
    } else if (!writes_rom(reason, view, status)) {
        iodma_judge_access(view, offset, length, false, &finding);
        out_of_hand(reason, view, &finding);
    }
}

/* Who explains ------------------------------------------------------------ */

static const struct iodma_explainer explainer = {
    .set_memory = explain_set_memory,
    .set_spec = explain_set_spec,
    .prepare = explain_prepare,
    .gen_segments = explain_gen_segments,
    .emit = explain_emit,
    .move_bytes = explain_move_bytes,
    .synchronize = explain_synchronize,
    .synchronize_range = explain_synchronize_range,
};

void iodma_command_explain(struct iodma_command *command,
                           struct iodma_reason *reason)
{
    if (reason)
        *reason = (struct iodma_reason){ .explainer = &explainer };
    command->reason = reason;
}
