/* SPDX-License-Identifier: MIT */
/*
 * What the two files of the RP2040's driver have in common: rp2040_dma.c runs
 * the channels, rp2040_dma_blocks.c writes the blocks that they meet.
 */
#ifndef HAL_DMAC_RP2040_DMA_PARTS_H
#define HAL_DMAC_RP2040_DMA_PARTS_H

#include "../container_of.h"
#include "../ring.h"
#include "rp2040_dma.h"
#include "rp2040_dma_regs.h"
#include "ways.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RP2040_BLOCK = sizeof(struct rp2040_block),
    RP2040_BLOCK_LOG = 4,
    RP2040_WORD = sizeof(le32),
    RP2040_WORD_LOG = 2,
};

#define RP2040_UNPACED RP2040_CTRL_TREQ_SEL(RP2040_TREQ_PERMANENT)

static inline struct rp2040_dma *to_rp2040(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct rp2040_dma, dmac);
}

static inline struct rp2040_block *rp2040_slot(const struct rp2040_dma *dma,
                                               uint32_t index)
{
    return (struct rp2040_block *)dma->ring.cpu + ring_slot(index, dma->slots);
}

/* Empty the ring: the next slot to fill is slot 0. */
void rp2040_clear_ring(struct rp2040_dma *dma);

/* The calls of the contract. */
enum iodma_status rp2040_route(struct hal_dmac *dmac,
                               const struct hal_route *route);
uint32_t rp2040_emit(struct hal_dmac *dmac, const struct hal_item *items,
                     uint32_t count);

/* End the batch, or the cycle, that was emitted. */
void rp2040_close_batch(struct rp2040_dma *dma);

/* Bytes that a slot moves for a client; 0: it ends a batch or a period. And of
   all slots from `first` on. */
uint32_t rp2040_bytes_of(const struct rp2040_dma *dma, uint32_t index);
hal_address rp2040_bytes_from(const struct rp2040_dma *dma, uint32_t first);

#endif
