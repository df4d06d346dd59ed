/* SPDX-License-Identifier: MIT */
/*
 * The contract of an IOMMU: between the bus master, which then speaks I/O
 * virtual addresses (IOVA), and what its apertures yield (bus addresses).
 *
 * The core decides which IOVA shows what (dma/map.h); the mapper only enters
 * it and takes it out again. A call may be interrupted by a handler that calls
 * the same mapper for other addresses: whoever writes shared tables or queues
 * masks interrupts for that long.
 */
#ifndef HAL_MAPPER_H
#define HAL_MAPPER_H

#include "address.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

struct hal_mapper;

struct hal_mapper_ops {
    /*
     * Show bus memory at an IOVA. Nothing is shown there yet.
     *
     *   iova, bus, length  multiples of the page size; length not 0
     *   access             HAL_READ | HAL_WRITE, seen from the master
     *
     * Returns OK, or with nothing shown: NoResources (no table left), or what
     * else stopped it.
     * Context: thread or ISR.
     */
    enum iodma_status (*map_run)(struct hal_mapper *mapper, hal_address iova,
                                 hal_address bus, hal_address length,
                                 uint32_t access);
    /* Show nothing any more from iova on; all of it was shown. The master may
       still reach it until sync(). Context: as map_run. */
    void (*unmap)(struct hal_mapper *mapper, hal_address iova,
                  hal_address length);
    /* What unmap() took out is out of the master's reach when this returns.
       Context: as map_run. */
    void (*sync)(struct hal_mapper *mapper);
    /* The bus address of the byte shown at an IOVA. Returns false if nothing
       is; for diagnosis. Context: as map_run. */
    bool (*to_physical)(struct hal_mapper *mapper, hal_address iova,
                        hal_address *bus);
};

/* The driver embeds this and finds itself again with HAL_CONTAINER_OF. */
struct hal_mapper {
    const struct hal_mapper_ops *ops;
    uint32_t page_size; /* bytes, a power of two: what a run is made of       */
    hal_address first;  /* IOVA that may be used: from here, whole pages, ... */
    hal_address last;   /* ... to this byte                                   */
    bool can_bypass;    /* the master may also speak bus addresses, which pass
                           untranslated                                       */
};

#endif
