/* SPDX-License-Identifier: MIT */
/*
 * E7: every hook fails in turn, at every one of its calls. The call that it
 * failed under changes nothing: status, count, plan, cursor, pools, windows
 * and the client's memory are as they were. (A window that goes away in the
 * middle of a copy back leaves a part of it done; one that is missing from the
 * beginning does not.) And ten thousand rounds leak nothing.
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

#include <stdio.h>

#define GIB4 UINT64_C(0x100000000)

enum { MOST_CALLS = 200 };

static struct iodma_command command;
static struct iodma_memory memory;

static const struct iodma_range scattered[ROW_RANGES] = {
    { 0x10002, 0x100 },
    { GIB4 + 0x800, 0x1000 },
    { GIB4 + 0x4000, 0x1000 },
    { 0x30000, 0xF00 },
};

/* What of the world a failing call must not change. The client's bytes are
   looked at one by one: pages of storage may be written. */
struct state {
    uint32_t prepared;
    uint8_t rung;
    uint64_t position;
    unsigned pages, runs, windows;
    uint64_t client;
};

/* What the device writes: nothing that the client had. */
static uint8_t written(uint64_t address)
{
    return (uint8_t)~sparse_fresh(address);
}

/* The device writes all of the prepared bytes where it sees them. */
static void device_writes(void)
{
    struct iodma_walk walk;
    struct iodma_piece piece;

    iodma_view_begin(&command.view, 0, &walk);
    while (iodma_view_piece(&command.view, &walk, UINT64_MAX, &piece) ==
           IODMA_OK) {
        for (uint64_t i = 0; i < piece.length; i++)
            *sparse_byte(piece.storage + i) = written(piece.client + i);
    }
}

/* Every byte is what the client had, or what the device wrote. */
static void expect_client_old_or_new(void)
{
    for (uint32_t i = 0; i < memory.count; i++) {
        for (uint64_t k = 0; k < memory.ranges[i].length; k++) {
            uint64_t address = memory.ranges[i].address + k;
            uint8_t byte = *sparse_byte(address);

            if (byte != sparse_fresh(address) && byte != written(address)) {
                expect_number("a byte of nobody's at", address, 0);
                return;
            }
        }
    }
}

static uint64_t client_sum(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < memory.count; i++) {
        for (uint64_t k = 0; k < memory.ranges[i].length; k++)
            sum = sum * 31 + *sparse_byte(memory.ranges[i].address + k);
    }
    return sum;
}

static struct state state_now(void)
{
    return (struct state){
        .prepared = command.prepared,
        .rung = command.prepared != 0 ? command.view.rung : 0,
        .position = command.prepared != 0 ? command.cursor.walk.offset : 0,
        .pages = fixture_pages_taken(),
        .runs = fixture_run_pages_taken(),
        .windows = sparse_open_windows(),
        .client = client_sum(),
    };
}

static void expect_state(const struct state *want, bool with_client)
{
    struct state got = state_now();

    expect_number("count", got.prepared, want->prepared);
    expect_number("rung", got.rung, want->rung);
    expect_number("cursor", got.position, want->position);
    expect_number("pages taken", got.pages, want->pages);
    expect_number("pages of runs taken", got.runs, want->runs);
    expect_number("windows open", got.windows, want->windows);
    if (with_client)
        expect_number("the client's bytes", got.client, want->client);
}

/* The calls under test. */
static enum iodma_status call_prepare(void)
{
    return iodma_command_prepare(&command, 0, 0, true, true);
}

static enum iodma_status call_prepare_zeros(void)
{
    return iodma_command_prepare(&command, 0, 0, true, false);
}

static enum iodma_status call_set(void)
{
    return iodma_command_set_memory(&command, &memory, true);
}

static enum iodma_status call_force(void)
{
    return iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER);
}

static enum iodma_status call_out(void)
{
    return iodma_command_synchronize(&command, IODMA_OUT);
}

static enum iodma_status call_in(void)
{
    return iodma_command_synchronize(&command, IODMA_IN);
}

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    bool prepared; /* before the call */
    enum iodma_status (*call)(void);
} calls[] = {
    { "E7: prepare, pages", SPEC(host64, 32, 0, 1, 1, 1), false,
      call_prepare },
    { "E7: prepare, pages, not filled", SPEC(host64, 32, 0, 1, 1, 1), false,
      call_prepare_zeros },
    { "E7: prepare, whole",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), false,
      call_prepare },
    { "E7: set_memory", SPEC(host64, 32, 0, 1, 1, 1), false, call_set },
    { "E7: force", SPEC(host64, 64, 0, 1, 1, 1), true, call_force },
    { "E7: force, from pages", SPEC(host64, 32, 0, 1, 1, 1), true,
      call_force },
    { "E7: synchronize out", SPEC(host64, 32, 0, 1, 1, 1), true, call_out },
    { "E7: synchronize in", SPEC(host64, 32, 0, 1, 1, 1), true, call_in },
};
/* clang-format on */

static void set_up(const struct iodma_spec *spec, bool prepared)
{
    memory = row_memory(scattered, IODMA_INOUT);
    expect_status(
        "init",
        iodma_command_init(&command, fixture_bouncing_bus(), spec, NULL),
        IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, prepared),
                  IODMA_OK);
}

/* One call, with the n-th use of a hook failing. Returns whether it failed. */
static bool fails_cleanly(size_t index, void (*fail)(unsigned), unsigned n)
{
    struct state before;
    enum iodma_status status;

    set_up(&calls[index].spec, calls[index].prepared);
    if (calls[index].prepared)
        device_writes();
    before = state_now();
    fail(n);
    status = calls[index].call();
    fail(0);
    if (status == IODMA_OK)
        return false;

    expect_status("the refusal", status, IODMA_NO_RESOURCES);
    expect_state(&before, !calls[index].prepared);
    expect_client_old_or_new();
    expect_status("the same call, with the hook mended", calls[index].call(),
                  IODMA_OK);
    expect_status("clear", iodma_command_clear_memory(&command, true),
                  IODMA_OK);
    expect_number("pages left behind", fixture_pages_taken(), 0);
    expect_number("runs left behind", fixture_run_pages_taken(), 0);
    return true;
}

/* The calls that a hook gets, one after the other, until none fails any
   more. A rung that is skipped for want of storage is no failure. */
static unsigned each_call_fails(size_t index, void (*fail)(unsigned))
{
    unsigned failed = 0;

    for (unsigned n = 1; n < MOST_CALLS; n++)
        failed += fails_cleanly(index, fail, n);
    return failed;
}

static void failing_in_turn(void)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        unsigned takes;
        unsigned opens;

        check_case(calls[i].what);
        takes = each_call_fails(i, fixture_fail_take);
        opens = each_call_fails(i, sparse_fail_open);
        printf("# %s: failed at %u takes, %u opens\n", calls[i].what, takes,
               opens);
        expect("windows were opened", opens != 0);
    }
}

/* No window is free from the first one on: then not a byte has changed. */
static void no_window(size_t index)
{
    void *windows[SPARSE_WINDOWS];
    struct state before;
    uint64_t length;

    set_up(&calls[index].spec, calls[index].prepared);
    if (calls[index].prepared)
        device_writes();
    for (unsigned i = 0; i < SPARSE_WINDOWS; i++) {
        length = 1;
        windows[i] = sparse_window.open(0x70000, &length);
    }
    before = state_now();
    expect_status("the call", calls[index].call(), IODMA_NO_RESOURCES);
    expect_state(&before, true);
    for (unsigned i = SPARSE_WINDOWS; i-- > 0;)
        sparse_window.close(windows[i]);
    expect_status("clear", iodma_command_clear_memory(&command, true),
                  IODMA_OK);
}

static void without_windows(void)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        check_case(calls[i].what);
        no_window(i);
    }
}

/* A failing complete ends the preparation all the same. It opens two windows
   for each of three bounced pieces. */
static void failing_complete(void)
{
    static const struct iodma_spec spec = SPEC(host64, 32, 0, 1, 1, 1);

    check_case("a complete that fails ends unprepared, with all given back");
    for (unsigned n = 1; n <= 6; n++) {
        set_up(&spec, true);
        sparse_fail_open(n);
        expect_status("complete", iodma_command_complete(&command, true, true),
                      IODMA_NO_RESOURCES);
        sparse_fail_open(0);
        expect_number("count", command.prepared, 0);
        expect_number("pages taken", fixture_pages_taken(), 0);
        expect_number("windows open", sparse_open_windows(), 0);
    }
}

static void many_rounds(void)
{
    static const struct iodma_spec specs[] = {
        SPEC(host64, 32, 0, 1, 1, 1),
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4),
        SPEC(host64, 64, 0, 1, 1, 1),
    };
    uint64_t seed = 7;

    check_case("ten thousand rounds leak nothing");
    set_up(&specs[0], false);
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t offset = random_below(&seed, 0x800);

        fixture_fail_take(random_below(&seed, 12));
        sparse_fail_open(random_below(&seed, 60));
        expect_status(
            "set_spec",
            iodma_command_set_spec(&command, &specs[random_below(&seed, 3)]),
            IODMA_OK);
        (void)iodma_command_prepare(&command, offset, 0x1400, true,
                                    random_below(&seed, 2) != 0);
        (void)iodma_command_synchronize(
            &command, random_below(&seed, 2) != 0 ? IODMA_FORCE_DOUBLE_BUFFER
                                                  : IODMA_OUT);
        (void)iodma_command_complete(&command, true,
                                     random_below(&seed, 2) != 0);
        fixture_fail_take(0);
        sparse_fail_open(0);
        if (!expect_number("count", command.prepared, 0) ||
            !expect_number("pages taken", fixture_pages_taken(), 0) ||
            !expect_number("pages of runs taken", fixture_run_pages_taken(),
                           0) ||
            !expect_number("windows open", sparse_open_windows(), 0))
            break;
    }
}

int main(void)
{
    failing_in_turn();
    without_windows();
    failing_complete();
    many_rounds();
    return check_result();
}
