/* SPDX-License-Identifier: MIT */
/*
 * A bus whose every hook is a moment (tests/model/hooks.h): clock, lock and
 * fences, and also the windows, the cache and the bounce storage, before and
 * behind each call. Its memory is simulated (tests/model/sparse.h); storage is
 * lent by a true pool.
 *
 * The pool is to be called with the lock held, windows and cache without;
 * hooks.broken says if not.
 */
#ifndef TESTS_MODEL_WATCHED_BUS_H
#define TESTS_MODEL_WATCHED_BUS_H

#include "dma/bounce.h"
#include "dma/bus.h"

#include <stdbool.h>
#include <stdint.h>

#define WATCHED_GRANULE UINT64_C(0x100)
#define WATCHED_STORAGE UINT64_C(0x800000) /* where the pool's pages are */

enum {
    WATCHED_PAGES = 16, /* of the largest pool   */
    WATCHED_LOANS = 32, /* a pool's, at the most */
};

/* The pool's counters are the test's to read. */
extern struct iodma_bounce watched_bounce;

/* The bus with a pool of so many pages, all free, and hooks.moment called
   from now on. */
const struct iodma_bus *watched_bus(uint32_t pages, void (*moment)(void));

/* The same with a pool of so many loans. */
const struct iodma_bus *watched_bus_with(uint32_t pages, uint32_t loans,
                                         void (*moment)(void));

/* Nothing was found wrong, the lock is free, no window is open, all pages and
   loans are in the pool. Ends the bus: the pool's pages are taken. */
bool expect_watched_bus(void);

#endif
