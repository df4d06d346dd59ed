/* SPDX-License-Identifier: MIT */
#include "dma/plan.h"

#include "dma/lines.h"
#include "dma/map.h"
#include "dma/segment.h"
#include "dma/split.h"
#include "hal/bits.h"

/* At once ----------------------------------------------------------------- */

/* Multiples of what are all addresses and lengths of the window? */
static uint64_t shape_of(const struct iodma_view *view)
{
    return view->memory->summary.shape | view->offset | view->length;
}

/* Every extent is within the longest segment and no boundary, on the bus. */
static bool needs_no_cut(const struct iodma_view *view, uint64_t delta)
{
    const struct iodma_summary *summary = &view->memory->summary;
    const struct iodma_limits *limits = view->limits;

    return summary->longest <= limits->max_segment &&
           (limits->boundary_mask == UINT64_MAX ||
            ((summary->spans & ~limits->boundary_mask) |
             (delta & limits->boundary_mask)) == 0);
}

/* What the descriptor's whole pages, or its only range, are for a mapper or the
   bus: one stretch that begins here. Returns false if they need not be one. */
static bool lies_flat(const struct iodma_view *view, uint64_t delta,
                      uint64_t *origin)
{
    const struct iodma_memory *memory = view->memory;
    uint32_t page_size = view->mapper ? view->mapper->hal->page_size : 0;

    if (memory->kind <= IODMA_BUFFER && memory->count == 1) {
        *origin = iodma_memory_ranges(memory)->address + memory->skip +
                  view->offset + delta;
        if (view->mapper)
            *origin = modulo32(*origin, page_size);
        return true;
    }
    *origin = 0;
    return view->mapper && modulo32(shape_of(view) | delta, page_size) == 0;
}

/* The way through a window in one aperture. fitting: its extents are legal
   segments. */
static void choose_path(struct iodma_view *view, uint64_t delta, bool fitting)
{
    const struct iodma_memory *memory = view->memory;

    if (lies_flat(view, delta, &view->origin)) {
        view->path = IODMA_PATH_FLAT;
        return;
    }
    if (view->mapper || memory->kind != IODMA_RANGES || memory->summary.empty)
        return;
    view->origin = delta;
    view->path = fitting && memory->summary.plain && memory->whole &&
                         view->offset + view->length == memory->length
                     ? IODMA_PATH_PLAIN
                     : IODMA_PATH_JOINED;
}

/* Are the extents, or what they are cut into, legal without a mapper? aligned:
   to all that the limits ask for; whole: none is cut. */
static bool legal_at_once(const struct iodma_view *view, uint64_t delta,
                          bool aligned, bool whole)
{
    const struct iodma_limits *limits = view->limits;
    const struct iodma_memory *memory = view->memory;

    /* A cut leaves everything aligned if a segment has room for that. */
    return aligned && limits->max_segment >= limits->alignment &&
           memory->summary.highest + delta <= limits->last &&
           (limits->max_segments == UINT32_MAX ||
            (whole && memory->kind <= IODMA_BUFFER &&
             memory->count <= limits->max_segments));
}

/* The device writes: may it, and is every cache line the window's that has to
   be dropped then? */
static bool may_be_written(const struct iodma_view *view)
{
    const struct hal_cache *cache = view->bus->hal->cache;
    const struct iodma_summary *summary = &view->memory->summary;

    return (view->coherent || !cache ||
            modulo32(shape_of(view), cache->largest_line) == 0) &&
           !view->memory->read_only &&
           iodma_bus_writable(view->bus, summary->lowest,
                              summary->highest - summary->lowest + 1);
}

bool iodma_plan_at_once(struct iodma_view *view)
{
    const struct iodma_summary *summary = &view->memory->summary;
    const struct hal_aperture *aperture;
    uint64_t delta;
    bool aligned;
    bool whole;

    if (view->length == 0 || (view->maintained && !view->bus->hal->cache))
        return false;
    aperture = iodma_view_aperture(view, summary->lowest);
    if (!aperture || summary->highest - aperture->cpu >= aperture->size)
        return false;

    delta = aperture->bus - aperture->cpu;
    aligned = modulo32(shape_of(view) | delta, view->limits->alignment) == 0;
    whole = needs_no_cut(view, delta);
    choose_path(view, delta, aligned && whole);
    view->coherent = aperture->snooped && !view->maintained;
    if (iodma_view_inbound(view) && !may_be_written(view))
        return false;
    return view->mapper
               ? view->path == IODMA_PATH_FLAT && iodma_plan_is_legal(view)
               : legal_at_once(view, delta, aligned, whole);
}

/* The ladder -------------------------------------------------------------- */

/* The verdict on one more segment of a list that has `before` already. */
static enum iodma_status judge(const struct iodma_limits *limits,
                               struct hal_segment segment, uint32_t before,
                               bool last)
{
    enum iodma_status status =
        iodma_limits_judge(limits, segment, before == 0, last);

    if (status == IODMA_OK && before == limits->max_segments)
        return IODMA_NO_SPACE;
    return status;
}

/* The verdict on the view's whole list. */
static enum iodma_status judge_list(const struct iodma_view *view)
{
    struct iodma_cursor cursor;
    struct hal_segment segment;
    enum iodma_status status;
    uint32_t count = 0;

    iodma_view_seek(view, 0, &cursor);
    for (;;) {
        status = iodma_segment_next(view, &cursor, &segment);
        if (status == IODMA_OVERRUN)
            return IODMA_OK;
        if (status == IODMA_OK)
            status =
                judge(view->limits, segment, count++,
                      iodma_view_position(view, &cursor.walk) == view->length);
        if (status != IODMA_OK)
            return status;
    }
}

/* The highest address that bounce storage may have: where a mapper shows it,
   any will do. */
static uint64_t highest(const struct iodma_view *view)
{
    return view->mapper ? UINT64_MAX
                        : iodma_bus_bounce_limit(view->bus, view->limits->last);
}

/* A bounce page for every page of which something is bounced. Out of line: what
   it has on the stack is gone when the list is judged. */
static __attribute__((noinline)) enum iodma_status
take_pages(struct iodma_view *view)
{
    uint32_t granule = view->bus->granule;
    enum iodma_status status = IODMA_OK;
    struct iodma_stretch stretch;
    struct iodma_walk walk;

    iodma_view_begin(view, 0, &walk);
    while (status == IODMA_OK &&
           iodma_view_position(view, &walk) != view->length) {
        status = iodma_split_next(
            view, &walk, view->length - iodma_view_position(view, &walk),
            &stretch);
        if (status == IODMA_OK && stretch.bounced)
            status = iodma_cells_take(view->bus, &view->cells,
                                      iodma_view_owner(view), stretch.page,
                                      highest(view), stretch.length == granule);
    }
    return status;
}

/* Are all bytes of the descriptor in pages that the device reaches? */
static bool all_reached(const struct iodma_view *view)
{
    const struct iodma_summary *summary = &view->memory->summary;

    return iodma_split_reached(view, summary->lowest, UINT64_MAX) >
           summary->highest - summary->lowest;
}

/* Can no cut break an alignment, and are any number of segments welcome? Then
   a split list is legal, whatever it is. */
static bool splits_are_legal(const struct iodma_view *view)
{
    const struct iodma_limits *limits = view->limits;
    const struct hal_bus *hal = view->bus->hal;
    /* Cuts that the limits do not ask for are at multiples of this. */
    uint32_t finest =
        hal->cache ? hal->cache->largest_line : view->bus->granule;
    uint64_t shape = shape_of(view);

    if (view->least || limits->max_segments != UINT32_MAX ||
        limits->max_segment < limits->alignment || finest < limits->alignment)
        return false;
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        const struct hal_aperture *aperture = &hal->apertures[i];

        shape |= aperture->cpu | aperture->bus | aperture->size;
    }
    return modulo32(shape, limits->alignment) == 0 &&
           (view->rung == IODMA_PAGES || all_reached(view));
}

/* One of the rungs with pages: NoResources if they cannot be had. Where none
   is needed it is rung *direct* again, which would not do; and a mapper's page
   must not show others' bounce pages. */
static enum iodma_status climb_pages(struct iodma_view *view, uint8_t rung)
{
    enum iodma_status status;

    if (iodma_view_granule(view) > view->bus->granule)
        return IODMA_NOT_ALIGNED;
    view->rung = rung;
    status = take_pages(view);
    if (status == IODMA_OK && view->cells == 0)
        status = IODMA_NOT_ALIGNED;
    if (status == IODMA_OK && !splits_are_legal(view))
        status = judge_list(view);
    if (status != IODMA_OK)
        iodma_plan_release(view);
    return status;
}

/* A page at least, and what the limits ask for. */
static uint64_t alignment_of_buffer(const struct iodma_view *view,
                                    uint64_t size)
{
    uint64_t alignment = iodma_limits_placement(view->limits, size);
    uint32_t granule = iodma_view_granule(view);

    return alignment < granule ? granule : alignment;
}

/* Where does the device find the buffer, padding and all? False: nowhere, or
   not in one aperture. A pool may have its runs anywhere. */
static bool find_buffer(struct iodma_view *view, uint64_t size)
{
    const struct hal_aperture *aperture =
        iodma_view_aperture(view, view->buffer);

    if (!aperture || iodma_view_in_aperture(view, view->buffer, size) != size)
        return false;
    view->origin = view->buffer - aperture->cpu + aperture->bus;
    if (view->mapper)
        view->origin = modulo32(view->origin, view->mapper->hal->page_size);
    return true;
}

/* One run of pages for all of the window. */
static enum iodma_status take_buffer(struct iodma_view *view)
{
    const struct iodma_bus *bus = view->bus;
    uint64_t size = iodma_view_buffer_size(view);
    enum iodma_status status;
    uint32_t state;

    if (!bus->bounce || size < view->length)
        return IODMA_NO_RESOURCES;

    state = bus->hal->lock->save();
    status = bus->bounce->ops->take_run(bus->bounce, size,
                                        alignment_of_buffer(view, size),
                                        highest(view), &view->buffer);
    bus->hal->lock->restore(state);
    if (status != IODMA_OK)
        return status;
    view->rung = IODMA_WHOLE;
    return find_buffer(view, size) ? IODMA_OK : IODMA_NO_RESOURCES;
}

/* Rung *whole*, judged first where it would be aligned as well as anybody
   could ask: NoResources if the buffer cannot be had; one longer than the
   device's reach never can. */
static enum iodma_status climb_whole(struct iodma_view *view)
{
    enum iodma_status status;

    view->path = IODMA_PATH_FLAT;
    view->origin = 0;
    status = judge_list(view);
    if (status == IODMA_OK)
        status = take_buffer(view);
    if (status == IODMA_OK)
        status = judge_list(view);
    if (status != IODMA_OK)
        iodma_plan_release(view);
    return status == IODMA_MESSAGE_TOO_LARGE ? IODMA_NO_RESOURCES : status;
}

/* The memory as it lies, in a mapping that it owns already or in one of its
   own. */
static bool climb_direct(struct iodma_view *view)
{
    return (view->mapper && view->mapper->calls->adopt(view, false)) ||
           iodma_plan_is_legal(view);
}

/* Which of two rungs that failed says why: the one that lacked storage. */
static enum iodma_status worse(enum iodma_status lower,
                               enum iodma_status higher)
{
    return lower == IODMA_NO_RESOURCES ? lower : higher;
}

/* The rungs between *direct* and *whole*. */
static enum iodma_status climb_split(struct iodma_view *view,
                                     struct iodma_ends ends)
{
    enum iodma_status edges = IODMA_NOT_ALIGNED;
    enum iodma_status pages;

    if (view->least)
        return climb_pages(view, IODMA_EDGES);
    if (ends.foreign || ends.ours)
        edges = climb_pages(view, IODMA_EDGES);
    if (edges == IODMA_OK)
        return IODMA_OK;
    pages = climb_pages(view, IODMA_PAGES);
    return pages == IODMA_OK ? IODMA_OK : worse(edges, pages);
}

enum iodma_status iodma_plan_make(struct iodma_view *view)
{
    struct iodma_ends ends = iodma_lines_ends(view);
    enum iodma_status split;
    enum iodma_status whole;

    view->ours = ends.ours;
    if (!ends.foreign && climb_direct(view))
        return IODMA_OK;
    view->path = IODMA_PATH_RUNS;
    view->coherent = false;
    split = climb_split(view, ends);
    if (split == IODMA_OK)
        return IODMA_OK;
    whole = climb_whole(view);
    return whole == IODMA_OK ? IODMA_OK : worse(split, whole);
}

enum iodma_status iodma_plan_buffer(struct iodma_view *view)
{
    view->coherent = false;
    return climb_whole(view);
}

bool iodma_plan_is_legal(const struct iodma_view *view)
{
    return judge_list(view) == IODMA_OK;
}

void iodma_plan_release(struct iodma_view *view)
{
    const struct iodma_bus *bus = view->bus;

    if (view->rung == IODMA_WHOLE) {
        uint32_t state = bus->hal->lock->save();

        bus->bounce->ops->give_back(bus->bounce, view->buffer,
                                    iodma_view_buffer_size(view));
        bus->hal->lock->restore(state);
    }
    iodma_cells_give_back(bus, &view->cells);
    view->rung = IODMA_DIRECT;
}
