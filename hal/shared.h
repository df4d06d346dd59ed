/* SPDX-License-Identifier: MIT */
/*
 * Memory that CPU and device both use for as long as the driver lives: rings,
 * programs, tables. It is made by a command prepared for the driver's life
 * (dma/share.h), so that its bus address has been translated and checked
 * like any other; a driver computes no bus address itself.
 */
#ifndef HAL_SHARED_H
#define HAL_SHARED_H

#include "address.h"

#include <stddef.h>
#include <stdint.h>

struct hal_shared {
    void *cpu;       /* where the CPU finds it               */
    hal_address bus; /* where the device finds its first byte */
    size_t size;     /* bytes, contiguous on both sides      */
};

#endif
