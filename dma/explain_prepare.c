/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include "hal/bits.h"

#include <stddef.h>

/* A window that is longer than a transfer. */
static void too_long(struct iodma_reason *reason,
                     const struct iodma_limits *limits, uint64_t length)
{
    uint64_t most = limits->max_transfer;

    iodma_record_argue(reason, IODMA_RULE_MAX_TRANSFER, IODMA_ARGUMENT_LENGTH,
                       most, length);
    most -= modulo32(most, limits->align_length);
    if (most != 0) {
        iodma_record_cure(reason, IODMA_CURE_SPLIT, most);
        return;
    }
    iodma_record_at(reason, IODMA_PLACE_FIELD, IODMA_FIELD_MAX_TRANSFER);
    iodma_record_cure(reason, IODMA_CURE_SET, limits->align_length);
}

/* A window whose length is no multiple of what it should be. */
static void odd_length(struct iodma_reason *reason,
                       const struct iodma_command *command, uint64_t offset,
                       uint64_t length)
{
    const struct iodma_limits *limits = &command->device.limits;
    uint64_t room =
        smaller(limits->max_transfer, command->memory->length - offset);
    uint64_t more = lack(length, limits->align_length);
    uint64_t excess = modulo32(length, limits->align_length);
    struct iodma_view view;

    iodma_record_argue(reason, IODMA_RULE_ALIGN_LENGTH, IODMA_ARGUMENT_LENGTH,
                       limits->align_length, length);
    if (room - length >= more) {
        iodma_record_cure(reason, IODMA_CURE_SET, length + more);
    } else if (length != excess) {
        iodma_record_cure(reason, IODMA_CURE_SET, length - excess);
    } else {
        iodma_command_look_at(command, offset, length, &view);
        (void)iodma_record_byte(reason, &view, length - 1);
        iodma_record_cure(reason, IODMA_CURE_EXTEND, more);
    }
}

/* What prepare looks at before the memory. Makes *length exact. Returns its
   answer; if that is not OK the reason is given. */
static enum iodma_status judge_call(struct iodma_reason *reason,
                                    const struct iodma_command *command,
                                    uint64_t offset, uint64_t *length)
{
    const struct iodma_memory *memory = command->memory;
    const struct iodma_view *view = &command->view;

    if (!command->device.output) {
        iodma_record_state(reason, IODMA_RULE_UNSPECIFIED, IODMA_CURE_SPECIFY);
        return IODMA_NOT_READY;
    }
    if (!memory) {
        iodma_record_state(reason, IODMA_RULE_UNATTACHED, IODMA_CURE_ATTACH);
        return IODMA_NOT_READY;
    }
    if (!iodma_memory_ready(memory)) {
        iodma_record_state(reason, IODMA_RULE_UNWIRED, IODMA_CURE_WIRE);
        return IODMA_NOT_READY;
    }
    if (offset > memory->length) {
        iodma_record_argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_OFFSET,
                           memory->length, offset);
        iodma_record_cure(reason, IODMA_CURE_SET, memory->length);
        return IODMA_BAD_ARGUMENT;
    }
    if (*length == 0)
        *length = memory->length - offset;
    if (*length > memory->length - offset) {
        iodma_record_argue(reason, IODMA_RULE_WINDOW, IODMA_ARGUMENT_LENGTH,
                           memory->length - offset, *length);
        iodma_record_cure(reason, IODMA_CURE_SET, memory->length - offset);
        return IODMA_BAD_ARGUMENT;
    }
    if (*length > command->device.limits.max_transfer) {
        too_long(reason, &command->device.limits, *length);
        return IODMA_NO_SPACE;
    }
    if (command->prepared != 0) {
        if (offset != view->offset)
            iodma_record_argue(reason, IODMA_RULE_PREPARED,
                               IODMA_ARGUMENT_OFFSET, view->offset, offset);
        else if (*length != view->length)
            iodma_record_argue(reason, IODMA_RULE_PREPARED,
                               IODMA_ARGUMENT_LENGTH, view->length, *length);
        else
            return IODMA_OK;
        iodma_record_cure(reason, IODMA_CURE_COMPLETE, command->prepared);
        return IODMA_NOT_READY;
    }
    if (modulo32(*length, command->device.limits.align_length) != 0) {
        odd_length(reason, command, offset, *length);
        return IODMA_NOT_ALIGNED;
    }
    return IODMA_OK;
}

/* What it looks at before it plans. */
static enum iodma_status judge_view(struct iodma_reason *reason,
                                    const struct iodma_view *view,
                                    bool iterates)
{
    struct iodma_finding finding;

    if (iodma_view_inbound(view) && view->memory->read_only) {
        iodma_record_say(reason, IODMA_RULE_WRITABLE, 0, 0);
        iodma_record_cure(reason, IODMA_CURE_WIRE, 0);
        return IODMA_NOT_WRITABLE;
    }
    if (!iodma_judge_writable(view, &finding)) {
        iodma_explain_memory(reason, view, &finding, 0);
        return IODMA_NOT_WRITABLE;
    }
    if (!iterates && view->maintained && !view->bus->hal->cache) {
        iodma_record_say(reason, IODMA_RULE_NO_CACHE, 0, 0);
        iodma_record_cure(reason, IODMA_CURE_CACHE, 0);
        return IODMA_UNSUPPORTED;
    }
    return IODMA_OK;
}

/* No rung would do: the memory as it lies is wrong, and no storage helps. */
static void no_rung(struct iodma_reason *reason, struct iodma_view *view,
                    enum iodma_status status)
{
    struct iodma_verdict direct;
    struct iodma_verdict verdict;
    struct iodma_verdict lacking;

    if (iodma_judge_ladder(view, &direct, &verdict, &lacking) == IODMA_OK &&
        lacking.storage == 0)
        lacking = verdict; /* what would do is on loan */
    iodma_explain_memory(reason, view, &direct.first, direct.most);
    if (status == IODMA_NO_RESOURCES && lacking.storage != 0)
        iodma_record_cure(reason, IODMA_CURE_LEND, lacking.storage);
    else
        iodma_record_cure(reason, IODMA_CURE_SPLIT,
                          direct.most != 0 ? direct.most : verdict.most);
}

void iodma_explain_prepare(const struct iodma_command *command, uint64_t offset,
                           uint64_t length, enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;
    bool iterates = iodma_command_iterates(command);
    struct iodma_finding finding;
    struct iodma_view view;

    iodma_record_begin(reason, IODMA_CALL_PREPARE, status);
    if (judge_call(reason, command, offset, &length) != IODMA_OK ||
        command->prepared != 0)
        return;
    iodma_command_look_at(command, offset, length, &view);
    if (judge_view(reason, &view, iterates) != IODMA_OK)
        return;
    if (iterates) {
        iodma_judge_mapping(&view, &finding);
        iodma_explain_access(reason, &view, &finding);
    } else if (iodma_judge_rehearsal(&view, false, &finding)) {
        iodma_explain_access(reason, &view, &finding);
    } else {
        iodma_command_look_at(command, offset, length, &view);
        no_rung(reason, &view, status);
    }
}

/* Of what is prepared: what it is now. */
static void look_back(const struct iodma_view *view,
                      struct iodma_outlook *outlook)
{
    struct iodma_verdict verdict;
    struct iodma_piece piece;
    struct iodma_walk walk;

    iodma_judge_list(view, &verdict);
    *outlook = (struct iodma_outlook){
        .segments = verdict.segments,
        .rung = view->rung,
    };
    iodma_view_begin(view, 0, &walk);
    while (iodma_view_piece(view, &walk, UINT64_MAX, &piece) == IODMA_OK) {
        if (piece.client != piece.storage)
            outlook->bounced += piece.length;
    }
}

/* How a window would go, all of whose arguments are right. */
static enum iodma_status look_ahead(struct iodma_reason *reason,
                                    struct iodma_view *view, bool iterates,
                                    struct iodma_outlook *outlook)
{
    struct iodma_verdict lacking = { .storage = 0 };
    struct iodma_verdict verdict;
    struct iodma_verdict direct;
    enum iodma_status status = judge_view(reason, view, iterates);

    if (status != IODMA_OK)
        return status;
    if (iterates) {
        iodma_judge_list(view, &verdict);
        direct = verdict;
    } else {
        status = iodma_judge_ladder(view, &direct, &verdict, &lacking);
    }
    if (direct.first.rule != IODMA_RULE_NONE)
        iodma_explain_memory(reason, view, &direct.first, direct.most);
    if (status == IODMA_OK)
        *outlook = (struct iodma_outlook){
            .bounced = verdict.bounced,
            .storage = verdict.storage,
            .segments = verdict.segments,
            .rung = view->rung,
        };
    else if (lacking.storage != 0)
        iodma_record_cure(reason, IODMA_CURE_LEND, lacking.storage);
    else if (direct.most == 0)
        iodma_record_cure(reason, IODMA_CURE_SPLIT, verdict.most);
    else
        iodma_record_cure(reason, IODMA_CURE_SPLIT, direct.most);
    return status;
}

enum iodma_status iodma_command_check(const struct iodma_command *command,
                                      uint64_t offset, uint64_t length,
                                      struct iodma_outlook *outlook,
                                      struct iodma_reason *reason)
{
    struct iodma_reason unasked = { .explainer = NULL };
    struct iodma_view view;
    enum iodma_status status;

    if (!reason)
        reason = &unasked;
    iodma_record_begin(reason, IODMA_CALL_CHECK, IODMA_OK);
    status = judge_call(reason, command, offset, &length);
    if (status == IODMA_OK && command->prepared != 0) {
        look_back(&command->view, outlook);
    } else if (status == IODMA_OK) {
        iodma_command_look_at(command, offset, length, &view);
        status =
            look_ahead(reason, &view, iodma_command_iterates(command), outlook);
    }
    reason->status = status;
    return status;
}
