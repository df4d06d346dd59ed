/* SPDX-License-Identifier: MIT */
/* E3: a cache line that is not all the window's is never given to a device
   that writes; what shares it is bounced, and little else. Nobody loses a byte,
   whatever the cache does meanwhile. */
#include "dma/bounce.h"
#include "dma/map.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/incoherent.h"
#include "tests/model/model_mapper.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <string.h>

enum { SEGMENTS = 12 };

static struct iodma_command command;
static struct iodma_memory memory;
static struct iodma_bus bus;
static struct hal_bus hal;
static struct hal_aperture aperture;
static struct hal_segment list[SEGMENTS];
static uint32_t listed;

/* Take the board's bus as `hal` says. */
static void take_bus(uint32_t granule)
{
    expect_status("bus", iodma_bus_init(&bus, &hal, granule), IODMA_OK);
    expect_status("facts", iodma_bus_check(&bus, NULL), IODMA_OK);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
}

static void lend_fixture(void)
{
    expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
}

static void make_bus(uint32_t line, bool snooped)
{
    hal = fixture_hal_bus;
    aperture = fixture_aperture;
    aperture.snooped = snooped;
    hal.apertures = &aperture;
    hal.cache = &incoherent_cache;
    incoherent_reset(line);
    sparse_reset();
    take_bus(0);
    lend_fixture();
}

static void attach(const struct iodma_spec *spec, uint32_t mapping,
                   struct iodma_memory *to)
{
    struct iodma_spec mapped = *spec;

    mapped.mapping = mapping;
    expect_command(&command, &bus, &mapped);
    expect_attached_only(&command, to);
}

static enum iodma_status prepare(hal_address offset, hal_address length)
{
    return iodma_command_prepare(&command, offset, length, true, true);
}

static void make_list(void)
{
    listed = fixture_list(&command, list, SEGMENTS);
}

/* Lists -------------------------------------------------------------------- */

#define ANY         SPEC(host64, 64, 0, 1, 1, 1)
#define INTERNAL(n) SPEC(host64, 64, 0, 1, 1, n)

/* clang-format off */
static const struct {
    const char *what;
    uint32_t line;
    struct iodma_spec spec;
    uint32_t mapping;
    bool snooped;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    bool no_pages, no_runs; /* storage used up */
    enum iodma_status want;
    unsigned rung;
    unsigned pages; /* of the pool */
    struct hal_segment list[SEGMENTS];
} lists[] = {
    { "E3: lines of 32 bytes", 32, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0x10 }, { 0x10020, 0xE0 }, { 0x100040, 0x10 } } },
    { "E3: lines of 64 bytes", 64, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0x30 }, { 0x10040, 0xC0 }, { 0x100040, 0x10 } } },
    { "E3: lines of 128 bytes", 128, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0x70 }, { 0x10080, 0x80 }, { 0x100080, 0x10 } } },
    { "E3: direction InOut", 64, ANY, 0, false, IODMA_INOUT,
      { { 0x10000, 0x44 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100040, 4 } } },
    { "E3: direction None is treated like both", 64, ANY, 0, false, IODMA_NONE,
      { { 0x10004, 0x7C } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100004, 0x3C }, { 0x10040, 0x40 } } },
    { "E3: outbound edges need nothing", 64, ANY, 0, false, IODMA_OUT,
      { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_DIRECT, 0,
      { { 0x10010, 0x100 } } },
    { "E3: snooped edges need nothing", 64, ANY, IODMA_MAPPED, true, IODMA_IN,
      { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_DIRECT, 0,
      { { 0x10010, 0x100 } } },
    { "E3: unless the master does not snoop", 64, ANY, IODMA_NON_COHERENT,
      true, IODMA_IN, { { 0x10010, 0x100 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1,
      { { 0x100010, 0x30 }, { 0x10040, 0xC0 }, { 0x100040, 0x10 } } },
    { "E3: an alignment inside above the line", 64, INTERNAL(256), 0, false,
      IODMA_IN, { { 0x10010, 0x400 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0xF0 }, { 0x10100, 0x300 }, { 0x100100, 0x10 } } },
    { "E3: where no line is foreign that alignment bounces nothing", 64,
      INTERNAL(256), 0, false, IODMA_IN, { { 0x10040, 0x1C0 } }, false, false,
      IODMA_OK, RUNG_DIRECT, 0, { { 0x10040, 0x1C0 } } },
    { "E3: a tail that begins before its extent", 64, INTERNAL(256), 0, false,
      IODMA_IN, { { 0x10040, 0x30 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100040, 0x30 } } },
    { "E3: a head that has its line, and not its unit", 64, INTERNAL(256), 0,
      false, IODMA_IN, { { 0x10040, 0x110 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1, { { 0x10040, 0xC0 }, { 0x100100, 0x50 } } },
    { "E3: and a tail", 64, INTERNAL(256), 0, false, IODMA_IN,
      { { 0x10010, 0x130 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0xF0 }, { 0x10100, 0x40 } } },
    { "E3: an extent inside one line", 64, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x10 } }, false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0x10 } } },
    { "E3: ranges that touch, in order, are one extent", 64, ANY, 0, false,
      IODMA_IN, { { 0x10020, 0x10 }, { 0x10030, 0x50 } }, false, false,
      IODMA_OK, RUNG_SPLIT, 1, { { 0x100020, 0x20 }, { 0x10040, 0x40 } } },
    { "E3: and have the line between them", 64, ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x10010, 0x30 } }, false, false, IODMA_OK,
      RUNG_DIRECT, 0, { { 0x10000, 0x40 } } },
    { "E3: two extents share a foreign line", 64, ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x10020, 0x10 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1, { { 0x100000, 0x10 }, { 0x100060, 0x10 } } },
    { "E3: a line that two extents have together is bounced for both", 64,
      ANY, 0, false, IODMA_IN, { { 0x10020, 0x20 }, { 0x10000, 0x20 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1, { { 0x100020, 0x40 } } },
    { "E3: also with other ranges in between", 64, ANY, 0, false, IODMA_IN,
      { { 0x10020, 0x60 }, { 0x20000, 0x40 }, { 0x10000, 0x20 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100020, 0x20 }, { 0x10040, 0x40 }, { 0x20000, 0x40 },
        { 0x100040, 0x20 } } },
    { "E3: a line but for one byte", 64, ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x10011, 0x2F } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1, { { 0x100000, 0x10 }, { 0x100051, 0x2F } } },
    { "E3: an extent in two lines that are not its own", 64, ANY, 0, false,
      IODMA_IN, { { 0x10020, 0x30 }, { 0x10000, 0x20 } }, false, false,
      IODMA_OK, RUNG_SPLIT, 1, { { 0x100020, 0x30 }, { 0x100080, 0x20 } } },
    { "E3: a line of two extents, with what is near it", 64, INTERNAL(128), 0,
      false, IODMA_IN,
      { { 0x10020, 0x30 }, { 0x30000, 0x80 }, { 0x10000, 0x20 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100020, 0x30 }, { 0x30000, 0x80 }, { 0x100080, 0x20 } } },
    { "E3: edges, and pages out of reach", 64,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0,
      false, IODMA_IN, { { FAR - 0xff0, 0x1800 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1,
      { { 0x100010, 0x30 }, { FAR - 0xfc0, 0xFC0 }, { 0x100040, 0x810 } } },
    { "E3: edges behind a page out of reach", 64,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      0, false, IODMA_IN, { { FAR, 0x1000 }, { 0x10010, 0x40 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 2,
      { { 0x100000, 0x1000 }, { 0x102010, 0x40 } } },
    { "E3: edges of another page than those", 64,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false, IODMA_IN,
      { { FAR + 0x40, 0x40 }, { 0x10010, 0x40 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1,
      { { 0x100040, 0x40 }, { 0x100090, 0x40 } } },
    { "E3: edges in too many segments, a whole buffer", 64,
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 2), 0, false,
      IODMA_IN, { { 0x10010, 0x100 } }, false, false, IODMA_OK, RUNG_WHOLE, 1,
      { { 0x100000, 0x100 } } },
    { "E3: no pages for edges, a whole buffer", 64, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x1100 } }, true, false, IODMA_OK, RUNG_WHOLE,
      FIXTURE_PAGES, { { 0x200000, 0x1100 } } },
    { "E3: nor for a buffer of one page", 64, ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, true, false, IODMA_NO_RESOURCES, 0,
      FIXTURE_PAGES, { { 0, 0 } } },
    { "E3: nor runs", 64, ANY, 0, false, IODMA_IN, { { 0x10010, 0x1100 } },
      true, true, IODMA_NO_RESOURCES, 0, FIXTURE_PAGES, { { 0, 0 } } },

    { "E3: by default a misaligned range inside takes a whole buffer", 64,
      INTERNAL(64), 0, false, IODMA_OUT,
      { { 0x10000, 0x80 }, { 0x20020, 0x40 }, { 0x30000, 0x80 } }, false,
      false, IODMA_OK, RUNG_WHOLE, 1, { { 0x100000, 0x140 } } },
    { "E3: the least bounce takes that range", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x80 }, { 0x20020, 0x40 }, { 0x30000, 0x80 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x80 }, { 0x100080, 0x40 }, { 0x30000, 0x80 } } },
    { "E3: the least bounce gathers a unit", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x50 }, { 0x20010, 0x10 }, { 0x30000, 0x60 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100040, 0x80 } } },
    { "E3: and goes on where the phase is right again", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x50 }, { 0x20000, 0x10 }, { 0x30020, 0x60 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100040, 0x40 }, { 0x30040, 0x40 } } },
    { "E3: the least bounce keeps the first byte's phase", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10004, 0x7C }, { 0x20010, 0x44 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1, { { 0x10004, 0x7C }, { 0x100080, 0x44 } } },
    { "E3: of the least bounce, units out of reach", 64,
      SPEC(host64, REACH_BITS, 0, 1, 1, 64), IODMA_LEAST_BOUNCE, false,
      IODMA_OUT,
      { { 0x10000, 0x40 }, { FAR, 0x40 }, { 0x20000, 0x40 } }, false, false,
      IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100040, 0x40 }, { 0x20000, 0x40 } } },
    { "E3: of the least bounce, several stretches in a page", 64,
      INTERNAL(64), IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x40 }, { 0x20010, 0x40 }, { 0x30000, 0x40 },
        { 0x40010, 0x40 } },
      false, false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100040, 0x40 }, { 0x30000, 0x40 },
        { 0x100080, 0x40 } } },
    { "E3: of the least bounce, what a page just holds", 64,
      INTERNAL(64), IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x40 }, { 0x20010, 0x800 }, { 0x40010, 0x800 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x10000, 0x40 }, { 0x100000, 0x1000 } } },
    { "E3: of the least bounce, what no page holds", 64,
      INTERNAL(64), IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x40 }, { 0x20010, 0x800 }, { 0x40010, 0x840 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 2,
      { { 0x10000, 0x40 }, { 0x100040, 0xFC0 }, { 0x102000, 0x80 } } },
    { "E3: of the least bounce, lines that are foreign", 64, ANY,
      IODMA_LEAST_BOUNCE, false, IODMA_IN, { { 0x10010, 0x100 } }, false,
      false, IODMA_OK, RUNG_SPLIT, 1,
      { { 0x100010, 0x30 }, { 0x10040, 0xC0 }, { 0x100040, 0x10 } } },
    { "E3: the least bounce of nothing is nothing", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_IN,
      { { 0x10000, 0x80 }, { 0x20000, 0x40 } }, false, false, IODMA_OK,
      RUNG_DIRECT, 0, { { 0x10000, 0x80 }, { 0x20000, 0x40 } } },
    { "E3: the least bounce without pages, a whole buffer", 64, INTERNAL(64),
      IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x1080 }, { 0x20020, 0x40 }, { 0x30000, 0x80 } }, true,
      false, IODMA_OK, RUNG_WHOLE, FIXTURE_PAGES, { { 0x200000, 0x1140 } } },
    { "E3: a length that is not aligned is no unit's matter", 64,
      SPEC(host64, 64, 0, 1, 4, 64), IODMA_LEAST_BOUNCE, false, IODMA_OUT,
      { { 0x10000, 0x46 }, { 0x20006, 2 } }, false, false, IODMA_OK,
      RUNG_SPLIT, 1, { { 0x10000, 0x40 }, { 0x100040, 8 } } },
};
/* clang-format on */

static void listing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        enum iodma_status status;

        check_case(lists[i].what);
        make_bus(lists[i].line, lists[i].snooped);
        fixture_use_up(lists[i].no_pages, lists[i].no_runs);
        memory = row_memory(lists[i].ranges, lists[i].direction);
        attach(&lists[i].spec, lists[i].mapping, &memory);
        status = prepare(0, 0);
        expect_status("prepare", status, lists[i].want);
        expect_number("pages", fixture_pages_taken(), lists[i].pages);
        if (status != IODMA_OK)
            continue;
        make_list();
        expect_number("rung", fixture_rung(&command), lists[i].rung);
        expect_segments("the list", list, listed, lists[i].list,
                        row_count(lists[i].list, SEGMENTS));
        expect_completed(&command);
        expect_number("pages",
                      fixture_pages_taken() + fixture_run_pages_taken(),
                      lists[i].no_pages ? FIXTURE_PAGES : 0);
        expect_number("loans", fixture_loans_taken(), 0);
    }
}

/* Buffers ------------------------------------------------------------------ */

static const struct iodma_spec any = ANY;

static void expect_rung(struct iodma_memory *of, hal_address offset,
                        hal_address length, unsigned rung)
{
    attach(&any, IODMA_MAPPED, of);
    expect_status("prepare", prepare(offset, length), IODMA_OK);
    expect_number("rung", fixture_rung(&command), rung);
    expect_completed(&command);
    expect_cleared(&command);
}

static struct iodma_memory buffer(hal_address address, hal_address capacity,
                                  hal_address length)
{
    struct iodma_memory made;

    made = buffer_of(address, capacity, length, IODMA_IN);
    return made;
}

static void capacity(void)
{
    static const struct iodma_range range = { 0x10000, 0x40 };
    struct iodma_memory whole = buffer(0x20000, 0x80, 0x44);
    struct iodma_memory less = buffer(0x20000, 0x7F, 0x44);
    struct iodma_memory other = buffer(0x30000, 0x40, 0x10);
    struct iodma_memory sub;
    struct iodma_memory ranges;
    struct iodma_memory *members[3] = { &whole, &ranges, &other };
    struct iodma_memory multi;
    struct iodma_memory *part[1] = { &sub };
    struct iodma_memory outer;

    make_bus(64, false);
    expect_rung(&whole, 0, 0, RUNG_DIRECT);
    expect_rung(&whole, 0x10, 0x20, RUNG_DIRECT);
    expect_rung(&less, 0, 0, RUNG_SPLIT);
    expect_rung(&less, 0, 0x30, RUNG_DIRECT);

    check_case("E3: a part of a buffer has no more than its bytes");
    sub = part_of(&whole, 0, 0x44, IODMA_IN);
    expect_rung(&sub, 0, 0, RUNG_SPLIT);
    expect_rung(&sub, 0, 0x40, RUNG_DIRECT);
    multi = several_of(members, 1, IODMA_IN);
    expect_rung(&multi, 0, 0, RUNG_DIRECT);
    sub = part_of(&multi, 0, 0x44, IODMA_IN);
    expect_rung(&sub, 0, 0, RUNG_SPLIT);
    sub = part_of(&multi, 0, 0x30, IODMA_IN);
    outer = several_of(part, 1, IODMA_IN);
    expect_rung(&outer, 0, 0, RUNG_SPLIT);

    check_case("E3: a buffer among several has its capacity");
    ranges = memory_of(&range, 1, IODMA_IN);
    multi = several_of(members, 3, IODMA_IN);
    expect_rung(&multi, 0, 0, RUNG_DIRECT);
    expect_rung(&multi, 0x10, 0x74, RUNG_DIRECT);
    expect_rung(&multi, 0x10, 0x40, RUNG_SPLIT);
    members[0] = &less;
    multi = several_of(members, 3, IODMA_IN);
    expect_rung(&multi, 0, 0, RUNG_SPLIT);
    expect_rung(&multi, 0x44, 0, RUNG_DIRECT);
}

/* However much of the unit it lies in is not. */
static void capacity_in_a_unit(void)
{
    static const struct iodma_spec spec = INTERNAL(256);
    static const struct iodma_range range = { 0x10000, 0x44 };
    static const struct hal_segment want[] = {
        { 0x100000, 0x44 },
        { 0x20000, 0x44 },
    };
    struct iodma_memory whole = buffer(0x20000, 0x80, 0x44);
    struct iodma_memory ranges;
    struct iodma_memory *members[] = { &ranges, &whole };

    make_bus(64, false);
    ranges = memory_of(&range, 1, IODMA_IN);
    memory = several_of(members, 2, IODMA_IN);
    attach(&spec, IODMA_MAPPED, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_completed(&command);
}

/* The line between two buffers side by side is neither's, unless their bytes
   are one extent that has all of it. */
static void touching_buffers(void)
{
    struct iodma_memory lower = buffer(0x20000, 0x60, 0x44);
    struct iodma_memory upper = buffer(0x20060, 0x60, 0x44);
    struct iodma_memory *members[] = { &upper, &lower };
    struct iodma_memory multi;

    make_bus(64, false);
    multi = several_of(members, 2, IODMA_IN);
    expect_rung(&multi, 0, 0, RUNG_SPLIT);
    expect_rung(&multi, 0, 0x44, RUNG_SPLIT);
    make_bus(32, false);
    expect_rung(&multi, 0, 0, RUNG_DIRECT);
    expect_rung(&multi, 0, 0x44, RUNG_DIRECT);
    make_bus(64, false);
    lower = buffer(0x20000, 0x60, 0x60);
    upper = buffer(0x20060, 0x60, 0x60);
    members[0] = &lower;
    members[1] = &upper;
    multi = several_of(members, 2, IODMA_IN);
    expect_rung(&multi, 0, 0, RUNG_DIRECT);
}

/* One capacity holds a line that two parts of the window share: it is that
   buffer's, however its bytes are used. */
static void capacity_of_both(void)
{
    static const struct iodma_range two = { 0x20020, 0x10 };
    struct iodma_memory all = buffer(0x20000, 0x80, 0x20);
    struct iodma_memory ranges;
    struct iodma_memory *members[] = { &ranges, &all };

    make_bus(64, false);
    ranges = memory_of(&two, 1, IODMA_IN);
    memory = several_of(members, 2, IODMA_IN);
    expect_rung(&memory, 0, 0, RUNG_DIRECT);
    expect_rung(&memory, 0x10, 0x20, RUNG_DIRECT);
    members[0] = &all;
    members[1] = &ranges;
    memory = several_of(members, 2, IODMA_IN);
    expect_rung(&memory, 0, 0, RUNG_DIRECT);
}

/* Memory that the CPU does not cache has no lines. */
static void uncached(void)
{
    static const struct hal_region regions[] = {
        { 0, 0x1ffff, HAL_WRITE_BACK, true, &sparse_window },
        { 0x20000, 0x2ffff, HAL_UNCACHED, true, &sparse_window },
        { 0x30000, 0x3ffff, HAL_WRITE_THROUGH, true, &sparse_window },
        { 0x40000, FIXTURE_LAST, HAL_WRITE_BACK, true, &sparse_window },
    };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10010, 0x10 },
        { 0x20010, 0x10 },
        { 0x30010, 0x10 },
    };
    static const struct hal_segment want[] = {
        { 0x100010, 0x10 },
        { 0x20010, 0x10 },
        { 0x100050, 0x10 },
    };
    static const struct iodma_range one[ROW_RANGES] = { { 0x20010, 0x33 } };

    make_bus(64, false);
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    take_bus(0);
    lend_fixture();
    memory = row_memory(ranges, IODMA_IN);
    attach(&any, IODMA_MAPPED, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_completed(&command);
    memory = row_memory(one, IODMA_INOUT);
    expect_rung(&memory, 0, 0, RUNG_DIRECT);
    attach(&any, IODMA_NON_COHERENT, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    expect_number("rung", fixture_rung(&command), RUNG_DIRECT);
    incoherent_maintained = 0;
    expect_completed(&command);
    expect_number("nothing is maintained", incoherent_maintained, 0);
}

/* Costs -------------------------------------------------------------------- */

static hal_address shown; /* bytes of the client's that windows were for */

static void *counting_open(hal_address address, hal_address *length)
{
    void *pointer = sparse_window.open(address, length);

    if (address >= 0x1000000 && address < 0x2000000)
        shown += *length;
    return pointer;
}

static const struct hal_window counting_window = {
    .open = counting_open,
    .close = NULL,
};

static void few_copied(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x1000004, 0x10000 },
    };
    struct hal_window window = counting_window;
    struct hal_region region = *fixture_hal_bus.regions;
    hal_address cell_bytes = 0x40;

    make_bus(64, false);
    window.close = sparse_window.close;
    region.window = &window;
    hal.regions = &region;
    take_bus(0);
    lend_fixture();
    memory = row_memory(ranges, IODMA_IN);
    attach(&any, IODMA_MAPPED, &memory);
    shown = 0;
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    expect_number("pages", fixture_pages_taken(), 1);
    expect_number("loans", fixture_loans_taken(), 2);
    expect_number("cleaned, and copied out", shown,
                  0x10000 - cell_bytes + cell_bytes);
    shown = 0;
    expect_completed(&command);
    expect_number("dropped, and copied in", shown,
                  0x10000 - cell_bytes + cell_bytes);
    shown = 0;
    expect_status("prepare", iodma_command_prepare(&command, 0, 0, false, true),
                  IODMA_OK);
    expect("copied out, 126 bytes at most", shown != 0 && shown <= 126);
    shown = 0;
    expect_status("complete", iodma_command_complete(&command, false, true),
                  IODMA_OK);
    expect("copied in, 126 bytes at most", shown != 0 && shown <= 126);
}

/* A pool of small pages. */
static void small_pages(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10010, 0x100 },
        { 0x20000, 0x44 },
    };
    static const struct hal_segment want[] = {
        { 0x400010, 0x30 }, { 0x10040, 0xC0 }, { 0x400040, 0x10 },
        { 0x20000, 0x40 },  { 0x400080, 4 },
    };
    static struct iodma_bounce pool;
    static uint32_t words[IODMA_BLOCK_WORDS(8)];
    static struct hal_loan loans[3];

    make_bus(64, false);
    expect_status("pool",
                  iodma_bounce_init(&pool, 0x400000, 8 * 64, 64, words, loans,
                                    HAL_COUNT_OF(loans)),
                  IODMA_OK);
    take_bus(64);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    memory = row_memory(ranges, IODMA_IN);
    attach(&any, IODMA_MAPPED, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_number("pages", iodma_bounce_in_use(&pool), 3);
    expect_completed(&command);
    expect_number("pages", iodma_bounce_in_use(&pool), 0);
}

/* A page that an aperture shows in part is not reached. */
static void half_a_page(void)
{
    static const struct hal_aperture two[] = {
        { 0x10800, 0x207ff, 0x10800, HAL_READ | HAL_WRITE, true },
        { 0x100000, 0x2fffff, 0x100000, HAL_READ | HAL_WRITE, true },
    };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10800, 0x1000 },
        { 0x400000, 0x100 },
        { 0x20000, 0x900 },
    };
    static const struct hal_segment want[] = {
        { 0x100800, 0x800 },
        { 0x11000, 0x800 },
        { 0x102000, 0xa00 },
    };

    make_bus(64, true);
    hal.apertures = two;
    hal.aperture_count = HAL_COUNT_OF(two);
    take_bus(0);
    lend_fixture();
    memory = row_memory(ranges, IODMA_IN);
    attach(&any, IODMA_MAPPED, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    make_list();
    expect_number("rung", fixture_rung(&command), RUNG_SPLIT);
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_completed(&command);
}

/* A mapper reaches everything; alignments are the device's all the same. */
static void least_mapped(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR, 0x40 },
        { FAR + 0x20020, 0x40 },
        { FAR + 0x30000, 0x40 },
    };
    static const struct hal_segment want[] = {
        { MODEL_MAPPER_FIRST, 0x40 },
        { MODEL_MAPPER_FIRST + 0x1040, 0x40 },
        { MODEL_MAPPER_FIRST + 0x2000, 0x40 },
    };
    static const struct iodma_spec spec = SPEC(host64, REACH_BITS, 0, 1, 1, 64);
    static struct model_mapper model;
    static uint32_t words[IODMA_BLOCK_WORDS(16)];
    struct iodma_mapper mapper;

    make_bus(64, true);
    model_mapper_init(&model);
    expect_status(
        "mapper",
        iodma_mapper_init(&mapper, &model.mapper, hal.lock, words, 16),
        IODMA_OK);
    expect_status("bus", iodma_bus_map_through(&bus, &mapper), IODMA_OK);
    memory = row_memory(ranges, IODMA_IN);
    attach(&spec, IODMA_LEAST_BOUNCE, &memory);
    expect_status("prepare", prepare(0, 0), IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_completed(&command);
    expect_model_mapper_empty(&model);
}

/* Transfers under a cache that does what it may ------------------------------
 */

/* Memory that is looked at byte by byte; in the middle of it the reach of 25
   bits ends. The window's ranges lie within. */
enum { BYTES = 0x400, MARGIN = 0x80, RANGES = 6 };
#define BASE ((hal_address)0x1FFFE00)

static struct round {
    uint64_t seed;
    uint32_t line, internal, direction;
    bool narrow, least, one_loan;
    struct iodma_range ranges[RANGES];
    hal_address capacity[RANGES]; /* 0: no buffer */
    uint32_t count;
    uint32_t offset, length; /* of the window */
    struct iodma_memory members[RANGES];
    struct iodma_memory *pointers[RANGES];
    bool taken[BYTES];         /* by a range or a capacity           */
    bool mine[BYTES];          /* in the window                      */
    bool owned[BYTES];         /* that, or capacity                  */
    uint8_t expected[BYTES];   /* what the CPU finds, if it is no    */
    hal_address client[BYTES]; /* of each byte of the window, where  */
    hal_address place[BYTES];  /* and where the device finds it      */
    bool bounced[BYTES];       /* as rule E3 says                    */
} drawn;

static unsigned tally[3];
static unsigned parts_taken;
static unsigned parts_refused;

static bool is_free(hal_address from, hal_address to)
{
    if (from < MARGIN || to > BYTES - MARGIN)
        return false;
    for (hal_address i = from; i < to; i++) {
        if (drawn.taken[i])
            return false;
    }
    return true;
}

static void draw_ranges(uint64_t *seed)
{
    hal_address behind = MARGIN;

    for (unsigned tries = 0; tries < 12 && drawn.count < RANGES; tries++) {
        hal_address from = MARGIN + random_below(seed, BYTES - 2 * MARGIN);
        hal_address length = 1 + random_below(seed, 150);
        hal_address more =
            random_below(seed, 4) == 0 ? 1 + random_below(seed, 80) : 0;

        if (random_below(seed, 3) == 0)
            from = behind;
        if (random_below(seed, 3) == 0)
            from -= from % 32;
        if (random_below(seed, 3) == 0)
            length += (0 - from - length) % 32;
        if (!is_free(from, from + length + more))
            continue;
        memset(drawn.taken + from, true, (size_t)(length + more));
        behind = from + length + more;
        drawn.ranges[drawn.count] = (struct iodma_range){ BASE + from, length };
        drawn.capacity[drawn.count++] = more == 0 ? 0 : length + more;
    }
}

/* What of the window is where, and what it owns. */
static void mark_window(void)
{
    hal_address at = 0;

    for (uint32_t r = 0; r < drawn.count; r++) {
        hal_address from = drawn.ranges[r].address - BASE;
        bool used = false;

        for (hal_address k = 0; k < drawn.ranges[r].length; k++, at++) {
            if (at < drawn.offset || at >= drawn.offset + drawn.length)
                continue;
            drawn.client[at - drawn.offset] = BASE + from + k;
            drawn.mine[from + k] = true;
            drawn.owned[from + k] = true;
            used = true;
        }
        for (hal_address k = 0; used && k < drawn.capacity[r]; k++)
            drawn.owned[from + k] = true;
    }
}

static void draw(uint64_t *seed)
{
    uint64_t start = *seed;
    uint32_t total = 0;

    memset(&drawn, 0, sizeof drawn);
    drawn.seed = start;
    drawn.line = 32u << random_below(seed, 3);
    drawn.internal = random_below(seed, 3) == 0 ? 256 : 1;
    drawn.direction = random_below(seed, 4);
    drawn.narrow = random_below(seed, 4) == 0;
    drawn.least = random_below(seed, 3) == 0;
    drawn.one_loan = random_below(seed, 8) == 0;
    while (drawn.count == 0)
        draw_ranges(seed);
    for (uint32_t i = 0; i < drawn.count; i++)
        total += (uint32_t)drawn.ranges[i].length;
    drawn.offset = random_below(seed, 2) ? 0 : random_below(seed, total);
    drawn.length = total - drawn.offset;
    if (random_below(seed, 2) == 0)
        drawn.length = 1 + random_below(seed, drawn.length);
    mark_window();
}

/* One descriptor of each range, behind one another. */
static void make_memory(void)
{
    for (uint32_t i = 0; i < drawn.count; i++) {
        const struct iodma_range *range = &drawn.ranges[i];

        if (drawn.capacity[i] != 0)
            drawn.members[i] = buffer_of(range->address, drawn.capacity[i],
                                         range->length, IODMA_IN);
        else
            drawn.members[i] = memory_of(range, 1, IODMA_IN);
        drawn.pointers[i] = &drawn.members[i];
    }
    memory = several_of(drawn.pointers, drawn.count, drawn.direction);
}

/* Rule E3, byte by byte -----------------------------------------------------
 */

static hal_address granularity(void)
{
    return drawn.line > drawn.internal ? drawn.line : drawn.internal;
}

/* Of one buffer. */
static bool in_capacity(hal_address line)
{
    for (uint32_t i = 0; i < drawn.count; i++) {
        if (drawn.ranges[i].address <= line &&
            line + drawn.line <= drawn.ranges[i].address + drawn.capacity[i])
            return true;
    }
    return false;
}

/* Is the line of this byte of an extent [start, end) not its own? */
static bool foreign(hal_address address, hal_address start, hal_address end)
{
    hal_address line = address - address % drawn.line;

    return drawn.direction != IODMA_OUT &&
           (line < start || line + drawn.line > end) && !in_capacity(line);
}

static bool reached(hal_address address)
{
    return !drawn.narrow || address >> 25 == 0;
}

static uint32_t extent_end(uint32_t from, uint32_t to)
{
    uint32_t end = from + 1;

    while (end < to && drawn.client[end] == drawn.client[from] + (end - from))
        end++;
    return end;
}

static void judge_extents(void)
{
    hal_address g = granularity();

    for (uint32_t from = 0, to; from < drawn.length; from = to) {
        hal_address start = drawn.client[from];
        hal_address end;
        bool head, tail;

        to = extent_end(from, drawn.length);
        end = start + (to - from);
        head = start % drawn.line != 0 && foreign(start, start, end);
        tail = end % drawn.line != 0 && foreign(end - 1, start, end);
        for (uint32_t i = from; i < to; i++) {
            hal_address address = drawn.client[i];

            drawn.bounced[i] = !reached(address) ||
                               (head && address / g == start / g) ||
                               (tail && address / g == end / g);
        }
    }
}

static void judge_units(void)
{
    hal_address g = granularity();
    hal_address base = drawn.client[0];

    for (uint32_t from = 0, to; from < drawn.length; from = to) {
        hal_address start = drawn.client[from];
        hal_address end;
        bool direct;

        to = from + 1;
        while (to < drawn.length && (base + to) % g != 0)
            to++;
        end = start + (to - from);
        direct = extent_end(from, to) == to &&
                 (start - (base + from)) % g == 0 && reached(end - 1);
        /* Only the first and the last one may begin or end in a line. */
        if (direct && start % drawn.line != 0)
            direct = from == 0 && !foreign(start, start, end);
        if (direct && end % drawn.line != 0)
            direct = to == drawn.length && !foreign(end - 1, start, end);
        for (uint32_t i = from; i < to; i++)
            drawn.bounced[i] = !direct;
    }
}

static bool anything_bounced(void)
{
    for (uint32_t i = 0; i < drawn.length; i++) {
        if (drawn.bounced[i])
            return true;
    }
    return false;
}

/* Do bytes i - 1 and i, both bounced, have one loan? */
static bool goes_on(uint32_t i)
{
    return drawn.least || drawn.client[i] == drawn.client[i - 1] + 1;
}

static unsigned stretches(void)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < drawn.length; i++) {
        if (drawn.bounced[i] &&
            (i == 0 || !drawn.bounced[i - 1] || !goes_on(i)))
            count++;
    }
    return count;
}

/* Storage is as the bytes are modulo this. */
static hal_address phases(void)
{
    return granularity() > 64 ? granularity() : 64;
}

/* One byte of the window: it goes the way it should; a stretch lies in one
   piece, and has lines of its own. */
static bool place_holds(uint32_t i)
{
    hal_address place = drawn.place[i];
    hal_address phase = drawn.least ? drawn.client[0] + i : drawn.client[i];

    if (!drawn.bounced[i])
        return expect_number("direct", place, drawn.client[i]);
    if (!expect("bounced", place >= 0x100000 && place < 0x300000) ||
        !expect_number("its phase", place % phases(), phase % phases()))
        return false;
    for (uint32_t k = i; k-- != 0;) {
        if (!drawn.bounced[k])
            continue;
        if (k == i - 1 && goes_on(i))
            return expect_number("it goes on", place, drawn.place[k] + 1);
        return expect("lines of its own",
                      place / drawn.line != drawn.place[k] / drawn.line);
    }
    return true;
}

/* The rung that was taken, and what went which way. */
static bool places_hold(void)
{
    unsigned rung = fixture_rung(&command);

    judge_extents();
    if (drawn.internal == 1 &&
        !expect_number("direct", rung == RUNG_DIRECT, !anything_bounced()))
        return false;
    if (drawn.least && rung != RUNG_DIRECT)
        judge_units();
    if (rung == RUNG_WHOLE)
        return expect("a split would do",
                      drawn.internal != 1 ||
                          (drawn.one_loan && stretches() > 1));
    if (!expect_number("loans", fixture_loans_taken(), stretches()))
        return false;
    for (uint32_t i = 0; i < drawn.length; i++) {
        if (!place_holds(i))
            return false;
    }
    return true;
}

/* From anywhere, however little is asked for, pieces are the same. */
static bool pieces_hold(uint64_t *seed)
{
    for (unsigned i = 0; i < 8; i++) {
        uint32_t at = random_below(seed, drawn.length);
        hal_address most = 1 + random_below(seed, 40);
        struct iodma_piece piece;
        struct iodma_place place;

        iodma_piece_seek(&command.plan, &place, at);
        if (!expect("piece", iodma_piece_next(&command.plan, &place,
                                              smaller(at + most, drawn.length),
                                              &piece)) ||
            !expect("no more than asked for",
                    piece.length != 0 && piece.length <= most) ||
            !expect_number("the place",
                           iodma_piece_position(&command.plan, &place),
                           at + piece.length))
            return false;
        for (uint32_t k = 0; k < piece.length; k++) {
            if (!expect_number("storage", piece.storage + k,
                               drawn.place[at + k]) ||
                !expect("on loan or not", piece.lent == (drawn.place[at + k] !=
                                                         drawn.client[at + k])))
                return false;
        }
    }
    return true;
}

/* The adversary and the bytes ------------------------------------------------
 */

/* The cache does something. */
static void weather(uint64_t *seed)
{
    uint32_t what = random_below(seed, 4);

    if ((what & 1) != 0)
        incoherent_evict();
    if ((what & 2) != 0)
        incoherent_refill();
}

static void cpu_writes(hal_address i, uint64_t *seed)
{
    drawn.expected[i] = (uint8_t)random_below(seed, 256);
    *sparse_byte(BASE + i) = drawn.expected[i];
}

/* All that is not the window's, nor a buffer's. */
static void neighbours_write(uint64_t *seed)
{
    for (hal_address i = 0; i < BYTES; i++) {
        if (!drawn.owned[i] && random_below(seed, 2) == 0)
            cpu_writes(i, seed);
    }
    weather(seed);
}

static bool device_sees(void)
{
    for (uint32_t i = 0; i < drawn.length; i++) {
        if (!expect_number("a byte for the device",
                           *incoherent_byte(drawn.place[i]),
                           drawn.expected[drawn.client[i] - BASE]))
            return false;
    }
    return true;
}

static void device_writes(uint32_t from, uint32_t to, uint64_t *seed)
{
    for (uint32_t i = from; i < to && drawn.direction != IODMA_OUT; i++) {
        uint8_t byte = (uint8_t)random_below(seed, 256);

        *incoherent_byte(drawn.place[i]) = byte;
        drawn.expected[drawn.client[i] - BASE] = byte;
    }
    weather(seed);
}

static bool cpu_sees(const char *what, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (!expect_number(what, *sparse_byte(drawn.client[i]),
                           drawn.expected[drawn.client[i] - BASE]))
            return false;
    }
    return true;
}

static bool all_there(void)
{
    incoherent_evict();
    incoherent_refill();
    for (hal_address i = 0; i < BYTES; i++) {
        if (drawn.owned[i] && !drawn.mine[i])
            continue;
        if (!expect_number(drawn.mine[i] ? "a byte of the window"
                                         : "a neighbour",
                           *sparse_byte(BASE + i), drawn.expected[i]) ||
            !expect_number("and in memory", *incoherent_byte(BASE + i),
                           drawn.expected[i]))
            return false;
    }
    return true;
}

/* Parts of the window, while the device has the rest (E12) -------------------
 */

/* Does a line hold bytes of the part, and others that the device may write? */
static bool line_is_split(uint32_t from, uint32_t to)
{
    if (drawn.direction == IODMA_OUT)
        return false;
    for (uint32_t i = from; i < to; i++) {
        for (uint32_t k = 0; k < drawn.length; k++) {
            if ((k < from || k >= to) &&
                drawn.place[i] / drawn.line == drawn.place[k] / drawn.line)
                return true;
        }
    }
    return false;
}

/* The CPU takes a part, writes it, and gives it back; the device goes on
   elsewhere. */
static bool part_holds(uint64_t *seed)
{
    uint32_t from = random_below(seed, drawn.length);
    uint32_t to = from + 1 + random_below(seed, drawn.length - from);
    enum iodma_status status;
    uint8_t bytes[BYTES];

    if (random_below(seed, 2) == 0) {
        while (from > 0 && drawn.place[from] % drawn.line != 0)
            from--;
        while (to < drawn.length && drawn.place[to] % drawn.line != 0)
            to++;
    }
    status =
        iodma_command_synchronize_range(&command, from, to - from, IODMA_IN);
    if (line_is_split(from, to)) {
        parts_refused++;
        return expect_status("in", status, IODMA_NOT_ALIGNED) &&
               expect_number(
                   "nor is it written",
                   iodma_command_write_bytes(&command, from, bytes, to - from),
                   0) &&
               expect_status("nor given back",
                             iodma_command_synchronize_range(
                                 &command, from, to - from, IODMA_OUT),
                             IODMA_NOT_ALIGNED);
    }
    parts_taken++;
    if (!expect_status("in", status, IODMA_OK) ||
        !cpu_sees("a byte of the part", from, to))
        return false;
    for (uint32_t i = from; i < to; i++)
        cpu_writes(drawn.client[i] - BASE, seed);
    weather(seed);
    device_writes(0, from, seed);
    device_writes(to, drawn.length, seed);
    if (!expect_status("out",
                       iodma_command_synchronize_range(&command, from,
                                                       to - from, IODMA_OUT),
                       IODMA_OK))
        return false;
    weather(seed);
    if (!device_sees())
        return false;
    if (drawn.direction == IODMA_OUT)
        return true;
    for (uint32_t i = 0; i < to - from; i++)
        bytes[i] = (uint8_t)random_below(seed, 256);
    device_writes(0, from, seed);
    if (!expect_number(
            "write",
            iodma_command_write_bytes(&command, from, bytes, to - from),
            to - from))
        return false;
    for (uint32_t i = from; i < to; i++)
        drawn.expected[drawn.client[i] - BASE] = bytes[i - from];
    weather(seed);
    return device_sees();
}

/* A round --------------------------------------------------------------------
 */

static bool take_places(void)
{
    hal_address offset = 0;
    uint32_t at = 0;

    while (offset < drawn.length) {
        uint32_t count = 3;

        if (!expect_status("gen", fixture_gen(&command, &offset, list, &count),
                           IODMA_OK))
            return false;
        for (uint32_t i = 0; i < count; i++) {
            for (hal_address k = 0; k < list[i].length; k++)
                drawn.place[at++] = list[i].address + k;
        }
    }
    return expect_number("bytes listed", at, drawn.length);
}

static bool round_holds(uint64_t *seed, bool in_parts)
{
    struct iodma_spec spec =
        SPEC(host64, drawn.narrow ? 25 : 64, 0, 1, 1, drawn.internal);
    bool holds;

    make_bus(drawn.line, false);
    if (drawn.one_loan)
        fixture_leave_loans(1);
    make_memory();
    (void)incoherent_byte(BASE);
    (void)incoherent_byte(BASE + BYTES - 1);
    for (hal_address i = 0; i < BYTES; i++)
        cpu_writes(i, seed);
    attach(&spec, drawn.least ? IODMA_LEAST_BOUNCE : IODMA_MAPPED, &memory);
    if (!expect_status("prepare", prepare(drawn.offset, drawn.length),
                       IODMA_OK))
        return false;
    tally[fixture_rung(&command)]++;
    weather(seed);
    holds =
        take_places() && places_hold() && pieces_hold(seed) && device_sees();
    neighbours_write(seed);
    device_writes(0, drawn.length, seed);
    if (holds && random_below(seed, 2) == 0) {
        holds = expect_status("synchronize",
                              iodma_command_synchronize(&command, IODMA_IN),
                              IODMA_OK);
        weather(seed);
        device_writes(0, drawn.length, seed);
    }
    neighbours_write(seed);
    for (unsigned i = 0; holds && in_parts && i < 3; i++) {
        holds = part_holds(seed);
        neighbours_write(seed);
    }
    expect_completed(&command);
    holds = holds && cpu_sees("a byte from the device", 0, drawn.length);
    neighbours_write(seed);
    holds = holds && all_there();
    expect_cleared(&command);
    return holds && expect_fixture_free();
}

static void print_drawn(void)
{
    printf("# seed %s: line %u, internal %u, direction %u%s%s%s\n",
           hex(drawn.seed), (unsigned)drawn.line, (unsigned)drawn.internal,
           (unsigned)drawn.direction, drawn.narrow ? ", narrow" : "",
           drawn.least ? ", least" : "", drawn.one_loan ? ", one loan" : "");
    for (uint32_t i = 0; i < drawn.count; i++)
        printf("#   { %s, %s } of %s\n", hex(drawn.ranges[i].address),
               hex(drawn.ranges[i].length), hex(drawn.capacity[i]));
    printf("#   window %u, %u\n", (unsigned)drawn.offset,
           (unsigned)drawn.length);
}

static void rounds(unsigned count, uint64_t seed, bool in_parts)
{
    for (unsigned i = 0; i < count; i++) {
        draw(&seed);
        if (!round_holds(&seed, in_parts)) {
            print_drawn();
            return;
        }
    }
}

int main(void)
{
    listing();
    check_case("E3: a buffer's declared capacity is its own");
    capacity();
    check_case("E3: so it is beside a range that is bounced");
    capacity_in_a_unit();
    check_case("E3: a line of two buffers' capacities");
    touching_buffers();
    check_case("E3: a line of one buffer's capacity, with other bytes in it");
    capacity_of_both();
    check_case("E1: memory that is not cached has no lines");
    uncached();
    check_case("E3: of 64 KiB that are misaligned by 4, 64 bytes are copied");
    few_copied();
    check_case("E3: cells of 64 bytes");
    small_pages();
    check_case("E3: a page that is reached in part is out of reach");
    half_a_page();
    check_case("E3: the least bounce behind a mapper");
    least_mapped();
    check_case("E3: nobody loses a byte, and no more is bounced than must be");
    rounds(600, 1, false);
    check_case("E12: nor if parts are handed over meanwhile");
    rounds(600, 2, true);
    printf("# %u direct, %u split, %u whole; %u parts, %u refused\n",
           tally[RUNG_DIRECT], tally[RUNG_SPLIT], tally[RUNG_WHOLE],
           parts_taken, parts_refused);
    for (unsigned i = 0; i < HAL_COUNT_OF(tally); i++)
        expect("every rung was used often", tally[i] > 50);
    expect("parts were taken often, and refused",
           parts_taken > 100 && parts_refused > 100);
    return check_result();
}
