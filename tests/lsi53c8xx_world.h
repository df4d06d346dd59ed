/* SPDX-License-Identifier: MIT */
/*
 * A 53C8xx, its driver and memory: for the tests of the latter. The chip is a
 * model that works only when the test lets it, and sees no slot before it was
 * published.
 */
#ifndef TESTS_LSI53C8XX_WORLD_H
#define TESTS_LSI53C8XX_WORLD_H

#include "hal/dmac/lsi53c8xx.h"
#include "tests/driven.h"
#include "tests/model/hooks.h"
#include "tests/model/lsi53c8xx_model.h"

#include <stdint.h>

/* Bus addresses; none is a CPU address. */
#define RING_BUS  0x40001000u
#define ARENA_BUS 0x80000000u
#define TOP_BUS   0xFFFFF000u /* the last page that 32 bits reach */

enum {
    REGISTERS = 0xC0DE00,
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    TOP = 0x1000,
    SLOTS = 64, /* of the largest ring */
    FOREVER = 1000000,
};

extern struct lsi53c8xx_model chip;
extern struct lsi53c8xx lsi;
extern uint8_t ring[LSI53C8XX_RING_SIZE(SLOTS)];
extern uint32_t lengths[SLOTS];
extern uint8_t arena[ARENA];
extern uint8_t want[ARENA]; /* of the arena */
extern uint8_t top[TOP];

extern struct world {
    uint64_t seed;
    uint32_t pace; /* instructions at every hook, at most; 0: none */
} world;

/* Serve the chip if it asks. */
void isr(void);

/* The moment between two steps of the driver. */
void moment(void);

/* A chip whose power was just turned on, and a driver that has not seen it. */
void set_up(uint32_t slots);

/* The same in a case of its own, and the engine started. */
void begin(const char *what, uint32_t slots);

/* A copy from one offset of the arena to another. */
struct hal_item item(uint32_t from, uint32_t to, uint32_t length);

/* What the items first .. last - 1 do, done to the bytes we want. */
void expect_items(uint32_t first, uint32_t last);

/* All that it can do. */
void run(void);

void expect_doorbells(uint32_t count);

/* After whatever befell it, the engine starts and copies. */
void expect_usable(void);

#endif
