/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the eDMA's driver have in common: a chip that works only
 * when the test lets it, between the calls or at any register access within
 * one, with three channels, of which most cases use the first.
 */
#ifndef TESTS_EDMA_RIG_H
#define TESTS_EDMA_RIG_H

#include "hal/dmac/edma.h"
#include "hal/dmac/edma_regs.h"
#include "tests/driven.h"
#include "tests/model/edma_model.h"
#include "tests/model/hooks.h"

#include <stdbool.h>
#include <stdint.h>

#define RING_BUS  0x20200000u
#define ARENA_BUS 0x80000000u
#define PORT_BUS  0x40184020u

enum {
    ARENA = 0x8000,
    HALF = 0x4000, /* sources lie below, destinations above */
    SLOTS = 16,
    CHANNELS = 3,
    PORT = 256,
    FOREVER = 100000,
};

/* Two that share an interrupt, and a neighbour. */
extern const uint8_t rig_numbers[CHANNELS];

struct rig {
    struct edma_model chip;
    struct edma_controller controller;
    struct edma edmas[CHANNELS];
    struct edma_tcd ring[CHANNELS][SLOTS + 1] __attribute__((aligned(32)));
    uint8_t published[sizeof(struct edma_tcd[CHANNELS][SLOTS + 1])];
    uint32_t lengths[CHANNELS][SLOTS];
    uint8_t arena[ARENA];
    uint8_t want[ARENA];
    uint8_t port_bytes[PORT];

    /* What happens at the n-th register access from now: some steps pass, and
       maybe an interrupt is served. */
    struct {
        uint32_t at; /* 0: nothing */
        uint32_t steps;
        bool serve;
    } intrusion;
};

extern struct rig rig;

/* A chip whose power was just turned on, and drivers that have not seen it. */
void rig_set_up(void);

/* A case with them, the first one started. */
void rig_begin(const char *what);

/* Serve the first channel if it asks. */
void rig_isr(void);

/* Let so many steps pass one by one, and the first channel be served. */
void rig_run(uint32_t steps);

/* What items of the row do: 3 elements each. */
void rig_expect_items(uint32_t first, uint32_t last);

void rig_expect_told(uint32_t retired, uint32_t fault);

/* What holds at the end of every case. */
void rig_expect_order(void);

/* After whatever befell it, the first channel starts and copies. */
void rig_expect_usable(void);

#endif
