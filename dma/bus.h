/* SPDX-License-Identifier: MIT */
/*
 * What one bus master sees: the board's facts, checked, and what the client
 * adds to them.
 */
#ifndef DMA_BUS_H
#define DMA_BUS_H

#include "dma/limits.h"
#include "hal/bus.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { IODMA_DEFAULT_GRANULE = 0x1000 };

/* Any number side by side; shared by all commands for the same master. */
struct iodma_bus {
    const struct hal_bus *hal;  /* the board's, const          */
    struct iodma_limits limits; /* of the port                 */
    uint64_t granule;           /* PAGE of the spec, bytes     */
};

/*
 * Check a board's bus and make it usable.
 *
 *   bus      out; unchanged on failure
 *   hal      lent for the life of bus
 *   granule  bytes that bounce storage will be handed out in: a power of
 *            two; 0: 4096
 *
 * Returns OK; BadArgument: a pointer or a hook is missing, the granule is no
 * power of two, an aperture is empty, wraps, grants no access, or overlaps
 * another one on either side, a region is empty or wraps, the limits are not
 * satisfiable; Unsupported: an aperture is not snooped (cache maintenance is
 * not part of this version, and silence would lose data).
 *
 * Context: thread.
 */
enum iodma_status iodma_bus_init(struct iodma_bus *bus,
                                 const struct hal_bus *hal, uint64_t granule);

/*
 * The aperture through which the master has all of `access` to the byte at
 * a CPU physical address; NULL if it has not.
 *
 * Context: any.
 */
const struct hal_aperture *iodma_bus_aperture(const struct iodma_bus *bus,
                                              uint64_t address,
                                              uint32_t access);

/*
 * May these bytes be written by the master and by the CPU, as far as either
 * sees them? What no aperture or region holds is somebody else's refusal.
 *
 * Context: any. Source: spec 3.5 step 8, rule E14.
 */
bool iodma_bus_writable(const struct iodma_bus *bus, uint64_t address,
                        uint64_t length);

#endif
