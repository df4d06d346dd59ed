/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "../hal/bits.h"
#include "shortcuts.h"

enum iodma_status iodma_walk_begin(struct iodma_walk *walk,
                                   const struct iodma_memory *memory,
                                   hal_address offset)
{
    if (offset > memory->length)
        return IODMA_INTERNAL_ERROR;

    walk->memory = memory;
    walk->offset = offset;
    walk->end = memory->length;
    iodma_walk_stand(walk, memory, memory->skip + offset);
    while (memory->find && memory->find(walk))
        memory = walk->leaf;
    return IODMA_OK;
}

/* How many of the bytes at the CPU's own address are contiguous; then it is
   their physical one. Out of line, for the stack of all who walk. */
static __attribute__((noinline)) hal_address
translated(const struct hal_translation *translation, hal_address *address,
           hal_address length)
{
    hal_address more = length;

    return translation->to_physical(*address, address, &more)
               ? smaller(more, length)
               : 0;
}

/* The bytes in the range that the place is in, before the leaf's end; the
   address is as that range says it. */
static inline hal_address look_in_leaf(struct iodma_walk *walk,
                                       hal_address most, hal_address *address)
{
    hal_address left = walk->end - walk->offset;
    hal_address next;
    hal_address length;

    iodma_walk_settle(walk);
    next = walk->range->address + walk->within;
    length = smaller(walk->range->length - walk->within, left);
    *address = next;
    return smaller(length, most);
}

hal_address iodma_walk_look(struct iodma_walk *walk, hal_address most,
                            hal_address *address)
{
    const struct hal_translation *translation;
    hal_address length;

    if (walk->offset >= walk->end) {
        if (walk->offset == walk->memory->length)
            return 0;
        (void)iodma_walk_begin(walk, walk->memory, walk->offset);
    }
    length = look_in_leaf(walk, most, address);
    translation = walk->leaf->translation;
    return translation ? translated(translation, address, length) : length;
}

/* Does nothing go on where a range of the leaf ends? Of virtual ones nobody
   knows. */
static bool stands_apart(const struct iodma_walk *walk)
{
    return IODMA_SHORTCUTS && walk->leaf->summary.apart &&
           walk->offset < walk->end;
}

/* See iodma_walk_take(). */
static IODMA_SHORTCUT_APART hal_address take(struct iodma_walk *walk,
                                             hal_address most,
                                             hal_address *address)
{
    hal_address length = iodma_walk_look(walk, most, address);
    hal_address taken = 0;
    hal_address next;

    do {
        iodma_walk_skip(walk, length);
        taken += length;
        if (taken == most || stands_apart(walk))
            break;
        length = iodma_walk_look(walk, most - taken, &next);
    } while (length != 0 && touches(*address + taken, next));
    return taken;
}

hal_address iodma_walk_take(struct iodma_walk *walk, hal_address most,
                            hal_address *address)
{
    if (stands_apart(walk)) {
        hal_address taken = look_in_leaf(walk, most, address);

        if (taken == most || walk->offset + taken != walk->end) {
            iodma_walk_skip(walk, taken);
            return taken;
        }
    }
    return take(walk, most, address);
}
