/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include <stddef.h>

void iodma_record_say(struct iodma_reason *reason, uint32_t rule,
                      uint64_t required, uint64_t actual)
{
    reason->rule = (uint8_t)rule;
    reason->required = required;
    reason->actual = actual;
}

void iodma_record_at(struct iodma_reason *reason, uint32_t place,
                     uint64_t number)
{
    reason->place = (uint8_t)place;
    reason->number = number;
}

void iodma_record_cure(struct iodma_reason *reason, uint32_t what,
                       uint64_t amount)
{
    reason->cure = (uint8_t)what;
    reason->amount = amount;
}

void iodma_record_begin(struct iodma_reason *reason, uint32_t call,
                        enum iodma_status status)
{
    *reason = (struct iodma_reason){
        .status = status,
        .call = (uint8_t)call,
        .explainer = reason->explainer,
    };
}

void iodma_record_argue(struct iodma_reason *reason, uint32_t rule,
                        uint32_t argument, uint64_t required, uint64_t actual)
{
    iodma_record_say(reason, rule, required, actual);
    iodma_record_at(reason, IODMA_PLACE_ARGUMENT, argument);
}

void iodma_record_missing(struct iodma_reason *reason, uint32_t argument)
{
    iodma_record_argue(reason, IODMA_RULE_POINTER, argument, 0, 0);
    iodma_record_cure(reason, IODMA_CURE_PASS, 0);
}

void iodma_record_state(struct iodma_reason *reason, uint32_t rule,
                        uint32_t what)
{
    iodma_record_say(reason, rule, 0, 0);
    iodma_record_cure(reason, what, 0);
}

void iodma_record_busy(struct iodma_reason *reason, uint32_t rule,
                       uint32_t what, uint32_t times)
{
    iodma_record_say(reason, rule, 0, times);
    iodma_record_cure(reason, what, times);
}

const struct iodma_range *iodma_record_byte(struct iodma_reason *reason,
                                            const struct iodma_view *view,
                                            uint64_t position)
{
    struct iodma_extent byte;
    struct iodma_walk walk;

    iodma_record_at(reason, IODMA_PLACE_OFFSET, position);
    if (view->memory->kind == IODMA_MULTI || position >= view->length)
        return NULL;
    iodma_view_begin(view, position, &walk);
    if (iodma_walk_next(&walk, 1, &byte) != IODMA_OK)
        return NULL;
    iodma_record_at(reason, IODMA_PLACE_RANGE,
                    (uint64_t)(walk.range - iodma_memory_ranges(walk.leaf)));
    return walk.range;
}
