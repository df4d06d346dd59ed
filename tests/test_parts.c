/* SPDX-License-Identifier: MIT */
/* E12: parts of a window change hands while the device has the rest: what a
   receive ring lives by. A part that has a line in common with bytes the device
   may write is refused. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/incoherent.h"
#include "tests/model/recording_cache.h"
#include "tests/model/sparse.h"

static struct iodma_command command;
static struct iodma_memory memory;
static struct iodma_bus bus;
static struct hal_bus hal;
static struct hal_aperture aperture;

static void begin(const struct hal_cache *cache, bool snooped,
                  const struct iodma_spec *spec, uint32_t mapping,
                  const struct iodma_range *ranges, uint32_t direction)
{
    struct iodma_spec mapped = *spec;

    hal = fixture_hal_bus;
    aperture = fixture_aperture;
    aperture.snooped = snooped;
    hal.apertures = &aperture;
    hal.cache = cache;
    sparse_reset();
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    if (cache)
        expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
    mapped.mapping = mapping;
    memory = row_memory(ranges, direction);
    expect_command(&command, &bus, &mapped);
    expect_attached_only(&command, &memory);
}

static void finish(void)
{
    expect_completed(&command);
    expect_fixture_free();
    expect_number("windows open", sparse_open_windows(), 0);
}

static void part(hal_address offset, hal_address length, uint32_t options,
                 enum iodma_status want)
{
    expect_status(
        options == IODMA_IN ? "the CPU takes a part"
                            : "the device takes a part",
        iodma_command_synchronize_range(&command, offset, length, options),
        want);
}

/* Parts ----------------------------------------------------------------------
 */

#define ANY     SPEC(host64, 64, 0, 1, 1, 1)
#define NARROW  SPEC(host64, REACH_BITS, 0, 1, 1, 1)
#define ALIGNED IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4)

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    bool snooped;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    hal_address offset, length; /* of the part */
    bool split;              /* it has part of a line */
    unsigned rung;
    struct { hal_address storage, length; } want[4]; /* maintained; ends at 0 */
} parts[] = {
    { "E12: lines of direct memory", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x40, 0x80, false, RUNG_DIRECT,
      { { 0x10040, 0x80 } } },
    { "E12: all of it", ANY, 0, false, IODMA_INOUT, { { 0x10000, 0x1000 } },
      0, 0x1000, false, RUNG_DIRECT, { { 0x10000, 0x1000 } } },
    { "E12: a part that begins within a line", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x20, 0x60, true, RUNG_DIRECT, { { 0, 0 } } },
    { "E12: a part that ends within one", ANY, 0, false, IODMA_NONE,
      { { 0x10000, 0x1000 } }, 0, 0x1, true, RUNG_DIRECT, { { 0, 0 } } },
    { "E12: nothing splits no line", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x20, 0, false, RUNG_DIRECT, { { 0, 0 } } },
    { "E12: nothing at the end", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x1000, 0, false, RUNG_DIRECT, { { 0, 0 } } },
    { "E12: outbound a line may be split", ANY, 0, false, IODMA_OUT,
      { { 0x10000, 0x1000 } }, 0x21, 3, false, RUNG_DIRECT,
      { { 0x10021, 3 } } },
    { "E12: direct memory is maintained range by range", ANY, 0, false,
      IODMA_OUT, { { 0x10000, 0x10 }, { 0x10040, 0x40 } }, 0, 0x50, false,
      RUNG_DIRECT, { { 0x10000, 0x10 }, { 0x10040, 0x40 } } },
    { "E12: and where the master snoops", ANY, 0, true, IODMA_INOUT,
      { { 0x10000, 0x1000 } }, 0x21, 3, false, RUNG_DIRECT, { { 0, 0 } } },
    { "E12: but not if this one does not", ANY, IODMA_NON_COHERENT, true,
      IODMA_INOUT, { { 0x10000, 0x1000 } }, 0x21, 3, true, RUNG_DIRECT,
      { { 0, 0 } } },
    { "E12: the storage of a head", ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0, 0x30, false, RUNG_SPLIT,
      { { 0x100010, 0x30 } } },
    { "E12: part of that", ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0, 0x20, true, RUNG_SPLIT, { { 0, 0 } } },
    { "E12: what is direct beside it", ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0x30, 0xC0, false, RUNG_SPLIT,
      { { 0x10040, 0xC0 } } },
    { "E12: and with the tail", ANY, 0, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0xB0, 0x50, false, RUNG_SPLIT,
      { { 0x100C0, 0x40 }, { 0x100040, 0x10 } } },
    { "E12: what shared a line has lines of its own in storage", ANY, 0, false,
      IODMA_IN, { { 0x10000, 0x10 }, { 0x30000, 0x40 }, { 0x10020, 0x10 } },
      0, 0x10, false, RUNG_SPLIT, { { 0x100000, 0x10 } } },
    { "E12: so has the other one", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x30000, 0x40 }, { 0x10020, 0x10 } }, 0x50, 0x10,
      false, RUNG_SPLIT, { { 0x100060, 0x10 } } },
    { "E12: not with half a line before it", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x30000, 0x40 }, { 0x10020, 0x10 } }, 0x40, 0x20,
      true, RUNG_SPLIT, { { 0, 0 } } },
    { "E12: the range between", ANY, 0, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x30000, 0x40 }, { 0x10020, 0x10 } }, 0x10, 0x40,
      false, RUNG_SPLIT, { { 0x30000, 0x40 } } },
    { "E12: one range of two that share a line", ANY, 0, false, IODMA_IN,
      { { 0x10020, 0x20 }, { 0x30000, 0x40 }, { 0x10000, 0x20 } }, 0, 0x60,
      false, RUNG_SPLIT, { { 0x100020, 0x20 }, { 0x30000, 0x40 } } },
    { "E12: both of them", ANY, 0, false, IODMA_IN,
      { { 0x10020, 0x20 }, { 0x10000, 0x20 }, { 0x30000, 0x40 } }, 0, 0x40,
      false, RUNG_SPLIT, { { 0x100020, 0x40 } } },
    { "E12: what is near such a line",
      SPEC(host64, 64, 0, 1, 1, 128), 0, false, IODMA_IN,
      { { 0x10020, 0x30 }, { 0x30000, 0x80 }, { 0x10000, 0x20 } }, 0, 0x30,
      false, RUNG_SPLIT, { { 0x100020, 0x30 } } },
    { "E12: pages", NARROW, 0, false, IODMA_IN, { { FAR - 0x1000, 0x3000 } },
      0xFC0, 0x80, false, RUNG_SPLIT,
      { { FAR - 0x40, 0x40 }, { 0x100000, 0x40 } } },
    { "E12: part of a page's line", NARROW, 0, false, IODMA_IN,
      { { FAR - 0x1000, 0x3000 } }, 0x1001, 0x3F, true, RUNG_SPLIT,
      { { 0, 0 } } },
    { "E12: a whole buffer", ALIGNED, 0, false, IODMA_IN,
      { { 0x10001, 0x1001 } }, 0xFC0, 0x41, false, RUNG_WHOLE,
      { { 0x200FC0, 0x41 } } },
    { "E12: part of a line of a whole buffer", ALIGNED, 0, false, IODMA_IN,
      { { 0x10001, 0x1001 } }, 0xFC0, 0x3F, true, RUNG_WHOLE, { { 0, 0 } } },
};
/* clang-format on */

static void expect_maintained(size_t i, char operation)
{
    unsigned count = 0;

    while (count < HAL_COUNT_OF(parts[i].want) &&
           parts[i].want[count].length != 0)
        count++;
    expect_number("cache operations", recorded_count, count);
    for (unsigned k = 0; k < count && k < recorded_count; k++) {
        expect_number("operation", (uint64_t)recorded[k].operation,
                      (uint64_t)operation);
        expect_number("address", recorded[k].pa, parts[i].want[k].storage);
        expect_number("length", recorded[k].length, parts[i].want[k].length);
    }
    recorded_count = 0;
}

static void taking(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(parts); i++) {
        enum iodma_status want = parts[i].split ? IODMA_NOT_ALIGNED : IODMA_OK;

        check_case(parts[i].what);
        recorded_count = 0;
        begin(&recording_cache, parts[i].snooped, &parts[i].spec,
              parts[i].mapping, parts[i].ranges, parts[i].direction);
        expect_prepared(&command);
        expect_number("rung", fixture_rung(&command), parts[i].rung);
        recorded_count = 0;
        part(parts[i].offset, parts[i].length, IODMA_IN, want);
        expect_maintained(i, 'i');
        part(parts[i].offset, parts[i].length, IODMA_OUT, want);
        expect_maintained(i, 'c');
        finish();
    }
}

static const struct iodma_spec any = ANY;
static const struct iodma_spec narrow = NARROW;
static const struct iodma_spec aligned = ALIGNED;
static const struct iodma_range page[ROW_RANGES] = { { 0x10000, 0x1000 } };
static const struct iodma_range misaligned[ROW_RANGES] = {
    { 0x10001, 0x1000 },
};

static void refusing(void)
{
    check_case("E12: bad arguments");
    begin(&recording_cache, false, &any, 0, page, IODMA_IN);
    part(0, 0x40, IODMA_IN, IODMA_NOT_READY);
    part(0, 0x40, IODMA_INOUT, IODMA_BAD_ARGUMENT);
    expect_prepared(&command);
    recorded_count = 0;
    part(0, 0x40, IODMA_NONE, IODMA_BAD_ARGUMENT);
    part(0, 0x40, IODMA_INOUT, IODMA_BAD_ARGUMENT);
    part(0, 0x40, IODMA_IN | IODMA_FORCE_DOUBLE_BUFFER, IODMA_BAD_ARGUMENT);
    part(0, 0x40, IODMA_OUT | 0x10, IODMA_BAD_ARGUMENT);
    part(0, 0x1001, IODMA_IN, IODMA_BAD_ARGUMENT);
    part(0x1001, 0, IODMA_IN, IODMA_BAD_ARGUMENT);
    part(0x40, HAL_ADDRESS_MAX, IODMA_OUT, IODMA_BAD_ARGUMENT);
    part(HAL_ADDRESS_MAX, 2, IODMA_OUT, IODMA_BAD_ARGUMENT);
    expect_number("cache operations", recorded_count, 0);
    finish();

    check_case("E12: an iterate-only command has nothing to hand over");
    begin(&recording_cache, false, &any, IODMA_ITERATE_ONLY, page, IODMA_IN);
    expect_prepared(&command);
    recorded_count = 0;
    part(0x21, 3, IODMA_IN, IODMA_OK);
    part(0x21, 3, IODMA_OUT, IODMA_OK);
    expect_number("cache operations", recorded_count, 0);
    finish();

    check_case("E12: without a cache there are no lines");
    begin(NULL, true, &aligned, 0, misaligned, IODMA_IN);
    expect_prepared(&command);
    *sparse_byte(0x100021) = 0x77;
    *sparse_byte(0x100022) = 0x78;
    part(0x20, 2, IODMA_IN, IODMA_OK);
    expect_number("copied", *sparse_byte(0x10022), 0x77);
    expect_number("no more", *sparse_byte(0x10023), sparse_fresh(0x10023));
    finish();
}

/* A copy that cannot be made changes nothing, on either side. */
static void no_window(void)
{
    static const uint32_t options[] = { IODMA_IN, IODMA_OUT };

    for (unsigned i = 0; i < HAL_COUNT_OF(options); i++) {
        uint64_t digest;

        begin(&recording_cache, false, &aligned, 0, misaligned, IODMA_INOUT);
        expect_prepared(&command);
        *sparse_byte(0x100000) = 0x55;
        *sparse_byte(0x10002) = 0x66;
        digest = sparse_digest();
        recorded_count = 0;
        for (unsigned n = 1; n <= 4; n++) {
            sparse_fail_open(n);
            part(0, 0x1000, options[i], IODMA_NO_RESOURCES);
            sparse_fail_open(0);
            expect_number("all bytes", sparse_digest(), digest);
            expect_number("cache operations", recorded_count, 0);
        }
        part(0, 0x1000, options[i], IODMA_OK);
        finish();
    }
}

/* What the device wrote becomes the client's, or nothing does. */
static void behind_rom(void)
{
    static const struct hal_region regions[] = {
        { 0, 0x2FFFF, HAL_WRITE_BACK, true, &sparse_window },
        { 0x30000, 0x30FFF, HAL_WRITE_BACK, false, &sparse_window },
        { 0x31000, FIXTURE_LAST, HAL_WRITE_BACK, true, &sparse_window },
    };
    static const struct iodma_range ends_in_rom[ROW_RANGES] = {
        { 0x2F001, 0x1003 },
    };
    uint64_t digest;

    check_case("taking back to where the CPU may not write changes nothing");
    begin(&recording_cache, false, &aligned, 0, ends_in_rom, IODMA_OUT);
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    expect_prepared(&command);
    expect_number("rung", fixture_rung(&command), RUNG_WHOLE);
    *sparse_byte(0x200000) ^= 0xFF;
    digest = sparse_digest();
    recorded_count = 0;
    expect_status("synchronize", iodma_command_synchronize(&command, IODMA_IN),
                  IODMA_NOT_WRITABLE);
    expect_number("all bytes", sparse_digest(), digest);
    expect_number("cache operations", recorded_count, 0);
    finish();
}

/* Why a window cannot go as it lies: the byte next to others is told. */
static void told_byte(void)
{
    static const struct iodma_range ends_in_line[ROW_RANGES] = {
        { 0x10000, 0x40 },
        { 0x10040, 0x10 },
    };
    struct iodma_reason reason = { .rule = IODMA_RULE_NONE };
    struct iodma_spec direct = any;

    check_case("an end in a line that others have, too, is told by its byte");
    direct.mapping = IODMA_DIRECT_ONLY;
    begin(&recording_cache, false, &any, IODMA_DIRECT_ONLY, ends_in_line,
          IODMA_IN);
    iodma_bus_explain(&bus, &reason);
    expect_command(&command, &bus, &direct);
    expect_attached_only(&command, &memory);
    expect_status("prepare", iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_NOT_ALIGNED);
    expect_number("rule", reason.rule, IODMA_RULE_LINE);
    expect_number("address", reason.actual, 0x1004F);
    expect_number("the place", reason.place, IODMA_PLACE_RANGE);
    expect_number("the range", reason.number, 1);
}

/* Memory that the CPU names by its physical address: no window is opened to
   maintain its lines. */
static uint8_t _Alignas(64) arena[0x200];

/* clang-format off */
static const struct {
    const char *what;
    hal_address offset, length; /* of the part          */
    bool split;              /* it has part of a line */
} named[] = {
    { "E12: lines that lie where the CPU says", 0x40, 0x80, false },
    { "E12: all of them", 0, 0x100, false },
    { "E12: a part that begins within a line there", 0x20, 0x60, true },
    { "E12: one that ends within a line there", 0x40, 0x60, true },
    { "E12: nothing of a line there", 0x20, 0, false },
    { "E12: nothing between two lines there", 0x40, 0, false },
};

/* The same of several ranges, where they lie in the arena. None touches the next
   one. */
static const struct {
    const char *what;
    uint32_t direction, count;
    struct iodma_range ranges[4];
    hal_address window;         /* begins here            */
    hal_address offset, length; /* of the part, behind it */
    bool split;
    struct iodma_range want[4]; /* maintained             */
} listed[] = {
    { "E12: ranges that lie where the CPU says", IODMA_IN, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0, 0x100, false,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } } },
    { "E12: lines of two of them", IODMA_IN, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0x40, 0x80, false,
      { { 0xC0, 0x40 }, { 0x40, 0x40 } } },
    { "E12: a part that begins within a line of one", IODMA_IN, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0x20, 0x60, true,
      { { 0, 0 } } },
    { "E12: one that ends within a line of one", IODMA_INOUT, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0, 0x90, true,
      { { 0, 0 } } },
    { "E12: nothing of them", IODMA_IN, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0x20, 0, false,
      { { 0, 0 } } },
    { "E12: any bytes of those that are sent", IODMA_OUT, 3,
      { { 0x83, 0x7D }, { 0x41, 9 }, { 0, 0x40 } }, 0, 0x79, 0x10, false,
      { { 0xFC, 4 }, { 0x41, 9 }, { 0, 3 } } },
    { "E12: of a window that begins within one", IODMA_OUT, 3,
      { { 0x80, 0x80 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0x48, 0x10, 0x40, false,
      { { 0xD8, 0x28 }, { 0x40, 0x18 } } },
    { "E12: with an empty one between", IODMA_OUT, 4,
      { { 0x80, 0x80 }, { 0x10, 0 }, { 0x40, 0x40 }, { 0, 0x40 } }, 0, 0x70,
      0x90, false, { { 0xF0, 0x10 }, { 0x40, 0x40 }, { 0, 0x40 } } },
    { "E12: one of which is not cached", IODMA_IN, 3,
      { { 0x80, 0x80 }, { 0x140, 0x40 }, { 0, 0x40 } }, 0, 0x40, 0x80, false,
      { { 0xC0, 0x40 } } },
};
/* clang-format on */

/* The arena's first half is cached. */
static void begin_arena(const struct iodma_range *of, uint32_t count,
                        uint32_t direction)
{
    static struct hal_region regions[2];
    static struct iodma_range ranges[ROW_RANGES];

    for (uint32_t i = 0; i < count; i++)
        ranges[i] = (struct iodma_range){ cpu_address(arena) + of[i].address,
                                          of[i].length };
    regions[0] = (struct hal_region){
        cpu_address(arena),
        cpu_address(arena) + 0xFF,
        HAL_WRITE_BACK,
        true,
        NULL,
    };
    regions[1] = (struct hal_region){
        cpu_address(arena) + 0x100,
        cpu_address(arena) + 0x1FF,
        HAL_UNCACHED,
        true,
        NULL,
    };
    begin(&recording_cache, false, &any, 0, ranges, direction);
    aperture.first = regions[0].first;
    aperture.last = regions[1].last;
    aperture.bus = regions[0].first;
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    memory = memory_of(ranges, count, direction);
    recorded_count = 0;
}

static void begin_named(hal_address length)
{
    const struct iodma_range all = { 0, length };

    begin_arena(&all, 1, IODMA_IN);
    expect_prepared(&command);
}

static void expect_recorded(char operation, hal_address offset,
                            hal_address length)
{
    expect_number("cache operations", recorded_count, length != 0 ? 1 : 0);
    if (length != 0 && recorded_count == 1) {
        expect_number("operation", (uint64_t)recorded[0].operation,
                      (uint64_t)operation);
        expect_number("address", recorded[0].pa, cpu_address(arena) + offset);
        expect_number("length", recorded[0].length, length);
    }
    recorded_count = 0;
}

static void by_name(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(named); i++) {
        enum iodma_status want = named[i].split ? IODMA_NOT_ALIGNED : IODMA_OK;
        hal_address maintained = named[i].split ? 0 : named[i].length;

        check_case(named[i].what);
        begin_named(0x100);
        expect_recorded('c', 0, 0x100);
        part(named[i].offset, named[i].length, IODMA_IN, want);
        expect_recorded('i', named[i].offset, maintained);
        part(named[i].offset, named[i].length, IODMA_OUT, want);
        expect_recorded('c', named[i].offset, maintained);
        finish();
        expect_recorded('i', 0, 0x100);
    }

    check_case("only as much of it as is cached is maintained");
    begin_named(0x200);
    expect_recorded('c', 0, 0x100);
    finish();
    expect_recorded('i', 0, 0x100);
}

static void expect_listed(size_t i, char operation)
{
    unsigned count = 0;

    while (!listed[i].split && listed[i].want[count].length != 0)
        count++;
    expect_number("cache operations", recorded_count, count);
    for (unsigned k = 0; k < count && k < recorded_count; k++) {
        expect_number("operation", (uint64_t)recorded[k].operation,
                      (uint64_t)operation);
        expect_number("address", recorded[k].pa,
                      cpu_address(arena) + listed[i].want[k].address);
        expect_number("length", recorded[k].length, listed[i].want[k].length);
    }
    recorded_count = 0;
}

static void by_names(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(listed); i++) {
        enum iodma_status want = listed[i].split ? IODMA_NOT_ALIGNED : IODMA_OK;

        check_case(listed[i].what);
        begin_arena(listed[i].ranges, listed[i].count, listed[i].direction);
        expect_status(
            "prepare",
            iodma_command_prepare(&command, listed[i].window, 0, true, true),
            IODMA_OK);
        recorded_count = 0;
        part(listed[i].offset, listed[i].length, IODMA_IN, want);
        expect_listed(i, 'i');
        part(listed[i].offset, listed[i].length, IODMA_OUT, want);
        expect_listed(i, 'c');
        part(0, 0, IODMA_OUT, IODMA_OK);
        part(command.window.length, 0, IODMA_IN, IODMA_OK);
        expect_number("operations for nothing", recorded_count, 0);
        finish();
    }
}

/* Lines that are direct by what a buffer declared: three buffers, of which the
   first one's capacity has the last one's bytes as well. */
static void in_one_capacity(void)
{
    static const struct {
        hal_address address, capacity, length;
    } of[] = {
        { 0, 0x80, 0x10 },
        { 0x80, 0x80, 0x40 },
        { 0x20, 0x60, 0x60 },
    };
    static struct iodma_memory buffers[HAL_COUNT_OF(of)];
    static struct iodma_memory *members[HAL_COUNT_OF(of)];
    const struct iodma_range all = { 0, 0x100 };

    begin_arena(&all, 1, IODMA_IN);
    for (unsigned i = 0; i < HAL_COUNT_OF(of); i++) {
        members[i] = &buffers[i];
        buffers[i] = buffer_of(cpu_address(arena) + of[i].address,
                               of[i].capacity, of[i].length, IODMA_IN);
    }
    memory = several_of(members, HAL_COUNT_OF(of), IODMA_IN);
    expect_prepared(&command);
    expect_number("rung", fixture_rung(&command), RUNG_DIRECT);
    recorded_count = 0;
    check_case("E12: two buffers, of which one has a line with the third");
    part(0, 0x50, IODMA_IN, IODMA_NOT_ALIGNED);
    check_case("E12: the third alone");
    part(0x50, 0x60, IODMA_OUT, IODMA_NOT_ALIGNED);
    check_case("E12: whole lines by their positions, but not where they lie");
    part(0x40, 0x40, IODMA_IN, IODMA_NOT_ALIGNED);
    expect_number("cache operations", recorded_count, 0);
    check_case("E12: the one that shares no line");
    part(0x10, 0x40, IODMA_IN, IODMA_OK);
    expect_recorded('i', 0x80, 0x40);
    finish();
}

/* Storage begins where it is told to. */
static void at_a_phase(void)
{
    check_case("E12: lines of the memory are none of a buffer at a phase");
    begin(&recording_cache, false, &any, 0, page, IODMA_IN);
    expect_prepared(&command);
    expect_status("force", iodma_command_force(&command, 4), IODMA_OK);
    part(0x40, 0x40, IODMA_IN, IODMA_NOT_ALIGNED);
    part(0, 0x1000, IODMA_IN, IODMA_OK);
    finish();
}

/* Bytes ----------------------------------------------------------------------
 */

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    bool snooped;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    hal_address offset, length, want;
} writes[] = {
    { "E12: lines may be written", ANY, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x40, 0x80, 0x80 },
    { "E12: no byte more", ANY, false, IODMA_IN, { { 0x10000, 0x1000 } }, 0x40,
      0x81, 0 },
    { "E12: no byte less", ANY, false, IODMA_INOUT, { { 0x10000, 0x1000 } },
      0x41, 0x7F, 0 },
    { "E12: up to the window's end, if more is given", ANY, false, IODMA_INOUT,
      { { 0x10000, 0x1000 } }, 0xFC0, 0x100, 0x40 },
    { "E12: any byte of outbound memory", ANY, false, IODMA_OUT,
      { { 0x10000, 0x1000 } }, 0x41, 1, 1 },
    { "E12: any byte where the master snoops", ANY, true, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0x41, 1, 1 },
    { "E12: all of an edge", ANY, false, IODMA_IN, { { 0x10010, 0x100 } }, 0,
      0x30, 0x30 },
    { "E12: no less of it", ANY, false, IODMA_IN, { { 0x10010, 0x100 } }, 0,
      0x2F, 0 },
    { "E12: a tail, if more is given", ANY, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0xF0, 0x20, 0x10 },
    { "E12: the end of a whole buffer", ALIGNED, false, IODMA_IN,
      { { 0x10001, 0x1001 } }, 0x1000, 1, 1 },
    { "E12: of two ranges that share a line each has its own", ANY, false,
      IODMA_IN, { { 0x10020, 0x20 }, { 0x30000, 0x40 }, { 0x10000, 0x20 } }, 0,
      0x20, 0x20 },
};
/* clang-format on */

static void writing(void)
{
    uint8_t bytes[0x100];

    for (size_t i = 0; i < HAL_COUNT_OF(writes); i++) {
        uint64_t digest;

        check_case(writes[i].what);
        begin(&recording_cache, writes[i].snooped, &writes[i].spec, 0,
              writes[i].ranges, writes[i].direction);
        recorded_count = 0;
        expect_prepared(&command);
        recorded_count = 0;
        digest = sparse_digest();
        expect_number(
            "read",
            iodma_command_read_bytes(&command, writes[i].offset, bytes, 1), 1);
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)(bytes[0] + 1 + k);
        expect_number("write",
                      iodma_command_write_bytes(&command, writes[i].offset,
                                                bytes, writes[i].length),
                      writes[i].want);
        expect("all of it or nothing",
               (sparse_digest() == digest) == (writes[i].want == 0));
        finish();
    }
}

/* Order ----------------------------------------------------------------------
 */

static struct moment {
    char event; /* 'o'bserve, 'i'nvalidate, 'c'lean, 'p'ublish */
    uint8_t client, storage;
} moments[8];
static unsigned moment_count;

static void moment(char event)
{
    if (expect("there is room to record", moment_count < HAL_COUNT_OF(moments)))
        moments[moment_count++] = (struct moment){ event, *sparse_byte(0x10001),
                                                   *sparse_byte(0x100000) };
}

static void publish(void)
{
    moment('p');
}

static void observe(void)
{
    moment('o');
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
    moment('c');
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
    moment('i');
}

static enum iodma_status finished(const struct hal_cache *cache)
{
    (void)cache;
    moment('f');
    return IODMA_OK;
}

static void expect_moment(unsigned i, char event, uint8_t client,
                          uint8_t storage)
{
    expect_number("event", (uint64_t)moments[i].event, (uint64_t)event);
    expect_number("client", moments[i].client, client);
    expect_number("storage", moments[i].storage, storage);
}

static void order(void)
{
    static const struct hal_fences fences = { publish, observe };
    static const struct hal_cache_ops ops = {
        .clean = clean, .clean_invalidate = clean_invalidate, .finish = finished
    };
    static const struct hal_cache cache = { &ops, 64, 64 };

    check_case("E12: observe, clean and invalidate, copy in");
    begin(&cache, false, &aligned, 0, misaligned, IODMA_INOUT);
    expect_prepared(&command);
    hal.fences = &fences;
    *sparse_byte(0x100000) = 0x55;
    *sparse_byte(0x10001) = 0x11;
    moment_count = 0;
    part(0, 0x40, IODMA_IN, IODMA_OK);
    expect_number("events", moment_count, 3);
    expect_moment(0, 'o', 0x11, 0x55);
    expect_moment(1, 'i', 0x11, 0x55);
    expect_moment(2, 'f', 0x11, 0x55);
    expect_number("copied", *sparse_byte(0x10001), 0x55);

    check_case("E12: copy out, clean, publish");
    *sparse_byte(0x10001) = 0x66;
    moment_count = 0;
    part(0, 0x40, IODMA_OUT, IODMA_OK);
    expect_number("events", moment_count, 3);
    expect_moment(0, 'c', 0x66, 0x66);
    expect_moment(1, 'f', 0x66, 0x66);
    expect_moment(2, 'p', 0x66, 0x66);

    check_case("E12: where the master snoops there still are fences");
    begin(&cache, true, &any, 0, page, IODMA_INOUT);
    expect_prepared(&command);
    hal.fences = &fences;
    moment_count = 0;
    part(0x21, 3, IODMA_IN, IODMA_OK);
    part(0x21, 3, IODMA_OUT, IODMA_OK);
    expect_number("events", moment_count, 2);
    expect_number("in", (uint64_t)moments[0].event, 'o');
    expect_number("out", (uint64_t)moments[1].event, 'p');
}

/* Rings ----------------------------------------------------------------------
 */

enum { SLOTS = 4, SLOT = 1536 };

/* Where the device finds a byte of the ring. */
static hal_address place(hal_address offset)
{
    struct iodma_segment64 segment;
    uint32_t one = 1;

    expect_status(
        "gen", iodma_command_gen_segments64(&command, &offset, &segment, &one),
        IODMA_OK);
    return (hal_address)segment.address;
}

static uint8_t frame_byte(unsigned frame, unsigned i)
{
    return (uint8_t)(frame * 31 + i * 7 + (i >> 8));
}

/* The device fills a slot. */
static void receive(unsigned frame)
{
    for (unsigned i = 0; i < SLOT; i += 64) {
        hal_address at = place((frame % SLOTS) * SLOT + i);

        for (unsigned k = 0; k < 64; k++)
            *incoherent_byte(at + k) = frame_byte(frame, i + k);
    }
}

static bool is_there(hal_address base, unsigned frame)
{
    hal_address at = base + (frame % SLOTS) * SLOT;

    for (unsigned i = 0; i < SLOT; i++) {
        if (!expect_number("a byte of the frame", *sparse_byte(at + i),
                           frame_byte(frame, i)))
            return false;
    }
    return true;
}

/* A long-prepared buffer in slots: the CPU takes one, works on it and gives it
   back, while the device fills the next. */
static void receive_ring(const struct iodma_spec *spec, hal_address base,
                         unsigned rung)
{
    struct iodma_range ranges[ROW_RANGES] = { { base, SLOTS * SLOT } };

    incoherent_reset(64);
    begin(&incoherent_cache, false, spec, 0, ranges, IODMA_IN);
    expect_prepared(&command);
    expect_number("rung", fixture_rung(&command), rung);
    receive(0);
    for (unsigned frame = 0; frame < 3 * SLOTS; frame++) {
        hal_address offset = (frame % SLOTS) * SLOT;

        part(offset, SLOT, IODMA_IN, IODMA_OK);
        receive(frame + 1);
        if (!is_there(base, frame))
            break;
        for (unsigned i = 0; i < SLOT; i++)
            *sparse_byte(base + offset + i) = (uint8_t)~frame_byte(frame, i);
        if (frame % 2 == 0)
            incoherent_evict();
        part(offset, SLOT, IODMA_OUT, IODMA_OK);
        for (unsigned i = 0; i < SLOT; i += 63)
            expect_number("what the device has",
                          *incoherent_byte(place(offset + i)),
                          (uint8_t)~frame_byte(frame, i));
        incoherent_evict();
        incoherent_refill();
    }
    finish();
    (void)is_there(base, 3 * SLOTS);
}

/* The other way: the CPU fills a slot and gives it to the device. */
static void send_ring(const struct iodma_spec *spec, hal_address base)
{
    struct iodma_range ranges[ROW_RANGES] = { { base, SLOTS * SLOT } };

    incoherent_reset(64);
    begin(&incoherent_cache, false, spec, 0, ranges, IODMA_OUT);
    expect_prepared(&command);
    for (unsigned frame = 0; frame < 2 * SLOTS; frame++) {
        hal_address offset = (frame % SLOTS) * SLOT;

        for (unsigned i = 0; i < SLOT; i++)
            *sparse_byte(base + offset + i) = frame_byte(frame, i);
        part(offset, SLOT, IODMA_OUT, IODMA_OK);
        for (unsigned i = 0; i < SLOT; i++) {
            if (!expect_number("what the device has",
                               *incoherent_byte(place(offset + i)),
                               frame_byte(frame, i)))
                break;
        }
        part(offset, SLOT, IODMA_IN, IODMA_OK);
    }
    finish();
}

static void rings(void)
{
    static const struct iodma_range odd[ROW_RANGES] = {
        { 0x10010, SLOTS * SLOT },
    };

    check_case("E12: a receive ring of slots of 1536 bytes");
    receive_ring(&any, 0x10000, RUNG_DIRECT);
    check_case("E12: out of reach");
    receive_ring(&narrow, FAR - 0x1000, RUNG_SPLIT);
    check_case("E12: misaligned for the device");
    receive_ring(&aligned, 0x10001, RUNG_WHOLE);
    check_case("E12: a ring of frames to send");
    send_ring(&any, 0x10000);
    send_ring(&any, 0x10010);
    send_ring(&narrow, FAR - 0x1000);
    send_ring(&aligned, 0x10001);

    check_case("E12: slots that share lines cannot be received into");
    incoherent_reset(64);
    begin(&incoherent_cache, false, &any, 0, odd, IODMA_IN);
    expect_prepared(&command);
    part(0, SLOT, IODMA_IN, IODMA_NOT_ALIGNED);
    part(SLOT, SLOT, IODMA_OUT, IODMA_NOT_ALIGNED);
    part(0, SLOTS * SLOT, IODMA_IN, IODMA_OK);
    finish();
}

int main(void)
{
    taking();
    refusing();
    check_case("E12: a copy that cannot be made changes nothing");
    no_window();
    behind_rom();
    by_name();
    by_names();
    in_one_capacity();
    at_a_phase();
    told_byte();
    writing();
    order();
    rings();
    return check_result();
}
