/* SPDX-License-Identifier: MIT */
#include "window.h"

#include <stdbool.h>
#include <stddef.h>

#include "../interrupt.h"
#include "fault.h"

/* Written by threads and ISRs, with interrupts masked. */
static struct {
    uint32_t free; /* bit n: slot n                                 */
    uint32_t next; /* the slot to try first; PLAT_WINDOW_SLOTS: slot 0   */
} slots = { .free = (1u << PLAT_WINDOW_SLOTS) - 1 };

/* In turn, so that a slot stays unmapped for a while after its window is
   closed, and a late use of the window finds nothing there. */
static bool take_slot(uint32_t *slot)
{
    uint32_t state = interrupts_save();
    uint32_t later = slots.free & ~0u << slots.next;
    bool found = slots.free != 0;

    if (found) {
        *slot = (uint32_t)__builtin_ctz(later != 0 ? later : slots.free);
        slots.free &= ~(1u << *slot);
        slots.next = *slot + 1;
    }
    interrupts_restore(state);
    return found;
}

static void give_back_slot(uint32_t slot)
{
    uint32_t state = interrupts_save();

    slots.free |= 1u << slot;
    interrupts_restore(state);
}

/* A slot is ours from take_slot() to give_back_slot(): an interrupt that
   comes while we map it, or unmap it, takes another. */
static void *window_open(hal_address address, hal_address *length)
{
    uint32_t offset = (uint32_t)address % PLAT_MMU_BLOCK;
    uint32_t slot, va;

    if (!take_slot(&slot))
        return NULL;

    va = window_base + slot * PLAT_WINDOW_STRIDE;
    mmu_map_block(va, address - offset);
    if (*length > PLAT_MMU_BLOCK - offset)
        *length = PLAT_MMU_BLOCK - offset;
    return (void *)(va + offset);
}

static void window_close(void *pointer)
{
    uint32_t offset = (uint32_t)pointer - window_base;

    if (offset >= PLAT_WINDOW_SPACE)
        fault_stop("a pointer is closed that no window shows");
    mmu_unmap_block((uint32_t)pointer - offset % PLAT_MMU_BLOCK);
    give_back_slot(offset / PLAT_WINDOW_STRIDE);
}

const struct hal_window plat_window = {
    .open = window_open,
    .close = window_close,
};
