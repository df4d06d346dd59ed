/* SPDX-License-Identifier: MIT */
/*
 * Whatever the limits, the memory and the pieces in which a list is taken:
 * it is the list of an independent model, byte for byte; and prepare refuses
 * exactly what the model finds illegal.
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/drawn.h"
#include "tests/model/naive_list.h"

#include <stdio.h>
#include <stdlib.h>

enum { RANGES = 8 };

/* Two pieces of memory side by side for the CPU, apart on the bus. */
static const struct hal_aperture apertures[] = {
    { 0x10000, 0x8000, 0x800, HAL_READ | HAL_WRITE, true },
    { 0x10800, 0x8800, 0x800, HAL_READ | HAL_WRITE, true },
    { 0x11000, 0xF800, 0x1000, HAL_READ | HAL_WRITE, true },
};

/* One round: everything that was drawn. */
static struct {
    uint64_t seed; /* that drew it */
    struct iodma_range ranges[RANGES];
    uint32_t count;
    struct hal_limits limits;
    uint64_t offset, length;
} drawn;

/* How the rounds ended: a test in which one of these stays low shows little. */
static struct {
    unsigned misaligned_length, refused, listed, segments;
} tally;

/* Mostly where the device reaches, with 16 bits too. */
static uint64_t address_at_random(uint64_t *seed)
{
    return 0x10000 +
           random_below(seed, random_below(seed, 8) == 0 ? 0x2000 : 0x1600);
}

static void draw(uint64_t *seed)
{
    uint64_t address = address_at_random(seed);
    uint64_t total = 0;

    drawn.seed = *seed;
    drawn.count = random_below(seed, RANGES + 1);
    for (uint32_t i = 0; i < drawn.count; i++) {
        if (random_below(seed, 3) == 0)
            address = address_at_random(seed);
        drawn.ranges[i] =
            (struct iodma_range){ address, random_below(seed, 100) };
        if (random_below(seed, 2) == 0) {
            drawn.ranges[i].address &= ~UINT64_C(15);
            drawn.ranges[i].length &= ~UINT64_C(15);
        }
        address = drawn.ranges[i].address + drawn.ranges[i].length;
        total += drawn.ranges[i].length;
    }

    drawn.limits = (struct hal_limits){
        .address_bits = random_below(seed, 2) ? 16 : 0,
        .align_address = drawn_power(seed, 4),
        .align_length = drawn_power(seed, 3),
        .align_internal = drawn_power(seed, 4),
    };
    if (random_below(seed, 4) != 0)
        drawn.limits.max_segment =
            drawn.limits.align_length + random_below(seed, 80);
    if (random_below(seed, 2) != 0)
        drawn.limits.boundary = 16u << random_below(seed, 4);
    if (random_below(seed, 4) == 0)
        drawn.limits.max_segments = 1 + random_below(seed, 12);

    drawn.offset = random_below(seed, (uint32_t)total + 1);
    drawn.length = random_below(seed, (uint32_t)(total - drawn.offset) + 1);
    if (random_below(seed, 2) == 0)
        drawn.length -= drawn.length % drawn.limits.align_length;
    if (drawn.length == 0)
        drawn.length = total - drawn.offset;
}

static void print_drawn(void)
{
    drawn_print(drawn.seed, &drawn.limits, drawn.ranges, drawn.count);
    printf("#   bytes %u +%u\n", (unsigned)drawn.offset,
           (unsigned)drawn.length);
}

/* What prepare has to say, if the model made this list. */
static bool legal(const struct naive_list *list)
{
    return list->reached && list->aligned && list->few_enough;
}

static bool refusal(enum iodma_status status)
{
    return status == IODMA_NO_RESOURCES || status == IODMA_NOT_ALIGNED ||
           status == IODMA_NO_SPACE;
}

/* Take the whole list in pieces of random capacity, with calls at random
   other offsets in between. */
static bool take_list(struct iodma_command *command, uint64_t *seed,
                      struct hal_segment *got, uint32_t *count)
{
    uint64_t offset = 0;

    *count = 0;
    while (offset < drawn.length && *count < NAIVE_BYTES) {
        uint32_t capacity = 1 + random_below(seed, 5);

        if (random_below(seed, 3) == 0) {
            struct hal_segment elsewhere;
            uint64_t at = random_below(seed, (uint32_t)drawn.length);
            uint32_t one = 1;

            if (iodma_command_gen_segments(command, &at, &elsewhere, &one) !=
                IODMA_OK)
                return false;
        }
        if (capacity > NAIVE_BYTES - *count)
            capacity = NAIVE_BYTES - *count;
        if (iodma_command_gen_segments(command, &offset, got + *count,
                                       &capacity) != IODMA_OK)
            return false;
        *count += capacity;
    }
    return offset == drawn.length;
}

static bool round_holds(const struct iodma_bus *bus, uint64_t *seed)
{
    static struct naive_list want;
    static struct hal_segment got[NAIVE_BYTES];
    struct iodma_spec spec = IODMA_SPEC(
        iodma_output_host64, drawn.limits.address_bits,
        drawn.limits.max_segment, .align_address = drawn.limits.align_address,
        .align_length = drawn.limits.align_length,
        .align_internal = drawn.limits.align_internal,
        .boundary = drawn.limits.boundary,
        .max_segments = drawn.limits.max_segments);
    struct iodma_memory memory;
    struct iodma_command command;
    enum iodma_status status;
    uint32_t count;

    naive_list_make(&want, bus->hal, drawn.ranges, drawn.count, &drawn.limits,
                    drawn.offset, drawn.length);
    if (!expect_status("memory",
                       iodma_memory_init_ranges(&memory, drawn.ranges,
                                                drawn.count, IODMA_OUT, NULL,
                                                0),
                       IODMA_OK) ||
        !expect_status("init", iodma_command_init(&command, bus, &spec, NULL),
                       IODMA_OK) ||
        !expect_status("set",
                       iodma_command_set_memory(&command, &memory, false),
                       IODMA_OK))
        return false;

    status =
        iodma_command_prepare(&command, drawn.offset, drawn.length, true, true);
    if (drawn.length % drawn.limits.align_length != 0) {
        tally.misaligned_length++;
        return expect_status("prepare", status, IODMA_NOT_ALIGNED);
    }
    if (!legal(&want)) {
        tally.refused++;
        return expect("prepare refuses", refusal(status));
    }
    tally.listed++;
    tally.segments += want.count;
    return expect_status("prepare", status, IODMA_OK) &&
           expect("the whole list can be taken",
                  take_list(&command, seed, got, &count)) &&
           expect_segments("the list", got, count, want.segments, want.count);
}

/* test_properties [ROUNDS [SEED]] */
int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20000;
    uint64_t seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus;

    check_case("lists are those of the model, in whatever pieces");
    printf("# %u rounds from seed %s\n", (unsigned)rounds, hex(seed));
    hal.apertures = apertures;
    hal.aperture_count = COUNT_OF(apertures);
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    for (uint32_t i = 0; i < rounds; i++) {
        draw(&seed);
        if (!round_holds(&bus, &seed)) {
            print_drawn();
            break;
        }
    }
    printf("# %u listed (%u segments), %u refused, %u of a misaligned length\n",
           tally.listed, tally.segments, tally.refused,
           tally.misaligned_length);
    expect("a tenth of the rounds at least has a list",
           tally.listed >= rounds / 10);
    return check_result();
}
