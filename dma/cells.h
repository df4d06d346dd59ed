/* SPDX-License-Identifier: MIT */
/*
 * Pages on loan: which bounce page stands for which page of a command's
 * memory. One for each distinct page, found by a hash of the page, so that
 * finding costs the same however many are on loan. The records are the
 * pool's cells; the bus's lock is held for one record at a time.
 */
#ifndef DMA_CELLS_H
#define DMA_CELLS_H

#include "dma/bus.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The pages that one command has, newest first; 0: none. */
typedef uint32_t iodma_cells;

/* One of them. */
struct iodma_loan {
    uint64_t page;    /* that it stands for, CPU physical       */
    uint64_t address; /* of the bounce page, CPU physical       */
    bool covered;     /* one piece of the window is all of it   */
};

/*
 * Have a bounce page stand for `page`, unless one does already.
 *
 *   cells    of the owner
 *   owner    any address that is the command's alone
 *   page     CPU physical, a multiple of the granule
 *   highest  address of the bounce page's last byte, at most
 *   covered  one piece of the window is all of the page
 *
 * Returns OK, or NoResources: the pool has none within reach. Context: any.
 */
enum iodma_status iodma_cells_take(const struct iodma_bus *bus,
                                   iodma_cells *cells, const void *owner,
                                   uint64_t page, uint64_t highest,
                                   bool covered);

/* The address, CPU physical, of the bounce page that stands for `page`: one
   does. Context: any. */
uint64_t iodma_cells_find(const struct iodma_bus *bus, const void *owner,
                          uint64_t page);

/* Give all of a command's pages back to the pool. Context: any. */
void iodma_cells_give_back(const struct iodma_bus *bus, iodma_cells *cells);

/* Step through a command's pages: *cells moves to the next one. Returns false
   after the last. Context: any. */
bool iodma_cells_next(const struct iodma_bus *bus, iodma_cells *cells,
                      struct iodma_loan *loan);

#endif
