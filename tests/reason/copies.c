/* SPDX-License-Identifier: MIT */
/* Refusals of transfers and copies. */
#include "tests/check.h"
#include "tests/model/strict_dmac.h"
#include "tests/reason/others.h"

#include <string.h>

static struct strict_dmac engine;
static struct iodma_channel channel;
static struct iodma_copy copy;
static struct iodma_memory ends[2];
static struct iodma_range end_ranges[2];
static struct iodma_command end_commands[2];
static struct iodma_transfer transfer;

static void done(struct iodma_transfer *of, enum iodma_status status)
{
    (void)of;
    (void)status;
}

static void set_up_engine(const struct hal_limits *limits, uint32_t same_phase)
{
    memset(&engine, 0, sizeof engine);
    engine.dmac = (struct hal_dmac){
        .ops = &strict_dmac_ops,
        .bus = &others.hal,
        .limits = limits,
        .ring_limits = limits,
        .same_phase = same_phase,
    };
    engine.slots = 8;
    engine.arena = others.arena;
    engine.arena_size = ARENA;
    expect_status("caches", iodma_bus_cache(&others.bus), IODMA_OK);
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_status("copy", iodma_copy_init(&copy, &others.bus, &channel),
                  IODMA_OK);
}

static void prepare_end(uint32_t i, uint32_t at, size_t length,
                        uint32_t mapping, uint32_t direction)
{
    const struct iodma_spec spec = AS(mapping, .address_bits = 0);

    end_ranges[i] = (struct iodma_range){ cpu_address(others.arena) + at,
                                          (hal_address)length };
    ends[i] = memory_of(&end_ranges[i], 1, direction);
    expect_command(&end_commands[i], &others.bus, &spec);
    expect_status("end prepared",
                  iodma_command_set_memory(&end_commands[i], &ends[i], true),
                  IODMA_OK);
}

/* Two lines that could be a transfer, but for what the row says. */
static void make_transfer(const struct other *row)
{
    set_up_engine(&row->limits, row->want.rule == IODMA_RULE_PHASE ? 8 : 1);
    prepare_end(0, row->at, 64, row->mapping, IODMA_OUT);
    prepare_end(1, UNCACHED, row->length, row->mapping, row->direction);
    transfer = (struct iodma_transfer){
        .source = &end_commands[0],
        .destination = &end_commands[1],
        .done = done,
    };
}

static enum iodma_status submit(const struct other *row)
{
    make_transfer(row);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_twice(const struct other *row)
{
    expect_status("submit", submit(row), IODMA_OK);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_two_rows(const struct other *row)
{
    make_transfer(row);
    transfer.rows = (struct iodma_rows){ row->length, 1, row->length, 2 };
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_to_the_dead(const struct other *row)
{
    make_transfer(row);
    channel.dead = true;
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_unprepared(const struct other *row)
{
    make_transfer(row);
    expect_status("complete",
                  iodma_command_complete(&end_commands[1], false, false),
                  IODMA_OK);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_elsewhere(const struct other *row)
{
    static struct hal_bus other;

    make_transfer(row);
    other = others.hal;
    engine.dmac.bus = &other;
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status call_copy(const struct other *row)
{
    return iodma_copy(&copy, row->null ? NULL : others.arena,
                      &others.arena[row->at], row->length, 0);
}

static enum iodma_status copy_bytes(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return call_copy(row);
}

static enum iodma_status copy_from_nothing(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return iodma_copy(&copy, others.arena, NULL, row->length, 0);
}

static enum iodma_status copy_quarantined(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    copy.transfer.quarantined = true;
    return call_copy(row);
}

static enum iodma_status copy_from_callback(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    channel.serving = true;
    return call_copy(row);
}

static enum iodma_status copy_under_port(const struct other *row)
{
    others.port.max_segment = 8;
    return copy_bytes(row);
}

static enum iodma_status release_nothing(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return iodma_copy_release(&copy);
}

/* clang-format off */
const struct other reason_copies[] = {
    { "a transfer is submitted once", submit_twice, .length = 64,
      .direction = IODMA_IN, SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "to a channel that lives", submit_to_the_dead, .length = 64,
      .direction = IODMA_IN, SAY(NOT_READY, CHANNEL, NOWHERE, 0, 0, NONE, 0) },
    { "prepared", submit_unprepared, .length = 64, .direction = IODMA_IN,
      SAY(NOT_READY, UNPREPARED, ARGUMENT_(COMMAND), 0, 0, PREPARE, 0) },
    { "in full", submit, .length = 128, .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 64, 128, SET, 64) },
    { "in rows that lie in it", submit_two_rows, .length = 64,
      .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 64, 64, NONE, 0) },
    { "forwards", submit, .length = 64, .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, DIRECTION, ARGUMENT_(DIRECTION), IODMA_INOUT,
          IODMA_OUT, SET, IODMA_INOUT) },
    { "on its own bus", submit_elsewhere, .length = 64, .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, ENGINE, ARGUMENT_(BUS), 0, 0, NONE, 0) },
    { "judged before", submit, .length = 64, .direction = IODMA_IN,
      .mapping = IODMA_ITERATE_ONLY,
      SAY(BAD_ARGUMENT, ITERATE_ONLY, ARGUMENT_(COMMAND), 0, 0, NONE, 0) },
    { "under the engine's limits", submit, .length = 64, .direction = IODMA_IN,
      .limits = { .max_segment = 32 },
      SAY(BAD_ARGUMENT, ENGINE, ARGUMENT_(LIMITS), 0, 0, NONE, 0) },
    { "in phase", submit, .at = 3, .length = 64, .direction = IODMA_IN,
      SAY(NOT_ALIGNED, PHASE, NOWHERE, 8, 5, NONE, 0) },

    { "a copy is from somewhere", copy_from_nothing, .length = 64,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(SOURCE), 0, 0, NONE, 0) },
    { "to somewhere", copy_bytes, .null = true, .length = 64,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(DESTINATION), 0, 0, NONE, 0) },
    { "else", copy_bytes, .at = 63, .length = 64,
      SAY(BAD_ARGUMENT, OVERLAP, ARGUMENT_(DESTINATION), 0, 0, NONE, 0) },
    { "not while its storage is quarantined", copy_quarantined, .at = UNCACHED,
      .length = 64, SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "nor from a callback", copy_from_callback, .at = UNCACHED, .length = 64,
      SAY(NOT_PERMITTED, CHANNEL, NOWHERE, 0, 0, NONE, 0) },
    { "and of whole lengths", copy_bytes, .at = UNCACHED, .length = 12,
      .limits = { .align_length = 8 },
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 8, 12, SHORTEN, 4) },
    { "if bus and engine have any in common", copy_under_port, .at = UNCACHED,
      .length = 64, .limits = { .align_length = 16 },
      SAY(BAD_ARGUMENT, MAX_SEGMENT, FIELD_(MAX_SEGMENT), 16, 8, NONE, 0) },
    { "what is not quarantined is not released", release_nothing,
      SAY(NOT_READY, UNHELD, NOWHERE, 0, 0, NONE, 0) },
    { .what = NULL },
};
/* clang-format on */
