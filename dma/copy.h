/* SPDX-License-Identifier: MIT */
/*
 * memcpy by a copy engine: one buffer to another one, waiting for the end.
 *
 *     static struct iodma_copy copy;
 *
 *     iodma_copy_init(&copy, &bus, &channel);
 *     status = iodma_copy(&copy, to, from, 4096, hal_deadline(clock, 100));
 *
 * What the engine cannot take as it lies is bounced, if the bus has been lent
 * storage. A product that has better things to do than to wait uses a
 * transfer (dma/transfer.h), as this does.
 */
#ifndef DMA_COPY_H
#define DMA_COPY_H

#include "../hal/status.h"
#include "bus.h"
#include "command.h"
#include "memory.h"
#include "transfer.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One end of a copy. */
struct iodma_copy_end {
    struct iodma_range range;
    struct iodma_memory memory;
    struct iodma_command command;
};

/* The caller's storage for copies, one at a time. It must stay where it is
   while one is under way, and as long as it is quarantined, so a stack is the
   wrong place. In C++ say struct iodma_copy: a call has the same name. */
struct iodma_copy {
    const struct iodma_bus *bus;
    struct iodma_channel *channel;
    struct iodma_copy_end source;
    struct iodma_copy_end destination;
    struct iodma_transfer transfer; /* of the last copy: fault and detail say
                                       why an engine stopped               */
};

/*
 * Make storage ready for copies on a channel. It holds nothing.
 *
 *   copy     out; not one that is quarantined
 *   bus      the channel's; lent, as is the channel, for the life of copy
 *
 * Returns OK; BadArgument: a pointer is NULL, or the channel's engine is on
 * another bus.
 *
 * Context: any.
 */
enum iodma_status iodma_copy_init(struct iodma_copy *copy,
                                  const struct iodma_bus *bus,
                                  struct iodma_channel *channel);

/*
 * Copy, and come back when it is done.
 *
 *   destination, source  as the CPU names them; each contiguous in physical
 *                        memory; they do not overlap
 *   length               bytes; 0: nothing happens
 *   deadline             on the bus's clock: hal_deadline()
 *
 * Returns OK: all bytes are at the destination. Or, with no byte copied, in
 * this order:
 *   BadArgument   a pointer is NULL, the buffers overlap, or one runs past the
 *                 end of the CPU's addresses
 *   Busy          the storage is quarantined, or its copy is under way
 *   NotPermitted  called from a callback of the channel
 *   NotAttached   the CPU has nothing mapped there
 *   NoSpace       a buffer is not contiguous in physical memory
 *   MessageTooLarge  what iodma_map() says of far windows' pointers
 *   BadArgument   nothing would be legal for bus and engine together
 *   what iodma_command_prepare() says: NotAligned for a length that the engine
 *   cannot copy, NoResources for want of bounce storage, and so on
 *   NotAligned    the two differ modulo the engine's same_phase, and neither
 *                 could be bounced
 *   NotReady      the channel is dead
 *   Unsupported   the engine does not go from memory to memory, nor has the
 *                 channel a stand-in that does
 * or, with some of the bytes copied, what the callback of a transfer says:
 * DMAError, Timeout, MessageTooLarge. If copy->transfer.quarantined then, the
 * engine would not stop: it may still touch both buffers, and what was lent to
 * bounce them, until iodma_copy_release().
 *
 * Transfers that the channel has are finished before, each by its own
 * deadline; their callbacks run from here. The engine's interrupt may be
 * enabled or not.
 *
 * Context: thread; the one that serves the channel.
 */
enum iodma_status iodma_copy(struct iodma_copy *copy, void *destination,
                             const void *source, size_t length,
                             uint64_t deadline);

/*
 * Lift the quarantine: the engine cannot reach the buffers any more. That
 * takes proof: it was reset, or its bus mastering is off.
 *
 * Returns OK; BadArgument for NULL; NotReady if it is not quarantined. Or what
 * stopped a copy back from bounce storage: it is lifted all the same.
 *
 * Context: thread.
 */
enum iodma_status iodma_copy_release(struct iodma_copy *copy);

#ifdef __cplusplus
}
#endif

#endif
