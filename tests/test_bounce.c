/* SPDX-License-Identifier: MIT */
/* Whoever asks for storage gets the lowest run there is, as long as it may be
   and where it has to be, and is refused only what nowhere is. */
#include "tests/bounce_world.h"

#include <string.h>

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
    init();
    wish();
    wish_for_taken();
    everywhere();
    exact_fit();
    checkerboard();
    not_on_loan();
    return check_result();
}
