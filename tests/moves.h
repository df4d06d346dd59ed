/* SPDX-License-Identifier: MIT */
/*
 * What every test_dmac is made of: the board's first copy engine moves what it
 * is told, and nothing else. Real data on the device model, every byte
 * compared, guard bytes all round.
 *
 *   test_dmac [--poll] TEST
 */
#ifndef TESTS_MOVES_H
#define TESTS_MOVES_H

#include "hal/address.h"
#include "hal/dmac.h"
#include "tests/images/bring_up.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of source, and of target; a machine with less memory says how many. */
#ifndef MOVES_AREA
#define MOVES_AREA (1 << 20)
#endif

enum {
    AREA = MOVES_AREA,
    DEADLINE_MS = 120000, /* for what hangs, not for a busy machine  */
    SHORT_MS = 50,        /* for what never comes home               */
};

extern struct engine engine;
extern uint8_t *source;
extern uint8_t *target;
extern uint8_t *want; /* what the target area has to look like */

/* How a transfer ended. */
struct outcome {
    unsigned callbacks;
    enum iodma_status status;
    uint32_t fault;
    uint32_t detail; /* of the fault, the engine's */
    bool quarantined;
};

hal_address address_of(const uint8_t *byte);

/* Does the engine find a target's bytes as they lie, whatever lines they share?
   Else it takes descriptors more. */
bool snooped(void);

/* Lay `count` moves of uneven lengths, each its own segment on both sides; do
   what was laid, and tell how it ended. */
void lay_chain(uint32_t count, uint64_t *seed);
struct outcome transfer(uint32_t from_count, uint32_t to_count,
                        uint32_t deadline_ms);

/* One move between offsets into the areas arrives, and leaves alone what is
   round it. */
bool move_arrives(uint32_t from, uint32_t to, uint32_t length);

/* A chain of `count` moves from fresh areas arrives. */
void chain(uint32_t count);

/* The whole area: what was not a target is a guard. */
void expect_target(const char *what);

/* 256 bytes by one item that goes to the driver directly, since no descriptor
   leads where a test wants it: bus addresses. */
struct hal_progress move_item(hal_address from, hal_address to);

/* A descriptor to this address of the CPU is refused. */
void test_refused(hal_address address);

/* Start the channel again. */
void start_again(void);

/* Tests of every engine. */
void test_moves(void);
void test_chains(void);
void test_overlap(void);
void test_copy(void);

struct move_test {
    const char *name;
    void (*run)(void);
    bool poll; /* needs the engine for itself */
};

/* main() is this. */
int run_by_name(int argc, char **argv, const struct move_test *tests,
                size_t count);

#endif
