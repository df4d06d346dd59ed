/* SPDX-License-Identifier: MIT */
/*
 * E7: every hook fails in turn, at every one of its calls. The call that it
 * failed under changes nothing: status, count, plan, place, pools, windows,
 * mapper and the client's memory are as they were. (A window that goes away in
 * the middle of a copy back leaves a part of it done; one that is missing from
 * the beginning does not.) And drawn rounds, ten thousand
 * unless told, leak nothing.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/model_mapper.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <stdlib.h>

/* Calls of hooks under one call of ours, at most. */
enum { MOST_TAKES = 8, MOST_LOANS = 8, MOST_OPENS = 96, MOST_RUNS = 8 };

enum { IOVA_PAGES = 32 };

static struct iodma_command command;
static struct iodma_memory memory;
static struct model_mapper model;
static struct iodma_mapper mapper;

static const struct iodma_range scattered[ROW_RANGES] = {
    { 0x10002, 0x100 },
    { FAR + 0x800, 0x1000 },
    { FAR + 0x4000, 0x1000 },
    { 0x30000, 0xF00 },
};

/* What of the world a failing call must not change. The client's bytes are
   looked at one by one: pages of storage may be written. */
struct state {
    uint32_t prepared;
    unsigned rung;
    hal_address position;
    unsigned pages, runs, loans, windows;
    hal_address client;
    const void *mapper; /* of the specification            */
    hal_address in_use; /* IOVA                            */
    hal_address shown;  /* a sum over what is shown where  */
};

/* What the device writes: nothing that the client had. */
static uint8_t written(hal_address address)
{
    return (uint8_t)~sparse_fresh(address);
}

/* The device writes all of the prepared bytes where it sees them. */
static void device_writes(void)
{
    struct iodma_walk client; /* the same bytes, where they are for it */
    struct iodma_extent extent = { .length = 0 };
    struct iodma_place place;
    struct iodma_piece piece;

    (void)iodma_walk_begin(&client, command.window.memory,
                           command.window.offset);
    iodma_piece_seek(&command.plan, &place, 0);
    while (iodma_piece_next(&command.plan, &place, command.window.length,
                            &piece)) {
        for (hal_address at = 0; at < piece.length; at += extent.length) {
            hal_address length = piece.length - at;
            uint8_t *bytes = sparse_bytes(piece.storage + at, &length);

            if (!expect_status("the next bytes",
                               iodma_walk_next(&client, length, &extent),
                               IODMA_OK))
                return;
            for (hal_address i = 0; i < extent.length; i++)
                bytes[i] = written(extent.address + i);
        }
    }
}

/* Is every byte what the client had, or what the device wrote? */
static bool old_or_new(hal_address address, const uint8_t *bytes,
                       hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (bytes[i] != sparse_fresh(address + i) &&
            bytes[i] != written(address + i))
            return expect_number("a byte of nobody's at", address + i, 0);
    }
    return true;
}

static void expect_client_old_or_new(void)
{
    for (uint32_t i = 0; i < memory.count; i++) {
        struct iodma_range rest = memory.ranges.array[i];

        while (rest.length != 0) {
            hal_address length = rest.length;
            const uint8_t *bytes = sparse_bytes(rest.address, &length);

            if (!old_or_new(rest.address, bytes, length))
                return;
            rest.address += length;
            rest.length -= length;
        }
    }
}

static hal_address client_sum(void)
{
    hal_address sum = 0;

    for (uint32_t i = 0; i < memory.count; i++) {
        struct iodma_range rest = memory.ranges.array[i];

        while (rest.length != 0) {
            hal_address length = rest.length;
            const uint8_t *bytes = sparse_bytes(rest.address, &length);

            for (hal_address k = 0; k < length; k++)
                sum = sum * 31 + bytes[k];
            rest.address += length;
            rest.length -= length;
        }
    }
    return sum;
}

/* What the device sees, in whichever order it is noted. */
static hal_address shown_sum(void)
{
    hal_address sum = 0;

    for (unsigned i = 0; i < MODEL_MAPPER_PAGES; i++) {
        const struct model_mapper_page *page = &model.pages[i];

        if (page->access != 0)
            sum += (page->iova * 31 + page->bus) * 31 + page->access;
    }
    return sum;
}

static struct state state_now(void)
{
    bool prepared = command.prepared != 0;

    return (struct state){
        .prepared = command.prepared,
        .rung = prepared ? fixture_rung(&command) : 0,
        .position = prepared
                        ? iodma_segment_position(&command.plan, &command.place)
                        : 0,
        .pages = fixture_pages_taken(),
        .runs = fixture_run_pages_taken(),
        .loans = fixture_loans_taken(),
        .windows = sparse_open_windows(),
        .client = client_sum(),
        .mapper = command.window.mapper,
        .in_use = iodma_mapper_in_use(&mapper),
        .shown = shown_sum(),
    };
}

static void expect_state(const struct state *want, bool with_client)
{
    struct state got = state_now();

    expect_number("count", got.prepared, want->prepared);
    expect_number("rung", got.rung, want->rung);
    expect_number("place", got.position, want->position);
    expect_number("pages taken", got.pages, want->pages);
    expect_number("pages of runs taken", got.runs, want->runs);
    expect_number("loans taken", got.loans, want->loans);
    expect_number("windows open", got.windows, want->windows);
    expect("the specification's mapper", got.mapper == want->mapper);
    expect_number("IOVA in use", got.in_use, want->in_use);
    expect_number("what is shown where", got.shown, want->shown);
    expect_number("stale pages", model_mapper_shown(&model, true), 0);
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

/* The specification before it has no mapper. */
static enum iodma_status call_with_spec(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    spec.mapper = &mapper;
    return iodma_command_prepare_with_spec(&command, &spec, 0, 0, true, true);
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
    uint32_t mapping;
    bool mapped;   /* through the mapper                             */
    bool prepared; /* before the call                                */
    enum iodma_status (*call)(void);
    bool opens;    /* windows                                        */
    unsigned runs; /* that it maps; the first call of the mapper's is
                      for the first of them                          */
} calls[] = {
    { "E7: prepare, pages", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false,
      false,
      call_prepare, true, 0 },
    { "E7: prepare, pages, not filled", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      0, false,
      false, call_prepare_zeros, true, 0 },
    { "E7: prepare, whole",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, false,
      false, call_prepare, true, 0 },
    { "E7: set_memory", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false, false,
      call_set,
      true, 0 },
    { "E7: force", SPEC(host64, 64, 0, 1, 1, 1), 0, false, true, call_force,
      true, 0 },
    { "E7: force, from pages", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false,
      true,
      call_force, true, 0 },
    { "E7: synchronize out", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false,
      true,
      call_out, true, 0 },
    { "E7: synchronize in", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0, false,
      true,
      call_in, true, 0 },

    { "E7: prepare, mapped", SPEC(host64, 64, 0, 1, 1, 1), 0, true, false,
      call_prepare, false, 4 },
    { "E7: prepare, mapped, iterate only", SPEC(host64, 64, 0, 1, 1, 1),
      IODMA_ITERATE_ONLY, true, false, call_prepare, false, 4 },
    { "E7: prepare, mapped, whole",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, true,
      false, call_prepare, true, 1 },
    { "E7: prepare, mapped, least bounce", SPEC(host64, 64, 0, 1, 1, 0x1000),
      IODMA_LEAST_BOUNCE, true, false, call_prepare, true, 4 },
    { "E7: set_memory, mapped", SPEC(host64, 64, 0, 1, 1, 1), 0, true, false,
      call_set, false, 4 },
    { "E7: prepare_with_spec, mapped", SPEC(host64, REACH_BITS, 0, 1, 1, 1), 0,
      false,
      false, call_with_spec, false, 4 },
    { "E7: force, mapped", SPEC(host64, 64, 0, 1, 1, 1), 0, true, true,
      call_force, true, 1 },
    { "E7: force, mapped, from the least bounce",
      SPEC(host64, 64, 0, 1, 1, 0x1000), IODMA_LEAST_BOUNCE, true, true,
      call_force, true, 1 },
    { "E7: synchronize out, mapped",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, true,
      true, call_out, true, 0 },
    { "E7: synchronize in, mapped",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4), 0, true,
      true, call_in, true, 0 },
};
/* clang-format on */

static void set_up_mapper(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(IOVA_PAGES)];

    model_mapper_init(&model);
    expect_status("mapper",
                  iodma_mapper_init(&mapper, &model.mapper,
                                    fixture_hal_bus.lock, words, IOVA_PAGES),
                  IODMA_OK);
}

static void set_up(size_t index)
{
    struct iodma_spec spec = calls[index].spec;

    set_up_mapper();
    spec.mapping = calls[index].mapping;
    spec.mapper = calls[index].mapped ? &mapper : NULL;
    memory = row_memory(scattered, IODMA_INOUT);
    expect_command(&command, fixture_bouncing_bus(), &spec);
    expect_status(
        "set",
        iodma_command_set_memory(&command, &memory, calls[index].prepared),
        IODMA_OK);
}

static void expect_nothing_left(void)
{
    expect_fixture_free();
    expect_number("IOVA left behind", iodma_mapper_in_use(&mapper), 0);
    expect_model_mapper_empty(&model);
}

/* How a hook fails: the n-th use from now on; 0: none does. */
typedef void (*fail_function)(unsigned n);

static void fail_map_run(unsigned n)
{
    model.fail_at = n;
    model.fail_with = IODMA_DMA_ERROR;
}

/* Somebody else has all IOVA that is left. */
static void fail_iova(unsigned n)
{
    const struct hal_bounce_wish any_page = {
        .at_least = mapper.page_size,
        .at_most = mapper.page_size,
        .alignment = mapper.page_size,
        .highest = HAL_ADDRESS_MAX,
    };
    static hal_address taken[IOVA_PAGES];
    static unsigned count;
    hal_address size;

    while (n == 1 && iodma_blocks_take(&mapper.space, &any_page, &taken[count],
                                       &size) == IODMA_OK)
        count++;
    while (n == 0 && count != 0)
        iodma_blocks_give_back(&mapper.space, taken[--count], mapper.page_size);
}

/* Somebody else has all loans that are left but n - 1. */
static void fail_loans(unsigned n)
{
    static struct hal_loan *theirs;
    struct hal_loan **free = &command.window.bus->bounce->loans;

    for (unsigned i = 1; *free && (n == 0 || i < n); i++)
        free = &(*free)->next;
    if (n == 0) {
        *free = theirs;
        theirs = NULL;
    } else {
        theirs = *free;
        *free = NULL;
    }
}

/* Storage taken when the mapper was last synced. */
static unsigned stored;

static void moment(void)
{
    if (model.call_count != 0 && model.call_count <= MODEL_MAPPER_CALLS &&
        model.calls[model.call_count - 1].operation == 's')
        stored = fixture_pages_taken() + fixture_run_pages_taken();
}

/* The mapper's n-th run failed: what was entered before it was taken out, at
   once and synced once, while the storage behind it was still taken. */
static void expect_undone(size_t index, unsigned first, unsigned n)
{
    const struct model_mapper_call *call = &model.calls[first];
    hal_address length = 0;

    if (!expect("the log is long enough",
                model.call_count <= MODEL_MAPPER_CALLS) ||
        !expect_number("calls of the mapper", model.call_count - first,
                       n == 1 ? 1 : n + 2))
        return;
    for (unsigned i = 0; i < n; i++) {
        expect_number("a run", (uint64_t)call[i].operation, 'm');
        if (i + 1 < n)
            length += call[i].length;
    }
    if (n == 1)
        return;
    expect_number("then unmap", (uint64_t)call[n].operation, 'u');
    expect_number("from the first run on", call[n].iova, call[0].iova);
    expect_number("what was entered", call[n].length, length);
    expect_number("then sync", (uint64_t)call[n + 1].operation, 's');
    expect("before storage is free", (stored != 0) == calls[index].opens);
}

/* One call, with the n-th use of a hook failing. Returns whether it failed. */
static bool fails_cleanly(size_t index, fail_function fail, unsigned n)
{
    struct state before;
    enum iodma_status status;
    unsigned first;

    set_up(index);
    if (calls[index].prepared)
        device_writes();
    before = state_now();
    first = model.call_count;
    stored = 0;
    model.moment = moment;
    fail(n);
    status = calls[index].call();
    fail(0);
    model.moment = NULL;
    if (status == IODMA_OK) {
        expect_cleared(&command);
        return false;
    }

    expect_status("the refusal", status,
                  fail == fail_map_run ? IODMA_DMA_ERROR : IODMA_NO_RESOURCES);
    expect_state(&before, !calls[index].prepared);
    expect_client_old_or_new();
    if (fail == fail_map_run)
        expect_undone(index, first, n);
    if (fail == fail_iova)
        expect_number("calls of the mapper", model.call_count, first);
    expect_status("the same call, with the hook mended", calls[index].call(),
                  IODMA_OK);
    expect_cleared(&command);
    expect_nothing_left();
    return true;
}

/* The calls that a hook gets, one after the other, until none fails any
   more. A rung that is skipped for want of storage is no failure. */
static unsigned each_call_fails(size_t index, fail_function fail, unsigned most)
{
    unsigned failed = 0;

    for (unsigned n = 1; n <= most; n++)
        failed += fails_cleanly(index, fail, n);
    expect("every call has failed", !fails_cleanly(index, fail, most + 1));
    return failed;
}

static void failing_in_turn(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(calls); i++) {
        unsigned takes;
        unsigned loans;
        unsigned opens;
        unsigned runs;
        unsigned iova;

        check_case(calls[i].what);
        takes = each_call_fails(i, fixture_fail_take, MOST_TAKES);
        loans = each_call_fails(i, fail_loans, MOST_LOANS);
        opens = each_call_fails(i, sparse_fail_open, MOST_OPENS);
        runs = each_call_fails(i, fail_map_run, MOST_RUNS);
        iova = each_call_fails(i, fail_iova, 1);
        printf("# %s: failed at %u takes, with %u numbers of loans, at %u "
               "opens, %u runs mapped, %u times for want of IOVA\n",
               calls[i].what, takes, loans, opens, runs, iova);
        expect("windows were opened", (opens != 0) == calls[i].opens);
        expect_number("runs were mapped", runs, calls[i].runs);
        expect_number("IOVA was looked for", iova, calls[i].runs != 0);
    }
}

/* No window is free from the first one on: then not a byte has changed. */
static void no_window(size_t index)
{
    void *windows[SPARSE_WINDOWS];
    struct state before;
    hal_address length;

    set_up(index);
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
    expect_cleared(&command);
}

static void without_windows(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(calls); i++) {
        if (!calls[i].opens)
            continue;
        check_case(calls[i].what);
        no_window(i);
    }
}

/* A failing complete ends the preparation all the same. Returns whether it
   failed, with the n-th window missing. */
static bool complete_fails(size_t index, unsigned n)
{
    enum iodma_status status;
    unsigned rung;

    set_up(index);
    if (!calls[index].prepared)
        expect_status("prepare", call_prepare(), IODMA_OK);
    rung = fixture_rung(&command);
    sparse_fail_open(n);
    status = iodma_command_complete(&command, true, true);
    sparse_fail_open(0);
    if (status != IODMA_OK)
        expect_status("complete", status, IODMA_NO_RESOURCES);
    if (n <= 2)
        expect("a copy takes two windows",
               (status != IODMA_OK) == (rung != RUNG_DIRECT));
    expect_number("count", command.prepared, 0);
    expect_number("windows open", sparse_open_windows(), 0);
    expect_nothing_left();
    return status != IODMA_OK;
}

static void failing_complete(void)
{
    check_case(
        "R-29: a complete that fails says so, and ends with all given back");
    for (size_t i = 0; i < HAL_COUNT_OF(calls); i++) {
        unsigned n = 1;

        while (calls[i].opens && n <= MOST_OPENS && complete_fails(i, n))
            n++;
        expect("in the end it does not", n <= MOST_OPENS);
    }
}

static void many_rounds(uint32_t rounds)
{
    uint64_t seed = 7;

    check_case("drawn rounds leak nothing");
    set_up(0);
    for (uint32_t i = 0; i < rounds; i++) {
        size_t index = random_below(&seed, HAL_COUNT_OF(calls));
        struct iodma_spec spec = calls[index].spec;
        hal_address offset = random_below(&seed, 0x800);

        spec.mapping = calls[index].mapping;
        spec.mapper = random_below(&seed, 2) != 0 ? &mapper : NULL;
        fixture_fail_take(random_below(&seed, 12));
        sparse_fail_open(random_below(&seed, 60));
        fail_map_run(random_below(&seed, 12));
        expect_status("set_spec", iodma_command_set_spec(&command, &spec),
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
        fail_map_run(0);
        if (!expect_number("count", command.prepared, 0) ||
            !expect_fixture_free() ||
            !expect_number("IOVA in use", iodma_mapper_in_use(&mapper), 0) ||
            !expect_model_mapper_empty(&model) ||
            !expect_number("windows open", sparse_open_windows(), 0))
            break;
    }
}

int main(int argc, char **argv)
{
    failing_in_turn();
    without_windows();
    failing_complete();
    many_rounds(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 10000);
    return check_result();
}
