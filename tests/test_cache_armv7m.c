/* SPDX-License-Identifier: MIT */
/* Defends the driver of the Cortex-M7's caches, over a model of its SCB. */
#include "hal/cache/armv7m.h"

#include "tests/cache_driver.h"
#include "tests/check.h"
#include "tests/model/scb_model.h"

static struct scb_model scb;
static const struct hal_cache cache = ARMV7M_CACHE(32);

static struct cache_lines *m7(void)
{
    scb_model_power_on(&scb);
    return &scb.lines;
}

int main(void)
{
    static const struct cache_driver driver = { "M7", &cache, m7, NULL, false };

    cache_driver_play(&driver);
    return check_result();
}
