/* SPDX-License-Identifier: MIT */
#include "dma/memory.h"

#include "dma/access.h"
#include "hal/bits.h"

#include <stddef.h>

enum iodma_status iodma_memory_init_ranges(struct iodma_memory *memory,
                                           const struct iodma_range *ranges,
                                           uint32_t count, uint32_t direction)
{
    uint64_t length = 0;

    if (!memory || (!ranges && count != 0) || direction > IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;

    for (uint32_t i = 0; i < count; i++) {
        if (range_wraps(ranges[i].address, ranges[i].length) ||
            range_wraps(length, ranges[i].length))
            return IODMA_BAD_ARGUMENT;
        length += ranges[i].length;
    }

    memory->ranges = ranges;
    memory->count = count;
    memory->direction = direction;
    memory->length = length;
    return IODMA_OK;
}

enum iodma_status iodma_walk_begin(struct iodma_walk *walk,
                                   const struct iodma_memory *memory,
                                   uint64_t offset)
{
    uint64_t within = offset;
    uint32_t index = 0;

    if (offset > memory->length)
        return IODMA_INTERNAL_ERROR;

    while (index < memory->count && within >= memory->ranges[index].length) {
        within -= memory->ranges[index].length;
        index++;
    }

    walk->memory = memory;
    walk->offset = offset;
    walk->within = within;
    walk->index = index;
    return IODMA_OK;
}

/* Leave the ranges that are used up or empty. Returns the one to go on in,
   or NULL at the end. */
static const struct iodma_range *range_ahead(struct iodma_walk *walk)
{
    const struct iodma_memory *memory = walk->memory;

    while (walk->index < memory->count) {
        const struct iodma_range *range = &memory->ranges[walk->index];

        if (walk->within < range->length)
            return range;
        walk->within = 0;
        walk->index++;
    }
    return NULL;
}

enum iodma_status iodma_walk_next(struct iodma_walk *walk, uint64_t most,
                                  struct iodma_extent *extent)
{
    const struct iodma_range *range = range_ahead(walk);
    uint64_t length;
    uint64_t address;

    if (!range)
        return IODMA_OVERRUN;

    address = range->address + walk->within;
    length = smaller(range->length - walk->within, most);
    walk->within += length;
    while (length < most && (range = range_ahead(walk)) != NULL &&
           range->address + walk->within == address + length) {
        uint64_t taken = smaller(range->length - walk->within, most - length);

        length += taken;
        walk->within += taken;
    }

    extent->offset = walk->offset;
    extent->address = address;
    extent->length = length;
    walk->offset += length;
    return IODMA_OK;
}

void iodma_walk_skip(struct iodma_walk *walk, uint64_t length)
{
    const struct iodma_range *range;

    walk->offset += length;
    walk->within += length;
    for (range = &walk->memory->ranges[walk->index];
         walk->index < walk->memory->count && walk->within >= range->length;
         range++) {
        walk->within -= range->length;
        walk->index++;
    }
}

/* Do [offset, offset + length) lie within the descriptor? */
static bool within(const struct iodma_memory *memory, uint64_t offset,
                   uint64_t length)
{
    return offset <= memory->length && length <= memory->length - offset;
}

/* Copy a descriptor's bytes to a buffer; or, if that is NULL, from the other
   one, or zeros if that is NULL, too. */
static uint64_t move_bytes(const struct iodma_memory *memory,
                           const struct iodma_bus *bus, uint64_t offset,
                           uint8_t *to, const uint8_t *from, uint64_t length)
{
    struct iodma_extent extent;
    struct iodma_walk walk;
    uint64_t done = 0;

    if (!within(memory, offset, length))
        return 0;
    (void)iodma_walk_begin(&walk, memory, offset);
    while (done < length &&
           iodma_walk_next(&walk, length - done, &extent) == IODMA_OK) {
        enum iodma_status status =
            to ? iodma_access_read(bus, to + done, extent.address,
                                   extent.length)
               : iodma_access_write(bus, extent.address,
                                    from ? from + done : NULL, extent.length);

        if (status != IODMA_OK)
            break;
        done += extent.length;
    }
    return done;
}

uint64_t iodma_memory_read(const struct iodma_memory *memory,
                           const struct iodma_bus *bus, uint64_t offset,
                           void *bytes, uint64_t length)
{
    return bytes
               ? move_bytes(memory, bus, offset, (uint8_t *)bytes, NULL, length)
               : 0;
}

uint64_t iodma_memory_write(const struct iodma_memory *memory,
                            const struct iodma_bus *bus, uint64_t offset,
                            const void *bytes, uint64_t length)
{
    return move_bytes(memory, bus, offset, NULL, (const uint8_t *)bytes,
                      length);
}
