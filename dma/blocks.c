/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "../hal/bits.h"

void iodma_blocks_init(struct iodma_blocks *blocks, uint32_t *words,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count / 32; i++)
        words[i] = UINT32_MAX;
    if (count % 32 != 0)
        words[count / 32] = BIT32(count % 32) - 1;
    *blocks = (struct iodma_blocks){ .free = words, .count = count };
}

/* What a word is compared with: the bits that differ are of blocks that are
   free, or that are taken. */
#define FREE  UINT32_C(0)
#define TAKEN UINT32_MAX

/* The first block from `from` on that is so; `end` if none before it is. */
static uint32_t next(const struct iodma_blocks *blocks, uint32_t from,
                     uint32_t end, uint32_t what)
{
    while (from < end) {
        uint32_t word = (blocks->free[from / 32] ^ what) >> from % 32;

        if (word != 0) {
            from += (uint32_t)__builtin_ctz(word);
            break;
        }
        from = (from | 31) + 1;
    }
    return from < end ? from : end;
}

/* Turn blocks that are free into ones that are taken, or back. */
static void turn(struct iodma_blocks *blocks, uint32_t first, uint32_t end)
{
    while (first < end) {
        uint32_t *word = &blocks->free[first / 32];
        uint32_t bits = UINT32_MAX << first % 32;

        first = (first | 31) + 1;
        if (first > end)
            bits &= UINT32_MAX >> (first - end);
        *word ^= bits;
    }
}

uint32_t iodma_blocks_take(struct iodma_blocks *blocks,
                           const struct iodma_blocks_wish *wish,
                           uint32_t *first)
{
    uint32_t end = smaller32(wish->end, blocks->count);
    uint32_t from = next(blocks, blocks->hint * 32, end, FREE);
    /* Keeps the multiples of at_least; of runs that do not suffice, none. */
    uint32_t less = wish->at_least < wish->at_most ? 0 - wish->at_least : 0;
    uint32_t longest = 0;
    uint32_t place = 0;

    blocks->hint = from / 32;
    while (longest < wish->at_most) {
        uint32_t start = from + modulo32(wish->phase - from, wish->alignment);
        uint32_t length;

        if (start >= end)
            break;
        length = smaller32(end - start, wish->at_most);
        from = next(blocks, start, start + length, TAKEN);
        length = from - start;
        if (length < wish->at_most)
            length &= less;
        if (length > longest) {
            longest = length;
            place = start;
        }
        from = next(blocks, from, end, FREE);
    }
    if (longest == 0)
        return 0;

    turn(blocks, place, place + longest);
    iodma_blocks_count(blocks, longest);
    *first = place;
    return longest;
}

void iodma_blocks_give_back(struct iodma_blocks *blocks, uint32_t first,
                            uint32_t count)
{
    uint32_t end = first + count;

    if (first >= blocks->count || count > blocks->count - first ||
        next(blocks, first, end, FREE) != end)
        return;
    turn(blocks, first, end);
    blocks->in_use -= count;
    if (blocks->hint > first / 32)
        blocks->hint = first / 32;
}
