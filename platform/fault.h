/* SPDX-License-Identifier: MIT */
/*
 * The end of a run that went wrong: one line on the console that begins with
 * "fault: ", then exit status 70. A fault while that line is written ends
 * the run at once, with the same status.
 *
 * Each architecture reports its exceptions through this.
 */
#ifndef PLATFORM_FAULT_H
#define PLATFORM_FAULT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLAT_FAULT_EXIT_CODE 70 /* EX_SOFTWARE of BSD's sysexits.h */

/* The line as far as it has been written. Without stdio: the fault may have
   happened inside it. */
struct fault_line {
    char text[320];
    size_t length; /* what does not fit is dropped */
};

/*
 * Begin the line, write on, end it and the run. Only one fault is reported:
 * fault_begin() of a second one ends the run.
 *
 *   text   written as it is
 *   value  written as 0x and eight digits, or as a decimal number
 *
 * Context: any; no exception that calls these returns.
 */
void fault_begin(struct fault_line *line);
void fault_put(struct fault_line *line, const char *text);
void fault_put_hex(struct fault_line *line, uint32_t value);
void fault_put_decimal(struct fault_line *line, uint32_t value);
__attribute__((noreturn)) void fault_end(struct fault_line *line);

/*
 * Report that the platform was used wrongly.
 *
 *   why  what is wrong, in words
 *
 * Context: any.
 */
__attribute__((noreturn)) void fault_stop(const char *why);

#ifdef __cplusplus
}
#endif

#endif
