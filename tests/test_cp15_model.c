/* SPDX-License-Identifier: MIT */
/*
 * The model of an ARMv7-A core's caches passes correct sequences of
 * maintenance, whatever the adversary does, and catches wrong ones.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/barrier.h"
#include "platform/native/cp15.h"
#include "tests/cache_rounds.h"
#include "tests/check.h"
#include "tests/model/cp15_model.h"

static struct cp15_model cp15;

static struct cache_lines *power_on(uint32_t first, uint32_t second)
{
    cp15_model_power_on(&cp15);
    cp15.lines.line[0] = first;
    cp15.lines.line[1] = second;
    return &cp15.lines;
}

static struct cache_lines *one_level(void)
{
    return power_on(64, 0);
}

static struct cache_lines *larger_below(void)
{
    return power_on(32, 64);
}

static struct cache_lines *smaller_below(void)
{
    return power_on(64, 32);
}

static void by_line(void (*operation)(uint32_t va), uint32_t line, uint32_t va,
                    uint32_t size)
{
    uint32_t head = modulo32(va, line);

    for (uint32_t i = 0; i < head + size; i += line)
        operation(va - head + i);
}

static uint32_t smallest_line(void)
{
    return 4u << (cp15_read_ctr() >> 16 & 15);
}

static void clean(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvac, smallest_line(), va, size);
    cp15_dsb();
}

static void clean_invalidate(uint32_t va, uint32_t size)
{
    by_line(cp15_dccimvac, smallest_line(), va, size);
    cp15_dsb();
}

static void invalidate(uint32_t va, uint32_t size)
{
    by_line(cp15_dcimvac, smallest_line(), va, size);
    cp15_dsb();
}

static void nothing(uint32_t va, uint32_t size)
{
    (void)va;
    (void)size;
}

static void without_dsb(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvac, 32, va, size);
}

static void dsb_of_stores(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvac, 32, va, size);
    barrier_publish();
}

static void barrier_of_all(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvac, 32, va, size);
    barrier_all();
}

static void one_short(uint32_t va, uint32_t size)
{
    clean(va, size > 32 ? size - 32 : 0);
}

static void one_long(uint32_t va, uint32_t size)
{
    clean(va, size + 32);
}

static void largest(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvac, 64, va, size);
    cp15_dsb();
}

static void from_the_middle(uint32_t va, uint32_t size)
{
    for (uint32_t i = 0; i < size; i += 32)
        cp15_dccmvac(va + i);
    cp15_dsb();
}

static void unify(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    cp15_dsb();
}

static void physical(uint32_t va, uint32_t size)
{
    clean(va + 0x40000000, size);
}

static void invalidate_without_dsb(uint32_t va, uint32_t size)
{
    by_line(cp15_dcimvac, 32, va, size);
}

static void code(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    cp15_dsb();
    by_line(cp15_icimvau, 32, va, size);
    cp15_bpiall();
    cp15_dsb();
    cp15_isb();
}

static void code_all(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    cp15_dsb();
    cp15_iciallu();
    cp15_dsb();
    cp15_isb();
}

static void code_at_once(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    by_line(cp15_icimvau, 32, va, size);
    cp15_bpiall();
    cp15_dsb();
    cp15_isb();
}

static void code_predicted(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    cp15_dsb();
    by_line(cp15_icimvau, 32, va, size);
    cp15_dsb();
    cp15_isb();
}

static void code_without_isb(uint32_t va, uint32_t size)
{
    by_line(cp15_dccmvau, 32, va, size);
    cp15_dsb();
    by_line(cp15_icimvau, 32, va, size);
    cp15_bpiall();
    cp15_dsb();
}

static void code_isb_first(uint32_t va, uint32_t size)
{
    code_without_isb(va, size);
    cp15_bpiall();
    cp15_isb();
    cp15_dsb();
}

static void code_kept(uint32_t va, uint32_t size)
{
    unify(va, size);
    cp15_isb();
}

static void code_not_clean(uint32_t va, uint32_t size)
{
    by_line(cp15_icimvau, 32, va, size);
    cp15_bpiall();
    cp15_dsb();
    cp15_isb();
}

/* Rows -------------------------------------------------------------------- */

static const struct cache_row rows[] = {
    { "clean, DSB: one level", one_level, .out = clean },
    { "clean, DSB: 32 above 64", larger_below, .out = clean },
    { "clean, DSB: 64 above 32", smaller_below, .out = clean },
    { "a DSB by barrier_all()", larger_below, .out = barrier_of_all },
    { "no clean", one_level, .out = nothing, .wrong = true },
    { "no DSB", one_level, .out = without_dsb, .refused = CACHE_UNAWAITED },
    { "a DSB over stores", one_level, .out = dsb_of_stores,
      .refused = CACHE_UNAWAITED },
    { "a line short", larger_below, .out = one_short, .wrong = true },
    { "a line long", larger_below, .out = one_long, .refused = CACHE_BESIDE },
    { "steps by the largest line: 32 above 64", larger_below, .out = largest,
      .wrong = true, .allowed = CACHE_ANY },
    { "steps by the largest line: 64 above 32", smaller_below, .out = largest,
      .wrong = true, .allowed = CACHE_ANY },
    { "from the middle of a line", larger_below, .out = from_the_middle,
      .wrong = true },
    { "to the point of unification only", larger_below, .out = unify,
      .wrong = true, .allowed = CACHE_ANY },
    { "another operation than asked for", one_level, .out = clean_invalidate,
      .refused = CACHE_BESIDE },
    { "a physical address", one_level, .out = physical,
      .refused = "an operation beside all memory" },

    { "clean and invalidate, twice", one_level, .before = clean_invalidate,
      .after = clean_invalidate },
    { "clean, then invalidate: 32 above 64", larger_below, .before = clean,
      .after = invalidate },
    { "clean, then invalidate: 64 above 32", smaller_below, .before = clean,
      .after = invalidate },
    { "nothing before the device writes", one_level, .before = nothing,
      .after = invalidate, .wrong = true },
    { "nothing after the device has written", one_level,
      .before = clean_invalidate, .after = nothing, .wrong = true },
    { "no DSB before the CPU reads", one_level, .before = clean,
      .after = invalidate_without_dsb, .refused = CACHE_TOUCHED },
    { "only the smallest line is owned", larger_below, .before = clean,
      .after = invalidate, .wrong = true, .owned = 32 },

    { "code: one level", one_level, .code = code },
    { "code: two levels", larger_below, .code = code },
    { "code: all instructions", larger_below, .code = code_all },
    { "code: no DSB between", larger_below, .code = code_at_once,
      .refused = "instructions are dropped before their clean is awaited" },
    { "code: predictions of the old", larger_below, .code = code_predicted,
      .refused = "code is executed with the branch predictions of the old" },
    { "code: no ISB", larger_below, .code = code_without_isb,
      .refused = "code is executed without an ISB" },
    { "code: ISB before DSB", larger_below, .code = code_isb_first,
      .refused = "code is executed without an ISB" },
    { "code: old instructions kept", larger_below, .code = code_kept,
      .wrong = true },
    { "code: not cleaned", larger_below, .code = code_not_clean,
      .wrong = true },
};

static void test_sizes(void)
{
    struct cache_lines *lines = larger_below();

    check_case("CTR, CLIDR and CCSIDR tell the lines");
    expect_number("CTR", cp15_read_ctr(), 0x8403C003);
    expect_number("CLIDR", cp15_read_clidr(), 0x0A200023);
    cp15_write_csselr(0);
    cp15_isb();
    expect_number("line of the first level", cp15_read_ccsidr() & 7, 1);
    cp15_write_csselr(2);
    cp15_isb();
    expect_number("line of the second level", cp15_read_ccsidr() & 7, 2);
    expect("nothing is refused", !lines->violation);

    check_case("CCSIDR needs an ISB after CSSELR");
    cp15_write_csselr(0);
    (void)cp15_read_ccsidr();
    expect("it is refused", lines->violation);

    check_case("CSSELR names a cache that is there");
    lines = one_level();
    cp15_write_csselr(2);
    expect("another is refused", lines->violation);
}

static void test_counts(void)
{
    struct cache_lines *lines = larger_below();

    check_case("operations are counted by line");
    cache_lines_begin(lines, 1);
    cache_lines_allow(lines, CACHE_CLEAN, 0, 300);
    clean(0, 300);
    expect_number("lines", lines->operations[CACHE_CLEAN], 10);
    expect_number("barriers", lines->dsbs, 1);
    expect_number("reads of CTR", cp15.ctr_reads, 1);

    check_case("a range is counted in the smallest lines");
    cache_lines_begin(lines, 1);
    cache_lines_allow(lines, CACHE_CLEAN, 0, 32);
    cp15_dccmvac(31);
    expect("a line of the range", !lines->violation);
    cp15_dccmvac(32);
    expect("the next one is refused", lines->violation);
}

/* Maintain in the middle of another's list, once. */
static void interrupt(void)
{
    cp15.lines.access = NULL;
    cp15_dccmvac(1024);
    cp15_dsb();
}

static void test_interrupt(void)
{
    struct cache_lines *lines = larger_below();
    uint8_t wrote[32] = { 1, 2, 3 }, saw[32];

    check_case("an ISR maintains in the middle of a list");
    cache_lines_begin(lines, 1);
    cache_lines_allow(lines, CACHE_CLEAN, 0, 2048);
    cache_lines_write(lines, 1024, wrote, sizeof wrote);
    lines->access = interrupt;
    clean(0, 300);
    cache_lines_doorbell(lines);
    cache_lines_device_read(lines, 1024, saw, sizeof saw);
    expect_bytes("the ISR's bytes", saw, wrote, sizeof wrote);
    expect_number("lines", lines->operations[CACHE_CLEAN], 11);
    expect("nothing is refused", !lines->violation);
}

int main(void)
{
    cache_rounds_play(rows, HAL_COUNT_OF(rows));
    test_sizes();
    test_counts();
    test_interrupt();
    return check_result();
}
