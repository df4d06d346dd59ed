/* SPDX-License-Identifier: MIT */
#include "tests/target/far.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

#define BENCH (LOW + 16 * MIB)

struct far far;

/* Memory ------------------------------------------------------------------- */

uint8_t *far_pointer(hal_address address)
{
    return (uint8_t *)(uintptr_t)address;
}

uint8_t far_fresh(hal_address x)
{
    return (uint8_t)(x ^ x >> 8 ^ x >> 16 ^ (uint64_t)x >> 32);
}

uint8_t far_inverse(hal_address x)
{
    return far_fresh(x) ^ 0xFF;
}

void far_get(void *bytes, hal_address address, hal_address length)
{
    struct iodma_memory memory =
        buffer_of(address, length, length, IODMA_INOUT);

    expect_number("the CPU reads",
                  iodma_memory_read(&memory, &far.engine.bus, 0, bytes, length),
                  length);
}

void far_put(hal_address address, const void *bytes, hal_address length)
{
    struct iodma_memory memory =
        buffer_of(address, length, length, IODMA_INOUT);

    expect_number(
        "the CPU writes",
        iodma_memory_write(&memory, &far.engine.bus, 0, bytes, length), length);
}

void far_fill(hal_address address, uint8_t byte, hal_address length)
{
    uint8_t bytes[256];

    memset(bytes, byte, sizeof bytes);
    for (hal_address at = 0; at < length; at += sizeof bytes)
        far_put(address + at, bytes, smaller(sizeof bytes, length - at));
}

/* Descriptors -------------------------------------------------------------- */

hal_address far_address(const struct iodma_memory *memory, hal_address offset)
{
    uint32_t i = 0;

    while (offset >= memory->ranges.array[i].length)
        offset -= memory->ranges.array[i++].length;
    return memory->ranges.array[i].address + offset;
}

/* Which byte of the descriptor an address is; its length: none. */
static hal_address offset_of(const struct iodma_memory *memory,
                             hal_address address)
{
    hal_address offset = 0;

    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_range *range = &memory->ranges.array[i];

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
        hal_address begin = memory->ranges.array[i].address - FAR_GUARD;
        hal_address length = memory->ranges.array[i].length + 2 * FAR_GUARD;

        for (hal_address k = 0; k < length; k++)
            room[k] = far_fresh(begin + k);
        far_put(begin, room, length);
    }
}

/* All is fresh, guards too, but for bytes from .. to - 1: they are the
   inverse, which only a device writes. */
static bool expect_inverse(const char *what, const struct iodma_memory *memory,
                           hal_address from, hal_address to)
{
    bool good = true;

    for (uint32_t i = 0; good && i < memory->count; i++) {
        hal_address begin = memory->ranges.array[i].address - FAR_GUARD;
        hal_address length = memory->ranges.array[i].length + 2 * FAR_GUARD;

        far_get(room, begin, length);
        for (hal_address k = 0; good && k < length; k++) {
            hal_address offset = offset_of(memory, begin + k);
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

static uint32_t pool_words[IODMA_BLOCK_WORDS(FAR_POOL_PAGES)];
static struct hal_loan pool_loans[FAR_LOANS];

void far_take_all(void)
{
    static const struct hal_bounce_wish page = {
        .at_least = FAR_PAGE,
        .at_most = FAR_PAGE,
        .alignment = FAR_PAGE,
        .highest = HAL_ADDRESS_MAX,
    };
    hal_address address;
    hal_address size;

    while (far.pool.hal.ops->take(&far.pool.hal, &page, &address, &size) ==
           IODMA_OK)
        ;
}

void far_free_pages(uint32_t first, uint32_t end, uint32_t step)
{
    for (uint32_t i = first; i < end; i += step) {
        far_fill(far.pool.hal.first + i * FAR_PAGE, FAR_STALE_BYTE, FAR_PAGE);
        far.pool.hal.ops->give_back(
            &far.pool.hal, far.pool.hal.first + i * FAR_PAGE, FAR_PAGE);
    }
    far.idle = iodma_bounce_in_use(&far.pool);
}

bool far_snooped(void)
{
    return board.cache == NULL;
}

void far_make_pool(hal_address base)
{
    expect_status("pool",
                  iodma_bounce_init(&far.pool, base, FAR_POOL_PAGES * FAR_PAGE,
                                    FAR_PAGE, pool_words, pool_loans,
                                    FAR_LOANS),
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

uint32_t far_way(const struct iodma_command *command)
{
    if (!command->plan.loans)
        return FAR_DIRECT;
    return command->plan.whole ? FAR_WHOLE : FAR_SPLIT;
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
    hal_address offset = 0;

    far.listed = FAR_SEGMENTS;
    expect_status(
        "gen",
        iodma_command_gen_segments_with(&far.command, &iodma_output_segments,
                                        &offset, far.list, &far.listed),
        IODMA_OK);
    expect_number("the list covers the window", offset,
                  far.command.window.length);
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

void far_expect_client(const char *what, hal_address from, hal_address to)
{
    expect_inverse(what, &far.memory, from, to);
}

/* The device --------------------------------------------------------------- */

hal_address far_bench(hal_address position)
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

void far_device(bool writes, hal_address from, hal_address to)
{
    struct hal_item items[FAR_SEGMENTS];
    hal_address position = 0; /* of a segment's first byte */
    uint32_t count = 0;

    for (uint32_t i = 0; i < far.listed; i++) {
        hal_address first = from > position ? from : position;
        hal_address end = smaller(to, position + far.list[i].length);
        hal_address seen = far.list[i].address + (first - position);

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

void far_fill_bench(hal_address from, hal_address to)
{
    for (hal_address i = from; i < to; i++)
        *far_pointer(far_bench(i)) = far_inverse(far_address(&far.memory, i));
}

void far_device_inverts(hal_address from, hal_address to)
{
    far_fill_bench(from, to);
    far_device(true, from, to);
}

void far_clear_bench(void)
{
    memset(far_pointer(far_bench(0) - FAR_GUARD), FAR_GUARD_BYTE,
           (size_t)far.command.window.length + 2 * FAR_GUARD);
}

void far_expect_bench_guards(void)
{
    static uint8_t guard[FAR_GUARD];

    memset(guard, FAR_GUARD_BYTE, sizeof guard);
    expect_bytes("guard before the device's",
                 far_pointer(far_bench(0) - FAR_GUARD), guard, FAR_GUARD);
    expect_bytes("guard behind it",
                 far_pointer(far_bench(far.command.window.length)), guard,
                 FAR_GUARD);
}

const uint8_t *far_device_reads(void)
{
    far_clear_bench();
    far_device(false, 0, far.command.window.length);
    far_expect_bench_guards();
    return far_pointer(far_bench(0));
}

void far_expect_fresh(const char *what, const uint8_t *bytes,
                      hal_address offset, hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (!expect_number(what, bytes[i],
                           far_fresh(far_address(&far.memory, offset + i))))
            break;
    }
}

void far_expect_device_has_fresh(void)
{
    far_expect_fresh("a byte as the device sees it", far_device_reads(),
                     far.command.window.offset, far.command.window.length);
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
    struct iodma_range range = { far_bench(0), far.command.window.length };
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
