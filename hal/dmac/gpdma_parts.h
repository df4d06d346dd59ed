/* SPDX-License-Identifier: MIT */
/* What the parts of the GPDMA driver know of each other; for nobody else. */
#ifndef HAL_DMAC_GPDMA_PARTS_H
#define HAL_DMAC_GPDMA_PARTS_H

#include "../../platform/mmio.h"
#include "../container_of.h"
#include "../ring.h"
#include "gpdma.h"
#include "gpdma_regs.h"
#include "ways.h"

static inline struct gpdma *to_gpdma(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct gpdma, dmac);
}

static inline uint32_t gpdma_read(const struct gpdma *gpdma, uint32_t offset)
{
    return mmio_read32(gpdma->base + GPDMA_CHANNEL(gpdma->channel) + offset);
}

static inline void gpdma_write(const struct gpdma *gpdma, uint32_t offset,
                               uint32_t value)
{
    mmio_write32(gpdma->base + GPDMA_CHANNEL(gpdma->channel) + offset, value);
}

static inline struct gpdma_slot *gpdma_slot_at(const struct gpdma *gpdma,
                                               uint32_t index)
{
    return (struct gpdma_slot *)gpdma->ring.cpu +
           ring_slot(index, gpdma->slots);
}

static inline struct gpdma_note *gpdma_note_at(const struct gpdma *gpdma,
                                               uint32_t index)
{
    return &gpdma->notes[ring_slot(index, gpdma->slots)];
}

static inline bool gpdma_has_rows(const struct gpdma *gpdma)
{
    return gpdma->dmac.max_rows != 0;
}

/* What leads to a slot. */
static inline uint32_t gpdma_link_to(const struct gpdma *gpdma, uint32_t index)
{
    uint32_t address =
        (uint32_t)gpdma->ring.bus +
        ring_slot(index, gpdma->slots) * (uint32_t)sizeof(struct gpdma_slot);

    return GPDMA_LLR_ALL | (gpdma_has_rows(gpdma) ? GPDMA_LLR_UB2 : 0) |
           GPDMA_LLR_LA(address);
}

static inline void gpdma_set_link(const struct gpdma *gpdma, uint32_t index,
                                  uint32_t link)
{
    gpdma_slot_at(gpdma, index)->last[gpdma_has_rows(gpdma)] = to_le32(link);
}

/* How many slots a link leads behind the first that has not retired. One that
   was not made by us leads behind all. */
static inline uint32_t gpdma_behind(const struct gpdma *gpdma, uint32_t link)
{
    uint32_t slot = GPDMA_LLR_LA(link - (uint32_t)gpdma->ring.bus) /
                    (uint32_t)sizeof(struct gpdma_slot);

    if (link != gpdma_link_to(gpdma, slot) || slot >= gpdma->slots)
        return UINT32_MAX;
    return ring_slot(slot - gpdma->retired, gpdma->slots);
}

/* What TR1 has for a side on this board. */
static inline uint32_t gpdma_half_of(struct gpdma_access access)
{
    return (access.secure ? GPDMA_TR1_SECURE : 0) |
           (access.port1 ? GPDMA_TR1_PORT1 : 0);
}

/* gpdma_items.c: the way, and the items. First: go a way that is known to do.
 */
void gpdma_go(struct gpdma *gpdma, const struct hal_route *route);
enum iodma_status gpdma_route(struct hal_dmac *dmac,
                              const struct hal_route *route);
uint32_t gpdma_emit(struct hal_dmac *dmac, const struct hal_item *items,
                    uint32_t count);

/* gpdma_place.c: how far it is. */
struct hal_residue gpdma_residue(struct hal_dmac *dmac);
/* The same of a channel that rests and was not reset; as its CxSR is. */
struct hal_residue gpdma_residue_at_rest(const struct gpdma *gpdma,
                                         uint32_t sr);

/* gpdma_place.c: items of the batch under way; 0 if there is none. */
uint32_t gpdma_batch(const struct gpdma *gpdma);

#endif
