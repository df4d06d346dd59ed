/* SPDX-License-Identifier: MIT */
/* An interrupt that software raises. */
#ifndef TESTS_PEND_H
#define TESTS_PEND_H

#include "hal/bits.h"
#include "platform/mmio.h"

#include <stdint.h>

#if __ARM_ARCH_PROFILE == 'M'

#include "platform/armv7m/core.h"

/* Of any line of the NVIC's. It is on its way to the core when this returns. */
static inline void pend_by_software(uint32_t line)
{
    mmio_write32(NVIC_ISPR(line), BIT32(line % 32));
}

#else

#include "platform/armv7a/gic.h"

/* GICv2, ARM IHI 0048B 4.3.15: to the core itself. */
#define GICD_SGIR      0xf00u
#define GICD_SGIR_SELF (2u << 24)

/* Of one of those that are software's, 0 to 15. It is on its way to the core
   when this returns. */
static inline void pend_by_software(uint32_t id)
{
    mmio_write32(gic_base.distributor + GICD_SGIR, GICD_SGIR_SELF | id);
}

#endif

#endif
