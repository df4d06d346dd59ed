/* SPDX-License-Identifier: MIT */
#include "tests/channel_world.h"

#include "platform/mmio.h"
#include "tests/model/recording_cache.h"

#include <stdio.h>
#include <string.h>

uint8_t arena[ARENA] __attribute__((aligned(256)));
uint8_t want[ARENA];

struct hal_aperture apertures[] = {
    { .bus = BUS, .access = HAL_READ | HAL_WRITE, .snooped = true },
    { .first = PORT,
      .last = PORT + 0xFFF,
      .bus = 0x7E201000,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};
struct hal_region region = { .cached = HAL_WRITE_BACK, .writable = true };
static const struct hal_limits no_limits = { .address_bits = 0 };
const struct hal_bus port = {
    .apertures = apertures,
    .aperture_count = HAL_COUNT_OF(apertures),
    .regions = &region,
    .region_count = 1,
    .limits = &no_limits,
    .cache = &recording_cache,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};
struct iodma_bus bus;
struct strict_dmac engines[CHANNELS];
static struct hal_item rings[CHANNELS][SLOTS];
struct cpu_dmac stand_ins[CHANNELS];
struct iodma_channel channels[CHANNELS];
const char owner[] = "test";

struct job jobs[CHANNELS + 1];
struct at_port at_port;

const struct hal_port fifo = {
    .address = PORT, .request = 1, .width = 1, .burst = 1, .depth = 1
};

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    (void)address;
    (void)size;
    return ++at_port.count * 0x01010101;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    (void)address;
    (void)size;
    at_port.count++;
    at_port.last = value;
}

static void moment(void)
{
}

void begin(const char *what, uint32_t can, uint32_t max_rows)
{
    check_case(what);
    hooks = (struct hooks){ .moment = moment };
    memset(jobs, 0, sizeof jobs);
    memset(&at_port, 0, sizeof at_port);
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)(i * 11 + (i >> 8));
    memcpy(want, arena, ARENA);
    apertures[0].first = cpu_address(arena);
    apertures[0].last = cpu_address(arena) + ARENA - 1;
    region.first = apertures[0].first;
    region.last = apertures[0].last;
    expect_status("bus", iodma_bus_init(&bus, &port, 0), IODMA_OK);
    for (uint32_t i = 0; i < CHANNELS; i++) {
        engines[i] = (struct strict_dmac){
            .dmac = { .ops = &strict_dmac_ops,
                      .bus = &port,
                      .limits = &no_limits,
                      .ring_limits = &no_limits,
                      .same_phase = 1,
                      .fills = (can & FILLS) != 0,
                      .widths = (can & PORTS) != 0 ? 1 : 0,
                      .max_rows = max_rows },
            .slots = SLOTS,
            .distance = BUS - cpu_address(arena),
            .arena = arena,
            .arena_size = ARENA,
        };
        stand_ins[i] = (struct cpu_dmac)CPU_DMAC(&port, rings[i], SLOTS);
        expect_status("channel",
                      iodma_channel_init(&channels[i], &engines[i].dmac, owner),
                      IODMA_OK);
    }
}

void lend(uint32_t index)
{
    expect_status(
        "stand-in",
        iodma_channel_lend_stand_in(&channels[index], &stand_ins[index].dmac),
        IODMA_OK);
}

void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    job->calls++;
    job->status = status;
}

void prepare(struct job *job, uint32_t end, uint32_t at, uint32_t length)
{
    static const struct iodma_spec any = IODMA_SPEC(iodma_output_host64, 0, 0);
    struct iodma_command *command = end == 0 ? &job->source : &job->destination;

    job->ranges[end] = (struct iodma_range){ cpu_address(&arena[at]), length };
    (void)iodma_memory_init_ranges(&job->memories[end], &job->ranges[end], 1,
                                   end == 0 ? IODMA_OUT : IODMA_IN, NULL, 0);
    (void)iodma_command_init(command, &bus, &any, NULL);
    expect_status("prepare",
                  iodma_command_set_memory(command, &job->memories[end], true),
                  IODMA_OK);
    if (end == 0)
        job->transfer.source = command;
    else
        job->transfer.destination = command;
    job->transfer.deadline = FOREVER;
    job->transfer.done = done;
}

void in_segments(struct iodma_command *command, uint32_t length)
{
    struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, length);

    expect_status("complete", iodma_command_complete(command, false, false),
                  IODMA_OK);
    expect_status("spec", iodma_command_set_spec(command, &spec), IODMA_OK);
    expect_status("prepare", iodma_command_prepare(command, 0, 0, true, true),
                  IODMA_OK);
}

struct job *copy(uint32_t index, uint32_t length)
{
    struct job *job = &jobs[index];

    prepare(job, 0, 0x800 * index, length);
    prepare(job, 1, HALF + 0x800 * index, length);
    return job;
}

void submit(struct job *job, uint32_t channel)
{
    expect_status("submit",
                  iodma_transfer_submit(&channels[channel], &job->transfer),
                  IODMA_OK);
}

void drive(uint32_t index)
{
    struct iodma_channel *channel = &channels[index];

    for (uint32_t i = 0; i < 1000; i++) {
        (void)strict_dmac_run(&engines[index], 2);
        iodma_channel_poll(channel);
        if (!iodma_channel_service(channel))
            return;
    }
    expect("it comes to an end", false);
}

void expect_end(const struct job *job, enum iodma_status status)
{
    expect_number("callbacks", job->calls, 1);
    expect_status("status", job->status, status);
    if (job->transfer.source)
        expect_number("source prepared", job->source.prepared, 0);
    if (job->transfer.destination)
        expect_number("destination prepared", job->destination.prepared, 0);
}

void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    for (uint32_t i = 0; i < CHANNELS; i++) {
        if (!expect("the engine was treated well", !engines[i].violation))
            printf("#   %s\n", engines[i].violation);
    }
    expect_hooks();
}
