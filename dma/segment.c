/* SPDX-License-Identifier: MIT */
/* Segments of a window, what they are written as, and any list of them, run by
   run. */
#include "segment.h"

#include "element.h"
#include "generate.h"
#include "map.h"
#include "refuse.h"
#include "shortcuts.h"

/* On PATH_FLAT. (Apart: stack of the other ways.) */
static __attribute__((noinline)) void seek_flat(const struct iodma_plan *plan,
                                                struct iodma_place *place,
                                                hal_address position)
{
    iodma_segment_seek_flat(plan, place, position);
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

/* Have the run of the next segment in place->rest, as the master has to address
   it: of IOVA where there is a mapper. */
static inline enum iodma_status run(const struct iodma_plan *plan,
                                    struct iodma_place *place)
{
    const struct iodma_mapper *mapper = plan->window->mapper;

    if (place->rest.length != 0)
        return IODMA_OK;
    return mapper ? mapper->calls->run(plan, place)
                  : iodma_piece_run(plan, place);
}

/* Is a run a segment as it is? False: the limits tell. */
static inline bool is_segment(const struct iodma_limits *limits,
                              hal_address length)
{
    return length <= limits->max_segment &&
           (length & iodma_limits_mask(limits->align_cut)) == 0;
}

static inline __attribute__((always_inline)) enum iodma_status
next(const struct iodma_plan *plan, struct iodma_place *place,
     struct hal_segment *segment)
{
    const struct iodma_limits *limits = &plan->window->limits;
    enum iodma_status status = run(plan, place);
    hal_address length;

    if (status != IODMA_OK)
        return status;
    length = place->rest.length;
    if (!IODMA_SHORTCUTS || !is_segment(limits, length))
        length = iodma_limits_cut(limits, place->rest);
    segment->address = place->rest.address;
    segment->length = length;
    place->rest.address += length;
    place->rest.length -= length;
    return IODMA_OK;
}

enum iodma_status iodma_segment_next(const struct iodma_plan *plan,
                                     struct iodma_place *place,
                                     struct hal_segment *segment)
{
    return next(plan, place, segment);
}

/* Run by run -------------------------------------------------------------- */

/* What the address of a list's first segment is a multiple of. A mapping begins
   where all alignments are met, but a call may begin in any of its pages, so it
   is judged within its page. */
static uint8_t first_alignment(const struct iodma_window *window)
{
    uint8_t alignment = window->limits.align_address;

    return window->mapper && window->mapper->shift < alignment
               ? window->mapper->shift
               : alignment;
}

/* Judge the segment just taken, element `index` of a list that prepare has not
   judged; behind: the position it ends at. Reach is a matter of the whole run.
   (By the plan's pointer instructions are shorter than by the command's; a
   shift takes fewer registers than the highest address.) */
static enum iodma_status check(const struct iodma_command *command,
                               const struct hal_segment *segment,
                               uint32_t index, hal_address behind)
{
    const struct iodma_window *window = command->plan.window;
    const struct iodma_limits *limits = &window->limits;
    const struct hal_segment *rest = &command->place.rest;
    hal_address last_byte = rest->address + (rest->length - 1);

    if (limits->unreached != 0 &&
        last_byte >> (HAL_ADDRESS_BITS - limits->unreached) != 0)
        return iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_RULE_REACH, iodma_limits_last(limits),
                                   last_byte);
    if (IODMA_SHORTCUTS && ((uint32_t)(segment->address | segment->length) &
                            iodma_limits_mask32(limits->alignment)) == 0)
        return IODMA_OK;
    return iodma_limits_judge(limits, segment,
                              (index | command->plan.begun) == 0
                                  ? first_alignment(window)
                                  : limits->align_internal,
                              behind == window->length, window->reason);
}

/* Take the next segment, to be element `index`; judged. The position is left
   behind it. */
static inline __attribute__((always_inline)) enum iodma_status
next_judged(struct iodma_command *command, hal_address *position,
            uint32_t index, struct hal_segment *segment)
{
    const struct iodma_window *window = &command->window;
    const struct iodma_plan *plan = &command->plan;
    hal_address start = *position;
    enum iodma_status status =
        IODMA_SHORTCUTS ? next(plan, &command->place, segment)
                        : iodma_segment_next(plan, &command->place, segment);

    if (status != IODMA_OK) { /* or no memory where there was some */
        status = iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                     IODMA_RULE_APERTURE, window->access, 0);
    } else {
        *position += segment->length;
        if (iodma_window_iterates(window))
            status = check(command, segment, index, *position);
    }
    if (status != IODMA_OK)
        iodma_refuse_segment(plan, start, *position);
    return status;
}

/* Does a segment fit no element of the form? */
static inline bool is_too_wide(const struct hal_segment *segment, uint8_t form)
{
    return form == IODMA_FORM_32 &&
           (segment->address | segment->length) > UINT32_MAX;
}

/* The output could not write a segment as element `index`. */
static enum iodma_status refuse_output(struct iodma_reason *reason,
                                       const struct iodma_output *output,
                                       const struct hal_segment *segment,
                                       uint32_t index)
{
    bool wide = is_too_wide(segment, output->form);
    hal_address value =
        segment->address > UINT32_MAX ? segment->address : segment->length;

    (void)iodma_refuse_values(reason, IODMA_MESSAGE_TOO_LARGE,
                              IODMA_RULE_OUTPUT, wide ? UINT32_MAX : 0,
                              wide ? value : 0);
    iodma_refuse_at(reason, IODMA_PLACE_SEGMENT, index);
    return IODMA_MESSAGE_TOO_LARGE;
}

/* Have a segment written as element `index`. */
static IODMA_SHORTCUT_INLINE enum iodma_status
put(struct iodma_command *command, void *segments, uint32_t index,
    const struct hal_segment *segment)
{
    const struct iodma_output *output = command->output;
    uint8_t form = output->form;

    if (output->function) {
        if (output->function(command, *segment, segments, index))
            return IODMA_OK;
    } else if (!is_too_wide(segment, form)) {
        iodma_element_write(iodma_element_at(segments, index, form), *segment,
                            form);
        return IODMA_OK;
    }
    return refuse_output(command->window.reason, output, segment, index);
}

enum iodma_status iodma_generate_runs(struct iodma_command *command,
                                      hal_address *offset, void *segments,
                                      uint32_t *count)
{
    const struct iodma_window *window = &command->window;
    const struct iodma_plan *plan = &command->plan;
    hal_address position = *offset;
    uint32_t index = 0;

    if (plan->path == IODMA_PATH_NONE)
        return iodma_refuse_values(window->reason, IODMA_NOT_READY,
                                   IODMA_RULE_HIDDEN, 0, command->prepared);
    if (!iodma_generate_goes_on(command, position))
        iodma_segment_seek(plan, &command->place, position);
    do {
        struct hal_segment segment;
        enum iodma_status status =
            next_judged(command, &position, index, &segment);

        if (status == IODMA_OK)
            status = put(command, segments, index, &segment);
        if (status != IODMA_OK) {
            iodma_segment_seek(plan, &command->place, *offset);
            return status;
        }
        index++;
    } while (index != *count && position != window->length);
    *count = index;
    *offset = position;
    return IODMA_OK;
}

/* Outputs ------------------------------------------------------------------ */

_Static_assert(IODMA_FORM_32 == 32 && IODMA_FORM_64 == 64,
               "a form is the bits of its words");

#define BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static bool swap32(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    struct iodma_element32 *element =
        (struct iodma_element32 *)segments + index;

    (void)command;
    if ((segment.address | segment.length) > UINT32_MAX)
        return false;
    element->address = __builtin_bswap32((uint32_t)segment.address);
    element->length = __builtin_bswap32((uint32_t)segment.length);
    return true;
}

static bool swap64(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    struct iodma_element64 *element =
        (struct iodma_element64 *)segments + index;

    (void)command;
    element->address = __builtin_bswap64(segment.address);
    element->length = __builtin_bswap64(segment.length);
    return true;
}

const struct iodma_output iodma_output_host32 = {
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_big32 = {
    .function = BIG ? NULL : swap32,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_little32 = {
    .function = BIG ? swap32 : NULL,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_host64 = {
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_big64 = {
    .function = BIG ? NULL : swap64,
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_little64 = {
    .function = BIG ? swap64 : NULL,
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_segments = {
    .form = IODMA_ADDRESS_BITS,
};
