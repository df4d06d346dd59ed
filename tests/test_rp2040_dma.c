/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the RP2040's DMA controller: what the chip is told to
 * do, when it is told, and what is made of its answers while all is well.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/rp2040_dma_regs.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/rp2040_rig.h"

#include <string.h>

enum { SLOTS = 64 }; /* of the largest ring */

static struct rp2040_dma *const dma = &rig.engines[0];

/* A word of a slot of the ring. */
static uint32_t block(uint32_t slot, uint32_t word)
{
    le32 value;

    memcpy(&value, &rig.rings[0][16 * slot + 4 * word], sizeof value);
    return from_le32(value);
}

/* ---- Start ---- */

static const struct {
    const char *what;
    uint64_t bus;
    uint32_t size, slots, control, line, periods;
} set_ups[] = {
    { "two slots", RING_BUS, ROOM, 2, 1, 0, 0 },
    { "slots that are no power of two", RING_BUS, ROOM, 6, 1, 0, 0 },
    { "a ring one byte short", RING_BUS, 91, 4, 1, 0, 0 },
    { "a ring above 32 bits", 0x100000000, ROOM, 4, 1, 0, 0 },
    { "a ring across the end of 32 bits", 0xFFFFFFF0, ROOM, 4, 1, 0, 0 },
    { "a ring that is not on words", RING_BUS + 2, ROOM, 4, 1, 0, 0 },
    { "a ring at 0, which is a null trigger", 0, ROOM, 4, 1, 0, 0 },
    { "one channel for both", RING_BUS, ROOM, 4, 0, 0, 0 },
    { "a channel that there is not", RING_BUS, ROOM, 4, 12, 0, 0 },
    { "a line that there is not", RING_BUS, ROOM, 4, 1, 2, 0 },
    { "more periods than slots are for", RING_BUS, ROOM, 4, 1, 0, 3 },
};

static void each_access_finds_no_power(void)
{
    engine_model_power_cycle(&rig.chip.engine);
}

static void test_start(void)
{
    static const uint8_t others[] = { 0, 1 };

    for (uint32_t i = 0; i < HAL_COUNT_OF(set_ups); i++) {
        if (check_skips(set_ups[i].what, set_ups[i].bus))
            continue;
        check_case(set_ups[i].what);
        rig_set_up(set_ups[i].slots);
        dma->ring.bus = (hal_address)set_ups[i].bus;
        dma->ring.size = set_ups[i].size;
        dma->control = set_ups[i].control;
        dma->line = set_ups[i].line;
        dma->dmac.periods = set_ups[i].periods;
        expect_status("start", rig_start(0), IODMA_BAD_ARGUMENT);
        expect_number("writes", rig.chip.engine.writes, 0);
    }

    check_case("no place for lengths");
    rig_set_up(4);
    dma->lengths = NULL;
    expect_status("start", rig_start(0), IODMA_BAD_ARGUMENT);
    expect_number("writes", rig.chip.engine.writes, 0);

    check_case("no ring");
    rig_set_up(4);
    dma->ring.cpu = NULL;
    expect_status("start", rig_start(0), IODMA_BAD_ARGUMENT);

    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(others); i++) {
        struct rp2040_model_channel *other = &rig.chip.channels[others[i / 2]];

        check_case(i % 2 == 0 ? "a channel that others have enabled: Busy"
                              : "a channel that others have paused: Busy");
        rig_set_up(4);
        other->ctrl = i % 2 == 0 ? RP2040_CTRL_EN : 0;
        other->busy = i % 2 != 0;
        expect_status("start", rig_start(0), IODMA_BUSY);
        expect_number("halt", rig_halt(), STOPPED);
        expect_number("writes", rig.chip.engine.writes, 0);
        expect_order();
    }

    check_case("start clears what others have left behind");
    rig_set_up(8);
    for (uint32_t i = 0; i < HAL_COUNT_OF(others); i++)
        rig.chip.channels[others[i]].ctrl = RP2040_CTRL_ERRORS;
    rig.chip.intr = 3;
    expect_status("start", rig_start(0), IODMA_OK);
    rig_run(FOREVER);
    expect("no interrupt", !asserted(0));
    batch(0, 0, 1);
    expect_items(0, 1);
    rig_run(FOREVER);
    expect_progress(1, HAL_FAULT_NONE);
    expect_order();

    check_case("channels that others have taken after halt: Busy");
    rig_set_up(4);
    expect_status("start", rig_start(0), IODMA_OK);
    expect_number("halt", rig_halt(), STOPPED);
    mmio_write32(RP2040_MODEL_BUS + 0x10, 1);
    expect_status("start", rig_start(0), IODMA_BUSY);

    check_case("an absent chip: NotAttached");
    rig_set_up(4);
    rig.chip.engine.absent = true;
    expect_status("start", rig_start(0), IODMA_NOT_ATTACHED);

    check_case("a chip in reset, which keeps nothing: NotAttached");
    rig_set_up(4);
    rig.chip.engine.access = each_access_finds_no_power;
    expect_status("start", rig_start(0), IODMA_NOT_ATTACHED);

    rig_begin("start of an engine that runs empties the ring and the counts",
              8);
    batch(0, 0, 3);
    rig_run(7);
    expect_status("start", rig_start(0), IODMA_OK);
    memcpy(rig.want, rig.arena, ARENA);
    expect_number("items", dma->dmac.counts.items, 0);
    rig_run(FOREVER);
    expect("no interrupt", !asserted(0));
    expect_usable();
}

/* ---- Encoding ---- */

static const struct {
    const char *what;
    uint32_t source, destination, length, size, count;
} encodings[] = {
    { "words, of multiples of 4", 0x20000004, 0x30000008, 12, 2, 3 },
    { "halfwords, of a source", 0x20000002, 0x30000008, 12, 1, 6 },
    { "halfwords, of a length", 0x20000004, 0x30000008, 14, 1, 7 },
    { "bytes, of a destination", 0x20000004, 0x30000009, 12, 0, 12 },
    { "the most that is counted", 0, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF },
    { "the last word of 32 bits", 0xFFFFFFFC, 0xFFFFFFF8, 4, 2, 1 },
};

static const struct hal_port bytewise = { PORT_BUS, 20, 1, 0, 1, 4 };
static const struct hal_port halfwise = { PORT_BUS, 21, 2, 0, 1, 4 };
static const struct hal_port wordwise = { PORT_BUS, 22, 4, 0, 1, 4 };
static const struct hal_port ready = { PORT_BUS, HAL_NO_REQUEST, 4, 0, 9, 9 };

static struct hal_route way(uint8_t from, uint8_t to,
                            const struct hal_port *with)
{
    hal_address bus = with ? with->address : 0;

    return (struct hal_route){
        .source = { .kind = from, .fill = 0xA5, .port = with, .bus = bus },
        .destination = { .kind = to, .port = with, .bus = bus },
    };
}

static enum iodma_status go_by(struct hal_route route)
{
    return go(0, &route);
}

static const struct {
    const char *what;
    struct wide_item item;
    const struct hal_port *port; /* from memory to it; NULL: to memory */
} unencodable[] = {
    { "no bytes", { ARENA_BUS, ARENA_BUS, 0 }, NULL },
    { "2^32 bytes", { 0, 0, 0x100000000 }, NULL },
    { "a source above 32 bits", { 0x100000000, ARENA_BUS, 4 }, NULL },
    { "a destination above 32 bits", { ARENA_BUS, 0x100000000, 4 }, NULL },
    { "a source that ends above 32 bits", { 0xFFFFFFFC, ARENA_BUS, 5 }, NULL },
    { "a destination that wraps", { ARENA_BUS, HAL_ADDRESS_MAX - 3, 8 }, NULL },
    { "half an element of a port", { ARENA_BUS, 0, 6 }, &wordwise },
    { "an odd address for a port", { ARENA_BUS + 1, 0, 4 }, &halfwise },
};

static void test_encoding(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(encodings); i++) {
        struct hal_item one = { encodings[i].source, encodings[i].destination,
                                encodings[i].length };

        rig_begin(encodings[i].what, 4);
        expect_number("taken", emit(0, &one, 1), 1);
        expect_number("size", block(0, 0) >> 2 & 3, encodings[i].size);
        expect_number("source", block(0, 1), one.source);
        expect_number("destination", block(0, 2), one.destination);
        expect_number("count", block(0, 3), encodings[i].count);
        expect_number("doorbells", dma->dmac.counts.doorbells, 0);
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(unencodable); i++) {
        const struct hal_port *with = unencodable[i].port;
        struct hal_item items[3] = { rig_item(0, HALF, 4),
                                     rig_item(4, HALF + 4, 4),
                                     rig_item(4, HALF + 4, 4) };

        if (check_skips_item(unencodable[i].what, &unencodable[i].item,
                             &items[1]))
            continue;
        rig_begin(unencodable[i].what, 8);
        if (with)
            expect_status("route", go_by(way(HAL_MEMORY, HAL_PORT, with)),
                          IODMA_OK);
        expect_number("taken of three", emit(0, items, 3), 1);
        expect_number("taken of two", emit(0, &items[1], 2), 0);
        expect_number("items", dma->dmac.counts.items, 1);
    }
}

/* ---- Routes ---- */

#define NONE HAL_NO_REQUEST

static const struct {
    const char *what;
    uint64_t address;
    uint32_t request;
    uint8_t width, increment, burst;
    enum iodma_status status;
} ports[] = {
    { "a port of bytes", PORT_BUS, 0, 1, 0, 1, IODMA_OK },
    { "a port on a timer", PORT_BUS, 62, 4, 0, 1, IODMA_OK },
    { "a port that is always ready", PORT_BUS, NONE, 2, 0, 8, IODMA_OK },
    { "a port of 8 bytes", PORT_BUS, 1, 8, 0, 1, IODMA_UNSUPPORTED },
    { "a port of 3 bytes", PORT_BUS, 1, 3, 0, 1, IODMA_BAD_ARGUMENT },
    { "a port of no bursts", PORT_BUS, 1, 4, 0, 0, IODMA_BAD_ARGUMENT },
    { "a port that asks for bursts", PORT_BUS, 1, 4, 0, 4, IODMA_UNSUPPORTED },
    { "a port of many registers", PORT_BUS, 1, 4, 4, 1, IODMA_UNSUPPORTED },
    { "a port on no line", PORT_BUS, 63, 4, 0, 1, IODMA_UNSUPPORTED },
    { "a port between words", PORT_BUS + 2, 1, 4, 0, 1, IODMA_BAD_ARGUMENT },
    { "a port above 32 bits", 0x100000000, 1, 4, 0, 1, IODMA_UNSUPPORTED },
};

static void test_routes(void)
{
    struct hal_route rows = { .rows = 2 };

    for (uint32_t i = 0; i < HAL_COUNT_OF(ports); i++) {
        struct hal_port one = { (hal_address)ports[i].address,
                                ports[i].request,
                                ports[i].width,
                                ports[i].increment,
                                ports[i].burst,
                                8 };

        if (check_skips(ports[i].what, ports[i].address))
            continue;
        rig_begin(ports[i].what, 8);
        expect_status("to it", go_by(way(HAL_MEMORY, HAL_PORT, &one)),
                      ports[i].status);
        expect_status("from it", go_by(way(HAL_PORT, HAL_MEMORY, &one)),
                      ports[i].status);
    }
    rig_begin("what it cannot is refused, and the former route stays", 8);
    expect_status("rows", go_by(rows), IODMA_UNSUPPORTED);
    expect_status("port to port", go_by(way(HAL_PORT, HAL_PORT, &bytewise)),
                  IODMA_UNSUPPORTED);
    expect_status("fill of a port", go_by(way(HAL_FILL, HAL_PORT, &bytewise)),
                  IODMA_UNSUPPORTED);
    expect_status("to a fill", go_by(way(HAL_MEMORY, HAL_FILL, NULL)),
                  IODMA_UNSUPPORTED);
    expect_usable();

    rig_begin("the route of a port leaves nothing behind", 8);
    expect_status("to it", go_by(way(HAL_MEMORY, HAL_PORT, &wordwise)),
                  IODMA_OK);
    expect_status("back", go_by(way(HAL_MEMORY, HAL_MEMORY, NULL)), IODMA_OK);
    batch(0, 0, 3);
    expect_items(0, 3);
    rig_run(FOREVER);
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();

    rig_begin("a fill writes one byte over and over, in any width", 8);
    expect_status("route", go_by(way(HAL_FILL, HAL_MEMORY, NULL)), IODMA_OK);
    batch(0, 0, 3);
    for (uint32_t n = 0; n < 3; n++)
        memset(&rig.want[HALF + 16 * n], 0xA5, (size_t)nth(n).length);
    rig_run(FOREVER);
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();
}

static void test_ports(void)
{
    static const struct hal_port *const all[] = { &bytewise, &halfwise,
                                                  &wordwise, &ready };

    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(all); i++) {
        const struct hal_port *with = all[i / 2];
        struct hal_item items[2] = { rig_item(8, HALF, 24),
                                     rig_item(64, HALF + 24, 16) };
        bool out = i % 2 == 0;
        struct model_port *chips = &rig.chip.engine.ports[0];

        rig_begin(out ? "memory to a port, as it asks"
                      : "a port to memory, as it asks",
                  8);
        *chips = (struct model_port){
            PORT_BUS, with->width, with->request, with->depth, rig.bytes, 40, 0,
            0
        };
        memcpy(rig.bytes, &rig.arena[200], 40);
        expect_status("route",
                      go_by(out ? way(HAL_MEMORY, HAL_PORT, with)
                                : way(HAL_PORT, HAL_MEMORY, with)),
                      IODMA_OK);
        expect_number("taken", emit(0, items, 2), 2);
        submit(0);
        if (with->request == HAL_NO_REQUEST)
            chips->ready = 10;
        for (uint32_t n = 0; n < 40 / with->width; n++) {
            rig_run(FOREVER);
            if (with->request != HAL_NO_REQUEST) {
                expect_number("done", chips->done, n * with->width);
                chips->ready++;
            }
        }
        rig_run(FOREVER);
        expect_progress(2, HAL_FAULT_NONE);
        expect_number("done", chips->done, 40);
        expect_bytes("in order", out ? rig.bytes : &rig.arena[HALF],
                     &rig.arena[out ? 8 : 200], 24);
        expect_bytes("in order", out ? &rig.bytes[24] : &rig.arena[HALF + 24],
                     &rig.arena[out ? 64 : 224], 16);
        memcpy(rig.want, rig.arena, ARENA);
        expect_order();
    }
}

/* ---- Batches ---- */

static void test_batches(void)
{
    struct hal_item items[SLOTS];
    uint32_t most;

    for (uint32_t n = 0; n < SLOTS; n++)
        items[n] = nth(n);
    for (uint32_t slots = 4; slots <= SLOTS; slots *= 2) {
        rig_begin("a ring takes two items less than it has slots", slots);
        most = slots - 2;
        for (uint32_t round = 0; round < 5; round++) {
            expect_number("taken", emit(0, items, SLOTS), most);
            expect_number("taken of a full ring", emit(0, items, SLOTS), 0);
            submit(0);
            expect_number("taken after submit", emit(0, items, SLOTS), 0);
            rig_run(FOREVER);
            expect_progress(most, HAL_FAULT_NONE);
        }
        expect_items(0, most);
        expect_number("doorbells", dma->dmac.counts.doorbells, 5);
        expect_order();
    }

    rig_begin("three batches in the ring run one by one, in order", 16);
    batch(0, 0, 2);
    batch(0, 2, 3);
    batch(0, 3, 7);
    rig_run(FOREVER);
    expect_progress(2, HAL_FAULT_NONE);
    rig_run(FOREVER);
    expect_progress(1, HAL_FAULT_NONE);
    rig_run(FOREVER);
    expect_progress(4, HAL_FAULT_NONE);
    expect_progress(0, HAL_FAULT_NONE);
    expect_items(0, 7);
    expect_number("doorbells", dma->dmac.counts.doorbells, 3);
    expect_order();

    rig_begin(
        "what is not submitted does not run; submit of nothing is nothing", 8);
    submit(0);
    expect_number("publishes", hooks.published, 0);
    batch(0, 0, 2);
    expect_number("taken", emit(0, items, 1), 1);
    rig_run(FOREVER);
    expect_progress(2, HAL_FAULT_NONE);
    rig_run(FOREVER);
    expect_items(0, 2);
    expect_number("doorbells", dma->dmac.counts.doorbells, 1);
    expect_order();

    rig_begin("an end beyond that of the batch under way is a fault", 16);
    hooks.masked++;
    batch(0, 0, 2);
    batch(0, 2, 4);
    (void)engine_model_step(&rig.chip.engine, FOREVER);
    rig.chip.channels[rig.engines[0].control].read_addr +=
        3 * sizeof(struct rp2040_block);
    {
        struct hal_progress progress = reap(0);

        expect_number("retired", progress.retired, 0);
        expect_number("fault", progress.fault, HAL_FAULT_DESCRIPTOR);
    }
    hooks.masked--;
    expect_items(0, 2);
    expect_usable();
    expect_order();

    rig_begin("indices wrap past 2^32", 8);
    dma->filled = dma->told = dma->retired = UINT32_MAX - 7;
    for (uint32_t n = 0; n < 30; n += 3) {
        batch(0, n, n + 3);
        rig_run(FOREVER);
        expect_progress(3, HAL_FAULT_NONE);
    }
    expect_items(0, 30);
    expect_order();

    rig_begin("a batch costs four reads and two writes, whatever its length",
              64);
    for (uint32_t n = 0; n < 3; n++) {
        rig.chip.engine.reads = 0;
        rig.chip.engine.writes = 0;
        batch(0, 0, 1 + 20 * n);
        rig_run(FOREVER);
        expect_progress(1 + 20 * n, HAL_FAULT_NONE);
        expect_number("reads", rig.chip.engine.reads, 4);
        expect_number("writes", rig.chip.engine.writes, 2);
    }
    rig.chip.engine.reads = 0;
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("reads where there is no news", rig.chip.engine.reads, 1);

    check_case("a batch runs, submitted at any step of the one before");
    for (uint32_t step = 0; step < 60; step++) {
        rig_set_up(8);
        expect_status("start", rig_start(0), IODMA_OK);
        batch(0, 0, 2);
        rig_run(step);
        rig.pace = 1 + step % 3;
        batch(0, 2, 4);
        rig.pace = 0;
        for (uint32_t i = 0; i < 3; i++) {
            rig_run(FOREVER);
            rig_isr();
        }
        expect_number("retired", driven.retired[0], 4);
        expect_items(0, 4);
        expect_order();
    }
}

/* ---- Cycles ---- */

/* Make items 0 .. count - 1 the periods of a cycle. */
static void cycle(uint32_t count)
{
    struct hal_route round = { .cyclic = true };

    expect_status("route", go_by(round), IODMA_OK);
    batch(0, 0, count);
    expect_items(0, count);
}

/* Step until there is news. */
static void next_period(void)
{
    for (uint32_t i = 0; i < 200 && !asserted(0); i++)
        rig_run(1);
}

static void test_cycles(void)
{
    for (uint32_t count = 1; count <= 4; count++) {
        rig_begin("each period of a cycle is told of, and is over by then", 8);
        batch(0, 20, 23);
        expect_items(20, 23);
        rig_run(FOREVER);
        expect_progress(3, HAL_FAULT_NONE);
        cycle(count);
        for (uint32_t n = 0; n < 5 * count; n++) {
            struct hal_item one = nth(n % count);

            memset(&rig.arena[one.destination - ARENA_BUS], 0,
                   (size_t)one.length);
            next_period();
            expect_bytes("the period", &rig.arena[one.destination - ARENA_BUS],
                         &rig.arena[one.source - ARENA_BUS],
                         (size_t)one.length);
            expect_progress(1, HAL_FAULT_NONE);
            expect_progress(0, HAL_FAULT_NONE);
        }
        expect_number("doorbells", dma->dmac.counts.doorbells, 2);
        expect_number("halt", rig_halt(), STOPPED);
        rig_run(FOREVER);
        expect("no interrupt", !asserted(0));
        expect_order();
        expect_usable();
    }

    rig_begin("periods that were missed are counted, up to a turn", 8);
    cycle(4);
    for (uint32_t n = 1; n < 4; n++) {
        for (uint32_t i = 0; i < n; i++) {
            next_period();
            rig.chip.intr = 0;
        }
        next_period();
        expect_progress((n + 1) % 4, HAL_FAULT_NONE);
    }
    expect_number("halt", rig_halt(), STOPPED);

    check_case("periods are told apart at every step, and start anew");
    for (uint32_t halts = 0; halts < 2; halts++) {
        uint32_t told = 0;

        if (halts == 0)
            rig_set_up(8);
        expect_status("start", rig_start(0), IODMA_OK);
        cycle(3);
        expect_number("most", residue(0).most, 35);
        memset(&rig.arena[HALF], 0, 48);
        while (told < 2) {
            struct hal_item one = nth(told);

            rig_run(1);
            rig.chip.intr |= BIT32(dma->data);
            if (reap(0).retired == 0)
                continue;
            expect_bytes("the period", &rig.arena[one.destination - ARENA_BUS],
                         &rig.arena[one.source - ARENA_BUS],
                         (size_t)one.length);
            told++;
        }
        expect_number("halt", rig_halt(), STOPPED);
        memcpy(rig.want, rig.arena, ARENA);
        expect_order();
    }

    rig_begin("a cycle that leaves its ring is a fault", 8);
    cycle(2);
    next_period();
    rig.chip.channels[dma->control].read_addr = RING_BUS + 16 * 5;
    expect_progress(0, HAL_FAULT_DESCRIPTOR);

    rig_begin("a ring takes half as many periods as it has slots", 8);
    expect_status("route", go_by((struct hal_route){ .cyclic = true }),
                  IODMA_OK);
    expect_number(
        "taken",
        emit(0, (struct hal_item[]){ nth(0), nth(1), nth(2), nth(3), nth(4) },
             5),
        4);
    expect_number("taken", emit(0, (struct hal_item[]){ nth(4) }, 1), 0);
}

int main(void)
{
    test_start();
    test_encoding();
    test_routes();
    test_ports();
    test_batches();
    test_cycles();
    return check_result();
}
