/* SPDX-License-Identifier: MIT */
#include "tests/model/pci_model.h"

#include "hal/bits.h"
#include "platform/mmio.h"

#include <string.h>

#define COMMAND_DECODE   (BIT32(0) | BIT32(1)) /* I/O, memory             */
#define COMMAND_MEMORY   BIT32(1)
#define COMMAND_WRITABLE (BIT32(0) | BIT32(1) | BIT32(2) | BIT32(10))

/* Of the MSI-X capability's first word. */
#define MSIX_MASK     BIT32(30)
#define MSIX_ENABLE   BIT32(31)
#define MSIX_WRITABLE (MSIX_MASK | MSIX_ENABLE)

static struct pci_model *bus; /* whose power is on */

static void violate(const char *what)
{
    if (!bus->violation)
        bus->violation = what;
}

void pci_model_power_on(struct pci_model *model, uintptr_t config)
{
    memset(model, 0, sizeof *model);
    model->config = config;
    bus = model;
}

void pci_model_function_init(struct pci_model_function *function,
                             uint32_t vendor, uint32_t device)
{
    memset(function, 0, sizeof *function);
    function->words[0] = device << 16 | vendor;
    function->words[PCI_MODEL_COMMAND] = COMMAND_WRITABLE;
    function->writable[PCI_MODEL_COMMAND] = COMMAND_WRITABLE;
}

void pci_model_bar(struct pci_model_function *function, uint32_t index,
                   uint32_t kind, uint64_t size)
{
    uint64_t sticks = ~((size & ~PCI_MODEL_IO_WIDE) - 1);
    uint32_t word = PCI_MODEL_BAR0 + index;

    if (kind == PCI_MODEL_IO && (size & PCI_MODEL_IO_WIDE) == 0)
        sticks &= UINT16_MAX;
    function->words[word] = kind;
    function->writable[word] = (uint32_t)sticks;
    if ((kind & PCI_MODEL_64) != 0)
        function->writable[word + 1] = (uint32_t)(sticks >> 32);
}

/* ---- Configuration space ---- */

/* The word of a configuration space that an address names; NULL: none. */
static uint32_t *word_at(uintptr_t address, uint32_t **writable)
{
    uintptr_t offset = address - bus->config;
    uintptr_t device = offset >> 15;
    uintptr_t word = offset % 0x8000 / 4;

    if (device >= PCI_MODEL_DEVICES) {
        violate("an access beyond the bus");
        return NULL;
    }
    if (word >= PCI_MODEL_WORDS) {
        violate("an access to another function, or beyond its registers");
        return NULL;
    }
    if (!bus->functions[device])
        return NULL;
    *writable = &bus->functions[device]->writable[word];
    return &bus->functions[device]->words[word];
}

static void check_write(const uint32_t *word)
{
    for (uint32_t i = 0; i < PCI_MODEL_DEVICES; i++) {
        const struct pci_model_function *function = bus->functions[i];

        if (function && word >= &function->words[PCI_MODEL_BAR0] &&
            word < &function->words[PCI_MODEL_BAR0 + 6] &&
            (function->words[PCI_MODEL_COMMAND] & COMMAND_DECODE) != 0)
            violate("a base address changes while it is decoded");
    }
}

/* ---- The MSI-X table ---- */

static uint32_t *entry_at(uintptr_t address)
{
    uintptr_t offset = address - bus->table;

    if (!bus->msix || offset >= sizeof bus->entries)
        return NULL;
    if ((bus->msix->words[PCI_MODEL_COMMAND] & COMMAND_MEMORY) == 0)
        violate("the table is accessed, and the function decodes no memory");
    return &bus->entries[offset / 16][offset % 16 / 4];
}

static void write_entry(uint32_t *entry, uint32_t value)
{
    if ((bus->msix->words[bus->msix_word] & MSIX_WRITABLE) != MSIX_WRITABLE)
        violate("the table changes, and not all of it is held back");
    bus->table_writes++;
    *entry = value;
}

/* ---- platform/mmio.h ---- */

static uint32_t bits_of(uintptr_t address, unsigned size)
{
    if (address % size != 0)
        violate("an access that is not aligned");
    return (UINT32_MAX >> (32 - 8 * size)) << (8 * (address % 4));
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t bits = bits_of(address, size);
    uint32_t *word = entry_at(address);
    uint32_t *writable;

    if (!word)
        word = word_at(address, &writable);
    return word ? (*word & bits) >> (8 * (address % 4)) : UINT32_MAX;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    uint32_t bits = bits_of(address, size);
    uint32_t *entry = entry_at(address);
    uint32_t *writable;
    uint32_t *word;

    if (entry) {
        write_entry(entry, value);
        return;
    }
    word = word_at(address, &writable);
    if (!word) {
        violate("a write to nobody");
        return;
    }
    check_write(word);
    bits &= *writable;
    *word = (*word & ~bits) | (value << (8 * (address % 4)) & bits);
}
