/* SPDX-License-Identifier: MIT */
/*
 * Defends platform/setup.h: each step of a board's set-up does what it says,
 * in its turn, and one that waits in vain says for what.
 */
#include <setjmp.h>
#include <string.h>

#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/fault.h"
#include "platform/mmio.h"
#include "platform/setup.h"
#include "tests/check.h"

enum { LOCK = 0x10, CLOCK = 0x14, READY = 0x18, TABLE = 0x1C, NEVER = 0x20 };

const struct setup_step setup_steps[] = {
    { .address = LOCK, .value = 0xC0FFEE },
    { .address = CLOCK, .mask = MASK32(7, 4), .value = 0x50 },
    { .address = READY, .mask = BIT32(3), .value = BIT32(3), .poll = true },
    { .address = TABLE, .value = 7, .times = 5 },
    { .address = CLOCK, .mask = BIT32(0), .value = 0 },
    { .address = NEVER, .mask = BIT32(0), .value = 1, .poll = true },
};
const uint32_t setup_step_count = HAL_COUNT_OF(setup_steps);

/* The chip. */
static uint32_t lock, clock_bits, ready_reads, table_writes, table_sum;
static bool clock_at_last; /* on when it is ready, then off */

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    (void)size;
    switch (address) {
    case CLOCK:
        return clock_bits;
    case READY: /* after a while, once the clock runs */
        return (clock_bits & MASK32(7, 4)) == 0x50 && ++ready_reads > 100
                   ? UINT32_MAX
                   : ~BIT32(3);
    default:
        return 0;
    }
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    (void)size;
    switch (address) {
    case LOCK:
        lock = value;
        break;
    case CLOCK:
        clock_bits = value;
        break;
    case TABLE:
        clock_at_last = ready_reads > 100;
        table_writes++;
        table_sum += value;
        break;
    default:
        break;
    }
}

/* The end of the run, which here is none. */
static jmp_buf end;
static char said[320];

void fault_begin(struct fault_line *line)
{
    (void)line;
    said[0] = '\0';
}

void fault_put(struct fault_line *line, const char *text)
{
    (void)line;
    strncat(said, text, sizeof said - strlen(said) - 1);
}

void fault_put_hex(struct fault_line *line, uint32_t value)
{
    fault_put(line, hex(value));
}

void fault_end(struct fault_line *line)
{
    (void)line;
    longjmp(end, 1);
}

int main(void)
{
    clock_bits = 0xF01;

    check_case("a step that waits in vain says for which register");
    if (setjmp(end) == 0) {
        setup_run();
        expect("it does not go on", false);
    }
    expect("in one line",
           strcmp(said, "the board's set-up waits for register 0x20 in vain") ==
               0);

    check_case("a value is written whole, or as far as its mask says");
    expect_number("whole", lock, 0xC0FFEE);
    expect_number("some bits, then another", clock_bits, 0xF50);

    check_case("a wait ends when the register has the value, and not before");
    expect_number("looked at", ready_reads, 101);
    expect("what follows comes after it", clock_at_last);

    check_case("a table behind one register is filled by one step");
    expect_number("writes", table_writes, 5);
    expect_number("of its value", table_sum, 35);
    return check_result();
}
