/* SPDX-License-Identifier: MIT */
#include "tests/edma_rig.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

enum { BASE = 0x400E8000 };

struct rig rig;

const uint8_t rig_numbers[CHANNELS] = { 3, 19, 4 };

/* The chip
 * ----------------------------------------------------------------- */

bool asserted(uint32_t channel)
{
    return !rig.chip.engine.absent &&
           ((rig.chip.interrupts | (rig.chip.errors & rig.chip.eei)) &
            BIT32(rig_numbers[channel])) != 0;
}

void rig_isr(void)
{
    if (hooks.masked == 0 && asserted(0))
        (void)reap(0);
}

static void intrude(void)
{
    if (rig.intrusion.at == 0 || --rig.intrusion.at != 0)
        return;
    (void)engine_model_step(&rig.chip.engine, rig.intrusion.steps);
    if (rig.intrusion.serve)
        rig_isr();
}

static void publish(void)
{
    engine_model_publish(&rig.chip.engine);
}

/* Let the steps pass one by one, and whoever asks be served. */
void rig_run(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        if (engine_model_step(&rig.chip.engine, 1) == 0 && !asserted(0))
            return;
        rig_isr();
    }
}

static void moment(void)
{
    (void)engine_model_step(&rig.chip.engine, 1);
}

static const struct hal_bus bus = {
    .limits = &edma_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* No two words of an item are alike. */
static const uint8_t *some_bytes(void)
{
    static uint8_t bytes[ARENA];

    for (uint32_t i = 0; i < ARENA && bytes[0] == 0; i++)
        bytes[ARENA - 1 - i] = (uint8_t)(i * 7 + i / 251);
    return bytes;
}

void rig_set_up(void)
{
    bool clears = rig.chip.load_clears_done;

    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    driven = (struct driven){ .violation = &rig.chip.engine.violation,
                              .arena = rig.arena,
                              .want = rig.want,
                              .size = ARENA };
    rig.intrusion.at = 0;
    memcpy(rig.arena, some_bytes(), ARENA);
    memcpy(rig.want, rig.arena, ARENA);
    memset(rig.ring, 0xEE, sizeof rig.ring);

    edma_model_power_on(&rig.chip);
    rig.chip.load_clears_done = clears;
    rig.chip.engine.base = BASE;
    rig.chip.engine.access = intrude;
    rig.chip.engine.ring =
        (struct model_piece){ RING_BUS, sizeof rig.ring, (uint8_t *)rig.ring };
    rig.chip.engine.published = rig.published;
    rig.chip.engine.pieces[0] =
        (struct model_piece){ ARENA_BUS, ARENA, rig.arena };
    rig.controller = (struct edma_controller){ BASE, BASE + EDMA_MODEL_MUX, 0 };
    for (uint32_t i = 0; i < CHANNELS; i++) {
        rig.edmas[i] = (struct edma){
            .dmac = { .ops = &edma_ops,
                      .bus = &bus,
                      .limits = &edma_limits,
                      .ring_limits = &edma_ring_limits,
                      .same_phase = EDMA_SAME_PHASE,
                      .fills = true,
                      .widths = EDMA_WIDTHS,
                      .periods = SLOTS - 1 },
            .controller = &rig.controller,
            .channel = rig_numbers[i],
            .ring = { rig.ring[i], RING_BUS + i * (uint32_t)sizeof rig.ring[i],
                      sizeof rig.ring[i] },
            .slots = SLOTS,
            .lengths = rig.lengths[i],
        };
        driven.dmacs[i] = &rig.edmas[i].dmac;
    }
}

void rig_begin(const char *what)
{
    check_case(what);
    rig_set_up();
    expect_status("start", start(0), IODMA_OK);
}

/* Items -------------------------------------------------------------------- */

/* The n-th of a row of items that are easy to tell apart: 3 elements. */
struct hal_item nth(uint32_t n)
{
    return (struct hal_item){ ARENA_BUS + 16 * n, ARENA_BUS + HALF + 16 * n,
                              12 };
}

void rig_expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++)
        memcpy(&rig.want[HALF + 16 * n], &rig.want[16 * n], 12);
}

/* What holds at the end of every case. */
void rig_expect_order(void)
{
    expect_order();
    expect_number("CR", rig.chip.cr & ~0x10u, 0x400); /* but for HOE */
}

void rig_expect_told(uint32_t retired, uint32_t fault)
{
    expect_number("retired", driven.retired[0], retired);
    expect_number("fault", driven.fault[0], fault);
}

/* After whatever befell it, the channel starts and copies. */
void rig_expect_usable(void)
{
    memcpy(rig.want, rig.arena, ARENA);
    expect_status("start again", start(0), IODMA_OK);
    driven.retired[0] = 0;
    driven.fault[0] = HAL_FAULT_NONE;
    batch(0, 100, 102);
    rig_expect_items(100, 102);
    rig_run(FOREVER);
    rig_expect_told(2, HAL_FAULT_NONE);
    rig_expect_order();
}
