/* SPDX-License-Identifier: MIT */
/*
 * The system counter, which all the cores' Generic Timers show, where it is to
 * be enabled by software. Only the secure side can.
 *
 * Source: ARM DDI 0406C, appendix on the system level implementation of the
 *         Generic Timer: CNTCR, bit EN; Trusted Firmware-A, aarch32/arch.h.
 */
#ifndef PLATFORM_ARMV7A_SYSTEM_COUNTER_H
#define PLATFORM_ARMV7A_SYSTEM_COUNTER_H

#include "../mmio.h"

#define CNTCR    0x000u /* RW */
#define CNTCR_EN 1u

/*
 * Let the counter count. Its frequency is left as it is.
 *
 *   control  virtual address of CNTCR
 *
 * Context: any, before the clock is used.
 */
static inline void system_counter_on(uintptr_t control)
{
    mmio_write32(control + CNTCR, mmio_read32(control + CNTCR) | CNTCR_EN);
}

#endif
