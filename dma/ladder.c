/* SPDX-License-Identifier: MIT */
/* The rungs above *direct*: which bytes are bounced. (dma/plan.h) */
#include "plan.h"

#include "../hal/bits.h"
#include "cache.h"
#include "loans.h"
#include "piece.h"
#include "refuse.h"
#include "shortcuts.h"
#include "sync.h"

static bool gathers(const struct iodma_window *window)
{
    return (window->mapping & IODMA_LEAST_BOUNCE) != 0;
}

/* The ends of a piece that are bounced as far as their block of g goes,
   whatever is between. */
static uint32_t ends_of(const struct iodma_window *window,
                        const struct iodma_place *place, hal_address position,
                        const struct iodma_piece *piece)
{
    const struct iodma_caching *caching = window->bus->caching;
    uint32_t ends = caching ? caching->gives_up(window, piece->storage,
                                                piece->length, place->aperture)
                            : 0;

    if (gathers(window) && position != 0)
        ends |= IODMA_HEAD;
    if (gathers(window) && position + piece->length != window->length)
        ends |= IODMA_TAIL;
    return ends;
}

/* Find what of a piece, of which the first byte at least is reached, is in
   blocks that lie in its aperture and that the device reaches, up to `last`,
   both as a whole; of what is gathered, what is reached. Returns how many bytes
   are before that; HAL_ADDRESS_MAX: there is none. */
static hal_address reach(const struct iodma_window *window,
                         const struct hal_aperture *aperture, hal_address last,
                         uint32_t u, struct iodma_piece *piece)
{
    uint32_t block = gathers(window) ? 1 : u;
    hal_address lost = modulo32(last + 1, block);
    hal_address before = piece->storage - aperture->first;

    if (last - piece->storage < lost)
        return HAL_ADDRESS_MAX;
    piece->length =
        smaller(piece->length - 1, last - lost - piece->storage) + 1;
    lost = lack32(aperture->first, block);
    return before < lost ? lost - before : 0;
}

/* Out of line: what it has on the stack is gone when the list is judged. */
static __attribute__((noinline)) enum iodma_status
split(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct hal_aperture *aperture = NULL;
    hal_address last = 0; /* of it, that is reached */
    struct iodma_borrower borrower;
    struct iodma_place place;
    struct iodma_piece piece;

    if (IODMA_SHORTCUTS) { /* a decision at once may have left another way */
        plan->path = IODMA_PATH_RUNS;
        plan->origin = 0;
    }
    iodma_loans_begin(&borrower, plan);
    borrower.keeps = 0;
    iodma_piece_seek(plan, &place, 0);
    while (iodma_piece_next(plan, &place, window->length, &piece)) {
        hal_address position =
            place.walk.offset - window->offset - piece.length;
        hal_address keeps = piece.storage - position;
        hal_address head;
        hal_address tail;
        uint32_t ends;

        /* A loan ends with its extent; within one the difference stays. */
        if (keeps != borrower.keeps && (!gathers(window) || position == 0)) {
            if (iodma_loans_borrow(&borrower, position) != IODMA_OK)
                return IODMA_NO_RESOURCES;
            borrower.keeps = keeps;
        }
        if (!place.aperture)
            continue;
        if (!IODMA_SHORTCUTS || place.aperture != aperture) {
            aperture = place.aperture;
            last = iodma_window_reach(window, aperture);
        }
        if (last == 0 || last < piece.storage ||
            modulo32(keeps - borrower.keeps, borrower.g) != 0)
            continue;
        head = reach(window, aperture, last, borrower.u, &piece);
        if (head >= piece.length)
            continue;
        ends = ends_of(window, &place, position, &piece);
        tail = (ends & IODMA_TAIL) != 0
                   ? modulo32(piece.storage + piece.length, borrower.g)
                   : 0;
        if ((ends & IODMA_HEAD) != 0 && head == 0)
            head = lack32(piece.storage, borrower.g);
        if (head + tail < piece.length) {
            if (iodma_loans_borrow(&borrower, position + head) != IODMA_OK)
                return IODMA_NO_RESOURCES;
            borrower.position = position + piece.length - tail;
        }
    }
    return iodma_loans_borrow(&borrower, window->length);
}

/* Is any list legal whose bytes are reached? (Where a mapper shows it, that is
   said of its IOVA, which nobody has looked at.) */
static bool asks_for_nothing(const struct iodma_window *window)
{
    const struct iodma_limits *limits = &window->limits;

    return limits->alignment == 0 && limits->max_segments == UINT32_MAX &&
           (!window->mapper || limits->unreached == 0);
}

/* Is the list of what is bounced legal? */
static enum iodma_status judge(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;

    if (IODMA_SHORTCUTS && !plan->loans)
        return IODMA_NOT_ALIGNED; /* it is the direct one */
    if (IODMA_SHORTCUTS && !window->mapper &&
        plan->loans->length == window->length) {
        plan->path = IODMA_PATH_FLAT; /* all of it is on one loan */
        plan->origin =
            plan->loans->storage + iodma_aperture_delta(window->bus->lent_in);
    }
    return IODMA_SHORTCUTS && asks_for_nothing(window)
               ? IODMA_OK
               : iodma_plan_judge(plan, NULL);
}

/* Has what the bus has been lent caches to be maintained? */
static bool lends_lines(const struct iodma_window *window)
{
    const struct hal_bounce *bounce = window->bus->bounce;

    return iodma_window_maintains(window, bounce->first,
                                  bounce->last - bounce->first + 1,
                                  window->bus->lent_in);
}

static enum iodma_status climb(struct iodma_plan *plan, bool whole,
                               uint32_t phase)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status lower = IODMA_OK; /* what *split* says */

    plan->lent_lines = lends_lines(window);
    if (plan->lent_lines && !window->bus->caching)
        return iodma_refuse_cache(window);
    for (;;) {
        enum iodma_status status =
            whole ? iodma_plan_judge_whole(plan, NULL) : split(plan);

        if (whole && status == IODMA_OK)
            status = iodma_loans_borrow_whole(plan, phase);
        if (status == IODMA_OK)
            status = judge(plan);
        if (status == IODMA_OK)
            return status;
        (void)iodma_loans_give_back(plan);
        if (whole)
            return lower == IODMA_NO_RESOURCES ? lower : status;
        lower = status;
        whole = true;
    }
}

static const struct iodma_bouncing bouncing = {
    .climb = climb,
    .clear = iodma_loans_clear,
    .copy = iodma_loans_copy,
    .take = iodma_loans_take,
    .goes_on = iodma_loans_go_on,
    .give_back = iodma_loans_give_back,
};

enum iodma_status iodma_bus_lend(struct iodma_bus *bus,
                                 struct hal_bounce *bounce)
{
    const struct hal_aperture *aperture;

    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!bounce || !bounce->ops)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, BOUNCE));
    if (bounce->granule != bus->granule)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(GRANULE, BOUNCE),
                                   bus->granule, bounce->granule);
    aperture = iodma_bus_aperture(bus, bounce->first, HAL_READ | HAL_WRITE);
    if (!aperture || bounce->last < bounce->first ||
        bounce->last > aperture->last)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(APERTURE, BOUNCE),
                                   HAL_READ | HAL_WRITE,
                                   aperture ? bounce->last : bounce->first);

    bus->bounce = bounce;
    bus->lent_in = aperture;
    bus->bouncing = &bouncing;
    bus->sync = &iodma_sync;
    return IODMA_OK;
}
