/* SPDX-License-Identifier: MIT */
#include "gpdma_parts.h"

#include "../atomic.h"
#include "../clock.h"

_Static_assert(GPDMA_SLOT_SIZE == sizeof(struct gpdma_slot) &&
                   GPDMA_FILL_SIZE == sizeof(le32),
               "as gpdma.h says");

#define ERRORS (GPDMA_SR_DTEF | GPDMA_SR_ULEF | GPDMA_SR_USEF)

/* What reap acknowledges. The suspension is halt's. */
#define EVENTS (GPDMA_SR_TCF | GPDMA_SR_HTF | GPDMA_SR_TOF | ERRORS)

#define INTERRUPTS                                                             \
    (GPDMA_CR_TCIE | GPDMA_CR_DTEIE | GPDMA_CR_ULEIE | GPDMA_CR_USEIE)

/* A link cannot leave the window (17.4.5). */
enum { WINDOW = 0x10000 };

/* How long start waits for a channel to suspend that halt gave up. */
enum { PATIENCE_MS = 1 };

/* A block has 65535 bytes at most. This leaves whole words, and lines, when a
   longer run is cut. */
const struct hal_limits gpdma_limits = {
    .address_bits = 32,
    .max_segment = 0xFFC0,
};

const struct hal_limits gpdma_ring_limits = {
    .address_bits = 32,
    .align_address = 4,
    .boundary = WINDOW,
    .max_segments = 1,
};

/* Starting ---------------------------------------------------------------- */

/* The ring is there, whole, on words and in one window. */
static bool ring_fits(const struct gpdma *gpdma)
{
    uint64_t size = GPDMA_RING_SIZE(gpdma->slots);

    return gpdma->ring.cpu && gpdma->notes && gpdma->slots >= 2 &&
           is_power_of_two(gpdma->slots) && gpdma->ring.size >= size &&
           modulo(gpdma->ring.bus, sizeof(le32)) == 0 &&
           in_reach(gpdma->ring.bus, (hal_address)size) &&
           modulo(gpdma->ring.bus, WINDOW) + size <= WINDOW;
}

/* What the board says of the channel makes sense. */
static bool sensible(const struct gpdma *gpdma)
{
    return (gpdma->dmac.max_rows == 0 || gpdma->dmac.max_rows == GPDMA_ROWS) &&
           is_power_of_two(gpdma->fifo) && gpdma->fifo >= 2 * sizeof(le32) &&
           gpdma->fifo <= 2 * GPDMA_BURST_MOST && gpdma->priority <= 3 &&
           gpdma->channel < GPDMA_CHANNELS;
}

/* How reserved bits of CxSR read of a controller that is not there. */
static bool absent(uint32_t sr)
{
    return sr == UINT32_MAX;
}

static bool enabled(const struct gpdma *gpdma)
{
    return (gpdma_read(gpdma, GPDMA_CR) & GPDMA_CR_EN) != 0;
}

/*
 * Have the channel's bit of SECCFGR or PRIVCFGR as the board says. It is raised
 * if it may be: it lies at 0 after a loss of power. It is not lowered: then the
 * channel is somebody else's. The register has bits of all channels.
 */
static bool has_attribute(const struct gpdma *gpdma, uint32_t offset,
                          bool wanted)
{
    const struct hal_lock *lock = gpdma->dmac.bus->lock;
    uint32_t bit = BIT32(gpdma->channel);
    uint32_t state = lock->save(lock);
    uint32_t value = mmio_read32(gpdma->base + offset);

    if (wanted && (value & bit) == 0) {
        mmio_write32(gpdma->base + offset, value | bit);
        value = mmio_read32(gpdma->base + offset);
    }
    lock->restore(lock, state);
    return ((value & bit) != 0) == wanted;
}

/*
 * Can accesses be what the board says of each side? To a secure side of a
 * channel that is not, to a channel whose registers we may not write, TR1 does
 * not listen (17.8.10): the channel would complete and move nothing.
 */
static bool has_sides(const struct gpdma *gpdma)
{
    uint32_t sides = gpdma_half_of(gpdma->source) |
                     gpdma_half_of(gpdma->destination) << GPDMA_TR1_DESTINATION;

    gpdma_write(gpdma, GPDMA_TR1, sides);
    return gpdma_read(gpdma, GPDMA_TR1) == sides;
}

/* CxCR but for EN and SUSP. */
static uint32_t control(const struct gpdma *gpdma)
{
    return GPDMA_CR_PRIO(gpdma->priority) |
           (gpdma->items_port1 ? GPDMA_CR_LAP : 0);
}

/* Nothing of the channel is on the bus, nor will be (17.4.4). */
static bool rests(const struct gpdma *gpdma)
{
    return (gpdma_read(gpdma, GPDMA_SR) & GPDMA_SR_SUSPF) != 0 ||
           !enabled(gpdma);
}

static bool rests_before(const struct gpdma *gpdma, uint64_t deadline)
{
    struct hal_wait wait = { .deadline = deadline };

    while (!rests(gpdma)) {
        if (!hal_wait_again(&wait, gpdma->dmac.bus->clock))
            return false;
    }
    return true;
}

/* Ask it to stop; without an interrupt, of this or of the end. */
static void suspend(const struct gpdma *gpdma)
{
    gpdma_write(gpdma, GPDMA_CR, control(gpdma) | GPDMA_CR_SUSP);
}

/* A reset counts only where the channel rests; the settings stay while it is
   enabled (17.8.9). */
static bool reset(const struct gpdma *gpdma)
{
    gpdma_write(gpdma, GPDMA_CR, control(gpdma) | GPDMA_CR_RESET);
    return !enabled(gpdma) &&
           (gpdma_read(gpdma, GPDMA_SR) & GPDMA_SR_IDLEF) != 0;
}

/* An empty block, no link, no flags. After a reset, and after a link error,
   each register is written anew (17.8.9, 17.4.16). */
static void clear_registers(const struct gpdma *gpdma)
{
    gpdma_write(gpdma, GPDMA_FCR, EVENTS | GPDMA_SR_SUSPF);
    gpdma_write(gpdma, GPDMA_LBAR, (uint32_t)gpdma->ring.bus & MASK32(31, 16));
    gpdma_write(gpdma, GPDMA_TR2, GPDMA_TR2_SWREQ);
    gpdma_write(gpdma, GPDMA_BR1, 0);
    gpdma_write(gpdma, GPDMA_SAR, 0);
    gpdma_write(gpdma, GPDMA_DAR, 0);
    if (gpdma_has_rows(gpdma)) {
        gpdma_write(gpdma, GPDMA_TR3, 0);
        gpdma_write(gpdma, GPDMA_BR2, 0);
    }
    gpdma_write(gpdma, GPDMA_LLR, 0);
}

/* Have we enabled it and not seen it stop? */
static bool ours(const struct gpdma *gpdma)
{
    return gpdma->state == GPDMA_RUNNING || gpdma->state == GPDMA_FAULTED;
}

/* From memory to memory, item by item. */
static const struct hal_route plain;

static enum iodma_status gpdma_start(struct hal_dmac *dmac)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    const struct hal_clock *clock = dmac->bus->clock;

    if (!ring_fits(gpdma) || !sensible(gpdma))
        return IODMA_BAD_ARGUMENT;
    if (absent(gpdma_read(gpdma, GPDMA_SR)))
        return IODMA_NOT_ATTACHED;
    if (enabled(gpdma)) {
        if (!ours(gpdma))
            return IODMA_BUSY;
        suspend(gpdma);
        if (!rests_before(gpdma, hal_deadline(clock, PATIENCE_MS)))
            return IODMA_NOT_ATTACHED;
    }
    if (!has_attribute(gpdma, GPDMA_SECCFGR, gpdma->secure) ||
        !has_attribute(gpdma, GPDMA_PRIVCFGR, gpdma->privileged))
        return IODMA_NOT_PERMITTED;
    if (!reset(gpdma))
        return IODMA_NOT_ATTACHED;
    clear_registers(gpdma);
    if (!has_sides(gpdma))
        return IODMA_NOT_PERMITTED;

    gpdma->filled = 0;
    gpdma->told = 0;
    gpdma->retired = 0;
    gpdma->state = GPDMA_IDLE;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    gpdma_go(gpdma, &plain);
    return IODMA_OK;
}

/* Submitting -------------------------------------------------------------- */

/* The doorbell. The channel's own block is empty, so it loads the first item
   that has not retired (17.4.7). */
static void run(struct gpdma *gpdma)
{
    gpdma->state = GPDMA_RUNNING;
    gpdma->at = 0;
    gpdma->begun = false;
    gpdma->ended = false;
    gpdma->dmac.counts.doorbells++;
    gpdma_write(gpdma, GPDMA_LLR, gpdma_link_to(gpdma, gpdma->retired));
    gpdma_write(gpdma, GPDMA_CR, control(gpdma) | INTERRUPTS | GPDMA_CR_EN);
}

/* Lay the cycle into the ring as often as it fits. */
static void repeat(struct gpdma *gpdma)
{
    uint32_t count = ring_used(gpdma->filled, gpdma->told);

    gpdma->turn = gpdma->slots - gpdma->slots % count;
    for (uint32_t i = gpdma->told + count; i != gpdma->told + gpdma->turn;
         i++) {
        *gpdma_slot_at(gpdma, i) = *gpdma_slot_at(gpdma, i - count);
        gpdma_set_link(gpdma, i, gpdma_link_to(gpdma, i + 1));
    }
    gpdma_set_link(gpdma, gpdma->told + gpdma->turn - 1,
                   gpdma_link_to(gpdma, gpdma->told));
}

static void gpdma_submit(struct hal_dmac *dmac)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    uint32_t state;

    if (gpdma->filled == gpdma->told)
        return;

    if (gpdma->cyclic)
        repeat(gpdma);
    else
        gpdma_set_link(gpdma, gpdma->filled - 1, 0);
    gpdma_note_at(gpdma, gpdma->told)->end = gpdma->filled;
    hal_publish(dmac->bus); /* the slots reach memory before the doorbell */

    /* reap, in an ISR, looks at told and at state as well */
    state = dmac->bus->lock->save(dmac->bus->lock);
    gpdma->told = gpdma->filled;
    if (gpdma->state == GPDMA_IDLE)
        run(gpdma);
    dmac->bus->lock->restore(dmac->bus->lock, state);
}

/* Reaping ----------------------------------------------------------------- */

static uint32_t fault_of(uint32_t sr)
{
    if ((sr & (GPDMA_SR_DTEF | GPDMA_SR_ULEF)) != 0)
        return HAL_FAULT_BUS;
    if ((sr & GPDMA_SR_USEF) != 0)
        return HAL_FAULT_DESCRIPTOR;
    return HAL_FAULT_OTHER;
}

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct gpdma *gpdma, uint32_t fault,
                                uint32_t sr)
{
    gpdma->state = GPDMA_FAULTED;
    return (struct hal_progress){ .fault = fault, .detail = sr };
}

/* The link behind the item that it works at has moved on by so many. It is
   loaded before TCF is raised (TCEM = 10). */
static struct hal_progress turn(struct gpdma *gpdma, uint32_t sr)
{
    uint32_t at = gpdma_behind(gpdma, gpdma_read(gpdma, GPDMA_LLR));
    uint32_t periods = at - gpdma->at;

    if (at >= gpdma->turn)
        return fail(gpdma, HAL_FAULT_DESCRIPTOR, sr);
    if (at < gpdma->at)
        periods += gpdma->turn;
    if (periods != 0 && !gpdma->begun) { /* with the first none has ended */
        gpdma->begun = true;
        periods--;
    }
    gpdma->at = at;
    return (struct hal_progress){ .retired = periods };
}

/* It rests. Is it at the end of the batch? */
static struct hal_progress retire(struct gpdma *gpdma, uint32_t sr)
{
    uint32_t items = gpdma_batch(gpdma);
    uint32_t end = gpdma->retired + items;

    if (gpdma->cyclic || gpdma_read(gpdma, GPDMA_LLR) != 0 ||
        GPDMA_BR1_LEFT(gpdma_read(gpdma, GPDMA_BR1)) != 0 ||
        GPDMA_SR_FIFOL(sr) != 0)
        return fail(gpdma, HAL_FAULT_OTHER, sr);

    atomic_write_release(&gpdma->retired, end);
    gpdma->state = GPDMA_IDLE;
    if (end != gpdma->told)
        run(gpdma);
    return (struct hal_progress){ .retired = items };
}

/* Drop the interrupt and tell what there was. What happens meanwhile is in the
   next reading, and dropped, too: a batch that ends then raises no interrupt
   for an end that has been told. */
static uint32_t acknowledge(const struct gpdma *gpdma)
{
    uint32_t sr = gpdma_read(gpdma, GPDMA_SR);
    uint32_t events = 0;

    for (uint32_t i = 0; i < 2 && (sr & EVENTS) != 0 && !absent(sr); i++) {
        gpdma_write(gpdma, GPDMA_FCR, sr & EVENTS);
        events |= sr & EVENTS;
        sr = gpdma_read(gpdma, GPDMA_SR);
    }
    return events | sr;
}

/* What counts is that the channel rests after it said so; a flag alone is no
   end. One that rests without a word is for the deadline: so do registers at
   their reset values look. */
static struct hal_progress gpdma_reap(struct hal_dmac *dmac)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    uint32_t sr = acknowledge(gpdma);
    bool missing = absent(sr);

    if (!missing && (sr & GPDMA_SR_TCF) != 0)
        gpdma->ended = true;
    if (gpdma->state != GPDMA_RUNNING)
        return (struct hal_progress){ .retired = 0 };
    if (missing || (sr & ERRORS) != 0)
        return fail(gpdma, missing ? HAL_FAULT_OTHER : fault_of(sr), sr);
    if (gpdma->ended && (sr & GPDMA_SR_IDLEF) != 0)
        return retire(gpdma, sr);
    if (gpdma->cyclic)
        return turn(gpdma, sr);
    return (struct hal_progress){ .retired = 0 };
}

/* Halting ----------------------------------------------------------------- */

/* From here on reap starts nothing; then nothing goes on by itself. */
static void begin_halt(struct gpdma *gpdma)
{
    const struct hal_lock *lock = gpdma->dmac.bus->lock;
    uint32_t state;

    if (gpdma->state == GPDMA_HALTED)
        return;
    state = lock->save(lock);
    gpdma->state = GPDMA_FAULTED;
    lock->restore(lock, state);
    suspend(gpdma);
}

/* The reset forgets where it was. */
static bool end_halt(struct gpdma *gpdma, uint64_t deadline)
{
    struct hal_residue rest;

    if (gpdma->state == GPDMA_HALTED)
        return true;
    if (!rests_before(gpdma, deadline))
        return false;
    rest = gpdma_residue_at_rest(gpdma, gpdma_read(gpdma, GPDMA_SR));
    if (!reset(gpdma))
        return false;
    gpdma->rest = rest;
    gpdma->state = GPDMA_HALTED;
    return true;
}

/* All are asked before one is waited for. */
static uint32_t gpdma_halt(struct hal_dmac *const *set, uint32_t count,
                           uint64_t deadline)
{
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++)
        begin_halt(to_gpdma(set[i]));
    for (uint32_t i = 0; i < count; i++) {
        if (!end_halt(to_gpdma(set[i]), deadline))
            stuck |= BIT32(i);
    }
    return stuck;
}

const struct hal_dmac_ops gpdma_ops = {
    .start = gpdma_start,
    .route = gpdma_route,
    .emit = gpdma_emit,
    .submit = gpdma_submit,
    .reap = gpdma_reap,
    .residue = gpdma_residue,
    .halt = gpdma_halt,
};
