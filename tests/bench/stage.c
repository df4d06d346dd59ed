/* SPDX-License-Identifier: MIT */
#include "tests/bench/stage.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/bench/hooks.h"

#include <stdio.h>
#include <stdlib.h>

struct stage stage;

void stage_must(const char *what, enum iodma_status status)
{
    if (status == IODMA_OK)
        return;
    fprintf(stderr, "bench: the set-up failed: %s: 0x%x\n", what,
            (unsigned)status);
    exit(2);
}

/* An IOMMU ---------------------------------------------------------------- */

#define IOVA ((hal_address)0x80000000)

/* The bus address that each page of IOVA shows; 1: none. */
static hal_address shown[STAGE_IOVA_PAGES];

static enum iodma_status map_run(struct hal_mapper *mapper, hal_address iova,
                                 hal_address bus, hal_address length,
                                 uint32_t access)
{
    (void)mapper;
    (void)access;
    for (hal_address i = 0; i < length; i += STAGE_PAGE)
        shown[(iova + i - IOVA) / STAGE_PAGE] = bus + i;
    return IODMA_OK;
}

static void unmap(struct hal_mapper *mapper, hal_address iova,
                  hal_address length)
{
    (void)mapper;
    for (hal_address i = 0; i < length; i += STAGE_PAGE)
        shown[(iova + i - IOVA) / STAGE_PAGE] = 1;
}

static void sync_mapper(struct hal_mapper *mapper)
{
    (void)mapper;
}

static bool to_physical(struct hal_mapper *mapper, hal_address iova,
                        hal_address *bus)
{
    (void)mapper;
    *bus = shown[(iova - IOVA) / STAGE_PAGE] + iova % STAGE_PAGE;
    return true;
}

static const struct hal_mapper_ops mapper_ops = { map_run, unmap, sync_mapper,
                                                  to_physical };
static struct hal_mapper iommu = {
    .ops = &mapper_ops,
    .page_size = STAGE_PAGE,
    .first = IOVA,
    .last = IOVA + STAGE_IOVA_PAGES * (hal_address)STAGE_PAGE - 1,
};

/* The buses --------------------------------------------------------------- */

static const struct hal_aperture coherent = {
    .first = STAGE_BASE,
    .last = STAGE_BASE + STAGE_SIZE - 1,
    .bus = 0,
    .access = HAL_READ | HAL_WRITE,
    .snooped = true,
};

static const struct hal_aperture cached = {
    .first = STAGE_BASE,
    .last = STAGE_BASE + STAGE_SIZE - 1,
    .bus = 0,
    .access = HAL_READ | HAL_WRITE,
};

static const struct hal_aperture parted[] = {
    { .first = STAGE_BASE,
      .last = STAGE_BASE + STAGE_HALF - 1,
      .bus = 0,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
    { .first = STAGE_BASE + STAGE_HALF,
      .last = STAGE_BASE + STAGE_SIZE - 1,
      .bus = STAGE_SECOND,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};

static const struct hal_region region = {
    .first = STAGE_BASE,
    .last = STAGE_BASE + STAGE_SIZE - 1,
    .cached = HAL_WRITE_BACK,
    .writable = true,
};

static const struct hal_limits no_limits = { .address_bits = 0 };

static struct hal_bus boards[STAGE_BUSES] = {
    [STAGE_COHERENT] = { .apertures = &coherent, .aperture_count = 1 },
    [STAGE_CACHED] = { .apertures = &cached,
                       .aperture_count = 1,
                       .cache = &hooks_cache },
    [STAGE_PARTED] = { .apertures = parted,
                       .aperture_count = HAL_COUNT_OF(parted) },
    [STAGE_MAPPED] = { .apertures = &coherent, .aperture_count = 1 },
};

static void make_bus(enum stage_bus on)
{
    struct iodma_bus *bus = &stage.buses[on];
    struct hal_bus *board = &boards[on];

    board->regions = &region;
    board->region_count = 1;
    board->limits = &no_limits;
    board->clock = &hooks_clock;
    board->lock = &hooks_lock;
    board->fences = &hooks_fences;
    stage_must("bus", iodma_bus_init(bus, board, STAGE_PAGE));
    stage_must("its facts", iodma_bus_check(bus, NULL));
    if (on == STAGE_CACHED)
        stage_must("its caches", iodma_bus_cache(bus));
    stage_must("its storage", iodma_bus_lend(bus, &stage.pool.hal));
    if (on == STAGE_MAPPED)
        stage_must("its mapper", iodma_bus_map_through(bus, &stage.mapper));
}

void stage_init(void)
{
    enum { GRANULES = STAGE_POOL / STAGE_PAGE };
    static uint32_t granules[IODMA_BLOCK_WORDS(GRANULES)];
    static uint32_t pages[IODMA_BLOCK_WORDS(STAGE_IOVA_PAGES)];
    static struct hal_loan loans[STAGE_LOANS];

    stage_must("storage",
               iodma_bounce_init(&stage.pool, STAGE_BASE, STAGE_POOL,
                                 STAGE_PAGE, granules, loans, STAGE_LOANS));
    stage_must("IOVA", iodma_mapper_init(&stage.mapper, &iommu, &hooks_lock,
                                         pages, STAGE_IOVA_PAGES));
    for (unsigned i = 0; i < STAGE_IOVA_PAGES; i++)
        shown[i] = 1;
    for (unsigned on = 0; on < STAGE_BUSES; on++)
        make_bus((enum stage_bus)on);
}

uint8_t *stage_bytes(hal_address bus)
{
    if (stage.on == STAGE_MAPPED) {
        hal_address page = (bus - IOVA) / STAGE_PAGE;

        if (page >= STAGE_IOVA_PAGES || shown[page] == 1)
            return NULL;
        bus = shown[page] + bus % STAGE_PAGE;
    } else if (stage.on == STAGE_PARTED && bus >= STAGE_HALF) {
        bus = bus - STAGE_SECOND + STAGE_HALF;
    }
    return bus < STAGE_SIZE ? (uint8_t *)(uintptr_t)(STAGE_BASE + bus) : NULL;
}

/* Memory ------------------------------------------------------------------ */

/* Bytes that the device moves, and what it has moved. */
static uint8_t moved[STAGE_MOVED];
static unsigned rounds;

/* Of the bytes around each range. */
enum { GUARD = 0x5A };

/* What the device writes, or the client has written, at a position. */
static uint8_t told(hal_address position, unsigned round)
{
    return (uint8_t)(position * 7 + position / 251 + round);
}

static hal_address address_of(const struct stage_shape *shape, uint32_t i)
{
    hal_address from = STAGE_CLIENT + shape->shift;

    if (shape->parted)
        return from + (i % 2 != 0 ? STAGE_HALF : 0) +
               (hal_address)(i / 2) * STAGE_STRIDE;
    if (shape->touch && i != 0 && i == shape->count - 1)
        return from + (hal_address)(i - 1) * STAGE_STRIDE + shape->length;
    return from + (hal_address)i * STAGE_STRIDE;
}

/* Few bytes are looked at, lest a run take minutes. */
static bool looked_at(void)
{
    return stage.memory.length <= STAGE_MOVED;
}

static void write_client(void)
{
    hal_address position = 0;

    for (uint32_t i = 0; looked_at() && i < stage.shape.count; i++) {
        uint8_t *bytes = (uint8_t *)(uintptr_t)stage.ranges[i].address;

        for (unsigned j = 0; j < STAGE_LINE; j++) {
            *(bytes - STAGE_LINE + j) = GUARD;
            bytes[stage.ranges[i].length + j] = GUARD;
        }
    }
    for (uint32_t i = 0; looked_at() && i < stage.shape.count; i++) {
        uint8_t *bytes = (uint8_t *)(uintptr_t)stage.ranges[i].address;

        for (hal_address j = 0; j < stage.ranges[i].length; j++)
            bytes[j] = told(position++, rounds);
    }
}

void stage_memory(enum stage_bus on, const struct stage_shape *shape,
                  uint32_t direction)
{
    static hal_address index[STAGE_MOST / 8];
    hal_address sum = 0;

    for (uint32_t i = 0; i < shape->count; i++) {
        hal_address address = address_of(shape, i);

        stage.ranges[i] = (struct iodma_range){ address, shape->length };
        stage.pairs[i] = (struct floor_pair){ address, shape->length };
        if (i % FLOOR_INDEX_STEP == 0)
            stage.prefix[i / FLOOR_INDEX_STEP] = sum;
        sum += shape->length;
    }
    stage_must("memory", iodma_memory_init_ranges(
                             &stage.memory, stage.ranges, shape->count,
                             direction, shape->indexed ? index : NULL,
                             shape->indexed ? HAL_COUNT_OF(index) : 0));
    stage.on = on;
    stage.shape = *shape;
    stage.inbound = direction != IODMA_OUT;
    stage.from = 0;
    stage.to = sum;
    stage.wanted = shape->count - shape->touch;
    stage.most = HAL_ADDRESS_MAX;
    stage.bounced = false;
    stage.limits = (struct floor_limits){
        .delta = 0 - STAGE_BASE,
        .last = UINT32_MAX,
        .most = UINT32_MAX,
        .maintain = on == STAGE_CACHED,
    };
    rounds++;
    write_client();
}

void stage_command(const struct iodma_output *output, uint32_t mapping,
                   const struct iodma_segment_options *options)
{
    struct iodma_spec spec = {
        .output = output,
        .mapping = mapping,
        .segment = *options,
    };

    spec.segment.struct_size = sizeof spec.segment;
    stage_must("command",
               iodma_command_init(&stage.command, &stage.buses[stage.on], &spec,
                                  NULL));
}

void stage_end(void)
{
    if (stage.command.prepared != 0)
        stage_must("end", iodma_command_clear_memory(&stage.command, true));
    if (iodma_bounce_in_use(&stage.pool) != 0 ||
        iodma_mapper_in_use(&stage.mapper) != 0)
        stage_must("all storage is free", IODMA_BUSY);
}

/* What came of it --------------------------------------------------------- */

/* Where byte `position` of the memory is, and how many follow it there. */
static uint8_t *client_at(hal_address position, hal_address *length)
{
    uint32_t range = (uint32_t)(position / stage.shape.length);
    hal_address within = position % stage.shape.length;

    *length = stage.shape.length - within;
    return (uint8_t *)(uintptr_t)(stage.ranges[range].address + within);
}

/* One segment, of bytes from a position on. */
static bool lies_there(struct floor_pair segment, hal_address position)
{
    while (segment.length != 0) {
        hal_address length;
        uint8_t *bytes = client_at(position, &length);

        length = smaller(length, segment.length);
        if (stage_bytes(segment.address) != bytes ||
            stage_bytes(segment.address + (length - 1)) != bytes + (length - 1))
            return false;
        segment.address += length;
        segment.length -= length;
        position += length;
    }
    return true;
}

bool stage_check_list(void)
{
    hal_address position = stage.from;

    if (stage.status != IODMA_OK ||
        (stage.wanted != 0 && stage.listed != stage.wanted))
        return false;
    for (uint32_t i = 0; i < stage.listed; i++) {
        struct floor_pair segment = stage.list[i];

        if (segment.length == 0 || segment.length > stage.most ||
            segment.length > stage.to - position ||
            (!stage.bounced && !lies_there(segment, position)))
            return false;
        position += segment.length;
    }
    return position == stage.to && stage.offset == stage.to;
}

void stage_device(void)
{
    hal_address position = 0;

    rounds += stage.inbound;
    for (uint32_t i = 0; looked_at() && i < stage.listed; i++) {
        for (hal_address j = 0; j < stage.list[i].length; j++) {
            uint8_t *byte = stage_bytes(stage.list[i].address + j);

            if (!byte || position == STAGE_MOVED)
                return;
            if (stage.inbound)
                *byte = told(position, rounds);
            else
                moved[position] = *byte;
            position++;
        }
    }
}

static bool guarded(const uint8_t *bytes, hal_address length)
{
    for (unsigned j = 0; j < STAGE_LINE; j++) {
        if (*(bytes - STAGE_LINE + j) != GUARD || bytes[length + j] != GUARD)
            return false;
    }
    return true;
}

/* Calls for caches named all of the client's bytes, and no others. */
static bool named(const struct hooks_log *log)
{
    const struct hooks_lines lines = hooks_lines(log);
    const struct iodma_range *last = &stage.ranges[stage.shape.count - 1];

    return lines.first == stage.ranges[0].address &&
           lines.end == last->address + last->length &&
           lines.length == stage.to;
}

/* Caches were maintained for all that the device uses as it lies. */
static bool maintained(void)
{
    if (stage.bounced)
        return true;
    if (stage.on != STAGE_CACHED)
        return hooks_cleaned.count == 0 && hooks_dropped.count == 0;
    return named(&hooks_cleaned) &&
           (stage.inbound ? named(&hooks_dropped) : hooks_dropped.count == 0);
}

bool stage_check_bytes(void)
{
    if (!stage_check_list() || !looked_at() || !maintained())
        return false;
    for (hal_address position = 0; position < stage.to; position++) {
        hal_address length;
        uint8_t byte = *client_at(position, &length);

        if (byte != told(position, rounds) ||
            (!stage.inbound && moved[position] != byte))
            return false;
    }
    for (uint32_t i = 0; i < stage.shape.count; i++) {
        if (!stage.shape.touch &&
            !guarded((uint8_t *)(uintptr_t)stage.ranges[i].address,
                     stage.ranges[i].length))
            return false;
    }
    return true;
}
