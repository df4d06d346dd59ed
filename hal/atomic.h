/* SPDX-License-Identifier: MIT */
/*
 * Words that an interrupt handler and a thread share.
 *
 * One writer per word, so a plain load and a plain store with their order
 * spelled out are enough; Cortex-M0+ has no more than that. Spelled with the
 * compiler's builtins because C11's _Atomic is not legal in a C++ header.
 */
#ifndef HAL_ATOMIC_H
#define HAL_ATOMIC_H

#include <stdint.h>

static inline uint32_t atomic_read_acquire(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void atomic_write_release(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#endif
