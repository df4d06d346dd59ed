/* SPDX-License-Identifier: MIT */
/*
 * The same machine with a bus that is declared not snooped: every maintenance
 * operation is executed, by address, and rings lie in memory that the CPU does
 * not cache. QEMU has no caches: that an operation is missing cannot show here,
 * only that none faults and that the bytes are right all the same.
 */
#include "hal/cache/armv7a.h"

static struct hal_cache cache; /* of this core: made at bring-up */

#define NAME       "qemu_virt_noncoherent"
#define SNOOPED    false
#define CACHE      &cache
#define CACHE_INIT armv7a_cache_init
#define FREQUENCY  62500000 /* QEMU target/arm/internals.h, GTIMER_SCALE 16 */
#define RINGS      __attribute__((section(".dma")))

#include "boards/qemu_virt_facts.h"
