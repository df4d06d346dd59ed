/* SPDX-License-Identifier: MIT */
/* The interrupt controller behind platform/interrupt.h: a GICv2. */
#ifndef PLATFORM_ARMV7A_GIC_H
#define PLATFORM_ARMV7A_GIC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gic_base {
    uintptr_t distributor; /* virtual address of GICD_CTLR */
    uintptr_t cpu;         /* virtual address of GICC_CTLR */
};

/* Defined by the board. */
extern const struct gic_base gic_base;

/*
 * Switch the controller on, with every interrupt disabled.
 *
 * Context: the platform, once, before main().
 */
void gic_on(void);

/*
 * Take one interrupt: acknowledge it, call its handler, end it.
 *
 *   pc  where the core was interrupted, for the report of an interrupt that
 *       nobody installed
 *
 * Context: the interrupt vector only.
 */
void gic_dispatch(uint32_t pc);

#ifdef __cplusplus
}
#endif

#endif
