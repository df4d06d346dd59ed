/* SPDX-License-Identifier: MIT */
/*
 * The core's channel over an engine whose driver tells it anything that
 * hal/dmac.h has room for: it takes as many items as it likes, retires them
 * when it likes, fails, has any residue, does not stop.
 *
 * Every transfer is called back once, however it ends; what an engine that did
 * not stop may still reach stays held; and on an engine that behaves the
 * channel works again.
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/fuzz/fuzz.h"
#include "tests/model/hooks.h"
#include "tests/reach.h"

#include <string.h>

const char fuzz_driver[] = "channel";

enum {
    JOBS = 4,
    BYTES = 0x400, /* of a job's source, and of its destination */
    SLOTS = 8,
    RANGES = 4,
    WAITS = 4000, /* things that a call may do */
    TURNS = 100,
};

#define BUS UINT64_C(0x10000000)

static uint8_t memory[2 * JOBS * BYTES] __attribute__((aligned(64)));

static struct hal_aperture aperture = { .bus = BUS,
                                        .access = HAL_READ | HAL_WRITE,
                                        .snooped = true };
static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_bus port = {
    .apertures = &aperture,
    .aperture_count = 1,
    .limits = &no_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};
static struct iodma_bus bus;
static struct iodma_channel channel;

static struct job {
    struct iodma_transfer transfer;
    struct iodma_range ranges[2][RANGES];
    struct iodma_memory memories[2];
    struct iodma_command source, destination;
    uint32_t submits, calls;
} jobs[JOBS];

/* ---- The engine ---- */

static struct {
    struct hal_dmac dmac;
    struct hal_item items[SLOTS]; /* that were taken and not retired */
    uint32_t filled, told, retired;
    bool honest;
    bool stuck;
} engine;

static enum iodma_status engine_start(struct hal_dmac *dmac)
{
    (void)dmac;
    engine.filled = engine.told = engine.retired = 0;
    engine.stuck = false;
    return fuzz_below(16) == 1 ? IODMA_BUSY : IODMA_OK;
}

static enum iodma_status engine_route(struct hal_dmac *dmac,
                                      const struct hal_route *route)
{
    (void)dmac;
    (void)route;
    fuzz_count();
    return fuzz_below(16) == 1 ? IODMA_UNSUPPORTED : IODMA_OK;
}

static uint32_t engine_emit(struct hal_dmac *dmac, const struct hal_item *items,
                            uint32_t count)
{
    uint32_t room = SLOTS - (engine.filled - engine.retired);
    uint32_t taken = smaller32(count, room);

    (void)dmac;
    fuzz_count();
    if (!engine.honest && fuzz_below(4) == 1)
        taken = fuzz_below(taken + 1);
    for (uint32_t i = 0; i < taken; i++)
        engine.items[engine.filled++ % SLOTS] = items[i];
    return taken;
}

static void engine_submit(struct hal_dmac *dmac)
{
    (void)dmac;
    fuzz_count();
    engine.told = engine.filled;
}

static uint8_t *host(hal_address address)
{
    return memory + (address - BUS);
}

static struct hal_progress engine_reap(struct hal_dmac *dmac)
{
    uint32_t count = engine.told - engine.retired;
    struct hal_progress progress = { .retired = count };

    (void)dmac;
    fuzz_count();
    if (!engine.honest) {
        progress.retired = fuzz_below(count + 1);
        progress.fault = fuzz_below(16) == 1 ? fuzz_below(5) : HAL_FAULT_NONE;
        progress.detail = fuzz_byte();
    }
    for (uint32_t i = 0; i < progress.retired; i++) {
        const struct hal_item *item = &engine.items[engine.retired++ % SLOTS];

        if (engine.honest)
            memcpy(host(item->destination), host(item->source),
                   (size_t)item->length);
    }
    return progress;
}

static struct hal_residue engine_residue(struct hal_dmac *dmac)
{
    (void)dmac;
    fuzz_count();
    return (struct hal_residue){ fuzz_word(), fuzz_word() };
}

static uint32_t engine_halt(struct hal_dmac *const *set, uint32_t count,
                            uint64_t deadline)
{
    (void)set;
    (void)count;
    (void)deadline;
    fuzz_count();
    engine.stuck = fuzz_below(4) == 1;
    return engine.stuck;
}

static const struct hal_dmac_ops ops = {
    .start = engine_start,
    .route = engine_route,
    .emit = engine_emit,
    .submit = engine_submit,
    .reap = engine_reap,
    .residue = engine_residue,
    .halt = engine_halt,
};

static void moment(void)
{
    fuzz_count();
    if (fuzz_below(8) == 1 && hooks.masked == 0 && channel.dmac)
        iodma_channel_reap(&channel); /* an interrupt */
}

static void publish(void)
{
}

uint32_t sane_read(uintptr_t address, unsigned size)
{
    (void)address;
    (void)size;
    return 0;
}

void sane_write(uintptr_t address, uint32_t value, unsigned size)
{
    (void)address;
    (void)value;
    (void)size;
}

void fuzz_saw_read(uintptr_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

void fuzz_saw_write(uintptr_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

/* ---- The channel ---- */

static void on_done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    job->calls++;
    fuzz_expect(job->calls == job->submits, "each end is told of once");
    fuzz_expect(!transfer->quarantined || engine.stuck,
                "nothing is quarantined but on a stuck engine");
    fuzz_expect(status != IODMA_OK || !transfer->quarantined,
                "what went well is given back");
    if (!transfer->quarantined)
        return;
    fuzz_expect(iodma_command_complete(&job->destination, true, true) ==
                    IODMA_BUSY,
                "what may still be reached cannot be completed");
}

/* A window of so many pieces, each side. */
static bool describe(struct job *job, uint32_t side, uint32_t pieces)
{
    struct iodma_command *command =
        side == 0 ? &job->source : &job->destination;
    uint32_t first = ((uint32_t)(job - jobs) * 2 + side) * BYTES;

    for (uint32_t i = 0; i < pieces; i++)
        job->ranges[side][i] =
            (struct iodma_range){ cpu_address(memory) + first +
                                      i * (BYTES / RANGES),
                                  BYTES / RANGES / 2 };
    return iodma_memory_init_ranges(&job->memories[side], job->ranges[side],
                                    pieces, side == 0 ? IODMA_OUT : IODMA_IN,
                                    NULL, 0) == IODMA_OK &&
           iodma_command_set_memory(command, &job->memories[side], true) ==
               IODMA_OK;
}

static bool under_way(const struct job *job)
{
    return job->calls != job->submits || job->transfer.quarantined;
}

static void submit(struct job *job)
{
    uint32_t pieces = 1 + fuzz_below(RANGES);

    if (under_way(job) || !describe(job, 0, pieces) ||
        !describe(job, 1, pieces))
        return;
    job->transfer = (struct iodma_transfer){
        .source = &job->source,
        .destination = &job->destination,
        .deadline = engine.honest ? UINT64_MAX : hooks.ticks + fuzz_byte(),
        .done = on_done,
    };
    job->submits++;
    if (iodma_transfer_submit(&channel, &job->transfer) != IODMA_OK) {
        job->submits--;
        (void)iodma_command_clear_memory(&job->source, true);
        (void)iodma_command_clear_memory(&job->destination, true);
    }
}

static void ask(void)
{
    struct job *job = &jobs[fuzz_below(JOBS)];
    struct iodma_channel *set[] = { &channel };
    uint8_t outcome;

    fuzz_bound(WAITS);
    switch (fuzz_below(8)) {
    case 0:
        (void)iodma_channels_abort(set, 1, hooks.ticks + 10, &outcome);
        break;
    case 1:
        (void)iodma_transfer_abort(&channel, &job->transfer, hooks.ticks + 10,
                                   &outcome);
        break;
    case 2:
        (void)iodma_channel_power_lost(&channel);
        break;
    case 3:
        hooks.ticks += fuzz_byte();
        break;
    case 4:
    case 5:
        submit(job);
        break;
    case 6:
        iodma_channel_poll(&channel);
        break;
    default:
        (void)iodma_channel_service(&channel);
        break;
    }
    fuzz_expect(!hooks.broken && hooks.masked == 0, "the lock is left");
}

static void init_channel(void)
{
    enum iodma_status status = IODMA_BUSY;

    for (uint32_t i = 0; i < TURNS && status != IODMA_OK; i++)
        status = iodma_channel_init(&channel, &engine.dmac, "fuzz");
    fuzz_expect(status == IODMA_OK, "a channel is had");
}

static void begin(void)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);

    memset(jobs, 0, sizeof jobs);
    memset(&channel, 0, sizeof channel);
    memset(&engine, 0, sizeof engine);
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    aperture.first = cpu_address(memory);
    aperture.last = cpu_address(memory) + (hal_address)sizeof memory - 1;
    fuzz_expect(iodma_bus_init(&bus, &port, 0) == IODMA_OK, "a bus is had");
    engine.dmac = (struct hal_dmac){ .ops = &ops,
                                     .bus = &port,
                                     .limits = &no_limits,
                                     .ring_limits = &no_limits,
                                     .same_phase = 1 };
    for (uint32_t i = 0; i < JOBS; i++) {
        (void)iodma_command_init(&jobs[i].source, &bus, &spec, NULL);
        (void)iodma_command_init(&jobs[i].destination, &bus, &spec, NULL);
    }
    init_channel();
}

/* ---- Afterwards ---- */

/* Everything is called back; then a copy arrives. */
static void recover(void)
{
    struct job *job = &jobs[0];

    engine.honest = true;
    fuzz_bound(UINT32_MAX);
    (void)iodma_channel_power_lost(&channel);
    for (uint32_t i = 0; i < TURNS && iodma_channel_service(&channel); i++)
        iodma_channel_poll(&channel);
    for (uint32_t i = 0; i < JOBS; i++)
        fuzz_expect(jobs[i].calls == jobs[i].submits, "every end is told of");

    begin();
    engine.honest = true;
    for (uint32_t i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)(i * 7 + (i >> 8));
    submit(job);
    fuzz_expect(job->submits == 1, "a transfer is taken");
    for (uint32_t i = 0; i < TURNS && job->calls == 0; i++) {
        iodma_channel_poll(&channel);
        (void)iodma_channel_service(&channel);
    }
    fuzz_expect(job->calls == 1, "and ends");
    fuzz_expect(memcmp(memory, memory + BYTES, BYTES / RANGES / 2) == 0,
                "and has copied");
}

void fuzz_round(void)
{
    begin();
    while (fuzz_more())
        ask();
    recover();
}
