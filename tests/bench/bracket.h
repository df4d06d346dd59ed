/* SPDX-License-Identifier: MIT */
/*
 * How instructions are counted: bracket_host.c has callgrind do it,
 * bracket_arm.c reads the counter of a board whose every instruction takes the
 * same time (QEMU's -icount).
 */
#ifndef TESTS_BENCH_BRACKET_H
#define TESTS_BENCH_BRACKET_H

#include <stdbool.h>
#include <stdint.h>

/* Have memory where the stage wants it, and the counter ready. Returns false if
   one of the two cannot be had. */
bool bracket_init(int argc, char **argv);

/* The largest n of a row for which there is memory. */
extern const uint32_t bracket_most;

/* What memcpy and its like take can be told apart. */
extern const bool bracket_knows_copies;

/* Count both functions together, under a name. */
void bracket(void (*before)(void), void (*after)(void), const char *tag);

#endif
