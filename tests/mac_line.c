/* SPDX-License-Identifier: MIT */
#include "tests/mac_line.h"

#include "platform/barrier.h"
#include "platform/interrupt.h"
#include "tests/pend.h"

/* An RP2040's first line that has no device (RP2040 Datasheet 2.3.2), which
   nobody pulls elsewhere; a GIC's first one of software's. */
enum { LINE = __ARM_ARCH_PROFILE == 'M' ? 26 : 0 };

void mac_line_raise(void (*handler)(void *argument), void *argument)
{
    interrupt_install(LINE, handler, argument);
    interrupt_enable(LINE);
    interrupts_on();
    pend_by_software(LINE);
    barrier_all();
    barrier_fetch(); /* it has arrived, and is taken */
    interrupt_disable(LINE);
}
