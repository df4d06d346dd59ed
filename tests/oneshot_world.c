/* SPDX-License-Identifier: MIT */
#include "tests/oneshot_world.h"

uint8_t arena[ARENA] __attribute__((aligned(0x1000)));

struct hal_aperture apertures[] = {
    { SNOOPED, STALE - 1, 0x80000000, RW, true },
    { STALE, CONSTANT - 1, 0x90000000, RW, false },
    { CONSTANT, SECRET - 1, 0xA0000000, HAL_READ, true },
    { SECRET, ACROSS - 1, 0xB0000000, HAL_WRITE, true },
    { ACROSS, NOWHERE - 1, BEYOND, RW, true },
    { QUIET, ARENA - 1, 0xC0000000, RW, false },
};

struct hal_region regions[] = {
    { 0, ROM - 1, HAL_WRITE_BACK, true, NULL },
    { ROM, ROM + 0xFF, HAL_WRITE_BACK, false, NULL },
    { QUIET, STRAY - 1, HAL_UNCACHED, true, NULL },
};

static struct {
    uint32_t published;
    uint32_t observed;
    unsigned cleaned; /* cache operations before the last publish */
    unsigned dropped; /* and before the last observe              */
} fences;

static void publish(void)
{
    fences.published++;
    fences.cleaned = recorded_count;
}

static void observe(void)
{
    fences.observed++;
    fences.dropped = recorded_count;
}

static const struct hal_fences counting = { publish, observe };
struct hal_limits port;
struct hal_bus hal;
struct iodma_bus bus;
struct iodma_reason reason;

void forget(void)
{
    recorded_count = 0;
    recorded_finishes = 0;
    recorded_status = IODMA_OK;
    fences.published = 0;
    fences.observed = 0;
    fences.cleaned = 0;
    fences.dropped = 0;
    reason = (struct iodma_reason){ .rule = IODMA_RULE_NONE };
}

void start(void)
{
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    iodma_bus_explain(&bus, &reason);
    forget();
}

void place(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(apertures); i++) {
        apertures[i].first += cpu_address(arena);
        apertures[i].last += cpu_address(arena);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(regions); i++) {
        regions[i].first += cpu_address(arena);
        regions[i].last += cpu_address(arena);
    }
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)(i ^ i >> 8);
}

void begin_case(const char *what)
{
    check_case(what);
    port = (struct hal_limits){ .address_bits = 0 };
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.aperture_count = HAL_COUNT_OF(apertures);
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    hal.limits = &port;
    hal.cache = &recording_cache;
    hal.fences = &counting;
    start();
}

void expect_done(char operation, hal_address pa, hal_address length,
                 uint8_t first, uint32_t published, uint32_t observed)
{
    expect_number("published", fences.published, published);
    expect_number("observed", fences.observed, observed);
    if (published != 0)
        expect_number("cache operations before it was published",
                      fences.cleaned, recorded_count);
    if (observed != 0)
        expect_number("cache operations before it was observed", fences.dropped,
                      0);
    if (!expect_number("cache operations", recorded_count, operation != 0) ||
        operation == 0)
        return;
    expect_number("sweeps finished", recorded_finishes, 1);
    expect_number("operation", (uint64_t)recorded[0].operation,
                  (uint64_t)operation);
    expect_number("physical address", recorded[0].pa, pa);
    expect_number("bytes", recorded[0].length, length);
    expect_number("byte at the pointer", recorded[0].first, first);
}

void expect_untouched(void)
{
    expect_done(0, 0, 0, 0, 0, 0);
}

void expect_reason(enum iodma_status status, uint32_t rule, uint32_t argument)
{
    expect_number("status of the record", (uint32_t)reason.status,
                  (uint32_t)status);
    expect_number("rule", reason.rule, rule);
    expect_number("place", reason.place, IODMA_PLACE_ARGUMENT);
    expect_number("argument", reason.number, argument);
}

void expect_refused(const char *what, const struct hal_limits *limits,
                    const void *pointer, size_t capacity, size_t length,
                    uint32_t direction, enum iodma_status want)
{
    hal_address address = 77;

    expect_status(
        what,
        iodma_map(&bus, limits, pointer, capacity, length, direction, &address),
        want);
    expect_number("the address", address, 77);
    expect_untouched();
}
