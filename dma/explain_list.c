/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include "dma/segment.h"
#include "hal/bits.h"

/* What a generation looks at before the list. False: it is explained. */
static bool may_list(struct iodma_reason *reason,
                     const struct iodma_command *command,
                     const uint64_t *offset)
{
    if (!command->memory) {
        iodma_record_state(reason, IODMA_RULE_UNATTACHED, IODMA_CURE_ATTACH);
        return false;
    }
    if (command->prepared == 0) {
        iodma_record_state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
        return false;
    }
    if (!offset) {
        iodma_record_missing(reason, IODMA_ARGUMENT_OFFSET);
        return false;
    }
    return true;
}

bool iodma_explain_offset(struct iodma_reason *reason,
                          const struct iodma_command *command, uint64_t offset)
{
    uint64_t length = command->view.length;

    if (offset < length)
        return true;
    iodma_record_argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET,
                       length == 0 ? 0 : length - 1, offset);
    if (length != 0)
        iodma_record_cure(reason, IODMA_CURE_SET, 0);
    return false;
}

/* What is left from an offset on is no whole length: some segment has none. */
static bool begins_within(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_finding *finding, uint64_t offset)
{
    uint32_t step = view->limits->align_length;
    uint32_t within = modulo32(offset, step);

    if (finding->rule != IODMA_RULE_ALIGN_LENGTH || within == 0)
        return false;
    iodma_record_argue(reason, IODMA_RULE_ALIGN_LENGTH, IODMA_ARGUMENT_OFFSET,
                       step, view->length - offset);
    iodma_record_cure(reason, IODMA_CURE_SET, offset - within);
    return true;
}

/* The first segment that an iterate-only command may not have. */
static bool illegal_segment(struct iodma_reason *reason,
                            const struct iodma_command *command,
                            uint64_t offset, uint32_t count)
{
    const struct iodma_view *view = &command->view;
    struct iodma_finding finding;
    struct iodma_cursor cursor;
    uint64_t position = offset;

    iodma_view_seek(view, offset, &cursor);
    for (uint32_t i = 0; i < count; i++) {
        if (!iodma_judge_next(view, &cursor, i, &finding))
            break;
        if (finding.rule != IODMA_RULE_NONE) {
            if (!begins_within(reason, view, &finding, offset))
                iodma_explain_memory(reason, view, &finding, position);
            return true;
        }
        position = iodma_view_position(view, &cursor.walk);
    }
    return false;
}

/* A segment that the output function could not write. */
static void unwritten(struct iodma_reason *reason,
                      const struct iodma_command *command,
                      iodma_segment_function output, uint64_t offset)
{
    const struct iodma_view *view = &command->view;
    struct iodma_cursor cursor;
    struct hal_segment segment;
    uint32_t index = 0;

    iodma_record_say(reason, IODMA_RULE_OUTPUT, 0, 0);
    if (iodma_output_bits(output) != 32)
        return;
    iodma_view_seek(view, offset, &cursor);
    while (iodma_segment_next(view, &cursor, &segment) == IODMA_OK) {
        if ((segment.address | segment.length) > UINT32_MAX) {
            iodma_record_say(reason, IODMA_RULE_OUTPUT, UINT32_MAX,
                             segment.address > UINT32_MAX ? segment.address
                                                          : segment.length);
            break;
        }
        index++;
    }
    iodma_record_at(reason, IODMA_PLACE_SEGMENT, index);
    iodma_record_cure(reason, IODMA_CURE_WIDER, 64);
}

void iodma_explain_gen_segments(const struct iodma_command *command,
                                iodma_segment_function output,
                                const uint64_t *offset, const void *segments,
                                const uint32_t *count, enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    iodma_record_begin(reason, IODMA_CALL_GEN_SEGMENTS, status);
    if (!may_list(reason, command, offset))
        return;
    if (!segments) {
        iodma_record_missing(reason, IODMA_ARGUMENT_SEGMENTS);
    } else if (!count) {
        iodma_record_missing(reason, IODMA_ARGUMENT_COUNT);
    } else if (!output) {
        iodma_record_missing(reason, IODMA_ARGUMENT_OUTPUT);
    } else if (*count == 0) {
        iodma_record_argue(reason, IODMA_RULE_CAPACITY, IODMA_ARGUMENT_COUNT, 1,
                           0);
        iodma_record_cure(reason, IODMA_CURE_SET, 1);
    } else if (iodma_explain_offset(reason, command, *offset) &&
               !(iodma_command_iterates(command) &&
                 illegal_segment(reason, command, *offset, *count))) {
        unwritten(reason, command, output, *offset);
    }
}

void iodma_explain_emit(const struct iodma_command *command,
                        const uint64_t *offset,
                        const struct hal_emitter *emitter,
                        enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    iodma_record_begin(reason, IODMA_CALL_EMIT, status);
    if (!may_list(reason, command, offset))
        return;
    if (!emitter)
        iodma_record_missing(reason, IODMA_ARGUMENT_EMITTER);
    else if (iodma_explain_offset(reason, command, *offset) &&
             !(iodma_command_iterates(command) &&
               illegal_segment(reason, command, *offset, UINT32_MAX)))
        iodma_record_say(reason, IODMA_RULE_EMITTER, 0, (uint32_t)status);
}
