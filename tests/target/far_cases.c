/* SPDX-License-Identifier: MIT */
/*
 * The spec's numbered cases on real memory, R82 and so on: what is below 16 MiB
 * there is moved up by LOW, what is round 4 GiB lies round REACH.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/target/far.h"

/* Lists, and both ways through them ---------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    struct iodma_range ranges[ROW_RANGES];
    bool used_up;    /* the pool, but for ...                 */
    uint32_t left;   /* so many pages from LOW + 0x200000 on, */
    uint32_t apart;  /* and so many single ones               */
    enum iodma_status want;
    uint32_t pages;  /* taken, after prepare                  */
    struct hal_segment list[FAR_SEGMENTS];
} lists[] = {
    { "R82 pages above the reach", NARROW(0),
      { { REACH - 0x1000, 0x3000 } }, false, 0, 0, IODMA_OK, 2,
      { { REACH - 0x1000, 0x1000 }, { LOW + 0x200000, 0x2000 } } },
    { "R83 a maximum that cuts inside pages does not double them",
      NARROW(0x1000), { { REACH + 0x800, 0x2000 } }, false, 0, 0, IODMA_OK, 3,
      { { LOW + 0x200800, 0x1000 }, { LOW + 0x201800, 0x1000 } } },
    { "R84 two segments of one page", NARROW(0x800),
      { { REACH, 0x1000 } }, false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100000, 0x800 }, { LOW + 0x100800, 0x800 } } },
    { "R85 two ranges of one page", NARROW(0),
      { { REACH + 0xA00, 0x200 }, { LOW + 0x30000, 0x400 },
        { REACH + 0xC00, 0x400 } },
      false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100A00, 0x200 }, { LOW + 0x30000, 0x400 },
        { LOW + 0x100C00, 0x400 } } },
    { "R86 a range over the seam of two pages", NARROW(0),
      { { REACH + 0xFF0, 0x20 } }, false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100030, 0x20 } } },
    { "R87 only what is out of reach is bounced", NARROW(0),
      { { LOW + 0x1000, 0x1000 }, { REACH + 0x3000, 0x1000 },
        { LOW + 0x2000, 0x1000 } },
      false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x1000, 0x1000 }, { LOW + 0x100000, 0x1000 },
        { LOW + 0x2000, 0x1000 } } },
    { "R88 a first address that is not aligned",
      SPEC(64, 0, .align_address = 4), { { LOW + 0x10001, 0x1000 } },
      false, 0, 0, IODMA_OK, 1, { { LOW + 0x100000, 0x1000 } } },
    { "R88 the same, far", SPEC(64, 0, .align_address = 4),
      { { REACH + 0x10001, 0x1000 } }, false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100000, 0x1000 } } },
    { "R89 a later address that is not aligned",
      SPEC(64, 0x1000, .align_address = 4, .align_length = 4,
           .align_internal = 0x1000),
      { { REACH + 0x10004, 0x10 }, { REACH + 0x13004, 0xFF0 } },
      false, 0, 0, IODMA_OK, 1, { { LOW + 0x100000, 0x1000 } } },
    { "R104 not enough pages left: a whole buffer", NARROW(0),
      { { REACH + 0x10, 0x900 }, { REACH + 0x2000, 0x900 },
        { REACH + 0x4000, 0x900 } },
      true, 2, 0, IODMA_OK, 2, { { LOW + 0x200000, 0x1B00 } } },
    { "R105 nothing left", NARROW(0), { { REACH - 0x1000, 0x3000 } },
      true, 0, 0, IODMA_NO_RESOURCES, 0, { { 0, 0 } } },
    { "R106 storage is within a reach of 31 bits", SPEC(31, 0),
      { { 0x80000000, 0x1000 } }, false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100000, 0x1000 } } },
    { "R106 no storage is within a reach of 30 bits", SPEC(30, 0),
      { { 0x80000000, 0x1000 } }, false, 0, 0, IODMA_NO_RESOURCES, 0,
      { { 0, 0 } } },
    { "R107 a run over the end of a reach of 31 bits", SPEC(31, 0),
      { { 0x7FFFFFFE, 4 } }, false, 0, 0, IODMA_OK, 1,
      { { 0x7FFFFFFE, 2 }, { LOW + 0x100000, 2 } } },
    { "R108 pages apart would leave a length that is not aligned",
      NARROW(0, .align_length = 4), { { REACH + 0x802, 0x2000 } },
      true, 2, 1, IODMA_OK, 2, { { LOW + 0x200000, 0x2000 } } },

    { "a run over the end of the reach, by one byte on either side",
      NARROW(0), { { REACH - 1, 2 } }, false, 0, 0, IODMA_OK, 1,
      { { REACH - 1, 1 }, { LOW + 0x100000, 1 } } },
    { "what the bus does not reach, of a device of 64 bits", SPEC(64, 0),
      { { REACH - 0x1000, 0x3000 } }, false, 0, 0, IODMA_OK, 2,
      { { REACH - 0x1000, 0x1000 }, { LOW + 0x200000, 0x2000 } } },
    { "the last page within the reach goes directly", NARROW(0),
      { { REACH - 0x1000, 0x1000 } }, false, 0, 0, IODMA_OK, 0,
      { { REACH - 0x1000, 0x1000 } } },
    { "ranges of pages that lie apart share a page", NARROW(0),
      { { REACH + 0x10, 0x20 }, { REACH + 0x2000, 0x20 },
        { REACH + 0x4004, 0x20 } },
      true, 2, 0, IODMA_OK, 1,
      { { LOW + 0x200010, 0x20 }, { LOW + 0x200040, 0x20 },
        { LOW + 0x200084, 0x20 } } },
    { "bounce pages that touch are one segment", NARROW(0),
      { { REACH + 0x800, 0x2000 } }, true, 3, 0, IODMA_OK, 3,
      { { LOW + 0x200800, 0x2000 } } },
    { "pages apart are a segment each", NARROW(0),
      { { REACH + 0x800, 0x2000 } }, true, 0, 3, IODMA_OK, 3,
      { { LOW + 0x100800, 0x800 }, { LOW + 0x102000, 0x1000 },
        { LOW + 0x104000, 0x800 } } },
    { "the longest run first, and one page more", NARROW(0),
      { { REACH + 0x800, 0x2000 } }, true, 2, 1, IODMA_OK, 3,
      { { LOW + 0x200800, 0x1800 }, { LOW + 0x100000, 0x800 } } },
    { "pages in too many segments: a whole buffer",
      NARROW(0, .max_segments = 1), { { REACH - 0x1000, 0x3000 } },
      false, 0, 0, IODMA_OK, 3, { { LOW + 0x200000, 0x3000 } } },
    { "ranges of all sorts in one whole buffer",
      NARROW(0, .max_segments = 1),
      { { LOW + 0x10001, 0x1800 }, { REACH + 0x2003, 0x1801 },
        { REACH - 0xFB, 0x200 } },
      false, 0, 0, IODMA_OK, 4, { { LOW + 0x200000, 0x3201 } } },
    { "over the end of what has pointers", NARROW(0, .align_address = 4),
      { { POINTERS_END - 0x1FF, 0x400 } }, false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100000, 0x400 } } },
    { "over the 2 MiB that a window shows", NARROW(0),
      { { REACH + 0x1FFF00, 0x200 }, { REACH + 0x3FFFFC, 8 } },
      false, 0, 0, IODMA_OK, 1,
      { { LOW + 0x100000, 0x200 }, { LOW + 0x10023C, 8 } } },
};
/* clang-format on */

static uint32_t segments_of(const struct hal_segment *segments)
{
    uint32_t count = 0;

    while (count < FAR_SEGMENTS && segments[count].length != 0)
        count++;
    return count;
}

static void set_up_list(size_t i, uint32_t direction)
{
    if (lists[i].used_up) {
        far_make_pool(LOW + 0x100000);
        far_free_pages(0, 2 * lists[i].apart, 2);
        far_free_pages(FAR_FIRST_RUN, FAR_FIRST_RUN + lists[i].left, 1);
    } else {
        far_make_spec_pool();
    }
    far_attach(&lists[i].spec, lists[i].ranges, direction);
}

static void one_way(size_t i, uint32_t direction)
{
    enum iodma_status status;

    set_up_list(i, direction);
    status = far_prepare(true);
    expect_status("prepare", status, lists[i].want);
    if (far_snooped())
        expect_number("pages taken", far_pages_taken(), lists[i].pages);
    if (status != IODMA_OK) {
        expect_number("count", far.command.prepared, 0);
        far_expect_client("the client's bytes", 0, 0);
        return;
    }
    far_make_list();
    if (far_snooped())
        expect_segments("the list", far.list, far.listed, lists[i].list,
                        segments_of(lists[i].list));
    far_clear_bench();
    if (direction == IODMA_IN)
        far_fill_bench(0, far.memory.length);
    expect_status("the transfer", far_transfer_with_bench(), IODMA_OK);
    far_expect_bench_guards();
    if (direction == IODMA_OUT)
        far_expect_fresh("a byte that was moved out", far_pointer(far_bench(0)),
                         0, far.memory.length);
    far_expect_client("the client's bytes", 0,
                      direction == IODMA_IN ? far.memory.length : 0);
}

static void listing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        check_case(lists[i].what);
        one_way(i, IODMA_OUT);
        one_way(i, IODMA_IN);
    }
}

/* From one descriptor to another ------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range from[ROW_RANGES], to[ROW_RANGES];
    uint32_t pages; /* taken for both */
} pairs[] = {
    { "from low memory to far", { { LOW + 0x10001, 0x4FFE } },
      { { REACH + 0x20005, 0x4FFE } }, 6 },
    { "from far memory to low", { { REACH + 0x20005, 0x4FFE } },
      { { LOW + 0x10001, 0x4FFE } }, 6 },
    { "from far memory to far", { { REACH + 0x20003, 0x4FFE } },
      { { REACH + 0x80007, 0x4FFE } }, 12 },
    { "from memory that straddles the reach to far",
      { { REACH - 0x17FF, 0x3000 } }, { { REACH + 0x20C01, 0x3000 } }, 6 },
    { "from far memory to what straddles the reach",
      { { REACH + 0x20C02, 0x3000 } }, { { REACH - 0xFFE, 0x3000 } }, 7 },
    { "with a far page in common, which each side bounces for itself",
      { { REACH + 0x20F00, 0x200 } }, { { REACH + 0x1FF00, 0x200 } }, 2 },
    { "from all sorts to all sorts, with seams all over",
      { { REACH + 0x20000, 0x1234 }, { LOW + 0x20000, 0x10 },
        { REACH - 0x3FC, 0x808 }, { REACH + 0x28F0C, 0x120 },
        { REACH + 0x2A02C, 0x1001 } },
      { { LOW + 0x30004, 0x804 }, { REACH + 0x40008, 0x104 },
        { REACH + 0x4014C, 0x2184 }, { LOW + 0x40050, 0xE1 } }, 8 },
};
/* clang-format on */

static struct iodma_memory source_memory;
static struct iodma_command source_command;
static uint8_t sent[0x8000], kept[0x8000];

/* The source gets what the target's bytes inverted are. */
static void fill_source(void)
{
    for (hal_address i = 0; i < far.memory.length; i++)
        sent[i] = far_inverse(far_address(&far.memory, i));
    expect_number("bytes written",
                  iodma_memory_write(&source_memory, &far.engine.bus, 0, sent,
                                     source_memory.length),
                  far.memory.length);
}

static void expect_source_kept(void)
{
    expect_number("bytes read",
                  iodma_memory_read(&source_memory, &far.engine.bus, 0, kept,
                                    source_memory.length),
                  far.memory.length);
    expect_bytes("the source", kept, sent, (size_t)far.memory.length);
}

static void pairing(void)
{
    static const struct iodma_spec spec = NARROW(0);

    for (size_t i = 0; i < HAL_COUNT_OF(pairs); i++) {
        check_case(pairs[i].what);
        far_make_spec_pool();
        far_attach(&spec, pairs[i].to, IODMA_IN);
        source_memory = row_memory(pairs[i].from, IODMA_OUT);
        fill_source();
        expect_status(
            "init",
            iodma_command_init(&source_command, &far.engine.bus, &spec, NULL),
            IODMA_OK);
        expect_status(
            "set",
            iodma_command_set_memory(&source_command, &source_memory, true),
            IODMA_OK);
        expect_status("prepare", far_prepare(true), IODMA_OK);
        if (far_snooped())
            expect_number("pages taken for both", far_pages_taken(),
                          pairs[i].pages);
        expect_status("the transfer",
                      far_transfer(&source_command, &far.command), IODMA_OK);
        far_expect_client("the target", 0, far.memory.length);
        expect_source_kept();
    }
}

static void expect_zeros(const uint8_t *bytes, hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (!expect_number("a byte the device may see", bytes[i], 0))
            break;
    }
}

static void expect_stale(hal_address address, hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (!expect_number("a byte beside what is bounced",
                           *far_pointer(address + i), FAR_STALE_BYTE))
            break;
    }
}

/* Copies ------------------------------------------------------------------- */

static const struct iodma_range misaligned[ROW_RANGES] = {
    { REACH + 0x10001, 0x1000 },
};
static const struct iodma_range straddling[ROW_RANGES] = {
    { REACH - 0x1000, 0x3000 },
};
static const struct iodma_range eight_pages[ROW_RANGES] = {
    { LOW + 0x10000, 0x8000 },
};
static const struct iodma_spec aligned_spec = SPEC(64, 0, .align_address = 4);
static const struct iodma_spec narrow_spec = NARROW(0);
static const struct iodma_spec eight_spec =
    SPEC(64, 0x2000, .max_transfer = 0x20000);

static void begin_whole(uint32_t direction, bool synchronize)
{
    far_begin(&aligned_spec, misaligned, direction, synchronize);
}

static void begin_pages(uint32_t direction, bool synchronize)
{
    far_begin(&narrow_spec, straddling, direction, synchronize);
}

static void case_84(void)
{
    static const struct iodma_spec spec = NARROW(0x800);
    static const struct iodma_range ranges[ROW_RANGES] = { { REACH, 0x1000 } };

    far_begin(&spec, ranges, IODMA_INOUT, true);
    far_expect_device_has_fresh();
    far_device_inverts(0, 0x1000);
    far_expect_client("not yet", 0, 0);
    far_complete(true);
    far_expect_client("every byte is inverted", 0, 0x1000);
}

static void case_88(void)
{
    struct iodma_memory storage;

    begin_whole(IODMA_OUT, true);
    expect("the descriptor is what was set",
           iodma_command_memory(&far.command) == &far.memory);
    expect("the memory for DMA is not",
           iodma_command_bus_memory(&far.command, &storage) == &storage);
    expect_number("its address", storage.buffer.address, LOW + 0x100000);
    expect_number("its length", storage.length, 0x1000);
    far_complete(true);
}

static void case_90(void)
{
    begin_whole(IODMA_IN, true);
    far_expect_device_has_fresh();
    far_device_inverts(0, 0x1000);
    far_complete(true);
    far_expect_client("the device's bytes", 0, 0x1000);

    begin_whole(IODMA_IN, false);
    expect_zeros(far_device_reads(), 0x1000);
    far_complete(true);
}

static void case_91(void)
{
    begin_whole(IODMA_IN, true);
    far_device_inverts(0, 0x1000);
    far_complete(false);
    far_expect_client("unchanged", 0, 0);
}

static void case_92(void)
{
    begin_whole(IODMA_OUT, true);
    far_device_inverts(0, 0x1000);
    far_complete(true);
    far_expect_client("unchanged", 0, 0);
}

static void case_93(void)
{
    begin_whole(IODMA_NONE, true);
    far_expect_device_has_fresh();
    far_device_inverts(0, 0x1000);
    far_complete(true);
    far_expect_client("the device's bytes", 0, 0x1000);
}

static void case_94(void)
{
    begin_pages(IODMA_OUT, false);
    expect_zeros(far_device_reads() + 0x1000, 0x2000);
    far_synchronize(IODMA_OUT, IODMA_OK);
    far_expect_device_has_fresh();
    far_complete(true);
}

static void case_95(void)
{
    begin_whole(IODMA_IN, true);
    far_device_inverts(0, 0x1000);
    far_synchronize(IODMA_IN, IODMA_OK);
    far_expect_client("the device's bytes", 0, 0x1000);
    far_complete(false);
    far_expect_client("the device's bytes", 0, 0x1000);
}

static void case_96(void)
{
    begin_whole(IODMA_OUT, true);
    far_device_inverts(0, 0x1000);
    far_synchronize(IODMA_IN, IODMA_OK);
    far_expect_client("the device's bytes", 0, 0x1000);
    far_complete(true);
}

static void case_101(void)
{
    static const struct hal_segment want[] = {
        { LOW + 0x200000, 0x2000 },
        { LOW + 0x202000, 0x2000 },
        { LOW + 0x204000, 0x2000 },
        { LOW + 0x206000, 0x2000 },
    };

    for (uint32_t direction = IODMA_IN; direction <= IODMA_INOUT; direction++) {
        far_begin(&eight_spec, eight_pages, direction, true);
        far_synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
        far_make_list();
        expect_segments("the list", far.list, far.listed, want,
                        HAL_COUNT_OF(want));
        far_expect_device_has_fresh();
        far_device_inverts(0, 0x8000);
        far_expect_client("before complete", 0, 0);
        far_complete(true);
        far_expect_client("afterwards", 0, direction == IODMA_OUT ? 0 : 0x8000);
    }
}

static void case_102(void)
{
    far_begin(&eight_spec, eight_pages, IODMA_INOUT, true);
    far_synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    far_make_list();
    far_device_inverts(0, 0x8000);
    far_synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    far_expect_client("nothing was copied", 0, 0);
    far_make_list();
    expect_number("the same buffer", far.list[0].address, LOW + 0x200000);
    far_synchronize(IODMA_FORCE_DOUBLE_BUFFER | IODMA_IN, IODMA_OK);
    far_expect_client("the direction counts", 0, 0x8000);
    far_complete(false);
}

static void case_103(void)
{
    begin_pages(IODMA_INOUT, true);
    far_device_inverts(0, 0x3000);
    far_take_all();
    far_synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_NO_RESOURCES);
    expect_number("count", far.command.prepared, 1);
    far_expect_client("what goes directly has the device's bytes", 0, 0x1000);
    far_make_list();
    expect_number("the list as before", far.list[1].address, LOW + 0x200000);
    expect_status("complete", iodma_command_complete(&far.command, true, true),
                  IODMA_OK);
    far_expect_client("the device's bytes", 0, 0x3000);
    expect_number("pages in use", iodma_bounce_in_use(&far.pool),
                  FAR_POOL_PAGES - 2);
}

static void force_from_pages(void)
{
    begin_pages(IODMA_INOUT, true);
    far_device_inverts(0x1800, 0x2000);
    far_synchronize(IODMA_FORCE_DOUBLE_BUFFER, IODMA_OK);
    expect_number("pages taken", far_pages_taken(), 3);
    far_expect_client("what the device wrote", 0x1800, 0x2000);
    far_make_list();
    expect_number("segments", far.listed, 1);
    far_device_inverts(0, 0x800);
    far_complete(true);
    far_get(sent, far_address(&far.memory, 0), 0x3000);
    for (hal_address i = 0; i < 0x3000; i++) {
        bool changed = i < 0x800 || (i >= 0x1800 && i < 0x2000);
        hal_address address = far_address(&far.memory, i);

        if (!expect_number("afterwards", sent[i],
                           changed ? far_inverse(address) : far_fresh(address)))
            break;
    }
}

static void case_109(void)
{
    begin_whole(IODMA_IN, true);
    expect_status("prepare again", far_prepare(true), IODMA_OK);
    far_device_inverts(0, 0x1000);
    far_complete(true);
    far_expect_client("not yet", 0, 0);
    expect_number("pages taken", far_pages_taken(), 1);
    far_complete(true);
    far_expect_client("now", 0, 0x1000);
}

/* The device sees no more of a page, or of a buffer, than the list has: there
   are no lines here, and no pages of a mapper. So the rest is left alone. */
static void beside(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { REACH + 0x100, 0x100 },
        { REACH + 0x300, 0x100 },
    };

    far_begin(&narrow_spec, ranges, IODMA_OUT, true);
    far_expect_device_has_fresh();
    expect_stale(LOW + 0x100000, 0x100);
    expect_stale(LOW + 0x100300, 0xD00);
    expect_stale(LOW + 0x102000, 1);
    far_complete(true);

    far_make_spec_pool();
    far_attach(&aligned_spec, misaligned, IODMA_OUT);
    expect_status("prepare",
                  iodma_command_prepare(&far.command, 0, 0x800, true, true),
                  IODMA_OK);
    far_make_list();
    far_expect_device_has_fresh();
    expect_stale(LOW + 0x100800, 0x800);
    expect_stale(LOW + 0x102000, 1);
    far_complete(true);
}

/* Bytes -------------------------------------------------------------------- */

static const struct iodma_range three_pages[ROW_RANGES] = {
    { REACH + 0x10000, 0x3000 },
};

static hal_address read_bytes(hal_address offset, hal_address length)
{
    return iodma_command_read_bytes(&far.command, offset, sent, length);
}

static void begin_window(hal_address offset, hal_address length)
{
    far_make_spec_pool();
    far_attach(&narrow_spec, three_pages, IODMA_INOUT);
    expect_status(
        "prepare",
        iodma_command_prepare(&far.command, offset, length, true, true),
        IODMA_OK);
}

static void case_111(void)
{
    begin_window(0x800, 0x1000);
    expect_number("read", read_bytes(0, 0x10), 0x10);
    far_expect_fresh("a byte", sent, 0x800, 0x10);
    far_complete(true);
}

static void case_112(void)
{
    begin_window(0x800, 0x1000);
    expect_number("read", read_bytes(0xFF8, 0x100), 8);
    far_expect_fresh("a byte", sent, 0x17F8, 8);
    far_complete(true);
}

static void case_113(void)
{
    begin_window(0x800, 0x1000);
    expect_number("read", read_bytes(0x1000, 1), 0);
    far_complete(true);
}

static void case_114(void)
{
    static const uint8_t eight[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint8_t found[8];

    begin_pages(IODMA_INOUT, true);
    if (!far_snooped()) { /* E12: it may write the rest of the line */
        expect_number("write",
                      iodma_command_write_bytes(&far.command, 0x1800, eight, 8),
                      0);
        far_complete(true);
        return;
    }
    expect_number("write",
                  iodma_command_write_bytes(&far.command, 0x1800, eight, 8), 8);
    expect_bytes("the bounce page", far_pointer(LOW + 0x200800), eight, 8);
    expect_bytes("the device's side", far_device_reads() + 0x1800, eight, 8);
    far_expect_client("the memory, not yet", 0, 0);
    far_synchronize(IODMA_IN, IODMA_OK);
    far_get(found, REACH + 0x800, 8);
    expect_bytes("the memory", found, eight, 8);
    far_complete(true);
}

static void case_115(void)
{
    static const struct iodma_spec spec = NARROW(0, .align_address = 4);

    far_begin(&spec, three_pages, IODMA_INOUT, true);
    expect_number("read", read_bytes(1, 3), 3);
    far_expect_fresh("a byte", sent, 1, 3);
    far_complete(true);
}

static void case_116(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { LOW + 0x10000, 0x100 },
        { REACH + 0x20000, 0x100 },
        { REACH - 0x10, 0x20 },
    };

    far_begin(&narrow_spec, ranges, IODMA_INOUT, true);
    expect_number("read", read_bytes(0xF0, 0x130), 0x130);
    far_expect_fresh("a byte", sent, 0xF0, 0x130);
    far_complete(true);
}

/* clang-format off */
static const struct {
    const char *what;
    void (*run)(void);
} cases[] = {
    { "R84 one page, read and written by two segments", case_84 },
    { "R88 the memory that was set, and the memory for DMA", case_88 },
    { "R90 In: prefilled, copied in; or zeros", case_90 },
    { "R91 In: not copied if not wanted", case_91 },
    { "R92 Out: never copied in", case_92 },
    { "R93 None: both", case_93 },
    { "R94 pages not filled are zeros, and filled when asked", case_94 },
    { "R95 In: copied by synchronize", case_95 },
    { "R96 Out: copied in if asked: explicit beats direction", case_96 },
    { "R101 force: the device's side is filled whatever the direction",
      case_101 },
    { "R102 force twice is once", case_102 },
    { "R103 force that cannot be had changes nothing", case_103 },
    { "R109 nested: only the last complete copies", case_109 },
    { "R111 offsets count from the window", case_111 },
    { "R112 the window's end is the end", case_112 },
    { "R113 behind it there is nothing", case_113 },
    { "R114 what is written is the device's, until copied in", case_114 },
    { "R115 alignments do not matter", case_115 },
    { "R116 seams do not matter, nor the reach", case_116 },
    { "force keeps what the device wrote into pages", force_from_pages },
    { "storage beside what is bounced is left alone", beside },
};
/* clang-format on */

void far_test_cases(void)
{
    listing();
    pairing();
    for (size_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        check_case(cases[i].what);
        cases[i].run();
    }
}
