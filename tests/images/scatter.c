/* SPDX-License-Identifier: MIT */
#include "tests/images/scatter.h"

#include "hal/bits.h"
#include "tests/check.h"

/* Cut length into so many uneven pieces, multiples of unit but for the last;
   fewer where there is not enough. Returns how many. */
static uint32_t cut(uint64_t length, uint32_t wanted, uint32_t unit,
                    uint64_t *pieces, uint64_t *seed)
{
    uint32_t count = 0;

    while (length != 0) {
        uint32_t left = count + 1 < wanted ? wanted - count : 1;
        uint32_t mean = (uint32_t)length / left;
        uint64_t piece = mean / 2 + random_below(seed, mean + 1);

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

/* The groups' pieces become ranges. */
static void make_ranges(struct scatter *scatter, uint64_t *seed)
{
    scatter->range_count = 0;
    for (uint32_t i = 0; i < scatter->group_count; i++) {
        const struct scatter_group *group = &scatter->groups[i];
        uint64_t address = group->address;
        uint64_t pieces[3];
        uint32_t count =
            cut(group->length, 1 + random_below(seed, 3), 1, pieces, seed);

        for (uint32_t k = 0; k < count; k++) {
            scatter->ranges[scatter->range_count++] =
                (struct iodma_range){ address, pieces[k] };
            address += pieces[k];
        }
    }
}

void scatter_apart(struct scatter *scatter, uint64_t base, uint64_t length,
                   uint32_t groups, uint64_t *seed)
{
    uint64_t pieces[SCATTER_GROUPS];
    uint64_t offset = 0;
    uint64_t address = base;

    scatter->group_count = cut(length, groups, 1, pieces, seed);
    for (uint32_t i = 0; i < scatter->group_count; i++) {
        scatter->groups[i].offset = offset;
        scatter->groups[i].length = pieces[i];
        offset += pieces[i];
    }

    shuffle(scatter->in_memory, scatter->group_count, seed);
    for (uint32_t i = 0; i < scatter->group_count; i++) {
        struct scatter_group *group = &scatter->groups[scatter->in_memory[i]];

        address += SCATTER_GUARD + random_below(seed, 4096);
        address += modulo(group->offset - address, SCATTER_PHASE);
        group->address = address;
        address += group->length;
    }
    scatter->begin = base;
    scatter->end = address + SCATTER_GUARD;
    make_ranges(scatter, seed);
}

void scatter_shuffled(struct scatter *scatter, uint64_t base, uint64_t length,
                      uint32_t groups, uint64_t *seed)
{
    uint64_t pieces[SCATTER_GROUPS];
    uint64_t starts[SCATTER_GROUPS];
    uint32_t order[SCATTER_GROUPS];
    uint64_t offset = 0;
    uint32_t count = cut(length, groups, SCATTER_PHASE, pieces, seed);

    for (uint32_t i = 0; i < count; i++) {
        starts[i] = base + offset;
        offset += pieces[i];
    }

    shuffle(order, count - 1, seed);
    order[count - 1] = count - 1;
    offset = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t piece = pieces[order[i]];

        scatter->groups[i] =
            (struct scatter_group){ offset, starts[order[i]], piece };
        scatter->in_memory[order[i]] = i;
        offset += piece;
    }
    scatter->group_count = count;
    scatter->begin = base;
    scatter->end = base + length;
    make_ranges(scatter, seed);
}
