/* SPDX-License-Identifier: MIT */
/*
 * What a channel does with its engine: claims and starts it, feeds it the
 * active transfer's items, reaps, stops it. Which of its two engines that is,
 * is decided here.
 */
#ifndef DMA_ENGINE_H
#define DMA_ENGINE_H

#include "../hal/atomic.h"
#include "channel.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Engines that are halted at once, at most: a bit each. */
enum { IODMA_ENGINES = 32 };

/* Items that the engine has given back. Context: any. */
static inline uint32_t iodma_engine_retired(const struct iodma_channel *channel)
{
    return atomic_read_acquire(&channel->retired);
}

/* Nothing of any transfer is in the ring. Context: any. */
static inline bool iodma_engine_idle(const struct iodma_channel *channel)
{
    return iodma_engine_retired(channel) == channel->emitted;
}

/* It has stopped by itself. Context: any. */
static inline bool iodma_engine_failed(const struct iodma_channel *channel)
{
    return atomic_read_acquire(&channel->fault) != HAL_FAULT_NONE;
}

/*
 * Start the channel's own engine anew, and the stand-in if that was in use;
 * counts begin at 0 on both sides.
 *
 * Returns what its start says: unless that is OK, the channel is dead.
 * Context: thread; the engine rests.
 */
enum iodma_status iodma_engine_start(struct iodma_channel *channel);

/* Note what the stand-in has done, if it is in use: it has no interrupt.
   Context: thread. */
void iodma_engine_reap_stand_in(struct iodma_channel *channel);

/*
 * Have the active transfer begin: by the engine, if need be row by row, or else
 * by its stand-in.
 *
 * Returns OK; Unsupported, BadArgument: neither goes this way; MessageTooLarge:
 * a cycle does not fit the ring, which has some of it. Context: thread; the
 * ring is empty.
 */
enum iodma_status iodma_engine_set_off(struct iodma_channel *channel);

/* Give the engine as much of the active transfer as its ring takes. Returns
   how many items that was. Context: thread. */
uint32_t iodma_engine_feed(struct iodma_channel *channel);

/* Stop the engines of the channels with a bit in `which`: a controller's all at
   once, a stand-in by itself. Returns those that do not, a bit each. Context:
   thread. */
uint32_t iodma_engine_halt(struct iodma_channel *const *channels,
                           uint32_t which, uint64_t deadline);

/* The same for one channel, in the time that it may take. Returns true if it
   does not stop. Context: thread. */
bool iodma_engine_stop(struct iodma_channel *channel);

/* Start afresh what was halted. An engine that is stuck may still touch what is
   in its ring: then the channel is dead. Context: thread. */
void iodma_engine_restart(struct iodma_channel *channel, bool stuck);

#ifdef __cplusplus
}
#endif

#endif
