/* SPDX-License-Identifier: MIT */
/* Generation: the segments of a prepared command, to whoever takes them. */
#include "generate.h"

#include "refuse.h"

#include <stddef.h>

/* Segments that an emitter gets at a time: a compromise between stack and
   calls. */
enum { PORTION = 8 };

/* What is broken: one of these is missing, or else the output. */
static uint32_t missing_of(const hal_address *offset, const void *segments,
                           const uint32_t *count)
{
    if (!offset)
        return IODMA_AT_ARGUMENT(POINTER, OFFSET);
    if (!segments)
        return IODMA_AT_ARGUMENT(POINTER, SEGMENTS);
    return count ? IODMA_AT_ARGUMENT(POINTER, OUTPUT)
                 : IODMA_AT_ARGUMENT(POINTER, COUNT);
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             hal_address *offset,
                                             void *segments, uint32_t *count)
{
    const struct iodma_window *window = &command->window;
    struct iodma_reason *reason = window->reason;

    if (!window->memory)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT, IODMA_RULE_UNATTACHED);
    if (command->prepared == 0)
        return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNPREPARED);
    if (!offset || !segments || !count || !command->output)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            missing_of(offset, segments, count));
    if (*count == 0)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(ROOM, COUNT), 1, 0);
    if (*offset >= window->length)
        return iodma_refuse_values(reason, IODMA_OVERRUN,
                                   IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                                   window->length - 1, *offset);
    return iodma_generate(command, offset, segments, count);
}

enum iodma_status iodma_command_gen_segments_with(
    struct iodma_command *command, const struct iodma_output *output,
    hal_address *offset, void *segments, uint32_t *count)
{
    const struct iodma_output *own = command->output;
    enum iodma_status status;

    command->output = output;
    status = iodma_command_gen_segments(command, offset, segments, count);
    command->output = own;
    return status;
}

/* In elements of this form, or not at all. */
static inline enum iodma_status generate_form(struct iodma_command *command,
                                              hal_address *offset,
                                              void *segments, uint32_t *count,
                                              uint8_t form)
{
    const struct iodma_output *output = command->output;

    if (command->prepared != 0 && output->form != form)
        return iodma_refuse_values(command->window.reason, IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_WIDTH, form, output->form);
    return iodma_command_gen_segments(command, offset, segments, count);
}

enum iodma_status iodma_command_gen_segments32(struct iodma_command *command,
                                               hal_address *offset,
                                               struct iodma_segment32 *segments,
                                               uint32_t *count)
{
    return generate_form(command, offset, segments, count, IODMA_FORM_32);
}

enum iodma_status iodma_command_gen_segments64(struct iodma_command *command,
                                               hal_address *offset,
                                               struct iodma_segment64 *segments,
                                               uint32_t *count)
{
    return generate_form(command, offset, segments, count, IODMA_FORM_64);
}

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     hal_address *offset,
                                     struct hal_emitter *emitter)
{
    struct iodma_reason *reason = command->window.reason;
    struct hal_segment list[PORTION];
    enum iodma_status status;
    bool first = true;
    bool last;
    hal_address at;

    if (!offset || !emitter) { /* refused as an array that is missing */
        status = iodma_command_gen_segments(command, offset, NULL, NULL);
        if (command->prepared != 0 && offset)
            iodma_refuse_at(reason, IODMA_PLACE_ARGUMENT,
                            IODMA_ARGUMENT_EMITTER);
        return status;
    }
    at = *offset;
    do {
        uint32_t count = PORTION;

        command->plan.begun = !first;
        status = iodma_command_gen_segments_with(
            command, &iodma_output_segments, &at, list, &count);
        command->plan.begun = false; /* the emitter may list by itself */
        if (status != IODMA_OK)
            return status;
        last = at == command->window.length; /* `put` may prepare the next */
        status = emitter->put(emitter, list, count, first, last);
        if (status != IODMA_OK)
            return iodma_refuse_theirs(reason, status, IODMA_RULE_EMITTER);
        first = false;
    } while (!last);
    *offset = at;
    return IODMA_OK;
}
