/* SPDX-License-Identifier: MIT */
/* Virtual memory, of memory.h: translated while it is prepared. */
#include "../hal/bits.h"
#include "memory.h"
#include "shortcuts.h"
#include "summary.h"
#include "walk.h"

/* Find out where all of a descriptor is. Returns false if some of it is nowhere
   that memory can be. */
static bool translate(struct iodma_memory *memory)
{
    struct iodma_summary summary = IODMA_SUMMARY_OF_NOTHING;
    struct iodma_walk walk;
    hal_address address;
    hal_address length;

    (void)iodma_walk_begin(&walk, memory, 0);
    while (walk.offset != memory->length) {
        length = iodma_walk_take(&walk, HAL_ADDRESS_MAX, &address);
        if (length == 0 || range_wraps(address, length))
            return false;
        iodma_summary_add(&summary, address, length);
    }
    if (IODMA_SHORTCUTS)
        memory->summary = summary;
    return true;
}

/* A complete, where else the direction of a prepare stands. */
enum { COMPLETE = IODMA_INOUT + 1 };

/* May the count of prepares be what it has become? The first one finds out
   where the bytes are (those of several are their leaves'), and says what the
   others may ask for. */
static enum iodma_status admit(struct iodma_memory *memory, uint32_t direction)
{
    if (direction == COMPLETE)
        return memory->wired == 0 && (memory->users != 0 || memory->mapping)
                   ? IODMA_BUSY
                   : IODMA_OK;
    if (memory->wired == 1) {
        memory->read_only = direction == IODMA_OUT;
        if ((memory->kind == IODMA_KIND_VIRTUAL ||
             (IODMA_SHORTCUTS && memory->kind == IODMA_KIND_MULTI)) &&
            !translate(memory))
            return IODMA_CANNOT_WIRE;
    }
    if (memory->read_only && direction != IODMA_OUT)
        return IODMA_NOT_WRITABLE;
    return memory->wired == 0 ? IODMA_BUSY : IODMA_OK;
}

/* Go to the next leaf of several that has to be wired, and begins before an
   offset; walk->end is where the one before it ends. However deep they are
   nested: no recursion, so that the stack has a bound. */
static struct iodma_memory *next_leaf(struct iodma_walk *walk,
                                      const struct iodma_memory *memory,
                                      hal_address end)
{
    do {
        if (memory->kind != IODMA_KIND_MULTI || walk->end == end)
            return NULL;
        (void)iodma_walk_begin(walk, memory, walk->end);
    } while (!walk->leaf->needs_wiring);
    return (struct iodma_memory *)(uintptr_t)walk->leaf; /* lent as such */
}

/* Count one prepare more, or one less, of a descriptor and of its leaves before
   an offset. If one of them may not be, all are counted back. */
static enum iodma_status count(struct iodma_memory *memory, hal_address end,
                               uint16_t change, uint32_t direction)
{
    enum iodma_status status = IODMA_OK;
    bool back = false;
    struct iodma_walk walk;

    for (;;) {
        struct iodma_memory *leaf = memory;

        memory->own = (uint16_t)(memory->own + change);
        walk.end = 0;
        do {
            leaf->wired = (uint16_t)(leaf->wired + change);
            if (status == IODMA_OK)
                status = admit(leaf, direction);
            leaf = next_leaf(&walk, memory, end);
        } while (leaf);
        if (status == IODMA_OK || back)
            return status;
        change = (uint16_t)-change;
        back = true;
    }
}

enum iodma_status iodma_memory_prepare(struct iodma_memory *memory,
                                       uint32_t direction)
{
    if (!memory->needs_wiring)
        return IODMA_OK;
    direction &= IODMA_INOUT;
    if (direction == IODMA_NONE)
        direction = memory->direction;
    return count(memory, memory->wired == 0 ? memory->length : 0, 1, direction);
}

enum iodma_status iodma_memory_complete(struct iodma_memory *memory)
{
    if (!memory->needs_wiring)
        return IODMA_OK;
    if (memory->own == 0)
        return memory->wired == 0 ? IODMA_NOT_READY : IODMA_BUSY;
    return count(memory, memory->wired == 1 ? memory->length : 0, UINT16_MAX,
                 COMPLETE);
}
