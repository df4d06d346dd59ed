/* SPDX-License-Identifier: MIT */
#include "tests/model/oracle.h"

#include "dma/command.h"

#include <string.h>

/*
 * Where the documents leave a choice, this is how they are read here:
 *
 *  - A block of u is bounced if a byte of all of the block, also of what the
 *    extent does not have of it, is out of reach, or in another aperture than
 *    the rest. Of a LEAST unit only the window's bytes count.
 *  - Bounced blocks, ends and LEAST units that touch are one stretch, which has
 *    one loan if it fits: of an extent; of LEAST, over extents.
 *  - The u that was opened last may be the last one of a run.
 *  - Behind a mapper a u begins on a page as the bus counts, not as the CPU
 *    does; a loan in it has the phase of its CPU address all the same. If no
 *    granule begins or ends where a page does, there is no storage.
 *  - Whole storage is as aligned on the bus as whole granules can be; the list
 *    is judged.
 *  - A boundary aligns whole storage and IOVA, to itself or to what power of
 *    two they fill, if that is less; without a boundary nothing does.
 *  - NoSpace or NotAligned, when all rungs are illegal: what the last one is.
 *  - Without storage LEAST makes no difference.
 *  - Unsupported, without iodma_bus_cache(): if the window has a byte in an
 *    aperture that will do, which would have to be maintained; or if it cannot
 *    go directly, and the first byte of the storage would; or another byte of
 *    what is legal.
 *  - IODMA_DIRECT_ONLY: MessageTooLarge if a byte is out of reach, wherever;
 *    else NotAligned; else NoSpace.
 *  - What is zero round bounced bytes is whole lines, or a mapper's pages, also
 *    of whole storage, also if nothing is to be cleaned.
 */

/* How a rung ends. */
enum verdict { LEGAL, TOO_MANY, ILLEGAL, NO_STORAGE };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static bool power_of_two(uint64_t value)
{
    uint64_t power = 1;

    while (power != 0 && power != value)
        power *= 2;
    return power != 0;
}

static uint64_t power_above(uint64_t value)
{
    uint64_t power = 1;

    while (power < value)
        power *= 2;
    return power;
}

static uint64_t down(uint64_t value, uint64_t unit)
{
    return value / unit * unit;
}

static uint64_t up(uint64_t value, uint64_t unit)
{
    return down(value + unit - 1, unit);
}

/* What x lacks to be a multiple of the unit. */
static uint64_t lacks(uint64_t x, uint64_t unit)
{
    return (unit - x % unit) % unit;
}

static bool inbound(const struct round *round)
{
    return round->direction != IODMA_OUT;
}

static uint32_t access_of(const struct round *round)
{
    return round->direction == IODMA_OUT  ? HAL_READ
           : round->direction == IODMA_IN ? HAL_WRITE
                                          : HAL_READ | HAL_WRITE;
}

/* Where there is nothing to go by ----------------------------------------- */

const struct hal_aperture *oracle_aperture(const struct round *round,
                                           uint64_t address, uint32_t access)
{
    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        const struct hal_aperture *aperture = &round->apertures[i];

        if (round_has_aperture(round, i) && address >= aperture->first &&
            address <= aperture->last)
            return (aperture->access & access) == access ? aperture : NULL;
    }
    return NULL;
}

static const struct hal_region *region_of(const struct round *round,
                                          uint64_t address)
{
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        const struct hal_region *region = &round->regions[i];

        if (round_has_region(round, i) && address >= region->first &&
            address <= region->last)
            return region;
    }
    return NULL;
}

bool oracle_cached(const struct round *round, uint64_t address)
{
    const struct hal_region *region = region_of(round, address);

    return !region || region->cached != HAL_UNCACHED;
}

/* Bytes of a line, in which ownership is counted. */
static uint64_t line_of(const struct round *round)
{
    return round->line != 0 ? round->line : 1;
}

/* Spec 2.1, 2.3; rule E2 -------------------------------------------------- */

static uint64_t or_none(uint64_t value)
{
    return value != 0 ? value : HAL_ADDRESS_MAX;
}

static struct oracle_limits explicit(const struct hal_limits *limits)
{
    uint64_t address = limits->align_address != 0 ? limits->align_address : 1;

    return (struct oracle_limits){
        .last = limits->address_bits == 0 ||
                        limits->address_bits >= HAL_ADDRESS_BITS
                    ? HAL_ADDRESS_MAX
                    : ((uint64_t)1 << limits->address_bits) - 1,
        .max_segment = or_none(limits->max_segment),
        .max_transfer = or_none(limits->max_transfer),
        .max_segments =
            limits->max_segments != 0 ? limits->max_segments : UINT64_MAX,
        .boundary = or_none(limits->boundary),
        .align_address = address,
        .align_length = limits->align_length != 0 ? limits->align_length : 1,
        .align_internal =
            limits->align_internal != 0 ? limits->align_internal : address,
        .align_seam = limits->align_seam != 0 ? limits->align_seam : 1,
    };
}

static bool satisfiable(const struct oracle_limits *limits)
{
    uint64_t boundary = limits->boundary;

    if (!power_of_two(limits->align_address) ||
        !power_of_two(limits->align_length) ||
        !power_of_two(limits->align_internal) ||
        !power_of_two(limits->align_seam) ||
        limits->max_segment < limits->align_length)
        return false;
    return boundary == HAL_ADDRESS_MAX ||
           (power_of_two(boundary) && boundary >= limits->align_address &&
            boundary >= limits->align_length &&
            boundary >= limits->align_internal &&
            boundary >= limits->align_seam);
}

static bool limits_of(const struct round *round, struct oracle_limits *limits)
{
    struct hal_limits spec = round->limits;
    struct oracle_limits port = explicit(&round->port);
    bool narrow =
        round->output == ROUND_HOST32 || round->output == ROUND_LITTLE32;

    if (narrow && spec.address_bits == 0)
        spec.address_bits = 32;
    if ((narrow && spec.address_bits > 32) || spec.address_bits > 64 ||
        (spec.address_bits != 0 && spec.address_bits < HAL_ADDRESS_BITS &&
         (uint64_t)1 << spec.address_bits < round->granule))
        return false;
    *limits = explicit(&spec);
    if (narrow) /* R-35; nothing that is drawn is near */
        limits->max_segment =
            least(limits->max_segment,
                  down(UINT32_MAX,
                       most(most(limits->align_address, limits->align_length),
                            limits->align_internal)));
    if (!satisfiable(limits))
        return false;
    limits->last = least(limits->last, port.last);
    limits->max_segment = least(limits->max_segment, port.max_segment);
    limits->max_transfer = least(limits->max_transfer, port.max_transfer);
    if (port.max_segments < limits->max_segments)
        limits->max_segments = port.max_segments;
    limits->boundary = least(limits->boundary, port.boundary);
    limits->align_address = most(limits->align_address, port.align_address);
    limits->align_length = most(limits->align_length, port.align_length);
    limits->align_internal = most(limits->align_internal, port.align_internal);
    limits->align_seam = most(limits->align_seam, port.align_seam);
    /* Each segment after the first begins at a seam. */
    limits->align_internal = most(limits->align_internal, limits->align_seam);
    return satisfiable(limits);
}

/* Spec 2.4, with steps 9 to 12 of 2.3. */
static bool mapper_of(const struct round *round, bool *mapped)
{
    uint32_t type = round->mapping & IODMA_TYPE_MASK;
    bool system = round->io_page != 0 && round->io_system;
    bool given = round->io_page != 0 && !round->io_system;
    bool stuck = system && !round->io_bypass;

    *mapped = false;
    if (type > IODMA_UNMAPPED || ((round->mapping & IODMA_DIRECT_ONLY) != 0 &&
                                  (round->mapping & IODMA_ITERATE_ONLY) != 0))
        return false;
    if (type == IODMA_BYPASSED)
        return !system && !given;
    if (type == IODMA_UNMAPPED) {
        if (given && !round->io_bypass)
            stuck = true;
        return !stuck || (round->mapping & IODMA_ITERATE_ONLY) != 0;
    }
    *mapped = given || (type == IODMA_MAPPED ? system : stuck);
    return true;
}

/* The client's bytes ------------------------------------------------------ */

/* The n-th byte of a part, counted in all that it was made of. */
static uint64_t byte_of_part(const struct round *round,
                             const struct round_part *part, uint64_t n)
{
    for (uint32_t i = 0; i < part->count; i++) {
        if (n < part->ranges[i].length)
            return part->kind == IODMA_KIND_VIRTUAL
                       ? round_physical(round, part->ranges[i].address +
                                                   (hal_address)n)
                       : part->ranges[i].address + n;
        n -= part->ranges[i].length;
    }
    return 0;
}

static uint64_t byte_of_round(const struct round *round, uint64_t n)
{
    n += round->sub ? round->skip : 0;
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];

        if (n < round_part_length(part))
            return byte_of_part(round, part, n + (part->sub ? part->skip : 0));
        n -= round_part_length(part);
    }
    return 0;
}

/* A buffer that is no part of something owns all of its capacity. */
static bool is_whole_buffer(const struct round *round,
                            const struct round_part *part)
{
    return part->kind == IODMA_KIND_BUFFER && !part->sub && !round->sub;
}

static void lay_out_client(struct oracle *oracle, const struct round *round)
{
    memset(oracle->owner, 0, sizeof oracle->owner);
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].client =
            (hal_address)byte_of_round(round, round->offset + i);
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];

        if (is_whole_buffer(round, part))
            memset(&oracle->owner[part->ranges[0].address - round->base], 2,
                   (size_t)part->ranges[0].length);
    }
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->owner[oracle->bytes[i].client - round->base] = 1;
}

/* Byte i does not follow the one before it in physical memory. */
static bool begins_extent(const struct oracle *oracle, uint64_t i)
{
    return i == 0 ||
           oracle->bytes[i].client != oracle->bytes[i - 1].client + UINT64_C(1);
}

static bool ends_extent(const struct oracle *oracle, uint64_t i)
{
    return i + 1 == oracle->length || begins_extent(oracle, i + 1);
}

/* Does one buffer have all of a line in its capacity? */
static bool in_capacity(const struct round *round, uint64_t line)
{
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];

        if (is_whole_buffer(round, part) && line >= part->ranges[0].address &&
            line + line_of(round) <=
                (uint64_t)part->ranges[0].address + part->ranges[0].length)
            return true;
    }
    return false;
}

/* Has the extent of byte i all of the line that the byte is in, or a buffer? */
static bool owns_line(const struct oracle *oracle, const struct round *round,
                      uint64_t i)
{
    uint64_t line = down(oracle->bytes[i].client, line_of(round));
    uint64_t a = i;
    uint64_t b = i;

    while (!begins_extent(oracle, a))
        a--;
    while (!ends_extent(oracle, b))
        b++;
    return (oracle->bytes[a].client <= line &&
            oracle->bytes[b].client >= line + line_of(round) - 1) ||
           in_capacity(round, line);
}

bool oracle_may_drop(const struct oracle *oracle, const struct round *round,
                     uint64_t line)
{
    if (in_capacity(round, line))
        return true;
    for (uint64_t i = 0; i < oracle->length; i++) {
        if (oracle->bytes[i].client == line)
            return owns_line(oracle, round, i);
    }
    return false;
}

/* Spec 3.5, step 8. */
static bool write_protected(const struct oracle *oracle,
                            const struct round *round)
{
    for (uint64_t i = 0; inbound(round) && i < oracle->length; i++) {
        uint64_t client = oracle->bytes[i].client;
        const struct hal_aperture *aperture = oracle_aperture(round, client, 0);
        const struct hal_region *region = region_of(round, client);

        if ((aperture && (aperture->access & HAL_WRITE) == 0) ||
            (region && !region->writable))
            return true;
    }
    return false;
}

/* Rule E1. What is in no aperture that will do nobody snoops. */
static bool maintained(const struct oracle *oracle, const struct round *round,
                       uint64_t address)
{
    const struct hal_aperture *aperture =
        oracle_aperture(round, address, access_of(round));

    if (oracle->iterates || !oracle_cached(round, address))
        return false;
    return (round->mapping & IODMA_TYPE_MASK) == IODMA_NON_COHERENT ||
           !aperture || !aperture->snooped;
}

static bool maintains(const struct round *round)
{
    return round->line != 0 && round->maintaining;
}

static bool within_reach(const struct oracle *oracle, uint64_t bus)
{
    return oracle->mapped || bus <= oracle->limits.last;
}

static bool client_reached(const struct oracle *oracle,
                           const struct round *round, uint64_t address)
{
    const struct hal_aperture *aperture =
        oracle_aperture(round, address, access_of(round));

    return aperture &&
           within_reach(oracle, address - aperture->first + aperture->bus);
}

/* Units ------------------------------------------------------------------- */

static uint64_t strictest(const struct oracle_limits *limits)
{
    return most(most(limits->align_address, limits->align_length),
                most(limits->align_internal, limits->align_seam));
}

/* g: how far from the end of an extent is bounced; what LEAST counts in. */
static uint64_t end_unit(const struct oracle *oracle, const struct round *round)
{
    return most(line_of(round), oracle->limits.align_internal);
}

/* A mapper's page; 1: there is none. */
static uint64_t page_of(const struct oracle *oracle, const struct round *round)
{
    return oracle->mapped ? round->io_page : 1;
}

/* u: what storage is opened in. */
static uint64_t storage_unit(const struct oracle *oracle,
                             const struct round *round)
{
    return most(most(round->granule, end_unit(oracle, round)),
                page_of(oracle, round));
}

/* v: what loans that share one keep their phase in. */
static uint64_t phase_unit(const struct oracle *oracle,
                           const struct round *round)
{
    uint64_t unit = storage_unit(oracle, round);
    uint64_t phase = most(most(64, line_of(round)), strictest(&oracle->limits));

    if (oracle->limits.boundary < unit)
        phase = most(phase, oracle->limits.boundary);
    return least(phase, unit);
}

/* Which bytes are bounced: rule E3 ---------------------------------------- */

bool oracle_gathers(const struct round *round)
{
    return (round->mapping & IODMA_LEAST_BOUNCE) != 0;
}

/* Byte i is the first, or last, of an extent. Would the rest of its line be
   lost if it was direct? */
static bool loses_line(const struct oracle *oracle, const struct round *round,
                       uint64_t i)
{
    return inbound(round) &&
           maintained(oracle, round, oracle->bytes[i].client) &&
           !owns_line(oracle, round, i);
}

static bool any_loses_line(const struct oracle *oracle,
                           const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        if ((begins_extent(oracle, i) || ends_extent(oracle, i)) &&
            loses_line(oracle, round, i))
            return true;
    }
    return false;
}

static bool any_out_of_reach(const struct oracle *oracle,
                             const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        if (!client_reached(oracle, round, oracle->bytes[i].client))
            return true;
    }
    return false;
}

/* Does the device reach bytes [a, b) as they lie, by one aperture? */
static bool reached_together(const struct oracle *oracle,
                             const struct round *round, uint64_t a, uint64_t b)
{
    const struct oracle_byte *byte = oracle->bytes;
    uint32_t access = access_of(round);

    for (uint64_t i = a; i < b; i++) {
        if (!client_reached(oracle, round, byte[i].client) ||
            oracle_aperture(round, byte[i].client, access) !=
                oracle_aperture(round, byte[a].client, access))
            return false;
    }
    return true;
}

/* Is all of the block that a byte is in within reach, in one aperture? */
static bool block_is_reached(const struct oracle *oracle,
                             const struct round *round, uint64_t address)
{
    uint64_t unit = storage_unit(oracle, round);
    uint64_t first = down(address, unit);
    uint64_t last = first + unit - 1;
    uint32_t access = access_of(round);

    return client_reached(oracle, round, first) &&
           client_reached(oracle, round, last) &&
           oracle_aperture(round, first, access) ==
               oracle_aperture(round, last, access);
}

static void bounce_blocks(struct oracle *oracle, const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].bounced |=
            !block_is_reached(oracle, round, oracle->bytes[i].client);
}

static void bounce_ends(struct oracle *oracle, const struct round *round)
{
    uint64_t unit = end_unit(oracle, round);
    struct oracle_byte *byte = oracle->bytes;

    for (uint64_t a = 0, b; a < oracle->length; a = b) {
        uint64_t head = 0;
        uint64_t tail = UINT64_MAX;

        for (b = a + 1; b < oracle->length && !begins_extent(oracle, b); b++)
            continue;
        if (loses_line(oracle, round, a))
            head = up(byte[a].client, unit);
        if (loses_line(oracle, round, b - 1))
            tail = down(byte[b - 1].client + UINT64_C(1), unit);
        for (uint64_t i = a; i < b; i++)
            byte[i].bounced |= byte[i].client < head || byte[i].client >= tail;
    }
}

/* Could bytes [a, b) of the window, one unit, go as they lie? */
static bool unit_is_whole(const struct oracle *oracle,
                          const struct round *round, uint64_t a, uint64_t b)
{
    const struct oracle_byte *byte = oracle->bytes;
    uint64_t unit = end_unit(oracle, round);

    if (byte[a].client % unit != (byte[0].client + a) % unit ||
        (begins_extent(oracle, a) && loses_line(oracle, round, a)) ||
        (ends_extent(oracle, b - 1) && loses_line(oracle, round, b - 1)))
        return false;
    for (uint64_t i = a + 1; i < b; i++) {
        if (begins_extent(oracle, i))
            return false;
    }
    return reached_together(oracle, round, a, b);
}

static void bounce_least(struct oracle *oracle, const struct round *round)
{
    uint64_t unit = end_unit(oracle, round);
    struct oracle_byte *byte = oracle->bytes;

    for (uint64_t a = 0, b; a < oracle->length; a = b) {
        bool whole;

        for (b = a + 1; b < oracle->length && (byte[0].client + b) % unit != 0;
             b++)
            continue;
        whole = unit_is_whole(oracle, round, a, b);
        for (uint64_t i = a; i < b; i++)
            byte[i].bounced = !whole;
    }
}

static void choose_bounced(struct oracle *oracle, const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].bounced = oracle->rung == ORACLE_WHOLE;
    if (oracle->rung != ORACLE_SPLIT)
        return;
    if (oracle_gathers(round)) {
        bounce_least(oracle, round);
    } else {
        bounce_blocks(oracle, round);
        bounce_ends(oracle, round);
    }
}

/* The pool ---------------------------------------------------------------- */

static bool is_free(const struct round *round, const bool *taken,
                    const struct hal_bounce_wish *wish, uint64_t at,
                    uint64_t end, uint64_t size)
{
    uint64_t address = round->storage + at * round->granule;

    if (lacks(address, wish->alignment) !=
            lacks(wish->phase, wish->alignment) ||
        at + size / round->granule > end || address + size - 1 > wish->highest)
        return false;
    for (uint64_t i = 0; i < size / round->granule; i++) {
        if (taken[at + i])
            return false;
    }
    return true;
}

static bool one_granule(const struct round *round, const bool *taken,
                        const struct hal_bounce_wish *wish, uint64_t *at)
{
    for (uint32_t i = 0; i < round->page_count; i++) {
        *at = round_page(round, i);
        if (is_free(round, taken, wish, *at, ROUND_PAGES, round->granule))
            return true;
    }
    return false;
}

static bool first_fit(const struct round *round, const bool *taken,
                      const struct hal_bounce_wish *wish, uint64_t *at,
                      uint64_t *size)
{
    uint64_t end = ROUND_PAGES + round->run_pages;

    for (*at = ROUND_PAGES; *at < end; ++*at) {
        *size = wish->at_least;
        if (!is_free(round, taken, wish, *at, end, *size))
            continue;
        while (*size + wish->at_least <= wish->at_most &&
               is_free(round, taken, wish, *at, end, *size + wish->at_least))
            *size += wish->at_least;
        return true;
    }
    return false;
}

static bool longest_run(const struct round *round, const bool *taken,
                        const struct hal_bounce_wish *wish, uint64_t *at,
                        uint64_t *size)
{
    for (*size = wish->at_most; *size >= wish->at_least;
         *size -= wish->at_least) {
        for (*at = 0; *at < round->page_count; ++*at) {
            if (is_free(round, taken, wish, *at, round->page_count, *size))
                return true;
        }
    }
    return false;
}

bool oracle_pool(const struct round *round, const bool *taken,
                 const struct hal_bounce_wish *wish, hal_address *address,
                 hal_address *size)
{
    uint64_t at, bytes = round->granule;
    bool given;

    if (round->pooled)
        given = longest_run(round, taken, wish, &at, &bytes);
    else if (wish->at_least == round->granule)
        given = one_granule(round, taken, wish, &at);
    else
        given = first_fit(round, taken, wish, &at, &bytes);
    if (!given)
        return false;
    *address = (hal_address)(round->storage + at * round->granule);
    *size = (hal_address)bytes;
    return true;
}

/* Loans ------------------------------------------------------------------- */

static const struct hal_aperture *storage_aperture(const struct round *round)
{
    return oracle_aperture(round, round->storage, HAL_READ | HAL_WRITE);
}

/* Can a granule be on the bus where a page of a mapper begins and ends? */
static bool shows_whole_pages(const struct oracle *oracle,
                              const struct round *round)
{
    const struct hal_aperture *aperture = storage_aperture(round);
    uint64_t unit = least(page_of(oracle, round), round->granule);

    return (aperture->bus - aperture->first) % unit == 0;
}

/* Take storage, within reach. */
static bool take(struct oracle *oracle, const struct round *round,
                 struct hal_bounce_wish wish, hal_address *address,
                 hal_address *size)
{
    const struct hal_aperture *aperture = storage_aperture(round);
    bool taken[ROUND_GRANULES];

    wish.highest = aperture->last;
    if (!oracle->mapped) {
        if (aperture->bus > oracle->limits.last)
            return false;
        wish.highest = aperture->first +
                       (hal_address)least(aperture->last - aperture->first,
                                          oracle->limits.last - aperture->bus);
    }
    for (uint32_t i = 0; i < ROUND_GRANULES; i++)
        taken[i] = oracle->taken[i] || oracle->before.granules[i];
    if (!round->lent || !shows_whole_pages(oracle, round) ||
        !oracle_pool(round, taken, &wish, address, size))
        return false;
    for (uint64_t i = 0; i < *size / round->granule; i++)
        oracle->taken[(*address - round->storage) / round->granule + i] = true;
    return true;
}

static bool lend(struct oracle *oracle, const struct round *round,
                 uint64_t position, uint64_t length, uint64_t storage)
{
    if (oracle->before.loans + oracle->loan_count >= round->loan_count)
        return false;
    oracle->loans[oracle->loan_count++] =
        (struct oracle_loan){ position, length, storage };
    for (uint64_t i = 0; i < length; i++)
        oracle->bytes[position + i].storage = (hal_address)(storage + i);
    return true;
}

/* The u that was opened last, alone or as the last one of a run, and where the
   loans in it end. */
struct opened {
    uint64_t first, end;
    bool any;
};

/* A u is at this phase of the CPU's addresses: at none, but it begins with a
   page of the mapper on the bus. */
static uint64_t phase_of_units(const struct oracle *oracle,
                               const struct round *round)
{
    const struct hal_aperture *aperture = storage_aperture(round);

    return lacks(aperture->bus - aperture->first, page_of(oracle, round));
}

static struct hal_bounce_wish some_units(const struct oracle *oracle,
                                         const struct round *round,
                                         uint64_t most_of_them)
{
    uint64_t unit = storage_unit(oracle, round);

    return (struct hal_bounce_wish){
        .at_least = (hal_address)unit,
        .at_most = (hal_address)most_of_them,
        .alignment = (hal_address)unit,
        .phase = (hal_address)phase_of_units(oracle, round),
    };
}

/* The bytes that are called `name` go to runs of their own. */
static bool store_in_runs(struct oracle *oracle, const struct round *round,
                          struct opened *opened, uint64_t name,
                          uint64_t position, uint64_t length)
{
    uint64_t unit = storage_unit(oracle, round);

    for (uint64_t done = 0; done < length;) {
        uint64_t phase = (name + done - phase_of_units(oracle, round)) % unit;
        hal_address address, size;
        uint64_t part;

        if (!take(oracle, round,
                  some_units(oracle, round, up(phase + length - done, unit)),
                  &address, &size))
            return false;
        part = least(length - done, size - phase);
        if (!lend(oracle, round, position + done, part, address + phase))
            return false;
        *opened = (struct opened){ address + size - unit,
                                   address + phase + part, true };
        oracle->pieces += done != 0;
        done += part;
    }
    return true;
}

static bool store_in_new(struct oracle *oracle, const struct round *round,
                         struct opened *opened, uint64_t name,
                         uint64_t position, uint64_t length)
{
    uint64_t unit = storage_unit(oracle, round);
    uint64_t at = (name - phase_of_units(oracle, round)) % unit;
    hal_address address, size;

    if (at + length > unit)
        at %= phase_unit(oracle, round);
    if (at + length > unit)
        return store_in_runs(oracle, round, opened, name, position, length);
    if (!take(oracle, round, some_units(oracle, round, unit), &address, &size))
        return false;
    *opened = (struct opened){ address, address + at + length, true };
    return lend(oracle, round, position, length, address + at);
}

/* Bytes [a, b) of the window, one stretch. */
static bool store_stretch(struct oracle *oracle, const struct round *round,
                          struct opened *opened, uint64_t a, uint64_t b)
{
    uint64_t name = oracle_gathers(round) ? oracle->bytes[0].client + a
                                          : oracle->bytes[a].client;
    uint64_t at = up(opened->end, line_of(round));

    at += lacks(at - name, phase_unit(oracle, round));
    if (!opened->any ||
        at + (b - a) > opened->first + storage_unit(oracle, round))
        return store_in_new(oracle, round, opened, name, a, b - a);
    opened->end = at + (b - a);
    oracle->shared++;
    return lend(oracle, round, a, b - a, at);
}

/* Storage for all that is bounced, and a stretch of an extent, or of units, at
   a time. */
static bool store_split(struct oracle *oracle, const struct round *round)
{
    const struct oracle_byte *byte = oracle->bytes;
    struct opened opened = { 0, 0, false };

    for (uint64_t a = 0, b; a < oracle->length; a = b) {
        for (b = a + 1;
             b < oracle->length && byte[b].bounced == byte[a].bounced &&
             (oracle_gathers(round) || !begins_extent(oracle, b));
             b++)
            continue;
        if (byte[a].bounced && !store_stretch(oracle, round, &opened, a, b))
            return false;
    }
    return true;
}

/* What memory for so many bytes has to be aligned to. */
static uint64_t placement(const struct oracle_limits *limits, uint64_t size)
{
    if (limits->boundary == HAL_ADDRESS_MAX)
        return strictest(limits);
    return most(strictest(limits), least(limits->boundary, power_above(size)));
}

static bool store_whole(struct oracle *oracle, const struct round *round)
{
    const struct hal_aperture *aperture = storage_aperture(round);
    uint64_t unit = most(round->granule, page_of(oracle, round));
    hal_address size = (hal_address)up(oracle->length, unit);
    uint64_t alignment = most(unit, placement(&oracle->limits, size));
    hal_address address;

    return take(oracle, round,
                (struct hal_bounce_wish){
                    .at_least = size,
                    .at_most = size,
                    .alignment = (hal_address)alignment,
                    .phase = (hal_address)down(
                        lacks(aperture->bus - aperture->first, alignment),
                        round->granule),
                },
                &address, &size) &&
           lend(oracle, round, 0, oracle->length, address);
}

/* The list: spec 4.1, 4.2, 7.2 -------------------------------------------- */

static void count_rests(struct oracle *oracle, const bool *joined)
{
    for (uint64_t i = oracle->length; i-- != 0;)
        oracle->bytes[i].rest = i + 1 < oracle->length && joined[i + 1]
                                    ? oracle->bytes[i + 1].rest + 1
                                    : 1;
}

/* Runs on the bus become runs of IOVA, up to the first byte that is in no
   aperture: what is behind it is not shown, either. */
static void lay_out_io(struct oracle *oracle, const struct round *round,
                       bool *joined)
{
    struct oracle_byte *byte = oracle->bytes;
    uint64_t start = 0;
    uint64_t a = 0;

    while (a < oracle->length && byte[a].reached) {
        uint64_t page = down(byte[a].device, round->io_page);
        uint64_t end = up(byte[a].device + byte[a].rest, round->io_page);
        uint64_t b = a + byte[a].rest;

        for (uint64_t i = a; i < b; i++) {
            byte[i].device = start + (byte[i].device - page);
            joined[i] = i != 0 && byte[i].device == byte[i - 1].device + 1;
        }
        start += end - page;
        a = b;
        oracle->io_runs++;
    }
    for (; a < oracle->length; a++)
        byte[a].reached = joined[a] = false;
    oracle->io_size = start;
    count_rests(oracle, joined);
}

static void lay_out_bus(struct oracle *oracle, const struct round *round)
{
    const struct hal_aperture *before = NULL;
    bool joined[ROUND_BYTES];

    for (uint64_t i = 0; i < oracle->length; i++) {
        struct oracle_byte *byte = &oracle->bytes[i];
        const struct hal_aperture *aperture =
            oracle_aperture(round, byte->storage, access_of(round));

        byte->maintained = maintained(oracle, round, byte->storage);
        byte->device =
            aperture ? byte->storage - aperture->first + aperture->bus : 0;
        byte->reached = aperture && within_reach(oracle, byte->device);
        joined[i] = i != 0 && aperture && aperture == before &&
                    byte->device == oracle->bytes[i - 1].device + 1;
        before = aperture;
    }
    count_rests(oracle, joined);
    oracle->io_size = 0;
    oracle->io_runs = 0;
    if (oracle->mapped)
        lay_out_io(oracle, round, joined);
}

struct hal_segment oracle_segment(const struct oracle *oracle,
                                  uint64_t position)
{
    const struct oracle_limits *limits = &oracle->limits;
    uint64_t address = oracle->bytes[position].device;
    uint64_t length = oracle->bytes[position].rest;
    uint64_t unit = most(limits->align_internal, limits->align_seam);
    bool cut = false;

    if (length > limits->max_segment) {
        length = limits->max_segment;
        cut = true;
    }
    if (limits->boundary != HAL_ADDRESS_MAX) {
        uint64_t next = up(address + 1, limits->boundary);

        if (length > next - address) {
            length = next - address;
            cut = true;
        }
    }
    if (length > limits->align_length && length % limits->align_length != 0) {
        length = down(length, limits->align_length);
        cut = true;
    }
    if (cut && down(address + length, unit) > address)
        length = down(address + length, unit) - address;
    return (struct hal_segment){ (hal_address)address, (hal_address)length };
}

uint32_t oracle_segments(const struct oracle *oracle)
{
    uint32_t count = 0;

    for (uint64_t at = 0; at < oracle->length; count++)
        at += oracle_segment(oracle, at).length;
    return count;
}

/* Of the first segment behind a mapper only the place in its page counts. */
static bool aligned(const struct oracle *oracle, const struct round *round,
                    uint64_t position, bool first)
{
    const struct oracle_limits *limits = &oracle->limits;
    struct hal_segment segment = oracle_segment(oracle, position);
    uint64_t end = segment.address + segment.length;
    bool last = position + segment.length == oracle->length;
    uint64_t alignment = first ? limits->align_address : limits->align_internal;

    if (first && oracle->mapped)
        segment.address %= round->io_page;
    return segment.address % alignment == 0 &&
           segment.length % limits->align_length == 0 &&
           (first || segment.address % limits->align_seam == 0) &&
           (last || end % limits->align_seam == 0);
}

enum iodma_status oracle_judge(const struct oracle *oracle,
                               const struct round *round, uint64_t position,
                               bool first)
{
    if (!oracle->iterates)
        return IODMA_OK;
    for (uint64_t i = 0; i < oracle->bytes[position].rest; i++) {
        if (!oracle->bytes[position + i].reached)
            return IODMA_MESSAGE_TOO_LARGE;
    }
    return aligned(oracle, round, position, first) ? IODMA_OK
                                                   : IODMA_NOT_ALIGNED;
}

static enum verdict judge_list(const struct oracle *oracle,
                               const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        if (!oracle->bytes[i].reached)
            return ILLEGAL;
    }
    for (uint64_t at = 0; at < oracle->length;) {
        if (!aligned(oracle, round, at, at == 0))
            return ILLEGAL;
        at += oracle_segment(oracle, at).length;
    }
    return oracle_segments(oracle) <= oracle->limits.max_segments ? LEGAL
                                                                  : TOO_MANY;
}

/* The ladder: rule E3 ----------------------------------------------------- */

static void begin_rung(struct oracle *oracle, const struct round *round,
                       uint32_t rung)
{
    oracle->rung = rung;
    oracle->loan_count = oracle->shared = oracle->pieces = 0;
    memset(oracle->taken, 0, sizeof oracle->taken);
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].storage = oracle->bytes[i].client;
    choose_bounced(oracle, round);
}

static enum verdict try_direct(struct oracle *oracle, const struct round *round)
{
    begin_rung(oracle, round, ORACLE_DIRECT);
    lay_out_bus(oracle, round);
    return any_loses_line(oracle, round) ? ILLEGAL : judge_list(oracle, round);
}

static enum verdict try_split(struct oracle *oracle, const struct round *round)
{
    begin_rung(oracle, round, ORACLE_SPLIT);
    if (!store_split(oracle, round))
        return NO_STORAGE;
    lay_out_bus(oracle, round);
    return judge_list(oracle, round);
}

/* A buffer for all of the window, if it could be had, and lay best? */
static enum verdict judge_ideal(struct oracle *oracle,
                                const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        oracle->bytes[i].device = i;
        oracle->bytes[i].rest = oracle->length - i;
        oracle->bytes[i].reached = true;
    }
    return judge_list(oracle, round);
}

static enum verdict try_whole(struct oracle *oracle, const struct round *round)
{
    enum verdict ideal;

    begin_rung(oracle, round, ORACLE_WHOLE);
    ideal = judge_ideal(oracle, round);
    if (ideal != LEGAL)
        return ideal;
    if (!store_whole(oracle, round))
        return NO_STORAGE;
    lay_out_bus(oracle, round);
    return judge_list(oracle, round);
}

/* Without iodma_bus_cache(): is there something to maintain? */
static bool unsupported(const struct oracle *oracle, const struct round *round)
{
    for (uint64_t i = 0; !maintains(round) && i < oracle->length; i++) {
        uint64_t client = oracle->bytes[i].client;

        if (oracle_aperture(round, client, access_of(round)) &&
            maintained(oracle, round, client))
            return true;
    }
    return false;
}

/* Would the storage have to be, and that of a plan? */
static bool lent_unsupported(const struct oracle *oracle,
                             const struct round *round)
{
    return round->lent && !maintains(round) &&
           maintained(oracle, round, round->storage);
}

static bool storage_unsupported(const struct oracle *oracle,
                                const struct round *round)
{
    for (uint64_t i = 0; !maintains(round) && i < oracle->length; i++) {
        if (maintained(oracle, round, oracle->bytes[i].storage))
            return true;
    }
    return false;
}

static enum iodma_status refuse(enum verdict verdict)
{
    return verdict == TOO_MANY ? IODMA_NO_SPACE : IODMA_NOT_ALIGNED;
}

/* Nothing is lent. */
static enum iodma_status refuse_unlent(struct oracle *oracle,
                                       const struct round *round)
{
    enum verdict ideal = judge_ideal(oracle, round);

    if (any_out_of_reach(oracle, round) || any_loses_line(oracle, round) ||
        ideal == LEGAL)
        return IODMA_NO_RESOURCES;
    return refuse(ideal);
}

static enum iodma_status climb(struct oracle *oracle, const struct round *round)
{
    enum verdict verdict = try_direct(oracle, round);
    bool skipped;

    if (verdict == LEGAL)
        return IODMA_OK;
    if ((round->mapping & IODMA_DIRECT_ONLY) != 0)
        return any_out_of_reach(oracle, round) ? IODMA_MESSAGE_TOO_LARGE
                                               : refuse(verdict);
    if (!round->lent)
        return refuse_unlent(oracle, round);
    if (lent_unsupported(oracle, round))
        return IODMA_UNSUPPORTED;
    verdict = try_split(oracle, round);
    skipped = verdict == NO_STORAGE;
    if (verdict != LEGAL)
        verdict = try_whole(oracle, round);
    if (verdict == LEGAL)
        return storage_unsupported(oracle, round) ? IODMA_UNSUPPORTED
                                                  : IODMA_OK;
    return skipped || verdict == NO_STORAGE ? IODMA_NO_RESOURCES
                                            : refuse(verdict);
}

/* Is there IOVA for it? The lowest that fits. */
static bool io_found(struct oracle *oracle, const struct round *round)
{
    const struct oracle_limits *limits = &oracle->limits;
    uint64_t size = oracle->io_size;
    uint64_t alignment = most(round->io_page, placement(limits, size));
    uint64_t end = down(round_io_end(round), round->io_page);

    for (uint64_t at = up(round->io_first, alignment);
         at + size <= end && at + size - 1 <= limits->last; at += alignment) {
        if (at + size > oracle->before.io_at &&
            at < oracle->before.io_at + oracle->before.io_size)
            continue;
        oracle->io_at = at;
        return true;
    }
    return false;
}

bool oracle_touches(const struct oracle *oracle, const struct round *round,
                    bool copy, bool maintain)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        const struct oracle_byte *byte = &oracle->bytes[i];

        if ((byte->bounced ? copy : maintain && byte->maintained) &&
            !region_of(round, byte->client))
            return false;
    }
    return true;
}

static enum iodma_status plan(struct oracle *oracle, const struct round *round)
{
    if (oracle->length > oracle->limits.max_transfer)
        return IODMA_NO_SPACE;
    if (oracle->length % oracle->limits.align_length != 0)
        return IODMA_NOT_ALIGNED;
    if (write_protected(oracle, round))
        return IODMA_NOT_WRITABLE;
    if (oracle->iterates) {
        (void)try_direct(oracle, round);
        return IODMA_OK;
    }
    return unsupported(oracle, round) ? IODMA_UNSUPPORTED
                                      : climb(oracle, round);
}

static enum iodma_status prepare(struct oracle *oracle,
                                 const struct round *round)
{
    if (oracle->plan != IODMA_OK)
        return oracle->plan;
    if (!oracle->iterates &&
        !oracle_touches(oracle, round, round->fill, round->flush))
        return IODMA_NOT_ATTACHED;
    if (oracle->mapped && oracle->io_size != 0 &&
        (!io_found(oracle, round) ||
         (round->io_fail != 0 && round->io_fail <= oracle->io_runs)))
        return IODMA_NO_RESOURCES;
    return IODMA_OK;
}

void oracle_ask(struct oracle *oracle, const struct round *round)
{
    oracle->init = IODMA_BAD_ARGUMENT;
    if (!limits_of(round, &oracle->limits) ||
        !mapper_of(round, &oracle->mapped))
        return;
    oracle->init = IODMA_OK;
    memset(&oracle->before, 0, sizeof oracle->before);
    oracle->iterates = (round->mapping & IODMA_ITERATE_ONLY) != 0;
    oracle->length = round->length != 0 ? round->length
                                        : round_length(round) - round->offset;
    lay_out_client(oracle, round);
    oracle->io_size = oracle->io_at = 0;
    oracle->plan = plan(oracle, round);
    oracle->prepare = prepare(oracle, round);
}

enum iodma_status oracle_force(struct oracle *oracle, const struct round *round)
{
    enum verdict verdict;

    if (oracle->iterates || (round->mapping & IODMA_DIRECT_ONLY) != 0)
        return IODMA_BAD_ARGUMENT;
    if (lent_unsupported(oracle, round))
        return IODMA_UNSUPPORTED;
    memcpy(oracle->before.granules, oracle->taken, sizeof oracle->taken);
    oracle->before.loans = oracle->loan_count;
    oracle->before.io_at = oracle->io_at;
    oracle->before.io_size = oracle->io_size;
    verdict = try_whole(oracle, round);
    if (verdict == NO_STORAGE)
        return IODMA_NO_RESOURCES;
    if (verdict != LEGAL)
        return refuse(verdict);
    if (storage_unsupported(oracle, round))
        return IODMA_UNSUPPORTED;
    return oracle->mapped && !io_found(oracle, round) ? IODMA_NO_RESOURCES
                                                      : IODMA_OK;
}

/* Rule E12 ---------------------------------------------------------------- */

bool oracle_part_splits(const struct oracle *oracle, const struct round *round,
                        uint64_t position, uint64_t length)
{
    if (!inbound(round))
        return false;
    for (uint64_t i = position; i < position + length; i++) {
        const struct oracle_byte *in = &oracle->bytes[i];

        for (uint64_t k = 0; in->maintained && k < oracle->length; k++) {
            if ((k < position || k >= position + length) &&
                down(oracle->bytes[k].storage, round->line) ==
                    down(in->storage, round->line))
                return true;
        }
    }
    return false;
}
