/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include "../hal/atomic.h"
#include "../hal/bits.h"
#include "../hal/clock.h"
#include "../hal/container_of.h"
#include "command.h"
#include "transfer.h"

#include <stddef.h>

/* Items zipped at a time: a compromise between stack and calls. */
enum { BATCH = 8 };

/* Channels that are halted at once, at most: a bit each. */
enum { SET = 32 };

/* The engine ------------------------------------------------------------- */

/* Start the engine anew; its counts begin at 0 on both sides. */
static enum iodma_status engine_start(struct iodma_channel *channel)
{
    enum iodma_status status = channel->dmac->ops->start(channel->dmac);

    channel->engine = channel->dmac;
    channel->emitted = 0;
    channel->retired = 0;
    channel->fault = HAL_FAULT_NONE;
    channel->detail = 0;
    channel->dead = status != IODMA_OK;
    return status;
}

enum iodma_status iodma_channel_init(struct iodma_channel *channel,
                                     struct hal_dmac *dmac, const char *owner)
{
    struct iodma_limits limits;
    enum iodma_status status;

    if (!channel || !dmac || !owner || !is_power_of_two(dmac->same_phase) ||
        iodma_limits_set(&limits, dmac->limits, NULL) != IODMA_OK)
        return IODMA_BAD_ARGUMENT;
    status = hal_dmac_claim(dmac, owner);
    if (status != IODMA_OK)
        return status;

    *channel = (struct iodma_channel){ .dmac = dmac, .limits = limits };
    status = engine_start(channel);
    if (status == IODMA_BUSY)
        hal_dmac_release(dmac);
    return status;
}

enum iodma_status iodma_channel_lend_stand_in(struct iodma_channel *channel,
                                              struct hal_dmac *stand_in)
{
    enum iodma_status status;

    if (!channel || !stand_in || stand_in->bus != channel->dmac->bus)
        return IODMA_BAD_ARGUMENT;
    status = hal_dmac_claim(stand_in, channel->dmac->owner);
    if (status != IODMA_OK)
        return status;
    status = stand_in->ops->start(stand_in);
    if (status == IODMA_OK)
        channel->stand_in = stand_in;
    else
        hal_dmac_release(stand_in);
    return status;
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

static void note(struct iodma_channel *channel, struct hal_progress progress)
{
    if (progress.fault != HAL_FAULT_NONE) {
        channel->detail = progress.detail;
        atomic_write_release(&channel->fault, progress.fault);
    }
    if (progress.retired != 0)
        atomic_write_release(&channel->retired,
                             channel->retired + progress.retired);
}

void iodma_channel_reap(struct iodma_channel *channel)
{
    note(channel, channel->dmac->ops->reap(channel->dmac));
}

void iodma_channel_poll(struct iodma_channel *channel)
{
    const struct hal_lock *lock = channel->dmac->bus->lock;
    uint32_t state = lock->save(lock);

    iodma_channel_reap(channel);
    lock->restore(lock, state);
}

/* The stand-in has no interrupt. */
static void reap_stand_in(struct iodma_channel *channel)
{
    if (channel->engine != channel->dmac)
        note(channel, channel->engine->ops->reap(channel->engine));
}

static uint64_t patience(const struct iodma_channel *channel)
{
    return hal_deadline(channel->dmac->bus->clock, IODMA_HALT_MS);
}

/* Start an engine afresh that was halted. One that is stuck may still touch
   what is in its ring. Where it was the stand-in, both are: a fault may have
   been of either. */
static void restart(struct iodma_channel *channel, bool stuck)
{
    struct hal_dmac *dmac = channel->dmac;

    if (channel->engine != dmac && !stuck) {
        (void)channel->engine->ops->start(channel->engine);
        stuck = dmac->ops->halt(&dmac, 1, patience(channel)) != 0;
    }
    if (stuck)
        channel->dead = true;
    else
        (void)engine_start(channel);
}

/* The n-th bit goes to where the n-th bit of `places` is. */
static uint32_t spread(uint32_t bits, uint32_t places)
{
    uint32_t answer = 0;

    for (; places != 0; places &= places - 1, bits >>= 1) {
        if ((bits & 1) != 0)
            answer |= places & (0 - places);
    }
    return answer;
}

/* Stop the engines of a set: a controller's all at once, a stand-in by itself.
   Returns those that do not, a bit each. */
static uint32_t halt(struct iodma_channel *const *channels, uint32_t count,
                     uint64_t deadline)
{
    struct hal_dmac *set[SET];
    uint32_t members = 0; /* a bit each */
    uint32_t size = 0;
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct hal_dmac *engine = channels[i]->engine;

        if (engine == channels[i]->dmac) {
            members |= BIT32(i);
            set[size++] = engine;
        } else if (engine->ops->halt(&engine, 1, deadline) != 0) {
            stuck |= BIT32(i);
        }
    }
    if (size != 0)
        stuck |= spread(set[0]->ops->halt(set, size, deadline), members);
    return stuck;
}

/* The active transfer ---------------------------------------------------- */

static bool cyclic(const struct iodma_transfer *transfer)
{
    return transfer->period != NULL;
}

static bool finished(const struct iodma_channel *channel)
{
    return channel->active->zipped && !cyclic(channel->active) && idle(channel);
}

static bool late(const struct iodma_channel *channel)
{
    return hal_expired(channel->dmac->bus->clock, channel->active->deadline);
}

/* Bytes that the engine has not been given. */
static hal_address left(const struct iodma_transfer *transfer)
{
    return iodma_zip_left(&transfer->zip) * larger32(transfer->route.rows, 1);
}

/* Give the engine as much of the active transfer as its ring takes. Returns
   how many items that was. */
static uint32_t feed(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *engine = channel->engine;
    struct hal_item items[BATCH];
    uint32_t fed = 0;
    uint32_t made;
    uint32_t taken;

    channel->seen = retired(channel);
    do {
        struct iodma_zip ahead = transfer->zip;

        made = iodma_zip_next(&ahead, items, BATCH);
        taken = engine->ops->emit(engine, items, made);
        fed += taken;
        if (taken == made)
            transfer->zip = ahead;
        else
            (void)iodma_zip_next(&transfer->zip, items, taken);
    } while (taken == BATCH);

    transfer->zipped = taken == made;
    channel->emitted += fed;
    if (!cyclic(transfer) || transfer->zipped)
        engine->ops->submit(engine);
    return fed;
}

static enum iodma_status give_back(struct iodma_command *command)
{
    if (!command)
        return IODMA_OK;
    (void)iodma_command_release(command);
    return iodma_command_complete(command, true, true);
}

/* End a transfer that the channel does not have any more: first its own state,
   then the callback. */
static void end(struct iodma_transfer *transfer, enum iodma_status status)
{
    if (status == IODMA_OK)
        transfer->residue = (struct hal_residue){ 0, 0 };
    if (!transfer->quarantined) {
        enum iodma_status out = give_back(transfer->source);
        enum iodma_status in = give_back(transfer->destination);

        if (status == IODMA_OK)
            status = in != IODMA_OK ? in : out;
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

/* Note why the engine does not go on, and how far it came. It is halted. */
static void settle(struct iodma_channel *channel, bool stuck)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *engine = channel->engine;
    hal_address rest = left(transfer);

    transfer->fault = channel->fault;
    transfer->detail = channel->detail;
    transfer->residue = engine->ops->residue(engine);
    transfer->residue.least += rest;
    transfer->residue.most += rest;
    transfer->quarantined = stuck;
    restart(channel, stuck);
}

/* The engine rests, and has moved all that it was given. */
static void settle_idle(struct iodma_transfer *transfer)
{
    transfer->residue.least = left(transfer);
    transfer->residue.most = transfer->residue.least;
}

/* Take the engine away from the active transfer. */
static void stop(struct iodma_channel *channel)
{
    settle(channel, halt(&channel, 1, patience(channel)) != 0);
}

/* Have the rows that were to be one item go one by one. */
static void split_rows(struct iodma_transfer *transfer)
{
    transfer->zip.count = transfer->route.rows;
    transfer->route.rows = 0;
    transfer->route.source_stride = 0;
    transfer->route.destination_stride = 0;
}

/* Who goes this way: the engine, if need be row by row, or else its
   stand-in. */
static enum iodma_status choose(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *dmac = channel->dmac;
    struct hal_dmac *stand_in = channel->stand_in;
    enum iodma_status status = dmac->ops->route(dmac, &transfer->route);

    channel->engine = dmac;
    if (status == IODMA_UNSUPPORTED && transfer->route.rows > 1) {
        split_rows(transfer);
        status = dmac->ops->route(dmac, &transfer->route);
    }
    if (status != IODMA_UNSUPPORTED || !stand_in)
        return status;
    status = stand_in->ops->route(stand_in, &transfer->route);
    if (status == IODMA_OK) {
        channel->engine = stand_in;
        channel->stood_in++;
    }
    return status;
}

/* Give the engine the first items of the active transfer. */
static enum iodma_status set_off(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    enum iodma_status status = choose(channel);

    transfer->next = 0;
    if (status == IODMA_OK && feed(channel) == 0 && transfer->route.rows > 1) {
        split_rows(transfer); /* they go this way, but not these */
        status = choose(channel);
        if (status == IODMA_OK)
            (void)feed(channel);
    }
    if (status == IODMA_OK && cyclic(transfer) && !transfer->zipped)
        status = IODMA_MESSAGE_TOO_LARGE;
    return status;
}

/* NULL: none waits. */
static struct iodma_transfer *first_waiting(const struct iodma_channel *channel)
{
    struct iodma_link *link = channel->waiting.first;

    return link ? HAL_CONTAINER_OF(link, struct iodma_transfer, link) : NULL;
}

/* Make the next waiting transfer the active one. */
static bool begin(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = first_waiting(channel);

    if (!transfer)
        return false;
    (void)iodma_queue_take(&channel->waiting);
    channel->active = transfer;
    if (failed(channel)) /* while nobody used it */
        restart(channel, halt(&channel, 1, patience(channel)) != 0);
    channel->seen = retired(channel); /* of it no period is over */
    if (channel->dead || late(channel))
        return true;
    transfer->refused = set_off(channel);
    return true;
}

/* Feed what is left. Returns true if an empty ring takes nothing of it: it
   never will. */
static bool stalled(struct iodma_channel *channel)
{
    bool empty = idle(channel);

    return !channel->active->zipped && feed(channel) == 0 && empty &&
           !channel->active->zipped;
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
   lost. Returns true if that ended the transfer: a callback did, or one could
   not be handed over. */
static bool tell_periods(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    uint32_t count = transfer->zip.count;
    uint32_t over = retired(channel);
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
    if (status != IODMA_OK) {
        stop(channel);
        finish(channel, status);
    }
    return channel->active != transfer;
}

/* Bring the active transfer forward. Returns true if that ended it. */
static bool advance(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    enum iodma_status status = IODMA_OK;

    reap_stand_in(channel);
    if (!channel->dead && !finished(channel) && !failed(channel) &&
        late(channel))
        iodma_channel_poll(channel); /* an interrupt may have been lost */
    if (cyclic(transfer) && tell_periods(channel))
        return true;

    if (channel->dead) {
        status = IODMA_NOT_READY;
    } else if (transfer->refused != IODMA_OK) {
        if (!idle(channel)) /* it has part of a cycle */
            stop(channel);
        status = (enum iodma_status)transfer->refused;
    } else if (failed(channel)) {
        stop(channel);
        status = IODMA_DMA_ERROR;
    } else if (!finished(channel) && late(channel)) {
        if (!idle(channel) || cyclic(transfer))
            stop(channel);
        else
            settle_idle(transfer);
        status = IODMA_TIMEOUT;
    } else if (!finished(channel)) {
        if (!stalled(channel))
            return false;
        settle_idle(transfer);
        status = IODMA_MESSAGE_TOO_LARGE;
    }
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
static void serve(struct iodma_channel *channel)
{
    channel->round++;
    while ((channel->active || begin(channel)) &&
           channel->active->round != channel->round) {
        if (!advance(channel))
            return;
    }
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
    const struct iodma_transfer *active = channel->active;

    if (!active)
        return channel->waiting.first != NULL;
    if (channel->dead || failed(channel) || late(channel) ||
        channel->engine != channel->dmac || active->refused != IODMA_OK)
        return true;
    if (cyclic(active))
        return retired(channel) != channel->seen;
    return idle(channel) ||
           (!active->zipped && retired(channel) != channel->seen);
}

/* Aborting --------------------------------------------------------------- */

/* Is there a transfer under way that could go on? */
static bool running(struct iodma_channel *channel)
{
    if (!channel->active || channel->dead)
        return false;
    iodma_channel_poll(channel);
    reap_stand_in(channel);
    return !finished(channel) && !failed(channel);
}

/* End what the halted engine was at. */
static uint8_t end_halted(struct iodma_channel *channel, bool stuck)
{
    struct iodma_transfer *transfer = channel->active;
    bool over;

    settle(channel, stuck);
    over = transfer->residue.most == 0 && !cyclic(transfer) && !stuck;
    finish(channel, over ? IODMA_OK : IODMA_ABORTED);
    if (stuck)
        return IODMA_ABORT_STUCK;
    return over ? IODMA_ABORT_COMPLETED : IODMA_ABORT_STOPPED;
}

/* End what is under way on a channel whose engine was halted, or rested. */
static uint8_t end_active(struct iodma_channel *channel, bool halted,
                          bool stuck)
{
    if (channel->active && halted)
        return end_halted(channel, stuck);
    if (channel->active)
        (void)advance(channel);
    /* A callback may have ended what was stuck. */
    return stuck && channel->dead ? IODMA_ABORT_STUCK : IODMA_ABORT_COMPLETED;
}

/* Have channels begin nothing, whatever callbacks ask for: one that is halted
   does not run. Returns those that would have, a bit each. */
static uint32_t keep_still(struct iodma_channel *const *channels,
                           uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!channels[i]->serving)
            kept |= BIT32(i);
        channels[i]->serving = true;
    }
    return kept;
}

enum iodma_status iodma_channels_abort(struct iodma_channel *const *channels,
                                       uint32_t count, uint64_t deadline,
                                       uint8_t *outcomes)
{
    struct iodma_channel *set[SET];
    uint32_t halted = 0; /* a bit each */
    uint32_t stuck = 0;
    uint32_t size = 0;
    uint32_t kept;

    if (!channels || count == 0 || count > SET)
        return IODMA_BAD_ARGUMENT;
    kept = keep_still(channels, count);
    for (uint32_t i = 0; i < count; i++) {
        if (running(channels[i])) {
            halted |= BIT32(i);
            set[size++] = channels[i];
        }
    }
    if (size != 0)
        stuck = spread(halt(set, size, deadline), halted);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t outcome = end_active(channels[i], (halted & BIT32(i)) != 0,
                                     (stuck & BIT32(i)) != 0);

        if ((kept & BIT32(i)) != 0)
            channels[i]->serving = false;
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
    if (channel->active == transfer) {
        (void)iodma_channels_abort(&channel, 1, deadline, &answer);
    } else if (transfer->queued) {
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
    enum iodma_status status;

    channel->serving = true;
    channel->round++;
    channel->active = NULL;
    if (channel->engine != channel->dmac)
        (void)channel->engine->ops->start(channel->engine);
    status = engine_start(channel);
    if (transfer) {
        transfer->residue.least = left(transfer);
        end(transfer, IODMA_ABORTED);
    }
    /* What callbacks submit comes behind, and is of this round. */
    while ((transfer = first_waiting(channel)) != NULL &&
           transfer->round != channel->round) {
        (void)iodma_queue_take(&channel->waiting);
        end(transfer, IODMA_ABORTED);
    }
    channel->serving = false;
    if (channel->waiting.first)
        (void)begin(channel);
    return status;
}
