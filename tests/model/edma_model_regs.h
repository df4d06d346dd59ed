/* SPDX-License-Identifier: MIT */
/*
 * Registers of the eDMA as its model and the model's test read them; a
 * driver's names are its own.
 *
 * Source: NXP's device header of the MIMXRT1062, DMA and DMAMUX.
 */
#ifndef TESTS_MODEL_EDMA_MODEL_REGS_H
#define TESTS_MODEL_EDMA_MODEL_REGS_H

#include "hal/bits.h"

/* 32 bits. */
#define EDMA_CR   0x00u
#define EDMA_ES   0x04u /* RO           */
#define EDMA_ERQ  0x0Cu
#define EDMA_EEI  0x14u
#define EDMA_INT  0x24u /* write 1 to clear */
#define EDMA_ERR  0x2Cu /* write 1 to clear */
#define EDMA_HRS  0x34u /* RO           */
#define EDMA_EARS 0x44u

/* 8 bits: a channel's number, or one of the two below; they read as 0. */
#define EDMA_CEEI    0x18u
#define EDMA_SEEI    0x19u
#define EDMA_CERQ    0x1Au
#define EDMA_SERQ    0x1Bu
#define EDMA_CDNE    0x1Cu
#define EDMA_SSRT    0x1Du
#define EDMA_CERR    0x1Eu
#define EDMA_CINT    0x1Fu
#define EDMA_ALL     BIT32(6) /* of all channels    */
#define EDMA_NOP     BIT32(7) /* nothing is written */
#define EDMA_CHANNEL MASK32(4, 0)

#define EDMA_CR_ERCA    BIT32(2) /* round robin of channels */
#define EDMA_CR_ERGA    BIT32(3) /* round robin of groups   */
#define EDMA_CR_HOE     BIT32(4)
#define EDMA_CR_HALT    BIT32(5)
#define EDMA_CR_CLM     BIT32(6)
#define EDMA_CR_EMLM    BIT32(7)
#define EDMA_CR_GRP0PRI BIT32(8)
#define EDMA_CR_GRP1PRI BIT32(10)
#define EDMA_CR_ECX     BIT32(16)
#define EDMA_CR_CX      BIT32(17)
#define EDMA_CR_ACTIVE  BIT32(31) /* RO */
#define EDMA_CR_KEPT    (MASK32(7, 1) | EDMA_CR_GRP0PRI | EDMA_CR_GRP1PRI)

#define EDMA_ES_DBE    BIT32(0)
#define EDMA_ES_SBE    BIT32(1)
#define EDMA_ES_SGE    BIT32(2)
#define EDMA_ES_NCE    BIT32(3)
#define EDMA_ES_DOE    BIT32(4)
#define EDMA_ES_DAE    BIT32(5)
#define EDMA_ES_SOE    BIT32(6)
#define EDMA_ES_SAE    BIT32(7)
#define EDMA_ES_ERRCHN 8 /* shift */
#define EDMA_ES_ECX    BIT32(16)
#define EDMA_ES_VLD    BIT32(31)

/* 8 bits, one a channel; those of a word in falling order. */
#define EDMA_DCHPRI       0x100u
#define EDMA_DCHPRI_CHPRI MASK32(3, 0)
#define EDMA_DCHPRI_GRP   4 /* shift, RO */
#define EDMA_DCHPRI_DPA   BIT32(6)
#define EDMA_DCHPRI_ECP   BIT32(7)

/* Banks of 32 bytes, one a channel. */
#define EDMA_TCD       0x1000u
#define EDMA_TCD_END   0x1400u
#define EDMA_SADDR     0x00u
#define EDMA_SOFF      0x04u /* 16 bits */
#define EDMA_ATTR      0x06u /* 16 bits */
#define EDMA_NBYTES    0x08u
#define EDMA_SLAST     0x0Cu
#define EDMA_DADDR     0x10u
#define EDMA_DOFF      0x14u /* 16 bits */
#define EDMA_CITER     0x16u /* 16 bits */
#define EDMA_DLAST_SGA 0x18u
#define EDMA_CSR       0x1Cu /* 16 bits */
#define EDMA_BITER     0x1Eu /* 16 bits */

#define EDMA_ATTR_SMOD  11 /* shifts */
#define EDMA_ATTR_SSIZE 8
#define EDMA_ATTR_DMOD  3
#define EDMA_ATTR_DSIZE 0

/* With EMLM; with one of the two, bits 29..10 are the offset. */
#define EDMA_NBYTES_SMLOE BIT32(31)
#define EDMA_NBYTES_DMLOE BIT32(30)

#define EDMA_ITER_ELINK    BIT32(15)
#define EDMA_ITER_LINKCH   9 /* shift */
#define EDMA_ITER_RESERVED BIT32(14)
#define EDMA_ITER_LINKED   MASK32(8, 0)  /* count, with ELINK    */
#define EDMA_ITER_PLAIN    MASK32(14, 0) /* count, without ELINK */

#define EDMA_CSR_START       BIT32(0)
#define EDMA_CSR_INTMAJOR    BIT32(1)
#define EDMA_CSR_INTHALF     BIT32(2)
#define EDMA_CSR_DREQ        BIT32(3)
#define EDMA_CSR_ESG         BIT32(4)
#define EDMA_CSR_MAJORELINK  BIT32(5)
#define EDMA_CSR_ACTIVE      BIT32(6) /* RO */
#define EDMA_CSR_DONE        BIT32(7) /* write 0 to clear */
#define EDMA_CSR_MAJORLINKCH 8        /* shift */
#define EDMA_CSR_RESERVED    BIT32(13)
#define EDMA_CSR_BWC         14 /* shift; 1 is reserved */

/* DMAMUX: 32 bits, one a channel. */
#define EDMA_CHCFG_SOURCE MASK32(6, 0)
#define EDMA_CHCFG_A_ON   BIT32(29)
#define EDMA_CHCFG_TRIG   BIT32(30)
#define EDMA_CHCFG_ENBL   BIT32(31)

#endif
