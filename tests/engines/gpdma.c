/* SPDX-License-Identifier: MIT */
/* The GPDMA of an STM32U5 under the suite: two channels that have rows, two
   that do not. */
#include "hal/dmac/gpdma.h"

#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/model/gpdma_model.h"

enum { BASE = 0x40020000, REQUESTS = 114 };

static const uint32_t numbers[] = { 12, 13, 0, 3 };

static struct gpdma_model model;
static struct gpdma engines[HAL_COUNT_OF(numbers)];
static struct gpdma_note notes[HAL_COUNT_OF(numbers)][ENGINE_SLOTS];

static const struct hal_port ports[] = {
    { .request = 12, .width = 1, .burst = 1, .depth = 8 },
    { .request = 7, .width = 2, .burst = 4, .depth = 8 },
    { .request = 113, .width = 4, .burst = 2, .depth = 16 },
};

static uint32_t ring_size(uint32_t slots)
{
    return (uint32_t)(HAL_COUNT_OF(numbers) * GPDMA_RING_SIZE(slots));
}

static struct hal_shared ring_of(const struct engine_place *place,
                                 uint32_t index)
{
    size_t size = (size_t)GPDMA_RING_SIZE(place->slots);

    return (struct hal_shared){ (uint8_t *)place->ring.cpu + index * size,
                                place->ring.bus + (uint32_t)(index * size),
                                size };
}

static void power_on(const struct engine_place *place)
{
    gpdma_model_power_on(&model, &gpdma_u5);
    model.engine.base = BASE;
    for (uint32_t i = 0; i < HAL_COUNT_OF(numbers); i++) {
        bool rows = numbers[i] >= gpdma_u5.planar;

        engines[i] = (struct gpdma){
            .dmac = { .ops = &gpdma_ops,
                      .bus = place->bus,
                      .limits = &gpdma_limits,
                      .ring_limits = &gpdma_ring_limits,
                      .same_phase = GPDMA_SAME_PHASE,
                      .fills = true,
                      .widths = GPDMA_WIDTHS,
                      .max_rows = rows ? GPDMA_ROWS : 0,
                      .periods = GPDMA_PERIODS(place->slots) },
            .base = BASE,
            .channel = numbers[i],
            .ring = ring_of(place, i),
            .slots = place->slots,
            .notes = notes[i],
            .fifo = rows ? 32 : 8,
            .requests = REQUESTS,
        };
    }
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

static bool interrupt(uint32_t index)
{
    return engine_model_interrupt(&model.engine, numbers[index]);
}

const struct engine_case engine_case = {
    .name = "gpdma",
    .channels = HAL_COUNT_OF(engines),
    .slots = 2,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .misbehaves = UINT32_MAX,
    .ring_size = ring_size,
    .power_on = power_on,
    .channel = channel,
    .interrupt = interrupt,
    ENGINE_MODELLED(&model.engine),
};
