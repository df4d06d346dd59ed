/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the eDMA: that a correct sequence of register accesses
 * does what the manual says, and that each breach of a rule is caught.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/edma_model.h"
#include "tests/model/edma_model_regs.h"

#include <string.h>

#define RING_BUS  0x20200000u
#define ARENA_BUS 0x80000000u
#define PORT_BUS  0x4018401Cu
#define NOWHERE   0x60000000u

enum {
    BASE = 0x400E8000,
    SLOTS = 8,
    ARENA = 2048,
    HALF = 1024, /* sources lie below, destinations above */
    SIZE = 64,   /* of the sample                         */
    REQUEST = 20,
    OTHER_REQUEST = 21,
    MANY = 10000,
};

static struct edma_model chip;
static struct edma_model_tcd ring[SLOTS];
static uint8_t published[sizeof ring];
static uint8_t arena[ARENA];
static uint8_t port_bytes[SIZE];

static void put(uint32_t offset, uint32_t value, unsigned size)
{
    mmio_model_write((uintptr_t)BASE + offset, value, size);
}

static uint32_t get(uint32_t offset, unsigned size)
{
    return mmio_model_read((uintptr_t)BASE + offset, size);
}

static uint32_t bank(uint32_t channel, uint32_t at)
{
    return EDMA_TCD + channel * 32 + at;
}

static uint32_t mux(uint32_t channel)
{
    return EDMA_MODEL_MUX + channel * 4;
}

static uint32_t csr(uint32_t channel)
{
    return get(bank(channel, EDMA_CSR), 2);
}

static uint32_t step(uint32_t steps)
{
    return engine_model_step(&chip.engine, steps);
}

static uint32_t slot_bus(uint32_t slot)
{
    return RING_BUS + slot * (uint32_t)sizeof ring[0];
}

/* Four iterations of four words; part 0 .. 15 of both halves. */
static struct edma_model_tcd sample(uint32_t part)
{
    return (struct edma_model_tcd){
        .saddr = ARENA_BUS + part * SIZE,
        .soff = 4,
        .attr = 2u << EDMA_ATTR_SSIZE | 2u << EDMA_ATTR_DSIZE,
        .nbytes = 16,
        .daddr = ARENA_BUS + HALF + part * SIZE,
        .doff = 4,
        .citer = 4,
        .csr = EDMA_CSR_INTMAJOR | EDMA_CSR_DREQ,
        .biter = 4,
    };
}

/* All of it in one minor loop, begun by its own START. */
static struct edma_model_tcd whole(uint32_t part)
{
    struct edma_model_tcd tcd = sample(part);

    tcd.nbytes = SIZE;
    tcd.citer = tcd.biter = 1;
    tcd.csr = EDMA_CSR_START | EDMA_CSR_INTMAJOR;
    return tcd;
}

static void install(uint32_t channel, const struct edma_model_tcd *tcd)
{
    put(bank(channel, EDMA_CSR), 0, 2);
    put(bank(channel, EDMA_SADDR), tcd->saddr, 4);
    put(bank(channel, EDMA_SOFF), tcd->soff, 2);
    put(bank(channel, EDMA_ATTR), tcd->attr, 2);
    put(bank(channel, EDMA_NBYTES), tcd->nbytes, 4);
    put(bank(channel, EDMA_SLAST), tcd->slast, 4);
    put(bank(channel, EDMA_DADDR), tcd->daddr, 4);
    put(bank(channel, EDMA_DOFF), tcd->doff, 2);
    put(bank(channel, EDMA_CITER), tcd->citer, 2);
    put(bank(channel, EDMA_DLAST_SGA), tcd->dlast_sga, 4);
    put(bank(channel, EDMA_BITER), tcd->biter, 2);
    put(bank(channel, EDMA_CSR), tcd->csr, 2);
}

static void install_sample(uint32_t channel)
{
    struct edma_model_tcd tcd = sample(channel % 16);

    install(channel, &tcd);
}

/* A chain in the ring: slot i moves part i + 1, and the last one ends. */
static void chain(uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i++) {
        ring[i] = whole(i + 1);
        if (i + 1 < slots) {
            ring[i].csr |= EDMA_CSR_ESG;
            ring[i].dlast_sga = slot_bus(i + 1);
        }
    }
    engine_model_publish(&chip.engine);
}

/* Part 0 in the bank of channel 0, followed by the ring. */
static struct edma_model_tcd head(void)
{
    struct edma_model_tcd tcd = whole(0);

    tcd.csr |= EDMA_CSR_ESG;
    tcd.dlast_sga = slot_bus(0);
    return tcd;
}

/* A port whose line goes to the channel. */
static void attach(uint32_t channel, uint32_t depth)
{
    chip.engine.ports[0] = (struct model_port){ .bus = PORT_BUS,
                                                .width = 4,
                                                .request = REQUEST,
                                                .depth = depth,
                                                .bytes = port_bytes,
                                                .size = sizeof port_bytes };
    put(mux(channel), EDMA_CHCFG_ENBL | REQUEST, 4);
}

/* A chip whose clock has just been turned on, with round robin. */
static void begin(const char *what)
{
    check_case(what);
    edma_model_power_on(&chip);
    chip.load_clears_done = false;
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING_BUS, sizeof ring, (uint8_t *)ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    memset(ring, 0, sizeof ring);
    memset(published, 0, sizeof published);
    memset(port_bytes, 0, sizeof port_bytes);
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = i < HALF ? (uint8_t)(i * 7 + i / 256) : 0x55;
    put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA | EDMA_CR_ERGA, 4);
}

static void expect_violation(const char *want)
{
    const char *got = chip.engine.violation;

    if (!expect(want ? want : "no violation",
                want ? got && strcmp(got, want) == 0 : !got) &&
        got)
        (void)expect(got, false);
}

static void expect_part(uint32_t part)
{
    (void)expect_bytes("part", arena + HALF + part * SIZE, arena + part * SIZE,
                       SIZE);
}

static void expect_untouched(uint32_t part)
{
    (void)expect_number("first byte", arena[HALF + part * SIZE], 0x55);
}

/* ---- One descriptor ---- */

static uint32_t same(uint32_t i)
{
    return i;
}

static uint32_t repeated(uint32_t i)
{
    return i % 4;
}

static uint32_t backwards(uint32_t i)
{
    return 60 - i / 4 * 4 + i % 4;
}

/* Rows of 16 of every 32 bytes. */
static uint32_t rows(uint32_t i)
{
    return i / 16 * 32 + i % 16;
}

static uint32_t wrapped(uint32_t i)
{
    return i % 16;
}

static const struct {
    const char *name;
    uint32_t start; /* from the beginning of the half */
    uint32_t ssize;
    uint32_t dsize;
    uint16_t soff;
    uint16_t doff;
    uint32_t smod;
    uint32_t nbytes;
    uint16_t iterations;
    uint32_t cr;
    uint32_t steps;
    uint32_t (*from)(uint32_t i);
} moves[] = {
    { "bytes", 0, 0, 0, 1, 1, 0, 64, 1, 0, 64, same },
    { "half words", 0, 1, 1, 2, 2, 0, 16, 4, 0, 32, same },
    { "words", 0, 2, 2, 4, 4, 0, 16, 4, 0, 16, same },
    { "double words", 0, 3, 3, 8, 8, 0, 32, 2, 0, 8, same },
    { "bursts", 0, 5, 5, 32, 32, 0, 64, 1, 0, 2, same },
    { "words gathered from bytes", 0, 0, 2, 1, 4, 0, 64, 1, 0, 16, same },
    { "bytes scattered from bursts", 0, 5, 0, 32, 1, 0, 32, 2, 0, 2, same },
    { "a fill: a source that stands", 0, 2, 2, 0, 4, 0, 64, 1, 0, 16,
      repeated },
    { "a source that goes backwards", 60, 2, 2, 0xFFFC, 4, 0, 64, 1, 0, 16,
      backwards },
    { "a source that wraps at a power of two", 0, 2, 2, 4, 4, 4, 64, 1, 0, 16,
      wrapped },
    { "rows, by an offset after the minor loop", 0, 2, 2, 4, 4, 0,
      EDMA_NBYTES_SMLOE | 16u << 10 | 16, 4, EDMA_CR_EMLM, 16, rows },
    { "minor loop mapping without an offset", 0, 2, 2, 4, 4, 0, 16, 4,
      EDMA_CR_EMLM, 16, same },
};

static void test_moves(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(moves); i++) {
        struct edma_model_tcd tcd = sample(0);
        uint32_t steps = 0;

        begin(moves[i].name);
        put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA | moves[i].cr, 4);
        tcd.saddr += moves[i].start;
        tcd.attr =
            (uint16_t)(moves[i].smod << EDMA_ATTR_SMOD |
                       moves[i].ssize << EDMA_ATTR_SSIZE | moves[i].dsize);
        tcd.soff = moves[i].soff;
        tcd.doff = moves[i].doff;
        tcd.nbytes = moves[i].nbytes;
        tcd.citer = tcd.biter = moves[i].iterations;
        install(0, &tcd);
        for (uint32_t k = 0; k < moves[i].iterations; k++) {
            put(EDMA_SSRT, 0, 1);
            steps += step(MANY);
        }
        (void)expect_number("steps", steps, moves[i].steps);
        (void)expect_number("moved", chip.engine.moved, moves[i].steps);
        for (uint32_t k = 0; k < SIZE; k++)
            if (!expect_number("byte", arena[HALF + k],
                               arena[moves[i].from(k)]))
                break;
        expect_untouched(1);
        (void)expect_number("INT", get(EDMA_INT, 4), 1);
        (void)expect_number("CSR", csr(0), tcd.csr | EDMA_CSR_DONE);
        (void)expect_number("CITER", get(bank(0, EDMA_CITER), 2),
                            moves[i].iterations);
        expect_violation(NULL);
    }
}

static const struct {
    const char *name;
    uint32_t at;
    unsigned size;
    uint32_t value;
    uint32_t es;
    uint32_t steps; /* all that happens */
} errors[] = {
    { "a misaligned source", EDMA_SADDR, 4, ARENA_BUS + 2, EDMA_ES_SAE, 1 },
    { "a misaligned offset of the source", EDMA_SOFF, 2, 2, EDMA_ES_SOE, 1 },
    { "a misaligned destination", EDMA_DADDR, 4, ARENA_BUS + HALF + 1,
      EDMA_ES_DAE, 1 },
    { "a misaligned offset of the destination", EDMA_DOFF, 2, 0xFFFF,
      EDMA_ES_DOE, 1 },
    { "a count that is no multiple of the sizes", EDMA_NBYTES, 4, 18,
      EDMA_ES_NCE, 1 },
    { "ELINK in CITER only", EDMA_CITER, 2, EDMA_ITER_ELINK | 4, EDMA_ES_NCE,
      4 },
    { "a source where nobody answers", EDMA_SADDR, 4, NOWHERE, EDMA_ES_SBE, 1 },
    { "a destination where nobody answers", EDMA_DADDR, 4, NOWHERE, EDMA_ES_DBE,
      1 },
};

static void test_errors(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(errors); i++) {
        begin(errors[i].name);
        install_sample(3);
        put(bank(3, errors[i].at), errors[i].value, errors[i].size);
        put(EDMA_SEEI, 3, 1);
        put(EDMA_SSRT, 3, 1);
        (void)expect_number("steps", step(MANY), errors[i].steps);
        (void)expect_number("ES", get(EDMA_ES, 4),
                            EDMA_ES_VLD | 3u << EDMA_ES_ERRCHN | errors[i].es);
        (void)expect_number("ERR", get(EDMA_ERR, 4), BIT32(3));
        (void)expect_number("INT", get(EDMA_INT, 4), 0);
        (void)expect_number("CSR", csr(3), sample(3).csr);
        (void)expect("it interrupts", engine_model_interrupt(&chip.engine, 3));
        put(EDMA_CERR, 3, 1);
        (void)expect_number("ES", get(EDMA_ES, 4),
                            3u << EDMA_ES_ERRCHN | errors[i].es);
        expect_violation(NULL);
    }
}

static void test_bus_errors(void)
{
    struct edma_model_tcd tcd = sample(0);

    begin("a count of 0 is an error");
    tcd.citer = tcd.biter = 0;
    install(0, &tcd);
    put(EDMA_SSRT, 0, 1);
    (void)expect_number("steps", step(MANY), 1);
    (void)expect_number("ES", get(EDMA_ES, 4), EDMA_ES_VLD | EDMA_ES_NCE);

    begin("what a refused read left on the bus is written, addresses stand");
    tcd = sample(0);
    tcd.saddr = ARENA_BUS + ARENA - 8;
    install(0, &tcd);
    put(EDMA_SSRT, 0, 1);
    (void)expect_number("steps", step(MANY), 3);
    (void)expect_number("moved", chip.engine.moved, 2);
    (void)expect_number("garbage", arena[HALF + 8], 0xEE);
    (void)expect_number("no more", arena[HALF + 12], 0x55);
    (void)expect_number("SADDR", get(bank(0, EDMA_SADDR), 4),
                        ARENA_BUS + ARENA);
    (void)expect_number("DADDR", get(bank(0, EDMA_DADDR), 4),
                        ARENA_BUS + HALF + 8);
    (void)expect_number("CITER", get(bank(0, EDMA_CITER), 2), 4);
    expect_violation(NULL);

    begin("a refused write loses the read that is under way");
    attach(0, 4);
    tcd = sample(0);
    tcd.saddr = PORT_BUS;
    tcd.soff = 0;
    tcd.daddr = NOWHERE;
    install(0, &tcd);
    chip.engine.ports[0].ready = 4;
    put(EDMA_SERQ, 0, 1);
    (void)step(1);
    (void)expect_number("taken from the port", chip.engine.ports[0].done, 8);
    (void)expect_number("moved", chip.engine.moved, 0);
    (void)expect_number("ERQ stays", get(EDMA_ERQ, 4), 1);
    expect_violation(NULL);
}

static void test_destination(void)
{
    struct edma_model_tcd tcd = whole(0);

    begin("a destination that wraps at a power of two");
    tcd.attr |= 4u << EDMA_ATTR_DMOD;
    install(0, &tcd);
    (void)step(MANY);
    (void)expect_bytes("the last", arena + HALF, arena + 48, 16);
    (void)expect_number("no more", arena[HALF + 16], 0x55);

    begin("rows of the destination, without an interrupt");
    put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA | EDMA_CR_EMLM, 4);
    tcd = sample(0);
    tcd.nbytes = EDMA_NBYTES_DMLOE | 16u << 10 | 16;
    tcd.citer = tcd.biter = 2;
    tcd.csr = 0;
    install(0, &tcd);
    put(EDMA_SSRT, 0, 1);
    (void)step(MANY);
    put(EDMA_SSRT, 0, 1);
    (void)step(MANY);
    (void)expect_bytes("the first", arena + HALF, arena, 16);
    (void)expect_number("the gap", arena[HALF + 16], 0x55);
    (void)expect_bytes("the second", arena + HALF + 32, arena + 16, 16);
    (void)expect_number("SADDR", get(bank(0, EDMA_SADDR), 4), ARENA_BUS + 32);
    (void)expect_number("DADDR", get(bank(0, EDMA_DADDR), 4),
                        ARENA_BUS + HALF + 48);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);
    expect_violation(NULL);
}

static void test_commands(void)
{
    begin("commands set and clear one channel, or all, or nothing");
    install_sample(4);
    put(mux(4), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 4, 1);
    (void)expect_number("HRS", get(EDMA_HRS, 4), BIT32(4));
    put(EDMA_CERQ, EDMA_NOP | EDMA_ALL, 1);
    (void)expect_number("ERQ", get(EDMA_ERQ, 4), BIT32(4));
    put(EDMA_ERQ, 0, 4);
    (void)expect_number("ERQ", get(EDMA_ERQ, 4), 0);
    put(EDMA_SEEI, 9, 1);
    put(EDMA_SEEI, 8, 1);
    put(EDMA_CEEI, 9, 1);
    (void)expect_number("EEI", get(EDMA_EEI, 4), BIT32(8));
    put(EDMA_ERQ, BIT32(4), 4);
    (void)step(MANY);
    (void)expect("DONE", csr(4) & EDMA_CSR_DONE);
    put(EDMA_CDNE, 4, 1);
    (void)expect("not DONE", !(csr(4) & EDMA_CSR_DONE));
    put(EDMA_INT, ~BIT32(4), 4);
    (void)expect_number("INT", get(EDMA_INT, 4), BIT32(4));
    put(EDMA_INT, BIT32(4), 4);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);
    put(bank(4, EDMA_SADDR), NOWHERE, 4);
    put(EDMA_SSRT, 4, 1);
    (void)step(1);
    put(EDMA_ERR, ~BIT32(4), 4);
    (void)expect_number("ERR", get(EDMA_ERR, 4), BIT32(4));
    put(EDMA_ERR, BIT32(4), 4);
    (void)expect_number("ERR", get(EDMA_ERR, 4), 0);
    put(mux(5), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    (void)expect_number("always on, twice", get(mux(5), 4),
                        EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON);
    expect_violation(NULL);

    begin("CITER and BITER differ at the beginning of a second run");
    install_sample(0);
    put(mux(0), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 0, 1);
    (void)step(MANY);
    put(bank(0, EDMA_BITER), 5, 2);
    put(EDMA_SERQ, 0, 1);
    (void)step(MANY);
    expect_violation("CITER and BITER differ at the beginning");
}

/* ---- Rules ---- */

/* One access: a write; with size STEPS, `value` steps; with READ, a read. */
enum { STEPS = 0x20, READ = 0x10 };

struct access {
    uint32_t offset;
    uint32_t value;
    unsigned size;
};

#define BANK(channel, at) (EDMA_TCD + 32u * (channel) + (at))
#define MUX(channel)      (EDMA_MODEL_MUX + 4u * (channel))
#define GO                                                                     \
    {                                                                          \
        EDMA_SSRT, 0, 1                                                        \
    }
#define WAIT(steps)                                                            \
    {                                                                          \
        0, steps, STEPS                                                        \
    }

/* Channel 0 is set up, 1 is not. */
static const struct {
    const char *violation;
    struct access accesses[4];
} rules[] = {
    { "an access beside the registers", { { 0x4080, 0, 4 } } },
    { "a misaligned register access", { { EDMA_CR + 2, 0, 4 } } },
    { "a register that there is not", { { 0x08, 0, READ | 4 } } },
    { "a register that there is not", { { 0x2000, 0, 4 } } },
    { "a register accessed in another width than its own",
      { { EDMA_CEEI, 0, 2 } } },
    { "a register accessed in another width than its own",
      { { EDMA_CEEI, 0, READ | 4 } } },
    { "a register accessed in another width than its own",
      { { EDMA_CR, 0, READ | 2 } } },
    { "a register accessed in another width than its own",
      { { BANK(0, EDMA_SADDR), 0, 2 } } },
    { "a register accessed in another width than its own",
      { { BANK(0, EDMA_CSR), 0, 1 } } },
    { "a register accessed in another width than its own",
      { { MUX(0), 0, 1 } } },
    { "a register written that is read-only", { { EDMA_ES, 0, 4 } } },
    { "a register written that is read-only", { { EDMA_HRS, 0, 4 } } },
    { "a reserved bit in CR", { { EDMA_CR, BIT32(0), 4 } } },
    { "CLM, which the model does not have", { { EDMA_CR, EDMA_CR_CLM, 4 } } },
    { "EMLM changed while a channel may run",
      { GO, WAIT(1), { EDMA_CR, EDMA_CR_EMLM, 4 } } },
    { "a reserved bit in a command", { { EDMA_CINT, BIT32(5), 1 } } },
    { "ECP, which the model does not have",
      { { EDMA_DCHPRI, EDMA_DCHPRI_ECP | 3, 1 } } },
    { "a priority changed under fixed arbitration",
      { { EDMA_CR, EDMA_CR_GRP1PRI, 4 }, GO, { EDMA_DCHPRI, 3, 1 } } },
    { "two channels of one priority",
      { { EDMA_CR, EDMA_CR_GRP1PRI, 4 }, { EDMA_DCHPRI, 4, 1 }, GO, WAIT(1) } },
    { "two groups of one priority", { { EDMA_CR, 0, 4 }, GO, WAIT(1) } },
    { "a channel enabled whose descriptor was never written",
      { { EDMA_SERQ, 1, 1 } } },
    { "a channel enabled whose descriptor was never written",
      { { EDMA_ERQ, BIT32(1), 4 } } },
    { "a channel enabled whose descriptor was never written",
      { { EDMA_SSRT, 1, 1 } } },
    { "a channel enabled whose descriptor was never written",
      { { BANK(1, EDMA_CSR), EDMA_CSR_START, 2 } } },
    { "a start of a channel that has not begun the last one", { GO, GO } },
    { "DONE set by hand", { { BANK(0, EDMA_CSR), EDMA_CSR_DONE, 2 } } },
    { "a descriptor changed whose channel may run",
      { GO, WAIT(1), { BANK(0, EDMA_SADDR), ARENA_BUS, 4 } } },
    { "a descriptor changed whose channel may run",
      { GO, { BANK(0, EDMA_NBYTES), 32, 4 } } },
    { "a descriptor changed whose channel may run",
      { GO, WAIT(1), { BANK(0, EDMA_CSR), 4u << 16, 4 } } },
    { "a descriptor changed whose channel may run",
      { { MUX(0), EDMA_CHCFG_ENBL | REQUEST, 4 },
        { EDMA_SERQ, 0, 1 },
        { BANK(0, EDMA_BITER), 4, 2 } } },
    { "a reserved SSIZE or DSIZE",
      { { BANK(0, EDMA_ATTR), 4u << EDMA_ATTR_SSIZE | 2, 2 }, GO, WAIT(1) } },
    { "a reserved SSIZE or DSIZE",
      { { BANK(0, EDMA_ATTR), 2u << EDMA_ATTR_SSIZE | 6, 2 }, GO, WAIT(1) } },
    { "a reserved BWC",
      { { BANK(0, EDMA_CSR), BIT32(14) | EDMA_CSR_START, 2 }, WAIT(1) } },
    { "a reserved bit in a descriptor",
      { { BANK(0, EDMA_CSR), BIT32(13) | EDMA_CSR_START, 2 }, WAIT(1) } },
    { "a reserved bit in a descriptor",
      { { BANK(0, EDMA_CITER), 0xC004, 2 },
        { BANK(0, EDMA_BITER), 0xC004, 2 },
        GO,
        WAIT(1) } },
    { "NBYTES of 0: 4 GiB", { { BANK(0, EDMA_NBYTES), 0, 4 }, GO, WAIT(1) } },
    { "CITER and BITER differ at the beginning",
      { { BANK(0, EDMA_BITER), 5, 2 }, GO, WAIT(1) } },
    { "INTHALF of a single iteration",
      { { BANK(0, EDMA_CITER), 1, 2 },
        { BANK(0, EDMA_BITER), 1, 2 },
        { BANK(0, EDMA_CSR), EDMA_CSR_INTHALF | EDMA_CSR_START, 2 },
        WAIT(1) } },
    { "a descriptor outside the ring",
      { { BANK(0, EDMA_DLAST_SGA), ARENA_BUS, 4 },
        { BANK(0, EDMA_CITER), 1, 2 },
        { BANK(0, EDMA_BITER), 1, 2 },
        { BANK(0, EDMA_CSR), EDMA_CSR_ESG | EDMA_CSR_START, 2 } } },
    { "a reserved bit in CHCFG", { { MUX(0), BIT32(7), 4 } } },
    { "TRIG, which the model does not have",
      { { MUX(0), EDMA_CHCFG_TRIG | EDMA_CHCFG_ENBL | REQUEST, 4 } } },
    { "the source of a mux channel changed while it is on",
      { { MUX(0), EDMA_CHCFG_ENBL | REQUEST, 4 },
        { MUX(0), EDMA_CHCFG_ENBL | OTHER_REQUEST, 4 } } },
    { "one source for two channels",
      { { MUX(0), EDMA_CHCFG_ENBL | REQUEST, 4 },
        { MUX(1), EDMA_CHCFG_ENBL | REQUEST, 4 } } },
};

static void play(const struct access *access)
{
    if (access->size == STEPS)
        (void)step(access->value);
    else if (access->size & READ)
        (void)get(access->offset, access->size & ~(unsigned)READ);
    else if (access->size != 0)
        put(access->offset, access->value, access->size);
}

static void test_rules(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(rules); i++) {
        begin(rules[i].violation);
        install_sample(0);
        (void)get(EDMA_CR, 4);
        expect_violation(NULL);
        for (size_t k = 0; k < HAL_COUNT_OF(rules[i].accesses); k++)
            play(&rules[i].accesses[k]);
        (void)step(MANY);
        expect_violation(rules[i].violation);
    }
}

/* ---- Chains ---- */

static void test_chain(void)
{
    struct edma_model_tcd tcd = head();

    begin("a chain runs to its end, by descriptors as published");
    chain(3);
    ring[1].daddr = NOWHERE; /* not seen: not published */
    install(0, &tcd);
    (void)expect_number("steps", step(MANY), 4 * 16 + 3);
    (void)expect_number("fetched", chip.engine.fetched, 3);
    for (uint32_t part = 0; part < 4; part++)
        expect_part(part);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR | EDMA_CSR_DONE);
    expect_violation(NULL);
}

static void test_loading(void)
{
    struct edma_model_tcd tcd = head();

    begin("between the last element and the load it is DONE and not ACTIVE");
    chain(1);
    ring[0].csr = EDMA_CSR_INTMAJOR;
    engine_model_publish(&chip.engine);
    install(0, &tcd);
    (void)step(16);
    (void)expect_number("CSR", csr(0),
                        EDMA_CSR_INTMAJOR | EDMA_CSR_ESG | EDMA_CSR_DONE);
    (void)expect("the engine works", get(EDMA_CR, 4) & EDMA_CR_ACTIVE);
    (void)expect_number("DADDR", get(bank(0, EDMA_DADDR), 4),
                        ARENA_BUS + HALF + SIZE);
    (void)step(1);
    (void)expect_number("CSR: DONE outlives the load", csr(0),
                        EDMA_CSR_INTMAJOR | EDMA_CSR_DONE);
    (void)expect_number("SADDR", get(bank(0, EDMA_SADDR), 4), ring[0].saddr);
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    (void)expect_number("CSR: the beginning clears DONE", csr(0),
                        EDMA_CSR_INTMAJOR | EDMA_CSR_ACTIVE);
    expect_violation(NULL);

    begin("a load that clears DONE");
    chip.load_clears_done = true;
    chain(1);
    ring[0].csr = EDMA_CSR_INTMAJOR;
    engine_model_publish(&chip.engine);
    install(0, &tcd);
    (void)step(17);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR);
    expect_violation(NULL);

    begin("DLAST_SGA changed while the engine follows it");
    chain(1);
    install(0, &tcd);
    (void)step(16);
    put(bank(0, EDMA_DLAST_SGA), slot_bus(0), 4);
    (void)step(1);
    expect_violation("DLAST_SGA changed while the engine follows it");

    begin("a descriptor changed while the engine loads the next");
    chain(1);
    install(0, &tcd);
    (void)step(16);
    put(bank(0, EDMA_SADDR), ARENA_BUS, 4);
    (void)step(1);
    expect_violation("a descriptor changed whose channel may run");

    begin("CITER and BITER differ in a descriptor that is loaded");
    chain(1);
    ring[0].biter = 2;
    engine_model_publish(&chip.engine);
    install(0, &tcd);
    (void)step(MANY);
    expect_violation("CITER and BITER differ at the beginning");

    begin("a descriptor in memory with ACTIVE or DONE");
    chain(1);
    ring[0].csr |= EDMA_CSR_DONE;
    engine_model_publish(&chip.engine);
    install(0, &tcd);
    (void)step(MANY);
    expect_violation("a descriptor in memory with ACTIVE or DONE");

    begin("a link that is no multiple of 32 is an error, after DONE");
    chain(1);
    tcd.dlast_sga += 16;
    install(0, &tcd);
    (void)step(MANY);
    (void)expect_number("ES", get(EDMA_ES, 4), EDMA_ES_VLD | EDMA_ES_SGE);
    (void)expect_number("INT", get(EDMA_INT, 4), 1);
    (void)expect_number("fetched", chip.engine.fetched, 0);
    expect_violation(NULL);
}

static void test_append(void)
{
    struct edma_model_tcd tcd = whole(0);
    uint32_t steps;

    begin("a descriptor appended to one that runs is followed");
    chain(1);
    install(0, &tcd);
    (void)step(5);
    put(bank(0, EDMA_DLAST_SGA), slot_bus(0), 4);
    put(bank(0, EDMA_CSR), csr(0) | EDMA_CSR_ESG, 2);
    (void)expect("ESG stays", csr(0) & EDMA_CSR_ESG);
    put(bank(0, EDMA_CSR), EDMA_CSR_INTMAJOR | EDMA_CSR_ESG, 2);
    (void)expect("ACTIVE cannot be cleared", csr(0) & EDMA_CSR_ACTIVE);
    steps = step(MANY);
    (void)expect_number("steps", steps, 11 + 1 + 16);
    expect_part(1);
    expect_violation(NULL);

    begin("ESG and MAJORELINK written while DONE are dropped");
    chain(1);
    install(0, &tcd);
    (void)step(MANY);
    put(bank(0, EDMA_DLAST_SGA), slot_bus(0), 4);
    put(bank(0, EDMA_CSR), csr(0) | EDMA_CSR_ESG | EDMA_CSR_MAJORELINK, 2);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR | EDMA_CSR_DONE);
    put(bank(0, EDMA_CSR), EDMA_CSR_ESG, 2);
    (void)expect_number("CSR: even as DONE is cleared", csr(0), 0);
    put(bank(0, EDMA_CSR), EDMA_CSR_ESG | EDMA_CSR_ACTIVE, 2);
    (void)expect_number("CSR: nor ACTIVE set", csr(0), EDMA_CSR_ESG);
    expect_violation(NULL);

    begin("a write to BITER while DONE drops ESG, too");
    tcd = head();
    chain(2);
    ring[0].csr = EDMA_CSR_ESG;
    engine_model_publish(&chip.engine);
    install(0, &tcd);
    (void)step(MANY);
    (void)expect_number("CSR: loaded", csr(0), EDMA_CSR_ESG | EDMA_CSR_DONE);
    put(bank(0, EDMA_BITER), 1, 2);
    (void)expect_number("CSR", csr(0), EDMA_CSR_DONE);
    expect_violation(NULL);

    begin("a START written back after it was taken starts once more");
    install_sample(0);
    put(EDMA_SSRT, 0, 1);
    steps = csr(0);
    (void)step(1);
    put(bank(0, EDMA_CSR), steps, 2);
    (void)expect_number("steps", step(MANY), 3 + 4);
    expect_violation(NULL);
}

static void test_links(void)
{
    struct edma_model_tcd tcd = sample(0);

    begin("links of minor loops start another channel, save the last");
    tcd.citer = tcd.biter =
        (uint16_t)(EDMA_ITER_ELINK | 17u << EDMA_ITER_LINKCH | 2);
    install(0, &tcd);
    install_sample(17);
    put(EDMA_SSRT, 0, 1);
    (void)expect_number("steps", step(MANY), 4 + 4);
    put(EDMA_SSRT, 0, 1);
    (void)expect_number("steps", step(MANY), 4);
    (void)expect_number("CITER", get(bank(17, EDMA_CITER), 2), 3);
    (void)expect_number("INT", get(EDMA_INT, 4), 1);
    expect_violation(NULL);

    begin("a link of the major loop starts another channel");
    install_sample(5);
    tcd = whole(0);
    tcd.csr |= EDMA_CSR_MAJORELINK | 5u << EDMA_CSR_MAJORLINKCH;
    install(0, &tcd);
    (void)expect_number("steps", step(MANY), 16 + 4);
    (void)expect_number("CITER", get(bank(5, EDMA_CITER), 2), 3);
    expect_violation(NULL);

    begin("a link to a channel that has not begun the last one");
    put(EDMA_CR, EDMA_CR_GRP1PRI, 4);
    tcd = whole(1);
    tcd.csr |= EDMA_CSR_MAJORELINK;
    install(1, &tcd);
    install_sample(0);
    put(EDMA_SSRT, 0, 1);
    (void)step(MANY);
    expect_violation("a start of a channel that has not begun the last one");
}

/* ---- Requests and turns ---- */

static void test_port(void)
{
    struct edma_model_tcd tcd = sample(0);

    begin("a paced channel moves a minor loop when the port asks for one");
    attach(0, 4);
    tcd.daddr = PORT_BUS;
    tcd.doff = 0;
    install(0, &tcd);
    put(EDMA_SERQ, 0, 1);
    chip.engine.ports[0].ready = 3;
    (void)expect_number("HRS", get(EDMA_HRS, 4), 0);
    (void)expect_number("steps: it lacks one", step(MANY), 0);
    for (uint32_t i = 0; i < 4; i++) {
        chip.engine.ports[0].ready = 4;
        (void)expect_number("HRS", get(EDMA_HRS, 4), 1);
        (void)expect_number("steps", step(MANY), 4);
    }
    (void)expect_bytes("sent", port_bytes, arena, SIZE);
    (void)expect_number("ERQ: DREQ", get(EDMA_ERQ, 4), 0);
    chip.engine.ports[0].ready = 4;
    (void)expect_number("steps after the end", step(MANY), 0);
    expect_violation(NULL);

    begin("a minor loop larger than the FIFO");
    attach(0, 3);
    install(0, &tcd);
    put(EDMA_SERQ, 0, 1);
    (void)step(1);
    expect_violation("a minor loop larger than the FIFO");

    begin("a port paced by a request that is not its own");
    attach(0, 4);
    put(mux(0), 0, 4);
    install(0, &tcd);
    chip.engine.ports[0].ready = 4;
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    expect_violation("a port paced by a request that is not its own");

    begin("a channel that is always on runs without START, until DREQ");
    install_sample(0);
    put(mux(0), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 0, 1);
    (void)expect_number("steps", step(MANY), 16);
    expect_part(0);
    expect_violation(NULL);
}

static void test_turns(void)
{
    begin("round robin goes from the highest channel down, by minor loops");
    for (uint32_t i = 0; i < 3; i++)
        install_sample(i * 8);
    put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA | EDMA_CR_ERGA, 4);
    for (uint32_t i = 0; i < 3; i++)
        put(EDMA_SSRT, i * 8, 1);
    (void)step(1);
    (void)expect("16 is first", csr(16) & EDMA_CSR_ACTIVE);
    (void)step(4);
    (void)expect("then 8", csr(8) & EDMA_CSR_ACTIVE);
    (void)step(4);
    (void)expect("then 0", csr(0) & EDMA_CSR_ACTIVE);
    expect_violation(NULL);

    begin("fixed arbitration serves the highest priority");
    put(EDMA_DCHPRI ^ 3, 9, 1);
    put((EDMA_DCHPRI + 9) ^ 3, 0, 1);
    put(EDMA_CR, EDMA_CR_GRP1PRI, 4);
    (void)expect_number("DCHPRI0", get(EDMA_DCHPRI ^ 3, 1), 9);
    (void)expect_number("DCHPRI16", get((EDMA_DCHPRI + 16) ^ 3, 1),
                        BIT32(EDMA_DCHPRI_GRP));
    install_sample(0);
    install_sample(8);
    put(EDMA_SSRT, 0, 1);
    put(EDMA_SSRT, 8, 1);
    install_sample(16);
    put(EDMA_SSRT, 16, 1);
    (void)step(1);
    (void)expect("the higher group", csr(16) & EDMA_CSR_ACTIVE);
    (void)step(4);
    (void)expect("then 0", csr(0) & EDMA_CSR_ACTIVE);
    expect_violation(NULL);
}

static void test_progress(void)
{
    struct edma_model_tcd tcd = sample(0);

    begin("a channel that runs shows where it is");
    tcd.csr = EDMA_CSR_INTHALF;
    tcd.dlast_sga = 0x100;
    tcd.slast = 0u - SIZE;
    install(0, &tcd);
    put(EDMA_SSRT, 0, 1);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTHALF | EDMA_CSR_START);
    (void)step(3);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTHALF | EDMA_CSR_ACTIVE);
    (void)expect_number("SADDR", get(bank(0, EDMA_SADDR), 4), ARENA_BUS + 12);
    (void)expect_number("NBYTES", get(bank(0, EDMA_NBYTES), 4), 4);
    (void)step(MANY);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);
    (void)expect_number("NBYTES", get(bank(0, EDMA_NBYTES), 4), 16);
    put(EDMA_SSRT, 0, 1);
    (void)step(MANY);
    (void)expect_number("INT: half", get(EDMA_INT, 4), 1);
    (void)expect_number("CITER", get(bank(0, EDMA_CITER), 2), 2);
    for (uint32_t i = 0; i < 2; i++) {
        put(EDMA_SSRT, 0, 1);
        (void)step(MANY);
    }
    (void)expect_number("SADDR", get(bank(0, EDMA_SADDR), 4), ARENA_BUS);
    (void)expect_number("DADDR", get(bank(0, EDMA_DADDR), 4),
                        ARENA_BUS + HALF + SIZE + 0x100);
    expect_violation(NULL);
}

static void test_interrupts(void)
{
    begin("channels n and n + 16 share a vector, and errors have one for all");
    install_sample(18);
    put(bank(18, EDMA_CITER), 1, 2);
    put(bank(18, EDMA_BITER), 1, 2);
    put(EDMA_SSRT, 18, 1);
    (void)step(MANY);
    (void)expect("2", engine_model_interrupt(&chip.engine, 2));
    (void)expect("18", engine_model_interrupt(&chip.engine, 18));
    (void)expect("not 3", !engine_model_interrupt(&chip.engine, 3));
    put(EDMA_CINT, 18, 1);
    (void)expect("an acknowledge is posted",
                 engine_model_interrupt(&chip.engine, 18));
    (void)get(EDMA_CR, 4);
    (void)expect("and then seen", !engine_model_interrupt(&chip.engine, 18));
    put(bank(18, EDMA_SADDR), NOWHERE, 4);
    put(EDMA_SSRT, 18, 1);
    (void)step(MANY);
    (void)expect("no EEI", !engine_model_interrupt(&chip.engine, 18));
    put(EDMA_SEEI, EDMA_ALL, 1);
    (void)get(EDMA_CR, 4);
    (void)expect("18", engine_model_interrupt(&chip.engine, 18));
    (void)expect("3", engine_model_interrupt(&chip.engine, 3));
    expect_violation(NULL);
}

/* ---- Stopping ---- */

static void test_halt(void)
{
    begin("HALT lets the minor loop end, and no other begin");
    install_sample(0);
    install_sample(1);
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    put(EDMA_SSRT, 1, 1);
    put(EDMA_CR, EDMA_CR_HALT | EDMA_CR_GRP1PRI | EDMA_CR_ERCA, 4);
    (void)expect_number("steps", step(MANY), 3);
    put(bank(1, EDMA_CITER), 4, 2);
    put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA, 4);
    (void)expect_number("steps", step(MANY), 4);
    expect_violation(NULL);

    begin("an error with HOE sets HALT");
    install_sample(0);
    put(bank(0, EDMA_SADDR), NOWHERE, 4);
    install_sample(1);
    put(EDMA_CR, EDMA_CR_HOE | EDMA_CR_GRP1PRI | EDMA_CR_ERCA, 4);
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    put(EDMA_SSRT, 1, 1);
    (void)expect_number("steps", step(MANY), 0);
    (void)expect("HALT", get(EDMA_CR, 4) & EDMA_CR_HALT);
    expect_violation(NULL);
}

static void test_cancel(void)
{
    struct edma_model_tcd tcd = whole(0);

    begin("CX retires what is executed as if the minor loop were done");
    install(0, &tcd);
    (void)step(5);
    put(EDMA_CR, EDMA_CR_CX | EDMA_CR_GRP1PRI | EDMA_CR_ERCA, 4);
    (void)expect_number("CX", get(EDMA_CR, 4), EDMA_CR_GRP1PRI | EDMA_CR_ERCA);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR | EDMA_CSR_DONE);
    (void)expect_number("moved", chip.engine.moved, 5);
    (void)expect_number("steps", step(MANY), 0);
    (void)expect_number("ERR", get(EDMA_ERR, 4), 0);
    expect_violation(NULL);

    begin("ECX does so with an error, after abort_delay steps");
    install(0, &tcd);
    (void)step(5);
    chip.engine.abort_delay = 2;
    put(EDMA_CR, EDMA_CR_ECX | EDMA_CR_GRP1PRI | EDMA_CR_ERCA, 4);
    (void)expect("ECX", get(EDMA_CR, 4) & EDMA_CR_ECX);
    (void)step(1);
    (void)expect("ECX", get(EDMA_CR, 4) & EDMA_CR_ECX);
    (void)step(1);
    (void)expect_number("ECX", get(EDMA_CR, 4) & EDMA_CR_ECX, 0);
    (void)expect_number("moved", chip.engine.moved, 7);
    (void)expect_number("ES", get(EDMA_ES, 4), EDMA_ES_VLD | EDMA_ES_ECX);
    expect_violation(NULL);

    begin("a descriptor that follows one that was cancelled is loaded");
    tcd = head();
    chain(1);
    install(0, &tcd);
    (void)step(5);
    put(EDMA_CR, EDMA_CR_ECX | EDMA_CR_HALT | EDMA_CR_GRP1PRI | EDMA_CR_ERCA,
        4);
    (void)expect_number("steps", step(MANY), 1);
    (void)expect_number("fetched", chip.engine.fetched, 1);
    expect_violation(NULL);

    begin("a stuck chip takes no notice");
    tcd = whole(0);
    tcd.csr |= EDMA_CSR_DREQ;
    tcd.citer = tcd.biter = 2;
    tcd.nbytes = SIZE / 2;
    install(0, &tcd);
    put(mux(0), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 0, 1);
    (void)step(5);
    chip.engine.stuck = true;
    put(mux(0), 0, 4);
    put(EDMA_CR, EDMA_CR_HALT | EDMA_CR_CX, 4);
    put(bank(0, EDMA_CSR), 0, 2);
    put(EDMA_CERQ, EDMA_ALL, 1);
    (void)expect_number("steps", step(MANY), 11);
    expect_part(0);
    expect_violation(NULL);
}

static void test_power(void)
{
    begin("power-up: descriptors are undefined, and may be DONE");
    edma_model_power_on(&chip);
    chip.engine.base = BASE;
    (void)expect_number("CR", get(EDMA_CR, 4), EDMA_CR_GRP1PRI);
    (void)expect("DONE", csr(0) & EDMA_CSR_DONE);
    (void)expect_number("steps", step(MANY), 0);

    begin("a power cycle forgets all registers");
    install_sample(0);
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    chip.load_clears_done = true;
    engine_model_power_cycle(&chip.engine);
    (void)expect("what the test set stays", chip.load_clears_done);
    (void)expect_number("CR", get(EDMA_CR, 4), EDMA_CR_GRP1PRI);
    (void)expect_number("steps", step(MANY), 0);
    put(EDMA_SSRT, 0, 1);
    (void)step(1);
    expect_violation("a channel enabled whose descriptor was never written");

    begin("a chip that is absent reads all ones and does not interrupt");
    chip.engine.misbehaves = ENGINE_SPURIOUS;
    (void)step(1);
    (void)expect("an interrupt", engine_model_interrupt(&chip.engine, 0));
    chip.engine.absent = true;
    (void)expect_number("CR", get(EDMA_CR, 4), UINT32_MAX);
    (void)expect("no interrupt", !engine_model_interrupt(&chip.engine, 0));
    expect_violation(NULL);
}

/* ---- Misbehaviour ---- */

/* One whole descriptor, 16 elements; it goes wrong at the sixth. */
static const struct {
    const char *name;
    uint32_t kind;
    uint32_t moved;   /* elements, once it says so or stands         */
    uint32_t csr;     /* besides INTMAJOR                            */
    uint32_t errors;  /* ES                                          */
    uint32_t arrived; /* bytes, after all steps                      */
    bool interrupts;
} ways[] = {
    { "it fails", ENGINE_FAILS, 5, 0, EDMA_ES_VLD | EDMA_ES_SBE, 20, false },
    { "it stalls", ENGINE_STALLS, 5, EDMA_CSR_ACTIVE, 0, 20, false },
    { "it is early", ENGINE_EARLY, 5, EDMA_CSR_DONE, 0, SIZE, true },
    { "it is late", ENGINE_LATE, 16, EDMA_CSR_ACTIVE, 0, SIZE, false },
    { "it moves nothing more", ENGINE_IDLES, 5, EDMA_CSR_DONE, 0, 20, true },
    { "it stops", ENGINE_STOPS, 5, 0, 0, 20, false },
};

static void test_misbehaviour(void)
{
    struct edma_model_tcd tcd = whole(0);

    for (size_t i = 0; i < HAL_COUNT_OF(ways); i++) {
        begin(ways[i].name);
        install(0, &tcd);
        chip.engine.misbehaves = ways[i].kind;
        chip.engine.at = 5;
        chip.engine.delay = 3;
        (void)step(ways[i].kind == ENGINE_LATE ? 16 : 6);
        (void)expect_number("moved", chip.engine.moved, ways[i].moved);
        (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR | ways[i].csr);
        (void)expect_number("ES", get(EDMA_ES, 4), ways[i].errors);
        (void)expect_number("INT", get(EDMA_INT, 4), ways[i].interrupts);
        (void)expect_number("further steps", step(MANY),
                            ways[i].kind == ENGINE_EARLY  ? 11
                            : ways[i].kind == ENGINE_LATE ? 4
                                                          : 0);
        (void)expect_bytes("arrived", arena + HALF, arena, ways[i].arrived);
        if (ways[i].arrived < SIZE)
            (void)expect("no more", arena[HALF + ways[i].arrived + 4] == 0x55);
        expect_violation(NULL);
    }

    begin("it interrupts without a cause");
    chip.engine.misbehaves = ENGINE_SPURIOUS;
    (void)step(MANY);
    (void)expect_number("INT", get(EDMA_INT, 4), 1);
    put(EDMA_CINT, 0, 1);
    (void)step(MANY);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);

    begin("it interrupts again after the acknowledge, once");
    install(0, &tcd);
    chip.engine.misbehaves = ENGINE_TWICE;
    (void)step(MANY);
    put(EDMA_CINT, 0, 1);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);
    (void)expect_number("steps", step(MANY), 1);
    (void)expect_number("INT", get(EDMA_INT, 4), 1);
    put(EDMA_CINT, 0, 1);
    (void)expect_number("steps", step(MANY), 0);
    (void)expect_number("INT", get(EDMA_INT, 4), 0);

    begin("a stall is ended by CX");
    install(0, &tcd);
    chip.engine.misbehaves = ENGINE_STALLS;
    (void)step(MANY);
    put(EDMA_CR, EDMA_CR_CX, 4);
    (void)expect_number("CR", get(EDMA_CR, 4), 0);
    (void)expect_number("CSR", csr(0), EDMA_CSR_INTMAJOR | EDMA_CSR_DONE);
    put(EDMA_CR, EDMA_CR_GRP1PRI, 4);
    install(0, &tcd);
    (void)expect_number("steps", step(MANY), 16);
    expect_violation(NULL);

    begin("it stops, and is enabled no more");
    install_sample(0);
    put(mux(0), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 0, 1);
    chip.engine.misbehaves = ENGINE_STOPS;
    chip.engine.at = 6;
    (void)expect_number("steps", step(MANY), 7);
    (void)expect_number("ERQ", get(EDMA_ERQ, 4), 0);

    begin("it is early by several minor loops");
    install_sample(0);
    put(mux(0), EDMA_CHCFG_ENBL | EDMA_CHCFG_A_ON, 4);
    put(EDMA_SERQ, 0, 1);
    chip.engine.misbehaves = ENGINE_EARLY;
    chip.engine.at = 6;
    (void)step(7);
    (void)expect("DONE", csr(0) & EDMA_CSR_DONE);
    (void)expect_number("further steps", step(MANY), 10);
    expect_part(0);
    expect_violation(NULL);
}

int main(void)
{
    test_moves();
    test_errors();
    test_bus_errors();
    test_destination();
    test_commands();
    test_rules();
    test_chain();
    test_loading();
    test_append();
    test_links();
    test_port();
    test_turns();
    test_progress();
    test_interrupts();
    test_halt();
    test_cancel();
    test_power();
    test_misbehaviour();
    return check_result();
}
