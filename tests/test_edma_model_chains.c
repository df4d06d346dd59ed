/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the eDMA: that one descriptor follows another, and one
 * channel another, as the manual says.
 */
#include "tests/check.h"
#include "tests/edma_hand.h"

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

int main(void)
{
    test_chain();
    test_loading();
    test_append();
    test_links();
    return check_result();
}
