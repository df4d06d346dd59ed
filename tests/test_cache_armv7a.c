/* SPDX-License-Identifier: MIT */
/* Defends the driver of ARMv7-A caches, over a model of its instructions. */
#include "hal/cache/armv7a.h"

#include "hal/count_of.h"
#include "tests/cache_driver.h"
#include "tests/check.h"
#include "tests/model/cp15_model.h"

static struct cp15_model cp15;
static struct hal_cache cache;

static struct cache_lines *power_on(uint32_t first, uint32_t second)
{
    cp15_model_power_on(&cp15);
    cp15.lines.line[0] = first;
    cp15.lines.line[1] = second;
    armv7a_cache_init(&cache);
    return &cp15.lines;
}

/* Cortex-A15: 64 bytes each. */
static struct cache_lines *a15(void)
{
    return power_on(64, 64);
}

static struct cache_lines *one_level(void)
{
    return power_on(32, 0);
}

/* A second level with lines of its own. */
static struct cache_lines *larger_below(void)
{
    return power_on(32, 64);
}

static struct cache_lines *smaller_below(void)
{
    return power_on(64, 32);
}

/* What the core says becomes what the bus is told. */
static void test_lines(void)
{
    static const struct {
        const char *what;
        struct cache_lines *(*power_on)(void);
        uint32_t smallest, largest;
    } cores[] = {
        { "one level of 32 bytes", one_level, 32, 32 },
        { "two of 64", a15, 64, 64 },
        { "64 below 32", larger_below, 32, 64 },
        { "32 below 64", smaller_below, 32, 64 },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(cores); i++) {
        check_case(cores[i].what);
        (void)cores[i].power_on();
        expect_number("smallest", cache.smallest_line, cores[i].smallest);
        expect_number("largest", cache.largest_line, cores[i].largest);
        cp15.mute = true;
        armv7a_cache_init(&cache);
        expect_number("largest, found", cache.largest_line, cores[i].largest);
        expect("nothing is violated", !cp15.lines.violation);
    }
}

int main(void)
{
    static const struct cache_driver drivers[] = {
        { "A15", &cache, a15, NULL, false },
        { "one level", &cache, one_level, NULL, false },
        { "two sizes", &cache, larger_below, NULL, false },
    };

    test_lines();
    for (size_t i = 0; i < HAL_COUNT_OF(drivers); i++)
        cache_driver_play(&drivers[i]);
    return check_result();
}
