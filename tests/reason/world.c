/* SPDX-License-Identifier: MIT */
#include "tests/reason/world.h"

#include "tests/check.h"
#include "tests/model/sparse.h"

#include <string.h>

enum {
    PAGES = 16,
    LOANS = 16,
    SEGMENTS = 8,
};

/* Where bounce storage lies. */
#define LENT UINT64_C(0x400000)

struct world world;
struct world_made it;

static void maintain(const struct hal_cache *cache, void *va, hal_address pa,
                     size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
}

static enum iodma_status finished; /* what the next list ends with */

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    return finished;
}

static const struct hal_cache_ops cache_ops = { .clean = maintain,
                                                .clean_invalidate = maintain,
                                                .finish = finish };
const struct hal_cache world_cache = { &cache_ops, 64, 32 };

static enum iodma_status put(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    (void)emitter;
    (void)segments;
    (void)count;
    (void)first;
    (void)last;
    return IODMA_INVALID;
}

static bool refuse(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    (void)command;
    (void)segment;
    (void)segments;
    return index != 1;
}

const struct iodma_output world_stubborn = { .function = refuse };

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    (void)length;
    *physical = address;
    return true;
}

static const struct hal_translation same = { .to_physical = to_physical };

static void build_bus(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(PAGES)];
    static uint32_t io_words[IODMA_BLOCK_WORDS(PAGES)];
    static struct hal_loan loans[LOANS];
    uint32_t apertures = 0;
    uint32_t regions = 0;

    it.hal = fixture_hal_bus;
    it.hal.limits = &world.port;
    it.hal.cache = world.cached ? &world_cache : NULL;
    while (apertures < APERTURES && world.apertures[apertures].last != 0)
        apertures++;
    if (apertures != 0) {
        it.hal.apertures = world.apertures;
        it.hal.aperture_count = apertures;
    }
    while (regions < REGIONS && world.regions[regions].last != 0)
        world.regions[regions++].window = &sparse_window;
    if (regions != 0) {
        it.hal.regions = world.regions;
        it.hal.region_count = regions;
    }
    expect_status("bus", iodma_bus_init(&it.bus, &it.hal, PAGE), IODMA_OK);
    iodma_bus_explain(&it.bus, &it.reason);
    if (world.cached && !world.unmaintained)
        expect_status("caches", iodma_bus_cache(&it.bus), IODMA_OK);
    if (world.storage != 0) {
        expect_status("pool",
                      iodma_bounce_init(&it.pool, LENT, world.storage, PAGE,
                                        words, loans,
                                        world.loans != 0 ? world.loans : LOANS),
                      IODMA_OK);
        expect_status("lend", iodma_bus_lend(&it.bus, &it.pool.hal), IODMA_OK);
    }
    if (world.iova != 0) {
        model_mapper_init(&it.model);
        it.model.mapper.can_bypass = world.bypass;
        if (world.io_page != 0)
            it.model.mapper.page_size = world.io_page;
        expect_status("mapper",
                      iodma_mapper_init(&it.mapper, &it.model.mapper,
                                        it.hal.lock, io_words, world.iova),
                      IODMA_OK);
        expect_status("system mapper",
                      iodma_bus_map_through(&it.bus, &it.mapper), IODMA_OK);
    }
}

static void build_memory(void)
{
    uint32_t count = 0;

    while (count < ROW_RANGES && world.ranges[count].length != 0)
        count++;
    expect_status(
        "memory",
        world.is_virtual
            ? iodma_memory_init_virtual(&it.memory, &same, world.ranges, count,
                                        world.direction, NULL, 0)
            : iodma_memory_init_ranges(&it.memory, world.ranges, count,
                                       world.direction, NULL, 0),
        IODMA_OK);
    if (world.wired)
        expect_status("wire", iodma_memory_prepare(&it.memory, IODMA_OUT),
                      IODMA_OK);
}

/* Force in vain: the window that is missing is one that is opened when the old
   mapping is hidden, and that cannot be shown again. */
static void hide(void)
{
    unsigned n = 1;

    do {
        sparse_fail_open(n);
        it.model.fail_at = 2;
        expect_status(
            "force",
            iodma_command_synchronize(&it.command, IODMA_FORCE_DOUBLE_BUFFER),
            IODMA_NO_RESOURCES);
    } while (it.command.plan.path != IODMA_PATH_NONE && ++n < 10);
}

void world_build(void)
{
    sparse_reset();
    memset(&it, 0, sizeof it);
    finished = IODMA_OK;
    build_bus();
    build_memory();
    if (world.call == INIT)
        return;
    expect_status(
        "init",
        world.unspecified
            ? iodma_command_init_unspecified(&it.command, &it.bus, NULL)
            : iodma_command_init(&it.command, &it.bus, &world.spec, NULL),
        IODMA_OK);
    if (!world.unattached)
        expect_attached_only(&it.command, &it.memory);
    for (uint32_t i = 0; i < world.prepared; i++)
        expect_status(
            "prepare before",
            iodma_command_prepare(&it.command, 0, world.window, true, true),
            IODMA_OK);
    if (world.hidden)
        hide();
    for (uint32_t i = 0; i < world.held; i++)
        expect_status("hold", iodma_command_hold(&it.command), IODMA_OK);
    it.model.fail_at = world.refuses;
    sparse_fail_open(world.fails);
    finished = world.unfinished ? IODMA_TIMEOUT : IODMA_OK;
}

/* Why fewer bytes came than were asked for. */
static enum iodma_status fewer(hal_address bytes)
{
    return bytes == world.length ? IODMA_OK
                                 : (enum iodma_status)it.reason.status;
}

/* An argument, unless it is to be missing. */
static void *unless(uint32_t argument, void *value)
{
    return world.missing == argument ? NULL : value;
}

static enum iodma_status call_others(void)
{
    static uint8_t bytes[0x200];
    static struct iodma_pool pool;
    static struct iodma_command clone;
    uint8_t *buffer = unless(IODMA_ARGUMENT_BYTES, bytes);

    switch (world.call) {
    case READ:
        return fewer(iodma_command_read_bytes(&it.command, world.offset, buffer,
                                              world.length));
    case WRITE:
        return fewer(iodma_command_write_bytes(&it.command, world.offset,
                                               buffer, world.length));
    case SYNCHRONIZE:
        return iodma_command_synchronize(&it.command, world.options);
    case PART:
        return iodma_command_synchronize_range(&it.command, world.offset,
                                               world.length, world.options);
    case GET_PREPARED:
        return iodma_command_get_prepared(&it.command, NULL, NULL);
    case HOLD:
        return iodma_command_hold(&it.command);
    case RELEASE:
        return iodma_command_release(&it.command);
    case RETURN:
        expect_status("pool", iodma_pool_init(&pool, it.hal.lock, NULL),
                      IODMA_OK);
        if (world.count != 0)
            expect_status("return", iodma_pool_return(&pool, &it.command),
                          IODMA_OK);
        return iodma_pool_return(&pool, &it.command);
    default:
        return iodma_command_clone(&it.command, &clone, NULL);
    }
}

enum iodma_status world_call(void)
{
    static struct hal_segment list[SEGMENTS];
    struct hal_emitter emitter = { .put = put };
    hal_address offset = world.offset;
    uint32_t count = world.count;

    switch (world.call) {
    case PREPARE:
        return iodma_command_prepare(&it.command, world.offset, world.length,
                                     true, true);
    case CHECK:
        return iodma_command_check(&it.command, world.offset, world.length,
                                   NULL);
    case INIT:
        return iodma_command_init(&it.command, &it.bus,
                                  unless(IODMA_ARGUMENT_SPEC, &world.spec),
                                  NULL);
    case SET_MEMORY:
        return iodma_command_set_memory(&it.command, NULL, false);
    case CLEAR_MEMORY:
        return iodma_command_clear_memory(&it.command, false);
    case DEINIT:
        it.command.link.next = world.count != 0 ? &it.command.link : NULL;
        return iodma_command_deinit(&it.command);
    case COMPLETE:
        return iodma_command_complete(&it.command, true, true);
    case GENERATE:
        return iodma_command_gen_segments_with(
            &it.command,
            world.missing == IODMA_ARGUMENT_OUTPUT ? NULL : world.output,
            unless(IODMA_ARGUMENT_OFFSET, &offset),
            unless(IODMA_ARGUMENT_SEGMENTS, list),
            unless(IODMA_ARGUMENT_COUNT, &count));
    case GENERATE32:
        return iodma_command_gen_segments32(
            &it.command, &offset, (struct iodma_segment32 *)list, &count);
    case EMIT:
        return iodma_command_emit(&it.command,
                                  unless(IODMA_ARGUMENT_OFFSET, &offset),
                                  unless(IODMA_ARGUMENT_EMITTER, &emitter));
    default:
        return call_others();
    }
}

void world_tear_down(void)
{
    sparse_fail_open(0);
    it.command.link.next = NULL;
    while (it.command.held != 0)
        (void)iodma_command_release(&it.command);
    if (it.command.window.bus)
        expect_cleared(&it.command);
    if (world.storage != 0)
        expect_number("storage left behind", iodma_bounce_in_use(&it.pool), 0);
    if (world.iova != 0)
        expect_number("IOVA left behind", iodma_mapper_in_use(&it.mapper), 0);
    expect_number("windows left open", sparse_open_windows(), 0);
}

/* Which rules have been broken. */
static bool broken[IODMA_RULE_GRANULE + 1];

bool expect_record(const struct iodma_reason *got,
                   const struct iodma_reason *want)
{
    broken[want->rule] = true;
    return expect_status("status of the record", (enum iodma_status)got->status,
                         (enum iodma_status)want->status) &
           expect_number("rule", got->rule, want->rule) &
           expect_number("place", got->place, want->place) &
           expect_number("number", got->number, want->number) &
           expect_number("required", got->required, want->required) &
           expect_number("actual", got->actual, want->actual) &
           expect_number("cure", got->cure, want->cure) &
           expect_number("amount", got->amount, want->amount);
}

bool world_has_broken(uint32_t rule)
{
    return broken[rule];
}
