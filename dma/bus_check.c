/* SPDX-License-Identifier: MIT */
#include "dma/bus.h"

#include "dma/refuse.h"

static enum iodma_status missing(struct iodma_reason *reason, uint32_t hook)
{
    return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT, IODMA_RULE_HOOK,
                               hook, 0);
}

static enum iodma_status check_hooks(const struct hal_bus *hal,
                                     struct iodma_reason *reason)
{
    if (!hal->apertures && hal->aperture_count != 0)
        return missing(reason, IODMA_HOOK_APERTURES);
    if (!hal->regions && hal->region_count != 0)
        return missing(reason, IODMA_HOOK_REGIONS);
    if (!hal->clock)
        return missing(reason, IODMA_HOOK_CLOCK);
    if (!hal->lock)
        return missing(reason, IODMA_HOOK_LOCK);
    if (!hal->fences)
        return missing(reason, IODMA_HOOK_FENCES);
    if (hal->cache && !hal->cache->ops)
        return missing(reason, IODMA_HOOK_CACHE);
    return IODMA_OK;
}

/* Lines, and what memory is handed out in: whole ones. */
static enum iodma_status check_sizes(const struct iodma_bus *bus,
                                     struct iodma_reason *reason)
{
    const struct hal_cache *cache = bus->hal->cache;

    if (!is_power_of_two(bus->line))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(POWER_OF_TWO, CACHE), 0,
                                   bus->line);
    if (cache && !is_power_of_two(cache->smallest_line))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(POWER_OF_TWO, CACHE), 0,
                                   cache->smallest_line);
    if (!is_power_of_two(bus->granule))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(POWER_OF_TWO, GRANULE), 0,
                                   bus->granule);
    if (bus->granule < bus->line)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(GRANULE, GRANULE),
                                   bus->line, bus->granule);
    return IODMA_OK;
}

/* An aperture or a region: its place in the board's table. */
struct entry {
    struct iodma_reason *reason;
    uint32_t table; /* IODMA_PLACE_APERTURE or _REGION */
    uint32_t index;
};

static enum iodma_status wrong(const struct entry *entry,
                               enum iodma_status status, uint32_t rule,
                               hal_address required, hal_address actual)
{
    (void)iodma_refuse_values(entry->reason, status, rule, required, actual);
    iodma_refuse_at(entry->reason, entry->table, entry->index);
    return status;
}

static enum iodma_status check_order(const struct entry *entry,
                                     hal_address first, hal_address last)
{
    if (last < first)
        return wrong(entry, IODMA_BAD_ARGUMENT, IODMA_RULE_ORDER, first, last);
    return IODMA_OK;
}

/* Against another entry of the table. */
static enum iodma_status check_apart(const struct entry *entry,
                                     hal_address first, hal_address last,
                                     uint32_t other, hal_address other_first,
                                     hal_address other_last)
{
    if (spans_meet(first, last, other_first, other_last))
        return wrong(entry, IODMA_BAD_ARGUMENT, IODMA_RULE_OVERLAP, other,
                     first > other_first ? first : other_first);
    return IODMA_OK;
}

static hal_address bus_last(const struct hal_aperture *aperture)
{
    return aperture->last + iodma_aperture_delta(aperture);
}

static enum iodma_status check_aperture(const struct iodma_bus *bus,
                                        const struct entry *entry)
{
    const struct hal_aperture *aperture = &bus->hal->apertures[entry->index];
    hal_address end = aperture->last + 1;
    enum iodma_status status;

    status = check_order(entry, aperture->first, aperture->last);
    if (status == IODMA_OK)
        status = check_order(entry, aperture->bus, bus_last(aperture));
    if (status != IODMA_OK)
        return status;
    if (aperture->access == 0 || aperture->access > (HAL_READ | HAL_WRITE))
        return wrong(entry, IODMA_BAD_ARGUMENT, IODMA_RULE_ACCESS,
                     HAL_READ | HAL_WRITE, aperture->access);
    if (!aperture->snooped && !bus->hal->cache)
        return wrong(entry, IODMA_UNSUPPORTED, IODMA_RULE_HOOK,
                     IODMA_HOOK_CACHE, 0);
    if (modulo32(aperture->first, bus->line) != 0)
        return wrong(entry, IODMA_BAD_ARGUMENT, IODMA_RULE_EDGE, bus->line,
                     aperture->first);
    if (modulo32(end, bus->line) != 0)
        return wrong(entry, IODMA_BAD_ARGUMENT, IODMA_RULE_EDGE, bus->line,
                     end);

    for (uint32_t i = 0; status == IODMA_OK && i < entry->index; i++) {
        const struct hal_aperture *other = &bus->hal->apertures[i];

        status = check_apart(entry, aperture->first, aperture->last, i,
                             other->first, other->last);
        if (status == IODMA_OK)
            status = check_apart(entry, aperture->bus, bus_last(aperture), i,
                                 other->bus, bus_last(other));
    }
    return status;
}

static enum iodma_status check_region(const struct iodma_bus *bus,
                                      const struct entry *entry)
{
    const struct hal_region *region = &bus->hal->regions[entry->index];
    enum iodma_status status;

    status = check_order(entry, region->first, region->last);
    for (uint32_t i = 0; status == IODMA_OK && i < entry->index; i++) {
        const struct hal_region *other = &bus->hal->regions[i];

        status = check_apart(entry, region->first, region->last, i,
                             other->first, other->last);
    }
    return status;
}

enum iodma_status iodma_bus_check(const struct iodma_bus *bus,
                                  struct iodma_reason *reason)
{
    struct entry entry = { .reason = reason };
    struct iodma_limits limits;
    enum iodma_status status;

    if (!bus)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, BUS));
    status = check_hooks(bus->hal, reason);
    if (status == IODMA_OK)
        status = iodma_limits_set(&limits, bus->hal->limits, reason);
    if (status == IODMA_OK)
        status = check_sizes(bus, reason);

    entry.table = IODMA_PLACE_APERTURE;
    for (entry.index = 0;
         status == IODMA_OK && entry.index < bus->hal->aperture_count;
         entry.index++)
        status = check_aperture(bus, &entry);

    entry.table = IODMA_PLACE_REGION;
    for (entry.index = 0;
         status == IODMA_OK && entry.index < bus->hal->region_count;
         entry.index++)
        status = check_region(bus, &entry);
    return status;
}
