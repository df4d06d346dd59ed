/* SPDX-License-Identifier: MIT */
#include "dma/split.h"

#include "hal/bits.h"

static uint32_t line_of(const struct iodma_view *view)
{
    const struct hal_cache *cache = view->bus->hal->cache;

    return cache ? cache->largest_line : 1;
}

/* g of rule E3. */
static uint32_t granularity(const struct iodma_view *view)
{
    uint32_t line = line_of(view);

    return line > view->limits->align_internal ? line
                                               : view->limits->align_internal;
}

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

/* Ownership of lines ----------------------------------------------------- */

/* The device writes memory that caches may hold. */
static bool drops_lines(const struct iodma_view *view, uint64_t address)
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
        if (address - range[i].address < range[i].length)
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
    if (is_ours(view, address, line_of(view), extent))
        ends->ours = true;
    else
        ends->foreign = true;
}

struct iodma_ends iodma_split_ends(const struct iodma_view *view)
{
    struct iodma_ends ends = { false, false };
    uint32_t line = line_of(view);
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (line == 1 || !iodma_view_inbound(view))
        return ends;
    iodma_view_begin(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        struct iodma_range extent = { piece.client, piece.length };
        uint64_t end = piece.client + piece.length;

        if (piece.storage != piece.client || !drops_lines(view, piece.client))
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
    uint32_t line = line_of(view);
    uint64_t at = address - modulo32(address, line);

    return owned_to(view, at) - at >= line;
}

/* A line at the end of an extent that has to be bounced. What several extents
   have together goes one way, lest the CPU copies into a line that the device
   writes: it is direct if nothing near it is bounced. */
static bool foreign(const struct iodma_view *view, uint64_t address)
{
    struct iodma_range byte = { address, 1 };

    return !view->ours ||
           (!in_capacity(view, address) &&
            (view->least || !is_ours(view, address, granularity(view), byte)));
}

/* Edges ------------------------------------------------------------------ */

/* Are the bytes at a walk in the cell of an extent's head? Then *length is
   cut to those that are. */
static bool in_head(const struct iodma_view *view,
                    const struct iodma_walk *walk, uint64_t address,
                    uint64_t *length)
{
    uint32_t g = granularity(view);
    uint32_t inside = modulo32(address, g);
    uint64_t start;

    if (inside == 0)
        return false;
    start = address -
            iodma_walk_behind(walk, address,
                              smaller(inside, iodma_view_position(view, walk)));
    if (modulo32(start, line_of(view)) == 0 || !drops_lines(view, start) ||
        !foreign(view, start))
        return false;
    *length = smaller(*length, g - inside);
    return true;
}

/* Are they in the cell of its tail? If not, *length is cut to what is before
   it. */
static bool in_tail(const struct iodma_view *view, struct iodma_walk walk,
                    uint64_t address, uint64_t *length)
{
    uint32_t g = granularity(view);
    uint64_t rest = view->length - iodma_view_position(view, &walk);
    struct iodma_extent extent;
    uint64_t end;
    uint64_t tail;

    /* An extent's end matters only if it is less than g away. */
    (void)iodma_walk_next(&walk, *length + smaller(rest - *length, g), &extent);
    end = address + extent.length;
    tail = end - modulo32(end, g);
    if (modulo32(end, line_of(view)) == 0 || !drops_lines(view, end - 1) ||
        !foreign(view, end - 1))
        return false;
    if (address >= tail)
        return true;
    *length = smaller(*length, tail - address);
    return false;
}

/* How many of the bytes lie in one aperture, and for rung *pages* in pages that
   are reached? 0: they have to be bounced. */
static uint64_t usable(const struct iodma_view *view, uint64_t address,
                       uint64_t length)
{
    const struct hal_aperture *aperture;

    if (view->rung == IODMA_PAGES)
        return iodma_split_reached(view, address, length);
    aperture = iodma_view_aperture(view, address);
    return aperture
               ? smaller(length, aperture->size - (address - aperture->cpu))
               : length;
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
                           in_tail(view, *walk, stretch->address, &length);
    if (stretch->bounced)
        length = smaller(length, granule - stretch->within);
    (void)iodma_walk_next(walk, length, &extent);
    stretch->length = extent.length;
    return IODMA_OK;
}

/* The least bounce -------------------------------------------------------- */

/* The first byte's address: the phase of all that is gathered. */
static uint64_t phase(const struct iodma_view *view)
{
    struct iodma_extent byte;
    struct iodma_walk walk;

    iodma_view_begin(view, 0, &walk);
    (void)iodma_walk_next(&walk, 1, &byte);
    return byte.address;
}

/* Does a line that begins or ends with a byte of the window's have to be
   bounced? It does not begin, or end, where the window's bytes do. */
static bool broken_line(const struct iodma_view *view, uint64_t address,
                        uint64_t border)
{
    return modulo32(border, line_of(view)) != 0 && drops_lines(view, address) &&
           foreign(view, address);
}

/* How many bytes of an extent that begins with a unit, at `position` of the
   window, may go as they lie: whole units, but for the window's first and
   last. */
static uint64_t direct_units(const struct iodma_view *view, uint64_t position,
                             uint64_t linear, struct iodma_extent extent)
{
    uint32_t g = granularity(view);
    uint64_t length = iodma_split_reached(view, extent.address, extent.length);
    uint64_t end = extent.address + length;

    if (length == 0 || modulo32(extent.address ^ linear, g) != 0 ||
        broken_line(view, extent.address, extent.address))
        return 0;
    if (position + length != view->length || broken_line(view, end - 1, end))
        length -= smaller(length, modulo32(linear + length, g));
    return length;
}

static void split_units(const struct iodma_view *view,
                        const struct iodma_walk *walk, uint64_t seen,
                        uint64_t most, struct iodma_stretch *stretch)
{
    uint32_t g = granularity(view);
    uint32_t granule = view->bus->granule;
    uint64_t position = iodma_view_position(view, walk);
    uint64_t linear = phase(view) + position;
    uint64_t back = smaller(position, modulo32(linear, g));
    struct iodma_extent unit = { .address = stretch->address, .length = seen };
    uint64_t direct;

    if (back != 0) {
        struct iodma_walk start;

        iodma_view_begin(view, position - back, &start);
        (void)iodma_walk_next(
            &start, smaller(most + back + g, view->length - (position - back)),
            &unit);
    }
    direct = direct_units(view, position - back, linear - back, unit);
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

static enum iodma_status next_of_units(const struct iodma_view *view,
                                       struct iodma_walk *walk, uint64_t most,
                                       struct iodma_stretch *stretch)
{
    uint64_t rest = view->length - iodma_view_position(view, walk);
    struct iodma_walk start = *walk;
    struct iodma_extent extent;
    enum iodma_status status = iodma_walk_next(
        walk, most + smaller(rest - most, granularity(view)), &extent);

    if (status != IODMA_OK)
        return status;
    stretch->address = extent.address;
    split_units(view, &start, extent.length, most, stretch);
    stretch->length = smaller(stretch->length, most);
    if (stretch->length < extent.length) {
        *walk = start;
        iodma_walk_skip(walk, stretch->length);
    }
    return IODMA_OK;
}

enum iodma_status iodma_split_next(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_stretch *stretch)
{
    return view->least ? next_of_units(view, walk, most, stretch)
                       : next_of_edges(view, walk, most, stretch);
}
