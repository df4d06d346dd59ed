/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the eDMA's model have in common: a chip whose registers are
 * written and read by hand, a ring beside it, and descriptors that move parts
 * of the lower half of an arena to the same place in the upper one.
 */
#ifndef TESTS_EDMA_HAND_H
#define TESTS_EDMA_HAND_H

#include "tests/model/edma_model.h"
#include "tests/model/edma_model_regs.h"

#include <stdint.h>

#define RING_BUS  0x20200000u
#define ARENA_BUS 0x80000000u
#define PORT_BUS  0x4018401Cu
#define NOWHERE   0x60000000u

enum {
    BASE = 0x400E8000,
    SLOTS = 8,
    ARENA = 2048,
    HALF = 1024, /* sources lie below, destinations above */
    SIZE = 64,   /* of the sample, and of a part          */
    REQUEST = 20,
    OTHER_REQUEST = 21,
    MANY = 10000,
};

extern struct edma_model chip;
extern struct edma_model_tcd ring[SLOTS];
extern uint8_t arena[ARENA];
extern uint8_t port_bytes[SIZE];

/* A chip whose clock has just been turned on, with round robin. */
void begin(const char *what);

/* Registers, by their offset and width. */
void put(uint32_t offset, uint32_t value, unsigned size);
uint32_t get(uint32_t offset, unsigned size);

/* Where a channel's are, and what its CSR says. */
uint32_t bank(uint32_t channel, uint32_t at);
uint32_t mux(uint32_t channel);
uint32_t csr(uint32_t channel);

/* Let so many steps pass. Returns how many did. */
uint32_t step(uint32_t steps);

uint32_t slot_bus(uint32_t slot);

/* Four iterations of four words; part 0 .. 15 of both halves. */
struct edma_model_tcd sample(uint32_t part);

/* All of it in one minor loop, begun by its own START. */
struct edma_model_tcd whole(uint32_t part);

/* Into the bank of a channel. */
void install(uint32_t channel, const struct edma_model_tcd *tcd);
void install_sample(uint32_t channel);

/* A chain in the ring: slot i moves part i + 1, and the last one ends. */
void chain(uint32_t slots);

/* Part 0 in the bank of channel 0, followed by the ring. */
struct edma_model_tcd head(void);

/* A port whose line goes to the channel. */
void attach(uint32_t channel, uint32_t depth);

/* NULL: none. */
void expect_violation(const char *want);

void expect_part(uint32_t part);
void expect_untouched(uint32_t part);

#endif
