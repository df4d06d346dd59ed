/* SPDX-License-Identifier: MIT */
/* Arithmetic on powers of two. 64 bits throughout: addresses are. */
#ifndef HAL_BITS_H
#define HAL_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define BIT32(n) (UINT32_C(1) << (n))
#define MASK32(high, low)                                                      \
    ((UINT32_MAX >> (31 - (high))) & (UINT32_MAX << (low)))

static inline bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* The part of value below the power of two. */
static inline uint64_t modulo(uint64_t value, uint64_t power)
{
    return value & (power - 1);
}

/* The same below a power of 32 bits: half the work on a 32-bit CPU. */
static inline uint32_t modulo32(uint64_t value, uint32_t power)
{
    return (uint32_t)value & (power - 1);
}

/* What value lacks to a multiple of the power of two. */
static inline uint64_t lack(uint64_t value, uint64_t power)
{
    return modulo(0 - value, power);
}

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Does [base, base + length) run past the end of 64 bits? The last byte may
   be at 2^64 - 1 - 1: a range is bad if length > 2^64 - 1 - base (spec 1.1). */
static inline bool range_wraps(uint64_t base, uint64_t length)
{
    return length > UINT64_MAX - base;
}

/* Does [base, base + length), which does not wrap, contain address? Before base
   the difference is more than any length could be. */
static inline bool range_holds(uint64_t base, uint64_t length, uint64_t address)
{
    return address - base < length;
}

#endif
