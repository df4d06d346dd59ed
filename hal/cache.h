/* SPDX-License-Identifier: MIT */
/*
 * The contract of cache maintenance. A line written by the CPU may be dirty;
 * a line read may be stale. Ranges are rounded outward to whole lines by the
 * one who is called.
 *
 * A sweep is begun range by range and finished once:
 *
 *     clean(first), clean(second), ... finish()     before the doorbell
 *     clean_invalidate(...), ...       finish()     before the CPU reads
 *
 * What was begun may go on in the background (a controller with a range
 * register, an outer cache) until finish(). A handler may begin and finish a
 * sweep of its own in the middle of another's; whoever has registers that two
 * sweeps share masks interrupts, or waits, for as long as it writes them.
 * finish() waits for all sweeps, so a handler's may be longer than its own. A
 * fence of the bus follows behind it.
 *
 * va names the bytes for inner caches, which work by virtual address; pa for
 * outer ones.
 */
#ifndef HAL_CACHE_H
#define HAL_CACHE_H

#include "address.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

struct hal_cache;

struct hal_cache_ops {
    /* Begin to write dirty lines back; they may stay valid. Context: any. */
    void (*clean)(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length);
    /* Begin to write dirty lines back and drop them. Context: any. */
    void (*clean_invalidate)(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length);
    /*
     * Wait until all that was begun is done.
     *
     * Returns OK; Timeout: the controller does not come to an end; DMAError: it
     * reports an error. What memory and cache hold is unknown then.
     * Context: any.
     */
    enum iodma_status (*finish)(const struct hal_cache *cache);
    /*
     * Let the CPU execute what was written to memory: by itself, or by a
     * device, whose sweep has been finished. Done when it returns; nothing has
     * to be finished. NULL in models only: the core does not call it.
     *
     * Returns as finish(). Context: any.
     */
    enum iodma_status (*make_executable)(const struct hal_cache *cache,
                                         void *va, hal_address pa,
                                         size_t length);
};

/* The driver embeds this and finds itself again with HAL_CONTAINER_OF. */
struct hal_cache {
    const struct hal_cache_ops *ops;
    uint32_t largest_line;  /* bytes: ownership is counted in these */
    uint32_t smallest_line; /* bytes: maintenance steps by these    */
};

#endif
