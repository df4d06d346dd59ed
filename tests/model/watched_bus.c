/* SPDX-License-Identifier: MIT */
#include "tests/model/watched_bus.h"

#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/hooks.h"
#include "tests/model/sparse.h"

struct iodma_bounce watched_bounce;

static struct iodma_bus bus;
static uint32_t words[IODMA_BLOCK_WORDS(WATCHED_PAGES)];
static struct hal_loan loans[WATCHED_LOANS];
static uint32_t loans_lent;
static const struct hal_bounce_ops *real; /* the pool's own */

/* A call that needs the lock, or one that takes too long for it. */
static void begin_call(bool locked)
{
    if (locked != (hooks.masked != 0))
        hooks.broken = locked ? "the pool was called without the lock"
                              : "a window or cache was used under the lock";
    hooks.moment();
}

static void *window_open(hal_address address, hal_address *length)
{
    void *pointer;

    begin_call(false);
    pointer = sparse_window.open(address, length);
    hooks.moment();
    return pointer;
}

static void window_close(void *pointer)
{
    begin_call(false);
    sparse_window.close(pointer);
    hooks.moment();
}

static void maintain(const struct hal_cache *cache, void *va, hal_address pa,
                     size_t length)
{
    (void)cache;
    begin_call(false);
    if (va != sparse_byte(pa) || length == 0)
        hooks.broken = "a cache was asked for other bytes than it was shown";
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    begin_call(false);
    return IODMA_OK;
}

static enum iodma_status take(struct hal_bounce *bounce,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    enum iodma_status status;

    begin_call(true);
    status = real->take(bounce, wish, address, size);
    hooks.moment();
    return status;
}

static void give_back(struct hal_bounce *bounce, hal_address address,
                      hal_address size)
{
    begin_call(true);
    real->give_back(bounce, address, size);
    hooks.moment();
}

static const struct hal_window window = { window_open, window_close };
static const struct hal_cache_ops cache_ops = { .clean = maintain,
                                                .clean_invalidate = maintain,
                                                .finish = finish };
static const struct hal_cache cache = { &cache_ops, 64, 64 };
static const struct hal_bounce_ops bounce_ops = { take, give_back };

static const struct hal_region region = {
    .first = 0,
    .last = FIXTURE_LAST,
    .cached = HAL_WRITE_BACK,
    .writable = true,
    .window = &window,
};

static const struct hal_bus hal = {
    .apertures = &fixture_aperture,
    .aperture_count = 1,
    .regions = &region,
    .region_count = 1,
    .limits = &fixture_no_limits,
    .cache = &cache,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

const struct iodma_bus *watched_bus_with(uint32_t pages, uint32_t count,
                                         void (*moment)(void))
{
    hooks = (struct hooks){ .moment = moment };
    loans_lent = count;
    expect_status("the watched bus",
                  iodma_bus_init(&bus, &hal, WATCHED_GRANULE), IODMA_OK);
    expect_status("its caches", iodma_bus_cache(&bus), IODMA_OK);
    expect_status("its storage",
                  iodma_bounce_init(&watched_bounce, WATCHED_STORAGE,
                                    pages * WATCHED_GRANULE, WATCHED_GRANULE,
                                    words, loans, count),
                  IODMA_OK);
    real = watched_bounce.hal.ops;
    watched_bounce.hal.ops = &bounce_ops;
    expect_status("lend", iodma_bus_lend(&bus, &watched_bounce.hal), IODMA_OK);
    return &bus;
}

const struct iodma_bus *watched_bus(uint32_t pages, void (*moment)(void))
{
    return watched_bus_with(pages, WATCHED_LOANS, moment);
}

/* A full pool lends its pages one after the other, and has its loans. */
static bool expect_full_pool(void)
{
    const struct hal_bounce_wish page = {
        .at_least = WATCHED_GRANULE,
        .at_most = WATCHED_GRANULE,
        .alignment = WATCHED_GRANULE,
        .highest = HAL_ADDRESS_MAX,
    };
    hal_address end = WATCHED_STORAGE;
    hal_address address;
    hal_address size;
    uint32_t count = 0;
    bool full =
        expect_number("pages on loan", iodma_bounce_in_use(&watched_bounce), 0);

    while (full && end - 1 != watched_bounce.hal.last) {
        full = expect_status(
                   "a page of a full pool",
                   real->take(&watched_bounce.hal, &page, &address, &size),
                   IODMA_OK) &&
               expect_number("it is the next one", address, end) &&
               expect_number("its size", size, WATCHED_GRANULE);
        end += WATCHED_GRANULE;
    }
    for (const struct hal_loan *loan = watched_bounce.hal.loans;
         loan && count <= loans_lent; loan = loan->next)
        count++;
    return full & expect_number("loans in the pool", count, loans_lent);
}

bool expect_watched_bus(void)
{
    expect_hooks();
    return expect_full_pool() &&
           expect_number("windows open", sparse_open_windows(), 0) &&
           !hooks.broken && hooks.masked == 0;
}
