/* SPDX-License-Identifier: MIT */
#include "sync.h"

#include "../hal/bits.h"
#include "access.h"
#include "cache.h"
#include "piece.h"
#include "plan.h"
#include "refuse.h"
#include "shortcuts.h"

/* Has the CPU's cache anything to do with the window? */
static inline bool maintained(const struct iodma_plan *plan)
{
    return !plan->unmaintained && plan->window->bus->caching;
}

/* Begin to clean what the device uses of part of the window, or to clean and
   invalidate it. */
static inline enum iodma_status begin_list(const struct iodma_plan *plan,
                                           hal_address from, hal_address to,
                                           uint32_t what, bool drop)
{
    const struct iodma_window *window = plan->window;
    const struct hal_cache *cache = window->bus->hal->cache;
    hal_address address;

    if (!IODMA_SHORTCUTS || !plan->direct_lines)
        return window->bus->caching->maintain(plan, from, to, what, drop);
    address = iodma_window_start(window) + from;
    if ((what & IODMA_SYNC_DIRECT) != 0)
        (drop ? cache->ops->clean_invalidate : cache->ops->clean)(
            cache, (void *)(uintptr_t)address, address, (size_t)(to - from));
    return IODMA_OK;
}

static inline enum iodma_status end_list(const struct iodma_plan *plan,
                                         enum iodma_status status)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status finished =
        iodma_bus_finish(window->bus->hal->cache, &window->reason);

    return status != IODMA_OK ? status : finished;
}

/* A whole list. */
static inline enum iodma_status maintain(const struct iodma_plan *plan,
                                         hal_address from, hal_address to,
                                         uint32_t what, bool drop)
{
    if (!maintained(plan) || what == IODMA_SYNC_NONE || from == to)
        return IODMA_OK;
    return end_list(plan, begin_list(plan, from, to, what, drop));
}

/* Copy the bounced bytes of part of the window, or only try. */
static inline enum iodma_status copy(const struct iodma_plan *plan,
                                     hal_address from, hal_address to,
                                     uint32_t direction, bool really)
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
    enum iodma_status status = plan->window->bus->bouncing->clear(plan, false);

    return maintained(plan) ? end_list(plan, status) : status;
}

static enum iodma_status fill(struct iodma_plan *plan, bool from_client,
                              uint32_t cleaned)
{
    hal_address length = plan->window->length;
    enum iodma_status status = IODMA_OK;

    if (plan->loans)
        status = plan->window->bus->bouncing->clear(plan, from_client);
    if (status == IODMA_OK && from_client)
        status = copy(plan, 0, length, IODMA_OUT, true);
    if (maintained(plan) && (plan->loans || cleaned != IODMA_SYNC_NONE)) {
        if (status == IODMA_OK && cleaned != IODMA_SYNC_NONE)
            status = begin_list(plan, 0, length, cleaned, false);
        status = end_list(plan, status); /* of what was cleared, too */
    }
    plan->filled = from_client;
    publish(plan);
    return status;
}

enum iodma_status iodma_sync_can_copy(const struct iodma_plan *plan,
                                      uint32_t direction)
{
    return copy(plan, 0, plan->window->length, direction, false);
}

static enum iodma_status take_back(struct iodma_plan *plan, uint32_t what,
                                   bool to_client)
{
    hal_address length = plan->window->length;
    enum iodma_status copied = IODMA_OK;
    enum iodma_status status;

    observe(plan);
    status = maintain(plan, 0, length, what, true);
    if (to_client)
        copied = copy(plan, 0, length, IODMA_IN, true);
    return copied != IODMA_OK ? copied : status; /* the record is of the last */
}

const struct iodma_sync iodma_sync = {
    .fill = fill,
    .take_back = take_back,
};

/* Copies and maintenance for part of the window, either way. */
static inline enum iodma_status change_hands(const struct iodma_plan *plan,
                                             hal_address from, hal_address to,
                                             uint32_t what, uint32_t direction)
{
    enum iodma_status status = copy(plan, from, to, direction, false);

    if (direction == IODMA_IN) {
        observe(plan);
        if (status == IODMA_OK)
            status = maintain(plan, from, to, what, true);
    }
    if (status == IODMA_OK)
        status = copy(plan, from, to, direction, true);
    if (direction == IODMA_OUT) {
        if (status == IODMA_OK)
            status = maintain(plan, from, to, what, false);
        publish(plan);
    }
    return status;
}

enum iodma_status iodma_sync_bounced(struct iodma_plan *plan,
                                     uint32_t direction)
{
    enum iodma_status status = change_hands(plan, 0, plan->window->length,
                                            IODMA_SYNC_BOUNCED, direction);

    if (status == IODMA_OK)
        plan->filled = true;
    return status;
}

enum iodma_status iodma_sync_own_lines(const struct iodma_plan *plan,
                                       hal_address from, hal_address to)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bus *bus = window->bus;

    if (plan->unmaintained || !iodma_window_inbound(window) || from == to ||
        (IODMA_SHORTCUTS && plan->direct_lines &&
         modulo32((iodma_window_start(window) + from) | (to - from),
                  bus->line) == 0) ||
        !bus->caching || !bus->caching->tears(plan, from, to))
        return IODMA_OK;
    (void)iodma_refuse_values(window->reason, IODMA_NOT_ALIGNED,
                              IODMA_RULE_LINE, bus->line, 0);
    iodma_refuse_at(window->reason, IODMA_PLACE_OFFSET, from);
    return IODMA_NOT_ALIGNED;
}

enum iodma_status iodma_sync_part(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t direction)
{
    return change_hands(plan, from, to, IODMA_SYNC_ALL, direction);
}

hal_address iodma_sync_move(const struct iodma_plan *plan, hal_address from,
                            hal_address to, uint8_t *bytes, bool write)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status status;
    hal_address done = 0;
    struct iodma_place place;
    struct iodma_piece piece;

    if (write) {
        status = iodma_sync_own_lines(plan, from, to);
    } else {
        observe(plan);
        status = maintain(plan, from, to, IODMA_SYNC_ALL, true);
    }
    iodma_piece_seek(plan, &place, from);
    while (status == IODMA_OK && iodma_piece_next(plan, &place, to, &piece)) {
        status = iodma_access(
            window->bus, piece.storage, piece.length, bytes + done,
            write ? IODMA_ACCESS_WRITE : IODMA_ACCESS_READ, window->reason);
        if (status == IODMA_OK)
            done += piece.length;
    }
    if (write) {
        if (maintain(plan, from, from + done, IODMA_SYNC_ALL, false) !=
            IODMA_OK)
            done = 0; /* nobody knows what the device finds */
        publish(plan);
    }
    return done;
}
