/* SPDX-License-Identifier: MIT */
/* The engine of software that can do everything, under the suite. */
#include "tests/model/strict_dmac.h"

#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/engines/soft_ports.h"
#include "tests/reach.h"

/* As an engine with two buffers and no ring. */
enum { REQUEST = 5, PERIODS = 2 };

static struct strict_dmac engines[3];
static void (*moment)(void);

static const struct hal_port ports[] = {
    { .request = REQUEST, .width = 1, .burst = 1, .depth = 16 },
    { .request = REQUEST + 1, .width = 2, .burst = 8, .depth = 8 },
    { .request = REQUEST + 2, .width = 4, .burst = 4, .depth = 16 },
};

/* As an engine of bytes that finds it hard to cross lines. */
static const struct hal_limits limits = {
    .address_bits = 32,
    .max_segment = 0x10000,
    .boundary = 0x40000,
};

static void hook(enum strict_dmac_step step)
{
    (void)step;
    moment();
}

static void power_on(const struct engine_place *place)
{
    soft_ports_power_on(place);
    moment = place->access;
    for (uint32_t i = 0; i < HAL_COUNT_OF(engines); i++) {
        engines[i] = (struct strict_dmac){
            .dmac = { .ops = &strict_dmac_ops,
                      .bus = place->bus,
                      .limits = &limits,
                      .ring_limits = &limits,
                      .same_phase = 1,
                      .fills = true,
                      .widths = 1 | 2 | 4,
                      .max_rows = 64,
                      .periods = PERIODS },
            .slots = place->slots,
            .distance = (hal_address)place->pieces[0].bus -
                        cpu_address(place->pieces[0].host),
            .arena = place->pieces[0].host,
            .arena_size = (size_t)place->pieces[0].size,
            .ports = soft_port(0),
            .hook = hook,
        };
    }
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

/* An item of each, round about. */
static uint32_t step(uint32_t steps)
{
    static uint32_t turn;
    uint32_t idle = 0;
    uint32_t done = 0;

    while (done < steps && idle < HAL_COUNT_OF(engines)) {
        uint32_t did =
            strict_dmac_run(&engines[turn++ % HAL_COUNT_OF(engines)], 1);

        idle = did != 0 ? 0 : idle + 1;
        done += did;
    }
    return done;
}

static bool interrupt(uint32_t index)
{
    return strict_dmac_interrupt(&engines[index]);
}

static void nothing(void)
{
}

static void power_cycle(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(engines); i++)
        strict_dmac_power_cycle(&engines[i]);
}

static const char *violation(void)
{
    const char *first = soft_ports_violation();

    for (uint32_t i = 0; i < HAL_COUNT_OF(engines) && !first; i++)
        first = engines[i].violation;
    return first;
}

const struct engine_case engine_case = {
    .name = "strict",
    .channels = HAL_COUNT_OF(engines),
    .slots = 1,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .judges = true,
    .power_on = power_on,
    .channel = channel,
    .step = step,
    .interrupt = interrupt,
    .publish = nothing,
    .power_cycle = power_cycle,
    .violation = violation,
    .port = soft_port,
};
