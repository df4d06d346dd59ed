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
 * uses, where the master does not look into the caches (rule E1).
 *
 * Each call returns OK, or what stopped a copy: NotAttached (memory in no
 * region), NotWritable (in one that is not), NoResources (no window). Context:
 * thread or ISR.
 */
#ifndef DMA_SYNC_H
#define DMA_SYNC_H

#include "dma/view.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of the storage maintenance is for. */
enum {
    IODMA_SYNC_BOUNCED = 1,
    IODMA_SYNC_DIRECT = 2,
    IODMA_SYNC_ALL = 3,
};

/*
 * Hand what a new plan has over to the device, whatever its rung: bounced bytes
 * are copied from the client, or are zeros; what is no part of the window is
 * zero always (E5). Clean `cleaned` of it, and the zeros always; publish.
 */
enum iodma_status iodma_sync_fill(const struct iodma_view *view,
                                  bool from_client, uint32_t cleaned);

/* Bounced bytes once more, from the client to the storage; clean them,
   publish. */
enum iodma_status iodma_sync_copy_out(const struct iodma_view *view);

/* Would the copies find a region and a window everywhere? Changes nothing. */
enum iodma_status iodma_sync_can_copy(const struct iodma_view *view);

/* Bounced bytes, from the storage to the client. */
enum iodma_status iodma_sync_copy_in(const struct iodma_view *view);

/* Observe, then clean and invalidate the storage: the CPU may look. */
enum iodma_status iodma_sync_for_cpu(const struct iodma_view *view,
                                     uint32_t what);

/*
 * Is there a cache line that a part of the window shares with bytes of the rest
 * that the device may write? To hand that over, or to write into it, would
 * undo what the device writes.
 *
 *   offset, length  of the part, within the window
 */
bool iodma_sync_splits_line(const struct iodma_view *view, uint64_t offset,
                            uint64_t length);

/* Copies and maintenance for `length` bytes from `offset` of the window on: the
   device, or the CPU, may look at them then. Where a copy cannot be made
   nothing has changed. */
enum iodma_status iodma_sync_part_out(const struct iodma_view *view,
                                      uint64_t offset, uint64_t length);
enum iodma_status iodma_sync_part_in(const struct iodma_view *view,
                                     uint64_t offset, uint64_t length);

/*
 * What is before and after, for one buffer that goes as it lies.
 *
 *   snooped  the master looks into the caches; if not, there is a cache
 *   pointer  of the buffer, as the CPU names it
 *   address  CPU physical
 */
static inline void iodma_sync_buffer_for_device(const struct hal_bus *hal,
                                                bool snooped, void *pointer,
                                                uint64_t address, size_t length)
{
    if (!snooped)
        hal->cache->ops->clean(hal->cache, pointer, address, length);
    hal_publish(hal);
}

static inline void iodma_sync_buffer_for_cpu(const struct hal_bus *hal,
                                             bool snooped, void *pointer,
                                             uint64_t address, size_t length)
{
    hal_observe(hal);
    if (!snooped)
        hal->cache->ops->clean_invalidate(hal->cache, pointer, address, length);
}

/* One piece's bytes as the device sees them, to or from a buffer of the CPU's:
   observed before, or published after. */
enum iodma_status iodma_sync_read(const struct iodma_view *view,
                                  const struct iodma_piece *piece, void *bytes);
enum iodma_status iodma_sync_write(const struct iodma_view *view,
                                   const struct iodma_piece *piece,
                                   const void *bytes);

#endif
