/* SPDX-License-Identifier: MIT */
#include "dma/command.h"

#include "dma/plan.h"
#include "dma/sync.h"
#include "hal/bits.h"

#include <stddef.h>

enum iodma_status iodma_command_init_unspecified(struct iodma_command *command,
                                                 const struct iodma_bus *bus,
                                                 void *ref_con)
{
    if (!command || !bus)
        return IODMA_BAD_ARGUMENT;

    *command = (struct iodma_command){
        .ref_con = ref_con,
        .bus = bus,
        .align_address = 1,
        .align_length = 1,
        .align_internal = 1,
    };
    return IODMA_OK;
}

enum iodma_status iodma_command_init(struct iodma_command *command,
                                     const struct iodma_bus *bus,
                                     const struct iodma_spec *spec,
                                     void *ref_con)
{
    enum iodma_status status =
        iodma_command_init_unspecified(command, bus, ref_con);

    return status == IODMA_OK ? iodma_command_set_spec(command, spec) : status;
}

enum iodma_status iodma_command_set_spec(struct iodma_command *command,
                                         const struct iodma_spec *spec)
{
    struct iodma_limits limits;
    struct hal_limits resolved;
    enum iodma_status status;

    if (command->prepared != 0)
        return IODMA_NOT_PERMITTED;
    if (!spec || !spec->output)
        return IODMA_BAD_ARGUMENT;

    status =
        iodma_limits_resolve(&spec->segment, iodma_output_bits(spec->output),
                             command->bus->granule, &resolved);
    if (status == IODMA_OK)
        status = iodma_limits_set(&limits, &resolved);
    if (status == IODMA_OK &&
        (spec->mapping & IODMA_TYPE_MASK) > IODMA_UNMAPPED)
        status = IODMA_BAD_ARGUMENT;
    if (status == IODMA_OK)
        status = iodma_limits_narrow(&limits, &command->bus->limits);
    if (status != IODMA_OK)
        return status;

    command->output = spec->output;
    command->limits = limits;
    command->address_bits = resolved.address_bits;
    command->align_address = resolved.align_address;
    command->align_length = resolved.align_length;
    command->align_internal = resolved.align_internal;
    command->mapping = spec->mapping;
    return IODMA_OK;
}

enum iodma_status iodma_command_deinit(struct iodma_command *command)
{
    enum iodma_status status = iodma_command_clear_memory(command, true);

    if (status == IODMA_OK)
        *command = (struct iodma_command){ .ref_con = NULL };
    return status;
}

enum iodma_status iodma_command_set_memory(struct iodma_command *command,
                                           const struct iodma_memory *memory,
                                           bool auto_prepare)
{
    const struct iodma_memory *former = command->memory;
    enum iodma_status status;

    if (command->prepared != 0)
        return IODMA_BUSY;

    command->memory = memory;
    if (!memory || !auto_prepare)
        return IODMA_OK;

    status = iodma_command_prepare(command, 0, 0, true, true);
    if (status != IODMA_OK)
        command->memory = former;
    return status;
}

enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete)
{
    if (command->held != 0)
        return IODMA_BUSY;
    if (command->prepared != 0 && !auto_complete)
        return IODMA_NOT_READY;

    while (command->prepared != 0)
        (void)iodma_command_complete(command, true, true);
    command->memory = NULL;
    return IODMA_OK;
}

const struct iodma_memory *
iodma_command_memory(const struct iodma_command *command)
{
    return command->memory;
}

/* The window that offset and length ask for, if the descriptor has it. */
static enum iodma_status window_of(const struct iodma_command *command,
                                   uint64_t offset, uint64_t length,
                                   struct iodma_view *view)
{
    const struct iodma_memory *memory = command->memory;

    if (!command->output || !memory)
        return IODMA_NOT_READY;
    if (offset > memory->length)
        return IODMA_BAD_ARGUMENT;
    if (length == 0)
        length = memory->length - offset;
    if (length > memory->length - offset)
        return IODMA_BAD_ARGUMENT;
    if (length > command->limits.max_transfer)
        return IODMA_NO_SPACE;

    *view = (struct iodma_view){
        .bus = command->bus,
        .memory = memory,
        .offset = offset,
        .length = length,
    };
    return IODMA_OK;
}

static enum iodma_status prepare_again(struct iodma_command *command,
                                       const struct iodma_view *view)
{
    if (view->offset != command->view.offset ||
        view->length != command->view.length)
        return IODMA_NOT_READY;
    command->prepared++;
    return IODMA_OK;
}

/* Can the device have these bytes, and as they lie? */
static enum iodma_status admit(const struct iodma_command *command,
                               const struct iodma_view *view)
{
    if (modulo(view->length, command->limits.align_length) != 0)
        return IODMA_NOT_ALIGNED;
    if (iodma_view_write_protected(view))
        return IODMA_NOT_WRITABLE;
    if ((command->mapping & IODMA_ITERATE_ONLY) != 0)
        return IODMA_OK;
    if ((command->mapping & IODMA_TYPE_MASK) == IODMA_NON_COHERENT)
        return IODMA_UNSUPPORTED;
    return iodma_plan_choose(view, &command->limits);
}

enum iodma_status iodma_command_prepare(struct iodma_command *command,
                                        uint64_t offset, uint64_t length,
                                        bool flush_cache, bool synchronize)
{
    struct iodma_view view;
    enum iodma_status status;

    (void)flush_cache;
    (void)synchronize;

    status = window_of(command, offset, length, &view);
    if (status != IODMA_OK)
        return status;
    if (command->prepared != 0)
        return prepare_again(command, &view);
    status = admit(command, &view);
    if (status != IODMA_OK)
        return status;

    iodma_sync_for_device(command->bus->hal);
    command->view = view;
    iodma_view_seek(&view, 0, &command->walk);
    command->prepared = 1;
    return IODMA_OK;
}

enum iodma_status iodma_command_complete(struct iodma_command *command,
                                         bool invalidate_cache,
                                         bool synchronize)
{
    (void)invalidate_cache;
    (void)synchronize;

    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (command->prepared == command->held)
        return IODMA_BUSY;

    command->prepared--;
    if (command->prepared == 0)
        iodma_sync_for_cpu(command->bus->hal);
    return IODMA_OK;
}

/* Generate up to *count segments from the walk on. */
static enum iodma_status generate(struct iodma_command *command,
                                  iodma_segment_function output,
                                  struct iodma_walk *walk, void *segments,
                                  uint32_t *count)
{
    bool check = (command->mapping & IODMA_ITERATE_ONLY) != 0;
    enum iodma_status status = IODMA_OK;
    struct hal_segment segment;
    uint32_t delivered = 0;

    while (delivered < *count) {
        if (check)
            status = iodma_segment_check(&command->view, &command->limits, walk,
                                         delivered == 0);
        if (status == IODMA_OK)
            status = iodma_segment_next(&command->view, &command->limits, walk,
                                        &segment);
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

enum iodma_status iodma_command_gen_segments_with(struct iodma_command *command,
                                                  iodma_segment_function output,
                                                  uint64_t *offset,
                                                  void *segments,
                                                  uint32_t *count)
{
    struct iodma_walk walk;
    enum iodma_status status;

    if (!command->memory)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (!offset || !segments || !count || !output || *count == 0)
        return IODMA_BAD_ARGUMENT;
    if (*offset >= command->view.length)
        return IODMA_OVERRUN;

    walk = command->walk;
    if (iodma_view_position(&command->view, &walk) != *offset)
        iodma_view_seek(&command->view, *offset, &walk);
    status = generate(command, output, &walk, segments, count);
    if (status != IODMA_OK)
        return status;

    command->walk = walk;
    *offset = iodma_view_position(&command->view, &walk);
    return IODMA_OK;
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             uint64_t *offset, void *segments,
                                             uint32_t *count)
{
    return iodma_command_gen_segments_with(command, command->output, offset,
                                           segments, count);
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

enum iodma_status
iodma_command_get_prepared(const struct iodma_command *command,
                           uint64_t *offset, uint64_t *length)
{
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (offset)
        *offset = command->view.offset;
    if (length)
        *length = command->view.length;
    return IODMA_OK;
}

enum iodma_status iodma_command_hold(struct iodma_command *command)
{
    if (command->held == command->prepared)
        return IODMA_NOT_READY;
    command->held++;
    return IODMA_OK;
}

enum iodma_status iodma_command_release(struct iodma_command *command)
{
    if (command->held == 0)
        return IODMA_NOT_READY;
    command->held--;
    return IODMA_OK;
}

uint8_t iodma_command_address_bits(const struct iodma_command *command)
{
    return command->address_bits;
}

uint32_t iodma_command_alignment(const struct iodma_command *command)
{
    return command->align_address;
}

uint32_t iodma_command_alignment_length(const struct iodma_command *command)
{
    return command->align_length;
}

uint32_t
iodma_command_alignment_internal_segments(const struct iodma_command *command)
{
    return command->align_internal;
}
