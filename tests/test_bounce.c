/* SPDX-License-Identifier: MIT */
/* Whoever asks for storage gets the lowest run there is, as long as it may be
   and where it has to be; is refused only what nowhere is; and the pool is
   whole again when all has come back. */
#include "dma/bounce.h"
#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

/* Blocks --------------------------------------------------------------------
 */

enum { MOST_BLOCKS = 128 };

static struct iodma_blocks blocks;
static uint32_t block_words[IODMA_BLOCK_WORDS(MOST_BLOCKS) + 1];

static bool block_is_free(uint32_t block)
{
    return (blocks.free[block / 32] >> block % 32 & 1) != 0;
}

/* Blocks as in a picture: '.' is free, all else in use. */
static void draw(const char *picture)
{
    uint32_t count = (uint32_t)strlen(picture);
    uint32_t from = 0;
    uint32_t first;

    memset(block_words, 0xA5, sizeof block_words);
    iodma_blocks_init(&blocks, block_words, count);
    expect("all are taken at once",
           iodma_blocks_take(
               &blocks,
               &(struct iodma_blocks_wish){ count, count, 1, 0, count },
               &first) == count);
    for (uint32_t i = 0; i < count; i++) {
        if (picture[i] != '.')
            from = i + 1;
        else if (i + 1 == count || picture[i + 1] != '.')
            iodma_blocks_give_back(&blocks, from, i + 1 - from);
    }
}

static void expect_picture(const char *picture)
{
    uint32_t count = (uint32_t)strlen(picture);
    char got[MOST_BLOCKS + 1] = { 0 };
    uint32_t in_use = 0;

    for (uint32_t i = 0; i < count; i++) {
        bool is_free = block_is_free(i);

        in_use += !is_free;
        got[i] = is_free ? '.' : '#';
        if (!is_free && picture[i] != '.')
            got[i] = picture[i];
    }
    expect_bytes("blocks", got, picture, count);
    expect_number("in use", blocks.in_use, in_use);
    for (uint32_t i = count; i < IODMA_BLOCK_WORDS(count) * 32; i++)
        expect("there is no block behind the last", !block_is_free(i));
    expect_number("the word behind", block_words[IODMA_BLOCK_WORDS(count)],
                  0xA5A5A5A5);
}

#define NO_END 1000

/* What is taken is 'o' afterwards. */
/* clang-format off */
static const struct {
    const char *what;
    const char *before, *after;
    struct iodma_blocks_wish wish;
} takes[] = {
    { "one block: the lowest", "##.#...#", "##o#...#", { 1, 1, 1, 0, 8 } },
    { "a run: the lowest that is long enough", "#.##...#....",
      "#.##ooo#....", { 3, 3, 1, 0, 12 } },
    { "a run up to the last block", "#.#..##...", "#.#..##ooo",
      { 3, 3, 1, 0, 10 } },
    { "all there is", "......", "oooooo", { 6, 6, 1, 0, 6 } },
    { "as many as may be, not the first that suffice", "..#....#...",
      "..#oooo#...", { 1, 4, 1, 0, 11 } },
    { "the longest, if none has as many as may be", "..#....#...",
      "..#oooo#...", { 1, 9, 1, 0, 11 } },
    { "the lowest of the longest", ".##...##...#", ".##ooo##...#",
      { 1, 9, 1, 0, 12 } },
    { "a multiple of the least", "...#.....#", "...#oooo.#",
      { 2, 6, 1, 0, 10 } },
    { "the lowest, if longer ones have no more multiples", "..#...#.",
      "oo#...#.", { 2, 6, 1, 0, 8 } },
    { "no multiple, if it is all that may be", "#.....#.", "#ooooo#.",
      { 5, 5, 1, 0, 8 } },
    { "more than there are blocks: what there is", "......",  "oooo..",
      { 4, UINT32_MAX, 1, 0, 6 } },
    { "nothing, if no run is long enough", "..#..#..", "..#..#..",
      { 3, 3, 1, 0, 8 } },
    { "nothing, if every run is one too short", "....#....#",
      "....#....#", { 5, 5, 1, 0, 10 } },
    { "nothing, if the least is more than the longest", "..#...#.",
      "..#...#.", { 4, 8, 1, 0, 8 } },
    { "nothing, if there are too few blocks", "....", "....",
      { 5, 5, 1, 0, 4 } },
    { "nothing, if none is free", "####", "####", { 1, 1, 1, 0, 4 } },
    { "nothing, if one is wanted and none is free", "####", "####",
      { 1, 4, 1, 0, 4 } },
    { "aligned: from within a free run on", "#......#....", "#...ooo#....",
      { 3, 3, 4, 0, 12 } },
    { "aligned: not where the run is too short from there", "#.....#.....",
      "#.....#.ooo.", { 3, 3, 4, 0, 12 } },
    { "aligned, at a phase", "#......#....", "#..ooo.#....",
      { 3, 3, 4, 3, 12 } },
    { "at a phase beyond the alignment: modulo it", "#......#....",
      "#..ooo.#....", { 3, 3, 4, 7, 12 } },
    { "aligned, the longest", "....#...........", "....#...oooooooo",
      { 1, 9, 8, 0, 16 } },
    { "aligned to more than there are: block 0 or none", "......", "oo....",
      { 2, 2, UINT32_C(1) << 31, 0, 6 } },
    { "aligned to more than there are, at a phase", "......", "...oo.",
      { 2, 2, UINT32_C(1) << 31, 3, 6 } },
    { "nothing, if the phase is behind the last", "......", "......",
      { 1, 1, UINT32_C(1) << 31, 6, 6 } },
    { "nothing from the end on", "###..#....", "###..#....",
      { 3, 3, 1, 0, 8 } },
    { "the last before the end", "####.#....", "####.#oo..",
      { 2, 2, 1, 0, 8 } },
    { "not one beyond the end", "###..#....", "###oo#....",
      { 1, 4, 1, 0, 8 } },
    { "an end of 0: nothing", "......", "......", { 1, 1, 1, 0, 0 } },
    { "an end before the first that is free: nothing", "###...", "###...",
      { 1, 1, 1, 0, 3 } },
    { "an end beyond the last: all", "#.....", "#ooooo",
      { 1, 8, 1, 0, NO_END } },
    { "across the seam of two words", "#.##############################..#.",
      "#.##############################oo#.", { 2, 2, 1, 0, NO_END } },
    { "over it", "################################"
                 "...............................#",
      "################################ooooooooooooooooooooooooooooooo#",
      { 31, 31, 1, 0, NO_END } },
    { "all of a word and its neighbours",
      "#..............................."
      "................................"
      "..#",
      "#ooooooooooooooooooooooooooooooo"
      "oooooooooooooooooooooooooooooooo"
      "oo#", { 65, 65, 1, 0, NO_END } },
};

static const struct {
    const char *what;
    const char *before, *after;
    uint32_t first, count;
} gives[] = {
    { "one block", "######", "##.###", 2, 1 },
    { "a run", "######", "##...#", 2, 3 },
    { "all", "######", "......", 0, 6 },
    { "what is free already: nothing", "##.###", "##.###", 2, 1 },
    { "a run that is free at its end: nothing", "###.##", "###.##", 1, 3 },
    { "a run that is free within: nothing", "##.###", "##.###", 1, 4 },
    { "the block behind the last: nothing", "######", "######", 6, 1 },
    { "more than there are: nothing", "######", "######", 2, 5 },
    { "so many that they wrap: nothing", "######", "######", 3, UINT32_MAX },
    { "none: nothing", "######", "######", 2, 0 },
    { "the last one's neighbour in its word: nothing",
      "################################", "################################",
      31, 2 },
    { "over the seam of two words",
      "####################################",
      "##############################...###", 30, 3 },
    { "more than a word",
      "####################################"
      "################################",
      "##############################......"
      "..............................##", 30, 36 },
};
/* clang-format on */

static void take_blocks(void)
{
    for (size_t i = 0; i < COUNT_OF(takes); i++) {
        const char *mine = strchr(takes[i].after, 'o');
        uint32_t first = 77;
        uint32_t got;

        check_case(takes[i].what);
        draw(takes[i].before);
        expect_picture(takes[i].before);
        got = iodma_blocks_take(&blocks, &takes[i].wish, &first);
        expect_picture(takes[i].after);
        expect_number("blocks taken", got, mine ? strspn(mine, "o") : 0);
        expect_number("the first", first,
                      mine ? (uint64_t)(mine - takes[i].after) : 77);
    }
}

static void give_blocks(void)
{
    for (size_t i = 0; i < COUNT_OF(gives); i++) {
        check_case(gives[i].what);
        draw(gives[i].before);
        iodma_blocks_give_back(&blocks, gives[i].first, gives[i].count);
        expect_picture(gives[i].after);
    }

    check_case("one at a time: given back only once");
    draw("#.##");
    iodma_blocks_give_one(&blocks, 2);
    expect_picture("#..#");
    iodma_blocks_give_one(&blocks, 2);
    expect_picture("#..#");
    expect_number("the lowest", iodma_blocks_take_one(&blocks), 1);
    expect_number("the next", iodma_blocks_take_one(&blocks), 2);
    expect_picture("####");
    expect("none is left", iodma_blocks_full(&blocks));
    expect_number("high water", blocks.high_water, 4);
}

/* A pool ------------------------------------------------------------------- */

enum { MOST_GRANULES = 1024 };

/* It, and a naive account of what it should be. */
static struct {
    struct iodma_bounce bounce;
    uint32_t words[IODMA_BLOCK_WORDS(MOST_GRANULES) + 1];
    struct hal_loan loans[4];
    uint64_t base;
    uint64_t granule;
    uint32_t count;
    uint32_t in_use;
    uint32_t high_water;
    bool taken[MOST_GRANULES];
    struct lent {
        uint32_t first;
        uint32_t count;
    } lent[MOST_GRANULES];
    uint32_t lent_count;
} pool;

static bool make_pool(uint64_t base, uint32_t count, uint32_t granule)
{
    memset(&pool, 0, sizeof pool);
    memset(pool.words, 0xA5, sizeof pool.words);
    pool.base = base;
    pool.granule = granule;
    pool.count = count;
    return expect_status("init",
                         iodma_bounce_init(&pool.bounce, base,
                                           (uint64_t)count * granule, granule,
                                           pool.words, pool.loans,
                                           COUNT_OF(pool.loans)),
                         IODMA_OK);
}

static uint64_t address_of(uint32_t granule)
{
    return pool.base + granule * pool.granule;
}

static bool may_be_lent(uint32_t granule, uint64_t highest)
{
    return !pool.taken[granule] &&
           address_of(granule) + (pool.granule - 1) <= highest;
}

/* What a wish should get; a count of 0: nothing. From above: what is found
   later is lower. */
static struct lent find(const struct hal_bounce_wish *wish)
{
    struct lent best = { 0, 0 };
    uint64_t size = 0; /* from a granule up to the next that is not to be had */

    for (uint32_t first = pool.count; first-- != 0;) {
        uint64_t given;

        size = may_be_lent(first, wish->highest) ? size + pool.granule : 0;
        given =
            size < wish->at_most ? size - size % wish->at_least : wish->at_most;
        if ((address_of(first) - wish->phase) % wish->alignment == 0 &&
            given != 0 && given >= best.count * pool.granule)
            best = (struct lent){ first, (uint32_t)(given / pool.granule) };
    }
    return best;
}

static bool same_account(void)
{
    return expect_number("in use", iodma_bounce_in_use(&pool.bounce),
                         pool.in_use) &&
           expect_number("high water", iodma_bounce_high_water(&pool.bounce),
                         pool.high_water);
}

/* Take it from both. */
static bool take_wish(const struct hal_bounce_wish *wish)
{
    struct lent want = find(wish);
    hal_address address = 0x5EED;
    hal_address size = 0x5EED;
    enum iodma_status status =
        pool.bounce.hal.ops->take(&pool.bounce.hal, wish, &address, &size);

    if (want.count == 0)
        return expect_status("take", status, IODMA_NO_RESOURCES) &&
               expect_number("address, refused", address, 0x5EED) &&
               expect_number("size, refused", size, 0x5EED) && same_account();

    memset(&pool.taken[want.first], true, want.count);
    pool.lent[pool.lent_count++] = want;
    pool.in_use += want.count;
    if (pool.in_use > pool.high_water)
        pool.high_water = pool.in_use;
    return expect_status("take", status, IODMA_OK) &&
           expect_number("address", address, address_of(want.first)) &&
           expect_number("size", size, want.count * pool.granule) &&
           same_account();
}

/* The same for a number of granules, anywhere. */
static bool take(uint32_t count)
{
    return take_wish(&(struct hal_bounce_wish){ count * pool.granule,
                                                count * pool.granule,
                                                pool.granule, 0, UINT64_MAX });
}

static void hand_back(uint64_t address, uint64_t size)
{
    pool.bounce.hal.ops->give_back(&pool.bounce.hal, address, size);
}

/* Give back to both: some, or all, of what was taken at once. */
static bool give_back(uint32_t index, uint32_t count)
{
    struct lent *lent = &pool.lent[index];

    hand_back(address_of(lent->first), count * pool.granule);
    memset(&pool.taken[lent->first], false, count);
    lent->first += count;
    lent->count -= count;
    if (lent->count == 0)
        *lent = pool.lent[--pool.lent_count];
    pool.in_use -= count;
    return same_account();
}

static bool whole_again(void)
{
    while (pool.lent_count != 0) {
        if (!give_back(pool.lent_count / 2,
                       pool.lent[pool.lent_count / 2].count))
            return false;
    }
    return take(pool.count) && give_back(0, pool.count) &&
           expect_number("the word behind",
                         pool.words[IODMA_BLOCK_WORDS(pool.count)], 0xA5A5A5A5);
}

/* At random ---------------------------------------------------------------- */

/* One granule or a run, more often small than not; now and then of any length
   that will do, at any phase of any alignment, below any address. */
static bool take_anything(uint64_t *seed, uint32_t most)
{
    uint32_t count = 1 + random_below(seed, 1 + random_below(seed, most));
    struct hal_bounce_wish wish = {
        .at_least = count * pool.granule,
        .at_most = count * pool.granule,
        .alignment = pool.granule,
        .highest = UINT64_MAX,
    };

    if (random_below(seed, 3) == 0)
        return take(1);
    if (random_below(seed, 3) == 0) {
        wish.at_least = pool.granule << random_below(seed, 4);
        wish.at_most = wish.at_least * count;
    }
    if (random_below(seed, 3) == 0) {
        wish.alignment = pool.granule << random_below(seed, 5);
        wish.phase = random_below(seed, 16) * pool.granule;
        wish.phase &= wish.alignment - 1;
    }
    if (random_below(seed, 4) == 0)
        wish.highest = pool.base - 1 +
                       random_below(seed, pool.count + 1) * pool.granule +
                       random_below(seed, 3) - 1;
    return take_wish(&wish);
}

/* What is not on loan, at least not all of it, is not taken back. */
static bool give_back_nonsense(uint64_t *seed)
{
    uint32_t first = random_below(seed, pool.count);
    uint32_t count = 1 + random_below(seed, pool.count - first);
    bool taken = true;

    for (uint32_t i = 0; i < count; i++)
        taken = taken && pool.taken[first + i];
    if (!taken)
        hand_back(address_of(first), count * pool.granule);
    hand_back(address_of(first), (pool.count - first + 1) * pool.granule);
    return same_account();
}

/* Take and give back at random around an occupancy in percent. */
static bool hover(uint64_t *seed, uint32_t percent, uint32_t most,
                  uint32_t steps)
{
    bool right = true;

    for (uint32_t i = 0; right && i < steps; i++) {
        if (pool.in_use * 100 < pool.count * percent || pool.lent_count == 0) {
            right = take_anything(seed, most);
        } else {
            uint32_t index = random_below(seed, pool.lent_count);

            right = give_back(index,
                              1 + random_below(seed, pool.lent[index].count));
        }
        if (right && random_below(seed, 8) == 0)
            right = give_back_nonsense(seed);
    }
    return right;
}

static void small_pools(void)
{
    bool right = true;
    uint64_t seed = 1;

    check_case("small pools of every size, from every granule, at random");
    for (uint32_t count = 1; count <= 12; count++) {
        for (uint32_t first = 1; right && first <= 17; first++) {
            right = make_pool(first * 0x1000, count, 0x1000) &&
                    hover(&seed, 50, count + 1, 150) &&
                    hover(&seed, 100, count + 1, 100) && whole_again();
        }
    }
}

static void large_pools(void)
{
    /* clang-format off */
    static const struct {
        const char *what;
        uint64_t base;
        uint32_t count;
        uint32_t granule;
    } pools[] = {
        { "pages, at random", 0x40000000, 1024, 0x1000 },
        { "lines on either side of 4 GiB, at random", 0xFFFF7040, 1023, 0x40 },
        { "single bytes, at random", 0x3FFFFFE91, 1000, 1 },
        { "granules of 1 GiB, at random", UINT64_C(0x40000000) * 77, 500,
          0x40000000 },
        { "up to the end of 64 bits, at random", UINT64_MAX - 0x3EFFFF, 62,
          0x10000 },
    };
    /* clang-format on */
    uint64_t seed = 2;

    for (size_t i = 0; i < COUNT_OF(pools); i++) {
        bool right;

        check_case(pools[i].what);
        right = make_pool(pools[i].base, pools[i].count, pools[i].granule);
        for (uint32_t percent = 0; right && percent <= 100; percent += 10)
            right = hover(&seed, percent, percent % 20 == 0 ? 8 : 64, 300);
        if (right)
            whole_again();
    }
}

/* By hand ------------------------------------------------------------------ */

static void checkerboard(void)
{
    uint32_t i;

    check_case("a checkerboard lends granules and no run");
    make_pool(0x100000, 256, 0x1000);
    for (i = 0; i < 256; i++)
        take(1);
    expect("the pool is full", pool.taken[255]);
    take(1);
    for (i = 256; i != 0; i -= 2)
        give_back(i - 1, 1);
    take(2);
    take_wish(
        &(struct hal_bounce_wish){ 0x1000, 0x1000, 0x2000, 0, UINT64_MAX });
    for (i = 0; i < 128; i++)
        take(1);
    expect_number("in use", pool.in_use, 256);
    whole_again();
}

static void everywhere(void)
{
    check_case("a pool from the first address, up to the last");
    make_pool(0, 8, 0x1000);
    take(8);
    expect_number("in use", pool.in_use, 8);
    whole_again();
}

static void exact_fit(void)
{
    check_case("24 granules are free and 24 are wanted");
    make_pool(0x7000, 31, 0x1000);
    take(5);
    take(24);
    take(2);
    expect_number("in use", pool.in_use, 31);
    give_back(1, 24);
    take(24);
    expect_number("in use", pool.in_use, 31);
    whole_again();
}

/* A pool of eight granules of 0x1000 from 0x3000 on. */
/* clang-format off */
static const struct {
    const char *what;
    struct hal_bounce_wish wish;
    uint64_t address, size; /* 0: refused */
} wishes[] = {
    { "a granule is the first one",
      { 0x1000, 0x1000, 0x1000, 0, UINT64_MAX }, 0x3000, 0x1000 },
    { "an alignment is one of addresses, not of granules",
      { 0x1000, 0x1000, 0x4000, 0, UINT64_MAX }, 0x4000, 0x1000 },
    { "so is a phase",
      { 0x1000, 0x1000, 0x4000, 0x2000, UINT64_MAX }, 0x6000, 0x1000 },
    { "a run at a phase that the first granule has",
      { 0x3000, 0x3000, 0x4000, 0x3000, UINT64_MAX }, 0x3000, 0x3000 },
    { "an alignment beyond the pool: one address in it has it",
      { 0x2000, 0x2000, 0x8000, 0, UINT64_MAX }, 0x8000, 0x2000 },
    { "an alignment beyond the pool: none has it",
      { 0x1000, 0x1000, 0x10000, 0, UINT64_MAX }, 0, 0 },
    { "an alignment and a phase beyond 32 bits: one has it",
      { 0x1000, 0x1000, UINT64_C(1) << 50, 0x5000, UINT64_MAX }, 0x5000,
      0x1000 },
    { "an alignment and a phase beyond 32 bits of granules: none has it",
      { 0x1000, 0x1000, UINT64_C(1) << 60, (UINT64_C(1) << 43) + 0x5000,
        UINT64_MAX }, 0, 0 },
    { "the highest alignment",
      { 0x1000, 0x1000, UINT64_C(1) << 63, 0x5000, UINT64_MAX }, 0x5000,
      0x1000 },
    { "all of it", { 0x8000, 0x8000, 0x1000, 0, 0xAFFF }, 0x3000, 0x8000 },
    { "one granule less, if the last byte is too high",
      { 0x1000, 0x8000, 0x1000, 0, 0xAFFE }, 0x3000, 0x7000 },
    { "two less, if there are none but twos",
      { 0x2000, 0x8000, 0x1000, 0, 0xAFFE }, 0x3000, 0x6000 },
    { "one granule up to the highest address",
      { 0x1000, 0x1000, 0x1000, 0, 0x3FFF }, 0x3000, 0x1000 },
    { "none that ends above it", { 0x1000, 0x1000, 0x1000, 0, 0x3FFE }, 0, 0 },
    { "none below the pool", { 0x1000, 0x1000, 0x1000, 0, 0x2FFF }, 0, 0 },
    { "none below its middle, if it is aligned there",
      { 0x1000, 0x1000, 0x8000, 0, 0x8FFE }, 0, 0 },
    { "no more than there is", { 0x9000, 0x9000, 0x1000, 0, UINT64_MAX }, 0,
      0 },
    { "not 2^32 granules, if one would do",
      { 0x1000, UINT64_C(0x100000001000), 0x1000, 0, UINT64_MAX }, 0x3000,
      0x8000 },
    { "not 2^32 granules and one",
      { UINT64_C(0x100000001000), UINT64_C(0x100000001000), 0x1000, 0,
        UINT64_MAX }, 0, 0 },
};
/* clang-format on */

static void wish(void)
{
    for (size_t i = 0; i < COUNT_OF(wishes); i++) {
        hal_address address = 0;
        hal_address size = 0;
        enum iodma_status status;

        check_case(wishes[i].what);
        make_pool(0x3000, 8, 0x1000);
        status = pool.bounce.hal.ops->take(&pool.bounce.hal, &wishes[i].wish,
                                           &address, &size);
        expect_status("take", status,
                      wishes[i].size != 0 ? IODMA_OK : IODMA_NO_RESOURCES);
        expect_number("address", address, wishes[i].address);
        expect_number("size", size, wishes[i].size);
        expect_number("in use", iodma_bounce_in_use(&pool.bounce),
                      wishes[i].size / 0x1000);
    }
}

static void not_on_loan(void)
{
    /* clang-format off */
    static const struct {
        const char *what;
        uint64_t address, size;
    } cases[] = {
        { "a run of which only the beginning is on loan", 0x4000, 0x8000 },
        { "a granule and its free neighbour", 0x9000, 0x2000 },
        { "a free granule", 0xA000, 0x1000 },
        { "the granule before the pool", 0x3000, 0x1000 },
        { "the granule behind the pool", 0xC000, 0x1000 },
        { "a run from before the pool on", 0x3000, 0x2000 },
        { "more than the pool", 0x4000, 0x10000 },
        { "2^32 granules and one", 0x8000, UINT64_C(0x100000001000) },
        { "2^32 granules and one behind one on loan",
          UINT64_C(0x100000000000) + 0x4000, 0x1000 },
        { "2^32 granules and one behind a run on loan",
          UINT64_C(0x100000000000) + 0x4000, 0x2000 },
        { "nothing", 0x8000, 0 },
        { "half a granule", 0x8000, 0x800 },
        { "a granule and a half", 0x8000, 0x1800 },
        { "a granule from its middle on", 0x8800, 0x1000 },
        { "two from their middle on", 0x7800, 0x2000 },
    };
    /* clang-format on */

    check_case("what is not on loan is not taken back");
    make_pool(0x4000, 8, 0x1000);
    take(4);
    take(1);
    take(1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        hand_back(cases[i].address, cases[i].size);
        if (!same_account())
            expect(cases[i].what, false);
    }
    take(2);
    take(1);
    whole_again();
    hand_back(0x4000, 0x8000);
    hand_back(0x4000, 0x1000);
    same_account();
}

static void init(void)
{
    /* clang-format off */
    static const struct {
        const char *what;
        uint64_t address, size;
        uint32_t granule;
        enum iodma_status want;
    } cases[] = {
        { "a pool of one granule", 0x1000, 0x1000, 0x1000, IODMA_OK },
        { "a pool of bytes", 0x1001, 3, 1, IODMA_OK },
        { "a granule of 0", 0x1000, 0x1000, 0, IODMA_BAD_ARGUMENT },
        { "a granule of 3 KiB", 0xC00, 0xC00, 0xC00, IODMA_BAD_ARGUMENT },
        { "storage between granules", 0x1800, 0x1000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "a granule and a half", 0x1000, 0x1800, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "half a granule", 0x1000, 0x800, 0x1000, IODMA_BAD_ARGUMENT },
        { "no storage", 0x1000, 0, 0x1000, IODMA_BAD_ARGUMENT },
        { "up to the end of 64 bits", UINT64_MAX - 0xFFF, 0x1000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "beyond 64 bits", UINT64_MAX - 0xFFF, 0x2000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "2^28 granules and one", 0, UINT64_C(0x10000001000), 0x1000,
          IODMA_BAD_ARGUMENT },
        { "2^32 granules and one", 0, UINT64_C(0x100000001000), 0x1000,
          IODMA_BAD_ARGUMENT },
    };
    /* clang-format on */
    struct hal_bounce mine = { .granule = 64 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct iodma_bounce bounce;
        struct iodma_bounce before;

        check_case(cases[i].what);
        memset(&bounce, 0xA5, sizeof bounce);
        memset(&before, 0xA5, sizeof before);
        expect_status("init",
                      iodma_bounce_init(&bounce, cases[i].address,
                                        cases[i].size, cases[i].granule,
                                        pool.words, pool.loans, 4),
                      cases[i].want);
        if (cases[i].want != IODMA_OK)
            expect_bytes("bounce", &bounce, &before, sizeof bounce);
    }

    check_case("a pointer is missing, or there are no loans");
    expect_status("bounce",
                  iodma_bounce_init(NULL, 0, 1, 1, pool.words, pool.loans, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("words",
                  iodma_bounce_init(&pool.bounce, 0, 1, 1, NULL, pool.loans, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status("loans",
                  iodma_bounce_init(&pool.bounce, 0, 1, 1, pool.words, NULL, 1),
                  IODMA_BAD_ARGUMENT);
    expect_status(
        "none of them",
        iodma_bounce_init(&pool.bounce, 0, 1, 1, pool.words, pool.loans, 0),
        IODMA_BAD_ARGUMENT);

    check_case("what the contract shows of a pool");
    make_pool(0x7000, 5, 0x1000);
    expect_number("first", pool.bounce.hal.first, 0x7000);
    expect_number("last", pool.bounce.hal.last, 0xBFFF);
    expect_number("granule", pool.bounce.hal.granule, 0x1000);
    same_account();
    whole_again();

    check_case("all loans are free, and no other");
    memset(pool.loans, 0xA5, sizeof pool.loans);
    iodma_bounce_own_loans(&mine, pool.loans, 3);
    expect("the first", mine.loans == &pool.loans[0]);
    expect("the second", pool.loans[0].next == &pool.loans[1]);
    expect("the third", pool.loans[1].next == &pool.loans[2]);
    expect("no more", !pool.loans[2].next);
    expect_number("the pool stays as it is", mine.granule, 64);
}

int main(void)
{
    take_blocks();
    give_blocks();
    init();
    wish();
    everywhere();
    exact_fit();
    checkerboard();
    not_on_loan();
    small_pools();
    large_pools();
    return check_result();
}
