/* SPDX-License-Identifier: MIT */
#include "tests/bench/floor.h"

#include <string.h>

/* Lists ------------------------------------------------------------------- */

uint32_t floor_copy(const struct floor_limits *limits,
                    const struct floor_pair *from, uint32_t count,
                    struct floor_pair *to)
{
    hal_address delta = limits->delta;

    for (uint32_t i = 0; i < count; i++) {
        hal_address address = from[i].address + delta;
        hal_address length = from[i].length;

        to[i].address = address;
        to[i].length = length;
    }
    return count;
}

uint32_t floor_join(const struct floor_limits *limits,
                    const struct floor_pair *from, uint32_t count,
                    struct floor_pair *to, uint32_t room)
{
    const struct floor_pair *end = from + count;
    hal_address seen = 0; /* of all last addresses, every bit */
    uint32_t made = 0;

    while (from != end) {
        hal_address address = from->address + limits->delta;
        hal_address length = from->length;
        hal_address next = from->address + length;

        for (from++; from != end && from->address == next; from++) {
            length += from->length;
            next += from->length;
        }
        seen |= address + (length - 1);
        while (length > limits->most) {
            if (made == room)
                return 0;
            to[made++] = (struct floor_pair){ address, limits->most };
            address += limits->most;
            length -= limits->most;
        }
        if (made == room)
            return 0;
        to[made++] = (struct floor_pair){ address, length };
    }
    return seen > limits->last ? 0 : made;
}

uint32_t floor_narrow(const struct floor_limits *limits,
                      const struct floor_pair *from, uint32_t count,
                      uint32_t (*to)[2], uint32_t room)
{
    hal_address seen = 0;

    if (count > room)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        hal_address address = from[i].address + limits->delta;
        hal_address length = from[i].length;

        seen |= (address + (length - 1)) | length;
        to[i][0] = (uint32_t)address;
        to[i][1] = (uint32_t)length;
    }
    return seen > UINT32_MAX ? 0 : count;
}

uint32_t floor_apertures(const struct floor_limits *limits,
                         const struct floor_aperture *apertures,
                         uint32_t aperture_count, const struct floor_pair *from,
                         uint32_t count, struct floor_pair *to, uint32_t room)
{
    uint32_t made = 0;
    uint32_t i = 0;

    while (i < count) {
        const struct floor_aperture *aperture = apertures;
        hal_address address = from[i].address;
        hal_address length = from[i].length;

        while (address < aperture->first ||
               address + (length - 1) > aperture->last) {
            if (++aperture == apertures + aperture_count)
                return 0;
        }
        for (i++; i < count && from[i].address == address + length &&
                  address + length + from[i].length - 1 <= aperture->last;
             i++)
            length += from[i].length;
        address = address - aperture->first + aperture->bus;
        if (address + (length - 1) > limits->last)
            return 0;
        while (length > limits->most) {
            if (made == room)
                return 0;
            to[made++] = (struct floor_pair){ address, limits->most };
            address += limits->most;
            length -= limits->most;
        }
        if (made == room)
            return 0;
        to[made++] = (struct floor_pair){ address, length };
    }
    return made;
}

uint32_t floor_cut(const struct floor_limits *limits, struct floor_pair from,
                   struct floor_pair *to, uint32_t room)
{
    hal_address address = from.address + limits->delta;
    hal_address length = from.length;
    uint32_t made = 0;

    if (((address | length) & limits->mask) != 0 ||
        address + (length - 1) > limits->last)
        return 0;
    while (length > limits->most) {
        if (made == room)
            return 0;
        to[made++] = (struct floor_pair){ address, limits->most };
        address += limits->most;
        length -= limits->most;
    }
    if (made == room)
        return 0;
    to[made++] = (struct floor_pair){ address, length };
    return made;
}

/* A command --------------------------------------------------------------- */

bool floor_set(struct floor_command *command, const struct floor_pair *ranges,
               uint32_t count, hal_address size, const hal_address *index,
               bool inbound)
{
    if (command->prepared)
        return false;
    command->ranges = ranges;
    command->count = count;
    command->size = size;
    command->index = index;
    command->inbound = inbound;
    return true;
}

/* Go to an offset within the ranges. */
static void seek(struct floor_command *command, hal_address offset)
{
    uint32_t range = 0;
    hal_address before = 0;

    if (command->index) {
        uint32_t low = 0;
        uint32_t high = (command->count - 1) / FLOOR_INDEX_STEP;

        while (low < high) {
            uint32_t middle = (low + high + 1) / 2;

            if (command->index[middle] <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        range = low * FLOOR_INDEX_STEP;
        before = command->index[low];
    }
    while (range < command->count &&
           offset - before >= command->ranges[range].length)
        before += command->ranges[range++].length;
    command->range = range;
    command->within = offset - before;
    command->offset = offset;
}

bool floor_prepare(struct floor_command *command, hal_address from,
                   hal_address length)
{
    const struct floor_limits *limits = &command->limits;
    hal_address mask = limits->mask;

    if (!command->ranges || command->prepared || from > command->size)
        return false;
    if (length == 0)
        length = command->size - from;
    if (length > command->size - from)
        return false;
    if (limits->maintain && command->inbound)
        mask |= FLOOR_LINE - 1;
    for (uint32_t i = 0; i < command->count; i++) {
        hal_address address = command->ranges[i].address + limits->delta;
        hal_address size = command->ranges[i].length;

        if (((address | size) & mask) != 0 ||
            address + (size - 1) > limits->last)
            return false;
    }
    if (limits->maintain) {
        for (uint32_t i = 0; i < command->count; i++)
            floor_clean((const void *)(uintptr_t)command->ranges[i].address,
                        (size_t)command->ranges[i].length);
    }
    floor_fence();
    command->from = from;
    command->length = length;
    seek(command, from);
    command->prepared = true;
    return true;
}

bool floor_generate(struct floor_command *command, hal_address *offset,
                    struct floor_pair *to, uint32_t *count)
{
    const hal_address most = command->limits.most;
    const hal_address delta = command->limits.delta;
    const struct floor_pair *range;
    const struct floor_pair *end = to + *count;
    struct floor_pair *slot = to;
    hal_address within;
    hal_address left;

    if (!command->prepared || slot == end || *offset >= command->length)
        return false;
    if (command->offset != command->from + *offset)
        seek(command, command->from + *offset);
    left = command->length - *offset;
    range = &command->ranges[command->range];
    within = command->within;
    while (slot != end && left != 0) {
        hal_address start = range->address + within;
        hal_address length = range->length - within;

        /* A segment grows over ranges that touch, to its longest. */
        while (length < left && length < most &&
               range[1].address == start + length) {
            range++;
            length += range->length;
        }
        if (length > left)
            length = left;
        if (length > most)
            length = most;
        within = start + length - range->address;
        if (within == range->length) {
            range++;
            within = 0;
        }
        slot->address = start + delta;
        slot->length = length;
        slot++;
        left -= length;
    }
    command->range = (uint32_t)(range - command->ranges);
    command->within = within;
    *offset = command->length - left;
    command->offset = command->from + *offset;
    *count = (uint32_t)(slot - to);
    return true;
}

bool floor_complete(struct floor_command *command)
{
    if (!command->prepared)
        return false;
    floor_fence();
    if (command->limits.maintain && command->inbound) {
        for (uint32_t i = 0; i < command->count; i++)
            floor_invalidate(
                (const void *)(uintptr_t)command->ranges[i].address,
                (size_t)command->ranges[i].length);
    }
    command->prepared = false;
    return true;
}

bool floor_clear(struct floor_command *command)
{
    if (command->prepared)
        return false;
    command->ranges = NULL;
    return true;
}

/* One buffer -------------------------------------------------------------- */

bool floor_map(const struct floor_limits *limits, const void *pointer,
               size_t length, bool inbound, hal_address *address)
{
    hal_address first = (hal_address)(uintptr_t)pointer + limits->delta;
    hal_address mask = limits->mask;

    if (limits->maintain && inbound)
        mask |= FLOOR_LINE - 1;
    if (length == 0 || length > limits->most ||
        ((first | length) & mask) != 0 || first + (length - 1) < first ||
        first + (length - 1) > limits->last)
        return false;
    if (limits->maintain)
        floor_clean(pointer, length);
    floor_fence();
    *address = first;
    return true;
}

bool floor_unmap(const struct floor_limits *limits, const void *pointer,
                 size_t length, bool inbound)
{
    floor_fence();
    if (limits->maintain && inbound)
        floor_invalidate(pointer, length);
    return true;
}

void floor_take_frame(const void *frame, size_t length)
{
    floor_fence();
    floor_invalidate(frame, length);
}

void floor_give_frame(const void *frame, size_t length)
{
    floor_clean(frame, length);
    floor_fence();
}

/* Storage ----------------------------------------------------------------- */

void floor_bits_init(struct floor_bits *bits)
{
    bits->summary = UINT32_MAX;
    for (uint32_t i = 0; i < FLOOR_WORDS; i++)
        bits->words[i] = UINT32_MAX;
}

bool floor_bits_take(struct floor_bits *bits, uint32_t *bit)
{
    uint32_t word;
    uint32_t index;

    if (bits->summary == 0)
        return false;
    index = (uint32_t)__builtin_ctz(bits->summary);
    word = bits->words[index];
    *bit = index * 32 + (uint32_t)__builtin_ctz(word);
    word &= word - 1;
    bits->words[index] = word;
    if (word == 0)
        bits->summary &= bits->summary - 1;
    return true;
}

void floor_bits_give(struct floor_bits *bits, uint32_t bit)
{
    bits->words[bit / 32] |= UINT32_C(1) << bit % 32;
    bits->summary |= UINT32_C(1) << bit / 32;
}

bool floor_space_take(struct floor_space *space, uint32_t length, uint32_t *bit)
{
    while (space->hint < space->count && space->words[space->hint] == 0)
        space->hint++;
    for (uint32_t i = space->hint; i < space->count; i++) {
        uint32_t starts = space->words[i];
        uint32_t found;

        /* Bit n of starts: from n on, so many bits are set. */
        for (uint32_t have = 1; starts != 0 && have < length;) {
            uint32_t more = length - have < have ? length - have : have;

            starts &= starts >> more;
            have += more;
        }
        if (starts == 0)
            continue;
        found = (uint32_t)__builtin_ctz(starts);
        space->words[i] &= ~(((UINT32_C(1) << length) - 1) << found);
        *bit = i * 32 + found;
        return true;
    }
    return false;
}

void floor_space_give(struct floor_space *space, uint32_t bit, uint32_t length)
{
    space->words[bit / 32] |= ((UINT32_C(1) << length) - 1) << bit % 32;
    if (space->hint > bit / 32)
        space->hint = bit / 32;
}

/* Bouncing ---------------------------------------------------------------- */

static uint8_t *bytes_of(hal_address address)
{
    return (uint8_t *)(uintptr_t)address;
}

uint32_t floor_bounce(struct floor_bounce *bounce,
                      const struct floor_pair *ranges, uint32_t count,
                      struct floor_pair *to)
{
    for (uint32_t i = 0; i < count; i++) {
        hal_address storage;

        if (ranges[i].length > (hal_address)1 << bounce->shift ||
            !floor_bits_take(&bounce->bits, &bounce->taken[i])) {
            while (i != 0)
                floor_bits_give(&bounce->bits, bounce->taken[--i]);
            return 0;
        }
        storage =
            bounce->storage + ((hal_address)bounce->taken[i] << bounce->shift);
        memcpy(bytes_of(storage), bytes_of(ranges[i].address),
               (size_t)ranges[i].length);
        to[i].address = storage + bounce->limits.delta;
        to[i].length = ranges[i].length;
    }
    floor_fence();
    return count;
}

void floor_bounce_end(struct floor_bounce *bounce,
                      const struct floor_pair *ranges, uint32_t count,
                      bool inbound)
{
    floor_fence();
    for (uint32_t i = 0; i < count; i++) {
        if (inbound)
            memcpy(bytes_of(ranges[i].address),
                   bytes_of(bounce->storage +
                            ((hal_address)bounce->taken[i] << bounce->shift)),
                   (size_t)ranges[i].length);
        floor_bits_give(&bounce->bits, bounce->taken[i]);
    }
}

static uint32_t granules_of(const struct floor_bounce *bounce,
                            hal_address length)
{
    return (uint32_t)((length + ((hal_address)1 << bounce->shift) - 1) >>
                      bounce->shift);
}

uint32_t floor_bounce_all(struct floor_bounce *bounce, struct floor_pair range,
                          struct floor_pair *to)
{
    hal_address storage;

    if (!floor_space_take(&bounce->space, granules_of(bounce, range.length),
                          &bounce->taken[0]))
        return 0;
    storage =
        bounce->storage + ((hal_address)bounce->taken[0] << bounce->shift);
    memcpy(bytes_of(storage), bytes_of(range.address), (size_t)range.length);
    floor_fence();
    to->address = storage + bounce->limits.delta;
    to->length = range.length;
    return 1;
}

void floor_bounce_all_end(struct floor_bounce *bounce, struct floor_pair range,
                          bool inbound)
{
    floor_fence();
    if (inbound)
        memcpy(bytes_of(range.address),
               bytes_of(bounce->storage +
                        ((hal_address)bounce->taken[0] << bounce->shift)),
               (size_t)range.length);
    floor_space_give(&bounce->space, bounce->taken[0],
                     granules_of(bounce, range.length));
}

/* Edges ------------------------------------------------------------------- */

/* Have a part of a line in one of ours, at the same place in it. */
static struct floor_pair bounce_edge(struct floor_edges *edges,
                                     hal_address address, hal_address length)
{
    uint8_t *line = edges->lines + (size_t)edges->used++ * FLOOR_LINE;
    uint8_t *bytes = line + address % FLOOR_LINE;

    memset(line, 0, FLOOR_LINE);
    memcpy(bytes, bytes_of(address), (size_t)length);
    floor_clean(line, FLOOR_LINE);
    return (struct floor_pair){
        (hal_address)(uintptr_t)bytes + edges->limits.delta, length
    };
}

uint32_t floor_edges(struct floor_edges *edges, const struct floor_pair *ranges,
                     uint32_t count, struct floor_pair *to)
{
    const struct floor_limits *limits = &edges->limits;
    struct floor_pair *const start = to;

    edges->used = 0;
    for (uint32_t i = 0; i < count; i++) {
        hal_address address = ranges[i].address;
        hal_address length = ranges[i].length;
        hal_address head = -address % FLOOR_LINE;
        hal_address tail = (address + length) % FLOOR_LINE;

        if (((address | length) & limits->mask) != 0 ||
            address + limits->delta + (length - 1) > limits->last ||
            length < 2 * FLOOR_LINE || edges->used > FLOOR_EDGES - 2)
            return 0;
        if (head != 0)
            *to++ = bounce_edge(edges, address, head);
        address += head;
        length -= head + tail;
        floor_clean(bytes_of(address), (size_t)length);
        *to++ = (struct floor_pair){ address + limits->delta, length };
        if (tail != 0)
            *to++ = bounce_edge(edges, address + length, tail);
    }
    floor_fence();
    return (uint32_t)(to - start);
}

static const uint8_t *take_edge(const uint8_t *line, hal_address address,
                                hal_address length)
{
    floor_invalidate(line, FLOOR_LINE);
    memcpy(bytes_of(address), line + address % FLOOR_LINE, (size_t)length);
    return line + FLOOR_LINE;
}

void floor_edges_end(struct floor_edges *edges, const struct floor_pair *ranges,
                     uint32_t count)
{
    const uint8_t *line = edges->lines;

    floor_fence();
    for (uint32_t i = 0; i < count; i++) {
        hal_address address = ranges[i].address;
        hal_address length = ranges[i].length;
        hal_address head = -address % FLOOR_LINE;
        hal_address tail = (address + length) % FLOOR_LINE;

        if (head != 0)
            line = take_edge(line, address, head);
        floor_invalidate(bytes_of(address + head),
                         (size_t)(length - head - tail));
        if (tail != 0)
            line = take_edge(line, address + length - tail, tail);
    }
}

/* Behind an IOMMU --------------------------------------------------------- */

bool floor_mapped(const struct floor_mapped *mapped, hal_address *offset,
                  struct floor_pair *to, uint32_t *count)
{
    hal_address at = *offset;
    uint32_t made = 0;

    if (at >= mapped->length || *count == 0)
        return false;
    do {
        hal_address length = mapped->length - at;

        if (length > mapped->most)
            length = mapped->most;
        to[made++] = (struct floor_pair){ mapped->iova + at, length };
        at += length;
    } while (made != *count && at != mapped->length);
    *count = made;
    *offset = at;
    return true;
}
