/* SPDX-License-Identifier: MIT */
/*
 * What a device can take. A driver states two of these: one for data and one
 * for its descriptors. In every field 0 means "no limit of its own".
 */
#ifndef HAL_LIMITS_H
#define HAL_LIMITS_H

#include "address.h"

#include <stdint.h>

struct hal_limits {
    uint8_t address_bits;     /* reaches bus addresses 0 .. 2^bits - 1       */
    uint32_t align_address;   /* of the first segment; power of two, bytes   */
    uint32_t align_length;    /* of every length; power of two, bytes        */
    uint32_t align_internal;  /* of every segment after the first; 0: as
                                 align_address                               */
    uint32_t align_seam;      /* where one segment ends and the next begins,
                                 both addresses are multiples; power of two  */
    hal_address max_segment;  /* bytes in one segment                        */
    hal_address max_transfer; /* bytes in one command                        */
    hal_address boundary;     /* power of two that no segment may straddle   */
    uint32_t max_segments;    /* in one list; not the size of a ring, unless a
                                 list is put there as a whole or not at all  */
};

#endif
