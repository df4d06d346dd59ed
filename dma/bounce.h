/* SPDX-License-Identifier: MIT */
/*
 * Bounce storage of a fixed size, over memory of the client's: the contract
 * of hal/bounce.h fulfilled. The memory itself is never touched here.
 *
 * Pages are found as dma/runs.h says: a request is refused if there is no free
 * block for it, or if the run in the lowest one ends above `highest`: then it
 * does in every other, too. Lend storage that begins at a multiple of the
 * strictest alignment and has the size of the longest run rounded up to a
 * power of two, or of several such.
 */
#ifndef DMA_BOUNCE_H
#define DMA_BOUNCE_H

#include "dma/runs.h"
#include "hal/bounce.h"
#include "hal/status.h"

#include <stdint.h>

struct iodma_bounce {
    struct hal_bounce hal; /* the contract; recover us by CONTAINER_OF */
    struct iodma_runs runs;
    uint32_t shift; /* log2 of the granule */
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
 * said, the storage wraps or has more than IODMA_MOST_PAGES pages.
 *
 * Context: thread; takes time by the page. To give back what is not on loan
 * is a mistake of our own: the pool ignores it.
 */
enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    uint64_t address, uint64_t size,
                                    uint32_t granule,
                                    struct hal_bounce_cell *cells,
                                    struct iodma_note *notes);

/* Pages on loan now, and at most since init. Context: any, with the bus's
   lock held if it must be exact. */
uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce);
uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce);

#endif
