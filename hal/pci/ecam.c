/* SPDX-License-Identifier: MIT */
#include "hal/pci/ecam.h"

#include "hal/bits.h"
#include "platform/mmio.h"

/* Configuration header type 0 (PCI 3.0, figure 6-1). */
#define PCI_ID      0x00u
#define PCI_COMMAND 0x04u
#define PCI_BAR0    0x10u

#define PCI_COMMAND_IO     BIT32(0)
#define PCI_COMMAND_MEMORY BIT32(1)
#define PCI_COMMAND_MASTER BIT32(2)

/* A BAR's low bits (6.2.5.1). */
#define PCI_BAR_IO          BIT32(0)
#define PCI_BAR_64          BIT32(2)
#define PCI_BAR_IO_MASK     MASK32(31, 2)
#define PCI_BAR_MEMORY_MASK MASK32(31, 4)

#define PCI_DEVICES 32u

/* 4 KiB a function, 8 functions a device (PCIe 7.2.2, table 7-1). */
static uintptr_t config_of(const struct pci_ecam *ecam, uint32_t device)
{
    return ecam->config + ((uintptr_t)device << 15);
}

enum iodma_status pci_find(const struct pci_ecam *ecam, uint32_t vendor,
                           uint32_t device, struct pci_function *function)
{
    for (uint32_t i = 0; i < PCI_DEVICES; i++) {
        uintptr_t config = config_of(ecam, i);

        if (mmio_read32(config + PCI_ID) == (device << 16 | vendor)) {
            *function = (struct pci_function){ .config = config, .device = i };
            return IODMA_OK;
        }
    }
    return IODMA_NOT_FOUND;
}

/* A power-of-two piece of the window; 0 if it has none left. */
static uint64_t take(struct pci_window *window, uint64_t size)
{
    uint64_t base = (window->next + size - 1) & ~(size - 1);

    if (base < window->next || window->end < base || window->end - base < size)
        return 0;
    window->next = base + size;
    return base;
}

/* The size of a BAR: write ones, see which stick (6.2.5.1). */
static uint64_t size_of(uintptr_t bar, uint32_t kind)
{
    uint32_t low_mask =
        (kind & PCI_BAR_IO) != 0 ? PCI_BAR_IO_MASK : PCI_BAR_MEMORY_MASK;
    uint32_t high = UINT32_MAX;
    uint32_t low;

    mmio_write32(bar, UINT32_MAX);
    low = mmio_read32(bar) & low_mask;
    if ((kind & (PCI_BAR_IO | PCI_BAR_64)) == PCI_BAR_64) {
        mmio_write32(bar + 4, UINT32_MAX);
        high = mmio_read32(bar + 4);
    }
    if (low == 0 && (high == UINT32_MAX || high == 0))
        return 0;
    /* I/O decoders may leave the upper half unimplemented. */
    if ((kind & PCI_BAR_IO) != 0)
        low |= MASK32(31, 16);
    return ~((uint64_t)high << 32 | low) + 1;
}

/* Give one BAR a place. Returns the number of registers it takes, or 0. */
static uint32_t place(struct pci_ecam *ecam, struct pci_function *function,
                      uint32_t index)
{
    uintptr_t bar = function->config + PCI_BAR0 + 4 * (uintptr_t)index;
    uint32_t kind = mmio_read32(bar);
    bool io = (kind & PCI_BAR_IO) != 0;
    bool wide = !io && (kind & PCI_BAR_64) != 0;
    uint64_t size = size_of(bar, kind);
    uint64_t base = 0;

    if (size != 0) {
        base = take(io ? &ecam->io : &ecam->memory, size);
        if (base == 0)
            return 0;
    }
    mmio_write32(bar, (uint32_t)base);
    if (wide)
        mmio_write32(bar + 4, (uint32_t)(base >> 32));
    function->bar[index] = base;
    return wide ? 2 : 1;
}

enum iodma_status pci_enable(struct pci_ecam *ecam,
                             struct pci_function *function)
{
    struct pci_window memory = ecam->memory;
    struct pci_window io = ecam->io;
    uint32_t index = 0;

    mmio_write16(function->config + PCI_COMMAND, 0);
    while (index < PCI_BARS) {
        uint32_t taken = place(ecam, function, index);

        if (taken == 0) {
            ecam->memory = memory;
            ecam->io = io;
            return IODMA_NO_SPACE;
        }
        index += taken;
    }
    mmio_write16(function->config + PCI_COMMAND,
                 PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    return IODMA_OK;
}
