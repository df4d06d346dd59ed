/* SPDX-License-Identifier: MIT */
/* Whoever asks for storage gets the lowest run there is, as long as it may be
   and where it has to be; is refused only what nowhere is; and the pool is
   whole again when all has come back. */
#include "dma/bounce.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reach.h"

#include <string.h>

/* Blocks --------------------------------------------------------------------
 */

enum { MOST_BLOCKS = 128 };

/* Address of the first of them; a block is a byte. */
#define FIRST_BLOCK ((hal_address)0x1000)

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
    hal_address first, got;

    memset(block_words, 0xA5, sizeof block_words);
    iodma_blocks_init(&blocks, FIRST_BLOCK, 0, block_words, count);
    expect_status("all at once",
                  iodma_blocks_take(&blocks,
                                    &(struct hal_bounce_wish){
                                        count, count, 1, 0, HAL_ADDRESS_MAX },
                                    &first, &got),
                  IODMA_OK);
    for (uint32_t i = 0; i < count; i++) {
        if (picture[i] != '.')
            from = i + 1;
        else if (i + 1 == count || picture[i + 1] != '.')
            iodma_blocks_give_back(&blocks, FIRST_BLOCK + from, i + 1 - from);
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
    struct {
        uint32_t at_least, at_most, alignment, phase, end;
    } wish; /* in numbers of blocks; end: behind the last one that may be */
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
    { "as many as a word has, from its last block on",
      "###############################."
      "...............................#",
      "###############################o"
      "ooooooooooooooooooooooooooooooo#", { 32, 32, 1, 0, NO_END } },
    { "more than two words can have from there on",
      "###############################."
      "................................"
      ".#",
      "###############################o"
      "oooooooooooooooooooooooooooooooo"
      "o#", { 34, 34, 1, 0, NO_END } },
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
    for (size_t i = 0; i < HAL_COUNT_OF(takes); i++) {
        const char *mine = strchr(takes[i].after, 'o');
        const struct hal_bounce_wish wish = {
            .at_least = takes[i].wish.at_least,
            .at_most = takes[i].wish.at_most,
            .alignment = takes[i].wish.alignment,
            .phase = FIRST_BLOCK + takes[i].wish.phase,
            .highest = FIRST_BLOCK + takes[i].wish.end - 1,
        };
        hal_address first = 77;
        hal_address got = 77;

        check_case(takes[i].what);
        draw(takes[i].before);
        expect_picture(takes[i].before);
        expect_status("take", iodma_blocks_take(&blocks, &wish, &first, &got),
                      mine ? IODMA_OK : IODMA_NO_RESOURCES);
        expect_picture(takes[i].after);
        expect_number("blocks taken", got, mine ? strspn(mine, "o") : 77);
        expect_number("the first", first,
                      mine ? FIRST_BLOCK + (hal_address)(mine - takes[i].after)
                           : 77);
    }
}

static void give_blocks(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(gives); i++) {
        check_case(gives[i].what);
        draw(gives[i].before);
        iodma_blocks_give_back(&blocks, FIRST_BLOCK + gives[i].first,
                               gives[i].count);
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
    hal_address base;
    hal_address granule;
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

static bool make_pool(hal_address base, uint32_t count, uint32_t granule)
{
    memset(&pool, 0, sizeof pool);
    memset(pool.words, 0xA5, sizeof pool.words);
    pool.base = base;
    pool.granule = granule;
    pool.count = count;
    return expect_status("init",
                         iodma_bounce_init(&pool.bounce, base,
                                           (hal_address)count * granule,
                                           granule, pool.words, pool.loans,
                                           HAL_COUNT_OF(pool.loans)),
                         IODMA_OK);
}

static hal_address address_of(uint32_t granule)
{
    return pool.base + granule * pool.granule;
}

static bool may_be_lent(uint32_t granule, hal_address highest)
{
    return !pool.taken[granule] &&
           address_of(granule) + (pool.granule - 1) <= highest;
}

/* What a wish should get; a count of 0: nothing. From above: what is found
   later is lower. */
static struct lent find(const struct hal_bounce_wish *wish)
{
    struct lent best = { 0, 0 };
    hal_address size =
        0; /* from a granule up to the next that is not to be had */

    for (uint32_t first = pool.count; first-- != 0;) {
        hal_address given;

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
    return take_wish(
        &(struct hal_bounce_wish){ count * pool.granule, count * pool.granule,
                                   pool.granule, 0, HAL_ADDRESS_MAX });
}

static void hand_back(hal_address address, hal_address size)
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
        .highest = HAL_ADDRESS_MAX,
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
        hal_address base;
        uint32_t count;
        uint32_t granule;
    } pools[] = {
        { "pages, at random", 0x40000000, 1024, 0x1000 },
        { "lines on either side of what a device reaches, at random",
          FAR - 0x8FC0, 1023, 0x40 },
        { "single bytes, at random", 4 * FAR - 0x16F, 1000, 1 },
        { "granules of megabytes, at random", FAR / 64 * 77, 500, FAR / 64 },
        { "up to the highest end, at random", HIGHEST_END(0x10000) - 0x3E0000,
          62, 0x10000 },
    };
    /* clang-format on */
    uint64_t seed = 2;

    for (size_t i = 0; i < HAL_COUNT_OF(pools); i++) {
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
    take_wish(&(struct hal_bounce_wish){ 0x1000, 0x1000, 0x2000, 0,
                                         HAL_ADDRESS_MAX });
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
static const struct wish {
    const char *what;
    struct hal_bounce_wish wish;
    hal_address address, size; /* 0: refused */
} wishes[] = {
    { "a granule is the first one",
      { 0x1000, 0x1000, 0x1000, 0, HAL_ADDRESS_MAX }, 0x3000, 0x1000 },
    { "an alignment is one of addresses, not of granules",
      { 0x1000, 0x1000, 0x4000, 0, HAL_ADDRESS_MAX }, 0x4000, 0x1000 },
    { "so is a phase",
      { 0x1000, 0x1000, 0x4000, 0x2000, HAL_ADDRESS_MAX }, 0x6000, 0x1000 },
    { "a run at a phase that the first granule has",
      { 0x3000, 0x3000, 0x4000, 0x3000, HAL_ADDRESS_MAX }, 0x3000, 0x3000 },
    { "an alignment beyond the pool: one address in it has it",
      { 0x2000, 0x2000, 0x8000, 0, HAL_ADDRESS_MAX }, 0x8000, 0x2000 },
    { "an alignment beyond the pool: none has it",
      { 0x1000, 0x1000, 0x10000, 0, HAL_ADDRESS_MAX }, 0, 0 },
    { "the highest alignment",
      { 0x1000, 0x1000, HAL_ADDRESS_MAX / 2 + 1, 0x5000, HAL_ADDRESS_MAX },
      0x5000, 0x1000 },
    { "a phase in the upper half of all addresses: none has it",
      { 0x1000, 0x1000, HAL_ADDRESS_MAX / 2 + 1, HAL_ADDRESS_MAX / 4 + 0x5001,
        HAL_ADDRESS_MAX }, 0, 0 },
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
    { "no more than there is", { 0x9000, 0x9000, 0x1000, 0, HAL_ADDRESS_MAX },
      0,
      0 },
    { "not all addresses but a granule, if one would do",
      { 0x1000, HAL_ADDRESS_MAX - 0xFFF, 0x1000, 0, HAL_ADDRESS_MAX }, 0x3000,
      0x8000 },
    { "not all addresses but a granule",
      { HAL_ADDRESS_MAX - 0xFFF, HAL_ADDRESS_MAX - 0xFFF, 0x1000, 0,
        HAL_ADDRESS_MAX }, 0, 0 },
};

static const struct wish wide_wishes[] = {
    { "an alignment and a phase beyond 32 bits: one has it",
      { 0x1000, 0x1000, WIDE(0x4000000000000), 0x5000, HAL_ADDRESS_MAX },
        0x5000,
      0x1000 },
    { "an alignment and a phase beyond 32 bits of granules: none has it",
      { 0x1000, 0x1000, WIDE(0x1000000000000000), WIDE(0x80000000000) + 0x5000,
        HAL_ADDRESS_MAX }, 0, 0 },
    { "not 2^32 granules, if one would do",
      { 0x1000, WIDE(0x100000001000), 0x1000, 0, HAL_ADDRESS_MAX }, 0x3000,
      0x8000 },
    { "not 2^32 granules and one",
      { WIDE(0x100000001000), WIDE(0x100000001000), 0x1000, 0,
        HAL_ADDRESS_MAX }, 0, 0 },
};
/* clang-format on */

static void expect_wish(const struct wish *wish)
{
    hal_address address = 0;
    hal_address size = 0;
    enum iodma_status status;

    make_pool(0x3000, 8, 0x1000);
    status = pool.bounce.hal.ops->take(&pool.bounce.hal, &wish->wish, &address,
                                       &size);
    expect_status("take", status,
                  wish->size != 0 ? IODMA_OK : IODMA_NO_RESOURCES);
    expect_number("address", address, wish->address);
    expect_number("size", size, wish->size);
    expect_number("in use", iodma_bounce_in_use(&pool.bounce),
                  wish->size / 0x1000);
}

static void wish(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(wishes); i++) {
        check_case(wishes[i].what);
        expect_wish(&wishes[i]);
    }
    for (size_t i = 0; i < HAL_COUNT_OF(wide_wishes); i++)
        if (check_wide(0, wide_wishes[i].what))
            expect_wish(&wide_wishes[i]);
}

/* The one block that has an alignment beyond all of them is in use. */
static void wish_for_taken(void)
{
    static const struct hal_bounce_wish any = { 0x1000, 0x1000, 0x1000, 0,
                                                HAL_ADDRESS_MAX };
    static const struct hal_bounce_wish first = { 0x1000, 0x1000,
                                                  WIDE(0x4000000000000), 0x3000,
                                                  HAL_ADDRESS_MAX };
    hal_address address = 0;
    hal_address size = 0;

    if (!check_wide(0, "2^38 granules as an alignment: the first one has it"))
        return;
    make_pool(0x3000, 8, 0x1000);
    expect_status(
        "take one",
        pool.bounce.hal.ops->take(&pool.bounce.hal, &any, &address, &size),
        IODMA_OK);
    expect_status(
        "that one",
        pool.bounce.hal.ops->take(&pool.bounce.hal, &first, &address, &size),
        IODMA_NO_RESOURCES);
    expect_number("in use", iodma_bounce_in_use(&pool.bounce), 1);
}

/* Of a pool of eight granules of 0x1000 from 0x4000 on, of which the first four
   are one loan and the next two are one each. */
/* clang-format off */
static const struct stray {
    const char *what;
    hal_address address, size;
} strays[] = {
    { "a run of which only the beginning is on loan", 0x4000, 0x8000 },
    { "a granule and its free neighbour", 0x9000, 0x2000 },
    { "a free granule", 0xA000, 0x1000 },
    { "the granule before the pool", 0x3000, 0x1000 },
    { "the granule behind the pool", 0xC000, 0x1000 },
    { "a run from before the pool on", 0x3000, 0x2000 },
    { "more than the pool", 0x4000, 0x10000 },
    { "up to the end of all addresses", 0x4000, HAL_ADDRESS_MAX - 0x3FFF },
    { "round all addresses to one on loan", 0x9000, HAL_ADDRESS_MAX - 0xFFF },
    { "nothing", 0x8000, 0 },
    { "half a granule", 0x8000, 0x800 },
    { "a granule and a half", 0x8000, 0x1800 },
    { "a granule from its middle on", 0x8800, 0x1000 },
    { "two from their middle on", 0x7800, 0x2000 },
};

static const struct stray wide_strays[] = {
    { "2^32 granules and one", 0x8000, WIDE(0x100000001000) },
    { "2^32 granules and one behind one on loan", WIDE(0x100000004000),
      0x1000 },
    { "2^32 granules and one behind a run on loan", WIDE(0x100000004000),
      0x2000 },
};
/* clang-format on */

static void lend_six_of_eight(void)
{
    make_pool(0x4000, 8, 0x1000);
    take(4);
    take(1);
    take(1);
}

static void hand_back_strays(const struct stray *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hand_back(list[i].address, list[i].size);
        if (!same_account())
            expect(list[i].what, false);
    }
}

static void not_on_loan(void)
{
    if (check_wide(0,
                   "what is not on loan is not taken back by its low bits")) {
        lend_six_of_eight();
        hand_back_strays(wide_strays, HAL_COUNT_OF(wide_strays));
    }

    check_case("what is not on loan is not taken back");
    lend_six_of_eight();
    hand_back_strays(strays, HAL_COUNT_OF(strays));
    take(2);
    take(1);
    whole_again();
    hand_back(0x4000, 0x8000);
    hand_back(0x4000, 0x1000);
    same_account();
}

struct made {
    const char *what;
    hal_address address, size;
    uint32_t granule;
    enum iodma_status want;
};

static void expect_made(const struct made *made)
{
    struct iodma_bounce bounce;
    struct iodma_bounce before;

    memset(&bounce, 0xA5, sizeof bounce);
    memset(&before, 0xA5, sizeof before);
    expect_status("init",
                  iodma_bounce_init(&bounce, made->address, made->size,
                                    made->granule, pool.words, pool.loans, 4),
                  made->want);
    if (made->want != IODMA_OK)
        expect_bytes("bounce", &bounce, &before, sizeof bounce);
}

static void init(void)
{
    /* clang-format off */
    static const struct made cases[] = {
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
        { "up to the highest end", HIGHEST_END(0x1000) - 0x1000, 0x1000, 0x1000,
          IODMA_OK },
        { "beyond it", HIGHEST_END(0x1000) - 0x1000, 0x2000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "2^28 granules and one", 0, 0x80000008, 8, IODMA_BAD_ARGUMENT },
    };
    static const struct made too_many = {
        "2^32 granules and one", 0, WIDE(0x100000001000), 0x1000,
        IODMA_BAD_ARGUMENT
    };
    /* clang-format on */
    struct hal_bounce mine = { .granule = 64 };

    for (size_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        check_case(cases[i].what);
        expect_made(&cases[i]);
    }
    if (check_wide(0, too_many.what))
        expect_made(&too_many);

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
    wish_for_taken();
    everywhere();
    exact_fit();
    checkerboard();
    not_on_loan();
    small_pools();
    large_pools();
    return check_result();
}
