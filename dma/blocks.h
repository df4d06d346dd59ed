/* SPDX-License-Identifier: MIT */
/*
 * Which blocks of a stretch of addresses are free, all of them of one size:
 * granules of bounce storage, pages of I/O address space. Blocks have numbers,
 * from 0 on; what lies there is not known here.
 *
 * A bit each, and the first one that may be free. Every hole (free blocks
 * side by side) is found: for one block by one search of a bit, for more by one
 * pass over the words, and over the holes in them if it is for more than 32
 * blocks, aligned, or content with less; the same where none will do.
 *
 * Context of all calls: any; the caller holds a lock where they may meet.
 */
#ifndef DMA_BLOCKS_H
#define DMA_BLOCKS_H

#include "../hal/address.h"
#include "../hal/bounce.h"
#include "../hal/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words for so many blocks. */
#define IODMA_BLOCK_WORDS(blocks) (((blocks) + 31) / 32)

enum { IODMA_MOST_BLOCKS = 1 << 28 };

struct iodma_blocks {
    uint32_t *free;      /* a bit a block; behind the last block: zeros */
    hal_address first;   /* address of the first block                  */
    uint32_t count;      /* blocks                                      */
    uint32_t hint;       /* no block before this one is free            */
    uint32_t in_use;     /* blocks                                      */
    uint32_t high_water; /* most blocks in use since init               */
    uint8_t shift;       /* log2 of the bytes of a block                */
};

/* All blocks are free.

     first  a multiple of a block: its address
     shift  log2 of the bytes of a block, 31 at most
     words  IODMA_BLOCK_WORDS(count) of them, lent
     count  1 to 2^28; together they do not wrap */
void iodma_blocks_init(struct iodma_blocks *blocks, hal_address first,
                       uint8_t shift, uint32_t *words, uint32_t count);

/*
 * Take wish->at_most bytes of the lowest hole that has them; if none has, the
 * longest of the others, the lowest of these.
 *
 *   wish           as hal/bounce.h says, in whole blocks; it may be longer than
 *                  all of them, and aligned to less than one
 *   address, size  out: what was taken; unchanged on failure
 *
 * Returns OK, or NoResources: there is no hole as it is wished.
 */
enum iodma_status iodma_blocks_take(struct iodma_blocks *blocks,
                                    const struct hal_bounce_wish *wish,
                                    hal_address *address, hal_address *size);

/* Give bytes back that were taken, all of them; if some were not, or they are
   no whole blocks, nothing happens. */
void iodma_blocks_give_back(struct iodma_blocks *blocks, hal_address address,
                            hal_address size);

/* For one block there are two more calls, by its number: it is what a pool of
   granules uses most. */

/* Are all blocks in use? */
static inline bool iodma_blocks_full(const struct iodma_blocks *blocks)
{
    return blocks->in_use == blocks->count;
}

/* Count blocks that have just been taken. */
static inline void iodma_blocks_count(struct iodma_blocks *blocks,
                                      uint32_t count)
{
    uint32_t in_use = blocks->in_use + count;

    blocks->in_use = in_use;
    if (blocks->high_water < in_use)
        blocks->high_water = in_use;
}

/* Take the lowest free block: there is one. Returns its number. */
static inline uint32_t iodma_blocks_take_one(struct iodma_blocks *blocks)
{
    uint32_t index = blocks->hint / 32;
    uint32_t word;

    while ((word = blocks->free[index]) == 0)
        index++;
    blocks->free[index] = word & (word - 1);
    iodma_blocks_count(blocks, 1);
    blocks->hint = index * 32 + (uint32_t)__builtin_ctz(word);
    return blocks->hint;
}

/* Give a block back: there is such a one. If it is free already nothing
   happens. */
static inline void iodma_blocks_give_one(struct iodma_blocks *blocks,
                                         uint32_t block)
{
    uint32_t index = block / 32;
    uint32_t word = blocks->free[index];
    uint32_t bit = UINT32_C(1) << block % 32;

    if ((word & bit) != 0)
        return;
    blocks->free[index] = word | bit;
    blocks->in_use--;
    if (block < blocks->hint)
        blocks->hint = block;
}

#ifdef __cplusplus
}
#endif

#endif
