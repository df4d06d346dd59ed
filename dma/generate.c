/* SPDX-License-Identifier: MIT */
/*
 * Generation: from a prepared command's view to whoever takes segments.
 *
 * There are four ways through a window, and prepare has chosen (view->path):
 * one stretch of bus addresses, ranges that are segments as they are, ranges
 * that may have to be joined and cut, and everything else, run by run.
 */
#include "dma/command.h"
#include "dma/refuse.h"
#include "hal/bits.h"

#include <stddef.h>

/* A segment in somebody's array, whatever that has been declared as. */
struct __attribute__((__may_alias__)) slot {
    uint64_t address; /* bus   */
    uint64_t length;  /* bytes */
};

/* Segments made at a time for somebody who takes them in another form: a
   compromise between stack and calls. */
enum { PORTION = 8 };

static uint64_t sum_of(const struct iodma_range *range, uint32_t count)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += range[i].length;
    return sum;
}

/* Every range is a segment, to the last one; there is one. Returns how many
   were made. */
static uint32_t list_plain(const struct iodma_view *view,
                           struct iodma_walk *walk, struct slot *slot,
                           uint32_t room)
{
    const struct iodma_memory *leaf = walk->leaf;
    const struct iodma_range *range = walk->range;
    uint32_t rest = (uint32_t)(leaf->ranges + leaf->count - range);
    uint32_t made = rest < room ? rest : room;
    uint64_t delta = view->origin;

    for (uint32_t i = 0; i < made; i++) {
        uint64_t address = range[i].address + delta;
        uint64_t length = range[i].length;

        slot[i].address = address;
        slot[i].length = length;
    }
    slot->address += walk->within;
    slot->length -= walk->within;

    walk->offset = made == rest
                       ? walk->end
                       : walk->offset + sum_of(range, made) - walk->within;
    walk->range += made;
    walk->within = 0;
    return made;
}

/* How runs are cut: the limits, ready to be asked of every one. */
struct shears {
    const struct iodma_limits *limits;
    uint64_t most;
    uint64_t boundary_mask;
    uint64_t length_mask;
    bool plain; /* at the maximum, whatever the address */
};

static inline struct shears shears_of(const struct iodma_limits *limits)
{
    return (struct shears){
        .limits = limits,
        .most = limits->max_segment,
        .boundary_mask = limits->boundary_mask,
        .length_mask = limits->align_length - 1,
        .plain = limits->boundary_mask == UINT64_MAX &&
                 limits->align_length == 1 && limits->align_internal == 1,
    };
}

/* How much of a run is its first segment: most often all of it. */
static inline uint64_t first_of(const struct shears *shears,
                                struct hal_segment run)
{
    if (run.length > shears->most)
        return shears->plain ? shears->most
                             : iodma_segment_cut(shears->limits, run);
    if (!shears->plain && ((run.address ^ (run.address + run.length - 1)) >
                               shears->boundary_mask ||
                           (run.length & shears->length_mask) != 0))
        return iodma_segment_cut(shears->limits, run);
    return run.length;
}

/* One stretch, cut where it must be; there is some of it. Returns how many
   segments were made. */
static uint32_t list_flat(const struct iodma_view *view,
                          struct iodma_walk *walk, struct slot *slots,
                          uint32_t room)
{
    const struct shears shears = shears_of(view->limits);
    struct hal_segment rest = iodma_view_rest(view, walk->offset);
    uint32_t made = 0;

    while (made < room && rest.length != 0) {
        uint64_t length = first_of(&shears, rest);

        slots[made].address = rest.address;
        slots[made].length = length;
        made++;
        rest.address += length;
        rest.length -= length;
    }
    walk->offset = view->offset + view->length - rest.length;
    return made;
}

/* Leave a walk at the last `rest` bytes of an extent, of which this is the last
   range. */
static void leave_at(struct iodma_walk *walk, const struct iodma_range *range,
                     uint64_t rest)
{
    while (rest > range->length)
        rest -= (range--)->length;
    walk->range = rest == 0 ? range + 1 : range;
    walk->within = rest == 0 ? 0 : range->length - rest;
}

/* Ranges in one aperture, none of them empty, joined where they touch and cut
   where they must be; there are some. Returns how many segments were made. */
static uint32_t list_joined(const struct iodma_view *view,
                            struct iodma_walk *walk, struct slot *const slots,
                            uint32_t room)
{
    const struct shears shears = shears_of(view->limits);
    const uint64_t delta = view->origin;
    const struct iodma_range *range = walk->range;
    uint64_t left = view->offset + view->length - walk->offset;
    uint64_t address = range->address + walk->within;
    uint64_t length = range->length - walk->within;
    struct slot *slot = slots;

    walk->offset += left;
    for (;;) {
        struct hal_segment run;

        while (length < left && range[1].address == address + length &&
               length <= shears.most)
            length += (++range)->length;
        run.address = address + delta;
        run.length = smaller(length, left);
        run.length = first_of(&shears, run);

        slot->address = run.address;
        slot->length = run.length;
        slot++;
        left -= run.length;
        address += run.length;
        length -= run.length;
        if (slot == slots + room || left == 0)
            break;
        if (length == 0) {
            range++;
            address = range->address;
            length = range->length;
        }
    }
    walk->offset -= left;
    leave_at(walk, range, length);
    return (uint32_t)(slot - slots);
}

/* Run by run. Judges what prepare has not judged: `first`, the list begins
   here. */
static enum iodma_status list_runs(const struct iodma_command *command,
                                   struct iodma_cursor *cursor, bool first,
                                   struct slot *segments, uint32_t *count)
{
    bool check = iodma_command_iterates(command);
    enum iodma_status status = IODMA_OK;
    struct hal_segment segment;
    uint32_t made = 0;

    while (made < *count && status == IODMA_OK) {
        if (check)
            status =
                iodma_segment_check(&command->view, cursor, first && made == 0);
        if (status == IODMA_OK)
            status = iodma_segment_next(&command->view, cursor, &segment);
        if (status == IODMA_OK)
            segments[made++] = (struct slot){ segment.address, segment.length };
    }
    *count = made;
    return status == IODMA_OVERRUN ? IODMA_OK : status;
}

/* The three ways that cannot fail. Somebody may have gone to an offset that
   leaves a length which is not aligned: it is cut, though no whole range is. */
static uint32_t list_ranges(const struct iodma_view *view,
                            struct iodma_walk *walk, struct slot *segments,
                            uint32_t room)
{
    if (view->path == IODMA_PATH_FLAT)
        return list_flat(view, walk, segments, room);
    return view->path == IODMA_PATH_PLAIN &&
                   modulo32(walk->within, view->limits->align_length) == 0
               ? list_plain(view, walk, segments, room)
               : list_joined(view, walk, segments, room);
}

/* Make up to *count segments from the cursor on. */
static enum iodma_status list(const struct iodma_command *command,
                              struct iodma_cursor *cursor, bool first,
                              struct slot *segments, uint32_t *count)
{
    const struct iodma_view *view = &command->view;

    if (view->path == IODMA_PATH_RUNS)
        return list_runs(command, cursor, first, segments, count);
    *count = list_ranges(view, &cursor->walk, segments, *count);
    return IODMA_OK;
}

/* Make segments in portions, and have the output function write them. */
static enum iodma_status list_through(struct iodma_command *command,
                                      iodma_segment_function output,
                                      struct iodma_cursor *cursor,
                                      void *segments, uint32_t *count)
{
    const struct iodma_view *view = &command->view;
    uint32_t room = *count;
    uint32_t done = 0;

    while (done < room &&
           iodma_view_position(view, &cursor->walk) != view->length) {
        struct hal_segment portion[PORTION];
        uint32_t made = (uint32_t)smaller(room - done, PORTION);
        enum iodma_status made_all =
            list(command, cursor, done == 0, (struct slot *)portion, &made);
        enum iodma_status status =
            iodma_segment_put(command, output, portion, made, segments, done);

        /* Those before one that is refused come first, for better or worse. */
        if (status == IODMA_OK)
            status = made_all;
        if (status != IODMA_OK)
            return status;
        done += made;
    }
    *count = done;
    return IODMA_OK;
}

/* May a list be made from an offset on? `complete`: nothing is missing. */
static enum iodma_status admit(const struct iodma_command *command,
                               const uint64_t *offset, bool complete)
{
    if (!command->memory)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (!complete)
        return IODMA_BAD_ARGUMENT;
    return *offset >= command->view.length ? IODMA_OVERRUN : IODMA_OK;
}

/* Have a cursor at an offset, where it is most of the time. */
static inline void go_to(const struct iodma_view *view, uint64_t offset,
                         struct iodma_cursor *cursor)
{
    if (iodma_view_position(view, &cursor->walk) != offset)
        iodma_view_seek(view, offset, cursor);
}

static void leave(struct iodma_command *command,
                  const struct iodma_cursor *cursor, uint64_t *offset)
{
    command->cursor = *cursor;
    *offset = iodma_view_position(&command->view, &cursor->walk);
}

/* Make a list that may fail, which leaves all as it was. */
static enum iodma_status try_list(struct iodma_command *command,
                                  iodma_segment_function output,
                                  uint64_t *offset, void *segments,
                                  uint32_t *count)
{
    struct iodma_cursor cursor = command->cursor;
    enum iodma_status status;
    uint32_t made = *count;

    go_to(&command->view, *offset, &cursor);
    status = list_through(command, output, &cursor, segments, &made);
    if (status == IODMA_OK) {
        *count = made;
        leave(command, &cursor, offset);
    }
    return status;
}

static enum iodma_status generate(struct iodma_command *command,
                                  iodma_segment_function output,
                                  uint64_t *offset, void *segments,
                                  uint32_t *count)
{
    const struct iodma_view *view = &command->view;
    struct iodma_cursor *cursor = &command->cursor;
    enum iodma_status status = admit(
        command, offset, offset && segments && count && output && *count != 0);

    if (status != IODMA_OK)
        return status;
    if (view->path == IODMA_PATH_RUNS || output != iodma_output_host64 ||
        modulo32((uintptr_t)segments, _Alignof(struct slot)) != 0)
        return try_list(command, output, offset, segments, count);

    go_to(view, *offset, cursor);
    *count = list_ranges(view, &cursor->walk, (struct slot *)segments, *count);
    *offset = iodma_view_position(view, &cursor->walk);
    return IODMA_OK;
}

enum iodma_status iodma_command_gen_segments_with(struct iodma_command *command,
                                                  iodma_segment_function output,
                                                  uint64_t *offset,
                                                  void *segments,
                                                  uint32_t *count)
{
    enum iodma_status status =
        generate(command, output, offset, segments, count);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->gen_segments(command, output, offset, segments, count, status);
    return status;
}

enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             uint64_t *offset, void *segments,
                                             uint32_t *count)
{
    return iodma_command_gen_segments_with(command, command->device.output,
                                           offset, segments, count);
}

enum iodma_status iodma_command_gen_segments32(struct iodma_command *command,
                                               uint64_t *offset,
                                               struct iodma_segment32 *segments,
                                               uint32_t *count)
{
    return iodma_command_gen_segments(command, offset, segments, count);
}

enum iodma_status iodma_command_gen_segments64(struct iodma_command *command,
                                               uint64_t *offset,
                                               struct iodma_segment64 *segments,
                                               uint32_t *count)
{
    return iodma_command_gen_segments(command, offset, segments, count);
}

static enum iodma_status emit(struct iodma_command *command, uint64_t *offset,
                              struct hal_emitter *emitter)
{
    const struct iodma_view *view = &command->view;
    struct iodma_cursor cursor = command->cursor;
    enum iodma_status status = admit(command, offset, offset && emitter);
    bool first = true;
    bool last = false;

    if (status != IODMA_OK)
        return status;
    go_to(view, *offset, &cursor);
    while (status == IODMA_OK && !last) {
        struct hal_segment segments[PORTION];
        uint32_t count = PORTION;

        status = list(command, &cursor, first, (struct slot *)segments, &count);
        last = iodma_view_position(view, &cursor.walk) == view->length;
        if (status == IODMA_OK)
            status = emitter->put(emitter, segments, count, first, last);
        first = false;
    }
    if (status == IODMA_OK)
        leave(command, &cursor, offset);
    return status;
}

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     uint64_t *offset,
                                     struct hal_emitter *emitter)
{
    enum iodma_status status = emit(command, offset, emitter);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->emit(command, offset, emitter, status);
    return status;
}
