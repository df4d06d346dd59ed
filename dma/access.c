/* SPDX-License-Identifier: MIT */
#include "access.h"

#include "../hal/bits.h"
#include "cache.h"
#include "refuse.h"
#include "shortcuts.h"

#include <stddef.h>

/* Have a pointer to as much of the wanted bytes as one region has, and one far
   window shows. */
static IODMA_SHORTCUT_INLINE enum iodma_status
open_it(const struct iodma_bus *bus, struct iodma_opening *opening,
        uint32_t what, struct iodma_reason *reason)
{
    hal_address address = opening->address;
    const struct hal_region *region = iodma_bus_region(bus, address);
    hal_address length;

    if (!region)
        return iodma_refuse_values(reason, IODMA_NOT_ATTACHED,
                                   IODMA_RULE_REGION, 0, address);
    if ((what & (IODMA_ACCESS_WRITE | IODMA_ACCESS_TRY)) != 0 &&
        !region->writable)
        return iodma_refuse_values(reason, IODMA_NOT_WRITABLE,
                                   IODMA_RULE_WRITABLE, 0, address);
    length = smaller(opening->length - 1, region->last - address) + 1;
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

static void close_it(const struct iodma_opening *opening)
{
    if (opening->region->window)
        opening->region->window->close(opening->bytes);
}

/* Do what is to be done with what is open. */
static void touch(const struct iodma_bus *bus,
                  const struct iodma_opening *opening, uint8_t *bytes,
                  uint32_t what)
{
    size_t length = (size_t)opening->length;
    bool reads = (what & IODMA_ACCESS_READ) != 0;
    uint8_t *from = reads ? opening->bytes : bytes;
    uint8_t *to = reads ? bytes : opening->bytes;

    if ((what & (IODMA_ACCESS_READ | IODMA_ACCESS_WRITE)) != 0) {
        if (from)
            __builtin_memcpy(to, from, length);
        else
            __builtin_memset(to, 0, length);
    }
    if ((what & (IODMA_ACCESS_CLEAN | IODMA_ACCESS_DROP)) != 0)
        bus->caching->touch(bus->hal->cache, opening, what);
}

enum iodma_status iodma_access(const struct iodma_bus *bus, hal_address address,
                               hal_address *length, uint8_t *bytes,
                               uint32_t what, struct iodma_reason *reason)
{
    enum iodma_status status = IODMA_OK;
    hal_address left = *length;
    struct iodma_opening opening;

    opening.address = address;
    while (left != 0) {
        opening.length = left;
        status = open_it(bus, &opening, what, reason);
        if (status != IODMA_OK)
            break;
        touch(bus, &opening, bytes, what);
        close_it(&opening);
        if (bytes)
            bytes += opening.length;
        opening.address += opening.length;
        left -= opening.length;
    }
    *length -= left;
    return status;
}

enum iodma_status iodma_access_copy(const struct iodma_bus *bus, hal_address to,
                                    hal_address from, hal_address length,
                                    uint32_t what, struct iodma_reason *reason)
{
    enum iodma_status status = IODMA_OK;
    struct iodma_opening source;

    source.address = from;
    while (length != 0 && status == IODMA_OK) {
        source.length = length;
        status = open_it(bus, &source, IODMA_ACCESS_READ, reason);
        if (status != IODMA_OK)
            return status;
        status =
            iodma_access(bus, to, &source.length, source.bytes, what, reason);
        close_it(&source);
        to += source.length;
        source.address += source.length;
        length -= source.length;
    }
    return status;
}
