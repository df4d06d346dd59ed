/* SPDX-License-Identifier: MIT */
/*
 * A board's hooks, and memcpy and its like. They keep a record: what they take
 * themselves is known by their names (tests/bench/counts.awk).
 */
#ifndef TESTS_BENCH_HOOKS_H
#define TESTS_BENCH_HOOKS_H

#include "hal/bus.h"

#include <stdint.h>

extern const struct hal_cache hooks_cache;
extern const struct hal_clock hooks_clock;
extern const struct hal_lock hooks_lock;
extern const struct hal_fences hooks_fences;

/* What the calls of maintenance named since the last reset, ours and the
   floors'. */
struct hooks_lines {
    uintptr_t first; /* the lowest address          */
    uintptr_t end;   /* behind the highest          */
    uint64_t length; /* bytes of all calls together */
};

extern struct hooks_lines hooks_cleaned, hooks_dropped;

/* Bytes that memcpy and memmove, and memset, were asked for. */
extern uint64_t hooks_copied, hooks_cleared;

void hooks_reset(void);

#endif
