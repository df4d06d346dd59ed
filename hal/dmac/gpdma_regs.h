/* SPDX-License-Identifier: MIT */
/*
 * Registers and linked-list items of the GPDMA of STM32U5 and STM32H5, as far
 * as a copy engine needs them.
 *
 * Source: RM0456 Rev 6 (STM32U5), chapter 17; sections are given where a fact
 *         was read. All offsets and fields compared with ST's CMSIS header,
 *         stm32u585xx.h.
 */
#ifndef HAL_DMAC_GPDMA_REGS_H
#define HAL_DMAC_GPDMA_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

#include <stddef.h>

/* Of the controller: a bit for each channel. */
#define GPDMA_SECCFGR  0x00u /* RW: the channel is secure                  */
#define GPDMA_PRIVCFGR 0x04u /* RW: the channel is privileged              */

/* Of a channel. */
#define GPDMA_CHANNELS   16u /* of a controller, at most: AN5593, table 2 */
#define GPDMA_CHANNEL(x) (0x50u + 0x80u * (x))

#define GPDMA_LBAR 0x00u /* RW 17.8.6: bits 31:16 of every item's address   */

#define GPDMA_FCR 0x0Cu /* WO 17.8.7: clears the flags of SR                */

#define GPDMA_SR       0x10u /* RO 17.8.8 */
#define GPDMA_SR_IDLEF BIT32(0)
#define GPDMA_SR_TCF   BIT32(8)  /* transfer complete, as TCEM has it       */
#define GPDMA_SR_HTF   BIT32(9)  /* half of it                              */
#define GPDMA_SR_DTEF  BIT32(10) /* bus error on data                       */
#define GPDMA_SR_ULEF  BIT32(11) /* bus error on an item                    */
#define GPDMA_SR_USEF  BIT32(12) /* settings that cannot be                 */
#define GPDMA_SR_SUSPF BIT32(13) /* suspended                               */
#define GPDMA_SR_TOF   BIT32(14) /* trigger overrun                         */
#define GPDMA_SR_FIFOL(sr)                                                     \
    ((sr) >> 16 & 0xFFu) /* elements of the destination in the FIFO */

#define GPDMA_CR                0x14u /* RW 17.8.9 */
#define GPDMA_CR_EN             BIT32(0)
#define GPDMA_CR_RESET          BIT32(1)
#define GPDMA_CR_SUSP           BIT32(2)
#define GPDMA_CR_TCIE           BIT32(8)
#define GPDMA_CR_DTEIE          BIT32(10)
#define GPDMA_CR_ULEIE          BIT32(11)
#define GPDMA_CR_USEIE          BIT32(12)
#define GPDMA_CR_LAP            BIT32(17) /* items are fetched by port 1 */
#define GPDMA_CR_PRIO(priority) ((uint32_t)(priority) << 22)

/* 17.8.10. The lower half is the source, the upper the destination. */
#define GPDMA_TR1             0x40u
#define GPDMA_TR1_BURST(n)    (((uint32_t)(n)-1) << 4) /* of elements       */
#define GPDMA_BURST_MOST      64u
#define GPDMA_TR1_INC         BIT32(3)
#define GPDMA_TR1_PACK        BIT32(12) /* PAM = 10; of both halves         */
#define GPDMA_TR1_PORT1       BIT32(14) /* accesses by port 1               */
#define GPDMA_TR1_SECURE      BIT32(15)
#define GPDMA_TR1_DESTINATION 16 /* where the upper half begins             */
#define GPDMA_TR1_WIDTH(half) ((half)&3u) /* logarithm, 0 to 2              */

#define GPDMA_TR2              0x44u      /* 17.8.11; from bit 0: the request */
#define GPDMA_TR2_SWREQ        BIT32(9)   /* as fast as it can             */
#define GPDMA_TR2_DREQ         BIT32(10)  /* the request is destination's  */
#define GPDMA_TR2_TCEM_LLI     (2u << 30) /* TCF when the next is loaded   */
#define GPDMA_TR2_TCEM_CHANNEL (3u << 30) /* TCF at the end of the list    */

#define GPDMA_BR1           0x48u                  /* 17.8.12, 17.8.13 */
#define GPDMA_BR1_BNDT(br1) ((br1)&0xFFFFu)        /* bytes of the block */
#define GPDMA_BR1_BRC(br1)  ((br1) >> 16 & 0x7FFu) /* blocks after it    */
#define GPDMA_BR1_LEFT(br1) ((br1)&MASK32(26, 0))  /* 0: it is at its end */
#define GPDMA_BR1_REPEAT    16
#define GPDMA_BR1_BRSDEC    BIT32(30) /* BR2's offsets are subtracted     */
#define GPDMA_BR1_BRDDEC    BIT32(31)

#define GPDMA_SAR 0x4Cu
#define GPDMA_DAR 0x50u
#define GPDMA_TR3 0x54u /* 17.8.16: 2D only */
#define GPDMA_BR2 0x58u /* 17.8.17: 2D only; offsets behind a block's end   */

#define GPDMA_BR2_DESTINATION 16
#define GPDMA_BR2_MOST        0xFFFFu

/* 17.8.18, 17.8.19 (2D): which words the next item has, in the order of the
   registers, and where it is. 0: there is no next one. */
#define GPDMA_LLR         0x7Cu
#define GPDMA_LLR_UB2     BIT32(25) /* 2D only */
#define GPDMA_LLR_ULL     BIT32(16)
#define GPDMA_LLR_ALL     (MASK32(31, 27) | GPDMA_LLR_ULL) /* TR1 to DAR, LLR */
#define GPDMA_LLR_LA(llr) ((llr)&0xFFFCu)

/* A slot of the ring: a linked-list item (17.4.5). */
struct gpdma_slot {
    le32 tr1;
    le32 tr2;
    le32 br1;
    le32 sar;
    le32 dar;
    le32 last[2]; /* LLR; 2D: BR2, LLR */
    le32 unused;
};
_Static_assert(sizeof(struct gpdma_slot) == 32, "a power of two");
_Static_assert(offsetof(struct gpdma_slot, last) == 20, "17.4.5: no gaps");

#endif
