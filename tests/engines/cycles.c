/* SPDX-License-Identifier: MIT */
/* Cycles: a port's bytes, period by period and without end. Data is cached, and
   the engine does not look into caches. */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"
#include "tests/model/recording_cache.h"

#include <stdio.h>
#include <string.h>

enum {
    LENGTH = 128, /* bytes of a period: whole lines */
    PERIODS = 4,
    FIRST = 0x1000, /* where they are in their area */
};

/* One cycle, and what its callbacks found. */
static struct {
    struct world_job *job;
    uint32_t periods;
    uint32_t told;
    uint32_t last;              /* the period that was told of last       */
    uint32_t until;             /* told of so many the callback aborts it */
    uint32_t behind;            /* overrun: so many periods are over; else 0 */
    uint8_t stream[WORLD_PORT]; /* what goes to the port       */
    uint8_t outcome;
} cycle;

static bool inbound(void)
{
    return cycle.job->destination.count != 0;
}

static uint8_t *period_bytes(uint32_t period)
{
    uint32_t at = FIRST + period * LENGTH;

    return inbound() ? world_target(at) : world_source(at);
}

/* One call for this period and no other one, since the last period. */
static void expect_maintained(char operation, uint32_t period)
{
    expect_number("calls of the cache", recorded_count, 1);
    expect_number("the operation", (uint64_t)recorded[0].operation,
                  (uint64_t)operation);
    expect_number("its address", recorded[0].pa,
                  (uintptr_t)period_bytes(period));
    expect_number("its length", recorded[0].length, LENGTH);
    recorded_count = 0;
}

/* The turn and period that this is, of all that ever were. */
static uint32_t number(void)
{
    return cycle.told + cycle.job->transfer.overruns;
}

/* The last one that was over when this period is told of. Who has lost count
   of turns has the right period still. */
static uint32_t latest(uint32_t period)
{
    uint32_t from_end = (cycle.behind - 1 - period) % cycle.periods;

    return cycle.behind == 0 ? number() : cycle.behind - 1 - from_end;
}

/* What the CPU has to say next at this place. */
static void say(uint32_t period)
{
    uint32_t at = (number() + cycle.periods) * LENGTH;
    uint8_t *bytes = period_bytes(period);

    for (uint32_t i = 0; i < LENGTH; i++)
        bytes[i] = (uint8_t)(world_below(256));
    if (at + LENGTH <= WORLD_PORT)
        memcpy(&cycle.stream[at], bytes, LENGTH);
}

/* End it, while time passes. */
static void stop(void)
{
    hooks.tick = 1;
    world.pace = 1;
    cycle.outcome = world_abort(cycle.job, hooks.ticks + 2000);
    world.pace = 0;
    hooks.tick = 0;
}

static void over(struct iodma_transfer *transfer, uint32_t period)
{
    uint32_t at = latest(period) * LENGTH;

    expect_number("the period", period, number() % cycle.periods);
    if (inbound()) {
        expect_maintained('i', period);
        expect_bytes("what the port sent", period_bytes(period),
                     &world_port_bytes[transfer->port - world_ports][at],
                     LENGTH);
    } else {
        if (cycle.told != 0)
            expect_maintained('c', cycle.last);
        say(period);
    }
    cycle.last = period;
    cycle.told++;
    if (cycle.told == cycle.until)
        stop();
}

/* A port's cycle of so many periods, submitted. */
static void begin(uint32_t port, bool in, uint32_t periods)
{
    uint8_t *bytes = in ? world_target(FIRST) : world_source(FIRST);

    world_expect_usable(0); /* a cycle is not the first to retire */
    (void)world_place_port(port);
    cycle.job = &world_jobs[0];
    cycle.periods = periods;
    cycle.told = 0;
    cycle.until = 0;
    cycle.behind = 0;
    world_add(in ? &cycle.job->destination : &cycle.job->source, bytes,
              periods * LENGTH);
    memcpy(cycle.stream, bytes, (size_t)periods * LENGTH);
    cycle.job->transfer.rows =
        (struct iodma_rows){ .length = LENGTH,
                             .source_stride = LENGTH,
                             .destination_stride = LENGTH,
                             .count = periods };
    cycle.job->transfer.port = &world_ports[port];
    cycle.job->transfer.period = over;
    world_make_ready(cycle.job);
    world_expect(cycle.job);
    recorded_count = 0;
    expect_status("submit", world_submit(cycle.job), IODMA_OK);
}

static void expect_stopped(uint32_t port)
{
    const struct hal_residue *residue = &cycle.job->transfer.residue;
    size_t done = engine_case.port(port)->done;
    size_t turn = (size_t)cycle.periods * LENGTH;

    world_expect_end(cycle.job, IODMA_ABORTED);
    expect_number("outcome", cycle.outcome, IODMA_ABORT_STOPPED);
    expect("a residue of one turn",
           residue->least <= residue->most && residue->most <= turn);
    /* What a port has sent may be on its way still. A turn that has just ended
       may be said to be over, or the next one to begin. */
    if (done % turn != 0) {
        expect("no more than is said is left of it",
               turn - done % turn <= residue->most);
        expect("no less", inbound() || turn - done % turn >= residue->least);
    }
    if (!inbound())
        expect_bytes("what the port received", world_port_bytes[port],
                     cycle.stream, done);
    (void)world_pass(500);
    expect_number("bytes at the port later", engine_case.port(port)->done,
                  done);
    world_settle(cycle.job);
    (void)world_expect_order();
    cycle.job->transfer.period = NULL;
    cycle.job->transfer.port = NULL;
    world_expect_usable(0);
}

/* So many periods, or what the engine has: one with two buffers has two. */
static uint32_t few(uint32_t periods)
{
    return smaller32(periods, world_dmac(0)->periods);
}

static void run(uint32_t port, bool in, uint32_t periods, uint32_t way)
{
    world_begin(larger32(PERIODS * 2, engine_case.slots), WORLD_UNSNOOPED);
    world.way = way;
    begin(port, in, periods);
    cycle.until = 25;
    (void)world_drive(7);
    expect_number("periods told of", cycle.told, 25);
    expect_number("overruns", cycle.job->transfer.overruns, 0);
    expect_stopped(port);
}

static void each(bool in)
{
    for (uint32_t way = 0; way < WORLD_WAYS; way++) {
        for (uint32_t port = 0; port < engine_case.port_count; port++) {
            run(port, in, 2, way);
            run(port, in, few(3), way);
            run(port, in, few(PERIODS), way);
        }
    }
}

static void cycles_in(void)
{
    each(true);
}

static void cycles_out(void)
{
    each(false);
}

/* Let so many periods pass. */
static void pass_periods(uint32_t port, uint32_t count)
{
    const struct model_port *model = engine_case.port(port);

    for (uint32_t i = 0; i < 100000 && model->done < count * LENGTH; i++)
        (void)world_pass(1);
}

/* Nobody serves for so many periods and a half. With the ISR in time the lost
   ones are counted exactly; without it as far as the engine can tell turns
   apart. */
static void overrun(uint32_t behind, uint32_t way)
{
    uint32_t count;

    world_begin(larger32(PERIODS * 2, engine_case.slots), WORLD_UNSNOOPED);
    world.way = way;
    begin(0, true, few(3));
    pass_periods(0, behind);
    cycle.behind = behind;
    (void)world_pass(LENGTH / 2);
    (void)world_serve();
    count = cycle.told + cycle.job->transfer.overruns;
    if (way == WORLD_INTERRUPT) {
        expect_number("periods, told of or lost", count, behind);
        expect_number("told of", cycle.told,
                      smaller32(behind, cycle.periods - 1));
    }
    expect("never told of all of a turn", cycle.told < cycle.periods);
    expect("no more than there were", count <= behind);
    stop();
    expect_stopped(0);
}

static void overruns(void)
{
    for (uint32_t behind = 1; behind <= 10; behind++) {
        overrun(behind, WORLD_POLLED);
        overrun(behind, WORLD_INTERRUPT);
    }
}

/* It goes on for as long as its deadline is moved on. */
static void moved_on(struct iodma_transfer *transfer, uint32_t period)
{
    over(transfer, period);
    transfer->deadline = hooks.ticks + 100;
    if (cycle.told == 10)
        world.starved = true;
}

static void deadline(void)
{
    world_begin(larger32(PERIODS * 2, engine_case.slots), WORLD_UNSNOOPED);
    world.way = WORLD_INTERRUPT;
    begin(0, true, few(3));
    cycle.job->transfer.period = moved_on;
    cycle.job->transfer.deadline = 100;
    world.tick = 1;
    (void)world_drive(16);
    expect_number("periods told of", cycle.told, 10);
    world_settle(cycle.job);
    world_expect_end(cycle.job, IODMA_TIMEOUT);
    (void)world_expect_order();
}

/* Periods have to be what they can be. */
static void refused(void)
{
    static const struct {
        const char *what;
        uint32_t length; /* of all             */
        uint32_t row;
        uint32_t count; /* 0: one too many    */
        enum iodma_status want;
    } rows[] = {
        { "more periods than the engine has", 0, LENGTH, 0, IODMA_UNSUPPORTED },
        { "a period that shares a line with the next one", 192, 96, 2,
          IODMA_NOT_ALIGNED },
        { "periods beyond the window", 192, LENGTH, 2, IODMA_BAD_ARGUMENT },
        { "periods of nothing", 256, 0, 2, IODMA_BAD_ARGUMENT },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        uint32_t count =
            rows[i].count != 0 ? rows[i].count : world_dmac(0)->periods + 1;
        struct world_job *job = &world_jobs[0];

        if (count > WORLD_AREA / 2 / LENGTH)
            continue;
        world_begin(larger32(PERIODS * 2, engine_case.slots), WORLD_UNSNOOPED);
        (void)world_place_port(0);
        world_add(&job->destination, world_target(FIRST),
                  rows[i].length != 0 ? rows[i].length : count * LENGTH);
        job->transfer.rows =
            (struct iodma_rows){ .length = rows[i].row, .count = count };
        job->transfer.port = &world_ports[0];
        job->transfer.period = over;
        world_make_ready(job);
        expect_status(rows[i].what, world_submit(job), rows[i].want);
        expect_number("items", world_dmac(0)->counts.items, 0);
    }
}

const struct engine_test engine_cycles[] = {
    { "periods come from a port, each seen by the CPU when it is told of",
      engine_can_cycle, cycles_in },
    { "periods go to a port, each seen by the engine in its next turn",
      engine_can_cycle, cycles_out },
    { "periods that nobody looked at in time are counted", engine_can_cycle,
      overruns },
    { "a cycle ends at its deadline unless that is moved on", engine_can_cycle,
      deadline },
    { "periods that cannot be are refused", engine_can_cycle, refused },
    { NULL, NULL, NULL },
};
