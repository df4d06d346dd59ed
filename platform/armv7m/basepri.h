/* SPDX-License-Identifier: MIT */
/*
 * A lock of a bus that holds back only the interrupts which use that bus.
 * More urgent ones go on, and must not touch it. plat_lock, which masks all,
 * is the usual one.
 *
 *     static const struct basepri_lock lock =
 *         PLAT_BASEPRI_LOCK(PLAT_NVIC_PRIORITY);
 *     ... .lock = &lock.lock
 *     nvic_priority(MOTOR, 0x40);
 *
 * ARMv7-M and ARMv8-M Mainline only: others have no BASEPRI. Not for a
 * Cortex-M7 r0p0 or r0p1, where it takes effect too late (erratum 837070).
 *
 * Source: ARM DDI 0403E B1.4.3; FreeRTOS, portable/GCC/ARM_CM7/r0p1 for the
 *         erratum.
 */
#ifndef PLATFORM_ARMV7M_BASEPRI_H
#define PLATFORM_ARMV7M_BASEPRI_H

#include "../../hal/lock.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct basepri_lock {
    struct hal_lock lock;
    uint32_t priority; /* held back: those of this one and less urgent ones;
                          1 to 255, in the bits that the core keeps */
};

#define PLAT_BASEPRI_LOCK(held_back)                                           \
    {                                                                          \
        .lock = { basepri_save, basepri_restore }, .priority = (held_back)     \
    }

/* The contract. Context: threads, and handlers of those priorities. */
uint32_t basepri_save(const struct hal_lock *lock);
void basepri_restore(const struct hal_lock *lock, uint32_t state);

#ifdef __cplusplus
}
#endif

#endif
