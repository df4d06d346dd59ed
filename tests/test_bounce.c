/* SPDX-License-Identifier: MIT */
/* The pool lends the lowest pages that fit, refuses only what no free block
   holds, and is whole again when all has come back. */
#include "dma/bounce.h"
#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

enum { MOST_PAGES = 1024 };

/* A pool, and a naive account of what it should be. */
static struct {
    struct iodma_bounce bounce;
    struct hal_bounce_cell cells[MOST_PAGES];
    struct iodma_note notes[MOST_PAGES];
    struct iodma_note notes_at_first[MOST_PAGES];
    uint64_t base;
    uint64_t granule;
    uint32_t pages;
    uint32_t in_use;
    uint32_t high_water;
    bool taken[MOST_PAGES];
    struct loan {
        uint32_t page; /* from the beginning of the pool */
        uint32_t pages;
    } loans[MOST_PAGES];
    uint32_t loan_count;
} pool;

static bool make_pool(uint64_t base, uint32_t pages, uint32_t granule)
{
    memset(&pool, 0, sizeof pool);
    memset(pool.cells, 0xA5, sizeof pool.cells);
    memset(pool.notes, 0xA5, sizeof pool.notes);
    pool.base = base;
    pool.granule = granule;
    pool.pages = pages;
    if (!expect_status("init",
                       iodma_bounce_init(&pool.bounce, base,
                                         (uint64_t)pages * granule, granule,
                                         pool.cells, pool.notes),
                       IODMA_OK))
        return false;
    memcpy(pool.notes_at_first, pool.notes, sizeof pool.notes);
    return true;
}

/* The account ------------------------------------------------------------- */

static bool is_free(uint32_t page, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++) {
        if (pool.taken[page + i])
            return false;
    }
    return true;
}

/* Every place where a run may lie, from below; MOST_PAGES: nowhere. */
static uint32_t where(uint32_t pages, uint64_t alignment, uint64_t highest)
{
    uint64_t block = 1;

    while (block < pages || block * pool.granule < alignment)
        block *= 2;
    for (uint32_t page = 0; page + block <= pool.pages; page++) {
        uint64_t address = pool.base + page * pool.granule;

        if (address % (block * pool.granule) == 0 &&
            is_free(page, (uint32_t)block) &&
            address + pages * pool.granule - 1 <= highest)
            return page;
    }
    return MOST_PAGES;
}

static bool same_account(void)
{
    return expect_number("in use", iodma_bounce_in_use(&pool.bounce),
                         pool.in_use) &&
           expect_number("high water", iodma_bounce_high_water(&pool.bounce),
                         pool.high_water);
}

/* Take it from both. `alignment` 0 calls take_page(). */
static bool take(uint32_t pages, uint64_t alignment, uint64_t highest)
{
    const struct hal_bounce_ops *ops = pool.bounce.hal.ops;
    uint32_t page = where(pages, alignment, highest);
    uint64_t address = 0x5EED;
    enum iodma_status status;

    if (alignment == 0)
        status = ops->take_page(&pool.bounce.hal, highest, &address);
    else
        status = ops->take_run(&pool.bounce.hal, pages * pool.granule,
                               alignment, highest, &address);

    if (page == MOST_PAGES)
        return expect_status("take", status, IODMA_NO_RESOURCES) &&
               expect_number("address, refused", address, 0x5EED) &&
               same_account();

    memset(&pool.taken[page], true, pages);
    pool.loans[pool.loan_count++] = (struct loan){ page, pages };
    pool.in_use += pages;
    if (pool.in_use > pool.high_water)
        pool.high_water = pool.in_use;
    return expect_status("take", status, IODMA_OK) &&
           expect_number("address", address, pool.base + page * pool.granule) &&
           same_account();
}

static void hand_back(uint32_t page, uint32_t pages)
{
    pool.bounce.hal.ops->give_back(&pool.bounce.hal,
                                   pool.base + page * pool.granule,
                                   pages * pool.granule);
}

/* Give a loan back to both. */
static bool give_back(uint32_t index)
{
    struct loan loan = pool.loans[index];

    hand_back(loan.page, loan.pages);
    memset(&pool.taken[loan.page], false, loan.pages);
    pool.loans[index] = pool.loans[--pool.loan_count];
    pool.in_use -= loan.pages;
    return same_account();
}

/* The cells are not the pool's to touch, and every block has merged. */
static bool whole_again(void)
{
    static const struct hal_bounce_cell clear[MOST_PAGES];

    while (pool.loan_count != 0) {
        if (!give_back(pool.loan_count / 2))
            return false;
    }
    return expect_bytes("notes", pool.notes, pool.notes_at_first,
                        sizeof pool.notes) &&
           expect_bytes("cells", pool.cells, clear,
                        pool.pages * sizeof pool.cells[0]);
}

/* At random ---------------------------------------------------------------- */

/* Any page or run, more often small than not, with any alignment and any
   highest address. */
static bool take_anything(uint64_t *seed, uint32_t most)
{
    uint32_t pages = 1 + random_below(seed, 1 + random_below(seed, most));
    uint64_t alignment = pool.granule
                         << (random_below(seed, 8) == 0 ? random_below(seed, 5)
                                                        : 0);
    uint64_t highest = UINT64_MAX;

    if (random_below(seed, 4) == 0)
        highest = pool.base - 1 +
                  random_below(seed, pool.pages + 1) * pool.granule +
                  random_below(seed, 3) - 1;
    if (random_below(seed, 2) == 0)
        return take(1, 0, highest);
    return take(pages, alignment, highest);
}

/* What is not on loan, at least not all of it, is not taken back. */
static bool give_back_nonsense(uint64_t *seed)
{
    uint32_t page = random_below(seed, pool.pages);
    uint32_t pages = 1 + random_below(seed, pool.pages - page);

    if (is_free(page, pages) || !pool.taken[page + pages - 1])
        hand_back(page, pages);
    hand_back(page, pool.pages - page + 1);
    return same_account();
}

/* Take and give back at random around an occupancy in percent. */
static bool hover(uint64_t *seed, uint32_t percent, uint32_t most,
                  uint32_t steps)
{
    bool right = true;

    for (uint32_t i = 0; right && i < steps; i++) {
        if (pool.in_use * 100 < pool.pages * percent || pool.loan_count == 0)
            right = take_anything(seed, most);
        else
            right = give_back(random_below(seed, pool.loan_count));
        if (right && random_below(seed, 8) == 0)
            right = give_back_nonsense(seed);
    }
    return right;
}

static void small_pools(void)
{
    bool right = true;
    uint64_t seed = 1;

    check_case("small pools of every size, from every page, at random");
    for (uint32_t pages = 1; pages <= 12; pages++) {
        for (uint32_t first = 1; right && first <= 17; first++) {
            right = make_pool(first * 0x1000, pages, 0x1000) &&
                    hover(&seed, 50, pages + 1, 150) &&
                    hover(&seed, 100, pages + 1, 100) && whole_again();
        }
    }
}

static void large_pools(void)
{
    /* clang-format off */
    static const struct {
        const char *what;
        uint64_t base;
        uint32_t pages;
        uint32_t granule;
    } pools[] = {
        { "one aligned block", 0x40000000, 1024, 0x1000 },
        { "many blocks on either side of 4 GiB", 0xFFFF7040, 1023, 0x40 },
        { "page numbers beyond 2^28", 0x3FFFFFE91, 1000, 1 },
        { "the end of 64 bits", UINT64_MAX - 0x3EFFFF, 62, 0x10000 },
    };
    /* clang-format on */
    uint64_t seed = 2;

    for (size_t i = 0; i < COUNT_OF(pools); i++) {
        bool right;

        check_case(pools[i].what);
        right = make_pool(pools[i].base, pools[i].pages, pools[i].granule);
        for (uint32_t percent = 0; right && percent <= 100; percent += 10)
            right = hover(&seed, percent, percent % 20 == 0 ? 8 : 64, 500);
        if (right)
            whole_again();
    }
}

/* By hand ------------------------------------------------------------------ */

static void checkerboard(void)
{
    uint32_t i;

    check_case("a checkerboard lends pages and no run");
    make_pool(0x100000, 256, 0x1000);
    for (i = 0; i < 256; i++)
        take(1, 0, UINT64_MAX);
    expect("the pool is full", !is_free(255, 1));
    take(1, 0, UINT64_MAX);
    for (i = 256; i != 0; i -= 2)
        give_back(i - 1);
    take(2, 0x1000, UINT64_MAX);
    take(1, 0x2000, UINT64_MAX);
    for (i = 0; i < 128; i++)
        take(1, 0, UINT64_MAX);
    expect_number("in use", pool.in_use, 256);
    whole_again();
    take(256, 0x1000, UINT64_MAX);
    expect_number("in use", pool.in_use, 256);
}

static void no_waste(void)
{
    check_case("what a run does not need stays free");
    make_pool(0x8000, 8, 0x1000);
    take(5, 0x1000, UINT64_MAX);
    take(2, 0x1000, UINT64_MAX);
    take(1, 0x1000, UINT64_MAX);
    expect_number("in use", pool.in_use, 8);
    give_back(0);
    take(1, 0x4000, UINT64_MAX);
    take(3, 0x1000, UINT64_MAX);
    expect_number("in use", pool.in_use, 4);
    whole_again();
}

static void highest(void)
{
    check_case("nothing ends above the highest address");
    make_pool(0xFFFFE000, 4, 0x1000);
    take(1, 0, 0xFFFFDFFF);
    take(1, 0, 0xFFFFEFFE);
    take(4, 0x1000, UINT32_MAX);
    take(2, 0x1000, 0xFFFFFFFE);
    expect_number("in use", pool.in_use, 0);
    take(2, 0x1000, UINT32_MAX);
    take(1, 0, UINT32_MAX);
    expect_number("in use", pool.in_use, 2);
    take(1, 0, 0x100000FFF);
    expect_number("in use", pool.in_use, 3);

    check_case("a freed low page goes to the device that needs it");
    make_pool(0xFFFFE000, 4, 0x1000);
    for (int i = 0; i < 4; i++)
        take(1, 0, UINT64_MAX);
    give_back(3);
    give_back(1);
    take(1, 0, UINT32_MAX);
    expect("the low page is lent", !is_free(1, 1));
}

static void not_on_loan(void)
{
    /* clang-format off */
    static const struct {
        const char *what;
        uint64_t address, size;
    } cases[] = {
        { "the first page of a run", 0x4000, 0x1000 },
        { "the first half of a run", 0x4000, 0x2000 },
        { "the second half of a run", 0x6000, 0x2000 },
        { "a run of which only the beginning is on loan", 0x4000, 0x8000 },
        { "a run that begins between blocks", 0x5000, 0x4000 },
        { "two pages as one run", 0x8000, 0x2000 },
        { "a page and its free neighbour", 0x9000, 0x2000 },
        { "a free page", 0xA000, 0x1000 },
        { "the page before the pool", 0x3000, 0x1000 },
        { "the page behind the pool", 0xC000, 0x1000 },
        { "more than the pool", 0x4000, 0x10000 },
        { "2^32 pages and one", 0x8000, UINT64_C(0x100000001000) },
        { "nothing", 0x8000, 0 },
        { "half a page", 0x8000, 0x800 },
        { "a page and a half", 0x8000, 0x1800 },
        { "a page from its middle on", 0x8800, 0x1000 },
    };
    /* clang-format on */

    check_case("what is not on loan is not taken back");
    make_pool(0x4000, 8, 0x1000);
    take(4, 0x1000, UINT64_MAX);
    take(1, 0, UINT64_MAX);
    take(1, 0, UINT64_MAX);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pool.bounce.hal.ops->give_back(&pool.bounce.hal, cases[i].address,
                                       cases[i].size);
        if (!same_account())
            expect(cases[i].what, false);
    }
    take(2, 0x1000, UINT64_MAX);
    take(1, 0, UINT64_MAX);
    whole_again();
    hand_back(0, 8);
    same_account();

    check_case("nothing behind the pool's notes is read as a note");
    make_pool(0x4000, 6, 0x1000);
    take(4, 0x1000, UINT64_MAX);
    take(2, 0x1000, UINT64_MAX);
    memset(&pool.notes[6], 1, sizeof pool.notes[6]);
    hand_back(4, 3);
    same_account();
}

static void too_much(void)
{
    uint64_t address = 0;

    check_case("runs and alignments beyond the pool are refused");
    make_pool(0, 8, 0x1000);
    take(9, 0x1000, UINT64_MAX);
    take(1, 0x10000, UINT64_MAX);
    take(1, UINT64_C(1) << 63, UINT64_MAX);
    take(1, UINT64_C(1) << 44, UINT64_MAX);
    expect_status("2^32 pages and one",
                  pool.bounce.hal.ops->take_run(&pool.bounce.hal,
                                                UINT64_C(0x100000001000),
                                                0x1000, UINT64_MAX, &address),
                  IODMA_NO_RESOURCES);
    expect_number("in use", iodma_bounce_in_use(&pool.bounce), 0);
    take(8, 0x8000, UINT64_MAX);
    expect_number("in use", pool.in_use, 8);
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
        { "a pool of one page", 0x1000, 0x1000, 0x1000, IODMA_OK },
        { "a pool of bytes", 0x1001, 3, 1, IODMA_OK },
        { "a granule of 0", 0x1000, 0x1000, 0, IODMA_BAD_ARGUMENT },
        { "a granule of 3 KiB", 0xC00, 0xC00, 0xC00, IODMA_BAD_ARGUMENT },
        { "storage between pages", 0x1800, 0x1000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "half a page", 0x1000, 0x1800, 0x1000, IODMA_BAD_ARGUMENT },
        { "no storage", 0x1000, 0, 0x1000, IODMA_BAD_ARGUMENT },
        { "up to the end of 64 bits", UINT64_MAX - 0xFFF, 0x1000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "beyond 64 bits", UINT64_MAX - 0xFFF, 0x2000, 0x1000,
          IODMA_BAD_ARGUMENT },
        { "2^28 pages and one", 0, UINT64_C(0x10000001000), 0x1000,
          IODMA_BAD_ARGUMENT },
        { "2^32 pages and one", 0, UINT64_C(0x100000001000), 0x1000,
          IODMA_BAD_ARGUMENT },
    };
    /* clang-format on */

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct iodma_bounce bounce;
        struct iodma_bounce before;

        check_case(cases[i].what);
        memset(&bounce, 0xA5, sizeof bounce);
        memset(&before, 0xA5, sizeof before);
        expect_status("init",
                      iodma_bounce_init(&bounce, cases[i].address,
                                        cases[i].size, cases[i].granule,
                                        pool.cells, pool.notes),
                      cases[i].want);
        if (cases[i].want != IODMA_OK)
            expect_bytes("bounce", &bounce, &before, sizeof bounce);
    }

    check_case("a pointer is missing");
    expect_status("bounce",
                  iodma_bounce_init(NULL, 0, 1, 1, pool.cells, pool.notes),
                  IODMA_BAD_ARGUMENT);
    expect_status("cells",
                  iodma_bounce_init(&pool.bounce, 0, 1, 1, NULL, pool.notes),
                  IODMA_BAD_ARGUMENT);
    expect_status("notes",
                  iodma_bounce_init(&pool.bounce, 0, 1, 1, pool.cells, NULL),
                  IODMA_BAD_ARGUMENT);

    check_case("what the contract shows of a pool");
    make_pool(0x7000, 5, 0x1000);
    expect_number("base", pool.bounce.hal.base, 0x7000);
    expect_number("granule", pool.bounce.hal.granule, 0x1000);
    expect_number("pages", pool.bounce.hal.pages, 5);
    expect("cells", pool.bounce.hal.cells == pool.cells);
    expect_number("first cell not the pool's", pool.cells[5].next, 0xA5A5A5A5);
    expect_number("first note not the pool's", pool.notes[5].halvings[0], 0xA5);
    same_account();
    whole_again();
}

int main(void)
{
    init();
    too_much();
    no_waste();
    highest();
    checkerboard();
    not_on_loan();
    small_pools();
    large_pools();
    return check_result();
}
