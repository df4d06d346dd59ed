/* SPDX-License-Identifier: MIT */
/*
 * The one type of addresses, lengths and positions, of the CPU as of a bus.
 * Whatever is narrower is so in an encoder, which refuses what does not fit.
 */
#ifndef HAL_ADDRESS_H
#define HAL_ADDRESS_H

#include <stdint.h>

typedef uint64_t hal_address;

#define HAL_ADDRESS_MAX UINT64_MAX

enum { HAL_ADDRESS_BITS = 64 };

#endif
