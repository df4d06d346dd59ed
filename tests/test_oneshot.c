/* SPDX-License-Identifier: MIT */
/*
 * Defends iodma_map, iodma_unmap and iodma_map_sync: the device gets the
 * address under which it sees the buffer, with its bytes in memory, or a status
 * and a reason why not; the CPU gets what the device wrote, and keeps what lies
 * beside it. A refusal changes nothing.
 */
#include "dma/iodma.h"
#include "dma/shortcuts.h"
#include "hal/bits.h"
#include "hal/count_of.h"
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
    ACROSS = 0x3000,   /* 0x800 at FAR - 0x400: half of it is beyond FAR     */
    ROM = 0x3600,      /* 0x100 bytes there that the CPU may not write       */
    NOWHERE = 0x3800,  /* 0x800 that the device does not see                 */
    QUIET = 0x4000,    /* 0x800 at 0xC0000000, not snooped, uncached         */
    STRAY = 0x4800,    /* 0x800 behind it, not snooped, in no region         */
    ARENA = 0x5000,
};

static uint8_t arena[ARENA] __attribute__((aligned(0x1000)));

#define BEYOND (FAR - 0x400)

static struct hal_aperture apertures[] = {
    { SNOOPED, STALE - 1, 0x80000000, RW, true },
    { STALE, CONSTANT - 1, 0x90000000, RW, false },
    { CONSTANT, SECRET - 1, 0xA0000000, HAL_READ, true },
    { SECRET, ACROSS - 1, 0xB0000000, HAL_WRITE, true },
    { ACROSS, NOWHERE - 1, BEYOND, RW, true },
    { QUIET, ARENA - 1, 0xC0000000, RW, false },
};

static struct hal_region regions[] = {
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
static struct hal_limits port;
static struct hal_bus hal;
static struct iodma_bus bus;
static struct iodma_reason reason;

static void forget(void)
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

static void start(void)
{
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    iodma_bus_explain(&bus, &reason);
    forget();
}

/* Where the arena is, is known only now. */
static void place(void)
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

static void begin(const char *what)
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

/* What has been done since forget(): one operation of the cache, or none (0),
   on these bytes; and a fence, on its right side. */
static void expect_done(char operation, hal_address pa, hal_address length,
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

static void expect_untouched(void)
{
    expect_done(0, 0, 0, 0, 0, 0);
}

static void expect_reason(enum iodma_status status, uint32_t rule,
                          uint32_t argument)
{
    expect_number("status of the record", (uint32_t)reason.status,
                  (uint32_t)status);
    expect_number("rule", reason.rule, rule);
    expect_number("place", reason.place, IODMA_PLACE_ARGUMENT);
    expect_number("argument", reason.number, argument);
}

/* Buffers that are mapped -------------------------------------------------- */

#define ANY                                                                    \
    {                                                                          \
        .address_bits = 0                                                      \
    }

/* Where the device finds them. All of what was mapped is done. */
/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, capacity, length, direction;
    struct hal_limits limits;
    hal_address want;
    char before, after; /* what the cache has to do, 0: nothing */
} good[] = {
    { "a buffer out of snooped memory", SNOOPED + 0x123, 77, 77, IODMA_OUT,
      ANY, 0x80000123, 0, 0 },
    { "a buffer into snooped memory", SNOOPED + 0x123, 77, 77, IODMA_IN,
      ANY, 0x80000123, 0, 0 },
    { "a single byte, the first of an aperture", SNOOPED, 1, 1, IODMA_INOUT,
      ANY, 0x80000000, 0, 0 },
    { "a single byte, the last of an aperture", SNOOPED + 0xFFF, 1, 1,
      IODMA_IN, ANY, 0x80000FFF, 0, 0 },
    { "all of an aperture", SNOOPED, 0x1000, 0x1000, IODMA_NONE,
      ANY, 0x80000000, 0, 0 },
    { "a capacity beyond the aperture: only the bytes have to be seen",
      STALE + 0xF80, 0x1000, 0x80, IODMA_IN, ANY, 0x90000F80, 'c', 'i' },
    { "out of memory that is not snooped: clean", STALE + 3, 100, 100,
      IODMA_OUT, ANY, 0x90000003, 'c', 0 },
    { "into memory that is not snooped: clean, then drop", STALE + 0x40, 0x80,
      0x80, IODMA_IN, ANY, 0x90000040, 'c', 'i' },
    { "both ways: the same", STALE + 0x40, 0x80, 0x80, IODMA_INOUT,
      ANY, 0x90000040, 'c', 'i' },
    { "no way that is known: the same", STALE + 0x40, 0x80, 0x80, IODMA_NONE,
      ANY, 0x90000040, 'c', 'i' },
    { "1518 bytes in a 1536-byte buffer that owns its lines", STALE, 1536,
      1518, IODMA_IN, ANY, 0x90000000, 'c', 'i' },
    { "a byte in a line of its own", STALE + 0x40, 64, 1, IODMA_IN,
      ANY, 0x90000040, 'c', 'i' },
    { "uncached memory has no lines: nothing to clean", QUIET + 3, 100, 100,
      IODMA_OUT, ANY, 0xC0000003, 0, 0 },
    { "nor to drop, nor to own", QUIET + 3, 100, 100, IODMA_IN,
      ANY, 0xC0000003, 0, 0 },
    { "all of the uncached memory", QUIET, 0x800, 0x800, IODMA_INOUT,
      ANY, 0xC0000000, 0, 0 },
    { "uncached memory and a byte of other: that is cached", QUIET, 0x840,
      0x801, IODMA_INOUT, ANY, 0xC0000000, 'c', 'i' },
    { "memory in no region counts as cached", STRAY, 64, 64, IODMA_IN,
      ANY, 0xC0000800, 'c', 'i' },
    { "memory that the device only reads", CONSTANT + 8, 16, 16, IODMA_OUT,
      ANY, 0xA0000008, 0, 0 },
    { "memory that the device only writes", SECRET + 8, 16, 16, IODMA_IN,
      ANY, 0xB0000008, 0, 0 },
    { "constants, read", ROM, 16, 16, IODMA_OUT,
      ANY, BEYOND + 0x600, 0, 0 },
    { "memory up to the CPU's constants", ROM - 16, 16, 16, IODMA_IN,
      ANY, BEYOND + 0x5F0, 0, 0 },
    { "memory behind the CPU's constants", ROM + 0x100, 16, 16, IODMA_IN,
      ANY, BEYOND + 0x700, 0, 0 },
    { "up to the last byte within reach", ACROSS, 0x400, 0x400, IODMA_OUT,
      { .address_bits = REACH_BITS }, BEYOND, 0, 0 },
    { "from beyond FAR", ACROSS + 0x400, 0x100, 0x100, IODMA_OUT,
      { .address_bits = REACH_BITS + 1 }, FAR, 0, 0 },
    { "as long as may be", SNOOPED, 0x100, 0x100, IODMA_OUT,
      { .max_segment = 0x100, .max_transfer = 0x100 }, 0x80000000, 0, 0 },
    { "up to a boundary", SNOOPED + 0xF0, 0x10, 0x10, IODMA_OUT,
      { .boundary = 0x100 }, 0x800000F0, 0, 0 },
    { "from boundary to boundary", SNOOPED + 0x100, 0x100, 0x100, IODMA_OUT,
      { .boundary = 0x100 }, 0x80000100, 0, 0 },
    { "aligned as the device wants it", SNOOPED + 0x10, 0x18, 0x18, IODMA_OUT,
      { .align_address = 16, .align_length = 8 }, 0x80000010, 0, 0 },
    { "only the first address has to be aligned so", SNOOPED + 4, 4, 4,
      IODMA_OUT, { .align_address = 4, .align_internal = 64 }, 0x80000004, 0,
      0 },
};
/* clang-format on */

static void test_good(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(good); i++) {
        const uint8_t *pointer = &arena[good[i].at];
        hal_address address = 77;

        begin(good[i].what);
        expect_status("map",
                      iodma_map(&bus, &good[i].limits, pointer,
                                good[i].capacity, good[i].length,
                                good[i].direction, &address),
                      IODMA_OK);
        expect_number("bus address", address, good[i].want);
        expect_done(good[i].before, cpu_address(pointer), good[i].length,
                    *pointer, 1, 0);

        forget();
        expect_status(
            "unmap",
            iodma_unmap(&bus, pointer, good[i].length, good[i].direction),
            IODMA_OK);
        expect_done(good[i].after, cpu_address(pointer), good[i].length,
                    *pointer, 0, 1);
    }
}

/* How much of it the device has written. */
static void test_done(void)
{
    uint8_t *pointer = &arena[STALE];
    hal_address address;

    begin("a 64-byte frame in a 1536-byte buffer drops its lines, not 24");
    expect_status(
        "map", iodma_map(&bus, NULL, pointer, 1536, 1518, IODMA_IN, &address),
        IODMA_OK);
    forget();
    expect_status("unmap", iodma_unmap(&bus, pointer, 64, IODMA_IN), IODMA_OK);
    expect_done('i', cpu_address(pointer), 64, *pointer, 0, 1);

    begin("a device that wrote nothing: nothing is dropped");
    expect_status("unmap", iodma_unmap(&bus, pointer, 0, IODMA_IN), IODMA_OK);
    expect_done(0, 0, 0, 0, 0, 1);

    begin("a device that only read: nothing is dropped, whatever is done");
    expect_status("unmap", iodma_unmap(&bus, pointer + 1, 5, IODMA_OUT),
                  IODMA_OK);
    expect_done(0, 0, 0, 0, 0, 1);
}

static void test_const(void)
{
    static const uint8_t table[] = { 1, 2, 3, 5, 8 };
    const struct hal_aperture flash = {
        cpu_address(table),
        cpu_address(table) + sizeof table - 1,
        0x1000,
        HAL_READ,
        false,
    };
    hal_address address = 77;

    begin("const bytes go out, by a call without a cast");
    hal.apertures = &flash;
    hal.aperture_count = 1;
    start();
    expect_status("map",
                  iodma_map(&bus, NULL, table, sizeof table, sizeof table,
                            IODMA_OUT, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x1000);
    expect_done('c', cpu_address(table), sizeof table, 1, 1, 0);
    expect_status("unmap", iodma_unmap(&bus, table, sizeof table, IODMA_OUT),
                  IODMA_OK);
    expect_status("back",
                  iodma_map(&bus, NULL, table, sizeof table, sizeof table,
                            IODMA_IN, &address),
                  IODMA_NOT_WRITABLE);
}

/* Buffers as a product declares them --------------------------------------- */

static IODMA_BUFFER(packet, 1518);

struct port {
    uint8_t state;
    IODMA_BUFFER(first, 1);
    IODMA_BUFFER(second, IODMA_LINE);
    uint8_t more;
};

static struct port two_ports[2];

_Static_assert(IODMA_CAPACITY(1518) == 1536, "whole lines of 64 bytes");
_Static_assert(IODMA_CAPACITY(1536) == 1536, "no line more");
_Static_assert(sizeof packet == 1536, "a static one");
_Static_assert(sizeof two_ports[0].first == IODMA_LINE, "a line for a byte");
_Static_assert(offsetof(struct port, first) == IODMA_LINE, "on the next line");
_Static_assert(offsetof(struct port, more) == 3 * IODMA_LINE,
               "nothing else is in its last one");

static void expect_mapped(const char *what, const uint8_t *pointer,
                          size_t capacity, size_t length)
{
    const struct hal_aperture all = { 0, HAL_ADDRESS_MAX, 0, RW, false };
    hal_address address = 77;

    hal.apertures = &all;
    hal.aperture_count = 1;
    hal.region_count = 0;
    start();
    expect_status(
        what,
        iodma_map(&bus, NULL, pointer, capacity, length, IODMA_IN, &address),
        IODMA_OK);
    expect_number(what, address, cpu_address(pointer));
    expect_done('c', cpu_address(pointer), (hal_address)length, 0, 1, 0);
}

static void test_buffers(void)
{
    begin("a static buffer made by IODMA_KIND_BUFFER owns its lines");
    expect_mapped("packet", packet, sizeof packet, 1518);
    expect_number("the line that is meant is the bus's", iodma_bus_line(&bus),
                  IODMA_LINE);

    begin("so do members of a struct, in an array of them");
    expect_mapped("first", two_ports[0].first, sizeof two_ports[0].first, 1);
    expect_mapped("second", two_ports[1].second, sizeof two_ports[1].second,
                  IODMA_LINE);
}

/* Buffers that are refused ------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, capacity, length, direction;
    struct hal_limits limits;
    enum iodma_status want;
    uint8_t rule, argument;
    hal_address required, actual; /* addresses are in the arena: offsets */
} refused[] = {
    { "no bytes: BadArgument", SNOOPED, 8, 0, IODMA_OUT, ANY,
      IODMA_BAD_ARGUMENT, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH, 0, 0 },
    { "more bytes than the buffer has: BadArgument", SNOOPED, 8, 9, IODMA_OUT,
      ANY, IODMA_BAD_ARGUMENT, IODMA_RULE_WINDOW, IODMA_ARGUMENT_LENGTH, 8,
      9 },
    { "a direction that is none: BadArgument", SNOOPED, 8, 8, 4, ANY,
      IODMA_BAD_ARGUMENT, IODMA_RULE_DIRECTION, IODMA_ARGUMENT_DIRECTION, 3,
      4 },
    { "memory that the device does not see: MessageTooLarge", NOWHERE, 8, 8,
      IODMA_OUT, ANY, IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER, HAL_READ, NOWHERE },
    { "one byte that it does not see: MessageTooLarge", NOWHERE - 8, 9, 9,
      IODMA_OUT, ANY, IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER, HAL_READ, NOWHERE - 8 },
    { "the first byte, too: MessageTooLarge", QUIET - 1, 9, 9, IODMA_OUT, ANY,
      IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE, IODMA_ARGUMENT_POINTER,
      HAL_READ, QUIET - 1 },
    { "in two apertures: MessageTooLarge", STALE - 8, 16, 16, IODMA_OUT, ANY,
      IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE, IODMA_ARGUMENT_POINTER,
      HAL_READ, STALE - 8 },
    { "memory that the device must not read: MessageTooLarge", SECRET, 8, 8,
      IODMA_OUT, ANY, IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER, HAL_READ, SECRET },
    { "nor read and write: MessageTooLarge", SECRET, 8, 8, IODMA_INOUT, ANY,
      IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE, IODMA_ARGUMENT_POINTER,
      RW, SECRET },
    { "one byte out of reach: MessageTooLarge", ACROSS, 0x401, 0x401,
      IODMA_OUT, { .address_bits = REACH_BITS }, IODMA_MESSAGE_TOO_LARGE,
      IODMA_RULE_REACH, IODMA_ARGUMENT_POINTER, FAR - 1, FAR },
    { "memory that the device must not write: NotWritable", CONSTANT, 8, 8,
      IODMA_IN, ANY, IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE,
      IODMA_ARGUMENT_POINTER, 0, CONSTANT },
    { "nor write by the way: NotWritable", CONSTANT, 8, 8, IODMA_NONE, ANY,
      IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE, IODMA_ARGUMENT_POINTER, 0,
      CONSTANT },
    { "the last byte a constant of the CPU's: NotWritable", ROM - 7, 8, 8,
      IODMA_IN, ANY, IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE,
      IODMA_ARGUMENT_POINTER, 0, ROM - 7 },
    { "the first byte, too: NotWritable", ROM + 0xFF, 8, 8, IODMA_INOUT, ANY,
      IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE, IODMA_ARGUMENT_POINTER, 0,
      ROM + 0xFF },
    { "longer than a segment: NoSpace", SNOOPED, 0x101, 0x101, IODMA_OUT,
      { .max_segment = 0x100 }, IODMA_NO_SPACE, IODMA_RULE_SEGMENT_COUNT,
      IODMA_ARGUMENT_LENGTH, 1, 2 },
    { "longer than a transfer: NoSpace", SNOOPED, 0x101, 0x101, IODMA_OUT,
      { .max_transfer = 0x100 }, IODMA_NO_SPACE, IODMA_RULE_MAX_TRANSFER,
      IODMA_ARGUMENT_LENGTH, 0x100, 0x101 },
    { "across a boundary: NoSpace", SNOOPED + 0xF0, 0x11, 0x11, IODMA_OUT,
      { .boundary = 0x100 }, IODMA_NO_SPACE, IODMA_RULE_SEGMENT_COUNT,
      IODMA_ARGUMENT_LENGTH, 1, 2 },
    { "an address that is not aligned: NotAligned", SNOOPED + 8, 0x10, 0x10,
      IODMA_OUT, { .align_address = 16 }, IODMA_NOT_ALIGNED,
      IODMA_RULE_ALIGN_ADDRESS, IODMA_ARGUMENT_POINTER, 16, 0x80000008 },
    { "a length that is not aligned: NotAligned", SNOOPED + 0x10, 12, 12,
      IODMA_OUT, { .align_length = 8 }, IODMA_NOT_ALIGNED,
      IODMA_RULE_ALIGN_LENGTH, IODMA_ARGUMENT_LENGTH, 8, 12 },
    { "into memory not snooped, from within a line: NotAligned", STALE + 0x20,
      0x60, 0x60, IODMA_IN, ANY, IODMA_NOT_ALIGNED, IODMA_RULE_LINE,
      IODMA_ARGUMENT_POINTER, 64, STALE + 0x20 },
    { "and to within a line: NotAligned", STALE + 0x40, 0x60, 0x60, IODMA_IN,
      ANY, IODMA_NOT_ALIGNED, IODMA_RULE_LINE, IODMA_ARGUMENT_CAPACITY, 64,
      STALE + 0xA0 },
    { "both ways as well: NotAligned", STALE + 0x40, 0x60, 0x60, IODMA_INOUT,
      ANY, IODMA_NOT_ALIGNED, IODMA_RULE_LINE, IODMA_ARGUMENT_CAPACITY, 64,
      STALE + 0xA0 },
    { "and no way that is known: NotAligned", STALE + 0x40, 0x60, 0x60,
      IODMA_NONE, ANY, IODMA_NOT_ALIGNED, IODMA_RULE_LINE,
      IODMA_ARGUMENT_CAPACITY, 64, STALE + 0xA0 },
    { "a capacity that lacks a byte of the last line: NotAligned", STALE, 1535,
      1518, IODMA_IN, ANY, IODMA_NOT_ALIGNED, IODMA_RULE_LINE,
      IODMA_ARGUMENT_CAPACITY, 64, STALE + 1535 },
    { "uncached memory and other, from within a line: NotAligned",
      QUIET + 0x7FF, 0x41, 2, IODMA_IN, ANY, IODMA_NOT_ALIGNED,
      IODMA_RULE_LINE, IODMA_ARGUMENT_POINTER, 64, QUIET + 0x7FF },
};
/* clang-format on */

static void expect_refused(const char *what, const struct hal_limits *limits,
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

/* Is `actual` of this rule an address in the arena? */
static bool in_arena(uint32_t rule)
{
    return rule == IODMA_RULE_APERTURE || rule == IODMA_RULE_WRITABLE ||
           rule == IODMA_RULE_LINE || rule == IODMA_RULE_CACHED;
}

static void test_refused(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(refused); i++) {
        hal_address base = in_arena(refused[i].rule) ? cpu_address(arena) : 0;

        begin(refused[i].what);
        expect_refused("map", &refused[i].limits, &arena[refused[i].at],
                       refused[i].capacity, refused[i].length,
                       refused[i].direction, refused[i].want);
        expect_reason(refused[i].want, refused[i].rule, refused[i].argument);
        expect_number("required", reason.required, refused[i].required);
        expect_number("actual", reason.actual, base + refused[i].actual);
    }

    begin("a capacity would do that is so much: the cure");
    expect_refused("map", NULL, &arena[STALE], 1518, 1518, IODMA_IN,
                   IODMA_NOT_ALIGNED);
    expect_number("cure", reason.cure, IODMA_CURE_LENGTHEN);
    expect_number("amount", reason.amount, 1536 - 1518);
}

static bool is_itself(hal_address address, hal_address *physical,
                      hal_address *length)
{
    (void)length;
    *physical = address;
    return true;
}

static const struct hal_translation same = { is_itself };

/* With addresses of 32 bits nobody looks. */
static void test_nameless(void)
{
    static const struct hal_window window = { NULL, NULL }; /* never opened */
    static const uint32_t directions[] = { IODMA_OUT, IODMA_IN, IODMA_INOUT };
    struct hal_aperture seen = apertures[0];
    struct hal_region named[] = { regions[0], regions[0] };

    named[0].last = cpu_address(&arena[0x7FF]);
    named[1].first = cpu_address(&arena[0x800]);
    named[1].window = &window;
    for (uint32_t i = 0; HAL_ADDRESS_BITS == 64 && i < 6; i++) {
        uint32_t direction = directions[i / 2];
        hal_address address = 77;

        begin("a far window's pointer is no physical address: MessageTooLarge");
        seen.snooped = i % 2 == 0;
        hal.apertures = &seen;
        hal.aperture_count = 1;
        hal.regions = named;
        hal.region_count = HAL_COUNT_OF(named);
        start();
        expect_refused("map", NULL, &arena[0x800], 64, 64, direction,
                       IODMA_MESSAGE_TOO_LARGE);
        expect_reason(IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE,
                      IODMA_ARGUMENT_POINTER);
        expect_refused("nor does one lead there", NULL, &arena[0x7C0], 65, 65,
                       direction, IODMA_MESSAGE_TOO_LARGE);
        expect_status(
            "beside it",
            iodma_map(&bus, NULL, &arena[0x7C0], 64, 64, direction, &address),
            IODMA_OK);
        expect_number("its address", address, 0x800007C0);

        forget();
        if (direction == IODMA_INOUT) /* it is no option, as in map_sync() */
            expect_status("unmap",
                          iodma_unmap(&bus, &arena[0x800], 64, direction),
                          IODMA_MESSAGE_TOO_LARGE);
        else
            expect_status("map_sync",
                          iodma_map_sync(&bus, &arena[0x800], 64, direction),
                          IODMA_MESSAGE_TOO_LARGE);
        expect_reason(IODMA_MESSAGE_TOO_LARGE, IODMA_RULE_APERTURE,
                      IODMA_ARGUMENT_POINTER);
        expect_untouched();
    }

    begin("unless the board's translation says what it is");
    hal.regions = named;
    hal.region_count = HAL_COUNT_OF(named);
    hal.translation = &same;
    start();
    {
        hal_address address = 77;

        expect_status(
            "map",
            iodma_map(&bus, NULL, &arena[0x800], 64, 64, IODMA_OUT, &address),
            IODMA_OK);
        expect_number("its address", address, 0x80000800);
    }
}

static void test_no_cache(void)
{
    hal_address address = 77;

    begin("cached memory, not snooped, and the board states no cache: "
          "Unsupported");
    hal.cache = NULL;
    start();
    expect_refused("out", NULL, &arena[STALE], 64, 64, IODMA_OUT,
                   IODMA_UNSUPPORTED);
    expect_reason(IODMA_UNSUPPORTED, IODMA_RULE_CACHED, IODMA_ARGUMENT_POINTER);
    expect_number("actual", reason.actual, cpu_address(&arena[STALE]));
    expect_number("cure", reason.cure, IODMA_CURE_ELSEWHERE);
    expect_refused("in", NULL, &arena[STALE], 64, 64, IODMA_IN,
                   IODMA_UNSUPPORTED);
    expect_status("unmap", iodma_unmap(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_UNSUPPORTED);
    expect_status("sync", iodma_map_sync(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_UNSUPPORTED);
    expect_status("sync", iodma_map_sync(&bus, &arena[STALE], 64, IODMA_OUT),
                  IODMA_UNSUPPORTED);
    expect_untouched();

    begin("where all is snooped there need not be a cache");
    hal.aperture_count = 1;
    hal.cache = NULL;
    start();
    expect_status("map", iodma_map(&bus, NULL, arena, 7, 7, IODMA_IN, &address),
                  IODMA_OK);
    expect_status("unmap", iodma_unmap(&bus, arena, 7, IODMA_IN), IODMA_OK);
    expect_done(0, 0, 0, 0, 1, 1);

    begin("nor where memory is uncached");
    hal.cache = NULL;
    start();
    expect_status(
        "map",
        iodma_map(&bus, NULL, &arena[QUIET + 1], 7, 7, IODMA_IN, &address),
        IODMA_OK);
    expect_number("bus address", address, 0xC0000001);
    expect_status("unmap", iodma_unmap(&bus, &arena[QUIET + 1], 7, IODMA_IN),
                  IODMA_OK);
    expect_done(0, 0, 0, 0, 1, 1);
}

static void test_pointers(void)
{
    const void *top = (const void *)(uintptr_t)(HAL_ADDRESS_MAX - 9);
    hal_address address;

    begin("pointers that are none: BadArgument");
    expect_status("no bus",
                  iodma_map(NULL, NULL, arena, 8, 8, IODMA_OUT, &address),
                  IODMA_BAD_ARGUMENT);
    expect_status("nowhere to put the address",
                  iodma_map(&bus, NULL, arena, 8, 8, IODMA_OUT, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_POINTER,
                  IODMA_ARGUMENT_ADDRESS);
    expect_refused("no buffer", NULL, NULL, 8, 8, IODMA_OUT,
                   IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_POINTER,
                  IODMA_ARGUMENT_POINTER);
    forget();
    expect_status("unmap: no bus", iodma_unmap(NULL, arena, 8, IODMA_OUT),
                  IODMA_BAD_ARGUMENT);
    expect_status("unmap: no buffer", iodma_unmap(&bus, NULL, 8, IODMA_OUT),
                  IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_POINTER,
                  IODMA_ARGUMENT_POINTER);
    expect_status("unmap: no buffer, in", iodma_unmap(&bus, NULL, 0, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_status("unmap: no direction", iodma_unmap(&bus, arena, 8, 4),
                  IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_DIRECTION,
                  IODMA_ARGUMENT_DIRECTION);
    expect_untouched();

    begin("a buffer past the end of the CPU's addresses: BadArgument");
    expect_refused("map", NULL, top, 11, 11, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_refused("map", NULL, top, SIZE_MAX, SIZE_MAX, IODMA_OUT,
                   IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH);
    expect_refused("up to the end, which the device does not see", NULL, top,
                   10, 10, IODMA_OUT, IODMA_MESSAGE_TOO_LARGE);
    expect_status("unmap", iodma_unmap(&bus, top, 11, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_untouched();

    begin("unmap of what could not be mapped");
    expect_status("out of sight: MessageTooLarge",
                  iodma_unmap(&bus, &arena[NOWHERE], 8, IODMA_IN),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_status("from within a line: NotAligned",
                  iodma_unmap(&bus, &arena[STALE + 8], 8, IODMA_INOUT),
                  IODMA_NOT_ALIGNED);
    expect_untouched();

    begin("a refusal that nobody asks about");
    iodma_bus_explain(&bus, NULL);
    expect_refused("map", NULL, &arena[NOWHERE], 8, 8, IODMA_IN,
                   IODMA_MESSAGE_TOO_LARGE);
    expect_number("rule", reason.rule, IODMA_RULE_NONE);
}

static void test_bus(void)
{
    struct hal_mapper iommu = { .can_bypass = false };
    struct iodma_mapper mapper = { .hal = &iommu };
    hal_address address = 77;

    begin("without limits those of the port hold");
    port.max_segment = 0x100;
    start();
    expect_refused("map", NULL, arena, 0x101, 0x101, IODMA_OUT, IODMA_NO_SPACE);
    expect_status(
        "map", iodma_map(&bus, NULL, arena, 0x100, 0x100, IODMA_OUT, &address),
        IODMA_OK);
    expect_number("bus address", address, 0x80000000);

    begin("an IOMMU that cannot be bypassed: Unsupported");
    bus.mapper = &mapper;
    expect_refused("map", NULL, arena, 8, 8, IODMA_OUT, IODMA_UNSUPPORTED);
    expect_reason(IODMA_UNSUPPORTED, IODMA_RULE_BYPASS, IODMA_ARGUMENT_BUS);

    begin("one that can be is");
    bus.mapper = &mapper;
    iommu.can_bypass = true;
    expect_status("map",
                  iodma_map(&bus, NULL, arena, 8, 8, IODMA_OUT, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x80000000);
}

/* Frames of a ring, while it stays mapped ---------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length, options;
    enum iodma_status want;
    char operation; /* of the cache, 0: none                  */
    uint8_t rule;   /* where it is refused; the place is next */
    uint8_t argument;
} frames[] = {
    { "the CPU takes a frame: observe, then drop", STALE + 0x600, 1518,
      IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "the device takes it: clean, then publish", STALE + 0x600, 1518,
      IODMA_OUT, IODMA_OK, 'c', 0, 0 },
    { "a byte: its line changes hands", STALE + 0x40, 1, IODMA_IN, IODMA_OK,
      'i', 0, 0 },
    { "snooped memory: the CPU only observes", SNOOPED + 0x601, 7, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "and only publishes", SNOOPED + 0x601, 7, IODMA_OUT, IODMA_OK, 0, 0, 0 },
    { "uncached memory: the same", QUIET + 0x601, 7, IODMA_IN, IODMA_OK, 0, 0,
      0 },
    { "and the other way", QUIET + 0x601, 7, IODMA_OUT, IODMA_OK, 0, 0, 0 },
    { "what the device only reads, out", CONSTANT, 64, IODMA_OUT, IODMA_OK, 0,
      0, 0 },
    { "and in: what it was mapped for is not asked", CONSTANT, 64, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "what the CPU must not write, in: the same", ROM, 64, IODMA_IN, IODMA_OK,
      0, 0, 0 },
    { "uncached memory and a byte of other: that is cached",
      STRAY - 64, 65, IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "from within a line, to the CPU: NotAligned", STALE + 0x20, 64, IODMA_IN,
      IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE, IODMA_ARGUMENT_POINTER },
    { "from within a line, to the device: NotAligned", STALE + 0x20, 64,
      IODMA_OUT, IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE,
      IODMA_ARGUMENT_POINTER },
    { "no bytes: BadArgument", STALE, 0, IODMA_IN, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "both ways at once: BadArgument", STALE, 64, IODMA_INOUT,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "no way: BadArgument", STALE, 64, IODMA_NONE, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "a way that is none: BadArgument", STALE, 64, 5, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "what the device does not see: MessageTooLarge", NOWHERE, 64, IODMA_IN,
      IODMA_MESSAGE_TOO_LARGE, 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
};
/* clang-format on */

static void test_frames(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(frames); i++) {
        uint8_t *pointer = &arena[frames[i].at];
        bool good_one = frames[i].want == IODMA_OK;

        begin(frames[i].what);
        expect_status(
            "sync",
            iodma_map_sync(&bus, pointer, frames[i].length, frames[i].options),
            frames[i].want);
        expect_done(frames[i].operation, cpu_address(pointer), frames[i].length,
                    *pointer, good_one && frames[i].options == IODMA_OUT,
                    good_one && frames[i].options == IODMA_IN);
        if (!good_one)
            expect_reason(frames[i].want, frames[i].rule, frames[i].argument);
    }

    begin("what the device was to do, where it does not see the part");
    (void)iodma_map_sync(&bus, &arena[NOWHERE], 64, IODMA_IN);
    expect_number("required", reason.required, HAL_WRITE);
    (void)iodma_map_sync(&bus, &arena[NOWHERE], 64, IODMA_OUT);
    expect_number("required", reason.required, HAL_READ);

    begin("pointers that are none: BadArgument");
    expect_status("no bus", iodma_map_sync(NULL, arena, 8, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_status("no buffer", iodma_map_sync(&bus, NULL, 8, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_untouched();
}

/* Buses that see memory of one kind only, or none of a kind: where it is known
   beforehand, a buffer is not looked at: not even whether the device sees it.
 */
#define UNSEEN (IODMA_SHORTCUTS ? IODMA_OK : IODMA_MESSAGE_TOO_LARGE)

/* clang-format off */
static const struct {
    const char *what;
    uint32_t aperture, count;  /* that the bus has        */
    uint32_t region;           /* the only one            */
    uint32_t at, length, options;
    enum iodma_status want;
    char operation;            /* of the cache, 0: none   */
    uint8_t rule;              /* where it is refused ... */
    uint8_t argument;
} kinds[] = {
    { "nothing is snooped: the CPU takes lines", 1, 1, 0, STALE + 0x40, 100,
      IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "nothing is snooped: the device takes lines", 1, 1, 0, STALE + 0x40, 100,
      IODMA_OUT, IODMA_OK, 'c', 0, 0 },
    { "nothing is snooped: from within a line", 1, 1, 0, STALE + 0x20, 64,
      IODMA_OUT, IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE,
      IODMA_ARGUMENT_POINTER },
    { "nothing is snooped: no bytes", 1, 1, 0, STALE, 0, IODMA_IN,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "nothing is snooped: no way", 1, 1, 0, STALE, 64, IODMA_NONE,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "all is snooped: the CPU observes", 0, 1, 0, SNOOPED + 3, 7, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "all is snooped: the CPU publishes", 0, 1, 0, SNOOPED + 3, 7, IODMA_OUT,
      IODMA_OK, 0, 0, 0 },
    { "all is snooped: no bytes", 0, 1, 0, SNOOPED, 0, IODMA_OUT,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "nothing is snooped: what the device does not see", 1, 1, 0, NOWHERE, 64,
      IODMA_IN, UNSEEN, IODMA_SHORTCUTS ? 'i' : 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
    { "all is snooped: what the device does not see", 0, 1, 0, NOWHERE, 64,
      IODMA_OUT, UNSEEN, 0, IODMA_RULE_APERTURE, IODMA_ARGUMENT_POINTER },
    { "some is snooped: what the device does not see", 0, 2, 0, NOWHERE, 64,
      IODMA_OUT, IODMA_MESSAGE_TOO_LARGE, 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
    { "some is uncached: none of its lines", 5, 1, 2, QUIET + 0x40, 64, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "some is uncached: the lines beside it", 5, 1, 2, STRAY, 64, IODMA_IN,
      IODMA_OK, 'i', 0, 0 },
    { "some is snooped: none of its lines", 0, 2, 0, SNOOPED + 0x40, 64,
      IODMA_IN, IODMA_OK, 0, 0, 0 },
    { "some is snooped: the lines beside it", 0, 2, 0, STALE, 64, IODMA_IN,
      IODMA_OK, 'i', 0, 0 },
};
/* clang-format on */

/* Lines before uncached memory are lines. */
static void test_before_uncached(void)
{
    uint8_t *pointer = &arena[STALE + 0x40];
    struct hal_region quiet = regions[2];

    begin("uncached memory behind the first byte: that is cached");
    quiet.first = cpu_address(pointer) + 0x40;
    quiet.last = cpu_address(pointer) + 0x7F;
    hal.apertures = &apertures[1];
    hal.regions = &quiet;
    hal.aperture_count = hal.region_count = 1;
    start();
    expect_status("sync", iodma_map_sync(&bus, pointer, 0x80, IODMA_IN),
                  IODMA_OK);
    expect_done('i', cpu_address(pointer), 0x80, *pointer, 0, 1);
}

static void test_kinds(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(kinds); i++) {
        uint8_t *pointer = &arena[kinds[i].at];
        bool good_one = kinds[i].want == IODMA_OK;

        begin(kinds[i].what);
        hal.apertures = &apertures[kinds[i].aperture];
        hal.regions = &regions[kinds[i].region];
        hal.aperture_count = kinds[i].count;
        hal.region_count = 1;
        start();
        expect_status(
            "sync",
            iodma_map_sync(&bus, pointer, kinds[i].length, kinds[i].options),
            kinds[i].want);
        expect_done(kinds[i].operation, cpu_address(pointer), kinds[i].length,
                    *pointer, good_one && kinds[i].options == IODMA_OUT,
                    good_one && kinds[i].options == IODMA_IN);
        if (!good_one)
            expect_reason(kinds[i].want, kinds[i].rule, kinds[i].argument);
        expect_status("no buffer", iodma_map_sync(&bus, NULL, 8, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
        expect_status("a buffer past the end of the CPU's addresses",
                      iodma_map_sync(&bus, arena, SIZE_MAX, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
    }

    begin("nothing is snooped, and there is no cache: Unsupported");
    hal.apertures = &apertures[1];
    hal.aperture_count = hal.region_count = 1;
    hal.cache = NULL;
    start();
    expect_status("sync", iodma_map_sync(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_UNSUPPORTED);
    expect_reason(IODMA_UNSUPPORTED, IODMA_RULE_CACHED, IODMA_ARGUMENT_POINTER);
    expect_untouched();
}

/* A CPU whose addresses are not physical ----------------------------------- */

#define PAGE ((hal_address)0x1000)

/* Where the arena's pages are; the others are not mapped. */
static const hal_address pages[] = { 0x51000, 0x52000, 0x7F000 };

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    hal_address inside = address - cpu_address(arena);
    hal_address rest = PAGE - modulo(inside, PAGE);

    if (inside / PAGE >= HAL_COUNT_OF(pages))
        return false;
    *physical = pages[inside / PAGE] + modulo(inside, PAGE);
    *length = smaller(*length, rest);
    return true;
}

static const struct hal_translation translation = { to_physical };
static const struct hal_aperture physical_aperture = {
    0x50000, 0x7FFFF, 0x150000, RW, false,
};

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length;
    enum iodma_status want;
    hal_address address; /* if it is mapped */
    uint8_t rule;     /* if it is not    */
} translated[] = {
    { "a buffer is where the translation says", 0x140, 0x80, IODMA_OK,
      0x151140, 0 },
    { "pages that touch are one buffer", 0xFC0, 0x80, IODMA_OK, 0x151FC0, 0 },
    { "pages that do not are none: NoSpace", 0x1FC0, 0x80, IODMA_NO_SPACE, 0,
      IODMA_RULE_CONTIGUOUS },
    { "nor if there are others between: NoSpace", 0, 0x3000, IODMA_NO_SPACE,
      0, IODMA_RULE_CONTIGUOUS },
    { "nothing is mapped: NotAttached", 0x3000, 0x40, IODMA_NOT_ATTACHED, 0,
      IODMA_RULE_UNMAPPED },
    { "nothing at its end: NotAttached", 0x2FC0, 0x80, IODMA_NOT_ATTACHED, 0,
      IODMA_RULE_UNMAPPED },
};
/* clang-format on */

static void test_translated(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(translated); i++) {
        uint8_t *pointer = &arena[translated[i].at];
        uint32_t length = translated[i].length;
        hal_address physical = translated[i].address - 0x100000;
        hal_address address = 77;

        begin(translated[i].what);
        hal.apertures = &physical_aperture;
        hal.aperture_count = 1;
        hal.region_count = 0;
        hal.translation = &translation;
        start();
        if (translated[i].want != IODMA_OK) {
            expect_refused("map", NULL, pointer, length, length, IODMA_IN,
                           translated[i].want);
            expect_reason(translated[i].want, translated[i].rule,
                          IODMA_ARGUMENT_POINTER);
            if (translated[i].rule == IODMA_RULE_UNMAPPED)
                expect_number("actual", reason.actual,
                              cpu_address(&arena[0x3000]));
            expect_status("unmap", iodma_unmap(&bus, pointer, length, IODMA_IN),
                          translated[i].want);
            expect_untouched();
            continue;
        }
        expect_status(
            "map",
            iodma_map(&bus, NULL, pointer, length, length, IODMA_IN, &address),
            IODMA_OK);
        expect_number("bus address", address, translated[i].address);
        expect_done('c', physical, length, *pointer, 1, 0);
        forget();
        expect_status("unmap", iodma_unmap(&bus, pointer, length, IODMA_IN),
                      IODMA_OK);
        expect_done('i', physical, length, *pointer, 0, 1);
    }
}

/* Says of every byte that all that can be told follows it. */
static bool generous(hal_address address, hal_address *physical,
                     hal_address *length)
{
    *physical = 0x51000 + (address - cpu_address(arena));
    *length = HAL_ADDRESS_MAX;
    return true;
}

static void test_generous(void)
{
    static const struct hal_translation says_too_much = { generous };
    hal_address address = 77;

    begin("a translation that says more than it was asked for is believed");
    hal.apertures = &physical_aperture;
    hal.aperture_count = 1;
    hal.region_count = 0;
    hal.translation = &says_too_much;
    start();
    expect_status("map",
                  iodma_map(&bus, NULL, arena, 0x80, 0x80, IODMA_IN, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x151000);
    expect_done('c', 0x51000, 0x80, arena[0], 1, 0);
}

/* Where a translation that lies has the arena's first page, and the next one;
   and how many bytes of them it says follow, from their first on. After some
   questions nothing is mapped any more, so that no test takes for ever. */
static struct lie {
    hal_address physical[2];
    hal_address length[2];
} lie;
static unsigned asked;

static bool lying(hal_address address, hal_address *physical,
                  hal_address *length)
{
    hal_address inside = address - cpu_address(arena);
    hal_address page = inside / PAGE;

    asked++;
    if (page >= HAL_COUNT_OF(lie.physical) || asked > 16)
        return false;
    *physical = lie.physical[page] + modulo(inside, PAGE);
    *length = lie.length[page];
    return true;
}

#define TOP (HAL_ADDRESS_MAX - 0xFFF) /* the last page */

/* clang-format off */
static const struct {
    const char *what;
    struct lie lie;
    uint32_t length; /* of the buffer; it begins with the page */
    unsigned asked;
    enum iodma_status want;
    uint8_t rule;
} lies[] = {
    { "a translation of no bytes: NotAttached",
      { { 0x51000, 0x52000 }, { 0, PAGE } }, 0x80, 1, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "nor is any byte at 0, of which none follow: NotAttached",
      { { 0, 0 }, { 0, 0 } }, 0x80, 1, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "no bytes of the next page: NotAttached",
      { { 0x51000, 0x52000 }, { PAGE, 0 } }, 0x1080, 2, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "pages go on at 0 behind the last address: NoSpace",
      { { TOP, 0 }, { PAGE, PAGE } }, 0x1080, 1, IODMA_NO_SPACE,
      IODMA_RULE_CONTIGUOUS },
    { "so does what is said at once: NoSpace",
      { { TOP, 0 }, { 2 * PAGE, PAGE } }, 0x1080, 1, IODMA_NO_SPACE,
      IODMA_RULE_CONTIGUOUS },
    { "up to the last address there is a buffer",
      { { TOP, 0 }, { 2 * PAGE, PAGE } }, 0x1000, 1, IODMA_OK, 0 },
    { "and so there is in two pages",
      { { TOP - PAGE, TOP }, { PAGE, PAGE } }, 0x2000, 2, IODMA_OK, 0 },
};
/* clang-format on */

static void test_lies(void)
{
    static const struct hal_translation liar = { lying };
    static const struct hal_aperture all = { 0, HAL_ADDRESS_MAX, 0, RW, true };

    for (size_t i = 0; i < HAL_COUNT_OF(lies); i++) {
        uint32_t length = lies[i].length;
        hal_address address = 77;

        begin(lies[i].what);
        hal.apertures = &all;
        hal.aperture_count = 1;
        hal.region_count = 0;
        hal.translation = &liar;
        start();
        lie = lies[i].lie;
        asked = 0;
        expect_status(
            "map",
            iodma_map(&bus, NULL, arena, length, length, IODMA_OUT, &address),
            lies[i].want);
        expect_number("questions", asked, lies[i].asked);
        if (lies[i].want == IODMA_OK) {
            expect_number("address", address, lies[i].lie.physical[0]);
        } else {
            expect_number("address", address, 77);
            expect_reason(lies[i].want, lies[i].rule, IODMA_ARGUMENT_POINTER);
            expect_untouched();
        }
        asked = 0;
        expect_status("hand over",
                      iodma_map_sync(&bus, arena, length, IODMA_OUT),
                      lies[i].want);
        expect_number("questions", asked, lies[i].asked);
    }
}

/* A cache whose controller does not come to an end. */
static void test_unfinished(void)
{
    hal_address address = 5;

    begin("maintenance that does not end: Timeout, and no address");
    recorded_status = IODMA_TIMEOUT;
    expect_status(
        "map",
        iodma_map(&bus, NULL, &arena[STALE], 64, 64, IODMA_OUT, &address),
        IODMA_TIMEOUT);
    expect_number("address", address, 5);
    expect_number("rule", reason.rule, IODMA_RULE_MAINTENANCE);
    expect_status("hand over",
                  iodma_map_sync(&bus, &arena[STALE], 64, IODMA_OUT),
                  IODMA_TIMEOUT);
    expect_status("take back",
                  iodma_map_sync(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_TIMEOUT);
    expect_status("unmap", iodma_unmap(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_TIMEOUT);
    recorded_status = IODMA_OK;
}

/* The device may write there but not read, the CPU may read but not write. */
static void test_nobody(void)
{
    hal_address address = 5;

    begin("memory that nobody may use is seen all the same: NotWritable");
    regions[0].writable = false;
    expect_status(
        "map",
        iodma_map(&bus, NULL, &arena[SECRET], 64, 64, IODMA_IN, &address),
        IODMA_NOT_WRITABLE);
    expect_reason(IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE,
                  IODMA_ARGUMENT_POINTER);
    expect_number("address", address, 5);
    expect_status("hand over",
                  iodma_map_sync(&bus, &arena[SECRET], 64, IODMA_OUT),
                  IODMA_OK);
    regions[0].writable = true;
}

int main(void)
{
    place();
    test_good();
    test_done();
    test_const();
    test_buffers();
    test_refused();
    test_nameless();
    test_no_cache();
    test_pointers();
    test_bus();
    test_frames();
    test_kinds();
    test_before_uncached();
    test_translated();
    test_generous();
    test_lies();
    test_unfinished();
    test_nobody();
    return check_result();
}
