/* SPDX-License-Identifier: MIT */
/*
 * The ladder of rule E3: which way the bytes of a window go, decided once,
 * at prepare. The first rung is taken whose complete list, the one that the
 * device will get, is legal; a rung whose storage cannot be had is skipped.
 */
#ifndef DMA_PLAN_H
#define DMA_PLAN_H

#include "dma/view.h"
#include "hal/status.h"

#include <stdbool.h>

/*
 * Choose a view's rung and take the storage it needs.
 *
 *   view  its window, limits and owner are set; out: the plan
 *
 * Returns OK; or, with no storage taken and the view direct: NoResources, a
 * rung was skipped for want of storage; NoSpace, only the number of segments
 * is broken; else NotAligned.
 *
 * Context: thread or ISR. Costs one generation of the list a rung.
 * Source: spec 4.3, rules E2 and E3.
 */
enum iodma_status iodma_plan_make(struct iodma_view *view);

/* The same, if only a whole buffer will do (kForceDoubleBuffer). */
enum iodma_status iodma_plan_buffer(struct iodma_view *view);

/*
 * Decide a view by its descriptor's summary, without a walk over its memory,
 * if that tells enough.
 *
 *   view  as above; out: the plan, and `path`, `origin` and `coherent`, which
 *         hold for rung *direct*, whichever way it is come to
 *
 * Returns true if the window goes directly, and may be written if it is. False
 * says nothing.
 *
 * Context: any. Costs the same for any descriptor; with a mapper, a step a
 * segment.
 */
bool iodma_plan_at_once(struct iodma_view *view);

/* Is the whole list of a planned view legal, where it is mapped now? Context:
   any. Costs one generation of the list. */
bool iodma_plan_is_legal(const struct iodma_view *view);

/* Give a plan's storage back; the view is direct then. Context: any. */
void iodma_plan_release(struct iodma_view *view);

#endif
