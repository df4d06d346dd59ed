/* SPDX-License-Identifier: MIT */
#include "access.h"

#include "../hal/bits.h"
#include "refuse.h"

#include <stddef.h>

/* Physical memory that is a pointer at the moment. */
struct opening {
    const struct hal_region *region;
    uint8_t *bytes;
    hal_address length; /* that the pointer is good for */
};

static enum iodma_status open_at(const struct iodma_bus *bus,
                                 hal_address address, hal_address length,
                                 struct opening *opening,
                                 struct iodma_reason *reason)
{
    const struct hal_region *region = iodma_bus_region(bus, address);

    if (!region)
        return iodma_refuse_values(reason, IODMA_NOT_ATTACHED,
                                   IODMA_RULE_REGION, 0, address);
    length = smaller(length - 1, region->last - address) + 1;
    opening->region = region;
    opening->length = smaller(length, (hal_address)PTRDIFF_MAX);
    opening->bytes =
        region->window
            ? (uint8_t *)region->window->open(address, &opening->length)
            : (uint8_t *)(uintptr_t)address;
    return opening->bytes
               ? IODMA_OK
               : iodma_refuse_values(reason, IODMA_NO_RESOURCES,
                                     IODMA_RULE_FAR_WINDOW, 0, address);
}

static void close_it(const struct opening *opening)
{
    if (opening->region->window)
        opening->region->window->close(opening->bytes);
}

/* The same, to write there. */
static enum iodma_status open_to_write(const struct iodma_bus *bus,
                                       hal_address address, hal_address length,
                                       struct opening *opening,
                                       struct iodma_reason *reason)
{
    enum iodma_status status = open_at(bus, address, length, opening, reason);

    if (status != IODMA_OK || opening->region->writable)
        return status;
    close_it(opening);
    return iodma_refuse_values(reason, IODMA_NOT_WRITABLE, IODMA_RULE_WRITABLE,
                               0, address);
}

static void maintain(const struct hal_cache *cache,
                     const struct opening *opening, hal_address address,
                     uint32_t what)
{
    if (opening->region->cached == HAL_UNCACHED)
        return;
    if (what == IODMA_ACCESS_CLEAN)
        cache->ops->clean(cache, opening->bytes, address,
                          (size_t)opening->length);
    else
        cache->ops->clean_invalidate(cache, opening->bytes, address,
                                     (size_t)opening->length);
}

static void move(const struct opening *opening, uint8_t *bytes, uint32_t what)
{
    size_t length = (size_t)opening->length;

    if (what == IODMA_ACCESS_READ)
        __builtin_memcpy(bytes, opening->bytes, length);
    else if (bytes)
        __builtin_memcpy(opening->bytes, bytes, length);
    else
        __builtin_memset(opening->bytes, 0, length);
}

enum iodma_status iodma_access(const struct iodma_bus *bus, hal_address address,
                               hal_address length, uint8_t *bytes,
                               uint32_t what, struct iodma_reason *reason)
{
    while (length != 0) {
        struct opening opening;
        enum iodma_status status =
            what == IODMA_ACCESS_WRITE
                ? open_to_write(bus, address, length, &opening, reason)
                : open_at(bus, address, length, &opening, reason);

        if (status != IODMA_OK)
            return status;
        if (what >= IODMA_ACCESS_CLEAN)
            maintain(bus->hal->cache, &opening, address, what);
        else
            move(&opening, bytes, what);
        close_it(&opening);
        if (bytes)
            bytes += opening.length;
        address += opening.length;
        length -= opening.length;
    }
    return IODMA_OK;
}

enum iodma_status iodma_access_copy(const struct iodma_bus *bus, hal_address to,
                                    hal_address from, hal_address length,
                                    bool really, struct iodma_reason *reason)
{
    enum iodma_status status = IODMA_OK;

    while (length != 0 && status == IODMA_OK) {
        struct opening source;
        struct opening target;

        status = open_at(bus, from, length, &source, reason);
        if (status != IODMA_OK)
            return status;
        status = open_to_write(bus, to, source.length, &target, reason);
        if (status == IODMA_OK) {
            if (really)
                __builtin_memcpy(target.bytes, source.bytes,
                                 (size_t)target.length);
            close_it(&target);
            to += target.length;
            from += target.length;
            length -= target.length;
        }
        close_it(&source);
    }
    return status;
}
