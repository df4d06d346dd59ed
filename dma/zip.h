/* SPDX-License-Identifier: MIT */
/*
 * Two prepared commands become one list of items: the source's segments and
 * the destination's, cut at each other's seams.
 */
#ifndef DMA_ZIP_H
#define DMA_ZIP_H

#include "dma/command.h"
#include "dma/piece.h"
#include "hal/dmac.h"
#include "hal/segment.h"

#include <stdint.h>

/* One of the two lists, and what is left of the segment in hand. */
struct iodma_zip_side {
    const struct iodma_command *command;
    struct iodma_place place;
    struct hal_segment rest;
};

/* A place in both lists. A copy of it is a place of its own. */
struct iodma_zip {
    struct iodma_zip_side source;
    struct iodma_zip_side destination;
};

/* Begin with the first byte of two commands prepared for the same length.
   Context: any. */
void iodma_zip_begin(struct iodma_zip *zip, const struct iodma_command *source,
                     const struct iodma_command *destination);

/*
 * Make the next items, as many as there are up to `most`.
 *
 * Returns how many; fewer than most only at the end. Context: any.
 */
uint32_t iodma_zip_next(struct iodma_zip *zip, struct hal_item *items,
                        uint32_t most);

#endif
