/* SPDX-License-Identifier: MIT */
/* The ways of an eDMA channel, and items as TCDs (edma_parts.h). */
#include "edma_parts.h"

#include "../atomic.h"

_Static_assert(EDMA_SLOT_SIZE == sizeof(struct edma_tcd), "as edma.h says");

enum { BURST = 32 }; /* bytes of the widest element */

/* The way ----------------------------------------------------------------- */

/* The multiplexer is changed while it is disabled only. */
void edma_set_source(struct edma *edma, uint32_t source)
{
    uintptr_t chcfg = edma->controller->mux + EDMA_CHCFG(edma->channel);

    if (source == edma->source)
        return;
    edma->source = source;
    mmio_write32(chcfg, 0);
    if (source != 0)
        mmio_write32(chcfg, source);
    (void)mmio_read32(chcfg);
}

enum iodma_status edma_route(struct hal_dmac *dmac,
                             const struct hal_route *route)
{
    struct edma *edma = to_edma(dmac);
    const struct hal_end *end = port_end(route);
    uint32_t source = EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON;
    uint32_t width = 0;
    enum iodma_status status =
        check_way(route, 1, EDMA_WIDTHS, EDMA_CHCFG_SOURCES);

    if (status != IODMA_OK)
        return status;
    if (end) {
        width = end->port->width;
        if (modulo32(end->port->increment, width) != 0)
            return IODMA_UNSUPPORTED;
        if (end->port->request != HAL_NO_REQUEST)
            source = EDMA_CHCFG_ENBL | end->port->request;
    }
    if (route->source.kind == HAL_FILL)
        __builtin_memset((struct edma_tcd *)edma->ring.cpu + edma->slots,
                         route->source.fill, sizeof(struct edma_tcd));
    edma->route = *route;
    edma->width = width;
    edma->stepped = 0;
    edma->wanted = source;
    return IODMA_OK;
}

/* The items --------------------------------------------------------------- */

/* Behind the slots: what a fill reads. */
static uint32_t pattern_bus(const struct edma *edma)
{
    return (uint32_t)edma->ring.bus +
           edma->slots * (uint32_t)sizeof(struct edma_tcd);
}

/* One side of a TCD. */
struct side {
    hal_address address;
    uint32_t size;   /* bytes of an element              */
    uint32_t offset; /* from an element to the next one  */
};

/* The widest element that lies at, and divides, all of these bits. */
static uint32_t widest(hal_address bits)
{
    uint32_t size = modulo32(bits, BURST);

    if (size == 0)
        return BURST;
    size &= 0 - size;
    return smaller32(size, 8); /* there is none of 16 */
}

/* SSIZE, DSIZE. */
static uint32_t size_code(uint32_t size)
{
    static const uint8_t codes[] = { [1] = 0, [2] = 1, [4] = 2, [8] = 3 };

    return size == BURST ? 5 : codes[size];
}

/* Find what a side is. Returns false if that cannot be encoded. */
static bool find_side(const struct edma *edma, const struct hal_end *end,
                      hal_address address, hal_address length,
                      struct side *side)
{
    uint32_t size;

    if (end->kind == HAL_PORT) {
        *side = (struct side){ end->bus + edma->stepped, edma->width,
                               end->port->increment };
        return in_reach(end->bus,
                        edma->stepped +
                            (length / edma->width - 1) * side->offset +
                            side->size);
    }
    if (end->kind == HAL_FILL) {
        *side = (struct side){ pattern_bus(edma), widest(length), 0 };
        return true;
    }
    size = edma->width != 0 ? edma->width : widest(address | length);
    *side = (struct side){ address, size, size };
    return in_reach(address, length) && modulo32(address, size) == 0;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Of a route that has one. */
static const struct hal_port *port_of(const struct edma *edma)
{
    return edma->route.source.kind == HAL_PORT ? edma->route.source.port
                                               : edma->route.destination.port;
}

/* Bytes of a minor loop: the whole item, or what a request asks for. */
static uint32_t minor_bytes(const struct edma *edma, uint32_t length)
{
    if (edma->width == 0 || port_of(edma)->request == HAL_NO_REQUEST)
        return length;
    return edma->width *
           common_divisor(length / edma->width, port_of(edma)->burst);
}

/* Write an item, which goes the channel's way, to the next slot, linked to the
   one behind it. Returns false if it is not encodable. */
static bool encode(struct edma *edma, const struct hal_item *item)
{
    const struct hal_route *route = &edma->route;
    struct edma_tcd *slot = edma_slot(edma, edma->filled);
    uint32_t length = (uint32_t)item->length;
    struct side from;
    struct side to;
    uint32_t loops;

    if (item->length == 0 || item->length > EDMA_LENGTH ||
        (edma->width != 0 && modulo32(length, edma->width) != 0) ||
        !find_side(edma, &route->source, item->source, length, &from) ||
        !find_side(edma, &route->destination, item->destination, length, &to))
        return false;

    *edma_bytes(edma, edma->filled) = length;
    loops = length / minor_bytes(edma, length);
    slot->saddr = to_le32((uint32_t)from.address);
    slot->soff_attr = to_le32(
        EDMA_SOFF_ATTR(from.offset, size_code(from.size), size_code(to.size)));
    slot->nbytes = to_le32(length / loops);
    slot->slast = to_le32(0);
    slot->daddr = to_le32((uint32_t)to.address);
    slot->doff_citer = to_le32(EDMA_HALVES(to.offset, loops));
    slot->dlast_sga = to_le32(edma_slot_bus(edma, edma->filled + 1));
    slot->csr_biter = to_le32(
        EDMA_HALVES(route->cyclic ? EDMA_CSR_NEWS : EDMA_CSR_ESG, loops));
    if (edma->width != 0)
        edma->stepped += length / edma->width * port_of(edma)->increment;
    return true;
}

/* One slot stays free: the channel may still point to where it went on from a
   TCD that has retired. */
uint32_t edma_emit(struct hal_dmac *dmac, const struct hal_item *items,
                   uint32_t count)
{
    struct edma *edma = to_edma(dmac);
    uint32_t room = ring_free(edma->filled, atomic_read_acquire(&edma->retired),
                              edma->slots);
    uint32_t taken = 0;

    while (taken < count && taken + 1 < room && encode(edma, &items[taken])) {
        edma->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}
