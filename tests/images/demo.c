/* SPDX-License-Identifier: MIT */
/*
 * The main job, as an image: the host has placed a file at the board's
 * payload address; two descriptors over strewn memory are prepared, zipped
 * and moved by the board's copy engine; the target is compared, and written
 * back to the host in the file's order.
 *
 *   demo SIZE SEED OUTPUT [--poll]
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "platform/semihost.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"
#include "tests/images/scatter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOURCE_GROUPS = 96,
    TARGET_GROUPS = 128,
    SEGMENTS = 512,
    SHOWN = 6, /* rows of a long table, at either end */
    GUARD_BYTE = 0xA5,
    DEADLINE_MS = 60000,
};

/* One of the two descriptors, and what became of it. */
struct side {
    const char *name;
    struct scatter scatter;
    struct iodma_memory memory;
    struct iodma_command command;
    struct iodma_segment64 segments[SEGMENTS];
    uint32_t segment_count;
};

static struct side source = { .name = "source" };
static struct side target = { .name = "target" };
static struct engine engine;

static int fail(const char *what, enum iodma_status status)
{
    printf("demo: failed: %s: %s\n", what, iodma_status_name(status));
    return 1;
}

/* On this machine a CPU physical address is a pointer. */
static uint8_t *bytes_at(uint64_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

/* Memory --------------------------------------------------------------- */

static bool guard_holds(uint64_t from, uint64_t to)
{
    for (; from < to; from++) {
        if (*bytes_at(from) != GUARD_BYTE) {
            printf("demo: failed: the byte at %s, outside the target, was "
                   "overwritten\n",
                   hex(from));
            return false;
        }
    }
    return true;
}

/* Everything between the target's groups, before and behind them. */
static bool target_guards_hold(void)
{
    const struct scatter *scatter = &target.scatter;
    uint64_t at = scatter->begin;

    for (uint32_t i = 0; i < scatter->group_count; i++) {
        const struct scatter_group *group =
            &scatter->groups[scatter->in_memory[i]];

        if (!guard_holds(at, group->address))
            return false;
        at = group->address + group->length;
    }
    return guard_holds(at, scatter->end);
}

static bool source_guards_hold(void)
{
    return guard_holds(source.scatter.begin - SCATTER_GUARD,
                       source.scatter.begin) &&
           guard_holds(source.scatter.end, source.scatter.end + SCATTER_GUARD);
}

static void set_guards(void)
{
    memset(bytes_at(source.scatter.begin - SCATTER_GUARD), GUARD_BYTE,
           SCATTER_GUARD);
    memset(bytes_at(source.scatter.end), GUARD_BYTE, SCATTER_GUARD);
    memset(bytes_at(target.scatter.begin), GUARD_BYTE,
           (size_t)(target.scatter.end - target.scatter.begin));
}

/* One contiguous piece of the source against the target's next bytes. */
static bool piece_arrived(const struct iodma_extent *piece,
                          struct iodma_walk *to)
{
    struct iodma_extent copy = { 0, 0, 0 };
    uint64_t done = 0;

    while (done < piece->length) {
        (void)iodma_walk_next(to, piece->length - done, &copy);
        if (memcmp(bytes_at(piece->address + done), bytes_at(copy.address),
                   (size_t)copy.length) != 0) {
            printf("demo: failed: the copy differs after byte %s\n",
                   hex(copy.offset));
            return false;
        }
        done += copy.length;
    }
    return true;
}

/* All bytes of the stream, whatever the pieces on either side. */
static bool target_is_source(void)
{
    struct iodma_extent piece;
    struct iodma_walk from;
    struct iodma_walk to;

    (void)iodma_walk_begin(&from, &source.memory, 0);
    (void)iodma_walk_begin(&to, &target.memory, 0);
    while (iodma_walk_next(&from, UINT64_MAX, &piece) == IODMA_OK) {
        if (!piece_arrived(&piece, &to))
            return false;
    }
    return true;
}

/* Commands ------------------------------------------------------------- */

static enum iodma_status describe(struct side *side, uint32_t direction)
{
    /* Addresses and lengths are the engine's to limit: its bus does. */
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);
    enum iodma_status status;

    status = iodma_memory_init_ranges(&side->memory, side->scatter.ranges,
                                      side->scatter.range_count, direction);
    if (status == IODMA_OK)
        status = iodma_command_init(&side->command, &engine.bus, &spec, NULL);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&side->command, &side->memory, true);
    return status;
}

static enum iodma_status list(struct side *side)
{
    uint64_t offset = 0;

    side->segment_count = SEGMENTS;
    return iodma_command_gen_segments64(&side->command, &offset, side->segments,
                                        &side->segment_count);
}

/* CPU physical address of a byte of the descriptor. */
static uint64_t physical(const struct side *side, uint64_t offset)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, &side->memory, offset);
    (void)iodma_walk_next(&walk, 1, &extent);
    return extent.address;
}

static void print_table(const struct side *side)
{
    uint64_t offset = 0;

    printf("\n%s: %u ranges, %u segments\n", side->name,
           (unsigned)side->scatter.range_count, (unsigned)side->segment_count);
    printf("  %5s  %-12s  %-12s  %-12s  %s\n", "", "offset", "CPU physical",
           "bus address", "length");
    for (uint32_t i = 0; i < side->segment_count; i++) {
        const struct iodma_segment64 *segment = &side->segments[i];

        if (side->segment_count <= 2 * SHOWN + 1 || i < SHOWN ||
            i >= side->segment_count - SHOWN)
            printf("  %5u  %-12s  %-12s  %-12s  %s\n", (unsigned)i, hex(offset),
                   hex(physical(side, offset)), hex(segment->address),
                   hex(segment->length));
        else if (i == SHOWN)
            printf("    ...  %u more\n",
                   (unsigned)(side->segment_count - 2 * SHOWN));
        offset += segment->length;
    }
}

/* The transfer --------------------------------------------------------- */

struct outcome {
    unsigned callbacks;
    enum iodma_status status;
};

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct outcome *outcome = transfer->ref_con;

    outcome->callbacks++;
    outcome->status = status;
}

static enum iodma_status move(void)
{
    struct outcome outcome = { 0, IODMA_ERROR };
    struct iodma_transfer transfer = {
        .source = &source.command,
        .destination = &target.command,
        .deadline = hal_deadline(engine.bus.hal->clock, DEADLINE_MS),
        .done = done,
        .ref_con = &outcome,
    };
    enum iodma_status status =
        iodma_transfer_submit(&engine.channel, &transfer);

    if (status != IODMA_OK)
        return status;
    engine_run(&engine);
    if (transfer.fault != HAL_FAULT_NONE)
        printf("demo: %s stopped: %s, status %s\n", engine.facts->name,
               hal_fault_name(transfer.fault), hex(transfer.detail));
    return outcome.callbacks == 1 ? outcome.status : IODMA_INTERNAL_ERROR;
}

/* The file, put together again from the target -------------------------- */

static bool write_stream(int file, uint64_t offset, uint64_t length)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, &target.memory, offset);
    while (length != 0) {
        (void)iodma_walk_next(&walk, length, &extent);
        if (!semihost_write(file, bytes_at(extent.address),
                            (size_t)extent.length))
            return false;
        length -= extent.length;
    }
    return true;
}

static bool write_file(const char *path)
{
    const struct scatter *scatter = &source.scatter;
    int file = semihost_open(path, SEMIHOST_WRITE);
    bool written = file >= 0;

    for (uint32_t i = 0; written && i < scatter->group_count; i++) {
        const struct scatter_group *group =
            &scatter->groups[scatter->in_memory[i]];

        written = write_stream(file, group->offset, group->length);
    }
    return file >= 0 && semihost_close(file) && written;
}

static void print_counts(bool poll)
{
    const struct hal_dmac_counts *counts = &engine.facts->dmac->counts;

    printf("\ncounts: %u + %u ranges, %u + %u segments, %u descriptors "
           "through a ring of %u slots, %u doorbells, %u interrupts%s\n",
           (unsigned)source.scatter.range_count,
           (unsigned)target.scatter.range_count, (unsigned)source.segment_count,
           (unsigned)target.segment_count, (unsigned)counts->items,
           (unsigned)engine.facts->slots, (unsigned)counts->doorbells,
           (unsigned)engine.interrupts, poll ? " (polled)" : "");
}

/* As many groups as make sense: pieces of 16 bytes on average at least. */
static uint32_t groups_for(uint64_t size, uint32_t most)
{
    return 1 + (uint32_t)smaller(size / 48, most - 1);
}

static int run(uint64_t size, uint64_t seed, const char *output, bool poll)
{
    const char *step;
    enum iodma_status status = engine_bring_up(&engine, 0, poll, &step);

    if (status != IODMA_OK)
        return fail(step, status);

    scatter_shuffled(&source.scatter, board.payload.base, size,
                     groups_for(size, SOURCE_GROUPS), &seed);
    scatter_apart(&target.scatter, board.scratch.base, size,
                  groups_for(size, TARGET_GROUPS), &seed);
    set_guards();

    status = describe(&source, IODMA_OUT);
    if (status != IODMA_OK)
        return fail("preparing the source", status);
    status = describe(&target, IODMA_IN);
    if (status != IODMA_OK)
        return fail("preparing the target", status);
    status = list(&source);
    if (status == IODMA_OK)
        status = list(&target);
    if (status != IODMA_OK)
        return fail("listing segments", status);
    print_table(&source);
    print_table(&target);

    status = move();
    if (status != IODMA_OK)
        return fail("the transfer", status);
    print_counts(poll);
    if (!target_is_source() || !target_guards_hold() || !source_guards_hold())
        return 1;
    if (!write_file(output)) {
        printf("demo: failed: the host does not take %s\n", output);
        return 1;
    }
    printf("memory: target equals source, guard bytes intact\n");
    return 0;
}

int main(int argc, char **argv)
{
    bool poll = argc == 5 && strcmp(argv[4], "--poll") == 0;
    unsigned long size;

    if (argc != 4 && !poll) {
        printf("demo: usage: demo SIZE SEED OUTPUT [--poll]\n");
        return 64;
    }
    size = strtoul(argv[1], NULL, 10);
    if (size == 0 || size > board.payload.size) {
        printf("demo: failed: %s bytes: 1 to %s are possible\n", argv[1],
               hex(board.payload.size));
        return 64;
    }
    return run(size, strtoul(argv[2], NULL, 10), argv[3], poll);
}
