/* SPDX-License-Identifier: MIT */
#include "dma/refuse.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/check.h"
#include "tests/engines/world.h"
#include "tests/engines/world_parts.h"

#include <stdio.h>
#include <string.h>

/* Jobs -------------------------------------------------------------------- */

uint32_t world_unit(void)
{
    const struct hal_limits *limits = world_dmac(0)->limits;

    return larger32(
        larger32(limits->align_address, limits->align_length),
        larger32(larger32(limits->align_internal, limits->align_seam), 1));
}

uint32_t world_any_unit(void)
{
    return larger32(world_unit(), world_dmac(0)->same_phase);
}

struct iodma_spec world_spec(void)
{
    const struct hal_limits *limits = world_dmac(0)->limits;
    struct iodma_spec spec = IODMA_SPEC(
        iodma_output_host64, limits->address_bits, limits->max_segment);

    spec.segment.boundary = limits->boundary;
    spec.segment.align_address = limits->align_address;
    spec.segment.align_internal = limits->align_internal;
    spec.segment.align_length = world_unit();
    return spec;
}

void world_add(struct world_side *side, const uint8_t *bytes, uint32_t length)
{
    side->ranges[side->count++] =
        (struct iodma_range){ cpu_address(bytes), length };
}

void world_scatter(struct world_side *side, uint8_t *base, uint32_t segments,
                   uint32_t length, uint32_t unit)
{
    uint32_t at = 1;

    side->count = 0;
    for (uint32_t i = 0; i < segments; i++) {
        uint32_t left = length - (segments - 1 - i); /* one each at least */
        uint32_t even = length / (segments - i);
        uint32_t part = smaller32(1 + world_below(2 * even), left);

        if (i == segments - 1)
            part = length;
        at += world_below(3) * world_below(16);
        world_add(side, base + (uint64_t)at * unit, part * unit);
        at += part;
        length -= part;
    }
}

enum iodma_status world_prepare(struct world_side *side, uint32_t direction)
{
    struct iodma_spec spec = world_spec();
    enum iodma_status status;

    status = iodma_memory_init_ranges(&side->memory, side->ranges, side->count,
                                      direction, NULL, 0);
    if (status == IODMA_OK)
        status = iodma_command_init(&side->command, &world_bus, &spec, NULL);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&side->command, &side->memory, true);
    return status;
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct world_job *job =
        HAL_CONTAINER_OF(transfer, struct world_job, transfer);

    job->calls++;
    job->status = status;
    world.callbacks++;
    if (!transfer->quarantined &&
        ((transfer->source && transfer->source->held != 0) ||
         (transfer->destination && transfer->destination->held != 0)))
        hooks.broken = "a callback before its commands were given back";
    if (job->then)
        job->then(job);
}

void world_make_ready(struct world_job *job)
{
    struct iodma_transfer *transfer = &job->transfer;

    transfer->source = NULL;
    transfer->destination = NULL;
    if (job->source.count != 0) {
        expect_status("prepare source", world_prepare(&job->source, IODMA_OUT),
                      IODMA_OK);
        transfer->source = &job->source.command;
    }
    if (job->destination.count != 0) {
        expect_status("prepare destination",
                      world_prepare(&job->destination, IODMA_IN), IODMA_OK);
        transfer->destination = &job->destination.command;
    }
    if (transfer->deadline == 0)
        transfer->deadline = WORLD_FOREVER;
    transfer->done = done;
}

struct world_job *world_plain(uint32_t index, uint32_t from, uint32_t to,
                              uint32_t length)
{
    struct world_job *job = &world_jobs[index];

    job->source.count = 0;
    job->destination.count = 0;
    world_add(&job->source, world_source(from), length);
    world_add(&job->destination, world_target(to), length);
    world_make_ready(job);
    return job;
}

struct world_job *world_chain(uint32_t index, uint32_t items, uint32_t length)
{
    struct world_job *job = &world_jobs[index];
    uint32_t room = (length + 64) / 64 * 64;
    uint32_t base = 0x1000 + index * 0x4000;

    job->source.count = 0;
    job->destination.count = 0;
    for (uint32_t i = 0; i < items; i++) {
        world_add(&job->source, world_source(base + i * room), length);
        world_add(&job->destination,
                  world_target(base + (items - i) * room + 64), length);
    }
    world_make_ready(job);
    return job;
}

enum iodma_status world_submit_on(struct world_job *job,
                                  struct iodma_channel *channel)
{
    enum iodma_status status;

    if (world.way == WORLD_SERVED)
        hooks_mask();
    status = iodma_transfer_submit(channel, &job->transfer);
    if (world.way == WORLD_SERVED)
        hooks_unmask();
    return status;
}

enum iodma_status world_submit(struct world_job *job)
{
    return world_submit_on(job, &world_channels[job->channel]);
}

void world_expect_refused(const char *what, struct world_job *job,
                          struct iodma_command *command,
                          enum iodma_status status, uint8_t rule)
{
    struct iodma_reason reason = { .rule = IODMA_RULE_NONE };

    iodma_command_explain(command, &reason);
    expect_status(what, world_submit(job), status);
    iodma_command_explain(command, NULL);
    if (!IODMA_REASONS)
        return;
    expect("there is a reason", reason.rule != IODMA_RULE_NONE);
    if (rule != IODMA_RULE_NONE)
        expect_number("the rule", reason.rule, rule);
}

uint8_t world_abort(struct world_job *job, uint64_t deadline)
{
    uint8_t outcome = UINT8_MAX;

    if (world.way == WORLD_SERVED)
        hooks_mask();
    expect_status("abort",
                  iodma_transfer_abort(&world_channels[job->channel],
                                       &job->transfer, deadline, &outcome),
                  IODMA_OK);
    if (world.way == WORLD_SERVED)
        hooks_unmask();
    return outcome;
}

/* What was to be ---------------------------------------------------------- */

/* A place in a list: *at becomes a place in a segment, and *length is at most
   what is left of that. */
static uint8_t *find(const struct world_side *side, hal_address at,
                     size_t *length)
{
    const struct iodma_range *range = side->ranges;

    while (at >= range->length) {
        at -= range->length;
        range++;
    }
    *length = (size_t)smaller((hal_address)*length, range->length - at);
    return (uint8_t *)(uintptr_t)(range->address + at);
}

void world_gather(const struct world_job *job, uint8_t *bytes)
{
    const struct world_side *side = &job->source;

    for (uint32_t i = 0; i < side->count; i++) {
        size_t length = (size_t)side->ranges[i].length;

        memcpy(bytes, (void *)(uintptr_t)side->ranges[i].address, length);
        bytes += length;
    }
}

/* What a row of a job makes of a destination. */
static void expect_row(const struct world_job *job, hal_address from,
                       hal_address to, size_t length)
{
    const struct iodma_transfer *transfer = &job->transfer;

    while (length != 0) {
        size_t part = length;
        const uint8_t *source = NULL;
        uint64_t target;

        if (job->source.count != 0)
            source = find(&job->source, from, &part);
        else if (transfer->port)
            source = &world_port_bytes[transfer->port - world_ports][from];
        target = (uint64_t)(find(&job->destination, to, &part) -
                            world_data->targets);
        if (source)
            memcpy(&world_data->want[target], source, part);
        else
            memset(&world_data->want[target], transfer->fill, part);
        memset(&world_data->meant[target], true, part);
        world_reach =
            larger32(world_reach,
                     smaller32((uint32_t)(target + part) + 0x1000, WORLD_AREA));
        from += (hal_address)part;
        to += (hal_address)part;
        length -= part;
    }
}

void world_expect(const struct world_job *job)
{
    const struct iodma_rows *rows = &job->transfer.rows;

    if (job->destination.count == 0)
        return;
    if (rows->count == 0)
        expect_row(job, 0, 0, (size_t)job->transfer.destination->window.length);
    for (uint32_t i = 0; i < rows->count; i++)
        expect_row(job, i * (hal_address)rows->source_stride,
                   i * (hal_address)rows->destination_stride,
                   (size_t)rows->length);
}

void world_ask_oracle(const struct world_job *job)
{
    static struct world_job twin;

    twin.transfer = job->transfer;
    twin.transfer.queued = false;
    twin.calls = 0;
    twin.source = job->source;
    twin.destination = job->destination;
    for (uint32_t i = 0; i < twin.destination.count; i++)
        twin.destination.ranges[i].address +=
            cpu_address(world_data->twins) - cpu_address(world_data->targets);
    world_make_ready(&twin);
    expect_status("the oracle's submit", world_submit_on(&twin, &world_oracle),
                  IODMA_OK);
    do {
        iodma_channel_poll(&world_oracle);
    } while (iodma_channel_service(&world_oracle));
    expect_status("the oracle", twin.status, IODMA_OK);
    world.asked = true;
}

/* The parts of the destination, one by one. */
static uint64_t each_part(const struct world_job *job,
                          uint64_t (*what)(uint32_t offset, uint64_t length))
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < job->destination.count; i++) {
        const struct iodma_range *range = &job->destination.ranges[i];

        sum +=
            what((uint32_t)(range->address - cpu_address(world_data->targets)),
                 range->length);
    }
    return sum;
}

static uint64_t missing(uint32_t offset, uint64_t length)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < length; i++)
        count +=
            world_data->meant[offset + i] &&
            world_data->targets[offset + i] != world_data->want[offset + i];
    return count;
}

static uint64_t spoil(uint32_t offset, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        if (world_data->meant[offset + i])
            world_data->targets[offset + i] =
                (uint8_t)~world_data->want[offset + i];
    }
    return length;
}

uint64_t world_missing(const struct world_job *job)
{
    return each_part(job, missing);
}

void world_spoil(const struct world_job *job)
{
    struct iodma_command *command = job->transfer.destination;

    (void)each_part(job, spoil);
    if (command)
        expect_status("spoil",
                      iodma_command_synchronize_range(
                          command, 0, command->window.length, IODMA_OUT),
                      IODMA_OK);
}

static uint64_t settle(uint32_t offset, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        if (world_data->meant[offset + i])
            world_data->want[offset + i] = world_data->targets[offset + i];
    }
    return length;
}

void world_settle(const struct world_job *job)
{
    (void)each_part(job, settle);
}

static void expect_given_back(const struct iodma_command *command)
{
    if (!command)
        return;
    expect_number("prepared", command->prepared, 0);
    expect_number("held", command->held, 0);
}

void world_expect_end(const struct world_job *job, enum iodma_status status)
{
    expect_number("callbacks", job->calls, 1);
    expect_status("the callback's status", job->status, status);
    expect("the transfer is the caller's again", !job->transfer.queued);
    expect("nothing is quarantined", !job->transfer.quarantined);
    expect_given_back(job->transfer.source);
    expect_given_back(job->transfer.destination);
}

bool world_expect_order(void)
{
    const char *violation = engine_case.violation();
    bool well = expect("the engine was treated well", !violation);

    if (violation)
        printf("#   %s\n", violation);
    expect_hooks();
    if (world.asked)
        expect_bytes("what the oracle made", world_data->twins,
                     world_data->want, world_reach);
    return expect_bytes("destinations and guards", world_data->targets,
                        world_data->want, world_reach) &&
           well && !hooks.broken;
}

void world_expect_usable(uint32_t channel)
{
    struct world_job *job = world_plain(WORLD_JOBS - 1, 0x100, 0x100, 128);

    job->channel = channel;
    job->calls = 0;
    expect_status("the next submit", world_submit(job), IODMA_OK);
    world_expect(job);
    (void)world_drive(16);
    world_expect_end(job, IODMA_OK);
}
