/* SPDX-License-Identifier: MIT */
/* What start.S found when it began. */
#ifndef PLATFORM_ARMV7A_BEGIN_H
#define PLATFORM_ARMV7A_BEGIN_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct begin {
    uint32_t cpsr;  /* the state in which the loader left the core         */
    uint32_t abort; /* DFSR of an asynchronous abort of before; 0: none    */
};

/* Written by start.S, once. */
extern struct begin begin;

/* Did the first core begin in Hyp mode? Then whoever started it is the secure
   side, and is called by SMC. Context: any. */
bool begin_in_hyp(void);

#ifdef __cplusplus
}
#endif

#endif
