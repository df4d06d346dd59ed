/* SPDX-License-Identifier: MIT */
/*
 * Windows onto memory beyond the virtual address space (hal/region.h): slots
 * of one MMU_BLOCK, mapped as MMU_MEMORY while a window is open.
 *
 * What is not shown is not mapped: the slot of a closed window, and a block
 * behind every slot. So a pointer run past the end of its window is a fault,
 * and so is one used after close(), until it is the slot's turn again.
 */
#ifndef PLATFORM_ARMV7A_WINDOW_H
#define PLATFORM_ARMV7A_WINDOW_H

#include "hal/region.h"
#include "platform/armv7a/mmu.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WINDOW_SLOTS  8u
#define WINDOW_STRIDE (2 * MMU_BLOCK)
#define WINDOW_SPACE  (WINDOW_SLOTS * WINDOW_STRIDE) /* 32 MiB */

/* Defined by the board: the first slot's virtual address, a multiple of
   MMU_BLOCK, with WINDOW_SPACE bytes that mmu_maps leaves free. */
extern const uint32_t window_base;

/*
 * The contract, and more than it asks for: WINDOW_SLOTS windows at a time,
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
