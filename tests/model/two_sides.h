/* SPDX-License-Identifier: MIT */
/*
 * Memory that a CPU with a cache and a device look at from two sides: where
 * the device does not look into the cache there are two copies of every byte,
 * and a line of the cache is as an adversary wants it, within what a real cache
 * could do.
 *
 *   dirty   the CPU's copy differs from the last state in step. It may be
 *           written back at any moment, all of the line
 *   clean   it may be fetched anew at any moment, all of the line; or not
 *
 * Maintenance has its effect when it is finished; what is clean is seen at
 * publish().
 * What the device writes has landed at observe(), or at any moment before.
 *
 * There are two stretches of memory: the client's and the storage's.
 */
#ifndef TESTS_MODEL_TWO_SIDES_H
#define TESTS_MODEL_TWO_SIDES_H

#include "hal/address.h"
#include "hal/cache.h"
#include "hal/fences.h"
#include "hal/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TWO_SIDES_CLIENT = 0x8000,   /* bytes, at most */
    TWO_SIDES_STORAGE = 0x20000, /* bytes, at most */
    TWO_SIDES_WATCHED = 1024,    /* lines in which the adversary acts */
};

/* The test's facts about a round. */
struct two_sides_facts {
    hal_address client, storage; /* addresses */
    size_t client_size, storage_size;
    uint32_t line;     /* bytes; 0: there is no cache          */
    hal_address shown; /* bytes that a window of the CPU's shows
                       at most; they end at multiples       */
    /* The device looks into the cache, or it holds nothing of this byte. */
    bool (*snooped)(hal_address address);
    /* The line may be dropped: nobody but the transfer has bytes in it. */
    bool (*may_drop)(hal_address line);
};

extern const struct hal_window two_sides_window;
extern const struct hal_cache_ops two_sides_cache_ops;
extern const struct hal_fences two_sides_fences;

/* Begin a round with fresh contents, some of it dirty; nothing is watched. */
void two_sides_begin(const struct two_sides_facts *facts, uint64_t seed);

/* The adversary acts on the line of this byte, too. */
void two_sides_watch(hal_address address);

/* What the device wrote has landed: the test has seen that it is idle. */
void two_sides_land(void);

/* A moment passes. */
void two_sides_moment(void);

/* Nothing is under way any more, the cache is empty. */
void two_sides_settle(void);

/* A byte, from either side. What the device writes lands later. */
uint8_t two_sides_cpu(hal_address address);
void two_sides_cpu_write(hal_address address, uint8_t value);
uint8_t two_sides_device(hal_address address);
void two_sides_device_write(hal_address address, uint8_t value);

/* What was done wrong; NULL: nothing. Windows open now; cache operations since
   the beginning. */
extern const char *two_sides_broken;
extern unsigned two_sides_open, two_sides_operations;

#endif
