/* SPDX-License-Identifier: MIT */
#include "tests/driven.h"

#include "tests/check.h"
#include "tests/model/hooks.h"

#include <stdio.h>

struct driven driven;

enum iodma_status start(uint32_t n)
{
    return driven.dmacs[n]->ops->start(driven.dmacs[n]);
}

enum iodma_status go(uint32_t n, const struct hal_route *way)
{
    return driven.dmacs[n]->ops->route(driven.dmacs[n], way);
}

uint32_t emit(uint32_t n, const struct hal_item *items, uint32_t count)
{
    return driven.dmacs[n]->ops->emit(driven.dmacs[n], items, count);
}

void submit(uint32_t n)
{
    driven.dmacs[n]->ops->submit(driven.dmacs[n]);
}

struct hal_residue residue(uint32_t n)
{
    return driven.dmacs[n]->ops->residue(driven.dmacs[n]);
}

struct hal_progress reap(uint32_t n)
{
    struct hal_progress progress;

    hooks_enter();
    progress = driven.dmacs[n]->ops->reap(driven.dmacs[n]);
    hooks_leave();
    driven.retired[n] += progress.retired;
    if (progress.fault != HAL_FAULT_NONE)
        driven.fault[n] = progress.fault;
    return progress;
}

uint32_t halt(uint32_t count)
{
    return driven.dmacs[0]->ops->halt(driven.dmacs, count, hooks.ticks + 100);
}

void batch(uint32_t n, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        struct hal_item one = nth(i);

        expect_number("taken", emit(n, &one, 1), 1);
    }
    submit(n);
}

void expect_progress(uint32_t retired, uint32_t fault)
{
    struct hal_progress progress = reap(0);

    expect_number("retired", progress.retired, retired);
    expect_number("fault", progress.fault, fault);
    expect("the interrupt is gone", !asserted(0));
}

void expect_treated_well(void)
{
    if (!expect("the chip was treated well", !*driven.violation))
        printf("#   %s\n", *driven.violation);
    expect_hooks();
}

void expect_order(void)
{
    expect_bytes("memory", driven.arena, driven.want, driven.size);
    expect_treated_well();
}
