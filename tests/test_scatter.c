/* SPDX-License-Identifier: MIT */
/*
 * The demo's memory is strewn as tests/images/scatter.h says: each byte of
 * the stream has one place, in ranges that touch within a group and lie apart
 * between groups, in another order; what lies between is known.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/images/scatter.h"
#include "tests/reach.h"

#include <string.h>

#define KIB UINT64_C(0x400)
#define MIB UINT64_C(0x100000)

enum {
    SEEDS = 100,
    GROUP_RANGES = 3,
    GROUPS_FROM = 96, /* as tests/images/demo.c has them           */
    GROUPS_TO = 128,
    ORDERED = 16, /* so many are in order by chance once in 16! times */
};

/* Of the demo: a stream so long has so many ranges. */
#define MANY (512 * KIB)
enum { LEAST_RANGES = 64 };

static struct scatter scatter;

/* What the demos strew by: that of a board with a disk, and of one without. */
static const struct scatter_grain coarse = { 4, 4096 };
static const struct scatter_grain fine = { 1, 64 };
static struct scatter_grain grain;

/* The groups again, from ranges that touch. */
static struct iodma_range groups[SCATTER_RANGES];
static uint32_t group_count;

static const struct scatter_area two[SCATTER_AREAS] = {
    { 0x48200000, 64 * MIB },
    { 8 * FAR, 64 * MIB },
};
static const struct scatter_area one[SCATTER_AREAS] = {
    { 0, 0 },
    { 8 * FAR, 64 * MIB },
};

/* All of the stream is in the ranges, and its last bytes in the last one. */
static bool covers(hal_address length)
{
    hal_address total = 0;

    for (uint32_t i = 0; i < scatter.range_count; i++) {
        const struct iodma_range *range = &scatter.ranges[i];

        total += range->length;
        if (!expect("range is not empty", range->length != 0) ||
            !expect_number("address modulo the unit",
                           modulo(range->address, grain.unit), 0) ||
            !expect_number("length modulo the unit",
                           i + 1 < scatter.range_count
                               ? modulo(range->length, grain.unit)
                               : 0,
                           0))
            return false;
    }
    return expect_number("bytes", total, length);
}

static bool find_groups(void)
{
    struct iodma_range *group = NULL;
    uint32_t ranges = 0;

    group_count = 0;
    for (uint32_t i = 0; i < scatter.range_count; i++) {
        const struct iodma_range *range = &scatter.ranges[i];

        if (group && group->address + group->length == range->address) {
            group->length += range->length;
            ranges++;
        } else {
            group = &groups[group_count++];
            *group = *range;
            ranges = 1;
        }
        if (!expect("one to three ranges in a group", ranges <= GROUP_RANGES))
            return false;
    }
    return expect_number("groups", scatter.group_count, group_count);
}

static const struct iodma_range *at(const struct iodma_range *ranges,
                                    uint32_t count, hal_address address)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ranges[i].address == address)
            return &ranges[i];
    }
    return NULL;
}

/* From its base on an area is gap, group, gap, ... and gap. */
static bool alternates(const struct scatter_area *area, uint32_t *gaps_seen,
                       uint32_t *groups_seen)
{
    hal_address address = area->base;

    for (;;) {
        const struct iodma_range *gap =
            at(scatter.gaps, scatter.gap_count, address);
        const struct iodma_range *group;

        if (!expect("a gap before and behind each group", gap != NULL) ||
            !expect("a gap of some size", gap->length >= SCATTER_GUARD))
            return false;
        address += gap->length;
        ++*gaps_seen;

        group = at(groups, group_count, address);
        if (!group)
            return expect("all is within the area",
                          address - area->base <= area->size);
        address += group->length;
        ++*groups_seen;
    }
}

static bool lies_apart(const struct scatter_area *areas)
{
    uint32_t gaps_seen = 0;
    uint32_t groups_seen = 0;

    for (uint32_t i = 0; i < SCATTER_AREAS; i++) {
        if (areas[i].size != 0 &&
            !alternates(&areas[i], &gaps_seen, &groups_seen))
            return false;
    }
    return expect_number("gaps in an area", gaps_seen, scatter.gap_count) &&
           expect_number("groups in an area", groups_seen, group_count);
}

static bool is_in_order(void)
{
    for (uint32_t i = 1; i < group_count; i++) {
        if (groups[i].address < groups[i - 1].address)
            return false;
    }
    return true;
}

static bool strewn(const struct scatter_area *areas, hal_address length,
                   uint32_t wanted, uint64_t seed)
{
    memset(&scatter, 0xA5, sizeof scatter);
    return expect("there is room", scatter_make(&scatter, areas, grain, length,
                                                wanted, &seed)) &&
           expect("no more groups than wanted",
                  scatter.group_count >= 1 && scatter.group_count <= wanted) &&
           covers(length) && find_groups() && lies_apart(areas) &&
           expect("in another order", group_count < ORDERED || !is_in_order());
}

static void expect_for_all(const char *what, const struct scatter_area *areas)
{
    static const uint32_t wanted[] = { 1, 2, 17, GROUPS_FROM, GROUPS_TO };
    static const hal_address lengths[] = {
        511,      512,  513,      4095,    4096,    4097,
        64 * KIB, MANY, MANY + 3, 1048653, 8 * MIB, 32 * MIB,
    };
    uint64_t seed = 1;
    bool right = true;

    check_case(what);
    for (uint32_t i = 0; right && i < HAL_COUNT_OF(wanted); i++) {
        for (hal_address length = 1; right && length <= 300; length++)
            right = strewn(areas, length, wanted[i], length);
        for (uint32_t k = 0; right && k < HAL_COUNT_OF(lengths) * SEEDS; k++)
            right =
                strewn(areas, lengths[k % HAL_COUNT_OF(lengths)], wanted[i], k);
        for (uint32_t k = 0; right && k < SEEDS; k++)
            right = strewn(
                areas, 1 + random_below(&seed, 1u << random_below(&seed, 24)),
                wanted[i], k);
    }
}

static void many_ranges(void)
{
    bool right = true;

    check_case("512 KiB and more have 64 ranges at least");
    for (uint32_t seed = 0; right && seed < 10 * SEEDS; seed++) {
        right = strewn(two, MANY + seed % 7, GROUPS_FROM, seed) &&
                expect("96 groups", scatter.range_count >= LEAST_RANGES) &&
                strewn(two, 2 * MIB + seed % 7, GROUPS_TO, seed) &&
                expect("128 groups", scatter.range_count >= LEAST_RANGES);
    }
}

static void pages(void)
{
    uint32_t whole = 0;
    uint32_t elsewhere = 0;
    uint32_t all = 0;
    uint32_t low = 0;

    check_case("most groups are whole pages, some begin anywhere");
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        if (!strewn(two, 2 * MIB, GROUPS_FROM, seed))
            break;
        for (uint32_t i = 0; i < group_count; i++) {
            bool aligned = modulo(groups[i].address, grain.page) == 0;

            whole +=
                aligned && modulo(groups[i].length, grain.page) == 0 ? 1 : 0;
            elsewhere += aligned ? 0 : 1;
            low += groups[i].address < two[1].base ? 1 : 0;
        }
        all += group_count;
    }
    expect("more than half are whole pages", whole > all / 2);
    expect("more than one in twenty begins anywhere", elsewhere > all / 20);

    check_case("and both areas have their share");
    expect("of the lower", low > all / 3);
    expect("of the upper", low < 2 * all / 3);
}

static void no_room(void)
{
    static const struct scatter_area none[SCATTER_AREAS] = { { 0x1000, 0 } };
    static const struct scatter_area small[SCATTER_AREAS] = {
        { 0x10000, 12 * KIB },
        { 0x20000, 16 * KIB },
    };
    uint64_t seed = 1;

    check_case("areas that are too small are refused");
    expect("none at all", !scatter_make(&scatter, none, grain, 1, 1, &seed));
    expect("none for all of it",
           !scatter_make(&scatter, small, grain, 28 * KIB, 2, &seed));
    expect("none large enough",
           !scatter_make(&scatter, small, grain, 20 * KIB, 1, &seed));

    check_case("areas that may be large enough hold what is accepted");
    for (uint32_t i = 0; i < 10 * SEEDS; i++) {
        hal_address length = 1 + random_below(&seed, 20 * KIB);

        if (scatter_make(&scatter, small, grain, length, 2, &seed) &&
            (!covers(length) || !find_groups() || !lies_apart(small)))
            break;
    }
}

static void tight(void)
{
    bool right = true;

    check_case("an area with room for what lies between takes any stream");
    for (uint32_t seed = 0; right && seed < 100 * SEEDS; seed++) {
        uint32_t wanted = 1 + seed % SCATTER_GROUPS;
        hal_address length = 1 + seed;
        struct scatter_area area[SCATTER_AREAS] = {
            { 0x20001000,
              length + wanted * SCATTER_OVERHEAD(grain.page) + SCATTER_GUARD },
        };

        right = strewn(area, length, wanted, seed);
    }
}

static void repeats(void)
{
    static struct scatter first;

    check_case("a seed strews the same way again, another does not");
    expect("first", strewn(two, MANY, GROUPS_FROM, 7));
    first = scatter;
    expect("again", strewn(two, MANY, GROUPS_FROM, 7));
    expect_bytes("the same", &scatter, &first, sizeof first);
    expect("another", strewn(two, MANY, GROUPS_FROM, 8));
    expect("not the same", memcmp(&scatter, &first, sizeof first) != 0);
}

int main(void)
{
    grain = coarse;
    expect_for_all("a stream is strewn over two areas", two);
    expect_for_all("or over one", one);
    many_ranges();
    pages();
    no_room();
    repeats();

    grain = fine;
    expect_for_all("or finely, any byte", one);
    tight();
    return check_result();
}
