/* SPDX-License-Identifier: MIT */
#include "tests/rp2040_rig.h"

#include "hal/count_of.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

struct rig rig;

static struct rp2040_dma *const dma = &rig.engines[0];

struct hal_progress rig_reap(uint32_t n)
{
    struct hal_progress progress;

    hooks.masked++;
    progress = rig.engines[n].dmac.ops->reap(&rig.engines[n].dmac);
    hooks.masked--;
    rig.retired[n] += progress.retired;
    if (progress.fault != HAL_FAULT_NONE)
        rig.fault = progress.fault;
    return progress;
}

bool rig_asserted(uint32_t n)
{
    return engine_model_interrupt(&rig.chip.engine, rig.engines[n].data) ||
           engine_model_interrupt(&rig.chip.engine, rig.engines[n].control);
}

void rig_isr(void)
{
    for (uint32_t n = 0; n < ENGINES && hooks.masked == 0; n++) {
        if (rig_asserted(n))
            (void)rig_reap(n);
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
    rig.fault = HAL_FAULT_NONE;
    memset(rig.retired, 0, sizeof rig.retired);
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
    for (uint32_t n = 0; n < ENGINES; n++)
        rig.engines[n] = (struct rp2040_dma){
            .dmac = { .ops = &rp2040_dma_ops,
                      .bus = &port,
                      .limits = &rp2040_dma_limits,
                      .ring_limits = &rp2040_dma_ring_limits,
                      .same_phase = 1,
                      .can = RP2040_DMA_CAN,
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
    enum iodma_status status =
        rig.engines[n].dmac.ops->start(&rig.engines[n].dmac);

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

uint32_t rig_emit(const struct hal_item *items, uint32_t count)
{
    return dma->dmac.ops->emit(&dma->dmac, items, count);
}

void rig_submit(void)
{
    dma->dmac.ops->submit(&dma->dmac);
}

struct hal_residue rig_residue(void)
{
    return dma->dmac.ops->residue(&dma->dmac);
}

uint32_t rig_halt_all(uint32_t count)
{
    struct hal_dmac *set[ENGINES];
    uint32_t pace = begin_wait();
    uint32_t stuck;

    for (uint32_t n = 0; n < count; n++)
        set[n] = &rig.engines[n].dmac;
    stuck = set[0]->ops->halt(set, count, hooks.ticks + 100);
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

struct hal_item rig_nth(uint32_t n)
{
    static const uint8_t lengths[] = { 13, 16, 6 };

    return rig_item(16 * n, HALF + 16 * n, lengths[n % HAL_COUNT_OF(lengths)]);
}

void expect_item(const struct hal_item *one)
{
    memcpy(&rig.want[one->destination - ARENA_BUS],
           &rig.arena[one->source - ARENA_BUS], (size_t)one->length);
}

void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++) {
        struct hal_item one = rig_nth(n);

        expect_item(&one);
    }
}

void rig_batch(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++) {
        struct hal_item one = rig_nth(n);

        expect_number("taken", rig_emit(&one, 1), 1);
    }
    rig_submit();
}

void expect_progress(uint32_t retired, uint32_t fault)
{
    struct hal_progress progress = rig_reap(0);

    expect_number("retired", progress.retired, retired);
    expect_number("fault", progress.fault, fault);
    expect("the interrupt is gone", !rig_asserted(0));
}

void expect_order(void)
{
    expect_bytes("memory", rig.arena, rig.want, ARENA);
    if (!expect("the chip was treated well", !rig.chip.engine.violation))
        printf("#   %s\n", rig.chip.engine.violation);
    expect_hooks();
}

void expect_usable(void)
{
    rig.chip.engine.abort_delay = 0;
    rig.chip.engine.misbehaves = ENGINE_BEHAVES;
    expect_status("start again", rig_start(0), IODMA_OK);
    rig_batch(100, 103);
    expect_items(100, 103);
    rig_run(FOREVER);
    expect("an interrupt", rig_asserted(0));
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();
}
