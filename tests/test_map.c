/* SPDX-License-Identifier: MIT */
/*
 * What a device sees through a mapper: the window's bytes and, but for the
 * rest of their pages, no others, laid out as the spec's 7.2 says, for as long
 * as they are prepared and not a moment longer. Spec cases 14, 15, 118 to 130;
 * table 2.4; rules E4 and E5 where there is a mapper.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/mapped.h"
#include "tests/model/recording_cache.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <string.h>

#define TOP HAL_ADDRESS_MAX

enum { MOST_PAGES = 1 << 28 }; /* that a mapper's IOVA may have */

/* A mapper's IOVA -------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    struct hal_mapper hal_mapper;
    uint32_t count; /* pages that there are bits for */
    enum iodma_status want;
    hal_address first, pages;
} spaces[] = {
    { "all of mapper M", { NULL, 0x1000, MAPPED_BASE, MAPPED_LAST, true },
      MAPPED_PAGES, IODMA_OK, MAPPED_BASE, MAPPED_PAGES },
    { "what the bits suffice for",
      { NULL, 0x1000, MAPPED_BASE, MAPPED_LAST, true }, 7, IODMA_OK,
        MAPPED_BASE, 7 },
    { "whole pages only", { NULL, 0x1000, 0x1001, 0x4FFE, true }, MAPPED_PAGES,
      IODMA_OK, 0x2000, 2 },
    { "one page", { NULL, 0x1000, 0x1000, 0x1FFF, true }, MAPPED_PAGES,
      IODMA_OK, 0x1000, 1 },
    { "the last there are",
      { NULL, 0x1000, TOP - 0x1FFF, TOP, true }, MAPPED_PAGES,
      IODMA_OK, TOP - 0x1FFF, 2 },
    { "more pages than can be numbered", { NULL, 1, 0, TOP, true },
      MAPPED_PAGES, IODMA_OK, 0, MAPPED_PAGES },
    { "no whole page", { NULL, 0x1000, 0x1001, 0x2FFE, true }, MAPPED_PAGES,
      IODMA_BAD_ARGUMENT, 0, 0 },
    { "less than a page", { NULL, 0x1000, 0x1000, 0x1FFE, true }, MAPPED_PAGES,
      IODMA_BAD_ARGUMENT, 0, 0 },
    { "none behind the last address",
      { NULL, 0x1000, TOP - 5, TOP, true }, MAPPED_PAGES,
      IODMA_BAD_ARGUMENT, 0, 0 },
    { "an end before its beginning", { NULL, 0x1000, 0x5000, 0x2FFF, true },
      MAPPED_PAGES, IODMA_BAD_ARGUMENT, 0, 0 },
    { "pages of no power of two", { NULL, 0x3000, MAPPED_BASE, MAPPED_LAST,
      true }, MAPPED_PAGES, IODMA_BAD_ARGUMENT, 0, 0 },
    { "pages of nothing", { NULL, 0, MAPPED_BASE, MAPPED_LAST, true },
      MAPPED_PAGES, IODMA_BAD_ARGUMENT, 0, 0 },
    { "large pages",
      { NULL, FAR / 4, 4 * FAR + 1, 8 * FAR - 1, true }, MAPPED_PAGES,
      IODMA_OK, 4 * FAR + FAR / 4, 15 },
    { "large pages, up to the last address",
      { NULL, FAR / 2, TOP - (FAR - 1), TOP, true },
      MAPPED_PAGES, IODMA_OK, TOP - (FAR - 1), 2 },
    { "all addresses, as far as a length can tell them",
      { NULL, 0x80000000, 0, TOP, true }, MAPPED_PAGES, IODMA_OK,
      0, HAL_ADDRESS_BITS == 64 ? MAPPED_PAGES : 1 },
    { "no bits", { NULL, 0x1000, MAPPED_BASE, MAPPED_LAST, true }, 0,
      IODMA_BAD_ARGUMENT, 0, 0 },
    { "more bits than can be numbered",
      { NULL, 0x1000, MAPPED_BASE, MAPPED_LAST, true }, MOST_PAGES + 1,
      IODMA_BAD_ARGUMENT, 0, 0 },
};
/* clang-format on */

static void making(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(MAPPED_PAGES)];
    struct hal_mapper facts = { NULL, 0x1000, MAPPED_BASE, MAPPED_LAST, true };
    const struct hal_lock *lock = fixture_hal_bus.lock;

    for (size_t i = 0; i < HAL_COUNT_OF(spaces); i++) {
        struct iodma_mapper made = { .hal = NULL };

        check_case(spaces[i].what);
        facts = spaces[i].hal_mapper;
        expect_status(
            "init",
            iodma_mapper_init(&made, &facts, lock, words, spaces[i].count),
            spaces[i].want);
        if (spaces[i].want == IODMA_OK) {
            expect_number("first", made.space.first, spaces[i].first);
            expect_number("pages", made.space.count, spaces[i].pages);
        } else {
            expect("it is as it was", made.hal == NULL);
        }
        expect_number("in use", iodma_mapper_in_use(&made), 0);
    }

    check_case("what a mapper is made of may not be NULL");
    expect_status("mapper", iodma_mapper_init(NULL, &facts, lock, words, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("driver",
                  iodma_mapper_init(&mapped.mapper, NULL, lock, words, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("lock",
                  iodma_mapper_init(&mapped.mapper, &facts, NULL, words, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("bits",
                  iodma_mapper_init(&mapped.mapper, &facts, lock, NULL, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("bus", iodma_bus_map_through(NULL, &mapped.mapper),
                  IODMA_BAD_ARGUMENT);
    expect_status("no mapper", iodma_bus_map_through(&mapped.bus, NULL),
                  IODMA_BAD_ARGUMENT);
}

/* Which mapper is in effect ------------------------------------------------ */

/* None, or one that can be bypassed or not. */
enum presence { NONE, AVOIDABLE, FIXED, PRESENCES };

/* Table 2.4 and steps 10 and 11 of 2.3. Which mapper is used: '-' none,
   'g'iven, 's'ystem's; '!' BadArgument. By the system's mapper, in that order:
   none, avoidable, fixed. */
/* clang-format off */
static const struct {
    const char *what;
    uint32_t mapping;
    char used[PRESENCES][PRESENCES + 1]; /* by the given one */
} types[] = {
    { "table 2.4: kMapped", IODMA_MAPPED, { "-ss", "ggg", "ggg" } },
    { "table 2.4: kBypassed", IODMA_BYPASSED, { "-!!", "!!!", "!!!" } },
    { "table 2.4: kNonCoherent (DS-10)", IODMA_NON_COHERENT,
      { "--s", "ggg", "ggg" } },
    { "table 2.4: kUnmapped (R-06)", IODMA_UNMAPPED, { "--!", "--!", "!!!" } },
    { "table 2.4: kMapped, iterate only", IODMA_MAPPED | IODMA_ITERATE_ONLY,
      { "-ss", "ggg", "ggg" } },
    { "table 2.4: kBypassed, iterate only",
      IODMA_BYPASSED | IODMA_ITERATE_ONLY, { "-!!", "!!!", "!!!" } },
    { "table 2.4: kNonCoherent, iterate only",
      IODMA_NON_COHERENT | IODMA_ITERATE_ONLY, { "--s", "ggg", "ggg" } },
    { "table 2.4: kUnmapped, iterate only",
      IODMA_UNMAPPED | IODMA_ITERATE_ONLY, { "---", "---", "---" } },
};
/* clang-format on */

/* M is given, the other one is the system's. */
static void expect_used(uint32_t mapping, enum presence given,
                        enum presence system, char used)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10100, 0x100 },
    };
    struct iodma_spec spec = mapped_any;

    mapped.hal = fixture_hal_bus;
    mapped.hal.cache = &recording_cache;
    mapped_begin_bus((struct mapped_facts){ 0, 0, 0 });
    mapped.model.mapper.can_bypass = given != FIXED;
    mapped_make_other(system != FIXED);
    if (system != NONE)
        expect_status("system",
                      iodma_bus_map_through(&mapped.bus, &mapped.other_mapper),
                      IODMA_OK);
    spec.mapping = mapping;
    spec.mapper = given != NONE ? &mapped.mapper : NULL;

    if (!expect_status(
            "init",
            iodma_command_init(&mapped.command, &mapped.bus, &spec, NULL),
            used == '!' ? IODMA_BAD_ARGUMENT : IODMA_OK) ||
        used == '!')
        return;
    mapped.memory = row_memory(ranges, IODMA_OUT);
    expect_attached(&mapped.command, &mapped.memory);
    expect_mapped_list(&mapped.command,
                       (struct hal_segment[MAPPED_SEGMENTS]){
                           { used == 'g'   ? MAPPED_BASE + 0x100
                             : used == 's' ? MAPPED_OTHER + 0x100
                                           : 0x10100,
                             0x100 } });
    expect_number("calls of the given mapper", mapped.model.call_count,
                  used == 'g');
    expect_number("calls of the system's", mapped.other_model.call_count,
                  used == 's');
    expect("caches are maintained",
           (recorded_count != 0) == (mapping == IODMA_NON_COHERENT));
    expect_ended(&mapped.command);
}

static void choosing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(types); i++) {
        check_case(types[i].what);
        for (unsigned k = 0; k < PRESENCES * PRESENCES; k++) {
            enum presence given = (enum presence)(k / PRESENCES);
            enum presence system = (enum presence)(k % PRESENCES);

            expect_used(types[i].mapping, given, system,
                        types[i].used[given][system]);
        }
    }

    check_spec(14, "kBypassed with a mapper given");
    expect_used(IODMA_BYPASSED, AVOIDABLE, NONE, '!');
    check_spec(15, "kBypassed with a system mapper");
    expect_used(IODMA_BYPASSED, NONE, AVOIDABLE, '!');
    check_spec(126, "kUnmapped does not go through the system mapper");
    expect_used(IODMA_UNMAPPED, NONE, AVOIDABLE, '-');
    check_spec(126, "nor does kNonCoherent");
    expect_used(IODMA_NON_COHERENT, NONE, AVOIDABLE, '-');
    check_spec(127, "kMapped does");
    expect_used(IODMA_MAPPED, NONE, AVOIDABLE, 's');
}

/* Layouts ---------------------------------------------------------------- */

/* clang-format off */
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    hal_address offset, length; /* of the window                    */
    struct mapped_facts facts;
    bool apart;              /* the apertures are those above    */
    unsigned pages, storage; /* shown; pages of storage          */
    struct hal_segment want[MAPPED_SEGMENTS];
} layouts[] = {
    { 118, "scattered runs that meet at the ends of pages become one",
      SPEC(host64, 64, 0x20000, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10a00, 0x600 }, { 0x53000, 0x1000 }, { 0x77000, 0xa00 } },
      0, 0, { 0 }, false, 3, 0, { { MAPPED_BASE + 0xa00, 0x2000 } } },
    { 119, "runs that end and begin in the middle of pages do not",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10a00, 0x500 }, { 0x53200, 0x1000 } },
      0, 0, { 0 }, false, 3, 0,
      { { MAPPED_BASE + 0xa00, 0x500 }, { MAPPED_BASE + 0x1200, 0x1000 } } },
    { 120, "a buffer is mapped from the beginning of a page on",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, IODMA_OUT,
      { { 0x10001, 0x1000 } }, 0, 0, { 0 }, false, 1, 1,
      { { MAPPED_BASE, 0x1000 } } },
    { 121, "what is out of reach is not bounced",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, IODMA_INOUT, { { FAR, 0x4000 } },
      0, 0, { 0 }, false, 4, 0, { { MAPPED_BASE, 0x4000 } } },
    { 122, "only the window's pages are mapped",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x10000, 0x4000 } },
      0x1000, 0x2000, { 0 }, false, 2, 0, { { MAPPED_BASE, 0x2000 } } },
    { 123, "a maximum cuts what became one",
      SPEC(host64, 64, 0x1000, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10000, 0x2000 }, { 0x40800, 0x800 }, { 0x50000, 0x1800 } },
      0, 0, { 0 }, false, 5, 0,
      { { MAPPED_BASE, 0x1000 }, { MAPPED_BASE + 0x1000, 0x1000 },
        { MAPPED_BASE + 0x2800, 0x1000 },
        { MAPPED_BASE + 0x3800, 0x1000 } } },
    { 129, "out: the master may read", SPEC(host64, 64, 0, 1, 1, 1), 0,
      IODMA_OUT, { { 0x10000, 0x100 } }, 0, 0, { 0 }, false, 1, 0,
      { { MAPPED_BASE, 0x100 } } },
    { 129, "in: it may write", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_IN,
      { { 0x10000, 0x100 } }, 0, 0, { 0 }, false, 1, 0,
      { { MAPPED_BASE, 0x100 } } },
    { 129, "in and out: both", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10000, 0x100 } }, 0, 0, { 0 }, false, 1, 0,
      { { MAPPED_BASE, 0x100 } } },
    { 129, "none: both", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_NONE,
      { { 0x10000, 0x100 } }, 0, 0, { 0 }, false, 1, 0,
      { { MAPPED_BASE, 0x100 } } },
    { 130, "an alignment above the page is the mapping's",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000), 0,
      IODMA_INOUT, { { 0x13000, 0x2000 } }, 0, 0, { 0 }, false, 2, 0,
      { { MAPPED_BASE, 0x2000 } } },

    { 0, "7.2: a run that ends mid-page and one that begins there",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10000, 0x800 }, { 0x20800, 0x800 }, { 0x30000, 0x10 } },
      0, 0, { 0 }, false, 3, 0,
      { { MAPPED_BASE, 0x800 }, { MAPPED_BASE + 0x1800, 0x810 } } },
    { 0, "7.2: two runs of one page are mapped twice",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10010, 0x10 }, { 0x10100, 0x10 } }, 0, 0, { 0 }, false, 2, 0,
      { { MAPPED_BASE + 0x10, 0x10 }, { MAPPED_BASE + 0x1100, 0x10 } } },
    { 0, "7.2: ranges that touch are one run",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10010, 0x10 }, { 0x10020, 0xff0 } }, 0, 0, { 0 }, false, 2, 0,
      { { MAPPED_BASE + 0x10, 0x1000 } } },
    { 0, "7.2: a run of many pages, offset kept",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x10fff, 0x1002 } },
      0, 0, { 0 }, false, 3, 0, { { MAPPED_BASE + 0xfff, 0x1002 } } },
    { 0, "7.2: a window that begins and ends mid-page",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10a00, 0x600 }, { 0x53000, 0x1000 }, { 0x77000, 0xa00 } },
      0x5ff, 0x1002, { 0 }, false, 3, 0, { { MAPPED_BASE + 0xfff, 0x1002 } } },
    { 0, "the mapper gets bus addresses",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x10100, 0x100 } },
      0, 0, { 0 }, true, 1, 0, { { MAPPED_BASE + 0x100, 0x100 } } },
    { 0, "page offsets are those of the bus",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x13100, 0x1000 } },
      0, 0, { 0 }, true, 2, 0, { { MAPPED_BASE + 0x900, 0x1000 } } },
    { 0, "apertures that touch on both sides are two runs, and meet",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x11800, 0x1000 } },
      0, 0, { 0 }, true, 2, 0, { { MAPPED_BASE + 0x800, 0x1000 } } },
    { 0, "memory that lies apart on the bus is two runs",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x12800, 0x1000 } },
      0, 0, { 0 }, true, 2, 0,
      { { MAPPED_BASE + 0x800, 0x800 }, { MAPPED_BASE + 0x1800, 0x800 } } },
    { 0, "a seam of apertures within a mapper's page is no end of a page",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x11800, 0x1000 } },
      0, 0, { 0x4000, 0, 0 }, true, 2, 0,
      { { MAPPED_BASE + 0x1800, 0x800 }, { MAPPED_BASE + 0x6000, 0x800 } } },
    { 0, "pages of 0x4000", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x13000, 0x1000 }, { 0x54000, 0x1000 } },
      0, 0, { 0x4000, 0, 0 }, false, 2, 0,
      { { MAPPED_BASE + 0x3000, 0x2000 } } },
    { 0, "pages of 0x400", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x13300, 0x100 }, { 0x54400, 0x300 } },
      0, 0, { 0x400, 0, 0 }, false, 2, 0, { { MAPPED_BASE + 0x300, 0x400 } } },
    { 0, "a buffer has pages of 0x400 to spare, the mapping has not",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, IODMA_OUT,
      { { 0x10001, 0x404 } }, 0, 0, { 0x400, 0, 0 }, false, 2, 1,
      { { MAPPED_BASE, 0x404 } } },
    { 0, "E5: a buffer has pages of 0x4000 to itself",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, IODMA_OUT,
      { { 0x10001, 0x1000 } }, 0, 0, { 0x4000, 0, 0 }, false, 1, 4,
      { { MAPPED_BASE, 0x1000 } } },
    { 0, "IOVA begins at the first whole page",
      SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT, { { 0x10800, 0x100 } },
      0, 0, { 0, MAPPED_BASE - 0xfff, 0 }, false, 1, 0,
      { { MAPPED_BASE + 0x800, 0x100 } } },
    { 0, "IOVA beyond FAR", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10800, 0x100 } }, 0, 0, { 0, 7 * FAR, 8 * FAR - 1 }, false, 1,
      0, { { 7 * FAR + 0x800, 0x100 } } },
    { 0, "IOVA on both sides of FAR", SPEC(host64, 64, 0, 1, 1, 1), 0,
      IODMA_INOUT, { { 0x10a00, 0x600 }, { 0x53000, 0x1000 } }, 0, 0,
      { 0, FAR - 0x1000, FAR + 0xffff }, false, 2, 0,
      { { FAR - 0x600, 0x1600 } } },
    { 0, "IOVA beyond FAR, several runs and a maximum",
      SPEC(host64, 64, 0x1000, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10000, 0x1800 }, { FAR + 0x53800, 0x800 } }, 0, 0,
      { 0, 7 * FAR, 8 * FAR - 1 }, false, 3, 0,
      { { 7 * FAR, 0x1000 }, { 7 * FAR + 0x1000, 0x800 },
        { 7 * FAR + 0x2800, 0x800 } } },
    { 0, "IOVA up to the last address", SPEC(host64, 0, 0, 1, 1, 1), 0,
      IODMA_INOUT, { { 0x10a00, 0x600 }, { 0x53000, 0x2000 } }, 0, 0,
      { 0, TOP - 0x2fff, TOP }, false, 3, 0, { { TOP - 0x25ff, 0x2600 } } },
    { 0, "large pages", SPEC(host64, 64, 0, 1, 1, 1), 0, IODMA_INOUT,
      { { 0x10800, 0x100 }, { FAR + FAR / 4 + 0x800, 0x100 },
        { 2 * FAR + FAR / 4 - 0x800, 0x1000 } },
      0, 0, { FAR / 4, 4 * FAR, 8 * FAR - 1 }, false, 4, 0,
      { { 4 * FAR + 0x10800, 0x100 }, { 4 * FAR + FAR / 4 + 0x800, 0x100 },
        { 4 * FAR + FAR / 4 * 3 - 0x800, 0x1000 } } },
    { 0, "E2: what fits between two boundaries lies there",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x4000), 0,
      IODMA_INOUT, { { 0x10800, 0x800 }, { 0x50000, 0x2000 } },
      0, 0, { 0 }, false, 3, 0, { { MAPPED_BASE + 0x800, 0x2800 } } },
    { 0, "E2: what does not is cut where it crosses one",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x2000), 0,
      IODMA_INOUT, { { 0x10800, 0x800 }, { 0x50000, 0x2000 } },
      0, 0, { 0 }, false, 3, 0,
      { { MAPPED_BASE + 0x800, 0x1800 }, { MAPPED_BASE + 0x2000, 0x1000 } } },
    { 0, "an internal alignment above the page, one run",
      SPEC(host64, 64, 0x2000, 1, 1, 0x2000), 0, IODMA_INOUT,
      { { 0x11000, 0x1000 }, { 0x53000, 0x2000 } }, 0, 0, { 0 }, false, 3, 0,
      { { MAPPED_BASE, 0x2000 }, { MAPPED_BASE + 0x2000, 0x1000 } } },
    { 0, "an internal alignment that a later run breaks: a buffer",
      SPEC(host64, 64, 0, 1, 1, 0x2000), 0, IODMA_INOUT,
      { { 0x11000, 0x800 }, { 0x53000, 0x800 } }, 0, 0, { 0 }, false, 1, 1,
      { { MAPPED_BASE, 0x1000 } } },
    { 0, "too many runs mid-page: a buffer",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 1), 0, IODMA_INOUT,
      { { 0x10000, 0x100 }, { 0x20000, 0x100 } }, 0, 0, { 0 }, false, 1, 1,
      { { MAPPED_BASE, 0x200 } } },
    { 0, "runs that become one are not too many",
      IODMA_SPEC(iodma_output_host64, 64, 0, .max_segments = 1), 0, IODMA_INOUT,
      { { 0x10f00, 0x100 }, { 0x20000, 0x100 } }, 0, 0, { 0 }, false, 2, 0,
      { { MAPPED_BASE + 0xf00, 0x200 } } },
    { 0, "a buffer that is out of reach may still be mapped",
      IODMA_SPEC(iodma_output_host64, 20, 0, .align_address = 4), 0,
      IODMA_INOUT, { { 0x10001, 0x1000 } }, 0, 0, { 0, 0x10000, 0x1ffff },
      false, 1, 1, { { 0x10000, 0x1000 } } },
    { 0, "kNonCoherent with a mapper given is mapped",
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_ITERATE_ONLY | IODMA_NON_COHERENT,
      IODMA_INOUT, { { 0x10800, 0x100 } }, 0, 0, { 0 }, false, 1, 0,
      { { MAPPED_BASE + 0x800, 0x100 } } },
    { 0, "iterate only: mapped, listed, not bounced",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), IODMA_ITERATE_ONLY, IODMA_INOUT,
      { { 0x10a00, 0x600 }, { FAR, 0x1000 } }, 0, 0, { 0 }, false, 2, 0,
      { { MAPPED_BASE + 0xa00, 0x1600 } } },
};
/* clang-format on */

static void begin_layout(size_t i)
{
    mapped.hal = fixture_hal_bus;
    if (layouts[i].apart) {
        mapped.hal.apertures = mapped_apertures;
        mapped.hal.aperture_count = HAL_COUNT_OF(mapped_apertures);
    }
    mapped_begin_bus(layouts[i].facts);
    mapped.memory = row_memory(layouts[i].ranges, layouts[i].direction);
    mapped_attach(&mapped.command, &layouts[i].spec, layouts[i].mapping);
}

static void laying_out(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(layouts); i++) {
        hal_address page_size;

        check_spec(layouts[i].number, layouts[i].what);
        begin_layout(i);
        page_size = mapped.model.mapper.page_size;
        expect_status("prepare",
                      iodma_command_prepare(&mapped.command, layouts[i].offset,
                                            layouts[i].length, true, true),
                      IODMA_OK);
        expect_mapped_list(&mapped.command, layouts[i].want);
        expect_mapped_bytes(&mapped.command);
        expect_mapped_pages(layouts[i].pages);
        expect_number("pages of storage",
                      fixture_pages_taken() + fixture_run_pages_taken(),
                      layouts[i].storage);
        expect_completed(&mapped.command);
        expect_revoked(mapped.list[0].address -
                           modulo(mapped.list[0].address, page_size),
                       layouts[i].pages * page_size);
        expect_nothing_mapped();
    }
}

/* Numbers of the spec that are more than a list. */
static void numbered(void)
{
    hal_address end = 0;
    uint32_t one = 1;
    uint8_t bytes[0x20];
    uint8_t seen[0x20];

    check_spec(118, "one segment, and its pages");
    mapped_begin_three_pages();
    expect_status("gen", fixture_gen(&mapped.command, &end, mapped.list, &one),
                  IODMA_OK);
    expect_number("address", mapped.list[0].address, MAPPED_BASE + 0xa00);
    expect_number("offset", end, 0x2000);
    for (unsigned i = 0; i < 3; i++) {
        expect_mapper_call(i, 'm', MAPPED_BASE + i * 0x1000, 0x1000);
        expect_number("bus", mapped.model.calls[i].bus,
                      (hal_address[]){ 0x10000, 0x53000, 0x77000 }[i]);
    }

    check_spec(125, "clear takes all of it out, then syncs once");
    expect_cleared(&mapped.command);
    expect_number("calls", mapped.model.call_count, 5);
    expect_revoked(MAPPED_BASE, 0x3000);
    expect_nothing_mapped();

    check_spec(128, "read and write bytes over the seam of two runs");
    mapped_begin_three_pages();
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(0xA5 + 3 * i);
    expect_number(
        "written",
        iodma_command_write_bytes(&mapped.command, 0x5f0, bytes, sizeof bytes),
        sizeof bytes);
    expect_bytes("in the first run", sparse_byte(0x10ff0), bytes, 0x10);
    expect_bytes("in the second", sparse_byte(0x53000), bytes + 0x10, 0x10);
    expect_number("before it", *sparse_byte(0x10fef), sparse_fresh(0x10fef));
    expect_number("behind it", *sparse_byte(0x53010), sparse_fresh(0x53010));
    expect_number(
        "read",
        iodma_command_read_bytes(&mapped.command, 0x5f0, seen, sizeof seen),
        sizeof seen);
    expect_bytes("the bytes", seen, bytes, sizeof bytes);
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

/* Spec 124: the first run fails, or the last. */
static void failing(void)
{
    static const struct iodma_range misaligned[ROW_RANGES] = {
        { 0x10001, 0x1000 },
    };
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);

    check_spec(124, "a run that fails leaves nothing");
    for (unsigned n = 1; n <= 3; n++) {
        mapped_begin();
        mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
        mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
        mapped.model.fail_at = n;
        expect_status("prepare", mapped_prepare(&mapped.command),
                      IODMA_NO_RESOURCES);
        expect_number("count", mapped.command.prepared, 0);
        expect_number("calls", mapped.model.call_count, n == 1 ? 1 : n + 2);
        if (n != 1)
            expect_revoked(MAPPED_BASE, (n - 1) * 0x1000);
        expect_nothing_mapped();
        expect_prepared(&mapped.command);
        expect_ended(&mapped.command);
        expect_nothing_mapped();
    }

    check_spec(124, "nor does a buffer, and the mapper's word is passed up");
    mapped_begin();
    mapped.memory = row_memory(misaligned, IODMA_INOUT);
    mapped_attach(&mapped.command, &aligned, IODMA_MAPPED);
    mapped.model.fail_at = 1;
    mapped.model.fail_with = IODMA_DMA_ERROR;
    expect_status("prepare", mapped_prepare(&mapped.command), IODMA_DMA_ERROR);
    expect_nothing_mapped();
}

/* Where in IOVA ---------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    struct mapped_facts facts;
    uint32_t count; /* pages of IOVA */
    hal_address taken, pages;
    enum iodma_status want;
    hal_address iova;
} places[] = {
    { "behind what is taken", SPEC(host64, 64, 0, 1, 1, 1), { 0 },
      MAPPED_PAGES, 1, 1,
      IODMA_OK, MAPPED_BASE + 0x1000 },
    { "130: aligned to more than a page",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000), { 0 },
      MAPPED_PAGES, 1, 2, IODMA_OK, MAPPED_BASE + 0x4000 },
    { "aligned as later segments have to be",
      SPEC(host64, 64, 0, 1, 1, 0x8000), { 0 }, MAPPED_PAGES, 1, 1, IODMA_OK,
      MAPPED_BASE + 0x8000 },
    { "alignments are those of addresses, not of pages from the first on",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x8000),
      { 0, MAPPED_BASE + 0x3000, 0 }, MAPPED_PAGES, 0, 1, IODMA_OK,
        MAPPED_BASE + 0x8000 },
    { "E2: between two boundaries",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x4000), { 0 },
      MAPPED_PAGES, 2, 3, IODMA_OK, MAPPED_BASE + 0x4000 },
    { "E2: from a boundary on",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x4000), { 0 },
      MAPPED_PAGES, 1, 5, IODMA_OK, MAPPED_BASE + 0x4000 },
    { "24 pages where 24 are left", SPEC(host64, 64, 0, 1, 1, 1), { 0 }, 28, 4,
      24, IODMA_OK, MAPPED_BASE + 0x4000 },
    { "all that is left, from an odd page on", SPEC(host64, 64, 0, 1, 1, 1),
      { 0 }, 40, 3, 37, IODMA_OK, MAPPED_BASE + 0x3000 },
    { "on both sides of FAR", SPEC(host64, 64, 0, 1, 1, 1),
      { 0, FAR - 0x2000, FAR + 0xffff }, 16, 1, 4, IODMA_OK, FAR - 0x1000 },
    { "all of it", SPEC(host64, 64, 0, 1, 1, 1), { 0 }, 8, 0, 8, IODMA_OK,
      MAPPED_BASE },
    { "one page more than there is", SPEC(host64, 64, 0, 1, 1, 1), { 0 }, 8, 0,
      9, IODMA_NO_RESOURCES, 0 },
    { "one page more than is left", SPEC(host64, 64, 0, 1, 1, 1), { 0 }, 8, 4,
      5, IODMA_NO_RESOURCES, 0 },
    { "nothing that is aligned is left",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x8000), { 0 },
      8, 1, 1, IODMA_NO_RESOURCES, 0 },
    { "no IOVA has that alignment",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = FAR / 2),
      { 0, 0x1000, FAR / 2 - 1 }, 16, 0, 1, IODMA_NO_RESOURCES, 0 },
    { "no IOVA within reach", SPEC(host64, REACH_BITS - 1, 0, 1, 1, 1), { 0 },
      MAPPED_PAGES, 0, 1,
      IODMA_NO_RESOURCES, 0 },
    { "the last of IOVA within reach", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      { 0, FAR - 0x8000, FAR + 0xffff }, 16, 4, 4, IODMA_OK, FAR - 0x4000 },
    { "IOVA that ends out of reach", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      { 0, FAR - 0x4000, FAR + 0xffff }, 16, 0, 8, IODMA_NO_RESOURCES, 0 },
    { "none is left within reach", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      { 0, FAR - 0x4000, FAR + 0xffff }, 16, 4, 1, IODMA_NO_RESOURCES, 0 },
};
/* clang-format on */

static void placing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(places); i++) {
        enum iodma_status status;

        check_case(places[i].what);
        mapped_begin_with(places[i].facts);
        mapped_make(places[i].facts, places[i].count);
        if (places[i].taken != 0)
            mapped_occupy(places[i].taken);
        mapped.memory = buffer_of(0x2000000, places[i].pages * 0x1000,
                                  places[i].pages * 0x1000, IODMA_INOUT);
        mapped_attach(&mapped.command, &places[i].spec, IODMA_MAPPED);
        status = mapped_prepare(&mapped.command);
        expect_status("prepare", status, places[i].want);
        if (status == IODMA_OK) {
            expect_status("gen",
                          mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                          IODMA_OK);
            expect_number("IOVA", mapped.list[0].address, places[i].iova);
        }
        expect_mapped_pages(
            (unsigned)(places[i].taken +
                       (status == IODMA_OK ? places[i].pages : 0)));
        expect_ended(&mapped.command);
        if (places[i].taken != 0)
            expect_ended(&mapped.other);
        expect_nothing_mapped();
    }
}

/* Nothing but the search for IOVA looks at the whole of it: a run from 0 on
   may begin within reach. */
static void beyond_reach(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(8)];
    static const struct iodma_spec two_pages = SPEC(host64, 13, 0, 1, 1, 1);

    check_case("iterate only: IOVA from 0 on that ends out of reach");
    mapped_begin();
    mapped.model.mapper.first = 0;
    expect_status("mapper",
                  iodma_mapper_init(&mapped.mapper, &mapped.model.mapper,
                                    mapped.hal.lock, words, 8),
                  IODMA_OK);
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &two_pages, IODMA_ITERATE_ONLY);
    expect_status("three pages", mapped_prepare(&mapped.command),
                  IODMA_NO_RESOURCES);
    expect_nothing_mapped();
    expect_status(
        "two pages",
        iodma_command_prepare(&mapped.command, 0x600, 0x1a00, true, true),
        IODMA_OK);
    expect_mapped_list(&mapped.command,
                       (struct hal_segment[MAPPED_SEGMENTS]){ { 0, 0x1a00 } });
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

/* 2^32 pages and one are not one page. */
static void beyond_counting(void)
{
    static const struct mapped_facts bytes = { .page_size = 1 };

    check_case("more pages than can be numbered");
    mapped_begin_with(bytes);
    mapped_make(bytes, 8);
    mapped.memory = buffer_of(0x2000000, EITHER(FAR + 1, 9), EITHER(FAR + 1, 9),
                              IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("prepare", mapped_prepare(&mapped.command),
                  IODMA_NO_RESOURCES);
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

enum { MANY = 8 };

/* Eight commands have a page each. */
static void fragmenting(void)
{
    static const struct iodma_range pages[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    static struct iodma_command commands[MANY];
    struct iodma_memory two;

    check_case("IOVA in pieces serves those who fit, and merges again");
    mapped_begin();
    mapped_make((struct mapped_facts){ 0, 0, 0 }, MANY);
    mapped.memory = row_memory(pages, IODMA_INOUT);
    two = buffer_of(0x20000, 0x2000, 0x2000, IODMA_INOUT);
    for (unsigned i = 0; i < MANY; i++) {
        mapped_attach(&commands[i], &mapped_any, IODMA_MAPPED);
        expect_prepared(&commands[i]);
        expect_status("gen", mapped_list(&commands[i], 0, 1), IODMA_OK);
        expect_number("one behind the other", mapped.list[0].address,
                      MAPPED_BASE + i * 0x1000);
    }
    for (unsigned i = 1; i < MANY; i += 2)
        expect_completed(&commands[i]);
    expect_mapped_pages(MANY / 2);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("set", iodma_command_set_memory(&mapped.command, &two, true),
                  IODMA_NO_RESOURCES);
    expect_attached(&mapped.command, &mapped.memory);
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    expect_number("the lowest hole", mapped.list[0].address,
                  MAPPED_BASE + 0x1000);
    expect_ended(&mapped.command);
    for (unsigned i = 0; i < MANY; i++)
        expect_ended(&commands[i]);
    expect_nothing_mapped();
    mapped_occupy(MANY);
    expect_ended(&mapped.other);
    expect_nothing_mapped();
}

static void expect_not_mapped(const struct iodma_range *ranges)
{
    static const struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0);

    mapped_begin();
    mapped.memory = row_memory(ranges, IODMA_OUT);
    mapped_attach(&mapped.command, &spec, IODMA_ITERATE_ONLY);
    expect_status("prepare", mapped_prepare(&mapped.command),
                  IODMA_NO_RESOURCES);
    expect_number("calls", mapped.model.call_count, 0);
    expect_nothing_mapped();
}

static void huge(void)
{
    static const struct iodma_range ranges[][ROW_RANGES] = {
        { { 1, FIXTURE_LAST }, { 0x1000, FIXTURE_LAST + 1 } },
        { { 0x1000, FIXTURE_LAST + 1 } },
        { { 1, FIXTURE_LAST }, { 1, FIXTURE_LAST } },
    };
    static const struct iodma_range numbered[ROW_RANGES] = {
        { 0x1000, WIDE((uint64_t)MOST_PAGES * 0x1000 + 1) },
    };

    check_case("E8: half of all addresses and more are refused");
    for (size_t i = 0; i < HAL_COUNT_OF(ranges); i++)
        expect_not_mapped(ranges[i]);
    if (check_wide(0, "E8: more than can be numbered is not truncated"))
        expect_not_mapped(numbered);
}

/* What is prepared ------------------------------------------------------- */

static void nesting(void)
{
    check_case("a nested prepare maps once, its complete revokes nothing");
    mapped_begin_three_pages();
    expect_prepared(&mapped.command);
    expect_number("calls", mapped.model.call_count, 3);
    expect_completed(&mapped.command);
    expect_number("calls", mapped.model.call_count, 3);
    expect_mapped_pages(3);
    expect_completed(&mapped.command);
    expect_revoked(MAPPED_BASE, 0x3000);
    expect_nothing_mapped();

    check_case("the mapper goes with the specification");
    mapped_begin_three_pages();
    expect_completed(&mapped.command);
    expect_status("prepare with spec",
                  iodma_command_prepare_with_spec(&mapped.command, &mapped_any,
                                                  0, 0, true, true),
                  IODMA_OK);
    expect_number("unmapped", mapped.command.window.mapper != NULL, 0);
    expect_nothing_mapped();
    expect_ended(&mapped.command);
}

static void nothing(void)
{
    static const struct iodma_range none[ROW_RANGES] = { { 0, 0 } };
    static const uint32_t mappings[] = { IODMA_MAPPED, IODMA_ITERATE_ONLY };

    check_case("no bytes: nothing is mapped");
    for (size_t i = 0; i < HAL_COUNT_OF(mappings); i++) {
        mapped_begin();
        mapped.memory = row_memory(none, IODMA_INOUT);
        mapped_attach(&mapped.command, &mapped_any, mappings[i]);
        expect_prepared(&mapped.command);
        expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OVERRUN);
        expect_completed(&mapped.command);
        expect_number("calls", mapped.model.call_count, 0);

        mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
        expect_attached_only(&mapped.command, &mapped.memory);
        expect_status(
            "prepare the end",
            iodma_command_prepare(&mapped.command, 0x2000, 0, true, true),
            IODMA_OK);
        expect_completed(&mapped.command);
        expect_number("calls", mapped.model.call_count, 0);
        expect_nothing_mapped();
    }
}

static void two_commands(void)
{
    check_case("two commands on one descriptor have a mapping each");
    mapped_begin_three_pages();
    mapped_attach(&mapped.other, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.other);
    expect_mapped_pages(6);
    expect_mapped_list(&mapped.other, (struct hal_segment[MAPPED_SEGMENTS]){
                                          { MAPPED_BASE + 0x3a00, 0x2000 } });
    expect_mapped_bytes(&mapped.other);
    expect_completed(&mapped.command);
    expect_revoked(MAPPED_BASE, 0x3000);
    expect_mapped_bytes(&mapped.other);
    expect_ended(&mapped.command);
    expect_ended(&mapped.other);
    expect_nothing_mapped();
}

/* One segment at a time, and from any offset. */
static void piecemeal(void)
{
    static const struct iodma_spec spec = SPEC(host64, 64, 0x700, 1, 1, 1);
    struct hal_segment all[MAPPED_SEGMENTS];
    hal_address offset = 0;
    uint32_t count;

    check_case("pieces and seeks make the list of one call");
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &spec, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_status("gen", mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                  IODMA_OK);
    memcpy(all, mapped.list, sizeof all);
    count = mapped.listed;
    for (uint32_t i = 0; i < count; i++) {
        expect_status("another offset",
                      mapped_list(&mapped.command, (0x123 * i) % 0x2000, 2),
                      IODMA_OK);
        expect_number("its address", mapped.list[0].address,
                      MAPPED_BASE + 0xa00 + (0x123 * i) % 0x2000);
        expect_status("one segment", mapped_list(&mapped.command, offset, 1),
                      IODMA_OK);
        expect_segments("is the list's", mapped.list, 1, &all[i], 1);
        offset += mapped.list[0].length;
    }
    expect_number("to the end", offset, 0x2000);
    expect_ended(&mapped.command);
}

static void iterating(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x13000, 0x3000 },
    };
    static const struct iodma_range hole[ROW_RANGES] = {
        { 0x13000, 0x1000 },
        { FIXTURE_LAST + 1, 0x1000 },
        { 0x15000, 0x1000 },
    };
    static const struct iodma_spec page_wise =
        SPEC(host64, 64, 0x1000, 0x4000, 1, 0x1000);
    static const struct iodma_spec lines = SPEC(host64, 64, 0, 0x20, 1, 1);

    check_case("iterate only: a call may begin in any page");
    mapped_begin();
    mapped.memory = row_memory(ranges, IODMA_INOUT);
    mapped_attach(&mapped.command, &page_wise, IODMA_ITERATE_ONLY);
    expect_prepared(&mapped.command);
    expect_status("gen", mapped_list(&mapped.command, 0x1000, 1), IODMA_OK);
    expect_number("address", mapped.list[0].address, MAPPED_BASE + 0x1000);
    expect_ended(&mapped.command);

    check_case("iterate only: not at any byte of it");
    mapped_attach(&mapped.command, &lines, IODMA_ITERATE_ONLY);
    expect_prepared(&mapped.command);
    expect_status("gen", mapped_list(&mapped.command, 0x1010, 1),
                  IODMA_NOT_ALIGNED);
    expect_status("gen", mapped_list(&mapped.command, 0x1020, 1), IODMA_OK);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("iterate only: memory in no aperture is for gen to refuse");
    mapped.memory = row_memory(hole, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_ITERATE_ONLY);
    expect_prepared(&mapped.command);
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    expect_number("before it", mapped.list[0].address, MAPPED_BASE);
    expect_status("in it", mapped_list(&mapped.command, 0x1000, 1),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_status("behind it", mapped_list(&mapped.command, 0x2000, 1),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

static void sharing(void)
{
    static const struct hal_limits limits = { .address_bits = 32,
                                              .align_address = 0x2000 };
    static uint8_t ring[0x1800];
    struct iodma_share share;
    struct hal_shared shared = { .size = 0 };
    struct hal_limits one_page = limits;

    check_case("shared memory goes through the system mapper");
    mapped_begin();
    expect_status("system", iodma_bus_map_through(&mapped.bus, &mapped.mapper),
                  IODMA_OK);
    mapped_occupy(1);
    expect_status("share",
                  iodma_share(&share, &mapped.bus, &limits, FAR + 0x5000, ring,
                              sizeof ring, 0, &shared),
                  IODMA_OK);
    expect_number("as the device sees it", shared.bus, MAPPED_BASE + 0x2000);
    expect_mapped_pages(3);
    expect_status("unshare", iodma_unshare(&share), IODMA_OK);
    expect_mapped_pages(1);
    expect_status("not aligned",
                  iodma_share(&share, &mapped.bus, &limits, FAR + 0x5100, ring,
                              sizeof ring, 0, &shared),
                  IODMA_NOT_ALIGNED);
    one_page.max_segment = 0x1000;
    one_page.align_internal = 0x1000;
    expect_status("two segments",
                  iodma_share(&share, &mapped.bus, &one_page, 0x5000, ring,
                              sizeof ring, 0, &shared),
                  IODMA_NO_SPACE);
    expect_ended(&mapped.other);
    expect_nothing_mapped();
}

/* Storage is not zero before. */
static void spoil_storage(void)
{
    for (hal_address i = 0; i < 0x1000; i++)
        *sparse_byte(0x100000 + i) = 0xEE;
    for (hal_address i = 0; i < 0x8000; i++)
        *sparse_byte(0x200000 + i) = 0xEE;
}

/* Of a page of a mapper's, what stands for 0x30 bytes from 0x10010 on and for
   0x10 from 0x10100 on; the rest is zero (E5). */
static void expect_storage(hal_address page, hal_address size)
{
    for (hal_address i = 0; i < size; i++) {
        uint8_t want = 0;

        if (range_holds(0x10, 0x30, i))
            want = sparse_fresh(0x10000 + i);
        else if (range_holds(0x40, 0x10, i))
            want = sparse_fresh(0x10100 + i - 0x40);
        if (!expect_number("a byte that the device may see",
                           *sparse_byte(page + i), want))
            break;
    }
}

/* One list of 7.2's, whichever bytes the storage has. */
static void bouncing(void)
{
    static const struct iodma_range unowned[ROW_RANGES] = {
        { 0x10010, 0x100 },
    };
    static const struct iodma_range misaligned[ROW_RANGES] = {
        { 0x10001, 0x1800 },
    };
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);
    static const struct iodma_range halves[ROW_RANGES] = {
        { 0x10000, 0x800 },
        { 0x20800, 0x800 },
        { FAR, 0x1000 },
    };
    static const struct iodma_spec page_wise =
        SPEC(host64, REACH_BITS, 0, 1, 1, 0x1000);
    static const struct iodma_spec narrow =
        SPEC(host64, REACH_BITS, 0, 1, 1, 1);
    const struct iodma_spec through =
        IODMA_SPEC_THROUGH(IODMA_MAPPED, &mapped.mapper, iodma_output_host64,
                           64, 0, .boundary = 0x2000);
    struct iodma_memory storage;

    check_case("E3: lines that are shared have storage, which is mapped");
    mapped_begin_not_snooped((struct mapped_facts){ 0, 0, 0 });
    spoil_storage();
    mapped.memory = row_memory(unowned, IODMA_IN);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_number("rung", fixture_rung(&mapped.command), RUNG_SPLIT);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x10, 0x30 },
                                            { MAPPED_BASE + 0x1040, 0xC0 },
                                            { MAPPED_BASE + 0x2040, 0x10 } });
    expect_mapped_bytes(&mapped.command);
    expect_storage(0x100000, 0x1000);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("the least bounce: far memory is within reach");
    mapped_begin();
    mapped.memory = row_memory(halves, IODMA_INOUT);
    mapped_attach(&mapped.command, &page_wise, IODMA_LEAST_BOUNCE);
    expect_prepared(&mapped.command);
    expect_number("bounce pages", fixture_pages_taken(), 1);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE, 0x2000 } });
    expect_mapped_bytes(&mapped.command);
    expect_mapped_pages(2);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("E5: a mapper's page never shows others' storage");
    mapped_begin_not_snooped((struct mapped_facts){ 0, 0, 0 });
    spoil_storage();
    mapped_make((struct mapped_facts){ 0x4000, 0, 0 }, MAPPED_PAGES);
    mapped.memory = row_memory(unowned, IODMA_IN);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_number("rung", fixture_rung(&mapped.command), RUNG_SPLIT);
    expect_number("pages of storage", fixture_run_pages_taken(), 4);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x10, 0x30 },
                                            { MAPPED_BASE + 0x4040, 0xC0 },
                                            { MAPPED_BASE + 0x8040, 0x10 } });
    expect_mapped_bytes(&mapped.command);
    expect_storage(0x200000, 0x4000);
    expect_ended(&mapped.command);

    check_case("E5: nor others' buffers, and its padding is zero");
    mapped_begin();
    spoil_storage();
    mapped_make((struct mapped_facts){ 0x4000, 0, 0 }, MAPPED_PAGES);
    mapped.memory = row_memory(misaligned, IODMA_INOUT);
    mapped_attach(&mapped.other, &aligned, IODMA_UNMAPPED);
    expect_prepared(&mapped.other);
    expect_number("another's buffer", fixture_run_pages_taken(), 2);
    mapped_attach(&mapped.command, &aligned, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect("a buffer",
           iodma_command_bus_memory(&mapped.command, &storage) == &storage);
    expect_number("its address", storage.buffer.address, 0x204000);
    for (hal_address i = 0x1800; i < 0x4000; i++) {
        if (!expect_number("padding", *sparse_byte(0x204000 + i), 0))
            break;
    }
    expect_ended(&mapped.command);
    expect_ended(&mapped.other);
    expect_nothing_mapped();

    check_case("a mapper by IODMA_SPEC_THROUGH");
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    expect_command(&mapped.command, &mapped.bus, &through);
    expect_attached(&mapped.command, &mapped.memory);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0xa00, 0x1600 },
                                            { MAPPED_BASE + 0x2000, 0xa00 } });
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("IODMA_DIRECT_ONLY through a mapper: all is within reach");
    mapped_begin();
    mapped.memory = row_memory(halves, IODMA_INOUT);
    mapped_attach(&mapped.command, &narrow, IODMA_DIRECT_ONLY);
    expect_prepared(&mapped.command);
    expect_number("rung", fixture_rung(&mapped.command), RUNG_DIRECT);
    expect_completed(&mapped.command);
    mapped_attach(&mapped.command, &page_wise, IODMA_DIRECT_ONLY);
    expect_status("halves of pages", mapped_prepare(&mapped.command),
                  IODMA_NOT_ALIGNED);
    expect_nothing_mapped();
    expect_ended(&mapped.command);
}

/* Order ------------------------------------------------------------------ */

/* All hooks in one log, each once for any number of calls in a row: storage is
   't'aken and 'g'iven back, client memory is looked at through a window ('x'),
   'c'leaned, 'i'nvalidated, 'p'ublished, 'o'bserved, 'm'apped, 'u'nmapped,
   's'ynced. */
static char events[64];

static void event(char what)
{
    size_t length = strlen(events);

    if ((length == 0 || events[length - 1] != what) &&
        length + 1 < sizeof events)
        events[length] = what;
}

/* These come in this order, whatever is in between, and the last is last. */
static void expect_order(const char *want)
{
    const char *at = events;
    size_t length = strlen(want);

    for (size_t i = 0; i < length && at; i++) {
        at = strchr(at, want[i]);
        at = at ? at + 1 : NULL;
    }
    if (!expect("the order of events",
                at && events[strlen(events) - 1] == want[length - 1]))
        printf("#   expected %s\n#   got      %s\n", want, events);
    memset(events, 0, sizeof events);
}

/* First these, then any of those, then these. */
static void expect_between(const char *first, const char *any, const char *last)
{
    size_t length = strlen(events);
    size_t head = strlen(first);
    size_t tail = strlen(last);

    if (!expect("the order of events",
                length > head + tail && strncmp(events, first, head) == 0 &&
                    strcmp(events + length - tail, last) == 0 &&
                    head + strspn(events + head, any) >= length - tail))
        printf("#   expected %s[%s]%s\n#   got      %s\n", first, any, last,
               events);
    memset(events, 0, sizeof events);
}

static void expect_events(const char *want)
{
    if (!expect("the order of events", strcmp(events, want) == 0))
        printf("#   expected %s\n#   got      %s\n", want, events);
    memset(events, 0, sizeof events);
}

static void *window_open(hal_address address, hal_address *length)
{
    if (range_holds(0x10000, 0x10000, address))
        event('x');
    return sparse_window.open(address, length);
}

static void window_close(void *pointer)
{
    sparse_window.close(pointer);
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    event('c');
    recording_cache.ops->clean(cache, va, pa, length);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    event('i');
    recording_cache.ops->clean_invalidate(cache, va, pa, length);
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    event('f');
    return recording_cache.ops->finish(cache);
}

static void publish(void)
{
    event('p');
}

static void observe(void)
{
    event('o');
}

static const struct hal_mapper_ops *real_mapper;
static const struct hal_bounce_ops *real_bounce;

static enum iodma_status map_run(struct hal_mapper *to, hal_address iova,
                                 hal_address at, hal_address length,
                                 uint32_t access)
{
    event('m');
    return real_mapper->map_run(to, iova, at, length, access);
}

static void unmap(struct hal_mapper *from, hal_address iova, hal_address length)
{
    event('u');
    real_mapper->unmap(from, iova, length);
}

/* What is stale is nobody else's yet. */
static void sync(struct hal_mapper *of)
{
    event('s');
    expect("IOVA is not free before it is out of reach",
           iodma_mapper_in_use(&mapped.mapper) >=
               (model_mapper_shown(&mapped.model, false) +
                model_mapper_shown(&mapped.model, true)) *
                   UINT64_C(0x1000));
    real_mapper->sync(of);
}

static bool to_physical(struct hal_mapper *of, hal_address iova,
                        hal_address *at)
{
    return real_mapper->to_physical(of, iova, at);
}

static enum iodma_status take(struct hal_bounce *from,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    event('t');
    return real_bounce->take(from, wish, address, size);
}

static void give_back(struct hal_bounce *to, hal_address address,
                      hal_address size)
{
    event('g');
    real_bounce->give_back(to, address, size);
}

/* Memory that is not snooped, with every hook in the log. */
static void begin_logged(const struct iodma_spec *spec,
                         const struct iodma_range *ranges, uint32_t direction)
{
    static const struct hal_window window = { window_open, window_close };
    static const struct hal_cache_ops cache_ops = {
        .clean = clean, .clean_invalidate = clean_invalidate, .finish = finish
    };
    static const struct hal_cache cache = { &cache_ops, 64, 64 };
    static const struct hal_fences fences = { publish, observe };
    static const struct hal_mapper_ops mapper_ops = { map_run, unmap, sync,
                                                      to_physical };
    static const struct hal_bounce_ops bounce_ops = { take, give_back };
    static struct hal_aperture aperture;
    static struct hal_region region;

    aperture = fixture_aperture;
    aperture.snooped = false;
    region = fixture_hal_bus.regions[0];
    region.window = &window;
    mapped.hal = fixture_hal_bus;
    mapped.hal.apertures = &aperture;
    mapped.hal.regions = &region;
    mapped.hal.cache = &cache;
    mapped.hal.fences = &fences;
    mapped_begin_bus((struct mapped_facts){ 0, 0, 0 });
    real_bounce = mapped.bus.bounce->ops;
    mapped.bus.bounce->ops = &bounce_ops;
    real_mapper = mapped.model.mapper.ops;
    mapped.model.mapper.ops = &mapper_ops;
    mapped.memory = row_memory(ranges, direction);
    mapped_attach(&mapped.command, spec, IODMA_MAPPED);
    memset(events, 0, sizeof events);
}

static void ordering(void)
{
    static const struct iodma_range lines[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    static const struct iodma_range misaligned[ROW_RANGES] = {
        { 0x10040, 0x1000 },
    };
    static const struct iodma_range unowned[ROW_RANGES] = {
        { 0x10010, 0x100 },
    };
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x80);

    check_case("E4: clean, publish, map; revoke, observe, invalidate");
    begin_logged(&mapped_any, lines, IODMA_INOUT);
    expect_prepared(&mapped.command);
    expect_events("xcfpm");
    expect_completed(&mapped.command);
    expect_events("usoxif");
    expect_nothing_mapped();

    check_case("E4: a buffer is filled before, and copied and freed behind");
    begin_logged(&aligned, misaligned, IODMA_INOUT);
    expect_prepared(&mapped.command);
    expect_events("txcfpm");
    expect_completed(&mapped.command);
    expect_events("usoifxg");
    expect_nothing_mapped();

    check_case("E4: so is the storage of edges");
    begin_logged(&mapped_any, unowned, IODMA_IN);
    expect_prepared(&mapped.command);
    expect_between("t", "xc", "fpm");
    expect_completed(&mapped.command);
    expect_order("usoixifxg");
    expect_nothing_mapped();

    check_case("E4: outbound memory needs nothing behind");
    begin_logged(&aligned, misaligned, IODMA_OUT);
    expect_prepared(&mapped.command);
    expect_events("txcfpm");
    expect_completed(&mapped.command);
    expect_events("usog");
    expect_nothing_mapped();

    check_case("E4: iterate only touches neither memory nor caches: fences");
    begin_logged(&mapped_any, lines, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_ITERATE_ONLY);
    expect_prepared(&mapped.command);
    expect_events("pm");
    expect_completed(&mapped.command);
    expect_events("uso");
    expect_nothing_mapped();

    check_case("E4: force maps the new before it revokes the old");
    begin_logged(&mapped_any, lines, IODMA_INOUT);
    expect_prepared(&mapped.command);
    memset(events, 0, sizeof events);
    expect_status(
        "force",
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_OK);
    expect_order("tcpmusoicp");
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x1000, 0x1000 } });
    expect_mapped_pages(1);
    expect_completed(&mapped.command);
    expect_nothing_mapped();

    check_case("E12: a range for the device, a range for the CPU");
    begin_logged(&mapped_any, lines, IODMA_INOUT);
    expect_prepared(&mapped.command);
    memset(events, 0, sizeof events);
    expect_status(
        "out",
        iodma_command_synchronize_range(&mapped.command, 0x40, 0x80, IODMA_OUT),
        IODMA_OK);
    expect_events("xcfp");
    expect_status(
        "in",
        iodma_command_synchronize_range(&mapped.command, 0x40, 0x80, IODMA_IN),
        IODMA_OK);
    expect_events("oxif");
    expect_status(
        "of part of a line",
        iodma_command_synchronize_range(&mapped.command, 0x44, 0x80, IODMA_IN),
        IODMA_NOT_ALIGNED);
    expect_ended(&mapped.command);
}

/* Force ------------------------------------------------------------------ */

/* Both ways, and by what is there before. */
static void forcing(void)
{
    const struct iodma_memory *buffer;
    struct iodma_memory memory;
    struct hal_segment before;

    check_case("force shows the buffer instead, with the client's bytes");
    mapped_begin_three_pages();
    *sparse_byte(0x53000) = 0x42; /* the device wrote */
    expect_status(
        "force",
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_OK);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x3000, 0x2000 } });
    expect_mapped_bytes(&mapped.command);
    expect_number("the device's byte", *sparse_byte(0x200600), 0x42);
    expect_mapped_pages(2);
    expect_completed(&mapped.command);
    expect_revoked(MAPPED_BASE + 0x3000, 0x2000);
    expect_nothing_mapped();

    check_case("a buffer at a phase begins there in its first page");
    mapped_begin_three_pages();
    expect_status("force", iodma_command_force(&mapped.command, 3), IODMA_OK);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x3003,
                                              mapped.command.window.length } });
    expect_mapped_bytes(&mapped.command);
    expect_mapped_pages(3);
    expect_status("to another one", iodma_command_force(&mapped.command, 5),
                  IODMA_OK);
    expect_status("gen", mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                  IODMA_OK);
    expect_number("segments", mapped.listed, 1);
    expect_mapped_bytes(&mapped.command);
    expect_mapped_pages(3);
    buffer = iodma_command_bus_memory(&mapped.command, &memory);
    expect_number("its bytes", buffer->length, mapped.command.window.length);
    expect_number("its capacity", buffer->buffer.length, 0x3000 - 5);
    expect_completed(&mapped.command);
    expect_nothing_mapped();

    check_case("E7: force that cannot be mapped leaves all as it was");
    mapped_begin_three_pages();
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    before = mapped.list[0];
    mapped.model.fail_at = 1;
    mapped.model.fail_with = IODMA_DMA_ERROR;
    expect_status(
        "force",
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_DMA_ERROR);
    expect_number("calls", mapped.model.call_count, 4);
    expect_mapped_list(&mapped.command,
                       (struct hal_segment[MAPPED_SEGMENTS]){ before });
    expect_mapped_bytes(&mapped.command);
    expect_mapped_pages(3);
    expect_number("buffers", fixture_run_pages_taken(), 0);
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

/* A command that has not the lowest IOVA, to be forced. */
static void begin_to_force(void)
{
    mapped_begin_not_snooped((struct mapped_facts){ 0, 0, 0 });
    mapped_occupy(4);
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_ended(&mapped.other);
}

/* Force, with the n-th window missing. Returns whether it failed. */
static bool force_without(unsigned n, unsigned *revoked)
{
    struct hal_segment before;
    enum iodma_status status;
    unsigned calls;

    begin_to_force();
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    before = mapped.list[0];
    expect_number("not the lowest IOVA", before.address, MAPPED_BASE + 0x4a00);
    calls = mapped.model.call_count;
    sparse_fail_open(n);
    status =
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER);
    sparse_fail_open(0);
    if (status != IODMA_OK) {
        expect_status("force", status, IODMA_NO_RESOURCES);
        /* The new, the old taken out, shown again, the new taken out. */
        *revoked += mapped.model.call_count - calls >= 1 + 2 + 3 + 2;
        expect_mapped_list(&mapped.command,
                           (struct hal_segment[MAPPED_SEGMENTS]){ before });
        expect_mapped_bytes(&mapped.command);
        expect_mapped_pages(3);
        expect_fixture_free();
    }
    expect_ended(&mapped.command);
    expect_nothing_mapped();
    return status != IODMA_OK;
}

static void forcing_without_windows(void)
{
    unsigned revoked = 0;
    unsigned n = 1;

    check_case("E7: force that fails later shows the old where it was");
    while (n < 100 && force_without(n, &revoked))
        n++;
    expect("it failed, and in the end did not", n > 1 && n < 100);
    expect("the old one had been revoked", revoked != 0);
}

/* Neither list can be shown --------------------------------------------- */

static enum iodma_status never_put(struct hal_emitter *emitter,
                                   const struct hal_segment *segments,
                                   uint32_t count, bool first, bool last)
{
    (void)emitter;
    (void)segments;
    (void)count;
    (void)first;
    (void)last;
    expect("nothing is emitted", false);
    return IODMA_OK;
}

/* Nothing is listed, whatever is asked for. */
static void expect_no_list(void)
{
    struct hal_emitter emitter = { .put = never_put };
    hal_address offset = 0x80;

    expect_status("gen", mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                  IODMA_NOT_READY);
    expect_number("segments", mapped.listed, MAPPED_SEGMENTS);
    expect_status("emit",
                  iodma_command_emit(&mapped.command, &offset, &emitter),
                  IODMA_NOT_READY);
    expect_number("offset", offset, 0x80);
}

/* Force, with the n-th window missing, and the mapper, from then on, showing
   the new buffer but not the old list. Returns whether it failed. */
static bool force_in_vain(unsigned n, unsigned *hidden)
{
    enum iodma_status status;
    uint8_t byte = 0;

    begin_to_force();
    expect_prepared(&mapped.command);
    sparse_fail_open(n);
    mapped.model.fail_at = 2;
    status =
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER);
    sparse_fail_open(0);
    if (status != IODMA_OK && mapped.model.fail_at == 0) {
        (*hidden)++;
        recorded_count = 0;
        expect_status("force", status, IODMA_NO_RESOURCES);
        expect_mapped_pages(0);
        expect_fixture_free();
        expect_no_list();
        expect_number("bytes read",
                      iodma_command_read_bytes(&mapped.command, 0, &byte, 1),
                      1);
        expect_number("the first", byte, sparse_fresh(0x10a00));
        if (n % 2 != 0) {
            expect_status("another force",
                          iodma_command_synchronize(&mapped.command,
                                                    IODMA_FORCE_DOUBLE_BUFFER),
                          IODMA_OK);
            expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
            expect_mapped_bytes(&mapped.command);
        } else {
            sparse_fail_open(n);
            expect_status("another force in vain",
                          iodma_command_synchronize(&mapped.command,
                                                    IODMA_FORCE_DOUBLE_BUFFER),
                          IODMA_NO_RESOURCES);
            sparse_fail_open(0);
            expect_mapped_pages(0);
            expect_no_list();
        }
        expect_completed(&mapped.command);
        expect_completed(&mapped.command);
        expect_nothing_mapped();
        expect_prepared(&mapped.command);
        expect_status("gen", mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                      IODMA_OK);
        expect_mapped_bytes(&mapped.command);
    }
    mapped.model.fail_at = 0;
    expect_ended(&mapped.command);
    expect_nothing_mapped();
    return status != IODMA_OK;
}

static void forcing_in_vain(void)
{
    unsigned hidden = 0;
    unsigned n = 1;

    check_case("force that fails, and cannot show the old again: no list");
    while (n < 100 && force_in_vain(n, &hidden))
        n++;
    expect("it failed, and in the end did not", n > 1 && n < 100);
    expect("in several ways", hidden > 2);
}

/* Of an engine that wants both ends in phase the first end is forced, with a
   window missing; then the other one, to where that is not any more. */
static void submitting_in_vain(void)
{
    static const struct iodma_range ranges[][ROW_RANGES] = {
        { { 0x10a00, 0x100 } },
        { { 0x77008, 0x100 } },
    };
    struct iodma_command *ends[] = { &mapped.command, &mapped.other };
    struct iodma_memory memories[HAL_COUNT_OF(ends)];
    struct hal_dmac dmac = fixture_idle_engine(&mapped.hal, 16);
    unsigned hidden = 0;

    check_case("what is not shown is not transferred");
    for (unsigned n = 1; n < 20; n++) {
        struct iodma_transfer transfer = { .source = ends[0],
                                           .destination = ends[1],
                                           .done = fixture_not_done };
        struct iodma_channel channel;
        enum iodma_status status;

        mapped_begin();
        for (size_t i = 0; i < HAL_COUNT_OF(ends); i++) {
            memories[i] = row_memory(ranges[i], IODMA_INOUT);
            mapped.memory = memories[i];
            mapped_attach(ends[i], &mapped_any, IODMA_MAPPED);
            expect_status("set",
                          iodma_command_set_memory(ends[i], &memories[i], true),
                          IODMA_OK);
        }
        expect_status("channel", iodma_channel_init(&channel, &dmac, "none"),
                      IODMA_OK);
        channel.serving = 1; /* what is submitted waits */
        sparse_fail_open(n);
        mapped.model.fail_at = 2;
        status = iodma_transfer_submit(&channel, &transfer);
        sparse_fail_open(0);
        mapped.model.fail_at = 0;
        if (ends[0]->plan.path == IODMA_PATH_NONE) {
            hidden++;
            expect_status("submit", status, IODMA_NOT_READY);
            expect_status("and again",
                          iodma_transfer_submit(&channel, &transfer),
                          IODMA_NOT_READY);
            expect_no_list();
        }
        for (size_t i = 0; i < HAL_COUNT_OF(ends); i++) {
            ends[i]->held = 0;
            expect_ended(ends[i]);
        }
        expect_nothing_mapped();
    }
    expect("some was not shown", hidden != 0);
}

/* What the device could see of a buffer when it was mapped. */
static unsigned looks;

static void look_at_new(void)
{
    const struct model_mapper_call *last =
        &mapped.model.calls[mapped.model.call_count - 1];

    if (last->operation != 'm' || last->bus != 0x200000)
        return;
    looks++;
    for (hal_address i = 0; i < 0x2000; i++) {
        if (!expect_number("a byte, when it is first shown",
                           *sparse_byte(0x200000 + i), 0))
            break;
    }
}

static void forcing_shows_nothing(void)
{
    static const bool filled[] = { true, false };

    check_case("R-34: a new buffer is zero when it is first shown");
    for (size_t i = 0; i < HAL_COUNT_OF(filled); i++) {
        mapped_begin();
        spoil_storage();
        mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
        mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
        expect_status(
            "prepare",
            iodma_command_prepare(&mapped.command, 0, 0, true, filled[i]),
            IODMA_OK);
        looks = 0;
        mapped.model.moment = look_at_new;
        expect_status("force",
                      iodma_command_synchronize(&mapped.command,
                                                IODMA_FORCE_DOUBLE_BUFFER),
                      IODMA_OK);
        mapped.model.moment = NULL;
        expect("it was looked at", looks != 0);
        expect_number("then it is filled", *sparse_byte(0x200000),
                      sparse_fresh(0x10a00));
        expect_ended(&mapped.command);
        expect_nothing_mapped();
    }
}

/* Pages that the CPU names by their address. */
static void maintaining_named(void)
{
    static uint8_t _Alignas(0x1000) named[0x3000];
    static struct hal_aperture aperture;
    static struct hal_region region;
    static struct iodma_memory pages[2];
    static struct iodma_memory *const members[] = { &pages[0], &pages[1] };
    hal_address first = cpu_address(named);

    check_case("E1: pages of two descriptors are maintained where they lie");
    mapped_begin_not_snooped((struct mapped_facts){ 0, 0, 0 });
    aperture = *mapped.hal.apertures;
    aperture.first = aperture.bus = first;
    aperture.last = first + (sizeof named - 1);
    region =
        (struct hal_region){ first, aperture.last, HAL_WRITE_BACK, true, NULL };
    mapped.hal.apertures = &aperture;
    mapped.hal.regions = &region;
    mapped.hal.region_count = 1;
    for (unsigned i = 0; i < HAL_COUNT_OF(pages); i++)
        pages[i] =
            buffer_of(first + 0x2000 - i * 0x2000, 0x1000, 0x1000, IODMA_IN);
    mapped.memory = several_of(members, HAL_COUNT_OF(members), IODMA_IN);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    recorded_count = 0;
    expect_prepared(&mapped.command);
    if (expect_number("cache operations", recorded_count, 2)) {
        expect_number("the first page", recorded[0].pa, first + 0x2000);
        expect_number("the other one", recorded[1].pa, first);
    }
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

/* The ends of a buffer and what is between them take three pages, one buffer
   for all of it takes one: the only one that is in reach. */
static void split_beyond_reach(void)
{
    static const struct iodma_range misaligned[ROW_RANGES] = {
        { 0x10010, 0x1000 },
    };
    static const struct iodma_spec narrow = SPEC(host64, 13, 0, 1, 1, 1);

    check_case("a list that is split is judged by its IOVA");
    mapped_begin_not_snooped((struct mapped_facts){ 0, 0x1000, 0xffff });
    mapped.memory = row_memory(misaligned, IODMA_IN);
    mapped_attach(&mapped.command, &narrow, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_number("rung", fixture_rung(&mapped.command), RUNG_WHOLE);
    expect_ended(&mapped.command);
    expect_nothing_mapped();
}

/* Pages lie apart, until one is lost; that goes on for so many questions at
   most, so that no test takes for ever. */
#define LOST ((hal_address)0x21000)

static unsigned lost_for;

static bool may_be_lost(hal_address address, hal_address *physical,
                        hal_address *length)
{
    if (lost_for != 0 && address >= LOST) {
        lost_for--;
        return false;
    }
    *physical = address ^ 0x1000;
    *length = smaller(*length, 0x1000 - modulo(address, 0x1000));
    return true;
}

static void losing(void)
{
    static const struct hal_translation translation = { may_be_lost };
    static const struct iodma_range range = { LOST - 0x1800, 0x2000 };
    hal_address offset = 0;
    uint32_t count = 2;

    check_case(
        "a list ends where a translation has lost the page that would follow");
    mapped_begin();
    expect_status("memory",
                  iodma_memory_init_virtual(&mapped.memory, &translation,
                                            &range, 1, IODMA_OUT, NULL, 0),
                  IODMA_OK);
    lost_for = 0;
    expect_status("wire", iodma_memory_prepare(&mapped.memory, IODMA_NONE),
                  IODMA_OK);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    lost_for = 64;
    expect_status("list",
                  fixture_gen(&mapped.command, &offset, mapped.list, &count),
                  IODMA_MESSAGE_TOO_LARGE);
    expect("it did not go on asking", lost_for > 48);
    expect_number("offset", offset, 0);
    lost_for = 0;
    expect_ended(&mapped.command);
    expect_nothing_mapped();
    expect_status("unwire", iodma_memory_complete(&mapped.memory), IODMA_OK);
}

int main(void)
{
    making();
    choosing();
    laying_out();
    numbered();
    failing();
    placing();
    beyond_reach();
    split_beyond_reach();
    beyond_counting();
    fragmenting();
    huge();
    nesting();
    nothing();
    two_commands();
    piecemeal();
    iterating();
    sharing();
    bouncing();
    ordering();
    forcing();
    forcing_without_windows();
    forcing_in_vain();
    submitting_in_vain();
    forcing_shows_nothing();
    maintaining_named();
    losing();
    return check_result();
}
