/* SPDX-License-Identifier: MIT */
#include "tests/model/stage.h"

#include "hal/bits.h"
#include "tests/check.h"
#include "tests/model/oracle.h"
#include "tests/model/two_sides.h"

#include <string.h>

enum { IO_PAGES = 64 };

struct stage stage;

static const struct round *now;
static uint32_t locked; /* depth */

/* Hooks ------------------------------------------------------------------- */

static uint64_t no_time(const struct hal_clock *self)
{
    (void)self;
    return 0;
}

static uint32_t hertz(const struct hal_clock *self)
{
    (void)self;
    return 1000;
}

static uint32_t save(const struct hal_lock *self)
{
    (void)self;
    return locked++;
}

static void restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    expect_number("the lock is left as it was entered", locked, state + 1);
    locked = state;
}

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    hal_address page = now->cpu_page;
    hal_address first = round_physical(now, address);
    hal_address shown = page - address % page;

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

/* Of a pool of our own: which granules are taken, of all of the storage. */
static bool taken[ROUND_GRANULES];
static struct hal_loan loans[ROUND_LOANS];
static struct hal_bounce bounce;
static struct iodma_bounce pool;

/* Does the core keep to the contract of hal/bounce.h? */
static bool is_wish(const struct hal_bounce_wish *wish)
{
    uint32_t granule = now->granule;

    return expect("storage is asked for in whole granules",
                  wish->at_least != 0 &&
                      modulo(wish->at_least | wish->at_most, granule) == 0) &
           expect("no less than at least is the most that is asked for",
                  wish->at_most >= wish->at_least) &
           expect("storage is aligned to a granule at least",
                  is_power_of_two(wish->alignment) &&
                      wish->alignment >= granule) &
           expect("its phase is whole granules, below the alignment",
                  modulo(wish->phase, granule) == 0 &&
                      wish->phase < wish->alignment) &
           expect("storage is taken with the lock held", locked != 0);
}

static enum iodma_status take(struct hal_bounce *from,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    (void)from;
    if (!is_wish(wish) || !oracle_pool(now, taken, wish, address, size))
        return IODMA_NO_RESOURCES;
    memset(&taken[(*address - now->storage) / now->granule], true,
           (size_t)(*size / now->granule));
    return IODMA_OK;
}

static void give_back(struct hal_bounce *to, hal_address address,
                      hal_address size)
{
    hal_address at = (address - now->storage) / now->granule;

    (void)to;
    expect("storage is given back with the lock held", locked != 0);
    expect("storage is given back in whole granules",
           size != 0 &&
               modulo((address - now->storage) | size, now->granule) == 0);
    for (hal_address i = 0; i < size / now->granule; i++) {
        if (expect("storage that is given back was taken",
                   at + i < ROUND_GRANULES && taken[at + i]))
            taken[at + i] = false;
    }
}

static const struct hal_bounce_ops bounce_ops = { take, give_back };

static struct hal_bounce *make_storage(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(ROUND_GRANULES)];

    memset(taken, 0, sizeof taken);
    bounce = (struct hal_bounce){
        .ops = &bounce_ops,
        .first = now->storage,
        .last = now->storage + (hal_address)ROUND_GRANULES * now->granule - 1,
        .granule = now->granule,
    };
    if (!now->pooled) {
        iodma_bounce_own_loans(&bounce, loans, now->loan_count);
        return &bounce;
    }
    expect_status("pool",
                  iodma_bounce_init(&pool, now->storage,
                                    (hal_address)now->page_count * now->granule,
                                    now->granule, words, loans,
                                    now->loan_count),
                  IODMA_OK);
    return &pool.hal;
}

uint32_t stage_granules(void)
{
    uint32_t count = 0;

    if (now->lent && now->pooled)
        return iodma_bounce_in_use(&pool);
    for (uint32_t i = 0; i < ROUND_GRANULES; i++)
        count += taken[i];
    return count;
}

bool stage_is_taken(hal_address address, hal_address size)
{
    hal_address at = (address - now->storage) / now->granule;
    bool all = address >= now->storage &&
               modulo(address - now->storage, now->granule) == 0;

    for (hal_address i = 0; all && i < size / now->granule; i++)
        all = at + i < ROUND_GRANULES && (now->pooled || taken[at + i]);
    return all;
}

uint32_t stage_loans(void)
{
    const struct hal_loan *loan = now->pooled ? pool.hal.loans : bounce.loans;
    uint32_t free = 0;

    if (!now->lent)
        return 0;
    for (; loan && free <= ROUND_LOANS; loan = loan->next)
        free++;
    return now->loan_count - free;
}

/* The bus ----------------------------------------------------------------- */

static struct hal_bus hal;
static struct hal_cache cache;
static struct hal_aperture apertures[ROUND_APERTURES];
static struct hal_region regions[ROUND_REGIONS];
static struct iodma_mapper mapper;
static uint32_t io_words[IODMA_BLOCK_WORDS(IO_PAGES)];

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
        if (round_has_aperture(now, i))
            apertures[hal.aperture_count++] = now->apertures[i];
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        if (!round_has_region(now, i))
            continue;
        regions[hal.region_count] = now->regions[i];
        regions[hal.region_count++].window = &two_sides_window;
    }
    if (iodma_bus_init(&stage.bus, &hal, now->granule) != IODMA_OK)
        return false;
    if (now->line != 0 && now->maintaining)
        expect_status("caches", iodma_bus_cache(&stage.bus), IODMA_OK);
    return true;
}

/* A sane round's bus is sane, but for what a cache is missing for. */
static bool bus_is_right(void)
{
    bool snooped = true;

    for (uint32_t i = 0; i < hal.aperture_count; i++)
        snooped &= apertures[i].snooped;
    return expect_status(
        "the bus is checked", iodma_bus_check(&stage.bus, NULL),
        now->line != 0 || snooped ? IODMA_OK : IODMA_UNSUPPORTED);
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
    stage.mapper.mapper.last = (hal_address)(round_io_end(now) - 1);
    stage.mapper.mapper.can_bypass = now->io_bypass;
    if (iodma_mapper_init(&mapper, &stage.mapper.mapper, &lock, io_words,
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
    static const struct iodma_output own = { .function = custom };
    static const struct iodma_output *const outputs[ROUND_OUTPUTS] = {
        &iodma_output_host64,
        &iodma_output_host32,
        &iodma_output_big64,
        &iodma_output_little32,
        &own,
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
                                   struct iodma_memory *memory,
                                   hal_address *index)
{
    if (part->kind == IODMA_KIND_BUFFER)
        return iodma_memory_init_buffer(memory, part->ranges[0].address,
                                        part->ranges[0].length, part->length,
                                        now->direction);
    if (part->kind == IODMA_KIND_VIRTUAL)
        return iodma_memory_init_virtual(memory, &translation, part->ranges,
                                         part->count, now->direction, index,
                                         now->indices);
    return iodma_memory_init_ranges(memory, part->ranges, part->count,
                                    now->direction, index, now->indices);
}

static bool make_memory(void)
{
    static struct iodma_memory *members[ROUND_PARTS];
    static hal_address indices[ROUND_PARTS][ROUND_INDICES];
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
    return bus_is_right() && make_memory();
}

bool stage_is_empty(void)
{
    bool empty = expect_number("granules taken", stage_granules(), 0) &
                 expect_number("loans", stage_loans(), 0) &
                 expect_number("lock depth", locked, 0) &
                 expect_number("windows open", two_sides_open, 0);

    if (now->io_page != 0)
        empty &= expect_number("IOVA in use", iodma_mapper_in_use(&mapper), 0) &
                 expect_model_mapper_empty(&stage.mapper);
    return empty;
}

bool stage_end(void)
{
    return stage_is_empty() &
           expect_number("commands that have the memory", stage.memory->users,
                         0) &
           expect_status("descriptor completed",
                         iodma_memory_complete(stage.memory), IODMA_OK) &
           expect_number("and not prepared any more", stage.memory->wired, 0);
}

bool stage_device(bool mapped, hal_address address, uint32_t access,
                  hal_address *physical)
{
    hal_address bus = address;

    if (mapped && !model_mapper_translate(&stage.mapper, address, access, &bus))
        return false;
    for (uint32_t i = 0; i < hal.aperture_count; i++) {
        const struct hal_aperture *aperture = &apertures[i];

        if (bus - aperture->bus <= aperture->last - aperture->first) {
            *physical = bus - aperture->bus + aperture->first;
            return (aperture->access & access) == access;
        }
    }
    return false;
}
