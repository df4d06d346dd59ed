/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the eDMA: that a correct sequence of register accesses
 * does what the manual says, of one descriptor and of channels side by side.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_hand.h"

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

int main(void)
{
    test_moves();
    test_errors();
    test_bus_errors();
    test_destination();
    test_commands();
    test_port();
    test_turns();
    test_progress();
    test_interrupts();
    return check_result();
}
