/* SPDX-License-Identifier: MIT */
/*
 * Long-descriptor tables (LPAE). Level 1: 4 entries of 1 GiB, each naming a
 * level-2 table of 512 blocks of 2 MiB. A block that needs finer rules is
 * split into a level-3 table of 512 pages of 4 KiB.
 *
 * Source: ARM DDI 0406C B3.6 (descriptors), B3.7 (access control), B3.8
 *         (memory attributes), B3.10 (TLB maintenance), B2.2 (caches), B4.1
 *         (registers); Linux, arch/arm/include/asm/pgtable-3level-hwdef.h for
 *         the descriptors, arch/arm/kernel/smp_tlb.c for the erratum.
 */
#include "mmu.h"

#include "../barrier.h"
#include "cp15.h"
#include "fault.h"
#include "image.h"

#define ENTRIES 512u
#define PAGE    0x1000u
#define GIB     0x40000000u

/* Level-3 tables: the image's 14 MiB (linker script) and address 0. */
#define PAGE_TABLES 8u

/* Descriptors (B3.6.1, B3.6.2). */
#define TABLE         3ull
#define BLOCK_VALID   1ull
#define PAGE_VALID    3ull
#define ATTRIBUTES(n) ((uint64_t)(n) << 2) /* AttrIndx: field n of MAIR0 */
#define READ_ONLY     (1ull << 7) /* AP[2]; AP[1] = 0: privileged only */
#define INNER_SHARED  (3ull << 8) /* SH */
#define ACCESSED      (1ull << 10)
#define EXECUTE_NEVER (1ull << 54) /* XN */
#define ADDRESS       0x000000fffffff000ull
#define LAST_BYTE     (ADDRESS | (PAGE - 1))

#define MEMORY_XN (INNER_SHARED | ACCESSED | EXECUTE_NEVER)

/* MAIR0 (B4.1), by MMU_x: write-back, allocating; strongly ordered; normal
   memory, not cached. */
#define MAIR0_VALUE 0x004400ffu

/* TTBCR (B4.1): long descriptors, TTBR0 for all 4 GiB, walks like memory. */
#define TTBCR_EAE   (1u << 31)
#define TTBCR_SH0   (3u << 12)
#define TTBCR_ORGN0 (1u << 10)
#define TTBCR_IRGN0 (1u << 8)

#define SCTLR_M (1u << 0)
#define SCTLR_C (1u << 2)
#define SCTLR_Z (1u << 11)
#define SCTLR_I (1u << 12)

static uint64_t level1[4] __attribute__((aligned(32)));
static uint64_t level2[4 * ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t level3[PAGE_TABLES][ENTRIES] __attribute__((aligned(PAGE)));
static uint32_t level3_used;

static void map_blocks(const struct mmu_map *map)
{
    uint64_t attributes = MEMORY_XN | ATTRIBUTES(map->kind);
    uint64_t limit = (uint64_t)map->va + map->size;
    uint64_t offset;

    if ((map->va | map->pa | map->size) % PLAT_MMU_BLOCK != 0)
        fault_stop("an entry of mmu_maps is not a multiple of 2 MiB");
    if (limit > 4ull * GIB || map->pa > LAST_BYTE ||
        map->size - 1 > LAST_BYTE - map->pa)
        fault_stop("an entry of mmu_maps is out of the address space");

    for (offset = 0; offset < map->size; offset += PLAT_MMU_BLOCK) {
        uint64_t *entry = &level2[(map->va + offset) / PLAT_MMU_BLOCK];

        if (*entry != 0)
            fault_stop("two entries of mmu_maps overlap");
        *entry = (map->pa + offset) | attributes | BLOCK_VALID;
    }
}

/* The level-3 entry of a page, its block split if it has to be. */
static uint64_t *page_entry(uint32_t va)
{
    uint64_t *block = &level2[va / PLAT_MMU_BLOCK];
    uint64_t *pages;
    uint32_t i;

    if ((*block & TABLE) != TABLE) {
        if (level3_used == PAGE_TABLES)
            fault_stop("the image is larger than mmu.c has page tables for");
        pages = level3[level3_used++];

        if (*block & BLOCK_VALID) {
            for (i = 0; i < ENTRIES; i++)
                pages[i] = (*block + (uint64_t)i * PAGE) | PAGE_VALID;
        }
        *block = (uint32_t)pages | TABLE;
    }
    pages = (uint64_t *)(uint32_t)(*block & ADDRESS);
    return &pages[va / PAGE % ENTRIES];
}

static void map_image(const char *start, const char *end, uint64_t attributes)
{
    uint32_t va;

    for (va = (uint32_t)start; va < (uint32_t)end; va += PAGE)
        *page_entry(va) = va | attributes | PAGE_VALID;
}

static void build_tables(void)
{
    uint32_t i;

    for (i = 0; i < 4; i++)
        level1[i] = (uint32_t)&level2[i * ENTRIES] | TABLE;
    for (i = 0; i < mmu_map_count; i++)
        map_blocks(&mmu_maps[i]);

    map_image(image_text, image_rodata, INNER_SHARED | ACCESSED | READ_ONLY);
    map_image(image_rodata, image_data, MEMORY_XN | READ_ONLY);
    map_image(image_data, image_end, MEMORY_XN);

    *page_entry((uint32_t)svc_guard) = 0;
    *page_entry((uint32_t)irq_guard) = 0;
    *page_entry((uint32_t)fault_guard) = 0;
    *page_entry(0) = 0;
}

static void switch_on(void)
{
    uint32_t control;

    CP15_WRITE(MAIR0_VALUE, MAIR0);
    CP15_WRITE(0, MAIR1);
    CP15_WRITE(TTBCR_EAE | TTBCR_SH0 | TTBCR_ORGN0 | TTBCR_IRGN0, TTBCR);
    CP15_WRITE64((uint64_t)(uint32_t)level1, TTBR0_64);
    ISB();

    CP15_READ(control, SCTLR);
    control |= SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I;
    CP15_WRITE(control, SCTLR);
    ISB();
}

/*
 * Of what came before there may be something in the TLB, and in the caches of
 * instructions and branches (B2.2, B3.10). The tables go to memory directly,
 * the data cache being off and empty (core.h).
 */
static void forget(void)
{
    CP15_WRITE(0, ICIALLU);
    CP15_WRITE(0, BPIALL);
    CP15_WRITE(0, TLBIALL);
    barrier_all();
}

void mmu_on(void)
{
    build_tables();
    forget();
    switch_on();
}

void mmu_join(void)
{
    forget();
    switch_on();
}

/*
 * One store of 64 bits: a walk sees all of it or nothing (A3.5.3). A walk
 * looks into the data cache, so nothing is cleaned: LPAE comes with the
 * Multiprocessing Extensions (B3.10).
 */
static void set_block(uint32_t va, uint64_t entry)
{
    __atomic_store_n(&level2[va / PLAT_MMU_BLOCK], entry, __ATOMIC_RELAXED);
    barrier_all();
}

/* No TLB holds an invalid entry (B3.10): there is nothing to invalidate. */
void mmu_map_block(uint32_t va, uint64_t pa)
{
    if (level2[va / PLAT_MMU_BLOCK] != 0)
        fault_stop("a block is mapped where something is mapped already");
    if (pa > ADDRESS)
        fault_stop("a block is mapped beyond the physical addresses");

    set_block(va, pa | MEMORY_XN | BLOCK_VALID);
    ISB();
}

/* The entry is global, so it goes whatever ASID is in the low bits (B4.1,
   TLBIMVA). */
void mmu_unmap_block(uint32_t va)
{
    if (level2[va / PLAT_MMU_BLOCK] == 0)
        fault_stop("a block is taken away where none is mapped");

    set_block(va, 0);
    /* Another core may have walked, too. A Cortex-A15 up to r3p2 may go on with
       what it has (erratum 798181): there one core uses the block. */
    CP15_WRITE(va, TLBIMVAIS);
    barrier_all();
    ISB();
}
