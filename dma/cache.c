/* SPDX-License-Identifier: MIT */
#include "dma/cache.h"

#include "dma/access.h"
#include "dma/piece.h"
#include "dma/refuse.h"
#include "dma/sync.h"
#include "hal/bits.h"

/* Lines ------------------------------------------------------------------- */

/* Has a buffer of the descriptor all of a line in its capacity? */
static bool in_capacity(const struct iodma_memory *memory, hal_address line,
                        uint32_t size)
{
    struct iodma_walk walk;

    if (!memory->whole || memory->kind == IODMA_KIND_RANGES)
        return false;
    for (hal_address offset = 0; offset != memory->length; offset = walk.end) {
        const struct iodma_range *own;

        (void)iodma_walk_begin(&walk, memory, offset);
        own = &walk.leaf->buffer;
        if (walk.leaf->kind == IODMA_KIND_BUFFER && walk.whole &&
            range_holds(own->address, own->length, line) &&
            size <= own->length - (line - own->address))
            return true;
    }
    return false;
}

/* An end of an extent: its byte, and the border next to it. */
static bool gives_up(const struct iodma_window *window, hal_address byte,
                     hal_address border)
{
    uint32_t size = window->bus->line;
    const struct hal_aperture *aperture;

    if (modulo32(border, size) == 0)
        return false;
    aperture = iodma_window_aperture(window, byte);
    return aperture && iodma_window_maintains(window, byte, 1, aperture) &&
           !in_capacity(window->memory, round_down(byte, size), size);
}

/* Does the device find bytes [from, to) of the window in a line? */
static bool in_line(const struct iodma_plan *plan, hal_address from,
                    hal_address to, hal_address line)
{
    hal_address last = line + (plan->window->bus->line - 1);
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place,
                            to - iodma_piece_position(plan, &place), &piece)) {
        if (piece.storage <= last && line <= piece.storage + (piece.length - 1))
            return true;
    }
    return false;
}

/* Does an end of a piece of [from, to) lie in a line that others of the window
   are in? The same two as above. */
static bool tears_line(const struct iodma_plan *plan, hal_address from,
                       hal_address to, hal_address byte, hal_address border)
{
    const struct iodma_window *window = plan->window;
    uint32_t size = window->bus->line;
    hal_address line = round_down(byte, size);

    return modulo32(border, size) != 0 &&
           iodma_window_maintains(window, byte, 1,
                                  iodma_window_aperture(window, byte)) &&
           (in_line(plan, 0, from, line) ||
            in_line(plan, to, window->length, line));
}

static bool tears(const struct iodma_plan *plan, hal_address from,
                  hal_address to)
{
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place,
                            to - iodma_piece_position(plan, &place), &piece)) {
        hal_address end = piece.storage + piece.length;
        hal_address behind = iodma_piece_position(plan, &place);
        bool lent = piece.storage != piece.client;

        /* In a line of a loan the window's bytes are next to each other. */
        if (((!lent || behind - piece.length == from) &&
             tears_line(plan, from, to, piece.storage, piece.storage)) ||
            ((!lent || behind == to) &&
             tears_line(plan, from, to, end - 1, end)))
            return true;
    }
    return false;
}

/* Maintenance ------------------------------------------------------------- */

static enum iodma_status maintain_piece(const struct iodma_window *window,
                                        const struct iodma_piece *piece,
                                        bool drop)
{
    if (!iodma_window_unsnooped(window, piece->aperture))
        return IODMA_OK;
    return iodma_access(window->bus, piece->storage, piece->length, NULL,
                        drop ? IODMA_ACCESS_DROP : IODMA_ACCESS_CLEAN,
                        window->reason);
}

static enum iodma_status maintain(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t what, bool drop)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct iodma_piece piece;
    struct iodma_place place;

    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK &&
           iodma_piece_next(plan, &place,
                            to - iodma_piece_position(plan, &place), &piece)) {
        uint32_t kind = piece.storage == piece.client ? IODMA_SYNC_DIRECT
                                                      : IODMA_SYNC_BOUNCED;

        if ((what & kind) != 0)
            status = maintain_piece(window, &piece, drop);
    }
    return status;
}

static const struct iodma_caching caching = { gives_up, maintain, tears };

enum iodma_status iodma_bus_cache(struct iodma_bus *bus)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!bus->hal->cache)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_HOOK, IODMA_HOOK_CACHE, 0);
    bus->caching = &caching;
    return IODMA_OK;
}
