/* SPDX-License-Identifier: MIT */
/*
 * A board's hooks, and memcpy and its like. They keep a record. What they take
 * themselves is not counted: on the host their names tell (tests/bench/
 * counts.awk); on a board there is no branch in a hook, so what one call takes
 * is how long it is, and the calls are counted.
 */
#ifndef TESTS_BENCH_HOOKS_H
#define TESTS_BENCH_HOOKS_H

#include "hal/bus.h"

#include <stdint.h>

extern const struct hal_cache hooks_cache;
extern const struct hal_clock hooks_clock;
extern const struct hal_lock hooks_lock;
extern const struct hal_fences hooks_fences;

/* The calls of maintenance since the last reset, ours and the floors'. */
enum { HOOKS_LOG = 256 }; /* that are known; a power of two */

struct hooks_log {
    uint32_t count;
    struct {
        uintptr_t first;
        size_t length;
    } calls[HOOKS_LOG];
};

extern struct hooks_log hooks_cleaned, hooks_dropped;

/* What they named. */
struct hooks_lines {
    uintptr_t first; /* the lowest address          */
    uintptr_t end;   /* behind the highest          */
    uint64_t length; /* bytes of all calls together */
};

struct hooks_lines hooks_lines(const struct hooks_log *log);

/* The hooks, and how often each has been called since the last reset. */
#define HOOKS(X)                                                               \
    X(hook_now)                                                                \
    X(hook_frequency)                                                          \
    X(hook_save)                                                               \
    X(hook_restore)                                                            \
    X(hook_publish)                                                            \
    X(hook_observe)                                                            \
    X(hook_clean)                                                              \
    X(hook_drop)                                                               \
    X(hook_finish)                                                             \
    X(floor_clean)                                                             \
    X(floor_invalidate)                                                        \
    X(floor_fence)

enum hooks_name {
#define HOOKS_NUMBER(name) HOOKS_##name,
    HOOKS(HOOKS_NUMBER)
#undef HOOKS_NUMBER
        HOOKS_COUNT,
};

extern uint32_t hooks_calls[HOOKS_COUNT];

/* Bytes that memcpy and memmove, and memset, were asked for. */
extern uint64_t hooks_copied, hooks_cleared;

void hooks_reset(void);

#endif
