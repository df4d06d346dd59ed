/* SPDX-License-Identifier: MIT */
#include "tests/engines/world.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/cpu.h"
#include "tests/check.h"
#include "tests/engines/world_parts.h"
#include "tests/model/recording_cache.h"

#include <string.h>

enum {
    LOANS = 2 * WORLD_SEGMENTS + 64, /* both edges of each */
    STAND_IN_SLOTS = 4,
    TURNS = 20000, /* more than any transfer takes */
};

/* Where things are on the bus. */
enum {
    RING_BUS = 0x10000000,
    DATA_BUS = 0x20000000,
    PORT_BUS = 0x7E200000,
};

struct world_data *world_data;
uint32_t world_reach;

static uint8_t ring[ENGINE_RING] __attribute__((aligned(0x10000)));
static uint8_t published[ENGINE_RING];

struct world world;
struct iodma_channel world_channels[ENGINE_CHANNELS];
struct world_job world_jobs[WORLD_JOBS];
struct hal_port world_ports[ENGINE_MODEL_PORTS];
uint8_t world_port_bytes[ENGINE_MODEL_PORTS][WORLD_PORT];
struct iodma_bus world_bus;
struct iodma_bounce world_pool;

static struct hal_aperture apertures[] = {
    { .bus = DATA_BUS, .access = HAL_READ | HAL_WRITE },
    { .first = WORLD_PORT_FIRST,
      .last = WORLD_PORT_FIRST + 0xFFFF,
      .bus = PORT_BUS,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};
static struct hal_region region = { .cached = HAL_WRITE_BACK,
                                    .writable = true };
static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_bus model_bus = {
    .apertures = apertures,
    .aperture_count = HAL_COUNT_OF(apertures),
    .regions = &region,
    .region_count = 1,
    .limits = &no_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};
static struct hal_bus hal_bus; /* that, or the board's as far as it is one */

/* The oracle, and the stand-ins of the channels. */
static struct hal_item oracle_ring[STAND_IN_SLOTS];
static struct cpu_dmac oracle;
struct iodma_channel world_oracle;
static struct hal_item stand_in_rings[ENGINE_CHANNELS][STAND_IN_SLOTS];
static struct cpu_dmac stand_ins[ENGINE_CHANNELS];

uint32_t world_below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

uint32_t world_ways(void)
{
    return engine_case.interrupt ? WORLD_WAYS : 1;
}

uint32_t world_any_way(void)
{
    return world_below(world_ways());
}

struct hal_dmac *world_dmac(uint32_t channel)
{
    return engine_case.channel(channel);
}

uint8_t *world_source(uint32_t offset)
{
    return &world_data->sources[offset];
}

uint8_t *world_target(uint32_t offset)
{
    return &world_data->targets[offset];
}

hal_address world_on_bus(const uint8_t *byte)
{
    return cpu_address(byte) - hal_bus.apertures[0].first +
           hal_bus.apertures[0].bus;
}

/* Time -------------------------------------------------------------------- */

/* Ports ask for as many bursts as their FIFOs hold. */
static void feed_ports(void)
{
    for (uint32_t i = 0; i < engine_case.port_count && !world.starved; i++) {
        struct model_port *port = engine_case.port(i);

        if (port->width == 0)
            continue;
        port->ready =
            smaller32(port->ready + world_ports[i].burst, world_ports[i].depth);
    }
}

/* Notice what a real one has done by itself. */
static void look(void)
{
    if (engine_case.bus)
        world.steps += engine_case.step(0);
}

static void reap(struct iodma_channel *channel)
{
    hooks_enter();
    iodma_channel_reap(channel);
    hooks_leave();
}

/* Of a model: how often it was written to. */
static uint32_t writes(void)
{
    return engine_case.model ? engine_case.model->writes : 0;
}

static void handle(uint32_t index)
{
    struct iodma_channel *channel = &world_channels[index];
    uint64_t before;
    uint32_t written = writes();

    hooks_mask();
    look();
    before = world.steps;
    reap(channel);
    look();
    if (world.steps == before && engine_case.interrupt(index) &&
        !(engine_case.lingers && writes() == written))
        hooks.broken = "an interrupt is asserted when its ISR returns";
    if (world.way == WORLD_SERVED)
        (void)iodma_channel_service(channel);
    hooks_unmask();
}

static bool isr(uint32_t index)
{
    if (world.way == WORLD_POLLED)
        return false;
    handle(index);
    return true;
}

void world_isr(void)
{
    if (engine_case.bus) /* they come by themselves */
        return;
    for (uint32_t i = 0; i < world.channels; i++) {
        if (world.way != WORLD_POLLED && hooks.masked == 0 &&
            engine_case.interrupt(i))
            handle(i);
    }
}

uint32_t world_pass(uint32_t steps)
{
    uint32_t all = 0;
    uint32_t did;

    do {
        feed_ports();
        did = engine_case.step(smaller32(steps - all, 64));
        all += did;
    } while (did != 0 && all < steps);
    world.steps += all;
    world_isr();
    return all;
}

/* The moment between two steps of the CPU. */
static void moment(void)
{
    static bool within;

    if (world.pace == 0 || within)
        return;
    if (world.rare != 0 && ++world.moments % world.rare != 0)
        return;
    within = true;
    feed_ports();
    world.steps +=
        engine_case.step(world.even ? world.pace : world_below(world.pace + 1));
    within = false;
    world_isr();
}

static void publish(void)
{
    engine_case.publish();
}

static bool serve(uint32_t index)
{
    struct iodma_channel *channel = &world_channels[index];
    bool due;

    if (world.way == WORLD_SERVED) /* a timer looks after deadlines */
        hooks_mask();
    if (world.way == WORLD_POLLED)
        reap(channel);
    hooks_mask();
    due = iodma_channel_due(channel);
    hooks_unmask();
    if (due)
        (void)iodma_channel_service(channel);
    if (world.way == WORLD_SERVED)
        hooks_unmask();
    return channel->active || channel->waiting.first;
}

bool world_serve(void)
{
    bool more = false;

    for (uint32_t i = 0; i < world.channels; i++)
        more = serve(i) || more;
    return more;
}

/* All that channels have done, counted. */
static uint32_t deeds(void)
{
    uint32_t count = world.callbacks;

    for (uint32_t i = 0; i < world.channels; i++)
        count += world_channels[i].emitted;
    return count;
}

bool world_drive(uint32_t steps)
{
    uint32_t turns = 0;

    for (uint32_t idle = 0; idle < 300 && turns < TURNS; idle++, turns++) {
        uint32_t before = deeds();

        if (world_pass(steps) != 0)
            idle = 0;
        hooks.ticks += world.tick;
        if (!world_serve())
            return true;
        if (deeds() != before)
            idle = 0;
    }
    return expect("every transfer comes to an end", false);
}

/* Power ------------------------------------------------------------------- */

static void set_up_model_bus(uint32_t with)
{
    apertures[0].first = cpu_address(world_data);
    apertures[0].last = cpu_address(world_data->want) - 1;
    apertures[0].snooped = (with & WORLD_UNSNOOPED) == 0;
    region.first = apertures[0].first;
    region.last = apertures[0].last;
    hal_bus = model_bus;
    hal_bus.cache = (with & WORLD_UNSNOOPED) != 0 ? &recording_cache : NULL;
    recorded_count = 0;
}

/* What the board says of memory and caches; its lock and fences behind the
   hooks; limits as a test asks for them. */
static void set_up_board_bus(void)
{
    const struct hal_bus *board = engine_case.bus();

    hal_bus = *board;
    hal_bus.limits = model_bus.limits;
    hal_bus.clock = model_bus.clock;
    hal_bus.lock = model_bus.lock;
    hal_bus.fences = model_bus.fences;
    hooks.under = board->lock;
    hooks.observe = board->fences->observe;
}

static void lend(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(WORLD_PAGES)];
    static struct hal_loan loans[LOANS];

    expect_status("pool",
                  iodma_bounce_init(&world_pool,
                                    cpu_address(world_data->storage),
                                    sizeof world_data->storage, WORLD_GRANULE,
                                    words, loans, LOANS),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&world_bus, &world_pool.hal),
                  IODMA_OK);
}

static void power_on(uint32_t slots)
{
    struct engine_place place = {
        .bus = &hal_bus,
        .ring = { ring, RING_BUS,
                  engine_case.ring_size ? engine_case.ring_size(slots) : 0 },
        .slots = slots,
        .pieces = { { DATA_BUS, offsetof(struct world_data, want),
                      world_data->sources } },
        .access = moment,
        .isr = isr,
    };
    struct engine_model *model = engine_case.model;

    memset(ring, 0xE7, sizeof ring);
    engine_case.power_on(&place);
    if (model) {
        model->ring =
            (struct model_piece){ place.ring.bus, place.ring.size, ring };
        model->published = published;
        model->access = moment;
        memcpy(model->pieces, place.pieces, sizeof place.pieces);
    }
}

static void fill_memory(void)
{
    if (world_reach == 0) {
        for (uint32_t i = 0; i < WORLD_AREA; i++) {
            world_data->noise[i] = (uint8_t)world_below(256);
            world_data->sources[i] = (uint8_t)world_below(256);
        }
        world_reach = WORLD_AREA;
    }
    memcpy(world_data->want, world_data->noise, world_reach);
    memcpy(world_data->targets, world_data->noise, world_reach);
    memcpy(world_data->twins, world_data->noise, world_reach);
    memset(world_data->meant, false, world_reach);
    world_reach = 1;
}

static void start_channel(uint32_t index, uint32_t with)
{
    struct iodma_channel *channel = &world_channels[index];

    expect_status("channel",
                  iodma_channel_init(channel, world_dmac(index), "suite"),
                  IODMA_OK);
    if ((with & WORLD_STAND_IN) == 0)
        return;
    stand_ins[index] = (struct cpu_dmac)CPU_DMAC(
        &hal_bus, stand_in_rings[index], STAND_IN_SLOTS);
    expect_status("stand-in",
                  iodma_channel_lend_stand_in(channel, &stand_ins[index].dmac),
                  IODMA_OK);
}

void world_begin(uint32_t slots, uint32_t with)
{
    uint64_t seed = world.seed;

    hooks = (struct hooks){ .moment = moment, .publish = publish };
    world = (struct world){ .seed = seed, .channels = engine_case.channels };
    for (uint32_t i = 0; i < WORLD_JOBS; i++) {
        world_jobs[i].transfer = (struct iodma_transfer){ .source = NULL };
        world_jobs[i].source.count = 0;
        world_jobs[i].destination.count = 0;
        world_jobs[i].channel = 0;
        world_jobs[i].then = NULL;
        world_jobs[i].calls = 0;
    }
    world_data = world_memory();
    fill_memory();
    if (engine_case.bus)
        set_up_board_bus();
    else
        set_up_model_bus(with);
    world.lends =
        (with & WORLD_LENDS) != 0 || (engine_case.bus && hal_bus.cache);
    power_on(slots);
    expect_status("bus", iodma_bus_init(&world_bus, &hal_bus, WORLD_GRANULE),
                  IODMA_OK);
    if (hal_bus.cache)
        expect_status("cache", iodma_bus_cache(&world_bus), IODMA_OK);
    if (world.lends)
        lend();
    for (uint32_t i = 0; i < world.channels; i++)
        start_channel(i, with);
    oracle = (struct cpu_dmac)CPU_DMAC(&hal_bus, oracle_ring, STAND_IN_SLOTS);
    expect_status("oracle",
                  iodma_channel_init(&world_oracle, &oracle.dmac, "suite"),
                  IODMA_OK);
}

void world_scribble(void)
{
    memset(ring, 0x5A, sizeof ring);
}

struct model_port *world_place_port(uint32_t index)
{
    struct hal_port *port = &world_ports[index];
    struct model_port *model = engine_case.port(index);

    *port = engine_case.ports[index];
    port->address = WORLD_PORT_FIRST + WORLD_PORT_STEP * index;
    *model = (struct model_port){
        .bus = PORT_BUS + WORLD_PORT_STEP * index,
        .width = port->width,
        .request = port->request,
        .depth = port->depth,
        .bytes = world_port_bytes[index],
        .size = WORLD_PORT,
    };
    for (uint32_t i = 0; i < WORLD_PORT; i++)
        world_port_bytes[index][i] = (uint8_t)(i * 7 + (i >> 8) + index);
    return model;
}
