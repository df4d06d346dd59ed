/* SPDX-License-Identifier: MIT */
/*
 * Defends iodma_copy: whatever the engine asks for and does, the call comes
 * back, with the right bytes in place or a status, and nothing left held but
 * what a stuck engine may still touch.
 *
 * Time passes at every hook that is called: the engine goes on a little, and
 * its ISR runs if interrupts are not masked.
 */
#include "dma/iodma.h"
#include "dma/refuse.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/strict_dmac.h"
#include "tests/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOURCES = 0,
    DESTINATIONS = 0x1000,
    STORAGE = 0x2000, /* to bounce through */
    ARENA = 0x4000,
    GRANULE = 64,
    PAGES = (ARENA - STORAGE) / GRANULE,
    LOANS = 8,
    FOREVER = 1000000,
};

static uint8_t arena[ARENA] __attribute__((aligned(0x1000)));
static uint8_t want[STORAGE]; /* what both areas have to look like */

static struct hal_limits limits; /* of the engine */
static struct strict_dmac engine;
static struct iodma_channel channel;
static struct iodma_bus bus;
static struct iodma_bounce pool;
static struct iodma_copy copy;

static bool polled; /* the engine's interrupt is disabled */

static void isr(void)
{
    if (polled || hooks.masked != 0 || !strict_dmac_interrupt(&engine))
        return;
    hooks.masked++;
    iodma_channel_reap(&channel);
    hooks.masked--;
}

static void moment(void)
{
    (void)strict_dmac_run(&engine, 1);
    isr();
}

static void step(enum strict_dmac_step what)
{
    if (what == STRICT_DMAC_REAP && hooks.masked == 0)
        hooks.broken = "reap where it can be interrupted by itself";
    if (what != STRICT_DMAC_REAP && hooks.masked != 0)
        hooks.broken = "the engine driven with the lock held";
}

static const struct hal_limits port_limits = { .address_bits = 64 };
static struct hal_aperture aperture;
static struct hal_region region;
static struct hal_bus port;

/* No CPU address is a bus address: they lie 2^56 apart, or 2^24. */
static const hal_address distance = (hal_address)1 << (HAL_ADDRESS_BITS - 8);

static void lend(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(PAGES)];
    static struct hal_loan loans[LOANS];

    expect_status("pool",
                  iodma_bounce_init(&pool, cpu_address(&arena[STORAGE]),
                                    ARENA - STORAGE, GRANULE, words, loans,
                                    LOANS),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
}

/* A world without history: an engine of these limits, not yet started. */
static void set_up(const struct hal_limits *of_engine, uint32_t same_phase,
                   uint32_t slots)
{
    hooks = (struct hooks){ .moment = moment, .tick = 1 };
    aperture = (struct hal_aperture){
        .first = cpu_address(arena),
        .last = cpu_address(arena) + ARENA - 1,
        .bus = cpu_address(arena) + distance,
        .access = HAL_READ | HAL_WRITE,
        .snooped = true,
    };
    region = (struct hal_region){
        .first = cpu_address(arena),
        .last = cpu_address(arena) + ARENA - 1,
        .cached = HAL_WRITE_BACK,
        .writable = true,
    };
    port = (struct hal_bus){
        .apertures = &aperture,
        .aperture_count = 1,
        .regions = &region,
        .region_count = 1,
        .limits = &port_limits,
        .clock = &hooks_clock,
        .lock = &hooks_lock,
        .fences = &hooks_fences,
    };
    limits = *of_engine;
    memset(&engine, 0, sizeof engine);
    engine.dmac = (struct hal_dmac){
        .ops = &strict_dmac_ops,
        .bus = &port,
        .limits = &limits,
        .ring_limits = &limits,
        .same_phase = same_phase,
    };
    engine.slots = slots;
    engine.distance = distance;
    engine.arena = arena;
    engine.arena_size = ARENA;
    engine.hook = step;
    polled = false;
}

static void start(void)
{
    static uint64_t seed;

    expect_status("bus", iodma_bus_init(&bus, &port, GRANULE), IODMA_OK);
    lend();
    expect_status("facts", iodma_bus_check(&bus, NULL), IODMA_OK);
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_status("copy", iodma_copy_init(&copy, &bus, &channel), IODMA_OK);
    random_bytes(&seed, arena, ARENA);
    memcpy(want, arena, sizeof want);
}

static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_limits words = { .align_address = 4,
                                         .align_length = 4 };

/* An item can be of 32 bytes, or begin where the last one ended. */
static const struct hal_limits nothing = { .align_internal = 64,
                                           .max_segment = 32 };

static void begin_with(const char *what, const struct hal_limits *of_engine)
{
    check_case(what);
    set_up(of_engine, 1, 4);
    start();
}

static void begin(const char *what)
{
    begin_with(what, &no_limits);
}

static enum iodma_status try_copy(uint32_t to, uint32_t from, uint32_t length,
                                  uint64_t deadline)
{
    return iodma_copy(&copy, &arena[DESTINATIONS + to], &arena[SOURCES + from],
                      length, deadline);
}

/* What holds at the end of every case. */
static void expect_order(void)
{
    expect_bytes("memory", arena, want, sizeof want);
    if (!expect("the engine was treated well", !engine.violation))
        printf("#   %s\n", engine.violation);
    expect_hooks();
    expect_number("bounce pages in use", iodma_bounce_in_use(&pool), 0);
    expect_number("source prepared", copy.source.command.prepared, 0);
    expect_number("destination prepared", copy.destination.command.prepared, 0);
}

static void good_copy(uint32_t to, uint32_t from, uint32_t length)
{
    memcpy(&want[DESTINATIONS + to], &want[SOURCES + from], length);
    expect_status("copy", try_copy(to, from, length, FOREVER), IODMA_OK);
    expect_order();
}

/* ---- Copies ---- */

static const struct {
    const char *what;
    struct hal_limits limits;
    uint32_t same_phase;
    uint32_t slots;
    uint32_t unit; /* of lengths */
} engines[] = {
    { "an engine that takes anything", { .address_bits = 0 }, 1, 4, 1 },
    { "an engine of one slot, and of short items",
      { .max_segment = 7 },
      1,
      1,
      1 },
    { "an engine whose items do not straddle", { .boundary = 16 }, 1, 3, 1 },
    { "an engine of whole words",
      { .align_address = 4, .align_length = 4 },
      1,
      4,
      4 },
    { "an engine of words, of which any may come first",
      { .align_address = 2, .align_internal = 8, .max_segment = 24 },
      1,
      4,
      8 },
    { "an engine of double words, of which half may come later",
      { .align_address = 8, .align_internal = 4, .max_segment = 24 },
      1,
      4,
      8 },
    { "an engine that wants seams aligned",
      { .align_seam = 8, .max_segment = 20 },
      1,
      4,
      8 },
    { "an engine that moves bytes in phase", { .address_bits = 0 }, 4, 4, 1 },
    { "an engine that moves few bytes in phase",
      { .max_segment = 14, .boundary = 32 },
      8,
      2,
      1 },
    { "an engine that moves half words in phase of words",
      { .align_address = 2, .align_length = 2, .max_segment = 6 },
      4,
      2,
      2 },
};

/* Bytes. */
static const uint32_t lengths[] = {
    1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 63, 64, 65, 100, 255, 256, 257, 1000, 3800,
};

/* Each length at every phase of both ends; or, with a stride of 2, at every
   second. */
static void try_engine(uint32_t index, uint32_t stride)
{
    set_up(&engines[index].limits, engines[index].same_phase,
           engines[index].slots);
    start();
    for (uint32_t i = 0; i < HAL_COUNT_OF(lengths); i++) {
        uint32_t length = lengths[i] * engines[index].unit;

        if (length > 3800)
            break;
        for (uint32_t at = i % stride; at < 81; at += stride)
            good_copy(100 + at % 9, 100 + at / 9, length);
    }
}

static void test_engines(uint32_t stride)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(engines); i++) {
        check_case(engines[i].what);
        try_engine(i, stride);
    }

    check_case("it is the same with the interrupt disabled");
    set_up(&no_limits, 1, 2);
    start();
    polled = true;
    good_copy(3, 5, 1000);

    begin("what need not be bounced is not");
    engine.dmac.same_phase = 4;
    good_copy(7, 3, 1000);
    expect_number("bounce pages", iodma_bounce_high_water(&pool), 0);
    good_copy(4, 3, 64);
    expect_number("bounce pages, for one end", iodma_bounce_high_water(&pool),
                  1);

    begin("no bytes are copied at once");
    expect_status("no pointers", iodma_copy(&copy, NULL, NULL, 0, 0), IODMA_OK);
    expect_number("starts and reaps", engine.reaps, 0);
    expect_order();
}

/* ---- The channel's other transfers ---- */

static struct {
    struct iodma_copy_end source;
    struct iodma_copy_end destination;
    struct iodma_transfer transfer;
    uint32_t calls;
    enum iodma_status within; /* of a copy from the callback */
} other;

static void other_done(struct iodma_transfer *transfer,
                       enum iodma_status status)
{
    (void)transfer;
    other.calls++;
    expect_status("the other transfer", status, IODMA_OK);
    other.within = try_copy(0x900, 0x900, 8, FOREVER);
}

static void other_end(struct iodma_copy_end *end, uint32_t at,
                      uint32_t direction)
{
    static const struct iodma_spec any = IODMA_SPEC(iodma_output_host64, 0, 0);

    end->range = (struct iodma_range){ cpu_address(&arena[at]), 64 };
    (void)iodma_memory_init_ranges(&end->memory, &end->range, 1, direction,
                                   NULL, 0);
    (void)iodma_command_init(&end->command, &bus, &any, NULL);
    expect_status("set",
                  iodma_command_set_memory(&end->command, &end->memory, true),
                  IODMA_OK);
}

static void submit_other(void)
{
    other.calls = 0;
    other.within = IODMA_OK;
    other_end(&other.source, SOURCES + 0x800, IODMA_OUT);
    other_end(&other.destination, DESTINATIONS + 0x800, IODMA_IN);
    other.transfer = (struct iodma_transfer){
        .source = &other.source.command,
        .destination = &other.destination.command,
        .deadline = FOREVER,
        .done = other_done,
    };
    memcpy(&want[DESTINATIONS + 0x800], &want[SOURCES + 0x800], 64);
    expect_status("submit", iodma_transfer_submit(&channel, &other.transfer),
                  IODMA_OK);
}

static void test_others(void)
{
    begin("a transfer that was there before is called back");
    submit_other();
    good_copy(1, 2, 300);
    expect_number("callbacks", other.calls, 1);

    check_case("a copy on storage whose copy is under way: Busy");
    expect_status("copy", other.within, IODMA_BUSY);

    begin("a copy from a callback: NotPermitted");
    submit_other();
    while (other.calls == 0) {
        iodma_channel_poll(&channel);
        (void)iodma_channel_service(&channel);
    }
    expect_status("copy", other.within, IODMA_NOT_PERMITTED);
    expect_order();
}

/* ---- Failures ---- */

static enum iodma_status ports_only(struct hal_dmac *dmac,
                                    const struct hal_route *route)
{
    (void)dmac;
    return route->source.kind == HAL_MEMORY &&
                   route->destination.kind == HAL_MEMORY
               ? IODMA_UNSUPPORTED
               : IODMA_OK;
}

static void test_unsupported(void)
{
    struct hal_dmac_ops ops = strict_dmac_ops;

    begin("an engine that does not go from memory to memory: Unsupported");
    ops.route = ports_only;
    engine.dmac.ops = &ops;
    expect_status("copy", try_copy(0, 0, 100, FOREVER), IODMA_UNSUPPORTED);
    expect_order();
}

static void test_failures(void)
{
    begin("an engine that stops: DMAError, with its cause");
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    expect_status("copy", try_copy(0, 0, 100, FOREVER), IODMA_DMA_ERROR);
    expect_number("cause", copy.transfer.fault, HAL_FAULT_BUS);
    expect_number("detail", copy.transfer.detail, STRICT_DMAC_DETAIL);
    expect_order();
    good_copy(0, 0, 100);
    expect_number("cause", copy.transfer.fault, HAL_FAULT_NONE);

    begin("an engine that hangs: Timeout, and it is halted");
    engine.hangs = true;
    expect_status("copy", try_copy(0, 0, 100, 50), IODMA_TIMEOUT);
    expect("it took until the deadline", hooks.ticks >= 50);
    expect_number("halts", engine.halts, 1);
    expect_order();
    engine.hangs = false;
    good_copy(0, 0, 100);

    begin("an item that cannot be encoded: MessageTooLarge");
    engine.refused = 33;
    expect_status("copy", try_copy(0, 0, 33, FOREVER), IODMA_MESSAGE_TOO_LARGE);
    expect_order();
    good_copy(0, 0, 100);
}

static void test_stuck(void)
{
    static struct iodma_copy second;

    begin_with("an engine that does not stop: Timeout, and quarantine", &words);
    engine.hangs = true;
    engine.stuck = true;
    expect_status("copy", try_copy(1, 1, 100, 50), IODMA_TIMEOUT);
    expect("quarantined", copy.transfer.quarantined);
    expect_number("source held", copy.source.command.held, 1);
    expect_number("destination held", copy.destination.command.held, 1);
    expect_number("bounce pages in use", iodma_bounce_in_use(&pool), 4);

    check_case("storage in quarantine is Busy, and stays as it is");
    expect_status("copy", try_copy(0x200, 0x200, 8, FOREVER), IODMA_BUSY);
    expect("quarantined", copy.transfer.quarantined);
    expect_number("source held", copy.source.command.held, 1);

    check_case("other storage finds the channel dead: NotReady");
    expect_status("init", iodma_copy_init(&second, &bus, &channel), IODMA_OK);
    expect_status(
        "copy",
        iodma_copy(&second, &arena[DESTINATIONS + 1], arena, 8, FOREVER),
        IODMA_NOT_READY);
    expect_number("bounce pages in use", iodma_bounce_in_use(&pool), 4);

    check_case("released after a reset it copies again");
    engine.hangs = false;
    engine.stuck = false;
    engine.runs = false;
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_status("release", iodma_copy_release(&copy), IODMA_OK);
    expect_order();
    good_copy(1, 1, 100);
    expect_status("release", iodma_copy_release(&copy), IODMA_NOT_READY);
}

/* ---- What is refused ---- */

static void expect_refused(const char *what, void *destination,
                           const void *source, size_t length,
                           enum iodma_status status)
{
    uint32_t in_use = iodma_bounce_in_use(&pool);

    expect_status(what, iodma_copy(&copy, destination, source, length, FOREVER),
                  status);
    expect_number("items", engine.taken, 0);
    expect_number("bounce pages in use", iodma_bounce_in_use(&pool), in_use);
}

static void test_pointers(void)
{
    uint8_t *to = &arena[DESTINATIONS];
    uint8_t *top = (uint8_t *)(UINTPTR_MAX - 9);

    begin("pointers that are none: BadArgument");
    expect_status("no storage", iodma_copy(NULL, to, arena, 8, FOREVER),
                  IODMA_BAD_ARGUMENT);
    expect_status("release", iodma_copy_release(NULL), IODMA_BAD_ARGUMENT);
    expect_refused("no source", to, NULL, 8, IODMA_BAD_ARGUMENT);
    expect_refused("no destination", NULL, arena, 8, IODMA_BAD_ARGUMENT);
    expect_refused("a source that wraps", to, top, 11, IODMA_BAD_ARGUMENT);
    expect_refused("a destination that wraps", top, arena, 11,
                   IODMA_BAD_ARGUMENT);

    check_case("buffers that overlap: BadArgument");
    expect_refused("by the last byte", to, to - 7, 8, IODMA_BAD_ARGUMENT);
    expect_refused("by the first", to - 7, to, 8, IODMA_BAD_ARGUMENT);
    expect_refused("altogether", to, to, 8, IODMA_BAD_ARGUMENT);
    expect_order();

    check_case("buffers that touch do not overlap");
    memcpy(&want[DESTINATIONS], &want[DESTINATIONS - 8], 8);
    expect_status("touching", iodma_copy(&copy, to, to - 8, 8, FOREVER),
                  IODMA_OK);
    expect_order();
}

/* Take a run of half the storage away from everybody, and give it back. */
static hal_address half;

static void take_half(void)
{
    static const struct hal_bounce_wish wish = {
        .at_least = (ARENA - STORAGE) / 2,
        .at_most = (ARENA - STORAGE) / 2,
        .alignment = GRANULE,
        .highest = HAL_ADDRESS_MAX,
    };
    hal_address size;

    expect_status("take", pool.hal.ops->take(&pool.hal, &wish, &half, &size),
                  IODMA_OK);
}

static void give_half(void)
{
    pool.hal.ops->give_back(&pool.hal, half, (ARENA - STORAGE) / 2);
}

static void test_preparations(void)
{
    uint8_t *to = &arena[DESTINATIONS];

    begin_with("a length that the engine cannot copy: NotAligned", &words);
    expect_refused("5 bytes", to, arena, 5, IODMA_NOT_ALIGNED);
    expect_order();

    begin_with("no storage for the second end: NoResources, the first is free",
               &words);
    take_half();
    expect_refused("copy", to + 1, arena + 1, 0xF00, IODMA_NO_RESOURCES);
    give_half();
    expect_order();
    good_copy(1, 1, 0xF00);

    begin("out of phase and no storage: NotAligned");
    engine.dmac.same_phase = 4;
    expect_status("nothing is lent", iodma_bus_init(&bus, &port, GRANULE),
                  IODMA_OK);
    expect_refused("copy", to, arena + 1, 100, IODMA_NOT_ALIGNED);
    expect_order();

    begin("a destination that may not be written: NotWritable");
    region.writable = false;
    expect_refused("copy", to, arena, 100, IODMA_NOT_WRITABLE);
    expect_order();

    begin_with("an engine whose limits leave nothing: BadArgument", &nothing);
    expect_refused("copy", to, arena, 64, IODMA_BAD_ARGUMENT);
    expect_order();
}

static void test_init(void)
{
    struct hal_bus twin;
    struct iodma_bus other_bus;

    begin("storage is made for a channel and its bus, or BadArgument");
    twin = port;
    expect_status("bus", iodma_bus_init(&other_bus, &twin, 0), IODMA_OK);
    expect_status("no storage", iodma_copy_init(NULL, &bus, &channel),
                  IODMA_BAD_ARGUMENT);
    expect_status("no bus", iodma_copy_init(&copy, NULL, &channel),
                  IODMA_BAD_ARGUMENT);
    expect_status("no channel", iodma_copy_init(&copy, &bus, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("another bus", iodma_copy_init(&copy, &other_bus, &channel),
                  IODMA_BAD_ARGUMENT);
    expect_order();
}

/* ---- A CPU whose addresses are not physical ---- */

/* The CPU's pages of 0x1000 bytes lie in another order: the first two are
   exchanged, the third is where it is, the fourth is not mapped. */
static bool exchanged(hal_address address, hal_address *physical,
                      hal_address *length)
{
    static const hal_address pages[] = { 1, 0, 2 };
    hal_address inside = address - cpu_address(arena);

    if (inside / 0x1000 >= HAL_COUNT_OF(pages))
        return false;
    *physical = cpu_address(arena) + pages[inside / 0x1000] * 0x1000 +
                modulo(inside, 0x1000);
    *length = smaller(*length, 0x1000 - modulo(inside, 0x1000));
    return true;
}

static void test_translation(void)
{
    static const struct hal_translation translation = { exchanged };
    static const struct hal_window window = { NULL, NULL }; /* never opened */
    struct iodma_reason reason;

    begin("pointers are translated");
    port.translation = &translation;
    memcpy(&want[SOURCES + 16], &want[DESTINATIONS + 4], 100);
    expect_status("copy", try_copy(16, 4, 100, FOREVER), IODMA_OK);
    expect_order();

    begin("a far window's pointer is no physical address: MessageTooLarge");
    region.window = &window;
    if (HAL_ADDRESS_BITS == 64) { /* else nobody looks */
        iodma_bus_explain(&bus, &reason);
        expect_refused("source", &arena[DESTINATIONS], &arena[SOURCES], 8,
                       IODMA_MESSAGE_TOO_LARGE);
        if (IODMA_REASONS)
            expect_number("its name", reason.number, IODMA_ARGUMENT_SOURCE);
        region.first += DESTINATIONS;
        expect_refused("the destination's end", &arena[DESTINATIONS - 4],
                       &arena[SOURCES], 8, IODMA_MESSAGE_TOO_LARGE);
        if (IODMA_REASONS)
            expect_number("its name", reason.number,
                          IODMA_ARGUMENT_DESTINATION);
        region.first -= DESTINATIONS;
        iodma_bus_explain(&bus, NULL);
    }
    expect_order();

    begin("a buffer in pages that do not touch: NoSpace");
    port.translation = &translation;
    expect_refused("source", &arena[0x2000], &arena[0xF00], 0x200,
                   IODMA_NO_SPACE);
    expect_refused("destination", &arena[0xF00], &arena[0x2000], 0x200,
                   IODMA_NO_SPACE);
    expect_order();

    begin("a buffer that is nowhere: NotAttached");
    port.translation = &translation;
    expect_refused("source", arena, &arena[0x3000], 8, IODMA_NOT_ATTACHED);
    expect_refused("destination", &arena[0x3000], arena, 8, IODMA_NOT_ATTACHED);
    expect_order();
}

int main(int argc, char **argv)
{
    test_engines(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1);
    test_others();
    test_unsupported();
    test_failures();
    test_stuck();
    test_pointers();
    test_preparations();
    test_init();
    test_translation();
    return check_result();
}
