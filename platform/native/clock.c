/* SPDX-License-Identifier: MIT */
/* clock_gettime() is POSIX, not C11. */
#define _POSIX_C_SOURCE 199309L

#include <time.h>

#include "../clock.h"

#define NANOSECONDS 1000000000u

uint64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint32_t clock_frequency(void)
{
    return NANOSECONDS;
}
