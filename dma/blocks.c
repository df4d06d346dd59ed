/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "../hal/bits.h"
#include "shortcuts.h"

/* What a word is compared with: the bits that differ are of blocks that are
   free, or that are taken. */
#define FREE  UINT32_C(0)
#define TAKEN UINT32_MAX

/* Blocks of a hole that is found within two words. */
enum { SHORT = 32 };

/* The first block from `from` on that is so; `end` if none before it is. */
static uint32_t next(const struct iodma_blocks *blocks, uint32_t from,
                     uint32_t end, uint32_t what)
{
    for (; from < end; from = (from | 31) + 1) {
        uint32_t word = (blocks->free[from / 32] ^ what) >> from % 32;

        if (word != 0)
            return smaller32(from + (uint32_t)__builtin_ctz(word), end);
    }
    return end;
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

void iodma_blocks_init(struct iodma_blocks *blocks, hal_address first,
                       uint8_t shift, uint32_t *words, uint32_t count)
{
    blocks->free = words;
    blocks->first = first;
    blocks->count = count;
    blocks->hint = 0;
    blocks->in_use = 0;
    blocks->high_water = 0;
    blocks->shift = shift;
    __builtin_memset(words, 0, IODMA_BLOCK_WORDS(count) * sizeof *words);
    turn(blocks, 0, count);
}

/* Whole blocks in so many bytes; more than there could be stay that. */
static uint32_t blocks_in(const struct iodma_blocks *blocks, hal_address bytes)
{
    return (uint32_t)smaller(bytes >> blocks->shift, INT32_MAX);
}

/* How many blocks end at an address or below it. */
static uint32_t blocks_up_to(const struct iodma_blocks *blocks,
                             hal_address highest)
{
    /* The end of the first one. */
    hal_address last = blocks->first + (BIT32(blocks->shift) - 1);

    return highest < last ? 0
                          : (uint32_t)smaller((highest - last) >> blocks->shift,
                                              blocks->count - 1) +
                                1;
}

/* Whatever is wished for: hole by hole. Returns the first block of one
   that will do, so many of which are to be taken; none: 0. */
static uint32_t any_hole(struct iodma_blocks *blocks,
                         const struct hal_bounce_wish *wish, uint32_t *count)
{
    uint32_t at_least = blocks_in(blocks, wish->at_least);
    uint32_t at_most = blocks_in(blocks, wish->at_most);
    hal_address phase = modulo(wish->phase - blocks->first, wish->alignment);
    uint32_t alignment = blocks_in(blocks, wish->alignment - 1) + 1;
    uint32_t end = blocks_up_to(blocks, wish->highest);
    uint32_t from = next(blocks, blocks->hint, end, FREE);
    /* Keeps the multiples of at_least; of holes that do not suffice, none. */
    uint32_t less = at_least < at_most ? 0 - at_least : 0;
    uint32_t longest = 0;
    uint32_t found = 0;

    blocks->hint = from;
    for (;;) {
        uint32_t start =
            from + modulo32(blocks_in(blocks, phase) - from, alignment);
        uint32_t length;

        if (start >= end)
            break;
        length = smaller32(end - start, at_most);
        from = next(blocks, start, start + length, TAKEN);
        length = from - start;
        if (length < at_most)
            length &= less;
        if (length > longest) {
            longest = length;
            found = start;
        }
        if (length == at_most)
            break;
        from = next(blocks, from, end, FREE);
    }
    *count = longest;
    return found;
}

/* The lowest block from which on so many are free, SHORT at most; none: the
   number of all blocks. Word by word: a bit of `holes` stays where that many
   are set from it on. */
static uint32_t short_hole(struct iodma_blocks *blocks, uint32_t length)
{
    uint32_t words = IODMA_BLOCK_WORDS(blocks->count);
    uint32_t i = blocks->hint / 32;

    while (i < words && blocks->free[i] == 0)
        blocks->hint = ++i * 32;
    for (; i < words; i++) {
        uint64_t holes = blocks->free[i];
        uint32_t more;

        if (holes == 0)
            continue;
        if (i + 1 < words)
            holes |= (uint64_t)blocks->free[i + 1] << 32;
        for (uint32_t have = 1; have < length; have += more) {
            more = smaller32(have, length - have);
            holes &= holes >> more;
        }
        if ((uint32_t)holes != 0)
            return i * 32 + (uint32_t)__builtin_ctz((uint32_t)holes);
    }
    return blocks->count;
}

enum iodma_status iodma_blocks_take(struct iodma_blocks *blocks,
                                    const struct hal_bounce_wish *wish,
                                    hal_address *address, hal_address *size)
{
    uint32_t count;
    uint32_t first;

    if (IODMA_SHORTCUTS && wish->at_least == wish->at_most &&
        (wish->at_most >> blocks->shift) - 1 < SHORT &&
        wish->alignment >> blocks->shift <= 1) {
        count = blocks_in(blocks, wish->at_most);
        first = short_hole(blocks, count);
        if (first + count > blocks_up_to(blocks, wish->highest))
            count = 0;
    } else {
        first = any_hole(blocks, wish, &count);
    }
    if (count == 0)
        return IODMA_NO_RESOURCES;
    turn(blocks, first, first + count);
    iodma_blocks_count(blocks, count);
    *address = blocks->first + ((hal_address)first << blocks->shift);
    *size = (hal_address)count << blocks->shift;
    return IODMA_OK;
}

void iodma_blocks_give_back(struct iodma_blocks *blocks, hal_address address,
                            hal_address size)
{
    hal_address offset = address - blocks->first;
    uint32_t first = blocks_in(blocks, offset);
    uint32_t count = blocks_in(blocks, size);
    uint32_t end = first + count;

    if (modulo32(offset | size, BIT32(blocks->shift)) != 0 ||
        end > blocks->count || next(blocks, first, end, FREE) != end)
        return;
    turn(blocks, first, end);
    blocks->in_use -= count;
    if (blocks->hint > first)
        blocks->hint = first;
}
