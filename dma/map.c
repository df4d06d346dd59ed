/* SPDX-License-Identifier: MIT */
#include "map.h"

#include "../hal/bits.h"
#include "piece.h"
#include "plan.h"
#include "refuse.h"
#include "segment.h"

/* IOVA space -------------------------------------------------------------- */

/* Find a place for so many pages within reach. */
static enum iodma_status take(struct iodma_mapper *mapper,
                              const struct iodma_limits *limits,
                              hal_address pages, hal_address *iova)
{
    uint8_t placement = iodma_limits_placement(limits, pages << mapper->shift);
    hal_address last = iodma_limits_last(limits);
    struct iodma_blocks_wish wish = { .alignment = 1 };
    uint32_t state;
    uint32_t first;
    uint32_t taken;

    if (pages > mapper->space.count || last < mapper->first ||
        placement >= mapper->shift + 32)
        return IODMA_NO_RESOURCES;
    wish.at_least = (uint32_t)pages;
    wish.at_most = (uint32_t)pages;
    if (placement > mapper->shift)
        wish.alignment = UINT32_C(1) << (placement - mapper->shift);
    wish.phase = (uint32_t)lack(mapper->first >> mapper->shift, wish.alignment);
    wish.end = (uint32_t)smaller(
        mapper->space.count,
        ((last - mapper->first) >> mapper->shift) +
            (modulo32(last, mapper->page_size) == mapper->page_size - 1));

    state = mapper->lock->save(mapper->lock);
    taken = iodma_blocks_take(&mapper->space, &wish, &first);
    mapper->lock->restore(mapper->lock, state);
    if (taken == 0)
        return IODMA_NO_RESOURCES;
    *iova = mapper->first + ((hal_address)first << mapper->shift);
    return IODMA_OK;
}

static void give_back(struct iodma_mapper *mapper, hal_address iova,
                      uint32_t pages)
{
    uint32_t state = mapper->lock->save(mapper->lock);

    iodma_blocks_give_back(&mapper->space,
                           (uint32_t)((iova - mapper->first) >> mapper->shift),
                           pages);
    mapper->lock->restore(mapper->lock, state);
}

/* Layout ------------------------------------------------------------------ */

/* How many pages a bus run touches. */
static hal_address pages_of(const struct iodma_mapper *mapper,
                            struct hal_segment run)
{
    return ((modulo32(run.address, mapper->page_size) + (run.length - 1)) >>
            mapper->shift) +
           1;
}

/* How many a planned window takes. */
static hal_address pages_of_all(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct hal_segment run = { plan->origin, window->length };
    struct iodma_place place;
    hal_address pages = 0;

    if (window->length == 0)
        return 0;
    if (plan->path == IODMA_PATH_FLAT)
        return pages_of(window->mapper, run);
    iodma_piece_seek(plan, &place, 0);
    while (iodma_piece_run(plan, &place, &run) == IODMA_OK)
        pages += pages_of(window->mapper, run);
    return pages;
}

/* IOVA of the page that a plan's layout begins with. */
static hal_address first_page(const struct iodma_plan *plan)
{
    return round_down(plan->origin, plan->window->mapper->page_size);
}

/* Take so many pages out of the device's reach. */
static void unmap(struct iodma_mapper *mapper, hal_address iova,
                  hal_address pages)
{
    if (pages == 0)
        return;
    mapper->hal->ops->unmap(mapper->hal, iova, pages << mapper->shift);
    mapper->hal->ops->sync(mapper->hal);
}

/* Enter a plan's runs, one behind the other. */
static enum iodma_status enter(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct iodma_mapper *mapper = window->mapper;
    hal_address first = first_page(plan);
    hal_address iova = first;
    struct iodma_place place;
    struct hal_segment run;

    iodma_piece_seek(plan, &place, 0);
    while (iodma_piece_run(plan, &place, &run) == IODMA_OK) {
        hal_address size = pages_of(mapper, run) << mapper->shift;
        enum iodma_status status = mapper->hal->ops->map_run(
            mapper->hal, iova, round_down(run.address, mapper->page_size), size,
            window->access);

        if (status != IODMA_OK) {
            unmap(mapper, first, (iova - first) >> mapper->shift);
            return iodma_refuse_values(window->reason, status,
                                       IODMA_RULE_MAPPER, 0, (uint32_t)status);
        }
        iova += size;
    }
    return IODMA_OK;
}

/* Runs -------------------------------------------------------------------- */

/* Does the next bus run begin with a page? Then it goes on where the one before
   ended with one. */
static bool page_follows(const struct iodma_plan *plan,
                         struct iodma_place *place)
{
    const struct iodma_window *window = plan->window;
    const struct hal_aperture *aperture;
    hal_address storage;

    if (iodma_piece_position(plan, place) == window->length)
        return false;
    storage = iodma_piece_storage(plan, place);
    aperture = iodma_window_aperture(window, storage);
    return aperture && modulo32(storage + iodma_aperture_delta(aperture),
                                window->mapper->page_size) == 0;
}

/* The next run, which begins in the page behind the last one: as far from its
   beginning as on the bus. Runs that end with a page, and begin with the next
   one, are one. */
static enum iodma_status run(const struct iodma_plan *plan,
                             struct iodma_place *place)
{
    uint32_t page_size = plan->window->mapper->page_size;
    struct hal_segment *rest = &place->rest;
    hal_address page = round_up(rest->address, page_size);
    struct hal_segment bus;
    enum iodma_status status = iodma_piece_run(plan, place, &bus);

    if (status != IODMA_OK)
        return status;
    rest->address = page + modulo32(bus.address, page_size);
    rest->length = bus.length;
    while (modulo32(rest->address + rest->length, page_size) == 0 &&
           page_follows(plan, place)) {
        (void)iodma_piece_run(plan, place, &bus);
        rest->length += bus.length;
    }
    return IODMA_OK;
}

/* A place does not pass what the device does not see: what is behind it is not
   shown, either. */
static void seek(const struct iodma_plan *plan, struct iodma_place *place,
                 hal_address position)
{
    const struct iodma_window *window = plan->window;
    hal_address target = window->offset + position;
    struct hal_segment *rest = &place->rest;
    hal_address behind;

    iodma_piece_seek(plan, place, plan->kept ? 0 - window->offset : 0);
    rest->address = plan->origin;
    while (place->walk.offset < target) {
        hal_address offset = place->walk.offset;

        rest->address += rest->length;
        rest->length = 0;
        if (run(plan, place) != IODMA_OK) {
            iodma_piece_seek(plan, place, offset - window->offset);
            return;
        }
    }
    behind = place->walk.offset - target;
    rest->address += rest->length - behind;
    rest->length = behind;
}

/* Whole pages are shown one behind the other, whatever is behind them. */
static void choose_path(struct iodma_plan *plan, hal_address delta)
{
    const struct iodma_window *window = plan->window;
    uint32_t page_size = window->mapper->page_size;

    if (iodma_memory_is_one_range(window->memory))
        plan->origin = modulo32(iodma_window_start(window) + delta, page_size);
    else if (modulo32(iodma_window_shape(window) | delta, page_size) != 0)
        return;
    plan->path = IODMA_PATH_FLAT;
}

/* The calls --------------------------------------------------------------- */

/* Take IOVA for all of a planned window. */
static enum iodma_status reserve(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct iodma_mapper *mapper = window->mapper;
    hal_address pages = pages_of_all(plan);
    enum iodma_status status;
    hal_address iova;

    if (pages == 0)
        return IODMA_OK;
    status = take(mapper, &window->limits, pages, &iova);
    if (status != IODMA_OK)
        return iodma_refuse_values(window->reason, IODMA_NO_RESOURCES,
                                   IODMA_RULE_IOVA, pages << mapper->shift,
                                   iodma_limits_last(&window->limits));
    plan->origin += iova;
    plan->pages = (uint32_t)pages;
    return IODMA_OK;
}

static void release(struct iodma_plan *plan)
{
    hal_address iova = first_page(plan);

    if (plan->pages != 0) {
        give_back(plan->window->mapper, iova, plan->pages);
        plan->origin -= iova;
    }
    plan->pages = 0;
}

static enum iodma_status install(struct iodma_plan *plan)
{
    enum iodma_status status = IODMA_OK;

    if (plan->kept)
        return IODMA_OK;
    if (plan->pages == 0)
        status = reserve(plan);
    if (status == IODMA_OK && plan->pages != 0)
        status = enter(plan);
    if (status != IODMA_OK)
        release(plan);
    return status;
}

static void hide(const struct iodma_plan *plan)
{
    unmap(plan->window->mapper, first_page(plan), plan->pages);
}

/* The mapping that a window's descriptor owns; NULL: none. */
static struct iodma_mapping *mapping_of(const struct iodma_window *window)
{
    return window->counted ? window->memory->mapping : NULL;
}

/* Map all of a window's descriptor, for whoever comes; unless somebody has in
   the meantime. */
static void make(const struct iodma_window *window)
{
    const struct hal_lock *lock = window->bus->hal->lock;
    struct iodma_mapping *mapping = mapping_of(window);
    struct iodma_window all = *window;
    struct iodma_plan plan = { .window = &all };
    uint32_t state;

    if (!mapping || mapping->pages != 0)
        return;
    all.offset = 0;
    all.length = window->memory->length;
    all.reason = NULL;
    if (install(&plan) != IODMA_OK)
        return;

    state = lock->save(lock);
    if (mapping->pages == 0) {
        *mapping = (struct iodma_mapping){ window->mapper, window->bus->hal,
                                           plan.origin, plan.pages };
        plan.pages = 0;
    }
    lock->restore(lock, state);
    hide(&plan);
    release(&plan);
}

/* Is all of a window, which is judged when it is listed, shown and in reach?
   (Apart: stack.) */
static __attribute__((noinline)) bool
shows_all(const struct iodma_plan *plan, const struct iodma_mapping *mapping)
{
    const struct iodma_window *window = plan->window;
    hal_address size = (hal_address)mapping->pages << window->mapper->shift;
    struct iodma_place place;

    if (mapping->iova + (size - 1) > iodma_limits_last(&window->limits))
        return false;
    iodma_segment_seek(plan, &place, window->length); /* up to a hole */
    return iodma_segment_position(plan, &place) == window->length;
}

static bool adopt(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_mapping *mapping = mapping_of(window);
    hal_address alone = plan->origin; /* were the window mapped by itself */

    if (!mapping || mapping->pages == 0 || mapping->mapper != window->mapper ||
        mapping->bus != window->bus->hal)
        return false;
    plan->origin = mapping->iova;
    if (plan->path == IODMA_PATH_FLAT)
        plan->origin +=
            modulo32(alone - window->offset, window->mapper->page_size) +
            window->offset;
    plan->kept = true;
    if (iodma_window_iterates(window)
            ? shows_all(plan, mapping)
            : iodma_plan_judge(plan, NULL) == IODMA_OK)
        return true;
    plan->origin = alone;
    plan->kept = false;
    return false;
}

static const struct iodma_mapper_calls calls = {
    .install = install,
    .hide = hide,
    .release = release,
    .choose_path = choose_path,
    .make = make,
    .adopt = adopt,
    .run = run,
    .seek = seek,
};

enum iodma_status iodma_mapper_init(struct iodma_mapper *mapper,
                                    struct hal_mapper *hal,
                                    const struct hal_lock *lock,
                                    uint32_t *taken, uint32_t pages)
{
    hal_address first;
    hal_address whole; /* pages that there are, but for one */

    if (!mapper || !hal || !lock || !taken || pages == 0 ||
        pages > IODMA_MOST_BLOCKS || !is_power_of_two(hal->page_size))
        return IODMA_BAD_ARGUMENT;
    first = round_up(hal->first, hal->page_size);
    if (first < hal->first || hal->last < first ||
        hal->last - first < hal->page_size - 1)
        return IODMA_BAD_ARGUMENT;

    *mapper = (struct iodma_mapper){
        .hal = hal,
        .calls = &calls,
        .lock = lock,
        .first = first,
        .page_size = hal->page_size,
        .shift = (uint8_t)__builtin_ctz(hal->page_size),
    };
    whole = (hal->last - first - (hal->page_size - 1)) >> mapper->shift;
    /* Bytes of all pages together are told in a hal_address, too. */
    whole = smaller(whole, (HAL_ADDRESS_MAX >> mapper->shift) - 1);
    iodma_blocks_init(&mapper->space, taken,
                      (uint32_t)smaller(whole, pages - 1) + 1);
    return IODMA_OK;
}

hal_address iodma_mapper_in_use(const struct iodma_mapper *mapper)
{
    return (hal_address)mapper->space.in_use << mapper->shift;
}

enum iodma_status iodma_mapping_keep(struct iodma_memory *memory,
                                     struct iodma_mapping *mapping)
{
    if (!memory || !mapping)
        return IODMA_BAD_ARGUMENT;
    if (memory->mapping || memory->users != 0)
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
    if (memory->users != 0)
        return IODMA_BUSY;

    /* From here on no handler finds it; was there one until now? */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memory->mapping = NULL;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (memory->users != 0) {
        memory->mapping = mapping;
        return IODMA_BUSY;
    }
    if (mapping->pages != 0) {
        unmap(mapping->mapper, mapping->iova, mapping->pages);
        give_back(mapping->mapper, mapping->iova, mapping->pages);
    }
    return IODMA_OK;
}
