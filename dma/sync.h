/* SPDX-License-Identifier: MIT */
/*
 * The hand-over of a window between CPU and device: the only file that knows
 * the order of copies, cache maintenance and fences (rule E4).
 *
 *   before:  copy out, clean, publish      (clean in every direction, never
 *                                           invalidate: the CPU's last writes
 *                                           would be lost)
 *   after:   observe, clean and invalidate (inbound only), copy in
 *
 * Copies concern bounced bytes only; maintenance, whatever storage the device
 * uses, where the master does not look into the caches (rule E1). Where a
 * window asks for neither there is no order: its fence is dma/command.c's. One
 * buffer without a command is dma/oneshot.c's.
 *
 * Each call returns OK, or what stopped a copy or maintenance: NotAttached
 * (memory in no region), NotWritable (in one that is not), NoResources (no
 * far window was free), Timeout or DMAError (as hal_cache_ops.finish). Context:
 * thread or ISR.
 */
#ifndef DMA_SYNC_H
#define DMA_SYNC_H

#include "../hal/address.h"
#include "../hal/status.h"
#include "window.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What of a hand-over there is to do, beside a direction: IODMA_OUT, to the
   device, or IODMA_IN, to the CPU. */
enum {
    IODMA_SYNC_NONE = 0,     /* fences only                                   */
    IODMA_SYNC_BOUNCED = 32, /* maintain lines that bounced bytes are in ...  */
    IODMA_SYNC_DIRECT = 64,  /* ... or direct ones                            */
    IODMA_SYNC_LINES = IODMA_SYNC_BOUNCED | IODMA_SYNC_DIRECT,
    IODMA_SYNC_COPY = 128, /* copy bounced bytes from the client, or back     */
    IODMA_SYNC_ALL = IODMA_SYNC_LINES | IODMA_SYNC_COPY,
    IODMA_SYNC_DROP = IODMA_IN, /* of maintenance: clean and invalidate, instead
                                   of clean; ...                              */
    IODMA_SYNC_BEGUN = 256,     /* ... zeros are being cleaned: end that as
                                   well                                       */
    IODMA_SYNC_ONLY_IF = 512,   /* nothing more once something went wrong     */
};

/* Of a window that has bytes to copy or lines to maintain; a bus has it from
   the one who lends it storage or attaches its cache. */
struct iodma_sync {
    /* Hand what a new plan has over to the device. Bounced bytes that are not
       copied are zeros; what is no part of the window is zero always (E5).
       Zeros are cleaned always. All is tried; of what went wrong the last is
       told. */
    enum iodma_status (*fill)(struct iodma_plan *plan, uint32_t what);
    /* Take all of it back. The same is tried and told. */
    enum iodma_status (*take_back)(struct iodma_plan *plan, uint32_t what);
};

extern const struct iodma_sync iodma_sync;

/* Would the copies in a direction, IODMA_IN or IODMA_OUT, find a region and a
   window everywhere? Changes nothing. */
enum iodma_status iodma_sync_can_copy(const struct iodma_plan *plan,
                                      uint32_t direction);

/* Does part of the window, [from, to), share no cache line with bytes of the
   rest that the device may write? Else NotAligned. */
enum iodma_status iodma_sync_own_lines(const struct iodma_plan *plan,
                                       hal_address from, hal_address to);

/* Copies and maintenance for part of the window, what of them is asked for, in
   the direction that `what` has: the device, or the CPU, may look at it then.
   NotAligned if it has no lines of its own; where a copy cannot be made,
   nothing has changed. */
enum iodma_status iodma_sync_part(const struct iodma_plan *plan,
                                  hal_address from, hal_address to,
                                  uint32_t what);

/*
 * Copy between a buffer and bytes of the window, as the device sees them:
 * observed and dropped from caches before, or cleaned and published after.
 *
 *   write  from the buffer
 *
 * Returns how many; what stopped it is recorded.
 */
hal_address iodma_sync_move(const struct iodma_plan *plan, hal_address from,
                            hal_address to, uint8_t *bytes, bool write);

#ifdef __cplusplus
}
#endif

#endif
