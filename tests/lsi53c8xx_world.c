/* SPDX-License-Identifier: MIT */
#include "tests/lsi53c8xx_world.h"

#include "hal/dmac/lsi53c8xx_regs.h"
#include "tests/check.h"

#include <string.h>

struct lsi53c8xx_model chip;
struct lsi53c8xx lsi;
uint8_t ring[LSI53C8XX_RING_SIZE(SLOTS)] __attribute__((aligned(4)));
uint32_t lengths[SLOTS];
uint8_t arena[ARENA];
uint8_t want[ARENA];
uint8_t top[TOP];

struct world world;

bool asserted(uint32_t n)
{
    (void)n;
    return lsi53c8xx_model_interrupt(&chip);
}

void isr(void)
{
    if (hooks.masked == 0 && asserted(0))
        (void)reap(0);
}

void moment(void)
{
    if (world.pace == 0)
        return;
    (void)lsi53c8xx_model_step(&chip,
                               random_below(&world.seed, world.pace + 1));
    isr();
}

static void publish(void)
{
    lsi53c8xx_model_publish(&chip);
}

static const struct hal_bus port = {
    .limits = &lsi53c8xx_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

void set_up(uint32_t slots)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    driven = (struct driven){ .dmacs = { &lsi.dmac },
                              .violation = &chip.violation,
                              .arena = arena,
                              .want = want,
                              .size = ARENA };
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)random_below(&world.seed, 256);
    memcpy(want, arena, ARENA);
    memset(ring, 0xEE, sizeof ring);

    lsi53c8xx_model_power_on(&chip);
    chip.base = REGISTERS;
    chip.now = &hooks.ticks;
    chip.script = (struct model_piece){ RING_BUS, sizeof ring, ring };
    chip.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.pieces[1] = (struct model_piece){ TOP_BUS, TOP, top };
    lsi = (struct lsi53c8xx){
        .dmac = { .ops = &lsi53c8xx_ops,
                  .bus = &port,
                  .limits = &lsi53c8xx_limits,
                  .ring_limits = &lsi53c8xx_ring_limits,
                  .same_phase = LSI53C8XX_SAME_PHASE },
        .base = REGISTERS,
        .ring = { ring, RING_BUS, sizeof ring },
        .slots = slots,
        .lengths = lengths,
    };
}

void begin(const char *what, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    expect_status("start", start(0), IODMA_OK);
}

struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

struct hal_item nth(uint32_t n)
{
    return item(16 * n, HALF + 16 * n, 13);
}

void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++)
        memcpy(&want[HALF + 16 * n], &want[16 * n], 13);
}

void run(void)
{
    (void)lsi53c8xx_model_step(&chip, FOREVER);
}

void expect_doorbells(uint32_t count)
{
    expect_number("writes of DSP", chip.writes[LSI_DSP], count);
    expect_number("doorbells", lsi.dmac.counts.doorbells, count);
}

void expect_usable(void)
{
    uint32_t writes;

    chip.abort_delay = 0;
    expect_status("start again", start(0), IODMA_OK);
    writes = chip.writes[LSI_DSP];
    batch(0, 100, 101);
    expect_items(100, 101);
    run();
    expect("an interrupt", asserted(0));
    expect_progress(1, HAL_FAULT_NONE);
    expect_number("writes of DSP", chip.writes[LSI_DSP] - writes, 1);
}
