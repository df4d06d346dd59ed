/* SPDX-License-Identifier: MIT */
/* An intrusive queue: first in, first out. The link lies in the element; an
   element is in one queue at a time. Context of all calls: any; the caller sees
   to it that they do not meet on one queue. */
#ifndef DMA_QUEUE_H
#define DMA_QUEUE_H

#include <stddef.h>

struct iodma_link {
    struct iodma_link *next;
};

struct iodma_queue {
    struct iodma_link *first;
    struct iodma_link *last; /* only meaningful if there is a first */
};

/* Put one behind all others. */
static inline void iodma_queue_append(struct iodma_queue *queue,
                                      struct iodma_link *link)
{
    link->next = NULL;
    if (queue->first)
        queue->last->next = link;
    else
        queue->first = link;
    queue->last = link;
}

/* Take the first one off; NULL if there is none. */
static inline struct iodma_link *iodma_queue_take(struct iodma_queue *queue)
{
    struct iodma_link *link = queue->first;

    if (link)
        queue->first = link->next;
    return link;
}

/* Take one out, wherever it is; nothing happens if it is not there. */
static inline void iodma_queue_remove(struct iodma_queue *queue,
                                      struct iodma_link *link)
{
    struct iodma_link *before = NULL;
    struct iodma_link **at = &queue->first;

    while (*at && *at != link) {
        before = *at;
        at = &before->next;
    }
    if (!*at)
        return;
    *at = link->next;
    if (!link->next && before)
        queue->last = before;
}

#endif
