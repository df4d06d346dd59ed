/* SPDX-License-Identifier: MIT */
#include "tests/cache_rounds.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"

#include <string.h>

enum { SEEDS = 150, LONGEST = 300, GUARD = 128, OWNED = 64 };

static struct cache_lines *lines;
static uint64_t random;
static uint8_t want[LONGEST + 2 * GUARD], got[LONGEST + 2 * GUARD];

static void draw(uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_below(&random, 256);
}

/* Each returns whether the bytes are right. */
static bool play_out(const struct cache_row *row, uint32_t address,
                     uint32_t size)
{
    draw(want, size);
    cache_lines_allow(lines, CACHE_CLEAN, address, size);
    cache_lines_write(lines, address, want, size);
    row->out(address, size);
    cache_lines_doorbell(lines);
    cache_lines_device_read(lines, address, got, size);
    return memcmp(got, want, size) == 0;
}

/* The CPU has written to what is beside the range, too. */
static bool play_in(const struct cache_row *row, uint32_t address,
                    uint32_t size)
{
    uint32_t all = size + 2 * GUARD;

    draw(want, all);
    cache_lines_allow(lines,
                      CACHE_CLEAN | CACHE_INVALIDATE | CACHE_CLEAN_INVALIDATE,
                      address, size);
    cache_lines_write(lines, address - GUARD, want, all);
    row->before(address, size);
    cache_lines_doorbell(lines);
    draw(want + GUARD, size);
    cache_lines_device_write(lines, address, want + GUARD, size);
    row->after(address, size);
    cache_lines_read(lines, address - GUARD, got, all);
    return memcmp(got, want, all) == 0;
}

static bool play_code(const struct cache_row *row, uint32_t address,
                      uint32_t size)
{
    cache_lines_allow(lines, CACHE_UNIFY, address, size);
    cache_lines_allow(lines, CACHE_FORGET, address, size);
    cache_lines_execute(lines, address, got, size);
    draw(want, size);
    cache_lines_write(lines, address, want, size);
    row->code(address, size);
    cache_lines_execute(lines, address, got, size);
    return memcmp(got, want, size) == 0;
}

static bool play(const struct cache_row *row)
{
    static const uint32_t bases[] = { 0, 0x90000000,
                                      UINT32_MAX - CACHE_LINES_ARENA + 1 };
    uint32_t owned = row->owned != 0 ? row->owned : OWNED;
    uint32_t at = random_below(&random, 2 * OWNED);
    uint32_t size = 1 + random_below(&random, LONGEST);

    lines = row->power_on();
    lines->base = bases[random_below(&random, HAL_COUNT_OF(bases))];
    cache_lines_begin(lines, random);
    cache_lines_allow(lines, row->allowed, lines->base, CACHE_LINES_ARENA);
    if (row->before) {
        at = GUARD + (uint32_t)round_down(at, owned);
        size = (uint32_t)round_down(size - 1, owned) + owned;
        size = smaller32(size, LONGEST - LONGEST % owned);
        return play_in(row, lines->base + at, size);
    }
    if (random_below(&random, 2) != 0)
        at = CACHE_LINES_ARENA - size;
    return row->out ? play_out(row, lines->base + at, size)
                    : play_code(row, lines->base + at, size);
}

static void play_row(const struct cache_row *row)
{
    const char *violation = NULL;
    bool refused = false, wrong = false;

    check_case(row->what);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        random = seed;
        if (!play(row))
            wrong = true;
        if (!lines->violation)
            continue;
        violation = lines->violation;
        if (row->refused && strcmp(violation, row->refused) == 0)
            refused = true;
    }
    if (row->refused) {
        expect(row->refused, refused);
        return;
    }
    expect(violation ? violation : "there is no violation", !violation);
    expect(row->wrong ? "bytes are wrong" : "the bytes are right",
           row->wrong == wrong);
}

void cache_rounds_play(const struct cache_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play_row(&rows[i]);
}
