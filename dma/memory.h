/* SPDX-License-Identifier: MIT */
/*
 * Memory descriptors: the caller's bytes, wherever they lie.
 *
 * A descriptor is an ordered list of ranges that together are one string of
 * bytes, offset 0 to length - 1: physical ranges, ranges of the CPU's own
 * addresses, one buffer, a part of another descriptor, or several one behind
 * the other. dma/walk.h takes it apart again.
 *
 * A descriptor must not move while another one, or a command, refers to it.
 */
#ifndef DMA_MEMORY_H
#define DMA_MEMORY_H

#include "../hal/address.h"
#include "../hal/bus.h"
#include "../hal/segment.h"
#include "../hal/status.h"
#include "../hal/translation.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which way the bytes go, named from the memory. Out: memory to device. In:
   device to memory. None is treated like both. (IODirection) */
enum {
    IODMA_NONE = 0,
    IODMA_IN = 1,
    IODMA_OUT = 2,
    IODMA_INOUT = 3,
};

/* What the caller gives. Length 0 is legal and skipped. */
struct iodma_range {
    hal_address address; /* CPU physical; of a virtual descriptor: the CPU's
                            own                                            */
    hal_address length;  /* bytes                                          */
};

/* What is known of a descriptor without a walk: since it was described, or, if
   some of it is virtual, since it was prepared. Of a part it may be more than
   what is true of the part alone. Shortcuts alone go by it: without them
   nothing is (dma/shortcuts.h). */
struct iodma_summary {
    hal_address lowest;  /* physical address of its lowest byte ...        */
    hal_address highest; /* ... and of its highest                         */
    hal_address longest; /* bytes of the longest extent                    */
    uint32_t shape;      /* OR of addresses and lengths, low bits: what all
                            are multiples of, this is                      */
    uint8_t spans;       /* no extent has two addresses that differ in bit
                            `spans` or above                               */
    bool apart;          /* every range is one extent: none touches the
                            next                                           */
    bool empty;          /* some range is                                  */
};

/* Where a descriptor's ranges are. */
enum {
    IODMA_KIND_RANGES = 0,  /* in the caller's array                         */
    IODMA_KIND_BUFFER = 1,  /* one, in the descriptor itself                 */
    IODMA_KIND_VIRTUAL = 2, /* in the caller's array, as the CPU names them  */
    IODMA_KIND_MULTI = 3,   /* in other descriptors, one behind the other    */
};

struct iodma_mapping;
struct iodma_walk;

/* A list of ranges: the caller's. */
struct iodma_ranges {
    const struct iodma_range *array;
    hal_address *index; /* bytes before every 2^index_shift-th range, if `find`
                           goes by it */
};

/* The caller's storage; the fields are ours. (IOMemoryDescriptor,
   IOBufferMemoryDescriptor, IOSubMemoryDescriptor, IOMultiMemoryDescriptor) */
struct iodma_memory {
    union {
        struct iodma_memory *const *members; /* IODMA_KIND_MULTI             */
        struct iodma_ranges ranges; /* IODMA_KIND_RANGES, IODMA_KIND_VIRTUAL */
        struct iodma_range buffer;  /* IODMA_KIND_BUFFER: all of its capacity */
    };
    uint8_t kind;      /* IODMA_KIND_RANGES ...                     */
    uint8_t direction; /* IODMA_NONE, _IN, _OUT or _INOUT           */
    bool needs_wiring; /* some of it is virtual                     */
    uint8_t index_shift;
    bool read_only; /* while it is wired: for Out                */
    bool part;      /* of another one: of a buffer, its capacity
                       may be another part's                     */
    uint16_t wired; /* prepares that are not completed           */
    uint16_t own;   /* those of them that no multi has made      */
    uint16_t users; /* commands that have it and count (dma/command.h);
                       under the lock of their bus: buses that share it
                       share the lock                            */
    /* How a byte is found where that takes more than a step a range; NULL: it
       does not. Goes on from a place that stands in us, to a later range or
       into a member. Returns whether it is a member. (dma/walk.c)           */
    bool (*find)(struct iodma_walk *walk);
    uint32_t count;     /* ranges or members                         */
    hal_address skip;   /* bytes of the list before our first        */
    hal_address length; /* bytes of ours                             */
    const struct hal_translation *translation; /* IODMA_KIND_VIRTUAL */
    struct iodma_mapping *mapping; /* that it owns (E13), or NULL           */
    uint32_t tag;                  /* the caller's; no effect on DMA        */
    struct iodma_summary summary;
};

/*
 * Describe memory by its physical ranges, in this order. The array is lent: it
 * must stay and not change while the descriptor is used.
 *
 *   memory     out; unchanged on failure
 *   ranges     may be NULL if count is 0: a descriptor of length 0 is legal
 *   direction  IODMA_NONE, _IN, _OUT or _INOUT
 *
 * A byte that ranges name twice has two places in the string: what is bounced
 * is copied in their order, and the last one stands. Inbound, past caches, what
 * becomes of it is not defined.
 *
 * Returns OK, or BadArgument: a pointer is NULL, a range runs past the end
 * of all addresses (hal/bits.h: range_wraps), the lengths together do, or
 * the direction is none of the four.
 *
 * Context: any; costs one step a range. Source: spec 1.1
 * (IOMemoryDescriptor::withPhysicalRanges).
 */
enum iodma_status iodma_memory_init_list(struct iodma_memory *memory,
                                         const struct iodma_range *ranges,
                                         uint32_t count, uint32_t direction);

/*
 * Have seeks in a list cost O(log count): without, they cost O(count).
 *
 *   memory   just described by its ranges, by the call above
 *   index    storage for that, lent as the ranges are
 *   entries  its elements; one for 16 ranges is plenty
 *
 * Returns OK, or BadArgument, nothing changed: a pointer is NULL, there are no
 * entries, or memory is no list of ranges, or a part of one.
 *
 * Context: any; costs one step a range.
 */
enum iodma_status iodma_memory_index(struct iodma_memory *memory,
                                     hal_address *index, uint32_t entries);

/*
 * The two in one call: describe memory by its physical ranges, with an index or
 * without. Where index_count is 0, and known to be when it is compiled, a
 * product links nothing that goes by an index.
 *
 *   index        NULL: none
 *   index_count  its elements
 *
 * The rest as above; BadArgument, too, if NULL has elements.
 */
static inline enum iodma_status
iodma_memory_init_ranges(struct iodma_memory *memory,
                         const struct iodma_range *ranges, uint32_t count,
                         uint32_t direction, hal_address *index,
                         uint32_t index_count)
{
    enum iodma_status status;

    if (!index && index_count != 0)
        return IODMA_BAD_ARGUMENT;
    status = iodma_memory_init_list(memory, ranges, count, direction);
    return status == IODMA_OK && index_count != 0
               ? iodma_memory_index(memory, index, index_count)
               : status;
}

/*
 * Describe memory by the CPU's own addresses. It has to be prepared
 * (iodma_memory_prepare) before a command can be; each page may lie anywhere.
 *
 *   translation  the board's (hal_bus.translation); NULL: the CPU's addresses
 *                are the physical ones
 *
 * The rest, result and context as above, and so is what a product links.
 * (IOMemoryDescriptor::withAddressRanges)
 */
static inline enum iodma_status iodma_memory_init_virtual(
    struct iodma_memory *memory, const struct hal_translation *translation,
    const struct iodma_range *ranges, uint32_t count, uint32_t direction,
    hal_address *index, uint32_t index_count)
{
    enum iodma_status status = iodma_memory_init_ranges(
        memory, ranges, count, direction, index, index_count);

    if (status == IODMA_OK) {
        memory->kind = IODMA_KIND_VIRTUAL;
        memory->needs_wiring = true;
        memory->translation = translation;
        memory->summary.apart = false; /* nobody knows */
    }
    return status;
}

/*
 * Describe one contiguous buffer. All of its capacity is its own: lines of a
 * cache that lie within need not be shared out with anybody, however few of
 * the bytes are used.
 *
 *   address   CPU physical
 *   capacity  bytes
 *   length    bytes that are used, capacity at most
 *
 * Returns OK, or BadArgument: NULL, it wraps, length is above capacity, a
 * direction that is none. Context: any. (IOBufferMemoryDescriptor)
 */
enum iodma_status iodma_memory_init_buffer(struct iodma_memory *memory,
                                           hal_address address,
                                           hal_address capacity,
                                           hal_address length,
                                           uint32_t direction);

/*
 * Describe a part of another descriptor, whose tag it takes over. A part of
 * a virtual one has to be prepared by itself. The parent's array must stay;
 * the parent need not.
 *
 * Returns OK, or BadArgument: a pointer is NULL, the part is not all within
 * the parent, a direction that is none. Context: any.
 * (IOSubMemoryDescriptor::withSubRange)
 */
enum iodma_status iodma_memory_init_sub(struct iodma_memory *memory,
                                        const struct iodma_memory *parent,
                                        hal_address offset, hal_address length,
                                        uint32_t direction);

/*
 * Describe several descriptors one behind the other, which may be such
 * themselves. Array and members are lent; to prepare it prepares those that
 * are no multis. The tag is the first of theirs that is not 0.
 *
 * Returns OK, or BadArgument: a pointer is NULL, the lengths together are
 * more than any address, a direction that is none. Context: any; costs one step
 * a member. (IOMultiMemoryDescriptor::withDescriptors)
 */
enum iodma_status iodma_memory_init_multi(struct iodma_memory *memory,
                                          struct iodma_memory *const *members,
                                          uint32_t count, uint32_t direction);

/*
 * Get a descriptor ready for commands: what is virtual in it is translated,
 * and must stay where it is until as many completes. Physical memory always is
 * ready. (IOMemoryDescriptor: prepare)
 *
 *   direction  IODMA_NONE: its own; if that is none, too, both. With
 *              IODMA_OUT alone it may be read only until it is completed
 *
 * Returns OK; NotWritable: In is asked for, and it was prepared for Out;
 * CannotWire: an address means nothing, or its bytes run past the end of all
 * addresses; Busy: 65,535 prepares are not completed. Nothing changes then.
 *
 * Context: thread; not while the descriptor is used elsewhere. Costs one step
 * a page, of several descriptors in a row two. Source: spec 1.1.
 * (dma/wiring.c)
 */
enum iodma_status iodma_memory_prepare(struct iodma_memory *memory,
                                       uint32_t direction);

/*
 * The end of a prepare. (IOMemoryDescriptor: complete)
 *
 * Returns OK; NotReady: it is not prepared; Busy: only several that it is a
 * member of have it prepared; or this is the last one, and a command has it, or
 * it owns a mapping, or it is the last one of a member of which that is true.
 * Nothing changes then. Context: as above. Source: spec 1.1. (dma/wiring.c)
 */
enum iodma_status iodma_memory_complete(struct iodma_memory *memory);

/* May a command be prepared? (spec 3.5 step 3) Context: any. */
static inline bool iodma_memory_ready(const struct iodma_memory *memory)
{
    return !memory->needs_wiring || memory->wired != 0;
}

/* Bytes of it, and which way they go. (getLength, getDirection) Context: any.
 */
static inline hal_address iodma_memory_length(const struct iodma_memory *memory)
{
    return memory->length;
}

static inline uint32_t iodma_memory_direction(const struct iodma_memory *memory)
{
    return memory->direction;
}

/* What a master does to memory of a direction: HAL_READ | HAL_WRITE. Context:
   any. */
static inline uint8_t iodma_access_of(uint32_t direction)
{
    uint32_t access = ~direction & (HAL_READ | HAL_WRITE);

    return (uint8_t)(access != 0 ? access : HAL_READ | HAL_WRITE);
}

/* The array of a descriptor that is not IODMA_KIND_MULTI. Context: any. */
static inline const struct iodma_range *
iodma_memory_ranges(const struct iodma_memory *memory)
{
    return memory->kind == IODMA_KIND_BUFFER ? &memory->buffer
                                             : memory->ranges.array;
}

/* Is it one stretch of physical memory, in one range? Context: any. */
static inline bool iodma_memory_is_one_range(const struct iodma_memory *memory)
{
    return memory->kind <= IODMA_KIND_BUFFER && memory->count == 1;
}

/* The caller's word. (setTag, getTag) Context: any. */
static inline void iodma_memory_set_tag(struct iodma_memory *memory,
                                        uint32_t tag)
{
    memory->tag = tag;
}

static inline uint32_t iodma_memory_tag(const struct iodma_memory *memory)
{
    return memory->tag;
}

/*
 * How much I/O address space a mapping of all of it takes: its extents, each
 * rounded outward to pages. (DMA map length)
 *
 *   page_size  of the mapper, a power of two
 *   offset     out: of the first byte in its page; may be NULL
 *
 * Returns bytes; HAL_ADDRESS_MAX if they are as many or more. Context: any; the
 * descriptor is ready. Source: spec 1.1.
 */
hal_address iodma_memory_map_length(const struct iodma_memory *memory,
                                    uint32_t page_size, hal_address *offset);

struct iodma_bus;

/*
 * Where a bus master finds a descriptor's bytes, without a command.
 * (getPhysicalSegment)
 *
 *   bus      the master's; what IOMMU it has is not looked at
 *   offset   of the first byte, from the start of the descriptor
 *   segment  out: its bus address, and how many bytes follow it there
 *
 * Returns OK; or, with *segment unchanged: Overrun: offset is not within the
 * descriptor; NotReady: it is virtual, and not prepared; MessageTooLarge: the
 * master sees no memory there, or may not do what the direction asks.
 *
 * Context: any; costs what iodma_walk_begin() does. Nothing is judged, bounced
 * or maintained: the limits of the device are the caller's to look at.
 */
enum iodma_status iodma_memory_segment(const struct iodma_memory *memory,
                                       const struct iodma_bus *bus,
                                       hal_address offset,
                                       struct hal_segment *segment);

/* The next two in one: `write` from the buffer, or read to it. Context: as
   theirs. */
hal_address iodma_memory_move(const struct iodma_memory *memory,
                              const struct iodma_bus *bus, hal_address offset,
                              uint8_t *bytes, hal_address length, bool write);

/*
 * Read or write a descriptor's bytes by the CPU.
 * (IOMemoryDescriptor: readBytes, writeBytes)
 *
 *   bus     whose regions say how the CPU reaches them
 *   offset  of the first byte, from the start of the descriptor
 *   bytes   reading: NULL reads nothing; writing: NULL writes zeros
 *
 * Returns the number of bytes, or 0 if they are not all within the
 * descriptor, it is not ready, or it is prepared for Out and would be written;
 * and what was done if a region or far window was missing midway.
 *
 * Context: thread or ISR. Source: spec 1.1.
 */
static inline hal_address iodma_memory_read(const struct iodma_memory *memory,
                                            const struct iodma_bus *bus,
                                            hal_address offset, void *bytes,
                                            hal_address length)
{
    return iodma_memory_move(memory, bus, offset, (uint8_t *)bytes, length,
                             false);
}

static inline hal_address iodma_memory_write(const struct iodma_memory *memory,
                                             const struct iodma_bus *bus,
                                             hal_address offset,
                                             const void *bytes,
                                             hal_address length)
{
    return iodma_memory_move(memory, bus, offset, (uint8_t *)(uintptr_t)bytes,
                             length, true);
}

#ifdef __cplusplus
}
#endif

#endif
