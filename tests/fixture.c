/* SPDX-License-Identifier: MIT */
#include "tests/fixture.h"

#include "tests/check.h"

static uint64_t no_time(void)
{
    return 0;
}

static uint32_t hertz(void)
{
    return 1000;
}

static uint32_t no_save(void)
{
    return 0;
}

static void no_restore(uint32_t state)
{
    (void)state;
}

static void no_fence(void)
{
}

static const struct hal_clock clock = { .now = no_time, .frequency = hertz };
static const struct hal_lock lock = { .save = no_save, .restore = no_restore };
static const struct hal_fences fences = {
    .publish = no_fence,
    .observe = no_fence,
};

const struct hal_aperture fixture_aperture = {
    .cpu = 0,
    .bus = 0,
    .size = UINT64_C(1) << 63,
    .access = HAL_READ | HAL_WRITE,
    .snooped = true,
};

const struct hal_limits fixture_no_limits = { .address_bits = 0 };

const struct hal_bus fixture_hal_bus = {
    .apertures = &fixture_aperture,
    .aperture_count = 1,
    .limits = &fixture_no_limits,
    .clock = &clock,
    .lock = &lock,
    .fences = &fences,
};

const struct iodma_bus *fixture_bus(void)
{
    static struct iodma_bus bus;

    if (!bus.hal)
        expect_status("the fixture's bus",
                      iodma_bus_init(&bus, &fixture_hal_bus, 0), IODMA_OK);
    return &bus;
}

struct iodma_memory fixture_memory(const struct iodma_range *ranges,
                                   uint32_t direction)
{
    struct iodma_memory memory = { .ranges = NULL };
    uint32_t count = 0;

    while (count < FIXTURE_RANGES && ranges[count].length != 0)
        count++;
    expect_status("the case's descriptor",
                  iodma_memory_init_ranges(&memory, ranges, count, direction),
                  IODMA_OK);
    return memory;
}

size_t fixture_count(const struct hal_segment *segments, size_t most)
{
    size_t count = 0;

    while (count < most && segments[count].length != 0)
        count++;
    return count;
}
