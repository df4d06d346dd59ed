/* SPDX-License-Identifier: MIT */
/* What a device cannot take as it lies goes through storage that it can, and
   nobody notices: neither the device nor the memory's owner. */
#include "hal/container_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

enum { SEGMENTS = 8 };

#define GIB4 UINT64_C(0x100000000)

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
    expect_status(
        "init",
        iodma_command_init(&command, fixture_bouncing_bus(), spec, NULL),
        IODMA_OK);
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
static uint64_t client(uint64_t offset)
{
    uint64_t at = offset;

    for (uint32_t i = 0; i < memory.count; i++) {
        if (at < memory.ranges[i].length)
            return memory.ranges[i].address + at;
        at -= memory.ranges[i].length;
    }
    expect("the byte is there", false);
    return 0;
}

/* The bus address, which is the same as the CPU's, where the device finds the
   byte. */
static uint64_t device(uint64_t offset)
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
    for (uint64_t i = 0; i < memory.length; i++) {
        if (!expect_number("a byte as the device sees it",
                           *sparse_byte(device(i)), sparse_fresh(client(i))))
            break;
    }
}

static void expect_client(const char *what, bool inverted, uint64_t from,
                          uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        uint8_t fresh = sparse_fresh(client(i));

        if (!expect_number(what, *sparse_byte(client(i)),
                           inverted ? (uint8_t)~fresh : fresh))
            break;
    }
}

/* The device writes the inverse of what fresh memory has there. */
static void device_inverts(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        *sparse_byte(device(i)) = (uint8_t)~sparse_fresh(client(i));
}

static void expect_all_given_back(void)
{
    expect_number("bounce pages taken", fixture_pages_taken(), 0);
    expect_number("pages of runs taken", fixture_run_pages_taken(), 0);
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
      IODMA_OUT, { { 0x10000, 6 }, { 0x20006, 2 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 8 } } },
    { 82, "pages above the reach", SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT,
      { { 0xfffff000, 0x3000 } }, false, false, IODMA_OK, 2,
      { { 0xfffff000, 0x1000 }, { 0x100000, 0x1000 },
        { 0x102000, 0x1000 } } },
    { 83, "a maximum that cuts inside pages does not double them",
      SPEC(host64, 32, 0x1000, 1, 1, 1), IODMA_OUT,
      { { GIB4 + 0x800, 0x2000 } }, false, false, IODMA_OK, 3,
      { { 0x100800, 0x800 }, { 0x102000, 0x1000 }, { 0x104000, 0x800 } } },
    { 84, "two segments of one page", SPEC(host64, 32, 0x800, 1, 1, 1),
      IODMA_INOUT, { { GIB4, 0x1000 } }, false, false, IODMA_OK, 1,
      { { 0x100000, 0x800 }, { 0x100800, 0x800 } } },
    { 85, "two ranges of one page", SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT,
      { { GIB4 + 0xa00, 0x200 }, { 0x30000, 0x400 },
        { GIB4 + 0xc00, 0x400 } },
      false, false, IODMA_OK, 1,
      { { 0x100a00, 0x200 }, { 0x30000, 0x400 }, { 0x100c00, 0x400 } } },
    { 86, "a range over the seam of two pages", SPEC(host64, 32, 0, 1, 1, 1),
      IODMA_OUT, { { GIB4 + 0xff0, 0x20 } }, false, false, IODMA_OK, 2,
      { { 0x100ff0, 0x10 }, { 0x102000, 0x10 } } },
    { 87, "only what is out of reach is bounced",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT,
      { { 0x1000, 0x1000 }, { GIB4 + 0x3000, 0x1000 }, { 0x2000, 0x1000 } },
      false, false, IODMA_OK, 1,
      { { 0x1000, 0x1000 }, { 0x100000, 0x1000 }, { 0x2000, 0x1000 } } },
    { 88, "a first address that is not aligned",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), IODMA_OUT,
      { { 0x10001, 0x1000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x1000 } } },
    { 89, "a later address that is not aligned",
      SPEC(host64, 64, 0x1000, 4, 4, 0x1000), IODMA_OUT,
      { { 0x10004, 0x10 }, { 0x13004, 0xff0 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x1000 } } },
    { 104, "no pages left: a whole buffer", SPEC(host64, 32, 0, 1, 1, 1),
      IODMA_OUT, { { 0xfffff000, 0x3000 } }, true, false, IODMA_OK,
      FIXTURE_PAGES, { { 0x200000, 0x3000 } } },
    { 105, "nothing left", SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT,
      { { 0xfffff000, 0x3000 } }, true, true, IODMA_NO_RESOURCES, 0,
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
      SPEC(host64, 32, 0, 1, 4, 1), IODMA_OUT,
      { { GIB4 + 0x802, 0x2000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x2000 } } },

    { 0, "E3: with too many segments, a whole buffer",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 1), IODMA_OUT,
      { { 0x10000, 0x100 }, { 0x20000, 0x100 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x200 } } },
    { 0, "E3: with pages in too many segments, a whole buffer",
      IODMA_SPEC(iodma_output_host64, 32, 0, .max_segments = 2), IODMA_OUT,
      { { GIB4, 0x3000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x3000 } } },
    { 0, "E3: NoResources, since pages might have helped",
      IODMA_SPEC(iodma_output_host64, 32, 0x1000, .max_segments = 2),
      IODMA_OUT, { { GIB4, 0x2000 } }, true, true, IODMA_NO_RESOURCES, 0,
      { { 0, 0 } } },
    { 0, "E3: NoSpace, if only the number of segments is broken at last",
      IODMA_SPEC(iodma_output_host64, 32, 0x1000, .max_segments = 2),
      IODMA_OUT, { { GIB4, 0x3000 } }, false, false, IODMA_NO_SPACE, 0,
      { { 0, 0 } } },
    { 0, "a whole buffer is aligned to more than a page",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000),
      IODMA_OUT, { { 0x10001, 0x1000 } }, false, false, IODMA_OK, 0,
      { { 0x200000, 0x1000 } } },
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
};
/* clang-format on */

static void listing(void)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
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
            expect_status("complete",
                          iodma_command_complete(&command, true, true),
                          IODMA_OK);
        } else {
            expect("not prepared", command.prepared == 0);
        }
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
    { 0xfffff000, 0x3000 },
};
static const struct iodma_spec aligned_spec =
    IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);
static const struct iodma_spec narrow_spec = SPEC(host64, 32, 0, 1, 1, 1);

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

static void expect_zeros(uint64_t address, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        if (!expect_number("a byte the device may see",
                           *sparse_byte(address + i), 0))
            break;
    }
}

static void case_84(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { GIB4, 0x1000 },
    };
    static const struct iodma_spec spec = SPEC(host64, 32, 0x800, 1, 1, 1);

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
    expect_number("its address", storage.buffer.address, 0x200000);
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
    expect_zeros(0x200000, 0x1000);
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

static void put_word(uint64_t address, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        *sparse_byte(address + i) = (uint8_t)(word >> (8 * i));
}

static uint32_t word_at(uint64_t address)
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
        uint64_t offset = 0;

        expect_status("set", begin(&eight_spec, eight_pages, direction),
                      IODMA_OK);
        put_word(0x10000, 0x53535300 | direction);
        expect_status("prepare", prepare(true), IODMA_OK);
        synchronize(IODMA_FORCE_DOUBLE_BUFFER | IODMA_OUT, IODMA_OK);
        listed = 1;
        expect_status(
            "gen", iodma_command_gen_segments(&command, &offset, list, &listed),
            IODMA_OK);
        expect_number("segments", listed, 1);
        expect_number("the memory's word", word_at(0x10000),
                      0x53535300 | direction);
        if ((direction & IODMA_IN) != 0)
            put_word(list[0].address, 0x11223300 | direction);
        expect_number("the memory's word, before complete", word_at(0x10000),
                      0x53535300 | direction);
        expect_status("clear", iodma_command_clear_memory(&command, true),
                      IODMA_OK);
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
        expect_segments("the list", list, listed, want, COUNT_OF(want));
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
    expect_status("complete", iodma_command_complete(&command, true, true),
                  IODMA_OK);
    expect_client("the device's bytes", true, 0, 0x3000);
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
    for (uint64_t i = 0; i < 0x3000; i++)
        if (!expect_number("both sides are equal", *sparse_byte(device(i)),
                           *sparse_byte(client(i))))
            break;
    complete(true);
}

/* The new buffer lies where the CPU cannot go: the client does not even get
   what the device wrote. */
static void force_beyond_reach(void)
{
    struct hal_region reachable[2];
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    reachable[0] = reachable[1] = hal.regions[0];
    reachable[0].size = 0x200000;
    reachable[1].base = 0x300000;
    reachable[1].size = (UINT64_C(1) << 63) - 0x300000;
    hal.regions = reachable;
    hal.region_count = 2;
    bus.hal = &hal;
    memory = row_memory(far_away, IODMA_INOUT);
    expect_status("init",
                  iodma_command_init(&command, &bus, &narrow_spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    make_list();
    device_inverts(0x1800, 0x2000);
    synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NOT_ATTACHED);
    expect_client("what was there", false, 0, 0x3000);
    expect_number("pages of runs taken", fixture_run_pages_taken(), 0);
    expect_number("rung", command.view.rung, IODMA_PAGES);
    complete(true);
    expect_client("what the device wrote", true, 0x1800, 0x2000);
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
    expect_status("complete", iodma_command_complete(&command, true, true),
                  IODMA_OK);
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
    expect_status("complete", iodma_command_complete(&command, true, true),
                  IODMA_OK);
    expect_client("not yet", false, 0, 0x1000);
    expect_number("pages of runs taken", fixture_run_pages_taken(), 1);
    complete(true);
    expect_client("now", true, 0, 0x1000);
}

static void case_51(void)
{
    begin_whole(IODMA_IN, true);
    expect_status("prepare again", prepare(true), IODMA_OK);
    device_inverts(0, 0x1000);
    expect_status("deinit", iodma_command_deinit(&command), IODMA_OK);
    expect_client("copied in", true, 0, 0x1000);
    expect_all_given_back();
}

/* The rest of a page that is not the window's, and of a buffer. */
static void padding(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { GIB4 + 0x100, 0x100 },
        { GIB4 + 0x300, 0x100 },
    };

    expect_status("set", begin(&narrow_spec, ranges, IODMA_OUT), IODMA_OK);
    for (uint64_t i = 0; i < 0x1000; i++)
        *sparse_byte(0x100000 + i) = 0xEE;
    expect_status("prepare", prepare(true), IODMA_OK);
    make_list();
    expect_device_has_fresh();
    expect_zeros(0x100000, 0x100);
    expect_zeros(0x100200, 0x100);
    expect_zeros(0x100400, 0xC00);
    complete(true);

    expect_status("set", begin(&aligned_spec, misaligned, IODMA_OUT), IODMA_OK);
    for (uint64_t i = 0; i < 0x2000; i++)
        *sparse_byte(0x200000 + i) = 0xEE;
    expect_status("prepare",
                  iodma_command_prepare(&command, 0, 0x800, true, true),
                  IODMA_OK);
    expect_zeros(0x200800, 0x800);
    complete(true);
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
        { "direct", &plain_spec, { { GIB4, 0x3000 } } },
        { "pages", &narrow_spec, { { GIB4, 0x3000 } } },
        { "whole", &aligned_spec, { { GIB4 + 1, 0x3000 } } },
    };
    static const uint64_t missing[] = { 0, 1, 63, 0x1000, 0x1001, 0x3000 };

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        for (size_t k = 0; k < COUNT_OF(missing); k++) {
            uint64_t written = 0x3000 - missing[k];

            expect_status("set", begin(ways[i].spec, ways[i].ranges, IODMA_IN),
                          IODMA_OK);
            for (uint64_t b = 0; b < 0x3000; b++)
                *sparse_byte(client(b)) = 0xAA;
            expect_status("prepare", prepare(true), IODMA_OK);
            make_list();
            device_inverts(0, written);
            complete(true);
            expect_client(ways[i].what, true, 0, written);
            for (uint64_t b = written; b < 0x3000; b++)
                if (!expect_number(ways[i].what, *sparse_byte(client(b)), 0xAA))
                    break;
        }
    }
}

static const struct iodma_range far_page[ROW_RANGES] = {
    { GIB4, 0x1000 },
};

/* Two commands, one page: each has a bounce page of its own. */
static void one_page_twice(void)
{
    struct iodma_command other;
    struct iodma_segment64 segment;
    uint64_t offset = 0;
    uint32_t count = 1;

    expect_status("set", begin(&narrow_spec, far_page, IODMA_INOUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    expect_status("init",
                  iodma_command_init(&other, command.bus, &narrow_spec, NULL),
                  IODMA_OK);
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

/* A page that was lent whole is lent in part next: the rest is zero. */
static void reused_page(void)
{
    static const struct iodma_range part[ROW_RANGES] = {
        { GIB4 + 0x100, 0x100 },
    };

    expect_status("set", begin(&narrow_spec, far_page, IODMA_OUT), IODMA_OK);
    expect_status("prepare", prepare(true), IODMA_OK);
    complete(true);
    memory = row_memory(part, IODMA_OUT);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    make_list();
    expect_number("the same page", list[0].address, 0x100100);
    expect_zeros(0x100000, 0x100);
    expect_zeros(0x100200, 0xE00);
    complete(true);
}

/* Bounce pages that lie side by side are one segment. */
static void side_by_side(void)
{
    enum { PAGES = 4 };
    static struct iodma_bounce pool;
    static struct hal_bounce_cell cells[PAGES];
    static struct iodma_note notes[PAGES];
    static const struct iodma_range ranges[ROW_RANGES] = {
        { GIB4, 0x2000 },
        { 0x20000, 0x10 },
        { GIB4 + 0x8000, 0x1000 },
    };
    static const struct hal_segment want[] = { { 0x100000, 0x2000 },
                                               { 0x20000, 0x10 },
                                               { 0x102000, 0x1000 } };
    struct iodma_bus bus = *fixture_bouncing_bus();

    expect_status("pool",
                  iodma_bounce_init(&pool, 0x100000, PAGES * 0x1000, 0x1000,
                                    cells, notes),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    memory = row_memory(ranges, IODMA_OUT);
    expect_status("init",
                  iodma_command_init(&command, &bus, &narrow_spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, COUNT_OF(want));
    expect_device_has_fresh();
    complete(true);
}

/* An aperture that ends within a page reaches none of that page. */
static void split_page(void)
{
    static const struct hal_aperture ends_within = { 0, 0, 0x1000800,
                                                     HAL_READ | HAL_WRITE,
                                                     true };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x1000400, 0x800 },
    };
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct hal_segment want[] = { { 0x100400, 0x800 } };
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    hal.apertures = &ends_within;
    bus.hal = &hal;
    memory = row_memory(ranges, IODMA_OUT);
    expect_status("init", iodma_command_init(&command, &bus, &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    make_list();
    expect_segments("the list", list, listed, want, 1);
    expect_device_has_fresh();
    complete(true);
}

/* A pool may have its runs elsewhere than its pages. */
static void strange_buffers(void)
{
    static const struct {
        const char *what;
        struct hal_aperture apertures[2];
        enum iodma_status prepare;
        struct hal_segment want;
    } rows[] = {
        { "in another aperture",
          { { 0, 0, 0x200000, HAL_READ | HAL_WRITE, true },
            { 0x200000, 0x8000000, 0x2000, HAL_READ | HAL_WRITE, true } },
          IODMA_OK,
          { 0x8000000, 0x1800 } },
        { "in two apertures",
          { { 0, 0, 0x201000, HAL_READ | HAL_WRITE, true },
            { 0x201000, 0x8000000, 0x10000, HAL_READ | HAL_WRITE, true } },
          IODMA_NO_RESOURCES,
          { 0, 0 } },
        { "in two apertures with its padding",
          { { 0, 0, 0x201800, HAL_READ | HAL_WRITE, true },
            { 0x201800, 0x8000000, 0x10000, HAL_READ | HAL_WRITE, true } },
          IODMA_NO_RESOURCES,
          { 0, 0 } },
        { "in none",
          { { 0, 0, 0x200000, HAL_READ | HAL_WRITE, true },
            { 0x201000, 0x8000000, 0x10000, HAL_READ | HAL_WRITE, true } },
          IODMA_NO_RESOURCES,
          { 0, 0 } },
    };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10004, 0x1800 },
    };
    static const struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x10);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct iodma_bus bus = *fixture_bouncing_bus();
        struct hal_bus hal = *bus.hal;

        hal.apertures = rows[i].apertures;
        hal.aperture_count = 2;
        bus.hal = &hal;
        memory = row_memory(ranges, IODMA_OUT);
        expect_status("init", iodma_command_init(&command, &bus, &spec, NULL),
                      IODMA_OK);
        expect_status(rows[i].what,
                      iodma_command_set_memory(&command, &memory, true),
                      rows[i].prepare);
        if (rows[i].prepare == IODMA_OK) {
            make_list();
            expect_segments(rows[i].what, list, listed, &rows[i].want, 1);
            complete(true);
        }
        expect_all_given_back();
    }
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
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        uint64_t behind = rows[i].ranges[0].length;
        uint64_t offset = 0;
        uint32_t count = 1;
        struct iodma_segment64 segment;
        struct iodma_bus bus;

        hal.limits = &on_pages;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        memory = row_memory(rows[i].ranges, IODMA_OUT);
        expect_status("init", iodma_command_init(&command, &bus, &spec, NULL),
                      IODMA_OK);
        expect_status("set", iodma_command_set_memory(&command, &memory, true),
                      IODMA_OK);
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

/* Is each page lent to one command, and does the device see through both
   segments of command i what the client wrote? */
static bool lent_apart(struct iodma_command *commands, uint64_t (*places)[2],
                       unsigned count, unsigned i,
                       const struct iodma_range *ranges)
{
    struct iodma_segment64 segments[2];
    uint64_t offset = 0;
    uint32_t filled = 2;

    if (!expect_status("gen",
                       iodma_command_gen_segments64(&commands[i], &offset,
                                                    segments, &filled),
                       IODMA_OK) ||
        !expect_number("segments", filled, 2) ||
        !expect_number("rung", commands[i].view.rung, IODMA_PAGES))
        return false;
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned other = 0; other < count; other++)
            if (!expect("no page is lent twice",
                        places[other][0] != segments[k].address &&
                            places[other][1] != segments[k].address))
                return false;
        if (!expect_number("the device sees it",
                           *sparse_byte(segments[k].address),
                           sparse_fresh(ranges[k].address)))
            return false;
        places[i][k] = segments[k].address;
    }
    return true;
}

/* Commands of two pages each come and go over a pool of few. There are more
   commands than buckets: records of one page by two owners meet in a bucket,
   and so do those of two pages by one owner. */
static void few_pages(void)
{
    enum { PAGES = 8, COMMANDS = 2 * PAGES + 1, FAR_PAGES = 6 };
    static struct iodma_bounce pool;
    static struct hal_bounce_cell cells[PAGES];
    static struct iodma_note notes[PAGES];
    static struct iodma_command commands[COMMANDS];
    static struct iodma_memory memories[COMMANDS];
    static struct iodma_range ranges[COMMANDS][2];
    uint64_t places[COMMANDS][2] = { { 0 } }; /* while prepared; else 0 */
    struct iodma_bus bus = *fixture_bouncing_bus();
    uint64_t seed = 11;

    expect_status("pool",
                  iodma_bounce_init(&pool, 0x100000, PAGES * 0x1000, 0x1000,
                                    cells, notes),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
    for (unsigned i = 0; i < COMMANDS; i++)
        expect_status(
            "init", iodma_command_init(&commands[i], &bus, &narrow_spec, NULL),
            IODMA_OK);
    for (unsigned round = 0; round < 3000; round++) {
        unsigned i = random_below(&seed, COMMANDS);
        uint32_t first = random_below(&seed, FAR_PAGES);
        uint32_t step = 1 + random_below(&seed, FAR_PAGES - 1);

        if (commands[i].prepared != 0) {
            expect_status("complete",
                          iodma_command_complete(&commands[i], true, true),
                          IODMA_OK);
            places[i][0] = places[i][1] = 0;
            continue;
        }
        if (iodma_bounce_in_use(&pool) == PAGES)
            continue;
        ranges[i][0] =
            (struct iodma_range){ GIB4 + 0x1000 * (uint64_t)first, 0x10 };
        ranges[i][1] = (struct iodma_range){
            GIB4 + 0x1000 * (uint64_t)((first + step) % FAR_PAGES), 0x10
        };
        expect_status("memory",
                      iodma_memory_init_ranges(&memories[i], ranges[i], 2,
                                               IODMA_OUT, NULL, 0),
                      IODMA_OK);
        expect_status(
            "set", iodma_command_set_memory(&commands[i], &memories[i], true),
            IODMA_OK);
        if (!lent_apart(commands, places, COMMANDS, i, ranges[i]))
            break;
    }
    for (unsigned i = 0; i < COMMANDS; i++)
        expect_status("clear", iodma_command_clear_memory(&commands[i], true),
                      IODMA_OK);
    expect_number("pages in use", iodma_bounce_in_use(&pool), 0);
    expect_number("at most", iodma_bounce_high_water(&pool), PAGES);
}

static void too_long(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 1, UINT64_MAX - 1 },
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
        uint8_t rung;
        struct hal_segment list[3];
    } rows[] = {
        { { { 0x10800, 0x800 }, { 0x20000, 0x100 } },
          IODMA_DIRECT,
          { { 0x10800, 0x800 }, { 0x20000, 0x100 } } },
        { { { 0x10000, 0x800 }, { 0x20000, 0x1000 } },
          IODMA_WHOLE,
          { { 0x200000, 0x1800 } } },
        { { { 0x10000, 0x1000 }, { 0x20004, 0x100 } },
          IODMA_WHOLE,
          { { 0x200000, 0x1100 } } },
        { { { 0x10000, 0x2100 } },
          IODMA_DIRECT,
          { { 0x10000, 0x1000 }, { 0x11000, 0x1100 } } },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hal_bus hal = *fixture_bouncing_bus()->hal;
        struct hal_bounce *bounce = fixture_bouncing_bus()->bounce;
        struct iodma_bus bus;

        hal.limits = &on_pages;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_status("lend", iodma_bus_lend(&bus, bounce), IODMA_OK);
        memory = row_memory(rows[i].ranges, IODMA_OUT);
        expect_status("init", iodma_command_init(&command, &bus, &spec, NULL),
                      IODMA_OK);
        expect_status("set", iodma_command_set_memory(&command, &memory, true),
                      IODMA_OK);
        expect_number("rung", command.view.rung, rows[i].rung);
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
    struct taker *taker = CONTAINER_OF(emitter, struct taker, emitter);

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
    uint64_t offset = 0;

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
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    void (*run)(void);
} cases[] = {
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
    { 0, "buffers elsewhere than the pages, in two apertures, and in none",
      strange_buffers },
    { 0, "force keeps what the device wrote into pages", force_from_pages },
    { 0, "force to where the CPU cannot go changes nothing",
      force_beyond_reach },
    { 0, "force does not mind nesting", force_nested },
    { 0, "force is refused for lists only, and under a device",
      force_refused },
    { 0, "two commands bounce one page apart", one_page_twice },
    { 0, "bounce pages that lie side by side are one segment", side_by_side },
    { 0, "an aperture that ends within a page", split_page },
    { 0, "commands that come and go over few pages", few_pages },
    { 0, "segments that may meet on pages only", seams },
    { 0, "lists only, of segments that may meet on pages only", listed_seams },
    { 0, "a window longer than any buffer", too_long },
    { 0, "an emitter takes a list in portions, or refuses", emitting },
    { 0, "E5: a page lent again shows nothing of before", reused_page },
    { 0, "E5: padding that the device could see is zero", padding },
    { 0, "E5: a short transfer ends the same on every rung", short_transfer },
};
/* clang-format on */

int main(void)
{
    listing();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_spec(cases[i].number, cases[i].what);
        cases[i].run();
    }
    return check_result();
}
