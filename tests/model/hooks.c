/* SPDX-License-Identifier: MIT */
#include "tests/model/hooks.h"

#include "tests/check.h"

#include <stdio.h>

struct hooks hooks;

static uint64_t now(void)
{
    uint64_t ticks;

    hooks.moment();
    ticks = hooks.ticks;
    hooks.ticks += hooks.tick;
    return ticks;
}

static uint32_t frequency(void)
{
    return 1000;
}

static uint32_t save(void)
{
    hooks.moment();
    return hooks.masked++;
}

static void restore(uint32_t state)
{
    if (state != hooks.masked - 1)
        hooks.broken = "the lock was not left as it was entered";
    hooks.masked = state;
    hooks.moment();
}

static void publish(void)
{
    hooks.published++;
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
