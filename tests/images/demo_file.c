/* SPDX-License-Identifier: MIT */
/*
 * The main job, on a board without a disk, as an image. The host's file is read
 * by semihosting into strewn memory; the board's copy engine copies that to
 * memory strewn otherwise; from there the host gets it back. The CPU compares
 * both memories and looks at the bytes round them; the host compares both
 * files.
 *
 *   demo BYTES SEED FROM-FILE TO-FILE [--poll]
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "platform/semihost.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"
#include "tests/images/demo.h"
#include "tests/images/memories.h"
#include "tests/images/scatter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = 512, /* bytes of a group, about ...       */
    GROUPS = 24, /* ... until there are so many       */
};

/* Any byte, so that all widths of elements come up. */
static const struct scatter_grain grain = { 1, 64 };

static struct engine engine;
static struct scatter from;
static struct scatter to;

/* Memory: half for each ---------------------------------------------------- */

static hal_address half(void)
{
    return round_down(board.scratch.size / 2, grain.page);
}

/* Bytes for which there is room wherever they come to lie. */
static hal_address most(void)
{
    return half() - GROUPS * SCATTER_OVERHEAD(grain.page) - SCATTER_GUARD;
}

static bool strew(hal_address length, uint64_t *seed)
{
    uint32_t groups = 1 + (uint32_t)smaller(length / GROUP, GROUPS - 1);
    struct scatter_area first[SCATTER_AREAS] = {
        { board.scratch.base, half() },
    };
    struct scatter_area second[SCATTER_AREAS] = {
        { board.scratch.base + half(), half() },
    };

    return scatter_make(&from, first, grain, length, groups, seed) &&
           scatter_make(&to, second, grain, length, groups, seed);
}

/* Files -------------------------------------------------------------------- */

/* All memory of this board is a pointer away. */
static uint8_t *pointer(const struct iodma_range *range)
{
    return (uint8_t *)(uintptr_t)range->address;
}

static bool read_file(const char *path)
{
    int file = semihost_open(path, SEMIHOST_READ);
    bool good = file != -1;

    for (uint32_t i = 0; good && i < from.range_count; i++) {
        const struct iodma_range *range = &from.ranges[i];

        good = semihost_read(file, pointer(range), (size_t)range->length) ==
               range->length;
    }
    return file != -1 && semihost_close(file) && good;
}

static bool write_file(const char *path)
{
    int file = semihost_open(path, SEMIHOST_WRITE);
    bool good = file != -1;

    for (uint32_t i = 0; good && i < to.range_count; i++) {
        const struct iodma_range *range = &to.ranges[i];

        good = semihost_write(file, pointer(range), (size_t)range->length);
    }
    return file != -1 && semihost_close(file) && good;
}

/* The journey -------------------------------------------------------------- */

static enum iodma_status journey(void)
{
    static struct table source = { .title = "memory, source" };
    static struct table target = { .title = "memory, destination" };
    struct iodma_memory out =
        memories_describe(from.ranges, from.range_count, IODMA_OUT);
    struct iodma_memory in =
        memories_describe(to.ranges, to.range_count, IODMA_IN);
    struct demo_count count = { 0, 0 };
    enum iodma_status status =
        demo_copy(&engine, &out, &in, &source, &target, &count);

    table_print(&source);
    table_print(&target);
    if (status != IODMA_OK)
        return status;
    printf("\ncounts:\n");
    demo_print_ranges(&from, &to);
    demo_print_engine(&engine, &count);
    return memories_equal(&out, &in, &engine.bus) ? IODMA_OK : IODMA_DMA_ERROR;
}

static int run(hal_address bytes, uint64_t seed, char **files, bool poll)
{
    const char *step;
    enum iodma_status status = engine_bring_up(&engine, 0, poll, &step);

    if (status != IODMA_OK)
        return demo_fail(step, status);
    if (!strew(bytes, &seed))
        return demo_fail("strewing memory", IODMA_NO_SPACE);
    if (!memories_set_guards(&from, &engine.bus) ||
        !memories_set_guards(&to, &engine.bus))
        return demo_fail("setting guard bytes", IODMA_NOT_ATTACHED);
    if (!read_file(files[0]))
        return demo_fail("reading the file", IODMA_ERROR);

    status = journey();
    if (status != IODMA_OK)
        return demo_fail("the journey", status);
    if (!memories_guards_hold(&from, &engine.bus) ||
        !memories_guards_hold(&to, &engine.bus))
        return 1;
    printf("memory: both copies are equal, guard bytes intact\n");
    return write_file(files[1]) ? 0
                                : demo_fail("writing the file", IODMA_ERROR);
}

int main(int argc, char **argv)
{
    bool poll = argc == 6 && strcmp(argv[5], "--poll") == 0;
    unsigned long bytes;

    if (argc != 5 && !poll) {
        printf("demo: usage: demo BYTES SEED FROM-FILE TO-FILE [--poll]\n");
        return 64;
    }
    bytes = strtoul(argv[1], NULL, 10);
    if (bytes == 0 || bytes > most()) {
        printf("demo: failed: %s bytes: 1 to %u are possible on %s\n", argv[1],
               (unsigned)most(), board.name);
        return 64;
    }
    return run(bytes, strtoul(argv[2], NULL, 10), argv + 3, poll);
}
