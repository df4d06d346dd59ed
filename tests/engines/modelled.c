/* SPDX-License-Identifier: MIT */
#include "tests/engines/engine.h"

uint32_t engine_modelled_step(uint32_t steps)
{
    return engine_model_step(engine_case.model, steps);
}

bool engine_modelled_interrupt(uint32_t index)
{
    return engine_model_interrupt(engine_case.model, index);
}

void engine_modelled_publish(void)
{
    engine_model_publish(engine_case.model);
}

void engine_modelled_power_cycle(void)
{
    engine_model_power_cycle(engine_case.model);
}

const char *engine_modelled_violation(void)
{
    return engine_case.model->violation;
}

struct model_port *engine_modelled_port(uint32_t index)
{
    return &engine_case.model->ports[index];
}
