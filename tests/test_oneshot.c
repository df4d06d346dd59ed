/* SPDX-License-Identifier: MIT */
/*
 * Defends iodma_map and iodma_unmap: the device gets the address under which it
 * sees the buffer, with its bytes in memory; the CPU gets what the device
 * wrote, and keeps what lies beside it.
 */
#include "tests/oneshot_world.h"

/* Buffers that are mapped -------------------------------------------------- */

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

        begin_case(good[i].what);
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

    begin_case("a 64-byte frame in a 1536-byte buffer drops its lines, not 24");
    expect_status(
        "map", iodma_map(&bus, NULL, pointer, 1536, 1518, IODMA_IN, &address),
        IODMA_OK);
    forget();
    expect_status("unmap", iodma_unmap(&bus, pointer, 64, IODMA_IN), IODMA_OK);
    expect_done('i', cpu_address(pointer), 64, *pointer, 0, 1);

    begin_case("a device that wrote nothing: nothing is dropped");
    expect_status("unmap", iodma_unmap(&bus, pointer, 0, IODMA_IN), IODMA_OK);
    expect_done(0, 0, 0, 0, 0, 1);

    begin_case("a device that only read: nothing is dropped, whatever is done");
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

    begin_case("const bytes go out, by a call without a cast");
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
    begin_case("a static buffer made by IODMA_KIND_BUFFER owns its lines");
    expect_mapped("packet", packet, sizeof packet, 1518);
    expect_number("the line that is meant is the bus's", iodma_bus_line(&bus),
                  IODMA_LINE);

    begin_case("so do members of a struct, in an array of them");
    expect_mapped("first", two_ports[0].first, sizeof two_ports[0].first, 1);
    expect_mapped("second", two_ports[1].second, sizeof two_ports[1].second,
                  IODMA_LINE);
}

/* A cache whose controller does not come to an end. */
static void test_unfinished(void)
{
    hal_address address = 5;

    begin_case("maintenance that does not end: Timeout, and no address");
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

    begin_case("memory that nobody may use is seen all the same: NotWritable");
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
    test_unfinished();
    test_nobody();
    return check_result();
}
