/* SPDX-License-Identifier: MIT */
/*
 * Descriptors one behind the other, of memory.h: how a walk finds the one that
 * a byte is in, however deep they are nested.
 */
#include "../hal/bits.h"
#include "memory.h"
#include "summary.h"
#include "walk.h"

#include <stddef.h>

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

static const struct iodma_finder finder = { .find = find_member };

/* Their ends may touch. Of a leaf a part may be all that counts: then it
   matters where that begins and ends. */
void iodma_summary_of_members(struct iodma_memory *memory)
{
    struct iodma_summary *summary = &memory->summary;
    hal_address offset = 0;
    struct iodma_walk walk;

    if (!IODMA_SHORTCUTS)
        return;
    *summary = (struct iodma_summary)IODMA_SUMMARY_OF_NOTHING;
    while (offset != memory->length) {
        const struct iodma_summary *leaf;
        hal_address first;

        (void)iodma_walk_begin(&walk, memory, offset);
        leaf = &walk.leaf->summary;
        summary->lowest = smaller(summary->lowest, leaf->lowest);
        if (leaf->highest > summary->highest)
            summary->highest = leaf->highest;
        summary->shape |= leaf->shape | (uint32_t)(offset | walk.end);
        offset = walk.end;
        if (iodma_walk_look(&walk, 1, &first) != 0)
            summary->shape |= (uint32_t)first;
    }
    summary->longest = memory->length;
    summary->spans = bits_needed(summary->lowest ^ summary->highest);
}

enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction)
{
    struct iodma_memory made = {
        .members = members,
        .finder = &finder,
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
    iodma_summary_of_members(&made);
    *memory = made;
    return IODMA_OK;
}
