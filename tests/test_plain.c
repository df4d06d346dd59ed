/* SPDX-License-Identifier: MIT */
/* Memory whose addresses are pointers is copied and maintained at once. A
   window that shows the same memory at the same place has it done step by step:
   whatever comes of both is the same. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/model_mapper.h"

#include <stdlib.h>
#include <string.h>

/* Storage is at the beginning of memory, and the client's behind it: the device
   reaches a third of that. Regions meet where the storage ends, and somewhere
   in the client's memory; so do apertures, at a line. */
enum {
    ROUNDS = 3000, /* if no other number is asked for */
    LINE = 64,
    GRANULE = 512,
    STORAGE = 0x1000,
    REACH = 13, /* bits */
    SIZE = 0x4000,
    RANGES = 4,
    LOANS = 16,
    SEGMENTS = 128,
    OPERATIONS = 256,
};

static uint8_t arena[SIZE] __attribute__((aligned(0x1000)));

/* Maintenance ------------------------------------------------------------- */

/* What was begun. What goes on in the same line, or in the next one, is one
   operation: step by step each loan has its own. Storage is lent by the large
   line; between the client's ranges a small one may be another's. */
static struct operation {
    hal_address address;
    hal_address length;
    uint32_t drops;
} operations[OPERATIONS];
static uint32_t operation_count;
static uint32_t small_line; /* of this round */

static void begin(const void *va, hal_address address, size_t length,
                  uint32_t drops)
{
    struct operation *last =
        operation_count != 0 ? &operations[operation_count - 1] : NULL;
    hal_address end = last ? last->address + last->length : 0;
    uint32_t line = address - cpu_address(arena) < STORAGE ? LINE : small_line;

    expect("a pointer is its address", cpu_address(va) == address);
    if (last && last->drops == drops &&
        (address == end || round_down(address, line) == round_up(end, line)))
        last->length = address + (hal_address)length - last->address;
    else if (expect("there is room", operation_count < OPERATIONS))
        operations[operation_count++] =
            (struct operation){ address, (hal_address)length, drops };
}

static void clean(const struct hal_cache *cache, void *va, hal_address address,
                  size_t length)
{
    (void)cache;
    begin(va, address, length, 0);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address address, size_t length)
{
    (void)cache;
    begin(va, address, length, 1);
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    return IODMA_OK;
}

static const struct hal_cache_ops cache_ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
};

/* Step by step ------------------------------------------------------------ */

static void *open_window(hal_address address, hal_address *length)
{
    (void)length;
    return (void *)(uintptr_t)address;
}

static void close_window(void *pointer)
{
    (void)pointer;
}

static const struct hal_window window = { open_window, close_window };

/* A round ----------------------------------------------------------------- */

/* What came of it. */
struct outcome {
    enum iodma_status statuses[5];
    uint32_t segment_count;
    struct hal_segment segments[SEGMENTS];
    uint32_t operation_count;
    struct operation operations[OPERATIONS];
    uint8_t bytes[SIZE];
};

/* Who draws the same from the same seed, whichever way it goes. */
struct round {
    uint64_t seed;
    struct hal_region regions[3];
    struct hal_aperture apertures[3];
    struct hal_cache cache;
    struct hal_bus hal;
    struct iodma_bus bus;
    struct iodma_bounce bounce;
    uint32_t words[IODMA_BLOCK_WORDS(STORAGE / GRANULE)];
    struct hal_loan loans[LOANS];
    struct iodma_range ranges[RANGES];
    struct iodma_memory memory;
    struct iodma_command command;
};

static bool draw(struct round *round, uint32_t of)
{
    return random_below(&round->seed, of) == 0;
}

static void draw_bus(struct round *round, const struct hal_window *through)
{
    uint32_t parts[] = { 0, STORAGE,
                         STORAGE + random_below(&round->seed, SIZE - STORAGE),
                         SIZE };

    for (uint32_t i = 0; i < HAL_COUNT_OF(round->regions); i++) {
        round->regions[i] = (struct hal_region){
            .first = cpu_address(arena) + parts[i],
            .last = cpu_address(arena) + parts[i + 1] - 1,
            .cached = draw(round, 4) ? HAL_UNCACHED : HAL_WRITE_BACK,
            .writable = !draw(round, 8),
            .window = through,
        };
        round->apertures[i] = (struct hal_aperture){
            .first = cpu_address(arena) + round_down(parts[i], LINE),
            .last = cpu_address(arena) + round_down(parts[i + 1], LINE) - 1,
            .bus = round_down(parts[i], LINE),
            .access = HAL_READ | HAL_WRITE,
            .snooped = draw(round, 3),
        };
    }
    /* Where they are alike they are one. */
    if (draw(round, 2))
        round->regions[1].last = round->regions[2].last;
    if (draw(round, 2))
        round->regions[0].last = round->regions[1].last;
    if (!draw(round, 3))
        round->apertures[1].last = round->apertures[2].last;
    if (draw(round, 2))
        round->apertures[0].last = round->apertures[1].last;
    small_line = draw(round, 2) ? LINE / 4 : LINE;
    round->cache = (struct hal_cache){
        .ops = &cache_ops,
        .largest_line = LINE,
        .smallest_line = small_line,
    };
    round->hal = fixture_hal_bus;
    round->hal.regions = round->regions;
    round->hal.region_count = HAL_COUNT_OF(round->regions);
    round->hal.apertures = round->apertures;
    round->hal.aperture_count = HAL_COUNT_OF(round->apertures);
    round->hal.cache = &round->cache;
    expect_status("bus", iodma_bus_init(&round->bus, &round->hal, GRANULE),
                  IODMA_OK);
    expect_status("cache", iodma_bus_cache(&round->bus), IODMA_OK);
    expect_status("storage",
                  iodma_bounce_init(&round->bounce, cpu_address(arena), STORAGE,
                                    GRANULE, round->words, round->loans, LOANS),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&round->bus, &round->bounce.hal),
                  IODMA_OK);
}

/* How the CPU names memory that is virtual. */
enum { ELSEWHERE = 0x10000000 };

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    (void)length;
    *physical = address - ELSEWHERE;
    return true;
}

static const struct hal_translation translation = { to_physical };

static void draw_memory(struct round *round)
{
    bool is_virtual = draw(round, 4);
    uint32_t count = 1 + random_below(&round->seed, RANGES);
    uint32_t end = SIZE; /* of the range before */

    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = 1 + random_below(&round->seed, 3 * GRANULE);
        uint32_t at =
            STORAGE + random_below(&round->seed, SIZE - STORAGE - length);

        if (draw(round, 2) && end + 2 * LINE + length <= SIZE) /* or near it */
            at = end + random_below(&round->seed, 2 * LINE);
        end = at + length;

        round->ranges[i] =
            (struct iodma_range){ cpu_address(arena) + at, length };
        if (is_virtual)
            round->ranges[i].address += ELSEWHERE;
    }
    if (!is_virtual) {
        expect_status("memory",
                      iodma_memory_init_list(&round->memory, round->ranges,
                                             count,
                                             random_below(&round->seed, 4)),
                      IODMA_OK);
        return;
    }
    expect_status("virtual memory",
                  iodma_memory_init_virtual(
                      &round->memory, &translation, round->ranges, count,
                      random_below(&round->seed, 4), NULL, 0),
                  IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&round->memory, IODMA_NONE),
                  IODMA_OK);
}

static void draw_command(struct round *round)
{
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_segments, REACH, 0,
                   .align_address = draw(round, 2) ? 4 : 1);

    if (draw(round, 3))
        spec.mapping = IODMA_LEAST_BOUNCE;
    expect_command(&round->command, &round->bus, &spec);
    expect_attached_only(&round->command, &round->memory);
}

static enum iodma_status list(struct round *round, struct outcome *outcome)
{
    hal_address offset = 0;

    outcome->segment_count = SEGMENTS;
    return fixture_gen(&round->command, &offset, outcome->segments,
                       &outcome->segment_count);
}

/* Whatever it may: what it only reads is as it was. */
static void device_writes(struct round *round, const struct outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->segment_count; i++)
        random_bytes(&round->seed, &arena[outcome->segments[i].address],
                     (size_t)outcome->segments[i].length);
}

/* Prepare, hand over once more, and complete. */
static void use(struct round *round, struct outcome *outcome)
{
    struct iodma_command *command = &round->command;
    hal_address from =
        random_below(&round->seed, (uint32_t)round->memory.length);
    hal_address length =
        random_below(&round->seed, (uint32_t)(round->memory.length - from)) + 1;
    uint32_t way = draw(round, 2) ? IODMA_IN : IODMA_OUT;
    bool inbound = round->memory.direction != IODMA_OUT;
    enum iodma_status *status = outcome->statuses;

    status[0] =
        iodma_command_prepare(command, 0, 0, !draw(round, 4), !draw(round, 4));
    if (status[0] != IODMA_OK)
        return;
    status[1] = list(round, outcome);
    if (status[1] == IODMA_OK && inbound)
        device_writes(round, outcome);
    status[2] = iodma_command_synchronize_range(command, from, length, way);
    if (draw(round, 2))
        status[3] = iodma_command_synchronize(
            command, way | (draw(round, 4) ? IODMA_FORCE_DOUBLE_BUFFER : 0));
    status[4] =
        iodma_command_complete(command, !draw(round, 4), !draw(round, 4));
}

/* Returns whether anything was on loan. */
static bool play(uint64_t seed, const struct hal_window *through,
                 struct outcome *outcome)
{
    static struct round round;

    memset(&round, 0, sizeof round);
    memset(outcome, 0, sizeof *outcome);
    round.seed = seed;
    operation_count = 0;
    random_bytes(&seed, arena, sizeof arena);
    draw_bus(&round, through);
    draw_memory(&round);
    draw_command(&round);
    use(&round, outcome);
    expect_status("clear", iodma_command_clear_memory(&round.command, false),
                  IODMA_OK);
    memcpy(outcome->bytes, arena, sizeof arena);
    memcpy(outcome->operations, operations, sizeof operations);
    outcome->operation_count = operation_count;
    expect_number("storage in use", iodma_bounce_in_use(&round.bounce), 0);
    return iodma_bounce_high_water(&round.bounce) != 0;
}

static bool same(const struct outcome *got, const struct outcome *want)
{
    bool right = true;

    for (uint32_t i = 0; i < HAL_COUNT_OF(got->statuses); i++)
        right = expect_status("of the calls", got->statuses[i],
                              want->statuses[i]) &&
                right;
    return expect_segments("segments", got->segments, got->segment_count,
                           want->segments, want->segment_count) &&
           expect_number("operations on caches", got->operation_count,
                         want->operation_count) &&
           expect_bytes("operations", got->operations, want->operations,
                        sizeof got->operations) &&
           expect_bytes("memory", got->bytes, want->bytes, SIZE) && right;
}

static void as_step_by_step(uint32_t rounds)
{
    static struct outcome at_once, step_by_step;
    uint32_t lent = 0;
    bool right = true;

    for (uint32_t i = 0; right && i < rounds; i++) {
        uint64_t seed = 0x9E3779B97F4A7C15 * (i + 1);

        lent += play(seed, NULL, &at_once);
        (void)play(seed, &window, &step_by_step);
        right = same(&at_once, &step_by_step);
        if (!right)
            expect_number("the round", i, rounds);
    }
    expect("a third had storage", lent > rounds / 3);
}

/* What the device is shown of storage is whole pages. */
static void padding_of_pages(void)
{
    static struct model_mapper model;
    static uint32_t words[IODMA_BLOCK_WORDS(SIZE / STORAGE)];
    static struct iodma_mapper mapper;
    static struct round round;
    static const uint8_t zeros[STORAGE];
    const hal_address last = cpu_address(arena) + SIZE - 1;
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_segments, 0, 0, .align_address = 4);
    size_t at;

    check_case("behind a mapper the rest of a page of storage is zero");
    round.ranges[0] =
        (struct iodma_range){ cpu_address(arena) + STORAGE + 1, GRANULE };
    do
        draw_bus(&round, NULL); /* until all of it is alike, and snooped */
    while (!round.regions[0].writable || round.regions[0].last != last ||
           !round.apertures[0].snooped || round.apertures[0].last != last);
    memset(arena, 0xEE, sizeof arena);
    model_mapper_init(&model);
    expect_status("mapper",
                  iodma_mapper_init(&mapper, &model.mapper, round.hal.lock,
                                    words, SIZE / STORAGE),
                  IODMA_OK);
    expect_status("through", iodma_bus_map_through(&round.bus, &mapper),
                  IODMA_OK);
    spec.mapping = IODMA_MAPPED;
    expect_status(
        "memory",
        iodma_memory_init_list(&round.memory, round.ranges, 1, IODMA_OUT),
        IODMA_OK);
    expect_command(&round.command, &round.bus, &spec);
    expect_attached(&round.command, &round.memory);
    if (!expect("it is bounced", round.command.plan.loans))
        return;
    at = (size_t)(round.command.plan.loans->storage - cpu_address(arena));
    expect_bytes("what is before", arena, zeros, at);
    expect_bytes("the bytes", &arena[at], &arena[STORAGE + 1], GRANULE);
    expect_bytes("what is behind", &arena[at + GRANULE], zeros,
                 STORAGE - at - GRANULE);
    expect_cleared(&round.command);
}

int main(int argc, char **argv)
{
    check_case("at once, as step by step");
    as_step_by_step(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : ROUNDS);
    padding_of_pages();
    return check_result();
}
