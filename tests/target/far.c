/* SPDX-License-Identifier: MIT */
#include "tests/target/far.h"

#include "dma/access.h"
#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

#define BENCH (LOW + 16 * MIB)

struct far far;

/* Memory ------------------------------------------------------------------- */

uint8_t *far_pointer(uint64_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

uint8_t far_fresh(uint64_t x)
{
    return (uint8_t)(x ^ x >> 8 ^ x >> 16 ^ x >> 32);
}

uint8_t far_inverse(uint64_t x)
{
    return far_fresh(x) ^ 0xFF;
}

void far_get(void *bytes, uint64_t address, uint64_t length)
{
    expect_status("the CPU reads",
                  iodma_access_read(&far.engine.bus, bytes, address, length),
                  IODMA_OK);
}

void far_put(uint64_t address, const void *bytes, uint64_t length)
{
    expect_status("the CPU writes",
                  iodma_access_write(&far.engine.bus, address, bytes, length),
                  IODMA_OK);
}

void far_fill(uint64_t address, uint8_t byte, uint64_t length)
{
    uint8_t bytes[256];

    memset(bytes, byte, sizeof bytes);
    for (uint64_t at = 0; at < length; at += sizeof bytes)
        far_put(address + at, bytes, smaller(sizeof bytes, length - at));
}

/* Descriptors -------------------------------------------------------------- */

uint64_t far_address(const struct iodma_memory *memory, uint64_t offset)
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
static uint8_t room[0x8000 + 2 * FAR_GUARD];

/* Fresh bytes in every range, and before and behind it. */
static void paint(const struct iodma_memory *memory)
{
    for (uint32_t i = 0; i < memory->count; i++) {
        uint64_t begin = memory->ranges[i].address - FAR_GUARD;
        uint64_t length = memory->ranges[i].length + 2 * FAR_GUARD;

        for (uint64_t k = 0; k < length; k++)
            room[k] = far_fresh(begin + k);
        far_put(begin, room, length);
    }
}

/* All is fresh, guards too, but for bytes from .. to - 1: they are the
   inverse, which only a device writes. */
static bool expect_inverse(const char *what, const struct iodma_memory *memory,
                           uint64_t from, uint64_t to)
{
    bool good = true;

    for (uint32_t i = 0; good && i < memory->count; i++) {
        uint64_t begin = memory->ranges[i].address - FAR_GUARD;
        uint64_t length = memory->ranges[i].length + 2 * FAR_GUARD;

        far_get(room, begin, length);
        for (uint64_t k = 0; good && k < length; k++) {
            uint64_t offset = offset_of(memory, begin + k);
            bool changed =
                offset != memory->length && offset >= from && offset < to;

            good = expect_number(what, room[k],
                                 changed ? far_inverse(begin + k)
                                         : far_fresh(begin + k));
        }
    }
    return good;
}

/* Storage ------------------------------------------------------------------ */

#define POOL (LOW + 0x100000)

static struct hal_bounce_cell pool_cells[FAR_POOL_PAGES];
static struct iodma_note pool_notes[FAR_POOL_PAGES];

void far_take_all(void)
{
    uint64_t address;

    while (far.pool.hal.ops->take_page(&far.pool.hal, UINT64_MAX, &address) ==
           IODMA_OK)
        ;
}

void far_free_pages(uint32_t first, uint32_t end, uint32_t step)
{
    for (uint32_t i = first; i < end; i += step) {
        far_fill(far.pool.hal.base + i * FAR_PAGE, FAR_STALE_BYTE, FAR_PAGE);
        far.pool.hal.ops->give_back(&far.pool.hal,
                                    far.pool.hal.base + i * FAR_PAGE, FAR_PAGE);
    }
    far.idle = iodma_bounce_in_use(&far.pool);
}

void far_make_pool(uint64_t base)
{
    expect_status("pool",
                  iodma_bounce_init(&far.pool, base, FAR_POOL_PAGES * FAR_PAGE,
                                    FAR_PAGE, pool_cells, pool_notes),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&far.engine.bus, &far.pool.hal),
                  IODMA_OK);
    far_take_all();
    far.idle = iodma_bounce_in_use(&far.pool);
}

uint32_t far_pages_taken(void)
{
    return iodma_bounce_in_use(&far.pool) - far.idle;
}

void far_make_spec_pool(void)
{
    far_make_pool(POOL);
    far_free_pages(0, 2 * FAR_SINGLE_PAGES, 2);
    far_free_pages(FAR_FIRST_RUN, FAR_POOL_PAGES, 1);
}

/* A command and its list --------------------------------------------------- */

void far_attach(const struct iodma_spec *spec, const struct iodma_range *ranges,
                uint32_t direction)
{
    far.memory = row_memory(ranges, direction);
    paint(&far.memory);
    expect_status("init",
                  iodma_command_init(&far.command, &far.engine.bus, spec, NULL),
                  IODMA_OK);
    expect_status("set",
                  iodma_command_set_memory(&far.command, &far.memory, false),
                  IODMA_OK);
}

enum iodma_status far_prepare(bool synchronize)
{
    return iodma_command_prepare(&far.command, 0, 0, true, synchronize);
}

void far_make_list(void)
{
    uint64_t offset = 0;

    far.listed = FAR_SEGMENTS;
    expect_status("gen",
                  iodma_command_gen_segments(&far.command, &offset, far.list,
                                             &far.listed),
                  IODMA_OK);
    expect_number("the list covers the window", offset,
                  far.command.view.length);
}

void far_begin(const struct iodma_spec *spec, const struct iodma_range *ranges,
               uint32_t direction, bool synchronize)
{
    far_make_spec_pool();
    far_attach(spec, ranges, direction);
    if (expect_status("prepare", far_prepare(synchronize), IODMA_OK))
        far_make_list();
}

void far_complete(bool synchronize)
{
    expect_status("complete",
                  iodma_command_complete(&far.command, true, synchronize),
                  IODMA_OK);
    if (far.command.prepared == 0)
        expect_number("pages taken", far_pages_taken(), 0);
}

void far_synchronize(uint32_t options, enum iodma_status want)
{
    expect_status("synchronize",
                  iodma_command_synchronize(&far.command, options), want);
}

void far_expect_client(const char *what, uint64_t from, uint64_t to)
{
    expect_inverse(what, &far.memory, from, to);
}

/* The device --------------------------------------------------------------- */

uint64_t far_bench(uint64_t position)
{
    return BENCH + modulo(far.list[0].address, 4) + position;
}

static void run_items(const struct hal_item *items, uint32_t count)
{
    struct hal_dmac *dmac = far.engine.facts->dmac;
    uint64_t deadline =
        hal_deadline(far.engine.bus.hal->clock, FAR_DEADLINE_MS);
    uint32_t retired = 0;

    if (!expect_number("items", dmac->ops->emit(dmac, items, count), count))
        return;
    dmac->ops->submit(dmac);
    while (retired < count && !hal_expired(far.engine.bus.hal->clock, deadline))
        retired += dmac->ops->reap(dmac).retired;
    expect_number("items done", retired, count);
}

void far_device(bool writes, uint64_t from, uint64_t to)
{
    struct hal_item items[FAR_SEGMENTS];
    uint64_t position = 0; /* of a segment's first byte */
    uint32_t count = 0;

    for (uint32_t i = 0; i < far.listed; i++) {
        uint64_t first = from > position ? from : position;
        uint64_t end = smaller(to, position + far.list[i].length);
        uint64_t seen = far.list[i].address + (first - position);

        if (first < end)
            items[count++] = (struct hal_item){
                .source = writes ? far_bench(first) : seen,
                .destination = writes ? seen : far_bench(first),
                .length = end - first,
            };
        position += far.list[i].length;
    }
    run_items(items, count);
}

void far_fill_bench(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        *far_pointer(far_bench(i)) = far_inverse(far_address(&far.memory, i));
}

void far_device_inverts(uint64_t from, uint64_t to)
{
    far_fill_bench(from, to);
    far_device(true, from, to);
}

void far_clear_bench(void)
{
    memset(far_pointer(far_bench(0) - FAR_GUARD), FAR_GUARD_BYTE,
           (size_t)far.command.view.length + 2 * FAR_GUARD);
}

void far_expect_bench_guards(void)
{
    static uint8_t guard[FAR_GUARD];

    memset(guard, FAR_GUARD_BYTE, sizeof guard);
    expect_bytes("guard before the device's",
                 far_pointer(far_bench(0) - FAR_GUARD), guard, FAR_GUARD);
    expect_bytes("guard behind it",
                 far_pointer(far_bench(far.command.view.length)), guard,
                 FAR_GUARD);
}

const uint8_t *far_device_reads(void)
{
    far_clear_bench();
    far_device(false, 0, far.command.view.length);
    far_expect_bench_guards();
    return far_pointer(far_bench(0));
}

void far_expect_fresh(const char *what, const uint8_t *bytes, uint64_t offset,
                      uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        if (!expect_number(what, bytes[i],
                           far_fresh(far_address(&far.memory, offset + i))))
            break;
    }
}

void far_expect_device_has_fresh(void)
{
    far_expect_fresh("a byte as the device sees it", far_device_reads(),
                     far.command.view.offset, far.command.view.length);
}

/* Transfers ---------------------------------------------------------------- */

static enum iodma_status outcome;

static void note_outcome(struct iodma_transfer *transfer,
                         enum iodma_status status)
{
    (void)transfer;
    outcome = status;
}

enum iodma_status far_transfer(struct iodma_command *from,
                               struct iodma_command *to)
{
    struct iodma_transfer moved = {
        .source = from,
        .destination = to,
        .deadline = hal_deadline(far.engine.bus.hal->clock, FAR_DEADLINE_MS),
        .done = note_outcome,
    };

    outcome = IODMA_ERROR;
    if (expect_status("submit",
                      iodma_transfer_submit(&far.engine.channel, &moved),
                      IODMA_OK))
        engine_run(&far.engine);
    expect_number("pages taken", far_pages_taken(), 0);
    return outcome;
}

enum iodma_status far_transfer_with_bench(void)
{
    static const struct iodma_spec any = SPEC(0, 0);
    struct iodma_range range = { far_bench(0), far.command.view.length };
    struct iodma_memory low;
    struct iodma_command other;

    expect_status(
        "memory",
        iodma_memory_init_ranges(&low, &range, 1, IODMA_INOUT, NULL, 0),
        IODMA_OK);
    expect_status("init",
                  iodma_command_init(&other, &far.engine.bus, &any, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&other, &low, true),
                  IODMA_OK);
    if (far.memory.direction == IODMA_OUT)
        return far_transfer(&far.command, &other);
    return far_transfer(&other, &far.command);
}
