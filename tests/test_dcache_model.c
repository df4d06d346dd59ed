/* SPDX-License-Identifier: MIT */
/*
 * The model of an STM32U5's data cache passes correct sequences of
 * maintenance, whatever the adversary does, and catches wrong ones.
 */
#include "hal/count_of.h"
#include "platform/barrier.h"
#include "platform/mmio.h"
#include "tests/cache_rounds.h"
#include "tests/check.h"
#include "tests/model/dcache_model.h"

/* DCACHE1, and what its registers hold. */
enum {
    BASE = 0x40031400,
    CR = BASE,
    SR = BASE + 0x04,
    IER = BASE + 0x08,
    FCR = BASE + 0x0C,
    FIRST = BASE + 0x28,
    LAST = BASE + 0x2C,
};
enum {
    ENABLED = 1,
    DROP_ALL = 2,
    CLEAN = 0x100,
    DROP = 0x200,
    BOTH = 0x300,
    START = 0x800,
    BUSY = 0x09,
    FAILED = 0x04,
    BUSY_COMMAND = 0x08,
    ENDED = 0x10,
};

static struct dcache_model dcache;

static void time_passes(void)
{
    (void)dcache_model_step(&dcache, 1);
}

static struct cache_lines *u5(void)
{
    dcache_model_power_on(&dcache);
    dcache.base = BASE;
    (void)dcache_model_step(&dcache, UINT32_MAX);
    mmio_write32(CR, ENABLED);
    dcache.lines.access = time_passes;
    return &dcache.lines;
}

static struct cache_lines *narrow(void)
{
    u5();
    dcache.lines.line[0] = 16;
    return &dcache.lines;
}

static struct cache_lines *slow(void)
{
    u5();
    dcache.start_delay = 3;
    return &dcache.lines;
}

static void wait_for(uint32_t mask, uint32_t value)
{
    for (uint32_t i = 0; i < 1000; i++) {
        if ((mmio_read32(SR) & mask) == value)
            return;
    }
}

static void begin(uint32_t command, uint32_t first, uint32_t last)
{
    barrier_all();
    mmio_write32(FCR, ENDED);
    mmio_write32(FIRST, first);
    mmio_write32(LAST, last);
    mmio_write32(CR, ENABLED | command);
    mmio_write32(CR, ENABLED | command | START);
}

static void maintain(uint32_t command, uint32_t first, uint32_t last)
{
    begin(command, first, last);
    wait_for(ENDED, ENDED);
}

static void clean(uint32_t address, uint32_t size)
{
    maintain(CLEAN, address, address + size - 1);
}

static void both(uint32_t address, uint32_t size)
{
    maintain(BOTH, address, address + size - 1);
}

static void drop(uint32_t address, uint32_t size)
{
    maintain(DROP, address, address + size - 1);
}

static void not_awaited(uint32_t address, uint32_t size)
{
    begin(CLEAN, address, address + size - 1);
}

static void dsb_for_wait(uint32_t address, uint32_t size)
{
    not_awaited(address, size);
    barrier_all();
}

static void not_busy_yet(uint32_t address, uint32_t size)
{
    not_awaited(address, size);
    wait_for(BUSY, 0);
}

static void old_flag(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write32(CR, ENABLED | CLEAN);
    mmio_write32(CR, ENABLED | CLEAN | START);
    wait_for(ENDED, ENDED);
}

static void no_dsb(uint32_t address, uint32_t size)
{
    mmio_write32(FIRST, address);
    mmio_write32(LAST, address + size - 1);
    mmio_write32(CR, ENABLED | CLEAN);
    mmio_write32(CR, ENABLED | CLEAN | START);
    wait_for(ENDED, ENDED);
}

static void one_short(uint32_t address, uint32_t size)
{
    clean(address, size > 32 ? size - 32 : 1);
}

static void exclusive(uint32_t address, uint32_t size)
{
    maintain(CLEAN, address, address + size);
}

static void backward(uint32_t address, uint32_t size)
{
    maintain(CLEAN, address, address - 32);
    (void)size;
}

static void writes_while_busy(uint32_t address, uint32_t size)
{
    dcache.lines.access = NULL;
    not_awaited(address, size);
    mmio_write32(FIRST, address);
}

static void starts_while_busy(uint32_t address, uint32_t size)
{
    dcache.lines.access = NULL;
    not_awaited(address, size);
    mmio_write32(CR, ENABLED | CLEAN | START);
}

static void at_once(uint32_t address, uint32_t size)
{
    mmio_write32(FIRST, address);
    mmio_write32(LAST, address + size - 1);
    mmio_write32(CR, ENABLED | CLEAN | START);
}

static void range_last(uint32_t address, uint32_t size)
{
    mmio_write32(CR, ENABLED | CLEAN);
    mmio_write32(FIRST, address);
    mmio_write32(LAST, address + size - 1);
    mmio_write32(CR, ENABLED | CLEAN | START);
}

static void unknown(uint32_t address, uint32_t size)
{
    maintain(0x400, address, address + size - 1);
}

static void reserved(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write32(FCR, 1);
}

static void start_disabled(uint32_t address, uint32_t size)
{
    mmio_write32(CR, 0);
    wait_for(BUSY, 0);
    mmio_write32(FIRST, address);
    mmio_write32(LAST, address + size - 1);
    mmio_write32(CR, CLEAN);
    mmio_write32(CR, CLEAN | START);
}

/* An ISR that does not know of the one it interrupts. */
static void interrupts(uint32_t address, uint32_t size)
{
    barrier_all();
    mmio_write32(FIRST, address);
    mmio_write32(LAST, address + size - 1);
    maintain(CLEAN, address, address);
    mmio_write32(FCR, ENDED);
    mmio_write32(CR, ENABLED | CLEAN);
    mmio_write32(CR, ENABLED | CLEAN | START);
    wait_for(ENDED, ENDED);
}

static void disables(uint32_t address, uint32_t size)
{
    mmio_write32(CR, 0);
    wait_for(BUSY, 0);
    (void)address;
    (void)size;
}

static void reserved_command(uint32_t address, uint32_t size)
{
    clean(address, size);
    mmio_write32(CR, ENABLED | 0x1000);
}

static void drops_disabled(uint32_t address, uint32_t size)
{
    mmio_write32(CR, 0);
    wait_for(BUSY, 0);
    mmio_write32(CR, ENABLED | DROP_ALL);
    (void)address;
    (void)size;
}

static void drops_all(uint32_t address, uint32_t size)
{
    barrier_all();
    mmio_write32(CR, ENABLED | DROP_ALL);
    wait_for(BUSY, 0);
    (void)address;
    (void)size;
}

/* Rows -------------------------------------------------------------------- */

static const struct cache_row rows[] = {
    { "clean", u5, .out = clean },
    { "clean, lines of 16", narrow, .out = clean },
    { "clean, which begins late", slow, .out = clean },
    { "clean, then invalidate", u5, .before = clean, .after = drop },
    { "clean and invalidate, twice", u5, .before = both, .after = both },
    { "not awaited", u5, .out = not_awaited, .refused = CACHE_UNAWAITED },
    { "a DSB instead of the flag", u5, .out = dsb_for_wait,
      .refused = CACHE_UNAWAITED },
    { "not awaited before the CPU reads", u5, .before = clean,
      .after = not_awaited, .refused = CACHE_TOUCHED },
    { "the busy flag before it is up", slow, .out = not_busy_yet,
      .refused = CACHE_UNAWAITED },
    { "the end flag of the last command", u5, .out = old_flag,
      .refused = CACHE_UNAWAITED },
    { "no DSB before", u5, .out = no_dsb, .wrong = true },
    { "a line short", u5, .out = one_short, .wrong = true },
    { "an ISR takes the range registers", u5, .out = interrupts,
      .wrong = true },
    { "the end is taken as exclusive", u5, .out = exclusive,
      .refused = CACHE_BESIDE },
    { "the end before the beginning", u5, .out = backward,
      .refused = "a range that ends before it begins" },
    { "a range while busy", u5, .out = writes_while_busy,
      .refused = "a range written while the cache is busy" },
    { "a start while busy", u5, .out = starts_while_busy,
      .refused = "a change of CR while the cache is busy" },
    { "command and start at once", u5, .out = at_once,
      .refused = "a start before the command was written" },
    { "the range after the command", u5, .out = range_last,
      .refused = "a range written after its command" },
    { "no such command", u5, .out = unknown,
      .refused = "a command that does not exist" },
    { "reserved bits", u5, .out = reserved, .refused = "reserved bits" },
    { "reserved bits of CR", u5, .out = reserved_command,
      .refused = "reserved bits" },
    { "disabled", u5, .out = start_disabled,
      .refused = "a command to a cache that is disabled" },
    { "disabling loses what is dirty", u5, .out = disables, .wrong = true },
    { "dropping all where not all may be", u5, .before = clean,
      .after = drops_all, .refused = CACHE_BESIDE },
    { "dropping all, disabled", u5, .before = clean, .after = drops_disabled,
      .refused = "a full invalidation that cannot be", .allowed = CACHE_ANY },
    { "dropping all drops the neighbours", u5, .before = clean,
      .after = drops_all, .wrong = true, .allowed = CACHE_ANY },
};

static void test_failure(void)
{
    check_case("a write-back that fails is told");
    cache_lines_begin(u5(), 1);
    cache_lines_allow(&dcache.lines, CACHE_CLEAN, 0, 64);
    dcache.fails_at = 2;
    clean(0, 64);
    expect_number("SR", mmio_read32(SR) & (ENDED | FAILED), ENDED | FAILED);
    mmio_write32(FCR, ENDED | FAILED);
    expect_number("SR, cleared", mmio_read32(SR) & (ENDED | FAILED), 0);

    check_case("a command that does not end stays busy");
    dcache.stuck = true;
    clean(0, 64);
    expect_number("SR", mmio_read32(SR) & (BUSY | ENDED), BUSY_COMMAND);
    cache_lines_doorbell(&dcache.lines);
    expect("the doorbell is refused", dcache.lines.violation);
}

static void test_disable(void)
{
    check_case("disabled, it drops everything, and is not enabled meanwhile");
    cache_lines_begin(u5(), 1);
    dcache.lines.access = NULL;
    mmio_write32(CR, 0);
    expect_number("SR", mmio_read32(SR) & BUSY, 1);
    expect("nothing is refused", !dcache.lines.violation);
    mmio_write32(CR, ENABLED);
    expect("to enable it is", dcache.lines.violation);
}

static void test_interrupt(void)
{
    check_case("the end of a command interrupts");
    cache_lines_begin(u5(), 1);
    cache_lines_allow(&dcache.lines, CACHE_CLEAN, 0, 64);
    dcache.lines.access = NULL;
    mmio_write32(IER, ENDED);
    begin(CLEAN, 0, 63);
    expect_number("steps", dcache_model_step(&dcache, 1), 1);
    expect("not before", !dcache_model_interrupt(&dcache));
    expect_number("steps", dcache_model_step(&dcache, 9), 1);
    expect("at its end", dcache_model_interrupt(&dcache));
    mmio_write32(FCR, ENDED);
    expect("until it is cleared", !dcache_model_interrupt(&dcache));
    expect("nothing is refused", !dcache.lines.violation);
}

int main(void)
{
    cache_rounds_play(rows, HAL_COUNT_OF(rows));
    test_failure();
    test_disable();
    test_interrupt();
    return check_result();
}
