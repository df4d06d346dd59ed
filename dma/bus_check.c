/* SPDX-License-Identifier: MIT */
/* Are the facts of a board right? iodma_bus_check(), of bus.h. */
#include "bus.h"

#include "../hal/bits.h"
#include "refuse.h"

#define REFUSE(what, required, actual)                                         \
    iodma_refuse_values(reason, IODMA_BAD_ARGUMENT, what, required, actual)

/* Has a region a far window that lacks a call? */
static bool lacks_calls(const struct hal_bus *hal)
{
    const struct hal_region *region = hal->regions;

    for (uint32_t left = hal->region_count; left != 0; left--, region++) {
        const struct hal_window *window = region->window;

        if (window && (!window->open || !window->close))
            return true;
    }
    return false;
}

/* Are all hooks there, with all their calls? (Out of line, and the tables last:
   then what refuses is near all that lead to it.) */
static __attribute__((noinline)) enum iodma_status
check_hooks(const struct hal_bus *hal, struct iodma_reason *reason)
{
    const struct hal_cache *cache = hal->cache;
    uint32_t field;

#define HAS(name, condition) (field = IODMA_FIELD_##name, (condition))
    if (HAS(CLOCK, hal->clock && hal->clock->now && hal->clock->frequency) &&
        HAS(LOCK, hal->lock && hal->lock->save && hal->lock->restore) &&
        HAS(FENCES,
            hal->fences && hal->fences->publish && hal->fences->observe) &&
        HAS(CACHE,
            !cache || (cache->ops && cache->ops->clean &&
                       cache->ops->clean_invalidate && cache->ops->finish)) &&
        HAS(TRANSLATION, !hal->translation || hal->translation->to_physical) &&
        HAS(APERTURES, hal->apertures || hal->aperture_count == 0) &&
        HAS(REGIONS,
            (hal->regions || hal->region_count == 0) && !lacks_calls(hal)))
        return IODMA_OK;
#undef HAS
    return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                        IODMA_AT(IODMA_RULE_HOOK, IODMA_PLACE_FIELD, field));
}

/* Lines, and what memory is handed out in: powers of two, and none shorter than
   the one before. */
static enum iodma_status check_sizes(const struct iodma_bus *bus,
                                     struct iodma_reason *reason)
{
    const struct hal_cache *cache = bus->hal->cache;
    uint32_t smallest = cache ? cache->smallest_line : 1;

    if (!is_power_of_two(smallest))
        return REFUSE(IODMA_AT_FIELD(POWER_OF_TWO, CACHE), 0, smallest);
    if ((bus->line & (bus->line - 1)) != 0)
        return REFUSE(IODMA_AT_FIELD(POWER_OF_TWO, CACHE), 0, bus->line);
    if ((bus->granule & (bus->granule - 1)) != 0)
        return REFUSE(IODMA_AT_ARGUMENT(POWER_OF_TWO, GRANULE), 0,
                      bus->granule);
    if (bus->line < smallest)
        return REFUSE(IODMA_AT_FIELD(GRANULE, CACHE), smallest, bus->line);
    if (bus->granule < bus->line)
        return REFUSE(IODMA_AT_ARGUMENT(GRANULE, GRANULE), bus->line,
                      bus->granule);
    return IODMA_OK;
}

/* Two of a table have addresses in common: from where the later one begins. */
static enum iodma_status refuse_overlap(struct iodma_reason *reason,
                                        ptrdiff_t index, hal_address first,
                                        hal_address other)
{
    return REFUSE(IODMA_RULE_OVERLAP, (uint32_t)index,
                  first > other ? first : other);
}

static hal_address bus_last(const struct hal_aperture *aperture)
{
    return aperture->bus + (aperture->last - aperture->first);
}

/* Is an aperture right, and apart from those before on either side? */
static enum iodma_status check_aperture(const struct iodma_bus *bus,
                                        const struct hal_aperture *aperture,
                                        struct iodma_reason *reason)
{
    const struct hal_aperture *apertures = bus->hal->apertures;
    hal_address edge = aperture->first;

    if (aperture->last < aperture->first)
        return REFUSE(IODMA_RULE_ORDER, aperture->first, aperture->last);
    if (bus_last(aperture) < aperture->bus)
        return REFUSE(IODMA_RULE_ORDER, aperture->bus, bus_last(aperture));
    if (aperture->access == 0 || aperture->access > (HAL_READ | HAL_WRITE))
        return REFUSE(IODMA_RULE_ACCESS, HAL_READ | HAL_WRITE,
                      aperture->access);
    if (!aperture->snooped && !bus->hal->cache)
        return iodma_refuse_cure(
            reason,
            iodma_refuse(reason, IODMA_UNSUPPORTED, IODMA_RULE_NO_CACHE),
            IODMA_CURE_NONE, 0);
    if (modulo32(edge, bus->line) == 0)
        edge = aperture->last + 1;
    if (modulo32(edge, bus->line) != 0)
        return REFUSE(IODMA_RULE_EDGE, bus->line, edge);
    for (const struct hal_aperture *other = apertures; other != aperture;
         other++) {
        if (spans_meet(aperture->first, aperture->last, other->first,
                       other->last))
            return refuse_overlap(reason, other - apertures, aperture->first,
                                  other->first);
        if (spans_meet(aperture->bus, bus_last(aperture), other->bus,
                       bus_last(other)))
            return refuse_overlap(reason, other - apertures, aperture->bus,
                                  other->bus);
    }
    return IODMA_OK;
}

/* The same of a region. */
static enum iodma_status check_region(const struct hal_bus *hal,
                                      const struct hal_region *region,
                                      struct iodma_reason *reason)
{
    if (region->last < region->first)
        return REFUSE(IODMA_RULE_ORDER, region->first, region->last);
    for (const struct hal_region *other = hal->regions; other != region;
         other++) {
        if (spans_meet(region->first, region->last, other->first, other->last))
            return refuse_overlap(reason, other - hal->regions, region->first,
                                  other->first);
    }
    return IODMA_OK;
}

enum iodma_status iodma_bus_check(const struct iodma_bus *bus,
                                  struct iodma_reason *reason)
{
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
    for (uint32_t i = 0; status == IODMA_OK && i < bus->hal->aperture_count;
         i++) {
        status = check_aperture(bus, &bus->hal->apertures[i], reason);
        if (status != IODMA_OK)
            iodma_refuse_at(reason, IODMA_PLACE_APERTURE, i);
    }
    for (uint32_t i = 0; status == IODMA_OK && i < bus->hal->region_count;
         i++) {
        status = check_region(bus->hal, &bus->hal->regions[i], reason);
        if (status != IODMA_OK)
            iodma_refuse_at(reason, IODMA_PLACE_REGION, i);
    }
    return status;
}
