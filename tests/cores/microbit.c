/* SPDX-License-Identifier: MIT */
/*
 * What the platform has to know of QEMU's microbit, an nRF51 with a Cortex-M0.
 * A real one has no SysTick.
 *
 * Source: QEMU hw/arm/nrf51_soc.c.
 */
#include "platform/armv7m/nvic.h"
#include "platform/armv7m/systick.h"
#include "platform/setup.h"
#include "platform/uart.h"

const uintptr_t uart_base = 0x40002000;
const uint32_t systick_hertz = 16000000;
const uint32_t nvic_lines = 32;

/* Nothing is needed: the stack grows out of the RAM. */
const struct setup_step setup_steps[] = { { .address = 0 } };
const uint32_t setup_step_count = 0;
