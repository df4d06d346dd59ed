/* SPDX-License-Identifier: MIT */
/*
 * The contract of bounce storage: memory that the device reaches, lent to
 * commands whose own memory it does not. dma/bounce.h fulfils it over storage
 * of the client's; tests put pools of their own here.
 *
 * Addresses are CPU physical. A page is one granule, at a multiple of it.
 */
#ifndef HAL_BOUNCE_H
#define HAL_BOUNCE_H

#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

struct hal_bounce;

struct hal_bounce_ops {
    /*
     * Take one page whose last byte is not above `highest`.
     * Returns OK, or NoResources; then *address is unchanged.
     * Context: any, with the bus's lock held. O(1).
     */
    enum iodma_status (*take_page)(struct hal_bounce *bounce, uint64_t highest,
                                   uint64_t *address);
    /*
     * Take contiguous pages.
     *
     *   size       bytes, a multiple of the granule, not 0
     *   alignment  of the first byte, a power of two, at least the granule;
     *              one above the size may need as much free memory
     *   highest    as above, where the aperture of `base` shows it
     *
     * They may lie elsewhere than the single pages, but all of them in one
     * aperture that the master may read and write: what does not is given back,
     * and nobody gets it.
     *
     * Returns and context as above.
     */
    enum iodma_status (*take_run)(struct hal_bounce *bounce, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address);
    /*
     * Give back what one of the two took, whole: a page has the size of a
     * granule. Context: as above.
     */
    void (*give_back)(struct hal_bounce *bounce, uint64_t address,
                      uint64_t size);
};

/* A page on loan, found by the page it stands for (dma/cells.c keeps these;
   whoever makes the pool only provides them, all zero). */
struct hal_bounce_cell {
    const void *owner;  /* the command that has it                    */
    uint64_t page;      /* CPU physical address of the page it stands
                           for                                        */
    bool covered;       /* one piece of the window is all of the page */
    uint32_t next;      /* in the command's list, index + 1           */
    uint32_t bucket;    /* first cell of the hash bucket, index + 1   */
    uint32_t collision; /* next cell of the same bucket, index + 1    */
};

struct hal_bounce {
    const struct hal_bounce_ops *ops;
    uint64_t base;    /* of the first page take_page() can give       */
    uint32_t granule; /* bytes of a page, a power of two              */
    uint32_t pages;   /* that take_page() can give, from base on      */
    struct hal_bounce_cell *cells; /* one a page */
};

/* Bytes of all pages. Context: any. */
static inline uint64_t hal_bounce_size(const struct hal_bounce *bounce)
{
    return (uint64_t)bounce->pages * bounce->granule;
}

#endif
