/* SPDX-License-Identifier: MIT */
#include "dma/lines.h"

#include "hal/bits.h"

uint32_t iodma_lines_granularity(const struct iodma_view *view)
{
    uint32_t line = iodma_lines_size(view);

    return line > view->limits->align_internal ? line
                                               : view->limits->align_internal;
}

bool iodma_lines_dropped(const struct iodma_view *view, uint64_t address)
{
    return view->bus->hal->cache && iodma_view_inbound(view) &&
           iodma_view_maintains(view, address);
}

/* What the leaf that a walk has just taken an extent of may call its own round
   it. */
static struct iodma_range own(const struct iodma_walk *walk,
                              const struct iodma_extent *extent)
{
    const struct iodma_range *buffer = &walk->leaf->buffer;

    if (walk->leaf->kind == IODMA_BUFFER && walk->whole &&
        range_holds(buffer->address, buffer->length, extent->address))
        return *buffer;
    return (struct iodma_range){ extent->address, extent->length };
}

/* May a descriptor hold an address? Cheap, for it is asked of every range at
   every end of an extent. */
static bool may_hold(const struct iodma_memory *memory, uint64_t address)
{
    const struct iodma_range *range = memory->ranges;

    if (memory->kind != IODMA_RANGES)
        return true;
    for (uint32_t i = 0; i < memory->count; i++) {
        if (range_holds(range[i].address, range[i].length, address))
            return true;
    }
    return false;
}

/* The end of what is the window's from an address on; the address itself if
   that byte is not. */
static uint64_t owned_to(const struct iodma_view *view, uint64_t address)
{
    uint64_t rest = view->length;
    struct iodma_extent extent;
    struct iodma_walk walk;

    if (!may_hold(view->memory, address))
        return address;
    iodma_view_begin(view, 0, &walk);
    while (rest != 0 && iodma_walk_range(&walk, rest, &extent) == IODMA_OK) {
        struct iodma_range range = own(&walk, &extent);

        if (range_holds(range.address, range.length, address))
            return range.address + range.length;
        rest -= extent.length;
    }
    return address;
}

/* Is the block that holds a byte all the window's? known: bytes that are. */
static bool is_ours(const struct iodma_view *view, uint64_t address,
                    uint32_t size, struct iodma_range known)
{
    uint64_t at = address - modulo32(address, size);
    uint64_t left = size;

    while (left != 0) {
        uint64_t end = range_holds(known.address, known.length, at)
                           ? known.address + known.length
                           : owned_to(view, at);

        if (end == at)
            return false;
        left -= smaller(left, end - at);
        at = end;
    }
    return true;
}

static void look_at(const struct iodma_view *view, uint64_t address,
                    struct iodma_range extent, struct iodma_ends *ends)
{
    if (is_ours(view, address, iodma_lines_size(view), extent))
        ends->ours = true;
    else
        ends->foreign = true;
}

struct iodma_ends iodma_lines_ends(const struct iodma_view *view)
{
    struct iodma_ends ends = { false, false };
    uint32_t line = iodma_lines_size(view);
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (line == 1 || !iodma_view_inbound(view))
        return ends;
    iodma_view_begin(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        struct iodma_range extent = { piece.client, piece.length };
        uint64_t end = piece.client + piece.length;

        if (piece.storage != piece.client ||
            !iodma_lines_dropped(view, piece.client))
            continue;
        if (modulo32(piece.client, line) != 0)
            look_at(view, piece.client, extent, &ends);
        if (modulo32(end, line) != 0)
            look_at(view, end - 1, extent, &ends);
    }
    return ends;
}

/* Does one buffer have all of the line that holds a byte? */
static bool in_capacity(const struct iodma_view *view, uint64_t address)
{
    uint32_t line = iodma_lines_size(view);
    uint64_t at = address - modulo32(address, line);

    return owned_to(view, at) - at >= line;
}

/* What several extents have together goes one way, lest the CPU copies into a
   line that the device writes: it is direct if nothing near it is bounced. */
bool iodma_lines_foreign(const struct iodma_view *view, uint64_t address)
{
    struct iodma_range byte = { address, 1 };

    return !view->ours ||
           (!in_capacity(view, address) &&
            (view->least ||
             !is_ours(view, address, iodma_lines_granularity(view), byte)));
}
