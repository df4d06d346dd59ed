/* SPDX-License-Identifier: MIT */
/* The serial port that carries the console. */
#ifndef PLATFORM_UART_H
#define PLATFORM_UART_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Virtual address of its registers. Defined by the board. */
extern const uintptr_t uart_base;

/*
 * Send bytes as they are: a newline stays a newline.
 *
 *   text    the bytes, no terminator needed
 *   length  how many
 *
 * Waits for room, but not for ever: a port that stops sending loses the
 * rest of the text.
 *
 * Context: any, also from a fault.
 */
void uart_write(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
