/* SPDX-License-Identifier: MIT */
/*
 * Defends the channel: whatever the engine does and whenever its interrupt
 * comes, every transfer ends in one callback, with the right bytes in place
 * and nothing left held.
 *
 * The engine works on the arena, and only when the test lets time pass. With
 * a pace set, a little of it passes at every hook that the channel calls: the
 * engine goes on, and its ISR runs if interrupts are not masked.
 */
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/strict_dmac.h"
#include "tests/reach.h"

#include <stdio.h>
#include <string.h>

enum {
    ARENA = 0x2000,
    HALF = 0x1000, /* sources lie below, destinations above */
    PIECES = 6,
    JOBS = 4,
    FOREVER = 1000000,
};

/* Bytes of the arena. */
struct piece {
    uint32_t offset;
    uint32_t length; /* 0: an empty range */
};

struct side {
    struct piece pieces[PIECES];
    struct iodma_range ranges[PIECES];
    struct iodma_memory memory;
    struct iodma_command command;
};

struct job {
    struct iodma_transfer transfer;
    struct side source;
    struct side destination;
    void (*then)(struct job *job); /* what the callback does; may be NULL */

    /* What the callback found. */
    uint32_t calls;
    uint32_t order; /* 1: the first callback of the case */
    enum iodma_status status;
    uint32_t halts;
};

static uint8_t arena[ARENA] __attribute__((aligned(64)));
static uint8_t want[ARENA];

static struct strict_dmac engine;
static struct hal_limits limits; /* of the engine */
static struct iodma_spec spec;   /* of all commands */
static struct iodma_channel channel;
static struct job jobs[JOBS];

static struct {
    uint64_t seed;
    uint32_t pace; /* items at every hook, at most; 0: hooks do nothing */
    bool polled;   /* the engine's interrupt is disabled                */
    uint32_t callbacks;
} world;

static void isr(void)
{
    if (world.polled || hooks.masked != 0 || !strict_dmac_interrupt(&engine))
        return;
    hooks.masked++;
    iodma_channel_reap(&channel);
    hooks.masked--;
}

/* The moment between two steps of the channel. */
static void moment(void)
{
    if (world.pace == 0)
        return;
    (void)strict_dmac_run(&engine, random_below(&world.seed, world.pace + 1));
    isr();
}

static void step(enum strict_dmac_step what)
{
    if (what == STRICT_DMAC_REAP && !world.polled && hooks.masked == 0)
        hooks.broken = "reap from a thread with the interrupt enabled";
    if (what != STRICT_DMAC_REAP && hooks.masked != 0)
        hooks.broken = "the engine driven from the ISR or with the lock held";
    moment();
}

static const struct hal_limits port_limits = { .address_bits = 0 };
static struct hal_aperture aperture;
static const struct hal_bus port = {
    .apertures = &aperture,
    .aperture_count = 1,
    .limits = &port_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};
static struct iodma_bus bus;

/* No CPU address is a bus address: those begin at 2^56, or 2^24. */
static hal_address first_on_bus(void)
{
    return ((hal_address)1 << (HAL_ADDRESS_BITS - 8)) +
           modulo(cpu_address(arena), 0x10000);
}

/* A world without history: an engine of so many slots, not yet started. */
static void set_up(uint32_t slots)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    hooks = (struct hooks){ .moment = moment };
    memset(jobs, 0, sizeof jobs);
    random_bytes(&world.seed, arena, ARENA);
    memcpy(want, arena, ARENA);

    aperture = (struct hal_aperture){
        .first = cpu_address(arena),
        .last = cpu_address(arena) + ARENA - 1,
        .bus = first_on_bus(),
        .access = HAL_READ | HAL_WRITE,
        .snooped = true,
    };
    limits = (struct hal_limits){ .address_bits = 0 };
    spec = (struct iodma_spec)IODMA_SPEC(iodma_output_host64, 0, 0);
    memset(&engine, 0, sizeof engine);
    engine.dmac = (struct hal_dmac){
        .ops = &strict_dmac_ops,
        .bus = &port,
        .limits = &limits,
        .ring_limits = &limits,
        .same_phase = 1,
    };
    engine.slots = slots;
    engine.distance = first_on_bus() - cpu_address(arena);
    engine.arena = arena;
    engine.arena_size = ARENA;
    engine.hook = step;
}

static void start(void)
{
    expect_status("bus", iodma_bus_init(&bus, &port, 0), IODMA_OK);
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
}

static void begin(const char *what, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    start();
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = HAL_CONTAINER_OF(transfer, struct job, transfer);

    job->calls++;
    job->order = ++world.callbacks;
    job->status = status;
    job->halts = engine.halts;
    if (!transfer->quarantined &&
        (transfer->source->held != 0 || transfer->destination->held != 0))
        hooks.broken = "a callback before its commands were given back";
    if (job->then)
        job->then(job);
}

static enum iodma_status prepare(struct side *side, uint32_t direction)
{
    struct iodma_memory *memory = &side->memory;

    for (uint32_t i = 0; i < PIECES; i++)
        side->ranges[i] = (struct iodma_range){
            .address = cpu_address(arena) + side->pieces[i].offset,
            .length = side->pieces[i].length,
        };
    (void)iodma_memory_init_ranges(memory, side->ranges, PIECES, direction,
                                   NULL, 0);
    if (iodma_command_init(&side->command, &bus, &spec, NULL) != IODMA_OK)
        return IODMA_INVALID;
    return iodma_command_set_memory(&side->command, memory, true);
}

/* Prepare both sides of a job whose pieces are filled in. */
static void make_ready(struct job *job)
{
    expect_status("prepare source", prepare(&job->source, IODMA_OUT), IODMA_OK);
    expect_status("prepare destination", prepare(&job->destination, IODMA_IN),
                  IODMA_OK);
    job->transfer.source = &job->source.command;
    job->transfer.destination = &job->destination.command;
    job->transfer.deadline = FOREVER;
    job->transfer.done = done;
}

/* A job of one range on each side. */
static struct job *plain(uint32_t index, uint32_t from, uint32_t to,
                         uint32_t length)
{
    struct job *job = &jobs[index];

    job->source.pieces[0] = (struct piece){ from, length };
    job->destination.pieces[0] = (struct piece){ to, length };
    make_ready(job);
    return job;
}

/* A job that takes so many items of 8 bytes. */
static struct job *chain(uint32_t index, uint32_t items)
{
    spec.segment.max_segment = 8;
    return plain(index, 0x100 * index, HALF + 0x100 * index, 8 * items);
}

static enum iodma_status submit(struct job *job)
{
    return iodma_transfer_submit(&channel, &job->transfer);
}

static bool advance(struct piece *pieces, uint32_t *index)
{
    while (*index < PIECES && pieces[*index].length == 0)
        (*index)++;
    if (*index == PIECES)
        return false;
    pieces[*index].offset++;
    pieces[*index].length--;
    return true;
}

/* What a job should do, done to the bytes we want, one by one. */
static void expect_copy(const struct job *job)
{
    struct piece from[PIECES];
    struct piece to[PIECES];
    uint32_t i = 0;
    uint32_t j = 0;

    memcpy(from, job->source.pieces, sizeof from);
    memcpy(to, job->destination.pieces, sizeof to);
    while (advance(from, &i) && advance(to, &j))
        want[to[j].offset - 1] = want[from[i].offset - 1];
}

/* All that the channel does to others, counted. */
static uint32_t deeds(void)
{
    return engine.taken + engine.halts + world.callbacks;
}

/* What is not due, service must not do; it would come too late when the
   thread sleeps. */
static bool serve(void)
{
    uint32_t before = deeds();
    bool due;
    bool more;

    hooks.masked++;
    due = iodma_channel_due(&channel);
    hooks.masked--;
    if (!due && !world.polled)
        return true;
    more = iodma_channel_service(&channel);
    if (!due && deeds() != before)
        hooks.broken = "service did what was not due";
    return more;
}

/* Let time pass until all is called back: `pace` items a turn. */
static void drive(uint32_t pace)
{
    for (uint32_t turn = 0; turn < 5000; turn++) {
        (void)strict_dmac_run(&engine, pace);
        if (world.polled)
            iodma_channel_reap(&channel);
        else
            isr();
        if (!serve())
            return;
    }
    expect("every transfer comes to an end", false);
}

static void expect_given_back(const struct job *job)
{
    expect_number("source prepared", job->source.command.prepared, 0);
    expect_number("source held", job->source.command.held, 0);
    expect_number("destination prepared", job->destination.command.prepared, 0);
    expect_number("destination held", job->destination.command.held, 0);
}

static void expect_end_of(const struct job *job, uint32_t calls,
                          enum iodma_status status)
{
    expect_number("callbacks", job->calls, calls);
    expect_status("the callback's status", job->status, status);
    expect("the transfer is the caller's again", !job->transfer.queued);
    expect_given_back(job);
}

static void expect_end(const struct job *job, enum iodma_status status)
{
    expect_end_of(job, 1, status);
}

/* What holds at the end of every case. */
static void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    if (!expect("the engine was treated well", !engine.violation))
        printf("#   %s\n", engine.violation);
    expect_hooks();
    expect("no transfer waits", !channel.active && !channel.waiting.first);
}

/* After whatever befell it, the channel still copies. */
static void expect_usable(void)
{
    struct job *job = plain(JOBS - 1, 0x800, HALF + 0x800, 100);

    job->calls = 0;
    job->then = NULL;
    expect_status("the next submit", submit(job), IODMA_OK);
    expect_copy(job);
    drive(1);
    expect_end(job, IODMA_OK);
}

/* ---- Copies ---- */

static const struct {
    const char *what;
    uint32_t slots;
    struct piece from[PIECES];
    struct piece to[PIECES];
    uint32_t max_segment;
    uint32_t items;
} copies[] = {
    { "one range goes to one range as one item",
      4,
      { { 0, 100 } },
      { { HALF, 100 } },
      0,
      1 },
    { "a single byte arrives alone",
      4,
      { { 7, 1 } },
      { { HALF + 2, 1 } },
      0,
      1 },
    { "two ranges are gathered into one",
      4,
      { { 0, 30 }, { 100, 70 } },
      { { HALF, 100 } },
      0,
      2 },
    { "one range is scattered over two",
      4,
      { { 0, 100 } },
      { { HALF, 30 }, { HALF + 200, 70 } },
      0,
      2 },
    { "ranges cut alike are not cut further",
      4,
      { { 0, 30 }, { 100, 70 } },
      { { HALF + 500, 30 }, { HALF, 70 } },
      0,
      2 },
    { "ranges cut differently are cut at each other's seams",
      8,
      { { 0, 10 }, { 50, 20 }, { 90, 30 } },
      { { HALF, 25 }, { HALF + 50, 15 }, { HALF + 90, 20 } },
      0,
      5 },
    { "empty ranges are passed over",
      4,
      { { 9, 0 }, { 0, 30 }, { 0, 0 }, { 100, 70 }, { 5, 0 } },
      { { HALF, 100 }, { HALF, 0 } },
      0,
      2 },
    { "ranges that touch are one",
      4,
      { { 0, 30 }, { 30, 70 } },
      { { HALF, 50 }, { HALF + 50, 50 } },
      0,
      1 },
    { "ranges in falling order keep their order",
      4,
      { { 100, 50 }, { 0, 50 } },
      { { HALF + 100, 50 }, { HALF, 50 } },
      0,
      2 },
    { "the last bytes of the arena are reached, and none behind",
      4,
      { { HALF - 64, 64 } },
      { { ARENA - 64, 64 } },
      0,
      1 },
    { "a ring of one slot is refilled after each item",
      1,
      { { 0, 100 } },
      { { HALF, 100 } },
      7,
      15 },
    { "a ring of two slots is refilled",
      2,
      { { 0, 50 }, { 90, 51 } },
      { { HALF + 1, 101 } },
      9,
      18 },
    { "exactly as many items as slots",
      8,
      { { 0, 64 } },
      { { HALF, 64 } },
      8,
      8 },
    { "one more item than slots", 8, { { 0, 72 } }, { { HALF, 72 } }, 8, 9 },
    { "exactly twice as many items as are zipped at a time",
      16,
      { { 0, 128 } },
      { { HALF, 128 } },
      8,
      16 },
    { "many more items than slots",
      3,
      { { 0, 1000 } },
      { { HALF + 9, 1000 } },
      4,
      250 },
};

/* Do what was described, with time passing at `pace`. */
static void run_copy(struct job *job, uint32_t pace)
{
    expect_copy(job);
    expect_status("submit", submit(job), IODMA_OK);
    drive(pace);
    expect_end(job, IODMA_OK);
    expect_order();
}

static void try_copy(uint32_t index, bool polled, uint32_t pace)
{
    struct job *job = &jobs[0];

    set_up(copies[index].slots);
    limits.max_segment = copies[index].max_segment;
    spec.segment.max_segment = copies[index].max_segment;
    start();
    memcpy(job->source.pieces, copies[index].from, sizeof copies[index].from);
    memcpy(job->destination.pieces, copies[index].to, sizeof copies[index].to);
    make_ready(job);
    world.polled = polled;
    world.pace = polled ? 0 : pace;
    run_copy(job, pace);
    expect_number("items", engine.done, copies[index].items);
}

/* Polled and by interrupt; one item at a time, and all that there is. */
static void test_copies(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(copies); i++) {
        check_case(copies[i].what);
        for (uint32_t pace = 1; pace <= 16; pace += 15) {
            try_copy(i, true, pace);
            try_copy(i, false, pace);
        }
    }
}

/* ---- The queue ---- */

static void test_queue(void)
{
    begin("transfers run in order, each on what the one before has left", 3);
    spec.segment.max_segment = 16;
    (void)plain(0, 0, HALF, 200);
    (void)plain(1, HALF, HALF + 0x200, 200);
    (void)plain(2, HALF + 0x200, HALF + 0x400, 200);
    for (uint32_t i = 0; i < 3; i++) {
        expect_copy(&jobs[i]);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    drive(1);
    for (uint32_t i = 0; i < 3; i++) {
        expect_end(&jobs[i], IODMA_OK);
        expect_number("place in the order", jobs[i].order, i + 1);
    }
    expect_order();

    begin("nothing is called back before service", 4);
    (void)plain(0, 0, HALF, 100);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_number("callbacks", world.callbacks, 0);
    expect("service ends the last transfer", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect("no service, no news", !iodma_channel_service(&channel));
    expect_number("callbacks", world.callbacks, 1);
    expect_order();

    begin("submit to an idle channel starts the engine at once", 4);
    (void)plain(0, 0, HALF, 100);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_number("items done", strict_dmac_run(&engine, 9), 1);
    drive(1);
    expect_order();
}

static void submit_again(struct job *job)
{
    if (job->calls == 3)
        return;
    expect_copy(job);
    make_ready(job);
    expect_status("submit from the callback", submit(job), IODMA_OK);
}

static void submit_next(struct job *job)
{
    uint32_t before = deeds();

    if (job == &jobs[JOBS - 1])
        return;
    expect_copy(&job[1]);
    expect_status("submit from the callback", submit(&job[1]), IODMA_OK);
    expect_number("deeds: it only queues", deeds(), before);
}

static void serve_within(struct job *job)
{
    uint32_t before = deeds();

    (void)job;
    expect("service says that transfers wait",
           iodma_channel_service(&channel) == (channel.waiting.first != NULL));
    expect_number("deeds", deeds(), before);
}

static void test_callbacks(void)
{
    begin("a callback may submit its own transfer again", 2);
    (void)plain(0, 0, HALF, 100);
    jobs[0].then = submit_again;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_number("callbacks", jobs[0].calls, 3);
    expect_given_back(&jobs[0]);
    expect_order();

    begin("a callback may submit another transfer", 2);
    for (uint32_t i = 0; i < JOBS; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].then = submit_next;
    }
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    for (uint32_t i = 0; i < JOBS; i++)
        expect_end(&jobs[i], IODMA_OK);
    expect_order();

    begin("what a callback submits waits its turn", 2);
    for (uint32_t i = 0; i < 3; i++)
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
    jobs[0].then = submit_next;
    jobs[1] = jobs[2];
    (void)plain(1, 0x100, HALF + 0x100, 100);
    expect_copy(&jobs[0]);
    expect_copy(&jobs[2]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[2]), IODMA_OK);
    drive(1);
    expect_number("place of the one that waited", jobs[2].order, 2);
    expect_number("place of the callback's", jobs[1].order, 3);
    expect_order();

    begin("service within a callback does nothing", 2);
    for (uint32_t i = 0; i < 2; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].then = serve_within;
        expect_copy(&jobs[i]);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

enum { AGAIN = 20 };

/* For ever, if nobody else ends it. */
static void submit_late(struct job *job)
{
    if (job->calls == AGAIN)
        return;
    make_ready(job);
    job->transfer.deadline = 1;
    expect_status("submit from the callback", submit(job), IODMA_OK);
}

static void test_rounds(void)
{
    begin("a callback that submits again, late, does not hold service", 2);
    engine.hangs = true;
    hooks.ticks = 10;
    (void)plain(0, 0, HALF, 100);
    jobs[0].transfer.deadline = 1;
    jobs[0].then = submit_late;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    for (uint32_t round = 1; round < AGAIN; round++) {
        expect("it is due", iodma_channel_due(&channel));
        expect("one waits", iodma_channel_service(&channel));
        expect_number("callbacks", jobs[0].calls, round);
    }
    expect("none waits", !iodma_channel_service(&channel));
    expect_end_of(&jobs[0], AGAIN, IODMA_TIMEOUT);
    engine.hangs = false;
    expect_usable();

    begin("but all that wait are ended in one round", 2);
    hooks.ticks = 10;
    for (uint32_t i = 0; i < 3; i++) {
        (void)plain(i, 0x100 * i, HALF + 0x100 * i, 100);
        jobs[i].transfer.deadline = 20;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    jobs[1].then = submit_late;
    engine.hangs = true;
    hooks.ticks = 20;
    expect("one waits", iodma_channel_service(&channel));
    for (uint32_t i = 0; i < 3; i++)
        expect_number("callbacks", jobs[i].calls, 1);
    jobs[1].then = NULL;
    expect("none waits", !iodma_channel_service(&channel));
    expect_end_of(&jobs[1], 2, IODMA_TIMEOUT);
    engine.hangs = false;
    expect_usable();
}

static void test_zero_length(void)
{
    begin("a transfer of no bytes ends well without the engine", 2);
    (void)plain(0, 0, HALF, 0);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("callbacks within submit", jobs[0].calls, 0);
    expect("it is due", iodma_channel_due(&channel));
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 0);
    expect_order();

    begin("a transfer of no bytes waits for the one before it", 2);
    (void)plain(0, 0, HALF, 100);
    (void)plain(1, 0, HALF, 0);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the first has ended", world.callbacks, 0);
    drive(1);
    expect_number("place in the order", jobs[1].order, 2);
    expect_order();
}

/* ---- Deadlines ---- */

static uint32_t reads_left; /* of the clock, until it is late */

static void read_clock(void)
{
    if (reads_left != 0 && --reads_left == 0)
        hooks.ticks = 50;
}

/* A chain in the engine, done to its end by the deadline, 50; the interrupt of
   that is lost. */
static void begin_lost(const char *what)
{
    begin(what, 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    engine.loses_interrupt = true;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
}

/* It is late from so many looks at the clock on, wherever in service that is.
   What the engine has done is seen before anybody calls it a Timeout. */
static void test_late_amid(uint32_t reads)
{
    begin_lost("an interrupt lost is found, whenever it becomes late");
    reads_left = reads;
    hooks.clock = read_clock;
    for (uint32_t i = 0; i <= reads && world.callbacks == 0; i++)
        (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("halts", engine.halts, 0);
    expect_order();
}

static void test_deadlines(void)
{
    begin("an engine that hangs is halted at the deadline: Timeout", 4);
    (void)chain(0, 20);
    jobs[0].transfer.deadline = 50;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    engine.hangs = true;
    hooks.ticks = 49;
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the deadline", world.callbacks, 0);
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("halts at the callback", jobs[0].halts, 1);
    expect("time to halt, or a little more",
           engine.halt_deadline >= 50 + IODMA_HALT_MS &&
               engine.halt_deadline <= 50 + IODMA_HALT_MS + 3);
    expect_number("cause", jobs[0].transfer.fault, HAL_FAULT_NONE);
    expect("nothing is quarantined", !jobs[0].transfer.quarantined);
    engine.hangs = false;
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_usable();
    expect_order();

    begin("after a Timeout the next transfer runs", 2);
    (void)chain(0, 20);
    (void)chain(1, 20);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[1]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    hooks.ticks = 50;
    expect("one remains", iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    drive(1);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();

    begin("a transfer late before its turn never reaches the engine", 4);
    (void)chain(0, 4);
    (void)chain(1, 4);
    jobs[1].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
    hooks.ticks = 60;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_OK);
    expect_end(&jobs[1], IODMA_TIMEOUT);
    expect_number("halts", engine.halts, 0);
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_order();

    begin("half a transfer at the deadline is a Timeout, not more", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 2);
    memcpy(&want[HALF], want, 16);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect_number("items done later", strict_dmac_run(&engine, 99), 0);
    expect_order();

    begin_lost("an interrupt lost until the deadline is found: OK");
    (void)iodma_channel_service(&channel);
    expect_number("callbacks before the deadline", world.callbacks, 0);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("halts", engine.halts, 0);
    expect_order();

    for (uint32_t reads = 1; reads <= 4; reads++)
        test_late_amid(reads);

    begin("a fault whose interrupt was lost is found: DMAError", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    engine.loses_interrupt = true;
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    hooks.ticks = 50;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_DMA_ERROR);
    expect_number("cause", jobs[0].transfer.fault, HAL_FAULT_BUS);
    expect_order();

    begin("a transfer done in time is OK however late service comes", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 4);
    isr();
    hooks.ticks = 1000;
    (void)iodma_channel_service(&channel);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();
}

/* ---- Faults ---- */

static const struct {
    const char *what;
    uint32_t fault;
    uint32_t at; /* the n-th item */
} faults[] = {
    { "an illegal descriptor is a DMAError", HAL_FAULT_DESCRIPTOR, 1 },
    { "a bus fault is a DMAError", HAL_FAULT_BUS, 3 },
    { "a parity error is a DMAError", HAL_FAULT_PARITY, 4 },
    { "a fault after a refill is a DMAError", HAL_FAULT_OTHER, 7 },
    { "a fault of the last item is a DMAError", HAL_FAULT_OTHER, 10 },
};

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        begin(faults[i].what, 4);
        engine.fault_at = faults[i].at;
        engine.fault = faults[i].fault;
        (void)chain(0, 10);
        (void)chain(1, 10);
        expect_copy(&jobs[1]);
        expect_status("submit", submit(&jobs[0]), IODMA_OK);
        expect_status("submit", submit(&jobs[1]), IODMA_OK);
        memcpy(&want[HALF], want, 8 * (faults[i].at - 1));
        drive(1);
        expect_end(&jobs[0], IODMA_DMA_ERROR);
        expect_number("cause", jobs[0].transfer.fault, faults[i].fault);
        expect_number("detail", jobs[0].transfer.detail, STRICT_DMAC_DETAIL);
        expect_number("halts at the callback", jobs[0].halts, 1);
        expect_end(&jobs[1], IODMA_OK);
        expect_number("cause", jobs[1].transfer.fault, HAL_FAULT_NONE);
        expect_usable();
        expect_order();
    }
}

static void expect_quarantined(struct iodma_command *command)
{
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_BUSY);
    expect_status("clear_memory", iodma_command_clear_memory(command, true),
                  IODMA_BUSY);
    expect_status("deinit", iodma_command_deinit(command), IODMA_BUSY);
    expect_status("set_memory", iodma_command_set_memory(command, NULL, false),
                  IODMA_BUSY);
    expect_number("prepared", command->prepared, 1);
}

static void expect_released(struct iodma_command *command)
{
    expect_status("release", iodma_command_release(command), IODMA_OK);
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_OK);
}

/* An engine that will not stop, and two transfers behind the one it has. */
static void test_stuck(void)
{
    begin("an engine that does not stop keeps its memory: quarantine", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        jobs[i].transfer.deadline = 50;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.stuck = true;
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_number("callbacks", jobs[0].calls, 1);
    expect_status("status", jobs[0].status, IODMA_TIMEOUT);
    expect("quarantined", jobs[0].transfer.quarantined);
    expect_quarantined(&jobs[0].source.command);
    expect_quarantined(&jobs[0].destination.command);
    expect_number("halts", engine.halts, 1);
    expect_number("starts", engine.starts, 1);

    check_case("what waited behind a quarantine ends with NotReady");
    for (uint32_t i = 1; i < 3; i++) {
        expect_end(&jobs[i], IODMA_NOT_READY);
        expect("not quarantined", !jobs[i].transfer.quarantined);
        expect_number("place in the order", jobs[i].order, i + 1);
    }
    make_ready(&jobs[1]);
    expect_status("submit to the dead channel", submit(&jobs[1]),
                  IODMA_NOT_READY);
    expect_number("held", jobs[1].source.command.held, 0);
    expect("nothing is due", !iodma_channel_due(&channel));

    check_case("after a reset the quarantine can be lifted");
    expect_number("items done by the stuck engine", strict_dmac_run(&engine, 2),
                  2);
    memcpy(&want[HALF], want, 16);
    engine.stuck = false;
    engine.runs = false;
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_released(&jobs[0].source.command);
    expect_released(&jobs[0].destination.command);
    expect_given_back(&jobs[0]);
    make_ready(&jobs[0]);
    jobs[0].calls = 0;
    expect_copy(&jobs[0]);
    expect_status("submit it again", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect("not quarantined", !jobs[0].transfer.quarantined);
    expect_usable();
    expect_order();
}

static void test_stuck_by_a_fault(void)
{
    begin("an engine that faults and does not stop is halted once", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    engine.stuck = true;
    drive(1);
    expect_number("callbacks", jobs[0].calls, 1);
    expect_status("status", jobs[0].status, IODMA_DMA_ERROR);
    expect("quarantined", jobs[0].transfer.quarantined);
    expect_end(&jobs[1], IODMA_NOT_READY);
    expect_end(&jobs[2], IODMA_NOT_READY);
    expect_number("halts", engine.halts, 1);
    expect_number("starts", engine.starts, 1);
}

static void test_fault_of_nobody(void)
{
    begin("a fault that came between transfers fails none", 4);
    engine.cause = HAL_FAULT_BUS;
    isr();
    expect("nothing remains", !iodma_channel_service(&channel));
    (void)chain(0, 4);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_number("restarts", engine.starts, 2);
    expect_order();
}

static void test_no_restart(void)
{
    begin("an engine that does not start again ends all with NotReady", 4);
    for (uint32_t i = 0; i < 3; i++) {
        (void)chain(i, 10);
        jobs[i].transfer.deadline = 50;
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    engine.hangs = true;
    engine.broken = true;
    hooks.ticks = 50;
    expect("nothing remains", !iodma_channel_service(&channel));
    expect_end(&jobs[0], IODMA_TIMEOUT);
    expect("it stopped: no quarantine", !jobs[0].transfer.quarantined);
    expect_end(&jobs[1], IODMA_NOT_READY);
    expect_end(&jobs[2], IODMA_NOT_READY);
    make_ready(&jobs[0]);
    expect_status("submit to the dead channel", submit(&jobs[0]),
                  IODMA_NOT_READY);

    check_case("a channel that died lives again after init");
    engine.hangs = false;
    expect_status("init too early",
                  iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_NOT_ATTACHED);
    expect_status("submit", submit(&jobs[0]), IODMA_NOT_READY);
    engine.broken = false;
    expect_status("init", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_OK);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_order();
}

static void test_unencodable(void)
{
    begin("an item that cannot be encoded: MessageTooLarge", 4);
    (void)plain(0, 0, HALF, 33);
    engine.refused = 33;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_MESSAGE_TOO_LARGE);
    expect_number("halts", engine.halts, 0);
    expect_usable();
    expect_order();

    begin("an item that cannot be encoded stops those behind it only", 4);
    jobs[0].source.pieces[0] = (struct piece){ 0, 200 };
    jobs[0].source.pieces[1] = (struct piece){ 0x200, 33 };
    jobs[0].source.pieces[2] = (struct piece){ 0x300, 200 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF, 433 };
    spec.segment.max_segment = 40;
    make_ready(&jobs[0]);
    engine.refused = 33;
    memcpy(&want[HALF], want, 200);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)chain(1, 10);
    expect_copy(&jobs[1]);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    drive(1);
    expect_end(&jobs[0], IODMA_MESSAGE_TOO_LARGE);
    expect_end(&jobs[1], IODMA_OK);
    expect_order();
}

/* ---- What submit refuses ---- */

/* In the order in which submit looks. */
enum {
    NO_FUNCTION = 1 << 0,
    UNDER_WAY = 1 << 1,
    DEAD = 1 << 2,
    SOURCE_UNPREPARED = 1 << 3,
    DESTINATION_UNPREPARED = 1 << 4,
    SOURCE_HELD = 1 << 5,
    DESTINATION_HELD = 1 << 6,
    SHORTER = 1 << 7,
    SOURCE_IN = 1 << 8,
    DESTINATION_OUT = 1 << 9,
    SOURCE_OFF_BUS = 1 << 10,
    SOURCE_ITERATES = 1 << 11,
    SOURCE_WIDER = 1 << 12,
    DESTINATION_OFF_BUS = 1 << 13,
    DESTINATION_ITERATES = 1 << 14,
    DESTINATION_WIDER = 1 << 15,
    PHASE = 1 << 16,
};

static const struct {
    const char *what;
    uint32_t spoiled;
    enum iodma_status want;
} refusals[] = {
    { "no function to call back: BadArgument", NO_FUNCTION,
      IODMA_BAD_ARGUMENT },
    { "the transfer is under way: Busy", UNDER_WAY, IODMA_BUSY },
    { "the channel is dead: NotReady", DEAD, IODMA_NOT_READY },
    { "the source is not prepared: NotReady", SOURCE_UNPREPARED,
      IODMA_NOT_READY },
    { "the destination is not prepared: NotReady", DESTINATION_UNPREPARED,
      IODMA_NOT_READY },
    { "all preparations of the source are held: NotReady", SOURCE_HELD,
      IODMA_NOT_READY },
    { "all preparations of the destination are held: NotReady",
      DESTINATION_HELD, IODMA_NOT_READY },
    { "the lengths differ: BadArgument", SHORTER, IODMA_BAD_ARGUMENT },
    { "the source is In: BadArgument", SOURCE_IN, IODMA_BAD_ARGUMENT },
    { "the destination is Out: BadArgument", DESTINATION_OUT,
      IODMA_BAD_ARGUMENT },
    { "the source is on another bus: BadArgument", SOURCE_OFF_BUS,
      IODMA_BAD_ARGUMENT },
    { "the source is iterate-only: BadArgument", SOURCE_ITERATES,
      IODMA_BAD_ARGUMENT },
    { "the source has wider limits: BadArgument", SOURCE_WIDER,
      IODMA_BAD_ARGUMENT },
    { "the destination is on another bus: BadArgument", DESTINATION_OFF_BUS,
      IODMA_BAD_ARGUMENT },
    { "the destination is iterate-only: BadArgument", DESTINATION_ITERATES,
      IODMA_BAD_ARGUMENT },
    { "the destination has wider limits: BadArgument", DESTINATION_WIDER,
      IODMA_BAD_ARGUMENT },
    { "source and destination differ in phase: NotAligned", PHASE,
      IODMA_NOT_ALIGNED },
};

/* The same board, described a second time. */
static struct hal_bus other_port;
static struct iodma_bus other_bus;

static void unprepare(struct iodma_command *command)
{
    while (command->held != 0)
        (void)iodma_command_release(command);
    while (command->prepared != 0)
        (void)iodma_command_complete(command, true, true);
}

static void respecify(struct iodma_command *command, bool off_bus,
                      bool iterates, bool wider)
{
    struct iodma_spec other = spec;

    other.mapping = iterates ? IODMA_ITERATE_ONLY : IODMA_MAPPED;
    other.segment.max_segment = wider ? 65 : 64;
    if (off_bus)
        command->window.bus = &other_bus;
    expect_status("set_spec", iodma_command_set_spec(command, &other),
                  IODMA_OK);
}

/* A job that is wrong in these ways, and in no other. */
static void spoil(uint32_t how)
{
    struct job *job = &jobs[0];
    struct iodma_command *source = &job->source.command;
    struct iodma_command *destination = &job->destination.command;
    uint32_t length = (how & SHORTER) != 0 ? 60 : 64;

    limits.max_segment = 64;
    engine.dmac.same_phase = 4;
    start();
    spec.segment.max_segment = 64;
    (void)plain(0, 0, (how & PHASE) != 0 ? HALF + 2 : HALF, 64);
    unprepare(source);
    unprepare(destination);

    job->source.memory.direction =
        (how & SOURCE_IN) != 0 ? IODMA_IN : IODMA_OUT;
    job->destination.memory.direction =
        (how & DESTINATION_OUT) != 0 ? IODMA_OUT : IODMA_IN;
    respecify(source, (how & SOURCE_OFF_BUS) != 0, (how & SOURCE_ITERATES) != 0,
              (how & SOURCE_WIDER) != 0);
    respecify(destination, (how & DESTINATION_OFF_BUS) != 0,
              (how & DESTINATION_ITERATES) != 0,
              (how & DESTINATION_WIDER) != 0);
    (void)iodma_command_prepare(source, 0, 64, true, true);
    (void)iodma_command_prepare(destination, 0, length, true, true);

    if ((how & SOURCE_HELD) != 0)
        (void)iodma_command_hold(source);
    if ((how & DESTINATION_HELD) != 0)
        (void)iodma_command_hold(destination);
    if ((how & SOURCE_UNPREPARED) != 0)
        unprepare(source);
    if ((how & DESTINATION_UNPREPARED) != 0)
        unprepare(destination);
    if ((how & NO_FUNCTION) != 0)
        job->transfer.done = NULL;
    job->transfer.queued = (how & UNDER_WAY) != 0;
    channel.dead = (how & DEAD) != 0;
}

/* Refused, and every byte of every object as before. */
static void expect_refused(const struct iodma_transfer *transfer,
                           enum iodma_status status)
{
    static struct iodma_channel channel_before;
    static struct job job_before;
    uint32_t deeds_before = deeds();

    memcpy(&channel_before, &channel, sizeof channel);
    memcpy(&job_before, &jobs[0], sizeof jobs[0]);
    expect_status("submit",
                  iodma_transfer_submit(&channel, (void *)(uintptr_t)transfer),
                  status);
    /* These two of ours are set up to be looked at. */
    job_before.transfer.zip = jobs[0].transfer.zip;
    job_before.transfer.route = jobs[0].transfer.route;
    expect_bytes("the channel", &channel, &channel_before, sizeof channel);
    expect_bytes("the transfer and its commands", &jobs[0], &job_before,
                 sizeof jobs[0]);
    expect_number("deeds", deeds(), deeds_before);
}

static void test_refusals(void)
{
    other_port = port;
    (void)iodma_bus_init(&other_bus, &other_port, 0);

    check_case("a job with nothing wrong is accepted");
    set_up(4);
    spoil(0);
    run_copy(&jobs[0], 1);

    for (uint32_t i = 0; i < HAL_COUNT_OF(refusals); i++) {
        check_case(refusals[i].what);
        set_up(4);
        spoil(refusals[i].spoiled);
        expect_refused(&jobs[0].transfer, refusals[i].want);
    }

    check_case("of several refusals the first in order is the answer");
    for (uint32_t i = 0; i < HAL_COUNT_OF(refusals); i++) {
        for (uint32_t j = i; j < HAL_COUNT_OF(refusals); j++) {
            set_up(4);
            spoil(refusals[i].spoiled | refusals[j].spoiled);
            expect_refused(&jobs[0].transfer, refusals[i].want);
        }
    }

    begin("a pointer is missing: BadArgument", 4);
    (void)plain(0, 0, HALF, 64);
    expect_status("no channel", iodma_transfer_submit(NULL, &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
    expect_refused(NULL, IODMA_BAD_ARGUMENT);
    jobs[0].transfer.source = NULL;
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    jobs[0].transfer.source = &jobs[0].source.command;
    jobs[0].transfer.destination = NULL;
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
}

/* Each is a limit of the engine. Commands that do not know it are refused;
   commands with the same limit are taken. */
static const struct {
    const char *what;
    struct hal_limits limits;
    uint32_t align_length; /* what the commands have to ask for */
} narrower[] = {
    { "an engine of fewer address bits",
      { .address_bits = HAL_ADDRESS_BITS - 7 },
      1 },
    { "an engine of shorter items", { .max_segment = 24 }, 1 },
    { "an engine with a boundary", { .boundary = 32 }, 1 },
    { "an engine of aligned addresses", { .align_address = 8 }, 8 },
    { "an engine of aligned lengths", { .align_length = 8 }, 8 },
    { "an engine with every limit at once",
      { .address_bits = 57,
        .max_segment = 24,
        .boundary = 32,
        .align_address = 4,
        .align_length = 8 },
      8 },
};

static void test_limits(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(narrower); i++) {
        const struct hal_limits *engines = &narrower[i].limits;

        check_case(narrower[i].what);
        set_up(3);
        limits = *engines;
        start();
        (void)plain(0, 8, HALF + 16, 200);
        expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);

        spec.segment.address_bits = engines->address_bits;
        spec.segment.max_segment = engines->max_segment;
        spec.segment.boundary = engines->boundary;
        spec.segment.align_address = engines->align_address;
        spec.segment.align_length = narrower[i].align_length;
        (void)plain(0, 8, HALF + 16, 200);
        run_copy(&jobs[0], 1);
    }

    check_case(
        "any segment may begin an item: aligned as those behind a first");
    set_up(3);
    limits.align_internal = 8;
    start();
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    spec.segment.align_address = 8;
    spec.segment.align_length = 8;
    spec.segment.align_internal = 4;
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    spec.segment.align_internal = 8;
    (void)plain(0, 8, HALF + 16, 200);
    run_copy(&jobs[0], 1);

    check_case("an engine of all addresses takes a command of any");
    set_up(3);
    limits.address_bits = HAL_ADDRESS_BITS;
    start();
    (void)plain(0, 8, HALF + 16, 200);
    run_copy(&jobs[0], 1);

    check_case("lengths must carry the alignment of the engine's addresses");
    set_up(3);
    limits.align_address = 8;
    start();
    spec.segment.align_address = 8;
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
}

/* A row's offset takes more bits than its stride. */
static void test_far_rows(void)
{
    static const struct iodma_rows rows = { 16, 0x80000000, 0, 3 };
    const hal_address length = WIDE(0x180000000);
    struct iodma_command command;
    struct iodma_memory memory;
    struct iodma_zip zip;
    struct hal_item items[3];

    if (!check_wide(0, "rows that begin 4 GiB behind the first"))
        return;
    set_up(3);
    aperture.last = aperture.first + (length - 1);
    start();
    expect_status("memory",
                  iodma_memory_init_buffer(&memory, aperture.first, length,
                                           length, IODMA_OUT),
                  IODMA_OK);
    expect_status("command", iodma_command_init(&command, &bus, &spec, NULL),
                  IODMA_OK);
    expect_status("prepare", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    iodma_zip_begin(&zip, &command, NULL, &rows);
    expect_number("rows", iodma_zip_next(&zip, items, 3), 3);
    expect_number("the last one", items[2].source,
                  first_on_bus() + WIDE(0x100000000));
    expect_status("complete", iodma_command_clear_memory(&command, true),
                  IODMA_OK);
}

static void test_phase(void)
{
    begin("a phase that is equal throughout is accepted", 4);
    engine.dmac.same_phase = 4;
    jobs[0].source.pieces[0] = (struct piece){ 1, 10 };
    jobs[0].source.pieces[1] = (struct piece){ 103, 20 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF + 5, 10 };
    jobs[0].destination.pieces[1] = (struct piece){ HALF + 203, 20 };
    make_ready(&jobs[0]);
    run_copy(&jobs[0], 1);

    begin("a phase that differs in the last item only: NotAligned", 4);
    engine.dmac.same_phase = 4;
    jobs[0].source.pieces[0] = (struct piece){ 1, 10 };
    jobs[0].source.pieces[1] = (struct piece){ 103, 20 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF + 5, 10 };
    jobs[0].destination.pieces[1] = (struct piece){ HALF + 203, 16 };
    jobs[0].destination.pieces[2] = (struct piece){ HALF + 300, 4 };
    make_ready(&jobs[0]);
    expect_refused(&jobs[0].transfer, IODMA_NOT_ALIGNED);
}

/* ---- Commands under way ---- */

static void test_held(void)
{
    struct iodma_command *both = &jobs[0].source.command;

    begin("a command under way cannot be completed by the caller", 2);
    (void)chain(0, 10);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_quarantined(&jobs[0].source.command);
    expect_quarantined(&jobs[0].destination.command);
    expect_status("submit it twice", submit(&jobs[0]), IODMA_BUSY);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin("one preparation is the transfer's, another stays the caller's", 2);
    (void)chain(0, 4);
    expect_status("prepare again",
                  iodma_command_prepare(both, 0, 0, true, true), IODMA_OK);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_number("prepared", both->prepared, 1);
    expect_number("held", both->held, 0);
    expect_status("complete", iodma_command_complete(both, true, true),
                  IODMA_OK);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin("one command as both sides needs two preparations", 2);
    (void)plain(0, 0, HALF, 64);
    unprepare(both);
    jobs[0].source.memory.direction = IODMA_INOUT;
    jobs[0].transfer.destination = both;
    (void)iodma_command_prepare(both, 0, 0, true, true);
    expect_refused(&jobs[0].transfer, IODMA_NOT_READY);
    (void)iodma_command_prepare(both, 0, 0, true, true);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_status("status", jobs[0].status, IODMA_OK);
    expect_number("prepared", both->prepared, 0);
    expect_order();
}

/* ---- Batches, and what is due ---- */

static void test_batches(void)
{
    uint32_t published;

    begin("E11: a batch takes one publish and one doorbell", 8);
    (void)chain(0, 20);
    expect_copy(&jobs[0]);
    published = hooks.published;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_number("publishes", hooks.published - published, 1);
    expect_number("items", engine.dmac.counts.items, 8);

    (void)strict_dmac_run(&engine, 5);
    isr();
    (void)iodma_channel_service(&channel);
    expect_number("doorbells of the refill", engine.dmac.counts.doorbells, 2);
    expect_number("publishes of the refill", hooks.published - published, 2);
    expect_number("items", engine.dmac.counts.items, 13);
    drive(8);
    expect_number("items", engine.dmac.counts.items, 20);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin("what fits into the ring is one batch, however many calls it took",
          16);
    (void)chain(0, 16);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    drive(16);
    expect_number("doorbells", engine.dmac.counts.doorbells, 1);
    expect_order();
}

/* Service, and say whether due had announced exactly what it did. */
static void expect_exact(const char *what, bool due)
{
    uint32_t before = deeds();

    expect(what, iodma_channel_due(&channel) == due);
    (void)iodma_channel_service(&channel);
    expect(what, (deeds() != before) == due);
}

/* An item ends, and is reaped, right behind the doorbell. */
static void ends_at_once(enum strict_dmac_step what)
{
    static uint32_t submits;

    step(what);
    if (what == STRICT_DMAC_SUBMIT && ++submits % 2 == 0) {
        (void)strict_dmac_run(&engine, 1);
        isr();
    }
}

static void test_due_again(void)
{
    begin("service is due when there is room again that was not when it fed",
          4);
    engine.hook = ends_at_once;
    (void)chain(0, 7);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    for (uint32_t fed = 5; fed <= 7; fed++) {
        expect_exact("there is room, and an item for it: yes", true);
        expect_number("items", engine.dmac.counts.items, fed);
    }
    expect_exact("all are fed: no", false);
    engine.hook = step;
    drive(8);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();
}

static void test_due(void)
{
    begin("service is due exactly when it has something to do", 4);
    expect_exact("an idle channel: no", false);
    (void)chain(0, 6);
    jobs[0].transfer.deadline = 50;
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_exact("the ring is full: no", false);
    (void)strict_dmac_run(&engine, 1);
    expect_exact("an item has ended, not yet reaped: no", false);
    isr();
    expect_exact("there is room in the ring: yes", true);
    expect_exact("the ring is full again: no", false);
    (void)strict_dmac_run(&engine, 3);
    isr();
    expect_exact("the last item can be fed: yes", true);
    expect_exact("all are fed: no", false);
    hooks.ticks = 49;
    expect_exact("just before the deadline: no", false);
    (void)strict_dmac_run(&engine, 2);
    isr();
    expect_exact("all have ended: yes", true);
    expect_exact("the channel is idle again: no", false);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin("progress within the last batch is not due", 4);
    (void)chain(0, 4);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_exact("three items are under way, none is left: no", false);
    drive(1);
    expect_order();

    begin("a deadline and a fault are due", 4);
    (void)chain(0, 4);
    jobs[0].transfer.deadline = 50;
    engine.hangs = true;
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    hooks.ticks = 50;
    expect_exact("the deadline: yes", true);
    engine.hangs = false;
    engine.fault_at = 1;
    engine.fault = HAL_FAULT_BUS;
    (void)chain(1, 4);
    expect_status("submit", submit(&jobs[1]), IODMA_OK);
    (void)strict_dmac_run(&engine, 1);
    isr();
    expect_exact("the fault: yes", true);
    expect_exact("nothing is left: no", false);
    expect_order();
}

static void test_init(void)
{
    check_case("a channel needs an engine with a sensible phase");
    set_up(4);
    expect_status("no channel", iodma_channel_init(NULL, &engine.dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    expect_status("no engine", iodma_channel_init(&channel, NULL, "test"),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 0;
    expect_status("phase 0", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 3;
    expect_status("phase 3", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    engine.dmac.same_phase = 1;
    limits.align_length = 3;
    expect_status("limits", iodma_channel_init(&channel, &engine.dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    expect_number("starts", engine.starts, 0);
}

/* ---- Anything, at any time ---- */

static uint32_t below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

/* Cut `length` bytes into pieces somewhere in [first, first + room), all at
   multiples of the unit, none overlapping another. */
static void scatter(struct piece *pieces, uint32_t first, uint32_t room,
                    uint32_t length, uint32_t unit)
{
    uint32_t gap = (room - length) / unit;

    for (uint32_t i = 0; i < PIECES; i++) {
        uint32_t skip = below(gap / 2 + 1);
        uint32_t part =
            i == PIECES - 1 ? length / unit : below(length / unit + 1);

        first += skip * unit;
        gap -= skip;
        pieces[i] = (struct piece){ first, part * unit };
        first += part * unit;
        length -= part * unit;
    }
}

static void random_job(struct job *job, uint32_t area, uint32_t unit)
{
    uint32_t room = HALF / JOBS;
    uint32_t length = below(room * 3 / 4 / unit) * unit;

    scatter(job->source.pieces, 0, HALF, length, unit);
    scatter(job->destination.pieces, HALF + area * room, room, length, unit);
    make_ready(job);
}

/* Some transfers through one ring. Returns how many. */
static uint32_t random_round(void)
{
    static const uint32_t longest[] = { 0, 12, 64, 200 };
    uint32_t count;
    uint32_t unit;

    set_up(1 + below(STRICT_DMAC_SLOTS));
    unit = below(2) != 0 ? 4 : 1;
    engine.dmac.same_phase = unit;
    limits.max_segment = longest[below(HAL_COUNT_OF(longest))];
    spec.segment.max_segment = limits.max_segment;
    start();
    world.polled = below(3) == 0;
    world.pace = world.polled ? 0 : below(4);

    count = 1 + below(JOBS);
    for (uint32_t i = 0; i < count; i++) {
        random_job(&jobs[i], i, unit);
        expect_copy(&jobs[i]);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    drive(1 + below(engine.slots + 2));
    for (uint32_t i = 0; i < count; i++) {
        expect_end(&jobs[i], IODMA_OK);
        expect_number("place in the order", jobs[i].order, i + 1);
    }
    expect_order();
    return count;
}

static void test_random(void)
{
    uint32_t transfers = 0;

    check_case("2000 random transfers arrive, byte by byte");
    world.seed = 20240607;
    while (transfers < 2000) {
        uint64_t seed = world.seed;
        uint32_t count = random_round();

        transfers += count;
        if (hooks.broken || engine.violation ||
            memcmp(arena, want, ARENA) != 0) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
    printf("# seed at the end %s\n", hex(world.seed));
}

/* What was copied before a transfer failed is nobody's promise. */
static void settle(struct job *job)
{
    uint32_t room = HALF / JOBS;
    uint32_t area = HALF + (uint32_t)(job - jobs) * room;

    if (job->status == IODMA_OK)
        expect_copy(job);
    else
        memcpy(&want[area], &arena[area], room);
}

/* The engine faults, hangs or loses interrupts for a while. Returns how many
   transfers there were. */
static uint32_t troubled_round(void)
{
    uint32_t count = 1 + below(JOBS);

    set_up(1 + below(STRICT_DMAC_SLOTS));
    limits.max_segment = 16;
    spec.segment.max_segment = 16;
    start();
    world.pace = below(4);
    engine.fault_at = below(80);
    engine.fault = HAL_FAULT_BUS;
    engine.hangs = below(4) == 0;
    engine.loses_interrupt = below(4) == 0;
    for (uint32_t i = 0; i < count; i++) {
        random_job(&jobs[i], i, 1);
        jobs[i].then = settle;
        jobs[i].transfer.deadline = 100 + below(100);
        expect_status("submit", submit(&jobs[i]), IODMA_OK);
    }
    while (channel.active && hooks.ticks < 1000) {
        hooks.ticks += below(3);
        (void)strict_dmac_run(&engine, below(4));
        isr();
        (void)serve();
    }
    for (uint32_t i = 0; i < count; i++) {
        expect_number("callbacks", jobs[i].calls, 1);
        expect_number("place in the order", jobs[i].order, i + 1);
        expect_given_back(&jobs[i]);
    }
    engine.fault_at = 0;
    engine.hangs = false;
    engine.loses_interrupt = false;
    expect_order();
    return count;
}

static void test_troubled(void)
{
    uint32_t transfers = 0;

    check_case("whatever befalls the engine, each transfer ends once");
    while (transfers < 500)
        transfers += troubled_round();
}

int main(void)
{
    test_init();
    test_copies();
    test_queue();
    test_callbacks();
    test_rounds();
    test_zero_length();
    test_deadlines();
    test_faults();
    test_stuck();
    test_no_restart();
    test_stuck_by_a_fault();
    test_fault_of_nobody();
    test_unencodable();
    test_refusals();
    test_limits();
    test_far_rows();
    test_phase();
    test_held();
    test_batches();
    test_due();
    test_due_again();
    test_random();
    test_troubled();
    return check_result();
}
