/* SPDX-License-Identifier: MIT */
/*
 * What the platform has to know of QEMU's mps2-an500, a Cortex-M7.
 *
 * Source: QEMU hw/arm/mps2.c.
 */
#include "hal/count_of.h"
#include "platform/armv7m/mpu.h"
#include "platform/armv7m/nvic.h"
#include "platform/armv7m/systick.h"
#include "platform/setup.h"
#include "platform/uart.h"

const uintptr_t uart_base = 0x40004000;
const uint32_t systick_hertz = 25000000;
const uint32_t nvic_lines = 32;

/* ARMv7-M has no stack limit. */
const struct setup_step setup_steps[] = { PLAT_MPU_STACK_GUARD };
const uint32_t setup_step_count = HAL_COUNT_OF(setup_steps);
