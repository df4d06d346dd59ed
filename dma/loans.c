/* SPDX-License-Identifier: MIT */
#include "loans.h"

#include "../hal/bits.h"
#include "access.h"
#include "map.h"
#include "piece.h"
#include "plan.h"
#include "refuse.h"

/* Storage ----------------------------------------------------------------- */

static uint32_t g_of(const struct iodma_window *window)
{
    return larger32(window->bus->line, UINT32_C(1)
                                           << window->limits.align_internal);
}

static uint32_t u_of(const struct iodma_window *window)
{
    return larger32(iodma_plan_granule(window), g_of(window));
}

static uint32_t v_of(const struct iodma_window *window, uint32_t u)
{
    const struct iodma_limits *limits = &window->limits;
    uint32_t v = BIT32(limits->alignment);

    /* No boundary is below an alignment. */
    if (limits->boundary < 32 && BIT32(limits->boundary) < u)
        v = BIT32(limits->boundary);
    return smaller32(larger32(v, larger32(64, window->bus->line)), u);
}

/* All storage lies in one aperture. */
static const struct hal_aperture *aperture_of(const struct iodma_bus *bus)
{
    return iodma_bus_aperture(bus, bus->bounce->first, HAL_READ | HAL_WRITE);
}

/* Behind what the CPU's addresses count blocks of storage: where it is whole
   pages of a mapper that are shown, blocks begin with such on the bus. */
static uint32_t base_of(const struct iodma_window *window)
{
    return window->mapper
               ? lack32(iodma_aperture_delta(aperture_of(window->bus)),
                        window->mapper->page_size)
               : 0;
}

hal_address iodma_loans_reach(const struct iodma_window *window,
                              const struct hal_aperture *aperture)
{
    hal_address last = iodma_limits_last(&window->limits);

    if (window->mapper)
        return aperture->last;
    return last < aperture->bus
               ? 0
               : aperture->first + smaller(last - aperture->bus,
                                           aperture->last - aperture->first);
}

enum iodma_status iodma_loans_usable(const struct iodma_window *window)
{
    const struct iodma_bus *bus = window->bus;
    const struct hal_bounce *bounce = bus->bounce;

    if (!bus->caching &&
        iodma_window_maintains(window, bounce->first,
                               bounce->last - bounce->first + 1,
                               aperture_of(bus)))
        return iodma_refuse_cache(window);
    return IODMA_OK;
}

void iodma_loans_begin(struct iodma_borrower *borrower, struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct hal_aperture *aperture = aperture_of(window->bus);
    uint32_t u = u_of(window);

    borrower->window = window;
    borrower->aperture = aperture;
    borrower->next = &plan->loans;
    borrower->length = 0;
    borrower->free = 0;
    borrower->end = 0;
    borrower->g = g_of(window);
    borrower->u = u;
    borrower->v = v_of(window, u);
    borrower->wish.at_least = u;
    borrower->wish.alignment = u;
    borrower->wish.phase = base_of(window);
    /* Where no phase would do, nothing is within reach. */
    borrower->wish.highest =
        modulo32(borrower->wish.phase, window->bus->granule) == 0
            ? iodma_loans_reach(window, aperture)
            : 0;
}

/* Take storage as it is wished, under the lock. A pool may have it anywhere:
   what does not lie within reach, in the one aperture, is not had. */
static bool take(struct iodma_borrower *borrower)
{
    struct hal_bounce *bounce = borrower->window->bus->bounce;
    hal_address highest = borrower->wish.highest;
    hal_address address;
    hal_address size;

    if (highest == 0 ||
        bounce->ops->take(bounce, &borrower->wish, &address, &size) != IODMA_OK)
        return false;
    borrower->free = address;
    borrower->end = address + size;
    if (borrower->aperture->first <= address && address <= highest &&
        size - 1 <= highest - address)
        return true;
    bounce->ops->give_back(bounce, address, size);
    return false;
}

/* Have storage, `within` bytes behind what is free (in a new block, if it has
   to be opened), stand for the stretch, as far as there is some. */
static enum iodma_status lend(struct iodma_borrower *borrower, uint32_t within,
                              bool open)
{
    const struct iodma_bus *bus = borrower->window->bus;
    uint32_t state = bus->hal->lock->save(bus->hal->lock);
    struct hal_loan *loan = bus->bounce->loans;
    hal_address storage;
    hal_address length;

    if (loan && open && !take(borrower))
        loan = NULL;
    if (loan)
        bus->bounce->loans = loan->next;
    bus->hal->lock->restore(bus->hal->lock, state);
    if (!loan)
        return IODMA_NO_RESOURCES;

    storage = borrower->free + within;
    length = smaller(borrower->length, borrower->end - storage);
    *loan = (struct hal_loan){ NULL, borrower->position, length, storage };
    *borrower->next = loan;
    borrower->next = &loan->next;
    borrower->free = round_up(storage + length, bus->line);
    borrower->position += length;
    borrower->length -= length;
    return IODMA_OK;
}

/* Where a stretch at this address begins in a new block: at its own place, or
   at the first one that would do, if that has it end in the block. */
static uint32_t place_of(const struct iodma_borrower *borrower,
                         hal_address address)
{
    uint32_t own = modulo32(address - borrower->wish.phase, borrower->u);
    uint32_t first = modulo32(own, borrower->v);

    return borrower->length > borrower->u - own &&
                   borrower->length <= borrower->u - first
               ? first
               : own;
}

enum iodma_status iodma_loans_borrow(struct iodma_borrower *borrower)
{
    enum iodma_status status = IODMA_OK;

    while (borrower->length != 0 && status == IODMA_OK) {
        hal_address address = borrower->origin + borrower->position;
        hal_address room = borrower->end - borrower->free;
        uint32_t within = modulo32(address - borrower->free, borrower->v);
        bool open = within >= room || borrower->length > room - within;

        if (open) {
            within = place_of(borrower, address);
            borrower->wish.at_most =
                round_up(within + borrower->length, borrower->u);
        }
        status = lend(borrower, within, open);
    }
    return status;
}

enum iodma_status iodma_loans_borrow_whole(struct iodma_plan *plan,
                                           uint32_t phase)
{
    const struct iodma_window *window = plan->window;
    hal_address size =
        round_up(phase + window->length, iodma_plan_granule(window));
    struct iodma_borrower borrower;
    struct hal_bounce_wish *wish = &borrower.wish;
    enum iodma_status status;
    hal_address alignment;

    iodma_loans_begin(&borrower, plan);
    if (size < window->length)
        return IODMA_NO_RESOURCES;
    alignment = (hal_address)1 << iodma_limits_placement(&window->limits, size);
    if (alignment > wish->alignment)
        wish->alignment = alignment;
    wish->at_least = size;
    wish->at_most = size;
    wish->phase = round_down(
        lack(iodma_aperture_delta(borrower.aperture), wish->alignment),
        window->bus->granule);
    borrower.position = 0;
    borrower.length = window->length;
    status = lend(&borrower, phase, true);
    if (status != IODMA_OK)
        return status;
    plan->whole = true;
    plan->origin =
        plan->loans->storage + iodma_aperture_delta(borrower.aperture);
    if (window->mapper)
        plan->origin = modulo32(plan->origin, window->mapper->page_size);
    return IODMA_OK;
}

hal_address iodma_loans_give_back(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct hal_lock *lock = window->bus->hal->lock;
    struct hal_bounce *bounce = window->bus->bounce;
    uint32_t unit = plan->whole ? iodma_plan_granule(window) : u_of(window);
    uint32_t base = base_of(window);
    struct hal_loan *last = NULL;
    hal_address end = 0; /* of the storage that was given back last */
    hal_address size = 0;
    hal_address all = 0;
    uint32_t state;

    for (struct hal_loan *loan = plan->loans; loan; loan = loan->next) {
        last = loan;
        if (end - loan->storage - 1 < size)
            continue; /* the one before had it */
        end = loan->storage + loan->length;
        end += lack32(end - base, unit);
        size = end - loan->storage;
        size += modulo32(loan->storage - base, unit);
        all += size;
        state = lock->save(lock);
        bounce->ops->give_back(bounce, end - size, size);
        lock->restore(lock, state);
    }
    if (last) {
        state = lock->save(lock);
        last->next = bounce->loans;
        bounce->loans = plan->loans;
        lock->restore(lock, state);
    }
    plan->loans = NULL;
    plan->whole = false;
    return all;
}

/* Pieces ------------------------------------------------------------------ */

void iodma_loans_take(struct iodma_place *place, hal_address position,
                      hal_address to, struct iodma_piece *piece)
{
    const struct hal_loan *loan = place->loan;
    hal_address into = position - loan->position;

    piece->storage = loan->storage + into;
    piece->length = smaller(to - position, loan->length - into);
    if (into + piece->length == loan->length)
        place->loan = loan->next;
    iodma_walk_skip(&place->walk, piece->length);
}

void iodma_loans_join(const struct iodma_plan *plan, struct iodma_place *place,
                      struct iodma_piece *piece, struct hal_segment *run)
{
    const struct hal_aperture *aperture = place->aperture;
    hal_address end = piece->storage + piece->length;

    while (iodma_piece_position(plan, place) != plan->window->length &&
           end - 1 != aperture->last &&
           iodma_piece_storage(plan, place) == end) {
        (void)iodma_piece_next(plan, place, plan->window->length, piece);
        run->length += piece->length;
        end += piece->length;
    }
}

/* Bytes ------------------------------------------------------------------- */

/* Zeros from an address on; maintained. */
struct clearing {
    const struct iodma_window *window;
    hal_address done; /* cleared, or the window's, up to here */
    bool cached;
    enum iodma_status status;
};

static void clear_up_to(struct clearing *clearing, hal_address end)
{
    const struct iodma_window *window = clearing->window;
    hal_address from = clearing->done;

    clearing->done = end;
    if (from == end || clearing->status != IODMA_OK)
        return;
    clearing->status = iodma_access(window->bus, from, end - from, NULL,
                                    IODMA_ACCESS_WRITE, window->reason);
    if (clearing->status == IODMA_OK && clearing->cached)
        clearing->status = iodma_access(window->bus, from, end - from, NULL,
                                        IODMA_ACCESS_CLEAN, window->reason);
}

/* Loan by loan: what is before it, in lines or pages that the device could see,
   and behind the one before; and its own bytes, if not only the rest. */
enum iodma_status iodma_loans_clear(const struct iodma_plan *plan,
                                    bool padding_only)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;
    uint32_t unit = window->mapper ? window->mapper->page_size : bus->line;
    uint32_t base = base_of(window);
    struct clearing clearing = {
        .window = window,
        .cached =
            bus->caching && iodma_window_unsnooped(window, aperture_of(bus)),
    };
    hal_address end = 0; /* of the last line or page that was touched */

    for (const struct hal_loan *loan = plan->loans; loan; loan = loan->next) {
        hal_address storage = loan->storage;

        if (storage - clearing.done >= end - clearing.done) {
            clear_up_to(&clearing, end);
            clearing.done = storage - modulo32(storage - base, unit);
        }
        end = storage + loan->length;
        clear_up_to(&clearing, padding_only ? storage : end);
        clearing.done = end;
        end += lack32(end - base, unit);
    }
    clear_up_to(&clearing, end);
    return clearing.status;
}

enum iodma_status iodma_loans_copy(const struct iodma_plan *plan,
                                   hal_address from, hal_address to,
                                   uint32_t direction, bool really)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;

    iodma_piece_seek(plan, &place, from);
    for (const struct hal_loan *loan = place.loan;
         loan && loan->position < to && status == IODMA_OK; loan = loan->next) {
        hal_address end = smaller(to, loan->position + loan->length);
        struct iodma_extent client;

        if (from < loan->position) {
            iodma_walk_skip(&place.walk, loan->position - from);
            from = loan->position;
        }
        while (from != end && status == IODMA_OK &&
               iodma_walk_next(&place.walk, end - from, &client) == IODMA_OK) {
            hal_address storage = loan->storage + (from - loan->position);
            bool in = direction == IODMA_IN;

            status =
                iodma_access_copy(window->bus, in ? client.address : storage,
                                  in ? storage : client.address, client.length,
                                  really, window->reason);
            from += client.length;
        }
    }
    return status;
}
