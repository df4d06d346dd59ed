/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "../hal/bits.h"
#include "access.h"
#include "shortcuts.h"
#include "walk.h"

#include <stddef.h>

static const struct iodma_summary nothing = { .lowest = HAL_ADDRESS_MAX };

/* How many bits it takes to tell two addresses apart that differ so; `span` if
   that is more. */
static uint8_t larger_span(uint8_t span, hal_address difference)
{
    uint8_t bits = bits_needed(difference);

    return span < bits ? bits : span;
}

/* One more extent, if it has any bytes. */
static void summarise(struct iodma_summary *summary,
                      const struct iodma_range *extent)
{
    hal_address address = extent->address;
    hal_address length = extent->length;
    hal_address last = address + (length - 1);

    if (!IODMA_SHORTCUTS || length == 0)
        return;

    if (address < summary->lowest)
        summary->lowest = address;
    if (last > summary->highest)
        summary->highest = last;
    if (length > summary->longest)
        summary->longest = length;
    summary->shape |= (uint32_t)(address | length);
    summary->spans = larger_span(summary->spans, address ^ last);
}

/* The smallest step at which `count` ranges need no more entries. */
static uint8_t index_shift(uint32_t count, uint32_t entries)
{
    uint8_t shift = 0;

    while ((count - 1) >> shift >= entries)
        shift++;
    return shift;
}

/* One more range: what begins where `extent` ends is part of it, and else that
   is all of it. */
static void note(struct iodma_summary *summary, struct iodma_range *extent,
                 const struct iodma_range *range)
{
    if (range->length == 0) {
        summary->empty = true;
    } else if (extent->length != 0 &&
               touches(extent->address + extent->length, range->address)) {
        summary->apart = false;
        extent->length += range->length;
    } else {
        summarise(summary, extent);
        *extent = *range;
    }
}

/* Add the lengths up; note on the way where every 2^shift-th range begins, and
   what the extents have in common. */
static enum iodma_status measure(struct iodma_memory *memory,
                                 hal_address *index)
{
    struct iodma_summary *summary = &memory->summary;
    struct iodma_range extent = { 0, 0 };
    hal_address length = 0;

    summary->apart = true;
    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_range *range = &memory->ranges[i];

        if (range_wraps(range->address, range->length) ||
            sum_wraps(length, range->length))
            return IODMA_BAD_ARGUMENT;
        if (index && modulo32(i, BIT32(memory->index_shift)) == 0)
            index[i >> memory->index_shift] = length;
        length += range->length;
        if (IODMA_SHORTCUTS)
            note(summary, &extent, range);
    }
    summarise(summary, &extent);
    summary->apart = summary->apart && !summary->empty;
    memory->length = length;
    return IODMA_OK;
}

static enum iodma_status init_list(struct iodma_memory *memory, uint8_t kind,
                                   const struct hal_translation *translation,
                                   const struct iodma_range *ranges,
                                   uint32_t count, uint32_t direction,
                                   hal_address *index, uint32_t index_count)
{
    struct iodma_memory made;
    enum iodma_status status;

    if (!memory || (!ranges && count != 0) || direction > IODMA_INOUT ||
        (!index && index_count != 0))
        return IODMA_BAD_ARGUMENT;

    if (count == 0 || index_count == 0)
        index = NULL;
    made = (struct iodma_memory){
        .ranges = ranges,
        .index = index,
        .count = count,
        .translation = translation,
        .kind = kind,
        .direction = (uint8_t)direction,
        .index_shift = index ? index_shift(count, index_count) : 0,
        .needs_wiring = kind == IODMA_KIND_VIRTUAL,
        .whole = true,
        .summary = nothing,
    };
    status = measure(&made, index);
    if (status == IODMA_OK)
        *memory = made;
    return status;
}

enum iodma_status iodma_memory_init_ranges(struct iodma_memory *memory,
                                           const struct iodma_range *ranges,
                                           uint32_t count, uint32_t direction,
                                           hal_address *index,
                                           uint32_t index_count)
{
    return init_list(memory, IODMA_KIND_RANGES, NULL, ranges, count, direction,
                     index, index_count);
}

enum iodma_status iodma_memory_init_virtual(
    struct iodma_memory *memory, const struct hal_translation *translation,
    const struct iodma_range *ranges, uint32_t count, uint32_t direction,
    hal_address *index, uint32_t index_count)
{
    return init_list(memory, IODMA_KIND_VIRTUAL, translation, ranges, count,
                     direction, index, index_count);
}

enum iodma_status iodma_memory_init_buffer(struct iodma_memory *memory,
                                           hal_address address,
                                           hal_address capacity,
                                           hal_address length,
                                           uint32_t direction)
{
    if (!memory || range_wraps(address, capacity) || length > capacity ||
        direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;

    *memory = (struct iodma_memory){
        .buffer = { address, capacity },
        .count = 1,
        .length = length,
        .kind = IODMA_KIND_BUFFER,
        .direction = (uint8_t)direction,
        .whole = true,
        .summary = nothing,
    };
    summarise(&memory->summary, &(struct iodma_range){ address, length });
    return IODMA_OK;
}

enum iodma_status iodma_memory_init_sub(struct iodma_memory *memory,
                                        const struct iodma_memory *parent,
                                        hal_address offset, hal_address length,
                                        uint32_t direction)
{
    if (!memory || !parent || offset > parent->length ||
        length > parent->length - offset || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;

    *memory = *parent;
    memory->skip = parent->skip + offset;
    memory->length = length;
    memory->direction = (uint8_t)direction;
    memory->summary.shape |= (uint32_t)(offset | length);
    memory->whole = false;
    memory->mapping = NULL;
    memory->wired = 0;
    memory->pinned = 0;
    memory->users = 0;
    memory->read_only = false;
    return IODMA_OK;
}

/* The descriptor that is no multi and has the byte at *offset; then *offset is
   where its bytes end. NULL at the end. However deep it is nested: no
   recursion, so that the stack has a bound. */
static struct iodma_memory *next_leaf(const struct iodma_memory *memory,
                                      hal_address *offset)
{
    struct iodma_walk walk;

    if (*offset == memory->length)
        return NULL;
    (void)iodma_walk_begin(&walk, memory, *offset);
    *offset = walk.end;
    return (struct iodma_memory *)walk.leaf; /* it was lent as such */
}

/* What several descriptors have in common; their ends may touch. Of a leaf a
   part may be all that counts: then it matters where that begins and ends. */
static void summarise_leaves(struct iodma_memory *memory)
{
    struct iodma_summary *summary = &memory->summary;
    struct iodma_walk walk;
    hal_address offset = 0;

    *summary = nothing;
    while (offset != memory->length) {
        const struct iodma_summary *leaf;
        struct iodma_extent first;

        (void)iodma_walk_begin(&walk, memory, offset);
        leaf = &walk.leaf->summary;
        summary->lowest = smaller(summary->lowest, leaf->lowest);
        if (leaf->highest > summary->highest)
            summary->highest = leaf->highest;
        summary->shape |= leaf->shape | (uint32_t)(offset | walk.end);
        offset = walk.end;
        if (iodma_walk_next(&walk, 1, &first) == IODMA_OK)
            summary->shape |= (uint32_t)first.address;
    }
    summary->longest = memory->length;
    summary->spans = larger_span(0, summary->lowest ^ summary->highest);
}

enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction)
{
    struct iodma_memory made = {
        .members = members,
        .count = count,
        .kind = IODMA_KIND_MULTI,
        .direction = (uint8_t)direction,
        .whole = true,
    };

    if (!memory || (!members && count != 0) || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        const struct iodma_memory *member = members[i];

        if (!member || sum_wraps(made.length, member->length))
            return IODMA_BAD_ARGUMENT;
        made.length += member->length;
        made.needs_wiring = made.needs_wiring || member->needs_wiring;
        if (made.tag == 0)
            made.tag = member->tag;
    }
    summarise_leaves(&made);
    *memory = made;
    return IODMA_OK;
}

/* Translate all of a virtual descriptor, for the first time. */
static enum iodma_status translate(struct iodma_memory *memory)
{
    struct iodma_summary summary = nothing;
    struct iodma_extent extent;
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, memory, 0);
    while (iodma_walk_next(&walk, HAL_ADDRESS_MAX, &extent) == IODMA_OK) {
        if (range_wraps(extent.address, extent.length))
            return IODMA_CANNOT_WIRE;
        summarise(&summary,
                  &(struct iodma_range){ extent.address, extent.length });
    }
    if (walk.offset != memory->length)
        return IODMA_CANNOT_WIRE;
    summary.empty = memory->summary.empty;
    memory->summary = summary;
    return IODMA_OK;
}

/* Count a prepare. The first one has `wire` do its work. */
static enum iodma_status count_up(
    struct iodma_memory *memory, uint32_t direction,
    enum iodma_status (*wire)(struct iodma_memory *memory, uint32_t direction))
{
    enum iodma_status status = IODMA_OK;

    if (direction == IODMA_NONE)
        direction = memory->direction;
    if (direction == IODMA_NONE)
        direction = IODMA_INOUT;
    if (memory->wired == 0) {
        status = wire(memory, direction);
        if (status == IODMA_OK)
            memory->read_only = direction == IODMA_OUT;
    } else if (memory->read_only && direction != IODMA_OUT) {
        status = IODMA_NOT_WRITABLE;
    }
    if (status == IODMA_OK)
        memory->wired++;
    return status;
}

static void count_down(struct iodma_memory *memory)
{
    memory->wired--;
    if (memory->wired == 0)
        memory->read_only = false;
}

/* May a complete be counted? */
static enum iodma_status completable(const struct iodma_memory *memory)
{
    if (memory->wired == 0)
        return IODMA_NOT_READY;
    return memory->wired == 1 && (memory->users != 0 || memory->mapping)
               ? IODMA_BUSY
               : IODMA_OK;
}

static enum iodma_status wire_leaf(struct iodma_memory *leaf,
                                   uint32_t direction)
{
    (void)direction;
    return translate(leaf);
}

/* A prepare, and a complete, of a leaf that a multi answers for. */
static enum iodma_status pin(struct iodma_memory *leaf, uint32_t direction)
{
    enum iodma_status status = count_up(leaf, direction, wire_leaf);

    if (status == IODMA_OK)
        leaf->pinned++;
    return status;
}

static enum iodma_status unpin(struct iodma_memory *leaf, uint32_t direction)
{
    (void)direction;
    leaf->pinned--;
    count_down(leaf);
    return IODMA_OK;
}

static enum iodma_status complete_leaf(struct iodma_memory *leaf,
                                       uint32_t direction)
{
    enum iodma_status status = completable(leaf);

    return status == IODMA_OK ? unpin(leaf, direction) : status;
}

/* Do something with the virtual leaves of a descriptor's first *end bytes,
   until one fails; *end is then what was done. */
static enum iodma_status
each_virtual_leaf(struct iodma_memory *memory, hal_address *end,
                  uint32_t direction,
                  enum iodma_status (*function)(struct iodma_memory *leaf,
                                                uint32_t direction))
{
    hal_address offset = 0;
    hal_address done = 0;

    while (done < *end) {
        struct iodma_memory *leaf = next_leaf(memory, &offset);
        enum iodma_status status = IODMA_OK;

        if (leaf->needs_wiring)
            status = function(leaf, direction);
        if (status != IODMA_OK) {
            *end = done;
            return status;
        }
        done = offset;
    }
    return IODMA_OK;
}

/* Prepare all leaves of a descriptor, or none: then those that were counted up
   are counted down, whoever has come to rely on them. */
static enum iodma_status wire_leaves(struct iodma_memory *memory,
                                     uint32_t direction)
{
    hal_address end = memory->length;
    enum iodma_status status = each_virtual_leaf(memory, &end, direction, pin);

    if (status == IODMA_OK)
        summarise_leaves(memory);
    else
        (void)each_virtual_leaf(memory, &end, direction, unpin);
    return status;
}

/* Complete all leaves of a descriptor, or none. */
static enum iodma_status unwire_leaves(struct iodma_memory *memory)
{
    uint32_t direction = memory->read_only ? IODMA_OUT : IODMA_INOUT;
    hal_address end = memory->length;
    enum iodma_status status =
        each_virtual_leaf(memory, &end, direction, complete_leaf);

    if (status != IODMA_OK)
        (void)each_virtual_leaf(memory, &end, direction, pin);
    return status;
}

enum iodma_status iodma_memory_prepare(struct iodma_memory *memory,
                                       uint32_t direction)
{
    if (!memory->needs_wiring)
        return IODMA_OK;
    return count_up(memory, direction & IODMA_INOUT,
                    memory->kind == IODMA_KIND_MULTI ? wire_leaves : wire_leaf);
}

enum iodma_status iodma_memory_complete(struct iodma_memory *memory)
{
    enum iodma_status status = IODMA_OK;

    if (!memory->needs_wiring)
        return IODMA_OK;
    status = completable(memory);
    if (status == IODMA_OK && memory->wired == memory->pinned)
        status = IODMA_BUSY;
    if (status == IODMA_OK && memory->wired == 1 &&
        memory->kind == IODMA_KIND_MULTI)
        status = unwire_leaves(memory);
    if (status == IODMA_OK)
        count_down(memory);
    return status;
}

hal_address iodma_memory_map_length(const struct iodma_memory *memory,
                                    uint32_t page_size, hal_address *offset)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    hal_address length = 0;
    hal_address first = 0;

    (void)iodma_walk_begin(&walk, memory, 0);
    while (iodma_walk_next(&walk, HAL_ADDRESS_MAX, &extent) == IODMA_OK) {
        hal_address within = modulo32(extent.address, page_size);
        hal_address pages = /* all but one */
            round_down(within + (extent.length - 1), page_size);

        if (length == 0)
            first = within;
        if (sum_wraps(length, pages) || sum_wraps(length + pages, page_size))
            length = HAL_ADDRESS_MAX;
        else
            length += pages + page_size;
    }
    if (offset)
        *offset = first;
    return length;
}

enum iodma_status iodma_memory_segment(const struct iodma_memory *memory,
                                       const struct iodma_bus *bus,
                                       hal_address offset,
                                       struct hal_segment *segment)
{
    const struct hal_aperture *aperture;
    struct iodma_extent extent;
    struct iodma_walk walk;

    if (!iodma_memory_ready(memory))
        return IODMA_NOT_READY;
    if (iodma_walk_begin(&walk, memory, offset) != IODMA_OK ||
        iodma_walk_next(&walk, HAL_ADDRESS_MAX, &extent) != IODMA_OK)
        return IODMA_OVERRUN;
    aperture = iodma_bus_aperture(bus, extent.address,
                                  iodma_access_of(memory->direction));
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    segment->address = extent.address + iodma_aperture_delta(aperture);
    segment->length =
        smaller(extent.length - 1, aperture->last - extent.address) + 1;
    return IODMA_OK;
}

/* Do [offset, offset + length) lie within the descriptor? */
static bool within(const struct iodma_memory *memory, hal_address offset,
                   hal_address length)
{
    return iodma_memory_ready(memory) && offset <= memory->length &&
           length <= memory->length - offset;
}

/* Read or write a descriptor's bytes: IODMA_ACCESS_READ, _WRITE. */
static hal_address move_bytes(const struct iodma_memory *memory,
                              const struct iodma_bus *bus, hal_address offset,
                              uint8_t *bytes, hal_address length, uint32_t what)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    hal_address done = 0;

    if (!within(memory, offset, length))
        return 0;
    (void)iodma_walk_begin(&walk, memory, offset);
    while (done < length &&
           iodma_walk_next(&walk, length - done, &extent) == IODMA_OK) {
        if (iodma_access(bus, extent.address, extent.length,
                         bytes ? bytes + done : NULL, what, NULL) != IODMA_OK)
            break;
        done += extent.length;
    }
    return done;
}

hal_address iodma_memory_read(const struct iodma_memory *memory,
                              const struct iodma_bus *bus, hal_address offset,
                              void *bytes, hal_address length)
{
    return bytes ? move_bytes(memory, bus, offset, (uint8_t *)bytes, length,
                              IODMA_ACCESS_READ)
                 : 0;
}

hal_address iodma_memory_write(const struct iodma_memory *memory,
                               const struct iodma_bus *bus, hal_address offset,
                               const void *bytes, hal_address length)
{
    if (memory->read_only)
        return 0;
    return move_bytes(memory, bus, offset, (uint8_t *)(uintptr_t)bytes, length,
                      IODMA_ACCESS_WRITE);
}
