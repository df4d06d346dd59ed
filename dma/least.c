/* SPDX-License-Identifier: MIT */
#include "dma/least.h"

#include "dma/lines.h"
#include "hal/bits.h"

/* The extent at a position of the window, and no more than `most` of it. */
static struct iodma_range extent_at(const struct iodma_view *view,
                                    uint64_t position, uint64_t most)
{
    struct iodma_range extent = { 0, 0 };
    struct iodma_walk walk;

    iodma_view_begin(view, position, &walk);
    (void)iodma_walk_peek(&walk, &extent.address);
    extent.length = iodma_walk_ahead(&walk, most);
    return extent;
}

/* Does a line that begins or ends with a byte of the window's have to be
   bounced? It does not begin, or end, where the window's bytes do. */
static bool broken_line(const struct iodma_view *view, uint64_t address,
                        uint64_t border)
{
    return modulo32(border, iodma_lines_size(view)) != 0 &&
           iodma_lines_dropped(view, address) &&
           iodma_lines_foreign(view, address);
}

/* How many bytes of an extent that begins with a unit, at `position` of the
   window, may go as they lie: whole units, but for the window's first and
   last. */
static uint64_t direct_units(const struct iodma_view *view, uint64_t position,
                             uint64_t linear, struct iodma_range extent)
{
    uint32_t g = iodma_lines_granularity(view);
    uint64_t length = iodma_split_reached(view, extent.address, extent.length);
    uint64_t end = extent.address + length;

    if (length == 0 || modulo32(extent.address ^ linear, g) != 0 ||
        broken_line(view, extent.address, extent.address))
        return 0;
    if (position + length != view->length || broken_line(view, end - 1, end))
        length -= smaller(length, modulo32(linear + length, g));
    return length;
}

/* The bytes from a position on go one way: which? `seen` of their extent is
   known, and more than could matter if it ends there. */
static void decide(const struct iodma_view *view, uint64_t position,
                   uint64_t seen, uint64_t most, struct iodma_stretch *stretch)
{
    uint32_t g = iodma_lines_granularity(view);
    uint32_t granule = view->bus->granule;
    /* The first byte's phase is that of all that is gathered. */
    uint64_t linear = extent_at(view, 0, 1).address + position;
    uint64_t back = smaller(position, modulo32(linear, g));
    struct iodma_range unit = { stretch->address, seen };
    uint64_t start = position - back;
    uint64_t direct;

    if (back != 0)
        unit = extent_at(view, start,
                         smaller(most + back + g, view->length - start));
    direct = direct_units(view, start, linear - back, unit);
    stretch->bounced = direct <= back;
    if (!stretch->bounced) {
        stretch->length = direct - back;
        return;
    }
    /* To the end of the unit, or of an extent that has no unit at all. */
    stretch->within = modulo32(linear, granule);
    stretch->page = linear - stretch->within;
    stretch->length = smaller(seen, granule - stretch->within);
    if (modulo32(stretch->address ^ linear, g) == 0)
        stretch->length = smaller(stretch->length, g - modulo32(linear, g));
}

enum iodma_status iodma_least_next(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_stretch *stretch)
{
    uint64_t position = iodma_view_position(view, walk);
    uint64_t rest = view->length - position;
    uint64_t beyond = smaller(rest - most, iodma_lines_granularity(view));

    if (iodma_walk_peek(walk, &stretch->address) != IODMA_OK)
        return IODMA_OVERRUN;
    decide(view, position, iodma_walk_ahead(walk, most + beyond), most,
           stretch);
    stretch->length = smaller(stretch->length, most);
    iodma_walk_skip(walk, stretch->length);
    return IODMA_OK;
}
