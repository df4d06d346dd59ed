/* SPDX-License-Identifier: MIT */
#include "dma/bounce.h"

#include "hal/bits.h"
#include "hal/container_of.h"

#include <stddef.h>

static struct iodma_bounce *to_bounce(struct hal_bounce *bounce)
{
    return CONTAINER_OF(bounce, struct iodma_bounce, hal);
}

static enum iodma_status take_run(struct hal_bounce *hal, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    uint64_t pages = size >> bounce->shift;
    uint64_t align = alignment >> bounce->shift;
    uint64_t start;
    uint32_t page;

    if (pages > hal->pages || align > hal->pages ||
        !iodma_runs_find(&bounce->runs, (uint32_t)pages, (uint32_t)align,
                         &page))
        return IODMA_NO_RESOURCES;
    start = hal->base + ((uint64_t)page << bounce->shift);
    if (start + (size - 1) > highest)
        return IODMA_NO_RESOURCES;

    iodma_runs_take(&bounce->runs, page, (uint32_t)pages);
    *address = start;
    return IODMA_OK;
}

static enum iodma_status take_page(struct hal_bounce *hal, uint64_t highest,
                                   uint64_t *address)
{
    return take_run(hal, hal->granule, hal->granule, highest, address);
}

static void give_back(struct hal_bounce *hal, uint64_t address, uint64_t size)
{
    struct iodma_bounce *bounce = to_bounce(hal);

    if (modulo32(address | size, hal->granule) == 0)
        iodma_runs_give_back(&bounce->runs,
                             (address - hal->base) >> bounce->shift,
                             size >> bounce->shift);
}

static const struct hal_bounce_ops ops = {
    .take_page = take_page,
    .take_run = take_run,
    .give_back = give_back,
};

enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    uint64_t address, uint64_t size,
                                    uint32_t granule,
                                    struct hal_bounce_cell *cells,
                                    struct iodma_note *notes)
{
    uint32_t shift;
    uint32_t pages;

    if (!bounce || !cells || !notes || !is_power_of_two(granule) ||
        modulo32(address | size, granule) != 0 || size == 0 ||
        range_wraps(address, size))
        return IODMA_BAD_ARGUMENT;
    shift = (uint32_t)__builtin_ctzll(granule);
    if (size >> shift > IODMA_MOST_PAGES)
        return IODMA_BAD_ARGUMENT;
    pages = (uint32_t)(size >> shift);

    *bounce = (struct iodma_bounce){
        .hal = { .ops = &ops,
                 .base = address,
                 .granule = granule,
                 .pages = pages,
                 .cells = cells },
        .shift = shift,
    };
    iodma_runs_init(&bounce->runs, notes,
                    (uint32_t)modulo32(address >> shift, IODMA_MOST_PAGES),
                    pages);
    for (uint32_t i = 0; i < pages; i++)
        cells[i] = (struct hal_bounce_cell){ 0 };
    return IODMA_OK;
}

uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce)
{
    return bounce->runs.in_use;
}

uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce)
{
    return bounce->runs.high_water;
}
