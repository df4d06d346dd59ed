/* SPDX-License-Identifier: MIT */
/*
 * A board with a PL080 for the tests of its driver: eight channels, of which
 * most tests use the first, memory, a port. The chip is a model that works only
 * when the test lets it, and sees no item before it was published.
 */
#ifndef TESTS_PL08X_WORLD_H
#define TESTS_PL08X_WORLD_H

#include "hal/dmac/pl08x.h"
#include "tests/driven.h"
#include "tests/model/hooks.h"
#include "tests/model/pl08x_model.h"

#include <stdbool.h>
#include <stdint.h>

/* Bus addresses; none is a CPU address. */
#define RING_BUS  0x40001000u
#define ARENA_BUS 0x80000000u
#define TOP_BUS   0xFFFFF000u /* the last page that 32 bits reach */
#define PORT_BUS  0x7E201000u

enum {
    REGISTERS = 0xC0D000,
    ARENA = 0x8000,
    HALF = 0x4000, /* sources lie below, destinations above */
    TOP = 0x1000,
    SLOTS = 64, /* of the largest ring */
    CHANNELS = 8,
    RING = 0x500, /* bytes from one channel's ring to the next one's */
    LINE = 5,     /* request of the port */
    FOREVER = 1000000,
};

/* Items of nth(): bytes, and steps that they take: four words in and out; and
   with the step that fetches them. */
enum { EACH = 16, STEPS = 8, TURN = STEPS + 1 };

struct pl08x_world {
    uint64_t seed;
    uint32_t pace; /* steps at every moment, at most; 0: none */
};

extern struct pl08x_world world;
extern struct pl08x_model chip;
extern struct pl08x channels[CHANNELS];
extern uint8_t ring[CHANNELS * RING]; /* of all channels                   */
extern uint32_t lengths[CHANNELS][SLOTS];
extern uint8_t arena[ARENA];     /* what the chip moves, and what ... */
extern uint8_t want[ARENA];      /* ... has to come of it             */
extern uint8_t port_bytes[HALF]; /* that the port sends, or has got   */
extern const struct pl08x_controller pl080;
extern const struct pl08x_controller pl081;

uint32_t below(uint32_t limit);

/* A chip whose power was just turned on, and a driver that has not seen it; the
   same as a case, and started. */
void set_up(uint32_t slots);
void begin(const char *what, uint32_t slots);

/* Time: some steps, or until nothing moves; ISRs; what happens at every hook if
   a pace is set. */
uint32_t step(uint32_t steps);
void run(void);
void isr(void);
void moment(void);

/* A copy from one offset of the arena to another. */
struct hal_item item(uint32_t from, uint32_t to, uint32_t length);

/* The port, and the half of a route that leads to it, or from it. Plugged in,
   it has so many bytes to send, or room for them. */
struct hal_port port(uint32_t width, uint32_t burst);
struct hal_route along(const struct hal_port *at, bool out,
                       hal_address address);
void plug(const struct hal_port *at, size_t size);

/* What nth() of these does is done to the bytes that we want. */
void expect_items(uint32_t first, uint32_t last);
void expect_residue(hal_address least, hal_address most);

/* Nothing moves and nothing interrupts, whatever is submitted. */
void expect_dead(void);

/* After whatever befell it, the channel starts and copies. */
void expect_usable(void);

#endif
