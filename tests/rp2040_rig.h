/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the RP2040's driver have in common: a chip that works only
 * when the test lets it, with three engines, of which most cases use the first.
 */
#ifndef TESTS_RP2040_RIG_H
#define TESTS_RP2040_RIG_H

#include "hal/dmac/rp2040_dma.h"
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
    uint32_t pace;             /* steps at every moment, at most; 0: none */
    uint32_t retired[ENGINES]; /* items, all that reap has told           */
    uint32_t fault;            /* the last that reap has told             */
};

extern struct rig rig;

/* A chip whose power was just turned on, and drivers that have not seen it. */
void rig_set_up(uint32_t slots);

/* A case with them, started. */
void rig_begin(const char *what, uint32_t slots);

/* Let so many steps pass; so many at most, and an ISR. */
void rig_run(uint32_t steps);
void rig_moment(void);

/* Does engine n ask for its ISR? Serve it; serve all that ask. */
bool rig_asserted(uint32_t n);
struct hal_progress rig_reap(uint32_t n);
void rig_isr(void);

uint32_t rig_below(uint32_t limit);

/* The calls of the driver; while it waits, the chip goes on. */
enum iodma_status rig_start(uint32_t n);
uint32_t rig_emit(const struct hal_item *items, uint32_t count);
void rig_submit(void);
struct hal_residue rig_residue(void);
uint32_t rig_halt(void);
uint32_t rig_halt_all(uint32_t count);

/* What halt answers for a set of one. */
enum { STOPPED = 0, STUCK = 1 };

/* A copy in the arena; the n-th of a row of different widths, 16 bytes apart;
   those from first to last - 1, as a batch. */
struct hal_item rig_item(uint32_t from, uint32_t to, uint32_t length);
struct hal_item rig_nth(uint32_t n);
void rig_batch(uint32_t first, uint32_t last);

/* What they do, done to the bytes we want. */
void expect_item(const struct hal_item *one);
void expect_items(uint32_t first, uint32_t last);

void expect_progress(uint32_t retired, uint32_t fault);

/* What holds at the end of every case. */
void expect_order(void);

/* After whatever befell it, the engine starts and copies. */
void expect_usable(void);

#endif
