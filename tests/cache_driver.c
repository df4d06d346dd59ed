/* SPDX-License-Identifier: MIT */
#include "tests/cache_driver.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/cache_rounds.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

enum {
    LONGEST = 300,
    LINES = 12, /* that a handler's range begins behind */
    MOMENTS = 200,
};

static const struct cache_driver *driver;

static void *pointer(uint32_t address)
{
    return (void *)(uintptr_t)address;
}

static void begin_clean(uint32_t address, uint32_t size)
{
    driver->cache->ops->clean(driver->cache, pointer(address), address, size);
}

static void begin_drop(uint32_t address, uint32_t size)
{
    driver->cache->ops->clean_invalidate(driver->cache, pointer(address),
                                         address, size);
}

static void finish(void)
{
    expect_status("finish", driver->cache->ops->finish(driver->cache),
                  IODMA_OK);
}

/* What a caller does, right and wrong ------------------------------------- */

static void clean(uint32_t address, uint32_t size)
{
    begin_clean(address, size);
    finish();
}

static void drop(uint32_t address, uint32_t size)
{
    begin_drop(address, size);
    finish();
}

static void two_parts(uint32_t address, uint32_t size)
{
    begin_clean(address, size / 2);
    begin_clean(address + size / 2, size - size / 2);
    finish();
}

static void code(uint32_t address, uint32_t size)
{
    expect_status("make executable",
                  driver->cache->ops->make_executable(
                      driver->cache, pointer(address), address, size),
                  IODMA_OK);
}

static void no_call(uint32_t address, uint32_t size)
{
    (void)address;
    (void)size;
}

static void one_line_short(uint32_t address, uint32_t size)
{
    uint32_t line = driver->cache->smallest_line;

    clean(address, size > line ? size - line : 0);
}

static void play_rows(void)
{
    struct cache_row rows[] = {
        { "what the CPU wrote is cleaned", .out = clean },
        { "in two parts of one sweep", .out = two_parts },
        { "what the device wrote is seen, and the neighbours kept",
          .before = clean, .after = drop },
        { "a sweep that is not finished is caught", .out = begin_clean,
          .refused = CACHE_UNAWAITED },
        { "before the CPU reads as well", .before = clean, .after = begin_drop,
          .refused = CACHE_TOUCHED },
        { "a call that is missing is caught", .out = no_call, .wrong = true },
        { "before the CPU reads it is, too", .before = clean, .after = no_call,
          .wrong = true },
        { "a range that is one line short is caught", .out = one_line_short,
          .wrong = true },
    };
    struct cache_row executing = { "what was loaded is executed",
                                   .code = code };

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++)
        rows[i].power_on = driver->power_on;
    cache_rounds_play(rows, HAL_COUNT_OF(rows));
    executing.power_on = driver->power_on;
    if (!driver->no_code)
        cache_rounds_play(&executing, 1);
}

/* Every range ------------------------------------------------------------- */

/* One range: its lines, each once, and no other. */
static bool covers(uint32_t base, uint32_t offset, uint32_t length)
{
    struct cache_lines *lines = driver->power_on();
    uint32_t line = lines->line[0];
    uint32_t first = (uint32_t)round_down(offset, line);
    uint32_t want =
        length == 0 ? 0 : ((offset + length - 1 - first) / line) + 1;

    lines->base = base;
    cache_lines_begin(lines, offset * 1000 + length);
    if (length != 0)
        cache_lines_allow(lines, CACHE_CLEAN, base + offset, length);
    begin_clean(base + offset, length);
    finish();
    return !lines->violation && lines->operations[CACHE_CLEAN] == want;
}

/* The arena ends with the last address there is, or begins with the first. */
static void sweep(void)
{
    static const uint32_t bases[] = { 0, UINT32_MAX - CACHE_LINES_ARENA + 1 };
    uint32_t span = 2 * 64;

    check_case("every offset in two lines, every length to 300, at both ends "
               "of memory");
    for (uint32_t i = 0; i < HAL_COUNT_OF(bases); i++) {
        for (uint32_t offset = 0; offset < span; offset++) {
            for (uint32_t length = 0; length <= LONGEST; length++) {
                uint32_t at = bases[i] == 0
                                  ? offset
                                  : CACHE_LINES_ARENA - offset - length;

                if (!expect("the lines of a range",
                            covers(bases[i], at, length))) {
                    printf("#   at %#x, %u bytes\n", (unsigned)(bases[i] + at),
                           (unsigned)length);
                    return;
                }
            }
        }
    }
}

/* A handler --------------------------------------------------------------- */

static struct {
    struct cache_lines *lines;
    void (*access)(void); /* the model's own */
    uint32_t until;       /* accesses until the handler comes */
    bool inside;
    bool came;
    uint8_t bytes[LONGEST];
    uint32_t address;
} handler;

/* It hands a range of its own to a device. */
static void handle(void)
{
    uint8_t got[100];

    handler.inside = true;
    handler.came = true;
    cache_lines_write(handler.lines, handler.address, handler.bytes,
                      sizeof got);
    clean(handler.address, sizeof got);
    cache_lines_device_read(handler.lines, handler.address, got, sizeof got);
    expect("the handler's bytes are right",
           memcmp(got, handler.bytes, sizeof got) == 0);
    handler.inside = false;
}

static void moment(void)
{
    if (handler.access)
        handler.access();
    if (handler.inside || handler.came || (driver->masked && *driver->masked))
        return;
    if (handler.until == 0)
        handle();
    else
        handler.until--;
}

/* It comes at one moment of a sweep of two ranges. Returns whether it did. */
static bool interrupted(uint32_t at)
{
    struct cache_lines *lines = driver->power_on();
    uint32_t address;
    uint8_t want[LONGEST], got[LONGEST];

    lines->base = 0x90000000;
    cache_lines_begin(lines, at + 1);
    address = lines->base + 3;
    handler.lines = lines;
    handler.access = lines->access;
    handler.until = at;
    handler.came = false;
    handler.address = lines->base + LINES * 64 + 5;
    for (uint32_t i = 0; i < LONGEST; i++) {
        want[i] = (uint8_t)(i + at);
        handler.bytes[i] = (uint8_t)~want[i];
    }
    cache_lines_allow(lines, CACHE_CLEAN, address, LONGEST);
    cache_lines_allow(lines, CACHE_CLEAN, handler.address, 100);
    cache_lines_write(lines, address, want, LONGEST);
    lines->access = moment;
    begin_clean(address, 100);
    begin_clean(address + 100, 200);
    finish();
    lines->access = handler.access;
    cache_lines_doorbell(lines);
    cache_lines_device_read(lines, address, got, LONGEST);
    expect("the thread's bytes are right", memcmp(got, want, LONGEST) == 0);
    expect(lines->violation ? lines->violation : "nothing is violated",
           !lines->violation);
    return handler.came;
}

static void play_interrupted(void)
{
    uint32_t at = 0;

    check_case("a handler maintains at every moment of another's sweep");
    while (at < MOMENTS && interrupted(at))
        at++;
    expect("there were some", at > 3 && at < MOMENTS);
}

void cache_driver_play(const struct cache_driver *it)
{
    driver = it;
    play_rows();
    sweep();
    play_interrupted();
}
