/* SPDX-License-Identifier: MIT */
/*
 * Whatever the memory, the limits, the apertures and what else is mapped: a
 * list through a mapper is that of an independent model, each of its bytes
 * shows the right one, and prepare refuses exactly what the model finds
 * illegal; also where the descriptor owns its mapping (E13).
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/mapped.h"
#include "tests/model/drawn.h"
#include "tests/model/naive_list.h"

#include <stdio.h>
#include <string.h>

enum { RANGES = 6, ROUNDS = 4000, LIVE = 3, RUNS = NAIVE_BYTES };

static struct {
    uint64_t seed; /* that drew it */
    struct iodma_range ranges[RANGES];
    uint32_t count;
    struct hal_limits limits;
    hal_address total, offset, length;
    bool keeps; /* E13: the descriptor owns its mapping */
} drawn;

/* How the rounds ended: a test in which one of these stays low shows little. */
static struct {
    unsigned listed, kept, refused, segments, runs;
} tally;

static hal_address address_at_random(uint64_t *seed)
{
    return 0x10000 +
           random_below(seed, random_below(seed, 8) == 0 ? 0x2400 : 0x2000);
}

static void draw(uint64_t *seed)
{
    hal_address address = address_at_random(seed);

    memset(&drawn, 0, sizeof drawn);
    drawn.seed = *seed;
    drawn.count = 1 + random_below(seed, RANGES);
    for (uint32_t i = 0; i < drawn.count; i++) {
        struct iodma_range *range = &drawn.ranges[i];

        if (random_below(seed, 3) != 0)
            address = address_at_random(seed);
        *range = (struct iodma_range){ address, random_below(seed, 160) };
        if (random_below(seed, 2) == 0) { /* from and to the ends of pages */
            range->address &= ~(hal_address)63;
            range->length &= ~(hal_address)63;
        }
        address = range->address + range->length;
        drawn.total += range->length;
    }
    drawn.limits = (struct hal_limits){
        .address_bits = random_below(seed, 2) ? 32 : 0,
        .align_address = drawn_power(seed, 8),
        .align_length = drawn_power(seed, 3),
        .align_internal = drawn_power(seed, 7),
    };
    if (random_below(seed, 3) == 0)
        drawn.limits.max_segment =
            drawn.limits.align_length + random_below(seed, 200);
    if (random_below(seed, 3) == 0)
        drawn.limits.boundary = 256u << random_below(seed, 4);
    if (random_below(seed, 4) == 0)
        drawn.limits.max_segments = 1 + random_below(seed, 8);
    drawn.offset = random_below(seed, (uint32_t)drawn.total + 1);
    drawn.length = drawn.total - drawn.offset;
    if (drawn.length != 0 && random_below(seed, 2) == 0)
        drawn.length = 1 + random_below(seed, (uint32_t)drawn.length);
    drawn.length -= drawn.length % drawn.limits.align_length;
    if (drawn.length == 0)
        drawn.length = drawn.total - drawn.offset;
    drawn.keeps = random_below(seed, 3) == 0;
}

/* Where a byte is on the bus, and through which aperture; asked anew for
   every byte. Returns false if it is nowhere. */
static bool byte_on_bus(hal_address offset, hal_address *at, uint32_t *aperture)
{
    for (uint32_t i = 0; i < drawn.count; i++) {
        if (offset < drawn.ranges[i].length) {
            hal_address cpu = drawn.ranges[i].address + offset;

            for (uint32_t k = 0; k < mapped.hal.aperture_count; k++) {
                const struct hal_aperture *through = &mapped.hal.apertures[k];

                if (cpu >= through->first && cpu <= through->last) {
                    *at = cpu - through->first + through->bus;
                    *aperture = k;
                    return true;
                }
            }
            return false;
        }
        offset -= drawn.ranges[i].length;
    }
    return false;
}

/* Spec 7.2, naively: where bytes [from, from + length) come to lie in IOVA if
   the first one's page is at `base`. Returns how many there are before one
   that no aperture has. */
static hal_address naive_layout(hal_address base, hal_address from,
                                hal_address length, struct iodma_range *runs,
                                uint32_t *count)
{
    hal_address page = mapped.model.mapper.page_size;
    hal_address iova = base; /* of the byte before, plus 1 */
    hal_address before = 0;
    uint32_t mapped_through = 0;

    *count = 0;
    for (hal_address i = 0; i < length; i++) {
        uint32_t aperture = 0;
        hal_address at = 0;

        if (!byte_on_bus(from + i, &at, &aperture))
            return i;
        if (*count == 0 || at != before + 1 || aperture != mapped_through) {
            iova = (iova + page - 1) / page * page + at % page;
            runs[(*count)++] = (struct iodma_range){ iova, 0 };
        }
        runs[*count - 1].length++;
        iova++;
        before = at;
        mapped_through = aperture;
    }
    return length;
}

static bool legal(const struct naive_list *of)
{
    return of->reached && of->aligned && of->few_enough;
}

/* The list of bytes that are laid out from `first` on. Returns false if not
   all of the window is. */
static bool naive(struct naive_list *to, hal_address base, hal_address first,
                  hal_address most)
{
    static struct iodma_range runs[RUNS];
    hal_address skip = drawn.offset - first;
    uint32_t count;
    hal_address there = naive_layout(base, first, most, runs, &count);

    if (there < skip + drawn.length)
        return false;
    tally.runs += count;
    naive_list_make(to, &fixture_hal_bus, runs, count, &drawn.limits, skip,
                    drawn.length);
    return true;
}

/* Take the whole list in pieces of random capacity, with calls at random
   other offsets in between. */
static uint32_t take_list(struct iodma_command *from, uint64_t *seed,
                          struct hal_segment *got)
{
    hal_address offset = 0;
    uint32_t count = 0;

    while (offset < drawn.length && count + 5 <= NAIVE_BYTES) {
        uint32_t capacity = 1 + random_below(seed, 5);
        struct hal_segment elsewhere;
        hal_address at = random_below(seed, (uint32_t)drawn.length);
        uint32_t one = 1;

        if (random_below(seed, 3) == 0)
            expect_status("gen elsewhere",
                          fixture_gen(from, &at, &elsewhere, &one), IODMA_OK);
        if (!expect_status("gen",
                           fixture_gen(from, &offset, got + count, &capacity),
                           IODMA_OK))
            break;
        count += capacity;
    }
    return count;
}

/* Each byte of a list shows the right byte of the bus. */
static bool expect_right_bytes(const struct hal_segment *got, uint32_t count)
{
    hal_address offset = drawn.offset;
    bool right = true;

    for (uint32_t i = 0; i < count && right; i++) {
        for (hal_address k = 0; k < got[i].length && right; k++) {
            uint32_t aperture = 0;
            hal_address shown = 0;
            hal_address want = 1;

            (void)byte_on_bus(offset++, &want, &aperture);
            right =
                expect("a byte is shown",
                       model_mapper_translate(&mapped.model, got[i].address + k,
                                              HAL_READ | HAL_WRITE, &shown)) &&
                expect_number("its bus address", shown, want);
        }
    }
    return right &&
           expect_number("bytes listed", offset - drawn.offset, drawn.length);
}

/* Is what prepare said, and the list, right? */
static bool judge(struct iodma_command *prepared, enum iodma_status status,
                  const struct iodma_mapping *owner, uint64_t *seed)
{
    static struct hal_segment got[NAIVE_BYTES];
    static struct naive_list want;
    bool owned = drawn.keeps && owner->pages != 0 &&
                 naive(&want, owner->iova, 0, drawn.total) && legal(&want);
    hal_address base = 0;
    uint32_t count;

    if (!owned &&
        (!naive(&want, 0, drawn.offset, drawn.length) || !legal(&want))) {
        tally.refused++;
        return expect("it is refused", status == IODMA_NO_RESOURCES ||
                                           status == IODMA_NOT_ALIGNED ||
                                           status == IODMA_NO_SPACE);
    }
    if (!expect_status("prepare", status, IODMA_OK) ||
        !expect_number("the descriptor's mapping", prepared->plan.kept, owned))
        return false;
    tally.listed++;
    tally.segments += want.count;
    count = take_list(prepared, seed, got);
    if (owned) {
        tally.kept++;
    } else { /* wherever its first page is */
        base = round_down(got[0].address, mapped.model.mapper.page_size);
        for (uint32_t i = 0; i < want.count; i++)
            want.segments[i].address += base;
    }
    return expect_segments("the list", got, count, want.segments, want.count) &&
           expect_right_bytes(got, count);
}

/* Some are prepared at a time, so that IOVA is found in many places. */
static void drawing(void)
{
    static struct iodma_command commands[LIVE];
    static struct iodma_memory memories[LIVE];
    static struct iodma_range ranges[LIVE][RANGES];
    static struct iodma_mapping mappings[LIVE];
    static bool in_use[LIVE];
    uint64_t seed = 4;
    bool right = true;

    check_case("any list through a mapper is that of an independent model");
    mapped_begin();
    mapped.hal.apertures = mapped_apertures;
    mapped.hal.aperture_count = HAL_COUNT_OF(mapped_apertures);
    mapped_begin_bus((struct mapped_facts){ 0x40, 0, 0 });
    expect_status("no storage", iodma_bus_init(&mapped.bus, &mapped.hal, 0),
                  IODMA_OK);
    for (unsigned i = 0; i < ROUNDS && right; i++) {
        unsigned k = i % LIVE;
        struct iodma_spec spec;
        enum iodma_status status;

        if (in_use[k]) {
            expect_ended(&commands[k]);
            if (memories[k].mapping)
                expect_status("drop", iodma_mapping_drop(&memories[k]),
                              IODMA_OK);
        }
        draw(&seed);
        memcpy(ranges[k], drawn.ranges, sizeof drawn.ranges);
        spec = (struct iodma_spec)IODMA_SPEC(
            iodma_output_host64, drawn.limits.address_bits,
            drawn.limits.max_segment,
            .align_address = drawn.limits.align_address,
            .align_length = drawn.limits.align_length,
            .align_internal = drawn.limits.align_internal,
            .boundary = drawn.limits.boundary,
            .max_segments = drawn.limits.max_segments);
        spec.mapper = &mapped.mapper;
        if (iodma_command_init(&commands[k], &mapped.bus, &spec, NULL) !=
                IODMA_OK ||
            drawn.length % drawn.limits.align_length != 0) {
            in_use[k] = false; /* a boundary below an alignment, say */
            continue;
        }
        in_use[k] = true;
        memories[k] = memory_of(ranges[k], drawn.count, IODMA_INOUT);
        if (drawn.keeps)
            expect_status("keep",
                          iodma_mapping_keep(&memories[k], &mappings[k]),
                          IODMA_OK);
        expect_attached_only(&commands[k], &memories[k]);
        if (drawn.length == 0)
            continue;
        status = iodma_command_prepare(&commands[k], drawn.offset, drawn.length,
                                       true, true);
        right = judge(&commands[k], status, &mappings[k], &seed);
        if (!right)
            drawn_print(drawn.seed, &drawn.limits, drawn.ranges, drawn.count);
    }
    for (unsigned k = 0; k < LIVE; k++) {
        if (in_use[k]) {
            expect_ended(&commands[k]);
            if (memories[k].mapping)
                expect_status("drop", iodma_mapping_drop(&memories[k]),
                              IODMA_OK);
        }
    }
    expect_nothing_mapped();
    printf("# %u listed (%u in the descriptor's mapping), %u refused, "
           "%u segments, %u runs\n",
           tally.listed, tally.kept, tally.refused, tally.segments, tally.runs);
    expect("enough of each kind", tally.listed > ROUNDS / 4 &&
                                      tally.kept > ROUNDS / 20 &&
                                      tally.refused > ROUNDS / 20);
}

int main(void)
{
    drawing();
    return check_result();
}
