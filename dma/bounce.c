/* SPDX-License-Identifier: MIT */
#include "bounce.h"

#include "../hal/bits.h"
#include "../hal/container_of.h"

#include <stddef.h>

static struct iodma_bounce *to_bounce(struct hal_bounce *bounce)
{
    return HAL_CONTAINER_OF(bounce, struct iodma_bounce, hal);
}

/* Whole granules in so many bytes; more than any pool has stay that. Out of
   line: a shift of 64 bits is long on a CPU of 32. */
static __attribute__((noinline)) uint32_t granules(uint8_t shift,
                                                   hal_address bytes)
{
    return (uint32_t)smaller(bytes >> shift, INT32_MAX);
}

/* How many granules end at an address or below it. */
static uint32_t granules_up_to(const struct iodma_bounce *bounce,
                               hal_address highest)
{
    if (highest < bounce->hal.first)
        return 0;
    highest = smaller(highest, bounce->hal.last);
    return granules(bounce->shift, highest - bounce->hal.first + 1);
}

/* Where a granule begins in the pool. */
static hal_address offset_of(const struct iodma_bounce *bounce,
                             uint32_t granule)
{
    return (hal_address)granule * bounce->hal.granule;
}

/* Out of line: it keeps its needs of registers from the usual case. */
static __attribute__((noinline)) enum iodma_status
take_run(struct iodma_bounce *bounce, const struct hal_bounce_wish *wish,
         hal_address *address, hal_address *size)
{
    hal_address phase = wish->phase - bounce->hal.first;
    const struct iodma_blocks_wish run = {
        .at_least = granules(bounce->shift, wish->at_least),
        .at_most = granules(bounce->shift, wish->at_most),
        .alignment = granules(bounce->shift, wish->alignment - 1) + 1,
        .phase = granules(bounce->shift, modulo(phase, wish->alignment)),
        .end = granules_up_to(bounce, wish->highest),
    };
    uint32_t first;
    uint32_t count = iodma_blocks_take(&bounce->granules, &run, &first);

    if (count == 0)
        return IODMA_NO_RESOURCES;
    *address = bounce->hal.first + offset_of(bounce, first);
    *size = offset_of(bounce, count);
    return IODMA_OK;
}

static enum iodma_status take(struct hal_bounce *hal,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    struct iodma_bounce *bounce = to_bounce(hal);

    if (wish->at_most != hal->granule || wish->alignment != hal->granule ||
        wish->highest < hal->last)
        return take_run(bounce, wish, address, size);
    if (iodma_blocks_full(&bounce->granules))
        return IODMA_NO_RESOURCES;
    *address = hal->first +
               offset_of(bounce, iodma_blocks_take_one(&bounce->granules));
    *size = hal->granule;
    return IODMA_OK;
}

static __attribute__((noinline)) void
give_run(struct iodma_bounce *bounce, hal_address offset, hal_address size)
{
    if (modulo32(offset | size, bounce->hal.granule) == 0)
        iodma_blocks_give_back(&bounce->granules,
                               granules(bounce->shift, offset),
                               granules(bounce->shift, size));
}

static void give_back(struct hal_bounce *hal, hal_address address,
                      hal_address size)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    hal_address offset = address - hal->first;
    hal_address granule;

    if (size != hal->granule) {
        give_run(bounce, offset, size);
        return;
    }
    granule = offset >> bounce->shift;
    if (modulo32(offset, hal->granule) == 0 && granule < bounce->granules.count)
        iodma_blocks_give_one(&bounce->granules, (uint32_t)granule);
}

static const struct hal_bounce_ops ops = {
    .take = take,
    .give_back = give_back,
};

void iodma_bounce_own_loans(struct hal_bounce *bounce, struct hal_loan *loans,
                            uint32_t count)
{
    bounce->loans = NULL;
    while (count != 0) {
        count--;
        loans[count].next = bounce->loans;
        bounce->loans = &loans[count];
    }
}

enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    hal_address address, hal_address size,
                                    uint32_t granule, uint32_t *words,
                                    struct hal_loan *loans, uint32_t count)
{
    uint8_t shift;
    uint32_t blocks;

    if (!bounce || !words || !loans || count == 0 ||
        !is_power_of_two(granule) || range_wraps(address, size) ||
        modulo32(address | size, granule) != 0)
        return IODMA_BAD_ARGUMENT;
    shift = (uint8_t)__builtin_ctz(granule);
    blocks = granules(shift, size);
    if (blocks == 0 || blocks > IODMA_MOST_BLOCKS)
        return IODMA_BAD_ARGUMENT;

    *bounce = (struct iodma_bounce){
        .hal = { .ops = &ops,
                 .first = address,
                 .last = address + (size - 1),
                 .granule = granule },
        .shift = shift,
    };
    iodma_blocks_init(&bounce->granules, words, blocks);
    iodma_bounce_own_loans(&bounce->hal, loans, count);
    return IODMA_OK;
}

uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce)
{
    return bounce->granules.in_use;
}

uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce)
{
    return bounce->granules.high_water;
}
