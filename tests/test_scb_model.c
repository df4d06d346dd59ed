/* SPDX-License-Identifier: MIT */
/*
 * The model of a Cortex-M7's caches passes correct sequences of maintenance,
 * whatever the adversary does, and catches wrong ones.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/barrier.h"
#include "platform/mmio.h"
#include "tests/cache_rounds.h"
#include "tests/check.h"
#include "tests/model/scb_model.h"

/* Addresses of registers. */
#define CCR      0xE000ED14u
#define CTR      0xE000ED7Cu
#define CCSIDR   0xE000ED80u
#define CSSELR   0xE000ED84u
#define ICIALLU  0xE000EF50u
#define ICIMVAU  0xE000EF58u
#define DCIMVAC  0xE000EF5Cu
#define DCCMVAU  0xE000EF64u
#define DCCMVAC  0xE000EF68u
#define DCCSW    0xE000EF6Cu
#define DCCIMVAC 0xE000EF70u
#define BPIALL   0xE000EF78u

static struct scb_model scb;

static struct cache_lines *power_on(void)
{
    scb_model_power_on(&scb);
    return &scb.lines;
}

static void by_line(uintptr_t operation, uint32_t address, uint32_t size)
{
    uint32_t head = modulo32(address, 32);

    for (uint32_t i = 0; i < head + size; i += 32)
        mmio_write32(operation, address - head + i);
}

static void maintain(uintptr_t operation, uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(operation, address, size);
    barrier_all();
}

static void clean(uint32_t address, uint32_t size)
{
    maintain(DCCMVAC, address, size);
}

static void clean_invalidate(uint32_t address, uint32_t size)
{
    maintain(DCCIMVAC, address, size);
}

static void invalidate(uint32_t address, uint32_t size)
{
    maintain(DCIMVAC, address, size);
}

static void no_dsb_before(uint32_t address, uint32_t size)
{
    by_line(DCCMVAC, address, size);
    barrier_all();
}

static void no_dsb_after(uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(DCCMVAC, address, size);
}

static void one_short(uint32_t address, uint32_t size)
{
    clean(address, size > 32 ? size - 32 : 0);
}

static void by_way(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write32(DCCSW, 0);
}

static void disables(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write32(CCR, 0);
}

static void halves(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write16(DCCMVAC, (uint16_t)address);
}

static void reads(uint32_t address, uint32_t size)
{
    clean(address, size);
    (void)mmio_read32(DCCMVAC);
}

static void code_at_once(uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(DCCMVAU, address, size);
    by_line(ICIMVAU, address, size);
    mmio_write32(BPIALL, 0);
    barrier_all();
    barrier_fetch();
}

static void code_predicted(uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(DCCMVAU, address, size);
    barrier_all();
    by_line(ICIMVAU, address, size);
    barrier_all();
    barrier_fetch();
}

static void code_without_isb(uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(DCCMVAU, address, size);
    barrier_all();
    by_line(ICIMVAU, address, size);
    mmio_write32(BPIALL, 0);
    barrier_all();
}

static void code(uint32_t address, uint32_t size)
{
    code_without_isb(address, size);
    barrier_fetch();
}

static void code_all(uint32_t address, uint32_t size)
{
    maintain(DCCMVAU, address, size);
    mmio_write32(ICIALLU, 0);
    barrier_all();
    barrier_fetch();
}

static void code_not_complete(uint32_t address, uint32_t size)
{
    barrier_all();
    by_line(DCCMVAU, address, size);
    barrier_all();
    by_line(ICIMVAU, address, size);
    mmio_write32(BPIALL, 0);
    barrier_fetch();
}

/* Rows -------------------------------------------------------------------- */

static const struct cache_row rows[] = {
    { "DSB, clean, DSB", power_on, .out = clean },
    { "clean, then invalidate", power_on, .before = clean,
      .after = invalidate },
    { "clean and invalidate, twice", power_on, .before = clean_invalidate,
      .after = clean_invalidate },
    { "no DSB before", power_on, .out = no_dsb_before, .wrong = true },
    { "no DSB after", power_on, .out = no_dsb_after,
      .refused = CACHE_UNAWAITED },
    { "a line short", power_on, .out = one_short, .wrong = true },
    { "by set and way", power_on, .out = by_way,
      .refused = "maintenance by set and way" },
    { "a change of CCR", power_on, .out = disables,
      .refused = "a write to what is not the driver's" },
    { "16 bits", power_on, .out = halves,
      .refused = "an access that is not of 32 bits" },
    { "an operation is read", power_on, .out = reads,
      .refused = "a read where there is nothing to read" },
    { "code", power_on, .code = code },
    { "code: all instructions", power_on, .code = code_all },
    { "code: no DSB between", power_on, .code = code_at_once,
      .refused = "instructions are dropped before their clean is awaited" },
    { "code: predictions of the old", power_on, .code = code_predicted,
      .refused = "code is executed with the branch predictions of the old" },
    { "code: no ISB", power_on, .code = code_without_isb,
      .refused = "code is executed without an ISB" },
    { "code: no DSB", power_on, .code = code_not_complete,
      .refused = "code is executed without a DSB" },
};

static void test_sizes(void)
{
    struct cache_lines *lines = power_on();

    check_case("CTR and CCSIDR tell the lines, CCR that they are used");
    expect_number("CTR", mmio_read32(CTR), 0x8303C003);
    mmio_write32(CSSELR, 0);
    expect_number("data", mmio_read32(CCSIDR), 0xF00FE019);
    mmio_write32(CSSELR, 1);
    expect_number("instructions", mmio_read32(CCSIDR), 0xF01FE009);
    expect_number("CCR.DC", mmio_read32(CCR) >> 16 & 1, 1);
    lines->off = true;
    expect_number("CCR.DC, off", mmio_read32(CCR) >> 16 & 1, 0);
    expect("nothing is refused", !lines->violation);
    mmio_write32(CSSELR, 2);
    expect("a second level is", lines->violation);
}

int main(void)
{
    cache_rounds_play(rows, HAL_COUNT_OF(rows));
    test_sizes();
    return check_result();
}
