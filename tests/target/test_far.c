/* SPDX-License-Identifier: MIT */
/*
 * Bouncing on real memory, by real masters: a 32-bit engine and a disk serve
 * memory on both sides of 4 GiB as if it were all the same. Every byte is
 * compared, with guard bytes all round.
 *
 *   test_far cases | short | fail | random [SEED]
 *
 * The spec's numbered cases appear as R82 and so on, relocated: what is below
 * 16 MiB there is moved up by LOW, what is round 4 GiB stays.
 */
#include "dma/access.h"
#include "dma/iodma.h"
#include "hal/bits.h"
#include "platform/armv7a/window.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB  UINT64_C(0x400)
#define MIB  UINT64_C(0x100000)
#define GIB4 UINT64_C(0x100000000) /* where the engine's reach ends */

/* Free on the virt machine: with pointers, and behind windows though the
   engine reaches it (boards/qemu_virt.c). */
#define LOW    UINT64_C(0x50000000)
#define WINDOW UINT64_C(0xD0000000)

#define BENCH (LOW + 16 * MIB) /* memory of the device's own */

#define SPEC(...) IODMA_SPEC(iodma_output_host64, __VA_ARGS__)

enum {
    PAGE = 0x1000,
    GUARD = 64,
    GUARD_BYTE = 0x5A,
    STALE_BYTE = 0xEE, /* in storage that nobody has filled */
    RANGES = 6,
    SEGMENTS = 8,
    DEADLINE_MS = 20000,
};

static struct engine engine;

/* Memory ------------------------------------------------------------------ */

static uint8_t *pointer(uint64_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

/* P(x) of the spec, 10.1. */
static uint8_t fresh(uint64_t x)
{
    return (uint8_t)(x ^ x >> 8 ^ x >> 16 ^ x >> 32);
}

static void get(void *bytes, uint64_t address, uint64_t length)
{
    expect_status("the CPU reads",
                  iodma_access_read(&engine.bus, bytes, address, length),
                  IODMA_OK);
}

static void put(uint64_t address, const void *bytes, uint64_t length)
{
    expect_status("the CPU writes",
                  iodma_access_write(&engine.bus, address, bytes, length),
                  IODMA_OK);
}

static void fill(uint64_t address, uint8_t byte, uint64_t length)
{
    uint8_t bytes[256];

    memset(bytes, byte, sizeof bytes);
    for (uint64_t at = 0; at < length; at += sizeof bytes)
        put(address + at, bytes, smaller(sizeof bytes, length - at));
}

/* Descriptors -------------------------------------------------------------- */

/* A table row's ranges end at the first of length 0. */
static struct iodma_memory describe(const struct iodma_range *ranges,
                                    uint32_t direction)
{
    struct iodma_memory memory = { NULL, 0, 0, 0 };
    uint32_t count = 0;

    while (count < RANGES && ranges[count].length != 0)
        count++;
    expect_status("memory",
                  iodma_memory_init_ranges(&memory, ranges, count, direction),
                  IODMA_OK);
    return memory;
}

/* The CPU physical address of a byte of a descriptor. */
static uint64_t address_of(const struct iodma_memory *memory, uint64_t offset)
{
    uint32_t i = 0;

    while (offset >= memory->ranges[i].length)
        offset -= memory->ranges[i++].length;
    return memory->ranges[i].address + offset;
}

/* Which byte of the descriptor an address is; its length: none. */
static uint64_t offset_of(const struct iodma_memory *memory, uint64_t address)
{
    uint64_t offset = 0;

    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_range *range = &memory->ranges[i];

        if (range_holds(range->address, range->length, address))
            return offset + (address - range->address);
        offset += range->length;
    }
    return memory->length;
}

/* The longest range of a row, with its guards. */
static uint8_t room[0x8000 + 2 * GUARD];

/* Fresh bytes in every range, and before and behind it. */
static void paint(const struct iodma_memory *memory)
{
    for (uint32_t i = 0; i < memory->count; i++) {
        uint64_t begin = memory->ranges[i].address - GUARD;
        uint64_t length = memory->ranges[i].length + 2 * GUARD;

        for (uint64_t k = 0; k < length; k++)
            room[k] = fresh(begin + k);
        put(begin, room, length);
    }
}

/* All is fresh, guards too, but for bytes from .. to - 1: they are the
   inverse, which only a device writes. */
static bool expect_inverse(const char *what, const struct iodma_memory *memory,
                           uint64_t from, uint64_t to)
{
    bool good = true;

    for (uint32_t i = 0; good && i < memory->count; i++) {
        uint64_t begin = memory->ranges[i].address - GUARD;
        uint64_t length = memory->ranges[i].length + 2 * GUARD;

        get(room, begin, length);
        for (uint64_t k = 0; good && k < length; k++) {
            uint64_t offset = offset_of(memory, begin + k);
            bool inverse =
                offset != memory->length && offset >= from && offset < to;
            uint8_t was = fresh(begin + k);

            good = expect_number(what, room[k], inverse ? (uint8_t)~was : was);
        }
    }
    return good;
}

/* Storage ------------------------------------------------------------------ */

/*
 * As in the spec's fixture: single pages that never touch, at POOL, POOL +
 * 0x2000 ..., then runs from POOL + 1 MiB on. It is one real pool; the pages
 * between are taken.
 */
#define POOL (LOW + 0x100000)

enum { POOL_PAGES = 512, FIRST_RUN = 256, SINGLE_PAGES = 16 };

static struct iodma_bounce pool;
static struct hal_bounce_cell pool_cells[POOL_PAGES];
static struct iodma_bounce_note pool_notes[POOL_PAGES];
static uint32_t pool_idle; /* pages in use when no command has any */

static void take_all(void)
{
    uint64_t address;

    while (pool.hal.ops->take_page(&pool.hal, UINT64_MAX, &address) == IODMA_OK)
        ;
}

static void free_pages(uint32_t first, uint32_t end, uint32_t step)
{
    for (uint32_t i = first; i < end; i += step) {
        fill(pool.hal.base + i * PAGE, STALE_BYTE, i < end - 16 ? 0 : PAGE);
        pool.hal.ops->give_back(&pool.hal, pool.hal.base + i * PAGE, PAGE);
    }
    pool_idle = iodma_bounce_in_use(&pool);
}

/* Nothing is free; free_pages() says what is. */
static void make_pool(uint64_t base)
{
    expect_status("pool",
                  iodma_bounce_init(&pool, base, POOL_PAGES * PAGE, PAGE,
                                    pool_cells, pool_notes),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&engine.bus, &pool.hal), IODMA_OK);
    take_all();
    pool_idle = iodma_bounce_in_use(&pool);
}

static uint32_t pages_taken(void)
{
    return iodma_bounce_in_use(&pool) - pool_idle;
}
