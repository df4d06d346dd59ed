/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the RP2040's driver have in common: a chip that works only
 * when the test lets it, with three engines, of which most cases use the first.
 */
#ifndef TESTS_RP2040_RIG_H
#define TESTS_RP2040_RIG_H

#include "hal/dmac/rp2040_dma.h"
#include "tests/driven.h"
#include "tests/model/hooks.h"
#include "tests/model/rp2040_dma_model.h"

#include <stdbool.h>
#include <stdint.h>

#define ARENA_BUS 0x20010000u
#define RING_BUS  0x20000000u
#define PORT_BUS  0x40034000u
#define NOWHERE   0xD0000000u

enum {
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    ROOM = 0x800,  /* of a ring                             */
    ENGINES = 3,
    FOREVER = 100000,
};

struct rig {
    struct rp2040_dma_model chip;
    struct rp2040_dma engines[ENGINES];
    uint8_t rings[ENGINES][ROOM] __attribute__((aligned(4)));
    uint8_t seen[ENGINES][ROOM]; /* of the rings, by the chip             */
    uint32_t lengths[ENGINES][ROOM / 16];
    uint8_t arena[ARENA] __attribute__((aligned(4))); /* sources are random,
                                     destinations their complement */
    uint8_t want[ARENA];
    uint8_t bytes[256]; /* of a port                                      */

    uint64_t seed;
    uint32_t pace; /* steps at every moment, at most; 0: none */
};

extern struct rig rig;

/* A chip whose power was just turned on, and drivers that have not seen it. */
void rig_set_up(uint32_t slots);

/* A case with them, started. */
void rig_begin(const char *what, uint32_t slots);

/* Let so many steps pass; so many at most, and an ISR. */
void rig_run(uint32_t steps);
void rig_moment(void);

/* Serve all that ask. */
void rig_isr(void);

uint32_t rig_below(uint32_t limit);

/* Calls in which the driver waits: the chip goes on. */
enum iodma_status rig_start(uint32_t n);
uint32_t rig_halt(void);
uint32_t rig_halt_all(uint32_t count);

/* Ports of these widths, on lines of their own, and one that is always ready.
 */
extern const struct hal_port bytewise;
extern const struct hal_port halfwise;
extern const struct hal_port wordwise;
extern const struct hal_port ready;

/* A route from one kind of end to another; which the first engine takes. */
struct hal_route way(uint8_t from, uint8_t to, const struct hal_port *with);
enum iodma_status go_by(struct hal_route route);

/* A copy in the arena. */
struct hal_item rig_item(uint32_t from, uint32_t to, uint32_t length);

/* What items do, done to the bytes we want. */
void expect_item(const struct hal_item *one);
void expect_items(uint32_t first, uint32_t last);

/* After whatever befell it, the engine starts and copies. */
void expect_usable(void);

#endif
