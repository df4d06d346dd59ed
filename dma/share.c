/* SPDX-License-Identifier: MIT */
#include "share.h"

#include "../hal/bits.h"
#include "refuse.h"

/* Prepare a command for the storage, for good, and list it: one segment. It
   goes as it lies, or not at all: a ring cannot live in a bounce buffer. Who
   maintains its lines is not us, so it is listed only. */
static enum iodma_status list(struct iodma_share *share,
                              const struct hal_limits *limits, bool maintained,
                              struct hal_segment *segment)
{
    struct iodma_command *command = &share->command;
    struct iodma_window *window = &command->window;
    const struct iodma_bus *bus = window->bus;
    struct iodma_reason *reason = bus->reason;
    const struct iodma_range *buffer = &share->memory.buffer;
    enum iodma_status status;
    hal_address offset = 0;
    uint32_t count = 1;

    command->output = &iodma_output_segments;
    window->mapping = IODMA_ITERATE_ONLY;
    window->mapper = bus->mapper;
    status = iodma_limits_set(&window->limits, limits, reason);
    if (status != IODMA_OK)
        return status;
    status = iodma_limits_add(&window->limits, bus->hal->limits, reason);
    if (status != IODMA_OK) /* whose fault is it? */
        return iodma_refuse_cure(reason, status, IODMA_CURE_NONE, 0);
    status = iodma_command_set_memory(command, &share->memory, true);
    if (status != IODMA_OK)
        return status;
    if (command->plan.cached && !maintained)
        return iodma_refuse_values(reason, IODMA_UNSUPPORTED, IODMA_RULE_CACHED,
                                   0, buffer->address);
    if (command->plan.cached &&
        modulo32(buffer->address | buffer->length, bus->line) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(LINE, ADDRESS), bus->line,
                                   buffer->address);
    status = iodma_command_gen_segments(command, &offset, segment, &count);
    return status == IODMA_OK && segment->length != window->length
               ? iodma_refuse_values(reason, IODMA_NO_SPACE,
                                     IODMA_RULE_SEGMENT_COUNT, UINT32_C(1), 2)
               : status;
}

enum iodma_status iodma_share(struct iodma_share *share,
                              const struct iodma_bus *bus,
                              const struct hal_limits *limits,
                              hal_address address, void *cpu, size_t size,
                              uint32_t flags, struct hal_shared *shared)
{
    hal_address length = (hal_address)size;
    struct iodma_reason *reason;
    struct iodma_command *command;
    struct hal_segment segment;
    enum iodma_status status;

    if (!share || !bus)
        return IODMA_BAD_ARGUMENT;
    command = &share->command;
    reason = bus->reason;
    if (!limits)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, LIMITS));
    if (!cpu)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, POINTER));
    if (!shared)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, SHARED));
    if ((flags & ~(uint32_t)IODMA_SHARE_MAINTAINED) != 0)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OPTIONS, OPTIONS),
                                   IODMA_SHARE_MAINTAINED, flags);
    (void)iodma_command_init_unspecified(command, bus, NULL);
    if (length == 0 || length != size ||
        iodma_memory_init_buffer(&share->memory, address, length, length,
                                 IODMA_INOUT) != IODMA_OK)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(BUFFER, ADDRESS), length,
                                   address);
    status = list(share, limits, flags != 0, &segment);
    if (status != IODMA_OK) {
        (void)iodma_command_clear_memory(command, true);
        return status;
    }
    shared->cpu = cpu;
    shared->bus = segment.address;
    shared->size = size;
    return IODMA_OK;
}

enum iodma_status iodma_unshare(struct iodma_share *share)
{
    struct iodma_command *command = &share->command;

    return command->window.memory
               ? iodma_command_clear_memory(command, true)
               : iodma_refuse(command->window.reason, IODMA_NOT_READY,
                              IODMA_RULE_UNATTACHED);
}
