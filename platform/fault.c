/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include "semihost.h"
#include "uart.h"

void fault_put(struct fault_line *line, const char *text)
{
    while (*text != '\0' && line->length < sizeof line->text - 1)
        line->text[line->length++] = *text++;
}

void fault_put_hex(struct fault_line *line, uint32_t value)
{
    char text[] = "0x00000000";
    char *digit;

    for (digit = text + sizeof text - 2; value != 0; value >>= 4)
        *digit-- = "0123456789abcdef"[value & 0xf];
    fault_put(line, text);
}

void fault_put_decimal(struct fault_line *line, uint32_t value)
{
    char text[] = "4294967295";
    char *digit = text + sizeof text - 1;

    do {
        *--digit = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    fault_put(line, digit);
}

/*
 * Only one fault is reported. The second one happened while the first was
 * being reported; the third while the second tried to leave, so there is no
 * host to leave to, and stopping is all that remains.
 */
void fault_begin(struct fault_line *line)
{
    static uint32_t faults;

    faults++;
    if (faults == 2)
        semihost_exit(PLAT_FAULT_EXIT_CODE);
    while (faults > 2)
        __asm__ volatile("wfi");

    line->length = 0;
    fault_put(line, "fault: ");
}

void fault_end(struct fault_line *line)
{
    line->text[line->length++] = '\n';
    uart_write(line->text, line->length);
    semihost_exit(PLAT_FAULT_EXIT_CODE);
}

void fault_stop(const char *why)
{
    struct fault_line line;

    fault_begin(&line);
    fault_put(&line, why);
    fault_end(&line);
}
