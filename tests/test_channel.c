/* SPDX-License-Identifier: MIT */
/*
 * Defends what a channel does beside copying: stand-ins, rows that an engine
 * refuses, sets of channels, engines that do not stop, lost power, callbacks
 * that meddle. The engine is one of software that can do everything, or as much
 * as a row here says.
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "hal/dmac/cpu.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/recording_cache.h"
#include "tests/model/strict_dmac.h"
#include "tests/reach.h"

#include <stdio.h>
#include <string.h>

enum {
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    CHANNELS = 3,
    SLOTS = 4,
    FOREVER = 1000000,
    PORT = 0x3F201000,
    PORT_BYTES = 0x1000,
};

#define BUS UINT64_C(0x10000000)

static uint8_t arena[ARENA] __attribute__((aligned(256)));
static uint8_t want[ARENA];

static struct hal_aperture apertures[] = {
    { .bus = BUS, .access = HAL_READ | HAL_WRITE, .snooped = true },
    { .first = PORT,
      .last = PORT + 0xFFF,
      .bus = 0x7E201000,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};
static struct hal_region region = { .cached = HAL_WRITE_BACK,
                                    .writable = true };
static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_bus port = {
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
static struct iodma_bus bus;
static struct strict_dmac engines[CHANNELS];
static struct hal_item rings[CHANNELS][SLOTS];
static struct cpu_dmac stand_ins[CHANNELS];
static struct iodma_channel channels[CHANNELS];

static struct job {
    struct iodma_transfer transfer;
    struct iodma_range ranges[2];
    struct iodma_memory memories[2];
    struct iodma_command source;
    struct iodma_command destination;
    uint32_t calls;
    enum iodma_status status;
} jobs[CHANNELS + 1];

static struct {
    uint32_t count;
    uint32_t last;
} at_port;

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

/* What engines can, beside moving memory to memory. */
enum { FILLS = 1, PORTS = 2 };

/* Engines that can do so much, started. */
static void begin(const char *what, uint32_t can, uint32_t max_rows)
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
        expect_status(
            "channel",
            iodma_channel_init(&channels[i], &engines[i].dmac, "test"),
            IODMA_OK);
    }
}

static void lend(uint32_t index)
{
    expect_status(
        "stand-in",
        iodma_channel_lend_stand_in(&channels[index], &stand_ins[index].dmac),
        IODMA_OK);
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    job->calls++;
    job->status = status;
}

static void prepare(struct job *job, uint32_t end, uint32_t at, uint32_t length)
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

/* The same command, in segments of so many bytes. */
static void in_segments(struct iodma_command *command, uint32_t length)
{
    struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, length);

    expect_status("complete", iodma_command_complete(command, false, false),
                  IODMA_OK);
    expect_status("spec", iodma_command_set_spec(command, &spec), IODMA_OK);
    expect_status("prepare", iodma_command_prepare(command, 0, 0, true, true),
                  IODMA_OK);
}

static struct job *copy(uint32_t index, uint32_t length)
{
    struct job *job = &jobs[index];

    prepare(job, 0, 0x800 * index, length);
    prepare(job, 1, HALF + 0x800 * index, length);
    return job;
}

static void submit(struct job *job, uint32_t channel)
{
    expect_status("submit",
                  iodma_transfer_submit(&channels[channel], &job->transfer),
                  IODMA_OK);
}

static void drive(uint32_t index)
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

static void expect_end(const struct job *job, enum iodma_status status)
{
    expect_number("callbacks", job->calls, 1);
    expect_status("status", job->status, status);
    if (job->transfer.source)
        expect_number("source prepared", job->source.prepared, 0);
    if (job->transfer.destination)
        expect_number("destination prepared", job->destination.prepared, 0);
}

static void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    for (uint32_t i = 0; i < CHANNELS; i++) {
        if (!expect("the engine was treated well", !engines[i].violation))
            printf("#   %s\n", engines[i].violation);
    }
    expect_hooks();
}

/* ---- Stand-ins ---- */

static void test_stand_in(void)
{
    static const struct hal_port words = { .address = PORT,
                                           .request = HAL_NO_REQUEST,
                                           .width = 4,
                                           .burst = 1,
                                           .depth = 1 };
    static const struct hal_port paced = {
        .address = PORT, .request = 1, .width = 4, .burst = 1, .depth = 1
    };
    struct job *job = &jobs[0];

    begin("what an engine cannot its stand-in does, and it is counted", 0, 0);
    lend(0);
    prepare(job, 1, HALF, 100);
    job->transfer.fills = true;
    job->transfer.fill = 0x99;
    memset(&want[HALF], 0x99, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("by the stand-in", channels[0].stood_in, 1);
    expect_number("by the engine", engines[0].done, 0);
    job->transfer.fills = false;
    job->calls = 0;
    (void)copy(0, 100);
    memcpy(&want[HALF], want, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("by the stand-in", channels[0].stood_in, 1);
    expect_number("by the engine", engines[0].done, 1);
    expect_order();

    begin("a width that the engine has not is its stand-in's", PORTS, 0);
    lend(0);
    prepare(job, 0, 0, 12);
    job->transfer.port = &words;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("accesses", at_port.count, 3);
    expect_bytes("the last one", &at_port.last, &arena[8], 4);
    expect_number("by the stand-in", channels[0].stood_in, 1);

    check_case("a port that neither of them serves: Unsupported, from service");
    prepare(job, 0, 0, 12);
    job->transfer.port = &paced;
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_UNSUPPORTED);
    expect_number("accesses", at_port.count, 3);

    check_case("a fault of the stand-in is that of the transfer");
    region.last -= 0x10; /* the last bytes are in no region */
    prepare(job, 1, ARENA - 0x40, 0x40);
    job->transfer = (struct iodma_transfer){
        .destination = &job->destination,
        .deadline = FOREVER,
        .done = done,
        .fills = true,
    };
    memset(&want[ARENA - 0x40], 0, 0x30);
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_DMA_ERROR);
    expect_number("fault", job->transfer.fault, HAL_FAULT_BUS);
    expect_number("least", job->transfer.residue.least, 0x10);
    expect_number("most", job->transfer.residue.most, 0x10);
    region.last += 0x10;

    check_case("and what it does next is done");
    prepare(job, 1, HALF, 0x20);
    memset(&want[HALF], 0, 0x20);
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    job->calls = 0;
    job->transfer.fills = false;
    (void)copy(0, 100);
    memcpy(&want[HALF], want, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_order();

    begin("a port, where neither of them has ports: Unsupported, from submit",
          0, 0);
    prepare(job, 0, 0, 12);
    job->transfer.port = &words;
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_UNSUPPORTED);
    expect_number("accesses", at_port.count, 0);

    begin("an abort finds what a stand-in has failed at", 0, 0);
    lend(0);
    region.last -= 0x10;
    prepare(job, 1, ARENA - 0x40, 0x40);
    job->transfer.fills = true;
    memset(&want[ARENA - 0x40], 0, 0x30);
    submit(job, 0);
    expect_status("abort",
                  iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL),
                  IODMA_OK);
    expect_end(job, IODMA_DMA_ERROR);
    expect_order();
}

static enum iodma_status route_none(struct hal_dmac *dmac,
                                    const struct hal_route *route)
{
    (void)dmac;
    (void)route;
    return IODMA_BAD_ARGUMENT;
}

static void test_no_way(void)
{
    static struct hal_dmac_ops ops;

    begin("a way that no engine could go is not the stand-in's", FILLS, 0);
    lend(0);
    ops = strict_dmac_ops;
    ops.route = route_none;
    engines[0].dmac.ops = &ops;
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    submit(&jobs[0], 0);
    drive(0);
    expect_end(&jobs[0], IODMA_BAD_ARGUMENT);
    expect_number("by the stand-in", channels[0].stood_in, 0);
    expect_order();
}

static void test_engine_fails_beside(void)
{
    begin("a fault of the engine behind a stand-in's transfer is cleared", 0,
          0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    memset(&want[HALF], 0, 100);
    submit(&jobs[0], 0);
    drive(0);
    expect_end(&jobs[0], IODMA_OK);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    submit(copy(1, 100), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 100);
    drive(0);
    expect_end(&jobs[1], IODMA_OK);
    expect_number("halts", engines[0].halts, 1);
    expect_number("starts", engines[0].starts, 2);
    expect_order();

    begin("a fault of the engine during a stand-in's transfer fails that", 0,
          0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 1000);
    jobs[0].transfer.fills = true;
    in_segments(&jobs[0].destination, 100);
    submit(&jobs[0], 0);
    memset(&want[HALF], 0, 100 * SLOTS);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    drive(0);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("left", jobs[0].transfer.residue.most, 1000 - 100 * SLOTS);
    submit(copy(1, 100), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 100);
    drive(0);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

/* What no engine is without. */
static void test_stating(void)
{
    const struct hal_dmac good = engines[0].dmac;
    struct hal_dmac *dmac = &engines[0].dmac;

    begin("an engine has operations, a bus and limits", 0, 0);
    dmac->owner = NULL;
    dmac->ops = NULL;
    expect_status("no operations",
                  iodma_channel_init(&channels[0], dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    dmac->ops = good.ops;
    dmac->bus = NULL;
    expect_status("no bus", iodma_channel_init(&channels[0], dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    dmac->bus = good.bus;
    dmac->limits = NULL;
    expect_status("no limits", iodma_channel_init(&channels[0], dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    dmac->limits = good.limits;
    expect("it is nobody's", !dmac->owner);
    expect_status("all of them", iodma_channel_init(&channels[0], dmac, "test"),
                  IODMA_OK);
}

static void test_lending(void)
{
    static struct hal_bus elsewhere;

    begin("a stand-in is of the same bus, and nobody else's", 0, 0);
    elsewhere = port;
    expect_status("no channel",
                  iodma_channel_lend_stand_in(NULL, &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    expect_status("no engine", iodma_channel_lend_stand_in(&channels[0], NULL),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.ops = NULL;
    expect_status("one that does nothing",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.ops = stand_ins[1].dmac.ops;
    stand_ins[0].dmac.bus = &elsewhere;
    expect_status("another bus",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.bus = &port;
    expect_status("claim", hal_dmac_claim(&stand_ins[0].dmac, "audio"),
                  IODMA_OK);
    expect_status("another owner",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BUSY);
    hal_dmac_release(&stand_ins[0].dmac);
    stand_ins[0].slots = 3;
    expect_status("one that does not start",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    expect("nobody stands in", !channels[0].stand_in);
    expect("it is nobody's", !stand_ins[0].dmac.owner);
}

static enum iodma_status start_busy(struct hal_dmac *dmac)
{
    (void)dmac;
    return IODMA_BUSY;
}

static void test_enabled_by_others(void)
{
    static struct hal_dmac_ops busy;
    struct iodma_channel channel;

    begin("an engine that somebody else has enabled stays nobody's", 0, 0);
    busy = *stand_ins[0].dmac.ops;
    busy.start = start_busy;
    stand_ins[0].dmac.ops = &busy;
    expect_status("init",
                  iodma_channel_init(&channel, &stand_ins[0].dmac, "audio"),
                  IODMA_BUSY);
    expect("it is nobody's", !stand_ins[0].dmac.owner);
}

/* ---- Rows ---- */

static const struct {
    const char *what;
    uint32_t max_rows;
    bool stiff;
    bool narrow;
    uint32_t items;
} rows[] = {
    { "rows are one item where the engine has them", 8, false, false, 1 },
    { "more rows than it has are an item each", 4, false, false, 5 },
    { "rows that it refuses to go are an item each", 8, true, false, 5 },
    { "rows that it cannot encode are an item each", 8, false, true, 5 },
    { "an engine without rows has an item each", 0, false, false, 5 },
};

static void test_rows(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct job *job = &jobs[0];

        begin(rows[i].what, 0, rows[i].max_rows);
        engines[0].stiff = rows[i].stiff;
        engines[0].narrow = rows[i].narrow;
        lend(0);
        (void)copy(0, 0x100);
        job->transfer.rows = (struct iodma_rows){ .length = 10,
                                                  .source_stride = 16,
                                                  .destination_stride = 30,
                                                  .count = 5 };
        for (uint32_t k = 0; k < 5; k++)
            memcpy(&want[HALF + 30 * k], &want[16 * k], 10);
        submit(job, 0);
        drive(0);
        expect_end(job, IODMA_OK);
        expect_number("items", engines[0].done, rows[i].items);
        expect_number("by the stand-in", channels[0].stood_in, 0);
        expect_order();
    }
}

static const struct {
    const char *what;
    struct iodma_rows rows;
    uint32_t alignment; /* of the engine */
    enum iodma_status want;
} bad_rows[] = {
    { "one row of nothing", { 0, 0, 0, 1 }, 1, IODMA_BAD_ARGUMENT },
    { "rows of nothing", { 0, 16, 16, 2 }, 1, IODMA_BAD_ARGUMENT },
    { "a row beyond the window", { 0x101, 0, 0, 1 }, 1, IODMA_BAD_ARGUMENT },
    { "rows that overlap", { 16, 16, 15, 2 }, 1, IODMA_BAD_ARGUMENT },
    { "a stride beyond the window",
      { 16, UINT32_MAX, 16, 2 },
      1,
      IODMA_BAD_ARGUMENT },
    { "a length that wraps with its strides",
      { HAL_ADDRESS_MAX, 2, 2, 2 },
      1,
      IODMA_BAD_ARGUMENT },
    { "one row whose length breaks an alignment",
      { 6, 0, 0, 1 },
      4,
      IODMA_NOT_ALIGNED },
    { "rows whose strides break one", { 8, 8, 10, 2 }, 4, IODMA_NOT_ALIGNED },
    { "one row has no strides", { 8, 9, 7, 1 }, 4, IODMA_OK },
};

static void test_bad_rows(void)
{
    /* What asks for an address asks for rows of such lengths. */
    static const struct hal_limits words[] = { { .align_address = 4 },
                                               { .align_length = 4 } };
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 0, 0, .align_address = 4,
                   .align_length = 4, .align_internal = 4);

    for (uint32_t n = 0; n < 2 * HAL_COUNT_OF(bad_rows); n++) {
        struct job *job = &jobs[0];
        uint32_t i = n / 2;

        begin(bad_rows[i].what, 0, 8);
        (void)copy(0, 0x100);
        if (bad_rows[i].alignment != 1) {
            (void)iodma_command_complete(&job->source, false, false);
            (void)iodma_command_complete(&job->destination, false, false);
            (void)iodma_command_prepare_with_spec(&job->source, &aligned, 0, 0,
                                                  true, true);
            (void)iodma_command_prepare_with_spec(&job->destination, &aligned,
                                                  0, 0, true, true);
            engines[0].runs = false;
            engines[0].dmac.limits = &words[n % 2];
            expect_status(
                "channel",
                iodma_channel_init(&channels[0], &engines[0].dmac, "test"),
                IODMA_OK);
        }
        job->transfer.rows = bad_rows[i].rows;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &job->transfer),
                      bad_rows[i].want);
        (void)iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL);
        expect_number("held", job->source.held, 0);
        expect_order();
    }
}

/* ---- Phases ---- */

static const struct {
    const char *what;
    bool direct_only[2]; /* source, destination */
    bool scattered;      /* the destination     */
    bool bounced[2];
    enum iodma_status want;
} ends[] = {
    { "the source is bounced to where the destination lies",
      { false, false },
      false,
      { true, false },
      IODMA_OK },
    { "or the destination to where the source does, if that may not be",
      { true, false },
      false,
      { false, true },
      IODMA_OK },
    { "or both, if the destination lies here and there",
      { false, false },
      true,
      { true, true },
      IODMA_OK },
    { "or it is refused",
      { true, true },
      false,
      { false, false },
      IODMA_NOT_ALIGNED },
};

/* Lend storage to the bus. */
static void lend_storage(struct iodma_bounce *pool)
{
    enum { GRANULE = 256, GRANULES = 8, AT = 0x1800 };
    static uint32_t words[IODMA_BLOCK_WORDS(GRANULES)];
    static struct hal_loan loans[GRANULES];

    expect_status("bus", iodma_bus_init(&bus, &port, GRANULE), IODMA_OK);
    expect_status("pool",
                  iodma_bounce_init(pool, cpu_address(&arena[AT]),
                                    GRANULES * GRANULE, GRANULE, words, loans,
                                    GRANULES),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool->hal), IODMA_OK);
}

/* One of them, with ends of 100 bytes at these phases. */
static void expect_in_phase(uint32_t index, uint32_t from, uint32_t to)
{
    static const struct iodma_spec direct =
        IODMA_SPEC_THROUGH(IODMA_DIRECT_ONLY, NULL, iodma_output_host64, 0, 0);
    struct job *job = &jobs[0];
    struct iodma_command *commands[] = { &job->source, &job->destination };
    struct iodma_range parts[] = { { cpu_address(&arena[HALF + to]), 33 },
                                   { cpu_address(&arena[HALF + 0x222 + to]),
                                     67 } };
    struct iodma_bounce pool;

    begin(ends[index].what, 0, 0);
    lend_storage(&pool);
    engines[0].dmac.same_phase = 4;
    prepare(job, 0, from, 100);
    prepare(job, 1, HALF + to, 100);
    if (ends[index].scattered) {
        (void)iodma_command_complete(&job->destination, false, false);
        (void)iodma_memory_init_ranges(&job->memories[1], parts, 2, IODMA_IN,
                                       NULL, 0);
        (void)iodma_command_prepare(&job->destination, 0, 0, true, true);
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (!ends[index].direct_only[i])
            continue;
        (void)iodma_command_complete(commands[i], false, false);
        (void)iodma_command_prepare_with_spec(commands[i], &direct, 0, 0, true,
                                              true);
    }
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  ends[index].want);
    for (uint32_t i = 0; i < 2; i++)
        expect_number("bounced", commands[i]->plan.whole,
                      ends[index].bounced[i]);
    drive(0);
    if (ends[index].want == IODMA_OK && !ends[index].scattered)
        expect_bytes("bytes", &arena[HALF + to], &want[from], 100);
    if (ends[index].scattered) {
        expect_bytes("bytes", &arena[HALF + to], &want[from], 33);
        expect_bytes("bytes", &arena[HALF + 0x222 + to], &want[from + 33], 67);
    }
    expect("the engine was treated well", !engines[0].violation);
    (void)iodma_command_deinit(&job->source);
    (void)iodma_command_deinit(&job->destination);
    expect_number("granules on loan", pool.granules.in_use, 0);
}

static void test_phases(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(ends); i++) {
        for (uint32_t pair = 0; pair < 16; pair++) {
            if (pair % 4 != pair / 4)
                expect_in_phase(i, pair % 4, pair / 4);
        }
    }
}

/* ---- Sets ---- */

/* Who is done, who runs, who does not stop, and who has a stand-in at work. */
static void test_sets(void)
{
    struct iodma_channel *set[] = { &channels[0], &channels[1], &channels[2] };
    uint8_t outcomes[CHANNELS];

    begin("of a set each ends as it should", 0, 0);
    for (uint32_t i = 0; i < CHANNELS; i++)
        submit(copy(i, 64), i);
    memcpy(&want[HALF], want, 64);
    (void)strict_dmac_run(&engines[0], 1);
    engines[2].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 3, 50, outcomes),
                  IODMA_OK);
    expect_number("one that was done", outcomes[0], IODMA_ABORT_COMPLETED);
    expect_number("one that runs", outcomes[1], IODMA_ABORT_STOPPED);
    expect_number("one that does not stop", outcomes[2], IODMA_ABORT_STUCK);
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect("it is not in quarantine", !jobs[1].transfer.quarantined);
    expect_status("status", jobs[2].status, IODMA_ABORTED);
    expect("it is in quarantine", jobs[2].transfer.quarantined);
    expect_number("held", jobs[2].destination.held, 1);
    expect("only one is dead",
           !channels[0].dead && !channels[1].dead && channels[2].dead);
    expect_number("halts of who was done", engines[0].halts, 0);
    expect_order();

    check_case("power ends a quarantine");
    engines[2].stuck = false;
    strict_dmac_power_cycle(&engines[2]);
    expect_status("power lost", iodma_channel_power_lost(&channels[2]),
                  IODMA_OK);
    expect_status("release", iodma_command_release(&jobs[2].source), IODMA_OK);
    expect_status("release", iodma_command_release(&jobs[2].destination),
                  IODMA_OK);
    (void)iodma_command_complete(&jobs[2].source, true, true);
    (void)iodma_command_complete(&jobs[2].destination, true, true);
    jobs[2].calls = 0;
    submit(copy(2, 64), 2);
    memcpy(&want[HALF + 0x1000], &want[0x1000], 64);
    drive(2);
    expect_end(&jobs[2], IODMA_OK);
    expect_order();

    begin("a set of engines and a stand-in", 0, 0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 1000);
    jobs[0].transfer.fills = true;
    in_segments(&jobs[0].destination, 8);
    submit(&jobs[0], 0);
    submit(copy(1, 64), 1);
    submit(copy(2, 64), 2);
    engines[1].stuck = true;
    memset(&want[HALF], 0, 8 * SLOTS);
    expect_status("abort", iodma_channels_abort(set, 3, 50, outcomes),
                  IODMA_OK);
    expect_number("the stand-in", outcomes[0], IODMA_ABORT_STOPPED);
    expect_number("left", jobs[0].transfer.residue.most, 1000 - 8 * SLOTS);
    expect_number("one that does not stop", outcomes[1], IODMA_ABORT_STUCK);
    expect_number("one that runs", outcomes[2], IODMA_ABORT_STOPPED);
    expect_order();

    begin("a stand-in that does not stop", 0, 0);
    strict_dmac_power_cycle(&engines[2]);
    engines[2].dmac.fills = true;
    expect_status("stand-in",
                  iodma_channel_lend_stand_in(&channels[0], &engines[2].dmac),
                  IODMA_OK);
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    submit(&jobs[0], 0);
    submit(copy(1, 64), 1);
    engines[2].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_number("the stand-in", outcomes[0], IODMA_ABORT_STUCK);
    expect_number("one that runs", outcomes[1], IODMA_ABORT_STOPPED);
    expect("it is in quarantine", jobs[0].transfer.quarantined);
    expect("only one is dead", channels[0].dead && !channels[1].dead);
    expect_order();

    check_case("a set is of 1 to 32");
    expect_status("none", iodma_channels_abort(set, 0, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("too many", iodma_channels_abort(set, 33, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("NULL", iodma_channels_abort(NULL, 1, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no transfer",
                  iodma_transfer_abort(&channels[0], NULL, 50, NULL),
                  IODMA_BAD_ARGUMENT);
}

/* ---- Residue of what was not begun ---- */

/* The engine does what it was given while it is halted. */
static void first_finishes(enum strict_dmac_step step)
{
    if (step == STRICT_DMAC_HALT)
        (void)strict_dmac_run(&engines[0], SLOTS);
}

/* Late, and halted for it. */
static const struct {
    const char *what;
    bool in_part; /* not all of it was fed */
    bool stuck;
    enum iodma_status status;
} overtaken[] = {
    { "late, and over when its engine stood still: it has ended well", false,
      false, IODMA_OK },
    { "late, and some was not fed: that is late", true, false, IODMA_TIMEOUT },
    { "late, over, and its engine does not stop: that is late", false, true,
      IODMA_TIMEOUT },
};

static void test_residue(void)
{
    begin("late with an idle engine: what was not fed is left", 0, 0);
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 10;
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], SLOTS);
    memcpy(&want[HALF], want, 10 * SLOTS);
    hooks.ticks = 10;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("least", jobs[0].transfer.residue.least, 100 - 10 * SLOTS);
    expect_number("most", jobs[0].transfer.residue.most, 100 - 10 * SLOTS);
    expect_number("halts", engines[0].halts, 0);
    expect_order();

    begin("late when its turn comes it is not begun, by no later deadline", 0,
          0);
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 0;
    submit(&jobs[0], 0);
    jobs[0].transfer.deadline = FOREVER;
    drive(0);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("left", jobs[0].transfer.residue.least, 100);
    expect_order();

    begin("aborted with some items not fed: both bounds count them", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], 1);
    memcpy(&want[HALF], want, 10);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 90);
    expect_number("most", jobs[0].transfer.residue.most, 90);
    expect_order();

    begin("power is lost: what was given may have been moved, or not", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 100 - 10 * SLOTS);
    expect_number("most", jobs[0].transfer.residue.most, 100);

    begin("what a transfer came to is not told of the next time", 0, 0);
    (void)copy(0, 100);
    submit(&jobs[0], 0);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_BUS);
    jobs[0].calls = 0;
    jobs[0].transfer.overruns = 1;
    submit(copy(0, 100), 0);
    memcpy(&want[HALF], want, 100);
    drive(0);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_NONE);
    expect_number("overruns", jobs[0].transfer.overruns, 0);
    jobs[0].calls = 0;
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 0;
    submit(&jobs[0], 0);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_order();

    begin("a fault behind all that was given is told", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], SLOTS);
    memcpy(&want[HALF], want, 10 * SLOTS);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_BUS);
    expect_number("halts", engines[0].halts, 1);
    expect_number("left", jobs[0].transfer.residue.most, 100 - 10 * SLOTS);
    expect_order();

    begin("a fault behind all is told, not hidden", 0, 0);
    submit(copy(0, 64), 0);
    (void)strict_dmac_run(&engines[0], 1);
    memcpy(&want[HALF], want, 64);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("left", jobs[0].transfer.residue.most, 0);
    expect_order();

    for (uint32_t i = 0; i < HAL_COUNT_OF(overtaken); i++) {
        begin(overtaken[i].what, 0, 0);
        (void)copy(0, 100);
        jobs[0].transfer.deadline = 10;
        in_segments(&jobs[0].source, 10);
        if (!overtaken[i].in_part)
            in_segments(&jobs[0].source, 100);
        submit(&jobs[0], 0);
        engines[0].hook = first_finishes;
        engines[0].stuck = overtaken[i].stuck;
        memcpy(&want[HALF], want, overtaken[i].in_part ? 10 * SLOTS : 100);
        hooks.ticks = 10;
        (void)iodma_channel_service(&channels[0]);
        expect_number("callbacks", jobs[0].calls, 1);
        expect_status("status", jobs[0].status, overtaken[i].status);
        expect_number("quarantined", jobs[0].transfer.quarantined,
                      overtaken[i].stuck);
        expect_number("left", jobs[0].transfer.residue.most,
                      overtaken[i].in_part ? 100 - 10 * SLOTS : 0);
        expect_order();
    }

    begin("rows that go one by one: both bounds count what was not fed", 0, 8);
    engines[0].stiff = true;
    (void)copy(0, 100);
    jobs[0].transfer.rows = (struct iodma_rows){
        .length = 10, .source_stride = 10, .destination_stride = 10, .count = 8
    };
    submit(&jobs[0], 0);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 80);
    expect_number("most", jobs[0].transfer.residue.most, 80);
    expect_order();

    begin("rows that were never begun are all left", 0, 8);
    (void)copy(0, 100);
    jobs[0].transfer.rows = (struct iodma_rows){
        .length = 10, .source_stride = 20, .destination_stride = 20, .count = 5
    };
    jobs[0].transfer.deadline = 0;
    for (uint32_t i = 0; i < 2; i++) { /* and no more of them the next time */
        submit(&jobs[0], 0);
        drive(0);
        expect_end(&jobs[0], IODMA_TIMEOUT);
        expect_number("least", jobs[0].transfer.residue.least, 50);
        expect_number("most", jobs[0].transfer.residue.most, 50);
        jobs[0].calls = 0;
        (void)iodma_command_prepare(&jobs[0].source, 0, 0, true, true);
        (void)iodma_command_prepare(&jobs[0].destination, 0, 0, true, true);
    }
    expect_order();
}

/* ---- Callbacks that meddle ---- */

/* Have a job run again from its callback. */
static void submit_again(struct job *job, uint32_t channel)
{
    (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    (void)iodma_command_prepare(&job->destination, 0, 0, true, true);
    submit(job, channel);
}

static void done_once(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    done(transfer, status);
    if (job->calls == 1)
        submit_again(job, 0);
}

static void done_aborts_next(struct iodma_transfer *transfer,
                             enum iodma_status status)
{
    struct iodma_transfer *next =
        &HAL_CONTAINER_OF(transfer, struct job, transfer)[1].transfer;

    done(transfer, status);
    expect_status("abort", iodma_transfer_abort(&channels[0], next, 50, NULL),
                  IODMA_OK);
}

static void test_power_callbacks(void)
{
    begin("power is lost, and a callback aborts what waits", 0, 0);
    for (uint32_t i = 0; i < 3; i++)
        submit(copy(i, 64), 0);
    jobs[0].transfer.done = done_aborts_next;
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    for (uint32_t i = 0; i < 3; i++)
        expect_end(&jobs[i], IODMA_ABORTED);
    expect_order();

    begin("power is lost, and callbacks submit again", 0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        submit(copy(i, 64), 0);
        jobs[i].transfer.done = done_once;
        memcpy(&want[HALF + 0x800 * i], &want[0x800 * i], 64);
    }
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    for (uint32_t i = 0; i < 3; i++) {
        expect_number("callbacks", jobs[i].calls, 1);
        expect_status("status", jobs[i].status, IODMA_ABORTED);
    }
    expect_number("begun at once", engines[0].taken, 2);
    drive(0);
    for (uint32_t i = 0; i < 3; i++)
        expect_status("status", jobs[i].status, IODMA_OK);
    expect_order();
}

/* Ends the other channel's transfer, has it run another one, serves it. */
static void done_meddles(struct iodma_transfer *transfer,
                         enum iodma_status status)
{
    struct iodma_channel *other[] = { &channels[1] };

    done(transfer, status);
    expect_status("abort", iodma_channels_abort(other, 1, 50, NULL), IODMA_OK);
    submit(copy(3, 64), 1);
    (void)iodma_channel_service(&channels[1]);
}

static void done_aborts_other(struct iodma_transfer *transfer,
                              enum iodma_status status)
{
    struct iodma_channel *other[] = { &channels[1] };

    done(transfer, status);
    expect_status("abort", iodma_channels_abort(other, 1, 50, NULL), IODMA_OK);
}

static void done_frees_other(struct iodma_transfer *transfer,
                             enum iodma_status status)
{
    engines[1].stuck = false;
    done_aborts_other(transfer, status);
}

static void done_serves(struct iodma_transfer *transfer,
                        enum iodma_status status)
{
    done(transfer, status);
    (void)iodma_channel_service(&channels[1]);
}

/* The second engine finishes, and its ISR says so, while the first is halted.
 */
static void second_finishes(enum strict_dmac_step step)
{
    if (step != STRICT_DMAC_HALT)
        return;
    (void)strict_dmac_run(&engines[1], SLOTS);
    iodma_channel_reap(&channels[1]);
}

static void test_set_callbacks(void)
{
    struct iodma_channel *set[] = { &channels[0], &channels[1] };
    uint8_t outcomes[2];

    begin("of a set no engine begins before it was called back", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_meddles;
    expect_status("abort", iodma_channels_abort(set, 2, 50, NULL), IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("callbacks of what was submitted", jobs[3].calls, 0);
    drive(1);
    memcpy(&want[HALF + 0x1800], &want[0x1800], 64);
    expect_end(&jobs[3], IODMA_OK);
    expect_order();

    begin("of a set what a callback aborts is stuck all the same", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_aborts_other;
    engines[1].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_number("callbacks", jobs[1].calls, 1);
    expect("it is in quarantine", jobs[1].transfer.quarantined);
    expect_number("outcome", outcomes[1], IODMA_ABORT_STUCK);
    expect_order();

    begin("of a set what comes to in a callback is not stuck", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_frees_other;
    engines[1].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("outcome", outcomes[1], IODMA_ABORT_COMPLETED);
    jobs[1].calls = 0;
    submit(copy(1, 64), 1);
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    drive(1);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();

    begin("of a set what a callback finds finished leaves no engine halted", 0,
          0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_aborts_other;
    engines[0].hook = second_finishes;
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_end(&jobs[1], IODMA_OK);
    expect_number("outcome", outcomes[1], IODMA_ABORT_COMPLETED);
    submit(copy(3, 64), 1);
    memcpy(&want[HALF + 0x1800], &want[0x1800], 64);
    drive(1);
    expect_end(&jobs[3], IODMA_OK);
    expect_order();

    begin("of a set no halted engine is fed", 0, 0);
    submit(copy(0, 64), 0);
    (void)copy(1, 100);
    in_segments(&jobs[1].source, 10);
    submit(&jobs[1], 1);
    (void)strict_dmac_run(&engines[1], SLOTS);
    memcpy(&want[HALF + 0x800], &want[0x800], 10 * SLOTS);
    jobs[0].transfer.done = done_serves;
    expect_status("abort", iodma_channels_abort(set, 2, 50, NULL), IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("left", jobs[1].transfer.residue.most, 100 - 10 * SLOTS);
    expect_order();
}

static void done_for_ever(struct iodma_transfer *transfer,
                          enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    done(transfer, status);
    if (jobs[1].transfer.queued)
        (void)iodma_transfer_abort(&channels[0], &jobs[1].transfer, 50, NULL);
    if (job->calls < 100)
        submit_again(job, 0);
}

static void test_round(void)
{
    begin("a round ends, though the last one that waited was aborted", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 0);
    jobs[0].transfer.done = done_for_ever;
    jobs[0].transfer.deadline = 10;
    hooks.ticks = 10;
    expect("more is to be done", iodma_channel_service(&channels[0]));
    expect_number("callbacks", jobs[0].calls, 1);
    expect_end(&jobs[1], IODMA_ABORTED);
}

/* ---- Cycles ---- */

static const struct hal_port fifo = {
    .address = PORT, .request = 1, .width = 1, .burst = 1, .depth = 1
};

static struct {
    uint32_t told;
    uint32_t last; /* its number */
    bool aborts;
} periods;

static void over(struct iodma_transfer *transfer, uint32_t period)
{
    periods.told++;
    periods.last = period;
    if (periods.aborts)
        (void)iodma_transfer_abort(&channels[0], transfer, 50, NULL);
}

/* Four periods of 64 bytes of a port, which is ready. */
static struct job *cycle(uint32_t end)
{
    static struct model_port model;
    static uint8_t bytes[PORT_BYTES];
    struct job *job = &jobs[0];

    periods.told = 0;
    periods.aborts = false;
    model = (struct model_port){ .width = 1,
                                 .bus = apertures[1].bus,
                                 .request = 1,
                                 .bytes = bytes,
                                 .size = sizeof bytes,
                                 .ready = sizeof bytes };
    engines[0].ports = &model;
    engines[0].dmac.periods = 4;
    prepare(job, end, end == 0 ? 0 : HALF, 256);
    job->transfer.port = &fifo;
    job->transfer.period = over;
    job->transfer.rows = (struct iodma_rows){ .length = 64, .count = 4 };
    return job;
}

static void moved_on(struct iodma_transfer *transfer, uint32_t period)
{
    over(transfer, period);
    transfer->deadline = hooks.ticks + 10;
}

static void done_with_storage(struct iodma_transfer *transfer,
                              enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    expect_status("status", status, IODMA_ABORTED);
    memset((void *)job, 0xA5, sizeof *job);
}

static void run_periods(uint32_t bytes)
{
    (void)strict_dmac_run(&engines[0], bytes);
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
}

/* As an engine tells it that has not begun the next turn. */
static struct hal_residue nothing_left(struct hal_dmac *dmac)
{
    (void)dmac;
    return (struct hal_residue){ 0, 0 };
}

/* As one tells it that did not stop: of what it was given before. */
static struct hal_progress another_one(struct hal_dmac *dmac)
{
    (void)dmac;
    return (struct hal_progress){ .retired = 1 };
}

static void test_cycles(void)
{
    static struct hal_dmac_ops ops;
    struct job *job;
    uint8_t outcome;

    begin("a cycle that is late before it begins has no periods", PORTS, 0);
    submit(copy(1, 64), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    drive(0);
    job = cycle(1);
    job->transfer.deadline = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 0);
    expect_number("overruns", job->transfer.overruns, 0);
    expect_number("halts", engines[0].halts, 0);
    expect_order();

    begin("a cycle that was not begun has no periods of another's", PORTS, 0);
    ops = strict_dmac_ops;
    ops.reap = another_one;
    engines[0].dmac.ops = &ops;
    job = cycle(1);
    job->transfer.deadline = 0;
    submit(job, 0);
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 0);
    expect_order();

    begin("a cycle that is late behind its last period is stopped", PORTS, 0);
    job = cycle(0);
    job->transfer.deadline = 10;
    submit(job, 0);
    run_periods(256);
    hooks.ticks = 10;
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("halts", engines[0].halts, 1);
    expect_order();

    begin("a deadline that a period moves on has not passed", PORTS, 0);
    job = cycle(0);
    job->transfer.period = moved_on;
    job->transfer.deadline = 10;
    submit(job, 0);
    hooks.ticks = 10;
    run_periods(70);
    expect_number("told of", periods.told, 1);
    expect("it goes on", job->transfer.queued);
    hooks.ticks = 20;
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_order();

    begin("a cycle that is aborted behind its last period is not over", PORTS,
          0);
    ops = strict_dmac_ops;
    ops.residue = nothing_left;
    engines[0].dmac.ops = &ops;
    job = cycle(0);
    submit(job, 0);
    run_periods(256);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &job->transfer, 50, &outcome),
        IODMA_OK);
    expect_end(job, IODMA_ABORTED);
    expect_number("outcome", outcome, IODMA_ABORT_STOPPED);
    expect_order();

    begin("a cycle that is begun again is told of from its first", PORTS, 0);
    job = cycle(0);
    periods.aborts = true;
    for (uint32_t i = 1; i <= 2; i++) {
        submit(job, 0);
        run_periods(70);
        expect_number("told of", periods.told, i);
        expect_number("the first", periods.last, 0);
        (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    }
    expect_order();

    begin("a cycle of which the ring takes a part never runs", PORTS, 0);
    job = cycle(0);
    engines[0].slots = 2;
    submit(job, 0);
    run_periods(70);
    expect_end(job, IODMA_MESSAGE_TOO_LARGE);
    expect_number("items", engines[0].done, 0);
    expect_order();

    begin("what a period's callback ended is not looked at", PORTS, 0);
    job = cycle(0);
    job->transfer.done = done_with_storage;
    periods.aborts = true;
    submit(job, 0);
    run_periods(70);
    expect_number("told of", periods.told, 1);
    expect_order();

    begin("a cycle of nothing", PORTS, 0);
    job = cycle(1);
    job->transfer.rows = (struct iodma_rows){ .length = 0, .count = 1 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);
    check_case("a cycle of one period");
    job->transfer.rows = (struct iodma_rows){ .length = 256, .count = 1 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);
}

/* Behind it a cache does not finish. */
static void over_last(struct iodma_transfer *transfer, uint32_t period)
{
    over(transfer, period);
    if (period == 3)
        recorded_status = IODMA_TIMEOUT;
}

/* The same where the engine does not look into caches. */
static void test_maintained_cycles(void)
{
    struct job *job;

    apertures[0].snooped = false;
    for (uint32_t end = 0; end < 2; end++) {
        begin("a period that cannot be handed over ends the cycle", PORTS, 0);
        expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
        job = cycle(end);
        submit(job, 0);
        recorded_count = 0;
        recorded_status = IODMA_TIMEOUT;
        run_periods(70);
        recorded_status = IODMA_OK;
        recorded_count = 0;
        expect_end(job, IODMA_TIMEOUT);
        expect_number("told of", periods.told, end == 0 ? 1 : 0);
        expect_number("halts", engines[0].halts, 1);
        expect("no violation", !engines[0].violation);
        expect_hooks();
    }

    begin("so does the last one of a turn, and the engine stops", PORTS, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = cycle(0);
    job->transfer.period = over_last;
    submit(job, 0);
    for (uint32_t i = 0; i < 4; i++)
        run_periods(64);
    recorded_status = IODMA_OK;
    recorded_count = 0;
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 4);
    expect_number("halts", engines[0].halts, 1);
    expect_hooks();

    begin("periods that are read share no line that may be written", PORTS, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = cycle(0);
    (void)iodma_command_complete(&job->source, false, false);
    job->memories[0].direction = IODMA_INOUT;
    (void)iodma_memory_init_ranges(&job->memories[0], &job->ranges[0], 1,
                                   IODMA_INOUT, NULL, 0);
    (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    job->transfer.rows = (struct iodma_rows){ .length = 96, .count = 2 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_NOT_ALIGNED);
    recorded_count = 0;
    apertures[0].snooped = true;
}

/* ---- Ports ---- */

static const struct {
    const char *what;
    hal_address address;
    uint8_t width;
    uint8_t increment;
    enum iodma_status want;
} places[] = {
    { "the last byte of an aperture", PORT + 0xFFF, 1, 0, IODMA_OK },
    { "its last word", PORT + 0xFFC, 4, 0, IODMA_OK },
    { "the byte behind it", PORT + 0x1000, 1, 0, IODMA_MESSAGE_TOO_LARGE },
    { "the last byte of all", HAL_ADDRESS_MAX, 1, 0, IODMA_MESSAGE_TOO_LARGE },
    { "a word across its end", PORT + 0xFFE, 4, 0, IODMA_BAD_ARGUMENT },
    { "a word that is not aligned", PORT + 1, 4, 0, IODMA_BAD_ARGUMENT },
    { "words that do not stay aligned", PORT, 4, 2, IODMA_BAD_ARGUMENT },
    { "an access of 3 bytes", PORT, 3, 0, IODMA_BAD_ARGUMENT },
    { "an access of nothing", PORT, 0, 0, IODMA_BAD_ARGUMENT },
};

static void test_port_places(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(places); i++) {
        const struct hal_port at = { .address = places[i].address,
                                     .request = 1,
                                     .width = places[i].width,
                                     .increment = places[i].increment,
                                     .burst = 1,
                                     .depth = 1 };

        begin(places[i].what, PORTS, 0);
        engines[0].dmac.widths = 1 | 2 | 4 | 8;
        prepare(&jobs[0], 1, HALF, 8);
        jobs[0].transfer.port = &at;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      places[i].want);
        (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    }
}

static void test_port_access(void)
{
    static const struct hal_port at_end = { .address = PORT + 0xFFC,
                                            .request = 1,
                                            .width = 4,
                                            .burst = 1,
                                            .depth = 1 };

    begin("a port of which the engine sees a half", PORTS, 0);
    engines[0].dmac.widths = 4;
    prepare(&jobs[0], 1, HALF, 8);
    jobs[0].transfer.port = &at_end;
    apertures[1].last -= 2;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_MESSAGE_TOO_LARGE);
    apertures[1].last += 2;
    for (uint8_t access = HAL_READ; access <= HAL_WRITE; access++) {
        begin("a port that is only read, or only written", PORTS, 0);
        apertures[1].access = access;
        prepare(&jobs[0], access == HAL_READ ? 0 : 1, HALF, 8);
        jobs[0].transfer.port = &fifo;
        expect_status("the other way",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      IODMA_MESSAGE_TOO_LARGE);
        apertures[1].access = HAL_READ | HAL_WRITE;
        expect_number("items", engines[0].taken, 0);
    }
}

/* What an access moves divides what is moved. */
static void test_port_items(void)
{
    static const struct hal_port words = {
        .address = PORT, .request = 1, .width = 4, .burst = 1, .depth = 1
    };
    static const struct {
        const char *what;
        uint32_t at, length;
    } cases[] = {
        { "half an access at the end", 0, 10 },
        { "accesses across words", 2, 8 },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        begin(cases[i].what, PORTS, 0);
        engines[0].dmac.widths = 4;
        prepare(&jobs[0], 0, cases[i].at, cases[i].length);
        jobs[0].transfer.port = &words;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      IODMA_NOT_ALIGNED);
    }
}

/* A fill is a source, and has a destination in memory. */
static void test_fill_ends(void)
{
    begin("a fill of a source", FILLS | PORTS, 0);
    prepare(&jobs[0], 0, 0, 8);
    jobs[0].transfer.fills = true;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
    check_case("a fill of a port");
    (void)iodma_command_complete(&jobs[0].source, false, false);
    jobs[0].transfer.source = NULL;
    jobs[0].transfer.port = &fifo;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
}

/* The stride of an end that is no memory is not looked at. */
static void test_fill_strides(void)
{
    struct job *job = &jobs[0];

    begin("rows of a fill", FILLS, 8);
    prepare(job, 1, HALF, 64);
    job->transfer.fills = true;
    job->transfer.rows = (struct iodma_rows){
        .length = 4, .source_stride = 3, .destination_stride = 8, .count = 8
    };
    for (uint32_t i = 0; i < 8; i++)
        memset(&want[HALF + 8 * i], 0, 4);
    submit(job, 0);
    expect("what is no memory has no stride",
           engines[0].route.source_stride == 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_order();
}

/* What is wrong with the bytes that have arrived comes first. */
static void test_both_complain(void)
{
    struct job *job;

    apertures[0].snooped = false;
    begin("of two ends that complain the destination is heard", 0, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = copy(0, 64);
    submit(job, 0);
    (void)strict_dmac_run(&engines[0], 1);
    iodma_channel_poll(&channels[0]);
    (void)iodma_command_release(&job->source);
    (void)iodma_command_complete(&job->source, false, false);
    recorded_status = IODMA_TIMEOUT;
    (void)iodma_channel_service(&channels[0]);
    recorded_status = IODMA_OK;
    recorded_count = 0;
    expect_end(job, IODMA_TIMEOUT);
    apertures[0].snooped = true;
}

/* Rows may overlap where they are read; their bytes are counted all the same.
 */
static void test_many_rows(void)
{
    begin("rows are as many bytes together as an address counts, no more",
          PORTS, 0);
    prepare(&jobs[0], 0, HALF, 0x100);
    jobs[0].transfer.port = &fifo;
    jobs[0].transfer.rows =
        (struct iodma_rows){ .length = 0x100, .count = 0x1000000 };
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  HAL_ADDRESS_BITS == 64 ? IODMA_OK : IODMA_BAD_ARGUMENT);
    (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    jobs[0].transfer.rows.count--;
    prepare(&jobs[0], 0, HALF, 0x100);
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_OK);
    (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    expect_number("to go", jobs[0].transfer.residue.most, 0xFFFFFF00);
}

static uint32_t routed_rows; /* the most that an item was to have */

static enum iodma_status route_noted(struct hal_dmac *dmac,
                                     const struct hal_route *route)
{
    routed_rows = larger32(routed_rows, route->rows);
    return strict_dmac_ops.route(dmac, route);
}

/* Rows overlap at their source as they like, and are never cut short. */
static void test_long_rows(void)
{
    static const struct iodma_spec any = IODMA_SPEC(iodma_output_host64, 0, 0);
    const hal_address length = (hal_address)(UINT64_C(2) << 32);
    static struct hal_dmac_ops ops;
    struct job *job = &jobs[0];

    if (HAL_ADDRESS_BITS == 32)
        return; /* there are none */
    begin("rows of more than 4 GiB", PORTS, 8);
    apertures[0].last = apertures[0].first + length;
    job->ranges[0] = (struct iodma_range){ cpu_address(arena), length };
    (void)iodma_memory_init_ranges(&job->memories[0], job->ranges, 1, IODMA_OUT,
                                   NULL, 0);
    (void)iodma_command_init(&job->source, &bus, &any, NULL);
    expect_status(
        "prepare",
        iodma_command_set_memory(&job->source, &job->memories[0], true),
        IODMA_OK);
    job->transfer = (struct iodma_transfer){
        .source = &job->source, .port = &fifo, .deadline = FOREVER, .done = done
    };
    job->transfer.rows = (struct iodma_rows){ .length = length - 1,
                                              .source_stride = 1,
                                              .count = 2 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);

    check_case("rows so far apart that no engine goes there are an item each");
    ops = strict_dmac_ops;
    ops.route = route_noted;
    engines[0].dmac.ops = &ops;
    routed_rows = 0;
    job->transfer.rows = (struct iodma_rows){ .length = 1,
                                              .source_stride = BIT32(31),
                                              .count = 2 };
    submit(job, 0);
    expect_number("rows of an item", routed_rows, 1);
    expect_status("abort",
                  iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL),
                  IODMA_OK);
    expect_end(job, IODMA_ABORTED);
}

/* What the tests' lock is for (hal/lock.h). */
static void test_nested_lock(void)
{
    const char *twice;
    uint32_t state;

    begin("a lock that is entered by who holds it is caught", 0, 0);
    state = hooks_lock.save(&hooks_lock);
    expect("once is right", !hooks.broken);
    hooks_lock.restore(&hooks_lock, hooks_lock.save(&hooks_lock));
    twice = hooks.broken;
    expect("twice is not", twice);
    hooks_lock.restore(&hooks_lock, state);
    expect("what went wrong first is told", hooks.broken == twice);
    hooks.broken = NULL;
}

int main(void)
{
    test_stand_in();
    test_no_way();
    test_engine_fails_beside();
    test_stating();
    test_lending();
    test_enabled_by_others();
    test_rows();
    test_bad_rows();
    test_phases();
    test_sets();
    test_residue();
    test_power_callbacks();
    test_set_callbacks();
    test_round();
    test_cycles();
    test_maintained_cycles();
    test_port_places();
    test_port_access();
    test_port_items();
    test_fill_ends();
    test_fill_strides();
    test_both_complain();
    test_many_rows();
    test_long_rows();
    test_nested_lock();
    return check_result();
}
