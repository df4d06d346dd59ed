/* SPDX-License-Identifier: MIT */
/* A cache that does nothing but remember what it was asked to do, and what
   the first byte was at that moment. */
#ifndef TESTS_MODEL_RECORDING_CACHE_H
#define TESTS_MODEL_RECORDING_CACHE_H

#include "hal/cache.h"

#include <stdint.h>

enum { RECORDED_CALLS = 16 };

struct recorded_call {
    char operation; /* 'c'lean, or clean and 'i'nvalidate */
    hal_address pa;
    hal_address length;
    uint8_t first; /* byte at va, then */
};

extern const struct hal_cache recording_cache; /* lines of 64 bytes */

/* What was asked, joined where a call goes on where the last one ended (a
   window ends at a page). */
extern struct recorded_call recorded[RECORDED_CALLS];
extern unsigned recorded_count;

/* Calls, joined or not, since this was set to 0. */
extern unsigned recorded_calls;

/* How often finish() was called since the last time this was set to 0, and what
   it answers. */
extern unsigned recorded_finishes;
extern enum iodma_status recorded_status;

#endif
