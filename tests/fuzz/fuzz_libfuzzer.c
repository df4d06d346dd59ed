/* SPDX-License-Identifier: MIT */
/* Rounds that clang's libFuzzer looks for: it has the main(). What it says of
   itself is for its authors; ours is a line now and then, and one at the end
   unless something broke. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TOLD_S = 10 };

static unsigned long rounds;
static time_t told;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void tell(const char *how)
{
    printf("%s%s: %lu rounds\n", how, fuzz_driver, rounds);
    (void)fflush(stdout);
}

/* What breaks does not come here. */
static void at_end(void)
{
    tell("ok - ");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    told = time(NULL);
    return atexit(at_end);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_run(bytes, size);
    rounds++;
    if (time(NULL) - told >= TOLD_S) {
        told = time(NULL);
        tell("# ");
    }
    return 0;
}
