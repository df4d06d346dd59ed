/* SPDX-License-Identifier: MIT */
/*
 * Where the linker put the parts of the image: the symbols of
 * linker/sections_armv7m.ld. Only their addresses mean something.
 *
 * Threads and handlers share one stack. It is what RAM begins with, so that it
 * does not grow into data: a stack limit, a guard or the end of the RAM stops
 * it.
 */
#ifndef PLATFORM_ARMV7M_IMAGE_H
#define PLATFORM_ARMV7M_IMAGE_H

#include "../start.h"

#ifdef __cplusplus
extern "C" {
#endif

extern char image_text[];   /* vectors and code, from here ... */
extern char image_rodata[]; /* ... to here; then constants ... */
extern char image_loaded[]; /* ... to here                     */

/* The stack; its last byte is at stack_top - 1. */
extern char stack_limit[], stack_top[];

/* What is written, and heap, up to image_end. */
extern char image_data[], image_end[];

#ifdef __cplusplus
}
#endif

#endif
