/* SPDX-License-Identifier: MIT */
/*
 * Defends how transfers end that do not end well: late, at a fault, on an
 * engine that does not stop or start; and that service is due when there is
 * something to do, and only then.
 */
#include "tests/transfer_world.h"

#include <string.h>

/* ---- Deadlines ---- */

static uint32_t reads_left; /* of the clock, until it is late */

static void read_clock(void)
{
    if (reads_left != 0 && --reads_left == 0)
        hooks.ticks = 50;
}

/* A chain in the engine, done to its end by the deadline, 50; the interrupt of
   that is lost. */
static void begin_lost(const char *what)
{
    begin_case(what, 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    engine.loses_interrupt = true;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
}

/* It is late from so many looks at the clock on, wherever in service that is.
   What the engine has done is seen before anybody calls it a Timeout. */
static void test_late_amid(uint32_t reads)
{
    begin_lost("an interrupt lost is found, whenever it becomes late");
    reads_left = reads;
    hooks.clock = read_clock;
    for (uint32_t i = 0; i <= reads && world.callbacks == 0; i++)
        (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("halts", engine.halts, 0);
    expect_order();
}

static void test_deadlines(void)
{
    begin_case("an engine that hangs is halted at the deadline: Timeout", 4);
    (void)chain(0, 20);
    jobs[0].transfer.deadline = 50;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    engine.hangs = true;
    hooks.ticks = 49;
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the deadline", world.callbacks, 0);
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("halts at the callback", jobs[0].halts, 1);
    expect("time to halt, or a little more",
           engine.halt_deadline >= 50 + IODMA_HALT_MS &&
               engine.halt_deadline <= 50 + IODMA_HALT_MS + 3);
    expect_number("cause", jobs[0].transfer.fault, HAL_FAULT_NONE);
    expect("nothing is quarantined", !jobs[0].transfer.quarantined);
    engine.hangs = false;
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_usable();
    expect_order();

    begin_case("after a Timeout the next transfer runs", 2);
    (void)chain(0, 20);
    (void)chain(1, 20);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[1]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    hooks.ticks = 50;
    expect("one remains", iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    drive(1);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();

    begin_case("a transfer late before its turn never reaches the engine", 4);
    (void)chain(0, 4);
    (void)chain(1, 4);
    jobs[1].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
    hooks.ticks = 60;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_TIMEOUT);
    expect_number("halts", engine.halts, 0);
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_order();

    begin_case("half a transfer at the deadline is a Timeout, not more", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 2);
    memcpy(&want[HALF], want, 16);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_order();

    begin_lost("an interrupt lost until the deadline is found: OK");
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the deadline", world.callbacks, 0);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("halts", engine.halts, 0);
    expect_order();

    for (uint32_t reads = 1; reads <= 4; reads++)
        test_late_amid(reads);

    begin_case("a fault whose interrupt was lost is found: DMAError", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    engine.loses_interrupt = true;
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("cause", jobs[0].transfer.fault, HAL_FAULT_BUS);
    expect_order();

    begin_case("a transfer done in time is OK however late service comes", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
    hooks.ticks = 1000;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();
}

/* ---- Faults ---- */

static const struct {
    const char *what;
    uint32_t fault;
    uint32_t at; /* the n-th item */
} faults[] = {
    { "an illegal descriptor is a DMAError", HAL_FAULT_DESCRIPTOR, 1 },
    { "a bus fault is a DMAError", HAL_FAULT_BUS, 3 },
    { "a parity error is a DMAError", HAL_FAULT_PARITY, 4 },
    { "a fault after a refill is a DMAError", HAL_FAULT_OTHER, 7 },
    { "a fault of the last item is a DMAError", HAL_FAULT_OTHER, 10 },
};

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        begin_case(faults[i].what, 4);
        engine.fault_at = faults[i].at;
        engine.fault = faults[i].fault;
        (void)chain(0, 10);
        (void)chain(1, 10);
        expect_copy(&jobs[1]);
        expect_status("submit", submit(&jobs[0]), IODMA_OK);
        expect_status("submit", submit(&jobs[1]), IODMA_OK);
        memcpy(&want[HALF], want, 8 * (faults[i].at - 1));
        drive(1);
        expect_end(&jobs[0], IODMA_DMA_ERROR);
        expect_number("cause", jobs[0].transfer.fault, faults[i].fault);
        expect_number("detail", jobs[0].transfer.detail, STRICT_DMAC_DETAIL);
        expect_number("halts at the callback", jobs[0].halts, 1);
        expect_end(&jobs[1], IODMA_OK);
        expect_number("cause", jobs[1].transfer.fault, HAL_FAULT_NONE);
        expect_usable();
        expect_order();
    }
}

static void expect_released(struct iodma_command *command)
{
    expect_status("release", iodma_command_release(command), IODMA_OK);
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_OK);
}

/* An engine that will not stop, and two transfers behind the one it has. */
static void test_stuck(void)
{
    begin_case("an engine that does not stop keeps its memory: quarantine", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        jobs[i].transfer.deadline = 50;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.stuck = true;
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_number("callbacks", jobs[0].calls, 1);
    expect_status("status", jobs[0].status, IODMA_TIMEOUT);
    expect("quarantined", jobs[0].transfer.quarantined);
    expect_quarantined(&jobs[0].source.command);
    expect_quarantined(&jobs[0].destination.command);
    expect_number("halts", engine.halts, 1);
    expect_number("starts", engine.starts, 1);

    check_case("what waited behind a quarantine ends with NotReady");
    for (uint32_t i = 1; i < 3; i++) {
        expect_end(&jobs[i], IODMA_NOT_READY);
        expect("not quarantined", !jobs[i].transfer.quarantined);
        expect_number("place in the order", jobs[i].order, i + 1);
    }
    make_ready(&jobs[1]);
    expect_status("submit to the dead channel", submit(&jobs[1]),
                  IODMA_NOT_READY);
    expect_number("held", jobs[1].source.command.held, 0);
    expect("nothing is due", !iodma_channel_due(&channel));

    check_case("after a reset the quarantine can be lifted");
    expect_number("items done by the stuck engine", strict_dmac_run(&engine, 2),
                  2);
    memcpy(&want[HALF], want, 16);
    engine.stuck = false;
    engine.runs = false;
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_OK);
    expect_released(&jobs[0].source.command);
    expect_released(&jobs[0].destination.command);
    expect_given_back(&jobs[0]);
    make_ready(&jobs[0]);
    jobs[0].calls = 0;
    expect_copy(&jobs[0]);
    expect_status("submit it again", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect("not quarantined", !jobs[0].transfer.quarantined);
    expect_usable();
    expect_order();
}

static void test_stuck_by_a_fault(void)
{
    begin_case("an engine that faults and does not stop is halted once", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    engine.stuck = true;
    drive(1);
    expect_number("callbacks", jobs[0].calls, 1);
    expect_status("status", jobs[0].status, IODMA_DMA_ERROR);
    expect("quarantined", jobs[0].transfer.quarantined);
    expect_end(&jobs[1], IODMA_NOT_READY);
    expect_end(&jobs[2], IODMA_NOT_READY);
    expect_number("halts", engine.halts, 1);
    expect_number("starts", engine.starts, 1);
}

static void test_fault_of_nobody(void)
{
    begin_case("a fault that came between transfers fails none", 4);
    engine.cause = HAL_FAULT_BUS;
    isr();
    expect("nothing remains", !iodma_channel_service(&channel));
    (void)chain(0, 4);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("restarts", engine.starts, 2);
    expect_order();
}

static void test_no_restart(void)
{
    begin_case("an engine that does not start again ends all with NotReady", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        jobs[i].transfer.deadline = 50;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.hangs = true;
    engine.broken = true;
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect("it stopped: no quarantine", !jobs[0].transfer.quarantined);
    expect_end(&jobs[1], IODMA_NOT_READY);
    expect_end(&jobs[2], IODMA_NOT_READY);
    make_ready(&jobs[0]);
    expect_status("submit to the dead channel", submit(&jobs[0]),
                  IODMA_NOT_READY);

    check_case("a channel that died lives again after init");
    engine.hangs = false;
    expect_status("init too early",
                  iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_NOT_ATTACHED);
    expect_status("submit", submit(&jobs[0]), IODMA_NOT_READY);
    engine.broken = false;
    expect_status("init", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_OK);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_order();
}

static void test_unencodable(void)
{
    begin_case("an item that cannot be encoded: MessageTooLarge", 4);
    (void)plain(0, 0, HALF, 33);
    engine.refused = 33;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_MESSAGE_TOO_LARGE);
    expect_number("halts", engine.halts, 0);
    expect_usable();
    expect_order();

    begin_case("an item that cannot be encoded stops those behind it only", 4);
    jobs[0].source.pieces[0] = (struct piece){ 0, 200 };
    jobs[0].source.pieces[1] = (struct piece){ 0x200, 33 };
    jobs[0].source.pieces[2] = (struct piece){ 0x300, 200 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF, 433 };
    spec.segment.max_segment = 40;
    make_ready(&jobs[0]);
    engine.refused = 33;
    memcpy(&want[HALF], want, 200);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)chain(1, 10);
    expect_copy(&jobs[1]);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_MESSAGE_TOO_LARGE);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

/* ---- What is due ---- */

/* Service, and say whether due had announced exactly what it did. */
static void expect_exact(const char *what, bool due)
{
    uint32_t before = deeds();

    expect(what, iodma_channel_due(&channel) == due);
    (void)iodma_channel_service(&channel);
    expect(what, (deeds() != before) == due);
}

/* An item ends, and is reaped, right behind the doorbell. */
static void ends_at_once(enum strict_dmac_step what)
{
    static uint32_t submits;

    step(what);
    if (what == STRICT_DMAC_SUBMIT && ++submits % 2 == 0) {
        (void)strict_dmac_run(&engine, 1);
        isr();
    }
}

static void test_due_again(void)
{
    begin_case(
        "service is due when there is room again that was not when it fed", 4);
    engine.hook = ends_at_once;
    (void)chain(0, 7);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    for (uint32_t fed = 5; fed <= 7; fed++) {
        expect_exact("there is room, and an item for it: yes", true);
        expect_number("items", engine.dmac.counts.items, fed);
    }
    expect_exact("all are fed: no", false);
    engine.hook = step;
    drive(8);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();
}

static void test_due(void)
{
    begin_case("service is due exactly when it has something to do", 4);
    expect_exact("an idle channel: no", false);
    (void)chain(0, 6);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_exact("the ring is full: no", false);
    (void)strict_dmac_run(&engine, 1);
    expect_exact("an item has ended, not yet reaped: no", false);
    isr();
    expect_exact("there is room in the ring: yes", true);
    expect_exact("the ring is full again: no", false);
    (void)strict_dmac_run(&engine, 3);
    isr();
    expect_exact("the last item can be fed: yes", true);
    expect_exact("all are fed: no", false);
    hooks.ticks = 49;
    expect_exact("just before the deadline: no", false);
    (void)strict_dmac_run(&engine, 2);
    isr();
    expect_exact("all have ended: yes", true);
    expect_exact("the channel is idle again: no", false);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin_case("progress within the last batch is not due", 4);
    (void)chain(0, 4);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_exact("three items are under way, none is left: no", false);
    drive(1);
    expect_order();

    begin_case("a deadline and a fault are due", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    engine.hangs = true;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    hooks.ticks = 50;
    expect_exact("the deadline: yes", true);
    engine.hangs = false;
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    (void)chain(1, 4);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_exact("the fault: yes", true);
    expect_exact("nothing is left: no", false);
    expect_order();
}

int main(void)
{
    test_deadlines();
    test_faults();
    test_stuck();
    test_no_restart();
    test_stuck_by_a_fault();
    test_fault_of_nobody();
    test_unencodable();
    test_due();
    test_due_again();
    return check_result();
}
