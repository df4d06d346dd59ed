/* SPDX-License-Identifier: MIT */
/*
 * A first image that leaves behind what boot loaders leave, and worse, and then
 * enters the one under test. What that is to be is a word of bits in memory,
 * which QEMU puts there (tests/target/meson.build).
 *
 * Source: ARM DDI 0406C B3.6 (long descriptors), B4.1 (registers, under their
 *         names); ARM IHI 0048B (GIC); PCI Local Bus Specification 3.0, chapter
 *         6; QEMU 7.2 hw/arm/virt.c for addresses.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/armv7a/core.h"
#include "platform/armv7a/cp15.h"
#include "platform/armv7a/mmu.h"
#include "platform/mmio.h"

#define ORDER_ADDRESS 0x401F0000u

enum order {
    INTERRUPTS = 0x1,  /* all enabled, pending, to all cores; two active     */
    CACHES = 0x2,      /* MMU and caches on, high vectors                    */
    BIG_ENDIAN = 0x4,  /* data, and exceptions                               */
    TRAPS = 0x8,       /* Hyp mode traps and routes what it can              */
    ABORT = 0x10,      /* SVC mode below Hyp mode, an abort pending          */
    NON_SECURE = 0x20, /* the secure side leaves, and allows what we need    */
    NO_VFP = 0x40,     /* but for VFP                                        */
    NO_GROUP = 0x80,   /* but for interrupts: they are the secure side's     */
    NO_PRIORITY = 0x100, /* but for interrupts of our priority               */
    NO_CLOCK = 0x200,    /* CNTFRQ is 0                                      */
    MASTERS = 0x400,     /* with CACHES: PCI functions are masters, with
                            MSI-X on                                         */
    HELD_LINE = 0x800,   /* with CACHES: an edu in slot 5 asks for an interrupt
                            for ever, on the line of slot 1                  */
    MAP_SHIFT = 28,      /* bits 31:28: a row of `maps`, from 1 on           */
};

void mess(void);
void go_non_secure(void);
void leave_hyp(void);
void enter(bool big_endian);

/* Interrupts ------------------------------------------------------------- */

#define GICD 0x08000000u
#define GICC 0x08010000u

#define GICD_CTLR        0x000u
#define GICD_IGROUPR     0x080u
#define GICD_ISENABLER   0x100u
#define GICD_ISPENDR     0x200u
#define GICD_ISACTIVER   0x300u
#define GICD_IPRIORITYR  0x400u
#define GICD_ITARGETSR   0x800u
#define GICD_ICFGR       0xC00u
#define GICD_SGIR        0xF00u
#define GICD_SGIR_SELF   (2u << 24)
#define GICC_CTLR        0x000u
#define GICC_CTLR_GROUPS 3u
#define GICC_CTLR_FIQ    (1u << 3)
#define GICC_CTLR_SPLIT  (1u << 9)
#define GICC_PMR         0x004u
#define GICC_BPR         0x008u
#define GICC_IAR         0x00Cu
#define GICC_APR         0x0D0u
#define GICC_NSAPR       0x0E0u

#define CNTV_TVAL "p15, 0, %0, c14, c3, 0"
#define CNTV_CTL  "p15, 0, %0, c14, c3, 1"

enum {
    LINES = 288, /* GICD_TYPER of the virt machine */
    SOFTWARE = 3,
    SHARED = 200,
};

static void fill(uint32_t bits, uint32_t per_register, uint32_t value)
{
    for (uint32_t id = 0; id < LINES; id += per_register)
        mmio_write32(GICD + bits + id / per_register * 4, value);
}

/* The second one interrupts the first: its priority is higher. */
static void take_two(void)
{
    mmio_write8(GICD + GICD_IPRIORITYR + SOFTWARE, 0x60);
    mmio_write8(GICD + GICD_IPRIORITYR + SHARED, 0x20);
    mmio_write32(GICD + GICD_SGIR, GICD_SGIR_SELF | SOFTWARE);
    mmio_read32(GICC + GICC_IAR);
    mmio_write32(GICD + GICD_ISPENDR + SHARED / 32 * 4, 1u << SHARED % 32);
    mmio_read32(GICC + GICC_IAR);
}

static void leave_interrupts(void)
{
    mmio_write32(GICD + GICD_CTLR, 1);
    mmio_write32(GICC + GICC_PMR, 0xFF);
    mmio_write32(GICC + GICC_CTLR, 1);
    fill(GICD_IPRIORITYR, 4, 0xA0A0A0A0);
    fill(GICD_ITARGETSR, 4, 0xFFFFFFFF);
    fill(GICD_ISENABLER, 32, 0xFFFFFFFF);
    take_two();

    fill(GICD_ISPENDR, 32, 0xFFFFFFFF);
    fill(GICD_ICFGR, 16, 0xAAAAAAAA);
    fill(GICD_IGROUPR, 32, 0xFFFFFFFF);
    for (uint32_t id = 0; id < 16; id++)
        mmio_write32(GICD + GICD_SGIR, GICD_SGIR_SELF | id);
    fill(GICD_ISACTIVER, 32, 0xFFFFFFFF);
    for (uint32_t n = 0; n < 4; n++) {
        mmio_write32(GICC + GICC_APR + 4 * n, 0xFFFFFFFF);
        mmio_write32(GICC + GICC_NSAPR + 4 * n, 0xFFFFFFFF);
    }
    CP15_WRITE(0, CNTV_TVAL);
    CP15_WRITE(1, CNTV_CTL);
    mmio_write32(GICC + GICC_PMR, 0x10);
    mmio_write32(GICC + GICC_BPR, 7);
    mmio_write32(GICC + GICC_CTLR,
                 GICC_CTLR_GROUPS | GICC_CTLR_FIQ | GICC_CTLR_SPLIT);
    mmio_write32(GICD + GICD_CTLR, GICC_CTLR_GROUPS);
}

/* What the secure side has to do for the other one, or does not. */
static void hand_over_interrupts(uint32_t order)
{
    if (!(order & NO_GROUP))
        fill(GICD_IGROUPR, 32, 0xFFFFFFFF);
    if (!(order & NO_PRIORITY))
        mmio_write32(GICC + GICC_PMR, 0xFF);
}

/* Memory and PCI --------------------------------------------------------- */

#define VBAR "p15, 0, %0, c12, c0, 0"

#define BLOCK_1_GIB  1u
#define ATTRIBUTE(n) ((uint64_t)(n) << 2)
#define ACCESSED     (1u << 10)
#define SHARED_INNER (3u << 8)

/* VIRT_HIGH_PCIE_ECAM is seen in the last of 4 GiB; VIRT_PCIE_ECAM, of the
   machine of 32 bits, in the first, where it is. */
#if IODMA_ADDRESS_BITS == 64
#define ECAM 0xD0000000u
#else
#define ECAM 0x3F000000u
#endif

/* Device memory, RAM, RAM, and 1 GiB in which VIRT_HIGH_PCIE_ECAM lies. */
static uint64_t tables[4] __attribute__((aligned(32)));

static const uint64_t entries[4] = {
    0x0000000000 | ACCESSED | ATTRIBUTE(1) | BLOCK_1_GIB,
    0x0040000000 | ACCESSED | SHARED_INNER | BLOCK_1_GIB,
    0x0080000000 | ACCESSED | SHARED_INNER | BLOCK_1_GIB,
    0x4000000000 | ACCESSED | ATTRIBUTE(1) | BLOCK_1_GIB,
};

/* Walks of the tables have the byte order of exceptions. */
static void leave_caches(uint32_t exceptions)
{
    uint32_t control;

    for (uint32_t i = 0; i < 4; i++)
        tables[i] =
            exceptions != 0 ? __builtin_bswap64(entries[i]) : entries[i];

    CP15_WRITE(0x000000FF, MAIR0);
    CP15_WRITE(0x80003500, TTBCR);
    CP15_WRITE64((uint64_t)(uint32_t)tables, TTBR0_64);
    CP15_WRITE(0, TLBIALL);
    ISB();
    CP15_READ(control, SCTLR);
    control |= SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_V | SCTLR_TRE |
               SCTLR_AFE | exceptions;
    CP15_WRITE(control, SCTLR);
    ISB();
    CP15_WRITE(0xBAD00000, VBAR);
}

#define PCI_COMMAND      0x04u
#define PCI_COMMAND_ALL  7u /* I/O, memory, master */
#define PCI_BAR_0        0x10u
#define PCI_CAPABILITIES 0x34u
#define PCI_MSIX         0x11u
#define PCI_MSIX_ON      (1u << 31)

static void switch_on_messages(uint32_t function)
{
    uint32_t at = mmio_read8(function + PCI_CAPABILITIES);
    uint32_t left;

    for (left = 48; at != 0 && left != 0; left--) {
        uint32_t head = mmio_read32(function + at);

        if ((head & 0xFF) == PCI_MSIX)
            mmio_write32(function + at, head | PCI_MSIX_ON);
        at = head >> 8 & 0xFC;
    }
}

static void leave_masters(void)
{
    for (uint32_t slot = 1; slot < 32; slot++) {
        uint32_t function = ECAM + (slot << 15);

        if (mmio_read32(function) == 0xFFFFFFFF)
            continue;
        mmio_write16(function + PCI_COMMAND, PCI_COMMAND_ALL);
        switch_on_messages(function);
    }
}

/* QEMU docs/specs/edu.txt: device 1234:11e8, registers in BAR 0. The last MiB
   of what the board has of VIRT_PCIE_MMIO. */
#define EDU_SLOT  5u
#define EDU_ID    0x11E81234u
#define EDU_BAR   0x10F00000u
#define EDU_RAISE 0x60u

static void hold_line(void)
{
    uint32_t function = ECAM + (EDU_SLOT << 15);

    if (mmio_read32(function) != EDU_ID)
        return;
    mmio_write32(function + PCI_BAR_0, EDU_BAR);
    mmio_write16(function + PCI_COMMAND, PCI_COMMAND_ALL);
    mmio_write32(EDU_BAR + EDU_RAISE, 1);
}

/* Modes ------------------------------------------------------------------ */

#define NSACR     "p15, 0, %0, c1, c1, 2"
#define NSACR_VFP (3u << 10) /* cp10, cp11 */

#define HCR       "p15, 4, %0, c1, c1, 0"
#define HCR_VA    (1u << 8) /* an abort is pending below */
#define HCR_AMO   (1u << 5)
#define HCR_ROUTE (7u << 3) /* AMO, IMO, FMO: to Hyp mode */
#define HCR_TRAPS (1u << 22 | 1u << 21 | 1u << 20) /* TSW, TAC, TIDCP */
#define HDCR      "p15, 4, %0, c1, c1, 1"
#define HCPTR     "p15, 4, %0, c1, c1, 2"
#define HSTR      "p15, 4, %0, c1, c1, 3"
#define CNTHCTL   "p15, 4, %0, c14, c1, 0"
#define VPIDR     "p15, 4, %0, c0, c0, 0"
#define VMPIDR    "p15, 4, %0, c0, c0, 5"
#define CNTVOFF   "p15, 4, %Q0, %R0, c14"

static void leave_traps(void)
{
    CP15_WRITE(HCR_ROUTE | HCR_TRAPS, HCR);
    CP15_WRITE(0xFFFFFFFF, HCPTR);
    CP15_WRITE(0xFFFF, HSTR);
    CP15_WRITE(0xF60, HDCR);
    CP15_WRITE(0, CNTHCTL);
    CP15_WRITE(0xBAD, VPIDR);
    CP15_WRITE(0x80000002, VMPIDR);
    CP15_WRITE64(UINT64_C(1) << 60, CNTVOFF);
}

/* Maps of the board that break the rules of mmu.h, or just do not -------- */

#define LAST_BYTE 0xFFFFFFFFFFu /* of 40 bits */

static const struct mmu_map bad_maps[] = {
    { 0xE0000000, LAST_BYTE + 1 - PLAT_MMU_BLOCK, PLAT_MMU_BLOCK,
      PLAT_MMU_MEMORY },
    { 0xE0000000, LAST_BYTE + 1 - PLAT_MMU_BLOCK, 2 * PLAT_MMU_BLOCK,
      PLAT_MMU_MEMORY },
    { 0xE0000000, LAST_BYTE + 1, PLAT_MMU_BLOCK, PLAT_MMU_MEMORY },
    { 0xE0000000, 0x40000000, PLAT_MMU_BLOCK + 0x1000, PLAT_MMU_MEMORY },
    { 0xE0000000, 0x40001000, PLAT_MMU_BLOCK, PLAT_MMU_MEMORY },
    { 0xE0001000, 0x40000000, PLAT_MMU_BLOCK, PLAT_MMU_MEMORY },
    { 0xFFE00000, 0x40000000, 2 * PLAT_MMU_BLOCK, PLAT_MMU_MEMORY },
    { 0x40000000, 0x40000000, PLAT_MMU_BLOCK, PLAT_MMU_MEMORY },
    { 0xE0000000, -(uint64_t)PLAT_MMU_BLOCK, 2 * PLAT_MMU_BLOCK,
      PLAT_MMU_MEMORY },
};

/* The last one is that of ECAM, which test_platform does not use. To the
   compiler it is a constant. */
static void change_map(uint32_t row)
{
    uintptr_t last = (uintptr_t)&mmu_maps[mmu_map_count - 1];

    __asm__("" : "+r"(last));
    *(struct mmu_map *)last = bad_maps[row - 1];
}

void mess(void)
{
    uint32_t order = mmio_read32(ORDER_ADDRESS);
    uint32_t control;

    if (order >> MAP_SHIFT != 0)
        change_map(order >> MAP_SHIFT);
    if (order & NO_CLOCK)
        CP15_WRITE(0, CNTFRQ);
    if (order & NON_SECURE) {
        CP15_WRITE(order & NO_VFP ? 0 : NSACR_VFP, NSACR);
        hand_over_interrupts(order);
        go_non_secure();
    }
    if (order & INTERRUPTS)
        leave_interrupts();
    if (order & TRAPS)
        leave_traps();
    if (order & ABORT) {
        CP15_WRITE(HCR_VA | HCR_AMO, HCR);
        leave_hyp();
    }
    if (order & CACHES)
        leave_caches(order & BIG_ENDIAN ? SCTLR_EE : 0);
    if (order & MASTERS)
        leave_masters();
    if (order & HELD_LINE)
        hold_line();
    if (order & CACHES) { /* what has devices is ours to map */
        tables[0] = 0;
        CP15_WRITE(0, TLBIALL);
        ISB();
    }
    if (order & BIG_ENDIAN) {
        CP15_READ(control, SCTLR);
        CP15_WRITE(control | SCTLR_EE, SCTLR);
    }
    enter(order & BIG_ENDIAN);
}
