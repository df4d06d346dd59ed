/* SPDX-License-Identifier: MIT */
/* From a member back to the struct that embeds it. */
#ifndef HAL_CONTAINER_OF_H
#define HAL_CONTAINER_OF_H

#include <stddef.h>

#define CONTAINER_OF(pointer, type, member)                                    \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
