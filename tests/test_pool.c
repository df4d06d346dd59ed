/* SPDX-License-Identifier: MIT */
/* A pool gives back what it was given, last in, first out, and wakes one
   sleeper for each. */
#include "tests/check.h"
#include "tests/fixture.h"

#include "dma/pool.h"
#include "hal/count_of.h"

static struct iodma_command commands[3];
static struct iodma_pool pool;

/* A sleep that is ended by somebody who returns a command. */
static struct {
    unsigned waits, wakes;
    unsigned returns_at; /* the n-th wait; 0: never */
} sleeper;

static void wait(void *context)
{
    sleeper.waits++;
    if (sleeper.waits == sleeper.returns_at)
        expect_status(
            "returned meanwhile",
            iodma_pool_return((struct iodma_pool *)context, &commands[2]),
            IODMA_OK);
    expect("somebody returns one in the end", sleeper.waits < 100);
}

static void wake(void *context)
{
    (void)context;
    sleeper.wakes++;
}

static const struct iodma_pool_sleep sleep = { wait, wake, &pool };

static void begin(const struct iodma_pool_sleep *how)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    for (size_t i = 0; i < HAL_COUNT_OF(commands); i++)
        expect_command(&commands[i], fixture_bus(), &spec);
    sleeper.waits = 0;
    sleeper.wakes = 0;
    sleeper.returns_at = 0;
    expect_status("pool", iodma_pool_init(&pool, fixture_hal_bus.lock, how),
                  IODMA_OK);
}

static void give(struct iodma_command *command, enum iodma_status want)
{
    expect_status("return", iodma_pool_return(&pool, command), want);
}

static void expect_get(bool block, const struct iodma_command *want)
{
    expect("get", iodma_pool_get(&pool, block) == want);
}

static void case_136(void)
{
    begin(NULL);
    expect_get(false, NULL);
}

static void case_137(void)
{
    begin(NULL);
    for (size_t i = 0; i < 3; i++)
        give(&commands[i], IODMA_OK);
    for (size_t i = 3; i-- > 0;)
        expect_get(false, &commands[i]);
    expect_get(false, NULL);
    give(&commands[1], IODMA_OK);
    expect_get(false, &commands[1]);
}

static void case_138(void)
{
    begin(&sleep);
    for (uint32_t i = 0; i < 2; i++)
        (void)iodma_pool_get(&pool, false);
    expect_get(false, NULL);
    expect_number("who need not wait does not", sleeper.waits, 0);

    begin(&sleep);
    sleeper.returns_at = 1;
    expect_get(true, &commands[2]);
    expect_number("waits", sleeper.waits, 1);
    expect_number("one wake for one return", sleeper.wakes, 1);
    give(&commands[0], IODMA_OK);
    expect_number("nobody sleeps, nobody is woken", sleeper.wakes, 1);
}

static void case_139(void)
{
    begin(NULL);
    expect_get(true, NULL);
}

static void case_140(void)
{
    begin(NULL);
    give(&commands[0], IODMA_OK);
    give(&commands[1], IODMA_OK);
    expect_number("a command of a pool that is gone",
                  iodma_command_address_bits(&commands[1]), 64);
}

static void early(void)
{
    begin(&sleep);
    sleeper.returns_at = 3;
    expect_get(true, &commands[2]);
    expect_number("waits, two of them for nothing", sleeper.waits, 3);
}

static void refused(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x100 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_pool_sleep half = { wait, NULL, NULL };

    begin(NULL);
    give(NULL, IODMA_BAD_ARGUMENT);
    give(&commands[0], IODMA_OK);
    give(&commands[0], IODMA_BUSY);
    expect_attached(&commands[1], &memory);
    give(&commands[1], IODMA_BUSY);
    expect_get(false, &commands[0]);
    expect_get(false, NULL);
    expect_status("no lock", iodma_pool_init(&pool, NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("half a sleep",
                  iodma_pool_init(&pool, fixture_hal_bus.lock, &half),
                  IODMA_BAD_ARGUMENT);
}

static void cloned(void)
{
    struct iodma_command clone;

    begin(NULL);
    give(&commands[0], IODMA_OK);
    give(&commands[1], IODMA_OK);
    expect_status("clone", iodma_command_clone(&commands[1], &clone, NULL),
                  IODMA_OK);
    give(&clone, IODMA_OK);
    expect_get(false, &clone);
    expect_get(false, &commands[1]);
    expect_get(false, &commands[0]);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 136, "a new pool is empty", case_136 },
    { 137, "last in, first out", case_137 },
    { 138, "a sleeper is woken by a return", case_138 },
    { 139, "where nobody can sleep, empty is empty", case_139 },
    { 140, "a pool that ends leaves its commands alone", case_140 },
    { 0, "a sleeper that wakes for nothing sleeps again", early },
    { 0, "what is in a pool, or prepared, is not taken", refused },
    { 0, "a clone of what is in a pool is not", cloned },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    return check_result();
}
