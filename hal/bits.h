/* SPDX-License-Identifier: MIT */
/* Arithmetic on powers of two, and on stretches of addresses. */
#ifndef HAL_BITS_H
#define HAL_BITS_H

#include "hal/address.h"

#include <stdbool.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

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

/* Does [base, base + length) run past the end of all addresses? The last byte
   may be the one before the last address: a range is bad if
   length > HAL_ADDRESS_MAX - base (spec 1.1). */
static inline bool range_wraps(hal_address base, hal_address length)
{
    return length > HAL_ADDRESS_MAX - base;
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
