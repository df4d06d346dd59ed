/* SPDX-License-Identifier: MIT */
/*
 * Segments of a window. There are four ways through it, and the plan has chosen
 * (plan->path): one stretch of the device's addresses, ranges that are segments
 * as they are, ranges that may have to be joined and cut, and everything else,
 * run by run.
 */
#include "segment.h"

#include "../hal/bits.h"
#include "map.h"
#include "refuse.h"
#include "shortcuts.h"

void iodma_segment_seek(const struct iodma_plan *plan,
                        struct iodma_place *place, hal_address position)
{
    const struct iodma_window *window = plan->window;

    if (plan->path == IODMA_PATH_FLAT) {
        place->walk.offset = window->offset + window->length;
        place->rest.address = plan->origin + position;
        place->rest.length = window->length - position;
    } else if (window->mapper) {
        window->mapper->calls->seek(plan, place, position);
    } else {
        iodma_piece_seek(plan, place, position);
    }
}

enum iodma_status iodma_segment_run(const struct iodma_plan *plan,
                                    struct iodma_place *place)
{
    const struct iodma_window *window = plan->window;

    if (place->rest.length != 0)
        return IODMA_OK;
    if (iodma_piece_position(plan, place) == window->length)
        return IODMA_OVERRUN;
    return window->mapper ? window->mapper->calls->run(plan, place)
                          : iodma_piece_run(plan, place, &place->rest);
}

/* Take what has been cut off a run. */
static void take(struct iodma_place *place, hal_address length)
{
    place->rest.address += length;
    place->rest.length -= length;
}

enum iodma_status iodma_segment_next(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     struct hal_segment *segment)
{
    enum iodma_status status = iodma_segment_run(plan, place);

    if (status != IODMA_OK)
        return status;
    segment->address = place->rest.address;
    segment->length = iodma_limits_cut(&plan->window->limits, place->rest);
    take(place, segment->length);
    return IODMA_OK;
}

/* Lists ------------------------------------------------------------------- */

/* Segments made at a time that are narrowed then: a compromise between stack
   and calls. */
enum { PORTION = 8 };

/* A word of the width that hal_address has not. */
#if IODMA_ADDRESS_BITS == 64
typedef uint32_t other_word;
#else
typedef uint64_t other_word;
#endif

/* Elements in the order of this CPU, wherever and as whatever the array has
   been declared: in words of hal_address, ... */
struct __attribute__((__may_alias__, __packed__)) element {
    hal_address address; /* bus   */
    hal_address length;  /* bytes */
};

/* ... and in the others. */
struct __attribute__((__may_alias__, __packed__)) other_element {
    other_word address; /* bus   */
    other_word length;  /* bytes */
};

static inline bool is_own_width(const struct iodma_output *output)
{
    return output->form == HAL_ADDRESS_BITS;
}

/* Can an output be given such elements, whatever prepare found legal? Wider
   ones than addresses are not worth ways of their own. */
static inline bool is_native(const struct iodma_output *output,
                             const struct iodma_limits *limits)
{
    return !output->function &&
           (is_own_width(output) ||
            (HAL_ADDRESS_BITS == 64 && limits->address_bits <= 32 &&
             limits->max_segment <= UINT32_MAX));
}

/* Every range is a segment, to the last one; there is one. Returns how many
   were made. */
static uint32_t list_plain(const struct iodma_plan *plan,
                           struct iodma_place *place,
                           const struct iodma_list *list, uint32_t room)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_range *range = place->walk.range;
    uint32_t rest =
        (uint32_t)(window->memory->ranges + window->memory->count - range);
    uint32_t made = smaller32(rest, room);
    const hal_address delta = plan->origin;
    hal_address sum = 0;

    if (!is_own_width(list->output)) {
        struct other_element *element = (struct other_element *)list->segments;

        for (uint32_t i = 0; i < made; i++) {
            hal_address address = range[i].address + delta;

            element[i].address = (other_word)address;
            element[i].length = (other_word)range[i].length;
        }
    } else {
        struct element *element = (struct element *)list->segments;

        for (uint32_t i = 0; i < made; i++) {
            hal_address address = range[i].address + delta;
            hal_address length = range[i].length;

            element[i].address = address;
            element[i].length = length;
        }
    }
    place->walk.range += made;
    if (made == rest) {
        place->walk.offset = window->offset + window->length;
        return made;
    }
    for (uint32_t i = 0; i < made; i++)
        sum += range[i].length;
    place->walk.offset += sum;
    return made;
}

/* Ranges in one aperture, none of them empty, one behind the other. */
struct ranges {
    const struct iodma_range *next;
    hal_address left; /* bytes of the window from there on */
};

/* Take the next extent, `within` bytes of whose first range are behind us. */
static inline struct hal_segment next_extent(struct ranges *ranges,
                                             hal_address within)
{
    const struct iodma_range *range = ranges->next;
    struct hal_segment extent = { range->address + within,
                                  range->length - within };

    range++;
    while (extent.length < ranges->left &&
           touches(extent.address + extent.length, range->address))
        extent.length += (range++)->length;
    if (extent.length > ranges->left)
        extent.length = ranges->left;
    ranges->left -= extent.length;
    ranges->next = range;
    return extent;
}

/* How runs are cut: the limits, ready to be asked of every one. */
struct shears {
    hal_address most; /* bytes in one segment                                */
    hal_address step; /* of them, where all is aligned to ...                */
    hal_address mask; /* ... this; all ones: ask the limits every time       */
};

static inline struct shears shears_of(const struct iodma_limits *limits)
{
    struct shears shears = {
        .most = limits->max_segment,
        .mask = iodma_limits_mask32(limits->align_length) |
                iodma_limits_mask32(limits->align_internal),
    };

    shears.step = shears.most & ~shears.mask;
    if (limits->boundary != HAL_ADDRESS_BITS || shears.step == 0)
        shears.mask = HAL_ADDRESS_MAX;
    return shears;
}

/* What is left of a run, and what extents are behind it, cut where they must
   be; there are some. Returns how many segments were made. */
static __attribute__((noinline)) uint32_t
list_joined(const struct iodma_plan *plan, struct iodma_place *place,
            struct element *const elements, uint32_t room)
{
    const struct iodma_window *window = plan->window;
    const struct shears shears = shears_of(&window->limits);
    const hal_address delta = plan->origin;
    struct ranges ranges = {
        place->walk.range,
        window->length - iodma_piece_position(plan, place),
    };
    struct hal_segment run = place->rest;
    struct element *element = elements;

    if (run.length == 0) {
        run = next_extent(&ranges, place->walk.within);
        run.address += delta;
        place->walk.within = 0;
    }
    for (;;) {
        hal_address length = run.length;

        if (((run.address | length) & shears.mask) != 0)
            length = iodma_limits_cut(&window->limits, run);
        else if (length > shears.most)
            length = shears.step;
        element->address = run.address;
        element->length = length;
        element++;
        run.address += length;
        run.length -= length;
        if (element == elements + room)
            break;
        if (run.length == 0) {
            if (ranges.left == 0)
                break;
            run = next_extent(&ranges, 0);
            run.address += delta;
        }
    }
    place->walk.range = ranges.next;
    place->walk.offset = window->offset + window->length - ranges.left;
    place->rest = run;
    return (uint32_t)(element - elements);
}

/* The same in words of the other width. */
static __attribute__((noinline)) uint32_t
list_other(const struct iodma_plan *plan, struct iodma_place *place,
           struct other_element *element, uint32_t room)
{
    uint32_t made = 0;
    uint32_t more;

    do {
        struct element portion[PORTION];

        more =
            list_joined(plan, place, portion, smaller32(room - made, PORTION));
        for (uint32_t i = 0; i < more; i++) {
            element[made].address = (other_word)portion[i].address;
            element[made].length = (other_word)portion[i].length;
            made++;
        }
    } while (more == PORTION && made != room &&
             iodma_segment_position(plan, place) != plan->window->length);
    return made;
}

/* Judge the segment just taken of a list that prepare has not judged. Reach is
   a matter of the whole run. A mapping begins where all alignments are met, but
   a call may begin in any of its pages, so the first address is judged within
   its page. */
static enum iodma_status check(const struct iodma_plan *plan,
                               const struct iodma_place *place,
                               const struct hal_segment *segment, bool first)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_limits *limits = &window->limits;
    uint8_t alignment = first ? limits->align_address : limits->align_internal;
    hal_address last =
        segment->address + (segment->length - 1) + place->rest.length;

    if (last > iodma_limits_last(limits))
        return iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_RULE_REACH, iodma_limits_last(limits),
                                   last);
    if (window->mapper && first && alignment > window->mapper->shift)
        alignment = window->mapper->shift;
    return iodma_limits_judge(
        limits, segment, alignment,
        iodma_segment_position(plan, place) == window->length, window->reason);
}

/* Have a segment written as element `index`, if it fits. */
static bool put(const struct iodma_list *list, uint32_t index,
                const struct hal_segment *segment)
{
    const struct iodma_output *output = list->output;

    if (output->function)
        return output->function(list->command, *segment, list->segments, index);
    if (!is_own_width(output)) {
        struct other_element *element =
            (struct other_element *)list->segments + index;
        hal_address bits = segment->address | segment->length;

        if ((other_word)bits != bits)
            return false;
        element->address = (other_word)segment->address;
        element->length = (other_word)segment->length;
    } else {
        struct element *element = (struct element *)list->segments + index;

        element->address = segment->address;
        element->length = segment->length;
    }
    return true;
}

/* What the output could not write. */
static enum iodma_status refuse_output(struct iodma_reason *reason,
                                       const struct iodma_output *output,
                                       const struct hal_segment *segment,
                                       uint32_t index)
{
    bool wide = output->form == IODMA_FORM_32 &&
                (segment->address | segment->length) > UINT32_MAX;
    hal_address value =
        segment->address > UINT32_MAX ? segment->address : segment->length;

    (void)iodma_refuse_values(reason, IODMA_MESSAGE_TOO_LARGE,
                              IODMA_RULE_OUTPUT, wide ? UINT32_MAX : 0,
                              wide ? value : 0);
    iodma_refuse_at(reason, IODMA_PLACE_SEGMENT, index);
    return IODMA_MESSAGE_TOO_LARGE;
}

/* Run by run. Out of line, as the other ways: they do not add up on the
   stack. */
static __attribute__((noinline)) enum iodma_status
list_runs(const struct iodma_plan *plan, struct iodma_place *place,
          const struct iodma_list *list, uint32_t *count)
{
    const struct iodma_window *window = plan->window;
    struct hal_segment segment;
    uint32_t made;

    for (made = 0; made != *count; made++) {
        hal_address position = iodma_segment_position(plan, place);
        enum iodma_status status = iodma_segment_next(plan, place, &segment);

        if (status == IODMA_OVERRUN)
            break;
        if (status == IODMA_MESSAGE_TOO_LARGE)
            (void)iodma_refuse_values(window->reason, status,
                                      IODMA_RULE_APERTURE, window->access, 0);
        else if (iodma_window_iterates(window))
            status = check(plan, place, &segment, list->before + made == 0);
        if (status != IODMA_OK) {
            iodma_refuse_segment(plan, position,
                                 iodma_segment_position(plan, place));
            return status;
        }
        if (!put(list, made, &segment))
            return refuse_output(window->reason, list->output, &segment, made);
    }
    *count = made;
    return IODMA_OK;
}

enum iodma_status iodma_segment_list(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     const struct iodma_list *list,
                                     uint32_t *count)
{
    void *elements = list->segments;

    if (!IODMA_SHORTCUTS)
        return list_runs(plan, place, list, count);
    if (plan->uncut && place->rest.length == plan->window->length &&
        put(list, 0, &place->rest)) {
        take(place, place->rest.length);
        *count = 1;
    } else if (plan->path == IODMA_PATH_RUNS ||
               !is_native(list->output, &plan->window->limits)) {
        return list_runs(plan, place, list, count);
    } else if (plan->path == IODMA_PATH_PLAIN && place->walk.within == 0 &&
               place->rest.length == 0) {
        /* Who has gone to an offset may have left a length that is not aligned:
           it is cut, though no whole range is. */
        *count = list_plain(plan, place, list, *count);
    } else if (is_own_width(list->output)) {
        *count = list_joined(plan, place, (struct element *)elements, *count);
    } else {
        *count =
            list_other(plan, place, (struct other_element *)elements, *count);
    }
    return IODMA_OK;
}
