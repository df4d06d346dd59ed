/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include "hal/bits.h"

/* Does memory go on at a position, not 0, where it was before it? */
static bool goes_on(const struct iodma_view *view, uint64_t position)
{
    struct iodma_extent extent;
    struct iodma_walk walk;

    iodma_view_begin(view, position - 1, &walk);
    return iodma_walk_next(&walk, 2, &extent) == IODMA_OK && extent.length == 2;
}

/* Memory at the wrong place. */
static void move(struct iodma_reason *reason, const struct iodma_view *view,
                 const struct iodma_range *range, uint64_t most)
{
    uint64_t room = iodma_judge_room(view, range ? range->length : 1);

    if (room != 0)
        iodma_record_cure(reason, IODMA_CURE_MOVE, room);
    else if (most != 0)
        iodma_record_cure(reason, IODMA_CURE_SPLIT, most);
}

/* A segment that begins, or a line that is split, where it should not. */
static void begin_later(struct iodma_reason *reason,
                        const struct iodma_view *view,
                        const struct iodma_finding *finding, uint64_t most)
{
    if (finding->rule == IODMA_RULE_ALIGN_INTERNAL && most != 0 &&
        goes_on(view, finding->position)) /* no range begins there */
        iodma_record_cure(reason, IODMA_CURE_SPLIT, most);
    else
        iodma_record_cure(reason, IODMA_CURE_ALIGN,
                          lack(finding->actual, finding->required));
}

/* A range that ends too early; or a window that does, within a line and a range
   that goes on. */
static void extend(struct iodma_reason *reason, const struct iodma_view *view,
                   const struct iodma_finding *finding)
{
    uint64_t more = lack(finding->actual, finding->required);
    struct iodma_extent extent;
    struct iodma_walk walk;

    iodma_record_cure(reason, IODMA_CURE_EXTEND, more);
    if (finding->position + 1 != view->length)
        return;
    iodma_view_begin(view, finding->position, &walk);
    if (iodma_walk_next(&walk, more + 1, &extent) == IODMA_OK &&
        extent.length == more + 1) {
        iodma_record_at(reason, IODMA_PLACE_ARGUMENT, IODMA_ARGUMENT_LENGTH);
        iodma_record_cure(reason, IODMA_CURE_SET, view->length + more);
    }
}

/* A segment that ends where it should not: because its range does, or because
   it is cut at an address that the one it begins at does not go with. */
static void end_later(struct iodma_reason *reason,
                      const struct iodma_view *view,
                      const struct iodma_finding *finding, uint64_t most)
{
    uint64_t shift = lack(finding->start, finding->required);

    if (!goes_on(view, finding->position + 1))
        extend(reason, view, finding);
    else if (shift != 0)
        iodma_record_cure(reason, IODMA_CURE_ALIGN, shift);
    else if (most != 0)
        iodma_record_cure(reason, IODMA_CURE_SPLIT, most);
}

void iodma_explain_memory(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_finding *finding, uint64_t most)
{
    const struct iodma_range *range;

    iodma_record_say(reason, finding->rule, finding->required, finding->actual);
    range = iodma_record_byte(reason, view, finding->position);
    switch (finding->rule) {
    case IODMA_RULE_SEGMENT_COUNT:
        iodma_record_at(reason, IODMA_PLACE_SEGMENT, finding->segment);
        iodma_record_cure(reason, IODMA_CURE_SPLIT, most);
        break;
    case IODMA_RULE_REACH:
    case IODMA_RULE_APERTURE:
    case IODMA_RULE_WRITABLE:
        move(reason, view, range, most);
        break;
    case IODMA_RULE_ALIGN_LENGTH:
    case IODMA_RULE_SEAM:
        end_later(reason, view, finding, most);
        break;
    default:
        if (finding->rule == IODMA_RULE_LINE &&
            finding->start != finding->actual)
            extend(reason, view, finding);
        else
            begin_later(reason, view, finding, most);
        break;
    }
}

void iodma_explain_access(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_finding *finding)
{
    iodma_record_say(reason, finding->rule, finding->required, finding->actual);
    switch (finding->rule) {
    case IODMA_RULE_REGION:
        (void)iodma_record_byte(reason, view, finding->position);
        iodma_record_cure(reason, IODMA_CURE_REGION, finding->actual);
        break;
    case IODMA_RULE_IOVA:
        iodma_record_cure(reason, IODMA_CURE_MORE_IOVA, finding->required);
        break;
    case IODMA_RULE_NONE: /* it was only for a moment */
        iodma_record_say(
            reason, view->mapper ? IODMA_RULE_MAPPER : IODMA_RULE_FAR_WINDOW, 0,
            0);
        iodma_record_cure(reason, IODMA_CURE_LATER, 0);
        break;
    case IODMA_RULE_FAR_WINDOW:
        (void)iodma_record_byte(reason, view, finding->position);
        iodma_record_cure(reason, IODMA_CURE_LATER, 0);
        break;
    default:
        iodma_record_cure(reason, IODMA_CURE_LATER, 0);
        break;
    }
}

void iodma_explain_buffer(struct iodma_reason *reason,
                          const struct iodma_view *view,
                          const struct iodma_verdict *whole)
{
    const struct hal_bounce *bounce = view->bus->bounce;

    if (whole->first.rule == IODMA_RULE_NONE) {
        iodma_record_say(reason, IODMA_RULE_STORAGE, whole->storage,
                         bounce ? hal_bounce_size(bounce) : 0);
        iodma_record_cure(reason, IODMA_CURE_LEND, whole->storage);
        return;
    }
    iodma_record_say(reason, whole->first.rule, whole->first.required,
                     whole->first.actual);
    iodma_record_at(reason, IODMA_PLACE_SEGMENT, whole->first.segment);
    iodma_record_cure(reason, IODMA_CURE_SPLIT, whole->most);
}
