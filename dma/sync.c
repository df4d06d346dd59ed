/* SPDX-License-Identifier: MIT */
#include "dma/sync.h"

#include "dma/access.h"
#include "dma/lines.h"
#include "hal/bits.h"

#include <stddef.h>

/* Bytes of the window. */
struct part {
    uint64_t offset;
    uint64_t length;
};

/* Do something with one piece of the window. */
typedef enum iodma_status (*piece_function)(const struct iodma_view *view,
                                            const struct iodma_piece *piece);

static struct part all_of(const struct iodma_view *view)
{
    return (struct part){ 0, view->length };
}

static bool bounced(const struct iodma_piece *piece)
{
    return piece->storage != piece->client;
}

/* Every piece of part of the window, of the kinds asked for, in order, until
   one fails. */
static enum iodma_status each_piece(const struct iodma_view *view,
                                    struct part part, uint32_t what,
                                    piece_function function)
{
    enum iodma_status status = IODMA_OK;
    uint64_t length = part.length;
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (what == 0)
        return IODMA_OK;
    iodma_view_begin(view, part.offset, &walk);
    while (status == IODMA_OK && length != 0 &&
           iodma_view_piece(view, &walk, length, &piece) == IODMA_OK) {
        uint32_t kind =
            bounced(&piece) ? IODMA_SYNC_BOUNCED : IODMA_SYNC_DIRECT;

        if ((what & kind) != 0)
            status = function(view, &piece);
        length -= piece.length;
    }
    return status;
}

static enum iodma_status piece_out(const struct iodma_view *view,
                                   const struct iodma_piece *piece)
{
    return iodma_access_copy(view->bus, piece->storage, piece->client,
                             piece->length);
}

static enum iodma_status piece_in(const struct iodma_view *view,
                                  const struct iodma_piece *piece)
{
    return iodma_access_copy(view->bus, piece->client, piece->storage,
                             piece->length);
}

static enum iodma_status piece_can_copy(const struct iodma_view *view,
                                        const struct iodma_piece *piece)
{
    return iodma_access_can_copy(view->bus, piece->storage, piece->client,
                                 piece->length);
}

/* Pieces to visit where only bounced ones matter. */
static uint32_t if_bounced(const struct iodma_view *view)
{
    return view->rung == IODMA_DIRECT ? 0 : IODMA_SYNC_BOUNCED;
}

/* Pieces to visit for maintenance: none where there is no cache, or where the
   master looks into it. */
static uint32_t if_cached(const struct iodma_view *view, uint32_t what)
{
    return view->bus->hal->cache && !view->coherent ? what : 0;
}

enum iodma_status iodma_sync_can_copy(const struct iodma_view *view)
{
    return each_piece(view, all_of(view), if_bounced(view), piece_can_copy);
}

enum iodma_status iodma_sync_copy_in(const struct iodma_view *view)
{
    return each_piece(view, all_of(view), if_bounced(view), piece_in);
}

static enum iodma_status maintain(const struct iodma_view *view, bool drop,
                                  uint64_t address, uint64_t length)
{
    const struct hal_cache *cache = view->bus->hal->cache;

    if (!cache || view->coherent || !iodma_view_maintains(view, address))
        return IODMA_OK;
    return iodma_access_maintain(
        view->bus, drop ? cache->ops->clean_invalidate : cache->ops->clean,
        address, length);
}

static enum iodma_status clean(const struct iodma_view *view, uint64_t address,
                               uint64_t length)
{
    return maintain(view, false, address, length);
}

static enum iodma_status flush(const struct iodma_view *view, uint64_t address,
                               uint64_t length)
{
    return maintain(view, true, address, length);
}

/* Zeros that the device may see. */
static enum iodma_status clear(const struct iodma_view *view, uint64_t address,
                               uint64_t length)
{
    enum iodma_status status =
        iodma_access_write(view->bus, address, NULL, length);

    return status == IODMA_OK ? clean(view, address, length) : status;
}

/* Clear the pages that the copy does not cover in one piece. */
static enum iodma_status clear_pages(const struct iodma_view *view,
                                     bool from_client)
{
    enum iodma_status status = IODMA_OK;
    iodma_cells cells = view->cells;
    struct iodma_loan loan;

    while (status == IODMA_OK && iodma_cells_next(view->bus, &cells, &loan)) {
        if (!from_client || !loan.covered)
            status = clear(view, loan.address, view->bus->granule);
    }
    return status;
}

/* Clear the lines of a cell: without a mapper the device sees no more of its
   page. */
static enum iodma_status piece_clear(const struct iodma_view *view,
                                     const struct iodma_piece *piece)
{
    uint32_t line = iodma_lines_size(view);
    uint64_t before = modulo32(piece->storage, line);
    uint64_t size = before + piece->length + (line - 1);

    return clear(view, piece->storage - before, size - modulo32(size, line));
}

/* Clear what the copy, if there is one, leaves as it was. */
static enum iodma_status clear_rest(const struct iodma_view *view,
                                    bool from_client)
{
    uint64_t filled = from_client ? view->length : 0;

    if (view->rung == IODMA_WHOLE)
        return clear(view, view->buffer + filled,
                     iodma_view_buffer_size(view) - filled);
    if (view->rung == IODMA_EDGES && !view->mapper)
        return each_piece(view, all_of(view), IODMA_SYNC_BOUNCED, piece_clear);
    return clear_pages(view, from_client);
}

static enum iodma_status piece_clean(const struct iodma_view *view,
                                     const struct iodma_piece *piece)
{
    return clean(view, piece->storage, piece->length);
}

static enum iodma_status piece_flush(const struct iodma_view *view,
                                     const struct iodma_piece *piece)
{
    return flush(view, piece->storage, piece->length);
}

/* Copied, if it is bounced, then clean. */
static enum iodma_status piece_out_clean(const struct iodma_view *view,
                                         const struct iodma_piece *piece)
{
    enum iodma_status status =
        bounced(piece) ? piece_out(view, piece) : IODMA_OK;

    return status == IODMA_OK ? piece_clean(view, piece) : status;
}

/* Hand part of the window to the device in one pass. */
static enum iodma_status give(const struct iodma_view *view, struct part part,
                              bool copied, uint32_t cleaned)
{
    uint32_t copies = copied ? if_bounced(view) : 0;
    uint32_t cleans = if_cached(view, cleaned);
    piece_function function = piece_out_clean;
    enum iodma_status status;

    if (copies == 0)
        function = piece_clean;
    else if (cleans == 0)
        function = piece_out;
    status = each_piece(view, part, copies | cleans, function);
    hal_publish(view->bus->hal);
    return status;
}

enum iodma_status iodma_sync_fill(const struct iodma_view *view,
                                  bool from_client, uint32_t cleaned)
{
    enum iodma_status status = IODMA_OK;

    if (view->rung != IODMA_DIRECT)
        status = clear_rest(view, from_client);
    return status == IODMA_OK ? give(view, all_of(view), from_client, cleaned)
                              : status;
}

enum iodma_status iodma_sync_copy_out(const struct iodma_view *view)
{
    return give(view, all_of(view), true, IODMA_SYNC_BOUNCED);
}

enum iodma_status iodma_sync_for_cpu(const struct iodma_view *view,
                                     uint32_t what)
{
    hal_observe(view->bus->hal);
    return each_piece(view, all_of(view), if_cached(view, what), piece_flush);
}

/* Does the device find bytes [from, to) of the window in a cache line? */
static bool in_line(const struct iodma_view *view, uint64_t from, uint64_t to,
                    uint64_t line)
{
    uint64_t last = line + (view->bus->hal->cache->largest_line - 1);
    uint64_t rest = to - from;
    struct iodma_piece piece;
    struct iodma_walk walk;

    iodma_view_begin(view, from, &walk);
    while (rest != 0 &&
           iodma_view_piece(view, &walk, rest, &piece) == IODMA_OK) {
        if (piece.storage <= last && line <= piece.storage + (piece.length - 1))
            return true;
        rest -= piece.length;
    }
    return false;
}

/* Does it find other bytes than a part's in the line of this one? */
static bool is_shared(const struct iodma_view *view, struct part part,
                      uint64_t address)
{
    uint64_t line =
        address - modulo32(address, view->bus->hal->cache->largest_line);

    return in_line(view, 0, part.offset, line) ||
           in_line(view, part.offset + part.length, view->length, line);
}

/* ... in the lines at the ends of these? */
static bool shares_ends(const struct iodma_view *view, struct part part,
                        uint64_t address, uint64_t length)
{
    uint32_t line = view->bus->hal->cache->largest_line;
    uint64_t end = address + length;

    return iodma_view_maintains(view, address) &&
           ((modulo32(address, line) != 0 && is_shared(view, part, address)) ||
            (modulo32(end, line) != 0 && is_shared(view, part, end - 1)));
}

bool iodma_sync_splits_line(const struct iodma_view *view, uint64_t offset,
                            uint64_t length)
{
    struct part part = { offset, length };
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (!view->bus->hal->cache || view->coherent || !iodma_view_inbound(view))
        return false;
    iodma_view_begin(view, offset, &walk);
    while (length != 0 &&
           iodma_view_piece(view, &walk, length, &piece) == IODMA_OK) {
        if (shares_ends(view, part, piece.storage, piece.length))
            return true;
        length -= piece.length;
    }
    return false;
}

enum iodma_status iodma_sync_part_out(const struct iodma_view *view,
                                      uint64_t offset, uint64_t length)
{
    struct part part = { offset, length };
    enum iodma_status status =
        each_piece(view, part, if_bounced(view), piece_can_copy);

    return status == IODMA_OK ? give(view, part, true, IODMA_SYNC_ALL) : status;
}

enum iodma_status iodma_sync_part_in(const struct iodma_view *view,
                                     uint64_t offset, uint64_t length)
{
    struct part part = { offset, length };
    uint32_t copied = if_bounced(view);
    enum iodma_status status = each_piece(view, part, copied, piece_can_copy);

    hal_observe(view->bus->hal);
    if (status == IODMA_OK)
        status = each_piece(view, part, if_cached(view, IODMA_SYNC_ALL),
                            piece_flush);
    return status == IODMA_OK ? each_piece(view, part, copied, piece_in)
                              : status;
}

enum iodma_status iodma_sync_read(const struct iodma_view *view,
                                  const struct iodma_piece *piece, void *bytes)
{
    enum iodma_status status;

    hal_observe(view->bus->hal);
    status = piece_flush(view, piece);
    return status == IODMA_OK ? iodma_access_read(view->bus, bytes,
                                                  piece->storage, piece->length)
                              : status;
}

enum iodma_status iodma_sync_write(const struct iodma_view *view,
                                   const struct iodma_piece *piece,
                                   const void *bytes)
{
    enum iodma_status status =
        iodma_access_write(view->bus, piece->storage, bytes, piece->length);

    if (status == IODMA_OK)
        status = piece_clean(view, piece);
    hal_publish(view->bus->hal);
    return status;
}
