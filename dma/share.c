/* SPDX-License-Identifier: MIT */
#include "share.h"

#include "../hal/bits.h"
#include "refuse.h"

/* Is some of this memory in the CPU's caches while the device looks at memory
   itself? */
static bool cached_alone(const struct iodma_bus *bus, hal_address address,
                         hal_address length)
{
    const struct hal_aperture *aperture = bus->hal->apertures;
    hal_address last = address + (length - 1);

    for (uint32_t left = bus->hal->aperture_count; left != 0;
         left--, aperture++) {
        hal_address from =
            address > aperture->first ? address : aperture->first;
        hal_address to = smaller(last, aperture->last);

        if (!aperture->snooped && from <= to &&
            iodma_bus_cached(bus, from, to - from + 1))
            return true;
    }
    return false;
}

/* The one segment that the whole of a prepared command has to be. */
static enum iodma_status only_segment(struct iodma_command *command,
                                      struct hal_segment *segment)
{
    hal_address offset = 0;
    uint32_t count = 1;
    enum iodma_status status =
        iodma_command_gen_segments(command, &offset, segment, &count);

    if (status == IODMA_OK && offset != command->window.length)
        return iodma_refuse_values(command->window.reason, IODMA_NO_SPACE,
                                   IODMA_RULE_SEGMENT_COUNT, 1, 2);
    return status;
}

/* Prepare a command for the storage, for good. It goes as it lies, or not at
   all: a ring cannot live in a bounce buffer. Whoever maintains the lines
   himself has it listed only. */
static enum iodma_status prepare(struct iodma_share *share,
                                 const struct hal_limits *limits,
                                 bool maintained, struct hal_segment *segment)
{
    const struct iodma_spec spec = IODMA_SPEC_THROUGH(
        maintained ? IODMA_ITERATE_ONLY : IODMA_DIRECT_ONLY, NULL,
        iodma_output_segments, limits->address_bits, limits->max_segment,
        .max_transfer = limits->max_transfer,
        .align_address = limits->align_address,
        .align_length = limits->align_length,
        .align_internal = limits->align_internal, .boundary = limits->boundary);
    struct iodma_command *command = &share->command;
    enum iodma_status status = iodma_command_set_spec(command, &spec);

    if (status == IODMA_OK)
        status = iodma_command_set_memory(command, &share->memory, true);
    if (status != IODMA_OK)
        return status;
    status = only_segment(command, segment);
    if (status != IODMA_OK)
        (void)iodma_command_clear_memory(command, true);
    return status;
}

enum iodma_status iodma_share(struct iodma_share *share,
                              const struct iodma_bus *bus,
                              const struct hal_limits *limits,
                              hal_address address, void *cpu, size_t size,
                              uint32_t flags, struct hal_shared *shared)
{
    bool maintained = (flags & IODMA_SHARE_MAINTAINED) != 0;
    hal_address length = (hal_address)size;
    struct hal_segment segment;
    enum iodma_status status;

    if (!share || !bus)
        return IODMA_BAD_ARGUMENT;
    if (!limits || !cpu || !shared)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            !limits ? IODMA_AT_ARGUMENT(POINTER, LIMITS)
                            : !cpu  ? IODMA_AT_ARGUMENT(POINTER, POINTER)
                                    : IODMA_AT_ARGUMENT(POINTER, SHARED));
    if ((flags & ~(uint32_t)IODMA_SHARE_MAINTAINED) != 0)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OPTIONS, OPTIONS),
                                   IODMA_SHARE_MAINTAINED, flags);
    (void)iodma_command_init_unspecified(&share->command, bus, NULL);
    if (length == 0 || length != size ||
        iodma_memory_init_buffer(&share->memory, address, length, length,
                                 IODMA_INOUT) != IODMA_OK)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(BUFFER, ADDRESS), length,
                                   address);
    if (!cached_alone(bus, address, length))
        maintained = false;
    else if (!maintained)
        return iodma_refuse_values(bus->reason, IODMA_UNSUPPORTED,
                                   IODMA_RULE_CACHED, 0, address);
    else if (modulo32(address | length, bus->line) != 0)
        return iodma_refuse_values(bus->reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(LINE, ADDRESS), bus->line,
                                   address);

    status = prepare(share, limits, maintained, &segment);
    if (status == IODMA_OK)
        *shared = (struct hal_shared){ cpu, segment.address, size };
    return status;
}

enum iodma_status iodma_unshare(struct iodma_share *share)
{
    if (!share->command.window.memory)
        return iodma_refuse(share->command.window.reason, IODMA_NOT_READY,
                            IODMA_RULE_UNATTACHED);
    return iodma_command_clear_memory(&share->command, true);
}
