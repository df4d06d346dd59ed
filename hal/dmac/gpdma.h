/* SPDX-License-Identifier: MIT */
/*
 * One channel of a GPDMA, the copy engine of STM32U5 and STM32H5.
 *
 * What it can: 32-bit addresses, blocks of less than 64 KiB, elements of 1, 2
 * or 4 bytes, of each side its own: it packs and unpacks. Channels with "2D
 * addressing" repeat a block at a stride: they do rows. Security is stated for
 * each side, privilege for a channel (RM0456 17.4.14, 17.4.15).
 *
 *                       channels  fifo 8   fifo 32   rows      requests
 *     STM32U575, U585   0 to 15   0 to 11  12 to 15  12 to 15  114
 *     STM32H563, H573   0 to 7    0 to 3   4 to 7    6, 7      136
 *
 * (Of other chips: ST's tables "channel implementation" and "programmed
 * request". Source: RM0456 table 135 and RM0481 table 134; for requests the
 * last that stm32u5xx_hal_dma.h and stm32h5xx_hal_dma.h have for the chip.)
 *
 * How the ring works: a slot is a linked-list item, each leads to the next; all
 * of them lie in one window of 64 KiB. submit ends the batch's last item with a
 * link of 0. The doorbell points the channel, whose own block is empty, at the
 * first item and enables it; it loads that and runs until the link of 0
 * disables it (17.4.7). reap then starts the next batch if one was submitted
 * meanwhile. So no item is appended to a list that is being read: there is
 * nothing to race with.
 *
 * A cycle is laid into the ring as often as there is room, twice at least; the
 * link register then tells periods of this turn from those of the next.
 *
 * Registers read per batch: CxSR (what happened), CxSR again (pushes the
 * acknowledge; is it idle?), CxLLR and CxBR1, which are 0 at the end of a list
 * (17.4.7). Per period of a cycle: CxSR twice, CxLLR. Written: CxFCR; per
 * doorbell CxLLR and CxCR; per route CxTR2.
 */
#ifndef HAL_DMAC_GPDMA_H
#define HAL_DMAC_GPDMA_H

#include "../dmac.h"
#include "../shared.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of what lies in the ring: an item with a word of ours, and the word
   that fills read. */
enum { GPDMA_SLOT_SIZE = 32, GPDMA_FILL_SIZE = 4 };

/* Bytes of shared memory for a ring of so many slots. */
#define GPDMA_RING_SIZE(slots)                                                 \
    ((uint64_t)(slots)*GPDMA_SLOT_SIZE + GPDMA_FILL_SIZE)

/* For struct hal_dmac. */
enum {
    GPDMA_WIDTHS = 1 | 2 | 4,
    GPDMA_ROWS = 2048, /* max_rows of a 2D channel; 0 of another */
    GPDMA_SAME_PHASE = 1,
};

/* The most periods in a ring of so many slots. */
#define GPDMA_PERIODS(slots) ((uint32_t)(slots) / 2)

enum {
    GPDMA_UNKNOWN = 0, /* not started yet                                  */
    GPDMA_IDLE = 1,
    GPDMA_RUNNING = 2, /* a batch is under way                             */
    GPDMA_FAULTED = 3, /* nothing begins any more; it may still be enabled */
    GPDMA_HALTED = 4,  /* reset                                            */
};

/* Which way one side goes. */
struct gpdma_side {
    uint32_t half;    /* of TR1: what is the same for all items          */
    uint32_t address; /* of a port or of the pattern                     */
    uint32_t width;   /* bytes, of a port; 0: as wide as the item allows */
    int32_t stride;   /* of rows in memory                               */
    bool moves;       /* memory: address and stride are the item's       */
};

/* What we know of a slot. */
struct gpdma_note {
    uint32_t length; /* bytes of its item, all rows   */
    uint32_t end;    /* of the batch that begins here */
};

struct gpdma {
    struct hal_dmac dmac;
    uintptr_t base;           /* of the controller                           */
    uint32_t channel;         /* its number there, at most 15                */
    struct hal_shared ring;   /* GPDMA_RING_SIZE(slots), in one 64 KiB window */
    uint32_t slots;           /* power of two, at least 2                    */
    struct gpdma_note *notes; /* slots of them, where no device can write  */

    /* Facts of the board and the chip, const. */
    uint32_t fifo;     /* bytes, 8 or 32: as above                           */
    uint32_t requests; /* lines, from 0: as above                            */
    uint8_t priority;  /* 0 .. 3, the highest                               */
    bool secure;       /* the channel and its fetches of items; start makes
                          it so if it may, and takes no channel that is more
                          secure or privileged than is said here            */
    bool privileged;   /* the channel, its fetches, and both sides          */
    struct gpdma_access {
        bool secure; /* accesses of this side; only if the channel is       */
        bool port1;  /* AHB master                                          */
    } source, destination;
    bool items_port1; /* the same of items, and of what fills read          */

    /* Free-running slot indices. */
    uint32_t filled;  /* next to fill: thread                               */
    uint32_t told;    /* end of the last batch: thread, under the lock      */
    uint32_t retired; /* end of the last batch that ended: reap             */
    uint32_t state;   /* GPDMA_IDLE ...: thread under the lock, reap, halt  */

    /* The way of the items: thread, while nothing runs. */
    struct gpdma_side from;
    struct gpdma_side to;
    uint32_t tr2;
    uint32_t rows; /* of an item, not 0                                  */
    bool cyclic;

    /* Of what runs: submit under the lock, reap. */
    uint32_t turn; /* slots of all the turns of a cycle in the ring       */
    uint32_t at;   /* of them, which one it would load next               */
    bool begun;    /* a cycle has loaded its first item                   */
    bool ended;    /* it said that it had completed                       */

    struct hal_residue rest; /* halt: what residue answers until start     */
};

extern const struct hal_dmac_ops gpdma_ops;

/* What a channel can move. */
extern const struct hal_limits gpdma_limits;

/* Where it can fetch its items. */
extern const struct hal_limits gpdma_ring_limits;

#ifdef __cplusplus
}
#endif

#endif
