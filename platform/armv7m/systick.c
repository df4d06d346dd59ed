/* SPDX-License-Identifier: MIT */
#include "systick.h"

#include "../../hal/atomic.h"
#include "../clock.h"
#include "../interrupt.h"
#include "../mmio.h"
#include "core.h"
#include "fault.h"

/* Far longer than the counter stays at 0. */
#define POLLS 10000000u

static uint32_t periods; /* that have ended: systick_isr() only */

/* Ticks until the period ends. A period begins when the counter gets to 0,
   where it stays for one tick; whether that was counted already cannot be
   seen, so it is waited for. 0: the counter does not run. */
static uint32_t ticks_left(void)
{
    uint32_t count = 0;

    for (uint32_t polls = 0; count == 0 && polls < POLLS; polls++)
        count = mmio_read32(SYST_CVR);
    return count;
}

void clock_begin(void)
{
    mmio_write32(SYST_CSR, 0);
    mmio_write32(SYST_RVR, SYSTICK_PERIOD - 1);
    mmio_write32(SYST_CVR, 0);
    mmio_write32(SYST_CSR,
                 SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE);
    if (ticks_left() == 0)
        fault_stop("the clock stands still: SysTick");
    if (systick_hertz == 0)
        fault_stop("the clock has no frequency: systick_hertz");
}

void systick_isr(void)
{
    atomic_write_release(&periods, periods + 1);
}

/* With interrupts masked the exception is pending once a period has ended that
   it has not counted. */
uint64_t clock_now(void)
{
    uint32_t state = interrupts_save();
    uint32_t left = ticks_left();
    uint32_t ended = atomic_read_acquire(&periods);

    if (mmio_read32(SCB_ICSR) & SCB_ICSR_PENDSTSET) {
        left = ticks_left();
        ended++;
    }
    interrupts_restore(state);
    return (uint64_t)ended * SYSTICK_PERIOD + (SYSTICK_PERIOD - left);
}

uint32_t clock_frequency(void)
{
    return systick_hertz;
}
