/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the GPDMA: what a channel is told to do, and when it is
 * told.
 */
#include "hal/count_of.h"
#include "hal/dmac/gpdma_regs.h"
#include "tests/gpdma_world.h"

#include <string.h>

/* ---- Start ---- */

static const struct {
    const char *what;
    uint32_t slots;
    struct {
        void *cpu;
        uint64_t bus;
        size_t size;
    } ring;
    uint32_t fifo;
    uint32_t rows;
    uint8_t priority;
} set_ups[] = {
    { "no ring", 4, { NULL, RING_BUS, RING }, 8, 0, 0 },
    { "no slots", 0, { rings, RING_BUS, RING }, 8, 0, 0 },
    { "a single slot", 1, { rings, RING_BUS, RING }, 8, 0, 0 },
    { "six slots", 6, { rings, RING_BUS, RING }, 8, 0, 0 },
    { "a ring a byte short", SLOTS, { rings, RING_BUS, RING - 1 }, 8, 0, 0 },
    { "a ring above 32 bits", 4, { rings, 0x100000000, RING }, 8, 0, 0 },
    { "a ring that wraps", 4, { rings, 0xFFFFFF80, RING }, 8, 0, 0 },
    { "a ring off the words", 4, { rings, RING_BUS + 2, RING }, 8, 0, 0 },
    { "a ring in two windows", 4, { rings, 0x2001FFF0, RING }, 8, 0, 0 },
    { "no FIFO", 4, { rings, RING_BUS, RING }, 0, 0, 0 },
    { "a FIFO of 12 bytes", 4, { rings, RING_BUS, RING }, 12, 0, 0 },
    { "five rows", 4, { rings, RING_BUS, RING }, 8, 5, 0 },
    { "a fifth priority", 4, { rings, RING_BUS, RING }, 8, 0, 4 },
};

/* What the board says, what the chip is, and whether they agree. */
static const struct {
    const char *what;
    bool secure, privileged, from, to; /* said */
    bool cpu, memory, walled;          /* is: secure, secure, privileged */
    uint32_t seccfgr, privcfgr;
    enum iodma_status status;
} attributes[] = {
    { "all plain", 0, 0, 0, 0, 0, 0, 0, 0, 0, IODMA_OK },
    { "privileged memory", 0, 1, 0, 0, 0, 0, 1, 0, 0, IODMA_OK },
    { "secure memory", 1, 0, 1, 1, 1, 1, 0, 0, 0, IODMA_OK },
    { "secure and privileged memory", 1, 1, 1, 1, 1, 1, 1, 0, 0, IODMA_OK },
    { "secure already", 1, 0, 1, 1, 1, 1, 0, 1, 0, IODMA_OK },
    { "secure, and the CPU is not", 1, 0, 1, 1, 0, 1, 0, 0, 0,
      IODMA_NOT_PERMITTED },
    { "a secure source of a channel that is not", 0, 0, 1, 0, 1, 0, 0, 0, 0,
      IODMA_NOT_PERMITTED },
    { "a secure destination of a channel that is not", 0, 0, 0, 1, 1, 0, 0, 0,
      0, IODMA_NOT_PERMITTED },
    { "a channel that somebody has made secure", 0, 0, 0, 0, 1, 0, 0, 1, 0,
      IODMA_NOT_PERMITTED },
    { "a channel of the secure world", 0, 0, 0, 0, 0, 0, 0, 1, 0,
      IODMA_NOT_PERMITTED },
    { "a channel that somebody has made privileged", 0, 0, 0, 0, 0, 0, 0, 0, 1,
      IODMA_NOT_PERMITTED },
};

/* Of what the board says; the chip is not touched. */
static void expect_refused(void)
{
    expect_status("start", start(0), IODMA_BAD_ARGUMENT);
    expect_number("accesses", chip.engine.reads + chip.engine.writes, 0);
}

static void test_start(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(set_ups); i++) {
        if (check_skips(set_ups[i].what, set_ups[i].ring.bus))
            continue;
        check_case(set_ups[i].what);
        set_up(set_ups[i].slots);
        engine->ring = (struct hal_shared){ set_ups[i].ring.cpu,
                                            (hal_address)set_ups[i].ring.bus,
                                            set_ups[i].ring.size };
        engine->fifo = set_ups[i].fifo;
        engine->dmac.max_rows = set_ups[i].rows;
        engine->priority = set_ups[i].priority;
        expect_refused();
    }
    check_case("no place for notes");
    set_up(4);
    engine->notes = NULL;
    expect_refused();
    check_case("a ring to the end of its window is one");
    set_up(4);
    engine->ring.bus = 0x20020000 - (hal_address)GPDMA_RING_SIZE(4);
    expect_status("start", start(0), IODMA_OK);
    check_case("a seventeenth channel");
    set_up(4);
    engine->channel = 16;
    expect_refused();
    for (uint32_t i = 0; i < HAL_COUNT_OF(attributes); i++) {
        check_case(attributes[i].what);
        set_up(8);
        chip.cpu_secure = attributes[i].cpu;
        chip.memory_secure = attributes[i].memory;
        chip.memory_privileged = attributes[i].walled;
        chip.seccfgr = attributes[i].seccfgr << LINEAR;
        chip.privcfgr = attributes[i].privcfgr << LINEAR;
        engine->secure = attributes[i].secure;
        engine->privileged = attributes[i].privileged;
        engine->source.secure = attributes[i].from;
        engine->destination.secure = attributes[i].to;
        expect_status("start", start(0), attributes[i].status);
        if (attributes[i].status == IODMA_OK)
            expect_usable();
        expect_treated_well();
    }

    check_case("an absent chip");
    set_up(4);
    chip.engine.absent = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);
    expect_usable();

    check_case("a channel that somebody has enabled: Busy, and it goes on");
    set_up(4);
    chip.channels[LINEAR].cr = GPDMA_CR_EN;
    expect_status("start", start(0), IODMA_BUSY);
    expect_number("CxCR", chip.channels[LINEAR].cr, GPDMA_CR_EN);
    expect_number("writes", chip.engine.writes, 0);

    begin("power is lost in the middle of a batch", 0, 8);
    expect_batch(0, 2);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_batch(2, 5);
    (void)engine_model_step(&chip.engine, 20);
    engine_model_power_cycle(&chip.engine);
    expect_progress(0, HAL_FAULT_NONE);
    expect_usable();

    begin("registers at their reset values are no end", 0, 8);
    expect_batch(0, 2);
    (void)engine_model_step(&chip.engine, 20);
    engine_model_power_cycle(&chip.engine);
    expect_number("halt", halt(1), 0);
    expect_number("residue", residue(0).most, 16 + 17);
    expect_usable();

    begin("start of an engine that runs stops it", 1, 8);
    expect_batch(0, 3);
    (void)engine_model_step(&chip.engine, 9);
    expect_usable();
}

/* ---- Encoding ---- */

static const struct {
    const char *what;
    struct hal_item item;
    uint32_t tr1; /* of a channel with a FIFO of 8 bytes */
} encodings[] = {
    { "words", { 0x80001234, 0xEFDC4320, 0xFFC0 }, 0x000A100A },
    { "bytes to words", { 0x80001231, 0x20004320, 16 }, 0x000A1038 },
    { "words to bytes", { 0x80001230, 0x20004321, 16 }, 0x0038100A },
    { "half-words", { 0x80001232, 0x20004322, 16 }, 0x00191019 },
    { "an odd length", { 0x80001230, 0x20004320, 15 }, 0x00381038 },
};

static uint32_t word(uint32_t index, uint32_t slot, uint32_t number)
{
    le32 word;

    memcpy(&word, &rings[index][32 * slot + 4 * number], sizeof word);
    return from_le32(word);
}

static const struct {
    const char *what;
    struct wide_item item;
} unencodable[] = {
    { "no bytes are not taken", { ARENA_BUS, ARENA_BUS, 0 } },
    { "a byte too many is not taken", { ARENA_BUS, ARENA_BUS, 0xFFC1 } },
    { "2^32 + 16 bytes are not taken", { ARENA_BUS, ARENA_BUS, 0x100000010 } },
    { "a source above 32 bits is not taken", { 0x100000000, ARENA_BUS, 4 } },
    { "a destination above 32 bits is not taken",
      { ARENA_BUS, 0x100000000, 4 } },
    { "a source that ends there is not taken", { 0xFFFFFFFC, ARENA_BUS, 5 } },
    { "a destination that ends there is not taken",
      { ARENA_BUS, 0xFFFFFFFC, 5 } },
    { "a source that wraps is not taken",
      { HAL_ADDRESS_MAX - 3, ARENA_BUS, 8 } },
};

static void test_encoding(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(encodings); i++) {
        const struct hal_item *one = &encodings[i].item;

        begin(encodings[i].what, 0, 4);
        expect_number("taken", emit(0, one, 1), 1);
        expect_number("CxCR.EN before submit",
                      chip.channels[LINEAR].cr & GPDMA_CR_EN, 0);
        submit(0);
        expect_number("TR1", word(0, 0, 0), encodings[i].tr1);
        expect_number("TR2", word(0, 0, 1), 0xC0000200);
        expect_number("BR1", word(0, 0, 2), one->length);
        expect_number("SAR", word(0, 0, 3), one->source);
        expect_number("DAR", word(0, 0, 4), one->destination);
        expect_number("LLR", word(0, 0, 5), 0);
    }

    begin("an item leads to the next, the last one nowhere", 0, 4);
    expect_batch(0, 2);
    expect_number("LLR", word(0, 0, 5), 0xF801F020);
    expect_number("LLR", word(0, 1, 5), 0);
    begin("a channel with rows has a word more", 1, 4);
    expect_batch(0, 2);
    expect_number("BR2", word(1, 0, 5), 0);
    expect_number("LLR", word(1, 0, 6), 0xFA01F000 + RING + 32);
    expect_number("TR1: bursts of half a FIFO", word(1, 0, 0), 0x003A103A);

    for (uint32_t i = 0; i < 8; i++) {
        const struct hal_route filled = { .source = { .kind = HAL_FILL } };
        uint32_t source = i % 2 << 14;
        uint32_t destination = i / 2 % 2 << 30;
        uint32_t items = i / 4;

        check_case("each access goes by the master that the board names");
        set_up(4);
        engine->source.port1 = source != 0;
        engine->destination.port1 = destination != 0;
        engine->items_port1 = items != 0;
        expect_status("start", start(0), IODMA_OK);
        expect_batch(0, 1);
        expect_number("TR1", word(0, 0, 0), 0x000A100A | source | destination);
        run();
        expect_number("CxCR", chip.channels[LINEAR].cr, 0x801D00 | items << 17);
        expect_progress(1, HAL_FAULT_NONE);
        expect_status("route", go(0, &filled), IODMA_OK);
        (void)emit(0, &(struct hal_item){ 0, ARENA_BUS + HALF, 4 }, 1);
        expect_number("TR1", word(0, 1, 0),
                      0x000A1002 | items << 14 | destination);
        expect_order();
    }

    for (uint32_t i = 0; i < HAL_COUNT_OF(unencodable); i++) {
        struct hal_item items[2] = { nth(0), nth(0) };

        if (check_skips_item(unencodable[i].what, &unencodable[i].item,
                             &items[1]))
            continue;
        begin(unencodable[i].what, 0, 8);
        expect_number("taken", emit(0, items, 2), 1);
        expect_number("taken", emit(0, &items[1], 1), 0);
        submit(0);
        run();
        expect_progress(1, HAL_FAULT_NONE);
        expect_item(nth(0));
        expect_order();
    }

    begin("the last byte that 32 bits reach is reached", 0, 4);
    memset(top, 0x5A, TOP);
    expect_number(
        "taken",
        emit(0, &(struct hal_item){ UINT32_MAX - 3, ARENA_BUS + HALF, 4 }, 1),
        1);
    submit(0);
    run();
    memset(&want[HALF], 0x5A, 4);
    expect_progress(1, HAL_FAULT_NONE);
    expect_order();
}

/* ---- Batches ---- */

static void test_batches(void)
{
    static const uint32_t rings_of[] = { 2, 4, SLOTS };
    uint32_t reads;
    uint32_t writes;

    for (uint32_t i = 0; i < HAL_COUNT_OF(rings_of); i++) {
        struct hal_item items[SLOTS];
        uint32_t slots = rings_of[i];

        begin("a ring takes as many items as it has slots", i % 2, slots);
        for (uint32_t n = 0; n < SLOTS; n++)
            items[n] = nth(n);
        for (uint32_t round = 0; round < 3; round++) {
            expect_number("taken", emit(0, items, SLOTS), slots);
            expect_number("taken of a full ring", emit(0, items, 1), 0);
            submit(0);
            run();
            expect_number("taken before reap", emit(0, items, 1), 0);
            expect_progress(slots, HAL_FAULT_NONE);
        }
        for (uint32_t n = 0; n < slots; n++)
            expect_item(nth(n));
        expect_order();
    }

    begin("three batches in the ring run one by one, in order", 0, 16);
    expect_batch(0, 2);
    expect_batch(2, 3);
    expect_batch(3, 7);
    expect_number("doorbells", engine->dmac.counts.doorbells, 1);
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t items[] = { 2, 1, 4 };

        run();
        expect_progress(items[i], HAL_FAULT_NONE);
    }
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("doorbells", engine->dmac.counts.doorbells, 3);
    expect_number("items", engine->dmac.counts.items, 7);
    expect_order();

    begin("where a batch ends is not read from the ring", 0, 8);
    expect_batch(0, 3);
    expect_batch(3, 5);
    run();
    memset(rings, 0x55, sizeof rings);
    expect_progress(3, HAL_FAULT_NONE);

    begin("what is emitted but not submitted does not run", 0, 8);
    expect_batch(0, 2);
    expect_number("taken", emit(0, &(struct hal_item){ 0, 4, 4 }, 1), 1);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_number("doorbells", engine->dmac.counts.doorbells, 1);
    expect_order();

    begin("submit of nothing does nothing", 0, 4);
    submit(0);
    expect_number("doorbells", engine->dmac.counts.doorbells, 0);
    expect_number("publishes", hooks.published, 0);
    expect_treated_well();

    begin("indices wrap past 2^32", 1, 8);
    engine->filled = engine->told = engine->retired = UINT32_MAX - 6;
    for (uint32_t n = 0; n < 30; n += 3) {
        expect_batch(n, n + 3);
        run();
        expect_progress(3, HAL_FAULT_NONE);
    }
    expect_order();

    begin("a batch costs four reads and three writes", 0, 8);
    for (uint32_t n = 0; n < 12; n += 3) {
        reads = chip.engine.reads;
        writes = chip.engine.writes;
        expect_batch(n, n + 3);
        run();
        (void)reap(0);
        expect_number("reads", chip.engine.reads - reads, 4);
        expect_number("writes", chip.engine.writes - writes, 3);
    }
    expect_order();
}

/* Batches of any size, submitted while others run, stop or rest; told of by
   interrupts and now and then by a poll. */
static void test_race(void)
{
    check_case("batches race with their ends");
    for (uint32_t round = 0; round < 400; round++) {
        uint32_t submitted = 0;

        set_up(8);
        use(round % 2);
        expect_status("start", start(0), IODMA_OK);
        world.pace = 1 + round % 60;
        while (submitted < 60) {
            uint32_t most = 1 + random_below(&world.seed, 6);
            struct hal_item one = nth(submitted);
            uint32_t taken = 0;

            while (taken < most && submitted < 60 && emit(0, &one, 1) == 1) {
                expect_item(one);
                taken++;
                one = nth(++submitted);
            }
            submit(0);
            moment();
        }
        for (uint32_t i = 0; i < 10000 && driven.retired[0] != 60; i++)
            moment();
        expect_number("retired", driven.retired[0], 60);
        expect_number("fault", driven.fault[0], HAL_FAULT_NONE);
        expect_number("an interrupt a batch at most",
                      world.interrupts <= engine->dmac.counts.doorbells, 1);
        expect_order();
    }

    check_case("two channels run at once");
    set_up(16);
    for (uint32_t i = 0; i < 2; i++) {
        use(i);
        expect_status("start", start(0), IODMA_OK);
        expect_batch(20 * i, 20 * i + 9);
    }
    run();
    expect_progress(9, HAL_FAULT_NONE);
    use(0);
    expect_progress(9, HAL_FAULT_NONE);
    expect_order();
}

int main(void)
{
    world.seed = 20;
    test_start();
    test_encoding();
    test_batches();
    test_race();
    return check_result();
}
