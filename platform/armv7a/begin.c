/* SPDX-License-Identifier: MIT */
/* The last steps before main(), in C. */
#include "begin.h"

#include "../start.h"
#include "../uart.h"
#include "core.h"
#include "gic.h"
#include "timer.h"

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
