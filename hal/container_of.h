/* SPDX-License-Identifier: MIT */
/* From a member back to the struct that embeds it. */
#ifndef HAL_CONTAINER_OF_H
#define HAL_CONTAINER_OF_H

#include <stddef.h>

/* The struct of a type whose member a pointer points to. Whether that lies in
   one is the caller's word. */
#define HAL_CONTAINER_OF(pointer, type, member)                                \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
