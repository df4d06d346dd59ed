/* SPDX-License-Identifier: MIT */
/* Defends the driver of the STM32's DCACHE, over a model that works in the
   background. */
#include "hal/cache/stm32_dcache.h"

#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/cache_driver.h"
#include "tests/check.h"
#include "tests/model/dcache_model.h"

enum { BASE = 0x40031400, ENABLED = 1 };

/* ICACHE: drops all of itself, in the background. */
enum {
    ICACHE = 0x40030400,
    ICACHE_SIZE = 8,
    ICACHE_CR = 0,
    ICACHE_EN = 1,
    ICACHE_CACHEINV = 2,
    ICACHE_BUSYF = 1,
    ICACHE_STEPS = 40,
};

static struct {
    uint32_t left; /* steps until it has */
    uint32_t dropped;
    bool stuck;
} icache;

static struct dcache_model dcache;
static uint64_t ticks;
static bool masked;
static uint32_t state;
static bool nested;
static uint32_t at_home; /* readings of the clock until we are away */

/* Between a look at a cache and one at the clock: the CPU is away until any
   deadline has passed, and the caches come to rest. */
static void be_away(void)
{
    ticks += 1000000;
    (void)dcache_model_step(&dcache, UINT32_MAX);
    icache.left = 0;
}

static uint64_t now(const struct hal_clock *clock)
{
    (void)clock;
    if (at_home == 0)
        be_away();
    else
        at_home--;
    return ticks++;
}

static uint32_t frequency(const struct hal_clock *clock)
{
    (void)clock;
    return 1000000;
}

static uint32_t save(const struct hal_lock *lock)
{
    (void)lock;
    nested = nested || masked;
    masked = true;
    return 0;
}

static void restore(const struct hal_lock *lock, uint32_t former)
{
    (void)lock;
    (void)former;
    masked = false;
}

static const struct hal_clock clock = { now, frequency };
static const struct hal_lock lock = { save, restore };

static const struct stm32_dcache driver = {
    .cache = { &stm32_dcache_ops, 32, 32 },
    .base = BASE,
    .icache = ICACHE,
    .clock = &clock,
    .lock = &lock,
    .state = &state,
};

static void time_passes(void)
{
    (void)dcache_model_step(&dcache, 1);
    if (icache.left != 0 && !icache.stuck)
        icache.left--;
}

static const struct cache_lines_ops *dcache_ops;

static uint32_t read(struct cache_lines *lines, uintptr_t address,
                     unsigned size)
{
    if (address - ICACHE >= ICACHE_SIZE)
        return dcache_ops->read(lines, address, size);
    if (address - ICACHE == ICACHE_CR)
        return ICACHE_EN;
    return icache.left != 0 ? ICACHE_BUSYF : 0;
}

static void write(struct cache_lines *lines, uintptr_t address, uint32_t value,
                  unsigned size)
{
    if (address - ICACHE >= ICACHE_SIZE) {
        dcache_ops->write(lines, address, value, size);
        return;
    }
    if (address - ICACHE != ICACHE_CR || icache.left != 0 ||
        value != (ICACHE_EN | ICACHE_CACHEINV))
        (void)cache_lines_violates(lines, "an order that ICACHE does not take");
    icache.left = ICACHE_STEPS;
    icache.dropped++;
}

static const struct cache_lines_ops both_ops = { read, write };

static struct cache_lines *u5(void)
{
    dcache_model_power_on(&dcache);
    dcache.base = BASE;
    (void)dcache_model_step(&dcache, UINT32_MAX);
    mmio_write32(BASE, ENABLED);
    dcache.lines.access = time_passes;
    dcache_ops = dcache.lines.ops;
    dcache.lines.ops = &both_ops;
    icache.left = icache.dropped = 0;
    icache.stuck = false;
    at_home = UINT32_MAX;
    state = 0;
    masked = false;
    return &dcache.lines;
}

/* A U575 or an H5: lines of 16 bytes. */
static struct cache_lines *narrow(void)
{
    (void)u5();
    dcache.lines.line[0] = 16;
    return &dcache.lines;
}

/* BUSYCMDF does not follow STARTCMD at once. */
static struct cache_lines *slow(void)
{
    (void)u5();
    dcache.start_delay = 3;
    return &dcache.lines;
}

static enum iodma_status clean(uint32_t address, uint32_t size)
{
    cache_lines_allow(&dcache.lines, CACHE_CLEAN, address, size);
    driver.cache.ops->clean(&driver.cache, (void *)(uintptr_t)address, address,
                            size);
    return driver.cache.ops->finish(&driver.cache);
}

static void test_failures(void)
{
    check_case("a command that does not end: Timeout, from then on");
    cache_lines_begin(u5(), 1);
    dcache.stuck = true;
    expect_status("finish", clean(0, 64), IODMA_TIMEOUT);
    dcache.stuck = false;
    (void)clean(0, 64);
    expect("the lock is free", !masked && !nested);

    check_case("a range that is given up is told though the next one ends");
    cache_lines_begin(u5(), 1);
    dcache.stuck = true;
    cache_lines_allow(&dcache.lines, CACHE_CLEAN, 0, 256);
    driver.cache.ops->clean(&driver.cache, NULL, 0, 64);
    driver.cache.ops->clean(&driver.cache, (void *)(uintptr_t)128, 128, 64);
    dcache.stuck = false;
    (void)dcache_model_step(&dcache, UINT32_MAX);
    expect_status("finish", driver.cache.ops->finish(&driver.cache),
                  IODMA_TIMEOUT);
    stm32_dcache_reset(&driver);
    expect_status("after a reset", clean(0, 64), IODMA_OK);

    check_case("a line that cannot be written back: DMAError");
    cache_lines_begin(u5(), 1);
    dcache.fails_at = 1;
    expect_status("finish", clean(0, 64), IODMA_DMA_ERROR);
    stm32_dcache_reset(&driver);
    expect_status("after a reset", clean(0, 64), IODMA_OK);

    check_case("a cache that is off has nothing to maintain");
    cache_lines_begin(u5(), 1);
    mmio_write32(BASE, 0);
    (void)dcache_model_step(&dcache, UINT32_MAX);
    expect_status("finish", clean(0, 64), IODMA_OK);
    expect("nothing is violated", !dcache.lines.violation);
}

static enum iodma_status load(uint32_t address, uint32_t size)
{
    cache_lines_allow(&dcache.lines, CACHE_CLEAN, address, size);
    return driver.cache.ops->make_executable(
        &driver.cache, (void *)(uintptr_t)address, address, size);
}

static void test_code(void)
{
    check_case("code is cleaned, and what was fetched is dropped");
    cache_lines_begin(u5(), 1);
    expect_status("make executable", load(0, 64), IODMA_OK);
    expect_number("cleaned", dcache.lines.operations[CACHE_CLEAN], 2);
    expect_number("dropped", icache.dropped, 1);
    expect_number("steps that it still takes", icache.left, 0);
    expect("nothing is violated", !dcache.lines.violation);

    check_case("an ICACHE that does not end: Timeout, until it has");
    cache_lines_begin(u5(), 1);
    icache.stuck = true;
    expect_status("make executable", load(0, 64), IODMA_TIMEOUT);
    icache.stuck = false;
    icache.left = 0;
    expect_status("the next time", load(0, 64), IODMA_OK);
    expect("nothing is violated", !dcache.lines.violation);

    check_case("caches at rest when we look again are not stuck");
    cache_lines_begin(u5(), 1);
    dcache.lines.access = NULL;
    at_home = 1; /* not when the deadline is set */
    expect_status("make executable", load(0, 64), IODMA_OK);
    expect_number("cleaned", dcache.lines.operations[CACHE_CLEAN], 2);
    expect_number("dropped", icache.dropped, 1);
    expect("nothing is violated", !dcache.lines.violation);
}

int main(void)
{
    static const struct cache_driver drivers[] = {
        { "U5", &driver.cache, u5, &masked, true },
        { "late busy flag", &driver.cache, slow, &masked, true },
        { "lines of 16 for 32", &driver.cache, narrow, &masked, true },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(drivers); i++)
        cache_driver_play(&drivers[i]);
    test_failures();
    test_code();
    return check_result();
}
