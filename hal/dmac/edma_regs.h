/* SPDX-License-Identifier: MIT */
/*
 * Registers and transfer control descriptors of the eDMA of i.MX RT10xx
 * (32 channels), and its DMAMUX.
 *
 * Source: NXP's register headers of the i.MX RT1060 (mcux-devices-rt,
 *         RT1060/periph: PERI_DMA.h, PERI_DMAMUX.h); eDMA chapters of the K20
 *         (Rev 1.1, 21), K22F (Rev 3, 22) and K51 reference manuals, whose
 *         engine is the same with 16 channels.
 */
#ifndef HAL_DMAC_EDMA_REGS_H
#define HAL_DMAC_EDMA_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

#include <stddef.h>

/* Of all channels. */
#define EDMA_CR        0x00u          /* RW 32 */
#define EDMA_CR_HOE    BIT32(4)       /* an error sets HALT */
#define EDMA_CR_HALT   BIT32(5)       /* no channel begins */
#define EDMA_CR_ECX    BIT32(16)      /* as CX, and an error */
#define EDMA_CR_CX     BIT32(17)      /* end what executes; clears itself */
#define EDMA_CR_ACTIVE BIT32(31)      /* RO: the engine is at work */
#define EDMA_CR_RO     MASK32(31, 24) /* ACTIVE, and reserved */

#define EDMA_ES            0x04u    /* RO 32: the last error, of any channel */
#define EDMA_ES_DBE        BIT32(0) /* bus error of a write */
#define EDMA_ES_SBE        BIT32(1) /* bus error of a read */
#define EDMA_ES_CONFIG     MASK32(7, 2) /* what a TCD says is inconsistent */
#define EDMA_ES_ERRCHN(es) (((es) >> 8) & 31u) /* whose it was */
#define EDMA_ES_OTHERS     MASK32(16, 14)      /* priorities, cancelled */

#define EDMA_ERQ 0x0Cu /* RW 32: a bit each: requests are served */
#define EDMA_INT 0x24u /* RW 32: a bit each: a major loop is over */
#define EDMA_ERR 0x2Cu /* RW 32: a bit each: see ES */

/* Change the bit of one channel: its number is written. */
#define EDMA_CEEI 0x18u /* WO 8: no interrupt at an error */
#define EDMA_SEEI 0x19u /* WO 8: interrupt at an error */
#define EDMA_CERQ 0x1Au /* WO 8: clear in ERQ */
#define EDMA_SERQ 0x1Bu /* WO 8: set in ERQ */
#define EDMA_CDNE 0x1Cu /* WO 8: clear CSR.DONE */
#define EDMA_CERR 0x1Eu /* WO 8: clear in ERR */
#define EDMA_CINT 0x1Fu /* WO 8: clear in INT */

/* The TCD of a channel, laid out as in memory; undefined after a reset. */
#define EDMA_TCD(channel)  (0x1000u + 32u * (channel))
#define EDMA_TCD_SADDR     0x00u /* RW 32: as it is while the channel works */
#define EDMA_TCD_DADDR     0x10u /* RW 32: the same */
#define EDMA_TCD_CITER     0x16u /* RW 16: minor loops to come */
#define EDMA_TCD_DLAST_SGA 0x18u /* RW 32 */
#define EDMA_TCD_CSR       0x1Cu /* RW 16 */

#define EDMA_CITER_MASK MASK32(14, 0)

#define EDMA_CSR_INTMAJOR BIT32(1) /* set INT at the end of the major loop */
#define EDMA_CSR_DREQ     BIT32(3) /* clear in ERQ at the end of it */
#define EDMA_CSR_ESG      BIT32(4) /* load what DLAST_SGA points to then */
#define EDMA_CSR_ACTIVE   BIT32(6) /* RO: a minor loop executes */
#define EDMA_CSR_DONE     BIT32(7) /* the major loop is over */

/* In memory: on 32 bytes, little-endian. */
struct edma_tcd {
    le32 saddr;
    le32 soff_attr; /* offset, and sizes of both sides in the upper half */
    le32 nbytes;    /* of a minor loop, which is what a request asks for */
    le32 slast;
    le32 daddr;
    le32 doff_citer;
    le32 dlast_sga;
    le32 csr_biter; /* BITER: minor loops of the major loop */
};
_Static_assert(sizeof(struct edma_tcd) == 32, "a TCD is 32 bytes");
_Static_assert(offsetof(struct edma_tcd, dlast_sga) == EDMA_TCD_DLAST_SGA,
               "in memory as in the registers");

#define EDMA_SOFF_ATTR(offset, source, destination)                            \
    ((offset) | (destination) << 16 | (source) << 24)
#define EDMA_HALVES(low, high) ((low) | (high) << 16)

/* DMAMUX: where the request of a channel comes from. */
#define EDMA_CHCFG(channel) (4u * (channel)) /* RW 32 */
#define EDMA_CHCFG_SOURCES  128u             /* lines there are */
#define EDMA_CHCFG_A_ON     BIT32(29)        /* always */
#define EDMA_CHCFG_ENBL     BIT32(31)

#endif
