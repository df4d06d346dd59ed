/* SPDX-License-Identifier: MIT */
/* A board's mistake is found when its bus is made, not when data is lost. */
#include "tests/check.h"
#include "tests/fixture.h"

#define TOP UINT64_C(0xFFFFFFFFFFFFFFFF)
#define RW  (HAL_READ | HAL_WRITE)

/* clang-format off */
static const struct {
    const char *what;
    struct hal_aperture apertures[2];
    uint32_t count;
    uint32_t granule;
    enum iodma_status want;
} boards[] = {
    { "two apertures side by side",
      { { 0x1000, 0x9000, 0x1000, RW, true },
        { 0x2000, 0x8000, 0x1000, RW, true } },
      2, 0, IODMA_OK },
    { "no aperture at all", { { 0, 0, 0, 0, false } }, 0, 0, IODMA_OK },
    { "an aperture up to the last byte but one",
      { { TOP - 0x1000, TOP - 0x1000, 0x1000, RW, true } }, 1, 0, IODMA_OK },
    { "an empty aperture",
      { { 0x1000, 0x1000, 0, RW, true } }, 1, 0, IODMA_BAD_ARGUMENT },
    { "an aperture that wraps for the CPU",
      { { TOP - 0xFFF, 0, 0x2000, RW, true } }, 1, 0, IODMA_BAD_ARGUMENT },
    { "an aperture that wraps on the bus",
      { { 0, TOP - 0xFFF, 0x2000, RW, true } }, 1, 0, IODMA_BAD_ARGUMENT },
    { "an aperture nobody may use",
      { { 0x1000, 0x1000, 0x1000, 0, true } }, 1, 0, IODMA_BAD_ARGUMENT },
    { "an aperture with an access that is none",
      { { 0x1000, 0x1000, 0x1000, 4 | RW, true } }, 1, 0,
      IODMA_BAD_ARGUMENT },
    { "two apertures that overlap for the CPU",
      { { 0x1000, 0x1000, 0x1001, RW, true },
        { 0x2000, 0x8000, 0x1000, RW, true } },
      2, 0, IODMA_BAD_ARGUMENT },
    { "two apertures that overlap on the bus",
      { { 0x1000, 0x1000, 0x1000, RW, true },
        { 0x2000, 0x1FFF, 0x1000, RW, true } },
      2, 0, IODMA_BAD_ARGUMENT },
    { "an aperture that is not snooped: maintenance would be needed",
      { { 0x1000, 0x1000, 0x1000, RW, false } }, 1, 0, IODMA_UNSUPPORTED },
    { "a granule that is no power of two",
      { { 0x1000, 0x1000, 0x1000, RW, true } }, 1, 0x1800,
      IODMA_BAD_ARGUMENT },
    { "a granule of its own",
      { { 0x1000, 0x1000, 0x1000, RW, true } }, 1, 64, IODMA_OK },
};
/* clang-format on */

static void boards_of_all_sorts(void)
{
    for (size_t i = 0; i < COUNT_OF(boards); i++) {
        struct hal_bus hal = fixture_hal_bus;
        struct iodma_bus bus = { .granule = 77 };

        check_case(boards[i].what);
        hal.apertures = boards[i].apertures;
        hal.aperture_count = boards[i].count;
        expect_status("init", iodma_bus_init(&bus, &hal, boards[i].granule),
                      boards[i].want);
        expect_number("granule", bus.granule,
                      boards[i].want != IODMA_OK ? 77
                      : boards[i].granule != 0   ? boards[i].granule
                                                 : 0x1000);
    }
}

static void missing_parts(void)
{
    struct iodma_bus bus;
    struct hal_bus hal;

    check_case("a bus needs all its hooks");
    expect_status("no bus", iodma_bus_init(NULL, &fixture_hal_bus, 0),
                  IODMA_BAD_ARGUMENT);
    expect_status("no board", iodma_bus_init(&bus, NULL, 0),
                  IODMA_BAD_ARGUMENT);
#define WITHOUT(member)                                                        \
    do {                                                                       \
        hal = fixture_hal_bus;                                                 \
        hal.member = NULL;                                                     \
        expect_status("without " #member, iodma_bus_init(&bus, &hal, 0),       \
                      IODMA_BAD_ARGUMENT);                                     \
    } while (0)
    WITHOUT(apertures);
    WITHOUT(limits);
    WITHOUT(clock);
    WITHOUT(lock);
    WITHOUT(fences);
}

/* clang-format off */
static const struct {
    const char *what;
    struct hal_region region;
    enum iodma_status want;
} regions[] = {
    { "an empty region", { 0x1000, 0, HAL_WRITE_BACK, true, NULL },
      IODMA_BAD_ARGUMENT },
    { "a region that wraps",
      { TOP - 0xFFF, 0x2000, HAL_WRITE_BACK, true, NULL },
      IODMA_BAD_ARGUMENT },
    { "a region", { 0x1000, 0x1000, HAL_UNCACHED, false, NULL }, IODMA_OK },
};
/* clang-format on */

static void regions_of_all_sorts(void)
{
    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        struct hal_bus hal = fixture_hal_bus;
        struct iodma_bus bus;

        check_case(regions[i].what);
        hal.regions = &regions[i].region;
        hal.region_count = 1;
        expect_status("init", iodma_bus_init(&bus, &hal, 0), regions[i].want);
    }
}

static void impossible_limits(void)
{
    static const struct hal_limits impossible = { .address_bits = 65 };
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus;

    check_case("a bus whose limits cannot be met");
    hal.limits = &impossible;
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_BAD_ARGUMENT);
}

/* Sharing memory with a device: one segment, in reach, or a status. */
/* clang-format off */
static const struct {
    const char *what;
    struct hal_limits limits;
    uint64_t address;
    size_t size;
    enum iodma_status want;
} shares[] = {
    { "memory is shared as one piece", { .address_bits = 32 }, 0x10000, 0x100,
      IODMA_OK },
    { "memory out of the device's reach is not shared",
      { .address_bits = 32 }, 0xFFFFFF01, 0x100, IODMA_MESSAGE_TOO_LARGE },
    { "memory that is not aligned is not shared", { .align_address = 64 },
      0x10010, 0x100, IODMA_NOT_ALIGNED },
    { "memory that a boundary would cut is not shared", { .boundary = 0x100 },
      0x10010, 0x100, IODMA_NO_SPACE },
    { "memory of no size is not shared", { .address_bits = 32 }, 0x10000, 0,
      IODMA_BAD_ARGUMENT },
    { "memory beyond every aperture is not shared", { .address_bits = 0 },
      UINT64_C(0x8000000000000000), 0x100, IODMA_MESSAGE_TOO_LARGE },
};
/* clang-format on */

static void sharing(void)
{
    static uint8_t storage[0x100];

    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        struct hal_shared shared = { .cpu = NULL, .bus = 77, .size = 0 };
        struct iodma_share share = { .memory = { .ranges = NULL } };
        enum iodma_status got;

        check_case(shares[i].what);
        got = iodma_share(&share, fixture_bus(), &shares[i].limits,
                          shares[i].address, storage, shares[i].size, &shared);
        expect_status("share", got, shares[i].want);
        if (got == IODMA_OK) {
            expect_number("bus address", shared.bus, shares[i].address);
            expect("CPU pointer", shared.cpu == storage);
            expect_number("size", shared.size, shares[i].size);
            expect_status("unshare", iodma_unshare(&share), IODMA_OK);
            expect_status("unshare again", iodma_unshare(&share),
                          IODMA_NOT_READY);
        } else {
            expect_number("nothing is shared", shared.bus, 77);
            expect("nothing is held", !iodma_command_memory(&share.command));
        }
    }
}

/* Bounce storage has to be all where the master reads and writes. */
static const struct {
    const char *what;
    uint64_t base;
    uint32_t granule;
    uint32_t pages;
    enum iodma_status want;
} pools[] = {
    { "a pool up to its aperture's end", 0x10000, 0x1000, 16, IODMA_OK },
    { "a pool that runs past it", 0x10000, 0x1000, 17, IODMA_BAD_ARGUMENT },
    { "a pool from the middle on that runs past it", 0x18000, 0x1000, 9,
      IODMA_BAD_ARGUMENT },
    { "a pool from the middle up to its end", 0x18000, 0x1000, 8, IODMA_OK },
    { "a pool that is nowhere", 0x30000, 0x1000, 1, IODMA_BAD_ARGUMENT },
    { "a pool that may only be read", 0x40000, 0x1000, 1, IODMA_BAD_ARGUMENT },
    { "a pool of other pages than the bus's", 0x10000, 0x800, 1,
      IODMA_BAD_ARGUMENT },
};

static void lending(void)
{
    static const struct hal_aperture two[] = {
        { 0x10000, 0x10000, 0x10000, RW, true },
        { 0x40000, 0x40000, 0x10000, HAL_READ, true },
    };
    static const struct hal_bounce_ops no_ops;
    static struct hal_bounce_cell cells[1];
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus;

    hal.apertures = two;
    hal.aperture_count = COUNT_OF(two);
    for (size_t i = 0; i < COUNT_OF(pools); i++) {
        struct hal_bounce pool = {
            .ops = &no_ops,
            .base = pools[i].base,
            .granule = pools[i].granule,
            .pages = pools[i].pages,
            .cells = cells,
        };

        check_case(pools[i].what);
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, &pool), pools[i].want);
        expect("it is lent, or nothing is",
               bus.bounce == (pools[i].want == IODMA_OK ? &pool : NULL));
    }
    expect_status("lend nothing", iodma_bus_lend(&bus, NULL),
                  IODMA_BAD_ARGUMENT);
}

/* Where caches are maintained, apertures begin and end on lines. */
static void lines(void)
{
    static const struct hal_cache_ops no_ops;
    static const struct hal_cache cache = { &no_ops, 64, 64 };
    static const struct {
        uint64_t cpu, size;
        enum iodma_status want;
    } apertures[] = {
        { 0x1000, 0x1000, IODMA_OK },
        { 0x1020, 0x1000, IODMA_BAD_ARGUMENT },
        { 0x1000, 0x1020, IODMA_BAD_ARGUMENT },
    };

    check_case("apertures that split lines, where there is a cache");
    for (size_t i = 0; i < COUNT_OF(apertures); i++) {
        struct hal_aperture aperture = { apertures[i].cpu, apertures[i].cpu,
                                         apertures[i].size, RW, false };
        struct hal_bus hal = fixture_hal_bus;
        struct iodma_bus bus;

        hal.cache = &cache;
        hal.apertures = &aperture;
        expect_status("init", iodma_bus_init(&bus, &hal, 0), apertures[i].want);
        expect_status("a granule below a line", iodma_bus_init(&bus, &hal, 32),
                      IODMA_BAD_ARGUMENT);
    }
}

int main(void)
{
    boards_of_all_sorts();
    missing_parts();
    regions_of_all_sorts();
    impossible_limits();
    sharing();
    lending();
    lines();
    return check_result();
}
