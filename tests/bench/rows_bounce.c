/* SPDX-License-Identifier: MIT */
/* Rows: bounce storage, and whatever goes through it; and I/O address space. */
#include "dma/blocks.h"
#include "hal/count_of.h"
#include "tests/bench/row.h"
#include "tests/bench/stage.h"

static const struct iodma_segment_options none;
static const struct iodma_segment_options near = { .address_bits = STAGE_NEAR };

/* One granule ------------------------------------------------------------- */

static struct floor_bits bits;
static hal_address granule;

static void begin_granule(uint32_t n)
{
    (void)n;
    floor_bits_init(&bits);
}

static void granule_to_and_fro(void)
{
    static const struct hal_bounce_wish wish = {
        .at_least = STAGE_PAGE,
        .at_most = STAGE_PAGE,
        .alignment = STAGE_PAGE,
        .highest = HAL_ADDRESS_MAX,
    };
    struct hal_bounce *pool = &stage.pool.hal;
    hal_address size;

    stage.status = pool->ops->take(pool, &wish, &granule, &size);
    if (stage.status == IODMA_OK)
        pool->ops->give_back(pool, granule, size);
}

static void granule_by_hand(void)
{
    uint32_t bit;

    stage.status = IODMA_ERROR;
    if (floor_bits_take(&bits, &bit)) {
        granule = STAGE_BASE + (hal_address)bit * STAGE_PAGE;
        floor_bits_give(&bits, bit);
        stage.status = IODMA_OK;
    }
}

static bool check_granule(void)
{
    return stage.status == IODMA_OK && granule == STAGE_BASE &&
           iodma_bounce_in_use(&stage.pool) == 0;
}

/* Out of reach ------------------------------------------------------------ */

static struct floor_bounce bounce_by_hand;
static uint32_t space_by_hand[IODMA_BLOCK_WORDS(STAGE_POOL / STAGE_PAGE)];

static void all_free(uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = UINT32_MAX;
}

static void bounced(uint32_t count, uint32_t length, uint32_t direction)
{
    struct stage_shape shape = { .count = count, .length = length };

    stage_memory(STAGE_COHERENT, &shape, direction);
    stage_command(STAGE_OUTPUT, 0, &near);
    stage.bounced = true;
    stage.wanted = 0; /* storage side by side may be one segment */
    bounce_by_hand = (struct floor_bounce){
        .limits = stage.limits,
        .space = { space_by_hand, HAL_COUNT_OF(space_by_hand), 0 },
        .storage = STAGE_BASE,
        .shift = 12,
    };
    floor_bits_init(&bounce_by_hand.bits);
    all_free(space_by_hand, HAL_COUNT_OF(space_by_hand));
}

static void pages_out(uint32_t n)
{
    bounced(n, STAGE_PAGE, IODMA_OUT);
}

static void pages_in(uint32_t n)
{
    bounced(n, STAGE_PAGE, IODMA_IN);
}

static void run_out(uint32_t n)
{
    bounced(1, n * 1024, IODMA_OUT);
}

static void run_in(uint32_t n)
{
    bounced(1, n * 1024, IODMA_IN);
}

static void fresh(void)
{
    stage.status = IODMA_OK;
    stage.listed = 0;
}

static void to_device(void)
{
    stage.status =
        iodma_command_set_memory(&stage.command, &stage.memory, true);
    if (stage.status != IODMA_OK)
        return;
    stage.offset = 0;
    stage.listed = STAGE_MOST;
    stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                              stage.list, &stage.listed);
}

static void from_device(void)
{
    enum iodma_status status = iodma_command_clear_memory(&stage.command, true);

    if (stage.status == IODMA_OK)
        stage.status = status;
}

static void made_by_hand(uint32_t count)
{
    stage.listed = count;
    stage.offset = stage.to;
    stage.status = count == 0 ? IODMA_ERROR : IODMA_OK;
}

static void pages_by_hand(void)
{
    made_by_hand(floor_bounce(&bounce_by_hand, stage.pairs, stage.shape.count,
                              stage.list));
}

static void pages_end_by_hand(void)
{
    floor_bounce_end(&bounce_by_hand, stage.pairs, stage.shape.count,
                     stage.inbound);
}

static void run_by_hand(void)
{
    made_by_hand(floor_bounce_all(&bounce_by_hand, stage.pairs[0], stage.list));
}

static void run_end_by_hand(void)
{
    floor_bounce_all_end(&bounce_by_hand, stage.pairs[0], stage.inbound);
}

/* Ends within lines ------------------------------------------------------- */

static struct floor_edges edges_by_hand;

static void edges(uint32_t count, uint32_t length)
{
    struct stage_shape shape = { .count = count, .length = length, .shift = 4 };

    stage_memory(STAGE_CACHED, &shape, IODMA_IN);
    stage_command(STAGE_OUTPUT, 0, &none);
    stage.bounced = true;
    stage.wanted = 3 * count;
    edges_by_hand = (struct floor_edges){
        .limits = stage.limits,
        .lines = (uint8_t *)(uintptr_t)STAGE_BASE,
    };
}

static void edges_of_one(uint32_t n)
{
    (void)n;
    edges(1, STAGE_PAGE);
}

static void edges_of_many(uint32_t n)
{
    edges(n, 512);
}

static void edges_to_device(void)
{
    made_by_hand(floor_edges(&edges_by_hand, stage.pairs, stage.shape.count,
                             stage.list));
}

static void edges_from_device(void)
{
    floor_edges_end(&edges_by_hand, stage.pairs, stage.shape.count);
}

static void attach(void)
{
    fresh();
    stage.status =
        iodma_command_set_memory(&stage.command, &stage.memory, false);
}

static void prepare(void)
{
    if (stage.status == IODMA_OK)
        stage.status = iodma_command_prepare(&stage.command, 0, 0, true, true);
}

/* List, where that is not what is measured; a floor's list is there. */
static void generate_and_move(void)
{
    if (stage.listed == 0 && stage.status == IODMA_OK) {
        stage.offset = 0;
        stage.listed = STAGE_MOST;
        stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                                  stage.list, &stage.listed);
    }
    stage_device();
}

/* I/O address space ------------------------------------------------------- */

enum {
    WINDOW_PAGES = 16,
    MOST_LIVE = 8192,
    SPACE_PAGES = (MOST_LIVE + 64) * WINDOW_PAGES,
};

static uint32_t words[IODMA_BLOCK_WORDS(SPACE_PAGES)];
static uint32_t words_by_hand[IODMA_BLOCK_WORDS(SPACE_PAGES)];
static struct iodma_blocks space; /* from address 0 on */
static struct floor_space floor_space;
static struct hal_bounce_wish wish;
static hal_address first, wanted_first;
static uint32_t first_by_hand, pages_wanted;

static struct hal_bounce_wish pages_anywhere(uint32_t pages)
{
    hal_address size = (hal_address)pages * STAGE_PAGE;

    return (struct hal_bounce_wish){ size, size, STAGE_PAGE, 0,
                                     HAL_ADDRESS_MAX };
}

static void take_pages(uint32_t count)
{
    const struct hal_bounce_wish some = pages_anywhere(count);
    hal_address page, size;

    stage_must("IOVA", iodma_blocks_take(&space, &some, &page, &size));
}

static void begin_space(uint32_t pages)
{
    iodma_blocks_init(&space, 0, (uint8_t)__builtin_ctz(STAGE_PAGE), words,
                      SPACE_PAGES);
    wish = pages_anywhere(pages);
    pages_wanted = pages;
}

static void same_by_hand(void)
{
    floor_space =
        (struct floor_space){ words_by_hand, HAL_COUNT_OF(words_by_hand), 0 };
    for (unsigned i = 0; i < HAL_COUNT_OF(words); i++)
        words_by_hand[i] = words[i];
}

/* So many windows are mapped, side by side. */
static void begin_live(uint32_t n)
{
    begin_space(WINDOW_PAGES);
    for (uint32_t i = 0; i < n; i++)
        take_pages(WINDOW_PAGES);
    wanted_first = (hal_address)n * WINDOW_PAGES * STAGE_PAGE;
    same_by_hand();
}

/* So many pages are in use, and one is free before each: two are wanted. */
static void begin_holes(uint32_t n)
{
    begin_space(2);
    take_pages(2 * n);
    for (uint32_t i = 0; i < n; i++)
        iodma_blocks_give_back(&space, (hal_address)(2 * i) * STAGE_PAGE,
                               STAGE_PAGE);
    wanted_first = (hal_address)(2 * n) * STAGE_PAGE;
    same_by_hand();
}

static void take_and_give(void)
{
    hal_address size;

    stage.status = iodma_blocks_take(&space, &wish, &first, &size);
    if (stage.status == IODMA_OK)
        iodma_blocks_give_back(&space, first, size);
}

static void take_and_give_by_hand(void)
{
    stage.status = IODMA_ERROR;
    if (floor_space_take(&floor_space, pages_wanted, &first_by_hand)) {
        stage.status = IODMA_OK;
        floor_space_give(&floor_space, first_by_hand, pages_wanted);
        first = (hal_address)first_by_hand * STAGE_PAGE;
    }
}

static bool check_first(void)
{
    return stage.status == IODMA_OK && first == wanted_first;
}

/* The table --------------------------------------------------------------- */

static const struct row table[] = {
    { .id = "granule",
      .what = "take and give one granule",
      .target = 60,
      .begin = begin_granule,
      .ours = { fresh, granule_to_and_fro, NULL, NULL },
      .floor = { fresh, granule_by_hand, NULL, NULL },
      .check = check_granule },
    { .id = "bounce.pages.out",
      .what = "a page out of reach, life, Out; copies aside",
      .n = { 1, 5, 9, 13, 17 },
      .metric = ROW_SLOPE,
      .target = 500,
      .copies_aside = true,
      .begin = pages_out,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, pages_by_hand, pages_end_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "bounce.pages.in",
      .what = "the same, In",
      .n = { 1, 5, 9, 13, 17 },
      .metric = ROW_SLOPE,
      .target = 500,
      .copies_aside = true,
      .begin = pages_in,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, pages_by_hand, pages_end_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "bounce.run.out",
      .what = "64 KiB out of reach, life, Out; copies aside",
      .n = { 64 },
      .target = 1500,
      .copies_aside = true,
      .begin = run_out,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, run_by_hand, run_end_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "bounce.run.in",
      .what = "the same, In",
      .n = { 64 },
      .target = 1500,
      .copies_aside = true,
      .begin = run_in,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, run_by_hand, run_end_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "edges.life",
      .what = "life of a segment misaligned by 4, past caches, In",
      .target = 3000,
      .begin = edges_of_one,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, edges_to_device, edges_from_device, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "edges.prepare",
      .what = "prepare n ranges misaligned by 4, past caches, In",
      .n = { 16, 64, 256, 1024 },
      .metric = ROW_LINEAR,
      .begin = edges_of_many,
      .ours = { attach, prepare, NULL, from_device },
      .floor = { fresh, edges_to_device, NULL, edges_from_device },
      .device = generate_and_move,
      .check = stage_check_bytes },
    { .id = "iova.live",
      .what = "take and give 16 pages of IOVA, n windows mapped",
      .n = { 1, 32, 512, MOST_LIVE },
      .metric = ROW_MOST,
      .begin = begin_live,
      .ours = { fresh, take_and_give, NULL, NULL },
      .floor = { fresh, take_and_give_by_hand, NULL, NULL },
      .check = check_first },
    { .id = "iova.holes",
      .what = "take and give 2 pages of IOVA behind n holes of one",
      .n = { 128, 512, 2048, MOST_LIVE },
      .metric = ROW_MOST,
      .begin = begin_holes,
      .ours = { fresh, take_and_give, NULL, NULL },
      .floor = { fresh, take_and_give_by_hand, NULL, NULL },
      .check = check_first },
};

const struct rows rows_bounce = { table, HAL_COUNT_OF(table) };
