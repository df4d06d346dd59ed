/* SPDX-License-Identifier: MIT */
/* Caches are maintained where the master does not look into them, for what
   the device touches, in the order of E4, and nowhere else. */
#include "dma/shortcuts.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"
#include "tests/model/sparse.h"

#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

/* clang-format off */
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    bool snooped;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    hal_address offset, length; /* of the window */
    bool maintain;           /* flush_cache, invalidate_cache */
    struct recorded_call want[8]; /* lines; ends at length 0 */
} cases[] = {
    { 131, "a coherent type on a snooped aperture",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, true, IODMA_INOUT,
      { { 0x10000, 0x1000 } }, 0, 0, true, { { 0, 0, 0, 0 } } },
    { 132, "a device that does not snoop, direct",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_NON_COHERENT, true, IODMA_INOUT,
      { { 0x10000, 0x1000 } }, 0x100, 0x200, true,
      { { 'c', 0x10100, 0x200, 0 }, { 'i', 0x10100, 0x200, 0 } } },
    { 133, "no maintenance where none is wanted",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_NON_COHERENT, true, IODMA_INOUT,
      { { 0x10000, 0x1000 } }, 0, 0, false, { { 0, 0, 0, 0 } } },
    { 134, "a whole buffer is maintained, not the memory",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4),
      IODMA_NON_COHERENT, true, IODMA_INOUT, { { 0x10001, 0x1000 } }, 0, 0,
      true, { { 'c', 0x100000, 0x1000, 0 }, { 'i', 0x100000, 0x1000, 0 } } },
    { 135, "pages and direct parts are maintained",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_NON_COHERENT, true,
      IODMA_INOUT,
      { { FAR - 0x1000, 0x3000 } }, 0, 0, true,
      { { 'c', FAR - 0x1000, 0x1000, 0 }, { 'c', 0x100000, 0x1000, 0 },
        { 'c', 0x102000, 0x1000, 0 }, { 'i', FAR - 0x1000, 0x1000, 0 },
        { 'i', 0x100000, 0x1000, 0 }, { 'i', 0x102000, 0x1000, 0 } } },
    { 0, "E1: an aperture that is not snooped, whatever the type",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, false, IODMA_IN,
      { { 0x10000, 0x1000 } }, 0, 0, true,
      { { 'c', 0x10000, 0x1000, 0 }, { 'i', 0x10000, 0x1000, 0 } } },
    { 0, "E4: outbound memory is cleaned, and nothing is dropped after",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, false, IODMA_OUT,
      { { 0x10011, 0x100 } }, 0, 0, true,
      { { 'c', 0x10011, 0x100, 0 } } },
    { 0, "E3: inbound lines that are shared have storage, the rest is direct",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, false, IODMA_IN,
      { { 0x10010, 0x100 } }, 0, 0, true,
      { { 'c', 0x100000, 0x80, 0 }, { 'c', 0x10040, 0xC0, 0 },
        { 'i', 0x100000, 0x80, 0 }, { 'i', 0x10040, 0xC0, 0 } } },
    { 0, "E3: so has a length that ends within a line",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, false, IODMA_IN,
      { { 0x10000, 0x110 } }, 0, 0, true,
      { { 'c', 0x10000, 0x100, 0 }, { 'c', 0x100100, 0x40, 0 },
        { 'i', 0x10000, 0x100, 0 }, { 'i', 0x100100, 0x40, 0 } } },
    { 0, "E1: snooped lines need not be the window's own",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, true, IODMA_IN,
      { { 0x10010, 0x100 } }, 0, 0, true, { { 0, 0, 0, 0 } } },
    { 0, "E3: a line that two touching ranges share is the window's own",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED, false, IODMA_IN,
      { { 0x10000, 0x10 }, { 0x10010, 0x30 } }, 0, 0, true,
      { { 'c', 0x10000, 0x40, 0 }, { 'i', 0x10000, 0x40, 0 } } },
};
/* clang-format on */

static struct iodma_command command;
static struct iodma_memory memory;
static struct iodma_bus bus;
static struct hal_bus hal;
static struct hal_aperture aperture;

/* Whether commands on the bus maintain caches. */
enum cached { MAINTAINED, NOBODY_MAINTAINS };

/* Memory that the CPU does not cache from 0x40000 on, a part of it. */
static const struct hal_region regions[] = {
    { 0, 0x3ffff, HAL_WRITE_BACK, true, &sparse_window },
    { 0x40000, 0x4ffff, HAL_UNCACHED, true, &sparse_window },
    { 0x50000, FIXTURE_LAST, HAL_WRITE_BACK, true, &sparse_window },
};

static void begin_on(const struct hal_aperture *apertures, uint32_t count,
                     enum cached cached, const struct iodma_spec *spec,
                     uint32_t mapping, const struct iodma_range *ranges,
                     uint32_t direction)
{
    struct iodma_spec mapped = *spec;

    sparse_reset();
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.aperture_count = count;
    hal.cache = &recording_cache;
    if (cached == NOBODY_MAINTAINS) {
        hal.regions = regions;
        hal.region_count = HAL_COUNT_OF(regions);
    }
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    if (cached == MAINTAINED)
        expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
    mapped.mapping = mapping;
    memory = row_memory(ranges, direction);
    recorded_count = recorded_finishes = 0;
    recorded_status = IODMA_OK;
    expect_command(&command, &bus, &mapped);
    expect_attached_only(&command, &memory);
}

static void begin(const struct iodma_spec *spec, uint32_t mapping, bool snooped,
                  const struct iodma_range *ranges, uint32_t direction)
{
    aperture = fixture_aperture;
    aperture.snooped = snooped;
    begin_on(&aperture, 1, MAINTAINED, spec, mapping, ranges, direction);
}

static void expect_calls(const struct recorded_call *want, unsigned most)
{
    unsigned count = 0;

    while (count < most && want[count].length != 0)
        count++;
    expect_number("cache operations", recorded_count, count);
    for (unsigned i = 0; i < count && i < recorded_count; i++) {
        expect_number("operation", (uint64_t)recorded[i].operation,
                      (uint64_t)want[i].operation);
        expect_number("address", recorded[i].pa, want[i].pa);
        expect_number("length", recorded[i].length, want[i].length);
    }
}

/* Is a line part of what these calls are for? */
static bool has_line(const struct recorded_call *calls, unsigned count,
                     char operation, hal_address line)
{
    for (unsigned i = 0; i < count; i++) {
        if (calls[i].operation == operation && calls[i].length != 0 &&
            line >= calls[i].pa - calls[i].pa % 64 &&
            line < calls[i].pa + calls[i].length)
            return true;
    }
    return false;
}

/* All lines of some calls are lines of the others. */
static void expect_lines_of(const char *what, const struct recorded_call *calls,
                            unsigned count, char operation,
                            const struct recorded_call *others,
                            unsigned other_count)
{
    for (unsigned i = 0; i < count; i++) {
        if (calls[i].operation != operation || calls[i].length == 0)
            continue;
        for (hal_address line = calls[i].pa - calls[i].pa % 64;
             line < calls[i].pa + calls[i].length; line += 64) {
            if (!has_line(others, other_count, operation, line)) {
                expect_number(what, line, 0);
                return;
            }
        }
    }
}

/* What was asked for are just the lines that are wanted, in whatever order. */
static void expect_lines(const struct recorded_call *want, unsigned count,
                         char operation)
{
    expect_lines_of("a line that is wanted", want, count, operation, recorded,
                    recorded_count);
    expect_lines_of("a line that nobody wants", recorded, recorded_count,
                    operation, want, count);
}

static void expect_only(char operation)
{
    for (unsigned i = 0; i < recorded_count; i++)
        expect_number("operation", (uint64_t)recorded[i].operation,
                      (uint64_t)operation);
}

static void maintaining(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        check_spec(cases[i].number, cases[i].what);
        begin(&cases[i].spec, cases[i].mapping, cases[i].snooped,
              cases[i].ranges, cases[i].direction);
        expect_status("prepare",
                      iodma_command_prepare(&command, cases[i].offset,
                                            cases[i].length, cases[i].maintain,
                                            true),
                      IODMA_OK);
        expect_only('c');
        expect_lines(cases[i].want, HAL_COUNT_OF(cases[i].want), 'c');
        expect_number("sweeps finished", recorded_finishes,
                      recorded_count != 0);
        recorded_count = recorded_finishes = 0;
        expect_status("complete",
                      iodma_command_complete(&command, cases[i].maintain, true),
                      IODMA_OK);
        expect_only('i');
        expect_lines(cases[i].want, HAL_COUNT_OF(cases[i].want), 'i');
        expect_number("sweeps finished", recorded_finishes,
                      recorded_count != 0);
        expect("all is given back", expect_fixture_free());
    }
}

static const struct iodma_spec aligned_spec =
    IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);
static const struct iodma_range misaligned[ROW_RANGES] = {
    { 0x10001, 0x1000 },
};

/* The cache sees the bytes: before the device, after the copy out; after the
   device, before the copy in. */
static void order(void)
{
    uint8_t inverse = (uint8_t)~sparse_fresh(0x10001);

    check_case("E4: copy out, clean; clean and invalidate, copy in");
    begin(&aligned_spec, IODMA_NON_COHERENT, true, misaligned, IODMA_INOUT);
    expect_prepared(&command);
    expect_number("cleaned when filled", recorded[0].first,
                  sparse_fresh(0x10001));
    *sparse_byte(0x100000) = inverse;
    expect_completed(&command);
    expect_number("dropped before it was copied", recorded[1].first, inverse);
    expect_number("and copied", *sparse_byte(0x10001), inverse);
}

static void synchronizing(void)
{
    static const struct recorded_call want[] = {
        { 'i', 0x100000, 0x1000, 0 },
        { 'c', 0x100000, 0x1000, 0 },
        { 'i', 0x100010, 4, 0 },
        { 'c', 0x100040, 0x40, 0 },
    };
    uint8_t bytes[0x40] = { 1, 2, 3, 4 };

    check_case("synchronize, read and write bytes maintain what they touch");
    begin(&aligned_spec, IODMA_NON_COHERENT, true, misaligned, IODMA_INOUT);
    expect_prepared(&command);
    recorded_count = 0;
    expect_status("in", iodma_command_synchronize(&command, IODMA_IN),
                  IODMA_OK);
    expect_status("out", iodma_command_synchronize(&command, IODMA_OUT),
                  IODMA_OK);
    expect_number("read", iodma_command_read_bytes(&command, 0x10, bytes, 4),
                  4);
    expect_number("write part of a line",
                  iodma_command_write_bytes(&command, 0x20, bytes, 4), 0);
    expect_number("write a line",
                  iodma_command_write_bytes(&command, 0x40, bytes, 0x40), 0x40);
    expect_calls(want, HAL_COUNT_OF(want));
    expect_status("complete", iodma_command_complete(&command, false, false),
                  IODMA_OK);
}

/* Its ends are in lines of others, and bounced. */
static void synchronizing_ends(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10010, 0x1000 },
    };
    static const struct recorded_call want[] = {
        { 'i', 0x100010, 0x40, 0 }, /* two loans, side by side */
        { 'c', 0x100010, 0x40, 0 },
    };

    check_case("synchronize leaves alone what goes as it lies");
    begin(&spec, IODMA_NON_COHERENT, true, ranges, IODMA_IN);
    expect_prepared(&command);
    recorded_count = 0;
    expect_status("in", iodma_command_synchronize(&command, IODMA_IN),
                  IODMA_OK);
    expect_status("out", iodma_command_synchronize(&command, IODMA_OUT),
                  IODMA_OK);
    expect_calls(want, HAL_COUNT_OF(want));
    expect_status("complete", iodma_command_complete(&command, false, false),
                  IODMA_OK);
}

/* Clear completes as if everything was asked for. */
static void clearing(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    static const struct recorded_call want[] = {
        { 'c', 0x10000, 0x1000, 0 },
        { 'i', 0x10000, 0x1000, 0 },
    };

    check_case("clear maintains what complete does");
    begin(&spec, IODMA_NON_COHERENT, true, ranges, IODMA_IN);
    expect_prepared(&command);
    expect_cleared(&command);
    expect_calls(want, HAL_COUNT_OF(want));
}

/* Lines in which the device may write at the same moment. */
static void parting(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range folded[ROW_RANGES] = {
        { 0x10000, 0x20 },
        { 0x20000, 0x40 },
        { 0x10020, 0x20 },
    };
    uint8_t bytes[0x20] = { 1, 2, 3, 4 };

    check_case("E12: what shares a line with the device's bytes is not "
               "written");
    begin(&aligned_spec, IODMA_NON_COHERENT, true, misaligned, IODMA_INOUT);
    expect_prepared(&command);
    recorded_count = 0;
    expect_number("it ends in a line",
                  iodma_command_write_bytes(&command, 0, bytes, 0x20), 0);
    expect_number("it begins in a line",
                  iodma_command_write_bytes(&command, 0xFE0, bytes, 0x20), 0);
    expect_number("cache operations", recorded_count, 0);
    expect_completed(&command);

    check_case("E12: what shared a line in the memory does not in storage");
    begin(&spec, IODMA_NON_COHERENT, true, folded, IODMA_INOUT);
    expect_prepared(&command);
    expect_number("rung", fixture_rung(&command), RUNG_SPLIT);
    expect_number("before", iodma_command_write_bytes(&command, 0, bytes, 0x20),
                  0x20);
    expect_number("behind",
                  iodma_command_write_bytes(&command, 0x60, bytes, 0x20), 0x20);
    expect_status("give part of it",
                  iodma_command_synchronize_range(&command, 0, 0x20, IODMA_OUT),
                  IODMA_OK);
    expect_completed(&command);
}

/* A line of a buffer's capacity, of which the window has two stretches. */
static void parting_in_a_capacity(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range none[ROW_RANGES];
    static const struct iodma_range others[] = {
        { 0x10020, 0x20 },
        { 0x20000, 0x40 },
    };
    struct iodma_memory buffer, ranges, several;
    struct iodma_memory *members[] = { &ranges, &buffer };
    uint8_t bytes[0x20] = { 1, 2, 3, 4 };

    check_case("E12: nor if they are elsewhere in the window");
    buffer = buffer_of(0x10000, 0x40, 0x20, IODMA_INOUT);
    ranges = memory_of(others, 2, IODMA_INOUT);
    several = several_of(members, 2, IODMA_INOUT);
    begin(&spec, IODMA_NON_COHERENT, true, none, IODMA_INOUT);
    expect_attached(&command, &several);
    expect_number("rung", fixture_rung(&command), RUNG_DIRECT);
    recorded_count = 0;
    expect_number("before", iodma_command_write_bytes(&command, 0, bytes, 0x20),
                  0);
    expect_number("behind",
                  iodma_command_write_bytes(&command, 0x60, bytes, 0x20), 0);
    expect_status("give part of it",
                  iodma_command_synchronize_range(&command, 0, 0x20, IODMA_OUT),
                  IODMA_NOT_ALIGNED);
    expect_number("cache operations", recorded_count, 0);
    expect_status(
        "take another line",
        iodma_command_synchronize_range(&command, 0x20, 0x40, IODMA_IN),
        IODMA_OK);
    expect_completed(&command);
}

static void forcing(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    static const struct recorded_call taken[] = {
        { 'i', 0x10000, 0x1000, 0 },
        { 'c', 0x100000, 0x1000, 0 },
    };
    static const struct recorded_call dropped[] = {
        { 'i', 0x100000, 0x1000, 0 },
    };
    unsigned i = 0;

    check_case("force takes the memory from the device, and gives the buffer");
    begin(&spec, IODMA_NON_COHERENT, true, ranges, IODMA_INOUT);
    expect_prepared(&command);
    recorded_count = 0;
    expect_status(
        "force", iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_OK);
    expect_lines(taken, HAL_COUNT_OF(taken), 'c');
    expect_lines(taken, HAL_COUNT_OF(taken), 'i');
    while (i < recorded_count && recorded[i].operation != 'i')
        i++;
    expect("taken first, then filled and cleaned",
           i + 1 < recorded_count &&
               recorded[recorded_count - 1].operation == 'c');
    recorded_count = 0;
    expect_completed(&command);
    expect_calls(dropped, HAL_COUNT_OF(dropped));
}

static void iterating(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10010, 0x100 },
    };
    static const struct recorded_call none[] = { { 0, 0, 0, 0 } };
    uint8_t bytes[0x20] = { 0 };

    check_case("iterate only: bytes are read and written past no cache");
    begin(&spec, IODMA_ITERATE_ONLY, false, ranges, IODMA_INOUT);
    expect_prepared(&command);
    expect_number("written",
                  iodma_command_write_bytes(&command, 0x10, bytes, 0x20), 0x20);
    expect_number("read", iodma_command_read_bytes(&command, 0x10, bytes, 0x20),
                  0x20);
    expect_completed(&command);
    expect_calls(none, HAL_COUNT_OF(none));
}

/* Of one extent, what lies in an aperture that is not snooped is maintained,
   and has to own its lines; the rest is not, and need not. */
static void mixed(void)
{
    static const struct hal_aperture two[] = {
        { 0, 0x3ffff, 0, HAL_READ | HAL_WRITE, true },
        { 0x40000, 0x8003ffff, 0x40000, HAL_READ | HAL_WRITE, false },
    };
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x3f010, 0x1ff0 },
    };
    static const struct iodma_range ragged[ROW_RANGES] = {
        { 0x3f010, 0x2000 },
    };
    static const struct recorded_call want[] = {
        { 'c', 0x40000, 0x1000, 0 },
        { 'i', 0x40000, 0x1000, 0 },
    };

    check_case("E1: an extent through two apertures, one of them snooped");
    begin_on(two, 2, MAINTAINED, &spec, IODMA_MAPPED, ranges, IODMA_IN);
    expect_prepared(&command);
    expect_number("it goes directly", fixture_rung(&command), RUNG_DIRECT);
    expect_completed(&command);
    expect_calls(want, HAL_COUNT_OF(want));

    check_case("E3: and it does not own its last line");
    begin_on(two, 2, MAINTAINED, &spec, IODMA_MAPPED, ragged, IODMA_IN);
    expect_prepared(&command);
    expect_number("it is bounced", fixture_rung(&command), RUNG_SPLIT);
    expect_completed(&command);
}

static unsigned published;
static unsigned observed;

static void publish(void)
{
    published++;
}

static void observe(void)
{
    observed++;
}

static void fences(void)
{
    static const struct hal_fences counting = { publish, observe };
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };

    check_case("E4: a preparation is published once, and observed once");
    begin(&spec, IODMA_MAPPED, true, ranges, IODMA_INOUT);
    hal.fences = &counting;
    expect_prepared(&command);
    expect_number("published", published, 1);
    expect_number("observed", observed, 0);
    expect_completed(&command);
    expect_number("published", published, 1);
    expect_number("observed", observed, 1);
}

static void fences_of_bytes(void)
{
    static const struct hal_fences counting = { publish, observe };
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    uint8_t bytes[4] = { 1, 2, 3, 4 };

    check_case("E4: what is read was observed, what is written is published");
    begin(&spec, IODMA_MAPPED, true, ranges, IODMA_INOUT);
    hal.fences = &counting;
    expect_prepared(&command);
    published = observed = 0;
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 4), 4);
    expect_number("observed", observed, 1);
    expect_number("published", published, 0);
    expect_number("write", iodma_command_write_bytes(&command, 0, bytes, 4), 4);
    expect_number("published", published, 1);
    expect_completed(&command);
}

/* Whose lines ------------------------------------------------------------ */

/* As begin(), with a descriptor of its own; then prepare. */
static void prepare_inbound(struct iodma_memory *mine, uint32_t mapping,
                            unsigned rung)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range none[ROW_RANGES];

    begin(&spec, mapping, false, none, IODMA_IN);
    expect_attached_only(&command, mine);
    expect_prepared(&command);
    expect_number("rung", fixture_rung(&command), rung);
}

static void expect_first(hal_address offset, hal_address address,
                         hal_address length)
{
    struct hal_segment want = { address, length };
    struct hal_segment got = { 0, 0 };
    uint32_t count = 1;

    expect_status("gen", fixture_gen(&command, &offset, &got, &count),
                  IODMA_OK);
    expect_segments("the first segment", &got, count, &want, 1);
}

static void capacities(void)
{
    struct iodma_memory buffer, more, several, some;
    struct iodma_memory *members[] = { &buffer, &more };

    buffer = buffer_of(0x10000, 0x40, 0x10, IODMA_IN);
    more = buffer_of(0x20000, 0x40, 0x20, IODMA_IN);
    several = several_of(members, 2, IODMA_IN);
    some = part_of(&several, 0, 0x30, IODMA_IN);

    check_case("E3: each of several buffers owns its capacity");
    prepare_inbound(&several, IODMA_MAPPED, RUNG_DIRECT);
    expect_completed(&command);
    check_case("E3: not if they are a part of somebody's");
    prepare_inbound(&some, IODMA_MAPPED, RUNG_SPLIT);
    expect_completed(&command);
}

static void parts(void)
{
    static const struct iodma_range line[] = { { 0x10000, 0x40 } };
    static const struct iodma_range odd[] = { { 0x2003C, 0x44 } };
    struct iodma_memory first, ranges, rest, several;
    struct iodma_memory *members[] = { &first, &rest };

    first = memory_of(line, 1, IODMA_IN);
    ranges = memory_of(odd, 1, IODMA_IN);
    rest = part_of(&ranges, 8, 0x3C, IODMA_IN);
    several = several_of(members, 2, IODMA_IN);

    check_case("E3: what a part leaves out is not the window's");
    prepare_inbound(&several, IODMA_MAPPED, RUNG_SPLIT);
    expect_first(0x40, 0x100044, 0x3C);
    expect_first(0x48, 0x10004C, 0x34);
    expect_completed(&command);
}

/* The window's first bytes are the end of a line, whose other half is there,
   too, but out of step: that half is gathered. */
static void mixtures(void)
{
    static const struct iodma_range ring[] = {
        { 0x10020, 0x20 },
        { 0x10000, 0x20 },
        { 0x20000, 0x30 },
    };
    static const struct iodma_range ends[] = {
        { 0x20000, 0x40 },
        { 0x10020, 0x20 },
        { 0x30000, 0x20 },
        { 0x10000, 0x20 },
    };
    struct iodma_memory memory_of_ring, memory_of_ends;

    memory_of_ring = memory_of(ring, 3, IODMA_IN);
    check_case("E3: no line is direct in part and bounced in part");
    prepare_inbound(&memory_of_ring, IODMA_LEAST_BOUNCE, RUNG_SPLIT);
    expect_first(0, 0x100020, 0x70);
    expect_completed(&command);

    memory_of_ends = memory_of(ends, 4, IODMA_IN);
    check_case("E3: nor the other way round");
    prepare_inbound(&memory_of_ends, IODMA_LEAST_BOUNCE, RUNG_SPLIT);
    expect_first(0x40, 0x100040, 0x60);
    expect_completed(&command);
}

static void no_storage(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10010, 0x100 },
    };

    check_case("E3: shared inbound lines, and nothing to bounce through");
    begin(&spec, IODMA_MAPPED, false, ranges, IODMA_IN);
    fixture_use_up(true, true);
    expect_status("prepare", iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("cache operations", recorded_count, 0);
}

/* Where nobody maintains caches, what needs it is refused. */
static const struct hal_aperture snooped[] = {
    { 0, FIXTURE_LAST, 0, HAL_READ | HAL_WRITE, true },
};
static const struct hal_aperture not_snooped[] = {
    { 0, FIXTURE_LAST, 0, HAL_READ | HAL_WRITE, false },
};
static const struct hal_aperture storage_not_snooped[] = {
    { 0, 0xfffff, 0, HAL_READ | HAL_WRITE, true },
    { 0x100000, 0x2fffff, 0x100000, HAL_READ | HAL_WRITE, false },
};

/* clang-format off */
static const struct {
    const char *what;
    const struct hal_aperture *apertures;
    uint32_t aperture_count;
    struct iodma_spec spec;
    uint32_t mapping, direction;
    struct iodma_range ranges[ROW_RANGES];
    enum iodma_status want;
} without[] = {
    { "snooped memory goes directly", snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_MAPPED, IODMA_IN,
      { { 0x10010, 0x100 } }, IODMA_OK },
    { "snooped memory is bounced", snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_MAPPED, IODMA_INOUT, { { FAR, 0x100 } }, IODMA_OK },
    { "a device that does not snoop, Out", snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_NON_COHERENT, IODMA_OUT,
      { { 0x10000, 0x1000 } }, IODMA_UNSUPPORTED },
    { "a device that does not snoop, In", snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_NON_COHERENT, IODMA_IN,
      { { 0x10000, 0x1000 } }, IODMA_UNSUPPORTED },
    { "an aperture that is not snooped, Out", not_snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_MAPPED, IODMA_OUT,
      { { 0x10000, 0x1000 } }, IODMA_UNSUPPORTED },
    { "an aperture that is not snooped, In, and shared lines", not_snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_MAPPED, IODMA_IN,
      { { 0x10010, 0x100 } }, IODMA_UNSUPPORTED },
    { "one of two ranges is not snooped", storage_not_snooped, 2,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_MAPPED, IODMA_OUT,
      { { 0x10000, 0x100 }, { 0x280000, 0x100 } }, IODMA_UNSUPPORTED },
    { "it is uncached", not_snooped, 1, SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_MAPPED, IODMA_INOUT, { { 0x40010, 0x100 } }, IODMA_OK },
    { "it is uncached, and the device does not snoop", snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_NON_COHERENT, IODMA_IN,
      { { 0x40010, 0x100 } }, IODMA_OK },
    { "one byte of it is not uncached", not_snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_MAPPED, IODMA_OUT,
      { { 0x4ff01, 0x100 } }, IODMA_UNSUPPORTED },
    { "it is only listed", not_snooped, 1, SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      IODMA_ITERATE_ONLY, IODMA_INOUT, { { 0x10010, 0x100 } }, IODMA_OK },
    { "IODMA_DIRECT_ONLY, and lines of its own", not_snooped, 1,
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_DIRECT_ONLY, IODMA_IN,
      { { 0x10000, 0x100 } }, IODMA_UNSUPPORTED },
    { "snooped memory is bounced to storage that is not", storage_not_snooped,
      2, SPEC(host64, 64, 0, 4, 1, 1), IODMA_MAPPED, IODMA_OUT,
      { { 0x10001, 0x100 } }, IODMA_UNSUPPORTED },
};
/* clang-format on */

static void nobody_maintains(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(without); i++) {
        enum iodma_status status;

        check_case("nobody maintains caches");
        begin_on(without[i].apertures, without[i].aperture_count,
                 NOBODY_MAINTAINS, &without[i].spec, without[i].mapping,
                 without[i].ranges, without[i].direction);
        status = iodma_command_prepare(&command, 0, 0, true, true);
        expect_status(without[i].what, status, without[i].want);
        expect_number("cache operations", recorded_count, 0);
        if (status == IODMA_OK) {
            expect_completed(&command);
            expect_number("cache operations", recorded_count, 0);
        }
        expect("not prepared", command.prepared == 0);
        expect("all is given back", expect_fixture_free());
    }
}

/* What goes where nobody maintains caches needs nobody: no sweep is ended. */
static void nothing_to_maintain(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(without); i++) {
        if (without[i].want != IODMA_OK)
            continue;
        check_case(without[i].what);
        begin_on(without[i].apertures, without[i].aperture_count, MAINTAINED,
                 &without[i].spec, without[i].mapping, without[i].ranges,
                 without[i].direction);
        hal.regions = regions;
        hal.region_count = HAL_COUNT_OF(regions);
        recorded_status = IODMA_TIMEOUT;
        expect_status("prepare",
                      iodma_command_prepare(&command, 0, 0, true, true),
                      IODMA_OK);
        expect_completed(&command);
        expect_number("cache operations", recorded_count, 0);
        expect_number("sweeps", recorded_finishes, 0);
    }
}

/* One page of the pool is cached, and nobody maintains it. */
static void pool_half_cached(void)
{
    static const struct hal_region three[] = {
        { 0, 0x1fffff, HAL_UNCACHED, true, &sparse_window },
        { 0x200000, 0x2fffff, HAL_WRITE_BACK, true, &sparse_window },
        { 0x300000, FIXTURE_LAST, HAL_UNCACHED, true, &sparse_window },
    };
    static const struct iodma_spec narrow =
        SPEC(host64, REACH_BITS, 0, 1, 1, 1);
    static const struct iodma_range beyond[ROW_RANGES] = {
        { 2 * FAR, 0x2000 },
    };
    static struct iodma_bounce pool;
    static struct hal_loan loans[4];
    static uint32_t taken[1];

    check_case("nobody maintains caches, of which the pool is partly in");
    begin_on(not_snooped, 1, NOBODY_MAINTAINS, &narrow, IODMA_MAPPED, beyond,
             IODMA_OUT);
    hal.regions = three;
    hal.region_count = HAL_COUNT_OF(three);
    expect_status("pool",
                  iodma_bounce_init(&pool, 0x1ff000, 0x2000, 0x1000, taken,
                                    loans, HAL_COUNT_OF(loans)),
                  IODMA_OK);
    bus.bounce = &pool.hal;
    expect_status("prepare", iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_UNSUPPORTED);
    expect_number("cache operations", recorded_count, 0);
}

/* The board states a cache, or it cannot be maintained. */
static void no_cache_stated(void)
{
    struct iodma_bus other;

    check_case("a bus without a cache cannot maintain one");
    expect_status("bus", iodma_bus_init(&other, &fixture_hal_bus, 0), IODMA_OK);
    expect_status("cache", iodma_bus_cache(&other), IODMA_BAD_ARGUMENT);
    expect_status("no bus", iodma_bus_cache(NULL), IODMA_BAD_ARGUMENT);
    expect_number("no lines", iodma_bus_line(&other), 1);
}

/* Nor is the memory in any region: the record is of what is returned. */
static void expect_neither(const struct iodma_spec *spec,
                           const struct iodma_range *ranges, bool flush_cache)
{
    static const struct hal_region storage = { 0x100000, 0x2fffff,
                                               HAL_WRITE_BACK, true,
                                               &sparse_window };
    static const enum iodma_status ways[][2] = {
        { IODMA_TIMEOUT, IODMA_TIMEOUT },
        { IODMA_OK, IODMA_NOT_ATTACHED },
    };
    struct iodma_reason reason;

    begin(spec, IODMA_NON_COHERENT, true, ranges, IODMA_OUT);
    hal.regions = &storage;
    iodma_command_explain(&command, &reason);
    for (size_t i = 0; i < HAL_COUNT_OF(ways); i++) {
        recorded_status = ways[i][0];
        expect_status("prepare",
                      iodma_command_prepare(&command, 0, 0, flush_cache, true),
                      ways[i][1]);
        if (IODMA_REASONS)
            expect_status("recorded", (enum iodma_status)reason.status,
                          ways[i][1]);
    }
    expect("all is given back", expect_fixture_free());
}

static void nowhere_and_unfinished(void)
{
    static const struct iodma_spec plain = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range aligned[ROW_RANGES] = { { 0x10000,
                                                              0x100 } };

    check_case("storage that is neither filled nor cleaned");
    expect_neither(&aligned_spec, misaligned, false);
    check_case("lines that are nowhere, and not cleaned");
    expect_neither(&plain, aligned, true);
}

/* A cache whose controller does not come to an end. */
static void unfinished(void)
{
    static const uint8_t bytes[4] = { 1, 2, 3, 4 };

    check_case("a prepare whose lines are not cleaned leaves nothing behind");
    begin(&aligned_spec, IODMA_NON_COHERENT, true, misaligned, IODMA_INOUT);
    recorded_status = IODMA_TIMEOUT;
    expect_status("prepare", iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_TIMEOUT);
    expect("all is given back", expect_fixture_free());

    check_case("and a complete whose lines are not dropped is complete");
    recorded_status = IODMA_OK;
    expect_prepared(&command);
    recorded_status = IODMA_TIMEOUT;
    expect_status("complete", iodma_command_complete(&command, true, true),
                  IODMA_TIMEOUT);
    expect("all is given back", expect_fixture_free());
    recorded_status = IODMA_OK;

    check_case("bytes whose lines are not cleaned are not written");
    begin(&aligned_spec, IODMA_NON_COHERENT, true, misaligned, IODMA_OUT);
    expect_prepared(&command);
    recorded_status = IODMA_DMA_ERROR;
    expect_number("written", iodma_command_write_bytes(&command, 0, bytes, 4),
                  0);
    recorded_status = IODMA_OK;
    expect_number("written", iodma_command_write_bytes(&command, 0, bytes, 4),
                  4);
    expect_completed(&command);
}

/* A cache that does not come to an end is none of a window's that has no cached
   byte, whatever else its descriptor has. */
static void unfinished_elsewhere(void)
{
    static const struct iodma_spec plain = SPEC(host64, 64, 0, 1, 1, 1);
    static const struct iodma_range ranges[][ROW_RANGES] = {
        { { 0x3f000, 0x2000 } },
        { { 0x3f000, 0x1000 }, { 0x40000, 0x800 }, { 0x48000, 0x800 } },
        { { 0x48000, 0x800 }, { 0x3f000, 0x1000 }, { 0x40800, 0x800 } },
    };
    static const hal_address offsets[] = { 0x1000, 0x1000, 0x1800 };

    /* What is in no region may be cached, too. */
    for (size_t i = 0; i < 2 * HAL_COUNT_OF(ranges); i++) {
        size_t row = i / 2;

        check_case("a window without a cached byte needs no cache");
        begin(&plain, IODMA_NON_COHERENT, true, ranges[row], IODMA_INOUT);
        hal.regions = regions + i % 2;
        hal.region_count = HAL_COUNT_OF(regions) - (uint32_t)(i % 2);
        recorded_status = IODMA_TIMEOUT;
        expect_status(
            "prepare",
            iodma_command_prepare(&command, offsets[row], 0, true, true),
            IODMA_OK);
        expect_status("complete", iodma_command_complete(&command, true, true),
                      IODMA_OK);
        expect_number("sweeps", recorded_finishes, 0);
        expect_status("a window that has some",
                      iodma_command_prepare(&command, 0, 0, true, true),
                      IODMA_TIMEOUT);
        expect("all is given back", expect_fixture_free());
    }
}

/* Three ranges In that share lines, in memory that pointers name, as they name
   the granules that are lent of it. */
static struct {
    uint8_t bytes[8][0x1000];
    struct iodma_range ranges[ROW_RANGES];
    struct hal_region region;
    struct iodma_bounce pool;
    struct hal_loan loans[8];
    uint32_t taken[1];
} _Alignas(0x1000) named;

static void begin_named(const char *what, uint32_t mapping, uint32_t at,
                        uint32_t length)
{
    static const struct iodma_spec plain = SPEC(host64, 64, 0, 1, 1, 1);
    hal_address first = cpu_address(named.bytes);

    check_case(what);
    for (uint32_t i = 0; i < 3; i++)
        named.ranges[i] =
            (struct iodma_range){ cpu_address(named.bytes[5 + i]) + at,
                                  length };
    begin(&plain, mapping, true, named.ranges, IODMA_IN);
    named.region = (struct hal_region){ first, first + (sizeof named.bytes - 1),
                                        HAL_WRITE_BACK, true, NULL };
    aperture.first = aperture.bus = named.region.first;
    aperture.last = named.region.last;
    hal.regions = &named.region;
    hal.region_count = 1;
}

/* Ends of lines are bounced. */
static void begin_lent(const char *what)
{
    begin_named(what, IODMA_NON_COHERENT, 0x10, 0x20);
    expect_status("pool",
                  iodma_bounce_init(&named.pool, cpu_address(named.bytes),
                                    0x5000, 0x1000, named.taken, named.loans,
                                    HAL_COUNT_OF(named.loans)),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &named.pool.hal), IODMA_OK);
    expect_prepared(&command);
    recorded_calls = recorded_finishes = 0;
}

/* The device looks into caches for all but the first range. */
static void half_snooped(void)
{
    struct hal_aperture two[2];

    begin_named("what is snooped is not maintained beside what is not", 0, 0,
                0x800);
    two[0] = two[1] = aperture;
    two[0].last = cpu_address(named.bytes[6]) - 1;
    two[0].snooped = false;
    two[1].first = two[1].bus = two[0].last + 1;
    two[1].snooped = true;
    hal.apertures = two;
    hal.aperture_count = 2;
    recorded_calls = 0;
    expect_prepared(&command);
    expect_number("calls", recorded_calls, 1);
    expect_completed(&command);
    expect_number("calls of both", recorded_calls, 2);
    hal.apertures = &aperture;
    hal.aperture_count = 1;
}

/* Loans lie in lines of their own, one behind the other. */
static void side_by_side(void)
{
    begin_lent("storage side by side is maintained as one range");
    expect_completed(&command);
    expect_number("calls", recorded_calls, IODMA_SHORTCUTS ? 1 : 3);
    expect_number("sweeps", recorded_finishes, 1);
    expect_number("storage left behind", iodma_bounce_in_use(&named.pool), 0);
}

/* What the device has written is the client's once the force is sure. */
static void forced_in_vain(void)
{
    begin_lent("a force that fails leaves the client's bytes");
    memset(named.bytes[0], 0xA5, sizeof named.bytes[0]);
    recorded_status = IODMA_TIMEOUT;
    expect_status(
        "force", iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_TIMEOUT);
    expect_number("the first", named.bytes[5][0x10], 0);
    recorded_status = IODMA_OK;
    expect_completed(&command);
    expect_number("the first, at last", named.bytes[5][0x10], 0xA5);
}

int main(void)
{
    maintaining();
    half_snooped();
    side_by_side();
    forced_in_vain();
    unfinished();
    unfinished_elsewhere();
    nowhere_and_unfinished();
    order();
    nobody_maintains();
    nothing_to_maintain();
    pool_half_cached();
    no_cache_stated();
    synchronizing();
    synchronizing_ends();
    parting();
    parting_in_a_capacity();
    clearing();
    forcing();
    iterating();
    mixed();
    fences();
    fences_of_bytes();
    capacities();
    parts();
    mixtures();
    no_storage();
    return check_result();
}
