/* SPDX-License-Identifier: MIT */
#include "pl08x_parts.h"

#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../clock.h"

_Static_assert(PL08X_SLOT_SIZE == sizeof(struct pl08x_item) &&
                   PL08X_FILL_SIZE == sizeof(le32),
               "as pl08x.h says");

const struct hal_limits pl08x_byte_limits = {
    .address_bits = 32,
    .max_segment = 4064,
};

const struct hal_limits pl08x_word_limits = {
    .address_bits = 32,
    .align_address = 4,
    .align_length = 4,
    .max_segment = 4080 * 4,
};

/* Words would do. On 16 bytes no item crosses 1 KiB, which no burst does. */
const struct hal_limits pl08x_ring_limits = {
    .address_bits = 32,
    .align_address = sizeof(struct pl08x_item),
    .max_segments = 1,
};

/* How every register reads of a chip that is not there, or has no power. */
#define ABSENT UINT32_MAX

/* A channel that is disabled ends the access it is at; that takes no longer. */
enum { STOP_MS = 1 };

static uint32_t read(const struct pl08x *pl08x, uint32_t offset)
{
    return mmio_read32(pl08x->controller->base + offset);
}

static void write(const struct pl08x *pl08x, uint32_t offset, uint32_t value)
{
    mmio_write32(pl08x->controller->base + offset, value);
}

/* The same for registers of the channel. */
static uint32_t read_own(const struct pl08x *pl08x, uint32_t offset)
{
    return read(pl08x, PL08X_CHANNEL(pl08x->channel) + offset);
}

static void write_own(const struct pl08x *pl08x, uint32_t offset,
                      uint32_t value)
{
    write(pl08x, PL08X_CHANNEL(pl08x->channel) + offset, value);
}

/* Where the channel is in registers of the controller. */
static uint32_t bit(const struct pl08x *pl08x)
{
    return BIT32(pl08x->channel);
}

/* Start ------------------------------------------------------------------- */

/* The ring is there, whole, aligned and within reach; a link to 0 is none. */
static bool ring_fits(const struct pl08x *pl08x)
{
    return pl08x->ring.cpu && pl08x->lengths && pl08x->ring.bus != 0 &&
           is_power_of_two(pl08x->slots) &&
           pl08x->ring.size >= PL08X_RING_SIZE(pl08x->slots) &&
           modulo(pl08x->ring.bus, sizeof(struct pl08x_item)) == 0 &&
           in_reach(pl08x->ring.bus, (hal_address)pl08x->ring.size);
}

/* The chip has what the board says of the channel. */
static bool chip_fits(const struct pl08x *pl08x)
{
    const struct pl08x_controller *controller = pl08x->controller;

    return controller && pl08x->channel < controller->channels &&
           pl08x->memory_master < controller->masters &&
           pl08x->port_master < controller->masters &&
           pl08x->ring_master < controller->masters && pl08x->protection < 8;
}

/* Is the channel's bit set in this register of the controller? */
static bool set_in(const struct pl08x *pl08x, uint32_t offset)
{
    return (read(pl08x, offset) & BIT32(pl08x->channel)) != 0;
}

/* Wait until all of these bits are 0. */
static bool wait_clear(const struct pl08x *pl08x, uint32_t offset,
                       uint32_t bits, uint64_t deadline)
{
    struct hal_wait wait = { .deadline = deadline };

    while ((read(pl08x, offset) & bits) != 0) {
        if (!hal_wait_again(&wait, pl08x->dmac.bus->clock))
            return false;
    }
    return true;
}

/* Config of a channel that interrupts no more, so that what it says last is
   left to halt. The other fields hold until it is off. */
static uint32_t quiet(const struct pl08x *pl08x)
{
    return pl08x->way.config & ~(PL08X_CONFIG_IE | PL08X_CONFIG_ITC);
}

static void disable(const struct pl08x *pl08x)
{
    write_own(pl08x, PL08X_CONFIG, quiet(pl08x) & ~PL08X_CONFIG_E);
}

static void clear_interrupts(const struct pl08x *pl08x)
{
    write(pl08x, PL08X_INT_TC_CLEAR, bit(pl08x));
    write(pl08x, PL08X_INT_ERR_CLR, bit(pl08x));
}

/* All channels write the same to Configuration, so that none needs to know of
   the others. It also says whether there is a chip: not every PL08x has its
   identification registers. */
static enum iodma_status pl08x_start(struct hal_dmac *dmac)
{
    static const struct hal_route plain = { .rows = 1 };
    struct pl08x *pl08x = to_pl08x(dmac);

    if (!chip_fits(pl08x) || !ring_fits(pl08x) || dmac->periods > pl08x->slots)
        return IODMA_BAD_ARGUMENT;
    if (read(pl08x, PL08X_CONFIGURATION) == ABSENT)
        return IODMA_NOT_ATTACHED;
    if (pl08x->state == PL08X_UNKNOWN && set_in(pl08x, PL08X_ENBLD_CHNS))
        return IODMA_BUSY;
    write(pl08x, PL08X_CONFIGURATION, PL08X_CONFIGURATION_E);
    disable(pl08x);
    if ((read(pl08x, PL08X_CONFIGURATION) & PL08X_CONFIGURATION_ALL) !=
            PL08X_CONFIGURATION_E ||
        !wait_clear(pl08x, PL08X_ENBLD_CHNS, bit(pl08x),
                    hal_deadline(dmac->bus->clock, STOP_MS)))
        return IODMA_NOT_ATTACHED;
    clear_interrupts(pl08x);
    (void)set_in(pl08x, PL08X_ENBLD_CHNS); /* pushes that out */

    (void)pl08x_route(dmac, &plain);
    pl08x->filled = 0;
    pl08x->told = 0;
    pl08x->end = 0;
    pl08x->retired = 0;
    pl08x->ends = (struct hal_wait){ .late = false };
    pl08x->state = PL08X_IDLE;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    return IODMA_OK;
}

/* Submit ------------------------------------------------------------------ */

/*
 * Make a batch of all that was submitted, and start it. Its first item goes
 * into the registers by hand. The write behind the doorbell clears nothing;
 * QEMU looks at its interrupt line only when a register of the controller is
 * written.
 */
static void run(struct pl08x *pl08x)
{
    const struct pl08x_item *first = pl08x_slot(pl08x, pl08x->retired);
    struct pl08x_item *last = pl08x_slot(pl08x, pl08x->told - 1);

    last->next =
        to_le32(pl08x->way.cyclic ? pl08x_link_to(pl08x, pl08x->retired) : 0);
    last->control = to_le32(from_le32(last->control) | PL08X_CONTROL_I);
    pl08x->end = pl08x->told;
    pl08x->turn = 0;
    pl08x->state = PL08X_RUNNING;
    pl08x->dmac.counts.doorbells++;
    hal_publish(pl08x->dmac.bus); /* the slots reach memory before */

    clear_interrupts(pl08x);
    write_own(pl08x, PL08X_SRC_ADDR, from_le32(first->source));
    write_own(pl08x, PL08X_DEST_ADDR, from_le32(first->destination));
    write_own(pl08x, PL08X_LLI, from_le32(first->next));
    write_own(pl08x, PL08X_CONTROL, from_le32(first->control));
    write_own(pl08x, PL08X_CONFIG, pl08x->way.config);
    write(pl08x, PL08X_INT_TC_CLEAR, 0);
}

static void pl08x_submit(struct hal_dmac *dmac)
{
    struct pl08x *pl08x = to_pl08x(dmac);
    uint32_t state;

    if (pl08x->filled == pl08x->told)
        return;

    /* reap, in an ISR, looks at told and at state as well */
    state = dmac->bus->lock->save(dmac->bus->lock);
    pl08x->told = pl08x->filled;
    if (pl08x->state == PL08X_IDLE)
        run(pl08x);
    dmac->bus->lock->restore(dmac->bus->lock, state);
}

/* Reap -------------------------------------------------------------------- */

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct pl08x *pl08x, uint32_t fault,
                                uint32_t detail)
{
    pl08x->state = PL08X_FAULTED;
    return (struct hal_progress){ .fault = fault, .detail = detail };
}

/* Which item of the batch under way is the channel at? Its LLI register leads
   to the next one. Returns false if it leads out of the batch. */
static bool locate(const struct pl08x *pl08x, uint32_t *item)
{
    uint32_t count = ring_used(pl08x->end, pl08x->retired);
    uint32_t address = read_own(pl08x, PL08X_LLI) & PL08X_LLI_ADDRESS;
    uint32_t offset = address - (uint32_t)pl08x->ring.bus;
    uint32_t slot = offset / (uint32_t)sizeof(struct pl08x_item);
    uint32_t next = ring_slot(slot - pl08x->retired, pl08x->slots);

    if (address == 0 && !pl08x->way.cyclic) {
        *item = count - 1;
        return true;
    }
    if (modulo32(offset, sizeof(struct pl08x_item)) != 0 ||
        slot >= pl08x->slots || next >= count ||
        (next == 0 && !pl08x->way.cyclic))
        return false;
    *item = (next == 0 ? count : next) - 1;
    return true;
}

/* Periods that have ended since the last call. With one item, or two turns in
   between, LLI does not show that it moved. A count of 0: that item is over,
   and the next one not yet there. */
static struct hal_progress retire_periods(struct pl08x *pl08x)
{
    uint32_t count = ring_used(pl08x->end, pl08x->retired);
    uint32_t before = pl08x->turn;
    uint32_t item;

    if (!locate(pl08x, &item))
        return fail(pl08x, HAL_FAULT_DESCRIPTOR, read_own(pl08x, PL08X_LLI));
    if ((read_own(pl08x, PL08X_CONTROL) & PL08X_CONTROL_SIZE) == 0)
        item = item + 1 == count ? 0 : item + 1;
    pl08x->turn = item;
    if (item < before || count == 1)
        item += count;
    return (struct hal_progress){ .retired = item - before };
}

/* Has the channel moved all of its batch? */
static bool complete(const struct pl08x *pl08x)
{
    return read_own(pl08x, PL08X_LLI) == 0 &&
           (read_own(pl08x, PL08X_CONTROL) & PL08X_CONTROL_SIZE) == 0;
}

/* May a channel that has announced its end stay enabled? For a while, and once
   as long again when it has moved all. */
static bool has_time(struct pl08x *pl08x)
{
    const struct hal_clock *clock = pl08x->dmac.bus->clock;
    bool over = complete(pl08x);

    if (pl08x->ends.deadline == 0 || (over && !pl08x->over)) {
        pl08x->ends = (struct hal_wait){
            .deadline = hal_deadline(clock, STOP_MS),
        };
        pl08x->over = over;
    }
    return hal_wait_again(&pl08x->ends, clock);
}

/*
 * An end was announced. The channel interrupts before it is disabled (UM10360,
 * 31.6.2), and only that proves the end; until then the interrupt stays, and
 * calls for the next look. Who goes on moving all the same has lied: that
 * interrupt is over, the true end has its own. Who has moved all and stays
 * enabled is not coming to its end: a fault now, not at a deadline.
 */
static struct hal_progress retire(struct pl08x *pl08x)
{
    uint32_t items = ring_used(pl08x->end, pl08x->retired);
    struct hal_progress nothing = { .retired = 0 };
    bool stopped = !set_in(pl08x, PL08X_ENBLD_CHNS);

    if (!stopped && has_time(pl08x))
        return nothing;
    write(pl08x, PL08X_INT_TC_CLEAR, bit(pl08x));
    if (stopped != complete(pl08x))
        return fail(pl08x, HAL_FAULT_OTHER, read_own(pl08x, PL08X_CONTROL));
    pl08x->ends = (struct hal_wait){ .late = false };
    if (!stopped)
        return nothing;

    atomic_write_release(&pl08x->retired, pl08x->end);
    pl08x->state = PL08X_IDLE;
    if (pl08x->told != pl08x->end)
        run(pl08x);
    return (struct hal_progress){ .retired = items };
}

/* A chip that is not there any more has all interrupts, all errors. */
static struct hal_progress pl08x_reap(struct hal_dmac *dmac)
{
    struct pl08x *pl08x = to_pl08x(dmac);
    struct hal_progress nothing = { .retired = 0 };
    bool running = pl08x->state == PL08X_RUNNING;
    uint32_t errors;

    if (!set_in(pl08x, PL08X_INT_STATUS))
        return nothing;
    errors = read(pl08x, PL08X_INT_ERROR_STATUS);
    if (running && (errors & bit(pl08x)) == 0 && !pl08x->way.cyclic)
        return retire(pl08x);

    write(pl08x, PL08X_INT_TC_CLEAR, bit(pl08x));
    write(pl08x, PL08X_INT_ERR_CLR, errors & bit(pl08x));
    if (running && (errors & bit(pl08x)) == 0)
        return retire_periods(pl08x);
    (void)set_in(pl08x, PL08X_ENBLD_CHNS); /* pushes the acknowledge out */
    return running ? fail(pl08x, HAL_FAULT_BUS, errors) : nothing;
}

/* Residue ----------------------------------------------------------------- */

static uint32_t bytes_of(uint32_t control)
{
    return (control & PL08X_CONTROL_SIZE) << PL08X_CONTROL_CODE(control);
}

/*
 * Of the item that the channel is at. While it runs Control says nothing of
 * use (UM10360), and after an error the manual does not say what it counts.
 * It reads 0 at the end of an item and before the next one is there.
 */
static struct hal_residue rest_of(const struct pl08x *pl08x, uint32_t index)
{
    struct hal_residue rest = { 0, *pl08x_bytes(pl08x, index) };
    uint32_t left;

    if (pl08x->state != PL08X_HALTED)
        return rest;
    left = bytes_of(read_own(pl08x, PL08X_CONTROL));
    if (left != 0 && left <= rest.most)
        rest = (struct hal_residue){ left, left };
    return rest;
}

static struct hal_residue pl08x_residue(struct hal_dmac *dmac)
{
    struct pl08x *pl08x = to_pl08x(dmac);
    uint32_t state = dmac->bus->lock->save(dmac->bus->lock);
    uint32_t next = pl08x->retired;
    struct hal_residue residue = { 0, 0 };
    hal_address untouched = 0;
    uint32_t item;

    if (next != pl08x->end && locate(pl08x, &item)) {
        residue = rest_of(pl08x, next + item);
        next += item + 1;
    } else {
        for (; next != pl08x->end; next++)
            residue.most += *pl08x_bytes(pl08x, next);
    }
    dmac->bus->lock->restore(dmac->bus->lock, state);

    for (; next != pl08x->filled; next++)
        untouched += *pl08x_bytes(pl08x, next);
    residue.least += untouched;
    residue.most += untouched;
    return residue;
}

/* Halt -------------------------------------------------------------------- */

/* The batch under way may have ended unnoticed, and well, before the channel
   was disabled: then it has said so. Its registers alone may read like that
   while it fetches the last item. */
static void notice_end(struct pl08x *pl08x)
{
    if (pl08x->state == PL08X_HALTED &&
        set_in(pl08x, PL08X_RAW_INT_TC_STATUS) && complete(pl08x))
        atomic_write_release(&pl08x->retired, pl08x->end);
}

/* From here on a late interrupt starts nothing. Returns whether the channel was
   running. */
static bool end_running(struct pl08x *pl08x)
{
    bool running = pl08x->state == PL08X_RUNNING;

    if (pl08x->state != PL08X_HALTED)
        pl08x->state = running ? PL08X_HALTED : PL08X_FAULTED;
    return running;
}

/* Disable the channel, or else halt it and return true: what is in its FIFO
   would be lost. */
static bool begin_halt(struct pl08x *pl08x)
{
    const struct hal_lock *lock = pl08x->dmac.bus->lock;
    uint32_t state = lock->save(lock);
    bool from_port = (pl08x->way.config & PL08X_CONFIG_FROM_PORT) != 0;
    bool drains =
        end_running(pl08x) && from_port && set_in(pl08x, PL08X_ENBLD_CHNS);

    if (drains)
        write_own(pl08x, PL08X_CONFIG, quiet(pl08x) | PL08X_CONFIG_H);
    else
        disable(pl08x);
    lock->restore(lock, state);
    return drains;
}

/* What cannot be disabled is not under our control. */
static bool end_halt(struct pl08x *pl08x, bool drains, uint64_t deadline)
{
    uint32_t config = PL08X_CHANNEL(pl08x->channel) + PL08X_CONFIG;
    bool stops;

    if (drains) {
        (void)wait_clear(pl08x, config, PL08X_CONFIG_A, deadline);
        disable(pl08x);
    }
    stops = wait_clear(pl08x, PL08X_ENBLD_CHNS, bit(pl08x), deadline);
    if (!stops || set_in(pl08x, PL08X_RAW_INT_ERROR_STATUS))
        pl08x->state = PL08X_FAULTED;
    notice_end(pl08x);
    clear_interrupts(pl08x);
    (void)set_in(pl08x, PL08X_ENBLD_CHNS); /* pushes that out */
    return stops;
}

static uint32_t pl08x_halt(struct hal_dmac *const *set, uint32_t count,
                           uint64_t deadline)
{
    uint32_t drain = 0;
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (begin_halt(to_pl08x(set[i])))
            drain |= BIT32(i);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!end_halt(to_pl08x(set[i]), (drain & BIT32(i)) != 0, deadline))
            stuck |= BIT32(i);
    }
    return stuck;
}

const struct hal_dmac_ops pl08x_ops = {
    .start = pl08x_start,
    .route = pl08x_route,
    .emit = pl08x_emit,
    .submit = pl08x_submit,
    .reap = pl08x_reap,
    .residue = pl08x_residue,
    .halt = pl08x_halt,
};
