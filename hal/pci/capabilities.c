/* SPDX-License-Identifier: MIT */
/* Capabilities of a function; of them messages: MSI off, MSI-X (ecam.h). */
#include "../../platform/mmio.h"
#include "ecam.h"
#include "pci_parts.h"
#include "pci_regs.h"

uintptr_t pci_capability(uintptr_t config, uint32_t id)
{
    uint32_t offset;

    if ((mmio_read16(config + PCI_STATUS) & PCI_STATUS_LIST) == 0)
        return 0;
    offset = mmio_read8(config + PCI_LIST) & PCI_CAPABILITY_MASK;
    for (uint32_t i = 0; i < PCI_CAPABILITIES && offset >= PCI_CAPABILITY_FIRST;
         i++) {
        uintptr_t capability = config + offset;

        if (mmio_read8(capability + PCI_CAPABILITY_ID) == id)
            return capability;
        offset =
            mmio_read8(capability + PCI_CAPABILITY_NEXT) & PCI_CAPABILITY_MASK;
    }
    return 0;
}

static void switch_off(uintptr_t control, uint32_t enable)
{
    mmio_write16(control, (uint16_t)(mmio_read16(control) & ~enable));
}

void pci_messages_off(uintptr_t config)
{
    uintptr_t msi = pci_capability(config, PCI_MSI);
    uintptr_t msix = pci_capability(config, PCI_MSIX);

    if (msi != 0)
        switch_off(msi + PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE);
    if (msix != 0)
        switch_off(msix + PCI_MSIX_CONTROL, PCI_MSIX_CONTROL_ENABLE);
}

/* Does a table of a function's lie within one of its places in memory? */
static bool holds(const struct pci_function *function, uint32_t bar,
                  uint32_t offset, uint32_t vectors)
{
    uintptr_t size;

    if (function->kind != PCI_DEVICE || bar >= PCI_BARS ||
        (function->io & BIT32(bar)) != 0)
        return false;
    size = function->bars[bar].size;
    return offset <= size && PCI_MSIX_ENTRY * vectors <= size - offset;
}

enum iodma_status pci_msix_find(const struct pci_function *function,
                                struct pci_msix *msix)
{
    uintptr_t capability = pci_capability(function->config, PCI_MSIX);
    uint32_t vectors;
    uint32_t table;
    uint32_t bar;

    if (capability == 0)
        return IODMA_NOT_FOUND;
    table = mmio_read32(capability + PCI_MSIX_TABLE);
    vectors =
        (mmio_read16(capability + PCI_MSIX_CONTROL) & PCI_MSIX_CONTROL_LAST) +
        1;
    bar = table & PCI_MSIX_TABLE_BAR;
    table -= bar;
    if (!holds(function, bar, table, vectors))
        return IODMA_NOT_FOUND;

    *msix = (struct pci_msix){ capability, function->bars[bar].base + table,
                               vectors };
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
