/* SPDX-License-Identifier: MIT */
/* A board's mistake is found when it is brought up, with its place and its
   values, not when data is lost. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"
#include "tests/model/sparse.h"

#include <string.h>

#define TOP HAL_ADDRESS_MAX
#define RW  (HAL_READ | HAL_WRITE)

enum { MOST_APERTURES = 3, MOST_REGIONS = 3, LINE = 64 };

static struct hal_cache cache; /* lines of two sizes */

/* Facts that are right, to be wrong in one. */
static struct hal_bus hal;

static void take_fixture(void)
{
    hal = fixture_hal_bus;
    cache = recording_cache;
    cache.smallest_line = LINE / 2;
    hal.cache = &cache;
}

/* What iodma_bus_check() says of them. */
struct verdict {
    enum iodma_status status;
    uint8_t rule;
    uint8_t place;
    uint64_t number;
    hal_address required;
    hal_address actual;
};

static void expect_verdict(uint32_t granule, const struct verdict *want)
{
    struct iodma_reason reason;
    struct iodma_reason before;
    struct iodma_bus bus;

    memset(&reason, 0xA5, sizeof reason);
    memset(&before, 0xA5, sizeof before);
    expect_status("init takes it", iodma_bus_init(&bus, &hal, granule),
                  IODMA_OK);
    expect_status("check", iodma_bus_check(&bus, &reason), want->status);
    expect_status("check, and nobody asks why", iodma_bus_check(&bus, NULL),
                  want->status);
    if (want->status == IODMA_OK) {
        expect_bytes("the record", &reason, &before, sizeof reason);
        return;
    }
    expect_number("status of the record", (uint32_t)reason.status,
                  (uint32_t)want->status);
    expect_number("rule", reason.rule, want->rule);
    expect_number("place", reason.place, want->place);
    expect_number("its number", reason.number, want->number);
    expect_number("required", reason.required, want->required);
    expect_number("actual", reason.actual, want->actual);
}

/* Tables ------------------------------------------------------------------- */

#define APERTURE(rule, number, required, actual)                               \
    {                                                                          \
        IODMA_BAD_ARGUMENT, IODMA_RULE_##rule, IODMA_PLACE_APERTURE, number,   \
            required, actual                                                   \
    }
#define REGION(rule, number, required, actual)                                 \
    {                                                                          \
        IODMA_BAD_ARGUMENT, IODMA_RULE_##rule, IODMA_PLACE_REGION, number,     \
            required, actual                                                   \
    }
#define GOOD                                                                   \
    {                                                                          \
        .status = IODMA_OK                                                     \
    }

/* clang-format off */
static const struct {
    const char *what;
    struct hal_aperture apertures[MOST_APERTURES];
    uint32_t count;
    struct verdict want;
} apertures[] = {
    { "no aperture at all", { { .first = 0 } }, 0, GOOD },
    { "two apertures side by side",
      { { 0x1000, 0x1FFF, 0x9000, RW, true },
        { 0x2000, 0x2FFF, 0x8000, RW, false } }, 2, GOOD },
    { "side by side, and in the other order",
      { { 0x2000, 0x2FFF, 0x8000, RW, false },
        { 0x1000, 0x1FFF, 0x9000, RW, true } }, 2, GOOD },
    { "an aperture that is all there is",
      { { 0, TOP, 0, RW, true } }, 1, GOOD },
    { "the last line that there is",
      { { TOP - 63, TOP, TOP - 63, RW, true } }, 1, GOOD },
    { "an aperture that ends before it begins",
      { { 0x1000, 0x1FFF, 0x1000, RW, true },
        { 0x3000, 0x2FFF, 0x3000, RW, true } }, 2,
      APERTURE(ORDER, 1, 0x3000, 0x2FFF) },
    { "an aperture that wraps for the CPU",
      { { TOP - 0xFFF, 0xFFF, 0, RW, true } }, 1,
      APERTURE(ORDER, 0, TOP - 0xFFF, 0xFFF) },
    { "an aperture that wraps on the bus",
      { { 0, 0x1FFF, TOP - 0xFFF, RW, true } }, 1,
      APERTURE(ORDER, 0, TOP - 0xFFF, 0xFFF) },
    { "an aperture nobody may use",
      { { 0x1000, 0x1FFF, 0x1000, 0, true } }, 1,
      APERTURE(ACCESS, 0, RW, 0) },
    { "an aperture with an access that is none",
      { { 0x1000, 0x1FFF, 0x1000, 4 | RW, true } }, 1,
      APERTURE(ACCESS, 0, RW, 7) },
    { "an aperture that begins within a line",
      { { 0x1020, 0x1FFF, 0x1020, RW, true } }, 1,
      APERTURE(EDGE, 0, LINE, 0x1020) },
    { "an aperture that ends within a line",
      { { 0x1000, 0x1FDF, 0x1000, RW, true } }, 1,
      APERTURE(EDGE, 0, LINE, 0x1FE0) },
    { "bus addresses may begin anywhere",
      { { 0x1000, 0x1FFF, 0x1020, RW, true } }, 1, GOOD },
    { "two apertures that overlap for the CPU",
      { { 0x1000, 0x203F, 0x1000, RW, true },
        { 0x2000, 0x2FFF, 0x8000, RW, true } }, 2,
      APERTURE(OVERLAP, 1, 0, 0x2000) },
    { "two that overlap, the later one below",
      { { 0x2000, 0x2FFF, 0x8000, RW, true },
        { 0x1000, 0x203F, 0x1000, RW, true } }, 2,
      APERTURE(OVERLAP, 1, 0, 0x2000) },
    { "one within the other, of three",
      { { 0x8000, 0x8FFF, 0x8000, RW, true },
        { 0x1000, 0x4FFF, 0x1000, RW, true },
        { 0x2000, 0x2FFF, 0x9000, RW, true } }, 3,
      APERTURE(OVERLAP, 2, 1, 0x2000) },
    { "two apertures that overlap on the bus",
      { { 0x1000, 0x1FFF, 0x1000, RW, true },
        { 0x2000, 0x2FFF, 0x1FFF, RW, true } }, 2,
      APERTURE(OVERLAP, 1, 0, 0x1FFF) },
    { "that overlap there, far from where they are for the CPU",
      { { 0x1000, 0x1FFF, 0x9000, RW, true },
        { 0x2000, 0x2FFF, 0x9800, RW, true } }, 2,
      APERTURE(OVERLAP, 1, 0, 0x9800) },
};

static const struct {
    const char *what;
    struct hal_region regions[MOST_REGIONS];
    uint32_t count;
    struct verdict want;
} regions[] = {
    { "no region at all", { { .first = 0 } }, 0, GOOD },
    { "regions side by side: RAM, ROM and uncached memory, no lines",
      { { 0x1000, 0x1FFF, HAL_WRITE_BACK, true, NULL },
        { 0x2000, 0x2004, HAL_WRITE_THROUGH, false, NULL },
        { 0x0FF0, 0x0FFF, HAL_UNCACHED, true, NULL } }, 3, GOOD },
    { "a region of a byte",
      { { TOP, TOP, HAL_UNCACHED, false, NULL } }, 1, GOOD },
    { "a region that ends before it begins",
      { { 0x1000, 0x0FFF, HAL_WRITE_BACK, true, NULL } }, 1,
      REGION(ORDER, 0, 0x1000, 0x0FFF) },
    { "RAM and ROM that overlap",
      { { 0x20000000, 0x2003FFFF, HAL_WRITE_BACK, true, NULL },
        { 0x20030000, 0x2007FFFF, HAL_WRITE_BACK, false, NULL } }, 2,
      REGION(OVERLAP, 1, 0, 0x20030000) },
    { "an uncached corner that is cached as well",
      { { 0x1000, 0x1FFF, HAL_WRITE_BACK, true, NULL },
        { 0x4000, 0x7FFF, HAL_WRITE_BACK, true, NULL },
        { 0x7000, 0x7FFF, HAL_UNCACHED, true, NULL } }, 3,
      REGION(OVERLAP, 2, 1, 0x7000) },
    { "the last byte of one is the first of the next",
      { { 0x2000, 0x2FFF, HAL_WRITE_BACK, true, NULL },
        { 0x1000, 0x2000, HAL_WRITE_BACK, true, NULL } }, 2,
      REGION(OVERLAP, 1, 0, 0x2000) },
};
/* clang-format on */

static void check_tables(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(apertures); i++) {
        check_case(apertures[i].what);
        take_fixture();
        hal.apertures = apertures[i].apertures;
        hal.aperture_count = apertures[i].count;
        expect_verdict(0, &apertures[i].want);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(regions); i++) {
        check_case(regions[i].what);
        take_fixture();
        hal.regions = regions[i].regions;
        hal.region_count = regions[i].count;
        expect_verdict(0, &regions[i].want);
    }
}

/* Hooks, lines and granules ------------------------------------------------ */

static void expect_missing(const char *what, uint32_t hook)
{
    const struct verdict want = { .status = IODMA_BAD_ARGUMENT,
                                  .rule = IODMA_RULE_HOOK,
                                  .place = IODMA_PLACE_FIELD,
                                  .number = hook };

    check_case(what);
    expect_verdict(0, &want);
    take_fixture();
}

static void hooks(void)
{
    static const struct hal_cache no_ops = { NULL, LINE, LINE };
    struct hal_clock clock = *fixture_hal_bus.clock;
    struct hal_lock lock = *fixture_hal_bus.lock;
    struct hal_fences fences = *fixture_hal_bus.fences;
    struct hal_cache_ops some = *recording_cache.ops;
    static const struct hal_translation nowhere;
    struct hal_window window = sparse_window;
    struct hal_region region;
    struct hal_cache partly = { &some, LINE, LINE };

    take_fixture();
    hal.apertures = NULL;
    expect_missing("apertures are counted, and not there",
                   IODMA_FIELD_APERTURES);
    hal.regions = NULL;
    expect_missing("regions are counted, and not there", IODMA_FIELD_REGIONS);
    region = hal.regions[0];
    region.window = &window;
    hal.regions = &region;
    hal.region_count = 1;
    window.open = NULL;
    expect_missing("a far window never opens", IODMA_FIELD_REGIONS);
    window = sparse_window;
    window.close = NULL;
    hal.regions = &region;
    hal.region_count = 1;
    expect_missing("a far window never closes", IODMA_FIELD_REGIONS);
    hal.translation = &nowhere;
    expect_missing("a translation leads nowhere", IODMA_FIELD_TRANSLATION);
    hal.clock = NULL;
    expect_missing("there is no clock", IODMA_FIELD_CLOCK);
    hal.lock = NULL;
    expect_missing("there is no lock", IODMA_FIELD_LOCK);
    hal.fences = NULL;
    expect_missing("there are no fences", IODMA_FIELD_FENCES);
    clock.now = NULL;
    hal.clock = &clock;
    expect_missing("a clock does not say the time", IODMA_FIELD_CLOCK);
    clock = *fixture_hal_bus.clock;
    clock.frequency = NULL;
    hal.clock = &clock;
    expect_missing("a clock has no frequency", IODMA_FIELD_CLOCK);
    lock.save = NULL;
    hal.lock = &lock;
    expect_missing("a lock is never taken", IODMA_FIELD_LOCK);
    lock = *fixture_hal_bus.lock;
    lock.restore = NULL;
    hal.lock = &lock;
    expect_missing("a lock is never left", IODMA_FIELD_LOCK);
    fences.publish = NULL;
    hal.fences = &fences;
    expect_missing("fences publish nothing", IODMA_FIELD_FENCES);
    fences = *fixture_hal_bus.fences;
    fences.observe = NULL;
    hal.fences = &fences;
    expect_missing("fences observe nothing", IODMA_FIELD_FENCES);
    hal.cache = &no_ops;
    expect_missing("there is a cache without operations", IODMA_FIELD_CACHE);
    some.clean = NULL;
    hal.cache = &partly;
    expect_missing("a cache is never cleaned", IODMA_FIELD_CACHE);
    some = *recording_cache.ops;
    some.clean_invalidate = NULL;
    hal.cache = &partly;
    expect_missing("a cache drops nothing", IODMA_FIELD_CACHE);
    some = *recording_cache.ops;
    some.finish = NULL;
    hal.cache = &partly;
    expect_missing("a cache is never finished", IODMA_FIELD_CACHE);
}

static void no_cache(void)
{
    static const struct hal_aperture two[] = {
        { 0x1000, 0x1FFF, 0x1000, RW, true },
        { 0x2001, 0x2FFD, 0x2000, RW, false },
    };
    static const struct verdict unsupported = {
        .status = IODMA_UNSUPPORTED,
        .rule = IODMA_RULE_NO_CACHE,
        .place = IODMA_PLACE_APERTURE,
        .number = 1,
    };
    static const struct verdict good = { .status = IODMA_OK };

    check_case("an aperture is not snooped, and the board states no cache");
    take_fixture();
    hal.cache = NULL;
    hal.apertures = two;
    hal.aperture_count = 2;
    expect_verdict(0, &unsupported);

    check_case("without a cache there are no lines to begin and end on");
    hal.apertures = (struct hal_aperture[]){ { 0x2001, 0x2FFD, 0, RW, true } };
    hal.aperture_count = 1;
    expect_verdict(1, &good);
}

/* clang-format off */
static const struct {
    const char *what;
    uint32_t largest, smallest; /* line */
    uint32_t granule;
    struct verdict want;
} sizes[] = {
    { "a granule of one line", 64, 32, 64, GOOD },
    { "a granule below the largest line", 64, 32, 32,
      { IODMA_BAD_ARGUMENT, IODMA_RULE_GRANULE, IODMA_PLACE_ARGUMENT,
        IODMA_ARGUMENT_GRANULE, 64, 32 } },
    { "a line that is no power of two", 48, 16, 64,
      { IODMA_BAD_ARGUMENT, IODMA_RULE_POWER_OF_TWO, IODMA_PLACE_FIELD,
        IODMA_FIELD_CACHE, 0, 48 } },
    { "a smallest line that is longer than the largest",
      32, 64, 64,
      { IODMA_BAD_ARGUMENT, IODMA_RULE_GRANULE, IODMA_PLACE_FIELD,
        IODMA_FIELD_CACHE, 64, 32 } },
    { "a smallest line of 0, which nobody could step by",
      64, 0, 64,
      { IODMA_BAD_ARGUMENT, IODMA_RULE_POWER_OF_TWO, IODMA_PLACE_FIELD,
        IODMA_FIELD_CACHE, 0, 0 } },
};
/* clang-format on */

static void lines_and_granules(void)
{
    static const struct hal_limits impossible = { .address_bits = 65 };
    struct iodma_reason reason = { .rule = IODMA_RULE_NONE };
    struct iodma_bus bus;

    for (size_t i = 0; i < HAL_COUNT_OF(sizes); i++) {
        check_case(sizes[i].what);
        take_fixture();
        cache.largest_line = sizes[i].largest;
        cache.smallest_line = sizes[i].smallest;
        expect_verdict(sizes[i].granule, &sizes[i].want);
    }

    check_case("a granule that has become no power of two");
    take_fixture();
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    bus.granule = 0x1800;
    expect_status("check", iodma_bus_check(&bus, &reason), IODMA_BAD_ARGUMENT);
    expect_number("rule", reason.rule, IODMA_RULE_POWER_OF_TWO);
    expect_number("the granule", reason.number, IODMA_ARGUMENT_GRANULE);
    expect_number("actual", reason.actual, 0x1800);

    check_case("limits of the port that contradict each other");
    take_fixture();
    hal.limits = &impossible;
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_status("check", iodma_bus_check(&bus, &reason), IODMA_BAD_ARGUMENT);
    expect_number("rule", reason.rule, IODMA_RULE_BITS);
    expect_number("the field", reason.number, IODMA_FIELD_ADDRESS_BITS);

    check_case("a bus that is none");
    expect_status("check", iodma_bus_check(NULL, &reason), IODMA_BAD_ARGUMENT);
    expect_number("rule", reason.rule, IODMA_RULE_POINTER);
    expect_number("the bus", reason.number, IODMA_ARGUMENT_BUS);
}

/* What init takes ---------------------------------------------------------- */

static void init(void)
{
    static const struct hal_limits port = { .address_bits = 30,
                                            .align_address = 8 };
    struct iodma_reason reason;
    struct iodma_bus before;
    struct iodma_bus bus;

    memset(&bus, 0xA5, sizeof bus);
    memset(&before, 0xA5, sizeof before);
    check_case("init refuses what it cannot use, and then changes nothing");
    take_fixture();
    expect_status("no bus", iodma_bus_init(NULL, &hal, 0), IODMA_BAD_ARGUMENT);
    expect_status("no board", iodma_bus_init(&bus, NULL, 0),
                  IODMA_BAD_ARGUMENT);
    expect_status("a granule that is no power of two",
                  iodma_bus_init(&bus, &hal, 0x1800), IODMA_BAD_ARGUMENT);
    hal.limits = NULL;
    expect_status("no limits", iodma_bus_init(&bus, &hal, 0),
                  IODMA_BAD_ARGUMENT);
    expect_bytes("bus", &bus, &before, sizeof bus);

    check_case("init takes a board as it is, and nothing has been added");
    take_fixture();
    hal.limits = &port;
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect("the board", bus.hal == &hal);
    expect("no caches are maintained", !bus.caching);
    expect("no storage is lent", !bus.bouncing && !bus.bounce);
    expect("there is no mapper", !bus.mapper);
    expect("nobody asks for reasons", !bus.reason);
    expect_number("granule", bus.granule, 0x1000);

    check_case("a granule of the client's");
    expect_status("init", iodma_bus_init(&bus, &hal, 64), IODMA_OK);
    expect_number("granule", bus.granule, 64);

    check_case("the getter says how long the largest line is, or 1");
    expect_number("line", iodma_bus_line(&bus), LINE);
    hal.cache = NULL;
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_number("line", iodma_bus_line(&bus), 1);

    check_case("to map through nothing is refused, with a reason");
    iodma_bus_explain(&bus, &reason);
    expect_status("no bus", iodma_bus_map_through(NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no mapper", iodma_bus_map_through(&bus, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_number("rule", reason.rule, IODMA_RULE_POINTER);
    expect_number("the mapper", reason.number, IODMA_ARGUMENT_MAPPER);
    expect("there is none", !bus.mapper);
}

/* Who has a byte ----------------------------------------------------------- */

static const struct hal_aperture ports[] = {
    { 0x1000, 0x1FFF, 0x9000, RW, true },
    { 0x3000, 0x3FFF, 0x5000, HAL_READ, true },
    { TOP - 0xFFF, TOP, 0x100000, HAL_WRITE, true },
};

static const struct hal_region memories[] = {
    { 0x0000, 0x17FF, HAL_WRITE_BACK, true, NULL },
    { 0x1800, 0x3FFF, HAL_WRITE_BACK, false, NULL },
    { TOP, TOP, HAL_UNCACHED, true, NULL },
};

enum { NONE = -1 };

/* clang-format off */
static const struct {
    const char *what;
    hal_address address;
    uint32_t access;
    int aperture; /* index, or NONE */
    int region;
} bytes[] = {
    { "the byte before an aperture", 0x0FFF, 0, NONE, 0 },
    { "its first byte", 0x1000, RW, 0, 0 },
    { "its last byte", 0x1FFF, RW, 0, 1 },
    { "the byte behind it", 0x2000, 0, NONE, 1 },
    { "a byte that the master may read", 0x3000, HAL_READ, 1, 1 },
    { "a byte that it may not write", 0x3000, HAL_WRITE, NONE, 1 },
    { "a byte that it may not read and write", 0x3000, RW, NONE, 1 },
    { "a byte that it may neither", 0x3000, 0, 1, 1 },
    { "the byte behind a region", 0x4000, 0, NONE, NONE },
    { "the last byte there is", TOP, HAL_WRITE, 2, 2 },
    { "the byte before", TOP - 1, HAL_WRITE, 2, NONE },
};

static const struct {
    const char *what;
    hal_address address, length;
    bool cpu, master; /* it may write there; the CPU and the master may */
} stretches[] = {
    { "memory that both may write", 0x1000, 0x800, true, true },
    { "one byte of it in ROM", 0x1000, 0x801, false, false },
    { "the first byte in ROM", 0x17FF, 2, false, false },
    { "the last byte in ROM", 0x3FFF, 0x10, false, false },
    { "memory behind it, in no region", 0x4000, 0x1000, true, true },
    { "all of a ROM, and more", 0x1000, 0x8000, false, false },
    { "memory that both may write, of the last byte",
      TOP, 1, true, true },
    { "RAM before the master's constants", 0x17F0, 0x10, true, true },
};
/* clang-format on */

static void who_has_it(void)
{
    static const struct hal_aperture constants = { 0x4000, 0x4FFF, 0x4000,
                                                   HAL_READ, true };
    struct iodma_bus bus;

    take_fixture();
    hal.apertures = ports;
    hal.aperture_count = HAL_COUNT_OF(ports);
    hal.regions = memories;
    hal.region_count = HAL_COUNT_OF(memories);
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);

    for (size_t i = 0; i < HAL_COUNT_OF(bytes); i++) {
        const struct hal_aperture *aperture;
        const struct hal_region *region;

        check_case(bytes[i].what);
        aperture = iodma_bus_aperture(&bus, bytes[i].address, bytes[i].access);
        region = iodma_bus_region(&bus, bytes[i].address);
        expect("aperture", aperture == (bytes[i].aperture == NONE
                                            ? NULL
                                            : &ports[bytes[i].aperture]));
        expect("region", region == (bytes[i].region == NONE
                                        ? NULL
                                        : &memories[bytes[i].region]));
    }
    for (size_t i = 0; i < HAL_COUNT_OF(stretches); i++) {
        check_case(stretches[i].what);
        expect("the CPU", iodma_bus_regions_writable(&bus, stretches[i].address,
                                                     stretches[i].length) ==
                              stretches[i].cpu);
        expect("the CPU and the master",
               iodma_bus_writable(&bus, stretches[i].address,
                                  stretches[i].length) == stretches[i].master);
    }

    check_case("what the master must not write, though the CPU may");
    hal.apertures = &constants;
    hal.aperture_count = 1;
    expect("the CPU", iodma_bus_regions_writable(&bus, 0x4FFF, 2));
    expect("one byte, the last", !iodma_bus_writable(&bus, 0x4FFF, 2));
    expect("one byte, the first", !iodma_bus_writable(&bus, 0x3FFF + 1, 1));
    expect("the byte behind", iodma_bus_writable(&bus, 0x5000, 0x10));
}

/* Sharing memory with a device: one segment, in reach, or a status. */
/* clang-format off */
static const struct {
    const char *what;
    struct hal_limits limits;
    hal_address address;
    size_t size;
    enum iodma_status want;
} shares[] = {
    { "memory is shared as one piece", { .address_bits = 32 }, 0x10000, 0x100,
      IODMA_OK },
    { "memory out of the device's reach is not shared",
      { .address_bits = REACH_BITS }, FAR - 0xFF, 0x100,
        IODMA_MESSAGE_TOO_LARGE },
    { "memory that is not aligned is not shared", { .align_address = 64 },
      0x10010, 0x100, IODMA_NOT_ALIGNED },
    { "memory whose length is not aligned is not shared",
      { .align_length = 64 }, 0x10000, 0xF0, IODMA_NOT_ALIGNED },
    { "memory that a boundary would cut is not shared", { .boundary = 0x100 },
      0x10010, 0x100, IODMA_NO_SPACE },
    { "memory of no size is not shared", { .address_bits = 32 }, 0x10000, 0,
      IODMA_BAD_ARGUMENT },
    { "memory beyond every aperture is not shared", { .address_bits = 0 },
      FIXTURE_LAST + 1, 0x100, IODMA_MESSAGE_TOO_LARGE },
    { "as much memory as the device takes at once is shared",
      { .max_transfer = 0x100 }, 0x10000, 0x100, IODMA_OK },
    { "more memory than the device takes at once is not shared",
      { .max_transfer = 0xFF }, 0x10000, 0x100, IODMA_NO_SPACE },
};

/* The same of cached memory, whose lines the driver maintains. */
static const struct {
    const char *what;
    hal_address address;
    size_t size;
    enum iodma_status want;
} lines[] = {
    { "whole lines are shared", 0x10040, 0x80, IODMA_OK },
    { "memory that begins within a line is not shared", 0x10020, 0x60,
      IODMA_NOT_ALIGNED },
    { "memory that ends within a line is not shared", 0x10040, 0x60,
      IODMA_NOT_ALIGNED },
};
/* clang-format on */

static void sharing_lines(void)
{
    static const struct hal_limits any = { .address_bits = 0 };
    static uint8_t storage[0x80];
    static struct hal_aperture aperture; /* the bus keeps it */
    struct iodma_bus bus;

    take_fixture();
    aperture = fixture_aperture;
    aperture.snooped = false;
    hal.apertures = &aperture;
    for (size_t i = 0; i < HAL_COUNT_OF(lines); i++) {
        struct hal_shared shared = { .bus = 77 };
        struct iodma_share share = { .memory = { .members = NULL } };

        check_case(lines[i].what);
        expect_status("init", iodma_bus_init(&bus, &hal, 64), IODMA_OK);
        expect_number("bytes in a line", bus.line, 64);
        expect_status("share",
                      iodma_share(&share, &bus, &any, lines[i].address, storage,
                                  lines[i].size, IODMA_SHARE_MAINTAINED,
                                  &shared),
                      lines[i].want);
        expect_number("bus address", shared.bus,
                      lines[i].want == IODMA_OK ? lines[i].address : 77);
        if (lines[i].want == IODMA_OK)
            expect_status("unshare", iodma_unshare(&share), IODMA_OK);
    }
}

static hal_address asked;

static void *show_nothing(hal_address address, hal_address *length)
{
    (void)address;
    asked = *length;
    return NULL;
}

static void hide(void *pointer)
{
    (void)pointer;
}

static void asking_windows(void)
{
    static const struct hal_window window = { show_nothing, hide };
    static const struct hal_region all = { 0, HAL_ADDRESS_MAX, HAL_WRITE_BACK,
                                           true, &window };
    struct iodma_memory memory;
    struct iodma_bus bus;
    uint8_t nothing;

    check_case("a window is asked for no more than an object has");
    take_fixture();
    hal.regions = &all;
    hal.region_count = 1;
    expect_status("init", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_status("memory",
                  iodma_memory_init_buffer(&memory, 0, HAL_ADDRESS_MAX,
                                           HAL_ADDRESS_MAX, IODMA_OUT),
                  IODMA_OK);
    expect_number(
        "read", iodma_memory_read(&memory, &bus, 0, &nothing, HAL_ADDRESS_MAX),
        0);
    expect_number("asked", asked, (hal_address)PTRDIFF_MAX);
}

/* The first page is snooped, and the second one is not. */
static void sharing_two_apertures(void)
{
    static uint8_t storage[0x2000];
    static const struct hal_limits any = { .address_bits = 0 };
    static struct hal_aperture two[2];
    struct iodma_reason reason = { .rule = IODMA_RULE_NONE };
    struct hal_shared shared = { .bus = 77 };
    struct iodma_share share;
    struct iodma_bus bus;

    check_case("memory of which a part is cached and not snooped");
    take_fixture();
    two[0] = two[1] = fixture_aperture;
    two[0].last = 0x10fff;
    two[1].first = two[1].bus = 0x11000;
    two[1].snooped = false;
    hal.apertures = two;
    hal.aperture_count = HAL_COUNT_OF(two);
    memset(&share, 0x5a, sizeof share);
    expect_status("init", iodma_bus_init(&bus, &hal, 64), IODMA_OK);
    bus.reason = &reason;
    expect_status("share",
                  iodma_share(&share, &bus, &any, 0x10000, storage,
                              sizeof storage, 0, &shared),
                  IODMA_UNSUPPORTED);
    expect_number("rule", reason.rule, IODMA_RULE_CACHED);
    expect_number("bus address", shared.bus, 77);
    expect_status("what is not shared", iodma_unshare(&share), IODMA_NOT_READY);
    expect_status(
        "share what is snooped",
        iodma_share(&share, &bus, &any, 0x10000, storage, 0x1000, 0, &shared),
        IODMA_OK);
    expect_status("unshare", iodma_unshare(&share), IODMA_OK);

    check_case("memory of which none is, behind some that is");
    two[0].snooped = false;
    two[1].snooped = true;
    expect_status("init", iodma_bus_init(&bus, &hal, 64), IODMA_OK);
    expect_status(
        "share",
        iodma_share(&share, &bus, &any, 0x11000, storage, 0x1000, 0, &shared),
        IODMA_OK);
    expect_status("unshare", iodma_unshare(&share), IODMA_OK);
    bus.reason = &reason;
    reason.rule = IODMA_RULE_NONE;
    expect_status(
        "share a byte of the others, too",
        iodma_share(&share, &bus, &any, 0x10FFF, storage, 2, 0, &shared),
        IODMA_UNSUPPORTED);
    expect_number("rule", reason.rule, IODMA_RULE_CACHED);
}

static void sharing(void)
{
    static uint8_t storage[0x100];

    for (size_t i = 0; i < HAL_COUNT_OF(shares); i++) {
        struct hal_shared shared = { .cpu = NULL, .bus = 77, .size = 0 };
        struct iodma_share share = { .memory = { .members = NULL } };
        enum iodma_status got;

        check_case(shares[i].what);
        got =
            iodma_share(&share, fixture_bus(), &shares[i].limits,
                        shares[i].address, storage, shares[i].size, 0, &shared);
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
/* clang-format off */
static const struct {
    const char *what;
    hal_address first, last;
    uint32_t granule;
    enum iodma_status want;
} pools[] = {
    { "a pool up to its aperture's end", 0x10000, 0x1FFFF, 0x1000, IODMA_OK },
    { "a pool that runs past it", 0x10000, 0x20FFF, 0x1000,
      IODMA_BAD_ARGUMENT },
    { "a pool from the middle on that runs past it", 0x18000, 0x20FFF, 0x1000,
      IODMA_BAD_ARGUMENT },
    { "a pool from the middle up to its end", 0x18000, 0x1FFFF, 0x1000,
      IODMA_OK },
    { "a pool that ends before it begins", 0x18000, 0x17FFF, 0x1000,
      IODMA_BAD_ARGUMENT },
    { "a pool that is nowhere", 0x30000, 0x30FFF, 0x1000, IODMA_BAD_ARGUMENT },
    { "a pool that may only be read", 0x40000, 0x40FFF, 0x1000,
      IODMA_BAD_ARGUMENT },
    { "a pool of other granules than the bus's", 0x10000, 0x107FF, 0x800,
      IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static void lending(void)
{
    static const struct hal_aperture two[] = {
        { 0x10000, 0x1FFFF, 0x10000, RW, true },
        { 0x40000, 0x4FFFF, 0x40000, HAL_READ, true },
    };
    static const struct hal_bounce_ops no_ops;
    struct iodma_bus bus;

    take_fixture();
    hal.apertures = two;
    hal.aperture_count = HAL_COUNT_OF(two);
    for (size_t i = 0; i < HAL_COUNT_OF(pools); i++) {
        struct hal_bounce pool = {
            .ops = &no_ops,
            .first = pools[i].first,
            .last = pools[i].last,
            .granule = pools[i].granule,
        };

        check_case(pools[i].what);
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, &pool), pools[i].want);
        expect("it is lent, or nothing is",
               bus.bounce == (pools[i].want == IODMA_OK ? &pool : NULL) &&
                   (bus.bouncing != NULL) == (pools[i].want == IODMA_OK));
    }

    check_case("a pool that is none");
    expect_status("lend nothing", iodma_bus_lend(&bus, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("to no bus", iodma_bus_lend(NULL, NULL), IODMA_BAD_ARGUMENT);
}

int main(void)
{
    init();
    check_tables();
    hooks();
    no_cache();
    lines_and_granules();
    who_has_it();
    sharing();
    sharing_lines();
    sharing_two_apertures();
    asking_windows();
    lending();
    return check_result();
}
