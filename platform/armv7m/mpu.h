/* SPDX-License-Identifier: MIT */
/*
 * A guard below the stack for cores without a stack limit: steps of a board's
 * set-up (platform/setup.h) that make the stack's first 256 bytes untouchable.
 *
 *     const struct setup_step setup_steps[] = { PLAT_MPU_STACK_GUARD };
 *
 * The PMSA of ARMv7-M, and of ARMv6-M where the core has one.
 *
 * Source: ARM DDI 0403E B3.5; ARM DDI 0419 B3.5, where 256 bytes are the
 *         smallest region; CMSIS 5, core_cm7.h and core_cm0plus.h.
 */
#ifndef PLATFORM_ARMV7M_MPU_H
#define PLATFORM_ARMV7M_MPU_H

#include "image.h"

#define PLAT_MPU_CTRL            0xE000ED94u
#define PLAT_MPU_CTRL_ENABLE     (1u << 0)
#define PLAT_MPU_CTRL_PRIVDEFENA (1u << 2) /* elsewhere as without it */
#define PLAT_MPU_RNR             0xE000ED98u
#define PLAT_MPU_RBAR            0xE000ED9Cu
#define PLAT_MPU_RASR            0xE000EDA0u
#define PLAT_MPU_RASR_ENABLE     (1u << 0)
#define PLAT_MPU_RASR_256        (7u << 1)
#define PLAT_MPU_RASR_XN         (1u << 28) /* and AP 0: no access at all */

enum { MPU_GUARD_SIZE = 256 };

/* clang-format off */
#define PLAT_MPU_STACK_GUARD                                                   \
    { .address = PLAT_MPU_RNR, .value = 0 },                                   \
    { .address = PLAT_MPU_RBAR, .value = (uintptr_t)stack_limit },             \
    { .address = PLAT_MPU_RASR,                                                \
      .value = PLAT_MPU_RASR_XN | PLAT_MPU_RASR_256 |                          \
               PLAT_MPU_RASR_ENABLE },                                         \
    { .address = PLAT_MPU_CTRL,                                                \
      .value = PLAT_MPU_CTRL_PRIVDEFENA | PLAT_MPU_CTRL_ENABLE }
/* clang-format on */

#endif
