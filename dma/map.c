/* SPDX-License-Identifier: MIT */
#include "map.h"

#include "../hal/bits.h"
#include "piece.h"
#include "plan.h"
#include "refuse.h"
#include "segment.h"
#include "shortcuts.h"
#include "spec.h"

#include <stddef.h>

/* IOVA space -------------------------------------------------------------- */

/* Find IOVA for so many pages, as many as there are at most, within reach.
   Returns false if there is none. */
static bool take(struct iodma_mapper *mapper, const struct iodma_limits *limits,
                 uint32_t pages, hal_address *iova)
{
    hal_address size = (hal_address)pages << mapper->shift;
    const struct hal_bounce_wish wish = {
        .at_least = size,
        .at_most = size,
        .alignment = (hal_address)1 << iodma_limits_placement(limits, size),
        .highest = iodma_limits_last(limits),
    };
    enum iodma_status status;
    uint32_t state;

    state = mapper->lock->save(mapper->lock);
    status = iodma_blocks_take(&mapper->space, &wish, iova, &size);
    mapper->lock->restore(mapper->lock, state);
    return status == IODMA_OK;
}

static void give_back(struct iodma_mapper *mapper, hal_address iova,
                      uint32_t pages)
{
    uint32_t state = mapper->lock->save(mapper->lock);

    iodma_blocks_give_back(&mapper->space, iova,
                           (hal_address)pages << mapper->shift);
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

/* Lay a plan's runs out, one behind the other: enter them, or only count their
   pages. */
static enum iodma_status lay_out(const struct iodma_plan *plan, bool enter,
                                 hal_address *pages)
{
    const struct iodma_window *window = plan->window;
    struct iodma_mapper *mapper = window->mapper;
    hal_address first = first_page(plan);
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;

    *pages = 0;
    if (IODMA_SHORTCUTS && !enter && plan->path == IODMA_PATH_FLAT &&
        window->length != 0) {
        *pages = pages_of(mapper,
                          (struct hal_segment){ plan->origin, window->length });
        return IODMA_OK;
    }
    iodma_piece_seek(plan, &place, 0);
    while (iodma_piece_run(plan, &place) == IODMA_OK) {
        hal_address more = pages_of(mapper, place.rest);

        if (enter)
            status = mapper->hal->ops->map_run(
                mapper->hal, first + (*pages << mapper->shift),
                round_down(place.rest.address, mapper->page_size),
                more << mapper->shift, window->access);
        if (status != IODMA_OK) {
            unmap(mapper, first, *pages);
            return iodma_refuse_theirs(window->reason, status,
                                       IODMA_RULE_MAPPER);
        }
        *pages += more;
    }
    return IODMA_OK;
}

/* Runs -------------------------------------------------------------------- */

/* Does the next bus run begin with a page? Then it goes on where the one before
   ended with one. (Apart: stack.) */
static __attribute__((noinline)) bool
page_follows(const struct iodma_plan *plan, struct iodma_place *place)
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
    hal_address start = round_up(rest->address + rest->length, page_size);
    enum iodma_status status = iodma_piece_run(plan, place);
    hal_address length = rest->length;

    if (status != IODMA_OK)
        return status;
    start += modulo32(rest->address, page_size);
    while (modulo32(start + length, page_size) == 0 &&
           page_follows(plan, place) &&
           iodma_piece_run(plan, place) == IODMA_OK)
        length += rest->length;
    rest->address = start;
    rest->length = length;
    return IODMA_OK;
}

/* A place does not pass what the device does not see: what is behind it is not
   shown, either. */
static void seek(const struct iodma_plan *plan, struct iodma_place *place,
                 hal_address position)
{
    const struct iodma_window *window = plan->window;
    hal_address target = window->offset + position;
    hal_address behind;

    iodma_piece_seek(plan, place, plan->kept ? 0 - window->offset : 0);
    place->rest.address = plan->origin;
    while (place->walk.offset < target) {
        hal_address offset = place->walk.offset;

        if (run(plan, place) != IODMA_OK) {
            iodma_piece_seek(plan, place, offset - window->offset);
            return;
        }
    }
    behind = place->walk.offset - target;
    place->rest.address += place->rest.length - behind;
    place->rest.length = behind;
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

static enum iodma_status choose(const struct iodma_window *window,
                                const struct iodma_spec *spec,
                                struct iodma_mapper **mapper)
{
    uint32_t type = spec->mapping & IODMA_TYPE_MASK;

    if (type == IODMA_BYPASSED ||
        (type == IODMA_UNMAPPED && (spec->mapping & IODMA_ITERATE_ONLY) == 0 &&
         (iodma_mapper_unavoidable(spec->mapper) ||
          iodma_mapper_unavoidable(window->bus->mapper))))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_FIELD(BYPASS, MAPPING));
    if (type == IODMA_UNMAPPED ||
        (type == IODMA_NON_COHERENT && !spec->mapper &&
         !iodma_mapper_unavoidable(*mapper)))
        *mapper = NULL;
    return IODMA_OK;
}

/* Take IOVA for all of a planned window. (Apart: stack.) */
static __attribute__((noinline)) enum iodma_status
reserve(struct iodma_plan *plan, hal_address pages)
{
    const struct iodma_window *window = plan->window;
    struct iodma_mapper *mapper = window->mapper;
    hal_address iova;

    if (pages > mapper->space.count ||
        !take(mapper, &window->limits, (uint32_t)pages, &iova))
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

/* Count the pages, take as many, enter them. */
static enum iodma_status install(struct iodma_plan *plan)
{
    enum iodma_status status;
    hal_address pages;
    bool enter;

    do {
        enter = plan->pages != 0;
        status = lay_out(plan, enter, &pages);
        if (enter || pages == 0)
            break;
        status = reserve(plan, pages);
    } while (status == IODMA_OK);
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

/* Map all of a window's descriptor, if it owns a mapping that is not made yet,
   for whoever comes; unless somebody has in the meantime. (Apart: stack.) */
static __attribute__((noinline)) void make(const struct iodma_window *window)
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
    iodma_segment_seek(plan, &place,
                       window->length); /* as far as it is shown */
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

static enum iodma_status show(struct iodma_plan *plan)
{
    if (plan->kept)
        return IODMA_OK;
    if (!plan->loans && plan->pages == 0) {
        make(plan->window);
        if (adopt(plan))
            return IODMA_OK;
    }
    return install(plan);
}

static const struct iodma_mapper_calls calls = {
    .choose = choose,
    .show = show,
    .hide = hide,
    .release = release,
    .choose_path = IODMA_SHORTCUTS ? choose_path : NULL,
    .adopt = adopt,
    .run = run,
    .seek = seek,
};

enum iodma_status iodma_mapper_init(struct iodma_mapper *mapper,
                                    struct hal_mapper *hal,
                                    const struct hal_lock *lock,
                                    uint32_t *words, uint32_t pages)
{
    hal_address first;
    hal_address end;   /* of the first page, its last byte    */
    hal_address whole; /* pages that there are, but for one   */

    if (!mapper || !hal || !lock || !words || pages == 0 ||
        pages > IODMA_MOST_BLOCKS || !is_power_of_two(hal->page_size))
        return IODMA_BAD_ARGUMENT;
    first = round_up(hal->first, hal->page_size);
    end = first + (hal->page_size - 1);
    if (first < hal->first || hal->last < end)
        return IODMA_BAD_ARGUMENT;

    mapper->hal = hal;
    mapper->calls = &calls;
    mapper->lock = lock;
    mapper->page_size = hal->page_size;
    mapper->shift = (uint8_t)__builtin_ctz(hal->page_size);
    /* Bytes of all pages together are told in a hal_address, too. */
    whole = smaller((hal->last - end) >> mapper->shift,
                    (HAL_ADDRESS_MAX >> mapper->shift) - 1);
    iodma_blocks_init(&mapper->space, first, mapper->shift, words,
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
