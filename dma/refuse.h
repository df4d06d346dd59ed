/* SPDX-License-Identifier: MIT */
/*
 * How a call that is refused says so to who explains it (dma/reason.h): by a
 * table in the record, so that a command links nothing of it. And the steps
 * of a call that the explanation takes as well.
 */
#ifndef DMA_REFUSE_H
#define DMA_REFUSE_H

#include "dma/command.h"
#include "dma/reason.h"
#include "hal/status.h"

#include <stddef.h>
#include <stdint.h>

/* One for each call, with its arguments; the command is as it was before, but
   for its view, if it is not prepared. */
struct iodma_explainer {
    void (*set_memory)(const struct iodma_command *command,
                       enum iodma_status status);
    void (*set_spec)(const struct iodma_command *command,
                     const struct iodma_spec *spec, enum iodma_status status);
    void (*prepare)(const struct iodma_command *command, uint64_t offset,
                    uint64_t length, enum iodma_status status);
    void (*gen_segments)(const struct iodma_command *command,
                         iodma_segment_function output, const uint64_t *offset,
                         const void *segments, const uint32_t *count,
                         enum iodma_status status);
    void (*emit)(const struct iodma_command *command, const uint64_t *offset,
                 const struct hal_emitter *emitter, enum iodma_status status);
    void (*move_bytes)(const struct iodma_command *command, uint64_t offset,
                       uint64_t length, const void *bytes,
                       enum iodma_status status);
    void (*synchronize)(const struct iodma_command *command, uint32_t options,
                        enum iodma_status status);
    void (*synchronize_range)(const struct iodma_command *command,
                              uint64_t offset, uint64_t length,
                              uint32_t options, enum iodma_status status);
};

/* Who wants to know of this answer; NULL: nobody. */
static inline const struct iodma_explainer *
iodma_explainer_of(const struct iodma_command *command,
                   enum iodma_status status)
{
    return status != IODMA_OK && command->reason ? command->reason->explainer
                                                 : NULL;
}

/* A view of a window as it lies. The memory is attached and has it. */
void iodma_command_look_at(const struct iodma_command *command, uint64_t offset,
                           uint64_t length, struct iodma_view *view);

#endif
