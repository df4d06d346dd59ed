/* SPDX-License-Identifier: MIT */
#include "dma/piece.h"

#include "hal/bits.h"

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

/* Where the storage of the byte at a position is, if a loan has it. */
static bool on_loan(const struct hal_loan *loan, hal_address position,
                    hal_address *storage)
{
    if (!loan || position < loan->position)
        return false;
    *storage = loan->storage + (position - loan->position);
    return true;
}

hal_address iodma_piece_storage(const struct iodma_plan *plan,
                                struct iodma_place *place)
{
    hal_address storage = 0;

    if (!on_loan(place->loan, iodma_piece_position(plan, place), &storage))
        (void)iodma_walk_look(&place->walk, 1, &storage);
    return storage;
}

/* The bytes from a position on, of which there are `most`, as far as they are
   all on loan, or none is. */
static hal_address going_one_way(const struct hal_loan *loan,
                                 hal_address position, hal_address most)
{
    hal_address border = loan->position;

    if (position >= border)
        border += loan->length;
    return smaller(most, border - position);
}

bool iodma_piece_next(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address most, struct iodma_piece *piece)
{
    const struct iodma_window *window = plan->window;
    const struct hal_loan *loan = place->loan;
    const struct hal_aperture *aperture = place->aperture;
    hal_address position = iodma_piece_position(plan, place);
    hal_address storage;
    hal_address seen;

    most = smaller(most, window->length - position);
    if (most == 0)
        return false;
    if (loan)
        most = going_one_way(loan, position, most);
    seen = iodma_walk_look(&place->walk, most, &piece->client);
    storage = piece->client;
    (void)on_loan(loan, position, &storage);
    if (!iodma_aperture_holds(aperture, storage)) {
        aperture = iodma_window_aperture(window, storage);
        place->aperture = aperture;
    }
    if (!aperture)
        most = iodma_bus_gap(window->bus, storage, most);
    else if (most - 1 > aperture->last - storage)
        most = aperture->last - storage + 1;

    piece->storage = storage;
    piece->length = iodma_walk_take(&place->walk, piece->client, seen, most);
    piece->aperture = aperture;
    if (loan && position + piece->length == loan->position + loan->length)
        place->loan = loan->next;
    return true;
}

enum iodma_status iodma_piece_run(const struct iodma_plan *plan,
                                  struct iodma_place *place,
                                  struct hal_segment *run)
{
    const struct iodma_window *window = plan->window;
    const struct hal_aperture *aperture;
    struct iodma_piece piece;
    hal_address end;

    if (!iodma_piece_next(plan, place, HAL_ADDRESS_MAX, &piece))
        return IODMA_OVERRUN;
    aperture = piece.aperture;
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;
    run->address = piece.storage + iodma_aperture_delta(aperture);
    run->length = piece.length;
    end = piece.storage + piece.length;
    /* A direct piece is as long as it can be. */
    while (plan->loans && iodma_piece_position(plan, place) != window->length &&
           iodma_aperture_holds(aperture, end) &&
           iodma_piece_storage(plan, place) == end) {
        (void)iodma_piece_next(plan, place, HAL_ADDRESS_MAX, &piece);
        run->length += piece.length;
        end += piece.length;
    }
    return IODMA_OK;
}
