/* SPDX-License-Identifier: MIT */
/* Rows: one buffer at a time, and a frame of a receive ring. */
#include "hal/count_of.h"
#include "tests/bench/hooks.h"
#include "tests/bench/row.h"
#include "tests/bench/stage.h"

#define FRAME      2048u /* bytes of a ring's buffer ...             */
#define RECEIVED   1536u /* ... and of what has come, whole lines    */
#define FRAMES     16u
#define THIS_FRAME 5u

static const struct iodma_segment_options none;

static void *bytes(void)
{
    return (void *)(uintptr_t)stage.ranges[0].address;
}

/* A buffer, mapped and unmapped ------------------------------------------- */

static void begin_on(enum stage_bus on, uint32_t direction)
{
    struct stage_shape shape = { .count = 1, .length = STAGE_PAGE };

    stage_memory(on, &shape, direction);
}

static void begin_out(uint32_t n)
{
    (void)n;
    begin_on(STAGE_COHERENT, IODMA_OUT);
}

static void begin_in(uint32_t n)
{
    (void)n;
    begin_on(STAGE_CACHED, IODMA_IN);
}

static void fresh(void)
{
    stage.list[0] = (struct floor_pair){ 0, STAGE_PAGE };
    stage.listed = 1;
    stage.offset = STAGE_PAGE;
}

static void map_out(void)
{
    stage.status =
        iodma_map(&stage.buses[STAGE_COHERENT], NULL, bytes(), STAGE_PAGE,
                  STAGE_PAGE, IODMA_OUT, &stage.list[0].address);
}

static void unmap_out(void)
{
    if (stage.status == IODMA_OK)
        stage.status = iodma_unmap(&stage.buses[STAGE_COHERENT], bytes(),
                                   STAGE_PAGE, IODMA_OUT);
}

static void map_in(void)
{
    stage.status =
        iodma_map(&stage.buses[STAGE_CACHED], NULL, bytes(), STAGE_PAGE,
                  STAGE_PAGE, IODMA_IN, &stage.list[0].address);
}

static void unmap_in(void)
{
    if (stage.status == IODMA_OK)
        stage.status = iodma_unmap(&stage.buses[STAGE_CACHED], bytes(),
                                   STAGE_PAGE, IODMA_IN);
}

static void map_by_hand(void)
{
    stage.status = floor_map(&stage.limits, bytes(), STAGE_PAGE, stage.inbound,
                             &stage.list[0].address)
                       ? IODMA_OK
                       : IODMA_ERROR;
}

static void unmap_by_hand(void)
{
    if (stage.status == IODMA_OK &&
        !floor_unmap(&stage.limits, bytes(), STAGE_PAGE, stage.inbound))
        stage.status = IODMA_ERROR;
}

/* A frame of a ring ------------------------------------------------------- */

/* One buffer has all frames; each has one; or each is a range. */
static void ring(uint32_t count, uint32_t length)
{
    struct stage_shape shape = { .count = count,
                                 .length = length,
                                 .indexed = count != 1 };

    stage_memory(STAGE_CACHED, &shape, IODMA_IN);
    stage_command(STAGE_OUTPUT, 0, &none);
    stage_must("a ring",
               iodma_command_set_memory(&stage.command, &stage.memory, true));
    stage.status = IODMA_OK;
}

static void begin_ring(uint32_t n)
{
    ring(1, n * FRAME);
}

static void begin_scattered_ring(uint32_t n)
{
    ring(n, FRAME);
}

static void sync_frame(void)
{
    const struct iodma_bus *bus = &stage.buses[STAGE_CACHED];
    uint8_t *frame = (uint8_t *)bytes() + THIS_FRAME * FRAME;

    stage.status = iodma_map_sync(bus, frame, RECEIVED, IODMA_IN);
    if (stage.status == IODMA_OK)
        stage.status = iodma_map_sync(bus, frame, RECEIVED, IODMA_OUT);
}

static void sync_range(void)
{
    stage.status = iodma_command_synchronize_range(
        &stage.command, THIS_FRAME * FRAME, RECEIVED, IODMA_IN);
    if (stage.status == IODMA_OK)
        stage.status = iodma_command_synchronize_range(
            &stage.command, THIS_FRAME * FRAME, RECEIVED, IODMA_OUT);
}

static void sync_by_hand(void)
{
    uint8_t *frame = (uint8_t *)bytes() + THIS_FRAME * FRAME;

    floor_take_frame(frame, RECEIVED);
    floor_give_frame(frame, RECEIVED);
}

static bool is_frame(const struct hooks_log *log)
{
    const struct hooks_lines lines = hooks_lines(log);
    uintptr_t frame =
        (uintptr_t)stage.ranges[0].address +
        THIS_FRAME * (stage.shape.count == 1 ? FRAME : STAGE_STRIDE);

    return lines.first == frame && lines.end == frame + RECEIVED &&
           lines.length == RECEIVED;
}

/* All of the frame was dropped and cleaned, and nothing else was. */
static bool check_frame(void)
{
    return stage.status == IODMA_OK && is_frame(&hooks_dropped) &&
           is_frame(&hooks_cleaned);
}

static const struct row table[] = {
    { .id = "map.out",
      .what = "map and unmap a buffer, coherent, Out",
      .target = 60,
      .begin = begin_out,
      .ours = { fresh, map_out, unmap_out, NULL },
      .floor = { fresh, map_by_hand, unmap_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "map.in",
      .what = "map and unmap a buffer, past caches, In",
      .target = 100,
      .begin = begin_in,
      .ours = { fresh, map_in, unmap_in, NULL },
      .floor = { fresh, map_by_hand, unmap_by_hand, NULL },
      .device = stage_device,
      .check = stage_check_bytes },
    { .id = "ring.map",
      .what = "a frame to the CPU and back: iodma_map_sync()",
      .n = { FRAMES },
      .target = 70,
      .target_m33 = 80,
      .begin = begin_ring,
      .ours = { NULL, sync_frame, NULL, NULL },
      .floor = { NULL, sync_by_hand, NULL, NULL },
      .check = check_frame },
    { .id = "ring.range",
      .what = "the same: synchronize_range(), a buffer",
      .n = { FRAMES },
      .target = 150,
      .begin = begin_ring,
      .ours = { NULL, sync_range, NULL, NULL },
      .floor = { NULL, sync_by_hand, NULL, NULL },
      .check = check_frame },
    { .id = "ring.range.list",
      .what = "the same: synchronize_range(), a range a frame",
      .n = { FRAMES, 64, 256 },
      .begin = begin_scattered_ring,
      .ours = { NULL, sync_range, NULL, NULL },
      .check = check_frame },
};

const struct rows rows_one = { table, HAL_COUNT_OF(table) };
