/* SPDX-License-Identifier: MIT */
/*
 * How the summary of a descriptor is made (struct iodma_summary): extent by
 * extent. Shortcuts alone go by it, so without them nothing is done.
 */
#ifndef DMA_SUMMARY_H
#define DMA_SUMMARY_H

#include "../hal/bits.h"
#include "memory.h"
#include "shortcuts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of no extent. */
#define IODMA_SUMMARY_OF_NOTHING                                               \
    {                                                                          \
        .lowest = HAL_ADDRESS_MAX                                              \
    }

/* One more extent, if it has any bytes. Context: any. */
static inline void iodma_summary_add(struct iodma_summary *summary,
                                     hal_address address, hal_address length)
{
    hal_address last = address + (length - 1);
    uint8_t span = bits_needed(address ^ last);

    if (!IODMA_SHORTCUTS || length == 0)
        return;
    if (address < summary->lowest)
        summary->lowest = address;
    if (last > summary->highest)
        summary->highest = last;
    if (length > summary->longest)
        summary->longest = length;
    if (span > summary->spans)
        summary->spans = span;
    summary->shape |= (uint32_t)(address | length);
}

#ifdef __cplusplus
}
#endif

#endif
