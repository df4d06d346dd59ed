/* SPDX-License-Identifier: MIT */
/* What a device cannot take as it lies goes through storage that it can, and
   nobody notices: neither the device nor the memory's owner. */
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

enum { SEGMENTS = 8 };

/* A command on the bouncing bus, and its list. */
static struct iodma_command command;
static struct iodma_memory memory;
static struct hal_segment list[SEGMENTS];
static uint32_t listed;

/* Attach and prepare; the bus is fresh. */
static enum iodma_status begin(const struct iodma_spec *spec,
                               const struct iodma_range *ranges,
                               uint32_t direction)
{
    memory = row_memory(ranges, direction);
    expect_command(&command, fixture_bouncing_bus(), spec);
    return iodma_command_set_memory(&command, &memory, false);
}

static enum iodma_status prepare(bool synchronize)
{
    return iodma_command_prepare(&command, 0, 0, true, synchronize);
}

static void make_list(void)
{
    listed = fixture_list(&command, list, SEGMENTS);
}

/* The CPU physical address of a byte of the descriptor. */
static hal_address client(hal_address offset)
{
    hal_address at = offset;

    for (uint32_t i = 0; i < memory.count; i++) {
        if (at < memory.ranges.array[i].length)
            return memory.ranges.array[i].address + at;
        at -= memory.ranges.array[i].length;
    }
    expect("the byte is there", false);
    return 0;
}

/* The bus address, which is the same as the CPU's, where the device finds the
   byte. */
static hal_address device(hal_address offset)
{
    for (uint32_t i = 0; i < listed; i++) {
        if (offset < list[i].length)
            return list[i].address + offset;
        offset -= list[i].length;
    }
    expect("the byte is listed", false);
    return 0;
}

/* What each side is expected to have, byte by byte. */
static void expect_device_has_fresh(void)
{
    for (hal_address i = 0; i < memory.length; i++) {
        if (!expect_number("a byte as the device sees it",
                           *sparse_byte(device(i)), sparse_fresh(client(i))))
            break;
    }
}

static void expect_client(const char *what, bool inverted, hal_address from,
                          hal_address to)
{
    for (hal_address i = from; i < to; i++) {
        uint8_t fresh = sparse_fresh(client(i));

        if (!expect_number(what, *sparse_byte(client(i)),
                           inverted ? (uint8_t)~fresh : fresh))
            break;
    }
}

/* The device writes the inverse of what fresh memory has there. */
static void device_inverts(hal_address from, hal_address to)
{
    for (hal_address i = from; i < to; i++)
        *sparse_byte(device(i)) = (uint8_t)~sparse_fresh(client(i));
}

static void expect_all_given_back(void)
{
    expect_fixture_free();
    expect_number("windows open", sparse_open_windows(), 0);
}

/* Lists ------------------------------------------------------------------ */

/* clang-format off */
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    struct iodma_spec spec;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    bool no_pages, no_runs; /* storage used up */
    enum iodma_status want;
    unsigned pages; /* taken, after prepare */
    struct hal_segment list[SEGMENTS];
} lists[] = {
    { 66, "lengths inside that are not aligned", SPEC(host64, 64, 0, 1, 4, 1),
      IODMA_OUT, { { 0x10000, 6 }, { 0x20006, 2 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 8 } } },
    { 82, "pages above the reach", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_OUT,
      { { FAR - 0x1000, 0x3000 } }, false, false, IODMA_OK, 2,
      { { FAR - 0x1000, 0x1000 }, { 0x100000, 0x1000 },
        { 0x102000, 0x1000 } } },
    { 83, "a maximum that cuts inside pages does not double them",
      SPEC(host64, REACH_BITS, 0x1000, 1, 1, 1), IODMA_OUT,
      { { FAR + 0x800, 0x2000 } }, false, false, IODMA_OK, 3,
      { { 0x100800, 0x800 }, { 0x102000, 0x1000 }, { 0x104000, 0x800 } } },
    { 84, "two segments of one page", SPEC(host64, REACH_BITS, 0x800, 1, 1, 1),
      IODMA_INOUT, { { FAR, 0x1000 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x800 }, { 0x100800, 0x800 } } },
    { 85, "two ranges of one page share one",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_OUT,
      { { FAR + 0xa00, 0x200 }, { 0x30000, 0x400 },
        { FAR + 0xc00, 0x400 } },
      false, false, IODMA_OK, 1,
      { { 0x100a00, 0x200 }, { 0x30000, 0x400 }, { 0x100c00, 0x400 } } },
    { 86, "a range over the seam of two pages",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_OUT, { { FAR + 0xff0, 0x20 } }, false, false, IODMA_OK, 1,
      { { 0x100030, 0x20 } } },
    { 87, "only what is out of reach is bounced",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { 0x1000, 0x1000 }, { FAR + 0x3000, 0x1000 }, { 0x2000, 0x1000 } },
      false, false, IODMA_OK, 1,
      { { 0x1000, 0x1000 }, { 0x100000, 0x1000 }, { 0x2000, 0x1000 } } },
    { 88, "a first address that is not aligned",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), IODMA_OUT,
      { { 0x10001, 0x1000 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x1000 } } },
    { 89, "a later address that is not aligned",
      SPEC(host64, 64, 0x1000, 4, 4, 0x1000), IODMA_OUT,
      { { 0x10004, 0x10 }, { 0x13004, 0xff0 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x1000 } } },
    { 104, "no pages left: a whole buffer",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_OUT, { { FAR - 0x1000, 0x3000 } }, true, false, IODMA_OK,
      FIXTURE_PAGES, { { 0x200000, 0x3000 } } },
    { 105, "nothing left", SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { FAR - 0x1000, 0x3000 } }, true, true, IODMA_NO_RESOURCES, 0,
      { { 0, 0 } } },
    { 106, "storage is within the reach", SPEC(host64, 24, 0, 1, 1, 1),
      IODMA_OUT, { { 0x1000000, 0x1000 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x1000 } } },
    { 106, "no storage is within the reach", SPEC(host64, 20, 0, 1, 1, 1),
      IODMA_OUT, { { 0x1000000, 0x1000 } }, false, false, IODMA_NO_RESOURCES,
      0, { { 0, 0 } } },
    { 107, "a run over the end of the reach", SPEC(host64, 24, 0, 1, 1, 1),
      IODMA_OUT, { { 0xfffffe, 4 } }, false, false, IODMA_OK, 1,
      { { 0xfffffe, 2 }, { 0x100000, 2 } } },
    { 108, "pages would leave a length that is not aligned",
      SPEC(host64, REACH_BITS, 0, 1, 4, 1), IODMA_OUT,
      { { FAR + 0x802, 0x2000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x2000 } } },

    { 0, "E3: with too many segments, a whole buffer",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 1), IODMA_OUT,
      { { 0x10000, 0x100 }, { 0x20000, 0x100 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x200 } } },
    { 0, "E3: with pages in too many segments, a whole buffer",
      IODMA_SPEC(iodma_output_host64, REACH_BITS, 0, .max_segments = 2),
      IODMA_OUT,
      { { FAR, 0x3000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x3000 } } },
    { 0, "E3: NoResources, since pages might have helped",
      IODMA_SPEC(iodma_output_host64, REACH_BITS, 0x1000, .max_segments = 2),
      IODMA_OUT, { { FAR, 0x2000 } }, true, true, IODMA_NO_RESOURCES, 0,
      { { 0, 0 } } },
    { 0, "E3: NoSpace, if only the number of segments is broken at last",
      IODMA_SPEC(iodma_output_host64, REACH_BITS, 0x1000, .max_segments = 2),
      IODMA_OUT, { { FAR, 0x3000 } }, false, false, IODMA_NO_SPACE, 0,
      { { 0, 0 } } },
    { 0, "a whole buffer is aligned to more than a page",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000),
      IODMA_OUT, { { 0x10001, 0x1000 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x1000 } } },
    { 0, "a whole buffer of several pages is aligned to more than one",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000),
      IODMA_OUT, { { 0x10001, 0x1001 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x1001 } } },
    { 0, "E2: a whole buffer is cut by a boundary as seldom as can be",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4,
                 .boundary = 0x2000, .max_segments = 2),
      IODMA_OUT, { { 0x10001, 0x3000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x2000 }, { 0x202000, 0x1000 } } },
    { 0, "E2: a whole buffer does not cross a boundary that it fits in",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4,
                 .boundary = 0x4000),
      IODMA_OUT, { { 0x10001, 0x3000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x3000 } } },

    { 0, "short stretches share a granule, equal modulo 64",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { FAR + 0x10, 0x20 }, { 0x20000, 0x10 }, { FAR + 0x5010, 0x20 },
        { 0x21000, 0x10 }, { FAR + 0x7008, 8 } },
      false, false, IODMA_OK, 1,
      { { 0x100010, 0x20 }, { 0x20000, 0x10 }, { 0x100050, 0x20 },
        { 0x21000, 0x10 }, { 0x100088, 8 } } },
    { 0, "equal modulo the strictest alignment, if that is more",
      SPEC(host64, REACH_BITS, 0, 0x100, 1, 1), IODMA_OUT,
      { { FAR + 0x100, 0x20 }, { 0x20000, 0x10 }, { FAR + 0x5010, 0x20 } },
      false, false, IODMA_OK, 1,
      { { 0x100100, 0x20 }, { 0x20000, 0x10 }, { 0x100210, 0x20 } } },
    { 0, "equal modulo a boundary below the granule",
      IODMA_SPEC(iodma_output_host64, REACH_BITS, 0, .boundary = 0x400),
      IODMA_OUT,
      { { FAR + 0x3f0, 0x20 }, { 0x20000, 0x10 }, { FAR + 0x51f0, 0x20 } },
      false, false, IODMA_OK, 1,
      { { 0x1003f0, 0x10 }, { 0x100400, 0x10 }, { 0x20000, 0x10 },
        { 0x1005f0, 0x20 } } },
    { 0, "what does not fit behind the last opens a granule",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { FAR, 0x800 }, { 0x20000, 0x10 }, { FAR + 0x5010, 0x900 },
        { 0x21000, 0x10 }, { FAR + 0x7008, 8 } },
      false, false, IODMA_OK, 2,
      { { 0x100000, 0x800 }, { 0x20000, 0x10 }, { 0x102010, 0x900 },
        { 0x21000, 0x10 }, { 0x102948, 8 } } },
    { 0, "stretches that follow each other in storage are one segment",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { FAR + 0x100, 0x100 }, { FAR + 0x300, 0x100 } }, false, false,
      IODMA_OK, 1, { { 0x100100, 0x200 } } },
    { 0, "what no granule holds begins at its address in the first",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_OUT,
      { { FAR + 0x8f0, 0xff0 } },
      false, false, IODMA_OK, 2,
      { { 0x1008f0, 0x710 }, { 0x102000, 0x8e0 } } },
    { 0, "ranges that touch are one stretch",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_OUT, { { FAR + 0xfe0, 0x10 }, { FAR + 0xff0, 0x20 } }, false,
      false, IODMA_OK, 1, { { 0x100020, 0x30 } } },
};
/* clang-format on */

static void listing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        enum iodma_status status;

        check_spec(lists[i].number, lists[i].what);
        expect_status(
            "set", begin(&lists[i].spec, lists[i].ranges, lists[i].direction),
            IODMA_OK);
        fixture_use_up(lists[i].no_pages, lists[i].no_runs);
        status = iodma_command_set_memory(&command, &memory, true);
        if (expect_status("prepare", status, lists[i].want) &&
            status == IODMA_OK) {
            make_list();
            expect_segments("the list", list, listed, lists[i].list,
                            row_count(lists[i].list, SEGMENTS));
            expect_device_has_fresh();
            expect_number("pages taken", fixture_pages_taken(), lists[i].pages);
            expect_completed(&command);
        } else {
            expect("not prepared", command.prepared == 0);
        }
        expect_number("loans taken", fixture_loans_taken(), 0);
        if (lists[i].no_pages)
            expect_number("pages taken", fixture_pages_taken(), FIXTURE_PAGES);
        else
            expect_all_given_back();
    }
}

/* Copies ------------------------------------------------------------------ */

static const struct iodma_range misaligned[ROW_RANGES] = {
    { 0x10001, 0x1000 },
};
static const struct iodma_range far_away[ROW_RANGES] = {
    { FAR - 0x1000, 0x3000 },
};
static const struct iodma_spec aligned_spec =
    IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);
static const struct iodma_spec narrow_spec =
    SPEC(host64, REACH_BITS, 0, 1, 1, 1);

/* Which way #88 and #82 of the spec go. */
static void begin_whole(uint32_t direction, bool synchronize)
{
    expect_status("set", begin(&aligned_spec, misaligned, direction), IODMA_OK);
    expect_status("prepare", prepare(synchronize), IODMA_OK);
    make_list();
}

static void begin_pages(uint32_t direction, bool synchronize)
{
    expect_status("set", begin(&narrow_spec, far_away, direction), IODMA_OK);
    expect_status("prepare", prepare(synchronize), IODMA_OK);
    make_list();
}

static void complete(bool synchronize)
{
    expect_status("complete",
                  iodma_command_complete(&command, true, synchronize),
                  IODMA_OK);
    expect_all_given_back();
}

static void synchronize(uint32_t options, enum iodma_status want)
{
    expect_status("synchronize", iodma_command_synchronize(&command, options),
                  want);
}

static void expect_zeros(hal_address address, hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (!expect_number("a byte the device may see",
                           *sparse_byte(address + i), 0))
            break;
    }
}

static void case_84(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR, 0x1000 },
    };
    static const struct iodma_spec spec =
        SPEC(host64, REACH_BITS, 0x800, 1, 1, 1);

    expect_status("set", begin(&spec, ranges, IODMA_INOUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    device_inverts(0, 0x1000);
    complete(true);
    expect_client("every byte is inverted", true, 0, 0x1000);
}

static void case_88(void)
{
    struct iodma_memory storage;

    begin_whole(IODMA_OUT, true);
    expect("the descriptor is what was set",
           iodma_command_memory(&command) == &memory);
    expect("the memory for DMA is not",
           iodma_command_bus_memory(&command, &storage) == &storage);
    expect_number("its address", storage.buffer.address, 0x100000);
    expect_number("its length", storage.length, 0x1000);
    complete(true);
    expect("after complete they are one",
           iodma_command_bus_memory(&command, &storage) == &memory);
}

static void case_90(void)
{
    begin_whole(IODMA_IN, true);
    expect_device_has_fresh();
    device_inverts(0, 0x1000);
    complete(true);
    expect_client("the device's bytes", true, 0, 0x1000);

    begin_whole(IODMA_IN, false);
    expect_zeros(0x100000, 0x1000);
    complete(true);
}

static void case_91(void)
{
    begin_whole(IODMA_IN, true);
    device_inverts(0, 0x1000);
    complete(false);
    expect_client("unchanged", false, 0, 0x1000);
}

static void case_92(void)
{
    begin_whole(IODMA_OUT, true);
    device_inverts(0, 0x1000);
    complete(true);
    expect_client("unchanged", false, 0, 0x1000);
}

static void case_93(void)
{
    begin_whole(IODMA_NONE, true);
    expect_device_has_fresh();
    device_inverts(0, 0x1000);
    complete(true);
    expect_client("the device's bytes", true, 0, 0x1000);
}

static void case_94(void)
{
    begin_pages(IODMA_OUT, false);
    expect_zeros(0x100000, 0x1000);
    expect_zeros(0x102000, 0x1000);
    synchronize(IODMA_OUT, IODMA_OK);
    expect_device_has_fresh();
    complete(true);
}

static void case_95(void)
{
    begin_whole(IODMA_IN, true);
    device_inverts(0, 0x1000);
    synchronize(IODMA_IN, IODMA_OK);
    expect_client("the device's bytes", true, 0, 0x1000);
    complete(false);
    expect_client("the device's bytes", true, 0, 0x1000);
}

static void case_96(void)
{
    begin_whole(IODMA_OUT, true);
    device_inverts(0, 0x1000);
    synchronize(IODMA_IN, IODMA_OK);
    expect_client("the device's bytes", true, 0, 0x1000);
    complete(true);
}

static void case_97(void)
{
    expect_status("set", begin(&narrow_spec, far_away, IODMA_INOUT), IODMA_OK);
    synchronize(IODMA_INOUT, IODMA_BAD_ARGUMENT);
    synchronize(IODMA_IN, IODMA_NOT_READY);
    expect_status("prepare", prepare(true), IODMA_OK);
    synchronize(IODMA_INOUT, IODMA_BAD_ARGUMENT);
    complete(true);
}

static void case_98(void)
{
    begin_whole(IODMA_INOUT, true);
    device_inverts(0, 0x1000);
    synchronize(4, IODMA_BAD_ARGUMENT);
    synchronize(0, IODMA_OK);
    expect_client("nothing was copied", false, 0, 0x1000);
    complete(false);
}

static void case_99(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    uint64_t digest;

    expect_status("set", begin(&narrow_spec, ranges, IODMA_INOUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    device_inverts(0, 0x1000);
    digest = sparse_digest();
    synchronize(IODMA_IN, IODMA_OK);
    synchronize(IODMA_OUT, IODMA_OK);
    expect_number("memory as before", sparse_digest(), digest);
    complete(true);
}

static void put_word(hal_address address, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        *sparse_byte(address + i) = (uint8_t)(word >> (8 * i));
}

static uint32_t word_at(hal_address address)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++)
        word |= (uint32_t)*sparse_byte(address + i) << (8 * i);
    return word;
}

static const struct iodma_range eight_pages[ROW_RANGES] = {
    { 0x10000, 0x8000 },
};
static const struct iodma_spec eight_spec =
    IODMA_SPEC(iodma_output_host64, 64, 0x2000, .max_transfer = 0x20000,
               .align_address = 1, .align_length = 1, .align_internal = 1);

static void case_100(void)
{
    for (uint32_t direction = IODMA_IN; direction <= IODMA_INOUT; direction++) {
        hal_address offset = 0;

        expect_status("set", begin(&eight_spec, eight_pages, direction),
                      IODMA_OK);
        put_word(0x10000, 0x53535300 | direction);
        expect_status("prepare", prepare(true), IODMA_OK);
        synchronize(IODMA_FORCE_DOUBLE_BUFFER | IODMA_OUT, IODMA_OK);
        listed = 1;
        expect_status("gen", fixture_gen(&command, &offset, list, &listed),
                      IODMA_OK);
        expect_number("segments", listed, 1);
        expect_number("the memory's word", word_at(0x10000),
                      0x53535300 | direction);
        if ((direction & IODMA_IN) != 0)
            put_word(list[0].address, 0x11223300 | direction);
        expect_number("the memory's word, before complete", word_at(0x10000),
                      0x53535300 | direction);
        expect_cleared(&command);
        expect_number("the memory's word, after", word_at(0x10000),
                      (direction & IODMA_IN) != 0 ? 0x11223300 | direction
                                                  : 0x53535300 | direction);
        expect_all_given_back();
    }
}

static void case_101(void)
{
    static const struct hal_segment want[] = {
        { 0x200000, 0x2000 },
        { 0x202000, 0x2000 },
        { 0x204000, 0x2000 },
        { 0x206000, 0x2000 },
    };

    for (uint32_t direction = IODMA_IN; direction <= IODMA_INOUT; direction++) {
        expect_status("set", begin(&eight_spec, eight_pages, direction),
                      IODMA_OK);
        expect_status("prepare", prepare(true), IODMA_OK);
        synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
        make_list();
        expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
        expect_device_has_fresh();
        device_inverts(0, 0x8000);
        expect_client("before complete", false, 0, 0x8000);
        complete(true);
    }
}

static void case_102(void)
{
    expect_status("set", begin(&eight_spec, eight_pages, IODMA_INOUT),
                  IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    make_list();
    device_inverts(0, 0x8000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_client("nothing was copied", false, 0, 0x8000);
    make_list();
    expect_number("the same buffer", list[0].address, 0x200000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER | IODMA_IN, IODMA_OK);
    expect_client("the direction counts", true, 0, 0x8000);
    complete(false);
}

static void case_103(void)
{
    uint64_t digest;

    begin_pages(IODMA_INOUT, true);
    device_inverts(0, 0x3000);
    fixture_use_up(true, true);
    digest = sparse_digest();
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NO_RESOURCES);
    expect_number("count", command.prepared, 1);
    expect_number("memory as before", sparse_digest(), digest);
    make_list();
    expect_number("the list as before", list[1].address, 0x100000);
    expect_completed(&command);
    expect_client("the device's bytes", true, 0, 0x3000);
}

static void expect_both_sides_equal(void)
{
    for (hal_address i = 0; i < memory.length; i++)
        if (!expect_number("both sides are equal", *sparse_byte(device(i)),
                           *sparse_byte(client(i))))
            break;
}

static void force_from_pages(void)
{
    begin_pages(IODMA_INOUT, true);
    device_inverts(0x1800, 0x2000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_number("pages taken", fixture_pages_taken(), 0);
    expect_client("what the device wrote", true, 0x1800, 0x2000);
    expect_client("what it did not", false, 0x2000, 0x3000);
    make_list();
    expect_number("segments", listed, 1);
    expect_both_sides_equal();
    complete(true);
}

/* Pages that were not filled from the client are not copied back (spec 3.9). */
static void force_not_filled(void)
{
    for (uint32_t direction = IODMA_NONE; direction <= IODMA_INOUT;
         direction++) {
        begin_pages(direction, false);
        device_inverts(0x1800, 0x2000);
        synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
        expect_client("the client's own bytes", false, 0, 0x3000);
        make_list();
        expect_number("segments", listed, 1);
        expect_device_has_fresh();
        device_inverts(0, 0x3000);
        complete(true);
        expect_client("the end, as ever", direction != IODMA_OUT, 0, 0x3000);
    }
}

/* They are, if the client's bytes went there since. */
static void force_filled_later(void)
{
    begin_pages(IODMA_IN, false);
    synchronize(IODMA_OUT, IODMA_OK);
    device_inverts(0x1800, 0x2000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_client("what the device wrote", true, 0x1800, 0x2000);
    expect_client("what it did not", false, 0x2000, 0x3000);
    make_list();
    expect_both_sides_equal();
    complete(true);
}

/* Or if the client has taken what was there. */
static void force_taken_before(void)
{
    begin_pages(IODMA_IN, false);
    device_inverts(0x1000, 0x2000);
    synchronize(IODMA_IN, IODMA_OK);
    expect_client("what the device wrote", true, 0x1000, 0x2000);
    device_inverts(0x2000, 0x3000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_client("and later", true, 0x1000, 0x3000);
    make_list();
    expect_both_sides_equal();
    complete(true);
}

/* A whole buffer has been forced: nothing is left of what was not filled. */
static void force_then_force(void)
{
    begin_pages(IODMA_INOUT, false);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    make_list();
    device_inverts(0, 0x3000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER | IODMA_IN, IODMA_OK);
    expect_client("the direction counts", true, 0, 0x3000);
    complete(false);
}

/* The new buffer lies where the CPU cannot go: the client does not even get
   what the device wrote. */
static void force_beyond_reach(void)
{
    struct hal_region reachable[2];
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    reachable[0] = reachable[1] = hal.regions[0];
    reachable[0].last = 0x1fffff;
    reachable[1].first = 0x300000;
    hal.regions = reachable;
    hal.region_count = 2;
    bus.hal = &hal;
    memory = row_memory(far_away, IODMA_INOUT);
    expect_command(&command, &bus, &narrow_spec);
    expect_attached(&command, &memory);
    make_list();
    device_inverts(0x1800, 0x2000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NOT_ATTACHED);
    expect_client("what was there", false, 0, 0x3000);
    expect_number("pages of runs taken", fixture_run_pages_taken(), 0);
    expect_number("rung", fixture_rung(&command), RUNG_SPLIT);
    complete(true);
    expect_client("what the device wrote", true, 0x1800, 0x2000);
}

/* Nobody writes to what the device only reads. */
static void force_from_rom(void)
{
    struct hal_region regions[2];
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    regions[0] = regions[1] = hal.regions[0];
    regions[0].last = FAR - 0x1001;
    regions[1].first = FAR - 0x1000;
    regions[1].writable = false;
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    bus.hal = &hal;
    memory = row_memory(far_away, IODMA_OUT);
    expect_command(&command, &bus, &narrow_spec);
    expect_attached(&command, &memory);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_number("rung", fixture_rung(&command), RUNG_WHOLE);
    make_list();
    expect_both_sides_equal();
    complete(true);
}

static const struct iodma_range two_far_apart[ROW_RANGES] = {
    { 2 * FAR, 0x1000 },
    { 3 * FAR, 0x1000 },
};

/* A pool may have storage anywhere: what is not all within reach is given
   back, and nothing is lent. */
static hal_address stray;                     /* what the pool takes */
static hal_address stray_address, stray_size; /* given back          */

static enum iodma_status stray_take(struct hal_bounce *bounce,
                                    const struct hal_bounce_wish *wish,
                                    hal_address *address, hal_address *size)
{
    (void)bounce;
    *size = wish->at_most;
    *address = stray;
    return IODMA_OK;
}

static void stray_give_back(struct hal_bounce *bounce, hal_address address,
                            hal_address size)
{
    (void)bounce;
    stray_address = address;
    stray_size = size;
}

static void stray_storage(hal_address address, hal_address first)
{
    static const struct hal_bounce_ops ops = { stray_take, stray_give_back };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 2 * FAR, 0x2000 },
    };
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bounce pool = *fixture_bounce();
    struct hal_aperture aperture = *bus.lent_in;

    pool.ops = &ops;
    pool.last = 2 * FAR - 1;
    bus.bounce = &pool;
    aperture.bus += first - aperture.first;
    aperture.first = first;
    bus.lent_in = &aperture;
    memory = row_memory(ranges, IODMA_OUT);
    stray = address;
    stray_size = 0;
    expect_command(&command, &bus, &narrow_spec);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_NO_RESOURCES);
    expect_number("given back, all of it", stray_size, 0x2000);
    expect_number("its address", stray_address, address);
    expect_fixture_free();
}

static void stray_pool(void)
{
    stray_storage(FAR - 0x1000, 0);
    stray_storage(FAR, 0);
    stray_storage(0xF000, 0x10000);
}

/* What the CPU can get of the old storage ends in the middle: then the client
   gets nothing of it. */
static void force_from_beyond_reach(void)
{
    struct hal_region reachable[2];
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    reachable[0] = reachable[1] = hal.regions[0];
    reachable[1].first = 0x103000;
    hal.regions = reachable;
    hal.region_count = 2;
    bus.hal = &hal;
    memory = row_memory(two_far_apart, IODMA_INOUT);
    expect_command(&command, &bus, &narrow_spec);
    expect_attached(&command, &memory);
    make_list();
    expect_number("the second's storage", device(0x1000), 0x102000);
    device_inverts(0, 0x2000);
    reachable[0].last = 0x101fff;
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NOT_ATTACHED);
    expect_client("what was there", false, 0, 0x2000);
    expect_number("pages of runs taken", fixture_run_pages_taken(), 0);
    reachable[0].last = FIXTURE_LAST;
    complete(true);
    expect_client("what the device wrote", true, 0, 0x2000);
}

static void force_nested(void)
{
    expect_status("set", begin(&eight_spec, eight_pages, IODMA_IN), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("prepare again", prepare(true), IODMA_OK);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    make_list();
    expect_number("the buffer", list[0].address, 0x200000);
    expect_number("count", command.prepared, 2);
    expect_completed(&command);
    complete(true);
}

/* A phase is kept even where the buffer would fit into fewer granules. */
static void force_at_phase(void)
{
    static const struct iodma_range half_page[ROW_RANGES] = {
        { 0x10000, 0x800 },
    };

    expect_status("set", begin(&eight_spec, half_page, IODMA_OUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("force", iodma_command_force(&command, 0xC00), IODMA_OK);
    make_list();
    expect_number("segments", listed, 1);
    expect_number("the buffer", list[0].address, 0x200C00);
    expect_device_has_fresh();
    complete(true);
}

static void force_refused(void)
{
    struct iodma_spec spec = eight_spec;

    spec.mapping = IODMA_UNMAPPED | IODMA_ITERATE_ONLY;
    expect_status("set", begin(&spec, eight_pages, IODMA_IN), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_BAD_ARGUMENT);
    complete(true);

    spec.mapping = IODMA_UNMAPPED | IODMA_DIRECT_ONLY;
    expect_status("set", begin(&spec, eight_pages, IODMA_IN), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_BAD_ARGUMENT);
    complete(true);

    expect_status("set", begin(&eight_spec, eight_pages, IODMA_IN), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("hold", iodma_command_hold(&command), IODMA_OK);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_BUSY);
    expect_status("release", iodma_command_release(&command), IODMA_OK);
    complete(true);
}

static void case_109(void)
{
    begin_whole(IODMA_IN, true);
    expect_status("prepare again", prepare(true), IODMA_OK);
    device_inverts(0, 0x1000);
    expect_completed(&command);
    expect_client("not yet", false, 0, 0x1000);
    expect_number("pages taken", fixture_pages_taken(), 1);
    complete(true);
    expect_client("now", true, 0, 0x1000);
}

static void case_51(void)
{
    begin_whole(IODMA_IN, true);
    expect_status("prepare again", prepare(true), IODMA_OK);
    device_inverts(0, 0x1000);
    expect_ended(&command);
    expect_client("copied in", true, 0, 0x1000);
    expect_all_given_back();
}

/* The lines of the storage's first page that were written back, the smallest
   ones. */
enum { SMALL_LINE = 16 };
static bool written_back[0x1000 / SMALL_LINE];

static void write_back(const struct hal_cache *cache, void *va, hal_address pa,
                       size_t length)
{
    (void)va;
    for (hal_address at = round_down(pa, cache->smallest_line);
         at < round_up(pa + (hal_address)length, cache->smallest_line);
         at += SMALL_LINE) {
        if (at - 0x100000 < 0x1000)
            written_back[(at - 0x100000) / SMALL_LINE] = true;
    }
}

static enum iodma_status finished(const struct hal_cache *cache)
{
    (void)cache;
    return IODMA_OK;
}

/* The bouncing bus, not snooped, with lines of 64 bytes, and of less. */
static const struct iodma_bus *bus_with_lines(uint32_t smallest)
{
    static const struct hal_cache_ops ops = { .clean = write_back,
                                              .clean_invalidate = write_back,
                                              .finish = finished };
    static struct hal_cache cache = { &ops, 64, 64 };
    static struct hal_aperture aperture;
    static struct hal_bus hal;
    static struct iodma_bus bus;

    hal = *fixture_bouncing_bus()->hal;
    aperture = fixture_aperture;
    aperture.snooped = false;
    cache.smallest_line = smallest;
    hal.apertures = &aperture;
    hal.cache = &cache;
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
    return &bus;
}

/* The same as begin(), there; storage is not zero before. */
static void begin_on_lines(const struct iodma_spec *spec,
                           const struct iodma_range *ranges)
{
    memory = row_memory(ranges, IODMA_OUT);
    expect_command(&command, bus_with_lines(64), spec);
    expect_attached_only(&command, &memory);
    for (hal_address i = 0; i < 0x1000; i++)
        *sparse_byte(0x100000 + i) = 0xEE;
}

/* The rest of the lines that stretches lie in, and of a buffer's. */
static void padding(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR + 0x108, 0x100 },
        { 0x20000, 0x40 },
        { FAR + 0x310, 0x20 },
    };
    static const struct hal_segment want[] = { { 0x100108, 0x100 },
                                               { 0x20000, 0x40 },
                                               { 0x100250, 0x20 } };

    begin_on_lines(&narrow_spec, ranges);
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_device_has_fresh();
    expect_zeros(0x100100, 8);
    expect_zeros(0x100208, 0x38);
    expect_zeros(0x100240, 0x10);
    expect_zeros(0x100270, 0x10);
    complete(true);

    begin_on_lines(&aligned_spec, misaligned);
    expect_status("prepare",
                  iodma_command_prepare(&command, 0, 0x804, true, true),
                  IODMA_OK);
    make_list();
    expect_number("the buffer", list[0].address, 0x100000);
    expect_zeros(0x100804, 0x3c);
    complete(true);
}

/* Where lines are of two sizes, the zeros behind the small ones that hold the
   client's bytes are written back as well. */
static void padding_of_small_lines(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = { { FAR + 0x128, 8 } };

    memory = row_memory(ranges, IODMA_OUT);
    expect_command(&command, bus_with_lines(SMALL_LINE), &narrow_spec);
    for (size_t i = 0; i < HAL_COUNT_OF(written_back); i++)
        written_back[i] = false;
    expect_attached(&command, &memory);
    for (size_t i = 0; i < HAL_COUNT_OF(written_back); i++)
        expect_number("a line is written back", written_back[i],
                      i / 4 == 0x100 / 64);
    complete(true);
}

/* Not filled from the client, all of it is zero, and what is filled later is
   not more than the client's. */
static void padding_not_filled(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR + 0x108, 0x100 },
    };

    begin_on_lines(&narrow_spec, ranges);
    expect_status("prepare", prepare(false), IODMA_OK);
    make_list();
    expect_zeros(0x100100, 0x140);
    synchronize(IODMA_OUT, IODMA_OK);
    expect_device_has_fresh();
    expect_zeros(0x100100, 8);
    expect_zeros(0x100208, 0x38);
    complete(true);
}

/* A byte of nobody's but the client's, different from its neighbours. */
static uint8_t own_byte(hal_address offset)
{
    return (uint8_t)(offset * 7 + (offset >> 8) * 31 + 0x55);
}

/* A device that writes k bytes less than prepared: direct, pages, whole. */
static void short_transfer(void)
{
    static const struct iodma_spec plain_spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct {
        const char *what;
        const struct iodma_spec *spec;
        struct iodma_range ranges[ROW_RANGES];
    } ways[] = {
        { "direct", &plain_spec, { { FAR, 0x3000 } } },
        { "pages", &narrow_spec, { { FAR, 0x3000 } } },
        { "whole", &aligned_spec, { { FAR + 1, 0x3000 } } },
    };
    static const hal_address missing[] = { 0, 1, 63, 0x1000, 0x1001, 0x3000 };

    for (size_t i = 0; i < HAL_COUNT_OF(ways); i++) {
        for (size_t k = 0; k < HAL_COUNT_OF(missing); k++) {
            hal_address written = 0x3000 - missing[k];

            expect_status("set", begin(ways[i].spec, ways[i].ranges, IODMA_IN),
                          IODMA_OK);
            for (hal_address b = 0; b < 0x3000; b++)
                *sparse_byte(client(b)) = own_byte(b);
            expect_status("prepare", prepare(true), IODMA_OK);
            make_list();
            device_inverts(0, written);
            complete(true);
            expect_client(ways[i].what, true, 0, written);
            for (hal_address b = written; b < 0x3000; b++)
                if (!expect_number(ways[i].what, *sparse_byte(client(b)),
                                   own_byte(b)))
                    break;
        }
    }
}

/* A byte that the window names twice has two places; the last copy stands. */
static void named_twice(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR, 0x20 },
        { FAR + 0x10, 0x20 },
    };

    expect_status("set", begin(&narrow_spec, ranges, IODMA_INOUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    expect_device_has_fresh();
    expect_number("loans taken", fixture_loans_taken(), 2);
    for (hal_address i = 0; i < 0x40; i++)
        *sparse_byte(device(i)) = (uint8_t)(0x80 + i);
    complete(true);
    for (hal_address i = 0; i < 0x30; i++)
        expect_number("a byte", *sparse_byte(FAR + i),
                      0x80 + (i < 0x10 ? i : i + 0x10));
}

static const struct iodma_range far_page[ROW_RANGES] = {
    { FAR, 0x1000 },
};

/* Two commands, one page: each has a bounce page of its own. */
static void one_page_twice(void)
{
    struct iodma_command other;
    struct iodma_segment64 segment;
    hal_address offset = 0;
    uint32_t count = 1;

    expect_status("set", begin(&narrow_spec, far_page, IODMA_INOUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_command(&other, command.window.bus, &narrow_spec);
    expect_status("set the other",
                  iodma_command_set_memory(&other, &memory, true), IODMA_OK);
    make_list();
    expect_status(
        "gen of the other",
        iodma_command_gen_segments64(&other, &offset, &segment, &count),
        IODMA_OK);
    expect("they lie apart", segment.address != list[0].address);
    expect_number("pages taken", fixture_pages_taken(), 2);
    expect_status("complete the other",
                  iodma_command_complete(&other, true, true), IODMA_OK);
    device_inverts(0, 0x1000);
    complete(true);
    expect_client("the device's bytes", true, 0, 0x1000);
}

/* A page that was lent whole is lent in part next: the rest of the lines is
   zero. */
static void reused_page(void)
{
    static const struct iodma_range part[ROW_RANGES] = {
        { FAR + 0x110, 0x50 },
    };

    begin_on_lines(&narrow_spec, far_page);
    expect_status("prepare", prepare(true), IODMA_OK);
    complete(true);
    memory = row_memory(part, IODMA_OUT);
    expect_attached(&command, &memory);
    make_list();
    expect_number("the same page", list[0].address, 0x100110);
    expect_zeros(0x100100, 0x10);
    expect_zeros(0x100160, 0x20);
    complete(true);
}

/* Bounce pages that lie side by side are one segment. */
static void side_by_side(void)
{
    enum { PAGES = 4 };
    static struct iodma_bounce pool;
    static uint32_t words[IODMA_BLOCK_WORDS(PAGES)];
    static struct hal_loan loans[PAGES];
    static const struct iodma_range ranges[ROW_RANGES] = {
        { FAR, 0x2000 },
        { 0x20000, 0x10 },
        { FAR + 0x8000, 0x1000 },
    };
    static const struct hal_segment want[] = { { 0x100000, 0x2000 },
                                               { 0x20000, 0x10 },
                                               { 0x102000, 0x1000 } };
    struct iodma_bus bus = *fixture_bouncing_bus();

    expect_status("pool",
                  iodma_bounce_init(&pool, 0x100000, PAGES * 0x1000, 0x1000,
                                    words, loans, PAGES),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    memory = row_memory(ranges, IODMA_OUT);
    expect_command(&command, &bus, &narrow_spec);
    expect_attached(&command, &memory);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_device_has_fresh();
    complete(true);
}

/* What is far away goes out through storage of a bus of the test's own, as one
   segment, and the storage is free again. */
static void expect_goes_out(struct iodma_bus *bus, const char *what,
                            const struct iodma_range *ranges,
                            const struct iodma_spec *spec,
                            struct hal_segment want)
{
    memory = row_memory(ranges, IODMA_OUT);
    expect_command(&command, bus, spec);
    expect_attached(&command, &memory);
    make_list();
    expect_segments(what, list, listed, &want, 1);
    expect_device_has_fresh();
    complete(true);
}

/* Memory that lies right before the storage, or right behind it, is one segment
   with what is bounced there. */
static void beside_storage(void)
{
    static const struct hal_aperture aperture = { 0xf0000, 0x4fffff, 0xf0000,
                                                  HAL_READ | HAL_WRITE, true };
    static const struct {
        const char *what;
        struct iodma_range ranges[ROW_RANGES];
        struct hal_segment want;
    } rows[] = {
        { "before it",
          { { 0xfff00, 0x100 }, { 0x80000, 0x1000 } },
          { 0xfff00, 0x1100 } },
        { "behind it",
          { { 0x800000, 0x1000 }, { 0x101000, 0x10 } },
          { 0x100000, 0x1010 } },
    };
    static struct iodma_bounce pool;
    static uint32_t words[1];
    static struct hal_loan loan;

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct iodma_bus bus = *fixture_bouncing_bus();
        struct hal_bus hal = *bus.hal;

        hal.apertures = &aperture;
        hal.aperture_count = 1;
        bus.hal = &hal;
        expect_status(
            "pool",
            iodma_bounce_init(&pool, 0x100000, 0x1000, 0x1000, words, &loan, 1),
            IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
        expect_goes_out(&bus, rows[i].what, rows[i].ranges, &narrow_spec,
                        rows[i].want);
    }
}

/* But not where another aperture begins between the two. */
static void beside_storage_apart(void)
{
    static const struct {
        const char *what;
        struct hal_aperture apertures[2];
        struct iodma_range ranges[ROW_RANGES];
        struct hal_segment want[2];
    } rows[] = {
        { "before it",
          { { 0xf0000, 0xfffff, 0xf0000, HAL_READ | HAL_WRITE, true },
            { 0x100000, 0x4fffff, 0x500000, HAL_READ | HAL_WRITE, true } },
          { { 0xfff00, 0x100 }, { 0x80000, 0x1000 } },
          { { 0xfff00, 0x100 }, { 0x500000, 0x1000 } } },
        { "behind it",
          { { 0xf0000, 0x100fff, 0xf0000, HAL_READ | HAL_WRITE, true },
            { 0x101000, 0x4fffff, 0x501000, HAL_READ | HAL_WRITE, true } },
          { { 0x800000, 0x1000 }, { 0x101000, 0x10 } },
          { { 0x100000, 0x1000 }, { 0x501000, 0x10 } } },
    };
    static struct iodma_bounce pool;
    static uint32_t words[1];
    static struct hal_loan loan;

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        struct iodma_bus bus;

        hal.apertures = rows[i].apertures;
        hal.aperture_count = HAL_COUNT_OF(rows[i].apertures);
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status(
            "pool",
            iodma_bounce_init(&pool, 0x100000, 0x1000, 0x1000, words, &loan, 1),
            IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
        memory = row_memory(rows[i].ranges, IODMA_OUT);
        expect_command(&command, &bus, &narrow_spec);
        expect_attached(&command, &memory);
        make_list();
        expect_segments(rows[i].what, list, listed, rows[i].want,
                        HAL_COUNT_OF(rows[i].want));
        complete(true);
    }
}

/* Two extents begin between apertures, and the second one goes on in one. */
static void out_of_a_gap(void)
{
    static const struct hal_aperture apertures[] = {
        { 0, 0x3fffff, 0, HAL_READ | HAL_WRITE, true },
        { 0x410000, 0x4fffff, 0x410000, HAL_READ | HAL_WRITE, true },
    };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x408000, 0x1000 },
        { 0x40f000, 0x2000 },
    };
    static const struct hal_segment want[] = { { 0x100000, 0x1000 },
                                               { 0x102000, 0x1000 },
                                               { 0x410000, 0x1000 } };
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    hal.apertures = apertures;
    hal.aperture_count = HAL_COUNT_OF(apertures);
    bus.hal = &hal;
    memory = row_memory(ranges, IODMA_OUT);
    expect_command(&command, &bus, &narrow_spec);
    expect_attached(&command, &memory);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_device_has_fresh();
    complete(true);
}

/* Granules that are a quarter of what a device reaches, beyond that. */
static void large_granules(void)
{
    enum { GRANULES = 4 };
    static const uint32_t granule = (uint32_t)(FAR / 4);
    static struct iodma_bounce pool;
    static uint32_t words[IODMA_BLOCK_WORDS(GRANULES)];
    static struct hal_loan loans[4];
    static const struct iodma_spec spec =
        SPEC(host64, REACH_BITS + 2, 0, 1, 1, 1);
    static const struct iodma_spec few_bits =
        SPEC(host64, REACH_BITS - 3, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 4 * FAR + 0x10, 0x100 },
        { 4 * FAR - 0x100, 0x80 },
        { 4 * FAR + FAR / 4 + 0xff0000, 0x2000 },
        { 4 * FAR - 0x10, 0x20 },
    };
    static const struct hal_segment want[] = {
        { 2 * FAR + 0x10, 0x100 },   { 4 * FAR - 0x100, 0x80 },
        { 2 * FAR + 0x140, 0x2000 }, { 4 * FAR - 0x10, 0x10 },
        { 2 * FAR + 0x2140, 0x10 },
    };
    struct iodma_bus bus;

    sparse_reset();
    expect_status("bus", iodma_bus_init(&bus, &fixture_hal_bus, granule),
                  IODMA_OK);
    expect_status("pool",
                  iodma_bounce_init(&pool, 2 * FAR,
                                    (hal_address)GRANULES * granule, granule,
                                    words, loans, HAL_COUNT_OF(loans)),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    expect_status("bits that do not reach its end",
                  iodma_command_init(&command, &bus, &few_bits, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_command(&command, &bus, &spec);
    memory = row_memory(ranges, IODMA_INOUT);
    expect_attached(&command, &memory);
    make_list();
    expect_segments("the list", list, listed, want, HAL_COUNT_OF(want));
    expect_device_has_fresh();
    expect_number("granules", iodma_bounce_in_use(&pool), 1);
    device_inverts(0, memory.length);
    expect_completed(&command);
    expect_client("the device's bytes", true, 0, memory.length);
    expect_number("granules", iodma_bounce_in_use(&pool), 0);
}

/* A granule of one byte, which is byte 0, comes back like any other. */
static void byte_nought(void)
{
    static struct iodma_bounce pool;
    static uint32_t words[IODMA_BLOCK_WORDS(1)];
    static struct hal_loan loan;
    static const struct iodma_range ranges[ROW_RANGES] = { { FAR, 1 } };
    struct iodma_bus bus;

    sparse_reset();
    expect_status("bus", iodma_bus_init(&bus, &fixture_hal_bus, 1), IODMA_OK);
    expect_status("pool", iodma_bounce_init(&pool, 0, 1, 1, words, &loan, 1),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    for (unsigned i = 0; i < 2; i++) {
        expect_goes_out(&bus, "byte 0", ranges, &narrow_spec,
                        (struct hal_segment){ 0, 1 });
        expect_number("granules", iodma_bounce_in_use(&pool), 0);
    }
}

/* An aperture that ends within a page reaches none of that page. */
static void split_page(void)
{
    static const struct hal_aperture ends_within = { 0, 0x10007ff, 0,
                                                     HAL_READ | HAL_WRITE,
                                                     true };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x1000400, 0x800 },
    };
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    hal.apertures = &ends_within;
    bus.hal = &hal;
    expect_goes_out(&bus, "the page", ranges, &spec,
                    (struct hal_segment){ 0x100400, 0x800 });
}

/* Storage lies in one aperture, read and written; where it is on the bus does
   not matter. */
static void storage_apertures(void)
{
    static const struct {
        const char *what;
        struct hal_aperture apertures[2];
        enum iodma_status lend;
        struct hal_segment want;
    } rows[] = {
        { "in another aperture than the memory",
          { { 0, 0xfffff, 0, HAL_READ | HAL_WRITE, true },
            { 0x100000, 0x2fffff, 0x8000000, HAL_READ | HAL_WRITE, true } },
          IODMA_OK,
          { 0x8100000, 0x1800 } },
        { "in two apertures",
          { { 0, 0x200fff, 0, HAL_READ | HAL_WRITE, true },
            { 0x201000, 0x2fffff, 0x8000000, HAL_READ | HAL_WRITE, true } },
          IODMA_BAD_ARGUMENT,
          { 0, 0 } },
        { "in two apertures side by side on the bus",
          { { 0, 0x200fff, 0, HAL_READ | HAL_WRITE, true },
            { 0x201000, 0x2fffff, 0x201000, HAL_READ | HAL_WRITE, true } },
          IODMA_BAD_ARGUMENT,
          { 0, 0 } },
        { "with its last byte in none",
          { { 0, 0x2ffffe, 0, HAL_READ | HAL_WRITE, true },
            { 0x300000, 0x3fffff, 0x8000000, HAL_READ | HAL_WRITE, true } },
          IODMA_BAD_ARGUMENT,
          { 0, 0 } },
        { "in one that is only read",
          { { 0, 0xfffff, 0, HAL_READ | HAL_WRITE, true },
            { 0x100000, 0x2fffff, 0x8000000, HAL_READ, true } },
          IODMA_BAD_ARGUMENT,
          { 0, 0 } },
        { "in one that is only written",
          { { 0, 0xfffff, 0, HAL_READ | HAL_WRITE, true },
            { 0x100000, 0x2fffff, 0x8000000, HAL_WRITE, true } },
          IODMA_BAD_ARGUMENT,
          { 0, 0 } },
    };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10004, 0x1800 },
    };
    static const struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x10);

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        struct iodma_bus bus;

        hal.apertures = rows[i].apertures;
        hal.aperture_count = 2;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status(rows[i].what, iodma_bus_lend(&bus, fixture_bounce()),
                      rows[i].lend);
        memory = row_memory(ranges, IODMA_OUT);
        expect_command(&command, &bus, &spec);
        expect_status(rows[i].what,
                      iodma_command_set_memory(&command, &memory, true),
                      rows[i].lend == IODMA_OK ? IODMA_OK : IODMA_NO_RESOURCES);
        if (rows[i].lend == IODMA_OK) {
            make_list();
            expect_segments(rows[i].what, list, listed, &rows[i].want, 1);
            complete(true);
        }
        expect_all_given_back();
    }
}

/* As many loans as stretches, or one, or none. */
static void few_loans(void)
{
    static const struct hal_segment whole[] = { { 0x200000, 0x3000 } };

    expect_status("set", begin(&narrow_spec, far_away, IODMA_OUT), IODMA_OK);
    fixture_leave_loans(1);
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    expect_segments("too few to split", list, listed, whole, 1);
    expect_device_has_fresh();
    complete(true);

    expect_status("set", begin(&narrow_spec, far_away, IODMA_OUT), IODMA_OK);
    fixture_leave_loans(2);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_number("rung", fixture_rung(&command), RUNG_SPLIT);
    expect_number("loans taken", fixture_loans_taken(), 2);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NO_RESOURCES);
    expect_number("rung", fixture_rung(&command), RUNG_SPLIT);
    complete(true);

    expect_status("set", begin(&narrow_spec, far_away, IODMA_OUT), IODMA_OK);
    fixture_leave_loans(0);
    expect_status("prepare", prepare(true), IODMA_NO_RESOURCES);
    expect_all_given_back();
}

/* Lists only, on such a bus: each segment is judged when it is made, and the
   last may end anywhere. */
static void listed_seams(void)
{
    static const struct hal_limits on_pages = { .align_seam = 0x1000 };
    static const struct {
        struct iodma_range ranges[ROW_RANGES];
        enum iodma_status first, second;
    } rows[] = {
        { { { 0x10800, 0x800 }, { 0x20000, 0x100 } }, IODMA_OK, IODMA_OK },
        { { { 0x10000, 0x800 }, { 0x20000, 0x1000 } },
          IODMA_NOT_ALIGNED,
          IODMA_OK },
        { { { 0x10000, 0x1800 }, { 0x20800, 0x800 } },
          IODMA_NOT_ALIGNED,
          IODMA_OK },
    };
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    spec.mapping = IODMA_UNMAPPED | IODMA_ITERATE_ONLY;
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        hal_address behind = rows[i].ranges[0].length;
        hal_address offset = 0;
        uint32_t count = 1;
        struct iodma_segment64 segment;
        struct iodma_bus bus;

        hal.limits = &on_pages;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        memory = row_memory(rows[i].ranges, IODMA_OUT);
        expect_command(&command, &bus, &spec);
        expect_attached(&command, &memory);
        expect_status(
            "the first",
            iodma_command_gen_segments64(&command, &offset, &segment, &count),
            rows[i].first);
        offset = behind;
        count = 1;
        expect_status(
            "the last",
            iodma_command_gen_segments64(&command, &offset, &segment, &count),
            rows[i].second);
        complete(true);
    }
}

/* The page that a byte is in. */
static hal_address page_of(hal_address address)
{
    return address - address % 0x1000;
}

/* Is each page lent to one command, and does the device see through both
   segments of command i what the client wrote? */
static bool lent_apart(struct iodma_command *commands, hal_address (*places)[2],
                       unsigned count, unsigned i,
                       const struct iodma_range *ranges)
{
    struct iodma_segment64 segments[2];
    hal_address offset = 0;
    uint32_t filled = 2;

    if (!expect_status("gen",
                       iodma_command_gen_segments64(&commands[i], &offset,
                                                    segments, &filled),
                       IODMA_OK) ||
        !expect_number("segments", filled, 2) ||
        !expect_number("rung", fixture_rung(&commands[i]), RUNG_SPLIT))
        return false;
    for (unsigned k = 0; k < 2; k++) {
        hal_address address = (hal_address)segments[k].address;
        hal_address last = ranges[k].length - 1;

        for (unsigned other = 0; other < count; other++)
            if (!expect("no page is lent twice",
                        page_of(places[other][0]) != page_of(address) &&
                            page_of(places[other][1]) != page_of(address)))
                return false;
        if (!expect_number("the device sees the first", *sparse_byte(address),
                           sparse_fresh(ranges[k].address)) ||
            !expect_number("the device sees the last",
                           *sparse_byte(address + last),
                           sparse_fresh(ranges[k].address + last)))
            return false;
    }
    for (unsigned k = 0; k < 2; k++)
        places[i][k] = (hal_address)segments[k].address;
    return true;
}

/* Commands of two stretches of `length` bytes each come and go over a pool of
   few pages: `apart` if they do not fit into one. */
static void come_and_go(hal_address length, bool apart)
{
    enum { PAGES = 8, COMMANDS = 2 * PAGES + 1, FAR_PAGES = 6 };
    static struct iodma_bounce pool;
    static uint32_t words[IODMA_BLOCK_WORDS(PAGES)];
    static struct hal_loan loans[2 * PAGES];
    static struct iodma_command commands[COMMANDS];
    static struct iodma_memory memories[COMMANDS];
    static struct iodma_range ranges[COMMANDS][2];
    hal_address places[COMMANDS][2] = { { 0 } }; /* while prepared; else 0 */
    struct iodma_bus bus = *fixture_bouncing_bus();
    uint64_t seed = 11;

    expect_status("pool",
                  iodma_bounce_init(&pool, 0x100000, PAGES * 0x1000, 0x1000,
                                    words, loans, HAL_COUNT_OF(loans)),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    for (unsigned i = 0; i < COMMANDS; i++)
        expect_command(&commands[i], &bus, &narrow_spec);
    for (unsigned round = 0; round < 3000; round++) {
        unsigned i = random_below(&seed, COMMANDS);
        uint32_t first = random_below(&seed, FAR_PAGES);
        uint32_t step = 1 + random_below(&seed, FAR_PAGES - 1);
        uint32_t in_use = iodma_bounce_in_use(&pool);

        if (commands[i].prepared != 0) {
            expect_completed(&commands[i]);
            expect_number("pages given back",
                          in_use - iodma_bounce_in_use(&pool), apart ? 2 : 1);
            places[i][0] = places[i][1] = 0;
            continue;
        }
        if (in_use == PAGES)
            continue;
        ranges[i][0] =
            (struct iodma_range){ FAR + 0x1000 * (hal_address)first, length };
        ranges[i][1] = (struct iodma_range){
            FAR + 0x1000 * (hal_address)((first + step) % FAR_PAGES), length
        };
        memories[i] = memory_of(ranges[i], 2, IODMA_OUT);
        expect_attached(&commands[i], &memories[i]);
        if (!lent_apart(commands, places, COMMANDS, i, ranges[i]))
            break;
    }
    for (unsigned i = 0; i < COMMANDS; i++)
        expect_cleared(&commands[i]);
    expect_number("pages in use", iodma_bounce_in_use(&pool), 0);
    expect_number("at most", iodma_bounce_high_water(&pool), PAGES);
}

static void few_pages(void)
{
    come_and_go(0x801, true);
    come_and_go(0x10, false);
}

/* clang-format off */
/* IODMA_DIRECT_ONLY: the verdict on the memory as it lies is the answer,
   though there is storage. */
static const struct {
    const char *what;
    struct iodma_spec spec;
    bool lines; /* of 64 bytes, and not snooped */
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    enum iodma_status want;
} direct_only[] = {
    { "what goes as it lies goes", SPEC(host64, REACH_BITS, 0x1000, 4, 4, 4),
      false,
      IODMA_INOUT, { { 0x10004, 0x100 }, { 0x20008, 0x10 } }, IODMA_OK },
    { "out of the device's bits", SPEC(host64, REACH_BITS, 0, 1, 1, 1), false,
      IODMA_OUT, { { 0x10000, 0x100 }, { FAR - 1, 2 } },
      IODMA_MESSAGE_TOO_LARGE },
    { "in no aperture", SPEC(host64, 64, 0, 1, 1, 1), false, IODMA_OUT,
      { { FIXTURE_LAST + 1, 0x1000 } }, IODMA_MESSAGE_TOO_LARGE },
    { "the first address", SPEC(host64, 64, 0, 4, 1, 1), false, IODMA_OUT,
      { { 0x10001, 0x1000 } }, IODMA_NOT_ALIGNED },
    { "a later address", SPEC(host64, 64, 0, 1, 1, 4), false, IODMA_OUT,
      { { 0x10000, 0x100 }, { 0x20002, 0x10 } }, IODMA_NOT_ALIGNED },
    { "a length inside", SPEC(host64, 64, 0, 1, 4, 1), false, IODMA_OUT,
      { { 0x10000, 6 }, { 0x20006, 2 } }, IODMA_NOT_ALIGNED },
    { "too many segments",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 1), false,
      IODMA_OUT, { { 0x10000, 0x100 }, { 0x20000, 0x100 } }, IODMA_NO_SPACE },
    { "lines of its own", SPEC(host64, 64, 0, 1, 1, 1), true, IODMA_IN,
      { { 0x10040, 0x80 } }, IODMA_OK },
    { "lines that are shared, only read", SPEC(host64, 64, 0, 1, 1, 1), true,
      IODMA_OUT, { { 0x10041, 0x3e } }, IODMA_OK },
    { "a shared line where it begins", SPEC(host64, 64, 0, 1, 1, 1), true,
      IODMA_IN, { { 0x10044, 0x7c } }, IODMA_NOT_ALIGNED },
    { "a shared line where it ends", SPEC(host64, 64, 0, 1, 1, 1), true,
      IODMA_INOUT, { { 0x10040, 0x7c } }, IODMA_NOT_ALIGNED },
    { "a shared line, and behind it what is out of reach",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), true, IODMA_IN,
      { { 0x10044, 0x7c }, { FAR, 0x40 } }, IODMA_MESSAGE_TOO_LARGE },
    { "what is out of reach, and behind it a shared line",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), true, IODMA_IN,
      { { FAR, 0x40 }, { 0x10044, 0x7c } }, IODMA_MESSAGE_TOO_LARGE },
};
/* clang-format on */

static void direct_only_answers(uint32_t flags, bool lent)
{
    for (size_t i = 0; i < HAL_COUNT_OF(direct_only); i++) {
        struct iodma_bus bus = direct_only[i].lines ? *bus_with_lines(64)
                                                    : *fixture_bouncing_bus();
        struct iodma_spec spec = direct_only[i].spec;

        if (!lent) {
            bus.bouncing = NULL;
            bus.bounce = NULL;
        }
        spec.mapping = IODMA_DIRECT_ONLY | flags;
        memory = row_memory(direct_only[i].ranges, direct_only[i].direction);
        expect_command(&command, &bus, &spec);
        expect_status(direct_only[i].what,
                      iodma_command_set_memory(&command, &memory, true),
                      direct_only[i].want);
        if (direct_only[i].want == IODMA_OK)
            expect_number(direct_only[i].what, fixture_rung(&command),
                          RUNG_DIRECT);
        expect_all_given_back();
        expect_ended(&command);
    }
}

static void direct_only_command(void)
{
    struct iodma_spec spec = narrow_spec;

    direct_only_answers(0, true);
    direct_only_answers(0, false);
    direct_only_answers(IODMA_UNMAPPED, true);

    spec.mapping = IODMA_DIRECT_ONLY | IODMA_ITERATE_ONLY;
    expect_status(
        "with lists only",
        iodma_command_init(&command, fixture_bouncing_bus(), &spec, NULL),
        IODMA_BAD_ARGUMENT);
}

static void direct_only_over_least(void)
{
    direct_only_answers(IODMA_LEAST_BOUNCE, true);
}

static void too_long(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 1, HAL_ADDRESS_MAX - 1 },
    };

    expect_status("set", begin(&aligned_spec, ranges, IODMA_OUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_NO_RESOURCES);
    expect_all_given_back();
}

/* A bus whose segments meet on pages only, as PRPs do. */
static void seams(void)
{
    static const struct hal_limits on_pages = { .align_seam = 0x1000 };
    static const struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0x1800);
    static const struct {
        struct iodma_range ranges[ROW_RANGES];
        unsigned rung;
        struct hal_segment list[3];
    } rows[] = {
        { { { 0x10800, 0x800 }, { 0x20000, 0x100 } },
          RUNG_DIRECT,
          { { 0x10800, 0x800 }, { 0x20000, 0x100 } } },
        { { { 0x10000, 0x800 }, { 0x20000, 0x1000 } },
          RUNG_WHOLE,
          { { 0x200000, 0x1800 } } },
        { { { 0x10000, 0x1000 }, { 0x20004, 0x100 } },
          RUNG_WHOLE,
          { { 0x200000, 0x1100 } } },
        { { { 0x10000, 0x2100 } },
          RUNG_DIRECT,
          { { 0x10000, 0x1000 }, { 0x11000, 0x1100 } } },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        struct iodma_bus bus;

        hal.limits = &on_pages;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
        memory = row_memory(rows[i].ranges, IODMA_OUT);
        expect_command(&command, &bus, &spec);
        expect_attached(&command, &memory);
        expect_number("rung", fixture_rung(&command), rows[i].rung);
        make_list();
        expect_segments("the list", list, listed, rows[i].list,
                        row_count(rows[i].list, 3));
        expect_device_has_fresh();
        complete(true);
    }
}

/* An emitter that takes portions, and may refuse one of them. */
struct taker {
    struct hal_emitter emitter;
    struct hal_segment segments[16];
    unsigned count, puts, firsts, lasts;
    unsigned refuse_at; /* the n-th put; 0: none */
};

static enum iodma_status take_portion(struct hal_emitter *emitter,
                                      const struct hal_segment *segments,
                                      uint32_t count, bool first, bool last)
{
    struct taker *taker = HAL_CONTAINER_OF(emitter, struct taker, emitter);

    if (++taker->puts == taker->refuse_at)
        return IODMA_NO_SPACE;
    taker->firsts += first;
    taker->lasts += last;
    for (uint32_t i = 0; i < count; i++)
        taker->segments[taker->count++] = segments[i];
    return IODMA_OK;
}

static void emitting(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0xC00 },
    };
    struct taker taker = { .emitter = { take_portion } };
    struct iodma_spec spec = SPEC(host64, 64, 0x100, 0x1000, 1, 0x100);
    hal_address offset = 0;

    spec.mapping = IODMA_UNMAPPED | IODMA_ITERATE_ONLY;
    expect_status("set", begin(&spec, ranges, IODMA_OUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("emit", iodma_command_emit(&command, &offset, &taker.emitter),
                  IODMA_OK);
    expect_number("segments", taker.count, 12);
    expect_number("the last one's address", taker.segments[11].address,
                  0x10B00);
    expect_number("firsts", taker.firsts, 1);
    expect_number("lasts", taker.lasts, 1);
    expect_number("offset", offset, 0xC00);

    offset = 0x100;
    taker = (struct taker){ .emitter = { take_portion }, .refuse_at = 2 };
    spec.segment.align_address = 0x100;
    complete(true);
    expect_status("set_spec", iodma_command_set_spec(&command, &spec),
                  IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("emit, refused at the second portion",
                  iodma_command_emit(&command, &offset, &taker.emitter),
                  IODMA_NO_SPACE);
    expect_number("offset as before", offset, 0x100);
    expect_status("emit of nothing",
                  iodma_command_emit(&command, &offset, NULL),
                  IODMA_BAD_ARGUMENT);
    complete(true);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 51, "deinit copies in once and gives everything back", case_51 },
    { 84, "one page, written by two segments", case_84 },
    { 88, "the memory that was set, and the memory for DMA", case_88 },
    { 90, "In: prefilled, copied in; or zeros", case_90 },
    { 91, "In: not copied if not wanted", case_91 },
    { 92, "Out: never copied in", case_92 },
    { 93, "None: both", case_93 },
    { 94, "pages not filled are zeros, and filled when asked", case_94 },
    { 95, "In: copied by synchronize", case_95 },
    { 96, "Out: copied in if asked: explicit beats direction", case_96 },
    { 97, "synchronize both ways at once", case_97 },
    { 98, "synchronize with other bits, and with none", case_98 },
    { 99, "synchronize of what is direct", case_99 },
    { 100, "force, for every direction", case_100 },
    { 101, "force: the device's side is filled whatever the direction",
      case_101 },
    { 102, "force twice is once", case_102 },
    { 103, "force that cannot be had changes nothing", case_103 },
    { 109, "nested: only the last complete copies", case_109 },
    { 0, "storage lies in one aperture that is read and written",
      storage_apertures },
    { 0, "too few loans: a whole buffer; none: nothing is bounced",
      few_loans },
    { 0, "force keeps what the device wrote into pages", force_from_pages },
    { 0, "force at a phase", force_at_phase },
    { 0, "R-34: force does not copy zeros over the client's bytes",
      force_not_filled },
    { 0, "R-34: pages that were filled later are copied back",
      force_filled_later },
    { 0, "R-34: and those of which the client has taken what was there",
      force_taken_before },
    { 0, "R-34: a buffer that was forced is filled", force_then_force },
    { 0, "force to where the CPU cannot go changes nothing",
      force_beyond_reach },
    { 0, "force reads ROM", force_from_rom },
    { 0, "nor does force from where the CPU cannot go",
      force_from_beyond_reach },
    { 0, "force does not mind nesting", force_nested },
    { 0, "force is refused for lists only, and under a device",
      force_refused },
    { 0, "of a byte that is named twice the last copy stands", named_twice },
    { 0, "storage of which an end is out of reach is not lent", stray_pool },
    { 0, "two commands bounce one page apart", one_page_twice },
    { 0, "bounce pages that lie side by side are one segment", side_by_side },
    { 0, "memory beside bounce storage is one segment with it",
      beside_storage },
    { 0, "and two, if another aperture begins between them",
      beside_storage_apart },
    { 0, "an aperture that ends within a page", split_page },
    { 0, "of an extent that begins in a gap only that is bounced",
      out_of_a_gap },
    { 0, "granules of 1 GiB, beyond 4 GiB", large_granules },
    { 0, "a granule that is byte 0", byte_nought },
    { 0, "commands that come and go over few pages", few_pages },
    { 0, "segments that may meet on pages only", seams },
    { 0, "lists only, of segments that may meet on pages only", listed_seams },
    { 0, "IODMA_DIRECT_ONLY in all its answers", direct_only_command },
    { 0, "IODMA_DIRECT_ONLY overrides IODMA_LEAST_BOUNCE",
      direct_only_over_least },
    { 0, "an emitter takes a list in portions, or refuses", emitting },
    { 0, "E5: a page lent again shows nothing of before", reused_page },
    { 0, "E5: padding that the device could see is zero", padding },
    { 0, "E5: and is written back, where lines are of two sizes",
      padding_of_small_lines },
    { 0, "E5: and so is all that was not filled", padding_not_filled },
    { 0, "E5: a short transfer ends the same on every rung", short_transfer },
    { 0, "a window longer than any buffer", too_long },
};
/* clang-format on */

/* The same bytes twice, the second time only as far as the device sees them. */
static void test_twice_at_an_edge(void)
{
    static struct iodma_range ranges[] = { { 0x51000, 0x100 },
                                           { 0x51000, 0x40 } };
    struct iodma_spec spec = SPEC(segments, 0, 0, 0, 0, 0x100);
    struct hal_aperture apertures[] = { fixture_aperture, fixture_aperture };
    struct hal_bus hal = fixture_hal_bus;
    struct hal_segment segments[2];
    struct iodma_command twice;
    struct iodma_memory bytes;
    struct iodma_bus bus;

    check_case("what is reached is not bounced because more was");
    (void)fixture_bouncing_bus();
    apertures[0].last = 0x5103F;
    apertures[1].first = 0x100000;
    apertures[1].bus = 0x100000;
    hal.apertures = apertures;
    hal.aperture_count = HAL_COUNT_OF(apertures);
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
    (void)iodma_memory_init_ranges(&bytes, ranges, HAL_COUNT_OF(ranges),
                                   IODMA_OUT, NULL, 0);
    spec.mapping |= IODMA_LEAST_BOUNCE;
    expect_command(&twice, &bus, &spec);
    expect_attached(&twice, &bytes);
    if (expect_number("segments", fixture_list(&twice, segments, 2), 2))
        expect_number("the second", segments[1].address, 0x51000);
    expect_cleared(&twice);
}

int main(void)
{
    listing();
    check_rows(cases, HAL_COUNT_OF(cases));
    test_twice_at_an_edge();
    return check_result();
}
