/* SPDX-License-Identifier: MIT */
/*
 * The PL08x of a board of QEMU's under the suite, one channel of each: their
 * registers, their interrupts, their bus. Whatever one is told it has done when
 * the doorbell returns, so a step is a batch. Their power is never off: off at
 * their own switch comes nearest to that.
 *
 * They are asked for no port, since QEMU connects no request line, and for no
 * cycle, which QEMU would follow for ever.
 */
#include "hal/dmac/pl08x.h"
#include "hal/dmac/pl08x_regs.h"

#include "hal/bits.h"
#include "platform/armv7m/core.h"
#include "platform/barrier.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/engines/engine.h"
#include "tests/engines/world_parts.h"
#include "tests/images/bring_up.h"

#include <stdlib.h>

enum { ENGINES = 4 };

static struct engine found[ENGINES]; /* by the board's tables              */
static struct pl08x engines[ENGINES];
static struct engine_place at;
static uint32_t doorbells; /* of all, as step() saw them last              */

/* The board's memory that no image uses: the image has no room for it. */
struct world_data *world_memory(void)
{
    return (struct world_data *)(uintptr_t)board.scratch.base;
}

static const struct hal_bus *bus(void)
{
    return board.dmacs[0].dmac->bus;
}

static struct pl08x *board_engine(uint32_t index)
{
    return (struct pl08x *)(void *)board.dmacs[index].dmac;
}

static uintptr_t base(uint32_t index)
{
    return board_engine(index)->controller->base;
}

static bool interrupt(uint32_t index)
{
    return mmio_read32(base(index) + PL08X_INT_STATUS) != 0;
}

/* The NVIC remembers a line that was high while it was held back, so the cause
   may be gone: an ISR has to bear that. */
static void on_interrupt(void *argument)
{
    uint32_t index = (uint32_t)((struct engine *)argument - found);

    if (!at.isr(index))
        interrupt_disable(found[index].facts->interrupt);
}

static void find(uint32_t index)
{
    const char *step;
    enum iodma_status status =
        engine_bring_up(&found[index], index, true, &step);

    if (!expect_status(step, status, IODMA_OK))
        exit(check_result());
    interrupt_install(found[index].facts->interrupt, on_interrupt,
                      &found[index]);
}

static void power_cycle(void)
{
    for (uint32_t i = 0; i < ENGINES; i++) {
        mmio_write32(base(i) + PL08X_CHANNEL(0) + PL08X_CONFIG, 0);
        mmio_write32(base(i) + PL08X_INT_TC_CLEAR, UINT32_MAX);
        mmio_write32(base(i) + PL08X_INT_ERR_CLR, UINT32_MAX);
        mmio_write32(base(i) + PL08X_CONFIGURATION, 0);
    }
}

static void power_on(const struct engine_place *place)
{
    at = *place;
    doorbells = 0;
    for (uint32_t i = 0; i < ENGINES; i++) {
        if (!found[i].facts)
            find(i);
        engines[i] = (struct pl08x){
            .dmac = { .ops = &pl08x_ops,
                      .bus = place->bus,
                      .limits = &pl08x_byte_limits,
                      .ring_limits = &pl08x_ring_limits,
                      .same_phase = 1,
                      .fills = true },
            .controller = board_engine(i)->controller,
            .ring = *found[i].facts->shared,
            .slots = place->slots,
            .lengths = board_engine(i)->lengths,
        };
    }
    power_cycle();
    for (uint32_t i = 0; i < ENGINES; i++) {
        uint32_t id = found[i].facts->interrupt;

        mmio_write32(NVIC_ICPR(id), BIT32(id % 32));
        interrupt_enable(id);
    }
    interrupts_on();
}

static struct hal_dmac *channel(uint32_t index)
{
    return &engines[index].dmac;
}

static uint32_t step(uint32_t steps)
{
    uint32_t rung = 0;
    bool worked;

    (void)steps;
    for (uint32_t i = 0; i < ENGINES; i++)
        rung += engines[i].dmac.counts.doorbells;
    worked = rung != doorbells;
    doorbells = rung;
    return worked;
}

/* No model watches it. */
static const char *violation(void)
{
    return NULL;
}

const struct engine_case engine_case = {
    .name = "pl08x on its board",
    .channels = ENGINES,
    .slots = 1,
    .at_once = true,
    .power_on = power_on,
    .channel = channel,
    .bus = bus,
    .step = step,
    .interrupt = interrupt,
    .publish = barrier_publish,
    .power_cycle = power_cycle,
    .violation = violation,
};
