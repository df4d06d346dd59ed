/* SPDX-License-Identifier: MIT */
/*
 * Defends what the driver of the PL080 and PL081 makes of a chip that
 * misbehaves, of ends that are announced too early, and of anything at any
 * time.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/pl08x_world.h"

#include <stdio.h>
#include <string.h>

/* ---- Misbehaviour ---- */

/* What becomes of a batch of three that misbehaves at its 6th step. */
static const struct {
    const char *what;
    uint32_t kind;
    uint32_t retired;
    uint32_t fault;
    bool moves; /* all of it, as far as the chip lets us know */
} misbehaviours[] = {
    { "a bus error is a fault", ENGINE_FAILS, 0, HAL_FAULT_BUS, false },
    { "one that stalls retires nothing", ENGINE_STALLS, 0, 0, false },
    { "one that stops in the middle retires nothing", ENGINE_STOPS, 0, 0,
      false },
    { "an end that comes late is the end", ENGINE_LATE, 3, 0, true },
    { "an interrupt that comes twice counts once", ENGINE_TWICE, 3, 0, true },
    { "an interrupt without a cause is no end", ENGINE_SPURIOUS, 3, 0, true },
    /* undetectable: its registers read as at the end */
    { "an end that comes early is believed", ENGINE_EARLY, 3, 0, true },
    { "an end of what has not moved is believed", ENGINE_IDLES, 3, 0, false },
};

static void test_misbehaviour(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(misbehaviours); i++) {
        begin(misbehaviours[i].what, 8);
        batch(0, 0, 3);
        chip.engine.misbehaves = misbehaviours[i].kind;
        chip.engine.at = 6;
        chip.engine.delay = 7;
        for (uint32_t turn = 0; turn < 200; turn++) {
            (void)step(1);
            isr();
        }
        expect_number("retired", driven.retired[0], misbehaviours[i].retired);
        expect_number("fault", driven.fault[0], misbehaviours[i].fault);
        expect("no interrupt is left", !asserted(0));
        if (misbehaviours[i].moves)
            expect_items(0, 3);
        else
            memcpy(want, arena, ARENA);
        if (misbehaviours[i].retired == 0)
            expect_residue(2 * EACH, 3 * EACH);
        expect_number("halt", halt(1), 0);
        expect_dead();
        expect_usable();
    }

    begin("an end with elements left over is a fault", 8);
    batch(0, 0, 3);
    chip.engine.misbehaves = ENGINE_STOPS;
    chip.engine.at = 6;
    run();
    chip.raw_tc = 1;
    expect_progress(0, HAL_FAULT_OTHER);
    expect_residue(2 * EACH, 3 * EACH);
    expect_number("halt", halt(1), 0);
    memcpy(want, arena, ARENA);
    expect_usable();

    begin("an error is acknowledged when reap returns", 8);
    batch(0, 0, 3);
    chip.engine.misbehaves = ENGINE_FAILS;
    run();
    expect("an interrupt", asserted(0));
    expect_progress(0, HAL_FAULT_BUS);
    expect("no interrupt", !asserted(0));
    expect_order();

    begin("a chip that leaves the bus is a fault", 8);
    batch(0, 0, 3);
    chip.engine.absent = true;
    expect_progress(0, HAL_FAULT_BUS);
    expect_progress(0, HAL_FAULT_NONE);
}

/* ---- Ends that are announced before the channel is disabled ---- */

/* Reads of a look that finds the channel enabled; the one that does. */
enum { LOOK = 5, SEEN = 3, SECOND = LOOK + SEEN };

/* The last item of a batch is over, so many reads before the channel is
   disabled. */
static void announce(uint32_t first, uint32_t last, uint32_t reads)
{
    hooks.tick = 0;
    chip.closes_after = reads;
    batch(0, first, last);
    while (!asserted(0) && step(1) != 0)
        ;
}

/* One look finds the channel enabled: the interrupt calls for the next one. */
static void expect_another_look(void)
{
    uint32_t reads = chip.engine.reads;
    struct hal_progress progress = reap(0);

    expect_number("retired", progress.retired, 0);
    expect_number("fault", progress.fault, HAL_FAULT_NONE);
    expect("its interrupt stays", asserted(0));
    expect("reads", chip.engine.reads - reads <= LOOK);
}

static void test_announced_ends(void)
{
    for (uint32_t reads = 1; reads <= 4 * LOOK; reads++) {
        begin("an end is told of when its channel is disabled", 8);
        announce(0, 3, reads);
        for (uint32_t seen = SEEN; seen < reads; seen += LOOK)
            expect_another_look();
        expect_progress(3, HAL_FAULT_NONE);
        expect_items(0, 3);
        expect_order();
    }

    begin("what was submitted meanwhile is the next batch", 8);
    announce(0, 3, SECOND);
    batch(0, 3, 5);
    expect_another_look();
    expect_progress(3, HAL_FAULT_NONE);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 5);
    expect_order();

    begin("one that was late is looked at once more", 8);
    announce(0, 3, SECOND);
    hooks.tick = 1000000;
    expect_another_look();
    expect_progress(3, HAL_FAULT_NONE);
    expect_items(0, 3);
    expect_order();

    begin("a channel that stays enabled is a fault after 1 ms", 8);
    announce(0, 3, UINT32_MAX);
    expect_another_look();
    expect_another_look();
    hooks.ticks += 2;
    expect_another_look();
    expect_progress(0, HAL_FAULT_OTHER);
    expect_residue(0, EACH);
    expect_number("halt", halt(1), 0);
    expect_items(0, 3);
    expect_dead();
    expect_usable();

    begin("each batch has a time of its own, before a start and after", 8);
    for (uint32_t i = 0; i < 3; i++) {
        if (i == 2)
            expect_status("start", start(0), IODMA_OK);
        announce(2 * i, 2 * i + 2, i == 1 ? UINT32_MAX : SECOND);
        expect_another_look();
        hooks.ticks += 1000;
        if (i == 1)
            expect_another_look();
        expect_progress(i == 1 ? 0 : 2,
                        i == 1 ? HAL_FAULT_OTHER : HAL_FAULT_NONE);
        if (i == 1)
            expect_number("halt", halt(1), 0);
    }
    expect_items(0, 6);
    expect_order();

    begin("one that goes on moving for 1 ms has lied: nothing is over", 8);
    batch(0, 0, 3);
    (void)step(3);
    for (uint32_t lies = 0; lies < 2; lies++) {
        chip.raw_tc = 1;
        expect_another_look();
        hooks.ticks += 1000;
        expect_another_look();
        expect_progress(0, HAL_FAULT_NONE);
    }
    run();
    expect_progress(3, HAL_FAULT_NONE);
    expect_items(0, 3);
    expect_order();

    begin("what had all moved when it was disabled has ended, and well", 8);
    announce(0, 3, UINT32_MAX);
    expect_another_look();
    expect_number("halt", halt(1), 0);
    expect_residue(0, 0);
    expect_items(0, 3);
    expect_dead();
    expect_usable();

    begin("registers that read like an end without a word of it are none", 8);
    batch(0, 0, 3);
    (void)step(2 * TURN);
    chip.channels[0].bytes = 0;
    chip.channels[0].next = 0;
    expect_number("halt", halt(1), 0);
    expect_residue(0, EACH);

    begin("an end that an error belies is none", 8);
    announce(0, 3, UINT32_MAX);
    chip.raw_error = 1;
    expect_number("halt", halt(1), 0);
    expect_residue(0, EACH);

    begin("nor is one that was a fault already", 8);
    announce(0, 3, UINT32_MAX);
    expect_another_look();
    hooks.ticks += 1000;
    expect_another_look();
    expect_progress(0, HAL_FAULT_OTHER);
    chip.raw_tc = 1;
    expect_number("halt", halt(1), 0);
    expect_residue(0, EACH);

    begin("one that is over and not over in turns has 2 ms as well", 8);
    hooks.tick = 0;
    batch(0, 0, 3);
    (void)step(3);
    chip.raw_tc = 1;
    for (uint32_t turn = 0; turn < 40 && asserted(0); turn++) {
        static uint32_t bytes, next;

        if (turn % 2 == 0) {
            bytes = chip.channels[0].bytes;
            next = chip.channels[0].next;
        }
        chip.channels[0].bytes = turn % 2 == 0 ? bytes : 0;
        chip.channels[0].next = turn % 2 == 0 ? next : 0;
        (void)reap(0);
        hooks.ticks++;
        chip.channels[0].bytes = bytes;
        chip.channels[0].next = next;
    }
    expect("it is called for no longer", hooks.ticks <= 2 * (1 + 2) + 2);

    begin("one that comes to its end at last has lied as well", 8);
    chip.closes_after = LOOK + SECOND;
    batch(0, 0, 3);
    (void)step(3);
    chip.raw_tc = 1;
    expect_another_look();
    (void)step(3 * TURN - 1 - 3);
    hooks.ticks += 1000;
    expect_another_look();
    expect_another_look();
    expect_progress(3, HAL_FAULT_NONE);
    expect_items(0, 3);
    expect_order();
}

/* ---- Anything, at any time ---- */

/* Every channel writes to a part of its own: what they do is in no order. */
static struct hal_item random_item(uint32_t n)
{
    uint32_t length = 1 + below(below(8) == 0 ? 500 : 40);
    uint32_t part = HALF / CHANNELS;

    return item(below(HALF - 512), HALF + n * part + below(part - 512), length);
}

/* Some channels, some items of each; the model goes on between any two register
   accesses. Returns how many items. */
static uint32_t random_round(void)
{
    uint32_t slots = 1u << below(7);
    uint32_t count = 1 + below(CHANNELS);
    uint32_t items[CHANNELS] = { 0 };
    uint32_t all = 0;

    set_up(slots);
    for (uint32_t n = 0; n < count; n++) {
        struct pl08x *one = &channels[n];

        expect_status("start", start(n), IODMA_OK);
        one->filled = one->told = one->end = one->retired =
            slots * below(2) - slots;
    }
    world.pace = 1 + below(8);
    chip.engine.access = moment;
    for (uint32_t turn = 0; turn < 400; turn++) {
        struct hal_item some[5];
        uint32_t n = below(count);
        uint32_t offered = 1 + below(HAL_COUNT_OF(some));
        uint32_t taken;

        for (uint32_t i = 0; i < offered; i++)
            some[i] = random_item(n);
        taken = emit(n, some, offered);
        for (uint32_t i = 0; i < taken; i++)
            memcpy(&want[some[i].destination - ARENA_BUS],
                   &want[some[i].source - ARENA_BUS], (size_t)some[i].length);
        items[n] += taken;
        all += taken;
        if (taken < offered || below(3) != 0)
            submit(n);
        moment();
    }
    for (uint32_t n = 0; n < count; n++)
        submit(n);
    for (uint32_t turn = 0; turn < 100; turn++) {
        run();
        isr();
    }
    for (uint32_t n = 0; n < count; n++) {
        expect_number("retired", driven.retired[n], items[n]);
        expect_number("fault", driven.fault[n], HAL_FAULT_NONE);
        expect_number("items", channels[n].dmac.counts.items, items[n]);
    }
    chip.engine.access = NULL;
    expect_order();
    return all;
}

static void test_random(void)
{
    uint32_t items = 0;

    check_case("100,000 random items of all channels arrive, byte by byte");
    world.seed = 80;
    while (items < 100000) {
        uint64_t seed = world.seed;

        items += random_round();
        if (chip.engine.violation || hooks.broken ||
            memcmp(arena, want, ARENA) != 0) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
}

int main(void)
{
    test_misbehaviour();
    test_announced_ends();
    test_random();
    return check_result();
}
