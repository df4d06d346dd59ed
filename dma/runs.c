/* SPDX-License-Identifier: MIT */
#include "dma/runs.h"

#include "hal/bits.h"

/*
 * Pages are counted modulo MOST_PAGES, and blocks are named by twice their
 * centre. So every block within the pool has a number of its own,
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
    uint32_t bits = page | IODMA_MOST_PAGES;

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

static bool is_in_pool(const struct iodma_runs *runs, struct block block)
{
    return block.centre >= 2 * runs->first + block.size &&
           block.centre + block.size <= 2 * runs->end;
}

/* The top that begins with a page: the pool's first, or behind a top. */
static struct block top_at(const struct iodma_runs *runs, uint32_t page)
{
    uint32_t fitting = BIT32(log2_of(runs->end - page));
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

static uint8_t *note_of(const struct iodma_runs *runs, struct block block)
{
    return &runs->notes[block.centre - 2 * runs->first];
}

/* The note of a block that has nothing free. */
static uint8_t none_free(struct block block)
{
    return (uint8_t)(log2_of(block.size) + 1);
}

/* What the notes of its halves say of a block. */
static uint8_t judge(const struct iodma_runs *runs, struct block block)
{
    uint8_t lower = *note_of(runs, lower_half(block));
    uint8_t upper = *note_of(runs, upper_half(block));

    if (lower == 0 && upper == 0)
        return 0;
    return (uint8_t)((lower < upper ? lower : upper) + 1);
}

/* restrict: for all the compiler knows, a note is part of *runs. */
static void mark(const struct iodma_runs *restrict runs, struct run run,
                 bool free)
{
    uint32_t pages = run.pages;
    struct block block;

    do {
        block = next_piece(&run);
        *note_of(runs, block) = free ? 0 : none_free(block);
    } while (run.pages != 0);

    /* Every piece is half of a block above the last one. A block that holds
       them all and is what it was before ends the matter. */
    for (block = above(block); is_in_pool(runs, block); block = above(block)) {
        uint8_t *note = note_of(runs, block);
        uint8_t before = *note;

        *note = judge(runs, block);
        if (*note == before && block.size >= pages)
            break;
    }
}

/* Nothing is free in a piece, but its halves do not know. */
static bool is_on_loan(const struct iodma_runs *runs, struct run run)
{
    if (alignment_of(run.page) < run.pages)
        return false;

    while (run.pages != 0) {
        struct block piece = next_piece(&run);
        struct block half = lower_half(piece);

        if (*note_of(runs, piece) != none_free(piece) ||
            (piece.size > 1 && *note_of(runs, half) == none_free(half)))
            return false;
    }
    return true;
}

static bool holds_free(const struct iodma_runs *runs, struct block block,
                       uint32_t order)
{
    return *note_of(runs, block) + order <= log2_of(block.size);
}

/* Find the first page of the lowest free block of 2^order pages. */
static bool find(const struct iodma_runs *runs, uint32_t order, uint32_t *page)
{
    struct block block = top_at(runs, runs->first);
    uint32_t halvings;

    while (!holds_free(runs, block, order)) {
        uint32_t next = first_page(block) + block.size;

        if (next == runs->end)
            return false;
        block = top_at(runs, next);
    }

    halvings = log2_of(block.size) - order;
    while (halvings-- != 0) {
        struct block lower = lower_half(block);

        block = *note_of(runs, lower) <= halvings ? lower : upper_half(block);
    }
    *page = first_page(block);
    return true;
}

/* The calls --------------------------------------------------------------- */

void iodma_runs_init(struct iodma_runs *runs, struct iodma_note *notes,
                     uint32_t first, uint32_t pages)
{
    *runs = (struct iodma_runs){
        .notes = (uint8_t *)notes,
        .first = first,
        .end = first + pages,
    };
    for (uint32_t i = 0; i < pages; i++)
        notes[i] = (struct iodma_note){ 0 };
}

bool iodma_runs_find(const struct iodma_runs *runs, uint32_t pages,
                     uint32_t align, uint32_t *page)
{
    uint32_t block = align < pages ? pages : align;

    if (block > runs->end - runs->first || !find(runs, log2_above(block), page))
        return false;
    *page -= runs->first;
    return true;
}

void iodma_runs_take(struct iodma_runs *runs, uint32_t page, uint32_t pages)
{
    mark(runs, (struct run){ runs->first + page, pages }, false);
    runs->in_use += pages;
    if (runs->in_use > runs->high_water)
        runs->high_water = runs->in_use;
}

void iodma_runs_give_back(struct iodma_runs *runs, uint64_t page,
                          uint64_t pages)
{
    uint32_t all = runs->end - runs->first;
    struct run run;

    if (pages == 0 || page >= all || pages > all - page)
        return;
    run.page = runs->first + (uint32_t)page;
    run.pages = (uint32_t)pages;
    if (!is_on_loan(runs, run))
        return;

    mark(runs, run, true);
    runs->in_use -= run.pages;
}
