/* SPDX-License-Identifier: MIT */
/*
 * DCACHE of the STM32U5 and H5: a data cache in front of the external memories,
 * with one command at a time over one range, in the background.
 *
 *     static uint32_t dcache_state;
 *     static const struct stm32_dcache dcache = {
 *         .cache = { &stm32_dcache_ops, 32, 32 },
 *         .base = 0x40031400, .icache = 0x40030400,
 *         .clock = &plat_clock, .lock = &plat_lock, .state = &dcache_state,
 *     };
 *
 * A range waits for the one before it; a handler's waits for the thread's. The
 * registers are written with the lock held, which is not held while waiting.
 * A range that finds the controller busy for STM32_DCACHE_MS, and an error of
 * the controller (it could not write a line back), is told by every finish()
 * until stm32_dcache_reset(): nobody knows any more what memory holds.
 *
 * Switched off (CR.EN 0) there is nothing to maintain.
 *
 * That a command is over is told by both busy flags and by the end of the one
 * that was started last: whether BUSYCMDF follows STARTCMD at once is said
 * nowhere.
 *
 * Lines have 16 bytes on an STM32U535 to U585 and on an H5, 32 on a U595 to
 * U5G9. The driver does with either: 32 is right for all.
 *
 * Source: ST's device headers cmsis_device_u5 (stm32u585xx.h, stm32u5a5xx.h)
 *         and cmsis_device_h5 for offsets, bits, addresses, and by the width of
 *         CMDSTARTADDR the lines; stm32u5xx_hal_dcache.c for the order of the
 *         writes, and that the range ends with its last byte, anywhere in a
 *         line.
 */
#ifndef HAL_CACHE_STM32_DCACHE_H
#define HAL_CACHE_STM32_DCACHE_H

#include "../cache.h"
#include "../clock.h"
#include "../lock.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No command on a cache of 4 to 16 KiB takes as long. */
enum { STM32_DCACHE_MS = 100 };

struct stm32_dcache {
    struct hal_cache cache;
    uintptr_t base;   /* of DCACHE1's registers                            */
    uintptr_t icache; /* of ICACHE's; 0: code is not cached                */
    const struct hal_clock *clock;
    const struct hal_lock *lock; /* of whoever maintains                   */
    uint32_t *state;             /* 0 at first; ours, under the lock       */
};

extern const struct hal_cache_ops stm32_dcache_ops;

/* Forget errors: what memory and cache hold is known again, since the cache
   was invalidated, or the product does not care. Context: thread. */
void stm32_dcache_reset(const struct stm32_dcache *dcache);

#ifdef __cplusplus
}
#endif

#endif
