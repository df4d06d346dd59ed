/* SPDX-License-Identifier: MIT */
#include "tests/model/stage.h"

#include "hal/bits.h"
#include "tests/check.h"
#include "tests/model/two_sides.h"

#include <string.h>

enum { GRANULES = 2 * ROUND_PAGES, IO_PAGES = 64 };

struct stage stage;

static const struct round *now;
static uint32_t locked; /* depth */

/* Hooks ------------------------------------------------------------------- */

static uint64_t no_time(void)
{
    return 0;
}

static uint32_t hertz(void)
{
    return 1000;
}

static uint32_t save(void)
{
    return locked++;
}

static void restore(uint32_t state)
{
    expect_number("the lock is left as it was entered", locked, state + 1);
    locked = state;
}

static bool to_physical(uint64_t address, uint64_t *physical, uint64_t *length)
{
    uint64_t page = now->cpu_page;
    uint64_t first = round_physical(now, address);
    uint64_t shown = page - address % page;

    while (shown < *length &&
           round_physical(now, address + shown) == first + shown)
        shown += page;
    *physical = first;
    *length = smaller(*length, shown);
    return true;
}

static const struct hal_clock clock = { no_time, hertz };
static const struct hal_lock lock = { save, restore };
static const struct hal_translation translation = { to_physical };

/* Storage ----------------------------------------------------------------- */

static bool taken[GRANULES];
static struct hal_bounce_cell cells[GRANULES];

static enum iodma_status take_page(struct hal_bounce *bounce, uint64_t highest,
                                   uint64_t *address)
{
    (void)bounce;
    expect("a page is taken with the lock held", locked != 0);
    for (uint32_t i = 0; i < now->page_count; i++) {
        uint64_t at = round_page(now, i);
        uint64_t page = now->storage + at * now->granule;

        if (!taken[at] && page + now->granule - 1 <= highest) {
            taken[at] = true;
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
    uint64_t granule = now->granule;
    uint64_t first = now->storage + ROUND_PAGES * granule;
    uint64_t end = first + now->run_pages * granule;

    (void)bounce;
    expect("a run is taken with the lock held", locked != 0);
    expect("a run is whole granules, aligned to one at least",
           size != 0 && size % granule == 0 && is_power_of_two(alignment) &&
               alignment >= granule);
    for (; first + size <= end && first + size - 1 <= highest;
         first += granule) {
        uint64_t at = (first - now->storage) / granule;
        bool free = modulo(first, alignment) == 0;

        for (uint64_t i = 0; i < size / granule; i++)
            free = free && !taken[at + i];
        if (free) {
            memset(&taken[at], true, (size_t)(size / granule));
            *address = first;
            return IODMA_OK;
        }
    }
    return IODMA_NO_RESOURCES;
}

static void give_back(struct hal_bounce *bounce, uint64_t address,
                      uint64_t size)
{
    uint64_t at = (address - now->storage) / now->granule;

    (void)bounce;
    expect("storage is given back with the lock held", locked != 0);
    for (uint64_t i = 0; i < size / now->granule; i++) {
        expect("storage that is given back was taken",
               at + i < GRANULES && taken[at + i]);
        taken[at + i] = false;
    }
}

static const struct hal_bounce_ops bounce_ops = { take_page, take_run,
                                                  give_back };
static struct hal_bounce bounce;
static struct iodma_bounce pool;

static struct hal_bounce *make_storage(void)
{
    static struct iodma_note notes[ROUND_PAGES];

    memset(taken, 0, sizeof taken);
    memset(cells, 0, sizeof cells);
    bounce = (struct hal_bounce){ &bounce_ops, now->storage, now->granule,
                                  GRANULES, cells };
    if (!now->pooled)
        return &bounce;
    expect_status("pool",
                  iodma_bounce_init(&pool, now->storage,
                                    now->page_count * now->granule,
                                    now->granule, cells, notes),
                  IODMA_OK);
    return &pool.hal;
}

uint32_t stage_loans(void)
{
    uint32_t count = 0;

    if (now->lent && now->pooled)
        return iodma_bounce_in_use(&pool);
    for (uint32_t i = 0; i < GRANULES; i++)
        count += taken[i];
    return count;
}

bool stage_on_loan(uint64_t address, uint64_t size)
{
    uint64_t at = (address - now->storage) / now->granule;
    bool loan = address >= now->storage && modulo(address, now->granule) == 0;

    for (uint64_t i = 0; loan && i < size / now->granule; i++)
        loan = at + i < GRANULES && (now->pooled || taken[at + i]);
    return loan;
}

/* The bus ----------------------------------------------------------------- */

static struct hal_bus hal;
static struct hal_cache cache;
static struct hal_aperture apertures[ROUND_APERTURES];
static struct hal_region regions[ROUND_REGIONS];
static struct iodma_mapper mapper;
static struct iodma_note io_notes[IO_PAGES];

static bool make_bus(void)
{
    hal = (struct hal_bus){
        .apertures = apertures,
        .regions = regions,
        .limits = &now->port,
        .cache = now->line != 0 ? &cache : NULL,
        .clock = &clock,
        .lock = &lock,
        .fences = &two_sides_fences,
    };
    cache = (struct hal_cache){ &two_sides_cache_ops, now->line, 32 };
    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        if (now->apertures[i].size != 0)
            apertures[hal.aperture_count++] = now->apertures[i];
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        if (now->regions[i].size == 0)
            continue;
        regions[hal.region_count] = now->regions[i];
        regions[hal.region_count].cached = HAL_WRITE_BACK;
        regions[hal.region_count++].window = &two_sides_window;
    }
    return iodma_bus_init(&stage.bus, &hal, now->granule) == IODMA_OK;
}

static bool make_mapper(void)
{
    if (now->io_page == 0)
        return true;
    if (now->io_pages > IO_PAGES)
        return false;
    model_mapper_init(&stage.mapper);
    stage.mapper.mapper.page_size = now->io_page;
    stage.mapper.mapper.first = now->io_first;
    stage.mapper.mapper.last = round_io_end(now) - 1;
    stage.mapper.mapper.can_bypass = now->io_bypass;
    if (iodma_mapper_init(&mapper, &stage.mapper.mapper, &lock, io_notes,
                          now->io_pages) != IODMA_OK)
        return false;
    if (now->io_system)
        expect_status("system mapper",
                      iodma_bus_map_through(&stage.bus, &mapper), IODMA_OK);
    return true;
}

static bool custom(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    (void)command;
    memcpy((char *)segments + index * sizeof segment, &segment, sizeof segment);
    return true;
}

static void make_spec(void)
{
    static const iodma_segment_function outputs[ROUND_OUTPUTS] = {
        iodma_output_host64,
        iodma_output_host32,
        iodma_output_big64,
        iodma_output_little32,
        custom,
    };
    const struct hal_limits *limits = &now->limits;

    stage.spec = (struct iodma_spec){
        .output = outputs[now->output],
        .mapping = now->mapping,
        .mapper = now->io_page != 0 && !now->io_system ? &mapper : NULL,
        .segment = { sizeof stage.spec.segment, limits->address_bits,
                     limits->max_segment, limits->max_transfer,
                     limits->align_address, limits->align_length,
                     limits->align_internal, limits->boundary,
                     limits->max_segments },
    };
}

/* The descriptor ---------------------------------------------------------- */

/* One part: what it is made of, and what is meant of it. */
static struct iodma_memory made[ROUND_PARTS], meant[ROUND_PARTS];
static struct iodma_memory several, some;

static enum iodma_status make_part(const struct round_part *part,
                                   struct iodma_memory *memory, uint64_t *index)
{
    if (part->kind == IODMA_BUFFER)
        return iodma_memory_init_buffer(memory, part->ranges[0].address,
                                        part->ranges[0].length, part->length,
                                        now->direction);
    if (part->kind == IODMA_VIRTUAL)
        return iodma_memory_init_virtual(memory, &translation, part->ranges,
                                         part->count, now->direction, index,
                                         now->indices);
    return iodma_memory_init_ranges(memory, part->ranges, part->count,
                                    now->direction, index, now->indices);
}

static bool make_memory(void)
{
    static struct iodma_memory *members[ROUND_PARTS];
    static uint64_t indices[ROUND_PARTS][ROUND_INDICES];
    bool all = true;

    for (uint32_t i = 0; i < now->part_count; i++) {
        const struct round_part *part = &now->parts[i];

        all &= expect_status(
            "part",
            make_part(part, &made[i], now->indices != 0 ? indices[i] : NULL),
            IODMA_OK);
        members[i] = &made[i];
        if (!part->sub)
            continue;
        members[i] = &meant[i];
        all &= expect_status(
            "part of a part",
            iodma_memory_init_sub(&meant[i], &made[i], part->skip,
                                  round_part_length(part), now->direction),
            IODMA_OK);
    }
    stage.memory = members[0];
    if (now->multi || now->part_count != 1) {
        all &= expect_status("several",
                             iodma_memory_init_multi(&several, members,
                                                     now->part_count,
                                                     now->direction),
                             IODMA_OK);
        stage.memory = &several;
    }
    if (now->sub) {
        all &= expect_status("some",
                             iodma_memory_init_sub(&some, stage.memory,
                                                   now->skip, round_length(now),
                                                   now->direction),
                             IODMA_OK);
        stage.memory = &some;
    }
    return all &&
           expect_number("length", stage.memory->length, round_length(now)) &&
           expect_status("descriptor prepared",
                         iodma_memory_prepare(stage.memory, IODMA_NONE),
                         IODMA_OK);
}

/* Beginning and end ------------------------------------------------------- */

bool stage_begin(const struct round *round)
{
    now = round;
    locked = 0;
    if (!make_bus() || !make_mapper())
        return false;
    if (now->lent)
        expect_status("storage", iodma_bus_lend(&stage.bus, make_storage()),
                      IODMA_OK);
    else
        (void)make_storage();
    make_spec();
    return make_memory();
}

bool stage_is_empty(void)
{
    bool empty = expect_number("granules on loan", stage_loans(), 0) &
                 expect_number("lock depth", locked, 0) &
                 expect_number("windows open", two_sides_open, 0);

    for (uint32_t i = 0; i < GRANULES; i++)
        empty &= expect_number("first of a bucket", cells[i].bucket, 0);
    if (now->io_page != 0)
        empty &= expect_number("IOVA in use", iodma_mapper_in_use(&mapper), 0) &
                 expect_model_mapper_empty(&stage.mapper);
    return empty;
}

bool stage_end(void)
{
    return stage_is_empty() &
           expect_number("commands that have the memory",
                         stage.memory->attached, 0) &
           expect_status("descriptor completed",
                         iodma_memory_complete(stage.memory), IODMA_OK) &
           expect_number("and not prepared any more", stage.memory->wired, 0);
}

bool stage_device(bool mapped, uint64_t address, uint32_t access,
                  uint64_t *physical)
{
    uint64_t bus = address;

    if (mapped && !model_mapper_translate(&stage.mapper, address, access, &bus))
        return false;
    for (uint32_t i = 0; i < hal.aperture_count; i++) {
        if (range_holds(apertures[i].bus, apertures[i].size, bus)) {
            *physical = bus - apertures[i].bus + apertures[i].cpu;
            return (apertures[i].access & access) == access;
        }
    }
    return false;
}
