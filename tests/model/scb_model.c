/* SPDX-License-Identifier: MIT */
#include "tests/model/scb_model.h"

#include "hal/bits.h"
#include "hal/container_of.h"

enum { LINE = 32 };

/* Addresses of registers. */
#define CCR      0xE000ED14u
#define CLIDR    0xE000ED78u
#define CTR      0xE000ED7Cu
#define CCSIDR   0xE000ED80u
#define CSSELR   0xE000ED84u
#define ICIALLU  0xE000EF50u
#define ICIMVAU  0xE000EF58u
#define DCIMVAC  0xE000EF5Cu
#define DCISW    0xE000EF60u
#define DCCMVAU  0xE000EF64u
#define DCCMVAC  0xE000EF68u
#define DCCSW    0xE000EF6Cu
#define DCCIMVAC 0xE000EF70u
#define DCCISW   0xE000EF74u
#define BPIALL   0xE000EF78u

#define CCR_DC BIT32(16)
#define CCR_IC BIT32(17)
#define CCR_BP BIT32(18)

/* What a core with 16 KiB of each answers: lines of 8 words in all fields. */
#define CLIDR_VALUE         0x09000003u
#define CTR_VALUE           0x8303C003u
#define CCSIDR_DATA         0xF00FE019u
#define CCSIDR_INSTRUCTIONS 0xF01FE009u

static struct scb_model *to_scb(struct cache_lines *lines)
{
    return HAL_CONTAINER_OF(lines, struct scb_model, lines);
}

static uint32_t read(struct cache_lines *lines, uintptr_t address,
                     unsigned size)
{
    struct scb_model *model = to_scb(lines);

    if (size != 4) {
        (void)cache_lines_violates(lines, "an access that is not of 32 bits");
        return 0;
    }
    switch (address) {
    case CCR:
        return CCR_BP | CCR_IC | (lines->off ? 0 : CCR_DC);
    case CLIDR:
        return CLIDR_VALUE;
    case CTR:
        return CTR_VALUE;
    case CCSIDR:
        return model->csselr & 1 ? CCSIDR_INSTRUCTIONS : CCSIDR_DATA;
    case CSSELR:
        return model->csselr;
    default:
        (void)cache_lines_violates(lines,
                                   "a read where there is nothing to read");
        return 0;
    }
}

static void write(struct cache_lines *lines, uintptr_t address, uint32_t value,
                  unsigned size)
{
    struct scb_model *model = to_scb(lines);

    if (size != 4) {
        (void)cache_lines_violates(lines, "an access that is not of 32 bits");
        return;
    }
    switch (address) {
    case CSSELR:
        model->csselr = value;
        if (value > 1)
            (void)cache_lines_violates(
                lines, "CSSELR names a cache that is not there");
        break;
    case DCCMVAC:
        cache_lines_issue(lines, CACHE_CLEAN, value);
        break;
    case DCCIMVAC:
        cache_lines_issue(lines, CACHE_CLEAN_INVALIDATE, value);
        break;
    case DCIMVAC:
        cache_lines_issue(lines, CACHE_INVALIDATE, value);
        break;
    case DCCMVAU:
        cache_lines_issue(lines, CACHE_UNIFY, value);
        break;
    case ICIMVAU:
        cache_lines_expect_clean(lines, value - modulo32(value, LINE), LINE);
        lines->predictor_stale = true;
        cache_lines_issue(lines, CACHE_FORGET, value);
        break;
    case ICIALLU: /* drops predictions, too, where they can be seen */
        cache_lines_expect_clean(lines, lines->base, CACHE_LINES_ARENA);
        cache_lines_issue(lines, CACHE_FORGET_ALL, lines->base);
        break;
    case BPIALL:
        lines->predictor_stale = false;
        cache_lines_code_changes(lines);
        break;
    case DCISW:
    case DCCSW:
    case DCCISW:
        (void)cache_lines_violates(lines, "maintenance by set and way");
        break;
    default:
        (void)cache_lines_violates(lines,
                                   "a write to what is not the driver's");
        break;
    }
}

static const struct cache_lines_ops ops = {
    .read = read,
    .write = write,
};

void scb_model_power_on(struct scb_model *model)
{
    *model = (struct scb_model){ 0 };
    model->lines.ops = &ops;
    model->lines.line[0] = model->lines.fetch_line = LINE;
    model->lines.buffered = true;
    cache_lines_power_on(&model->lines);
}
