/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the eDMA: that each breach of a rule is caught.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/edma_hand.h"

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

int main(void)
{
    test_rules();
    return check_result();
}
