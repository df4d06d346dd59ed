/* SPDX-License-Identifier: MIT */
/*
 * The 53C895A of the board moves what it is told, and nothing else.
 *
 *   test_dmac [--poll] moves | chains | overlap | copy | illegal | astray |
 *             runaway | hung | scsi | hole
 */
#include "dma/iodma.h"
#include "hal/count_of.h"
#include "hal/dmac/lsi53c8xx.h"
#include "hal/dmac/lsi53c8xx_regs.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/moves.h"

#include <string.h>

/* Failures: a meddled program, then the engine used again ----------------- */

/* The driver's instance behind the board's engine. */
static struct lsi53c8xx *lsi(void)
{
    return (struct lsi53c8xx *)(void *)engine.facts->dmac;
}

static struct lsi_slot *slot(uint32_t index)
{
    return (struct lsi_slot *)lsi()->ring.cpu + index;
}

/* Between submit and service: what a test does to the program. */
typedef void (*meddle_function)(void);

/* Meddling takes the engine's submit for itself: it writes into the ring
   after the driver filled it and before the engine runs; and more once it
   does. */
static struct hal_dmac_ops meddled;
static meddle_function meddle;
static meddle_function afterwards; /* may be NULL */

static void submit_meddled(struct hal_dmac *dmac)
{
    meddle();
    lsi53c8xx_ops.submit(dmac);
    if (afterwards)
        afterwards();
}

/* A transfer of four moves with the program changed; then a good one. */
static struct outcome meddled_transfer(meddle_function how,
                                       uint32_t deadline_ms)
{
    struct outcome outcome;
    uint64_t seed = 3;

    meddle = how;
    meddled = lsi53c8xx_ops;
    meddled.submit = submit_meddled;
    engine.facts->dmac->ops = &meddled;
    lay_chain(4, &seed);
    outcome = transfer(4, 4, deadline_ms);
    engine.facts->dmac->ops = &lsi53c8xx_ops;
    expect("nothing is quarantined", !outcome.quarantined);
    return outcome;
}

static void expect_usable(void)
{
    chain(100);
}

/* Transfer control with an opcode that is none (5.6: 5 to 7 are reserved). */
static void write_illegal(void)
{
    slot(2)->command = to_le32(0xA8080000u);
}

static void test_illegal(void)
{
    struct outcome outcome;

    check_case("an illegal instruction fails the transfer, with its cause");
    outcome = meddled_transfer(write_illegal, DEADLINE_MS);
    expect_status("the transfer", outcome.status, IODMA_DMA_ERROR);
    expect_number("fault", outcome.fault, HAL_FAULT_DESCRIPTOR);
    check_case("and the engine is usable again");
    expect_usable();
}

/* An INT that closes no batch of ours. */
static void write_foreign_interrupt(void)
{
    slot(2)->command = to_le32(LSI_INT);
    slot(2)->source = to_le32(0x12345678);
}

static void test_astray(void)
{
    struct outcome outcome;

    check_case("a script that ends elsewhere fails the transfer");
    outcome = meddled_transfer(write_foreign_interrupt, DEADLINE_MS);
    expect_status("the transfer", outcome.status, IODMA_DMA_ERROR);
    expect_number("fault", outcome.fault, HAL_FAULT_DESCRIPTOR);
    check_case("and the engine is usable again");
    expect_usable();
}

/* A jump to itself. */
static void write_loop(void)
{
    slot(1)->command = to_le32(LSI_JUMP);
    slot(1)->source =
        to_le32((uint32_t)(lsi()->ring.bus + sizeof(struct lsi_slot)));
}

static void test_runaway(void)
{
    struct outcome outcome;

    check_case("a script that runs for ever ends at the deadline");
    outcome = meddled_transfer(write_loop, SHORT_MS);
    expect_status("the transfer", outcome.status, IODMA_TIMEOUT);
    check_case("and the engine is usable again");
    expect_usable();
}

/* WAIT RESELECT (5.4): nobody will. */
static void write_wait(void)
{
    slot(1)->command = to_le32(0x50000000u);
    slot(1)->source = to_le32(0);
}

static void test_hung(void)
{
    struct outcome outcome;

    check_case("a script that waits for ever ends at the deadline");
    outcome = meddled_transfer(write_wait, SHORT_MS);
    expect_status("the transfer", outcome.status, IODMA_TIMEOUT);
    check_case("and the engine is usable again");
    expect_usable();
}

/* A reset of the SCSI bus, by ourselves (SCNTL1.RST; 4.2), while the script
   waits. */
static void reset_scsi_bus(void)
{
    mmio_write8(lsi()->base + 0x01u, 0x08);
    mmio_write8(lsi()->base + 0x01u, 0);
}

static void test_scsi(void)
{
    struct outcome outcome;

    check_case("a SCSI bus reset fails the transfer, with its cause");
    afterwards = reset_scsi_bus;
    outcome = meddled_transfer(write_wait, DEADLINE_MS);
    afterwards = NULL;
    expect_status("the transfer", outcome.status, IODMA_DMA_ERROR);
    expect_number("fault", outcome.fault, HAL_FAULT_OTHER);
    expect("the cause",
           strcmp(lsi53c8xx_cause(outcome.detail), "SCSI bus reset") == 0);
    check_case("and the engine is usable again");
    expect_usable();
}

/* hole: where nothing answers --------------------------------------------- */

/* No descriptor leads there, since it is in no aperture; so the item goes to
   the driver directly. A master abort on PCI reads as ones and drops writes
   (PCI 3.0, 6.2.3); QEMU's controller goes on without a word, a chip reports
   a bus fault. */
static void test_hole(void)
{
    struct hal_progress progress;

    check_case("a descriptor into a hole in the map is refused");
    test_refused(board.hole);

    check_case("a move from a hole reads ones on this machine");
    progress = move_item(board.hole, address_of(target + 64));
    expect_number("retired", progress.retired, 1);
    memset(want + 64, 0xFF, 256);
    expect_target("the target");

    check_case("a move to a hole is lost on this machine");
    progress = move_item(address_of(source), board.hole);
    expect_number("retired", progress.retired, 1);
    expect_target("the target");

    check_case("and the engine is usable");
    start_again();
    expect_usable();
}

static const struct move_test tests[] = {
    { "moves", test_moves, false },     { "chains", test_chains, false },
    { "overlap", test_overlap, false }, { "illegal", test_illegal, false },
    { "astray", test_astray, false },   { "runaway", test_runaway, false },
    { "hung", test_hung, false },       { "scsi", test_scsi, false },
    { "hole", test_hole, true },        { "copy", test_copy, false },
};

int main(int argc, char **argv)
{
    return run_by_name(argc, argv, tests, HAL_COUNT_OF(tests));
}
