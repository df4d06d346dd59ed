/* SPDX-License-Identifier: MIT */
/* Cache maintenance of an ARMv7-A core: the instructions, or their model. */
#ifndef PLATFORM_CP15_H
#define PLATFORM_CP15_H

#ifdef __arm__
#include "armv7a/maintenance.h"
#else
#include "native/cp15.h"
#endif

#endif
