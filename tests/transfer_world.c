/* SPDX-License-Identifier: MIT */
#include "tests/transfer_world.h"

#include <stdio.h>
#include <string.h>

uint8_t arena[ARENA] __attribute__((aligned(64)));
uint8_t want[ARENA];

struct strict_dmac engine;
struct hal_limits limits;
struct iodma_spec spec;
const char owner[] = "test";
struct iodma_channel channel;
struct job jobs[JOBS];

struct world world;

void isr(void)
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

void step(enum strict_dmac_step what)
{
    if (what == STRICT_DMAC_REAP && !world.polled && hooks.masked == 0)
        hooks.broken = "reap from a thread with the interrupt enabled";
    if (what != STRICT_DMAC_REAP && hooks.masked != 0)
        hooks.broken = "the engine driven from the ISR or with the lock held";
    moment();
}

static const struct hal_limits port_limits = { .address_bits = 0 };
struct hal_aperture aperture;
const struct hal_bus port = {
    .apertures = &aperture,
    .aperture_count = 1,
    .limits = &port_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};
struct iodma_bus bus;

/* 2^56, or 2^24. */
hal_address first_on_bus(void)
{
    return ((hal_address)1 << (HAL_ADDRESS_BITS - 8)) +
           modulo(cpu_address(arena), 0x10000);
}

void set_up(uint32_t slots)
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

void start(void)
{
    expect_status("bus", iodma_bus_init(&bus, &port, 0), IODMA_OK);
    expect_status("channel", iodma_channel_init(&channel, &engine.dmac, owner),
                  IODMA_OK);
}

void begin_case(const char *what, uint32_t slots)
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

void make_ready(struct job *job)
{
    expect_status("prepare source", prepare(&job->source, IODMA_OUT), IODMA_OK);
    expect_status("prepare destination", prepare(&job->destination, IODMA_IN),
                  IODMA_OK);
    job->transfer.source = &job->source.command;
    job->transfer.destination = &job->destination.command;
    job->transfer.deadline = FOREVER;
    job->transfer.done = done;
}

struct job *plain(uint32_t index, uint32_t from, uint32_t to, uint32_t length)
{
    struct job *job = &jobs[index];

    job->source.pieces[0] = (struct piece){ from, length };
    job->destination.pieces[0] = (struct piece){ to, length };
    make_ready(job);
    return job;
}

struct job *chain(uint32_t index, uint32_t items)
{
    spec.segment.max_segment = 8;
    return plain(index, 0x100 * index, HALF + 0x100 * index, 8 * items);
}

enum iodma_status submit(struct job *job)
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

void expect_copy(const struct job *job)
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

uint32_t deeds(void)
{
    return engine.taken + engine.halts + world.callbacks;
}

/* What is not due, service must not do; it would come too late when the
   thread sleeps. */
bool serve(void)
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

void drive(uint32_t pace)
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

void expect_given_back(const struct job *job)
{
    expect_number("source prepared", job->source.command.prepared, 0);
    expect_number("source held", job->source.command.held, 0);
    expect_number("destination prepared", job->destination.command.prepared, 0);
    expect_number("destination held", job->destination.command.held, 0);
}

void expect_end_of(const struct job *job, uint32_t calls,
                   enum iodma_status status)
{
    expect_number("callbacks", job->calls, calls);
    expect_status("the callback's status", job->status, status);
    expect("the transfer is the caller's again", !job->transfer.queued);
    expect_given_back(job);
}

void expect_end(const struct job *job, enum iodma_status status)
{
    expect_end_of(job, 1, status);
}

void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    if (!expect("the engine was treated well", !engine.violation))
        printf("#   %s\n", engine.violation);
    expect_hooks();
    expect("no transfer waits", !channel.active && !channel.waiting.first);
}

void expect_usable(void)
{
    struct job *job = plain(JOBS - 1, 0x800, HALF + 0x800, 100);

    job->calls = 0;
    job->then = NULL;
    expect_status("the next submit", submit(job), IODMA_OK);
    expect_copy(job);
    drive(1);
    expect_end(job, IODMA_OK);
}

void expect_quarantined(struct iodma_command *command)
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

void run_copy(struct job *job, uint32_t pace)
{
    expect_copy(job);
    expect_status("submit", submit(job), IODMA_OK);
    drive(pace);
    expect_end(job, IODMA_OK);
    expect_order();
}
