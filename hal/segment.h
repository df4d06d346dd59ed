/* SPDX-License-Identifier: MIT */
/*
 * What a driver needs to know of a segment, and how a bus master takes a
 * list of them.
 */
#ifndef HAL_SEGMENT_H
#define HAL_SEGMENT_H

#include "address.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

/* A stretch of memory as the bus master addresses it. */
struct hal_segment {
    hal_address address; /* bus                             */
    hal_address length;  /* bytes, never 0 in a legal list  */
};

/*
 * An emitter writes segments into a device's own descriptors as they are
 * made, with no list in between. The driver embeds this in what it writes to
 * and finds itself again with HAL_CONTAINER_OF.
 *
 * Segments come in portions. They are a list from the moment on in which the
 * portion with `last` was taken; until then they are nothing:
 *
 *     put(first) OK, put OK, put(last) OK      a list
 *     put(first, last) OK                      a list
 *     put(first) OK, put NoSpace               nothing
 *     put(first) OK, put(first, last) OK       a list: the second one
 *
 * What was put of a list that fails, or that is not ended before another one
 * begins, is forgotten. Nobody says that it will not be ended: whoever makes
 * the segments may fail as well. So a driver keeps three places apart: behind
 * what the device was told of, behind the last whole list, and behind what was
 * put (dma/EXAMPLES.md has a ring that does).
 *
 * The device sees nothing before the driver's own submit. That hands over all
 * whole lists that were put since the last submit, and nothing else: whatever
 * bit makes a descriptor the device's is written by it, the first descriptor's
 * last. An emitter that has room for one list only (that of a request) says so;
 * then to begin another one forgets it.
 */
struct hal_emitter {
    /*
     * Take the next segments of the list.
     *
     *   count        not 0
     *   first, last  the list begins, or ends, with these
     *
     * Returns OK, or why the list cannot be written: MessageTooLarge (a value
     * does not fit), NotAligned, NoSpace (no room for more). Lists that were
     * put before stay. What comes next begins a list, with `first`.
     * Context: that of the call.
     */
    enum iodma_status (*put)(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last);
};

#endif
