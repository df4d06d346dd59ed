/* SPDX-License-Identifier: MIT */
#include "sync.h"

#include "../hal/bits.h"
#include "access.h"
#include "cache.h"
#include "piece.h"
#include "plan.h"
#include "refuse.h"
#include "shortcuts.h"

/* At once ----------------------------------------------------------------- */

/* May lines be found by the ranges alone? (plan->direct_lines) Some have to be
   maintained: a region that has all of them is cached. */
static bool has_direct_lines(const struct iodma_plan *plan)
{
    const struct iodma_memory *memory = plan->window->memory;
    const struct iodma_summary *summary = &memory->summary;
    const struct hal_region *region;

    if (plan->unmaintained || plan->path == IODMA_PATH_RUNS ||
        (plan->path == IODMA_PATH_FLAT && !iodma_memory_is_one_range(memory)))
        return false;
    region = iodma_bus_region(plan->window->bus, summary->lowest);
    return region && !region->window && summary->highest <= region->last;
}

/* May bytes and lines be found by ranges and loans, without a look at what they
   lie in? (plan->named_bytes, _lines) */
static void look_at_memory(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;
    const struct iodma_summary *summary = &window->memory->summary;
    const struct hal_aperture *aperture;
    const struct hal_region *client =
        iodma_access_named(bus, summary->lowest, summary->highest);
    const struct hal_region *storage =
        plan->loans
            ? iodma_access_named(bus, bus->bounce->first, bus->bounce->last)
            : client;

    if (window->memory->kind > IODMA_KIND_BUFFER || !client || !storage)
        return;
    plan->named_bytes = storage->writable;
    if (!bus->caching)
        return;
    aperture = iodma_window_aperture(window, summary->lowest);
    plan->named_lines =
        iodma_window_unsnooped(window, aperture) &&
        summary->highest <= aperture->last &&
        (!plan->loans || iodma_window_unsnooped(window, bus->lent_in)) &&
        client->cached != HAL_UNCACHED && storage->cached != HAL_UNCACHED;
}

/* Find that out. */
static inline void look_for_shortcuts(struct iodma_plan *plan)
{
    plan->direct_lines = !plan->loans && has_direct_lines(plan);
    if (!plan->direct_lines)
        look_at_memory(plan);
}

/* Are lines in one stretch, and no more, to be maintained? */
static inline bool is_stretch(const struct iodma_plan *plan, uint32_t what)
{
    return IODMA_SHORTCUTS && plan->direct_lines &&
           plan->window->memory->count == 1 && (what & IODMA_SYNC_DIRECT) != 0;
}

/* A sweep of them. */
static inline enum iodma_status maintain_stretch(const struct iodma_plan *plan,
                                                 hal_address from,
                                                 hal_address to, bool drop)
{
    const struct iodma_window *window = plan->window;
    const struct hal_cache *cache = window->bus->hal->cache;
    hal_address address = iodma_window_start(window) + from;

    (drop ? cache->ops->clean_invalidate : cache->ops->clean)(
        cache, (void *)(uintptr_t)address, address, (size_t)(to - from));
    return iodma_bus_finish(cache, &window->reason);
}

static enum iodma_status show_stretch(const struct iodma_plan *plan,
                                      hal_address from, hal_address to)
{
    enum iodma_status status = maintain_stretch(plan, from, to, false);

    hal_publish(plan->window->bus->hal);
    return status;
}

static enum iodma_status see_stretch(const struct iodma_plan *plan,
                                     hal_address from, hal_address to)
{
    hal_observe(plan->window->bus->hal);
    return maintain_stretch(plan, from, to, true);
}

/* Step by step ------------------------------------------------------------ */

/* Who maintains the lines of a window; NULL: nobody has to. */
static inline const struct iodma_caching *
caching_of(const struct iodma_plan *plan)
{
    return plan->unmaintained ? NULL : plan->window->bus->caching;
}

/* Copy the bounced bytes of part of the window, if that is asked for, in its
   direction; or IODMA_COPY_TRY. (In line: out of line it pushes registers that
   would lie under all of the copy.) */
static inline __attribute__((always_inline)) enum iodma_status
copy(const struct iodma_plan *plan, uint32_t what, hal_address from,
     hal_address to)
{
    return plan->loans && (what & IODMA_SYNC_COPY) != 0
               ? plan->window->bus->bouncing->copy(plan, what, from, to)
               : IODMA_OK;
}

/* A whole sweep, if there is anything to maintain. */
static enum iodma_status maintain(const struct iodma_plan *plan, uint32_t what,
                                  hal_address from, hal_address to)
{
    const struct iodma_caching *caching = caching_of(plan);

    if (IODMA_SHORTCUTS &&
        (from == to || (what & (IODMA_SYNC_LINES | IODMA_SYNC_BEGUN)) == 0))
        return IODMA_OK;
    return caching ? caching->maintain(plan, what, from, to) : IODMA_OK;
}

/* Let the device see part of the window ... */
static inline __attribute__((always_inline)) enum iodma_status
show(const struct iodma_plan *plan, uint32_t what, hal_address from,
     hal_address to)
{
    enum iodma_status status = maintain(plan, what, from, to);

    hal_publish(plan->window->bus->hal);
    return status;
}

/* ... or see what it wrote. */
static inline __attribute__((always_inline)) enum iodma_status
see(const struct iodma_plan *plan, uint32_t what, hal_address from,
    hal_address to)
{
    hal_observe(plan->window->bus->hal);
    return maintain(plan, what, from, to);
}

/* The order of all (rule E4). What is returned went wrong last, as the record
   is of that. */
static enum iodma_status change_hands(const struct iodma_plan *plan,
                                      uint32_t what, hal_address from,
                                      hal_address to)
{
    enum iodma_status status = (what & IODMA_IN) != 0
                                   ? see(plan, what, from, to)
                                   : copy(plan, what, from, to);
    enum iodma_status next;

    if (status != IODMA_OK && (what & IODMA_SYNC_ONLY_IF) != 0)
        return status;
    next = (what & IODMA_IN) != 0 ? copy(plan, what, from, to)
                                  : show(plan, what, from, to);
    return next != IODMA_OK ? next : status;
}

/* Of a plan that has loans, which the device is to see for the first time. */
static IODMA_SHORTCUT_APART enum iodma_status
fill_loans(struct iodma_plan *plan, uint32_t what)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    enum iodma_status next;

    if (plan->loans) {
        status = window->bus->bouncing->clear(plan, &what);
        plan->filled = (what & IODMA_SYNC_COPY) != 0;
    }
    next = change_hands(plan, what | IODMA_OUT, 0, window->length);
    return next != IODMA_OK ? next : status;
}

static enum iodma_status fill(struct iodma_plan *plan, uint32_t what)
{
    hal_address length = plan->window->length;

    if (IODMA_SHORTCUTS)
        look_for_shortcuts(plan);
    if (is_stretch(plan, what))
        return show_stretch(plan, 0, length);
    return IODMA_SHORTCUTS && !plan->loans ? show(plan, what, 0, length)
                                           : fill_loans(plan, what);
}

static enum iodma_status take_back(struct iodma_plan *plan, uint32_t what)
{
    hal_address length = plan->window->length;

    if (is_stretch(plan, what))
        return see_stretch(plan, 0, length);
    what |= IODMA_IN;
    return IODMA_SHORTCUTS && !plan->loans
               ? see(plan, what, 0, length)
               : change_hands(plan, what, 0, length);
}

const struct iodma_sync iodma_sync = {
    .fill = fill,
    .take_back = take_back,
};

enum iodma_status iodma_sync_can_copy(const struct iodma_plan *plan,
                                      uint32_t direction)
{
    return copy(plan, direction | IODMA_SYNC_COPY | IODMA_COPY_TRY, 0,
                plan->window->length);
}

/* Are all ranges of a window that goes as it lies made of whole lines, and this
   part of it as well? */
static inline bool is_even(const struct iodma_plan *plan, hal_address from,
                           hal_address to)
{
    const struct iodma_window *window = plan->window;

    return IODMA_SHORTCUTS && !plan->loans &&
           modulo32(iodma_window_shape(window) | from | to,
                    window->bus->line) == 0;
}

enum iodma_status iodma_sync_own_lines(const struct iodma_plan *plan,
                                       hal_address from, hal_address to)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_caching *caching = caching_of(plan);
    hal_address torn;

    if (!caching || !iodma_window_inbound(window) || is_even(plan, from, to))
        return IODMA_OK;
    torn = caching->tears(plan, from, to);
    if (torn == HAL_ADDRESS_MAX)
        return IODMA_OK;
    (void)iodma_refuse_values(window->reason, IODMA_NOT_ALIGNED,
                              IODMA_RULE_LINE, window->bus->line, 0);
    iodma_refuse_at(window->reason, IODMA_PLACE_OFFSET, torn);
    return IODMA_NOT_ALIGNED;
}

/* See iodma_sync_part(). Whoever has a ring in one buffer does not come here.
 */
static IODMA_SHORTCUT_APART enum iodma_status
sync_part(const struct iodma_plan *plan, hal_address from, hal_address to,
          uint32_t what)
{
    enum iodma_status status = iodma_sync_own_lines(plan, from, to);

    if (status == IODMA_OK)
        status = copy(plan, what | IODMA_COPY_TRY, from, to);
    return status == IODMA_OK
               ? change_hands(plan, what | IODMA_SYNC_ONLY_IF, from, to)
               : status;
}

enum iodma_status iodma_sync_part(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t what)
{
    if (!is_stretch(plan, IODMA_SYNC_LINES) || from == to ||
        !is_even(plan, from, to))
        return sync_part(plan, from, to, what);
    return (what & IODMA_IN) != 0 ? see_stretch(plan, from, to)
                                  : show_stretch(plan, from, to);
}

hal_address iodma_sync_move(const struct iodma_plan *plan, hal_address from,
                            hal_address to, uint8_t *bytes, bool write)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status =
        write ? iodma_sync_own_lines(plan, from, to)
              : change_hands(plan, IODMA_IN | IODMA_SYNC_LINES, from, to);
    hal_address done = 0;
    struct iodma_piece piece;
    struct iodma_place place;

    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK && iodma_piece_next(plan, &place, to, &piece)) {
        status = iodma_access(
            window->bus, piece.storage, &piece.length, bytes + done,
            write ? IODMA_ACCESS_WRITE : IODMA_ACCESS_READ, window->reason);
        done += piece.length;
    }
    if (write && change_hands(plan, IODMA_OUT | IODMA_SYNC_LINES, from,
                              from + done) != IODMA_OK)
        return 0; /* nobody knows what the device finds */
    return done;
}
