/* SPDX-License-Identifier: MIT */
#include "tests/rp2040_rig.h"

#include "hal/count_of.h"
#include "tests/check.h"

#include <string.h>

struct rig rig;

bool asserted(uint32_t n)
{
    return engine_model_interrupt(&rig.chip.engine, rig.engines[n].data) ||
           engine_model_interrupt(&rig.chip.engine, rig.engines[n].control);
}

void rig_isr(void)
{
    for (uint32_t n = 0; n < ENGINES && hooks.masked == 0; n++) {
        if (asserted(n))
            (void)reap(n);
    }
}

uint32_t rig_below(uint32_t limit)
{
    return random_below(&rig.seed, limit);
}

void rig_run(uint32_t steps)
{
    (void)engine_model_step(&rig.chip.engine, steps);
}

void rig_moment(void)
{
    if (rig.pace == 0)
        return;
    rig_run(rig_below(rig.pace + 1));
    rig_isr();
}

static void publish(void)
{
    engine_model_publish(&rig.chip.engine);
}

static const struct hal_bus port = {
    .limits = &rp2040_dma_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

void rig_set_up(uint32_t slots)
{
    static const uint8_t pairs[ENGINES][2] = { { 0, 1 }, { 9, 3 }, { 4, 11 } };

    rig.pace = 0;
    driven = (struct driven){ .violation = &rig.chip.engine.violation,
                              .arena = rig.arena,
                              .want = rig.want,
                              .size = ARENA };
    hooks =
        (struct hooks){ .moment = rig_moment, .publish = publish, .tick = 1 };
    for (uint32_t i = 0; i < HALF; i++) {
        rig.arena[i] = (uint8_t)rig_below(256);
        rig.arena[HALF + i] = (uint8_t)~rig.arena[i];
    }
    memcpy(rig.want, rig.arena, ARENA);
    memset(rig.rings, 0xEE, sizeof rig.rings);
    memset(rig.bytes, 0, sizeof rig.bytes);

    rp2040_dma_model_power_on(&rig.chip);
    rig.chip.engine.base = RP2040_MODEL_BUS;
    rig.chip.engine.ring =
        (struct model_piece){ RING_BUS, sizeof rig.rings, rig.rings[0] };
    rig.chip.engine.published = rig.seen[0];
    rig.chip.engine.pieces[0] =
        (struct model_piece){ ARENA_BUS, ARENA, rig.arena };
    for (uint32_t n = 0; n < ENGINES; n++) {
        rig.engines[n] = (struct rp2040_dma){
            .dmac = { .ops = &rp2040_dma_ops,
                      .bus = &port,
                      .limits = &rp2040_dma_limits,
                      .ring_limits = &rp2040_dma_ring_limits,
                      .same_phase = 1,
                      .fills = true,
                      .widths = RP2040_DMA_WIDTHS,
                      .periods = RP2040_DMA_PERIODS(slots) },
            .base = RP2040_MODEL_BUS,
            .data = pairs[n][0],
            .control = pairs[n][1],
            .line = n % 2,
            .ring = { rig.rings[n], RING_BUS + n * ROOM, ROOM },
            .slots = slots,
            .lengths = rig.lengths[n],
        };
        driven.dmacs[n] = &rig.engines[n].dmac;
    }
}

/* While the driver waits, the chip goes on; no ISR comes. */
static uint32_t begin_wait(void)
{
    uint32_t pace = rig.pace;

    rig.pace = 1;
    hooks.masked++;
    return pace;
}

static void end_wait(uint32_t pace)
{
    hooks.masked--;
    rig.pace = pace;
}

enum iodma_status rig_start(uint32_t n)
{
    uint32_t pace = begin_wait();
    enum iodma_status status = start(n);

    end_wait(pace);
    return status;
}

void rig_begin(const char *what, uint32_t slots)
{
    check_case(what);
    rig_set_up(slots);
    for (uint32_t n = 0; n < ENGINES; n++)
        expect_status("start", rig_start(n), IODMA_OK);
}

uint32_t rig_halt_all(uint32_t count)
{
    uint32_t pace = begin_wait();
    uint32_t stuck = halt(count);

    end_wait(pace);
    return stuck;
}

uint32_t rig_halt(void)
{
    return rig_halt_all(1);
}

struct hal_item rig_item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

struct hal_item nth(uint32_t n)
{
    static const uint8_t lengths[] = { 13, 16, 6 };

    return rig_item(16 * n, HALF + 16 * n, lengths[n % HAL_COUNT_OF(lengths)]);
}

const struct hal_port bytewise = { PORT_BUS, 20, 1, 0, 1, 4 };
const struct hal_port halfwise = { PORT_BUS, 21, 2, 0, 1, 4 };
const struct hal_port wordwise = { PORT_BUS, 22, 4, 0, 1, 4 };
const struct hal_port ready = { PORT_BUS, HAL_NO_REQUEST, 4, 0, 9, 9 };

struct hal_route way(uint8_t from, uint8_t to, const struct hal_port *with)
{
    hal_address bus = with ? with->address : 0;

    return (struct hal_route){
        .source = { .kind = from, .fill = 0xA5, .port = with, .bus = bus },
        .destination = { .kind = to, .port = with, .bus = bus },
    };
}

enum iodma_status go_by(struct hal_route route)
{
    return go(0, &route);
}

void expect_item(const struct hal_item *one)
{
    memcpy(&rig.want[one->destination - ARENA_BUS],
           &rig.arena[one->source - ARENA_BUS], (size_t)one->length);
}

void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++) {
        struct hal_item one = nth(n);

        expect_item(&one);
    }
}

void expect_usable(void)
{
    rig.chip.engine.abort_delay = 0;
    rig.chip.engine.misbehaves = ENGINE_BEHAVES;
    expect_status("start again", rig_start(0), IODMA_OK);
    batch(0, 100, 103);
    expect_items(100, 103);
    rig_run(FOREVER);
    expect("an interrupt", asserted(0));
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();
}
