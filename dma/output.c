/* SPDX-License-Identifier: MIT */
/* The forms that segments are written in. */
#include "element.h"

#include <stddef.h>

_Static_assert(IODMA_FORM_32 == 32 && IODMA_FORM_64 == 64,
               "a form is the bits of its words");

#define BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static bool swap32(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    struct iodma_element32 *element =
        (struct iodma_element32 *)segments + index;

    (void)command;
    if ((segment.address | segment.length) > UINT32_MAX)
        return false;
    element->address = __builtin_bswap32((uint32_t)segment.address);
    element->length = __builtin_bswap32((uint32_t)segment.length);
    return true;
}

static bool swap64(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    struct iodma_element64 *element =
        (struct iodma_element64 *)segments + index;

    (void)command;
    element->address = __builtin_bswap64(segment.address);
    element->length = __builtin_bswap64(segment.length);
    return true;
}

const struct iodma_output iodma_output_host32 = {
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_big32 = {
    .function = BIG ? NULL : swap32,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_little32 = {
    .function = BIG ? swap32 : NULL,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_host64 = {
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_big64 = {
    .function = BIG ? NULL : swap64,
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_little64 = {
    .function = BIG ? swap64 : NULL,
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_segments = {
    .form = IODMA_ADDRESS_BITS,
};
