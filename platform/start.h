/* SPDX-License-Identifier: MIT */
/*
 * From the architecture's start to main(), and what the linker script tells
 * them both. Of a symbol of the linker only the address means something.
 */
#ifndef PLATFORM_START_H
#define PLATFORM_START_H

#ifdef __cplusplus
extern "C" {
#endif

extern char heap_start[], heap_end[];

/* Constructors: we write none, but a library or a tool may. */
extern void (*const init_array_start[])(void);
extern void (*const init_array_end[])(void);

/*
 * Make the interrupt controller, the clock and what else main() may rely on
 * ready. Each architecture has its own.
 *
 * Context: platform_main(), once.
 */
void platform_begin(void);

/*
 * Begin the platform, run the constructors, call main() with the host's
 * command line, and end the run with what it returns.
 *
 * Context: the architecture's start, with a stack, .data and .bss made.
 */
__attribute__((noreturn)) void platform_main(void);

#ifdef __cplusplus
}
#endif

#endif
