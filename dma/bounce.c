/* SPDX-License-Identifier: MIT */
#include "bounce.h"

#include "../hal/bits.h"
#include "../hal/container_of.h"
#include "shortcuts.h"

#include <stddef.h>

static struct iodma_bounce *to_bounce(struct hal_bounce *bounce)
{
    return HAL_CONTAINER_OF(bounce, struct iodma_bounce, hal);
}

/* One granule, wherever it lies, is what is wished for most. */
static enum iodma_status take(struct hal_bounce *hal,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    uint32_t granule;

    if (!IODMA_SHORTCUTS || (wish->at_most | wish->alignment) != hal->granule ||
        wish->highest < hal->last)
        return iodma_blocks_take(&bounce->granules, wish, address, size);
    if (iodma_blocks_full(&bounce->granules))
        return IODMA_NO_RESOURCES;
    granule = iodma_blocks_take_one(&bounce->granules);
    *address = hal->first + (hal_address)granule * hal->granule;
    *size = hal->granule;
    return IODMA_OK;
}

static void give_back(struct hal_bounce *hal, hal_address address,
                      hal_address size)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    hal_address offset = address - hal->first;
    hal_address granule;

    if (!IODMA_SHORTCUTS || size != hal->granule) {
        iodma_blocks_give_back(&bounce->granules, address, size);
        return;
    }
    granule = offset >> bounce->granules.shift;
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
    hal_address blocks;
    uint8_t shift;

    if (!bounce || !words || !loans || count == 0 ||
        !is_power_of_two(granule) || range_wraps(address, size) ||
        modulo32(address | size, granule) != 0)
        return IODMA_BAD_ARGUMENT;
    shift = (uint8_t)__builtin_ctz(granule);
    blocks = size >> shift;
    if (blocks == 0 || blocks > IODMA_MOST_BLOCKS)
        return IODMA_BAD_ARGUMENT;

    iodma_bounce_own_loans(&bounce->hal, loans, count);
    bounce->hal.ops = &ops;
    bounce->hal.first = address;
    bounce->hal.last = address + (size - 1);
    bounce->hal.granule = granule;
    iodma_blocks_init(&bounce->granules, address, shift, words,
                      (uint32_t)blocks);
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
