/* SPDX-License-Identifier: MIT */
/* Whoever asks for blocks gets the lowest run there is, as long as it may be
   and where it has to be; what is given back is free once. */
#include "dma/blocks.h"
#include "hal/count_of.h"
#include "tests/check.h"

#include <string.h>

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

int main(void)
{
    take_blocks();
    give_blocks();
    return check_result();
}
