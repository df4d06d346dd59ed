/* SPDX-License-Identifier: MIT */
#include "edma_tcd.h"

_Static_assert(EDMA_SLOT_SIZE == sizeof(struct edma_tcd), "as edma.h says");

enum { BURST = 32 }; /* bytes of the widest element */

/* All of it below 2^32; size is not 0. */
static bool in_reach(hal_address bus, hal_address size)
{
    return bus <= UINT32_MAX && size - 1 <= UINT32_MAX - bus;
}

enum iodma_status edma_check_port(const struct hal_port *port, hal_address bus)
{
    if (!is_power_of_two(port->width) || port->burst == 0 ||
        port->depth < port->burst || modulo(bus, port->width) != 0)
        return IODMA_BAD_ARGUMENT;
    return (port->width & EDMA_WIDTHS) != 0 &&
                   modulo(port->increment, port->width) == 0 &&
                   in_reach(bus, port->width) &&
                   (port->request < EDMA_CHCFG_SOURCES ||
                    port->request == HAL_NO_REQUEST)
               ? IODMA_OK
               : IODMA_UNSUPPORTED;
}

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
        *side = (struct side){ end->bus, edma->width, end->port->increment };
        return in_reach(end->bus,
                        (length / edma->width - 1) * side->offset + side->size);
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

/* Bytes of a minor loop: the whole item, or what a request asks for. */
static uint32_t minor_bytes(const struct edma *edma, uint32_t length)
{
    const struct hal_port *port = edma->route.source.kind == HAL_PORT
                                      ? edma->route.source.port
                                      : edma->route.destination.port;

    if (edma->width == 0 || port->request == HAL_NO_REQUEST)
        return length;
    return edma->width * common_divisor(length / edma->width, port->burst);
}

bool edma_encode(const struct edma *edma, const struct hal_item *item)
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
    return true;
}
