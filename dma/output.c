/* SPDX-License-Identifier: MIT */
/* The forms that segments are written in. */
#include "dma/segment.h"

#include <stddef.h>

#define BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* The array may lie anywhere: hence the copies. */
static inline uint32_t list32(const struct hal_segment *from, uint32_t count,
                              void *segments, uint32_t index, bool swap)
{
    uint8_t *to = (uint8_t *)segments + index * sizeof(struct iodma_segment32);
    uint32_t i;

    for (i = 0; i < count; i++) {
        struct iodma_segment32 words = { (uint32_t)from[i].address,
                                         (uint32_t)from[i].length };

        if (words.address != from[i].address || words.length != from[i].length)
            break;
        if (swap)
            words = (struct iodma_segment32){ __builtin_bswap32(words.address),
                                              __builtin_bswap32(words.length) };
        __builtin_memcpy(to, &words, sizeof words);
        to += sizeof words;
    }
    return i;
}

static inline uint32_t list64(const struct hal_segment *from, uint32_t count,
                              void *segments, uint32_t index, bool swap)
{
    uint8_t *to = (uint8_t *)segments + index * sizeof(struct iodma_segment64);
    uint32_t i;

    for (i = 0; i < count; i++) {
        struct iodma_segment64 words = { from[i].address, from[i].length };

        if (swap)
            words = (struct iodma_segment64){ __builtin_bswap64(words.address),
                                              __builtin_bswap64(words.length) };
        __builtin_memcpy(to, &words, sizeof words);
        to += sizeof words;
    }
    return i;
}

static uint32_t list_host32(const struct hal_segment *from, uint32_t count,
                            void *segments, uint32_t index)
{
    return list32(from, count, segments, index, false);
}

static uint32_t list_swap32(const struct hal_segment *from, uint32_t count,
                            void *segments, uint32_t index)
{
    return list32(from, count, segments, index, true);
}

static uint32_t list_host64(const struct hal_segment *from, uint32_t count,
                            void *segments, uint32_t index)
{
    return list64(from, count, segments, index, false);
}

static uint32_t list_swap64(const struct hal_segment *from, uint32_t count,
                            void *segments, uint32_t index)
{
    return list64(from, count, segments, index, true);
}

const struct iodma_output iodma_output_host32 = {
    .list = list_host32,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_big32 = {
    .list = BIG ? list_host32 : list_swap32,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_little32 = {
    .list = BIG ? list_swap32 : list_host32,
    .bits = 32,
    .form = IODMA_FORM_32,
};
const struct iodma_output iodma_output_host64 = {
    .list = list_host64,
    .form = IODMA_FORM_64,
    .native = sizeof(struct hal_segment) == sizeof(struct iodma_segment64),
};
const struct iodma_output iodma_output_big64 = {
    .list = BIG ? list_host64 : list_swap64,
    .form = IODMA_FORM_64,
};
const struct iodma_output iodma_output_little64 = {
    .list = BIG ? list_swap64 : list_host64,
    .form = IODMA_FORM_64,
};

uint32_t iodma_output_write(const struct iodma_output *output,
                            struct iodma_command *command,
                            const struct hal_segment *from, uint32_t count,
                            void *segments, uint32_t index)
{
    uint32_t i = 0;

    if (output->list)
        return output->list(from, count, segments, index);
    while (i < count && output->function(command, from[i], segments, index + i))
        i++;
    return i;
}
