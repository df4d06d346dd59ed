/* SPDX-License-Identifier: MIT */
/*
 * Defends what a transfer that did not end well has left: late, aborted, with
 * its power lost, behind a fault.
 */
#include "tests/channel_world.h"

#include <string.h>

/* The engine does what it was given while it is halted. */
static void first_finishes(enum strict_dmac_step step)
{
    if (step == STRICT_DMAC_HALT)
        (void)strict_dmac_run(&engines[0], SLOTS);
}

/* Late, and halted for it. */
static const struct {
    const char *what;
    bool in_part; /* not all of it was fed */
    bool stuck;
    enum iodma_status status;
} overtaken[] = {
    { "late, and over when its engine stood still: it has ended well", false,
      false, IODMA_OK },
    { "late, and some was not fed: that is late", true, false, IODMA_TIMEOUT },
    { "late, over, and its engine does not stop: that is late", false, true,
      IODMA_TIMEOUT },
};

static void test_residue(void)
{
    begin("late with an idle engine: what was not fed is left", 0, 0);
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 10;
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], SLOTS);
    memcpy(&want[HALF], want, 10 * SLOTS);
    hooks.ticks = 10;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("least", jobs[0].transfer.residue.least, 100 - 10 * SLOTS);
    expect_number("most", jobs[0].transfer.residue.most, 100 - 10 * SLOTS);
    expect_number("halts", engines[0].halts, 0);
    expect_order();

    begin("late when its turn comes it is not begun, by no later deadline", 0,
          0);
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 0;
    submit(&jobs[0], 0);
    jobs[0].transfer.deadline = FOREVER;
    drive(0);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("left", jobs[0].transfer.residue.least, 100);
    expect_order();

    begin("aborted with some items not fed: both bounds count them", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], 1);
    memcpy(&want[HALF], want, 10);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 90);
    expect_number("most", jobs[0].transfer.residue.most, 90);
    expect_order();

    begin("power is lost: what was given may have been moved, or not", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 100 - 10 * SLOTS);
    expect_number("most", jobs[0].transfer.residue.most, 100);

    begin("what a transfer came to is not told of the next time", 0, 0);
    (void)copy(0, 100);
    submit(&jobs[0], 0);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_BUS);
    jobs[0].calls = 0;
    jobs[0].transfer.overruns = 1;
    submit(copy(0, 100), 0);
    memcpy(&want[HALF], want, 100);
    drive(0);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_NONE);
    expect_number("overruns", jobs[0].transfer.overruns, 0);
    jobs[0].calls = 0;
    (void)copy(0, 100);
    jobs[0].transfer.deadline = 0;
    submit(&jobs[0], 0);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_order();

    begin("a fault behind all that was given is told", 0, 0);
    (void)copy(0, 100);
    in_segments(&jobs[0].source, 10);
    submit(&jobs[0], 0);
    (void)strict_dmac_run(&engines[0], SLOTS);
    memcpy(&want[HALF], want, 10 * SLOTS);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("fault", jobs[0].transfer.fault, HAL_FAULT_BUS);
    expect_number("halts", engines[0].halts, 1);
    expect_number("left", jobs[0].transfer.residue.most, 100 - 10 * SLOTS);
    expect_order();

    begin("a fault behind all is told, not hidden", 0, 0);
    submit(copy(0, 64), 0);
    (void)strict_dmac_run(&engines[0], 1);
    memcpy(&want[HALF], want, 64);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("left", jobs[0].transfer.residue.most, 0);
    expect_order();

    for (uint32_t i = 0; i < HAL_COUNT_OF(overtaken); i++) {
        begin(overtaken[i].what, 0, 0);
        (void)copy(0, 100);
        jobs[0].transfer.deadline = 10;
        in_segments(&jobs[0].source, 10);
        if (!overtaken[i].in_part)
            in_segments(&jobs[0].source, 100);
        submit(&jobs[0], 0);
        engines[0].hook = first_finishes;
        engines[0].stuck = overtaken[i].stuck;
        memcpy(&want[HALF], want, overtaken[i].in_part ? 10 * SLOTS : 100);
        hooks.ticks = 10;
        (void)iodma_channel_service(&channels[0]);
        expect_number("callbacks", jobs[0].calls, 1);
        expect_status("status", jobs[0].status, overtaken[i].status);
        expect_number("quarantined", jobs[0].transfer.quarantined,
                      overtaken[i].stuck);
        expect_number("left", jobs[0].transfer.residue.most,
                      overtaken[i].in_part ? 100 - 10 * SLOTS : 0);
        expect_order();
    }

    begin("rows that go one by one: both bounds count what was not fed", 0, 8);
    engines[0].stiff = true;
    (void)copy(0, 100);
    jobs[0].transfer.rows = (struct iodma_rows){
        .length = 10, .source_stride = 10, .destination_stride = 10, .count = 8
    };
    submit(&jobs[0], 0);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL),
        IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_number("least", jobs[0].transfer.residue.least, 80);
    expect_number("most", jobs[0].transfer.residue.most, 80);
    expect_order();

    begin("rows that were never begun are all left", 0, 8);
    (void)copy(0, 100);
    jobs[0].transfer.rows = (struct iodma_rows){
        .length = 10, .source_stride = 20, .destination_stride = 20, .count = 5
    };
    jobs[0].transfer.deadline = 0;
    for (uint32_t i = 0; i < 2; i++) { /* and no more of them the next time */
        submit(&jobs[0], 0);
        drive(0);
        expect_end(&jobs[0], IODMA_TIMEOUT);
        expect_number("least", jobs[0].transfer.residue.least, 50);
        expect_number("most", jobs[0].transfer.residue.most, 50);
        jobs[0].calls = 0;
        (void)iodma_command_prepare(&jobs[0].source, 0, 0, true, true);
        (void)iodma_command_prepare(&jobs[0].destination, 0, 0, true, true);
    }
    expect_order();
}

int main(void)
{
    test_residue();
    return check_result();
}
