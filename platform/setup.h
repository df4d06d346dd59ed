/* SPDX-License-Identifier: MIT */
/*
 * What a chip needs before main(): clocks, resets, security. A table of the
 * board, which the platform runs from its first row to its last.
 */
#ifndef PLATFORM_SETUP_H
#define PLATFORM_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One access to one register, 32 bits wide. */
struct setup_step {
    uintptr_t address;
    uint32_t mask;  /* bits that are meant; 0: all of them                   */
    uint32_t value; /* of those bits; the others stay as they are            */
    uint32_t times; /* written so often: a table behind a register; 0: once  */
    bool poll; /* wait until the bits have this value; nothing is written */
};

/* Defined by the board. */
extern const struct setup_step setup_steps[];
extern const uint32_t setup_step_count;

/*
 * Run the table. A step whose register never gets its value is a fault.
 *
 * Context: platform_begin(), before there is a clock.
 */
void setup_run(void);

#ifdef __cplusplus
}
#endif

#endif
