/* SPDX-License-Identifier: MIT */
#include "dma/plan.h"

#include "dma/segment.h"

/* The verdict on one more segment of a list that has `before` already. */
static enum iodma_status judge(const struct iodma_limits *limits,
                               struct hal_segment segment, uint32_t before)
{
    enum iodma_status status = iodma_limits_judge(limits, segment, before == 0);

    if (status == IODMA_OK && before == limits->max_segments)
        return IODMA_NO_SPACE;
    return status;
}

static enum iodma_status judge_direct(const struct iodma_view *view,
                                      const struct iodma_limits *limits)
{
    struct hal_segment segment;
    struct iodma_walk walk;
    enum iodma_status status;
    uint32_t count = 0;

    iodma_view_seek(view, 0, &walk);
    for (;;) {
        status = iodma_segment_next(view, limits, &walk, &segment);
        if (status == IODMA_OVERRUN)
            return IODMA_OK;
        if (status == IODMA_OK)
            status = judge(limits, segment, count++);
        if (status != IODMA_OK)
            return status;
    }
}

/* One buffer, aligned as well as anybody could ask and within reach. */
static enum iodma_status judge_whole(const struct iodma_limits *limits,
                                     uint64_t length)
{
    struct hal_segment rest = { .address = 0, .length = length };
    enum iodma_status status = IODMA_OK;
    uint32_t count = 0;

    while (status == IODMA_OK && rest.length != 0) {
        struct hal_segment segment = rest;

        segment.length = iodma_segment_cut(limits, rest);
        status = judge(limits, segment, count++);
        rest.address += segment.length;
        rest.length -= segment.length;
    }
    return status;
}

enum iodma_status iodma_plan_choose(const struct iodma_view *view,
                                    const struct iodma_limits *limits)
{
    enum iodma_status direct = judge_direct(view, limits);
    enum iodma_status whole;

    if (direct == IODMA_OK)
        return IODMA_OK;

    whole = judge_whole(limits, view->length);
    if (whole == IODMA_OK || direct == IODMA_MESSAGE_TOO_LARGE)
        return IODMA_NO_RESOURCES;
    return whole;
}
