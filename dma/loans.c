/* SPDX-License-Identifier: MIT */
#include "dma/loans.h"

#include "dma/access.h"
#include "dma/map.h"
#include "dma/piece.h"
#include "dma/plan.h"
#include "dma/refuse.h"
#include "hal/bits.h"

/* Storage ----------------------------------------------------------------- */

uint32_t iodma_loans_g(const struct iodma_window *window)
{
    return larger32(window->bus->line, UINT32_C(1)
                                           << window->limits.align_internal);
}

static uint32_t u_of(const struct iodma_window *window)
{
    return larger32(iodma_plan_granule(window), iodma_loans_g(window));
}

static uint32_t v_of(const struct iodma_window *window, uint32_t u)
{
    uint8_t strictest = window->limits.alignment;
    uint32_t v;

    if (window->limits.boundary < HAL_ADDRESS_BITS &&
        iodma_limits_mask(window->limits.boundary) < u - 1)
        strictest = window->limits.boundary;
    v = larger32(larger32(64, window->bus->line), UINT32_C(1) << strictest);
    return v < u ? v : u;
}

/* Behind what the CPU's addresses count blocks of storage: where it is whole
   pages of a mapper that are shown, blocks begin with such on the bus. */
static uint32_t base_of(const struct iodma_window *window,
                        const struct hal_aperture *aperture)
{
    return window->mapper ? lack32(iodma_aperture_delta(aperture),
                                   window->mapper->page_size)
                          : 0;
}

/* Look at what the bus has been lent: a loan lies where the master may read and
   write. */
enum iodma_status iodma_loans_begin(struct iodma_borrower *borrower,
                                    struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;
    hal_address last = iodma_limits_last(&window->limits);
    const struct hal_aperture *aperture =
        iodma_bus_aperture(bus, bus->bounce->first, HAL_READ | HAL_WRITE);

    if (!bus->caching &&
        iodma_window_maintains(window, bus->bounce->first,
                               bus->bounce->last - bus->bounce->first + 1,
                               aperture))
        return iodma_refuse_cache(window);
    *borrower = (struct iodma_borrower){
        .plan = plan,
        .aperture = aperture,
        .highest = aperture->last,
        .next = &plan->loans,
        .u = u_of(window),
    };
    borrower->v = v_of(window, borrower->u);
    /* Where nothing will do, nothing is within reach. */
    if (window->mapper) {
        borrower->base = base_of(window, aperture);
        if (modulo32(borrower->base, bus->granule) != 0)
            borrower->highest = 0;
    } else if (last < aperture->bus) {
        borrower->highest = 0;
    } else if (last - aperture->bus < aperture->last - aperture->first) {
        borrower->highest = aperture->first + (last - aperture->bus);
    }
    return IODMA_OK;
}

static void give_storage_back(const struct iodma_bus *bus, hal_address address,
                              hal_address size)
{
    const struct hal_lock *lock = bus->hal->lock;
    uint32_t state = lock->save();

    bus->bounce->ops->give_back(bus->bounce, address, size);
    lock->restore(state);
}

/* Take storage, as what was opened last. A pool may have it anywhere: what does
   not lie within reach, in the one aperture, is not had. */
static enum iodma_status take(struct iodma_borrower *borrower,
                              const struct hal_bounce_wish *wish)
{
    const struct iodma_bus *bus = borrower->plan->window->bus;
    enum iodma_status status;
    hal_address address;
    hal_address size;
    uint32_t state;

    if (borrower->highest == 0)
        return IODMA_NO_RESOURCES;
    state = bus->hal->lock->save();
    status = bus->bounce->ops->take(bus->bounce, wish, &address, &size);
    bus->hal->lock->restore(state);
    if (status != IODMA_OK)
        return status;
    borrower->free = address;
    borrower->end = address + size;
    if (iodma_aperture_holds(borrower->aperture, address) &&
        address <= borrower->highest && size - 1 <= borrower->highest - address)
        return IODMA_OK;
    give_storage_back(bus, address, size);
    return IODMA_NO_RESOURCES;
}

/* Note that storage, `within` bytes behind what is free, stands for a stretch,
   as far as there is some. Returns how many bytes; 0: there is no loan to note
   it in. */
static hal_address note(struct iodma_borrower *borrower,
                        const struct iodma_stretch *stretch, uint32_t within)
{
    const struct iodma_bus *bus = borrower->plan->window->bus;
    hal_address storage = borrower->free + within;
    uint32_t state = bus->hal->lock->save();
    struct hal_loan *loan = bus->bounce->loans;

    if (loan)
        bus->bounce->loans = loan->next;
    bus->hal->lock->restore(state);
    if (!loan)
        return 0;
    loan->next = NULL;
    loan->position = stretch->position;
    loan->length = smaller(stretch->length, borrower->end - storage);
    loan->storage = storage;
    *borrower->next = loan;
    borrower->next = &loan->next;
    borrower->free = round_up(storage + loan->length, bus->line);
    return loan->length;
}

/* The same in storage that has just been taken. */
static hal_address note_first(struct iodma_borrower *borrower,
                              const struct iodma_stretch *stretch,
                              uint32_t within)
{
    hal_address noted = note(borrower, stretch, within);

    if (noted == 0)
        give_storage_back(borrower->plan->window->bus, borrower->free,
                          borrower->end - borrower->free);
    return noted;
}

/* In blocks of u, as long a run of them as the pool has, and as many runs as it
   takes. */
static enum iodma_status borrow_blocks(struct iodma_borrower *borrower,
                                       struct iodma_stretch *stretch,
                                       uint32_t within)
{
    struct hal_bounce_wish wish = {
        .at_least = borrower->u,
        .alignment = borrower->u,
        .phase = borrower->base,
        .highest = borrower->highest,
    };

    while (stretch->length != 0) {
        enum iodma_status status;
        hal_address noted;

        wish.at_most = round_up(within + stretch->length, borrower->u);
        status = take(borrower, &wish);
        if (status != IODMA_OK)
            return status;
        noted = note_first(borrower, stretch, within);
        if (noted == 0)
            return IODMA_NO_RESOURCES;
        stretch->position += noted;
        stretch->length -= noted;
        within = 0;
    }
    return IODMA_OK;
}

enum iodma_status iodma_loans_borrow(struct iodma_borrower *borrower,
                                     struct iodma_stretch *stretch)
{
    hal_address room = borrower->end - borrower->free;
    uint32_t within = modulo32(stretch->phase - borrower->free, borrower->v);

    if (within < room && stretch->length <= room - within)
        return note(borrower, stretch, within) != 0 ? IODMA_OK
                                                    : IODMA_NO_RESOURCES;
    within = modulo32(stretch->phase - borrower->base, borrower->u);
    /* At its own place in a block, or at the first one that would do, if one
       block holds it. */
    if (stretch->length > borrower->u - within) {
        uint32_t first = modulo32(within, borrower->v);

        if (stretch->length <= borrower->u - first)
            within = first;
    }
    return borrow_blocks(borrower, stretch, within);
}

/* Find the storage that a loan lies in. *address and *size are that of the loan
   before; false: it is the same. */
static bool storage_of(const struct iodma_plan *plan,
                       const struct hal_loan *loan, hal_address *address,
                       hal_address *size)
{
    const struct iodma_window *window = plan->window;
    uint32_t unit = plan->whole ? iodma_plan_granule(window) : u_of(window);
    uint32_t base;

    if (loan->storage - *address < *size)
        return false;
    base = base_of(window, iodma_bus_aperture(window->bus, loan->storage,
                                              HAL_READ | HAL_WRITE));
    *address = base + round_down(loan->storage - base, unit);
    *size =
        base + round_up(loan->storage + loan->length - base, unit) - *address;
    return true;
}

hal_address iodma_loans_give_back(struct iodma_plan *plan)
{
    const struct iodma_bus *bus = plan->window->bus;
    struct hal_loan *loan = plan->loans;
    hal_address address = 0;
    hal_address size = 0;
    hal_address all = 0;

    while (loan) {
        struct hal_loan *next = loan->next;
        bool first = storage_of(plan, loan, &address, &size);
        uint32_t state = bus->hal->lock->save();

        if (first)
            bus->bounce->ops->give_back(bus->bounce, address, size);
        loan->next = bus->bounce->loans;
        bus->bounce->loans = loan;
        bus->hal->lock->restore(state);
        if (first)
            all += size;
        loan = next;
    }
    plan->loans = NULL;
    plan->whole = false;
    return all;
}

enum iodma_status iodma_loans_borrow_whole(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct iodma_stretch all = { .length = window->length };
    struct iodma_borrower borrower;
    struct hal_bounce_wish wish;
    enum iodma_status status = iodma_loans_begin(&borrower, plan);

    if (status != IODMA_OK)
        return status;
    wish.at_least = round_up(window->length, iodma_plan_granule(window));
    wish.at_most = wish.at_least;
    wish.alignment = (hal_address)1
                     << iodma_limits_placement(&window->limits, wish.at_least);
    if (wish.alignment < borrower.u)
        wish.alignment = borrower.u;
    wish.phase = round_down(
        lack(iodma_aperture_delta(borrower.aperture), wish.alignment),
        window->bus->granule);
    wish.highest = borrower.highest;
    if (wish.at_least < window->length)
        return IODMA_NO_RESOURCES;
    status = take(&borrower, &wish);
    if (status != IODMA_OK)
        return status;
    plan->whole = true;
    return note_first(&borrower, &all, 0) != 0 ? IODMA_OK : IODMA_NO_RESOURCES;
}

/* Bytes ------------------------------------------------------------------- */

static enum iodma_status clear_bytes(const struct iodma_plan *plan,
                                     hal_address from, hal_address to)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;
    enum iodma_status status;

    if (from == to)
        return IODMA_OK;
    status = iodma_access(bus, from, to - from, NULL, IODMA_ACCESS_WRITE,
                          window->reason);
    if (status == IODMA_OK && bus->caching &&
        iodma_window_unsnooped(window, iodma_window_aperture(window, from)))
        status = iodma_access(bus, from, to - from, NULL, IODMA_ACCESS_CLEAN,
                              window->reason);
    return status;
}

/* Loan by loan: what is before it, in lines or pages that the device could see,
   and behind the one before; and its own bytes, if not only the rest. */
enum iodma_status iodma_loans_clear(const struct iodma_plan *plan,
                                    bool padding_only)
{
    const struct iodma_window *window = plan->window;
    uint32_t unit =
        window->mapper ? window->mapper->page_size : window->bus->line;
    uint32_t base =
        base_of(window, iodma_window_aperture(window, plan->loans->storage));
    hal_address done = 0; /* cleared, or the window's, up to here      */
    hal_address end = 0;  /* of the last line or page that was touched */
    enum iodma_status status = IODMA_OK;

    for (const struct hal_loan *loan = plan->loans; loan && status == IODMA_OK;
         loan = loan->next) {
        hal_address storage = loan->storage;
        hal_address behind = storage + loan->length;
        hal_address start = base + round_down(storage - base, unit);

        if (start < done && storage >= done) {
            start = done; /* it shares the unit with the loan before */
        } else {
            status = clear_bytes(plan, done, end);
        }
        if (status == IODMA_OK)
            status = clear_bytes(plan, start, padding_only ? storage : behind);
        done = behind;
        end = base + round_up(behind - base, unit);
    }
    return status == IODMA_OK ? clear_bytes(plan, done, end) : status;
}

enum iodma_status iodma_loans_copy(const struct iodma_plan *plan,
                                   hal_address from, hal_address to,
                                   uint32_t direction, bool really)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK && place.loan &&
           iodma_piece_next(plan, &place,
                            to - iodma_piece_position(plan, &place), &piece)) {
        bool in = direction == IODMA_IN;

        if (piece.storage != piece.client)
            status = iodma_access_copy(window->bus,
                                       in ? piece.client : piece.storage,
                                       in ? piece.storage : piece.client,
                                       piece.length, really, window->reason);
    }
    return status;
}
