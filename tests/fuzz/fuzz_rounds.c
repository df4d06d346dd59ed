/* SPDX-License-Identifier: MIT */
/*
 * Rounds without libFuzzer, for the test run:
 *
 *   fuzz_<driver> ROUNDS [SEED] [CORPUS]
 *
 * so many from seeds SEED (1), SEED + 1, ..., behind those of the corpus: a
 * line of hexadecimal digits each, and comments behind #. What breaks is told,
 * with the round that broke it.
 */
#include "hal/bits.h"
#include "tests/check.h"
#include "tests/fuzz/fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BYTES = 512,   /* of a round, at most                         */
    HANG_S = 600,  /* for what hangs, however busy the machine is */
    TOLD = 100000, /* rounds from one line of progress to the next */
};

static const char *kind;
static unsigned long current;

/* Whatever ends us: which round it was. */
static void on_end(int signal)
{
    printf("not ok - %s: signal %d in the round of %s %lu\n", fuzz_driver,
           signal, kind, current);
    (void)fflush(stdout);
    _exit(1);
}

static int digit(char character)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, character);

    return at && character ? (int)(at - digits) : -1;
}

static size_t bytes_of(const char *line, uint8_t *bytes)
{
    size_t size = 0;

    while (size < BYTES && digit(line[0]) >= 0 && digit(line[1]) >= 0) {
        bytes[size++] = (uint8_t)(digit(line[0]) << 4 | digit(line[1]));
        line += 2;
    }
    return size;
}

/* Returns how many rounds it has; 0 if it cannot be read. */
static unsigned long run_corpus(const char *name)
{
    static char line[2 * BYTES + 2];
    uint8_t bytes[BYTES];
    FILE *corpus = fopen(name, "r");
    unsigned long rounds = 0;

    kind = "line";
    current = 0;
    while (corpus && fgets(line, sizeof line, corpus)) {
        current++;
        if (line[0] == '#')
            continue;
        fuzz_run(bytes, bytes_of(line, bytes));
        rounds++;
    }
    if (corpus)
        (void)fclose(corpus);
    return rounds;
}

static void run_seed(uint64_t seed)
{
    uint8_t bytes[BYTES];
    size_t size;

    seed *= UINT64_C(0x9E3779B97F4A7C15); /* neighbours are no relatives */
    size = 1 + random_below(&seed, BYTES);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_below(&seed, 256);
    fuzz_run(bytes, size);
}

static void run_seeds(unsigned long first, unsigned long rounds)
{
    kind = "seed";
    for (unsigned long i = 0; i < rounds; i++) {
        if (i % 1000 == 0)
            (void)alarm(HANG_S);
        if (i != 0 && i % TOLD == 0) {
            printf("# %s: %lu rounds\n", fuzz_driver, i);
            (void)fflush(stdout);
        }
        current = first + i;
        run_seed(current);
    }
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    unsigned long lines = 0;

    (void)signal(SIGABRT, on_end);
    (void)signal(SIGALRM, on_end);
    (void)alarm(HANG_S);
    if (argc > 3) {
        lines = run_corpus(argv[3]);
        if (lines == 0) {
            printf("not ok - %s: no corpus in %s\n", fuzz_driver, argv[3]);
            return 1;
        }
    }
    run_seeds(seed, rounds);
    printf("ok - %s: %lu rounds from seed %lu on, %lu of the corpus\n",
           fuzz_driver, rounds, seed, lines);
    return 0;
}
