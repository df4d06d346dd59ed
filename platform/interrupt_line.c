/* SPDX-License-Identifier: MIT */
#include "../hal/atomic.h"
#include "interrupt.h"

void interrupt_served(struct interrupt_line *line, bool worked)
{
    line->idle = worked ? 0 : line->idle + 1;
    if (line->idle < INTERRUPT_PATIENCE)
        return;
    interrupt_disable(line->id);
    atomic_write_release(&line->stuck, 1);
}

bool interrupt_stuck(const struct interrupt_line *line)
{
    return atomic_read_acquire(&line->stuck) != 0;
}
