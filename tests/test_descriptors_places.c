/* SPDX-License-Identifier: MIT */
/*
 * Defends where the bytes of a descriptor are: as its translation says, and
 * where a bus finds them.
 */
#include "hal/count_of.h"
#include "tests/descriptors_world.h"

#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

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

    map_pages(pages, HAL_COUNT_OF(pages), PAGE);
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

/* clang-format off */
static const struct check_row cases[] = {
    { 0, "virtual pages lie anywhere; those that touch join", walk_virtual },
    { 0, "virtual ranges join where their pages do",
      walk_virtual_ranges_that_join },
    { 0, "without a translation addresses are physical", walk_untranslated },
    { 0, "an address that means nothing cannot be wired",
      missing_translation },
    { 0, "a translation of no bytes is none", translated_to_no_bytes },
    { 0, "addresses that lead past the end are not wired",
      translated_past_the_end },
    { 0, "where a bus finds a descriptor's bytes, without a command",
      bus_segments },
    { 0, "memory that is not translated any more is not listed",
      lost_translation },
    { 0, "a translation that says more than it was asked is believed that far",
      translated_generously },
    { 0, "a translation to the same addresses may end", identity_that_ends },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    return check_result();
}
