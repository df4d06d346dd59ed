/* SPDX-License-Identifier: MIT */
#include "dma/transfer.h"

#include "dma/refuse.h"
#include "hal/atomic.h"
#include "hal/bits.h"
#include "hal/clock.h"
#include "hal/container_of.h"

#include <stddef.h>

/* Items zipped at a time: a compromise between stack and calls. */
enum { BATCH = 8 };

/* Start the engine anew; its counts begin at 0 on both sides. */
static enum iodma_status engine_start(struct iodma_channel *channel)
{
    enum iodma_status status = channel->dmac->ops->start(channel->dmac);

    channel->emitted = 0;
    channel->retired = 0;
    channel->fault = HAL_FAULT_NONE;
    channel->detail = 0;
    channel->dead = status != IODMA_OK;
    return status;
}

enum iodma_status iodma_channel_init(struct iodma_channel *channel,
                                     struct hal_dmac *dmac)
{
    struct iodma_limits limits;

    if (!channel || !dmac || !is_power_of_two(dmac->same_phase) ||
        iodma_limits_set(&limits, dmac->limits, NULL) != IODMA_OK)
        return IODMA_BAD_ARGUMENT;

    *channel = (struct iodma_channel){ .dmac = dmac, .limits = limits };
    return engine_start(channel);
}

/* Every item's two addresses have to agree below the engine's same_phase. */
static enum iodma_status check_phase(const struct hal_dmac *dmac,
                                     const struct iodma_transfer *transfer)
{
    struct iodma_zip zip;
    struct hal_item item;

    if (dmac->same_phase == 1)
        return IODMA_OK;
    iodma_zip_begin(&zip, transfer->source, transfer->destination);
    while (iodma_zip_next(&zip, &item, 1) != 0) {
        uint32_t difference =
            modulo32(item.destination - item.source, dmac->same_phase);

        if (difference != 0)
            return iodma_refuse_values(transfer->source->window.reason,
                                       IODMA_NOT_ALIGNED, IODMA_RULE_PHASE,
                                       dmac->same_phase, difference);
    }
    return IODMA_OK;
}

/* May a command be one end, whose memory the engine reads, or writes? */
static enum iodma_status check_end(const struct iodma_channel *channel,
                                   const struct iodma_command *command,
                                   uint32_t forbidden)
{
    const struct iodma_window *window = &command->window;

    if (window->memory->direction == forbidden)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(DIRECTION, DIRECTION),
                                   IODMA_INOUT, forbidden);
    if (window->bus->hal != channel->dmac->bus)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ENGINE, BUS));
    if (iodma_window_iterates(window))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ITERATE_ONLY, COMMAND));
    return iodma_limits_within(&window->limits, &channel->limits)
               ? IODMA_OK
               : iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                              IODMA_AT_ARGUMENT(ENGINE, LIMITS));
}

/* Has a command a preparation left? */
static enum iodma_status check_prepared(const struct iodma_command *command)
{
    return command->prepared != command->held
               ? IODMA_OK
               : iodma_refuse(command->window.reason, IODMA_NOT_READY,
                              IODMA_AT_ARGUMENT(UNPREPARED, COMMAND));
}

/* May these two commands become one transfer of this engine? */
static enum iodma_status admit(const struct iodma_channel *channel,
                               const struct iodma_transfer *transfer)
{
    const struct iodma_command *source = transfer->source;
    const struct iodma_command *destination = transfer->destination;
    enum iodma_status status = check_prepared(source);

    if (status == IODMA_OK)
        status = check_prepared(destination);
    if (status != IODMA_OK)
        return status;
    if (source->window.length != destination->window.length)
        return iodma_refuse_values(source->window.reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   source->window.length,
                                   destination->window.length);
    status = check_end(channel, source, IODMA_IN);
    if (status == IODMA_OK)
        status = check_end(channel, destination, IODMA_OUT);
    return status == IODMA_OK ? check_phase(channel->dmac, transfer) : status;
}

static uint32_t retired(const struct iodma_channel *channel)
{
    return atomic_read_acquire(&channel->retired);
}

/* Nothing of any transfer is in the ring. */
static bool idle(const struct iodma_channel *channel)
{
    return retired(channel) == channel->emitted;
}

static bool failed(const struct iodma_channel *channel)
{
    return atomic_read_acquire(&channel->fault) != HAL_FAULT_NONE;
}

static bool finished(const struct iodma_channel *channel)
{
    return channel->active->zipped && idle(channel);
}

static bool late(const struct iodma_channel *channel)
{
    return hal_expired(channel->dmac->bus->clock, channel->active->deadline);
}

/* Give the engine as much of the active transfer as its ring takes. Returns
   how many items that was. */
static uint32_t feed(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *dmac = channel->dmac;
    struct hal_item items[BATCH];
    uint32_t fed = 0;
    uint32_t made;
    uint32_t taken;

    channel->seen = retired(channel);
    do {
        struct iodma_zip ahead = transfer->zip;

        made = iodma_zip_next(&ahead, items, BATCH);
        taken = dmac->ops->emit(dmac, items, made);
        fed += taken;
        if (taken == made)
            transfer->zip = ahead;
        else
            (void)iodma_zip_next(&transfer->zip, items, taken);
    } while (taken == BATCH);

    transfer->zipped = taken == made;
    channel->emitted += fed;
    dmac->ops->submit(dmac);
    return fed;
}

/* Stop the engine and start it afresh. Returns false if it would not stop:
   it may still touch the memory of what is in its ring. */
static bool restart(struct iodma_channel *channel)
{
    struct hal_dmac *dmac = channel->dmac;
    uint64_t deadline = hal_deadline(dmac->bus->clock, IODMA_HALT_MS);

    if (dmac->ops->halt(dmac, deadline) == HAL_STUCK) {
        channel->dead = true;
        return false;
    }
    (void)engine_start(channel);
    return true;
}

/* Make the next waiting transfer the active one. */
static bool begin(struct iodma_channel *channel)
{
    struct iodma_link *link = iodma_queue_take(&channel->waiting);

    if (!link)
        return false;
    channel->active = CONTAINER_OF(link, struct iodma_transfer, link);
    if (failed(channel)) /* while nobody used it */
        (void)restart(channel);
    if (!channel->dead && !late(channel))
        (void)feed(channel);
    return true;
}

enum iodma_status iodma_transfer_submit(struct iodma_channel *channel,
                                        struct iodma_transfer *transfer)
{
    enum iodma_status status;

    if (!channel || !transfer || !transfer->source || !transfer->destination ||
        !transfer->done)
        return IODMA_BAD_ARGUMENT;
    if (transfer->queued)
        return iodma_refuse(transfer->source->window.reason, IODMA_BUSY,
                            IODMA_RULE_QUEUED);
    if (channel->dead)
        return iodma_refuse(transfer->source->window.reason, IODMA_NOT_READY,
                            IODMA_RULE_CHANNEL);
    status = admit(channel, transfer);
    if (status != IODMA_OK)
        return status;
    status = iodma_command_hold(transfer->source);
    if (status != IODMA_OK)
        return status;
    status = iodma_command_hold(transfer->destination);
    if (status != IODMA_OK) {
        /* Source and destination are one command, prepared once. */
        (void)iodma_command_release(transfer->source);
        return status;
    }

    transfer->queued = true;
    transfer->zipped = false;
    transfer->quarantined = false;
    transfer->fault = HAL_FAULT_NONE;
    transfer->detail = 0;
    iodma_zip_begin(&transfer->zip, transfer->source, transfer->destination);
    iodma_queue_append(&channel->waiting, &transfer->link);
    if (!channel->active && !channel->serving)
        (void)begin(channel);
    return IODMA_OK;
}

void iodma_channel_reap(struct iodma_channel *channel)
{
    struct hal_progress progress = channel->dmac->ops->reap(channel->dmac);

    if (progress.fault != HAL_FAULT_NONE) {
        channel->detail = progress.detail;
        atomic_write_release(&channel->fault, progress.fault);
    }
    if (progress.retired != 0)
        atomic_write_release(&channel->retired,
                             channel->retired + progress.retired);
}

void iodma_channel_poll(struct iodma_channel *channel)
{
    const struct hal_lock *lock = channel->dmac->bus->lock;
    uint32_t state = lock->save();

    iodma_channel_reap(channel);
    lock->restore(state);
}

static enum iodma_status give_back(struct iodma_command *command)
{
    (void)iodma_command_release(command);
    return iodma_command_complete(command, true, true);
}

/* End the active transfer: first its own state, then the callback. */
static void finish(struct iodma_channel *channel, enum iodma_status status)
{
    struct iodma_transfer *transfer = channel->active;

    if (!transfer->quarantined) {
        enum iodma_status out = give_back(transfer->source);
        enum iodma_status in = give_back(transfer->destination);

        if (status == IODMA_OK)
            status = in != IODMA_OK ? in : out;
    }
    channel->active = NULL;
    transfer->queued = false;
    transfer->done(transfer, status);
}

/* Take the engine away from the active transfer, and note why it failed. */
static void stop(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;

    transfer->fault = channel->fault;
    transfer->detail = channel->detail;
    transfer->quarantined = !restart(channel);
}

/* Feed what is left. Returns true if an empty ring takes nothing of it: it
   never will. */
static bool stalled(struct iodma_channel *channel)
{
    bool empty = idle(channel);

    return !channel->active->zipped && feed(channel) == 0 && empty &&
           !channel->active->zipped;
}

/* Bring the active transfer forward. Returns true if that ended it. */
static bool advance(struct iodma_channel *channel)
{
    enum iodma_status status = IODMA_OK;

    if (!channel->dead && !finished(channel) && !failed(channel) &&
        late(channel))
        iodma_channel_poll(channel); /* an interrupt may have been lost */

    if (channel->dead) {
        status = IODMA_NOT_READY;
    } else if (failed(channel)) {
        stop(channel);
        status = IODMA_DMA_ERROR;
    } else if (!finished(channel) && late(channel)) {
        if (!idle(channel))
            stop(channel);
        status = IODMA_TIMEOUT;
    } else if (!finished(channel)) {
        if (!stalled(channel))
            return false;
        status = IODMA_MESSAGE_TOO_LARGE;
    }
    finish(channel, status);
    return true;
}

/* One round: what is there now. What a callback submits waits for the next one,
   begun at most, lest one that submits again hold the thread for ever. */
static void serve(struct iodma_channel *channel)
{
    const struct iodma_link *last =
        channel->waiting.first ? channel->waiting.last : &channel->active->link;
    bool more = true;

    while (more && (channel->active || begin(channel))) {
        more = &channel->active->link != last;
        if (!advance(channel))
            return;
    }
    if (!channel->active)
        (void)begin(channel);
}

bool iodma_channel_service(struct iodma_channel *channel)
{
    if (!channel->serving && (channel->active || channel->waiting.first)) {
        channel->serving = true;
        serve(channel);
        channel->serving = false;
    }
    return channel->active || channel->waiting.first;
}

bool iodma_channel_due(const struct iodma_channel *channel)
{
    if (!channel->active)
        return channel->waiting.first != NULL;
    return channel->dead || failed(channel) || idle(channel) ||
           (!channel->active->zipped && retired(channel) != channel->seen) ||
           late(channel);
}
