/* SPDX-License-Identifier: MIT */
#include "hal/dmac/lsi53c8xx.h"

#include "hal/atomic.h"
#include "hal/clock.h"
#include "hal/container_of.h"
#include "hal/ring.h"
#include "platform/mmio.h"

#include <stddef.h>

/* Every way in which a script ends. */
#define STOPS                                                                  \
    (LSI_DSTAT_IID | LSI_DSTAT_SIR | LSI_DSTAT_ABRT | LSI_DSTAT_BF |           \
     LSI_DSTAT_MDPE)

const struct hal_limits lsi53c8xx_limits = {
    .address_bits = 32,
    .max_segment = LSI_MOVE_LENGTH,
};

/* Instructions lie on words (5.1). */
const struct hal_limits lsi53c8xx_ring_limits = {
    .address_bits = 32,
    .align_address = 4,
    .max_segments = 1,
};

static struct lsi53c8xx *to_lsi(struct hal_dmac *dmac)
{
    return CONTAINER_OF(dmac, struct lsi53c8xx, dmac);
}

static uint32_t read8(const struct lsi53c8xx *lsi, uint32_t offset)
{
    return mmio_read8(lsi->base + offset);
}

static void write8(const struct lsi53c8xx *lsi, uint32_t offset, uint32_t value)
{
    mmio_write8(lsi->base + offset, (uint8_t)value);
}

static struct lsi_slot *slot_at(const struct lsi53c8xx *lsi, uint32_t index)
{
    return (struct lsi_slot *)lsi->ring.cpu + ring_slot(index, lsi->slots);
}

/* How ISTAT0 of a chip reads that is not there, or has left the bus. */
enum { ABSENT = 0xFF };

static bool absent(const struct lsi53c8xx *lsi)
{
    return read8(lsi, LSI_ISTAT0) == ABSENT;
}

/*
 * Reset all but the PCI configuration (4.2, ISTAT0 bit 6). The read between
 * the two writes pushes the first one out to the chip.
 */
static bool soft_reset(const struct lsi53c8xx *lsi)
{
    write8(lsi, LSI_ISTAT0, LSI_ISTAT0_SRST);
    if (absent(lsi))
        return false;
    write8(lsi, LSI_ISTAT0, 0);
    return (read8(lsi, LSI_ISTAT0) & LSI_ISTAT0_SRST) == 0;
}

static void write_jump(const struct lsi53c8xx *lsi)
{
    struct lsi_jump *jump =
        (void *)((struct lsi_slot *)lsi->ring.cpu + lsi->slots);

    jump->command = to_le32(LSI_JUMP);
    jump->target = to_le32((uint32_t)lsi->ring.bus);
}

/* All of it below 2^32; size is not 0. */
static bool in_reach(hal_address bus, hal_address size)
{
    return bus <= UINT32_MAX && size - 1 <= UINT32_MAX - bus;
}

/* The ring is there, whole, on words and within reach. */
static bool ring_fits(const struct lsi53c8xx *lsi)
{
    return lsi->ring.cpu && lsi->slots >= 2 && is_power_of_two(lsi->slots) &&
           lsi->ring.size >= LSI53C8XX_RING_SIZE(lsi->slots) &&
           modulo(lsi->ring.bus, sizeof(le32)) == 0 &&
           in_reach(lsi->ring.bus, (hal_address)lsi->ring.size);
}

static enum iodma_status lsi_start(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);

    if (!ring_fits(lsi) || dmac->same_phase != LSI53C8XX_SAME_PHASE)
        return IODMA_BAD_ARGUMENT;
    if (absent(lsi) || !soft_reset(lsi))
        return IODMA_NOT_ATTACHED;

    lsi->filled = 0;
    lsi->told = 0;
    lsi->retired = 0;
    lsi->state = LSI_IDLE;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    write_jump(lsi);

    write8(lsi, LSI_DMODE, 0);
    write8(lsi, LSI_DCNTL, LSI_DCNTL_COM);
    write8(lsi, LSI_SIEN0, 0);
    write8(lsi, LSI_SIEN1, 0);
    write8(lsi, LSI_DIEN, STOPS);
    return IODMA_OK;
}

/* A memory move knows memory only. */
static enum iodma_status lsi_route(struct hal_dmac *dmac,
                                   const struct hal_route *route)
{
    (void)dmac;
    return route->source.kind == HAL_MEMORY &&
                   route->destination.kind == HAL_MEMORY && route->rows <= 1 &&
                   !route->cyclic
               ? IODMA_OK
               : IODMA_UNSUPPORTED;
}

static bool encodable(const struct hal_item *item)
{
    return item->length != 0 && item->length <= LSI_MOVE_LENGTH &&
           in_reach(item->source, item->length) &&
           in_reach(item->destination, item->length) &&
           modulo(item->source ^ item->destination, LSI53C8XX_SAME_PHASE) == 0;
}

static void encode(struct lsi_slot *slot, const struct hal_item *item)
{
    slot->command = to_le32(LSI_MOVE | (uint32_t)item->length);
    slot->source = to_le32((uint32_t)item->source);
    slot->destination = to_le32((uint32_t)item->destination);
}

/* One slot stays free for the INT that closes the batch. */
static uint32_t lsi_emit(struct hal_dmac *dmac, const struct hal_item *items,
                         uint32_t count)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    uint32_t room =
        ring_free(lsi->filled, atomic_read_acquire(&lsi->retired), lsi->slots);
    uint32_t taken = 0;

    while (taken < count && taken + 1 < room && encodable(&items[taken])) {
        encode(slot_at(lsi, lsi->filled), &items[taken]);
        lsi->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}

/* The doorbell: run from the first slot that has not retired. */
static void run(struct lsi53c8xx *lsi)
{
    uint32_t slot = ring_slot(lsi->retired, lsi->slots);

    lsi->state = LSI_RUNNING;
    lsi->dmac.counts.doorbells++;
    mmio_write32(lsi->base + LSI_DSP,
                 (uint32_t)lsi->ring.bus +
                     slot * (uint32_t)sizeof(struct lsi_slot));
}

/* The code of the INT is the index behind it: reap reads it in DSPS. */
static void close_batch(struct lsi53c8xx *lsi)
{
    struct lsi_slot *slot = slot_at(lsi, lsi->filled);

    lsi->filled++;
    slot->command = to_le32(LSI_INT);
    slot->source = to_le32(lsi->filled);
}

static void lsi_submit(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    uint32_t state;

    if (lsi->filled == lsi->told)
        return;

    close_batch(lsi);
    hal_publish(dmac->bus); /* the slots reach memory before the doorbell */

    /* reap, in an ISR, looks at told and at state as well */
    state = dmac->bus->lock->save(dmac->bus->lock);
    lsi->told = lsi->filled;
    if (lsi->state == LSI_IDLE)
        run(lsi);
    dmac->bus->lock->restore(dmac->bus->lock, state);
}

static uint32_t fault_of(uint32_t dstat)
{
    if ((dstat & LSI_DSTAT_BF) != 0)
        return HAL_FAULT_BUS;
    if ((dstat & LSI_DSTAT_MDPE) != 0)
        return HAL_FAULT_PARITY;
    if ((dstat & LSI_DSTAT_IID) != 0)
        return HAL_FAULT_DESCRIPTOR;
    return HAL_FAULT_OTHER;
}

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct lsi53c8xx *lsi, uint32_t fault,
                                uint32_t dstat)
{
    lsi->state = LSI_FAULTED;
    return (struct hal_progress){ .fault = fault, .detail = dstat };
}

/* The script met the INT that closes a batch. Its code says which. */
static struct hal_progress retire(struct lsi53c8xx *lsi, uint32_t dstat)
{
    uint32_t end = mmio_read32(lsi->base + LSI_DSPS);
    uint32_t slots = ring_used(end, lsi->retired);

    /* An INT of no batch that is under way: the script ran astray. */
    if (slots < 2 || slots > ring_used(lsi->told, lsi->retired))
        return fail(lsi, HAL_FAULT_DESCRIPTOR, dstat);

    atomic_write_release(&lsi->retired, end);
    lsi->state = LSI_IDLE;
    if (end != lsi->told)
        run(lsi);
    return (struct hal_progress){ .retired = slots - 1 };
}

/* Drop the interrupt. DSTAT may be read only with ABRT clear (4.2, ISTAT0
   bit 7). */
static uint32_t acknowledge(const struct lsi53c8xx *lsi)
{
    write8(lsi, LSI_ISTAT0, 0);
    return read8(lsi, LSI_DSTAT) & STOPS;
}

/* While a script runs, ISTAT0 is the only register that may be read (4.2,
   note on register access); with DIP set it does not run. */
static struct hal_progress lsi_reap(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    uint32_t istat = read8(lsi, LSI_ISTAT0);
    uint32_t dstat;

    if (lsi->state == LSI_RUNNING && istat == ABSENT)
        return fail(lsi, HAL_FAULT_OTHER, istat);
    if (istat == ABSENT || (istat & LSI_ISTAT0_DIP) == 0)
        return (struct hal_progress){ .retired = 0 };
    if (lsi->state != LSI_RUNNING) {
        (void)acknowledge(lsi);
        if (lsi->state == LSI_ABORTING)
            atomic_write_release(&lsi->state, LSI_FAULTED);
        return (struct hal_progress){ .retired = 0 };
    }

    dstat = read8(lsi, LSI_DSTAT) & STOPS;
    if (dstat == LSI_DSTAT_SIR)
        return retire(lsi, dstat);
    return fail(lsi, fault_of(dstat), dstat);
}

/* From here on a late interrupt starts nothing. Returns whether a script is
   under way. */
static bool begin_halt(struct lsi53c8xx *lsi)
{
    const struct hal_lock *lock = lsi->dmac.bus->lock;
    uint32_t state = lock->save(lock);
    bool running = lsi->state == LSI_RUNNING;

    lsi->state = running ? LSI_ABORTING : LSI_FAULTED;
    lock->restore(lock, state);
    return running;
}

/* Ask the script to stop and wait until it has, as seen here or by the ISR,
   which takes the interrupt that this raises. */
static void abort_script(struct lsi53c8xx *lsi, uint64_t deadline)
{
    const struct hal_clock *clock = lsi->dmac.bus->clock;

    write8(lsi, LSI_ISTAT0, LSI_ISTAT0_ABRT);
    while (atomic_read_acquire(&lsi->state) == LSI_ABORTING &&
           (read8(lsi, LSI_ISTAT0) & LSI_ISTAT0_DIP) == 0 &&
           !hal_expired(clock, deadline))
        ;
}

/* Where a script is can be read only when it has ended with a batch: any part
   of what has not retired may have been moved. */
static struct hal_residue lsi_residue(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    struct hal_residue residue = { 0, 0 };

    for (uint32_t i = atomic_read_acquire(&lsi->retired); i != lsi->filled;
         i++) {
        uint32_t command = from_le32(slot_at(lsi, i)->command);

        if (command != LSI_INT)
            residue.most += command & LSI_MOVE_LENGTH;
    }
    return residue;
}

/* The reset ends a script that would not stop by itself, and disables the
   interrupt; what cannot be reset is not under our control. */
static bool halt(struct lsi53c8xx *lsi, uint64_t deadline)
{
    if (begin_halt(lsi))
        abort_script(lsi, deadline);
    atomic_write_release(&lsi->state, LSI_FAULTED);
    return soft_reset(lsi);
}

/* A chip has one script, so there is nobody whom it could start. */
static uint32_t lsi_halt(struct hal_dmac *const *set, uint32_t count,
                         uint64_t deadline)
{
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!halt(to_lsi(set[i]), deadline))
            stuck |= BIT32(i);
    }
    return stuck;
}

const struct hal_dmac_ops lsi53c8xx_ops = {
    .start = lsi_start,
    .route = lsi_route,
    .emit = lsi_emit,
    .submit = lsi_submit,
    .reap = lsi_reap,
    .residue = lsi_residue,
    .halt = lsi_halt,
};
