/* SPDX-License-Identifier: MIT */
/*
 * Whatever the limits, the memory, the bus and the order of calls: prepare,
 * the lists and the bytes are what an independent, naive model says
 * (tests/model/oracle.h), on both sides of a cache that does what caches may;
 * and all that was taken is given back.
 *
 *     test_oracle [ROUNDS [SEED]]
 *
 * A round that fails is made simpler as long as it fails, and printed as a row
 * for the table below; the seed beside it, with one round, makes it again.
 */
#include "tests/check.h"
#include "tests/model/oracle.h"
#include "tests/model/stage.h"
#include "tests/model/two_sides.h"
#include "tests/reach.h"

#include "dma/command.h"
#include "dma/segment.h"
#include "dma/shortcuts.h"
#include "hal/address.h"
#include "hal/bits.h"
#include "hal/count_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rounds that failed once. */
/* clang-format off */
#define ALL_MEMORY EITHER(0x7fffffffffff, 0x7fffffff)
static const struct {
    const char *what;
    struct round round;
} rows[] = {
    { "iterate-only, mapped: nothing is shown behind a hole",
      { .part_count = 1, .parts[0].kind = IODMA_KIND_VIRTUAL,
        .parts[0].count = 2,
        .parts[0].ranges[0].length = 0x50, .parts[0].ranges[1].length = 0x50,
        .parts[0].ranges[0].address = 0x70000000,
        .parts[0].ranges[1].address = 0x70000100, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .mapping = IODMA_ITERATE_ONLY, .io_page = 0x10, .io_pages = 1,
        .apertures[0] = { FAR + 0x10000, FAR + 0x10fff, 0, 3, true },
        .apertures[1] = { FAR + 0x2e0, FAR + 0x34f, 0x1000, 3, true },
        .regions[0] = { 0, ALL_MEMORY, 2, true, NULL },
        .granule = 0x80, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .loan_count = 0x40, .order = 0xfedcba9876543210,
        .cpu_page = 0x80,
        .scramble[0] = 0xb, .base = FAR, .storage = FAR + 0x10000,
        .seed = 17 } },
    { "split: the tail of an extent that goes on in another aperture",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { FAR - 0x105, 0x26 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .limits.align_internal = 0x40,
        .apertures[0] = { FAR + 0x10000, FAR + 0x10fff, 0, 3, true },
        .apertures[1] = { FAR - 0x300, FAR - 0xe1, 0x1000, 3, true },
        .regions[0] = { 0, FAR + 0x7ffeffff, 2, true, NULL },
        .granule = 0x80, .line = 0x20, .shown = 0x1000, .maintaining = 1,
        .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = FAR - 0x400,
        .storage = FAR + 0x10000 } },
    { "a list of just as many segments as are made at a time",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0xffdfd, 3 },
        .parts[0].ranges[1] = { 0xffafc, 0x45 }, .direction = 2,
        .length = 0x47, .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .output = 1, .limits.boundary = 0x10,
        .apertures[0] = { 0x110000, 0x111fff, 0, 3, true },
        .apertures[3] = { 0xffac0, 0xffdff, 0x8011, 3, true },
        .regions[0] = { 0, ALL_MEMORY, 2, true, NULL },
        .granule = 0x100, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .loan_count = 0x40, .order = 0xfedcba9876543210,
        .cpu_page = 0x40,
        .scramble[0] = 1, .base = 0xff800, .storage = 0x110000,
        .seed = 0xcf50246f8a7fcf } },
    { "a line of two pieces, out of reach",
      { .part_count = 2, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xfff54, 0x2c }, .parts[1].kind = 1,
        .parts[1].count = 1, .parts[1].ranges[0] = { 0xfff00, 0x54 },
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .apertures[0] = { 0x80000, 0x80fff, 0, 3, true },
        .regions[0] = { 0, 0xfff7f, 2, true, NULL },
        .granule = 0x80, .line = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xffc00,
        .storage = 0x80000 } },
    { "iterate-only, mapped: seams are not judged within a page",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 4 * FAR - 0x296, 0x12 }, .direction = 2,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1, .mapping = 0x40,
        .limits.boundary = 0x20, .port.align_seam = 0x20, .io_page = 0x10,
        .io_pages = 4,
        .apertures[0] = { 4 * FAR - 0x80000, 4 * FAR - 0x7f001, 0, 3, true },
        .apertures[1] = { 4 * FAR - 0x405, 4 * FAR - 0x285, 0x1000, 3, true },
        .regions[0] = { 0, ALL_MEMORY, 2, true, NULL },
        .granule = 0x80, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .loan_count = 0x40, .order = 0xfedcba9876543210,
        .cpu_page = 0x40,
        .scramble[0] = 1, .base = 4 * FAR - 0x400,
        .storage = 4 * FAR - 0x80000 } },
    { "pages that are smaller than an alignment, and apart",
      { .part_count = 1, .parts[0].kind = 2, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0x70000000, 0x80 }, .direction = 2,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .limits.align_address = 0x80,
        .apertures[0] = { 0x80000, 0x807ff, 0, 3, true },
        .regions[1] = { 0, 0x9ffff, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .loan_count = 0x40, .order = 0x123456789abcdef,
        .cpu_page = 0x40,
        .scramble[0] = 1, .storage = 0x80000 } },
    { "split: no line is foreign, and all of them are bounced",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0x1001b1, 0xf },
        .parts[0].ranges[1] = { 0x1001a0, 0x11 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .limits.align_internal = 0x40,
        .apertures[0] = { 0x80000, 0x807ff, 0xff620, 3, true },
        .regions[0] = { 0, 0x16ffff, 2, true, NULL },
        .granule = 0x40, .line = 0x20, .shown = 0x1000, .maintaining = 1,
        .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xffe00,
        .storage = 0x80000 } },
    { "a loan in the last unit of a run",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0x100261, 0x20 },
        .parts[0].ranges[1] = { 0x100141, 1 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .apertures[0] = { 0, 0x7ff, 0, 3, true },
        .regions[0] = { 0, 0x140000, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0x100000 } },
    { "an end in no region, behind uncached memory",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0x10026c, 0x15 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .mapping = IODMA_DIRECT_ONLY,
        .apertures[0] = { 0, 0x1003ff, 0, 3, false },
        .regions[0] = { 0, 0x10027f, 0, true, NULL },
        .granule = 0x40, .line = 0x20, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0x100000 } },
    { "mapped: storage is on a page of the bus",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 4 * FAR, 1 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1, .io_page = 0x10,
        .io_pages = 1, .apertures[0] = { 0, 0x7ff, 2 * FAR - 0xf0, 3, true },
        .regions[0] = { 0, 4 * FAR, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 4 * FAR } },
    { "mapped: more than storage is on a page of the bus",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0x100000, 1 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1, .io_page = 0x10,
        .io_pages = 2, .apertures[0] = { 0, 0x7ff, 1, 3, true },
        .regions[0] = { 0, 0x140000, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0x100000 } },
    { "nothing can be written, and nobody maintains it",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0x100200, 4 },
        .parts[0].ranges[1] = { 0x100000, 4 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1,
        .apertures[0] = { 0, 0x7ff, 0, 3, true },
        .apertures[1] = { 0x100000, 0x1001ff, 0x100000, 1, true },
        .apertures[2] = { 0x100200, 0x1003ff, 0x100200, 3, false },
        .regions[0] = { 0, 0x140000, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0x100000 } },
    { "never legal, and no storage within reach",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xffc00, 2 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .limits.address_bits = 20, .limits.max_segment = 1,
        .limits.align_address = 2,
        .apertures[0] = { 0xffc40, 0x101fe0, 0x100000, 3, true },
        .apertures[1] = { 0, 0xffc3f, 0, 3, true },
        .regions[0] = { 0, 0x140000, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0xffc00, .storage = 0x100000 } },
    { "a block that no aperture has all of",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0xff800, 1 },
        .parts[0].ranges[1] = { 0xfff00, 1 }, .direction = IODMA_OUT,
        .flush = 1, .invalidate = 1, .empty = 1,
        .apertures[0] = { 0, 0x1fff, 0, 3, true },
        .apertures[2] = { 0xff801, 0xfff00, 0x2000, 3, true },
        .regions[0] = { 0, 0x1fff, 2, true, NULL },
        .granule = 0x100, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0xff800 } },
    { "direct only: out of reach, in a line of others",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { FAR - 0x800, 1 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .mapping = IODMA_DIRECT_ONLY,
        .apertures[0] = { 0, 0xfff81f, 0, 3, true },
        .regions[0] = { 0, 0x7ff, 2, true, NULL },
        .granule = 0x40, .line = 0x20, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = FAR - 0x800 } },
    { "force: nobody maintains the storage, and there is none",
      { .calls = 1, .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xffc00, 0x41 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .apertures[0] = { 1, 0x83f, 0, 3, false },
        .apertures[1] = { 0x840, 0xffc40, 0x83f, 3, true },
        .regions[0] = { 0, 0xffc40, 2, true, NULL }, .granule = 0x40,
        .shown = 0x1000, .maintaining = 1, .lent = 1, .pooled = 1,
        .page_count = 1, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0xffc00, .storage = 0x40, .seed = 0x9289925b2ddabfb2 } },
    { "force: nobody maintains the storage, and no list would be legal",
      { .calls = 4, .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xffc00, 0x30 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .limits = { .max_segment = 0x20, .align_internal = 0x40 },
        .apertures[0] = { 0, 0x7ff, 0, 3, false },
        .apertures[1] = { 0x800, 0xffc2f, 0xff9a0, 3, true },
        .regions[0] = { 0, 0xffc38, 2, true, NULL }, .granule = 0x40,
        .shown = 0x1000, .maintaining = 1, .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .loan_count = 0x40, .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xffc00,
        .seed = 0xafba560de3d24867 } },
    { "a part that ends in uncached memory splits no line",
      { .calls = 4, .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0xfff40, 0xc0 },
        .parts[0].ranges[1] = { 0x100000, 0xc0 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1,
        .apertures[0] = { 0x100, 0x201f, 0, 3, true },
        .apertures[1] = { 0x3000, 0x1001ff, 0x1f20, 3, false },
        .regions[0] = { 0, 0xfffff, 2, true, NULL },
        .regions[2] = { 0x100000, 0x1000ff, 0, true, NULL },
        .granule = 0x40, .line = 0x20, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0xffe00, .storage = 0x100, .seed = 0x5f256eb921234b33 } },
    { "a part of nothing maintains nothing",
      { .calls = 5, .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0x10174b, 0x36 }, .flush = 1, .output = 4,
        .apertures[1] = { 0x2000, 0x10fff, 0, 3, false },
        .apertures[2] = { 0x20000, 0x1017ff, 0xf000, 3, false },
        .regions[0] = { 0, 0x140000, 2, true, NULL },
        .granule = 0x400, .line = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .base = 0xff800, .storage = 0x2000, .seed = 0x49a8888c7d9ea47a } },
    { "least: nothing is reached, from address 0 on",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0, 0x40 }, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .mapping = IODMA_LEAST_BOUNCE, .limits.address_bits = REACH_BITS,
        .apertures[0] = { 0x80000, 0x807ff, 0x80000, 3, true },
        .apertures[1] = { 0, 0x3ff, FAR, 3, true },
        .regions[0] = { 0, ALL_MEMORY, 2, true, NULL },
        .granule = 0x40, .shown = 0x1000, .maintaining = 1,
        .lent = 1, .page_count = 0x10, .run_pages = 0x10, .loan_count = 0x40,
        .order = 0xfedcba9876543210, .cpu_page = 0x40, .scramble[0] = 1,
        .storage = 0x80000 } },
};
/* clang-format on */

/* One round under way. */
static const struct round *now;
static struct oracle oracle;
static struct iodma_command command;
static uint64_t calls_seed;

/* What a byte of the window has to be: for the client's CPU, and in the storage
   that the device uses. Unknown: the caller did not ask for maintenance. */
static struct reference {
    uint8_t client, stored;
    bool client_known, stored_known;
    hal_address seen; /* where the device finds it, by the list */
} reference[ROUND_BYTES];

/* The client's memory, as its CPU has to see it. */
static uint8_t client[ROUND_CLIENT];

static bool running;     /* the device may write at any moment */
static hal_address iova; /* of the mapping's first byte; 0: not mapped */

/* Bounced bytes have been the client's, or the client's have been theirs, since
   the storage was zeros. */
static bool filled;

/* Which granules of storage have been in use. */
static bool used[ROUND_GRANULES];

/* How the rounds went. */
static struct {
    uint32_t bad_specs, no_resources, no_space, not_aligned, not_writable;
    uint32_t unsupported, direct_only, other_refusals, odd;
    uint32_t direct, split, least, whole, empty, iterated;
    uint32_t mapped, mapped_split, shared, in_runs, gathered, unlent;
    uint32_t virtually, buffers, several, parts, uncached, cached;
    uint32_t forced, unfilled, wrote, late, parted, segments;
    uint32_t paths[IODMA_PATH_FLAT + 1], in_a_row;
} tally;

static uint32_t draw(uint32_t limit)
{
    return random_below(&calls_seed, limit);
}

static bool inbound(void)
{
    return now->direction != IODMA_OUT;
}

static uint32_t access_of_device(void)
{
    return now->direction == IODMA_OUT  ? HAL_READ
           : now->direction == IODMA_IN ? HAL_WRITE
                                        : HAL_READ | HAL_WRITE;
}

/* Memory ------------------------------------------------------------------ */

/* Has it nothing to do with caches? */
static bool snooped(hal_address address)
{
    const struct hal_aperture *aperture = oracle_aperture(now, address, 0);

    return now->line == 0 || !aperture || !oracle_cached(now, address) ||
           (aperture->snooped &&
            (now->mapping & IODMA_TYPE_MASK) != IODMA_NON_COHERENT);
}

static bool is_client(hal_address address)
{
    return address - now->base < round_area(now);
}

/* Out: the device writes nothing that could be lost. */
static bool may_drop(hal_address line)
{
    return !is_client(line) || !inbound() ||
           oracle_may_drop(&oracle, now, line);
}

static void begin_memory(void)
{
    const struct two_sides_facts facts = {
        .client = now->base,
        .client_size = (size_t)round_area(now),
        .storage = now->storage,
        .storage_size = (size_t)ROUND_GRANULES * now->granule,
        .line = now->line,
        .shown = now->shown,
        .snooped = snooped,
        .may_drop = may_drop,
    };

    two_sides_begin(&facts, now->seed);
}

/* All is known of what the CPU sees now. */
static void begin_reference(void)
{
    for (hal_address i = 0; i < round_area(now); i++)
        client[i] = two_sides_cpu(now->base + i);
    for (hal_address i = 0; i < oracle.length; i++)
        reference[i] = (struct reference){
            .client = client[oracle.bytes[i].client - now->base],
            .client_known = true,
        };
}

/* The lines of the window's bytes, those beside them, and of their storage. */
static void watch_memory(void)
{
    for (hal_address i = 0; i < oracle.length; i++)
        two_sides_watch(oracle.bytes[i].client);
    for (hal_address i = 0; i < oracle.length; i++) {
        if (oracle.bytes[i].bounced)
            two_sides_watch(oracle.bytes[i].storage);
    }
}

/* What the CPU finds where the client's memory is. */
static bool client_is_right(void)
{
    static bool unknown[ROUND_CLIENT];
    bool right = true;

    memset(unknown, 0, (size_t)round_area(now));
    for (hal_address i = 0; i < oracle.length; i++) {
        hal_address at = oracle.bytes[i].client - now->base;

        client[at] = reference[i].client;
        unknown[at] = !reference[i].client_known;
    }
    for (hal_address i = 0; right && i < round_area(now); i++) {
        hal_address address = now->base + i;

        if (!unknown[i] && two_sides_cpu(address) != client[i]) {
            right = expect_number("a byte of the client's memory",
                                  two_sides_cpu(address), client[i]);
            expect_number("its address", address, 0);
        }
    }
    return right;
}

/* Lists ------------------------------------------------------------------- */

enum { MOST = ROUND_BYTES, ELEMENT = 16 };

static uint64_t big(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Two words of 64 bits: the upper half of a narrower address is 0. */
static struct hal_segment of_words(uint64_t address, uint64_t length)
{
    (void)expect("a word has no more bits than an address",
                 (address | length) <= HAL_ADDRESS_MAX);
    return (struct hal_segment){ (hal_address)address, (hal_address)length };
}

static struct hal_segment decode(const void *array, uint32_t output, uint32_t i)
{
    const uint8_t *bytes = array;
    struct iodma_segment32 narrow;
    struct iodma_segment64 wide;
    struct hal_segment segment;

    if (output == ROUND_BIG64)
        return of_words(big(bytes + i * 16u, 8), big(bytes + i * 16u + 8, 8));
    if (output == ROUND_HOST64) {
        memcpy(&wide, bytes + i * sizeof wide, sizeof wide);
        return of_words(wide.address, wide.length);
    }
    if (output == ROUND_HOST32 || output == ROUND_LITTLE32) {
        memcpy(&narrow, bytes + i * sizeof narrow, sizeof narrow);
        return (struct hal_segment){ narrow.address, narrow.length };
    }
    memcpy(&segment, bytes + i * sizeof segment, sizeof segment);
    return segment;
}

/* What a generation has to deliver. */
static enum iodma_status wanted(hal_address offset, uint32_t capacity,
                                uint32_t output, struct hal_segment *want,
                                uint32_t *count)
{
    bool narrow = output == ROUND_HOST32 || output == ROUND_LITTLE32;

    *count = 0;
    if (offset >= oracle.length)
        return IODMA_OVERRUN;
    while (*count < capacity && offset < oracle.length) {
        struct hal_segment segment = oracle_segment(&oracle, offset);
        enum iodma_status status =
            oracle_judge(&oracle, now, offset, *count == 0);

        segment.address += iova;
        if (status != IODMA_OK)
            return status;
        if (narrow && (segment.address > UINT32_MAX))
            return IODMA_MESSAGE_TOO_LARGE;
        want[(*count)++] = segment;
        offset += segment.length;
    }
    return IODMA_OK;
}

/* The command's own output, perhaps through the call for its width. */
static enum iodma_status generate(hal_address *offset, void *array,
                                  uint32_t *count)
{
    bool narrow = now->output == ROUND_HOST32 || now->output == ROUND_LITTLE32;
    struct iodma_segment32 *array32 = array;
    struct iodma_segment64 *array64 = array;

    if (now->output == ROUND_CUSTOM || draw(2) == 0)
        return iodma_command_gen_segments(&command, offset, array, count);
    return narrow
               ? iodma_command_gen_segments32(&command, offset, array32, count)
               : iodma_command_gen_segments64(&command, offset, array64, count);
}

/* Calls for elements of a width are refused where the output's have another
   one. */
static bool widths_hold(void)
{
    bool narrow = now->output == ROUND_HOST32 || now->output == ROUND_LITTLE32;
    struct iodma_segment64 array64 = { 0, 0 };
    struct iodma_segment32 array32 = { 0, 0 };
    hal_address offset = 0;
    uint32_t count = 1;
    bool right = true;

    if (!narrow)
        right = expect_status(
            "elements of 32 bits",
            iodma_command_gen_segments32(&command, &offset, &array32, &count),
            IODMA_BAD_ARGUMENT);
    if (narrow || now->output == ROUND_CUSTOM)
        right &= expect_status(
            "elements of 64 bits",
            iodma_command_gen_segments64(&command, &offset, &array64, &count),
            IODMA_BAD_ARGUMENT);
    return right & expect("and nothing has changed",
                          offset == 0 && count == 1 && array32.length == 0 &&
                              array64.length == 0);
}

/* One call, from anywhere, of any capacity, for any output function. */
static bool generation_holds(hal_address offset, uint32_t capacity,
                             uint32_t output, hal_address *next)
{
    static const struct iodma_output *const outputs[] = {
        &iodma_output_host64,
        &iodma_output_host32,
        &iodma_output_big64,
        &iodma_output_little32,
    };
    static struct hal_segment want[MOST], got[MOST];
    static _Alignas(8) uint8_t array[MOST * ELEMENT];
    enum iodma_status status, want_status;
    uint32_t count = capacity, want_count;
    hal_address at = offset;

    want_status = wanted(offset, capacity, output, want, &want_count);
    if (output != now->output)
        status = iodma_command_gen_segments_with(&command, outputs[output], &at,
                                                 array, &count);
    else
        status = generate(&at, array, &count);
    if (!expect_status("generation", status, want_status))
        return false;
    if (status != IODMA_OK)
        return expect_number("offset after it failed", at, offset) &
               expect_number("count after it failed", count, capacity);
    for (uint32_t i = 0; i < count; i++) {
        got[i] = decode(array, output, i);
        for (hal_address k = 0; k < got[i].length && offset + k < oracle.length;
             k++)
            reference[offset + k].seen = got[i].address + k;
        offset += got[i].length;
    }
    *next = at;
    tally.segments += count;
    return expect_segments("the list", got, count, want, want_count) &&
           expect_number("offset behind it", at, offset);
}

struct emitted {
    struct hal_emitter emitter;
    hal_address at;
    bool good, begun, ended;
};

static enum iodma_status put(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    struct emitted *emitted = (struct emitted *)(void *)emitter;

    emitted->good = emitted->good && count != 0 && !emitted->ended &&
                    first == !emitted->begun;
    for (uint32_t i = 0; i < count; i++) {
        struct hal_segment want = { 0, 0 };

        if (emitted->at < oracle.length)
            want = oracle_segment(&oracle, emitted->at);
        emitted->good = emitted->good && want.length == segments[i].length &&
                        want.address + iova == segments[i].address;
        emitted->at += segments[i].length;
    }
    emitted->begun = true;
    emitted->ended = last;
    return IODMA_OK;
}

static bool emission_holds(void)
{
    struct emitted emitted = { .emitter = { put },
                               .at = draw((uint32_t)oracle.length),
                               .good = true };
    hal_address offset = emitted.at;

    if (oracle.iterates)
        return true;
    return expect_status(
               "emit", iodma_command_emit(&command, &offset, &emitted.emitter),
               IODMA_OK) &
           expect("what is emitted is the list", emitted.good) &
           expect("and its last segments are marked", emitted.ended) &
           expect_number("all of it is", emitted.at, oracle.length) &
           expect_number("offset behind it", offset, oracle.length);
}

/* A call that is no part of the sequence under way. */
static bool interposed_holds(void)
{
    hal_address ignored;
    uint8_t bytes[8];

    if (oracle.length == 0)
        return generation_holds(draw(3), 1 + draw(3), now->output, &ignored);
    switch (draw(6)) {
    case 0:
        return generation_holds(draw((uint32_t)oracle.length + 2), 1 + draw(4),
                                now->output, &ignored);
    case 1:
        return generation_holds(draw((uint32_t)oracle.length), 1 + draw(4),
                                draw(4), &ignored);
    case 2:
        return emission_holds();
    case 4:
        return widths_hold();
    case 3:
        if (!oracle.iterates)
            (void)iodma_command_read_bytes(
                &command, draw((uint32_t)oracle.length), bytes, sizeof bytes);
        return true;
    default:
        return expect_status("synchronize nothing",
                             iodma_command_synchronize(&command, 0), IODMA_OK);
    }
}

/* The whole list, in pieces of any capacity. */
static bool list_holds(void)
{
    hal_address offset = 0;

    while (offset < oracle.length) {
        enum iodma_status judged = oracle_judge(&oracle, now, offset, true);

        if (draw(3) == 0 && !interposed_holds())
            return false;
        if (!generation_holds(offset, draw(2) == 0 ? MOST : 1 + draw(5),
                              now->output, &offset))
            return false;
        if (judged != IODMA_OK)
            return true;
        if (oracle.iterates && draw(4) == 0)
            return true;
    }
    return interposed_holds();
}

/* The mapper shows the window's pages, with the right access, and no other. */
static bool mapping_holds(void)
{
    hal_address page = now->io_page;
    hal_address shown = 0;
    const struct oracle_limits *limits = &oracle.limits;

    iova = 0;
    if (!oracle.mapped || oracle.io_size == 0)
        return expect("nothing is shown that is not mapped",
                      now->io_page == 0 ||
                          expect_model_mapper_empty(&stage.mapper));
    iova = HAL_ADDRESS_MAX;
    for (uint32_t i = 0; i < MODEL_MAPPER_PAGES; i++) {
        if (stage.mapper.pages[i].access == 0)
            continue;
        iova = smaller(iova, stage.mapper.pages[i].iova);
        shown += page;
        if (!expect_number("access", stage.mapper.pages[i].access,
                           access_of_device()))
            return false;
    }
    if (!expect_number("bytes of IOVA shown", shown, oracle.io_size) ||
        !expect_number("the lowest IOVA that fits", iova, oracle.io_at) ||
        !expect("they begin as aligned as they have to be",
                iova % page == 0 && iova % limits->align_address == 0 &&
                    iova % limits->align_internal == 0 &&
                    iova % limits->align_length == 0))
        return false;
    for (hal_address i = 0; i < oracle.length && oracle.bytes[i].reached; i++) {
        hal_address physical = 0;

        if (!expect("a byte is shown",
                    stage_device(true,
                                 iova + (hal_address)oracle.bytes[i].device,
                                 access_of_device(), &physical)) ||
            !expect_number("it is the storage's", physical,
                           oracle.bytes[i].storage))
            return false;
    }
    return true;
}

/* The device -------------------------------------------------------------- */

/* Where the device finds a byte of the window. */
static bool device_finds(hal_address i, uint32_t access, hal_address *physical)
{
    return expect("the device reaches a byte of the list",
                  stage_device(oracle.mapped, reference[i].seen, access,
                               physical)) &&
           expect_number("it is the storage's", *physical,
                         oracle.bytes[i].storage);
}

static bool device_sees(hal_address from, hal_address length)
{
    uint32_t access = now->direction == IODMA_IN ? 0 : HAL_READ;
    hal_address physical = 0;

    for (hal_address i = from; i < from + length; i++) {
        if (!device_finds(i, access, &physical) ||
            (reference[i].stored_known &&
             !expect_number("a byte as the device sees it",
                            two_sides_device(physical), reference[i].stored)))
            return false;
    }
    return true;
}

static void store(hal_address i, uint8_t value)
{
    reference[i].stored = value;
    if (!oracle.bytes[i].bounced)
        reference[i].client = value;
}

static bool device_writes(hal_address from, hal_address length)
{
    hal_address physical = 0;

    for (hal_address i = from; i < from + length; i++) {
        uint8_t value = (uint8_t)draw(256);

        if (!device_finds(i, HAL_WRITE, &physical))
            return false;
        two_sides_device_write(physical, value);
        store(i, value);
    }
    tally.wrote++;
    return true;
}

/* The device writes until it can no more: the mapper is just being asked. */
static void late(void)
{
    hal_address physical, i;

    two_sides_moment();
    if (!running || oracle.length == 0)
        return;
    i = draw((uint32_t)oracle.length);
    if (stage_device(true, reference[i].seen, HAL_WRITE, &physical)) {
        uint8_t value = (uint8_t)draw(256);

        two_sides_device_write(physical, value);
        store(i, value);
        tally.late++;
    }
}

/* Storage ----------------------------------------------------------------- */

/* Where in the storage something is that stands for the window: with it go
   whole lines, or what pages the device sees; counted from its beginning. */
static struct {
    bool stored[ROUND_STORAGE], near[ROUND_STORAGE];
} map;

static void mark_storage(void)
{
    const struct hal_aperture *aperture =
        oracle_aperture(now, now->storage, HAL_READ | HAL_WRITE);
    hal_address unit = oracle.mapped    ? now->io_page
                       : now->line != 0 ? now->line
                                        : 1;
    hal_address delta = oracle.mapped ? aperture->bus - aperture->first : 0;
    hal_address size = (hal_address)ROUND_GRANULES * now->granule;

    memset(&map, 0, sizeof map);
    for (hal_address i = 0; i < oracle.length; i++) {
        hal_address byte = oracle.bytes[i].storage;
        hal_address first = byte - modulo(byte + delta, unit) - now->storage;

        if (!oracle.bytes[i].bounced)
            continue;
        map.stored[byte - now->storage] = true;
        for (hal_address k = first;
             !map.near[byte - now->storage] && k < first + unit && k < size;
             k++)
            map.near[k] = true;
    }
}

/* What is taken now may be changed from now on. */
static void note_used(void)
{
    for (uint32_t i = 0; i < ROUND_GRANULES; i++)
        used[i] |= oracle.taken[i];
}

/* What is not the window's is zero where the device could see it; and what was
   never taken is as it was. */
static bool rest_holds(void)
{
    mark_storage();
    note_used();
    for (hal_address i = 0; i < (hal_address)ROUND_GRANULES * now->granule;
         i++) {
        hal_address address = now->storage + i;

        if (map.near[i] && !map.stored[i] &&
            !expect_number("padding that the device could see",
                           two_sides_device(address), 0))
            return false;
        if (!used[i / now->granule] &&
            !expect_number("storage that is not ours", two_sides_cpu(address),
                           0x57))
            return false;
    }
    return true;
}

/* The plan has the loans that the oracle has. */
static bool loans_hold(void)
{
    const struct hal_loan *loan = command.plan.loans;

    for (uint32_t i = 0; i < oracle.loan_count; i++) {
        const struct oracle_loan *want = &oracle.loans[i];

        if (!expect("there is a loan for it", loan != NULL) ||
            !(expect_number("position of a loan", loan->position,
                            want->position) &
              expect_number("its length", loan->length, want->length) &
              expect_number("its storage", loan->storage, want->storage)))
            return false;
        loan = loan->next;
    }
    return expect("there is no other loan", !loan) &&
           expect("whole", command.plan.whole == (oracle.rung == ORACLE_WHOLE));
}

static bool storage_holds(void)
{
    uint32_t granules = 0;

    for (uint32_t i = 0; i < ROUND_GRANULES; i++) {
        granules += oracle.taken[i];
        if (oracle.taken[i] &&
            !expect("storage is taken",
                    stage_is_taken(now->storage + (hal_address)i * now->granule,
                                   now->granule)))
            return false;
    }
    return expect_number("granules taken", stage_granules(), granules) &&
           expect_number("loans", stage_loans(), oracle.loan_count) &&
           loans_hold() && rest_holds();
}

/* What becomes of the reference when bytes are bounced anew. */
static void fill(bool from_client, bool flushed)
{
    for (hal_address i = 0; i < oracle.length; i++) {
        struct reference *byte = &reference[i];
        bool bounced = oracle.bytes[i].bounced;

        byte->stored = bounced && !from_client ? 0 : byte->client;
        byte->stored_known = (flushed || !oracle.bytes[i].maintained) &&
                             (byte->client_known || !from_client);
        if (!bounced && inbound())
            byte->client_known = byte->stored_known;
    }
}

/* Bounced bytes come back to the client. */
static void copy_in(hal_address from, hal_address length, bool invalidated)
{
    for (hal_address i = from; i < from + length; i++) {
        struct reference *byte = &reference[i];

        if (!oracle.bytes[i].bounced)
            continue;
        byte->client = byte->stored;
        byte->client_known =
            byte->stored_known && (invalidated || !oracle.bytes[i].maintained);
    }
}

static void copy_out(hal_address from, hal_address length)
{
    for (hal_address i = from; i < from + length; i++) {
        if (oracle.bytes[i].bounced) {
            reference[i].stored = reference[i].client;
            reference[i].stored_known = reference[i].client_known;
        }
    }
}

/* Calls while it is prepared ---------------------------------------------- */

static bool read_holds(hal_address from, hal_address length)
{
    static uint8_t bytes[ROUND_BYTES];

    if (!expect_number("bytes read",
                       iodma_command_read_bytes(&command, from, bytes, length),
                       length))
        return false;
    for (hal_address i = 0; i < length; i++) {
        if (reference[from + i].stored_known &&
            !expect_number("a byte read", bytes[i], reference[from + i].stored))
            return false;
    }
    return true;
}

static bool write_holds(hal_address from, hal_address length)
{
    static uint8_t bytes[ROUND_BYTES];
    bool splits = oracle_part_splits(&oracle, now, from, length);

    for (hal_address i = 0; i < length; i++)
        bytes[i] = (uint8_t)draw(256);
    two_sides_land();
    if (!expect_number("bytes written",
                       iodma_command_write_bytes(&command, from, bytes, length),
                       splits ? 0 : length))
        return false;
    for (hal_address i = 0; !splits && i < length; i++)
        store(from + i, bytes[i]);
    tally.parted += splits;
    return true;
}

/* The client's CPU writes some of a part, as far as it is the CPU's turn. */
static void client_writes(hal_address from, hal_address length, bool direct)
{
    for (hal_address i = from; i < from + length; i++) {
        if (draw(2) == 0 || !reference[i].client_known)
            continue;
        if (!oracle.bytes[i].bounced && (!direct || !reference[i].stored_known))
            continue;
        reference[i].client = (uint8_t)draw(256);
        if (!oracle.bytes[i].bounced)
            reference[i].stored = reference[i].client;
        two_sides_cpu_write(oracle.bytes[i].client, reference[i].client);
    }
}

static bool synchronize_holds(void)
{
    bool in = draw(2) == 0;
    enum iodma_status status;

    if (!in) {
        two_sides_land();
        client_writes(0, oracle.length, false);
    }
    status = iodma_command_synchronize(&command, in ? IODMA_IN : IODMA_OUT);
    filled = true;
    if (in)
        copy_in(0, oracle.length, true);
    else
        copy_out(0, oracle.length);
    return expect_status("synchronize", status, IODMA_OK);
}

static bool part_is_right(hal_address from, hal_address length)
{
    for (hal_address i = from; i < from + length; i++) {
        if (reference[i].client_known &&
            !expect_number("a byte that the CPU took",
                           two_sides_cpu(oracle.bytes[i].client),
                           reference[i].client))
            return false;
    }
    return true;
}

/* Take a part from the device, change it, and give it back. */
static bool range_holds_part(hal_address from, hal_address length)
{
    bool splits = oracle_part_splits(&oracle, now, from, length);
    enum iodma_status want = splits ? IODMA_NOT_ALIGNED : IODMA_OK;

    tally.parted += splits;
    if (!expect_status(
            "synchronize a part, in",
            iodma_command_synchronize_range(&command, from, length, IODMA_IN),
            want))
        return false;
    if (!splits) {
        copy_in(from, length, true);
        if (!part_is_right(from, length))
            return false;
        client_writes(from, length, true);
    }
    two_sides_moment();
    if (!expect_status(
            "synchronize a part, out",
            iodma_command_synchronize_range(&command, from, length, IODMA_OUT),
            want))
        return false;
    if (!splits)
        copy_out(from, length);
    return true;
}

/* The CPU has work of its own in the same lines. */
static void neighbours(void)
{
    for (unsigned n = 0; n < 8; n++) {
        hal_address at = oracle.bytes[draw((uint32_t)oracle.length)].client;

        at = at - now->base + draw(64) - 32;
        if (at < round_area(now) && oracle.owner[at] == 0) {
            client[at] = (uint8_t)draw(256);
            two_sides_cpu_write(now->base + at, client[at]);
        }
    }
}

static bool nesting_holds(void)
{
    hal_address offset, length;

    return expect_status("prepare again",
                         iodma_command_prepare(&command, now->offset,
                                               oracle.length, true, true),
                         IODMA_OK) &
           (oracle.length == 1 ||
            expect_status("prepare something else",
                          iodma_command_prepare(&command, now->offset + 1,
                                                oracle.length - 1, true, true),
                          IODMA_NOT_READY)) &
           expect_status("what is prepared",
                         iodma_command_get_prepared(&command, &offset, &length),
                         IODMA_OK) &
           expect_number("offset", offset, now->offset) &
           expect_number("length", length, oracle.length) &
           expect_status("complete once",
                         iodma_command_complete(&command, true, true),
                         IODMA_OK);
}

/* Storage that was never filled is, perhaps, before it is forced out of use. */
static bool fill_late(void)
{
    return filled || draw(2) == 0 ||
           (synchronize_holds() &&
            (!inbound() || device_writes(0, oracle.length)));
}

static bool force_holds(void)
{
    static struct oracle before, after;
    bool was_whole = oracle.rung == ORACLE_WHOLE;
    bool refused = (now->mapping & IODMA_DIRECT_ONLY) != 0;
    enum iodma_status want = refused ? IODMA_BAD_ARGUMENT : IODMA_OK;

    before = oracle;
    if (!was_whole)
        want = oracle_force(&oracle, now);
    if (!expect_status(
            "force",
            iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER),
            want))
        return false;
    note_used();
    if (want != IODMA_OK || was_whole) {
        oracle = before;
        return storage_holds();
    }
    after = oracle;
    oracle = before;
    if (inbound() && filled)
        copy_in(0, oracle.length, true);
    tally.unfilled += before.loan_count != 0 && !filled;
    tally.forced++;
    oracle = after;
    fill(true, true);
    filled = true;
    watch_memory();
    return mapping_holds() && list_holds() && storage_holds();
}

static bool call_holds(void)
{
    hal_address from = draw((uint32_t)oracle.length);
    hal_address length = 1 + draw((uint32_t)(oracle.length - from));

    two_sides_moment();
    if (draw(3) == 0) {
        from -= from % 32;
        length = smaller(oracle.length - from, length - length % 32 + 32);
    }
    switch (draw(11)) {
    case 0:
        return device_sees(from, length);
    case 1:
    case 2:
        return !inbound() || device_writes(from, length);
    case 3:
        return read_holds(from, length);
    case 4:
        return write_holds(from, length);
    case 5:
        return synchronize_holds();
    case 6:
        return range_holds_part(from, length);
    case 7:
        return interposed_holds();
    case 8:
        return nesting_holds();
    case 9:
        return draw(filled ? 4 : 2) != 0 || (fill_late() && force_holds());
    default:
        neighbours();
        return true;
    }
}

/* The journey ------------------------------------------------------------- */

/* The CPU can name all bytes of the window, and write them. */
static bool all_at_hand(void)
{
    for (hal_address i = 0; i < oracle.length; i++) {
        bool in = false;

        for (uint32_t k = 0; k < ROUND_REGIONS; k++)
            in |= round_has_region(now, k) && now->regions[k].writable &&
                  span_holds(now->regions[k].first, now->regions[k].last,
                             oracle.bytes[i].client);
        if (!in)
            return false;
    }
    return true;
}

/* By complete, or by detaching the memory, which does the same. */
static enum iodma_status end_preparation(void)
{
    if (now->invalidate && now->empty && draw(3) == 0)
        return iodma_command_clear_memory(&command, true);
    return iodma_command_complete(&command, now->invalidate, now->empty);
}

static bool completion_holds(void)
{
    bool touched = !inbound() || oracle.iterates ||
                   oracle_touches(&oracle, now, now->empty, now->invalidate);
    enum iodma_status status;

    running = inbound();
    status = end_preparation();
    running = false;
    for (hal_address i = 0; i < oracle.length; i++) {
        if (!oracle.bytes[i].bounced && inbound() &&
            oracle.bytes[i].maintained && !now->invalidate)
            reference[i].client_known = false;
    }
    if (inbound() && now->empty)
        copy_in(0, oracle.length, now->invalidate);
    for (hal_address i = 0; !touched && i < oracle.length; i++)
        reference[i].client_known = false;
    return expect_status(
        "complete", status,
        touched || !command.window.memory ? IODMA_OK : IODMA_NOT_ATTACHED);
}

static bool calls_hold(void)
{
    if (!storage_holds() || !device_sees(0, oracle.length))
        return false;
    for (uint32_t i = 0; i < now->calls; i++) {
        if (!call_holds())
            return false;
    }
    return device_sees(0, oracle.length);
}

/* Prepared: what is to be seen from all sides, then the end. */
static bool journey_holds(void)
{
    bool reachable = all_at_hand() && !oracle.iterates;

    watch_memory();
    two_sides_moment();
    fill(now->fill, now->flush);
    filled = now->fill;
    if (!mapping_holds() || !list_holds() ||
        (reachable && oracle.length != 0 && !calls_hold()))
        return false;
    for (hal_address i = 0; !reachable && i < oracle.length; i++)
        reference[i].client_known = false;
    return completion_holds();
}

static void count_refusal(void)
{
    tally.direct_only += (now->mapping & IODMA_DIRECT_ONLY) != 0;
    tally.unlent += !now->lent;
    switch (oracle.prepare) {
    case IODMA_NO_RESOURCES:
        tally.no_resources++;
        break;
    case IODMA_NO_SPACE:
        tally.no_space++;
        break;
    case IODMA_NOT_ALIGNED:
        tally.not_aligned++;
        break;
    case IODMA_NOT_WRITABLE:
        tally.not_writable++;
        break;
    case IODMA_UNSUPPORTED:
        tally.unsupported++;
        break;
    default:
        tally.other_refusals++;
        break;
    }
}

/* A loan stands for bytes of several extents. */
static bool gathers(void)
{
    for (uint32_t i = 0; i < oracle.loan_count; i++) {
        for (hal_address k = 1; k < oracle.loans[i].length; k++) {
            const struct oracle_byte *byte =
                &oracle.bytes[oracle.loans[i].position + k];

            if (byte->client != byte[-1].client + 1)
                return true;
        }
    }
    return false;
}

static bool any_uncached(void)
{
    for (hal_address i = 0; i < oracle.length; i++) {
        if (!oracle_cached(now, oracle.bytes[i].storage))
            return true;
    }
    return false;
}

static void count_success(void)
{
    bool split = oracle.rung == ORACLE_SPLIT;

    if (oracle.iterates || oracle.length == 0) {
        tally.iterated += oracle.iterates;
        tally.empty += oracle.length == 0;
        return;
    }
    tally.direct += oracle.rung == ORACLE_DIRECT;
    tally.split += split && !oracle_gathers(now);
    tally.least += split && oracle_gathers(now);
    tally.whole += oracle.rung == ORACLE_WHOLE;
    tally.shared += oracle.shared != 0;
    tally.in_runs += oracle.pieces != 0;
    tally.gathered += split && gathers();
    tally.mapped += oracle.mapped;
    tally.mapped_split += oracle.mapped && split;
    tally.virtually += now->parts[0].kind == IODMA_KIND_VIRTUAL;
    tally.buffers += now->parts[0].kind == IODMA_KIND_BUFFER;
    tally.several += now->part_count > 1;
    tally.parts += now->sub;
    tally.uncached += any_uncached();
    tally.paths[command.plan.path]++;
    tally.in_a_row += oracle.mapped && oracle.rung == ORACLE_DIRECT &&
                      command.plan.path == IODMA_PATH_FLAT &&
                      now->part_count + now->parts[0].count > 2;
}

/* What would be, before it is. */
static bool outlook_holds(void)
{
    const struct iodma_outlook none = { 1, 2, 3, 4, false };
    struct iodma_outlook outlook = none;
    hal_address bounced = 0;
    uint32_t granules = 0;
    enum iodma_status status =
        iodma_command_check(&command, now->offset, now->length, &outlook);

    if (status != oracle.prepare &&
        !expect_status("check", status, oracle.plan))
        return false;
    if (status != IODMA_OK)
        return expect("nothing is said of what is refused",
                      memcmp(&outlook, &none, sizeof none) == 0);
    for (hal_address i = 0; i < oracle.length; i++)
        bounced += oracle.bytes[i].bounced;
    for (uint32_t i = 0; i < ROUND_GRANULES; i++)
        granules += oracle.taken[i];
    return expect_number("bytes that would be bounced", outlook.bounced,
                         bounced) &
           expect_number("storage that would be taken", outlook.storage,
                         (hal_address)granules * now->granule) &
           expect_number("loans that would be", outlook.loans,
                         oracle.loan_count) &
           (oracle.iterates ||
            expect_number("segments that would be", outlook.segments,
                          oracle_segments(&oracle))) &
           expect("whole, it would be",
                  outlook.whole == (oracle.rung == ORACLE_WHOLE));
}

static bool prepare_holds(void)
{
    bool at_once = now->offset == 0 && now->length == 0 && now->flush &&
                   now->fill && draw(2) == 0;
    enum iodma_status status =
        iodma_command_set_memory(&command, stage.memory, at_once);

    if (!at_once) {
        if (!expect_status("set", status, IODMA_OK) ||
            (draw(4) == 0 && !outlook_holds()))
            return false;
        status = iodma_command_prepare(&command, now->offset, now->length,
                                       now->flush, now->fill);
    }
    if (!expect_status("prepare", status, oracle.prepare))
        return false;
    if (status != IODMA_OK) {
        count_refusal();
        return expect("it is not prepared", command.prepared == 0);
    }
    count_success();
    stage.mapper.fail_at = 0;
    return journey_holds();
}

/* From beginning to end, with everything given back and nothing else
   changed. */
static bool attempt_holds(void)
{
    begin_reference();
    stage.mapper.fail_at = now->io_fail;
    if (!prepare_holds() || !client_is_right())
        return false;
    two_sides_settle();
    tally.cached += two_sides_operations != 0;
    return client_is_right() && stage_is_empty();
}

static bool command_holds(void)
{
    enum iodma_status status =
        iodma_command_init(&command, &stage.bus, &stage.spec, NULL);

    if (!expect_status("init", status, oracle.init))
        return false;
    if (status != IODMA_OK) {
        tally.bad_specs++;
        return true;
    }
    begin_memory();
    memset(used, 0, sizeof used);
    stage.mapper.moment = late;
    if (!attempt_holds())
        return false;
    if (draw(8) == 0) { /* it can be used again */
        oracle_ask(&oracle, now);
        if (!attempt_holds())
            return false;
    }
    return expect_status("deinit", iodma_command_deinit(&command), IODMA_OK);
}

static bool round_holds(const struct round *round)
{
    now = round;
    calls_seed = round->seed;
    running = false;
    two_sides_broken = NULL;
    two_sides_open = 0;
    if (!round_sane(round) || !stage_begin(round)) {
        tally.odd++;
        return true;
    }
    oracle_ask(&oracle, round);
    return command_holds() && stage_end() &&
           expect(two_sides_broken ? two_sides_broken : "memory",
                  !two_sides_broken);
}

/* The rounds -------------------------------------------------------------- */

/* What breaks first in a round; NULL: nothing. */
static const char *breakage(const struct round *round)
{
    bool holds;
    const char *broken;

    check_hush();
    holds = round_holds(round);
    broken = check_loud();
    return !broken && !holds ? "silence" : broken;
}

static const char *broken; /* in the round that is made simpler */

static bool fails_alike(const struct round *round)
{
    const char *what = breakage(round);

    return what && strcmp(what, broken) == 0;
}

/* Print the simplest round that fails like this one, and how it does. */
static void report(const struct round *round)
{
    static struct round simpler;

    simpler = *round;
    round_shrink(&simpler, fails_alike);
    round_print(&simpler);
    (void)round_holds(&simpler);
    expect("the round holds", false);
}

static void old_rounds(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        expect("the row is a round", round_sane(&rows[i].round));
        expect("it holds", round_holds(&rows[i].round));
    }
}

static bool new_rounds(uint32_t rounds, uint64_t seed)
{
    static struct round round;
    bool longer = rounds >= 1000000;

    check_case("prepare, lists and bytes are what the oracle says");
    printf("# %u rounds from seed %s\n", (unsigned)rounds, hex(seed));
    memset(&tally, 0, sizeof tally);
    for (uint32_t i = 0; i < rounds; i++) {
        uint64_t from = seed;

        round_draw(&round, &seed);
        broken = breakage(&round);
        if (broken) {
            printf("# round %u, from seed %s, fails: %s\n", (unsigned)i,
                   hex(from), broken);
            report(&round);
            return false;
        }
        if (longer && (i + 1) % (rounds / 20) == 0) {
            printf("# %u rounds hold\n", (unsigned)i + 1);
            (void)fflush(stdout);
        }
    }
    return true;
}

/* How many of a thousand rounds have been like this, at least: a test that
   tests nothing fails. */
static void expect_variety(uint32_t rounds)
{
    const struct {
        const char *what;
        uint32_t count;
        uint32_t floor; /* of a thousand */
    } kinds[] = {
        { "bad specifications", tally.bad_specs, 20 },
        { "NoResources", tally.no_resources, 40 },
        { "NoResources, and its like, with nothing lent", tally.unlent, 10 },
        { "NoSpace", tally.no_space, 6 },
        { "NotAligned", tally.not_aligned, 30 },
        { "NotWritable", tally.not_writable, 10 },
        { "Unsupported: nobody maintains caches", tally.unsupported, 10 },
        { "refused, direct only", tally.direct_only, 10 },
        { "other refusals", tally.other_refusals, 2 },
        { "direct", tally.direct, 60 },
        { "split", tally.split, 20 },
        { "split, the least bounced", tally.least, 20 },
        { "whole", tally.whole, 60 },
        { "loans that share", tally.shared, 4 },
        { "loans in several runs", tally.in_runs, 2 },
        { "loans that gather", tally.gathered, 5 },
        { "empty", tally.empty, 10 },
        { "iterate-only", tally.iterated, 20 },
        { "mapped", tally.mapped, 40 },
        { "mapped, split", tally.mapped_split, 8 },
        { "virtual", tally.virtually, 20 },
        { "buffers", tally.buffers, 20 },
        { "several", tally.several, 20 },
        { "parts", tally.parts, 10 },
        { "uncached memory", tally.uncached, 10 },
        { "one stretch", tally.paths[IODMA_PATH_FLAT], 40 },
        { "pages that are mapped in a row", tally.in_a_row, IODMA_SHORTCUTS },
        { "ranges as they are", tally.paths[IODMA_PATH_PLAIN],
          IODMA_SHORTCUTS },
        { "ranges joined and cut", tally.paths[IODMA_PATH_JOINED],
          5 * IODMA_SHORTCUTS },
        { "run by run", tally.paths[IODMA_PATH_RUNS], 40 },
        { "with cache operations", tally.cached, 60 },
        { "forced", tally.forced, 5 },
        { "forced, and nothing had been filled", tally.unfilled, 0 },
        { "device wrote", tally.wrote, 60 },
        { "device wrote until revoked", tally.late, 20 },
        { "parts of lines refused", tally.parted, 10 },
        { "segments", tally.segments, 1000 },
    };

    check_case("there was something of everything");
    expect("most of what is drawn is a round", tally.odd <= rounds / 50);
    for (size_t i = 0; i < HAL_COUNT_OF(kinds); i++) {
        printf("# %8u %s\n", (unsigned)kinds[i].count, kinds[i].what);
        if (!expect(kinds[i].what,
                    kinds[i].count >= rounds / 1000 * kinds[i].floor))
            printf("#   fewer than %u of 1000\n", (unsigned)kinds[i].floor);
    }
}

/* A number as it is typed, or as we print it: 0x1234_5678. */
static uint64_t number(const char *text)
{
    char plain[32];
    size_t length = 0;

    for (; *text != '\0' && length + 1 < sizeof plain; text++) {
        if (*text != '_')
            plain[length++] = *text;
    }
    plain[length] = '\0';
    return strtoull(plain, NULL, 0);
}

int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)number(argv[1]) : 1000;
    uint64_t seed = argc > 2 ? number(argv[2]) : 1;

    old_rounds();
    if (new_rounds(rounds, seed))
        expect_variety(rounds);
    return check_result();
}
