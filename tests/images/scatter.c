/* SPDX-License-Identifier: MIT */
#include "tests/images/scatter.h"

#include "hal/bits.h"
#include "tests/check.h"

/* Cut length into so many uneven pieces, multiples of unit but for the last;
   fewer where there is not enough. Returns how many. */
static uint32_t cut(hal_address length, uint32_t wanted, uint32_t unit,
                    hal_address *pieces, uint64_t *seed)
{
    uint32_t count = 0;

    while (length != 0) {
        uint32_t left = count + 1 < wanted ? wanted - count : 1;
        uint32_t mean = (uint32_t)length / left;
        hal_address piece = mean / 2 + random_below(seed, mean + 1);

        piece -= modulo(piece, unit);
        if (piece < unit)
            piece = unit;
        if (left == 1 || piece > length)
            piece = length;
        pieces[count++] = piece;
        length -= piece;
    }
    return count;
}

/* Some units, less than a page. */
static uint32_t part_of_page(struct scatter_grain grain, uint64_t *seed)
{
    uint32_t units = grain.page >> (uint32_t)__builtin_ctz(grain.unit);

    return grain.unit * random_below(seed, units);
}

/* Move the seam of one pair of neighbours in eight off the page. */
static void unsettle(hal_address *pieces, uint32_t count,
                     struct scatter_grain grain, uint64_t *seed)
{
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t moved = part_of_page(grain, seed);

        if (random_below(seed, 8) == 0 && pieces[i] > moved) {
            pieces[i] -= moved;
            pieces[i + 1] += moved;
        }
    }
}

static void shuffle(uint32_t *indices, uint32_t count, uint64_t *seed)
{
    for (uint32_t i = 0; i < count; i++)
        indices[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t k = random_below(seed, i);
        uint32_t swapped = indices[i - 1];

        indices[i - 1] = indices[k];
        indices[k] = swapped;
    }
}

static void add_gap(struct scatter *scatter, hal_address from, hal_address to)
{
    scatter->gaps[scatter->gap_count++] =
        (struct iodma_range){ from, to - from };
}

/* Give a group its place in what is left of an area, behind a gap. Returns
   its address, or 0 if it does not fit. */
static hal_address place(struct scatter *scatter, struct scatter_area *rest,
                         struct scatter_grain grain, hal_address length,
                         uint64_t *seed)
{
    hal_address address = round_up(rest->base + SCATTER_GUARD, grain.page);
    hal_address used;

    address += grain.page * (hal_address)random_below(seed, 3);
    if (modulo(length, grain.page) != 0)
        address += part_of_page(grain, seed);
    used = address - rest->base + length;
    if (used + SCATTER_GUARD > rest->size)
        return 0;

    add_gap(scatter, rest->base, address);
    rest->base += used;
    rest->size -= used;
    return address;
}

/* In one of the areas, by chance; in the other one if that is full. */
static hal_address place_somewhere(struct scatter *scatter,
                                   struct scatter_area *rests,
                                   struct scatter_grain grain,
                                   hal_address length, uint64_t *seed)
{
    uint32_t first = random_below(seed, SCATTER_AREAS);
    hal_address address = place(scatter, &rests[first], grain, length, seed);

    return address != 0
               ? address
               : place(scatter, &rests[1 - first], grain, length, seed);
}

/* A group becomes one to three ranges that touch. */
static void add_ranges(struct scatter *scatter, uint32_t unit,
                       hal_address address, hal_address length, uint64_t *seed)
{
    hal_address pieces[3];
    uint32_t count = cut(length, 1 + random_below(seed, 3), unit, pieces, seed);

    for (uint32_t i = 0; i < count; i++) {
        scatter->ranges[scatter->range_count++] =
            (struct iodma_range){ address, pieces[i] };
        address += pieces[i];
    }
}

bool scatter_make(struct scatter *scatter,
                  const struct scatter_area areas[SCATTER_AREAS],
                  struct scatter_grain grain, hal_address length,
                  uint32_t groups, uint64_t *seed)
{
    struct scatter_area rests[SCATTER_AREAS] = { areas[0], areas[1] };
    hal_address pieces[SCATTER_GROUPS];
    hal_address addresses[SCATTER_GROUPS];
    uint32_t order[SCATTER_GROUPS];

    scatter->range_count = 0;
    scatter->gap_count = 0;
    scatter->group_count = cut(length, groups, grain.page, pieces, seed);
    unsettle(pieces, scatter->group_count, grain, seed);
    shuffle(order, scatter->group_count, seed);
    for (uint32_t i = 0; i < scatter->group_count; i++) {
        addresses[order[i]] =
            place_somewhere(scatter, rests, grain, pieces[order[i]], seed);
        if (addresses[order[i]] == 0)
            return false;
    }
    for (uint32_t i = 0; i < SCATTER_AREAS; i++) {
        if (rests[i].size != 0)
            add_gap(scatter, rests[i].base, rests[i].base + SCATTER_GUARD);
    }
    for (uint32_t i = 0; i < scatter->group_count; i++)
        add_ranges(scatter, grain.unit, addresses[i], pieces[i], seed);
    return true;
}
