/* SPDX-License-Identifier: MIT */
/* The contract itself: an engine that has an owner, its calls by themselves,
   and a ring that somebody else writes to. */
#include "hal/bits.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

enum { DEADLINE = 10000 };

/* Who asks for an engine that is taken is told who has it. */
static void owners(void)
{
    static struct iodma_channel other;
    struct hal_dmac *dmac;

    world_begin(larger32(4, engine_case.slots), 0);
    dmac = world_dmac(0);
    expect_status("init for somebody else",
                  iodma_channel_init(&other, dmac, "somebody else"),
                  IODMA_BUSY);
    expect("the holder is named",
           dmac->owner && dmac->owner[0] == 's' && dmac->owner[1] == 'u');
    world_expect_usable(0);
    (void)dmac->ops->halt(&dmac, 1, hooks.ticks + DEADLINE);
    hal_dmac_release(dmac);
    expect_status("init when it is free",
                  iodma_channel_init(&other, dmac, "somebody else"), IODMA_OK);
    (void)world_expect_order();
}

static void complete(struct iodma_command *command)
{
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_OK);
}

/* An item is seen by the engine at submit, not before; and it runs whenever
   that comes, however far the engine is with the last one. */
static void appended(void)
{
    uint32_t unit = world_any_unit();

    for (uint32_t i = 0; i < 60; i++) {
        struct hal_dmac *dmac;
        struct hal_item items[2];
        uint32_t retired = 0;
        struct world_job *jobs[2];

        world_begin(larger32(8, engine_case.slots), 0);
        dmac = world_dmac(0);
        for (uint32_t k = 0; k < 2; k++) {
            struct iodma_zip zip;
            struct iodma_rows rows = { .length = 4 * unit, .count = 1 };

            jobs[k] =
                world_plain(k, 0x1000 * (k + 1), 0x1000 * (k + 1), 4 * unit);
            world_expect(jobs[k]);
            world_spoil(jobs[k]);
            iodma_zip_begin(&zip, jobs[k]->transfer.source,
                            jobs[k]->transfer.destination, &rows);
            expect_number("items", iodma_zip_next(&zip, &items[k], 1), 1);
        }
        expect_number("taken", dmac->ops->emit(dmac, &items[0], 1), 1);
        (void)engine_case.step(50);
        expect_number("left before submit", world_missing(jobs[0]), 4 * unit);
        dmac->ops->submit(dmac);
        (void)engine_case.step(i / 3);
        expect_number("taken", dmac->ops->emit(dmac, &items[1], 1), 1);
        (void)engine_case.step(i / 3);
        expect_number("left before submit", world_missing(jobs[1]), 4 * unit);
        world.pace = i % 3;
        world.even = true;
        dmac->ops->submit(dmac);
        world.pace = 0;
        for (uint32_t turn = 0; turn < 300 && retired != 2; turn++) {
            struct hal_progress progress;

            (void)engine_case.step(1);
            hooks_mask();
            progress = dmac->ops->reap(dmac);
            hooks_unmask();
            retired += progress.retired;
            expect_number("fault", progress.fault, HAL_FAULT_NONE);
        }
        expect_number("retired", retired, 2);
        dmac->ops->submit(dmac);
        expect_number("items", dmac->counts.items, 2);
        for (uint32_t k = 0; k < 2; k++) {
            complete(&jobs[k]->source.command);
            complete(&jobs[k]->destination.command);
        }
        (void)world_expect_order();
    }
}

/* A device may have written to its ring: what a driver was given it knows by
   itself. */
static void remembered(void)
{
    struct hal_item item;
    struct hal_residue left;
    struct hal_dmac *dmac;

    world_begin(larger32(4, engine_case.slots), 0);
    dmac = world_dmac(0);
    item = (struct hal_item){ world_on_bus(world_source(0)),
                              world_on_bus(world_target(0)),
                              4 * world_any_unit() };
    expect_number("taken", dmac->ops->emit(dmac, &item, 1), 1);
    world_scribble();
    left = dmac->ops->residue(dmac);
    expect_number("left at most", left.most, item.length);
    (void)dmac->ops->halt(&dmac, 1, hooks.ticks + DEADLINE);
    left = dmac->ops->residue(dmac);
    expect_number("left at most after halt", left.most, item.length);
    (void)world_expect_order();
}

const struct engine_test engine_contract[] = {
    { "a conflict of owners names the holder", NULL, owners },
    { "what is emitted runs from submit on, whatever the engine is at", NULL,
      appended },
    { "what is left is not read from the ring", NULL, remembered },
    { NULL, NULL, NULL },
};
