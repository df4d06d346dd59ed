/* SPDX-License-Identifier: MIT */
#include "dma/oneshot.h"

#include "dma/map.h"
#include "dma/sync.h"
#include "hal/bits.h"

/* The aperture that shows all of these bytes; NULL if none does. */
static const struct hal_aperture *aperture_of(const struct hal_bus *hal,
                                              uint64_t address, size_t length)
{
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        const struct hal_aperture *aperture = &hal->apertures[i];
        uint64_t inside = address - aperture->cpu;

        if (inside < aperture->size && length <= aperture->size - inside)
            return aperture;
    }
    return NULL;
}

/* May the device have these bytes as the one segment of a list? */
static enum iodma_status judge(const struct iodma_limits *limits,
                               uint64_t address, size_t length)
{
    uint64_t last = address + (length - 1);

    if (last > limits->last)
        return IODMA_MESSAGE_TOO_LARGE;
    if (length > limits->max_transfer || length > limits->max_segment ||
        ((address ^ last) & ~limits->boundary_mask) != 0)
        return IODMA_NO_SPACE;
    if ((modulo32(address, limits->align_address) |
         modulo32(length, limits->align_length)) != 0)
        return IODMA_NOT_ALIGNED;
    return IODMA_OK;
}

/* May these bytes be written, and the lines at their ends be dropped? */
static enum iodma_status judge_inbound(const struct iodma_bus *bus,
                                       const struct hal_aperture *aperture,
                                       uint64_t address, size_t length)
{
    if ((aperture->access & HAL_WRITE) == 0 ||
        !iodma_bus_regions_writable(bus, address, length))
        return IODMA_NOT_WRITABLE;
    if (!aperture->snooped &&
        modulo32(address | length, bus->hal->cache->largest_line) != 0)
        return IODMA_NOT_ALIGNED;
    return IODMA_OK;
}

enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct iodma_limits *limits, void *pointer,
                            size_t length, uint32_t direction,
                            uint64_t *address)
{
    const struct hal_aperture *aperture;
    enum iodma_status status;
    uint64_t physical;
    uint64_t seen; /* by the device */

    if (!bus || !address || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    if (iodma_mapper_unavoidable(bus->mapper))
        return IODMA_UNSUPPORTED;
    status = iodma_bus_locate(bus, pointer, length, &physical);
    if (status != IODMA_OK)
        return status;
    aperture = aperture_of(bus->hal, physical, length);
    if (!aperture ||
        (direction != IODMA_IN && (aperture->access & HAL_READ) == 0))
        return IODMA_MESSAGE_TOO_LARGE;

    seen = aperture->bus + (physical - aperture->cpu);
    if (direction != IODMA_OUT)
        status = judge_inbound(bus, aperture, physical, length);
    if (status == IODMA_OK)
        status = judge(limits ? limits : &bus->limits, seen, length);
    if (status != IODMA_OK)
        return status;

    *address = seen;
    iodma_sync_buffer_for_device(bus->hal, aperture->snooped, pointer, physical,
                                 length);
    return IODMA_OK;
}

/* Out of line: it keeps its needs of registers from the usual case. */
static __attribute__((noinline)) enum iodma_status
unmap_inbound(const struct iodma_bus *bus, void *pointer, size_t length)
{
    const struct hal_aperture *aperture;
    enum iodma_status status;
    uint64_t physical;

    status = iodma_bus_locate(bus, pointer, length, &physical);
    if (status != IODMA_OK)
        return status;
    aperture = aperture_of(bus->hal, physical, length);
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;

    iodma_sync_buffer_for_cpu(bus->hal, aperture->snooped, pointer, physical,
                              length);
    return IODMA_OK;
}

enum iodma_status iodma_unmap(const struct iodma_bus *bus, void *pointer,
                              size_t length, uint32_t direction)
{
    if (!bus || direction > IODMA_INOUT ||
        !iodma_bus_is_buffer(pointer, length))
        return IODMA_BAD_ARGUMENT;
    if (direction != IODMA_OUT && bus->hal->cache)
        return unmap_inbound(bus, pointer, length);

    iodma_sync_buffer_for_cpu(bus->hal, true, pointer, 0, length);
    return IODMA_OK;
}
