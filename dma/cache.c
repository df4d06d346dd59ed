/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include "../hal/bits.h"
#include "access.h"
#include "piece.h"
#include "refuse.h"
#include "shortcuts.h"
#include "sync.h"
#include "walk.h"

/* Lines ------------------------------------------------------------------- */

/* Has a buffer, of which the descriptor has all, the line of a byte in its
   capacity? */
static bool in_capacity(const struct iodma_window *window, hal_address byte)
{
    const struct iodma_memory *memory = window->memory;
    uint32_t last = window->bus->line - 1; /* of a line's bytes */
    hal_address line = byte - (byte & last);
    struct iodma_walk walk;

    if (memory->part || memory->kind == IODMA_KIND_RANGES)
        return false;
    for (hal_address offset = 0; offset != memory->length; offset = walk.end) {
        const struct iodma_memory *leaf;

        (void)iodma_walk_begin(&walk, memory, offset);
        leaf = walk.leaf;
        if (leaf->kind == IODMA_KIND_BUFFER && !leaf->part &&
            walk.end - offset == leaf->length &&
            range_holds(leaf->buffer.address, leaf->buffer.length, line) &&
            range_holds(leaf->buffer.address, leaf->buffer.length, line + last))
            return true;
    }
    return false;
}

static uint32_t gives_up(const struct iodma_window *window, hal_address address,
                         hal_address length,
                         const struct hal_aperture *aperture)
{
    uint32_t line = window->bus->line;
    hal_address end = address + length;
    uint32_t ends = 0;

    if (!iodma_window_inbound(window))
        return ends;
    if (modulo32(address, line) != 0 &&
        iodma_window_maintains(window, address, 1, aperture) &&
        !in_capacity(window, address))
        ends = IODMA_HEAD;
    if (modulo32(end, line) != 0 &&
        iodma_window_maintains(window, end - 1, 1, aperture) &&
        !in_capacity(window, end - 1))
        ends |= IODMA_TAIL;
    return ends;
}

/* Does the device find some of a line in what of the window is not [from, to)?
 */
static bool in_rest(const struct iodma_plan *plan, hal_address from,
                    hal_address to, hal_address address)
{
    uint32_t line = plan->window->bus->line;
    hal_address end = from; /* of the rest before the part, or behind it */
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, 0);
    for (;;) {
        if (iodma_piece_next(plan, &place, end, &piece)) {
            if (spans_meet(round_down(address, line), address | (line - 1),
                           piece.storage, piece.storage + (piece.length - 1)))
                return true;
        } else if (end == from) {
            end = plan->window->length;
            iodma_piece_seek(plan, &place, to);
        } else {
            return false;
        }
    }
}

static hal_address tears(const struct iodma_plan *plan, hal_address from,
                         hal_address to)
{
    const struct iodma_window *window = plan->window;
    hal_address position = from;
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place, to, &piece)) {
        hal_address end = piece.storage;

        for (uint32_t tail = 0;; tail = 1) {
            /* In a line of a loan the window's bytes are side by side. */
            if ((!piece.lent || position == from || position == to) &&
                modulo32(end, window->bus->line) != 0 &&
                iodma_window_maintains(window, end - tail, 1, place.aperture) &&
                in_rest(plan, from, to, end))
                return position;
            if (tail != 0)
                break;
            position += piece.length;
            end += piece.length;
        }
    }
    return HAL_ADDRESS_MAX;
}

/* Maintenance ------------------------------------------------------------- */

static void touch(const struct hal_cache *cache,
                  const struct iodma_opening *opening, uint32_t what)
{
    if (opening->region->cached != HAL_UNCACHED)
        ((what & IODMA_ACCESS_DROP) != 0 ? cache->ops->clean_invalidate
                                         : cache->ops->clean)(
            cache, opening->bytes, opening->address, (size_t)opening->length);
}

/* Begin with lines of pointers. */
static inline void begin(const struct hal_cache *cache, hal_address address,
                         hal_address length, uint32_t what)
{
    ((what & IODMA_SYNC_DROP) != 0 ? cache->ops->clean_invalidate
                                   : cache->ops->clean)(
        cache, (void *)(uintptr_t)address, address, (size_t)length);
}

/* The same, if there are any. */
static inline void begin_some(const struct hal_cache *cache,
                              hal_address address, hal_address length,
                              uint32_t what)
{
    if (length != 0)
        begin(cache, address, length, what);
}

/* Begin a sweep by the ranges alone: plan->direct_lines. */
static void begin_ranges(const struct iodma_window *window, hal_address from,
                         hal_address to, uint32_t what)
{
    const struct hal_cache *cache = window->bus->hal->cache;
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, window->memory, window->offset + from);
    iodma_walk_settle(&walk);
    for (hal_address left = to - from; left != 0; walk.range++) {
        hal_address address = walk.range->address + walk.within;
        hal_address length = smaller(walk.range->length - walk.within, left);

        begin(cache, address, length, what);
        walk.within = 0;
        left -= length;
    }
}

/* The same by ranges and loans: plan->named_lines. Loans side by side, each in
   lines of its own, are one range; ranges that do not touch are not, as small
   lines between them may be another's. */
static void begin_mixed(const struct iodma_plan *plan, hal_address from,
                        hal_address to, uint32_t what)
{
    const struct iodma_window *window = plan->window;
    const struct hal_cache *cache = window->bus->hal->cache;
    const struct hal_loan *loan = plan->loans;
    uint32_t line = window->bus->line;
    hal_address first = 0; /* of a range that is to be maintained, ... */
    hal_address end = 0;   /* ... up to here; none is yet              */
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, window->memory, window->offset + from);
    while (loan && loan->position + loan->length <= from)
        loan = loan->next;
    while (from != to) {
        hal_address length = to - from;
        bool lent = loan && loan->position <= from;
        hal_address address;

        if (lent) {
            hal_address into = from - loan->position;

            address = loan->storage + into;
            length = smaller(length, loan->length - into);
            loan = loan->next;
        } else {
            if (loan)
                length = smaller(length, loan->position - from);
            iodma_walk_settle(&walk);
            address = walk.range->address + walk.within;
            length = smaller(length, walk.range->length - walk.within);
        }
        walk.within += length;
        from += length;
        if ((what & (lent ? IODMA_SYNC_BOUNCED : IODMA_SYNC_DIRECT)) == 0)
            continue;
        if (address != end &&
            (!lent || round_down(address, line) != round_up(end, line))) {
            begin_some(cache, first, end - first, what);
            first = address;
        }
        end = address + length;
    }
    begin_some(cache, first, end - first, what);
}

/* What was begun is done; `status` is what it began with. */
static enum iodma_status end(const struct iodma_window *window,
                             enum iodma_status status)
{
    enum iodma_status finished =
        iodma_bus_finish(window->bus->hal->cache, &window->reason);

    return finished != IODMA_OK ? finished : status; /* the record is of it */
}

/* A whole sweep, piece by piece: whatever it is, and if it is anything. */
static enum iodma_status maintain_pieces(const struct iodma_plan *plan,
                                         uint32_t what, hal_address from,
                                         hal_address to)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK && iodma_piece_next(plan, &place, to, &piece)) {
        uint32_t kind = piece.lent ? IODMA_SYNC_BOUNCED : IODMA_SYNC_DIRECT;

        if ((what & kind) != 0 &&
            iodma_window_maintains(window, piece.storage, piece.length,
                                   place.aperture)) {
            status =
                iodma_access(window->bus, piece.storage, &piece.length, NULL,
                             (what & IODMA_SYNC_DROP) != 0 ? IODMA_ACCESS_DROP
                                                           : IODMA_ACCESS_CLEAN,
                             window->reason);
            what |= IODMA_SYNC_BEGUN;
        }
    }
    return (what & IODMA_SYNC_BEGUN) != 0 ? end(window, status) : status;
}

static enum iodma_status maintain(const struct iodma_plan *plan, uint32_t what,
                                  hal_address from, hal_address to)
{
    const struct iodma_window *window = plan->window;

    if (IODMA_SHORTCUTS && plan->direct_lines)
        begin_ranges(window, from, to, what);
    else if (IODMA_SHORTCUTS && plan->named_lines)
        begin_mixed(plan, from, to, what);
    else
        return maintain_pieces(plan, what, from, to);
    return end(window, IODMA_OK);
}

static const struct iodma_caching caching = {
    .touch = touch,
    .gives_up = gives_up,
    .maintain = maintain,
    .tears = tears,
};

enum iodma_status iodma_bus_cache(struct iodma_bus *bus)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!bus->hal->cache)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_FIELD(HOOK, CACHE));

    bus->caching = &caching;
    bus->sync = &iodma_sync;
    return IODMA_OK;
}
