/* SPDX-License-Identifier: MIT */
#include "loans.h"

#include "../hal/bits.h"
#include "access.h"
#include "map.h"
#include "piece.h"
#include "plan.h"
#include "shortcuts.h"
#include "sync.h"

/* Storage ----------------------------------------------------------------- */

/* From where the CPU's addresses count blocks of storage. A mapper shows whole
   pages: behind one, blocks begin where pages do on the bus. */
static uint32_t base_of(const struct iodma_window *window)
{
    return window->mapper ? lack32(iodma_aperture_delta(window->bus->lent_in),
                                   window->mapper->page_size)
                          : 0;
}

void iodma_loans_begin(struct iodma_borrower *borrower, struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_limits *limits = &window->limits;
    const struct iodma_bus *bus = window->bus;
    uint32_t base = base_of(window);
    uint32_t line = bus->line;
    uint32_t g = larger32(line, BIT32(limits->align_internal));
    uint32_t u = iodma_plan_granule(window);
    uint32_t v;

    if (!plan->whole)
        u = larger32(u, g);
    plan->block = (uint8_t)__builtin_ctz(u);
    /* No boundary is below an alignment. */
    v = limits->boundary < plan->block ? limits->boundary : limits->alignment;
    v = larger32(BIT32(v), larger32(line, 64));
    borrower->window = window;
    borrower->next = &plan->loans;
    borrower->position = 0;
    borrower->free = 0;
    borrower->end = 0;
    borrower->g = g;
    borrower->u = u;
    borrower->v_mask = smaller32(v, u) - 1;
    borrower->wish.at_least = u;
    borrower->wish.alignment = u;
    borrower->wish.phase = base;
    /* Where no phase would do, nothing is within reach. */
    borrower->wish.highest = modulo32(base, bus->granule) == 0
                                 ? iodma_window_reach(window, bus->lent_in)
                                 : 0;
}

/* Find storage for a loan, or for its first bytes: in the block that was opened
   last, or in more. Under the lock. */
static inline bool find_storage(struct iodma_borrower *borrower,
                                struct hal_bounce *bounce,
                                struct hal_loan *loan)
{
    uint32_t name = (uint32_t)(borrower->keeps + loan->position);
    uint32_t within = (name - (uint32_t)borrower->free) & borrower->v_mask;
    hal_address room = borrower->end - borrower->free;

    if (within >= room || loan->length > room - within) {
        uint32_t u_mask = borrower->u - 1;
        hal_address last = loan->length - 1;

        /* At its own place in the block; or at the first one that would do, if
           that has it end there. */
        within = (name - (uint32_t)borrower->wish.phase) & u_mask;
        if (within + last > u_mask &&
            (within & borrower->v_mask) + last <= u_mask)
            within &= borrower->v_mask;
        borrower->wish.at_most = ((within + last) | u_mask) + 1;
        if (borrower->wish.at_most == 0 || borrower->wish.highest == 0 ||
            bounce->ops->take(bounce, &borrower->wish, &borrower->free,
                              &borrower->end) != IODMA_OK)
            return false;
        borrower->end += borrower->free;
    }
    loan->storage = borrower->free + within;
    loan->length = smaller(loan->length, borrower->end - loan->storage);
    return true;
}

enum iodma_status iodma_loans_borrow(struct iodma_borrower *borrower,
                                     hal_address to)
{
    const struct iodma_bus *bus = borrower->window->bus;
    const struct hal_lock *lock = bus->hal->lock;
    struct hal_bounce *bounce = bus->bounce;

    while (borrower->position != to) {
        uint32_t state = lock->save(lock);
        struct hal_loan *loan = bounce->loans;
        hal_address last;

        if (loan) {
            loan->position = borrower->position;
            loan->length = to - loan->position;
            if (find_storage(borrower, bounce, loan))
                bounce->loans = loan->next;
            else
                loan = NULL;
        }
        lock->restore(lock, state);
        if (!loan)
            return IODMA_NO_RESOURCES;
        loan->next = NULL;
        *borrower->next = loan;
        borrower->next = &loan->next;
        borrower->position += loan->length;
        /* A pool may have it anywhere: what does not lie within reach, in the
           one aperture, is given back with the rest. */
        last = loan->storage + (loan->length - 1);
        if (loan->storage < bus->lent_in->first || last < loan->storage ||
            last > borrower->wish.highest)
            return IODMA_NO_RESOURCES;
        borrower->free = round_up(loan->storage + loan->length, bus->line);
    }
    return IODMA_OK;
}

/* Out of line: what it has on the stack is gone when the list is judged. */
__attribute__((noinline)) enum iodma_status
iodma_loans_borrow_whole(struct iodma_plan *plan, uint32_t phase)
{
    const struct iodma_window *window = plan->window;
    hal_address delta = iodma_aperture_delta(window->bus->lent_in);
    struct iodma_borrower borrower;
    enum iodma_status status;
    hal_address alignment;
    hal_address size;

    plan->whole = true;
    iodma_loans_begin(&borrower, plan);
    size = round_up(phase + window->length, borrower.u);
    alignment = (hal_address)1 << iodma_limits_placement(&window->limits, size);
    if (alignment < borrower.u)
        alignment = borrower.u;
    borrower.wish.alignment = alignment;
    borrower.wish.phase =
        round_down(lack(delta, alignment), window->bus->granule);
    borrower.wish.at_least = size;
    borrower.keeps = borrower.wish.phase + phase;
    borrower.v_mask = borrower.u - 1;
    status = iodma_loans_borrow(&borrower, window->length);
    if (status != IODMA_OK)
        return status;
    size = plan->loans->storage + delta;
    plan->origin =
        window->mapper ? modulo32(size, window->mapper->page_size) : size;
    return IODMA_OK;
}

hal_address iodma_loans_give_back(struct iodma_plan *plan)
{
    const struct iodma_bus *bus = plan->window->bus;
    const struct hal_lock *lock = bus->hal->lock;
    struct hal_bounce *bounce = bus->bounce;
    uint32_t base = base_of(plan->window);
    uint32_t u = BIT32(plan->block);
    /* Where the storage ends that was given back last; none ends where the
       first begins. */
    hal_address given = plan->loans ? plan->loans->storage : 0;
    hal_address all = 0;

    while (plan->loans) {
        struct hal_loan *loan = plan->loans;
        uint32_t into = modulo32(loan->storage - base, u);
        hal_address size = round_up(into + loan->length, u);
        hal_address end = loan->storage - into + size;
        uint32_t state = lock->save(lock);

        /* Has the one before not had it? */
        if (end != given) {
            bounce->ops->give_back(bounce, end - size, size);
            all += size;
            given = end;
        }
        plan->loans = loan->next;
        loan->next = bounce->loans;
        bounce->loans = loan;
        lock->restore(lock, state);
    }
    return all;
}

/* Pieces ------------------------------------------------------------------ */

/* Loans that follow each other, in window and storage, are one piece. */
void iodma_loans_take(struct iodma_place *place, hal_address position,
                      hal_address to, struct iodma_piece *piece)
{
    const struct hal_loan *loan = place->loan;
    hal_address into = position - loan->position;
    hal_address length = loan->length - into;

    piece->storage = loan->storage + into;
    while (IODMA_SHORTCUTS && length < to - position) {
        const struct hal_loan *next = loan->next;

        if (!next || next->position != position + length ||
            next->storage != piece->storage + length)
            break;
        length += next->length;
        loan = next;
    }
    piece->length = smaller(to - position, length);
    if (piece->length == length)
        loan = loan->next;
    place->loan = loan;
    iodma_walk_skip(&place->walk, piece->length);
}

bool iodma_loans_go_on(const struct iodma_plan *plan, struct iodma_place *place,
                       const struct iodma_piece *piece)
{
    hal_address end = piece->storage + piece->length;

    return end - 1 != place->aperture->last &&
           iodma_piece_position(plan, place) != plan->window->length &&
           iodma_piece_storage(plan, place) == end;
}

/* Bytes ------------------------------------------------------------------- */

/* Zeros around loans, each of which has lines of its own: plan->named_bytes. */
static void clear_lines(const struct iodma_plan *plan)
{
    uint32_t line = plan->window->bus->line;

    for (const struct hal_loan *loan = plan->loans; loan; loan = loan->next) {
        hal_address end = loan->storage + loan->length;
        uint32_t before = modulo32(loan->storage, line);
        uint32_t behind = lack32(end, line);

        if (before != 0)
            __builtin_memset((void *)(uintptr_t)(loan->storage - before), 0,
                             before);
        if (behind != 0)
            __builtin_memset((void *)(uintptr_t)end, 0, behind);
    }
}

/* Are a plan's zeros to be cleaned? Those in lines that are cleaned with the
   loans' bytes, in a sweep of `what`, are no matter of ours. */
static bool cleans(const struct iodma_plan *plan, uint32_t what)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;

    return plan->lent_lines && (!IODMA_SHORTCUTS || window->mapper ||
                                (what & IODMA_SYNC_BOUNCED) == 0 ||
                                bus->hal->cache->smallest_line != bus->line);
}

/* In units that the device could see, lines or pages, loan by loan: what is
   before it, from the beginning of a unit or the loan before on; its own bytes,
   if not only the padding; and of the last one in a unit, what is behind it. */
enum iodma_status iodma_loans_clear(const struct iodma_plan *plan,
                                    uint32_t *what)
{
    const struct iodma_window *window = plan->window;
    const struct hal_loan *loan = plan->loans;
    uint32_t unit =
        window->mapper ? window->mapper->page_size : window->bus->line;
    uint32_t base = base_of(window);
    uint32_t how = IODMA_ACCESS_WRITE;
    hal_address from = 0; /* up to here it is done */
    hal_address rest = 0; /* of the unit, bytes    */

    if (cleans(plan, *what)) {
        how |= IODMA_ACCESS_CLEAN;
        *what |= IODMA_SYNC_BEGUN;
    }
    if (IODMA_SHORTCUTS && plan->named_bytes && !window->mapper &&
        (*what & IODMA_SYNC_COPY) != 0 && how == IODMA_ACCESS_WRITE) {
        clear_lines(plan);
        return IODMA_OK;
    }
    for (;;) {
        bool within = loan && loan->storage - from < rest;
        hal_address length = rest;
        enum iodma_status status;

        if (within)
            length = loan->storage - from +
                     ((*what & IODMA_SYNC_COPY) != 0 ? 0 : loan->length);
        status =
            iodma_access(window->bus, from, &length, NULL, how, window->reason);
        if (status != IODMA_OK || !loan)
            return status;
        if (within) {
            from = loan->storage + loan->length;
            rest = lack32(from - base, unit);
            loan = loan->next;
        } else {
            from = loan->storage - modulo32(loan->storage - base, unit);
            rest = unit;
        }
    }
}

/* A copy by ranges and loans alone: plan->named_bytes. */
static void copy_named(const struct iodma_plan *plan, hal_address from,
                       hal_address to, bool in)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_range *range;
    struct iodma_walk walk;
    hal_address within; /* with a position added: where that is in the range */

    (void)iodma_walk_begin(&walk, window->memory, window->offset + from);
    range = walk.range;
    within = walk.within - from;
    for (const struct hal_loan *loan = plan->loans; loan && loan->position < to;
         loan = loan->next) {
        hal_address at = loan->position;
        hal_address end = at + smaller(to - at, loan->length);
        hal_address lent = loan->storage - at;

        if (at < from)
            at = from;
        while (at < end) {
            hal_address client;
            hal_address length;

            while (within + at >= range->length)
                within -= (range++)->length;
            client = range->address + within + at;
            length = smaller(range->length - within - at, end - at);
            __builtin_memcpy((void *)(uintptr_t)(in ? client : lent + at),
                             (const void *)(uintptr_t)(in ? lent + at : client),
                             (size_t)length);
            at += length;
        }
    }
}

_Static_assert((uint32_t)IODMA_COPY_TRY == (uint32_t)IODMA_ACCESS_TRY,
               "a copy that is tried is an access that is");

enum iodma_status iodma_loans_copy(const struct iodma_plan *plan, uint32_t how,
                                   hal_address from, hal_address to)
{
    const struct iodma_window *window = plan->window;
    bool in = (how & IODMA_IN) != 0;
    uint32_t what = how & IODMA_COPY_TRY;
    struct iodma_extent client;
    struct iodma_walk walk;

    /* What the device writes the CPU may write. */
    if (IODMA_SHORTCUTS && plan->named_bytes &&
        (!in || iodma_window_inbound(window))) {
        if (what == 0)
            copy_named(plan, from, to, in);
        return IODMA_OK;
    }
    if (what == 0)
        what = IODMA_ACCESS_WRITE;
    (void)iodma_walk_begin(&walk, window->memory, window->offset + from);
    for (const struct hal_loan *loan = plan->loans; loan && loan->position < to;
         loan = loan->next) {
        hal_address start = window->offset + loan->position;
        hal_address end = start + smaller(to - loan->position, loan->length);

        if (walk.offset < start)
            iodma_walk_skip(&walk, start - walk.offset);
        while (walk.offset < end &&
               iodma_walk_next(&walk, end - walk.offset, &client) == IODMA_OK) {
            hal_address storage = loan->storage + (client.offset - start);
            hal_address source = in ? storage : client.address;
            hal_address target = in ? client.address : storage;
            enum iodma_status status =
                iodma_access_copy(window->bus, target, source, client.length,
                                  what, window->reason);

            if (status != IODMA_OK)
                return status;
        }
    }
    return IODMA_OK;
}
