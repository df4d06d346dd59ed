/* SPDX-License-Identifier: MIT */
#include "tests/model/oracle.h"

#include "dma/command.h"

#include <string.h>

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

        if (aperture->size != 0 && address >= aperture->cpu &&
            address - aperture->cpu < aperture->size)
            return (aperture->access & access) == access ? aperture : NULL;
    }
    return NULL;
}

static const struct hal_region *region_of(const struct round *round,
                                          uint64_t address)
{
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        const struct hal_region *region = &round->regions[i];

        if (region->size != 0 && address >= region->base &&
            address - region->base < region->size)
            return region;
    }
    return NULL;
}

/* Spec 2.1, 2.3; rule E2 -------------------------------------------------- */

static uint64_t or_none(uint64_t value)
{
    return value != 0 ? value : UINT64_MAX;
}

static struct oracle_limits explicit(const struct hal_limits *limits)
{
    uint64_t address = limits->align_address != 0 ? limits->align_address : 1;

    return (struct oracle_limits){
        .last = limits->address_bits == 0 || limits->address_bits >= 64
                    ? UINT64_MAX
                    : (UINT64_C(1) << limits->address_bits) - 1,
        .max_segment = or_none(limits->max_segment),
        .max_transfer = or_none(limits->max_transfer),
        .max_segments = or_none(limits->max_segments),
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
    return boundary == UINT64_MAX ||
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
        (spec.address_bits != 0 && spec.address_bits < 64 &&
         UINT64_C(1) << spec.address_bits < round->granule))
        return false;
    *limits = explicit(&spec);
    if (!satisfiable(limits))
        return false;
    limits->last = least(limits->last, port.last);
    limits->max_segment = least(limits->max_segment, port.max_segment);
    limits->max_transfer = least(limits->max_transfer, port.max_transfer);
    limits->max_segments = least(limits->max_segments, port.max_segments);
    limits->boundary = least(limits->boundary, port.boundary);
    limits->align_address = most(limits->align_address, port.align_address);
    limits->align_length = most(limits->align_length, port.align_length);
    limits->align_internal = most(limits->align_internal, port.align_internal);
    limits->align_seam = most(limits->align_seam, port.align_seam);
    /* Each segment after the first begins at a seam. */
    limits->align_internal = most(limits->align_internal, limits->align_seam);
    return satisfiable(limits);
}

/* Spec 2.4, with steps 9 to 11 of 2.3. */
static bool mapper_of(const struct round *round, bool *mapped)
{
    uint32_t type = round->mapping & IODMA_TYPE_MASK;
    bool system = round->io_page != 0 && round->io_system;
    bool given = round->io_page != 0 && !round->io_system;
    bool stuck = system && !round->io_bypass;

    *mapped = false;
    if (type > IODMA_UNMAPPED)
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
            return part->kind == IODMA_VIRTUAL
                       ? round_physical(round, part->ranges[i].address + n)
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

/* A buffer lends its capacity to a window that has some of its bytes, if it is
   not a part of something. */
static void own_capacity(struct oracle *oracle, const struct round *round,
                         const struct iodma_range *buffer)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        if (oracle->bytes[i].client - buffer->address < buffer->length) {
            memset(&oracle->owner[buffer->address - round->base], 2,
                   (size_t)buffer->length);
            return;
        }
    }
}

static void lay_out_client(struct oracle *oracle, const struct round *round)
{
    memset(oracle->owner, 0, sizeof oracle->owner);
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].client = byte_of_round(round, round->offset + i);
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];

        if (part->kind == IODMA_BUFFER && !part->sub && !round->sub)
            own_capacity(oracle, round, &part->ranges[0]);
    }
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->owner[oracle->bytes[i].client - round->base] = 1;
}

bool oracle_line_is_foreign(const struct oracle *oracle,
                            const struct round *round, uint64_t address)
{
    uint64_t line = down(address, round->line) - round->base;

    for (uint64_t i = line; i < line + round->line; i++) {
        if (oracle->owner[i] == 0)
            return true;
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

    if (round->line == 0 || oracle->iterates)
        return false;
    return (round->mapping & IODMA_TYPE_MASK) == IODMA_NON_COHERENT ||
           !aperture || !aperture->snooped;
}

static bool within_reach(const struct oracle *oracle, uint64_t bus)
{
    return oracle->mapped || bus <= oracle->limits.last;
}

static bool client_reached(const struct oracle *oracle,
                           const struct round *round, uint64_t address,
                           const struct hal_aperture **aperture)
{
    *aperture = oracle_aperture(round, address, access_of(round));
    return *aperture &&
           within_reach(oracle, address - (*aperture)->cpu + (*aperture)->bus);
}

/* Which bytes are bounced: rule E3 ---------------------------------------- */

bool oracle_gathers(const struct round *round)
{
    return (round->mapping & IODMA_LEAST_BOUNCE) != 0;
}

static uint64_t edge_unit(const struct oracle *oracle,
                          const struct round *round)
{
    return most(round->line, oracle->limits.align_internal);
}

/* Byte i does not follow the one before it in physical memory. */
static bool begins_extent(const struct oracle *oracle, uint64_t i)
{
    return i == 0 || oracle->bytes[i].client != oracle->bytes[i - 1].client + 1;
}

/* Does one buffer have all of the line of an address in its capacity? */
static bool in_capacity(const struct round *round, uint64_t address)
{
    uint64_t line = down(address, round->line);

    for (uint32_t i = 0; i < round->part_count && !round->sub; i++) {
        const struct round_part *part = &round->parts[i];

        if (part->kind == IODMA_BUFFER && !part->sub &&
            line >= part->ranges[0].address &&
            line + round->line <=
                part->ranges[0].address + part->ranges[0].length)
            return true;
    }
    return false;
}

/* Is all of the unit of an address the window's, or a buffer's? */
static bool unit_is_owned(const struct oracle *oracle,
                          const struct round *round, uint64_t address)
{
    uint64_t unit = edge_unit(oracle, round);
    uint64_t first = down(address, unit);

    if (first < round->base)
        return false;
    for (uint64_t i = first - round->base; i < first - round->base + unit;
         i++) {
        if (i >= ROUND_CLIENT || oracle->owner[i] == 0)
            return false;
    }
    return true;
}

/* Byte i is the first, or last, of bytes in a piece. Would the rest of its line
   be lost if they were direct? A line that several pieces have together goes
   one way: it is bounced if anything near it may be. */
static bool loses_line(const struct oracle *oracle, const struct round *round,
                       uint64_t i, bool last)
{
    uint64_t client = oracle->bytes[i].client;

    if (!inbound(round) || !maintained(oracle, round, client))
        return false;
    if (oracle_line_is_foreign(oracle, round, client))
        return true;
    return oracle->rung != IODMA_DIRECT && (client + last) % round->line != 0 &&
           !in_capacity(round, client) &&
           (oracle_gathers(round) || !unit_is_owned(oracle, round, client));
}

static bool any_foreign(const struct oracle *oracle, const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++) {
        bool last = i + 1 == oracle->length || begins_extent(oracle, i + 1);

        if ((begins_extent(oracle, i) && loses_line(oracle, round, i, false)) ||
            (last && loses_line(oracle, round, i, true)))
            return true;
    }
    return false;
}

static void bounce_edges(struct oracle *oracle, const struct round *round)
{
    uint64_t unit = edge_unit(oracle, round);

    for (uint64_t a = 0, b; a < oracle->length; a = b) {
        struct oracle_byte *byte = oracle->bytes;
        uint64_t head, tail;

        for (b = a + 1; b < oracle->length && !begins_extent(oracle, b); b++)
            continue;
        head =
            loses_line(oracle, round, a, false) ? up(byte[a].client, unit) : 0;
        tail = loses_line(oracle, round, b - 1, true)
                   ? down(byte[b - 1].client + 1, unit)
                   : UINT64_MAX;
        for (uint64_t i = a; i < b; i++)
            byte[i].bounced |= byte[i].client < head || byte[i].client >= tail;
    }
}

/* Is all of the granule that a byte is in within reach, in one aperture? */
static bool page_reached(const struct oracle *oracle, const struct round *round,
                         uint64_t address)
{
    uint64_t page = down(address, round->granule);
    const struct hal_aperture *first, *last;

    return client_reached(oracle, round, page, &first) &&
           client_reached(oracle, round, page + round->granule - 1, &last) &&
           first == last;
}

static void bounce_pages(struct oracle *oracle, const struct round *round)
{
    bounce_edges(oracle, round);
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].bounced |=
            !page_reached(oracle, round, oracle->bytes[i].client);
}

/* Could bytes [a, b) of the window, one unit, go as they lie? */
static bool unit_is_whole(const struct oracle *oracle,
                          const struct round *round, uint64_t a, uint64_t b)
{
    const struct oracle_byte *byte = oracle->bytes;
    uint64_t unit = edge_unit(oracle, round);
    uint32_t access = access_of(round);

    if (byte[a].client % unit != (byte[0].client + a) % unit ||
        loses_line(oracle, round, a, false) ||
        loses_line(oracle, round, b - 1, true))
        return false;
    for (uint64_t i = a; i < b; i++) {
        if (!page_reached(oracle, round, byte[i].client) ||
            (i != a && (begins_extent(oracle, i) ||
                        oracle_aperture(round, byte[i].client, access) !=
                            oracle_aperture(round, byte[a].client, access))))
            return false;
    }
    return true;
}

static void bounce_least(struct oracle *oracle, const struct round *round)
{
    uint64_t unit = edge_unit(oracle, round);
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

/* Storage ----------------------------------------------------------------- */

/* The highest address of storage that the device reaches, plus one. */
static uint64_t storage_end(const struct oracle *oracle,
                            const struct round *round)
{
    uint64_t first = round->storage;
    const struct hal_aperture *aperture =
        oracle_aperture(round, first, HAL_READ | HAL_WRITE);

    if (oracle->mapped)
        return UINT64_MAX;
    if (aperture->bus > oracle->limits.last)
        return 0;
    return aperture->cpu +
           least(aperture->size - 1, oracle->limits.last - aperture->bus) + 1;
}

/* The n-th page that is given to a command. */
static bool page_given(const struct oracle *oracle, const struct round *round,
                       uint32_t n, uint64_t *address)
{
    uint64_t end = storage_end(oracle, round);

    for (uint32_t i = 0; i < round->page_count; i++) {
        uint64_t page = round->storage + round_page(round, i) * round->granule;

        if (page + round->granule <= end && n-- == 0) {
            *address = page;
            return true;
        }
    }
    return false;
}

/* A block of a power of two of bytes in [first, first + room), not in the part
   that is taken; the lowest one: dma/runs.h. */
static bool block_given(uint64_t first, uint64_t room, uint64_t block,
                        uint64_t taken, uint64_t taken_size, uint64_t *address)
{
    for (uint64_t at = up(first, block); at + block <= first + room;
         at += block) {
        if (at + block <= taken || at >= taken + taken_size) {
            *address = at;
            return true;
        }
    }
    return false;
}

static bool run_given(const struct oracle *oracle, const struct round *round,
                      uint64_t size, uint64_t alignment, uint64_t *address)
{
    uint64_t granule = round->granule;
    uint64_t first = round->storage + ROUND_PAGES * granule;
    bool given;

    if (round->pooled) {
        given = block_given(round->storage, round->page_count * granule,
                            most(alignment, power_above(size)), round->storage,
                            oracle->taken_pages * granule, address);
    } else {
        *address = up(first, alignment);
        given = *address + size <= first + round->run_pages * granule;
    }
    return given && *address + size <= storage_end(oracle, round);
}

/* The page that stands for another one, taken if there is none yet. */
static bool page_for(struct oracle *oracle, const struct round *round,
                     uint64_t page, uint64_t *address)
{
    struct oracle_page *last = &oracle->pages[oracle->page_count];

    for (struct oracle_page *known = oracle->pages; known != last; known++) {
        if (known->page == page) {
            *address = known->address;
            return true;
        }
    }
    if (!page_given(oracle, round, oracle->page_count, address))
        return false;
    *last = (struct oracle_page){ page, *address };
    oracle->page_count++;
    return true;
}

static bool store_pages(struct oracle *oracle, const struct round *round)
{
    bool gathered = oracle->rung == IODMA_EDGES && oracle_gathers(round);

    oracle->page_count = 0;
    for (uint64_t i = 0; i < oracle->length; i++) {
        struct oracle_byte *byte = &oracle->bytes[i];
        uint64_t name = gathered ? oracle->bytes[0].client + i : byte->client;
        uint64_t address;

        byte->storage = byte->client;
        if (!byte->bounced)
            continue;
        if (!round->lent ||
            !page_for(oracle, round, down(name, round->granule), &address))
            return false;
        byte->storage = address + name % round->granule;
    }
    return true;
}

/* What storage is rounded to: the device sees whole pages of a mapper. */
static uint64_t storage_unit(const struct oracle *oracle,
                             const struct round *round)
{
    return oracle->mapped ? most(round->granule, round->io_page)
                          : round->granule;
}

static bool store_whole(struct oracle *oracle, const struct round *round)
{
    const struct oracle_limits *limits = &oracle->limits;
    uint64_t unit = storage_unit(oracle, round);
    uint64_t size = up(oracle->length, unit);
    uint64_t alignment = most(most(limits->align_address, limits->align_length),
                              most(limits->align_internal, limits->align_seam));

    alignment = most(alignment, unit);
    alignment = most(alignment, least(limits->boundary, power_above(size)));
    if (!round->lent ||
        !run_given(oracle, round, size, alignment, &oracle->run))
        return false;
    oracle->run_size = size;
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].storage = oracle->run + i;
    return true;
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
            aperture ? byte->storage - aperture->cpu + aperture->bus : 0;
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
    if (limits->boundary != UINT64_MAX) {
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
    return (struct hal_segment){ address, length };
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
    uint64_t count = 0;

    for (uint64_t i = 0; i < oracle->length; i++) {
        if (!oracle->bytes[i].reached)
            return ILLEGAL;
    }
    for (uint64_t at = 0; at < oracle->length; count++) {
        if (!aligned(oracle, round, at, at == 0))
            return ILLEGAL;
        at += oracle_segment(oracle, at).length;
    }
    return count <= oracle->limits.max_segments ? LEGAL : TOO_MANY;
}

/* The ladder: rule E3 ----------------------------------------------------- */

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

static void choose_bounced(struct oracle *oracle, const struct round *round)
{
    for (uint64_t i = 0; i < oracle->length; i++)
        oracle->bytes[i].bounced = oracle->rung == IODMA_WHOLE;
    if (oracle->rung == IODMA_PAGES)
        bounce_pages(oracle, round);
    else if (oracle->rung == IODMA_EDGES && oracle_gathers(round))
        bounce_least(oracle, round);
    else if (oracle->rung == IODMA_EDGES)
        bounce_edges(oracle, round);
}

static enum verdict try_rung(struct oracle *oracle, const struct round *round,
                             uint32_t rung)
{
    enum verdict ideal = LEGAL;
    bool stored;

    oracle->rung = rung;
    oracle->run_size = 0;
    choose_bounced(oracle, round);
    if (rung == IODMA_WHOLE) {
        oracle->page_count = 0;
        ideal = judge_ideal(oracle, round);
        stored = store_whole(oracle, round);
    } else {
        stored = store_pages(oracle, round);
    }
    if (ideal != LEGAL)
        return ideal;
    if (!stored)
        return NO_STORAGE;
    lay_out_bus(oracle, round);
    if (rung == IODMA_DIRECT && any_foreign(oracle, round))
        return ILLEGAL;
    return judge_list(oracle, round);
}

/* The least bounce leaves nothing to do for rung *pages*; and a page of a
   mapper shows no more than one of the pool (E5). */
static enum iodma_status climb(struct oracle *oracle, const struct round *round,
                               uint32_t from)
{
    enum verdict verdict = ILLEGAL;
    bool skipped = false;

    for (uint32_t rung = from; rung <= IODMA_WHOLE; rung++) {
        if ((rung == IODMA_PAGES && oracle_gathers(round)) ||
            ((rung == IODMA_EDGES || rung == IODMA_PAGES) &&
             storage_unit(oracle, round) != round->granule))
            continue;
        verdict = try_rung(oracle, round, rung);
        if (verdict == LEGAL)
            return IODMA_OK;
        skipped |= verdict == NO_STORAGE;
    }
    if (skipped)
        return IODMA_NO_RESOURCES;
    return verdict == TOO_MANY ? IODMA_NO_SPACE : IODMA_NOT_ALIGNED;
}

/* Is there IOVA for it? */
static bool io_found(const struct oracle *oracle, const struct round *round)
{
    const struct oracle_limits *limits = &oracle->limits;
    uint64_t block = power_above(oracle->io_size);
    uint64_t first = up(round->io_first, round->io_page);
    uint64_t end = down(round_io_end(round), round->io_page);
    uint64_t address;

    block = most(block, most(limits->align_address, limits->align_length));
    block = most(block, most(limits->align_internal, limits->align_seam));
    return block_given(first, end - first, block, oracle->taken_io,
                       oracle->taken_io_size, &address) &&
           address + oracle->io_size - 1 <= limits->last;
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

static enum iodma_status prepare(struct oracle *oracle,
                                 const struct round *round)
{
    enum iodma_status status;

    if (oracle->length > oracle->limits.max_transfer)
        return IODMA_NO_SPACE;
    if (oracle->length % oracle->limits.align_length != 0)
        return IODMA_NOT_ALIGNED;
    if (write_protected(oracle, round))
        return IODMA_NOT_WRITABLE;
    if ((round->mapping & IODMA_TYPE_MASK) == IODMA_NON_COHERENT &&
        round->line == 0 && !oracle->iterates)
        return IODMA_UNSUPPORTED;
    if (oracle->iterates) {
        (void)try_rung(oracle, round, IODMA_DIRECT);
    } else {
        status = climb(oracle, round, IODMA_DIRECT);
        if (status != IODMA_OK)
            return status;
        if (!oracle_touches(oracle, round, round->fill, round->flush))
            return IODMA_NOT_ATTACHED;
    }
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
    oracle->taken_pages = 0;
    oracle->taken_io = oracle->taken_io_size = 0;
    oracle->iterates = (round->mapping & IODMA_ITERATE_ONLY) != 0;
    oracle->length = round->length != 0 ? round->length
                                        : round_length(round) - round->offset;
    lay_out_client(oracle, round);
    oracle->prepare = prepare(oracle, round);
}

enum iodma_status oracle_force(struct oracle *oracle, const struct round *round,
                               uint64_t iova)
{
    enum iodma_status status;

    oracle->taken_pages = oracle->page_count;
    oracle->taken_io = iova;
    oracle->taken_io_size = oracle->io_size;
    status = climb(oracle, round, IODMA_WHOLE);
    if (status == IODMA_OK && oracle->mapped && !io_found(oracle, round))
        return IODMA_NO_RESOURCES;
    return status;
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
