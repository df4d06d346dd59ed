/* SPDX-License-Identifier: MIT */
/*
 * Defends the NVMe driver from what the controller writes, loses, or never
 * ends, and its callers from each other: callbacks, deadlines, resets.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

/* ---- What the controller writes, and must not be believed ---- */

/* Everything that is shared, at any moment. */
static void scribble(uint8_t value)
{
    memset(shared + queue_page() * PAGE, value,
           NVME_PAGES(2 * nvme.slot_count * 64) * PAGE);
}

static const struct {
    const char *what;
    uint8_t value;
} scribbles[] = {
    { "a submission queue of zeros harms nobody", 0 },
    { "a submission queue of ones harms nobody", 0xFF },
    { "a submission queue of others' names harms nobody", 0x03 },
};

static void test_disbelief(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(scribbles); i++) {
        begin(scribbles[i].what, 4);
        (void)nth(0);
        (void)nth(1);
        (void)nth(2);
        scribble(scribbles[i].value);
        expect_status("cancel", nvme_cancel(&requests[1]), IODMA_OK);
        submit();
        scribble(scribbles[i].value);
        expect_number("in flight", nvme.in_flight, 2);
        expect_read(0, 1, 0);
        expect_read(2, 1, 4096 * 2);
        run();
        expect_end(&requests[0], IODMA_OK, 0);
        expect_number("cancelled", requests[1].state, NVME_IDLE);
        expect_end(&requests[2], IODMA_OK, 0);
        expect_number("executed", chip.executed, 2);
        expect_number("in flight", nvme.in_flight, 0);
        expect_number("used", nvme.used, 0);
        expect_usable();
        expect_order();
    }

    begin("what is begun the controller does not see", 4);
    scribble(0);
    (void)ready(0, NVME_WRITE, 40, 8, 0x1000);
    for (uint32_t i = 0; i < NVME_PAGES(8 * 64) * PAGE; i++)
        expect("no entry", shared[queue_page() * PAGE + i] == 0);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    expect_usable();
    expect_order();
}

/* ---- A controller that does not stop completing ---- */

static uint32_t appended;

/* The completion that the driver looks at next is there already. */
static void append(void)
{
    uint32_t entries = NVME_ENTRIES(nvme.slot_count);
    uint32_t page = queue_page() + NVME_PAGES(entries * 64);
    uint32_t index = nvme.reaped + 1;
    le32 status = to_le32(0xFFFF | ((index & entries) == 0 ? BIT32(16) : 0));

    memcpy(shared + page * PAGE + index % entries * 16 + 12, &status,
           sizeof status);
    if (++appended > 1000)
        hooks.observe = observe;
}

static void test_flood(void)
{
    begin("a reap goes round the queue once, whatever is appended", 8);
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    appended = 0;
    hooks.observe = append;
    (void)reap();
    hooks.observe = observe;
    expect_number("looked at", appended, NVME_ENTRIES(8) - 1);
    observe();
    (void)nvme_service(&nvme);
    expect_read(0, 1, 0);
    expect_end(&requests[0], IODMA_OK, 0);
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    chip.violation = NULL; /* its head was overtaken: it has lied */
    expect_usable();
    expect_order();
}

/* ---- Callbacks ---- */

static void read_again(struct nvme_request *request)
{
    static const struct hal_segment one = { ARENA_BUS + 0x3000, BLOCK };

    on_done(request);
    (void)nvme_service(&nvme); /* does nothing here */
    expect_status("reset", nvme_reset(&nvme), IODMA_BUSY);
    expect_status("stop", nvme_stop(&nvme), IODMA_BUSY);
    expect_status("start", nvme_start(&nvme), IODMA_BUSY);
    if (world.ended == 5)
        return;
    request->lba++;
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    expect_status("put", put(request, &one, 1, true, true), IODMA_OK);
    submit();
}

static void test_callbacks(void)
{
    begin("a callback may begin and submit its own request anew", 1);
    make(0, NVME_READ, 3, 1)->done = read_again;
    {
        struct hal_segment one = at(0x3000, BLOCK);

        expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_OK);
        expect_status("put", put(&requests[0], &one, 1, true, true), IODMA_OK);
    }
    submit();
    for (uint32_t i = 0; i < 10; i++)
        run();
    expect_number("callbacks", world.ended, 5);
    expect_read(7, 1, 0x3000);
    expect_order();

    begin("without a callback the state tells", 4);
    nth(0)->done = NULL;
    submit();
    expect_number("state", requests[0].state, NVME_SUBMITTED);
    expect("not due", !nvme_due(&nvme));
    (void)nvme_model_step(&chip, FOREVER);
    (void)reap();
    expect("due", nvme_due(&nvme));
    expect_number("state", requests[0].state, NVME_SUBMITTED);
    (void)nvme_service(&nvme);
    expect("not due", !nvme_due(&nvme));
    expect_end(&requests[0], IODMA_OK, 0);
    expect_read(0, 1, 0);
    expect_order();
}

/* ---- Deadlines, quarantine, reset ---- */

static void observe_locked(void)
{
    if (!hooks.held)
        hooks.broken = "polled without the lock";
    observe();
}

static void test_lost(void)
{
    begin("a request that is late is lost, others are not harmed", 2);
    lose_one();
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_BUSY);
    expect("not due", !nvme_due(&nvme));
    for (uint32_t i = 0; i < 20; i++)
        expect_usable();
    (void)ready(1, NVME_READ, 30, 1, 0x9000);
    expect_status("its slot is out of use",
                  nvme_begin(&nvme, make(2, NVME_READ, 3, 1)),
                  IODMA_NO_RESOURCES);
    expect_status("cancel", nvme_cancel(&requests[1]), IODMA_OK);
    expect_number("released", world.released, 0);
    expect_order();

    check_case("a reset releases it");
    world.pace = 8;
    chip.ready_delay = 5;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_number("released", world.released, 1);
    expect("not quarantined", !requests[0].quarantined);
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    chip.held = 0;
    (void)nth(0);
    (void)nth(1);
    submit();
    run();
    expect_read(0, 1, 0);
    expect_read(1, 1, 4096);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_number("released", world.released, 1);
    expect_order();

    begin("a lost request that comes home is released", 2);
    lose_one();
    chip.held = 0;
    run();
    expect_read(0, 1, 0);
    expect_number("released", world.released, 1);
    expect_number("callbacks", world.ended, 2);
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    expect_number("lost", nvme.lost, 0);
    for (uint32_t i = 0; i < 5; i++)
        expect_usable();
    expect_order();

    begin("a completion whose interrupt is lost counts at the deadline", 4);
    for (uint32_t n = 0; n < 3; n++)
        (void)nth(n);
    requests[1].deadline = hooks.ticks + 100;
    submit();
    chip.held = 4;
    (void)nvme_model_step(&chip, FOREVER);
    expect("in flight", nvme_service(&nvme));
    expect_number("callbacks", world.ended, 0);
    hooks.ticks += 100;
    expect("due", nvme_due(&nvme));
    expect("the held one is", nvme_service(&nvme));
    expect_end(&requests[1], IODMA_OK, 0);
    (void)nvme_service(&nvme);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_number("callbacks", world.ended, 2);
    expect_number("lost", nvme.lost, 0);
    expect_read(0, 1, 0);
    expect_read(1, 1, 4096);
    chip.held = 0;
    run();
    expect_read(2, 1, 4096 * 2);
    expect_order();

    begin("a poll finds what is completed, under the lock", 4);
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    hooks.observe = observe_locked;
    expect_number("found", nvme_poll(&nvme), 1);
    hooks.observe = observe;
    expect_number("found again", nvme_poll(&nvme), 0);
    (void)nvme_service(&nvme);
    expect_read(0, 1, 0);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_order();

    begin("a deadline that passes after the completion harms nobody", 2);
    (void)nth(0);
    requests[0].deadline = hooks.ticks;
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    (void)reap();
    hooks.ticks += 1000;
    (void)nvme_service(&nvme);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_read(0, 1, 0);
    expect_order();
}

/* Requests of every kind: lost (0), in flight (1), completed and not served
   (2), begun (3). */
static void one_of_each(void)
{
    lose_one();
    chip.held = 1 | 2;
    (void)nth(1);
    (void)nth(2);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    (void)nth(3);
    expect_read(2, 1, 4096 * 2);
    world.ended = 0;
}

static void expect_each(enum iodma_status flying)
{
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    expect_end(&requests[1], flying, 0);
    expect_end(&requests[2], IODMA_OK, 0);
    expect_end(&requests[3], IODMA_ABORTED, 0);
    expect_number("callbacks", world.ended, 3);
    expect_number("in flight", nvme.in_flight, 0);
}

static void cancel_neighbour(struct nvme_request *request)
{
    expect_status("stop in a stop", nvme_stop(&nvme), IODMA_BUSY);
    on_done(request);
    expect_status("cancel from the callback", nvme_cancel(&requests[1]),
                  IODMA_OK);
}

static void test_reset(void)
{
    begin("a reset ends all that is in flight, once", 8);
    one_of_each();
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_number("used", nvme.used, 0);
    chip.held = 0;
    expect_usable();
    run();
    expect_number("callbacks", world.ended, 4);
    expect_order();

    begin("stop, then start", 8);
    one_of_each();
    world.pace = 8;
    expect_status("stop", nvme_stop(&nvme), IODMA_OK);
    expect("disabled", !chip.ready);
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_NOT_READY);
    expect_status("stop again", nvme_stop(&nvme), IODMA_OK);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    chip.held = 0;
    expect_usable();
    expect_order();

    begin("a callback of stop cancels what was begun behind it", 4);
    (void)nth(0);
    (void)nth(1);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    (void)nth(2);
    requests[2].done = cancel_neighbour;
    world.pace = 8;
    expect_status("stop", nvme_stop(&nvme), IODMA_OK);
    expect_number("state", requests[1].state, NVME_IDLE);
    expect_end(&requests[2], IODMA_ABORTED, 0);
    expect_number("callbacks", world.ended, 1);
    expect_number("used", nvme.used, 0);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();

    begin("a reset that fails: all stays quarantined", 8);
    one_of_each();
    chip.stuck = true;
    expect_status("reset", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_each(IODMA_TIMEOUT);
    expect("quarantined", requests[0].quarantined && requests[1].quarantined);
    expect("ours", !requests[2].quarantined && !requests[3].quarantined);
    expect_number("released", world.released, 0);
    expect_number("lost", nvme.lost, 2);
    expect_status("begin", nvme_begin(&nvme, &requests[3]), IODMA_NOT_READY);
    expect_status("submit", nvme_submit(&nvme), IODMA_NOT_READY);
    expect_number("reap", reap(), 0);
    expect("service", !nvme_service(&nvme));
    expect_status("start", nvme_start(&nvme), IODMA_BUSY);
    expect_status("again", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_number("released", world.released, 0);
    expect_number("callbacks", world.ended, 3);

    check_case("until one succeeds");
    chip.stuck = false;
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_number("released", world.released, 2);
    expect_number("callbacks", world.ended, 3);
    chip.held = 0;
    expect_usable();
    expect_order();

    begin("a controller that leaves the bus: NotAttached, quarantined", 8);
    one_of_each();
    chip.absent = true;
    expect_status("reset", nvme_reset(&nvme), IODMA_NOT_ATTACHED);
    expect_number("released", world.released, 0);
    expect("quarantined", requests[0].quarantined && requests[1].quarantined);

    begin("a reset after which it does not get ready: released, NotReady", 8);
    one_of_each();
    chip.never_ready = true;
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_NOT_READY);
    chip.never_ready = false;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    chip.held = 0;
    expect_usable();
    expect_order();
}

int main(void)
{
    world_begin();
    test_disbelief();
    test_flood();
    test_callbacks();
    test_lost();
    test_reset();
    return check_result();
}
