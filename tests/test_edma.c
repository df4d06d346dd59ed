/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the eDMA: what the chip is told, when, and what is made
 * of its answers as long as all goes well.
 */
#include "hal/dmac/edma.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_rig.h"

#include <stdio.h>
#include <string.h>

enum { LINE = 20 }; /* of the port */

/* Start -------------------------------------------------------------------- */

static const struct {
    const char *what;
    hal_address bus;
    uint32_t size, slots, channel;
} set_ups[] = {
    { "start with a single slot: BadArgument", RING_BUS, 4096, 1, 3 },
    { "start with 6 slots: BadArgument", RING_BUS, 4096, 6, 3 },
    { "start with a ring short of a slot: BadArgument", RING_BUS, 128, 4, 3 },
    { "start with a ring off 32 bytes: BadArgument", RING_BUS + 16, 160, 4, 3 },
    { "start with a ring across 32 bits: BadArgument", 0xFFFFFFE0, 160, 4, 3 },
    { "start of channel 32: BadArgument", RING_BUS, 160, 4, 32 },
};

static void test_start(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(set_ups); i++) {
        check_case(set_ups[i].what);
        rig_set_up();
        rig.edmas[0].ring =
            (struct hal_shared){ rig.ring, set_ups[i].bus, set_ups[i].size };
        rig.edmas[0].slots = set_ups[i].slots;
        rig.edmas[0].channel = set_ups[i].channel;
        expect_status("start", start(0), IODMA_BAD_ARGUMENT);
        expect_number("writes", rig.chip.engine.writes, 0);
    }

    check_case("start with no place for lengths: BadArgument");
    rig_set_up();
    rig.edmas[0].lengths = NULL;
    expect_status("start", start(0), IODMA_BAD_ARGUMENT);
    expect_number("writes", rig.chip.engine.writes, 0);

    check_case("start of an absent chip: NotAttached");
    rig_set_up();
    rig.chip.engine.absent = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);

    check_case("start of a channel that somebody has enabled: Busy, untouched");
    rig_set_up();
    rig.chip.erq = BIT32(rig_numbers[0]);
    expect_status("start", start(0), IODMA_BUSY);
    expect_number("writes", rig.chip.engine.writes, 0);
    expect_status("another", start(1), IODMA_OK);
    rig_expect_order();

    rig_begin("start again, in the middle, empties the ring and the counts");
    batch(0, 0, 5);
    (void)engine_model_step(&rig.chip.engine, 4);
    expect_status("start", start(0), IODMA_OK);
    expect_number("items", rig.edmas[0].dmac.counts.items, 0);
    expect("no interrupt", !asserted(0));
    expect_number("steps", engine_model_step(&rig.chip.engine, 10), 0);
    rig_expect_usable();
}

/* Encoding ----------------------------------------------------------------- */

static const struct {
    const char *what;
    uint32_t from, to, length;
    uint32_t soff_attr, doff;
} elements[] = {
    { "bursts of 32 bytes", 0, 0, 64, 0x05050020, 32 },
    { "no elements of 16", 16, 0, 32, 0x03050008, 32 },
    { "double words", 8, 24, 24, 0x03030008, 8 },
    { "words to half words", 4, 2, 8, 0x02010004, 2 },
    { "a length of 2 is half words", 0, 0, 0x3FFE, 0x01010002, 2 },
    { "an odd address is bytes", 1, 4, 4, 0x00020001, 4 },
    { "an odd length is bytes", 32, 64, 33, 0x00000001, 1 },
    { "16 KiB is the most", 0, 0, 0x4000, 0x05050020, 32 },
};

static const struct {
    const char *what;
    struct wide_item item;
} unencodable[] = {
    { "emit refuses no bytes", { ARENA_BUS, ARENA_BUS, 0 } },
    { "emit refuses 16 KiB and one", { ARENA_BUS, ARENA_BUS, 0x4001 } },
    { "emit refuses 2^32 + 1 bytes", { 0, 0, 0x100000001 } },
    { "emit refuses a source above 32 bits", { 0x100000000, 0, 4 } },
    { "emit refuses a destination that ends there", { 0, 0xFFFFFFFC, 5 } },
    { "emit refuses a source that wraps", { HAL_ADDRESS_MAX - 3, 0, 8 } },
};

static void test_encoding(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(elements); i++) {
        struct hal_item one = { ARENA_BUS + elements[i].from,
                                ARENA_BUS + HALF + elements[i].to,
                                elements[i].length };

        rig_begin(elements[i].what);
        expect_number("taken", emit(0, &one, 1), 1);
        expect_number("SOFF, ATTR", from_le32(rig.ring[0][0].soff_attr),
                      elements[i].soff_attr);
        expect_number("DOFF, CITER", from_le32(rig.ring[0][0].doff_citer),
                      BIT32(16) | elements[i].doff);
        expect_number("DLAST_SGA", from_le32(rig.ring[0][0].dlast_sga),
                      RING_BUS + 32);
        expect_number("CSR before submit", from_le32(rig.ring[0][0].csr_biter),
                      0x10010);
        submit(0);
        expect_number("CSR of the last", from_le32(rig.ring[0][0].csr_biter),
                      0x1000A);
        rig_run(FOREVER);
        memcpy(&rig.want[HALF + elements[i].to], &rig.want[elements[i].from],
               elements[i].length);
        rig_expect_told(1, HAL_FAULT_NONE);
        rig_expect_order();
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(unencodable); i++) {
        const char *what = unencodable[i].what;
        struct hal_item items[3] = { nth(0), nth(0), nth(1) };

        if (check_skips_item(what, &unencodable[i].item, &items[1]))
            continue;
        rig_begin(what);
        expect_number("taken of three", emit(0, items, 3), 1);
        expect_number("taken of two", emit(0, &items[1], 2), 0);
        submit(0);
        rig_expect_items(0, 1);
        rig_run(FOREVER);
        rig_expect_told(1, HAL_FAULT_NONE);
        rig_expect_order();
    }
}

/* Batches ------------------------------------------------------------------ */

static void test_batches(void)
{
    rig_begin("a ring of 16 slots takes 15 items, round and round");
    for (uint32_t round = 0; round < 5; round++) {
        batch(0, 15 * round, 15 * round + 15);
        expect_number("taken", emit(0, &(struct hal_item){ 0, 0, 1 }, 1), 0);
        rig_run(FOREVER);
        rig_expect_told(15 * round + 15, HAL_FAULT_NONE);
    }
    rig_expect_items(0, 75);
    expect_number("doorbells", rig.edmas[0].dmac.counts.doorbells, 5);
    rig_expect_order();

    rig_begin("polled, a batch is told of when it is over");
    hooks.masked++;
    batch(0, 0, 3);
    expect_number("retired", reap(0).retired, 0);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    expect_number("retired", reap(0).retired, 3);
    expect_number("retired", reap(0).retired, 0);
    expect("no interrupt", !asserted(0));
    hooks.masked--;
    rig_expect_items(0, 3);
    rig_expect_order();

    rig_begin("a batch alone costs 11 writes and 6 reads, one publish");
    rig.chip.engine.reads = rig.chip.engine.writes = 0;
    batch(0, 0, 8);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    (void)reap(0);
    expect_number("publishes", hooks.published, 1);
    expect_number("reads", rig.chip.engine.reads, 6);
    expect_number("writes", rig.chip.engine.writes, 11);
    rig_expect_items(0, 8);
    rig_expect_order();

    rig_begin("a batch behind one at work costs 1 read until it is told of");
    batch(0, 0, 8);
    rig.chip.engine.reads = rig.chip.engine.writes = 0;
    batch(0, 8, 12);
    expect_number("reads", rig.chip.engine.reads, 1);
    expect_number("writes", rig.chip.engine.writes, 0);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    expect_number("retired", reap(0).retired, 12);
    rig_expect_items(0, 12);
    rig_expect_order();

    rig_begin("what another channel has to say stays said");
    rig.chip.interrupts = BIT32(19) | BIT32(4);
    batch(0, 0, 3);
    rig_run(FOREVER);
    rig_expect_told(3, HAL_FAULT_NONE);
    expect_number("halt", halt(1), 0);
    expect_number("INT", rig.chip.interrupts, BIT32(19) | BIT32(4));
    rig_expect_items(0, 3);
    rig_expect_order();
}

/* The append race -----------------------------------------------------------*/

/* A batch follows another that is `before` steps old; the chip takes so
   many more at the n-th access of submit. */
static bool append(uint32_t before, uint32_t access, uint32_t steps, bool serve)
{
    rig_set_up();
    (void)start(0);
    batch(0, 0, 2);
    (void)engine_model_step(&rig.chip.engine, before);
    hooks.moment = rig_isr;
    rig.intrusion.at = access;
    rig.intrusion.steps = steps;
    rig.intrusion.serve = serve;
    hooks.masked = !serve;
    batch(0, 2, 4);
    rig.intrusion.at = 0;
    if (rig.chip.load_clears_done) { /* it runs, whoever reaps or not */
        (void)engine_model_step(&rig.chip.engine, FOREVER);
        expect_number("moved, unreaped", rig.chip.engine.moved, 12);
    }
    hooks.masked = 0;
    rig_run(FOREVER);
    rig_expect_items(0, 4);
    rig_expect_told(4, HAL_FAULT_NONE);
    expect_number("moved", rig.chip.engine.moved, 12);
    expect_number("doorbells", rig.edmas[0].dmac.counts.doorbells, 2);
    rig_expect_order();
    return driven.retired[0] == 4 && rig.chip.engine.moved == 12;
}

static void append_everywhere(void)
{
    for (uint32_t before = 0; before < 9; before++) {
        for (uint32_t access = 0; access < 18; access++) {
            for (uint32_t steps = 0; steps < 9; steps++) {
                if (append(before, access, steps, false) &&
                    append(before, access, steps, true))
                    continue;
                printf("# %u steps old, %u at access %u\n", (unsigned)before,
                       (unsigned)steps, (unsigned)access);
                return;
            }
        }
    }
}

static void test_append(void)
{
    check_case("a batch is appended at any moment of the one before");
    rig.chip.load_clears_done = true;
    append_everywhere();
    check_case("the same where DONE outlives the load of a TCD");
    rig.chip.load_clears_done = false;
    append_everywhere();
}

/* Ports and fills ---------------------------------------------------------- */

static struct hal_port port = {
    .request = LINE, .width = 2, .burst = 4, .depth = 8
};

static const struct hal_end memory = { .kind = HAL_MEMORY };
static const struct hal_end at_port = { HAL_PORT, 0, &port, PORT_BUS };

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

/* A register that leads back to what has retired. */
static void test_lies(void)
{
    struct edma_model_tcd *loaded = &rig.chip.tcd[rig_numbers[0]];
    uint32_t link;

    rig_begin("what has retired is not under way again, whatever is read");
    hooks.masked++;
    batch(0, 0, 1);
    batch(0, 1, 2);
    while ((rig.chip.interrupts & BIT32(rig_numbers[0])) == 0)
        (void)engine_model_step(&rig.chip.engine, 1);
    link = (uint32_t)(rig.edmas[0].ring.bus + sizeof(struct edma_tcd));
    expect_number("retired", reap(0).retired, 1);
    loaded->dlast_sga = link;
    expect_number("left", residue(0).most, nth(1).length);
    rig.chip.interrupts |= BIT32(rig_numbers[0]);
    {
        struct hal_progress progress = reap(0);

        expect_number("retired", progress.retired, 0);
        expect_number("fault", progress.fault, HAL_FAULT_DESCRIPTOR);
    }
    hooks.masked--;
    rig_expect_items(0, 1);
    rig.chip.engine.violation = NULL; /* the lie led it astray */
    rig_expect_usable();
}

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
        *model = (struct model_port){ PORT_BUS,       2,    LINE, 8,
                                      rig.port_bytes, PORT, 0,    0 };
        (void)go(0, &(struct hal_route){ memory, at_port, 0, 0, 0, 0 });
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
    rig.chip.engine.ports[0] =
        (struct model_port){ PORT_BUS, 2, LINE, 8, rig.port_bytes, PORT, 0, 0 };
    rig.chip.engine.ports[0].ready = ready;
    hooks.masked++;
    (void)go(0, &(struct hal_route){ memory, at_port, 0, 0, 0, 0 });
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
        (void)go(1, &(struct hal_route){ memory, at_port, 0, 0, 0, 0 });
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
        *model = (struct model_port){ PORT_BUS,       2,    LINE, 8,
                                      rig.port_bytes, PORT, 0,    0 };
        expect_status("route",
                      go(0, &(struct hal_route){ memory, at_port, 0, 0, 0, 0 }),
                      IODMA_OK);
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

    test_paced_append();
    test_lets_go();
    test_registers();

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
    test_start();
    test_encoding();
    test_batches();
    test_append();
    test_lies();
    test_ports();
    test_routes();
    test_cycles();
    return check_result();
}
