/* SPDX-License-Identifier: MIT */
/* Rows: the life of a transfer that goes as it lies, and its steps. */
#include "hal/count_of.h"
#include "tests/bench/row.h"
#include "tests/bench/stage.h"

#define FEW                                                                    \
    {                                                                          \
        1, 2, 4, 64                                                            \
    }

static const struct iodma_segment_options none;

static struct floor_command by_hand;

static void begin_on(enum stage_bus on, uint32_t n, uint32_t direction)
{
    struct stage_shape shape = { .count = n, .length = STAGE_PAGE };

    stage_memory(on, &shape, direction);
    stage_command(STAGE_OUTPUT, 0, &none);
    by_hand = (struct floor_command){ .limits = stage.limits };
}

/* Coherent, Out. */
static void begin_out(uint32_t n)
{
    begin_on(STAGE_COHERENT, n, IODMA_OUT);
}

/* Past caches, In. */
static void begin_in(uint32_t n)
{
    begin_on(STAGE_CACHED, n, IODMA_IN);
}

/* Ours -------------------------------------------------------------------- */

static void also(enum iodma_status status)
{
    if (stage.status == IODMA_OK)
        stage.status = status;
}

static void fresh(void)
{
    stage.status = IODMA_OK;
    stage.listed = 0;
}

static void set(void)
{
    also(iodma_command_set_memory(&stage.command, &stage.memory, false));
}

static void prepare(void)
{
    also(iodma_command_prepare(&stage.command, 0, 0, true, true));
}

static void generate(void)
{
    stage.offset = 0;
    stage.listed = STAGE_MOST;
    also(iodma_command_gen_segments(&stage.command, &stage.offset, stage.list,
                                    &stage.listed));
}

static void complete(void)
{
    also(iodma_command_complete(&stage.command, true, true));
}

static void clear(void)
{
    also(iodma_command_clear_memory(&stage.command, false));
}

static void to_device(void)
{
    set();
    prepare();
    generate();
}

static void from_device(void)
{
    complete();
    clear();
}

static void make_to_device(void)
{
    also(iodma_memory_init_ranges(
        &stage.memory, stage.ranges, stage.shape.count,
        stage.inbound ? IODMA_IN : IODMA_OUT, NULL, 0));
    to_device();
}

/* To, and from, where a step is. */
static void until_set(void)
{
    fresh();
    set();
}

static void until_prepared(void)
{
    until_set();
    prepare();
}

static void until_generated(void)
{
    until_prepared();
    generate();
}

static void until_completed(void)
{
    until_generated();
    complete();
}

static void rest_of_prepared(void)
{
    generate();
    from_device();
}

/* By hand ----------------------------------------------------------------- */

static void also_by_hand(bool done)
{
    if (!done)
        stage.status = IODMA_ERROR;
}

static void set_by_hand(void)
{
    also_by_hand(floor_set(&by_hand, stage.pairs, stage.shape.count, stage.to,
                           NULL, stage.inbound));
}

static void prepare_by_hand(void)
{
    also_by_hand(floor_prepare(&by_hand, 0, 0));
}

static void generate_by_hand(void)
{
    stage.offset = 0;
    stage.listed = STAGE_MOST;
    also_by_hand(
        floor_generate(&by_hand, &stage.offset, stage.list, &stage.listed));
}

static void complete_by_hand(void)
{
    also_by_hand(floor_complete(&by_hand));
}

static void clear_by_hand(void)
{
    also_by_hand(floor_clear(&by_hand));
}

static void to_device_by_hand(void)
{
    set_by_hand();
    prepare_by_hand();
    generate_by_hand();
}

static void from_device_by_hand(void)
{
    complete_by_hand();
    clear_by_hand();
}

static void until_set_by_hand(void)
{
    fresh();
    set_by_hand();
}

static void until_prepared_by_hand(void)
{
    until_set_by_hand();
    prepare_by_hand();
}

static void until_generated_by_hand(void)
{
    until_prepared_by_hand();
    generate_by_hand();
}

static void until_completed_by_hand(void)
{
    until_generated_by_hand();
    complete_by_hand();
}

static void rest_of_set_by_hand(void)
{
    prepare_by_hand();
    generate_by_hand();
    from_device_by_hand();
}

static void rest_of_prepared_by_hand(void)
{
    generate_by_hand();
    from_device_by_hand();
}

static void rest_of_set(void)
{
    prepare();
    rest_of_prepared();
}

/* The table --------------------------------------------------------------- */

#define STEPS(mode, begin_it)                                                  \
    { .id = "life." mode ".set",                                               \
      .what = "set memory",                                                    \
      .begin = begin_it,                                                       \
      .ours = { fresh, set, NULL, rest_of_set },                               \
      .floor = { fresh, set_by_hand, NULL, rest_of_set_by_hand },              \
      .check = stage_check_list },                                             \
        { .id = "life." mode ".prepare",                                       \
          .what = "prepare",                                                   \
          .begin = begin_it,                                                   \
          .ours = { until_set, prepare, NULL, rest_of_prepared },              \
          .floor = { until_set_by_hand, prepare_by_hand, NULL,                 \
                     rest_of_prepared_by_hand },                               \
          .check = stage_check_list },                                         \
        { .id = "life." mode ".gen",                                           \
          .what = "gen, all of it",                                            \
          .begin = begin_it,                                                   \
          .ours = { until_prepared, generate, NULL, from_device },             \
          .floor = { until_prepared_by_hand, generate_by_hand, NULL,           \
                     from_device_by_hand },                                    \
          .check = stage_check_list },                                         \
        { .id = "life." mode ".complete",                                      \
          .what = "complete",                                                  \
          .begin = begin_it,                                                   \
          .ours = { until_generated, complete, NULL, clear },                  \
          .floor = { until_generated_by_hand, complete_by_hand, NULL,          \
                     clear_by_hand },                                          \
          .check = stage_check_list },                                         \
    {                                                                          \
        .id = "life." mode ".clear", .what = "clear memory",                   \
        .begin = begin_it, .ours = { until_completed, clear, NULL, NULL },     \
        .floor = { until_completed_by_hand, clear_by_hand, NULL, NULL },       \
        .check = stage_check_list                                              \
    }

static const struct row table[] = {
    { .id = "life.out",
      .what = "life of n segments, coherent, Out",
      .n = FEW,
      .target = 280,
      .begin = begin_out,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, to_device_by_hand, from_device_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    STEPS("out", begin_out),
    { .id = "life.in",
      .what = "life of n segments, past caches, In",
      .n = FEW,
      .target = 800,
      .begin = begin_in,
      .ours = { fresh, to_device, from_device, NULL },
      .floor = { fresh, to_device_by_hand, from_device_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    STEPS("in", begin_in),
    { .id = "made.out",
      .what = "the same with the descriptor's making, Out",
      .n = FEW,
      .begin = begin_out,
      .ours = { fresh, make_to_device, from_device, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "made.in",
      .what = "the same, In",
      .n = FEW,
      .begin = begin_in,
      .ours = { fresh, make_to_device, from_device, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
};

const struct rows rows_life = { table, HAL_COUNT_OF(table) };
