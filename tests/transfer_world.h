/* SPDX-License-Identifier: MIT */
/*
 * A channel on an engine of software, jobs for it, and memory: for the tests of
 * transfers.
 *
 * The engine works on the arena, and only when the test lets time pass. With
 * a pace set, a little of it passes at every hook that the channel calls: the
 * engine goes on, and its ISR runs if interrupts are not masked.
 */
#ifndef TESTS_TRANSFER_WORLD_H
#define TESTS_TRANSFER_WORLD_H

#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/strict_dmac.h"
#include "tests/reach.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ARENA = 0x2000,
    HALF = 0x1000, /* sources lie below, destinations above */
    PIECES = 6,
    JOBS = 4,
    FOREVER = 1000000,
};

/* Bytes of the arena. */
struct piece {
    uint32_t offset;
    uint32_t length; /* 0: an empty range */
};

struct side {
    struct piece pieces[PIECES];
    struct iodma_range ranges[PIECES];
    struct iodma_memory memory;
    struct iodma_command command;
};

struct job {
    struct iodma_transfer transfer;
    struct side source;
    struct side destination;
    void (*then)(struct job *job); /* what the callback does; may be NULL */

    /* What the callback found. */
    uint32_t calls;
    uint32_t order; /* 1: the first callback of the case */
    enum iodma_status status;
    uint32_t halts;
};

extern uint8_t arena[ARENA];
extern uint8_t want[ARENA]; /* of the arena */

extern const struct hal_bus port;
extern struct hal_aperture aperture;
extern struct iodma_bus bus;
extern struct strict_dmac engine;
extern const char owner[];       /* of the engine   */
extern struct hal_limits limits; /* of the engine   */
extern struct iodma_spec spec;   /* of all commands */
extern struct iodma_channel channel;
extern struct job jobs[JOBS];

extern struct world {
    uint64_t seed;
    uint32_t pace; /* items at every hook, at most; 0: hooks do nothing */
    bool polled;   /* the engine's interrupt is disabled                */
    uint32_t callbacks;
} world;

/* The engine's interrupt is taken, if it is there and may be. */
void isr(void);
/* The engine's hook: it judges who drives it, and time passes. */
void step(enum strict_dmac_step what);
/* No CPU address is a bus address: those begin here. */
hal_address first_on_bus(void);
/* A world without history: an engine of so many slots, not yet started. */
void set_up(uint32_t slots);
void start(void);
/* Both, in a case of its own. */
void begin_case(const char *what, uint32_t slots);
/* Prepare both sides of a job whose pieces are filled in. */
void make_ready(struct job *job);
/* A job of one range on each side. */
struct job *plain(uint32_t index, uint32_t from, uint32_t to, uint32_t length);
/* A job that takes so many items of 8 bytes. */
struct job *chain(uint32_t index, uint32_t items);
enum iodma_status submit(struct job *job);
/* All that the channel does to others, counted. */
uint32_t deeds(void);
/* Service, if it is due: what is not, it must not do. Returns whether more is
   to be done. */
bool serve(void);
/* Let time pass until all is called back: `pace` items a turn. */
void drive(uint32_t pace);
/* What a job should do, done to the bytes we want, one by one. */
void expect_copy(const struct job *job);
void expect_given_back(const struct job *job);
void expect_end_of(const struct job *job, uint32_t calls,
                   enum iodma_status status);
void expect_end(const struct job *job, enum iodma_status status);
/* Nobody gets at a command that the engine has. */
void expect_quarantined(struct iodma_command *command);
/* What holds at the end of every case. */
void expect_order(void);
/* After whatever befell it, the channel still copies. */
void expect_usable(void);
/* Do what a job says, with time passing at `pace`, and see that it is done. */
void run_copy(struct job *job, uint32_t pace);

#endif
