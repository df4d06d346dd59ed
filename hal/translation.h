/* SPDX-License-Identifier: MIT */
/* From the CPU's own addresses to physical ones: stated once per board. */
#ifndef HAL_TRANSLATION_H
#define HAL_TRANSLATION_H

#include "address.h"

#include <stdbool.h>
#include <stdint.h>

struct hal_translation {
    /*
     * Where the byte is that the CPU calls `address`.
     *
     *   physical  out: its physical address
     *   length    in: bytes of interest from there on, not 0; out: how many of
     *             them follow it in physical memory, too, 1 to as many (a
     *             translation ends somewhere: at a page)
     *
     * Returns false, with nothing changed, if nothing is mapped there.
     * Context: thread or ISR.
     */
    bool (*to_physical)(hal_address address, hal_address *physical,
                        hal_address *length);
};

#endif
