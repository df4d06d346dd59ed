/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the RP2040's DMA controller where all is not well: what
 * is left when it is stopped, how it is stopped, and what it makes of a chip
 * that misbehaves.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/rp2040_rig.h"

#include <stdio.h>
#include <string.h>

static struct rp2040_dma *const dma = &rig.engines[0];

/* ---- Residue and halt ---- */

static uint32_t missing_bytes(uint32_t from, uint32_t length)
{
    uint32_t count = 0;

    for (uint32_t i = from; i < from + length; i++)
        count += rig.arena[i] != rig.arena[HALF + i];
    return count;
}

/* Bytes of items 0 .. last - 1 that have not arrived. */
static uint32_t missing(uint32_t last)
{
    uint32_t count = 0;

    for (uint32_t n = 0; n < last; n++)
        count += missing_bytes(16 * n, (uint32_t)nth(n).length);
    return count;
}

/* Steps at each access to a register. */
static uint32_t hurry;

static void each_access_takes_time(void)
{
    rig_run(hurry);
}

static void expect_residue(uint32_t last, uint32_t slack)
{
    struct hal_residue left = residue(0);
    uint32_t truth = missing(last);

    expect("no less than least", truth >= left.least);
    expect("no more than most", truth <= left.most);
    expect("the bounds are close", left.most - left.least <= slack);
}

static void test_residue(void)
{
    check_case("residue holds at every step, and is final after halt");
    for (uint32_t step = 0; step < 80; step++) {
        for (uint32_t other = 0; other < 2; other++) {
            rig_set_up(8);
            (void)rig_start(0);
            dma->filled = dma->told = dma->retired = 5;
            batch(0, 0, 4);
            if (other != 0)
                batch(0, 4, 5);
            rig_run(step);
            expect_residue(4 + other, 20);
            expect_number("halt", rig_halt(), STOPPED);
            rig_run(FOREVER);
            expect_residue(4 + other, 20);
            expect("no interrupt", !asserted(0));
            memcpy(rig.want, rig.arena, ARENA);
            expect_usable();
        }
    }

    check_case("residue of a long item is close, while it moves and after");
    for (uint32_t step = 5; step < 40; step++) {
        for (uint32_t faster = 0; faster < 2; faster++) {
            struct hal_item one = rig_item(0, HALF, 256);
            struct hal_residue left;

            rig_set_up(4);
            (void)rig_start(0);
            expect_number("taken", emit(0, &one, 1), 1);
            submit(0);
            rig_run(step);
            hurry = 3 * faster;
            rig.chip.engine.access = each_access_takes_time;
            expect_number("halt", rig_halt(), STOPPED);
            rig.chip.engine.access = NULL;
            left = residue(0);
            expect("no less than least", missing_bytes(0, 256) >= left.least);
            expect("no more than most", missing_bytes(0, 256) <= left.most);
            expect("close", left.most - left.least <= 20);
        }
    }

    check_case("residue holds at some moment of the call");
    for (uint32_t step = 0; step < 80 * 3; step++) {
        struct hal_residue left;
        uint32_t before;

        rig_set_up(8);
        (void)rig_start(0);
        batch(0, 0, 4);
        rig_run(step / 3);
        before = missing(4);
        hurry = 1 + 4 * (step % 3);
        rig.chip.engine.access = each_access_takes_time;
        left = residue(0);
        rig.chip.engine.access = NULL;
        expect("not more than there was", left.least <= before);
        expect("not less than there is", left.most >= missing(4));
    }

    check_case("residue holds behind an error that nobody has reaped");
    for (uint32_t at = 0; at < 40; at++) {
        struct rp2040_model_channel *data = &rig.chip.channels[dma->data];
        struct hal_item one = rig_item(0, HALF, 64);

        rig_set_up(4);
        (void)rig_start(0);
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        rig.chip.engine.misbehaves = ENGINE_FAILS;
        rig.chip.engine.at = at;
        rig_run(50);
        /* Transfers that were begun behind it count (2.5.7, READ_ERROR). */
        if ((data->ctrl & MASK32(30, 29)) != 0)
            data->trans_count -= smaller32(data->trans_count, 3);
        expect_number("halt", rig_halt(), STOPPED);
        expect("no less than least", missing_bytes(0, 64) >= residue(0).least);
        expect("no more than most", missing_bytes(0, 64) <= residue(0).most);
    }

    rig_begin("an item that was read, but not started, is left", 8);
    batch(0, 0, 1);
    rig_run(3);
    rig.chip.channels[dma->control].read_addr += 4;
    expect_number("most", residue(0).most, 13);

    rig_begin("an error of the control channel makes no count exact", 8);
    expect_number("taken",
                  emit(0, (struct hal_item[]){ rig_item(0, HALF, 64) }, 1), 1);
    submit(0);
    while (rig.chip.engine.moved < 12)
        rig_run(1);
    rig.chip.channels[dma->control].ctrl |= BIT32(30);
    expect_number("least", residue(0).least, 0);
    expect_number("most", residue(0).most, 64);

    rig_begin("residue of what was emitted is all of it", 8);
    expect_number("taken", emit(0, (struct hal_item[]){ nth(0), nth(1) }, 2),
                  2);
    expect_number("least", residue(0).least, 29);
    expect_number("most", residue(0).most, 29);
}

static uint32_t accesses_left;

/* A batch ends, and its interrupt arrives, at this register access. */
static void late_interrupt(void)
{
    if (accesses_left == 0 || --accesses_left != 0)
        return;
    rig.chip.engine.access = NULL;
    rig_run(FOREVER);
    (void)reap(0);
}

static void test_halt(void)
{
    check_case("an interrupt that arrives within halt changes nothing");
    for (uint32_t access = 1; access < 16; access++) {
        rig_set_up(8);
        (void)rig_start(0);
        batch(0, 0, 2);
        batch(0, 2, 4);
        rig_run(18);
        accesses_left = access;
        rig.chip.engine.access = late_interrupt;
        expect_number("halt", rig_halt(), STOPPED);
        rig.chip.engine.access = NULL;
        rig_run(FOREVER);
        expect("no interrupt", !asserted(0));
        memcpy(rig.want, rig.arena, ARENA);
        expect_usable();
    }

    rig_begin("halt takes a set down at once, and leaves others alone", 8);
    for (uint32_t n = 0; n < ENGINES; n++) {
        struct hal_item one = rig_item(256 * n, HALF + 256 * n, 256);
        struct hal_dmac *dmac = &rig.engines[n].dmac;

        (void)dmac->ops->emit(dmac, &one, 1);
        dmac->ops->submit(dmac);
    }
    rig_run(60);
    rig.chip.engine.abort_delay = 5;
    expect_number("halt", rig_halt_all(2), STOPPED);
    memcpy(rig.want, rig.arena, ARENA);
    memcpy(&rig.want[HALF + 512], &rig.arena[512], 256);
    rig_run(FOREVER);
    expect("no interrupt", !asserted(0) && !asserted(1));
    expect_number("the third", reap(2).retired, 1);
    expect_order();

    for (uint32_t length = 16; length <= 2048; length += 2032) {
        struct hal_item one = rig_item(0, HALF, length);
        struct hal_residue left;

        rig_begin("halt of an engine that does not stop: stuck, in time", 8);
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        rig_run(6);
        rig.chip.engine.stuck = true;
        expect_number("halt", rig_halt(), STUCK);
        expect("who rests is not aborted",
               rig.chip.abort == BIT32(dma->data) ||
                   rig.chip.abort == BIT32(dma->control));
        expect("not long after the deadline", hooks.ticks < 110);
        left = residue(0);
        expect_status("start", rig_start(0), IODMA_NOT_ATTACHED);
        expect_number("least, as before", residue(0).least, left.least);
        expect_number("most, as before", residue(0).most, left.most);
        rig_run(FOREVER);
        expect("it is silent", !asserted(0));
        rig.chip.engine.stuck = false;
        rig_run(1);
        expect_status("start", rig_start(0), IODMA_OK);
        memcpy(rig.want, rig.arena, ARENA);
        expect_usable();
    }

    rig_begin("halt of absent engines: stuck, a bit each", 8);
    batch(0, 0, 2);
    rig.chip.engine.absent = true;
    expect_number("halt", rig_halt_all(3), 7);

    check_case("halt leaves no interrupt to whoever comes next");
    for (uint32_t step = 0; step < 60; step++) {
        rig_set_up(8);
        (void)rig_start(0);
        expect_status("route",
                      dma->dmac.ops->route(
                          &dma->dmac, &(struct hal_route){ .cyclic = true }),
                      IODMA_OK);
        batch(0, 0, 2);
        rig_run(step);
        expect_number("halt", rig_halt(), STOPPED);
        rig_run(FOREVER);
        expect_number("INTR", rig.chip.intr, 0);
    }

    check_case("an abort is over before halt is, whatever was in flight");
    for (uint32_t step = 0; step < 40; step++) {
        for (uint32_t delay = 0; delay < 30; delay += 5) {
            rig_set_up(8);
            (void)rig_start(0);
            batch(0, 0, 2);
            rig_run(step);
            rig.chip.engine.abort_delay = delay;
            expect_number("halt", rig_halt(), STOPPED);
            expect_number("CHAN_ABORT", rig.chip.abort, 0);
            expect_status("start", start(0), IODMA_OK);
            memcpy(rig.want, rig.arena, ARENA);
            expect_usable();
        }
    }

    rig_begin("channels that rest are not aborted", 8);
    rig.chip.engine.abort_delay = 20;
    expect_number("halt", rig_halt(), STOPPED);
    expect_number("CHAN_ABORT", rig.chip.abort, 0);
    expect_usable();

    rig_begin("halt twice, at rest, and after a fault: stopped", 8);
    expect_number("halt", rig_halt(), STOPPED);
    expect_number("halt", rig_halt(), STOPPED);
    expect_usable();
    dma->state = RP2040_DMA_FAULTED;
    expect_number("halt", rig_halt(), STOPPED);
    expect_usable();
}

/* ---- Misbehaviour ---- */

static const struct {
    const char *what;
    uint32_t misbehaves;
    bool lies; /* nobody can see from its registers that it has not moved */
} faults[] = {
    { "a refused access is a fault", ENGINE_FAILS, false },
    { "an engine that stalls is halted", ENGINE_STALLS, false },
    { "an engine that says done early", ENGINE_EARLY, true },
    { "an engine that says done late", ENGINE_LATE, false },
    { "an engine that interrupts twice", ENGINE_TWICE, false },
    { "an engine that interrupts without a cause", ENGINE_SPURIOUS, false },
    { "an engine that moves nothing", ENGINE_IDLES, true },
    { "an engine that stops by itself is halted", ENGINE_STOPS, false },
};

/* Two batches of two items; it misbehaves at one step of them. */
static void misbehave(uint32_t i, uint32_t at)
{
    uint32_t told;

    rig_set_up(8);
    (void)rig_start(0);
    rig.chip.engine.misbehaves = faults[i].misbehaves;
    rig.chip.engine.at = at;
    rig.chip.engine.delay = 7;
    batch(0, 0, 2);
    batch(0, 2, 4);
    for (uint32_t turn = 0; turn < 90; turn++) {
        rig_run(1);
        told = driven.retired[0];
        rig_isr();
        if (!faults[i].lies && driven.retired[0] != told)
            expect_number("missing", missing(driven.retired[0]), 0);
    }
    if (faults[i].misbehaves == ENGINE_FAILS && !rig.chip.engine.misbehaves)
        expect_number("fault", driven.fault[0], HAL_FAULT_BUS);
    if (faults[i].misbehaves >= ENGINE_LATE &&
        faults[i].misbehaves <= ENGINE_SPURIOUS)
        expect_number("retired", driven.retired[0], 4);
    expect("it ended, or is ended", driven.retired[0] <= 4);
    if (!faults[i].lies)
        expect_residue(4, 40);
    expect_number("halt", rig_halt(), STOPPED);
    memcpy(rig.want, rig.arena, ARENA);
    rig_run(FOREVER);
    expect_usable();
}

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        check_case(faults[i].what);
        for (uint32_t at = 0; at < 60; at++)
            misbehave(i, at);
    }

    rig_begin("a source where nobody answers is a bus fault", 8);
    expect_number("taken",
                  emit(0, (struct hal_item[]){ { NOWHERE, ARENA_BUS, 64 } }, 1),
                  1);
    submit(0);
    rig_run(FOREVER);
    expect_progress(0, HAL_FAULT_BUS);
    expect_number("least", residue(0).least, 0);
    expect_number("most", residue(0).most, 64);
    batch(0, 1, 2);
    rig_run(FOREVER);
    expect("nothing runs after a fault", !asserted(0));
    expect_number("doorbells", dma->dmac.counts.doorbells, 1);
    expect_usable();

    check_case("an interrupt is the end of a batch behind its null block only");
    for (uint32_t slot = 0; slot <= 4; slot++) {
        struct rp2040_model_channel *control = &rig.chip.channels[dma->control];
        struct rp2040_model_channel *data = &rig.chip.channels[dma->data];

        rig_set_up(8);
        (void)rig_start(0);
        batch(0, 0, 3);
        rig_run(FOREVER);
        expect_progress(3, HAL_FAULT_NONE);
        batch(0, 0, 3);
        rig_run(0);
        for (uint32_t busy = 0; busy < 4; busy++) {
            control->busy = (busy & 1) == 0;
            control->read_addr = RING_BUS + 16 * (4 + slot);
            data->busy = (busy & 2) == 0;
            rig.chip.intr |= BIT32(dma->data);
            expect_progress(busy == 3 && slot == 4 ? 3 : 0, HAL_FAULT_NONE);
        }
    }

    rig_begin("a control channel that is nowhere near the ring is a fault", 8);
    batch(0, 0, 2);
    expect_items(0, 2);
    rig_run(FOREVER);
    rig.chip.channels[dma->control].read_addr = RING_BUS + 0x400;
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_usable();

    rig_begin("a control channel beyond what it was given is a fault", 8);
    batch(0, 0, 2);
    expect_items(0, 2);
    rig_run(FOREVER);
    rig.chip.channels[dma->control].read_addr += 16;
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_usable();

    rig_begin("a chip that leaves the bus is a fault", 8);
    batch(0, 0, 2);
    rig.chip.engine.absent = true;
    expect_progress(0, HAL_FAULT_OTHER);

    rig_begin("after a loss of power start begins anew", 8);
    batch(0, 0, 3);
    rig_run(11);
    memcpy(rig.want, rig.arena, ARENA);
    engine_model_power_cycle(&rig.chip.engine);
    expect_progress(0, HAL_FAULT_NONE);
    rig_run(FOREVER);
    expect_usable();
}

/* ---- Anything, at any time ---- */

static void random_round(void)
{
    uint32_t items[ENGINES] = { 0 };

    rig_set_up(4u << rig_below(5));
    for (uint32_t n = 0; n < ENGINES; n++) {
        (void)rig_start(n);
        rig.engines[n].filled = rig.engines[n].told = rig.engines[n].retired =
            0 - rig_below(9);
    }
    rig.pace = 1 + rig_below(12);
    for (uint32_t turn = 0; turn < 300; turn++) {
        uint32_t n = rig_below(ENGINES);
        struct hal_dmac *dmac = &rig.engines[n].dmac;
        uint32_t third = HALF / ENGINES;
        struct hal_item one = rig_item(rig_below(HALF - 64),
                                       HALF + n * third + rig_below(third - 64),
                                       1 + rig_below(60));

        if (rig_below(2) != 0) {
            one.source &= ~(hal_address)3;
            one.destination &= ~(hal_address)3;
        }
        if (dmac->ops->emit(dmac, &one, 1) != 0) {
            expect_item(&one);
            items[n]++;
        }
        if (rig_below(3) == 0)
            dmac->ops->submit(dmac);
        rig_moment();
    }
    for (uint32_t n = 0; n < ENGINES; n++)
        rig.engines[n].dmac.ops->submit(&rig.engines[n].dmac);
    for (uint32_t i = 0; i < 200; i++) {
        rig_run(FOREVER);
        rig_isr();
    }
    for (uint32_t n = 0; n < ENGINES; n++)
        expect_number("retired", driven.retired[n], items[n]);
    expect_number("fault", driven.fault[0], HAL_FAULT_NONE);
    expect_order();
}

static void test_random(void)
{
    check_case("random items of all engines arrive, byte by byte");
    rig.seed = 2040;
    for (uint32_t round = 0; round < 200; round++) {
        uint64_t seed = rig.seed;

        random_round();
        if (rig.chip.engine.violation || hooks.broken ||
            memcmp(rig.arena, rig.want, ARENA) != 0) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
}

int main(void)
{
    test_residue();
    test_halt();
    test_faults();
    test_random();
    return check_result();
}
