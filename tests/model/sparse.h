/* SPDX-License-Identifier: MIT */
/*
 * Simulated physical memory of 2^63 bytes, of which the pages that are used
 * exist. Fresh memory reads P(x) = (x ^ x>>8 ^ x>>16 ^ x>>32) & 0xFF (spec
 * 10.1). The core reaches it through windows of one page, that nest.
 */
#ifndef TESTS_MODEL_SPARSE_H
#define TESTS_MODEL_SPARSE_H

#include "hal/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPARSE_PAGE = 0x1000, SPARSE_WINDOWS = 4 };

/* That can exist. A machine with less memory says how many it has room for;
   what needs more says so. */
#ifndef SPARSE_PAGES
#define SPARSE_PAGES 192
#endif

/* The window hook: fails when all windows are open, or when told to. */
extern const struct hal_window sparse_window;

/* Forget all that was written; close nothing, fail nothing. */
void sparse_reset(void);

/* The byte that fresh memory has. */
uint8_t sparse_fresh(uint64_t address);

/* A byte, to look at or to write, as any bus master would. */
uint8_t *sparse_byte(uint64_t address);

/* Bytes side by side, likewise; *length is cut to what a page has of them. */
uint8_t *sparse_bytes(hal_address address, hal_address *length);

/* The n-th open from now on fails (1: the next one); 0: none does. */
void sparse_fail_open(unsigned n);

/* Windows open at this moment. */
unsigned sparse_open_windows(void);

/* A sum over all memory that was ever touched: the same when all of it has
   the same bytes. Pages that were only looked at do not matter. */
uint64_t sparse_digest(void);

#endif
