/* SPDX-License-Identifier: MIT */
/*
 * Whatever the limits and the memory, wherever it lies: what prepare accepts
 * goes directly if and only if an independent model finds that legal; every
 * segment is legal; the device sees the client's bytes, the client gets the
 * device's; and all storage comes back.
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/drawn.h"
#include "tests/model/naive_list.h"
#include "tests/model/sparse.h"

#include <stdio.h>
#include <stdlib.h>

enum { RANGES = 6, SEGMENTS = NAIVE_BYTES };

/* One round: everything that was drawn. */
static struct {
    uint64_t seed; /* that drew it */
    struct iodma_range ranges[RANGES];
    uint32_t count;
    struct hal_limits limits;
    uint32_t direction;
    uint64_t length;
} drawn;

/* How the rounds ended: a test in which one of these stays low shows little. */
static struct {
    unsigned refused, direct, pages, whole;
} tally;

static struct iodma_command command;
static struct hal_segment list[SEGMENTS];
static uint32_t listed;

/* Round the end of what 24 bits reach, and far from it. */
static uint64_t address_at_random(uint64_t *seed)
{
    static const uint64_t bases[] = { 0x10000, 0xFFF000, 0x1000000,
                                      0x100000000 };

    return bases[random_below(seed, COUNT_OF(bases))] +
           random_below(seed, 0x1800);
}

static void draw(uint64_t *seed)
{
    uint64_t address = address_at_random(seed);

    drawn.seed = *seed;
    drawn.count = 1 + random_below(seed, RANGES);
    drawn.length = 0;
    for (uint32_t i = 0; i < drawn.count; i++) {
        uint64_t length = random_below(seed, NAIVE_BYTES / RANGES);

        if (random_below(seed, 2) != 0)
            address = address_at_random(seed);
        if (random_below(seed, 2) != 0) {
            address &= ~UINT64_C(15);
            length &= ~UINT64_C(15);
        }
        drawn.ranges[i] = (struct iodma_range){ address, length };
        address += length;
        drawn.length += length;
    }
    drawn.limits = (struct hal_limits){
        .address_bits = random_below(seed, 2) != 0 ? 24 : 0,
        .align_address = drawn_power(seed, 5),
        .align_length = drawn_power(seed, 3),
        .align_internal = drawn_power(seed, 5),
    };
    if (random_below(seed, 3) == 0)
        drawn.limits.max_segment =
            drawn.limits.align_length + random_below(seed, 200);
    if (random_below(seed, 3) == 0)
        drawn.limits.boundary = 32u << random_below(seed, 6);
    if (random_below(seed, 4) == 0)
        drawn.limits.max_segments = 1 + random_below(seed, 12);
    drawn.direction = random_below(seed, 4);
}

static void print_drawn(void)
{
    drawn_print(drawn.seed, &drawn.limits, drawn.ranges, drawn.count);
    printf("#   direction %u\n", (unsigned)drawn.direction);
}

static uint64_t client(uint64_t offset)
{
    uint32_t i = 0;

    while (offset >= drawn.ranges[i].length)
        offset -= drawn.ranges[i++].length;
    return drawn.ranges[i].address + offset;
}

/* Is this list one that the limits let through, of the right length? */
static bool list_is_legal(void)
{
    const struct hal_limits *limits = &drawn.limits;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < listed; i++) {
        uint64_t address = list[i].address;
        uint64_t end = address + list[i].length;
        uint32_t alignment =
            i == 0 ? limits->align_address : limits->align_internal;

        sum += list[i].length;
        if (list[i].length == 0 || address % alignment != 0 ||
            list[i].length % limits->align_length != 0 ||
            (limits->address_bits != 0 &&
             (end - 1) >> limits->address_bits != 0) ||
            (limits->max_segment != 0 &&
             list[i].length > limits->max_segment) ||
            (limits->boundary != 0 &&
             address / limits->boundary != (end - 1) / limits->boundary))
            return expect_number("an illegal segment, number", i, UINT32_MAX);
    }
    return expect_number("bytes of all segments", sum, drawn.length) &&
           expect("not too many segments",
                  limits->max_segments == 0 || listed <= limits->max_segments);
}

/* Go through the device's bytes in order: either compare them with the
   client's, or have the device write their inverses. Overlapping ranges are
   the caller's to avoid when writing. */
static bool device_passes(bool writes)
{
    uint64_t offset = 0;

    for (uint32_t i = 0; i < listed; i++) {
        for (uint64_t k = 0; k < list[i].length; k++, offset++) {
            uint8_t fresh = sparse_fresh(client(offset));
            uint8_t *seen = sparse_byte(list[i].address + k);

            if (writes)
                *seen = (uint8_t)~fresh;
            else if (!expect_number("a byte as the device sees it", *seen,
                                    fresh))
                return false;
        }
    }
    return true;
}

static bool client_has(bool inverted)
{
    for (uint64_t i = 0; i < drawn.length; i++) {
        uint8_t fresh = sparse_fresh(client(i));

        if (!expect_number("a byte of the client's", *sparse_byte(client(i)),
                           inverted ? (uint8_t)~fresh : fresh))
            return false;
    }
    return true;
}

static bool all_back(void)
{
    return expect_number("pages taken", fixture_pages_taken(), 0) &&
           expect_number("pages of runs taken", fixture_run_pages_taken(), 0) &&
           expect_number("windows open", sparse_open_windows(), 0);
}

/* Prepared: look at the list from all sides, then give it back. */
static bool journey_holds(void)
{
    bool inbound = drawn.direction != IODMA_OUT;
    uint64_t offset = 0;

    listed = SEGMENTS;
    if (drawn.length != 0 &&
        !expect_status(
            "gen", iodma_command_gen_segments(&command, &offset, list, &listed),
            IODMA_OK))
        return false;
    if (drawn.length == 0)
        listed = 0;
    return list_is_legal() && device_passes(false) &&
           (!inbound || device_passes(true)) &&
           expect_status("complete",
                         iodma_command_complete(&command, true, true),
                         IODMA_OK) &&
           client_has(inbound) && all_back();
}

static bool round_holds(void)
{
    static struct naive_list naive;
    struct iodma_spec spec = IODMA_SPEC(
        iodma_output_host64, drawn.limits.address_bits,
        drawn.limits.max_segment, .align_address = drawn.limits.align_address,
        .align_length = drawn.limits.align_length,
        .align_internal = drawn.limits.align_internal,
        .boundary = drawn.limits.boundary,
        .max_segments = drawn.limits.max_segments);
    const struct iodma_bus *bus = fixture_bouncing_bus();
    struct iodma_memory memory;
    enum iodma_status status;
    bool legal;

    naive_list_make(&naive, bus->hal, drawn.ranges, drawn.count, &drawn.limits,
                    0, drawn.length);
    legal = naive.reached && naive.aligned && naive.few_enough &&
            drawn.length % drawn.limits.align_length == 0;
    if (!expect_status("memory",
                       iodma_memory_init_ranges(&memory, drawn.ranges,
                                                drawn.count, drawn.direction,
                                                NULL, 0),
                       IODMA_OK))
        return false;
    status = iodma_command_init(&command, bus, &spec, NULL);
    if (status != IODMA_OK) { /* a boundary below an alignment */
        tally.refused++;
        return true;
    }
    status = iodma_command_set_memory(&command, &memory, true);
    if (status != IODMA_OK) {
        tally.refused++;
        return expect("what is legal as it lies is not refused", !legal) &&
               client_has(false) && all_back();
    }
    tally.direct += command.view.rung == IODMA_DIRECT;
    tally.pages += command.view.rung == IODMA_PAGES;
    tally.whole += command.view.rung == IODMA_WHOLE;
    return expect("it is direct if and only if it may be",
                  (command.view.rung == IODMA_DIRECT) == legal) &&
           journey_holds();
}

/* Ranges that share bytes would have the device's writes meet. */
static bool overlapping(void)
{
    for (uint32_t i = 0; i < drawn.count; i++) {
        for (uint32_t k = i + 1; k < drawn.count; k++) {
            const struct iodma_range *a = &drawn.ranges[i];
            const struct iodma_range *b = &drawn.ranges[k];

            if (a->address < b->address + b->length &&
                b->address < a->address + a->length)
                return true;
        }
    }
    return false;
}

/* test_bounce_properties [ROUNDS] */
int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 3000;
    uint64_t seed = 1;

    check_case("the device sees the client's bytes and the client the "
               "device's, on every rung");
    printf("# %u rounds from seed %s\n", (unsigned)rounds, hex(seed));
    for (uint32_t i = 0; i < rounds; i++) {
        do
            draw(&seed);
        while (overlapping());
        if (!round_holds()) {
            print_drawn();
            break;
        }
    }
    printf("# %u direct, %u pages, %u whole, %u refused\n", tally.direct,
           tally.pages, tally.whole, tally.refused);
    expect("a twentieth of the rounds at least on each rung",
           tally.direct >= rounds / 20 && tally.pages >= rounds / 20 &&
               tally.whole >= rounds / 20);
    return check_result();
}
