/* SPDX-License-Identifier: MIT */
#include "dma/judge.h"

#include "dma/access.h"
#include "dma/lines.h"
#include "dma/map.h"
#include "dma/plan.h"
#include "dma/reason.h"
#include "dma/segment.h"
#include "dma/split.h"
#include "dma/sync.h"
#include "hal/bits.h"

#include <stddef.h>

static void find(struct iodma_finding *finding, uint32_t rule,
                 uint64_t required, uint64_t actual)
{
    finding->rule = (uint8_t)rule;
    finding->required = required;
    finding->actual = actual;
}

/* Segments ---------------------------------------------------------------- */

void iodma_judge_segment(const struct iodma_limits *limits,
                         struct hal_segment segment, bool first, bool last,
                         struct iodma_finding *finding)
{
    uint32_t alignment = first ? limits->align_address : limits->align_internal;
    uint64_t end = segment.address + segment.length;

    finding->rule = IODMA_RULE_NONE;
    if (end - 1 > limits->last)
        find(finding, IODMA_RULE_REACH, limits->last, end - 1);
    else if (modulo32(segment.address, alignment) != 0)
        find(finding,
             first ? IODMA_RULE_ALIGN_ADDRESS : IODMA_RULE_ALIGN_INTERNAL,
             alignment, segment.address);
    else if (modulo32(segment.length, limits->align_length) != 0)
        find(finding, IODMA_RULE_ALIGN_LENGTH, limits->align_length,
             segment.length);
    else if (!last && modulo32(end, limits->align_seam) != 0)
        find(finding, IODMA_RULE_SEAM, limits->align_seam, end);
}

/* Where a segment breaks a rule: where it ends, if that is wrong. */
static void place(struct iodma_finding *finding, uint64_t position,
                  struct hal_segment at, uint32_t segment)
{
    bool ends = finding->rule == IODMA_RULE_ALIGN_LENGTH ||
                finding->rule == IODMA_RULE_SEAM;

    finding->position = ends ? position + (at.length - 1) : position;
    finding->start = at.address;
    finding->segment = segment;
}

/* One more segment, at a position of the window. */
static void add(struct iodma_verdict *verdict,
                const struct iodma_limits *limits, struct hal_segment segment,
                uint64_t position, bool last)
{
    struct iodma_finding *first = &verdict->first;
    uint32_t before = verdict->segments++;

    if (first->rule != IODMA_RULE_NONE)
        return;
    iodma_judge_segment(limits, segment, before == 0, last, first);
    if (first->rule == IODMA_RULE_NONE && before == limits->max_segments)
        find(first, IODMA_RULE_SEGMENT_COUNT, limits->max_segments, 0);
    if (first->rule == IODMA_RULE_NONE || first->rule == IODMA_RULE_SEAM)
        verdict->most = position + segment.length;
    if (first->rule != IODMA_RULE_NONE)
        place(first, position, segment, before);
}

/* The number of all segments is known in the end. */
static void close_list(struct iodma_verdict *verdict)
{
    if (verdict->first.rule == IODMA_RULE_SEGMENT_COUNT)
        verdict->first.actual = verdict->segments;
}

/* A run, cut into segments. */
static void add_run(struct iodma_verdict *verdict,
                    const struct iodma_view *view, struct hal_segment run,
                    uint64_t position)
{
    while (run.length != 0) {
        struct hal_segment segment = run;

        segment.length = iodma_segment_cut(view->limits, run);
        add(verdict, view->limits, segment, position,
            position + segment.length == view->length);
        run.address += segment.length;
        run.length -= segment.length;
        position += segment.length;
    }
}

/* Lists ------------------------------------------------------------------- */

/* The address of the byte at a position. */
static uint64_t address_at(const struct iodma_view *view, uint64_t position)
{
    struct iodma_extent byte = { 0, 0, 0 };
    struct iodma_walk walk;

    iodma_view_begin(view, position, &walk);
    (void)iodma_walk_next(&walk, 1, &byte);
    return byte.address;
}

void iodma_judge_list(const struct iodma_view *view,
                      struct iodma_verdict *verdict)
{
    struct iodma_cursor cursor;
    struct hal_segment segment;
    enum iodma_status status = IODMA_OK;

    *verdict = (struct iodma_verdict){ .most = 0 };
    iodma_view_seek(view, 0, &cursor);
    while (status == IODMA_OK) {
        uint64_t position = iodma_view_position(view, &cursor.walk);

        status = iodma_segment_next(view, &cursor, &segment);
        if (status == IODMA_OK)
            add(verdict, view->limits, segment, position,
                position + segment.length == view->length);
        else if (status != IODMA_OVERRUN &&
                 verdict->first.rule == IODMA_RULE_NONE) {
            find(&verdict->first, IODMA_RULE_APERTURE, view->access,
                 address_at(view, position));
            verdict->first.position = position;
            verdict->first.segment = verdict->segments;
        }
    }
    close_list(verdict);
}

bool iodma_judge_next(const struct iodma_view *view,
                      struct iodma_cursor *cursor, uint32_t index,
                      struct iodma_finding *finding)
{
    struct iodma_limits limits = iodma_segment_limits(view);
    uint64_t position = iodma_view_position(view, &cursor->walk);
    struct iodma_cursor behind = *cursor;
    struct hal_segment run;
    enum iodma_status status = iodma_view_run(view, &behind, UINT64_MAX, &run);

    finding->rule = IODMA_RULE_NONE;
    if (status == IODMA_OVERRUN)
        return false;
    if (status != IODMA_OK) {
        find(finding, IODMA_RULE_APERTURE, view->access,
             address_at(view, position));
        place(finding, position, (struct hal_segment){ 0, 1 }, index);
        return true;
    }
    if (run.address + (run.length - 1) > limits.last) {
        find(finding, IODMA_RULE_REACH, limits.last,
             run.address + (run.length - 1));
    } else {
        run.length = iodma_segment_cut(&limits, run);
        iodma_judge_segment(&limits, run, index == 0,
                            position + run.length == view->length, finding);
    }
    place(finding, position, run, index);
    return iodma_segment_next(view, cursor, &run) == IODMA_OK;
}

void iodma_judge_whole(const struct iodma_view *view,
                       struct iodma_verdict *verdict)
{
    struct hal_segment run = { .address = 0, .length = view->length };

    *verdict = (struct iodma_verdict){
        .bounced = view->length,
        .storage = iodma_view_buffer_size(view),
    };
    add_run(verdict, view, run, 0);
    close_list(verdict);
}

/* A list that is bounced in part, with pages that are only thought of. */
struct thought {
    const struct iodma_view *view;
    struct iodma_walk walk;
    struct hal_segment next; /* run; length 0: none is left           */
    struct iodma_stretch stretch;
    uint64_t iova;
    uint64_t page; /* the last one                                    */
    uint64_t bounced, pages; /* behind the walk, bytes and number     */
    bool unseen; /* the device sees no memory at some of the direct bytes */
};

/* Is some byte before a position bounced through this page? */
static bool seen(const struct iodma_view *view, uint64_t position,
                 uint64_t page)
{
    struct iodma_stretch stretch;
    struct iodma_walk walk;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_position(view, &walk) < position &&
           iodma_split_next(view, &walk,
                            view->length - iodma_view_position(view, &walk),
                            &stretch) == IODMA_OK) {
        if (stretch.bounced && stretch.page == page)
            return true;
    }
    return false;
}

/* Take the next stretch, as a run of its own. */
static bool think_ahead(struct thought *thought)
{
    const struct iodma_view *view = thought->view;
    uint64_t position = iodma_view_position(view, &thought->walk);
    struct iodma_stretch *stretch = &thought->stretch;
    const struct hal_aperture *aperture;

    thought->next.length = 0;
    if (position == view->length ||
        iodma_split_next(view, &thought->walk, view->length - position,
                         stretch) != IODMA_OK)
        return false;
    thought->next.length = stretch->length;
    if (stretch->bounced) {
        thought->bounced += stretch->length;
        if (thought->pages == 0 || stretch->page != thought->page)
            thought->pages += !seen(view, position, stretch->page);
        thought->page = stretch->page;
        thought->next.address = stretch->within;
        return true;
    }
    aperture = iodma_view_aperture(view, stretch->address);
    if (aperture)
        thought->next.address =
            aperture->bus + (stretch->address - aperture->cpu);
    else
        thought->unseen = true;
    return true;
}

/* Does the stretch ahead go on where one before it ended? */
static bool goes_on(const struct thought *thought,
                    const struct iodma_stretch *before, struct hal_segment run)
{
    const struct iodma_stretch *next = &thought->stretch;

    if (thought->next.length == 0 || next->bounced != before->bounced ||
        thought->next.address != run.address + run.length)
        return false;
    return next->bounced
               ? next->page == before->page
               : iodma_view_aperture(thought->view, next->address) ==
                     iodma_view_aperture(thought->view, before->address);
}

/* Take the next run, on the bus. */
static bool bus_run(struct thought *thought, struct hal_segment *run)
{
    struct iodma_stretch before = thought->stretch;

    *run = thought->next;
    if (run->length == 0)
        return false;
    while (think_ahead(thought) && goes_on(thought, &before, *run))
        run->length += thought->next.length;
    return true;
}

/* Take the next run, as a mapper shows it: from a page on. */
static bool shown_run(struct thought *thought, struct hal_segment *run)
{
    uint32_t page_size = thought->view->mapper->hal->page_size;

    if (!bus_run(thought, run))
        return false;
    run->address = thought->iova + modulo32(run->address, page_size);
    thought->iova = run->address + run->length;
    thought->iova += lack(thought->iova, page_size);
    return true;
}

static void judge_split(const struct iodma_view *view,
                        struct iodma_verdict *verdict)
{
    struct thought thought = { .view = view };
    struct hal_segment next = { 0, 0 };
    struct hal_segment run;
    uint64_t position = 0;
    bool more;

    *verdict = (struct iodma_verdict){ .most = 0 };
    iodma_view_begin(view, 0, &thought.walk);
    (void)think_ahead(&thought);
    if (!view->mapper) {
        while (bus_run(&thought, &run)) {
            add_run(verdict, view, run, position);
            position += run.length;
        }
    } else {
        more = shown_run(&thought, &run);
        while (more) {
            more = shown_run(&thought, &next);
            if (more && next.address == run.address + run.length) {
                run.length += next.length;
                continue;
            }
            add_run(verdict, view, run, position);
            position += run.length;
            run = next;
        }
    }
    verdict->bounced = thought.bounced;
    verdict->storage = thought.pages * view->bus->granule;
    close_list(verdict);
    if (thought.unseen)
        find(&verdict->first, IODMA_RULE_APERTURE, view->access, 0);
}

/* The ladder -------------------------------------------------------------- */

static bool legal(const struct iodma_verdict *verdict)
{
    return verdict->first.rule == IODMA_RULE_NONE;
}

/* The first line that is shared with others. If there is none where the device
   reaches, nothing is found: then that is what is wrong. */
static void judge_lines(const struct iodma_view *view,
                        struct iodma_finding *finding)
{
    struct iodma_view edges = *view;
    uint32_t line = view->bus->hal->cache->largest_line;
    struct iodma_stretch stretch;
    uint64_t position = 0;
    struct iodma_walk walk;

    edges.rung = IODMA_EDGES;
    edges.least = false;
    iodma_view_begin(&edges, 0, &walk);
    do {
        position = iodma_view_position(&edges, &walk);
        if (position == edges.length ||
            iodma_split_next(&edges, &walk, edges.length - position,
                             &stretch) != IODMA_OK)
            return;
    } while (!stretch.bounced || !iodma_view_aperture(&edges, stretch.address));
    finding->start = stretch.address;
    if (modulo32(stretch.address, line) == 0) {
        position += stretch.length - 1;
        stretch.address += stretch.length;
    }
    find(finding, IODMA_RULE_LINE, line, stretch.address);
    finding->position = position;
}

/* Is there a block for a run in a pool that is all free? As dma/runs.h says, it
   is a power of two of bytes. */
static bool holds_block(const struct hal_bounce *bounce, uint64_t block,
                        uint64_t size, uint64_t highest)
{
    uint64_t start = bounce->base + lack(bounce->base, block);
    uint64_t room = hal_bounce_size(bounce);

    return start >= bounce->base && start - bounce->base < room &&
           block <= room - (start - bounce->base) &&
           size - 1 <= highest - smaller(highest, start);
}

/* Could storage be had if all was free? */
static bool lent(const struct iodma_view *view, uint64_t size)
{
    const struct hal_bounce *bounce = view->bus->bounce;
    uint64_t highest =
        view->mapper ? UINT64_MAX
                     : iodma_bus_bounce_limit(view->bus, view->limits->last);
    uint64_t block = bounce ? bounce->granule : 1;

    if (!bounce || size == 0 || size > hal_bounce_size(bounce))
        return false;
    if (view->rung != IODMA_WHOLE)
        return highest >= bounce->base && highest - bounce->base >= size - 1;
    while (block < size || block < iodma_limits_placement(view->limits, size))
        block <<= 1;
    return holds_block(bounce, block, size, highest);
}

/* A legal rung: can it be taken? If not, it is the first that lacks storage,
   or not. */
static bool can_take(const struct iodma_view *view,
                     const struct iodma_verdict *verdict,
                     struct iodma_verdict *lacking)
{
    if (lent(view, verdict->storage))
        return true;
    if (lacking->storage == 0)
        *lacking = *verdict;
    return false;
}

/* The rungs between *direct* and *whole*. */
static enum iodma_status climb_split(struct iodma_view *view,
                                     struct iodma_ends ends,
                                     struct iodma_verdict *verdict,
                                     struct iodma_verdict *lacking)
{
    bool lines = ends.foreign || ends.ours || view->least;
    uint8_t rung = lines ? IODMA_EDGES : IODMA_PAGES;
    uint8_t top = view->least ? IODMA_EDGES : IODMA_PAGES;
    enum iodma_status status = IODMA_NOT_ALIGNED;

    if (iodma_view_granule(view) > view->bus->granule)
        return IODMA_NOT_ALIGNED;
    for (; rung <= top; rung++) {
        view->rung = rung;
        judge_split(view, verdict);
        if (verdict->storage == 0)
            continue;
        if (legal(verdict) && can_take(view, verdict, lacking))
            return IODMA_OK;
        if (!lent(view, verdict->storage))
            status = IODMA_NO_RESOURCES;
    }
    return status;
}

static enum iodma_status climb_whole(struct iodma_view *view,
                                     struct iodma_verdict *verdict,
                                     struct iodma_verdict *lacking)
{
    view->rung = IODMA_WHOLE;
    iodma_judge_whole(view, verdict);
    if (legal(verdict) && can_take(view, verdict, lacking))
        return IODMA_OK;
    if (legal(verdict) || verdict->first.rule == IODMA_RULE_REACH)
        return IODMA_NO_RESOURCES;
    return verdict->first.rule == IODMA_RULE_SEGMENT_COUNT ? IODMA_NO_SPACE
                                                           : IODMA_NOT_ALIGNED;
}

enum iodma_status iodma_judge_ladder(struct iodma_view *view,
                                     struct iodma_verdict *direct,
                                     struct iodma_verdict *verdict,
                                     struct iodma_verdict *lacking)
{
    struct iodma_ends ends = iodma_lines_ends(view);
    enum iodma_status split;
    enum iodma_status whole;

    *lacking = (struct iodma_verdict){ .most = 0 };
    view->ours = ends.ours;
    iodma_judge_list(view, direct);
    if (ends.foreign) {
        judge_lines(view, &direct->first);
        direct->most = 0;
    }
    *verdict = *direct;
    if (legal(direct))
        return IODMA_OK;
    split = climb_split(view, ends, verdict, lacking);
    if (split == IODMA_OK)
        return IODMA_OK;
    whole = climb_whole(view, verdict, lacking);
    if (whole == IODMA_OK)
        return IODMA_OK;
    view->rung = IODMA_DIRECT;
    return split == IODMA_NO_RESOURCES ? split : whole;
}

/* What comes after the plan ------------------------------------------------ */

/* How many of the bytes from an address on lie in regions? */
static uint64_t in_regions(const struct iodma_bus *bus, uint64_t address,
                           uint64_t length)
{
    uint64_t inside = 0;

    while (inside < length) {
        const struct hal_region *region =
            iodma_bus_region(bus, address + inside);

        if (!region)
            break;
        inside += region->size - (address + inside - region->base);
    }
    return smaller(inside, length);
}

/* Are all bytes in regions? If not, the first one that is not is found. */
static bool attached(const struct iodma_bus *bus, uint64_t address,
                     uint64_t length, struct iodma_finding *finding)
{
    uint64_t inside = in_regions(bus, address, length);

    if (inside == length)
        return true;
    find(finding, IODMA_RULE_REGION, 0, address + inside);
    finding->position += inside;
    return false;
}

/* No maintenance at all. */
static void nothing(const struct hal_cache *cache, void *va, uint64_t pa,
                    size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
}

/* Can the CPU do with a piece what it has to? */
static bool judge_piece(const struct iodma_view *view,
                        const struct iodma_piece *piece, bool touched,
                        struct iodma_finding *finding)
{
    const struct iodma_bus *bus = view->bus;
    bool bounced = !touched && piece->client != piece->storage;
    bool maintained = touched || (bus->hal->cache && !view->coherent &&
                                  iodma_view_maintains(view, piece->storage));
    bool open = true;

    if ((bounced && !attached(bus, piece->client, piece->length, finding)) ||
        ((bounced || maintained) &&
         !attached(bus, piece->storage, piece->length, finding)))
        return false;
    if (bounced)
        open = iodma_access_can_copy(bus, piece->storage, piece->client,
                                     piece->length) == IODMA_OK;
    if (maintained && open)
        open = iodma_access_maintain(bus, nothing, piece->storage,
                                     piece->length) == IODMA_OK;
    if (!open)
        find(finding, IODMA_RULE_FAR_WINDOW, 0, 0);
    return open;
}

void iodma_judge_access(const struct iodma_view *view, uint64_t offset,
                        uint64_t length, bool touched,
                        struct iodma_finding *finding)
{
    struct iodma_piece piece;
    struct iodma_walk walk;
    bool can = true;

    *finding = (struct iodma_finding){ .rule = IODMA_RULE_NONE };
    iodma_view_begin(view, offset, &walk);
    while (can && length != 0) {
        finding->position = iodma_view_position(view, &walk);
        if (iodma_view_piece(view, &walk, length, &piece) != IODMA_OK)
            break;
        can = judge_piece(view, &piece, touched, finding);
        length -= piece.length;
    }
}

/* Bytes of IOVA that a planned view takes. */
static uint64_t iova_of(const struct iodma_view *view)
{
    uint32_t page_size = view->mapper->hal->page_size;
    struct hal_segment run;
    struct iodma_walk walk;
    uint64_t size = 0;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_bus_run(view, &walk, UINT64_MAX, &run) == IODMA_OK) {
        uint64_t end = modulo32(run.address, page_size) + run.length;

        size += end + lack(end, page_size);
    }
    return size;
}

void iodma_judge_mapping(struct iodma_view *view, struct iodma_finding *finding)
{
    const struct iodma_mapper *mapper = view->mapper;
    enum iodma_status status;

    *finding = (struct iodma_finding){ .rule = IODMA_RULE_NONE };
    if (!mapper)
        return;
    if (!view->kept)
        view->iova = UINT64_MAX; /* no page is there */
    status = mapper->calls->install(view);
    if (status == IODMA_OK) {
        mapper->calls->hide(view);
        mapper->calls->release(view);
    } else if (view->iova == UINT64_MAX) {
        find(finding, IODMA_RULE_IOVA, iova_of(view),
             mapper->hal->last - mapper->first + 1);
    } else {
        find(finding, IODMA_RULE_MAPPER, 0, (uint32_t)status);
    }
}

bool iodma_judge_rehearsal(struct iodma_view *view, bool force,
                           struct iodma_finding *finding)
{
    enum iodma_status status = IODMA_OK;

    *finding = (struct iodma_finding){ .rule = IODMA_RULE_NONE };
    if (force)
        status = iodma_plan_buffer(view);
    else if (!iodma_plan_at_once(view))
        status = iodma_plan_make(view);
    if (status != IODMA_OK)
        return false;
    iodma_judge_access(view, 0, view->length, false, finding);
    if (finding->rule == IODMA_RULE_NONE)
        iodma_judge_mapping(view, finding);
    iodma_plan_release(view);
    return true;
}

/* A place for memory --------------------------------------------------------
 */

/* The lowest address of [start, end) that the CPU or the master may not write;
   false: there is none. */
static bool read_only(const struct hal_bus *hal, uint64_t start, uint64_t end,
                      uint64_t *lowest)
{
    uint64_t found = UINT64_MAX;

    for (uint32_t i = 0; i < hal->region_count; i++) {
        const struct hal_region *region = &hal->regions[i];
        uint64_t from = region->base > start ? region->base : start;

        if (!region->writable && from < end &&
            range_holds(region->base, region->size, from))
            found = smaller(found, from);
    }
    for (uint32_t i = 0; i < hal->aperture_count; i++) {
        const struct hal_aperture *aperture = &hal->apertures[i];
        uint64_t from = aperture->cpu > start ? aperture->cpu : start;

        if ((aperture->access & HAL_WRITE) == 0 && from < end &&
            range_holds(aperture->cpu, aperture->size, from))
            found = smaller(found, from);
    }
    *lowest = found;
    return found != UINT64_MAX;
}

bool iodma_judge_rom(const struct iodma_view *view,
                     struct iodma_finding *finding)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint64_t lowest;

    iodma_view_begin(view, 0, &walk);
    while (iodma_view_position(view, &walk) != view->length) {
        finding->position = iodma_view_position(view, &walk);
        if (iodma_walk_next(&walk, view->length - finding->position, &extent) !=
            IODMA_OK)
            break;
        if (read_only(view->bus->hal, extent.address,
                      extent.address + extent.length, &lowest)) {
            find(finding, IODMA_RULE_WRITABLE, 0, lowest);
            finding->position += lowest - extent.address;
            return true;
        }
    }
    return false;
}

bool iodma_judge_writable(const struct iodma_view *view,
                          struct iodma_finding *finding)
{
    return !iodma_view_inbound(view) || !iodma_judge_rom(view, finding);
}

/* The highest last byte for `length` bytes in an aperture; 0: none. */
static uint64_t room_in(const struct iodma_view *view,
                        const struct hal_aperture *aperture, uint64_t length)
{
    uint64_t last = view->mapper ? UINT64_MAX : view->limits->last;
    uint64_t size;

    if ((aperture->access & view->access) != view->access ||
        aperture->bus > last)
        return 0;
    size = 1 + smaller(aperture->size - 1, last - aperture->bus);
    while (size >= length) {
        uint64_t start = aperture->cpu + (size - length);
        uint64_t lowest;

        if (!iodma_view_inbound(view) ||
            !read_only(view->bus->hal, start, start + length, &lowest))
            return start + (length - 1);
        size = lowest - aperture->cpu;
    }
    return 0;
}

uint64_t iodma_judge_room(const struct iodma_view *view, uint64_t length)
{
    const struct hal_bus *hal = view->bus->hal;
    uint64_t room = 0;

    for (uint32_t i = 0; i < hal->aperture_count && room == 0 && length != 0;
         i++)
        room = room_in(view, &hal->apertures[i], length);
    return room;
}
