/* SPDX-License-Identifier: MIT */
#include "piece.h"

#include "../hal/bits.h"
#include "plan.h"

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

/* Find the aperture of a piece's storage. */
static const struct hal_aperture *show(const struct iodma_window *window,
                                       struct iodma_place *place,
                                       hal_address storage)
{
    const struct hal_aperture *last = place->aperture;

    if (!last || !span_holds(last->first, last->last, storage))
        place->aperture = iodma_window_aperture(window, storage);
    return place->aperture;
}

static void take_direct(const struct iodma_window *window,
                        struct iodma_place *place, hal_address most,
                        struct iodma_piece *piece)
{
    hal_address seen = iodma_walk_look(&place->walk, most, &piece->storage);
    const struct hal_aperture *aperture = show(window, place, piece->storage);
    hal_address last =
        aperture ? aperture->last : iodma_bus_gap(window->bus, piece->storage);

    most = smaller(most - 1, last - piece->storage) + 1;
    piece->length = iodma_walk_take(&place->walk, piece->storage, seen, most);
}

bool iodma_piece_next(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address to, struct iodma_piece *piece)
{
    const struct iodma_window *window = plan->window;
    const struct hal_loan *loan = place->loan;
    hal_address position = iodma_piece_position(plan, place);

    if (position == to)
        return false;
    piece->lent = loan && loan->position <= position;
    if (piece->lent) {
        window->bus->bouncing->take(place, position, to, piece);
        (void)show(window, place, piece->storage);
    } else {
        if (loan)
            to = smaller(to, loan->position);
        take_direct(window, place, to - position, piece);
    }
    return true;
}

enum iodma_status iodma_piece_run(const struct iodma_plan *plan,
                                  struct iodma_place *place,
                                  struct hal_segment *run)
{
    const struct iodma_window *window = plan->window;
    struct iodma_piece piece;

    if (!iodma_piece_next(plan, place, window->length, &piece))
        return IODMA_OVERRUN;
    if (!place->aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    run->address = piece.storage + iodma_aperture_delta(place->aperture);
    run->length = piece.length;
    /* A direct piece is as long as it can be. */
    if (plan->loans)
        window->bus->bouncing->join(plan, place, &piece, run);
    return IODMA_OK;
}
