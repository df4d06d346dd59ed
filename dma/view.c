/* SPDX-License-Identifier: MIT */
#include "dma/view.h"

#include "hal/bits.h"

void iodma_view_seek(const struct iodma_view *view, uint64_t position,
                     struct iodma_walk *walk)
{
    (void)iodma_walk_begin(walk, view->memory, view->offset + position);
}

/* What the master has to be able to do there. */
static uint32_t access_needed(uint32_t direction)
{
    switch (direction) {
    case IODMA_IN:
        return HAL_WRITE;
    case IODMA_OUT:
        return HAL_READ;
    default:
        return HAL_READ | HAL_WRITE;
    }
}

enum iodma_status iodma_view_run(const struct iodma_view *view,
                                 struct iodma_walk *walk, uint64_t most,
                                 struct hal_segment *run)
{
    uint64_t rest = view->length - iodma_view_position(view, walk);
    const struct hal_aperture *aperture;
    struct iodma_extent extent;
    uint64_t inside;

    if (rest == 0 ||
        iodma_walk_next(walk, smaller(most, rest), &extent) != IODMA_OK)
        return IODMA_OVERRUN;

    aperture = iodma_bus_aperture(view->bus, extent.address,
                                  access_needed(view->memory->direction));
    if (!aperture)
        return IODMA_MESSAGE_TOO_LARGE;

    inside = extent.address - aperture->cpu;
    run->address = aperture->bus + inside;
    run->length = smaller(extent.length, aperture->size - inside);
    return IODMA_OK;
}

bool iodma_view_write_protected(const struct iodma_view *view)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint64_t rest = view->length;

    if (view->memory->direction == IODMA_OUT)
        return false;

    iodma_view_seek(view, 0, &walk);
    while (rest != 0 && iodma_walk_next(&walk, rest, &extent) == IODMA_OK) {
        if (!iodma_bus_writable(view->bus, extent.address, extent.length))
            return true;
        rest -= extent.length;
    }
    return false;
}
