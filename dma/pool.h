/* SPDX-License-Identifier: MIT */
/*
 * Commands waiting to be used again: last in, first out. (IOCommandPool)
 *
 * A pool starts empty; returning a command is also how one gets in for the
 * first time. The pool lends nothing and owns nothing: a pool that is not
 * used any more leaves its commands as they are.
 */
#ifndef DMA_POOL_H
#define DMA_POOL_H

#include "../hal/lock.h"
#include "../hal/status.h"
#include "command.h"
#include "queue.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How a product sleeps. Both are called without the lock.
 *
 * wait  sleep until wake() was called at least once since the caller last
 *       looked; it may return early
 * wake  let one sleeper go on; called once for each command that comes back
 *       while somebody sleeps
 */
struct iodma_pool_sleep {
    void (*wait)(void *context);
    void (*wake)(void *context);
    void *context;
};

struct iodma_pool {
    const struct hal_lock *lock;
    const struct iodma_pool_sleep *sleep; /* NULL: nobody ever sleeps */
    struct iodma_link *top;               /* under the lock           */
    struct iodma_link bottom; /* behind the last: so that a link is never NULL
                                 in a pool, and always elsewhere            */
    uint32_t sleepers;        /* under the lock                           */
};

/*
 * Make an empty pool.
 *
 *   lock   makes get and return safe wherever it may be taken: with one that
 *          masks interrupts, in an ISR too
 *   sleep  or NULL, then get() never waits
 *
 * Returns OK, or BadArgument: pool, lock or one of sleep's functions is NULL.
 * Context: any. Source of all calls: spec 8.
 */
enum iodma_status iodma_pool_init(struct iodma_pool *pool,
                                  const struct hal_lock *lock,
                                  const struct iodma_pool_sleep *sleep);

/*
 * Take the command that was returned last. (getCommand)
 *
 *   block  sleep while there is none
 *
 * Returns it, or NULL: the pool is empty, and block is false or nobody can
 * sleep here. No order among sleepers.
 *
 * Context: any without block; with it, where the product may sleep.
 */
struct iodma_command *iodma_pool_get(struct iodma_pool *pool, bool block);

/*
 * Put a command on top. (returnCommand)
 *
 * Returns OK; or, with nothing changed: BadArgument for NULL; Busy: it is in
 * a pool already, or prepared, or held (quarantined).
 *
 * Context: any.
 */
enum iodma_status iodma_pool_return(struct iodma_pool *pool,
                                    struct iodma_command *command);

#ifdef __cplusplus
}
#endif

#endif
