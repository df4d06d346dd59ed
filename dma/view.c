/* SPDX-License-Identifier: MIT */
#include "dma/view.h"

#include "dma/split.h"
#include "hal/bits.h"

uint64_t iodma_view_in_aperture(const struct iodma_view *view, uint64_t address,
                                uint64_t length)
{
    const struct hal_aperture *aperture = iodma_view_aperture(view, address);

    return aperture
               ? smaller(length, aperture->size - (address - aperture->cpu))
               : length;
}

enum iodma_status iodma_view_piece(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_piece *piece)
{
    uint64_t position = iodma_view_position(view, walk);
    struct iodma_extent extent;

    most = smaller(most, view->length - position);
    if (most == 0)
        return IODMA_OVERRUN;
    if (view->rung == IODMA_EDGES || view->rung == IODMA_PAGES)
        return iodma_split_piece(view, walk, most, piece);

    if (iodma_walk_peek(walk, &piece->client) != IODMA_OK)
        return IODMA_OVERRUN;
    piece->storage = piece->client;
    if (view->rung == IODMA_WHOLE)
        piece->storage = view->buffer + position;
    else
        most = iodma_view_in_aperture(view, piece->client, most);
    (void)iodma_walk_next(walk, most, &extent);
    piece->length = extent.length;
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
    return view->mapper ? view->mapper->calls->run(view, cursor, most, run)
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
