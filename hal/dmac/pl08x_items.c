/* SPDX-License-Identifier: MIT */
/* The ways of a PL08x channel, and items as it reads them (pl08x_parts.h). */
#include "pl08x_parts.h"

#include "../atomic.h"
#include "../count_of.h"

#include <stddef.h>

/* The way ----------------------------------------------------------------- */

/* Accesses of a burst, by their code in Control. */
static const uint16_t bursts[] = { 1, 4, 8, 16, 32, 64, 128, 256 };

/* Between memories, coded: four elements, as many words as the FIFO has. */
enum { MEMORY_BURST = 1 };

/* The longest burst that is not longer than the port's, coded. */
static uint32_t burst_of(const struct hal_port *port)
{
    uint32_t code = HAL_COUNT_OF(bursts) - 1;

    while (bursts[code] > port->burst)
        code--;
    return code;
}

/* The word that fills read lies behind the last slot. */
static le32 *pattern(const struct pl08x *pl08x)
{
    return (void *)((struct pl08x_item *)pl08x->ring.cpu + pl08x->slots);
}

static struct pl08x_side side_of(const struct pl08x *pl08x,
                                 const struct hal_end *end)
{
    uint32_t offset = pl08x->slots * (uint32_t)sizeof(struct pl08x_item);

    if (end->kind == HAL_PORT)
        return (struct pl08x_side){ (uint32_t)end->bus, pl08x->port_master,
                                    true };
    if (end->kind == HAL_FILL)
        return (struct pl08x_side){ (uint32_t)pl08x->ring.bus + offset,
                                    pl08x->ring_master, true };
    return (struct pl08x_side){ 0, pl08x->memory_master, false };
}

/* Who paces: from memory to memory, nobody. */
static uint32_t pace_of(const struct hal_route *route,
                        const struct hal_port *port)
{
    if (port->request == HAL_NO_REQUEST)
        return 0;
    return route->source.kind == HAL_PORT
               ? PL08X_CONFIG_FROM_PORT | PL08X_CONFIG_SRC_PERI(port->request)
               : PL08X_CONFIG_TO_PORT | PL08X_CONFIG_DEST_PERI(port->request);
}

static struct pl08x_way way_of(const struct pl08x *pl08x,
                               const struct hal_route *route)
{
    const struct hal_end *end = port_end(route);
    const struct hal_port *port = end ? end->port : NULL;
    uint32_t burst = port ? burst_of(port) : MEMORY_BURST;
    struct pl08x_way way = {
        .source = side_of(pl08x, &route->source),
        .destination = side_of(pl08x, &route->destination),
        .control = PL08X_CONTROL_PROT((uint32_t)pl08x->protection) |
                   PL08X_CONTROL_SB(burst) | PL08X_CONTROL_DB(burst),
        .config = PL08X_CONFIG_E | PL08X_CONFIG_IE | PL08X_CONFIG_ITC |
                  (port ? pace_of(route, port) : 0),
        .width = port ? port->width : 0,
        .cyclic = route->cyclic,
    };

    if (!way.source.fixed)
        way.control |= PL08X_CONTROL_SI;
    if (!way.destination.fixed)
        way.control |= PL08X_CONTROL_DI;
    if (way.source.master != 0)
        way.control |= PL08X_CONTROL_S;
    if (way.destination.master != 0)
        way.control |= PL08X_CONTROL_D;
    return way;
}

enum iodma_status pl08x_route(struct hal_dmac *dmac,
                              const struct hal_route *route)
{
    struct pl08x *pl08x = to_pl08x(dmac);
    const struct hal_end *end = port_end(route);
    enum iodma_status status =
        check_way(route, 1, PL08X_WIDTHS, PL08X_REQUESTS);

    if (status != IODMA_OK)
        return status;
    if (end && end->port->increment != 0)
        return IODMA_UNSUPPORTED;
    if (route->source.kind == HAL_FILL)
        *pattern(pl08x) = to_le32(route->source.fill * 0x01010101u);
    pl08x->way = way_of(pl08x, route);
    return IODMA_OK;
}

/* The items --------------------------------------------------------------- */

/* The widest element for addresses and lengths that have these bits together,
   or the one that the way has; 0: they do not fit that. */
static uint32_t width_of(const struct pl08x_way *way, hal_address bits)
{
    uint32_t width = 4;

    while (modulo32(bits, width) != 0)
        width >>= 1;
    if (way->width == 0)
        return width;
    return way->width <= width ? way->width : 0;
}

/* Does an end of an item lie within reach? That of a port does. */
static bool side_fits(const struct pl08x_side *side, hal_address bus,
                      hal_address length)
{
    return side->fixed || in_reach(bus, length);
}

/* Returns false if the item is not encodable. */
static bool encode(const struct pl08x *pl08x, uint32_t index,
                   const struct hal_item *item)
{
    const struct pl08x_way *way = &pl08x->way;
    struct pl08x_item *slot = pl08x_slot(pl08x, index);
    hal_address source = way->source.fixed ? way->source.bus : item->source;
    hal_address destination =
        way->destination.fixed ? way->destination.bus : item->destination;
    uint32_t width = width_of(way, source | destination | item->length);
    uint32_t code = width >> 1;

    if (width == 0 || item->length == 0 ||
        item->length > pl08x->dmac.limits->max_segment ||
        item->length >> code > PL08X_CONTROL_SIZE ||
        !side_fits(&way->source, source, item->length) ||
        !side_fits(&way->destination, destination, item->length))
        return false;

    *pl08x_bytes(pl08x, index) = (uint32_t)item->length;
    slot->source = to_le32((uint32_t)source);
    slot->destination = to_le32((uint32_t)destination);
    slot->next = to_le32(pl08x_link_to(pl08x, index + 1));
    slot->control = to_le32(way->control | PL08X_CONTROL_WIDTH(code) |
                            (uint32_t)(item->length >> code) |
                            (way->cyclic ? PL08X_CONTROL_I : 0));
    return true;
}

uint32_t pl08x_emit(struct hal_dmac *dmac, const struct hal_item *items,
                    uint32_t count)
{
    struct pl08x *pl08x = to_pl08x(dmac);
    uint32_t room = ring_free(
        pl08x->filled, atomic_read_acquire(&pl08x->retired), pl08x->slots);
    uint32_t taken = 0;

    while (taken < count && taken < room &&
           encode(pl08x, pl08x->filled, &items[taken])) {
        pl08x->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}
