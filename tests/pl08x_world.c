/* SPDX-License-Identifier: MIT */
#include "tests/pl08x_world.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

struct pl08x_model chip;
struct pl08x channels[CHANNELS];
uint8_t ring[CHANNELS * RING] __attribute__((aligned(16)));
static uint8_t published[sizeof ring];
uint32_t lengths[CHANNELS][SLOTS];
uint8_t arena[ARENA];
uint8_t want[ARENA];
static uint8_t top[TOP];
uint8_t port_bytes[HALF];

struct pl08x_world world;

const struct pl08x_controller pl080 = { REGISTERS, 8, 2 };
const struct pl08x_controller pl081 = { REGISTERS, 2, 1 };

uint32_t below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

bool asserted(uint32_t n)
{
    return engine_model_interrupt(&chip.engine, n);
}

void isr(void)
{
    for (uint32_t n = 0; n < CHANNELS; n++) {
        if (hooks.masked == 0 && asserted(n))
            (void)reap(n);
    }
}

uint32_t step(uint32_t steps)
{
    return engine_model_step(&chip.engine, steps);
}

void run(void)
{
    (void)step(FOREVER);
}

/* The moment between two steps of the driver. */
void moment(void)
{
    static bool within;

    if (world.pace == 0 || within)
        return;
    within = true;
    (void)step(below(world.pace + 1));
    isr();
    within = false;
}

static void publish(void)
{
    engine_model_publish(&chip.engine);
}

static const struct hal_bus bus = {
    .limits = &pl08x_byte_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* A chip whose power was just turned on, and a driver that has not seen it. */
void set_up(uint32_t slots)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    driven = (struct driven){ .violation = &chip.engine.violation,
                              .arena = arena,
                              .want = want,
                              .size = ARENA };
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)below(256);
    for (uint32_t i = 0; i < HALF; i++)
        port_bytes[i] = (uint8_t)below(256);
    memcpy(want, arena, ARENA);
    memset(ring, 0xEE, sizeof ring);

    pl080_model_power_on(&chip);
    chip.closes_after = 5;
    chip.engine.base = REGISTERS;
    chip.engine.ring = (struct model_piece){ RING_BUS, sizeof ring, ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.engine.pieces[1] = (struct model_piece){ TOP_BUS, TOP, top };
    for (uint32_t n = 0; n < CHANNELS; n++) {
        channels[n] = (struct pl08x){
            .dmac = { .ops = &pl08x_ops,
                      .bus = &bus,
                      .limits = &pl08x_byte_limits,
                      .ring_limits = &pl08x_ring_limits,
                      .same_phase = 1,
                      .fills = true,
                      .widths = PL08X_WIDTHS,
                      .periods = slots },
            .controller = &pl080,
            .ring = { &ring[n * RING], RING_BUS + n * RING, RING },
            .slots = slots,
            .lengths = lengths[n],
            .channel = (uint8_t)n,
        };
        driven.dmacs[n] = &channels[n].dmac;
    }
}

void begin(const char *what, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    expect_status("start", start(0), IODMA_OK);
}

/* A copy from one offset of the arena to another. */
struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

/* The n-th of a row of items that are easy to tell apart. */
struct hal_item nth(uint32_t n)
{
    return item(32 * n, HALF + 32 * n, EACH);
}

void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++)
        memcpy(&want[HALF + 32 * n], &want[32 * n], EACH);
}

void expect_residue(hal_address least, hal_address most)
{
    struct hal_residue got = residue(0);

    expect_number("least", got.least, least);
    expect_number("most", got.most, most);
}

/* Nothing moves and nothing interrupts, whatever is submitted. */
void expect_dead(void)
{
    uint32_t moved = chip.engine.moved;
    struct hal_item one = nth(90);

    (void)emit(0, &one, 1);
    submit(0);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("elements moved", chip.engine.moved, moved);
    expect("no interrupt", !asserted(0));
}

/* After whatever befell it, the channel starts and copies. */
void expect_usable(void)
{
    chip.engine.abort_delay = 0;
    chip.engine.stuck = false;
    chip.engine.misbehaves = ENGINE_BEHAVES;
    expect_status("start again", start(0), IODMA_OK);
    batch(0, 100, 102);
    expect_items(100, 102);
    run();
    expect("an interrupt", asserted(0));
    expect_progress(2, HAL_FAULT_NONE);
    expect_order();
}

struct hal_port port(uint32_t width, uint32_t burst)
{
    return (struct hal_port){ .request = LINE,
                              .width = (uint8_t)width,
                              .burst = (uint16_t)burst,
                              .depth = (uint16_t)burst };
}

/* Half of the way: to or from a port. */
struct hal_route along(const struct hal_port *at, bool out, hal_address address)
{
    struct hal_end end = { .kind = HAL_PORT, .port = at, .bus = address };

    return out ? (struct hal_route){ .destination = end }
               : (struct hal_route){ .source = end };
}

/* The model's port, with bytes to send or room for so many. */
void plug(const struct hal_port *at, size_t size)
{
    chip.engine.ports[0] = (struct model_port){
        .bus = PORT_BUS,
        .width = at->width,
        .request = at->request,
        .depth = at->depth,
        .bytes = port_bytes,
        .size = size,
    };
}
