/* SPDX-License-Identifier: MIT */
#include "tests/model/naive_list.h"

/* Where the device sees a byte. */
struct place {
    hal_address address;
    uint32_t aperture;
};

static bool place_of(const struct hal_bus *bus, hal_address cpu,
                     struct place *place)
{
    for (uint32_t i = 0; i < bus->aperture_count; i++) {
        const struct hal_aperture *aperture = &bus->apertures[i];

        if (cpu >= aperture->first && cpu <= aperture->last) {
            place->address = cpu - aperture->first + aperture->bus;
            place->aperture = i;
            return true;
        }
    }
    return false;
}

static hal_address byte_at(const struct iodma_range *ranges, uint32_t count,
                           hal_address offset)
{
    hal_address before = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (offset < before + ranges[i].length)
            return ranges[i].address + (offset - before);
        before += ranges[i].length;
    }
    return 0;
}

static bool follows(const struct place *a, const struct place *b)
{
    return b->address == a->address + 1 && b->aperture == a->aperture;
}

/* The length of the segment at `address`, of a run that has `rest` more
   bytes: spec 4.2, step by step. */
static hal_address step(const struct hal_limits *limits, hal_address address,
                        hal_address rest)
{
    hal_address length = rest;
    bool cut = false;

    if (limits->max_segment != 0 && length > limits->max_segment) {
        length = limits->max_segment;
        cut = true;
    }
    if (limits->boundary != 0) {
        hal_address next = (address / limits->boundary + 1) * limits->boundary;

        if (address + length > next) {
            length = next - address;
            cut = true;
        }
    }
    if (length % limits->align_length != 0 && length > limits->align_length) {
        length = length / limits->align_length * limits->align_length;
        cut = true;
    }
    if (cut) {
        hal_address end = address + length;
        hal_address lower =
            end / limits->align_internal * limits->align_internal;

        if (lower > address)
            length = lower - address;
    }
    return length;
}

void naive_list_make(struct naive_list *list, const struct hal_bus *bus,
                     const struct iodma_range *ranges, uint32_t count,
                     const struct hal_limits *limits, hal_address offset,
                     hal_address length)
{
    static struct place places[NAIVE_BYTES];
    hal_address at = 0;

    list->count = 0;
    list->aligned = true;
    list->reached = true;
    for (hal_address i = 0; i < length && list->reached; i++) {
        list->reached =
            place_of(bus, byte_at(ranges, count, offset + i), &places[i]) &&
            (limits->address_bits == 0 ||
             limits->address_bits >= HAL_ADDRESS_BITS ||
             places[i].address >> limits->address_bits == 0);
    }
    if (!list->reached)
        return;

    while (at < length) {
        struct hal_segment *segment = &list->segments[list->count];
        uint32_t alignment =
            list->count == 0 ? limits->align_address : limits->align_internal;
        hal_address rest = 1;

        while (at + rest < length &&
               follows(&places[at + rest - 1], &places[at + rest]))
            rest++;
        segment->address = places[at].address;
        segment->length = step(limits, segment->address, rest);
        if (segment->address % alignment != 0 ||
            segment->length % limits->align_length != 0)
            list->aligned = false;
        at += segment->length;
        list->count++;
    }
    list->few_enough =
        limits->max_segments == 0 || list->count <= limits->max_segments;
}
