/* SPDX-License-Identifier: MIT */
/* Where base address registers, and what bridges forward, come to lie. */
#include "../../platform/mmio.h"
#include "pci_parts.h"
#include "pci_regs.h"

/* What a bridge's registers count in. */
enum { FORWARDED_MEMORY = 0x100000, FORWARDED_IO = 0x1000 };

/* What is asked of a window. */
struct wish {
    uintptr_t size;
    uint64_t last;    /* bus address that can be named                       */
    uint32_t granule; /* of what is forwarded; a part of one at the window's
                         end is not used                                     */
};

/* What a bus address lacks to a multiple of the power of two. */
static uintptr_t gap_at(uint64_t bus, uintptr_t power)
{
    return (uintptr_t)(0 - bus) & (power - 1);
}

/* Whatever is placed next begins at a multiple of the granule. */
static void align(struct pci_window *window, uint32_t granule)
{
    uintptr_t gap = gap_at(window->bus + window->used, granule);
    uintptr_t left = window->size - window->used;

    window->used += gap < left ? gap : left;
}

/* Cut a piece, aligned to its size, off a window. */
static bool take(struct pci_window *window, const struct wish *wish,
                 uintptr_t *piece)
{
    uintptr_t ragged =
        (uintptr_t)(window->bus + window->size) & (wish->granule - 1);
    uintptr_t end = window->size > ragged ? window->size - ragged : 0;
    uintptr_t gap = gap_at(window->bus + window->used, wish->size);
    uintptr_t at = window->used + gap;

    if (at < gap || at > end || wish->size > end - at ||
        window->bus + (at + wish->size - 1) > wish->last)
        return false;
    *piece = at;
    window->used = at + wish->size;
    return true;
}

/* The size of a BAR: write ones, see which stick (6.2.5.1). */
static uint64_t size_of(uintptr_t bar, bool io, bool wide)
{
    uint32_t high = UINT32_MAX;
    uint32_t low;

    mmio_write32(bar, UINT32_MAX);
    low = mmio_read32(bar) & (io ? PCI_BAR_IO_MASK : PCI_BAR_MEMORY_MASK);
    if (wide) {
        mmio_write32(bar + 4, UINT32_MAX);
        high = mmio_read32(bar + 4);
    }
    if (low == 0 && (!wide || high == 0))
        return 0;
    /* I/O decoders may have no upper half. */
    if (io)
        low |= MASK32(31, 16);
    return ~((uint64_t)high << 32 | low) + 1;
}

/* Give a BAR its address. Does it keep it? I/O of 16 bits may not. */
static bool settle(uintptr_t bar, uint64_t bus, bool io, bool wide)
{
    uint32_t mask = io ? PCI_BAR_IO_MASK : PCI_BAR_MEMORY_MASK;

    mmio_write32(bar, (uint32_t)bus);
    if (wide)
        mmio_write32(bar + 4, (uint32_t)(bus >> 32));
    return (mmio_read32(bar) & mask) == (uint32_t)bus &&
           (!wide || mmio_read32(bar + 4) == (uint32_t)(bus >> 32));
}

/* A place for so many bytes of a function, CPU and bus. A bridge passes 32 bits
   of memory addresses on, and 16 of I/O, if any. */
static bool find_place(struct pci_ecam *ecam, struct pci_function *function,
                       uint32_t index, uint64_t size, bool wide, uint64_t *bus)
{
    const struct pci_function *bridge = function->bridge;
    bool io = (function->io & BIT32(index)) != 0;
    struct pci_window *window = io ? &ecam->io : &ecam->memory;
    struct wish wish = { (uintptr_t)size, UINT32_MAX, 1 };
    uintptr_t piece;

    /* Those who lie may leave zeros among the ones that stick. */
    if (wish.size != size || (size & (size - 1)) != 0)
        return false;
    if (bridge && io && (bridge->unplaced & BIT32(PCI_FORWARDS_IO)) != 0)
        return false;
    if (bridge && io)
        wish.last = UINT16_MAX;
    else if (!bridge && wide)
        wish.last = UINT64_MAX;
    if (bridge)
        wish.granule = io ? FORWARDED_IO : FORWARDED_MEMORY;
    if (!take(window, &wish, &piece))
        return false;

    *bus = window->bus + piece;
    function->bars[index] = (struct pci_bar){ window->cpu + piece, wish.size };
    return true;
}

static void leave_out(struct pci_function *function, uint32_t index)
{
    function->bars[index] = (struct pci_bar){ 0, 0 };
    function->unplaced |= (uint8_t)BIT32(index);
}

/*
 * Leave a BAR without a place at 0, or if from there it would answer for
 * addresses of the window, at the top of those that it can name. The function
 * decodes for its others. Returns whether it may: I/O of 16 bits has its top
 * within a window of all that it can name.
 */
static bool put_aside(const struct pci_ecam *ecam, uintptr_t bar, uint64_t size,
                      bool io, bool wide)
{
    const struct pci_window *window = io ? &ecam->io : &ecam->memory;
    uint64_t top = wide ? 0 - size : (uint32_t)(0 - size);

    if (window->size == 0 || size <= window->bus) {
        (void)settle(bar, 0, io, wide);
        return true;
    }
    return settle(bar, top, io, wide) ||
           window->bus + window->size <= (uint16_t)top;
}

/* Nothing of a function answers in I/O. */
static void decode_no_io(struct pci_function *function)
{
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        if ((function->io & BIT32(i)) != 0 && function->bars[i].size != 0)
            leave_out(function, i);
    }
    if (function->kind == PCI_BRIDGE)
        leave_out(function, PCI_FORWARDS_IO);
}

/* Give one BAR of `count` a place; *clear becomes false if it cannot be kept
   out of the window. Returns the number of registers it takes. */
static uint32_t place(struct pci_ecam *ecam, struct pci_function *function,
                      uint32_t index, uint32_t count, bool *clear)
{
    uintptr_t bar = function->config + PCI_BAR0 + 4 * (uintptr_t)index;
    uint32_t kind = mmio_read32(bar);
    bool io = (kind & PCI_BAR_IO) != 0;
    bool wide = (kind & PCI_BAR_TYPE) == PCI_BAR_64;
    uint64_t size;
    uint64_t bus;

    if (wide && index + 1 == count) { /* what follows is no BAR */
        leave_out(function, index);
        mmio_write32(bar, 0);
        return 1;
    }
    if (io)
        function->io |= (uint8_t)BIT32(index);
    size = size_of(bar, io, wide);
    if (size == 0 || !find_place(ecam, function, index, size, wide, &bus) ||
        !settle(bar, bus, io, wide)) {
        if (!put_aside(ecam, bar, size, io, wide))
            *clear = false;
        if (size != 0)
            leave_out(function, index);
    }
    return wide ? 2 : 1;
}

void pci_place(struct pci_ecam *ecam, struct pci_function *function)
{
    uint32_t count =
        function->kind == PCI_BRIDGE ? PCI_FORWARDS_MEMORY : PCI_BARS;
    uint32_t index = 0;
    bool clear = true;

    while (index < count)
        index += place(ecam, function, index, count, &clear);
    if (!clear)
        decode_no_io(function);
}

uint32_t pci_spaces(const struct pci_function *function)
{
    uint32_t spaces = 0;

    for (uint32_t i = 0; i < PCI_BARS; i++) {
        if (function->bars[i].size != 0)
            spaces |= (function->io & BIT32(i)) != 0 ? PCI_COMMAND_IO
                                                     : PCI_COMMAND_MEMORY;
    }
    return spaces;
}

/* Bridges ----------------------------------------------------------------- */

/* No prefetchable memory: all that is placed may be read ahead of or not. */
void pci_forward_nothing(uintptr_t config)
{
    mmio_write32(config + PCI_BRIDGE_BUSES,
                 mmio_read32(config + PCI_BRIDGE_BUSES) & PCI_BRIDGE_LATENCY);
    mmio_write16(config + PCI_BRIDGE_IO, PCI_BRIDGE_IO_CLOSED);
    mmio_write32(config + PCI_BRIDGE_IO_HIGH, 0);
    mmio_write32(config + PCI_BRIDGE_MEMORY, PCI_BRIDGE_MEMORY_CLOSED);
    mmio_write32(config + PCI_BRIDGE_PREFETCH, PCI_BRIDGE_MEMORY_CLOSED);
    mmio_write32(config + PCI_BRIDGE_PREFETCH_LIMIT_HIGH, 0);
    mmio_write16(config + PCI_BRIDGE_CONTROL, 0);
}

/* I/O is optional; where it is not, the register is 0 whatever is written. */
static bool forwards_io(const struct pci_function *bridge)
{
    const struct pci_function *above = bridge->bridge;

    return (mmio_read16(bridge->config + PCI_BRIDGE_IO) & PCI_BRIDGE_IO_BASE) ==
               PCI_BRIDGE_IO_CLOSED &&
           (!above || (above->unplaced & BIT32(PCI_FORWARDS_IO)) == 0);
}

void pci_forward_begin(struct pci_ecam *ecam, struct pci_function *bridge)
{
    align(&ecam->memory, FORWARDED_MEMORY);
    align(&ecam->io, FORWARDED_IO);
    bridge->bars[PCI_FORWARDS_MEMORY].base =
        ecam->memory.cpu + ecam->memory.used;
    bridge->bars[PCI_FORWARDS_IO].base = ecam->io.cpu + ecam->io.used;
    bridge->io |= (uint8_t)BIT32(PCI_FORWARDS_IO);
    if (!forwards_io(bridge))
        bridge->unplaced |= (uint8_t)BIT32(PCI_FORWARDS_IO);
}

/* All that was placed meanwhile is forwarded. Gives its first bus address; both
   ends are below 4 GiB, or nothing was placed. */
static uint32_t forward(struct pci_window *window, struct pci_bar *forwarded,
                        uint32_t granule)
{
    uintptr_t first = forwarded->base - window->cpu;

    align(window, granule);
    forwarded->size = window->used - first;
    return (uint32_t)(window->bus + first);
}

void pci_forward_end(struct pci_ecam *ecam, struct pci_function *bridge)
{
    struct pci_bar *memory = &bridge->bars[PCI_FORWARDS_MEMORY];
    struct pci_bar *io = &bridge->bars[PCI_FORWARDS_IO];
    uint32_t first = forward(&ecam->memory, memory, FORWARDED_MEMORY);
    uint32_t last = first + (uint32_t)memory->size - 1;

    if (memory->size != 0)
        mmio_write32(bridge->config + PCI_BRIDGE_MEMORY,
                     (last & MASK32(31, 20)) | (first >> 16 & MASK32(15, 4)));

    first = forward(&ecam->io, io, FORWARDED_IO);
    last = first + (uint32_t)io->size - 1;
    if (io->size != 0)
        mmio_write16(
            bridge->config + PCI_BRIDGE_IO,
            (uint16_t)((last & MASK32(15, 12)) | (first >> 8 & MASK32(7, 4))));

    mmio_write16(bridge->config + PCI_COMMAND,
                 (uint16_t)(pci_spaces(bridge) | PCI_COMMAND_MASTER));
}
