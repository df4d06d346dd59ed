/* SPDX-License-Identifier: MIT */
/*
 * A row of the bench: the same work done by iodma and by a floor, in brackets
 * that count their instructions, for one size or for several.
 */
#ifndef TESTS_BENCH_ROW_H
#define TESTS_BENCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is counted is before() and after(); NULL is nothing. */
struct work {
    void (*ready)(void);  /* what has to be so, each time */
    void (*before)(void); /* counted ...                  */
    void (*after)(void);  /* ... as is this               */
    void (*undo)(void);   /* end it                       */
};

/* What of the counts is compared with the target. */
enum row_metric {
    ROW_FIRST,  /* that of the first size                                  */
    ROW_MOST,   /* the largest                                             */
    ROW_FLAT,   /* no number: is it the same for all sizes?                */
    ROW_SLOPE,  /* what one more takes (least squares)                     */
    ROW_LINEAR, /* no number: does it grow as the size does, and no more? */
};

enum { ROW_SIZES = 8 };

struct row {
    const char *id;
    const char *what;
    uint32_t n[ROW_SIZES]; /* 0: no more. None: one, which is 1 */
    enum row_metric metric;
    uint32_t target;     /* instructions of the host; 0: none                */
    uint32_t target_m33; /* the same of a Cortex-M33                         */
    uint32_t calls;      /* in a bracket: counts are divided by it; 0: one   */
    bool copies_aside;   /* what memcpy and its like take is not counted     */
    void (*begin)(uint32_t n); /* make what both works need                */
    struct work ours;
    struct work floor;    /* before NULL: there is none                     */
    void (*device)(void); /* between before and after, where that is not
                             counted                                        */
    bool (*check)(void);  /* is what was done right? Not counted            */
};

struct rows {
    const struct row *row;
    size_t count;
};

extern const struct rows rows_list, rows_life, rows_one, rows_bounce;

#endif
