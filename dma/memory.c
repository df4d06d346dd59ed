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

enum iodma_status iodma_memory_init_list(struct iodma_memory *memory,
                                         const struct iodma_range *ranges,
                                         uint32_t count, uint32_t direction)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    struct iodma_range extent = { 0, 0 };
    const struct iodma_range *range = ranges;
    hal_address length = 0;

    if (!memory || (!ranges && count != 0) || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    summary.apart = true;
    for (uint32_t left = count; left != 0; left--, range++) {
        if (range_wraps(range->address, range->length) ||
            sum_wraps(length, range->length))
            return IODMA_BAD_ARGUMENT;
        length += range->length;
        if (IODMA_SHORTCUTS)
            note(&summary, &extent, range);
    }
    iodma_summary_add(&summary, extent.address, extent.length);
    summary.apart = summary.apart && !summary.empty;

    *memory = (struct iodma_memory){
        .ranges.array = ranges,
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
static bool find_in_index(struct iodma_walk *walk)
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
    return false;
}

/* From the last range on, as the first one of an entry has to write it last. */
enum iodma_status iodma_memory_index(struct iodma_memory *memory,
                                     hal_address *index, uint32_t entries)
{
    hal_address before;
    uint32_t shift = 0;

    if (!memory || !index || entries == 0 ||
        memory->kind != IODMA_KIND_RANGES || memory->part)
        return IODMA_BAD_ARGUMENT;
    if (memory->count == 0)
        return IODMA_OK;
    while (memory->count > (size_t)entries << shift)
        shift++;
    memory->ranges.index = index;
    memory->index_shift = (uint8_t)shift;
    memory->find = find_in_index;
    before = memory->length;
    for (uint32_t i = memory->count; i-- != 0;) {
        before -= memory->ranges.array[i].length;
        index[i >> shift] = before;
    }
    return IODMA_OK;
}

/* A list of one range, which is in the descriptor. */
enum iodma_status iodma_memory_init_buffer(struct iodma_memory *memory,
                                           hal_address address,
                                           hal_address capacity,
                                           hal_address length,
                                           uint32_t direction)
{
    const struct iodma_range all = { address, capacity };
    enum iodma_status status = IODMA_BAD_ARGUMENT;

    if (length <= capacity)
        status = iodma_memory_init_list(memory, &all, 1, direction);
    if (status == IODMA_OK) {
        memory->buffer = all;
        memory->length = length;
        memory->kind = IODMA_KIND_BUFFER;
        if (IODMA_SHORTCUTS)
            memory->summary = (struct iodma_summary)IODMA_SUMMARY_OF_NOTHING;
        iodma_summary_add(&memory->summary, address, length);
    }
    return status;
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
    memory->skip += offset;
    memory->length = length;
    memory->direction = (uint8_t)direction;
    if (IODMA_SHORTCUTS)
        memory->summary.shape |= (uint32_t)(offset | length);
    memory->part = true;
    memory->mapping = NULL;
    memory->wired = 0;
    memory->own = 0;
    memory->users = 0;
    memory->read_only = false;
    return IODMA_OK;
}

/* Several, one behind the other ------------------------------------------- */

/* However deep they are nested. */
static bool find_member(struct iodma_walk *walk)
{
    struct iodma_memory *const *member = walk->leaf->members;
    hal_address left = walk->end - walk->offset;
    hal_address within = walk->within;

    if (left == 0)
        return false;
    while (within >= (*member)->length)
        within -= (*member++)->length;
    walk->end = walk->offset + smaller(left, (*member)->length - within);
    iodma_walk_stand(walk, *member, (*member)->skip + within);
    return true;
}

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

/* A list of no ranges, but for its members: from the last one on, so that the
   first tag there is stays. */
enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    bool needs_wiring = false;
    hal_address length = 0;
    uint32_t tag = 0;
    enum iodma_status status;

    for (uint32_t i = count; i-- != 0;) {
        const struct iodma_memory *member;

        if (!members || !members[i] || sum_wraps(length, members[i]->length))
            return IODMA_BAD_ARGUMENT;
        member = members[i];
        length += member->length;
        needs_wiring |= member->needs_wiring;
        if (member->tag != 0)
            tag = member->tag;
        add_member(&summary, member);
    }
    status = iodma_memory_init_list(memory, NULL, 0, direction);
    if (status == IODMA_OK) {
        memory->members = members;
        memory->find = find_member;
        memory->count = count;
        memory->length = length;
        memory->tag = tag;
        memory->kind = IODMA_KIND_MULTI;
        memory->needs_wiring = needs_wiring;
        if (IODMA_SHORTCUTS) {
            summary.longest = length;
            summary.spans = bits_needed(summary.lowest ^ summary.highest);
            memory->summary = summary;
        }
    }
    return status;
}

/* Without a command ------------------------------------------------------- */

hal_address iodma_memory_map_length(const struct iodma_memory *memory,
                                    uint32_t page_size, hal_address *offset)
{
    struct iodma_walk walk;
    hal_address total = 0;
    hal_address first = 0;
    hal_address address;
    hal_address length;

    (void)iodma_walk_begin(&walk, memory, 0);
    while ((length = iodma_walk_take(&walk, HAL_ADDRESS_MAX, &address)) != 0) {
        hal_address within = modulo32(address, page_size);
        hal_address before = total;

        if (before == 0)
            first = within;
        total += round_up(within + length, page_size);
        if (total <= before) { /* as many as there are, or more */
            total = HAL_ADDRESS_MAX;
            break;
        }
    }
    if (offset)
        *offset = first;
    return total;
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
    if (offset >= memory->length)
        return IODMA_OVERRUN;
    (void)iodma_walk_begin(&walk, memory, offset);
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

hal_address iodma_memory_move(const struct iodma_memory *memory,
                              const struct iodma_bus *bus, hal_address offset,
                              uint8_t *bytes, hal_address length, bool write)
{
    enum iodma_status status;
    hal_address done = 0;
    struct iodma_walk walk;
    hal_address address;
    hal_address part;

    if (!iodma_memory_ready(memory) || (write ? memory->read_only : !bytes) ||
        length > memory->length - offset)
        return 0;
    status = iodma_walk_begin(&walk, memory, offset);
    while (status == IODMA_OK && done != length) {
        part = iodma_walk_take(&walk, length - done, &address);
        if (part == 0)
            break;
        status =
            iodma_access(bus, address, &part, bytes,
                         write ? IODMA_ACCESS_WRITE : IODMA_ACCESS_READ, NULL);
        done += part;
        if (bytes)
            bytes += part;
    }
    return done;
}
