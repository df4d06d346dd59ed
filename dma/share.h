/* SPDX-License-Identifier: MIT */
/*
 * Memory that a driver and its device share for long (hal/shared.h): a
 * command prepared for the driver's life, so that the storage of a ring is
 * translated and checked like every other byte a device touches.
 */
#ifndef DMA_SHARE_H
#define DMA_SHARE_H

#include "../hal/address.h"
#include "../hal/limits.h"
#include "../hal/shared.h"
#include "../hal/status.h"
#include "bus.h"
#include "command.h"
#include "memory.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's storage, for as long as the memory is shared. In C++ say struct
   iodma_share: a call has the same name. */
struct iodma_share {
    struct iodma_memory memory;
    struct iodma_command command;
};

/* Of the storage; flags. */
enum {
    IODMA_SHARE_MAINTAINED = 1, /* it is cached, the master does not look into
                                   caches, and whoever uses it maintains each
                                   line: iodma_map_sync()                    */
};

/*
 * Share storage with the device. It goes as it lies or not at all; no cache is
 * maintained: it is uncached, or the master looks into the caches.
 *
 *   share    out; not to be moved until iodma_unshare(); not shared now
 *   limits   what the driver says of its descriptors (hal_dmac.ring_limits)
 *   address  of the storage, CPU physical
 *   cpu      of the storage, as the CPU names it
 *   size     bytes, not 0
 *   flags    0, or IODMA_SHARE_MAINTAINED
 *   shared   out: give this to the driver; unchanged on failure
 *
 * Returns OK; or, with the reason in the bus's record: BadArgument: a pointer
 * is NULL (share or bus: no record), a flag is unknown, size is 0 or wraps,
 * limits contradict each other or the bus;
 * Unsupported: the bus says that the memory is cached and the master does not
 * look into caches, and the flag is not there; MessageTooLarge: the device does
 * not reach all of it; NotWritable; NotAligned: the limits' alignments are not
 * met, or, with the flag, it does not begin and end with a cache line; NoSpace:
 * it would take more than one segment.
 *
 * Context: thread.
 */
enum iodma_status iodma_share(struct iodma_share *share,
                              const struct iodma_bus *bus,
                              const struct hal_limits *limits,
                              hal_address address, void *cpu, size_t size,
                              uint32_t flags, struct hal_shared *shared);

/* End it, when the device is stopped. Returns OK or NotReady if it was not
   shared. Context: thread. */
enum iodma_status iodma_unshare(struct iodma_share *share);

#ifdef __cplusplus
}
#endif

#endif
