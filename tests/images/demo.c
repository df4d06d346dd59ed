/* SPDX-License-Identifier: MIT */
/*
 * The main job, as an image. The host has made a disk of two halves, the
 * first with a file in it. An NVMe controller reads it into strewn memory,
 * part of it where the CPU needs windows; a 53C895A, which reaches 32 bits,
 * copies that to memory strewn otherwise; the NVMe writes it to the second
 * half. The CPU compares both memories and looks at the bytes round them; the
 * host compares both halves.
 *
 *   demo BYTES SEED [--poll]
 */
#include "tests/images/demo.h"
#include "dma/iodma.h"
#include "hal/bits.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"
#include "tests/images/memories.h"
#include "tests/images/scatter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB 0x100000u

enum {
    GROUPS_FROM = 96,  /* wanted in the one memory ... */
    GROUPS_TO = 128,   /* ... and in the other         */
    MANY = 512 * 1024, /* bytes from which on there are ... */
    LEAST_RANGES = 64, /* ... so many ranges                */
    POOL_PAGES = 2048, /* of bounce storage, for each bus   */
};

/* In phase for the 53C895A, and for PRPs; pages are the NVMe's. */
static const struct scatter_grain grain = { 4, 4096 };

#define POOL_SIZE (POOL_PAGES * 4096u)

/* Bounce storage of one bus. */
struct pool {
    struct iodma_bounce bounce;
    uint32_t words[IODMA_BLOCK_WORDS(POOL_PAGES)];
    struct hal_loan loans[POOL_PAGES];
};

static struct pool disk_pool;
static struct pool engine_pool;
static struct disk disk;
static struct engine engine;
static struct scatter from;
static struct scatter to;

/* Memory: pools first, then what is strewn over, by halves --------------- */

static enum iodma_status lend(struct iodma_bus *bus, struct pool *pool,
                              hal_address address)
{
    enum iodma_status status =
        iodma_bounce_init(&pool->bounce, address, POOL_SIZE, bus->granule,
                          pool->words, pool->loans, POOL_PAGES);

    return status == IODMA_OK ? bus_lend(bus, &pool->bounce.hal) : status;
}

/* Where the pools begin: with a granule. */
static hal_address pools_base(void)
{
    return round_up(board.scratch.base, IODMA_DEFAULT_GRANULE);
}

static void halves(struct board_memory memory, struct scatter_area *first,
                   struct scatter_area *second)
{
    hal_address half = round_down(memory.size / 2, grain.page);

    *first = (struct scatter_area){ memory.base, half };
    *second = (struct scatter_area){ memory.base + half, half };
}

static uint32_t groups_for(hal_address length, uint32_t most)
{
    return 1 + (uint32_t)smaller(length / 5461, most - 1);
}

static bool strew(hal_address length, uint64_t *seed)
{
    hal_address used = pools_base() + 2 * POOL_SIZE - board.scratch.base;
    struct board_memory low = { board.scratch.base + used,
                                board.scratch.size - used };
    struct scatter_area first[SCATTER_AREAS];
    struct scatter_area second[SCATTER_AREAS];

    halves(low, &first[0], &second[0]);
    halves(board.far, &first[1], &second[1]);
    return scatter_make(&from, first, grain, length,
                        groups_for(length, GROUPS_FROM), seed) &&
           scatter_make(&to, second, grain, length,
                        groups_for(length, GROUPS_TO), seed) &&
           (length < MANY || (from.range_count >= LEAST_RANGES &&
                              to.range_count >= LEAST_RANGES));
}

/* The journey ------------------------------------------------------------ */

static struct table read_table = { .title = "disk to memory (NVMe)" };
static struct table from_table = { .title = "memory (53C895A, source)" };
static struct table to_table = { .title = "memory (53C895A, destination)" };
static struct table write_table = { .title = "memory to disk (NVMe)" };
static struct demo_count disk_count;
static struct demo_count copy_count;

static void print_counts(void)
{
    const struct nvme *nvme = disk.facts->nvme;

    printf("\ncounts:\n");
    demo_print_ranges(&from, &to);
    printf("  NVMe       %u requests, %u in flight at most, %u doorbells, "
           "%u interrupts\n",
           (unsigned)nvme->requests, (unsigned)disk_count.most_in_flight,
           (unsigned)nvme->doorbells, (unsigned)disk.interrupts);
    demo_print_engine(&engine, &copy_count);
    printf("  bounced    %s bytes of %s\n",
           hex(read_table.bounced + from_table.bounced + to_table.bounced +
               write_table.bounced),
           hex(4 * read_table.bytes));
    printf("  prefilled  %s bytes\n",
           hex(disk_count.prefilled + copy_count.prefilled));
    printf("  pools      %u + %u pages at most, %u in use now\n",
           (unsigned)iodma_bounce_high_water(&disk_pool.bounce),
           (unsigned)iodma_bounce_high_water(&engine_pool.bounce),
           (unsigned)(iodma_bounce_in_use(&disk_pool.bounce) +
                      iodma_bounce_in_use(&engine_pool.bounce)));
}

static enum iodma_status journey(uint64_t blocks)
{
    struct iodma_memory read_in =
        memories_describe(from.ranges, from.range_count, IODMA_IN);
    struct iodma_memory copy_out =
        memories_describe(from.ranges, from.range_count, IODMA_OUT);
    struct iodma_memory copy_in =
        memories_describe(to.ranges, to.range_count, IODMA_IN);
    struct iodma_memory write_out =
        memories_describe(to.ranges, to.range_count, IODMA_OUT);
    enum iodma_status status;

    status = demo_disk(&disk, &read_in, 0, &read_table, &disk_count);
    table_print(&read_table);
    if (status == IODMA_OK) {
        status = demo_copy(&engine, &copy_out, &copy_in, &from_table, &to_table,
                           &copy_count);
        table_print(&from_table);
        table_print(&to_table);
    }
    if (status == IODMA_OK) {
        status =
            demo_disk(&disk, &write_out, blocks, &write_table, &disk_count);
        table_print(&write_table);
    }
    if (status != IODMA_OK)
        return status;
    print_counts();
    return memories_equal(&copy_out, &copy_in, &engine.bus) ? IODMA_OK
                                                            : IODMA_DMA_ERROR;
}

static enum iodma_status bring_up(bool poll, const char **step)
{
    enum iodma_status status = engine_bring_up(&engine, 0, poll, step);

    if (status == IODMA_OK)
        status =
            disk_bring_up(&disk, poll ? NVME_POLLED : NVME_PIN, false, step);
    if (status != IODMA_OK)
        return status;
    *step = "lending bounce storage";
    status = lend(&disk.bus, &disk_pool, pools_base());
    return status == IODMA_OK
               ? lend(&engine.bus, &engine_pool, pools_base() + POOL_SIZE)
               : status;
}

static int run(uint64_t bytes, uint64_t seed, bool poll)
{
    const char *step;
    enum iodma_status status = bring_up(poll, &step);
    uint64_t blocks;
    uint32_t block;

    if (status != IODMA_OK)
        return demo_fail(step, status);
    block = disk.facts->nvme->block_size;
    blocks = (bytes + block - 1) >> (uint32_t)__builtin_ctz(block);
    if (2 * blocks > disk.facts->nvme->blocks)
        return demo_fail("the disk is smaller than twice the file",
                         IODMA_NO_SPACE);
    if (!strew((hal_address)blocks * block, &seed))
        return demo_fail("strewing memory", IODMA_NO_SPACE);
    if (!memories_set_guards(&from, &engine.bus) ||
        !memories_set_guards(&to, &engine.bus))
        return demo_fail("setting guard bytes", IODMA_NOT_ATTACHED);

    status = journey(blocks);
    if (status != IODMA_OK)
        return demo_fail("the journey", status);
    if (!memories_guards_hold(&from, &engine.bus) ||
        !memories_guards_hold(&to, &engine.bus))
        return 1;
    printf("memory: both copies are equal, guard bytes intact\n");
    return 0;
}

int main(int argc, char **argv)
{
    bool poll = argc == 4 && strcmp(argv[3], "--poll") == 0;
    unsigned long bytes;

    if (argc != 3 && !poll) {
        printf("demo: usage: demo BYTES SEED [--poll]\n");
        return 64;
    }
    bytes = strtoul(argv[1], NULL, 10);
    if (bytes == 0 || bytes > 1024 * MIB) {
        printf("demo: failed: %s bytes: 1 to %s are possible\n", argv[1],
               hex(1024 * MIB));
        return 64;
    }
    return run(bytes, strtoul(argv[2], NULL, 10), poll);
}
