/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include "../hal/bits.h"
#include "../hal/clock.h"
#include "../hal/container_of.h"
#include "command.h"
#include "engine.h"
#include "transfer.h"

#include <stddef.h>

/* The active transfer ---------------------------------------------------- */

static bool finished(const struct iodma_channel *channel)
{
    const struct iodma_transfer *transfer = channel->active;

    return transfer->zipped && !transfer->period && iodma_engine_idle(channel);
}

static bool late(const struct iodma_channel *channel)
{
    return hal_expired(channel->dmac->bus->clock, channel->active->deadline);
}

/* May more come of it by itself? */
static bool goes_on(const struct iodma_channel *channel)
{
    return !channel->dead && !finished(channel) &&
           !iodma_engine_failed(channel);
}

/* Bytes that no engine has been given. */
static hal_address left(const struct iodma_transfer *transfer)
{
    return iodma_zip_left(&transfer->zip) * transfer->route.rows;
}

/* Bytes that one was given. */
static hal_address given(const struct iodma_transfer *transfer)
{
    const struct iodma_zip *zip = &transfer->zip;

    return (zip->row * zip->length - zip->rest) * transfer->route.rows;
}

/* End a transfer that the channel does not have any more: first its own state,
   then the callback. Its residue is the engine's until now. */
static void end(struct iodma_transfer *transfer, enum iodma_status status)
{
    hal_address rest = left(transfer);

    transfer->residue.least += rest;
    transfer->residue.most += rest;
    if (!transfer->quarantined) {
        enum iodma_status ends = iodma_transfer_give_back(transfer);

        if (status == IODMA_OK)
            status = ends;
    }
    transfer->queued = false;
    transfer->done(transfer, status);
}

static void finish(struct iodma_channel *channel, enum iodma_status status)
{
    struct iodma_transfer *transfer = channel->active;

    channel->active = NULL;
    end(transfer, status);
}

/* Note why the engine does not go on, and how far it came. It is halted.
   Returns true if the transfer was over by then, unnoticed, and well: a cycle
   never is. */
static bool settle(struct iodma_channel *channel, bool stuck)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *engine = channel->engine;

    transfer->fault = channel->fault;
    transfer->detail = channel->detail;
    transfer->residue = engine->ops->residue(engine);
    transfer->quarantined = stuck;
    iodma_engine_restart(channel, stuck);
    return !stuck && !transfer->period && transfer->fault == HAL_FAULT_NONE &&
           transfer->residue.most + left(transfer) == 0;
}

/* NULL: none waits. */
static struct iodma_transfer *first_waiting(const struct iodma_channel *channel)
{
    struct iodma_link *link = channel->waiting.first;

    return link ? HAL_CONTAINER_OF(link, struct iodma_transfer, link) : NULL;
}

/* Make the next waiting transfer the active one; false: none waits. */
static bool begin(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = first_waiting(channel);

    if (!transfer)
        return false;
    (void)iodma_queue_take(&channel->waiting);
    channel->active = transfer;
    if (iodma_engine_failed(channel) && !channel->dead) /* nobody used it */
        iodma_engine_restart(channel, iodma_engine_stop(channel));
    transfer->next = 0;
    transfer->refused = channel->dead   ? IODMA_NOT_READY
                        : late(channel) ? IODMA_TIMEOUT
                                        : iodma_engine_set_off(channel);
    return true;
}

/* Tell of one period. What the callback ends is not looked at any more. */
static enum iodma_status tell(const struct iodma_channel *channel,
                              uint32_t period)
{
    struct iodma_transfer *transfer = channel->active;
    hal_address length = transfer->zip.length;
    enum iodma_status status = IODMA_OK;

    if (transfer->destination)
        status = iodma_command_synchronize_range(
            transfer->destination, period * length, length, IODMA_IN);
    if (status != IODMA_OK)
        return status;
    transfer->period(transfer, period);
    if (channel->active != transfer || !transfer->source)
        return IODMA_OK;
    return iodma_command_synchronize_range(transfer->source, period * length,
                                           length, IODMA_OUT);
}

/* Tell of the periods that are over. Those that the engine has begun anew are
   lost. Returns why one could not be handed over. A callback may have ended the
   transfer. */
static enum iodma_status tell_periods(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    uint32_t count = transfer->zip.count;
    uint32_t over = iodma_engine_retired(channel);
    enum iodma_status status = IODMA_OK;

    while (channel->seen != over && channel->active == transfer &&
           status == IODMA_OK) {
        uint32_t period = transfer->next;

        transfer->next = period + 1 == count ? 0 : period + 1;
        channel->seen++;
        if (over - channel->seen < count - 1)
            status = tell(channel, period);
        else
            transfer->overruns++;
    }
    return status;
}

/* Feed what is left. Returns true if an empty ring takes nothing of it: it
   never will. */
static bool stalled(struct iodma_channel *channel, bool empty)
{
    return !channel->active->zipped && iodma_engine_feed(channel) == 0 && empty;
}

/* Bring the active transfer forward. Returns true if that ended it. */
static bool advance(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    enum iodma_status status = IODMA_OK;
    bool expired; /* before the looks at what it has done by then    */
    bool busy;    /* the engine has some of it that is to be taken away */

    iodma_engine_reap_stand_in(channel);
    expired = late(channel);
    if (expired && goes_on(channel))
        iodma_channel_poll(channel); /* an interrupt may have been lost */
    if (transfer->period && transfer->refused == IODMA_OK)
        status = tell_periods(channel);
    if (channel->active != transfer)
        return true;

    busy = !iodma_engine_idle(channel);
    if (status != IODMA_OK) {
        busy = true;
    } else if (transfer->refused != IODMA_OK) {
        busy = busy && !channel->dead; /* part of a cycle */
        status = (enum iodma_status)transfer->refused;
    } else if (iodma_engine_failed(channel)) {
        busy = true;
        status = IODMA_DMA_ERROR;
    } else if (busy || transfer->period || !transfer->zipped) {
        if (expired && late(channel)) { /* a period may have moved it on */
            busy = busy || transfer->period;
            status = IODMA_TIMEOUT;
        } else if (stalled(channel, !busy)) {
            status = IODMA_MESSAGE_TOO_LARGE;
        } else {
            return false;
        }
    }
    if (busy && settle(channel, iodma_engine_stop(channel)))
        status = IODMA_OK;
    finish(channel, status);
    return true;
}

void iodma_channel_queue(struct iodma_channel *channel,
                         struct iodma_transfer *transfer)
{
    transfer->queued = true;
    transfer->round = channel->round;
    iodma_queue_append(&channel->waiting, &transfer->link);
    if (!channel->active && !channel->serving)
        (void)begin(channel);
}

/* One round: what is there now. What a callback submits waits for the next one,
   begun at most, lest one that submits again hold the thread for ever. */
bool iodma_channel_service(struct iodma_channel *channel)
{
    if (channel->serving == 0) {
        channel->serving++;
        channel->round++;
        while ((channel->active || begin(channel)) &&
               channel->active->round != channel->round && advance(channel))
            continue;
        channel->serving--;
    }
    return channel->active || channel->waiting.first;
}

bool iodma_channel_due(const struct iodma_channel *channel)
{
    const struct iodma_transfer *active = channel->active;
    bool news;

    if (!active)
        return channel->waiting.first != NULL;
    if (active->refused != IODMA_OK || !goes_on(channel) || late(channel) ||
        channel->engine != channel->dmac)
        return true;
    news = iodma_engine_retired(channel) != channel->seen;
    if (active->period)
        return news;
    return !active->zipped && (news || iodma_engine_idle(channel));
}

/* Aborting --------------------------------------------------------------- */

/* Is there a transfer under way that could go on? */
static bool running(struct iodma_channel *channel)
{
    if (!channel->active)
        return false;
    iodma_channel_poll(channel);
    iodma_engine_reap_stand_in(channel);
    return goes_on(channel);
}

/* End what is under way on a channel whose engine was halted, or rested. */
static uint8_t end_active(struct iodma_channel *channel, bool halted,
                          bool stuck)
{
    struct iodma_transfer *transfer = channel->active;
    uint8_t outcome = IODMA_ABORT_STOPPED;

    if (!transfer || !halted) {
        if (transfer)
            (void)advance(channel);
        else if (halted && !channel->dead)
            /* A callback ended it; was it finished, the engine is halted. */
            iodma_engine_restart(channel, iodma_engine_stop(channel));
        /* A callback may have ended what was stuck. */
        return stuck && channel->dead ? IODMA_ABORT_STUCK
                                      : IODMA_ABORT_COMPLETED;
    }
    if (settle(channel, stuck))
        outcome = IODMA_ABORT_COMPLETED;
    else if (stuck)
        outcome = IODMA_ABORT_STUCK;
    finish(channel,
           outcome == IODMA_ABORT_COMPLETED ? IODMA_OK : IODMA_ABORTED);
    return outcome;
}

enum iodma_status iodma_channels_abort(struct iodma_channel *const *channels,
                                       uint32_t count, uint64_t deadline,
                                       uint8_t *outcomes)
{
    uint32_t halted = 0; /* a bit each */
    uint32_t stuck;

    if (!channels || count == 0 || count > IODMA_ENGINES)
        return IODMA_BAD_ARGUMENT;
    /* One that is halted does not run: it begins nothing, whatever callbacks
       ask for. */
    for (uint32_t i = 0; i < count; i++) {
        channels[i]->serving++;
        if (running(channels[i]))
            halted |= BIT32(i);
    }
    stuck = iodma_engine_halt(channels, halted, deadline);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t outcome = end_active(channels[i], (halted & BIT32(i)) != 0,
                                     (stuck & BIT32(i)) != 0);

        channels[i]->serving--;
        if (outcomes)
            outcomes[i] = outcome;
    }
    return IODMA_OK;
}

enum iodma_status iodma_transfer_abort(struct iodma_channel *channel,
                                       struct iodma_transfer *transfer,
                                       uint64_t deadline, uint8_t *outcome)
{
    uint8_t answer = IODMA_ABORT_COMPLETED;

    if (!channel || !transfer)
        return IODMA_BAD_ARGUMENT;
    if (channel->active == transfer)
        return iodma_channels_abort(&channel, 1, deadline, outcome);
    if (transfer->queued) {
        iodma_queue_remove(&channel->waiting, &transfer->link);
        end(transfer, IODMA_ABORTED);
        answer = IODMA_ABORT_STOPPED;
    }
    if (outcome)
        *outcome = answer;
    return IODMA_OK;
}

enum iodma_status iodma_channel_power_lost(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    enum iodma_status status = iodma_engine_start(channel);

    channel->serving++;
    channel->round++;
    channel->active = NULL;
    if (transfer) {
        transfer->residue.most = given(transfer); /* and perhaps not moved */
        end(transfer, IODMA_ABORTED);
    }
    /* What callbacks submit comes behind, and is of this round. */
    while ((transfer = first_waiting(channel)) != NULL &&
           transfer->round != channel->round) {
        (void)iodma_queue_take(&channel->waiting);
        end(transfer, IODMA_ABORTED);
    }
    channel->serving--;
    (void)begin(channel);
    return status;
}
