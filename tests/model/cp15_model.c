/* SPDX-License-Identifier: MIT */
#include "tests/model/cp15_model.h"

#include "hal/bits.h"
#include "platform/barrier.h"
#include "platform/native/cp15.h"

/* Fields of CTR, in words of 4 bytes as a power of two (B4.1, CTR). */
enum {
    CTR_ARMV7 = 4,
    CTR_FORMAT = 29,
    CTR_CWG = 24,
    CTR_DMINLINE = 16,
    CTR_L1IP = 14,
    CTR_IMINLINE = 0,
    L1IP_PHYSICAL = 3,
};

/* Fields of CLIDR and CCSIDR (B4.1, under each name). */
enum {
    CLIDR_SEPARATE = 3, /* type of a level: instructions and data apart */
    CLIDR_UNIFIED = 4,
    CLIDR_LEVEL = 3, /* bits of a type           */
    CLIDR_LOUIS = 21,
    CLIDR_LOC = 24,
    CLIDR_LOUU = 27,
    CCSIDR_WAYS = 3, /* less one                 */
    CCSIDR_SETS = 13,
    CSSELR_INSTRUCTIONS = 1,
    WAYS = 4,
};

/* The core that is on. */
static struct cp15_model *core;

void cp15_model_power_on(struct cp15_model *model)
{
    *model = (struct cp15_model){ 0 };
    model->lines.line[0] = 64;
    model->lines.fetch_line = 32;
    cache_lines_power_on(&model->lines);
    core = model;
}

/* Identification ---------------------------------------------------------- */

static uint32_t power_of(uint32_t value)
{
    uint32_t power = 0;

    while (value >> power > 1)
        power++;
    return power;
}

uint32_t cp15_read_ctr(void)
{
    const uint32_t *line = core->lines.line;
    uint32_t least = line[1] != 0 ? smaller32(line[0], line[1]) : line[0];

    cache_lines_access(&core->lines);
    core->ctr_reads++;
    return (uint32_t)CTR_ARMV7 << CTR_FORMAT |
           (core->mute ? 0 : power_of(larger32(line[0], line[1]) / 4))
               << CTR_CWG |
           power_of(least / 4) << CTR_DMINLINE |
           (uint32_t)L1IP_PHYSICAL << CTR_L1IP |
           power_of(core->lines.fetch_line / 4) << CTR_IMINLINE;
}

uint32_t cp15_read_clidr(void)
{
    bool two = core->lines.line[1] != 0;

    cache_lines_access(&core->lines);
    return CLIDR_SEPARATE | (two ? CLIDR_UNIFIED << CLIDR_LEVEL : 0) |
           1u << CLIDR_LOUIS | (two ? 2u : 1u) << CLIDR_LOC | 1u << CLIDR_LOUU;
}

void cp15_write_csselr(uint32_t value)
{
    uint32_t level = value >> 1;

    cache_lines_access(&core->lines);
    core->csselr = value;
    core->selected_at = core->lines.isbs;
    if (level >= CACHE_LINES_LEVELS || core->lines.line[level] == 0 ||
        (level == 1 && value & CSSELR_INSTRUCTIONS))
        (void)cache_lines_violates(&core->lines,
                                   "CSSELR names a cache that is not there");
}

uint32_t cp15_read_ccsidr(void)
{
    uint32_t line = core->csselr & CSSELR_INSTRUCTIONS
                        ? core->lines.fetch_line
                        : core->lines.line[core->csselr >> 1 & 1];

    cache_lines_access(&core->lines);
    if (core->selected_at == core->lines.isbs)
        (void)cache_lines_violates(
            &core->lines, "CCSIDR is read without an ISB after CSSELR");
    if (line == 0)
        return 0;
    return (power_of(line / 4) - 2) | (WAYS - 1u) << CCSIDR_WAYS |
           (CACHE_LINES_ARENA / (WAYS * line) - 1) << CCSIDR_SETS;
}

/* Operations -------------------------------------------------------------- */

void cp15_dccmvac(uint32_t va)
{
    cache_lines_issue(&core->lines, CACHE_CLEAN, va);
}

void cp15_dccimvac(uint32_t va)
{
    cache_lines_issue(&core->lines, CACHE_CLEAN_INVALIDATE, va);
}

void cp15_dcimvac(uint32_t va)
{
    cache_lines_issue(&core->lines, CACHE_INVALIDATE, va);
}

void cp15_dccmvau(uint32_t va)
{
    cache_lines_issue(&core->lines, CACHE_UNIFY, va);
}

void cp15_icimvau(uint32_t va)
{
    uint32_t line = core->lines.fetch_line;

    cache_lines_expect_clean(&core->lines, va - modulo32(va, line), line);
    core->lines.predictor_stale = true;
    cache_lines_issue(&core->lines, CACHE_FORGET, va);
}

/* Needs no BPIALL: it drops branch predictions, too, where they can be seen. */
void cp15_iciallu(void)
{
    cache_lines_expect_clean(&core->lines, core->lines.base, CACHE_LINES_ARENA);
    cache_lines_issue(&core->lines, CACHE_FORGET_ALL, core->lines.base);
}

void cp15_bpiall(void)
{
    cache_lines_access(&core->lines);
    core->lines.predictor_stale = false;
    cache_lines_code_changes(&core->lines);
}

void cp15_dsb(void)
{
    barrier_model(BARRIER_ALL);
}

void cp15_isb(void)
{
    barrier_model(BARRIER_FETCH);
}
