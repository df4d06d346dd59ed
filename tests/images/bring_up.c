/* SPDX-License-Identifier: MIT */
#include "tests/images/bring_up.h"

#include "hal/pci/ecam.h"
#include "platform/interrupt.h"

static void on_interrupt(void *argument)
{
    struct engine *engine = argument;

    engine->interrupts++;
    iodma_channel_reap(&engine->channel);
}

static enum iodma_status place(const struct board_pci *pci)
{
    struct pci_function function;
    enum iodma_status status;

    status = pci_find(pci->ecam, pci->vendor, pci->device, &function);
    if (status == IODMA_OK)
        status = pci_enable(pci->ecam, &function);
    if (status == IODMA_OK)
        *pci->base = (uintptr_t)function.bar[pci->bar];
    return status;
}

static enum iodma_status share(struct engine *engine)
{
    const struct board_dmac *facts = engine->facts;

    return iodma_share(&engine->ring, &engine->bus, facts->dmac->ring_limits,
                       (uintptr_t)facts->storage, facts->storage,
                       facts->storage_size, facts->shared);
}

enum iodma_status engine_bring_up(struct engine *engine, uint32_t index,
                                  bool poll, const char **step)
{
    const struct board_dmac *facts;
    enum iodma_status status = IODMA_OK;

    *step = "looking the engine up in the board's table";
    if (index >= board.dmac_count)
        return IODMA_NOT_FOUND;
    facts = &board.dmacs[index];
    engine->facts = facts;
    engine->poll = poll;
    engine->interrupts = 0;

    *step = "finding the controller on PCI";
    if (facts->pci)
        status = place(facts->pci);
    if (status != IODMA_OK)
        return status;
    *step = "checking the board's bus";
    status = iodma_bus_init(&engine->bus, facts->dmac->bus, 0);
    if (status != IODMA_OK)
        return status;
    *step = "sharing the ring with the controller";
    status = share(engine);
    if (status != IODMA_OK)
        return status;
    *step = "starting the controller";
    status = iodma_channel_init(&engine->channel, facts->dmac);
    if (status != IODMA_OK || poll)
        return status;

    interrupt_install(facts->interrupt, on_interrupt, engine);
    interrupt_enable(facts->interrupt);
    interrupts_on();
    return IODMA_OK;
}

void engine_run(struct engine *engine)
{
    do {
        if (engine->poll)
            iodma_channel_reap(&engine->channel);
    } while (iodma_channel_service(&engine->channel));
}
