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
 * What both ends have to keep to. The seams of one cut the other, so every
 * segment may begin an item, and lengths carry the alignment of addresses
 * (iodma_limits_within).
 */
static struct hal_limits limits_of(const struct hal_dmac *dmac)
{
    struct hal_limits limits = *dmac->limits;

    limits.align_internal = larger32(limits.align_internal, limits.align_seam);
    limits.align_address =
        larger32(limits.align_address, limits.align_internal);
    limits.align_internal = limits.align_address;
    limits.align_length = larger32(limits.align_length, limits.align_address);
    return limits;
}

/* Have a command keep to them beside what its bus asks for. */
static enum iodma_status narrow(struct iodma_command *command,
                                const struct hal_dmac *dmac)
{
    struct hal_limits limits = limits_of(dmac);
    enum iodma_status status = iodma_limits_add(
        &command->window.limits, &limits, command->window.reason);

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

static enum iodma_status locate(struct iodma_copy_end *end,
                                const struct iodma_bus *bus,
                                const void *pointer, size_t length)
{
    end->range.length = (hal_address)length;
    return iodma_bus_locate(bus, pointer, length, &end->range.address);
}

/* Is an end a buffer? */
static enum iodma_status check(const struct iodma_bus *bus, uint32_t argument,
                               const void *pointer, size_t length)
{
    return iodma_bus_is_buffer(pointer, length)
               ? IODMA_OK
               : iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                              IODMA_AT(IODMA_RULE_BUFFER, IODMA_PLACE_ARGUMENT,
                                       argument));
}

static bool overlap(const void *a, const void *b, size_t length)
{
    return (uintptr_t)b - (uintptr_t)a < length ||
           (uintptr_t)a - (uintptr_t)b < length;
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

    if (!copy)
        return IODMA_BAD_ARGUMENT;
    if (length == 0)
        return IODMA_OK;
    reason = copy->bus->reason;
    status = check(copy->bus, IODMA_ARGUMENT_SOURCE, source, length);
    if (status == IODMA_OK)
        status =
            check(copy->bus, IODMA_ARGUMENT_DESTINATION, destination, length);
    if (status != IODMA_OK)
        return status;
    if (overlap(source, destination, length))
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(OVERLAP, DESTINATION));
    if (busy(copy))
        return iodma_refuse(reason, IODMA_BUSY, IODMA_RULE_QUEUED);
    if (copy->channel->serving) /* it would wait for ever */
        return iodma_refuse(reason, IODMA_NOT_PERMITTED, IODMA_RULE_CHANNEL);

    status = locate(&copy->source, copy->bus, source, length);
    if (status == IODMA_OK)
        status = locate(&copy->destination, copy->bus, destination, length);
    if (status != IODMA_OK)
        return status;

    copy->transfer = (struct iodma_transfer){
        .source = &copy->source.command,
        .destination = &copy->destination.command,
        .deadline = deadline,
        .done = done,
        .ref_con = &status,
    };
    status = submit(copy);
    if (status != IODMA_OK)
        return status;

    while (copy->transfer.queued) {
        iodma_channel_poll(copy->channel);
        (void)iodma_channel_service(copy->channel);
    }
    return status;
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
