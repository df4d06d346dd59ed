/* SPDX-License-Identifier: MIT */
/* A board's mistake is found when it is brought up, with its place and its
   values, not when data is lost. */
#include "tests/bus_world.h"
#include "tests/model/sparse.h"

#include <string.h>

enum { MOST_APERTURES = 3, MOST_REGIONS = 3 };

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

int main(void)
{
    init();
    check_tables();
    hooks();
    no_cache();
    lines_and_granules();
    return check_result();
}
