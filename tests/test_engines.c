/* SPDX-License-Identifier: MIT */
/*
 * Defends hal/dmac.h: one suite over every engine, each of them behind
 * dma/transfer on a model of its chip, or on the board that has it. A program
 * is this suite and one file of tests/engines that says what the engine is.
 *
 * What an engine lacks is not asked of it, and the run says so.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/engines/engine.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

#include <stdio.h>

bool engine_can_fill(void)
{
    return world_dmac(0)->fills;
}

bool engine_can_port(void)
{
    return world_dmac(0)->widths != 0;
}

bool engine_can_cycle(void)
{
    return world_dmac(0)->periods != 0;
}

bool engine_has_requests(void)
{
    return engine_can_port() && engine_has_interrupt();
}

bool engine_has_rows(void)
{
    return world_dmac(0)->max_rows > 1;
}

bool engine_has_phase(void)
{
    return world_dmac(0)->same_phase > 1;
}

bool engine_has_interrupt(void)
{
    return engine_case.interrupt != NULL;
}

bool engine_has_channels(void)
{
    return engine_case.channels > 1;
}

bool engine_has_model(void)
{
    return engine_case.model != NULL;
}

/* A case is printed when it is over. */
static const char *name_of(const struct engine_test *test)
{
    static char names[2][128];
    static uint32_t turn;
    char *name = names[turn++ % HAL_COUNT_OF(names)];

    (void)snprintf(name, sizeof names[0], "%s: %s", engine_case.name,
                   test->what);
    return name;
}

static void run(const struct engine_test *tests)
{

    for (const struct engine_test *test = tests; test->what; test++) {
        if (test->needs && !test->needs()) {
            printf("# %s is not asked: %s\n", engine_case.name, test->what);
            continue;
        }
        check_case(name_of(test));
        test->run();
    }
}

int main(void)
{
    static const struct engine_test *const tables[] = {
        engine_lists,    engine_routes, engine_cycles,
        engine_contract, engine_ends,   engine_troubles,
    };

    check_case("the engine is there");
    world_begin(engine_case.slots, 0);
    for (uint32_t i = 0; i < HAL_COUNT_OF(tables); i++)
        run(tables[i]);
    if (engine_case.at_once)
        printf("# %s is not asked: anything in the middle of a batch\n",
               engine_case.name);
    return check_result();
}
