/* SPDX-License-Identifier: MIT */
/*
 * Defends sets of channels, engines that do not stop, lost power, and callbacks
 * that meddle.
 */
#include "tests/channel_world.h"

#include <string.h>

/* ---- Sets ---- */

/* Who is done, who runs, who does not stop, and who has a stand-in at work. */
static void test_sets(void)
{
    struct iodma_channel *set[] = { &channels[0], &channels[1], &channels[2] };
    uint8_t outcomes[CHANNELS];

    begin("of a set each ends as it should", 0, 0);
    for (uint32_t i = 0; i < CHANNELS; i++)
        submit(copy(i, 64), i);
    memcpy(&want[HALF], want, 64);
    (void)strict_dmac_run(&engines[0], 1);
    engines[2].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 3, 50, outcomes),
                  IODMA_OK);
    expect_number("one that was done", outcomes[0], IODMA_ABORT_COMPLETED);
    expect_number("one that runs", outcomes[1], IODMA_ABORT_STOPPED);
    expect_number("one that does not stop", outcomes[2], IODMA_ABORT_STUCK);
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect("it is not in quarantine", !jobs[1].transfer.quarantined);
    expect_status("status", jobs[2].status, IODMA_ABORTED);
    expect("it is in quarantine", jobs[2].transfer.quarantined);
    expect_number("held", jobs[2].destination.held, 1);
    expect("only one is dead",
           !channels[0].dead && !channels[1].dead && channels[2].dead);
    expect_number("halts of who was done", engines[0].halts, 0);
    expect_order();

    check_case("power ends a quarantine");
    engines[2].stuck = false;
    strict_dmac_power_cycle(&engines[2]);
    expect_status("power lost", iodma_channel_power_lost(&channels[2]),
                  IODMA_OK);
    expect_status("release", iodma_command_release(&jobs[2].source), IODMA_OK);
    expect_status("release", iodma_command_release(&jobs[2].destination),
                  IODMA_OK);
    (void)iodma_command_complete(&jobs[2].source, true, true);
    (void)iodma_command_complete(&jobs[2].destination, true, true);
    jobs[2].calls = 0;
    submit(copy(2, 64), 2);
    memcpy(&want[HALF + 0x1000], &want[0x1000], 64);
    drive(2);
    expect_end(&jobs[2], IODMA_OK);
    expect_order();

    begin("a set of engines and a stand-in", 0, 0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 1000);
    jobs[0].transfer.fills = true;
    in_segments(&jobs[0].destination, 8);
    submit(&jobs[0], 0);
    submit(copy(1, 64), 1);
    submit(copy(2, 64), 2);
    engines[1].stuck = true;
    memset(&want[HALF], 0, 8 * SLOTS);
    expect_status("abort", iodma_channels_abort(set, 3, 50, outcomes),
                  IODMA_OK);
    expect_number("the stand-in", outcomes[0], IODMA_ABORT_STOPPED);
    expect_number("left", jobs[0].transfer.residue.most, 1000 - 8 * SLOTS);
    expect_number("one that does not stop", outcomes[1], IODMA_ABORT_STUCK);
    expect_number("one that runs", outcomes[2], IODMA_ABORT_STOPPED);
    expect_order();

    begin("a stand-in that does not stop", 0, 0);
    strict_dmac_power_cycle(&engines[2]);
    engines[2].dmac.fills = true;
    expect_status("stand-in",
                  iodma_channel_lend_stand_in(&channels[0], &engines[2].dmac),
                  IODMA_OK);
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    submit(&jobs[0], 0);
    submit(copy(1, 64), 1);
    engines[2].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_number("the stand-in", outcomes[0], IODMA_ABORT_STUCK);
    expect_number("one that runs", outcomes[1], IODMA_ABORT_STOPPED);
    expect("it is in quarantine", jobs[0].transfer.quarantined);
    expect("only one is dead", channels[0].dead && !channels[1].dead);
    expect_order();

    check_case("a set is of 1 to 32");
    expect_status("none", iodma_channels_abort(set, 0, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("too many", iodma_channels_abort(set, 33, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("NULL", iodma_channels_abort(NULL, 1, 50, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no transfer",
                  iodma_transfer_abort(&channels[0], NULL, 50, NULL),
                  IODMA_BAD_ARGUMENT);
}

/* ---- Callbacks that meddle ---- */

/* Have a job run again from its callback. */
static void submit_again(struct job *job, uint32_t channel)
{
    (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    (void)iodma_command_prepare(&job->destination, 0, 0, true, true);
    submit(job, channel);
}

static void done_once(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    done(transfer, status);
    if (job->calls == 1)
        submit_again(job, 0);
}

static void done_aborts_next(struct iodma_transfer *transfer,
                             enum iodma_status status)
{
    struct iodma_transfer *next =
        &HAL_CONTAINER_OF(transfer, struct job, transfer)[1].transfer;

    done(transfer, status);
    expect_status("abort", iodma_transfer_abort(&channels[0], next, 50, NULL),
                  IODMA_OK);
}

static void test_power_callbacks(void)
{
    begin("power is lost, and a callback aborts what waits", 0, 0);
    for (uint32_t i = 0; i < 3; i++)
        submit(copy(i, 64), 0);
    jobs[0].transfer.done = done_aborts_next;
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    for (uint32_t i = 0; i < 3; i++)
        expect_end(&jobs[i], IODMA_ABORTED);
    expect_order();

    begin("power is lost, and callbacks submit again", 0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        submit(copy(i, 64), 0);
        jobs[i].transfer.done = done_once;
        memcpy(&want[HALF + 0x800 * i], &want[0x800 * i], 64);
    }
    strict_dmac_power_cycle(&engines[0]);
    expect_status("power lost", iodma_channel_power_lost(&channels[0]),
                  IODMA_OK);
    for (uint32_t i = 0; i < 3; i++) {
        expect_number("callbacks", jobs[i].calls, 1);
        expect_status("status", jobs[i].status, IODMA_ABORTED);
    }
    expect_number("begun at once", engines[0].taken, 2);
    drive(0);
    for (uint32_t i = 0; i < 3; i++)
        expect_status("status", jobs[i].status, IODMA_OK);
    expect_order();
}

/* Ends the other channel's transfer, has it run another one, serves it. */
static void done_meddles(struct iodma_transfer *transfer,
                         enum iodma_status status)
{
    struct iodma_channel *other[] = { &channels[1] };

    done(transfer, status);
    expect_status("abort", iodma_channels_abort(other, 1, 50, NULL), IODMA_OK);
    submit(copy(3, 64), 1);
    (void)iodma_channel_service(&channels[1]);
}

static void done_aborts_other(struct iodma_transfer *transfer,
                              enum iodma_status status)
{
    struct iodma_channel *other[] = { &channels[1] };

    done(transfer, status);
    expect_status("abort", iodma_channels_abort(other, 1, 50, NULL), IODMA_OK);
}

static void done_frees_other(struct iodma_transfer *transfer,
                             enum iodma_status status)
{
    engines[1].stuck = false;
    done_aborts_other(transfer, status);
}

static void done_serves(struct iodma_transfer *transfer,
                        enum iodma_status status)
{
    done(transfer, status);
    (void)iodma_channel_service(&channels[1]);
}

/* The second engine finishes, and its ISR says so, while the first is halted.
 */
static void second_finishes(enum strict_dmac_step step)
{
    if (step != STRICT_DMAC_HALT)
        return;
    (void)strict_dmac_run(&engines[1], SLOTS);
    iodma_channel_reap(&channels[1]);
}

static void test_set_callbacks(void)
{
    struct iodma_channel *set[] = { &channels[0], &channels[1] };
    uint8_t outcomes[2];

    begin("of a set no engine begins before it was called back", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_meddles;
    expect_status("abort", iodma_channels_abort(set, 2, 50, NULL), IODMA_OK);
    expect_end(&jobs[0], IODMA_ABORTED);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("callbacks of what was submitted", jobs[3].calls, 0);
    drive(1);
    memcpy(&want[HALF + 0x1800], &want[0x1800], 64);
    expect_end(&jobs[3], IODMA_OK);
    expect_order();

    begin("of a set what a callback aborts is stuck all the same", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_aborts_other;
    engines[1].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_number("callbacks", jobs[1].calls, 1);
    expect("it is in quarantine", jobs[1].transfer.quarantined);
    expect_number("outcome", outcomes[1], IODMA_ABORT_STUCK);
    expect_order();

    begin("of a set what comes to in a callback is not stuck", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_frees_other;
    engines[1].stuck = true;
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("outcome", outcomes[1], IODMA_ABORT_COMPLETED);
    jobs[1].calls = 0;
    submit(copy(1, 64), 1);
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    drive(1);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();

    begin("of a set what a callback finds finished leaves no engine halted", 0,
          0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 1);
    jobs[0].transfer.done = done_aborts_other;
    engines[0].hook = second_finishes;
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    expect_status("abort", iodma_channels_abort(set, 2, 50, outcomes),
                  IODMA_OK);
    expect_end(&jobs[1], IODMA_OK);
    expect_number("outcome", outcomes[1], IODMA_ABORT_COMPLETED);
    submit(copy(3, 64), 1);
    memcpy(&want[HALF + 0x1800], &want[0x1800], 64);
    drive(1);
    expect_end(&jobs[3], IODMA_OK);
    expect_order();

    begin("of a set no halted engine is fed", 0, 0);
    submit(copy(0, 64), 0);
    (void)copy(1, 100);
    in_segments(&jobs[1].source, 10);
    submit(&jobs[1], 1);
    (void)strict_dmac_run(&engines[1], SLOTS);
    memcpy(&want[HALF + 0x800], &want[0x800], 10 * SLOTS);
    jobs[0].transfer.done = done_serves;
    expect_status("abort", iodma_channels_abort(set, 2, 50, NULL), IODMA_OK);
    expect_end(&jobs[1], IODMA_ABORTED);
    expect_number("left", jobs[1].transfer.residue.most, 100 - 10 * SLOTS);
    expect_order();
}

static void done_for_ever(struct iodma_transfer *transfer,
                          enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    done(transfer, status);
    if (jobs[1].transfer.queued)
        (void)iodma_transfer_abort(&channels[0], &jobs[1].transfer, 50, NULL);
    if (job->calls < 100)
        submit_again(job, 0);
}

static void test_round(void)
{
    begin("a round ends, though the last one that waited was aborted", 0, 0);
    submit(copy(0, 64), 0);
    submit(copy(1, 64), 0);
    jobs[0].transfer.done = done_for_ever;
    jobs[0].transfer.deadline = 10;
    hooks.ticks = 10;
    expect("more is to be done", iodma_channel_service(&channels[0]));
    expect_number("callbacks", jobs[0].calls, 1);
    expect_end(&jobs[1], IODMA_ABORTED);
}

int main(void)
{
    test_sets();
    test_power_callbacks();
    test_set_callbacks();
    test_round();
    return check_result();
}
