/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

static uint32_t save(const struct hal_lock *lock)
{
    (void)lock;
    return interrupts_save();
}

static void restore(const struct hal_lock *lock, uint32_t state)
{
    (void)lock;
    interrupts_restore(state);
}

const struct hal_lock plat_lock = { save, restore };
