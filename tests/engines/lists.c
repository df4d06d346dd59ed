/* SPDX-License-Identifier: MIT */
/* From memory to memory: whatever the lists, the ring and the way of driving
   it, each byte arrives and no other one changes. */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

#include <stdio.h>

/* Rings of these sizes, as far as an engine can. */
static const uint32_t rings[] = { 1, 2, 4, 8, 16 };

static uint32_t any_ring(void)
{
    return larger32(rings[world_below(HAL_COUNT_OF(rings))], engine_case.slots);
}

/* Bytes from the one end of a list to the other: where everything begins. */
static uint32_t phase_of_all(void)
{
    uint32_t unit = world_unit();

    return world_below(larger32(world_dmac(0)->same_phase / unit, 1)) * unit;
}

static void any_job(struct world_job *job, uint32_t area, uint32_t segments,
                    uint32_t length)
{
    uint32_t unit = world_any_unit();
    uint32_t phase = phase_of_all();
    uint32_t units = larger32(length / unit, segments);

    world_scatter(&job->source, world_source(area + phase), segments, units,
                  unit);
    if (world_below(4) == 0) { /* the same scatter on both sides */
        job->destination.count = 0;
        for (uint32_t i = 0; i < segments; i++) {
            const struct iodma_range *range = &job->source.ranges[i];

            world_add(&job->destination,
                      world_target((uint32_t)(range->address -
                                              (uintptr_t)world_source(0))),
                      (uint32_t)range->length);
        }
    } else {
        world_scatter(&job->destination, world_target(area + phase),
                      1 + world_below(segments), units, unit);
    }
    world_make_ready(job);
}

/* One job on each of so many channels. */
static bool round_of(uint32_t channels, uint32_t most_segments,
                     uint32_t most_bytes)
{
    uint32_t room = WORLD_AREA / ENGINE_CHANNELS;

    world_begin(any_ring(), 0);
    world.way = world_any_way();
    world.pace = world_below(3) * world_below(20);
    for (uint32_t i = 0; i < channels; i++) {
        struct world_job *job = &world_jobs[i];

        job->channel = i;
        any_job(job, channels == 1 ? 0 : i * room,
                1 + world_below(most_segments), 1 + world_below(most_bytes));
        world_expect(job);
        expect_status("submit", world_submit(job), IODMA_OK);
    }
    (void)world_drive(1 + most_bytes / 1000 + world_below(2000));
    for (uint32_t i = 0; i < channels; i++) {
        world_expect_end(&world_jobs[i], IODMA_OK);
        world_ask_oracle(&world_jobs[i]);
    }
    return world_expect_order();
}

/* Rounds until one fails, whose seed is told. */
static void rounds(uint32_t count, uint32_t channels, uint32_t most_segments,
                   uint32_t most_bytes)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t seed = world.seed;

        if (!round_of(channels, most_segments, most_bytes)) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
}

static void small_lists(void)
{
    rounds(300, 1, 8, 200);
}

static void long_lists(void)
{
    rounds(20, 1, WORLD_SEGMENTS, 40000);
}

static void big_lists(void)
{
    rounds(1, 1, WORLD_SEGMENTS, WORLD_LONGEST);
    rounds(3, 1, 10, WORLD_LONGEST / 4);
}

static void all_channels(void)
{
    rounds(40, world.channels, 30, 3000);
}

/* Every segment of the most, and all of the bytes that the issue asks for. */
static void the_biggest(void)
{
    world_begin(larger32(16, engine_case.slots), 0);
    any_job(&world_jobs[0], 0, WORLD_SEGMENTS, WORLD_LONGEST);
    world_expect(&world_jobs[0]);
    expect_status("submit", world_submit(&world_jobs[0]), IODMA_OK);
    (void)world_drive(100000);
    world_expect_end(&world_jobs[0], IODMA_OK);
    (void)world_expect_order();
}

/* Each way of driving, ring and pace, with a chain much longer than the ring.
 */
static void chains(void)
{
    uint32_t ways = world_ways();
    uint32_t unit = world_any_unit();

    for (uint32_t i = 0; i < HAL_COUNT_OF(rings); i++) {
        for (uint32_t n = 0; n < ways * 3; n++) {
            if (rings[i] < engine_case.slots)
                continue;
            world_begin(rings[i], 0);
            world.way = n % ways;
            world.pace = n / ways * 5;
            world_expect(world_chain(0, 50, unit * 3));
            expect_status("submit", world_submit(&world_jobs[0]), IODMA_OK);
            (void)world_drive(1);
            world_expect_end(&world_jobs[0], IODMA_OK);
            (void)world_expect_order();
        }
    }
}

enum { TURNS = 120 };

static void submit_again(struct world_job *job)
{
    if (job->calls == TURNS)
        return;
    world_make_ready(job);
    expect_status(
        "submit from the callback",
        iodma_transfer_submit(&world_channels[job->channel], &job->transfer),
        IODMA_OK);
}

/* Seven items at a time go round a ring of eight. */
static void wraps(void)
{
    uint32_t ways = world_ways();

    for (uint32_t way = 0; way < ways; way++) {
        world_begin(larger32(8, engine_case.slots), 0);
        world.way = way;
        world.pace = way;
        world_expect(world_chain(0, 7, world_any_unit()));
        world_jobs[0].then = submit_again;
        expect_status("submit", world_submit(&world_jobs[0]), IODMA_OK);
        (void)world_drive(3);
        expect_number("callbacks", world_jobs[0].calls, TURNS);
        expect("it went round the ring 100 times",
               world_dmac(0)->counts.items >= 7 * TURNS);
        (void)world_expect_order();
    }
}

/* The engine is done before submit returns, and says so. */
static void at_once(void)
{
    for (uint32_t way = 0; way < WORLD_WAYS; way++) {
        world_begin(larger32(8, engine_case.slots), 0);
        world.way = way;
        world.pace = 10000;
        world.even = true;
        world_expect(world_chain(0, 20, world_any_unit() * 2));
        world_expect(world_chain(1, 3, world_any_unit() * 2));
        expect_status("submit", world_submit(&world_jobs[0]), IODMA_OK);
        expect_status("submit", world_submit(&world_jobs[1]), IODMA_OK);
        (void)world_drive(1);
        world_expect_end(&world_jobs[0], IODMA_OK);
        world_expect_end(&world_jobs[1], IODMA_OK);
        (void)world_expect_order();
    }
}

/* Illegal ones are refused, with a reason, and nothing moves. */
static void refused(void)
{
    struct world_job *job = &world_jobs[0];
    struct iodma_spec wide =
        IODMA_SPEC(iodma_output_host64, 0, 0); /* no limits at all */
    const struct hal_limits *limits;
    bool limited;

    world_begin(larger32(4, engine_case.slots), 0);
    limits = world_dmac(0)->limits;
    limited =
        (limits->max_segment != 0 && limits->max_segment != HAL_ADDRESS_MAX) ||
        limits->boundary != 0 ||
        (limits->address_bits != 0 &&
         limits->address_bits < HAL_ADDRESS_BITS) ||
        world_unit() > 1;
    (void)world_plain(0, 0x1000, 0x1000, world_unit() * 64);
    (void)iodma_command_complete(&job->source.command, false, false);
    (void)iodma_command_set_spec(&job->source.command, &wide);
    expect_status("prepare",
                  iodma_command_prepare(&job->source.command, 0, 0, true, true),
                  IODMA_OK);
    if (limited)
        world_expect_refused("a command without the engine's limits", job,
                             &job->source.command, IODMA_BAD_ARGUMENT,
                             IODMA_RULE_NONE);

    if (world_unit() > 1) {
        for (uint32_t i = 1; i < 4; i++) {
            struct world_side *side = &world_jobs[i].source;

            side->count = 0;
            world_add(side, world_source(0x2000 + (i & 1)),
                      world_unit() * 4 + (i >> 1));
            expect_status("a list that is not aligned",
                          world_prepare(side, IODMA_OUT), IODMA_NOT_ALIGNED);
        }
    }
    expect_number("items", world_dmac(0)->counts.items, 0);
    (void)world_expect_order();
    world_expect_usable(0);
}

/* What the engine itself does not take, however it came there. */
static void not_encodable(void)
{
    const struct hal_limits *limits;
    hal_address beyond; /* its reach; 0: it has no end */
    struct hal_dmac *dmac;
    struct hal_item good;

    world_begin(larger32(4, engine_case.slots), 0);
    dmac = world_dmac(0);
    limits = dmac->limits;
    beyond = limits->address_bits < HAL_ADDRESS_BITS
                 ? (hal_address)1 << limits->address_bits
                 : 0;
    good = (struct hal_item){ world_on_bus(world_source(0x1000)),
                              world_on_bus(world_target(0x1000)), 64 };
    for (uint32_t i = 0; i < 5; i++) {
        struct hal_item bad = good;

        if (i == 0)
            bad.length = 0;
        else if (i == 1 && limits->max_segment != 0)
            bad.length = limits->max_segment * 16; /* of bytes or of more */
        else if (i == 2 && beyond != 0)
            bad.source += beyond;
        else if (i == 3 && beyond != 0)
            bad.destination += beyond;
        else if (i == 4 && dmac->same_phase > 1)
            bad.source++;
        else
            continue;
        expect_number("items that it cannot encode",
                      dmac->ops->emit(dmac, &bad, 1), 0);
    }
    dmac->ops->submit(dmac);
    expect_number("doorbells", dmac->counts.doorbells, 0);
    (void)world_pass(100);
    expect_number("retired", dmac->ops->reap(dmac).retired, 0);
    (void)world_expect_order();
    world_expect_usable(0);
}

/* Out of phase: refused with a reason, or bounced where storage is lent. */
static void out_of_phase(void)
{
    uint32_t unit = world_unit();

    for (uint32_t lends = 0; lends < 2; lends++) {
        struct world_job *job;

        world_begin(larger32(4, engine_case.slots),
                    lends != 0 ? WORLD_LENDS : 0);
        job = world_plain(0, 0x1000, 0x1000 + unit, unit * 100);
        if (!world.lends) {
            world_expect_refused("submit", job, &job->source.command,
                                 IODMA_NOT_ALIGNED, IODMA_RULE_PHASE);
        } else {
            world_expect(job);
            expect_status("submit", world_submit(job), IODMA_OK);
            (void)world_drive(10);
            world_expect_end(job, IODMA_OK);
            expect_number("bounce pages in use",
                          iodma_bounce_in_use(&world_pool), 0);
        }
        (void)world_expect_order();
    }
}

static bool encodes(void)
{
    return !engine_case.judges;
}

const struct engine_test engine_lists[] = {
    { "a list that breaks its limits is refused, with a reason", NULL,
      refused },
    { "what it cannot encode it does not take", encodes, not_encodable },
    { "chains are longer than the ring, whatever drives it", NULL, chains },
    { "the ring is gone round 100 times, submitting from the callback", NULL,
      wraps },
    { "an engine may be done before submit returns", engine_has_interrupt,
      at_once },
    { "short lists, scattered anyhow", NULL, small_lists },
    { "lists of up to 1000 segments", NULL, long_lists },
    { "lists of as many bytes as there are", NULL, big_lists },
    { "as many in 1000 segments", NULL, the_biggest },
    { "all channels at once", engine_has_channels, all_channels },
    { "ends that differ in phase are bounced, or refused", engine_has_phase,
      out_of_phase },
    { NULL, NULL, NULL },
};
