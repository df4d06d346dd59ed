/* SPDX-License-Identifier: MIT */
/*
 * Defends what iodma_map and iodma_unmap refuse: a status and a reason why; a
 * refusal changes nothing.
 */
#include "tests/oneshot_world.h"

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

        begin_case(refused[i].what);
        expect_refused("map", &refused[i].limits, &arena[refused[i].at],
                       refused[i].capacity, refused[i].length,
                       refused[i].direction, refused[i].want);
        expect_reason(refused[i].want, refused[i].rule, refused[i].argument);
        expect_number("required", reason.required, refused[i].required);
        expect_number("actual", reason.actual, base + refused[i].actual);
    }

    begin_case("a capacity would do that is so much: the cure");
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

        begin_case(
            "a far window's pointer is no physical address: MessageTooLarge");
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

    begin_case("unless the board's translation says what it is");
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

    begin_case("cached memory, not snooped, and the board states no cache: "
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

    begin_case("where all is snooped there need not be a cache");
    hal.aperture_count = 1;
    hal.cache = NULL;
    start();
    expect_status("map", iodma_map(&bus, NULL, arena, 7, 7, IODMA_IN, &address),
                  IODMA_OK);
    expect_status("unmap", iodma_unmap(&bus, arena, 7, IODMA_IN), IODMA_OK);
    expect_done(0, 0, 0, 0, 1, 1);

    begin_case("nor where memory is uncached");
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

    begin_case("pointers that are none: BadArgument");
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

    begin_case("a buffer past the end of the CPU's addresses: BadArgument");
    expect_refused("map", NULL, top, 11, 11, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_refused("map", NULL, top, SIZE_MAX, SIZE_MAX, IODMA_OUT,
                   IODMA_BAD_ARGUMENT);
    expect_reason(IODMA_BAD_ARGUMENT, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH);
    expect_refused("up to the end, which the device does not see", NULL, top,
                   10, 10, IODMA_OUT, IODMA_MESSAGE_TOO_LARGE);
    expect_status("unmap", iodma_unmap(&bus, top, 11, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_untouched();

    begin_case("unmap of what could not be mapped");
    expect_status("out of sight: MessageTooLarge",
                  iodma_unmap(&bus, &arena[NOWHERE], 8, IODMA_IN),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_status("from within a line: NotAligned",
                  iodma_unmap(&bus, &arena[STALE + 8], 8, IODMA_INOUT),
                  IODMA_NOT_ALIGNED);
    expect_untouched();

    begin_case("a refusal that nobody asks about");
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

    begin_case("without limits those of the port hold");
    port.max_segment = 0x100;
    start();
    expect_refused("map", NULL, arena, 0x101, 0x101, IODMA_OUT, IODMA_NO_SPACE);
    expect_status(
        "map", iodma_map(&bus, NULL, arena, 0x100, 0x100, IODMA_OUT, &address),
        IODMA_OK);
    expect_number("bus address", address, 0x80000000);

    begin_case("an IOMMU that cannot be bypassed: Unsupported");
    bus.mapper = &mapper;
    expect_refused("map", NULL, arena, 8, 8, IODMA_OUT, IODMA_UNSUPPORTED);
    expect_reason(IODMA_UNSUPPORTED, IODMA_RULE_BYPASS, IODMA_ARGUMENT_BUS);

    begin_case("one that can be is");
    bus.mapper = &mapper;
    iommu.can_bypass = true;
    expect_status("map",
                  iodma_map(&bus, NULL, arena, 8, 8, IODMA_OUT, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x80000000);
}

int main(void)
{
    place();
    test_refused();
    test_nameless();
    test_no_cache();
    test_pointers();
    test_bus();
    return check_result();
}
