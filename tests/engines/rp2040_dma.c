/* SPDX-License-Identifier: MIT */
/* Pairs of channels of an RP2040 under the suite. */
#include "hal/dmac/rp2040_dma.h"

#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/model/rp2040_dma_model.h"

static struct rp2040_dma_model model;
static struct rp2040_dma engines[3];
static uint32_t lengths[HAL_COUNT_OF(engines)][ENGINE_SLOTS];

static const struct hal_port ports[] = {
    { .request = 20, .width = 1, .burst = 1, .depth = 8 },
    { .request = 16, .width = 2, .burst = 1, .depth = 8 },
    { .request = 0, .width = 4, .burst = 1, .depth = 4 },
};

static uint32_t each(uint32_t slots)
{
    return (uint32_t)RP2040_DMA_RING_SIZE(slots);
}

static uint32_t ring_size(uint32_t slots)
{
    return each(slots) * HAL_COUNT_OF(engines);
}

static void power_on(const struct engine_place *place)
{
    uint32_t size = each(place->slots);

    rp2040_dma_model_power_on(&model);
    model.engine.base = RP2040_MODEL_BUS;
    for (uint32_t i = 0; i < HAL_COUNT_OF(engines); i++) {
        engines[i] = (struct rp2040_dma){
            .dmac = { .ops = &rp2040_dma_ops,
                      .bus = place->bus,
                      .limits = &rp2040_dma_limits,
                      .ring_limits = &rp2040_dma_ring_limits,
                      .same_phase = 1,
                      .fills = true,
                      .widths = RP2040_DMA_WIDTHS,
                      .periods = RP2040_DMA_PERIODS(place->slots) },
            .base = RP2040_MODEL_BUS,
            .data = 2 * i,
            .control = 2 * i + 1,
            .ring = { (uint8_t *)place->ring.cpu + i * size,
                      place->ring.bus + i * size, size },
            .slots = place->slots,
            .lengths = lengths[i],
        };
    }
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

static bool interrupt(uint32_t index)
{
    return engine_model_interrupt(&model.engine, 2 * index) ||
           engine_model_interrupt(&model.engine, 2 * index + 1);
}

const struct engine_case engine_case = {
    .name = "rp2040_dma",
    .channels = HAL_COUNT_OF(engines),
    .slots = 4,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .misbehaves = UINT32_MAX,
    .ring_size = ring_size,
    .power_on = power_on,
    .channel = channel,
    .interrupt = interrupt,
    ENGINE_MODELLED(&model.engine),
};
