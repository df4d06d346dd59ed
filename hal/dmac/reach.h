/* SPDX-License-Identifier: MIT */
/* What an engine with addresses of 32 bits can reach. */
#ifndef HAL_DMAC_REACH_H
#define HAL_DMAC_REACH_H

#include "../address.h"

#include <stdbool.h>
#include <stdint.h>

/* All of it below 2^32; size is not 0. */
static inline bool in_reach(hal_address bus, hal_address size)
{
    return bus <= UINT32_MAX && size - 1 <= UINT32_MAX - bus;
}

#endif
