/* SPDX-License-Identifier: MIT */
#include "tests/bounce_world.h"

#include <string.h>

struct pool pool;

bool make_pool(hal_address base, uint32_t count, uint32_t granule)
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

hal_address address_of(uint32_t granule)
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

bool same_account(void)
{
    return expect_number("in use", iodma_bounce_in_use(&pool.bounce),
                         pool.in_use) &&
           expect_number("high water", iodma_bounce_high_water(&pool.bounce),
                         pool.high_water);
}

bool take_wish(const struct hal_bounce_wish *wish)
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

bool take(uint32_t count)
{
    return take_wish(
        &(struct hal_bounce_wish){ count * pool.granule, count * pool.granule,
                                   pool.granule, 0, HAL_ADDRESS_MAX });
}

void hand_back(hal_address address, hal_address size)
{
    pool.bounce.hal.ops->give_back(&pool.bounce.hal, address, size);
}

bool give_back(uint32_t index, uint32_t count)
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

bool whole_again(void)
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
