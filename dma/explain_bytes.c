/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include "dma/sync.h"
#include "hal/bits.h"

/* Where the device sees a byte of the window. */
static uint64_t storage_of(const struct iodma_view *view, uint64_t position)
{
    struct iodma_piece piece = { .storage = 0 };
    struct iodma_walk walk;

    iodma_view_begin(view, position, &walk);
    (void)iodma_view_piece(view, &walk, 1, &piece);
    return piece.storage;
}

/* A part that shares a line with the rest of the window: where should it begin
   or, if that does not matter, end? The line's bytes may be anywhere: all of
   the window shares none. */
static void cuts_line(struct iodma_reason *reason,
                      const struct iodma_view *view, uint64_t offset,
                      uint64_t length)
{
    uint32_t line = view->bus->hal->cache->largest_line;
    uint64_t rest = view->length - offset;
    uint64_t address = storage_of(view, offset);
    uint64_t before = smaller(offset, modulo32(address, line));

    if (iodma_sync_splits_line(view, offset, rest)) {
        iodma_record_argue(reason, IODMA_RULE_LINE, IODMA_ARGUMENT_OFFSET, line,
                           address);
        iodma_record_cure(
            reason, IODMA_CURE_SET,
            before == 0 ||
                    iodma_sync_splits_line(view, offset - before, rest + before)
                ? 0
                : offset - before);
        return;
    }
    address = storage_of(view, offset + length - 1) + 1;
    before = smaller(rest, length + lack(address, line));
    iodma_record_argue(reason, IODMA_RULE_LINE, IODMA_ARGUMENT_LENGTH, line,
                       address);
    iodma_record_cure(reason, IODMA_CURE_SET,
                      iodma_sync_splits_line(view, offset, before) ? rest
                                                                   : before);
}

/* The CPU would have had to write where it must not. */
static bool writes_rom(struct iodma_reason *reason,
                       const struct iodma_view *view, enum iodma_status status)
{
    struct iodma_finding finding;

    if (status != IODMA_NOT_WRITABLE || !iodma_judge_rom(view, &finding))
        return false;
    iodma_explain_memory(reason, view, &finding, 0);
    return true;
}

void iodma_explain_move_bytes(const struct iodma_command *command,
                              uint64_t offset, uint64_t length,
                              const void *bytes, enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    struct iodma_finding finding;

    iodma_record_begin(reason, IODMA_CALL_MOVE_BYTES, status);
    if (!bytes) {
        iodma_record_missing(reason, IODMA_ARGUMENT_BYTES);
    } else if (command->prepared == 0) {
        iodma_record_state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if (status == IODMA_NOT_ALIGNED) {
        cuts_line(reason, &command->view, offset,
                  smaller(length, command->view.length - offset));
    } else if (writes_rom(reason, &command->view, status)) {
        return;
    } else if (iodma_explain_offset(reason, command, offset)) {
        iodma_judge_access(&command->view, offset,
                           smaller(length, command->view.length - offset), true,
                           &finding);
        iodma_explain_access(reason, &command->view, &finding);
    }
}

void iodma_explain_synchronize(const struct iodma_command *command,
                               uint32_t options, enum iodma_status status)
{
    const uint32_t force = IODMA_FORCE_DOUBLE_BUFFER;
    struct iodma_reason *reason = command->reason;
    struct iodma_view view = command->view;
    struct iodma_finding finding;
    struct iodma_verdict whole;

    iodma_record_begin(reason, IODMA_CALL_SYNCHRONIZE, status);
    if ((options & ~force) >= IODMA_INOUT) {
        iodma_record_argue(reason, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS,
                           force | IODMA_IN | IODMA_OUT, options);
        iodma_record_cure(reason, IODMA_CURE_SET, options & force);
    } else if (command->prepared == 0) {
        iodma_record_state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if ((options & force) != 0 && iodma_command_iterates(command)) {
        iodma_record_argue(reason, IODMA_RULE_ITERATE_ONLY,
                           IODMA_ARGUMENT_OPTIONS, 0, options);
        iodma_record_cure(reason, IODMA_CURE_SET, options & ~force);
    } else if (writes_rom(reason, &view, status)) {
        return;
    } else if ((options & force) == 0 || view.rung == IODMA_WHOLE) {
        iodma_judge_access(&view, 0, view.length, false, &finding);
        iodma_explain_access(reason, &view, &finding);
    } else if (command->held != 0) {
        iodma_record_busy(reason, IODMA_RULE_HELD, IODMA_CURE_RELEASE,
                          command->held);
    } else {
        iodma_judge_access(&view, 0, view.length, false, &finding);
        if (finding.rule == IODMA_RULE_NONE) {
            iodma_command_look_at(command, view.offset, view.length, &view);
            if (!iodma_judge_rehearsal(&view, true, &finding)) {
                iodma_judge_whole(&view, &whole);
                iodma_explain_buffer(reason, &view, &whole);
                return;
            }
        }
        iodma_explain_access(reason, &view, &finding);
    }
}

void iodma_explain_synchronize_range(const struct iodma_command *command,
                                     uint64_t offset, uint64_t length,
                                     uint32_t options, enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    const struct iodma_view *view = &command->view;
    struct iodma_finding finding;

    iodma_record_begin(reason, IODMA_CALL_SYNCHRONIZE_RANGE, status);
    if (options != IODMA_IN && options != IODMA_OUT) {
        iodma_record_argue(reason, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS,
                           IODMA_IN | IODMA_OUT, options);
        iodma_record_cure(reason, IODMA_CURE_SET, IODMA_IN);
    } else if (command->prepared == 0) {
        iodma_record_state(reason, IODMA_RULE_UNPREPARED, IODMA_CURE_PREPARE);
    } else if (offset > view->length) {
        iodma_record_argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET,
                           view->length, offset);
        iodma_record_cure(reason, IODMA_CURE_SET, 0);
    } else if (length > view->length - offset) {
        iodma_record_argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_LENGTH,
                           view->length - offset, length);
        iodma_record_cure(reason, IODMA_CURE_SET, view->length - offset);
    } else if (status == IODMA_NOT_ALIGNED) {
        cuts_line(reason, view, offset, length);
    } else if (!writes_rom(reason, view, status)) {
        iodma_judge_access(view, offset, length, false, &finding);
        iodma_explain_access(reason, view, &finding);
    }
}
