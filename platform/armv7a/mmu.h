/* SPDX-License-Identifier: MIT */
/*
 * The virtual address space: 4 GiB, privileged only. The board says what is
 * where, and that stays; the image takes its own place in it (code read-only,
 * constants read-only, the rest not executable, a guard page below every
 * stack), and the page at address 0 is never mapped. What the board leaves
 * free can be mapped block by block while the image runs.
 */
#ifndef PLATFORM_ARMV7A_MMU_H
#define PLATFORM_ARMV7A_MMU_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLAT_MMU_BLOCK 0x200000u /* bytes: 2 MiB */

/* Kinds; nothing is executed from them. */
#define PLAT_MMU_MEMORY   0u /* cached write-back, inner shareable */
#define PLAT_MMU_DEVICE   1u /* strongly ordered                   */
#define PLAT_MMU_UNCACHED 2u /* memory that is not cached          */

/* One stretch of addresses. All three are multiples of PLAT_MMU_BLOCK. */
struct mmu_map {
    uint32_t va;   /* where the CPU names it               */
    uint64_t pa;   /* where it is, 40 bits                 */
    uint32_t size; /* bytes                                */
    uint32_t kind; /* PLAT_MMU_MEMORY, ...                 */
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

/*
 * The same on a further core: with the tables that there are.
 *
 * Context: smp_entry.S, once a core, with its MMU and data cache off.
 */
void mmu_join(void);

/*
 * Map one block of memory as PLAT_MMU_MEMORY, and take it away again. An access
 * to a block that is taken away is a translation fault. To map what is mapped,
 * or to take away what is not, is a fault at once.
 *
 *   va  where the CPU names it; a multiple of PLAT_MMU_BLOCK, in no entry of
 *       mmu_maps
 *   pa  where it is, 40 bits; a multiple of PLAT_MMU_BLOCK
 *
 * Context: any; one call at a time for the same va, an interrupt may come
 * between for another. Cached bytes stay cached: nothing is written back.
 */
void mmu_map_block(uint32_t va, uint64_t pa);
void mmu_unmap_block(uint32_t va);

#ifdef __cplusplus
}
#endif

#endif
