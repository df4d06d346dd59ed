/* SPDX-License-Identifier: MIT */
/*
 * E7 on real memory: the window hook fails at every one of its calls in turn.
 * The call that it failed under changes nothing, and works once it is mended.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/armv7a/window.h"
#include "tests/check.h"
#include "tests/target/far.h"

#include <stdio.h>

/* Free, behind windows, and yet within the engine's reach. */
#define WINDOWED (POINTERS_END + 128 * MIB)

enum { MOST_OPENS = 100 };

static struct {
    uint32_t count; /* of opens, until the one that fails; 0: none does */
    uint32_t open;
} windows;

static void *failing_open(hal_address address, hal_address *length)
{
    void *window;

    if (windows.count != 0 && --windows.count == 0)
        return NULL;
    window = plat_window.open(address, length);
    windows.open += window != NULL;
    return window;
}

static void failing_close(void *window)
{
    plat_window.close(window);
    windows.open--;
}

static const struct hal_window failing_window = {
    .open = failing_open,
    .close = failing_close,
};

void far_wrap_windows(void)
{
    static struct hal_region regions[4];
    static struct hal_bus bus;
    struct hal_dmac *dmac = board.dmacs[0].dmac;

    bus = *dmac->bus;
    bus.region_count =
        (uint32_t)smaller(bus.region_count, HAL_COUNT_OF(regions));
    for (uint32_t i = 0; i < bus.region_count; i++) {
        regions[i] = bus.regions[i];
        if (regions[i].window)
            regions[i].window = &failing_window;
    }
    bus.regions = regions;
    dmac->bus = &bus;
}

static const struct iodma_range scattered[ROW_RANGES] = {
    { LOW + 0x10004, 0x100 },
    { REACH + 0x800, 0x1000 },
    { REACH + 0x4000, 0x1000 },
    { LOW + 0x30000, 0xF00 },
};

static enum iodma_status call_prepare(void)
{
    return far_prepare(true);
}

static enum iodma_status call_prepare_zeros(void)
{
    return far_prepare(false);
}

static enum iodma_status call_set(void)
{
    return iodma_command_set_memory(&far.command, &far.memory, true);
}

static enum iodma_status call_force(void)
{
    return iodma_command_synchronize(&far.command, IODMA_FORCE_DOUBLE_BUFFER);
}

static enum iodma_status call_out(void)
{
    return iodma_command_synchronize(&far.command, IODMA_OUT);
}

static enum iodma_status call_in(void)
{
    return iodma_command_synchronize(&far.command, IODMA_IN);
}

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    bool prepared; /* before the call */
    enum iodma_status (*call)(void);
} calls[] = {
    { "prepare, split", NARROW(0), false, call_prepare },
    { "prepare, split, not filled", NARROW(0), false, call_prepare_zeros },
    { "prepare, whole", NARROW(0, .align_address = 8), false,
      call_prepare },
    { "prepare, whole, not filled", NARROW(0, .align_address = 8), false,
      call_prepare_zeros },
    { "set_memory", NARROW(0), false, call_set },
    { "force, from split", NARROW(0), true, call_force },
    { "synchronize out, split", NARROW(0), true, call_out },
    { "synchronize out, whole", NARROW(0, .align_address = 8), true,
      call_out },
    { "synchronize in, split", NARROW(0), true, call_in },
    { "synchronize in, whole", NARROW(0, .align_address = 8), true,
      call_in },
};
/* clang-format on */

/* Storage too lies behind windows: so both sides of each copy have one. */
static void set_up(const struct iodma_spec *spec, bool prepared)
{
    far_make_pool(WINDOWED);
    far_free_pages(0, 2 * FAR_SINGLE_PAGES, 2);
    far_free_pages(FAR_FIRST_RUN, FAR_FIRST_RUN + 8, 1);
    far_attach(spec, scattered, IODMA_INOUT);
    if (prepared && expect_status("prepare", far_prepare(true), IODMA_OK))
        far_make_list();
}

/* What a failing call must not change. The client's bytes are fresh. */
struct state {
    uint32_t prepared, pages, windows;
    uint32_t way;
    hal_address position, storage;
};

static struct state state_now(void)
{
    bool prepared = far.command.prepared != 0;

    return (struct state){
        .prepared = far.command.prepared,
        .pages = far_pages_taken(),
        .windows = windows.open,
        .way = prepared ? far_way(&far.command) : 0,
        .position = prepared ? far.command.place.walk.offset : 0,
        .storage = prepared && far.command.plan.loans
                       ? far.command.plan.loans->storage
                       : 0,
    };
}

static void expect_state(const struct state *want)
{
    struct state got = state_now();

    expect_number("count", got.prepared, want->prepared);
    expect_number("pages taken", got.pages, want->pages);
    expect_number("windows open", got.windows, want->windows);
    expect_number("way", got.way, want->way);
    expect_number("place", got.position, want->position);
    expect_number("storage", got.storage, want->storage);
    far_expect_client("the client's bytes", 0, 0);
}

/* One call, with the n-th open failing. Returns whether it failed. */
static bool fails_cleanly(size_t i, uint32_t n)
{
    struct state before;
    enum iodma_status status;

    set_up(&calls[i].spec, calls[i].prepared);
    before = state_now();
    windows.count = n;
    status = calls[i].call();
    windows.count = 0;
    if (status == IODMA_OK)
        return false;

    expect_status("the refusal", status, IODMA_NO_RESOURCES);
    expect_state(&before);
    expect_status("the same call, with the hook mended", calls[i].call(),
                  IODMA_OK);
    far_make_list();
    far_device_inverts(0, far.memory.length);
    far_complete(true);
    far_expect_client("the device's bytes", 0, far.memory.length);
    return true;
}

static void failing_in_turn(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(calls); i++) {
        uint32_t n = 1;

        check_case(calls[i].what);
        while (n < MOST_OPENS && fails_cleanly(i, n))
            n++;
        printf("# %s: failed at each of %u opens\n", calls[i].what,
               (unsigned)n - 1);
        expect("windows were opened", n > 1 && n < MOST_OPENS);
    }
}

/* Each byte is the old one or the device's, and guards are intact. */
static void expect_old_or_new(void)
{
    for (hal_address i = 0; i < far.memory.length; i++) {
        hal_address address = far_address(&far.memory, i);
        uint8_t was = far_fresh(address);
        uint8_t byte;

        far_get(&byte, address, 1);
        if (byte != far_inverse(address) && !expect_number("a byte", byte, was))
            return;
        far_put(address, &was, 1);
    }
    far_expect_client("guards", 0, 0);
}

/* A failing complete ends the preparation all the same. Returns whether it
   failed. */
static bool complete_fails(const struct iodma_spec *spec, bool by_transfer,
                           uint32_t n)
{
    enum iodma_status status;

    set_up(spec, true);
    if (by_transfer) {
        far_fill_bench(0, far.memory.length);
        windows.count = n;
        status = far_transfer_with_bench();
    } else {
        far_device_inverts(0, far.memory.length);
        windows.count = n;
        status = iodma_command_complete(&far.command, true, true);
    }
    windows.count = 0;
    expect_number("count", far.command.prepared, 0);
    expect_number("pages taken", far_pages_taken(), 0);
    expect_number("windows open", windows.open, 0);
    if (status == IODMA_OK) {
        far_expect_client("the device's bytes", 0, far.memory.length);
        return false;
    }
    expect_status("complete", status, IODMA_NO_RESOURCES);
    expect_old_or_new();
    expect_status("prepare again", far_prepare(true), IODMA_OK);
    far_complete(true);
    return true;
}

static void failing_complete(const char *what, const struct iodma_spec *spec,
                             bool by_transfer, uint32_t opens)
{
    uint32_t n = 1;

    check_case(what);
    while (n < MOST_OPENS && complete_fails(spec, by_transfer, n))
        n++;
    if (far_snooped())
        expect_number("opens that failed", n - 1, opens);
    else
        expect("opens that failed", n - 1 >= opens);
}

void far_test_fail(void)
{
    static const struct iodma_spec split = NARROW(0);
    static const struct iodma_spec whole = NARROW(0, .align_address = 8);

    failing_in_turn();
    failing_complete("complete, split: ends unprepared, with all given back",
                     &split, false, 4);
    failing_complete("complete, whole", &whole, false, 6);
    failing_complete("the end of a transfer", &split, true, 4);
}
