/* SPDX-License-Identifier: MIT */
/*
 * The CPU's own access to memory by physical address: through the regions of
 * the bus, with a window where there is no pointer. All copies of iodma go
 * through here.
 *
 * Each call returns OK; NotAttached: a byte lies in no region; NotWritable: one
 * that has to be written lies in a region that is not; NoResources: no window
 * was free. Then a first part may have been done.
 *
 * Context: thread or ISR; the time is that of the bytes.
 */
#ifndef DMA_ACCESS_H
#define DMA_ACCESS_H

#include "dma/bus.h"
#include "hal/status.h"

#include <stdint.h>

/* Copy `length` bytes from one physical address to another. */
enum iodma_status iodma_access_copy(const struct iodma_bus *bus, uint64_t to,
                                    uint64_t from, uint64_t length);

/* Would that find regions and windows? Copies nothing. */
enum iodma_status iodma_access_can_copy(const struct iodma_bus *bus,
                                        uint64_t to, uint64_t from,
                                        uint64_t length);

/* Copy from physical memory to a buffer of the CPU's. */
enum iodma_status iodma_access_read(const struct iodma_bus *bus, void *to,
                                    uint64_t from, uint64_t length);

/* Copy from a buffer of the CPU's to physical memory; from NULL: zeros. */
enum iodma_status iodma_access_write(const struct iodma_bus *bus, uint64_t to,
                                     const void *from, uint64_t length);

/* What maintenance a range of physical memory needs. */
typedef void (*iodma_cache_operation)(const struct hal_cache *cache, void *va,
                                      uint64_t pa, size_t length);

/* Apply a cache operation of the bus to physical memory. */
enum iodma_status iodma_access_maintain(const struct iodma_bus *bus,
                                        iodma_cache_operation operation,
                                        uint64_t address, uint64_t length);

#endif
