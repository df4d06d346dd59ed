/* SPDX-License-Identifier: MIT */
#include "dmac.h"

#include "count_of.h"

enum iodma_status hal_dmac_claim(struct hal_dmac *dmac, const char *owner)
{
    const struct hal_lock *lock;
    const char *holder;
    uint32_t state;

    if (!dmac || !owner)
        return IODMA_BAD_ARGUMENT;
    lock = dmac->bus->lock;
    state = lock->save(lock);
    holder = dmac->owner;
    if (!holder)
        dmac->owner = owner;
    lock->restore(lock, state);
    return !holder || holder == owner ? IODMA_OK : IODMA_BUSY;
}

void hal_dmac_release(struct hal_dmac *dmac)
{
    dmac->owner = NULL;
}

const char *hal_fault_name(uint32_t fault)
{
    static const char *const names[] = {
        [HAL_FAULT_NONE] = "no fault",
        [HAL_FAULT_DESCRIPTOR] = "illegal descriptor",
        [HAL_FAULT_BUS] = "bus access refused",
        [HAL_FAULT_PARITY] = "parity error",
        [HAL_FAULT_OTHER] = "stopped for a reason of its own",
    };

    return fault < HAL_COUNT_OF(names) ? names[fault] : "unknown fault";
}
