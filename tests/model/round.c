/* SPDX-License-Identifier: MIT */
#include "tests/model/round.h"

#include "dma/command.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reach.h"

#include <stdio.h>
#include <string.h>

hal_address round_physical(const struct round *round,
                           hal_address virtual_address)
{
    hal_address at = virtual_address - ROUND_VIRTUAL;
    hal_address page = at / round->cpu_page;
    hal_address pages = round_area(round) / round->cpu_page;

    page = (page * round->scramble[0] ^ round->scramble[1]) % pages;
    return round->base + page * round->cpu_page + at % round->cpu_page;
}

hal_address round_area(const struct round *round)
{
    return round->granule < 128 ? 0x400 : 8 * round->granule;
}

static hal_address sum_of_ranges(const struct round_part *part)
{
    hal_address sum = 0;

    for (uint32_t i = 0; i < part->count; i++)
        sum += part->ranges[i].length;
    return sum;
}

hal_address round_part_length(const struct round_part *part)
{
    hal_address all =
        part->kind == IODMA_KIND_BUFFER ? part->length : sum_of_ranges(part);

    return part->sub ? all - part->skip - part->lack : all;
}

hal_address round_length(const struct round *round)
{
    hal_address sum = 0;

    for (uint32_t i = 0; i < round->part_count; i++)
        sum += round_part_length(&round->parts[i]);
    return round->sub ? sum - round->skip - round->lack : sum;
}

/* Is it sane? ------------------------------------------------------------- */

/* Take the bytes of a range, unless they are taken or are not the client's. */
static bool claim(const struct round *round, uint8_t *taken, uint32_t kind,
                  struct iodma_range range)
{
    for (int pass = 0; pass < 2; pass++) {
        for (hal_address i = 0; i < range.length; i++) {
            hal_address address = range.address + i;

            if (kind == IODMA_KIND_VIRTUAL) {
                if (address - ROUND_VIRTUAL >= round_area(round))
                    return false;
                address = round_physical(round, address);
            }
            if (address - round->base >= round_area(round) ||
                (pass == 0 && taken[address - round->base] != 0))
                return false;
            taken[address - round->base] = 1;
            if (pass == 0)
                taken[address - round->base] = 0;
        }
    }
    return true;
}

static bool parts_sane(const struct round *round)
{
    static uint8_t taken[ROUND_CLIENT];
    hal_address sum = 0;

    memset(taken, 0, sizeof taken);
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *part = &round->parts[i];
        bool buffer = part->kind == IODMA_KIND_BUFFER;
        hal_address all = buffer ? part->length : sum_of_ranges(part);

        if (part->kind > IODMA_KIND_VIRTUAL || part->count > ROUND_RANGES ||
            (buffer &&
             (part->count != 1 || part->length > part->ranges[0].length)) ||
            (part->sub && part->skip + part->lack > all))
            return false;
        for (uint32_t k = 0; k < part->count; k++) {
            if (!claim(round, taken, part->kind, part->ranges[k]))
                return false;
        }
        sum += round_part_length(part);
    }
    return !round->sub || round->skip + round->lack <= sum;
}

static bool order_sane(const struct round *round)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < ROUND_PAGES; i++)
        seen |= 1u << round_page(round, i);
    return seen == 0xFFFF &&
           (!round->pooled || round->order == ROUND_ASCENDING);
}

static hal_address size_of(const struct hal_aperture *aperture)
{
    return aperture->last - aperture->first + 1;
}

/* The last byte, as the device has it. */
static hal_address bus_last(const struct hal_aperture *aperture)
{
    return aperture->bus + (aperture->last - aperture->first);
}

static hal_address storage_size(const struct round *round)
{
    return (hal_address)ROUND_GRANULES * round->granule;
}

static bool apertures_meet(const struct hal_aperture *a,
                           const struct hal_aperture *b)
{
    return spans_meet(a->first, a->last, b->first, b->last) ||
           spans_meet(a->bus, bus_last(a), b->bus, bus_last(b));
}

static bool apertures_sane(const struct round *round)
{
    uint32_t line = round->line != 0 ? round->line : 1;
    bool stored = false;

    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        const struct hal_aperture *aperture = &round->apertures[i];

        if (!round_has_aperture(round, i))
            continue;
        if (aperture->first > aperture->last ||
            bus_last(aperture) < aperture->bus ||
            modulo(aperture->first | (aperture->last + 1), line) != 0 ||
            aperture->access == 0 || aperture->access > 3)
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (round_has_aperture(round, k) &&
                apertures_meet(aperture, &round->apertures[k]))
                return false;
        }
        stored |= aperture->access == 3 && aperture->first <= round->storage &&
                  aperture->last >= round->storage + (storage_size(round) - 1);
    }
    return stored;
}

/* Is a byte in a region, which can be written? */
static bool can_be_written(const struct round *round, hal_address address)
{
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        const struct hal_region *region = &round->regions[i];

        if (round_has_region(round, i) &&
            span_holds(region->first, region->last, address))
            return region->writable;
    }
    return false;
}

static bool regions_sane(const struct round *round)
{
    uint32_t line = round->line != 0 ? round->line : 1;

    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        const struct hal_region *region = &round->regions[i];

        if (!round_has_region(round, i))
            continue;
        if (region->first > region->last || region->cached > HAL_WRITE_BACK ||
            (region->cached == HAL_UNCACHED &&
             modulo(region->first | (region->last + 1), line) != 0))
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (round_has_region(round, k) &&
                region->first <= round->regions[k].last &&
                region->last >= round->regions[k].first)
                return false;
        }
    }
    for (hal_address i = 0; i < storage_size(round); i += 32) {
        if (!can_be_written(round, round->storage + i) ||
            !can_be_written(round, round->storage + i + 31))
            return false;
    }
    return true;
}

static bool storage_sane(const struct round *round)
{
    return order_sane(round) &&
           modulo(round->base | round->storage, round->granule) == 0 &&
           round->page_count <= ROUND_PAGES &&
           round->run_pages <= ROUND_PAGES && round->loan_count != 0 &&
           round->loan_count <= ROUND_LOANS &&
           (!round->pooled || round->page_count != 0);
}

static bool bus_sane(const struct round *round)
{
    return is_power_of_two(round->granule) && round->granule >= 32 &&
           round->granule <= 4096 && round->line <= round->granule &&
           (round->line == 0 ||
            (is_power_of_two(round->line) && round->line >= 32)) &&
           apertures_sane(round) && regions_sane(round) &&
           storage_sane(round) && is_power_of_two(round->shown) &&
           is_power_of_two(round->cpu_page) && round->cpu_page >= 32 &&
           round->cpu_page <= round_area(round) &&
           round->scramble[0] % 2 == 1 &&
           (round->io_page == 0 ||
            (is_power_of_two(round->io_page) && round->io_page >= 16 &&
             round_io_end(round) >= (uint64_t)round->io_first +
                                        lack(round->io_first, round->io_page) +
                                        round->io_page));
}

bool round_sane(const struct round *round)
{
    return round->direction <= IODMA_INOUT && round->output < ROUND_OUTPUTS &&
           round->part_count != 0 && round->part_count <= ROUND_PARTS &&
           round->indices <= ROUND_INDICES && bus_sane(round) &&
           parts_sane(round) && round_length(round) <= ROUND_BYTES &&
           round->offset <= round_length(round) &&
           round->length <= round_length(round) - round->offset;
}

/* Drawing ----------------------------------------------------------------- */

/* The last byte that there is, of the CPU's as of a device's. */
/* Bits of a device that reaches further than others, not all of it. */
enum { FURTHER_BITS = HAL_ADDRESS_BITS == 64 ? 40 : 30 };

#define ALL_MEMORY EITHER(0x7fffffffffff, 0x7fffffff)

static hal_address larger(hal_address a, hal_address b)
{
    return a > b ? a : b;
}

static bool one_in(uint64_t *seed, uint32_t n)
{
    return random_below(seed, n) == 0;
}

/* 1 in two cases of three, else a power of two up to 2^most. */
static uint32_t power(uint64_t *seed, uint32_t most)
{
    return one_in(seed, 3) ? UINT32_C(1) << random_below(seed, most + 1) : 1;
}

static uint32_t any_of(uint64_t *seed, const uint32_t *values, uint32_t count)
{
    return values[random_below(seed, count)];
}

#define ANY_OF(seed, ...)                                                      \
    any_of(seed, (const uint32_t[]){ __VA_ARGS__ },                            \
           HAL_COUNT_OF(((const uint32_t[]){ __VA_ARGS__ })))

/* The client's memory in up to four pieces, some of them in no aperture; and
   the storage in one. */
static uint32_t draw_pieces(struct round *round, uint64_t *seed)
{
    hal_address unit = one_in(seed, 2)    ? round->granule
                       : round->line != 0 ? round->line
                                          : 16;
    uint32_t pieces = 1 + random_below(seed, 4);
    hal_address at = 0;
    uint32_t count = 1;

    round->apertures[0] = (struct hal_aperture){
        .first = round->storage,
        .last = round->storage + storage_size(round) - 1,
        .access = HAL_READ | HAL_WRITE,
    };
    for (uint32_t i = 0; i < pieces && at < round_area(round); i++) {
        hal_address end =
            at +
            unit * (1 + random_below(
                            seed, (uint32_t)((round_area(round) - at) / unit)));

        if (i + 1 == pieces)
            end = round_area(round);
        if (pieces == 1 || !one_in(seed, 6))
            round->apertures[count++] = (struct hal_aperture){
                .first = round->base + at,
                .last = round->base + end - 1,
                .access = one_in(seed, 6) ? (uint8_t)(1 + random_below(seed, 2))
                                          : HAL_READ | HAL_WRITE,
            };
        at = end;
    }
    return count;
}

/* Where the device has them: at the same addresses, or one behind the other
   round the end of the reach. */
static void place_pieces(struct round *round, uint64_t *seed, uint32_t count,
                         hal_address reach)
{
    uint32_t phase = ANY_OF(seed, 4096, 4096, 1024, 256, 64, 32, 16, 4, 1);
    bool same = one_in(seed, 4);
    hal_address total = 0;
    hal_address at;

    for (uint32_t i = 0; i < count; i++)
        total += size_of(&round->apertures[i]);
    at = reach - random_below(seed, (uint32_t)(total + total / 4));
    for (uint32_t i = 0; i < count && one_in(seed, 2); i++) {
        uint32_t k = random_below(seed, count);
        struct hal_aperture other = round->apertures[k];

        round->apertures[k] = round->apertures[i];
        round->apertures[i] = other;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct hal_aperture *aperture = &round->apertures[i];

        at += modulo(aperture->first - at, phase);
        aperture->bus = same ? aperture->first : at;
        at += size_of(aperture);
        if (one_in(seed, 3))
            at += random_below(seed, 64);
    }
}

/* The device reaches a few granules of the storage, no more. */
static void limit_storage(struct round *round, uint64_t *seed, uint32_t count,
                          hal_address reach)
{
    hal_address end =
        reach - (hal_address)random_below(seed, 5) * round->granule;
    hal_address further = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (round->apertures[i].first == round->storage)
            further = end - round->apertures[i].bus;
    }
    further -= modulo(further, round->granule);
    for (uint32_t i = 0; i < count; i++)
        round->apertures[i].bus += further;
}

/* Sometimes it is one for all memory, at the same addresses. */
static void draw_apertures(struct round *round, uint64_t *seed,
                           hal_address reach)
{
    uint32_t snooped = random_below(seed, 3); /* all, none, mixed */
    uint32_t count = 1;

    if (one_in(seed, 8)) {
        round->apertures[0] = (struct hal_aperture){
            .last = ALL_MEMORY,
            .access = HAL_READ | HAL_WRITE,
        };
    } else {
        count = draw_pieces(round, seed);
        place_pieces(round, seed, count, reach);
        if (one_in(seed, 6))
            limit_storage(round, seed, count, reach);
    }
    for (uint32_t i = 0; i < count; i++)
        round->apertures[i].snooped = (round->line == 0 && !one_in(seed, 24)) ||
                                      snooped == 0 ||
                                      (snooped == 2 && one_in(seed, 2));
}

/* Have other memory than before from `first` on, `size` bytes: none, or what
   is given. Too near to the beginning of what is there nothing changes. */
static void carve(struct round *round, hal_address first, hal_address size,
                  const struct hal_region *instead)
{
    struct hal_region *region = round->regions;
    struct hal_region *end = region;

    while (round_has_region(round, (uint32_t)(end - round->regions)))
        end++;
    while (region != end && !(region->first < first && size != 0 &&
                              first + size - 1 < region->last))
        region++;
    if (region == end)
        return;
    *end = *region;
    end->first = first + size;
    region->last = first - 1;
    if (!instead)
        return;
    *++end = *instead;
    end->first = first;
    end->last = first + size - 1;
}

static void draw_regions(struct round *round, uint64_t *seed)
{
    static const struct hal_region rom = { .cached = HAL_WRITE_BACK };
    static const struct hal_region uncached = { .writable = true };
    uint32_t area = (uint32_t)round_area(round);

    round->regions[0] = (struct hal_region){
        .last = ALL_MEMORY,
        .cached = one_in(seed, 8) ? HAL_WRITE_THROUGH : HAL_WRITE_BACK,
        .writable = true,
    };
    if (one_in(seed, 8))
        carve(round, round->base + random_below(seed, area),
              random_below(seed, 256), one_in(seed, 2) ? &rom : NULL);
    if (one_in(seed, 8)) {
        hal_address first = round->base + random_below(seed, area);

        carve(round, first - modulo(first, 128),
              128 * (1 + random_below(seed, 4)), &uncached);
    }
    if (one_in(seed, 8)) {
        hal_address first = round->storage + 128 * random_below(seed, 32) - 128;

        carve(round, first, 2 * storage_size(round), &uncached);
    }
}

static void draw_storage(struct round *round, uint64_t *seed)
{
    uint32_t order = random_below(seed, 3); /* up, down, any */

    round->lent = !one_in(seed, 12);
    round->pooled = one_in(seed, 4);
    round->page_count =
        one_in(seed, 4) ? random_below(seed, ROUND_PAGES + 1) : ROUND_PAGES;
    round->run_pages =
        one_in(seed, 4) ? random_below(seed, ROUND_PAGES + 1) : ROUND_PAGES;
    round->loan_count =
        one_in(seed, 6) ? 1 + random_below(seed, 4) : ROUND_LOANS;
    if (round->pooled && round->page_count == 0)
        round->page_count = 1;
    round->order = order == 1 ? ROUND_DESCENDING : ROUND_ASCENDING;
    for (uint32_t i = 0; i < ROUND_PAGES && order == 2; i++) {
        uint32_t k = random_below(seed, ROUND_PAGES);
        uint64_t differ = round_page(round, i) ^ round_page(round, k);

        round->order ^= differ << (4 * i) ^ differ << (4 * k);
    }
    if (round->pooled)
        round->order = ROUND_ASCENDING;
}

static void draw_bus(struct round *round, uint64_t *seed, uint32_t bits)
{
    hal_address reach = (hal_address)1 << bits;

    round->granule =
        ANY_OF(seed, 32, 64, 64, 64, 64, 128, 128, 128, 256, 1024, 4096);
    round->line = ANY_OF(seed, 0, 32, 64, 64, 128);
    if (round->line > round->granule)
        round->line = round->granule;
    round->maintaining = !one_in(seed, 10);
    round->base = reach - random_below(seed, 5) * round_area(round) / 4;
    round->base -= modulo(round->base, round->granule);
    round->storage = one_in(seed, 4) ? reach + 0x10000 : reach - 0x80000;
    round->shown = (hal_address)32 << random_below(seed, 8);
    draw_apertures(round, seed, reach);
    draw_regions(round, seed);
    draw_storage(round, seed);
}

static void draw_mapper(struct round *round, uint64_t *seed, uint32_t bits)
{
    hal_address reach = (hal_address)1 << bits;

    if (!one_in(seed, 3))
        return;
    round->io_page = ANY_OF(seed, 16, 64, 64, 128, 256, 1024, 4096);
    round->io_pages = 1 + random_below(seed, 64);
    round->io_first = reach - random_below(seed, 3) * 32 * round->io_page;
    if (one_in(seed, 2))
        round->io_first = 16 * round->io_page * (1 + random_below(seed, 9));
    if (one_in(seed, 4))
        round->io_first += random_below(seed, 8) * round->io_page;
    round->io_system = one_in(seed, 2);
    round->io_bypass = !one_in(seed, 3);
    if (one_in(seed, 16))
        round->io_fail = 1 + random_below(seed, 4);
}

static struct hal_limits draw_limits(uint64_t *seed, uint32_t bits)
{
    struct hal_limits limits = {
        .align_address = power(seed, 7),
        .align_length = power(seed, 4),
        .align_internal = power(seed, 7),
    };

    if (one_in(seed, 2))
        limits.address_bits = (uint8_t)bits;
    if (one_in(seed, 3))
        limits.max_segment = limits.align_length + random_below(seed, 100);
    if (one_in(seed, 3)) {
        limits.boundary = 16u << random_below(seed, 6);
        while (limits.boundary < limits.align_address ||
               limits.boundary < limits.align_internal)
            limits.boundary *= 2;
    }
    if (one_in(seed, 4))
        limits.max_segments = 1 + random_below(seed, 10);
    if (one_in(seed, 12))
        limits.max_transfer = 1 + random_below(seed, 256);
    if (one_in(seed, 6))
        limits.align_internal = 0;
    return limits;
}

/* A few of the port's own. */
static struct hal_limits draw_port(uint64_t *seed, uint32_t bits)
{
    struct hal_limits limits = { .address_bits = 0 };

    switch (random_below(seed, 10)) {
    case 0:
        limits = draw_limits(seed, bits);
        break;
    case 1:
        limits.align_seam = 1u << random_below(seed, 7);
        break;
    case 2:
        limits.address_bits = (uint8_t)bits;
        break;
    default:
        break;
    }
    return limits;
}

static void draw_spec(struct round *round, uint64_t *seed, uint32_t bits)
{
    round->limits = draw_limits(seed, bits);
    round->port = draw_port(seed, bits);
    round->mapping = ANY_OF(seed, IODMA_MAPPED, IODMA_MAPPED, IODMA_MAPPED,
                            IODMA_MAPPED, IODMA_MAPPED, IODMA_NON_COHERENT,
                            IODMA_UNMAPPED, IODMA_BYPASSED);
    if (one_in(seed, 50))
        round->mapping = 4 + random_below(seed, 12);
    if (one_in(seed, 12))
        round->mapping |= IODMA_ITERATE_ONLY;
    if (one_in(seed, 5))
        round->mapping |= IODMA_LEAST_BOUNCE;
    if (one_in(seed, 10))
        round->mapping |= IODMA_DIRECT_ONLY;
    if (one_in(seed, 16))
        round->mapping |= IODMA_NO_CACHE_STORE | IODMA_ON_CHIP;
    round->output = ROUND_HOST64;
    if (one_in(seed, 4))
        round->output = random_below(seed, ROUND_OUTPUTS);
}

/* Somewhere that matters, often: round the ends of pages and apertures. */
static hal_address draw_address(const struct round *round, uint64_t *seed,
                                hal_address before)
{
    hal_address at = random_below(seed, (uint32_t)round_area(round));
    const struct hal_aperture *aperture =
        &round->apertures[random_below(seed, ROUND_APERTURES)];

    switch (random_below(seed, 6)) {
    case 0:
    case 1:
        return before;
    case 2:
        at -= modulo(at, round->granule);
        break;
    case 3:
        at -= modulo(at, 16);
        break;
    case 4:
        if (aperture->first - round->base < round_area(round))
            at = aperture->first - round->base;
        break;
    default:
        break;
    }
    if (at >= 64 && one_in(seed, 2))
        at -= random_below(seed, 64);
    return round->base + at;
}

static hal_address draw_length(uint64_t *seed, uint32_t unit)
{
    hal_address length;

    if (unit != 1)
        return unit * (1 + random_below(seed, 3));
    length = one_in(seed, 3) ? random_below(seed, 17) : random_below(seed, 100);
    if (one_in(seed, 2))
        length -= modulo(length, 16);
    return length;
}

/* The last range ends where the first one begins, or the other way round: they
   share a line, perhaps all of it, and what is between them in the window does
   not. */
static void fold(const struct round *round, struct round_part *part,
                 uint64_t *seed)
{
    struct iodma_range *one = &part->ranges[0];
    struct iodma_range *other = &part->ranges[part->count - 1];
    hal_address line = round->line != 0 ? round->line : 64;
    hal_address seam;

    if (one_in(seed, 2)) {
        one = other;
        other = &part->ranges[0];
    }
    seam = one->address;
    other->length =
        one_in(seed, 3) ? 16 * (1 + random_below(seed, 4)) : modulo(seam, line);
    other->address = seam - other->length;
    if (one_in(seed, 2))
        one->length = line - modulo(seam, line) + line * random_below(seed, 2);
}

/* Few ranges, or so many that finding one takes an index. */
static void draw_ranges(struct round *round, struct round_part *part,
                        hal_address *before, uint64_t *seed, uint32_t unit)
{
    bool many = part->kind != IODMA_KIND_BUFFER && one_in(seed, 12);
    uint32_t few = random_below(seed, 2);

    part->count = part->kind == IODMA_KIND_BUFFER ? 1
                  : many ? 8 + random_below(seed, ROUND_RANGES - 7)
                         : random_below(seed, 7);
    for (uint32_t i = 0; i < part->count; i++) {
        hal_address address = many && few != 0
                                  ? *before + few + random_below(seed, 12)
                                  : draw_address(round, seed, *before);
        hal_address length = many && unit == 1 ? few + random_below(seed, 12)
                                               : draw_length(seed, unit);

        address -= modulo(address, unit);
        if (length != 0 || one_in(seed, 2))
            *before = address + length;
        if (part->kind == IODMA_KIND_VIRTUAL)
            address = address - round->base + ROUND_VIRTUAL;
        part->ranges[i] = (struct iodma_range){ address, length };
    }
    if (part->count > 1 && unit == 1 &&
        one_in(seed, (round->mapping & IODMA_LEAST_BOUNCE) != 0 ? 2 : 6))
        fold(round, part, seed);
}

static void draw_part(struct round *round, struct round_part *part,
                      hal_address *before, uint64_t *seed, uint32_t unit)
{
    hal_address all;

    if (one_in(seed, 2))
        *before = round->base + random_below(seed, (uint32_t)round_area(round));
    part->kind =
        ANY_OF(seed, IODMA_KIND_RANGES, IODMA_KIND_RANGES, IODMA_KIND_RANGES,
               IODMA_KIND_BUFFER, IODMA_KIND_VIRTUAL);
    draw_ranges(round, part, before, seed, unit);
    all = sum_of_ranges(part);
    if (part->kind == IODMA_KIND_BUFFER) {
        part->length = random_below(seed, (uint32_t)all + 1);
        if (one_in(seed, 2))
            part->length = (uint32_t)all;
        all = part->length;
    }
    if (one_in(seed, 6)) {
        part->sub = true;
        part->skip = random_below(seed, (uint32_t)all + 1);
        part->lack = random_below(seed, (uint32_t)all - part->skip + 1);
        if (one_in(seed, 2))
            part->lack /= 8;
    }
}

static void draw_memory(struct round *round, uint64_t *seed, uint32_t unit)
{
    hal_address before;

    do {
        before = round->base + random_below(seed, (uint32_t)round_area(round));
        memset(round->parts, 0, sizeof round->parts);
        round->sub = false;
        round->indices = random_below(seed, ROUND_INDICES + 1);
        round->cpu_page = ANY_OF(seed, 32, 64, 128, 256);
        round->scramble[0] = 1 + 2 * random_below(seed, 8);
        round->scramble[1] = random_below(seed, 16);
        round->part_count =
            one_in(seed, 4) ? 1 + random_below(seed, ROUND_PARTS) : 1;
        round->multi = round->part_count != 1 || one_in(seed, 10);
        for (uint32_t i = 0; i < round->part_count; i++)
            draw_part(round, &round->parts[i], &before, seed, unit);
    } while (!parts_sane(round) || round_length(round) > ROUND_BYTES ||
             (round_length(round) == 0 && !one_in(seed, 16)));
    if (one_in(seed, 8)) {
        uint32_t all = (uint32_t)round_length(round);

        round->skip = random_below(seed, all / 2 + 1);
        round->lack = random_below(seed, all - round->skip + 1) / 4;
        round->sub = true;
    }
    round->direction = random_below(seed, 4);
}

static void draw_calls(struct round *round, uint64_t *seed, uint32_t unit)
{
    uint32_t all = (uint32_t)round_length(round);
    uint32_t step = round->limits.align_length;

    if (one_in(seed, 2)) {
        round->offset = random_below(seed, all + 1);
        round->offset -= modulo(round->offset, unit);
        round->length = random_below(seed, (uint32_t)(all - round->offset) + 1);
        round->length -= modulo(round->length, unit);
    }
    if (!one_in(seed, 6)) {
        if (round->length == 0)
            round->length = all - round->offset;
        round->length -= round->length % step;
    }
    round->flush = !one_in(seed, 8);
    round->fill = !one_in(seed, 5);
    round->invalidate = !one_in(seed, 8);
    round->empty = !one_in(seed, 8);
    round->calls = random_below(seed, 8);
    round->seed = *seed;
}

/* All of the client's memory in one aperture, which may be out of reach, and
   few limits. */
static void straighten(struct round *round, uint64_t *seed, uint32_t unit)
{
    memset(round->apertures, 0, sizeof round->apertures);
    round->apertures[0] = (struct hal_aperture){
        .first = round->storage,
        .last = round->storage + storage_size(round) - 1,
        .bus = round->storage,
        .access = HAL_READ | HAL_WRITE,
        .snooped = round->line == 0 || one_in(seed, 2),
    };
    round->apertures[1] = (struct hal_aperture){
        .first = round->base,
        .last = round->base + round_area(round) - 1,
        .bus = round->base - unit * random_below(seed, 64),
        .access = HAL_READ | HAL_WRITE,
        .snooped = round->line == 0 || one_in(seed, 2),
    };
    if (round->io_pages > 1 && one_in(seed, 2))
        round->io_page = unit;
    round->port = (struct hal_limits){ .address_bits = 0 };
    if (one_in(seed, 2))
        round->limits.align_address = unit;
    if (one_in(seed, 2))
        round->limits.max_segments = 0;
    if (one_in(seed, 2))
        round->limits.max_segment = unit * random_below(seed, 8);
}

/* Memory, the bus or the IOMMU's addresses end with the last one there is, or
   less than a granule before it. The reach is what it was, or all. */
static void raise(struct round *round, uint64_t *seed, uint32_t bits)
{
    uint32_t unit = larger32(round->granule, 128);
    hal_address last = round->base + (round_area(round) - 1);
    hal_address bus = 0;
    hal_address up;

    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        if (round_has_aperture(round, i))
            bus = larger(bus, bus_last(&round->apertures[i]));
    }
    last = larger(last, round->storage + (storage_size(round) - 1));
    up = HAL_ADDRESS_MAX - last;
    up -= modulo(up, unit);
    if (one_in(seed, 3))
        up = 0;
    bus = one_in(seed, 2) ? 0 : HAL_ADDRESS_MAX - bus;
    round->base += up;
    round->storage += up;
    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        struct hal_aperture *aperture = &round->apertures[i];

        if (!round_has_aperture(round, i))
            continue;
        if (aperture->last == ALL_MEMORY) {
            aperture->last = HAL_ADDRESS_MAX;
            continue;
        }
        aperture->first += up;
        aperture->last += up;
        aperture->bus += bus;
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        struct hal_region *region = &round->regions[i];

        if (region->first != 0)
            region->first += up;
        if (region->last == ALL_MEMORY)
            region->last = HAL_ADDRESS_MAX;
        else if (round_has_region(round, i))
            region->last += up;
    }
    if (round->io_page != 0 && one_in(seed, 2))
        round->io_first -= (hal_address)round_io_end(round);
    if (round->limits.address_bits == bits && one_in(seed, 2))
        round->limits.address_bits = HAL_ADDRESS_BITS;
    if (round->port.address_bits == bits && one_in(seed, 2))
        round->port.address_bits = HAL_ADDRESS_BITS;
}

void round_draw(struct round *round, uint64_t *seed)
{
    uint32_t bits = ANY_OF(seed, 20, 20, REACH_BITS, FURTHER_BITS);
    /* Bytes that all is a multiple of: most of life is orderly. */
    uint32_t unit = one_in(seed, 4) ? ANY_OF(seed, 16, 32, 64, 128) : 1;

    memset(round, 0, sizeof *round);
    draw_bus(round, seed, bits);
    draw_mapper(round, seed, bits);
    draw_spec(round, seed, bits);
    if (unit != 1)
        straighten(round, seed, unit);
    if (HAL_ADDRESS_BITS == 32 && one_in(seed, 4))
        raise(round, seed, bits);
    draw_memory(round, seed, unit);
    draw_calls(round, seed, unit);
}

/* Every number of a round, by name ---------------------------------------- */

struct member {
    const char *name; /* %u: the index, if there are several */
    size_t offset, size, stride;
    uint32_t count;
    uint64_t simplest;
};

#define ONE(name, simplest)                                                    \
    {                                                                          \
#name, offsetof(struct round, name), sizeof((struct round *)0)->name,  \
            0, 1, (simplest)                                                   \
    }
#define EACH(array, name, total, simplest)                                     \
    {                                                                          \
#array "[%u]" #name, offsetof(struct round, array[0] name),            \
            sizeof((struct round *)0)                                          \
                ->array[0] name, sizeof((struct round *)0)                     \
                                     ->array[0], (total), (simplest)           \
    }
#define LIMITS(limits)                                                         \
    ONE(limits.address_bits, 0), ONE(limits.max_segment, 0),                   \
        ONE(limits.max_transfer, 0), ONE(limits.boundary, 0),                  \
        ONE(limits.max_segments, 0), ONE(limits.align_address, 0),             \
        ONE(limits.align_length, 0), ONE(limits.align_internal, 0),            \
        ONE(limits.align_seam, 0)
#define PART(i)                                                                \
    ONE(parts[i].kind, 0), ONE(parts[i].length, 0), ONE(parts[i].sub, 0),      \
        ONE(parts[i].skip, 0), ONE(parts[i].lack, 0), ONE(parts[i].count, 1),  \
        EACH(parts[i].ranges, .length, ROUND_RANGES, 0),                       \
        EACH(parts[i].ranges, .address, ROUND_RANGES, 0)

static const struct member members[] = {
    ONE(calls, 0),
    ONE(part_count, 1),
    ONE(multi, 0),
    ONE(indices, 0),
    ONE(sub, 0),
    ONE(skip, 0),
    ONE(lack, 0),
    PART(0),
    PART(1),
    PART(2),
    ONE(direction, IODMA_OUT),
    ONE(offset, 0),
    ONE(length, 0),
    ONE(flush, 1),
    ONE(fill, 1),
    ONE(invalidate, 1),
    ONE(empty, 1),
    ONE(output, 0),
    ONE(mapping, 0),
    LIMITS(limits),
    LIMITS(port),
    ONE(io_page, 0),
    ONE(io_first, 0),
    ONE(io_pages, 0),
    ONE(io_system, 0),
    ONE(io_bypass, 0),
    ONE(io_fail, 0),
    EACH(apertures, .last, ROUND_APERTURES, 0),
    EACH(apertures, .snooped, ROUND_APERTURES, 1),
    EACH(apertures, .access, ROUND_APERTURES, HAL_READ | HAL_WRITE),
    EACH(apertures, .bus, ROUND_APERTURES, 0),
    EACH(apertures, .first, ROUND_APERTURES, 0),
    EACH(regions, .last, ROUND_REGIONS, 0),
    EACH(regions, .first, ROUND_REGIONS, 0),
    EACH(regions, .cached, ROUND_REGIONS, HAL_WRITE_BACK),
    EACH(regions, .writable, ROUND_REGIONS, 1),
    ONE(granule, 64),
    ONE(line, 0),
    ONE(maintaining, 1),
    ONE(shown, 4096),
    ONE(lent, 1),
    ONE(pooled, 0),
    ONE(page_count, ROUND_PAGES),
    ONE(run_pages, ROUND_PAGES),
    ONE(loan_count, ROUND_LOANS),
    ONE(order, ROUND_ASCENDING),
    ONE(cpu_page, 64),
    ONE(scramble[0], 1),
    ONE(scramble[1], 0),
    ONE(base, 0),
    ONE(storage, 0),
    ONE(seed, 0),
};

static uint64_t get(const struct round *round, const struct member *member,
                    uint32_t i)
{
    const char *at = (const char *)round + member->offset + i * member->stride;
    uint64_t value64;
    uint32_t value32;

    if (member->size == sizeof value64) {
        memcpy(&value64, at, sizeof value64);
        return value64;
    }
    if (member->size == sizeof value32) {
        memcpy(&value32, at, sizeof value32);
        return value32;
    }
    return (uint8_t)*at;
}

static void set(struct round *round, const struct member *member, uint32_t i,
                uint64_t value)
{
    char *at = (char *)round + member->offset + i * member->stride;
    uint32_t value32 = (uint32_t)value;

    if (member->size == sizeof value)
        memcpy(at, &value, sizeof value);
    else if (member->size == sizeof value32)
        memcpy(at, &value32, sizeof value32);
    else
        *at = (char)value;
}

/* What is not used is not there. */
static struct round tidy(const struct round *round)
{
    struct round tidied = *round;

    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        if (!round_has_aperture(round, i))
            memset(&tidied.apertures[i], 0, sizeof tidied.apertures[i]);
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        if (!round_has_region(round, i))
            memset(&tidied.regions[i], 0, sizeof tidied.regions[i]);
    }
    for (uint32_t i = 0; i < ROUND_PARTS; i++) {
        struct round_part *part = &tidied.parts[i];

        if (i >= tidied.part_count)
            memset(part, 0, sizeof *part);
        for (uint32_t k = part->count; k < ROUND_RANGES; k++)
            part->ranges[k] = (struct iodma_range){ 0, 0 };
    }
    return tidied;
}

void round_print(const struct round *untidy)
{
    struct round tidied = tidy(untidy);
    const struct round *round = &tidied;
    const char *gap = "    { ";
    unsigned column = 0;

    for (size_t m = 0; m < HAL_COUNT_OF(members); m++) {
        for (uint32_t i = 0; i < members[m].count; i++) {
            uint64_t value = get(round, &members[m], i);
            char name[48], number[24];
            size_t to = 0;

            if (value == 0)
                continue;
            (void)snprintf(name, sizeof name, members[m].name, (unsigned)i);
            for (const char *from = hex(value); *from != '\0'; from++)
                number[to] = *from, to += *from != '_';
            number[to] = '\0';
            column += (unsigned)printf("%s.%s = %s", gap, name, number);
            gap = ", ";
            if (column > 50) {
                gap = ",\n      ";
                column = 0;
            }
        }
    }
    printf(" },\n");
}

/* Shrinking --------------------------------------------------------------- */

/* Keep a simpler one if it is no less broken. */
static bool try(struct round *round, const struct round *simpler,
                bool (*fails)(const struct round *))
{
    if (memcmp(round, simpler, sizeof *round) == 0 || !round_sane(simpler) ||
        !fails(simpler))
        return false;
    *round = *simpler;
    return true;
}

static bool shrink_number(struct round *round, const struct member *member,
                          uint32_t i, bool (*fails)(const struct round *))
{
    uint64_t value = get(round, member, i);
    uint64_t tries[] = { member->simplest, value / 2, value & (value - 1),
                         value - 1 };

    if (value == member->simplest)
        return false;
    for (size_t k = 0; k < HAL_COUNT_OF(tries); k++) {
        struct round simpler = *round;

        if (k != 0 && tries[k] > value)
            continue;
        set(&simpler, member, i, tries[k]);
        if (try(round, &simpler, fails))
            return true;
    }
    return false;
}

/* Leave one range, part or aperture out. */
static bool shrink_arrays(struct round *round,
                          bool (*fails)(const struct round *))
{
    bool any = false;

    for (uint32_t i = 0; i < round->part_count; i++) {
        struct round simpler = *round;

        simpler.part_count--;
        memmove(&simpler.parts[i], &simpler.parts[i + 1],
                (ROUND_PARTS - 1 - i) * sizeof simpler.parts[0]);
        any |= try(round, &simpler, fails);
    }
    for (uint32_t i = 0; i < round->part_count; i++) {
        for (uint32_t k = 0; k < round->parts[i].count; k++) {
            struct round simpler = *round;
            struct round_part *part = &simpler.parts[i];

            part->count--;
            memmove(&part->ranges[k], &part->ranges[k + 1],
                    (ROUND_RANGES - 1 - k) * sizeof part->ranges[0]);
            any |= try(round, &simpler, fails);
        }
    }
    for (uint32_t i = 0; i < ROUND_APERTURES; i++) {
        struct round simpler = *round;

        memset(&simpler.apertures[i], 0, sizeof simpler.apertures[i]);
        any |= try(round, &simpler, fails);
    }
    for (uint32_t i = 0; i < ROUND_REGIONS; i++) {
        struct round simpler = *round;

        memset(&simpler.regions[i], 0, sizeof simpler.regions[i]);
        any |= try(round, &simpler, fails);
    }
    return any;
}

void round_shrink(struct round *round, bool (*fails)(const struct round *))
{
    bool any = true;

    for (unsigned rounds = 0; any && rounds < 64; rounds++) {
        any = shrink_arrays(round, fails);
        for (size_t m = 0; m < HAL_COUNT_OF(members); m++) {
            for (uint32_t i = 0; i < members[m].count; i++)
                any |= shrink_number(round, &members[m], i, fails);
        }
    }
}
