/* SPDX-License-Identifier: MIT */
/*
 * Bouncing on real memory, by real masters: an engine and a disk serve memory
 * on both sides of where the engine's reach ends as if it were all the same.
 * Every byte is compared, with guard bytes all round.
 *
 *   test_far cases | short | fail | random [SEED]
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/target/far.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t seed = 1;

static void test_random(void)
{
    far_test_random(seed);
}

static const struct {
    const char *name;
    void (*run)(void);
    bool poll;  /* the test drives the engine itself   */
    bool wraps; /* the windows                         */
} tests[] = {
    { "cases", far_test_cases, true, false },
    { "short", far_test_short, true, false },
    { "fail", far_test_fail, true, true },
    { "random", test_random, false, false },
};

static int run(size_t index)
{
    const char *step;
    enum iodma_status status;

    if (tests[index].wraps)
        far_wrap_windows();
    status = engine_bring_up(&far.engine, 0, tests[index].poll, &step);
    if (status != IODMA_OK) {
        printf("not ok - %s: %s\n", step, iodma_status_name(status));
        return 1;
    }
    tests[index].run();
    return check_result();
}

int main(int argc, char **argv)
{
    if (argc == 3)
        seed = (uint32_t)strtoul(argv[2], NULL, 10);
    for (size_t i = 0; argc >= 2 && i < HAL_COUNT_OF(tests); i++) {
        if (strcmp(argv[1], tests[i].name) == 0)
            return run(i);
    }
    printf("test_far: which of the tests? (see the source)\n");
    return 64;
}
