/* SPDX-License-Identifier: MIT */
#include "tests/model/cache_lines.h"

#include "hal/bits.h"
#include "platform/barrier.h"
#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

enum { INVALID, CLEAN, DIRTY };

/* The cache that is on. */
static struct cache_lines *cache;

bool cache_lines_violates(struct cache_lines *lines, const char *what)
{
    if (!lines->violation)
        lines->violation = what;
    return false;
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    if (!cache || !cache->ops)
        return UINT32_MAX;
    cache_lines_access(cache);
    return cache->ops->read(cache, address, size);
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    if (!cache || !cache->ops)
        return;
    cache_lines_access(cache);
    cache->ops->write(cache, address, value, size);
}

void cache_lines_power_on(struct cache_lines *lines)
{
    lines->patience = 1;
    cache = lines;
}

/* One level: lines -------------------------------------------------------- */

static uint32_t level_count(const struct cache_lines *lines)
{
    return lines->line[1] != 0 ? 2 : 1;
}

static uint32_t smallest_line(const struct cache_lines *lines)
{
    if (level_count(lines) == 1)
        return lines->line[0];
    return smaller32(lines->line[0], lines->line[1]);
}

static bool coin(struct cache_lines *lines)
{
    return random_below(&lines->random, 2) != 0;
}

static uint32_t line_start(const struct cache_lines *lines, uint32_t level,
                           uint32_t at)
{
    return at - modulo32(at, lines->line[level]);
}

static uint8_t *state_of(struct cache_lines *lines, uint32_t level, uint32_t at)
{
    uint32_t start = line_start(lines, level, at);

    return &lines->level[level].state[start / CACHE_LINES_UNIT];
}

static void get(struct cache_lines *lines, uint32_t level, uint32_t at,
                uint8_t *to, uint32_t size);
static void put(struct cache_lines *lines, uint32_t level, uint32_t at,
                const uint8_t *from, uint32_t size);

/* Have the line of this byte in this level. */
static uint8_t *hold(struct cache_lines *lines, uint32_t level, uint32_t at)
{
    uint8_t *bytes = lines->level[level].bytes;
    uint8_t *state = state_of(lines, level, at);
    uint32_t start = line_start(lines, level, at);

    if (*state == INVALID) {
        get(lines, level + 1, start, bytes + start, lines->line[level]);
        *state = CLEAN;
    }
    return bytes + at;
}

static uint32_t part_of(const struct cache_lines *lines, uint32_t level,
                        uint32_t at, uint32_t size)
{
    return smaller32(size,
                     lines->line[level] - modulo32(at, lines->line[level]));
}

/* Read below this level, or in it. */
static void get(struct cache_lines *lines, uint32_t level, uint32_t at,
                uint8_t *to, uint32_t size)
{
    uint32_t part;

    if (level == level_count(lines)) {
        memcpy(to, lines->memory + at, size);
        return;
    }
    for (; size != 0; at += part, to += part, size -= part) {
        part = part_of(lines, level, at, size);
        memcpy(to, hold(lines, level, at), part);
    }
}

/* A line that is not there need not be fetched to be written. */
static void put(struct cache_lines *lines, uint32_t level, uint32_t at,
                const uint8_t *from, uint32_t size)
{
    uint32_t part;

    if (level == level_count(lines)) {
        memcpy(lines->memory + at, from, size);
        return;
    }
    for (; size != 0; at += part, from += part, size -= part) {
        uint8_t *state = state_of(lines, level, at);

        part = part_of(lines, level, at, size);
        if (*state == INVALID && coin(lines)) {
            put(lines, level + 1, at, from, part);
        } else {
            memcpy(hold(lines, level, at), from, part);
            *state = DIRTY;
        }
    }
}

static void write_back(struct cache_lines *lines, uint32_t level, uint32_t at)
{
    uint8_t *state = state_of(lines, level, at);
    uint32_t start = line_start(lines, level, at);

    if (*state != DIRTY)
        return;
    put(lines, level + 1, start, lines->level[level].bytes + start,
        lines->line[level]);
    *state = CLEAN;
}

static void drop(struct cache_lines *lines, uint32_t level, uint32_t at)
{
    *state_of(lines, level, at) = INVALID;
}

/* Instructions ------------------------------------------------------------ */

static uint8_t *hold_fetched(struct cache_lines *lines, uint32_t at)
{
    uint32_t start = at - modulo32(at, lines->fetch_line);
    bool *valid = &lines->fetch_valid[start / CACHE_LINES_UNIT];

    if (!*valid)
        get(lines, 1, start, lines->fetched + start, lines->fetch_line);
    *valid = true;
    return lines->fetched + at;
}

static void forget(struct cache_lines *lines, uint32_t at)
{
    uint32_t start = at - modulo32(at, lines->fetch_line);

    lines->fetch_valid[start / CACHE_LINES_UNIT] = false;
}

/* Operations -------------------------------------------------------------- */

static void apply(struct cache_lines *lines, uint32_t operation, uint32_t at)
{
    if (operation == CACHE_UNIFY)
        write_back(lines, 0, at);
    else if (operation == CACHE_FORGET)
        forget(lines, at);
    else if (operation == CACHE_FORGET_ALL)
        memset(lines->fetch_valid, 0, sizeof lines->fetch_valid);
    if (operation > CACHE_CLEAN_INVALIDATE)
        return;
    for (uint32_t level = 0; level < level_count(lines); level++) {
        /* A dirty line may have been evicted just before. */
        if (operation != CACHE_INVALIDATE || coin(lines))
            write_back(lines, level, at);
        if (operation != CACHE_CLEAN)
            drop(lines, level, at);
    }
}

void cache_lines_apply(struct cache_lines *lines, uint32_t operation,
                       uint32_t address)
{
    apply(lines, operation, address - lines->base);
}

static void land(struct cache_lines *lines, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        apply(lines, lines->issued[i].operation, lines->issued[i].at);
    lines->issued_count -= count;
    memmove(lines->issued, lines->issued + count,
            lines->issued_count * sizeof lines->issued[0]);
}

static void land_stores(struct cache_lines *lines, uint32_t count)
{
    uint32_t level = lines->off ? level_count(lines) : 0;

    for (uint32_t i = 0; i < count; i++)
        put(lines, level, lines->stores[i].at, &lines->stores[i].value, 1);
    lines->stores_count -= count;
    memmove(lines->stores, lines->stores + count,
            lines->stores_count * sizeof lines->stores[0]);
}

static void watch(struct cache_lines *lines, uint32_t at, uint32_t size)
{
    lines->watched_from = smaller32(lines->watched_from, at);
    lines->watched_to = larger32(lines->watched_to, at + size);
}

bool cache_lines_begins(struct cache_lines *lines, uint32_t operation,
                        uint32_t address)
{
    uint32_t at = address - lines->base;
    uint32_t line =
        operation == CACHE_FORGET ? lines->fetch_line : smallest_line(lines);

    if (at >= CACHE_LINES_ARENA)
        return cache_lines_violates(lines, "an operation beside all memory");
    at -= modulo32(at, line);
    if (!(lines->allowed[at / CACHE_LINES_UNIT] & operation))
        return cache_lines_violates(lines, "an operation on a line that is "
                                           "not in the range");
    lines->operations[operation]++;
    watch(lines, at, line);
    if (operation != CACHE_FORGET)
        memset(&lines->waits[at / CACHE_LINES_UNIT], true,
               line / CACHE_LINES_UNIT);
    return true;
}

void cache_lines_issue(struct cache_lines *lines, uint32_t operation,
                       uint32_t address)
{
    cache_lines_access(lines);
    if (operation == CACHE_FORGET_ALL)
        lines->operations[operation]++;
    else if (!cache_lines_begins(lines, operation, address))
        return;
    if (operation >= CACHE_FORGET)
        cache_lines_code_changes(lines);
    if (lines->issued_count == CACHE_LINES_ISSUED)
        land(lines, 1);
    lines->issued[lines->issued_count].operation = operation;
    lines->issued[lines->issued_count++].at = address - lines->base;
}

void cache_lines_awaited(struct cache_lines *lines)
{
    memset(lines->waits, false, sizeof lines->waits);
}

void cache_lines_expect_clean(struct cache_lines *lines, uint32_t address,
                              uint32_t size)
{
    for (uint32_t i = 0; i < size; i += CACHE_LINES_UNIT) {
        uint32_t at = address + i - lines->base;

        if (at < CACHE_LINES_ARENA && lines->waits[at / CACHE_LINES_UNIT])
            (void)cache_lines_violates(
                lines,
                "instructions are dropped before their clean is awaited");
    }
}

void cache_lines_code_changes(struct cache_lines *lines)
{
    lines->code_waits = lines->fetch_waits = true;
}

static void synchronize(struct cache_lines *lines)
{
    lines->isbs++;
    if (!lines->code_waits)
        lines->fetch_waits = false;
}

static void complete(struct cache_lines *lines)
{
    lines->dsbs++;
    if (lines->background)
        return;
    land(lines, lines->issued_count);
    cache_lines_awaited(lines);
    lines->code_waits = false;
}

void barrier_model(unsigned kind)
{
    if (!cache)
        return;
    cache_lines_access(cache);
    if (kind == BARRIER_FETCH) {
        synchronize(cache);
        return;
    }
    land_stores(cache, cache->stores_count);
    if (kind == BARRIER_ALL)
        complete(cache);
    cache_lines_moment(cache);
}

void cache_lines_doorbell(struct cache_lines *lines)
{
    for (uint32_t i = 0; i < CACHE_LINES_UNITS; i++) {
        if (lines->waits[i])
            (void)cache_lines_violates(
                lines, "the doorbell rings before an operation is awaited");
    }
}

/* The adversary ----------------------------------------------------------- */

static void act(struct cache_lines *lines, uint32_t at)
{
    uint32_t level = random_below(&lines->random, level_count(lines));
    bool valid = *state_of(lines, level, at) != INVALID;

    write_back(lines, level, at);
    if (valid && coin(lines))
        drop(lines, level, at);
    if (!valid || coin(lines))
        (void)hold(lines, level, at);
    if (lines->fetch_line == 0)
        return;
    if (coin(lines))
        forget(lines, at);
    if (coin(lines))
        (void)hold_fetched(lines, at);
}

void cache_lines_moment(struct cache_lines *lines)
{
    uint32_t size = lines->watched_to - lines->watched_from;

    if (random_below(&lines->random, lines->patience) != 0)
        return;
    land_stores(lines, random_below(&lines->random, lines->stores_count + 1));
    land(lines, random_below(&lines->random, lines->issued_count + 1));
    if (lines->off || lines->watched_to == 0)
        return;
    switch (random_below(&lines->random, 8)) {
    case 0:
        for (uint32_t i = 0; i < size; i += CACHE_LINES_UNIT)
            act(lines, lines->watched_from + i);
        break;
    case 1:
    case 2:
        for (uint32_t i = 0; i < 3; i++)
            act(lines,
                lines->watched_from + random_below(&lines->random, size));
        break;
    default:
        break;
    }
}

void cache_lines_access(struct cache_lines *lines)
{
    if (lines->access)
        lines->access();
    cache_lines_moment(lines);
}

/* Bytes ------------------------------------------------------------------- */

void cache_lines_begin(struct cache_lines *lines, uint64_t seed)
{
    lines->random = seed;
    lines->patience = 1u << 4 * random_below(&lines->random, 3);
    for (uint32_t i = 0; i < CACHE_LINES_ARENA; i++)
        lines->memory[i] = (uint8_t)random_below(&lines->random, 256);
    for (uint32_t i = 0; i < CACHE_LINES_LEVELS; i++)
        memset(lines->level[i].state, INVALID, sizeof lines->level[i].state);
    memset(lines->fetch_valid, false, sizeof lines->fetch_valid);
    memset(lines->allowed, 0, sizeof lines->allowed);
    memset(lines->operations, 0, sizeof lines->operations);
    cache_lines_awaited(lines);
    lines->issued_count = lines->stores_count = 0;
    lines->watched_from = CACHE_LINES_ARENA;
    lines->watched_to = 0;
    lines->code_waits = lines->fetch_waits = lines->predictor_stale = false;
    lines->dsbs = lines->isbs = 0;
    lines->violation = NULL;
}

/* Where a range is in the arena; all of it is. */
static uint32_t place(struct cache_lines *lines, uint32_t address,
                      uint32_t size)
{
    uint32_t at = address - lines->base;

    if (!expect("the test stays in the arena",
                at < CACHE_LINES_ARENA && size <= CACHE_LINES_ARENA - at))
        return 0;
    return at;
}

void cache_lines_allow(struct cache_lines *lines, uint32_t operations,
                       uint32_t address, uint32_t size)
{
    uint32_t at = place(lines, address, size);
    uint32_t line =
        operations & CACHE_FORGET ? lines->fetch_line : smallest_line(lines);
    uint32_t end = (uint32_t)round_up(at + size, line);

    for (at -= modulo32(at, line); size != 0 && at < end;
         at += CACHE_LINES_UNIT)
        lines->allowed[at / CACHE_LINES_UNIT] |= (uint8_t)operations;
}

static uint32_t touch(struct cache_lines *lines, uint32_t address,
                      uint32_t size)
{
    uint32_t at = place(lines, address, size);

    cache_lines_moment(lines);
    watch(lines, at, size);
    for (uint32_t i = 0; i < size; i++) {
        if (lines->waits[(at + i) / CACHE_LINES_UNIT])
            (void)cache_lines_violates(
                lines, "the CPU touches a line whose maintenance is not known "
                       "to be complete");
    }
    return at;
}

void cache_lines_read(struct cache_lines *lines, uint32_t address, void *to,
                      uint32_t size)
{
    uint32_t at = touch(lines, address, size);

    land_stores(lines, lines->stores_count);
    get(lines, lines->off ? level_count(lines) : 0, at, to, size);
}

void cache_lines_write(struct cache_lines *lines, uint32_t address,
                       const void *from, uint32_t size)
{
    uint32_t at = touch(lines, address, size);
    const uint8_t *bytes = from;

    for (uint32_t i = 0; i < size; i++) {
        if (lines->stores_count == CACHE_LINES_STORES)
            land_stores(lines, 1);
        lines->stores[lines->stores_count].at = at + i;
        lines->stores[lines->stores_count++].value = bytes[i];
    }
    if (!lines->buffered)
        land_stores(lines, lines->stores_count);
    cache_lines_moment(lines);
}

void cache_lines_device_read(struct cache_lines *lines, uint32_t address,
                             void *to, uint32_t size)
{
    uint32_t at = place(lines, address, size);

    memcpy(to, lines->memory + at, size);
    cache_lines_moment(lines);
}

void cache_lines_device_write(struct cache_lines *lines, uint32_t address,
                              const void *from, uint32_t size)
{
    uint32_t at = place(lines, address, size);
    const uint8_t *bytes = from;

    watch(lines, at, size);
    for (uint32_t i = 0; i < size; i++) {
        if (i % CACHE_LINES_UNIT == 0)
            cache_lines_moment(lines);
        lines->memory[at + i] = bytes[i];
    }
    cache_lines_moment(lines);
}

void cache_lines_execute(struct cache_lines *lines, uint32_t address, void *to,
                         uint32_t size)
{
    uint8_t *bytes = to;
    uint32_t at;

    if (lines->predictor_stale)
        (void)cache_lines_violates(
            lines, "code is executed with the branch predictions of the old");
    if (lines->code_waits)
        (void)cache_lines_violates(lines, "code is executed without a DSB");
    if (lines->fetch_waits)
        (void)cache_lines_violates(lines, "code is executed without an ISB");
    at = touch(lines, address, size);
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = *hold_fetched(lines, at + i);
}
