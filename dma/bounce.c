/* SPDX-License-Identifier: MIT */
#include "dma/bounce.h"

#include "hal/bits.h"
#include "hal/container_of.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Pages are counted from address 0, modulo MOST_PAGES, and blocks are named by
 * twice their centre. So every block within the pool has a number of its own,
 * and a note, between twice `first` and twice `end`.
 *
 * Blocks form trees, each above its halves; one that is half of none within
 * the pool is a top. A block's note says how often it must be halved until
 * a half is free: 0 if it is free itself, log2(size) + 1 if nothing in it is.
 *
 * A run on loan is noted in its pieces, the largest blocks it is made of.
 * Below a piece the notes still say 0, unseen, for every search comes from
 * above; they are right again when the run comes back. Only the blocks from
 * the pieces up to the top ever change.
 */
struct block {
    uint32_t centre; /* twice */
    uint32_t size;   /* pages */
};

/* Pages taken together. They begin with a block that holds as many. */
struct run {
    uint32_t page; /* the first's number */
    uint32_t pages;
};

static struct iodma_bounce *to_bounce(struct hal_bounce *bounce)
{
    return CONTAINER_OF(bounce, struct iodma_bounce, hal);
}

/* Of a number that is not 0, rounded down. */
static uint32_t log2_of(uint32_t number)
{
    return 31 - (uint32_t)__builtin_clz(number);
}

/* The same, rounded up. */
static uint32_t log2_above(uint32_t number)
{
    return number == 1 ? 0 : log2_of(number - 1) + 1;
}

/* The largest block that could begin with a page. */
static uint32_t alignment_of(uint32_t page)
{
    uint32_t bits = page | IODMA_BOUNCE_MOST_PAGES;

    return bits & (~bits + 1);
}

/* Blocks ------------------------------------------------------------------ */

static struct block block_at(uint32_t page, uint32_t size)
{
    return (struct block){ 2 * page + size, size };
}

static uint32_t first_page(struct block block)
{
    return (block.centre - block.size) / 2;
}

static struct block above(struct block block)
{
    return (struct block){ (block.centre & ~block.size) | 2 * block.size,
                           2 * block.size };
}

static struct block lower_half(struct block block)
{
    return (struct block){ block.centre - block.size / 2, block.size / 2 };
}

static struct block upper_half(struct block block)
{
    return (struct block){ block.centre + block.size / 2, block.size / 2 };
}

static bool is_in_pool(const struct iodma_bounce *bounce, struct block block)
{
    return block.centre >= 2 * bounce->first + block.size &&
           block.centre + block.size <= 2 * bounce->end;
}

/* The top that begins with a page: the pool's first, or behind a top. */
static struct block top_at(const struct iodma_bounce *bounce, uint32_t page)
{
    uint32_t fitting = BIT32(log2_of(bounce->end - page));
    uint32_t aligned = alignment_of(page);

    return block_at(page, aligned < fitting ? aligned : fitting);
}

/* Take the first piece off what is left of a run: the largest. */
static struct block next_piece(struct run *rest)
{
    struct block piece = block_at(rest->page, BIT32(log2_of(rest->pages)));

    rest->page += piece.size;
    rest->pages -= piece.size;
    return piece;
}

/* Notes ------------------------------------------------------------------- */

static uint8_t *note_of(const struct iodma_bounce *bounce, struct block block)
{
    return &bounce->notes[block.centre - 2 * bounce->first];
}

/* The note of a block that has nothing free. */
static uint8_t none_free(struct block block)
{
    return (uint8_t)(log2_of(block.size) + 1);
}

/* What the notes of its halves say of a block. */
static uint8_t judge(const struct iodma_bounce *bounce, struct block block)
{
    uint8_t lower = *note_of(bounce, lower_half(block));
    uint8_t upper = *note_of(bounce, upper_half(block));

    if (lower == 0 && upper == 0)
        return 0;
    return (uint8_t)((lower < upper ? lower : upper) + 1);
}

/* restrict: for all the compiler knows, a note is part of *bounce. */
static void mark(const struct iodma_bounce *restrict bounce, struct run run,
                 bool free)
{
    uint32_t pages = run.pages;
    struct block block;

    do {
        block = next_piece(&run);
        *note_of(bounce, block) = free ? 0 : none_free(block);
    } while (run.pages != 0);

    /* Every piece is half of a block above the last one. A block that holds
       them all and is what it was before ends the matter. */
    for (block = above(block); is_in_pool(bounce, block);
         block = above(block)) {
        uint8_t *note = note_of(bounce, block);
        uint8_t before = *note;

        *note = judge(bounce, block);
        if (*note == before && block.size >= pages)
            break;
    }
}

/* Nothing is free in a piece, but its halves do not know. */
static bool is_on_loan(const struct iodma_bounce *bounce, struct run run)
{
    if (alignment_of(run.page) < run.pages)
        return false;

    while (run.pages != 0) {
        struct block piece = next_piece(&run);
        struct block half = lower_half(piece);

        if (*note_of(bounce, piece) != none_free(piece) ||
            (piece.size > 1 && *note_of(bounce, half) == none_free(half)))
            return false;
    }
    return true;
}

static bool holds_free(const struct iodma_bounce *bounce, struct block block,
                       uint32_t order)
{
    return *note_of(bounce, block) + order <= log2_of(block.size);
}

/* Find the first page of the lowest free block of 2^order pages. */
static bool find(const struct iodma_bounce *bounce, uint32_t order,
                 uint32_t *page)
{
    struct block block = top_at(bounce, bounce->first);
    uint32_t halvings;

    while (!holds_free(bounce, block, order)) {
        uint32_t next = first_page(block) + block.size;

        if (next == bounce->end)
            return false;
        block = top_at(bounce, next);
    }

    halvings = log2_of(block.size) - order;
    while (halvings-- != 0) {
        struct block lower = lower_half(block);

        block = *note_of(bounce, lower) <= halvings ? lower : upper_half(block);
    }
    *page = first_page(block);
    return true;
}

/* The contract ------------------------------------------------------------ */

static enum iodma_status take(struct iodma_bounce *bounce, uint32_t pages,
                              uint32_t order, uint64_t highest,
                              uint64_t *address)
{
    uint64_t bytes = (uint64_t)pages << bounce->shift;
    uint64_t start;
    uint32_t page;

    if (!find(bounce, order, &page))
        return IODMA_NO_RESOURCES;
    start =
        bounce->hal.base + ((uint64_t)(page - bounce->first) << bounce->shift);
    if (start + (bytes - 1) > highest)
        return IODMA_NO_RESOURCES;

    mark(bounce, (struct run){ page, pages }, false);
    bounce->in_use += pages;
    if (bounce->in_use > bounce->high_water)
        bounce->high_water = bounce->in_use;
    *address = start;
    return IODMA_OK;
}

static enum iodma_status take_page(struct hal_bounce *hal, uint64_t highest,
                                   uint64_t *address)
{
    return take(to_bounce(hal), 1, 0, highest, address);
}

static enum iodma_status take_run(struct hal_bounce *hal, uint64_t size,
                                  uint64_t alignment, uint64_t highest,
                                  uint64_t *address)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    uint64_t pages = size >> bounce->shift;
    uint64_t block = alignment >> bounce->shift;

    if (block < pages)
        block = pages;
    if (block > hal->pages)
        return IODMA_NO_RESOURCES;
    return take(bounce, (uint32_t)pages, log2_above((uint32_t)block), highest,
                address);
}

static void give_back(struct hal_bounce *hal, uint64_t address, uint64_t size)
{
    struct iodma_bounce *bounce = to_bounce(hal);
    uint64_t page = (address - hal->base) >> bounce->shift;
    uint64_t pages = size >> bounce->shift;
    struct run run;

    if (modulo(address | size, hal->granule) != 0 || pages == 0 ||
        page >= hal->pages || pages > hal->pages - page)
        return;
    run.page = bounce->first + (uint32_t)page;
    run.pages = (uint32_t)pages;
    if (!is_on_loan(bounce, run))
        return;

    mark(bounce, run, true);
    bounce->in_use -= run.pages;
}

static const struct hal_bounce_ops ops = {
    .take_page = take_page,
    .take_run = take_run,
    .give_back = give_back,
};

enum iodma_status iodma_bounce_init(struct iodma_bounce *bounce,
                                    uint64_t address, uint64_t size,
                                    uint64_t granule,
                                    struct hal_bounce_cell *cells,
                                    struct iodma_bounce_note *notes)
{
    uint32_t shift;
    uint32_t pages;
    uint32_t first;

    if (!bounce || !cells || !notes || !is_power_of_two(granule) ||
        modulo(address | size, granule) != 0 || size == 0 ||
        range_wraps(address, size))
        return IODMA_BAD_ARGUMENT;
    shift = (uint32_t)__builtin_ctzll(granule);
    if (size >> shift > IODMA_BOUNCE_MOST_PAGES)
        return IODMA_BAD_ARGUMENT;
    pages = (uint32_t)(size >> shift);
    first = (uint32_t)modulo(address >> shift, IODMA_BOUNCE_MOST_PAGES);

    *bounce = (struct iodma_bounce){
        .hal = { .ops = &ops,
                 .base = address,
                 .granule = granule,
                 .pages = pages,
                 .cells = cells },
        .notes = (uint8_t *)notes,
        .shift = shift,
        .first = first,
        .end = first + pages,
    };
    for (uint32_t i = 0; i < pages; i++) {
        cells[i] = (struct hal_bounce_cell){ 0 };
        notes[i] = (struct iodma_bounce_note){ 0 };
    }
    return IODMA_OK;
}

uint32_t iodma_bounce_in_use(const struct iodma_bounce *bounce)
{
    return bounce->in_use;
}

uint32_t iodma_bounce_high_water(const struct iodma_bounce *bounce)
{
    return bounce->high_water;
}
