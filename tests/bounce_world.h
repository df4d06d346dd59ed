/* SPDX-License-Identifier: MIT */
/* A pool of bounce storage, and a naive account of what it should be. */
#ifndef TESTS_BOUNCE_WORLD_H
#define TESTS_BOUNCE_WORLD_H

#include "dma/bounce.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reach.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOST_GRANULES = 1024 };

extern struct pool {
    struct iodma_bounce bounce;
    uint32_t words[IODMA_BLOCK_WORDS(MOST_GRANULES) + 1];
    struct hal_loan loans[4];
    hal_address base;
    hal_address granule;
    uint32_t count;
    uint32_t in_use;
    uint32_t high_water;
    bool taken[MOST_GRANULES];
    struct lent {
        uint32_t first;
        uint32_t count;
    } lent[MOST_GRANULES];
    uint32_t lent_count;
} pool;

/* A pool of so many granules, all of it free. Returns whether it was made. */
bool make_pool(hal_address base, uint32_t count, uint32_t granule);
hal_address address_of(uint32_t granule);
/* Is the pool as its account is? */
bool same_account(void);
/* Take it from both. Returns whether they agree. */
bool take_wish(const struct hal_bounce_wish *wish);
/* The same for a number of granules, anywhere. */
bool take(uint32_t count);
/* Give it back to the pool alone. */
void hand_back(hal_address address, hal_address size);
/* Give back to both: some, or all, of what was taken at once. */
bool give_back(uint32_t index, uint32_t count);
/* Give back all: is it one run again? */
bool whole_again(void);

#endif
