/* SPDX-License-Identifier: MIT */
#include "tests/model/two_sides.h"

#include "tests/check.h"

#include <string.h>

enum {
    ALL = TWO_SIDES_CLIENT + TWO_SIDES_STORAGE,
    POSTED = 64,
    CLEANING = 256,
    WINDOWS = 4,
};

const char *two_sides_broken;
unsigned two_sides_open, two_sides_operations;

static struct two_sides_facts facts;
static uint64_t random;

static uint8_t cpu[ALL], device[ALL];
static uint8_t in_step[ALL]; /* when both were the same for the last time */

/* Lines that no fence has followed yet. */
static hal_address cleaning[CLEANING];
static hal_address dropping[CLEANING];
static unsigned cleaning_count, dropping_count;
static bool begun; /* since the last finish() */

static hal_address watched[TWO_SIDES_WATCHED]; /* addresses of lines */
static unsigned watched_count;

static struct {
    hal_address address;
    uint8_t value;
} posted[POSTED];
static unsigned posted_count;

static struct {
    hal_address at, length;
} windows[WINDOWS];

/* Lines that a window has shown since they were last written back or dropped.
   The CPU may have stored in them the value that was there, which we could not
   see: they are not fetched. */
static bool held[ALL / 32];

/* Where a byte is in the arrays. */
static hal_address place(hal_address address)
{
    if (address - facts.client < facts.client_size)
        return address - facts.client;
    if (address - facts.storage < facts.storage_size)
        return TWO_SIDES_CLIENT + (address - facts.storage);
    two_sides_broken = "an address where there is no memory";
    return 0;
}

/* A line, which is not snooped -------------------------------------------- */

static void write_out(hal_address at)
{
    memcpy(&device[at], &cpu[at], facts.line);
    memcpy(&in_step[at], &cpu[at], facts.line);
    held[at / facts.line] = false;
}

static void fetch(hal_address at)
{
    memcpy(&cpu[at], &device[at], facts.line);
    memcpy(&in_step[at], &device[at], facts.line);
    held[at / facts.line] = false;
}

static bool is_dirty(hal_address at)
{
    return memcmp(&cpu[at], &in_step[at], facts.line) != 0;
}

static void write_back(hal_address at)
{
    if (is_dirty(at))
        write_out(at);
}

static void land(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        hal_address at = place(posted[i].address);

        if (facts.snooped(posted[i].address))
            cpu[at] = posted[i].value;
        else
            device[at] = posted[i].value;
    }
    posted_count -= count;
    memmove(posted, posted + count, posted_count * sizeof posted[0]);
}

void two_sides_land(void)
{
    land(posted_count);
}

/* The adversary ----------------------------------------------------------- */

static void evict_or_fetch(hal_address line)
{
    hal_address at = place(line);

    if (is_dirty(at))
        write_out(at);
    else if (!held[at / facts.line])
        fetch(at);
}

void two_sides_watch(hal_address address)
{
    hal_address line;

    if (facts.line == 0 || facts.snooped(address))
        return;
    line = address - address % facts.line;
    if ((watched_count == 0 || watched[watched_count - 1] != line) &&
        watched_count < TWO_SIDES_WATCHED)
        watched[watched_count++] = line;
}

void two_sides_moment(void)
{
    land(random_below(&random, posted_count + 1));
    if (watched_count == 0)
        return;
    switch (random_below(&random, 4)) {
    case 0:
        for (unsigned i = 0; i < watched_count; i++)
            evict_or_fetch(watched[i]);
        break;
    case 1:
    case 2:
        for (unsigned i = 0; i < 3; i++)
            evict_or_fetch(watched[random_below(&random, watched_count)]);
        break;
    default:
        break;
    }
}

static void settle_range(hal_address address, hal_address size)
{
    for (hal_address i = 0; i < size; i += facts.line) {
        if (!facts.snooped(address + i)) {
            write_back(place(address + i));
            fetch(place(address + i));
        }
    }
}

void two_sides_settle(void)
{
    land(posted_count);
    if (facts.line != 0)
        settle_range(facts.client, (hal_address)facts.client_size);
}

/* Fresh bytes ------------------------------------------------------------- */

static void fill_client(void)
{
    uint32_t line = facts.line;
    uint64_t word = random | 1;

    for (hal_address at = 0; at < facts.client_size; at += sizeof word) {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        memcpy(&cpu[at], &word, sizeof word);
    }
    memcpy(device, cpu, facts.client_size);
    for (hal_address at = 0; line != 0 && at < facts.client_size; at += line) {
        if (random_below(&random, 2) != 0)
            memset(&device[at], 0xD1, line);
    }
    memcpy(in_step, device, facts.client_size);
}

void two_sides_begin(const struct two_sides_facts *from, uint64_t seed)
{
    facts = *from;
    random = seed;
    two_sides_broken = NULL;
    two_sides_open = two_sides_operations = 0;
    watched_count = posted_count = cleaning_count = dropping_count = 0;
    begun = false;
    memset(held, 0, sizeof held);
    fill_client();
    memset(&cpu[TWO_SIDES_CLIENT], 0x57, facts.storage_size);
    memset(&device[TWO_SIDES_CLIENT], 0xDE, facts.storage_size);
    memset(&in_step[TWO_SIDES_CLIENT],
           random_below(&random, 2) != 0 ? 0xDE : 0x57, facts.storage_size);
}

/* Single bytes ------------------------------------------------------------ */

uint8_t two_sides_cpu(hal_address address)
{
    return cpu[place(address)];
}

void two_sides_cpu_write(hal_address address, uint8_t value)
{
    cpu[place(address)] = value;
}

uint8_t two_sides_device(hal_address address)
{
    land(posted_count);
    return facts.snooped(address) ? cpu[place(address)]
                                  : device[place(address)];
}

void two_sides_device_write(hal_address address, uint8_t value)
{
    if (posted_count == POSTED)
        land(1);
    posted[posted_count].address = address;
    posted[posted_count++].value = value;
}

/* The hooks --------------------------------------------------------------- */

/* The CPU may have stored in all that a window shows. */
static void hold(hal_address at, hal_address length)
{
    hal_address end = at + length;

    for (; facts.line != 0 && at < end; at += facts.line - at % facts.line)
        held[at / facts.line] = true;
}

static void *open_window(hal_address address, hal_address *length)
{
    hal_address rest = facts.shown - address % facts.shown;
    void *pointer = &cpu[place(address)];

    two_sides_moment();
    if (*length == 0)
        two_sides_broken = "a window that shows nothing";
    if (two_sides_open == WINDOWS) {
        two_sides_broken = "too many windows are open";
        return NULL;
    }
    if (*length > rest)
        *length = rest;
    (void)place(address + *length - 1);
    windows[two_sides_open].at = place(address);
    windows[two_sides_open++].length = *length;
    return pointer;
}

static void close_window(void *pointer)
{
    if (two_sides_open == 0 ||
        &cpu[windows[two_sides_open - 1].at] != pointer) {
        two_sides_broken = "it is not the last window that is closed";
        return;
    }
    two_sides_open--;
    hold(windows[two_sides_open].at, windows[two_sides_open].length);
    two_sides_moment();
}

const struct hal_window two_sides_window = { open_window, close_window };

/* The first line of a range, and how far from it the last one is. */
static bool lines(const void *va, hal_address pa, size_t length,
                  hal_address *first, hal_address *more)
{
    two_sides_operations++;
    for (unsigned i = 0; i < two_sides_open; i++)
        hold(windows[i].at, windows[i].length);
    two_sides_moment();
    if (length == 0 || facts.line == 0 || va != &cpu[place(pa)]) {
        two_sides_broken = "a cache operation on other bytes than are shown";
        return false;
    }
    *first = pa - pa % facts.line;
    *more = pa - *first + (hal_address)(length - 1);
    *more -= *more % facts.line;
    for (hal_address at = 0; at <= *more; at += facts.line) {
        if (facts.snooped(*first + at)) {
            two_sides_broken =
                "a cache operation where there is nothing to maintain";
            return false;
        }
    }
    return true;
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    hal_address first, more;

    (void)cache;
    if (!lines(va, pa, length, &first, &more))
        return;
    for (hal_address at = 0; at <= more; at += facts.line) {
        if (cleaning_count == CLEANING)
            write_out(cleaning[--cleaning_count]);
        cleaning[cleaning_count++] = place(first + at);
        begun = true;
    }
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    hal_address first, more;

    (void)cache;
    if (!lines(va, pa, length, &first, &more))
        return;
    for (hal_address at = 0; at <= more; at += facts.line) {
        hal_address line = first + at;

        if (!facts.may_drop(line))
            two_sides_broken = "a line is dropped that others have bytes in";
        write_back(place(line));
        if (dropping_count == CLEANING)
            fetch(dropping[--dropping_count]);
        dropping[dropping_count++] = place(line);
        begun = true;
    }
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    two_sides_moment();
    while (dropping_count != 0)
        fetch(dropping[--dropping_count]);
    begun = false;
    return IODMA_OK;
}

/* A fence orders what is done, not what is under way. */
static void expect_finished(void)
{
    if (begun)
        two_sides_broken = "a fence in front of the end of maintenance";
}

const struct hal_cache_ops two_sides_cache_ops = {
    .clean = clean, .clean_invalidate = clean_invalidate, .finish = finish
};

/* What is cleaned has been stored in: see `held`. */
static void publish(void)
{
    expect_finished();
    while (cleaning_count != 0)
        write_out(cleaning[--cleaning_count]);
    two_sides_moment();
}

static void observe(void)
{
    expect_finished();
    two_sides_moment();
    land(posted_count);
}

const struct hal_fences two_sides_fences = { publish, observe };
