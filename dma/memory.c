/* SPDX-License-Identifier: MIT */
#include "dma/memory.h"

#include "dma/access.h"
#include "dma/walk.h"
#include "hal/bits.h"

#include <stddef.h>

static const struct iodma_summary nothing = {
    .lowest = UINT64_MAX,
    .plain = true,
};

/* One more extent. */
static void summarise(struct iodma_summary *summary, uint64_t address,
                      uint64_t length)
{
    uint64_t last = address + (length - 1);

    if (address < summary->lowest)
        summary->lowest = address;
    if (last > summary->highest)
        summary->highest = last;
    if (length > summary->longest)
        summary->longest = length;
    summary->shape |= address | length;
    summary->spans |= address ^ last;
}

/* What a descriptor's extents have in common, one by one. */
static void summarise_extents(struct iodma_memory *memory)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint32_t extents = 0;

    memory->summary = nothing;
    (void)iodma_walk_begin(&walk, memory, 0);
    while (iodma_walk_next(&walk, UINT64_MAX, &extent) == IODMA_OK) {
        summarise(&memory->summary, extent.address, extent.length);
        extents++;
    }
    memory->summary.plain =
        memory->kind == IODMA_RANGES && extents == memory->count;
}

/* The smallest step at which `count` ranges need no more entries. */
static uint8_t index_shift(uint32_t count, uint32_t entries)
{
    uint8_t shift = 0;

    while ((count - 1) >> shift >= entries)
        shift++;
    return shift;
}

/* Add the lengths up; note on the way where every 2^shift-th range begins. */
static enum iodma_status measure(struct iodma_memory *memory, uint64_t *index)
{
    uint64_t length = 0;

    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_range *range = &memory->ranges[i];

        if (range_wraps(range->address, range->length) ||
            range_wraps(length, range->length))
            return IODMA_BAD_ARGUMENT;
        if (index && modulo(i, BIT32(memory->index_shift)) == 0)
            index[i >> memory->index_shift] = length;
        length += range->length;
    }
    memory->length = length;
    return IODMA_OK;
}

static enum iodma_status init_list(struct iodma_memory *memory,
                                   const struct iodma_range *ranges,
                                   uint32_t count, uint32_t direction,
                                   uint64_t *index, uint32_t index_count)
{
    if ((!ranges && count != 0) || direction > IODMA_INOUT ||
        (!index && index_count != 0))
        return IODMA_BAD_ARGUMENT;

    if (count == 0 || index_count == 0)
        index = NULL;
    *memory = (struct iodma_memory){
        .ranges = ranges,
        .index = index,
        .count = count,
        .direction = (uint8_t)direction,
        .index_shift = index ? index_shift(count, index_count) : 0,
        .summary = nothing,
    };
    return measure(memory, index);
}

enum iodma_status iodma_memory_init_ranges(struct iodma_memory *memory,
                                           const struct iodma_range *ranges,
                                           uint32_t count, uint32_t direction,
                                           uint64_t *index,
                                           uint32_t index_count)
{
    struct iodma_memory made;
    enum iodma_status status;

    if (!memory)
        return IODMA_BAD_ARGUMENT;
    status = init_list(&made, ranges, count, direction, index, index_count);
    if (status != IODMA_OK)
        return status;

    summarise_extents(&made);
    *memory = made;
    return IODMA_OK;
}

enum iodma_status iodma_memory_init_virtual(
    struct iodma_memory *memory, const struct hal_translation *translation,
    const struct iodma_range *ranges, uint32_t count, uint32_t direction,
    uint64_t *index, uint32_t index_count)
{
    struct iodma_memory made;
    enum iodma_status status;

    if (!memory)
        return IODMA_BAD_ARGUMENT;
    status = init_list(&made, ranges, count, direction, index, index_count);
    if (status != IODMA_OK)
        return status;

    made.kind = IODMA_VIRTUAL;
    made.translation = translation;
    made.needs_wiring = true;
    *memory = made;
    return IODMA_OK;
}

enum iodma_status iodma_memory_init_buffer(struct iodma_memory *memory,
                                           uint64_t address, uint64_t capacity,
                                           uint64_t length, uint32_t direction)
{
    if (!memory || range_wraps(address, capacity) || length > capacity ||
        direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;

    *memory = (struct iodma_memory){
        .buffer = { address, capacity },
        .count = 1,
        .length = length,
        .kind = IODMA_BUFFER,
        .direction = (uint8_t)direction,
        .whole = true,
        .summary = nothing,
    };
    summarise_extents(memory);
    return IODMA_OK;
}

enum iodma_status iodma_memory_init_sub(struct iodma_memory *memory,
                                        const struct iodma_memory *parent,
                                        uint64_t offset, uint64_t length,
                                        uint32_t direction)
{
    if (!memory || !parent || offset > parent->length ||
        length > parent->length - offset || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;

    *memory = *parent;
    memory->skip = parent->skip + offset;
    memory->length = length;
    memory->direction = (uint8_t)direction;
    memory->summary.shape |= offset | length;
    memory->whole = false;
    memory->mapping = NULL;
    memory->wired = 0;
    memory->attached = 0;
    memory->read_only = false;
    return IODMA_OK;
}

/* What several descriptors, or a part of them, have in common; their ends may
   touch. */
static void summarise_members(struct iodma_memory *memory)
{
    struct iodma_summary *summary = &memory->summary;

    *summary = nothing;
    summary->shape = memory->skip | memory->length;
    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_summary *other = &memory->members[i]->summary;

        summary->lowest = smaller(summary->lowest, other->lowest);
        if (other->highest > summary->highest)
            summary->highest = other->highest;
        summary->shape |= other->shape;
    }
    summary->longest = memory->length;
    summary->spans = summary->lowest ^ summary->highest;
    summary->plain = false;
}

enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction)
{
    struct iodma_memory made = {
        .members = members,
        .count = count,
        .kind = IODMA_MULTI,
        .direction = (uint8_t)direction,
    };

    if (!memory || (!members && count != 0) || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        const struct iodma_memory *member = members[i];

        if (!member || range_wraps(made.length, member->length))
            return IODMA_BAD_ARGUMENT;
        made.length += member->length;
        made.needs_wiring = made.needs_wiring || member->needs_wiring;
        if (made.tag == 0)
            made.tag = member->tag;
    }
    summarise_members(&made);
    *memory = made;
    return IODMA_OK;
}

/* Are all of its addresses somewhere? They come out as they go in. */
static bool translated(const struct iodma_memory *memory)
{
    struct iodma_extent extent;
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, memory, 0);
    while (iodma_walk_next(&walk, UINT64_MAX, &extent) == IODMA_OK)
        ;
    return walk.offset == memory->length;
}

static enum iodma_status unwire(struct iodma_memory *memory, bool undo);

/* Prepare the members of a descriptor, all or none. */
static enum iodma_status wire_members(struct iodma_memory *memory,
                                      uint32_t direction)
{
    struct iodma_memory *const *members = memory->members;
    enum iodma_status status = IODMA_OK;
    uint32_t done = 0;

    while (done < memory->count && status == IODMA_OK) {
        status = iodma_memory_prepare(members[done], direction);
        if (status == IODMA_OK)
            done++;
    }
    while (status != IODMA_OK && done != 0)
        (void)unwire(members[--done], true);
    return status;
}

/* Complete them, all or none. */
static enum iodma_status unwire_members(struct iodma_memory *memory, bool undo)
{
    struct iodma_memory *const *members = memory->members;
    uint32_t direction = memory->read_only ? IODMA_OUT : IODMA_INOUT;
    enum iodma_status status = IODMA_OK;
    uint32_t done = 0;

    while (done < memory->count && status == IODMA_OK) {
        status = unwire(members[done], undo);
        if (status == IODMA_OK)
            done++;
    }
    while (status != IODMA_OK && done != 0)
        (void)iodma_memory_prepare(members[--done], direction);
    return status;
}

static enum iodma_status wire(struct iodma_memory *memory, uint32_t direction)
{
    enum iodma_status status;

    if (memory->kind == IODMA_MULTI) {
        status = wire_members(memory, direction);
        if (status == IODMA_OK)
            summarise_members(memory);
        return status;
    }
    if (!translated(memory))
        return IODMA_CANNOT_WIRE;
    summarise_extents(memory);
    return IODMA_OK;
}

enum iodma_status iodma_memory_prepare(struct iodma_memory *memory,
                                       uint32_t direction)
{
    enum iodma_status status = IODMA_OK;

    if (!memory->needs_wiring)
        return IODMA_OK;
    direction &= IODMA_INOUT;
    if (direction == IODMA_NONE)
        direction = memory->direction;
    if (direction == IODMA_NONE)
        direction = IODMA_INOUT;
    if (memory->wired != 0) {
        if (memory->read_only && direction != IODMA_OUT)
            return IODMA_NOT_WRITABLE;
    } else {
        status = wire(memory, direction);
        if (status == IODMA_OK)
            memory->read_only = direction == IODMA_OUT;
    }
    if (status == IODMA_OK)
        memory->wired++;
    return status;
}

/* One prepare less. `undo`: it was not asked for, and nobody relies on it. */
static enum iodma_status unwire(struct iodma_memory *memory, bool undo)
{
    enum iodma_status status = IODMA_OK;

    if (!memory->needs_wiring)
        return IODMA_OK;
    if (memory->wired == 0)
        return IODMA_NOT_READY;
    if (memory->wired == 1 && memory->attached != 0 && !undo)
        return IODMA_BUSY;

    if (memory->wired == 1 && memory->kind == IODMA_MULTI)
        status = unwire_members(memory, undo);
    if (status != IODMA_OK)
        return status;
    memory->wired--;
    if (memory->wired == 0)
        memory->read_only = false;
    return IODMA_OK;
}

enum iodma_status iodma_memory_complete(struct iodma_memory *memory)
{
    return unwire(memory, false);
}

uint64_t iodma_memory_map_length(const struct iodma_memory *memory,
                                 uint64_t page_size, uint64_t *offset)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint64_t length = 0;
    uint64_t first = 0;

    (void)iodma_walk_begin(&walk, memory, 0);
    while (iodma_walk_next(&walk, UINT64_MAX, &extent) == IODMA_OK) {
        uint64_t within = modulo(extent.address, page_size);

        if (length == 0)
            first = within;
        length += within + extent.length + (page_size - 1);
        length -= modulo(length, page_size);
    }
    if (offset)
        *offset = first;
    return length;
}

/* Do [offset, offset + length) lie within the descriptor? */
static bool within(const struct iodma_memory *memory, uint64_t offset,
                   uint64_t length)
{
    return iodma_memory_ready(memory) && offset <= memory->length &&
           length <= memory->length - offset;
}

/* Copy a descriptor's bytes to a buffer; or, if that is NULL, from the other
   one, or zeros if that is NULL, too. */
static uint64_t move_bytes(const struct iodma_memory *memory,
                           const struct iodma_bus *bus, uint64_t offset,
                           uint8_t *to, const uint8_t *from, uint64_t length)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint64_t done = 0;

    if (!within(memory, offset, length))
        return 0;
    (void)iodma_walk_begin(&walk, memory, offset);
    while (done < length &&
           iodma_walk_next(&walk, length - done, &extent) == IODMA_OK) {
        enum iodma_status status =
            to ? iodma_access_read(bus, to + done, extent.address,
                                   extent.length)
               : iodma_access_write(bus, extent.address,
                                    from ? from + done : NULL, extent.length);

        if (status != IODMA_OK)
            break;
        done += extent.length;
    }
    return done;
}

uint64_t iodma_memory_read(const struct iodma_memory *memory,
                           const struct iodma_bus *bus, uint64_t offset,
                           void *bytes, uint64_t length)
{
    return bytes
               ? move_bytes(memory, bus, offset, (uint8_t *)bytes, NULL, length)
               : 0;
}

uint64_t iodma_memory_write(const struct iodma_memory *memory,
                            const struct iodma_bus *bus, uint64_t offset,
                            const void *bytes, uint64_t length)
{
    if (memory->read_only)
        return 0;
    return move_bytes(memory, bus, offset, NULL, (const uint8_t *)bytes,
                      length);
}
