/* SPDX-License-Identifier: MIT */
/* What the parts of the eDMA driver know of each other; for nobody else. */
#ifndef HAL_DMAC_EDMA_PARTS_H
#define HAL_DMAC_EDMA_PARTS_H

#include "../../platform/mmio.h"
#include "../container_of.h"
#include "../ring.h"
#include "edma.h"
#include "edma_regs.h"
#include "ways.h"

enum { EDMA_LENGTH = 0x4000 }; /* bytes of an item, at most */

/* CSR of a period, and of the last TCD of a batch that others follow. */
#define EDMA_CSR_NEWS (EDMA_CSR_INTMAJOR | EDMA_CSR_ESG)

static inline struct edma *to_edma(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct edma, dmac);
}

/* A register of the channel's TCD. */
static inline uintptr_t edma_own(const struct edma *edma, uint32_t offset)
{
    return edma->controller->base + EDMA_TCD(edma->channel) + offset;
}

static inline uint32_t edma_read_csr(const struct edma *edma)
{
    return mmio_read16(edma_own(edma, EDMA_TCD_CSR));
}

/* The slot that a free-running index stands for. */
static inline struct edma_tcd *edma_slot(const struct edma *edma,
                                         uint32_t index)
{
    return (struct edma_tcd *)edma->ring.cpu + ring_slot(index, edma->slots);
}

/* Where the engine finds it. */
static inline uint32_t edma_slot_bus(const struct edma *edma, uint32_t index)
{
    return (uint32_t)edma->ring.bus +
           ring_slot(index, edma->slots) * (uint32_t)sizeof(struct edma_tcd);
}

/* Bytes of a slot's item. The TCD would say so as well, but an engine gone
   astray can write to that. */
static inline uint32_t *edma_bytes(const struct edma *edma, uint32_t index)
{
    return &edma->lengths[ring_slot(index, edma->slots)];
}

/* edma_items.c: the way, and the items. First: have the multiplexer take this
   for the channel (CHCFG); 0: it is disabled. */
void edma_set_source(struct edma *edma, uint32_t source);
enum iodma_status edma_route(struct hal_dmac *dmac,
                             const struct hal_route *route);
uint32_t edma_emit(struct hal_dmac *dmac, const struct hal_item *items,
                   uint32_t count);

/*
 * edma_place.c: how far the channel is. Which TCD is loaded? One that has not
 * retired, or the last that has, which is about to be replaced; the last of a
 * cycle points to its first one. Returns false if it is none of them.
 */
bool edma_find(const struct edma *edma, uint32_t *index);

/* Is this one over, which is loaded? DONE alone may be that of the one before,
   and some chips say so too early. */
bool edma_is_over(const struct edma *edma, uint32_t index);

/* What is left from the first that has not retired. `under_way`: a minor loop
   is done by any part. */
struct hal_residue edma_measure(const struct edma *edma, bool under_way);
struct hal_residue edma_residue(struct hal_dmac *dmac);

#endif
