/* SPDX-License-Identifier: MIT */
/*
 * Further cores of the machine. One is started at a time; it has the address
 * space of the first one, its interrupts stay masked, and a fault on it ends
 * the run as on the first. The firmware starts them: it is called by SMC where
 * the first core began in Hyp mode, else by HVC, which is an undefined
 * instruction where nobody has it (a core that began secure, as its own
 * firmware).
 *
 * Source: ARM DEN 0022, Power State Coordination Interface: CPU_ON; number and
 *         answer as in Trusted Firmware-A, lib/psci/psci.h.
 */
#ifndef PLATFORM_ARMV7A_SMP_H
#define PLATFORM_ARMV7A_SMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Start a core. It calls run(argument), and sleeps if that returns.
 *
 *   core   its affinity (MPIDR), 1 for the second one
 *   stack  lent for ever; size a multiple of 8
 *
 * Returns whether the firmware has accepted it: it may take a while.
 *
 * Context: thread, on the first core; one core at a time, and the one before
 * has called its function.
 */
bool smp_start(uint32_t core, void (*run)(void *argument), void *argument,
               void *stack, size_t size);

#ifdef __cplusplus
}
#endif

#endif
