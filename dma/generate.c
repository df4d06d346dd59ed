/* SPDX-License-Identifier: MIT */
/* Generation: the segments of a prepared command, to whoever takes them. */
#include "generate.h"

#include "refuse.h"
#include "shortcuts.h"

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

/* (Apart: whoever makes a list keeps nothing on the stack.) */
static IODMA_SHORTCUT_APART enum iodma_status
refuse_offset(const struct iodma_command *command, hal_address offset)
{
    return iodma_refuse_values(command->window.reason, IODMA_OVERRUN,
                               IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                               command->window.length - 1, offset);
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

/* Look at all arguments first. */
static __attribute__((noinline)) enum iodma_status
look_and_generate(struct iodma_command *command, hal_address *offset,
                  void *segments, uint32_t *count,
                  const struct iodma_output *output)
{
    if (command->prepared == 0)
        return refuse_unprepared(command);
    if (!offset || !segments || !count || !output)
        return refuse_missing(command, missing_of(offset, segments, count));
    if (*count == 0)
        return iodma_refuse_values(command->window.reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(ROOM, COUNT), 1, 0);
    if (*offset >= command->window.length)
        return refuse_offset(command, *offset);
    return iodma_generate(command, offset, segments, count, output);
}

enum iodma_status iodma_command_gen_segments_with(
    struct iodma_command *command, const struct iodma_output *output,
    hal_address *offset, void *segments, uint32_t *count)
{
    return look_and_generate(command, offset, segments, count, output);
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             hal_address *offset,
                                             void *segments, uint32_t *count)
{
    return look_and_generate(command, offset, segments, count, command->output);
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

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     hal_address *offset,
                                     struct hal_emitter *emitter)
{
    struct hal_segment segments[PORTION];
    enum iodma_status status;
    bool first = true;
    bool last;
    hal_address at;

    if (command->prepared == 0)
        return refuse_unprepared(command);
    if (!offset || !emitter)
        return refuse_missing(command, offset ? IODMA_ARGUMENT_EMITTER
                                              : IODMA_ARGUMENT_OFFSET);
    at = *offset;
    do {
        uint32_t count = PORTION;

        command->plan.begun = !first;
        status = look_and_generate(command, &at, segments, &count,
                                   &iodma_output_segments);
        command->plan.begun = false; /* the emitter may list by itself */
        if (status != IODMA_OK)
            return status;
        last = at == command->window.length;
        status = emitter->put(emitter, segments, count, first, last);
        if (status != IODMA_OK)
            return iodma_refuse_theirs(command->window.reason, status,
                                       IODMA_RULE_EMITTER);
        first = false;
    } while (!last);
    *offset = at;
    return IODMA_OK;
}
