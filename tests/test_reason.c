/* SPDX-License-Identifier: MIT */
/*
 * Defends dma/reason.h: each refusal of each call says which rule was broken,
 * where, by how much, and what would cure it (rule E6); in a record that is of
 * the status returned, and in words. Whether the cures cure is
 * tests/test_cures.c's business.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reason/others.h"
#include "tests/reason/words.h"

#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

/* Commands ---------------------------------------------------------------- */

/* The same call, and nobody asks why. */
static void refused_unasked(void)
{
    static struct iodma_reason unchanged;

    world_build();
    it.bus.reason = NULL;
    it.command.window.reason = NULL;
    unchanged = it.reason;
    expect_status("the call, if nobody asks", world_call(),
                  (enum iodma_status)world.want.status);
    expect_bytes("a record that is nobody's", &it.reason, &unchanged,
                 sizeof it.reason);
    world_tear_down();
}

static bool begin_row(const struct world *row)
{
    if (row->wide)
        return check_wide(0, row->what);
    check_case(row->what);
    return true;
}

static void commands_explain(const struct world *rows)
{
    for (const struct world *row = rows; row->what; row++) {
        world = *row;
        if (!begin_row(&world))
            continue;
        world_build();
        expect_status("the call", world_call(),
                      (enum iodma_status)world.want.status);
        expect_record(&it.reason, &world.want);
        world_tear_down();
        if (world.call != READ && world.call != WRITE)
            refused_unasked();
    }
}

/* The record -------------------------------------------------------------- */

/* Refused for its address. */
static const struct world misaligned = {
    .call = PREPARE,
    .direction = IODMA_OUT,
    .ranges = { { 0x10001, 0x100 } },
    .spec = PLAIN(0, .align_address = 4),
};

static void records_belong_to_somebody(void)
{
    static struct iodma_reason own, before;
    static struct iodma_command clone;

    check_case("a command explains as its bus does when it is made");
    world = misaligned;
    world_build();
    iodma_bus_explain(&it.bus, NULL);
    expect_status("prepare", world_call(), IODMA_NO_RESOURCES);
    expect_number("rule", it.reason.rule, IODMA_RULE_ALIGN_ADDRESS);

    check_case("a clone explains as the command does");
    it.reason.rule = IODMA_RULE_NONE;
    expect_status("clone", iodma_command_clone(&it.command, &clone, NULL),
                  IODMA_OK);
    expect_status("prepare", iodma_command_prepare(&clone, 0, 0, true, true),
                  IODMA_NOT_READY);
    expect_number("rule", it.reason.rule, IODMA_RULE_UNATTACHED);

    check_case("a command can have a record of its own");
    before = it.reason;
    iodma_command_explain(&it.command, &own);
    expect_status("prepare", world_call(), IODMA_NO_RESOURCES);
    expect_number("rule", own.rule, IODMA_RULE_ALIGN_ADDRESS);
    expect_bytes("the bus's", &it.reason, &before, sizeof before);

    check_case("what succeeds leaves the record as it is");
    before = own;
    it.memory.direction = IODMA_OUT;
    expect_status(
        "set spec",
        iodma_command_set_spec(&it.command, &(struct iodma_spec)PLAIN(0)),
        IODMA_OK);
    expect_status("prepare", world_call(), IODMA_OK);
    expect_bytes("the record", &own, &before, sizeof before);
    world_tear_down();
}

static void parts_are_offsets(void)
{
    static struct iodma_memory several;
    static struct iodma_memory *members[2];

    check_case("in a descriptor of several a place is an offset");
    world = (struct world){
        .direction = IODMA_OUT,
        .ranges = { { 0x10000, 0x10 }, { 0x20001, 0x10 } },
        .spec = PLAIN(0, .align_internal = 4),
    };
    world_build();
    members[0] = members[1] = &it.memory;
    several = several_of(members, 2, IODMA_OUT);
    expect_attached_only(&it.command, &several);
    expect_status("prepare",
                  iodma_command_prepare(&it.command, 8, 0x30, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("place", it.reason.place, IODMA_PLACE_OFFSET);
    expect_number("from the start of the window", it.reason.number, 8);
    world_tear_down();

    check_case("an empty range is not the place of a byte");
    world.ranges[1].length = 0;
    world_build();
    it.memory.count = 2;
    world.ranges[0] = (struct iodma_range){ 0x30000, 0 };
    world.ranges[1] = (struct iodma_range){ 0x20001, 0x10 };
    it.memory = memory_of(world.ranges, 2, IODMA_OUT);
    expect_status(
        "set spec",
        iodma_command_set_spec(
            &it.command, &(struct iodma_spec)PLAIN(0, .align_address = 4)),
        IODMA_OK);
    expect_status("prepare",
                  iodma_command_prepare(&it.command, 0, 0, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("range", it.reason.number, 1);
    world_tear_down();
}

/* Without the option ------------------------------------------------------ */

static void no_trace(const struct world *rows)
{
    static struct iodma_reason before;

    for (const struct world *row = rows; row->what; row++) {
        world = *row;
        if (world.call == READ || world.call == WRITE)
            continue;
        world_build();
        memset(&it.reason, 0xA5, sizeof it.reason);
        before = it.reason;
        expect_status("the call", world_call(),
                      (enum iodma_status)world.want.status);
        expect_bytes("the record", &it.reason, &before, sizeof before);
        world_tear_down();
    }
}

int main(void)
{
    static const struct world *const tables[] = { reason_calls, reason_memory,
                                                  reason_lists };

    if (!IODMA_REASONS)
        check_case("without the option records stay as they are");
    for (size_t i = 0; i < HAL_COUNT_OF(tables); i++) {
        if (IODMA_REASONS)
            commands_explain(tables[i]);
        else
            no_trace(tables[i]);
    }
    if (IODMA_REASONS) {
        others_explain(reason_others);
        others_explain(reason_copies);
        others_too_far();
        records_belong_to_somebody();
        parts_are_offsets();
        reason_every_rule_has_a_row();
    }
    reason_words();
    reason_formatted();
    reason_longest();
    return check_result();
}
