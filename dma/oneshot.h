/* SPDX-License-Identifier: MIT */
/*
 * The whole of iodma for one buffer at a time: what goes round a vendor's
 * HAL_SPI_Transmit_DMA().
 *
 *     status = iodma_map(&bus, NULL, packet, 64, IODMA_OUT, &address);
 *     ... give the device `address`, and wait until it is done ...
 *     status = iodma_unmap(&bus, packet, 64, IODMA_OUT);
 *
 * In between, the bytes are the device's. Nothing is stored, so nothing is
 * bounced either: a buffer that the device cannot take as it lies is refused,
 * and the status says why. A command (dma/command.h) then finds a way, and
 * one for scattered memory.
 */
#ifndef DMA_ONESHOT_H
#define DMA_ONESHOT_H

#include "dma/bus.h"
#include "dma/limits.h"
#include "dma/memory.h"
#include "hal/status.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Hand a buffer to the device.
 *
 *   bus        what the device sees (iodma_bus_init)
 *   limits     what the device can take; NULL: all that its port carries.
 *              Made once: iodma_limits_set(&limits, ...) with the driver's,
 *              then iodma_limits_narrow(&limits, &bus.limits)
 *   pointer    of the buffer, as the CPU names it
 *   length     bytes, not 0
 *   direction  IODMA_OUT: the device reads; IODMA_IN: it writes;
 *              IODMA_INOUT or IODMA_NONE: both
 *   address    out: where the device finds the first byte; the others follow
 *              it
 *
 * Returns OK; or, with nothing changed:
 *   BadArgument      a pointer is NULL, length is 0, the buffer runs past the
 *                    end of the CPU's addresses, the direction is none of
 *                    the four
 *   Unsupported      there is an IOMMU that cannot be bypassed: use a command
 *   NotAttached      the CPU has nothing mapped there
 *   MessageTooLarge  the device does not see all of it in one aperture, or
 *                    may not read there, or needs more address bits
 *   NotWritable      the device writes (In, InOut and None), and it or the
 *                    CPU must not
 *   NoSpace          longer than max_transfer; or it would take more than one
 *                    segment: longer than max_segment, across a boundary, or
 *                    not contiguous in physical memory
 *   NotAligned       address or length break an alignment; or the device
 *                    writes, does not snoop, and the buffer begins or ends
 *                    within a cache line (the bus's largest): what else is in
 *                    that line would be lost
 *
 * Context: thread or ISR; where the device does not snoop, the time is that
 * of cleaning the lines.
 */
enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct iodma_limits *limits, void *pointer,
                            size_t length, uint32_t direction,
                            uint64_t *address);

/*
 * Take the buffer back, when the device is done with it or has been stopped.
 * The CPU does not look at what the device wrote before.
 *
 *   bus, pointer, length, direction  as mapped
 *
 * Returns OK; or what iodma_map() says of a buffer that cannot be mapped, as
 * far as it is looked at again. Nothing has been done then.
 *
 * Context: thread or ISR; the time is that of dropping the lines.
 */
enum iodma_status iodma_unmap(const struct iodma_bus *bus, void *pointer,
                              size_t length, uint32_t direction);

#endif
