/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "../hal/bits.h"
#include "shortcuts.h"

/* The range of a leaf in which the byte `at` of its ranges lies. */
static void find_range(struct iodma_walk *walk, hal_address at)
{
    const struct iodma_memory *leaf = walk->leaf;
    const struct iodma_range *ranges = iodma_memory_ranges(leaf);
    uint32_t low = 0;

    if (leaf->index) {
        uint32_t high = ((leaf->count - 1) >> leaf->index_shift) + 1;

        while (high - low > 1) {
            uint32_t middle = low + (high - low) / 2;

            if (leaf->index[middle] <= at)
                low = middle;
            else
                high = middle;
        }
        at -= leaf->index[low];
        low <<= leaf->index_shift;
    }
    while (low < leaf->count && at >= ranges[low].length)
        at -= ranges[low++].length;
    walk->within = at;
    walk->range = ranges + low;
}

/* Go to the leaf and the range that walk->offset is in. */
static void enter(struct iodma_walk *walk)
{
    const struct iodma_memory *node = walk->memory;
    hal_address at = walk->offset + node->skip;

    walk->end = node->length;
    while (node->kind == IODMA_KIND_MULTI) {
        struct iodma_memory *const *member = node->members;
        struct iodma_memory *const *behind = member + node->count;

        while (member != behind && at >= (*member)->length)
            at -= (*member++)->length;
        if (member == behind)
            break;
        node = *member;
        walk->end = smaller(walk->end, walk->offset + (node->length - at));
        at += node->skip;
    }
    walk->leaf = node;
    if (node->kind != IODMA_KIND_MULTI)
        find_range(walk, at);
}

enum iodma_status iodma_walk_begin(struct iodma_walk *walk,
                                   const struct iodma_memory *memory,
                                   hal_address offset)
{
    if (offset > memory->length)
        return IODMA_INTERNAL_ERROR;

    walk->memory = memory;
    walk->offset = offset;
    if (IODMA_SHORTCUTS && offset + memory->skip == 0 &&
        !memory->summary.empty && memory->kind != IODMA_KIND_MULTI) {
        walk->leaf = memory;
        walk->end = memory->length;
        walk->within = 0;
        walk->range = iodma_memory_ranges(memory);
    } else {
        enter(walk);
    }
    return IODMA_OK;
}

hal_address iodma_walk_look(struct iodma_walk *walk, hal_address most,
                            hal_address *address)
{
    const struct hal_translation *translation;
    hal_address length;

    if (walk->offset == walk->end) {
        if (walk->offset == walk->memory->length)
            return 0;
        enter(walk);
    }
    *address = walk->range->address + walk->within;
    length =
        smaller(walk->range->length - walk->within, walk->end - walk->offset);
    length = smaller(length, most);
    translation = walk->leaf->translation;
    if (translation && !translation->to_physical(*address, address, &length))
        return 0;
    return length;
}

/* Leave behind what has been looked at: before the leaf's end the place is in a
   range that is not used up. Out of line, for the stack of all who walk. */
static __attribute__((noinline)) void step(struct iodma_walk *walk,
                                           hal_address length)
{
    walk->offset += length;
    walk->within += length;
    if (walk->offset == walk->end)
        return;
    while (walk->within >= walk->range->length)
        walk->within -= (walk->range++)->length;
}

/* Does nothing go on where a range of the leaf ends? */
static bool stands_apart(const struct iodma_walk *walk)
{
    return IODMA_SHORTCUTS && walk->leaf->summary.apart &&
           !walk->leaf->translation && walk->offset != walk->end;
}

hal_address iodma_walk_take(struct iodma_walk *walk, hal_address address,
                            hal_address length, hal_address most)
{
    hal_address more = smaller(length, most);
    hal_address taken = more;
    hal_address next;

    for (;;) {
        step(walk, more);
        if (taken == most || stands_apart(walk))
            return taken;
        more = iodma_walk_look(walk, most - taken, &next);
        if (more == 0 || !touches(address + taken, next))
            return taken;
        taken += more;
    }
}

void iodma_walk_skip(struct iodma_walk *walk, hal_address length)
{
    bool leaves = length > walk->end - walk->offset;

    walk->offset += length;
    walk->within += length;
    if (leaves)
        enter(walk);
    while (walk->offset != walk->end && walk->within >= walk->range->length)
        walk->within -= (walk->range++)->length;
}

enum iodma_status iodma_walk_next(struct iodma_walk *walk, hal_address most,
                                  struct iodma_extent *extent)
{
    hal_address offset = walk->offset;
    hal_address address;
    hal_address length = iodma_walk_look(walk, most, &address);

    if (length == 0)
        return IODMA_OVERRUN;
    extent->offset = offset;
    extent->address = address;
    extent->length = iodma_walk_take(walk, address, length, most);
    return IODMA_OK;
}
