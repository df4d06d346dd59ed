/* SPDX-License-Identifier: MIT */
#include "tests/fixture.h"

#include "tests/check.h"
#include "tests/model/sparse.h"

#include <string.h>

static uint64_t no_time(void)
{
    return 0;
}

static uint32_t hertz(void)
{
    return 1000;
}

static uint32_t no_save(void)
{
    return 0;
}

static void no_restore(uint32_t state)
{
    (void)state;
}

static void no_fence(void)
{
}

static const struct hal_clock clock = { .now = no_time, .frequency = hertz };
static const struct hal_lock lock = { .save = no_save, .restore = no_restore };
static const struct hal_fences fences = {
    .publish = no_fence,
    .observe = no_fence,
};

const struct hal_aperture fixture_aperture = {
    .cpu = 0,
    .bus = 0,
    .size = UINT64_C(1) << 63,
    .access = HAL_READ | HAL_WRITE,
    .snooped = true,
};

const struct hal_limits fixture_no_limits = { .address_bits = 0 };

static const struct hal_region region = {
    .base = 0,
    .size = UINT64_C(1) << 63,
    .cached = HAL_WRITE_BACK,
    .writable = true,
    .window = &sparse_window,
};

const struct hal_bus fixture_hal_bus = {
    .apertures = &fixture_aperture,
    .aperture_count = 1,
    .regions = &region,
    .region_count = 1,
    .limits = &fixture_no_limits,
    .clock = &clock,
    .lock = &lock,
    .fences = &fences,
};

const struct iodma_bus *fixture_bus(void)
{
    static struct iodma_bus bus;

    if (!bus.hal)
        expect_status("the fixture's bus",
                      iodma_bus_init(&bus, &fixture_hal_bus, 0), IODMA_OK);
    return &bus;
}

/* Bounce storage ------------------------------------------------------- */

#define PAGE       UINT64_C(0x1000)
#define PAGES_BASE UINT64_C(0x100000)
#define PAGES_STEP (2 * PAGE) /* never adjacent */
#define RUNS_BASE  UINT64_C(0x200000)

static bool page_taken[FIXTURE_PAGES];
static bool run_taken[FIXTURE_RUNS];
static unsigned fail_at;

static bool fails(void)
{
    return fail_at != 0 && --fail_at == 0;
}

static enum iodma_status take_page(struct hal_bounce *bounce, uint64_t highest,
                                   uint64_t *address)
{
    (void)bounce;
    if (fails())
        return IODMA_NO_RESOURCES;
    for (unsigned i = 0; i < FIXTURE_PAGES; i++) {
        uint64_t page = PAGES_BASE + i * PAGES_STEP;

        if (!page_taken[i] && page + PAGE - 1 <= highest) {
            page_taken[i] = true;
            *address = page;
            return IODMA_OK;
        }
    }
    return IODMA_NO_RESOURCES;
}

static bool run_free(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++) {
        if (i >= FIXTURE_RUNS || run_taken[i])
            return false;
    }
    return true;
}

static enum iodma_status take_run(struct hal_bounce *bounce, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address)
{
    (void)bounce;
    expect("a run is whole pages, aligned to a page at least",
           size != 0 && size % PAGE == 0 && is_power_of_two(alignment) &&
               alignment >= PAGE);
    if (fails())
        return IODMA_NO_RESOURCES;
    for (uint64_t i = 0; i < FIXTURE_RUNS; i++) {
        uint64_t run = RUNS_BASE + i * PAGE;

        if (run % alignment == 0 && run_free(i, size / PAGE) &&
            run + size - 1 <= highest) {
            memset(&run_taken[i], true, (size_t)(size / PAGE));
            *address = run;
            return IODMA_OK;
        }
    }
    return IODMA_NO_RESOURCES;
}

static void give_back(struct hal_bounce *bounce, uint64_t address,
                      uint64_t size)
{
    (void)bounce;
    if (address >= RUNS_BASE) {
        uint64_t first = (address - RUNS_BASE) / PAGE;

        expect("a run given back was taken", run_taken[first]);
        memset(&run_taken[first], false, (size_t)(size / PAGE));
        return;
    }
    expect("a page given back was taken",
           page_taken[(address - PAGES_BASE) / PAGES_STEP] && size == PAGE);
    page_taken[(address - PAGES_BASE) / PAGES_STEP] = false;
}

static const struct hal_bounce_ops bounce_ops = {
    .take_page = take_page,
    .take_run = take_run,
    .give_back = give_back,
};

const struct iodma_bus *fixture_bouncing_bus(void)
{
    static struct hal_bounce_cell cells[2 * FIXTURE_PAGES];
    static struct hal_bounce bounce = {
        .ops = &bounce_ops,
        .base = PAGES_BASE,
        .granule = PAGE,
        .pages = COUNT_OF(cells),
        .cells = cells,
    };
    static struct iodma_bus bus;

    sparse_reset();
    memset(page_taken, false, sizeof page_taken);
    memset(run_taken, false, sizeof run_taken);
    memset(cells, 0, sizeof cells);
    fail_at = 0;
    bus = *fixture_bus();
    expect_status("the fixture's bounce storage", iodma_bus_lend(&bus, &bounce),
                  IODMA_OK);
    return &bus;
}

static unsigned count_taken(const bool *taken, unsigned count)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < count; i++)
        sum += taken[i];
    return sum;
}

unsigned fixture_pages_taken(void)
{
    return count_taken(page_taken, FIXTURE_PAGES);
}

unsigned fixture_run_pages_taken(void)
{
    return count_taken(run_taken, FIXTURE_RUNS);
}

void fixture_use_up(bool pages, bool runs)
{
    memset(page_taken, pages, sizeof page_taken);
    memset(run_taken, runs, sizeof run_taken);
}

void fixture_fail_take(unsigned n)
{
    fail_at = n;
}

/* Lists ---------------------------------------------------------------- */

uint32_t fixture_list(struct iodma_command *command, struct hal_segment *list,
                      uint32_t room)
{
    uint64_t offset = 0;

    expect_status("gen",
                  iodma_command_gen_segments(command, &offset, list, &room),
                  IODMA_OK);
    expect_number("the list covers the window", offset, command->view.length);
    return room;
}
