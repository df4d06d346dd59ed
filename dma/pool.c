/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "../hal/container_of.h"
#include "refuse.h"

#include <stddef.h>

enum iodma_status iodma_pool_init(struct iodma_pool *pool,
                                  const struct hal_lock *lock,
                                  const struct iodma_pool_sleep *sleep)
{
    if (!pool || !lock || (sleep && (!sleep->wait || !sleep->wake)))
        return IODMA_BAD_ARGUMENT;

    *pool = (struct iodma_pool){ .lock = lock, .sleep = sleep };
    pool->top = &pool->bottom;
    return IODMA_OK;
}

/* Take the top one, or note that we are about to sleep; that we were woken. */
static struct iodma_link *take(struct iodma_pool *pool, bool sleeping,
                               bool woken)
{
    uint32_t state = pool->lock->save(pool->lock);
    struct iodma_link *link = NULL;

    if (woken)
        pool->sleepers--;
    if (pool->top != &pool->bottom) {
        link = pool->top;
        pool->top = link->next;
        link->next = NULL;
    } else if (sleeping) {
        pool->sleepers++;
    }
    pool->lock->restore(pool->lock, state);
    return link;
}

struct iodma_command *iodma_pool_get(struct iodma_pool *pool, bool block)
{
    bool sleeping = block && pool->sleep;
    struct iodma_link *link = take(pool, sleeping, false);

    while (!link && sleeping) {
        pool->sleep->wait(pool->sleep->context);
        link = take(pool, sleeping, true);
    }
    return link ? HAL_CONTAINER_OF(link, struct iodma_command, link) : NULL;
}

static enum iodma_status refuse(const struct iodma_command *command)
{
    struct iodma_reason *reason = command->window.reason;

    return command->link.next
               ? iodma_refuse(reason, IODMA_BUSY, IODMA_RULE_QUEUED)
               : iodma_refuse_values(reason, IODMA_BUSY, IODMA_RULE_PREPARED, 0,
                                     command->prepared);
}

enum iodma_status iodma_pool_return(struct iodma_pool *pool,
                                    struct iodma_command *command)
{
    bool wake = false;
    uint32_t state;
    bool busy;

    if (!pool || !command)
        return IODMA_BAD_ARGUMENT;

    state = pool->lock->save(pool->lock);
    busy = command->link.next || command->prepared != 0;
    if (!busy) {
        command->link.next = pool->top;
        pool->top = &command->link;
        wake = pool->sleepers != 0;
    }
    pool->lock->restore(pool->lock, state);
    if (wake)
        pool->sleep->wake(pool->sleep->context);
    return busy ? refuse(command) : IODMA_OK;
}
