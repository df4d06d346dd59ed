/* SPDX-License-Identifier: MIT */
#include "dma/cells.h"

#include <stddef.h>

/* A link is the index of a cell + 1, so that all zero means none. */
static struct hal_bounce_cell *cell_at(const struct hal_bounce *bounce,
                                       uint32_t link)
{
    return link ? &bounce->cells[link - 1] : NULL;
}

static uint64_t address_of(const struct hal_bounce *bounce, uint32_t link)
{
    return bounce->base + (uint64_t)(link - 1) * bounce->granule;
}

static uint32_t link_of(const struct hal_bounce *bounce, uint64_t address)
{
    uint32_t shift = (uint32_t)__builtin_ctzll(bounce->granule);

    return (uint32_t)((address - bounce->base) >> shift) + 1;
}

/* Fibonacci hashing, scaled to the number of cells without a division. */
static uint32_t *bucket_of(const struct hal_bounce *bounce, const void *owner,
                           uint64_t page)
{
    uint64_t key = page ^ (uint64_t)(uintptr_t)owner;
    uint32_t hash = (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
    uint32_t index = (uint32_t)(((uint64_t)hash * bounce->pages) >> 32);

    return &bounce->cells[index].bucket;
}

/* The link of the cell that stands for the page; 0: none. */
static uint32_t find(const struct hal_bounce *bounce, const void *owner,
                     uint64_t page)
{
    uint32_t link = *bucket_of(bounce, owner, page);

    while (link != 0) {
        const struct hal_bounce_cell *cell = cell_at(bounce, link);

        if (cell->owner == owner && cell->page == page)
            break;
        link = cell->collision;
    }
    return link;
}

static void insert(const struct hal_bounce *bounce, uint32_t link,
                   const void *owner, uint64_t page, iodma_cells *cells)
{
    struct hal_bounce_cell *cell = cell_at(bounce, link);
    uint32_t *bucket = bucket_of(bounce, owner, page);

    cell->owner = owner;
    cell->page = page;
    cell->covered = false;
    cell->next = *cells;
    cell->collision = *bucket;
    *bucket = link;
    *cells = link;
}

static void take_out(const struct hal_bounce *bounce, uint32_t link)
{
    struct hal_bounce_cell *cell = cell_at(bounce, link);
    uint32_t *at = bucket_of(bounce, cell->owner, cell->page);

    while (*at != link)
        at = &cell_at(bounce, *at)->collision;
    *at = cell->collision;
}

enum iodma_status iodma_cells_take(const struct iodma_bus *bus,
                                   iodma_cells *cells, const void *owner,
                                   uint64_t page, uint64_t highest,
                                   bool covered)
{
    struct hal_bounce *bounce = bus->bounce;
    enum iodma_status status = IODMA_OK;
    uint64_t address;
    uint32_t state;
    uint32_t link;

    if (!bounce)
        return IODMA_NO_RESOURCES;

    state = bus->hal->lock->save();
    link = find(bounce, owner, page);
    if (link == 0) {
        status = bounce->ops->take_page(bounce, highest, &address);
        if (status == IODMA_OK) {
            link = link_of(bounce, address);
            insert(bounce, link, owner, page, cells);
        }
    }
    if (link != 0 && covered)
        cell_at(bounce, link)->covered = true;
    bus->hal->lock->restore(state);
    return status;
}

uint64_t iodma_cells_find(const struct iodma_bus *bus, const void *owner,
                          uint64_t page)
{
    uint32_t state = bus->hal->lock->save();
    uint32_t link = find(bus->bounce, owner, page);

    bus->hal->lock->restore(state);
    return address_of(bus->bounce, link);
}

void iodma_cells_give_back(const struct iodma_bus *bus, iodma_cells *cells)
{
    struct hal_bounce *bounce = bus->bounce;

    while (*cells != 0) {
        uint32_t link = *cells;
        uint32_t state = bus->hal->lock->save();

        *cells = cell_at(bounce, link)->next;
        take_out(bounce, link);
        bounce->ops->give_back(bounce, address_of(bounce, link),
                               bounce->granule);
        bus->hal->lock->restore(state);
    }
}

bool iodma_cells_next(const struct iodma_bus *bus, iodma_cells *cells,
                      struct iodma_loan *loan)
{
    const struct hal_bounce_cell *cell;

    if (*cells == 0)
        return false;
    cell = cell_at(bus->bounce, *cells);
    *loan = (struct iodma_loan){
        .page = cell->page,
        .address = address_of(bus->bounce, *cells),
        .covered = cell->covered,
    };
    *cells = cell->next;
    return true;
}
