/* SPDX-License-Identifier: MIT */
/* Before the end: a transfer is aborted, late, or without power, at each step
   of its way. Whatever comes of it, memory is free again or in quarantine, and
   what was said to be left is left. */
#include "hal/bits.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

#include <stdio.h>

enum { DEADLINE = 10000 };

/* What is under way when the end comes. */
enum {
    CHAIN, /* longer than the ring            */
    ROWS,
    TO_PORT,
    FROM_PORT,
    FILL,
    KINDS,
};

static bool can(uint32_t kind)
{
    if (kind == TO_PORT || kind == FROM_PORT)
        return engine_can_port();
    return kind != FILL || engine_can_fill();
}

static void fragments(struct world_side *side, uint8_t *base, uint32_t unit)
{
    for (uint32_t i = 0; i < 6; i++)
        world_add(side, base + i * 4 * unit, 2 * unit);
}

static struct world_job *job_of(uint32_t kind)
{
    struct world_job *job = &world_jobs[0];
    uint32_t unit = world_any_unit();

    if (kind == CHAIN)
        return world_chain(0, 6, 3 * unit);
    if (kind == TO_PORT || kind == FROM_PORT) {
        const struct hal_port *port = &engine_case.ports[0];

        unit = larger32(unit, port->width) *
               (engine_case.whole_bursts ? port->burst : 1);
        (void)world_place_port(0);
        job->transfer.port = &world_ports[0];
    }
    if (kind == ROWS) {
        job->transfer.rows =
            (struct iodma_rows){ .length = 2 * unit,
                                 .count = 5,
                                 .source_stride = 3 * unit,
                                 .destination_stride = 4 * unit };
        world_add(&job->source, world_source(0x1000), 16 * unit);
        world_add(&job->destination, world_target(0x1000), 20 * unit);
    } else {
        job->transfer.fills = kind == FILL;
        if (kind == TO_PORT)
            fragments(&job->source, world_source(0x1000), unit);
        else
            fragments(&job->destination, world_target(0x1000), unit);
    }
    world_make_ready(job);
    return job;
}

/* A new world with one of these under way, and what is to come of it noted. */
static struct world_job *begin(uint32_t kind, uint32_t way)
{
    struct world_job *job;

    world_begin(larger32(4, engine_case.slots), 0);
    world.way = way;
    hooks.tick = 1;
    job = job_of(kind);
    job->transfer.deadline = DEADLINE;
    world_expect(job);
    world_spoil(job);
    expect_status("submit", world_submit(job), IODMA_OK);
    return job;
}

/* Steps that one takes from beginning to end. */
static uint32_t steps_of(uint32_t kind)
{
    struct world_job *job = begin(kind, world_ways() - 1);

    (void)world_drive(1);
    world_expect_end(job, IODMA_OK);
    return (uint32_t)world.steps;
}

/* Let so many steps pass, and serve behind each of them. */
static void run(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        (void)world_pass(1);
        (void)world_serve();
    }
}

/* Bytes that have not arrived, of memory or at the port. */
static uint64_t missing(const struct world_job *job)
{
    const struct iodma_rows *rows = &job->transfer.rows;
    uint64_t all = 0;

    if (rows->count != 0 || job->destination.count != 0)
        return world_missing(job);
    for (uint32_t i = 0; i < job->source.count; i++)
        all += job->source.ranges[i].length;
    return all - engine_case.port(0)->done;
}

/* Ended with this, once; what it says of its residue is so, and stays so. */
static void expect_left(struct world_job *job, enum iodma_status status)
{
    const struct hal_residue *residue = &job->transfer.residue;
    uint64_t left = missing(job);

    world_expect_end(job, status);
    expect("no less than is said is left", left >= residue->least);
    expect("no more than is said is left", left <= residue->most);
    if (status == IODMA_OK)
        expect_number("left", left, 0);
    if (status == IODMA_ABORTED)
        expect("something may be left", residue->most != 0);
    (void)world_pass(300);
    expect_number("left later", missing(job), left);
    world_settle(job);
}

/* The same, and its channel goes on. */
static void expect_ended(struct world_job *job, enum iodma_status status)
{
    world.starved = false;
    expect_left(job, status);
    if (status != IODMA_OK && engine_case.interrupt)
        expect("no interrupt comes later",
               !engine_case.interrupt(job->channel));
    world_expect_usable(job->channel);
    (void)world_expect_order();
}

/* After an abort: memory is free, and the outcome is true. */
static void expect_outcome(struct world_job *job, uint8_t outcome)
{
    expect("an outcome",
           outcome == IODMA_ABORT_STOPPED || outcome == IODMA_ABORT_COMPLETED);
    expect_ended(job,
                 outcome == IODMA_ABORT_COMPLETED ? IODMA_OK : IODMA_ABORTED);
}

static void aborts_of(uint32_t kind, uint32_t pace, uint32_t rare)
{
    uint32_t steps = steps_of(kind);

    for (uint32_t i = 0; i < world_ways() * (steps + 2); i++) {
        struct world_job *job = begin(kind, i % world_ways());
        uint8_t outcome;

        run(i / world_ways());
        world.pace = pace;
        world.even = true;
        world.rare = rare;
        if (job->calls != 0) {
            expect_ended(job, IODMA_OK);
            continue;
        }
        outcome = world_abort(job, hooks.ticks + DEADLINE);
        world.pace = 0;
        expect_outcome(job, outcome);
    }
}

/* Meanwhile the engine goes on, slowly or fast, and its ISR runs at every
   access to a register, lock, clock and fence. */
static void aborts(void)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        if (!can(kind))
            continue;
        aborts_of(kind, 1, 16);
        aborts_of(kind, 1, 0);
        aborts_of(kind, 5, 0);
    }
}

static uint32_t went_on; /* steps of the engine while we were away */

/* Between a look at the engine and one at the clock: the CPU is away until any
   deadline has passed, and the engine comes to rest. */
static void be_away(void)
{
    hooks.ticks += DEADLINE;
    went_on += world_pass(300);
}

static void kept_away(void)
{
    went_on = 0;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t steps = can(kind) ? steps_of(kind) : 0;

        for (uint32_t i = 0; i < world_ways() * steps; i++) {
            struct world_job *job = begin(kind, i % world_ways());
            uint8_t outcome;

            run(i / world_ways());
            if (job->calls != 0) {
                expect_ended(job, IODMA_OK);
                continue;
            }
            engine_case.model->abort_delay = 3;
            hooks.clock = be_away;
            outcome = world_abort(job, hooks.ticks + 1);
            hooks.clock = NULL;
            expect_outcome(job, outcome);
        }
    }
    expect("engines went on meanwhile", went_on != 0);
}

static void expect_halt(struct hal_dmac *dmac)
{
    world.pace = 1;
    world.even = true;
    expect_number("stuck", dmac->ops->halt(&dmac, 1, hooks.ticks + DEADLINE),
                  0);
    world.pace = 0;
}

/* What is left is final: halts that follow find the same. */
static void halts(void)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t steps = can(kind) ? steps_of(kind) : 0;

        for (uint32_t i = 0; i < steps; i++) {
            struct world_job *job = begin(kind, WORLD_POLLED);
            struct hal_dmac *dmac = world_dmac(0);
            struct hal_residue left;

            (void)world_pass(i);
            expect_halt(dmac);
            left = dmac->ops->residue(dmac);
            expect_halt(dmac);
            expect_number("least", dmac->ops->residue(dmac).least, left.least);
            expect_number("most", dmac->ops->residue(dmac).most, left.most);
            expect_outcome(job, world_abort(job, hooks.ticks + DEADLINE));
        }
    }
}

/* Done, but not served: it is over; waiting: it never reaches the engine. */
static void not_under_way(void)
{
    struct world_job *job = begin(CHAIN, WORLD_POLLED);
    struct world_job *next;

    next = world_chain(1, 3, world_any_unit());
    expect_status("submit", world_submit(next), IODMA_OK);
    expect_number("outcome", world_abort(next, DEADLINE), IODMA_ABORT_STOPPED);
    world_expect_end(next, IODMA_ABORTED);
    expect_number("callbacks of the one under way", job->calls, 0);
    (void)world_drive(10);
    world_expect_end(job, IODMA_OK);
    expect_number("outcome", world_abort(job, DEADLINE), IODMA_ABORT_COMPLETED);
    expect_number("callbacks", job->calls, 1);
    (void)world_expect_order();
    world_expect_usable(0);
}

/* The deadline at every step: Timeout with what is left, or it was over. */
static void late(void)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t steps = can(kind) ? steps_of(kind) + 2 : 0;

        for (uint32_t i = 0; i < steps * world_ways(); i++) {
            struct world_job *job = begin(kind, i % world_ways());

            run(i / world_ways());
            hooks.ticks = DEADLINE;
            world.pace = 1;
            (void)world_serve();
            world.pace = 0;
            expect_ended(job, job->status);
            expect("OK, or Timeout of what is not over",
                   job->status == IODMA_OK ||
                       (job->status == IODMA_TIMEOUT &&
                        (job->transfer.period ||
                         job->transfer.residue.most != 0)));
        }
    }
}

/* The power fails at every step, with another transfer waiting. */
static void power_fails(void)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t steps = can(kind) ? steps_of(kind) + 2 : 0;

        for (uint32_t i = 0; i < steps * world_ways(); i++) {
            struct world_job *job = begin(kind, i % world_ways());
            struct world_job *next = world_chain(1, 3, world_any_unit());
            bool was;
            bool next_was;

            run(i / world_ways());
            world_expect(next);
            world_spoil(next);
            expect_status("submit", world_submit(next), IODMA_OK);
            was = job->calls != 0;
            next_was = next->calls != 0;
            engine_case.power_cycle();
            for (uint32_t k = world.channels; k-- > 0;)
                expect_status("power lost",
                              iodma_channel_power_lost(&world_channels[k]),
                              IODMA_OK);
            world_expect_end(next, next_was ? IODMA_OK : IODMA_ABORTED);
            if (!next_was)
                world_settle(next);
            expect_ended(job, was ? IODMA_OK : IODMA_ABORTED);
        }
    }
}

/* Chains on all channels, of which a set is ended at every step. */
static void sets(void)
{
    struct iodma_channel *set[ENGINE_CHANNELS];
    uint32_t count = world.channels - 1;

    for (uint32_t i = 0; i < 120 * world_ways(); i++) {
        uint8_t outcomes[ENGINE_CHANNELS];
        struct world_job *last = &world_jobs[count];

        world_begin(larger32(4, engine_case.slots), 0);
        world.way = i % world_ways();
        hooks.tick = 1;
        for (uint32_t k = 0; k <= count; k++) {
            struct world_job *job =
                world_chain(k, 1 + k * 3, 2 * world_any_unit());

            job->channel = k;
            set[k] = &world_channels[k];
            world_expect(job);
            world_spoil(job);
            expect_status("submit", world_submit(job), IODMA_OK);
        }
        run(i / world_ways());
        world.pace = 1 + i / world_ways() % 3;
        if (world.way == WORLD_SERVED)
            hooks_mask();
        expect_status(
            "abort",
            iodma_channels_abort(set, count, hooks.ticks + DEADLINE, outcomes),
            IODMA_OK);
        if (world.way == WORLD_SERVED)
            hooks_unmask();
        world.pace = 0;
        expect("who was not in the set goes on", world_drive(3));
        world_expect_end(last, IODMA_OK);
        for (uint32_t k = 0; k < count; k++) {
            enum iodma_status status = world_jobs[k].status;

            if (status != IODMA_OK)
                expect_number("outcome", outcomes[k], IODMA_ABORT_STOPPED);
            else
                expect_number("outcome", outcomes[k], IODMA_ABORT_COMPLETED);
            expect_left(&world_jobs[k],
                        status == IODMA_OK ? IODMA_OK : IODMA_ABORTED);
        }
        for (uint32_t k = 0; k <= count; k++)
            world_expect_usable(k);
        (void)world_expect_order();
    }
}

const struct engine_test engine_ends[] = {
    { "an abort at every step is over or stops it, and says what is left", NULL,
      aborts },
    { "one that is at rest when we look again is not stuck", engine_has_model,
      kept_away },
    { "what a halt says is left, the next one says as well", NULL, halts },
    { "what waits never begins, and what is over is not aborted", NULL,
      not_under_way },
    { "a deadline at every step", NULL, late },
    { "a loss of power at every step", NULL, power_fails },
    { "a set of channels is ended at every step, and others go on",
      engine_has_channels, sets },
    { NULL, NULL, NULL },
};
