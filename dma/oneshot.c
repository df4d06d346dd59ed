/* SPDX-License-Identifier: MIT */
#include "oneshot.h"

#include "../hal/bits.h"
#include "map.h"
#include "refuse.h"
#include "shortcuts.h"

/* Record a refusal. */
#define REFUSE(bus, status, rule, argument, required, actual)                  \
    ((iodma_refusal)iodma_refuse_values((bus)->reason, IODMA_##status,         \
                                        IODMA_AT_ARGUMENT(rule, argument),     \
                                        required, actual))

/* Of the access to a buffer, beside HAL_READ and HAL_WRITE: an aperture shows
   all of it, and a pointer names it; it is in no cache that the device does not
   look into. */
enum { SHOWN = 4, COHERENT = 8 };

/* How a buffer changes hands: to be mapped, with what of MAP the device has to
   be allowed; or it is mapped already, and goes to the device, or comes back.
   That asks for no more than that it is shown. */
enum { GIVE = 0, MAP = HAL_READ | HAL_WRITE, TAKE = SHOWN };

/* A buffer that changes hands: how, and, once it has been looked at, where it
   is and what that asks for. */
struct buffer {
    hal_address physical; /* of its first byte. (Here an address of it is
                             short.)                                          */
    const void *pointer;  /* the same as the CPU names it                     */
    size_t last;          /* its last byte, counted from the first            */
    const struct hal_cache *cache; /* its lines are maintained by; or NULL    */
    uint32_t how;                  /* GIVE, TAKE, or some of MAP. Who wants it
                                      to read only does not mind what else is
                                      in the lines                            */
    uint32_t direction;            /* IODMA_IN ..., or none                   */
    /* To be mapped: */
    const struct hal_limits *limits; /* the device's; or NULL                 */
    size_t capacity;     /* bytes from the first on that are its own         */
    hal_address *result; /* where to tell the next; GIVE, too                */
    hal_address address; /* of its first byte as the bus has it              */
};

/* Is what is asked for anything at all? */
static inline iodma_refusal judge_call(const struct iodma_bus *bus,
                                       const void *pointer, size_t length,
                                       const struct buffer *buffer)
{
    if (!bus)
        return (iodma_refusal)IODMA_BAD_ARGUMENT;
    if (buffer->direction > IODMA_INOUT)
        return REFUSE(bus, BAD_ARGUMENT, DIRECTION, DIRECTION, IODMA_INOUT,
                      buffer->direction);
    if (!pointer)
        return REFUSE(bus, BAD_ARGUMENT, POINTER, POINTER, 0, 0);
    if ((buffer->how & MAP) == 0)
        return 0;
    if (!buffer->result)
        return REFUSE(bus, BAD_ARGUMENT, POINTER, ADDRESS, 0, 0);
    if (length > buffer->capacity)
        return REFUSE(bus, BAD_ARGUMENT, WINDOW, LENGTH,
                      (hal_address)buffer->capacity, (hal_address)length);
    if (iodma_mapper_unavoidable(bus->mapper))
        return REFUSE(bus, UNSUPPORTED, BYPASS, BUS, 0, 0);
    return 0;
}

/* Find a buffer on the bus, in the aperture that shows all of it. Returns the
   access that aperture and regions leave; 0: there is none such, or no pointer
   names memory there. Out of line: with all registers to itself it is smaller.
 */
static __attribute__((noinline)) uint32_t show(const struct hal_bus *hal,
                                               struct buffer *buffer)
{
    const struct hal_aperture *aperture = hal->apertures;
    const struct hal_region *region;
    hal_address first = buffer->physical;
    hal_address last = first + (hal_address)buffer->last;
    uint32_t left = hal->aperture_count;
    uint32_t access;

    for (;; left--, aperture++) {
        if (left == 0)
            return 0;
        if (aperture->first <= first && last <= aperture->last)
            break;
    }
    buffer->address = first + iodma_aperture_delta(aperture);
    access = aperture->access + SHOWN + (uint32_t)aperture->snooped * COHERENT;

    region = hal->regions;
    for (left = hal->region_count; left != 0; left--, region++) {
        if (!spans_meet(region->first, region->last, first, last))
            continue;
        if (iodma_bus_nameless(hal, region))
            return 0;
        if (!region->writable)
            access &= ~(uint32_t)HAL_WRITE;
        if (region->first > first || last > region->last)
            continue;
        if (region->cached == HAL_UNCACHED)
            access |= COHERENT;
        break; /* regions do not overlap */
    }
    return access;
}

/* No multiple of an alignment (0: any will do)? */
static inline bool misaligned(uint32_t value, uint32_t alignment)
{
    return alignment != 0 && modulo32(value, alignment) != 0;
}

/* May the device have a buffer as the one segment of a list? A limit of 0 is
   none, and less 1 it is above all there is. */
static IODMA_SHORTCUT_INLINE iodma_refusal
judge(const struct iodma_bus *bus, const struct hal_limits *limits,
      const struct buffer *buffer)
{
    hal_address first = buffer->address;
    hal_address last = first + (hal_address)buffer->last;
    hal_address length = (hal_address)buffer->last + 1;

    if (limits->address_bits != 0 && limits->address_bits < HAL_ADDRESS_BITS &&
        last >> limits->address_bits != 0)
        return REFUSE(bus, MESSAGE_TOO_LARGE, REACH, POINTER,
                      ((hal_address)1 << limits->address_bits) - 1, last);
    if (buffer->last > limits->max_transfer - 1)
        return REFUSE(bus, NO_SPACE, MAX_TRANSFER, LENGTH, limits->max_transfer,
                      length);
    if (buffer->last > limits->max_segment - 1 ||
        (first ^ last) > limits->boundary - 1)
        return REFUSE(bus, NO_SPACE, SEGMENT_COUNT, LENGTH, 1, 2);
    if (misaligned((uint32_t)first, limits->align_address))
        return REFUSE(bus, NOT_ALIGNED, ALIGN_ADDRESS, POINTER,
                      limits->align_address, first);
    if (misaligned((uint32_t)length, limits->align_length))
        return REFUSE(bus, NOT_ALIGNED, ALIGN_LENGTH, LENGTH,
                      limits->align_length, length);
    return 0;
}

/* Are the lines that it is in its own? */
static inline iodma_refusal judge_lines(const struct iodma_bus *bus,
                                        const struct buffer *buffer)
{
    hal_address first = buffer->physical;
    uint32_t line = bus->line;
    size_t last = buffer->last | (line - 1); /* of its last line */

    if (modulo32(first, line) != 0)
        return REFUSE(bus, NOT_ALIGNED, LINE, POINTER, line, first);
    if ((buffer->how & MAP) == 0 || last < buffer->capacity)
        return 0;
    return REFUSE(bus, NOT_ALIGNED, LINE, CAPACITY, line,
                  first + (hal_address)buffer->capacity);
}

/* Find a buffer in physical memory, on the bus, and out whether the device may
   have it and its lines have to be maintained. */
static inline iodma_refusal look_at(const struct iodma_bus *bus,
                                    const void *pointer, size_t length,
                                    struct buffer *buffer)
{
    const struct hal_bus *hal = bus->hal;
    iodma_refusal refused = 0;
    hal_address first;
    uint32_t allowed;

    if (!iodma_bus_is_buffer(pointer, length))
        return REFUSE(bus, BAD_ARGUMENT, BUFFER, LENGTH, 0, 0);
    buffer->physical = (hal_address)(uintptr_t)pointer;
    buffer->pointer = pointer;
    buffer->last = length - 1;
    if (hal->translation)
        refused = iodma_bus_translate(bus, pointer, length, &buffer->physical);
    if (refused != 0)
        return refused;
    first = buffer->physical;
    allowed = show(hal, buffer);
    if (allowed == 0 || (buffer->how & ~allowed & HAL_READ) != 0)
        return REFUSE(bus, MESSAGE_TOO_LARGE, APERTURE, POINTER,
                      iodma_access_of(buffer->direction), first);
    if ((buffer->how & ~allowed) != 0)
        return REFUSE(bus, NOT_WRITABLE, WRITABLE, POINTER, 0, first);
    if ((allowed & COHERENT) == 0) {
        if (!hal->cache)
            return REFUSE(bus, UNSUPPORTED, CACHED, POINTER, 0, first);
        buffer->cache = hal->cache;
        if (buffer->how != HAL_READ)
            refused = judge_lines(bus, buffer);
    }
    if (refused == 0 && (buffer->how & MAP) != 0) {
        refused = judge(bus, hal->limits, buffer);
        if (refused == 0 && buffer->limits)
            refused = judge(bus, buffer->limits, buffer);
    }
    return refused;
}

/* Clean the lines of a buffer, if it has any, or clean and drop them. A cast
   takes const away: lines change, the bytes do not. (In line everywhere: to
   pass on what it takes is longer.) */
static inline __attribute__((always_inline)) enum iodma_status
maintain(const struct iodma_bus *bus, const struct buffer *buffer, bool drop)
{
    const struct hal_cache *cache = buffer->cache;
    const struct hal_cache_ops *ops;
    enum iodma_status status;

    if (!cache)
        return IODMA_OK;
    ops = cache->ops;
    (drop ? ops->clean_invalidate
          : ops->clean)(cache, (void *)(uintptr_t)buffer->pointer,
                        buffer->physical, buffer->last + 1);
    status = ops->finish(cache);
    if (status != IODMA_OK)
        return iodma_refuse_theirs(bus->reason, status, IODMA_RULE_MAINTENANCE);
    return IODMA_OK;
}

/*
 * Hand a buffer over, once it has been looked at: the way that all go, but for
 * shortcuts. Rule E4: lines are clean before the device looks; and dropped
 * before the CPU does, behind the news.
 *
 *   buffer  how, direction; to be mapped: limits, capacity, result
 */
static __attribute__((noinline)) enum iodma_status
hand_over(const struct iodma_bus *bus, const void *pointer, size_t length,
          struct buffer *buffer)
{
    iodma_refusal refused = judge_call(bus, pointer, length, buffer);
    enum iodma_status status;

    if (refused == 0)
        buffer->cache = NULL;
    /* Of a buffer that comes back the device may have written nothing. (With
       shortcuts iodma_unmap() knows.) */
    if (refused == 0 && (IODMA_SHORTCUTS || buffer->how != TAKE ||
                         (length != 0 && buffer->direction != IODMA_OUT)))
        refused = look_at(bus, pointer, length, buffer);
    if (refused != 0)
        return iodma_status_of(refused);
    if (buffer->how == TAKE)
        hal_observe(bus->hal);
    status = maintain(bus, buffer, buffer->how == TAKE);
    if (status == IODMA_OK && buffer->how != TAKE) {
        hal_publish(bus->hal);
        *buffer->result = buffer->address;
    }
    return status;
}

/* To the device. Rule E4: clean before it looks. */
static inline __attribute__((always_inline)) enum iodma_status
give(const struct iodma_bus *bus, const struct buffer *buffer)
{
    enum iodma_status status = maintain(bus, buffer, false);

    if (status == IODMA_OK)
        hal_publish(bus->hal);
    return status;
}

/* To the CPU. Rule E4: clean and drop before it looks. */
static inline __attribute__((always_inline)) enum iodma_status
take(const struct iodma_bus *bus, const struct buffer *buffer)
{
    hal_observe(bus->hal);
    return maintain(bus, buffer, true);
}

static IODMA_SHORTCUT_APART enum iodma_status
look_and_map(const struct iodma_bus *bus, const struct hal_limits *limits,
             const void *pointer, size_t capacity, size_t length,
             uint32_t direction, hal_address *address)
{
    struct buffer buffer;

    buffer.how = iodma_access_of(direction);
    buffer.direction = direction;
    buffer.limits = limits;
    buffer.capacity = capacity;
    buffer.result = address;
    return hand_over(bus, pointer, length, &buffer);
}

/* The shortcut: is it known of a buffer where it is, and that neither look_at()
   nor judge(), for the master port, has anything against it but its lines? */
static inline bool is_sure(const struct iodma_bus *bus, const void *pointer,
                           size_t length)
{
    const struct hal_aperture *sure = bus->sure;
    hal_address first = (hal_address)(uintptr_t)pointer;

    return iodma_bus_is_buffer(pointer, length) && first >= sure->first &&
           first + (hal_address)(length - 1) <= sure->last;
}

static inline hal_address sure_address(const struct iodma_bus *bus,
                                       const void *pointer)
{
    return (hal_address)(uintptr_t)pointer + iodma_aperture_delta(bus->sure);
}

/* Nor against its lines, and what it is wanted for? */
static inline bool owns_lines(const struct iodma_bus *bus, const void *pointer,
                              size_t capacity, size_t length,
                              uint32_t direction)
{
    if (direction == IODMA_OUT)
        return length <= capacity;
    return direction <= IODMA_INOUT &&
           ((uintptr_t)pointer & bus->unsure) == 0 &&
           ((length - 1) | bus->unsure) < capacity;
}

/* A buffer that may be sure goes to a device that does not look into caches, or
   has limits. Out of line: who has neither saves no registers. */
static __attribute__((noinline)) enum iodma_status
map_sure(const struct iodma_bus *bus, const struct hal_limits *limits,
         const void *pointer, size_t capacity, size_t length,
         uint32_t direction, hal_address *address)
{
    enum iodma_status status;
    struct buffer buffer;

    if (!address || !is_sure(bus, pointer, length) ||
        !owns_lines(bus, pointer, capacity, length, direction))
        return look_and_map(bus, limits, pointer, capacity, length, direction,
                            address);
    buffer.pointer = pointer;
    buffer.last = length - 1;
    buffer.physical = (hal_address)(uintptr_t)pointer;
    buffer.address = sure_address(bus, pointer);
    buffer.cache = bus->every;
    if (limits) {
        struct buffer judged; /* the other one stays in registers */
        iodma_refusal refused;

        judged.last = buffer.last;
        judged.address = buffer.address;
        refused = judge(bus, limits, &judged);
        if (refused != 0)
            return iodma_status_of(refused);
    }
    status = give(bus, &buffer);
    if (status == IODMA_OK)
        *address = buffer.address;
    return status;
}

enum iodma_status iodma_map(const struct iodma_bus *bus,
                            const struct hal_limits *limits,
                            const void *pointer, size_t capacity, size_t length,
                            uint32_t direction, hal_address *address)
{
    if (IODMA_SHORTCUTS && bus && bus->sure) {
        if (limits || bus->every)
            return map_sure(bus, limits, pointer, capacity, length, direction,
                            address);
        if (address && direction <= IODMA_INOUT && length <= capacity &&
            is_sure(bus, pointer, length)) {
            *address = sure_address(bus, pointer);
            hal_publish(bus->hal);
            return IODMA_OK;
        }
    }
    return look_and_map(bus, limits, pointer, capacity, length, direction,
                        address);
}

/* Part of a mapped buffer goes to the device, or all of one or part of it comes
   back. Out of line: where the bus is sure nobody comes here. */
static __attribute__((noinline)) enum iodma_status
look_and_give(const struct iodma_bus *bus, const void *pointer, size_t length)
{
    struct buffer buffer;

    buffer.how = GIVE;
    buffer.direction = IODMA_OUT;
    buffer.result = &buffer.address; /* it is known */
    return hand_over(bus, pointer, length, &buffer);
}

static IODMA_SHORTCUT_APART enum iodma_status
look_and_take(const struct iodma_bus *bus, const void *pointer, size_t done,
              uint32_t direction)
{
    struct buffer buffer;

    buffer.how = TAKE;
    buffer.direction = direction;
    return hand_over(bus, pointer, done, &buffer);
}

/* The shortcut: is it known of a part that it lies where its pointer says, and
   is maintained as all are? */
static inline bool is_known(const struct iodma_bus *bus, struct buffer *buffer,
                            const void *pointer, size_t length)
{
    buffer->pointer = pointer;
    buffer->last = length - 1;
    buffer->physical = (hal_address)(uintptr_t)pointer;
    buffer->cache = bus->every;
    return ((uintptr_t)pointer & bus->unsure) == 0 &&
           iodma_bus_is_buffer(pointer, length);
}

enum iodma_status iodma_map_sync_out(const struct iodma_bus *bus,
                                     const void *pointer, size_t length)
{
    struct buffer buffer;

    if (IODMA_SHORTCUTS && bus && is_known(bus, &buffer, pointer, length))
        return give(bus, &buffer);
    return look_and_give(bus, pointer, length);
}

enum iodma_status iodma_map_sync_in(const struct iodma_bus *bus,
                                    const void *pointer, size_t length)
{
    struct buffer buffer;

    if (IODMA_SHORTCUTS && bus && is_known(bus, &buffer, pointer, length))
        return take(bus, &buffer);
    if (IODMA_SHORTCUTS)
        return look_and_take(bus, pointer, length, IODMA_IN);
    return length != 0 ? iodma_unmap(bus, pointer, length, IODMA_IN)
                       : look_and_give(bus, pointer, length); /* refused */
}

enum iodma_status iodma_map_sync_other(const struct iodma_bus *bus,
                                       uint32_t options)
{
    if (!bus)
        return IODMA_BAD_ARGUMENT;
    return iodma_refuse_values(bus->reason, IODMA_BAD_ARGUMENT,
                               IODMA_AT_ARGUMENT(OPTIONS, OPTIONS), IODMA_INOUT,
                               options);
}

/* (Out of line, for the one who calls it above.) */
__attribute__((noinline)) enum iodma_status
iodma_unmap(const struct iodma_bus *bus, const void *pointer, size_t done,
            uint32_t direction)
{
    if (IODMA_SHORTCUTS && direction <= IODMA_INOUT) {
        if (done != 0 && direction != IODMA_OUT)
            return iodma_map_sync_in(bus, pointer, done);
        if (bus && pointer) {
            hal_observe(bus->hal);
            return IODMA_OK;
        }
    }
    return look_and_take(bus, pointer, done, direction);
}
