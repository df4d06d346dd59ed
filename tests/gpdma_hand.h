/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the GPDMA's model have in common: a chip whose registers
 * are written and read by hand, a ring beside it, an arena whose lower half is
 * copied to the upper one, and a port.
 */
#ifndef TESTS_GPDMA_HAND_H
#define TESTS_GPDMA_HAND_H

#include "tests/model/gpdma_parts.h"

#include <stdint.h>

#define BASE    0xC0DE000u
#define RING    0x20000000u /* 64 KiB aligned */
#define ARENA   0x20010000u
#define TO      (ARENA + HALF)
#define PORT    0x40013824u
#define NOWHERE 0x70000000u

enum {
    HALF = 0x400,
    LINE = 27,  /* the port's request */
    PLANE = 12, /* a channel with 2D addressing */
    FOREVER = 100000,
};

/* CxTR1: words, both addresses counting. */
#define WORDS (2u | 2u << 16 | TR1_SINC | TR1_DINC)
#define BYTES (TR1_SINC | TR1_DINC)
#define BURSTS(source, destination)                                            \
    ((uint32_t)((source)-1) << 4 | (uint32_t)((destination)-1) << 20)
#define PAM(mode)  ((uint32_t)(mode) << 11)
#define TCEM(mode) ((uint32_t)(mode) << 30)
#define IE(flags)  (flags) /* an enable has the place of its flag */

#define FILE_AT(index) ((index) == LLR ? CxLLR : CxTR1 + 4u * (index))
#define ALL_LINEAR     (MASK32(31, 27) | BIT32(16))
#define ALL_PLANAR     LLR_ALL

extern struct gpdma_model chip;
extern uint32_t ring[64];
extern uint32_t seen[64]; /* of the ring, by the chip */
extern uint8_t arena[2 * HALF];
extern uint8_t port_bytes[64];

/* A chip whose power was just turned on; the same in a case of its own. */
void set_up(const struct gpdma_chip *which);
void begin(const char *what);

/* Registers of a channel, by their offset. */
void set(uint32_t channel, uint32_t offset, uint32_t value);
uint32_t get(uint32_t channel, uint32_t offset);

/* Let so many steps pass. Returns how many did. */
uint32_t step(uint32_t count);

/* The register file for a copy within the arena, memory to memory. */
void describe(uint32_t channel, uint32_t tr1, uint32_t size);

void go(uint32_t channel);

/* An item at a place in the ring; returns the link to it. */
uint32_t item(uint32_t place, uint32_t update, const uint32_t *words,
              uint32_t count);

/* A list on a channel that begins with nothing. */
void list(uint32_t channel, uint32_t link);

void expect_behaved(void);
void expect_ended(uint32_t channel, uint32_t flags);
void expect_copied(uint32_t size);

/* NULL: none. */
void expect_violation(const char *want);

#endif
