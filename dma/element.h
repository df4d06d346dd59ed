/* SPDX-License-Identifier: MIT */
/*
 * The elements of arrays that the built-in outputs write, wherever and as
 * whatever an array has been declared.
 */
#ifndef DMA_ELEMENT_H
#define DMA_ELEMENT_H

#include "../hal/segment.h"
#include "segment.h"

#include <stddef.h>
#include <stdint.h>

/* IODMA_FORM_32 */
struct __attribute__((__may_alias__, __packed__)) iodma_element32 {
    uint32_t address; /* bus   */
    uint32_t length;  /* bytes */
};

/* IODMA_FORM_64 */
struct __attribute__((__may_alias__, __packed__)) iodma_element64 {
    uint64_t address; /* bus   */
    uint64_t length;  /* bytes */
};

/* The one at an index of an array of a form. Context: any. */
static inline void *iodma_element_at(void *elements, size_t index, uint8_t form)
{
    return form == IODMA_FORM_32
               ? (void *)((struct iodma_element32 *)elements + index)
               : (void *)((struct iodma_element64 *)elements + index);
}

/* Write a segment that fits the form. Context: any. */
static inline void iodma_element_write(void *element,
                                       struct hal_segment segment, uint8_t form)
{
    if (form == IODMA_FORM_32) {
        struct iodma_element32 *narrow = (struct iodma_element32 *)element;

        narrow->address = (uint32_t)segment.address;
        narrow->length = (uint32_t)segment.length;
    } else {
        struct iodma_element64 *wide = (struct iodma_element64 *)element;

        wide->address = segment.address;
        wide->length = segment.length;
    }
}

#endif
