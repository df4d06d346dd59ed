/* SPDX-License-Identifier: MIT */
/* What the parts of the PL08x driver know of each other; for nobody else. */
#ifndef HAL_DMAC_PL08X_PARTS_H
#define HAL_DMAC_PL08X_PARTS_H

#include "../container_of.h"
#include "../ring.h"
#include "pl08x.h"
#include "pl08x_regs.h"
#include "ways.h"

static inline struct pl08x *to_pl08x(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct pl08x, dmac);
}

static inline struct pl08x_item *pl08x_slot(const struct pl08x *pl08x,
                                            uint32_t index)
{
    return (struct pl08x_item *)pl08x->ring.cpu +
           ring_slot(index, pl08x->slots);
}

/* What leads to a slot. */
static inline uint32_t pl08x_link_to(const struct pl08x *pl08x, uint32_t index)
{
    uint32_t offset =
        ring_slot(index, pl08x->slots) * (uint32_t)sizeof(struct pl08x_item);

    return ((uint32_t)pl08x->ring.bus + offset) |
           (pl08x->ring_master != 0 ? PL08X_LLI_LM : 0);
}

/* Bytes of a slot's item. */
static inline uint32_t *pl08x_bytes(const struct pl08x *pl08x, uint32_t index)
{
    return &pl08x->lengths[ring_slot(index, pl08x->slots)];
}

/* pl08x_items.c: the way, and the items. */
enum iodma_status pl08x_route(struct hal_dmac *dmac,
                              const struct hal_route *route);
uint32_t pl08x_emit(struct hal_dmac *dmac, const struct hal_item *items,
                    uint32_t count);

#endif
