/* SPDX-License-Identifier: MIT */
/* What the core asks for by name, for a product without a C library. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    if (target <= source) {
        for (size_t i = 0; i < size; i++)
            target[i] = source[i];
    } else {
        while (size-- > 0)
            target[size] = source[size];
    }
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    return memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
    unsigned char *target = to;

    while (size-- > 0)
        target[size] = (unsigned char)byte;
    return to;
}
