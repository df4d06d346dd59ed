/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the eDMA: how it is stopped, what is left without power,
 * and how it misbehaves.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_hand.h"

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
    test_halt();
    test_cancel();
    test_power();
    test_misbehaviour();
    return check_result();
}
