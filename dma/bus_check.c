/* SPDX-License-Identifier: MIT */
/* Are the facts of a board right? iodma_bus_check(), of bus.h. */
#include "bus.h"

#include "../hal/bits.h"
#include "refuse.h"

/* The hook that is missing, all of it or one of its calls, IODMA_FIELD_...; 0:
   none. */
static uint32_t missing_of(const struct hal_bus *hal)
{
    if (!hal->apertures && hal->aperture_count != 0)
        return IODMA_FIELD_APERTURES;
    if (!hal->regions && hal->region_count != 0)
        return IODMA_FIELD_REGIONS;
    for (uint32_t i = 0; i < hal->region_count; i++) {
        const struct hal_window *window = hal->regions[i].window;

        if (window && (!window->open || !window->close))
            return IODMA_FIELD_REGIONS;
    }
    if (hal->translation && !hal->translation->to_physical)
        return IODMA_FIELD_TRANSLATION;
    if (!hal->clock || !hal->clock->now || !hal->clock->frequency)
        return IODMA_FIELD_CLOCK;
    if (!hal->lock || !hal->lock->save || !hal->lock->restore)
        return IODMA_FIELD_LOCK;
    if (!hal->fences || !hal->fences->publish || !hal->fences->observe)
        return IODMA_FIELD_FENCES;
    if (hal->cache &&
        (!hal->cache->ops || !hal->cache->ops->clean ||
         !hal->cache->ops->clean_invalidate || !hal->cache->ops->finish))
        return IODMA_FIELD_CACHE;
    return 0;
}

/* Lines, and what memory is handed out in: whole ones. */
static enum iodma_status check_sizes(const struct iodma_bus *bus,
                                     struct iodma_reason *reason)
{
    const struct hal_cache *cache = bus->hal->cache;
    uint32_t line = bus->line;

    if (cache && is_power_of_two(line))
        line = cache->smallest_line;
    if (!is_power_of_two(line))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(POWER_OF_TWO, CACHE), 0,
                                   line);
    if (line > bus->line)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(GRANULE, CACHE), line,
                                   bus->line);
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

/* What is looked at: addresses of apertures, on either side, and of regions;
   what else there is to apertures. */
enum aspect { CPU_SIDE, BUS_SIDE, REGIONS, ACCESS };

struct span {
    hal_address first, last;
};

static struct span span_of(const struct hal_bus *hal, enum aspect aspect,
                           uint32_t index)
{
    struct span span;

    if (aspect == REGIONS) {
        span.first = hal->regions[index].first;
        span.last = hal->regions[index].last;
        return span;
    }
    span.first = hal->apertures[index].first;
    span.last = hal->apertures[index].last;
    if (aspect == BUS_SIDE) {
        span.last += hal->apertures[index].bus - span.first;
        span.first = hal->apertures[index].bus;
    }
    return span;
}

/* Does it end where it begins or later, and is it apart from those before? */
static enum iodma_status check_span(const struct hal_bus *hal,
                                    enum aspect aspect, uint32_t index,
                                    struct iodma_reason *reason)
{
    struct span span = span_of(hal, aspect, index);

    if (span.last < span.first)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT, IODMA_RULE_ORDER,
                                   span.first, span.last);
    for (uint32_t i = 0; i < index; i++) {
        struct span other = span_of(hal, aspect, i);

        if (spans_meet(span.first, span.last, other.first, other.last))
            return iodma_refuse_values(
                reason, IODMA_BAD_ARGUMENT, IODMA_RULE_OVERLAP, i,
                span.first > other.first ? span.first : other.first);
    }
    return IODMA_OK;
}

/* What else there is to an aperture. */
static enum iodma_status check_aperture(const struct iodma_bus *bus,
                                        const struct hal_aperture *aperture,
                                        struct iodma_reason *reason)
{
    hal_address edge = aperture->first;

    if (aperture->access == 0 || aperture->access > (HAL_READ | HAL_WRITE))
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_ACCESS, HAL_READ | HAL_WRITE,
                                   aperture->access);
    if (!aperture->snooped && !bus->hal->cache)
        return iodma_refuse_cure(
            reason,
            iodma_refuse(reason, IODMA_UNSUPPORTED, IODMA_RULE_NO_CACHE),
            IODMA_CURE_NONE, 0);
    if (modulo32(edge, bus->line) == 0)
        edge = aperture->last + 1;
    if (modulo32(edge, bus->line) != 0)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT, IODMA_RULE_EDGE,
                                   bus->line, edge);
    return IODMA_OK;
}

/* One aspect of all entries of a table. */
static enum iodma_status check_table(const struct iodma_bus *bus,
                                     enum aspect aspect,
                                     struct iodma_reason *reason)
{
    const struct hal_bus *hal = bus->hal;
    uint32_t count =
        aspect == REGIONS ? hal->region_count : hal->aperture_count;

    for (uint32_t i = 0; i < count; i++) {
        enum iodma_status status =
            aspect == ACCESS ? check_aperture(bus, &hal->apertures[i], reason)
                             : check_span(hal, aspect, i, reason);

        if (status != IODMA_OK) {
            iodma_refuse_at(reason,
                            aspect == REGIONS ? IODMA_PLACE_REGION
                                              : IODMA_PLACE_APERTURE,
                            i);
            return status;
        }
    }
    return IODMA_OK;
}

enum iodma_status iodma_bus_check(const struct iodma_bus *bus,
                                  struct iodma_reason *reason)
{
    const struct hal_bus *hal;
    struct iodma_limits limits;
    enum iodma_status status;
    uint32_t missing;

    if (!bus)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, BUS));
    hal = bus->hal;
    missing = missing_of(hal);
    if (missing != 0)
        return iodma_refuse(
            reason, IODMA_BAD_ARGUMENT,
            IODMA_AT(IODMA_RULE_HOOK, IODMA_PLACE_FIELD, missing));
    status = iodma_limits_set(&limits, hal->limits, reason);
    if (status == IODMA_OK)
        status = check_sizes(bus, reason);
    for (uint32_t aspect = CPU_SIDE; status == IODMA_OK && aspect <= ACCESS;
         aspect++)
        status = check_table(bus, (enum aspect)aspect, reason);
    return status;
}
