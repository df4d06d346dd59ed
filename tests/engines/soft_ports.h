/* SPDX-License-Identifier: MIT */
/* Ports for engines of software. The CPU's accesses through platform/mmio.h are
   served at once, whatever a port asks for. */
#ifndef TESTS_ENGINES_SOFT_PORTS_H
#define TESTS_ENGINES_SOFT_PORTS_H

#include "tests/engines/engine.h"

/* No ports are placed, nothing is wrong. */
void soft_ports_power_on(const struct engine_place *place);

/* One of ENGINE_MODEL_PORTS, an array. */
struct model_port *soft_port(uint32_t index);

const char *soft_ports_violation(void);

#endif
