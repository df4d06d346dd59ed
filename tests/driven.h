/* SPDX-License-Identifier: MIT */
/*
 * Engines as the tests of their drivers have them: the calls of hal/dmac.h by
 * number, of which most cases use 0; what reap has told; and what holds at the
 * end of a case. The chip is a model that works only when the test lets it.
 */
#ifndef TESTS_DRIVEN_H
#define TESTS_DRIVEN_H

#include "hal/dmac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DRIVEN = 8 };

/* Made anew by each set_up(). */
extern struct driven {
    struct hal_dmac *dmacs[DRIVEN];
    uint32_t retired[DRIVEN];     /* items, all that reap has told     */
    uint32_t fault[DRIVEN];       /* the last that reap has told       */
    const char *const *violation; /* how the chip was ill treated      */
    const uint8_t *arena;         /* what the chip moves, and what ... */
    const uint8_t *want;          /* ... has to come of it             */
    size_t size;                  /* of both                           */
} driven;

enum iodma_status start(uint32_t n);
enum iodma_status go(uint32_t n, const struct hal_route *way);
uint32_t emit(uint32_t n, const struct hal_item *items, uint32_t count);
void submit(uint32_t n);
struct hal_residue residue(uint32_t n);

/* As an ISR does: not to be interrupted, and perhaps under the lock. */
struct hal_progress reap(uint32_t n);

/* Of a set of the first ones; what it answers for one. */
uint32_t halt(uint32_t count);
enum { STOPPED = 0, STUCK = 1 };

/* Of each chip its own: does an engine ask for its ISR? The n-th of a row of
   items that are easy to tell apart. */
bool asserted(uint32_t n);
struct hal_item nth(uint32_t n);

/* Emit the items first .. last - 1 of the row and make them a batch. */
void batch(uint32_t n, uint32_t first, uint32_t last);

/* The next reap of the first one says so, and it asks for none then. */
void expect_progress(uint32_t retired, uint32_t fault);

/* What holds at the end of every case; the same but for the memory. */
void expect_order(void);
void expect_treated_well(void);

#endif
