/* SPDX-License-Identifier: MIT */
/*
 * Addresses that tests speak of, in both widths of hal_address. What tables
 * have beyond a device's reach is above 4 GiB, and the device has 32 bits;
 * where addresses end there, it is above 256 MiB, and the device has 28.
 * Bounce, straddling and reach are the same.
 */
#ifndef TESTS_REACH_H
#define TESTS_REACH_H

#include "hal/address.h"

#include <stdint.h>

/* Address bits of the device. */
enum { REACH_BITS = HAL_ADDRESS_BITS == 64 ? 32 : 28 };

/* The first address beyond. No memory lies beyond 8 * FAR, but in what tests
   the last addresses there are. */
#define FAR ((hal_address)1 << REACH_BITS)

/* What is said of 64 bits, and what is said of 32 in its place. */
#define EITHER(wide, narrow)                                                   \
    ((hal_address)(HAL_ADDRESS_BITS == 64 ? (wide) : (narrow)))

/* What the CPU calls a static object: such lie where hal_address can tell, on a
   machine of wider pointers, too. */
static inline hal_address cpu_address(const void *object)
{
    return (hal_address)(uintptr_t)object;
}

/* Where memory may end that is made of such units: the last address of 64 bits
   is no byte's (spec 1.1), that of 32 bits is one like the others. Then the end
   is 0. */
#define HIGHEST_END(unit) EITHER(0 - (hal_address)(unit), 0)

/* An address of more than 32 bits, in a table that check_wide() guards. */
#define WIDE(address) ((hal_address)(address))

#endif
