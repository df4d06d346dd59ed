/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the eDMA: how a channel is ended, what is left then,
 * and what becomes of a chip that misbehaves.
 */
#include "hal/dmac/edma.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_rig.h"

#include <string.h>

/* Residue and halt --------------------------------------------------------- */

/* Bytes of six items that have not moved. */
static uint32_t missing(void)
{
    return 12 * 6 - 4 * rig.chip.engine.moved;
}

/* Two batches, with an item that is not submitted, after so many steps. */
static void reach(uint32_t steps, bool reaps)
{
    struct hal_item one = nth(5);

    rig_set_up();
    (void)start(0);
    (void)start(1);
    batch(0, 0, 3);
    batch(0, 3, 5);
    (void)emit(0, &one, 1);
    for (uint32_t i = 0; i < steps; i++) {
        (void)engine_model_step(&rig.chip.engine, 1);
        if (reaps)
            rig_isr();
    }
}

/* Of some moment of the call. */
static void expect_residue(void)
{
    uint32_t before = missing();
    struct hal_residue left = residue(0);

    expect("least", left.least <= before);
    expect("most", left.most >= missing());
    expect("the item under way at most", left.most - left.least <= 12);
}

static void halt_everywhere(bool reaps)
{
    for (uint32_t steps = 0; steps < 24; steps++) {
        for (uint32_t delay = 0; delay < 4; delay++) {
            reach(steps, reaps);
            expect_residue();
            rig.chip.engine.abort_delay = delay;
            if (delay == 0) /* it needs no time */
                hooks.moment = rig_isr;
            expect_number("stuck", halt(1), 0);
            expect_residue();
            expect("no interrupt", !asserted(0));
            expect_number("CR", rig.chip.cr, 0x410);
            expect_number("steps", engine_model_step(&rig.chip.engine, 100), 0);
            rig_expect_usable();
        }
    }
}

/* The chip goes on at any access of residue, and of a halt beside it. */
static void test_intrusions(void)
{
    check_case("a residue is that of some moment of the call");
    for (uint32_t i = 0; i < 20 * 8 * 8; i++) {
        reach(i % 20, i % 2 == 0);
        rig.intrusion.at = 1 + i / 20 % 8;
        rig.intrusion.steps = 1 + i / 160;
        expect_residue();
    }

    check_case("a halt ends nothing of another channel");
    for (uint32_t i = 0; i < 20 * 24 * 4; i++) {
        rig_set_up();
        (void)start(0);
        (void)start(2);
        hooks.moment = rig_isr;
        batch(0, 0, 3);
        batch(2, 200, 203);
        (void)engine_model_step(&rig.chip.engine, i % 20);
        rig.intrusion.at = 1 + i / 20 % 24;
        rig.intrusion.steps = 1 + i / 480;
        expect_number("stuck", halt(1), 0);
        rig.intrusion.at = 0;
        memcpy(rig.want, rig.arena, HALF + 16 * 200);
        rig_expect_items(200, 203);
        (void)engine_model_step(&rig.chip.engine, FOREVER);
        expect("its interrupt", asserted(2));
        rig_expect_order();
    }
}

/* A refused access in the middle of an item, whose interrupt is served at any
   access of the halt. */
static void test_served_error(void)
{
    check_case(
        "an error that is served within a halt leaves its residue right");
    for (uint32_t i = 0; i < 24 * 16; i++) {
        struct hal_item one = { ARENA_BUS + 4, ARENA_BUS + HALF + 4, 60 };
        uint32_t left = 0;

        rig_set_up();
        (void)start(0);
        rig.chip.engine.misbehaves = ENGINE_FAILS;
        rig.chip.engine.at = i % 16;
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        (void)engine_model_step(&rig.chip.engine, 1 + i % 16);
        rig.intrusion.at = 1 + i / 16;
        rig.intrusion.steps = 3;
        rig.intrusion.serve = true;
        expect_number("stuck", halt(1), 0);
        rig.intrusion.serve = false;
        for (uint32_t n = 4; n < 64; n++)
            left += rig.arena[n] != rig.arena[HALF + n];
        expect("least", residue(0).least <= left);
        expect("most", residue(0).most >= left);
    }
}

static void test_halt(void)
{
    uint32_t stuck; /* a bit, of one of two */
    struct hal_residue left;

    check_case("a halt at every step says what is left");
    halt_everywhere(true);
    check_case("the same where nothing has been reaped");
    halt_everywhere(false);
    check_case("the same where a load clears DONE");
    rig.chip.load_clears_done = true;
    halt_everywhere(true);
    halt_everywhere(false);
    rig.chip.load_clears_done = false;

    rig_begin("a set is halted at once; what works on, or would, is stuck");
    (void)start(1);
    hooks.moment = rig_isr;
    batch(0, 0, 3);
    batch(1, 3, 6);
    (void)engine_model_step(&rig.chip.engine, 2);
    rig.chip.engine.stuck = true;
    stuck = rig.chip.channel == rig_numbers[0] ? 1 : 2;
    expect_number("stuck", halt(2), 3);
    expect("the deadline has passed", hooks.ticks >= 100);
    expect("soon after", hooks.ticks < 110);
    expect_number("least", edma_ops.residue(&rig.edmas[stuck - 1].dmac).least,
                  0);
    expect_status("start", start(rig.chip.channel == rig_numbers[0] ? 0 : 1),
                  IODMA_NOT_ATTACHED);

    rig_begin(
        "of a batch that is over nothing is left, if nobody knows it yet");
    hooks.masked++;
    batch(0, 0, 1);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    expect_number("running", residue(0).most, 0);
    expect_number("stuck", halt(1), 0);
    expect_number("halted", residue(0).most, 0);
    hooks.masked--;

    check_case("an error that comes after a halt leaves the residue as it was");
    for (uint32_t steps = 0; steps < 8; steps++) {
        reach(steps, false);
        hooks.masked++;
        expect_number("stuck", halt(1), 0);
        left = residue(0);
        rig.chip.errors = BIT32(rig_numbers[0]);
        expect_number("fault", reap(0).fault, HAL_FAULT_NONE);
        expect_number("least", residue(0).least, left.least);
        expect_number("most", residue(0).most, left.most);
        hooks.masked--;
        rig_expect_usable();
    }

    rig_begin("a halt of an absent chip: stuck");
    batch(0, 0, 3);
    rig.chip.engine.absent = true;
    expect_number("stuck", halt(1), 1);
}

/* Misbehaviour ------------------------------------------------------------- */

static const struct {
    const char *what;
    uint32_t kind;
    uint32_t retired; /* of five items, ...                         */
    uint32_t fault;   /* ... whether or not a deadline has to come  */
} troubles[] = {
    { "a refused access is a bus fault", ENGINE_FAILS, 2, HAL_FAULT_BUS },
    { "one that stalls is halted", ENGINE_STALLS, 0, HAL_FAULT_NONE },
    { "done too late is done", ENGINE_LATE, 5, HAL_FAULT_NONE },
    { "an interrupt that comes back is nothing", ENGINE_TWICE, 5,
      HAL_FAULT_NONE },
    { "one without a cause is nothing", ENGINE_SPURIOUS, 5, HAL_FAULT_NONE },
    { "one that stops without a word is halted", ENGINE_STOPS, 0,
      HAL_FAULT_NONE },
};

static const struct hal_item long_item = {
    .source = ARENA_BUS,
    .destination = ARENA_BUS + HALF,
    .length = HALF,
};

/* What ES says, and of whom; channel 3 is ours. */
static const struct {
    uint32_t es;
    uint32_t fault;
} errors[] = {
    { 0x80000301, HAL_FAULT_BUS },        { 0x80000302, HAL_FAULT_BUS },
    { 0x80000304, HAL_FAULT_DESCRIPTOR }, { 0x80000380, HAL_FAULT_DESCRIPTOR },
    { 0x80000401, HAL_FAULT_OTHER },      { 0x80004301, HAL_FAULT_OTHER },
    { 0x80010300, HAL_FAULT_OTHER },      { 0x80000300, HAL_FAULT_OTHER },
};

static void test_errors(void)
{
    check_case("an error is what ES says, if it speaks of this channel");
    for (uint32_t i = 0; i < HAL_COUNT_OF(errors); i++) {
        rig_set_up();
        (void)start(0);
        hooks.moment = rig_isr;
        batch(0, 0, 3);
        rig.chip.errors = BIT32(3);
        rig.chip.es = errors[i].es;
        expect_number("fault", reap(0).fault, errors[i].fault);
        expect("no interrupt", !asserted(0));
        expect_number("steps", engine_model_step(&rig.chip.engine, 10), 0);
    }
}

/* An interrupt is gone when its handler returns: the acknowledge has landed. */
static void test_acknowledged(void)
{
    for (uint32_t i = 0; i < 4; i++) {
        rig_begin("an error's interrupt is gone, whoever halts meanwhile");
        rig.controller.halting = i / 2;
        if (i % 2 != 0)
            batch(0, 0, 3);
        (void)engine_model_step(&rig.chip.engine, 0); /* writes land */
        rig.chip.errors = BIT32(rig_numbers[0]);
        expect("it interrupts", asserted(0));
        (void)reap(0);
        expect("no interrupt", !asserted(0));
    }
}

static void test_troubles(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(troubles); i++) {
        rig_begin(troubles[i].what);
        rig.chip.engine.misbehaves = troubles[i].kind;
        rig.chip.engine.at = 9;
        rig.chip.engine.delay = 5;
        batch(0, 0, 5);
        rig_run(FOREVER);
        rig_expect_told(troubles[i].retired, troubles[i].fault);
        expect_number("halt", halt(1), 0);
        rig.chip.engine.misbehaves = ENGINE_BEHAVES;
        rig_expect_usable();
    }

    rig_begin("the last one said to be done, and not moved, is a fault");
    batch(0, 0, 3);
    rig.chip.engine.misbehaves = ENGINE_IDLES;
    rig.chip.engine.at = 8;
    rig_run(FOREVER);
    rig_expect_told(2, HAL_FAULT_OTHER);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();

    rig_begin("the last one said to be done too early is a fault");
    batch(0, 0, 3);
    rig.chip.engine.misbehaves = ENGINE_EARLY;
    rig.chip.engine.at = 9;
    rig_run(FOREVER);
    rig_expect_told(2, HAL_FAULT_OTHER);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();

    rig_begin("an error says why, and what was done before");
    batch(0, 0, 3);
    rig.ring[0][1].nbytes = to_le32(6); /* of words */
    engine_model_publish(&rig.chip.engine);
    rig_run(FOREVER);
    rig_expect_told(1, HAL_FAULT_DESCRIPTOR);
    batch(0, 3, 4); /* never runs */
    expect_number("steps", engine_model_step(&rig.chip.engine, 100), 0);
    expect_number("residue", residue(0).most, 6 + 12 + 12);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();

    check_case("what fails moves nothing later, while nobody has reaped");
    for (uint32_t at = 0; at < 19; at++) {
        rig_set_up();
        (void)start(0);
        rig.chip.engine.misbehaves = ENGINE_FAILS;
        rig.chip.engine.at = at;
        batch(0, 0, 5);
        (void)engine_model_step(&rig.chip.engine, FOREVER);
        for (uint32_t n = 0; n < 5; n++) /* whatever came of them */
            memcpy(&rig.want[HALF + 16 * n], &rig.arena[HALF + 16 * n], 12);
        expect_bytes("memory", rig.arena, rig.want, ARENA);
        (void)reap(0);
        expect_number("fault", driven.fault[0], HAL_FAULT_BUS);
        expect_number("halt", halt(1), 0);
        expect("least", residue(0).least <= 60 - 4 * rig.chip.engine.moved);
        expect("most", residue(0).most >= 60 - 4 * rig.chip.engine.moved);
        rig_expect_usable();
    }

    rig_begin("an error of another channel is waited for, and left to it");
    (void)start(2);
    batch(0, 0, 3);
    batch(2, 200, 202);
    rig.ring[2][0].nbytes = to_le32(6); /* of words */
    rig.chip.tcd[4].nbytes = 6;
    rig_run(FOREVER);
    rig_expect_told(0, HAL_FAULT_NONE);
    expect_number("reap", reap(0).fault, HAL_FAULT_NONE);
    expect_number("halt", halt(1), 0);
    expect_number("ERR", rig.chip.errors, BIT32(4));
    expect_number("steps", engine_model_step(&rig.chip.engine, 10), 0);
    expect_status("start", start(0), IODMA_OK);
    batch(0, 0, 3);
    expect_number("fault", edma_ops.reap(&rig.edmas[2].dmac).fault,
                  HAL_FAULT_DESCRIPTOR);
    rig_run(FOREVER);
    rig_expect_told(3, HAL_FAULT_NONE);
    rig_expect_items(0, 3);
    rig_expect_order();

    rig_begin("a pointer to no slot is a fault");
    batch(0, 0, 3);
    rig.ring[0][1].dlast_sga = to_le32(RING_BUS + 64 * 32);
    rig.ring[0][1].csr_biter = to_le32(0x1000A);
    engine_model_publish(&rig.chip.engine);
    rig_run(FOREVER);
    rig_expect_told(0, HAL_FAULT_DESCRIPTOR);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();

    rig_begin("a start waits for what is being cancelled");
    (void)emit(0, &long_item, 1);
    submit(0);
    (void)engine_model_step(&rig.chip.engine, 8);
    rig.chip.engine.abort_delay = 9;
    expect_status("start", start(0), IODMA_OK);
    rig_expect_usable();

    rig_begin("who has a channel is asked again once there is a clock");
    rig.chip.engine.unclocked = true;
    expect_status("start", start(1), IODMA_NOT_ATTACHED);
    rig.chip.engine.unclocked = false;
    rig.chip.erq = BIT32(rig_numbers[1]);
    expect_status("start", start(1), IODMA_BUSY);

    rig_begin("after a loss of power start begins anew");
    batch(0, 0, 5);
    (void)engine_model_step(&rig.chip.engine, 8);
    engine_model_power_cycle(&rig.chip.engine);
    rig_expect_usable();
}

int main(void)
{
    test_halt();
    test_intrusions();
    test_served_error();
    test_errors();
    test_acknowledged();
    test_troubles();
    return check_result();
}
