/* SPDX-License-Identifier: MIT */
#include "dma/bus.h"

#include "hal/bits.h"

#include <stddef.h>

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return range_holds(a, a_size, b) || range_holds(b, b_size, a);
}

static bool apertures_collide(const struct hal_aperture *a,
                              const struct hal_aperture *b)
{
    return overlap(a->cpu, a->size, b->cpu, b->size) ||
           overlap(a->bus, a->size, b->bus, b->size);
}

static enum iodma_status check_aperture(const struct hal_bus *hal,
                                        uint32_t index)
{
    const struct hal_aperture *aperture = &hal->apertures[index];

    if (aperture->size == 0 || range_wraps(aperture->cpu, aperture->size) ||
        range_wraps(aperture->bus, aperture->size) || aperture->access == 0 ||
        (aperture->access & ~(HAL_READ | HAL_WRITE)) != 0 ||
        (hal->cache && modulo32(aperture->cpu | aperture->size,
                                hal->cache->largest_line) != 0))
        return IODMA_BAD_ARGUMENT;
    for (uint32_t i = 0; i < index; i++) {
        if (apertures_collide(&hal->apertures[i], aperture))
            return IODMA_BAD_ARGUMENT;
    }
    return aperture->snooped || hal->cache ? IODMA_OK : IODMA_UNSUPPORTED;
}

static enum iodma_status check_regions(const struct hal_bus *hal)
{
    for (uint32_t i = 0; i < hal->region_count; i++) {
        const struct hal_region *region = &hal->regions[i];

        if (region->size == 0 || range_wraps(region->base, region->size))
            return IODMA_BAD_ARGUMENT;
    }
    return IODMA_OK;
}

static bool hooks_present(const struct hal_bus *hal)
{
    return (hal->apertures || hal->aperture_count == 0) &&
           (hal->regions || hal->region_count == 0) && hal->limits &&
           hal->clock && hal->lock && hal->fences;
}

enum iodma_status iodma_bus_init(struct iodma_bus *bus,
                                 const struct hal_bus *hal, uint32_t granule)
{
    struct iodma_limits limits;
    enum iodma_status status;

    if (granule == 0)
        granule = IODMA_DEFAULT_GRANULE;
    if (!bus || !hal || !hooks_present(hal) || !is_power_of_two(granule) ||
        (hal->cache && hal->cache->largest_line > granule))
        return IODMA_BAD_ARGUMENT;
    status = iodma_limits_set(&limits, hal->limits);
    if (status != IODMA_OK)
        return status;
    status = check_regions(hal);
    if (status != IODMA_OK)
        return status;
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        status = check_aperture(hal, i);
        if (status != IODMA_OK)
            return status;
    }

    bus->hal = hal;
    bus->limits = limits;
    bus->granule = granule;
    bus->bounce = NULL;
    bus->mapper = NULL;
    return IODMA_OK;
}

static const struct hal_aperture *aperture_of(const struct hal_bus *hal,
                                              uint64_t address)
{
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        const struct hal_aperture *aperture = &hal->apertures[i];

        if (range_holds(aperture->cpu, aperture->size, address))
            return aperture;
    }
    return NULL;
}

/* One aperture shows all of the pages, for reading and writing. */
static bool holds_pages(const struct iodma_bus *bus,
                        const struct hal_bounce *bounce)
{
    const struct hal_aperture *aperture =
        iodma_bus_aperture(bus, bounce->base, HAL_READ | HAL_WRITE);

    return aperture && hal_bounce_size(bounce) <=
                           aperture->size - (bounce->base - aperture->cpu);
}

enum iodma_status iodma_bus_lend(struct iodma_bus *bus,
                                 struct hal_bounce *bounce)
{
    if (!bus || !bounce || !bounce->ops ||
        (!bounce->cells && bounce->pages != 0) ||
        bounce->granule != bus->granule || !holds_pages(bus, bounce))
        return IODMA_BAD_ARGUMENT;

    bus->bounce = bounce;
    return IODMA_OK;
}

enum iodma_status iodma_bus_map_through(struct iodma_bus *bus,
                                        struct iodma_mapper *mapper)
{
    if (!bus || !mapper)
        return IODMA_BAD_ARGUMENT;

    bus->mapper = mapper;
    return IODMA_OK;
}

uint64_t iodma_bus_bounce_limit(const struct iodma_bus *bus, uint64_t last)
{
    const struct hal_aperture *aperture =
        bus->bounce ? aperture_of(bus->hal, bus->bounce->base) : NULL;

    if (!aperture || last < aperture->bus)
        return 0;
    if (last - aperture->bus >= aperture->size)
        return UINT64_MAX;
    return aperture->cpu + (last - aperture->bus);
}

enum iodma_status iodma_bus_translate(const struct iodma_bus *bus,
                                      const void *pointer, size_t length,
                                      uint64_t *address)
{
    uint64_t physical;
    uint64_t more; /* that goes on there */

    for (size_t done = 0; done < length; done += (size_t)more) {
        more = length - done;
        if (!bus->hal->translation->to_physical((uintptr_t)pointer + done,
                                                &physical, &more))
            return IODMA_NOT_ATTACHED;
        if (done == 0)
            *address = physical;
        else if (physical - done != *address)
            return IODMA_NO_SPACE;
    }
    return IODMA_OK;
}

const struct hal_region *iodma_bus_region(const struct iodma_bus *bus,
                                          uint64_t address)
{
    for (uint32_t i = 0; i < bus->hal->region_count; i++) {
        const struct hal_region *region = &bus->hal->regions[i];

        if (range_holds(region->base, region->size, address))
            return region;
    }
    return NULL;
}

const struct hal_aperture *iodma_bus_aperture(const struct iodma_bus *bus,
                                              uint64_t address, uint32_t access)
{
    const struct hal_aperture *aperture = aperture_of(bus->hal, address);

    return aperture && (aperture->access & access) == access ? aperture : NULL;
}

bool iodma_bus_regions_writable(const struct iodma_bus *bus, uint64_t address,
                                uint64_t length)
{
    for (uint32_t i = 0; i < bus->hal->region_count; i++) {
        const struct hal_region *region = &bus->hal->regions[i];

        if (!region->writable &&
            overlap(region->base, region->size, address, length))
            return false;
    }
    return true;
}

bool iodma_bus_writable(const struct iodma_bus *bus, uint64_t address,
                        uint64_t length)
{
    for (uint32_t i = 0; i < bus->hal->aperture_count; i++) {
        const struct hal_aperture *aperture = &bus->hal->apertures[i];

        if ((aperture->access & HAL_WRITE) == 0 &&
            overlap(aperture->cpu, aperture->size, address, length))
            return false;
    }
    return iodma_bus_regions_writable(bus, address, length);
}
