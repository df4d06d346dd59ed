/* SPDX-License-Identifier: MIT */
/* How the aperture of an address is found: iodma_bus_aperture() of bus.h, in
   line for what every transfer goes through. */
#ifndef DMA_APERTURE_H
#define DMA_APERTURE_H

#include "bus.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline __attribute__((always_inline)) const struct hal_aperture *
iodma_aperture_of(const struct iodma_bus *bus, hal_address address,
                  uint32_t access)
{
    const struct hal_aperture *aperture = bus->hal->apertures;

    for (uint32_t left = bus->hal->aperture_count; left != 0;
         left--, aperture++) {
        if (address >= aperture->first && address <= aperture->last &&
            (access & ~(uint32_t)aperture->access) == 0)
            return aperture;
    }
    return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
