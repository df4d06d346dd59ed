/* SPDX-License-Identifier: MIT */
/*
 * Defends how the driver of the GPDMA stops a channel, what it says is left,
 * and what it makes of faults.
 */
#include "hal/count_of.h"
#include "hal/dmac/gpdma_regs.h"
#include "tests/gpdma_world.h"

#include <stdio.h>
#include <string.h>

/* ---- Residue ---- */

enum { ROUTE_ITEMS, ROUTE_ROWS, ROUTE_CYCLE, ROUTE_COUNT };

/* Three items, and one that is not submitted; no byte is where it has to be. */
static hal_address lay_out(uint32_t kind)
{
    const struct hal_route plain = { .rows = 0 };
    const struct hal_route of_rows = { .rows = 4,
                                       .source_stride = 24,
                                       .destination_stride = 40 };
    const struct hal_route cyclic = { .cyclic = true };
    const struct hal_route *const ways[] = { &plain, &of_rows, &cyclic };
    const struct hal_item items[] = { item(0, HALF, 16),
                                      item(0x101, HALF + 0x100, 16),
                                      item(0x200, HALF + 0x201, 18),
                                      item(0x300, HALF + 0x300, 24) };
    hal_address bytes = 16 + 16 + 18;

    expect_status("route", go(0, ways[kind]), IODMA_OK);
    expect_number("taken", emit(0, items, 3), 3);
    submit(0);
    if (kind != ROUTE_CYCLE) {
        expect_number("taken", emit(0, &items[3], 1), 1);
        bytes += 24;
    }
    for (uint32_t i = 0; i < HALF; i++)
        arena[HALF + i] = 0;
    for (uint32_t i = 0; i < HALF; i++)
        arena[i] |= 1;
    return bytes * (kind == ROUTE_ROWS ? 4 : 1);
}

/* How many bytes have arrived. */
static hal_address arrived(void)
{
    hal_address count = 0;

    for (uint32_t i = 0; i < HALF; i++)
        count += arena[HALF + i] != 0;
    return count;
}

static void expect_between(const char *what, struct hal_residue is,
                           hal_address truth, hal_address slack)
{
    bool holds =
        is.least <= truth && truth <= is.most && is.most - is.least <= slack;

    if (!expect(what, holds))
        printf("#   %u..%u, is %u\n", (unsigned)is.least, (unsigned)is.most,
               (unsigned)truth);
}

/* Running: the FIFO, or all of an item that might not have begun. Halted: a
   part of an element, or the same. */
static void test_residue(void)
{
    for (uint32_t kind = 0; kind < ROUTE_COUNT; kind++) {
        uint32_t item_size = kind == ROUTE_ROWS ? 72 : 18;
        hal_address left = 1;

        check_case("residue at every step, running and halted");
        for (uint32_t steps = 0; left != 0 && steps < 400; steps++) {
            hal_address all;

            set_up(16);
            use(1);
            expect_status("start", start(0), IODMA_OK);
            all = lay_out(kind);
            (void)engine_model_step(&chip.engine, steps);
            left = kind == ROUTE_ROWS || kind == ROUTE_ITEMS
                       ? all - arrived() - (kind == ROUTE_ROWS ? 96 : 24)
                       : all - arrived();
            expect_between("running", residue(0), all - arrived(),
                           kind == ROUTE_CYCLE && steps < 1 ? 50
                                                            : item_size + 32);
            expect_number("halt", halt(1), 0);
            expect_between("halted", residue(0), all - arrived(),
                           kind == ROUTE_CYCLE && steps < 1 ? 50 : item_size);
            expect_treated_well();
        }
        expect_number("all has arrived", left, 0);
    }

    check_case("residue in the second turn of a cycle");
    for (uint32_t steps = 0; steps < 100; steps++) {
        hal_address all;

        set_up(16);
        use(1);
        expect_status("start", start(0), IODMA_OK);
        all = lay_out(ROUTE_CYCLE);
        while (arrived() != all)
            (void)engine_model_step(&chip.engine, 1);
        memset(&arena[HALF], 0, HALF);
        while (arrived() == 0)
            (void)engine_model_step(&chip.engine, 1);
        (void)engine_model_step(&chip.engine, steps);
        if (arrived() == all) /* a third one may have begun */
            break;
        expect_number("halt", halt(1), 0);
        expect_between("halted", residue(0), all - arrived(), 18);
    }

    check_case("residue while the engine goes on during the call");
    for (uint32_t steps = 0; steps < 200; steps++) {
        struct hal_residue is;
        hal_address all;
        hal_address before;

        set_up(16);
        expect_status("start", start(0), IODMA_OK);
        all = lay_out(ROUTE_ITEMS);
        (void)engine_model_step(&chip.engine, steps % 100);
        before = all - arrived();
        world.pace = 4;
        hooks.masked++; /* the batch is not retired meanwhile */
        is = residue(0);
        hooks.masked--;
        expect("not more than there was", is.least <= before);
        expect("not less than there is", is.most >= all - arrived());
        expect_treated_well();
    }

    begin("an item that is loaded in part does not mislead", 1, 16);
    {
        enum { BR1 = 2 }; /* in the order of an item */
        hal_address all = lay_out(ROUTE_ITEMS);

        while (arrived() < 16)
            (void)engine_model_step(&chip.engine, 1);
        chip.channels[PLANAR].file[BR1] = 16; /* the link comes last */
        expect("least", residue(0).least <= all - 16);
        expect("most", residue(0).most >= all - 16);
        expect_treated_well();
    }

    begin("of words the residue is exact once it is halted", 1, 4);
    {
        struct hal_item one = item(0, HALF, 64);

        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        (void)engine_model_step(&chip.engine, 14);
        memset(&arena[HALF], 0, 64);
        expect_number("halt", halt(1), 0);
        expect_number("least", residue(0).least, residue(0).most);
        expect("on the way", residue(0).least > 0 && residue(0).least < 64);
        expect_treated_well();
    }
}

/* ---- Halt ---- */

/* Nothing moves and nothing interrupts, whatever is submitted. */
static void expect_dead(void)
{
    uint32_t moved = chip.engine.moved;
    struct hal_item one = nth(90);

    (void)emit(0, &one, 1);
    submit(0);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("moved", chip.engine.moved, moved);
}

static void test_halt(void)
{
    static const struct {
        const char *what;
        uint32_t items, steps, delay;
        bool reaps, faults;
    } halts[] = {
        { "halt of a resting engine", 0, 0, 0, false, false },
        { "halt of an engine that has not fetched", 4, 0, 0, false, false },
        { "halt of a running engine", 4, 30, 0, false, false },
        { "halt waits for the bus", 4, 30, 20, false, false },
        { "halt of an engine that ends meanwhile", 1, 10, 90, false, false },
        { "halt of an engine whose batch is not reaped", 2, FOREVER, 0, false,
          false },
        { "halt of an engine whose batch is", 2, FOREVER, 0, true, false },
        { "halt of a faulted engine", 3, FOREVER, 0, true, true },
        { "halt of a faulted engine that is not reaped", 3, FOREVER, 0, false,
          true },
    };

    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(halts); i++) {
        uint32_t n = i / 2;
        struct hal_residue rest;

        begin(halts[n].what, i % 2, 8);
        expect_batch(0, halts[n].items);
        if (halts[n].faults) {
            chip.engine.misbehaves = ENGINE_FAILS;
            chip.engine.at = 20;
        }
        (void)engine_model_step(&chip.engine, halts[n].steps);
        if (halts[n].reaps)
            (void)reap(0);
        chip.engine.abort_delay = halts[n].delay;
        world.pace = halts[n].delay != 0 ? 3 : 0;
        expect_number("halt", halt(1), 0);
        world.pace = 0;
        expect_dead();
        rest = residue(0);
        expect_number("halt again", halt(1), 0);
        expect_number("residue", residue(0).least, rest.least);
        expect_number("residue", residue(0).most, rest.most);
        chip.engine.abort_delay = 0;
        expect_usable();
    }

    begin("a batch that ends while it is halted has no residue", 0, 8);
    expect_batch(0, 2);
    run();
    expect_number("halt", halt(1), 0);
    expect_number("residue", residue(0).most, 0);
    expect_order();

    begin("a stuck engine: nobody knows, and it stays quiet", 0, 8);
    expect_batch(0, 2);
    (void)engine_model_step(&chip.engine, 10);
    chip.engine.stuck = true;
    expect_number("halt", halt(1), 1);
    expect("the wait had an end", hooks.ticks < 1000);
    expect_number("least", residue(0).least, 0);
    expect_number("most", residue(0).most, 16 + 17);
    run();
    expect("no interrupt", !asserted(0));
    expect_progress(0, HAL_FAULT_NONE);
    expect_batch(3, 4);
    expect_number("doorbells", engine->dmac.counts.doorbells, 1);
    expect_usable();

    begin("a stuck engine does not start", 0, 8);
    expect_batch(0, 4);
    (void)engine_model_step(&chip.engine, 10);
    chip.engine.stuck = true;
    expect_number("halt", halt(1), 1);
    expect_status("start", start(0), IODMA_NOT_ATTACHED);
    expect_number("CxCR.EN", chip.channels[LINEAR].cr & GPDMA_CR_EN, 1);
    expect_usable();

    begin("a set is halted together, and says who is stuck", 0, 8);
    {
        struct hal_dmac *set[] = { &engines[0].dmac, &engines[1].dmac };

        expect_batch(0, 4);
        use(1);
        expect_status("start", start(0), IODMA_OK);
        expect_batch(4, 8);
        (void)engine_model_step(&chip.engine, 20);
        expect_number("halt", set[0]->ops->halt(set, 2, hooks.ticks + 9), 0);
        expect_dead();
        use(0);
        expect_dead();
        expect_usable();

        expect_batch(0, 4);
        use(1);
        expect_status("start", start(0), IODMA_OK);
        (void)engine_model_step(&chip.engine, 5);
        chip.engine.stuck = true;
        expect_number("halt", set[0]->ops->halt(set, 2, hooks.ticks + 9), 1);
        use(0);
        expect_usable();
    }

    check_case("halt races with the interrupt");
    for (uint32_t round = 0; round < 300; round++) {
        struct hal_residue rest;

        set_up(8);
        expect_status("start", start(0), IODMA_OK);
        expect_batch(0, 2);
        expect_batch(2, 4);
        (void)engine_model_step(&chip.engine, round % 80);
        world.pace = 1 + round % 7;
        world.nags = round % 2 == 0; /* one that was latched comes late */
        expect_number("halt", halt(1), 0);
        rest = residue(0);
        world.pace = 0;
        world.nags = false;
        expect_number("all is retired, or something is left",
                      (driven.retired[0] == 4) == (rest.most == 0), 1);
        expect_dead();
        expect_usable();
    }
}

/* ---- Faults ---- */

static const struct {
    const char *what;
    uint32_t kind;
    uint32_t polled; /* retired of 2, by the end                   */
    uint32_t fault;
} misbehaviours[] = {
    { "a bus access is refused", ENGINE_FAILS, 0, HAL_FAULT_BUS },
    { "it stalls: for the deadline", ENGINE_STALLS, 0, HAL_FAULT_NONE },
    { "it completes late", ENGINE_LATE, 2, HAL_FAULT_NONE },
    { "it interrupts twice", ENGINE_TWICE, 2, HAL_FAULT_NONE },
    { "it interrupts without a cause", ENGINE_SPURIOUS, 2, HAL_FAULT_NONE },
    { "it stops without a word: for the deadline", ENGINE_STOPS, 0,
      HAL_FAULT_NONE },
};

static void test_misbehaviour(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(misbehaviours); i++) {
        uint32_t kind = misbehaviours[i].kind;

        check_case(misbehaviours[i].what);
        for (uint32_t at = 0; at < 40; at++) {
            set_up(8);
            expect_status("start", start(0), IODMA_OK);
            expect_batch(0, 2);
            chip.engine.misbehaves = kind;
            chip.engine.at = at;
            chip.engine.delay = 7;
            for (uint32_t polls = 0; polls < 100; polls++) {
                (void)engine_model_step(&chip.engine, 3);
                (void)reap(0);
            }
            expect_number("retired", driven.retired[0],
                          misbehaviours[i].polled);
            expect_number("fault", driven.fault[0], misbehaviours[i].fault);
            expect_number("misbehaved", chip.engine.misbehaves, 0);
            expect("no interrupt", !asserted(0));
            if (driven.retired[0] == 2) {
                expect_order();
                expect_number("residue", residue(0).most, 0);
            } else {
                expect_number("halt", halt(1), 0);
                expect("something is left", residue(0).most != 0);
            }
            expect_usable();
        }
    }

    check_case("what it says of itself while it lies is kept in bounds");
    for (uint32_t at = 0; at < 120; at++) {
        set_up(8);
        expect_status("start", start(0), IODMA_OK);
        expect_batch(0, 2);
        chip.engine.misbehaves = at % 2 == 0 ? ENGINE_EARLY : ENGINE_IDLES;
        chip.engine.at = at / 2;
        run();
        expect_progress(2, HAL_FAULT_NONE); /* nobody can tell */
        run();
        expect_treated_well();
    }
}

/* Overwrite a word of an item, behind the driver's back. */
static const struct {
    const char *what;
    uint32_t slot, number, value;
    uint32_t fault;
    uint32_t detail;
} damages[] = {
    { "a width that is none", 1, 0, 3, HAL_FAULT_DESCRIPTOR, GPDMA_SR_USEF },
    { "a block of nothing", 0, 2, 0, HAL_FAULT_DESCRIPTOR, GPDMA_SR_USEF },
    { "an address off its words", 1, 3, ARENA_BUS + 1, HAL_FAULT_DESCRIPTOR,
      GPDMA_SR_USEF },
    { "a source where nobody is", 1, 3, 0x1000, HAL_FAULT_BUS, GPDMA_SR_DTEF },
    { "a destination where nobody is", 1, 4, 0x1000, HAL_FAULT_BUS,
      GPDMA_SR_DTEF },
};

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(damages); i++) {
        const struct hal_item items[] = { item(0, HALF, 16),
                                          item(32, HALF + 32, 16) };
        le32 value = to_le32(damages[i].value);
        struct hal_progress progress;

        begin(damages[i].what, 0, 8);
        expect_number("taken", emit(0, items, 2), 2);
        submit(0);
        memcpy(&rings[0][32 * damages[i].slot + 4 * damages[i].number], &value,
               sizeof value);
        engine_model_publish(&chip.engine);
        expect_batch(3, 4);
        run();
        expect("an interrupt", asserted(0));
        progress = reap(0);
        expect_number("retired", progress.retired, 0);
        expect_number("fault", progress.fault, damages[i].fault);
        expect("detail", (progress.detail & damages[i].detail) != 0);
        expect_dead();
        expect_number("halt", halt(1), 0);
        expect_usable();
    }

    begin("a chip that leaves is a fault", 0, 8);
    expect_batch(0, 3);
    chip.engine.absent = true;
    expect_number("fault", reap(0).fault, HAL_FAULT_OTHER);
    expect_number("halt", halt(1), 1);
    expect_usable();

    begin("an interrupt that is not ours", 0, 8);
    expect_progress(0, HAL_FAULT_NONE);
    expect_batch(0, 2);
    expect_progress(0, HAL_FAULT_NONE);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_progress(0, HAL_FAULT_NONE);
    expect_order();
}

int main(void)
{
    world.seed = 22;
    test_residue();
    test_halt();
    test_misbehaviour();
    test_faults();
    return check_result();
}
