/* SPDX-License-Identifier: MIT */
/*
 * Channels on engines of software that can do everything, or as much as a case
 * says, with stand-ins beside them, a port, and memory: for the tests of what a
 * channel does beside copying. An engine works only when the test lets it.
 */
#ifndef TESTS_CHANNEL_WORLD_H
#define TESTS_CHANNEL_WORLD_H

#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "hal/dmac/cpu.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/strict_dmac.h"
#include "tests/reach.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    CHANNELS = 3,
    SLOTS = 4,
    FOREVER = 1000000,
    PORT = 0x3F201000,
    PORT_BYTES = 0x1000,
};

#define BUS UINT64_C(0x10000000)

extern uint8_t arena[ARENA];
extern uint8_t want[ARENA];              /* of the arena */
extern struct hal_aperture apertures[2]; /* the arena, the port */
extern struct hal_region region;
extern const struct hal_bus port;
extern struct iodma_bus bus;
extern struct strict_dmac engines[CHANNELS];
extern struct cpu_dmac stand_ins[CHANNELS];
extern struct iodma_channel channels[CHANNELS];
extern const char owner[]; /* of their engines */

extern struct job {
    struct iodma_transfer transfer;
    struct iodma_range ranges[2];
    struct iodma_memory memories[2];
    struct iodma_command source;
    struct iodma_command destination;
    uint32_t calls;
    enum iodma_status status;
} jobs[CHANNELS + 1];

/* Accesses of the stand-ins to the port. */
extern struct at_port {
    uint32_t count;
    uint32_t last;
} at_port;

/* The port, as one that asks for each byte. */
extern const struct hal_port fifo;

/* What engines can, beside moving memory to memory. */
enum { FILLS = 1, PORTS = 2 };

/* A case: engines that can do so much, started. */
void begin(const char *what, uint32_t can, uint32_t max_rows);
/* This channel has its stand-in. */
void lend(uint32_t index);
/* What a job's callback notes. */
void done(struct iodma_transfer *transfer, enum iodma_status status);
/* An end of a job, 0 its source: so many bytes of the arena. */
void prepare(struct job *job, uint32_t end, uint32_t at, uint32_t length);
/* The same command, in segments of so many bytes. */
void in_segments(struct iodma_command *command, uint32_t length);
/* The job with this index is a copy of so many bytes at places of its own. */
struct job *copy(uint32_t index, uint32_t length);
void submit(struct job *job, uint32_t channel);
/* All that this channel has comes to an end. */
void drive(uint32_t index);
void expect_end(const struct job *job, enum iodma_status status);
/* What holds at the end of every case. */
void expect_order(void);

#endif
