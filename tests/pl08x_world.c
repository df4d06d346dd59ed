/* SPDX-License-Identifier: MIT */
#include "tests/pl08x_world.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

struct pl08x_model chip;
struct pl08x channels[CHANNELS];
uint8_t ring[CHANNELS * RING] __attribute__((aligned(16)));
static uint8_t published[sizeof ring];
uint32_t lengths[CHANNELS][SLOTS];
uint8_t arena[ARENA];
uint8_t want[ARENA];
static uint8_t top[TOP];
uint8_t port_bytes[HALF];

struct pl08x_world world;

const struct pl08x_controller pl080 = { REGISTERS, 8, 2 };
const struct pl08x_controller pl081 = { REGISTERS, 2, 1 };

uint32_t below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

/* As an ISR does: not to be interrupted. */
static struct hal_progress reap_of(uint32_t n)
{
    struct hal_progress progress;

    hooks.masked++;
    progress = channels[n].dmac.ops->reap(&channels[n].dmac);
    hooks.masked--;
    world.retired[n] += progress.retired;
    if (progress.fault != HAL_FAULT_NONE)
        world.fault[n] = progress.fault;
    return progress;
}

struct hal_progress reap(void)
{
    return reap_of(0);
}

bool interrupt(void)
{
    return engine_model_interrupt(&chip.engine, 0);
}

void isr(void)
{
    for (uint32_t n = 0; n < CHANNELS; n++) {
        if (hooks.masked == 0 && engine_model_interrupt(&chip.engine, n))
            (void)reap_of(n);
    }
}

uint32_t step(uint32_t steps)
{
    return engine_model_step(&chip.engine, steps);
}

void run(void)
{
    (void)step(FOREVER);
}

/* The moment between two steps of the driver. */
void moment(void)
{
    static bool within;

    if (world.pace == 0 || within)
        return;
    within = true;
    (void)step(below(world.pace + 1));
    isr();
    within = false;
}

static void publish(void)
{
    engine_model_publish(&chip.engine);
}

static const struct hal_bus bus = {
    .limits = &pl08x_byte_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* A chip whose power was just turned on, and a driver that has not seen it. */
void set_up(uint32_t slots)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)below(256);
    for (uint32_t i = 0; i < HALF; i++)
        port_bytes[i] = (uint8_t)below(256);
    memcpy(want, arena, ARENA);
    memset(ring, 0xEE, sizeof ring);

    pl080_model_power_on(&chip);
    chip.closes_after = 5;
    chip.engine.base = REGISTERS;
    chip.engine.ring = (struct model_piece){ RING_BUS, sizeof ring, ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.engine.pieces[1] = (struct model_piece){ TOP_BUS, TOP, top };
    for (uint32_t n = 0; n < CHANNELS; n++)
        channels[n] = (struct pl08x){
            .dmac = { .ops = &pl08x_ops,
                      .bus = &bus,
                      .limits = &pl08x_byte_limits,
                      .ring_limits = &pl08x_ring_limits,
                      .same_phase = 1,
                      .can = PL08X_CAN,
                      .widths = PL08X_WIDTHS,
                      .periods = slots },
            .controller = &pl080,
            .ring = { &ring[n * RING], RING_BUS + n * RING, RING },
            .slots = slots,
            .lengths = lengths[n],
            .channel = (uint8_t)n,
        };
}

enum iodma_status start_of(uint32_t n)
{
    return channels[n].dmac.ops->start(&channels[n].dmac);
}

void begin(const char *what, uint32_t slots)
{
    check_case(what);
    set_up(slots);
    expect_status("start", start_of(0), IODMA_OK);
}

uint32_t emit_to(uint32_t n, const struct hal_item *items, uint32_t count)
{
    return channels[n].dmac.ops->emit(&channels[n].dmac, items, count);
}

uint32_t emit(const struct hal_item *items, uint32_t count)
{
    return emit_to(0, items, count);
}

void submit_to(uint32_t n)
{
    channels[n].dmac.ops->submit(&channels[n].dmac);
}

enum iodma_status route(const struct hal_route *way)
{
    return channels[0].dmac.ops->route(&channels[0].dmac, way);
}

struct hal_residue residue(void)
{
    return channels[0].dmac.ops->residue(&channels[0].dmac);
}

uint32_t halt_set(uint32_t count)
{
    struct hal_dmac *set[CHANNELS];

    for (uint32_t n = 0; n < count; n++)
        set[n] = &channels[n].dmac;
    return pl08x_ops.halt(set, count, hooks.ticks + 100);
}

uint32_t halt(void)
{
    return halt_set(1);
}

/* A copy from one offset of the arena to another. */
struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ ARENA_BUS + from, ARENA_BUS + to, length };
}

/* The n-th of a row of items that are easy to tell apart. */
struct hal_item nth(uint32_t n)
{
    return item(32 * n, HALF + 32 * n, EACH);
}

void expect_items(uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++)
        memcpy(&want[HALF + 32 * n], &want[32 * n], EACH);
}

/* Emit the items first .. last - 1 and make them a batch. */
void batch_of(uint32_t channel, uint32_t first, uint32_t last)
{
    for (uint32_t n = first; n < last; n++) {
        struct hal_item one = nth(n);

        expect_number("taken", emit_to(channel, &one, 1), 1);
    }
    submit_to(channel);
}

void batch(uint32_t first, uint32_t last)
{
    batch_of(0, first, last);
}

void expect_progress(uint32_t retired, uint32_t fault)
{
    struct hal_progress progress = reap();

    expect_number("retired", progress.retired, retired);
    expect_number("fault", progress.fault, fault);
}

void expect_residue(hal_address least, hal_address most)
{
    struct hal_residue got = residue();

    expect_number("least", got.least, least);
    expect_number("most", got.most, most);
}

/* What holds at the end of every case. */
void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    if (!expect("the chip was treated well", !chip.engine.violation))
        printf("#   %s\n", chip.engine.violation);
    expect_hooks();
}

/* Nothing moves and nothing interrupts, whatever is submitted. */
void expect_dead(void)
{
    uint32_t moved = chip.engine.moved;
    struct hal_item one = nth(90);

    (void)emit(&one, 1);
    submit_to(0);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("elements moved", chip.engine.moved, moved);
    expect("no interrupt", !interrupt());
}

/* After whatever befell it, the channel starts and copies. */
void expect_usable(void)
{
    chip.engine.abort_delay = 0;
    chip.engine.stuck = false;
    chip.engine.misbehaves = ENGINE_BEHAVES;
    expect_status("start again", start_of(0), IODMA_OK);
    batch(100, 102);
    expect_items(100, 102);
    run();
    expect("an interrupt", interrupt());
    expect_progress(2, HAL_FAULT_NONE);
    expect_order();
}

struct hal_port port(uint32_t width, uint32_t burst)
{
    return (struct hal_port){ .request = LINE,
                              .width = (uint8_t)width,
                              .burst = (uint16_t)burst,
                              .depth = (uint16_t)burst };
}

/* Half of the way: to or from a port. */
struct hal_route along(const struct hal_port *at, bool out, hal_address address)
{
    struct hal_end end = { .kind = HAL_PORT, .port = at, .bus = address };

    return out ? (struct hal_route){ .destination = end }
               : (struct hal_route){ .source = end };
}

/* The model's port, with bytes to send or room for so many. */
void plug(const struct hal_port *at, size_t size)
{
    chip.engine.ports[0] = (struct model_port){
        .bus = PORT_BUS,
        .width = at->width,
        .request = at->request,
        .depth = at->depth,
        .bytes = port_bytes,
        .size = size,
    };
}
