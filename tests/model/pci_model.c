/* SPDX-License-Identifier: MIT */
#include "tests/model/pci_model.h"

#include "hal/bits.h"
#include "platform/mmio.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_IO       BIT32(0)
#define COMMAND_MEMORY   BIT32(1)
#define COMMAND_DECODE   (COMMAND_IO | COMMAND_MEMORY)
#define COMMAND_MASTER   BIT32(2)
#define COMMAND_WRITABLE (COMMAND_DECODE | COMMAND_MASTER | BIT32(10))
#define STATUS_LIST      BIT32(20)

/* Of the MSI-X capability's first word. */
#define MSIX_MASK     BIT32(30)
#define MSIX_ENABLE   BIT32(31)
#define MSIX_WRITABLE (MSIX_MASK | MSIX_ENABLE)

#define RETRY 0xFFFF0001u /* of the identifier; all else reads as ones */

static struct pci_model *host; /* whose power is on */

static void violate(const char *what)
{
    if (!host->violation)
        host->violation = what;
}

void pci_model_power_on(struct pci_model *model, uintptr_t config,
                        uint32_t buses)
{
    memset(model, 0, sizeof *model);
    model->config = config;
    model->buses = buses;
    host = model;
}

void pci_model_function_init(struct pci_model_function *function,
                             uint32_t vendor, uint32_t device)
{
    memset(function, 0, sizeof *function);
    function->words[0] = device << 16 | vendor;
    function->words[PCI_MODEL_COMMAND] = COMMAND_WRITABLE;
    function->writable[PCI_MODEL_COMMAND] = COMMAND_WRITABLE;
    function->words[PCI_MODEL_CLASS] = 0xFF000001; /* of no class, revision 1 */
}

void pci_model_bridge_init(struct pci_model_function *bridge, uint32_t vendor,
                           uint32_t device)
{
    pci_model_function_init(bridge, vendor, device);
    bridge->words[PCI_MODEL_CLASS] = 0x06040001;
    bridge->words[PCI_MODEL_HEADER] = 1 << 16;
    bridge->words[PCI_MODEL_BUSES] = 0x40FF0100; /* latency, bus 1 to 255 */
    bridge->writable[PCI_MODEL_BUSES] = UINT32_MAX;
    bridge->words[PCI_MODEL_FORWARD_IO] = 0x0000F101; /* 32 bits */
    bridge->writable[PCI_MODEL_FORWARD_IO] = 0x0000F0F0;
    bridge->words[PCI_MODEL_FORWARD_MEMORY] = 0xFFF00000;
    bridge->writable[PCI_MODEL_FORWARD_MEMORY] = 0xFFF0FFF0;
    bridge->words[PCI_MODEL_FORWARD_MEMORY + 1] = 0xFFF10001; /* 64 bits */
    bridge->writable[PCI_MODEL_FORWARD_MEMORY + 1] = 0xFFF0FFF0;
    bridge->words[PCI_MODEL_FORWARD_MEMORY + 2] = 0x80;
    bridge->words[PCI_MODEL_FORWARD_MEMORY + 3] = 0xFF;
    bridge->writable[PCI_MODEL_FORWARD_MEMORY + 2] = UINT32_MAX;
    bridge->writable[PCI_MODEL_FORWARD_MEMORY + 3] = UINT32_MAX;
    bridge->words[PCI_MODEL_ROM] = 0x00020001; /* of the I/O: upper halves */
    bridge->writable[PCI_MODEL_ROM] = UINT32_MAX;
    bridge->writable[15] = 0x00FF00FF; /* control, interrupt line */
    bridge->words[15] = 0x00080000;
}

void pci_model_add(struct pci_model *model, struct pci_model_function *function,
                   const struct pci_model_function *bridge, uint32_t place)
{
    uint32_t free = 0;

    while (model->functions[free])
        free++;
    model->functions[free] = function;
    function->bridge = bridge;
    function->place = place;
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

void pci_model_capability(struct pci_model_function *function, uint32_t word,
                          uint32_t id, uint32_t upper)
{
    uint32_t *last = &function->words[PCI_MODEL_LIST];

    if (*last == 0) {
        function->words[PCI_MODEL_COMMAND] |= STATUS_LIST;
        *last = 4 * word | 3; /* low bits are reserved */
    } else {
        uint32_t at = *last / 4;

        while ((function->words[at] >> 8 & 0xFC) != 0)
            at = function->words[at] >> 10 & 0x3F;
        function->words[at] |= 4 * word << 8;
    }
    function->words[word] = upper << 16 | id;
}

/* ---- Which way ---- */

static bool is_bridge(const struct pci_model_function *function)
{
    return (function->words[PCI_MODEL_HEADER] >> 16 & 0x7F) == 1;
}

static uint32_t secondary_of(const struct pci_model_function *bridge)
{
    return bridge->words[PCI_MODEL_BUSES] >> 8 & 0xFF;
}

static bool leads_to(const struct pci_model_function *bridge, uint32_t bus)
{
    return is_bridge(bridge) && secondary_of(bridge) != 0 &&
           secondary_of(bridge) <= bus &&
           bus <= (bridge->words[PCI_MODEL_BUSES] >> 16 & 0xFF);
}

/* The bridge behind `above` that passes a configuration cycle on. */
static const struct pci_model_function *
next_bridge(const struct pci_model_function *above, uint32_t bus)
{
    const struct pci_model_function *found = NULL;

    for (uint32_t i = 0; i < PCI_MODEL_FUNCTIONS && host->functions[i]; i++) {
        const struct pci_model_function *one = host->functions[i];

        if (one->bridge != above || !leads_to(one, bus))
            continue;
        if (found)
            violate("two bridges claim one bus");
        found = one;
    }
    return found;
}

static bool answers(const struct pci_model_function *function, uint32_t place)
{
    return function->place == place ||
           (function->anywhere && function->place % 8 == place % 8);
}

static struct pci_model_function *
function_at(const struct pci_model_function *bridge, uint32_t place)
{
    for (uint32_t i = 0; i < PCI_MODEL_FUNCTIONS && host->functions[i]; i++) {
        if (host->functions[i]->bridge == bridge &&
            answers(host->functions[i], place))
            return host->functions[i];
    }
    return NULL;
}

static struct pci_model_function *reach(uint32_t bus, uint32_t place)
{
    const struct pci_model_function *bridge = NULL;
    uint32_t here = 0;

    while (here != bus) {
        bridge = next_bridge(bridge, bus);
        if (!bridge)
            return NULL;
        if ((bridge->words[PCI_MODEL_BUSES] & 0xFF) != here)
            violate("a bridge with a wrong primary bus is used");
        here = secondary_of(bridge);
    }
    return function_at(bridge, place);
}

/* ---- Decoding ---- */

static bool within_bar(const struct pci_model_function *function,
                       uint32_t index, uint64_t address, bool io)
{
    const uint32_t *word = &function->words[PCI_MODEL_BAR0 + index];
    const uint32_t *sticks = &function->writable[PCI_MODEL_BAR0 + index];
    bool wide = (*word & 7) == PCI_MODEL_64;
    uint64_t mask = *sticks;
    uint64_t base = *word & *sticks;

    if (*sticks == 0 && !wide)
        return false;
    if (io != ((*word & PCI_MODEL_IO) != 0))
        return false;
    if (io)
        mask |= 0xFFFF0000;
    mask |= (uint64_t)(wide ? sticks[1] : UINT32_MAX) << 32;
    base |= wide ? (uint64_t)(word[1] & sticks[1]) << 32 : 0;
    return mask != 0 && (address & mask) == base;
}

static bool decodes(const struct pci_model_function *function, bool io)
{
    return (function->words[PCI_MODEL_COMMAND] &
            (io ? COMMAND_IO : COMMAND_MEMORY)) != 0;
}

static bool claims(const struct pci_model_function *function, uint64_t address,
                   bool io)
{
    uint32_t count = is_bridge(function) ? 2 : 6;

    for (uint32_t i = 0; i < count && decodes(function, io); i++) {
        if (within_bar(function, i, address, io))
            return true;
        if ((function->words[PCI_MODEL_BAR0 + i] & 7) == PCI_MODEL_64)
            i++;
    }
    return false;
}

static bool forwards(const struct pci_model_function *bridge, uint64_t address,
                     bool io)
{
    const uint32_t *word = &bridge->words[PCI_MODEL_FORWARD_MEMORY];
    uint32_t ports = bridge->words[PCI_MODEL_FORWARD_IO];
    uint32_t high = bridge->words[PCI_MODEL_ROM];

    if (!is_bridge(bridge) || !decodes(bridge, io))
        return false;
    if (io)
        return bridge->writable[PCI_MODEL_FORWARD_IO] != 0 &&
               (high << 16 | (ports & 0xF0) << 8) <= address &&
               address <= ((high & 0xFFFF0000) | (ports & 0xF000) | 0xFFF);
    if ((word[0] & 0xFFF0) << 16 <= address &&
        address <= (word[0] & 0xFFF00000) + 0xFFFFFull)
        return true;
    return ((uint64_t)word[2] << 32 | (word[1] & 0xFFF0) << 16) <= address &&
           address <=
               ((uint64_t)word[3] << 32 | (word[1] & 0xFFF00000)) + 0xFFFFF;
}

static bool is_above(const struct pci_model_function *bridge,
                     const struct pci_model_function *function)
{
    while (function && function != bridge)
        function = function->bridge;
    return function != NULL;
}

bool pci_model_arrives(const struct pci_model *model,
                       const struct pci_model_function *function,
                       uint64_t address, bool io)
{
    for (uint32_t i = 0; i < PCI_MODEL_FUNCTIONS && model->functions[i]; i++) {
        const struct pci_model_function *one = model->functions[i];
        bool passes = one != function && is_above(one, function);
        const struct pci_model_function *above = function;

        /* Only who shares a bus with one on the way sees it. */
        while (above && above->bridge != one->bridge)
            above = above->bridge;
        if (!above)
            continue;
        if (forwards(one, address, io) != passes ||
            claims(one, address, io) != (one == function))
            return false;
    }
    return true;
}

bool pci_model_masters(const struct pci_model_function *function)
{
    for (; function; function = function->bridge) {
        if ((function->words[PCI_MODEL_COMMAND] & COMMAND_MASTER) == 0)
            return false;
    }
    return true;
}

/* ---- Configuration space ---- */

/* The word of a configuration space that an address names. */
static struct pci_model_function *find(uintptr_t address, uint32_t *word)
{
    uintptr_t offset = address - host->config;

    *word = (uint32_t)(offset % 0x1000 / 4);
    if (offset >> 20 >= host->buses) {
        violate("an access beyond the buses there are");
        return NULL;
    }
    return reach((uint32_t)(offset >> 20), (uint32_t)(offset >> 12) % 256);
}

static void check_write(const struct pci_model_function *function,
                        uint32_t word)
{
    bool decoding = (function->words[PCI_MODEL_COMMAND] & COMMAND_DECODE) != 0;
    uint32_t bars = is_bridge(function) ? 2 : 6;

    if (decoding && word - PCI_MODEL_BAR0 < bars)
        violate("a base address changes while it is decoded");
    if (decoding && is_bridge(function) &&
        word - PCI_MODEL_FORWARD_IO <= PCI_MODEL_ROM - PCI_MODEL_FORWARD_IO)
        violate("a window changes while it is decoded");
    if (function->retries != 0)
        violate("a write to who asks to be asked again");
}

static uint32_t read_config(struct pci_model_function *function, uint32_t word)
{
    if (!function)
        return UINT32_MAX;
    if (function->liar)
        return random_below(&host->seed, 0x10000) << 16 |
               random_below(&host->seed, 0x10000);
    if (function->retries != 0) {
        if (word == 0)
            function->retries--;
        return word == 0 ? RETRY : UINT32_MAX;
    }
    if (word >= PCI_MODEL_WORDS) {
        violate("a read beyond a function's registers");
        return UINT32_MAX;
    }
    return function->words[word];
}

static void write_config(struct pci_model_function *function, uint32_t word,
                         uint32_t bits, uint32_t value)
{
    if (!function) {
        violate("a write to nobody");
        return;
    }
    if (function->liar)
        return;
    if (word >= PCI_MODEL_WORDS) {
        violate("a write beyond a function's registers");
        return;
    }
    check_write(function, word);
    bits &= function->writable[word];
    function->words[word] = (function->words[word] & ~bits) | (value & bits);
}

/* ---- The MSI-X table ---- */

static uint32_t *entry_at(uintptr_t address)
{
    uintptr_t offset = address - host->table;

    if (!host->msix || offset >= sizeof host->entries)
        return NULL;
    if (!pci_model_arrives(host, host->msix, host->table_bus + offset, false))
        violate("the table is accessed where it does not answer");
    return &host->entries[offset / 16][offset % 16 / 4];
}

static void write_entry(uint32_t *entry, uint32_t value)
{
    if ((host->msix->words[host->msix_word] & MSIX_WRITABLE) != MSIX_WRITABLE)
        violate("the table changes, and not all of it is held back");
    host->table_writes++;
    *entry = value;
}

/* ---- platform/mmio.h ---- */

/* What hangs is ended here: a test fails, it does not wait. */
static void count_access(void)
{
    if (++host->accesses <= PCI_MODEL_BUDGET)
        return;
    printf("not ok - a driver of PCI that does not end\n");
    exit(1);
}

static uint32_t bits_of(uintptr_t address, unsigned size)
{
    if (address % size != 0)
        violate("an access that is not aligned");
    return (UINT32_MAX >> (32 - 8 * size)) << (8 * (address % 4));
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t bits = bits_of(address, size);
    const uint32_t *entry = entry_at(address);
    struct pci_model_function *function;
    uint32_t word;

    count_access();
    if (entry)
        return (*entry & bits) >> (8 * (address % 4));
    function = find(address, &word);
    return (read_config(function, word) & bits) >> (8 * (address % 4));
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    uint32_t bits = bits_of(address, size);
    uint32_t *entry = entry_at(address);
    struct pci_model_function *function;
    uint32_t word;

    count_access();
    if (entry) {
        write_entry(entry, value);
        return;
    }
    function = find(address, &word);
    write_config(function, word, bits, value << (8 * (address % 4)));
}
