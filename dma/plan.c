/* SPDX-License-Identifier: MIT */
#include "dma/plan.h"

#include "dma/segment.h"
#include "hal/bits.h"

/* Lines of the client's that the device writes and the CPU has to drop must
   be the window's alone, or a neighbour's bytes would be lost with them. */
static bool owns_lines(const struct iodma_view *view)
{
    const struct hal_cache *cache = view->bus->hal->cache;
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (!cache || !iodma_view_inbound(view))
        return true;

    iodma_view_seek(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        if (piece.storage == piece.client &&
            iodma_view_maintains(view, piece.client) &&
            modulo(piece.client | piece.length, cache->largest_line) != 0)
            return false;
    }
    return true;
}

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
    struct hal_segment segment;
    struct iodma_walk walk;
    enum iodma_status status;
    uint32_t count = 0;

    iodma_view_seek(view, 0, &walk);
    for (;;) {
        status = iodma_segment_next(view, &walk, &segment);
        if (status == IODMA_OVERRUN)
            return owns_lines(view) ? IODMA_OK : IODMA_NOT_ALIGNED;
        if (status == IODMA_OK)
            status = judge(view->limits, segment, count++,
                           iodma_view_position(view, &walk) == view->length);
        if (status != IODMA_OK)
            return status;
    }
}

/* The verdict on the list of one buffer, aligned as well as anybody could
   ask, wherever it is. */
static enum iodma_status judge_whole(const struct iodma_view *view)
{
    struct hal_segment rest = { .address = 0, .length = view->length };
    enum iodma_status status = IODMA_OK;
    uint32_t count = 0;

    while (status == IODMA_OK && rest.length != 0) {
        struct hal_segment segment = rest;

        segment.length = iodma_segment_cut(view->limits, rest);
        rest.address += segment.length;
        rest.length -= segment.length;
        status = judge(view->limits, segment, count++, rest.length == 0);
    }
    return status;
}

static uint64_t highest(const struct iodma_view *view)
{
    return iodma_bus_bounce_limit(view->bus, view->limits->last);
}

/* A bounce page for every page of an extent that is out of reach. */
static enum iodma_status take_pages_of(struct iodma_view *view,
                                       uint64_t address, uint64_t length)
{
    uint64_t granule = view->bus->granule;

    while (length != 0) {
        uint64_t within = modulo(address, granule);
        uint64_t step = iodma_view_reached(view, address, length);

        if (step == 0) {
            enum iodma_status status;

            step = smaller(length, granule - within);
            status = iodma_cells_take(view->bus, &view->cells, view->owner,
                                      address - within, highest(view),
                                      step == granule);
            if (status != IODMA_OK)
                return status;
        }
        address += step;
        length -= step;
    }
    return IODMA_OK;
}

static enum iodma_status take_pages(struct iodma_view *view)
{
    enum iodma_status status = IODMA_OK;
    struct iodma_piece piece;
    struct iodma_walk walk;

    iodma_view_seek(view, 0, &walk);
    while (status == IODMA_OK &&
           iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK)
        status = take_pages_of(view, piece.client, piece.length);
    return status;
}

/* Rung *pages*: NoResources if the pages cannot be had. Where none is needed
   it is rung *direct* again, which would not do. */
static enum iodma_status climb_pages(struct iodma_view *view)
{
    enum iodma_status status = take_pages(view);

    if (status == IODMA_OK) {
        view->rung = IODMA_PAGES;
        status = view->cells == 0 ? IODMA_NOT_ALIGNED : judge_list(view);
    }
    if (status != IODMA_OK)
        iodma_plan_release(view);
    return status;
}

/* Alignment that meets every alignment of the limits, and has the boundary of
   E2 cut the buffer as seldom as its size permits. */
static uint64_t whole_alignment(const struct iodma_view *view, uint64_t size)
{
    const struct iodma_limits *limits = view->limits;
    uint64_t alignment = iodma_limits_alignment(limits);

    if (alignment < view->bus->granule)
        alignment = view->bus->granule;
    if (limits->boundary_mask == UINT64_MAX)
        return alignment;
    while (alignment < size && alignment <= limits->boundary_mask)
        alignment <<= 1;
    return alignment;
}

/* One run of pages for all of the window. */
static enum iodma_status take_buffer(struct iodma_view *view)
{
    const struct iodma_bus *bus = view->bus;
    uint64_t size = view->length + (bus->granule - 1);
    enum iodma_status status;
    uint32_t state;

    if (!bus->bounce || size < view->length)
        return IODMA_NO_RESOURCES;

    size -= modulo(size, bus->granule);
    state = bus->hal->lock->save();
    status = bus->bounce->ops->take_run(bus->bounce, size,
                                        whole_alignment(view, size),
                                        highest(view), &view->buffer);
    bus->hal->lock->restore(state);
    if (status == IODMA_OK) {
        view->buffer_size = size;
        view->rung = IODMA_WHOLE;
    }
    return status;
}

/* Rung *whole*: NoResources if the buffer cannot be had; one longer than the
   device's reach never can. */
static enum iodma_status climb_whole(struct iodma_view *view)
{
    enum iodma_status status = judge_whole(view);

    if (status == IODMA_MESSAGE_TOO_LARGE)
        return IODMA_NO_RESOURCES;
    if (status == IODMA_OK)
        status = take_buffer(view);
    if (status == IODMA_OK)
        status = judge_list(view);
    if (status != IODMA_OK)
        iodma_plan_release(view);
    return status;
}

enum iodma_status iodma_plan_make(struct iodma_view *view, bool force)
{
    enum iodma_status pages = IODMA_OK;
    enum iodma_status whole;

    view->rung = IODMA_DIRECT;
    view->cells = 0;
    if (!force) {
        if (judge_list(view) == IODMA_OK)
            return IODMA_OK;
        pages = climb_pages(view);
        if (pages == IODMA_OK)
            return IODMA_OK;
    }
    whole = climb_whole(view);
    return whole != IODMA_OK && pages == IODMA_NO_RESOURCES ? pages : whole;
}

void iodma_plan_release(struct iodma_view *view)
{
    const struct iodma_bus *bus = view->bus;

    if (view->rung == IODMA_WHOLE) {
        uint32_t state = bus->hal->lock->save();

        bus->bounce->ops->give_back(bus->bounce, view->buffer,
                                    view->buffer_size);
        bus->hal->lock->restore(state);
    }
    iodma_cells_give_back(bus, &view->cells);
    view->rung = IODMA_DIRECT;
}
