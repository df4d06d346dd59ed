/* SPDX-License-Identifier: MIT */
/*
 * A copy engine and the transfers that wait for it.
 *
 * They run one after the other, in order, each cut into as many items as it
 * needs, through a ring of any size. Three calls drive a channel:
 *
 *   iodma_transfer_submit   from where the channel is served, or a callback
 *   iodma_channel_reap      from the engine's ISR (or, polling, before each
 *                           service): only counts
 *   iodma_channel_service   feeds the ring, watches the deadline, completes
 *                           the commands, calls back
 *
 * A channel is served in one place: a thread, or the engine's ISR behind reap
 * if the product wants that; then submit is called with the interrupt masked.
 * "Thread" below means that place. With several cores the engine's ISR runs on
 * the one that serves the channel: it takes no lock, so it is kept out by the
 * interrupts that a lock masks there.
 */
#ifndef DMA_CHANNEL_H
#define DMA_CHANNEL_H

#include "../hal/dmac.h"
#include "../hal/status.h"
#include "limits.h"
#include "queue.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iodma_transfer;

struct iodma_channel {
    struct hal_dmac *dmac;
    struct hal_dmac *stand_in;     /* for what dmac cannot; NULL: nobody    */
    struct hal_dmac *engine;       /* the one of the two that is in use     */
    struct iodma_transfer *active; /* thread: whose items are in the ring   */
    struct iodma_queue waiting;    /* thread                                */
    uint8_t serving;               /* thread: calls under way, in which it
                                      begins nothing by itself              */
    bool dead;                     /* thread: the engine does not restart   */
    uint32_t emitted;              /* thread: items given to the engine     */
    uint32_t retired;              /* ISR: items it gave back; thread, while
                                      the engine is stopped                 */
    uint32_t seen;                 /* thread: retired when last fed, or the
                                      periods that were told of             */
    uint32_t fault;                /* ISR: HAL_FAULT_x; thread clears it
                                      while the engine is stopped           */
    uint32_t detail;               /* ISR, before fault                     */
    uint32_t stood_in;             /* thread: transfers by the stand-in     */
    uint32_t round;                /* thread: of service; a transfer of this
                                      one waits for the next                */
    struct iodma_limits limits;    /* of dmac                               */
};

/* How long an engine may take to stop before it counts as stuck. */
enum { IODMA_HALT_MS = 100 };

/*
 * Take possession of an engine and start it. Also the way back after a
 * channel died: no transfer may be waiting then (all were called back).
 *
 *   owner  a name for people: who else asks for this engine is told
 *
 * Returns OK; BadArgument for NULL, here or for the engine's ops, bus or
 * limits, a same_phase that is no power of two or limits that contradict each
 * other, or what its driver misses or cannot be (its header says what it
 * takes); Busy: somebody has it, whom dmac->owner names (NULL: not through us;
 * the hardware says so); or what else the engine's start says, the channel then
 * answers NotReady.
 *
 * Context: thread; the engine's interrupt disabled. (dma/engine.c)
 */
enum iodma_status iodma_channel_init(struct iodma_channel *channel,
                                     struct hal_dmac *dmac, const char *owner);

/*
 * Have a second engine do what the first one cannot: fills, widths. It is one
 * of software (hal/dmac/cpu.h), which needs no interrupt: service reaps it.
 * channel->stood_in counts what it did. (Rows that an engine cannot it is given
 * one by one.) It is this channel's alone, and its limits are not looked at: it
 * moves whatever the first one could.
 *
 * Returns OK; BadArgument: NULL, as above, or it is on another bus; Busy: it
 * has another owner; or what its start says. Context: thread; nothing is under
 * way. (dma/engine.c)
 */
enum iodma_status iodma_channel_lend_stand_in(struct iodma_channel *channel,
                                              struct hal_dmac *stand_in);

/*
 * Note what the engine has done. The only call for its ISR; when polling,
 * call it before each service with the engine's interrupt disabled.
 *
 * Context: ISR, or thread when polling. (dma/engine.c)
 */
void iodma_channel_reap(struct iodma_channel *channel);

/*
 * The same from a thread, with the engine's interrupt enabled or not: the
 * lock of the engine's bus is held meanwhile. Context: thread. (dma/engine.c)
 */
void iodma_channel_poll(struct iodma_channel *channel);

/*
 * Do all there is to do: refill the ring, tell of periods, end what is
 * finished, failed or late, call back, begin the next. What callbacks submit is
 * begun at most: it ends in the next call. Returns true while transfers remain.
 *
 * Nothing happens when it is called from a callback. Context: thread; waits
 * only for the engine to stop and to start afresh, for each transfer that it
 * ends so: IODMA_HALT_MS at most, and as start in hal/dmac.h.
 */
bool iodma_channel_service(struct iodma_channel *channel);

/* Would service find anything to do at this moment? For a thread that wants
   to sleep: ask with interrupts masked. Context: any. */
bool iodma_channel_due(const struct iodma_channel *channel);

/* How an abort ends (rule E9). */
enum {
    IODMA_ABORT_STOPPED = 0,   /* no later write, and no later callback     */
    IODMA_ABORT_COMPLETED = 1, /* it was over: nothing is under way         */
    IODMA_ABORT_STUCK = 2,     /* the engine does not stop: the commands are
                                  quarantined, the channel is dead          */
};

/*
 * End what is under way on channels of one controller, all at once, so that
 * none of them starts another. Each such transfer is called back from here,
 * with Aborted, or with what it came to before; those that wait go on with the
 * next service. In these callbacks, channels of the set that were not called
 * back yet serve nothing and begin nothing.
 *
 *   channels, count  1 to 32
 *   deadline         of all engines together
 *   outcomes         out: IODMA_ABORT_..., one each; may be NULL
 *
 * Returns OK; BadArgument: NULL, no channel or too many. Nothing happens then.
 *
 * Context: thread of all of them, or a callback.
 */
enum iodma_status iodma_channels_abort(struct iodma_channel *const *channels,
                                       uint32_t count, uint64_t deadline,
                                       uint8_t *outcomes);

/*
 * The power of the engine was off and is on again: its registers are as after a
 * reset. Whatever is under way or waits is called back with Aborted, the engine
 * is started. The channels of a controller lose it together: until this was
 * called for each of them call nothing else for any of them, not from these
 * callbacks either.
 *
 * Returns what its start says. Context: thread, not a callback.
 */
enum iodma_status iodma_channel_power_lost(struct iodma_channel *channel);

/* For dma/transfer.c ------------------------------------------------------- */

/* Let a transfer that was admitted wait for its turn, which may be now.
   Context: as iodma_transfer_submit(). */
void iodma_channel_queue(struct iodma_channel *channel,
                         struct iodma_transfer *transfer);

#ifdef __cplusplus
}
#endif

#endif
