/* SPDX-License-Identifier: MIT */
/*
 * One piece of work for a copy engine: from a prepared command, a port or a
 * fill to a prepared command or a port; all of it, rows of it, or over and
 * over.
 *
 *     transfer = (struct iodma_transfer){
 *         .source = &from, .destination = &to,          memory to memory
 *         .deadline = hal_deadline(clock, 100), .done = done,
 *     };
 *     .source = &from, .port = &uart                    memory to a port
 *     .destination = &to, .port = &uart                 a port to memory
 *     .destination = &to, .fills = true, .fill = 0xFF   a fill
 *
 * Every transfer ends in exactly one callback. (rule E9)
 */
#ifndef DMA_TRANSFER_H
#define DMA_TRANSFER_H

#include "../hal/dmac.h"
#include "../hal/status.h"
#include "channel.h"
#include "command.h"
#include "zip.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iodma_transfer;

/*
 * The end of a transfer. Its commands have been completed (one count each),
 * unless transfer->quarantined.
 *
 *   status  OK        all bytes are at the destination
 *           DMAError  the engine stopped; transfer->fault says why
 *           Timeout   the deadline passed, here or while it waited its turn
 *                     (it is looked at when that comes); the engine has been
 *                     stopped if it had any of it
 *           Aborted   by iodma_channels_abort(), iodma_transfer_abort() or
 *                     iodma_channel_power_lost()
 *           MessageTooLarge  the engine cannot encode one of the items
 *           Unsupported, BadArgument  the engine cannot go this way
 *           anything iodma_command_synchronize_range() says of a period
 *           NotReady  the engine was found dead before this one began
 *           anything iodma_command_complete() says
 *           After any but OK the destination holds some of the bytes:
 *           transfer->residue says how many it lacks.
 *
 * May submit, this transfer too. Context: that of iodma_channel_service().
 */
typedef void (*iodma_transfer_function)(struct iodma_transfer *transfer,
                                        enum iodma_status status);

/*
 * A period of a cyclic transfer is over. What the engine wrote there is visible
 * to the CPU; what the CPU writes there now is visible to the engine when this
 * returns, for its next turn. Moves transfer->deadline on, or it will pass; may
 * abort.
 *
 *   period  its number, from 0 at the beginning of the window
 *
 * Context: that of iodma_channel_service().
 */
typedef void (*iodma_period_function)(struct iodma_transfer *transfer,
                                      uint32_t period);

/* The caller's storage, from submit to callback ours. */
struct iodma_transfer {
    /* Set by the caller. */
    struct iodma_command *source;      /* prepared, Out or InOut (or None);
                                          NULL: the port, or the fill       */
    struct iodma_command *destination; /* prepared, In or InOut (or None);
                                          NULL: the port                    */
    const struct hal_port *port;       /* NULL: none. Lent until the end     */
    struct iodma_rows rows;            /* count 0: all of the window, one row */
    uint64_t deadline;                 /* on the bus's clock: hal_deadline() */
    iodma_transfer_function done;      /* not NULL                           */
    iodma_period_function period;      /* not NULL: cyclic. Every row is a
                                          period, two at least; strides are
                                          lengths                            */
    void *ref_con;                     /* the caller's, never looked at      */
    bool fills;   /* there is no source: the destination is filled ...    */
    uint8_t fill; /* ... with this byte                                   */

    /* Read by the caller in the callbacks. */
    bool quarantined;  /* the engine would not stop: the commands stay prepared
                          and held; see iodma_command_release()              */
    uint32_t fault;    /* HAL_FAULT_x                                        */
    uint32_t detail;   /* the controller's own status word                   */
    uint32_t overruns; /* periods that the engine had begun anew before they
                          were told of: these are not told of               */
    struct hal_residue residue; /* bytes that have not been moved; cyclic: of
                                   the turn                                 */

    /* Ours. */
    struct iodma_link link;
    int32_t refused; /* the status it ends with, if it was not begun         */
    uint32_t next;   /* period that is told of next                          */
    uint32_t round;  /* the channel's when it was submitted                  */
    bool queued;     /* from submit to callback                              */
    bool zipped;     /* all of its items have been emitted                   */
    struct iodma_zip zip;
    struct hal_route route;
};

/*
 * Queue a transfer. Each command gives one of its preparations to it and is
 * held (iodma_command_hold) until the callback, which finds it completed. If
 * the channel is idle, the engine starts now. Never calls back by itself.
 *
 * Source and destination bytes must not overlap, or both are undefined. Where
 * they differ modulo the engine's same_phase, the source is bounced to where
 * the destination lies, if storage is lent (as by IODMA_FORCE_DOUBLE_BUFFER),
 * or else the destination to where the source does: both, if it is scattered.
 * That stays so after a refusal.
 *
 * Returns OK, or else with nothing changed, in this order:
 *   BadArgument  a pointer is NULL; there is not one source and one destination
 *   Busy         the transfer is under way already
 *   NotReady     the channel is dead; a command is not prepared, or all of
 *                its preparations are held
 *   BadArgument  the lengths differ; rows are empty, leave a window or overlap
 *                each other at the destination, or have more bytes together
 *                than an address counts; there is only one period; a
 *                direction forbids it; a command is on another bus, is
 *                iterate-only, or has wider limits than the engine (every item
 *                is a list of its own, so lengths too have to carry the
 *                alignment of the engine's addresses); a port that no engine
 *                could serve
 *   MessageTooLarge  the engine does not see the port
 *   Unsupported  neither the engine nor its stand-in can do it
 *   NotAligned   rows or items break the engine's alignment; somewhere source
 *                and destination differ modulo its same_phase; an item is not
 *                a multiple of the port's width; a period shares a cache line
 *                with another one that the engine may write
 *   NoSpace      a period is not one item: it is longer than the engine's
 *                counter, or not contiguous on the bus
 *   NotReady     a force failed, and the mapper would not show again what it
 *                had hidden
 *
 * Context: thread, or the callback. Where the engine has a same_phase, and with
 * a port or periods, the time is that of generating both lists once.
 */
enum iodma_status iodma_transfer_submit(struct iodma_channel *channel,
                                        struct iodma_transfer *transfer);

/*
 * End a transfer, waiting or under way. It is called back from here with
 * Aborted, unless it was over.
 *
 *   deadline  for the engine to stop
 *   outcome   out: IODMA_ABORT_...; may be NULL
 *
 * Returns OK; BadArgument: NULL.
 *
 * Context: thread, or a callback.
 */
enum iodma_status iodma_transfer_abort(struct iodma_channel *channel,
                                       struct iodma_transfer *transfer,
                                       uint64_t deadline, uint8_t *outcome);

/* For dma/channel.c and dma/copy.c ----------------------------------------- */

/* Complete the commands that a transfer holds. Returns what was not right with
   the destination's, or else with the source's. Context: thread. */
enum iodma_status
iodma_transfer_give_back(const struct iodma_transfer *transfer);

#ifdef __cplusplus
}
#endif

#endif
