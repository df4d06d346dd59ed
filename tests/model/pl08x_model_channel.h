/* SPDX-License-Identifier: MIT */
/*
 * What one channel of the PL08x model does on the bus; and the registers of a
 * channel, for the model's two sources alone: its driver has read the manuals
 * for itself.
 *
 * Source: ARM DDI 0196, DDI 0218: channel registers.
 */
#ifndef TESTS_MODEL_PL08X_MODEL_CHANNEL_H
#define TESTS_MODEL_PL08X_MODEL_CHANNEL_H

#include "hal/bits.h"
#include "tests/model/pl08x_model.h"

/* Words of a channel, and of a linked list item without the last. */
enum {
    PL08X_SRC_ADDR = 0,
    PL08X_DEST_ADDR = 1,
    PL08X_LLI = 2,
    PL08X_CONTROL = 3,
    PL08X_CONFIG = 4,
};
#define PL08X_ITEM MASK32(PL08X_CONTROL, PL08X_SRC_ADDR)

#define PL08X_LLI_ADDRESS MASK32(31, 2)
#define PL08X_LLI_LM      BIT32(0) /* PL080 only */

#define PL08X_CONTROL_I      BIT32(31)
#define PL08X_CONTROL_DI     BIT32(27)
#define PL08X_CONTROL_SI     BIT32(26)
#define PL08X_CONTROL_D      BIT32(25) /* PL080 only */
#define PL08X_CONTROL_S      BIT32(24) /* PL080 only */
#define PL08X_CONTROL_DWIDTH 21
#define PL08X_CONTROL_SWIDTH 18
#define PL08X_CONTROL_DBSIZE 15
#define PL08X_CONTROL_SBSIZE 12
#define PL08X_CONTROL_SIZE   MASK32(11, 0)
#define PL08X_WIDTH_32       2u /* the others are reserved */

#define PL08X_CONFIG_RESERVED (MASK32(31, 19) | BIT32(10) | BIT32(5))
#define PL08X_CONFIG_H        BIT32(18)
#define PL08X_CONFIG_A        BIT32(17) /* RO */
#define PL08X_CONFIG_ITC      BIT32(15)
#define PL08X_CONFIG_IE       BIT32(14)
#define PL08X_CONFIG_FLOW     11
#define PL08X_CONFIG_DEST     6
#define PL08X_CONFIG_SRC      1
#define PL08X_CONFIG_E        BIT32(0)
/* What may change while the channel is enabled. */
#define PL08X_CONFIG_ANY_TIME                                                  \
    (PL08X_CONFIG_H | PL08X_CONFIG_ITC | PL08X_CONFIG_IE | PL08X_CONFIG_E)

/* Flow control by the DMA controller; 4 to 7 are by a peripheral. */
#define PL08X_FLOW_TO_PERIPHERAL   1u /* set: the destination is paced */
#define PL08X_FLOW_FROM_PERIPHERAL 2u /* set: the source is            */
#define PL08X_FLOW_BY_PERIPHERAL   4u

/* Its share of a register. */
static inline uint32_t pl08x_field(uint32_t value, uint32_t shift,
                                   uint32_t width)
{
    return value >> shift & MASK32(width - 1, 0);
}

/* DMACCxControl, with the transfer size; and as it reads. */
void pl08x_model_set_control(struct pl08x_model_channel *channel,
                             uint32_t value);
uint32_t pl08x_model_control(const struct pl08x_model_channel *channel);

/* Begin with the item that the registers hold; a wrong one is a violation. */
void pl08x_model_begin(struct pl08x_model *model,
                       struct pl08x_model_channel *channel);

/* Off, whatever was under way: what is in the FIFO is lost. */
void pl08x_model_shut(struct pl08x_model_channel *channel);

/* Do one thing. Returns false if there is nothing to do. */
bool pl08x_model_advance(struct pl08x_model *model, uint32_t number);

#endif
