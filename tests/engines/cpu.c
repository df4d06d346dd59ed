/* SPDX-License-Identifier: MIT */
/* The CPU under the suite. Its ports are model_ports behind platform/mmio.h. */
#include "hal/dmac/cpu.h"

#include "hal/count_of.h"
#include "tests/engines/engine.h"
#include "tests/engines/soft_ports.h"

static struct hal_item rings[2][64];
static struct cpu_dmac engines[2];

static const struct hal_port ports[] = {
    { .request = HAL_NO_REQUEST, .width = 1, .burst = 1, .depth = 1 },
    { .request = HAL_NO_REQUEST, .width = 2, .burst = 4, .depth = 8 },
    { .request = HAL_NO_REQUEST, .width = 4, .burst = 1, .depth = 1 },
};

static void power_on(const struct engine_place *place)
{
    soft_ports_power_on(place);
    for (uint32_t i = 0; i < HAL_COUNT_OF(engines); i++)
        engines[i] =
            (struct cpu_dmac)CPU_DMAC(place->bus, rings[i], place->slots);
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

static uint32_t step(uint32_t steps)
{
    (void)steps;
    return 0;
}

static void nothing(void)
{
}

const struct engine_case engine_case = {
    .name = "cpu",
    .channels = HAL_COUNT_OF(engines),
    .slots = 1,
    .at_once = true,
    .ports = ports,
    .port_count = HAL_COUNT_OF(ports),
    .power_on = power_on,
    .channel = channel,
    .step = step,
    .publish = nothing,
    .power_cycle = nothing,
    .violation = soft_ports_violation,
    .port = soft_port,
};
