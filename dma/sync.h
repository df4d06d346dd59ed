/* SPDX-License-Identifier: MIT */
/*
 * The hand-over of a window between CPU and device: the only file that knows
 * the order of copies, cache maintenance and fences (rule E4). All memory is
 * direct and snooped in this version, so the fences are what is left of it.
 */
#ifndef DMA_SYNC_H
#define DMA_SYNC_H

#include "hal/bus.h"

/* Before: what the CPU wrote is the device's to read. Context: any. */
static inline void iodma_sync_for_device(const struct hal_bus *bus)
{
    hal_publish(bus);
}

/* After: what the device wrote is the CPU's to read. Context: any. */
static inline void iodma_sync_for_cpu(const struct hal_bus *bus)
{
    hal_observe(bus);
}

#endif
