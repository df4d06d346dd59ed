/* SPDX-License-Identifier: MIT */
/*
 * Every kind of descriptor is one string of bytes, however it is nested: a
 * table that asks of each byte where it is says the same as the walk, the
 * summary, the copies and the lists of commands.
 */
#include "hal/count_of.h"
#include "tests/descriptors_world.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <string.h>

/* Some of it is within reach of 25 bits. */
#define BASE UINT64_C(0x1FFFE80)

enum { NODES = 12, MOST_RANGES = 5, MOST_MEMBERS = 4, MOST_BYTES = 700 };

static struct node {
    struct iodma_memory memory;
    struct iodma_range ranges[MOST_RANGES];
    struct iodma_memory *members[MOST_MEMBERS];
    hal_address index[MOST_RANGES];
    hal_address bytes[MOST_BYTES]; /* where each is */
    uint32_t length;
    bool nested;
} nodes[NODES];

static uint64_t round_seed;

static hal_address translated(hal_address address)
{
    hal_address length = 1;

    (void)translation.to_physical(address, &address, &length);
    return address;
}

static void add_byte(struct node *node, hal_address address)
{
    node->bytes[node->length++] = address;
}

/* Ranges: some empty, some that touch. */
static uint32_t draw_ranges(struct node *node, uint64_t *seed, hal_address base,
                            bool is_virtual)
{
    uint32_t count = random_below(seed, MOST_RANGES + 1);
    hal_address address = base;

    for (uint32_t i = 0; i < count; i++) {
        hal_address length = random_below(seed, 4) ? random_below(seed, 90) : 0;

        if (random_below(seed, 2) == 0)
            address = base + random_below(seed, 0x300);
        node->ranges[i] = (struct iodma_range){ address, length };
        for (hal_address k = 0; k < length; k++)
            add_byte(node, is_virtual ? translated(address + k) : address + k);
        address += length;
    }
    return count;
}

static enum iodma_status draw_list(struct node *node, uint64_t *seed,
                                   uint32_t direction)
{
    uint32_t count = draw_ranges(node, seed, BASE, false);
    uint32_t entries = random_below(seed, MOST_RANGES + 1);

    return iodma_memory_init_ranges(&node->memory, node->ranges, count,
                                    direction, node->index, entries);
}

static enum iodma_status draw_virtual(struct node *node, uint64_t *seed,
                                      uint32_t direction)
{
    uint32_t count = draw_ranges(node, seed, VIRTUAL, true);
    uint32_t entries = random_below(seed, MOST_RANGES + 1);

    return iodma_memory_init_virtual(&node->memory, &translation, node->ranges,
                                     count, direction, node->index, entries);
}

static enum iodma_status draw_buffer(struct node *node, uint64_t *seed,
                                     uint32_t direction)
{
    hal_address address = BASE + random_below(seed, 0x300);
    hal_address length = random_below(seed, 200);

    for (hal_address k = 0; k < length; k++)
        add_byte(node, address + k);
    return iodma_memory_init_buffer(&node->memory, address,
                                    length + random_below(seed, 100), length,
                                    direction);
}

static enum iodma_status draw_part(struct node *node, uint64_t *seed,
                                   uint32_t direction)
{
    const struct node *parent =
        &nodes[random_below(seed, (uint32_t)(node - nodes))];
    uint32_t offset = random_below(seed, parent->length + 1);

    node->length = random_below(seed, parent->length - offset + 1);
    memcpy(node->bytes, parent->bytes + offset,
           node->length * sizeof node->bytes[0]);
    node->nested = true;
    return iodma_memory_init_sub(&node->memory, &parent->memory, offset,
                                 node->length, direction);
}

static enum iodma_status draw_several(struct node *node, uint64_t *seed,
                                      uint32_t direction)
{
    uint32_t count = 0;

    while (count < MOST_MEMBERS && random_below(seed, 6) != 0) {
        struct node *member =
            &nodes[random_below(seed, (uint32_t)(node - nodes))];

        if (node->length + member->length > MOST_BYTES)
            continue;
        memcpy(node->bytes + node->length, member->bytes,
               member->length * sizeof node->bytes[0]);
        node->length += member->length;
        node->members[count++] = &member->memory;
    }
    node->nested = true;
    return iodma_memory_init_multi(&node->memory, node->members, count,
                                   direction);
}

/* The first few are leaves. */
static void draw_node(struct node *node, uint64_t *seed, uint32_t direction)
{
    static enum iodma_status (*const kinds[])(struct node *, uint64_t *,
                                              uint32_t) = {
        draw_list, draw_virtual, draw_buffer, draw_part, draw_several,
    };
    uint32_t choice = node - nodes < 4 ? 3 : (uint32_t)HAL_COUNT_OF(kinds);

    node->length = 0;
    node->nested = false;
    expect_status("a node",
                  kinds[random_below(seed, choice)](node, seed, direction),
                  IODMA_OK);
}

static void draw(uint64_t *seed, uint32_t direction)
{
    round_seed = *seed;
    mapped_page = 64;
    for (size_t i = 0; i < HAL_COUNT_OF(mapped); i++)
        mapped[i] = BASE + 64 * (hal_address)random_below(seed, 16);
    for (struct node *node = nodes; node != nodes + NODES; node++)
        draw_node(node, seed, direction);
    for (struct node *node = nodes; node != nodes + NODES; node++)
        expect_status("prepare",
                      iodma_memory_prepare(&node->memory, IODMA_NONE),
                      IODMA_OK);
}

/* Bytes that are contiguous in the table, `most` at most. */
static hal_address contiguous(const struct node *node, hal_address at,
                              hal_address most)
{
    hal_address length = 1;

    while (length < most && at + length < node->length &&
           node->bytes[at + length] == node->bytes[at] + length)
        length++;
    return length;
}

/* A walk from an offset to the end, in pieces and with jumps. */
static bool walk_holds(const struct node *node, hal_address from,
                       uint64_t *seed)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;
    hal_address address = 0;
    hal_address at = from;
    bool plain = random_below(seed, 2) == 0;

    if (!expect_status("begin", iodma_walk_begin(&walk, &node->memory, from),
                       IODMA_OK))
        return false;
    while (at < node->length) {
        hal_address most = plain ? TOP : 1 + random_below(seed, 100);

        if (!plain && random_below(seed, 3) == 0) {
            hal_address jump =
                random_below(seed, (uint32_t)(node->length - at) + 1);

            at += jump;
            (void)iodma_walk_begin(&walk, &node->memory, at);
            if (at == node->length)
                break;
        }
        if (!plain && random_below(seed, 3) == 0 &&
            (!expect_number("look", iodma_walk_look(&walk, 1, &address), 1) ||
             !expect_number("the next byte", address, node->bytes[at])))
            return false;
        if (!expect_status("next", iodma_walk_next(&walk, most, &extent),
                           IODMA_OK) ||
            !expect_number("offset", extent.offset, at) ||
            !expect_number("address", extent.address, node->bytes[at]) ||
            !expect_number("length", extent.length, contiguous(node, at, most)))
            return false;
        at += extent.length;
    }
    return expect_status("the end", iodma_walk_next(&walk, 1, &extent),
                         IODMA_OVERRUN) &&
           expect_status(
               "behind it",
               iodma_walk_begin(&walk, &node->memory, node->length + 1),
               IODMA_INTERNAL_ERROR);
}

/* Where the highest bit is, from 1 on; 0: there is none. */
static uint8_t width_of(uint64_t value)
{
    return value == 0 ? 0 : (uint8_t)(64 - __builtin_clzll(value));
}

/* What the table says of a node's extents. */
static struct iodma_summary summary_of(const struct node *node)
{
    struct iodma_summary summary = { .lowest = TOP };
    hal_address spans = 0;
    uint32_t extents = 0;

    for (hal_address at = 0; at < node->length; extents++) {
        hal_address length = contiguous(node, at, TOP);
        hal_address address = node->bytes[at];

        summary.lowest = smaller(summary.lowest, address);
        if (summary.highest < address + length - 1)
            summary.highest = address + length - 1;
        if (summary.longest < length)
            summary.longest = length;
        summary.shape |= (uint32_t)(address | length);
        spans |= address ^ (address + length - 1);
        at += length;
    }
    summary.spans = width_of(spans);
    summary.apart =
        node->memory.kind == IODMA_KIND_RANGES && extents == node->memory.count;
    return summary;
}

static uint32_t low_bit(uint32_t value)
{
    return value & (~value + 1);
}

static bool summary_holds(const struct node *node)
{
    const struct iodma_summary *got = &node->memory.summary;
    struct iodma_summary want = summary_of(node);

    if (!IODMA_SHORTCUTS || node->length == 0)
        return true;
    if (!node->nested)
        return expect_number("lowest", got->lowest, want.lowest) &&
               expect_number("highest", got->highest, want.highest) &&
               expect_number("longest", got->longest, want.longest) &&
               expect_number("shape", got->shape, want.shape) &&
               expect_number("spans", got->spans, want.spans) &&
               expect_number("plain", got->apart, want.apart);
    /* Of a part or of several: nothing that is not true. */
    return expect("lowest", got->lowest <= want.lowest) &&
           expect("highest", got->highest >= want.highest) &&
           expect("longest", got->longest >= want.longest) &&
           expect("shape", low_bit(got->shape) <= low_bit(want.shape)) &&
           expect("spans", got->spans >= want.spans) &&
           expect("plain",
                  !got->apart || node->memory.kind == IODMA_KIND_RANGES);
}

/* The CPU's own copies. */
static bool copies_hold(const struct node *node, const struct iodma_bus *bus,
                        uint64_t *seed)
{
    uint32_t offset = random_below(seed, node->length + 1);
    uint32_t length = random_below(seed, node->length - offset + 1);
    uint8_t bytes[MOST_BYTES];

    if (!expect_number(
            "read",
            iodma_memory_read(&node->memory, bus, offset, bytes, length),
            length))
        return false;
    for (uint32_t i = 0; i < length; i++) {
        if (!expect_number("a byte read", bytes[i],
                           *sparse_byte(node->bytes[offset + i])))
            return false;
        bytes[i] = (uint8_t)random_below(seed, 256);
    }
    if (!expect_number(
            "write",
            iodma_memory_write(&node->memory, bus, offset, bytes, length),
            length))
        return false;
    /* The last of those in one place is there. */
    for (uint32_t i = length; i-- != 0;) {
        bool last = true;

        for (uint32_t k = i + 1; k < length; k++)
            last = last && node->bytes[offset + k] != node->bytes[offset + i];
        if (last &&
            !expect_number("a byte written",
                           *sparse_byte(node->bytes[offset + i]), bytes[i]))
            return false;
    }
    return true;
}

/* Where the device finds a byte, and those that follow it. */
static bool segment_holds(const struct node *node, const struct iodma_bus *bus,
                          uint64_t *seed)
{
    struct hal_segment segment = { 77, 88 };
    uint32_t offset;

    if (!expect_status(
            "a segment at the end",
            iodma_memory_segment(&node->memory, bus, node->length, &segment),
            IODMA_OVERRUN) ||
        !expect_number("as before", segment.address, 77) ||
        !expect_number("as before", segment.length, 88))
        return false;
    if (node->length == 0)
        return true;
    offset = random_below(seed, node->length);
    return expect_status(
               "a segment",
               iodma_memory_segment(&node->memory, bus, offset, &segment),
               IODMA_OK) &&
           expect_number("its address", segment.address, node->bytes[offset]) &&
           expect_number("its length", segment.length,
                         contiguous(node, offset, TOP));
}

static void report(void)
{
    printf("# round of seed %s\n", hex(round_seed));
}

static void nesting(void)
{
    const struct iodma_bus *bus = fixture_bouncing_bus();
    uint64_t seed = 1;

    for (unsigned round = 0; round < 300; round++) {
        draw(&seed, IODMA_INOUT);
        for (const struct node *node = nodes; node != nodes + NODES; node++) {
            bool holds =
                expect_number("length", node->memory.length, node->length) &&
                summary_holds(node) && copies_hold(node, bus, &seed) &&
                segment_holds(node, bus, &seed);

            for (hal_address from = 0; holds && from <= node->length;
                 from += 1 + random_below(&seed, 5))
                holds = walk_holds(node, from, &seed);
            if (!holds) {
                report();
                return;
            }
        }
    }
}

static void seek_everywhere(void)
{
    uint64_t seed = 99;

    for (unsigned round = 0; round < 10; round++) {
        draw(&seed, IODMA_INOUT);
        for (const struct node *node = nodes; node != nodes + NODES; node++) {
            for (hal_address from = 0; from <= node->length; from++) {
                if (!walk_holds(node, from, &seed)) {
                    report();
                    return;
                }
            }
        }
    }
}

/* Commands over nestings -------------------------------------------------- */

/* Which ways are taken: as it lies, cut, aligned, out of reach, the least. */
static const struct {
    struct iodma_spec spec;
    uint32_t mapping;
} ways[] = {
    { SPEC(host64, 64, 0, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 24, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 0, 16, 1, 16), IODMA_MAPPED },
    { SPEC(host64, 25, 0, 1, 1, 1), IODMA_MAPPED },
    { SPEC(host64, 64, 0, 1, 1, 8), IODMA_LEAST_BOUNCE },
};

static struct hal_segment segments[MOST_BYTES];

/* Where the device finds each byte of the window; 0: too few were listed. */
static uint32_t take_list(hal_address *places, uint64_t *seed)
{
    hal_address offset = 0;
    uint32_t bytes = 0;

    while (offset < command.window.length) {
        uint32_t count = 1 + random_below(seed, 6);

        if (!expect_status("gen",
                           fixture_gen(&command, &offset, segments, &count),
                           IODMA_OK))
            return 0;
        for (uint32_t i = 0; i < count; i++) {
            for (hal_address k = 0; k < segments[i].length; k++)
                places[bytes++] = segments[i].address + k;
        }
    }
    return bytes;
}

static unsigned by_rung[3];

/* The device has what the client has, and the other way round. */
static bool transfer_holds(struct node *node, size_t way, uint64_t *seed)
{
    static hal_address places[MOST_BYTES];
    uint32_t offset = random_below(seed, node->length);
    uint32_t length = 1 + random_below(seed, node->length - offset);
    const hal_address *client = node->bytes + offset;
    struct iodma_spec spec = ways[way].spec;
    bool holds = true;

    spec.mapping = ways[way].mapping;
    expect_status("spec", iodma_command_set_spec(&command, &spec), IODMA_OK);
    set(&node->memory, false, IODMA_OK);
    if (!expect_status(
            "prepare",
            iodma_command_prepare(&command, offset, length, true, true),
            IODMA_OK))
        return false;
    by_rung[fixture_rung(&command)]++;
    holds = expect_number("bytes listed", take_list(places, seed), length);
    for (uint32_t i = 0; holds && i < length; i++) {
        holds = expect_number("a byte for the device", *sparse_byte(places[i]),
                              *sparse_byte(client[i]));
        if (fixture_rung(&command) == RUNG_DIRECT)
            holds = holds && expect_number("its place", places[i], client[i]);
    }
    for (uint32_t i = 0; holds && i < length; i++)
        *sparse_byte(places[i]) = (uint8_t)(client[i] * 7 + way);
    holds = holds && expect_completed(&command);
    for (uint32_t i = 0; holds && i < length; i++)
        holds = expect_number("a byte from the device", *sparse_byte(client[i]),
                              (uint8_t)(client[i] * 7 + way));
    return holds && expect_fixture_free();
}

static void transfers(void)
{
    uint64_t seed = 7;

    make_command();
    for (unsigned round = 0; round < 100; round++) {
        draw(&seed, IODMA_INOUT);
        for (struct node *node = nodes; node != nodes + NODES; node++) {
            for (size_t way = 0; node->length != 0 && way < HAL_COUNT_OF(ways);
                 way++) {
                if (!transfer_holds(node, way, &seed)) {
                    report();
                    return;
                }
            }
        }
    }
    set(NULL, false, IODMA_OK);
    for (unsigned i = 0; i < HAL_COUNT_OF(by_rung); i++)
        expect("every rung was used often", by_rung[i] > 50);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 0, "a walk from every offset is as the table says", seek_everywhere },
    { 0, "however nested, walks, summaries and copies are as the table says",
      nesting },
    { 0, "commands over every nesting, both ways", transfers },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    return check_result();
}
