/* SPDX-License-Identifier: MIT */
/* The interrupt of the pretend MAC in dma/EXAMPLES.md. */
#ifndef TESTS_MAC_LINE_H
#define TESTS_MAC_LINE_H

/*
 * Raise it: the interrupt controller calls the handler; natively, where there
 * is none, we do. On return the handler has, too.
 *
 *   handler   of the interrupt
 *   argument  handed to it
 *
 * Context: thread.
 */
void mac_line_raise(void (*handler)(void *argument), void *argument);

#endif
