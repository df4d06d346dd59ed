/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with an M-profile core, in words.
 *
 * Source: ARM DDI 0403E B1.5.6 (frame), B1.5.14 (faults).
 */
#include "fault.h"

#include "../../hal/count_of.h"
#include "core.h"
#include "fault_parts.h"

static const char *const names[] = {
    [EXCEPTION_NMI] = "non-maskable interrupt",
    [EXCEPTION_HARD] = "hard fault",
    [EXCEPTION_MEMORY] = "memory fault",
    [EXCEPTION_BUS] = "bus fault",
    [EXCEPTION_USAGE] = "usage fault",
    [EXCEPTION_SECURE] = "secure fault",
    [EXCEPTION_SVC] = "supervisor call",
    [EXCEPTION_DEBUG] = "debug monitor",
    [EXCEPTION_PENDSV] = "PendSV",
    [EXCEPTION_SYSTICK] = "SysTick",
};

static void put_name(struct fault_line *line, uint32_t exception)
{
    if (exception < HAL_COUNT_OF(names) && names[exception]) {
        fault_put(line, names[exception]);
        return;
    }
    fault_put(line, "exception ");
    fault_put_decimal(line, exception);
}

void fault_put_overflow(struct fault_line *line)
{
    fault_put(line, ": stack overflow, look for recursion or large locals, or "
                    "raise STACK_SIZE in the board's linker script");
}

static void put_pc(struct fault_line *line, const struct exception_frame *frame,
                   uint32_t behind)
{
    fault_put(line, " at pc ");
    fault_put_hex(line, frame->pc - behind);
}

void fault_raise(const struct exception_frame *frame, uint32_t exception)
{
    bool no_frame = fault_no_frame(frame);
    uint32_t kind = fault_kind(exception);
    struct fault_line line;

    fault_begin(&line);
    put_name(&line, kind);
    if (no_frame)
        fault_put(&line, " at pc unknown");
    else
        put_pc(&line, frame, kind == EXCEPTION_SVC ? 2 : 0);
    if (kind >= EXCEPTION_HARD && kind <= EXCEPTION_SECURE)
        fault_put_cause(&line, kind, no_frame);
    else
        fault_put(&line, ": nobody takes it");
    fault_end(&line);
}

void fault_interrupt(uint32_t id, const struct exception_frame *frame)
{
    struct fault_line line;

    fault_begin(&line);
    fault_put(&line, "unexpected interrupt ");
    fault_put_decimal(&line, id);
    put_pc(&line, frame, 0);
    fault_put(&line, ": enabled, but interrupt_install() was not called for "
                     "it");
    fault_end(&line);
}
