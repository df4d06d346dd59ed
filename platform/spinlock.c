/* SPDX-License-Identifier: MIT */
#include "spinlock.h"

#include "../hal/container_of.h"
#include "interrupt.h"

static uint32_t *word_of(const struct hal_lock *lock)
{
    return HAL_CONTAINER_OF(lock, const struct spinlock, lock)->word;
}

uint32_t spinlock_save(const struct hal_lock *lock)
{
    uint32_t state = interrupts_save();
    uint32_t *word = word_of(lock);

    while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE) != 0) {
        while (__atomic_load_n(word, __ATOMIC_RELAXED) != 0)
            ;
    }
    return state;
}

void spinlock_restore(const struct hal_lock *lock, uint32_t state)
{
    __atomic_store_n(word_of(lock), 0, __ATOMIC_RELEASE);
    interrupts_restore(state);
}
