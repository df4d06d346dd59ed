/* SPDX-License-Identifier: MIT */
/*
 * Generation: from a prepared command's view to whoever takes segments.
 *
 * There are three ways through a window, and prepare has chosen (view->path):
 * ranges that are segments as they are, ranges that may have to be joined and
 * cut, and everything else, run by run.
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

/* Where a way through a window is: what changes from segment to segment. */
struct place {
    const struct iodma_range *range;
    uint64_t within; /* this range                         */
    uint64_t left;   /* bytes to the end of the window     */
};

static struct place place_of(const struct iodma_view *view,
                             const struct iodma_walk *walk)
{
    return (struct place){
        .range = iodma_memory_ranges(walk->leaf) + walk->index,
        .within = walk->within,
        .left = view->length - iodma_view_position(view, walk),
    };
}

static void leave_at(const struct iodma_view *view, struct place place,
                     struct iodma_walk *walk)
{
    walk->index = (uint32_t)(place.range - iodma_memory_ranges(walk->leaf));
    walk->within = place.within;
    walk->offset = view->offset + (view->length - place.left);
}

/* Every range is a segment. Returns how many were made. */
static uint32_t list_plain(const struct iodma_view *view,
                           struct iodma_walk *walk, struct slot *segments,
                           uint32_t room)
{
    struct place at = place_of(view, walk);
    struct slot *const end = segments + room;
    struct slot *slot = segments;
    uint64_t delta = view->delta;

    if (at.left != 0 && at.within != 0) {
        slot->address = at.range->address + at.within + delta;
        slot->length = smaller(at.range->length - at.within, at.left);
        at.left -= slot->length;
        at.within += slot->length;
        slot++;
        if (at.within == at.range->length) {
            at.range++;
            at.within = 0;
        }
    }
    while (slot != end && at.left != 0) {
        uint64_t length = at.range->length;

        slot->address = at.range->address + delta;
        if (length > at.left) {
            slot->length = at.left;
            at.within = at.left;
            at.left = 0;
            slot++;
            break;
        }
        slot->length = length;
        at.left -= length;
        at.range++;
        slot++;
    }
    leave_at(view, at, walk);
    return (uint32_t)(slot - segments);
}

/* The bytes that are contiguous from a place on, as far as `most`, which is
   not beyond the window. Leaves the range they begin in, not the others. */
static uint64_t contiguous(const struct place *at, uint64_t address,
                           uint64_t most)
{
    const struct iodma_range *range = at->range;
    uint64_t length = range->length - at->within;

    while (length < most) {
        range++;
        if (range->address != address + length && range->length != 0)
            break;
        length += range->length;
    }
    return smaller(length, most);
}

static void advance(struct place *at, uint64_t length)
{
    at->left -= length;
    at->within += length;
    while (at->left != 0 && at->within >= at->range->length) {
        at->within -= at->range->length;
        at->range++;
    }
}

/* Ranges in one aperture, joined where they touch and cut where they must be.
   Returns how many segments were made. */
static uint32_t list_joined(const struct iodma_view *view,
                            struct iodma_walk *walk, struct slot *segments,
                            uint32_t room)
{
    const struct iodma_limits *limits = view->limits;
    uint64_t look = iodma_segment_lookahead(limits);
    struct place at = place_of(view, walk);
    struct slot *const end = segments + room;
    struct slot *slot = segments;

    advance(&at, 0);
    while (slot != end && at.left != 0) {
        uint64_t address = at.range->address + at.within;
        uint64_t length = contiguous(&at, address, smaller(look, at.left));
        struct hal_segment run = { address + view->delta, length };

        run.length = iodma_segment_cut(limits, run);
        slot->address = run.address;
        slot->length = run.length;
        slot++;
        advance(&at, run.length);
    }
    leave_at(view, at, walk);
    return (uint32_t)(slot - segments);
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

/* Make up to *count segments from the cursor on. */
static enum iodma_status list(const struct iodma_command *command,
                              struct iodma_cursor *cursor, bool first,
                              struct slot *segments, uint32_t *count)
{
    const struct iodma_view *view = &command->view;

    switch (view->path) {
    case IODMA_PATH_PLAIN:
        *count = list_plain(view, &cursor->walk, segments, *count);
        return IODMA_OK;
    case IODMA_PATH_JOINED:
        *count = list_joined(view, &cursor->walk, segments, *count);
        return IODMA_OK;
    default:
        return list_runs(command, cursor, first, segments, count);
    }
}

/* Make segments in portions, and have the output function write them. */
static enum iodma_status list_through(struct iodma_command *command,
                                      iodma_segment_function output,
                                      struct iodma_cursor *cursor,
                                      void *segments, uint32_t *count)
{
    uint32_t room = *count;
    uint32_t done = 0;

    while (done < room) {
        struct hal_segment portion[PORTION];
        uint32_t made = (uint32_t)smaller(room - done, PORTION);
        uint32_t asked = made;
        enum iodma_status status =
            list(command, cursor, done == 0, (struct slot *)portion, &made);

        if (status == IODMA_OK)
            status = iodma_segment_put(command, output, portion, made, segments,
                                       done);
        if (status != IODMA_OK)
            return status;
        done += made;
        if (made < asked)
            break;
    }
    *count = done;
    return IODMA_OK;
}

/* May a list be made from an offset on? Then the cursor is there. */
static enum iodma_status admit(const struct iodma_command *command,
                               const uint64_t *offset, bool complete,
                               struct iodma_cursor *cursor)
{
    if (!command->memory)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (!complete)
        return IODMA_BAD_ARGUMENT;
    if (*offset >= command->view.length)
        return IODMA_OVERRUN;

    *cursor = command->cursor;
    if (iodma_view_position(&command->view, &cursor->walk) != *offset)
        iodma_view_seek(&command->view, *offset, cursor);
    return IODMA_OK;
}

static void leave(struct iodma_command *command,
                  const struct iodma_cursor *cursor, uint64_t *offset)
{
    command->cursor = *cursor;
    *offset = iodma_view_position(&command->view, &cursor->walk);
}

static enum iodma_status generate(struct iodma_command *command,
                                  iodma_segment_function output,
                                  uint64_t *offset, void *segments,
                                  uint32_t *count)
{
    struct iodma_cursor cursor;
    uint32_t made;
    enum iodma_status status =
        admit(command, offset,
              offset && segments && count && output && *count != 0, &cursor);

    if (status != IODMA_OK)
        return status;
    made = *count;
    if (output == iodma_output_host64 &&
        modulo((uintptr_t)segments, _Alignof(struct slot)) == 0)
        status = list(command, &cursor, true, (struct slot *)segments, &made);
    else
        status = list_through(command, output, &cursor, segments, &made);
    if (status != IODMA_OK)
        return status;
    *count = made;
    leave(command, &cursor, offset);
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

enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     uint64_t *offset,
                                     struct hal_emitter *emitter)
{
    const struct iodma_view *view = &command->view;
    struct iodma_cursor cursor;
    enum iodma_status status =
        admit(command, offset, offset && emitter, &cursor);
    const struct iodma_explainer *to;
    bool first = true;
    bool last = false;

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
    to = iodma_explainer_of(command, status);
    if (to)
        to->emit(command, offset, emitter, status);
    return status;
}
