/* SPDX-License-Identifier: MIT */
/* Every kind of descriptor is one string of bytes, however it is nested: a
   table that asks of each byte where it is says the same as the walk, the
   summary, the copies and the lists of commands. */
#include "dma/map.h"
#include "dma/shortcuts.h"
#include "dma/walk.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

#define PAGE ((hal_address)0x1000)
#define TOP  HAL_ADDRESS_MAX
#define END  HIGHEST_END(1)

static const struct iodma_spec plain_spec = SPEC(host64, 64, 0, 1, 1, 1);

/* What a summary says, where there is one. */
static void expect_summary(const char *what, hal_address got, hal_address want)
{
    if (IODMA_SHORTCUTS)
        (void)expect_number(what, got, want);
}

/* A translation ------------------------------------------------------------ */

/* From VIRTUAL on, pages lie anywhere; a page of 0 is missing. */
#define VIRTUAL ((hal_address)0x7000000)

static const hal_address no_pages[32];
static hal_address mapped[32];
static hal_address mapped_page = PAGE;

static bool scramble(hal_address address, hal_address *physical,
                     hal_address *length)
{
    hal_address page = (address - VIRTUAL) / mapped_page;
    hal_address within = (address - VIRTUAL) % mapped_page;

    if (address < VIRTUAL || page >= HAL_COUNT_OF(mapped) || mapped[page] == 0)
        return false;
    *physical = mapped[page] + within;
    *length = smaller(*length, mapped_page - within);
    return true;
}

static const struct hal_translation translation = { scramble };

static void map(const hal_address *pages, size_t count, hal_address page_size)
{
    memcpy(mapped, no_pages, sizeof mapped);
    memcpy(mapped, pages, count * sizeof pages[0]);
    mapped_page = page_size;
}

static const hal_address four_pages[] = { 0x30000, 0x31000, 0x20000, 0x50000 };

static void map_four(void)
{
    map(four_pages, HAL_COUNT_OF(four_pages), PAGE);
}

static struct iodma_memory virtual(const struct iodma_range *ranges,
                                   uint32_t count, uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status("virtual",
                  iodma_memory_init_virtual(&memory, &translation, ranges,
                                            count, direction, NULL, 0),
                  IODMA_OK);
    return memory;
}

/* The spec's cases --------------------------------------------------------- */

static void expect_map_length(const struct iodma_memory *memory,
                              hal_address offset, hal_address length)
{
    hal_address first = 77;

    expect_number("length", iodma_memory_map_length(memory, PAGE, &first),
                  length);
    expect_number("offset", first, offset);
    expect_number("length alone", iodma_memory_map_length(memory, PAGE, NULL),
                  length);
}

static void case_68(void)
{
    static const struct iodma_range range = { 0x12000, 2 };
    struct iodma_memory memory = memory_of(&range, 1, IODMA_INOUT);

    expect_map_length(&memory, 0, PAGE);
}

static void case_69(void)
{
    static const struct iodma_range range = { 0x12000 + PAGE - 2, 4 };
    struct iodma_memory memory = memory_of(&range, 1, IODMA_INOUT);

    expect_map_length(&memory, PAGE - 2, 2 * PAGE);
}

/* Pages 4 to 7, then 0 to 3. */
static const struct iodma_range eight_pages[] = {
    { 0x14000, 4 * PAGE },
    { 0x10000, 4 * PAGE },
};

static void case_70(void)
{
    struct iodma_memory all = memory_of(eight_pages, 2, IODMA_INOUT);
    struct iodma_memory two = part_of(&all, 3 * PAGE, 2 * PAGE, all.direction);

    expect_map_length(&all, 0, 8 * PAGE);
    expect_map_length(&two, 0, 2 * PAGE);
}

static void case_71(void)
{
    static const hal_address pages[] = { 0x13000, 0x17000, 0x10000, 0x13000 };
    static uint8_t bytes[4 * 0x1000];
    struct iodma_memory all = memory_of(eight_pages, 2, IODMA_INOUT);
    struct iodma_memory two = part_of(&all, 3 * PAGE, 2 * PAGE, all.direction);
    struct iodma_memory one = part_of(&all, 7 * PAGE, PAGE, all.direction);
    struct iodma_memory *members[] = { &all, &two, &one };
    struct iodma_memory multi = several_of(members, 3, IODMA_INOUT);

    expect_map_length(&multi, 0, 11 * PAGE);
    expect_number("read",
                  iodma_memory_read(&multi, fixture_bouncing_bus(), 7 * PAGE,
                                    bytes, sizeof bytes),
                  sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (!expect_number("a byte", bytes[i],
                           sparse_fresh(pages[i / PAGE] + i % PAGE)))
            break;
    }
}

static void map_length_of_virtual(void)
{
    static const struct iodma_range ranges[] = { { VIRTUAL + 0x800, 0x2000 } };
    struct iodma_memory memory = virtual(ranges, 1, IODMA_INOUT);

    map_four();
    expect_map_length(&memory, 0x800, 3 * PAGE);
    expect_number("in larger pages",
                  iodma_memory_map_length(&memory, 4 * PAGE, NULL), 8 * PAGE);
}

/* Virtual descriptors --------------------------------------------------------
 */

static void expect_extents(const struct iodma_memory *memory, hal_address from,
                           const struct iodma_extent *want, size_t count)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;

    expect_status("begin", iodma_walk_begin(&walk, memory, from), IODMA_OK);
    for (size_t i = 0; i < count; i++) {
        expect_status("next", iodma_walk_next(&walk, TOP, &extent), IODMA_OK);
        expect_number("offset", extent.offset, want[i].offset);
        expect_number("address", extent.address, want[i].address);
        expect_number("length", extent.length, want[i].length);
    }
    expect_status("the end", iodma_walk_next(&walk, TOP, &extent),
                  IODMA_OVERRUN);
}

static void walk_virtual(void)
{
    static const struct iodma_range ranges[] = {
        { VIRTUAL + 0x800, 0x2000 },
        { VIRTUAL + 0x3000, 0 },
        { VIRTUAL + 0x3000, 0x10 },
    };
    static const struct iodma_extent want[] = {
        { 0, 0x30800, 0x1800 },
        { 0x1800, 0x20000, 0x800 },
        { 0x2000, 0x50000, 0x10 },
    };
    static const struct iodma_extent later[] = {
        { 0x1900, 0x20100, 0x700 },
        { 0x2000, 0x50000, 0x10 },
    };
    struct iodma_memory memory = virtual(ranges, 3, IODMA_INOUT);

    map_four();
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_OK);
    expect_extents(&memory, 0, want, HAL_COUNT_OF(want));
    expect_extents(&memory, 0x1900, later, HAL_COUNT_OF(later));
    expect_summary("lowest", memory.summary.lowest, 0x20000);
    expect_summary("highest", memory.summary.highest, 0x5000F);
    expect_summary("longest", memory.summary.longest, 0x1800);
}

/* Addresses may be translated next to each other though they are not. */
static void walk_virtual_ranges_that_join(void)
{
    static const struct iodma_range ranges[] = {
        { VIRTUAL + 0x1F00, 0x100 },
        { VIRTUAL, 0x100 },
    };
    static const hal_address pages[] = { 0x32000, 0x31000 };
    static const struct iodma_extent want[] = { { 0, 0x31F00, 0x200 } };
    struct iodma_memory memory = virtual(ranges, 2, IODMA_INOUT);

    map(pages, HAL_COUNT_OF(pages), PAGE);
    expect_extents(&memory, 0, want, HAL_COUNT_OF(want));
}

static void walk_untranslated(void)
{
    static const struct iodma_range range = { 0x12345, 0x100 };
    static const struct iodma_extent want[] = { { 0, 0x12345, 0x100 } };
    struct iodma_memory memory = { .length = 77 };

    expect_status("init",
                  iodma_memory_init_virtual(&memory, NULL, &range, 1,
                                            IODMA_INOUT, NULL, 0),
                  IODMA_OK);
    expect("it is not ready", !iodma_memory_ready(&memory));
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_OK);
    expect("it is ready", iodma_memory_ready(&memory));
    expect_extents(&memory, 0, want, HAL_COUNT_OF(want));
}

/* Says of every byte that the rest of its page follows it, whatever was
   asked. */
static bool to_page_end(hal_address address, hal_address *physical,
                        hal_address *length)
{
    *physical = address + PAGE;
    *length = PAGE - address % PAGE;
    return true;
}

static void translated_generously(void)
{
    static const struct hal_translation generous = { to_page_end };
    static const struct iodma_range range = { 0x10000, PAGE };
    static const struct iodma_spec any = IODMA_SPEC(iodma_output_host64, 0, 0);
    struct iodma_memory memory = { .members = NULL };
    struct iodma_command command;
    struct hal_segment segment;
    hal_address offset = 0;
    uint32_t count = 1;

    expect_status("init",
                  iodma_memory_init_virtual(&memory, &generous, &range, 1,
                                            IODMA_OUT, NULL, 0),
                  IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_command(&command, fixture_bus(), &any);
    expect_attached_only(&command, &memory);
    expect_status("prepare",
                  iodma_command_prepare(&command, 0, 0x10, true, true),
                  IODMA_OK);
    expect_status("list", fixture_gen(&command, &offset, &segment, &count),
                  IODMA_OK);
    expect_number("address", segment.address, 0x10000 + PAGE);
    expect_number("no more than the window", segment.length, 0x10);
    expect_number("offset", offset, 0x10);
    expect_cleared(&command);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
}

static void expect_same(const char *what, const struct iodma_memory *got,
                        const struct iodma_memory *want)
{
    expect(what, memcmp(got, want, sizeof *got) == 0);
}

/* What is there is where it is named, so that its address says nothing of the
   page behind it. */
static void identity_that_ends(void)
{
    static const struct iodma_range range = { VIRTUAL + 3 * PAGE, 2 * PAGE };
    struct iodma_memory memory = virtual(&range, 1, IODMA_INOUT);

    map_four();
    mapped[3] = VIRTUAL + 3 * PAGE;
    mapped[4] = 0;
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    mapped[4] = VIRTUAL + 4 * PAGE;
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_OK);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
    mapped[4] = 0;
}

static void missing_translation(void)
{
    static const struct iodma_range ranges[] = {
        { VIRTUAL, 0x10 },
        { VIRTUAL + 4 * PAGE - 8, 0x10 },
    };
    struct iodma_memory memory = virtual(ranges, 2, IODMA_INOUT);
    struct iodma_memory before;

    map_four();
    memcpy(&before, &memory, sizeof before);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_same("nothing changed", &memory, &before);
    mapped[0] = 0;
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_same("nothing changed", &memory, &before);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_NOT_READY);
}

/* What has been translated is not any more: that is no end of a list. */
static void lost_translation(void)
{
    static const struct iodma_spec listed_only = IODMA_SPEC_THROUGH(
        IODMA_ITERATE_ONLY, NULL, iodma_output_host64, 64, 0);
    static const struct iodma_range range = { VIRTUAL, 0x10 };
    struct iodma_memory memory = virtual(&range, 1, IODMA_OUT);
    struct iodma_command command;
    struct iodma_reason reason;
    struct hal_segment segment;
    hal_address offset = 0;
    uint32_t count = 1;

    map_four();
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_command(&command, fixture_bus(), &listed_only);
    iodma_command_explain(&command, &reason);
    expect_attached(&command, &memory);
    mapped[0] = 0;
    expect_status("list", fixture_gen(&command, &offset, &segment, &count),
                  IODMA_MESSAGE_TOO_LARGE);
    if (IODMA_REASONS)
        expect_status("recorded", (enum iodma_status)reason.status,
                      IODMA_MESSAGE_TOO_LARGE);
    expect_cleared(&command);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
}

static const struct iodma_range one_virtual = { VIRTUAL, 0x10 };
static const struct iodma_range missing_virtual = { VIRTUAL + 4 * PAGE, 0x10 };
static const struct iodma_range one_physical = { 0x60000, 0x10 };

/* All of several or none. */
static void partly_wired(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = memory_of(&one_physical, 1, IODMA_INOUT);
    struct iodma_memory third = virtual(&missing_virtual, 1, IODMA_INOUT);
    struct iodma_memory fourth = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second, &third, &fourth };
    struct iodma_memory multi = several_of(members, 4, IODMA_INOUT);
    struct iodma_memory *outer[] = { &fourth, &multi };
    struct iodma_memory both = several_of(outer, 2, IODMA_INOUT);
    struct iodma_memory before;

    map_four();
    memcpy(&before, &both, sizeof before);
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_same("nothing changed", &both, &before);
    expect_number("nor before it", multi.wired, 0);
    expect_number("first", first.wired, 0);
    expect_number("third", third.wired, 0);
    expect_number("fourth", fourth.wired, 0);

    mapped[4] = 0x70000;
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE), IODMA_OK);
    expect_number("first", first.wired, 1);
    expect_number("second needs none", second.wired, 0);
    expect_number("fourth, as often as it is there", fourth.wired, 2);
    expect_status("prepare again", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_OK);
    expect_number("the members count once", first.wired, 1);
    expect_summary("lowest", both.summary.lowest, 0x30000);
    expect_summary("highest", both.summary.highest, 0x7000F);
    expect_status("complete", iodma_memory_complete(&both), IODMA_OK);
    expect_number("first", first.wired, 1);
    expect_status("complete", iodma_memory_complete(&both), IODMA_OK);
    expect_number("first", first.wired, 0);
    expect_number("multi", multi.wired, 0);
    expect_number("fourth", fourth.wired, 0);
    expect_status("complete", iodma_memory_complete(&both), IODMA_NOT_READY);
}

static struct iodma_command command;

static void make_command(void)
{
    expect_command(&command, fixture_bouncing_bus(), &plain_spec);
}

static void set(struct iodma_memory *memory, bool prepare,
                enum iodma_status want)
{
    expect_status("set", iodma_command_set_memory(&command, memory, prepare),
                  want);
}

/* What a failure undoes was nobody's yet. */
/* Where the ranges touch, the leaf's own summary says nothing of the seam. */
static void parts_from_a_seam(void)
{
    static const struct iodma_range seam[] = { { 0x10000, 3 },
                                               { 0x10003, 0x1FD } };
    struct iodma_memory leaf = { .members = NULL };
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory inner, some, outer;
    struct iodma_memory *parts[] = { &some };

    for (unsigned wired = 0; wired < 2; wired++) {
        expect_status("leaf",
                      wired ? iodma_memory_init_virtual(&leaf, NULL, seam, 2,
                                                        IODMA_INOUT, NULL, 0)
                            : iodma_memory_init_ranges(&leaf, seam, 2,
                                                       IODMA_INOUT, NULL, 0),
                      IODMA_OK);
        inner = several_of(leaves, 1, IODMA_INOUT);
        some = part_of(&inner, 3, 0x80, inner.direction);
        outer = several_of(parts, 1, IODMA_INOUT);
        expect_status("prepare", iodma_memory_prepare(&some, IODMA_NONE),
                      IODMA_OK);
        expect_status("prepare", iodma_memory_prepare(&outer, IODMA_NONE),
                      IODMA_OK);
        expect_summary("the part's shape", some.summary.shape & 1, 1);
        expect_summary("the shape of several", outer.summary.shape & 1, 1);
    }
}

/* A member that several have prepared is theirs to complete. */
static void pinned_members(void)
{
    static const struct iodma_range range = { 0x10000, 0x100 };
    struct iodma_memory leaf = { .members = NULL };
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory multi;

    expect_status(
        "leaf",
        iodma_memory_init_virtual(&leaf, NULL, &range, 1, IODMA_INOUT, NULL, 0),
        IODMA_OK);
    multi = several_of(leaves, 1, IODMA_INOUT);
    expect_status("prepare", iodma_memory_prepare(&multi, IODMA_NONE),
                  IODMA_OK);
    expect_status("complete of the member", iodma_memory_complete(&leaf),
                  IODMA_BUSY);
    expect_status("prepare of the member",
                  iodma_memory_prepare(&leaf, IODMA_NONE), IODMA_OK);
    expect_status("its complete", iodma_memory_complete(&leaf), IODMA_OK);
    expect_status("one too many", iodma_memory_complete(&leaf), IODMA_BUSY);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_status("nothing is left", iodma_memory_complete(&leaf),
                  IODMA_NOT_READY);
    expect_status("the member's own", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_OK);
    expect_status("is its to complete", iodma_memory_complete(&leaf), IODMA_OK);
}

/* A translation may not lead past the end. */
static bool to_the_end(hal_address address, hal_address *physical,
                       hal_address *length)
{
    (void)length;
    *physical = address - 0x1000 + (END - 0xFF);
    return true;
}

static bool to_no_bytes(hal_address address, hal_address *physical,
                        hal_address *length)
{
    *physical = address;
    *length = 0;
    return true;
}

static void translated_to_no_bytes(void)
{
    static const struct hal_translation nothing = { to_no_bytes };
    static const struct iodma_range range = { 0x1000, 0x100 };
    struct iodma_memory memory = { .members = NULL };

    expect_status("init",
                  iodma_memory_init_virtual(&memory, &nothing, &range, 1,
                                            IODMA_IN, NULL, 0),
                  IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
}

static void translated_past_the_end(void)
{
    static const struct hal_translation last = { to_the_end };
    static const struct iodma_range fits = { 0x1000, 0xFF };
    static const struct iodma_range wraps = { 0x1000, 0x100 };
    struct iodma_memory memory = { .members = NULL };

    expect_status(
        "fits",
        iodma_memory_init_virtual(&memory, &last, &fits, 1, IODMA_IN, NULL, 0),
        IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_OK);
    expect_status(
        "wraps",
        iodma_memory_init_virtual(&memory, &last, &wraps, 1, IODMA_IN, NULL, 0),
        IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_number("wired", memory.wired, 0);
}

static void undone_though_attached(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&missing_virtual, 1, IODMA_INOUT);
    struct iodma_memory *inner[] = { &first };
    struct iodma_memory multi = several_of(inner, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &multi, &second };
    struct iodma_memory both = several_of(members, 2, IODMA_INOUT);

    map_four();
    make_command();
    set(&first, false, IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_number("first", first.wired, 0);
    expect_number("multi", multi.wired, 0);
}

static void physical_is_ready(void)
{
    struct iodma_memory memory = memory_of(&one_physical, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &memory };
    struct iodma_memory multi = several_of(members, 1, IODMA_INOUT);

    expect("ready", iodma_memory_ready(&memory) && iodma_memory_ready(&multi));
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_OUT),
                  IODMA_OK);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("nothing counts", memory.wired, 0);
    expect("it may be written", !memory.read_only);
}

/* clang-format off */
static const struct {
    const char *what;
    uint32_t own, first, second;
    bool read_only;
    enum iodma_status want; /* of the second */
} wirings[] = {
    { "Out, then In", IODMA_INOUT, IODMA_OUT, IODMA_IN, true,
      IODMA_NOT_WRITABLE },
    { "Out, then InOut", IODMA_INOUT, IODMA_OUT, IODMA_INOUT, true,
      IODMA_NOT_WRITABLE },
    { "Out, then Out", IODMA_INOUT, IODMA_OUT, IODMA_OUT, true, IODMA_OK },
    { "Out, then its own, which is Out", IODMA_OUT, IODMA_OUT, IODMA_NONE,
      true, IODMA_OK },
    { "Out, then its own, which is In", IODMA_IN, IODMA_OUT, IODMA_NONE, true,
      IODMA_NOT_WRITABLE },
    { "Out, then its own, which is None, like both", IODMA_NONE, IODMA_OUT,
      IODMA_NONE, true, IODMA_NOT_WRITABLE },
    { "its own, which is Out, then In", IODMA_OUT, IODMA_NONE, IODMA_IN, true,
      IODMA_NOT_WRITABLE },
    { "its own, which is None, then In", IODMA_NONE, IODMA_NONE, IODMA_IN,
      false, IODMA_OK },
    { "In, then Out", IODMA_OUT, IODMA_IN, IODMA_OUT, false, IODMA_OK },
    { "InOut, then Out", IODMA_OUT, IODMA_INOUT, IODMA_OUT, false, IODMA_OK },
    { "bits that are no direction", IODMA_INOUT, 0x100 | IODMA_OUT,
      0x40 | IODMA_IN, true, IODMA_NOT_WRITABLE },
};
/* clang-format on */

/* A virtual descriptor wired twice, by itself or within another. */
static void wire_twice(size_t i, bool within)
{
    const struct iodma_bus *bus = fixture_bouncing_bus();
    struct iodma_memory inner = virtual(&one_virtual, 1, wirings[i].own);
    struct iodma_memory *members[] = { &inner };
    struct iodma_memory outer = several_of(members, 1, wirings[i].own);
    struct iodma_memory *memory = within ? &outer : &inner;
    uint32_t wired = wirings[i].want == IODMA_OK ? 2 : 1;
    uint8_t byte = 0;

    map_four();
    expect_number("write, not prepared",
                  iodma_memory_write(memory, bus, 0, &byte, 1), 0);
    expect_number("read, not prepared",
                  iodma_memory_read(memory, bus, 0, &byte, 1), 0);
    expect_status("first", iodma_memory_prepare(memory, wirings[i].first),
                  IODMA_OK);
    expect_status("second", iodma_memory_prepare(memory, wirings[i].second),
                  wirings[i].want);
    expect_number("wired", memory->wired, wired);
    expect_number("read", iodma_memory_read(memory, bus, 0, &byte, 1), 1);
    expect_number("write", iodma_memory_write(memory, bus, 0, &byte, 1),
                  !wirings[i].read_only);
    expect_number("write by another name",
                  iodma_memory_write(&inner, bus, 0, &byte, 1),
                  !wirings[i].read_only);
    while (wired-- != 0)
        expect_status("complete", iodma_memory_complete(memory), IODMA_OK);
    expect_status("complete", iodma_memory_complete(memory), IODMA_NOT_READY);
    expect_number("the inner one", inner.wired, 0);
    expect_status("and the other way round",
                  iodma_memory_prepare(memory, IODMA_IN), IODMA_OK);
    expect_number("write", iodma_memory_write(memory, bus, 0, &byte, 1), 1);
}

/* A member that was prepared by somebody else, for Out. */
static void member_read_only(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second };
    struct iodma_memory multi = several_of(members, 2, IODMA_IN);

    map_four();
    expect_status("member", iodma_memory_prepare(&second, IODMA_OUT), IODMA_OK);
    expect_status("several", iodma_memory_prepare(&multi, IODMA_NONE),
                  IODMA_NOT_WRITABLE);
    expect_number("undone", first.wired, 0);
    expect_number("as before", second.wired, 1);
    expect("as before", second.read_only && !multi.read_only);
    expect_status("several, for Out", iodma_memory_prepare(&multi, IODMA_OUT),
                  IODMA_OK);
    expect_number("one more", second.wired, 2);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("one less", second.wired, 1);
    expect("still", second.read_only);
}

/* A part is prepared by itself, and only it has to be somewhere. */
static void wire_part(void)
{
    static const struct iodma_range range = { VIRTUAL + 3 * PAGE, 2 * PAGE };
    struct iodma_memory all = virtual(&range, 1, IODMA_INOUT);
    struct iodma_memory here = part_of(&all, 0, PAGE, all.direction);
    struct iodma_memory gone = part_of(&all, PAGE - 1, 2, all.direction);

    map_four();
    expect_status("all", iodma_memory_prepare(&all, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_status("gone", iodma_memory_prepare(&gone, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_status("here", iodma_memory_prepare(&here, IODMA_OUT), IODMA_OK);
    expect_summary("lowest", here.summary.lowest, 0x50000);
    gone = part_of(&here, 1, 2, here.direction);
    expect("a part of it is not ready", !iodma_memory_ready(&gone));
    expect("nor read only", !gone.read_only);
    expect_number("nor attached, nor wired", gone.users + gone.wired, 0);
}

/* As many prepares as are counted, and one more. */
static void wire_too_often(void)
{
    struct iodma_memory leaf = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory all = several_of(leaves, 1, IODMA_INOUT);

    map_four();
    for (uint32_t i = 0; i < UINT16_MAX; i++)
        (void)iodma_memory_prepare(&leaf, IODMA_NONE);
    expect_number("wired", leaf.wired, UINT16_MAX);
    expect_status("once more", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_BUSY);
    expect_status("by several", iodma_memory_prepare(&all, IODMA_NONE),
                  IODMA_BUSY);
    expect_number("wired", leaf.wired, UINT16_MAX);
    expect_number("pinned", leaf.pinned, 0);
    expect("several are not ready", !iodma_memory_ready(&all));
    expect_status("complete", iodma_memory_complete(&leaf), IODMA_OK);
    expect_status("and again", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_OK);
}

/* Commands and wiring ------------------------------------------------------ */

static void attached_is_busy(void)
{
    struct iodma_memory memory = virtual(&one_virtual, 1, IODMA_INOUT);

    map_four();
    make_command();
    set(&memory, false, IODMA_OK);
    expect_status("prepare, not wired",
                  iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_NOT_READY);
    expect_status("complete, not wired", iodma_memory_complete(&memory),
                  IODMA_NOT_READY);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_prepared(&command);
    expect_status("not the last one", iodma_memory_complete(&memory), IODMA_OK);
    expect_status("the last one", iodma_memory_complete(&memory), IODMA_BUSY);
    expect_completed(&command);
    expect_status("still attached", iodma_memory_complete(&memory), IODMA_BUSY);
    expect_number("wired", memory.wired, 1);
    expect_status("clear", iodma_command_clear_memory(&command, false),
                  IODMA_OK);
    expect_status("free", iodma_memory_complete(&memory), IODMA_OK);
    expect_number("wired", memory.wired, 0);
}

/* What several hold is not let go either. */
static void attached_member_is_busy(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second, &second };
    struct iodma_memory multi = several_of(members, 3, IODMA_INOUT);

    map_four();
    make_command();
    expect_status("wire", iodma_memory_prepare(&multi, IODMA_OUT), IODMA_OK);
    set(&second, false, IODMA_OK);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_BUSY);
    expect_number("several", multi.wired, 1);
    expect_number("first", first.wired, 1);
    expect_number("second", second.wired, 2);
    expect("read only as before", multi.read_only && first.read_only);
    expect_cleared(&command);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("first", first.wired, 0);
    expect_number("second", second.wired, 0);
    expect("nothing read only", !multi.read_only && !first.read_only);
}

static void counts(uint32_t a, uint32_t b)
{
    expect_number("commands that have the one", a, b);
}

static void attaching(void)
{
    struct iodma_memory one = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory other = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory unwired = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_command second;

    map_four();
    expect_status("wire", iodma_memory_prepare(&one, IODMA_NONE), IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&other, IODMA_NONE), IODMA_OK);
    make_command();
    set(&one, false, IODMA_OK);
    counts(one.users, 1);
    set(&one, true, IODMA_OK);
    counts(one.users, 1);
    set(&other, false, IODMA_BUSY);
    counts(one.users, 1);
    counts(other.users, 0);
    expect_completed(&command);
    set(&unwired, true, IODMA_NOT_READY);
    counts(one.users, 1);
    counts(unwired.users, 0);
    set(&other, false, IODMA_OK);
    counts(one.users, 0);
    counts(other.users, 1);

    expect_status("clone", iodma_command_clone(&command, &second, NULL),
                  IODMA_OK);
    counts(other.users, 1);
    expect_attached(&second, &other);
    counts(other.users, 2);
    expect_ended(&second);
    counts(other.users, 1);
    set(NULL, false, IODMA_OK);
    counts(other.users, 0);
    set(&other, true, IODMA_OK);
    expect_status("clear", iodma_command_clear_memory(&command, false),
                  IODMA_NOT_READY);
    counts(other.users, 1);
    expect_cleared(&command);
    counts(other.users, 0);
    expect_cleared(&command);
    counts(other.users, 0);
}

/* Two apertures side by side for the CPU and on the bus, one that is elsewhere
   on it, and one that the master may only read. */
static void bus_segments(void)
{
    static const struct hal_aperture apertures[] = {
        { 0x10000, 0x10FFF, 0x40000, HAL_READ | HAL_WRITE, true },
        { 0x11000, 0x11FFF, 0x41000, HAL_READ | HAL_WRITE, true },
        { 0x12000, 0x12FFF, 9 * FAR, HAL_READ, true },
    };
    static const struct iodma_range ranges[] = { { 0x10000, 0x2800 },
                                                 { 0x20000, 0x100 },
                                                 { 0x11800, 0x80 },
                                                 { 0x11880, 0x80 } };
    static const struct {
        const char *what;
        uint32_t direction;
        hal_address offset;
        enum iodma_status want;
        struct hal_segment segment;
    } rows[] = {
        { "a run ends with its aperture",
          IODMA_INOUT,
          0x800,
          IODMA_OK,
          { 0x40800, 0x800 } },
        { "and begins with it",
          IODMA_INOUT,
          0x1000,
          IODMA_OK,
          { 0x41000, 0x1000 } },
        { "out of memory that is only read",
          IODMA_OUT,
          0x2010,
          IODMA_OK,
          { 9 * FAR + 0x10, 0x7F0 } },
        { "into it", IODMA_IN, 0x2010, IODMA_MESSAGE_TOO_LARGE, { 0, 0 } },
        { "both ways", IODMA_NONE, 0x2010, IODMA_MESSAGE_TOO_LARGE, { 0, 0 } },
        { "in no aperture",
          IODMA_OUT,
          0x2800,
          IODMA_MESSAGE_TOO_LARGE,
          { 0, 0 } },
        { "ranges that touch are one",
          IODMA_OUT,
          0x2910,
          IODMA_OK,
          { 0x41810, 0xF0 } },
        { "the last byte", IODMA_OUT, 0x29FF, IODMA_OK, { 0x418FF, 1 } },
        { "behind it", IODMA_OUT, 0x2A00, IODMA_OVERRUN, { 0, 0 } },
        { "far behind it", IODMA_OUT, TOP, IODMA_OVERRUN, { 0, 0 } },
    };
    struct iodma_memory unwired = virtual(&one_virtual, 1, IODMA_INOUT);
    struct hal_bus hal = fixture_hal_bus;
    struct hal_segment segment = { 77, 88 };
    struct iodma_bus bus;

    hal.apertures = apertures;
    hal.aperture_count = HAL_COUNT_OF(apertures);
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct iodma_memory memory =
            memory_of(ranges, HAL_COUNT_OF(ranges), rows[i].direction);

        segment = (struct hal_segment){ 77, 88 };
        expect_status(
            rows[i].what,
            iodma_memory_segment(&memory, &bus, rows[i].offset, &segment),
            rows[i].want);
        if (rows[i].want != IODMA_OK)
            expect("as before", segment.address == 77 && segment.length == 88);
        else
            expect_segments(rows[i].what, &segment, 1, &rows[i].segment, 1);
    }

    map_four();
    segment = (struct hal_segment){ 77, 88 };
    expect_status("not wired",
                  iodma_memory_segment(&unwired, fixture_bus(), 0, &segment),
                  IODMA_NOT_READY);
    expect("as before", segment.address == 77 && segment.length == 88);
    expect_status("wire", iodma_memory_prepare(&unwired, IODMA_NONE), IODMA_OK);
    expect_status("wired",
                  iodma_memory_segment(&unwired, fixture_bus(), 4, &segment),
                  IODMA_OK);
    expect_number("its address", segment.address, 0x30004);
    expect_number("its length", segment.length, 0xC);
}

/* Bad input ------------------------------------------------------------------
 */

static const struct iodma_range three[] = {
    { 0x1000, 0x10 },
    { 0x3000, 0x20 },
    { 0x5000, 0x30 },
};
static const struct iodma_range wraps[] = { { TOP - 0xFFF, 0x1001 } };
static const struct iodma_range too_long[] = { { 0, TOP }, { 0, 1 } };

/* clang-format off */
static const struct {
    const char *what;
    const struct iodma_range *ranges;
    uint32_t count, direction;
    bool index;
    uint32_t index_count;
    enum iodma_status want;
} lists[] = {
    { "ranges", three, 3, IODMA_IN, false, 0, IODMA_OK },
    { "ranges with an index", three, 3, IODMA_IN, true, 2, IODMA_OK },
    { "an index of no entries", three, 3, IODMA_IN, true, 0, IODMA_OK },
    { "an index of more entries than ranges", three, 3, IODMA_IN, true, 9,
      IODMA_OK },
    { "an index of no ranges", NULL, 0, IODMA_IN, true, 4, IODMA_OK },
    { "entries, and no index", three, 3, IODMA_IN, false, 2,
      IODMA_BAD_ARGUMENT },
    { "no ranges, but some are announced", NULL, 1, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
    { "direction 4", three, 3, 4, false, 0, IODMA_BAD_ARGUMENT },
    { "a direction of all bits", three, 3, UINT32_MAX, false, 0,
      IODMA_BAD_ARGUMENT },
    { "a range that wraps", wraps, 1, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
    { "a range that wraps, and an index", wraps, 1, IODMA_IN, true, 1,
      IODMA_BAD_ARGUMENT },
    { "a sum that wraps", too_long, 2, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
};

static const struct {
    const char *what;
    hal_address address, capacity, length;
    uint32_t direction;
    enum iodma_status want;
} buffers[] = {
    { "a buffer", 0x1000, 0x100, 0x80, IODMA_IN, IODMA_OK },
    { "a full one", 0x1000, 0x100, 0x100, IODMA_NONE, IODMA_OK },
    { "an empty one", 0x1000, 0x100, 0, IODMA_INOUT, IODMA_OK },
    { "one of nothing", 0x1000, 0, 0, IODMA_OUT, IODMA_OK },
    { "one up to the highest end", 0x1000, END - 0x1000, 1, IODMA_OUT,
      IODMA_OK },
    { "a length over the capacity", 0x1000, 0x100, 0x101, IODMA_IN,
      IODMA_BAD_ARGUMENT },
    { "a capacity that wraps", 0x1000, END - 0xFFF, 0x100, IODMA_IN,
      IODMA_BAD_ARGUMENT },
    { "direction 4", 0x1000, 0x100, 0x100, 4, IODMA_BAD_ARGUMENT },
};

static const struct {
    const char *what;
    hal_address offset, length; /* of 0x60 */
    uint32_t direction;
    enum iodma_status want;
} parts[] = {
    { "a part", 0x10, 0x20, IODMA_OUT, IODMA_OK },
    { "all of it", 0, 0x60, IODMA_OUT, IODMA_OK },
    { "nothing at the end", 0x60, 0, IODMA_OUT, IODMA_OK },
    { "one more", 0x10, 0x51, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "nothing behind the end", 0x61, 0, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "an end that wraps", 0x10, TOP, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "an offset that wraps", TOP, 2, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "direction 4", 0x10, 0x20, 4, IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static struct iodma_memory victim;
static struct iodma_memory untouched;

/* A descriptor that nobody made. */
static void spoil(void)
{
    memset(&victim, 0xA5, sizeof victim);
    memcpy(&untouched, &victim, sizeof victim);
}

static void expect_made(enum iodma_status got, enum iodma_status want,
                        hal_address length, uint32_t direction)
{
    expect_status("init", got, want);
    if (want != IODMA_OK) {
        expect_same("it is as before", &victim, &untouched);
        return;
    }
    expect_number("length", iodma_memory_length(&victim), length);
    expect_number("direction", iodma_memory_direction(&victim), direction);
    expect_number("tag", iodma_memory_tag(&victim), 0);
    expect_number("attached", victim.users, 0);
    expect_number("wired", victim.wired, 0);
}

static void bad_input(void)
{
    hal_address index[9];
    struct iodma_memory parent = memory_of(three, 3, IODMA_INOUT);
    struct iodma_memory huge = { .members = NULL };
    struct iodma_memory *members[] = { &parent, &parent };
    struct iodma_memory *gap[] = { &parent, NULL };
    struct iodma_memory *long_ones[] = { &huge, &parent };

    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        hal_address length = lists[i].count == 3 ? 0x60 : 0;
        hal_address *entries = lists[i].index ? index : NULL;

        check_case(lists[i].what);
        spoil();
        expect_made(iodma_memory_init_ranges(&victim, lists[i].ranges,
                                             lists[i].count, lists[i].direction,
                                             entries, lists[i].index_count),
                    lists[i].want, length, lists[i].direction);
        spoil();
        expect_made(iodma_memory_init_virtual(
                        &victim, &translation, lists[i].ranges, lists[i].count,
                        lists[i].direction, entries, lists[i].index_count),
                    lists[i].want, length, lists[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_ranges(
                          NULL, lists[i].ranges, lists[i].count,
                          lists[i].direction, entries, lists[i].index_count),
                      IODMA_BAD_ARGUMENT);
        expect_status("nowhere",
                      iodma_memory_init_virtual(
                          NULL, &translation, lists[i].ranges, lists[i].count,
                          lists[i].direction, entries, lists[i].index_count),
                      IODMA_BAD_ARGUMENT);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(buffers); i++) {
        check_case(buffers[i].what);
        spoil();
        expect_made(iodma_memory_init_buffer(
                        &victim, buffers[i].address, buffers[i].capacity,
                        buffers[i].length, buffers[i].direction),
                    buffers[i].want, buffers[i].length, buffers[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_buffer(NULL, 0, 1, 1, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(parts); i++) {
        check_case(parts[i].what);
        spoil();
        expect_made(iodma_memory_init_sub(&victim, &parent, parts[i].offset,
                                          parts[i].length, parts[i].direction),
                    parts[i].want, parts[i].length, parts[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_sub(NULL, &parent, 0, 1, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
        spoil();
        expect_made(iodma_memory_init_sub(&victim, NULL, 0, 0, IODMA_IN),
                    IODMA_BAD_ARGUMENT, 0, 0);
    }

    check_case("several descriptors that make none");
    huge = buffer_of(0, TOP, TOP, IODMA_IN);
    spoil();
    expect_made(iodma_memory_init_multi(&victim, members, 2, 4),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, NULL, 1, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, gap, 2, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, long_ones, 2, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_status("nowhere",
                  iodma_memory_init_multi(NULL, members, 2, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_made(iodma_memory_init_multi(&victim, members, 2, IODMA_NONE),
                IODMA_OK, 0xC0, IODMA_NONE);
    expect_made(iodma_memory_init_multi(&victim, NULL, 0, IODMA_IN), IODMA_OK,
                0, IODMA_IN);
    expect_extents(&victim, 0, NULL, 0);
    expect_made(iodma_memory_init_multi(&victim, long_ones, 1, IODMA_IN),
                IODMA_OK, TOP, IODMA_IN);
}

/* A part is nobody's yet, whatever its parent is. */
static void part_is_new(void)
{
    struct iodma_memory memory = memory_of(three, 3, IODMA_INOUT);
    struct iodma_mapping mapping;

    expect_status("keep", iodma_mapping_keep(&memory, &mapping), IODMA_OK);
    make_command();
    set(&memory, true, IODMA_OK);
    victim = part_of(&memory, 0, 1, memory.direction);
    expect_number("attached", victim.users, 0);
    expect("it owns no mapping", !victim.mapping);
    expect_cleared(&command);
}

/* What is wired for both is, to the last member. */
static void wire_for_both(void)
{
    struct iodma_memory inner = virtual(&one_virtual, 1, IODMA_OUT);
    struct iodma_memory *members[] = { &inner };
    struct iodma_memory outer = several_of(members, 1, IODMA_NONE);

    map_four();
    expect_status("prepare", iodma_memory_prepare(&outer, IODMA_NONE),
                  IODMA_OK);
    expect("neither is read only", !inner.read_only && !outer.read_only);
}

static void tags(void)
{
    struct iodma_memory none = memory_of(three, 3, IODMA_IN);
    struct iodma_memory seven = memory_of(three, 3, IODMA_IN);
    struct iodma_memory eight = memory_of(three, 3, IODMA_IN);
    struct iodma_memory *members[] = { &none, &seven, &eight };
    struct iodma_memory memory;

    iodma_memory_set_tag(&seven, 7);
    iodma_memory_set_tag(&eight, 8);
    memory = part_of(&seven, 1, 2, seven.direction);
    expect_number("a part has its parent's", iodma_memory_tag(&memory), 7);
    memory = several_of(members, 3, IODMA_IN);
    expect_number("several, the first there is", iodma_memory_tag(&memory), 7);
    memory = several_of(members, 1, IODMA_IN);
    expect_number("or none", iodma_memory_tag(&memory), 0);
}

/* An index
 * --------------------------------------------------------------------- */

enum { MANY = 200 };

static struct iodma_range many[MANY];

/* The ranges that a seek may look at, with so many entries: those behind one
   entry. All others are made unusable. */
static void look_only_at(uint32_t i, uint32_t shift,
                         const struct iodma_range *kept)
{
    for (uint32_t k = 0; k < MANY; k++)
        many[k] = k >> shift == i >> shift
                      ? kept[k]
                      : (struct iodma_range){ 0xBAD00000, TOP >> 8 };
}

static void seeks_with(uint32_t entries, const struct iodma_memory *without,
                       const struct iodma_range *kept)
{
    static hal_address index[MANY + 1];
    struct iodma_memory with;
    uint32_t shift = 0;
    hal_address offset = 0;

    while ((MANY + (1u << shift) - 1) >> shift > entries)
        shift++;
    index[entries] = 0xABCD;
    expect_status(
        "init",
        iodma_memory_init_ranges(&with, many, MANY, IODMA_IN, index, entries),
        IODMA_OK);
    expect_number("no entry too many", index[entries], 0xABCD);
    for (hal_address at = 0; at < with.length; at++) {
        struct iodma_walk a;
        struct iodma_walk b;

        (void)iodma_walk_begin(&a, without, at);
        (void)iodma_walk_begin(&b, &with, at);
        iodma_walk_settle(&a);
        iodma_walk_settle(&b);
        if (!expect("the range", b.range == a.range) ||
            !expect_number("the place in it", b.within, a.within))
            break;
    }
    for (uint32_t i = 0; i < MANY; i++) {
        struct iodma_walk walk;

        if (kept[i].length == 0)
            continue;
        look_only_at(i, shift, kept);
        (void)iodma_walk_begin(&walk, &with, offset + kept[i].length - 1);
        iodma_walk_settle(&walk);
        if (!expect("found by few steps", walk.range == &many[i]))
            break;
        offset += kept[i].length;
    }
    memcpy(many, kept, sizeof many);
}

static void indexes(void)
{
    static const uint32_t entries[] = { 1, 2, 3, MANY / 16, MANY - 1, MANY };
    static struct iodma_range kept[MANY];
    struct iodma_memory without;
    uint64_t seed = 5;

    for (uint32_t i = 0; i < MANY; i++)
        many[i] =
            (struct iodma_range){ 0x10000 + 0x20 * i, random_below(&seed, 10) };
    many[0].length = 0;
    many[MANY - 1].length = 3;
    memcpy(kept, many, sizeof kept);
    without = memory_of(many, MANY, IODMA_IN);
    for (size_t i = 0; i < HAL_COUNT_OF(entries); i++)
        seeks_with(entries[i], &without, kept);
}

/* Nestings at random
 * ----------------------------------------------------------- */

/* Some of it is within reach of 25 bits. */
#define BASE UINT64_C(0x1FFFE80)

enum { NODES = 12, MOST_RANGES = 5, MOST_MEMBERS = 4, MOST_BYTES = 700 };

static struct node {
    struct iodma_memory memory;
    struct iodma_range ranges[MOST_RANGES];
    struct iodma_memory *members[MOST_MEMBERS];
    hal_address index[MOST_RANGES];
    hal_address bytes[MOST_BYTES]; /* where each is */
    uint32_t length;
    bool nested;
} nodes[NODES];

static uint64_t round_seed;

static hal_address translated(hal_address address)
{
    hal_address length = 1;

    (void)scramble(address, &address, &length);
    return address;
}

static void add_byte(struct node *node, hal_address address)
{
    node->bytes[node->length++] = address;
}

/* Ranges: some empty, some that touch. */
static uint32_t draw_ranges(struct node *node, uint64_t *seed, hal_address base,
                            bool is_virtual)
{
    uint32_t count = random_below(seed, MOST_RANGES + 1);
    hal_address address = base;

    for (uint32_t i = 0; i < count; i++) {
        hal_address length = random_below(seed, 4) ? random_below(seed, 90) : 0;

        if (random_below(seed, 2) == 0)
            address = base + random_below(seed, 0x300);
        node->ranges[i] = (struct iodma_range){ address, length };
        for (hal_address k = 0; k < length; k++)
            add_byte(node, is_virtual ? translated(address + k) : address + k);
        address += length;
    }
    return count;
}

static enum iodma_status draw_list(struct node *node, uint64_t *seed,
                                   uint32_t direction)
{
    uint32_t count = draw_ranges(node, seed, BASE, false);
    uint32_t entries = random_below(seed, MOST_RANGES + 1);

    return iodma_memory_init_ranges(&node->memory, node->ranges, count,
                                    direction, node->index, entries);
}

static enum iodma_status draw_virtual(struct node *node, uint64_t *seed,
                                      uint32_t direction)
{
    uint32_t count = draw_ranges(node, seed, VIRTUAL, true);
    uint32_t entries = random_below(seed, MOST_RANGES + 1);

    return iodma_memory_init_virtual(&node->memory, &translation, node->ranges,
                                     count, direction, node->index, entries);
}

static enum iodma_status draw_buffer(struct node *node, uint64_t *seed,
                                     uint32_t direction)
{
    hal_address address = BASE + random_below(seed, 0x300);
    hal_address length = random_below(seed, 200);

    for (hal_address k = 0; k < length; k++)
        add_byte(node, address + k);
    return iodma_memory_init_buffer(&node->memory, address,
                                    length + random_below(seed, 100), length,
                                    direction);
}

static enum iodma_status draw_part(struct node *node, uint64_t *seed,
                                   uint32_t direction)
{
    const struct node *parent =
        &nodes[random_below(seed, (uint32_t)(node - nodes))];
    uint32_t offset = random_below(seed, parent->length + 1);

    node->length = random_below(seed, parent->length - offset + 1);
    memcpy(node->bytes, parent->bytes + offset,
           node->length * sizeof node->bytes[0]);
    node->nested = true;
    return iodma_memory_init_sub(&node->memory, &parent->memory, offset,
                                 node->length, direction);
}

static enum iodma_status draw_several(struct node *node, uint64_t *seed,
                                      uint32_t direction)
{
    uint32_t count = 0;

    while (count < MOST_MEMBERS && random_below(seed, 6) != 0) {
        struct node *member =
            &nodes[random_below(seed, (uint32_t)(node - nodes))];

        if (node->length + member->length > MOST_BYTES)
            continue;
        memcpy(node->bytes + node->length, member->bytes,
               member->length * sizeof node->bytes[0]);
        node->length += member->length;
        node->members[count++] = &member->memory;
    }
    node->nested = true;
    return iodma_memory_init_multi(&node->memory, node->members, count,
                                   direction);
}

/* The first few are leaves. */
static void draw_node(struct node *node, uint64_t *seed, uint32_t direction)
{
    static enum iodma_status (*const kinds[])(struct node *, uint64_t *,
                                              uint32_t) = {
        draw_list, draw_virtual, draw_buffer, draw_part, draw_several,
    };
    uint32_t choice = node - nodes < 4 ? 3 : (uint32_t)HAL_COUNT_OF(kinds);

    node->length = 0;
    node->nested = false;
    expect_status("a node",
                  kinds[random_below(seed, choice)](node, seed, direction),
                  IODMA_OK);
}

static void draw(uint64_t *seed, uint32_t direction)
{
    round_seed = *seed;
    mapped_page = 64;
    for (size_t i = 0; i < HAL_COUNT_OF(mapped); i++)
        mapped[i] = BASE + 64 * (hal_address)random_below(seed, 16);
    for (struct node *node = nodes; node != nodes + NODES; node++)
        draw_node(node, seed, direction);
    for (struct node *node = nodes; node != nodes + NODES; node++)
        expect_status("prepare",
                      iodma_memory_prepare(&node->memory, IODMA_NONE),
                      IODMA_OK);
}

/* Bytes that are contiguous in the table, `most` at most. */
static hal_address contiguous(const struct node *node, hal_address at,
                              hal_address most)
{
    hal_address length = 1;

    while (length < most && at + length < node->length &&
           node->bytes[at + length] == node->bytes[at] + length)
        length++;
    return length;
}

/* A walk from an offset to the end, in pieces and with jumps. */
static bool walk_holds(const struct node *node, hal_address from,
                       uint64_t *seed)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;
    hal_address address = 0;
    hal_address at = from;
    bool plain = random_below(seed, 2) == 0;

    if (!expect_status("begin", iodma_walk_begin(&walk, &node->memory, from),
                       IODMA_OK))
        return false;
    while (at < node->length) {
        hal_address most = plain ? TOP : 1 + random_below(seed, 100);

        if (!plain && random_below(seed, 3) == 0) {
            hal_address jump =
                random_below(seed, (uint32_t)(node->length - at) + 1);

            at += jump;
            (void)iodma_walk_begin(&walk, &node->memory, at);
            if (at == node->length)
                break;
        }
        if (!plain && random_below(seed, 3) == 0 &&
            (!expect_number("look", iodma_walk_look(&walk, 1, &address), 1) ||
             !expect_number("the next byte", address, node->bytes[at])))
            return false;
        if (!expect_status("next", iodma_walk_next(&walk, most, &extent),
                           IODMA_OK) ||
            !expect_number("offset", extent.offset, at) ||
            !expect_number("address", extent.address, node->bytes[at]) ||
            !expect_number("length", extent.length, contiguous(node, at, most)))
            return false;
        at += extent.length;
    }
    return expect_status("the end", iodma_walk_next(&walk, 1, &extent),
                         IODMA_OVERRUN) &&
           expect_status(
               "behind it",
               iodma_walk_begin(&walk, &node->memory, node->length + 1),
               IODMA_INTERNAL_ERROR);
}

/* Where the highest bit is, from 1 on; 0: there is none. */
static uint8_t width_of(uint64_t value)
{
    return value == 0 ? 0 : (uint8_t)(64 - __builtin_clzll(value));
}

/* What the table says of a node's extents. */
static struct iodma_summary summary_of(const struct node *node)
{
    struct iodma_summary summary = { .lowest = TOP };
    hal_address spans = 0;
    uint32_t extents = 0;

    for (hal_address at = 0; at < node->length; extents++) {
        hal_address length = contiguous(node, at, TOP);
        hal_address address = node->bytes[at];

        summary.lowest = smaller(summary.lowest, address);
        if (summary.highest < address + length - 1)
            summary.highest = address + length - 1;
        if (summary.longest < length)
            summary.longest = length;
        summary.shape |= (uint32_t)(address | length);
        spans |= address ^ (address + length - 1);
        at += length;
    }
    summary.spans = width_of(spans);
    summary.apart =
        node->memory.kind == IODMA_KIND_RANGES && extents == node->memory.count;
    return summary;
}

static uint32_t low_bit(uint32_t value)
{
    return value & (~value + 1);
}

static bool summary_holds(const struct node *node)
{
    const struct iodma_summary *got = &node->memory.summary;
    struct iodma_summary want = summary_of(node);

    if (!IODMA_SHORTCUTS || node->length == 0)
        return true;
    if (!node->nested)
        return expect_number("lowest", got->lowest, want.lowest) &&
               expect_number("highest", got->highest, want.highest) &&
               expect_number("longest", got->longest, want.longest) &&
               expect_number("shape", got->shape, want.shape) &&
               expect_number("spans", got->spans, want.spans) &&
               expect_number("plain", got->apart, want.apart);
    /* Of a part or of several: nothing that is not true. */
    return expect("lowest", got->lowest <= want.lowest) &&
           expect("highest", got->highest >= want.highest) &&
           expect("longest", got->longest >= want.longest) &&
           expect("shape", low_bit(got->shape) <= low_bit(want.shape)) &&
           expect("spans", got->spans >= want.spans) &&
           expect("plain",
                  !got->apart || node->memory.kind == IODMA_KIND_RANGES);
}

/* The CPU's own copies. */
static bool copies_hold(const struct node *node, const struct iodma_bus *bus,
                        uint64_t *seed)
{
    uint32_t offset = random_below(seed, node->length + 1);
    uint32_t length = random_below(seed, node->length - offset + 1);
    uint8_t bytes[MOST_BYTES];

    if (!expect_number(
            "read",
            iodma_memory_read(&node->memory, bus, offset, bytes, length),
            length))
        return false;
    for (uint32_t i = 0; i < length; i++) {
        if (!expect_number("a byte read", bytes[i],
                           *sparse_byte(node->bytes[offset + i])))
            return false;
        bytes[i] = (uint8_t)random_below(seed, 256);
    }
    if (!expect_number(
            "write",
            iodma_memory_write(&node->memory, bus, offset, bytes, length),
            length))
        return false;
    /* The last of those in one place is there. */
    for (uint32_t i = length; i-- != 0;) {
        bool last = true;

        for (uint32_t k = i + 1; k < length; k++)
            last = last && node->bytes[offset + k] != node->bytes[offset + i];
        if (last &&
            !expect_number("a byte written",
                           *sparse_byte(node->bytes[offset + i]), bytes[i]))
            return false;
    }
    return true;
}

/* Where the device finds a byte, and those that follow it. */
static bool segment_holds(const struct node *node, const struct iodma_bus *bus,
                          uint64_t *seed)
{
    struct hal_segment segment = { 77, 88 };
    uint32_t offset;

    if (!expect_status(
            "a segment at the end",
            iodma_memory_segment(&node->memory, bus, node->length, &segment),
            IODMA_OVERRUN) ||
        !expect_number("as before", segment.address, 77) ||
        !expect_number("as before", segment.length, 88))
        return false;
    if (node->length == 0)
        return true;
    offset = random_below(seed, node->length);
    return expect_status(
               "a segment",
               iodma_memory_segment(&node->memory, bus, offset, &segment),
               IODMA_OK) &&
           expect_number("its address", segment.address, node->bytes[offset]) &&
           expect_number("its length", segment.length,
                         contiguous(node, offset, TOP));
}

static void report(void)
{
    printf("# round of seed %s\n", hex(round_seed));
}

static void nesting(void)
{
    const struct iodma_bus *bus = fixture_bouncing_bus();
    uint64_t seed = 1;

    for (unsigned round = 0; round < 300; round++) {
        draw(&seed, IODMA_INOUT);
        for (const struct node *node = nodes; node != nodes + NODES; node++) {
            bool holds =
                expect_number("length", node->memory.length, node->length) &&
                summary_holds(node) && copies_hold(node, bus, &seed) &&
                segment_holds(node, bus, &seed);

            for (hal_address from = 0; holds && from <= node->length;
                 from += 1 + random_below(&seed, 5))
                holds = walk_holds(node, from, &seed);
            if (!holds) {
                report();
                return;
            }
        }
    }
}

static void seek_everywhere(void)
{
    uint64_t seed = 99;

    for (unsigned round = 0; round < 10; round++) {
        draw(&seed, IODMA_INOUT);
        for (const struct node *node = nodes; node != nodes + NODES; node++) {
            for (hal_address from = 0; from <= node->length; from++) {
                if (!walk_holds(node, from, &seed)) {
                    report();
                    return;
                }
            }
        }
    }
}

/* Commands over nestings -----------------------------------------------------
 */

/* Which ways are taken: as it lies, cut, aligned, out of reach, the least. */
static const struct {
    struct iodma_spec spec;
    uint32_t mapping;
} ways[] = {
    { SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 24, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 0, 16, 1, 16), IODMA_MAPPED },
    { SPEC(host64, 25, 0, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 0, 1, 1, 8), IODMA_LEAST_BOUNCE },
};

static struct hal_segment segments[MOST_BYTES];

/* Where the device finds each byte of the window; 0: too few were listed. */
static uint32_t take_list(hal_address *places, uint64_t *seed)
{
    hal_address offset = 0;
    uint32_t bytes = 0;

    while (offset < command.window.length) {
        uint32_t count = 1 + random_below(seed, 6);

        if (!expect_status("gen",
                           fixture_gen(&command, &offset, segments, &count),
                           IODMA_OK))
            return 0;
        for (uint32_t i = 0; i < count; i++) {
            for (hal_address k = 0; k < segments[i].length; k++)
                places[bytes++] = segments[i].address + k;
        }
    }
    return bytes;
}

static unsigned by_rung[3];

/* The device has what the client has, and the other way round. */
static bool transfer_holds(struct node *node, size_t way, uint64_t *seed)
{
    static hal_address places[MOST_BYTES];
    uint32_t offset = random_below(seed, node->length);
    uint32_t length = 1 + random_below(seed, node->length - offset);
    const hal_address *client = node->bytes + offset;
    struct iodma_spec spec = ways[way].spec;
    bool holds = true;

    spec.mapping = ways[way].mapping;
    expect_status("spec", iodma_command_set_spec(&command, &spec), IODMA_OK);
    set(&node->memory, false, IODMA_OK);
    if (!expect_status(
            "prepare",
            iodma_command_prepare(&command, offset, length, true, true),
            IODMA_OK))
        return false;
    by_rung[fixture_rung(&command)]++;
    holds = expect_number("bytes listed", take_list(places, seed), length);
    for (uint32_t i = 0; holds && i < length; i++) {
        holds = expect_number("a byte for the device", *sparse_byte(places[i]),
                              *sparse_byte(client[i]));
        if (fixture_rung(&command) == RUNG_DIRECT)
            holds = holds && expect_number("its place", places[i], client[i]);
    }
    for (uint32_t i = 0; holds && i < length; i++)
        *sparse_byte(places[i]) = (uint8_t)(client[i] * 7 + way);
    holds = holds && expect_completed(&command);
    for (uint32_t i = 0; holds && i < length; i++)
        holds = expect_number("a byte from the device", *sparse_byte(client[i]),
                              (uint8_t)(client[i] * 7 + way));
    return holds && expect_fixture_free();
}

static void transfers(void)
{
    uint64_t seed = 7;

    make_command();
    for (unsigned round = 0; round < 100; round++) {
        draw(&seed, IODMA_INOUT);
        for (struct node *node = nodes; node != nodes + NODES; node++) {
            for (size_t way = 0; node->length != 0 && way < HAL_COUNT_OF(ways);
                 way++) {
                if (!transfer_holds(node, way, &seed)) {
                    report();
                    return;
                }
            }
        }
    }
    set(NULL, false, IODMA_OK);
    for (unsigned i = 0; i < HAL_COUNT_OF(by_rung); i++)
        expect("every rung was used often", by_rung[i] > 50);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 68, "the map length of two bytes", case_68 },
    { 69, "the map length over a seam of pages", case_69 },
    { 70, "the map length of ranges and of a part", case_70 },
    { 71, "the map length of several, and reading them", case_71 },
    { 0, "the map length of a virtual descriptor", map_length_of_virtual },
    { 0, "virtual pages lie anywhere; those that touch join", walk_virtual },
    { 0, "virtual ranges join where their pages do",
      walk_virtual_ranges_that_join },
    { 0, "without a translation addresses are physical", walk_untranslated },
    { 0, "an address that means nothing cannot be wired",
      missing_translation },
    { 0, "several are wired all or none", partly_wired },
    { 0, "so are they if a command has one", undone_though_attached },
    { 0, "members that several have prepared are theirs to complete",
      pinned_members },
    { 0, "a part from a seam of its ranges on is aligned as its bytes are",
      parts_from_a_seam },
    { 0, "a translation of no bytes is none", translated_to_no_bytes },
    { 0, "addresses that lead past the end are not wired",
      translated_past_the_end },
    { 0, "physical memory always is ready", physical_is_ready },
    { 0, "a member that is read only", member_read_only },
    { 0, "a part of a virtual descriptor is wired by itself", wire_part },
    { 0, "more prepares than are counted are refused", wire_too_often },
    { 0, "the last complete while a command has it is refused",
      attached_is_busy },
    { 0, "so is that of several of which a command has one",
      attached_member_is_busy },
    { 0, "a descriptor counts the commands that have it", attaching },
    { 0, "a part of what is in use is not", part_is_new },
    { 0, "where a bus finds a descriptor's bytes, without a command",
      bus_segments },
    { 0, "memory that is not translated any more is not listed",
      lost_translation },
    { 0, "a translation that says more than it was asked is believed that far",
      translated_generously },
    { 0, "a translation to the same addresses may end", identity_that_ends },
    { 0, "several of direction None are wired for both", wire_for_both },
    { 0, "a tag is the parent's, or the first of the members'", tags },
    { 0, "an index changes nothing but the time", indexes },
    { 0, "a walk from every offset is as the table says", seek_everywhere },
    { 0, "however nested, walks, summaries and copies are as the table says",
      nesting },
    { 0, "commands over every nesting, both ways", transfers },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    for (size_t i = 0; i < HAL_COUNT_OF(wirings); i++) {
        check_case(wirings[i].what);
        wire_twice(i, false);
        wire_twice(i, true);
    }
    bad_input();
    return check_result();
}
