/* SPDX-License-Identifier: MIT */
/* Its board (tests/widths.sh). */
#include "hal/bus.h"
#include "hal/dmac.h"

extern const struct hal_bus board_bus;
extern struct hal_dmac board_dmac;

static const struct hal_limits limits = { .address_bits = 32 };

const struct hal_bus board_bus = { .limits = &limits };
struct hal_dmac board_dmac = { .bus = &board_bus, .limits = &limits };
