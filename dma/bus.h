/* SPDX-License-Identifier: MIT */
/*
 * What one bus master sees: the board's facts, checked, and what the client
 * adds to them.
 */
#ifndef DMA_BUS_H
#define DMA_BUS_H

#include "dma/limits.h"
#include "hal/bounce.h"
#include "hal/bus.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IODMA_DEFAULT_GRANULE = 0x1000 };

/* Any number side by side; shared by all commands for the same master. */
struct iodma_bus {
    const struct hal_bus *hal;   /* the board's, const          */
    struct iodma_limits limits;  /* of the port                 */
    uint32_t granule;            /* PAGE of the spec, bytes     */
    struct hal_bounce *bounce;   /* NULL: none                  */
    struct iodma_mapper *mapper; /* the system mapper; NULL: none */
};

struct iodma_mapper;

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
 * satisfiable, the granule is smaller than the largest cache line, an aperture
 * does not begin and end on one;
 * Unsupported: an aperture is not snooped and there is no cache to maintain.
 *
 * Context: thread.
 */
enum iodma_status iodma_bus_init(struct iodma_bus *bus,
                                 const struct hal_bus *hal, uint32_t granule);

/*
 * Lend a bus storage to bounce through, for all commands on it. Before, what
 * a device cannot take as it lies is refused.
 *
 * Returns OK, or BadArgument: a pointer is NULL, the pages are of another
 * size than the bus's granule, or no aperture that the master may read and
 * write shows them all. Nothing changes then.
 *
 * Context: thread; no command is prepared.
 */
enum iodma_status iodma_bus_lend(struct iodma_bus *bus,
                                 struct hal_bounce *bounce);

/*
 * Have a mapper stand between a bus and its apertures: the one that
 * specifications use that name none. (IOMapper::gSystem)
 *
 *   mapper  made by iodma_mapper_init() (dma/map.h); lent for the life of bus
 *
 * Returns OK, or BadArgument for a NULL pointer. Context: thread; no command
 * is specified.
 */
enum iodma_status iodma_bus_map_through(struct iodma_bus *bus,
                                        struct iodma_mapper *mapper);

/* The highest CPU physical address of bounce storage within reach of `last`,
   a bus address. Context: any. */
uint64_t iodma_bus_bounce_limit(const struct iodma_bus *bus, uint64_t last);

/*
 * Where the CPU's translation has a buffer.
 *
 *   address  out: CPU physical; undefined on failure
 *
 * Returns OK; NotAttached: nothing is mapped at one of the bytes; NoSpace:
 * they are not contiguous in physical memory.
 *
 * Context: thread or ISR. Only on a bus that has a translation.
 */
enum iodma_status iodma_bus_translate(const struct iodma_bus *bus,
                                      const void *pointer, size_t length,
                                      uint64_t *address);

/* Is this a buffer, as the CPU names it? No length makes the last byte the
   one before the first: refused with those that run past the end of the CPU's
   addresses. Context: any. */
static inline bool iodma_bus_is_buffer(const void *pointer, size_t length)
{
    return pointer && length - 1 <= UINTPTR_MAX - (uintptr_t)pointer;
}

/*
 * Where a buffer lies in physical memory.
 *
 * Returns OK; BadArgument: it is none; or as above. Context: thread or ISR.
 */
static inline enum iodma_status iodma_bus_locate(const struct iodma_bus *bus,
                                                 const void *pointer,
                                                 size_t length,
                                                 uint64_t *address)
{
    if (!iodma_bus_is_buffer(pointer, length))
        return IODMA_BAD_ARGUMENT;
    if (bus->hal->translation)
        return iodma_bus_translate(bus, pointer, length, address);
    *address = (uintptr_t)pointer;
    return IODMA_OK;
}

/* The region that holds a CPU physical address; NULL if none does. Context:
   any. */
const struct hal_region *iodma_bus_region(const struct iodma_bus *bus,
                                          uint64_t address);

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

/* The same, for the CPU alone. Context: any. */
bool iodma_bus_regions_writable(const struct iodma_bus *bus, uint64_t address,
                                uint64_t length);

#endif
