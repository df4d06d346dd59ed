/* SPDX-License-Identifier: MIT */
#include "lsi53c8xx.h"

#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../clock.h"
#include "../container_of.h"
#include "../count_of.h"
#include "../ring.h"
#include "lsi53c8xx_regs.h"
#include "ways.h"

_Static_assert(LSI53C8XX_SLOT_SIZE == sizeof(struct lsi_slot) &&
                   LSI53C8XX_JUMP_SIZE == sizeof(struct lsi_jump),
               "as lsi53c8xx.h says");

/* Every way in which a script ends. */
#define STOPS                                                                  \
    (LSI_DSTAT_IID | LSI_DSTAT_SIR | LSI_DSTAT_ABRT | LSI_DSTAT_BF |           \
     LSI_DSTAT_MDPE)

/* Milliseconds. SRST is held for 10 us at least; a bus needs 2 ms until the
   chip can tell its mode (both as Linux does, sym_chip_reset()). */
enum { HELD_MS = 1, SETTLE_MS = 2, ABORT_MS = 500 };

const struct hal_limits lsi53c8xx_limits = {
    .address_bits = 32,
    .max_segment = LSI_MOVE_LENGTH,
};

/* Instructions lie on words (5.2). */
const struct hal_limits lsi53c8xx_ring_limits = {
    .address_bits = 32,
    .align_address = 4,
    .max_segments = 1,
};

static struct lsi53c8xx *to_lsi(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct lsi53c8xx, dmac);
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

static void let_pass(const struct lsi53c8xx *lsi, uint32_t milliseconds)
{
    const struct hal_clock *clock = lsi->dmac.bus->clock;
    uint64_t deadline = hal_deadline(clock, milliseconds);

    while (!hal_expired(clock, deadline))
        ;
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
    let_pass(lsi, HELD_MS);
    write8(lsi, LSI_ISTAT0, 0);
    if ((read8(lsi, LSI_ISTAT0) & LSI_ISTAT0_SRST) != 0)
        return false;
    let_pass(lsi, SETTLE_MS);
    return true;
}

static uint32_t read_sist(const struct lsi53c8xx *lsi)
{
    return mmio_read16(lsi->base + LSI_SIST);
}

static bool running(const struct lsi53c8xx *lsi)
{
    return (read8(lsi, LSI_ISTAT1) & LSI_ISTAT1_SRUN) != 0;
}

/* Ask the script to stop and wait until it has. A SCSI event holds that up
   until it is read (4.2, ISTAT0 bit 7). The ISR may read it as well: then there
   is none left here. */
static void abort_script(const struct lsi53c8xx *lsi, uint64_t deadline)
{
    const struct hal_clock *clock = lsi->dmac.bus->clock;

    write8(lsi, LSI_ISTAT0, LSI_ISTAT0_ABRT);
    while (running(lsi) && !absent(lsi) && !hal_expired(clock, deadline)) {
        if ((read8(lsi, LSI_ISTAT0) & LSI_ISTAT0_SIP) != 0)
            (void)read_sist(lsi);
    }
}

/*
 * Stop whatever runs, ours or a boot loader's. From here on a late interrupt
 * starts nothing. A reset while a script runs may hang a chip (Linux,
 * sym_soft_reset()), so it is aborted before. The reset ends one that would not
 * stop, and disables the interrupt; what cannot be reset is not under our
 * control.
 */
static bool stop(struct lsi53c8xx *lsi, uint64_t deadline)
{
    const struct hal_lock *lock = lsi->dmac.bus->lock;
    uint32_t state = lock->save(lock);

    lsi->state = LSI_FAULTED;
    lock->restore(lock, state);
    if (running(lsi))
        abort_script(lsi, deadline);
    return soft_reset(lsi);
}

static void write_jump(const struct lsi53c8xx *lsi)
{
    struct lsi_jump *jump =
        (void *)((struct lsi_slot *)lsi->ring.cpu + lsi->slots);

    jump->command = to_le32(LSI_JUMP);
    jump->target = to_le32((uint32_t)lsi->ring.bus);
}

/* The ring is there, whole, on words and within reach. */
static bool ring_fits(const struct lsi53c8xx *lsi)
{
    return lsi->ring.cpu && lsi->lengths && lsi->slots >= 2 &&
           is_power_of_two(lsi->slots) &&
           lsi->ring.size >= LSI53C8XX_RING_SIZE(lsi->slots) &&
           modulo(lsi->ring.bus, sizeof(le32)) == 0 &&
           in_reach(lsi->ring.bus, (hal_address)lsi->ring.size);
}

static enum iodma_status lsi_start(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);

    if (!ring_fits(lsi) || dmac->same_phase != LSI53C8XX_SAME_PHASE)
        return IODMA_BAD_ARGUMENT;
    if (absent(lsi) || !stop(lsi, hal_deadline(dmac->bus->clock, ABORT_MS)))
        return IODMA_NOT_ATTACHED;

    lsi->filled = 0;
    lsi->told = 0;
    lsi->retired = 0;
    lsi->state = LSI_IDLE;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    write_jump(lsi);

    write8(lsi, LSI_DMODE, 0);
    write8(lsi, LSI_DCNTL, LSI_DCNTL_COM);
    write8(lsi, LSI_CTEST4, LSI_CTEST4_MPEE);
    (void)read_sist(lsi); /* the mode that the bus settled in is no change */
    mmio_write16(lsi->base + LSI_SIEN, LSI_SIST_FATAL);
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

/* Bytes of a slot's item; 0: it closes a batch. The ring would say so as well,
   but a chip could write to that. */
static uint32_t *length_at(const struct lsi53c8xx *lsi, uint32_t index)
{
    return &lsi->lengths[ring_slot(index, lsi->slots)];
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
        *length_at(lsi, lsi->filled) = (uint32_t)items[taken].length;
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

    lsi->end = lsi->retired;
    while (*length_at(lsi, lsi->end++) != 0)
        ;
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

    *length_at(lsi, lsi->filled) = 0;
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

/* Of what stopped it the worst; the SCSI side has no fault of its own. */
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

/* A fault's detail: DSTAT, SIST above. */
enum { DETAIL_SIST = 8 };

static const struct {
    uint32_t detail;
    const char *words;
} causes[] = {
    { LSI_DSTAT_BF, "PCI bus fault" },
    { LSI_DSTAT_MDPE, "PCI parity error" },
    { LSI_DSTAT_IID, "illegal instruction" },
    { LSI_SIST_RST << DETAIL_SIST, "SCSI bus reset" },
    { LSI_SIST_SBMC << DETAIL_SIST, "SCSI bus mode changed" },
    { LSI_SIST_PAR << DETAIL_SIST, "SCSI parity error" },
    { LSI_SIST_UDC << DETAIL_SIST, "SCSI disconnect" },
    { LSI_SIST_SGE << DETAIL_SIST, "SCSI gross error" },
    { LSI_SIST_MA << DETAIL_SIST, "SCSI phase mismatch" },
    { LSI_SIST_STO << DETAIL_SIST, "SCSI selection timed out" },
    { LSI_DSTAT_ABRT, "aborted" },
    { LSI_DSTAT_SIR, "INT of no batch" },
};

const char *lsi53c8xx_cause(uint32_t detail)
{
    if (detail == ABSENT)
        return "the chip does not answer";
    for (uint32_t i = 0; i < HAL_COUNT_OF(causes); i++) {
        if ((detail & causes[i].detail) != 0)
            return causes[i].words;
    }
    return "unknown";
}

/* Nothing runs again before halt and start. */
static struct hal_progress fail(struct lsi53c8xx *lsi, uint32_t fault,
                                uint32_t detail)
{
    lsi->state = LSI_FAULTED;
    return (struct hal_progress){ .fault = fault, .detail = detail };
}

/* The script met an INT. Its code says which: of another batch than the one
   under way, and it ran astray. */
static struct hal_progress retire(struct lsi53c8xx *lsi)
{
    uint32_t slots = ring_used(lsi->end, lsi->retired);

    if (mmio_read32(lsi->base + LSI_DSPS) != lsi->end)
        return fail(lsi, HAL_FAULT_DESCRIPTOR, LSI_DSTAT_SIR);

    atomic_write_release(&lsi->retired, lsi->end);
    lsi->state = LSI_IDLE;
    if (lsi->end != lsi->told)
        run(lsi);
    return (struct hal_progress){ .retired = slots - 1 };
}

/* Drop an interrupt of nothing of ours. DSTAT may be read only with ABRT clear
   (4.2, ISTAT0 bit 7). */
static void acknowledge(const struct lsi53c8xx *lsi)
{
    write8(lsi, LSI_ISTAT0, 0);
    (void)read8(lsi, LSI_DSTAT);
}

/* While a script runs, ISTAT0, ISTAT1 and the mailboxes are the only registers
   that may be read (4.2, note); with DIP or SIP set it does not run. What came
   behind a SCSI event is seen when that has been read. */
static struct hal_progress lsi_reap(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    uint32_t istat = read8(lsi, LSI_ISTAT0);
    uint32_t detail = 0;

    if (lsi->state == LSI_RUNNING && istat == ABSENT)
        return fail(lsi, HAL_FAULT_OTHER, istat);
    if (istat == ABSENT || (istat & (LSI_ISTAT0_DIP | LSI_ISTAT0_SIP)) == 0)
        return (struct hal_progress){ .retired = 0 };
    if ((istat & LSI_ISTAT0_SIP) != 0) {
        detail = read_sist(lsi) << DETAIL_SIST;
        istat = read8(lsi, LSI_ISTAT0);
    }
    if (lsi->state != LSI_RUNNING) {
        if ((istat & LSI_ISTAT0_DIP) != 0)
            acknowledge(lsi);
        return (struct hal_progress){ .retired = 0 };
    }
    if ((istat & LSI_ISTAT0_DIP) != 0)
        detail |= read8(lsi, LSI_DSTAT) & STOPS;
    if (detail == LSI_DSTAT_SIR)
        return retire(lsi);
    return fail(lsi, fault_of(detail), detail);
}

/* Where a script is can be read only when it has ended with a batch: any part
   of what has not retired may have been moved. */
static struct hal_residue lsi_residue(struct hal_dmac *dmac)
{
    struct lsi53c8xx *lsi = to_lsi(dmac);
    struct hal_residue residue = { 0, 0 };

    for (uint32_t i = atomic_read_acquire(&lsi->retired); i != lsi->filled; i++)
        residue.most += *length_at(lsi, i);
    return residue;
}

/* A chip has one script, so there is nobody whom it could start. */
static uint32_t lsi_halt(struct hal_dmac *const *set, uint32_t count,
                         uint64_t deadline)
{
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!stop(to_lsi(set[i]), deadline))
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
