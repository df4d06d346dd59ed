/* SPDX-License-Identifier: MIT */
/*
 * The rungs above *direct*: which bytes of a window are bounced. Decided in one
 * pass over its extents, loans taken on the way (dma/loans.h); then the whole
 * list is judged.
 */
#include "../hal/bits.h"
#include "cache.h"
#include "loans.h"
#include "plan.h"
#include "refuse.h"
#include "shortcuts.h"
#include "sync.h"
#include "walk.h"

/* Split ------------------------------------------------------------------- */

/* Who splits a window. */
struct splitter {
    struct iodma_borrower borrower;
    uint32_t block; /* what goes as it lies, or is bounced, as a whole; bytes */
    bool least;     /* IODMA_LEAST_BOUNCE: blocks of g, gathered              */
    hal_address lost; /* from this address ...                               */
    hal_address last; /* ... to this one nothing is reached, as far as known */
};

/* The ends of an extent that are bounced as far as their block of g goes,
   whatever is between. */
static uint32_t ends_of(const struct splitter *splitter, hal_address position,
                        const struct iodma_extent *extent)
{
    const struct iodma_window *window = splitter->borrower.window;
    const struct iodma_caching *caching = window->bus->caching;
    uint32_t ends = 0;

    if (caching && iodma_window_inbound(window))
        ends = caching->gives_up(window, extent->address, extent->length);
    if (splitter->least && position != 0)
        ends |= IODMA_HEAD;
    if (splitter->least && position + extent->length != window->length)
        ends |= IODMA_TAIL;
    return ends;
}

/* Are bytes of an extent in blocks that lie in one aperture and that the device
   reaches, both as a whole, or as far as the extent has them? *length is cut
   to those for which it is the same. */
static __attribute__((noinline)) bool
reached(struct splitter *splitter, hal_address address, hal_address *length)
{
    const struct iodma_window *window = splitter->borrower.window;
    uint32_t block = splitter->block;
    hal_address more = *length - 1;
    hal_address last = address + more;
    hal_address start = address;
    hal_address lost; /* from here on nothing is reached     */
    const struct hal_aperture *aperture;
    hal_address edge; /* what is behind it is another matter */

    /* A unit that is gathered has no bytes but the window's. */
    if (!splitter->least) {
        start = round_down(start, block);
        last |= block - 1;
    }
    lost = start;
    aperture = iodma_window_aperture(window, start);
    if (aperture) {
        edge = iodma_loans_reach(window, aperture);
        if (edge >= last)
            return true;
        if (edge >= start) /* what ends in this block, before that, is */
            lost = edge + 1;
        edge = round_down(edge + 1, block);
        if (edge > address) {
            *length = smaller(*length, edge - address);
            return true;
        }
        edge = aperture->last;
    } else {
        edge = iodma_bus_gap(window->bus, start);
    }
    edge |= block - 1;
    if (IODMA_SHORTCUTS) {
        splitter->lost = lost;
        splitter->last = edge;
    }
    *length = smaller(more, edge - address) + 1;
    return false;
}

static enum iodma_status split_extent(struct splitter *splitter,
                                      const struct iodma_extent *extent)
{
    struct iodma_borrower *borrower = &splitter->borrower;
    hal_address at = extent->offset - borrower->window->offset;
    hal_address delta = extent->address - at; /* from position to address */
    hal_address behind = at + extent->length;
    hal_address end = behind;
    uint32_t ends = ends_of(splitter, at, extent);
    uint32_t g = borrower->g;
    enum iodma_status status = IODMA_OK;

    if (at == 0 || !splitter->least)
        borrower->keeps = delta;
    if (modulo32(borrower->keeps - delta, g) != 0)
        at = end; /* it has no unit at all */
    else if ((ends & IODMA_HEAD) != 0)
        at += smaller(end - at, lack32(extent->address, g));
    if ((ends & IODMA_TAIL) != 0)
        end -= smaller(end - at, modulo32(end + delta, g));

    while (at != end && status == IODMA_OK) {
        hal_address address = at + delta;
        hal_address length = end - at;

        if ((!IODMA_SHORTCUTS || address < splitter->lost ||
             address + (length - 1) > splitter->last) &&
            reached(splitter, address, &length)) {
            status = iodma_loans_borrow(borrower, at);
            borrower->position += length;
        }
        at += length;
    }
    /* A loan ends with its extent, but what is gathered goes on. */
    return status == IODMA_OK &&
                   (!splitter->least || behind == borrower->window->length)
               ? iodma_loans_borrow(borrower, behind)
               : status;
}

/* Out of line: what it has on the stack is gone when the list is judged. */
static __attribute__((noinline)) enum iodma_status
split_all(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct splitter splitter;
    hal_address end = window->offset + window->length;
    struct iodma_extent extent;
    struct iodma_walk walk;

    iodma_loans_begin(&splitter.borrower, plan);
    if (IODMA_SHORTCUTS) {
        splitter.lost = HAL_ADDRESS_MAX;
        splitter.last = 0;
    }
    splitter.least = (window->mapping & IODMA_LEAST_BOUNCE) != 0;
    splitter.block = splitter.least ? splitter.borrower.g : splitter.borrower.u;
    (void)iodma_walk_begin(&walk, window->memory, window->offset);
    while (status == IODMA_OK && walk.offset != end &&
           iodma_walk_next(&walk, end - walk.offset, &extent) == IODMA_OK)
        status = split_extent(&splitter, &extent);
    return status;
}

/* Is any list legal whose bytes are reached? (Where a mapper shows it, that is
   said of its IOVA, which nobody has looked at.) */
static bool asks_for_nothing(const struct iodma_window *window)
{
    const struct iodma_limits *limits = &window->limits;

    return limits->alignment == 0 && limits->max_segments == UINT32_MAX &&
           (!window->mapper || limits->unreached == 0);
}

/* The rung is taken if its whole list is legal; else nothing is. */
static enum iodma_status settle(struct iodma_plan *plan,
                                enum iodma_status status)
{
    if (status == IODMA_OK)
        status = iodma_plan_judge(plan, NULL);
    if (status != IODMA_OK)
        (void)iodma_loans_give_back(plan);
    return status;
}

/* Where nothing is bounced it is rung *direct* again, which would not do. */
static enum iodma_status split(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status;

    if (IODMA_SHORTCUTS) { /* a decision at once may have left another way */
        plan->path = IODMA_PATH_RUNS;
        plan->origin = 0;
    }
    status = split_all(plan);
    if (status == IODMA_OK && !plan->loans)
        status = IODMA_NOT_ALIGNED;
    if (IODMA_SHORTCUTS && status == IODMA_OK) {
        if (!window->mapper && plan->loans->length == window->length) {
            plan->path = IODMA_PATH_FLAT; /* all of it is on one loan */
            plan->origin = plan->loans->storage +
                           iodma_aperture_delta(window->bus->lent_in);
        }
        if (asks_for_nothing(window))
            return status;
    }
    return settle(plan, status);
}

/* The rungs --------------------------------------------------------------- */

/* May what the bus has been lent be used? Unsupported: it has caches to
   maintain, and nobody does. */
static enum iodma_status usable(const struct iodma_window *window)
{
    return !window->bus->caching && iodma_window_lends_lines(window)
               ? iodma_refuse_cache(window)
               : IODMA_OK;
}

static enum iodma_status climb(struct iodma_plan *plan, bool whole,
                               uint32_t phase)
{
    enum iodma_status status = usable(plan->window);
    enum iodma_status lower = status;

    if (status != IODMA_OK)
        return status;
    if (!whole) {
        lower = split(plan);
        if (lower == IODMA_OK)
            return lower;
    }
    status = iodma_plan_judge_whole(plan, NULL);
    if (status == IODMA_OK)
        status = settle(plan, iodma_loans_borrow_whole(plan, phase));
    return status == IODMA_OK || whole ? status
                                       : iodma_plan_refuse(plan, lower, status);
}

/* Lending ----------------------------------------------------------------- */

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
