/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include "../hal/atomic.h"

#include <stddef.h>

void interrupt_served(struct interrupt_line *line, bool worked)
{
    line->idle = worked ? 0 : line->idle + 1;
    if (line->idle < INTERRUPT_PATIENCE)
        return;
    interrupt_disable(line->id);
    atomic_write_release(&line->stuck, 1);
}

void interrupt_line_join(struct interrupt_line *line,
                         struct interrupt_server *server)
{
    struct interrupt_server **link = &line->servers;

    while (*link && *link != server)
        link = &(*link)->next;
    if (!*link) {
        server->next = NULL;
        *link = server;
    }
    line->idle = 0;
    atomic_write_release(&line->stuck, 0);
}

void interrupt_line_isr(void *argument)
{
    struct interrupt_line *line = argument;
    bool worked = false;

    for (const struct interrupt_server *one = line->servers; one;
         one = one->next) {
        if (one->serve(one->argument))
            worked = true;
    }
    interrupt_served(line, worked);
}

bool interrupt_stuck(const struct interrupt_line *line)
{
    return atomic_read_acquire(&line->stuck) != 0;
}
