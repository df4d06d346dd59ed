/* SPDX-License-Identifier: MIT */
#include "edma_parts.h"

#include "../atomic.h"
#include "../clock.h"

enum { START_MS = 10 }; /* for a channel to end that halt had given up */

/* CSR of the last TCD of a batch. */
#define LAST (EDMA_CSR_INTMAJOR | EDMA_CSR_DREQ)

const struct hal_limits edma_limits = {
    .address_bits = 32,
    .max_segment = EDMA_LENGTH,
};

const struct hal_limits edma_ring_limits = {
    .address_bits = 32,
    .align_address = sizeof(struct edma_tcd),
    .max_segments = 1,
};

/* Registers --------------------------------------------------------------- */

/* One of the controller's. */
static uint32_t read32(const struct edma *edma, uint32_t offset)
{
    return mmio_read32(edma->controller->base + offset);
}

/* This channel's bit in one of them. */
static bool flag(const struct edma *edma, uint32_t offset)
{
    return (read32(edma, offset) & BIT32(edma->channel)) != 0;
}

/* Tell one of the controller's this channel's number. */
static void tell(const struct edma *edma, uint32_t offset)
{
    mmio_write8(edma->controller->base + offset, (uint8_t)edma->channel);
}

static void write_csr(const struct edma *edma, uint32_t csr)
{
    mmio_write16(edma_own(edma, EDMA_TCD_CSR), (uint16_t)csr);
}

static bool active(const struct edma *edma)
{
    return (edma_read_csr(edma) & EDMA_CSR_ACTIVE) != 0;
}

/* CR belongs to all channels. Written to it, a bit of ECX or CX is an order. */
static void change_cr(struct edma *edma, uint32_t clear, uint32_t set)
{
    uint32_t cr = read32(edma, EDMA_CR) & ~(EDMA_CR_RO | clear);

    mmio_write32(edma->controller->base + EDMA_CR, cr | set);
    (void)read32(edma, EDMA_CR);
}

/* An error has halted all channels, lest the one try again and go beyond its
   end. They go on when there is none, and nobody is in halt. (Read in any case:
   that pushes an acknowledge out.) */
static void release(struct edma *edma)
{
    if (read32(edma, EDMA_ERR) == 0 && edma->controller->halting == 0)
        change_cr(edma, EDMA_CR_HALT, 0);
}

/* The channel does nothing more and has nothing to say. */
static void silence(struct edma *edma)
{
    tell(edma, EDMA_CERQ);
    tell(edma, EDMA_CEEI);
    write_csr(edma, 0);
    tell(edma, EDMA_CDNE);
    tell(edma, EDMA_CINT);
    tell(edma, EDMA_CERR);
    edma->source = EDMA_CHCFG_ENBL; /* so that 0 is written in any case */
    edma_set_source(edma, 0);
    (void)read32(edma, EDMA_INT);
}

/* The ring ---------------------------------------------------------------- */

static void set_csr(const struct edma *edma, uint32_t index, uint32_t csr)
{
    le32 *word = &edma_slot(edma, index)->csr_biter;

    *word = to_le32(EDMA_HALVES(csr, from_le32(*word) >> 16));
}

/* The doorbell of a channel at rest: run from this slot. */
static void run(struct edma *edma, uint32_t index)
{
    const le32 *words = (const le32 *)edma_slot(edma, index);

    edma->state = EDMA_RUNNING;
    edma_set_source(edma, edma->wanted);
    tell(edma, EDMA_CDNE); /* or ESG would stay clear */
    for (uint32_t i = 0; i < sizeof(struct edma_tcd) / sizeof(le32); i++)
        mmio_write32(edma_own(edma, i * (uint32_t)sizeof(le32)),
                     from_le32(words[i]));
    tell(edma, EDMA_SERQ);
}

/* Start ------------------------------------------------------------------- */

/* The ring is there, whole, on 32 bytes and within reach. */
static bool ring_fits(const struct edma *edma)
{
    return edma->ring.cpu && edma->lengths && edma->slots >= 2 &&
           is_power_of_two(edma->slots) &&
           edma->ring.size >= EDMA_RING_SIZE(edma->slots) &&
           modulo(edma->ring.bus, sizeof(struct edma_tcd)) == 0 &&
           in_reach(edma->ring.bus, (hal_address)edma->ring.size);
}

static uint32_t edma_halt(struct hal_dmac *const *set, uint32_t count,
                          uint64_t deadline);

static enum iodma_status edma_start(struct hal_dmac *dmac)
{
    struct edma *edma = to_edma(dmac);
    uint32_t before = edma->state;

    if (!edma->controller || edma->channel >= EDMA_CHANNELS ||
        !ring_fits(edma) || dmac->same_phase != EDMA_SAME_PHASE)
        return IODMA_BAD_ARGUMENT;
    if (read32(edma, EDMA_CR) == UINT32_MAX)
        return IODMA_NOT_ATTACHED;
    if (before == EDMA_UNKNOWN && (flag(edma, EDMA_ERQ) || active(edma)))
        return IODMA_BUSY;
    if (edma_halt(&dmac, 1, hal_deadline(dmac->bus->clock, START_MS)) != 0)
        return IODMA_NOT_ATTACHED; /* stuck, as it was in a halt before */
    /* That left one of these set, or there is no clock: nobody was seen. */
    if ((read32(edma, EDMA_CR) & (EDMA_CR_HOE | EDMA_CR_HALT)) == 0) {
        edma->state = before;
        return IODMA_NOT_ATTACHED;
    }

    edma->route = (struct hal_route){ .rows = 0 };
    edma->width = 0;
    edma->filled = 0;
    edma->told = 0;
    edma->retired = 0;
    edma->seen = 0;
    edma->state = EDMA_IDLE;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    edma->wanted = EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON;
    edma_set_source(edma, edma->wanted);
    tell(edma, EDMA_SEEI);
    return IODMA_OK;
}

/* Submit ------------------------------------------------------------------ */

static void close_batch(struct edma *edma)
{
    uint32_t last = edma->filled - 1;

    if (edma->route.cyclic)
        edma_slot(edma, last)->dlast_sga =
            to_le32(edma_slot_bus(edma, edma->told));
    else
        set_csr(edma, last, LAST);
}

/* Link the channel's own TCD, which is the last one, to the next. Returns false
   if it has stopped; see the header. */
static bool link_loaded(struct edma *edma, uint32_t last)
{
    uint32_t index;

    if ((edma_read_csr(edma) & EDMA_CSR_DONE) != 0)
        return flag(edma, EDMA_ERQ);
    write_csr(edma, EDMA_CSR_NEWS);
    return (edma_read_csr(edma) & EDMA_CSR_ESG) != 0 ||
           !edma_find(edma, &index) || index != last;
}

/* Link a running chain to the batch behind it. Returns false if it has come to
   its end. */
static bool append(struct edma *edma)
{
    uint32_t last = edma->told - 1;
    uint32_t index;

    set_csr(edma, last, EDMA_CSR_NEWS);
    hal_publish(edma->dmac.bus);
    return !edma_find(edma, &index) || index != last || link_loaded(edma, last);
}

static void edma_submit(struct hal_dmac *dmac)
{
    struct edma *edma = to_edma(dmac);
    const struct hal_lock *lock = dmac->bus->lock;
    uint32_t first = edma->told;
    uint32_t state;

    if (edma->filled == first)
        return;

    close_batch(edma);
    hal_publish(dmac->bus); /* the TCDs reach memory before a link to them */

    /* reap, in an ISR, looks at told and at state as well */
    state = lock->save(lock);
    if (edma->state == EDMA_IDLE ||
        (edma->state == EDMA_RUNNING && !append(edma)))
        run(edma, first);
    if (edma->state == EDMA_RUNNING)
        dmac->counts.doorbells++;
    edma->told = edma->filled;
    lock->restore(lock, state);
}

/* Reap -------------------------------------------------------------------- */

/* ES tells of the last error only, which may be another channel's. */
static uint32_t fault_of(const struct edma *edma, uint32_t es)
{
    if (es == UINT32_MAX || EDMA_ES_ERRCHN(es) != edma->channel ||
        (es & EDMA_ES_OTHERS) != 0)
        return HAL_FAULT_OTHER;
    if ((es & (EDMA_ES_SBE | EDMA_ES_DBE)) != 0)
        return HAL_FAULT_BUS;
    return (es & EDMA_ES_CONFIG) != 0 ? HAL_FAULT_DESCRIPTOR : HAL_FAULT_OTHER;
}

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct edma *edma, uint32_t retired,
                                uint32_t fault, uint32_t detail)
{
    tell(edma, EDMA_CERQ);
    (void)read32(edma, EDMA_INT);
    edma->state = EDMA_FAULTED;
    return (struct hal_progress){ retired, fault, detail };
}

/* Periods that are over. Those of a cycle of one cannot be told apart. */
static uint32_t count_periods(struct edma *edma, uint32_t index, bool news)
{
    uint32_t count = edma->told - edma->retired;
    uint32_t now = index - edma->retired;
    uint32_t periods = now + (now < edma->seen ? count : 0) - edma->seen;

    edma->seen = now;
    return count == 1 && news ? 1 : periods;
}

/* What is over. */
struct account {
    uint32_t retired;
    bool found; /* where the channel is                */
    bool ended; /* what it has loaded is over, as well */
};

static struct account count(struct edma *edma, bool news)
{
    uint32_t first = edma->retired;
    struct account account = { 0, false, false };
    uint32_t index;

    account.found = edma_find(edma, &index);
    if (!account.found)
        return account;
    account.ended = edma_is_over(edma, index);
    if (account.ended)
        index++;
    /* What has retired was over: who says otherwise now is not believed. */
    account.found = index != first - 1;
    if (!account.found)
        return account;
    if (edma->route.cyclic) {
        account.retired = count_periods(edma, index, news);
    } else {
        account.retired = index - first;
        atomic_write_release(&edma->retired, index);
    }
    return account;
}

/* All is over. The multiplexer lets go of a peripheral, which may be another
   channel's next: no two may name the same one. */
static void come_to_rest(struct edma *edma)
{
    edma->state = EDMA_IDLE;
    if ((edma->source & EDMA_CHCFG_A_ON) == 0)
        edma_set_source(edma, 0);
}

/* How far the channel has come. If it has stopped, more may be waiting. */
static struct hal_progress retire(struct edma *edma)
{
    bool stopped = !flag(edma, EDMA_ERQ);
    struct account account = count(edma, true);

    if (!account.found)
        return fail(edma, 0, HAL_FAULT_DESCRIPTOR, 0);
    if (!stopped && edma->retired == edma->told) /* the last ended just now? */
        stopped = !flag(edma, EDMA_ERQ);
    if (stopped && (!account.ended || edma->route.cyclic))
        return fail(edma, account.retired, HAL_FAULT_OTHER, 0);
    if (stopped && edma->retired == edma->told)
        come_to_rest(edma);
    else if (stopped)
        run(edma, edma->retired);
    return (struct hal_progress){ .retired = account.retired };
}

static struct hal_progress reap_error(struct edma *edma, bool news)
{
    uint32_t es = read32(edma, EDMA_ES);
    uint32_t retired = count(edma, news).retired;
    struct hal_progress progress = fail(edma, retired, fault_of(edma, es), es);

    tell(edma, EDMA_CERR);
    release(edma);
    return progress;
}

static struct hal_progress edma_reap(struct hal_dmac *dmac)
{
    struct edma *edma = to_edma(dmac);
    bool news = flag(edma, EDMA_INT);
    bool error = flag(edma, EDMA_ERR);

    if (news)
        tell(edma, EDMA_CINT);
    if ((news || error) && edma->state == EDMA_RUNNING)
        return error ? reap_error(edma, news) : retire(edma);
    if (error) {
        if (edma->state == EDMA_HALTING) /* cancel finds no ERR any more */
            atomic_write_release(&edma->state, EDMA_FAULTED);
        tell(edma, EDMA_CERR);
        release(edma);
    }
    if (news)
        (void)read32(edma, EDMA_INT);
    return (struct hal_progress){ .retired = 0 };
}

/* Halt -------------------------------------------------------------------- */

/* From here on a late interrupt starts nothing, and no channel begins. */
static void begin_halt(struct hal_dmac *const *set, uint32_t count)
{
    struct edma *edma = to_edma(set[0]);
    const struct hal_lock *lock = edma->dmac.bus->lock;
    uint32_t state = lock->save(lock);

    for (uint32_t i = 0; i < count; i++) {
        if (to_edma(set[i])->state < EDMA_FAULTED)
            to_edma(set[i])->state = EDMA_HALTING;
    }
    edma->controller->halting++;
    change_cr(edma, 0, EDMA_CR_HALT);
    lock->restore(lock, state);
}

/* HOE is for start, which comes here as well. */
static void end_halt(struct edma *edma)
{
    const struct hal_lock *lock = edma->dmac.bus->lock;
    uint32_t state = lock->save(lock);

    edma->controller->halting--;
    if (edma->controller->halting == 0)
        change_cr(edma, EDMA_CR_ECX | EDMA_CR_CX, EDMA_CR_HOE);
    release(edma);
    lock->restore(lock, state);
}

/* While no channel begins: does the engine leave this one alone? If it works
   for none that shows ACTIVE it loads a TCD, which may be for this one. */
static bool at_rest(const struct edma *edma)
{
    uintptr_t csr = edma->controller->base + EDMA_TCD_CSR;

    if (active(edma))
        return false;
    if ((read32(edma, EDMA_CR) & EDMA_CR_ACTIVE) == 0)
        return true;
    for (uint32_t i = 0; i < EDMA_CHANNELS; i++) {
        if ((mmio_read16(csr + EDMA_TCD(i)) & EDMA_CSR_ACTIVE) != 0)
            return true;
    }
    return false;
}

/* And will it go on doing so, requests or not? */
static bool is_off(const struct edma *edma)
{
    return at_rest(edma) && !flag(edma, EDMA_ERQ);
}

/* Note how far the channel came, unless a halt before has: its registers say so
   no more. End its minor loop, behind which nothing follows. Returns whether it
   is at rest, for good. */
static bool cancel(struct edma *edma)
{
    const struct hal_lock *lock = edma->dmac.bus->lock;
    bool rests = at_rest(edma);
    bool failed = flag(edma, EDMA_ERR); /* before reap takes it from there */
    uint32_t was = atomic_read_acquire(&edma->state);
    uint32_t state;

    if (was != EDMA_HALTED)
        edma->rest =
            edma_measure(edma, !rests || failed || was == EDMA_FAULTED);
    edma->state = EDMA_HALTED;
    tell(edma, EDMA_CERQ);
    write_csr(edma, 0);
    state = lock->save(lock);
    rests = is_off(edma);
    if (!rests)
        change_cr(edma, 0, EDMA_CR_CX);
    lock->restore(lock, state);
    return rests;
}

static bool wait(struct edma *edma, uint64_t deadline)
{
    struct hal_wait wait = { .deadline = deadline };

    while (!is_off(edma)) {
        if (!hal_wait_again(&wait, edma->dmac.bus->clock)) {
            edma->rest.least = 0;
            return false;
        }
    }
    return true;
}

static uint32_t edma_halt(struct hal_dmac *const *set, uint32_t count,
                          uint64_t deadline)
{
    uint32_t works = 0; /* a bit each, ... */
    uint32_t stuck = 0; /* ... of set      */

    begin_halt(set, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!cancel(to_edma(set[i])))
            works |= BIT32(i);
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((works & BIT32(i)) != 0 && !wait(to_edma(set[i]), deadline))
            stuck |= BIT32(i);
        else
            silence(to_edma(set[i]));
    }
    end_halt(to_edma(set[0]));
    return stuck;
}

const struct hal_dmac_ops edma_ops = {
    .start = edma_start,
    .route = edma_route,
    .emit = edma_emit,
    .submit = edma_submit,
    .reap = edma_reap,
    .residue = edma_residue,
    .halt = edma_halt,
};
