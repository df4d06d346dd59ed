/* SPDX-License-Identifier: MIT */
/*
 * Loans: the bounce storage that stands for stretches of a window. Where it is
 * taken, how it is given back, and what becomes of its bytes.
 *
 * Storage is taken in blocks of u = max(granule, g, the mapper's page if
 * mapped), at multiples of it; within a block loans are placed at the same
 * phase of v = max(64, line, strictest alignment, or a boundary that is below
 * u), at most u, as the bytes that they stand for, each in lines of its own:
 *
 *     block of u   |....##########|....####|..##....|    taken for the first
 *                       a loan      another  another     loan in it
 *
 * Linked by iodma_bus_lend(). Context of all calls: thread or ISR.
 */
#ifndef DMA_LOANS_H
#define DMA_LOANS_H

#include "../hal/address.h"
#include "../hal/bounce.h"
#include "../hal/status.h"
#include "piece.h"
#include "window.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who takes loans for a window, one behind the other. */
struct iodma_borrower {
    const struct iodma_window *window;
    struct hal_loan **next; /* where the next loan is noted                  */
    hal_address position;   /* of the window: what is before it has storage, or
                               goes as it lies                               */
    hal_address keeps;      /* with a position added: the address whose place
                               in a block its storage keeps                  */
    hal_address free;       /* of what was taken last: where lines begin that
                               nobody has                                    */
    hal_address end;        /* its end; 0: nothing was                       */
    struct hal_bounce_wish wish; /* for blocks of u, whose phase is that of the
                                    mapper's pages; within the device's reach */
    uint32_t g, u; /* g: of lines that are given up, and of IODMA_LEAST_BOUNCE;
                      bytes                                                   */
    uint32_t v_mask; /* v, less one                                           */
};

/* Look at what the bus has been lent; nothing is bounced yet. plan->whole: one
   loan is wanted. */
void iodma_loans_begin(struct iodma_borrower *borrower,
                       struct iodma_plan *plan);

/* Find storage for the window from its position up to another one: in the block
   that was opened last, or in one more, or in several. Returns OK or
   NoResources; what was taken stays with the plan. */
enum iodma_status iodma_loans_borrow(struct iodma_borrower *borrower,
                                     hal_address to);

/* The same for all of the window, in one piece, on PATH_FLAT: so many bytes
   behind where a granule begins on the bus. */
enum iodma_status iodma_loans_borrow_whole(struct iodma_plan *plan,
                                           uint32_t phase);

/* Calls of struct iodma_bouncing (dma/plan.h). */
hal_address iodma_loans_give_back(struct iodma_plan *plan);
enum iodma_status iodma_loans_clear(const struct iodma_plan *plan,
                                    uint32_t *what);
enum iodma_status iodma_loans_copy(const struct iodma_plan *plan, uint32_t how,
                                   hal_address from, hal_address to);
void iodma_loans_take(struct iodma_place *place, hal_address position,
                      hal_address to, struct iodma_piece *piece);
bool iodma_loans_go_on(const struct iodma_plan *plan, struct iodma_place *place,
                       const struct iodma_piece *piece);

#ifdef __cplusplus
}
#endif

#endif
