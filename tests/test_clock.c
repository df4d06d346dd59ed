/* SPDX-License-Identifier: MIT */
/* A deadline is no earlier than was asked for, and little later, however fast
   the clock is and whenever it began; a wait looks once more behind it. */
#include "hal/clock.h"
#include "hal/count_of.h"
#include "tests/check.h"

#include <stdio.h>

static uint64_t ticks;
static uint32_t hertz;

static uint64_t now(const struct hal_clock *self)
{
    (void)self;
    return ticks;
}

static uint32_t frequency(const struct hal_clock *self)
{
    (void)self;
    return hertz;
}

static const struct hal_clock clock = { now, frequency };

/* Ticks that so many milliseconds take, rounded up. */
static uint64_t exactly(uint32_t milliseconds)
{
    return ((uint64_t)hertz * milliseconds + 999) / 1000;
}

static bool expect_deadline(uint32_t milliseconds)
{
    uint64_t wait = hal_deadline(&clock, milliseconds) - ticks;
    uint64_t exact = exactly(milliseconds);

    return expect("it is not too early", wait >= exact) &&
           expect("and little too late", wait <= exact + exact / 100 + 2);
}

static void deadlines(void)
{
    static const uint32_t frequencies[] = {
        1,        1000,     1023,     32767,     32768,      1000000,
        24000000, 62500000, 66666667, 100000000, 1000000000, UINT32_MAX,
    };
    static const uint32_t waits[] = { 0, 1, 5, 100, 5000, 60000, 3600000 };
    static const uint64_t starts[] = { 0, UINT32_MAX, UINT64_C(1) << 40 };

    check_case("a deadline is no earlier than asked for, and 1 % later");
    for (size_t i = 0; i < HAL_COUNT_OF(frequencies) * HAL_COUNT_OF(waits);
         i++) {
        hertz = frequencies[i / HAL_COUNT_OF(waits)];
        for (size_t k = 0; k < HAL_COUNT_OF(starts); k++) {
            ticks = starts[k];
            if (!expect_deadline(waits[i % HAL_COUNT_OF(waits)]))
                printf("#   %u Hz, %u ms\n", (unsigned)hertz,
                       (unsigned)waits[i % HAL_COUNT_OF(waits)]);
        }
    }
}

static void gigahertz(void)
{
    check_case("a deadline of 5 seconds at 1 GHz is beyond 32 bits");
    hertz = 1000000000;
    ticks = 7;
    expect("it is", hal_deadline(&clock, 5000) >= UINT64_C(5000000007));
    expect("and not much more",
           hal_deadline(&clock, 5000) < UINT64_C(5050005007));
}

static void expiring(void)
{
    check_case("a deadline has passed when its tick has come");
    ticks = UINT64_C(0x100000000);
    expect("the tick before", !hal_expired(&clock, ticks + 1));
    expect("its tick", hal_expired(&clock, ticks));
    expect("the tick behind", hal_expired(&clock, ticks - 1));
    expect("far before, beyond 32 bits",
           !hal_expired(&clock, ticks + UINT64_C(0x100000000)));
}

static void waiting(void)
{
    struct hal_wait wait = { .deadline = 100 };

    check_case("a wait that is late looks once more, and no oftener");
    ticks = 99;
    expect("in time", hal_wait_again(&wait, &clock));
    expect("and again", hal_wait_again(&wait, &clock));
    ticks = 100;
    expect("late: a last look", hal_wait_again(&wait, &clock));
    expect("and none after it", !hal_wait_again(&wait, &clock));
    ticks = 0;
    expect("whatever the clock says", !hal_wait_again(&wait, &clock));
}

int main(void)
{
    deadlines();
    gigahertz();
    expiring();
    waiting();
    return check_result();
}
