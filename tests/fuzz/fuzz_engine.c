/* SPDX-License-Identifier: MIT */
/*
 * A copy engine's driver on an engine that lies: which one says the file of
 * tests/engines that is linked. The calls are those of hal/dmac.h, in any order
 * that it allows.
 *
 * Whatever the registers say: a driver retires no more than it was given, knows
 * of no more left than it was given, and takes no more than its ring holds. An
 * engine that does not lie, or fail, writes only where an item said: one that
 * says it has ended, and has not, goes on with a mixture.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac.h"
#include "tests/engines/engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/model/hooks.h"

#include <string.h>

#ifndef FUZZ_DRIVER
#error "meson.build says which driver this is"
#endif

const char fuzz_driver[] = FUZZ_DRIVER;

enum {
    RING_BUS = 0x10000000,
    DATA_BUS = 0x20000000,
    AREA = 0x2000, /* bytes; sources in the lower half                     */
    PIECE = 0x200, /* of it, one for each item; every other is a guard     */
    PIECES = AREA / 2 / PIECE / 2,
    GUARD = 0xA5,
    TURNS = 100000, /* steps that a small copy takes at most                */
    /* Things that a call may do: an access, a look at the clock, a fence. */
    CALLS = 400,
    WAITS = 20000,
};

static uint8_t ring[ENGINE_RING] __attribute__((aligned(0x10000)));
static uint8_t published[ENGINE_RING];
static uint8_t area[AREA] __attribute__((aligned(0x2000)));

static uint8_t *const targets = area + AREA / 2;

static struct {
    uint32_t slots;
    uint32_t channels;
    bool honest;
    bool failed;    /* the engine was made to misbehave                      */
    bool scribbles; /* the ring is overwritten: the engine goes anywhere   */
    struct {
        bool started;
        uint64_t items; /* emitted since start, and retired */
        uint64_t retired;
        hal_address bytes;
        uint64_t submitted;
    } of[ENGINE_CHANNELS];
} now;

static const struct hal_aperture aperture = { .bus = DATA_BUS,
                                              .access = HAL_READ | HAL_WRITE,
                                              .last = AREA - 1,
                                              .snooped = true };
static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_bus bus = {
    .apertures = &aperture,
    .aperture_count = 1,
    .limits = &no_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* ---- The engine ---- */

static void step(uint32_t steps)
{
    if (engine_case.model && !now.honest)
        engine_case.model->violation = NULL; /* it was told lies */
    (void)engine_case.step(steps);
}

static void scribble(void)
{
    uint32_t at = (uint32_t)fuzz_byte() << 8 | fuzz_byte();
    uint32_t word = fuzz_word();

    memcpy(ring + at * 4 % engine_case.ring_size(now.slots), &word,
           sizeof word);
}

static void moment(void)
{
    fuzz_count();
    if (now.honest)
        return;
    step(fuzz_below(4));
    if (now.scribbles && fuzz_below(8) == 1)
        scribble();
}

static void publish(void)
{
    engine_case.publish();
}

static bool no_isr(uint32_t channel)
{
    (void)channel;
    return false;
}

void fuzz_saw_read(uintptr_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

void fuzz_saw_write(uintptr_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

static void power_on(void)
{
    struct engine_place place = {
        .bus = &bus,
        .ring = { ring, RING_BUS, engine_case.ring_size(now.slots) },
        .slots = now.slots,
        .pieces = { { DATA_BUS, sizeof area, area } },
        .isr = no_isr,
    };

    memset(ring, 0xE7, sizeof ring);
    engine_case.power_on(&place);
    if (!engine_case.model)
        return;
    engine_case.model->ring =
        (struct model_piece){ RING_BUS, place.ring.size, ring };
    engine_case.model->published = published;
    memcpy(engine_case.model->pieces, place.pieces, sizeof place.pieces);
}

/* Of the one without an engine_model, the 53C895A, what
   tests/engines/lsi53c8xx.c says; its registers are 256 bytes. */
static void own(void)
{
    if (engine_case.model)
        fuzz_own(engine_case.model->base, engine_case.model->registers);
    else
        fuzz_own(0x40001000, 0x100);
}

/* ---- The driver ---- */

static struct hal_dmac *dmac_of(uint32_t channel)
{
    return engine_case.channel(channel);
}

static void start(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);

    fuzz_bound(WAITS);
    now.of[channel].started = dmac->ops->start(dmac) == IODMA_OK;
    if (!now.of[channel].started)
        return; /* its ring may be as it was */
    now.of[channel].items = 0;
    now.of[channel].retired = 0;
    now.of[channel].submitted = 0;
    now.of[channel].bytes = 0;
}

/* An item is of a piece of the sources, to one of the targets. */
static struct hal_item item(void)
{
    uint32_t from = fuzz_below(PIECES) * 2 * PIECE;
    uint32_t to = fuzz_below(PIECES) * 2 * PIECE + PIECE;
    uint32_t length = 64 * (1 + fuzz_below(PIECE / 64));

    return (struct hal_item){ DATA_BUS + from, DATA_BUS + AREA / 2 + to,
                              length };
}

static void emit(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);
    struct hal_item items[4];
    uint32_t count = 1 + fuzz_below(HAL_COUNT_OF(items));
    uint32_t taken;

    for (uint32_t i = 0; i < count; i++)
        items[i] = item();
    fuzz_bound(CALLS);
    taken = dmac->ops->emit(dmac, items, count);
    fuzz_expect(taken <= count, "no more is taken than is given");
    for (uint32_t i = 0; i < taken; i++)
        now.of[channel].bytes += items[i].length;
    now.of[channel].items += taken;
    fuzz_expect(now.of[channel].items - now.of[channel].retired <= now.slots,
                "no more is taken than the ring holds");
}

static void submit(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);

    fuzz_bound(CALLS);
    dmac->ops->submit(dmac);
    now.of[channel].submitted = now.of[channel].items;
}

static void reap(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);
    struct hal_progress progress;

    fuzz_bound(CALLS);
    progress = dmac->ops->reap(dmac);
    now.of[channel].retired += progress.retired;
    fuzz_expect(now.of[channel].retired <= now.of[channel].submitted,
                "no more is retired than was submitted");
    fuzz_expect(progress.fault <= HAL_FAULT_OTHER, "a fault has a name");
}

static void look(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);
    struct hal_residue residue;

    fuzz_bound(CALLS);
    residue = dmac->ops->residue(dmac);
    fuzz_expect(residue.least <= residue.most &&
                    residue.most <= now.of[channel].bytes,
                "no more is left than was given");
}

static void halt(uint32_t first)
{
    struct hal_dmac *set[ENGINE_CHANNELS];
    uint32_t count = 1 + fuzz_below(now.channels - first);
    uint32_t stuck;

    for (uint32_t i = 0; i < count; i++)
        set[i] = dmac_of(first + i);
    fuzz_bound(WAITS);
    stuck = set[0]->ops->halt(set, count, hooks.ticks + fuzz_byte());
    fuzz_expect(stuck >> count == 0, "nobody is stuck who was not halted");
    for (uint32_t i = 0; i < count; i++) {
        look(first + i);
        now.of[first + i].started = false;
    }
}

/* As any engine of these goes: from memory, or a byte. */
static void route(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);
    struct hal_route way = { .rows = 0 };

    if (now.of[channel].items != now.of[channel].retired)
        return;
    if (dmac->fills && fuzz_below(2) == 1)
        way.source = (struct hal_end){ .kind = HAL_FILL, .fill = 0x77 };
    fuzz_bound(CALLS);
    (void)dmac->ops->route(dmac, &way);
}

static void misbehave(void)
{
    if (!engine_case.model)
        return;
    now.failed = true;
    engine_case.model->misbehaves = fuzz_below(9);
    engine_case.model->at = fuzz_below(16);
    engine_case.model->delay = fuzz_below(4);
    engine_case.model->absent = fuzz_below(32) == 1;
    engine_case.model->stuck = fuzz_below(16) == 1;
}

static void ask(void)
{
    uint32_t channel = fuzz_below(now.channels);
    uint32_t what = fuzz_below(16);

    if (!now.of[channel].started) {
        start(channel);
        return;
    }
    switch (what) {
    case 0:
        halt(channel);
        break;
    case 1:
        route(channel);
        break;
    case 2:
        look(channel);
        break;
    case 3:
        misbehave();
        break;
    case 4:
    case 5:
    case 6:
        emit(channel);
        break;
    case 7:
    case 8:
        submit(channel);
        break;
    case 9:
        hooks.ticks += fuzz_byte();
        break;
    case 10:
    case 11:
        step(fuzz_byte());
        break;
    default:
        reap(channel);
        break;
    }
}

/* ---- Afterwards ---- */

/* Of the targets an item may have been given; nothing else has changed. */
static void expect_guards(void)
{
    for (uint32_t at = 0; at < AREA / 2; at += 2 * PIECE) {
        for (uint32_t i = 0; i < PIECE; i++)
            fuzz_expect(targets[at + i] == GUARD,
                        "nothing is written where no item said");
    }
    for (uint32_t i = 0; i < AREA / 2; i++)
        fuzz_expect(area[i] == (uint8_t)(i * 7 + (i >> 8)),
                    "no source is written");
}

static void fill_area(void)
{
    for (uint32_t i = 0; i < AREA / 2; i++)
        area[i] = (uint8_t)(i * 7 + (i >> 8));
    memset(targets, GUARD, AREA / 2);
}

static void copies(uint32_t channel)
{
    struct hal_dmac *dmac = dmac_of(channel);
    struct hal_item one = { DATA_BUS, DATA_BUS + AREA / 2 + PIECE, PIECE };
    struct hal_progress progress = { .retired = 0 };

    start(channel);
    fuzz_expect(now.of[channel].started, "it starts on an honest engine");
    memset(targets + PIECE, 0, PIECE);
    fuzz_bound(WAITS);
    fuzz_expect(dmac->ops->emit(dmac, &one, 1) == 1, "and takes an item");
    dmac->ops->submit(dmac);
    for (uint32_t i = 0; i < TURNS && progress.retired == 0; i++) {
        fuzz_bound(CALLS);
        step(8);
        progress = dmac->ops->reap(dmac);
        fuzz_expect(progress.fault == HAL_FAULT_NONE, "and finds no fault");
    }
    fuzz_expect(progress.retired == 1, "and retires it");
    fuzz_expect(memcmp(targets + PIECE, area, PIECE) == 0, "and has copied it");
}

/* The engine loses its power, and comes back honest. */
static void recover(void)
{
    const char *violation;

    now.honest = true;
    fuzz_lie(0);
    fill_area();
    if (engine_case.model) {
        engine_case.model->misbehaves = ENGINE_BEHAVES;
        engine_case.model->absent = false;
        engine_case.model->stuck = false;
        engine_case.model->violation = NULL;
    }
    engine_case.power_cycle();
    for (uint32_t i = 0; i < now.channels; i++)
        copies(i);
    violation = engine_case.violation();
    fuzz_expect(!violation, violation ? violation : "");
}

void fuzz_round(void)
{
    uint32_t lies;

    memset(&now, 0, sizeof now);
    hooks = (struct hooks){ .moment = moment, .publish = publish, .tick = 1 };
    now.slots = engine_case.slots << fuzz_below(3);
    while (engine_case.ring_size(now.slots) > ENGINE_RING)
        now.slots /= 2;
    now.channels = smaller32(engine_case.channels, 1 + fuzz_below(4));
    now.scribbles = fuzz_below(2) == 1;
    fill_area();
    power_on();
    own();
    lies = fuzz_below(4) * 16;
    fuzz_lie(lies);
    while (fuzz_more())
        ask();
    if (!now.scribbles && !now.failed && lies == 0)
        expect_guards();
    recover();
}
