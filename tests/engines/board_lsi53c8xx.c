/* SPDX-License-Identifier: MIT */
/*
 * The 53C895A of a board of QEMU's under the suite: its registers, its
 * interrupt, its bus. Whatever it is told it has done when the doorbell
 * returns, so a step is a batch. Its power is never off: a soft reset comes
 * nearest to that, and leaves the PCI configuration as it is.
 */
#include "hal/dmac/lsi53c8xx.h"
#include "hal/dmac/lsi53c8xx_regs.h"

#include "platform/barrier.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/engines/engine.h"
#include "tests/engines/world_parts.h"
#include "tests/images/bring_up.h"

#include <stdlib.h>

static struct engine found; /* by the board's tables; facts NULL: not yet */
static struct lsi53c8xx engine;
static uint32_t lengths[ENGINE_SLOTS];
static struct engine_place at;
static uint32_t doorbells; /* as step() saw them last */
static const char *wrong;

/* The board's memory that no image uses: the image has no room for it. */
struct world_data *world_memory(void)
{
    return (struct world_data *)(uintptr_t)board.scratch.base;
}

static const struct hal_bus *bus(void)
{
    return board.dmacs[0].dmac->bus;
}

static bool interrupt(uint32_t index)
{
    (void)index;
    return (mmio_read8(engine.base + LSI_ISTAT0) & LSI_ISTAT0_DIP) != 0;
}

static void on_interrupt(void *argument)
{
    (void)argument;
    if (!interrupt(0))
        wrong = "an interrupt without a cause";
    if (!at.isr(0))
        interrupt_disable(found.interrupt);
}

static void find(void)
{
    const char *step;
    enum iodma_status status = engine_bring_up(&found, 0, true, &step);

    if (!expect_status(step, status, IODMA_OK))
        exit(check_result());
    interrupt_install(found.interrupt, on_interrupt, NULL);
    interrupts_on();
}

static void power_cycle(void)
{
    mmio_write8(engine.base + LSI_ISTAT0, LSI_ISTAT0_SRST);
    (void)mmio_read8(engine.base + LSI_ISTAT0);
    mmio_write8(engine.base + LSI_ISTAT0, 0);
}

static void power_on(const struct engine_place *place)
{
    at = *place;
    wrong = NULL;
    doorbells = 0;
    if (!found.facts)
        find();
    engine = (struct lsi53c8xx){
        .dmac = { .ops = &lsi53c8xx_ops,
                  .bus = place->bus,
                  .limits = &lsi53c8xx_limits,
                  .ring_limits = &lsi53c8xx_ring_limits,
                  .same_phase = LSI53C8XX_SAME_PHASE },
        .base = *found.facts->pci->base,
        .ring = *found.facts->shared,
        .slots = place->slots,
        .lengths = lengths,
    };
    power_cycle();
    interrupt_enable(found.interrupt);
}

static struct hal_dmac *channel(uint32_t index)
{
    (void)index;
    return &engine.dmac;
}

static uint32_t step(uint32_t steps)
{
    bool worked = engine.dmac.counts.doorbells != doorbells;

    (void)steps;
    doorbells = engine.dmac.counts.doorbells;
    return worked;
}

static const char *violation(void)
{
    return wrong;
}

const struct engine_case engine_case = {
    .name = "lsi53c8xx on its board",
    .channels = 1,
    .slots = 2,
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
