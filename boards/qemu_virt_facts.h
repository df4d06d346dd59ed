/* SPDX-License-Identifier: MIT */
/*
 * QEMU's virt machine with a Cortex-A15, 6 GiB and a 53C895A in PCI slot 1:
 * what qemu_virt and qemu_virt_noncoherent have in common. With addresses of 32
 * bits it is that of `highmem=off`, with 3 GiB: nothing lies above 4 GiB. They
 * define
 *
 *   SNOOPED     do PCI masters look into the CPU's caches?
 *   NAME        of the board
 *   CACHE       of the buses; NULL: nothing is to be maintained
 *   CACHE_INIT  what makes it
 *   FREQUENCY   of the clock in Hz; 0: firmware says it
 *   RINGS       attributes of memory that CPU and device both use for long
 *
 * Source: QEMU 7.2 hw/arm/virt.c, base_memmap, extended_memmap and
 *         a15irqmap; create_pcie() for the interrupt lines and for the host
 *         bridge being coherent; docs/system/arm/virt.rst.
 */
#ifndef BOARDS_QEMU_VIRT_FACTS_H
#define BOARDS_QEMU_VIRT_FACTS_H

#include "boards/board.h"

#include "hal/count_of.h"
#include "hal/dmac/lsi53c8xx.h"
#include "hal/master/nvme.h"
#include "platform/armv7a/gic.h"
#include "platform/armv7a/mmu.h"
#include "platform/armv7a/timer.h"
#include "platform/armv7a/window.h"
#include "platform/barrier.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/uart.h"

#define MIB UINT64_C(0x100000)
#define GIB UINT64_C(0x40000000)

/*
 * VIRT_MEM, and what `-m` makes of it (tests/machine.sh). Addresses below
 * FAR_BASE are pointers; the rest lies behind windows. Below REACH_END is what
 * the copy engine reaches: with its 32 bits, or, where addresses have no more,
 * with the 31 that we let its port have, so that there is memory beyond.
 */
#define RAM_BASE UINT64_C(0x40000000)
#if IODMA_ADDRESS_BITS == 64
#define RAM_END   (7 * GIB)
#define FAR_BASE  (3 * GIB)
#define REACH_END (4 * GIB)
#else
#define RAM_END   (4 * GIB)
#define FAR_BASE  UINT64_C(0x70000000)
#define REACH_END (2 * GIB)
#endif

/* Behind the image (linker/qemu_virt.ld): memory that the CPU does not cache.
 */
#define UNCACHED_BASE UINT64_C(0x41000000)
#define UNCACHED_SIZE (2 * MIB)
#define CACHED_BASE   (UNCACHED_BASE + UNCACHED_SIZE)

/* VIRT_PCIE_MMIO: 0x10000000 .. 0x3EFEFFFF, bus address = CPU address. We
   place BARs in the first 16 MiB only, so that is what we map; a bridge takes
   1 MiB of it at least. */
#define PCI_MEMORY_BASE UINT64_C(0x10000000)
#define PCI_MEMORY_SIZE (16 * MIB)

/* VIRT_PCIE_PIO: 64 KiB of I/O from port 0 on. Port 0 itself is left alone,
   since QEMU takes 0 in a BAR as "not placed" (hw/pci/pci.c, pci_bar_address).
   What the MMU maps is the block it ends. */
#define PCI_IO_BASE  UINT64_C(0x3EFF0000)
#define PCI_IO_FIRST 0x1000u
#define PCI_IO_SIZE  0x10000u
#define PCI_IO_BLOCK UINT64_C(0x3EE00000)

/* VIRT_HIGH_PCIE_ECAM, beyond 32 bits, or VIRT_PCIE_ECAM: it appears at an
   address of ours. Of the 256 buses of the former we reach 16, which is what
   the latter has. */
#if IODMA_ADDRESS_BITS == 64
#define ECAM_BASE UINT64_C(0x4010000000)
#else
#define ECAM_BASE UINT64_C(0x3F000000)
#endif
#define ECAM_VA    0xC0000000u
#define ECAM_BUSES 16u

const uintptr_t uart_base = 0x09000000; /* VIRT_UART */

const uint32_t window_base = 0xD0000000;

const struct gic_base gic_base = {
    .distributor = 0x08000000, /* VIRT_GIC_DIST */
    .cpu = 0x08010000,         /* VIRT_GIC_CPU  */
};

const struct timer_facts timer_facts = { .frequency = FREQUENCY };

const struct mmu_map mmu_maps[] = {
    { 0x08000000, 0x08000000, 2 * MIB, PLAT_MMU_DEVICE },
    { 0x09000000, 0x09000000, 2 * MIB, PLAT_MMU_DEVICE },
    { PCI_MEMORY_BASE, PCI_MEMORY_BASE, PCI_MEMORY_SIZE, PLAT_MMU_DEVICE },
    { RAM_BASE, RAM_BASE, UNCACHED_BASE - RAM_BASE, PLAT_MMU_MEMORY },
    { UNCACHED_BASE, UNCACHED_BASE, UNCACHED_SIZE, PLAT_MMU_UNCACHED },
    { CACHED_BASE, CACHED_BASE, FAR_BASE - CACHED_BASE, PLAT_MMU_MEMORY },
    { PCI_IO_BLOCK, PCI_IO_BLOCK, 2 * MIB, PLAT_MMU_DEVICE },
    { ECAM_VA, ECAM_BASE, ECAM_BUSES *MIB, PLAT_MMU_DEVICE },
};
const uint32_t mmu_map_count = HAL_COUNT_OF(mmu_maps);

static const struct hal_fences fences = {
    .publish = barrier_publish,
    .observe = barrier_observe,
};

/* mmu_on() maps RAM write-back but for one stretch, and so do windows. */
static const struct hal_region regions[] = {
    { .first = RAM_BASE,
      .last = UNCACHED_BASE - 1,
      .cached = HAL_WRITE_BACK,
      .writable = true },
    { .first = UNCACHED_BASE,
      .last = CACHED_BASE - 1,
      .cached = HAL_UNCACHED,
      .writable = true },
    { .first = CACHED_BASE,
      .last = FAR_BASE - 1,
      .cached = HAL_WRITE_BACK,
      .writable = true },
    { .first = FAR_BASE,
      .last = RAM_END - 1,
      .cached = HAL_WRITE_BACK,
      .writable = true,
      .window = &plat_window },
};

/* A PCI master sees all RAM, where the CPU sees it. It snoops: create_pcie()
   marks the bridge dma-coherent; a machine without caches cannot tell. */
static const struct hal_aperture nvme_aperture = {
    .first = RAM_BASE,
    .last = RAM_END - 1,
    .bus = RAM_BASE,
    .access = HAL_READ | HAL_WRITE,
    .snooped = SNOOPED,
};
static const struct hal_aperture lsi_aperture = {
    .first = RAM_BASE,
    .last = REACH_END - 1,
    .bus = RAM_BASE,
    .access = HAL_READ | HAL_WRITE,
    .snooped = SNOOPED,
};

static const struct hal_bus lsi_bus = {
    .apertures = &lsi_aperture,
    .aperture_count = 1,
    .regions = regions,
    .region_count = HAL_COUNT_OF(regions),
    .limits = &lsi53c8xx_limits,
    .cache = CACHE,
    .clock = &plat_clock,
    .lock = &plat_lock,
    .fences = &fences,
};

/* VIRT_PCIE is SPI 3 .. 6, line (slot + pin) modulo 4; SPIs begin at id 32. */
static const uint32_t pci_lines[] = { 35, 36, 37, 38 };

static struct pci_function functions[32];

static struct pci_ecam ecam = {
    .config = ECAM_VA,
    .buses = ECAM_BUSES,
    .clock = &plat_clock,
    .memory = { .cpu = PCI_MEMORY_BASE,
                .bus = PCI_MEMORY_BASE,
                .size = PCI_MEMORY_SIZE },
    .io = { .cpu = PCI_IO_BASE + PCI_IO_FIRST,
            .bus = PCI_IO_FIRST,
            .size = PCI_IO_SIZE - PCI_IO_FIRST },
    .functions = functions,
    .capacity = HAL_COUNT_OF(functions),
};

enum { LSI_SLOTS = 64 };

static uint8_t lsi_ring[LSI53C8XX_RING_SIZE(LSI_SLOTS)] RINGS
    __attribute__((aligned(64)));

static uint32_t lsi_lengths[LSI_SLOTS];

static struct lsi53c8xx lsi = {
    .dmac = { .ops = &lsi53c8xx_ops,
              .bus = &lsi_bus,
              .limits = &lsi53c8xx_limits,
              .ring_limits = &lsi53c8xx_ring_limits,
              .same_phase = LSI53C8XX_SAME_PHASE },
    .slots = LSI_SLOTS,
    .lengths = lsi_lengths,
};

/* 1000:0012, BAR 1 the registers in memory (LSI53C895A manual, 4.1). */
static const struct board_pci lsi_pci = {
    .ecam = &ecam,
    .key = { .id = PCI_ID_OF(0x1000, 0x0012) },
    .bar = 1,
    .least = LSI53C8XX_REGISTERS,
    .base = &lsi.base,
    .lines = pci_lines,
};

static const struct board_dmac dmacs[] = {
    { .name = "lsi53c895a",
      .dmac = &lsi.dmac,
      .slots = LSI_SLOTS,
      .storage = lsi_ring,
      .storage_size = sizeof lsi_ring,
      .shared = &lsi.ring,
      .pci = &lsi_pci,
      .cause = lsi53c8xx_cause },
};

/* The disk, in slot 2. Its limits are the driver's, known once it has
   started. */
enum { NVME_SLOTS = 8 };

static uint8_t nvme_memory[NVME_MEMORY_SIZE(NVME_SLOTS)] RINGS
    __attribute__((aligned(NVME_PAGE)));
static struct nvme_slot nvme_slots[NVME_SLOTS];
static struct hal_limits nvme_limits;

static const struct hal_bus nvme_bus = {
    .apertures = &nvme_aperture,
    .aperture_count = 1,
    .regions = regions,
    .region_count = HAL_COUNT_OF(regions),
    .limits = &nvme_limits,
    .cache = CACHE,
    .clock = &plat_clock,
    .lock = &plat_lock,
    .fences = &fences,
};

static struct nvme nvme = {
    .bus = &nvme_bus,
    .slots = nvme_slots,
    .slot_count = NVME_SLOTS,
    .vector = 1,
};

/* 1b36:0010, QEMU docs/specs/pci-ids; registers in BAR 0, 16 KiB at least
   (NVMe 1.4, 2.1.10). */
static const struct board_pci nvme_pci = {
    .ecam = &ecam,
    .key = { .id = PCI_ID_OF(0x1B36, 0x0010) },
    .bar = 0,
    .least = 0x4000,
    .base = &nvme.base,
    .size = &nvme.size,
    .lines = pci_lines,
};

/* Messages: GICv2m (VIRT_GIC_V2M, SETSPI at +0x40) turns the
   number of an SPI, 48 to 111 here, into that interrupt: ids 80 to 143, edge
   (create_v2m). */
static const struct board_nvme board_nvme = {
    .nvme = &nvme,
    .limits = &nvme_limits,
    .message_interrupt = 80,
    .message_address = 0x08020040,
    .message_data = 80,
    .storage = nvme_memory,
    .storage_size = sizeof nvme_memory,
    .pci = &nvme_pci,
};

/* The image lies in the first 16 MiB (linker/qemu_virt.ld). Between the last
   PCI BAR we place and the end of VIRT_PCIE_MMIO nothing answers. */
const struct board board = {
    .name = NAME,
    .cache = CACHE,
    .cache_init = CACHE_INIT,
    .dmacs = dmacs,
    .dmac_count = HAL_COUNT_OF(dmacs),
    .nvme = &board_nvme,
    .scratch = { .base = 0x48200000, .size = FAR_BASE - 0x48200000 },
    .far = { .base = REACH_END, .size = RAM_END - REACH_END },
    .hole = 0x30000000,
};

#endif
