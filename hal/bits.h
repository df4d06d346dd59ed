/* SPDX-License-Identifier: MIT */
/* Arithmetic on powers of two, and on stretches of addresses. */
#ifndef HAL_BITS_H
#define HAL_BITS_H

#include "address.h"

#include <stdbool.h>
#include <stdint.h>

#define BIT32(n) (UINT32_C(1) << (n))
#define MASK32(high, low)                                                      \
    ((UINT32_MAX >> (31 - (high))) & (UINT32_MAX << (low)))

static inline bool is_power_of_two(hal_address value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* The part of value below the power of two. */
static inline hal_address modulo(hal_address value, hal_address power)
{
    return value & (power - 1);
}

/* The same below a power of 32 bits: half the work on a 32-bit CPU. */
static inline uint32_t modulo32(hal_address value, uint32_t power)
{
    return (uint32_t)value & (power - 1);
}

/* What value lacks to a multiple of the power of two. */
static inline hal_address lack(hal_address value, hal_address power)
{
    return modulo(0 - value, power);
}

/* The same below a power of 32 bits. */
static inline uint32_t lack32(hal_address value, uint32_t power)
{
    return (0 - (uint32_t)value) & (power - 1);
}

/* The multiple of the power of two at value, or the next one below. */
static inline hal_address round_down(hal_address value, uint32_t power)
{
    return value - modulo32(value, power);
}

/* The same, or the next one above; 0 if that is beyond the last address. */
static inline hal_address round_up(hal_address value, uint32_t power)
{
    return value + lack32(value, power);
}

/* log2 of a power of two, or of what is in its place; not 0. */
static inline uint8_t lowest_bit(hal_address value)
{
    return (uint8_t)(HAL_ADDRESS_BITS == 64 ? __builtin_ctzll(value)
                                            : __builtin_ctz((uint32_t)value));
}

/* Bits that it takes to write a value; of 0 none. */
static inline uint8_t bits_needed(hal_address value)
{
    if (value == 0)
        return 0;
    return (uint8_t)(HAL_ADDRESS_BITS == 64
                         ? 64 - __builtin_clzll(value)
                         : 32 - __builtin_clz((uint32_t)value));
}

static inline hal_address smaller(hal_address a, hal_address b)
{
    return a < b ? a : b;
}

static inline uint32_t smaller32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t larger32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Are the two together more than any address? */
static inline bool sum_wraps(hal_address a, hal_address b)
{
    return b > HAL_ADDRESS_MAX - a;
}

/* Does [base, base + length) run past the end of all addresses? The last one of
   64 bits is no byte's (spec 1.1); of 32 bits it is one like the others: memory
   does lie there. Then the end of a range may be 0. */
static inline bool range_wraps(hal_address base, hal_address length)
{
    return sum_wraps(base, HAL_ADDRESS_BITS == 64 || length == 0 ? length
                                                                 : length - 1);
}

/* Does what begins at an address go on where a range ends? Behind the last
   address nothing does. */
static inline bool touches(hal_address end, hal_address address)
{
    return end == address && (HAL_ADDRESS_BITS == 64 || address != 0);
}

/* Does [base, base + length), which does not wrap, contain address? Before base
   the difference is more than any length could be. */
static inline bool range_holds(hal_address base, hal_address length,
                               hal_address address)
{
    return address - base < length;
}

/* Does a stretch from `first` to `last` contain address? It may end with the
   last address there is. */
static inline bool span_holds(hal_address first, hal_address last,
                              hal_address address)
{
    return address - first <= last - first;
}

/* Have two stretches an address in common? */
static inline bool spans_meet(hal_address first, hal_address last,
                              hal_address other_first, hal_address other_last)
{
    return first <= other_last && other_first <= last;
}

#endif
