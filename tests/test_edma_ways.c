/* SPDX-License-Identifier: MIT */
/*
 * Defends the ways that the driver of the eDMA goes: ports, fills, cycles; and
 * what it says of how far it is there.
 */
#include "hal/dmac/edma.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_rig.h"

#include <string.h>

enum { LINE = 20 }; /* of the port */

/* Ports and fills ---------------------------------------------------------- */

static struct hal_port port = {
    .request = LINE, .width = 2, .burst = 4, .depth = 8
};

static const struct hal_end memory = { .kind = HAL_MEMORY };
static const struct hal_end at_port = { HAL_PORT, 0, &port, PORT_BUS };
static const struct hal_route to_port = {
    .source = { .kind = HAL_MEMORY },
    .destination = { HAL_PORT, 0, &port, PORT_BUS },
};

/* Such a port, with requests for so many elements. */
static void plug(uint32_t ready)
{
    rig.chip.engine.ports[0] =
        (struct model_port){ PORT_BUS, 2, LINE, 8, rig.port_bytes, PORT, 0, 0 };
    rig.chip.engine.ports[0].ready = ready;
}

static const struct {
    const char *what;
    uint32_t length;
    uint32_t asked; /* accesses at a time      */
    uint32_t nbytes;
} bursts[] = {
    { "a request asks for a burst", 64, 4, 8 },
    { "what bursts do not divide goes in parts of one", 20, 2, 4 },
    { "an odd number of accesses goes one by one", 14, 1, 2 },
};

/* The TCD that a batch is appended to waits for a request, and may show the
   DONE of the one before. */
static void test_paced_append(void)
{
    struct model_port *model = &rig.chip.engine.ports[0];

    rig_begin("a batch is appended to one that waits for its port");
    for (uint32_t round = 0; round < 2 * 9; round++) {
        rig.chip.load_clears_done = round < 9;
        rig_set_up();
        (void)start(0);
        plug(0);
        (void)go(0, &to_port);
        for (uint32_t n = 0; n < 3; n++) {
            struct hal_item items[2] = { { ARENA_BUS + 16 * n, 0, 8 },
                                         { ARENA_BUS + 16 * n + 8, 0, 8 } };

            expect_number("taken", emit(0, items, 2), 2);
            submit(0);
            model->ready = 4; /* of the first item */
            rig_run(round % 9);
        }
        for (uint32_t turn = 0; turn < 10; turn++) {
            rig_run(FOREVER);
            model->ready = 4;
        }
        rig_expect_told(6, HAL_FAULT_NONE);
        expect_bytes("port", rig.port_bytes, rig.arena, 48);
        rig_expect_order();
    }
    rig.chip.load_clears_done = false;
}

static void begin_to_port(uint32_t channel, uint32_t offset)
{
    struct hal_item one = { ARENA_BUS + offset, 0, 8 };

    expect_number("taken", emit(channel, &one, 1), 1);
    submit(channel);
}

static void set_up_port(uint32_t ready)
{
    rig_set_up();
    (void)start(0);
    (void)start(1);
    plug(ready);
    hooks.masked++;
    (void)go(0, &to_port);
}

/* No two channels may name the same line: who retires the last item has let go
   of it. */
static void test_lets_go(void)
{
    uint32_t both = 0; /* looks that found both batches over */
    struct hal_progress progress;

    check_case(
        "a batch that ends while another is told of lets go of its line");
    for (uint32_t access = 1; access < 12; access++) {
        set_up_port(8);
        begin_to_port(0, 0);
        begin_to_port(0, 16);
        while (!asserted(0))
            (void)engine_model_step(&rig.chip.engine, 1);
        rig.intrusion.at = access;
        rig.intrusion.steps = 100;
        progress = reap(0);
        rig.intrusion.at = 0;
        hooks.masked--;
        expect_number("fault", progress.fault, HAL_FAULT_NONE);
        if (progress.retired != 2)
            continue;
        both++;
        expect_number("CHCFG", rig.chip.mux[rig_numbers[0]], 0);
        (void)go(1, &to_port);
        begin_to_port(1, 32);
        rig_expect_order();
    }
    expect("such looks", both > 1);

    check_case("its line is let go of, whatever the next way is");
    set_up_port(4);
    begin_to_port(0, 0);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    rig.chip.erq |= BIT32(rig_numbers[0]); /* a chip that is late with it */
    expect_number("retired", reap(0).retired, 1);
    rig.chip.erq &= ~BIT32(rig_numbers[0]);
    (void)go(0, &(struct hal_route){ .rows = 0 });
    rig.chip.interrupts |= BIT32(rig_numbers[0]);
    (void)reap(0);
    hooks.masked--;
    expect_number("CHCFG", rig.chip.mux[rig_numbers[0]], 0);
    rig_expect_order();
}

/* A bank of registers in memory, two words from one to the next. */
static void test_registers(void)
{
    static const struct hal_port bank = {
        .request = HAL_NO_REQUEST, .width = 4, .increment = 8, 1, 1
    };
    const struct hal_end first = { HAL_PORT, 0, &bank, ARENA_BUS + HALF };
    const struct hal_end last = { HAL_PORT, 0, &bank, 0xFFFFFFE8 };
    struct hal_route way = { .source = memory, .destination = first };
    struct hal_item items[2] = { { ARENA_BUS, 0, 12 },
                                 { ARENA_BUS + 64, 0, 8 } };

    rig_begin("registers in a row go on from item to item, out and in");
    expect_status("out", go(0, &way), IODMA_OK);
    expect_number("taken", emit(0, items, 2), 2);
    submit(0);
    rig_run(FOREVER);
    for (uint32_t i = 0; i < 5; i++)
        memcpy(&rig.want[HALF + 8 * i], &rig.want[i < 3 ? 4 * i : 52 + 4 * i],
               4);
    rig_expect_told(2, HAL_FAULT_NONE);

    way = (struct hal_route){ .source = first, .destination = memory };
    items[0] = (struct hal_item){ 0, ARENA_BUS + 128, 8 };
    items[1] = (struct hal_item){ 0, ARENA_BUS + 192, 12 };
    expect_status("in", go(0, &way), IODMA_OK);
    expect_number("taken", emit(0, items, 2), 2);
    submit(0);
    rig_run(FOREVER);
    for (uint32_t i = 0; i < 5; i++)
        memcpy(&rig.want[i < 2 ? 128 + 4 * i : 184 + 4 * i],
               &rig.want[HALF + 8 * i], 4);
    rig_expect_told(4, HAL_FAULT_NONE);
    rig_expect_order();

    rig_begin("and not beyond 32 bits");
    way.source = last;
    items[1] = (struct hal_item){ 0, ARENA_BUS, 4 };
    expect_status("route", go(0, &way), IODMA_OK);
    items[0] = (struct hal_item){ 0, ARENA_BUS, 16 };
    expect_number("at once", emit(0, items, 1), 0);
    items[0].length = 12;
    expect_number("to the last one", emit(0, items, 2), 1);
    rig_expect_order();
}

static void test_ports(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(bursts); i++) {
        struct hal_item one = { ARENA_BUS + 2, 0, bursts[i].length };
        struct model_port *model = &rig.chip.engine.ports[0];
        struct hal_residue left;

        rig_begin(bursts[i].what);
        plug(0);
        expect_status("route", go(0, &to_port), IODMA_OK);
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        expect_number("NBYTES", from_le32(rig.ring[0][0].nbytes),
                      bursts[i].nbytes);
        while (model->done < bursts[i].length) {
            size_t done = model->done;

            rig_run(FOREVER);
            expect_number("nothing unasked", model->done, done);
            left = residue(0);
            expect_number("most", left.most, bursts[i].length - done);
            expect("least", left.least <= left.most &&
                                left.least + bursts[i].nbytes >= left.most);
            model->ready = bursts[i].asked;
            rig_run(FOREVER);
            if (!expect("something asked for", model->done > done))
                return;
        }
        rig_expect_told(1, HAL_FAULT_NONE);
        expect_bytes("port", rig.port_bytes, &rig.arena[2], bursts[i].length);
        rig_expect_order();
    }
}

static void test_fast_port(void)
{
    rig_begin("a port that is always ready is not waited for");
    port.request = HAL_NO_REQUEST;
    rig.chip.engine.ports[0] =
        (struct model_port){ PORT_BUS,       2,    UINT32_MAX, 8,
                             rig.port_bytes, PORT, 0,          PORT };
    expect_status("route",
                  go(0, &(struct hal_route){ at_port, memory, 0, 0, 0, 0 }),
                  IODMA_OK);
    port.request = LINE;
    expect_number("an address off its width",
                  emit(0, &(struct hal_item){ 0, ARENA_BUS + 1, 4 }, 1), 0);
    expect_number("a length off its width",
                  emit(0, &(struct hal_item){ 0, ARENA_BUS, 5 }, 1), 0);
    rig_expect_order();
}

/* The chip goes on at any access of residue, from an item of many minor loops
   to one of few, and back. */
static void test_residue(void)
{
    static const uint32_t lengths[] = { 64, 8, 48 };

    check_case("a residue is that of some moment, however items are asked for");
    for (uint32_t i = 0; i < 60 * 8 * 4; i++) {
        struct hal_residue left;
        uint32_t offset = 0;
        size_t before;

        set_up_port(PORT);
        for (uint32_t n = 0; n < HAL_COUNT_OF(lengths); n++) {
            struct hal_item one = { ARENA_BUS + offset, 0, lengths[n] };

            expect_number("taken", emit(0, &one, 1), 1);
            offset += lengths[n];
        }
        submit(0);
        (void)engine_model_step(&rig.chip.engine, i % 60);
        rig.intrusion.at = 1 + i / 60 % 8;
        rig.intrusion.steps = 1 + i / 480;
        before = rig.chip.engine.ports[0].done;
        left = residue(0);
        rig.intrusion.at = 0;
        hooks.masked--;
        expect("least", left.least <= offset - before);
        expect("most", left.most >= offset - rig.chip.engine.ports[0].done);
        expect("the item under way at most",
               left.most - left.least <= lengths[0]);
    }
}

static const struct {
    const char *what;
    struct hal_port port;
    uint64_t bus;
    enum iodma_status want;
} no_ports[] = {
    { "a port of 3 bytes: BadArgument",
      { 0, 1, 3, 0, 1, 1 },
      0,
      IODMA_BAD_ARGUMENT },
    { "a port without a burst: BadArgument",
      { 0, 1, 1, 0, 0, 1 },
      0,
      IODMA_BAD_ARGUMENT },
    { "a burst above the depth: BadArgument",
      { 0, 1, 1, 0, 2, 1 },
      0,
      IODMA_BAD_ARGUMENT },
    { "a port off its width: BadArgument",
      { 0, 1, 4, 0, 1, 1 },
      2,
      IODMA_BAD_ARGUMENT },
    { "a port of 16 bytes: Unsupported",
      { 0, 1, 16, 0, 1, 1 },
      0,
      IODMA_UNSUPPORTED },
    { "request 128: Unsupported",
      { 0, 128, 1, 0, 1, 1 },
      0,
      IODMA_UNSUPPORTED },
    { "an increment off the width: Unsupported",
      { 0, 1, 4, 2, 1, 1 },
      0,
      IODMA_UNSUPPORTED },
    { "a port above 32 bits: Unsupported",
      { 0, 1, 1, 0, 1, 1 },
      0x100000000,
      IODMA_UNSUPPORTED },
};

static void test_routes(void)
{
    static const struct hal_end fill = { .kind = HAL_FILL, .fill = 0x5A };

    for (uint32_t i = 0; i < HAL_COUNT_OF(no_ports); i++) {
        struct hal_route way = { .source = memory };

        if (check_skips(no_ports[i].what, no_ports[i].bus))
            continue;
        rig_begin(no_ports[i].what);
        way.destination = (struct hal_end){ HAL_PORT, 0, &no_ports[i].port,
                                            (hal_address)no_ports[i].bus };
        expect_status("route", go(0, &way), no_ports[i].want);
        batch(0, 0, 2); /* the former route is in force */
        rig_run(FOREVER);
        rig_expect_items(0, 2);
        rig_expect_told(2, HAL_FAULT_NONE);
        rig_expect_order();
    }

    rig_begin("rows are Unsupported: an item each");
    expect_status("route",
                  go(0, &(struct hal_route){ memory, memory, 2, 64, 64, 0 }),
                  IODMA_UNSUPPORTED);
    expect_status("from a fill to a port",
                  go(0, &(struct hal_route){ fill, at_port, 0, 0, 0, 0 }),
                  IODMA_UNSUPPORTED);
    rig_expect_order();

    rig_begin("a fill writes its byte and nothing else");
    expect_status("route",
                  go(0, &(struct hal_route){ fill, memory, 0, 0, 0, 0 }),
                  IODMA_OK);
    expect_number("taken",
                  emit(0,
                       (struct hal_item[]){ { 0, ARENA_BUS + HALF, 128 },
                                            { 0, ARENA_BUS + HALF + 201, 7 } },
                       2),
                  2);
    submit(0);
    rig_run(FOREVER);
    memset(&rig.want[HALF], 0x5A, 128);
    memset(&rig.want[HALF + 201], 0x5A, 7);
    expect_number("moved", rig.chip.engine.moved, 11);
    rig_expect_told(2, HAL_FAULT_NONE);
    rig_expect_order();
}

/* Cycles ------------------------------------------------------------------- */

static void begin_cycle(uint32_t periods)
{
    expect_status("route",
                  go(0, &(struct hal_route){ memory, memory, 0, 0, 0, true }),
                  IODMA_OK);
    batch(0, 0, periods);
    rig_expect_items(0, periods);
}

static void test_cycles(void)
{
    rig_begin("each period is told of, turn after turn");
    batch(0, 5, 8);
    rig_run(FOREVER);
    rig_expect_items(5, 8);
    driven.retired[0] = 0;
    begin_cycle(3);
    for (uint32_t i = 1; i <= 20; i++) {
        while (driven.retired[0] < i)
            rig_run(1);
        expect_number("periods", driven.retired[0], i);
        expect("as many moved", rig.chip.engine.moved >= 9 + 3 * i &&
                                    rig.chip.engine.moved < 9 + 3 * i + 3);
    }
    expect_number("halt", halt(1), 0);
    expect("a residue of a turn", residue(0).most <= 36);
    rig_run(FOREVER);
    rig_expect_usable();

    rig_begin("an interrupt between two periods is none");
    begin_cycle(3);
    while (driven.retired[0] < 4)
        rig_run(1);
    rig.chip.interrupts |= BIT32(rig_numbers[0]);
    expect_number("retired", reap(0).retired, 0);

    rig_begin("of a cycle of one period each end is told of");
    begin_cycle(1);
    rig_run(4 * 10); /* three elements and a TCD */
    expect_number("periods", driven.retired[0], 10);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();

    rig_begin("turns that nobody looked at cannot be told apart");
    begin_cycle(3);
    (void)engine_model_step(&rig.chip.engine, 4 * 3 * 5 + 4 * 2);
    (void)reap(0);
    expect_number("periods", driven.retired[0], 2);
    expect_number("halt", halt(1), 0);
    rig_expect_usable();
}

int main(void)
{
    test_ports();
    test_paced_append();
    test_lets_go();
    test_registers();
    test_fast_port();
    test_residue();
    test_routes();
    test_cycles();
    return check_result();
}
