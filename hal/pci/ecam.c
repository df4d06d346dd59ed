/* SPDX-License-Identifier: MIT */
#include "hal/pci/ecam.h"

#include "hal/bits.h"
#include "platform/mmio.h"

/* Configuration header type 0 (PCI 3.0, figure 6-1). */
#define PCI_ID      0x00u
#define PCI_COMMAND 0x04u
#define PCI_STATUS  0x06u
#define PCI_BAR0    0x10u
#define PCI_LIST    0x34u /* first capability */

#define PCI_COMMAND_IO     BIT32(0)
#define PCI_COMMAND_MEMORY BIT32(1)
#define PCI_COMMAND_MASTER BIT32(2)

/* A BAR's low bits (6.2.5.1). */
#define PCI_BAR_IO          BIT32(0)
#define PCI_BAR_64          BIT32(2)
#define PCI_BAR_IO_MASK     MASK32(31, 2)
#define PCI_BAR_MEMORY_MASK MASK32(31, 4)

#define PCI_STATUS_LIST BIT32(4) /* has capabilities (6.2.3) */

/* Capabilities (6.7): identifier, then offset of the next, on words. They
   lie behind the header, so there are not more than these. */
#define PCI_CAPABILITY_ID   0u
#define PCI_CAPABILITY_NEXT 1u
#define PCI_CAPABILITY_MASK 0xFCu
#define PCI_CAPABILITIES    48u

/* MSI-X (6.8.2). */
#define PCI_MSIX                0x11u
#define PCI_MSIX_CONTROL        2u
#define PCI_MSIX_CONTROL_LAST   MASK32(10, 0) /* vectors, less one       */
#define PCI_MSIX_CONTROL_MASK   BIT32(14)     /* all of them             */
#define PCI_MSIX_CONTROL_ENABLE BIT32(15)
#define PCI_MSIX_TABLE          4u
#define PCI_MSIX_TABLE_BAR      MASK32(2, 0)

#define PCI_MSIX_ENTRY        16u /* bytes */
#define PCI_MSIX_ADDRESS      0u
#define PCI_MSIX_ADDRESS_HIGH 4u
#define PCI_MSIX_DATA         8u
#define PCI_MSIX_VECTOR       12u /* bit 0: masked */

#define PCI_DEVICES 32u

/* 4 KiB a function, 8 functions a device (PCIe 7.2.2, table 7-1). */
static uintptr_t config_of(const struct pci_ecam *ecam, uint32_t device)
{
    return ecam->config + ((uintptr_t)device << 15);
}

enum iodma_status pci_find(const struct pci_ecam *ecam, uint32_t vendor,
                           uint32_t device, uint32_t nth,
                           struct pci_function *function)
{
    for (uint32_t i = 0; i < PCI_DEVICES; i++) {
        uintptr_t config = config_of(ecam, i);

        if (mmio_read32(config + PCI_ID) != (device << 16 | vendor))
            continue;
        if (nth == 0) {
            *function = (struct pci_function){ .config = config, .device = i };
            return IODMA_OK;
        }
        nth--;
    }
    return IODMA_NOT_FOUND;
}

/* A power-of-two piece of the window; 0 if it has none left. */
static hal_address take(struct pci_window *window, hal_address size)
{
    hal_address base = window->next + lack(window->next, size);

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
    bool wide = (kind & (PCI_BAR_IO | PCI_BAR_64)) == PCI_BAR_64;
    uint32_t high = UINT32_MAX;
    uint32_t low;

    mmio_write32(bar, UINT32_MAX);
    low = mmio_read32(bar) & low_mask;
    if (wide) {
        mmio_write32(bar + 4, UINT32_MAX);
        high = mmio_read32(bar + 4);
    }
    if (low == 0 && (!wide || high == 0))
        return 0;
    /* I/O decoders may have no upper half. */
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
    hal_address base = 0;

    if (size > HAL_ADDRESS_MAX)
        return 0;
    if (size != 0) {
        base = take(io ? &ecam->io : &ecam->memory, (hal_address)size);
        if (base == 0 || (!wide && base + (size - 1) > UINT32_MAX))
            return 0;
    }
    mmio_write32(bar, (uint32_t)base);
    if (wide)
        mmio_write32(bar + 4, (uint32_t)((uint64_t)base >> 32));
    function->bar[index] = base;
    return wide ? 2 : 1;
}

enum iodma_status pci_enable(struct pci_ecam *ecam,
                             struct pci_function *function)
{
    struct pci_ecam bridge_before = *ecam;
    struct pci_function before = *function;
    uint32_t index = 0;

    mmio_write16(function->config + PCI_COMMAND, 0);
    while (index < PCI_BARS) {
        uint32_t taken = place(ecam, function, index);

        if (taken == 0) {
            *ecam = bridge_before;
            *function = before;
            return IODMA_NO_SPACE;
        }
        index += taken;
    }
    mmio_write16(function->config + PCI_COMMAND,
                 PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    return IODMA_OK;
}

/* Where a capability stands in the configuration space; 0: nowhere. */
static uintptr_t find_capability(uintptr_t config, uint32_t id)
{
    uint32_t offset;

    if ((mmio_read16(config + PCI_STATUS) & PCI_STATUS_LIST) == 0)
        return 0;
    offset = mmio_read8(config + PCI_LIST) & PCI_CAPABILITY_MASK;
    for (uint32_t i = 0; i < PCI_CAPABILITIES && offset != 0; i++) {
        uintptr_t capability = config + offset;

        if (mmio_read8(capability + PCI_CAPABILITY_ID) == id)
            return capability;
        offset =
            mmio_read8(capability + PCI_CAPABILITY_NEXT) & PCI_CAPABILITY_MASK;
    }
    return 0;
}

enum iodma_status pci_msix_find(const struct pci_function *function,
                                struct pci_msix *msix)
{
    uintptr_t capability = find_capability(function->config, PCI_MSIX);
    uint32_t place;
    uint32_t bar;

    if (capability == 0)
        return IODMA_NOT_FOUND;
    place = mmio_read32(capability + PCI_MSIX_TABLE);
    bar = place & PCI_MSIX_TABLE_BAR;
    if (bar >= PCI_BARS || function->bar[bar] == 0)
        return IODMA_NOT_FOUND;

    msix->capability = capability;
    msix->table = (uintptr_t)function->bar[bar] + (place & ~PCI_MSIX_TABLE_BAR);
    msix->vectors =
        (mmio_read16(capability + PCI_MSIX_CONTROL) & PCI_MSIX_CONTROL_LAST) +
        1;
    return IODMA_OK;
}

/* All are held back by the function's own mask while the table changes. */
enum iodma_status pci_msix_enable(const struct pci_msix *msix, uint32_t vector,
                                  hal_address address, uint32_t data)
{
    uintptr_t entry = msix->table + (uintptr_t)PCI_MSIX_ENTRY * vector;
    uintptr_t control = msix->capability + PCI_MSIX_CONTROL;

    if (vector >= msix->vectors)
        return IODMA_BAD_ARGUMENT;

    mmio_write16(control, PCI_MSIX_CONTROL_ENABLE | PCI_MSIX_CONTROL_MASK);
    for (uint32_t i = 0; i < msix->vectors; i++)
        mmio_write32(msix->table + PCI_MSIX_ENTRY * i + PCI_MSIX_VECTOR, 1);
    mmio_write32(entry + PCI_MSIX_ADDRESS, (uint32_t)address);
    mmio_write32(entry + PCI_MSIX_ADDRESS_HIGH,
                 (uint32_t)((uint64_t)address >> 32));
    mmio_write32(entry + PCI_MSIX_DATA, data);
    mmio_write32(entry + PCI_MSIX_VECTOR, 0);
    mmio_write16(control, PCI_MSIX_CONTROL_ENABLE);
    return IODMA_OK;
}
