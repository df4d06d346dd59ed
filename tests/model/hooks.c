/* SPDX-License-Identifier: MIT */
#include "tests/model/hooks.h"

#include "tests/check.h"

#include <stdio.h>

struct hooks hooks;

/* Who reads a clock so often, and does nothing else, waits for it. To see
   whether it is too late, and until when it is not, takes one each. */
enum { WAITS = 16, LOOKS = 2 };

/* The first wrong leads to others. */
static void wrong(const char *what)
{
    if (!hooks.broken)
        hooks.broken = what;
}

static uint64_t now(const struct hal_clock *self)
{
    uint64_t ticks;

    (void)self;
    hooks.moment();
    if (hooks.clock)
        hooks.clock();
    ticks = hooks.ticks;
    hooks.ticks += hooks.tick;
    if (++hooks.reads % WAITS == 0 && hooks.tick == 0)
        hooks.ticks++;
    if (hooks.held && hooks.reads > LOOKS)
        wrong("the lock was held across a wait");
    return ticks;
}

static uint32_t frequency(const struct hal_clock *self)
{
    (void)self;
    return 1000;
}

void hooks_mask(void)
{
    uint32_t state = hooks.under ? hooks.under->save(hooks.under) : 0;

    if (hooks.masked++ == 0)
        hooks.outer = state;
}

void hooks_unmask(void)
{
    if (--hooks.masked == 0 && hooks.under)
        hooks.under->restore(hooks.under, hooks.outer);
}

void hooks_enter(void)
{
    hooks_mask();
    if (hooks.held)
        wrong("the lock was entered by who holds it");
    hooks.held = true;
    hooks.reads = 0;
}

void hooks_leave(void)
{
    hooks.held = false;
    hooks_unmask();
}

static uint32_t save(const struct hal_lock *self)
{
    (void)self;
    hooks.moment();
    hooks_enter();
    return hooks.masked - 1;
}

static void restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    if (!hooks.held || state != hooks.masked - 1)
        wrong("the lock was not left as it was entered");
    hooks.masked = state + 1;
    hooks_leave();
    hooks.moment();
}

static void publish(void)
{
    hooks.published++;
    hooks.reads = 0;
    if (hooks.publish)
        hooks.publish();
    hooks.moment();
}

static void observe(void)
{
    if (hooks.observe)
        hooks.observe();
    hooks.moment();
}

const struct hal_clock hooks_clock = { now, frequency };
const struct hal_lock hooks_lock = { save, restore };
const struct hal_fences hooks_fences = { publish, observe };

void expect_hooks(void)
{
    if (!expect("the hooks were treated well", !hooks.broken))
        printf("#   %s\n", hooks.broken);
    expect_number("lock depth", hooks.masked, 0);
}
