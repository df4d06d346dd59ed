/* SPDX-License-Identifier: MIT */
/* A ring never mistakes full for empty, also where its indices wrap. */
#include "hal/count_of.h"
#include "hal/ring.h"
#include "tests/check.h"

/* Fill and retire at random against a plain count, for every size and from
   every side of the wrap at 2^32. */
static void against_a_count(uint32_t slots, uint32_t start)
{
    uint64_t seed = slots + start;
    uint32_t filled = start;
    uint32_t retired = start;
    uint32_t count = 0;

    for (int i = 0; i < 1000; i++) {
        if (random_below(&seed, 2) != 0 && count < slots) {
            expect_number("slot", ring_slot(filled, slots),
                          (start + (filled - start)) % slots);
            filled++;
            count++;
        } else if (count != 0) {
            retired++;
            count--;
        }
        expect_number("used", ring_used(filled, retired), count);
        expect_number("free", ring_free(filled, retired, slots), slots - count);
    }
}

int main(void)
{
    static const uint32_t starts[] = { 0, 1, UINT32_MAX - 500, UINT32_MAX };

    check_case("full and empty differ, through the wrap at 2^32");
    for (uint32_t slots = 1; slots <= 256; slots *= 2) {
        for (size_t i = 0; i < HAL_COUNT_OF(starts); i++)
            against_a_count(slots, starts[i]);
    }
    return check_result();
}
