/* SPDX-License-Identifier: MIT */
/*
 * The lock of a bus that several cores use: interrupts of this core off, then
 * the word.
 *
 *     static uint32_t word;
 *     static const struct spinlock lock = PLAT_SPINLOCK(&word);
 *     ... .lock = &lock.lock
 */
#ifndef PLATFORM_SPINLOCK_H
#define PLATFORM_SPINLOCK_H

#include "../hal/lock.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct spinlock {
    struct hal_lock lock;
    uint32_t *word; /* 0: free. In memory that all the cores share */
};

#define PLAT_SPINLOCK(at)                                                      \
    {                                                                          \
        .lock = { spinlock_save, spinlock_restore }, .word = (at)              \
    }

/* The contract. Context: any. */
uint32_t spinlock_save(const struct hal_lock *lock);
void spinlock_restore(const struct hal_lock *lock, uint32_t state);

#ifdef __cplusplus
}
#endif

#endif
