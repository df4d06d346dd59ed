/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "../hal/bits.h"
#include "refuse.h"

enum iodma_status iodma_copy_init(struct iodma_copy *copy,
                                  const struct iodma_bus *bus,
                                  struct iodma_channel *channel)
{
    if (!copy || !bus || !channel || channel->dmac->bus != bus->hal)
        return IODMA_BAD_ARGUMENT;

    *copy = (struct iodma_copy){ .bus = bus, .channel = channel };
    return IODMA_OK;
}

/*
 * Have a command keep to an engine's limits beside what its bus asks for. The
 * seams of one end cut the other, so every segment may begin an item, and
 * lengths carry the alignment of addresses (within() of transfer.c).
 */
static enum iodma_status narrow(struct iodma_command *command,
                                const struct hal_dmac *dmac)
{
    struct hal_limits limits = *dmac->limits;
    uint32_t alignment =
        larger32(limits.align_address,
                 larger32(limits.align_internal, limits.align_seam));
    enum iodma_status status;

    limits.align_address = alignment;
    limits.align_internal = alignment;
    limits.align_length = larger32(limits.align_length, alignment);
    status = iodma_limits_add(&command->window.limits, &limits,
                              command->window.reason);
    if (status != IODMA_OK) /* whose fault is it? */
        (void)iodma_refuse_cure(command->window.reason, status, IODMA_CURE_NONE,
                                0);
    return status;
}

/* Make an end's memory and command. Out of line: what it takes of the stack is
   given back before the command is prepared. */
static __attribute__((noinline)) enum iodma_status
describe(const struct iodma_copy *copy, struct iodma_copy_end *end,
         uint32_t direction)
{
    const struct iodma_spec any = IODMA_SPEC(iodma_output_segments, 0, 0);
    enum iodma_status status = iodma_memory_init_ranges(
        &end->memory, &end->range, 1, direction, NULL, 0);

    if (status == IODMA_OK)
        status = iodma_command_init(&end->command, copy->bus, &any, NULL);
    if (status == IODMA_OK)
        status = narrow(&end->command, copy->channel->dmac);
    return status;
}

/* Prepare all of an end's range. Holds nothing after a failure. */
static enum iodma_status prepare(const struct iodma_copy *copy,
                                 struct iodma_copy_end *end, uint32_t direction)
{
    enum iodma_status status = describe(copy, end, direction);

    if (status == IODMA_OK)
        status = iodma_command_set_memory(&end->command, &end->memory, true);
    return status;
}

/* Prepare both ends and submit. Holds nothing after a failure. */
static enum iodma_status submit(struct iodma_copy *copy)
{
    enum iodma_status status = prepare(copy, &copy->source, IODMA_OUT);

    if (status != IODMA_OK)
        return status;
    status = prepare(copy, &copy->destination, IODMA_IN);
    if (status != IODMA_OK)
        goto release_source;
    status = iodma_transfer_submit(copy->channel, &copy->transfer);
    if (status != IODMA_OK)
        goto release_destination;
    return IODMA_OK;

release_destination:
    (void)iodma_command_complete(&copy->destination.command, false, false);
release_source:
    (void)iodma_command_complete(&copy->source.command, false, false);
    return status;
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    *(enum iodma_status *)transfer->ref_con = status;
}

/* Find an end in physical memory. nameless: what is recorded of one whose
   memory no pointer names. */
static enum iodma_status locate(struct iodma_copy_end *end,
                                const struct iodma_bus *bus,
                                const void *pointer, size_t length,
                                uint32_t nameless)
{
    end->range.address = (hal_address)(uintptr_t)pointer;
    end->range.length = (hal_address)length;
    if (bus->hal->translation)
        return iodma_status_of(
            iodma_bus_translate(bus, pointer, length, &end->range.address));
    return HAL_ADDRESS_BITS != 64 ||
                   iodma_bus_named(bus->hal, end->range.address,
                                   end->range.address + (length - 1))
               ? IODMA_OK
               : iodma_refuse_values(bus->reason, IODMA_MESSAGE_TOO_LARGE,
                                     nameless, HAL_READ | HAL_WRITE,
                                     end->range.address);
}

static bool overlap(const void *a, const void *b, size_t length)
{
    return (uintptr_t)b - (uintptr_t)a < length ||
           (uintptr_t)a - (uintptr_t)b < length;
}

/* What two buffers break. */
static uint32_t broken(const void *destination, const void *source,
                       size_t length)
{
    if (!iodma_bus_is_buffer(source, length))
        return IODMA_AT_ARGUMENT(BUFFER, SOURCE);
    if (!iodma_bus_is_buffer(destination, length))
        return IODMA_AT_ARGUMENT(BUFFER, DESTINATION);
    return overlap(source, destination, length)
               ? IODMA_AT_ARGUMENT(OVERLAP, DESTINATION)
               : IODMA_RULE_NONE;
}

/* A device may reach the ends of the last copy. */
static bool busy(const struct iodma_copy *copy)
{
    return copy->transfer.queued || copy->transfer.quarantined;
}

enum iodma_status iodma_copy(struct iodma_copy *copy, void *destination,
                             const void *source, size_t length,
                             uint64_t deadline)
{
    struct iodma_reason *reason;
    enum iodma_status status;
    enum iodma_status end;
    uint32_t what;

    if (!copy)
        return IODMA_BAD_ARGUMENT;
    if (length == 0)
        return IODMA_OK;
    reason = copy->bus->reason;
    what = broken(destination, source, length);
    if (what != IODMA_RULE_NONE)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT, what);
    if (busy(copy))
        return iodma_refuse(reason, IODMA_BUSY, IODMA_RULE_QUEUED);
    if (copy->channel->serving) /* it would wait for ever */
        return iodma_refuse(reason, IODMA_NOT_PERMITTED, IODMA_RULE_CHANNEL);

    status = locate(&copy->source, copy->bus, source, length,
                    IODMA_AT_ARGUMENT(APERTURE, SOURCE));
    if (status == IODMA_OK)
        status = locate(&copy->destination, copy->bus, destination, length,
                        IODMA_AT_ARGUMENT(APERTURE, DESTINATION));
    if (status != IODMA_OK)
        return status;

    copy->transfer = (struct iodma_transfer){
        .source = &copy->source.command,
        .destination = &copy->destination.command,
        .deadline = deadline,
        .done = done,
        .ref_con = &end,
    };
    status = submit(copy);
    if (status != IODMA_OK)
        return status;

    do {
        iodma_channel_poll(copy->channel);
        (void)iodma_channel_service(copy->channel);
    } while (copy->transfer.queued);
    return end;
}

enum iodma_status iodma_copy_release(struct iodma_copy *copy)
{
    if (!copy)
        return IODMA_BAD_ARGUMENT;
    if (!copy->transfer.quarantined)
        return iodma_refuse(copy->bus->reason, IODMA_NOT_READY,
                            IODMA_RULE_UNHELD);

    copy->transfer.quarantined = false;
    return iodma_transfer_give_back(&copy->transfer);
}
