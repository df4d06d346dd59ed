/* SPDX-License-Identifier: MIT */
#include "dma/view.h"

#include "dma/map.h"
#include "dma/split.h"
#include "hal/bits.h"

/* How many of the bytes lie in the first one's aperture: what holds for it
   holds for them. What is in none is one piece; nobody looks at it twice. */
static uint64_t in_aperture(const struct iodma_view *view, uint64_t address,
                            uint64_t length)
{
    const struct hal_aperture *aperture = iodma_view_aperture(view, address);

    return aperture
               ? smaller(length, aperture->size - (address - aperture->cpu))
               : length;
}

/* A piece of what is split in direct and bounced parts. */
static enum iodma_status split_piece(const struct iodma_view *view,
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

enum iodma_status iodma_view_piece(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_piece *piece)
{
    uint64_t position = iodma_view_position(view, walk);
    struct iodma_extent extent;
    struct iodma_walk start;

    most = smaller(most, view->length - position);
    if (most == 0)
        return IODMA_OVERRUN;
    if (view->rung == IODMA_EDGES || view->rung == IODMA_PAGES)
        return split_piece(view, walk, most, piece);

    start = *walk;
    if (iodma_walk_next(walk, most, &extent) != IODMA_OK)
        return IODMA_OVERRUN;
    piece->client = extent.address;
    piece->storage = extent.address;
    piece->length = extent.length;
    if (view->rung == IODMA_WHOLE) {
        piece->storage = view->buffer + position;
        return IODMA_OK;
    }
    piece->length = in_aperture(view, piece->client, piece->length);
    if (piece->length < extent.length) {
        *walk = start;
        iodma_walk_skip(walk, piece->length);
    }
    return IODMA_OK;
}

/* The bytes from a CPU physical address on, as far as one aperture shows
   them. Returns it, or NULL if none does. */
static const struct hal_aperture *translate(const struct iodma_view *view,
                                            uint64_t address, uint64_t length,
                                            struct hal_segment *run)
{
    const struct hal_aperture *aperture = iodma_view_aperture(view, address);
    uint64_t inside;

    if (aperture) {
        inside = address - aperture->cpu;
        run->address = aperture->bus + inside;
        run->length = smaller(length, aperture->size - inside);
    }
    return aperture;
}

/* Pieces that go on where the run ends belong to it, bounce pages that lie
   side by side, too. */
static void join_pieces(const struct iodma_view *view, struct iodma_walk *walk,
                        const struct hal_aperture *aperture, uint64_t most,
                        struct hal_segment *run)
{
    struct iodma_walk ahead = *walk;
    struct iodma_piece piece;
    struct hal_segment next;

    while (run->length < most &&
           iodma_view_piece(view, &ahead, most - run->length, &piece) ==
               IODMA_OK &&
           translate(view, piece.storage, piece.length, &next) == aperture &&
           next.address == run->address + run->length) {
        run->length += next.length;
        *walk = ahead;
    }
}

static enum iodma_status run_of_pieces(const struct iodma_view *view,
                                       struct iodma_walk *walk, uint64_t most,
                                       struct hal_segment *run)
{
    const struct hal_aperture *aperture;
    struct iodma_piece piece;

    if (iodma_view_piece(view, walk, most, &piece) != IODMA_OK)
        return IODMA_OVERRUN;
    aperture = translate(view, piece.storage, piece.length, run);
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    if (view->rung != IODMA_DIRECT)
        join_pieces(view, walk, aperture, most, run);
    return IODMA_OK;
}

static enum iodma_status run_of_buffer(const struct iodma_view *view,
                                       struct iodma_walk *walk, uint64_t most,
                                       struct hal_segment *run)
{
    uint64_t position = iodma_view_position(view, walk);
    uint64_t length = smaller(most, view->length - position);

    if (length == 0)
        return IODMA_OVERRUN;
    if (!translate(view, view->buffer + position, length, run))
        return IODMA_MESSAGE_TOO_LARGE;
    iodma_walk_skip(walk, run->length);
    return IODMA_OK;
}

enum iodma_status iodma_view_bus_run(const struct iodma_view *view,
                                     struct iodma_walk *walk, uint64_t most,
                                     struct hal_segment *run)
{
    return view->rung == IODMA_WHOLE ? run_of_buffer(view, walk, most, run)
                                     : run_of_pieces(view, walk, most, run);
}

/* Where a bus address comes to lie in a page of IOVA: as far from its beginning
   as before. */
static uint64_t shown_at(const struct iodma_view *view, uint64_t iova,
                         uint64_t address)
{
    uint32_t page_size = view->mapper->hal->page_size;

    return iova - modulo32(iova, page_size) + modulo32(address, page_size);
}

/* Does an aperture begin at a bus address? What is before it is not in it. */
static bool aperture_begins(const struct hal_bus *hal, uint64_t address)
{
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        if (hal->apertures[i].bus == address)
            return true;
    }
    return false;
}

/* Does the bus run that ends at a walk go on there? */
static bool goes_on(const struct iodma_view *view, struct iodma_walk walk,
                    uint64_t end)
{
    struct hal_segment next;

    return iodma_view_bus_run(view, &walk, 1, &next) == IODMA_OK &&
           next.address == end && !aperture_begins(view->bus->hal, end);
}

/* One bus run's bytes, as IOVA. The cursor does not pass what is not shown. */
static enum iodma_status shown_run(const struct iodma_view *view,
                                   struct iodma_cursor *cursor, uint64_t most,
                                   struct hal_segment *run)
{
    uint32_t page_size = view->mapper->hal->page_size;
    struct iodma_walk walk = cursor->walk;
    uint64_t end;
    enum iodma_status status = iodma_view_bus_run(view, &walk, most, run);

    if (status != IODMA_OK)
        return status;
    cursor->walk = walk;
    end = run->address + run->length;
    run->address = shown_at(view, cursor->iova, run->address);
    cursor->iova = run->address + run->length;
    if (!goes_on(view, cursor->walk, end))
        cursor->iova += modulo32(0 - cursor->iova, page_size);
    return IODMA_OK;
}

void iodma_view_count_up(const struct iodma_view *view,
                         struct iodma_cursor *cursor, uint64_t target)
{
    struct hal_segment run;

    cursor->iova = view->iova;
    (void)iodma_walk_begin(&cursor->walk, view->memory,
                           view->kept ? 0 : view->offset);
    while (cursor->walk.offset < target &&
           shown_run(view, cursor, target - cursor->walk.offset, &run) ==
               IODMA_OK)
        ;
}

/* Runs that end with a page, and begin with the next one, are one. */
static enum iodma_status run_of_pages(const struct iodma_view *view,
                                      struct iodma_cursor *cursor,
                                      uint64_t most, struct hal_segment *run)
{
    enum iodma_status status = shown_run(view, cursor, most, run);
    struct iodma_cursor ahead = *cursor;
    struct hal_segment next;

    if (status != IODMA_OK)
        return status;
    while (run->length < most &&
           shown_run(view, &ahead, most - run->length, &next) == IODMA_OK &&
           next.address == run->address + run->length) {
        run->length += next.length;
        *cursor = ahead;
    }
    return IODMA_OK;
}

static enum iodma_status run_of_rest(const struct iodma_view *view,
                                     struct iodma_cursor *cursor, uint64_t most,
                                     struct hal_segment *run)
{
    struct hal_segment rest = iodma_view_rest(view, cursor->walk.offset);

    if (rest.length == 0)
        return IODMA_OVERRUN;
    *run = rest;
    run->length = smaller(rest.length, most);
    cursor->walk.offset += run->length;
    return IODMA_OK;
}

enum iodma_status iodma_view_run(const struct iodma_view *view,
                                 struct iodma_cursor *cursor, uint64_t most,
                                 struct hal_segment *run)
{
    if (view->path == IODMA_PATH_FLAT)
        return run_of_rest(view, cursor, most, run);
    return view->mapper ? run_of_pages(view, cursor, most, run)
                        : iodma_view_bus_run(view, &cursor->walk, most, run);
}

bool iodma_view_write_protected(const struct iodma_view *view)
{
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (!iodma_view_inbound(view))
        return false;
    if (view->memory->read_only)
        return true;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        if (!iodma_bus_writable(view->bus, piece.client, piece.length))
            return true;
    }
    return false;
}

bool iodma_view_maintains(const struct iodma_view *view, uint64_t address)
{
    const struct hal_aperture *aperture = iodma_view_aperture(view, address);

    return view->maintained || !aperture || !aperture->snooped;
}

uint32_t iodma_view_granule(const struct iodma_view *view)
{
    uint32_t granule = view->bus->granule;

    return view->mapper && view->mapper->hal->page_size > granule
               ? view->mapper->hal->page_size
               : granule;
}

uint64_t iodma_view_buffer_size(const struct iodma_view *view)
{
    uint32_t granule = iodma_view_granule(view);
    uint64_t rounded = view->length + (granule - 1);

    return rounded - modulo32(rounded, granule);
}
