/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include "barrier.h"
#include "fault.h"
#include "mmio.h"

/* Far longer than any oscillator takes to start, and there is no clock yet. */
#define POLLS 10000000u

static bool meets(const struct setup_step *step, uint32_t mask)
{
    for (uint32_t polls = 0; polls < POLLS; polls++) {
        if ((mmio_read32(step->address) & mask) == step->value)
            return true;
    }
    return false;
}

static void give_up(const struct setup_step *step)
{
    struct fault_line line;

    fault_begin(&line);
    fault_put(&line, "the board's set-up waits for register ");
    fault_put_hex(&line, (uint32_t)step->address);
    fault_put(&line, " in vain");
    fault_end(&line);
}

static void write(const struct setup_step *step, uint32_t mask)
{
    uint32_t times = step->times == 0 ? 1 : step->times;
    uint32_t kept = 0;

    if (mask != UINT32_MAX)
        kept = mmio_read32(step->address) & ~mask;
    while (times-- != 0)
        mmio_write32(step->address, kept | step->value);
}

void setup_run(void)
{
    for (uint32_t i = 0; i < setup_step_count; i++) {
        const struct setup_step *step = &setup_steps[i];
        uint32_t mask = step->mask == 0 ? UINT32_MAX : step->mask;

        if (!step->poll)
            write(step, mask);
        else if (!meets(step, mask))
            give_up(step);
    }
    barrier_all();
    barrier_fetch();
}
