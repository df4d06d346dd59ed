/* SPDX-License-Identifier: MIT */
/* The last steps before main(), in C. */
#include "platform/armv7a/begin.h"

#include "platform/armv7a/core.h"
#include "platform/armv7a/gic.h"
#include "platform/armv7a/timer.h"
#include "platform/start.h"
#include "platform/uart.h"

struct begin begin;

bool begin_in_hyp(void)
{
    return (begin.cpsr & MODE_MASK) == MODE_HYP;
}

void platform_begin(void)
{
    static const char of_before[] =
        "start: an asynchronous abort was pending: a write before our time "
        "failed\n";

    if (begin.abort != 0)
        uart_write(of_before, sizeof of_before - 1);
    gic_on();
    timer_on();

    /* Nothing of before is left: neither goes unnoticed any more. */
    __asm__ volatile("cpsie af" ::: "memory");
}
