/* SPDX-License-Identifier: MIT */
/* A PL080 under the suite: three of its channels. */
#include "hal/dmac/pl08x.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/model/pl08x_model.h"

enum { BASE = 0x40001000, CHANNELS = 3 };

static struct pl08x_model model;
static struct pl08x engines[CHANNELS];
static uint32_t lengths[CHANNELS][ENGINE_SLOTS];

static const struct pl08x_controller controller = { BASE, 8, 2 };

static const struct hal_port ports[] = {
    { .request = 0, .width = 1, .burst = 1, .depth = 8 },
    { .request = 3, .width = 2, .burst = 4, .depth = 8 },
    { .request = 15, .width = 4, .burst = 8, .depth = 16 },
};

/* Each channel's begins on an item. */
static uint32_t share(uint32_t slots)
{
    return ((uint32_t)PL08X_RING_SIZE(slots) + 15) & ~15u;
}

static uint32_t ring_size(uint32_t slots)
{
    return CHANNELS * share(slots);
}

static void power_on(const struct engine_place *place)
{
    pl080_model_power_on(&model);
    model.closes_after = 5;
    model.engine.base = BASE;
    for (uint32_t i = 0; i < CHANNELS; i++) {
        uint32_t offset = i * share(place->slots);

        engines[i] = (struct pl08x){
            .dmac = { .ops = &pl08x_ops,
                      .bus = place->bus,
                      .limits = &pl08x_byte_limits,
                      .ring_limits = &pl08x_ring_limits,
                      .same_phase = 1,
                      .fills = true,
                      .widths = PL08X_WIDTHS,
                      .periods = place->slots },
            .controller = &controller,
            .ring = { (uint8_t *)place->ring.cpu + offset,
                      place->ring.bus + offset, share(place->slots) },
            .slots = place->slots,
            .lengths = lengths[i],
            .channel = (uint8_t)i,
        };
    }
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

const struct engine_case engine_case = {
    .name = "pl08x",
    .channels = CHANNELS,
    .slots = 1,
    .lingers = true,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .misbehaves = BIT32(ENGINE_FAILS) | BIT32(ENGINE_STALLS) |
                  BIT32(ENGINE_LATE) | BIT32(ENGINE_TWICE) |
                  BIT32(ENGINE_SPURIOUS) | BIT32(ENGINE_STOPS),
    .ring_size = ring_size,
    .power_on = power_on,
    .channel = channel,
    ENGINE_MODELLED(&model.engine),
    .interrupt = engine_modelled_interrupt,
};
