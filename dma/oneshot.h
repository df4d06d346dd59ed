/* SPDX-License-Identifier: MIT */
/*
 * The whole of iodma for one buffer at a time: what goes round a vendor's
 * HAL_SPI_Transmit_DMA().
 *
 *     static IODMA_BUFFER(packet, 1518);
 *
 *     status = iodma_map(&bus, NULL, packet, sizeof packet, 64, IODMA_IN,
 *                        &address);
 *     ... give the device `address`, and wait until it is done ...
 *     status = iodma_unmap(&bus, packet, 64, IODMA_IN);
 *
 * In between, the bytes are the device's. Nothing is stored, so nothing is
 * bounced either: a buffer that the device cannot take as it lies is refused,
 * and the status says why. A command (dma/command.h) then finds a way, and
 * one for scattered memory.
 *
 * A receive ring maps its buffers once and hands each over and back, frame by
 * frame, with iodma_map_sync().
 *
 * Caches are the board's (hal_bus.cache); iodma_bus_cache() is not needed. A
 * buffer that lies in one uncached region has no lines: nothing that is said of
 * them below holds for it (rule E1).
 */
#ifndef DMA_ONESHOT_H
#define DMA_ONESHOT_H

#include "../hal/address.h"
#include "../hal/limits.h"
#include "../hal/status.h"
#include "bus.h"
#include "memory.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the largest cache line that a product may meet, for the macros
   below; iodma_bus_line() says what it meets. */
#ifndef IODMA_LINE
#define IODMA_LINE 64
#endif

/* Bytes that a buffer has to have so that it shares no line. */
#define IODMA_CAPACITY(bytes)                                                  \
    (((bytes) + (IODMA_LINE - 1)) / IODMA_LINE * IODMA_LINE)

/*
 * A buffer of bytes that a device may write, static or a member of a struct: it
 * begins with a line, and has as many whole ones as `bytes` need.
 *
 *     static IODMA_BUFFER(packet, 1518);
 *
 *     struct port {
 *         uint32_t state;
 *         IODMA_BUFFER(packet, 1518);
 *         uint32_t more;
 *     };
 */
#define IODMA_BUFFER(name, bytes)                                              \
    uint8_t name[IODMA_CAPACITY(bytes)] __attribute__((aligned(IODMA_LINE)))

/*
 * Hand a buffer to the device.
 *
 *   bus        what the device sees (iodma_bus_init)
 *   limits     what the device can take, beside what the master port carries;
 *              NULL: all of that. They do not contradict each other
 *   pointer    of the buffer, as the CPU names it; const bytes if the device
 *              only reads
 *   capacity   bytes that are the buffer's own, length at least: lines within
 *              it are shared with nobody
 *   length     bytes, not 0
 *   direction  IODMA_OUT: the device reads; IODMA_IN: it writes;
 *              IODMA_INOUT or IODMA_NONE: both
 *   address    out: where the device finds the first byte; the others follow
 *              it
 *
 * Returns OK; or, with nothing changed (and the reason recorded in the bus's
 * record):
 *   BadArgument      a pointer is NULL, length is 0 or above capacity, the
 *                    buffer runs past the end of the CPU's addresses, the
 *                    direction is none of the four
 *   Unsupported      there is an IOMMU that cannot be bypassed: use a command;
 *                    or the device does not look into caches, and the board
 *                    states none
 *   NotAttached      the CPU has nothing mapped there
 *   MessageTooLarge  the device does not see all of it in one aperture, or
 *                    may not read there, or needs more address bits; or, with
 *                    addresses of 64 bits, the pointer's value is a physical
 *                    address behind far windows (hal/region.h): it is a far
 *                    window's, or a device's. Describe such memory by its
 *                    physical address, for a command
 *   NotWritable      the device writes (In, InOut and None), and it or the
 *                    CPU must not
 *   NoSpace          longer than max_transfer; or it would take more than one
 *                    segment: longer than max_segment, across a boundary, or
 *                    not contiguous in physical memory
 *   NotAligned       address or length break an alignment; or the device
 *                    writes, does not snoop, and the buffer begins or ends
 *                    within a cache line (the bus's largest) that is not all
 *                    in its capacity: what else is in it would be lost
 *   Timeout, DMAError  what the cache's controller says: it does not come to
 *                    an end, or has failed
 *
 * Context: thread or ISR; where the device does not snoop, the time is that
 * of cleaning the lines.
 */
enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct hal_limits *limits,
                            const void *pointer, size_t capacity, size_t length,
                            uint32_t direction, hal_address *address);

/*
 * Take the buffer back, when the device is done with it or has been stopped.
 * The CPU does not look at what the device wrote before.
 *
 *   bus, pointer, direction  as mapped
 *   done  bytes that the device has written, or may have, from the first on:
 *         only their lines are dropped from caches, so what is left must not
 *         be looked at. 0: none
 *
 * Returns OK; or what iodma_map() says of a buffer that cannot be mapped, as
 * far as it is looked at again: nothing has been done then; Timeout, DMAError:
 * what the buffer holds is unknown. Memory that the device does not see is
 * MessageTooLarge; but where no aperture is snooped, or each is, shortcuts
 * (dma/shortcuts.h) may not look: then it changes hands as the rest does. (Not
 * on a board of which some pointers are a far window's.)
 *
 * Context: thread or ISR; the time is that of dropping the lines.
 */
enum iodma_status iodma_unmap(const struct iodma_bus *bus, const void *pointer,
                              size_t done, uint32_t direction);

/* iodma_map_sync() for the CPU, for the device, and for options that are
   neither: refused. Whoever has constant options calls but one of them. */
enum iodma_status iodma_map_sync_in(const struct iodma_bus *bus,
                                    const void *pointer, size_t length);
enum iodma_status iodma_map_sync_out(const struct iodma_bus *bus,
                                     const void *pointer, size_t length);
enum iodma_status iodma_map_sync_other(const struct iodma_bus *bus,
                                       uint32_t options);

/*
 * Hand part of a buffer over while it stays mapped, whatever it was mapped for:
 * a frame in a receive ring, a period of a cyclic buffer.
 *
 *   pointer  of the part's first byte; where the device does not look into
 *            caches it begins with a line
 *   length   bytes, not 0; all of the last one's line changes hands with it
 *   options  IODMA_IN: the CPU takes it: what the device wrote is visible.
 *            IODMA_OUT: the device takes it, with what the CPU wrote
 *
 * Returns OK; BadArgument: NULL, length 0, other options; NotAligned: it begins
 * within a line; else as iodma_unmap(). Nothing has been done then.
 *
 * Context: thread or ISR; the time is that of the lines.
 */
static inline enum iodma_status iodma_map_sync(const struct iodma_bus *bus,
                                               const void *pointer,
                                               size_t length, uint32_t options)
{
    switch (options) {
    case IODMA_IN:
        return iodma_map_sync_in(bus, pointer, length);
    case IODMA_OUT:
        return iodma_map_sync_out(bus, pointer, length);
    default:
        return iodma_map_sync_other(bus, options);
    }
}

#ifdef __cplusplus
}
#endif

#endif
