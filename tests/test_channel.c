/* SPDX-License-Identifier: MIT */
/*
 * Defends what a channel does beside copying: stand-ins, which it is lent for
 * what its engine cannot; ends that it bounces into phase; and what it asks of
 * an engine.
 */
#include "tests/channel_world.h"
#include "tests/model/recording_cache.h"

#include <string.h>

/* ---- Stand-ins ---- */

static void test_stand_in(void)
{
    static const struct hal_port words = { .address = PORT,
                                           .request = HAL_NO_REQUEST,
                                           .width = 4,
                                           .burst = 1,
                                           .depth = 1 };
    static const struct hal_port paced = {
        .address = PORT, .request = 1, .width = 4, .burst = 1, .depth = 1
    };
    struct job *job = &jobs[0];

    begin("what an engine cannot its stand-in does, and it is counted", 0, 0);
    lend(0);
    prepare(job, 1, HALF, 100);
    job->transfer.fills = true;
    job->transfer.fill = 0x99;
    memset(&want[HALF], 0x99, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("by the stand-in", channels[0].stood_in, 1);
    expect_number("by the engine", engines[0].done, 0);
    job->transfer.fills = false;
    job->calls = 0;
    (void)copy(0, 100);
    memcpy(&want[HALF], want, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("by the stand-in", channels[0].stood_in, 1);
    expect_number("by the engine", engines[0].done, 1);
    expect_order();

    begin("a width that the engine has not is its stand-in's", PORTS, 0);
    lend(0);
    prepare(job, 0, 0, 12);
    job->transfer.port = &words;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_number("accesses", at_port.count, 3);
    expect_bytes("the last one", &at_port.last, &arena[8], 4);
    expect_number("by the stand-in", channels[0].stood_in, 1);

    check_case("a port that neither of them serves: Unsupported, from service");
    prepare(job, 0, 0, 12);
    job->transfer.port = &paced;
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_UNSUPPORTED);
    expect_number("accesses", at_port.count, 3);

    check_case("a fault of the stand-in is that of the transfer");
    region.last -= 0x10; /* the last bytes are in no region */
    prepare(job, 1, ARENA - 0x40, 0x40);
    job->transfer = (struct iodma_transfer){
        .destination = &job->destination,
        .deadline = FOREVER,
        .done = done,
        .fills = true,
    };
    memset(&want[ARENA - 0x40], 0, 0x30);
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_DMA_ERROR);
    expect_number("fault", job->transfer.fault, HAL_FAULT_BUS);
    expect_number("least", job->transfer.residue.least, 0x10);
    expect_number("most", job->transfer.residue.most, 0x10);
    region.last += 0x10;

    check_case("and what it does next is done");
    prepare(job, 1, HALF, 0x20);
    memset(&want[HALF], 0, 0x20);
    job->calls = 0;
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    job->calls = 0;
    job->transfer.fills = false;
    (void)copy(0, 100);
    memcpy(&want[HALF], want, 100);
    submit(job, 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_order();

    begin("a port, where neither of them has ports: Unsupported, from submit",
          0, 0);
    prepare(job, 0, 0, 12);
    job->transfer.port = &words;
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_UNSUPPORTED);
    expect_number("accesses", at_port.count, 0);

    begin("an abort finds what a stand-in has failed at", 0, 0);
    lend(0);
    region.last -= 0x10;
    prepare(job, 1, ARENA - 0x40, 0x40);
    job->transfer.fills = true;
    memset(&want[ARENA - 0x40], 0, 0x30);
    submit(job, 0);
    expect_status("abort",
                  iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL),
                  IODMA_OK);
    expect_end(job, IODMA_DMA_ERROR);
    expect_order();
}

static enum iodma_status route_none(struct hal_dmac *dmac,
                                    const struct hal_route *route)
{
    (void)dmac;
    (void)route;
    return IODMA_BAD_ARGUMENT;
}

static void test_no_way(void)
{
    static struct hal_dmac_ops ops;

    begin("a way that no engine could go is not the stand-in's", FILLS, 0);
    lend(0);
    ops = strict_dmac_ops;
    ops.route = route_none;
    engines[0].dmac.ops = &ops;
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    submit(&jobs[0], 0);
    drive(0);
    expect_end(&jobs[0], IODMA_BAD_ARGUMENT);
    expect_number("by the stand-in", channels[0].stood_in, 0);
    expect_order();
}

static void test_engine_fails_beside(void)
{
    begin("a fault of the engine behind a stand-in's transfer is cleared", 0,
          0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 100);
    jobs[0].transfer.fills = true;
    memset(&want[HALF], 0, 100);
    submit(&jobs[0], 0);
    drive(0);
    expect_end(&jobs[0], IODMA_OK);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    submit(copy(1, 100), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 100);
    drive(0);
    expect_end(&jobs[1], IODMA_OK);
    expect_number("halts", engines[0].halts, 1);
    expect_number("starts", engines[0].starts, 2);
    expect_order();

    begin("a fault of the engine during a stand-in's transfer fails that", 0,
          0);
    lend(0);
    prepare(&jobs[0], 1, HALF, 1000);
    jobs[0].transfer.fills = true;
    in_segments(&jobs[0].destination, 100);
    submit(&jobs[0], 0);
    memset(&want[HALF], 0, 100 * SLOTS);
    engines[0].cause = HAL_FAULT_BUS;
    iodma_channel_poll(&channels[0]);
    drive(0);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("left", jobs[0].transfer.residue.most, 1000 - 100 * SLOTS);
    submit(copy(1, 100), 0);
    memcpy(&want[HALF + 0x800], &want[0x800], 100);
    drive(0);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

/* What no engine is without. */
static void test_stating(void)
{
    const struct hal_dmac good = engines[0].dmac;
    struct hal_dmac *dmac = &engines[0].dmac;

    begin("an engine has operations, a bus and limits", 0, 0);
    dmac->owner = NULL;
    dmac->ops = NULL;
    expect_status("no operations",
                  iodma_channel_init(&channels[0], dmac, owner),
                  IODMA_BAD_ARGUMENT);
    dmac->ops = good.ops;
    dmac->bus = NULL;
    expect_status("no bus", iodma_channel_init(&channels[0], dmac, owner),
                  IODMA_BAD_ARGUMENT);
    dmac->bus = good.bus;
    dmac->limits = NULL;
    expect_status("no limits", iodma_channel_init(&channels[0], dmac, owner),
                  IODMA_BAD_ARGUMENT);
    dmac->limits = good.limits;
    expect("it is nobody's", !dmac->owner);
    expect_status("all of them", iodma_channel_init(&channels[0], dmac, owner),
                  IODMA_OK);
}

static void test_lending(void)
{
    static struct hal_bus elsewhere;

    begin("a stand-in is of the same bus, and nobody else's", 0, 0);
    elsewhere = port;
    expect_status("no channel",
                  iodma_channel_lend_stand_in(NULL, &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    expect_status("no engine", iodma_channel_lend_stand_in(&channels[0], NULL),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.ops = NULL;
    expect_status("one that does nothing",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.ops = stand_ins[1].dmac.ops;
    stand_ins[0].dmac.bus = &elsewhere;
    expect_status("another bus",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    stand_ins[0].dmac.bus = &port;
    expect_status("claim", hal_dmac_claim(&stand_ins[0].dmac, "audio"),
                  IODMA_OK);
    expect_status("another owner",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BUSY);
    hal_dmac_release(&stand_ins[0].dmac);
    stand_ins[0].slots = 3;
    expect_status("one that does not start",
                  iodma_channel_lend_stand_in(&channels[0], &stand_ins[0].dmac),
                  IODMA_BAD_ARGUMENT);
    expect("nobody stands in", !channels[0].stand_in);
    expect("it is nobody's", !stand_ins[0].dmac.owner);
}

static enum iodma_status start_busy(struct hal_dmac *dmac)
{
    (void)dmac;
    return IODMA_BUSY;
}

static void test_enabled_by_others(void)
{
    static struct hal_dmac_ops busy;
    struct iodma_channel channel;

    begin("an engine that somebody else has enabled stays nobody's", 0, 0);
    busy = *stand_ins[0].dmac.ops;
    busy.start = start_busy;
    stand_ins[0].dmac.ops = &busy;
    expect_status("init",
                  iodma_channel_init(&channel, &stand_ins[0].dmac, "audio"),
                  IODMA_BUSY);
    expect("it is nobody's", !stand_ins[0].dmac.owner);
}

/* ---- Phases ---- */

static const struct {
    const char *what;
    bool direct_only[2]; /* source, destination */
    bool scattered;      /* the destination     */
    bool bounced[2];
    enum iodma_status want;
} ends[] = {
    { "the source is bounced to where the destination lies",
      { false, false },
      false,
      { true, false },
      IODMA_OK },
    { "or the destination to where the source does, if that may not be",
      { true, false },
      false,
      { false, true },
      IODMA_OK },
    { "or both, if the destination lies here and there",
      { false, false },
      true,
      { true, true },
      IODMA_OK },
    { "or it is refused",
      { true, true },
      false,
      { false, false },
      IODMA_NOT_ALIGNED },
};

/* Lend storage to the bus. */
static void lend_storage(struct iodma_bounce *pool)
{
    enum { GRANULE = 256, GRANULES = 8, AT = 0x1800 };
    static uint32_t words[IODMA_BLOCK_WORDS(GRANULES)];
    static struct hal_loan loans[GRANULES];

    expect_status("bus", iodma_bus_init(&bus, &port, GRANULE), IODMA_OK);
    expect_status("pool",
                  iodma_bounce_init(pool, cpu_address(&arena[AT]),
                                    GRANULES * GRANULE, GRANULE, words, loans,
                                    GRANULES),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool->hal), IODMA_OK);
}

/* One of them, with ends of 100 bytes at these phases. */
static void expect_in_phase(uint32_t index, uint32_t from, uint32_t to)
{
    static const struct iodma_spec direct =
        IODMA_SPEC_THROUGH(IODMA_DIRECT_ONLY, NULL, iodma_output_host64, 0, 0);
    struct job *job = &jobs[0];
    struct iodma_command *commands[] = { &job->source, &job->destination };
    struct iodma_range parts[] = { { cpu_address(&arena[HALF + to]), 33 },
                                   { cpu_address(&arena[HALF + 0x222 + to]),
                                     67 } };
    struct iodma_bounce pool;

    begin(ends[index].what, 0, 0);
    lend_storage(&pool);
    engines[0].dmac.same_phase = 4;
    prepare(job, 0, from, 100);
    prepare(job, 1, HALF + to, 100);
    if (ends[index].scattered) {
        (void)iodma_command_complete(&job->destination, false, false);
        (void)iodma_memory_init_ranges(&job->memories[1], parts, 2, IODMA_IN,
                                       NULL, 0);
        (void)iodma_command_prepare(&job->destination, 0, 0, true, true);
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (!ends[index].direct_only[i])
            continue;
        (void)iodma_command_complete(commands[i], false, false);
        (void)iodma_command_prepare_with_spec(commands[i], &direct, 0, 0, true,
                                              true);
    }
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  ends[index].want);
    for (uint32_t i = 0; i < 2; i++)
        expect_number("bounced", commands[i]->plan.whole,
                      ends[index].bounced[i]);
    drive(0);
    if (ends[index].want == IODMA_OK && !ends[index].scattered)
        expect_bytes("bytes", &arena[HALF + to], &want[from], 100);
    if (ends[index].scattered) {
        expect_bytes("bytes", &arena[HALF + to], &want[from], 33);
        expect_bytes("bytes", &arena[HALF + 0x222 + to], &want[from + 33], 67);
    }
    expect("the engine was treated well", !engines[0].violation);
    (void)iodma_command_deinit(&job->source);
    (void)iodma_command_deinit(&job->destination);
    expect_number("granules on loan", pool.granules.in_use, 0);
}

static void test_phases(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(ends); i++) {
        for (uint32_t pair = 0; pair < 16; pair++) {
            if (pair % 4 != pair / 4)
                expect_in_phase(i, pair % 4, pair / 4);
        }
    }
}

/* What is wrong with the bytes that have arrived comes first. */
static void test_both_complain(void)
{
    struct job *job;

    apertures[0].snooped = false;
    begin("of two ends that complain the destination is heard", 0, 0);
    expect_status("cache", iodma_bus_cache(&bus), IODMA_OK);
    job = copy(0, 64);
    submit(job, 0);
    (void)strict_dmac_run(&engines[0], 1);
    iodma_channel_poll(&channels[0]);
    (void)iodma_command_release(&job->source);
    (void)iodma_command_complete(&job->source, false, false);
    recorded_status = IODMA_TIMEOUT;
    (void)iodma_channel_service(&channels[0]);
    recorded_status = IODMA_OK;
    recorded_count = 0;
    expect_end(job, IODMA_TIMEOUT);
    apertures[0].snooped = true;
}

/* What the tests' lock is for (hal/lock.h). */
static void test_nested_lock(void)
{
    const char *twice;
    uint32_t state;

    begin("a lock that is entered by who holds it is caught", 0, 0);
    state = hooks_lock.save(&hooks_lock);
    expect("once is right", !hooks.broken);
    hooks_lock.restore(&hooks_lock, hooks_lock.save(&hooks_lock));
    twice = hooks.broken;
    expect("twice is not", twice);
    hooks_lock.restore(&hooks_lock, state);
    expect("what went wrong first is told", hooks.broken == twice);
    hooks.broken = NULL;
}

int main(void)
{
    test_stand_in();
    test_no_way();
    test_engine_fails_beside();
    test_stating();
    test_lending();
    test_enabled_by_others();
    test_phases();
    test_both_complain();
    test_nested_lock();
    return check_result();
}
