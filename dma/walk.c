/* SPDX-License-Identifier: MIT */
#include "dma/walk.h"

#include "hal/bits.h"

#include <stdbool.h>

/* The range of a leaf in which the byte `at` of its ranges lies. */
static void find_range(struct iodma_walk *walk, uint64_t at)
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
    uint64_t at = walk->offset + node->skip;

    walk->end = node->length;
    walk->whole = node->whole;
    while (node->kind == IODMA_MULTI) {
        struct iodma_memory *const *member = node->members;
        struct iodma_memory *const *behind = member + node->count;

        while (member != behind && at >= (*member)->length)
            at -= (*member++)->length;
        if (member == behind)
            break;
        node = *member;
        walk->whole = walk->whole && node->whole;
        walk->end = smaller(walk->end, walk->offset + (node->length - at));
        at += node->skip;
    }
    walk->leaf = node;
    if (node->kind != IODMA_MULTI)
        find_range(walk, at);
}

enum iodma_status iodma_walk_begin(struct iodma_walk *walk,
                                   const struct iodma_memory *memory,
                                   uint64_t offset)
{
    if (offset > memory->length)
        return IODMA_INTERNAL_ERROR;

    walk->memory = memory;
    walk->offset = offset;
    if (offset + memory->skip == 0 && memory->kind != IODMA_MULTI) {
        walk->leaf = memory;
        walk->whole = memory->whole;
        walk->end = memory->length;
        walk->within = 0;
        walk->range = iodma_memory_ranges(memory);
        return IODMA_OK;
    }
    enter(walk);
    return IODMA_OK;
}

/* Leave the ranges that are used up or empty; there is one that is not. */
static void leave_ranges(struct iodma_walk *walk)
{
    while (walk->within >= walk->range->length)
        walk->within -= (walk->range++)->length;
}

/* See the bytes from the place on that are contiguous within one range.
   Returns how many, at most `most`: 0 at the end. */
static uint64_t in_range(struct iodma_walk *walk, uint64_t most,
                         uint64_t *address)
{
    uint64_t length;

    if (walk->offset == walk->end) {
        if (walk->offset == walk->memory->length)
            return 0;
        enter(walk);
    }
    leave_ranges(walk);
    *address = walk->range->address + walk->within;
    length =
        smaller(walk->range->length - walk->within, walk->end - walk->offset);
    length = smaller(length, most);
    if (walk->leaf->translation &&
        !walk->leaf->translation->to_physical(*address, address, &length))
        return 0;
    return length;
}

static void step(struct iodma_walk *walk, uint64_t length)
{
    walk->offset += length;
    walk->within += length;
}

enum iodma_status iodma_walk_range(struct iodma_walk *walk, uint64_t most,
                                   struct iodma_extent *extent)
{
    uint64_t address;
    uint64_t length = in_range(walk, most, &address);

    if (length == 0)
        return IODMA_OVERRUN;
    *extent = (struct iodma_extent){ walk->offset, address, length };
    step(walk, length);
    return IODMA_OK;
}

enum iodma_status iodma_walk_next(struct iodma_walk *walk, uint64_t most,
                                  struct iodma_extent *extent)
{
    enum iodma_status status = iodma_walk_range(walk, most, extent);
    uint64_t next;
    uint64_t more;

    while (status == IODMA_OK && extent->length < most &&
           walk->offset != walk->memory->length &&
           (more = in_range(walk, most - extent->length, &next)) != 0 &&
           next == extent->address + extent->length) {
        extent->length += more;
        step(walk, more);
    }
    return status;
}

enum iodma_status iodma_walk_peek(struct iodma_walk *walk, uint64_t *address)
{
    return in_range(walk, 1, address) != 0 ? IODMA_OK : IODMA_OVERRUN;
}

uint64_t iodma_walk_ahead(const struct iodma_walk *walk, uint64_t most)
{
    struct iodma_walk probe = *walk;
    struct iodma_extent extent;

    return iodma_walk_next(&probe, most, &extent) == IODMA_OK ? extent.length
                                                              : 0;
}

/* The same as below, where it takes a walk to find out. */
static uint64_t behind_anywhere(const struct iodma_walk *walk, uint64_t address,
                                uint64_t most)
{
    struct iodma_extent before = { .address = 0 };
    struct iodma_walk back;

    if (iodma_walk_begin(&back, walk->memory, walk->offset - most) != IODMA_OK)
        return 0;
    while (back.offset < walk->offset &&
           iodma_walk_next(&back, walk->offset - back.offset, &before) ==
               IODMA_OK)
        ;
    return before.address + before.length == address ? before.length : 0;
}

uint64_t iodma_walk_behind(const struct iodma_walk *walk, uint64_t address,
                           uint64_t most)
{
    const struct iodma_memory *leaf = walk->leaf;
    const struct iodma_range *range = walk->range;
    uint64_t behind = walk->within;

    if (leaf != walk->memory || leaf->translation)
        return behind_anywhere(walk, address, most);
    while (behind < most && range != iodma_memory_ranges(leaf) &&
           (range[-1].length == 0 ||
            range[-1].address + range[-1].length == address - behind))
        behind += (--range)->length;
    return smaller(behind, most);
}

void iodma_walk_skip(struct iodma_walk *walk, uint64_t length)
{
    if (length > walk->end - walk->offset) {
        walk->offset += length;
        enter(walk);
        return;
    }
    step(walk, length);
    if (walk->offset != walk->end)
        leave_ranges(walk);
}
