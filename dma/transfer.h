/* SPDX-License-Identifier: MIT */
/*
 * Prepared commands on a copy engine.
 *
 * A channel owns one engine. Transfers are submitted to it in any number;
 * they run one after the other, in order, each cut into as many items as its
 * two lists need, through a ring of any size. Three calls drive a channel:
 *
 *   iodma_transfer_submit   from a thread, or from a callback
 *   iodma_channel_reap      from the engine's ISR (or, polling, from the
 *                           thread before each service): only counts
 *   iodma_channel_service   from a thread: feeds the ring, watches the
 *                           deadline, completes the commands, calls back
 *
 * Every transfer ends in exactly one callback. (rule E9)
 */
#ifndef DMA_TRANSFER_H
#define DMA_TRANSFER_H

#include "dma/command.h"
#include "dma/queue.h"
#include "dma/zip.h"
#include "hal/dmac.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

struct iodma_transfer;

/*
 * The end of a transfer. Both commands have been completed (one count each),
 * unless transfer->quarantined.
 *
 *   status  OK        all bytes are at the destination
 *           DMAError  the engine stopped; transfer->fault says why
 *           Timeout   the deadline passed, here or while it waited its turn
 *                     (it is looked at when that comes); the engine has been
 *                     stopped if it had any of it
 *           MessageTooLarge  the engine cannot encode one of the items
 *           NotReady  the engine was found dead before this one began
 *           anything iodma_command_complete() says
 *           After any but OK the destination holds some of the bytes.
 *
 * May submit, this transfer too. Context: that of iodma_channel_service().
 */
typedef void (*iodma_transfer_function)(struct iodma_transfer *transfer,
                                        enum iodma_status status);

/* One copy. The caller's storage, from submit to callback ours. */
struct iodma_transfer {
    /* Set by the caller. */
    struct iodma_command *source;      /* prepared, Out or InOut (or None)  */
    struct iodma_command *destination; /* prepared, In or InOut (or None)   */
    uint64_t deadline;                 /* on the bus's clock: hal_deadline()  */
    iodma_transfer_function done;      /* not NULL                          */
    void *ref_con;                     /* the caller's, never looked at     */

    /* Read by the caller in the callback. */
    bool quarantined; /* the engine would not stop: both commands stay
                         prepared and held; see iodma_command_release()     */
    uint32_t fault;   /* HAL_FAULT_x                                        */
    uint32_t detail;  /* the controller's own status word                   */

    /* Ours. */
    struct iodma_link link;
    struct iodma_zip zip;
    bool queued; /* from submit to callback              */
    bool zipped; /* all of its items have been emitted   */
};

/* One engine and the transfers that wait for it. */
struct iodma_channel {
    struct hal_dmac *dmac;
    struct iodma_limits limits;    /* of the engine                         */
    struct iodma_queue waiting;    /* thread                                */
    struct iodma_transfer *active; /* thread: whose items are in the ring   */
    uint32_t emitted;              /* thread: items given to the engine     */
    uint32_t retired;              /* ISR: items it gave back; thread, while
                                      the engine is stopped                 */
    uint32_t seen;                 /* thread: retired when last fed         */
    uint32_t fault;                /* ISR: HAL_FAULT_x; thread clears it
                                      while the engine is stopped           */
    uint32_t detail;               /* ISR, before fault                     */
    bool serving;                  /* thread: service is under way          */
    bool dead;                     /* thread: the engine does not restart   */
};

/* How long an engine may take to stop before it counts as stuck. */
enum { IODMA_HALT_MS = 100 };

/*
 * Take possession of an engine and start it. Also the way back after a
 * channel died: no transfer may be waiting then (all were called back).
 *
 * Returns OK; BadArgument for NULL, a same_phase that is no power of two or
 * limits that contradict each other; or what the engine's start says, the
 * channel then answers NotReady.
 *
 * Context: thread; the engine's interrupt disabled.
 */
enum iodma_status iodma_channel_init(struct iodma_channel *channel,
                                     struct hal_dmac *dmac);

/*
 * Queue a copy of all that `source` has prepared to all that `destination`
 * has. Each command gives one of its preparations to the transfer and is held
 * (iodma_command_hold) until the callback, which finds it completed. If the
 * channel is idle, the engine starts now. Never calls back by itself.
 *
 * Source and destination bytes must not overlap, or both are undefined.
 *
 * Returns OK, or with nothing changed, in this order:
 *   BadArgument  a pointer is NULL
 *   Busy         the transfer is under way already
 *   NotReady     the channel is dead; a command is not prepared, or all of
 *                its preparations are held
 *   BadArgument  the lengths differ; a direction forbids it; a command is on
 *                another bus, is iterate-only, or has wider limits than the
 *                engine (every item is a list of its own, so lengths too have
 *                to carry the alignment of the engine's addresses)
 *   NotAligned   somewhere source and destination differ modulo the engine's
 *                same_phase
 *
 * Context: thread, or the callback. Where the engine has a same_phase, the
 * time is that of generating both lists once.
 */
enum iodma_status iodma_transfer_submit(struct iodma_channel *channel,
                                        struct iodma_transfer *transfer);

/*
 * Note what the engine has done. The only call for its ISR; when polling,
 * call it before each service with the engine's interrupt disabled.
 *
 * Context: ISR, or thread when polling.
 */
void iodma_channel_reap(struct iodma_channel *channel);

/*
 * The same from a thread, with the engine's interrupt enabled or not: the
 * lock of the engine's bus is held meanwhile. Context: thread.
 */
void iodma_channel_poll(struct iodma_channel *channel);

/*
 * Do all there is to do: refill the ring, end what is finished, failed or
 * late, call back, begin the next. What callbacks submit is begun at most: it
 * ends in the next call. Returns true while transfers remain.
 *
 * Nothing happens when it is called from a callback. Context: thread; waits
 * only for an engine to stop, IODMA_HALT_MS at most.
 */
bool iodma_channel_service(struct iodma_channel *channel);

/* Would service find anything to do at this moment? For a thread that wants
   to sleep: ask with interrupts masked. Context: any. */
bool iodma_channel_due(const struct iodma_channel *channel);

#endif
