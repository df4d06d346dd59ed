/* SPDX-License-Identifier: MIT */
/* A chip that misbehaves, at each step: whatever it does, the transfer ends
   once, no byte beside it changes, and the channel works again. */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

#include <stdio.h>

enum { DEADLINE = 2000 };

/* What may come of each. Of a chip that says that it has moved what it has not
   nobody can tell. */
static const struct {
    const char *what;
    uint32_t kind;
    bool ends_well; /* always                          */
    bool lies;      /* what it says is not to be had   */
} troubles[] = {
    { "a bus access is refused", ENGINE_FAILS, false, false },
    { "it does nothing any more", ENGINE_STALLS, false, false },
    { "it is done before the last bytes have moved", ENGINE_EARLY, false,
      true },
    { "it says late that it is done", ENGINE_LATE, true, false },
    { "it interrupts twice", ENGINE_TWICE, true, false },
    { "it interrupts without a cause", ENGINE_SPURIOUS, true, false },
    { "it says that it is done and has moved nothing", ENGINE_IDLES, false,
      true },
    { "it disables itself in the middle", ENGINE_STOPS, false, false },
};

static struct world_job *begin(uint32_t way)
{
    struct world_job *job;

    world_begin(larger32(4, engine_case.slots), 0);
    world.way = way;
    world.tick = 20;
    hooks.tick = 1;
    job = world_chain(0, 6, 4 * world_any_unit());
    job->transfer.deadline = DEADLINE;
    world_expect(job);
    world_spoil(job);
    return job;
}

/* Steps from beginning to end when all is well. */
static uint32_t steps_of(uint32_t way)
{
    struct world_job *job = begin(way);

    expect_status("submit", world_submit(job), IODMA_OK);
    (void)world_drive(1);
    world_expect_end(job, IODMA_OK);
    return (uint32_t)world.steps;
}

static void expect_status_of(uint32_t index, const struct world_job *job)
{
    enum iodma_status status = job->status;
    uint64_t left = world_missing(job);

    expect("OK, DMAError or Timeout", status == IODMA_OK ||
                                          status == IODMA_DMA_ERROR ||
                                          status == IODMA_TIMEOUT);
    if (troubles[index].ends_well)
        expect_status("status", status, IODMA_OK);
    if (troubles[index].kind == ENGINE_FAILS && status == IODMA_DMA_ERROR)
        expect_number("why", job->transfer.fault, HAL_FAULT_BUS);
    if (troubles[index].lies)
        return;
    if (status == IODMA_OK)
        expect_number("bytes that have not arrived", left, 0);
    expect("no less than is said is left", left >= job->transfer.residue.least);
    expect("no more than is said is left", left <= job->transfer.residue.most);
}

/* One trouble at one step. Returns whether it came to it. */
static bool meet(uint32_t index, uint32_t way, uint32_t at)
{
    struct engine_model *model = engine_case.model;
    struct world_job *job = begin(way);
    bool came;

    model->misbehaves = troubles[index].kind;
    model->at = at;
    model->delay = 7;
    expect_status("submit", world_submit(job), IODMA_OK);
    (void)world_drive(1);
    world_expect_end(job, job->status);
    expect_status_of(index, job);
    (void)world_pass(100);
    came = model->misbehaves == ENGINE_BEHAVES;
    model->misbehaves = ENGINE_BEHAVES;
    world_settle(job);
    world_expect_usable(0);
    (void)world_expect_order();
    return came;
}

static void misbehaves(void)
{
    for (uint32_t way = 0; way < world_ways(); way++) {
        uint32_t steps = steps_of(way);
        bool came;

        for (uint32_t i = 0; i < HAL_COUNT_OF(troubles); i++) {
            if ((engine_case.misbehaves & BIT32(troubles[i].kind)) == 0)
                continue;
            came = false;
            for (uint32_t at = 0; at <= steps; at++)
                came = meet(i, way, at) || came;
            expect(troubles[i].what, came);
        }
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(troubles); i++) {
        if ((engine_case.misbehaves & BIT32(troubles[i].kind)) == 0)
            printf("# %s does not show: %s\n", engine_case.name,
                   troubles[i].what);
    }
}

/* An abort that takes its time, at every step. */
static void slow_aborts(void)
{
    uint32_t steps = steps_of(WORLD_POLLED);

    for (uint32_t i = 0; i < steps * 2; i++) {
        struct world_job *job = begin(i % 2);
        uint8_t outcome;

        engine_case.model->abort_delay = 5;
        expect_status("submit", world_submit(job), IODMA_OK);
        (void)world_pass(i / 2);
        world.pace = 1;
        world.even = true;
        outcome = world_abort(job, hooks.ticks + DEADLINE);
        world.pace = 0;
        expect("it stopped", outcome != IODMA_ABORT_STUCK);
        world_expect_end(job, outcome == IODMA_ABORT_COMPLETED ? IODMA_OK
                                                               : IODMA_ABORTED);
        (void)world_pass(100);
        world_settle(job);
        world_expect_usable(0);
        (void)world_expect_order();
    }
}

static void expect_quarantined(const struct world_job *job)
{
    expect("quarantined", job->transfer.quarantined);
    expect_number("source prepared", job->source.command.prepared, 1);
    expect_number("source held", job->source.command.held, 1);
    expect_number("destination prepared", job->destination.command.prepared, 1);
    expect_number("destination held", job->destination.command.held, 1);
}

static void give_back(struct iodma_command *command)
{
    expect_status("release", iodma_command_release(command), IODMA_OK);
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_OK);
}

/* One that is stuck still does not start. It is nobody else's for that. */
static void expect_not_back(void)
{
    struct hal_dmac *dmac = world_dmac(0);
    const char *owner = dmac->owner;

    engine_case.model->stuck = true;
    expect_status("init of one that is stuck",
                  iodma_channel_init(&world_channels[0], dmac, owner),
                  IODMA_NOT_ATTACHED);
    expect("it has its owner", dmac->owner == owner);
    engine_case.model->stuck = false;
}

/* One that is stuck keeps its memory until its power was off. */
static void stuck(void)
{
    uint32_t steps = steps_of(WORLD_POLLED);

    for (uint32_t i = 0; i < steps * world_ways(); i++) {
        struct world_job *job = begin(i % world_ways());
        struct world_job *next = world_chain(1, 2, world_any_unit());
        uint8_t outcome;

        expect_status("submit", world_submit(job), IODMA_OK);
        expect_status("submit", world_submit(next), IODMA_OK);
        (void)world_pass(i / world_ways());
        if (job->calls != 0)
            break;
        engine_case.model->stuck = true;
        outcome = world_abort(job, hooks.ticks + 50);
        engine_case.model->stuck = false;
        if (outcome == IODMA_ABORT_STUCK) {
            expect_status("status", job->status, IODMA_ABORTED);
            expect_quarantined(job);
            (void)world_serve();
            world_expect_end(next, IODMA_NOT_READY);
            expect("the channel is dead", world_channels[0].dead);
            expect_not_back();
            engine_case.power_cycle();
            expect_status("power lost",
                          iodma_channel_power_lost(&world_channels[0]),
                          IODMA_OK);
            give_back(&job->source.command);
            give_back(&job->destination.command);
        } else {
            world_expect_end(job, outcome == IODMA_ABORT_COMPLETED
                                      ? IODMA_OK
                                      : IODMA_ABORTED);
            world_expect(next);
            (void)world_drive(10);
            world_expect_end(next, IODMA_OK);
        }
        world_settle(job);
        world_expect_usable(0);
        (void)world_expect_order();
    }
}

/* A chip that is not there, from the beginning or from some step on. */
static void absent(void)
{
    static struct iodma_channel channel;
    uint32_t steps = steps_of(WORLD_POLLED);

    world_begin(larger32(4, engine_case.slots), 0);
    (void)engine_case.channel(0)->ops->halt(
        (struct hal_dmac *const[]){ engine_case.channel(0) }, 1,
        hooks.ticks + DEADLINE);
    hal_dmac_release(engine_case.channel(0));
    engine_case.model->absent = true;
    expect_status("init", iodma_channel_init(&channel, world_dmac(0), "suite"),
                  IODMA_NOT_ATTACHED);
    engine_case.model->absent = false;
    engine_case.model->unclocked = true;
    expect_status("init without a clock",
                  iodma_channel_init(&channel, world_dmac(0), "suite"),
                  IODMA_NOT_ATTACHED);
    engine_case.model->unclocked = false;
    expect_status("init", iodma_channel_init(&channel, world_dmac(0), "suite"),
                  IODMA_OK);

    for (uint32_t i = 0; i < steps; i++) {
        struct world_job *job = begin(i % world_ways());

        expect_status("submit", world_submit(job), IODMA_OK);
        (void)world_pass(i);
        if (job->calls != 0)
            break;
        engine_case.model->absent = true;
        hooks.ticks = DEADLINE;
        (void)world_serve();
        expect_number("callbacks", job->calls, 1);
        expect("not OK, or all is there",
               job->status != IODMA_OK || world_missing(job) == 0);
        expect("free or in quarantine, not both",
               job->transfer.quarantined ==
                   (job->source.command.prepared != 0));
        world_settle(job);
        (void)world_expect_order();
    }
}

const struct engine_test engine_troubles[] = {
    { "whatever it does at each step, a transfer ends once", engine_has_model,
      misbehaves },
    { "an abort may take its time", engine_has_model, slow_aborts },
    { "an engine that does not stop keeps its memory in quarantine",
      engine_has_model, stuck },
    { "a chip that left the bus is not believed", engine_has_model, absent },
    { NULL, NULL, NULL },
};
