/* SPDX-License-Identifier: MIT */
#include "tests/gpdma_world.h"

#include <string.h>

struct gpdma_model chip;
struct gpdma engines[2];
struct gpdma *engine;
uint8_t rings[2][RING] __attribute__((aligned(4)));
uint8_t arena[ARENA];
uint8_t want[ARENA];
uint8_t top[TOP];
uint8_t port_bytes[PORT];
struct world world;

static uint8_t published[2 * RING];
static struct gpdma_note notes[2][SLOTS];

bool asserted(uint32_t n)
{
    (void)n;
    return engine_model_interrupt(&chip.engine, engine->channel);
}

void moment(void)
{
    if (world.pace != 0)
        (void)engine_model_step(&chip.engine,
                                random_below(&world.seed, world.pace + 1));
    if (hooks.masked == 0 && (world.nags || (world.pace != 0 && asserted(0)))) {
        world.interrupts++;
        (void)reap(0);
    }
}

static void publish(void)
{
    engine_model_publish(&chip.engine);
}

static const struct hal_bus bus = {
    .limits = &gpdma_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

static struct gpdma channel(uint32_t index, uint32_t slots)
{
    return (struct gpdma){
        .dmac = { .ops = &gpdma_ops,
                  .bus = &bus,
                  .limits = &gpdma_limits,
                  .ring_limits = &gpdma_ring_limits,
                  .same_phase = GPDMA_SAME_PHASE,
                  .fills = true,
                  .widths = GPDMA_WIDTHS,
                  .max_rows = index == 0 ? 0 : GPDMA_ROWS,
                  .periods = GPDMA_PERIODS(slots) },
        .base = REGISTERS,
        .channel = index == 0 ? LINEAR : PLANAR,
        .ring = { rings[index], RING_BUS + index * RING, RING },
        .slots = slots,
        .notes = notes[index],
        .fifo = index == 0 ? 8 : 32,
        .requests = 114,
        .priority = 2,
    };
}

void use(uint32_t index)
{
    engine = &engines[index];
    driven.dmacs[0] = &engine->dmac;
}

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
        arena[i] = (uint8_t)random_below(&world.seed, 256);
    for (uint32_t i = 0; i < PORT; i++)
        port_bytes[i] = (uint8_t)random_below(&world.seed, 256);
    memcpy(want, arena, ARENA);
    memset(rings, 0xEE, sizeof rings);

    gpdma_model_power_on(&chip, &gpdma_u5);
    chip.engine.base = REGISTERS;
    chip.engine.ring = (struct model_piece){ RING_BUS, 2 * RING, rings[0] };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.engine.pieces[1] = (struct model_piece){ TOP_BUS, TOP, top };
    chip.engine.access = moment;
    engines[0] = channel(0, slots);
    engines[1] = channel(1, slots);
    use(0);
}

void begin(const char *what, uint32_t index, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    use(index);
    expect_status("start", start(0), IODMA_OK);
}

struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

struct hal_item nth(uint32_t n)
{
    return item(32 * n + n % 3, HALF + 32 * n + n / 3 % 5, 16 + n % 7);
}

void expect_item(struct hal_item one)
{
    memcpy(&want[one.destination - ARENA_BUS], &want[one.source - ARENA_BUS],
           (size_t)one.length);
}

void expect_batch(uint32_t first, uint32_t last)
{
    batch(0, first, last);
    for (uint32_t n = first; n < last; n++)
        expect_item(nth(n));
}

void run(void)
{
    (void)engine_model_step(&chip.engine, FOREVER);
}

void expect_usable(void)
{
    chip.engine.stuck = false;
    chip.engine.absent = false;
    world.pace = 0;
    expect_status("start again", start(0), IODMA_OK);
    memcpy(want, arena, ARENA);
    expect_batch(100, 102);
    run();
    expect("an interrupt", asserted(0));
    expect_progress(2, HAL_FAULT_NONE);
    expect_order();
}
