/* SPDX-License-Identifier: MIT */
/* Virtual memory, of memory.h: translated while it is prepared. */
#include "../hal/bits.h"
#include "memory.h"
#include "summary.h"
#include "walk.h"

enum iodma_status iodma_memory_init_virtual(
    struct iodma_memory *memory, const struct hal_translation *translation,
    const struct iodma_range *ranges, uint32_t count, uint32_t direction,
    hal_address *index, uint32_t index_count)
{
    enum iodma_status status = iodma_memory_init_ranges(
        memory, ranges, count, direction, index, index_count);

    if (status != IODMA_OK)
        return status;
    memory->translation = translation;
    memory->summary.apart = false; /* nobody knows */
    memory->kind = IODMA_KIND_VIRTUAL;
    memory->needs_wiring = true;
    return IODMA_OK;
}

/* Translate all of a descriptor; of several, all of theirs. */
static enum iodma_status translate(struct iodma_memory *memory)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    struct iodma_walk walk;
    hal_address address;
    hal_address length;

    (void)iodma_walk_begin(&walk, memory, 0);
    while ((length = iodma_walk_take(&walk, HAL_ADDRESS_MAX, &address)) != 0) {
        if (range_wraps(address, length))
            return IODMA_CANNOT_WIRE;
        iodma_summary_add(&summary, address, length);
    }
    if (walk.offset != memory->length)
        return IODMA_CANNOT_WIRE;
    if (IODMA_SHORTCUTS)
        memory->summary = summary;
    return IODMA_OK;
}

/* Count a prepare. The first one finds out where all of it is, and says what
   the others may ask for. */
static enum iodma_status count_up(struct iodma_memory *memory,
                                  uint32_t direction)
{
    enum iodma_status status;

    if (memory->wired == 0) {
        status = translate(memory);
        if (status != IODMA_OK)
            return status;
        memory->read_only = direction == IODMA_OUT;
    } else if (memory->read_only && direction != IODMA_OUT) {
        return IODMA_NOT_WRITABLE;
    } else if (memory->wired == UINT16_MAX) {
        return IODMA_BUSY;
    }
    memory->wired++;
    return IODMA_OK;
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

/* A prepare, and a complete, of a leaf that a multi answers for. */
static enum iodma_status pin(struct iodma_memory *leaf, uint32_t direction)
{
    enum iodma_status status = count_up(leaf, direction);

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
   until one fails; *end is then what was done. However deep they are nested: no
   recursion, so that the stack has a bound. */
static enum iodma_status
each_virtual_leaf(struct iodma_memory *memory, hal_address *end,
                  uint32_t direction,
                  enum iodma_status (*function)(struct iodma_memory *leaf,
                                                uint32_t direction))
{
    enum iodma_status status = IODMA_OK;
    hal_address offset = 0;
    struct iodma_walk walk;

    while (offset < *end) {
        struct iodma_memory *leaf;

        (void)iodma_walk_begin(&walk, memory, offset);
        leaf = (struct iodma_memory *)walk.leaf; /* it was lent as such */
        if (leaf->needs_wiring)
            status = function(leaf, direction);
        if (status != IODMA_OK)
            *end = offset;
        else
            offset = walk.end;
    }
    return status;
}

/* How far the leaves of a descriptor are prepared and completed with it: of a
   multi, by its first prepare and its last complete. */
static hal_address end_of_leaves(const struct iodma_memory *memory,
                                 uint16_t wired)
{
    return memory->kind == IODMA_KIND_MULTI && memory->wired == wired
               ? memory->length
               : 0;
}

enum iodma_status iodma_memory_prepare(struct iodma_memory *memory,
                                       uint32_t direction)
{
    hal_address end = end_of_leaves(memory, 0);
    enum iodma_status status;

    if (!memory->needs_wiring)
        return IODMA_OK;
    direction &= IODMA_INOUT;
    if (direction == IODMA_NONE)
        direction = memory->direction;
    status = each_virtual_leaf(memory, &end, direction, pin);
    if (status == IODMA_OK)
        status = count_up(memory, direction);
    if (status != IODMA_OK) /* whoever has come to rely on them */
        (void)each_virtual_leaf(memory, &end, direction, unpin);
    return status;
}

enum iodma_status iodma_memory_complete(struct iodma_memory *memory)
{
    uint32_t direction = memory->read_only ? IODMA_OUT : IODMA_INOUT;
    hal_address end = end_of_leaves(memory, 1);
    enum iodma_status status;

    if (!memory->needs_wiring)
        return IODMA_OK;
    status = completable(memory);
    if (status == IODMA_OK && memory->wired == memory->pinned)
        status = IODMA_BUSY;
    if (status != IODMA_OK)
        return status;
    status = each_virtual_leaf(memory, &end, direction, complete_leaf);
    if (status == IODMA_OK)
        count_down(memory);
    else
        (void)each_virtual_leaf(memory, &end, direction, pin);
    return status;
}
