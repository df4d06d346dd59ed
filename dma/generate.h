/* SPDX-License-Identifier: MIT */
/*
 * Generation of what a command's window has from an offset on, by either way
 * the same. All is checked: it is prepared, the offset is within the window,
 * there is an output, and room.
 *
 * Parameters, statuses, and what is left as it was are those of
 * iodma_command_gen_segments_with() (dma/command.h). Another order: what most
 * calls have in common stays in its registers.
 */
#ifndef DMA_GENERATE_H
#define DMA_GENERATE_H

#include "command.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Is an offset where generation has been last? */
static inline bool iodma_generate_goes_on(const struct iodma_command *command,
                                          hal_address offset)
{
    const struct iodma_place *place = &command->place;

    return place->walk.offset - place->rest.length ==
           command->window.offset + offset;
}

/* At once, where plan and output have a way for that; else run by run.
   (dma/at_once.c) */
enum iodma_status iodma_generate(struct iodma_command *command,
                                 hal_address *offset, void *segments,
                                 uint32_t *count);

/* Run by run. Judges what prepare has not judged (IODMA_ITERATE_ONLY).
   (dma/segment.c) */
enum iodma_status iodma_generate_runs(struct iodma_command *command,
                                      hal_address *offset, void *segments,
                                      uint32_t *count);

#ifdef __cplusplus
}
#endif

#endif
