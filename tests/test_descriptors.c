/* SPDX-License-Identifier: MIT */
/*
 * Defends descriptors as the spec has them, what their calls refuse, and
 * indexes: they change nothing but the time.
 */
#include "hal/count_of.h"
#include "tests/descriptors_world.h"
#include "tests/model/sparse.h"

#include <string.h>

static void expect_map_length(const struct iodma_memory *memory,
                              hal_address offset, hal_address length)
{
    hal_address first = 77;

    expect_number("length", iodma_memory_map_length(memory, PAGE, &first),
                  length);
    expect_number("offset", first, offset);
    expect_number("length alone", iodma_memory_map_length(memory, PAGE, NULL),
                  length);
}

static void case_68(void)
{
    static const struct iodma_range range = { 0x12000, 2 };
    struct iodma_memory memory = memory_of(&range, 1, IODMA_INOUT);

    expect_map_length(&memory, 0, PAGE);
}

static void case_69(void)
{
    static const struct iodma_range range = { 0x12000 + PAGE - 2, 4 };
    struct iodma_memory memory = memory_of(&range, 1, IODMA_INOUT);

    expect_map_length(&memory, PAGE - 2, 2 * PAGE);
}

/* Pages 4 to 7, then 0 to 3. */
static const struct iodma_range eight_pages[] = {
    { 0x14000, 4 * PAGE },
    { 0x10000, 4 * PAGE },
};

static void case_70(void)
{
    struct iodma_memory all = memory_of(eight_pages, 2, IODMA_INOUT);
    struct iodma_memory two = part_of(&all, 3 * PAGE, 2 * PAGE, all.direction);

    expect_map_length(&all, 0, 8 * PAGE);
    expect_map_length(&two, 0, 2 * PAGE);
}

static void case_71(void)
{
    static const hal_address pages[] = { 0x13000, 0x17000, 0x10000, 0x13000 };
    static uint8_t bytes[4 * 0x1000];
    struct iodma_memory all = memory_of(eight_pages, 2, IODMA_INOUT);
    struct iodma_memory two = part_of(&all, 3 * PAGE, 2 * PAGE, all.direction);
    struct iodma_memory one = part_of(&all, 7 * PAGE, PAGE, all.direction);
    struct iodma_memory *members[] = { &all, &two, &one };
    struct iodma_memory multi = several_of(members, 3, IODMA_INOUT);

    expect_map_length(&multi, 0, 11 * PAGE);
    expect_number("read",
                  iodma_memory_read(&multi, fixture_bouncing_bus(), 7 * PAGE,
                                    bytes, sizeof bytes),
                  sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (!expect_number("a byte", bytes[i],
                           sparse_fresh(pages[i / PAGE] + i % PAGE)))
            break;
    }
}

static void map_length_of_virtual(void)
{
    static const struct iodma_range ranges[] = { { VIRTUAL + 0x800, 0x2000 } };
    struct iodma_memory memory = virtual(ranges, 1, IODMA_INOUT);

    map_four();
    expect_map_length(&memory, 0x800, 3 * PAGE);
    expect_number("in larger pages",
                  iodma_memory_map_length(&memory, 4 * PAGE, NULL), 8 * PAGE);
}

/* Bad input --------------------------------------------------------------- */

static const struct iodma_range three[] = {
    { 0x1000, 0x10 },
    { 0x3000, 0x20 },
    { 0x5000, 0x30 },
};
static const struct iodma_range wraps[] = { { TOP - 0xFFF, 0x1001 } };
static const struct iodma_range too_long[] = { { 0, TOP }, { 0, 1 } };

/* clang-format off */
static const struct {
    const char *what;
    const struct iodma_range *ranges;
    uint32_t count, direction;
    bool index;
    uint32_t index_count;
    enum iodma_status want;
} lists[] = {
    { "ranges", three, 3, IODMA_IN, false, 0, IODMA_OK },
    { "ranges with an index", three, 3, IODMA_IN, true, 2, IODMA_OK },
    { "an index of no entries", three, 3, IODMA_IN, true, 0, IODMA_OK },
    { "an index of more entries than ranges", three, 3, IODMA_IN, true, 9,
      IODMA_OK },
    { "an index of no ranges", NULL, 0, IODMA_IN, true, 4, IODMA_OK },
    { "entries, and no index", three, 3, IODMA_IN, false, 2,
      IODMA_BAD_ARGUMENT },
    { "no ranges, but some are announced", NULL, 1, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
    { "direction 4", three, 3, 4, false, 0, IODMA_BAD_ARGUMENT },
    { "a direction of all bits", three, 3, UINT32_MAX, false, 0,
      IODMA_BAD_ARGUMENT },
    { "a range that wraps", wraps, 1, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
    { "a range that wraps, and an index", wraps, 1, IODMA_IN, true, 1,
      IODMA_BAD_ARGUMENT },
    { "a sum that wraps", too_long, 2, IODMA_IN, false, 0,
      IODMA_BAD_ARGUMENT },
};

static const struct {
    const char *what;
    hal_address address, capacity, length;
    uint32_t direction;
    enum iodma_status want;
} buffers[] = {
    { "a buffer", 0x1000, 0x100, 0x80, IODMA_IN, IODMA_OK },
    { "a full one", 0x1000, 0x100, 0x100, IODMA_NONE, IODMA_OK },
    { "an empty one", 0x1000, 0x100, 0, IODMA_INOUT, IODMA_OK },
    { "one of nothing", 0x1000, 0, 0, IODMA_OUT, IODMA_OK },
    { "one up to the highest end", 0x1000, END - 0x1000, 1, IODMA_OUT,
      IODMA_OK },
    { "a length over the capacity", 0x1000, 0x100, 0x101, IODMA_IN,
      IODMA_BAD_ARGUMENT },
    { "a capacity that wraps", 0x1000, END - 0xFFF, 0x100, IODMA_IN,
      IODMA_BAD_ARGUMENT },
    { "direction 4", 0x1000, 0x100, 0x100, 4, IODMA_BAD_ARGUMENT },
};

static const struct {
    const char *what;
    hal_address offset, length; /* of 0x60 */
    uint32_t direction;
    enum iodma_status want;
} parts[] = {
    { "a part", 0x10, 0x20, IODMA_OUT, IODMA_OK },
    { "all of it", 0, 0x60, IODMA_OUT, IODMA_OK },
    { "nothing at the end", 0x60, 0, IODMA_OUT, IODMA_OK },
    { "one more", 0x10, 0x51, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "nothing behind the end", 0x61, 0, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "an end that wraps", 0x10, TOP, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "an offset that wraps", TOP, 2, IODMA_OUT, IODMA_BAD_ARGUMENT },
    { "direction 4", 0x10, 0x20, 4, IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static struct iodma_memory victim;
static struct iodma_memory untouched;

/* A descriptor that nobody made. */
static void spoil(void)
{
    memset(&victim, 0xA5, sizeof victim);
    memcpy(&untouched, &victim, sizeof victim);
}

static void expect_made(enum iodma_status got, enum iodma_status want,
                        hal_address length, uint32_t direction)
{
    expect_status("init", got, want);
    if (want != IODMA_OK) {
        expect_same("it is as before", &victim, &untouched);
        return;
    }
    expect_number("length", iodma_memory_length(&victim), length);
    expect_number("direction", iodma_memory_direction(&victim), direction);
    expect_number("tag", iodma_memory_tag(&victim), 0);
    expect_number("attached", victim.users, 0);
    expect_number("wired", victim.wired, 0);
}

static void bad_input(void)
{
    hal_address index[9];
    struct iodma_memory parent = memory_of(three, 3, IODMA_INOUT);
    struct iodma_memory huge = { .members = NULL };
    struct iodma_memory *members[] = { &parent, &parent };
    struct iodma_memory *gap[] = { &parent, NULL };
    struct iodma_memory *long_ones[] = { &huge, &parent };

    for (size_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        hal_address length = lists[i].count == 3 ? 0x60 : 0;
        hal_address *entries = lists[i].index ? index : NULL;

        check_case(lists[i].what);
        spoil();
        expect_made(iodma_memory_init_ranges(&victim, lists[i].ranges,
                                             lists[i].count, lists[i].direction,
                                             entries, lists[i].index_count),
                    lists[i].want, length, lists[i].direction);
        spoil();
        expect_made(iodma_memory_init_virtual(
                        &victim, &translation, lists[i].ranges, lists[i].count,
                        lists[i].direction, entries, lists[i].index_count),
                    lists[i].want, length, lists[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_ranges(
                          NULL, lists[i].ranges, lists[i].count,
                          lists[i].direction, entries, lists[i].index_count),
                      IODMA_BAD_ARGUMENT);
        expect_status("nowhere",
                      iodma_memory_init_virtual(
                          NULL, &translation, lists[i].ranges, lists[i].count,
                          lists[i].direction, entries, lists[i].index_count),
                      IODMA_BAD_ARGUMENT);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(buffers); i++) {
        check_case(buffers[i].what);
        spoil();
        expect_made(iodma_memory_init_buffer(
                        &victim, buffers[i].address, buffers[i].capacity,
                        buffers[i].length, buffers[i].direction),
                    buffers[i].want, buffers[i].length, buffers[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_buffer(NULL, 0, 1, 1, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(parts); i++) {
        check_case(parts[i].what);
        spoil();
        expect_made(iodma_memory_init_sub(&victim, &parent, parts[i].offset,
                                          parts[i].length, parts[i].direction),
                    parts[i].want, parts[i].length, parts[i].direction);
        expect_status("nowhere",
                      iodma_memory_init_sub(NULL, &parent, 0, 1, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
        spoil();
        expect_made(iodma_memory_init_sub(&victim, NULL, 0, 0, IODMA_IN),
                    IODMA_BAD_ARGUMENT, 0, 0);
    }

    check_case("several descriptors that make none");
    huge = buffer_of(0, TOP, TOP, IODMA_IN);
    spoil();
    expect_made(iodma_memory_init_multi(&victim, members, 2, 4),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, NULL, 1, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, gap, 2, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_made(iodma_memory_init_multi(&victim, long_ones, 2, IODMA_IN),
                IODMA_BAD_ARGUMENT, 0, 0);
    expect_status("nowhere",
                  iodma_memory_init_multi(NULL, members, 2, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_made(iodma_memory_init_multi(&victim, members, 2, IODMA_NONE),
                IODMA_OK, 0xC0, IODMA_NONE);
    expect_made(iodma_memory_init_multi(&victim, NULL, 0, IODMA_IN), IODMA_OK,
                0, IODMA_IN);
    expect_extents(&victim, 0, NULL, 0);
    expect_made(iodma_memory_init_multi(&victim, long_ones, 1, IODMA_IN),
                IODMA_OK, TOP, IODMA_IN);
}

/* A part is nobody's yet, whatever its parent is. */
static void part_is_new(void)
{
    struct iodma_memory memory = memory_of(three, 3, IODMA_INOUT);
    struct iodma_mapping mapping;

    expect_status("keep", iodma_mapping_keep(&memory, &mapping), IODMA_OK);
    make_command();
    set(&memory, true, IODMA_OK);
    victim = part_of(&memory, 0, 1, memory.direction);
    expect_number("attached", victim.users, 0);
    expect("it owns no mapping", !victim.mapping);
    expect_cleared(&command);
}

static void tags(void)
{
    struct iodma_memory none = memory_of(three, 3, IODMA_IN);
    struct iodma_memory seven = memory_of(three, 3, IODMA_IN);
    struct iodma_memory eight = memory_of(three, 3, IODMA_IN);
    struct iodma_memory *members[] = { &none, &seven, &eight };
    struct iodma_memory memory;

    iodma_memory_set_tag(&seven, 7);
    iodma_memory_set_tag(&eight, 8);
    memory = part_of(&seven, 1, 2, seven.direction);
    expect_number("a part has its parent's", iodma_memory_tag(&memory), 7);
    memory = several_of(members, 3, IODMA_IN);
    expect_number("several, the first there is", iodma_memory_tag(&memory), 7);
    memory = several_of(members, 1, IODMA_IN);
    expect_number("or none", iodma_memory_tag(&memory), 0);
}

/* An index ---------------------------------------------------------------- */

enum { MANY = 200 };

static struct iodma_range many[MANY];

/* The ranges that a seek may look at, with so many entries: those behind one
   entry. All others are made unusable. */
static void look_only_at(uint32_t i, uint32_t shift,
                         const struct iodma_range *kept)
{
    for (uint32_t k = 0; k < MANY; k++)
        many[k] = k >> shift == i >> shift
                      ? kept[k]
                      : (struct iodma_range){ 0xBAD00000, TOP >> 8 };
}

static void seeks_with(uint32_t entries, const struct iodma_memory *without,
                       const struct iodma_range *kept)
{
    static hal_address index[MANY + 1];
    struct iodma_memory with;
    uint32_t shift = 0;
    hal_address offset = 0;

    while ((MANY + (1u << shift) - 1) >> shift > entries)
        shift++;
    index[entries] = 0xABCD;
    expect_status(
        "init",
        iodma_memory_init_ranges(&with, many, MANY, IODMA_IN, index, entries),
        IODMA_OK);
    expect_number("no entry too many", index[entries], 0xABCD);
    for (hal_address at = 0; at < with.length; at++) {
        struct iodma_walk a;
        struct iodma_walk b;

        (void)iodma_walk_begin(&a, without, at);
        (void)iodma_walk_begin(&b, &with, at);
        iodma_walk_settle(&a);
        iodma_walk_settle(&b);
        if (!expect("the range", b.range == a.range) ||
            !expect_number("the place in it", b.within, a.within))
            break;
    }
    for (uint32_t i = 0; i < MANY; i++) {
        struct iodma_walk walk;

        if (kept[i].length == 0)
            continue;
        look_only_at(i, shift, kept);
        (void)iodma_walk_begin(&walk, &with, offset + kept[i].length - 1);
        iodma_walk_settle(&walk);
        if (!expect("found by few steps", walk.range == &many[i]))
            break;
        offset += kept[i].length;
    }
    memcpy(many, kept, sizeof many);
}

static void indexes(void)
{
    static const uint32_t entries[] = { 1, 2, 3, MANY / 16, MANY - 1, MANY };
    static struct iodma_range kept[MANY];
    struct iodma_memory without;
    uint64_t seed = 5;

    for (uint32_t i = 0; i < MANY; i++)
        many[i] =
            (struct iodma_range){ 0x10000 + 0x20 * i, random_below(&seed, 10) };
    many[0].length = 0;
    many[MANY - 1].length = 3;
    memcpy(kept, many, sizeof kept);
    without = memory_of(many, MANY, IODMA_IN);
    for (size_t i = 0; i < HAL_COUNT_OF(entries); i++)
        seeks_with(entries[i], &without, kept);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 68, "the map length of two bytes", case_68 },
    { 69, "the map length over a seam of pages", case_69 },
    { 70, "the map length of ranges and of a part", case_70 },
    { 71, "the map length of several, and reading them", case_71 },
    { 0, "the map length of a virtual descriptor", map_length_of_virtual },
    { 0, "a part of what is in use is not", part_is_new },
    { 0, "a tag is the parent's, or the first of the members'", tags },
    { 0, "an index changes nothing but the time", indexes },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    bad_input();
    return check_result();
}
