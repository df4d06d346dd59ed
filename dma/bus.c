/* SPDX-License-Identifier: MIT */
#include "bus.h"

#include "../hal/bits.h"
#include "aperture.h"
#include "refuse.h"
#include "shortcuts.h"

enum { SNOOPED = 1, NOT_SNOOPED = 2 };

/* What there is among the apertures. A table may be missing: that is what
   iodma_bus_check() is for. */
static uint32_t kinds_of(const struct hal_bus *hal)
{
    uint32_t kinds = 0;

    for (uint32_t i = 0; hal->apertures && i < hal->aperture_count; i++)
        kinds |= hal->apertures[i].snooped ? SNOOPED : NOT_SNOOPED;
    return kinds;
}

static bool any_uncached(const struct hal_bus *hal)
{
    for (uint32_t i = 0; hal->regions && i < hal->region_count; i++) {
        if (hal->regions[i].cached == HAL_UNCACHED)
            return true;
    }
    return false;
}

/* Does the master port carry all that an aperture shows, whatever part of it,
   as one segment? */
static bool carries(const struct hal_limits *limits,
                    const struct hal_aperture *aperture)
{
    hal_address behind = aperture->last - aperture->first;
    hal_address last = aperture->bus + behind;

    return (limits->align_address | limits->align_length) <= 1 &&
           behind <= limits->max_transfer - 1 &&
           behind <= limits->max_segment - 1 &&
           (aperture->bus ^ last) <= limits->boundary - 1 &&
           (limits->address_bits == 0 ||
            limits->address_bits >= HAL_ADDRESS_BITS ||
            last >> limits->address_bits == 0);
}

/* May the device have all of it, for reading and for writing? (Of all addresses
   the length is 0; and that less 1, as it is wanted, is all but the first.) */
static bool may_have_all(const struct iodma_bus *bus,
                         const struct hal_aperture *aperture)
{
    hal_address length = aperture->last - aperture->first + 1;

    return aperture->access == (HAL_READ | HAL_WRITE) &&
           carries(bus->hal->limits, aperture) &&
           iodma_bus_named(bus->hal, aperture->first, aperture->last) &&
           (!bus->hal->regions ||
            iodma_bus_regions_writable(bus, aperture->first, length));
}

/* For which buffers is it known, by the board's facts alone, whether their
   lines have to be maintained (rule E1)? And for which that the device may have
   them as they lie? Of apertures where it may, the first is the one. */
static void be_sure(struct iodma_bus *bus)
{
    const struct hal_bus *hal = bus->hal;
    uint32_t kinds = kinds_of(hal);

    bus->every = NULL;
    bus->unsure = UINTPTR_MAX;
    bus->sure = NULL;
    if (hal->translation)
        return;
    if (kinds == NOT_SNOOPED && hal->cache && !any_uncached(hal)) {
        bus->every = hal->cache;
        bus->unsure = bus->line - 1;
    } else if ((kinds & NOT_SNOOPED) == 0) {
        bus->unsure = 0;
    } else {
        return;
    }
    if (!iodma_bus_named(hal, 0, (hal_address)UINTPTR_MAX))
        bus->unsure = UINTPTR_MAX; /* some pointers mean something else */
    for (uint32_t i = 0; kinds != 0 && i < hal->aperture_count; i++) {
        if (may_have_all(bus, &hal->apertures[i])) {
            bus->sure = &hal->apertures[i];
            return;
        }
    }
}

enum iodma_status iodma_bus_init(struct iodma_bus *bus,
                                 const struct hal_bus *hal, uint32_t granule)
{
    if (granule == 0)
        granule = IODMA_DEFAULT_GRANULE;
    if (!bus || !hal || !hal->limits || (granule & (granule - 1)) != 0)
        return IODMA_BAD_ARGUMENT;

    bus->hal = hal;
    bus->caching = NULL;
    bus->bouncing = NULL;
    bus->sync = NULL;
    bus->bounce = NULL;
    bus->mapper = NULL;
    bus->reason = NULL;
    bus->granule = granule;
    bus->line = hal->cache ? hal->cache->largest_line : 1;
    if (IODMA_SHORTCUTS)
        be_sure(bus);
    return IODMA_OK;
}

enum iodma_status iodma_bus_map_through(struct iodma_bus *bus,
                                        struct iodma_mapper *mapper)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!mapper)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, MAPPER));

    bus->mapper = mapper;
    if (IODMA_SHORTCUTS)
        bus->sure = NULL;
    return IODMA_OK;
}

iodma_refusal iodma_bus_translate(const struct iodma_bus *bus,
                                  const void *pointer, size_t length,
                                  hal_address *address)
{
    const struct hal_translation *translation = bus->hal->translation;
    uintptr_t at = (uintptr_t)pointer;
    hal_address left = (hal_address)length;
    hal_address next = left; /* where it goes on; the first answer tells */

    for (;;) {
        hal_address more = left; /* that goes on there */
        hal_address physical;

        if (!translation->to_physical((hal_address)at, &physical, &more) ||
            more == 0)
            return (iodma_refusal)iodma_refuse_values(
                bus->reason, IODMA_NOT_ATTACHED,
                IODMA_AT_ARGUMENT(UNMAPPED, POINTER), 0, (hal_address)at);
        if (address) {
            *address = next = physical;
            address = NULL; /* it is told */
        }
        if (physical != next || sum_wraps(physical, left - 1))
            return (iodma_refusal)iodma_refuse(
                bus->reason, IODMA_NO_SPACE,
                IODMA_AT_ARGUMENT(CONTIGUOUS, POINTER));
        if (more >= left) /* to say more than was asked does no harm */
            return 0;
        at += (uintptr_t)more;
        left -= more;
        next += more;
    }
}

const struct hal_region *iodma_bus_region(const struct iodma_bus *bus,
                                          hal_address address)
{
    const struct hal_region *region = bus->hal->regions;

    for (uint32_t left = bus->hal->region_count; left != 0; left--, region++) {
        if (address >= region->first && address <= region->last)
            return region;
    }
    return NULL;
}

const struct hal_aperture *iodma_bus_aperture(const struct iodma_bus *bus,
                                              hal_address address,
                                              uint32_t access)
{
    return iodma_aperture_of(bus, address, access);
}

bool iodma_bus_named(const struct hal_bus *hal, hal_address first,
                     hal_address last)
{
    const struct hal_region *region = hal->regions;

    if (!region)
        return true;
    for (uint32_t left = hal->region_count; left != 0; left--, region++) {
        if (iodma_bus_nameless(hal, region) &&
            spans_meet(region->first, region->last, first, last))
            return false;
    }
    return true;
}

bool iodma_bus_regions_writable(const struct iodma_bus *bus,
                                hal_address address, hal_address length)
{
    const struct hal_region *region = bus->hal->regions;
    hal_address last = address + (length - 1);

    for (uint32_t left = bus->hal->region_count; left != 0; left--, region++) {
        if (!region->writable &&
            spans_meet(region->first, region->last, address, last))
            return false;
    }
    return true;
}

bool iodma_bus_writable(const struct iodma_bus *bus, hal_address address,
                        hal_address length)
{
    const struct hal_aperture *aperture;

    if (!iodma_bus_regions_writable(bus, address, length))
        return false;
    aperture = iodma_bus_aperture(bus, address, 0);
    return !aperture || (aperture->access & HAL_WRITE) != 0;
}

bool iodma_bus_cached(const struct iodma_bus *bus, hal_address address,
                      hal_address length)
{
    hal_address last = address + (length - 1);
    const struct hal_region *region;

    do {
        region = iodma_bus_region(bus, address);
        if (!region || region->cached != HAL_UNCACHED)
            return true;
        address = region->last + 1;
    } while (region->last < last);
    return false;
}

hal_address iodma_bus_gap(const struct iodma_bus *bus, hal_address address)
{
    const struct hal_aperture *aperture = bus->hal->apertures;
    hal_address gap = HAL_ADDRESS_MAX - address; /* bytes behind the first */

    /* One that begins before is farther away than all there is. */
    for (uint32_t left = bus->hal->aperture_count; left != 0; left--)
        gap = smaller(gap, aperture++->first - 1 - address);
    return address + gap;
}

enum iodma_status iodma_bus_unfinished(enum iodma_status status,
                                       struct iodma_reason *reason)
{
    return iodma_refuse_theirs(reason, status, IODMA_RULE_MAINTENANCE);
}
