/* SPDX-License-Identifier: MIT */
#include "dma/map.h"

#include "dma/view.h"
#include "hal/bits.h"

#include <stddef.h>

/* IOVA space -------------------------------------------------------------- */

/* The lowest place for so many pages, none of them above `last`. */
static enum iodma_status take(struct iodma_mapper *mapper, uint32_t pages,
                              uint64_t alignment, uint64_t last, uint64_t *iova)
{
    uint64_t align = alignment >> mapper->shift;
    enum iodma_status status = IODMA_NO_RESOURCES;
    uint32_t state;
    uint32_t page;

    if (align > IODMA_MOST_PAGES)
        return IODMA_NO_RESOURCES;
    state = mapper->lock->save();
    if (iodma_runs_find(&mapper->space, pages, align ? (uint32_t)align : 1,
                        &page)) {
        uint64_t size = (uint64_t)pages << mapper->shift;

        *iova = mapper->first + ((uint64_t)page << mapper->shift);
        if (*iova + (size - 1) <= last) {
            iodma_runs_take(&mapper->space, page, pages);
            status = IODMA_OK;
        }
    }
    mapper->lock->restore(state);
    return status;
}

static void give_back(struct iodma_mapper *mapper, uint64_t iova,
                      uint32_t pages)
{
    uint32_t state = mapper->lock->save();

    iodma_runs_give_back(&mapper->space,
                         (iova - mapper->first) >> mapper->shift, pages);
    mapper->lock->restore(state);
}

/* Layout ------------------------------------------------------------------ */

/* A bus run, in whole pages. */
static struct hal_segment in_pages(const struct iodma_mapper *mapper,
                                   struct hal_segment run)
{
    uint64_t page_size = mapper->hal->page_size;
    uint64_t within = modulo(run.address, page_size);
    uint64_t size = within + run.length + (page_size - 1);

    return (struct hal_segment){ run.address - within,
                                 size - modulo(size, page_size) };
}

/* How many bytes of IOVA a view takes. */
static uint64_t size_of(const struct iodma_view *view)
{
    struct hal_segment run;
    struct iodma_walk walk;
    uint64_t size = 0;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_bus_run(view, &walk, UINT64_MAX, &run) == IODMA_OK)
        size += in_pages(view->mapper, run).length;
    return size;
}

/* Take `length` bytes out of the device's reach, and free them. */
static void unmap(struct iodma_mapper *mapper, uint64_t iova, uint64_t length,
                  uint32_t pages)
{
    if (length != 0) {
        mapper->hal->ops->unmap(mapper->hal, iova, length);
        mapper->hal->ops->sync(mapper->hal);
    }
    give_back(mapper, iova, pages);
}

/* Enter a view's runs from view->iova on. */
static enum iodma_status enter(const struct iodma_view *view)
{
    struct hal_mapper *hal = view->mapper->hal;
    uint64_t iova = view->iova;
    enum iodma_status status = IODMA_OK;
    struct hal_segment run;
    struct iodma_walk walk;

    iodma_view_begin(view, 0, &walk);
    while (status == IODMA_OK &&
           iodma_view_bus_run(view, &walk, UINT64_MAX, &run) == IODMA_OK) {
        run = in_pages(view->mapper, run);
        status =
            hal->ops->map_run(hal, iova, run.address, run.length, view->access);
        if (status == IODMA_OK)
            iova += run.length;
    }
    if (status != IODMA_OK)
        unmap(view->mapper, view->iova, iova - view->iova, view->iova_pages);
    return status;
}

/* The calls --------------------------------------------------------------- */

/* Find IOVA for a planned view, and show it there. */
static enum iodma_status install(struct iodma_view *view)
{
    struct iodma_mapper *mapper = view->mapper;
    uint64_t size;
    enum iodma_status status;

    if (view->kept)
        return IODMA_OK;
    size = size_of(view);
    if (size == 0)
        return IODMA_OK;
    if (size >> mapper->shift > IODMA_MOST_PAGES)
        return IODMA_NO_RESOURCES;

    view->iova_pages = (uint32_t)(size >> mapper->shift);
    status = take(mapper, view->iova_pages,
                  iodma_limits_placement(view->limits, size),
                  view->limits->last, &view->iova);
    if (status == IODMA_OK)
        status = enter(view);
    if (status != IODMA_OK)
        view->iova_pages = 0;
    return status;
}

/* Take a view out of the device's reach. */
static void revoke(struct iodma_view *view)
{
    if (view->iova_pages == 0)
        return;
    unmap(view->mapper, view->iova,
          (uint64_t)view->iova_pages << view->mapper->shift, view->iova_pages);
    view->iova_pages = 0;
}

/* Map all of a view's descriptor, for whoever comes. */
static bool make(const struct iodma_view *view, struct iodma_mapping *mapping)
{
    struct iodma_view all = *view;

    all.offset = 0;
    all.length = view->memory->length;
    if (install(&all) != IODMA_OK)
        return false;
    *mapping = (struct iodma_mapping){ view->mapper, all.iova, all.iova_pages };
    return true;
}

/* Have a direct view use the mapping that its descriptor owns. */
static bool adopt(struct iodma_view *view)
{
    struct iodma_mapping *mapping = view->memory->mapping;

    if (!mapping || (mapping->pages == 0 && !make(view, mapping)) ||
        mapping->mapper != view->mapper)
        return false;
    view->iova = mapping->iova;
    view->kept = true;
    return true;
}

static const struct iodma_mapper_calls calls = {
    .install = install,
    .revoke = revoke,
    .adopt = adopt,
};

enum iodma_status iodma_mapper_init(struct iodma_mapper *mapper,
                                    struct hal_mapper *hal,
                                    const struct hal_lock *lock,
                                    struct iodma_note *notes, uint32_t count)
{
    uint64_t page_size;
    uint64_t first;
    uint64_t pages;
    uint32_t shift;

    if (!mapper || !hal || !lock || !notes ||
        !is_power_of_two(hal->page_size) || count == 0 ||
        count > IODMA_MOST_PAGES)
        return IODMA_BAD_ARGUMENT;
    page_size = hal->page_size;
    shift = (uint32_t)__builtin_ctzll(page_size);
    first = hal->first + modulo(0 - hal->first, page_size);
    if (first < hal->first || hal->last < first ||
        hal->last - first < page_size - 1)
        return IODMA_BAD_ARGUMENT;
    pages = (hal->last - first - (page_size - 1)) >> shift;
    pages = smaller(pages, UINT32_MAX) + 1;

    *mapper = (struct iodma_mapper){
        .hal = hal,
        .calls = &calls,
        .lock = lock,
        .first = first,
        .shift = shift,
    };
    iodma_runs_init(&mapper->space, notes,
                    (uint32_t)modulo(first >> shift, IODMA_MOST_PAGES),
                    (uint32_t)smaller(pages, count));
    return IODMA_OK;
}

uint64_t iodma_mapper_in_use(const struct iodma_mapper *mapper)
{
    return (uint64_t)mapper->space.in_use << mapper->shift;
}

enum iodma_status iodma_mapping_keep(struct iodma_memory *memory,
                                     struct iodma_mapping *mapping)
{
    if (!memory || !mapping)
        return IODMA_BAD_ARGUMENT;
    if (memory->mapping || memory->attached != 0)
        return IODMA_BUSY;

    *mapping = (struct iodma_mapping){ .mapper = NULL };
    memory->mapping = mapping;
    return IODMA_OK;
}

enum iodma_status iodma_mapping_drop(struct iodma_memory *memory)
{
    struct iodma_mapping *mapping = memory->mapping;

    if (!mapping)
        return IODMA_NOT_READY;
    if (memory->attached != 0)
        return IODMA_BUSY;

    if (mapping->pages != 0)
        unmap(mapping->mapper, mapping->iova,
              (uint64_t)mapping->pages << mapping->mapper->shift,
              mapping->pages);
    memory->mapping = NULL;
    return IODMA_OK;
}
