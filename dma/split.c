/* SPDX-License-Identifier: MIT */
#include "dma/split.h"

#include "dma/least.h"
#include "dma/lines.h"
#include "hal/bits.h"

uint64_t iodma_split_reached(const struct iodma_view *view, uint64_t address,
                             uint64_t most)
{
    uint32_t granule = view->bus->granule;
    uint64_t page = address - modulo32(address, granule);
    const struct hal_aperture *aperture = iodma_view_aperture(view, page);
    uint64_t last = view->mapper ? UINT64_MAX : view->limits->last;
    uint64_t end; /* of the last page reached */

    if (!aperture || aperture->bus > last)
        return 0;
    end = aperture->cpu + 1 + smaller(aperture->size - 1, last - aperture->bus);
    end -= modulo32(end, granule);
    return end > address ? smaller(most, end - address) : 0;
}

/* Are the bytes at a walk in the cell of an extent's head? Then *length is
   cut to those that are. */
static bool in_head(const struct iodma_view *view,
                    const struct iodma_walk *walk, uint64_t address,
                    uint64_t *length)
{
    uint32_t g = iodma_lines_granularity(view);
    uint32_t inside = modulo32(address, g);
    uint64_t start;

    if (inside == 0)
        return false;
    start = address -
            iodma_walk_behind(walk, address,
                              smaller(inside, iodma_view_position(view, walk)));
    if (modulo32(start, iodma_lines_size(view)) == 0 ||
        !iodma_lines_dropped(view, start) || !iodma_lines_foreign(view, start))
        return false;
    *length = smaller(*length, g - inside);
    return true;
}

/* Are they in the cell of its tail? If not, *length is cut to what is before
   it. */
static bool in_tail(const struct iodma_view *view,
                    const struct iodma_walk *walk, uint64_t address,
                    uint64_t *length)
{
    uint32_t g = iodma_lines_granularity(view);
    uint64_t rest = view->length - iodma_view_position(view, walk);
    /* An extent's end matters only if it is less than g away. */
    uint64_t end =
        address + iodma_walk_ahead(walk, *length + smaller(rest - *length, g));
    uint64_t tail = end - modulo32(end, g);

    if (modulo32(end, iodma_lines_size(view)) == 0 ||
        !iodma_lines_dropped(view, end - 1) ||
        !iodma_lines_foreign(view, end - 1))
        return false;
    if (address >= tail)
        return true;
    *length = smaller(*length, tail - address);
    return false;
}

/* How many of the bytes may go as they lie, but for the lines at their ends:
   they are in one aperture and, for rung *pages*, in pages that are reached. */
static uint64_t usable(const struct iodma_view *view, uint64_t address,
                       uint64_t length)
{
    return view->rung == IODMA_PAGES
               ? iodma_split_reached(view, address, length)
               : iodma_view_in_aperture(view, address, length);
}

static enum iodma_status next_of_edges(const struct iodma_view *view,
                                       struct iodma_walk *walk, uint64_t most,
                                       struct iodma_stretch *stretch)
{
    uint32_t granule = view->bus->granule;
    struct iodma_extent extent;
    uint64_t length;

    if (iodma_walk_peek(walk, &stretch->address) != IODMA_OK)
        return IODMA_OVERRUN;
    stretch->within = modulo32(stretch->address, granule);
    stretch->page = stretch->address - stretch->within;
    length = usable(view, stretch->address, most);
    stretch->bounced = length == 0;
    if (length == 0)
        length = most;
    else if (view->bus->hal->cache && iodma_view_inbound(view))
        stretch->bounced = in_head(view, walk, stretch->address, &length) ||
                           in_tail(view, walk, stretch->address, &length);
    if (stretch->bounced)
        length = smaller(length, granule - stretch->within);
    (void)iodma_walk_next(walk, length, &extent);
    stretch->length = extent.length;
    return IODMA_OK;
}

enum iodma_status iodma_split_next(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_stretch *stretch)
{
    return view->least ? iodma_least_next(view, walk, most, stretch)
                       : next_of_edges(view, walk, most, stretch);
}

enum iodma_status iodma_split_piece(const struct iodma_view *view,
                                    struct iodma_walk *walk, uint64_t most,
                                    struct iodma_piece *piece)
{
    struct iodma_stretch stretch;
    enum iodma_status status = iodma_split_next(view, walk, most, &stretch);

    if (status != IODMA_OK)
        return status;
    piece->client = stretch.address;
    piece->storage = stretch.address;
    piece->length = stretch.length;
    if (stretch.bounced)
        piece->storage =
            iodma_cells_find(view->bus, iodma_view_owner(view), stretch.page) +
            stretch.within;
    return IODMA_OK;
}
