/* SPDX-License-Identifier: MIT */
/*
 * Which of a fixed number of pages are free: for bounce storage and for I/O
 * address space. Pages have numbers; what they are is not known here.
 *
 * Pages are found in blocks: a power of two of pages, at a multiple of its own
 * size as the numbers go. A request looks for the lowest free block that
 * holds the run and has its alignment, takes the run off the block's beginning
 * and leaves the rest free. So
 *
 * - nothing is wasted, and what comes back merges by itself;
 * - a run of 2^k pages or fewer crosses no multiple of 2^k;
 * - a run of 5 pages, or of one page aligned to 8, needs a block of 8.
 *
 * Each call is a walk through at most 2 log2(pages) trees, down one of them
 * and up again: no more work where much is taken or scattered.
 *
 * Context of all calls: any; the caller holds a lock where they may meet.
 */
#ifndef DMA_RUNS_H
#define DMA_RUNS_H

#include <stdbool.h>
#include <stdint.h>

enum { IODMA_MOST_PAGES = 1 << 28 };

/* What is remembered of a page: of the block that has its middle where the
   page begins, and of the page by itself. All zero: free. */
struct iodma_note {
    uint8_t halvings[2];
};

struct iodma_runs {
    uint8_t *notes;      /* two a page                          */
    uint32_t first;      /* number of the first page            */
    uint32_t end;        /* number of the page behind the last  */
    uint32_t in_use;     /* pages                               */
    uint32_t high_water; /* most pages in use since init        */
};

/*
 * All pages are free.
 *
 *   notes   one a page, lent; cleared here
 *   first   number of the first page: the multiples of what alignments mean
 *   pages   1 to IODMA_MOST_PAGES
 */
void iodma_runs_init(struct iodma_runs *runs, struct iodma_note *notes,
                     uint32_t first, uint32_t pages);

/*
 * Find the lowest place for a run, and do not take it yet.
 *
 *   pages  not 0
 *   align  pages; a power of two
 *   page   out: number of its first page, from runs->first on: 0, 1, ...
 *
 * Returns false if there is none.
 */
bool iodma_runs_find(const struct iodma_runs *runs, uint32_t pages,
                     uint32_t align, uint32_t *page);

/* Take what was found. */
void iodma_runs_take(struct iodma_runs *runs, uint32_t page, uint32_t pages);

/* Give a run back, whole. One that is not taken is ignored. */
void iodma_runs_give_back(struct iodma_runs *runs, uint64_t page,
                          uint64_t pages);

#endif
