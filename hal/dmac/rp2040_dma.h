/* SPDX-License-Identifier: MIT */
/*
 * Two channels of the DMA controller of the RP2040 as one copy engine: a data
 * channel, which moves, and a control channel, which loads the next block of
 * the ring into it. Taking the controller out of reset is the board's business.
 *
 * What it can: all 32-bit addresses, 2^32 - 1 bytes an item, elements of 1, 2
 * or 4 bytes, the same on both sides; ports of these widths that ask for one
 * element at a time; fills; cycles. It has no rows.
 *
 * How the ring works: the control channel copies a block of four words to the
 * data channel's alias 1, whose last word starts it; when that is done, the
 * data channel starts the control channel (CHAIN_TO), which goes on in memory.
 * Its write side wraps after 16 bytes; the read side cannot wrap as well, so
 * behind the last slot there is a block that moves the address of slot 0 to the
 * control channel's AL3_READ_ADDR_TRIG. That is a triggering write and no
 * chain, for a chain may overtake the last write (pico-feedback 321).
 *
 * Appending: each batch ends with a null block, of count 0, which starts
 * nothing and interrupts (IRQ_QUIET). So both channels rest when a batch is
 * over, and the interrupt comes after four more words have taken the way of
 * the last data. reap then starts the batch that was submitted meanwhile;
 * submit does so if the engine rests. A block that the engine may have read is
 * never changed: there is no null block that it could have seen too early. A
 * start that meets a busy control channel would be lost: nobody rings unless
 * both were seen to be idle behind a null block, under the bus's lock.
 *
 * Cycles begin at slot 0 and take two slots a period: the data, and a block
 * that moves one word and interrupts, the last of which is the jump. So the
 * control channel's address alone tells which periods are over: all whose
 * second slot it has read. A turn that was missed whole is not seen.
 *
 * Halt: both channels are disabled first, so that none starts the other
 * (pico-sdk, dma_channel_cleanup), then what is left is read, since an abort
 * clears the count; all that do not rest are aborted with one write, and both
 * CHAN_ABORT (2.5.5.3: no start before) and BUSY are waited for, since either
 * may be the first to clear (erratum RP2040-E13). That erratum's late
 * interrupt is disabled before, and acknowledged behind. Erratum E12 falsifies
 * the addresses of sides that wrap or stand still: READ_ADDR of the control
 * channel does neither, and is the only one that is read.
 *
 * Registers read per batch: INTS (whose interrupt), CTRL of both (errors, and
 * that they rest), READ_ADDR of the control channel (which batch); the last
 * three are the read-back of the acknowledge too. Written: INTS and
 * AL3_READ_ADDR_TRIG. Channels share nothing that has two writers: INTE is set
 * and cleared by its atomic aliases.
 */
#ifndef HAL_DMAC_RP2040_DMA_H
#define HAL_DMAC_RP2040_DMA_H

#include "../dmac.h"
#include "../shared.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of what lies in the ring: a block of four registers, and what stands
   behind the last one. */
enum { RP2040_DMA_SLOT_SIZE = 16, RP2040_DMA_TAIL_SIZE = 28 };

/* Bytes of shared memory for a ring of so many slots. */
#define RP2040_DMA_RING_SIZE(slots)                                            \
    ((hal_address)(slots)*RP2040_DMA_SLOT_SIZE + RP2040_DMA_TAIL_SIZE)

/* What the engine is, for its struct hal_dmac. */
#define RP2040_DMA_WIDTHS         (1u | 2u | 4u)
#define RP2040_DMA_PERIODS(slots) ((slots) / 2)

enum {
    RP2040_DMA_OFF = 0,     /* never started: the channels may be anybody's  */
    RP2040_DMA_IDLE = 1,    /* ours, and at rest                            */
    RP2040_DMA_RUNNING = 2, /* a batch, or a cycle, is under way            */
    RP2040_DMA_FAULTED = 3, /* stopped by itself; start() begins anew       */
    RP2040_DMA_STUCK = 4,   /* halt has begun and not succeeded             */
    RP2040_DMA_STOPPED = 5, /* halted: the channels are disabled            */
};

struct rp2040_dma {
    struct hal_dmac dmac;
    uintptr_t base; /* registers; the controller itself finds them there too */
    uint32_t data;  /* channel that moves                           */
    uint32_t control;       /* channel that loads the blocks; another one   */
    uint32_t line;          /* 0: interrupts by INTE0, INTS0; 1: INTE1 ...  */
    struct hal_shared ring; /* RP2040_DMA_RING_SIZE(slots), on words        */
    uint32_t slots;         /* power of two, at least 4; each batch takes
                               one more than it has items, and one stays
                               free                                         */
    uint32_t *lengths;      /* slots words that no device can write: bytes
                               of each slot's item; 0: it has none          */

    /* The route: thread. */
    uint32_t ctrl;        /* of an item, but for the size of its elements   */
    uint32_t width;       /* of its elements; 0: as wide as they can be     */
    uint32_t source;      /* not INCR_READ: where all items read            */
    uint32_t destination; /* not INCR_WRITE: where all items write          */
    bool cyclic;

    /* Free-running slot indices. */
    uint32_t filled;         /* next to fill: thread                        */
    uint32_t told;           /* end of the last batch: thread, under the lock */
    uint32_t retired;        /* end of the last batch that ended: reap      */
    uint32_t turn;           /* periods told of this turn: reap; run, at rest */
    uint32_t state;          /* RP2040_DMA_...: thread under the lock, reap */
    struct hal_residue left; /* from halt to start: thread                  */
};

extern const struct hal_dmac_ops rp2040_dma_ops;

/* What it can move. */
extern const struct hal_limits rp2040_dma_limits;

/* Where it finds its blocks. */
extern const struct hal_limits rp2040_dma_ring_limits;

#ifdef __cplusplus
}
#endif

#endif
