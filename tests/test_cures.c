/* SPDX-License-Identifier: MIT */
/*
 * Whatever is refused, what the record says would cure it does (rule E6): a
 * machine that knows nothing but the record applies the cure and calls again,
 * and the rule is not broken there any more. And iodma_command_check() says of
 * a window what prepare does.
 *
 *     test_cures [REFUSALS [SEED]]
 *
 * Worlds are drawn by tests/model/round.c: buses, limits, memory, mappings.
 * What the bytes become is not looked at here (see test_oracle.c).
 */
#include "tests/check.h"
#include "tests/model/oracle.h"
#include "tests/model/round.h"
#include "tests/reach.h"

#include "dma/bounce.h"
#include "dma/command.h"
#include "dma/map.h"
#include "dma/reason.h"
#include "hal/bits.h"
#include "hal/count_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

enum {
    RANGES = 160,
    APERTURES = 256,
    REGIONS = 256,
    IO_PAGES = 1024,
    GRANULES = 1024,
    SEGMENTS = 600,
    STEPS = 200,    /* cures of one world, at most                        */
    APART = 0x2000, /* what is moved comes to lie apart, and as far from a
                       multiple of this as it shall be                  */
};

/* Where memory is that the machine gets, CPU physical. */
#define FRESH EITHER(0x1000000000000, 0x80000000)

/* A descriptor, or one of several. */
struct part {
    struct iodma_range ranges[RANGES]; /* a buffer: its capacity */
    uint32_t count;
    hal_address length; /* of a buffer */
    bool buffer;
};

static struct world {
    struct round round; /* the facts that no cure changes, and limits */
    struct hal_aperture apertures[APERTURES];
    uint32_t aperture_count;
    struct hal_region regions[REGIONS];
    uint32_t region_count;
    struct part parts[ROUND_PARTS];
    hal_address offset, length; /* of the window */
    hal_address storage;        /* that was lent as a cure ...      */
    hal_address storage_size;   /* ... in bytes; 0: it was not, yet */
    hal_address fresh;          /* memory that nobody has had       */
    uint32_t windows_fail;      /* that opens; 0: none does         */
} world;

/* Hooks ------------------------------------------------------------------- */

static uint8_t shown[8][APART];
static uint32_t windows_open;
static uint32_t opens_left; /* until one fails */

/* Nobody looks at the bytes: each window has its own. */
static void *window_open(hal_address address, hal_address *length)
{
    if ((opens_left != 0 && --opens_left == 0) ||
        windows_open == HAL_COUNT_OF(shown))
        return NULL;
    *length = smaller(*length, APART - modulo(address, APART));
    return &shown[windows_open++][modulo(address, APART)];
}

static void window_close(void *pointer)
{
    (void)pointer;
    windows_open--;
}

static void maintain(const struct hal_cache *cache, void *va, hal_address pa,
                     size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    return IODMA_OK;
}

static uint32_t save(const struct hal_lock *self)
{
    (void)self;
    return 0;
}

static void restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    (void)state;
}

static void fence(void)
{
}

static uint32_t runs_left; /* until one is not mapped */

static enum iodma_status map_run(struct hal_mapper *mapper, hal_address iova,
                                 hal_address bus, hal_address length,
                                 uint32_t access)
{
    (void)mapper;
    (void)iova;
    (void)bus;
    (void)length;
    (void)access;
    return runs_left != 0 && --runs_left == 0 ? IODMA_NO_MEMORY : IODMA_OK;
}

static void unmap(struct hal_mapper *mapper, hal_address iova,
                  hal_address length)
{
    (void)mapper;
    (void)iova;
    (void)length;
}

static void sync(struct hal_mapper *mapper)
{
    (void)mapper;
}

static const struct hal_window window = { window_open, window_close };
static const struct hal_cache_ops cache_ops = { .clean = maintain,
                                                .clean_invalidate = maintain,
                                                .finish = finish };
static const struct hal_lock lock = { save, restore };
static const struct hal_fences fences = { fence, fence };
static const struct hal_mapper_ops mapper_ops = { map_run, unmap, sync, NULL };

/* A pool whose granules lie anywhere, as the round says. */
static bool taken[ROUND_GRANULES];

static enum iodma_status take(struct hal_bounce *bounce,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    (void)bounce;
    if (!oracle_pool(&world.round, taken, wish, address, size))
        return IODMA_NO_RESOURCES;
    memset(&taken[(*address - world.round.storage) / world.round.granule], true,
           (size_t)(*size / world.round.granule));
    return IODMA_OK;
}

static void give_back(struct hal_bounce *bounce, hal_address address,
                      hal_address size)
{
    (void)bounce;
    memset(&taken[(address - world.round.storage) / world.round.granule], false,
           (size_t)(size / world.round.granule));
}

static const struct hal_bounce_ops scattered_ops = { take, give_back };

/* The world, built -------------------------------------------------------- */

static struct {
    struct hal_bus hal;
    struct hal_cache cache;
    struct iodma_bus bus;
    struct hal_bounce scattered;
    struct iodma_bounce pool;
    struct hal_mapper hal_mapper;
    struct iodma_mapper mapper;
    struct iodma_spec spec;
    struct iodma_memory parts[ROUND_PARTS], several;
    struct iodma_memory *memory;
    struct iodma_command command;
    struct iodma_window window; /* of its specification */
    struct iodma_reason reason;
} it;

static void build_storage(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(GRANULES)];
    static struct hal_loan loans[ROUND_LOANS];
    const struct round *round = &world.round;
    hal_address address = round->storage;
    hal_address size = (hal_address)round->page_count * round->granule;
    uint32_t count = round->loan_count;

    if (world.storage_size != 0) {
        address = world.storage;
        size = world.storage_size;
        count = 1;
    } else if (!round->lent) {
        return;
    } else if (!round->pooled) {
        memset(taken, false, sizeof taken);
        it.scattered = (struct hal_bounce){
            .ops = &scattered_ops,
            .first = address,
            .last = address + ROUND_GRANULES * round->granule - 1,
            .granule = round->granule,
        };
        iodma_bounce_own_loans(&it.scattered, loans, count);
        expect_status("lend", iodma_bus_lend(&it.bus, &it.scattered), IODMA_OK);
        return;
    }
    expect("the pool is not too large for the test",
           size / round->granule <= GRANULES);
    expect_status("pool",
                  iodma_bounce_init(&it.pool, address, size, round->granule,
                                    words, loans, count),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&it.bus, &it.pool.hal), IODMA_OK);
}

/* Bytes of storage that are taken. */
static hal_address storage_in_use(void)
{
    hal_address granules = 0;

    if (it.bus.bounce == &it.pool.hal)
        return (hal_address)iodma_bounce_in_use(&it.pool) * it.bus.granule;
    for (uint32_t i = 0; i < ROUND_GRANULES && it.bus.bounce; i++)
        granules += taken[i];
    return granules * it.bus.granule;
}

static void build_mapper(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(IO_PAGES)];
    const struct round *round = &world.round;

    if (round->io_page == 0)
        return;
    it.hal_mapper = (struct hal_mapper){
        .ops = &mapper_ops,
        .page_size = round->io_page,
        .first = round->io_first,
        .last = (hal_address)(round_io_end(round) - 1),
        .can_bypass = round->io_bypass,
    };
    expect_status(
        "mapper",
        iodma_mapper_init(&it.mapper, &it.hal_mapper, &lock, words, IO_PAGES),
        IODMA_OK);
    if (round->io_system)
        expect_status("system mapper",
                      iodma_bus_map_through(&it.bus, &it.mapper), IODMA_OK);
}

static void build_bus(void)
{
    const struct round *round = &world.round;

    it.hal = (struct hal_bus){
        .apertures = world.apertures,
        .aperture_count = world.aperture_count,
        .regions = world.regions,
        .region_count = world.region_count,
        .limits = &round->port,
        .cache = round->line != 0 ? &it.cache : NULL,
        .lock = &lock,
        .fences = &fences,
    };
    it.cache = (struct hal_cache){ &cache_ops, round->line, 32 };
    for (uint32_t i = 0; i < world.region_count; i++)
        world.regions[i].window = &window;
    expect_status("bus", iodma_bus_init(&it.bus, &it.hal, round->granule),
                  IODMA_OK);
    iodma_bus_explain(&it.bus, &it.reason);
    if (round->line != 0 && round->maintaining)
        expect_status("caches", iodma_bus_cache(&it.bus), IODMA_OK);
    build_storage();
    build_mapper();
}

static bool custom(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    (void)command;
    memcpy((char *)segments + index * sizeof segment, &segment, sizeof segment);
    return true;
}

static void build_spec(void)
{
    static const struct iodma_output own = { .function = custom };
    static const struct iodma_output *const outputs[ROUND_OUTPUTS] = {
        &iodma_output_host64,
        &iodma_output_host32,
        &iodma_output_big64,
        &iodma_output_little32,
        &own,
    };
    const struct round *round = &world.round;
    const struct hal_limits *limits = &round->limits;

    it.spec = (struct iodma_spec){
        .output = outputs[round->output],
        .mapping = round->mapping,
        .mapper = round->io_page != 0 && !round->io_system ? &it.mapper : NULL,
        .segment = { sizeof it.spec.segment, limits->address_bits,
                     limits->max_segment, limits->max_transfer,
                     limits->align_address, limits->align_length,
                     limits->align_internal, limits->boundary,
                     limits->max_segments },
    };
}

static void build_memory(void)
{
    static struct iodma_memory *members[ROUND_PARTS];
    const struct round *round = &world.round;

    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct part *part = &world.parts[i];

        members[i] = &it.parts[i];
        expect_status("part",
                      part->buffer
                          ? iodma_memory_init_buffer(
                                &it.parts[i], part->ranges[0].address,
                                part->ranges[0].length, part->length,
                                round->direction)
                          : iodma_memory_init_ranges(&it.parts[i], part->ranges,
                                                     part->count,
                                                     round->direction, NULL, 0),
                      IODMA_OK);
    }
    it.memory = &it.parts[0];
    if (round->multi) {
        it.memory = &it.several;
        expect_status("several",
                      iodma_memory_init_multi(&it.several, members,
                                              round->part_count,
                                              round->direction),
                      IODMA_OK);
    }
}

/* Build the world, to before prepare. */
static enum iodma_status build(void)
{
    enum iodma_status status;

    memset(&it, 0, sizeof it);
    runs_left = world.round.io_fail;
    opens_left = world.windows_fail;
    build_bus();
    build_spec();
    build_memory();
    status = iodma_command_init(&it.command, &it.bus, &it.spec, NULL);
    if (status == IODMA_OK)
        expect_status("set memory",
                      iodma_command_set_memory(&it.command, it.memory, false),
                      IODMA_OK);
    it.window = it.command.window;
    return status;
}

/* The forecast ------------------------------------------------------------ */

static struct {
    uint32_t drawn, refused, cured, other, incurable; /* refusals */
    uint32_t foreseen, bounced;                       /* prepares */
    uint32_t improved, direct; /* of those that are bounced */
    uint32_t by_cure[IODMA_CURE_ELSEWHERE + 1];
} tally;

static struct iodma_outlook outlook_of_prepared(void)
{
    static struct hal_segment list[SEGMENTS];
    struct iodma_outlook outlook = {
        .storage = storage_in_use(),
        .whole = it.command.plan.whole,
    };
    hal_address offset = 0;

    for (const struct hal_loan *loan = it.command.plan.loans; loan;
         loan = loan->next) {
        outlook.bounced += loan->length;
        outlook.loans++;
    }
    outlook.segments = HAL_COUNT_OF(list);
    if (it.command.window.length == 0 ||
        iodma_command_gen_segments_with(&it.command, &iodma_output_segments,
                                        &offset, list,
                                        &outlook.segments) != IODMA_OK)
        outlook.segments = 0;
    return outlook;
}

/* What is only found out when something is touched. */
static bool is_touching(uint32_t rule)
{
    return rule == IODMA_RULE_REGION || rule == IODMA_RULE_FAR_WINDOW ||
           rule == IODMA_RULE_IOVA || rule == IODMA_RULE_MAPPER;
}

static bool same_record(const struct iodma_reason *a,
                        const struct iodma_reason *b)
{
    return a->rule == b->rule && a->place == b->place &&
           a->number == b->number && a->required == b->required &&
           a->actual == b->actual && a->cure == b->cure &&
           a->amount == b->amount && a->status == b->status;
}

/* Prepare, and compare with what was foreseen. */
static enum iodma_status prepare(void)
{
    struct iodma_outlook foreseen = { .segments = 0 }, outlook;
    struct iodma_reason record;
    enum iodma_status status =
        iodma_command_check(&it.command, world.offset, world.length, &foreseen);
    enum iodma_status check = status;

    record = it.reason;
    expect_number("storage that a forecast has taken", storage_in_use(), 0);
    status = iodma_command_prepare(&it.command, world.offset, world.length,
                                   world.round.flush, world.round.fill);
    tally.foreseen++;
    if (status != IODMA_OK && is_touching(it.reason.rule)) {
        expect_status("what a window would touch is not looked at", check,
                      IODMA_OK);
        return status;
    }
    expect_status("a forecast is what prepare says", check, status);
    expect("and its record is the same", same_record(&it.reason, &record));
    if (status != IODMA_OK)
        return status;
    record = it.reason;
    outlook = outlook_of_prepared();
    it.reason = record;
    expect_number("bytes to be bounced", foreseen.bounced, outlook.bounced);
    expect_number("storage to be taken", foreseen.storage, outlook.storage);
    expect_number("loans to be taken", foreseen.loans, outlook.loans);
    expect_number("whole", foreseen.whole, outlook.whole);
    if ((world.round.mapping & IODMA_ITERATE_ONLY) == 0)
        expect_number("segments to be listed", foreseen.segments,
                      outlook.segments);
    expect_number("a record of what is bounced says OK", 0,
                  outlook.loans != 0 ? (uint32_t)record.status : record.rule);
    tally.bounced += outlook.loans != 0;
    expect_status("deinit", iodma_command_deinit(&it.command), IODMA_OK);
    expect_number("storage that is left on loan", storage_in_use(), 0);
    return IODMA_OK;
}

/* From nothing to a prepared window, or a refusal. */
static enum iodma_status attempt(void)
{
    enum iodma_status status = build();

    if (status == IODMA_OK)
        status = prepare();
    if (status != IODMA_OK)
        expect_number("the record is of the status that is returned",
                      (uint32_t)it.reason.status, (uint32_t)status);
    return status;
}

/* Memory that can be had -------------------------------------------------- */

static bool ranges_meet(hal_address a, hal_address a_size, hal_address b,
                        hal_address b_size)
{
    return a_size != 0 && b_size != 0 && a < b + b_size && b < a + a_size;
}

/* Has anybody some of these bytes? */
static bool is_used(hal_address address, hal_address size)
{
    const struct round *round = &world.round;

    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct part *part = &world.parts[i];

        for (uint32_t k = 0; k < part->count; k++) {
            if (ranges_meet(address, size, part->ranges[k].address,
                            part->ranges[k].length))
                return true;
        }
    }
    return ranges_meet(address, size, round->storage, ROUND_STORAGE) ||
           ranges_meet(address, size, world.storage, world.storage_size);
}

/* Have a region from `first` to `last` like this, whatever was there. */
static void set_region(hal_address first, hal_address last, uint8_t cached)
{
    static struct hal_region before[REGIONS];
    uint32_t count = world.region_count;
    uint32_t made = 0;

    memcpy(before, world.regions, sizeof before);
    for (uint32_t i = 0; i < count; i++) {
        struct hal_region *old = &before[i];

        if (!expect("there is room for regions", made + 3 <= REGIONS))
            return;
        if (!spans_meet(old->first, old->last, first, last)) {
            world.regions[made++] = *old;
            continue;
        }
        if (old->first < first) {
            world.regions[made] = *old;
            world.regions[made++].last = first - 1;
        }
        if (old->last > last) {
            world.regions[made] = *old;
            world.regions[made++].first = last + 1;
        }
    }
    world.regions[made++] =
        (struct hal_region){ first, last, cached, true, &window };
    world.region_count = made;
}

/* What memory is wanted like. */
struct wish {
    hal_address size;
    hal_address cpu, bus; /* modulo `power`: as on either side */
    hal_address power;
    hal_address highest; /* on the bus */
    uint8_t cached;
    bool snooped, anyhow; /* so, or either way */
};

/* Is that part of an aperture's bus addresses? Then *cpu is where. */
static bool shows(const struct hal_aperture *aperture, const struct wish *wish,
                  hal_address bus, hal_address *cpu)
{
    *cpu = bus - iodma_aperture_delta(aperture);
    return aperture->access == (HAL_READ | HAL_WRITE) &&
           (wish->anyhow || aperture->snooped == wish->snooped) &&
           bus >= aperture->bus &&
           span_holds(aperture->first, aperture->last, *cpu) &&
           wish->size - 1 <= aperture->last - *cpu &&
           modulo(*cpu - wish->cpu, wish->power) == 0 &&
           !is_used(round_down(*cpu, APART),
                    round_up(wish->size + APART, APART) + APART);
}

static bool is_shown(hal_address bus, hal_address size)
{
    for (uint32_t i = 0; i < world.aperture_count; i++) {
        const struct hal_aperture *aperture = &world.apertures[i];

        if (ranges_meet(bus, size, aperture->bus,
                        aperture->last - aperture->first + 1))
            return true;
    }
    return false;
}

/* Memory in an aperture that there is, or in one more. Returns its CPU address;
   0: there is none. */
static hal_address find_memory(const struct wish *wish)
{
    hal_address bus = wish->bus + wish->power;
    hal_address margin = round_up(wish->size, APART) + 2 * APART;
    hal_address cpu;

    for (; bus + wish->size - 1 <= wish->highest; bus += wish->power) {
        if (bus > 1 << 24 && bus < FRESH) /* somebody has all of it */
            bus += FRESH;
        for (uint32_t i = 0; i < world.aperture_count; i++) {
            if (shows(&world.apertures[i], wish, bus, &cpu))
                goto found;
        }
        if (bus >= margin && !is_shown(bus - APART, margin + APART)) {
            world.fresh = round_up(world.fresh, (uint32_t)wish->power) + APART;
            cpu = world.fresh + lack(world.fresh - wish->cpu, wish->power);
            world.fresh = round_down(cpu, APART) + margin;
            if (!expect("there is room for apertures",
                        world.aperture_count < APERTURES))
                return 0;
            world.apertures[world.aperture_count++] = (struct hal_aperture){
                .first = round_down(cpu, APART),
                .last = world.fresh - 1,
                .bus = bus - modulo(cpu, APART),
                .access = HAL_READ | HAL_WRITE,
                .snooped = wish->snooped,
            };
            goto found;
        }
    }
    return 0;

found:
    set_region(round_down(cpu, APART),
               round_down(cpu, APART) + margin - APART - 1, wish->cached);
    return cpu;
}

/* Cures ------------------------------------------------------------------- */

static hal_address part_length(const struct part *part)
{
    hal_address length = 0;

    for (uint32_t i = 0; i < part->count && !part->buffer; i++)
        length += part->ranges[i].length;
    return part->buffer ? part->length : length;
}

static hal_address memory_length(void)
{
    hal_address length = 0;

    for (uint32_t i = 0; i < world.round.part_count; i++)
        length += part_length(&world.parts[i]);
    return length;
}

/* The place of a record in the memory. */
struct spot {
    struct part *part;
    struct iodma_range *range;
    hal_address start;  /* of the range in the descriptor               */
    hal_address within; /* the first byte of the window that is in it  */
};

static bool find_spot(const struct iodma_reason *reason, struct spot *spot)
{
    hal_address at = world.offset + reason->number; /* if it is an offset */
    bool by_number = reason->place == IODMA_PLACE_RANGE;

    if (!expect("the place is a range of the only descriptor, or an offset",
                by_number ? !world.round.multi &&
                                reason->number < world.parts[0].count
                          : reason->place == IODMA_PLACE_OFFSET))
        return false;
    spot->start = 0;
    spot->part = world.parts;
    while (!by_number && at - spot->start >= part_length(spot->part))
        spot->start += part_length(spot->part++);
    spot->range = spot->part->ranges;
    while (by_number
               ? spot->range != &spot->part->ranges[reason->number]
               : !spot->part->buffer && at - spot->start >= spot->range->length)
        spot->start += (spot->range++)->length;
    spot->within = world.offset > spot->start ? world.offset - spot->start : 0;
    return true;
}

static const struct hal_aperture *aperture_of(hal_address address)
{
    for (uint32_t i = 0; i < world.aperture_count; i++) {
        if (span_holds(world.apertures[i].first, world.apertures[i].last,
                       address))
            return &world.apertures[i];
    }
    return NULL;
}

/* Memory like that which a range has at a spot, and as far from multiples of
   APART. */
static struct wish wish_of(const struct iodma_range *range, hal_address within)
{
    hal_address byte = range->address + within;
    const struct hal_aperture *aperture = aperture_of(byte);
    const struct hal_region *region = iodma_bus_region(&it.bus, byte);
    hal_address delta = aperture ? iodma_aperture_delta(aperture) : 0;

    return (struct wish){
        .size = range->length,
        .cpu = modulo(range->address, APART),
        .bus = modulo(range->address + delta, APART),
        .power = APART,
        .highest = HAL_ADDRESS_MAX,
        .cached = region ? region->cached : HAL_WRITE_BACK,
        .snooped = !aperture || aperture->snooped,
        .anyhow = !aperture,
    };
}

static bool move_range(struct iodma_range *range, const struct wish *wish)
{
    range->address = find_memory(wish);
    return expect("there is memory to move to", range->address != 0);
}

/* Within the device's reach, as far as the bus matters for that. */
static hal_address reach(void)
{
    return it.window.mapper ? HAL_ADDRESS_MAX
                            : iodma_limits_last(&it.window.limits);
}

/* What is aligned on one side had better be so on the other. */
static bool align(const struct iodma_reason *reason)
{
    struct spot spot;
    struct wish wish;

    if (!find_spot(reason, &spot))
        return false;
    wish = wish_of(spot.range, spot.within);
    if (reason->rule == IODMA_RULE_LINE)
        wish.bus = wish.cpu;
    wish.bus = modulo(wish.bus + reason->amount, APART);
    wish.cpu = wish.bus;
    return move_range(spot.range, &wish);
}

static bool bring_nearer(const struct iodma_reason *reason)
{
    struct spot spot;
    struct wish wish;

    if (!find_spot(reason, &spot))
        return false;
    wish = wish_of(spot.range, spot.within);
    wish.highest = reach();
    return expect_number("what is out of reach is so by ...",
                         reason->actual - reason->amount, reach()) &&
           move_range(spot.range, &wish);
}

/* To memory that has nothing special. */
static bool take_other_range(struct iodma_range *range)
{
    struct wish wish = wish_of(range, 0);

    wish.cached = HAL_UNCACHED;
    wish.anyhow = true;
    return move_range(range, &wish);
}

static bool take_other(const struct iodma_reason *reason)
{
    bool moved = true;
    struct spot spot;

    if (reason->place != IODMA_PLACE_NONE)
        return find_spot(reason, &spot) && take_other_range(spot.range);
    for (uint32_t i = 0; i < world.round.part_count; i++) {
        struct part *part = &world.parts[i];

        for (uint32_t k = 0; k < part->count; k++)
            moved &= part->ranges[k].length == 0 ||
                     take_other_range(&part->ranges[k]);
    }
    set_region(world.round.storage, world.round.storage + ROUND_STORAGE - 1,
               HAL_UNCACHED);
    if (world.storage_size != 0)
        set_region(world.storage, world.storage + world.storage_size - 1,
                   HAL_UNCACHED);
    return moved;
}

/* Take bytes from the end of the range at the place, or of the window, if that
   ends in it. */
static bool shorten_memory(const struct iodma_reason *reason)
{
    struct spot spot;
    hal_address *length;

    if (!find_spot(reason, &spot))
        return false;
    length = spot.part->buffer ? &spot.part->length : &spot.range->length;
    if (world.length == 0)
        world.length = memory_length() - world.offset;
    if (spot.start + *length <= world.offset + world.length)
        *length -= reason->amount;
    world.length -= reason->amount;
    return expect("a window is left", world.length != 0);
}

static bool shorten(const struct iodma_reason *reason)
{
    if (reason->place != IODMA_PLACE_ARGUMENT)
        return shorten_memory(reason);
    if (world.length == 0)
        world.length = memory_length() - world.offset;
    world.length -= reason->amount;
    return expect_number("what is shortened is the length", reason->number,
                         IODMA_ARGUMENT_LENGTH) &&
           expect("a window is left", world.length != 0);
}

static bool set(const struct iodma_reason *reason)
{
    struct round *round = &world.round;

    if (reason->place == IODMA_PLACE_ARGUMENT) {
        if (reason->number == IODMA_ARGUMENT_OFFSET)
            world.offset = reason->amount;
        else
            world.length = reason->amount;
        return expect("an argument that can be set",
                      reason->number == IODMA_ARGUMENT_OFFSET ||
                          reason->number == IODMA_ARGUMENT_LENGTH);
    }
    switch (reason->number) {
    case IODMA_FIELD_ADDRESS_BITS:
        round->limits.address_bits = (uint8_t)reason->amount;
        break;
    case IODMA_FIELD_MAX_SEGMENT:
        round->limits.max_segment = reason->amount;
        break;
    case IODMA_FIELD_BOUNDARY:
        round->limits.boundary = reason->amount;
        break;
    case IODMA_FIELD_MAPPING:
        round->mapping = (uint32_t)reason->amount;
        break;
    default:
        return expect("a field that can be set", false);
    }
    return expect_number("what is set is a field", reason->place,
                         IODMA_PLACE_FIELD);
}

/* What so many bytes have to be aligned to, for this device. */
static hal_address placement(hal_address size)
{
    const struct iodma_window *of = &it.window;
    hal_address power = (hal_address)1
                        << iodma_limits_placement(&of->limits, size);

    if (of->mapper && power < of->mapper->page_size)
        power = of->mapper->page_size;
    return power < it.bus.granule ? it.bus.granule : power;
}

/* Exactly so many bytes, in one piece, and one loan. */
static bool lend(const struct iodma_reason *reason)
{
    struct wish wish = {
        .size = reason->amount,
        .power = placement(reason->amount),
        .highest = reach(),
        .cached = HAL_WRITE_BACK,
        .snooped = true,
        .anyhow = true,
    };

    if (!expect("what is to be lent is whole granules",
                reason->amount != 0 &&
                    modulo(reason->amount, it.bus.granule) == 0))
        return false;
    if (wish.power < APART)
        wish.power = APART;
    world.storage_size = 0;
    world.storage = find_memory(&wish);
    world.storage_size = reason->amount;
    return expect("there is memory to lend", world.storage != 0);
}

/* Exactly so many bytes of IOVA. */
static bool more_iova(const struct iodma_reason *reason)
{
    struct round *round = &world.round;
    hal_address power = placement(reason->amount);
    hal_address last = iodma_limits_last(&it.window.limits);

    round->io_first = power + reason->amount - 1 <= last ? power : 0;
    round->io_pages = (uint32_t)(reason->amount / round->io_page);
    return expect("there is so much within reach",
                  round->io_first + reason->amount - 1 <= last) &&
           expect("IOVA is whole pages",
                  reason->amount != 0 &&
                      modulo(reason->amount, round->io_page) == 0);
}

static bool add_region(const struct iodma_reason *reason)
{
    hal_address first = round_down(reason->amount, 16);
    hal_address last = first + 15;

    if (!expect("a region is missing there",
                !iodma_bus_region(&it.bus, reason->amount)))
        return false;
    while (!iodma_bus_region(&it.bus, last + 1) && last - first < ROUND_CLIENT)
        last++;
    while (iodma_bus_region(&it.bus, first))
        first++;
    while (iodma_bus_region(&it.bus, last))
        last--;
    set_region(first, last, HAL_WRITE_BACK);
    return true;
}

/* Do to the world what the record says, and nothing else. Returns false: it
   says nothing, or it cannot be done (that is a broken expectation). */
static bool apply(const struct iodma_reason *reason)
{
    switch (reason->cure) {
    case IODMA_CURE_NONE:
        return false;
    case IODMA_CURE_SET:
        return set(reason);
    case IODMA_CURE_ALIGN:
        return align(reason);
    case IODMA_CURE_SHORTEN:
        return shorten(reason);
    case IODMA_CURE_NEARER:
        return bring_nearer(reason);
    case IODMA_CURE_SPLIT:
        world.length = reason->amount;
        return expect("a window is left", world.length != 0);
    case IODMA_CURE_LEND:
        return lend(reason);
    case IODMA_CURE_MORE_IOVA:
        return more_iova(reason);
    case IODMA_CURE_REGION:
        return add_region(reason);
    case IODMA_CURE_CACHE:
        world.round.maintaining = true;
        return expect("there is a cache", world.round.line != 0);
    case IODMA_CURE_LATER:
        world.round.io_fail = 0;
        world.windows_fail = 0;
        return true;
    case IODMA_CURE_ELSEWHERE:
        return take_other(reason);
    default:
        return expect("a cure that a prepare may have", false);
    }
}

/* Is what was cured broken as before? Behind a mapper an address may well come
   to be another byte's; and what no buffer would cure is the best one's fault,
   what one would is the memory's. */
static bool repeats(const struct iodma_reason *first,
                    const struct iodma_reason *second)
{
    return first->rule == second->rule && first->place == second->place &&
           first->number == second->number && first->status == second->status &&
           (first->cure == IODMA_CURE_LEND ||
            second->cure != IODMA_CURE_LEND) &&
           ((first->actual == second->actual && !it.window.mapper) ||
            (first->cure == second->cure && first->cure != IODMA_CURE_REGION));
}

/* Drawing ----------------------------------------------------------------- */

/* Bytes [from, to) of a range, of physical memory, go to a part. */
static void add_range(struct part *part, const struct round *round,
                      uint32_t kind, struct iodma_range range)
{
    while (part->count < RANGES) {
        hal_address length = range.length;
        hal_address address = range.address;

        if (kind == IODMA_KIND_VIRTUAL) {
            address = round_physical(round, range.address);
            length = smaller(length, round->cpu_page - modulo(range.address,
                                                              round->cpu_page));
        }
        part->ranges[part->count++] = (struct iodma_range){ address, length };
        range.address += length;
        range.length -= length;
        if (range.length == 0)
            return;
    }
    expect("there is room for ranges", false);
}

/* Part of a drawn part: as it is, or what is left of it. */
static void draw_part(struct part *part, const struct round *round,
                      const struct round_part *from, hal_address skip,
                      hal_address length)
{
    part->count = 0;
    part->length = length;
    part->buffer = from->kind == IODMA_KIND_BUFFER && skip == 0;
    if (part->buffer) {
        part->ranges[part->count++] = from->ranges[0];
        return;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        struct iodma_range range = from->ranges[i];
        hal_address less = smaller(skip, range.length);

        range.address += less;
        range.length = smaller(range.length - less, length);
        skip -= less;
        length -= range.length;
        add_range(part, round, from->kind, range);
    }
}

/* Parts of other descriptors, and virtual ones, become ranges: no cure tells
   them apart. */
static void draw_memory(void)
{
    const struct round *round = &world.round;
    hal_address skip = round->sub ? round->skip : 0;
    hal_address length = round_length(round);

    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];
        hal_address all = round_part_length(part);
        hal_address less = smaller(skip, all);
        hal_address some = smaller(all - less, length);

        draw_part(&world.parts[i], round, part,
                  less + (part->sub ? part->skip : 0), some);
        skip -= less;
        length -= some;
    }
}

static bool one_in(uint64_t *seed, uint32_t n)
{
    return random_below(seed, n) == 0;
}

/* Is there memory where the machine gets some? */
static bool is_in_fresh(const struct round *round)
{
    bool any = false;

    for (uint32_t i = 0; i < ROUND_REGIONS; i++)
        any |= round->regions[i].last >= FRESH;
    return any;
}

static void draw(uint64_t *seed)
{
    struct round *round = &world.round;

    memset(&world, 0, sizeof world);
    do {
        round_draw(round, seed);
    } while (!round_sane(round) || is_in_fresh(round));
    if (round->part_count > 1)
        round->multi = true;
    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        if (round_has_aperture(round, i))
            world.apertures[world.aperture_count++] = round->apertures[i];
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        if (round_has_region(round, i))
            world.regions[world.region_count++] = round->regions[i];
    }
    draw_memory();
    world.fresh = FRESH;
    world.offset = round->offset;
    world.length = round->length;

    /* Most is refused. */
    if (one_in(seed, 3) && (round->mapping & IODMA_ITERATE_ONLY) == 0)
        round->mapping |= IODMA_DIRECT_ONLY;
    if (one_in(seed, 3))
        round->lent = false;
    if (one_in(seed, 3))
        round->loan_count = 1;
    if (one_in(seed, 3))
        round->page_count = round->run_pages = 1;
    if (one_in(seed, 30))
        world.windows_fail = 1 + random_below(seed, 3);
    if (one_in(seed, 60))
        world.offset += 1 + random_below(seed, 600);
    if (one_in(seed, 60))
        world.length += random_below(seed, 600);
}

/* Rounds ------------------------------------------------------------------ */

/* Apply one cure: to a refusal, or to what is bounced. Returns false: there is
   none, nothing is left to be cured, or an expectation was broken. */
static bool cure(void)
{
    struct iodma_reason before = it.reason;
    bool refused = before.status != IODMA_OK;
    bool cured;

    if (before.rule == IODMA_RULE_NONE)
        return false;
    if (refused) {
        tally.refused++;
        tally.by_cure[before.cure]++;
    }
    if (!apply(&before)) {
        tally.incurable += refused;
        return false;
    }
    cured = attempt() == IODMA_OK;
    if (!refused) {
        tally.improved++;
        tally.direct += cured && it.reason.rule == IODMA_RULE_NONE;
    } else if (cured) {
        tally.cured++;
    } else {
        tally.other++;
    }
    return expect("what is cured is not broken any more",
                  !repeats(&before, &it.reason));
}

/* Draw a world and cure it as long as it can be. */
static bool round_holds(uint64_t *seed, void (*look)(void))
{
    uint32_t steps = 0;

    draw(seed);
    (void)attempt();
    do {
        look();
    } while (cure() && expect("so many cures are enough", ++steps < STEPS));
    return !check_loud();
}

static void look_away(void)
{
}

static void print(void)
{
    char text[IODMA_REASON_TEXT];

    printf("# %s\n", iodma_reason_format(&it.reason, text, sizeof text));
}

static bool rounds(uint32_t refusals, uint64_t seed)
{
    check_case("what the record says cures what was refused");
    printf("# %u refusals from seed %s\n", (unsigned)refusals, hex(seed));
    while (tally.refused < refusals) {
        uint64_t from = seed;

        tally.drawn++;
        check_hush();
        if (round_holds(&seed, look_away))
            continue;
        printf("# the round from seed %s fails:\n", hex(from));
        (void)round_holds(&from, print);
        round_print(&world.round);
        expect("the round holds", false);
        return false;
    }
    printf("# %u drawn, %u refused: %u cured, %u met another rule, %u had no "
           "cure\n"
           "# %u foreseen, %u of them bounced, %u cures of these, %u made "
           "direct\n",
           (unsigned)tally.drawn, (unsigned)tally.refused,
           (unsigned)tally.cured, (unsigned)tally.other,
           (unsigned)tally.incurable, (unsigned)tally.foreseen,
           (unsigned)tally.bounced, (unsigned)tally.improved,
           (unsigned)tally.direct);
    return true;
}

/* A test that tests nothing fails. */
static void expect_variety(uint32_t refusals)
{
    static const struct {
        uint32_t cure;
        uint32_t floor; /* of a thousand refusals */
    } cures[] = {
        { IODMA_CURE_SET, 50 },       { IODMA_CURE_ALIGN, 50 },
        { IODMA_CURE_SHORTEN, 20 },   { IODMA_CURE_NEARER, 50 },
        { IODMA_CURE_SPLIT, 10 },     { IODMA_CURE_LEND, 80 },
        { IODMA_CURE_MORE_IOVA, 8 },  { IODMA_CURE_REGION, 1 },
        { IODMA_CURE_CACHE, 8 },      { IODMA_CURE_LATER, 3 },
        { IODMA_CURE_ELSEWHERE, 50 },
    };

    check_case("there was something of everything");
    for (size_t i = 0; i < HAL_COUNT_OF(cures); i++) {
        uint32_t count = tally.by_cure[cures[i].cure];
        const char *name = iodma_cure_name(cures[i].cure);

        printf("# %8u %s\n", (unsigned)count, name);
        expect(name, count >= refusals / 1000 * cures[i].floor);
    }
    expect("most that is refused can be cured",
           tally.incurable <= tally.refused / 5);
    expect("and much of it at once", tally.cured >= tally.refused / 4);
    expect("some of what is bounced is made direct",
           tally.direct >= tally.improved / 8);
}

int main(int argc, char **argv)
{
    uint32_t refusals = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

    if (!IODMA_REASONS)
        check_case("without reasons there are no cures");
    else if (rounds(refusals, seed))
        expect_variety(refusals);
    return check_result();
}
