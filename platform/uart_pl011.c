/* SPDX-License-Identifier: MIT */
/*
 * Arm PrimeCell UART. Baud rate and format are left as the loader set them;
 * QEMU needs none.
 *
 * Source: PL011 Technical Reference Manual, ARM DDI 0183, chapter 3; Trusted
 *         Firmware-A, drivers/arm/pl011.h.
 */
#include <stdbool.h>

#include "mmio.h"
#include "uart.h"

#define UARTDR 0x00u /* RW 3.3.1 */

#define UARTFR      0x18u /* RO 3.3.3 */
#define UARTFR_TXFF (1u << 5)

#define UARTCR        0x30u /* RW 3.3.8 */
#define UARTCR_UARTEN (1u << 0)
#define UARTCR_TXE    (1u << 8)

/* Far longer than one character takes at any baud rate in use. */
#define POLLS_PER_CHARACTER 10000000u

static bool has_room(void)
{
    uint32_t polls;

    for (polls = 0; polls < POLLS_PER_CHARACTER; polls++) {
        if (!(mmio_read32(uart_base + UARTFR) & UARTFR_TXFF))
            return true;
    }
    return false;
}

void uart_write(const char *text, size_t length)
{
    uint32_t control = mmio_read32(uart_base + UARTCR);
    size_t i;

    if (!(control & UARTCR_UARTEN) || !(control & UARTCR_TXE))
        mmio_write32(uart_base + UARTCR, control | UARTCR_UARTEN | UARTCR_TXE);

    for (i = 0; i < length && has_room(); i++)
        mmio_write32(uart_base + UARTDR, (uint8_t)text[i]);
}
