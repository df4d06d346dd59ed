/* SPDX-License-Identifier: MIT */
/*
 * Memory that a driver and its device share for long (hal/shared.h): a
 * command prepared for the driver's life, so that the storage of a ring is
 * translated and checked like every other byte a device touches.
 */
#ifndef DMA_SHARE_H
#define DMA_SHARE_H

#include "dma/bus.h"
#include "dma/command.h"
#include "dma/memory.h"
#include "hal/limits.h"
#include "hal/shared.h"
#include "hal/status.h"

#include <stddef.h>
#include <stdint.h>

/* The caller's storage, for as long as the memory is shared. */
struct iodma_share {
    struct iodma_memory memory;
    struct iodma_command command;
};

/*
 * Share storage with the device. Caches are not maintained: it is uncached, or
 * the master looks into them.
 *
 *   share    out; must stay where it is until iodma_unshare(), and is not
 * shared now limits   what the driver says of its descriptors
 * (hal_dmac.ring_limits) address  of the storage, CPU physical cpu      of the
 * storage, as the CPU names it size     bytes, not 0 shared   out: give this to
 * the driver; unchanged on failure
 *
 * Returns OK; BadArgument: a pointer is NULL, size is 0 or wraps, limits
 * contradict each other or the bus; MessageTooLarge: the device does not
 * reach all of it; NotAligned: the limits' alignments are not met; NoSpace:
 * it would take more than one segment.
 *
 * Context: thread.
 */
enum iodma_status iodma_share(struct iodma_share *share,
                              const struct iodma_bus *bus,
                              const struct hal_limits *limits, uint64_t address,
                              void *cpu, size_t size,
                              struct hal_shared *shared);

/* End it, when the device is stopped. Returns OK or NotReady if it was not
   shared. Context: thread. */
enum iodma_status iodma_unshare(struct iodma_share *share);

#endif
