/* SPDX-License-Identifier: MIT */
/*
 * The virtual address space: 4 GiB, privileged only, set up once. The board
 * says what is where; the image takes its own place in it (code read-only,
 * constants read-only, the rest not executable, a guard page below every
 * stack), and the page at address 0 is never mapped.
 */
#ifndef PLATFORM_ARMV7A_MMU_H
#define PLATFORM_ARMV7A_MMU_H

#include <stdint.h>

#define MMU_MEMORY 0u /* cached write-back, inner shareable, not executable */
#define MMU_DEVICE 1u /* strongly ordered, not executable                   */

/* One stretch of addresses. All three are multiples of 2 MiB. */
struct mmu_map {
    uint32_t va;   /* where the CPU names it               */
    uint64_t pa;   /* where it is, 40 bits                 */
    uint32_t size; /* bytes                                */
    uint32_t kind; /* MMU_MEMORY or MMU_DEVICE             */
};

/* Defined by the board. No two overlap; RAM of the image has va = pa. */
extern const struct mmu_map mmu_maps[];
extern const uint32_t mmu_map_count;

/*
 * Build the tables, then switch on MMU, caches and branch prediction. A
 * table that breaks the rules above is a fault.
 *
 * Context: start.S, once, with MMU and data cache off.
 */
void mmu_on(void);

#endif
