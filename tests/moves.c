/* SPDX-License-Identifier: MIT */
#include "tests/moves.h"

#include "dma/iodma.h"
#include "hal/count_of.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

enum { RANGES = 2048 };

struct engine engine;
uint8_t *source;
uint8_t *target;
uint8_t *want;
static struct iodma_range source_ranges[RANGES];
static struct iodma_range target_ranges[RANGES];

hal_address address_of(const uint8_t *byte)
{
    return (uintptr_t)byte;
}

/* One transfer --------------------------------------------------------- */

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct outcome *outcome = transfer->ref_con;

    engine_explain(&engine, transfer);
    outcome->callbacks++;
    outcome->status = status;
    outcome->fault = transfer->fault;
    outcome->detail = transfer->detail;
    outcome->quarantined = transfer->quarantined;
}

static void prepare(struct iodma_command *command, struct iodma_memory *memory,
                    const struct iodma_range *ranges, uint32_t count,
                    uint32_t direction)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);

    expect_status(
        "memory",
        iodma_memory_init_ranges(memory, ranges, count, direction, NULL, 0),
        IODMA_OK);
    expect_status("init", iodma_command_init(command, &engine.bus, &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(command, memory, true),
                  IODMA_OK);
}

struct outcome transfer(uint32_t from_count, uint32_t to_count,
                        uint32_t deadline_ms)
{
    struct outcome outcome = { 0, IODMA_ERROR, 0, 0, false };
    struct iodma_memory from_memory;
    struct iodma_memory to_memory;
    struct iodma_command from;
    struct iodma_command to;
    struct iodma_transfer moved = {
        .source = &from,
        .destination = &to,
        .done = done,
        .ref_con = &outcome,
    };

    prepare(&from, &from_memory, source_ranges, from_count, IODMA_OUT);
    prepare(&to, &to_memory, target_ranges, to_count, IODMA_IN);
    moved.deadline = hal_deadline(engine.bus.hal->clock, deadline_ms);
    if (expect_status("submit", iodma_transfer_submit(&engine.channel, &moved),
                      IODMA_OK))
        engine_run(&engine);
    expect_number("callbacks", outcome.callbacks, 1);
    expect_status("the source is given back",
                  iodma_command_complete(&from, true, true), IODMA_NOT_READY);
    expect_status("the target is given back",
                  iodma_command_complete(&to, true, true), IODMA_NOT_READY);
    return outcome;
}

/* The same, and it has to succeed. */
static void copy(uint32_t from_count, uint32_t to_count)
{
    struct outcome outcome = transfer(from_count, to_count, DEADLINE_MS);

    expect_status("the transfer", outcome.status, IODMA_OK);
    expect_number("fault", outcome.fault, HAL_FAULT_NONE);
}

/* Storage: for what is out of phase; on a bus that does not snoop, for the
   lines at the ends of a target as well. */
enum { POOL_PAGES = AREA / 8192, LOANS = AREA / 256 };

static struct iodma_bounce pool;

static void lend_pool(void)
{
    static uint8_t storage[POOL_PAGES * IODMA_DEFAULT_GRANULE]
        __attribute__((aligned(IODMA_DEFAULT_GRANULE)));
    static uint32_t words[IODMA_BLOCK_WORDS(POOL_PAGES)];
    static struct hal_loan loans[LOANS];

    expect_status("pool",
                  iodma_bounce_init(&pool, address_of(storage), sizeof storage,
                                    IODMA_DEFAULT_GRANULE, words, loans, LOANS),
                  IODMA_OK);
    expect_status("lend", bus_lend(&engine.bus, &pool.hal), IODMA_OK);
}

/* Does the engine find a target's bytes as they lie, whatever lines they share?
   Else it takes descriptors more. */
bool snooped(void)
{
    return board.cache == NULL;
}

/* Areas ---------------------------------------------------------------- */

static void fill_areas(void)
{
    uint64_t seed = 5;

    source = (uint8_t *)(uintptr_t)board.scratch.base;
    target = source + 2 * AREA;
    want = target + 2 * AREA;
    for (size_t i = 0; i < AREA; i++)
        source[i] = (uint8_t)random_below(&seed, 256);
    memset(target, 0xA5, AREA);
    memset(want, 0xA5, AREA);
}

/* The whole area: what was not a target is a guard. */
void expect_target(const char *what)
{
    expect_bytes(what, target, want, AREA);
}

/* moves: 1 .. 4096 bytes at every offset modulo 64 ----------------------- */

/* The bytes round one move are looked at, not the whole area: 64 offsets
   times 4096 lengths. */
bool move_arrives(uint32_t from, uint32_t to, uint32_t length)
{
    const uint32_t round = 64;
    bool good;

    source_ranges[0] =
        (struct iodma_range){ address_of(source + from), length };
    target_ranges[0] = (struct iodma_range){ address_of(target + to), length };
    copy(1, 1);
    memcpy(want + to, source + from, length);
    good = expect_bytes("the move, and 64 bytes round it", target + to - round,
                        want + to - round, length + 2 * round);
    memset(want + to, 0xA5, length);
    memset(target + to, 0xA5, length);
    return good;
}

static const uint32_t edges[] = {
    1,   2,   3,    4,    5,    7,    8,    9,    15,   16,   17,  31,
    32,  33,  63,   64,   65,   127,  128,  129,  255,  256,  257, 511,
    512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096,
};

void test_moves(void)
{
    uint64_t seed = 9;
    bool good = true;

    check_case("every offset modulo 64, lengths at the edges");
    for (uint32_t offset = 0; good && offset < 64; offset++) {
        for (size_t i = 0; good && i < HAL_COUNT_OF(edges); i++) {
            /* Another offset, equal modulo 4 (same_phase). */
            uint32_t other = (offset + 4 * random_below(&seed, 16)) % 64;

            good = move_arrives(4096 + offset, 8192 + other, edges[i]);
        }
    }

    check_case("every length from 1 to 4096, offsets at random");
    for (uint32_t length = 1; good && length <= 4096; length++) {
        uint32_t offset = random_below(&seed, 64);

        good = move_arrives(4096 + offset,
                            8192 + (offset + 4 * random_below(&seed, 16)) % 64,
                            length);
    }
    expect_target("nothing else was touched");
}

/* chains: of one move up to many more than the ring has slots ------------- */

/* `count` moves of uneven lengths, each its own segment on both sides. */
void lay_chain(uint32_t count, uint64_t *seed)
{
    uint32_t from = 64;
    uint32_t to = 64;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = 1 + random_below(seed, 400);

        source_ranges[i] =
            (struct iodma_range){ address_of(source + from), length };
        target_ranges[i] =
            (struct iodma_range){ address_of(target + to), length };
        memcpy(want + to, source + from, length);
        from += (length + 4 + 4 * random_below(seed, 8)) & ~3u;
        to += (length + 4 + 4 * random_below(seed, 8)) & ~3u;
    }
}

void chain(uint32_t count)
{
    uint64_t seed = count;
    uint32_t before = engine.facts->dmac->counts.items;

    memset(target, 0xA5, AREA);
    memset(want, 0xA5, AREA);
    lay_chain(count, &seed);
    copy(count, count);
    expect_target("the target");
    before = engine.facts->dmac->counts.items - before;
    if (snooped())
        expect_number("descriptors", before, count);
    else
        expect("descriptors", before >= count);
}

void test_chains(void)
{
    const uint32_t slots = engine.facts->slots;
    uint32_t doorbells;

    check_case("a chain of one");
    chain(1);
    check_case("a chain that just fits the ring, in one doorbell");
    doorbells = engine.facts->dmac->counts.doorbells;
    chain(slots - 1);
    if (snooped())
        expect_number("doorbells",
                      engine.facts->dmac->counts.doorbells - doorbells, 1);
    check_case("a chain of as many moves as the ring has slots");
    chain(slots);
    check_case("one more than the ring has slots");
    chain(slots + 1);
    check_case("a chain of 1000");
    chain(1000);
    check_case("the ring wraps a hundred times");
    for (uint32_t i = 0; i < 100 * slots / 40; i++)
        chain(40);
    check_case(engine.poll ? "no interrupt was taken"
                           : "one interrupt a doorbell");
    expect_number("interrupts", engine.interrupts,
                  engine.poll ? 0 : engine.facts->dmac->counts.doorbells);
}

/* overlap: ranges that share bytes at their ends -------------------------- */

void test_overlap(void)
{
    check_case("source ranges that overlap are read as often as they say");
    for (uint32_t i = 0; i < 10; i++) {
        source_ranges[i] =
            (struct iodma_range){ address_of(source + 100 * i), 140 };
        memcpy(want + 64 + 140 * i, source + 100 * i, 140);
    }
    target_ranges[0] = (struct iodma_range){ address_of(target + 64), 1400 };
    copy(10, 1);
    expect_target("the target");

    if (!snooped()) /* not defined there (E3) */
        return;
    check_case("target ranges that overlap keep what came last");
    for (uint32_t i = 0; i < 10; i++) {
        target_ranges[i] =
            (struct iodma_range){ address_of(target + 4096 + 100 * i), 140 };
        memcpy(want + 4096 + 100 * i, source + 140 * i, 140);
    }
    source_ranges[0] = (struct iodma_range){ address_of(source), 1400 };
    copy(1, 10);
    expect_target("the target");
}

/* copy: by one call, in phase and not ---------------------------------------
 */

static void copy_bytes(struct iodma_copy *one, uint32_t to, uint32_t from,
                       uint32_t length)
{
    uint64_t deadline = hal_deadline(engine.bus.hal->clock, DEADLINE_MS);

    memcpy(want + to, source + from, length);
    expect_status("copy",
                  iodma_copy(one, target + to, source + from, length, deadline),
                  IODMA_OK);
}

void test_copy(void)
{
    static struct iodma_copy one;

    if (snooped())
        lend_pool();
    expect_status("init", iodma_copy_init(&one, &engine.bus, &engine.channel),
                  IODMA_OK);

    check_case("one call copies a buffer as it lies, but for shared lines");
    copy_bytes(&one, 0x1001, 0x2005, 100000);
    expect_number("bounce pages", iodma_bounce_high_water(&pool),
                  snooped() ? 0 : 1);
    expect_target("the target");

    check_case(
        "and what is out of phase, by way of a bounce buffer if need be");
    for (uint32_t at = 0; at < 16; at++)
        copy_bytes(&one, 0x40000 + 0x4000 * at + at / 4, 0x10000 + at % 4,
                   10000 + at);
    expect("bounce pages",
           (iodma_bounce_high_water(&pool) != 0) ==
               (engine.facts->dmac->same_phase > 1 || !snooped()));
    expect_number("of them in use", iodma_bounce_in_use(&pool), 0);
    expect_target("the target");
}

/* Beside the core ---------------------------------------------------------- */

struct hal_progress move_item(hal_address from, hal_address to)
{
    struct hal_dmac *dmac = engine.facts->dmac;
    struct hal_item item = { from, to, 256 };
    uint64_t deadline = hal_deadline(engine.bus.hal->clock, DEADLINE_MS);
    struct hal_progress progress = { 0, 0, 0 };

    expect_number("taken", dmac->ops->emit(dmac, &item, 1), 1);
    dmac->ops->submit(dmac);
    while (progress.retired == 0 && progress.fault == HAL_FAULT_NONE &&
           !hal_expired(engine.bus.hal->clock, deadline))
        progress = dmac->ops->reap(dmac);
    return progress;
}

void test_refused(hal_address address)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);
    struct iodma_range range = { address, 256 };
    struct iodma_memory memory;
    struct iodma_command command;

    expect_status(
        "memory",
        iodma_memory_init_ranges(&memory, &range, 1, IODMA_IN, NULL, 0),
        IODMA_OK);
    expect_status("init",
                  iodma_command_init(&command, &engine.bus, &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  snooped() ? IODMA_NO_RESOURCES : IODMA_NOT_ATTACHED);
}

void start_again(void)
{
    expect_status("channel",
                  iodma_channel_init(&engine.channel, engine.facts->dmac,
                                     engine.facts->name),
                  IODMA_OK);
}

/* The program -------------------------------------------------------------- */

static int run(const struct move_test *test, bool poll)
{
    const char *step;
    enum iodma_status status =
        engine_bring_up(&engine, 0, poll || test->poll, &step);

    if (status != IODMA_OK) {
        printf("not ok - %s: %s\n", step, iodma_status_name(status));
        return 1;
    }
    fill_areas();
    if (!snooped())
        lend_pool();
    test->run();
    return check_result();
}

int run_by_name(int argc, char **argv, const struct move_test *tests,
                size_t count)
{
    bool poll = argc == 3 && strcmp(argv[1], "--poll") == 0;

    for (size_t i = 0; (argc == 2 || poll) && i < count; i++) {
        if (strcmp(argv[argc - 1], tests[i].name) == 0)
            return run(&tests[i], poll);
    }
    printf("test_dmac: which of the tests? (see the source)\n");
    return 64;
}
