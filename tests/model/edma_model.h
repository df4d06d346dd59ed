/* SPDX-License-Identifier: MIT */
/*
 * The eDMA of an i.MX RT1060 and the DMAMUX before it, by registers: 32
 * channels, one engine that runs one minor loop after the other. A step is one
 * read/write sequence (as many bytes as the larger of SSIZE and DSIZE), or one
 * descriptor loaded.
 *
 * It lacks preemption (ECP), continuous link mode (CLM) and periodic triggers
 * (TRIG): asking for one is a violation. BWC and EDBG change nothing here.
 *
 * Source: NXP's device header of the MIMXRT1062 (DMA, DMAMUX), and the eDMA
 * chapters of the K20, K22, K51, KE1xZ and MPC5601P reference manuals: the same
 * block.
 */
#ifndef TESTS_MODEL_EDMA_MODEL_H
#define TESTS_MODEL_EDMA_MODEL_H

#include "tests/model/engine_model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    EDMA_MODEL_CHANNELS = 32,
    EDMA_MODEL_MUX = 0x4000, /* of the DMAMUX, from the base of the eDMA */
};

/* Transfer control descriptor, in a register bank or in memory. Little-endian,
   as are the machines that run the models. */
struct edma_model_tcd {
    uint32_t saddr;
    uint16_t soff;
    uint16_t attr;
    uint32_t nbytes;
    uint32_t slast;
    uint32_t daddr;
    uint16_t doff;
    uint16_t citer;
    uint32_t dlast_sga;
    uint16_t csr;
    uint16_t biter;
};
_Static_assert(sizeof(struct edma_model_tcd) == 32, "a bank is 32 bytes");

/* What is left of a minor loop. */
struct edma_model_move {
    uint32_t saddr;
    uint32_t daddr;
    uint64_t left;    /* bytes                                         */
    uint32_t request; /* line that paces it; UINT32_MAX: none          */
    uint16_t soff;
    uint16_t doff;
    uint16_t attr;
};

struct edma_model {
    struct engine_model engine;

    /* Set by the test: loading a descriptor clears DONE. Else it stays set
       until the channel begins, as NXP's driver expects (EDMA_HandleIRQ). */
    bool load_clears_done;

    /* Its own: registers. */
    uint32_t cr;
    uint32_t es;
    uint32_t erq;
    uint32_t eei;
    uint32_t interrupts;
    uint32_t errors;
    uint32_t ears;
    uint8_t priority[EDMA_MODEL_CHANNELS];
    uint32_t mux[EDMA_MODEL_CHANNELS];
    struct edma_model_tcd tcd[EDMA_MODEL_CHANNELS];
    uint32_t written[EDMA_MODEL_CHANNELS]; /* bytes of a bank: one bit each   */
    bool fresh[EDMA_MODEL_CHANNELS];       /* not begun since it was written  */

    /* Its own: the engine. */
    uint32_t channel; /* that it serves, or has served last               */
    uint32_t phase;   /* EDMA_x, see edma_model_engine.h                  */
    struct edma_model_move now;
    struct edma_model_move owed; /* said to be done, and not moved yet     */
    uint32_t cancel;             /* CX or ECX, until it is honoured        */
    uint32_t wait;               /* steps until then                       */
    uint32_t late;               /* steps until it says done               */
    uint32_t again;              /* interrupts that come back              */
    uint32_t pending;            /* misbehaviour whose time has come       */
    bool stalled;
};

/* engine_model_power_on(), for this chip. */
void edma_model_power_on(struct edma_model *edma);

#endif
