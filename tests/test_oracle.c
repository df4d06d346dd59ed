/* SPDX-License-Identifier: MIT */
/*
 * Whatever the limits, the memory, the bus and the order of calls: prepare,
 * the lists and the bytes are what an independent, naive model says
 * (tests/model/oracle.h), on both sides of a cache that does what caches may;
 * and all that was taken is given back.
 *
 *     test_oracle [ROUNDS [SEED]]
 *
 * A round that fails is made simpler as long as it fails, and printed as a row
 * for the table below; the seed beside it, with one round, makes it again.
 */
#include "tests/check.h"
#include "tests/model/oracle.h"
#include "tests/model/stage.h"
#include "tests/model/two_sides.h"

#include "hal/bits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rounds that failed once. */
/* clang-format off */
static const struct {
    const char *what;
    struct round round;
} rows[] = {
    { "iterate-only, mapped: nothing is shown behind a hole",
      { .part_count = 1, .parts[0].kind = IODMA_VIRTUAL, .parts[0].count = 2,
        .parts[0].ranges[0].length = 0x50, .parts[0].ranges[1].length = 0x50,
        .parts[0].ranges[0].address = 0x70000000,
        .parts[0].ranges[1].address = 0x70000100, .direction = IODMA_OUT,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .mapping = IODMA_ITERATE_ONLY, .io_page = 0x10, .io_pages = 1,
        .apertures[0] = { 0x100010000, 0, 0x1000, 3, true },
        .apertures[1] = { 0x1000002e0, 0x1000, 0x70, 3, true },
        .granule = 0x80, .shown = 0x1000, .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .order = 0xfedcba9876543210, .cpu_page = 0x80,
        .scramble[0] = 0xb, .base = 0x100000000, .storage = 0x100010000,
        .seed = 17 } },
    { "edges: the tail of an extent that goes on in another aperture",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xfffffefb, 0x26 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .limits.align_internal = 0x40,
        .apertures[0] = { 0x100010000, 0, 0x1000, 3, true },
        .apertures[1] = { 0xfffffd00, 0x1000, 0x220, 3, true },
        .regions[0] = { .size = 0x17fff0000, .writable = true },
        .granule = 0x80, .line = 0x20, .shown = 0x1000, .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xfffffc00,
        .storage = 0x100010000 } },
    { "a list of just as many segments as are made at a time",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0xffdfd, 3 },
        .parts[0].ranges[1] = { 0xffafc, 0x45 }, .direction = 2,
        .length = 0x47, .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .output = 1, .limits.boundary = 0x10,
        .apertures[0] = { 0x110000, 0, 0x2000, 3, true },
        .apertures[3] = { 0xffac0, 0x8011, 0x340, 3, true },
        .granule = 0x100, .shown = 0x1000, .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .order = 0xfedcba9876543210, .cpu_page = 0x40,
        .scramble[0] = 1, .base = 0xff800, .storage = 0x110000,
        .seed = 0xcf50246f8a7fcf } },
    { "a line of two pieces, out of reach",
      { .part_count = 2, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xfff54, 0x2c }, .parts[1].kind = 1,
        .parts[1].count = 1, .parts[1].ranges[0] = { 0xfff00, 0x54 },
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .apertures[0] = { 0x80000, 0, 0x1000, 3, true },
        .regions[0] = { .size = 0xfff80, .writable = true },
        .granule = 0x80, .line = 0x40, .shown = 0x1000, .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xffc00,
        .storage = 0x80000 } },
    { "iterate-only, mapped: seams are not judged within a page",
      { .part_count = 1, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0xfffffffd6a, 0x12 }, .direction = 2,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1, .mapping = 0x40,
        .limits.boundary = 0x20, .port.align_seam = 0x20, .io_page = 0x10,
        .io_pages = 4, .apertures[0] = { 0xfffff80000, 0, 0x1000, 3, true },
        .apertures[1] = { 0xfffffffbfb, 0x1000, 0x181, 3, true },
        .granule = 0x80, .shown = 0x1000, .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .order = 0xfedcba9876543210, .cpu_page = 0x40,
        .scramble[0] = 1, .base = 0xfffffffc00, .storage = 0xfffff80000 } },
    { "pages that are smaller than an alignment, and apart",
      { .part_count = 1, .parts[0].kind = 2, .parts[0].count = 1,
        .parts[0].ranges[0] = { 0x70000000, 0x80 }, .direction = 2,
        .flush = 1, .fill = 1, .invalidate = 1, .empty = 1,
        .limits.align_address = 0x80,
        .apertures[0] = { 0x80000, 0, 0x800, 3, true },
        .regions[1] = { .size = 0xa0000, .writable = true },
        .granule = 0x40, .shown = 0x1000, .lent = 1, .page_count = 0x10,
        .run_pages = 0x10, .order = 0x123456789abcdef, .cpu_page = 0x40,
        .scramble[0] = 1, .storage = 0x80000 } },
    { "edges: no line is foreign, and all of them are bounced",
      { .part_count = 1, .parts[0].count = 2,
        .parts[0].ranges[0] = { 0x1001b1, 0xf },
        .parts[0].ranges[1] = { 0x1001a0, 0x11 }, .flush = 1, .fill = 1,
        .invalidate = 1, .empty = 1, .limits.align_internal = 0x40,
        .apertures[0] = { 0x80000, 0xff620, 0x800, 3, true },
        .regions[0] = { .size = 0x170000, .writable = true },
        .granule = 0x40, .line = 0x20, .shown = 0x1000, .lent = 1,
        .page_count = 0x10, .run_pages = 0x10, .order = 0xfedcba9876543210,
        .cpu_page = 0x40, .scramble[0] = 1, .base = 0xffe00,
        .storage = 0x80000 } },
};
/* clang-format on */

/* One round under way. */
static const struct round *now;
static struct oracle oracle;
static struct iodma_command command;
static uint64_t calls_seed;

/* What a byte of the window has to be: for the client's CPU, and in the storage
   that the device uses. Unknown: the caller did not ask for maintenance. */
static struct reference {
    uint8_t client, stored;
    bool client_known, stored_known;
    uint64_t seen; /* where the device finds it, by the list */
} reference[ROUND_BYTES];

/* The client's memory, as its CPU has to see it. */
static uint8_t client[ROUND_CLIENT];

static bool running;  /* the device may write at any moment */
static uint64_t iova; /* of the mapping's first byte; 0: not mapped */

/* How the rounds went. */
static struct {
    uint32_t bad_specs, no_resources, no_space, not_aligned, not_writable;
    uint32_t other_refusals, direct, edges, least, pages, whole, empty;
    uint32_t iterated, mapped, mapped_split, virtually, buffers, several;
    uint32_t parts, cached, forced, wrote, late, split, segments;
    uint32_t paths[IODMA_PATH_FLAT + 1], in_a_row;
} tally;

static uint32_t draw(uint32_t limit)
{
    return random_below(&calls_seed, limit);
}

static bool inbound(void)
{
    return now->direction != IODMA_OUT;
}

static uint32_t access_of_device(void)
{
    return now->direction == IODMA_OUT  ? HAL_READ
           : now->direction == IODMA_IN ? HAL_WRITE
                                        : HAL_READ | HAL_WRITE;
}

/* Memory ------------------------------------------------------------------ */

static bool snooped(uint64_t address)
{
    const struct hal_aperture *aperture = oracle_aperture(now, address, 0);

    return now->line == 0 || !aperture ||
           (aperture->snooped &&
            (now->mapping & IODMA_TYPE_MASK) != IODMA_NON_COHERENT);
}

static bool is_client(uint64_t address)
{
    return address - now->base < round_area(now);
}

/* Out: the device writes nothing that could be lost. */
static bool may_drop(uint64_t line)
{
    return !is_client(line) || !inbound() ||
           !oracle_line_is_foreign(&oracle, now, line);
}

static void begin_memory(void)
{
    const struct two_sides_facts facts = {
        .client = now->base,
        .client_size = (size_t)round_area(now),
        .storage = now->storage,
        .storage_size = (size_t)(2 * ROUND_PAGES * now->granule),
        .line = now->line,
        .shown = now->shown,
        .snooped = snooped,
        .may_drop = may_drop,
    };

    two_sides_begin(&facts, now->seed);
}

/* All is known of what the CPU sees now. */
static void begin_reference(void)
{
    for (uint64_t i = 0; i < round_area(now); i++)
        client[i] = two_sides_cpu(now->base + i);
    for (uint64_t i = 0; i < oracle.length; i++)
        reference[i] = (struct reference){
            .client = client[oracle.bytes[i].client - now->base],
            .client_known = true,
        };
}

/* The lines of the window's bytes, those beside them, and of their storage. */
static void watch_memory(void)
{
    for (uint64_t i = 0; i < oracle.length; i++)
        two_sides_watch(oracle.bytes[i].client);
    for (uint64_t i = 0; i < oracle.length; i++) {
        if (oracle.bytes[i].bounced)
            two_sides_watch(oracle.bytes[i].storage);
    }
}

/* What the CPU finds where the client's memory is. */
static bool client_is_right(void)
{
    static bool unknown[ROUND_CLIENT];
    bool right = true;

    memset(unknown, 0, (size_t)round_area(now));
    for (uint64_t i = 0; i < oracle.length; i++) {
        uint64_t at = oracle.bytes[i].client - now->base;

        client[at] = reference[i].client;
        unknown[at] = !reference[i].client_known;
    }
    for (uint64_t i = 0; right && i < round_area(now); i++) {
        uint64_t address = now->base + i;

        if (!unknown[i] && two_sides_cpu(address) != client[i]) {
            right = expect_number("a byte of the client's memory",
                                  two_sides_cpu(address), client[i]);
            expect_number("its address", address, 0);
        }
    }
    return right;
}

/* Lists ------------------------------------------------------------------- */

enum { MOST = ROUND_BYTES, ELEMENT = 16 };

static uint64_t big(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static struct hal_segment decode(const void *array, uint32_t output, uint32_t i)
{
    const uint8_t *bytes = array;
    struct iodma_segment32 narrow;
    struct hal_segment segment;

    if (output == ROUND_BIG64)
        return (struct hal_segment){ big(bytes + i * 16u, 8),
                                     big(bytes + i * 16u + 8, 8) };
    if (output == ROUND_HOST32 || output == ROUND_LITTLE32) {
        memcpy(&narrow, bytes + i * sizeof narrow, sizeof narrow);
        return (struct hal_segment){ narrow.address, narrow.length };
    }
    memcpy(&segment, bytes + i * sizeof segment, sizeof segment);
    return segment;
}

/* What a generation has to deliver. */
static enum iodma_status wanted(uint64_t offset, uint32_t capacity,
                                uint32_t output, struct hal_segment *want,
                                uint32_t *count)
{
    bool narrow = output == ROUND_HOST32 || output == ROUND_LITTLE32;

    *count = 0;
    if (offset >= oracle.length)
        return IODMA_OVERRUN;
    while (*count < capacity && offset < oracle.length) {
        struct hal_segment segment = oracle_segment(&oracle, offset);
        enum iodma_status status =
            oracle_judge(&oracle, now, offset, *count == 0);

        segment.address += iova;
        if (status != IODMA_OK)
            return status;
        if (narrow && (segment.address > UINT32_MAX))
            return IODMA_MESSAGE_TOO_LARGE;
        want[(*count)++] = segment;
        offset += segment.length;
    }
    return IODMA_OK;
}

/* One call, from anywhere, of any capacity, for any output function. */
static bool generation_holds(uint64_t offset, uint32_t capacity,
                             uint32_t output, uint64_t *next)
{
    static const iodma_segment_function functions[] = {
        iodma_output_host64,
        iodma_output_host32,
        iodma_output_big64,
        iodma_output_little32,
    };
    static struct hal_segment want[MOST], got[MOST];
    static uint8_t array[MOST * ELEMENT];
    enum iodma_status status, want_status;
    uint32_t count = capacity, want_count;
    uint64_t at = offset;

    want_status = wanted(offset, capacity, output, want, &want_count);
    if (output != now->output)
        status = iodma_command_gen_segments_with(&command, functions[output],
                                                 &at, array, &count);
    else
        status = iodma_command_gen_segments(&command, &at, array, &count);
    if (!expect_status("generation", status, want_status))
        return false;
    if (status != IODMA_OK)
        return expect_number("offset after it failed", at, offset) &
               expect_number("count after it failed", count, capacity);
    for (uint32_t i = 0; i < count; i++) {
        got[i] = decode(array, output, i);
        for (uint64_t k = 0; k < got[i].length && offset + k < oracle.length;
             k++)
            reference[offset + k].seen = got[i].address + k;
        offset += got[i].length;
    }
    *next = at;
    tally.segments += count;
    return expect_segments("the list", got, count, want, want_count) &&
           expect_number("offset behind it", at, offset);
}

struct emitted {
    struct hal_emitter emitter;
    uint64_t at;
    bool good, begun, ended;
};

static enum iodma_status put(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    struct emitted *emitted = (struct emitted *)(void *)emitter;

    emitted->good = emitted->good && count != 0 && !emitted->ended &&
                    first == !emitted->begun;
    for (uint32_t i = 0; i < count; i++) {
        struct hal_segment want = { 0, 0 };

        if (emitted->at < oracle.length)
            want = oracle_segment(&oracle, emitted->at);
        emitted->good = emitted->good && want.length == segments[i].length &&
                        want.address + iova == segments[i].address;
        emitted->at += segments[i].length;
    }
    emitted->begun = true;
    emitted->ended = last;
    return IODMA_OK;
}

static bool emission_holds(void)
{
    struct emitted emitted = { .emitter = { put },
                               .at = draw((uint32_t)oracle.length),
                               .good = true };
    uint64_t offset = emitted.at;

    if (oracle.iterates)
        return true;
    return expect_status(
               "emit", iodma_command_emit(&command, &offset, &emitted.emitter),
               IODMA_OK) &
           expect("what is emitted is the list", emitted.good) &
           expect("and its last segments are marked", emitted.ended) &
           expect_number("all of it is", emitted.at, oracle.length) &
           expect_number("offset behind it", offset, oracle.length);
}

/* A call that is no part of the sequence under way. */
static bool interposed_holds(void)
{
    uint64_t ignored;
    uint8_t bytes[8];

    if (oracle.length == 0)
        return generation_holds(draw(3), 1 + draw(3), now->output, &ignored);
    switch (draw(5)) {
    case 0:
        return generation_holds(draw((uint32_t)oracle.length + 2), 1 + draw(4),
                                now->output, &ignored);
    case 1:
        return generation_holds(draw((uint32_t)oracle.length), 1 + draw(4),
                                draw(4), &ignored);
    case 2:
        return emission_holds();
    case 3:
        if (!oracle.iterates)
            (void)iodma_command_read_bytes(
                &command, draw((uint32_t)oracle.length), bytes, sizeof bytes);
        return true;
    default:
        return expect_status("synchronize nothing",
                             iodma_command_synchronize(&command, 0), IODMA_OK);
    }
}

/* The whole list, in pieces of any capacity. */
static bool list_holds(void)
{
    uint64_t offset = 0;

    while (offset < oracle.length) {
        enum iodma_status judged = oracle_judge(&oracle, now, offset, true);

        if (draw(3) == 0 && !interposed_holds())
            return false;
        if (!generation_holds(offset, draw(2) == 0 ? MOST : 1 + draw(5),
                              now->output, &offset))
            return false;
        if (judged != IODMA_OK)
            return true;
        if (oracle.iterates && draw(4) == 0)
            return true;
    }
    return interposed_holds();
}

/* The mapper shows the window's pages, with the right access, and no other. */
static bool mapping_holds(void)
{
    uint64_t page = now->io_page;
    uint64_t shown = 0;
    const struct oracle_limits *limits = &oracle.limits;

    iova = 0;
    if (!oracle.mapped || oracle.io_size == 0)
        return expect("nothing is shown that is not mapped",
                      now->io_page == 0 ||
                          expect_model_mapper_empty(&stage.mapper));
    iova = UINT64_MAX;
    for (uint32_t i = 0; i < MODEL_MAPPER_PAGES; i++) {
        if (stage.mapper.pages[i].access == 0)
            continue;
        iova = smaller(iova, stage.mapper.pages[i].iova);
        shown += page;
        if (!expect_number("access", stage.mapper.pages[i].access,
                           access_of_device()))
            return false;
    }
    if (!expect_number("bytes of IOVA shown", shown, oracle.io_size) ||
        !expect("they begin as aligned as they have to be",
                iova % page == 0 && iova % limits->align_address == 0 &&
                    iova % limits->align_internal == 0 &&
                    iova % limits->align_length == 0))
        return false;
    for (uint64_t i = 0; i < oracle.length && oracle.bytes[i].reached; i++) {
        uint64_t physical = 0;

        if (!expect("a byte is shown",
                    stage_device(true, iova + oracle.bytes[i].device,
                                 access_of_device(), &physical)) ||
            !expect_number("it is the storage's", physical,
                           oracle.bytes[i].storage))
            return false;
    }
    return true;
}

/* The device -------------------------------------------------------------- */

/* Where the device finds a byte of the window. */
static bool device_finds(uint64_t i, uint32_t access, uint64_t *physical)
{
    return expect("the device reaches a byte of the list",
                  stage_device(oracle.mapped, reference[i].seen, access,
                               physical)) &&
           expect_number("it is the storage's", *physical,
                         oracle.bytes[i].storage);
}

static bool device_sees(uint64_t from, uint64_t length)
{
    uint32_t access = now->direction == IODMA_IN ? 0 : HAL_READ;
    uint64_t physical = 0;

    for (uint64_t i = from; i < from + length; i++) {
        if (!device_finds(i, access, &physical) ||
            (reference[i].stored_known &&
             !expect_number("a byte as the device sees it",
                            two_sides_device(physical), reference[i].stored)))
            return false;
    }
    return true;
}

static void store(uint64_t i, uint8_t value)
{
    reference[i].stored = value;
    if (!oracle.bytes[i].bounced)
        reference[i].client = value;
}

static bool device_writes(uint64_t from, uint64_t length)
{
    uint64_t physical = 0;

    for (uint64_t i = from; i < from + length; i++) {
        uint8_t value = (uint8_t)draw(256);

        if (!device_finds(i, HAL_WRITE, &physical))
            return false;
        two_sides_device_write(physical, value);
        store(i, value);
    }
    tally.wrote++;
    return true;
}

/* The device writes until it can no more: the mapper is just being asked. */
static void late(void)
{
    uint64_t physical, i;

    two_sides_moment();
    if (!running || oracle.length == 0)
        return;
    i = draw((uint32_t)oracle.length);
    if (stage_device(true, reference[i].seen, HAL_WRITE, &physical)) {
        uint8_t value = (uint8_t)draw(256);

        two_sides_device_write(physical, value);
        store(i, value);
        tally.late++;
    }
}

/* Storage ----------------------------------------------------------------- */

/* What stands for the window is taken, no more, and what is not the window's
   in it is zero. */
static bool zeros(uint64_t address, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (!expect_number("padding that the device could see",
                           two_sides_device(address + i), 0))
            return false;
    }
    return true;
}

/* Does the window have storage in these bytes? */
static bool is_stored(uint64_t address, uint64_t size)
{
    for (uint64_t i = 0; i < oracle.length; i++) {
        if (oracle.bytes[i].storage - address < size)
            return true;
    }
    return false;
}

/* Of a cell, on rung *edges* without a mapper, the device could see no more
   than the lines that it was given. */
static bool page_holds(uint64_t page)
{
    bool cell = oracle.rung == IODMA_EDGES && !oracle.mapped;
    uint64_t line = now->line != 0 ? now->line : 1;

    if (!expect("a bounce page is on loan", stage_on_loan(page, now->granule)))
        return false;
    for (uint64_t i = 0; i < now->granule; i++) {
        uint64_t byte = page + i;

        if (two_sides_device(byte) != 0 && !is_stored(byte, 1) &&
            (!cell || is_stored(byte - byte % line, line)) && !zeros(byte, 1))
            return false;
    }
    return true;
}

static bool storage_holds(void)
{
    bool maintained = now->line != 0 && !snooped(now->storage);

    if (!expect_number("granules on loan", stage_loans(),
                       oracle.page_count + oracle.run_size / now->granule))
        return false;
    if (maintained && !now->flush)
        return true;
    for (uint32_t i = 0; i < oracle.page_count; i++) {
        if (!page_holds(oracle.pages[i].address))
            return false;
    }
    return oracle.run_size == 0 ||
           (expect("the run is on loan",
                   stage_on_loan(oracle.run, oracle.run_size)) &&
            zeros(oracle.run + oracle.length, oracle.run_size - oracle.length));
}

/* What becomes of the reference when bytes are bounced anew. */
static void fill(bool from_client, bool flushed)
{
    for (uint64_t i = 0; i < oracle.length; i++) {
        struct reference *byte = &reference[i];
        bool bounced = oracle.bytes[i].bounced;

        byte->stored = bounced && !from_client ? 0 : byte->client;
        byte->stored_known = (flushed || !oracle.bytes[i].maintained) &&
                             (byte->client_known || !from_client);
        if (!bounced && inbound())
            byte->client_known = byte->stored_known;
    }
}

/* Bounced bytes come back to the client. */
static void copy_in(uint64_t from, uint64_t length, bool invalidated)
{
    for (uint64_t i = from; i < from + length; i++) {
        struct reference *byte = &reference[i];

        if (!oracle.bytes[i].bounced)
            continue;
        byte->client = byte->stored;
        byte->client_known =
            byte->stored_known && (invalidated || !oracle.bytes[i].maintained);
    }
}

static void copy_out(uint64_t from, uint64_t length)
{
    for (uint64_t i = from; i < from + length; i++) {
        if (oracle.bytes[i].bounced) {
            reference[i].stored = reference[i].client;
            reference[i].stored_known = reference[i].client_known;
        }
    }
}

/* Calls while it is prepared ---------------------------------------------- */

static bool read_holds(uint64_t from, uint64_t length)
{
    static uint8_t bytes[ROUND_BYTES];

    if (!expect_number("bytes read",
                       iodma_command_read_bytes(&command, from, bytes, length),
                       length))
        return false;
    for (uint64_t i = 0; i < length; i++) {
        if (reference[from + i].stored_known &&
            !expect_number("a byte read", bytes[i], reference[from + i].stored))
            return false;
    }
    return true;
}

static bool write_holds(uint64_t from, uint64_t length)
{
    static uint8_t bytes[ROUND_BYTES];
    bool splits = oracle_part_splits(&oracle, now, from, length);

    for (uint64_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)draw(256);
    two_sides_land();
    if (!expect_number("bytes written",
                       iodma_command_write_bytes(&command, from, bytes, length),
                       splits ? 0 : length))
        return false;
    for (uint64_t i = 0; !splits && i < length; i++)
        store(from + i, bytes[i]);
    tally.split += splits;
    return true;
}

/* The client's CPU writes some of a part, as far as it is the CPU's turn. */
static void client_writes(uint64_t from, uint64_t length, bool direct)
{
    for (uint64_t i = from; i < from + length; i++) {
        if (draw(2) == 0 || !reference[i].client_known)
            continue;
        if (!oracle.bytes[i].bounced && (!direct || !reference[i].stored_known))
            continue;
        reference[i].client = (uint8_t)draw(256);
        if (!oracle.bytes[i].bounced)
            reference[i].stored = reference[i].client;
        two_sides_cpu_write(oracle.bytes[i].client, reference[i].client);
    }
}

static bool synchronize_holds(void)
{
    bool in = draw(2) == 0;
    enum iodma_status status;

    if (!in) {
        two_sides_land();
        client_writes(0, oracle.length, false);
    }
    status = iodma_command_synchronize(&command, in ? IODMA_IN : IODMA_OUT);
    if (in)
        copy_in(0, oracle.length, true);
    else
        copy_out(0, oracle.length);
    return expect_status("synchronize", status, IODMA_OK);
}

static bool part_is_right(uint64_t from, uint64_t length)
{
    for (uint64_t i = from; i < from + length; i++) {
        if (reference[i].client_known &&
            !expect_number("a byte that the CPU took",
                           two_sides_cpu(oracle.bytes[i].client),
                           reference[i].client))
            return false;
    }
    return true;
}

/* Take a part from the device, change it, and give it back. */
static bool range_holds_part(uint64_t from, uint64_t length)
{
    bool splits = oracle_part_splits(&oracle, now, from, length);
    enum iodma_status want = splits ? IODMA_NOT_ALIGNED : IODMA_OK;

    tally.split += splits;
    if (!expect_status(
            "synchronize a part, in",
            iodma_command_synchronize_range(&command, from, length, IODMA_IN),
            want))
        return false;
    if (!splits) {
        copy_in(from, length, true);
        if (!part_is_right(from, length))
            return false;
        client_writes(from, length, true);
    }
    two_sides_moment();
    if (!expect_status(
            "synchronize a part, out",
            iodma_command_synchronize_range(&command, from, length, IODMA_OUT),
            want))
        return false;
    if (!splits)
        copy_out(from, length);
    return true;
}

/* The CPU has work of its own in the same lines. */
static void neighbours(void)
{
    for (unsigned n = 0; n < 8; n++) {
        uint64_t at = oracle.bytes[draw((uint32_t)oracle.length)].client;

        at = at - now->base + draw(64) - 32;
        if (at < round_area(now) && oracle.owner[at] == 0) {
            client[at] = (uint8_t)draw(256);
            two_sides_cpu_write(now->base + at, client[at]);
        }
    }
}

static bool nesting_holds(void)
{
    uint64_t offset, length;

    return expect_status("prepare again",
                         iodma_command_prepare(&command, now->offset,
                                               oracle.length, true, true),
                         IODMA_OK) &
           (oracle.length == 1 ||
            expect_status("prepare something else",
                          iodma_command_prepare(&command, now->offset + 1,
                                                oracle.length - 1, true, true),
                          IODMA_NOT_READY)) &
           expect_status("what is prepared",
                         iodma_command_get_prepared(&command, &offset, &length),
                         IODMA_OK) &
           expect_number("offset", offset, now->offset) &
           expect_number("length", length, oracle.length) &
           expect_status("complete once",
                         iodma_command_complete(&command, true, true),
                         IODMA_OK);
}

static bool force_holds(void)
{
    static struct oracle before;
    uint32_t was = oracle.rung;
    enum iodma_status want = IODMA_OK;

    before = oracle;
    if (was != IODMA_WHOLE)
        want = oracle_force(&oracle, now, iova);
    if (!expect_status(
            "force",
            iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER),
            want))
        return false;
    if (want != IODMA_OK) {
        oracle = before;
        return true;
    }
    if (was != IODMA_WHOLE) {
        struct oracle after = oracle;

        oracle = before;
        if (inbound())
            copy_in(0, oracle.length, true);
        oracle = after;
        fill(true, true);
        tally.forced++;
    }
    watch_memory();
    return mapping_holds() && list_holds() && storage_holds();
}

static bool call_holds(void)
{
    uint64_t from = draw((uint32_t)oracle.length);
    uint64_t length = 1 + draw((uint32_t)(oracle.length - from));

    two_sides_moment();
    if (draw(3) == 0) {
        from -= from % 32;
        length = smaller(oracle.length - from, length - length % 32 + 32);
    }
    switch (draw(11)) {
    case 0:
        return device_sees(from, length);
    case 1:
    case 2:
        return !inbound() || device_writes(from, length);
    case 3:
        return read_holds(from, length);
    case 4:
        return write_holds(from, length);
    case 5:
        return synchronize_holds();
    case 6:
        return range_holds_part(from, length);
    case 7:
        return interposed_holds();
    case 8:
        return nesting_holds();
    case 9:
        return draw(4) != 0 || force_holds();
    default:
        neighbours();
        return true;
    }
}

/* The journey ------------------------------------------------------------- */

/* The CPU can name all bytes of the window, and write them. */
static bool all_at_hand(void)
{
    for (uint64_t i = 0; i < oracle.length; i++) {
        bool in = false;

        for (uint32_t k = 0; k < ROUND_REGIONS; k++)
            in |= now->regions[k].writable &&
                  range_holds(now->regions[k].base, now->regions[k].size,
                              oracle.bytes[i].client);
        if (!in)
            return false;
    }
    return true;
}

/* By complete, or by detaching the memory, which does the same. */
static enum iodma_status end_preparation(void)
{
    if (now->invalidate && now->empty && draw(3) == 0)
        return iodma_command_clear_memory(&command, true);
    return iodma_command_complete(&command, now->invalidate, now->empty);
}

static bool completion_holds(void)
{
    bool touched = !inbound() || oracle.iterates ||
                   oracle_touches(&oracle, now, now->empty, now->invalidate);
    enum iodma_status status;

    running = inbound();
    status = end_preparation();
    running = false;
    for (uint64_t i = 0; i < oracle.length; i++) {
        if (!oracle.bytes[i].bounced && inbound() &&
            oracle.bytes[i].maintained && !now->invalidate)
            reference[i].client_known = false;
    }
    if (inbound() && now->empty)
        copy_in(0, oracle.length, now->invalidate);
    for (uint64_t i = 0; !touched && i < oracle.length; i++)
        reference[i].client_known = false;
    return expect_status("complete", status,
                         touched || !command.memory ? IODMA_OK
                                                    : IODMA_NOT_ATTACHED);
}

static bool calls_hold(void)
{
    if (!storage_holds() || !device_sees(0, oracle.length))
        return false;
    for (uint32_t i = 0; i < now->calls; i++) {
        if (!call_holds())
            return false;
    }
    return device_sees(0, oracle.length);
}

/* Prepared: what is to be seen from all sides, then the end. */
static bool journey_holds(void)
{
    bool reachable = all_at_hand() && !oracle.iterates;

    watch_memory();
    two_sides_moment();
    fill(now->fill, now->flush);
    if (!mapping_holds() || !list_holds() ||
        (reachable && oracle.length != 0 && !calls_hold()))
        return false;
    for (uint64_t i = 0; !reachable && i < oracle.length; i++)
        reference[i].client_known = false;
    return completion_holds();
}

static void count_refusal(void)
{
    switch (oracle.prepare) {
    case IODMA_NO_RESOURCES:
        tally.no_resources++;
        break;
    case IODMA_NO_SPACE:
        tally.no_space++;
        break;
    case IODMA_NOT_ALIGNED:
        tally.not_aligned++;
        break;
    case IODMA_NOT_WRITABLE:
        tally.not_writable++;
        break;
    default:
        tally.other_refusals++;
        break;
    }
}

static void count_success(void)
{
    bool split = oracle.rung == IODMA_EDGES || oracle.rung == IODMA_PAGES;

    if (oracle.iterates || oracle.length == 0) {
        tally.iterated += oracle.iterates;
        tally.empty += oracle.length == 0;
        return;
    }
    tally.direct += oracle.rung == IODMA_DIRECT;
    tally.edges += oracle.rung == IODMA_EDGES && !oracle_gathers(now);
    tally.least += oracle.rung == IODMA_EDGES && oracle_gathers(now);
    tally.pages += oracle.rung == IODMA_PAGES;
    tally.whole += oracle.rung == IODMA_WHOLE;
    tally.mapped += oracle.mapped;
    tally.mapped_split += oracle.mapped && split;
    tally.virtually += now->parts[0].kind == IODMA_VIRTUAL;
    tally.buffers += now->parts[0].kind == IODMA_BUFFER;
    tally.several += now->part_count > 1;
    tally.parts += now->sub;
    tally.paths[command.view.path]++;
    tally.in_a_row += oracle.mapped && oracle.rung == IODMA_DIRECT &&
                      command.view.path == IODMA_PATH_FLAT &&
                      now->part_count + now->parts[0].count > 2;
}

static bool prepare_holds(void)
{
    bool at_once = now->offset == 0 && now->length == 0 && now->flush &&
                   now->fill && draw(2) == 0;
    enum iodma_status status =
        iodma_command_set_memory(&command, stage.memory, at_once);

    if (!at_once) {
        if (!expect_status("set", status, IODMA_OK))
            return false;
        status = iodma_command_prepare(&command, now->offset, now->length,
                                       now->flush, now->fill);
    }
    if (!expect_status("prepare", status, oracle.prepare))
        return false;
    if (status != IODMA_OK) {
        count_refusal();
        return expect("it is not prepared", command.prepared == 0);
    }
    count_success();
    stage.mapper.fail_at = 0;
    return expect_number("rung", command.view.rung, oracle.rung) &&
           journey_holds();
}

/* From beginning to end, with everything given back and nothing else
   changed. */
static bool attempt_holds(void)
{
    begin_reference();
    stage.mapper.fail_at = now->io_fail;
    if (!prepare_holds() || !client_is_right())
        return false;
    two_sides_settle();
    tally.cached += two_sides_operations != 0;
    return client_is_right() && stage_is_empty();
}

static bool command_holds(void)
{
    enum iodma_status status =
        iodma_command_init(&command, &stage.bus, &stage.spec, NULL);

    if (!expect_status("init", status, oracle.init))
        return false;
    if (status != IODMA_OK) {
        tally.bad_specs++;
        return true;
    }
    begin_memory();
    stage.mapper.moment = late;
    if (!attempt_holds())
        return false;
    if (draw(8) == 0) { /* it can be used again */
        oracle_ask(&oracle, now);
        if (!attempt_holds())
            return false;
    }
    return expect_status("deinit", iodma_command_deinit(&command), IODMA_OK);
}

static bool round_holds(const struct round *round)
{
    now = round;
    calls_seed = round->seed;
    running = false;
    two_sides_broken = NULL;
    two_sides_open = 0;
    if (!round_sane(round) || !stage_begin(round))
        return true;
    oracle_ask(&oracle, round);
    return command_holds() && stage_end() &&
           expect(two_sides_broken ? two_sides_broken : "memory",
                  !two_sides_broken);
}

/* The rounds -------------------------------------------------------------- */

/* What breaks first in a round; NULL: nothing. */
static const char *breakage(const struct round *round)
{
    bool holds;
    const char *broken;

    check_hush();
    holds = round_holds(round);
    broken = check_loud();
    return !broken && !holds ? "silence" : broken;
}

static const char *broken; /* in the round that is made simpler */

static bool fails_alike(const struct round *round)
{
    const char *what = breakage(round);

    return what && strcmp(what, broken) == 0;
}

/* Print the simplest round that fails like this one, and how it does. */
static void report(const struct round *round)
{
    static struct round simpler;

    simpler = *round;
    round_shrink(&simpler, fails_alike);
    round_print(&simpler);
    (void)round_holds(&simpler);
    expect("the round holds", false);
}

static void old_rounds(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        expect("the row is a round", round_sane(&rows[i].round));
        expect("it holds", round_holds(&rows[i].round));
    }
}

static bool new_rounds(uint32_t rounds, uint64_t seed)
{
    static struct round round;
    bool longer = rounds >= 1000000;

    check_case("prepare, lists and bytes are what the oracle says");
    printf("# %u rounds from seed %s\n", (unsigned)rounds, hex(seed));
    memset(&tally, 0, sizeof tally);
    for (uint32_t i = 0; i < rounds; i++) {
        uint64_t from = seed;

        round_draw(&round, &seed);
        broken = breakage(&round);
        if (broken) {
            printf("# round %u, from seed %s, fails: %s\n", (unsigned)i,
                   hex(from), broken);
            report(&round);
            return false;
        }
        if (longer && (i + 1) % (rounds / 20) == 0) {
            printf("# %u rounds hold\n", (unsigned)i + 1);
            (void)fflush(stdout);
        }
    }
    return true;
}

/* How many of a thousand rounds have been like this, at least: a test that
   tests nothing fails. */
static void expect_variety(uint32_t rounds)
{
    const struct {
        const char *what;
        uint32_t count;
        uint32_t floor; /* of a thousand */
    } kinds[] = {
        { "bad specifications", tally.bad_specs, 20 },
        { "NoResources", tally.no_resources, 40 },
        { "NoSpace", tally.no_space, 6 },
        { "NotAligned", tally.not_aligned, 30 },
        { "NotWritable", tally.not_writable, 10 },
        { "other refusals", tally.other_refusals, 2 },
        { "direct", tally.direct, 60 },
        { "edges", tally.edges, 20 },
        { "least bounce", tally.least, 20 },
        { "pages", tally.pages, 20 },
        { "whole", tally.whole, 60 },
        { "empty", tally.empty, 10 },
        { "iterate-only", tally.iterated, 20 },
        { "mapped", tally.mapped, 40 },
        { "mapped, edges or pages", tally.mapped_split, 8 },
        { "virtual", tally.virtually, 20 },
        { "buffers", tally.buffers, 20 },
        { "several", tally.several, 20 },
        { "parts", tally.parts, 10 },
        { "one stretch", tally.paths[IODMA_PATH_FLAT], 40 },
        { "pages that are mapped in a row", tally.in_a_row, 1 },
        { "ranges as they are", tally.paths[IODMA_PATH_PLAIN], 1 },
        { "ranges joined and cut", tally.paths[IODMA_PATH_JOINED], 5 },
        { "run by run", tally.paths[IODMA_PATH_RUNS], 40 },
        { "with cache operations", tally.cached, 60 },
        { "forced", tally.forced, 5 },
        { "device wrote", tally.wrote, 60 },
        { "device wrote until revoked", tally.late, 20 },
        { "parts of lines refused", tally.split, 10 },
        { "segments", tally.segments, 1000 },
    };

    check_case("there was something of everything");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        printf("# %8u %s\n", (unsigned)kinds[i].count, kinds[i].what);
        if (!expect(kinds[i].what,
                    kinds[i].count >= rounds / 1000 * kinds[i].floor))
            printf("#   fewer than %u of 1000\n", (unsigned)kinds[i].floor);
    }
}

/* A number as it is typed, or as we print it: 0x1234_5678. */
static uint64_t number(const char *text)
{
    char plain[32];
    size_t length = 0;

    for (; *text != '\0' && length + 1 < sizeof plain; text++) {
        if (*text != '_')
            plain[length++] = *text;
    }
    plain[length] = '\0';
    return strtoull(plain, NULL, 0);
}

int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)number(argv[1]) : 1000;
    uint64_t seed = argc > 2 ? number(argv[2]) : 1;

    old_rounds();
    if (new_rounds(rounds, seed))
        expect_variety(rounds);
    return check_result();
}
