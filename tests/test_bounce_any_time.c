/* SPDX-License-Identifier: MIT */
/* Storage is taken and given back at random, beside a naive search; the pool is
   whole again when all has come back. */
#include "tests/bounce_world.h"

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

int main(void)
{
    small_pools();
    large_pools();
    return check_result();
}
