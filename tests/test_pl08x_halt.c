/* SPDX-License-Identifier: MIT */
/*
 * Defends how the driver of the PL080 and PL081 stops a channel, and what it
 * says is left: at every step, with interrupts at any moment.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/pl08x_world.h"

#include <stdio.h>
#include <string.h>

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

int main(void)
{
    test_links();
    test_halt();
    test_drain();
    test_races();
    return check_result();
}
