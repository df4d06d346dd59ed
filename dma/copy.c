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

static uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/*
 * What both ends have to keep to. The seams of one cut the other, so every
 * segment may begin an item, and lengths carry the alignment of addresses
 * (iodma_limits_within).
 */
static struct iodma_limits limits_of(const struct iodma_channel *channel)
{
    struct iodma_limits limits = channel->limits;

    limits.align_address = larger(limits.align_address, limits.align_internal);
    limits.align_internal = limits.align_address;
    limits.align_length = larger(limits.align_length, limits.align_address);
    return limits;
}

/* Prepare all of an end's range. Holds nothing after a failure. */
static enum iodma_status prepare(struct iodma_copy_end *end,
                                 const struct iodma_bus *bus,
                                 const struct iodma_limits *limits,
                                 uint32_t direction)
{
    static const struct iodma_spec any =
        IODMA_SPEC(iodma_output_segments, 0, 0);
    enum iodma_status status = iodma_memory_init_ranges(
        &end->memory, &end->range, 1, direction, NULL, 0);

    if (status == IODMA_OK)
        status = iodma_command_init(&end->command, bus, &any, NULL);
    if (status == IODMA_OK)
        status = iodma_limits_narrow(&end->command.window.limits, limits,
                                     bus->reason);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&end->command, &end->memory, true);
    return status;
}

/* Prepare both ends and submit. Holds nothing after a failure. */
static enum iodma_status submit(struct iodma_copy *copy)
{
    struct iodma_limits limits = limits_of(copy->channel);
    enum iodma_status status;

    status = prepare(&copy->source, copy->bus, &limits, IODMA_OUT);
    if (status != IODMA_OK)
        return status;
    status = prepare(&copy->destination, copy->bus, &limits, IODMA_IN);
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

static enum iodma_status release(struct iodma_command *command)
{
    (void)iodma_command_release(command);
    return iodma_command_complete(command, true, true);
}

enum iodma_status iodma_copy_release(struct iodma_copy *copy)
{
    enum iodma_status in;
    enum iodma_status out;

    if (!copy)
        return IODMA_BAD_ARGUMENT;
    if (!copy->transfer.quarantined)
        return iodma_refuse(copy->bus->reason, IODMA_NOT_READY,
                            IODMA_RULE_UNHELD);

    copy->transfer.quarantined = false;
    out = release(&copy->source.command);
    in = release(&copy->destination.command);
    return in != IODMA_OK ? in : out;
}
