/* SPDX-License-Identifier: MIT */
#include "tests/engines/world_parts.h"

static struct world_data data __attribute__((aligned(0x10000)));

struct world_data *world_memory(void)
{
    return &data;
}
