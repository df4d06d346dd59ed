/* SPDX-License-Identifier: MIT */
/* Who has a byte, by the facts of a bus; and which memory may be shared with
   its master, or lent to it for bouncing. */
#include "tests/bus_world.h"

#include <string.h>

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
    who_has_it();
    sharing();
    sharing_lines();
    sharing_two_apertures();
    asking_windows();
    lending();
    return check_result();
}
