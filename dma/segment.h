/* SPDX-License-Identifier: MIT */
/*
 * From runs to segments that the device can use, and what segments are written
 * as. How much of a run one takes, and what is legal, dma/limits.h says.
 */
#ifndef DMA_SEGMENT_H
#define DMA_SEGMENT_H

#include "../hal/address.h"
#include "../hal/segment.h"
#include "../hal/status.h"
#include "limits.h"
#include "piece.h"
#include "window.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In C++ fields that need not be named say so, lest compilers miss them. */
#if defined(__cplusplus) && __cplusplus >= 201402L
#define IODMA_OPTIONAL = 0
#else
#define IODMA_OPTIONAL
#endif

/* Segment64 and Segment32 of IODMACommand: what the built-in outputs write,
   host order. */
struct iodma_segment64 {
    uint64_t address; /* bus   */
    uint64_t length;  /* bytes */
};

struct iodma_segment32 {
    uint32_t address; /* bus   */
    uint32_t length;  /* bytes */
};

struct iodma_command;

/*
 * Called once for each segment: write it as element `index` of the array.
 * (IODMACommand: SegmentFunction)
 *
 *   segments  the array, passed through untouched
 *
 * Returns false if the segment cannot be written; the call that asked then
 * ends with MessageTooLarge.
 *
 * Context: that of the call.
 */
typedef bool (*iodma_segment_function)(struct iodma_command *command,
                                       struct hal_segment segment,
                                       void *segments, uint32_t index);

/* Of what elements are made. */
enum {
    IODMA_FORM_OWN = 0, /* the client's                       */
    IODMA_FORM_32 = 32, /* two words of 32 bits, in any order */
    IODMA_FORM_64 = 64, /* two words of 64 bits, in any order */
};

/*
 * An output: how segments are written. A client's own has its function, and
 * the bits of what that can write:
 *
 *     static const struct iodma_output mine = { .function = put, .bits = 40 };
 */
struct iodma_output {
    iodma_segment_function function; /* NULL: elements of the form, in this
                                        CPU's order                           */
    uint8_t bits; /* that an address may have; 0: all. 32 limits a length to
                     2^32 - 1 as well, if the form is IODMA_FORM_32           */
    uint8_t form IODMA_OPTIONAL; /* IODMA_FORM_...                            */
};

/*
 * The built-in outputs: 8 bytes an element (address, length) for 32, 16 bytes
 * for 64; in the order of this CPU, big-endian or little-endian. The array
 * needs no alignment. Those for 32 refuse an address or a length that does not
 * fit and write nothing.
 *
 * Source: spec 3.15 (OutputHost32 ... OutputLittle64).
 */
extern const struct iodma_output iodma_output_host32;
extern const struct iodma_output iodma_output_big32;
extern const struct iodma_output iodma_output_little32;
extern const struct iodma_output iodma_output_host64;
extern const struct iodma_output iodma_output_big64;
extern const struct iodma_output iodma_output_little64;

/* Elements are struct hal_segment, of whatever width that is. */
extern const struct iodma_output iodma_output_segments;

/*
 * Put a place at a position of the window, 0 to its length, for segments. With
 * a mapper it costs one step a run before it, on PATH_FLAT nothing. Context:
 * any; the window is planned.
 */
void iodma_segment_seek(const struct iodma_plan *plan,
                        struct iodma_place *place, hal_address position);

/* Put a place there on PATH_FLAT. Context: any. */
static inline void iodma_segment_seek_flat(const struct iodma_plan *plan,
                                           struct iodma_place *place,
                                           hal_address position)
{
    const struct iodma_window *window = plan->window;

    place->walk.offset = window->offset + window->length;
    place->rest.address = plan->origin + position;
    place->rest.length = window->length - position;
}

/* The position of the next segment, bytes of the window. Context: any. */
static inline hal_address
iodma_segment_position(const struct iodma_plan *plan,
                       const struct iodma_place *place)
{
    return iodma_piece_position(plan, place) - place->rest.length;
}

/*
 * Take the next segment.
 *
 * Returns OK; Overrun at the end of the window; MessageTooLarge where the
 * master sees no memory. The place is undefined after a failure. Context: any;
 * touches neither the memory nor the bus. Source: spec 4.2.
 */
enum iodma_status iodma_segment_next(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     struct hal_segment *segment);

#ifdef __cplusplus
}
#endif

#endif
