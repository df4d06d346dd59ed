/* SPDX-License-Identifier: MIT */
/*
 * Words whose byte order in memory is fixed by a device. A type of its own,
 * so that forgetting to convert does not compile.
 */
#ifndef PLATFORM_ENDIAN_H
#define PLATFORM_ENDIAN_H

#include <stdint.h>

/* 32 bits, least significant byte first in memory, whatever the CPU is. */
typedef struct {
    uint32_t raw;
} le32;

/* Between raw and value; its own inverse. */
static inline uint32_t le32_swap(uint32_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return word;
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(word);
#else
#error "neither little nor big endian"
#endif
}

/*
 * Convert a number to what the device reads.
 *
 *   value  in the CPU's byte order
 *
 * Returns the word to be stored.
 *
 * Context: any.
 */
static inline le32 to_le32(uint32_t value)
{
    le32 word = { le32_swap(value) };

    return word;
}

/*
 * Convert what the device wrote to a number.
 *
 *   word  as it lies in memory
 *
 * Returns the number in the CPU's byte order.
 *
 * Context: any.
 */
static inline uint32_t from_le32(le32 word)
{
    return le32_swap(word.raw);
}

#endif
