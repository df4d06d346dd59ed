/* SPDX-License-Identifier: MIT */
#include "rp2040_dma_parts.h"

#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../clock.h"

_Static_assert(RP2040_DMA_SLOT_SIZE == sizeof(struct rp2040_block) &&
                   RP2040_DMA_TAIL_SIZE == sizeof(struct rp2040_tail),
               "as rp2040_dma.h says");

enum {
    START_MS = 10, /* for a channel to end that halt had given up */

    /* Elements that may be under way between the read and the write side:
       WRITE_ADDR of a failed access is at most 5 elements too high (dma.h,
       WRITE_ERROR). */
    IN_FLIGHT = 5,
};

/* How a register of a controller reads that is not there. */
#define ABSENT UINT32_MAX

/* More slots than a ring has. */
#define ASTRAY UINT32_MAX

const struct hal_limits rp2040_dma_limits = {
    .address_bits = 32,
    .max_segment = UINT32_MAX,
};

/* The control channel moves words. */
const struct hal_limits rp2040_dma_ring_limits = {
    .address_bits = 32,
    .align_address = RP2040_WORD,
    .max_segments = 1,
};

/* Registers --------------------------------------------------------------- */

static uint32_t read_of(const struct rp2040_dma *dma, uint32_t channel,
                        uint32_t offset)
{
    return mmio_read32(dma->base + RP2040_CHANNEL(channel) + offset);
}

static void write_of(const struct rp2040_dma *dma, uint32_t channel,
                     uint32_t offset, uint32_t value)
{
    mmio_write32(dma->base + RP2040_CHANNEL(channel) + offset, value);
}

/* Both channels in a register of all of them. */
static uint32_t both(const struct rp2040_dma *dma)
{
    return BIT32(dma->data) | BIT32(dma->control);
}

/* Drop their interrupts. Who calls reads something of the controller then. */
static void acknowledge(const struct rp2040_dma *dma, uint32_t channels)
{
    mmio_write32(dma->base + RP2040_INTS(dma->line), channels);
}

/* What CTRL of either channel says. The control channel is first: it starts the
   other one. */
static uint32_t either(const struct rp2040_dma *dma)
{
    uint32_t control = read_of(dma, dma->control, RP2040_AL1_CTRL);

    return control | read_of(dma, dma->data, RP2040_AL1_CTRL);
}

/* CTRL of the control channel: four words to four registers, over and over. */
static uint32_t loads(const struct rp2040_dma *dma)
{
    return RP2040_CTRL_EN | RP2040_CTRL_SIZE(RP2040_WORD_LOG) |
           RP2040_CTRL_INCR_READ | RP2040_CTRL_INCR_WRITE |
           RP2040_CTRL_RING_SEL | RP2040_CTRL_RING(RP2040_BLOCK_LOG) |
           RP2040_CTRL_CHAIN_TO(dma->control) | RP2040_UNPACED |
           RP2040_CTRL_IRQ_QUIET;
}

/* Submit ------------------------------------------------------------------ */

/* The doorbell: run from the first slot that has not retired. */
static void run(struct rp2040_dma *dma)
{
    dma->state = RP2040_DMA_RUNNING;
    dma->turn = 0;
    dma->dmac.counts.doorbells++;
    write_of(dma, dma->control, RP2040_AL3_READ_ADDR_TRIG,
             (uint32_t)dma->ring.bus +
                 ring_slot(dma->retired, dma->slots) * RP2040_BLOCK);
}

static void rp2040_submit(struct hal_dmac *dmac)
{
    struct rp2040_dma *dma = to_rp2040(dmac);
    uint32_t state;

    if (dma->filled == dma->told)
        return;

    rp2040_close_batch(dma);
    hal_publish(dmac->bus); /* the slots reach memory before the doorbell */

    /* reap, in an ISR, looks at told and at state as well */
    state = dmac->bus->lock->save(dmac->bus->lock);
    dma->told = dma->filled;
    if (dma->state == RP2040_DMA_IDLE)
        run(dma);
    dmac->bus->lock->restore(dmac->bus->lock, state);
}

/* Reap -------------------------------------------------------------------- */

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct rp2040_dma *dma, uint32_t fault,
                                uint32_t detail)
{
    dma->state = RP2040_DMA_FAULTED;
    return (struct hal_progress){ .fault = fault, .detail = detail };
}

/* Slots from `first` on that the control channel, which is there, has read;
   ASTRAY if it is not in the ring. The jump counts as the slot before it. */
static uint32_t passed(const struct rp2040_dma *dma, uint32_t there,
                       uint32_t first)
{
    uint32_t blocks = (there - (uint32_t)dma->ring.bus) / RP2040_BLOCK;

    if (blocks > dma->slots + 1)
        return ASTRAY;
    return ring_slot(smaller32(blocks, dma->slots) - first, dma->slots);
}

/* Is there a null block among these slots, which would have been the end? */
static bool ends_within(const struct rp2040_dma *dma, uint32_t first,
                        uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i++) {
        if (rp2040_bytes_of(dma, first + i) == 0)
            return true;
    }
    return false;
}

/* Both channels rest. Unless the last thing that they met is a null block, the
   interrupt was not the end of a batch. Beyond one they cannot be. */
static struct hal_progress retire(struct rp2040_dma *dma, uint32_t there)
{
    uint32_t slots = passed(dma, there, dma->retired);
    uint32_t end = dma->retired + slots;

    if (slots > ring_used(dma->told, dma->retired))
        return fail(dma, HAL_FAULT_DESCRIPTOR, there);
    if (slots == 0 || rp2040_bytes_of(dma, end - 1) != 0)
        return (struct hal_progress){ .retired = 0 };
    if (ends_within(dma, dma->retired, slots - 1))
        return fail(dma, HAL_FAULT_DESCRIPTOR, there);

    atomic_write_release(&dma->retired, end);
    dma->state = RP2040_DMA_IDLE;
    if (end != dma->told)
        run(dma);
    return (struct hal_progress){ .retired = slots - 1 };
}

/* A period is over when its second slot has been read. A cycle of one looks the
   same after every turn. */
static struct hal_progress retire_periods(struct rp2040_dma *dma,
                                          uint32_t there)
{
    uint32_t offset = there - (uint32_t)dma->ring.bus;
    uint32_t count = dma->filled / 2;
    uint32_t over = offset / (2 * RP2040_BLOCK);
    uint32_t before = dma->turn;

    if (offset > dma->filled * RP2040_BLOCK)
        return fail(dma, HAL_FAULT_DESCRIPTOR, there);
    if (count == 1)
        return (struct hal_progress){ .retired = 1 };
    dma->turn = over;
    return (struct hal_progress){
        .retired = over >= before ? over - before : over + count - before,
    };
}

/* It runs, and has interrupted. */
static struct hal_progress look(struct rp2040_dma *dma)
{
    uint32_t data = read_of(dma, dma->data, RP2040_AL1_CTRL);
    uint32_t control = read_of(dma, dma->control, RP2040_AL1_CTRL);
    uint32_t there = read_of(dma, dma->control, RP2040_READ_ADDR);

    if ((data & RP2040_CTRL_AHB_ERROR) != 0)
        return fail(dma, HAL_FAULT_BUS, data);
    if ((control & RP2040_CTRL_AHB_ERROR) != 0)
        return fail(dma, HAL_FAULT_BUS, control);
    if (dma->cyclic)
        return retire_periods(dma, there);
    if (((data | control) & RP2040_CTRL_BUSY) != 0)
        return (struct hal_progress){ .retired = 0 };
    return retire(dma, there);
}

static struct hal_progress rp2040_reap(struct hal_dmac *dmac)
{
    struct rp2040_dma *dma = to_rp2040(dmac);
    uint32_t line = mmio_read32(dma->base + RP2040_INTS(dma->line));

    if (line == ABSENT && dma->state == RP2040_DMA_RUNNING)
        return fail(dma, HAL_FAULT_OTHER, line);
    if ((line & both(dma)) == 0)
        return (struct hal_progress){ .retired = 0 };

    acknowledge(dma, line & both(dma));
    if (dma->state == RP2040_DMA_RUNNING)
        return look(dma);
    (void)mmio_read32(dma->base + RP2040_INTS(dma->line));
    return (struct hal_progress){ .retired = 0 };
}

/* Residue ----------------------------------------------------------------- */

/* The last slot that the control channel has read may have been moved
   or not, and in part if the data channel, not stopped by an error, says so. */
static struct hal_residue count_left(const struct rp2040_dma *dma, bool sound)
{
    uint32_t first = atomic_read_acquire(&dma->retired);
    uint32_t before =
        passed(dma, read_of(dma, dma->control, RP2040_READ_ADDR), first);
    uint32_t elements = read_of(dma, dma->data, RP2040_TRANS_COUNT);
    uint32_t after =
        passed(dma, read_of(dma, dma->control, RP2040_READ_ADDR), first);
    struct hal_residue left = { 0, rp2040_bytes_from(dma, first) };
    uint32_t last = first + after - 1;
    uint32_t part;

    if (after > ring_used(dma->filled, first))
        return left;
    if (after == 0) {
        left.least = left.most;
        return left;
    }

    part = rp2040_bytes_of(dma, last);
    left.least = rp2040_bytes_from(dma, first + after);
    left.most = left.least + part;
    sound = sound && (either(dma) & RP2040_CTRL_AHB_ERROR) == 0;
    if (sound && before == after && elements != 0) {
        uint32_t log = RP2040_CTRL_LOG(from_le32(rp2040_slot(dma, last)->ctrl));
        uint32_t may = smaller32(elements, part >> log);
        uint32_t sure = may - smaller32(may, IN_FLIGHT);

        left.most = left.least + ((hal_address)may << log);
        left.least += (hal_address)sure << log;
    }
    return left;
}

static struct hal_residue left_in(const struct rp2040_dma *dma, uint32_t state)
{
    hal_address bytes;

    if (state != RP2040_DMA_IDLE)
        return count_left(dma, state == RP2040_DMA_RUNNING);
    bytes = rp2040_bytes_from(dma, dma->retired);
    return (struct hal_residue){ bytes, bytes };
}

static struct hal_residue rp2040_residue(struct hal_dmac *dmac)
{
    struct rp2040_dma *dma = to_rp2040(dmac);
    uint32_t state = atomic_read_acquire(&dma->state);

    return state == RP2040_DMA_STUCK || state == RP2040_DMA_STOPPED
               ? dma->left
               : left_in(dma, state);
}

/* Halt -------------------------------------------------------------------- */

/* Neither channel starts anything from here on, and what runs is paused. The
   control channel is first: it writes the other one's CTRL. */
static void pause_channels(const struct rp2040_dma *dma)
{
    uint32_t ctrl;

    mmio_write32(dma->base + RP2040_CLEAR + RP2040_INTE(dma->line), both(dma));
    write_of(dma, dma->control, RP2040_AL1_CTRL, loads(dma) & ~RP2040_CTRL_EN);
    ctrl = read_of(dma, dma->data, RP2040_AL1_CTRL);
    write_of(dma, dma->data, RP2040_AL1_CTRL,
             ctrl & ~(RP2040_CTRL_EN | RP2040_CTRL_ERRORS));
}

/* Which of both are busy. The control channel is first, as above. */
static uint32_t busy(const struct rp2040_dma *dma)
{
    uint32_t control = read_of(dma, dma->control, RP2040_AL1_CTRL);
    uint32_t data = read_of(dma, dma->data, RP2040_AL1_CTRL);

    return ((control & RP2040_CTRL_BUSY) != 0 ? BIT32(dma->control) : 0) |
           ((data & RP2040_CTRL_BUSY) != 0 ? BIT32(dma->data) : 0);
}

/* From here on a late interrupt starts nothing. Returns what is to be aborted:
   nothing, if the channels are not ours, or rest. */
static uint32_t begin_halt(struct rp2040_dma *dma)
{
    const struct hal_lock *lock = dma->dmac.bus->lock;
    uint32_t state = lock->save(lock);
    uint32_t before = dma->state;
    bool ours = before != RP2040_DMA_OFF && before != RP2040_DMA_STOPPED;

    if (ours)
        dma->state = RP2040_DMA_STUCK;
    lock->restore(lock, state);
    if (!ours)
        return 0;
    pause_channels(dma);
    if (before != RP2040_DMA_STUCK)
        dma->left = left_in(dma, before);
    return busy(dma);
}

/* Has CHAN_ABORT not taken effect yet? BUSY may end before, with what was in
   flight, or behind it (erratum RP2040-E13). */
static bool aborts(const struct rp2040_dma *dma)
{
    return (mmio_read32(dma->base + RP2040_CHAN_ABORT) & both(dma)) != 0;
}

/* Wait until the abort is over. Returns whether it is: the channels are then
   disabled, and anybody's. */
static bool end_halt(struct rp2040_dma *dma, uint64_t deadline)
{
    struct hal_wait wait = { .deadline = deadline };

    if (dma->state != RP2040_DMA_STUCK)
        return true;
    while (busy(dma) != 0 || aborts(dma)) {
        if (!hal_wait_again(&wait, dma->dmac.bus->clock))
            return false;
    }

    /* A block that was on its way may have enabled it again. */
    write_of(dma, dma->data, RP2040_AL1_CTRL, RP2040_CTRL_ERRORS);
    acknowledge(dma, both(dma));
    if ((either(dma) & RP2040_CTRL_EN) != 0)
        return false;
    dma->state = RP2040_DMA_STOPPED;
    return true;
}

static uint32_t rp2040_halt(struct hal_dmac *const *set, uint32_t count,
                            uint64_t deadline)
{
    uint32_t channels = 0;
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++)
        channels |= begin_halt(to_rp2040(set[i]));
    if (channels != 0)
        mmio_write32(to_rp2040(set[0])->base + RP2040_CHAN_ABORT, channels);
    for (uint32_t i = 0; i < count; i++) {
        if (!end_halt(to_rp2040(set[i]), deadline))
            stuck |= BIT32(i);
    }
    return stuck;
}

/* Start ------------------------------------------------------------------- */

/* The ring is there, whole, on words and within reach. To start a channel with
   address 0 is not to start it. */
static bool ring_fits(const struct rp2040_dma *dma)
{
    return dma->ring.cpu && dma->lengths && dma->slots >= 4 &&
           is_power_of_two(dma->slots) &&
           dma->ring.size >= RP2040_DMA_RING_SIZE(dma->slots) &&
           dma->ring.bus != 0 && modulo(dma->ring.bus, RP2040_WORD) == 0 &&
           in_reach(dma->ring.bus, (hal_address)dma->ring.size);
}

static bool set_up(const struct rp2040_dma *dma)
{
    return ring_fits(dma) && in_reach((hal_address)dma->base, RP2040_SIZE) &&
           dma->data < RP2040_CHANNELS && dma->control < RP2040_CHANNELS &&
           dma->data != dma->control && dma->line < RP2040_LINES &&
           dma->dmac.periods <= RP2040_DMA_PERIODS(dma->slots);
}

/* Has somebody else one of the channels enabled, or paused in its middle? */
static bool taken(const struct rp2040_dma *dma)
{
    return (dma->state == RP2040_DMA_OFF || dma->state == RP2040_DMA_STOPPED) &&
           (either(dma) & (RP2040_CTRL_EN | RP2040_CTRL_BUSY)) != 0;
}

/* Returns whether the controller keeps what it is told: it is there, and out of
   reset. */
static bool prepare_channels(const struct rp2040_dma *dma)
{
    uint32_t load = loads(dma);

    write_of(dma, dma->data, RP2040_AL1_CTRL,
             RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(dma->data) |
                 RP2040_CTRL_ERRORS);
    write_of(dma, dma->control, RP2040_WRITE_ADDR,
             (uint32_t)dma->base + RP2040_CHANNEL(dma->data) + RP2040_AL1_CTRL);
    write_of(dma, dma->control, RP2040_TRANS_COUNT, RP2040_BLOCK / RP2040_WORD);
    write_of(dma, dma->control, RP2040_AL1_CTRL, load | RP2040_CTRL_ERRORS);
    return read_of(dma, dma->control, RP2040_AL1_CTRL) == load;
}

static enum iodma_status rp2040_start(struct hal_dmac *dmac)
{
    static const struct hal_route plain;
    struct rp2040_dma *dma = to_rp2040(dmac);

    if (!set_up(dma))
        return IODMA_BAD_ARGUMENT;
    if (read_of(dma, dma->data, RP2040_AL1_CTRL) == ABSENT)
        return IODMA_NOT_ATTACHED;
    if (taken(dma))
        return IODMA_BUSY;
    if (rp2040_halt(&dmac, 1, hal_deadline(dmac->bus->clock, START_MS)) != 0 ||
        !prepare_channels(dma))
        return IODMA_NOT_ATTACHED;

    rp2040_clear_ring(dma);
    (void)rp2040_route(dmac, &plain);
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    dma->state = RP2040_DMA_IDLE;
    acknowledge(dma, both(dma));
    mmio_write32(dma->base + RP2040_SET + RP2040_INTE(dma->line), both(dma));
    return IODMA_OK;
}

const struct hal_dmac_ops rp2040_dma_ops = {
    .start = rp2040_start,
    .route = rp2040_route,
    .emit = rp2040_emit,
    .submit = rp2040_submit,
    .reap = rp2040_reap,
    .residue = rp2040_residue,
    .halt = rp2040_halt,
};
