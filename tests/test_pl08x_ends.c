/* SPDX-License-Identifier: MIT */
/*
 * Defends what the driver of the PL080 and PL081 makes of the chip's answers:
 * periods, residue, halt, interrupts at any moment, misbehaviour.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/pl08x_world.h"

#include <stdio.h>
#include <string.h>

/* ---- Cycles ---- */

static const struct hal_route cycle = { .cyclic = true };

/* Steps of an item of the row that is fetched: four words in and out. */
enum { TURN = STEPS + 1 };

static void test_cycles(void)
{
    for (uint32_t periods = 1; periods <= 8; periods *= 2) {
        uint32_t reads;

        begin("every period interrupts once and is told once", 8);
        expect_status("route", go(0, &cycle), IODMA_OK);
        batch(0, 0, periods);
        expect_items(0, periods);
        for (uint32_t n = 0; n < 3 * periods; n++) {
            expect("no interrupt before", !asserted(0));
            (void)step(STEPS);
            expect("an interrupt at its end", asserted(0));
            (void)step(1);
            reads = chip.engine.reads;
            expect_progress(1, HAL_FAULT_NONE);
            expect_number("reads", chip.engine.reads - reads, 4);
            expect("the interrupt is gone", !asserted(0));
        }
        expect_number("doorbells", channels[0].dmac.counts.doorbells, 1);
        expect_number("halt", halt(1), 0);
        expect_dead();
        expect_order();
        expect_usable();
    }

    begin("a cycle may begin anywhere in the ring; three periods at once", 8);
    batch(0, 10, 15);
    run();
    expect_progress(5, HAL_FAULT_NONE);
    expect_items(10, 15);
    expect_status("route", go(0, &cycle), IODMA_OK);
    batch(0, 0, 7);
    expect_items(0, 7);
    for (uint32_t turn = 0; turn < 9; turn++) {
        (void)step(3 * TURN);
        expect_progress(3, HAL_FAULT_NONE);
    }
    expect_order();

    begin("a period is told of before the next one is fetched, and once", 8);
    expect_status("route", go(0, &cycle), IODMA_OK);
    batch(0, 0, 2);
    expect_items(0, 2);
    for (uint32_t turn = 0; turn < 9; turn++) {
        (void)step(turn == 0 ? STEPS : TURN);
        expect_progress(1, HAL_FAULT_NONE);
        if (turn % 2 == 0) {
            (void)step(1);
            expect_progress(0, HAL_FAULT_NONE);
            (void)step(STEPS);
            expect_progress(1, HAL_FAULT_NONE);
        }
    }
    expect_order();

    begin("the residue of a cycle is that of the turn", 8);
    expect_status("route", go(0, &cycle), IODMA_OK);
    batch(0, 0, 4);
    expect_items(0, 4);
    (void)step(TURN * 6); /* two into the second turn */
    expect_residue(1 * EACH, 2 * EACH);
    (void)step(4 + 1); /* one word is out */
    expect_number("halt", halt(1), 0);
    expect_residue(1 * EACH + 12, 1 * EACH + 12);
    expect_order();

    check_case("the next cycle begins with its first period");
    expect_status("start", start(0), IODMA_OK);
    expect_status("route", go(0, &cycle), IODMA_OK);
    batch(0, 0, 4);
    (void)step(TURN);
    expect_progress(1, HAL_FAULT_NONE);
    expect_order();

    begin("an LLI register that leads out of the cycle is a fault", 8);
    expect_status("route", go(0, &cycle), IODMA_OK);
    batch(0, 0, 4);
    (void)step(TURN);
    chip.channels[0].next = RING_BUS + 4 * 16;
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_residue(0, 4 * EACH);
    expect_number("halt", halt(1), 0);
    memcpy(want, arena, ARENA);
    expect_usable();
}

/* ---- Residue and halt ---- */

/* Bytes of the first items that have arrived. */
static uint32_t arrived(uint32_t items)
{
    uint32_t bytes = 0;

    for (uint32_t n = 0; n < items; n++) {
        for (uint32_t i = 0; i < EACH; i++)
            bytes += arena[HALF + 32 * n + i] == arena[32 * n + i];
    }
    return bytes;
}

/* So that what has arrived can be told from what has not. */
static void differ(uint32_t items)
{
    for (uint32_t n = 0; n < items; n++) {
        for (uint32_t i = 0; i < EACH; i++)
            arena[HALF + 32 * n + i] = (uint8_t)~arena[32 * n + i];
    }
}

static void expect_within(uint32_t left)
{
    struct hal_residue got = residue(0);

    if (!expect("the residue holds", got.least <= left && left <= got.most))
        printf("#   %u of %u to %u\n", (unsigned)left, (unsigned)got.least,
               (unsigned)got.most);
}

/* Three items run, two wait, one is not submitted. */
static void under_way(uint32_t steps)
{
    struct hal_item sixth = nth(5);

    set_up(8);
    (void)start(0);
    differ(6);
    batch(0, 0, 3);
    batch(0, 3, 5);
    expect_number("taken", emit(0, &sixth, 1), 1);
    (void)step(steps);
}

/* A batch of three, in its second item, whose link is at 32. */
static void test_links(void)
{
    static const uint32_t astray[] = { 0, 4, 32 + 4, 48, 64, 128, 128 + 32 };

    check_case("an LLI register that leads astray leaves all in doubt");
    for (uint32_t i = 0; i < HAL_COUNT_OF(astray); i++) {
        under_way(TURN + 4);
        expect_residue(4 * EACH, 5 * EACH);
        chip.channels[0].next = RING_BUS + astray[i];
        expect_residue(3 * EACH, 6 * EACH);
    }

    check_case("a count of 0 or too much says nothing of a halted item");
    under_way(TURN + 5);
    expect_number("halt", halt(1), 0);
    expect_residue(4 * EACH + 12, 4 * EACH + 12);
    chip.channels[0].bytes = 0;
    expect_residue(4 * EACH, 5 * EACH);
    chip.channels[0].bytes = EACH + 4;
    expect_residue(4 * EACH, 5 * EACH);
}

static void test_halt(void)
{
    static const struct {
        const char *what;
        uint32_t delay; /* steps until it stops */
        bool fails;
    } cases[] = {
        { "halted after any step, the residue is exact within an item", 0,
          false },
        { "the same if it takes its time to stop", 5, false },
        { "halted after an error, the item at fault is in doubt", 0, true },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        check_case(cases[i].what);
        for (uint32_t steps = 0; steps < 4 * TURN; steps++) {
            struct hal_residue got;

            under_way(steps);
            expect_within(6 * EACH - arrived(6));
            chip.engine.abort_delay = cases[i].delay;
            chip.engine.misbehaves =
                cases[i].fails ? ENGINE_FAILS : ENGINE_BEHAVES;
            world.pace = cases[i].delay != 0;
            if (cases[i].fails)
                (void)step(1);
            expect_number("halt", halt(1), 0);
            world.pace = 0;
            expect_within(6 * EACH - arrived(6));
            got = residue(0);
            expect("of one item at most", got.most - got.least <= EACH);
            /* where an item had ended and the next one was to be fetched */
            if (!cases[i].fails && arrived(6) % EACH != 0)
                expect_number("exact", got.most, got.least);
            if (cases[i].fails && chip.engine.misbehaves == ENGINE_BEHAVES)
                expect_number("one item", got.most - got.least, EACH);
            memcpy(want, arena, ARENA);
            expect_dead();
            expect_usable();
        }
    }

    begin("a batch that has ended unnoticed leaves what is behind it", 8);
    under_way(FOREVER);
    expect_number("halt", halt(1), 0);
    expect_residue(3 * EACH, 3 * EACH);
    memcpy(want, arena, ARENA);
    expect_dead();
    expect_number("halt again", halt(1), 0);
    expect_residue(4 * EACH, 4 * EACH); /* expect_dead() emits */
    expect_usable();

    begin("a resting channel, and one that was never started", 8);
    expect_number("halt", halt(2), 0);
    expect_dead();
    expect_usable();

    begin("one of three is stuck", 8);
    for (uint32_t n = 0; n < 3; n++) {
        (void)start(n);
        batch(n, 3 * n, 3 * n + 3);
    }
    (void)step(6);
    memcpy(want, arena, ARENA);
    chip.channels[1].closing = FOREVER;
    expect_number("halt", halt(3), 2);
    expect("the deadline has passed", hooks.ticks >= 100);
    expect("soon after", hooks.ticks < 110);

    begin("a controller that has left the bus is stuck", 8);
    batch(0, 0, 3);
    chip.engine.absent = true;
    expect_number("halt", halt(1), 1);
    expect_residue(0, 3 * EACH);
}

/* A port sends so many bytes of an item, in so many steps. */
static void send_by_port(uint32_t ready, uint32_t steps)
{
    struct hal_port at = port(1, 4);
    struct hal_route way = along(&at, false, PORT_BUS);
    struct hal_item one = item(0, HALF, 16);

    set_up(8);
    (void)start(0);
    plug(&at, 64);
    expect_status("route", go(0, &way), IODMA_OK);
    (void)emit(0, &one, 1);
    submit(0);
    chip.engine.ports[0].ready = ready;
    (void)step(steps);
}

static void test_drain(void)
{
    begin("what a port has sent is not lost", 8);
    for (uint32_t ready = 0; ready < 20; ready++) {
        struct hal_residue got;

        send_by_port(ready, ready + below(4));
        world.pace = 1;
        expect_number("halt", halt(1), 0);
        got = residue(0);
        expect_number("bytes left", got.least, 16 - chip.engine.ports[0].done);
        if (got.least != 0 || chip.engine.ports[0].done != 16)
            expect_number("exactly", got.most, got.least);
        memcpy(&want[HALF], port_bytes, chip.engine.ports[0].done);
        expect_order();
    }

    begin("a port that asks for nothing more does not hold halt up", 8);
    {
        struct hal_port at = port(4, 4);
        struct hal_route way = along(&at, true, PORT_BUS);
        struct hal_item one = item(0, HALF, 64);

        plug(&at, 64);
        expect_status("route", go(0, &way), IODMA_OK);
        (void)emit(0, &one, 1);
        submit(0);
        chip.engine.ports[0].ready = 4;
        run();
        expect_number("halt", halt(1), 0);
        expect("at once", hooks.ticks < 10);
        expect_residue(48, 48);
        expect_usable();
    }
}

/* ---- Interrupts at any register access ---- */

static uint32_t accesses_left;
static bool at_the_end; /* an error meets what reads like the end */

static void late_interrupt(void)
{
    if (accesses_left == 0 || --accesses_left != 0)
        return;
    chip.engine.access = NULL;
    run();
    if (at_the_end && chip.raw_error != 0) {
        chip.channels[0].bytes = 0;
        chip.channels[0].next = 0;
        chip.raw_tc = 1;
    }
    isr();
}

/* A port has sent half of an item; three bytes are in the FIFO. */
static void drain_under_way(void)
{
    send_by_port(8, 3);
}

/* The end of a batch falls on the n-th register access of a call. */
static void test_races(void)
{
    check_case("a batch that ends within halt");
    for (uint32_t access = 1; access < 20; access++) {
        under_way(access % 2 == 0 ? 3 : FOREVER);
        accesses_left = access;
        chip.engine.access = late_interrupt;
        expect_number("halt", halt(1), 0);
        chip.engine.access = NULL;
        expect_within(6 * EACH - arrived(6));
        memcpy(want, arena, ARENA);
        expect_dead();
        expect_usable();
    }

    check_case("an error while halt drains is one, whoever serves it");
    for (uint32_t access = 1; access < 20; access++) {
        drain_under_way();
        chip.engine.misbehaves = ENGINE_FAILS;
        accesses_left = access;
        chip.engine.access = late_interrupt;
        expect_number("halt", halt(1), 0);
        chip.engine.access = NULL;
        if (chip.engine.misbehaves == ENGINE_BEHAVES)
            expect_residue(0, 16); /* Control says nothing then */
    }

    check_case("a last access that fails while halt drains is no end");
    for (uint32_t access = 1; access < 20; access++) {
        drain_under_way();
        chip.engine.misbehaves = ENGINE_FAILS;
        at_the_end = true;
        accesses_left = access;
        chip.engine.access = late_interrupt;
        expect_number("halt", halt(1), 0);
        chip.engine.access = NULL;
        at_the_end = false;
        if (chip.engine.misbehaves == ENGINE_BEHAVES)
            expect_residue(0, 16);
    }

    check_case("an interrupt while halt drains is no fault, whoever serves it");
    for (uint32_t access = 1; access < 20; access++) {
        uint32_t left;

        drain_under_way();
        chip.engine.misbehaves = ENGINE_SPURIOUS;
        accesses_left = access;
        chip.engine.access = late_interrupt;
        expect_number("halt", halt(1), 0);
        chip.engine.access = NULL;
        left = 16 - (uint32_t)chip.engine.ports[0].done;
        expect_residue(left, left);
    }

    check_case("a batch that ends within submit of the next one");
    for (uint32_t access = 0; access < 10; access++) {
        set_up(8);
        (void)start(0);
        batch(0, 0, 3);
        if (access % 2 == 0)
            run();
        accesses_left = access;
        chip.engine.access = late_interrupt;
        batch(0, 3, 5);
        chip.engine.access = NULL;
        for (uint32_t turn = 0; turn < 3; turn++) {
            run();
            isr();
        }
        expect_number("retired", driven.retired[0], 5);
        expect_items(0, 5);
        expect_order();
    }
}

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
    test_cycles();
    test_links();
    test_halt();
    test_drain();
    test_races();
    test_misbehaviour();
    test_announced_ends();
    test_random();
    return check_result();
}
