/* SPDX-License-Identifier: MIT */
/*
 * The least bounce (rule E3, IODMA_LEAST_BOUNCE): the window is cut into units
 * of g, counted so that the first byte keeps its phase; a unit that is not one
 * contiguous, aligned, reachable and owned block is gathered in a cell.
 */
#ifndef DMA_LEAST_H
#define DMA_LEAST_H

#include "dma/split.h"

/* iodma_split_next() for such a view. */
enum iodma_status iodma_least_next(const struct iodma_view *view,
                                   struct iodma_walk *walk, uint64_t most,
                                   struct iodma_stretch *stretch);

#endif
