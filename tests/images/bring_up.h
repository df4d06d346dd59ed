/* SPDX-License-Identifier: MIT */
/* A board's copy engine and disk made ready to use, from its tables. */
#ifndef TESTS_IMAGES_BRING_UP_H
#define TESTS_IMAGES_BRING_UP_H

#include "boards/board.h"
#include "dma/iodma.h"
#include "platform/interrupt.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Find the nth of the functions that a board's row means, all of them if they
 * have not been looked for yet, and let its registers answer.
 *
 *   function  out: what it is and where; it does not master the bus yet
 *
 * Returns OK; NotFound, or why not all were found; NoSpace: its registers have
 * no place. Context: thread.
 */
enum iodma_status function_bring_up(const struct board_pci *pci, uint32_t nth,
                                    const struct pci_function **function);

/* An engine, its bus, and a channel on it. */
struct engine {
    const struct board_dmac *facts;
    struct iodma_bus bus;
    struct iodma_share ring;
    struct iodma_channel channel;
    bool poll;          /* reap in engine_run(), no interrupt            */
    uint32_t interrupt; /* its id                                */
    struct interrupt_line *line; /* unless polled                         */
    struct interrupt_server server;
    uint32_t interrupts; /* that had news of it                           */
};

/*
 * Find the board's index-th engine, give it its ring, start it, and install
 * its interrupt unless `poll`.
 *
 * Returns OK, NotFound if the board has none such, or what failed; *step then
 * says in words what was being done, and why the core refused it, if it was
 * the core, is printed. Context: thread.
 */
enum iodma_status engine_bring_up(struct engine *engine, uint32_t index,
                                  bool poll, const char **step);

/* The disk, and its bus. */
struct disk {
    const struct board_nvme *facts;
    struct iodma_bus bus; /* with the controller's limits                   */
    struct iodma_bus memory_bus;
    struct iodma_share memory;
    bool poll; /* reap in disk_serve(), no interrupt              */
    struct interrupt_line *line; /* unless polled                           */
    struct interrupt_server server;
    uint32_t pin;        /* id of its interrupt, with NVME_PIN              */
    uint32_t interrupts; /* that had news of it                             */
};

/*
 * Find the board's disk, give it its memory, start it, and install its
 * interrupt.
 *
 *   how  NVME_POLLED, NVME_PIN or NVME_MESSAGE
 *   sgl  describe data by SGLs, not PRPs
 *
 * Returns OK, NotFound if the board has none, or what failed, as above; why is
 * printed as well if it was the disk. Context: thread.
 */
enum iodma_status disk_bring_up(struct disk *disk, uint8_t how, bool sgl,
                                const char **step);

/* Lend a bus of theirs storage to bounce through, and look at its facts again.
   Returns OK, or what iodma_bus_lend() or iodma_bus_check() says; why is
   printed. Context: thread. */
enum iodma_status bus_lend(struct iodma_bus *bus, struct hal_bounce *bounce);

/* Print why the core refused, if the last call that it refused on a bus of
   theirs is the one that ended with this. Returns the status. Context:
   thread. */
enum iodma_status explained(enum iodma_status status);

/* Print why a transfer of the engine's failed, if that was a fault. Context:
   thread. */
void engine_explain(const struct engine *engine,
                    const struct iodma_transfer *transfer);

/* Serve the disk once: reap if it is polled, then end what has ended. Returns
   whether requests are in flight. Context: thread. */
bool disk_serve(struct disk *disk);

/* Serve the channel once: reap if it is polled, then do what there is to do.
   Returns whether transfers remain. Context: thread. */
bool engine_serve(struct engine *engine);

/* Serve the channel until all its transfers have ended. Each has a deadline,
   so this ends. Context: thread. */
void engine_run(struct engine *engine);

#endif
