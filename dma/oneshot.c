/* SPDX-License-Identifier: MIT */
#include "oneshot.h"

#include "../hal/bits.h"
#include "map.h"
#include "refuse.h"
#include "shortcuts.h"

/* Of the access to a buffer, beside HAL_READ and HAL_WRITE: it may be in a
   cache that the device does not look into. */
enum { UNSNOOPED = 4 };

/* A buffer; and, once it has been looked at, where it is and what that asks
   for. */
struct buffer {
    const void *pointer;  /* as the CPU names it                           */
    hal_address physical; /* of its first byte                             */
    size_t length;
    hal_address address;           /* as physical, but as the bus has it   */
    const struct hal_cache *cache; /* its lines are maintained by; or NULL */
};

static enum iodma_status bad_direction(const struct iodma_bus *bus,
                                       uint32_t direction)
{
    return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                               IODMA_AT_ARGUMENT(DIRECTION, DIRECTION),
                               IODMA_INOUT, direction);
}

/* Here and in locate() the status is said again: a compiler that sees all of
   the product sees that what comes behind is not without an address. */
static enum iodma_status unseen(const struct iodma_bus *bus, uint32_t access,
                                hal_address physical)
{
    (void)iodma_refuse_values(bus->reason, IODMA_MESSAGE_TOO_LARGE,
                              IODMA_AT_ARGUMENT(APERTURE, POINTER), access,
                              physical);
    return IODMA_MESSAGE_TOO_LARGE;
}

/* Find a buffer in physical memory. */
static inline enum iodma_status locate(const struct iodma_bus *bus,
                                       struct buffer *buffer)
{
    const void *pointer = buffer->pointer;

    if (!iodma_bus_is_buffer(pointer, buffer->length)) {
        (void)iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                           pointer ? IODMA_AT_ARGUMENT(BUFFER, LENGTH)
                                   : IODMA_AT_ARGUMENT(POINTER, POINTER));
        return IODMA_BAD_ARGUMENT;
    }
    buffer->physical = (hal_address)(uintptr_t)pointer;
    if (!bus->hal->translation)
        return IODMA_OK;
    return iodma_bus_translate(bus, pointer, buffer->length, &buffer->physical);
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

/* What of the access that an aperture gives the regions leave that a buffer is
   in. Out of line: with all registers to itself it is smaller. */
static __attribute__((noinline)) uint32_t
left_by_regions(uint32_t access, const struct hal_bus *hal, hal_address first,
                hal_address last)
{
    const struct hal_region *region = hal->regions;

    for (uint32_t left = hal->region_count; left != 0; left--, region++) {
        if (!spans_meet(region->first, region->last, first, last))
            continue;
        if (!region->writable)
            access &= ~(uint32_t)HAL_WRITE;
        if (region->first > first || last > region->last)
            continue;
        if (region->cached == HAL_UNCACHED)
            access &= ~(uint32_t)UNSNOOPED;
        break; /* regions do not overlap */
    }
    return access;
}

/* A device that does not look into caches is to have a buffer that may be in
   one, and the board states none. */
static enum iodma_status no_cache(const struct iodma_bus *bus,
                                  hal_address physical)
{
    (void)iodma_refuse_values(bus->reason, IODMA_UNSUPPORTED,
                              IODMA_AT_ARGUMENT(NO_CACHE, POINTER), 0,
                              physical);
    return iodma_refuse_cure(bus->reason, IODMA_UNSUPPORTED,
                             IODMA_CURE_ELSEWHERE, 0);
}

/* Are the lines that a buffer is in its own? */
static inline enum iodma_status judge_lines(const struct iodma_bus *bus,
                                            const struct buffer *buffer,
                                            size_t capacity)
{
    size_t length = buffer->length;
    uint32_t rest; /* of the last line */

    if (modulo32(buffer->physical, bus->line) != 0)
        return iodma_refuse_values(bus->reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(LINE, POINTER), bus->line,
                                   buffer->physical);
    rest = modulo32(0 - (hal_address)length, bus->line);
    if (rest <= capacity - length)
        return IODMA_OK;
    (void)iodma_refuse_values(bus->reason, IODMA_NOT_ALIGNED,
                              IODMA_AT_ARGUMENT(LINE, CAPACITY), bus->line,
                              buffer->physical + (hal_address)capacity);
    return iodma_refuse_cure(bus->reason, IODMA_NOT_ALIGNED, IODMA_CURE_SET,
                             (hal_address)length + rest);
}

/*
 * Find a buffer on the bus, and out whether its lines have to be maintained.
 *
 *   access    that the device has: what a refusal says
 *   wanted    HAL_READ, HAL_WRITE: what the device has to be allowed. Who wants
 *             it to read only does not mind what else is in the lines
 *   capacity  bytes from the first on that are the buffer's own
 */
static IODMA_SHORTCUT_INLINE enum iodma_status
look_at(const struct iodma_bus *bus, struct buffer *buffer, uint32_t access,
        uint32_t wanted, size_t capacity)
{
    const struct hal_bus *hal = bus->hal;
    enum iodma_status status = locate(bus, buffer);
    const struct hal_aperture *aperture;
    hal_address first;
    hal_address last;
    uint32_t allowed;

    if (status != IODMA_OK)
        return status;
    first = buffer->physical;
    last = first + (hal_address)(buffer->length - 1);
    aperture = aperture_of(hal, first, last);
    if (!aperture)
        return unseen(bus, access, first);
    buffer->address = first + iodma_aperture_delta(aperture);
    buffer->cache = NULL;
    allowed = aperture->access;
    if (!aperture->snooped)
        allowed |= UNSNOOPED;
    else if (IODMA_SHORTCUTS && wanted == HAL_READ && (allowed & HAL_READ) != 0)
        return IODMA_OK;
    allowed = left_by_regions(allowed, hal, first, last);
    if ((wanted & ~allowed & HAL_READ) != 0)
        return unseen(bus, access, first);
    if ((wanted & ~allowed) != 0)
        return iodma_refuse_values(bus->reason, IODMA_NOT_WRITABLE,
                                   IODMA_AT_ARGUMENT(WRITABLE, POINTER), 0,
                                   first);
    if ((allowed & UNSNOOPED) == 0)
        return IODMA_OK;
    buffer->cache = hal->cache;
    if (!buffer->cache)
        return no_cache(bus, first);
    if (wanted == HAL_READ)
        return IODMA_OK;
    return judge_lines(bus, buffer, capacity);
}

/* No multiple of an alignment (0: any will do)? */
static inline bool misaligned(uint32_t value, uint32_t alignment)
{
    return alignment != 0 && modulo32(value, alignment) != 0;
}

/* May the device have these bytes as the one segment of a list? Limits of 0 are
   none, and so is one less than that. */
static inline enum iodma_status judge(const struct hal_limits *limits,
                                      const struct buffer *buffer,
                                      struct iodma_reason *reason)
{
    hal_address address = buffer->address;
    size_t length = buffer->length;
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

/* To the device, which is to read, or to the CPU, since the device has written.
   Rule E4: clean before the device looks, and clean and drop before the CPU
   does. A cast takes const away: lines change, the bytes do not. */
static inline enum iodma_status hand_over(const struct iodma_bus *bus,
                                          const struct buffer *buffer,
                                          uint32_t access)
{
    const struct hal_cache *cache = buffer->cache;
    enum iodma_status status = IODMA_OK;

    if (access == HAL_WRITE)
        hal_observe(bus->hal);
    if (cache) {
        const struct hal_cache_ops *ops = cache->ops;

        (access == HAL_WRITE ? ops->clean_invalidate : ops->clean)(
            cache, (void *)(uintptr_t)buffer->pointer, buffer->physical,
            buffer->length);
        status = ops->finish(cache);
        if (status != IODMA_OK)
            (void)iodma_refuse_theirs(bus->reason, status,
                                      IODMA_RULE_MAINTENANCE);
    }
    if (access == HAL_READ)
        hal_publish(bus->hal);
    return status;
}

enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct hal_limits *limits,
                            const void *pointer, size_t capacity, size_t length,
                            uint32_t direction, hal_address *address)
{
    enum iodma_status status;
    struct buffer buffer;
    uint32_t access;

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
    access = iodma_access_of(direction);
    buffer.pointer = pointer;
    buffer.length = length;
    status = look_at(bus, &buffer, access, access, capacity);
    if (status == IODMA_OK)
        status = judge(bus->hal->limits, &buffer, bus->reason);
    if (status == IODMA_OK && limits)
        status = judge(limits, &buffer, bus->reason);
    if (status == IODMA_OK)
        status = hand_over(bus, &buffer, HAL_READ);
    if (status == IODMA_OK)
        *address = buffer.address;
    return status;
}

/* Part of a mapped buffer changes hands once it has been looked at. Out of
   line: where the bus is sure nobody comes here. */
static __attribute__((noinline)) enum iodma_status
look_and_sync(const struct iodma_bus *bus, const void *pointer, size_t length,
              uint32_t access)
{
    enum iodma_status status;
    struct buffer buffer;

    buffer.pointer = pointer;
    buffer.length = length;
    status = look_at(bus, &buffer, access, 0, SIZE_MAX);
    if (status != IODMA_OK)
        return status;
    return hand_over(bus, &buffer, access);
}

/* One direction: with a look, or without if it is known that a part lies where
   its pointer says and is maintained as all are. */
static inline enum iodma_status sync(const struct iodma_bus *bus,
                                     const void *pointer, size_t length,
                                     uint32_t access)
{
    struct buffer buffer;

    if (!bus)
        return IODMA_BAD_ARGUMENT;
    buffer.cache = bus->every;
    if (IODMA_SHORTCUTS && ((uintptr_t)pointer & bus->unsure) == 0 &&
        iodma_bus_is_buffer(pointer, length)) {
        buffer.pointer = pointer;
        buffer.length = length;
        buffer.physical = (hal_address)(uintptr_t)pointer;
        return hand_over(bus, &buffer, access);
    }
    return look_and_sync(bus, pointer, length, access);
}

enum iodma_status iodma_map_sync_out(const struct iodma_bus *bus,
                                     const void *pointer, size_t length)
{
    return sync(bus, pointer, length, HAL_READ);
}

enum iodma_status iodma_map_sync_in(const struct iodma_bus *bus,
                                    const void *pointer, size_t length)
{
    return sync(bus, pointer, length, HAL_WRITE);
}

enum iodma_status iodma_map_sync_other(const struct iodma_bus *bus,
                                       uint32_t options)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                               IODMA_AT_ARGUMENT(OPTIONS, OPTIONS), IODMA_INOUT,
                               options);
}

enum iodma_status iodma_unmap(const struct iodma_bus *bus, const void *pointer,
                              size_t done, uint32_t direction)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    if (direction > IODMA_INOUT)
        return bad_direction(bus, direction);
    if (direction != IODMA_OUT && done != 0)
        return sync(bus, pointer, done, HAL_WRITE);
    if (!pointer)
        return iodma_refuse(bus->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, POINTER));

    hal_observe(bus->hal);
    return IODMA_OK;
}
