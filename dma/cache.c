/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include "../hal/bits.h"
#include "access.h"
#include "piece.h"
#include "refuse.h"
#include "sync.h"

/* Lines ------------------------------------------------------------------- */

/* Has a buffer, of which the descriptor has all, a line in its capacity? */
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
        if (walk.leaf->kind == IODMA_KIND_BUFFER && walk.leaf->whole &&
            walk.end - offset == walk.leaf->length &&
            range_holds(own->address, own->length, line) &&
            size <= own->length - (line - own->address))
            return true;
    }
    return false;
}

/* Does the device use a byte past a cache that has to be maintained? */
static bool is_maintained(const struct iodma_window *window, hal_address byte)
{
    const struct hal_aperture *aperture = iodma_window_aperture(window, byte);

    return aperture && iodma_window_maintains(window, byte, 1, aperture);
}

/* Has the line of a byte of an extent to be given up, if others are in it? */
static bool is_shared(const struct iodma_window *window, hal_address byte)
{
    uint32_t size = window->bus->line;

    return is_maintained(window, byte) &&
           !in_capacity(window->memory, round_down(byte, size), size);
}

static uint32_t gives_up(const struct iodma_window *window, hal_address address,
                         hal_address length)
{
    uint32_t line = window->bus->line;
    hal_address end = address + length;
    uint32_t ends = 0;

    if (modulo32(address, line) != 0 && is_shared(window, address))
        ends = IODMA_HEAD;
    if (modulo32(end, line) != 0 && is_shared(window, end - 1))
        ends |= IODMA_TAIL;
    return ends;
}

/* Who has chosen PATH_FLAT has seen that one aperture shows all of it. */
static bool has_direct_lines(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_summary *summary = &window->memory->summary;
    const struct hal_region *region;

    if (plan->path != IODMA_PATH_FLAT ||
        !iodma_memory_is_one_range(window->memory))
        return false;
    region = iodma_bus_region(window->bus, summary->lowest);
    return region && !region->window && region->cached != HAL_UNCACHED &&
           summary->highest <= region->last;
}

/* Does the device find bytes [from, to) of the window in a line? */
static bool in_line(const struct iodma_plan *plan, hal_address from,
                    hal_address to, hal_address line)
{
    hal_address last = line + (plan->window->bus->line - 1);
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place, to, &piece)) {
        if (piece.storage <= last && line <= piece.storage + (piece.length - 1))
            return true;
    }
    return false;
}

/* Is a byte of [from, to) in a line that others of the window are in? */
static bool tears_line(const struct iodma_plan *plan, hal_address from,
                       hal_address to, hal_address byte)
{
    const struct iodma_window *window = plan->window;
    hal_address line = round_down(byte, window->bus->line);

    return is_maintained(window, byte) &&
           (in_line(plan, 0, from, line) ||
            in_line(plan, to, window->length, line));
}

static bool tears(const struct iodma_plan *plan, hal_address from,
                  hal_address to)
{
    uint32_t line = plan->window->bus->line;
    hal_address position = from;
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place, to, &piece)) {
        hal_address end = piece.storage + piece.length;
        bool first = position == from;

        position += piece.length;
        /* In a line of a loan the window's bytes are next to each other. */
        if (((!piece.lent || first) && modulo32(piece.storage, line) != 0 &&
             tears_line(plan, from, to, piece.storage)) ||
            ((!piece.lent || position == to) && modulo32(end, line) != 0 &&
             tears_line(plan, from, to, end - 1)))
            return true;
    }
    return false;
}

/* Maintenance ------------------------------------------------------------- */

static enum iodma_status maintain_range(const struct iodma_window *window,
                                        const struct hal_segment *range,
                                        bool drop)
{
    return iodma_access(window->bus, range->address, range->length, NULL,
                        drop ? IODMA_ACCESS_DROP : IODMA_ACCESS_CLEAN,
                        window->reason);
}

/* Lines that follow each other are one range: loans side by side, each in lines
   of its own. */
static enum iodma_status maintain(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t what, bool drop)
{
    const struct iodma_window *window = plan->window;
    uint32_t line = window->bus->line;
    struct hal_segment range = { .length = 0 };
    enum iodma_status status = IODMA_OK;
    struct iodma_piece piece;
    struct iodma_place place;

    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK && iodma_piece_next(plan, &place, to, &piece)) {
        uint32_t kind = piece.lent ? IODMA_SYNC_BOUNCED : IODMA_SYNC_DIRECT;
        hal_address end = range.address + range.length;

        if ((what & kind) == 0 ||
            !iodma_window_unsnooped(window, place.aperture))
            continue;
        if (range.length != 0 && piece.lent &&
            round_down(piece.storage, line) == round_up(end, line)) {
            range.length = piece.storage + piece.length - range.address;
            continue;
        }
        if (range.length != 0)
            status = maintain_range(window, &range, drop);
        range.address = piece.storage;
        range.length = piece.length;
    }
    return status == IODMA_OK && range.length != 0
               ? maintain_range(window, &range, drop)
               : status;
}

static const struct iodma_caching caching = {
    gives_up,
    has_direct_lines,
    maintain,
    tears,
};

enum iodma_status iodma_bus_cache(struct iodma_bus *bus)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!bus->hal->cache)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_HOOK, IODMA_HOOK_CACHE, 0);
    bus->caching = &caching;
    bus->sync = &iodma_sync;
    return IODMA_OK;
}
