/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include "../hal/bits.h"
#include "../hal/clock.h"
#include "transfer.h"

#include <stddef.h>

/* Items zipped at a time: a compromise between stack and calls. */
enum { BATCH = 8 };

/* Possession -------------------------------------------------------------- */

enum iodma_status iodma_engine_start(struct iodma_channel *channel)
{
    struct hal_dmac *dmac = channel->dmac;
    enum iodma_status status;

    if (channel->engine != dmac)
        (void)channel->engine->ops->start(channel->engine);
    status = dmac->ops->start(dmac);
    channel->emitted = 0;
    channel->retired = 0;
    channel->fault = HAL_FAULT_NONE;
    channel->detail = 0;
    channel->dead = status != IODMA_OK;
    return status;
}

/* Does an engine have all that no engine is without? */
static bool is_stated(const struct hal_dmac *dmac)
{
    return dmac && dmac->ops && dmac->bus && dmac->limits;
}

enum iodma_status iodma_channel_init(struct iodma_channel *channel,
                                     struct hal_dmac *dmac, const char *owner)
{
    struct iodma_limits limits;
    enum iodma_status status;

    if (!channel || !owner || !is_stated(dmac) ||
        !is_power_of_two(dmac->same_phase) ||
        iodma_limits_set(&limits, dmac->limits, NULL) != IODMA_OK)
        return IODMA_BAD_ARGUMENT;
    status = hal_dmac_claim(dmac, owner);
    if (status != IODMA_OK)
        return status;

    *channel = (struct iodma_channel){ .dmac = dmac,
                                       .engine = dmac,
                                       .limits = limits };
    status = iodma_engine_start(channel);
    if (status == IODMA_BUSY)
        hal_dmac_release(dmac);
    return status;
}

enum iodma_status iodma_channel_lend_stand_in(struct iodma_channel *channel,
                                              struct hal_dmac *stand_in)
{
    enum iodma_status status;

    if (!channel || !is_stated(stand_in) || stand_in->bus != channel->dmac->bus)
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

/* What it has done -------------------------------------------------------- */

static void reap(struct iodma_channel *channel, struct hal_dmac *engine)
{
    struct hal_progress progress = engine->ops->reap(engine);

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
    reap(channel, channel->dmac);
}

void iodma_channel_poll(struct iodma_channel *channel)
{
    const struct hal_lock *lock = channel->dmac->bus->lock;
    uint32_t state = lock->save(lock);

    iodma_channel_reap(channel);
    lock->restore(lock, state);
}

void iodma_engine_reap_stand_in(struct iodma_channel *channel)
{
    if (channel->engine != channel->dmac)
        reap(channel, channel->engine);
}

/* Work -------------------------------------------------------------------- */

/* Have the rows that were to be one item go one by one. Returns false: there
   are none. */
static bool split_rows(struct iodma_transfer *transfer)
{
    if (transfer->route.rows <= 1)
        return false;
    transfer->zip.count = transfer->route.rows;
    transfer->route.rows = 1;
    transfer->route.source_stride = 0;
    transfer->route.destination_stride = 0;
    return true;
}

/* Who goes this way? */
static enum iodma_status choose(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *dmac = channel->dmac;
    struct hal_dmac *stand_in = channel->stand_in;
    enum iodma_status status;

    channel->engine = dmac;
    do
        status = dmac->ops->route(dmac, &transfer->route);
    while (status == IODMA_UNSUPPORTED && split_rows(transfer));
    if (status != IODMA_UNSUPPORTED || !stand_in)
        return status;
    status = stand_in->ops->route(stand_in, &transfer->route);
    if (status == IODMA_OK) {
        channel->engine = stand_in;
        channel->stood_in++;
    }
    return status;
}

uint32_t iodma_engine_feed(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    struct hal_dmac *engine = channel->engine;
    struct hal_item items[BATCH];
    uint32_t fed = 0;
    uint32_t made;
    uint32_t taken;

    channel->seen = iodma_engine_retired(channel);
    do {
        struct iodma_zip before = transfer->zip;

        made = iodma_zip_next(&transfer->zip, items, BATCH);
        taken = engine->ops->emit(engine, items, made);
        if (taken != made) {
            transfer->zip = before;
            (void)iodma_zip_next(&transfer->zip, items, taken);
        }
        fed += taken;
    } while (taken == BATCH);

    transfer->zipped = taken == made;
    channel->emitted += fed;
    if (!transfer->period || transfer->zipped)
        engine->ops->submit(engine);
    return fed;
}

enum iodma_status iodma_engine_set_off(struct iodma_channel *channel)
{
    struct iodma_transfer *transfer = channel->active;
    enum iodma_status status;

    /* Rows may go this way, but not these. */
    do
        status = choose(channel);
    while (status == IODMA_OK && iodma_engine_feed(channel) == 0 &&
           split_rows(transfer));
    if (status == IODMA_OK && transfer->period && !transfer->zipped)
        status = IODMA_MESSAGE_TOO_LARGE;
    return status;
}

/* Rest -------------------------------------------------------------------- */

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

uint32_t iodma_engine_halt(struct iodma_channel *const *channels,
                           uint32_t which, uint64_t deadline)
{
    struct hal_dmac *set[IODMA_ENGINES];
    uint32_t together = 0; /* a bit each */
    uint32_t size = 0;
    uint32_t stuck = 0;

    for (uint32_t bit = 1; which != 0; bit <<= 1, channels++) {
        struct hal_dmac *engine;

        if ((which & bit) == 0)
            continue;
        which -= bit;
        engine = (*channels)->engine;
        if (engine == (*channels)->dmac) {
            together |= bit;
            set[size++] = engine;
        } else if (engine->ops->halt(&engine, 1, deadline) != 0) {
            stuck |= bit;
        }
    }
    if (size != 0)
        stuck |= spread(set[0]->ops->halt(set, size, deadline), together);
    return stuck;
}

static uint64_t patience(const struct iodma_channel *channel)
{
    return hal_deadline(channel->dmac->bus->clock, IODMA_HALT_MS);
}

bool iodma_engine_stop(struct iodma_channel *channel)
{
    return iodma_engine_halt(&channel, 1, patience(channel)) != 0;
}

/* A fault may have been of either of two engines. */
void iodma_engine_restart(struct iodma_channel *channel, bool stuck)
{
    struct hal_dmac *dmac = channel->dmac;

    if (channel->engine != dmac && !stuck)
        stuck = dmac->ops->halt(&dmac, 1, patience(channel)) != 0;
    if (stuck)
        channel->dead = true;
    else
        (void)iodma_engine_start(channel);
}
