/* SPDX-License-Identifier: MIT */
/* An intrusive first-in, first-out list. The link lies in the element; an
   element is on one list at a time. Context of all calls: any; the caller sees
   to it that they do not meet on one list. */
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

static inline void iodma_queue_append(struct iodma_queue *list,
                                      struct iodma_link *link)
{
    link->next = NULL;
    if (list->first)
        list->last->next = link;
    else
        list->first = link;
    list->last = link;
}

/* Takes the first one off; NULL if there is none. */
static inline struct iodma_link *iodma_queue_take(struct iodma_queue *list)
{
    struct iodma_link *link = list->first;

    if (link)
        list->first = link->next;
    return link;
}

/* Takes one off, wherever it is; nothing happens if it is not there. */
static inline void iodma_queue_remove(struct iodma_queue *list,
                                      struct iodma_link *link)
{
    struct iodma_link *before = NULL;
    struct iodma_link **at = &list->first;

    while (*at && *at != link) {
        before = *at;
        at = &before->next;
    }
    if (!*at)
        return;
    *at = link->next;
    if (!link->next && before)
        list->last = before;
}

#endif
