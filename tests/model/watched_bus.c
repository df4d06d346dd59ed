/* SPDX-License-Identifier: MIT */
#include "tests/model/watched_bus.h"

#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/hooks.h"
#include "tests/model/sparse.h"

struct iodma_bounce watched_bounce;

static struct iodma_bus bus;
static struct hal_bounce_cell cells[WATCHED_PAGES];
static struct iodma_note notes[WATCHED_PAGES];
static const struct hal_bounce_ops *real; /* the pool's own */

/* A call that needs the lock, or one that takes too long for it. */
static void begin_call(bool locked)
{
    if (locked != (hooks.masked != 0))
        hooks.broken = locked ? "the pool was called without the lock"
                              : "a window or cache was used under the lock";
    hooks.moment();
}

static void *window_open(uint64_t address, uint64_t *length)
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

static void maintain(const struct hal_cache *cache, void *va, uint64_t pa,
                     size_t length)
{
    (void)cache;
    begin_call(false);
    if (va != sparse_byte(pa) || length == 0)
        hooks.broken = "a cache was asked for other bytes than it was shown";
}

static enum iodma_status take_page(struct hal_bounce *bounce, uint64_t highest,
                                   uint64_t *address)
{
    enum iodma_status status;

    begin_call(true);
    status = real->take_page(bounce, highest, address);
    hooks.moment();
    return status;
}

static enum iodma_status take_run(struct hal_bounce *bounce, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address)
{
    enum iodma_status status;

    begin_call(true);
    status = real->take_run(bounce, size, alignment, highest, address);
    hooks.moment();
    return status;
}

static void give_back(struct hal_bounce *bounce, uint64_t address,
                      uint64_t size)
{
    begin_call(true);
    real->give_back(bounce, address, size);
    hooks.moment();
}

static const struct hal_window window = { window_open, window_close };
static const struct hal_cache_ops cache_ops = { maintain, maintain };
static const struct hal_cache cache = { &cache_ops, 64, 64 };
static const struct hal_bounce_ops bounce_ops = { take_page, take_run,
                                                  give_back };

static const struct hal_region region = {
    .base = 0,
    .size = UINT64_C(1) << 63,
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

const struct iodma_bus *watched_bus(uint32_t pages, void (*moment)(void))
{
    hooks = (struct hooks){ .moment = moment };
    expect_status("the watched bus",
                  iodma_bus_init(&bus, &hal, WATCHED_GRANULE), IODMA_OK);
    expect_status("its storage",
                  iodma_bounce_init(&watched_bounce, WATCHED_STORAGE,
                                    pages * WATCHED_GRANULE, WATCHED_GRANULE,
                                    cells, notes),
                  IODMA_OK);
    real = watched_bounce.hal.ops;
    watched_bounce.hal.ops = &bounce_ops;
    expect_status("lend", iodma_bus_lend(&bus, &watched_bounce.hal), IODMA_OK);
    return &bus;
}

/* A full pool lends its pages one after the other. */
static bool expect_full_pool(void)
{
    uint64_t address;
    bool full =
        expect_number("pages on loan", iodma_bounce_in_use(&watched_bounce), 0);

    for (uint32_t i = 0; full && i < watched_bounce.hal.pages; i++)
        full = expect_number("first of a bucket", cells[i].bucket, 0) &&
               expect_status(
                   "a page of a full pool",
                   real->take_page(&watched_bounce.hal, UINT64_MAX, &address),
                   IODMA_OK) &&
               expect_number("it is the next one", address,
                             WATCHED_STORAGE + i * WATCHED_GRANULE);
    return full;
}

bool expect_watched_bus(void)
{
    expect_hooks();
    return expect_full_pool() &&
           expect_number("windows open", sparse_open_windows(), 0) &&
           !hooks.broken && hooks.masked == 0;
}
