/* SPDX-License-Identifier: MIT */
/*
 * A board's clock, lock and fences, watched. Each call of one is a moment in
 * which time may pass and an interrupt may come: what happens then is up to
 * the test.
 *
 * A case begins with a new struct hooks and ends with expect_hooks().
 */
#ifndef TESTS_MODEL_HOOKS_H
#define TESTS_MODEL_HOOKS_H

#include "hal/bus.h"

#include <stdbool.h>
#include <stdint.h>

struct hooks {
    /* Set by the test. */
    void (*moment)(void);  /* at every hook                                */
    void (*publish)(void); /* what the CPU wrote is visible; may be NULL   */
    void (*observe)(void); /* what the device wrote is; may be NULL        */
    void (*clock)(void);   /* before the clock is read; may be NULL        */
    uint64_t tick;         /* how much later it is after the clock is read */
    const struct hal_lock *under; /* what masks real interrupts; may be NULL */

    /* Read by the test, and moved. */
    uint64_t ticks;
    uint32_t reads;  /* of the clock, in a row                             */
    uint32_t masked; /* depth: the lock, or a handler; 0: interrupts may come */
    bool held;       /* the lock                                           */
    uint32_t outer;  /* what `under` was left as by the first who masked   */
    uint32_t published;
    const char *broken; /* what was found wrong first; NULL: nothing       */
};

extern struct hooks hooks;

extern const struct hal_clock hooks_clock;
extern const struct hal_lock hooks_lock;
extern const struct hal_fences hooks_fences;

/* No interrupt comes between the two. They nest. */
void hooks_mask(void);
void hooks_unmask(void);

/* Nor may the lock be entered, or anything be waited for: as an engine's reap
   is called. They do not nest. */
void hooks_enter(void);
void hooks_leave(void);

/* Nothing was found wrong, and the lock is free. */
void expect_hooks(void);

#endif
