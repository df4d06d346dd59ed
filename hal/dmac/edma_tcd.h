/* SPDX-License-Identifier: MIT */
/* The TCDs of an eDMA channel's ring: for hal/dmac/edma.c. */
#ifndef HAL_DMAC_EDMA_TCD_H
#define HAL_DMAC_EDMA_TCD_H

#include "../ring.h"
#include "edma.h"
#include "edma_regs.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EDMA_LENGTH = 0x4000 }; /* bytes of an item, at most */

/* CSR of a period, and of the last TCD of a batch that others follow. */
#define EDMA_CSR_NEWS (EDMA_CSR_INTMAJOR | EDMA_CSR_ESG)

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

/* Can the engine serve this port, at this bus address? Answers as route. */
enum iodma_status edma_check_port(const struct hal_port *port, hal_address bus);

/* Write an item, which goes the channel's way, to the next slot, linked to the
   one behind it. Returns false if it is not encodable. */
bool edma_encode(const struct edma *edma, const struct hal_item *item);

#ifdef __cplusplus
}
#endif

#endif
