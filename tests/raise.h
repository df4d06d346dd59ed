/* SPDX-License-Identifier: MIT */
/*
 * What every test_faults is made of: it raises, on purpose, the fault that its
 * first argument names. The run has to end there, with the fault's own line
 * and exit status; a fault that lets us go on is a failure.
 *
 * Before, it says at which instruction it will be: tests/target/same_pc.sh
 * looks whether the fault's line says so, too.
 */
#ifndef TESTS_RAISE_H
#define TESTS_RAISE_H

#include <stddef.h>
#include <stdint.h>

struct fault {
    const char *name;
    void (*raise)(void);
};

/* Functions that are no more than is written: the first instruction of each
   is the one at fault, if nothing else is said. */
#define BARE __attribute__((naked, noipa))

/* Hides from the compiler what a value is, so that it cannot see the fault. */
uintptr_t hidden(uintptr_t value);

/* Print where it will be; the address of a function has no lowest bit. */
void announce(uintptr_t pc);

/* Announce and do it. */
void load_from(uintptr_t address);
void store_to(uintptr_t address);
void go(uintptr_t address);

/* Read a register that is none: no fault, but QEMU says so. */
void read_nothing(void);

/* main() is this. Returns the exit status of a run that goes on. */
int raise_by_name(int argc, char **argv, const struct fault *faults,
                  size_t count);

#endif
