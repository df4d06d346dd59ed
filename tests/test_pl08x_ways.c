/* SPDX-License-Identifier: MIT */
/*
 * Defends the ways that the driver of the PL080 and PL081 goes: ports, fills,
 * cycles; and which it refuses.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/pl08x_world.h"

#include <string.h>

/* ---- Routes ---- */

static void test_refusals(void)
{
    static const struct {
        const char *what;
        struct hal_port port;
        uint64_t bus;
        enum iodma_status status;
    } cases[] = {
        { "a port of three bytes",
          { 0, 1, 3, 0, 1, 1 },
          PORT_BUS,
          IODMA_BAD_ARGUMENT },
        { "a port without a burst",
          { 0, 1, 4, 0, 0, 1 },
          PORT_BUS,
          IODMA_BAD_ARGUMENT },
        { "a burst that its FIFO cannot hold",
          { 0, 1, 4, 0, 4, 3 },
          PORT_BUS,
          IODMA_BAD_ARGUMENT },
        { "a port that is not aligned",
          { 0, 1, 4, 0, 1, 1 },
          PORT_BUS + 2,
          IODMA_BAD_ARGUMENT },
        { "a port of eight bytes",
          { 0, 1, 8, 0, 1, 1 },
          PORT_BUS,
          IODMA_UNSUPPORTED },
        { "a port that is not a FIFO",
          { 0, 1, 4, 4, 1, 1 },
          PORT_BUS,
          IODMA_UNSUPPORTED },
        { "request 16 of 16",
          { 0, 16, 4, 0, 1, 1 },
          PORT_BUS,
          IODMA_UNSUPPORTED },
        { "a port above 32 bits",
          { 0, 1, 4, 0, 1, 1 },
          0x100000000,
          IODMA_UNSUPPORTED },
    };
    static const struct hal_port good = { 0, 1, 4, 0, 1, 1 };
    static const struct hal_end from = { HAL_PORT, 0, &good, PORT_BUS };
    static const struct hal_end fill = { HAL_FILL, 1, NULL, 0 };
    static const struct hal_route ways[] = {
        { .rows = 2 },
        { .source = from, .destination = from },
        { .source = fill, .destination = from },
        { .destination = fill },
    };

    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(cases); i++) {
        struct hal_route way = along(&cases[i / 2].port, i % 2 == 0,
                                     (hal_address)cases[i / 2].bus);

        if (check_skips(cases[i / 2].what, cases[i / 2].bus))
            continue;
        begin(cases[i / 2].what, 8);
        expect_status("route", go(0, &way), cases[i / 2].status);
        batch(0, 0, 2); /* goes the former way */
        run();
        expect_progress(2, HAL_FAULT_NONE);
        expect_items(0, 2);
        expect_order();
    }
    begin("rows, and ends of which none is memory", 8);
    for (uint32_t i = 0; i < HAL_COUNT_OF(ways); i++)
        expect_status("route", go(0, &ways[i]), IODMA_UNSUPPORTED);
}

static void test_fill(void)
{
    begin("fills of every phase and length, at the ring's master", 64);
    channels[0].ring_master = 1;
    for (uint32_t i = 0; i < 16; i++) {
        struct hal_route way = { .source = { .kind = HAL_FILL,
                                             .fill = (uint8_t)(0xA0 + i) } };
        struct hal_item one = item(0, HALF + 64 * i + i % 4, 20 + i / 4);

        expect_status("route", go(0, &way), IODMA_OK);
        one.source = HAL_ADDRESS_MAX; /* is not looked at */
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        run();
        expect_progress(1, HAL_FAULT_NONE);
        memset(&want[one.destination - ARENA_BUS], 0xA0 + (int)i,
               (size_t)one.length);
    }
    expect_number("which is 2", channels[0].way.control >> 24 & 3, 1);
    expect_status("route back", go(0, &(struct hal_route){ .rows = 1 }),
                  IODMA_OK);
    batch(0, 50, 52);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(50, 52);
    expect_order();
}

/* Let the port ask for what it can hold, until nothing moves any more. */
static void serve(void)
{
    do
        chip.engine.ports[0].ready = chip.engine.ports[0].depth;
    while (step(FOREVER) != 0);
    isr();
}

static const struct {
    const char *what;
    uint32_t width;
    uint32_t burst;
    uint32_t code; /* of the burst, in Control */
    uint32_t request;
} ports[] = {
    { "bytes, one at a time", 1, 1, 0, LINE },
    { "halfwords, two at a time, which are asked for singly", 2, 2, 0, LINE },
    { "words, four at a time", 4, 4, 1, LINE },
    { "words, in bursts of 8 out of 15", 4, 15, 2, LINE },
    { "bytes, in bursts of 256", 1, 300, 7, LINE },
    { "words of a port that is always ready", 4, 4, 1, HAL_NO_REQUEST },
};

static void test_ports(void)
{
    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(ports); i++) {
        bool out = i % 2 == 0;
        struct hal_port at = port(ports[i / 2].width, ports[i / 2].burst);
        struct hal_route way = along(&at, out, PORT_BUS);
        uint32_t unit = ports[i / 2].width;
        struct hal_item items[2] = { item(0, HALF, 600 * unit),
                                     item(2400, HALF + 2400, 424 * unit) };
        uint32_t size = 1024 * unit;

        begin(ports[i / 2].what, 8);
        at.request = ports[i / 2].request;
        plug(&at, size);
        expect_status("route", go(0, &way), IODMA_OK);
        expect_number("burst of the source", channels[0].way.control >> 12 & 7,
                      ports[i / 2].code);
        expect_number("and destination", channels[0].way.control >> 15 & 7,
                      ports[i / 2].code);
        expect_number("taken", emit(0, items, 2), 2);
        submit(0);
        if (at.request != HAL_NO_REQUEST) {
            run();
            expect_number("bytes before it asks", chip.engine.ports[0].done, 0);
        }
        if (at.request == HAL_NO_REQUEST)
            chip.engine.ports[0].depth = FOREVER;
        else
            expect_residue(424 * unit, size);
        serve();
        expect_number("retired", driven.retired[0], 2);
        expect_number("bytes", chip.engine.ports[0].done, size);
        if (out) {
            expect_bytes("sent", port_bytes, want, 600 * unit);
            expect_bytes("and", &port_bytes[600 * unit], &want[2400],
                         424 * unit);
        } else {
            memcpy(&want[HALF], port_bytes, 600 * unit);
            memcpy(&want[HALF + 2400], &port_bytes[600 * unit], 424 * unit);
        }
        expect_order();
    }
    begin("memory that is not aligned to the port is refused", 8);
    {
        struct hal_port at = port(4, 1);
        struct hal_route way = along(&at, true, PORT_BUS);
        struct hal_item odd[2] = { item(2, 0, 4), item(4, 0, 6) };

        expect_status("route", go(0, &way), IODMA_OK);
        expect_number("taken", emit(0, &odd[0], 1) + emit(0, &odd[1], 1), 0);
    }
}

/* ---- Cycles ---- */

static const struct hal_route cycle = { .cyclic = true };

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

int main(void)
{
    test_refusals();
    test_fill();
    test_ports();
    test_cycles();
    return check_result();
}
