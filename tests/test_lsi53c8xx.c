/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the 53C8xx: what the chip is told to do, when it is
 * told, and that what it has done is known.
 */
#include "hal/dmac/lsi53c8xx_regs.h"

#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/lsi53c8xx_world.h"

#include <stdio.h>
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
} set_ups[] = {
    { "start with no ring: BadArgument", 4, { NULL, RING_BUS, sizeof ring } },
    { "start with no slots: BadArgument", 0, { ring, RING_BUS, sizeof ring } },
    { "start with a single slot: BadArgument",
      1,
      { ring, RING_BUS, sizeof ring } },
    { "start with slots that are no power of two: BadArgument",
      6,
      { ring, RING_BUS, sizeof ring } },
    { "start with a ring one byte short: BadArgument",
      SLOTS,
      { ring, RING_BUS, sizeof ring - 1 } },
    { "start with a ring without its jump: BadArgument",
      SLOTS,
      { ring, RING_BUS, SLOTS * sizeof(struct lsi_slot) } },
    { "start with a ring above 32 bits: BadArgument",
      4,
      { ring, 0x100000000, sizeof ring } },
    { "start with a ring across the end of 32 bits: BadArgument",
      4,
      { ring, 0xFFFFFFF0, sizeof ring } },
    { "start with a ring across the end of all addresses: BadArgument",
      4,
      { ring, HAL_ADDRESS_MAX - 15, sizeof ring } },
    { "start with a ring that does not lie on words: BadArgument",
      4,
      { ring, RING_BUS + 2, sizeof ring } },
};

static void test_start(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(set_ups); i++) {
        if (check_skips(set_ups[i].what, set_ups[i].ring.bus))
            continue;
        check_case(set_ups[i].what);
        set_up(set_ups[i].slots);
        lsi.ring = (struct hal_shared){ set_ups[i].ring.cpu,
                                        (hal_address)set_ups[i].ring.bus,
                                        set_ups[i].ring.size };
        expect_status("start", start(0), IODMA_BAD_ARGUMENT);
        expect_number("writes", chip.writes[LSI_ISTAT0], 0);
    }

    check_case("start with no place for lengths: BadArgument");
    set_up(SLOTS);
    lsi.lengths = NULL;
    expect_status("start", start(0), IODMA_BAD_ARGUMENT);
    expect_number("writes", chip.writes[LSI_ISTAT0], 0);

    check_case("start with the smallest ring that is enough: OK");
    set_up(SLOTS);
    lsi.ring.size = LSI53C8XX_RING_SIZE(SLOTS);
    lsi.ring.bus = UINT32_MAX - sizeof ring + 1;
    expect_status("start", start(0), IODMA_OK);
    expect("no interrupt", !asserted(0));
    expect_number("doorbells", chip.writes[LSI_DSP], 0);
    expect_order();

    check_case("start of an absent chip: NotAttached");
    set_up(4);
    chip.absent = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);
    expect_order();

    check_case("start of a chip that stays in reset: NotAttached");
    set_up(4);
    chip.stuck = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);

    begin("start empties the ring and the counts", 4);
    batch(0, 0, 2);
    expect_number("items", lsi.dmac.counts.items, 2);
    expect_status("start", start(0), IODMA_OK);
    expect("the script is ended", !chip.running);
    expect_number("items", lsi.dmac.counts.items, 0);
    expect_number("doorbells", lsi.dmac.counts.doorbells, 0);
    run();
    submit(0);
    expect_number("moves", chip.moves, 0);
    expect_usable();
    expect_order();
}

/* ---- Encoding ---- */

static void test_encoding(void)
{
    static const struct hal_item one = { 0x80001235, 0xEFDC4321, 0x123456 };
    static const uint8_t move[] = { 0x56, 0x34, 0x12, 0xC0, 0x35, 0x12,
                                    0x00, 0x80, 0x21, 0x43, 0xDC, 0xEF };
    static const uint8_t end[] = { 0x00, 0x00, 0x08, 0x98, 2, 0, 0, 0 };
    static const uint8_t jump[] = { 0x00, 0x00, 0x08, 0x80,
                                    0x00, 0x10, 0x00, 0x40 };

    begin("a move is count, source and destination, little-endian", 4);
    expect_number("taken", emit(0, &one, 1), 1);
    expect_bytes("slot 0", ring, move, sizeof move);
    expect_number("doorbells before submit", chip.writes[LSI_DSP], 0);

    check_case("an INT with the index behind it closes the batch");
    submit(0);
    expect_bytes("slot 1", &ring[12], end, sizeof end);
    expect_number("publishes", hooks.published, 1);
    expect_doorbells(1);
    expect_number("DSP", chip.dsp, RING_BUS);

    check_case("behind the last slot a jump leads to the first");
    expect_bytes("behind slot 3", &ring[48], jump, sizeof jump);
    expect_order();
}

static const struct {
    const char *what;
    struct wide_item item;
} unencodable[] = {
    { "emit refuses no bytes", { ARENA_BUS, ARENA_BUS, 0 } },
    { "emit refuses 2^24 bytes", { ARENA_BUS, ARENA_BUS, 0x1000000 } },
    { "emit refuses 2^32 + 1 bytes", { 0, 0, 0x100000001 } },
    { "emit refuses a source above 32 bits", { 0x100000000, ARENA_BUS, 4 } },
    { "emit refuses a destination above 32 bits",
      { ARENA_BUS, 0x100000000, 4 } },
    { "emit refuses a source that ends above 32 bits",
      { 0xFFFFFFFC, ARENA_BUS, 5 } },
    { "emit refuses a destination that ends above 32 bits",
      { ARENA_BUS, 0xFFFFFFFC, 5 } },
    { "emit refuses a source that wraps",
      { HAL_ADDRESS_MAX - 3, ARENA_BUS, 8 } },
    { "emit refuses a destination that wraps",
      { ARENA_BUS, HAL_ADDRESS_MAX - 3, 8 } },
    { "emit refuses ends that differ by 1 modulo 4",
      { ARENA_BUS + 1, ARENA_BUS, 4 } },
    { "emit refuses ends that differ by 2 modulo 4",
      { ARENA_BUS, ARENA_BUS + 2, 4 } },
};

static void test_unencodable(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(unencodable); i++) {
        struct hal_item items[3] = { nth(0), nth(0), nth(1) };

        if (check_skips_item(unencodable[i].what, &unencodable[i].item,
                             &items[1]))
            continue;
        begin(unencodable[i].what, 8);
        expect_number("taken of three", emit(0, items, 3), 1);
        expect_number("taken of two", emit(0, &items[1], 2), 0);
        expect_number("items", lsi.dmac.counts.items, 1);
        submit(0);
        expect_items(0, 1);
        run();
        expect_progress(1, HAL_FAULT_NONE);
        expect_order();
    }

    begin("emit takes 2^24 - 1 bytes", 4);
    expect_number("taken",
                  emit(0, &(struct hal_item){ ARENA_BUS, 0, 0xFFFFFF }, 1), 1);

    begin("the last byte that 32 bits reach is reached", 4);
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

static const struct {
    const char *what;
    uint32_t slots;
} rings[] = {
    { "a ring of two slots takes one item", 2 },
    { "a ring of four slots takes three items", 4 },
    { "a ring of 64 slots takes 63 items", 64 },
};

static void test_ring_full(void)
{
    struct hal_item items[SLOTS];

    for (uint32_t n = 0; n < SLOTS; n++)
        items[n] = nth(n);
    for (uint32_t i = 0; i < HAL_COUNT_OF(rings); i++) {
        uint32_t most = rings[i].slots - 1;

        begin(rings[i].what, rings[i].slots);
        for (uint32_t round = 0; round < 3; round++) {
            expect_number("taken", emit(0, items, SLOTS), most);
            expect_number("taken of a full ring", emit(0, items, SLOTS), 0);
            submit(0);
            expect_number("taken after submit", emit(0, items, SLOTS), 0);
            run();
            expect_number("taken before reap", emit(0, items, SLOTS), 0);
            expect_progress(most, HAL_FAULT_NONE);
        }
        expect_items(0, most);
        expect_doorbells(3);
        expect_order();
    }
}

static void test_batches(void)
{
    begin("a batch submitted while another runs follows it", 8);
    batch(0, 0, 3);
    (void)lsi53c8xx_model_step(&chip, 1);
    batch(0, 3, 5);
    expect_doorbells(1);
    run();
    expect_number("moves", chip.moves, 3);
    expect_progress(3, HAL_FAULT_NONE);
    expect_doorbells(2);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 5);
    expect_order();

    begin("a batch submitted when another has just stopped follows it", 8);
    batch(0, 0, 3);
    run();
    batch(0, 3, 5);
    expect_doorbells(1);
    expect_number("moves", chip.moves, 3);
    expect_progress(3, HAL_FAULT_NONE);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_doorbells(2);
    expect_items(0, 5);
    expect_order();

    begin("a batch submitted to a resting engine starts it", 8);
    batch(0, 0, 3);
    run();
    expect_progress(3, HAL_FAULT_NONE);
    expect_doorbells(1);
    batch(0, 3, 5);
    expect_doorbells(2);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 5);
    expect_order();

    begin("three batches in the ring run one by one, in order", 16);
    batch(0, 0, 2);
    batch(0, 2, 3);
    batch(0, 3, 7);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    run();
    expect_progress(1, HAL_FAULT_NONE);
    run();
    expect_progress(4, HAL_FAULT_NONE);
    expect_progress(0, HAL_FAULT_NONE);
    expect_items(0, 7);
    expect_doorbells(3);
    expect_order();

    begin("what is emitted but not submitted does not run", 8);
    batch(0, 0, 2);
    expect_number(
        "taken",
        emit(0, &(struct hal_item){ ARENA_BUS, ARENA_BUS + HALF, 999 }, 1), 1);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    run();
    expect_number("moves", chip.moves, 2);
    expect_items(0, 2);
    expect_doorbells(1);
    expect_order();

    begin("submit of nothing does nothing", 4);
    submit(0);
    expect_doorbells(0);
    expect_number("publishes", hooks.published, 0);
    batch(0, 0, 1);
    submit(0);
    expect_doorbells(1);
    run();
    expect_progress(1, HAL_FAULT_NONE);
    submit(0);
    expect_doorbells(1);
    expect_items(0, 1);
    expect_order();

    begin("indices wrap past 2^32", 8);
    lsi.filled = lsi.told = lsi.retired = UINT32_MAX - 7;
    for (uint32_t n = 0; n < 30; n += 3) {
        batch(0, n, n + 3);
        run();
        expect_progress(3, HAL_FAULT_NONE);
    }
    expect_items(0, 30);
    expect("the index has wrapped", lsi.filled < 100);
    expect_order();

    begin("a batch may end at index 0", 8);
    lsi.filled = lsi.told = lsi.retired = UINT32_MAX - 3;
    batch(0, 0, 3);
    expect_number("filled", lsi.filled, 0);
    batch(0, 3, 5);
    run();
    expect_progress(3, HAL_FAULT_NONE);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 5);
    expect_order();
}

static void test_registers(void)
{
    uint32_t reads;

    begin("a batch costs one write of DSP and reads of three registers", 8);
    for (uint32_t n = 0; n < 12; n += 3) {
        memset(chip.reads, 0, sizeof chip.reads);
        memset(chip.writes, 0, sizeof chip.writes);
        batch(0, n, n + 3);
        run();
        expect_progress(3, HAL_FAULT_NONE);
        reads = 0;
        for (uint32_t i = 0; i < LSI_MODEL_REGISTERS; i++)
            reads += chip.reads[i];
        expect_number("reads", reads, 3);
        expect_number("reads of ISTAT0", chip.reads[LSI_ISTAT0], 1);
        expect_number("reads of DSTAT", chip.reads[LSI_DSTAT], 1);
        expect_number("reads of DSPS", chip.reads[LSI_DSPS], 1);
        for (uint32_t i = 0; i < LSI_MODEL_REGISTERS; i++)
            expect_number("writes", chip.writes[i], i == LSI_DSP);
    }
    expect_items(0, 12);
    expect_order();

    begin("an interrupt of somebody else is not ours", 8);
    expect_progress(0, HAL_FAULT_NONE);
    batch(0, 0, 2);
    memset(chip.reads, 0, sizeof chip.reads);
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("reads of ISTAT0", chip.reads[LSI_ISTAT0], 1);
    expect_number("reads of DSTAT", chip.reads[LSI_DSTAT], 0);
    run();
    expect("the line is asserted", asserted(0));
    expect_progress(2, HAL_FAULT_NONE);
    expect("the line is released", !asserted(0));
    expect_progress(0, HAL_FAULT_NONE);
    expect_items(0, 2);
    expect_order();
}

/* ---- Anything, at any time ---- */

static uint32_t below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

static struct hal_item random_item(void)
{
    uint32_t length = 1 + below(below(8) == 0 ? 500 : 40);
    uint32_t from = below(HALF - 512);
    uint32_t to = HALF + (below(HALF - 512) & ~3u) + from % 4;

    return item(from, to, length);
}

static void expect_item(const struct hal_item *one)
{
    memcpy(&want[one->destination - ARENA_BUS], &want[one->source - ARENA_BUS],
           (size_t)one->length);
}

static void let_end(uint32_t items)
{
    for (uint32_t turn = 0; turn < 1000 && driven.retired[0] != items; turn++) {
        run();
        isr();
    }
    expect_number("retired", driven.retired[0], items);
    expect_number("fault", driven.fault[0], HAL_FAULT_NONE);
}

/* One ring, some items. Returns how many. */
static uint32_t random_round(void)
{
    uint32_t target = 200 + below(400);
    uint32_t items = 0;

    set_up(2u << below(6));
    (void)start(0);
    lsi.filled = lsi.told = lsi.retired = lsi.slots * below(2) - lsi.slots;
    world.pace = 1 + below(8);
    for (uint32_t turn = 0; items < target && turn < 20000; turn++) {
        struct hal_item some[5];
        uint32_t count = 1 + below(HAL_COUNT_OF(some));
        uint32_t taken;

        for (uint32_t i = 0; i < count; i++)
            some[i] = random_item();
        taken = emit(0, some, count);
        for (uint32_t i = 0; i < taken; i++)
            expect_item(&some[i]);
        items += taken;
        if (taken < count || below(3) != 0)
            submit(0);
        moment();
    }
    submit(0);
    let_end(items);
    expect_number("items", lsi.dmac.counts.items, items);
    expect_number("writes of DSP", chip.writes[LSI_DSP],
                  lsi.dmac.counts.doorbells);
    expect_order();
    return items;
}

static void test_random(void)
{
    uint32_t items = 0;

    check_case("100,000 random items arrive, byte by byte");
    world.seed = 53895;
    while (items < 100000) {
        uint64_t seed = world.seed;

        items += random_round();
        if (chip.violation || hooks.broken || memcmp(arena, want, ARENA) != 0) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
    printf("# seed at the end %s\n", hex(world.seed));
}

int main(void)
{
    test_start();
    test_encoding();
    test_unencodable();
    test_ring_full();
    test_batches();
    test_registers();
    test_random();
    return check_result();
}
