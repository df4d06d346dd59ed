/* SPDX-License-Identifier: MIT */
#include "tests/bus_world.h"

struct hal_cache cache;
struct hal_bus hal;

void take_fixture(void)
{
    hal = fixture_hal_bus;
    cache = recording_cache;
    cache.smallest_line = LINE / 2;
    hal.cache = &cache;
}
