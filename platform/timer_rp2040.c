/* SPDX-License-Identifier: MIT */
#include "timer_rp2040.h"

#include "armv7m/core.h"
#include "clock.h"
#include "fault.h"
#include "mmio.h"

#define TIMERAWH 0x24u /* RO: without the latch that readers would share */
#define TIMERAWL 0x28u

/* Far longer than a microsecond takes. */
#define POLLS 1000000u

static uint32_t low(void)
{
    return mmio_read32(timer_base + TIMERAWL);
}

static uint32_t high(void)
{
    return mmio_read32(timer_base + TIMERAWH);
}

void clock_begin(void)
{
    uint32_t first = low();

    for (uint32_t polls = 0; polls < POLLS; polls++) {
        if (low() != first)
            return;
    }
    fault_stop("the clock stands still: is the watchdog's tick on?");
}

/* Where the upper half has moved on, the lower one has just begun anew. */
uint64_t clock_now(void)
{
    uint32_t before = high();
    uint32_t micros = low();
    uint32_t after = high();

    if (after != before)
        micros = low();
    return (uint64_t)after << 32 | micros;
}

uint32_t clock_frequency(void)
{
    return 1000000;
}
