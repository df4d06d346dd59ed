/* SPDX-License-Identifier: MIT */
/*
 * The verdict on the list that a window would have under each rung of the
 * ladder, down to the first rule that is broken and where; for who explains
 * (dma/reason.h). Storage is only thought of: nothing is taken.
 *
 * Pages that are thought of never lie side by side, and a buffer is aligned as
 * well as anybody could ask. Context of all calls: any.
 */
#ifndef DMA_JUDGE_H
#define DMA_JUDGE_H

#include "dma/limits.h"
#include "dma/view.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A rule that is broken, and where. */
struct iodma_finding {
    uint64_t position; /* bytes from the start of the window */
    uint64_t start;    /* address that the segment begins at */
    uint64_t required;
    uint64_t actual;
    uint32_t segment; /* index in the list                  */
    uint8_t rule;     /* IODMA_RULE_...; _NONE: none        */
};

struct iodma_verdict {
    struct iodma_finding first;
    uint64_t most;     /* bytes from the first one on that make a legal list */
    uint64_t bounced;  /* bytes of the window                                */
    uint64_t storage;  /* bytes of pages or of the buffer                    */
    uint32_t segments; /* of all the list, as far as there is one            */
};

/* Which rule does a segment break? As iodma_limits_judge(), which says how
   that is answered. Fills the finding's rule, required and actual. */
void iodma_judge_segment(const struct iodma_limits *limits,
                         struct hal_segment segment, bool first, bool last,
                         struct iodma_finding *finding);

/*
 * Judge the next segment of a list that prepare has not judged, as
 * iodma_segment_check() does, and leave it behind.
 *
 *   index  of the segment in this call
 *
 * Returns false behind the last one; after a finding the cursor is undefined.
 */
bool iodma_judge_next(const struct iodma_view *view,
                      struct iodma_cursor *cursor, uint32_t index,
                      struct iodma_finding *finding);

/* The list of a view whose plan is made; one that is not planned lies where
   its memory is. Of lines that are shared nothing is said. */
void iodma_judge_list(const struct iodma_view *view,
                      struct iodma_verdict *verdict);

/*
 * The ladder. Sets the view's `ours`.
 *
 *   direct   out: the memory as it lies, shared lines first
 *   verdict  out: of the rung that would be taken; else of rung *whole*
 *   lacking  out: the verdict of the first rung that would do if more storage
 *            was lent; its storage is 0 if there is none
 *
 * Returns what iodma_plan_make() would, with view->rung as that leaves it, if
 * all storage that has been lent was free.
 */
enum iodma_status iodma_judge_ladder(struct iodma_view *view,
                                     struct iodma_verdict *direct,
                                     struct iodma_verdict *verdict,
                                     struct iodma_verdict *lacking);

/* Is some of a window's memory not to be written? Then the first byte is found.
 */
bool iodma_judge_rom(const struct iodma_view *view,
                     struct iodma_finding *finding);

/* May the transfer write all of the memory that it does? Else the first byte
   is found that it may not. */
bool iodma_judge_writable(const struct iodma_view *view,
                          struct iodma_finding *finding);

/* The list of one buffer. */
void iodma_judge_whole(const struct iodma_view *view,
                       struct iodma_verdict *verdict);

/*
 * What of a preparation fails once it is planned: plans it again, tries all
 * copies, maintenance and mapping without doing them, and gives all back.
 *
 *   force    into a buffer (kForceDoubleBuffer)
 *   finding  out: rule _NONE if nothing is found this time
 *
 * Returns false, with no finding, if it cannot be planned.
 */
bool iodma_judge_rehearsal(struct iodma_view *view, bool force,
                           struct iodma_finding *finding);

/* Show a planned view through its mapper, if it has one, and take it away
   again. */
void iodma_judge_mapping(struct iodma_view *view,
                         struct iodma_finding *finding);

/*
 * What the CPU would have to reach of a planned view, and cannot.
 *
 *   offset, length  of the part, from the start of the window
 *   touched         all storage; else what is bounced or maintained
 *   finding         out: rule _NONE, _REGION or _FAR_WINDOW
 */
void iodma_judge_access(const struct iodma_view *view, uint64_t offset,
                        uint64_t length, bool touched,
                        struct iodma_finding *finding);

/*
 * The CPU physical address that a last byte may have at most, so that `length`
 * bytes before it can go directly as far as reach, access and regions are
 * concerned. 0: there is none. Alignments are not looked at.
 */
uint64_t iodma_judge_room(const struct iodma_view *view, uint64_t length);

#endif
