/* SPDX-License-Identifier: MIT */
/*
 * The rungs above *direct*: which bytes of a window are bounced. Decided in one
 * pass over its extents, loans taken on the way (dma/loans.h); then the whole
 * list is judged.
 */
#include "../hal/bits.h"
#include "cache.h"
#include "loans.h"
#include "map.h"
#include "plan.h"
#include "refuse.h"
#include "sync.h"
#include "walk.h"

/* Split ------------------------------------------------------------------- */

/* Who splits a window. */
struct splitter {
    struct iodma_borrower borrower;
    bool least; /* IODMA_LEAST_BOUNCE */
};

/* The ends of an extent that are bounced as far as their block goes, whatever
   is between. */
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
static bool reached(const struct splitter *splitter,
                    const struct iodma_extent *extent, hal_address at,
                    hal_address *length)
{
    const struct iodma_window *window = splitter->borrower.window;
    uint32_t block =
        splitter->least ? splitter->borrower.g : splitter->borrower.u;
    hal_address address = extent->address + at;
    hal_address last = extent->address + (extent->length - 1);
    hal_address start = address;
    const struct hal_aperture *aperture;
    hal_address edge; /* what is behind it is another matter */

    /* A unit that is gathered has no bytes but the window's. */
    if (!splitter->least) {
        start = round_down(start, block);
        last |= block - 1;
    }
    aperture = iodma_window_aperture(window, start);
    if (aperture) {
        hal_address most = iodma_loans_reach(window, aperture);
        hal_address end;

        if (most >= last)
            return true;
        end = round_down(most + 1, block);
        if (end > address) {
            *length = smaller(*length, end - address);
            return true;
        }
        edge = aperture->last;
    } else {
        edge = iodma_bus_gap(window->bus, start);
    }
    edge |= block - 1;
    *length = smaller(*length - 1, edge - address) + 1;
    return false;
}

/* More bytes are bounced: they go on where the last ones ended, or begin
   anew. */
static void bounce(struct iodma_borrower *borrower, hal_address position,
                   hal_address length)
{
    if (borrower->length == 0)
        borrower->position = position;
    borrower->length += length;
}

static enum iodma_status split_extent(struct splitter *splitter,
                                      hal_address position,
                                      const struct iodma_extent *extent)
{
    struct iodma_borrower *borrower = &splitter->borrower;
    uint32_t ends = ends_of(splitter, position, extent);
    uint32_t g = borrower->g;
    enum iodma_status status = IODMA_OK;
    hal_address end = extent->length;
    hal_address at = 0;

    if (modulo32(borrower->origin + position - extent->address, g) != 0)
        at = end; /* it has no unit at all */
    else if ((ends & IODMA_HEAD) != 0)
        at = smaller(end, lack32(extent->address, g));
    if ((ends & IODMA_TAIL) != 0)
        end -= smaller(end - at, modulo32(extent->address + end, g));

    bounce(borrower, position, at);
    while (at != end && status == IODMA_OK) {
        hal_address length = end - at;

        if (reached(splitter, extent, at, &length))
            status = iodma_loans_borrow(borrower);
        else
            bounce(borrower, position + at, length);
        at += length;
    }
    bounce(borrower, position + end, extent->length - end);
    /* A loan ends with its extent, but what is gathered goes on. */
    return status == IODMA_OK && !splitter->least ? iodma_loans_borrow(borrower)
                                                  : status;
}

/* Out of line: what it has on the stack is gone when the list is judged. */
static __attribute__((noinline)) enum iodma_status
split_all(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct iodma_extent extent = { .length = 0 };
    struct splitter splitter;
    enum iodma_status status = IODMA_OK;
    hal_address position = 0;
    struct iodma_walk walk;

    iodma_loans_begin(&splitter.borrower, plan);
    splitter.least = (window->mapping & IODMA_LEAST_BOUNCE) != 0;
    (void)iodma_walk_begin(&walk, window->memory, window->offset);
    while (status == IODMA_OK && position != window->length &&
           iodma_walk_next(&walk, window->length - position, &extent) ==
               IODMA_OK) {
        if (position == 0 || !splitter.least)
            splitter.borrower.origin = extent.address - position;
        status = split_extent(&splitter, position, &extent);
        position += extent.length;
    }
    return status == IODMA_OK ? iodma_loans_borrow(&splitter.borrower) : status;
}

/* Is any list legal whose bytes are reached? */
static bool asks_for_nothing(const struct iodma_limits *limits)
{
    return limits->alignment == 0 && limits->max_segments == UINT32_MAX;
}

/* Where nothing is bounced it is rung *direct* again, which would not do. */
static enum iodma_status split(struct iodma_plan *plan)
{
    enum iodma_status status;

    plan->path = IODMA_PATH_RUNS;
    plan->origin = 0;
    status = split_all(plan);
    if (status == IODMA_OK && !plan->loans)
        status = IODMA_NOT_ALIGNED;
    if (status == IODMA_OK && !asks_for_nothing(&plan->window->limits))
        status = iodma_plan_judge(plan, NULL);
    if (status != IODMA_OK)
        (void)iodma_loans_give_back(plan);
    return status;
}

/* Whole ------------------------------------------------------------------- */

static enum iodma_status whole(struct iodma_plan *plan, uint32_t phase)
{
    enum iodma_status status = iodma_plan_judge_whole(plan, NULL);

    if (status == IODMA_OK)
        status = iodma_loans_borrow_whole(plan, phase);
    if (status == IODMA_OK)
        status = iodma_plan_judge(plan, NULL);
    if (status != IODMA_OK)
        (void)iodma_loans_give_back(plan);
    return status;
}

/* Without a lower rung. */
static enum iodma_status force(struct iodma_plan *plan, uint32_t phase)
{
    enum iodma_status status = iodma_loans_usable(plan->window);

    return status == IODMA_OK ? whole(plan, phase) : status;
}

static enum iodma_status climb(struct iodma_plan *plan)
{
    enum iodma_status lower = iodma_loans_usable(plan->window);
    enum iodma_status higher;

    if (lower != IODMA_OK)
        return lower;
    lower = split(plan);
    if (lower == IODMA_OK)
        return lower;
    higher = whole(plan, 0);
    return higher == IODMA_OK ? higher : iodma_plan_refuse(plan, lower, higher);
}

/* Lending ----------------------------------------------------------------- */

static const struct iodma_bouncing bouncing = {
    .climb = climb,
    .whole = force,
    .clear = iodma_loans_clear,
    .copy = iodma_loans_copy,
    .take = iodma_loans_take,
    .join = iodma_loans_join,
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
    bus->bouncing = &bouncing;
    bus->sync = &iodma_sync;
    return IODMA_OK;
}
