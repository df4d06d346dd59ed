/* SPDX-License-Identifier: MIT */
/*
 * Registers and control blocks of the DMA controller of the RP2040, as far as
 * a copy engine needs them.
 *
 * Source: RP2040 Datasheet, chapter 2.5 (DMA), and the register headers that
 *         its vendor generates from the same description (pico-sdk,
 *         src/rp2040/hardware_regs: dma.h, addressmap.h).
 */
#ifndef HAL_DMAC_RP2040_DMA_REGS_H
#define HAL_DMAC_RP2040_DMA_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

#include <stddef.h>

enum {
    RP2040_CHANNELS = 12,
    RP2040_LINES = 2, /* interrupts: DMA_IRQ_0 and DMA_IRQ_1 */
};

/* Bytes of address space; the same registers again, write-only, where a 1
   sets or clears a bit and a 0 leaves it alone. */
#define RP2040_SIZE  0x1000u
#define RP2040_SET   0x2000u
#define RP2040_CLEAR 0x3000u

/* Of a channel. The four registers of a channel appear four times, in another
   order each time; a write to the last one of the four starts the channel. */
#define RP2040_CHANNEL(n)         (0x40u * (n))
#define RP2040_READ_ADDR          0x00u /* RW: reads less what is in flight */
#define RP2040_WRITE_ADDR         0x04u /* RW */
#define RP2040_TRANS_COUNT        0x08u /* reads: left; writes: of next run */
#define RP2040_AL1_CTRL           0x10u /* RW */
#define RP2040_AL3_READ_ADDR_TRIG 0x3Cu /* WO here: starts, unless it is 0 */

#define RP2040_CTRL_EN          BIT32(0)
#define RP2040_CTRL_SIZE(n)     ((uint32_t)(n) << 2) /* logarithm, 0 to 2 */
#define RP2040_CTRL_LOG(ctrl)   (((ctrl) >> 2) & 3u)
#define RP2040_CTRL_INCR_READ   BIT32(4)
#define RP2040_CTRL_INCR_WRITE  BIT32(5)
#define RP2040_CTRL_RING(n)     ((uint32_t)(n) << 6) /* logarithm of bytes */
#define RP2040_CTRL_RING_SEL    BIT32(10) /* ... of the side that writes */
#define RP2040_CTRL_CHAIN_TO(n) ((uint32_t)(n) << 11) /* itself: none */
#define RP2040_CTRL_TREQ_SEL(n) ((uint32_t)(n) << 15)
#define RP2040_CTRL_IRQ_QUIET   BIT32(21) /* only null triggers interrupt */
#define RP2040_CTRL_BUSY        BIT32(24) /* RO */
#define RP2040_CTRL_ERRORS      MASK32(30, 29) /* of read, write; 1 clears */
#define RP2040_CTRL_AHB_ERROR   BIT32(31)      /* RO: either of them */

enum { RP2040_TREQ_PERMANENT = 0x3F }; /* below: requests, and four timers */

/* Of all channels, a bit each; of a line. */
#define RP2040_INTE(line) (0x404u + 0x10u * (line)) /* RW */
#define RP2040_INTS(line) (0x40Cu + 0x10u * (line)) /* asserted; 1 clears */
#define RP2040_CHAN_ABORT 0x444u /* 1 ends what runs; reads 1 until it has */

/* What the control channel writes to AL1_CTRL and the three behind it. A count
   of 0 is a null trigger: the data channel does not start, but interrupts. */
struct rp2040_block {
    le32 ctrl;
    le32 read_addr;
    le32 write_addr;
    le32 trans_count; /* elements */
};
_Static_assert(sizeof(struct rp2040_block) == 16, "alias 1: four registers");
_Static_assert(offsetof(struct rp2040_block, trans_count) == 12, "the trigger");

/* Behind the last slot. */
struct rp2040_tail {
    struct rp2040_block jump; /* back to slot 0                              */
    le32 first;               /* what it moves: the address of slot 0        */
    le32 fill;                /* what a fill reads                           */
    le32 news;                /* where the end of a period writes            */
};
_Static_assert(sizeof(struct rp2040_tail) == 28, "no gaps");

#endif
