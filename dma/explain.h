/* SPDX-License-Identifier: MIT */
/*
 * What explains a refusal (rule E6, dma/reason.h): each call looks once more at
 * what it was given, in the order in which the refused one did, and fills the
 * record. One file for each part of the interface, explain_*.c.
 *
 * Context of all calls: any.
 */
#ifndef DMA_EXPLAIN_H
#define DMA_EXPLAIN_H

#include "dma/judge.h"
#include "dma/reason.h"
#include "dma/refuse.h"

#include <stdbool.h>
#include <stdint.h>

/* The record (explain_record.c) ------------------------------------------- */

/* A new refusal: all but who explains is cleared. */
void iodma_record_begin(struct iodma_reason *reason, uint32_t call,
                        enum iodma_status status);

/* Which rule; where; what would help. */
void iodma_record_say(struct iodma_reason *reason, uint32_t rule,
                      uint64_t required, uint64_t actual);
void iodma_record_at(struct iodma_reason *reason, uint32_t place,
                     uint64_t number);
void iodma_record_cure(struct iodma_reason *reason, uint32_t what,
                       uint64_t amount);

/* All of one that is wrong about an argument; about one that is NULL. */
void iodma_record_argue(struct iodma_reason *reason, uint32_t rule,
                        uint32_t argument, uint64_t required, uint64_t actual);
void iodma_record_missing(struct iodma_reason *reason, uint32_t argument);

/* All of one that is wrong about the state; about a number of times that has to
   come to 0 first. */
void iodma_record_state(struct iodma_reason *reason, uint32_t rule,
                        uint32_t what);
void iodma_record_busy(struct iodma_reason *reason, uint32_t rule,
                       uint32_t what, uint32_t times);

/* At the byte at a position of a view. Returns its range, or NULL if that is
   one of many descriptors'. */
const struct iodma_range *iodma_record_byte(struct iodma_reason *reason,
                                            const struct iodma_view *view,
                                            uint64_t position);

/* Memory (explain_memory.c) ----------------------------------------------- */

/* A rule that memory breaks as it lies, with what would change that. `most`
   bytes would do from the first one on. */
void iodma_explain_memory(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_finding *finding, uint64_t most);

/* Bytes that the CPU has to reach and cannot. */
void iodma_explain_access(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_finding *finding);

/* No buffer for all of the window. */
void iodma_explain_buffer(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_verdict *whole);

/* The calls: as in struct iodma_explainer --------------------------------- */

/* explain_spec.c */
void iodma_explain_set_spec(const struct iodma_command *command,
                            const struct iodma_spec *spec,
                            enum iodma_status status);

/* explain_prepare.c */
void iodma_explain_prepare(const struct iodma_command *command, uint64_t offset,
                           uint64_t length, enum iodma_status status);

/* explain_list.c */
void iodma_explain_gen_segments(const struct iodma_command *command,
                                iodma_segment_function output,
                                const uint64_t *offset, const void *segments,
                                const uint32_t *count,
                                enum iodma_status status);
void iodma_explain_emit(const struct iodma_command *command,
                        const uint64_t *offset,
                        const struct hal_emitter *emitter,
                        enum iodma_status status);

/* Is an offset within the window? If not, that is explained. */
bool iodma_explain_offset(struct iodma_reason *reason,
                          const struct iodma_command *command, uint64_t offset);

/* explain_bytes.c */
void iodma_explain_move_bytes(const struct iodma_command *command,
                              uint64_t offset, uint64_t length,
                              const void *bytes, enum iodma_status status);
void iodma_explain_synchronize(const struct iodma_command *command,
                               uint32_t options, enum iodma_status status);
void iodma_explain_synchronize_range(const struct iodma_command *command,
                                     uint64_t offset, uint64_t length,
                                     uint32_t options,
                                     enum iodma_status status);

#endif
