/* SPDX-License-Identifier: MIT */
/*
 * What one bus master sees: the board's facts, and what the client adds to
 * them. A product links the code of what it adds, and no more:
 *
 *     iodma_bus_init          the board's facts, as they are
 *     iodma_bus_check         are they right? For bring-up and tests
 *     iodma_bus_cache         commands maintain the board's caches
 *     iodma_bus_lend          storage to bounce through     (dma/bounce.h)
 *     iodma_bus_map_through   an IOMMU in front             (dma/map.h)
 */
#ifndef DMA_BUS_H
#define DMA_BUS_H

#include "../hal/address.h"
#include "../hal/bounce.h"
#include "../hal/bus.h"
#include "../hal/status.h"
#include "limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { IODMA_DEFAULT_GRANULE = 0x1000 };

struct iodma_bouncing;
struct iodma_caching;
struct iodma_mapper;
struct iodma_reason;
struct iodma_sync;

/* Any number side by side; shared by all commands for the same master. */
struct iodma_bus {
    const struct hal_bus *hal;             /* the board's, const            */
    const struct iodma_caching *caching;   /* dma/cache.h; NULL: nobody
                                              maintains                     */
    const struct iodma_bouncing *bouncing; /* dma/plan.h; NULL: nothing is
                                              lent                          */
    const struct iodma_sync *sync;         /* dma/sync.h; NULL: neither     */
    struct hal_bounce *bounce;             /* that is lent, and ...         */
    const struct hal_aperture *lent_in;    /* ... where the master sees it  */
    struct iodma_mapper *mapper;           /* the system mapper, or NULL    */
    struct iodma_reason *reason; /* dma/reason.h; NULL: nobody asks         */
    uint32_t granule;            /* PAGE of the spec, bytes                 */
    uint32_t line;               /* largest of the caches, bytes; 1: none   */
    /* What the board's facts alone say of a buffer (be_sure() in bus.c); with
       shortcuts only are they set, and asked. */
    uintptr_t unsure;                /* has its address none of these bits, it
                                        changes hands without a look at what it
                                        lies in ...                            */
    const struct hal_cache *every;   /* ... and this is maintained for it; NULL:
                                        nothing is                             */
    const struct hal_aperture *sure; /* does it lie here, the device may have
                                        it, and the master port carries it;
                                        NULL: there is none such             */
};

/*
 * Take a board's bus as it is.
 *
 *   bus      out; unchanged on failure
 *   hal      lent for the life of bus; its cache, if there is one, has been
 *            initialised: its largest line is taken now
 *   granule  bytes that bounce storage will be handed out in: a power of
 *            two, at least a cache line; 0: 4096
 *
 * Returns OK, or BadArgument for a NULL pointer or a granule that is no power
 * of two. The facts themselves are looked at by iodma_bus_check(): call it
 * once, at bring-up.
 *
 * Context: thread.
 */
enum iodma_status iodma_bus_init(struct iodma_bus *bus,
                                 const struct hal_bus *hal, uint32_t granule);

/*
 * Look at all facts of a bus.
 *
 *   reason  out: the first that is wrong: which rule, of which aperture,
 *           region or field, and the values; unchanged if none is. May be NULL
 *
 * Returns OK; BadArgument: a hook is missing, or a call of it; the limits of
 * the master port contradict each other; a line or the granule is no power of
 * two; the largest line is shorter than the smallest, or the granule than the
 * largest; an aperture ends before it begins, runs past the end of the bus's
 * addresses, grants no access, does not begin and end on a cache line, overlaps
 * another one on either side; a region ends before it begins or overlaps
 * another one; Unsupported: an aperture is not snooped and the board states no
 * cache.
 *
 * Context: thread; quadratic in apertures and regions. (dma/bus_check.c)
 */
enum iodma_status iodma_bus_check(const struct iodma_bus *bus,
                                  struct iodma_reason *reason);

/*
 * Have commands on a bus maintain the caches that the board states, where the
 * master does not look into them. Before, what needs that is Unsupported.
 * (iodma_map() needs no more than the board's cache.)
 *
 * Returns OK, or BadArgument for NULL or a board without a cache. Context:
 * thread; no command is prepared. (dma/cache.c)
 */
enum iodma_status iodma_bus_cache(struct iodma_bus *bus);

/*
 * Lend a bus storage to bounce through, for all commands on it. Before, what
 * a device cannot take as it lies is refused. Buses that share storage share a
 * lock.
 *
 * Returns OK, or BadArgument: a pointer is NULL, the storage is handed out in
 * another granule than the bus's, or no aperture that the master may read and
 * write shows all of it. Nothing changes then.
 *
 * Context: thread; no command is prepared. (dma/ladder.c)
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

/*
 * Have all calls on a bus explain their refusals from now on (dma/reason.h):
 * lending and its like, iodma_map() and its like, iodma_share(), and commands
 * that are made from now on.
 *
 *   reason  lent until another one, or NULL (nobody wants to know), is given
 *
 * Context: any; the bus is not used elsewhere.
 */
static inline void iodma_bus_explain(struct iodma_bus *bus,
                                     struct iodma_reason *reason)
{
    bus->reason = reason;
}

/* Bytes of the largest cache line: what memory that a device writes has to be
   rounded to, at both ends (IODMA_BUFFER in dma/oneshot.h). 1: there is no
   cache. Context: any. */
static inline uint32_t iodma_bus_line(const struct iodma_bus *bus)
{
    return bus->line;
}

/* Does no pointer name a region's memory, so that one whose value lies there
   means something else: a far window's, or a device's registers? (Not asked
   with addresses of 32 bits: what has an address has a name there, but where a
   board wants it otherwise.) Context: any. */
static inline bool iodma_bus_nameless(const struct hal_bus *hal,
                                      const struct hal_region *region)
{
    return HAL_ADDRESS_BITS == 64 && region->window && !hal->translation;
}

/* Is there no such memory from one address to another? Context: any. */
bool iodma_bus_named(const struct hal_bus *hal, hal_address first,
                     hal_address last);

/* Is this a buffer, as the CPU names it? No length makes the last byte the
   one before the first: refused with those that run past the end of the CPU's
   addresses, or of what hal_address can tell. Context: any. */
static inline bool iodma_bus_is_buffer(const void *pointer, size_t length)
{
    uintptr_t first = (uintptr_t)pointer;
    uintptr_t last = first + (length - 1);

    return length - 1 < 0 - first && (hal_address)last == last;
}

/* The last byte of a status that refuses: the others are alike in all of them,
   and a byte is half the instructions. 0: nothing is refused. */
typedef uint8_t iodma_refusal;

/* The status whose last byte that is; of 0 OK. Context: any. */
static inline enum iodma_status iodma_status_of(iodma_refusal refused)
{
    return refused == 0 ? IODMA_OK
                        : (enum iodma_status)(IODMA_STATUS(0x200) + refused);
}

/*
 * Where the CPU's translation has a buffer.
 *
 *   address  out: CPU physical; undefined on failure
 *
 * Refused are NotAttached: nothing is mapped at one of the bytes, or no bytes
 * are said to follow it; NoSpace: they are not contiguous in physical memory,
 * or run past its last address.
 *
 * Context: thread or ISR. Only on a bus that has a translation.
 */
iodma_refusal iodma_bus_translate(const struct iodma_bus *bus,
                                  const void *pointer, size_t length,
                                  hal_address *address);

/* What is said of a sweep that did not end. Returns status. Context: any. */
enum iodma_status iodma_bus_unfinished(enum iodma_status status,
                                       struct iodma_reason *reason);

/*
 * End a sweep of the bus's cache (hal/cache.h): all that was begun is done.
 *
 *   reason  where to look for who is told if it does not
 *
 * Returns OK; Timeout: the cache's controller does not come to an end, or
 * whatever else its driver says. Context: thread or ISR.
 */
static inline enum iodma_status
iodma_bus_finish(const struct hal_cache *cache,
                 struct iodma_reason *const *reason)
{
    enum iodma_status status = cache->ops->finish(cache);

    return status == IODMA_OK ? IODMA_OK
                              : iodma_bus_unfinished(status, *reason);
}

/* The region that holds a CPU physical address; NULL if none does. Context:
   any. */
const struct hal_region *iodma_bus_region(const struct iodma_bus *bus,
                                          hal_address address);

/* May the CPU have any of these bytes in a cache? What is in no region may be.
   Context: any. */
bool iodma_bus_cached(const struct iodma_bus *bus, hal_address address,
                      hal_address length);

/* The aperture through which the master has all of `access` to the byte at a
   CPU physical address; NULL if it has not. Context: any. */
const struct hal_aperture *iodma_bus_aperture(const struct iodma_bus *bus,
                                              hal_address address,
                                              uint32_t access);

/* The last address, from one that is in no aperture on, before the next
   aperture begins. Context: any. */
hal_address iodma_bus_gap(const struct iodma_bus *bus, hal_address address);

/* What an aperture adds to a CPU physical address, modulo all addresses.
   Context: any. */
static inline hal_address
iodma_aperture_delta(const struct hal_aperture *aperture)
{
    return aperture->bus - aperture->first;
}

/*
 * May these bytes, `length` of them and not 0, as far as the CPU sees them, be
 * written by it? What no region holds is somebody else's refusal.
 *
 * Context: any. Source: spec 3.5 step 8, rule E14.
 */
bool iodma_bus_regions_writable(const struct iodma_bus *bus,
                                hal_address address, hal_address length);

/* The same, for the master as well, of bytes in one aperture, or between two.
   Context: any. */
bool iodma_bus_writable(const struct iodma_bus *bus, hal_address address,
                        hal_address length);

#ifdef __cplusplus
}
#endif

#endif
