/* SPDX-License-Identifier: MIT */
/* What an RP2040 has that other boards do not: peripherals that request. */
#ifndef BOARDS_RP2040_H
#define BOARDS_RP2040_H

#include "hal/dmac.h"

#include <stdint.h>

/* UART0, which is the console too, and SPI0: their registers, and their data
   registers as ports of the DMA controller. */
extern const uintptr_t rp2040_uart0;
extern const uintptr_t rp2040_spi0;
extern const struct hal_port rp2040_uart0_transmit;
extern const struct hal_port rp2040_spi0_transmit;
extern const struct hal_port rp2040_spi0_receive;

#endif
