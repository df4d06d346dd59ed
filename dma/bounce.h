/* SPDX-License-Identifier: MIT */
/*
 * Bounce storage of a fixed size, over memory of the client's: the contract
 * of hal/bounce.h fulfilled. The memory itself is never touched here.
 *
 *     static uint8_t storage[64 * 4096] __attribute__((aligned(4096)));
 *     static uint32_t words[IODMA_BLOCK_WORDS(64)];
 *     static struct hal_loan loans[64];
 *
 *     iodma_bounce_init(&bounce, (uintptr_t)storage, sizeof storage, 4096,
 *                       words, loans, 64);
 *     iodma_bus_lend(&bus, &bounce.hal);
 *
 * Any hole is found (dma/blocks.h). A window takes one loan for
 * each stretch that is bounced: two for a misaligned receive buffer, one for
 * a buffer that is bounced whole; as many loans as granules is plenty, a few
 * do.
 *
 * The lock is held for one call of take or give_back at a time: one pass over
 * the words at most, some seven instructions for 32 granules that are all in
 * use, and some 60 for each hole among them.
 */
#ifndef DMA_BOUNCE_H
#define DMA_BOUNCE_H

#include "../hal/address.h"
#include "../hal/bounce.h"
#include "../hal/status.h"
#include "blocks.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iodma_bounce {
    struct hal_bounce hal; /* the contract; recover us by HAL_CONTAINER_OF */
    struct iodma_blocks granules;
};

/*
 * Make a pool, all of it free. Lend it to a bus as &bounce->hal.
 *
 *   bounce   out; unchanged on failure
 *   address  of the storage, CPU physical, a multiple of the granule
 *   size     bytes, a multiple of the granule, not 0
 *   granule  bytes, a power of two, at least a cache line
 *   words    a bit a granule, IODMA_BLOCK_WORDS of them
 *   loans    that windows may have at a time; count not 0. Lent, like words
 *            and the storage, for the life of the pool
 *
 * Returns OK or BadArgument: a pointer is NULL, one of the numbers is not as
 * said, the storage wraps or has more than 2^28 granules.
 *
 * Context: thread; takes time by the granule and the loan.
 */
enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    hal_address address, hal_address size,
                                    uint32_t granule, uint32_t *words,
                                    struct hal_loan *loans, uint32_t count);

/* Have a pool of yours (struct hal_bounce) own these loans, all free. Context:
   thread. */
void iodma_bounce_own_loans(struct hal_bounce *bounce, struct hal_loan *loans,
                            uint32_t count);

/* Granules on loan now, and at most since init. Context: any, with the bus's
   lock held if it must be exact. */
uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce);
uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce);

#ifdef __cplusplus
}
#endif

#endif
