/* SPDX-License-Identifier: MIT */
/*
 * Generation, where the plan has a shorter path than run by run (plan->path),
 * and elements are words of this CPU: what prepare found legal is listed at
 * once. One stretch of the device's addresses, ranges that are segments as they
 * are, ranges that may have to be joined and cut.
 */
#include "../hal/bits.h"
#include "element.h"
#include "generate.h"
#include "shortcuts.h"

/* Can an output be given elements, whatever prepare found legal? Wider ones
   than addresses are not worth ways of their own. */
static inline bool is_native(const struct iodma_output *output,
                             const struct iodma_limits *limits)
{
    return !output->function &&
           (output->form == HAL_ADDRESS_BITS ||
            (HAL_ADDRESS_BITS == 64 && limits->unreached >= 32 &&
             limits->max_segment <= UINT32_MAX));
}

/* Are its elements narrower ones then? */
static inline bool is_narrow(const struct iodma_output *output)
{
    return HAL_ADDRESS_BITS == 64 && output->form == IODMA_FORM_32;
}

/* Room for elements. */
struct room {
    void *next;
    uint32_t count;
};

/* Make a segment of what is cut off a run. */
static inline void cut_off(struct room *room, struct hal_segment *run,
                           hal_address length, uint8_t form)
{
    struct hal_segment segment = { run->address, length };

    iodma_element_write(room->next, segment, form);
    room->next = iodma_element_at(room->next, 1, form);
    room->count--;
    run->address += length;
    run->length -= length;
}

/* How much a cut takes of what is longer than a segment, and aligned. */
static inline hal_address step_of(const struct iodma_limits *limits)
{
    return limits->max_segment & ~iodma_limits_mask(limits->align_cut);
}

/* One stretch ------------------------------------------------------------- */

/* What is left of it. */
static inline struct hal_segment run_from(const struct iodma_command *command,
                                          hal_address offset)
{
    return (struct hal_segment){ command->plan.origin + offset,
                                 command->window.length - offset };
}

/* Where every cut has to be looked for. */
static __attribute__((noinline)) enum iodma_status
list_uneven(const struct iodma_command *command, hal_address *offset,
            void *segments, uint32_t *count, uint8_t form)
{
    struct hal_segment run = run_from(command, *offset);
    struct room room = { segments, *count };

    while (room.count != 0 && run.length != 0)
        cut_off(&room, &run, iodma_limits_cut(&command->window.limits, run),
                form);
    *count -= room.count;
    *offset = command->window.length - run.length;
    return IODMA_OK;
}

static inline __attribute__((always_inline)) enum iodma_status
cut_flat(const struct iodma_command *command, hal_address *offset,
         void *segments, uint32_t *count, uint8_t form)
{
    const struct iodma_limits *limits = &command->window.limits;
    const hal_address mask = iodma_limits_mask(limits->align_cut);
    const hal_address most = limits->max_segment;
    const hal_address step = step_of(limits);
    struct hal_segment run = run_from(command, *offset);
    struct room room = { segments, *count };

    if (((run.address | run.length) & mask) != 0)
        return list_uneven(command, offset, segments, count, form);
    while (run.length > most) {
        cut_off(&room, &run, step, form);
        if (room.count == 0)
            break;
    }
    if (room.count != 0)
        cut_off(&room, &run, run.length, form);
    *count -= room.count;
    *offset = command->window.length - run.length;
    return IODMA_OK;
}

static __attribute__((noinline)) enum iodma_status
list_flat(const struct iodma_command *command, hal_address *offset,
          void *segments, uint32_t *count, const struct iodma_output *output)
{
    return is_narrow(output)
               ? cut_flat(command, offset, segments, count, IODMA_FORM_32)
               : cut_flat(command, offset, segments, count, HAL_ADDRESS_BITS);
}

/* Ranges ------------------------------------------------------------------ */

/* Make segments of so many ranges, of one at least. Returns their bytes. */
static inline hal_address copy_ranges(void *segments, size_t count,
                                      const struct iodma_range *range,
                                      hal_address delta, uint8_t form)
{
    hal_address bytes = 0;
    size_t i = 0;

    do {
        struct hal_segment segment = { range[i].address + delta,
                                       range[i].length };

        iodma_element_write(iodma_element_at(segments, i, form), segment, form);
        bytes += segment.length;
    } while (++i != count);
    return bytes;
}

/* The same, in whatever form a native output has. */
static inline hal_address list_copies(const struct iodma_command *command,
                                      void *segments, uint32_t count,
                                      const struct iodma_output *output)
{
    const struct iodma_range *range = command->place.walk.range;
    hal_address delta = command->plan.origin;

    return is_narrow(output)
               ? copy_ranges(segments, count, range, delta, IODMA_FORM_32)
               : copy_ranges(segments, count, range, delta, HAL_ADDRESS_BITS);
}

/* Every range is a segment: as many as there is room for, ... */
static __attribute__((noinline)) enum iodma_status
list_some(struct iodma_command *command, hal_address *offset, void *segments,
          uint32_t count, const struct iodma_output *output)
{
    struct iodma_walk *walk = &command->place.walk;
    hal_address bytes = list_copies(command, segments, count, output);

    walk->range += count;
    walk->offset += bytes;
    *offset += bytes;
    return IODMA_OK;
}

/* ... or all to the last one. */
static __attribute__((noinline)) enum iodma_status
list_all(struct iodma_command *command, hal_address *offset, void *segments,
         uint32_t count, const struct iodma_output *output)
{
    (void)list_copies(command, segments, count, output);
    command->place.walk.range += count;
    command->place.walk.offset =
        command->window.offset + command->window.length;
    *offset = command->window.length;
    return IODMA_OK;
}

static inline enum iodma_status list_plain(struct iodma_command *command,
                                           hal_address *offset, void *segments,
                                           uint32_t *count,
                                           const struct iodma_output *output)
{
    const struct iodma_memory *memory = command->window.memory;
    uint32_t rest = (uint32_t)(memory->ranges.array + memory->count -
                               command->place.walk.range);

    if (*count < rest)
        return list_some(command, offset, segments, *count, output);
    *count = rest;
    return list_all(command, offset, segments, rest, output);
}

/* Take the next extent, `within` bytes of whose first range are behind us, of
   what is left. */
static inline struct hal_segment
next_extent(const struct iodma_command *command,
            const struct iodma_range **next, hal_address within,
            hal_address *left)
{
    const struct iodma_range *range = *next;
    struct hal_segment extent = { range->address + within,
                                  range->length - within };

    range++;
    while (extent.length < *left &&
           touches(extent.address + extent.length, range->address))
        extent.length += (range++)->length;
    if (extent.length > *left)
        extent.length = *left;
    extent.address += command->plan.origin;
    *left -= extent.length;
    *next = range;
    return extent;
}

/* What is left of a run, and what extents are behind it, joined and cut; there
   are some, and all is aligned to what cuts are. even: there is no boundary. */
static inline __attribute__((always_inline)) enum iodma_status
cut_extents(struct iodma_command *command, hal_address *offset, void *segments,
            uint32_t *count, uint8_t form, bool even)
{
    const struct iodma_limits *limits = &command->window.limits;
    const hal_address behind = command->window.offset + command->window.length;
    struct iodma_place *place = &command->place;
    struct hal_segment run = place->rest;
    hal_address left = behind - place->walk.offset;
    const struct iodma_range *range;
    struct room room = { segments, *count };

    /* No range is empty; behind a run that is not used up the place is at the
       start of one. */
    if (left != 0)
        iodma_walk_settle(&place->walk);
    range = place->walk.range;
    if (run.length == 0)
        run = next_extent(command, &range, place->walk.within, &left);
    for (;;) {
        hal_address length = run.length;

        if (!even)
            length = iodma_limits_cut(limits, run);
        else if (length > limits->max_segment)
            length = step_of(limits);
        cut_off(&room, &run, length, form);
        if (room.count == 0)
            break;
        if (run.length == 0) {
            if (left == 0)
                break;
            run = next_extent(command, &range, 0, &left);
        }
    }
    place->walk.within = 0;
    place->walk.range = range;
    place->walk.offset = behind - left;
    place->rest = run;
    *offset = behind - left - run.length - command->window.offset;
    *count -= room.count;
    return IODMA_OK;
}

/* There is a boundary, or what is left is not aligned. (Cut from there, even
   what is a segment may leave some of a run, which PATH_PLAIN does not ask
   for.) */
static __attribute__((noinline)) enum iodma_status
list_bounded(struct iodma_command *command, hal_address *offset, void *segments,
             uint32_t *count, const struct iodma_output *output)
{
    uint32_t odd = iodma_limits_mask32(command->window.limits.alignment);

    if (((uint32_t)*offset & odd) != 0)
        return iodma_generate_runs(command, offset, segments, count);
    return cut_extents(command, offset, segments, count, output->form, false);
}

static __attribute__((noinline)) enum iodma_status
list_extents(struct iodma_command *command, hal_address *offset, void *segments,
             uint32_t *count, const struct iodma_output *output)
{
    uint8_t cut = command->window.limits.align_cut;

    if (cut >= HAL_ADDRESS_BITS || (*offset & iodma_limits_mask(cut)) != 0)
        return list_bounded(command, offset, segments, count, output);
    return is_narrow(output) ? cut_extents(command, offset, segments, count,
                                           IODMA_FORM_32, true)
                             : cut_extents(command, offset, segments, count,
                                           HAL_ADDRESS_BITS, true);
}

/* Which way --------------------------------------------------------------- */

/* Through ranges, from where the place is. If each is a segment, a run that is
   not used up has begun within one, and so does what is left of it. */
static inline enum iodma_status list_ranges(struct iodma_command *command,
                                            hal_address *offset, void *segments,
                                            uint32_t *count,
                                            const struct iodma_output *output)
{
    return command->plan.path == IODMA_PATH_PLAIN &&
                   command->place.walk.within == 0
               ? list_plain(command, offset, segments, count, output)
               : list_extents(command, offset, segments, count, output);
}

/* The same from elsewhere. (Apart: who goes on saves no registers.) */
static __attribute__((noinline)) enum iodma_status
list_elsewhere(struct iodma_command *command, hal_address *offset,
               void *segments, uint32_t *count,
               const struct iodma_output *output)
{
    struct iodma_place *place = &command->place;

    (void)iodma_walk_begin(&place->walk, command->window.memory,
                           command->window.offset + *offset);
    place->rest.length = 0;
    return list_ranges(command, offset, segments, count, output);
}

enum iodma_status iodma_generate(struct iodma_command *command,
                                 hal_address *offset, void *segments,
                                 uint32_t *count)
{
    const struct iodma_output *output = command->output;

    if (!IODMA_SHORTCUTS || command->plan.path <= IODMA_PATH_NONE ||
        !is_native(output, &command->window.limits))
        return iodma_generate_runs(command, offset, segments, count);
    if (command->plan.path == IODMA_PATH_FLAT)
        return list_flat(command, offset, segments, count, output);
    return iodma_generate_goes_on(command, *offset)
               ? list_ranges(command, offset, segments, count, output)
               : list_elsewhere(command, offset, segments, count, output);
}
