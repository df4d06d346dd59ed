/* SPDX-License-Identifier: MIT */
/*
 * The ladder of rule E3: which way the bytes of a window go, decided once,
 * at prepare. Each rung is judged by the whole list that the device would
 * get. This version climbs the first rung, direct; for the last one, one
 * aligned buffer, it knows whether it would help, but has no storage.
 */
#ifndef DMA_PLAN_H
#define DMA_PLAN_H

#include "dma/limits.h"
#include "dma/view.h"
#include "hal/status.h"

/*
 * May the device take this view as it is?
 *
 * Returns OK: direct. Otherwise a bounce buffer is needed: NoResources, since
 * there is none. If even that would not help: NoSpace when only the number
 * of segments is broken, else NotAligned.
 *
 * Context: any. Costs as much as generating the list.
 * Source: spec 4.3 steps 4 and 6, rules E2 and E3.
 */
enum iodma_status iodma_plan_choose(const struct iodma_view *view,
                                    const struct iodma_limits *limits);

#endif
