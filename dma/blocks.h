/* SPDX-License-Identifier: MIT */
/*
 * Which of a fixed number of blocks are free: granules of bounce storage,
 * pages of I/O address space. Blocks have numbers, from 0 on; what they are is
 * not known here.
 *
 * A bit each, and the first word that may have a free one. Every run that
 * exists is found: one block by one search of a bit, a longer run by one pass
 * over the words and the free runs in them, the same where nothing is found.
 *
 * Context of all calls: any; the caller holds a lock where they may meet.
 */
#ifndef DMA_BLOCKS_H
#define DMA_BLOCKS_H

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
    uint32_t count;      /* blocks                                      */
    uint32_t hint;       /* no word before this one has a free block    */
    uint32_t in_use;     /* blocks                                      */
    uint32_t high_water; /* most blocks in use since init               */
};

/* A run that is wanted, in blocks. */
struct iodma_blocks_wish {
    uint32_t at_least;  /* not 0; at_most, or a power of two             */
    uint32_t at_most;   /* what is taken is this, or a smaller multiple of
                           at_least                                      */
    uint32_t alignment; /* a power of two, 2^31 at most: the first block is
                           equal to ...                                  */
    uint32_t phase;     /* ... this modulo the alignment                 */
    uint32_t end;       /* no block from this one on; it may be beyond the
                           last                                          */
};

/* All blocks are free.

     words  IODMA_BLOCK_WORDS(count) of them, lent
     count  1 to 2^28 */
void iodma_blocks_init(struct iodma_blocks *blocks, uint32_t *words,
                       uint32_t count);

/*
 * Take the lowest run of at_most blocks; if there is none, the longest of the
 * others, the lowest of these.
 *
 *   first  out: its first block; unchanged on failure
 *
 * Returns how many blocks it has; 0: there is no run of at_least.
 */
uint32_t iodma_blocks_take(struct iodma_blocks *blocks,
                           const struct iodma_blocks_wish *wish,
                           uint32_t *first);

/* Give blocks back that were taken, all of them; if one was not, or there is no
   such block, nothing happens. For one block iodma_blocks_give_one() below
   does: it is what a pool of granules uses most. */
void iodma_blocks_give_back(struct iodma_blocks *blocks, uint32_t first,
                            uint32_t count);

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
    uint32_t index = blocks->hint;
    uint32_t word;

    while ((word = blocks->free[index]) == 0)
        blocks->hint = ++index;
    blocks->free[index] = word & (word - 1);
    iodma_blocks_count(blocks, 1);
    return index * 32 + (uint32_t)__builtin_ctz(word);
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
    if (index < blocks->hint)
        blocks->hint = index;
}

#ifdef __cplusplus
}
#endif

#endif
