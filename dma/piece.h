/* SPDX-License-Identifier: MIT */
/*
 * The one step through a window: from a place in it to the next piece, which
 * lies in one stretch in the storage that the device uses. Whatever the device
 * sees of a window goes by these steps; bus runs are made of them, by what the
 * aperture adds to their addresses.
 */
#ifndef DMA_PIECE_H
#define DMA_PIECE_H

#include "../hal/address.h"
#include "../hal/segment.h"
#include "../hal/status.h"
#include "walk.h"
#include "window.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch of the window, contiguous in what the device uses: all of it is on
   loan, or nothing. */
struct iodma_piece {
    hal_address storage; /* CPU physical                         */
    hal_address length;  /* bytes, never 0                       */
    bool lent;           /* bounced; else storage is the client's */
};

/* A place in a window. */
struct iodma_place {
    struct iodma_walk walk;      /* behind the last piece that was taken      */
    const struct hal_loan *loan; /* the first that ends behind the walk       */
    const struct hal_aperture *aperture; /* that shows the storage of the last
                                            piece, all of it; NULL: none does */
    struct hal_segment rest; /* of the run that was taken last, and is not used
                                up; if it is, address is where that ended     */
};

/* Put a place at a position of the window, 0 to its length, for pieces.
   Context: any. */
void iodma_piece_seek(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address position);

/* The position of the next piece, bytes of the window. Context: any. */
static inline hal_address iodma_piece_position(const struct iodma_plan *plan,
                                               const struct iodma_place *place)
{
    return place->walk.offset - plan->window->offset;
}

/*
 * Take the next piece, which ends at a position of the window at the latest.
 *
 * Returns false if the place is there. Context: any.
 */
bool iodma_piece_next(const struct iodma_plan *plan, struct iodma_place *place,
                      hal_address to, struct iodma_piece *piece);

/* The CPU physical address of the storage of the byte at the place. There is
   one. Context: any. */
hal_address iodma_piece_storage(const struct iodma_plan *plan,
                                struct iodma_place *place);

/*
 * Have the next run in place->rest, as it is on the bus, before a mapper:
 * pieces that go on where the one before ends, in one aperture. Unchanged on
 * failure.
 *
 * Returns OK; Overrun at the window's end; MessageTooLarge: the master sees no
 * memory at the place, or may not do there what the direction asks.
 *
 * Context: any.
 */
enum iodma_status iodma_piece_run(const struct iodma_plan *plan,
                                  struct iodma_place *place);

#ifdef __cplusplus
}
#endif

#endif
