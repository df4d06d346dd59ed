/* SPDX-License-Identifier: MIT */
#include "dma/reason.h"

#include "dma/explain.h"

static void explain_set_memory(const struct iodma_command *command,
                               enum iodma_status status)
{
    struct iodma_reason *reason = command->reason;

    iodma_record_begin(reason, IODMA_CALL_SET_MEMORY, status);
    if (command->held != 0)
        iodma_record_busy(reason, IODMA_RULE_HELD, IODMA_CURE_RELEASE,
                          command->held);
    else
        iodma_record_busy(reason, IODMA_RULE_PREPARED, IODMA_CURE_COMPLETE,
                          command->prepared);
}

static const struct iodma_explainer explainer = {
    .set_memory = explain_set_memory,
    .set_spec = iodma_explain_set_spec,
    .prepare = iodma_explain_prepare,
    .gen_segments = iodma_explain_gen_segments,
    .emit = iodma_explain_emit,
    .move_bytes = iodma_explain_move_bytes,
    .synchronize = iodma_explain_synchronize,
    .synchronize_range = iodma_explain_synchronize_range,
};

void iodma_command_explain(struct iodma_command *command,
                           struct iodma_reason *reason)
{
    if (reason)
        *reason = (struct iodma_reason){ .explainer = &explainer };
    command->reason = reason;
}
