/* SPDX-License-Identifier: MIT */
/*
 * From the bus view to segments that the device can use, and from segments
 * to the client's array.
 */
#ifndef DMA_SEGMENT_H
#define DMA_SEGMENT_H

#include "dma/limits.h"
#include "dma/memory.h"
#include "dma/view.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How many bytes of a run the next segment takes: at most the maximum, not
 * over a boundary, and ending so that the rest may follow (spec 4.2 steps 2
 * to 4, rule E2 after step 2). Never 0.
 *
 *   run  the rest of a run; at least one byte more than the longest segment
 *        has to be visible, if there is more
 *
 * Context: any.
 */
uint64_t iodma_segment_cut(const struct iodma_limits *limits,
                           struct hal_segment run);

/* How many bytes of a run iodma_segment_cut() has to see: one more than the
   longest segment, so that it knows a cut from an end. Context: any. */
uint64_t iodma_segment_lookahead(const struct iodma_limits *limits);

/*
 * Take the next segment of a view.
 *
 *   cursor   where it begins; left behind it
 *   segment  out
 *
 * Returns OK, Overrun at the end of the window, or MessageTooLarge where the
 * master sees no memory; then nothing has changed.
 *
 * Context: any; touches neither the memory nor the bus. Source: spec 4.2.
 */
enum iodma_status iodma_segment_next(const struct iodma_view *view,
                                     struct iodma_cursor *cursor,
                                     struct hal_segment *segment);

/* The limits by which segments are judged as they are generated: a mapping
   begins where all alignments are met, but a call may begin in any of its
   pages, so the first address is judged within its page. Context: any. */
struct iodma_limits iodma_segment_limits(const struct iodma_view *view);

/*
 * Judge the segment that iodma_segment_next() would take, for commands that
 * prepare has not judged (IODMA_ITERATE_ONLY).
 *
 *   first  it is the first of this call
 *
 * Returns OK; Overrun at the end; MessageTooLarge if any byte of the whole
 * run, before cutting, is out of reach; else NotAligned.
 *
 * Context: any. Source: spec 4.2, "Verification of each segment".
 */
enum iodma_status iodma_segment_check(const struct iodma_view *view,
                                      const struct iodma_cursor *cursor,
                                      bool first);

/* Segment64 and Segment32 of IODMACommand: what the built-in output
   functions write, host order. */
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

/*
 * The built-in output functions: 8 bytes an element (address, length) for
 * 32, 16 bytes for 64; in the order of this CPU, big-endian or little-endian.
 * The array needs no alignment. Those for 32 refuse an address or a length
 * that does not fit and write nothing.
 *
 * Context: any. Source: spec 3.15 (OutputHost32 ... OutputLittle64).
 */
bool iodma_output_host32(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index);
bool iodma_output_big32(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index);
bool iodma_output_little32(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index);
bool iodma_output_host64(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index);
bool iodma_output_big64(struct iodma_command *command,
                        struct hal_segment segment, void *segments,
                        uint32_t index);
bool iodma_output_little64(struct iodma_command *command,
                           struct hal_segment segment, void *segments,
                           uint32_t index);

/*
 * Write segments as elements `index` and on. The built-in functions are known
 * here: a call through a pointer would cost more than they do.
 *
 * Returns OK, or MessageTooLarge if one could not be written; those before it
 * are. Context: that of the call.
 */
enum iodma_status iodma_segment_put(struct iodma_command *command,
                                    iodma_segment_function output,
                                    const struct hal_segment *from,
                                    uint32_t count, void *segments,
                                    uint32_t index);

/* The address bits that an output function can write: 32 for the three
   built-in ones of that width, 0 (unknown, or all) for any other. Context:
   any. */
uint32_t iodma_output_bits(iodma_segment_function output);

#endif
