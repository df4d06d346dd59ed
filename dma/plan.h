/* SPDX-License-Identifier: MIT */
/*
 * The ladder of rule E3: which way the bytes of a window go, decided once, at
 * prepare. The first rung is taken whose complete list, the one that the
 * device will get, is legal; a rung whose storage cannot be had is skipped.
 *
 *     direct   nothing is bounced               dma/plan.c
 *     split    stretches of extents are         dma/ladder.c: linked by
 *     whole    all of the window is             iodma_bus_lend()
 */
#ifndef DMA_PLAN_H
#define DMA_PLAN_H

#include "../hal/address.h"
#include "../hal/bits.h"
#include "../hal/segment.h"
#include "../hal/status.h"
#include "map.h"
#include "window.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iodma_piece;
struct iodma_place;

/* Of a copy, beside its direction: only find out whether it could be made. */
enum { IODMA_COPY_TRY = 4 };

/* What a bus can do that has storage to lend; made by iodma_bus_lend(). */
struct iodma_bouncing {
    /* Plan what cannot go as it lies: split, else whole; no storage is taken on
       failure. If `whole`, at once one buffer for all of the window, which
       begins so many bytes behind its place, less than a granule. Nothing is
       recorded but Unsupported. */
    enum iodma_status (*climb)(struct iodma_plan *plan, bool whole,
                               uint32_t phase);
    /* Zeros in all that the device could see of the loans' storage: in the
       window's own bytes unless they are copied there afterwards,
       IODMA_SYNC_COPY. Cleaned; with IODMA_SYNC_BOUNCED, if the sweep that
       follows does not. That is noted: IODMA_SYNC_BEGUN. */
    enum iodma_status (*clear)(const struct iodma_plan *plan, uint32_t *what);
    /* Copy the bounced bytes of part of the window, IODMA_OUT to the storage or
       IODMA_IN to the client; or IODMA_COPY_TRY. */
    enum iodma_status (*copy)(const struct iodma_plan *plan, uint32_t how,
                              hal_address from, hal_address to);
    /* Take a piece that is on loan, at a position of the window. */
    void (*take)(struct iodma_place *place, hal_address position,
                 hal_address to, struct iodma_piece *piece);
    /* Does the run that ends with a piece, just taken, go on with the next one?
       It does where that goes on in the same aperture. */
    bool (*goes_on)(const struct iodma_plan *plan, struct iodma_place *place,
                    const struct iodma_piece *piece);
    /* Give all loans back. Returns the bytes of their storage. */
    hal_address (*give_back)(struct iodma_plan *plan);
};

/*
 * Make the plan of a window.
 *
 *   plan  its window is set; out: the rest
 *
 * Returns OK; or, with no storage taken, NotAligned: the window's length is no
 * multiple of align_length; NotWritable: the transfer writes memory that may
 * not be written; of a window that is only listed (IODMA_ITERATE_ONLY) no more;
 * Unsupported: it has caches to maintain, and nobody does (iodma_bus_cache);
 * NoResources: a rung was skipped for want of storage; NoSpace: only the number
 * of segments is broken; else NotAligned. With IODMA_DIRECT_ONLY:
 * MessageTooLarge: the device does not reach it; NotAligned: an alignment is
 * broken, or a line is not the window's own; NoSpace.
 *
 * Context: thread or ISR. Costs one generation of the list a rung.
 * Source: spec 4.3, rules E2 and E3.
 */
enum iodma_status iodma_plan_make(struct iodma_plan *plan);

/* The verdict on the whole list of a planned window, where it is mapped now:
   OK; MessageTooLarge, NotAligned, NoSpace, with the reason (NULL: nobody
   asks). Context: any. Costs one generation of the list. */
enum iodma_status iodma_plan_judge(const struct iodma_plan *plan,
                                   struct iodma_reason *reason);

/* The verdict on one buffer for all of the window, if it was placed best.
   Nothing is taken; the plan then says how such a one goes. Context: any. */
enum iodma_status iodma_plan_judge_whole(struct iodma_plan *plan,
                                         struct iodma_reason *reason);

/* What is returned and recorded where bouncing does not help either. status:
   what climb() returned, or, where nothing is lent, the verdict on *whole*;
   Unsupported has been recorded. Is it for want of storage? Context: any. */
enum iodma_status iodma_plan_refuse(struct iodma_plan *plan,
                                    enum iodma_status status);

/* Bytes that the storage of a whole buffer is rounded to: the device sees whole
   pages of a mapper. Context: any. */
static inline uint32_t iodma_plan_granule(const struct iodma_window *window)
{
    return larger32(window->bus->granule,
                    window->mapper ? window->mapper->page_size : 0);
}

/* Give up the IOVA and the storage of a plan that is hidden, or was not shown;
   all goes as it lies then. Returns the bytes of the storage. Context: any. */
static inline hal_address iodma_plan_release(struct iodma_plan *plan)
{
    if (plan->window->mapper)
        plan->window->mapper->calls->release(plan);
    return plan->loans ? plan->window->bus->bouncing->give_back(plan) : 0;
}

#ifdef __cplusplus
}
#endif

#endif
