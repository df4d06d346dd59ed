/* SPDX-License-Identifier: MIT */
#include "dma/oneshot.h"

#include "dma/map.h"
#include "dma/refuse.h"
#include "hal/bits.h"

/* Where a buffer is, and what that asks for. */
struct spot {
    hal_address physical;                /* of its first byte               */
    const struct hal_aperture *aperture; /* that shows all of it            */
    const struct hal_region *region;     /* that holds all of it, or NULL   */
    const struct hal_cache *cache; /* its lines are maintained by; or NULL */
};

static enum iodma_status bad_direction(const struct iodma_bus *bus,
                                       uint32_t direction)
{
    return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                               IODMA_AT_ARGUMENT(DIRECTION, DIRECTION),
                               IODMA_INOUT, direction);
}

static enum iodma_status unseen(const struct iodma_bus *bus, uint32_t direction,
                                hal_address physical)
{
    return iodma_refuse_values(bus->reason, IODMA_MESSAGE_TOO_LARGE,
                               IODMA_AT_ARGUMENT(APERTURE, POINTER),
                               iodma_access_of(direction), physical);
}

/* A line does not begin where the buffer does. */
static enum iodma_status within_line(const struct iodma_bus *bus,
                                     hal_address physical)
{
    return iodma_refuse_values(bus->reason, IODMA_NOT_ALIGNED,
                               IODMA_AT_ARGUMENT(LINE, POINTER), bus->line,
                               physical);
}

/* Find a buffer in physical memory. */
static inline enum iodma_status locate(const struct iodma_bus *bus,
                                       const void *pointer, size_t length,
                                       hal_address *physical)
{
    if (!iodma_bus_is_buffer(pointer, length))
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            pointer ? IODMA_AT_ARGUMENT(BUFFER, LENGTH)
                                    : IODMA_AT_ARGUMENT(POINTER, POINTER));
    return iodma_bus_locate(bus, pointer, length, physical);
}

/* The aperture that shows all of a buffer. */
static inline const struct hal_aperture *
aperture_of(const struct hal_bus *hal, hal_address first, hal_address last)
{
    const struct hal_aperture *aperture = hal->apertures;

    for (uint32_t left = hal->aperture_count; left != 0; left--, aperture++) {
        if (aperture->first <= first && last <= aperture->last)
            return aperture;
    }
    return NULL;
}

/* The region that holds all of it, or NULL. */
static inline const struct hal_region *
region_of(const struct hal_bus *hal, hal_address first, hal_address last)
{
    const struct hal_region *region = hal->regions;

    for (uint32_t left = hal->region_count; left != 0; left--, region++) {
        if (region->first <= first && last <= region->last)
            return region;
    }
    return NULL;
}

/* Find it on the bus, and out whether its lines have to be maintained. Its
   region is looked for if that, or a device that writes, asks for it. */
static inline enum iodma_status look_at(const struct iodma_bus *bus,
                                        size_t length, uint32_t direction,
                                        struct spot *spot)
{
    const struct hal_bus *hal = bus->hal;
    hal_address last = spot->physical + (hal_address)(length - 1);

    spot->aperture = aperture_of(hal, spot->physical, last);
    if (!spot->aperture)
        return unseen(bus, direction, spot->physical);
    spot->cache = NULL;
    if (spot->aperture->snooped && direction == IODMA_OUT)
        return IODMA_OK;
    spot->region = region_of(hal, spot->physical, last);
    if (spot->aperture->snooped ||
        (spot->region && spot->region->cached == HAL_UNCACHED))
        return IODMA_OK;
    spot->cache = hal->cache;
    if (hal->cache)
        return IODMA_OK;
    (void)iodma_refuse_values(bus->reason, IODMA_UNSUPPORTED,
                              IODMA_AT_ARGUMENT(NO_CACHE, POINTER), 0,
                              spot->physical);
    return iodma_refuse_cure(bus->reason, IODMA_UNSUPPORTED,
                             IODMA_CURE_ELSEWHERE, 0);
}

/* May the device write, and are the lines the buffer's own? */
static inline enum iodma_status judge_inbound(const struct iodma_bus *bus,
                                              const struct spot *spot,
                                              size_t capacity, size_t length)
{
    uint32_t rest; /* of the last line */

    if ((spot->aperture->access & HAL_WRITE) == 0 ||
        (spot->region ? !spot->region->writable
                      : !iodma_bus_regions_writable(bus, spot->physical,
                                                    (hal_address)length)))
        return iodma_refuse_values(bus->reason, IODMA_NOT_WRITABLE,
                                   IODMA_AT_ARGUMENT(WRITABLE, POINTER), 0,
                                   spot->physical);
    if (!spot->cache)
        return IODMA_OK;
    if (modulo32(spot->physical, bus->line) != 0)
        return within_line(bus, spot->physical);
    rest = modulo32(0 - (hal_address)length, bus->line);
    if (rest <= capacity - length)
        return IODMA_OK;
    (void)iodma_refuse_values(bus->reason, IODMA_NOT_ALIGNED,
                              IODMA_AT_ARGUMENT(LINE, CAPACITY), bus->line,
                              spot->physical + (hal_address)capacity);
    return iodma_refuse_cure(bus->reason, IODMA_NOT_ALIGNED, IODMA_CURE_SET,
                             (hal_address)length + rest);
}

/* No multiple of an alignment (0: any will do)? */
static inline bool misaligned(uint32_t value, uint32_t alignment)
{
    return alignment != 0 && modulo32(value, alignment) != 0;
}

/* May the device have these bytes as the one segment of a list? Limits of 0 are
   none, and so is one less than that. */
static inline enum iodma_status judge(const struct hal_limits *limits,
                                      hal_address address, size_t length,
                                      struct iodma_reason *reason)
{
    hal_address last = address + (hal_address)(length - 1);

    if (limits->address_bits != 0 && limits->address_bits < HAL_ADDRESS_BITS &&
        last >> limits->address_bits != 0)
        return iodma_refuse_values(
            reason, IODMA_MESSAGE_TOO_LARGE, IODMA_AT_ARGUMENT(REACH, POINTER),
            ((hal_address)1 << limits->address_bits) - 1, last);
    if (length - 1 > limits->max_transfer - 1)
        return iodma_refuse_values(reason, IODMA_NO_SPACE,
                                   IODMA_AT_ARGUMENT(MAX_TRANSFER, LENGTH),
                                   limits->max_transfer, (hal_address)length);
    if (length - 1 > limits->max_segment - 1 ||
        (address ^ last) > limits->boundary - 1)
        return iodma_refuse_values(reason, IODMA_NO_SPACE,
                                   IODMA_AT_ARGUMENT(SEGMENT_COUNT, LENGTH), 1,
                                   2);
    if (misaligned((uint32_t)address, limits->align_address))
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_ADDRESS, POINTER),
                                   limits->align_address, address);
    if (misaligned((uint32_t)length, limits->align_length))
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_LENGTH, LENGTH),
                                   limits->align_length, (hal_address)length);
    return IODMA_OK;
}

/* Clean a buffer's lines, or clean and drop them, in its cache if it has one. A
   cast takes const away: lines change, the bytes do not. */
static inline enum iodma_status maintain(const struct iodma_bus *bus,
                                         const struct hal_cache *cache,
                                         bool drop, const void *pointer,
                                         hal_address physical, size_t length)
{
    if (!cache)
        return IODMA_OK;
    (drop ? cache->ops->clean_invalidate : cache->ops->clean)(
        cache, (void *)(uintptr_t)pointer, physical, length);
    return iodma_bus_finish(cache, &bus->reason);
}

/* Rule E4. */
static inline enum iodma_status to_device(const struct iodma_bus *bus,
                                          const struct hal_cache *cache,
                                          const void *pointer,
                                          hal_address physical, size_t length)
{
    enum iodma_status status =
        maintain(bus, cache, false, pointer, physical, length);

    hal_publish(bus->hal);
    return status;
}

enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct hal_limits *limits,
                            const void *pointer, size_t capacity, size_t length,
                            uint32_t direction, hal_address *address)
{
    enum iodma_status status;
    hal_address first; /* as the bus has it */
    struct spot spot;

    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (!address)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, ADDRESS));
    if (direction > IODMA_INOUT)
        return bad_direction(bus, direction);
    if (length > capacity)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   (hal_address)capacity, (hal_address)length);
    if (iodma_mapper_unavoidable(bus->mapper))
        return iodma_refuse(bus->reason, IODMA_UNSUPPORTED,
                            IODMA_AT_ARGUMENT(BYPASS, BUS));
    status = locate(bus, pointer, length, &spot.physical);
    if (status == IODMA_OK)
        status = look_at(bus, length, direction, &spot);
    if (status != IODMA_OK)
        return status;
    if (direction != IODMA_IN && (spot.aperture->access & HAL_READ) == 0)
        return unseen(bus, direction, spot.physical);
    if (direction != IODMA_OUT)
        status = judge_inbound(bus, &spot, capacity, length);
    first = spot.physical + iodma_aperture_delta(spot.aperture);
    if (status == IODMA_OK)
        status = judge(bus->hal->limits, first, length, bus->reason);
    if (status == IODMA_OK && limits)
        status = judge(limits, first, length, bus->reason);
    if (status != IODMA_OK)
        return status;

    status = to_device(bus, spot.cache, pointer, spot.physical, length);
    if (status == IODMA_OK)
        *address = first;
    return status;
}

/* Part of a mapped buffer changes hands once it has been looked at. Out of
   line: where the bus is sure nobody comes here. */
static __attribute__((noinline)) enum iodma_status
look_and_sync(const struct iodma_bus *bus, const void *pointer, size_t length,
              uint32_t options)
{
    enum iodma_status status;
    struct spot spot;

    if (options != IODMA_IN && options != IODMA_OUT)
        return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OPTIONS, OPTIONS),
                                   IODMA_INOUT, options);
    status = locate(bus, pointer, length, &spot.physical);
    if (status == IODMA_OK)
        status = look_at(bus, length, options, &spot);
    if (status != IODMA_OK)
        return status;
    if (spot.cache && modulo32(spot.physical, bus->line) != 0)
        return within_line(bus, spot.physical);
    if (options == IODMA_OUT)
        return to_device(bus, spot.cache, pointer, spot.physical, length);
    hal_observe(bus->hal);
    return maintain(bus, spot.cache, true, pointer, spot.physical, length);
}

enum iodma_status iodma_map_sync(const struct iodma_bus *bus,
                                 const void *pointer, size_t length,
                                 uint32_t options)
{
    hal_address physical = (hal_address)(uintptr_t)pointer;

    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (((uintptr_t)pointer & bus->unsure) == 0 &&
        iodma_bus_is_buffer(pointer, length)) {
        if (options == IODMA_OUT)
            return to_device(bus, bus->every, pointer, physical, length);
        if (options == IODMA_IN) {
            hal_observe(bus->hal);
            return maintain(bus, bus->every, true, pointer, physical, length);
        }
    }
    return look_and_sync(bus, pointer, length, options);
}

enum iodma_status iodma_unmap(const struct iodma_bus *bus, const void *pointer,
                              size_t done, uint32_t direction)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (direction > IODMA_INOUT)
        return bad_direction(bus, direction);
    if (direction != IODMA_OUT && done != 0)
        return iodma_map_sync(bus, pointer, done, IODMA_IN);
    if (!pointer)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, POINTER));

    hal_observe(bus->hal);
    return IODMA_OK;
}
