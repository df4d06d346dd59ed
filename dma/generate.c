/* SPDX-License-Identifier: MIT */
/* Generation: the segments of a prepared command, to whoever takes them. */
#include "../hal/bits.h"
#include "command.h"
#include "refuse.h"

/* Segments that an emitter gets at a time: a compromise between stack and
   calls. */
enum { PORTION = 8 };

static enum iodma_status refuse_unprepared(const struct iodma_command *command)
{
    return command->window.memory
               ? iodma_refuse(command->window.reason, IODMA_NOT_READY,
                              IODMA_RULE_UNPREPARED)
               : iodma_refuse(command->window.reason, IODMA_BAD_ARGUMENT,
                              IODMA_RULE_UNATTACHED);
}

static enum iodma_status refuse_missing(const struct iodma_command *command,
                                        uint32_t argument)
{
    return iodma_refuse(
        command->window.reason, IODMA_BAD_ARGUMENT,
        IODMA_AT(IODMA_RULE_POINTER, IODMA_PLACE_ARGUMENT, argument));
}

static enum iodma_status refuse_offset(const struct iodma_command *command,
                                       hal_address offset)
{
    return iodma_refuse_values(command->window.reason, IODMA_OVERRUN,
                               IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                               command->window.length - 1, offset);
}

/* Have the command's place at an offset, where it is most of the time. */
static void go_to(struct iodma_command *command, hal_address offset)
{
    if (iodma_segment_position(&command->plan, &command->place) != offset)
        iodma_segment_seek(&command->plan, &command->place, offset);
}

/* The argument that is missing. */
static uint32_t missing_of(const hal_address *offset, const void *segments,
                           const uint32_t *count)
{
    if (!offset)
        return IODMA_ARGUMENT_OFFSET;
    if (!segments)
        return IODMA_ARGUMENT_SEGMENTS;
    return count ? IODMA_ARGUMENT_OUTPUT : IODMA_ARGUMENT_COUNT;
}

enum iodma_status iodma_command_gen_segments_with(
    struct iodma_command *command, const struct iodma_output *output,
    hal_address *offset, void *segments, uint32_t *count)
{
    const struct iodma_plan *plan = &command->plan;
    const struct iodma_list list = { output, command, segments, 0 };
    enum iodma_status status;
    uint32_t made;

    if (command->prepared == 0)
        return refuse_unprepared(command);
    if (!offset || !segments || !count || !output)
        return refuse_missing(command, missing_of(offset, segments, count));
    if (*count == 0)
        return iodma_refuse_values(command->window.reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(ROOM, COUNT), 1, 0);
    if (*offset >= command->window.length)
        return refuse_offset(command, *offset);

    made = *count;
    go_to(command, *offset);
    status = iodma_segment_list(plan, &command->place, &list, &made);
    if (status != IODMA_OK) {
        iodma_segment_seek(plan, &command->place, *offset);
        return status;
    }
    *count = made;
    *offset = iodma_segment_position(plan, &command->place);
    return IODMA_OK;
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             hal_address *offset,
                                             void *segments, uint32_t *count)
{
    return iodma_command_gen_segments_with(command, command->output, offset,
                                           segments, count);
}

/* In elements of this form, or not at all. */
static inline enum iodma_status generate_form(struct iodma_command *command,
                                              uint32_t form,
                                              hal_address *offset,
                                              void *segments, uint32_t *count)
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
    return generate_form(command, IODMA_FORM_32, offset, segments, count);
}

enum iodma_status iodma_command_gen_segments64(struct iodma_command *command,
                                               hal_address *offset,
                                               struct iodma_segment64 *segments,
                                               uint32_t *count)
{
    return generate_form(command, IODMA_FORM_64, offset, segments, count);
}

/* Put all segments from the command's place on. */
static enum iodma_status put_all(struct iodma_command *command,
                                 struct hal_emitter *emitter)
{
    const struct iodma_plan *plan = &command->plan;
    struct iodma_place *place = &command->place;
    struct hal_segment segments[PORTION];
    struct iodma_list list = { &iodma_output_segments, command, segments, 0 };
    bool last = false;

    while (!last) {
        uint32_t count = PORTION;
        enum iodma_status status =
            iodma_segment_list(plan, place, &list, &count);

        if (status != IODMA_OK)
            return status;
        last = iodma_segment_position(plan, place) == plan->window->length;
        status = emitter->put(emitter, segments, count, list.before == 0, last);
        if (status != IODMA_OK)
            return iodma_refuse_theirs(command->window.reason, status,
                                       IODMA_RULE_EMITTER);
        list.before += count;
    }
    return IODMA_OK;
}

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     hal_address *offset,
                                     struct hal_emitter *emitter)
{
    enum iodma_status status;

    if (command->prepared == 0)
        return refuse_unprepared(command);
    if (!offset || !emitter)
        return refuse_missing(command, offset ? IODMA_ARGUMENT_EMITTER
                                              : IODMA_ARGUMENT_OFFSET);
    if (*offset >= command->window.length)
        return refuse_offset(command, *offset);

    go_to(command, *offset);
    status = put_all(command, emitter);
    if (status == IODMA_OK)
        *offset = command->window.length;
    else
        iodma_segment_seek(&command->plan, &command->place, *offset);
    return status;
}
