/* SPDX-License-Identifier: MIT */
/*
 * Defends the channel at random: transfers of anything at any time, on an
 * engine that works and on one that does not.
 */
#include "tests/transfer_world.h"

#include <stdio.h>
#include <string.h>

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
    test_random();
    test_troubled();
    return check_result();
}
