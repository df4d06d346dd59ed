/* SPDX-License-Identifier: MIT */
/* A native test has one thread and no interrupts: nothing to mask. */
#include "../interrupt.h"

uint32_t interrupts_save(void)
{
    return 0;
}

void interrupts_restore(uint32_t state)
{
    (void)state;
}
