/* SPDX-License-Identifier: MIT */
/* Generation: from a prepared command's view to whoever takes segments. */
#include "dma/command.h"

/* Generate up to *count segments from the cursor on.
   first: the list begins with them. */
static enum iodma_status generate(struct iodma_command *command,
                                  iodma_segment_function output,
                                  struct iodma_cursor *cursor, void *segments,
                                  uint32_t *count, bool first)
{
    bool check = iodma_command_iterates(command);
    enum iodma_status status = IODMA_OK;
    struct hal_segment segment;
    uint32_t delivered = 0;

    while (delivered < *count) {
        if (check)
            status = iodma_segment_check(&command->view, cursor,
                                         first && delivered == 0);
        if (status == IODMA_OK)
            status = iodma_segment_next(&command->view, cursor, &segment);
        if (status == IODMA_OVERRUN)
            break;
        if (status == IODMA_OK &&
            !output(command, segment, segments, delivered))
            status = IODMA_MESSAGE_TOO_LARGE;
        if (status != IODMA_OK)
            return status;
        delivered++;
    }

    *count = delivered;
    return IODMA_OK;
}

static enum iodma_status generate_at(struct iodma_command *command,
                                     iodma_segment_function output,
                                     uint64_t *offset, void *segments,
                                     uint32_t *count, bool first)
{
    struct iodma_cursor cursor;
    enum iodma_status status;

    if (!command->memory)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (!offset || !segments || !count || !output || *count == 0)
        return IODMA_BAD_ARGUMENT;
    if (*offset >= command->view.length)
        return IODMA_OVERRUN;

    cursor = command->cursor;
    if (iodma_view_position(&command->view, &cursor.walk) != *offset)
        iodma_view_seek(&command->view, *offset, &cursor);
    status = generate(command, output, &cursor, segments, count, first);
    if (status != IODMA_OK)
        return status;

    command->cursor = cursor;
    *offset = iodma_view_position(&command->view, &cursor.walk);
    return IODMA_OK;
}

enum iodma_status iodma_command_gen_segments_with(struct iodma_command *command,
                                                  iodma_segment_function output,
                                                  uint64_t *offset,
                                                  void *segments,
                                                  uint32_t *count)
{
    return generate_at(command, output, offset, segments, count, true);
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             uint64_t *offset, void *segments,
                                             uint32_t *count)
{
    return iodma_command_gen_segments_with(command, command->device.output,
                                           offset, segments, count);
}

enum iodma_status iodma_command_gen_segments32(struct iodma_command *command,
                                               uint64_t *offset,
                                               struct iodma_segment32 *segments,
                                               uint32_t *count)
{
    return iodma_command_gen_segments(command, offset, segments, count);
}

enum iodma_status iodma_command_gen_segments64(struct iodma_command *command,
                                               uint64_t *offset,
                                               struct iodma_segment64 *segments,
                                               uint32_t *count)
{
    return iodma_command_gen_segments(command, offset, segments, count);
}

/* Segments that go to an emitter at a time. */
enum { PORTION = 8 };

/* An iodma_segment_function: into an array of struct hal_segment. */
static bool output_segment(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index)
{
    (void)command;
    ((struct hal_segment *)segments)[index] = segment;
    return true;
}

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     uint64_t *offset,
                                     struct hal_emitter *emitter)
{
    enum iodma_status status = IODMA_OK;
    bool first = true;
    bool last = false;
    uint64_t at;

    if (!offset || !emitter)
        return IODMA_BAD_ARGUMENT;
    at = *offset;
    while (status == IODMA_OK && !last) {
        struct hal_segment segments[PORTION];
        uint32_t count = PORTION;

        status =
            generate_at(command, output_segment, &at, segments, &count, first);
        last = at == command->view.length;
        if (status == IODMA_OK)
            status = emitter->put(emitter, segments, count, first, last);
        first = false;
    }
    if (status == IODMA_OK)
        *offset = at;
    return status;
}
