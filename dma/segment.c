/* SPDX-License-Identifier: MIT */
/*
 * Segments of a window. Run by run does for every list. Where the plan has a
 * shorter path (plan->path), and elements are words of this CPU, what prepare
 * found legal is listed at once: one stretch of the device's addresses, ranges
 * that are segments as they are, ranges that may have to be joined and cut.
 */
#include "segment.h"

#include "../hal/bits.h"
#include "map.h"
#include "refuse.h"
#include "shortcuts.h"

/* On PATH_FLAT. (Apart: stack of the other ways.) */
static __attribute__((noinline)) void seek_flat(const struct iodma_plan *plan,
                                                struct iodma_place *place,
                                                hal_address position)
{
    const struct iodma_window *window = plan->window;

    place->walk.offset = window->offset + window->length;
    place->rest.address = plan->origin + position;
    place->rest.length = window->length - position;
}

void iodma_segment_seek(const struct iodma_plan *plan,
                        struct iodma_place *place, hal_address position)
{
    const struct iodma_mapper *mapper = plan->window->mapper;

    if (plan->path == IODMA_PATH_FLAT)
        seek_flat(plan, place, position);
    else if (mapper)
        mapper->calls->seek(plan, place, position);
    else
        iodma_piece_seek(plan, place, position);
}

enum iodma_status iodma_segment_run(const struct iodma_plan *plan,
                                    struct iodma_place *place)
{
    const struct iodma_mapper *mapper = plan->window->mapper;

    if (place->rest.length != 0)
        return IODMA_OK;
    return mapper ? mapper->calls->run(plan, place)
                  : iodma_piece_run(plan, place);
}

/* Take what has been cut off a run. */
static inline void take(struct hal_segment *run, hal_address length)
{
    run->address += length;
    run->length -= length;
}

/* Is a run a segment as it is? False: the limits tell. */
static inline bool is_segment(const struct iodma_limits *limits,
                              hal_address length)
{
    return length <= limits->max_segment &&
           limits->boundary == HAL_ADDRESS_BITS &&
           ((uint32_t)length & iodma_limits_mask32(limits->align_length)) == 0;
}

static IODMA_SHORTCUT_INLINE enum iodma_status
next(const struct iodma_plan *plan, struct iodma_place *place,
     struct hal_segment *segment)
{
    const struct iodma_limits *limits = &plan->window->limits;
    enum iodma_status status = iodma_segment_run(plan, place);
    hal_address length;

    if (status != IODMA_OK)
        return status;
    length = place->rest.length;
    if (!IODMA_SHORTCUTS || !is_segment(limits, length))
        length = iodma_limits_cut(limits, place->rest);
    segment->address = place->rest.address;
    segment->length = length;
    take(&place->rest, length);
    return IODMA_OK;
}

enum iodma_status iodma_segment_next(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     struct hal_segment *segment)
{
    return next(plan, place, segment);
}

/* Elements ---------------------------------------------------------------- */

/* A word of the width that hal_address has not. */
#if IODMA_ADDRESS_BITS == 64
typedef uint32_t other_word;
#else
typedef uint64_t other_word;
#endif

/* In the order of this CPU, wherever and as whatever the array has been
   declared: in words of hal_address, ... */
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

/* Write element `index` of either kind. */
static inline void write_element(void *elements, uint32_t index,
                                 struct hal_segment segment, bool own)
{
    if (own) {
        struct element *element = (struct element *)elements + index;

        element->address = segment.address;
        element->length = segment.length;
    } else {
        struct other_element *element =
            (struct other_element *)elements + index;

        element->address = (other_word)segment.address;
        element->length = (other_word)segment.length;
    }
}

/* Run by run -------------------------------------------------------------- */

/* Judge the segment just taken of a list that prepare has not judged. Reach is
   a matter of the whole run. A mapping begins where all alignments are met, but
   a call may begin in any of its pages, so the first address is judged within
   its page. */
static enum iodma_status check(const struct iodma_plan *plan,
                               const struct iodma_place *place,
                               const struct hal_segment *segment, bool first,
                               bool last)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_limits *limits = &window->limits;
    uint8_t alignment = first ? limits->align_address : limits->align_internal;
    hal_address last_byte = place->rest.address + (place->rest.length - 1);

    if (last_byte > iodma_limits_last(limits))
        return iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_RULE_REACH, iodma_limits_last(limits),
                                   last_byte);
    if (IODMA_SHORTCUTS && ((uint32_t)(segment->address | segment->length) &
                            iodma_limits_mask32(limits->alignment)) == 0)
        return IODMA_OK;
    if (window->mapper && first && alignment > window->mapper->shift)
        alignment = window->mapper->shift;
    return iodma_limits_judge(limits, segment, alignment, last, window->reason);
}

/* Have a segment written as element `index`, if it fits. */
static bool put(const struct iodma_list *list, uint32_t index,
                const struct hal_segment *segment)
{
    const struct iodma_output *output = list->output;
    bool own = is_own_width(output);
    hal_address bits = segment->address | segment->length;

    if (output->function)
        return output->function(list->command, *segment, list->segments, index);
    if (!own && (other_word)bits != bits)
        return false;
    write_element(list->segments, index, *segment, own);
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

/* Out of line, as the shortcuts: they do not add up on the stack. */
static __attribute__((noinline)) enum iodma_status
list_runs(const struct iodma_plan *plan, struct iodma_place *place,
          const struct iodma_list *list, uint32_t *count)
{
    hal_address position = iodma_segment_position(plan, place);
    uint32_t made = 0;
    bool last = false;

    while (made != *count && !last) {
        struct iodma_reason *reason = plan->window->reason;
        struct hal_segment segment;
        enum iodma_status status = next(plan, place, &segment);
        hal_address behind = iodma_segment_position(plan, place);

        last = behind == plan->window->length;
        if (status != IODMA_OK)
            (void)iodma_refuse_values(reason, status, IODMA_RULE_APERTURE,
                                      plan->window->access, 0);
        else if (iodma_window_iterates(plan->window))
            status =
                check(plan, place, &segment, list->before + made == 0, last);
        if (status != IODMA_OK) {
            iodma_refuse_segment(plan, position, behind);
            return status;
        }
        if (!put(list, made, &segment))
            return refuse_output(reason, list->output, &segment, made);
        position = behind;
        made++;
    }
    *count = made;
    return IODMA_OK;
}

/* Shortcuts --------------------------------------------------------------- */

/* Can an output be given elements, whatever prepare found legal? Wider ones
   than addresses are not worth ways of their own. */
static inline bool is_native(const struct iodma_output *output,
                             const struct iodma_limits *limits)
{
    return !output->function &&
           (is_own_width(output) ||
            (HAL_ADDRESS_BITS == 64 && limits->address_bits <= 32 &&
             limits->max_segment <= UINT32_MAX));
}

/* Are its elements such narrower ones then? */
static inline bool is_narrow(const struct iodma_output *output)
{
    return HAL_ADDRESS_BITS == 64 && !is_own_width(output);
}

/* All of the window is one segment. */
static inline enum iodma_status list_one(struct iodma_place *place,
                                         const struct iodma_list *list,
                                         uint32_t *count)
{
    write_element(list->segments, 0, place->rest, !is_narrow(list->output));
    take(&place->rest, place->rest.length);
    *count = 1;
    return IODMA_OK;
}

/* How far from the start of its range is a place, before the window's end? No
   range is empty; behind a run that is not used up it is 0. */
static inline hal_address within_range(struct iodma_place *place)
{
    if (place->walk.within != 0)
        iodma_walk_settle(&place->walk);
    return place->walk.within;
}

/* Every range is a segment, to the last one; there is one. */
static __attribute__((noinline)) enum iodma_status
list_plain(const struct iodma_plan *plan, struct iodma_place *place,
           const struct iodma_list *list, uint32_t *count)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_memory *memory = window->memory;
    const struct iodma_range *range = place->walk.range;
    const hal_address delta = plan->origin;
    uint32_t rest = (uint32_t)(memory->ranges.array + memory->count - range);
    uint32_t made = smaller32(rest, *count);

    *count = made;
    if (is_narrow(list->output)) {
        struct other_element *element = (struct other_element *)list->segments;

        for (uint32_t i = 0; i < made; i++) {
            element[i].address = (other_word)(range[i].address + delta);
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
    place->walk.range = range + made;
    if (made == rest) {
        place->walk.offset = window->offset + window->length;
    } else {
        while (made != 0)
            place->walk.offset += range[--made].length;
    }
    return IODMA_OK;
}

/* How runs are cut: the limits, ready to be asked of every one. Where no step
   is left no run is longer than a segment: what follows it would not be legal.
   */
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
    if (limits->boundary != HAL_ADDRESS_BITS)
        shears.mask = HAL_ADDRESS_MAX;
    return shears;
}

static inline bool is_aligned(const struct shears *shears,
                              struct hal_segment run)
{
    return ((run.address | run.length) & shears->mask) == 0;
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

/* Write a segment cut off a run, as the next of *room elements. */
static inline void write_off(struct element **element, uint32_t *room,
                             struct hal_segment *run, hal_address length)
{
    (*element)->address = run->address;
    (*element)->length = length;
    (*element)++;
    (*room)--;
    take(run, length);
}

/* What is left of a run, and what extents are behind it, cut where they must
   be; there are some. */
static __attribute__((noinline)) enum iodma_status
list_extents(const struct iodma_plan *plan, struct iodma_place *place,
             void *segments, uint32_t *count)
{
    const struct iodma_limits *limits = &plan->window->limits;
    const struct shears shears = shears_of(limits);
    const hal_address behind = plan->window->offset + plan->window->length;
    const hal_address delta = plan->origin;
    struct ranges ranges = {
        .left = behind - place->walk.offset,
    };
    struct hal_segment run = place->rest;
    struct element *element = (struct element *)segments;
    /* Where none is left, no range is. */
    hal_address within = ranges.left != 0 ? within_range(place) : 0;
    uint32_t room = *count;

    ranges.next = place->walk.range;
    if (run.length == 0) {
        run = next_extent(&ranges, within);
        run.address += delta;
        place->walk.within = 0;
    }
    for (;;) {
        hal_address length = run.length;

        if ((length & shears.mask) != 0 || length > shears.most)
            length = is_aligned(&shears, run) ? shears.step
                                              : iodma_limits_cut(limits, run);
        write_off(&element, &room, &run, length);
        if (room == 0)
            break;
        if (run.length == 0) {
            if (ranges.left == 0)
                break;
            run = next_extent(&ranges, 0);
            run.address += delta;
        }
    }
    place->walk.range = ranges.next;
    place->walk.offset = behind - ranges.left;
    place->rest = run;
    *count -= room;
    return IODMA_OK;
}

/* What is left of the one run that there is: equal parts, and a rest. */
static __attribute__((noinline)) enum iodma_status
list_flat(const struct iodma_plan *plan, struct iodma_place *place,
          void *segments, uint32_t *count)
{
    const struct shears shears = shears_of(&plan->window->limits);
    struct hal_segment run = place->rest;
    struct element *element = (struct element *)segments;
    uint32_t room = *count;

    if (!is_aligned(&shears, run))
        return list_extents(plan, place, segments, count);
    while (run.length > shears.most) {
        write_off(&element, &room, &run, shears.step);
        if (room == 0)
            break;
    }
    if (room != 0)
        write_off(&element, &room, &run, run.length);
    place->rest = run;
    *count -= room;
    return IODMA_OK;
}

/* Segments made at a time that are narrowed then: a compromise between stack
   and calls. */
enum { PORTION = 8 };

/* Extents, in narrower elements. */
static __attribute__((noinline)) enum iodma_status
list_narrow(const struct iodma_plan *plan, struct iodma_place *place,
            void *segments, uint32_t *count)
{
    uint32_t made = 0;

    do {
        struct hal_segment portion[PORTION];
        uint32_t more = smaller32(*count - made, PORTION);

        (void)list_extents(plan, place, portion, &more);
        for (uint32_t i = 0; i < more; i++)
            write_element(segments, made + i, portion[i], false);
        made += more;
    } while (made != *count &&
             iodma_segment_position(plan, place) != plan->window->length);
    *count = made;
    return IODMA_OK;
}

enum iodma_status iodma_segment_list(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     const struct iodma_list *list,
                                     uint32_t *count)
{
    if (!IODMA_SHORTCUTS || plan->path == IODMA_PATH_RUNS ||
        !is_native(list->output, &plan->window->limits))
        return list_runs(plan, place, list, count);
    /* Who has gone to an offset may have left a length that is not aligned: it
       is cut, though no whole range is. */
    if (plan->path == IODMA_PATH_PLAIN && place->rest.length == 0 &&
        within_range(place) == 0)
        return list_plain(plan, place, list, count);
    if (plan->uncut && place->rest.length == plan->window->length)
        return list_one(place, list, count);
    if (is_narrow(list->output))
        return list_narrow(plan, place, list->segments, count);
    return plan->path == IODMA_PATH_FLAT
               ? list_flat(plan, place, list->segments, count)
               : list_extents(plan, place, list->segments, count);
}
