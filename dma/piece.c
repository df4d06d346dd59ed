/* SPDX-License-Identifier: MIT */
#include "piece.h"

#include "../hal/bits.h"
#include "plan.h"
#include "shortcuts.h"

void iodma_piece_seek(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address position)
{
    const struct iodma_window *window = plan->window;
    const struct hal_loan *loan = plan->loans;

    while (loan && loan->position + loan->length <= position)
        loan = loan->next;
    place->loan = loan;
    place->aperture = NULL;
    place->rest = (struct hal_segment){ 0, 0 };
    (void)iodma_walk_begin(&place->walk, window->memory,
                           window->offset + position);
}

hal_address iodma_piece_storage(const struct iodma_plan *plan,
                                struct iodma_place *place)
{
    const struct hal_loan *loan = place->loan;
    hal_address position = iodma_piece_position(plan, place);
    hal_address storage = 0;

    if (loan && loan->position <= position)
        return loan->storage + (position - loan->position);
    (void)iodma_walk_look(&place->walk, 1, &storage);
    return storage;
}

/* Shorten the piece just taken. */
static IODMA_SHORTCUT_APART void shorten(const struct iodma_window *window,
                                         struct iodma_place *place,
                                         struct iodma_piece *piece,
                                         hal_address length)
{
    (void)iodma_walk_begin(&place->walk, window->memory,
                           place->walk.offset - piece->length + length);
    piece->length = length;
}

/* Find the aperture that shows a piece, and end the piece where that ends, or
   where the gap does that it begins in. A loan lies in one aperture. */
static IODMA_SHORTCUT_INLINE void show(const struct iodma_window *window,
                                       struct iodma_place *place,
                                       struct iodma_piece *piece)
{
    const struct hal_aperture *aperture = place->aperture;
    hal_address more; /* bytes that go on there, behind the first */

    if (!aperture ||
        !span_holds(aperture->first, aperture->last, piece->storage)) {
        aperture = iodma_window_aperture(window, piece->storage);
        place->aperture = aperture;
    }
    more = (aperture ? aperture->last
                     : iodma_bus_gap(window->bus, piece->storage)) -
           piece->storage;
    if (piece->length - 1 > more)
        shorten(window, place, piece, more + 1);
}

/* See iodma_piece_next(). */
static IODMA_SHORTCUT_INLINE bool next(const struct iodma_plan *plan,
                                       struct iodma_place *place,
                                       hal_address to,
                                       struct iodma_piece *piece)
{
    const struct iodma_window *window = plan->window;
    const struct hal_loan *loan = place->loan;
    hal_address position = iodma_piece_position(plan, place);

    if (position == to)
        return false;
    piece->lent = loan && loan->position <= position;
    if (piece->lent) {
        window->bus->bouncing->take(place, position, to, piece);
        if (IODMA_SHORTCUTS) {
            place->aperture = window->bus->lent_in;
            return true;
        }
    } else {
        if (loan)
            to = smaller(to, loan->position);
        piece->length =
            iodma_walk_take(&place->walk, to - position, &piece->storage);
        if (piece->length == 0)
            return false;
    }
    show(window, place, piece);
    return true;
}

bool iodma_piece_next(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address to, struct iodma_piece *piece)
{
    return next(plan, place, to, piece);
}

/* May a piece go on in the next one? Loans are joined where pieces are taken;
   so is memory, unless it is beside the storage. */
static inline bool may_go_on(const struct iodma_plan *plan)
{
    const struct iodma_summary *summary = &plan->window->memory->summary;
    const struct hal_bounce *bounce = plan->window->bus->bounce;

    if (!IODMA_SHORTCUTS)
        return true;
    if (summary->lowest > bounce->last)
        return summary->lowest - bounce->last == 1;
    return summary->highest >= bounce->first ||
           bounce->first - summary->highest == 1;
}

enum iodma_status iodma_piece_run(const struct iodma_plan *plan,
                                  struct iodma_place *place)
{
    const struct iodma_window *window = plan->window;
    struct iodma_piece piece;

    if (!next(plan, place, window->length, &piece))
        return IODMA_OVERRUN;
    if (!place->aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    place->rest.address = piece.storage + iodma_aperture_delta(place->aperture);
    place->rest.length = piece.length;
    while (plan->loans && may_go_on(plan) &&
           window->bus->bouncing->goes_on(plan, place, &piece)) {
        (void)iodma_piece_next(plan, place, window->length, &piece);
        place->rest.length += piece.length;
    }
    return IODMA_OK;
}
