/* SPDX-License-Identifier: MIT */
/* Segments cover the window once and in order, each as long as the limits
   let it be, and prepare refuses what no cutting can make legal. */
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"

enum { SEGMENTS = 8 };

#define NO_CHECK (IODMA_UNMAPPED | IODMA_ITERATE_ONLY)

/* clang-format off */
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    struct iodma_range ranges[ROW_RANGES];
    hal_address window_offset, window_length; /* for prepare          */
    hal_address from;                         /* for gen              */
    enum iodma_status prepared, generated;
    struct hal_segment want[SEGMENTS]; /* ends at length 0         */
} lists[] = {
    { 52, "touching ranges come out as one segment",
      SPEC(host64, 64, 0, 1, 1, 1), 0,
      { { 0x10000, 0x1000 }, { 0x11000, 0x1000 }, { 0x20000, 0x800 } },
      0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10000, 0x2000 }, { 0x20000, 0x800 } } },
    { 53, "a maximum cuts", SPEC(host64, 64, 0x3000, 1, 1, 1), 0,
      { { 0x10000, 0x10000 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10000, 0x3000 }, { 0x13000, 0x3000 }, { 0x16000, 0x3000 },
        { 0x19000, 0x3000 }, { 0x1c000, 0x3000 }, { 0x1f000, 0x1000 } } },
    { 56, "a cut ends where the next segment may begin",
      SPEC(host64, 64, 0x1000, 4, 4, 0x1000), 0, { { 0x1004, 0x2ffc } },
      0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x1004, 0xffc }, { 0x2000, 0x1000 }, { 0x3000, 0x1000 } } },
    { 57, "and a run that follows begins where it begins",
      SPEC(host64, 64, 0x1000, 4, 4, 0x1000), 0,
      { { 0x10004, 0x2ffc }, { 0x10000, 0x800 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK,
      { { 0x10004, 0xffc }, { 0x11000, 0x1000 }, { 0x12000, 0x1000 },
        { 0x10000, 0x800 } } },
    { 58, "in the flat form the alignment is the internal one",
      IODMA_SPEC(iodma_output_host64, 64, 0x1800, .align_address = 0x1000), 0,
      { { 0x1000, 0x3000 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x1000, 0x1000 }, { 0x2000, 0x1000 }, { 0x3000, 0x1000 } } },
    { 59, "length and internal alignment trim together",
      SPEC(host64, 64, 0x1000, 0x400, 0x200, 0x800), 0,
      { { 0x10400, 0x2000 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10400, 0xc00 }, { 0x11000, 0x1000 }, { 0x12000, 0x400 } } },
    { 60, "a maximum is trimmed to the alignment of lengths",
      SPEC(host64, 64, 0x300, 1, 0x200, 1), 0, { { 0x10000, 0x1000 } },
      0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10000, 0x200 }, { 0x10200, 0x200 }, { 0x10400, 0x200 },
        { 0x10600, 0x200 }, { 0x10800, 0x200 }, { 0x10a00, 0x200 },
        { 0x10c00, 0x200 }, { 0x10e00, 0x200 } } },
    { 61, "a window lists its own bytes only",
      SPEC(host64, 64, 0, 1, 1, 1), 0, { { 0x10000, 0x3000 } },
      0x800, 0x1000, 0, IODMA_OK, IODMA_OK, { { 0x10800, 0x1000 } } },
    { 61, "and from inside it", SPEC(host64, 64, 0, 1, 1, 1), 0,
      { { 0x10000, 0x3000 } }, 0x800, 0x1000, 0x200, IODMA_OK, IODMA_OK,
      { { 0x10a00, 0xe00 } } },
    { 63, "iterate-only: out of reach is found by generation",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), NO_CHECK,
      { { FAR - 0x800, 0x1000 } },
      0, 0, 0, IODMA_OK, IODMA_MESSAGE_TOO_LARGE, { { 0, 0 } } },
    { 63, "iterate-only: even if a cut would end before the limit",
      SPEC(host64, REACH_BITS, 0x400, 1, 1, 1), NO_CHECK,
      { { FAR - 0x800, 0x1000 } },
      0, 0, 0, IODMA_OK, IODMA_MESSAGE_TOO_LARGE, { { 0, 0 } } },
    { 65, "iterate-only: the last byte within reach is within reach",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), NO_CHECK,
      { { FAR - 0x1000, 0x1000 } },
      0, 0, 0, IODMA_OK, IODMA_OK, { { FAR - 0x1000, 0x1000 } } },
    { 64, "iterate-only: an alignment is checked by generation",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), NO_CHECK,
      { { 0x10002, 0x10 } }, 0, 0, 0, IODMA_OK, IODMA_NOT_ALIGNED,
      { { 0, 0 } } },
    { 65, "the last byte within reach is within reach",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, { { FAR - 0x1000, 0x1000 } }, 0,
      0, 0,
      IODMA_OK, IODMA_OK, { { FAR - 0x1000, 0x1000 } } },
    { 67, "runs that meet all alignments go as they are",
      SPEC(host64, 64, 0, 2, 2, 2), 0,
      { { 0x10000, 0x1002 }, { 0x21002, 0xffe } }, 0, 0, 0,
      IODMA_OK, IODMA_OK, { { 0x10000, 0x1002 }, { 0x21002, 0xffe } } },

    /* What needs bounce storage is refused, for want of it. */
    { 0, "one byte out of reach needs bouncing",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, { { FAR - 0xfff, 0x1000 } }, 0,
      0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "a first address that is not aligned needs bouncing",
      SPEC(host64, 64, 0, 4, 1, 1), 0, { { 0x10002, 0x10 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "a later address that is not aligned needs bouncing",
      SPEC(host64, 64, 0, 1, 1, 4), 0,
      { { 0x10002, 0x10 }, { 0x20002, 0x10 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "a length inside that is not aligned needs bouncing",
      SPEC(host64, 64, 0, 1, 4, 1), 0, { { 0x10000, 6 }, { 0x20006, 2 } },
      0, 0, 0, IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "memory beyond every aperture needs bouncing",
      SPEC(host64, 64, 0, 1, 1, 1), 0,
      { { FIXTURE_LAST + 1, 0x10 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 18, "a maximum below the internal alignment, one segment",
      SPEC(host64, 64, 0x100, 1, 1, 0x200), 0, { { 0x10000, 0x100 } },
      0, 0, 0, IODMA_OK, IODMA_OK, { { 0x10000, 0x100 } } },
    { 18, "a maximum below the internal alignment, two of them",
      SPEC(host64, 64, 0x100, 1, 1, 0x200), 0, { { 0x10000, 0x200 } },
      0, 0, 0, IODMA_NOT_ALIGNED, IODMA_OK, { { 0, 0 } } },
    { 0, "out of reach, and too many segments whatever one does",
      IODMA_SPEC(iodma_output_host64, REACH_BITS, 0x100, .max_segments = 1), 0,
      { { FAR, 0x200 } }, 0, 0, 0, IODMA_NO_RESOURCES, IODMA_OK,
      { { 0, 0 } } },
    { 0, "misaligned first, out of reach later",
      SPEC(host64, 16, 0, 4, 1, 1), 0,
      { { 0x1002, 0x10 }, { 0x100000, 0x20000 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "out of reach first, misaligned later",
      SPEC(host64, 16, 0, 1, 1, 4), 0,
      { { 0x100000, 0x20000 }, { 0x1002, 0x10 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "too many segments first, out of reach later",
      IODMA_SPEC(iodma_output_host64, 16, 0x100, .max_segments = 1), 0,
      { { 0x1000, 0x200 }, { 0x100000, 0x10 } }, 0, 0, 0,
      IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },

    /* E2 */
    { 0, "E2: a boundary cuts",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x1000), 0,
      { { 0x10800, 0x1900 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10800, 0x800 }, { 0x11000, 0x1000 }, { 0x12000, 0x100 } } },
    { 0, "E2: what ends at a boundary is not cut",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x1000), 0,
      { { 0x10000, 0x1000 }, { 0x20fff, 1 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10000, 0x1000 }, { 0x20fff, 1 } } },
    { 0, "E2: the maximum is applied first, then the boundary",
      IODMA_SPEC(iodma_output_host64, 64, 0xC00, .boundary = 0x1000), 0,
      { { 0x10800, 0x1800 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 0x10800, 0x800 }, { 0x11000, 0xC00 }, { 0x11C00, 0x400 } } },
    { 0, "E2: a boundary cuts ranges that touch, and not where they meet",
      IODMA_SPEC(iodma_output_host64, 64, 0xC00, .boundary = 0x1000), 0,
      { { 0x10800, 0x400 }, { 0x10C00, 0x1400 }, { 0x20000, 0x10 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK,
      { { 0x10800, 0x800 }, { 0x11000, 0xC00 }, { 0x11C00, 0x400 },
        { 0x20000, 0x10 } } },
    { 0, "E2: the same, from within a segment on",
      IODMA_SPEC(iodma_output_host64, 64, 0xC00, .boundary = 0x1000), 0,
      { { 0x10800, 0x400 }, { 0x10C00, 0x1400 }, { 0x20000, 0x10 } },
      0, 0, 0x700, IODMA_OK, IODMA_OK,
      { { 0x10F00, 0x100 }, { 0x11000, 0xC00 }, { 0x11C00, 0x400 },
        { 0x20000, 0x10 } } },
    { 0, "E2: as many segments as allowed",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 2), 0,
      { { 0x10000, 0x100 }, { 0x20000, 0x100 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK, { { 0x10000, 0x100 }, { 0x20000, 0x100 } } },
    { 0, "E2: one segment more, which one buffer would cure",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 2), 0,
      { { 0x10000, 0x100 }, { 0x20000, 0x100 }, { 0x30000, 0x100 } },
      0, 0, 0, IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "E2: one segment more, which nothing would cure",
      IODMA_SPEC(iodma_output_host64, 64, 0x100, .max_segments = 2), 0,
      { { 0x10000, 0x300 } }, 0, 0, 0, IODMA_NO_SPACE, IODMA_OK,
      { { 0, 0 } } },

    /* Much memory. */
    { 0, "a maximum beyond FAR",
      SPEC(host64, 64, FAR / 2 * 3, 1, 1, 1), 0, { { 2 * FAR, 4 * FAR } },
      0, 0, 0, IODMA_OK, IODMA_OK,
      { { 2 * FAR, FAR / 2 * 3 }, { FAR / 2 * 7, FAR / 2 * 3 },
        { 5 * FAR, FAR } } },
    { 0, "a boundary of FAR",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = FAR), 0,
      { { 4 * FAR - 0x800, 0x1000 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 4 * FAR - 0x800, 0x800 }, { 4 * FAR, 0x800 } } },
    { 0, "a boundary of a quarter of FAR, and memory from FAR to FAR",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = FAR / 4), 0,
      { { FAR, FAR } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { FAR, FAR / 4 }, { FAR / 4 * 5, FAR / 4 },
        { FAR / 4 * 6, FAR / 4 }, { FAR / 4 * 7, FAR / 4 } } },
    { 0, "a boundary of FAR, and ranges from FAR to FAR",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = FAR), 0,
      { { FAR, 2 * FAR }, { 5 * FAR, FAR } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { FAR, FAR }, { 2 * FAR, FAR }, { 5 * FAR, FAR } } },
    { 0, "a boundary of twice FAR",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 2 * FAR), 0,
      { { 3 * FAR - 0x800, 0x1000 }, { 4 * FAR - 0x800, 0x1000 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK,
      { { 3 * FAR - 0x800, 0x1000 }, { 4 * FAR - 0x800, 0x800 },
        { 4 * FAR, 0x800 } } },
    { 0, "the highest boundary cuts nothing below it",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = FIXTURE_LAST + 1), 0,
      { { 0x10000, FIXTURE_LAST + 1 - 0x10000 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK, { { 0x10000, FIXTURE_LAST + 1 - 0x10000 } } },
    { 0, "a window beyond the first FAR of its memory",
      SPEC(host64, 64, 0, 1, 1, 1), 0, { { 4 * FAR, FAR / 2 * 3 } },
      FAR + 0x800, 0x1000, 0x200, IODMA_OK, IODMA_OK,
      { { 5 * FAR + 0xa00, 0xe00 } } },
    { 0, "a list from beyond the first FAR of its window",
      SPEC(host64, 64, 0, 1, 1, 1), 0,
      { { 2 * FAR, FAR / 4 * 3 }, { 4 * FAR, FAR / 4 * 3 },
        { 6 * FAR, 0x100 } },
      0, 0, FAR, IODMA_OK, IODMA_OK,
      { { FAR / 4 * 17, FAR / 2 }, { 6 * FAR, 0x100 } } },
    { 0, "half of FAR as an alignment, met beyond it",
      SPEC(host64, 64, 0, FAR / 2, 1, FAR / 2), 0,
      { { FAR / 2 * 9, 0x100 }, { 5 * FAR, 0x100 } }, 0, 0, 0,
      IODMA_OK, IODMA_OK, { { FAR / 2 * 9, 0x100 }, { 5 * FAR, 0x100 } } },
    { 0, "half of FAR as an alignment, not met beyond it",
      SPEC(host64, 64, 0, FAR / 2, 1, 1), 0, { { FAR / 4 * 17, 0x100 } },
      0, 0, 0, IODMA_NO_RESOURCES, IODMA_OK, { { 0, 0 } } },
    { 0, "half of FAR as an alignment of lengths, met by more than FAR",
      SPEC(host64, 64, 2 * FAR - 1, 1, FAR / 2, 1), 0,
      { { 2 * FAR + 1, FAR / 2 * 5 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 2 * FAR + 1, FAR / 2 * 3 }, { FAR / 2 * 7 + 1, FAR } } },
    { 0, "bits beyond FAR, up to the last",
      SPEC(host64, REACH_BITS + 2, 0, 1, 1, 1), 0,
      { { 4 * FAR - 0x1000, 0x1000 } }, 0, 0, 0, IODMA_OK, IODMA_OK,
      { { 4 * FAR - 0x1000, 0x1000 } } },
    { 0, "bits beyond FAR, and one byte more",
      SPEC(host64, REACH_BITS + 2, 0, 1, 1, 1), 0,
      { { 4 * FAR - 0x1000, 0x1001 } }, 0, 0, 0, IODMA_NO_RESOURCES, IODMA_OK,
      { { 0, 0 } } },
};
/* clang-format on */

/* Prepare a command for a row; the memory is the caller's to keep. */
static bool prepare(struct iodma_command *command,
                    const struct iodma_spec *spec, uint32_t mapping,
                    struct iodma_memory *memory, hal_address offset,
                    hal_address length, enum iodma_status want)
{
    struct iodma_spec mapped = *spec;

    mapped.mapping = mapping;
    expect_command(command, fixture_bus(), &mapped);
    expect_attached_only(command, memory);
    return expect_status(
               "prepare",
               iodma_command_prepare(command, offset, length, true, true),
               want) &&
           want == IODMA_OK;
}

static void listing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        struct iodma_memory memory;
        struct iodma_command command;
        struct hal_segment got[SEGMENTS] = { { 0, 0 } };
        hal_address offset = lists[i].from;
        uint32_t count = SEGMENTS;
        size_t want = row_count(lists[i].want, SEGMENTS);

        check_spec(lists[i].number, lists[i].what);
        memory = row_memory(lists[i].ranges, IODMA_OUT);
        if (!prepare(&command, &lists[i].spec, lists[i].mapping, &memory,
                     lists[i].window_offset, lists[i].window_length,
                     lists[i].prepared))
            continue;
        expect_status("gen", fixture_gen(&command, &offset, got, &count),
                      lists[i].generated);
        if (lists[i].generated == IODMA_OK) {
            expect_segments("the list", got, count, lists[i].want, want);
            expect_number("offset behind it", offset, command.window.length);
        } else {
            expect_number("offset as before", offset, lists[i].from);
            expect_number("count as before", count, SEGMENTS);
        }
    }
}

#define LOW_62  EITHER(0x1234567890123456, 0x12345678)
#define HIGH_62 EITHER(0x5432109876543210, 0x54321098)

/* Calls on one prepared command, one after the other. */
struct call {
    hal_address from;
    uint32_t capacity;
    enum iodma_status want_status;
    hal_address want_offset;
    struct hal_segment want[2]; /* ends at length 0 */
};

/* clang-format off */
static const struct {
    unsigned number;
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    struct iodma_range ranges[ROW_RANGES];
    struct call calls[4]; /* ends at capacity 0 */
} sequences[] = {
    { 54, "a list is taken in pieces", SPEC(host64, 64, 0x3000, 1, 1, 1), 0,
      { { 0x10000, 0x10000 } },
      { { 0, 2, IODMA_OK, 0x6000, { { 0x10000, 0x3000 },
                                    { 0x13000, 0x3000 } } },
        { 0x6000, 2, IODMA_OK, 0xc000, { { 0x16000, 0x3000 },
                                         { 0x19000, 0x3000 } } },
        { 0xc000, 2, IODMA_OK, 0x10000, { { 0x1c000, 0x3000 },
                                          { 0x1f000, 0x1000 } } },
        { 0x10000, 2, IODMA_OVERRUN, 0x10000, { { 0, 0 } } } } },
    { 55, "a list is taken up at any offset",
      SPEC(host64, 64, 0x3000, 1, 1, 1), 0, { { 0x10000, 0x10000 } },
      { { 0, 2, IODMA_OK, 0x6000, { { 0x10000, 0x3000 },
                                    { 0x13000, 0x3000 } } },
        { 0x1800, 1, IODMA_OK, 0x4800, { { 0x11800, 0x3000 } } },
        { 0x6000, 1, IODMA_OK, 0x9000, { { 0x16000, 0x3000 } } } } },
    { 0, "an offset that leaves an odd length has it cut, ranges or not",
      SPEC(host64, 64, 0, 1, 4, 1), 0,
      { { 0x10000, 8 }, { 0x20000, 4 } },
      { { 0, 2, IODMA_OK, 12, { { 0x10000, 8 }, { 0x20000, 4 } } },
        { 1, 2, IODMA_OK, 8, { { 0x10001, 4 }, { 0x10005, 3 } } },
        { 1, 1, IODMA_OK, 5, { { 0x10001, 4 } } },
        { 5, 2, IODMA_OK, 12, { { 0x10005, 3 }, { 0x20000, 4 } } } } },
    { 62, "iterate-only lists what no CPU can name",
      IODMA_SPEC(iodma_output_host64, 64, 0x2000, .max_transfer = 0x20000,
                 .align_address = 1, .align_length = 1, .align_internal = 1),
      NO_CHECK,
      { { LOW_62, 0x1000 }, { HIGH_62, 0x2000 } },
      { { 0, 1, IODMA_OK, 0x1000, { { LOW_62, 0x1000 } } },
        { 0x1000, 1, IODMA_OK, 0x3000, { { HIGH_62, 0x2000 } } } } },
    { 63, "iterate-only: a run that leaves the reach fails from its start",
      SPEC(host64, REACH_BITS, 0x400, 1, 1, 1), NO_CHECK,
      { { FAR - 0x800, 0x1000 } },
      { { 0, 1, IODMA_MESSAGE_TOO_LARGE, 0, { { 0, 0 } } } } },
    { 0, "a cut for the length's sake ends where the next may begin, too",
      SPEC(host64, 64, 0, 1, 8, 16), NO_CHECK,
      { { 0x10000, 28 }, { 0x20000, 4 } },
      { { 0, 1, IODMA_OK, 16, { { 0x10000, 16 } } } } },
    { 0, "iterate-only: each call begins with a first segment",
      SPEC(host64, 64, 0x10, 0x20, 1, 1), NO_CHECK, { { 0x10020, 0x30 } },
      { { 0, 2, IODMA_OK, 0x20, { { 0x10020, 0x10 }, { 0x10030, 0x10 } } },
        { 0x20, 1, IODMA_OK, 0x30, { { 0x10040, 0x10 } } },
        { 0x10, 1, IODMA_NOT_ALIGNED, 0x10, { { 0, 0 } } } } },
    { 0, "iterate-only: so does one within what is one segment",
      SPEC(host64, 64, 0, 4, 1, 4), NO_CHECK, { { 0x10000, 0x100 } },
      { { 0, 1, IODMA_OK, 0x100, { { 0x10000, 0x100 } } },
        { 2, 1, IODMA_NOT_ALIGNED, 2, { { 0, 0 } } } } },
};
/* clang-format on */

static void taking_pieces(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(sequences); i++) {
        const struct call *call = sequences[i].calls;
        struct iodma_memory memory;
        struct iodma_command command;

        check_spec(sequences[i].number, sequences[i].what);
        memory = row_memory(sequences[i].ranges, IODMA_OUT);
        if (!prepare(&command, &sequences[i].spec, sequences[i].mapping,
                     &memory, 0, 0, IODMA_OK))
            continue;
        for (; call < sequences[i].calls + 4 && call->capacity; call++) {
            struct hal_segment got[2] = { { 0, 0 } };
            hal_address offset = call->from;
            uint32_t count = call->capacity;

            expect_status("gen", fixture_gen(&command, &offset, got, &count),
                          call->want_status);
            expect_number("offset", offset, call->want_offset);
            if (call->want_status == IODMA_OK)
                expect_segments("the piece", got, count, call->want,
                                row_count(call->want, 2));
        }
    }
}

static unsigned called;

static bool refuses(struct iodma_command *command, struct hal_segment segment,
                    void *segments, uint32_t index)
{
    (void)command;
    (void)segment;
    (void)segments;
    called++;
    return index != 1;
}

/* The second segment is refused by its function, the third by its address. */
static void refusing(void)
{
    static const struct iodma_output output = { .function = refuses };
    static const struct iodma_spec spec =
        IODMA_SPEC(output, 0, 0, .align_internal = 2);
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 2 },
        { 0x20000, 2 },
        { 0x30001, 2 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_OUT);
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = 3;
    char nothing[1]; /* its function writes nothing */

    check_case("the first segment that is refused says why");
    if (!prepare(&command, &spec, NO_CHECK, &memory, 0, 0, IODMA_OK))
        return;
    expect_status(
        "gen", iodma_command_gen_segments(&command, &offset, nothing, &count),
        IODMA_MESSAGE_TOO_LARGE);
    expect_number("calls of the function", called, 2);
}

/* What lies behind the last range is not the descriptor's: the sanitizer sees a
   look at it. */
static void joining_all(void)
{
    static const struct iodma_spec spec =
        IODMA_SPEC(iodma_output_segments, 0, 0);
    static const struct iodma_range ranges[] = {
        { 0x10000, 0x100 },
        { 0x10100, 0x100 },
        { 0x20000, 0x80 },
        { 0x20080, 0x80 },
    };
    static const struct hal_segment want[] = {
        { 0x10000, 0x200 },
        { 0x20000, 0x100 },
    };
    struct iodma_memory memory =
        memory_of(ranges, HAL_COUNT_OF(ranges), IODMA_OUT);
    struct hal_segment list[HAL_COUNT_OF(ranges)];
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = HAL_COUNT_OF(list);

    check_case("ranges are joined to the last one, and no further");
    if (!prepare(&command, &spec, IODMA_MAPPED, &memory, 0, 0, IODMA_OK))
        return;
    expect_status("gen",
                  iodma_command_gen_segments(&command, &offset, list, &count),
                  IODMA_OK);
    expect_segments("the list", list, count, want, HAL_COUNT_OF(want));
}

/* Apertures: everything is judged on bus addresses, and a run ends where its
   aperture ends. */
#define ABOVE EITHER(0x200000000, 0xC0000000)

static const struct hal_aperture shifted[] = {
    { 0x80000000, 0x8000FFFF, 0x00000000, HAL_READ | HAL_WRITE, true },
    { 0x80010000, 0x8001FFFF, 0x00010000, HAL_READ | HAL_WRITE, true },
    { 0x90000000, 0x9000FFFF, 0x40000000, HAL_READ, true },
    { 0xA0000000, 0xA000FFFF, 0x50000000, HAL_WRITE, true },
    { ABOVE, ABOVE + 0xFFFF, 0x60000001, HAL_READ | HAL_WRITE, true },
};

static const struct hal_region regions[] = {
    { 0x80000000, 0x80007FFF, HAL_WRITE_BACK, true, NULL },
    { 0x80008000, 0x80008FFF, HAL_WRITE_BACK, false, NULL },
    { 0x80009000, 0x8001FFFF, HAL_WRITE_BACK, true, NULL },
};

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    enum iodma_status prepared;
    struct hal_segment want[SEGMENTS];
} placements[] = {
    { "a bus address is counted from the aperture's",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { 0x80001234, 0x10 } },
      IODMA_OK, { { 0x1234, 0x10 } } },
    { "a run ends with its aperture, though the next one goes on",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { 0x8000FFF0, 0x20 } },
      IODMA_OK, { { 0xFFF0, 0x10 }, { 0x10000, 0x10 } } },
    { "reach is judged on the bus",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { ABOVE, 0x10 } },
      IODMA_OK, { { 0x60000001, 0x10 } } },
    { "alignment is judged on the bus",
      SPEC(host64, 32, 0, 4, 1, 1), IODMA_OUT, { { ABOVE, 0x10 } },
      IODMA_NO_RESOURCES, { { 0, 0 } } },
    { "E2: a boundary is judged on the bus",
      IODMA_SPEC(iodma_output_host64, 32, 0, .boundary = 0x1000), IODMA_OUT,
      { { ABOVE + 0xFF8, 0x10 } }, IODMA_OK,
      { { 0x60000FF9, 7 }, { 0x60001000, 9 } } },
    { "a run over the end of all apertures",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { 0x8001FFF0, 0x20 } },
      IODMA_NO_RESOURCES, { { 0, 0 } } },
    { "Out of memory that the device may only read",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { 0x90000000, 0x10 } },
      IODMA_OK, { { 0x40000000, 0x10 } } },
    { "In to memory that the device may only read",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_IN, { { 0x90000000, 0x10 } },
      IODMA_NOT_WRITABLE, { { 0, 0 } } },
    { "None is treated like both: not writable",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_NONE, { { 0x90000000, 0x10 } },
      IODMA_NOT_WRITABLE, { { 0, 0 } } },
    { "In to memory that the device may only write",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_IN, { { 0xA0000000, 0x10 } },
      IODMA_OK, { { 0x50000000, 0x10 } } },
    { "Out of memory that the device may only write needs bouncing",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_OUT, { { 0xA0000000, 0x10 } },
      IODMA_NO_RESOURCES, { { 0, 0 } } },
    { "In to a region that is ROM, by its last byte",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_IN, { { 0x80007FF1, 0x10 } },
      IODMA_NOT_WRITABLE, { { 0, 0 } } },
    { "In to a region that is ROM, by its second range",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_IN,
      { { 0x80000000, 0x10 }, { 0x80008000, 0x10 } }, IODMA_NOT_WRITABLE,
      { { 0, 0 } } },
    { "In up to a region that is ROM",
      SPEC(host64, 32, 0, 1, 1, 1), IODMA_IN, { { 0x80007FF0, 0x10 } },
      IODMA_OK, { { 0x7FF0, 0x10 } } },
};
/* clang-format on */

static void placing(void)
{
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus;

    hal.apertures = shifted;
    hal.aperture_count = HAL_COUNT_OF(shifted);
    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    expect_status("its facts", iodma_bus_check(&bus, NULL), IODMA_OK);
    for (size_t i = 0; i < HAL_COUNT_OF(placements); i++) {
        struct iodma_memory memory;
        struct iodma_command command;
        struct hal_segment got[SEGMENTS] = { { 0, 0 } };
        hal_address offset = 0;
        uint32_t count = SEGMENTS;

        check_case(placements[i].what);
        memory = row_memory(placements[i].ranges, placements[i].direction);
        expect_command(&command, &bus, &placements[i].spec);
        if (!expect_status("set",
                           iodma_command_set_memory(&command, &memory, true),
                           placements[i].prepared) ||
            placements[i].prepared != IODMA_OK)
            continue;
        expect_status("gen", fixture_gen(&command, &offset, got, &count),
                      IODMA_OK);
        expect_segments("the list", got, count, placements[i].want,
                        row_count(placements[i].want, SEGMENTS));
    }
}

/* Other outputs go other ways through a window; what one leaves of a run is the
   next one's. */
static void taking_turns(void)
{
    static const struct iodma_range apart[ROW_RANGES] = {
        { 0x10000, 0x100 },
        { 0x20000, 0x100 },
        { 0x30000, 0x100 },
    };
    static const struct iodma_spec cut = SPEC(host64, 64, 0x80, 1, 1, 1);
    static const struct hal_segment want[] = {
        { 0x10080, 0x80 }, { 0x20000, 0x80 }, { 0x20080, 0x80 },
        { 0x30000, 0x80 }, { 0x30080, 0x80 },
    };
    struct iodma_memory memory = row_memory(apart, IODMA_OUT);
    struct iodma_segment64 swapped = { 0, 0 };
    struct hal_segment got[SEGMENTS] = { { 0, 0 } };
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = 1;

    check_case("one output goes on where another one stopped within a range");
    if (!prepare(&command, &cut, 0, &memory, 0, 0, IODMA_OK))
        return;
    expect_status("one segment, run by run",
                  iodma_command_gen_segments_with(&command, &iodma_output_big64,
                                                  &offset, &swapped, &count),
                  IODMA_OK);
    expect_number("length", __builtin_bswap64(swapped.length), 0x80);
    count = SEGMENTS;
    expect_status("the rest",
                  iodma_command_gen_segments_with(
                      &command, &iodma_output_segments, &offset, got, &count),
                  IODMA_OK);
    expect_segments("the list", got, count, want, HAL_COUNT_OF(want));
    expect_number("offset behind it", offset, command.window.length);
}

/* Of a leaf a part may be all that counts: 6 bytes and 2 are 8, but no list of
   lengths by the four. */
static void ending_within(void)
{
    static const struct iodma_spec by_four = SPEC(host64, 64, 0, 1, 4, 1);
    struct iodma_memory buffer, several, part, rest, all;
    struct iodma_memory *const inner[] = { &buffer };
    struct iodma_memory *const outer[] = { &part, &rest };
    struct iodma_command command;

    check_case("a member that ends within another's leaf ends a segment");
    buffer = buffer_of(0x10000, 0x100, 0x100, IODMA_OUT);
    several = several_of(inner, 1, IODMA_OUT);
    part = part_of(&several, 0, 6, IODMA_OUT);
    rest = part_of(&several, 0x10, 2, IODMA_OUT);
    all = several_of(outer, 2, IODMA_OUT);
    (void)prepare(&command, &by_four, 0, &all, 0, 0, IODMA_NO_RESOURCES);
}

/* An emitter that looks at the list which it is given the second half of. */
struct looking {
    struct hal_emitter emitter;
    struct iodma_command *command;
    enum iodma_status status;
    struct hal_segment first;
};

static enum iodma_status look(struct hal_emitter *emitter,
                              const struct hal_segment *segments,
                              uint32_t count, bool first, bool last)
{
    struct looking *looking =
        HAL_CONTAINER_OF(emitter, struct looking, emitter);
    hal_address offset = 0;
    uint32_t one = 1;

    (void)segments;
    (void)count;
    (void)last;
    if (!first)
        looking->status =
            fixture_gen(looking->command, &offset, &looking->first, &one);
    return IODMA_OK;
}

/* Only the first segment of a list may begin by the four. */
static void listing_midway(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0x40, 4, 4, 0x40);
    static const struct iodma_range range = { 0x10004, 0x43c };
    struct iodma_command command;
    struct iodma_memory memory;
    struct looking looking = { .emitter = { look }, .command = &command };
    hal_address offset = 0;

    check_case("an emitter may list by itself what it is being given");
    expect_status("memory",
                  iodma_memory_init_list(&memory, &range, 1, IODMA_OUT),
                  IODMA_OK);
    if (!prepare(&command, &spec, NO_CHECK, &memory, 0, 0, IODMA_OK))
        return;
    expect_status("emit",
                  iodma_command_emit(&command, &offset, &looking.emitter),
                  IODMA_OK);
    expect_status("listed", looking.status, IODMA_OK);
    expect_number("address", looking.first.address, 0x10004);
    expect_number("offset", offset, 0x43c);
}

/* An emitter that starts the device with the last segments; it is done at once,
   and the next part of the memory is prepared. */
struct prompt {
    struct hal_emitter emitter;
    struct iodma_command *command;
    uint32_t lists;
};

static enum iodma_status start(struct hal_emitter *emitter,
                               const struct hal_segment *segments,
                               uint32_t count, bool first, bool last)
{
    struct prompt *prompt = HAL_CONTAINER_OF(emitter, struct prompt, emitter);

    (void)segments;
    (void)count;
    expect("a list of one portion", first && last);
    if (prompt->lists++ != 0)
        return IODMA_NO_SPACE;
    expect_status("complete",
                  iodma_command_complete(prompt->command, true, true),
                  IODMA_OK);
    return iodma_command_prepare(prompt->command, 0x40, 0x80, true, true);
}

static void going_on_at_once(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0x40, 1, 1, 1);
    static const struct iodma_range range = { 0x10000, 0x400 };
    struct iodma_command command;
    struct iodma_memory memory;
    struct prompt prompt = { .emitter = { start }, .command = &command };
    hal_address offset = 0;

    check_case("with its last segments a list ends, whatever is prepared next");
    expect_status("memory",
                  iodma_memory_init_list(&memory, &range, 1, IODMA_OUT),
                  IODMA_OK);
    if (!prepare(&command, &spec, NO_CHECK, &memory, 0, 0x40, IODMA_OK))
        return;
    expect_status("emit",
                  iodma_command_emit(&command, &offset, &prompt.emitter),
                  IODMA_OK);
    expect_number("lists", prompt.lists, 1);
    expect_number("offset", offset, 0x40);
}

int main(void)
{
    listing();
    taking_pieces();
    taking_turns();
    ending_within();
    listing_midway();
    going_on_at_once();
    refusing();
    joining_all();
    placing();
    return check_result();
}
