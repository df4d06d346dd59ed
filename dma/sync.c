/* SPDX-License-Identifier: MIT */
#include "dma/sync.h"

#include "dma/access.h"
#include "dma/cache.h"
#include "dma/piece.h"
#include "dma/plan.h"
#include "hal/bits.h"

/* Clean what the device uses of part of the window, or clean and invalidate
   it, where there is any need. */
static enum iodma_status maintain(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t what, bool drop)
{
    const struct iodma_window *window = plan->window;
    const struct hal_cache *cache = window->bus->hal->cache;
    hal_address address;

    if (plan->unmaintained || what == IODMA_SYNC_NONE || from == to)
        return IODMA_OK;
    if (!plan->direct_lines)
        return window->bus->caching
                   ? window->bus->caching->maintain(plan, from, to, what, drop)
                   : IODMA_OK;
    address = iodma_window_start(window) + from;
    if ((what & IODMA_SYNC_DIRECT) != 0)
        (drop ? cache->ops->clean_invalidate : cache->ops->clean)(
            cache, (void *)(uintptr_t)address, address, (size_t)(to - from));
    return IODMA_OK;
}

/* Copy the bounced bytes of part of the window, or only try. */
static enum iodma_status copy(const struct iodma_plan *plan, hal_address from,
                              hal_address to, uint32_t direction, bool really)
{
    return plan->loans ? plan->window->bus->bouncing->copy(plan, from, to,
                                                           direction, really)
                       : IODMA_OK;
}

static void publish(const struct iodma_plan *plan)
{
    hal_publish(plan->window->bus->hal);
}

static void observe(const struct iodma_plan *plan)
{
    hal_observe(plan->window->bus->hal);
}

enum iodma_status iodma_sync_clear(const struct iodma_plan *plan)
{
    return plan->window->bus->bouncing->clear(plan, false);
}

enum iodma_status iodma_sync_fill(struct iodma_plan *plan, bool from_client,
                                  uint32_t cleaned)
{
    hal_address length = plan->window->length;
    enum iodma_status status = IODMA_OK;

    if (plan->loans)
        status = plan->window->bus->bouncing->clear(plan, from_client);
    if (status == IODMA_OK && from_client)
        status = copy(plan, 0, length, IODMA_OUT, true);
    if (status == IODMA_OK)
        status = maintain(plan, 0, length, cleaned, false);
    plan->filled = from_client;
    publish(plan);
    return status;
}

enum iodma_status iodma_sync_can_copy(const struct iodma_plan *plan,
                                      uint32_t direction)
{
    return copy(plan, 0, plan->window->length, direction, false);
}

enum iodma_status iodma_sync_copy_out(struct iodma_plan *plan)
{
    hal_address length = plan->window->length;
    enum iodma_status status = iodma_sync_can_copy(plan, IODMA_OUT);

    if (status == IODMA_OK)
        status = copy(plan, 0, length, IODMA_OUT, true);
    if (status == IODMA_OK)
        status = maintain(plan, 0, length, IODMA_SYNC_BOUNCED, false);
    plan->filled = plan->filled || status == IODMA_OK;
    publish(plan);
    return status;
}

enum iodma_status iodma_sync_take_back(struct iodma_plan *plan, uint32_t what,
                                       bool to_client)
{
    hal_address length = plan->window->length;
    enum iodma_status copied = IODMA_OK;
    enum iodma_status status;

    observe(plan);
    status = maintain(plan, 0, length, what, true);
    if (to_client) {
        copied = copy(plan, 0, length, IODMA_IN, true);
        plan->filled = plan->filled || copied == IODMA_OK;
    }
    return copied != IODMA_OK ? copied : status; /* the record is of the last */
}

bool iodma_sync_tears_line(const struct iodma_plan *plan, hal_address from,
                           hal_address to)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;

    if (plan->unmaintained || !iodma_window_inbound(window) || from == to ||
        (plan->direct_lines &&
         modulo32((iodma_window_start(window) + from) | (to - from),
                  bus->line) == 0))
        return false;
    return bus->caching && bus->caching->tears(plan, from, to);
}

enum iodma_status iodma_sync_part_out(const struct iodma_plan *plan,
                                      hal_address from, hal_address to)
{
    enum iodma_status status = copy(plan, from, to, IODMA_OUT, false);

    if (status == IODMA_OK)
        status = copy(plan, from, to, IODMA_OUT, true);
    if (status == IODMA_OK)
        status = maintain(plan, from, to, IODMA_SYNC_ALL, false);
    publish(plan);
    return status;
}

enum iodma_status iodma_sync_part_in(const struct iodma_plan *plan,
                                     hal_address from, hal_address to)
{
    enum iodma_status status = copy(plan, from, to, IODMA_IN, false);

    observe(plan);
    if (status == IODMA_OK)
        status = maintain(plan, from, to, IODMA_SYNC_ALL, true);
    return status == IODMA_OK ? copy(plan, from, to, IODMA_IN, true) : status;
}

/* From the storage to a buffer, or the other way; *done bytes could be. */
static enum iodma_status move(const struct iodma_plan *plan, hal_address from,
                              hal_address to, uint8_t *bytes, bool write,
                              hal_address *done)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;
    struct iodma_piece piece;

    iodma_piece_seek(plan, &place, from);
    while (iodma_piece_next(plan, &place,
                            to - iodma_piece_position(plan, &place), &piece)) {
        status = iodma_access(
            window->bus, piece.storage, piece.length, bytes + *done,
            write ? IODMA_ACCESS_WRITE : IODMA_ACCESS_READ, window->reason);
        if (status != IODMA_OK)
            break;
        *done += piece.length;
    }
    return status;
}

enum iodma_status iodma_sync_move(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint8_t *bytes, bool write, hal_address *done)
{
    enum iodma_status moved;
    enum iodma_status status = IODMA_OK;

    if (!write) {
        observe(plan);
        status = maintain(plan, from, to, IODMA_SYNC_ALL, true);
        return status == IODMA_OK ? move(plan, from, to, bytes, false, done)
                                  : status;
    }
    moved = move(plan, from, to, bytes, true, done);
    status = maintain(plan, from, from + *done, IODMA_SYNC_ALL, false);
    publish(plan);
    return moved != IODMA_OK ? moved : status;
}
