/* SPDX-License-Identifier: MIT */
/*
 * An ARM PrimeCell PL080 (8 channels, two AHB masters) or PL081 (2 channels,
 * one master) behind platform/mmio.h; stricter than the chip.
 *
 * A step is one transfer on the bus: an element read into the channel's FIFO,
 * an element written from it, or a linked list item fetched. The FIFO is
 * filled before it is drained, so a channel that is disabled without being
 * halted loses what it has read. The chip's own fixed priority is not
 * modelled: channels take turns.
 *
 * The chip has one interrupt for all channels, DMACINTR; what a channel asks
 * for is its bit of DMACIntStatus.
 *
 * Source: ARM DDI 0196 (PL080), ARM DDI 0218 (PL081), NXP UM10360 chapter 31
 * (the LPC176x's GPDMA is one).
 */
#ifndef TESTS_MODEL_PL08X_MODEL_H
#define TESTS_MODEL_PL08X_MODEL_H

#include "tests/model/engine_model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PL08X_MODEL_CHANNELS = 8,
    PL08X_MODEL_FIFO = 16, /* bytes of one channel */
    PL08X_MODEL_ITEM = 16, /* bytes of a linked list item */
};

struct pl08x_model_channel {
    uint32_t source;
    uint32_t destination;
    uint32_t next;
    uint32_t control; /* without the transfer size         */
    uint32_t config;  /* without Active                    */
    uint32_t bytes;   /* of the item, not yet written      */
    uint8_t fifo[PL08X_MODEL_FIFO];
    uint32_t fill;    /* bytes in the FIFO                 */
    uint32_t burst;   /* elements left of one that the destination asked for */
    uint32_t written; /* registers, by bit, since it was enabled last        */
    bool loaded;      /* it was enabled with all registers written           */
    bool stalled;
    bool ending;      /* all of the item is written, and it says nothing yet */
    uint32_t late;    /* steps until it does                                 */
    uint32_t over;    /* reads until it is disabled, all being done and said */
    uint32_t closing; /* steps until it is disabled                          */
};

struct pl08x_model {
    struct engine_model engine;

    /* Set by the test: AHB masters, by bit, that reach memory and ports. Both
       after power-up; one that does not gets a bus error. */
    uint32_t memory_by;
    uint32_t ports_by;
    /* The same: reads of a register, from the interrupt of a last item, until
       its channel is disabled; a step does it as well. 0 after power-up. */
    uint32_t closes_after;

    /* Its own. */
    uint32_t channel_count;
    bool on; /* DMACConfiguration.E */
    uint32_t sync;
    uint32_t raw_tc;
    uint32_t raw_error;
    uint32_t turn;
    bool late;      /* the next end of an item comes late        */
    bool twice;     /* the next acknowledge is not the last      */
    uint32_t again; /* channels that interrupt again             */
    /* The last is what moves on unseen after an early end. */
    struct pl08x_model_channel channels[PL08X_MODEL_CHANNELS + 1];
};

/* Turn the power of either chip on, as engine_model_power_on() does. */
void pl080_model_power_on(struct pl08x_model *model);
void pl081_model_power_on(struct pl08x_model *model);

#endif
