/* SPDX-License-Identifier: MIT */
/*
 * E6, every refusal explained: which rule, where, by how much; and the cure in
 * the record, applied by a machine that knows nothing else, works: the same
 * call then succeeds. And check() says what prepare then does, and leaves no
 * trace.
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/model_mapper.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB4 UINT64_C(0x100000000)
#define PAGE UINT64_C(0x1000)
#define TOP  UINT64_MAX

enum {
    APERTURES = 3,
    REGIONS = 4,
    PAGES = 256, /* of bounce storage, and of IOVA, at most */
    SEGMENTS = 64,
};

#define STORAGE UINT64_C(0x400000) /* where it is lent */

/* Everything that a call depends on -------------------------------------- */

enum call {
    PREPARE,
    SET_SPEC,
    SET_MEMORY,
    GEN,
    EMIT,
    READ,
    WRITE,
    SYNC,
    RANGE
};

static struct world {
    const char *what;
    enum call call;

    /* The board. */
    struct hal_aperture apertures[APERTURES]; /* none: the fixture's */
    struct hal_region regions[REGIONS];       /* the same            */
    struct hal_limits port;
    bool cached;

    /* The client. */
    uint64_t storage; /* bytes of bounce storage lent                  */
    bool scattered;   /* its pages never lie side by side              */
    uint32_t iova;    /* pages; 0: there is no mapper                  */
    uint32_t io_page; /* bytes of one; 0: as many as the pool's        */
    bool bypass;      /* the mapper can be bypassed                    */
    bool refusing;    /* the mapper, map_run                           */
    uint32_t windows; /* that somebody else has open                   */
    bool far;         /* the window hook fails, once                   */
    struct iodma_range ranges[ROW_RANGES];
    uint32_t direction;
    bool is_virtual, unwired;
    struct iodma_spec spec; /* no output: see `unspecified` */
    bool unspecified, unattached;
    uint32_t prepared, held; /* before the call               */
    uint64_t window;         /* of that                       */

    /* The call. */
    uint64_t offset, length;
    uint32_t options;
    uint32_t count;
    struct iodma_spec spec2; /* of set_spec */
    iodma_segment_function output;
    bool no_spec, no_offset, no_segments, no_count, no_output, no_emitter,
        no_bytes;
    bool driver_refuses;

    /* What is to be said. */
    struct iodma_reason want;
    unsigned more; /* cures that are needed beside this one */
} world;

static struct {
    struct hal_bus hal;
    struct iodma_bus bus;
    struct iodma_bounce bounce;
    struct hal_bounce_cell cells[PAGES];
    struct iodma_note notes[PAGES];
    struct model_mapper model;
    struct iodma_mapper mapper;
    struct iodma_note iova_notes[PAGES];
    struct iodma_range ranges[ROW_RANGES];
    struct iodma_memory memory, other;
    struct iodma_command command;
    struct iodma_reason reason;
} it;

static struct hal_segment list[SEGMENTS + 1];

/* A cache that only counts. */
static unsigned maintained;

static void maintain(const struct hal_cache *cache, void *va, uint64_t pa,
                     size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
    maintained++;
}

static const struct hal_cache_ops cache_ops = { maintain, maintain };
static const struct hal_cache cache = { &cache_ops, 64, 32 };

static void refuse_again(void)
{
    it.model.fail_at = 1;
}

static enum iodma_status put(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    (void)emitter;
    (void)segments;
    (void)count;
    (void)first;
    (void)last;
    return world.driver_refuses ? IODMA_NO_SPACE : IODMA_OK;
}

static bool no_output(struct iodma_command *command, struct hal_segment segment,
                      void *segments, uint32_t index)
{
    (void)command;
    (void)segment;
    (void)segments;
    (void)index;
    return false;
}

static bool to_physical(uint64_t address, uint64_t *physical, uint64_t *length)
{
    (void)length;
    *physical = address;
    return true;
}

static const struct hal_translation same = { .to_physical = to_physical };

/* A pool of which no two pages lie side by side: that would make two segments
   one. Runs are behind them. */
static uint32_t scattered_pages;
static bool scattered_taken[PAGES];

static enum iodma_status take_page(struct hal_bounce *bounce, uint64_t highest,
                                   uint64_t *address)
{
    for (uint32_t i = 0; i < bounce->pages; i++) {
        uint64_t page = bounce->base + 2 * i * PAGE;

        if (!scattered_taken[i] && page + PAGE - 1 <= highest) {
            scattered_taken[i] = true;
            scattered_pages++;
            *address = page;
            return IODMA_OK;
        }
    }
    return IODMA_NO_RESOURCES;
}

static enum iodma_status take_run(struct hal_bounce *bounce, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address)
{
    uint64_t start = bounce->base + PAGES * PAGE;

    start += lack(start, alignment);
    if (size > bounce->pages * PAGE || start + size - 1 > highest)
        return IODMA_NO_RESOURCES;
    scattered_pages += (uint32_t)(size / PAGE);
    *address = start;
    return IODMA_OK;
}

static void give_back(struct hal_bounce *bounce, uint64_t address,
                      uint64_t size)
{
    if (address < bounce->base + PAGES * PAGE)
        scattered_taken[(address - bounce->base) / (2 * PAGE)] = false;
    scattered_pages -= (uint32_t)(size / PAGE);
}

static const struct hal_bounce_ops scattered_ops = {
    .take_page = take_page,
    .take_run = take_run,
    .give_back = give_back,
};

static uint32_t storage_in_use(void)
{
    return world.scattered ? scattered_pages : iodma_bounce_in_use(&it.bounce);
}

/* Build a board and lend it what the world has. */
static void build_bus(void)
{
    uint32_t apertures = 0;
    uint32_t regions = 0;

    it.hal = fixture_hal_bus;
    it.hal.limits = &world.port;
    it.hal.cache = world.cached ? &cache : NULL;
    while (apertures < APERTURES && world.apertures[apertures].size != 0)
        apertures++;
    if (apertures != 0) {
        it.hal.apertures = world.apertures;
        it.hal.aperture_count = apertures;
    }
    while (regions < REGIONS && world.regions[regions].size != 0) {
        world.regions[regions].window = &sparse_window;
        regions++;
    }
    if (regions != 0) {
        it.hal.regions = world.regions;
        it.hal.region_count = regions;
    }
    expect_status("bus", iodma_bus_init(&it.bus, &it.hal, PAGE), IODMA_OK);
    if (world.storage != 0) {
        expect_status("pool",
                      iodma_bounce_init(&it.bounce, STORAGE, world.storage,
                                        PAGE, it.cells, it.notes),
                      IODMA_OK);
        if (world.scattered) {
            expect("there are cells for twice the pages",
                   world.storage <= PAGES / 2 * PAGE);
            it.bounce.hal.ops = &scattered_ops;
            scattered_pages = 0;
            memset(scattered_taken, 0, sizeof scattered_taken);
        }
        expect_status("lend", iodma_bus_lend(&it.bus, &it.bounce.hal),
                      IODMA_OK);
    }
    if (world.iova != 0) {
        model_mapper_init(&it.model);
        it.model.mapper.can_bypass = world.bypass;
        if (world.io_page != 0)
            it.model.mapper.page_size = world.io_page;
        expect_status("mapper",
                      iodma_mapper_init(&it.mapper, &it.model.mapper,
                                        it.hal.lock, it.iova_notes, world.iova),
                      IODMA_OK);
        (void)iodma_bus_map_through(&it.bus, &it.mapper);
    }
}

static void build_memory(void)
{
    uint32_t count = 0;

    memcpy(it.ranges, world.ranges, sizeof it.ranges);
    while (count < ROW_RANGES && it.ranges[count].length != 0)
        count++;
    if (world.is_virtual)
        expect_status("memory",
                      iodma_memory_init_virtual(&it.memory, &same, it.ranges,
                                                count, world.direction, NULL,
                                                0),
                      IODMA_OK);
    else
        expect_status("memory",
                      iodma_memory_init_ranges(&it.memory, it.ranges, count,
                                               world.direction, NULL, 0),
                      IODMA_OK);
    if (world.is_virtual && !world.unwired)
        expect_status("wire", iodma_memory_prepare(&it.memory, IODMA_NONE),
                      IODMA_OK);
}

/* Build the world, up to before the call. */
static void build(void)
{
    sparse_reset();
    memset(&it, 0, sizeof it);
    build_bus();
    build_memory();
    if (world.unspecified)
        expect_status(
            "init", iodma_command_init_unspecified(&it.command, &it.bus, NULL),
            IODMA_OK);
    else
        expect_status(
            "init", iodma_command_init(&it.command, &it.bus, &world.spec, NULL),
            IODMA_OK);
    iodma_command_explain(&it.command, &it.reason);
    if (!world.unattached)
        expect_status("attach",
                      iodma_command_set_memory(&it.command, &it.memory, false),
                      IODMA_OK);
    for (uint32_t i = 0; i < world.prepared; i++)
        expect_status(
            "prepare before",
            iodma_command_prepare(&it.command, 0, world.window, true, true),
            IODMA_OK);
    for (uint32_t i = 0; i < world.held; i++)
        expect_status("hold", iodma_command_hold(&it.command), IODMA_OK);
    if (world.refusing) {
        it.model.moment = refuse_again;
        it.model.fail_at = 1;
    }
    if (world.far)
        sparse_fail_open(1);
}

/* Why fewer bytes came than were asked for. */
static enum iodma_status refusal(void)
{
    return it.reason.status != IODMA_OK ? (enum iodma_status)it.reason.status
                                        : IODMA_ERROR;
}

/* The call of the world. */
static enum iodma_status call(void)
{
    static uint8_t bytes[0x2000];
    struct hal_emitter emitter = { .put = put };
    uint64_t offset = world.offset;
    uint64_t *offset_at = world.no_offset ? NULL : &offset;
    uint32_t count = world.count;

    switch (world.call) {
    case PREPARE:
        return iodma_command_prepare(&it.command, world.offset, world.length,
                                     true, true);
    case SET_SPEC:
        return iodma_command_set_spec(&it.command,
                                      world.no_spec ? NULL : &world.spec2);
    case SET_MEMORY:
        return iodma_command_set_memory(&it.command, NULL, false);
    case GEN:
        return iodma_command_gen_segments_with(
            &it.command, world.no_output ? NULL : world.output, offset_at,
            world.no_segments ? NULL : list, world.no_count ? NULL : &count);
    case EMIT:
        return iodma_command_emit(&it.command, offset_at,
                                  world.no_emitter ? NULL : &emitter);
    case READ:
        return iodma_command_read_bytes(&it.command, world.offset,
                                        world.no_bytes ? NULL : bytes,
                                        world.length) == world.length
                   ? IODMA_OK
                   : refusal();
    case WRITE:
        return iodma_command_write_bytes(&it.command, world.offset,
                                         world.no_bytes ? NULL : bytes,
                                         world.length) == world.length
                   ? IODMA_OK
                   : refusal();
    case SYNC:
        return iodma_command_synchronize(&it.command, world.options);
    default:
        return iodma_command_synchronize_range(&it.command, world.offset,
                                               world.length, world.options);
    }
}

/* Somebody else has windows open, for as long as the call takes. */
static enum iodma_status call_among_windows(void)
{
    void *open[SPARSE_WINDOWS];
    enum iodma_status status;
    uint64_t length;

    for (uint32_t i = 0; i < world.windows; i++) {
        length = 1;
        open[i] = sparse_window.open(i * PAGE, &length);
    }
    status = call();
    for (uint32_t i = world.windows; i-- > 0;)
        sparse_window.close(open[i]);
    return status;
}

static void tear_down(void)
{
    while (it.command.held != 0)
        (void)iodma_command_release(&it.command);
    if (world.refusing)
        it.model.moment = NULL;
    sparse_fail_open(0);
    expect_status("clear", iodma_command_clear_memory(&it.command, true),
                  IODMA_OK);
    if (world.storage != 0)
        expect_number("storage left behind", storage_in_use(), 0);
    if (world.iova != 0)
        expect_number("IOVA left behind", iodma_mapper_in_use(&it.mapper), 0);
    expect_number("windows left open", sparse_open_windows(), 0);
}

/* The cure ---------------------------------------------------------------- */

static void set_argument(uint64_t number, uint64_t value)
{
    if (number == IODMA_ARGUMENT_OFFSET)
        world.offset = value;
    else if (number == IODMA_ARGUMENT_LENGTH)
        world.length = value;
    else if (number == IODMA_ARGUMENT_COUNT)
        world.count = (uint32_t)value;
    else if (number == IODMA_ARGUMENT_OPTIONS)
        world.options = (uint32_t)value;
    else
        expect_number("an argument that can be set", number, 0);
}

static void set_field(struct iodma_spec *spec, uint64_t number, uint64_t value)
{
    struct iodma_segment_options *options = &spec->segment;

    if (number == IODMA_FIELD_STRUCT_SIZE)
        options->struct_size = (uint8_t)value;
    else if (number == IODMA_FIELD_ADDRESS_BITS)
        options->address_bits = (uint8_t)value;
    else if (number == IODMA_FIELD_MAX_SEGMENT)
        options->max_segment = value;
    else if (number == IODMA_FIELD_MAX_TRANSFER)
        options->max_transfer = value;
    else if (number == IODMA_FIELD_ALIGN_ADDRESS)
        options->align_address = (uint32_t)value;
    else if (number == IODMA_FIELD_ALIGN_LENGTH)
        options->align_length = (uint32_t)value;
    else if (number == IODMA_FIELD_ALIGN_INTERNAL)
        options->align_internal = (uint32_t)value;
    else if (number == IODMA_FIELD_BOUNDARY)
        options->boundary = value;
    else if (number == IODMA_FIELD_MAPPING)
        spec->mapping = (uint32_t)value;
    else
        expect_number("a field that can be set", number, 0);
}

static void pass(const struct iodma_reason *reason)
{
    if (reason->place == IODMA_PLACE_FIELD &&
        reason->number == IODMA_FIELD_OUTPUT)
        world.spec2.output = iodma_output_host64;
    else if (reason->number == IODMA_ARGUMENT_SPEC)
        world.no_spec = false;
    else if (reason->number == IODMA_ARGUMENT_OFFSET)
        world.no_offset = false;
    else if (reason->number == IODMA_ARGUMENT_SEGMENTS)
        world.no_segments = false;
    else if (reason->number == IODMA_ARGUMENT_COUNT)
        world.no_count = false;
    else if (reason->number == IODMA_ARGUMENT_OUTPUT)
        world.no_output = false;
    else if (reason->number == IODMA_ARGUMENT_EMITTER)
        world.no_emitter = false;
    else if (reason->number == IODMA_ARGUMENT_BYTES)
        world.no_bytes = false;
    else
        expect_number("a pointer that can be passed", reason->number, 0);
}

/* To end where it may, as far behind a page's beginning as before. */
static void move(const struct iodma_reason *reason)
{
    struct iodma_range *range = &world.ranges[reason->number];
    uint64_t start = reason->amount + 1 - range->length;

    if (expect_number("what is moved is a range", reason->place,
                      IODMA_PLACE_RANGE))
        range->address = start - modulo(start - range->address, PAGE);
}

/* Storage of a power of two that has so much in one piece. */
static uint64_t storage_for(uint64_t amount)
{
    uint64_t size = PAGE;

    while (size < amount)
        size *= 2;
    return size;
}

static void add_region(uint64_t address)
{
    uint32_t i = 0;

    while (i < REGIONS && world.regions[i].size != 0)
        i++;
    if (expect("there is room for a region", i < REGIONS))
        world.regions[i] = (struct hal_region){
            .base = address - modulo(address, PAGE),
            .size = PAGE,
            .cached = HAL_WRITE_BACK,
            .writable = true,
        };
}

/* Do to the world what the record says, and nothing else. */
static void apply_cure(const struct iodma_reason *reason)
{
    switch (reason->cure) {
    case IODMA_CURE_SPECIFY:
        world.unspecified = false;
        break;
    case IODMA_CURE_ATTACH:
        world.unattached = false;
        break;
    case IODMA_CURE_WIRE:
        world.unwired = false;
        break;
    case IODMA_CURE_PREPARE:
        world.prepared = 1;
        break;
    case IODMA_CURE_COMPLETE:
        world.prepared -= (uint32_t)reason->amount;
        break;
    case IODMA_CURE_RELEASE:
        world.held -= (uint32_t)reason->amount;
        if (world.call == SET_MEMORY)
            world.prepared = 0; /* what it was held for is over */
        break;
    case IODMA_CURE_PASS:
        pass(reason);
        break;
    case IODMA_CURE_SET:
        if (reason->place == IODMA_PLACE_ARGUMENT)
            set_argument(reason->number, reason->amount);
        else if (expect_number("place", reason->place, IODMA_PLACE_FIELD))
            set_field(world.call == SET_SPEC ? &world.spec2 : &world.spec,
                      reason->number, reason->amount);
        break;
    case IODMA_CURE_ALIGN:
        if (expect_number("a range", reason->place, IODMA_PLACE_RANGE))
            world.ranges[reason->number].address += reason->amount;
        break;
    case IODMA_CURE_EXTEND:
        if (expect_number("a range", reason->place, IODMA_PLACE_RANGE))
            world.ranges[reason->number].length += reason->amount;
        break;
    case IODMA_CURE_MOVE:
        move(reason);
        break;
    case IODMA_CURE_SPLIT:
        if (world.call == PREPARE)
            world.length = reason->amount;
        else
            world.window = reason->amount;
        break;
    case IODMA_CURE_LEND:
        world.storage = storage_for(reason->amount);
        break;
    case IODMA_CURE_MORE_IOVA:
        world.iova = (uint32_t)(storage_for(reason->amount) / PAGE);
        break;
    case IODMA_CURE_REGION:
        add_region(reason->amount);
        break;
    case IODMA_CURE_CACHE:
        world.cached = true;
        break;
    case IODMA_CURE_WIDER:
        world.output = reason->amount == 64 ? iodma_output_host64 : NULL;
        break;
    case IODMA_CURE_LATER:
        world.windows = 0;
        world.far = false;
        world.refusing = false;
        break;
    default:
        expect_number("a cure that is known", reason->cure, 0);
        break;
    }
}

/* Each refusal, and its cure ---------------------------------------------- */

/* clang-format off */
#define WANT(status_, rule_, place_, number_, required_, actual_, cure_,       \
             amount_)                                                          \
    .want = { .status = IODMA_##status_, .rule = IODMA_RULE_##rule_,           \
              .place = IODMA_PLACE_##place_, .number = (number_),              \
              .required = (required_), .actual = (actual_),                    \
              .cure = IODMA_CURE_##cure_, .amount = (amount_) }
#define PLAIN(...) IODMA_SPEC(iodma_output_host64, 64, __VA_ARGS__)
#define WITH(mapping_, ...)                                                    \
    { .output = iodma_output_host64,                                           \
      .segment = { .struct_size = 56, __VA_ARGS__ },                           \
      .mapping = (mapping_) }
#define NARROW(...) IODMA_SPEC(iodma_output_host64, 24, __VA_ARGS__)
#define OF(kind, name) IODMA_##kind##_##name
#define FORCE IODMA_FORCE_DOUBLE_BUFFER
#define BOTH (HAL_READ | HAL_WRITE)
#define ONE_RANGE { { 0x10000, 0x100 } }

static const struct world rows[] = {
    /* The state. */
    { "prepare, no specification", PREPARE, .unspecified = true,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, UNSPECIFIED, NONE, 0, 0, 0, SPECIFY, 0) },
    { "prepare, no memory", PREPARE, .unattached = true,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, UNATTACHED, NONE, 0, 0, 0, ATTACH, 0) },
    { "prepare, virtual memory that is not prepared", PREPARE,
      .is_virtual = true, .unwired = true, .ranges = ONE_RANGE,
      .spec = PLAIN(0), WANT(NOT_READY, UNWIRED, NONE, 0, 0, 0, WIRE, 0) },
    { "prepare, from elsewhere than before", PREPARE, .prepared = 2,
      .window = 0x10, .offset = 0x20, .length = 0x10, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(NOT_READY, PREPARED, ARGUMENT, OF(ARGUMENT, OFFSET), 0, 0x20,
           COMPLETE, 2) },
    { "prepare, of another length than before", PREPARE, .prepared = 1,
      .window = 0x10, .length = 0x20, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, PREPARED, ARGUMENT, OF(ARGUMENT, LENGTH), 0x10, 0x20,
           COMPLETE, 1) },
    { "set memory while prepared", SET_MEMORY, .prepared = 3,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BUSY, PREPARED, NONE, 0, 0, 3, COMPLETE, 3) },
    { "set memory while held", SET_MEMORY, .prepared = 3, .held = 2,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BUSY, HELD, NONE, 0, 0, 2, RELEASE, 2) },
    { "a specification while prepared", SET_SPEC, .prepared = 1,
      .ranges = ONE_RANGE, .spec = PLAIN(0), .spec2 = PLAIN(0),
      WANT(NOT_PERMITTED, PREPARED, NONE, 0, 0, 1, COMPLETE, 1) },
    { "segments of nothing", GEN, .unattached = true, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .more = 1, WANT(BAD_ARGUMENT, UNATTACHED, NONE, 0, 0, 0, ATTACH, 0) },
    { "segments, not prepared", GEN, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, UNPREPARED, NONE, 0, 0, 0, PREPARE, 0) },
    { "descriptors, not prepared", EMIT, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(NOT_READY, UNPREPARED, NONE, 0, 0, 0, PREPARE, 0) },
    { "synchronize, not prepared", SYNC, .options = IODMA_IN,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, UNPREPARED, NONE, 0, 0, 0, PREPARE, 0) },
    { "synchronize a part, not prepared", RANGE, .options = IODMA_IN,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NOT_READY, UNPREPARED, NONE, 0, 0, 0, PREPARE, 0) },
    { "bytes, not prepared", WRITE, .length = 8, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(NOT_READY, UNPREPARED, NONE, 0, 0, 0, PREPARE, 0) },
    { "force while held", SYNC, .options = FORCE, .prepared = 1, .held = 1,
      .storage = PAGE, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BUSY, HELD, NONE, 0, 0, 1, RELEASE, 1) },

    /* The arguments. */
    { "a window from behind the memory", PREPARE, .offset = 0x101,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, WINDOW, ARGUMENT, OF(ARGUMENT, OFFSET), 0x100, 0x101,
           SET, 0x100) },
    { "a window to behind the memory", PREPARE, .offset = 0x80,
      .length = TOP, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, WINDOW, ARGUMENT, OF(ARGUMENT, LENGTH), 0x80, TOP,
           SET, 0x80) },
    { "a window too long", PREPARE, .ranges = ONE_RANGE,
      .spec = PLAIN(0, .max_transfer = 0x47, .align_length = 4),
      WANT(NO_SPACE, MAX_TRANSFER, ARGUMENT, OF(ARGUMENT, LENGTH), 0x47,
           0x100, SPLIT, 0x44) },
    { "no window is short enough", PREPARE, .ranges = { { 0x10000, 16 } },
      .spec = PLAIN(0, .max_transfer = 8, .align_length = 16),
      WANT(NO_SPACE, MAX_TRANSFER, FIELD, OF(FIELD, MAX_TRANSFER), 8, 16, SET,
           16) },
    { "a window of an odd length", PREPARE, .length = 6, .ranges = ONE_RANGE,
      .spec = PLAIN(0, .align_length = 4),
      WANT(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT, OF(ARGUMENT, LENGTH), 4, 6,
           SET, 8) },
    { "a window of an odd length, and no longer memory", PREPARE,
      .ranges = { { 0x10000, 3 } }, .spec = PLAIN(0, .align_length = 8),
      WANT(NOT_ALIGNED, ALIGN_LENGTH, RANGE, 0, 8, 3, EXTEND, 5) },
    { "a window of an odd length, with no room for more", PREPARE,
      .offset = 0xF9, .ranges = ONE_RANGE, .spec = PLAIN(0, .align_length = 4),
      WANT(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT, OF(ARGUMENT, LENGTH), 4, 7,
           SET, 4) },
    { "no offset", GEN, .prepared = 1, .no_offset = true, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, OFFSET), 0, 0, PASS,
           0) },
    { "no array", GEN, .prepared = 1, .no_segments = true, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, SEGMENTS), 0, 0,
           PASS, 0) },
    { "no count", GEN, .prepared = 1, .no_count = true, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, COUNT), 0, 0, PASS,
           0) },
    { "no output function", GEN, .prepared = 1, .no_output = true, .count = 1,
      .output = iodma_output_host64, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, OUTPUT), 0, 0, PASS,
           0) },
    { "no emitter", EMIT, .prepared = 1, .no_emitter = true,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, EMITTER), 0, 0, PASS,
           0) },
    { "no bytes", READ, .prepared = 1, .no_bytes = true, .length = 8,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, BYTES), 0, 0, PASS,
           0) },
    { "no room", GEN, .prepared = 1, .output = iodma_output_host64,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, CAPACITY, ARGUMENT, OF(ARGUMENT, COUNT), 1, 0, SET,
           1) },
    { "segments behind the last", GEN, .prepared = 1, .count = 1,
      .offset = 0x100, .output = iodma_output_host64, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(OVERRUN, WINDOW, ARGUMENT, OF(ARGUMENT, OFFSET), 0xFF, 0x100, SET,
           0) },
    { "descriptors behind the last", EMIT, .prepared = 1, .offset = TOP,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(OVERRUN, WINDOW, ARGUMENT, OF(ARGUMENT, OFFSET), 0xFF, TOP, SET,
           0) },
    { "bytes behind the last", READ, .prepared = 1, .offset = 0x100,
      .length = 1, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(OVERRUN, WINDOW, ARGUMENT, OF(ARGUMENT, OFFSET), 0xFF, 0x100, SET,
           0) },
    { "both directions", SYNC, .prepared = 1, .options = IODMA_INOUT,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, OPTIONS, ARGUMENT, OF(ARGUMENT, OPTIONS),
           FORCE | IODMA_IN | IODMA_OUT, IODMA_INOUT, SET, 0) },
    { "both directions of a part", RANGE, .prepared = 1,
      .options = IODMA_INOUT, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, OPTIONS, ARGUMENT, OF(ARGUMENT, OPTIONS),
           IODMA_IN | IODMA_OUT, IODMA_INOUT, SET, IODMA_IN) },
    { "a part from behind the window", RANGE, .prepared = 1, .offset = 0x101,
      .options = IODMA_IN, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, WINDOW, ARGUMENT, OF(ARGUMENT, OFFSET), 0x100, 0x101,
           SET, 0) },
    { "a part to behind the window", RANGE, .prepared = 1, .offset = 0x80,
      .length = 0x81, .options = IODMA_IN, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(BAD_ARGUMENT, WINDOW, ARGUMENT, OF(ARGUMENT, LENGTH), 0x80, 0x81,
           SET, 0x80) },
    { "a part that begins within a line", RANGE, .prepared = 1,
      .cached = true, .offset = 0x48, .length = 0x40, .options = IODMA_IN,
      .direction = IODMA_IN, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_NON_COHERENT, .address_bits = 0),
      WANT(NOT_ALIGNED, LINE, ARGUMENT, OF(ARGUMENT, OFFSET), 64, 0x10048,
           SET, 0x40) },
    { "a part that ends within a line", RANGE, .prepared = 1, .cached = true,
      .offset = 0x40, .length = 0x38, .options = IODMA_IN,
      .direction = IODMA_IN, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_NON_COHERENT, .address_bits = 0),
      WANT(NOT_ALIGNED, LINE, ARGUMENT, OF(ARGUMENT, LENGTH), 64, 0x10078,
           SET, 0x40) },
    { "bytes written that begin within a line", WRITE, .prepared = 1,
      .cached = true, .offset = 0x48, .length = 0x40, .options = IODMA_IN,
      .direction = IODMA_IN, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_NON_COHERENT, .address_bits = 0),
      WANT(NOT_ALIGNED, LINE, ARGUMENT, OF(ARGUMENT, OFFSET), 64, 0x10048,
           SET, 0x40) },
    { "bytes written that end within a line", WRITE, .prepared = 1, .cached = true,
      .offset = 0x40, .length = 0x38, .options = IODMA_IN,
      .direction = IODMA_IN, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_NON_COHERENT, .address_bits = 0),
      WANT(NOT_ALIGNED, LINE, ARGUMENT, OF(ARGUMENT, LENGTH), 64, 0x10078,
           SET, 0x40) },

    /* Specifications. */
    { "no specification", SET_SPEC, .no_spec = true, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = PLAIN(0),
      WANT(BAD_ARGUMENT, POINTER, ARGUMENT, OF(ARGUMENT, SPEC), 0, 0, PASS,
           0) },
    { "no output function in it", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = IODMA_SPEC(NULL, 64, 0),
      WANT(BAD_ARGUMENT, POINTER, FIELD, OF(FIELD, OUTPUT), 0, 0, PASS, 0) },
    { "of no version", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = { .output = iodma_output_host64,
                 .segment = { .struct_size = 39 } },
      WANT(BAD_ARGUMENT, STRUCT_SIZE, FIELD, OF(FIELD, STRUCT_SIZE), 40, 39,
           SET, 40) },
    { "33 bits through 32", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = IODMA_SPEC(iodma_output_big32, 33, 0),
      WANT(BAD_ARGUMENT, BITS, FIELD, OF(FIELD, ADDRESS_BITS), 32, 33, SET,
           32) },
    { "65 bits", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = IODMA_SPEC(iodma_output_host64, 65, 0),
      WANT(BAD_ARGUMENT, BITS, FIELD, OF(FIELD, ADDRESS_BITS), 64, 65, SET,
           64) },
    { "less than a page", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = IODMA_SPEC(iodma_output_host64, 11, 0),
      WANT(BAD_ARGUMENT, BITS, FIELD, OF(FIELD, ADDRESS_BITS), 12, 11, SET,
           12) },
    { "an alignment of 3", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_address = 3),
      WANT(BAD_ARGUMENT, POWER_OF_TWO, FIELD, OF(FIELD, ALIGN_ADDRESS), 0, 3,
           SET, 4) },
    { "an alignment of lengths of 24", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = PLAIN(0, .align_length = 24),
      WANT(BAD_ARGUMENT, POWER_OF_TWO, FIELD, OF(FIELD, ALIGN_LENGTH), 0, 24,
           SET, 32) },
    { "an internal alignment of 2^32 - 1", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = PLAIN(0, .align_internal = UINT32_MAX),
      WANT(BAD_ARGUMENT, POWER_OF_TWO, FIELD, OF(FIELD, ALIGN_INTERNAL), 0,
           UINT32_MAX, SET, 0x80000000) },
    { "a boundary of 2^64 - 1", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = PLAIN(0, .boundary = TOP),
      WANT(BAD_ARGUMENT, POWER_OF_TWO, FIELD, OF(FIELD, BOUNDARY), 0, TOP,
           SET, UINT64_C(1) << 63) },
    { "segments shorter than lengths", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0), .spec2 = PLAIN(4, .align_length = 8),
      WANT(BAD_ARGUMENT, MAX_SEGMENT, FIELD, OF(FIELD, MAX_SEGMENT), 8, 4,
           SET, 8) },
    { "segments shorter than the port's lengths", SET_SPEC,
      .port = { .align_length = 16 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(12),
      WANT(BAD_ARGUMENT, MAX_SEGMENT, FIELD, OF(FIELD, MAX_SEGMENT), 16, 12,
           SET, 16) },
    { "lengths longer than the port's segments", SET_SPEC,
      .port = { .max_segment = 12 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_length = 16),
      WANT(BAD_ARGUMENT, MAX_SEGMENT, FIELD, OF(FIELD, ALIGN_LENGTH), 12, 16,
           SET, 8) },
    { "a boundary below an alignment", SET_SPEC, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_internal = 32, .boundary = 16),
      WANT(BAD_ARGUMENT, BOUNDARY, FIELD, OF(FIELD, BOUNDARY), 32, 16, SET,
           32) },
    { "a boundary below the port's alignment", SET_SPEC,
      .port = { .align_seam = 64 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .boundary = 16),
      WANT(BAD_ARGUMENT, BOUNDARY, FIELD, OF(FIELD, BOUNDARY), 64, 16, SET,
           64) },
    { "an alignment above the port's boundary", SET_SPEC,
      .port = { .boundary = 16 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_address = 32),
      WANT(BAD_ARGUMENT, BOUNDARY, FIELD, OF(FIELD, ALIGN_ADDRESS), 16, 32,
           SET, 16) },
    { "a length's alignment above the port's boundary", SET_SPEC,
      .port = { .boundary = 16 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_length = 32),
      WANT(BAD_ARGUMENT, BOUNDARY, FIELD, OF(FIELD, ALIGN_LENGTH), 16, 32,
           SET, 16) },
    { "an internal alignment above the port's boundary", SET_SPEC,
      .port = { .boundary = 16 }, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = PLAIN(0, .align_internal = 32),
      WANT(BAD_ARGUMENT, BOUNDARY, FIELD, OF(FIELD, ALIGN_INTERNAL), 16, 32,
           SET, 16) },
    { "a mapping of type 7", SET_SPEC, .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = { .output = iodma_output_host64,
                 .segment = { .struct_size = 40 },
                 .mapping = IODMA_ITERATE_ONLY | 7 },
      WANT(BAD_ARGUMENT, MAPPING_TYPE, FIELD, OF(FIELD, MAPPING), 3, 7, SET,
           IODMA_ITERATE_ONLY) },
    { "a mapper that is to be bypassed", SET_SPEC, .iova = 16, .bypass = true,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = { .output = iodma_output_host64,
                 .segment = { .struct_size = 40 },
                 .mapping = IODMA_BYPASSED },
      WANT(BAD_ARGUMENT, BYPASS, FIELD, OF(FIELD, MAPPING), 0, 1, SET, 0) },
    { "a mapper that cannot be bypassed", SET_SPEC, .iova = 16,
      .ranges = ONE_RANGE, .spec = PLAIN(0),
      .spec2 = { .output = iodma_output_host64,
                 .segment = { .struct_size = 40 },
                 .mapping = IODMA_UNMAPPED },
      WANT(BAD_ARGUMENT, BYPASS, FIELD, OF(FIELD, MAPPING), 0, 3, SET, 0) },

    /* Memory that cannot go as it lies, with nothing lent. */
    { "an address that is not aligned", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10001, 0x100 } }, .spec = PLAIN(0, .align_address = 4),
      WANT(NO_RESOURCES, ALIGN_ADDRESS, RANGE, 0, 4, 0x10001, LEND, PAGE) },
    { "a third range that is not aligned", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x100 }, { 0x20000, 0x100 }, { 0x30002, 8 } },
      .spec = PLAIN(0, .align_internal = 4),
      WANT(NO_RESOURCES, ALIGN_INTERNAL, RANGE, 2, 4, 0x30002, LEND, PAGE) },
    { "a second length that is not aligned", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 6 }, { 0x30000, 2 } },
      .spec = PLAIN(0, .align_length = 4),
      WANT(NO_RESOURCES, ALIGN_LENGTH, RANGE, 1, 4, 2, LEND, PAGE) },
    { "an end that is no seam", PREPARE, .direction = IODMA_OUT,
      .port = { .align_seam = 8 },
      .ranges = { { 0x10004, 8 }, { 0x20000, 8 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, SEAM, RANGE, 0, 8, 0x1000C, LEND, PAGE) },
    { "memory above the reach", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x1000 }, { 0xFFF000, 0x3000 } },
      .spec = NARROW(0),
      WANT(NO_RESOURCES, REACH, RANGE, 1, 0xFFFFFF, 0x1001FFF, LEND,
           2 * PAGE) },
    { "memory above the reach, twice in one page", PREPARE,
      .direction = IODMA_OUT, .ranges = { { GIB4, 8 }, { GIB4 + 0x800, 8 } },
      .spec = NARROW(0),
      WANT(NO_RESOURCES, REACH, RANGE, 0, 0xFFFFFF, GIB4 + 7, LEND, PAGE) },
    { "too little storage for what is above the reach", PREPARE,
      .direction = IODMA_OUT, .storage = PAGE,
      .ranges = { { GIB4, 0x2000 } }, .spec = NARROW(0),
      WANT(NO_RESOURCES, REACH, RANGE, 0, 0xFFFFFF, GIB4 + 0x1FFF, LEND,
           2 * PAGE) },
    { "memory in no aperture", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0, 0x1000000, BOTH, true } },
      .ranges = { { 0x10000, 8 }, { GIB4, 0x1800 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, APERTURE, RANGE, 1, HAL_READ, GIB4, LEND,
           2 * PAGE) },
    { "memory that the device may not read", PREPARE, .direction = IODMA_OUT,
      .apertures = { { 0, 0, 0x1000000, BOTH, true },
                     { GIB4, GIB4, 0x10000, HAL_WRITE, true } },
      .ranges = { { GIB4, 0x10 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, APERTURE, RANGE, 0, HAL_READ, GIB4, LEND, PAGE) },
    { "too many segments", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 8 }, { 0x30000, 8 } },
      .spec = PLAIN(0, .max_segments = 2),
      WANT(NO_RESOURCES, SEGMENT_COUNT, SEGMENT, 2, 2, 3, LEND, PAGE) },
    { "a shared line at the beginning", PREPARE, .cached = true,
      .direction = IODMA_IN,
      .apertures = { { 0, 0, 0x1000000, BOTH, false } },
      .ranges = { { 0x10000, 0x40 }, { 0x20008, 0x78 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, LINE, RANGE, 1, 64, 0x20008, LEND, PAGE) },
    { "a shared line at the end", PREPARE, .cached = true,
      .direction = IODMA_IN,
      .apertures = { { 0, 0, 0x1000000, BOTH, false } },
      .ranges = { { 0x10000, 0x140 }, { 0x20000, 0x48 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, LINE, RANGE, 1, 64, 0x20048, LEND, PAGE) },

    /* Memory for which no storage would do. */
    { "too many segments in any case", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x100 } },
      .spec = PLAIN(0x40, .max_segments = 3),
      WANT(NO_SPACE, SEGMENT_COUNT, SEGMENT, 3, 3, 4, SPLIT, 0xC0) },
    { "segments shorter than their alignment", PREPARE,
      .direction = IODMA_OUT, .ranges = { { 0x10000, 12 } },
      .spec = PLAIN(4, .align_internal = 8),
      WANT(NOT_ALIGNED, ALIGN_INTERNAL, RANGE, 0, 8, 0x10004, SPLIT, 4) },
    { "such, and not aligned either", PREPARE, .direction = IODMA_OUT,
      .storage = PAGE, .ranges = { { 0x10002, 12 } },
      .spec = PLAIN(4, .align_address = 8),
      WANT(NOT_ALIGNED, ALIGN_ADDRESS, RANGE, 0, 8, 0x10002, SPLIT, 4) },
    { "more than the device reaches", PREPARE, .direction = IODMA_OUT,
      .ranges = { { 0, 0x1000 }, { 0x1002, 0x1010 } },
      .spec = IODMA_SPEC(iodma_output_host64, 13, 0, .align_address = 4),
      WANT(NO_RESOURCES, REACH, RANGE, 1, 0x1FFF, 0x2011, SPLIT, 0x1000) },

    { "more than the device reaches, though each byte is in reach", PREPARE,
      .direction = IODMA_OUT, .ranges = { { 0, 0x1000 }, { 2, 0x800 } },
      .spec = IODMA_SPEC(iodma_output_host64, 12, 0, .align_address = 4),
      WANT(NO_RESOURCES, ALIGN_INTERNAL, RANGE, 1, 4, 2, SPLIT, 0x1000) },

    /* Memory that may not be written. */
    { "ROM behind what is none", PREPARE, .direction = IODMA_IN,
      .regions = { { 0, 0x30000, .writable = true }, { 0x30000, 0x1000 } },
      .apertures = { { 0, 0, 0x31000, BOTH, true } },
      .ranges = { { 0x2FFF0, 0x10 }, { 0x30000, 0x10 } }, .spec = PLAIN(0),
      WANT(NOT_WRITABLE, WRITABLE, RANGE, 1, 0, 0x30000, MOVE, 0x2FFFF) },
    { "ROM", PREPARE, .direction = IODMA_IN,
      .regions = { { 0, 0x30000, .writable = true },
                   { 0x30000, 0x1000 },
                   { 0x31000, 0x100000, .writable = true } },
      .ranges = { { 0x20000, 8 }, { 0x2FFF8, 0x10 } }, .spec = PLAIN(0),
      WANT(NOT_WRITABLE, WRITABLE, RANGE, 1, 0, 0x30000, MOVE,
           (UINT64_C(1) << 63) - 1) },
    { "memory that the device may not write", PREPARE, .direction = IODMA_IN,
      .apertures = { { 0, 0, 0x40000, BOTH, true },
                     { 0x40000, 0x40000, 0x1000, HAL_READ, true } },
      .ranges = { { 0x40000, 0x10 } }, .spec = PLAIN(0),
      WANT(NOT_WRITABLE, WRITABLE, RANGE, 0, 0, 0x40000, MOVE, 0x3FFFF) },
    { "ROM, to iterate over", PREPARE, .direction = IODMA_NONE,
      .apertures = { { 0, 0, 0x40000, BOTH, true } },
      .regions = { { 0, 0x3F000, .writable = true }, { 0x3F000, 0x1000 } },
      .ranges = { { 0x3F100, 0x10 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 0),
      WANT(NOT_WRITABLE, WRITABLE, RANGE, 0, 0, 0x3F100, MOVE, 0x3EFFF) },
    { "a device that is not coherent, and no cache", PREPARE,
      .direction = IODMA_OUT, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_NON_COHERENT, .address_bits = 0),
      WANT(UNSUPPORTED, NO_CACHE, NONE, 0, 0, 0, CACHE, 0) },

    /* What the CPU has to reach. */
    { "bounced memory in no region", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .regions = { { 0, 0x1000000, .writable = true } },
      .ranges = { { 0xFFF000, 0x1800 } }, .spec = NARROW(0),
      WANT(NOT_ATTACHED, REGION, RANGE, 0, 0, 0x1000000, REGION,
           0x1000000) },
    { "maintained memory in no region", PREPARE, .direction = IODMA_OUT,
      .cached = true, .regions = { { 0, 0x20000, .writable = true } },
      .apertures = { { 0, 0, 0x1000000, BOTH, false } },
      .ranges = { { 0x10000, 0x40 }, { 0x1FFF0, 0x20 } }, .spec = PLAIN(0),
      WANT(NOT_ATTACHED, REGION, RANGE, 1, 0, 0x20000, REGION, 0x20000) },
    { "the first byte behind several regions", PREPARE, .cached = true,
      .direction = IODMA_OUT,
      .regions = { { 0, 0x10100, .writable = true },
                   { 0x10100, 0x100, .writable = true },
                   { 0x10200, 0x180, .writable = true } },
      .apertures = { { 0, 0, 0x1000000, BOTH, false } },
      .ranges = { { 0x10000, 0x400 } }, .spec = PLAIN(0),
      WANT(NOT_ATTACHED, REGION, RANGE, 0, 0, 0x10380, REGION, 0x10380) },
    { "no window for a copy", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .windows = SPARSE_WINDOWS,
      .ranges = { { 0x10000, 8 }, { GIB4, 8 } }, .spec = NARROW(0),
      WANT(NO_RESOURCES, FAR_WINDOW, RANGE, 1, 0, 0, LATER, 0) },
    { "no window for a moment", PREPARE, .direction = IODMA_OUT,
      .storage = 4 * PAGE, .far = true, .ranges = { { GIB4, 8 } },
      .spec = NARROW(0),
      WANT(NO_RESOURCES, FAR_WINDOW, NONE, 0, 0, 0, LATER, 0) },
    { "no window for bytes", WRITE, .prepared = 1, .length = 8,
      .windows = SPARSE_WINDOWS, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NO_RESOURCES, FAR_WINDOW, RANGE, 0, 0, 0, LATER, 0) },
    { "bytes in no region", READ, .prepared = 1, .offset = 8, .length = 0x18,
      .direction = IODMA_OUT, .regions = { { 0, 0x20000, .writable = true } },
      .ranges = { { 0x10000, 0x10 }, { 0x20000, 0x10 } }, .spec = PLAIN(0),
      WANT(NOT_ATTACHED, REGION, RANGE, 1, 0, 0x20000, REGION, 0x20000) },
    { "synchronize, no window", SYNC, .prepared = 1, .options = IODMA_OUT,
      .storage = PAGE, .windows = SPARSE_WINDOWS, .ranges = { { GIB4, 8 } },
      .spec = NARROW(0),
      WANT(NO_RESOURCES, FAR_WINDOW, RANGE, 0, 0, 0, LATER, 0) },
    { "synchronize a part, no window", RANGE, .prepared = 1,
      .options = IODMA_OUT, .length = 8, .storage = PAGE,
      .windows = SPARSE_WINDOWS, .ranges = { { GIB4, 8 } }, .spec = NARROW(0),
      WANT(NO_RESOURCES, FAR_WINDOW, RANGE, 0, 0, 0, LATER, 0) },

    /* Force. */
    { "force, no storage", SYNC, .prepared = 1, .options = FORCE,
      .ranges = { { 0x10000, 0x1801 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, STORAGE, NONE, 0, 0x2000, 0, LEND, 0x2000) },
    { "force, too little storage", SYNC, .prepared = 1, .options = FORCE,
      .storage = PAGE, .ranges = { { 0x10000, 0x1801 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, STORAGE, NONE, 0, 0x2000, 0x1000, LEND, 0x2000) },
    { "force, no such list", SYNC, .prepared = 1, .options = FORCE,
      .storage = 16 * PAGE,
      .ranges = { { 0x10000, 4 }, { 0x20000, 4 }, { 0x30000, 4 } },
      .spec = PLAIN(4, .align_internal = 8),
      WANT(NOT_ALIGNED, ALIGN_INTERNAL, SEGMENT, 1, 8, 4, SPLIT, 4) },
    { "force, no window", SYNC, .prepared = 1, .options = FORCE,
      .storage = PAGE, .windows = SPARSE_WINDOWS, .ranges = ONE_RANGE,
      .spec = PLAIN(0),
      WANT(NO_RESOURCES, FAR_WINDOW, RANGE, 0, 0, 0, LATER, 0) },
    { "force, to iterate only", SYNC, .prepared = 1,
      .options = FORCE | IODMA_IN, .ranges = ONE_RANGE,
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 0),
      WANT(BAD_ARGUMENT, ITERATE_ONLY, ARGUMENT, OF(ARGUMENT, OPTIONS), 0,
           FORCE | IODMA_IN, SET, IODMA_IN) },

    /* Mappers. */
    { "too little IOVA", PREPARE, .direction = IODMA_OUT, .iova = 2,
      .ranges = { { 0x10800, 0x1000 }, { 0x20000, 8 } }, .spec = PLAIN(0),
      WANT(NO_RESOURCES, IOVA, NONE, 0, 0x3000, 0x10000000, MORE_IOVA,
           0x3000) },
    { "too little IOVA, to iterate over", PREPARE, .direction = IODMA_OUT,
      .iova = 2, .ranges = { { 0x10800, 0x1000 }, { 0x20000, 8 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 0),
      WANT(NO_RESOURCES, IOVA, NONE, 0, 0x3000, 0x10000000, MORE_IOVA,
           0x3000) },
    { "a mapper that refuses", PREPARE, .direction = IODMA_OUT, .iova = 16,
      .refusing = true, .ranges = ONE_RANGE, .spec = PLAIN(0),
      WANT(NO_RESOURCES, MAPPER, NONE, 0, 0, (uint32_t)IODMA_NO_RESOURCES,
           LATER, 0) },

    /* Generation. */
    { "a function that cannot write it", GEN, .prepared = 1, .count = 4,
      .output = iodma_output_host32, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { GIB4 - 8, 8 }, { GIB4 + 8, 8 } },
      .spec = PLAIN(0),
      WANT(MESSAGE_TOO_LARGE, OUTPUT, SEGMENT, 2, UINT32_MAX, GIB4 + 8,
           WIDER, 64) },
    { "a length that it cannot write", GEN, .prepared = 1, .count = 1,
      .output = iodma_output_little32, .direction = IODMA_OUT,
      .ranges = { { 0x10000, GIB4 } }, .spec = PLAIN(0),
      WANT(MESSAGE_TOO_LARGE, OUTPUT, SEGMENT, 0, UINT32_MAX, GIB4, WIDER,
           64) },
    { "iterated, not aligned", GEN, .prepared = 1, .count = 4,
      .output = iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20001, 8 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .align_address = 4),
      WANT(NOT_ALIGNED, ALIGN_INTERNAL, RANGE, 1, 4, 0x20001, ALIGN, 3) },
    { "iterated, a length not aligned", GEN, .prepared = 1, .count = 4,
      .output = iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0x20000, 6 }, { 0x30000, 2 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .align_length = 4),
      .window = 16,
      WANT(NOT_ALIGNED, ALIGN_LENGTH, RANGE, 1, 4, 2, EXTEND, 2) },
    { "iterated, from within a length on", GEN, .prepared = 1, .count = 4,
      .offset = 14, .output = iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 0x20 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .align_length = 4),
      .window = 16,
      WANT(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT, OF(ARGUMENT, OFFSET), 4, 2,
           SET, 12) },
    { "iterated, out of reach", GEN, .prepared = 1, .count = 4, .offset = 4,
      .output = iodma_output_host64, .direction = IODMA_OUT,
      .ranges = { { 0x10000, 8 }, { 0xFFFFF8, 0x10 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 24),
      WANT(MESSAGE_TOO_LARGE, REACH, RANGE, 1, 0xFFFFFF, 0x1000007, MOVE,
           0xFFFFFF) },
    { "iterated, out of reach, and room nowhere", GEN, .prepared = 1,
      .count = 4, .output = iodma_output_host64, .direction = IODMA_OUT,
      .apertures = { { 0x10000, 0x10000, 0x100, BOTH, true },
                     { GIB4, GIB4, 0x1000, BOTH, true } },
      .ranges = { { 0x10000, 8 }, { GIB4, 0x200 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 24),
      WANT(MESSAGE_TOO_LARGE, REACH, RANGE, 1, 0xFFFFFF, GIB4 + 0x1FF, SPLIT,
           8) },
    { "iterated, not aligned within a range", GEN, .prepared = 1, .count = 4,
      .output = iodma_output_host64, .direction = IODMA_OUT,
      .apertures = { { 0x10000, 0x10000, 0x100, BOTH, true },
                     { 0x10100, 0x30002, 0x100, BOTH, true } },
      .ranges = { { 0x10000, 0x180 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .align_address = 4),
      WANT(NOT_ALIGNED, ALIGN_INTERNAL, RANGE, 0, 4, 0x30002, SPLIT, 0x100) },
    { "iterated, in no aperture", EMIT, .prepared = 1,
      .apertures = { { 0, 0x1000, 0x100000, BOTH, true } },
      .direction = IODMA_OUT, .ranges = { { 0x10000, 8 }, { GIB4, 8 } },
      .spec = WITH(IODMA_ITERATE_ONLY, .address_bits = 20),
      WANT(MESSAGE_TOO_LARGE, APERTURE, RANGE, 1, HAL_READ, GIB4, MOVE,
           0xFEFFF) },
};
/* clang-format on */

#define DROPPED                                                                \
    .cached = true, .direction = IODMA_IN,                                     \
    .apertures = { { 0, 0, 0x1000000, BOTH, false } }

/* Windows that are bounced, and what would make them direct. */
/* clang-format off */
static const struct world bounced[] = {
    { "a range that begins badly", PREPARE, .direction = IODMA_OUT,
      .storage = 16 * PAGE, .ranges = { { 0x10000, 8 }, { 0x20002, 8 } },
      .spec = PLAIN(0, .align_internal = 4),
      WANT(OK, ALIGN_INTERNAL, RANGE, 1, 4, 0x20002, ALIGN, 2) },
    { "a range that goes on badly", PREPARE, .direction = IODMA_OUT,
      .storage = 16 * PAGE,
      .apertures = { { STORAGE, STORAGE, 0x10000, BOTH, true },
                     { 0x10000, 0x20000, 0x100, BOTH, true },
                     { 0x10100, 0x30002, 0x100, BOTH, true } },
      .ranges = { { 0x10000, 0x180 } },
      .spec = PLAIN(0, .align_internal = 4),
      WANT(OK, ALIGN_INTERNAL, RANGE, 0, 4, 0x30002, SPLIT, 0x100) },
    { "a range that ends badly", PREPARE, .direction = IODMA_OUT,
      .storage = 16 * PAGE, .ranges = { { 0x10000, 6 }, { 0x20000, 6 } },
      .length = 8, .spec = PLAIN(0, .align_length = 4),
      WANT(OK, ALIGN_LENGTH, RANGE, 0, 4, 2, EXTEND, 2) },
    { "a seam of apertures at a bad place", PREPARE, .direction = IODMA_OUT,
      .storage = 16 * PAGE, .port = { .align_seam = 8 },
      .apertures = { { STORAGE, STORAGE, 0x10000, BOTH, true },
                     { 0x10000, 0x20000, 0x104, BOTH, true },
                     { 0x10104, 0x30000, 0x100, BOTH, true } },
      .ranges = { { 0x10000, 0x180 } }, .spec = PLAIN(0),
      WANT(OK, SEAM, RANGE, 0, 8, 0x20104, SPLIT, 0x104) },
    { "a line at the beginning", PREPARE, DROPPED, .storage = 16 * PAGE,
      .ranges = { { 0x10010, 0x70 } }, .spec = PLAIN(0),
      WANT(OK, LINE, RANGE, 0, 64, 0x10010, ALIGN, 0x30), .more = 1 },
    { "a line at the end of a range", PREPARE, DROPPED, .storage = 16 * PAGE,
      .ranges = { { 0x10000, 0x50 }, { 0x20000, 0x40 } }, .spec = PLAIN(0),
      WANT(OK, LINE, RANGE, 0, 64, 0x10050, EXTEND, 0x30) },
    { "a line at the end of all", PREPARE, DROPPED, .storage = 16 * PAGE,
      .ranges = { { 0x10000, 0x40 }, { 0x20000, 0x50 } }, .spec = PLAIN(0),
      WANT(OK, LINE, RANGE, 1, 64, 0x20050, EXTEND, 0x30) },
    { "a line at the end of the window", PREPARE, DROPPED,
      .storage = 16 * PAGE, .ranges = { { 0x10000, 0xC0 } }, .length = 0x90,
      .spec = PLAIN(0),
      WANT(OK, LINE, ARGUMENT, OF(ARGUMENT, LENGTH), 64, 0x10090, SET, 0xC0) },
    { "a line of which the range has not all", PREPARE, DROPPED,
      .storage = 16 * PAGE, .ranges = { { 0x10000, 0xBF } }, .length = 0x90,
      .spec = PLAIN(0),
      WANT(OK, LINE, RANGE, 0, 64, 0x10090, EXTEND, 0x30), .more = 1 },
};
/* clang-format on */

static const uint8_t call_names[] = {
    [PREPARE] = IODMA_CALL_PREPARE,
    [SET_SPEC] = IODMA_CALL_SET_SPEC,
    [SET_MEMORY] = IODMA_CALL_SET_MEMORY,
    [GEN] = IODMA_CALL_GEN_SEGMENTS,
    [EMIT] = IODMA_CALL_EMIT,
    [READ] = IODMA_CALL_MOVE_BYTES,
    [WRITE] = IODMA_CALL_MOVE_BYTES,
    [SYNC] = IODMA_CALL_SYNCHRONIZE,
    [RANGE] = IODMA_CALL_SYNCHRONIZE_RANGE,
};

static bool expect_reason(const struct iodma_reason *got,
                          const struct iodma_reason *want, uint32_t from)
{
    return expect_number("call", got->call, from) &
           expect_status("status", (enum iodma_status)got->status,
                         (enum iodma_status)want->status) &
           expect_number("rule", got->rule, want->rule) &
           expect_number("place", got->place, want->place) &
           expect_number("number", got->number, want->number) &
           expect_number("required", got->required, want->required) &
           expect_number("actual", got->actual, want->actual) &
           expect_number("cure", got->cure, want->cure) &
           expect_number("amount", got->amount, want->amount);
}

/* What spec_check() says is what set_spec says. */
static void expect_same_of_spec(void)
{
    struct iodma_reason reason;

    memset(&reason, 0xA5, sizeof reason);
    expect_status(
        "spec_check",
        iodma_spec_check(&it.bus, world.no_spec ? NULL : &world.spec2, &reason),
        IODMA_BAD_ARGUMENT);
    expect_reason(&reason, &world.want, IODMA_CALL_SET_SPEC);
}

static void refused_and_cured(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        world = rows[i];
        build();
        expect_status("the call", call_among_windows(),
                      (enum iodma_status)world.want.status);
        if (world.call == SET_SPEC && world.prepared == 0)
            expect_same_of_spec();
        if (expect_reason(&it.reason, &world.want, call_names[world.call])) {
            enum iodma_status status = IODMA_ERROR;

            for (unsigned k = 0; k <= rows[i].more && status != IODMA_OK; k++) {
                struct iodma_reason reason = it.reason;

                tear_down();
                apply_cure(&reason);
                build();
                status = call_among_windows();
            }
            if (!expect_status("and when cured", status, IODMA_OK))
                printf("#   rule %u\n", it.reason.rule);
        }
        tear_down();
    }
}

/* Refusals that have no cure that a record could name. */
static void without_cure(void)
{
    struct iodma_reason want = { .status = IODMA_MESSAGE_TOO_LARGE,
                                 .rule = IODMA_RULE_OUTPUT };

    check_case("E6: a function of the client's may refuse, it alone knows why");
    world = (struct world){ .call = GEN,
                            .prepared = 1,
                            .count = 4,
                            .output = no_output,
                            .ranges = ONE_RANGE,
                            .spec = PLAIN(0) };
    build();
    expect_status("the call", call(), IODMA_MESSAGE_TOO_LARGE);
    expect_reason(&it.reason, &want, IODMA_CALL_GEN_SEGMENTS);
    tear_down();

    check_case("E6: and so may a driver");
    world.call = EMIT;
    world.driver_refuses = true;
    want = (struct iodma_reason){ .status = IODMA_NO_SPACE,
                                  .rule = IODMA_RULE_EMITTER,
                                  .actual = (uint32_t)IODMA_NO_SPACE };
    build();
    expect_status("the call", call(), IODMA_NO_SPACE);
    expect_reason(&it.reason, &want, IODMA_CALL_EMIT);
    tear_down();

    check_case("E6: an empty window has no segments, wherever one begins");
    world.call = GEN;
    world.window = 0;
    world.offset = 0;
    world.prepared = 0;
    build();
    expect_status("prepare",
                  iodma_command_prepare(&it.command, 0x100, 0, true, true),
                  IODMA_OK);
    want = (struct iodma_reason){ .status = IODMA_OVERRUN,
                                  .rule = IODMA_RULE_WINDOW,
                                  .place = IODMA_PLACE_ARGUMENT,
                                  .number = IODMA_ARGUMENT_OFFSET };
    expect_status("the call", call(), IODMA_OVERRUN);
    expect_reason(&it.reason, &want, IODMA_CALL_GEN_SEGMENTS);
    tear_down();
}

/* How it is asked for ------------------------------------------------------ */

static void asked_for(void)
{
    struct iodma_reason raw;
    struct iodma_reason other;
    struct iodma_command clone;

    world = (struct world){ .call = PREPARE,
                            .direction = IODMA_OUT,
                            .ranges = { { 0x10001, 8 } },
                            .spec = PLAIN(0, .align_address = 4) };

    check_case("E6: a record that is no longer asked for is left alone");
    build();
    memset(&it.reason, 0xA5, sizeof it.reason);
    raw = it.reason;
    iodma_command_explain(&it.command, NULL);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    expect_bytes("the record", &it.reason, &raw, sizeof raw);

    check_case("E6: a success leaves the record as it was");
    iodma_command_explain(&it.command, &it.reason);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    memcpy(&raw, &it.reason, sizeof raw);
    expect_status("set spec", iodma_command_set_spec(&it.command, &world.spec),
                  IODMA_OK);
    expect_bytes("the record", &it.reason, &raw, sizeof raw);

    check_case("E6: a clone's refusals are nobody's");
    expect_status("clone", iodma_command_clone(&it.command, &clone, NULL),
                  IODMA_OK);
    expect_status("prepare", iodma_command_prepare(&clone, 0, 0, true, true),
                  IODMA_NOT_READY);
    expect_bytes("the record", &it.reason, &raw, sizeof raw);

    check_case("E6: a call within a call is explained under its own name");
    it.command.reason = NULL;
    iodma_command_explain(&it.command, &other);
    expect_status("set memory",
                  iodma_command_set_memory(&it.command, &it.memory, true),
                  IODMA_NO_RESOURCES);
    expect_number("call", other.call, IODMA_CALL_PREPARE);
    expect_number("rule", other.rule, IODMA_RULE_ALIGN_ADDRESS);
    world.spec.segment.align_address = 3;
    expect_status("prepare",
                  iodma_command_prepare_with_spec(&it.command, &world.spec, 0,
                                                  0, true, true),
                  IODMA_BAD_ARGUMENT);
    expect_number("call", other.call, IODMA_CALL_SET_SPEC);
    expect_number("rule", other.rule, IODMA_RULE_POWER_OF_TWO);

    check_case("E6: with another specification, that one's rules count");
    world.spec.segment.align_address = 2;
    expect_status("prepare",
                  iodma_command_prepare_with_spec(&it.command, &world.spec, 0,
                                                  0, true, true),
                  IODMA_NO_RESOURCES);
    expect_number("call", other.call, IODMA_CALL_PREPARE);
    expect_number("required", other.required, 2);
    tear_down();

    check_case("E6: in a descriptor of several, a place is an offset");
    {
        struct iodma_memory *members[2] = { &it.other, &it.memory };
        struct iodma_memory several;
        const struct iodma_range range = { 0x40000, 16 };

        build();
        (void)iodma_memory_init_ranges(&it.other, &range, 1, IODMA_OUT, NULL,
                                       0);
        expect_status("several",
                      iodma_memory_init_multi(&several, members, 2, IODMA_OUT),
                      IODMA_OK);
        expect_status("set memory",
                      iodma_command_set_memory(&it.command, &several, true),
                      IODMA_NO_RESOURCES);
        expect_number("rule", it.reason.rule, IODMA_RULE_ALIGN_INTERNAL);
        expect_number("place", it.reason.place, IODMA_PLACE_OFFSET);
        expect_number("number", it.reason.number, 16);
        tear_down();
    }

    check_case(
        "E6: a specification is checked without a bus, and without a record");
    expect_status("no bus", iodma_spec_check(NULL, &world.spec, &raw),
                  IODMA_BAD_ARGUMENT);
    expect_number("rule", raw.rule, IODMA_RULE_POINTER);
    expect_number("number", raw.number, IODMA_ARGUMENT_BUS);
    expect_status("no record", iodma_spec_check(NULL, NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    memcpy(&other, &raw, sizeof raw);
    expect_status("nothing wrong", iodma_spec_check(&it.bus, &world.spec, &raw),
                  IODMA_OK);
    expect_bytes("the record", &raw, &other, sizeof raw);
}

/* Every number has words of its own. */
static void words(void)
{
    static const uint8_t rules[] = {
        0,  1,  2,  3,  4,  5,  6,  10, 11, 12, 13, 14, 15,
        20, 21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 34, 35,
        36, 37, 38, 39, 40, 50, 51, 52, 53, 54, 55,
    };
    unsigned known = 0;

    check_case("E6: every call, rule, place and cure can be said");
    for (uint32_t i = 0; i < 256; i++)
        known += strcmp(iodma_rule_name(i), "unknown rule") != 0;
    expect_number("rules", known, COUNT_OF(rules));
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        expect("a rule with words",
               strcmp(iodma_rule_name(rules[i]), "unknown rule") != 0);
    for (uint32_t i = 0; i <= IODMA_CURE_LATER; i++)
        expect("a cure with words",
               strcmp(iodma_cure_name(i), "unknown cure") != 0);
    for (uint32_t i = 0; i <= IODMA_CALL_CHECK; i++)
        expect("a call with words",
               strcmp(iodma_call_name(i), "unknown call") != 0);
    for (uint32_t i = 0; i <= IODMA_PLACE_OFFSET; i++)
        expect("a place with words",
               strcmp(iodma_place_name(i), "unknown place") != 0);
    for (uint64_t i = 1; i <= 10; i++)
        expect("details with words",
               strcmp(iodma_place_detail(IODMA_PLACE_ARGUMENT, i),
                      "unknown argument") != 0 &&
                   strcmp(iodma_place_detail(IODMA_PLACE_FIELD, i),
                          "unknown field") != 0);
    expect("a number has no name",
           strcmp(iodma_place_detail(IODMA_PLACE_RANGE, 2), "") == 0);
    expect("what is not known is said",
           strcmp(iodma_call_name(99), "unknown call") == 0 &&
               strcmp(iodma_place_name(99), "unknown place") == 0 &&
               strcmp(iodma_cure_name(99), "unknown cure") == 0);
}

/* Check: the same as prepare, and no trace --------------------------------- */

static struct iodma_outlook outlook;
static struct iodma_reason why;

/* Check, and compare everything that there is with what was before. */
static enum iodma_status check_window(void)
{
    static uint8_t before[sizeof it];
    unsigned calls = it.model.call_count;
    uint64_t digest = sparse_digest();
    enum iodma_status status;

    memcpy(before, &it, sizeof it);
    memset(&outlook, 0xA5, sizeof outlook);
    maintained = 0;
    status = iodma_command_check(&it.command, world.offset, world.length,
                                 &outlook, &why);
    expect_bytes("command, pools, mapper, memory", &it, before, sizeof it);
    expect_number("calls of the mapper", it.model.call_count, calls);
    expect_number("memory", sparse_digest(), digest);
    expect_number("calls of the cache", maintained, 0);
    expect_number("windows", sparse_open_windows(), 0);
    expect_status("the record's status", (enum iodma_status)why.status, status);
    return status;
}

static uint64_t bytes_bounced(void)
{
    struct iodma_piece piece;
    struct iodma_walk walk;
    uint64_t sum = 0;

    iodma_view_begin(&it.command.view, 0, &walk);
    while (iodma_view_piece(&it.command.view, &walk, UINT64_MAX, &piece) ==
           IODMA_OK)
        sum += piece.client != piece.storage ? piece.length : 0;
    return sum;
}

static uint32_t segments_listed(void)
{
    uint64_t offset = 0;
    uint32_t sum = 0;

    while (offset < it.command.view.length) {
        uint32_t count = SEGMENTS;

        if (!expect_status(
                "list",
                iodma_command_gen_segments(&it.command, &offset, list, &count),
                IODMA_OK))
            break;
        sum += count;
    }
    return sum;
}

/* What was foreseen of a window that has been prepared now. */
static bool expect_foreseen(const struct iodma_outlook *foreseen)
{
    uint32_t listed = segments_listed();
    bool split = foreseen->rung == IODMA_EDGES || foreseen->rung == IODMA_PAGES;

    return expect_number("rung", it.command.view.rung, foreseen->rung) &&
           expect_number("bytes bounced", bytes_bounced(), foreseen->bounced) &&
           expect_number("storage taken",
                         world.storage != 0 ? storage_in_use() * PAGE : 0,
                         foreseen->storage) &&
           (split ? expect("no more segments than foreseen",
                           listed <= foreseen->segments && listed != 0)
                  : expect_number("segments", listed, foreseen->segments));
}

/* Storage that somebody else has is as good as none. */
static void on_loan(void)
{
    uint64_t address;

    check_case("E6: what would do, but is on loan, is to be lent again");
    world = (struct world){ .direction = IODMA_OUT,
                            .storage = PAGE,
                            .ranges = { { 0x10002, 0x1000 } },
                            .spec = PLAIN(0, .align_address = 4) };
    build();
    expect_status("a page is taken",
                  it.bounce.hal.ops->take_page(&it.bounce.hal, TOP, &address),
                  IODMA_OK);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    expect_number("rule", it.reason.rule, IODMA_RULE_ALIGN_ADDRESS);
    expect_number("cure", it.reason.cure, IODMA_CURE_LEND);
    expect_number("amount", it.reason.amount, PAGE);
    it.bounce.hal.ops->give_back(&it.bounce.hal, address, PAGE);
    tear_down();
}

static void checked(void)
{
    static const struct iodma_range one = { 0x10002, 8 };

    check_case("E6: what goes directly has nothing against it");
    world = (struct world){ .direction = IODMA_OUT,
                            .storage = 4 * PAGE,
                            .ranges = { { 0x10000, 8 }, { 0x20000, 8 } },
                            .spec = PLAIN(4) };
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_number("rule", why.rule, IODMA_RULE_NONE);
    expect_number("segments", outlook.segments, 4);
    expect_number("rung", outlook.rung, IODMA_DIRECT);

    check_case("and is the same when it is prepared");
    expect_status("prepare", call(), IODMA_OK);
    expect_status("check", check_window(), IODMA_OK);
    expect_number("segments", outlook.segments, 4);
    world.length = 4;
    expect_status("check another", check_window(), IODMA_NOT_READY);
    expect_number("rule", why.rule, IODMA_RULE_PREPARED);
    tear_down();

    check_case("what is bounced says why, and what would change that");
    world = (struct world){ .direction = IODMA_OUT,
                            .storage = 4 * PAGE,
                            .ranges = { one },
                            .spec = PLAIN(0, .align_address = 4) };
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_number("rung", outlook.rung, IODMA_WHOLE);
    expect_number("bounced", outlook.bounced, 8);
    expect_number("storage", outlook.storage, PAGE);
    expect_number("rule", why.rule, IODMA_RULE_ALIGN_ADDRESS);
    expect_number("cure", why.cure, IODMA_CURE_ALIGN);
    expect_status("prepare", call(), IODMA_OK);
    expect_status("check it now", check_window(), IODMA_OK);
    expect_number("rung", outlook.rung, IODMA_WHOLE);
    expect_number("bounced", outlook.bounced, 8);
    tear_down();

    check_case("what stays direct is judged where the device sees it");
    world = (struct world){
        .direction = IODMA_OUT,
        .storage = 4 * PAGE,
        .apertures = { { STORAGE, STORAGE, 0x10000, BOTH, true },
                       { 0x10000, 0x1F000, 0x4000, BOTH, true } },
        .ranges = { { 0x10000, 0x2000 }, { GIB4, 8 } },
        .spec = PLAIN(0, .boundary = 0x40000),
    };
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_number("rung", outlook.rung, IODMA_PAGES);
    expect_number("segments", outlook.segments, 2);
    expect_status("prepare", call(), IODMA_OK);
    expect_number("rung", it.command.view.rung, IODMA_PAGES);
    tear_down();
    world = (struct world){ .direction = IODMA_OUT,
                            .ranges = { one },
                            .spec = PLAIN(0, .align_address = 4) };

    check_case("a mapper's page must not show others' bounce pages");
    world = (struct world){ .direction = IODMA_IN,
                            .cached = true,
                            .iova = 16,
                            .io_page = 4 * PAGE,
                            .storage = 8 * PAGE,
                            .apertures = { { 0, 0, GIB4, BOTH, false } },
                            .ranges = { { 0x10010, 0x100 } },
                            .spec = PLAIN(0) };
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_number("rung", outlook.rung, IODMA_WHOLE);
    expect_number("storage", outlook.storage, 4 * PAGE);
    expect_status("prepare", call(), IODMA_OK);
    expect("as foreseen", expect_foreseen(&outlook));
    tear_down();
    world = (struct world){ .direction = IODMA_OUT,
                            .ranges = { one },
                            .spec = PLAIN(0, .align_address = 4) };

    check_case("a pool finds runs in blocks, of which it may have none");
    world.storage = 6 * PAGE;
    world.ranges[0] = (struct iodma_range){ 0x10002, 0x4800 };
    build();
    expect_status("check", check_window(), IODMA_NO_RESOURCES);
    expect_status("prepare", call(), IODMA_NO_RESOURCES);
    tear_down();
    world.storage = 8 * PAGE;
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_status("prepare", call(), IODMA_OK);
    tear_down();
    world.storage = 4 * PAGE;

    check_case("a length that is cut badly is cured where it begins");
    world.spec = (struct iodma_spec)PLAIN(
        0, .align_length = 4, .align_internal = 16, .boundary = 256);
    world.ranges[0] = (struct iodma_range){ 0x1074A, 0x200 };
    build();
    expect_status("check", check_window(), IODMA_OK);
    expect_number("rule", why.rule, IODMA_RULE_ALIGN_LENGTH);
    expect_number("cure", why.cure, IODMA_CURE_ALIGN);
    expect_number("amount", why.amount, 2);
    tear_down();

    check_case("nobody need be told why");
    build();
    expect_status("check",
                  iodma_command_check(&it.command, 0, 0, &outlook, NULL),
                  IODMA_OK);
    tear_down();
}

static void bounced_and_cured(void)
{
    check_case("what is bounced is direct when it is cured");
    for (size_t i = 0; i < COUNT_OF(bounced); i++) {
        bool holds;

        world = bounced[i];
        build();
        holds = expect_status("check", check_window(), IODMA_OK) &
                expect("bounced", outlook.rung != IODMA_DIRECT) &
                expect_reason(&why, &world.want, IODMA_CALL_CHECK);
        for (unsigned k = 0; k <= bounced[i].more; k++) {
            tear_down();
            apply_cure(&why);
            build();
            holds &= expect_status("cured", check_window(), IODMA_OK);
        }
        if (!(holds & expect_number("rung", outlook.rung, IODMA_DIRECT) &
              expect_number("rule", why.rule, IODMA_RULE_NONE)))
            printf("#   %s\n", world.what);
        tear_down();
    }
}

/* Each row of the table that is a prepare, and cannot depend on what is on
   loan or reached by the CPU: the same rule and cure. */
static void table_is_foreseen(void)
{
    check_case("check says of every refused prepare what prepare says");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        world = rows[i];
        if (world.call != PREPARE || world.want.rule == IODMA_RULE_REGION ||
            world.want.rule >= IODMA_RULE_FAR_WINDOW)
            continue;
        build();
        if (!(expect_status("status", check_window(),
                            (enum iodma_status)world.want.status) &
              expect_reason(&why, &world.want, IODMA_CALL_CHECK)))
            printf("#   %s\n", world.what);
        tear_down();
    }
}

/* Rounds at random --------------------------------------------------------- */

static struct {
    unsigned direct, bounced, refused, cured_at_once, changed, made_direct;
} tally;

static uint32_t power(uint64_t *seed, uint32_t most)
{
    return random_below(seed, 3) != 0
               ? 0
               : UINT32_C(1) << random_below(seed, most + 1);
}

static uint64_t address_at_random(uint64_t *seed)
{
    static const uint64_t bases[] = { 0x10000, 0xFFE000, 0x1000000, GIB4 };

    return bases[random_below(seed, COUNT_OF(bases))] +
           random_below(seed, 0x1800);
}

static void draw_ranges(uint64_t *seed)
{
    uint32_t count = 1 + random_below(seed, ROW_RANGES - 1);
    uint64_t address = address_at_random(seed);

    for (uint32_t i = 0; i < count; i++) {
        uint64_t length = 1 + random_below(seed, 0x900);

        if (random_below(seed, 2) != 0)
            address = address_at_random(seed);
        if (random_below(seed, 2) != 0) {
            address &= ~UINT64_C(63);
            length = (length | 63) + 1;
        }
        world.ranges[i] = (struct iodma_range){ address, length };
        address += length;
    }
}

static void draw(uint64_t *seed)
{
    struct iodma_segment_options *options = &world.spec.segment;

    world = (struct world){ .call = PREPARE,
                            .direction = random_below(seed, 4),
                            .spec = PLAIN(0) };
    draw_ranges(seed);
    if (random_below(seed, 2) != 0)
        options->address_bits = 24;
    options->align_address = power(seed, 5);
    options->align_length = power(seed, 3);
    options->align_internal = power(seed, 5);
    if (random_below(seed, 3) == 0)
        options->max_segment = 8 + random_below(seed, 0x800);
    if (random_below(seed, 3) == 0)
        options->boundary = 32u << random_below(seed, 8);
    if (random_below(seed, 3) == 0)
        options->max_segments = 1 + random_below(seed, 12);
    if (random_below(seed, 8) == 0)
        options->max_transfer = 0x400 + random_below(seed, 0x800);
    if (random_below(seed, 8) == 0)
        world.port.align_seam = 4;
    if (random_below(seed, 3) == 0) {
        world.cached = true;
        world.spec.mapping |= IODMA_NON_COHERENT;
    }
    if (random_below(seed, 4) == 0)
        world.spec.mapping |= IODMA_LEAST_BOUNCE;
    if (options->address_bits == 64 && random_below(seed, 3) == 0)
        world.iova = 64;
    if (world.iova != 0 && random_below(seed, 2) != 0)
        world.io_page = 4 * PAGE;
    if (random_below(seed, 4) == 0)
        world.apertures[0] =
            (struct hal_aperture){ 0, 0, 0x1001000, BOTH, true };
    if (random_below(seed, 2) != 0)
        world.storage = 64 * PAGE;
    world.scattered = options->max_segments != 0 || random_below(seed, 2) != 0;
    world.offset = random_below(seed, 3) == 0 ? random_below(seed, 16) : 0;
}

static void print_drawn(uint64_t seed)
{
    const struct iodma_segment_options *options = &world.spec.segment;

    printf("# seed %s: bits %u, align %u/%u/%u, max %u, boundary %u, "
           "segments %u, transfer %u, mapping %x, direction %u, storage %u, "
           "iova %u, offset %u, length %u\n",
           hex(seed), options->address_bits, (unsigned)options->align_address,
           (unsigned)options->align_length, (unsigned)options->align_internal,
           (unsigned)options->max_segment, (unsigned)options->boundary,
           (unsigned)options->max_segments, (unsigned)options->max_transfer,
           (unsigned)world.spec.mapping, (unsigned)world.direction,
           (unsigned)world.storage, (unsigned)world.iova,
           (unsigned)world.offset, (unsigned)world.length);
    for (uint32_t i = 0; i < ROW_RANGES; i++)
        printf("#   { %s, %s }\n", hex(world.ranges[i].address),
               hex(world.ranges[i].length));
    printf("#   %s at %s %u (%s, %s): %s %s\n", iodma_rule_name(why.rule),
           iodma_place_name(why.place), (unsigned)why.number, hex(why.required),
           hex(why.actual), iodma_cure_name(why.cure), hex(why.amount));
}

/* One step: check, prepare, compare. Returns false if they differ. */
static bool agree(enum iodma_status *status)
{
    enum iodma_status foreseen;

    build();
    foreseen = check_window();
    *status = call();
    if (!expect_status("prepare, as foreseen", *status, foreseen))
        return false;
    return *status == IODMA_OK
               ? expect_foreseen(&outlook)
               : expect_reason(&it.reason, &why, IODMA_CALL_PREPARE);
}

enum { MOST_CURES = 8, MOST_CHANGES = 40 };

/* Do as one is told until it is prepared; then, until it goes directly. */
static bool round_holds(void)
{
    enum iodma_status status = IODMA_ERROR;
    unsigned cures = 0;
    unsigned changes = 0;

    for (;;) {
        bool holds = agree(&status);

        tear_down();
        if (!holds)
            return false;
        if (status == IODMA_OK)
            break;
        if (!expect("so many cures are enough", cures < MOST_CURES))
            return false;
        apply_cure(&why);
        cures++;
    }
    tally.direct += cures == 0 && why.rule == IODMA_RULE_NONE;
    tally.bounced += cures == 0 && why.rule != IODMA_RULE_NONE;
    tally.refused += cures != 0;
    tally.cured_at_once += cures == 1;
    while (status == IODMA_OK && why.rule != IODMA_RULE_NONE &&
           changes++ < MOST_CHANGES) {
        bool holds;

        apply_cure(&why);
        holds = agree(&status);
        tear_down();
        if (!holds)
            return false;
    }
    tally.made_direct +=
        status == IODMA_OK && changes != 0 && why.rule == IODMA_RULE_NONE;
    tally.changed += changes != 0;
    return true;
}

static void rounds(uint32_t count)
{
    uint64_t seed = 1;

    check_case("check agrees with prepare, without a trace, and cures cure");
    for (uint32_t i = 0; i < count; i++) {
        uint64_t drawn_by = seed;
        enum iodma_status status;

        do {
            draw(&seed);
            build_bus();
            status = iodma_spec_check(&it.bus, &world.spec, NULL);
        } while (status != IODMA_OK);
        if (!round_holds()) {
            print_drawn(drawn_by);
            break;
        }
    }
    printf("# %u rounds: %u direct, %u bounced, %u refused (of which one cure "
           "was enough for %u), %u of %u made direct\n",
           (unsigned)count, tally.direct, tally.bounced, tally.refused,
           tally.cured_at_once, tally.made_direct, tally.changed);
    expect("a tenth of the rounds each", tally.direct >= count / 10 &&
                                             tally.bounced >= count / 10 &&
                                             tally.refused >= count / 10);
    expect("most of what is bounced is made direct by what one is told",
           tally.made_direct >= tally.changed / 5 * 4);
}

/* test_reason [ROUNDS] */
int main(int argc, char **argv)
{
    refused_and_cured();
    without_cure();
    asked_for();
    words();
    checked();
    on_loan();
    bounced_and_cured();
    table_is_foreseen();
    rounds(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000);
    return check_result();
}
