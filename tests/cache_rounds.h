/* SPDX-License-Identifier: MIT */
/*
 * Rounds of maintenance over a model of a cache: rows of a table, each played
 * from many seeds at ranges anywhere in the arena, at both ends of memory too.
 */
#ifndef TESTS_CACHE_ROUNDS_H
#define TESTS_CACHE_ROUNDS_H

#include "tests/model/cache_lines.h"

/* Everything that is done to data. */
enum {
    CACHE_ANY =
        CACHE_CLEAN | CACHE_INVALIDATE | CACHE_CLEAN_INVALIDATE | CACHE_UNIFY,
};

/* What more than one model says. */
#define CACHE_BESIDE    "an operation on a line that is not in the range"
#define CACHE_UNAWAITED "the doorbell rings before an operation is awaited"
#define CACHE_TOUCHED                                                          \
    "the CPU touches a line whose maintenance is not known to be complete"

typedef void cache_maintain(uint32_t address, uint32_t size);

/* One of out, in (before and after) and code is set. The row is right, or is
   refused with a violation, or leaves bytes wrong. */
struct cache_row {
    const char *what;
    struct cache_lines *(*power_on)(void);
    cache_maintain *out;    /* the CPU has written, the device will read */
    cache_maintain *before; /* the CPU has written, the device will too  */
    cache_maintain *after;  /* it has, the CPU will read                 */
    cache_maintain *code;   /* the CPU has written, and will execute     */
    const char *refused;    /* the violation; NULL: there is none        */
    bool wrong;             /* of some seed bytes are wrong              */
    uint32_t allowed;       /* operations allowed in all memory          */
    uint32_t owned;         /* bytes: before and after get ranges of such
                               blocks; 0: 64                            */
};

/* A case of its own for each row. */
void cache_rounds_play(const struct cache_row *rows, size_t count);

#endif
