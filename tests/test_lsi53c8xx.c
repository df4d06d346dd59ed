/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the 53C8xx: what the chip is told to do, when it is
 * told, and what is made of its answers. The chip is a model that works only
 * when the test lets it, and sees no slot before it was published.
 */
#include "hal/dmac/lsi53c8xx.h"
#include "hal/dmac/lsi53c8xx_regs.h"

#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/driven.h"
#include "tests/model/hooks.h"
#include "tests/model/lsi53c8xx_model.h"

#include <stdio.h>
#include <string.h>

/* Bus addresses; none is a CPU address. */
#define RING_BUS  0x40001000u
#define ARENA_BUS 0x80000000u
#define TOP_BUS   0xFFFFF000u /* the last page that 32 bits reach */

enum {
    REGISTERS = 0xC0DE00,
    ARENA = 0x4000,
    HALF = 0x2000, /* sources lie below, destinations above */
    TOP = 0x1000,
    SLOTS = 64, /* of the largest ring */
    FOREVER = 1000000,
};

static struct lsi53c8xx_model chip;
static struct lsi53c8xx lsi;
static uint8_t ring[LSI53C8XX_RING_SIZE(SLOTS)] __attribute__((aligned(4)));
static uint32_t lengths[SLOTS];
static uint8_t arena[ARENA];
static uint8_t want[ARENA];
static uint8_t top[TOP];

static struct {
    uint64_t seed;
    uint32_t pace; /* instructions at every hook, at most; 0: none */
} world;

bool asserted(uint32_t n)
{
    (void)n;
    return lsi53c8xx_model_interrupt(&chip);
}

static void isr(void)
{
    if (hooks.masked == 0 && asserted(0))
        (void)reap(0);
}

/* The moment between two steps of the driver. */
static void moment(void)
{
    if (world.pace == 0)
        return;
    (void)lsi53c8xx_model_step(&chip,
                               random_below(&world.seed, world.pace + 1));
    isr();
}

static void publish(void)
{
    lsi53c8xx_model_publish(&chip);
}

static const struct hal_bus port = {
    .limits = &lsi53c8xx_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* A chip whose power was just turned on, and a driver that has not seen it. */
static void set_up(uint32_t slots)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    driven = (struct driven){ .dmacs = { &lsi.dmac },
                              .violation = &chip.violation,
                              .arena = arena,
                              .want = want,
                              .size = ARENA };
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)random_below(&world.seed, 256);
    memcpy(want, arena, ARENA);
    memset(ring, 0xEE, sizeof ring);

    lsi53c8xx_model_power_on(&chip);
    chip.base = REGISTERS;
    chip.now = &hooks.ticks;
    chip.script = (struct model_piece){ RING_BUS, sizeof ring, ring };
    chip.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.pieces[1] = (struct model_piece){ TOP_BUS, TOP, top };
    lsi = (struct lsi53c8xx){
        .dmac = { .ops = &lsi53c8xx_ops,
                  .bus = &port,
                  .limits = &lsi53c8xx_limits,
                  .ring_limits = &lsi53c8xx_ring_limits,
                  .same_phase = LSI53C8XX_SAME_PHASE },
        .base = REGISTERS,
        .ring = { ring, RING_BUS, sizeof ring },
        .slots = slots,
        .lengths = lengths,
    };
}

static void begin(const char *what, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    expect_status("start", start(0), IODMA_OK);
}

/* A copy from one offset of the arena to another. */
static struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

/* The n-th of a row of items that are easy to tell apart. */
struct hal_item nth(uint32_t n)
{
    return item(16 * n, HALF + 16 * n, 13);
}

/* What the items first .. last - 1 do, done to the bytes we want. */
static void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++)
        memcpy(&want[HALF + 16 * n], &want[16 * n], 13);
}

static void run(void)
{
    (void)lsi53c8xx_model_step(&chip, FOREVER);
}

static void expect_doorbells(uint32_t count)
{
    expect_number("writes of DSP", chip.writes[LSI_DSP], count);
    expect_number("doorbells", lsi.dmac.counts.doorbells, count);
}

/* After whatever befell it, the engine starts and copies. */
static void expect_usable(void)
{
    uint32_t writes;

    chip.abort_delay = 0;
    expect_status("start again", start(0), IODMA_OK);
    writes = chip.writes[LSI_DSP];
    batch(0, 100, 101);
    expect_items(100, 101);
    run();
    expect("an interrupt", asserted(0));
    expect_progress(1, HAL_FAULT_NONE);
    expect_number("writes of DSP", chip.writes[LSI_DSP] - writes, 1);
}

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

/* ---- Faults ---- */

/* Nothing moves and nothing interrupts, whatever is submitted. */
static void expect_dead(void)
{
    uint32_t moves = chip.moves;
    uint32_t doorbells = chip.writes[LSI_DSP];
    struct hal_item one = nth(90);

    (void)emit(0, &one, 1);
    submit(0);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("moves", chip.moves, moves);
    expect_number("writes of DSP", chip.writes[LSI_DSP], doorbells);
    expect("no interrupt", !asserted(0));
}

/* Overwrite a word of the script, behind the driver's back. */
static void damage(uint32_t slot, uint32_t word, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        ring[12 * slot + 4 * word + i] = (uint8_t)(value >> (8 * i));
    lsi53c8xx_model_publish(&chip);
}

/* A batch of three items in slots 0 to 2 with its INT in slot 3, and another
   behind it. What is broken in the first? */
static const struct {
    const char *what;
    uint32_t slot, word, value; /* damage */
    uint32_t moves;             /* done before the fault */
    uint32_t fault;
    uint32_t detail;
} faults[] = {
    { "an illegal instruction is a fault", 1, 0, 0xFFFFFFFF, 1,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "an illegal first instruction is a fault", 0, 0, 0, 0,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "ends of different phase are a fault", 2, 1, ARENA_BUS + 1, 2,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "a source where no memory is is a bus fault", 2, 1, 0x1000, 2,
      HAL_FAULT_BUS, LSI_DSTAT_BF },
    { "a destination where no memory is is a bus fault", 1, 2, 0x1000, 1,
      HAL_FAULT_BUS, LSI_DSTAT_BF },
    { "an INT of a batch to come is a fault", 3, 1, 7, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of the batch behind is a fault", 3, 1, 6, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of a batch long gone is a fault", 3, 1, 0, 3,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_SIR },
    { "an INT of an empty batch is a fault", 3, 1, 1, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of no batch is a fault", 3, 1, 0xDEADBEEF, 3,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_SIR },
};

static void expect_fault(uint32_t moves, uint32_t fault, uint32_t detail)
{
    struct hal_progress progress;

    run();
    expect("an interrupt", asserted(0));
    progress = reap(0);
    expect_number("retired", progress.retired, 0);
    expect_number("fault", progress.fault, fault);
    expect_number("detail", progress.detail, detail);
    expect_number("moves", chip.moves, moves);
    expect_items(0, moves);
    expect_dead();
    expect_number("halt", halt(1), STOPPED);
    expect_usable();
    expect_order();
}

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        begin(faults[i].what, 16);
        batch(0, 0, 3);
        batch(0, 3, 4);
        damage(faults[i].slot, faults[i].word, faults[i].value);
        expect_fault(faults[i].moves, faults[i].fault, faults[i].detail);
    }

    begin("a parity error is a fault", 16);
    batch(0, 0, 3);
    batch(0, 3, 4);
    chip.parity_at = 2;
    expect_fault(1, HAL_FAULT_PARITY, LSI_DSTAT_MDPE);

    begin("a fault in a later batch leaves the earlier one retired", 16);
    batch(0, 0, 3);
    batch(0, 3, 4);
    damage(4, 0, 0);
    run();
    expect_progress(3, HAL_FAULT_NONE);
    expect_fault(3, HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID);

    begin("start alone ends a fault", 16);
    batch(0, 0, 3);
    damage(0, 0, 0);
    run();
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_usable();
    expect_order();

    begin("a chip that leaves the bus is a fault", 16);
    batch(0, 0, 3);
    chip.absent = true;
    expect("a fault", reap(0).fault != HAL_FAULT_NONE);
    expect_dead();
    expect_order();
}

/* ---- The SCSI side ---- */

static const struct {
    const char *what;
    uint32_t sist;
    const char *cause;
} scsi_events[] = {
    { "a SCSI bus reset is a fault", LSI_SIST_RST, "SCSI bus reset" },
    { "a SCSI bus that changes its mode is a fault", LSI_SIST_SBMC,
      "SCSI bus mode changed" },
    { "a SCSI parity error is a fault", LSI_SIST_PAR, "SCSI parity error" },
    { "a SCSI disconnect is a fault", LSI_SIST_UDC, "SCSI disconnect" },
    { "a SCSI gross error is a fault", LSI_SIST_SGE, "SCSI gross error" },
    { "a SCSI phase mismatch is a fault", LSI_SIST_MA, "SCSI phase mismatch" },
    { "a SCSI selection that times out is a fault", LSI_SIST_STO,
      "SCSI selection timed out" },
};

static void expect_cause(uint32_t detail, const char *words)
{
    expect("the cause", strcmp(lsi53c8xx_cause(detail), words) == 0);
}

static void test_scsi_events(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(scsi_events); i++) {
        begin(scsi_events[i].what, 16);
        batch(0, 0, 3);
        batch(0, 3, 4);
        (void)lsi53c8xx_model_step(&chip, 1);
        lsi53c8xx_model_scsi(&chip, scsi_events[i].sist);
        expect_fault(1, HAL_FAULT_OTHER, scsi_events[i].sist << 8);
        expect_cause(scsi_events[i].sist << 8, scsi_events[i].cause);
    }

    begin("a SCSI event at rest is acknowledged, and harms nobody", 8);
    lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
    expect("an interrupt", asserted(0));
    expect_progress(0, HAL_FAULT_NONE);
    expect("no more", !asserted(0));
    batch(0, 0, 2);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 2);
    expect_order();

    begin("a SCSI event behind the end of a batch fails the next one", 16);
    batch(0, 0, 3);
    batch(0, 3, 5);
    run();
    lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
    expect_number("retired", reap(0).retired, 3);
    expect("the event asks still", asserted(0));
    expect_fault(3, HAL_FAULT_OTHER, LSI_SIST_RST << 8);

    begin("the end of a batch behind a SCSI event is not taken for done", 16);
    batch(0, 0, 3);
    (void)lsi53c8xx_model_step(&chip, 3);
    lsi53c8xx_model_scsi(&chip, LSI_SIST_SBMC);
    chip.second.dstat = LSI_DSTAT_SIR;
    expect_fault(3, HAL_FAULT_OTHER, LSI_SIST_SBMC << 8 | LSI_DSTAT_SIR);
}

static void test_causes(void)
{
    static const struct {
        uint32_t detail;
        const char *words;
    } rows[] = {
        { LSI_DSTAT_BF, "PCI bus fault" },
        { LSI_DSTAT_MDPE | LSI_SIST_RST << 8, "PCI parity error" },
        { LSI_DSTAT_IID, "illegal instruction" },
        { LSI_DSTAT_ABRT, "aborted" },
        { LSI_DSTAT_SIR, "INT of no batch" },
        { 0xFF, "the chip does not answer" },
        { 0, "unknown" },
    };

    check_case("each cause has its words");
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++)
        expect_cause(rows[i].detail, rows[i].words);
}

/* ---- What a boot loader left ---- */

static void test_left_running(void)
{
    check_case("a script that a boot loader left is aborted before the reset");
    set_up(8);
    chip.running = true;
    chip.dsp = RING_BUS;
    expect_status("start", start(0), IODMA_OK);
    expect_usable();
    expect_order();

    check_case("one that does not abort is ended by the reset, in time");
    set_up(8);
    damage(0, 0, LSI_JUMP);
    damage(0, 1, RING_BUS);
    chip.running = true;
    chip.dsp = RING_BUS;
    chip.abort_delay = FOREVER;
    expect_status("start", start(0), IODMA_OK);
    expect("half a second was waited", hooks.ticks >= 500);
    expect("and not much more", hooks.ticks < 520);
    expect_usable();
    expect_order();
}

/* ---- Halt ---- */

static void expect_halted(uint32_t answer)
{
    expect_number("halt", halt(1), answer);
    expect_dead();
}

static void test_halt(void)
{
    begin("halt of a resting engine: stopped", 8);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a running engine: stopped, the rest does not move", 8);
    batch(0, 0, 5);
    (void)lsi53c8xx_model_step(&chip, 2);
    expect_items(0, 2);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt waits while the engine takes its time", 8);
    batch(0, 0, 7);
    chip.abort_delay = 4;
    expect_number("halt", halt(1), STOPPED);
    expect_number("moves until it stopped", chip.moves, 4);
    expect_items(0, 4);
    expect_dead();
    expect_usable();
    expect_order();

    begin("halt of an engine that ends by itself meanwhile: stopped", 8);
    batch(0, 0, 2);
    batch(0, 2, 3);
    chip.abort_delay = 20;
    expect_halted(STOPPED);
    expect_items(0, 2);
    expect_usable();
    expect_order();

    begin("halt of an engine whose batch is not reaped: stopped", 8);
    batch(0, 0, 2);
    batch(0, 2, 3);
    run();
    expect_items(0, 2);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of an engine with items not submitted: stopped", 8);
    expect_number("taken",
                  emit(0, &(struct hal_item){ ARENA_BUS, ARENA_BUS, 4 }, 1), 1);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a faulted engine: stopped", 8);
    batch(0, 0, 2);
    damage(0, 0, 0);
    run();
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a faulted engine not reaped: stopped", 8);
    batch(0, 0, 2);
    damage(0, 0, 0);
    run();
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt twice: stopped", 8);
    batch(0, 0, 2);
    expect_number("halt", halt(1), STOPPED);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of an engine that never aborts is ended by the reset", 8);
    batch(0, 0, 2);
    damage(2, 0, LSI_JUMP);
    damage(2, 1, RING_BUS);
    chip.abort_delay = FOREVER;
    expect_number("halt", halt(1), STOPPED);
    expect("the deadline has passed", hooks.ticks >= 100);
    expect_items(0, 2);
    expect_dead();
    expect_usable();
    expect_order();
}

/* The SCSI side is heard of at any register access of halt: it comes before the
   abort, and has to be read before that can be seen. */
static uint32_t scsi_in;

static void scsi_event(void)
{
    if (scsi_in != 0 && --scsi_in == 0)
        lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
}

static void test_halt_hears_scsi(void)
{
    check_case("halt ends as soon as it can, whenever the SCSI side speaks");
    for (uint32_t access = 1; access < 8; access++) {
        uint64_t began;

        set_up(8);
        (void)start(0);
        batch(0, 0, 3);
        (void)lsi53c8xx_model_step(&chip, 1);
        expect_items(0, 1);
        chip.abort_delay = 3;
        scsi_in = access;
        chip.access = scsi_event;
        began = hooks.ticks;
        expect_number("halt", halt(1), STOPPED);
        chip.access = NULL;
        expect("before the deadline", hooks.ticks - began < 50);
        expect_items(1, chip.moves);
        expect_dead();
        expect_usable();
        expect_order();
    }
}

static void test_halt_in_vain(void)
{
    uint64_t began;

    begin("halt of a stuck engine: stuck, in bounded time", 8);
    batch(0, 0, 2);
    chip.stuck = true;
    began = hooks.ticks;
    expect_number("halt", halt(1), STUCK);
    expect("the deadline has passed", hooks.ticks - began >= 100);
    expect("soon after", hooks.ticks - began < 110);
    expect_number("doorbells", chip.writes[LSI_DSP], 1);

    begin("halt of an absent engine: stuck", 8);
    batch(0, 0, 2);
    chip.absent = true;
    expect_number("halt", halt(1), STUCK);
    expect_dead();
    expect_order();

    begin("halt of an absent engine at rest: stuck", 8);
    chip.absent = true;
    expect_number("halt", halt(1), STUCK);
    expect_order();
}

/* ---- Interrupts at any register access of halt ---- */

static uint32_t accesses_left;

static void late_interrupt(void)
{
    if (accesses_left == 0 || --accesses_left != 0)
        return;
    chip.access = NULL;
    (void)lsi53c8xx_model_step(&chip, FOREVER);
    (void)reap(0);
    expect("the line is released", !asserted(0));
}

/* The interrupt of a batch's end is on its way to the CPU when halt begins,
   and arrives at its n-th register access. */
static void test_late_interrupt(void)
{
    check_case("an interrupt that arrives within halt changes nothing");
    for (uint32_t access = 1; access < 12; access++) {
        set_up(8);
        (void)start(0);
        batch(0, 0, 2);
        batch(0, 2, 4);
        run();
        expect_items(0, 2);
        accesses_left = access;
        chip.access = late_interrupt;
        expect_number("halt", halt(1), STOPPED);
        chip.access = NULL;
        expect_items(2, chip.moves); /* the next batch may have begun */
        expect_dead();
        expect_usable();
        expect_order();
    }
}

/* As soon as the line is asserted. */
static void prompt_interrupt(void)
{
    if (hooks.masked != 0 || !asserted(0))
        return;
    chip.access = NULL;
    (void)reap(0);
    expect("the line is released", !asserted(0));
    chip.access = prompt_interrupt;
}

static void test_abort_interrupts(void)
{
    begin("the interrupt that an abort raises is taken by the ISR", 8);
    batch(0, 0, 5);
    (void)lsi53c8xx_model_step(&chip, 1);
    chip.abort_delay = 2;
    chip.access = prompt_interrupt;
    expect_number("halt", halt(1), STOPPED);
    chip.access = NULL;
    expect_items(0, chip.moves);
    expect_dead();
    expect_usable();
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
    test_faults();
    test_scsi_events();
    test_causes();
    test_left_running();
    test_halt();
    test_halt_hears_scsi();
    test_halt_in_vain();
    test_late_interrupt();
    test_abort_interrupts();
    test_random();
    return check_result();
}
