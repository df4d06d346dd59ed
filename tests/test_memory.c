/* SPDX-License-Identifier: MIT */
/* The walk joins what touches and stops where the descriptor stops. */
#include "dma/memory.h"
#include "dma/walk.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reach.h"

#define TOP HAL_ADDRESS_MAX
#define END HIGHEST_END(1)

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range ranges[4];
    uint32_t count;
    hal_address from, most;
    struct iodma_extent want[4]; /* ends at length 0 */
} walks[] = {
    { "touching ranges come out as one extent",
      { { 0x1000, 0x100 }, { 0x1100, 0x100 } }, 2, 0, TOP,
      { { 0, 0x1000, 0x200 } } },
    { "ranges that do not touch come out one by one, in their order",
      { { 0x3000, 0x10 }, { 0x1000, 0x20 }, { 0x1021, 0x30 } }, 3, 0, TOP,
      { { 0, 0x3000, 0x10 }, { 0x10, 0x1000, 0x20 },
        { 0x30, 0x1021, 0x30 } } },
    { "a range that begins where the next one ends does not touch it",
      { { 0x1100, 0x100 }, { 0x1000, 0x100 } }, 2, 0, TOP,
      { { 0, 0x1100, 0x100 }, { 0x100, 0x1000, 0x100 } } },
    { "overlapping ranges are walked as given",
      { { 0x1000, 0x100 }, { 0x10F0, 0x100 } }, 2, 0, TOP,
      { { 0, 0x1000, 0x100 }, { 0x100, 0x10F0, 0x100 } } },
    { "empty ranges are skipped, and do not part what touches",
      { { 0x5000, 0 }, { 0x1000, 0x100 }, { 0x9000, 0 }, { 0x1100, 1 } }, 4,
      0, TOP, { { 0, 0x1000, 0x101 } } },
    { "a walk begins inside a range",
      { { 0x1000, 0x100 }, { 0x8000, 0x100 } }, 2, 0x80, TOP,
      { { 0x80, 0x1080, 0x80 }, { 0x100, 0x8000, 0x100 } } },
    { "a walk begins at the seam of two ranges",
      { { 0x1000, 0x100 }, { 0x8000, 0x100 } }, 2, 0x100, TOP,
      { { 0x100, 0x8000, 0x100 } } },
    { "no more is taken than asked for",
      { { 0x1000, 0x100 }, { 0x1100, 0x100 } }, 2, 0, 0xC0,
      { { 0, 0x1000, 0xC0 }, { 0xC0, 0x10C0, 0xC0 },
        { 0x180, 0x1180, 0x80 } } },
    { "what is asked for may end at a seam",
      { { 0x1000, 0x100 }, { 0x1100, 0x100 } }, 2, 0, 0x100,
      { { 0, 0x1000, 0x100 }, { 0x100, 0x1100, 0x100 } } },
    { "a walk from the end finds nothing",
      { { 0x1000, 0x100 } }, 1, 0x100, TOP, { { 0, 0, 0 } } },
    { "a descriptor without ranges holds nothing",
      { { 0, 0 } }, 0, 0, TOP, { { 0, 0, 0 } } },
    { "the last byte there may be is reached",
      { { END - 0x10, 0x10 } }, 1, 0, TOP, { { 0, END - 0x10, 0x10 } } },
    { "ranges that touch may end there",
      { { END - 0x20, 0x10 }, { END - 0x10, 0x10 } }, 2, 0, TOP,
      { { 0, END - 0x20, 0x20 } } },
    { "the first address does not touch the last",
      { { END - 0x10, 0x10 }, { 0, 0x10 } }, 2, 0, TOP,
      { { 0, END - 0x10, 0x10 }, { 0x10, 0, 0x10 } } },
    { "nor does it behind a range of nothing",
      { { END - 0x10, 0x10 }, { 0, 0 }, { 0, 0x10 } }, 3, 8, TOP,
      { { 8, END - 8, 8 }, { 0x10, 0, 0x10 } } },
};
/* clang-format on */

static void walking(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(walks); i++) {
        struct iodma_memory memory;
        struct iodma_extent extent = { 1, 2, 3 };
        struct iodma_walk walk;
        size_t n = 0;

        check_case(walks[i].what);
        expect_status("init",
                      iodma_memory_init_ranges(&memory, walks[i].ranges,
                                               walks[i].count, IODMA_OUT, NULL,
                                               0),
                      IODMA_OK);
        expect_status("begin", iodma_walk_begin(&walk, &memory, walks[i].from),
                      IODMA_OK);
        for (; n < HAL_COUNT_OF(walks[i].want) && walks[i].want[n].length;
             n++) {
            expect_status("next",
                          iodma_walk_next(&walk, walks[i].most, &extent),
                          IODMA_OK);
            expect_number("offset", extent.offset, walks[i].want[n].offset);
            expect_number("address", extent.address, walks[i].want[n].address);
            expect_number("length", extent.length, walks[i].want[n].length);
        }
        extent = (struct iodma_extent){ 1, 2, 3 };
        expect_status("at the end",
                      iodma_walk_next(&walk, walks[i].most, &extent),
                      IODMA_OVERRUN);
        expect_status("and again",
                      iodma_walk_next(&walk, walks[i].most, &extent),
                      IODMA_OVERRUN);
        expect_number("the extent is as before", extent.length, 3);
    }
}

/* clang-format off */
static const struct {
    unsigned number;
    const char *what;
    struct iodma_range ranges[3];
    uint32_t count;
    uint32_t direction;
    enum iodma_status want;
} descriptors[] = {
    { 73, "a range that wraps is refused", { { TOP - 0xFFF, 0x2000 } }, 1,
      IODMA_IN, IODMA_BAD_ARGUMENT },
    { 73, "lengths whose sum wraps are refused",
      { { 0, TOP }, { 0, 1 } }, 2, IODMA_IN, IODMA_BAD_ARGUMENT },
    { 0, "a length one over what the address leaves is refused",
      { { 0x1000, END - 0xFFF } }, 1, IODMA_IN, IODMA_BAD_ARGUMENT },
    { 0, "a length that the address just leaves is taken",
      { { 0x1000, END - 0x1000 } }, 1, IODMA_IN, IODMA_OK },
    { 0, "one more of the last byte is refused", { { END - 1, 2 } }, 1, IODMA_IN,
      IODMA_BAD_ARGUMENT },
    { 0, "all that a length can tell is taken, in two", 
      { { 0, TOP - 1 }, { 0, 1 } }, 2, IODMA_IN, IODMA_OK },
    { 0, "direction 4 is none", { { 0, 1 } }, 1, 4, IODMA_BAD_ARGUMENT },
    { 0, "direction None is one", { { 0, 1 } }, 1, IODMA_NONE, IODMA_OK },
};
/* clang-format on */

static void describing(void)
{
    struct iodma_memory memory;

    for (size_t i = 0; i < HAL_COUNT_OF(descriptors); i++) {
        memory = (struct iodma_memory){ .length = 77 };
        check_spec(descriptors[i].number, descriptors[i].what);
        expect_status("init",
                      iodma_memory_init_ranges(
                          &memory, descriptors[i].ranges, descriptors[i].count,
                          descriptors[i].direction, NULL, 0),
                      descriptors[i].want);
        if (descriptors[i].want != IODMA_OK)
            expect_number("the descriptor is as before", memory.length, 77);
    }

    check_case("missing pointers are refused");
    expect_status("no descriptor",
                  iodma_memory_init_ranges(NULL, descriptors[0].ranges, 1,
                                           IODMA_IN, NULL, 0),
                  IODMA_BAD_ARGUMENT);
    expect_status("no ranges",
                  iodma_memory_init_ranges(&memory, NULL, 1, IODMA_IN, NULL, 0),
                  IODMA_BAD_ARGUMENT);
    expect_status("no ranges, but none announced",
                  iodma_memory_init_ranges(&memory, NULL, 0, IODMA_IN, NULL, 0),
                  IODMA_OK);
    expect_number("length", memory.length, 0);
}

static void beginning(void)
{
    static const struct iodma_range range = { 0x1000, 0x100 };
    struct iodma_walk walk = { .offset = 55 };
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_memory memory;
    hal_address address = 0;

    check_case("a walk cannot begin past the end");
    expect_status(
        "init", iodma_memory_init_ranges(&memory, &range, 1, IODMA_IN, NULL, 0),
        IODMA_OK);
    expect_status("begin", iodma_walk_begin(&walk, &memory, 0x101),
                  IODMA_INTERNAL_ERROR);
    expect_number("the walk is as before", walk.offset, 55);

    check_case("a walk that has taken all is at the end");
    expect_status("begin", iodma_walk_begin(&walk, &memory, 0x80), IODMA_OK);
    expect_status("next", iodma_walk_next(&walk, 0x80, &extent), IODMA_OK);
    expect_status("next", iodma_walk_next(&walk, 1, &extent), IODMA_OVERRUN);
    expect_status("begin", iodma_walk_begin(&walk, &memory, 0x100), IODMA_OK);
    expect_status("next", iodma_walk_next(&walk, 1, &extent), IODMA_OVERRUN);

    check_case("to look at the next byte takes nothing");
    expect_status("begin", iodma_walk_begin(&walk, &memory, 0x80), IODMA_OK);
    expect_number("look", iodma_walk_look(&walk, 1, &address), 1);
    expect_number("its address", address, 0x1080);
    expect_number("look again", iodma_walk_look(&walk, 1, &address), 1);
    expect_number("its address", address, 0x1080);
    expect_status("next", iodma_walk_next(&walk, TOP, &extent), IODMA_OK);
    expect_number("address", extent.address, 0x1080);
    expect_number("length", extent.length, 0x80);
    expect_number("look at the end", iodma_walk_look(&walk, 1, &address), 0);
}

/* Only a whole list of ranges can have an index, and it needs room. */
static void indexing(void)
{
    static const struct iodma_range range = { 0x1000, 0x100 };
    struct iodma_memory list, part, buffer, several;
    struct iodma_memory *const members[] = { &list };
    hal_address index[1] = { 7 };
    const struct {
        const char *what;
        struct iodma_memory *memory;
        hal_address *index;
        uint32_t entries;
    } refused[] = {
        { "an index of no memory", NULL, index, 1 },
        { "an index that is none", &list, NULL, 1 },
        { "an index without entries", &list, index, 0 },
        { "an index of a part of a list", &part, index, 1 },
        { "an index of a buffer", &buffer, index, 1 },
        { "an index of several", &several, index, 1 },
    };

    check_case("what may have an index, and what may not");
    expect_status("list", iodma_memory_init_list(&list, &range, 1, IODMA_IN),
                  IODMA_OK);
    expect_status("part", iodma_memory_init_sub(&part, &list, 0, 8, IODMA_IN),
                  IODMA_OK);
    expect_status("buffer",
                  iodma_memory_init_buffer(&buffer, 0x1000, 64, 64, IODMA_IN),
                  IODMA_OK);
    expect_status("several",
                  iodma_memory_init_multi(&several, members, 1, IODMA_IN),
                  IODMA_OK);
    for (size_t i = 0; i < HAL_COUNT_OF(refused); i++) {
        check_case(refused[i].what);
        expect_status("refused",
                      iodma_memory_index(refused[i].memory, refused[i].index,
                                         refused[i].entries),
                      IODMA_BAD_ARGUMENT);
        expect_number("untouched", index[0], 7);
    }
    check_case("an index of a list");
    expect_status("index", iodma_memory_index(&list, index, 1), IODMA_OK);
    expect_number("the first range", index[0], 0);
}

int main(void)
{
    walking();
    describing();
    beginning();
    indexing();
    return check_result();
}
