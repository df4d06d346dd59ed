/* SPDX-License-Identifier: MIT */
/*
 * APB UART of Arm's Cortex-M System Design Kit.
 *
 * Source: CMSDK Technical Reference Manual, ARM DDI 0479, APB UART; QEMU,
 *         hw/char/cmsdk-apb-uart.c.
 */
#include <stdbool.h>

#include "mmio.h"
#include "uart.h"

#define UART_DATA       0x00u
#define UART_STATE      0x04u
#define UART_STATE_FULL (1u << 0) /* of what is to be sent */
#define UART_CTRL       0x08u
#define UART_CTRL_TX    (1u << 0)
#define UART_BAUDDIV    0x10u

/* 16 at least; a loader that has set it knows better. */
#define UART_BAUDDIV_LEAST 16u

/* Far longer than one character takes at any baud rate in use. */
#define POLLS_PER_CHARACTER 10000000u

static bool has_room(void)
{
    for (uint32_t polls = 0; polls < POLLS_PER_CHARACTER; polls++) {
        if (!(mmio_read32(uart_base + UART_STATE) & UART_STATE_FULL))
            return true;
    }
    return false;
}

void uart_write(const char *text, size_t length)
{
    if (mmio_read32(uart_base + UART_BAUDDIV) < UART_BAUDDIV_LEAST)
        mmio_write32(uart_base + UART_BAUDDIV, UART_BAUDDIV_LEAST);
    mmio_write32(uart_base + UART_CTRL, UART_CTRL_TX);

    for (size_t i = 0; i < length && has_room(); i++)
        mmio_write32(uart_base + UART_DATA, (uint8_t)text[i]);
}
