/* SPDX-License-Identifier: MIT */
/*
 * Where one bus master sits in the SoC: board data, const, one per master.
 */
#ifndef HAL_BUS_H
#define HAL_BUS_H

#include "address.h"
#include "cache.h"
#include "clock.h"
#include "fences.h"
#include "limits.h"
#include "lock.h"
#include "region.h"
#include "translation.h"

#include <stdbool.h>
#include <stdint.h>

/* What the master may do in an aperture. */
enum {
    HAL_READ = 1,
    HAL_WRITE = 2,
};

/*
 * One stretch of CPU physical memory as this master sees it. Memory in no
 * aperture is out of the master's reach. A run of bytes ends where its
 * aperture ends, even if the next aperture goes on at the same bus address:
 * the two may be behind different bridges.
 */
struct hal_aperture {
    hal_address first; /* CPU physical address of the first byte, ...     */
    hal_address last;  /* ... and of the last one                         */
    hal_address bus;   /* the bus address of the first byte               */
    uint8_t access;    /* HAL_READ | HAL_WRITE, seen from the master      */
    bool snooped;      /* the master's accesses look into the CPU's caches */
};

struct hal_bus {
    const struct hal_aperture *apertures;
    uint32_t aperture_count;
    const struct hal_region *regions;
    uint32_t region_count;
    const struct hal_limits *limits; /* of the master port; every
                                        specification on this bus is
                                        narrowed by them                    */
    const struct hal_cache *cache;   /* NULL: every aperture is snooped     */
    const struct hal_translation *translation; /* NULL: the CPU's addresses
                                                  are physical */
    const struct hal_clock *clock;
    const struct hal_lock *lock;
    const struct hal_fences *fences;
};

/* All that was written is seen by the master before the next doorbell. */
static inline void hal_publish(const struct hal_bus *bus)
{
    bus->fences->publish();
}

/* Nothing the master wrote is read before the news that it had. */
static inline void hal_observe(const struct hal_bus *bus)
{
    bus->fences->observe();
}

#endif
