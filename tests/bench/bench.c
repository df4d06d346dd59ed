/* SPDX-License-Identifier: MIT */
/*
 * The bench: each row's work, by iodma and by hand, in a bracket that is
 * counted (bracket.h). It prints what the rows are and whether what they did
 * was right; the counts are named like the lines (tests/bench/bench.sh runs it,
 * tests/bench/table.awk reads both).
 *
 *   row ID METRIC TARGET TARGET-M33 CALLS ASIDE WHAT
 *   run ID N WHO right|wrong COPIED CLEARED
 *
 * Everything is done three times: once to see that it is right and to have it
 * warm, once counted, once to see that it is right still. Memory lies at fixed
 * addresses: counts do not depend on where.
 */
#include "tests/bench/bracket.h"
#include "tests/bench/hooks.h"
#include "tests/bench/row.h"
#include "tests/bench/stage.h"

#include "hal/count_of.h"

#include <stdio.h>

static const char *const metrics[] = {
    [ROW_FIRST] = "first", [ROW_MOST] = "most",     [ROW_FLAT] = "flat",
    [ROW_SLOPE] = "slope", [ROW_LINEAR] = "linear",
};

static void nothing(void)
{
}

static void (*or_nothing(void (*function)(void)))(void)
{
    return function ? function : nothing;
}

/* Have it done, the device's part as well, and look at it. */
static bool do_right(const struct row *row, const struct work *work)
{
    or_nothing(work->ready)();
    hooks_reset();
    work->before();
    or_nothing(row->device)();
    or_nothing(work->after)();
    or_nothing(work->undo)();
    return row->check();
}

static bool measure(const struct row *row, const struct work *work, uint32_t n,
                    const char *who)
{
    bool right = do_right(row, work);
    uint64_t copied = hooks_copied;
    uint64_t cleared = hooks_cleared;
    char tag[64];

    if (right) {
        (void)snprintf(tag, sizeof tag, "%s %u %s", row->id, (unsigned)n, who);
        or_nothing(work->ready)();
        bracket(work->before, or_nothing(work->after), tag);
        or_nothing(work->undo)();
        right = do_right(row, work);
    }
    printf("run %s %u %s %s %lu %lu\n", row->id, (unsigned)n, who,
           right ? "right" : "wrong", (unsigned long)copied,
           (unsigned long)cleared);
    (void)fflush(stdout);
    return right;
}

static bool bench(const struct row *row)
{
    uint32_t calls = row->calls != 0 ? row->calls : 1;
    bool right = true;

    printf("row %s %s %u %u %u %u %s\n", row->id, metrics[row->metric],
           (unsigned)row->target, (unsigned)row->target_m33, (unsigned)calls,
           (unsigned)row->copies_aside, row->what);
    for (unsigned i = 0; i < ROW_SIZES; i++) {
        uint32_t n = row->n[i] == 0 && i == 0 ? 1 : row->n[i];

        if (n == 0 || n > bracket_most)
            break;
        row->begin(n);
        right = measure(row, &row->ours, n, "ours") && right;
        if (row->floor.before)
            right = measure(row, &row->floor, n, "floor") && right;
        stage_end();
    }
    return right;
}

int main(int argc, char **argv)
{
    static const struct rows *const all[] = { &rows_list, &rows_life, &rows_one,
                                              &rows_bounce };
    bool right = true;

    if (!bracket_init(argc, argv))
        stage_must("memory and counter", IODMA_NO_RESOURCES);
    stage_init();
    bracket(nothing, nothing, "bracket 1 empty");
    for (unsigned i = 0; i < HAL_COUNT_OF(all); i++) {
        for (size_t j = 0; j < all[i]->count; j++) {
            const struct row *row = &all[i]->row[j];

            if (bracket_knows_copies || !row->copies_aside)
                right = bench(row) && right;
        }
    }
    return right ? 0 : 1;
}
