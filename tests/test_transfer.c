/* SPDX-License-Identifier: MIT */
/*
 * Defends the channel: whenever the interrupt of its engine comes, every
 * transfer ends in one callback, in its turn, with the right bytes in place and
 * nothing left held.
 */
#include "tests/transfer_world.h"

#include <string.h>

/* ---- Copies ---- */

static const struct {
    const char *what;
    uint32_t slots;
    struct piece from[PIECES];
    struct piece to[PIECES];
    uint32_t max_segment;
    uint32_t items;
} copies[] = {
    { "one range goes to one range as one item",
      4,
      { { 0, 100 } },
      { { HALF, 100 } },
      0,
      1 },
    { "a single byte arrives alone",
      4,
      { { 7, 1 } },
      { { HALF + 2, 1 } },
      0,
      1 },
    { "two ranges are gathered into one",
      4,
      { { 0, 30 }, { 100, 70 } },
      { { HALF, 100 } },
      0,
      2 },
    { "one range is scattered over two",
      4,
      { { 0, 100 } },
      { { HALF, 30 }, { HALF + 200, 70 } },
      0,
      2 },
    { "ranges cut alike are not cut further",
      4,
      { { 0, 30 }, { 100, 70 } },
      { { HALF + 500, 30 }, { HALF, 70 } },
      0,
      2 },
    { "ranges cut differently are cut at each other's seams",
      8,
      { { 0, 10 }, { 50, 20 }, { 90, 30 } },
      { { HALF, 25 }, { HALF + 50, 15 }, { HALF + 90, 20 } },
      0,
      5 },
    { "empty ranges are passed over",
      4,
      { { 9, 0 }, { 0, 30 }, { 0, 0 }, { 100, 70 }, { 5, 0 } },
      { { HALF, 100 }, { HALF, 0 } },
      0,
      2 },
    { "ranges that touch are one",
      4,
      { { 0, 30 }, { 30, 70 } },
      { { HALF, 50 }, { HALF + 50, 50 } },
      0,
      1 },
    { "ranges in falling order keep their order",
      4,
      { { 100, 50 }, { 0, 50 } },
      { { HALF + 100, 50 }, { HALF, 50 } },
      0,
      2 },
    { "the last bytes of the arena are reached, and none behind",
      4,
      { { HALF - 64, 64 } },
      { { ARENA - 64, 64 } },
      0,
      1 },
    { "a ring of one slot is refilled after each item",
      1,
      { { 0, 100 } },
      { { HALF, 100 } },
      7,
      15 },
    { "a ring of two slots is refilled",
      2,
      { { 0, 50 }, { 90, 51 } },
      { { HALF + 1, 101 } },
      9,
      18 },
    { "exactly as many items as slots",
      8,
      { { 0, 64 } },
      { { HALF, 64 } },
      8,
      8 },
    { "one more item than slots", 8, { { 0, 72 } }, { { HALF, 72 } }, 8, 9 },
    { "exactly twice as many items as are zipped at a time",
      16,
      { { 0, 128 } },
      { { HALF, 128 } },
      8,
      16 },
    { "many more items than slots",
      3,
      { { 0, 1000 } },
      { { HALF + 9, 1000 } },
      4,
      250 },
};

static void try_copy(uint32_t index, bool polled, uint32_t pace)
{
    struct job *job = &jobs[0];

    set_up(copies[index].slots);
    limits.max_segment = copies[index].max_segment;
    spec.segment.max_segment = copies[index].max_segment;
    start();
    memcpy(job->source.pieces, copies[index].from, sizeof copies[index].from);
    memcpy(job->destination.pieces, copies[index].to, sizeof copies[index].to);
    make_ready(job);
    world.polled = polled;
    world.pace = polled ? 0 : pace;
    run_copy(job, pace);
    expect_number("items", engine.done, copies[index].items);
}

/* Polled and by interrupt; one item at a time, and all that there is. */
static void test_copies(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(copies); i++) {
        check_case(copies[i].what);
        for (uint32_t pace = 1; pace <= 16; pace += 15) {
            try_copy(i, true, pace);
            try_copy(i, false, pace);
        }
    }
}

/* ---- The queue ---- */

static void test_queue(void)
{
    begin_case("transfers run in order, each on what the one before has left",
               3);
    spec.segment.max_segment = 16;
    (void)plain(0, 0, HALF, 200);
    (void)plain(1, HALF, HALF + 0x200, 200);
    (void)plain(2, HALF + 0x200, HALF + 0x400, 200);
    for (uint32_t i = 0; i < 3; i++) {
        expect_copy(&jobs[i]);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    drive(1);
    for (uint32_t i = 0; i < 3; i++) {
        expect_end(&jobs[i], IODMA_OK);
        expect_number("place in the order", jobs[i].order, i + 1);
    }
    expect_order();

    begin_case("nothing is called back before service", 4);
    (void)plain(0, 0, HALF, 100);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_number("callbacks", world.callbacks, 0);
    expect("service ends the last transfer", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect("no service, no news", !iodma_channel_service(&channel));
    expect_number("callbacks", world.callbacks, 1);
    expect_order();

    begin_case("submit to an idle channel starts the engine at once", 4);
    (void)plain(0, 0, HALF, 100);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_number("items done", strict_dmac_run(&engine, 9), 1);
    drive(1);
    expect_order();
}

static void submit_again(struct job *job)
{
    if (job->calls == 3)
        return;
    expect_copy(job);
    make_ready(job);
    expect_status("submit from the callback", submit(job), IODMA_OK);
}

static void submit_next(struct job *job)
{
    uint32_t before = deeds();

    if (job == &jobs[JOBS - 1])
        return;
    expect_copy(&job[1]);
    expect_status("submit from the callback", submit(&job[1]), IODMA_OK);
    expect_number("deeds: it only queues", deeds(), before);
}

static void serve_within(struct job *job)
{
    uint32_t before = deeds();

    (void)job;
    expect("service says that transfers wait",
           iodma_channel_service(&channel) == (channel.waiting.first != NULL));
    expect_number("deeds", deeds(), before);
}

static void test_callbacks(void)
{
    begin_case("a callback may submit its own transfer again", 2);
    (void)plain(0, 0, HALF, 100);
    jobs[0].then = submit_again;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_number("callbacks", jobs[0].calls, 3);
    expect_given_back(&jobs[0]);
    expect_order();

    begin_case("a callback may submit another transfer", 2);
    for (uint32_t i = 0; i < JOBS; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].then = submit_next;
    }
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    for (uint32_t i = 0; i < JOBS; i++)
        expect_end(&jobs[i], IODMA_OK);
    expect_order();

    begin_case("what a callback submits waits its turn", 2);
    for (uint32_t i = 0; i < 3; i++)
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
    jobs[0].then = submit_next;
    jobs[1] = jobs[2];
    (void)plain(1, 0x100, HALF + 0x100, 100);
    expect_copy(&jobs[0]);
    expect_copy(&jobs[2]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[2]), IODMA_OK);
    drive(1);
    expect_number("place of the one that waited", jobs[2].order, 2);
    expect_number("place of the callback's", jobs[1].order, 3);
    expect_order();

    begin_case("service within a callback does nothing", 2);
    for (uint32_t i = 0; i < 2; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].then = serve_within;
        expect_copy(&jobs[i]);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

enum { AGAIN = 20 };

/* For ever, if nobody else ends it. */
static void submit_late(struct job *job)
{
    if (job->calls == AGAIN)
        return;
    make_ready(job);
    job->transfer.deadline = 1;
    expect_status("submit from the callback", submit(job), IODMA_OK);
}

static void test_rounds(void)
{
    begin_case("a callback that submits again, late, does not hold service", 2);
    engine.hangs = true;
    hooks.ticks = 10;
    (void)plain(0, 0, HALF, 100);
    jobs[0].transfer.deadline = 1;
    jobs[0].then = submit_late;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    for (uint32_t round = 1; round < AGAIN; round++) {
        expect("it is due", iodma_channel_due(&channel));
        expect("one waits", iodma_channel_service(&channel));
        expect_number("callbacks", jobs[0].calls, round);
    }
    expect("none waits", !iodma_channel_service(&channel));
    expect_end_of(&jobs[0], AGAIN, IODMA_TIMEOUT);
    engine.hangs = false;
    expect_usable();

    begin_case("but all that wait are ended in one round", 2);
    hooks.ticks = 10;
    for (uint32_t i = 0; i < 3; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].transfer.deadline = 20;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    jobs[1].then = submit_late;
    engine.hangs = true;
    hooks.ticks = 20;
    expect("one waits", iodma_channel_service(&channel));
    for (uint32_t i = 0; i < 3; i++)
        expect_number("callbacks", jobs[i].calls, 1);
    jobs[1].then = NULL;
    expect("none waits", !iodma_channel_service(&channel));
    expect_end_of(&jobs[1], 2, IODMA_TIMEOUT);
    engine.hangs = false;
    expect_usable();
}

static void test_zero_length(void)
{
    begin_case("a transfer of no bytes ends well without the engine", 2);
    (void)plain(0, 0, HALF, 0);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("callbacks within submit", jobs[0].calls, 0);
    expect("it is due", iodma_channel_due(&channel));
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 0);
    expect_order();

    begin_case("a transfer of no bytes waits for the one before it", 2);
    (void)plain(0, 0, HALF, 100);
    (void)plain(1, 0, HALF, 0);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the first has ended", world.callbacks, 0);
    drive(1);
    expect_number("place in the order", jobs[1].order, 2);
    expect_order();
}

/* ---- Batches, and what is due ---- */

static void test_batches(void)
{
    uint32_t published;

    begin_case("E11: a batch takes one publish and one doorbell", 8);
    (void)chain(0, 20);
    expect_copy(&jobs[0]);
    published = hooks.published;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_number("publishes", hooks.published - published, 1);
    expect_number("items", engine.dmac.counts.items, 8);

    (void)strict_dmac_run(&engine, 5);
    isr();
    (void)iodma_channel_service(&channel);
    expect_number("doorbells of the refill", engine.dmac.counts.doorbells, 2);
    expect_number("publishes of the refill", hooks.published - published, 2);
    expect_number("items", engine.dmac.counts.items, 13);
    drive(8);
    expect_number("items", engine.dmac.counts.items, 20);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin_case(
        "what fits into the ring is one batch, however many calls it took", 16);
    (void)chain(0, 16);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    drive(16);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_order();
}

static void test_init(void)
{
    check_case("a channel needs an engine with a sensible phase");
    set_up(4);
    expect_status("no channel", iodma_channel_init(NULL, &engine.dmac, owner),
                  IODMA_BAD_ARGUMENT);
    expect_status("no engine", iodma_channel_init(&channel, NULL, owner),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 0;
    expect_status("phase 0", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 3;
    expect_status("phase 3", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 1;
    limits.align_length = 3;
    expect_status("limits", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_BAD_ARGUMENT);
    expect_number("starts", engine.starts, 0);
}

int main(void)
{
    test_init();
    test_copies();
    test_queue();
    test_callbacks();
    test_rounds();
    test_zero_length();
    test_batches();
    return check_result();
}
