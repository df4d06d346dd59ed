/* SPDX-License-Identifier: MIT */
#include "dma/view.h"

#include "hal/bits.h"

void iodma_view_seek(const struct iodma_view *view, uint64_t position,
                     struct iodma_walk *walk)
{
    (void)iodma_walk_begin(walk, view->memory, view->offset + position);
}

static const struct hal_aperture *aperture_of(const struct iodma_view *view,
                                              uint64_t address)
{
    return iodma_bus_aperture(view->bus, address, view->access);
}

uint64_t iodma_view_reached(const struct iodma_view *view, uint64_t address,
                            uint64_t most)
{
    uint64_t granule = view->bus->granule;
    uint64_t page = address - modulo(address, granule);
    const struct hal_aperture *aperture = aperture_of(view, page);
    uint64_t end; /* of the last page reached */

    if (!aperture || aperture->bus > view->limits->last)
        return 0;
    end = aperture->cpu + 1 +
          smaller(aperture->size - 1, view->limits->last - aperture->bus);
    end -= modulo(end, granule);
    return end > address ? smaller(most, end - address) : 0;
}

/* Where the storage of an extent is, with pages on loan; cuts its length to
   what is contiguous there. */
static uint64_t storage_in_pages(const struct iodma_view *view,
                                 uint64_t address, uint64_t *length)
{
    uint64_t within = modulo(address, view->bus->granule);
    uint64_t reached = iodma_view_reached(view, address, *length);
    uint64_t page = 0;

    if (reached != 0) {
        *length = reached;
        return address;
    }
    *length = smaller(*length, view->bus->granule - within);
    (void)iodma_cells_find(view->bus, view->owner, address - within, &page);
    return page + within;
}

/* How many of the bytes lie in the first one's aperture: what holds for it
   holds for them. What is in none is one piece; nobody looks at it twice. */
static uint64_t in_aperture(const struct iodma_view *view, uint64_t address,
                            uint64_t length)
{
    const struct hal_aperture *aperture = aperture_of(view, address);

    return aperture
               ? smaller(length, aperture->size - (address - aperture->cpu))
               : length;
}

/* Fill in where the storage of a piece is, and cut the piece to what is of
   one kind there. */
static void find_storage(const struct iodma_view *view, uint64_t position,
                         struct iodma_piece *piece)
{
    switch (view->rung) {
    case IODMA_WHOLE:
        piece->storage = view->buffer + position;
        break;
    case IODMA_PAGES:
        piece->storage = storage_in_pages(view, piece->client, &piece->length);
        break;
    default:
        piece->storage = piece->client;
        piece->length = in_aperture(view, piece->client, piece->length);
    }
}

enum iodma_status iodma_view_piece(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_piece *piece)
{
    uint64_t position = iodma_view_position(view, walk);
    struct iodma_walk start = *walk;
    struct iodma_extent extent;

    most = smaller(most, view->length - position);
    if (most == 0 || iodma_walk_next(walk, most, &extent) != IODMA_OK)
        return IODMA_OVERRUN;

    piece->client = extent.address;
    piece->length = extent.length;
    find_storage(view, position, piece);
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
    const struct hal_aperture *aperture = aperture_of(view, address);
    uint64_t inside;

    if (aperture) {
        inside = address - aperture->cpu;
        run->address = aperture->bus + inside;
        run->length = smaller(length, aperture->size - inside);
    }
    return aperture;
}

/* Rung *pages*: pieces that go on where the run ends belong to it, bounce
   pages that lie side by side, too. */
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
        iodma_walk_skip(walk, next.length);
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
    if (view->rung == IODMA_PAGES)
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

enum iodma_status iodma_view_run(const struct iodma_view *view,
                                 struct iodma_walk *walk, uint64_t most,
                                 struct hal_segment *run)
{
    return view->rung == IODMA_WHOLE ? run_of_buffer(view, walk, most, run)
                                     : run_of_pieces(view, walk, most, run);
}

bool iodma_view_write_protected(const struct iodma_view *view)
{
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (!iodma_view_inbound(view))
        return false;

    iodma_view_seek(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        if (!iodma_bus_writable(view->bus, piece.client, piece.length))
            return true;
    }
    return false;
}

bool iodma_view_maintains(const struct iodma_view *view, uint64_t address)
{
    const struct hal_aperture *aperture = aperture_of(view, address);

    return view->maintained || !aperture || !aperture->snooped;
}
