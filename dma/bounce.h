/* SPDX-License-Identifier: MIT */
/*
 * Bounce storage of a fixed size, over memory of the client's: the contract
 * of hal/bounce.h fulfilled. The memory itself is never touched here.
 *
 * Pages are found in blocks: a power of two of pages, at a multiple of its own
 * size as the CPU's physical addresses go. A request looks for the lowest
 * free block that holds the run and has its alignment, takes the run off the
 * block's beginning and leaves the rest free. So
 *
 * - nothing is wasted, and what comes back merges by itself;
 * - a run of 2^k bytes or fewer crosses no multiple of 2^k;
 * - a request is refused if there is no such block, or if the run in the
 *   lowest one ends above `highest`: then it does in every other, too;
 * - a run of 5 pages, or of one page aligned to 8, needs a block of 8. Lend
 *   storage that begins at a multiple of the strictest alignment and has the
 *   size of the longest run rounded up to a power of two, or of several such.
 *
 * Each call is a walk through at most 2 log2(pages) trees, down one of them
 * and up again: no more work for a pool that is full or scattered.
 */
#ifndef DMA_BOUNCE_H
#define DMA_BOUNCE_H

#include "hal/bounce.h"
#include "hal/status.h"

#include <stdint.h>

enum { IODMA_BOUNCE_MOST_PAGES = 1 << 28 };

/* What the pool remembers of a page: of the block that has its middle where
   the page begins, and of the page by itself. All zero: free. */
struct iodma_bounce_note {
    uint8_t halvings[2];
};

struct iodma_bounce {
    struct hal_bounce hal; /* the contract; recover us by CONTAINER_OF */
    uint8_t *notes;        /* two a page                               */
    uint32_t shift;        /* log2 of the granule                      */
    uint32_t first;        /* number of the first page                 */
    uint32_t end;          /* number of the page behind the last       */
    uint32_t in_use;       /* pages                                    */
    uint32_t high_water;   /* most pages in use since init             */
};

/*
 * Make a pool, all of it free. Lend it to a bus as &bounce->hal.
 *
 *   bounce   out; unchanged on failure
 *   address  of the storage, CPU physical, a multiple of the granule
 *   size     bytes, a multiple of the granule, not 0
 *   granule  bytes of a page, a power of two
 *   cells    one a page, as is notes; both cleared here. Lent, like the
 *            storage, for the life of the pool
 *
 * Returns OK or BadArgument: a pointer is NULL, one of the numbers is not as
 * said, the storage wraps or has more than IODMA_BOUNCE_MOST_PAGES pages.
 *
 * Context: thread; takes time by the page. To give back what is not on loan
 * is a mistake of our own: the pool ignores it.
 */
enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    uint64_t address, uint64_t size,
                                    uint64_t granule,
                                    struct hal_bounce_cell *cells,
                                    struct iodma_bounce_note *notes);

/* Pages on loan now, and at most since init. Context: any, with the bus's
   lock held if it must be exact. */
uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce);
uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce);

#endif
