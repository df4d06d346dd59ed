/* SPDX-License-Identifier: MIT */
/*
 * What a driver needs to know of a segment, and how a bus master takes a
 * list of them.
 */
#ifndef HAL_SEGMENT_H
#define HAL_SEGMENT_H

#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A stretch of memory as the bus master addresses it. */
struct hal_segment {
    uint64_t address; /* bus                             */
    uint64_t length;  /* bytes, never 0 in a legal list  */
};

/*
 * An emitter writes segments into a device's own descriptors as they are
 * made, with no list in between. The driver embeds this in what it writes to
 * and finds itself again with CONTAINER_OF.
 *
 * The device sees nothing before the driver's own submit: whatever bit hands
 * a descriptor over is written by that, the first descriptor's last.
 */
struct hal_emitter {
    /*
     * Take the next segments of the list.
     *
     *   first, last  the list begins, or ends, with these
     *
     * Returns OK, or why the list cannot be written: MessageTooLarge (a value
     * does not fit), NotAligned, NoSpace (no room for more). A failed list is
     * begun again with `first`.
     * Context: that of the call.
     */
    enum iodma_status (*put)(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last);
};

#endif
