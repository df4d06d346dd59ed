/* SPDX-License-Identifier: MIT */
#include "tests/mac_line.h"

#include "hal/bits.h"
#include "platform/barrier.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"

#if __ARM_ARCH_PROFILE == 'M'

#include "platform/armv7m/core.h"

/* A line that nobody pulls: of an RP2040's the first that has no device (RP2040
   Datasheet 2.3.2). */
enum { LINE = 26 };

static void pend(void)
{
    mmio_write32(NVIC_ISPR(LINE), BIT32(LINE % 32));
}

#else

#include "platform/armv7a/gic.h"

/* GICv2, ARM IHI 0048B 4.3.15: one of software's. */
#define GICD_SGIR      0xf00u
#define GICD_SGIR_SELF (2u << 24)
enum { LINE = 0 };

static void pend(void)
{
    mmio_write32(gic_base.distributor + GICD_SGIR, GICD_SGIR_SELF | LINE);
}

#endif

void mac_line_raise(void (*handler)(void *argument), void *argument)
{
    interrupt_install(LINE, handler, argument);
    interrupt_enable(LINE);
    interrupts_on();
    pend();
    barrier_all();
    barrier_fetch(); /* it has arrived, and is taken */
    interrupt_disable(LINE);
}
