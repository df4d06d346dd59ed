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

/* Lies --------------------------------------------------------------------- */

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

int main(void)
{
    test_start();
    test_encoding();
    test_batches();
    test_append();
    test_lies();
    return check_result();
}
