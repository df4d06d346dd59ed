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

    pool->lock = lock;
    pool->sleep = sleep;
    pool->top = &pool->bottom;
    pool->sleepers = 0;
    return IODMA_OK;
}

/* Take the top one, or note that we are about to sleep; that we were woken. */
static inline struct iodma_link *take(struct iodma_pool *pool, bool sleeps,
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
    } else if (sleeps) {
        pool->sleepers++;
    }
    pool->lock->restore(pool->lock, state);
    return link;
}

struct iodma_command *iodma_pool_get(struct iodma_pool *pool, bool block)
{
    const struct iodma_pool_sleep *sleep = block ? pool->sleep : NULL;

    for (bool woken = false;; woken = true) {
        struct iodma_link *link = take(pool, sleep, woken);

        if (link)
            return HAL_CONTAINER_OF(link, struct iodma_command, link);
        if (!sleep)
            return NULL;
        sleep->wait(sleep->context);
    }
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
    enum iodma_status status = IODMA_OK;
    uint32_t sleepers; /* one of them may go on */
    uint32_t state;

    if (!pool || !command)
        return IODMA_BAD_ARGUMENT;

    state = pool->lock->save(pool->lock);
    sleepers = pool->sleepers;
    if (command->link.next || command->prepared != 0) {
        status = refuse(command);
        sleepers = 0;
    } else {
        command->link.next = pool->top;
        pool->top = &command->link;
    }
    pool->lock->restore(pool->lock, state);
    if (sleepers != 0)
        pool->sleep->wake(pool->sleep->context);
    return status;
}
