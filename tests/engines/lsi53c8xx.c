/* SPDX-License-Identifier: MIT */
/* The LSI53C895A under the suite. */
#include "hal/dmac/lsi53c8xx.h"

#include "tests/engines/engine.h"
#include "tests/model/hooks.h"
#include "tests/model/lsi53c8xx_model.h"

#include <string.h>

enum { BASE = 0x40001000 };

static struct lsi53c8xx_model model;
static struct lsi53c8xx engine;
static uint32_t lengths[ENGINE_SLOTS];
static struct engine_place at;

static uint32_t ring_size(uint32_t slots)
{
    return (uint32_t)LSI53C8XX_RING_SIZE(slots);
}

/* The model forgets everything. */
static void power_cycle(void)
{
    lsi53c8xx_model_power_on(&model);
    model.base = BASE;
    model.script = (struct model_piece){ at.ring.bus, at.ring.size,
                                         (uint8_t *)at.ring.cpu };
    memcpy(model.pieces, at.pieces, sizeof model.pieces);
    model.access = at.access;
    model.now = &hooks.ticks;
}

static void power_on(const struct engine_place *place)
{
    at = *place;
    power_cycle();
    engine = (struct lsi53c8xx){
        .dmac = { .ops = &lsi53c8xx_ops,
                  .bus = place->bus,
                  .limits = &lsi53c8xx_limits,
                  .ring_limits = &lsi53c8xx_ring_limits,
                  .same_phase = LSI53C8XX_SAME_PHASE },
        .base = BASE,
        .ring = place->ring,
        .slots = place->slots,
        .lengths = lengths,
    };
}

static struct hal_dmac *channel(uint32_t index)
{
    (void)index;
    return &engine.dmac;
}

static uint32_t step(uint32_t steps)
{
    return lsi53c8xx_model_step(&model, steps);
}

static bool interrupt(uint32_t index)
{
    (void)index;
    return lsi53c8xx_model_interrupt(&model);
}

static void publish(void)
{
    lsi53c8xx_model_publish(&model);
}

static const char *violation(void)
{
    return model.violation;
}

const struct engine_case engine_case = {
    .name = "lsi53c8xx",
    .channels = 1,
    .slots = 2,
    .ring_size = ring_size,
    .power_on = power_on,
    .channel = channel,
    .step = step,
    .interrupt = interrupt,
    .publish = publish,
    .power_cycle = power_cycle,
    .violation = violation,
};
