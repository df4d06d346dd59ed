/* SPDX-License-Identifier: MIT */
/*
 * Defends the order in which the driver of the RP2040 reads and writes what
 * changes while it looks: the chip goes on at each access to a register.
 */
#include "tests/check.h"
#include "tests/rp2040_rig.h"

/* Two items of as many bytes, moved one by one: what the one has left is not
   what the other has. */
enum { LENGTH = 40, ALL = 2 * LENGTH, STEPS = 2 * (LENGTH + 6) };

/* Steps at each access. */
static uint32_t hurry;

static void go_on(void)
{
    rig_run(hurry);
}

/* So many steps after the doorbell the chip is not waited for any more. */
static void reach(uint32_t steps, uint32_t each)
{
    const struct hal_item items[] = { rig_item(1, HALF + 1, LENGTH),
                                      rig_item(65, HALF + 65, LENGTH) };

    rig_set_up(8);
    (void)rig_start(0);
    expect_number("taken", emit(0, items, 2), 2);
    submit(0);
    rig_run(steps);
    hurry = each;
    rig.chip.engine.access = go_on;
}

/* A destination is what the source is not, until it has arrived. */
static uint32_t missing(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < LENGTH; i++) {
        count += rig.arena[1 + i] != rig.arena[HALF + 1 + i];
        count += rig.arena[65 + i] != rig.arena[HALF + 65 + i];
    }
    return count;
}

static void test_residue(void)
{
    check_case("residue takes no item's count for another one's");
    for (uint32_t i = 0; i < STEPS * 32; i++) {
        struct hal_residue left;
        uint32_t before;

        reach(i / 32, 1 + i % 32);
        before = missing();
        left = residue(0);
        rig.chip.engine.access = NULL;
        expect("not more than there was", left.least <= before);
        expect("not less than there is", left.most >= missing());
    }
}

static void test_halt(void)
{
    const struct rp2040_dma *dma = &rig.engines[0];

    check_case("nothing is begun behind a halt, which says what is left");
    for (uint32_t i = 0; i < STEPS * 8 * 4; i++) {
        uint32_t moved;

        reach(i / 32, i % 8);
        rig.chip.engine.abort_delay = i % 32 / 8;
        expect_number("halt", rig_halt(), STOPPED);
        rig.chip.engine.access = NULL;
        expect("both channels rest", !rig.chip.channels[dma->data].busy &&
                                         !rig.chip.channels[dma->control].busy);
        moved = rig.chip.engine.moved;
        rig_run(FOREVER);
        expect_number("moved", rig.chip.engine.moved, moved);
        expect("no less than least", missing() >= residue(0).least);
        expect("no more than most", missing() <= residue(0).most);
        expect_treated_well();
    }
}

int main(void)
{
    test_residue();
    test_halt();
    return check_result();
}
