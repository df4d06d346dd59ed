/* SPDX-License-Identifier: MIT */
/*
 * Generation of what a command's window has from an offset on, by either way
 * the same, and the elements that it is written as. All is checked: it is
 * prepared, the offset is within the window, there is an output, and room.
 *
 * Parameters, statuses, and what is left as it was are those of
 * iodma_command_gen_segments_with() (dma/command.h). Another order: what most
 * calls have in common stays in its registers.
 */
#ifndef DMA_GENERATE_H
#define DMA_GENERATE_H

#include "../hal/segment.h"
#include "command.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Elements of the arrays that the built-in outputs write, wherever and as
   whatever an array has been declared. */

/* IODMA_FORM_32 */
struct __attribute__((__may_alias__, __packed__)) iodma_element32 {
    uint32_t address; /* bus   */
    uint32_t length;  /* bytes */
};

/* IODMA_FORM_64 */
struct __attribute__((__may_alias__, __packed__)) iodma_element64 {
    uint64_t address; /* bus   */
    uint64_t length;  /* bytes */
};

/* The one at an index of an array of a form. Context: any. */
static inline void *iodma_element_at(void *elements, size_t index, uint8_t form)
{
    return form == IODMA_FORM_32
               ? (void *)((struct iodma_element32 *)elements + index)
               : (void *)((struct iodma_element64 *)elements + index);
}

/* Write a segment that fits the form. Context: any. */
static inline void iodma_element_write(void *element,
                                       struct hal_segment segment, uint8_t form)
{
    if (form == IODMA_FORM_32) {
        struct iodma_element32 *narrow = (struct iodma_element32 *)element;

        narrow->address = (uint32_t)segment.address;
        narrow->length = (uint32_t)segment.length;
    } else {
        struct iodma_element64 *wide = (struct iodma_element64 *)element;

        wide->address = segment.address;
        wide->length = segment.length;
    }
}

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
                                 uint32_t *count,
                                 const struct iodma_output *output);

/* Run by run. Judges what prepare has not judged (IODMA_ITERATE_ONLY).
   (dma/segment.c) */
enum iodma_status iodma_generate_runs(struct iodma_command *command,
                                      hal_address *offset, void *segments,
                                      uint32_t *count,
                                      const struct iodma_output *output);

#ifdef __cplusplus
}
#endif

#endif
