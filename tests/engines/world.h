/* SPDX-License-Identifier: MIT */
/*
 * The board of the suite: one engine with all its channels, memory with guard
 * bytes everywhere between the segments, ports, and time.
 *
 * Time passes when a test says so, and, with a pace set, at every hook and
 * every register access: the engine goes on, ports ask for more, and ISRs run
 * if they are not masked.
 */
#ifndef TESTS_ENGINES_WORLD_H
#define TESTS_ENGINES_WORLD_H

#include "dma/iodma.h"
#include "tests/engines/engine.h"
#include "tests/model/hooks.h"
#include "tests/reach.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes for sources; as many for destinations, and for what the oracle makes of
   them. A small board has less. */
#ifndef WORLD_AREA
#define WORLD_AREA 0x500000
#endif

enum {
    WORLD_LONGEST = WORLD_AREA / 5 * 4, /* bytes of a job                  */
    WORLD_SEGMENTS = 1000, /* of a side, at most                           */
    WORLD_JOBS = 20,
    WORLD_PORT = 0x20000, /* bytes that come from a port, or go to it      */
    WORLD_FOREVER = 1000000000,
};

/* Where the CPU finds ports, as on a Raspberry Pi; and how far apart. */
enum {
    WORLD_PORT_FIRST = 0x3F200000,
    WORLD_PORT_STEP = 0x100,
};

/* How a channel is driven. */
enum {
    WORLD_POLLED = 0,    /* interrupts are off: reap, then service         */
    WORLD_INTERRUPT = 1, /* the ISR reaps, a thread serves what is due     */
    WORLD_SERVED = 2,    /* the ISR does both                              */
    WORLD_WAYS,
};

/* What a world has beside the least. */
enum {
    WORLD_LENDS = 1,     /* storage to bounce through                      */
    WORLD_UNSNOOPED = 2, /* data is cached, and the engine does not look   */
    WORLD_STAND_IN = 4,  /* every channel has one                          */
};

/* A list of segments: bytes of an area. */
struct world_side {
    struct iodma_range ranges[WORLD_SEGMENTS];
    uint32_t count;
    struct iodma_memory memory;
    struct iodma_command command;
};

struct world_job {
    struct iodma_transfer transfer;
    struct world_side source;
    struct world_side destination;
    uint32_t channel;
    void (*then)(struct world_job *job); /* what the callback does; or NULL */

    /* What the callback found. */
    uint32_t calls;
    enum iodma_status status;
};

struct world {
    /* Set by the test after world_begin(). */
    uint32_t way;  /* WORLD_POLLED ...                                     */
    uint32_t pace; /* steps at every moment, at most                       */
    bool even;     /* exactly as many                                      */
    uint32_t rare; /* only at every so manyth moment; 0: at each           */
    bool starved;  /* ports ask for nothing                                */
    uint32_t tick; /* how much later it is after each turn of world_drive() */

    /* Read by the test. */
    uint64_t seed;
    uint64_t steps; /* that did something                                  */
    uint32_t moments;
    uint32_t callbacks;
    uint32_t channels;
    bool asked; /* the oracle, about something                             */
    bool lends; /* WORLD_LENDS, or a board whose edges need it             */
};

extern struct world world;
extern struct iodma_channel world_channels[ENGINE_CHANNELS];
extern struct world_job world_jobs[WORLD_JOBS];
extern struct hal_port world_ports[ENGINE_MODEL_PORTS]; /* with addresses */
extern uint8_t world_port_bytes[ENGINE_MODEL_PORTS][WORLD_PORT];
extern struct iodma_bus world_bus;
extern struct iodma_bounce world_pool;

/* Turn the power on: rings of so many slots, channels started, no jobs. */
void world_begin(uint32_t slots, uint32_t with);

/* The rings are overwritten, but for those of a board. */
void world_scribble(void);

/* A number below `limit`. */
uint32_t world_below(uint32_t limit);

/* In how many ways, from the first one, this engine can be driven; one of
   them. */
uint32_t world_ways(void);
uint32_t world_any_way(void);

struct hal_dmac *world_dmac(uint32_t channel);

/* The unit of addresses and lengths of this engine; and one to which all ends
   may keep to be in phase. */
uint32_t world_unit(void);
uint32_t world_any_unit(void);

/* A specification with the limits of the engine. */
struct iodma_spec world_spec(void);

/* The bytes of an area, as the CPU finds them. */
uint8_t *world_source(uint32_t offset);
uint8_t *world_target(uint32_t offset);

/* Where a byte of these is on the bus. */
hal_address world_on_bus(const uint8_t *byte);

/* Add a segment; cut `length` units into so many from `base` on, with gaps
   between most of them; prepare a side with all that it has; both sides that
   have any. */
void world_add(struct world_side *side, const uint8_t *bytes, uint32_t length);
void world_scatter(struct world_side *side, uint8_t *base, uint32_t segments,
                   uint32_t length, uint32_t unit);
enum iodma_status world_prepare(struct world_side *side, uint32_t direction);
void world_make_ready(struct world_job *job);

/* A job of one segment on each side, ready. */
struct world_job *world_plain(uint32_t index, uint32_t from, uint32_t to,
                              uint32_t length);

/* The same of `items` items at least: that many segments on each side. */
struct world_job *world_chain(uint32_t index, uint32_t items, uint32_t length);

enum iodma_status world_submit(struct world_job *job);
enum iodma_status world_submit_on(struct world_job *job,
                                  struct iodma_channel *channel);

/* Submit one that is refused with a status, and, if refusals are explained, by
   a rule, IODMA_RULE_NONE: whichever; the record is this command's. */
void world_expect_refused(const char *what, struct world_job *job,
                          struct iodma_command *command,
                          enum iodma_status status, uint8_t rule);

/* Abort it, from where its channel is served. Returns IODMA_ABORT_... */
uint8_t world_abort(struct world_job *job, uint64_t deadline);

/* All bytes of a job's source, in order. */
void world_gather(const struct world_job *job, uint8_t *bytes);

/* Note what a job has to make of the destinations. */
void world_expect(const struct world_job *job);

/* Have the CPU do the job elsewhere: world_expect_order() compares what came of
   it with what was noted. Who asks for one job asks for all. */
void world_ask_oracle(const struct world_job *job);

/* The destination bytes of a job that are not yet as noted. Segments differ in
   every byte from that before a job: world_spoil(), between world_expect() and
   submit. */
uint64_t world_missing(const struct world_job *job);
void world_spoil(const struct world_job *job);

/* What a job that failed made of its destination is nobody's promise: take it
   as it is. */
void world_settle(const struct world_job *job);

/* Let time pass. Returns how many steps did something. */
uint32_t world_pass(uint32_t steps);

/* Run ISRs that are asked for. */
void world_isr(void);

/* Service, as the way demands. Returns true while transfers remain. */
bool world_serve(void);

/* Until all is called back: so many steps a turn. Returns whether it came to an
   end, and says so otherwise. */
bool world_drive(uint32_t steps);

/* A port's data register, told to the engine. Returns the model of it: what it
   receives, or sends, is in world_port_bytes. */
struct model_port *world_place_port(uint32_t index);

/* Ended once, in this way; and given back. */
void world_expect_end(const struct world_job *job, enum iodma_status status);

/* What holds at the end of every round: destinations as noted, to the last
   guard byte; nobody was mistreated. Returns whether it does. */
bool world_expect_order(void);

/* After whatever befell it, a channel still copies. */
void world_expect_usable(uint32_t channel);

#endif
