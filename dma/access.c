/* SPDX-License-Identifier: MIT */
#include "dma/access.h"

#include "hal/bits.h"

#include <stddef.h>

/* Physical memory that is a pointer at the moment. */
struct opening {
    const struct hal_region *region;
    uint8_t *bytes;
    uint64_t length; /* that the pointer is good for */
};

static enum iodma_status open_at(const struct iodma_bus *bus, uint64_t address,
                                 uint64_t length, struct opening *opening)
{
    const struct hal_region *region = iodma_bus_region(bus, address);

    if (!region)
        return IODMA_NOT_ATTACHED;
    opening->region = region;
    opening->length = smaller(length, region->size - (address - region->base));
    opening->length = smaller(opening->length, PTRDIFF_MAX);
    opening->bytes =
        region->window
            ? (uint8_t *)region->window->open(address, &opening->length)
            : (uint8_t *)(uintptr_t)address;
    return opening->bytes ? IODMA_OK : IODMA_NO_RESOURCES;
}

/* The same, to write there. */
static enum iodma_status open_to_write(const struct iodma_bus *bus,
                                       uint64_t address, uint64_t length,
                                       struct opening *opening)
{
    const struct hal_region *region = iodma_bus_region(bus, address);

    return region && !region->writable ? IODMA_NOT_WRITABLE
                                       : open_at(bus, address, length, opening);
}

static void close_it(const struct opening *opening)
{
    if (opening->region->window)
        opening->region->window->close(opening->bytes);
}

/* Open both sides, piece by piece, and copy unless it is a rehearsal. */
static enum iodma_status copy(const struct iodma_bus *bus, uint64_t to,
                              uint64_t from, uint64_t length, bool rehearsal)
{
    enum iodma_status status = IODMA_OK;

    while (length != 0 && status == IODMA_OK) {
        struct opening source;
        struct opening target;

        status = open_at(bus, from, length, &source);
        if (status != IODMA_OK)
            return status;
        status = open_to_write(bus, to, source.length, &target);
        if (status == IODMA_OK) {
            if (!rehearsal)
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

enum iodma_status iodma_access_copy(const struct iodma_bus *bus, uint64_t to,
                                    uint64_t from, uint64_t length)
{
    return copy(bus, to, from, length, false);
}

enum iodma_status iodma_access_can_copy(const struct iodma_bus *bus,
                                        uint64_t to, uint64_t from,
                                        uint64_t length)
{
    return copy(bus, to, from, length, true);
}

enum iodma_status iodma_access_read(const struct iodma_bus *bus, void *to,
                                    uint64_t from, uint64_t length)
{
    uint8_t *bytes = (uint8_t *)to;

    while (length != 0) {
        struct opening source;
        enum iodma_status status = open_at(bus, from, length, &source);

        if (status != IODMA_OK)
            return status;
        __builtin_memcpy(bytes, source.bytes, (size_t)source.length);
        close_it(&source);
        bytes += source.length;
        from += source.length;
        length -= source.length;
    }
    return IODMA_OK;
}

enum iodma_status iodma_access_write(const struct iodma_bus *bus, uint64_t to,
                                     const void *from, uint64_t length)
{
    const uint8_t *bytes = (const uint8_t *)from;

    while (length != 0) {
        struct opening target;
        enum iodma_status status = open_to_write(bus, to, length, &target);

        if (status != IODMA_OK)
            return status;
        if (bytes) {
            __builtin_memcpy(target.bytes, bytes, (size_t)target.length);
            bytes += target.length;
        } else {
            __builtin_memset(target.bytes, 0, (size_t)target.length);
        }
        close_it(&target);
        to += target.length;
        length -= target.length;
    }
    return IODMA_OK;
}

enum iodma_status iodma_access_maintain(const struct iodma_bus *bus,
                                        iodma_cache_operation operation,
                                        uint64_t address, uint64_t length)
{
    while (length != 0) {
        struct opening range;
        enum iodma_status status = open_at(bus, address, length, &range);

        if (status != IODMA_OK)
            return status;
        operation(bus->hal->cache, range.bytes, address, (size_t)range.length);
        close_it(&range);
        address += range.length;
        length -= range.length;
    }
    return IODMA_OK;
}
