/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "../hal/bits.h"
#include "access.h"
#include "shortcuts.h"
#include "summary.h"
#include "walk.h"

#include <stddef.h>

/* One more range: what begins where `extent` ends is part of it, and else that
   is all of it. */
static inline void note(struct iodma_summary *summary,
                        struct iodma_range *extent,
                        const struct iodma_range *range)
{
    if (range->length == 0) {
        summary->empty = true;
    } else if (extent->length != 0 &&
               touches(extent->address + extent->length, range->address)) {
        summary->apart = false;
        extent->length += range->length;
    } else {
        iodma_summary_add(summary, extent->address, extent->length);
        *extent = *range;
    }
}

/* Add the lengths up; note on the way what the extents have in common. Returns
   false if a range wraps, or all of them together do. */
static bool measure(const struct iodma_range *ranges, uint32_t count,
                    hal_address *length, struct iodma_summary *summary)
{
    struct iodma_range extent = { 0, 0 };

    *length = 0;
    summary->apart = true;
    for (; count != 0; count--, ranges++) {
        if (range_wraps(ranges->address, ranges->length) ||
            sum_wraps(*length, ranges->length))
            return false;
        *length += ranges->length;
        if (IODMA_SHORTCUTS)
            note(summary, &extent, ranges);
    }
    iodma_summary_add(summary, extent.address, extent.length);
    summary->apart = summary->apart && !summary->empty;
    return true;
}

enum iodma_status iodma_memory_init_list(struct iodma_memory *memory,
                                         const struct iodma_range *ranges,
                                         uint32_t count, uint32_t direction)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    hal_address length;

    if (!memory || (!ranges && count != 0) || direction > IODMA_INOUT ||
        !measure(ranges, count, &length, &summary))
        return IODMA_BAD_ARGUMENT;

    *memory = (struct iodma_memory){
        .ranges = { ranges, NULL },
        .count = count,
        .length = length,
        .direction = (uint8_t)direction,
    };
    if (IODMA_SHORTCUTS)
        memory->summary = summary;
    return IODMA_OK;
}

/* Halve the entries until one is left: the last that begins at the place, or
   before it. */
static const struct iodma_finder *find_in_index(struct iodma_walk *walk)
{
    const struct iodma_memory *leaf = walk->leaf;
    const hal_address *index = leaf->ranges.index;
    uint32_t count = ((leaf->count - 1) >> leaf->index_shift) + 1;
    uint32_t low = 0;

    while (count > 1) {
        uint32_t half = count / 2;

        if (index[low + half] <= walk->within)
            low += half;
        count -= half;
    }
    walk->within -= index[low];
    walk->range += low << leaf->index_shift;
    return NULL;
}

static const struct iodma_finder index_finder = { .find = find_in_index };

enum iodma_status iodma_memory_index(struct iodma_memory *memory,
                                     hal_address *index, uint32_t entries)
{
    hal_address sum = 0;
    uint8_t shift = 0;
    uint32_t count;

    if (!memory || !index || entries == 0 ||
        memory->kind != IODMA_KIND_RANGES || memory->part)
        return IODMA_BAD_ARGUMENT;
    count = memory->count;
    if (count == 0)
        return IODMA_OK;
    while ((count - 1) >> shift >= entries)
        shift++;
    for (uint32_t i = 0; i < count; i++) {
        if (modulo32(i, BIT32(shift)) == 0)
            index[i >> shift] = sum;
        sum += memory->ranges.array[i].length;
    }
    memory->ranges.index = index;
    memory->index_shift = shift;
    memory->finder = &index_finder;
    return IODMA_OK;
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
    };
    if (IODMA_SHORTCUTS)
        memory->summary = (struct iodma_summary)IODMA_SUMMARY_OF_NOTHING;
    iodma_summary_add(&memory->summary, address, length);
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
    memory->part = true;
    memory->mapping = NULL;
    memory->wired = 0;
    memory->pinned = 0;
    memory->users = 0;
    memory->read_only = false;
    return IODMA_OK;
}

/* Several, one behind the other ------------------------------------------- */

/* However deep they are nested. */
static const struct iodma_finder *find_member(struct iodma_walk *walk)
{
    const struct iodma_memory *multi = walk->leaf;
    struct iodma_memory *const *member = multi->members;
    struct iodma_memory *const *behind = member + multi->count;
    hal_address at = walk->within;

    while (member != behind && at >= (*member)->length)
        at -= (*member++)->length;
    if (member == behind)
        return NULL;
    walk->end = smaller(walk->end, walk->offset + ((*member)->length - at));
    iodma_walk_stand(walk, *member, (*member)->skip + at);
    return (*member)->finder;
}

static const struct iodma_finder member_finder = { .find = find_member };

/* One more member. Its shape has its length, and so where the next begins. */
static inline void add_member(struct iodma_summary *summary,
                              const struct iodma_memory *member)
{
    if (!IODMA_SHORTCUTS || member->length == 0)
        return;
    summary->lowest = smaller(summary->lowest, member->summary.lowest);
    if (member->summary.highest > summary->highest)
        summary->highest = member->summary.highest;
    summary->shape |= member->summary.shape;
}

enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    bool needs_wiring = false;
    hal_address length = 0;
    uint32_t tag = 0;

    if (!memory || (!members && count != 0) || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        const struct iodma_memory *member = members[i];

        if (!member || sum_wraps(length, member->length))
            return IODMA_BAD_ARGUMENT;
        length += member->length;
        needs_wiring = needs_wiring || member->needs_wiring;
        if (tag == 0)
            tag = member->tag;
        add_member(&summary, member);
    }

    *memory = (struct iodma_memory){
        .members = members,
        .finder = &member_finder,
        .count = count,
        .length = length,
        .tag = tag,
        .kind = IODMA_KIND_MULTI,
        .direction = (uint8_t)direction,
        .needs_wiring = needs_wiring,
    };
    if (IODMA_SHORTCUTS) {
        memory->summary = summary;
        memory->summary.longest = length;
        memory->summary.spans = bits_needed(summary.lowest ^ summary.highest);
    }
    return IODMA_OK;
}

/* Without a command ------------------------------------------------------- */

hal_address iodma_memory_map_length(const struct iodma_memory *memory,
                                    uint32_t page_size, hal_address *offset)
{
    struct iodma_walk walk;
    hal_address length = 0;
    hal_address first = 0;
    hal_address address;
    hal_address extent;

    (void)iodma_walk_begin(&walk, memory, 0);
    while ((extent = iodma_walk_take(&walk, HAL_ADDRESS_MAX, &address)) != 0) {
        hal_address within = modulo32(address, page_size);
        hal_address pages = /* all but one */
            round_down(within + (extent - 1), page_size);

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
    struct iodma_walk walk;
    hal_address address;
    hal_address length;

    if (!iodma_memory_ready(memory))
        return IODMA_NOT_READY;
    if (iodma_walk_begin(&walk, memory, offset) != IODMA_OK)
        return IODMA_OVERRUN;
    length = iodma_walk_take(&walk, HAL_ADDRESS_MAX, &address);
    if (length == 0)
        return IODMA_OVERRUN;
    aperture =
        iodma_bus_aperture(bus, address, iodma_access_of(memory->direction));
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    segment->address = address + iodma_aperture_delta(aperture);
    segment->length = smaller(length - 1, aperture->last - address) + 1;
    return IODMA_OK;
}

/* Read or write a descriptor's bytes: IODMA_ACCESS_READ, _WRITE. */
static hal_address move_bytes(const struct iodma_memory *memory,
                              const struct iodma_bus *bus, hal_address offset,
                              uint8_t *bytes, hal_address length, uint32_t what)
{
    enum iodma_status status = IODMA_OK;
    struct iodma_walk walk;
    hal_address done = 0;

    if (!iodma_memory_ready(memory) || offset > memory->length ||
        length > memory->length - offset)
        return 0;
    (void)iodma_walk_begin(&walk, memory, offset);
    while (done < length && status == IODMA_OK) {
        hal_address address;
        hal_address extent = iodma_walk_take(&walk, length - done, &address);

        if (extent == 0)
            break;
        status = iodma_access(bus, address, &extent,
                              bytes ? bytes + done : NULL, what, NULL);
        done += extent;
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
