/* SPDX-License-Identifier: MIT */
/* The ways of a GPDMA channel, and items as it reads them (gpdma_parts.h). */
#include "gpdma_parts.h"

#include "../atomic.h"

/* The way ----------------------------------------------------------------- */

/* The word that a fill reads. */
static le32 *pattern(const struct gpdma *gpdma)
{
    return (le32 *)(void *)((struct gpdma_slot *)gpdma->ring.cpu +
                            gpdma->slots);
}

/* What an end is, items apart. The pattern lies with the items, and is read as
   they are. */
static struct gpdma_side side_of(const struct gpdma *gpdma,
                                 const struct hal_end *end, uint32_t half,
                                 int32_t stride)
{
    struct gpdma_side side = { .half = half };

    if (end->kind == HAL_PORT) {
        side.half |= GPDMA_TR1_BURST(end->port->burst);
        side.address = (uint32_t)end->bus;
        side.width = end->port->width;
    } else if (end->kind == HAL_FILL) {
        side.half = gpdma_half_of(
            (struct gpdma_access){ gpdma->secure, gpdma->items_port1 });
        side.address = (uint32_t)(gpdma->ring.bus +
                                  gpdma->slots * sizeof(struct gpdma_slot));
    } else {
        side.half |= GPDMA_TR1_INC;
        side.stride = stride;
        side.moves = true;
    }
    return side;
}

/* Who asks, and when it tells. */
static uint32_t tr2_of(const struct hal_route *route)
{
    const struct hal_end *end = port_end(route);
    uint32_t tr2 = route->cyclic ? GPDMA_TR2_TCEM_LLI : GPDMA_TR2_TCEM_CHANNEL;

    if (!end || end->port->request == HAL_NO_REQUEST)
        return tr2 | GPDMA_TR2_SWREQ;
    return tr2 | end->port->request |
           (end == &route->destination ? GPDMA_TR2_DREQ : 0);
}

void gpdma_go(struct gpdma *gpdma, const struct hal_route *route)
{
    bool rows = route->rows > 1;

    gpdma->from = side_of(gpdma, &route->source, gpdma_half_of(gpdma->source),
                          rows ? route->source_stride : 0);
    gpdma->to =
        side_of(gpdma, &route->destination, gpdma_half_of(gpdma->destination),
                rows ? route->destination_stride : 0);
    gpdma->tr2 = tr2_of(route);
    gpdma->rows = rows ? route->rows : 1;
    gpdma->cyclic = route->cyclic;
    /* Until an item is loaded the last one's request would be there, which may
       be another channel's by now: no two may have it enabled (REQSEL). */
    gpdma_write(gpdma, GPDMA_TR2, GPDMA_TR2_SWREQ);
    if (route->source.kind == HAL_FILL)
        *pattern(gpdma) = to_le32(route->source.fill * 0x01010101u);
}

enum iodma_status gpdma_route(struct hal_dmac *dmac,
                              const struct hal_route *route)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    const struct hal_end *end = port_end(route);
    enum iodma_status status = check_way(route, larger32(dmac->max_rows, 1),
                                         GPDMA_WIDTHS, gpdma->requests);

    if (status != IODMA_OK)
        return status;
    if (end &&
        (end->port->increment != 0 || end->port->burst > GPDMA_BURST_MOST))
        return IODMA_UNSUPPORTED;
    gpdma_go(gpdma, route);
    return IODMA_OK;
}

/* The items --------------------------------------------------------------- */

/* Bytes from a row's last byte to the next row's first. */
static int64_t gap(const struct gpdma_side *side, uint32_t length)
{
    return side->moves ? (int64_t)side->stride - length : 0;
}

/* Is the last of several rows in reach, and the next one from each? */
static bool rows_fit(const struct gpdma *gpdma, const struct gpdma_side *side,
                     hal_address address, uint32_t length)
{
    int64_t step = gap(side, length);
    int64_t last = (int64_t)address + (int64_t)(gpdma->rows - 1) * side->stride;

    return last >= 0 && last <= UINT32_MAX &&
           in_reach((hal_address)last, length) && step <= GPDMA_BR2_MOST &&
           step >= -(int64_t)GPDMA_BR2_MOST;
}

static bool fits(const struct gpdma *gpdma, const struct gpdma_side *side,
                 hal_address address, uint32_t length)
{
    if (!side->moves)
        return side->width == 0 || modulo32(length, side->width) == 0;
    return in_reach(address, length) &&
           (gpdma->rows == 1 || rows_fit(gpdma, side, address, length));
}

static bool encodable(const struct gpdma *gpdma, const struct hal_item *item)
{
    return item->length != 0 && item->length <= gpdma_limits.max_segment &&
           fits(gpdma, &gpdma->from, item->source, (uint32_t)item->length) &&
           fits(gpdma, &gpdma->to, item->destination, (uint32_t)item->length);
}

/* Half of TR1. Elements are as wide as the lowest bit allows in which an
   address, the length or the stride ends; a burst is half of the FIFO, as in
   Linux, stm32-dma3.c: the engine cuts what its FIFO does not hold. */
static uint32_t half(const struct gpdma *gpdma, const struct gpdma_side *side,
                     uint32_t address, uint32_t length)
{
    uint32_t bits = address | length | (uint32_t)side->stride;
    uint32_t width = 2;

    if (side->width != 0)
        return side->half | side->width >> 1;
    if ((bits & 1) != 0)
        width = 0;
    else if ((bits & 2) != 0)
        width = 1;
    return side->half | width | GPDMA_TR1_BURST(gpdma->fifo / 2 >> width);
}

/* How far to go behind a block, and which way. */
static uint32_t step_of(const struct gpdma_side *side, uint32_t length,
                        uint32_t down, uint32_t *br1)
{
    int64_t step = gap(side, length);

    if (step >= 0)
        return (uint32_t)step;
    *br1 |= down;
    return (uint32_t)-step;
}

static void encode(const struct gpdma *gpdma, const struct hal_item *item)
{
    const struct gpdma_side *from = &gpdma->from;
    const struct gpdma_side *to = &gpdma->to;
    struct gpdma_slot *slot = gpdma_slot_at(gpdma, gpdma->filled);
    uint32_t length = (uint32_t)item->length;
    uint32_t source = from->moves ? (uint32_t)item->source : from->address;
    uint32_t destination =
        to->moves ? (uint32_t)item->destination : to->address;
    uint32_t br1 = length | (gpdma->rows - 1) << GPDMA_BR1_REPEAT;
    uint32_t br2 = 0;

    if (gpdma->rows != 1)
        br2 = step_of(from, length, GPDMA_BR1_BRSDEC, &br1) |
              step_of(to, length, GPDMA_BR1_BRDDEC, &br1)
                  << GPDMA_BR2_DESTINATION;
    slot->tr1 =
        to_le32(half(gpdma, from, source, length) | GPDMA_TR1_PACK |
                half(gpdma, to, destination, length) << GPDMA_TR1_DESTINATION);
    slot->tr2 = to_le32(gpdma->tr2);
    slot->br1 = to_le32(br1);
    slot->sar = to_le32(source);
    slot->dar = to_le32(destination);
    slot->last[0] = to_le32(br2);
    gpdma_note_at(gpdma, gpdma->filled)->length = length * gpdma->rows;
    gpdma_set_link(gpdma, gpdma->filled,
                   gpdma_link_to(gpdma, gpdma->filled + 1));
}

/* A cycle takes half of the ring, and nothing once it is under way. */
static uint32_t room(const struct gpdma *gpdma)
{
    uint32_t retired = atomic_read_acquire(&gpdma->retired);

    if (!gpdma->cyclic)
        return ring_free(gpdma->filled, retired, gpdma->slots);
    return gpdma->told == retired
               ? ring_free(gpdma->filled, retired, gpdma->slots / 2)
               : 0;
}

uint32_t gpdma_emit(struct hal_dmac *dmac, const struct hal_item *items,
                    uint32_t count)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    uint32_t most = smaller32(count, room(gpdma));
    uint32_t taken = 0;

    while (taken < most && encodable(gpdma, &items[taken])) {
        encode(gpdma, &items[taken]);
        gpdma->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}
