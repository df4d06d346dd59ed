/* SPDX-License-Identifier: MIT */
/*
 * Defends what the driver of the PL080 and PL081 tells the chip, and when:
 * boards, items, batches.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/pl08x_world.h"

#include <string.h>

/* ---- Start ---- */

#define BOARD(what, cpu_, bus, size_, slots_, controller_, ...)                \
    {                                                                          \
        what, bus,                                                             \
        {                                                                      \
            .ring = { .cpu = cpu_, .size = size_ }, .slots = slots_,           \
            .lengths = lengths[0], .controller = controller_, __VA_ARGS__      \
        }                                                                      \
    }

static const struct {
    const char *what;
    uint64_t bus;       /* of the ring        */
    struct pl08x board; /* what else it says  */
} boards[] = {
    BOARD("no ring", NULL, RING_BUS, RING, 4, &pl080, .channel = 0),
    BOARD("no controller", ring, RING_BUS, RING, 4, NULL, .channel = 0),
    BOARD("no slots", ring, RING_BUS, RING, 0, &pl080, .channel = 0),
    BOARD("six slots", ring, RING_BUS, RING, 6, &pl080, .channel = 0),
    BOARD("a ring without what fills read", ring, RING_BUS, 16 * SLOTS, SLOTS,
          &pl080, .channel = 0),
    BOARD("a ring above 32 bits", ring, 0x100000000, RING, 4, &pl080,
          .channel = 0),
    BOARD("a ring across the end of 32 bits", ring, 0xFFFFFFF0, RING, 4, &pl080,
          .channel = 0),
    BOARD("a ring at 0, which a link cannot name", ring, 0, RING, 4, &pl080,
          .channel = 0),
    BOARD("a ring on 8 bytes", ring, RING_BUS + 8, RING, 4, &pl080,
          .channel = 0),
    BOARD("the third channel of two", ring, RING_BUS, RING, 4, &pl081,
          .channel = 2),
    BOARD("memory at a second master of one", ring, RING_BUS, RING, 4, &pl081,
          .memory_master = 1),
    BOARD("ports at a second master of one", ring, RING_BUS, RING, 4, &pl081,
          .port_master = 1),
    BOARD("the ring at a second master of one", ring, RING_BUS, RING, 4, &pl081,
          .ring_master = 1),
    BOARD("four bits of protection", ring, RING_BUS, RING, 4, &pl080,
          .protection = 8),
    BOARD("more periods than slots", ring, RING_BUS, RING, 4, &pl080,
          .dmac = { .periods = 5 }),
};

static void test_start(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(boards); i++) {
        if (check_skips(boards[i].what, boards[i].bus))
            continue;
        check_case(boards[i].what);
        set_up(4);
        channels[1] = boards[i].board;
        channels[1].ring.bus = (hal_address)boards[i].bus;
        channels[1].dmac.ops = &pl08x_ops;
        channels[1].dmac.bus = channels[0].dmac.bus;
        expect_status("start", start(1), IODMA_BAD_ARGUMENT);
        expect_number("accesses", chip.engine.reads + chip.engine.writes, 0);
    }

    check_case("no place for lengths");
    set_up(4);
    channels[0].lengths = NULL;
    expect_status("start", start(0), IODMA_BAD_ARGUMENT);
    expect_number("accesses", chip.engine.reads + chip.engine.writes, 0);

    check_case("the smallest ring that is enough, at the end of 32 bits");
    set_up(SLOTS);
    channels[0].ring.size = PL08X_RING_SIZE(SLOTS);
    channels[0].ring.bus = UINT32_MAX - RING + 1;
    expect_status("start", start(0), IODMA_OK);
    expect("no interrupt", !asserted(0));
    expect_order();

    check_case("a chip that is not there: NotAttached");
    set_up(4);
    chip.engine.absent = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);

    check_case("a channel that somebody has enabled: Busy, and it goes on");
    set_up(4);
    expect_status("start", start(0), IODMA_OK);
    batch(0, 0, 2);
    channels[1] = channels[0];
    channels[1].state = PL08X_UNKNOWN;
    expect_status("start", start(1), IODMA_BUSY);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 2);
    expect_order();

    begin("start ends what runs, and empties ring, counts and route", 8);
    expect_status("route",
                  go(0, &(struct hal_route){ .source = { .kind = HAL_FILL } }),
                  IODMA_OK);
    batch(0, 0, 3);
    expect_number("items", channels[0].dmac.counts.items, 3);
    expect_status("start", start(0), IODMA_OK);
    expect_number("items", channels[0].dmac.counts.items, 0);
    submit(0);
    run();
    expect_number("elements moved", chip.engine.moved, 0);
    expect_residue(0, 0);
    expect_usable();

    begin("a channel that stays enabled: NotAttached, and later OK", 8);
    batch(0, 0, 3);
    chip.engine.stuck = true;
    expect_status("start", start(0), IODMA_NOT_ATTACHED);
    expect("soon", hooks.ticks < 10);
    chip.engine.stuck = false;
    expect_status("start", start(0), IODMA_OK);
    expect_usable();

    begin("after a loss of power start finds everything at reset", 8);
    batch(0, 0, 3);
    (void)step(3);
    memcpy(want, arena, ARENA);
    engine_model_power_cycle(&chip.engine);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_usable();
}

/* ---- Encoding ---- */

enum {
    WORDS = 2 << 18 | 2 << 21,
    HALFWORDS = 1 << 18 | 1 << 21,
    PLAIN = 1 << 26 | 1 << 27 | 1 << 12 | 1 << 15, /* both move, bursts of 4 */
};

static const struct {
    const char *what;
    struct wide_item item;
    uint32_t control; /* without the interrupt; 0: it is refused */
} encodings[] = {
    { "words", { ARENA_BUS, ARENA_BUS + 4, 20 }, PLAIN | WORDS | 5 },
    { "halfwords, for the source",
      { ARENA_BUS + 2, ARENA_BUS + 4, 20 },
      PLAIN | HALFWORDS | 10 },
    { "halfwords, for the length",
      { ARENA_BUS, ARENA_BUS + 4, 22 },
      PLAIN | HALFWORDS | 11 },
    { "bytes, for the destination",
      { ARENA_BUS, ARENA_BUS + 5, 20 },
      PLAIN | 20 },
    { "4095 bytes", { ARENA_BUS + 1, ARENA_BUS, 4095 }, PLAIN | 4095 },
    { "4095 halfwords",
      { ARENA_BUS, ARENA_BUS + 2, 8190 },
      PLAIN | HALFWORDS | 4095 },
    { "the most words that the limits grant",
      { ARENA_BUS, ARENA_BUS, 16320 },
      PLAIN | WORDS | 4080 },
    { "the last bytes that 32 bits reach",
      { UINT32_MAX - 3, UINT32_MAX - 3, 4 },
      PLAIN | WORDS | 1 },
    { "no bytes", { ARENA_BUS, ARENA_BUS, 0 }, 0 },
    { "4096 bytes", { ARENA_BUS + 1, ARENA_BUS, 4096 }, 0 },
    { "4096 halfwords", { ARENA_BUS + 2, ARENA_BUS, 8192 }, 0 },
    { "one word more", { ARENA_BUS, ARENA_BUS, 16324 }, 0 },
    { "2^32 + 4 bytes", { 0, 0, 0x100000004 }, 0 },
    { "a source above 32 bits", { 0x100000000, ARENA_BUS, 4 }, 0 },
    { "a destination above 32 bits", { ARENA_BUS, 0x100000000, 4 }, 0 },
    { "a source that ends there", { UINT32_MAX - 3, ARENA_BUS, 5 }, 0 },
    { "a destination that ends there", { ARENA_BUS, UINT32_MAX - 3, 5 }, 0 },
    { "a source that wraps", { HAL_ADDRESS_MAX - 3, ARENA_BUS, 8 }, 0 },
    { "a destination that wraps", { ARENA_BUS, HAL_ADDRESS_MAX - 3, 8 }, 0 },
};

/* A word of a slot. */
static uint32_t word(uint32_t slot, uint32_t number)
{
    uint32_t value = 0;

    for (uint32_t i = 4; i > 0; i--)
        value = value << 8 | ring[16 * slot + 4 * number + i - 1];
    return value;
}

static void test_encoding(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(encodings); i++) {
        struct hal_item items[3] = { nth(0), nth(0), nth(1) };
        bool fits = encodings[i].control != 0;

        if (check_skips_item(encodings[i].what, &encodings[i].item, &items[1]))
            continue;
        begin(encodings[i].what, 8);
        channels[0].dmac.limits = &pl08x_word_limits;
        expect_number("taken", emit(0, items, 3), fits ? 3 : 1);
        expect_number("items", channels[0].dmac.counts.items, fits ? 3 : 1);
        if (!fits) {
            expect_number("taken", emit(0, &items[1], 1), 0);
            continue;
        }
        expect_number("source", word(1, 0), items[1].source);
        expect_number("destination", word(1, 1), items[1].destination);
        expect_number("link", word(1, 2), RING_BUS + 32);
        expect_number("control", word(1, 3), encodings[i].control);
    }

    begin("one byte more than the limits grant", 8);
    expect_number("taken", emit(0, &(struct hal_item){ 0, 0, 4065 }, 1), 0);
    expect_number("taken", emit(0, &(struct hal_item){ 0, 0, 4064 }, 1), 1);

    begin("the last item leads nowhere and interrupts, the others do not", 8);
    batch(0, 0, 3);
    expect_number("link", word(0, 2), RING_BUS + 16);
    expect_number("control", word(0, 3), PLAIN | WORDS | 4);
    expect_number("last link", word(2, 2), 0);
    expect_number("last control", word(2, 3), BIT32(31) | PLAIN | WORDS | 4);
    expect_number("doorbells", channels[0].dmac.counts.doorbells, 1);
    expect_number("publishes", hooks.published, 1);

    check_case("what the board says of masters and protection");
    set_up(8);
    channels[0].memory_master = 1;
    channels[0].ring_master = 1;
    channels[0].protection = 5;
    chip.memory_by = BIT32(1);
    expect_status("start", start(0), IODMA_OK);
    batch(0, 0, 3);
    expect_number("link", word(0, 2), RING_BUS + 16 + 1);
    expect_number("control", word(0, 3),
                  5u << 28 | BIT32(25) | BIT32(24) | PLAIN | WORDS | 4);
    run();
    expect_progress(3, HAL_FAULT_NONE);
    expect_items(0, 3);
    expect_order();

    check_case("a PL081 copies");
    set_up(8);
    chip.channel_count = 2;
    channels[0].controller = &pl081;
    channels[0].channel = 1;
    expect_status("start", start(0), IODMA_OK);
    batch(0, 0, 3);
    run();
    expect("its interrupt", engine_model_interrupt(&chip.engine, 1));
    expect_progress(3, HAL_FAULT_NONE);
    expect_items(0, 3);
    expect_order();
}

/* ---- Batches ---- */

static void test_batches(void)
{
    struct hal_item items[SLOTS + 1];

    for (uint32_t n = 0; n < HAL_COUNT_OF(items); n++)
        items[n] = nth(n);
    for (uint32_t slots = 1; slots <= SLOTS; slots *= 4) {
        begin("a ring takes as many items as it has slots, again and again",
              slots);
        for (uint32_t round = 0; round < 3; round++) {
            expect_number("taken", emit(0, items, HAL_COUNT_OF(items)), slots);
            submit(0);
            expect_number("taken after submit", emit(0, items, 1), 0);
            run();
            expect_number("taken before reap", emit(0, items, 1), 0);
            expect_progress(slots, HAL_FAULT_NONE);
        }
        expect_items(0, slots);
        expect_number("doorbells", channels[0].dmac.counts.doorbells, 3);
        expect_order();
    }

    begin("what is submitted while a batch runs is the next one", 16);
    batch(0, 0, 3);
    (void)step(1);
    batch(0, 3, 5);
    batch(0, 5, 6);
    expect_number("doorbells", channels[0].dmac.counts.doorbells, 1);
    run();
    expect_number("elements moved", chip.engine.moved, 3 * EACH / 4);
    batch(0, 6, 8);
    expect_progress(3, HAL_FAULT_NONE);
    expect_number("doorbells", channels[0].dmac.counts.doorbells, 2);
    run();
    expect_progress(5, HAL_FAULT_NONE);
    expect_progress(0, HAL_FAULT_NONE);
    expect_items(0, 8);
    expect_order();

    begin("what is not submitted does not run; nothing rings no bell", 8);
    batch(0, 0, 2);
    expect_number("taken", emit(0, &items[2], 1), 1);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    run();
    expect_items(0, 2);
    expect_number("doorbells", channels[0].dmac.counts.doorbells, 1);
    submit(0);
    run();
    expect_progress(1, HAL_FAULT_NONE);
    submit(0);
    expect_number("doorbells", channels[0].dmac.counts.doorbells, 2);
    expect_items(2, 3);
    expect_order();

    begin("a batch costs five reads, and no read an item", 32);
    for (uint32_t count = 1; count < 32; count += 10) {
        uint32_t reads = chip.engine.reads;
        uint32_t writes = chip.engine.writes;

        batch(0, 0, count);
        expect_number("reads of a start", chip.engine.reads, reads);
        expect_number("writes of a start", chip.engine.writes - writes, 8);
        run();
        expect_progress(count, HAL_FAULT_NONE);
        expect_number("reads", chip.engine.reads - reads, 5);
        expect_number("writes", chip.engine.writes - writes, 9);
        expect("the interrupt is gone", !asserted(0));
        reads = chip.engine.reads;
        expect_progress(0, HAL_FAULT_NONE);
        expect_number("reads of a look", chip.engine.reads - reads, 1);
    }
    expect_items(0, 31);
    expect_order();
}

int main(void)
{
    test_start();
    test_encoding();
    test_batches();
    return check_result();
}
