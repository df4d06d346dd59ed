/* SPDX-License-Identifier: MIT */
/* The segments of a long list as a table: the first and the last rows, and
   what they come to. */
#ifndef TESTS_IMAGES_TABLE_H
#define TESTS_IMAGES_TABLE_H

#include "dma/iodma.h"

#include <stdbool.h>
#include <stdint.h>

enum { TABLE_SHOWN = 5 }; /* rows at either end */

struct table_row {
    hal_address offset;   /* in the descriptor */
    hal_address physical; /* CPU's             */
    hal_address bus;
    hal_address length;
    bool bounced;
};

struct table {
    const char *title;
    struct table_row first[TABLE_SHOWN];
    struct table_row last[TABLE_SHOWN]; /* a ring */
    uint32_t rows;
    hal_address bytes;
    hal_address bounced; /* bytes */
};

/* Add the segments that a command has prepared. */
void table_add(struct table *table, struct iodma_command *command);

/* Print it, the middle left out where it is long. */
void table_print(const struct table *table);

#endif
