/* SPDX-License-Identifier: MIT */
/*
 * An independent model of the spec's sections 4.1 and 4.2, naive on purpose:
 * it asks of every single byte where the device sees it, and knows neither
 * walks nor extents. It shares no code with dma/ but the caller's structs.
 */
#ifndef TESTS_MODEL_NAIVE_LIST_H
#define TESTS_MODEL_NAIVE_LIST_H

#include "dma/limits.h"
#include "dma/memory.h"
#include "hal/bus.h"
#include "hal/segment.h"

#include <stdbool.h>
#include <stdint.h>

enum { NAIVE_BYTES = 1024 };

struct naive_list {
    struct hal_segment segments[NAIVE_BYTES];
    uint32_t count;
    bool reached;    /* the device sees every byte, within its bits */
    bool aligned;    /* no alignment is broken                      */
    bool few_enough; /* not more segments than allowed              */
};

/* The list for bytes [offset, offset + length) of the ranges, as far as it
   can be made: without bytes that are out of reach there is none. */
void naive_list_make(struct naive_list *list, const struct hal_bus *bus,
                     const struct iodma_range *ranges, uint32_t count,
                     const struct hal_limits *limits, hal_address offset,
                     hal_address length);

#endif
