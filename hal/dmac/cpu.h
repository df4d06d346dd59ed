/* SPDX-License-Identifier: MIT */
/*
 * The CPU as a copy engine: for boards that have none, for what an engine
 * cannot do (iodma_channel_lend_stand_in), and the oracle of the tests.
 *
 * It goes every way but a cycle: from and to memory, to and from ports that are
 * always ready (HAL_NO_REQUEST), fills, rows. Addresses are those of its bus:
 * they are taken back through the apertures, and through the regions to a
 * pointer or a far window. What lies in none of them is a bus fault.
 *
 * All work is done in submit, item by item, with no lock held: its time is that
 * of the bytes in the ring, so `limits` and `slots` bound it. Nothing runs when
 * submit has returned, and there is no interrupt: it is reaped by polling. The
 * CPU works through its caches, and what the core maintains for a device is
 * right for it too.
 */
#ifndef HAL_DMAC_CPU_H
#define HAL_DMAC_CPU_H

#include "../dmac.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cpu_dmac {
    struct hal_dmac dmac;  /* set with CPU_DMAC()                          */
    struct hal_item *ring; /* lent for the engine's life                   */
    uint32_t slots;        /* of it, a power of two                        */

    struct hal_route route;
    uint32_t filled;     /* free-running: next slot to fill              */
    uint32_t worked;     /* free-running: up to here it has worked; submit
                            writes it                                    */
    uint32_t retired;    /* free-running: up to here reap has told; reap
                            writes it                                    */
    uint32_t fault;      /* HAL_FAULT_x: submit writes it                */
    uint32_t told;       /* the fault that reap has told of              */
    hal_address moved;   /* bytes of the item that failed                */
    hal_address stepped; /* bytes beyond the port's address: they go on
                            through all items of a route */
    bool runs;           /* between start and halt                       */
};

extern const struct hal_dmac_ops cpu_dmac_ops;

/* What it can move: anything. */
extern const struct hal_limits cpu_dmac_limits;

/* An engine on a bus (struct hal_bus *), with a ring of items (an array, lent).
   Who wants submit to return sooner puts limits of its own in place. */
#define CPU_DMAC(of_bus, items, count)                                         \
    {                                                                          \
        .dmac = { .ops = &cpu_dmac_ops,                                        \
                  .bus = (of_bus),                                             \
                  .limits = &cpu_dmac_limits,                                  \
                  .same_phase = 1,                                             \
                  .fills = true,                                               \
                  .widths = 1 | 2 | 4,                                         \
                  .max_rows = UINT32_MAX },                                    \
        .ring = (items), .slots = (count),                                     \
    }

#ifdef __cplusplus
}
#endif

#endif
