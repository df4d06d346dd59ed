/* SPDX-License-Identifier: MIT */
#include "dma/map.h"

#include "dma/plan.h"
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

/* Bytes of a bus run's first page that are before it. */
static uint64_t before(const struct iodma_mapper *mapper,
                       struct hal_segment run)
{
    return modulo32(run.address, mapper->hal->page_size);
}

/* How many pages a bus run touches. */
static uint64_t pages_of(const struct iodma_mapper *mapper,
                         struct hal_segment run)
{
    return ((before(mapper, run) + (run.length - 1)) >> mapper->shift) + 1;
}

/* How many a view takes, or more than there can be; not more than its bytes,
   or two a run. */
static uint64_t pages_of_all(const struct iodma_view *view)
{
    struct hal_segment run;
    struct iodma_walk walk;
    uint64_t pages = 0;

    if (view->path == IODMA_PATH_FLAT)
        return pages_of(view->mapper,
                        (struct hal_segment){ view->origin, view->length });
    iodma_view_begin(view, 0, &walk);
    while (pages <= IODMA_MOST_PAGES &&
           iodma_view_bus_run(view, &walk, UINT64_MAX, &run) == IODMA_OK)
        pages += pages_of(view->mapper, run);
    return pages;
}

/* Take so many pages out of the device's reach. */
static void unmap(struct iodma_mapper *mapper, uint64_t iova, uint64_t pages)
{
    if (pages == 0)
        return;
    mapper->hal->ops->unmap(mapper->hal, iova, pages << mapper->shift);
    mapper->hal->ops->sync(mapper->hal);
}

/* Enter a view's runs from view->iova on. */
static enum iodma_status enter(const struct iodma_view *view)
{
    struct iodma_mapper *mapper = view->mapper;
    enum iodma_status status = IODMA_OK;
    struct hal_segment run;
    struct iodma_walk walk;
    uint64_t done = 0;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_bus_run(view, &walk, UINT64_MAX, &run) == IODMA_OK) {
        uint64_t pages = pages_of(mapper, run);

        status = mapper->hal->ops->map_run(
            mapper->hal, view->iova + (done << mapper->shift),
            run.address - before(mapper, run), pages << mapper->shift,
            view->access);
        if (status != IODMA_OK)
            break;
        done += pages;
    }
    if (status != IODMA_OK)
        unmap(mapper, view->iova, done);
    return status;
}

/* Runs -------------------------------------------------------------------- */

/* Where a bus address comes to lie in a page of IOVA: as far from its beginning
   as before. */
static uint64_t shown_at(const struct iodma_view *view, uint64_t iova,
                         uint64_t address)
{
    uint32_t page_size = view->mapper->hal->page_size;

    return iova - modulo32(iova, page_size) + modulo32(address, page_size);
}

/* Does an aperture begin at a bus address? What is before it is not in it. */
static bool aperture_begins(const struct hal_bus *hal, uint64_t address)
{
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        if (hal->apertures[i].bus == address)
            return true;
    }
    return false;
}

/* Does the bus run that ends at a walk go on there? */
static bool goes_on(const struct iodma_view *view, struct iodma_walk walk,
                    uint64_t end)
{
    struct hal_segment next;

    return iodma_view_bus_run(view, &walk, 1, &next) == IODMA_OK &&
           next.address == end && !aperture_begins(view->bus->hal, end);
}

/* One bus run's bytes, as IOVA. The cursor does not pass what is not shown. */
static enum iodma_status shown_run(const struct iodma_view *view,
                                   struct iodma_cursor *cursor, uint64_t most,
                                   struct hal_segment *run)
{
    uint32_t page_size = view->mapper->hal->page_size;
    struct iodma_walk walk = cursor->walk;
    uint64_t end;
    enum iodma_status status = iodma_view_bus_run(view, &walk, most, run);

    if (status != IODMA_OK)
        return status;
    cursor->walk = walk;
    end = run->address + run->length;
    run->address = shown_at(view, cursor->iova, run->address);
    cursor->iova = run->address + run->length;
    if (!goes_on(view, cursor->walk, end))
        cursor->iova += lack(cursor->iova, page_size);
    return IODMA_OK;
}

static void seek(const struct iodma_view *view, struct iodma_cursor *cursor,
                 uint64_t target)
{
    struct hal_segment run;

    cursor->iova = view->iova;
    (void)iodma_walk_begin(&cursor->walk, view->memory,
                           view->kept ? 0 : view->offset);
    while (cursor->walk.offset < target &&
           shown_run(view, cursor, target - cursor->walk.offset, &run) ==
               IODMA_OK)
        ;
}

/* Runs that end with a page, and begin with the next one, are one. */
static enum iodma_status run(const struct iodma_view *view,
                             struct iodma_cursor *cursor, uint64_t most,
                             struct hal_segment *rest)
{
    enum iodma_status status = shown_run(view, cursor, most, rest);
    struct iodma_cursor ahead = *cursor;
    struct hal_segment next;

    if (status != IODMA_OK)
        return status;
    while (rest->length < most &&
           shown_run(view, &ahead, most - rest->length, &next) == IODMA_OK &&
           next.address == rest->address + rest->length) {
        rest->length += next.length;
        *cursor = ahead;
    }
    return IODMA_OK;
}

/* The calls --------------------------------------------------------------- */

/* Take IOVA for all of a planned view. */
static enum iodma_status reserve(struct iodma_view *view)
{
    struct iodma_mapper *mapper = view->mapper;
    uint64_t pages = pages_of_all(view);
    enum iodma_status status = IODMA_OK;

    if (pages > IODMA_MOST_PAGES)
        return IODMA_NO_RESOURCES;
    if (pages != 0)
        status =
            take(mapper, (uint32_t)pages,
                 iodma_limits_placement(view->limits, pages << mapper->shift),
                 view->limits->last, &view->iova);
    if (status == IODMA_OK)
        view->iova_pages = (uint32_t)pages;
    return status;
}

static void release(struct iodma_view *view)
{
    if (view->iova_pages != 0)
        give_back(view->mapper, view->iova, view->iova_pages);
    view->iova_pages = 0;
}

static enum iodma_status install(struct iodma_view *view)
{
    enum iodma_status status = IODMA_OK;

    if (view->kept)
        return IODMA_OK;
    if (view->iova_pages == 0)
        status = reserve(view);
    if (status == IODMA_OK && view->iova_pages != 0)
        status = enter(view);
    if (status != IODMA_OK)
        release(view);
    return status;
}

static void hide(struct iodma_view *view)
{
    unmap(view->mapper, view->iova, view->iova_pages);
}

/* Map all of a view's descriptor, for whoever comes; unless somebody has in
   the meantime. */
static void make(const struct iodma_view *view, struct iodma_mapping *mapping)
{
    const struct hal_lock *lock = view->bus->hal->lock;
    struct iodma_view all = *view;
    uint32_t state;

    all.offset = 0;
    all.length = view->memory->length;
    all.path = IODMA_PATH_RUNS;
    if (install(&all) != IODMA_OK)
        return;

    state = lock->save();
    if (mapping->pages == 0) {
        *mapping = (struct iodma_mapping){ view->mapper, view->bus->hal,
                                           all.iova, all.iova_pages };
        all.iova_pages = 0;
    }
    lock->restore(state);
    hide(&all);
    release(&all);
}

static bool adopt(struct iodma_view *view, bool may_make)
{
    struct iodma_mapping *mapping = view->memory->mapping;
    uint64_t alone; /* the origin, were the window mapped by itself */

    if (!mapping)
        return false;
    if (mapping->pages == 0 && may_make)
        make(view, mapping);
    if (mapping->pages == 0 || mapping->mapper != view->mapper ||
        mapping->bus != view->bus->hal)
        return false;
    alone = view->origin;
    view->iova = mapping->iova;
    view->origin =
        modulo32(alone - view->offset, view->mapper->hal->page_size) +
        view->offset;
    view->kept = true;
    if (iodma_plan_is_legal(view))
        return true;
    view->iova = 0;
    view->origin = alone;
    view->kept = false;
    return false;
}

static const struct iodma_mapper_calls calls = {
    .install = install,
    .hide = hide,
    .release = release,
    .adopt = adopt,
    .run = run,
    .seek = seek,
};

enum iodma_status iodma_mapper_init(struct iodma_mapper *mapper,
                                    struct hal_mapper *hal,
                                    const struct hal_lock *lock,
                                    struct iodma_note *notes, uint32_t count)
{
    uint32_t page_size;
    uint64_t first;
    uint64_t pages;
    uint32_t shift;

    if (!mapper || !hal || !lock || !notes ||
        !is_power_of_two(hal->page_size) || count == 0 ||
        count > IODMA_MOST_PAGES)
        return IODMA_BAD_ARGUMENT;
    page_size = hal->page_size;
    shift = (uint32_t)__builtin_ctzll(page_size);
    first = hal->first + lack(hal->first, page_size);
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
                    (uint32_t)modulo32(first >> shift, IODMA_MOST_PAGES),
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

    if (mapping->pages != 0) {
        unmap(mapping->mapper, mapping->iova, mapping->pages);
        give_back(mapping->mapper, mapping->iova, mapping->pages);
    }
    memory->mapping = NULL;
    return IODMA_OK;
}
