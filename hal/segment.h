/* SPDX-License-Identifier: MIT */
/* What a driver needs to know of a segment. */
#ifndef HAL_SEGMENT_H
#define HAL_SEGMENT_H

#include <stdint.h>

/* A stretch of memory as the bus master addresses it. */
struct hal_segment {
    uint64_t address; /* bus                             */
    uint64_t length;  /* bytes, never 0 in a legal list  */
};

#endif
