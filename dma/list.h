/* SPDX-License-Identifier: MIT */
/* An intrusive first-in, first-out list. The link lies in the element; an
   element is on one list at a time. Context of all calls: any; the caller sees
   to it that they do not meet on one list. */
#ifndef DMA_LIST_H
#define DMA_LIST_H

#include <stddef.h>

struct iodma_link {
    struct iodma_link *next;
};

struct iodma_list {
    struct iodma_link *first;
    struct iodma_link *last; /* only meaningful if there is a first */
};

static inline void iodma_list_append(struct iodma_list *list,
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
static inline struct iodma_link *iodma_list_take(struct iodma_list *list)
{
    struct iodma_link *link = list->first;

    if (link)
        list->first = link->next;
    return link;
}

#endif
