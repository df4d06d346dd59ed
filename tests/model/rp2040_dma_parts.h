/* SPDX-License-Identifier: MIT */
/* What the two halves of the RP2040's model have of each other: the registers
   (rp2040_dma_registers.c) and what goes on behind them (rp2040_dma_model.c).
 */
#ifndef TESTS_MODEL_RP2040_DMA_PARTS_H
#define TESTS_MODEL_RP2040_DMA_PARTS_H

#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/model/rp2040_dma_model.h"

#define CTRL_EN          BIT32(0)
#define CTRL_HIGH        BIT32(1)
#define CTRL_SIZE(ctrl)  ((ctrl) >> 2 & 3)
#define CTRL_INCR_READ   BIT32(4)
#define CTRL_INCR_WRITE  BIT32(5)
#define CTRL_RING(ctrl)  ((ctrl) >> 6 & 15)
#define CTRL_RING_WRITE  BIT32(10)
#define CTRL_CHAIN       MASK32(14, 11)
#define CTRL_CHAIN_TO(c) ((c) >> 11 & 15)
#define CTRL_TREQ(ctrl)  ((ctrl) >> 15 & 63)
#define CTRL_QUIET       BIT32(21)
#define CTRL_BSWAP       BIT32(22)
#define CTRL_SNIFF       BIT32(23)
#define CTRL_BUSY        BIT32(24)
#define CTRL_RESERVED    MASK32(28, 25)
#define CTRL_WRITE_ERROR BIT32(29)
#define CTRL_READ_ERROR  BIT32(30)
#define CTRL_ERRORS      (CTRL_WRITE_ERROR | CTRL_READ_ERROR)
#define CTRL_AHB_ERROR   BIT32(31)

#define SNIFF_EN         BIT32(0)
#define SNIFF_CHANNEL(s) ((s) >> 1 & 15)
#define SNIFF_CALC(s)    ((s) >> 5 & 15)
#define SNIFF_WRITABLE   MASK32(11, 0)
#define SNIFF_SUM        15u

#define DREQ_COUNT     40u /* of peripherals */
#define TREQ_TIMER0    59u
#define TREQ_PERMANENT 63u

#define TIMER_X(timer) ((timer) >> 16)
#define TIMER_Y(timer) ((timer)&0xFFFF)

#define EVERY_CHANNEL MASK32(RP2040_MODEL_CHANNELS - 1, 0)

/* Who writes a register, or triggers a channel. */
enum rp2040_model_writer { BY_CPU, BY_CHANNEL };

static inline struct rp2040_dma_model *to_rp2040(struct engine_model *engine)
{
    return HAL_CONTAINER_OF(engine, struct rp2040_dma_model, engine);
}

/* Registers --------------------------------------------------------------- */

uint32_t rp2040_model_read(struct rp2040_dma_model *model, uint32_t offset,
                           unsigned size);
void rp2040_model_write(struct rp2040_dma_model *model, uint32_t offset,
                        uint32_t value, unsigned size,
                        enum rp2040_model_writer by);

/* The channel whose registers these are; RP2040_MODEL_CHANNELS: of none. */
uint32_t rp2040_model_owner(uint32_t offset);

/* Is it one of the registers that start a channel? */
bool rp2040_model_is_trigger(uint32_t offset);

/* INTS0, INTS1. */
uint32_t rp2040_model_ints(const struct rp2040_dma_model *model, uint32_t line);

/* Behind them ------------------------------------------------------------- */

/* Start a channel. One that runs, is not enabled or has an error ignores it. */
void rp2040_model_trigger(struct rp2040_dma_model *model, uint32_t channel,
                          enum rp2040_model_writer by);

/* Zero was written to a trigger register. */
void rp2040_model_null_trigger(struct rp2040_dma_model *model,
                               uint32_t channel);

/* Could it move an element now? Then one is between its read and its write. */
bool rp2040_model_is_moving(const struct rp2040_dma_model *model,
                            const struct rp2040_model_channel *channel);

/* The addresses so many elements on. */
void rp2040_model_advance(struct rp2040_model_channel *channel,
                          uint32_t elements);

/* Move one element, which may start a channel. Returns 0, or the error bit of
   CTRL that it met. */
uint32_t rp2040_model_move(struct rp2040_dma_model *model,
                           struct rp2040_model_channel *channel,
                           uint32_t *word);

/* The element passes the sniffer. */
void rp2040_model_sniff(struct rp2040_dma_model *model, uint32_t index,
                        uint32_t word);

void rp2040_model_acknowledge(struct rp2040_dma_model *model,
                              uint32_t channels);
void rp2040_model_abort(struct rp2040_dma_model *model, uint32_t channels);

#endif
