/* SPDX-License-Identifier: MIT */
/* Defends cycles: periods, deadlines that they move on, caches. */
#include "tests/channel_world.h"
#include "tests/model/recording_cache.h"

#include <string.h>

static struct {
    uint32_t told;
    uint32_t last; /* its number */
    bool aborts;
} periods;

static void over(struct iodma_transfer *transfer, uint32_t period)
{
    periods.told++;
    periods.last = period;
    if (periods.aborts)
        (void)iodma_transfer_abort(&channels[0], transfer, 50, NULL);
}

/* Four periods of 64 bytes of a port, which is ready. */
static struct job *cycle(uint32_t end)
{
    static struct model_port model;
    static uint8_t bytes[PORT_BYTES];
    struct job *job = &jobs[0];

    periods.told = 0;
    periods.aborts = false;
    model = (struct model_port){ .width = 1,
                                 .bus = apertures[1].bus,
                                 .request = 1,
                                 .bytes = bytes,
                                 .size = sizeof bytes,
                                 .ready = sizeof bytes };
    engines[0].ports = &model;
    engines[0].dmac.periods = 4;
    prepare(job, end, end == 0 ? 0 : HALF, 256);
    job->transfer.port = &fifo;
    job->transfer.period = over;
    job->transfer.rows = (struct iodma_rows){ .length = 64, .count = 4 };
    return job;
}

static void moved_on(struct iodma_transfer *transfer, uint32_t period)
{
    over(transfer, period);
    transfer->deadline = hooks.ticks + 10;
}

static void done_with_storage(struct iodma_transfer *transfer,
                              enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    expect_status("status", status, IODMA_ABORTED);
    memset((void *)job, 0xA5, sizeof *job);
}

static void run_periods(uint32_t bytes)
{
    (void)strict_dmac_run(&engines[0], bytes);
    iodma_channel_poll(&channels[0]);
    (void)iodma_channel_service(&channels[0]);
}

/* As an engine tells it that has not begun the next turn. */
static struct hal_residue nothing_left(struct hal_dmac *dmac)
{
    (void)dmac;
    return (struct hal_residue){ 0, 0 };
}

/* As one tells it that did not stop: of what it was given before. */
static struct hal_progress another_one(struct hal_dmac *dmac)
{
    (void)dmac;
    return (struct hal_progress){ .retired = 1 };
}

static void test_cycles(void)
{
    static struct hal_dmac_ops ops;
    struct job *job;
    uint8_t outcome;

    begin("a cycle that is late before it begins has no periods", PORTS, 0);
    submit(copy(1, 64), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 64);
    drive(0);
    job = cycle(1);
    job->transfer.deadline = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 0);
    expect_number("overruns", job->transfer.overruns, 0);
    expect_number("halts", engines[0].halts, 0);
    expect_order();

    begin("a cycle that was not begun has no periods of another's", PORTS, 0);
    ops = strict_dmac_ops;
    ops.reap = another_one;
    engines[0].dmac.ops = &ops;
    job = cycle(1);
    job->transfer.deadline = 0;
    submit(job, 0);
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 0);
    expect_order();

    begin("a cycle that is late behind its last period is stopped", PORTS, 0);
    job = cycle(0);
    job->transfer.deadline = 10;
    submit(job, 0);
    run_periods(256);
    hooks.ticks = 10;
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_number("halts", engines[0].halts, 1);
    expect_order();

    begin("a deadline that a period moves on has not passed", PORTS, 0);
    job = cycle(0);
    job->transfer.period = moved_on;
    job->transfer.deadline = 10;
    submit(job, 0);
    hooks.ticks = 10;
    run_periods(70);
    expect_number("told of", periods.told, 1);
    expect("it goes on", job->transfer.queued);
    hooks.ticks = 20;
    run_periods(0);
    expect_end(job, IODMA_TIMEOUT);
    expect_order();

    begin("a cycle that is aborted behind its last period is not over", PORTS,
          0);
    ops = strict_dmac_ops;
    ops.residue = nothing_left;
    engines[0].dmac.ops = &ops;
    job = cycle(0);
    submit(job, 0);
    run_periods(256);
    expect_status(
        "abort",
        iodma_transfer_abort(&channels[0], &job->transfer, 50, &outcome),
        IODMA_OK);
    expect_end(job, IODMA_ABORTED);
    expect_number("outcome", outcome, IODMA_ABORT_STOPPED);
    expect_order();

    begin("a cycle that is begun again is told of from its first", PORTS, 0);
    job = cycle(0);
    periods.aborts = true;
    for (uint32_t i = 1; i <= 2; i++) {
        submit(job, 0);
        run_periods(70);
        expect_number("told of", periods.told, i);
        expect_number("the first", periods.last, 0);
        (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    }
    expect_order();

    begin("a cycle of which the ring takes a part never runs", PORTS, 0);
    job = cycle(0);
    engines[0].slots = 2;
    submit(job, 0);
    run_periods(70);
    expect_end(job, IODMA_MESSAGE_TOO_LARGE);
    expect_number("items", engines[0].done, 0);
    expect_order();

    begin("what a period's callback ended is not looked at", PORTS, 0);
    job = cycle(0);
    job->transfer.done = done_with_storage;
    periods.aborts = true;
    submit(job, 0);
    run_periods(70);
    expect_number("told of", periods.told, 1);
    expect_order();

    begin("a cycle of nothing", PORTS, 0);
    job = cycle(1);
    job->transfer.rows = (struct iodma_rows){ .length = 0, .count = 1 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);
    check_case("a cycle of one period");
    job->transfer.rows = (struct iodma_rows){ .length = 256, .count = 1 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);
}

/* Behind it a cache does not finish. */
static void over_last(struct iodma_transfer *transfer, uint32_t period)
{
    over(transfer, period);
    if (period == 3)
        recorded_status = IODMA_TIMEOUT;
}

/* The same where the engine does not look into caches. */
static void test_maintained_cycles(void)
{
    struct job *job;

    apertures[0].snooped = false;
    for (uint32_t end = 0; end < 2; end++) {
        begin("a period that cannot be handed over ends the cycle", PORTS, 0);
        expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
        job = cycle(end);
        submit(job, 0);
        recorded_count = 0;
        recorded_status = IODMA_TIMEOUT;
        run_periods(70);
        recorded_status = IODMA_OK;
        recorded_count = 0;
        expect_end(job, IODMA_TIMEOUT);
        expect_number("told of", periods.told, end == 0 ? 1 : 0);
        expect_number("halts", engines[0].halts, 1);
        expect("no violation", !engines[0].violation);
        expect_hooks();
    }

    begin("so does the last one of a turn, and the engine stops", PORTS, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = cycle(0);
    job->transfer.period = over_last;
    submit(job, 0);
    for (uint32_t i = 0; i < 4; i++)
        run_periods(64);
    recorded_status = IODMA_OK;
    recorded_count = 0;
    expect_end(job, IODMA_TIMEOUT);
    expect_number("told of", periods.told, 4);
    expect_number("halts", engines[0].halts, 1);
    expect_hooks();

    begin("periods that are read share no line that may be written", PORTS, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = cycle(0);
    (void)iodma_command_complete(&job->source, false, false);
    job->memories[0].direction = IODMA_INOUT;
    (void)iodma_memory_init_ranges(&job->memories[0], &job->ranges[0], 1,
                                   IODMA_INOUT, NULL, 0);
    (void)iodma_command_prepare(&job->source, 0, 0, true, true);
    job->transfer.rows = (struct iodma_rows){ .length = 96, .count = 2 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_NOT_ALIGNED);
    recorded_count = 0;
    apertures[0].snooped = true;
}

int main(void)
{
    test_cycles();
    test_maintained_cycles();
    return check_result();
}
