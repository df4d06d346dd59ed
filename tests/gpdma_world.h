/* SPDX-License-Identifier: MIT */
/*
 * A GPDMA, two channels of it with their drivers, and memory: for the tests of
 * the driver. The chip is a model that works only when the test lets it.
 */
#ifndef TESTS_GPDMA_WORLD_H
#define TESTS_GPDMA_WORLD_H

#include "hal/bits.h"
#include "hal/dmac/gpdma.h"
#include "tests/check.h"
#include "tests/driven.h"
#include "tests/model/gpdma_model.h"
#include "tests/model/hooks.h"

/* Bus addresses; none is a CPU address. */
#define RING_BUS  0x2001F000u
#define ARENA_BUS 0x80000000u
#define TOP_BUS   0xFFFFF000u /* the last page that 32 bits reach */
#define PORT_BUS  0x40013820u

enum {
    REGISTERS = 0xC0DE000,
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    TOP = 0x1000,
    SLOTS = 32,
    RING = GPDMA_RING_SIZE(SLOTS),
    PORT = 512, /* bytes that a port takes or gives at most */
    LINE = 5,   /* its request */
    FOREVER = 1000000,
    LINEAR = 3,
    PLANAR = 12,
};

extern struct gpdma_model chip;
extern struct gpdma engines[2]; /* LINEAR, PLANAR */
extern struct gpdma *engine;    /* the one that is meant */
extern uint8_t rings[2][RING];
extern uint8_t arena[ARENA];
extern uint8_t want[ARENA]; /* of the arena */
extern uint8_t top[TOP];
extern uint8_t port_bytes[PORT];

extern struct world {
    uint64_t seed;
    uint32_t pace;       /* steps at every hook, at most; 0: none */
    bool nags;           /* the ISR runs at every hook            */
    uint32_t interrupts; /* that came between steps                */
} world;

/* The moment between two steps of the driver: time passes, and an interrupt may
   come. */
void moment(void);
/* A chip whose power was just turned on, and drivers that have not seen it. */
void set_up(uint32_t slots);
/* Engine 0 of the set is this one. */
void use(uint32_t index);
/* The same in a case of its own, and the engine started. */
void begin(const char *what, uint32_t index, uint32_t slots);
/* A copy from one offset of the arena to another. */
struct hal_item item(uint32_t from, uint32_t to, uint32_t length);
/* What an item does, done to the bytes we want. */
void expect_item(struct hal_item one);
/* A batch of the items first .. last - 1, which are of every width and phase,
   and what they do. */
void expect_batch(uint32_t first, uint32_t last);
/* All that it can do. */
void run(void);
/* After whatever befell it, the engine starts and copies. */
void expect_usable(void);

#endif
