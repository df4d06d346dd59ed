/* SPDX-License-Identifier: MIT */
/*
 * Two ends become one list of items: the source's segments and the
 * destination's, cut at each other's seams and at the ends of rows. An end that
 * is not memory has no seams.
 */
#ifndef DMA_ZIP_H
#define DMA_ZIP_H

#include "../hal/dmac.h"
#include "../hal/segment.h"
#include "command.h"
#include "piece.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of both windows that a transfer moves: rows of equal length. */
struct iodma_rows {
    hal_address length;          /* bytes of a row                          */
    uint32_t source_stride;      /* bytes of the window from the first byte */
    uint32_t destination_stride; /* ... of a row to that of the next one    */
    uint32_t count;              /* rows                                    */
};

/* One of the two lists, and what is left of the segment in hand. */
struct iodma_zip_side {
    const struct iodma_command *command; /* NULL: no memory */
    struct iodma_place place;
    struct hal_segment rest;
    uint32_t stride;
};

/* A place in both lists. A copy of it is a place of its own. */
struct iodma_zip {
    hal_address length; /* of a row           */
    hal_address rest;   /* of the row in hand */
    uint32_t row;       /* the next one       */
    uint32_t count;     /* rows               */
    struct iodma_zip_side source;
    struct iodma_zip_side destination;
};

/* Begin with the first byte of two commands prepared for all of the rows; one
   may be NULL. Context: any. */
void iodma_zip_begin(struct iodma_zip *zip, const struct iodma_command *source,
                     const struct iodma_command *destination,
                     const struct iodma_rows *rows);

/* Go back there; what is behind the commands may have changed. Context: any. */
static inline void iodma_zip_rewind(struct iodma_zip *zip)
{
    zip->rest = 0;
    zip->row = 0;
}

/*
 * Make the next items, as many as there are up to `most`. The address of an
 * end that is not memory is 0.
 *
 * Returns how many; fewer than most only at the end. Context: any.
 */
uint32_t iodma_zip_next(struct iodma_zip *zip, struct hal_item *items,
                        uint32_t most);

/* Bytes of the rows that have not become items. Context: any. */
static inline hal_address iodma_zip_left(const struct iodma_zip *zip)
{
    return zip->rest + (zip->count - zip->row) * zip->length;
}

#ifdef __cplusplus
}
#endif

#endif
