/* SPDX-License-Identifier: MIT */
/*
 * Defends dma/reason.h: each refusal of each call says which rule was broken,
 * where, by how much, and what would cure it (rule E6); in a record that is of
 * the status returned, and in words. Whether the cures cure is
 * tests/test_cures.c's business.
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/model_mapper.h"
#include "tests/model/sparse.h"
#include "tests/model/strict_dmac.h"

#include <stdio.h>
#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

enum {
    PAGE = 0x1000,
    PAGES = 16,
    LOANS = 16,
    APERTURES = 3,
    REGIONS = 4,
    SEGMENTS = 8,
};

#define TOP HAL_ADDRESS_MAX

/* Where bounce storage lies. */
#define LENT UINT64_C(0x400000)

#define BOTH  (HAL_READ | HAL_WRITE)
#define FORCE IODMA_FORCE_DOUBLE_BUFFER

/* A command, what is around it, and a call of it ------------------------- */

enum call {
    PREPARE,
    CHECK,
    INIT,
    SET_MEMORY,
    CLEAR_MEMORY,
    DEINIT,
    CLONE,
    COMPLETE,
    GENERATE,
    GENERATE32,
    EMIT,
    READ,
    WRITE,
    SYNCHRONIZE,
    PART,
    GET_PREPARED,
    HOLD,
    RELEASE,
    RETURN,
};

/* What is not said is harmless. */
static struct world {
    const char *what;
    enum call call;

    /* The bus; the fixture's, but for ... */
    struct hal_limits port;
    struct hal_aperture apertures[APERTURES]; /* none that ends at 0 */
    struct hal_region regions[REGIONS];       /* the same            */
    bool cached;       /* the board has a cache, of lines of 64 bytes */
    bool unmaintained; /* and nobody maintains it                    */
    uint32_t storage;  /* bytes of it that are lent                   */
    uint32_t loans;    /* that are lent with it; 0: enough            */
    uint32_t iova;     /* pages of it; 0: there is no mapper          */
    uint32_t io_page;
    bool bypass;     /* the mapper can be avoided        */
    bool refuses;    /* the mapper's driver, and others' */
    unsigned fails;  /* the n-th window that is opened */
    bool unfinished; /* the cache does not come to an end */
    bool hidden;     /* a force failed, and the mapper refused */

    /* The command. */
    struct iodma_range ranges[ROW_RANGES];
    uint32_t direction;
    bool is_virtual, wired; /* wired: for Out */
    struct iodma_spec spec;
    bool unspecified, unattached;
    uint32_t prepared, held; /* before the call, so many times ... */
    hal_address window;      /* ... this long                      */

    /* The call. */
    hal_address offset, length;
    uint32_t options;
    uint32_t count;
    const struct iodma_output *output;
    uint32_t missing; /* the argument that is NULL */

    bool wide; /* a case of addresses beyond 32 bits */

    struct iodma_reason want;
} world;

static struct {
    struct hal_bus hal;
    struct iodma_bus bus;
    struct iodma_bounce pool;
    struct model_mapper model;
    struct iodma_mapper mapper;
    struct iodma_memory memory;
    struct iodma_command command;
    struct iodma_reason reason;
} it;

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
static const struct hal_cache cache = { &cache_ops, 64, 32 };

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

/* One that writes a segment, and no second one. */
static const struct iodma_output stubborn = { .function = refuse };

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
    it.hal.cache = world.cached ? &cache : NULL;
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

/* Build the world, to before the call. */
static void build(void)
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

static enum iodma_status call(void)
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

static void tear_down(void)
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

/* Refusals ---------------------------------------------------------------- */

/* clang-format off */
#define RECORD(status_, rule_, place_, number_, required_, actual_, cure_,     \
               amount_)                                                        \
    { .status = IODMA_##status_, .rule = IODMA_RULE_##rule_,                   \
      .place = IODMA_PLACE_##place_, .number = (number_),                      \
      .required = (required_), .actual = (actual_),                            \
      .cure = IODMA_CURE_##cure_, .amount = (amount_) }
#define WANT(...) .want = RECORD(__VA_ARGS__)
/* A place by its name. */
#define ARGUMENT_(name) ARGUMENT, IODMA_ARGUMENT_##name
#define FIELD_(name)    FIELD, IODMA_FIELD_##name
#define RANGE_(index)   RANGE, (index)
#define NOWHERE         NONE, 0
/* Two expansions, that a place counts for two. */
#define SAY(...) WANT(__VA_ARGS__)

#define PLAIN(...)  IODMA_SPEC(iodma_output_host64, 64, __VA_ARGS__)
#define NARROW(...) IODMA_SPEC(iodma_output_host64, 24, __VA_ARGS__)
#define AS(mapping_, ...)                                                      \
    { .output = &iodma_output_host64,                                          \
      .segment = { .struct_size = sizeof(struct iodma_segment_options),        \
                   __VA_ARGS__ },                                              \
      .mapping = (mapping_) }
#define PLAINLY .spec = PLAIN(0), .ranges = { { 0x10000, 0x100 } }
#define UNSNOOPED                                                              \
    .cached = true, .apertures = { { 0, 0xFFFFFF, 0, BOTH, false } }

static const struct world rows[] = {
    /* The state. */
    { "a command without a specification is not prepared", PREPARE, PLAINLY,
      .unspecified = true,
      SAY(NOT_READY, UNSPECIFIED, NOWHERE, 0, 0, SPECIFY, 0) },
    { "a command without a specification is not cloned", CLONE, PLAINLY,
      .unspecified = true,
      SAY(BAD_ARGUMENT, UNSPECIFIED, NOWHERE, 0, 0, SPECIFY, 0) },
    { "a command without memory is not prepared", PREPARE, PLAINLY,
      .unattached = true,
      SAY(NOT_READY, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0) },
    { "a command without memory has no segments", GENERATE, PLAINLY,
      .unattached = true, .count = 1, .output = &iodma_output_host64,
      SAY(BAD_ARGUMENT, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0) },
    { "virtual memory is prepared first", PREPARE, PLAINLY, .is_virtual = true,
      SAY(NOT_READY, UNWIRED, NOWHERE, 0, 0, WIRE, 0) },
    { "memory that is prepared for Out is not written", PREPARE, PLAINLY,
      .is_virtual = true, .wired = true, .direction = IODMA_INOUT,
      SAY(NOT_WRITABLE, UNWIRED, NOWHERE, 0, 0, WIRE, 0) },
    { "a window that was prepared is not prepared from elsewhere", PREPARE,
      PLAINLY, .prepared = 2, .window = 0x10, .offset = 0x20, .length = 0x10,
      SAY(NOT_READY, PREPARED, ARGUMENT_(OFFSET), 0, 0x20, SET, 0) },
    { "nor with another length", PREPARE, PLAINLY, .prepared = 1,
      .window = 0x10, .length = 0x20,
      SAY(NOT_READY, PREPARED, ARGUMENT_(LENGTH), 0x10, 0x20, SET, 0x10) },
    { "what is prepared is not checked", CHECK, PLAINLY, .prepared = 2,
      SAY(NOT_READY, PREPARED, NOWHERE, 0, 2, COMPLETE, 2) },
    { "what is prepared gets no other memory", SET_MEMORY, PLAINLY,
      .prepared = 3, SAY(BUSY, PREPARED, NOWHERE, 0, 3, COMPLETE, 3) },
    { "nor loses its own unasked", CLEAR_MEMORY, PLAINLY, .prepared = 1,
      SAY(NOT_READY, PREPARED, NOWHERE, 0, 1, COMPLETE, 1) },
    { "what is prepared is not put in a pool", RETURN, PLAINLY, .prepared = 2,
      SAY(BUSY, PREPARED, NOWHERE, 0, 2, COMPLETE, 2) },
    { "what is in a pool is not put in one", RETURN, PLAINLY,
      .unattached = true, .count = 1,
      SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "what is in a queue is not given up", DEINIT, PLAINLY, .count = 1,
      SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "what is held gets no other memory", SET_MEMORY, PLAINLY, .prepared = 3,
      .held = 2, SAY(BUSY, HELD, NOWHERE, 0, 2, RELEASE, 2) },
    { "what is held is not completed", COMPLETE, PLAINLY, .prepared = 2,
      .held = 2, SAY(BUSY, HELD, NOWHERE, 0, 2, RELEASE, 2) },
    { "what is held is not moved to a buffer", SYNCHRONIZE, PLAINLY,
      .options = FORCE, .prepared = 1, .held = 1, .storage = PAGE,
      SAY(BUSY, HELD, NOWHERE, 0, 1, RELEASE, 1) },
    { "what nobody holds is not released", RELEASE, PLAINLY, .prepared = 1,
      SAY(NOT_READY, UNHELD, NOWHERE, 0, 0, NONE, 0) },
    { "no more is held than is prepared", HOLD, PLAINLY, .prepared = 1,
      .held = 1, SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nothing is completed before it is prepared", COMPLETE, PLAINLY,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor listed", GENERATE, PLAINLY, .count = 1,
      .output = &iodma_output_host64,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor emitted", EMIT, PLAINLY,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor synchronized", SYNCHRONIZE, PLAINLY, .options = IODMA_IN,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor handed over in parts", PART, PLAINLY, .options = IODMA_IN,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor written", WRITE, PLAINLY, .length = 8,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },
    { "nor has it a window", GET_PREPARED, PLAINLY,
      SAY(NOT_READY, UNPREPARED, NOWHERE, 0, 0, PREPARE, 0) },

    /* The arguments. */
    { "no window begins behind the memory", PREPARE, PLAINLY, .offset = 0x101,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(OFFSET), 0x100, 0x101, SET, 0x100) },
    { "no window ends behind the memory", PREPARE, PLAINLY, .offset = 0x80,
      .length = TOP,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 0x80, TOP, SET, 0x80) },
    { "no window is longer than a transfer, in whole lengths", CHECK,
      .spec = PLAIN(0, .max_transfer = 0x47, .align_length = 4),
      .ranges = { { 0x10000, 0x100 } },
      SAY(NO_SPACE, MAX_TRANSFER, ARGUMENT_(LENGTH), 0x44, 0x100, SPLIT,
          0x44) },
    { "nothing cures transfers that are shorter than any length", PREPARE,
      .spec = PLAIN(0, .max_transfer = 8, .align_length = 16),
      .ranges = { { 0x10000, 0x10 } },
      SAY(NO_SPACE, MAX_TRANSFER, ARGUMENT_(LENGTH), 0, 0x10, NONE, 0) },
    { "a window has whole lengths", PREPARE,
      .spec = PLAIN(0, .align_length = 4), .ranges = { { 0x10000, 0x100 } },
      .length = 6,
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 4, 6, SHORTEN, 2) },
    { "nothing cures a window that is shorter than one", PREPARE,
      .spec = PLAIN(0, .align_length = 8), .ranges = { { 0x10000, 3 } },
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 8, 3, NONE, 0) },
    { "generation takes an offset", GENERATE, PLAINLY, .prepared = 1,
      .missing = IODMA_ARGUMENT_OFFSET, .count = 1,
      .output = &iodma_output_host64,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(OFFSET), 0, 0, PASS, 0) },
    { "an array", GENERATE, PLAINLY, .prepared = 1,
      .missing = IODMA_ARGUMENT_SEGMENTS, .count = 1,
      .output = &iodma_output_host64,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(SEGMENTS), 0, 0, PASS, 0) },
    { "a count", GENERATE, PLAINLY, .prepared = 1,
      .missing = IODMA_ARGUMENT_COUNT, .output = &iodma_output_host64,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(COUNT), 0, 0, PASS, 0) },
    { "an output", GENERATE, PLAINLY, .prepared = 1, .count = 1,
      .missing = IODMA_ARGUMENT_OUTPUT,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(OUTPUT), 0, 0, PASS, 0) },
    { "room", GENERATE, PLAINLY, .prepared = 1, .output = &iodma_output_host64,
      SAY(BAD_ARGUMENT, ROOM, ARGUMENT_(COUNT), 1, 0, SET, 1) },
    { "and the width that it says", GENERATE32, PLAINLY, .prepared = 1,
      .count = 1, SAY(BAD_ARGUMENT, WIDTH, NOWHERE, 32, 64, NONE, 0) },
    { "emission takes an offset", EMIT, PLAINLY, .prepared = 1,
      .missing = IODMA_ARGUMENT_OFFSET,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(OFFSET), 0, 0, PASS, 0) },
    { "and an emitter", EMIT, PLAINLY, .prepared = 1,
      .missing = IODMA_ARGUMENT_EMITTER,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(EMITTER), 0, 0, PASS, 0) },
    { "a read takes bytes", READ, PLAINLY, .prepared = 1, .length = 8,
      .missing = IODMA_ARGUMENT_BYTES,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(BYTES), 0, 0, PASS, 0) },
    { "no segment is behind the last", GENERATE, PLAINLY, .prepared = 1,
      .count = 1, .offset = 0x100, .output = &iodma_output_host64,
      SAY(OVERRUN, WINDOW, ARGUMENT_(OFFSET), 0xFF, 0x100, SET, 0xFF) },
    { "nor emitted", EMIT, PLAINLY, .prepared = 1, .offset = TOP,
      SAY(OVERRUN, WINDOW, ARGUMENT_(OFFSET), 0xFF, TOP, SET, 0xFF) },
    { "an empty window has no segment, and no offset helps", GENERATE,
      .spec = PLAIN(0), .prepared = 1, .count = 1,
      .output = &iodma_output_host64,
      SAY(OVERRUN, WINDOW, ARGUMENT_(OFFSET), TOP, 0, NONE, 0) },
    { "no byte is behind the last", READ, PLAINLY, .prepared = 1,
      .offset = 0x100, .length = 1,
      SAY(OVERRUN, WINDOW, ARGUMENT_(OFFSET), 0xFF, 0x100, SET, 0xFF) },
    { "bytes move in one direction", SYNCHRONIZE, PLAINLY, .prepared = 1,
      .options = IODMA_INOUT,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), FORCE | IODMA_INOUT,
          IODMA_INOUT, SET, IODMA_IN) },
    { "and a part of them in some", PART, PLAINLY, .prepared = 1,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), IODMA_INOUT, 0, SET,
          IODMA_IN) },
    { "no part begins behind the window", PART, PLAINLY, .prepared = 1,
      .offset = 0x101, .options = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(OFFSET), 0x100, 0x101, SET, 0x100) },
    { "no part ends behind the window", PART, PLAINLY, .prepared = 1,
      .offset = 0x80, .length = 0x81, .options = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 0x80, 0x81, SET, 0x80) },
    { "a part that changes hands has whole lines", PART, PLAINLY, UNSNOOPED,
      .prepared = 1, .offset = 0x48, .length = 0x40, .options = IODMA_IN,
      SAY(NOT_ALIGNED, LINE, OFFSET, 0x48, 64, 0, NONE, 0) },
    { "and one that is written", WRITE, PLAINLY, UNSNOOPED, .prepared = 1,
      .offset = 0x40, .length = 0x38,
      SAY(NOT_ALIGNED, LINE, OFFSET, 0x78, 64, 0, NONE, 0) },
    { "what is only listed is not moved to a buffer", SYNCHRONIZE,
      .spec = AS(IODMA_ITERATE_ONLY, .address_bits = 64),
      .ranges = { { 0x10000, 0x100 } }, .prepared = 1, .options = FORCE,
      SAY(BAD_ARGUMENT, ITERATE_ONLY, ARGUMENT_(OPTIONS), 0, 0, NONE, 0) },
    { "nor what goes directly or not at all", SYNCHRONIZE,
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      .ranges = { { 0x10000, 0x100 } }, .prepared = 1, .options = FORCE,
      SAY(BAD_ARGUMENT, DIRECT_ONLY, ARGUMENT_(OPTIONS), 0, 0, NONE, 0) },

    /* Specifications. */
    { "a command is made with a specification", INIT, PLAINLY,
      .missing = IODMA_ARGUMENT_SPEC,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(SPEC), 0, 0, PASS, 0) },
    { "which has an output", INIT,
      .spec = { .segment = { .struct_size = 56 } },
      SAY(BAD_ARGUMENT, POINTER, FIELD_(OUTPUT), 0, 0, PASS, 0) },
    { "and a version", INIT,
      .spec = { .output = &iodma_output_host64,
                .segment = { .struct_size = 39 } },
      SAY(BAD_ARGUMENT, STRUCT_SIZE, FIELD_(STRUCT_SIZE), 40, 39, SET, 40) },
    { "addresses fit the output", INIT,
      .spec = IODMA_SPEC(iodma_output_big32, 33, 0),
      SAY(BAD_ARGUMENT, BITS, FIELD_(ADDRESS_BITS), 32, 33, SET, 32) },
    { "and the library", INIT, .spec = IODMA_SPEC(iodma_output_host64, 65, 0),
      SAY(BAD_ARGUMENT, BITS, FIELD_(ADDRESS_BITS), IODMA_MOST_ADDRESS_BITS,
      65, SET,
          IODMA_MOST_ADDRESS_BITS) },
    { "and reach a granule", INIT,
      .spec = IODMA_SPEC(iodma_output_host64, 11, 0),
      SAY(BAD_ARGUMENT, BITS, FIELD_(ADDRESS_BITS), 12, 11, SET, 12) },
    { "an alignment is a power of two", INIT,
      .spec = PLAIN(0, .align_address = 3),
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(ALIGN_ADDRESS), 0, 3, NONE, 0) },
    { "and one of lengths", INIT, .spec = PLAIN(0, .align_length = 24),
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(ALIGN_LENGTH), 0, 24, NONE, 0) },
    { "and one of later segments", INIT,
      .spec = PLAIN(0, .align_internal = UINT32_MAX),
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(ALIGN_INTERNAL), 0, UINT32_MAX,
          NONE, 0) },
    { "and a boundary", INIT, .spec = PLAIN(0, .boundary = TOP),
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(BOUNDARY), 0, TOP, NONE, 0) },
    { "a segment has room for a length", INIT,
      .spec = PLAIN(4, .align_length = 8),
      SAY(BAD_ARGUMENT, MAX_SEGMENT, FIELD_(MAX_SEGMENT), 8, 4, SET, 8) },
    { "a boundary is aligned", INIT,
      .spec = PLAIN(0, .align_internal = 32, .boundary = 16),
      SAY(BAD_ARGUMENT, BOUNDARY, FIELD_(BOUNDARY), 32, 16, SET, 32) },
    { "nobody knows who is to give way, port or specification", INIT,
      .port = { .align_seam = 64 }, .spec = PLAIN(0, .boundary = 16),
      SAY(BAD_ARGUMENT, BOUNDARY, FIELD_(BOUNDARY), 64, 16, NONE, 0) },
    { "nor whose segments are too short", INIT, .port = { .max_segment = 12 },
      .spec = PLAIN(0, .align_length = 16),
      SAY(BAD_ARGUMENT, MAX_SEGMENT, FIELD_(MAX_SEGMENT), 16, 12, NONE, 0) },
    { "there are four mapping types", INIT, .spec = AS(7, .address_bits = 64),
      SAY(BAD_ARGUMENT, MAPPING_TYPE, FIELD_(MAPPING), 3, 7, SET, 3) },
    { "what is only listed is not judged", INIT,
      .spec = AS(IODMA_ITERATE_ONLY | IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(BAD_ARGUMENT, OPTIONS, FIELD_(MAPPING), IODMA_ITERATE_ONLY,
          IODMA_ITERATE_ONLY | IODMA_DIRECT_ONLY, SET, IODMA_ITERATE_ONLY) },
    { "a mapper that is there is not bypassed", INIT, .iova = 16,
      .bypass = true, .spec = AS(IODMA_BYPASSED, .address_bits = 64),
      SAY(BAD_ARGUMENT, BYPASS, FIELD_(MAPPING), 0, 0, SET, 0) },
    { "nor avoided if it cannot be", INIT, .iova = 16,
      .spec = AS(IODMA_UNMAPPED, .address_bits = 64),
      SAY(BAD_ARGUMENT, BYPASS, FIELD_(MAPPING), 0, 0, SET, 0) },

    /* Memory that cannot go as it lies, with too little storage or none. */
    { "a buffer cures an address", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10001, 0x100 } }, .spec = PLAIN(0, .align_address = 4),
      SAY(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(0), 4, 0x10001, LEND, PAGE) },
    { "a later address", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x100 }, { 0x20000, 0x100 }, { 0x30002, 8 } },
      .spec = PLAIN(0, .align_internal = 4),
      SAY(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(2), 4, 0x30002, LEND, PAGE) },
    { "a length", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 6 }, { 0x30000, 2 } },
      .spec = PLAIN(0, .align_length = 4),
      SAY(NO_RESOURCES, ALIGN_LENGTH, RANGE_(1), 4, 2, LEND, PAGE) },
    { "a seam", PREPARE, .direction = IODMA_OUT, .port = { .align_seam = 8 },
      .ranges = { { 0x10004, 8 }, { 0x20000, 8 } }, .spec = PLAIN(0),
      SAY(NO_RESOURCES, SEAM, RANGE_(0), 8, 0x1000C, LEND, PAGE) },
    { "reach, of the range that has the highest byte", PREPARE,
      .direction = IODMA_OUT, .spec = NARROW(0),
      .ranges = { { 0x10000, 0x1000 }, { 0xFFE000, 0x1000 },
                  { 0xFFF000, 0x2001 } },
      SAY(NO_RESOURCES, REACH, RANGE_(2), 0xFFFFFF, 0x1001000, LEND,
          5 * PAGE) },
    { "an aperture", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0xFFFFFF, 0, BOTH, true } }, .spec = PLAIN(0),
      .ranges = { { 0x10000, 8 }, { FAR, 0x1800 } },
      SAY(NO_RESOURCES, APERTURE, RANGE_(1), HAL_READ, FAR, LEND,
          2 * PAGE) },
    { "one that may not be read", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0xFFFFFF, 0, BOTH, true },
                     { FAR, FAR + 0xFFFF, FAR, HAL_WRITE, true } },
      .ranges = { { FAR, 0x10 } }, .spec = PLAIN(0),
      SAY(NO_RESOURCES, APERTURE, RANGE_(0), HAL_READ, FAR, LEND, PAGE) },
    { "a number of segments", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 8 }, { 0x30000, 8 } },
      .spec = PLAIN(0, .max_segments = 2),
      SAY(NO_RESOURCES, SEGMENT_COUNT, NOWHERE, 2, 3, LEND, PAGE) },
    { "a line that begins before the memory", PREPARE, UNSNOOPED,
      .direction = IODMA_IN, .spec = PLAIN(0),
      .ranges = { { 0x10000, 0x40 }, { 0x20008, 0x78 } },
      SAY(NO_RESOURCES, LINE, RANGE_(1), 64, 0x20008, LEND, PAGE) },
    { "a line that goes on behind it", PREPARE, UNSNOOPED,
      .direction = IODMA_IN, .spec = PLAIN(0),
      .ranges = { { 0x10000, 0x140 }, { 0x20000, 0x48 } },
      SAY(NO_RESOURCES, LINE, RANGE_(1), 64, 0x20047, LEND, PAGE) },
    { "in as many granules as it fills", PREPARE, .direction = IODMA_OUT,
      .storage = PAGE, .ranges = { { FAR, 0x2001 } }, .spec = NARROW(0),
      SAY(NO_RESOURCES, REACH, RANGE_(0), 0xFFFFFF, FAR + 0x2000, LEND,
          3 * PAGE) },
    { "or pages of a mapper", PREPARE, .direction = IODMA_OUT, .iova = 4,
      .io_page = 4 * PAGE, .ranges = { { 0x10001, 0x1001 } },
      .spec = PLAIN(0, .align_address = 4),
      SAY(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(0), 4, 1, LEND, 4 * PAGE) },
    { "not one that ends beyond the device, as the memory does not", PREPARE,
      .direction = IODMA_OUT,
      .apertures = { { 0x10000, 0x10FFF, 0, BOTH, true } },
      .ranges = { { 0x10001, 0xF00 }, { 0x10004, 0xF00 } },
      .spec = AS(0, .address_bits = 12, .align_address = 4),
      SAY(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(0), 4, 1, NONE, 0) },
    { "and one loan", PREPARE, .direction = IODMA_OUT, .storage = 2 * PAGE,
      .loans = 1, .ranges = { { FAR, 8 }, { FAR + 0x1000, 8 } },
      .spec = NARROW(0, .max_segments = 1),
      SAY(OK, REACH, RANGE_(0), 0xFFFFFF, FAR + 7, NEARER,
          FAR + 7 - 0xFFFFFF) },

    /* Memory that goes directly or not at all. */
    { "an address begins later", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10001, 0x100 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_address = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 4, 0x10001, ALIGN, 3) },
    { "as the bus counts", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0xFFFFFF, 2, BOTH, true } },
      .ranges = { { 0x10001, 0x100 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_address = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 4, 0x10003, ALIGN, 1) },
    { "a range begins later", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x100 }, { 0x30002, 8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_internal = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(1), 4, 0x30002, ALIGN, 2) },
    { "but not a segment that begins within one", PREPARE,
      .direction = IODMA_OUT,
      .apertures = { { 0x10000, 0x100FF, 0x10000, BOTH, true },
                     { 0x10100, 0x101FF, 0x30002, BOTH, true } },
      .ranges = { { 0x10000, 0x180 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_address = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 4, 0x30002, NONE, 0) },
    { "nor one that is cut off it", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 12 } },
      .spec = AS(IODMA_DIRECT_ONLY, .max_segment = 4, .align_internal = 8),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 8, 0x10004, NONE, 0) },
    { "nor a later page of a mapper that is shorter than it", PREPARE,
      .direction = IODMA_OUT, .iova = 8,
      .ranges = { { 0x10000, PAGE }, { 0x20800, 8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_internal = 2 * PAGE),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(1), 2 * PAGE, 0x1800, NONE, 0) },
    { "a range ends earlier", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 6 }, { 0x30000, 2 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_length = 4),
      SAY(NOT_ALIGNED, ALIGN_LENGTH, RANGE_(1), 4, 2, SHORTEN, 2) },
    { "but not one of which nothing is left", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 2 }, { 0x30000, 2 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_length = 4),
      SAY(NOT_ALIGNED, ALIGN_LENGTH, RANGE_(0), 4, 2, NONE, 0) },
    { "nor one that goes on in another aperture", PREPARE,
      .direction = IODMA_OUT,
      .apertures = { { 0x10000, 0x10101, 0x10000, BOTH, true },
                     { 0x10102, 0x101FF, 0x30000, BOTH, true } },
      .ranges = { { 0x10000, 0x180 } },
      .spec = AS(IODMA_DIRECT_ONLY, .align_length = 4),
      SAY(NOT_ALIGNED, ALIGN_LENGTH, RANGE_(0), 4, 2, NONE, 0) },
    { "a range ends where segments may meet", PREPARE, .direction = IODMA_OUT,
      .port = { .align_seam = 8 },
      .ranges = { { 0x10000, 0xC }, { 0x20000, 8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(NOT_ALIGNED, SEAM, RANGE_(0), 8, 0x1000C, SHORTEN, 4) },
    { "memory is moved down", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0xFFF000, 0x2000 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 24),
      SAY(MESSAGE_TOO_LARGE, REACH, RANGE_(1), 0xFFFFFF, 0x1000FFF, NEARER,
          0x1000) },
    { "but not behind a mapper", PREPARE, .direction = IODMA_OUT, .iova = 8,
      .ranges = { { 0x10000, 0x2000 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 12),
      SAY(MESSAGE_TOO_LARGE, REACH, RANGE_(0), 0xFFF, 0x1FFF, NONE, 0) },
    { "or is taken elsewhere", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0xFFFFFF, 0, BOTH, true } },
      .ranges = { { 0x10000, 8 }, { FAR, 8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(MESSAGE_TOO_LARGE, APERTURE, RANGE_(1), HAL_READ, FAR, ELSEWHERE,
          0) },
    { "the windows are as long as the segments suffice", PREPARE,
      .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 8 }, { 0x30000, 8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .max_segments = 2),
      SAY(NO_SPACE, SEGMENT_COUNT, NOWHERE, 2, 3, SPLIT, 16) },
    { "memory begins with a line", PREPARE, UNSNOOPED, .direction = IODMA_IN,
      .ranges = { { 0x10000, 0x40 }, { 0x20008, 0x78 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(NOT_ALIGNED, LINE, RANGE_(1), 64, 0x20008, ALIGN, 0x38) },
    { "and ends with one", PREPARE, UNSNOOPED, .direction = IODMA_IN,
      .ranges = { { 0x10000, 0x40 }, { 0x20000, 0x48 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(NOT_ALIGNED, LINE, RANGE_(1), 64, 0x20047, SHORTEN, 8) },
    { "or the window does", PREPARE, UNSNOOPED, .direction = IODMA_IN,
      .ranges = { { 0x10000, 0x40 }, { 0x20000, 0x100 } }, .length = 0x88,
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(NOT_ALIGNED, LINE, RANGE_(1), 64, 0x20047, SHORTEN, 8) },
    { "unless that is all of it", PREPARE, UNSNOOPED, .direction = IODMA_IN,
      .ranges = { { 0x10000, 0x40 }, { 0x20000, 0x8 } },
      .spec = AS(IODMA_DIRECT_ONLY, .address_bits = 64),
      SAY(NOT_ALIGNED, LINE, RANGE_(1), 64, 0x20007, NONE, 0) },

    /* Memory for which no storage would do. */
    { "a buffer has too many segments, too", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x100 } }, .spec = PLAIN(0x40, .max_segments = 3),
      SAY(NO_SPACE, SEGMENT_COUNT, NOWHERE, 3, 4, SPLIT, 0xC0) },
    { "segments are shorter than their alignment", PREPARE,
      .direction = IODMA_OUT, .ranges = { { 0x10002, 12 } }, .storage = PAGE,
      .spec = PLAIN(4, .align_address = 8),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 8, 4, NONE, 0) },
    { "or than what is between seams", PREPARE, .direction = IODMA_OUT,
      .port = { .align_seam = 16 }, .ranges = { { 0x10000, 32 } },
      .spec = PLAIN(8),
      SAY(NOT_ALIGNED, SEAM, RANGE_(0), 16, 8, NONE, 0) },
    { "no buffer of that length is within reach", PREPARE,
      .direction = IODMA_OUT, .storage = PAGE,
      .ranges = { { 0, 0x1000 }, { 0x1002, 0x1010 } },
      .spec = IODMA_SPEC(iodma_output_host64, 13, 0, .align_address = 4),
      SAY(NO_RESOURCES, REACH, RANGE_(1), 0x1FFF, 0x2011, NONE, 0) },
    { "the one that is there is at a bad place", PREPARE,
      .direction = IODMA_OUT, .storage = PAGE,
      .apertures = { { 0, 0xFFFFFF, 2, BOTH, true } },
      .ranges = { { 0x10001, 0x100 } }, .spec = PLAIN(0, .align_address = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 4, 0x10003, LEND, PAGE) },
    { "what splitting takes is not known where all would not do", PREPARE,
      .direction = IODMA_OUT, .loans = 1, .storage = PAGE,
      .ranges = { { 0x10000, 8 }, { FAR, 8 }, { FAR + PAGE, 8 } },
      .spec = NARROW(8, .max_segments = 2),
      SAY(NO_RESOURCES, REACH, RANGE_(1), 0xFFFFFF, FAR + 7, NONE, 0) },

    { "maintenance comes to an end before the device is told", PREPARE,
      UNSNOOPED, .direction = IODMA_OUT, .unfinished = true,
      .ranges = { { 0x10000, 0x100 } }, .spec = PLAIN(0),
      SAY(TIMEOUT, MAINTENANCE, NOWHERE, 0, (uint32_t)IODMA_TIMEOUT, NONE,
          0) },
    { "or before a part is looked at", PART, UNSNOOPED, .prepared = 1,
      .direction = IODMA_IN, .unfinished = true, .options = IODMA_IN,
      .length = 0x40, .ranges = { { 0x10000, 0x100 } }, .spec = PLAIN(0),
      SAY(TIMEOUT, MAINTENANCE, NOWHERE, 0, (uint32_t)IODMA_TIMEOUT, NONE,
          0) },

    /* Memory that may not be written, or is nobody's. */
    { "nothing is received into ROM", PREPARE, .direction = IODMA_IN,
      .regions = { { 0, 0x2FFFF, .writable = true },
                   { .first = 0x30000, .last = 0x30FFF } },
      .ranges = { { 0x20000, 0x10 }, { 0x30000, 0x10 } }, .spec = PLAIN(0),
      SAY(NOT_WRITABLE, WRITABLE, RANGE_(1), 0, 0x30000, ELSEWHERE, 0) },
    { "nor where the device may not write", CHECK, .direction = IODMA_IN,
      .apertures = { { 0, 0x3FFFF, 0, BOTH, true },
                     { 0x40000, 0x40FFF, 0x40000, HAL_READ, true } },
      .ranges = { { 0x40000, 0x10 } }, .spec = PLAIN(0),
      SAY(NOT_WRITABLE, WRITABLE, RANGE_(0), 0, 0x40000, ELSEWHERE, 0) },
    { "nor past caches, behind what is out of reach", PREPARE, UNSNOOPED,
      .direction = IODMA_IN,
      .regions = { { 0, 0x2FFFF, HAL_WRITE_BACK, .writable = true },
                   { .first = 0x30000, .last = 0x30FFF } },
      .ranges = { { 0x20000, 0x40 }, { 0x30000, 0x40 } },
      .spec = IODMA_SPEC(iodma_output_host64, 16, 0),
      SAY(NOT_WRITABLE, WRITABLE, RANGE_(1), 0, 0x30000, ELSEWHERE, 0) },
    { "caches are somebody's business", PREPARE, UNSNOOPED,
      .unmaintained = true, .direction = IODMA_OUT, .spec = PLAIN(0),
      .ranges = { { 0x10000, 0x100 } },
      SAY(UNSUPPORTED, NO_CACHE, NOWHERE, 0, 0, CACHE, 0) },
    { "or memory is taken that needs nothing", PREPARE,
      .direction = IODMA_OUT, .ranges = { { 0x10000, 0x100 } },
      .spec = AS(IODMA_NON_COHERENT, .address_bits = 64),
      SAY(UNSUPPORTED, CACHED, NOWHERE, 0, 0, ELSEWHERE, 0) },
    { "and storage", PREPARE, .cached = true, .unmaintained = true,
      .direction = IODMA_OUT, .storage = PAGE,
      .apertures = { { 0, 0xFFFFFF, 0, BOTH, false },
                     { FAR, FAR + 0xFFFF, FAR, BOTH, true } },
      .ranges = { { FAR, 0x100 } }, .spec = NARROW(0),
      SAY(UNSUPPORTED, NO_CACHE, NOWHERE, 0, 0, CACHE, 0) },
    { "bounced memory is in a region", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .regions = { { 0, 0xFFFFFF, .writable = true } },
      .ranges = { { 0xFFF000, 0x1800 } }, .spec = NARROW(0),
      SAY(NOT_ATTACHED, REGION, NOWHERE, 0, 0x1000000, REGION, 0x1000000) },
    { "and maintained memory", PREPARE, UNSNOOPED, .direction = IODMA_OUT,
      .regions = { { 0, 0x1FFFF, HAL_WRITE_BACK, .writable = true } },
      .ranges = { { 0x10000, 0x40 }, { 0x1FFF0, 0x20 } }, .spec = PLAIN(0),
      SAY(NOT_ATTACHED, REGION, NOWHERE, 0, 0x20000, REGION, 0x20000) },
    { "and bytes that are read", READ, .prepared = 1, .length = 0x20,
      .direction = IODMA_OUT, .regions = { { 0, 0x1FFFF, .writable = true } },
      .ranges = { { 0x10000, 0x10 }, { 0x20000, 0x10 } }, .spec = PLAIN(0),
      SAY(NOT_ATTACHED, REGION, NOWHERE, 0, 0x20000, REGION, 0x20000) },
    { "ROM is not copied to", SYNCHRONIZE, .prepared = 1, .options = IODMA_IN,
      .direction = IODMA_OUT, .storage = PAGE,
      .regions = { { 0, FAR - 1, .writable = true },
                   { .first = FAR, .last = 2 * FAR } },
      .ranges = { { FAR, 8 } }, .spec = NARROW(0),
      SAY(NOT_WRITABLE, WRITABLE, NOWHERE, 0, FAR, ELSEWHERE, 0) },
    { "a copy takes a window", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .fails = 1, .ranges = { { 0x10000, 8 }, { FAR, 8 } },
      .spec = NARROW(0),
      SAY(NO_RESOURCES, FAR_WINDOW, NOWHERE, 0, FAR, LATER, 0) },
    { "and a write", WRITE, PLAINLY, .prepared = 1, .length = 8, .fails = 1,
      SAY(NO_RESOURCES, FAR_WINDOW, NOWHERE, 0, 0x10000, LATER, 0) },
    { "and a part that is handed over", PART, .prepared = 1, .fails = 1,
      .options = IODMA_OUT, .length = 8, .storage = PAGE,
      .ranges = { { FAR, 8 } }, .spec = NARROW(0),
      SAY(NO_RESOURCES, FAR_WINDOW, NOWHERE, 0, FAR, LATER, 0) },

    /* Force. */
    { "a buffer that is forced is lent", SYNCHRONIZE, .prepared = 1,
      .options = FORCE, .ranges = { { 0x10000, 0x1801 } }, .spec = PLAIN(0),
      SAY(NO_RESOURCES, STORAGE, NOWHERE, 0, 0, LEND, 2 * PAGE) },
    { "beside what is on loan", SYNCHRONIZE, .prepared = 1, .options = FORCE,
      .storage = 3 * PAGE, .ranges = { { FAR - 8, 0x1801 } },
      .spec = IODMA_SPEC(iodma_output_host64, REACH_BITS, 0),
      SAY(NO_RESOURCES, STORAGE, NOWHERE, 0, 0, LEND, 2 * PAGE) },
    { "unless none would be legal", SYNCHRONIZE, .prepared = 1,
      .options = FORCE, .ranges = { { 0x10000, 4 }, { 0x20000, 4 } },
      .spec = PLAIN(4, .align_internal = 8), .storage = PAGE,
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(1), 8, 4, NONE, 0) },
    { "with storage or without", SYNCHRONIZE, .prepared = 1,
      .options = FORCE, .ranges = { { 0x10000, 4 }, { 0x20000, 4 } },
      .spec = PLAIN(4, .align_internal = 8),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(1), 8, 4, NONE, 0) },

    /* Mappers. */
    { "IOVA is in one piece", PREPARE, .direction = IODMA_OUT, .iova = 2,
      .ranges = { { 0x10800, 0x1000 }, { 0x20000, 8 } }, .spec = PLAIN(0),
      SAY(NO_RESOURCES, IOVA, NOWHERE, 0x3000, TOP, MORE_IOVA, 0x3000) },
    { "and within reach", PREPARE, .direction = IODMA_OUT, .iova = 16,
      .ranges = { { 0x10800, 0x1000 } }, .spec = NARROW(0),
      SAY(NO_RESOURCES, IOVA, NOWHERE, 0x2000, 0xFFFFFF, MORE_IOVA, 0x2000) },
    { "of which there may be too little", PREPARE, .direction = IODMA_OUT,
      .iova = 4, .io_page = 4 * PAGE, .ranges = { { 0x10000, 8 } },
      .spec = IODMA_SPEC(iodma_output_host64, 12, 0),
      SAY(NO_RESOURCES, IOVA, NOWHERE, 4 * PAGE, 0xFFF, NONE, 0) },
    { "or just enough", PREPARE, .direction = IODMA_OUT, .iova = 4,
      .io_page = 4 * PAGE, .ranges = { { 0x10000, 8 } },
      .spec = IODMA_SPEC(iodma_output_host64, 14, 0),
      SAY(NO_RESOURCES, IOVA, NOWHERE, 4 * PAGE, 0x3FFF, MORE_IOVA,
          4 * PAGE) },
    { "what is only listed has IOVA, too", PREPARE, .direction = IODMA_OUT,
      .iova = 2, .ranges = { { 0x10800, 0x1000 }, { 0x20000, 8 } },
      .spec = AS(IODMA_ITERATE_ONLY, .address_bits = 64),
      SAY(NO_RESOURCES, IOVA, NOWHERE, 0x3000, TOP, MORE_IOVA, 0x3000) },
    { "a mapper's driver may refuse", PREPARE, PLAINLY,
      .direction = IODMA_OUT, .iova = 16, .refuses = true,
      SAY(NO_RESOURCES, MAPPER, NOWHERE, 0, (uint32_t)IODMA_NO_RESOURCES,
          LATER, 0) },

    /* Generation. */
    { "what a mapper would not show again has no list", GENERATE, PLAINLY,
      .direction = IODMA_OUT, .iova = 16, .storage = PAGE, .prepared = 2,
      .hidden = true, .count = 4, .output = &iodma_output_host64,
      SAY(NOT_READY, HIDDEN, NOWHERE, 0, 2, COMPLETE, 2) },
    { "a narrow output writes no high address", GENERATE, .wide = true,
      .prepared = 1, .count = 4, .output = &iodma_output_host32,
      .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { WIDE(0xFFFFFFF8), 8 },
                  { WIDE(0x100000008), 8 } },
      .spec = PLAIN(0),
      SAY(MESSAGE_TOO_LARGE, OUTPUT, SEGMENT, 2, UINT32_MAX, WIDE(0x100000008),
          WIDER, HAL_ADDRESS_BITS) },
    { "nor a great length", GENERATE, .wide = true, .prepared = 1, .count = 1,
      .output = &iodma_output_little32, .direction = IODMA_OUT,
      .ranges = { { 0x10000, WIDE(0x100000000) } }, .spec = PLAIN(0),
      SAY(MESSAGE_TOO_LARGE, OUTPUT, SEGMENT, 0, UINT32_MAX, WIDE(0x100000000),
          WIDER, HAL_ADDRESS_BITS) },
    { "what a client's own writes is not known", GENERATE, .prepared = 1,
      .count = 4, .output = &stubborn, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 8 } }, .spec = PLAIN(0),
      SAY(MESSAGE_TOO_LARGE, OUTPUT, SEGMENT, 1, 0, 0, NONE, 0) },
    { "a driver may refuse", EMIT, PLAINLY, .prepared = 1,
      SAY(INVALID, EMITTER, NOWHERE, 0, (uint32_t)IODMA_INVALID, NONE, 0) },
    { "what is only listed is judged then: an address", GENERATE,
      .prepared = 1, .count = 4, .output = &iodma_output_host64,
      .direction = IODMA_OUT, .ranges = { { 0x10000, 8 }, { 0x20001, 8 } },
      .spec = AS(IODMA_ITERATE_ONLY, .align_address = 4),
      SAY(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(1), 4, 0x20001, ALIGN, 3) },
    { "a length", GENERATE, .prepared = 1, .count = 4, .window = 16,
      .output = &iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 6 }, { 0x30000, 2 } },
      .spec = AS(IODMA_ITERATE_ONLY, .align_length = 4),
      SAY(NOT_ALIGNED, ALIGN_LENGTH, RANGE_(1), 4, 2, SHORTEN, 2) },
    { "reach", GENERATE, .prepared = 1, .count = 4, .offset = 4,
      .output = &iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0xFFFFF8, 0x10 } },
      .spec = AS(IODMA_ITERATE_ONLY, .address_bits = 24),
      SAY(MESSAGE_TOO_LARGE, REACH, RANGE_(1), 0xFFFFFF, 0x1000007, NEARER,
          8) },
    { "an aperture", EMIT, .prepared = 1, .direction = IODMA_OUT,
      .apertures = { { 0, 0xFFFFFF, 0x1000, BOTH, true } },
      .ranges = { { FAR, 8 } },
      .spec = AS(IODMA_ITERATE_ONLY, .address_bits = 20),
      SAY(MESSAGE_TOO_LARGE, APERTURE, RANGE_(0), HAL_READ, FAR, ELSEWHERE,
          0) },

    /* What is bounced: why, and what would change that. */
    { "what begins badly is bounced", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .ranges = { { 0x10000, 8 }, { 0x20002, 8 } },
      .spec = PLAIN(0, .align_internal = 4),
      SAY(OK, ALIGN_ADDRESS, RANGE_(1), 4, 0x20002, ALIGN, 2) },
    { "and what ends badly", CHECK, .direction = IODMA_OUT,
      .storage = 4 * PAGE,
      .ranges = { { 0x10000, 6 }, { 0x20000, 8 }, { 0x30000, 2 } },
      .spec = PLAIN(0, .align_length = 4),
      SAY(OK, ALIGN_LENGTH, RANGE_(0), 4, 2, SHORTEN, 2) },
    { "and a line that is shared", CHECK, UNSNOOPED, .direction = IODMA_IN,
      .storage = 4 * PAGE, .ranges = { { 0x10000, 0x140 }, { 0x20008, 0x78 } },
      .spec = PLAIN(0),
      SAY(OK, LINE, RANGE_(1), 64, 0x20008, ALIGN, 0x38) },
    { "and what is too far away", CHECK, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .ranges = { { 0xFFF000, 0x2000 } },
      .spec = NARROW(0),
      SAY(OK, REACH, RANGE_(0), 0xFFFFFF, 0x1000FFF, NEARER, 0x1000) },
    { "and what has too many segments", CHECK, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .ranges = { { 0x10000, 8 }, { 0x20000, 8 } },
      .spec = PLAIN(0, .max_segments = 1),
      SAY(OK, SEGMENT_COUNT, NOWHERE, 1, 2, SPLIT, 8) },
};
/* clang-format on */

/* Which rules have been broken. */
static bool broken[IODMA_RULE_GRANULE + 1];

static bool expect_record(const struct iodma_reason *got,
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

/* The same call, and nobody asks why. */
static void refused_unasked(void)
{
    static struct iodma_reason unchanged;

    build();
    it.bus.reason = NULL;
    it.command.window.reason = NULL;
    unchanged = it.reason;
    expect_status("the call, if nobody asks", call(),
                  (enum iodma_status)world.want.status);
    expect_bytes("a record that is nobody's", &it.reason, &unchanged,
                 sizeof it.reason);
    tear_down();
}

static bool begin_row(const struct world *row)
{
    if (row->wide)
        return check_wide(0, row->what);
    check_case(row->what);
    return true;
}

static void commands_explain(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        world = rows[i];
        if (!begin_row(&world))
            continue;
        build();
        expect_status("the call", call(), (enum iodma_status)world.want.status);
        expect_record(&it.reason, &world.want);
        tear_down();
        if (world.call != READ && world.call != WRITE)
            refused_unasked();
    }
}

/* Calls without a command ------------------------------------------------- */

/* A buffer of the CPU's own, of which the device sees the first half; it does
   not look into the caches, and the second quarter is uncached. */
enum { ARENA = 0x1000, UNCACHED = 0x400, UNSEEN = 0x800 };

static uint8_t arena[ARENA] __attribute__((aligned(ARENA)));
static struct hal_limits port;
static struct hal_aperture apertures[2];
static struct hal_region regions[2];
static struct iodma_bus bus;
static struct hal_bus hal;
static struct iodma_reason reason;

static bool to_nothing(hal_address address, hal_address *physical,
                       hal_address *length)
{
    (void)address;
    (void)physical;
    (void)length;
    return false;
}

/* Each page at the same place. */
static bool to_one_page(hal_address address, hal_address *physical,
                        hal_address *length)
{
    *physical = modulo(address, 64);
    *length = smaller(*length, 64 - *physical);
    return true;
}

static const struct hal_translation nothing = { to_nothing };
static const struct hal_translation one_page = { to_one_page };

static void set_up(void)
{
    hal_address start = cpu_address(arena);

    port = (struct hal_limits){ .address_bits = 0 };
    apertures[0] =
        (struct hal_aperture){ start, start + UNSEEN - 1, start, BOTH, false };
    apertures[1] = (struct hal_aperture){ start + UNSEEN, start + ARENA - 1,
                                          start + UNSEEN, HAL_READ, true };
    regions[0] = (struct hal_region){ start, start + UNCACHED - 1,
                                      HAL_WRITE_BACK, true, NULL };
    regions[1] = (struct hal_region){ start + UNCACHED, start + ARENA - 1,
                                      HAL_UNCACHED, true, NULL };
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.aperture_count = 2;
    hal.regions = regions;
    hal.region_count = 2;
    hal.limits = &port;
    hal.cache = &cache;
    expect_status("bus", iodma_bus_init(&bus, &hal, 64), IODMA_OK);
    reason = (struct iodma_reason){ .rule = IODMA_RULE_NONE };
    iodma_bus_explain(&bus, &reason);
}

/* What is not said is 0. */
struct other {
    const char *what;
    enum iodma_status (*call)(const struct other *row);
    uint32_t at; /* where in the arena ...    */
    bool null;   /* ... or nowhere            */
    uint32_t capacity, length, direction;
    uint32_t mapping; /* of a transfer's commands  */
    struct hal_limits limits;
    const struct hal_translation *translation;
    struct iodma_reason want;
    bool lies; /* `actual` is in the arena */
};

/* The bus. */

static enum iodma_status lend_nothing(const struct other *row)
{
    (void)row;
    return iodma_bus_lend(&bus, NULL);
}

static enum iodma_status lend(const struct other *row)
{
    static const struct hal_bounce_ops ops = { NULL, NULL };
    struct hal_bounce storage = {
        .ops = &ops,
        .first = cpu_address(arena) + row->at,
        .last = cpu_address(arena) + row->at + 0xFF,
        .granule = row->length,
    };

    return iodma_bus_lend(&bus, &storage);
}

static enum iodma_status map_through(const struct other *row)
{
    (void)row;
    return iodma_bus_map_through(&bus, NULL);
}

static enum iodma_status maintain_nothing(const struct other *row)
{
    (void)row;
    hal.cache = NULL;
    return iodma_bus_cache(&bus);
}

static enum iodma_status check_nothing(const struct other *row)
{
    (void)row;
    return iodma_bus_check(NULL, &reason);
}

/* A fact is wrong: the one that the row expects. */
static enum iodma_status check(const struct other *row)
{
    switch (row->want.rule) {
    case IODMA_RULE_HOOK:
        hal.clock = NULL;
        break;
    case IODMA_RULE_POWER_OF_TWO:
        bus.line = 48;
        break;
    case IODMA_RULE_GRANULE:
        bus.granule = 32;
        break;
    case IODMA_RULE_ORDER:
        apertures[1].last = apertures[1].first - 1;
        break;
    case IODMA_RULE_ACCESS:
        apertures[1].access = 4;
        break;
    case IODMA_RULE_OVERLAP:
        regions[1].first -= 1;
        break;
    default:
        apertures[1].first += 4;
        break;
    }
    return iodma_bus_check(&bus, &reason);
}

/* One buffer. */

static enum iodma_status map(const struct other *row)
{
    hal_address address;

    hal.translation = row->translation;
    return iodma_map(&bus, &row->limits, row->null ? NULL : &arena[row->at],
                     row->capacity != 0 ? row->capacity : row->length,
                     row->length, row->direction, &address);
}

static enum iodma_status map_without_cache(const struct other *row)
{
    hal.cache = NULL;
    return map(row);
}

static enum iodma_status map_past_mapper(const struct other *row)
{
    static struct iodma_mapper mapper;
    static struct model_mapper model;

    model_mapper_init(&model);
    model.mapper.can_bypass = false;
    mapper.hal = &model.mapper;
    bus.mapper = &mapper;
    return map(row);
}

static enum iodma_status unmap_nothing(const struct other *row)
{
    return iodma_unmap(&bus, NULL, row->length, IODMA_IN);
}

static enum iodma_status map_sync(const struct other *row)
{
    return iodma_map_sync(&bus, arena, row->length, row->direction);
}

/* Memory that is shared. */

static struct iodma_share shared;

static enum iodma_status share(const struct other *row)
{
    struct hal_shared out;

    return iodma_share(&shared, &bus, &row->limits,
                       cpu_address(arena) + row->at, arena, row->length,
                       row->mapping, &out);
}

/* Without the argument that the row expects. */
static enum iodma_status share_without(const struct other *row)
{
    hal_address missing = row->want.number;
    struct hal_shared out;

    return iodma_share(
        &shared, &bus, missing == IODMA_ARGUMENT_LIMITS ? NULL : &row->limits,
        cpu_address(arena), missing == IODMA_ARGUMENT_POINTER ? NULL : arena,
        64, 0, missing == IODMA_ARGUMENT_SHARED ? NULL : &out);
}

static enum iodma_status unshare_nothing(const struct other *row)
{
    (void)row;
    memset(&shared, 0, sizeof shared);
    shared.command.window.reason = &reason;
    return iodma_unshare(&shared);
}

/* Copies. */

static struct strict_dmac engine;
static struct iodma_channel channel;
static struct iodma_copy copy;
static struct iodma_memory ends[2];
static struct iodma_range end_ranges[2];
static struct iodma_command end_commands[2];
static struct iodma_transfer transfer;

static void done(struct iodma_transfer *of, enum iodma_status status)
{
    (void)of;
    (void)status;
}

static void set_up_engine(const struct hal_limits *limits, uint32_t same_phase)
{
    memset(&engine, 0, sizeof engine);
    engine.dmac = (struct hal_dmac){
        .ops = &strict_dmac_ops,
        .bus = &hal,
        .limits = limits,
        .ring_limits = limits,
        .same_phase = same_phase,
    };
    engine.slots = 8;
    engine.arena = arena;
    engine.arena_size = ARENA;
    expect_status("caches", iodma_bus_cache(&bus), IODMA_OK);
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_status("copy", iodma_copy_init(&copy, &bus, &channel), IODMA_OK);
}

static void prepare_end(uint32_t i, uint32_t at, size_t length,
                        uint32_t mapping, uint32_t direction)
{
    const struct iodma_spec spec = AS(mapping, .address_bits = 0);

    end_ranges[i] =
        (struct iodma_range){ cpu_address(arena) + at, (hal_address)length };
    ends[i] = memory_of(&end_ranges[i], 1, direction);
    expect_command(&end_commands[i], &bus, &spec);
    expect_status("end prepared",
                  iodma_command_set_memory(&end_commands[i], &ends[i], true),
                  IODMA_OK);
}

/* Two lines that could be a transfer, but for what the row says. */
static void make_transfer(const struct other *row)
{
    set_up_engine(&row->limits, row->want.rule == IODMA_RULE_PHASE ? 8 : 1);
    prepare_end(0, row->at, 64, row->mapping, IODMA_OUT);
    prepare_end(1, UNCACHED, row->length, row->mapping, row->direction);
    transfer = (struct iodma_transfer){
        .source = &end_commands[0],
        .destination = &end_commands[1],
        .done = done,
    };
}

static enum iodma_status submit(const struct other *row)
{
    make_transfer(row);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_twice(const struct other *row)
{
    expect_status("submit", submit(row), IODMA_OK);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_two_rows(const struct other *row)
{
    make_transfer(row);
    transfer.rows = (struct iodma_rows){ row->length, 1, row->length, 2 };
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_to_the_dead(const struct other *row)
{
    make_transfer(row);
    channel.dead = true;
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_unprepared(const struct other *row)
{
    make_transfer(row);
    expect_status("complete",
                  iodma_command_complete(&end_commands[1], false, false),
                  IODMA_OK);
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status submit_elsewhere(const struct other *row)
{
    static struct hal_bus other;

    make_transfer(row);
    other = hal;
    engine.dmac.bus = &other;
    return iodma_transfer_submit(&channel, &transfer);
}

static enum iodma_status call_copy(const struct other *row)
{
    return iodma_copy(&copy, row->null ? NULL : arena, &arena[row->at],
                      row->length, 0);
}

static enum iodma_status copy_bytes(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return call_copy(row);
}

static enum iodma_status copy_from_nothing(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return iodma_copy(&copy, arena, NULL, row->length, 0);
}

static enum iodma_status copy_quarantined(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    copy.transfer.quarantined = true;
    return call_copy(row);
}

static enum iodma_status copy_from_callback(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    channel.serving = true;
    return call_copy(row);
}

static enum iodma_status copy_under_port(const struct other *row)
{
    port.max_segment = 8;
    return copy_bytes(row);
}

static enum iodma_status release_nothing(const struct other *row)
{
    set_up_engine(&row->limits, 1);
    return iodma_copy_release(&copy);
}

/* clang-format off */
#define LIES(...) SAY(__VA_ARGS__), .lies = true

static const struct other others[] = {
    { "a bus is lent something", lend_nothing,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(BOUNCE), 0, 0, PASS, 0) },
    { "in its own granules", lend, .length = 128,
      SAY(BAD_ARGUMENT, GRANULE, ARGUMENT_(BOUNCE), 64, 128, NONE, 0) },
    { "that the master may write", lend, .at = UNSEEN, .length = 64,
      LIES(BAD_ARGUMENT, APERTURE, ARGUMENT_(BOUNCE), BOTH, UNSEEN, ELSEWHERE,
           0) },
    { "a mapper is one", map_through,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(MAPPER), 0, 0, PASS, 0) },
    { "only caches that there are are maintained", maintain_nothing,
      SAY(BAD_ARGUMENT, HOOK, FIELD_(CACHE), 0, 0, NONE, 0) },
    { "a bus is checked", check_nothing,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(BUS), 0, 0, PASS, 0) },
    { "a board has a clock", check,
      SAY(BAD_ARGUMENT, HOOK, FIELD_(CLOCK), 0, 0, NONE, 0) },
    { "lines are powers of two", check,
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(CACHE), 0, 48, NONE, 0) },
    { "a granule has a line", check,
      SAY(BAD_ARGUMENT, GRANULE, ARGUMENT_(GRANULE), 64, 32, NONE, 0) },
    { "an aperture begins before it ends", check,
      LIES(BAD_ARGUMENT, ORDER, APERTURE, 1, UNSEEN, UNSEEN - 1, NONE, 0) },
    { "and grants some access", check,
      SAY(BAD_ARGUMENT, ACCESS, APERTURE, 1, BOTH, 4, NONE, 0) },
    { "regions lie apart", check,
      LIES(BAD_ARGUMENT, OVERLAP, REGION, 1, 0, UNCACHED - 1, NONE, 0) },
    { "apertures have whole lines", check,
      LIES(BAD_ARGUMENT, EDGE, APERTURE, 1, 64, UNSEEN + 4, NONE, 0) },

    { "a buffer is somewhere", map, .null = true, .length = 8,
      .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "and has bytes", map, .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(LENGTH), 0, 0, NONE, 0) },
    { "that go some way", map, .length = 8, .direction = 4,
      SAY(BAD_ARGUMENT, DIRECTION, ARGUMENT_(DIRECTION), IODMA_INOUT, 4, SET,
          IODMA_INOUT) },
    { "within its capacity", map, .capacity = 8, .length = 16,
      .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 8, 16, SET, 8) },
    { "past no mapper", map_past_mapper, .length = 8, .direction = IODMA_OUT,
      SAY(UNSUPPORTED, BYPASS, ARGUMENT_(BUS), 0, 0, NONE, 0) },
    { "from memory that is mapped", map, .length = 8, .direction = IODMA_OUT,
      .translation = &nothing,
      LIES(NOT_ATTACHED, UNMAPPED, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "in one piece", map, .length = 65, .direction = IODMA_OUT,
      .translation = &one_page,
      SAY(NO_SPACE, CONTIGUOUS, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "which the device sees", map, .at = UNSEEN - 8, .length = 16,
      .direction = IODMA_OUT,
      LIES(MESSAGE_TOO_LARGE, APERTURE, ARGUMENT_(POINTER), HAL_READ,
           UNSEEN - 8, ELSEWHERE, 0) },
    { "and may write", map, .at = UNSEEN, .length = 64, .direction = IODMA_IN,
      LIES(NOT_WRITABLE, WRITABLE, ARGUMENT_(POINTER), 0, UNSEEN, ELSEWHERE,
           0) },
    { "past a cache that there is", map_without_cache, .length = 64,
      .direction = IODMA_OUT,
      LIES(UNSUPPORTED, CACHED, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "in lines of its own", map, .at = 8, .length = 64, .direction = IODMA_IN,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(POINTER), 64, 8, ALIGN, 56) },
    { "to the end", map, .capacity = 100, .length = 65, .direction = IODMA_IN,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(CAPACITY), 64, 100, LENGTHEN, 28) },
    { "in whole lengths", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .align_length = 4 },
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 4, 9, SHORTEN, 1) },
    { "no longer than a transfer", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .max_transfer = 8 },
      SAY(NO_SPACE, MAX_TRANSFER, ARGUMENT_(LENGTH), 8, 9, SPLIT, 8) },
    { "in one segment", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .max_segment = 8 },
      SAY(NO_SPACE, SEGMENT_COUNT, ARGUMENT_(LENGTH), 1, 2, NONE, 0) },
    { "an address is aligned", map, .at = UNCACHED + 1, .length = 8,
      .direction = IODMA_OUT, .limits = { .align_address = 4 },
      LIES(NOT_ALIGNED, ALIGN_ADDRESS, ARGUMENT_(POINTER), 4, UNCACHED + 1,
           ALIGN, 3) },
    { "a buffer is unmapped", unmap_nothing, .length = 8,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "a frame is handed over one way", map_sync, .length = 64,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), IODMA_INOUT, 0, SET,
          IODMA_IN) },

    { "what is shared has limits", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(LIMITS), 0, 0, PASS, 0) },
    { "a name for the CPU", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "somebody who is told where it is", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(SHARED), 0, 0, PASS, 0) },
    { "no options that there are not", share, .length = 64, .mapping = 0x80,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), 1, 0x80, SET, 1) },
    { "what is shared has bytes", share,
      LIES(BAD_ARGUMENT, BUFFER, ARGUMENT_(ADDRESS), 0, 0, NONE, 0) },
    { "in no cache", share, .length = 64,
      LIES(UNSUPPORTED, CACHED, NOWHERE, 0, 0, ELSEWHERE, 0) },
    { "or in whole lines of it", share, .at = 8, .length = 64,
      .mapping = IODMA_SHARE_MAINTAINED,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 8, ALIGN, 56) },
    { "to the end", share, .length = 96, .mapping = IODMA_SHARE_MAINTAINED,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 0, NONE, 0) },
    { "in one segment", share, .at = UNCACHED, .length = 64,
      .limits = { .max_segment = 32 },
      SAY(NO_SPACE, SEGMENT_COUNT, NOWHERE, 1, 2, NONE, 0) },
    { "aligned", share, .at = UNCACHED + 8, .length = 64,
      .limits = { .align_address = 64 },
      LIES(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 64, UNCACHED + 8, ALIGN,
           56) },
    { "and is shared before it is not", unshare_nothing,
      SAY(NOT_READY, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0) },

    { "a transfer is submitted once", submit_twice, .length = 64,
      .direction = IODMA_IN, SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "to a channel that lives", submit_to_the_dead, .length = 64,
      .direction = IODMA_IN, SAY(NOT_READY, CHANNEL, NOWHERE, 0, 0, NONE, 0) },
    { "prepared", submit_unprepared, .length = 64, .direction = IODMA_IN,
      SAY(NOT_READY, UNPREPARED, ARGUMENT_(COMMAND), 0, 0, PREPARE, 0) },
    { "in full", submit, .length = 128, .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 64, 128, SET, 64) },
    { "in rows that lie in it", submit_two_rows, .length = 64,
      .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 64, 64, NONE, 0) },
    { "forwards", submit, .length = 64, .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, DIRECTION, ARGUMENT_(DIRECTION), IODMA_INOUT,
          IODMA_OUT, SET, IODMA_INOUT) },
    { "on its own bus", submit_elsewhere, .length = 64, .direction = IODMA_IN,
      SAY(BAD_ARGUMENT, ENGINE, ARGUMENT_(BUS), 0, 0, NONE, 0) },
    { "judged before", submit, .length = 64, .direction = IODMA_IN,
      .mapping = IODMA_ITERATE_ONLY,
      SAY(BAD_ARGUMENT, ITERATE_ONLY, ARGUMENT_(COMMAND), 0, 0, NONE, 0) },
    { "under the engine's limits", submit, .length = 64, .direction = IODMA_IN,
      .limits = { .max_segment = 32 },
      SAY(BAD_ARGUMENT, ENGINE, ARGUMENT_(LIMITS), 0, 0, NONE, 0) },
    { "in phase", submit, .at = 3, .length = 64, .direction = IODMA_IN,
      SAY(NOT_ALIGNED, PHASE, NOWHERE, 8, 5, NONE, 0) },

    { "a copy is from somewhere", copy_from_nothing, .length = 64,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(SOURCE), 0, 0, NONE, 0) },
    { "to somewhere", copy_bytes, .null = true, .length = 64,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(DESTINATION), 0, 0, NONE, 0) },
    { "else", copy_bytes, .at = 63, .length = 64,
      SAY(BAD_ARGUMENT, OVERLAP, ARGUMENT_(DESTINATION), 0, 0, NONE, 0) },
    { "not while its storage is quarantined", copy_quarantined, .at = UNCACHED,
      .length = 64, SAY(BUSY, QUEUED, NOWHERE, 0, 0, NONE, 0) },
    { "nor from a callback", copy_from_callback, .at = UNCACHED, .length = 64,
      SAY(NOT_PERMITTED, CHANNEL, NOWHERE, 0, 0, NONE, 0) },
    { "and of whole lengths", copy_bytes, .at = UNCACHED, .length = 12,
      .limits = { .align_length = 8 },
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 8, 12, SHORTEN, 4) },
    { "if bus and engine have any in common", copy_under_port, .at = UNCACHED,
      .length = 64, .limits = { .align_length = 16 },
      SAY(BAD_ARGUMENT, MAX_SEGMENT, FIELD_(MAX_SEGMENT), 16, 8, NONE, 0) },
    { "what is not quarantined is not released", release_nothing,
      SAY(NOT_READY, UNHELD, NOWHERE, 0, 0, NONE, 0) },
};
/* clang-format on */

static void others_explain(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(others); i++) {
        struct iodma_reason want = others[i].want;

        check_case(others[i].what);
        set_up();
        if (others[i].lies)
            want.actual += cpu_address(arena);
        if (want.rule == IODMA_RULE_ORDER)
            want.required += cpu_address(arena);
        expect_status("the call", others[i].call(&others[i]),
                      (enum iodma_status)want.status);
        expect_record(&reason, &want);
    }
}

/* Where the arena is, is known only now. */
static void too_far_for_one_call(void)
{
    static const struct other row = {
        .length = 8,
        .direction = IODMA_OUT,
        .limits = { .address_bits = 12 },
    };

    check_case("a buffer is within reach");
    set_up();
    expect_status("the call", map(&row), IODMA_MESSAGE_TOO_LARGE);
    expect_number("rule", reason.rule, IODMA_RULE_REACH);
    expect_number("required", reason.required, 0xFFF);
    expect_number("actual", reason.actual, cpu_address(arena) + 7);
    expect_number("cure", reason.cure, IODMA_CURE_NEARER);
    expect_number("amount", reason.amount, cpu_address(arena) + 7 - 0xFFF);
}

/* The record -------------------------------------------------------------- */

/* Refused for its address. */
static const struct world misaligned = {
    .call = PREPARE,
    .direction = IODMA_OUT,
    .ranges = { { 0x10001, 0x100 } },
    .spec = PLAIN(0, .align_address = 4),
};

static void records_belong_to_somebody(void)
{
    static struct iodma_reason own, before;
    static struct iodma_command clone;

    check_case("a command explains as its bus does when it is made");
    world = misaligned;
    build();
    iodma_bus_explain(&it.bus, NULL);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    expect_number("rule", it.reason.rule, IODMA_RULE_ALIGN_ADDRESS);

    check_case("a clone explains as the command does");
    it.reason.rule = IODMA_RULE_NONE;
    expect_status("clone", iodma_command_clone(&it.command, &clone, NULL),
                  IODMA_OK);
    expect_status("prepare", iodma_command_prepare(&clone, 0, 0, true, true),
                  IODMA_NOT_READY);
    expect_number("rule", it.reason.rule, IODMA_RULE_UNATTACHED);

    check_case("a command can have a record of its own");
    before = it.reason;
    iodma_command_explain(&it.command, &own);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    expect_number("rule", own.rule, IODMA_RULE_ALIGN_ADDRESS);
    expect_bytes("the bus's", &it.reason, &before, sizeof before);

    check_case("what succeeds leaves the record as it is");
    before = own;
    it.memory.direction = IODMA_OUT;
    expect_status(
        "set spec",
        iodma_command_set_spec(&it.command, &(struct iodma_spec)PLAIN(0)),
        IODMA_OK);
    expect_status("prepare", call(), IODMA_OK);
    expect_bytes("the record", &own, &before, sizeof before);
    tear_down();
}

static void parts_are_offsets(void)
{
    static struct iodma_memory several;
    static struct iodma_memory *members[2];

    check_case("in a descriptor of several a place is an offset");
    world = (struct world){
        .direction = IODMA_OUT,
        .ranges = { { 0x10000, 0x10 }, { 0x20001, 0x10 } },
        .spec = PLAIN(0, .align_internal = 4),
    };
    build();
    members[0] = members[1] = &it.memory;
    several = several_of(members, 2, IODMA_OUT);
    expect_attached_only(&it.command, &several);
    expect_status("prepare",
                  iodma_command_prepare(&it.command, 8, 0x30, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("place", it.reason.place, IODMA_PLACE_OFFSET);
    expect_number("from the start of the window", it.reason.number, 8);
    tear_down();

    check_case("an empty range is not the place of a byte");
    world.ranges[1].length = 0;
    build();
    it.memory.count = 2;
    world.ranges[0] = (struct iodma_range){ 0x30000, 0 };
    world.ranges[1] = (struct iodma_range){ 0x20001, 0x10 };
    it.memory = memory_of(world.ranges, 2, IODMA_OUT);
    expect_status(
        "set spec",
        iodma_command_set_spec(
            &it.command, &(struct iodma_spec)PLAIN(0, .align_address = 4)),
        IODMA_OK);
    expect_status("prepare",
                  iodma_command_prepare(&it.command, 0, 0, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("range", it.reason.number, 1);
    tear_down();
}

/* Words ------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    struct iodma_reason reason;
    const char *text;
} lines[] = {
#define HERE(...) RECORD(__VA_ARGS__)
    { HERE(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(2), 4, 0x1001, LEND, 0x1000),
      "NoResources: address not aligned, range 0x2: 0x1001, limit 0x4; "
      "lend in one piece 0x1000" },
    { HERE(OK, NONE, NOWHERE, 0, 0, NONE, 0), "OK: all is well" },
    { HERE(NOT_READY, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0),
      "NotReady: no memory; set memory" },
    { HERE(BAD_ARGUMENT, BITS, FIELD_(ADDRESS_BITS), 32, 33, SET, 32),
      "BadArgument: wrong bits, field address_bits: 0x21, "
      "limit 0x20; set to 0x20" },
    { HERE(BAD_ARGUMENT, POINTER, ARGUMENT_(SEGMENTS), 0, 0, PASS, 0),
      "BadArgument: NULL, argument segments; pass one" },
    { HERE(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 0, NONE, 0),
      "NotAligned: part of a line, argument address: 0x0, limit 0x40" },
    { HERE(MESSAGE_TOO_LARGE, REACH, OFFSET, 0, 0xFFFFFF, 0x9ABCDEF0, NONE, 0),
      "MessageTooLarge: out of reach, offset 0x0: 0x9abcdef0, limit 0xffffff" },
    { HERE(BUSY, HELD, NOWHERE, 0, 2, RELEASE, 2),
      "Busy: held: 0x2; release, times 0x2" },
    { HERE(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), 3, 12, SET, 1),
      "BadArgument: no such options, argument options: 0xc; set to 0x1" },
    { HERE(MESSAGE_TOO_LARGE, APERTURE, RANGE_(1), 2, 0x1000, ELSEWHERE, 0),
      "MessageTooLarge: device sees no memory, range 0x1: 0x1000; "
      "take other memory" },
    { HERE(NOT_ALIGNED, LINE, ARGUMENT_(CAPACITY), 64, 100, LENGTHEN, 28),
      "NotAligned: part of a line, argument capacity: 0x64, limit 0x40; "
      "lengthen the buffer by 0x1c" },
    { HERE(BAD_ARGUMENT, HOOK, FIELD_(LOCK), 0, 0, NONE, 0),
      "BadArgument: missing hook, field lock" },
    { HERE(BAD_ARGUMENT, ACCESS, APERTURE, 0, 3, 4, NONE, 0),
      "BadArgument: no such access, aperture 0x0: 0x4" },
    { HERE(BAD_ARGUMENT, OVERLAP, REGION, 2, 1, 0x1000, NONE, 0),
      "BadArgument: overlap, region 0x2: 0x1000" },
    { { .status = 7, .rule = 99, .place = 99, .number = 1, .cure = 99 },
      "unknown status: unknown, unknown 0x1; unknown" },
};

static const struct name {
    uint32_t number;
    const char *words;
} rules[] = {
#define NAME(rule, words) { IODMA_RULE_##rule, words }
    NAME(NONE, "all is well"), NAME(UNSPECIFIED, "no specification"),
    NAME(UNATTACHED, "no memory"), NAME(UNWIRED, "memory not prepared"),
    NAME(UNPREPARED, "not prepared"), NAME(PREPARED, "prepared already"),
    NAME(HELD, "held"), NAME(QUEUED, "queued"),
    NAME(CHANNEL, "channel dead or busy"), NAME(UNHELD, "not held"),
    NAME(POINTER, "NULL"), NAME(ROOM, "no room"),
    NAME(OPTIONS, "no such options"), NAME(ITERATE_ONLY, "iterate-only"),
    NAME(WINDOW, "out of bounds"), NAME(MAX_TRANSFER, "too long"),
    NAME(WIDTH, "other width"), NAME(BUFFER, "no buffer"),
    NAME(DIRECTION, "no such direction"), NAME(DIRECT_ONLY, "direct-only"),
    NAME(STRUCT_SIZE, "unknown version"), NAME(BITS, "wrong bits"),
    NAME(POWER_OF_TWO, "no power of two"),
    NAME(MAX_SEGMENT, "below align_length"),
    NAME(BOUNDARY, "below an alignment"),
    NAME(MAPPING_TYPE, "no such mapping"),
    NAME(BYPASS, "not past the mapper"), NAME(HIDDEN, "hidden"),
    NAME(ALIGN_ADDRESS, "address not aligned"),
    NAME(ALIGN_LENGTH, "length not aligned"), NAME(SEAM, "seam not aligned"),
    NAME(LINE, "part of a line"), NAME(REACH, "out of reach"),
    NAME(APERTURE, "device sees no memory"),
    NAME(SEGMENT_COUNT, "too many segments"), NAME(WRITABLE, "not writable"),
    NAME(NO_CACHE, "cache not maintained"),
    NAME(REGION, "CPU sees no memory"), NAME(CACHED, "cached, not snooped"),
    NAME(UNMAPPED, "not mapped"), NAME(CONTIGUOUS, "not contiguous"),
    NAME(PHASE, "out of phase"), NAME(ENGINE, "not the engine's"),
    NAME(STORAGE, "no bounce storage"),
    NAME(FAR_WINDOW, "no free far window"), NAME(IOVA, "no IOVA"),
    NAME(MAPPER, "mapper refused"), NAME(OUTPUT, "output refused"),
    NAME(EMITTER, "driver refused"),
    NAME(MAINTENANCE, "cache not finished"), NAME(HOOK, "missing hook"),
    NAME(ORDER, "ends before it begins"), NAME(ACCESS, "no such access"),
    NAME(OVERLAP, "overlap"), NAME(EDGE, "not at a line"),
    NAME(GRANULE, "other granule"),
#undef NAME
}, cures[] = {
#define NAME(cure, words) { IODMA_CURE_##cure, words }
    NAME(NONE, ""), NAME(SPECIFY, "set a specification"),
    NAME(ATTACH, "set memory"), NAME(WIRE, "prepare the memory"),
    NAME(PREPARE, "prepare"), NAME(COMPLETE, "complete, times"),
    NAME(RELEASE, "release, times"), NAME(PASS, "pass one"),
    NAME(SET, "set to"), NAME(ALIGN, "begin later by"),
    NAME(SHORTEN, "shorten by"), NAME(NEARER, "move down by"),
    NAME(SPLIT, "prepare at most"), NAME(LEND, "lend in one piece"),
    NAME(MORE_IOVA, "free IOVA in one piece"),
    NAME(REGION, "state a region at"), NAME(CACHE, "iodma_bus_cache()"),
    NAME(WIDER, "take an output for bits"), NAME(LATER, "try later"),
    NAME(ELSEWHERE, "take other memory"),
    NAME(LENGTHEN, "lengthen the buffer by"),
#undef NAME
}, places[] = {
#define NAME(place, words) { IODMA_PLACE_##place, words }
    NAME(NONE, ""), NAME(ARGUMENT, "argument"), NAME(FIELD, "field"),
    NAME(RANGE, "range"), NAME(SEGMENT, "segment"), NAME(OFFSET, "offset"),
    NAME(APERTURE, "aperture"), NAME(REGION, "region"),
#undef NAME
}, arguments[] = {
#define NAME(argument, words) { IODMA_ARGUMENT_##argument, words }
    NAME(SPEC, "spec"), NAME(OFFSET, "offset"), NAME(LENGTH, "length"),
    NAME(SEGMENTS, "segments"), NAME(COUNT, "count"), NAME(OUTPUT, "output"),
    NAME(EMITTER, "emitter"), NAME(BYTES, "bytes"), NAME(OPTIONS, "options"),
    NAME(BUS, "bus"), NAME(POINTER, "pointer"), NAME(CAPACITY, "capacity"),
    NAME(DIRECTION, "direction"), NAME(ADDRESS, "address"),
    NAME(BOUNCE, "bounce"), NAME(MAPPER, "mapper"),
    NAME(SHARED, "shared"), NAME(LIMITS, "limits"), NAME(SOURCE, "source"),
    NAME(DESTINATION, "destination"), NAME(COMMAND, "command"),
    NAME(GRANULE, "granule"), NAME(PORT, "port"),
#undef NAME
}, fields[] = {
#define NAME(field, words) { IODMA_FIELD_##field, words }
    NAME(OUTPUT, "output"), NAME(STRUCT_SIZE, "struct_size"),
    NAME(ADDRESS_BITS, "address_bits"), NAME(MAX_SEGMENT, "max_segment"),
    NAME(ALIGN_ADDRESS, "align_address"),
    NAME(ALIGN_LENGTH, "align_length"),
    NAME(ALIGN_INTERNAL, "align_internal"), NAME(BOUNDARY, "boundary"),
    NAME(MAPPING, "mapping"), NAME(ALIGN_SEAM, "align_seam"),
    NAME(CACHE, "cache"), NAME(APERTURES, "apertures"),
    NAME(REGIONS, "regions"), NAME(CLOCK, "clock"), NAME(LOCK, "lock"),
    NAME(FENCES, "fences"), NAME(TRANSLATION, "translation"),
#undef NAME
};
/* clang-format on */

static const char *argument_name(uint32_t number)
{
    return iodma_place_detail(IODMA_PLACE_ARGUMENT, number);
}

static const char *field_name(uint32_t number)
{
    return iodma_place_detail(IODMA_PLACE_FIELD, number);
}

/* Each has its words, nothing else has any, and no two have the same. */
static void expect_names(const char *what, const struct name *names,
                         size_t count, const char *(*name_of)(uint32_t number))
{
    uint32_t known = 0;

    check_case(what);
    for (uint32_t i = 0; i < 300; i++)
        known += strcmp(name_of(i), "unknown") != 0;
    /* Number 0 of arguments and fields is nothing, but no unknown one. */
    expect_number("how many there are", known, count + (names[0].number != 0));
    for (size_t i = 0; i < count; i++) {
        if (!expect(names[i].words,
                    strcmp(name_of(names[i].number), names[i].words) == 0))
            printf("#   got %s\n", name_of(names[i].number));
        for (size_t k = 0; k < i; k++)
            expect(names[i].words, strcmp(names[i].words, names[k].words) != 0);
    }
}

static void words(void)
{
    expect_names("each rule has words", rules, HAL_COUNT_OF(rules),
                 iodma_rule_name);
    expect_names("each cure has words", cures, HAL_COUNT_OF(cures),
                 iodma_cure_name);
    expect_names("each place has a name", places, HAL_COUNT_OF(places),
                 iodma_place_name);
    expect_names("each argument has one", arguments, HAL_COUNT_OF(arguments),
                 argument_name);
    expect_names("each field has one", fields, HAL_COUNT_OF(fields),
                 field_name);
    check_case("what is a number has no name");
    expect("a range", *iodma_place_detail(IODMA_PLACE_RANGE, 1) == '\0');
    check_case("a number beyond all numbers has none either");
    expect("an argument", strcmp(iodma_place_detail(IODMA_PLACE_ARGUMENT, TOP),
                                 "unknown") == 0);
}

static void formatted(void)
{
    static const struct iodma_reason wide =
        HERE(MESSAGE_TOO_LARGE, REACH, OFFSET, 0, 0xFFFFFFFF,
             WIDE(0x123456789ABCDEF0), NONE, 0);
    static char text[IODMA_REASON_TEXT + 2];

    check_case("a record is one line of words");
    for (size_t i = 0; i < HAL_COUNT_OF(lines); i++) {
        if (!expect(lines[i].text,
                    strcmp(iodma_reason_format(&lines[i].reason, text,
                                               IODMA_REASON_TEXT),
                           lines[i].text) == 0))
            printf("#   got %s\n", text);
    }
    if (check_wide(0, "with all digits that an address may have"))
        expect("its line",
               strcmp(iodma_reason_format(&wide, text, IODMA_REASON_TEXT),
                      "MessageTooLarge: out of reach, offset 0x0: "
                      "0x123456789abcdef0, limit 0xffffffff") == 0);
    check_case("which is cut at any size, and goes not beyond it");
    for (size_t i = 0; i < HAL_COUNT_OF(lines); i++) {
        size_t all = strlen(lines[i].text);

        for (size_t size = 0; size <= all + 2; size++) {
            size_t fits = size != 0 ? size - 1 : 0;

            memset(text, '#', sizeof text);
            expect("text", iodma_reason_format(&lines[i].reason, text + 1,
                                               size) == text + 1);
            if (fits > all)
                fits = all;
            expect_bytes("as much as fits", text + 1, lines[i].text, fits);
            expect("and an end", size == 0 || text[1 + fits] == '\0');
            expect("nothing before it", text[0] == '#');
            expect("nothing behind it", text[1 + size] == '#');
        }
    }
}

/* The longest words, and all numbers. */
static void longest(void)
{
    static char text[2 * IODMA_REASON_TEXT];
    struct iodma_reason record = {
        .number = TOP,
        .required = TOP,
        .actual = TOP,
        .amount = TOP,
        .status = IODMA_MESSAGE_TOO_LARGE,
    };
    size_t most = 0;

    check_case("IODMA_REASON_TEXT has room for every line");
    for (uint32_t rule = 0; rule < HAL_COUNT_OF(rules); rule++) {
        for (uint32_t cure = 0; cure < HAL_COUNT_OF(cures); cure++) {
            for (uint32_t place = 0; place < HAL_COUNT_OF(places); place++) {
                record.rule = (uint8_t)rules[rule].number;
                record.cure = (uint8_t)cures[cure].number;
                record.place = (uint8_t)places[place].number;
                if (strlen(iodma_reason_format(&record, text, sizeof text)) >
                    most)
                    most = strlen(text);
            }
        }
    }
    expect("room", most < IODMA_REASON_TEXT);
}

static void every_rule_has_a_row(void)
{
    check_case("each rule has been broken");
    for (size_t i = 1; i < HAL_COUNT_OF(rules); i++)
        expect(rules[i].words, broken[rules[i].number]);
}

/* Without the option ------------------------------------------------------ */

static void no_trace(void)
{
    static struct iodma_reason before;

    check_case("without the option records stay as they are");
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        world = rows[i];
        if (world.call == READ || world.call == WRITE)
            continue;
        build();
        memset(&it.reason, 0xA5, sizeof it.reason);
        before = it.reason;
        expect_status("the call", call(), (enum iodma_status)world.want.status);
        expect_bytes("the record", &it.reason, &before, sizeof before);
        tear_down();
    }
}

int main(void)
{
    if (!IODMA_REASONS) {
        no_trace();
    } else {
        commands_explain();
        others_explain();
        too_far_for_one_call();
        records_belong_to_somebody();
        parts_are_offsets();
        every_rule_has_a_row();
    }
    words();
    formatted();
    longest();
    return check_result();
}
