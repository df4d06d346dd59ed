/* SPDX-License-Identifier: MIT */
/*
 * Defends iodma_map and iodma_unmap: the device gets the address under which
 * it sees the buffer, with its bytes in memory, or a status that says why not;
 * the CPU gets what the device wrote. A refusal changes nothing.
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"

#define RW (HAL_READ | HAL_WRITE)

/* A map of the arena, by its offsets. No bus address is the CPU's. */
enum {
    SNOOPED = 0,       /* 0x1000 bytes at bus address 0x80000000             */
    STALE = 0x1000,    /* 0x1000 at 0x90000000, not snooped                  */
    CONSTANT = 0x2000, /* 0x800 at 0xA0000000, the device may only read      */
    SECRET = 0x2800,   /* 0x800 at 0xB0000000, the device may only write     */
    ACROSS = 0x3000,   /* 0x800 at 0xFFFFFC00: half of it is beyond 4 GiB    */
    ROM = 0x3600,      /* 0x100 bytes there that the CPU may not write       */
    NOWHERE = 0x3800,  /* the device does not see the rest                   */
    ARENA = 0x4000,
};

static uint8_t arena[ARENA] __attribute__((aligned(0x1000)));

#define BEYOND UINT64_C(0xFFFFFC00)

static struct hal_aperture apertures[] = {
    { SNOOPED, 0x80000000, 0x1000, RW, true },
    { STALE, 0x90000000, 0x1000, RW, false },
    { CONSTANT, 0xA0000000, 0x800, HAL_READ, true },
    { SECRET, 0xB0000000, 0x800, HAL_WRITE, true },
    { ACROSS, BEYOND, 0x800, RW, true },
};

static struct hal_region regions[] = {
    { .base = 0, .size = ROM, .cached = HAL_WRITE_BACK, .writable = true },
    { .base = ROM, .size = 0x100, .cached = HAL_WRITE_BACK },
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
static struct hal_limits port;
static struct hal_bus hal;
static struct iodma_bus bus;

static void start(void)
{
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    recorded_count = 0;
    fences.published = 0;
    fences.observed = 0;
}

/* Where the arena is, is known only now. */
static void place(void)
{
    for (size_t i = 0; i < COUNT_OF(apertures); i++)
        apertures[i].cpu += (uintptr_t)arena;
    for (size_t i = 0; i < COUNT_OF(regions); i++)
        regions[i].base += (uintptr_t)arena;
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)(i ^ i >> 8);
}

static void begin(const char *what)
{
    check_case(what);
    port = (struct hal_limits){ .address_bits = 0 };
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.aperture_count = COUNT_OF(apertures);
    hal.regions = regions;
    hal.region_count = COUNT_OF(regions);
    hal.limits = &port;
    hal.cache = &recording_cache;
    hal.fences = &counting;
    start();
}

static void expect_untouched(void)
{
    expect_number("cache operations", recorded_count, 0);
    expect_number("published", fences.published, 0);
    expect_number("observed", fences.observed, 0);
}

static void expect_maintained(char operation, uint64_t pa, uint64_t length,
                              uint8_t first)
{
    if (!expect_number("cache operations", recorded_count, 1))
        return;
    expect_number("operation", (uint64_t)recorded[0].operation,
                  (uint64_t)operation);
    expect_number("physical address", recorded[0].pa, pa);
    expect_number("bytes", recorded[0].length, length);
    expect_number("byte at the pointer", recorded[0].first, first);
}

/* Buffers that are mapped, and where the device then finds them. */
/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length, direction;
    struct hal_limits limits;
    uint64_t want;
    char before, after; /* what the cache has to do, 0: nothing */
} good[] = {
    { "a buffer out of snooped memory", SNOOPED + 0x123, 77, IODMA_OUT,
      { .address_bits = 0 }, 0x80000123, 0, 0 },
    { "a buffer into snooped memory", SNOOPED + 0x123, 77, IODMA_IN,
      { .address_bits = 0 }, 0x80000123, 0, 0 },
    { "a single byte, the first of an aperture", SNOOPED, 1, IODMA_INOUT,
      { .address_bits = 0 }, 0x80000000, 0, 0 },
    { "a single byte, the last of an aperture", SNOOPED + 0xFFF, 1, IODMA_IN,
      { .address_bits = 0 }, 0x80000FFF, 0, 0 },
    { "all of an aperture", SNOOPED, 0x1000, IODMA_NONE,
      { .address_bits = 0 }, 0x80000000, 0, 0 },
    { "out of memory that is not snooped: clean", STALE + 3, 100, IODMA_OUT,
      { .address_bits = 0 }, 0x90000003, 'c', 0 },
    { "into memory that is not snooped: clean, then drop", STALE + 0x40, 0x80,
      IODMA_IN, { .address_bits = 0 }, 0x90000040, 'c', 'i' },
    { "both ways: the same", STALE + 0x40, 0x80, IODMA_INOUT,
      { .address_bits = 0 }, 0x90000040, 'c', 'i' },
    { "no way that is known: the same", STALE + 0x40, 0x80, IODMA_NONE,
      { .address_bits = 0 }, 0x90000040, 'c', 'i' },
    { "memory that the device only reads", CONSTANT + 8, 16, IODMA_OUT,
      { .address_bits = 0 }, 0xA0000008, 0, 0 },
    { "memory that the device only writes", SECRET + 8, 16, IODMA_IN,
      { .address_bits = 0 }, 0xB0000008, 0, 0 },
    { "constants, read", ROM, 16, IODMA_OUT,
      { .address_bits = 0 }, BEYOND + 0x600, 0, 0 },
    { "memory up to the CPU's constants", ROM - 16, 16, IODMA_IN,
      { .address_bits = 0 }, BEYOND + 0x5F0, 0, 0 },
    { "memory behind the CPU's constants", ROM + 0x100, 16, IODMA_IN,
      { .address_bits = 0 }, BEYOND + 0x700, 0, 0 },
    { "up to the last byte within reach", ACROSS, 0x400, IODMA_OUT,
      { .address_bits = 32 }, BEYOND, 0, 0 },
    { "from beyond 32 bits", ACROSS + 0x400, 0x100, IODMA_OUT,
      { .address_bits = 33 }, UINT64_C(0x100000000), 0, 0 },
    { "as long as may be", SNOOPED, 0x100, IODMA_OUT,
      { .max_segment = 0x100, .max_transfer = 0x100 }, 0x80000000, 0, 0 },
    { "up to a boundary", SNOOPED + 0xF0, 0x10, IODMA_OUT,
      { .boundary = 0x100 }, 0x800000F0, 0, 0 },
    { "from boundary to boundary", SNOOPED + 0x100, 0x100, IODMA_OUT,
      { .boundary = 0x100 }, 0x80000100, 0, 0 },
    { "aligned as the device wants it", SNOOPED + 0x10, 0x18, IODMA_OUT,
      { .align_address = 16, .align_length = 8 }, 0x80000010, 0, 0 },
    { "only the first address has to be aligned so", SNOOPED + 4, 4, IODMA_OUT,
      { .align_address = 4, .align_internal = 64 }, 0x80000004, 0, 0 },
};
/* clang-format on */

static void limit(struct iodma_limits *limits, const struct hal_limits *from)
{
    expect_status("limits", iodma_limits_set(limits, from), IODMA_OK);
    expect_status("narrow", iodma_limits_narrow(limits, &bus.limits), IODMA_OK);
}

static void test_good(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        uint8_t *pointer = &arena[good[i].at];
        struct iodma_limits limits;
        uint64_t address = 77;

        begin(good[i].what);
        limit(&limits, &good[i].limits);
        expect_status("map",
                      iodma_map(&bus, &limits, pointer, good[i].length,
                                good[i].direction, &address),
                      IODMA_OK);
        expect_number("bus address", address, good[i].want);
        expect_number("published", fences.published, 1);
        expect_number("observed", fences.observed, 0);
        if (good[i].before != 0)
            expect_maintained(good[i].before, (uintptr_t)pointer,
                              good[i].length, *pointer);
        expect_number("cache operations before it was published",
                      fences.cleaned, good[i].before != 0);

        recorded_count = 0;
        expect_status(
            "unmap",
            iodma_unmap(&bus, pointer, good[i].length, good[i].direction),
            IODMA_OK);
        expect_number("published", fences.published, 1);
        expect_number("observed", fences.observed, 1);
        expect_number("cache operations before it was observed", fences.dropped,
                      0);
        if (good[i].after != 0)
            expect_maintained(good[i].after, (uintptr_t)pointer, good[i].length,
                              *pointer);
        else
            expect_number("cache operations", recorded_count, 0);
    }
}

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length, direction;
    struct hal_limits limits;
    enum iodma_status want;
} refused[] = {
    { "no bytes: BadArgument", SNOOPED, 0, IODMA_OUT,
      { .address_bits = 0 }, IODMA_BAD_ARGUMENT },
    { "a direction that is none: BadArgument", SNOOPED, 8, 4,
      { .address_bits = 0 }, IODMA_BAD_ARGUMENT },
    { "memory that the device does not see: MessageTooLarge", NOWHERE, 8,
      IODMA_OUT, { .address_bits = 0 }, IODMA_MESSAGE_TOO_LARGE },
    { "one byte that it does not see: MessageTooLarge", NOWHERE - 8, 9,
      IODMA_OUT, { .address_bits = 0 }, IODMA_MESSAGE_TOO_LARGE },
    { "in two apertures: MessageTooLarge", STALE - 8, 16, IODMA_OUT,
      { .address_bits = 0 }, IODMA_MESSAGE_TOO_LARGE },
    { "memory that the device must not read: MessageTooLarge", SECRET, 8,
      IODMA_OUT, { .address_bits = 0 }, IODMA_MESSAGE_TOO_LARGE },
    { "nor read and write: MessageTooLarge", SECRET, 8, IODMA_INOUT,
      { .address_bits = 0 }, IODMA_MESSAGE_TOO_LARGE },
    { "one byte out of reach: MessageTooLarge", ACROSS, 0x401, IODMA_OUT,
      { .address_bits = 32 }, IODMA_MESSAGE_TOO_LARGE },
    { "memory that the device must not write: NotWritable", CONSTANT, 8,
      IODMA_IN, { .address_bits = 0 }, IODMA_NOT_WRITABLE },
    { "nor write by the way: NotWritable", CONSTANT, 8, IODMA_NONE,
      { .address_bits = 0 }, IODMA_NOT_WRITABLE },
    { "the last byte a constant of the CPU's: NotWritable", ROM - 7, 8,
      IODMA_IN, { .address_bits = 0 }, IODMA_NOT_WRITABLE },
    { "the first byte, too: NotWritable", ROM + 0xFF, 8, IODMA_INOUT,
      { .address_bits = 0 }, IODMA_NOT_WRITABLE },
    { "longer than a segment: NoSpace", SNOOPED, 0x101, IODMA_OUT,
      { .max_segment = 0x100 }, IODMA_NO_SPACE },
    { "longer than a transfer: NoSpace", SNOOPED, 0x101, IODMA_OUT,
      { .max_transfer = 0x100 }, IODMA_NO_SPACE },
    { "across a boundary: NoSpace", SNOOPED + 0xF0, 0x11, IODMA_OUT,
      { .boundary = 0x100 }, IODMA_NO_SPACE },
    { "an address that is not aligned: NotAligned", SNOOPED + 8, 0x10,
      IODMA_OUT, { .align_address = 16 }, IODMA_NOT_ALIGNED },
    { "a length that is not aligned: NotAligned", SNOOPED + 0x10, 12,
      IODMA_OUT, { .align_length = 8 }, IODMA_NOT_ALIGNED },
    { "into memory not snooped, from within a line: NotAligned", STALE + 0x20,
      0x60, IODMA_IN, { .address_bits = 0 }, IODMA_NOT_ALIGNED },
    { "and to within a line: NotAligned", STALE + 0x40, 0x60, IODMA_IN,
      { .address_bits = 0 }, IODMA_NOT_ALIGNED },
    { "both ways as well: NotAligned", STALE + 0x40, 0x60, IODMA_INOUT,
      { .address_bits = 0 }, IODMA_NOT_ALIGNED },
    { "and no way that is known: NotAligned", STALE + 0x40, 0x60, IODMA_NONE,
      { .address_bits = 0 }, IODMA_NOT_ALIGNED },
};
/* clang-format on */

static void expect_refused(const char *what, const struct iodma_limits *limits,
                           void *pointer, size_t length, uint32_t direction,
                           enum iodma_status want)
{
    uint64_t address = 77;

    expect_status(what,
                  iodma_map(&bus, limits, pointer, length, direction, &address),
                  want);
    expect_number("the address", address, 77);
    expect_untouched();
}

static void test_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct iodma_limits limits;

        begin(refused[i].what);
        limit(&limits, &refused[i].limits);
        expect_refused("map", &limits, &arena[refused[i].at], refused[i].length,
                       refused[i].direction, refused[i].want);
    }
}

static void test_pointers(void)
{
    void *top = (void *)(UINTPTR_MAX - 9);
    uint64_t address;

    begin("pointers that are none: BadArgument");
    expect_status("no bus",
                  iodma_map(NULL, NULL, arena, 8, IODMA_OUT, &address),
                  IODMA_BAD_ARGUMENT);
    expect_status("nowhere to put the address",
                  iodma_map(&bus, NULL, arena, 8, IODMA_OUT, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_refused("no buffer", NULL, NULL, 8, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_status("unmap: no bus", iodma_unmap(NULL, arena, 8, IODMA_OUT),
                  IODMA_BAD_ARGUMENT);
    expect_status("unmap: no buffer", iodma_unmap(&bus, NULL, 8, IODMA_OUT),
                  IODMA_BAD_ARGUMENT);
    expect_status("unmap: no bytes", iodma_unmap(&bus, arena, 0, IODMA_OUT),
                  IODMA_BAD_ARGUMENT);
    expect_status("unmap: no direction", iodma_unmap(&bus, arena, 8, 4),
                  IODMA_BAD_ARGUMENT);
    expect_untouched();

    check_case("a buffer past the end of the CPU's addresses: BadArgument");
    expect_refused("map", NULL, top, 11, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_refused("map", NULL, top, SIZE_MAX, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_refused("up to the end, which the device does not see", NULL, top,
                   10, IODMA_OUT, IODMA_MESSAGE_TOO_LARGE);

    check_case("unmap of what could not be mapped: MessageTooLarge");
    expect_status("unmap", iodma_unmap(&bus, &arena[NOWHERE], 8, IODMA_IN),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_untouched();
}

static void test_own_limits(void)
{
    uint64_t address = 77;

    begin("without limits those of the port hold");
    port.max_segment = 0x100;
    start();
    expect_refused("map", NULL, arena, 0x101, IODMA_OUT, IODMA_NO_SPACE);
    expect_status("map",
                  iodma_map(&bus, NULL, arena, 0x100, IODMA_OUT, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x80000000);

    begin("where all is snooped there need not be a cache");
    hal.aperture_count = 1;
    hal.cache = NULL;
    start();
    expect_status("map", iodma_map(&bus, NULL, arena, 7, IODMA_IN, &address),
                  IODMA_OK);
    expect_number("published", fences.published, 1);
    expect_status("unmap", iodma_unmap(&bus, arena, 7, IODMA_IN), IODMA_OK);
    expect_number("observed", fences.observed, 1);
}

/* A CPU whose addresses are not physical ------------------------------- */

#define PAGE UINT64_C(0x1000)

/* Where the arena's pages are; the last one is not mapped. */
static const uint64_t pages[] = { 0x51000, 0x52000, 0x7F000 };

static bool to_physical(uint64_t address, uint64_t *physical, uint64_t *length)
{
    uint64_t inside = address - (uintptr_t)arena;
    uint64_t rest = PAGE - modulo(inside, PAGE);

    if (inside / PAGE >= COUNT_OF(pages))
        return false;
    *physical = pages[inside / PAGE] + modulo(inside, PAGE);
    *length = smaller(*length, rest);
    return true;
}

static const struct hal_translation translation = { to_physical };
static const struct hal_aperture physical_aperture = {
    0x50000, 0x150000, 0x30000, RW, false,
};

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length;
    enum iodma_status want;
    uint64_t address;
} translated[] = {
    { "a buffer is where the translation says", 0x140, 0x80, IODMA_OK,
      0x151140 },
    { "pages that touch are one buffer", 0xFC0, 0x80, IODMA_OK, 0x151FC0 },
    { "pages that do not are none: NoSpace", 0x1FC0, 0x80, IODMA_NO_SPACE, 0 },
    { "nor if there are others between: NoSpace", 0, 0x3000, IODMA_NO_SPACE,
      0 },
    { "nothing is mapped: NotAttached", 0x3000, 0x40, IODMA_NOT_ATTACHED, 0 },
    { "nothing at its end: NotAttached", 0x2FC0, 0x80, IODMA_NOT_ATTACHED, 0 },
};
/* clang-format on */

static void test_translated(void)
{
    for (size_t i = 0; i < COUNT_OF(translated); i++) {
        uint8_t *pointer = &arena[translated[i].at];
        uint64_t address = 77;

        begin(translated[i].what);
        hal.apertures = &physical_aperture;
        hal.aperture_count = 1;
        hal.region_count = 0;
        hal.translation = &translation;
        start();
        if (translated[i].want != IODMA_OK) {
            expect_refused("map", NULL, pointer, translated[i].length, IODMA_IN,
                           translated[i].want);
            expect_status(
                "unmap",
                iodma_unmap(&bus, pointer, translated[i].length, IODMA_IN),
                translated[i].want);
            expect_untouched();
            continue;
        }
        expect_status("map",
                      iodma_map(&bus, NULL, pointer, translated[i].length,
                                IODMA_IN, &address),
                      IODMA_OK);
        expect_number("bus address", address, translated[i].address);
        expect_maintained('c', translated[i].address - 0x100000,
                          translated[i].length, *pointer);
        recorded_count = 0;
        expect_status(
            "unmap", iodma_unmap(&bus, pointer, translated[i].length, IODMA_IN),
            IODMA_OK);
        expect_maintained('i', translated[i].address - 0x100000,
                          translated[i].length, *pointer);
    }
}

int main(void)
{
    place();
    test_good();
    test_refused();
    test_pointers();
    test_own_limits();
    test_translated();
    return check_result();
}
