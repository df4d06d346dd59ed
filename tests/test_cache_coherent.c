/* SPDX-License-Identifier: MIT */
/* Where there is nothing to maintain, the ends of sweeps are barriers all the
   same. */
#include "hal/cache/coherent.h"

#include "hal/count_of.h"
#include "platform/barrier.h"
#include "tests/check.h"

static uint32_t kinds[4]; /* of the barriers, in order */
static uint32_t count;

void barrier_model(unsigned kind)
{
    if (expect("room for a barrier", count < HAL_COUNT_OF(kinds)))
        kinds[count++] = kind;
}

int main(void)
{
    static uint8_t code[64];
    const struct hal_cache *cache = &coherent_cache;
    const struct hal_cache_ops *ops = cache->ops;

    check_case("a line is a byte: no buffer shares one");
    expect_number("largest", cache->largest_line, 1);
    expect_number("smallest", cache->smallest_line, 1);

    check_case("ranges ask for nothing, their end for a barrier");
    ops->clean(cache, code, 0x1000, sizeof code);
    ops->clean_invalidate(cache, code, 0x1000, sizeof code);
    expect_number("barriers", count, 0);
    expect_status("finish", ops->finish(cache), IODMA_OK);
    expect_number("barriers", count, 1);
    expect_number("its kind", kinds[0], BARRIER_ALL);

    check_case("code is fetched behind both barriers");
    count = 0;
    expect_status("make executable",
                  ops->make_executable(cache, code, 0x1000, sizeof code),
                  IODMA_OK);
    expect_number("barriers", count, 2);
    expect_number("first", kinds[0], BARRIER_ALL);
    expect_number("second", kinds[1], BARRIER_FETCH);
    return check_result();
}
