/* SPDX-License-Identifier: MIT */
/*
 * The rungs above *direct*: which bytes of a window are bounced. Decided in one
 * pass over its extents, loans taken on the way (dma/loans.h); then the whole
 * list is judged.
 */
#include "dma/cache.h"
#include "dma/loans.h"
#include "dma/map.h"
#include "dma/plan.h"
#include "dma/refuse.h"
#include "dma/walk.h"
#include "hal/bits.h"

/* Split ------------------------------------------------------------------- */

/* The last byte of an aperture that the device reaches, CPU physical. Returns
   false: it reaches none. */
static bool reach_into(const struct iodma_window *window,
                       const struct hal_aperture *aperture, hal_address *most)
{
    hal_address last = iodma_limits_last(&window->limits);

    *most = aperture->last;
    if (window->mapper)
        return true;
    if (last < aperture->bus)
        return false;
    if (last - aperture->bus < aperture->last - aperture->first)
        *most = aperture->first + (last - aperture->bus);
    return true;
}

/* Are the bytes from an address on in blocks that lie in one aperture and that
   the device reaches, both as a whole, or as far as the extent has them?
   *length is cut to those for which it is the same. */
static bool reached(const struct iodma_window *window,
                    const struct iodma_extent *extent, hal_address address,
                    uint32_t block, hal_address *length)
{
    hal_address last = extent->address + (extent->length - 1);
    hal_address start =
        address - smaller(address - extent->address, modulo32(address, block));
    const struct hal_aperture *aperture = iodma_window_aperture(window, start);
    hal_address end; /* of the blocks for which it is the same */
    bool is_reached = false;
    hal_address most;

    if (aperture) {
        end = round_down(aperture->last, block) + block;
        if (reach_into(window, aperture, &most)) {
            if (most >= last)
                return true;
            is_reached = round_down(most + 1, block) > address;
            if (is_reached)
                end = round_down(most + 1, block);
        }
    } else {
        end = round_up(
            start + iodma_bus_gap(window->bus, start, HAL_ADDRESS_MAX - start),
            block);
    }
    *length = smaller(*length, end - address);
    return is_reached;
}

/* Who splits a window. */
struct splitter {
    struct iodma_borrower borrower;
    struct iodma_stretch pending; /* bounced, but not borrowed for yet */
    uint32_t g;
    bool least;        /* IODMA_LEAST_BOUNCE                         */
    hal_address first; /* address that gathered bytes are counted from */
};

static enum iodma_status borrow_pending(struct splitter *splitter)
{
    struct iodma_stretch pending = splitter->pending;

    splitter->pending.length = 0;
    return pending.length != 0
               ? iodma_loans_borrow(&splitter->borrower, &pending)
               : IODMA_OK;
}

/* More bytes are bounced, which go on where the last ones ended or begin
   anew. */
static enum iodma_status bounce(struct splitter *splitter, hal_address position,
                                hal_address address, hal_address length)
{
    struct iodma_stretch *pending = &splitter->pending;
    enum iodma_status status = IODMA_OK;

    if (length == 0)
        return IODMA_OK;
    if (pending->length != 0 &&
        pending->position + pending->length == position) {
        pending->length += length;
        return IODMA_OK;
    }
    status = borrow_pending(splitter);
    pending->position = position;
    pending->length = length;
    pending->phase = splitter->least ? splitter->first + position : address;
    return status;
}

/* The ends of an extent that are bounced whatever is between. */
struct ends {
    hal_address head, tail; /* bytes */
};

static struct ends ends_of(const struct splitter *splitter,
                           hal_address position,
                           const struct iodma_extent *extent)
{
    const struct iodma_window *window = splitter->borrower.plan->window;
    const struct iodma_caching *caching =
        iodma_window_inbound(window) ? window->bus->caching : NULL;
    hal_address start = extent->address;
    hal_address end = start + extent->length;
    uint32_t behind = modulo32(start, splitter->g);
    uint32_t before = modulo32(end, splitter->g);
    struct ends ends = { 0, 0 };
    bool first = splitter->least && position == 0;
    bool last = splitter->least && position + extent->length == window->length;

    if (splitter->least &&
        modulo32(start ^ (splitter->first + position), splitter->g) != 0) {
        ends.head = extent->length; /* it has no unit at all */
        return ends;
    }
    if (behind != 0 && ((splitter->least && !first) ||
                        (caching && caching->gives_up(window, start, start))))
        ends.head = smaller(extent->length, splitter->g - behind);
    if (before != 0 && ((splitter->least && !last) ||
                        (caching && caching->gives_up(window, end - 1, end))))
        ends.tail = smaller(extent->length - ends.head, before);
    return ends;
}

static enum iodma_status split_extent(struct splitter *splitter,
                                      hal_address position,
                                      const struct iodma_extent *extent)
{
    const struct iodma_window *window = splitter->borrower.plan->window;
    uint32_t block = splitter->least ? splitter->g : splitter->borrower.u;
    struct iodma_extent judged = *extent;
    struct ends ends = ends_of(splitter, position, extent);
    hal_address end = extent->length - ends.tail;
    hal_address at = ends.head;
    enum iodma_status status =
        bounce(splitter, position, extent->address, ends.head);

    /* A unit that is gathered has no bytes but the window's. */
    if (!splitter->least) {
        judged.address = round_down(extent->address, block);
        judged.length =
            round_up(extent->address + extent->length, block) - judged.address;
    }
    while (at < end && status == IODMA_OK) {
        hal_address length = end - at;

        if (!reached(window, &judged, extent->address + at, block, &length))
            status =
                bounce(splitter, position + at, extent->address + at, length);
        at += length;
    }
    if (status == IODMA_OK)
        status =
            bounce(splitter, position + end, extent->address + end, ends.tail);
    /* A loan ends with its extent, but what is gathered goes on. */
    return status == IODMA_OK && !splitter->least ? borrow_pending(splitter)
                                                  : status;
}

/* Out of line: what it has on the stack is gone when the list is judged. */
static __attribute__((noinline)) enum iodma_status
split_all(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct iodma_extent extent = { .length = 0 };
    struct splitter splitter = {
        .g = iodma_loans_g(window),
        .least = (window->mapping & IODMA_LEAST_BOUNCE) != 0,
    };
    enum iodma_status status = iodma_loans_begin(&splitter.borrower, plan);
    hal_address position = 0;
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, window->memory, window->offset);
    while (status == IODMA_OK && position != window->length &&
           iodma_walk_next(&walk, window->length - position, &extent) ==
               IODMA_OK) {
        if (position == 0)
            splitter.first = extent.address;
        status = split_extent(&splitter, position, &extent);
        position += extent.length;
    }
    return status == IODMA_OK ? borrow_pending(&splitter) : status;
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

static enum iodma_status whole(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = iodma_plan_judge_whole(plan, NULL);

    if (status != IODMA_OK)
        return status;
    status = iodma_loans_borrow_whole(plan);
    if (status == IODMA_OK) {
        plan->origin = plan->loans->storage +
                       iodma_aperture_delta(
                           iodma_window_aperture(window, plan->loans->storage));
        if (window->mapper)
            plan->origin = modulo32(plan->origin, window->mapper->page_size);
        status = iodma_plan_judge(plan, NULL);
    }
    if (status != IODMA_OK)
        (void)iodma_loans_give_back(plan);
    return status;
}

static enum iodma_status climb(struct iodma_plan *plan)
{
    enum iodma_status lower = split(plan);
    enum iodma_status higher;

    if (lower == IODMA_OK || lower == IODMA_UNSUPPORTED)
        return lower;
    higher = whole(plan);
    return higher == IODMA_OK ? higher : iodma_plan_refuse(plan, lower, higher);
}

/* Lending ----------------------------------------------------------------- */

static const struct iodma_bouncing bouncing = {
    .climb = climb,
    .whole = whole,
    .clear = iodma_loans_clear,
    .copy = iodma_loans_copy,
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
    return IODMA_OK;
}
