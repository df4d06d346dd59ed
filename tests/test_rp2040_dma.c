/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the RP2040's DMA controller: what the chip is told to
 * do, when it is told, and what is made of its answers while all is well.
 */
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

int main(void)
{
    test_start();
    test_encoding();
    test_batches();
    return check_result();
}
