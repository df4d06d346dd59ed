/* SPDX-License-Identifier: MIT */
#include "tests/model/naive_list.h"

/* Where the device sees a byte. */
struct place {
    uint64_t address;
    uint32_t aperture;
};

static bool place_of(const struct hal_bus *bus, uint64_t cpu,
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

static uint64_t byte_at(const struct iodma_range *ranges, uint32_t count,
                        uint64_t offset)
{
    uint64_t before = 0;

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
static uint64_t step(const struct hal_limits *limits, uint64_t address,
                     uint64_t rest)
{
    uint64_t length = rest;
    bool cut = false;

    if (limits->max_segment != 0 && length > limits->max_segment) {
        length = limits->max_segment;
        cut = true;
    }
    if (limits->boundary != 0) {
        uint64_t next = (address / limits->boundary + 1) * limits->boundary;

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
        uint64_t end = address + length;
        uint64_t lower = end / limits->align_internal * limits->align_internal;

        if (lower > address)
            length = lower - address;
    }
    return length;
}

void naive_list_make(struct naive_list *list, const struct hal_bus *bus,
                     const struct iodma_range *ranges, uint32_t count,
                     const struct hal_limits *limits, uint64_t offset,
                     uint64_t length)
{
    static struct place places[NAIVE_BYTES];
    uint64_t at = 0;

    list->count = 0;
    list->aligned = true;
    list->reached = true;
    for (uint64_t i = 0; i < length && list->reached; i++) {
        list->reached =
            place_of(bus, byte_at(ranges, count, offset + i), &places[i]) &&
            (limits->address_bits == 0 || limits->address_bits == 64 ||
             places[i].address >> limits->address_bits == 0);
    }
    if (!list->reached)
        return;

    while (at < length) {
        struct hal_segment *segment = &list->segments[list->count];
        uint32_t alignment =
            list->count == 0 ? limits->align_address : limits->align_internal;
        uint64_t rest = 1;

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
