/* SPDX-License-Identifier: MIT */
/*
 * Windows onto memory beyond the virtual address space (hal/region.h): slots
 * of one PLAT_MMU_BLOCK, mapped as PLAT_MMU_MEMORY while a window is open.
 *
 * What is not shown is not mapped: the slot of a closed window, and a block
 * behind every slot. So a pointer run past the end of its window is a fault,
 * and so is one used after close(), until it is the slot's turn again.
 */
#ifndef PLATFORM_ARMV7A_WINDOW_H
#define PLATFORM_ARMV7A_WINDOW_H

#include "../../hal/region.h"
#include "mmu.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLAT_WINDOW_SLOTS  8u
#define PLAT_WINDOW_STRIDE (2 * PLAT_MMU_BLOCK)
#define PLAT_WINDOW_SPACE  (PLAT_WINDOW_SLOTS * PLAT_WINDOW_STRIDE)

/* Defined by the board: the first slot's virtual address, a multiple of
   PLAT_MMU_BLOCK, with PLAT_WINDOW_SPACE bytes that mmu_maps leaves free. */
extern const uint32_t window_base;

/*
 * The contract, and more than it asks for: PLAT_WINDOW_SLOTS windows at a time,
 * closed in any order, so that threads which preempt each other can use them.
 * open() of an address beyond 40 bits, and close() of a pointer that no
 * window shows, are faults.
 *
 * Context: any. Interrupts are masked for the choice of a slot only.
 */
extern const struct hal_window plat_window;

#ifdef __cplusplus
}
#endif

#endif
