/* SPDX-License-Identifier: MIT */
/* What an engine with addresses of 32 bits can reach, and which ways it can
   go. */
#ifndef HAL_DMAC_WAYS_H
#define HAL_DMAC_WAYS_H

#include "../bits.h"
#include "../dmac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of it below 2^32; size is not 0. */
static inline bool in_reach(hal_address bus, hal_address size)
{
    return bus <= UINT32_MAX && size - 1 <= UINT32_MAX - bus;
}

/* The end that is a port; NULL: neither. */
static inline const struct hal_end *port_end(const struct hal_route *route)
{
    if (route->source.kind == HAL_PORT)
        return &route->source;
    return route->destination.kind == HAL_PORT ? &route->destination : NULL;
}

/* What a route has to be for any of them; one has items of so many rows, ports
   of these widths and so many request lines. What else its ports must be it
   asks after this. Returns as hal_dmac_ops.route. */
static inline enum iodma_status check_way(const struct hal_route *route,
                                          uint32_t rows, uint32_t widths,
                                          uint32_t requests)
{
    const struct hal_end *end = port_end(route);
    const struct hal_port *port = end ? end->port : NULL;

    if (route->rows > rows || route->destination.kind == HAL_FILL ||
        (route->source.kind != HAL_MEMORY &&
         route->destination.kind != HAL_MEMORY))
        return IODMA_UNSUPPORTED;
    if (!port)
        return IODMA_OK;
    if (!is_power_of_two(port->width) || port->burst == 0 ||
        port->depth < port->burst || modulo(end->bus, port->width) != 0)
        return IODMA_BAD_ARGUMENT;
    return (widths & port->width) != 0 && in_reach(end->bus, port->width) &&
                   (port->request < requests || port->request == HAL_NO_REQUEST)
               ? IODMA_OK
               : IODMA_UNSUPPORTED;
}

#endif
