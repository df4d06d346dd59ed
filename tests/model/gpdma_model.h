/* SPDX-License-Identifier: MIT */
/*
 * The GPDMA of STM32U5 and STM32H5 behind platform/mmio.h, all channels.
 *
 * A step is one linked-list item fetched, one element read into a channel's
 * FIFO, or one written out of it; a channel reads ahead as far as its FIFO and
 * the request allow, so CxBR1 alone does not tell what has arrived. Channels
 * take turns; priorities and ports are kept and change nothing. A request is
 * answered when the port asks for a whole burst (or the rest of the block).
 *
 * A user setting error, a bus error and an access that the chip's security
 * refuses are no violations: they end as the manual says. Memory refuses an
 * access whose security is not its own, or which is not privileged where it
 * has to be: reads give 0, writes are lost, the transfer completes.
 *
 * Not modelled, and a violation when it is used: triggers, byte exchange,
 * peripheral flow control.
 *
 * Source: RM0456 (STM32U5), chapter 17; channels and FIFOs of the H5: RM0481
 * 16.3.2, its register widths: stm32h563xx.h. A refused access reads 0: ST
 * LAT1446.
 */
#ifndef TESTS_MODEL_GPDMA_MODEL_H
#define TESTS_MODEL_GPDMA_MODEL_H

#include "tests/model/engine_model.h"

enum {
    GPDMA_MODEL_CHANNELS = 16,
    GPDMA_MODEL_FIFO = 32, /* bytes, of the deepest */
    GPDMA_MODEL_FILE = 8,  /* registers that a linked-list item may load */
};

/* What one series has that another has not. */
struct gpdma_chip {
    uint32_t channels;
    uint32_t deep;   /* the first channel with a FIFO of 32 bytes, not 8 */
    uint32_t planar; /* the first with 2D addressing                     */
    uint32_t tr2_reserved; /* bits of CxTR2 */
};

extern const struct gpdma_chip gpdma_u5;
extern const struct gpdma_chip gpdma_h5;

struct gpdma_model_channel {
    uint32_t number;

    /* Registers. */
    uint32_t lbar;
    uint32_t cr;
    uint32_t flags;                  /* of CxSR, bits 14 to 8            */
    uint32_t file[GPDMA_MODEL_FILE]; /* in the order of an item          */

    /* Of the item that runs. */
    uint32_t block;   /* CxBR1 as programmed                          */
    uint32_t taken;   /* beats of the source's burst                  */
    uint32_t given;   /* beats of the destination's burst             */
    uint32_t arrived; /* source bytes of the block that were written  */
    uint32_t level;   /* bytes in the FIFO                            */
    uint8_t fifo[GPDMA_MODEL_FIFO];
    bool linking;   /* the next item is loaded next                   */
    bool requested; /* the port has asked since the item began        */

    bool suspended;
    bool needs_reset;    /* after a data transfer error                */
    uint32_t suspending; /* steps until it is suspended; 0: it will not */
    uint32_t stale;      /* registers to be written before the next EN */

    /* Misbehaviour under way. */
    bool stalled;
    bool lingers;  /* the next completion comes late                   */
    bool twice;    /* the next acknowledge is followed by an echo      */
    bool echo;     /* which comes with the next step                   */
    bool spurious; /* the line is up without a flag, until someone asks */
    uint32_t late; /* steps until the flag that is held                */
    uint32_t held;
};

struct gpdma_model {
    struct engine_model engine;
    const struct gpdma_chip *chip;

    /* Set by the test after gpdma_model_power_on(). */
    bool cpu_secure;    /* the CPU's accesses; always privileged    */
    bool memory_secure; /* memory and ports, all of them            */
    bool memory_privileged;

    /* Its own. */
    uint32_t seccfgr;
    uint32_t privcfgr;
    uint32_t rcfglockr;
    uint32_t next; /* channel whose turn it is */
    /* The last is the rest of a transfer that was said to be done. */
    struct gpdma_model_channel channels[GPDMA_MODEL_CHANNELS + 1];
};

/* Turn the power on: engine_model_power_on() for a GPDMA. Everything else that
   the test sets is 0 afterwards: no TrustZone. */
void gpdma_model_power_on(struct gpdma_model *model,
                          const struct gpdma_chip *chip);

#endif
