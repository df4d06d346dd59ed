/* SPDX-License-Identifier: MIT */
/*
 * Loans: the bounce storage that stands for stretches of a window. Where it is
 * taken, how it is given back, and what becomes of its bytes.
 *
 * Storage is taken in blocks of u = max(granule, g, the mapper's page if
 * mapped), at multiples of it; within a block loans are placed at the same
 * phase of v = max(64, line, strictest alignment), at most u, as the bytes that
 * they stand for, each in lines of its own:
 *
 *     block of u   |....##########|....####|..##....|    taken for the first
 *                       a loan      another  another     loan in it
 *
 * Linked by iodma_bus_lend(). Context of all calls: thread or ISR.
 */
#ifndef DMA_LOANS_H
#define DMA_LOANS_H

#include "dma/window.h"
#include "hal/address.h"
#include "hal/bounce.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Who takes loans for a window, one behind the other. */
struct iodma_borrower {
    struct iodma_plan *plan;
    const struct hal_aperture *aperture; /* of the storage                    */
    hal_address highest;    /* CPU physical address within reach; 0: none     */
    hal_address free;       /* of the block that was opened last: where lines
                               begin that nobody has                          */
    hal_address end;        /* its end; 0: none was opened                    */
    struct hal_loan **next; /* where the next loan is noted                   */
    uint32_t base; /* blocks of storage begin at multiples of u, behind this  */
    uint32_t u, v;
};

/* Bytes that go one way. */
struct iodma_stretch {
    hal_address position; /* in the window                            */
    hal_address length;   /* bytes; 0: there is none                  */
    hal_address phase;    /* address whose place in a block they keep */
};

/* g: the granularity of lines that are given up, and of IODMA_LEAST_BOUNCE,
   bytes. */
uint32_t iodma_loans_g(const struct iodma_window *window);

/* Look at what the bus has been lent. Returns OK; Unsupported: it has caches to
   maintain, and nobody does. */
enum iodma_status iodma_loans_begin(struct iodma_borrower *borrower,
                                    struct iodma_plan *plan);

/* Find storage for a stretch, behind those before it: in the block that was
   opened last, or in one more, or in several. The stretch is undefined then.
   Returns OK or NoResources; what was taken before stays with the plan. */
enum iodma_status iodma_loans_borrow(struct iodma_borrower *borrower,
                                     struct iodma_stretch *stretch);

/* The same for all of the window, in one piece. */
enum iodma_status iodma_loans_borrow_whole(struct iodma_plan *plan);

/* Calls of struct iodma_bouncing (dma/plan.h). */
hal_address iodma_loans_give_back(struct iodma_plan *plan);
enum iodma_status iodma_loans_clear(const struct iodma_plan *plan,
                                    bool padding_only);
enum iodma_status iodma_loans_copy(const struct iodma_plan *plan,
                                   hal_address from, hal_address to,
                                   uint32_t direction, bool really);

#endif
