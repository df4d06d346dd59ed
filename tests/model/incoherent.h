/* SPDX-License-Identifier: MIT */
/*
 * A write-back cache before simulated memory. The CPU's side is
 * tests/model/sparse.h; the device has memory itself, here. A line that the CPU
 * has changed is dirty: written back it overwrites what the device wrote in it,
 * all of it. A line that is not may be stale until it is dropped.
 *
 * What a real cache may do at any moment it does when the test says so.
 */
#ifndef TESTS_MODEL_INCOHERENT_H
#define TESTS_MODEL_INCOHERENT_H

#include "hal/cache.h"

#include <stdint.h>

enum { INCOHERENT_PAGES = 48 };

/* Its hooks also count the bytes they were asked for, whichever way. */
extern struct hal_cache incoherent_cache;
extern hal_address incoherent_maintained;

/* Both sides are fresh, and nothing is dirty, if sparse memory is fresh. */
void incoherent_reset(uint32_t line);

/* A byte of memory, as the device reads or writes it. */
uint8_t *incoherent_byte(hal_address address);

/* Every dirty line is written back. */
void incoherent_evict(void);

/* Every line that is not dirty is read again. */
void incoherent_refill(void);

#endif
