/* SPDX-License-Identifier: MIT */
/* Source: ARM DDI 0419 B1.5.14: every fault is a HardFault, and no register
   says why. */
#include "fault_parts.h"

#include "image.h"

uint32_t fault_kind(uint32_t exception)
{
    return exception;
}

bool fault_no_frame(const struct exception_frame *frame)
{
    return (uintptr_t)frame < (uintptr_t)stack_limit;
}

void fault_put_cause(struct fault_line *line, uint32_t kind, bool no_frame)
{
    (void)kind;
    if (no_frame)
        fault_put_overflow(line);
    else
        fault_put(line, ": this architecture does not say why; look for a wild "
                        "or unaligned pointer, or one to no Thumb code");
}

void faults_on(void)
{
}
