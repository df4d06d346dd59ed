/* SPDX-License-Identifier: MIT */
/* Between the files of the GPDMA model: its registers, and a channel's work. */
#ifndef TESTS_MODEL_GPDMA_PARTS_H
#define TESTS_MODEL_GPDMA_PARTS_H

#include "tests/model/gpdma_model.h"

#include "hal/bits.h"
#include "hal/container_of.h"

/* RM0456 17.8. Reserved bits are those that must be kept at reset value. */
#define SECCFGR   0x00u
#define PRIVCFGR  0x04u
#define RCFGLOCKR 0x08u
#define MISR      0x0Cu
#define SMISR     0x10u

#define CHANNEL_BASE   0x50u
#define CHANNEL_STRIDE 0x80u

/* Offsets in a channel. TR1 to BR2 are neighbours. */
#define CxLBAR 0x00u
#define CxFCR  0x0Cu
#define CxSR   0x10u
#define CxCR   0x14u
#define CxTR1  0x40u
#define CxBR2  0x58u
#define CxLLR  0x7Cu

/* The register file, in the order in which an item has them (17.4.5). */
enum { TR1, TR2, BR1, SAR, DAR, TR3, BR2, LLR };

#define LBAR_RESERVED MASK32(15, 0)

#define SR_IDLEF BIT32(0)
#define SR_TCF   BIT32(8)
#define SR_HTF   BIT32(9)
#define SR_DTEF  BIT32(10)
#define SR_ULEF  BIT32(11)
#define SR_USEF  BIT32(12)
#define SR_SUSPF BIT32(13)
#define SR_FLAGS MASK32(14, 8) /* where FCR and the enables of CR are, too */

#define CR_EN    BIT32(0)
#define CR_RESET BIT32(1)
#define CR_SUSP  BIT32(2)
#define CR_LSM   BIT32(16)
#define CR_FIXED (MASK32(23, 22) | MASK32(17, 16)) /* while EN is 1 */

#define TR1_SDW(tr1)  ((tr1)&3u)
#define TR1_DDW(tr1)  (((tr1) >> 16) & 3u)
#define TR1_SBL(tr1)  ((((tr1) >> 4) & 0x3Fu) + 1)
#define TR1_DBL(tr1)  ((((tr1) >> 20) & 0x3Fu) + 1)
#define TR1_PAM(tr1)  (((tr1) >> 11) & 3u)
#define TR1_SINC      BIT32(3)
#define TR1_DINC      BIT32(19)
#define TR1_SSEC      BIT32(15)
#define TR1_DSEC      BIT32(31)
#define TR1_EXCHANGES (BIT32(13) | BIT32(26) | BIT32(27))

#define TR2_REQSEL(tr2)  ((tr2)&0xFFu)
#define TR2_TRIGPOL(tr2) (((tr2) >> 24) & 3u)
#define TR2_TCEM(tr2)    ((tr2) >> 30)
#define TR2_SWREQ        BIT32(9)
#define TR2_DREQ         BIT32(10)
#define TR2_BREQ         BIT32(11)

enum { TCEM_BLOCK, TCEM_PLANE, TCEM_ITEM, TCEM_CHANNEL };

#define BR1_BNDT     MASK32(15, 0)
#define BR1_BRC      MASK32(26, 16)
#define BR1_BRC_ONE  BIT32(16)
#define BR1_SDEC     BIT32(28)
#define BR1_DDEC     BIT32(29)
#define BR1_BRSDEC   BIT32(30)
#define BR1_BRDDEC   BIT32(31)
#define TR3_SAO(tr3) ((tr3)&0x1FFFu)
#define TR3_DAO(tr3) (((tr3) >> 16) & 0x1FFFu)
#define BR2_SAO(br2) ((br2)&0xFFFFu)
#define BR2_DAO(br2) ((br2) >> 16)

#define LLR_LA  MASK32(15, 2)
#define LLR_UB1 BIT32(29)
#define LLR_ALL (MASK32(31, 25) | BIT32(16))

static inline struct gpdma_model *to_gpdma(const struct engine_model *engine)
{
    return HAL_CONTAINER_OF(engine, struct gpdma_model, engine);
}

static inline bool is_planar(const struct gpdma_model *model,
                             const struct gpdma_model_channel *channel)
{
    return channel->number >= model->chip->planar;
}

static inline bool is_secure(const struct gpdma_model *model,
                             const struct gpdma_model_channel *channel)
{
    return (model->seccfgr >> channel->number & 1) != 0;
}

/* The bit of CxLLR that has a register loaded. */
static inline uint32_t update_bit(uint32_t index)
{
    return index == LLR ? BIT32(16) : BIT32(31 - index);
}

static inline uint32_t
gpdma_source_width(const struct gpdma_model_channel *channel)
{
    return BIT32(TR1_SDW(channel->file[TR1]));
}

static inline uint32_t
gpdma_destination_width(const struct gpdma_model_channel *channel)
{
    return BIT32(TR1_DDW(channel->file[TR1]));
}

/* Do elements keep their bytes, in whatever width they come out? */
static inline bool gpdma_packs(const struct gpdma_model_channel *channel)
{
    return TR1_PAM(channel->file[TR1]) >= 2 ||
           gpdma_source_width(channel) == gpdma_destination_width(channel);
}

/* ---- gpdma_setting.c ---- */

/* A value for the register file, from the CPU or from an item: into the file,
   or a violation. */
void gpdma_channel_set(struct gpdma_model *model,
                       struct gpdma_model_channel *channel, uint32_t index,
                       uint32_t value);

/* EN was written 1 to a channel that is disabled. */
void gpdma_channel_enable(struct gpdma_model *model,
                          struct gpdma_model_channel *channel);

/* Is it what the chip takes (17.4.16, user setting error)? A block of no bytes
   is judged by the caller. */
bool gpdma_channel_is_valid(const struct gpdma_model *model,
                            const struct gpdma_model_channel *channel);

/* 17.8.11, caution: no two active channels on one request. */
void gpdma_channel_check_request(struct gpdma_model *model,
                                 const struct gpdma_model_channel *channel);

/* ---- gpdma_channel.c ---- */

/* The register file has a new item. */
void gpdma_channel_begin(struct gpdma_model_channel *channel);

/* Do one thing on the bus. Returns false if there is nothing to do now. */
bool gpdma_channel_step(struct gpdma_model *model,
                        struct gpdma_model_channel *channel);

#endif
