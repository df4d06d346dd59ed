/* SPDX-License-Identifier: MIT */
/* The eDMA of an i.MX RT1060 under the suite. */
#include "hal/dmac/edma.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/model/edma_model.h"

enum {
    BASE = 0x400E8000,
    CHANNELS = 4,
    /* Of the controller's: neighbours in one group, and one that shares its
       interrupt with the first. */
};

static struct edma_model model;
static struct edma_controller controller;
static struct edma channels[CHANNELS];
static uint32_t lengths[CHANNELS][ENGINE_SLOTS];

static const uint8_t numbers[CHANNELS] = { 3, 4, 19, 31 };

static const struct hal_port ports[] = {
    { .request = 20, .width = 1, .burst = 1, .depth = 4 },
    { .request = 21, .width = 2, .burst = 4, .depth = 16 },
    { .request = 22, .width = 4, .burst = 8, .depth = 8 },
    { .request = 127, .width = 8, .burst = 2, .depth = 4 },
};

static uint32_t ring_size(uint32_t slots)
{
    return CHANNELS * (uint32_t)EDMA_RING_SIZE(slots);
}

static void power_on(const struct engine_place *place)
{
    size_t size = (size_t)EDMA_RING_SIZE(place->slots);

    edma_model_power_on(&model);
    model.engine.base = BASE;
    controller =
        (struct edma_controller){ .base = BASE, .mux = BASE + EDMA_MODEL_MUX };
    for (uint32_t i = 0; i < CHANNELS; i++) {
        channels[i] = (struct edma){
            .dmac = { .ops = &edma_ops,
                      .bus = place->bus,
                      .limits = &edma_limits,
                      .ring_limits = &edma_ring_limits,
                      .same_phase = EDMA_SAME_PHASE,
                      .fills = true,
                      .widths = EDMA_WIDTHS,
                      .periods = place->slots - 1 },
            .controller = &controller,
            .channel = numbers[i],
            .ring = { (uint8_t *)place->ring.cpu + i * size,
                      place->ring.bus + (uint32_t)(i * size), size },
            .slots = place->slots,
            .lengths = lengths[i],
        };
    }
}

static struct hal_dmac *channel(uint32_t index)
{
    return &channels[index].dmac;
}

/* What the handlers of its line and of the errors' look at for it. */
static bool interrupt(uint32_t index)
{
    return !model.engine.absent &&
           ((model.interrupts | (model.errors & model.eei)) &
            BIT32(numbers[index])) != 0;
}

const struct engine_case engine_case = {
    .name = "edma",
    .channels = CHANNELS,
    .slots = 2,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .misbehaves = BIT32(ENGINE_FAILS) | BIT32(ENGINE_STALLS) |
                  BIT32(ENGINE_EARLY) | BIT32(ENGINE_LATE) |
                  BIT32(ENGINE_TWICE) | BIT32(ENGINE_SPURIOUS) |
                  BIT32(ENGINE_IDLES) | BIT32(ENGINE_STOPS),
    .ring_size = ring_size,
    .power_on = power_on,
    .channel = channel,
    .model = &model.engine,
    .step = engine_modelled_step,
    .interrupt = interrupt,
    .publish = engine_modelled_publish,
    .power_cycle = engine_modelled_power_cycle,
    .violation = engine_modelled_violation,
    .port = engine_modelled_port,
};
