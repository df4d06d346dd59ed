/* SPDX-License-Identifier: MIT */
#include "tests/images/bring_up.h"

#include "hal/pci/ecam.h"
#include "platform/interrupt.h"

#include <stdio.h>

/* Of the last call on a bus that was refused. */
static struct iodma_reason reason;

enum iodma_status explained(enum iodma_status status)
{
    char text[IODMA_REASON_TEXT];

    if (status != IODMA_OK && reason.status == (int32_t)status)
        printf("# %s\n", iodma_reason_format(&reason, text, sizeof text));
    return status;
}

/* A bus of the board's, as its facts are, once they have been looked at. */
static enum iodma_status make_bus(struct iodma_bus *bus,
                                  const struct hal_bus *hal)
{
    enum iodma_status status;

    if (board.cache)
        board.cache_init(board.cache);
    status = iodma_bus_init(bus, hal, 0);
    if (status != IODMA_OK)
        return status;
    iodma_bus_explain(bus, &reason);
    if (hal->cache)
        status = iodma_bus_cache(bus);
    return status == IODMA_OK ? iodma_bus_check(bus, &reason) : status;
}

enum iodma_status bus_lend(struct iodma_bus *bus, struct hal_bounce *bounce)
{
    enum iodma_status status = iodma_bus_lend(bus, bounce);

    if (status == IODMA_OK)
        status = iodma_bus_check(bus, &reason);
    return explained(status);
}

/* Interrupts: one for each channel of the largest controller, and one more. */
static struct interrupt_line lines[33];

/* Have a device served when an interrupt comes, that it may share. */
static struct interrupt_line *attach(uint32_t id,
                                     struct interrupt_server *server)
{
    struct interrupt_line *line = lines;

    while (line->servers && line->id != id)
        line++;
    interrupt_disable(id);
    line->id = id;
    interrupt_line_join(line, server);
    interrupt_install(id, interrupt_line_isr, line);
    return line;
}

static bool serve_engine(void *argument)
{
    struct engine *engine = argument;
    struct iodma_channel *channel = &engine->channel;
    uint32_t retired = channel->retired;
    uint32_t fault = channel->fault;
    bool news;

    iodma_channel_reap(channel);
    news = channel->retired != retired || channel->fault != fault;
    engine->interrupts += news;
    return news;
}

/* Is it polled? An interrupt that was given up is, from then on. */
static bool is_polled(const struct interrupt_line *line, bool *poll)
{
    if (!*poll && interrupt_stuck(line)) {
        printf("# interrupt %u came %u times for nothing: polling\n",
               (unsigned)line->id, (unsigned)line->idle);
        *poll = true;
    }
    return *poll;
}

enum iodma_status function_bring_up(const struct board_pci *pci, uint32_t nth,
                                    const struct pci_function **function)
{
    enum iodma_status scanned = IODMA_OK;
    enum iodma_status status;

    if (pci->ecam->count == 0)
        scanned = pci_scan(pci->ecam);
    status = pci_find(pci->ecam, pci->key, nth, function);
    if (status != IODMA_OK)
        return scanned != IODMA_OK ? scanned : status;
    return (*function)->bars[pci->bar].size < pci->least
               ? IODMA_NO_SPACE
               : pci_enable(*function);
}

/* The board's function, for its driver. */
static enum iodma_status place(const struct board_pci *pci,
                               const struct pci_function **function)
{
    enum iodma_status status = function_bring_up(pci, 0, function);
    const struct pci_bar *registers;

    if (status != IODMA_OK)
        return status;
    registers = &(*function)->bars[pci->bar];
    *pci->base = registers->base;
    if (pci->size)
        *pci->size = (uint32_t)registers->size;
    return IODMA_OK;
}

static enum iodma_status share(struct engine *engine)
{
    const struct board_dmac *facts = engine->facts;

    if (!facts->storage)
        return IODMA_OK;
    return iodma_share(&engine->ring, &engine->bus, facts->dmac->ring_limits,
                       (uintptr_t)facts->storage, facts->storage,
                       facts->storage_size, 0, facts->shared);
}

static enum iodma_status start_engine(struct engine *engine, uint32_t index,
                                      bool poll, const char **step)
{
    const struct pci_function *function = NULL;
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
        status = place(facts->pci, &function);
    engine->interrupt = facts->interrupt;
    if (status == IODMA_OK && function)
        status = pci_line(function, facts->pci->lines, &engine->interrupt);
    if (status != IODMA_OK)
        return status;
    *step = "checking the board's bus";
    status = make_bus(&engine->bus, facts->dmac->bus);
    if (status != IODMA_OK)
        return status;
    *step = "sharing the ring with the controller";
    status = share(engine);
    if (status != IODMA_OK)
        return status;
    *step = "starting the controller";
    status = iodma_channel_init(&engine->channel, facts->dmac, facts->name);
    if (status == IODMA_OK && function)
        status = pci_master(function, true);
    if (status != IODMA_OK || poll)
        return status;

    engine->server.serve = serve_engine;
    engine->server.argument = engine;
    engine->line = attach(engine->interrupt, &engine->server);
    interrupt_enable(engine->interrupt);
    interrupts_on();
    return IODMA_OK;
}

enum iodma_status engine_bring_up(struct engine *engine, uint32_t index,
                                  bool poll, const char **step)
{
    enum iodma_status status;

    reason.status = IODMA_OK;
    status = start_engine(engine, index, poll, step);
    if (status != IODMA_OK && index < board.dmac_count)
        printf("# %s: %s: %s\n", board.dmacs[index].name, *step,
               iodma_status_name(status));
    return explained(status);
}

void engine_explain(const struct engine *engine,
                    const struct iodma_transfer *transfer)
{
    const char *(*cause)(uint32_t) = engine->facts->cause;

    if (transfer->fault != HAL_FAULT_NONE)
        printf("# %s: %s%s%s\n", engine->facts->name,
               hal_fault_name(transfer->fault), cause ? ": " : "",
               cause ? cause(transfer->detail) : "");
}

bool engine_serve(struct engine *engine)
{
    if (is_polled(engine->line, &engine->poll))
        iodma_channel_reap(&engine->channel);
    return iodma_channel_service(&engine->channel);
}

void engine_run(struct engine *engine)
{
    while (engine_serve(engine))
        ;
}

static bool serve_disk(void *argument)
{
    struct disk *disk = argument;
    bool news = nvme_reap(disk->facts->nvme) != 0;

    disk->interrupts += news;
    return news;
}

static enum iodma_status route(const struct board_nvme *facts, uint8_t how,
                               const struct pci_function *function)
{
    struct pci_msix msix;
    enum iodma_status status;

    if (how != NVME_MESSAGE)
        return IODMA_OK;
    status = pci_msix_find(function, &msix);
    if (status != IODMA_OK)
        return status;
    return pci_msix_enable(&msix, facts->nvme->vector, facts->message_address,
                           facts->message_data);
}

static void install(struct disk *disk, uint8_t how)
{
    uint32_t id = how == NVME_PIN ? disk->pin : disk->facts->message_interrupt;

    if (how == NVME_POLLED)
        return;
    disk->server.serve = serve_disk;
    disk->server.argument = disk;
    disk->line = attach(id, &disk->server);
    if (how == NVME_MESSAGE)
        interrupt_edge(id);
    interrupt_enable(id);
    interrupts_on();
}

/* Print why a disk did not start, if it is the disk that says so. The figures
   have 32 bits, which is what this printf() knows. */
static enum iodma_status told(const struct nvme *nvme, enum iodma_status status)
{
    const struct nvme_shortfall *shortfall = &nvme->shortfall;

    if (status == IODMA_UNSUPPORTED)
        printf("# %s: %lu asked for, the disk has %lu\n",
               nvme_shortfall_name(shortfall->what),
               (unsigned long)shortfall->asked, (unsigned long)shortfall->has);
    else if (status == IODMA_DMA_ERROR)
        printf("# the disk says: %s\n", nvme_status_name(nvme->code));
    return status;
}

static enum iodma_status start_disk(struct disk *disk, uint8_t how, bool sgl,
                                    const char **step)
{
    const struct board_nvme *facts = board.nvme;
    const struct pci_function *function;
    enum iodma_status status;

    *step = "looking the disk up in the board's table";
    if (!facts)
        return IODMA_NOT_FOUND;
    disk->facts = facts;
    disk->interrupts = 0;
    disk->poll = how == NVME_POLLED;
    facts->nvme->interrupts = how;
    facts->nvme->use_sgl = sgl;

    *step = "finding the disk's controller on PCI";
    status = place(facts->pci, &function);
    if (status == IODMA_OK && how == NVME_PIN)
        status = pci_line(function, facts->pci->lines, &disk->pin);
    if (status != IODMA_OK)
        return status;
    *step = "sharing memory with the disk's controller";
    status = make_bus(&disk->memory_bus, facts->nvme->bus);
    if (status == IODMA_OK)
        status =
            iodma_share(&disk->memory, &disk->memory_bus, &nvme_memory_limits,
                        (uintptr_t)facts->storage, facts->storage,
                        facts->storage_size, 0, &facts->nvme->memory);
    if (status != IODMA_OK)
        return status;
    *step = "routing the disk's interrupt";
    status = route(facts, how, function);
    if (status != IODMA_OK)
        return status;
    *step = "starting the disk";
    status = nvme_stop(facts->nvme); /* it masters nothing before */
    if (status == IODMA_OK)
        status = pci_master(function, true);
    if (status != IODMA_OK)
        return status;
    install(disk, how); /* a loader's interrupts are gone */
    status = nvme_start(facts->nvme);
    if (status != IODMA_OK)
        return told(facts->nvme, status);
    *step = "checking the disk's bus";
    *facts->limits = facts->nvme->limits;
    return make_bus(&disk->bus, facts->nvme->bus);
}

enum iodma_status disk_bring_up(struct disk *disk, uint8_t how, bool sgl,
                                const char **step)
{
    reason.status = IODMA_OK;
    return explained(start_disk(disk, how, sgl, step));
}

bool disk_serve(struct disk *disk)
{
    if (is_polled(disk->line, &disk->poll))
        (void)nvme_reap(disk->facts->nvme);
    return nvme_service(disk->facts->nvme);
}
