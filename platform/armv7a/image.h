/* SPDX-License-Identifier: MIT */
/*
 * Where the linker put the parts of the image: the symbols of
 * linker/sections.ld. Only their addresses mean something. What begins with
 * image_ or ends with _guard is a multiple of 4 KiB.
 */
#ifndef PLATFORM_ARMV7A_IMAGE_H
#define PLATFORM_ARMV7A_IMAGE_H

#include "../start.h"

#ifdef __cplusplus
extern "C" {
#endif

extern char image_text[];   /* code, from here ...                */
extern char image_rodata[]; /* ... to here; then constants ...    */
extern char image_data[];   /* ... to here; then what is written  */
extern char image_end[];

/* One page each that is never mapped; the stack begins right above it. */
extern char svc_guard[], irq_guard[], fault_guard[];

#ifdef __cplusplus
}
#endif

#endif
